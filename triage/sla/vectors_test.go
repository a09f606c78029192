package sla

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// vectorFile is a file of worked examples: calendars, one policy, and vectors of
// the kinds add, elapsed, business_days and ticket.
type vectorFile struct {
	Timezone  string
	Calendars map[string]struct {
		Hours    []string
		Holidays *string
		Closings map[string]string
	}
	Policy struct {
		Priorities  map[string]map[string]int64
		PauseStates []string  `json:"pause_states"`
		WarnAt      float64   `json:"warn_at"`
		Steps       []float64 `json:"steps_resolve"`
		Reprio      int64     `json:"reprioritise_grace"`
		Reopen      int64     `json:"reopen_grace"`
	}
	Vectors []vector
}

type vector struct {
	ID, Kind, Title, Calendar string
	Start, End                time.Time
	Seconds                   int64
	Days                      int
	Events                    []struct {
		At                               time.Time
		Type, Priority, Channel, Set, To string
	}
	Expect json.RawMessage
}

type vectorClock struct {
	Start             time.Time
	Target            int64 `json:"target_s"`
	Due, Warn, Breach *time.Time
	Stop              *time.Time
	Used              int64 `json:"used_s"`
	Status            string
	Steps             map[string]time.Time
}

// TestVectorFile runs a file of worked examples that is kept outside of the
// project; FIRSTLINE_VECTORS names it.
func TestVectorFile(t *testing.T) {
	name := os.Getenv("FIRSTLINE_VECTORS")
	if name == "" {
		t.Skip("FIRSTLINE_VECTORS names no file of worked examples")
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var f vectorFile
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Vectors) == 0 {
		t.Fatal("no vectors in the file")
	}
	cals := f.calendars(t)
	for _, v := range f.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			cal := cals[v.Calendar]
			if cal == nil {
				t.Fatalf("no calendar %q", v.Calendar)
			}
			switch v.Kind {
			case "add":
				wantInstant(t, cal.Add(v.Start, time.Duration(v.Seconds)*time.Second), v.Expect)
			case "business_days":
				wantInstant(t, cal.DueBusinessDays(v.Start, v.Days), v.Expect)
			case "elapsed":
				if got := fmt.Sprint(int64(cal.Elapsed(v.Start, v.End) / time.Second)); got != string(v.Expect) {
					t.Errorf("elapsed %s s, want %s", got, v.Expect)
				}
			case "ticket":
				f.ticket(t, v, cal)
			default:
				t.Fatalf("unknown kind %q", v.Kind)
			}
		})
	}
}

func (f *vectorFile) calendars(t *testing.T) map[string]*Calendar {
	cals := map[string]*Calendar{}
	for name, c := range f.Calendars {
		spec := CalendarSpec{Name: name, Zone: f.Timezone}
		for _, h := range c.Hours {
			days, hours, _ := strings.Cut(h, " ")
			spec.Hours = append(spec.Hours, DayHours{days, hours})
		}
		if c.Holidays != nil {
			region, also, _ := strings.Cut(*c.Holidays, "+")
			spec.Region = region
			if also != "" {
				spec.Also = strings.Split(also, "+")
			}
		}
		for date, hours := range c.Closings {
			spec.Closings = append(spec.Closings, Closing{Every: date, Hours: hours})
		}
		cal, err := NewCalendar(spec)
		if err != nil {
			t.Fatalf("calendar %s: %v", name, err)
		}
		cals[name] = cal
	}
	return cals
}

func wantInstant(t *testing.T, got time.Time, expect json.RawMessage) {
	t.Helper()
	var want time.Time
	if err := json.Unmarshal(expect, &want); err != nil {
		t.Fatal(err)
	}
	if !got.Equal(want) {
		t.Errorf("got %v, want %v", got.In(want.Location()), want)
	}
}

func (f *vectorFile) snapshot(priority string) *Snapshot {
	sec := func(k string) Target {
		return Target{Open: time.Duration(f.Policy.Priorities[priority][k]) * time.Second}
	}
	p := Policy{Name: "vector", PauseWhen: f.Policy.PauseStates, WarnAt: f.Policy.WarnAt, Targets: map[string]Targets{
		priority: {FirstResponse: sec("first"), NextResponse: sec("next"), Resolution: sec("resolve"), TakeOver: sec("l2")},
	}}
	s := p.Snapshot(priority, time.Duration(f.Policy.Reopen)*time.Second, time.Duration(f.Policy.Reprio)*time.Second)
	return &s
}

