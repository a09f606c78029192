package sla

import (
	"maps"
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

// Simulation is a ladder to try on histories.
type Simulation struct {
	Steps []Step
	// Calendar returns the calendar of a name.
	Calendar func(name string) *Calendar
	// Category of the ticket: a step that hands tickets of it over does so, once. ""
	// = steps hand nothing over, the history does.
	Category string
}

// Simulate replays the history of a ticket, in order of time, up to an instant:
// the clocks it ends with, and the warnings, breaches and steps that fire on the
// way. calendar returns the calendar of a name. It answers what another policy
// would have meant for a stored ticket.
func Simulate(history []Occurrence, until time.Time, steps []Step, calendar func(name string) *Calendar) (Clocks, []Fired) {
	return Simulation{Steps: steps, Calendar: calendar}.Run(history, until)
}

// Run replays one history; see Simulate.
func (x Simulation) Run(history []Occurrence, until time.Time) (Clocks, []Fired) {
	s := simulation{Simulation: x, done: map[timerKey]bool{}}
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
	Simulation
	clocks Clocks
	input  TimerInput
	fired  []Fired
	done   map[timerKey]bool
	handed bool
}

// apply carries out one occurrence.
func (s *simulation) apply(o *Occurrence) {
	var was *Calendar
	if o.Policy != nil {
		if o.Event == EventRetarget {
			was = s.Calendar(s.input.Policy.Calendar)
		}
		s.input.Policy = *o.Policy
	}
	if o.Event == EventOpened || o.Event == EventPhone {
		s.input.OpenedAt, s.input.IdleSince = o.At, o.At
		s.input.Level = max(s.input.Level, 1)
	}
	if o.Level != 0 && !s.handed {
		s.input.Level = o.Level
	}
	if o.Event == EventReturned {
		s.handed = false
		s.input.Level = 1
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
		Policy: s.input.Policy, Calendar: s.Calendar(s.input.Policy.Calendar), Was: was,
		At: o.At, State: o.State, Public: o.Public, OpenedAt: s.input.OpenedAt,
	})
}

// fire lets everything happen that is due up to an instant. What marks the end
// of a target fires only after it: an event at the due instant is in time.
func (s *simulation) fire(at time.Time) {
	for s.fireUntilHandOver(at) {
	}
}

// fireUntilHandOver is fire up to the first step that hands the ticket over, which
// changes what is due after it; again is true then.
func (s *simulation) fireUntilHandOver(at time.Time) (again bool) {
	for _, t := range Timers(s.clocks, s.Steps, s.Calendar(s.input.Policy.Calendar), s.input) {
		key := timerKey{t.Name, t.Cycle}
		late := t.Step != nil && t.Step.Used >= 1 || t.Step == nil && t.isBreach()
		if s.quiet() || s.done[key] || t.DueAt.After(at) || late && !t.DueAt.Before(at) {
			continue
		}
		s.done[key] = true
		s.fired = append(s.fired, Fired{Timer: t, At: t.DueAt})
		if s.Category != "" && t.Step != nil && t.Step.Group(s.Category) != "" && s.input.Level == 1 {
			s.input.Level, s.input.IdleSince, s.handed = 2, t.DueAt, true
			s.clocks = s.clocks.Apply(EventEscalated, ApplyInput{
				Policy: s.input.Policy, Calendar: s.Calendar(s.input.Policy.Calendar), At: t.DueAt, State: s.input.State, OpenedAt: s.input.OpenedAt,
			})
			return true
		}
	}
	slices.SortStableFunc(s.fired, func(a, b Fired) int { return a.At.Compare(b.At) })
	return false
}

// quiet reports whether the ticket is in a state in which nothing fires, whatever
// clocks still run.
func (s *simulation) quiet() bool {
	switch s.input.State {
	case "held", "resolved", "closed", "closed_deflected", "merged", "discarded":
		return true
	}
	return false
}

// Group is the second-level group the step hands tickets of a category to; "" =
// none. Of several it is the first by name.
func (s *Step) Group(category string) string {
	for _, group := range slices.Sorted(maps.Keys(s.HandOver)) {
		if slices.Contains(s.HandOver[group], category) {
			return group
		}
	}
	return ""
}

// isBreach reports whether a timer marks the end of a target.
func (t Timer) isBreach() bool { return len(t.Name) > 7 && t.Name[:7] == "breach:" }
