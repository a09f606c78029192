package sla

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// standard is a policy with round figures: a quarter is warned about.
func standard(priority string) Snapshot {
	h := func(n float64) Target { return Target{Open: time.Duration(n * float64(time.Hour))} }
	p := Policy{
		Name: "standard", Calendar: "office", PauseWhen: []string{"waiting_requester"}, WarnAt: 0.75,
		Targets: map[string]Targets{
			"P1": {h(0.5), h(1), h(4), h(0.5)},
			"P2": {h(1), h(2), h(8), h(2)},
			"P3": {h(4), h(8), h(18), h(4)},
			"bd": {FirstResponse: h(4), Resolution: Target{BusinessDays: 2}},
			"no": {Resolution: h(10)},
		},
	}
	return p.Snapshot(priority, 2*time.Hour, 30*time.Minute)
}

func ladder() []Step {
	return []Step{
		{Name: "early", Clock: FirstResponse, Used: 0.75},
		{Name: "stuck", Clock: Resolution, Used: 0.5, OnlyLevel: 1},
		{Name: "idle", Idle: 9 * time.Hour},
		{Name: "late", Clock: Resolution, Used: 1},
		{Name: "very late", Clock: Resolution, Used: 1.5},
	}
}

// story applies events one after the other.
type story struct {
	t   *testing.T
	cal *Calendar
	pol Snapshot
	cs  Clocks
}

func newStory(t *testing.T, priority string) *story {
	return &story{t: t, cal: office(t), pol: standard(priority)}
}

func (s *story) do(when string, e Event, state string) *story {
	s.t.Helper()
	s.cs = s.cs.Apply(e, ApplyInput{Policy: s.pol, Calendar: s.cal, At: at(s.t, when), State: state, OpenedAt: at(s.t, "2026-06-08 09:00")})
	return s
}

func (s *story) retarget(when, priority string) *story {
	s.t.Helper()
	s.pol = standard(priority)
	return s.do(when, EventRetarget, "")
}

// want checks the latest clock of a kind: state, due time ("" = none), open time
// used.
func (s *story) want(kind, state, due string, used time.Duration) *story {
	s.t.Helper()
	c, ok := s.cs.Find(kind)
	switch {
	case !ok && state != "":
		s.t.Errorf("no %s clock", kind)
	case state == "" && ok:
		s.t.Errorf("%s clock %+v, want none", kind, c)
	case !ok:
	case c.State != state || c.DueAt.IsZero() != (due == "") || due != "" && !c.DueAt.Equal(at(s.t, due)) || c.Consumed != used:
		s.t.Errorf("%s: %s due %v used %v, want %s due %s used %v", kind, c.State, c.DueAt.In(s.cal.Location()), c.Consumed, state, due, used)
	}
	return s
}

const hour = time.Hour

// In these stories 2026-06-08 is a Monday; open 9-18, Friday 9-16.
func TestStories(t *testing.T) {
	t.Parallel()
	t.Run("answered and resolved", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").
			want(FirstResponse, Running, "2026-06-08 13:00", 0).
			want(Resolution, Running, "2026-06-09 18:00", 0).
			want(NextResponse, "", "", 0).
			do("2026-06-08 11:00", EventReply, "open").
			want(FirstResponse, Met, "2026-06-08 13:00", 2*hour).
			do("2026-06-08 12:00", EventResolved, "resolved").
			want(Resolution, Met, "2026-06-09 18:00", 3*hour)
	})
	t.Run("due instant itself is in time", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").
			do("2026-06-08 13:00", EventReply, "open").want(FirstResponse, Met, "2026-06-08 13:00", 4*hour)
	})
	t.Run("a breach nobody saw", func(t *testing.T) {
		s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").
			do("2026-06-08 13:00:01", EventReply, "open").want(FirstResponse, Breached, "2026-06-08 13:00", 4*hour+time.Second)
		if c, _ := s.cs.Find(FirstResponse); !c.BreachedAt.Equal(at(t, "2026-06-08 13:00")) {
			t.Errorf("breached at %v", c.BreachedAt)
		}
	})
	t.Run("resolved while waiting", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventReply, "waiting_requester").
			want(Resolution, Paused, "", hour).
			do("2026-06-10 10:00", EventResolved, "resolved").
			want(Resolution, Met, "2026-06-11 18:00", hour)
	})
	t.Run("waiting without text", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventWait, "").
			want(Resolution, Paused, "", hour).want(FirstResponse, Running, "2026-06-08 13:00", 0)
	})
	t.Run("third party pauses only where the policy says so", func(t *testing.T) {
		s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventState, "waiting_vendor").
			want(Resolution, Running, "2026-06-09 18:00", 0)
		s.pol.PauseWhen = append(s.pol.PauseWhen, "waiting_vendor")
		s.do("2026-06-08 11:00", EventState, "waiting_vendor").want(Resolution, Paused, "", 2*hour).
			do("2026-06-09 09:00", EventState, "open").want(Resolution, Running, "2026-06-10 16:00", 2*hour)
	})
}

