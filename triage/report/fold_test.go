package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"firstline/triage/sla"
)

// history writes events by hand.
type history struct {
	t    testing.TB
	loc  *time.Location
	list []Event
}

func newHistory(t testing.TB) *history {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &history{t: t, loc: loc}
}

func (h *history) at(s string) time.Time {
	h.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, h.loc)
	if err != nil {
		h.t.Fatal(err)
	}
	return at
}

func (h *history) add(ticket int64, at time.Time, actor, kind, old, new string, facts any) {
	h.t.Helper()
	e := Event{ID: int64(len(h.list) + 1), Ticket: ticket, At: at, Actor: actor, Kind: kind, Old: old, New: new}
	if facts != nil {
		b, err := json.Marshal(facts)
		if err != nil {
			h.t.Fatal(err)
		}
		e.Data = string(b)
	}
	h.list = append(h.list, e)
}

func (h *history) open(ticket int64, at time.Time, f OpenedFacts) {
	h.t.Helper()
	if f.Channel == "" {
		f.Channel = "mail"
	}
	if f.Kind == "" {
		f.Kind = "incident"
	}
	if f.Level == 0 {
		f.Level = 1
	}
	h.add(ticket, at, "requester", "opened", "", "new", f)
}

func (h *history) options() Options {
	cal, err := sla.NewCalendar(sla.CalendarSpec{Name: "office", Location: h.loc, Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return Options{Location: h.loc, Calendar: func(string) *sla.Calendar { return cal }, History: h.of}
}

func (h *history) of(ticket int64) ([]Event, error) {
	var list []Event
	for _, e := range h.list {
		if e.Ticket == ticket {
			list = append(list, e)
		}
	}
	return list, nil
}

// fold computes periods from the events, as the desk does it.
func (h *history) fold(o Options, periods ...Period) []Values {
	h.t.Helper()
	f := NewFold(o, periods)
	known := map[int64]bool{}
	for _, e := range h.list {
		if e.At.Before(f.Start()) && !known[e.Ticket] {
			known[e.Ticket] = true
			if err := f.Known(e.Ticket); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	for _, e := range h.list {
		if !e.At.Before(f.Start()) {
			if err := f.Add(e); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	v, err := f.Values()
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// The worked check of product 6.2: ten tickets.
func TestWorkedCheck(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	week, err := ParseWeek("2026-W10", h.loc)
	if err != nil {
		t.Fatal(err)
	}
	at := h.at("2026-03-02 09:00")
	for i, used := range []int64{600, 600, 900, 1200, 1800, 2400, 3600, 5400, 7200, 18000} {
		id := int64(i + 1)
		h.open(id, at, OpenedFacts{Category: "vpn", Priority: "P3", Group: "first"})
		at = at.Add(time.Minute)
		state := "met"
		if used == 18000 {
			state = "breached"
		}
		h.add(id, at, "system", KindClock, "first_response", state, ClockFacts{Cycle: 1, Used: used * 1000, Gross: used * 1000, Wall: used * 1000, Priority: "P3"})
		if id <= 2 {
			h.add(id, at, []string{"agent:lena", "timer"}[i], "level", "1", "2", nil)
		}
		if id <= 8 {
			h.add(id, at.Add(time.Hour), "agent:lena", "state", "open", "resolved", nil)
		}
		if id == 8 {
			h.add(id, at.Add(2*time.Hour), "requester", "state", "resolved", "open", nil)
		}
		if id <= 4 {
			h.add(id, at.Add(3*time.Hour), "system", KindSurvey, "", "", nil)
			h.add(id, at.Add(4*time.Hour), "requester", KindRated, "", []string{"5", "5", "4", "2"}[i], nil)
		}
	}
	v := h.fold(h.options(), week)[0]
	if want := (Spread{N: 10, Median: 1800, P90: 7200}); v.First.Used != want {
		t.Errorf("first response = %+v, want %+v", v.First.Used, want)
	}
	for _, c := range []struct {
		name string
		got  Ratio
		want Ratio
	}{
		{"first response met", v.Attained("first_response"), Ratio{9, 10}},
		{"reopened", v.Reopened, Ratio{1, 8}},
		{"escalated", v.Escalation.Tickets, Ratio{2, 10}},
		{"rating", v.Rating.Good, Ratio{3, 4}},
		{"return", v.Rating.Return, Ratio{4, 4}},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	w := Words{Lang: "de"}
	printed := []string{w.median(v.First.Used), w.p90(v.First.Used), w.rate(v.Attained("first_response")), w.rate(v.Reopened), w.rate(v.Escalation.Tickets), w.rate(v.Rating.Good)}
	want := []string{"30 min", "2 h", "90 % (9/10)", "12,5 % (1/8)", "20 % (2/10)", "zu wenige (n=4)"}
	for i := range want {
		if got := strings.ReplaceAll(printed[i], nbsp, " "); got != want[i] {
			t.Errorf("printed %q, want %q", got, want[i])
		}
	}
	if v.Escalation.Manual != 1 || v.Escalation.Timer != 1 || v.Escalation.Rule != 0 {
		t.Errorf("escalation = %+v", v.Escalation)
	}
	if !v.Rating.Good.Few() || v.Attained("first_response").Few() {
		t.Error("four ratings are too few, ten first responses are not")
	}
	if v.Inflow.Total != 10 || v.Backlog.Total != 3 || v.Closed != 7 {
		t.Errorf("inflow %d, backlog %d, closed %d", v.Inflow.Total, v.Backlog.Total, v.Closed)
	}
}

// What a week says depends on nothing after its end.
func TestPastWeekStays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		h := randomHistory(t, seed)
		weeks := weeksFrom(h, 8)
		for i := range weeks {
			cut := *h
			cut.list = nil
			for _, e := range h.list {
				if e.At.Before(weeks[i].To) {
					cut.list = append(cut.list, e)
				}
			}
			o := cut.options()
			then, later := cut.fold(o, weeks[:i+1]...), h.fold(h.options(), weeks[:i+1]...)
			a, b := text(t, then[i]), text(t, later[i])
			if a != b {
				t.Fatalf("seed %d, %s:\nthen  %s\nlater %s", seed, weeks[i].Key, a, b)
			}
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func weeksFrom(h *history, n int) []Period {
	var list []Period
	p := Week(h.at("2026-03-02 12:00"), h.loc) // over the change of clocks on 29 March
	for range n {
		list = append(list, p)
		p = Week(p.To.Add(time.Hour), h.loc)
	}
	return list
}

// A second, slow computation from whole histories gives the same figures.
func TestFoldAgainstSlow(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		h := randomHistory(t, seed)
		o := h.options()
		o.Teams, o.Agents = seed%3 > 0, seed%3 > 1
		o.FinalDays = []int{0, 10, 20, 30}[seed%4]
		weeks := weeksFrom(h, 8)
		got := h.fold(o, weeks...)
		for i := range weeks {
			want := slowly(h, o, weeks, i)
			g, w := reflect.ValueOf(got[i]), reflect.ValueOf(want)
			for k := range g.NumField() {
				if a, b := text(t, g.Field(k).Interface()), text(t, w.Field(k).Interface()); a != b {
					t.Fatalf("seed %d, %s, %s:\nfold   %s\nslowly %s", seed, weeks[i].Key, g.Type().Field(k).Name, a, b)
				}
			}
		}
	}
}

func TestPeriods(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	for _, c := range []struct{ at, key, from, to, hours string }{
		{"2026-03-08 23:59", "2026-W10", "2026-03-02 00:00", "2026-03-09 00:00", "168h0m0s"},
		{"2026-03-29 12:00", "2026-W13", "2026-03-23 00:00", "2026-03-30 00:00", "167h0m0s"},
		{"2026-10-25 12:00", "2026-W43", "2026-10-19 00:00", "2026-10-26 00:00", "169h0m0s"},
		{"2027-01-01 12:00", "2026-W53", "2026-12-28 00:00", "2027-01-04 00:00", "168h0m0s"},
		{"2024-12-30 00:00", "2025-W01", "2024-12-30 00:00", "2025-01-06 00:00", "168h0m0s"},
	} {
		p := Week(h.at(c.at), h.loc)
		if p.Key != c.key || !p.From.Equal(h.at(c.from)) || !p.To.Equal(h.at(c.to)) || p.To.Sub(p.From).String() != c.hours {
			t.Errorf("week of %s = %+v", c.at, p)
		}
		if again, err := ParseWeek(c.key, h.loc); err != nil || !again.From.Equal(p.From) || again.Key != p.Key {
			t.Errorf("ParseWeek(%s) = %+v, %v", c.key, again, err)
		}
		if before := p.Before(1); !before.To.Equal(p.From) {
			t.Errorf("week before %s ends %s", c.key, before.To)
		}
	}
	for _, s := range []string{"", "2026-10", "2026-W54", "2025-W53", "2026-W00", "2026-W1", "W10"} {
		if p, err := ParseWeek(s, h.loc); err == nil {
			t.Errorf("ParseWeek(%q) = %+v, want an error", s, p)
		}
	}
	month := Month(h.at("2026-03-31 23:00"), h.loc)
	if month.Key != "2026-03" || month.Before(1).Key != "2026-02" || !month.Before(1).To.Equal(month.From) {
		t.Errorf("month = %+v, before it %+v", month, month.Before(1))
	}
	span := Span(h.at("2026-03-23 09:00"), h.at("2026-03-30 09:00"), h.loc)
	if span.Key != "2026-03-23..2026-03-30" || span.Before(1).Key != "2026-03-16..2026-03-23" {
		t.Errorf("span = %+v, before it %+v", span, span.Before(1))
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cases []int64
		want  Spread
	}{
		{nil, Spread{}},
		{[]int64{7}, Spread{1, 7, 7}},
		{[]int64{2, 1}, Spread{2, 1, 2}},
		{[]int64{3, 1, 2}, Spread{3, 2, 3}},
		{[]int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, Spread{10, 5, 9}},
		{[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, Spread{11, 6, 10}},
	} {
		if got := spread(c.cases); got != c.want {
			t.Errorf("spread(%v) = %+v, want %+v", c.cases, got, c.want)
		}
	}
}

// A ticket is as old as the open days it has waited in.
func TestAges(t *testing.T) {
	t.Parallel()
	h := newHistory(t)
	week := Week(h.at("2026-03-02 12:00"), h.loc)
	for i, c := range []struct {
		created string
		class   int
	}{
		{"2026-03-06 10:00", 0}, // Friday: one open day
		{"2026-03-06 17:00", 0}, // after its hours
		{"2026-03-07 10:00", 0}, // Saturday
		{"2026-03-05 16:59", 1}, // Thursday, a minute before closing
		{"2026-03-05 17:00", 0},
		{"2026-03-04 10:00", 1}, // three open days
		{"2026-03-03 10:00", 2},
		{"2026-02-23 10:00", 2}, // ten
		{"2026-02-20 16:59", 3}, // eleven
		{"2026-02-20 17:00", 2},
	} {
		one := newHistory(t)
		one.open(int64(i+1), h.at(c.created), OpenedFacts{})
		want := [4]int{}
		want[c.class] = 1
		if v := one.fold(one.options(), week)[0]; v.Backlog.Ages != want {
			t.Errorf("created %s: ages %v, want %v", c.created, v.Backlog.Ages, want)
		}
	}
}

func ExampleWeek() {
	p := Week(time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), time.UTC)
	fmt.Println(p.Key, p.From.Format(time.DateOnly), p.To.Format(time.DateOnly))
	// Output: 2026-W10 2026-03-02 2026-03-09
}
