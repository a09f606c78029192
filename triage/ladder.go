package triage

import (
	"fmt"
	"slices"
	"strings"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/token"
)

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
	return t.writeClocks(tk, cs)
}

// climb carries out the steps of the escalation ladder that are due. After a
// downtime several may be: all take effect, and each person gets one mail, about
// the highest.
func (t *turn) climb(tk *store.Ticket, due []store.Timer) error {
	told := map[string]bool{}
	for _, timer := range slices.Backward(due) {
		step, ok := t.c.step(strings.TrimPrefix(timer.Name, "step:"))
		if !ok {
			continue
		}
		if err := t.event(tk, "timer", report.KindStep, t.stepKind(tk, step), step.Name, ""); err != nil {
			return err
		}
		if group := groupFor(step, tk.Category); group != "" && tk.Level == 1 {
			h := handover{group: group, by: "timer", reason: step.Name, cause: fmt.Sprintf("sla:%d:%s:%d:%d", tk.ID, step.Name, timer.Cycle, tk.Reopens)}
			if err := t.handOver(tk, h); err != nil {
				return err
			}
			for _, a := range t.owners(tk) {
				told[a.ID] = true
			}
		}
		if err := t.tellStep(tk, step, timer.Cycle, told); err != nil {
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
func (t *turn) tellStep(tk *store.Ticket, step sla.Step, cycle int, told map[string]bool) error {
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
		lead, _ := t.c.lead(tk.Group)
		if kind == mailout.Breach && (a.Role == "manager" || a.ID == lead.ID && a.ID != tk.Assignee) {
			p = token.Internal
		}
		_, err := t.toAgent(tk, a, notice{
			kind: kind, purpose: p, cause: fmt.Sprintf("sla:%d:%s:%d:%d:%s", tk.ID, step.Name, cycle, tk.Reopens, a.ID), wait: true,
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