func TestStoriesOfRequesters(t *testing.T) {
	t.Parallel()
	t.Run("faq yes, then again", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 09:30", EventFAQ, "").
			want(FirstResponse, Paused, "", hour/2).want(Resolution, Paused, "", hour/2).
			do("2026-06-08 10:00", EventFAQYes, "closed_deflected").
			want(FirstResponse, NotApplicable, "", hour/2).want(Resolution, NotApplicable, "", hour/2).
			do("2026-06-10 09:00", EventFAQNo, "new").
			want(FirstResponse, Running, "2026-06-10 12:30", hour/2).want(Resolution, Running, "2026-06-11 17:30", hour/2).
			want(NextResponse, "", "", 0)
	})
	t.Run("solved by the requester before any answer", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventSolvedByRequester, "resolved").
			want(FirstResponse, NotApplicable, "", hour).want(Resolution, Met, "2026-06-09 18:00", hour).
			do("2026-06-08 11:00", EventReopened, "open").
			want(FirstResponse, Running, "2026-06-08 14:00", hour).want(NextResponse, "", "", 0).
			want(Resolution, Running, "2026-06-10 10:00", hour)
	})
	t.Run("solved by the requester too late", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 14:00", EventSolvedByRequester, "resolved").
			want(FirstResponse, Breached, "2026-06-08 13:00", 5*hour)
	})
}

func TestStoriesOfTargets(t *testing.T) {
	t.Parallel()
	t.Run("business days become open time", func(t *testing.T) {
		s := newStory(t, "bd").do("2026-06-08 09:00", EventOpened, "new").want(Resolution, Running, "2026-06-10 18:00", 0)
		if c, _ := s.cs.Find(Resolution); c.Target != 27*hour {
			t.Errorf("target %v", c.Target)
		}
		s.do("2026-06-08 10:00", EventReply, "waiting_requester").do("2026-06-09 10:00", EventRequester, "open").
			want(Resolution, Running, "2026-06-11 18:00", hour).want(NextResponse, "", "", 0).
			retarget("2026-06-09 11:00", "P3").want(Resolution, Running, "2026-06-10 18:00", hour).
			retarget("2026-06-09 11:00", "bd").want(Resolution, Running, "2026-06-11 18:00", hour)
	})
	t.Run("take-over in cycles", func(t *testing.T) {
		s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventEscalated, "").
			want(TakeOver, Running, "2026-06-08 14:00", 0).
			do("2026-06-08 12:00", EventEscalated, "").want(TakeOver, Running, "2026-06-08 14:00", 0).
			do("2026-06-08 15:00", EventTaken, "").want(TakeOver, Breached, "2026-06-08 14:00", 5*hour).
			do("2026-06-08 16:00", EventReturned, "").
			do("2026-06-08 17:00", EventEscalated, "").want(TakeOver, Running, "2026-06-09 12:00", 0)
		if c, _ := s.cs.Find(TakeOver); c.Cycle != 2 {
			t.Errorf("cycle %d", c.Cycle)
		}
	})
}

func TestStoriesOfEnds(t *testing.T) {
	t.Parallel()
	t.Run("merge and back", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventMerged, "merged").
			want(FirstResponse, NotApplicable, "", hour).want(Resolution, NotApplicable, "", hour).
			do("2026-06-09 10:00", EventRestored, "open").want(FirstResponse, Running, "2026-06-09 13:00", hour)
	})
	t.Run("discarded", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventDiscarded, "discarded").
			want(FirstResponse, NotApplicable, "", hour).want(Resolution, Met, "2026-06-09 18:00", hour)
	})
	t.Run("policy without a first response", func(t *testing.T) {
		newStory(t, "no").do("2026-06-08 09:00", EventOpened, "new").want(FirstResponse, "", "", 0).
			retarget("2026-06-08 10:00", "P3").want(Resolution, Running, "2026-06-09 18:00", 0).want(FirstResponse, "", "", 0).
			retarget("2026-06-08 10:00", "unknown").want(Resolution, NotApplicable, "", hour)
	})
	t.Run("reopened by an agent", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-08 10:00", EventResolved, "resolved").
			do("2026-06-08 12:00", EventReopenedByAgent, "open").want(NextResponse, "", "", 0).want(Resolution, Running, "2026-06-10 11:00", hour)
	})
	t.Run("reopened twice at the end", func(t *testing.T) {
		newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new").do("2026-06-09 17:30", EventResolved, "resolved").
			do("2026-06-10 10:00", EventReopened, "open").want(Resolution, Running, "2026-06-10 12:00", 17*hour+hour/2).
			do("2026-06-10 11:00", EventResolved, "resolved").want(Resolution, Met, "2026-06-10 12:00", 18*hour+hour/2).
			do("2026-06-11 10:00", EventReopened, "open").want(Resolution, Running, "2026-06-11 12:00", 18*hour+hour/2)
	})
}

