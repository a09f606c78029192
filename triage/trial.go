package triage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"firstline/store"
	"firstline/triage/sla"
)

// TrialOptions choose the tickets of a trial: those opened in [Since, Until).
type TrialOptions struct {
	Since, Until time.Time
	Progress     func(done, total int) // nil = none
}

// Trial is what other service levels would have meant for stored tickets, against
// what did happen.
type Trial struct {
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	Tickets  int           `json:"tickets"`
	Unknown  int           `json:"unknown"` // tickets without a history of their clocks: not part of the figures
	Breaches []TrialClock  `json:"breaches"`
	Calls    []TrialStep   `json:"calls"`
	Changed  []TrialTicket `json:"changed"` // tickets with breaches or calls that differ, oldest first
}

// TrialClock counts the clocks of a kind. Breached did run past their due time,
// WouldBreach would have; Fewer and More are single clocks that differ.
type TrialClock struct {
	Clock       string `json:"clock"`
	Clocks      int    `json:"clocks"`
	Breached    int    `json:"breached"`
	WouldBreach int    `json:"would_breach"`
	More        int    `json:"more"`
	Fewer       int    `json:"fewer"`
}

// TrialStep counts how often a step of the ladder called people.
type TrialStep struct {
	Step  string `json:"step"`
	Calls int    `json:"calls"`
	Would int    `json:"would"`
}

// TrialTicket is a ticket for which something differs.
type TrialTicket struct {
	Ticket   string    `json:"ticket"`
	Subject  string    `json:"subject"`
	Priority string    `json:"priority"`
	OpenedAt time.Time `json:"opened_at"`
	More     []string  `json:"more"`  // breaches and calls that would have been, but were not
	Fewer    []string  `json:"fewer"` // that were, and would not have been
}

// trialMost bounds the tickets that are listed one by one.
const trialMost = 10_000

