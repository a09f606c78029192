package triage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
)

// calendar is the calendar of a ticket's policy; always one, so that dues can be
// computed: without any configured, the one that is always open.
func (t *turn) calendar(tk *store.Ticket) *sla.Calendar { return t.c.calendarFor(tk.SLA) }

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
	if ev == sla.EventRetarget {
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
	var cs sla.Clocks
	if ev != sla.EventOpened && ev != sla.EventPhone {
		if cs, err = t.readClocks(tk); err != nil {
			return err
		}
	}
	at := t.now
	if ev == sla.EventOpened || ev == sla.EventRequester {
		at = t.startedAt()
	}
	cs = cs.Apply(ev, sla.ApplyInput{
		Policy: p, Calendar: t.calendar(tk), At: at, State: tk.State, Public: public, OpenedAt: tk.CreatedAt,
	})
	return t.writeClocks(tk, cs)
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
	p, ok, err := t.policy(tk)
	if err != nil || !ok {
		return err
	}
	have, err := t.tx.Timers(t.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read timers of ticket %d: %w", tk.ID, err)
	}
	var timers []store.Timer
	if !slices.Contains(quietStates, tk.State) {
		in := sla.TimerInput{Policy: p, State: tk.State, Level: tk.Level, OpenedAt: tk.CreatedAt, IdleSince: t.idleSince(have)}
		for _, timer := range sla.Timers(cs, t.c.Escalation, t.calendar(tk), in) {
			timers = append(timers, store.Timer{TicketID: tk.ID, Name: timer.Name, Cycle: timer.Cycle, DueAt: timer.DueAt})
		}
	}
	for _, timer := range have {
		if timer.FiredAt.IsZero() && !strings.Contains(timer.Name, ":") {
			timers = append(timers, timer)
		}
	}
	if err := t.tx.SyncTimers(t.ctx, tk.ID, timers); err != nil {
		return fmt.Errorf("plan timers of ticket %d: %w", tk.ID, err)
	}
	return nil
}

// idleSince is when somebody last worked on the ticket: now, while a mail is at
// work; else what the timers of the idle steps were planned from, because their
// cycle is that instant.
func (t *turn) idleSince(have []store.Timer) time.Time {
	if t.m != nil {
		return t.now
	}
	last := 0
	for _, timer := range have {
		last = max(last, timer.Cycle)
	}
	if last < 1e9 {
		return time.Time{}
	}
	return time.Unix(int64(last), 0)
}

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