func TestRetargetToAnotherCalendar(t *testing.T) {
	t.Parallel()
	s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new")
	round := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"mo-so", "00:00-24:00"}}})
	cs := s.cs.Apply(EventRetarget, ApplyInput{Policy: standard("P3"), Calendar: round, Was: s.cal, At: at(t, "2026-06-09 09:00"), OpenedAt: at(t, "2026-06-08 09:00")})
	c, _ := cs.Find(Resolution)
	// Nine office hours are used, nine are left, now around the clock.
	if !c.DueAt.Equal(at(t, "2026-06-09 18:00")) || c.Consumed != 9*hour {
		t.Errorf("due %v used %v", c.DueAt, c.Consumed)
	}
	if f, _ := cs.Find(FirstResponse); f.BreachedAt.IsZero() {
		t.Error("the breach of the first response was lost")
	}
}

func TestBreach(t *testing.T) {
	t.Parallel()
	s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new")
	if _, ok := s.cs.Breach(FirstResponse, 1, at(t, "2026-06-08 12:59")); ok {
		t.Error("breached before it was due")
	}
	cs, ok := s.cs.Breach(FirstResponse, 1, at(t, "2026-06-08 13:07"))
	c, _ := cs.Find(FirstResponse)
	if !ok || !c.BreachedAt.Equal(c.DueAt) || c.State != Running {
		t.Errorf("breach: %v %+v", ok, c)
	}
	if _, ok := cs.Breach(FirstResponse, 1, at(t, "2026-06-08 14:00")); ok {
		t.Error("breached twice")
	}
	if old, _ := s.cs.Find(FirstResponse); !old.BreachedAt.IsZero() {
		t.Error("the receiver was changed")
	}
}

func TestRecompute(t *testing.T) {
	t.Parallel()
	s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new")
	edited := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"mo-do", "09:00-18:00"}}, Closings: []Closing{{Date: "2026-06-09"}}})
	cs := s.cs.Recompute(ApplyInput{Policy: s.pol, Calendar: edited, At: at(t, "2026-06-08 10:00")})
	if c, _ := cs.Find(Resolution); !c.DueAt.Equal(at(t, "2026-06-10 18:00")) {
		t.Errorf("due %v", c.DueAt)
	}
	later := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"mo-do", "10:00-18:00"}}})
	cs = s.cs.Recompute(ApplyInput{Policy: s.pol, Calendar: later, Was: s.cal, At: at(t, "2026-06-08 12:00")})
	if c, _ := cs.Find(Resolution); c.Consumed != 3*hour || !c.DueAt.Equal(at(t, "2026-06-10 11:00")) {
		t.Errorf("with the hours before: %+v", c)
	}
}

func TestTimers(t *testing.T) {
	t.Parallel()
	s := newStory(t, "P3").do("2026-06-08 09:00", EventOpened, "new")
	in := TimerInput{Policy: s.pol, State: "new", Level: 1, OpenedAt: at(t, "2026-06-08 09:00"), IdleSince: at(t, "2026-06-08 09:00")}
	names := func(list []Timer) (out []string) {
		for _, x := range list {
			out = append(out, x.Name+" "+x.DueAt.In(s.cal.Location()).Format("02 15:04"))
		}
		return out
	}
	check := func(want ...string) {
		t.Helper()
		if got := names(Timers(s.cs, ladder(), s.cal, in)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q\nwant %q", got, want)
		}
	}
	check("warn:first_response 08 12:00", "step:early 08 12:00", "breach:first_response 08 13:00",
		"step:stuck 08 18:00", "step:idle 08 18:00", "warn:resolution 09 13:30", "breach:resolution 09 18:00", "step:late 09 18:00", "step:very late 10 18:00")
	in.Level = 2
	s.do("2026-06-08 10:00", EventReply, "open")
	in.State, in.IdleSince = "open", at(t, "2026-06-08 10:00")
	check("step:idle 09 10:00", "warn:resolution 09 13:30", "breach:resolution 09 18:00", "step:late 09 18:00", "step:very late 10 18:00")
	s.do("2026-06-08 11:00", EventWait, "waiting_requester")
	in.State = "waiting_requester"
	check() // paused tickets fire nothing
	s.do("2026-06-09 11:00", EventRequester, "open")
	in.State = "open"
	s.cs, _ = s.cs.Breach(Resolution, 1, at(t, "2026-06-20 11:00"))
	in.IdleSince = time.Time{}
	check("warn:next_response 09 17:00", "breach:next_response 10 10:00", "step:late 10 18:00", "step:very late 11 18:00")
	s.do("2026-06-21 11:00", EventResolved, "resolved")
	in.State = "resolved"
	check()
}