// history translates the events of a vector.
func (f *vectorFile) history(t *testing.T, v vector) (list []Occurrence, until time.Time) {
	state := "new"
	for _, e := range v.Events {
		o := Occurrence{At: e.At}
		until = e.At
		switch e.Type {
		case "created":
			o.Event, o.Policy = EventOpened, f.snapshot("P3")
			if e.Priority != "" {
				o.Policy = f.snapshot(e.Priority)
			}
			if e.Channel == "phone" {
				o.Event = EventPhone
			}
		case "agent_reply":
			o.Event, state = EventReply, "open"
			switch e.Set {
			case "":
			case "resolved": // one mail, two events
				o.State = state
				list = append(list, o)
				o.Event, state = EventResolved, e.Set
			default:
				state = e.Set
			}
		case "resolve":
			o.Event, state = EventResolved, "resolved"
		case "requester_reply":
			o.Event = EventRequester
			if state == "resolved" || state == "closed" {
				o.Event = EventReopened
			}
			state = "open"
		case "priority":
			o.Event, o.Policy = EventRetarget, f.snapshot(e.To)
		case "state":
			o.Event, state = EventState, e.To
			if e.To == "waiting_requester" {
				o.Event = EventWait
			}
		case "faq_answer":
			o.Event, state = EventFAQ, "faq_answered"
		case "faq_rejected":
			o.Event, state = EventFAQNo, "new"
		case "faq_solved":
			o.Event, state = EventFAQYes, "closed_deflected"
		case "escalate_l2":
			o.Event, o.Level = EventEscalated, 2
		case "l2_takes":
			o.Event = EventTaken
		default:
			if !strings.Contains("auto_receipt auto_reply note thanks observe", e.Type) {
				t.Fatalf("unknown event %q", e.Type)
			}
			continue
		}
		o.State = state
		list = append(list, o)
	}
	return list, until
}

func (f *vectorFile) ticket(t *testing.T, v vector, cal *Calendar) {
	var want struct {
		First, Resolve vectorClock
		L2             *vectorClock
		Next           []vectorClock
	}
	if err := json.Unmarshal(v.Expect, &want); err != nil {
		t.Fatal(err)
	}
	var steps []Step
	for _, s := range f.Policy.Steps {
		steps = append(steps, Step{Name: fmt.Sprintf("%g", s), Clock: Resolution, Used: s})
	}
	history, until := f.history(t, v)
	clocks, fired := Simulate(history, until, steps, func(string) *Calendar { return cal })
	check := func(kind string, cycle int, w vectorClock) {
		t.Helper()
		for _, c := range clocks {
			if c.Kind == kind && c.Cycle == cycle {
				checkClock(t, c, w, cal, until, fired)
				return
			}
		}
		t.Errorf("no clock %s/%d", kind, cycle)
	}
	check(FirstResponse, 1, want.First)
	check(Resolution, 1, want.Resolve)
	n := 2
	for i, w := range want.Next {
		check(NextResponse, i+1, w)
		n++
	}
	if want.L2 != nil {
		check(TakeOver, 1, *want.L2)
		n++
	}
	if len(clocks) != n {
		t.Errorf("%d clocks, want %d: %+v", len(clocks), n, clocks)
	}
	for _, s := range steps {
		key := s.Name
		if s.Used == 1 {
			key = "1.0"
		}
		w, ok := want.Resolve.Steps[key]
		got := firedAt(fired, "step:"+s.Name, 1)
		if ok != (got != nil) || ok && !got.Equal(w) {
			t.Errorf("step %s at %v, want %v", s.Name, got, w)
		}
	}
}

func firedAt(fired []Fired, name string, cycle int) *time.Time {
	for _, f := range fired {
		if f.Name == name && f.Cycle == cycle {
			return &f.At
		}
	}
	return nil
}

func checkClock(t *testing.T, c Clock, w vectorClock, cal *Calendar, until time.Time, fired []Fired) {
	t.Helper()
	same := func(what string, got time.Time, want *time.Time) {
		t.Helper()
		if want == nil != got.IsZero() || want != nil && !got.Equal(*want) {
			t.Errorf("%s/%d: %s %v, want %v", c.Kind, c.Cycle, what, got.In(cal.Location()), want)
		}
	}
	same("due", c.DueAt, w.Due)
	same("breach", c.BreachedAt, w.Breach)
	same("stop", c.StoppedAt, w.Stop)
	var warn time.Time
	if at := firedAt(fired, "warn:"+c.Kind, c.Cycle); at != nil {
		warn = *at
	}
	same("warn", warn, w.Warn)
	if got := int64(c.Used(cal, until) / time.Second); got != w.Used {
		t.Errorf("%s/%d: used %d, want %d", c.Kind, c.Cycle, got, w.Used)
	}
	if c.State != w.Status {
		t.Errorf("%s/%d: state %s, want %s", c.Kind, c.Cycle, c.State, w.Status)
	}
}