// TrySLA replays the clock histories of stored tickets with the policies, calendars
// and ladder of another configuration. It writes nothing.
func TrySLA(ctx context.Context, st *store.Store, c *Config, o TrialOptions) (Trial, error) {
	r := Trial{Since: o.Since, Until: o.Until}
	var ids []int64
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.TicketIDsCreated(ctx, o.Since, o.Until)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("list tickets: %w", err)
	}
	sum := trial{c: c, until: o.Until, clocks: map[string]*TrialClock{}, steps: map[string]*TrialStep{}, r: &r}
	done := 0
	for batch := range slices.Chunk(ids, 200) {
		err := st.View(ctx, func(tx *store.Tx) error {
			for _, id := range batch {
				if err := sum.ticket(ctx, tx, id); err != nil {
					return fmt.Errorf("ticket row %d: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return r, err
		}
		if done += len(batch); o.Progress != nil {
			o.Progress(done, len(ids))
		}
	}
	sum.finish()
	return r, nil
}

// trial sums up tickets.
type trial struct {
	c      *Config
	until  time.Time
	clocks map[string]*TrialClock
	steps  map[string]*TrialStep
	r      *Trial
}

// ticket adds one ticket.
func (s *trial) ticket(ctx context.Context, tx *store.Tx, id int64) error {
	tk, err := tx.Ticket(ctx, id)
	if err != nil {
		return err
	}
	events, err := tx.ClockEvents(ctx, id)
	if err != nil {
		return err
	}
	if len(events) == 0 {
		if tk.Policy != "" {
			s.r.Unknown++
		}
		return nil
	}
	s.r.Tickets++
	was, err := happened(ctx, tx, id, s.until)
	if err != nil {
		return err
	}
	would := s.would(&tk, events)
	for key := range union(was, would) {
		s.count(key, was[key], would[key])
	}
	s.list(&tk, was, would)
	return nil
}

// outcome is one thing that happens to a ticket: a clock (breached or not), or a
// call of a step.
type outcome struct {
	clock, step string
	cycle       int
}

func (k outcome) String() string {
	if k.step != "" {
		return "step:" + k.step
	}
	return "breach:" + k.clock
}

// happened are the clocks and calls of a ticket as they were; the value of a clock
// is whether it was breached.
func happened(ctx context.Context, tx *store.Tx, id int64, until time.Time) (map[outcome]bool, error) {
	m := map[outcome]bool{}
	clocks, err := tx.Clocks(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, k := range clocks {
		if k.State != sla.NotApplicable || !k.BreachedAt.IsZero() {
			m[outcome{clock: k.Kind, cycle: k.Cycle}] = !k.BreachedAt.IsZero() && !k.BreachedAt.After(until)
		}
	}
	timers, err := tx.Timers(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, t := range timers {
		if name, ok := strings.CutPrefix(t.Name, "step:"); ok && !t.FiredAt.IsZero() && !t.FiredAt.After(until) {
			m[outcome{step: name, cycle: t.Cycle}] = true
		}
	}
	return m, nil
}

// would are the clocks and calls of a ticket under the other configuration.
func (s *trial) would(tk *store.Ticket, events []store.ClockEvent) map[outcome]bool {
	calendar := func(name string) *sla.Calendar {
		if cal := s.c.Calendars[name]; cal != nil {
			return cal
		}
		return s.c.calendarFor(tk.SLA)
	}
	run := sla.Simulation{Steps: s.c.Escalation, Calendar: calendar, Category: tk.Category}
	clocks, fired := run.Run(s.history(events), s.until)
	m := map[outcome]bool{}
	for _, k := range clocks {
		if k.State != sla.NotApplicable || !k.BreachedAt.IsZero() {
			m[outcome{clock: k.Kind, cycle: k.Cycle}] = !k.BreachedAt.IsZero()
		}
	}
	for _, f := range fired {
		if f.Step != nil {
			m[outcome{step: f.Step.Name, cycle: f.Cycle}] = true
		}
	}
	return m
}

// history is a stored clock history under the policies of the other configuration.
// What the old ladder did is left out: the new one does it anew.
func (s *trial) history(events []store.ClockEvent) []sla.Occurrence {
	var list []sla.Occurrence
	for _, e := range events {
		o := sla.Occurrence{At: e.At, Event: sla.Event(e.Event), State: e.State, Public: e.Public, Level: e.Level, Work: e.Work}
		if e.Timer && o.Event == sla.EventEscalated {
			continue
		}
		switch o.Event {
		case sla.EventOpened, sla.EventPhone, sla.EventRetarget:
			o.Policy = s.c.snapshotFor(e.SLA, e.Priority)
		}
		list = append(list, o)
	}
	return list
}

// snapshotFor is what the configuration promises a ticket of a priority now; nothing,
// if it has no such policy.
func (c *Config) snapshotFor(policy, priority string) *sla.Snapshot {
	p := c.Policies[policy]
	if p == nil {
		p = c.Policies[c.DefaultSLA]
	}
	if p == nil {
		return &sla.Snapshot{Priority: priority}
	}
	snapshot := p.Snapshot(priority, or(c.Ticket.ReopenGrace, sla.DefaultReopenGrace), or(c.Ticket.ReprioritiseGrace, sla.DefaultReprioritiseGrace))
	return &snapshot
}

func union(a, b map[outcome]bool) map[outcome]bool {
	m := maps.Clone(a)
	maps.Copy(m, b)
	return m
}

// count adds one outcome to the sums.
func (s *trial) count(k outcome, was, would bool) {
	one := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	if k.step != "" {
		x := s.steps[k.step]
		if x == nil {
			x = &TrialStep{Step: k.step}
			s.steps[k.step] = x
		}
		x.Calls += one(was)
		x.Would += one(would)
		return
	}
	x := s.clocks[k.clock]
	if x == nil {
		x = &TrialClock{Clock: k.clock}
		s.clocks[k.clock] = x
	}
	x.Clocks++
	x.Breached += one(was)
	x.WouldBreach += one(would)
	x.More += one(would && !was)
	x.Fewer += one(was && !would)
}

// list keeps a ticket for which something differs. Calls of a step count, not the
// cycles they belong to: idling begins at other instants.
func (s *trial) list(tk *store.Ticket, was, would map[outcome]bool) {
	n := map[string]int{}
	for k, yes := range would {
		if yes {
			n[k.String()]++
		}
	}
	for k, yes := range was {
		if yes {
			n[k.String()]--
		}
	}
	t := TrialTicket{Ticket: ticketTag(s.c, tk.ID, tk.Number), Subject: tk.Subject, Priority: tk.Priority, OpenedAt: tk.CreatedAt, More: []string{}, Fewer: []string{}}
	for _, name := range slices.Sorted(maps.Keys(n)) {
		switch {
		case n[name] > 0:
			t.More = append(t.More, name)
		case n[name] < 0:
			t.Fewer = append(t.Fewer, name)
		}
	}
	if len(t.More)+len(t.Fewer) > 0 && len(s.r.Changed) < trialMost {
		s.r.Changed = append(s.r.Changed, t)
	}
}

// finish puts the sums in order: clocks as they follow one another, steps as the
// ladder has them, steps that are gone after them.
func (s *trial) finish() {
	s.r.Breaches, s.r.Calls = []TrialClock{}, []TrialStep{}
	for _, kind := range []string{sla.FirstResponse, sla.NextResponse, sla.Resolution, sla.TakeOver} {
		if x := s.clocks[kind]; x != nil {
			s.r.Breaches = append(s.r.Breaches, *x)
		}
	}
	for _, step := range s.c.Escalation {
		x := s.steps[step.Name]
		if x == nil {
			x = &TrialStep{Step: step.Name}
		}
		s.r.Calls = append(s.r.Calls, *x)
		delete(s.steps, step.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.steps)) {
		s.r.Calls = append(s.r.Calls, *s.steps[name])
	}
	if s.r.Changed == nil {
		s.r.Changed = []TrialTicket{}
	}
}