// TestIdleCycles asserts that each stretch of idling has a timer of its own.
func TestIdleCycles(t *testing.T) {
	t.Parallel()
	s := newStory(t, "no").do("2026-06-08 09:00", EventOpened, "new")
	in := TimerInput{Policy: s.pol, State: "open", Level: 1, IdleSince: at(t, "2026-06-08 09:00")}
	steps := []Step{{Name: "idle", Idle: hour}}
	a := Timers(s.cs, steps, s.cal, in)
	in.IdleSince = at(t, "2026-06-08 12:00")
	b := Timers(s.cs, steps, s.cal, in)
	x, y := a[0], b[0]
	if x.Name != "step:idle" || y.Name != "step:idle" || x.Cycle == y.Cycle || x.Step == nil {
		t.Errorf("%+v, %+v", x, y)
	}
}

func TestSnapshotJSON(t *testing.T) {
	t.Parallel()
	for _, priority := range []string{"P1", "bd", "no", "unknown"} {
		want := standard(priority)
		b, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Snapshot
		if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\n%+v", b, err, got, want)
		}
	}
}

// TestRandomHistories applies random events and asserts what no order of them
// may change.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	events := []Event{EventOpened, EventPhone, EventReply, EventWait, EventRequester, EventFAQ, EventFAQNo, EventFAQYes, EventEscalated, EventTaken, EventReturned,
		EventResolved, EventSolvedByRequester, EventReopened, EventReopenedByAgent, EventRetarget, EventState, EventClosed, EventDiscarded, EventMerged, EventRestored, "nonsense"}
	states := []string{"", "new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "resolved", "closed"}
	cal := office(t)
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(1, seed))
		var cs Clocks
		now := at(t, "2026-06-08 09:00").Add(time.Duration(r.IntN(200)) * hour)
		opened := now
		pol := standard("P3")
		for range 30 {
			e := events[r.IntN(len(events))]
			if len(cs) == 0 {
				e = EventOpened
			}
			if e == EventRetarget {
				pol = standard([]string{"P1", "P2", "P3", "bd", "no"}[r.IntN(5)])
			}
			before := cs
			in := ApplyInput{Policy: pol, Calendar: cal, At: now, State: states[r.IntN(len(states))], Public: r.IntN(2) == 0, OpenedAt: opened}
			cs = cs.Apply(e, in)
			assertClocks(t, seed, e, before, cs, cal, now)
			for i, x := range Timers(cs, ladder(), cal, TimerInput{Policy: pol, State: in.State, Level: 1, OpenedAt: opened, IdleSince: opened}) {
				if x.DueAt.IsZero() || x.Name == "" {
					t.Fatalf("seed %d: timer %d %+v", seed, i, x)
				}
			}
			now = now.Add(time.Duration(r.IntN(20*60)-30) * time.Minute)
		}
	}
}

func assertClocks(t *testing.T, seed uint64, e Event, before, after Clocks, cal *Calendar, now time.Time) {
	t.Helper()
	if len(after) < len(before) {
		t.Fatalf("seed %d %s: a clock is gone", seed, e)
	}
	for i, c := range after {
		bad := func(what string) {
			t.Helper()
			t.Fatalf("seed %d %s at %v: %s: %+v", seed, e, now, what, c)
		}
		switch {
		case (c.State == Running) != !c.SinceAt.IsZero():
			bad("running and SinceAt do not go together")
		case (c.State == Met || c.State == Breached) != !c.StoppedAt.IsZero():
			bad("ended and StoppedAt do not go together")
		case c.State == Breached && c.BreachedAt.IsZero():
			bad("breached without an instant")
		case c.State == Met && !c.BreachedAt.IsZero():
			bad("a breach healed")
		case c.Consumed < 0 || c.Target < 0:
			bad("negative time")
		case c.State == Running && c.BreachedAt.IsZero() && !c.DueAt.Equal(cal.Add(c.SinceAt, c.Target-c.Consumed)):
			bad("due time and remaining time differ")
		}
		if i < len(before) {
			old := before[i]
			if old.Kind != c.Kind || old.Cycle != c.Cycle || c.Consumed < old.Consumed || !old.BreachedAt.IsZero() && !old.BreachedAt.Equal(c.BreachedAt) {
				bad("history was rewritten")
			}
		}
	}
}
