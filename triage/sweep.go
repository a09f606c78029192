package triage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// The timers of a ticket besides those of its clocks.
const (
	timerAsk     = "ask"     // ask whether the FAQ answer helped
	timerDeflect = "deflect" // close an FAQ answer nobody objected to
	timerRemind  = "remind"  // remind the requester that we wait
	timerResolve = "resolve" // resolve what nobody answered
	timerClose   = "close"   // close what was resolved
	timerWake    = "wake"    // end of a snooze
	timerDiscard = "discard" // give up a held mail
)

const (
	day = 24 * time.Hour
	// heldFor is how long an unknown sender's mail waits for a decision.
	heldFor = 14 * day
	// sweepBatch is how many due timers share one transaction.
	sweepBatch = 200
)

var noTime time.Time

// Sweep does everything that is due now, and returns how many timers fired. A
// missed or doubled tick costs nothing: dues are stored, and a timer fires once.
func (d *Desk) Sweep(ctx context.Context) (int, error) {
	fired := 0
	for {
		n, err := d.sweepSome(ctx)
		fired += n
		if err != nil {
			return fired, fmt.Errorf("sweep: %w", err)
		}
		if n < sweepBatch {
			break
		}
	}
	if fired > 0 {
		d.Store.Notify(store.TopicOutbox)
	}
	return fired, nil
}

// sweepSome fires one batch of due timers, grouped by ticket, so that what fell
// due while the daemon was down becomes one mail per ticket.
func (d *Desk) sweepSome(ctx context.Context) (int, error) {
	c := d.Config()
	due := 0
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.DueTimers(ctx, 1)
		due = len(rows)
		return err
	})
	if err != nil || due == 0 {
		return 0, err
	}
	n := 0
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.DueTimers(ctx, sweepBatch)
		if err != nil {
			return fmt.Errorf("read due timers: %w", err)
		}
		n = len(rows)
		t := d.turn(ctx, tx, c, &shared{})
		byTicket := map[int64][]store.Timer{}
		var order []int64
		for _, r := range rows {
			if byTicket[r.TicketID] == nil {
				order = append(order, r.TicketID)
			}
			byTicket[r.TicketID] = append(byTicket[r.TicketID], r)
		}
		for _, id := range order {
			if err := t.fire(id, byTicket[id]); err != nil {
				return fmt.Errorf("ticket %d: %w", id, err)
			}
		}
		store.Failpoint("sweep.decided")
		return nil
	})
	store.Failpoint("sweep.committed")
	return n, err
}

// fire carries out the due timers of one ticket. Each is marked first: with the
// effects in the same transaction it happens once, whatever crashes.
func (t *turn) fire(ticketID int64, timers []store.Timer) error {
	tk, err := t.tx.Ticket(t.ctx, ticketID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read ticket: %w", err)
	}
	var steps []string
	for _, timer := range timers {
		fresh, err := t.tx.FireTimer(t.ctx, timer.ID)
		if err != nil {
			return fmt.Errorf("fire timer %s: %w", timer.Name, err)
		}
		if !fresh {
			continue
		}
		kind, name, _ := strings.Cut(timer.Name, ":")
		switch kind {
		case "step":
			steps = append(steps, name)
		case "warn":
			err = t.event(&tk, "timer", "sla_warning", "", name, "")
		case "breach":
			err = t.breach(&tk, name, timer)
		default:
			err = t.ownTimer(&tk, timer.Name)
		}
		if err != nil {
			return err
		}
	}
	return t.climb(&tk, steps)
}

// breach marks a clock that ran past its due instant; it never heals.
func (t *turn) breach(tk *store.Ticket, clock string, timer store.Timer) error {
	cs, err := t.readClocks(tk)
	if err != nil {
		return err
	}
	cs, ok := cs.Breach(clock, timer.Cycle, t.now)
	if !ok {
		return nil
	}
	if err := t.writeClocks(tk, cs); err != nil {
		return err
	}
	return t.event(tk, "timer", "sla_breach", "", clock, "due "+timer.DueAt.In(t.c.Company.Location).Format(time.RFC3339))
}

