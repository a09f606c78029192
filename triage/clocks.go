package triage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
)

// calendar is the calendar that was promised to a ticket, as it is now: the name
// is part of the promise, the hours are live. There is always one, so that dues can
// be computed: without any configured, the one that is always open.
func (t *turn) calendar(tk *store.Ticket) *sla.Calendar {
	if p, ok, err := t.policy(tk); err == nil && ok {
		return t.c.calendarOfSnapshot(p, tk.SLA)
	}
	return t.c.calendarFor(tk.SLA)
}

// calendarOfSnapshot is the calendar of a promise; that of its policy when it is
// gone from the configuration.
func (c *Config) calendarOfSnapshot(p sla.Snapshot, policy string) *sla.Calendar {
	if cal := c.Calendars[p.Calendar]; cal != nil {
		return cal
	}
	return c.calendarFor(policy)
}

func (c *Config) calendarFor(policy string) *sla.Calendar {
	for _, name := range []string{policy, c.DefaultSLA} {
		if cal := c.Calendars[c.calendarOf(name)]; cal != nil {
			return cal
		}
	}
	return sla.AroundTheClock()
}

// due is an instant some open time or business days from now.
func (c *Config) due(cal *sla.Calendar, from time.Time, target sla.Target) time.Time {
	at := cal.Due(from, target)
	if at.IsZero() { // a calendar that never opens again
		return from.Add(7 * day)
	}
	return at
}

// policySnapshot is what the ticket promises, fixed when it opens and when its
// priority changes (product 4.2). Without a policy there are no clocks.
func (t *turn) policySnapshot(tk *store.Ticket) (string, error) {
	p := t.c.Policies[or(tk.SLA, t.c.DefaultSLA)]
	if p == nil {
		return "", nil
	}
	b, err := json.Marshal(p.Snapshot(tk.Priority, or(t.c.Ticket.ReopenGrace, sla.DefaultReopenGrace),
		or(t.c.Ticket.ReprioritiseGrace, sla.DefaultReprioritiseGrace)))
	if err != nil {
		return "", fmt.Errorf("snapshot policy %s: %w", tk.SLA, err)
	}
	return string(b), nil
}

// policy is the snapshot of a ticket; ok is false when nothing was promised.
func (t *turn) policy(tk *store.Ticket) (p sla.Snapshot, ok bool, err error) {
	if tk.Policy == "" {
		return p, false, nil
	}
	if err := json.Unmarshal([]byte(tk.Policy), &p); err != nil {
		return p, false, fmt.Errorf("read policy of ticket %d: %w", tk.ID, err)
	}
	return p, true, nil
}

// clocks applies an event to the clocks of a ticket, stores them and plans what
// falls due by them. The ticket's state is the one after the event.
func (t *turn) clocks(tk *store.Ticket, ev sla.Event) error { return t.clocksAfter(tk, ev, false) }

// clocksAfter is clocks for an event that comes with or without a public word.
func (t *turn) clocksAfter(tk *store.Ticket, ev sla.Event, public bool) error {
	in := sla.ApplyInput{At: t.now, State: tk.State, Public: public, OpenedAt: tk.CreatedAt}
	if ev == sla.EventRetarget {
		in.Was = t.calendar(tk)
		snapshot, err := t.policySnapshot(tk)
		if err != nil {
			return err
		}
		tk.Policy = snapshot
	}
	p, ok, err := t.policy(tk)
	if err != nil || !ok {
		return err
	}
	in.Policy, in.Calendar = p, t.calendar(tk)
	var cs sla.Clocks
	if ev != sla.EventOpened && ev != sla.EventPhone {
		if cs, err = t.readClocks(tk); err != nil {
			return err
		}
	}
	if ev == sla.EventOpened || ev == sla.EventRequester {
		in.At = t.startedAt()
	}
	if err := t.remember(tk, ev, in); err != nil {
		return err
	}
	return t.writeClocks(tk, cs.Apply(ev, in))
}

// remember writes the event into the clock history of the ticket. Work is what an
// agent does, and what gives the ticket to somebody anew: another state, another
// level. A requester who asks again and again is no work.
func (t *turn) remember(tk *store.Ticket, ev sla.Event, in sla.ApplyInput) error {
	last, err := t.tx.LastClockEvent(t.ctx, tk.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read clock history of ticket %d: %w", tk.ID, err)
	}
	_, agent := t.c.AgentByAddress(t.from)
	err = t.tx.InsertClockEvent(t.ctx, store.ClockEvent{
		TicketID: tk.ID, At: in.At, Event: string(ev), State: tk.State, Public: in.Public, Level: tk.Level, Priority: tk.Priority, SLA: tk.SLA,
		Timer: t.m == nil, Work: agent || last.State != tk.State || last.Level != tk.Level,
	})
	if err != nil {
		return fmt.Errorf("keep clock history: %w", err)
	}
	return nil
}

// readClocks are the clocks of a ticket.
func (t *turn) readClocks(tk *store.Ticket) (sla.Clocks, error) {
	rows, err := t.tx.Clocks(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read clocks of ticket %d: %w", tk.ID, err)
	}
	cs := make(sla.Clocks, len(rows))
	for i, r := range rows {
		cs[i] = sla.Clock{
			Kind: r.Kind, Cycle: r.Cycle, State: r.State, Target: r.Target, Consumed: r.Consumed, SinceAt: r.SinceAt, DueAt: r.DueAt,
			WarnAt: r.WarnAt, BreachedAt: r.BreachedAt, StoppedAt: r.StoppedAt,
		}
	}
	return cs, nil
}

