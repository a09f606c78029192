package triage

import (
	"fmt"
	"slices"
	"strings"

	"firstline/rules"
	"firstline/store"
	"firstline/triage/sla"
)

// followRules lets the rules with applies_to reply or both act on a mail that
// continues a ticket (product 3.3), before the table of states does. An empty
// outcome means that the mail is read on.
func (t *turn) followRules(tk *store.Ticket) (result, error) {
	if t.c.Rules == nil || !t.c.Rules.ReadsReplies() {
		return result{}, nil
	}
	in, err := t.input()
	if err != nil {
		return result{}, err
	}
	in.Reply, in.Category, in.Priority, in.Tags = true, tk.Category, tk.Priority, tk.Tags
	d := t.c.Rules.Decide(in)
	for _, s := range d.Trace {
		if s.Stage == "rule" {
			t.trace = append(t.trace, s)
		}
	}
	switch {
	case d.Ignore != "":
		return result{outcomeIgnored, d.Ignore, tk.ID}, nil
	case d.Reject != "":
		return t.pending("rule " + d.SetBy["reject"])
	case d.Hold != "":
		return t.pending(d.Hold)
	case len(d.Rules) == 0:
		return result{}, nil
	}
	return result{}, t.applyToTicket(tk, d)
}

// applyToTicket carries out what rules set on a ticket that exists. What an agent
// has set stays: his command beats every rule. No rule writes to the requester
// here: a machine answers only the mail that begins a ticket (design 4.9).
func (t *turn) applyToTicket(tk *store.Ticket, d rules.Decision) error {
	if err := t.setFields(tk, d); err != nil {
		return err
	}
	if err := t.watchersOfRule(tk, d.Watchers); err != nil {
		return err
	}
	if err := t.noteOfRule(tk, d); err != nil {
		return err
	}
	if d.Incident != "" && tk.Incident == "" {
		tk.Incident = d.Incident
		if err := t.save(tk); err != nil {
			return err
		}
		if err := t.joinIncident(tk, d); err != nil {
			return err
		}
	}
	if d.Escalate != "" {
		err := t.handOver(tk, handover{group: d.Escalate, by: "rule:" + d.SetBy["escalate"], reason: d.EscalateWhy,
			cause: fmt.Sprintf("escalate:%d:%s:%d", tk.ID, d.Escalate, t.in.ID)})
		if err != nil {
			return err
		}
	}
	return t.notifyOfFollowUp(tk, d.Notify)
}

// setFields changes the fields of a ticket that rules set and no agent did.
func (t *turn) setFields(tk *store.Ticket, d rules.Decision) error {
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	byAgent := func(kind string) bool {
		return slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == kind && strings.HasPrefix(e.Actor, "agent:") })
	}
	set := func(key, kind string, field *string, value string) error {
		by := d.SetBy[key]
		if by == "" || value == "" || *field == value || byAgent(kind) {
			return nil
		}
		old := *field
		*field = value
		return t.event(tk, "rule:"+by, kind, old, value, "")
	}
	old := tk.Priority
	for _, key := range []string{"priority", "priority_at_least", "impact", "urgency"} {
		if err := set(key, "priority", &tk.Priority, d.Priority); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		key, kind string
		field     *string
		value     string
	}{
		{"category", "category", &tk.Category, d.Category}, {"kind", "kind", &tk.Kind, d.Kind},
		{"impact", "impact", &tk.Impact, d.Impact}, {"urgency", "urgency", &tk.Urgency, d.Urgency},
		{"set_subject", "subject", &tk.Subject, d.SetSubject}, {"language", "language", &tk.Language, d.Language},
	} {
		if err := set(f.key, f.kind, f.field, f.value); err != nil {
			return err
		}
	}
	if err := t.moveByRule(tk, d, byAgent); err != nil {
		return err
	}
	for _, tag := range d.Tags {
		if !slices.Contains(tk.Tags, tag) {
			tk.Tags = append(tk.Tags, tag)
		}
	}
	retarget := old != tk.Priority
	if d.SetBy["sla"] != "" && d.SLA != tk.SLA {
		if err := t.event(tk, "rule:"+d.SetBy["sla"], "sla", tk.SLA, d.SLA, ""); err != nil {
			return err
		}
		tk.SLA, retarget = d.SLA, true
		if tk.Policy, err = t.policySnapshot(tk); err != nil {
			return err
		}
	}
	if err := t.save(tk); err != nil || !retarget {
		return err
	}
	return t.clocks(tk, sla.EventRetarget)
}

// moveByRule changes group and assignee as rules say.
func (t *turn) moveByRule(tk *store.Ticket, d rules.Decision, byAgent func(kind string) bool) error {
	if by := d.SetBy["group"]; by != "" && d.Group != tk.Group && !byAgent("group") {
		g, _ := t.c.Group(d.Group)
		if err := t.setGroup(tk, or(g.Level, tk.Level), d.Group, "rule:"+by, ""); err != nil {
			return err
		}
		if err := t.setAssignee(tk, "", "rule:"+by, "moved to another group"); err != nil {
			return err
		}
	}
	by := d.SetBy["assign"]
	if by == "" || tk.Assignee != "" || byAgent("assigned") {
		return nil
	}
	agent, err := t.assign(tk.Group, d.Assign)
	if err != nil {
		return err
	}
	return t.setAssignee(tk, agent, "rule:"+by, "")
}
