package sla

import (
	"slices"
	"time"
)

// Step is one step of the escalation ladder. Exactly one of Clock and Idle is
// set.
type Step struct {
	Name      string
	Clock     string              // kind of clock
	Used      float64             // share of its target: 0.5, 1 = when due, above = later
	Idle      time.Duration       // open time without work on the ticket
	OnlyLevel int                 // 0 = any
	HandOver  map[string][]string // second-level group by category; nil = ownership unchanged
	Notify    []string            // requester, assignee, group, lead, or names
}

// Timer is something that happens by itself at an instant, as stored.
type Timer struct {
	Name  string // "warn:<clock>", "breach:<clock>", "step:<name>"
	Cycle int
	DueAt time.Time
	// Step is set for steps of the ladder.
	Step *Step
}

// TimerInput is what Timers needs to know about the ticket.
type TimerInput struct {
	Policy   Snapshot
	State    string // of the ticket
	Level    int
	OpenedAt time.Time
	// IdleSince is when somebody last worked on the ticket; zero = no idle steps.
	// Its Unix time is the cycle of their timers, so that each stretch of idling
	// fires once.
	IdleSince time.Time
}

// Timers returns all timers of the clocks that may still fire, in order of time.
// It is the complete set: timers stored for the ticket that have not fired and
// are not in it no longer hold. Timers that fired stay fired, since name and
// cycle are the same for as long as a clock lives; a paused clock has none.
func Timers(cs Clocks, steps []Step, cal *Calendar, in TimerInput) []Timer {
	if cal == nil {
		cal = AroundTheClock()
	}
	var out []Timer
	add := func(t Timer) {
		if !t.DueAt.IsZero() {
			out = append(out, t)
		}
	}
	for _, c := range cs {
		if c.State != Running {
			continue
		}
		if c.BreachedAt.IsZero() {
			add(Timer{Name: "warn:" + c.Kind, Cycle: c.Cycle, DueAt: c.WarnAt})
			add(Timer{Name: "breach:" + c.Kind, Cycle: c.Cycle, DueAt: c.DueAt})
		}
	}
	for i := range steps {
		s := &steps[i]
		if s.OnlyLevel != 0 && s.OnlyLevel != in.Level {
			continue
		}
		if s.Clock == "" {
			if s.Idle > 0 && in.idles(cs) {
				add(Timer{Name: "step:" + s.Name, Cycle: int(in.IdleSince.Unix()), DueAt: cal.Add(in.IdleSince, s.Idle), Step: s})
			}
			continue
		}
		if c := cs.last(s.Clock); c != nil && c.State == Running {
			a := ApplyInput{Policy: in.Policy, Calendar: cal, OpenedAt: in.OpenedAt}
			add(Timer{Name: "step:" + s.Name, Cycle: c.Cycle, DueAt: c.at(cal, s.Used, a.nominal(*c)), Step: s})
		}
	}
	slices.SortStableFunc(out, func(a, b Timer) int { return a.DueAt.Compare(b.DueAt) })
	return out
}

// idles reports whether a ticket can idle: somebody should be working on it, and
// it is not paused.
func (in TimerInput) idles(cs Clocks) bool {
	if in.IdleSince.IsZero() || in.Policy.pauses(in.State) {
		return false
	}
	switch in.State {
	case "new", "open", "waiting_requester", "waiting_vendor":
		return true
	}
	return false
}