// writeClocks stores the clocks and makes the pending timers agree with them. The
// ticket's other timers stay as they are.
func (t *turn) writeClocks(tk *store.Ticket, cs sla.Clocks) error {
	if err := t.saveClocks(tk, cs); err != nil {
		return err
	}
	return t.planTimers(tk, cs, false)
}

// saveClocks stores the clocks and what their changes mean for the figures.
func (t *turn) saveClocks(tk *store.Ticket, cs sla.Clocks) error {
	before, err := t.readClocks(tk)
	if err != nil {
		return err
	}
	if err := t.clockFacts(tk, before, cs); err != nil {
		return err
	}
	rows := make([]store.Clock, len(cs))
	for i, c := range cs {
		rows[i] = store.Clock{
			TicketID: tk.ID, Kind: c.Kind, Cycle: c.Cycle, State: c.State, Target: c.Target, Consumed: c.Consumed, SinceAt: c.SinceAt,
			DueAt: c.DueAt, WarnAt: c.WarnAt, BreachedAt: c.BreachedAt, StoppedAt: c.StoppedAt,
		}
	}
	if err := t.tx.SaveClocks(t.ctx, tk.ID, rows); err != nil {
		return fmt.Errorf("save clocks of ticket %d: %w", tk.ID, err)
	}
	return nil
}

// planTimers makes the pending timers of a ticket agree with its clocks. After an
// edit of the configuration a step that is new to the ticket and whose instant has
// passed is not made up for: it was not promised then.
func (t *turn) planTimers(tk *store.Ticket, cs sla.Clocks, edited bool) error {
	p, ok, err := t.policy(tk)
	if err != nil || !ok {
		return err
	}
	have, err := t.tx.Timers(t.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read timers of ticket %d: %w", tk.ID, err)
	}
	known := func(timer sla.Timer) bool {
		return slices.ContainsFunc(have, func(o store.Timer) bool { return o.Name == timer.Name && o.Cycle == timer.Cycle })
	}
	var timers []store.Timer
	if slices.Contains(quietStates, tk.State) {
		// What still waits for somebody's morning is no longer true then.
		if _, err := t.tx.CancelByCause(t.ctx, fmt.Sprintf("sla:%d:", tk.ID)); err != nil {
			return fmt.Errorf("cancel warnings of ticket %d: %w", tk.ID, err)
		}
	} else {
		idle, err := t.tx.LastWorkAt(t.ctx, tk.ID)
		if err != nil {
			return fmt.Errorf("read last work on ticket %d: %w", tk.ID, err)
		}
		in := sla.TimerInput{Policy: p, State: tk.State, Level: tk.Level, OpenedAt: tk.CreatedAt, IdleSince: idle}
		for _, timer := range sla.Timers(cs, t.c.Escalation, t.calendar(tk), in) {
			if edited && timer.Step != nil && !timer.DueAt.After(t.now) && !known(timer) {
				continue
			}
			timers = append(timers, store.Timer{TicketID: tk.ID, Name: timer.Name, Cycle: timer.Cycle, DueAt: timer.DueAt})
		}
	}
	for _, timer := range have {
		if timer.FiredAt.IsZero() && isOwnTimer(timer.Name) {
			timers = append(timers, timer)
		}
	}
	if err := t.tx.SyncTimers(t.ctx, tk.ID, timers); err != nil {
		return fmt.Errorf("plan timers of ticket %d: %w", tk.ID, err)
	}
	return nil
}

// isOwnTimer tells the timers of a ticket from those of its clocks.
func isOwnTimer(name string) bool { return !strings.Contains(name, ":") }

// quietStates are those in which nothing of the ladder fires.
var quietStates = []string{
	string(state.Held), string(state.Resolved), string(state.Closed), string(state.ClosedDeflected), string(state.Merged), string(state.Discarded),
}

// dueOf is the due instant of a running clock; zero when it does not run.
func (t *turn) dueOf(tk *store.Ticket, kind string) (time.Time, error) {
	cs, err := t.readClocks(tk)
	if err != nil {
		return noTime, err
	}
	var due time.Time
	for _, c := range cs {
		if c.Kind == kind && c.State == sla.Running {
			due = c.DueAt
		}
	}
	return due, nil
}

// resolve marks a ticket solved and plans its closing.
func (t *turn) resolve(tk *store.Ticket, ev state.Event, clock sla.Event, actor, why string) error {
	tk.ResolvedAt = t.now
	if err := t.move(tk, ev, actor, why); err != nil {
		return err
	}
	if err := t.tx.DropTimers(t.ctx, tk.ID, timerRemind, timerResolve, timerWake, timerAsk, timerDeflect); err != nil {
		return fmt.Errorf("drop timers of ticket %d: %w", tk.ID, err)
	}
	if err := t.clocks(tk, clock); err != nil {
		return err
	}
	end := t.c.due(t.calendar(tk), t.now, or(t.c.Ticket.CloseAfter, sla.Target{BusinessDays: 3}))
	cycle, err := t.nextCycle(tk, timerClose)
	if err != nil {
		return err
	}
	if err := t.tx.SetTimer(t.ctx, tk.ID, timerClose, cycle, end); err != nil {
		return fmt.Errorf("set timer of ticket %d: %w", tk.ID, err)
	}
	return nil
}