// climb carries out the steps of the escalation ladder that are due. After a
// downtime several may be: all take effect, and each person gets one mail, about
// the highest.
func (t *turn) climb(tk *store.Ticket, names []string) error {
	told := map[string]bool{}
	for i := len(names) - 1; i >= 0; i-- {
		step, ok := t.c.step(names[i])
		if !ok {
			continue
		}
		if err := t.event(tk, "timer", "escalation_step", "", step.Name, ""); err != nil {
			return err
		}
		if group := groupFor(step, tk.Category); group != "" && tk.Level == 1 {
			h := handover{group: group, by: "timer", reason: step.Name, cause: fmt.Sprintf("sla:%d:%s:%d", tk.ID, step.Name, tk.Reopens), late: step.Name}
			if err := t.handOver(tk, h); err != nil {
				return err
			}
			for _, a := range t.owners(tk) {
				told[a.ID] = true
			}
		}
		if err := t.tellStep(tk, step, told); err != nil {
			return err
		}
	}
	return nil
}

// step finds a step of the ladder by name.
func (c *Config) step(name string) (sla.Step, bool) {
	for _, s := range c.Escalation {
		if s.Name == name {
			return s, true
		}
	}
	return sla.Step{}, false
}

// groupFor is the second-level group a step hands tickets of a category to; "" =
// the step changes no ownership.
func groupFor(s sla.Step, category string) string {
	for group, categories := range s.HandOver {
		if slices.Contains(categories, category) {
			return group
		}
	}
	return ""
}

