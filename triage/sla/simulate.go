package sla

import (
	"slices"
	"time"
)

// Occurrence is an event in the history of a ticket.
type Occurrence struct {
	At     time.Time
	Event  Event // "" = no event for clocks, but a change of Level or work done
	State  string
	Public bool
	Level  int  // from here on; 0 = unchanged
	Work   bool // somebody worked on the ticket: idling begins anew
	// Policy is the snapshot from here on, with EventOpened, EventPhone and
	// EventRetarget; nil = unchanged.
	Policy *Snapshot
}

// Fired is a timer that fired in a simulation.
type Fired struct {
	Timer
	At time.Time
}

// Simulate replays the history of a ticket, in order of time, up to an instant:
// the clocks it ends with, and the warnings, breaches and steps that fire on the
// way. calendar returns the calendar of a name. It answers what another policy
// would have meant for a stored ticket.
func Simulate(history []Occurrence, until time.Time, steps []Step, calendar func(name string) *Calendar) (Clocks, []Fired) {
	s := simulation{steps: steps, calendar: calendar, done: map[timerKey]bool{}}
	for i := range history {
		if history[i].At.After(until) {
			break
		}
		s.fire(history[i].At)
		s.apply(&history[i])
	}
	s.fire(until)
	for i := range s.clocks {
		s.clocks[i].notice(until)
	}
	return s.clocks, s.fired
}

type timerKey struct {
	name  string
	cycle int
}

type simulation struct {
	steps    []Step
	calendar func(string) *Calendar
	clocks   Clocks
	input    TimerInput
	fired    []Fired
	done     map[timerKey]bool
}

// apply carries out one occurrence.
func (s *simulation) apply(o *Occurrence) {
	var was *Calendar
	if o.Policy != nil {
		if o.Event == EventRetarget {
			was = s.calendar(s.input.Policy.Calendar)
		}
		s.input.Policy = *o.Policy
	}
	if o.Event == EventOpened || o.Event == EventPhone {
		s.input.OpenedAt, s.input.IdleSince = o.At, o.At
		s.input.Level = max(s.input.Level, 1)
	}
	if o.Level != 0 {
		s.input.Level = o.Level
	}
	if o.State != "" {
		s.input.State = o.State
	}
	if o.Work {
		s.input.IdleSince = o.At
	}
	if o.Event == "" {
		return
	}
	s.clocks = s.clocks.Apply(o.Event, ApplyInput{
		Policy: s.input.Policy, Calendar: s.calendar(s.input.Policy.Calendar), Was: was,
		At: o.At, State: o.State, Public: o.Public, OpenedAt: s.input.OpenedAt,
	})
}

// fire lets everything happen that is due up to an instant. What marks the end
// of a target fires only after it: an event at the due instant is in time.
func (s *simulation) fire(at time.Time) {
	timers := Timers(s.clocks, s.steps, s.calendar(s.input.Policy.Calendar), s.input)
	for _, t := range timers {
		key := timerKey{t.Name, t.Cycle}
		late := t.Step != nil && t.Step.Used >= 1 || t.Step == nil && t.isBreach()
		if s.done[key] || t.DueAt.After(at) || late && !t.DueAt.Before(at) {
			continue
		}
		s.done[key] = true
		s.fired = append(s.fired, Fired{Timer: t, At: t.DueAt})
	}
	slices.SortStableFunc(s.fired, func(a, b Fired) int { return a.At.Compare(b.At) })
}

// isBreach reports whether a timer marks the end of a target.
func (t Timer) isBreach() bool { return len(t.Name) > 7 && t.Name[:7] == "breach:" }
