package triage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/store"
	"firstline/triage/sla"
)

// Timeline is the life of a ticket's clocks: how they stand, what happened to them,
// and what will by itself.
type Timeline struct {
	Ticket   string      `json:"ticket"`
	Subject  string      `json:"subject"`
	State    string      `json:"state"`
	Priority string      `json:"priority"`
	Level    int         `json:"level"`
	Policy   string      `json:"policy"`
	Calendar string      `json:"calendar"`
	Open     bool        `json:"open"` // the calendar, now
	At       time.Time   `json:"at"`
	Clocks   []ClockNow  `json:"clocks"`
	Past     []ClockLine `json:"past"`
	Ahead    []ClockLine `json:"ahead"`

	Location *time.Location `json:"-"` // of the calendar
}

// ClockNow is how a clock stands. Lengths are open seconds.
type ClockNow struct {
	Clock      string    `json:"clock"`
	Cycle      int       `json:"cycle"`
	State      string    `json:"state"`
	TargetS    int64     `json:"target_seconds"`
	UsedS      int64     `json:"used_seconds"`
	DueAt      time.Time `json:"due_at,omitzero"`
	BreachedAt time.Time `json:"breached_at,omitzero"`
	StoppedAt  time.Time `json:"stopped_at,omitzero"`
}

// ClockLine is one instant of a timeline: an event of the ticket, or a timer. Timer
// is warn:<clock>, breach:<clock> or step:<name>.
type ClockLine struct {
	At       time.Time     `json:"at"`
	Event    string        `json:"event,omitempty"`
	Timer    string        `json:"timer,omitempty"`
	State    string        `json:"state,omitempty"`
	Priority string        `json:"priority,omitempty"`
	Late     time.Duration `json:"late_ns,omitempty"` // a timer that fired after it was due
	Changes  []ClockChange `json:"changes,omitempty"`
}

// ClockChange is what an event did to a clock.
type ClockChange struct {
	Clock string `json:"clock"`
	Cycle int    `json:"cycle"`
	From  string `json:"from"` // "" = it began
	To    string `json:"to"`
	UsedS int64  `json:"used_seconds"`
}

// ClockTimeline reads the timeline of a ticket.
func ClockTimeline(ctx context.Context, tx *store.Tx, c *Config, tk *store.Ticket) (Timeline, error) {
	l := Timeline{Ticket: ticketTag(c, tk.ID, tk.Number), Subject: tk.Subject, State: tk.State, Priority: tk.Priority, Level: tk.Level, At: tx.Now}
	var p sla.Snapshot
	if tk.Policy != "" {
		if err := json.Unmarshal([]byte(tk.Policy), &p); err != nil {
			return l, fmt.Errorf("read policy of ticket %d: %w", tk.ID, err)
		}
	}
	cal := c.calendarOfSnapshot(p, tk.SLA)
	l.Policy, l.Calendar, l.Location, l.Open = p.Policy, cal.Name(), cal.Location(), cal.IsOpen(tx.Now)
	if l.Location == nil || cal.Name() == "" {
		l.Location = c.Company.Location
	}
	clocks, err := tx.Clocks(ctx, tk.ID)
	if err != nil {
		return l, fmt.Errorf("read clocks: %w", err)
	}
	l.Clocks = []ClockNow{}
	for _, k := range clocks {
		l.Clocks = append(l.Clocks, clockNow(k, cal, tx.Now))
	}
	slices.SortStableFunc(l.Clocks, func(a, b ClockNow) int { return clockPlace(a.Clock) - clockPlace(b.Clock) })
	events, err := tx.ClockEvents(ctx, tk.ID)
	if err != nil {
		return l, fmt.Errorf("read clock history: %w", err)
	}
	l.Past = pastOf(events, p, cal)
	timers, err := tx.Timers(ctx, tk.ID)
	if err != nil {
		return l, fmt.Errorf("read timers: %w", err)
	}
	l.addTimers(timers)
	return l, nil
}

// clockPlace is the order in which clocks begin.
func clockPlace(kind string) int {
	return slices.Index([]string{sla.FirstResponse, sla.NextResponse, sla.Resolution, sla.TakeOver}, kind)
}

func clockNow(k store.Clock, cal *sla.Calendar, now time.Time) ClockNow {
	c := sla.Clock{State: k.State, Consumed: k.Consumed, SinceAt: k.SinceAt}
	return ClockNow{
		Clock: k.Kind, Cycle: k.Cycle, State: k.State, TargetS: seconds(k.Target), UsedS: seconds(c.Used(cal, now)),
		DueAt: k.DueAt, BreachedAt: k.BreachedAt, StoppedAt: k.StoppedAt,
	}
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// pastOf replays the events: which clocks began, paused, went on and ended. The
// targets are those of today, which changes nothing of that.
func pastOf(events []store.ClockEvent, p sla.Snapshot, cal *sla.Calendar) []ClockLine {
	lines := []ClockLine{}
	var cs sla.Clocks
	var opened time.Time
	state := ""
	for _, e := range events {
		ev := sla.Event(e.Event)
		if ev == sla.EventOpened || ev == sla.EventPhone {
			opened = e.At
		}
		after := cs.Apply(ev, sla.ApplyInput{Policy: p, Calendar: cal, At: e.At, State: e.State, Public: e.Public, OpenedAt: opened})
		line := ClockLine{At: e.At, Event: e.Event, Changes: changesOf(cs, after, cal, e.At)}
		if e.State != state {
			line.State = e.State
		}
		if ev == sla.EventRetarget {
			line.Priority = e.Priority
		}
		cs, state = after, e.State
		if ev == sla.EventState && line.State == "" && len(line.Changes) == 0 {
			continue // somebody worked on it: nothing to see for a clock
		}
		lines = append(lines, line)
	}
	return lines
}

// changesOf are the clocks whose state changed.
func changesOf(before, after sla.Clocks, cal *sla.Calendar, at time.Time) (list []ClockChange) {
	for _, c := range after {
		from := ""
		for _, o := range before {
			if o.Kind == c.Kind && o.Cycle == c.Cycle {
				from = o.State
			}
		}
		if from != c.State {
			list = append(list, ClockChange{Clock: c.Kind, Cycle: c.Cycle, From: from, To: c.State, UsedS: seconds(c.Used(cal, at))})
		}
	}
	return list
}

// addTimers puts timers among the past and those pending ahead.
func (l *Timeline) addTimers(timers []store.Timer) {
	l.Ahead = []ClockLine{}
	for _, t := range timers {
		if !strings.Contains(t.Name, ":") {
			continue
		}
		if t.FiredAt.IsZero() {
			l.Ahead = append(l.Ahead, ClockLine{At: t.DueAt, Timer: t.Name})
			continue
		}
		line := ClockLine{At: t.FiredAt, Timer: t.Name}
		if late := t.FiredAt.Sub(t.DueAt); late >= 2*time.Minute {
			line.Late = late
		}
		l.Past = append(l.Past, line)
	}
	slices.SortStableFunc(l.Past, func(a, b ClockLine) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(l.Ahead, func(a, b ClockLine) int { return a.At.Compare(b.At) })
}
