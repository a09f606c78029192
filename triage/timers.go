package triage

import (
	"fmt"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// ownTimer carries out a timer that belongs to no clock.
func (t *turn) ownTimer(tk *store.Ticket, timer store.Timer) error {
	switch timer.Name {
	case timerAsk:
		return t.askAboutFAQ(tk)
	case timerDeflect:
		return t.deflect(tk)
	case timerRemind:
		return t.remind(tk, timer.Cycle)
	case timerResolve:
		return t.resolveSilent(tk, timer.Cycle)
	case timerClose:
		if tk.State != string(state.Resolved) {
			return nil
		}
		tk.ClosedAt = t.now
		if err := t.move(tk, state.CloseTimer, "timer", "resolved and not reopened"); err != nil {
			return err
		}
		return t.clocks(tk, sla.EventClosed)
	case timerIncident:
		return t.incidentReports(tk, timer.Cycle)
	case timerWake:
		return t.wake(tk)
	case timerDiscard:
		tk.ClosedAt = t.now
		return t.move(tk, state.ExpireTimer, "timer", "nobody accepted it")
	}
	return t.event(tk, "timer", "unknown_timer", "", timer.Name, "")
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
func (t *turn) remind(tk *store.Ticket, cycle int) error {
	if tk.State != string(state.WaitingRequester) {
		return nil
	}
	if err := t.move(tk, state.RemindTimer, "timer", "reminded"); err != nil {
		return err
	}
	question, _, err := t.lastPublic(tk)
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
		kind: mailout.Reminder, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("remind:%d:%d", tk.ID, cycle),
		fill: func(d *mailout.PublicData) { d.Question, d.Deadline = question, end },
	})
	return err
}

// lastPublic is the last word of an agent to the requester, and whose it was.
func (t *turn) lastPublic(tk *store.Ticket) (text, by string, err error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return "", "", fmt.Errorf("read messages: %w", err)
	}
	for _, m := range messages {
		if m.Visibility == "public" && m.Agent != "" && m.Kind == "reply" {
			text, by = m.Text, m.Name
		}
	}
	return text, by, nil
}

// questionRunes bounds how much of an agent's mail a reminder repeats.
const questionRunes = 160

// question is the last question of a text, without the greeting before it and the
// regards behind it; a text without one says nothing about itself.
func question(text string) string {
	end := strings.LastIndexByte(text, '?')
	if end < 0 {
		return ""
	}
	text = text[:end+1]
	start := strings.LastIndexAny(text[:end], ".!?:\n") + 1
	asked := []rune(mailout.OneLine(text[start:]))
	if len(asked) > questionRunes {
		return string(asked[:questionRunes-1]) + "…"
	}
	return string(asked)
}

// resolveSilent resolves a ticket whose requester did not answer.
func (t *turn) resolveSilent(tk *store.Ticket, cycle int) error {
	if tk.State != string(state.WaitingRequester) {
		return nil
	}
	if err := t.resolve(tk, state.ResolveTimer, sla.EventResolved, "timer", "no answer of the requester"); err != nil {
		return err
	}
	_, err := t.automatic(tk, letter{
		kind: mailout.AutoResolved, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("autoresolved:%d:%d", tk.ID, cycle),
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
	if err := t.clocks(tk, sla.EventState); err != nil {
		return err
	}
	return t.tellGroup(tk, notice{
		kind: mailout.NoticeDue, purpose: token.Notification, cause: fmt.Sprintf("wake:%d:%d", tk.ID, t.now.Unix()),
		fill: func(d *mailout.InternalData) { d.Text, d.At = t.firstText(tk), t.now },
	})
}