// tellStep mails the people a step names, each once per sweep. Who is told before
// the due instant is warned; who is told at or after it reads of a breach. Outside
// the calendar the mail waits for the next opening, except for P1.
func (t *turn) tellStep(tk *store.Ticket, step sla.Step, told map[string]bool) error {
	due, err := t.dueOf(tk, step.Clock)
	if err != nil {
		return err
	}
	kind, purpose := mailout.Warning, token.Notification
	if !due.IsZero() && !due.After(t.now) {
		kind = mailout.Breach
	}
	for _, a := range t.agentsOf(tk, step.Notify) {
		if told[a.ID] {
			continue
		}
		told[a.ID] = true
		p := purpose
		if kind == mailout.Breach && a.Role == "manager" {
			p = token.Internal
		}
		_, err := t.toAgent(tk, a, notice{
			kind: kind, purpose: p, cause: fmt.Sprintf("sla:%d:%s:%d:%s", tk.ID, step.Name, t.stepCycle(tk), a.ID), wait: true,
			fill: func(d *mailout.InternalData) {
				d.Clock, d.Due, d.Owner = step.Clock, due, t.ownerName(tk)
				d.Text, d.Reason = t.firstText(tk), mailout.InternalReason(step.Name)
				if !due.IsZero() && due.After(t.now) {
					d.Left = due.Sub(t.now)
				}
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// stepCycle tells the mails of one cycle of the ladder from the next: a reopened
// ticket climbs again.
func (t *turn) stepCycle(tk *store.Ticket) int { return tk.Reopens*100 + tk.Level }

// ownTimer carries out a timer that belongs to no clock.
func (t *turn) ownTimer(tk *store.Ticket, name string) error {
	switch name {
	case timerAsk:
		return t.askAboutFAQ(tk)
	case timerDeflect:
		return t.deflect(tk)
	case timerRemind:
		return t.remind(tk)
	case timerResolve:
		return t.resolveSilent(tk)
	case timerClose:
		tk.ClosedAt = t.now
		if err := t.move(tk, state.CloseTimer, "timer", "resolved and not reopened"); err != nil {
			return err
		}
		return t.clocks(tk, sla.EventClosed)
	case timerWake:
		return t.wake(tk)
	case timerDiscard:
		tk.ClosedAt = t.now
		return t.move(tk, state.ExpireTimer, "timer", "nobody accepted it")
	}
	return t.event(tk, "timer", "unknown_timer", "", name, "")
}

// askAboutFAQ asks once whether the answer helped.
func (t *turn) askAboutFAQ(tk *store.Ticket) error {
	if tk.State != string(state.FAQAnswered) {
		return nil
	}
	end := t.c.due(t.calendar(tk), t.now, or(t.c.FAQ.CloseAfter, sla.Target{BusinessDays: 1}))
	if err := t.move(tk, state.AskTimer, "timer", "asked whether the answer helped"); err != nil {
		return err
	}
	if err := t.tx.SetTimer(t.ctx, tk.ID, timerDeflect, 1+tk.Reopens, end); err != nil {
		return fmt.Errorf("set timer: %w", err)
	}
	_, err := t.automatic(tk, letter{
		kind: mailout.FAQQuestion, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("ask:%d", tk.ID),
		fill: func(d *mailout.PublicData) { d.Question, d.Deadline = tk.Subject, end },
	})
	return err
}

// automatic is toRequester for mail that a timer writes, within the caps.
func (t *turn) automatic(tk *store.Ticket, l letter) (bool, error) {
	why, err := t.budget(tk.Requester)
	if err != nil {
		return false, err
	}
	if why != "" || tk.Auth == "fail" {
		return false, t.event(tk, "system", "not_sent", "", string(l.kind), or(why, "sender not verified"))
	}
	return t.toRequester(tk, tk.Requester, l)
}

// deflect closes an FAQ answer that nobody objected to; it counts as silent.
func (t *turn) deflect(tk *store.Ticket) error {
	if tk.State != string(state.FAQAnswered) {
		return nil
	}
	if err := t.faqOutcome(tk, "silent"); err != nil {
		return err
	}
	tk.ClosedAt = t.now
	if err := t.move(tk, state.DeflectTimer, "timer", "no answer to the FAQ answer"); err != nil {
		return err
	}
	return t.clocks(tk, sla.EventFAQYes)
}

// setWaitTimers plans the reminder and the end of waiting for the requester.
func (t *turn) setWaitTimers(tk *store.Ticket, until time.Time) error {
	cal := t.calendar(tk)
	remind := t.c.due(cal, t.now, or(t.c.Ticket.RemindAfter, sla.Target{BusinessDays: 2}))
	end := t.c.due(cal, t.now, or(t.c.Ticket.ResolveAfter, sla.Target{BusinessDays: 5}))
	if !until.IsZero() {
		remind, end = until, later(end, until.Add(end.Sub(t.now)))
	}
	for name, at := range map[string]time.Time{timerRemind: remind, timerResolve: end} {
		cycle, err := t.nextCycle(tk, name)
		if err != nil {
			return err
		}
		if err := t.tx.SetTimer(t.ctx, tk.ID, name, cycle, at); err != nil {
			return fmt.Errorf("set timer %s: %w", name, err)
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nextCycle is the first cycle of a timer that has not fired.
func (t *turn) nextCycle(tk *store.Ticket, name string) (int, error) {
	rows, err := t.tx.Timers(t.ctx, tk.ID)
	if err != nil {
		return 0, fmt.Errorf("read timers: %w", err)
	}
	cycle := 1
	for _, r := range rows {
		if r.Name == name && !r.FiredAt.IsZero() && r.Cycle >= cycle {
			cycle = r.Cycle + 1
		}
	}
	return cycle, nil
}

// remind tells the requester once that we wait for him.
func (t *turn) remind(tk *store.Ticket) error {
	if tk.State != string(state.WaitingRequester) {
		return nil
	}
	if err := t.move(tk, state.RemindTimer, "timer", "reminded"); err != nil {
		return err
	}
	question, err := t.lastPublic(tk)
	if err != nil {
		return err
	}
	end := t.c.due(t.calendar(tk), t.now, or(t.c.Ticket.RemindAfter, sla.Target{BusinessDays: 2}))
	rows, err := t.tx.Timers(t.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read timers: %w", err)
	}
	for _, r := range rows {
		if r.Name == timerResolve && r.FiredAt.IsZero() {
			end = r.DueAt
		}
	}
	_, err = t.automatic(tk, letter{
		kind: mailout.Reminder, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("remind:%d:%d", tk.ID, tk.PublicSeq),
		fill: func(d *mailout.PublicData) { d.Question, d.Deadline = question, end },
	})
	return err
}

// lastPublic is the last word of an agent to the requester, in one line.
func (t *turn) lastPublic(tk *store.Ticket) (string, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return "", fmt.Errorf("read messages: %w", err)
	}
	last := ""
	for _, m := range messages {
		if m.Visibility == "public" && m.Agent != "" {
			last = mailout.OneLine(m.Text)
		}
	}
	return last, nil
}

// resolveSilent resolves a ticket whose requester did not answer.
func (t *turn) resolveSilent(tk *store.Ticket) error {
	if tk.State != string(state.WaitingRequester) {
		return nil
	}
	if err := t.resolve(tk, state.ResolveTimer, sla.EventResolved, "timer", "no answer of the requester"); err != nil {
		return err
	}
	_, err := t.automatic(tk, letter{
		kind: mailout.AutoResolved, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("autoresolved:%d:%d", tk.ID, tk.PublicSeq),
	})
	return err
}

// wake ends a snooze.
func (t *turn) wake(tk *store.Ticket) error {
	if tk.State != string(state.Scheduled) {
		return nil
	}
	if err := t.move(tk, state.WakeTimer, "timer", "the time set has come"); err != nil {
		return err
	}
	return t.tellGroup(tk, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("wake:%d:%d", tk.ID, t.now.Unix()),
		fill: func(d *mailout.InternalData) { d.Text, d.At = t.firstText(tk), t.now },
	})
}
