package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// breach marks a clock that ran past its due instant; it never heals.
func (t *turn) breach(tk *store.Ticket, clock string, timer store.Timer) error {
	before, err := t.readClocks(tk)
	if err != nil {
		return err
	}
	after, ok := before.Breach(clock, timer.Cycle, t.now)
	if !ok {
		return nil
	}
	return t.writeClocks(tk, after)
}

// climbing are the steps of the ladder that fire on a ticket together. In daily
// work it is one; after a downtime several may be due at once.
type climbing struct {
	// highest is what the mails are about: the step that was due last, but a broken
	// promise before a warning.
	highest sla.Step
	names   []string // of all steps
	timer   store.Timer
	due     time.Time // of its clock; zero = the clock does not run, or none
	notify  []string  // of all steps
	told    map[string]bool
	outage  outage // the downtime the due instants fell into
}

// climb carries out the steps of the escalation ladder that are due, in order. All
// take effect; the people they name get one mail each, about the highest.
func (t *turn) climb(tk *store.Ticket, due []store.Timer) error {
	c := climbing{told: map[string]bool{}}
	for _, timer := range due {
		step, ok := t.c.step(strings.TrimPrefix(timer.Name, "step:"))
		if !ok {
			continue
		}
		if c.highest.Name == "" || step.Used >= 1 || c.highest.Used < 1 {
			c.highest, c.timer = step, timer
		}
		c.names = append(c.names, step.Name)
		c.notify = append(c.notify, step.Notify...)
		if c.outage.zero() && t.shared.outage.covers(timer.DueAt) {
			c.outage = t.shared.outage
		}
	}
	if c.highest.Name == "" {
		return nil
	}
	for _, timer := range due {
		step, ok := t.c.step(strings.TrimPrefix(timer.Name, "step:"))
		if !ok {
			continue
		}
		if err := t.event(tk, "timer", report.KindStep, t.stepKind(tk, step), step.Name, c.outage.reason()); err != nil {
			return err
		}
		if err := t.handOverByStep(tk, step, timer.Cycle, &c); err != nil {
			return err
		}
	}
	return t.tellStep(tk, &c)
}

// handOverByStep is the functional escalation of a step, if it has one for tickets
// like this. Who gets the hand-over mail needs no other.
func (t *turn) handOverByStep(tk *store.Ticket, step sla.Step, cycle int, c *climbing) error {
	group := step.Group(tk.Category)
	if group == "" || tk.Level != 1 {
		return nil
	}
	h := handover{
		group: group, by: "timer", reason: step.Name, cause: fmt.Sprintf("sla:%d:%s:%d:%d", tk.ID, step.Name, cycle, tk.Reopens), outage: c.outage,
	}
	if err := t.handOver(tk, h); err != nil {
		return err
	}
	c.told["requester"] = true
	for _, a := range t.owners(tk) {
		c.told[a.ID] = true
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

// tellStep mails the people the steps name, each once. Who is told before the due
// instant is warned; who is told at or after it reads of a breach. Outside their
// hours the mail waits for the next opening, except for P1. When nobody of them is
// there, whoever works on the ticket hears of it.
func (t *turn) tellStep(tk *store.Ticket, c *climbing) (err error) {
	if c.due, err = t.dueOf(tk, c.highest.Clock); err != nil {
		return err
	}
	people := t.agentsOf(tk, c.notify)
	asked := slices.ContainsFunc(c.notify, func(role string) bool { return role != "requester" })
	if asked && len(people) == 0 && len(c.told) == 0 {
		people = t.owners(tk)
	}
	for _, a := range people {
		if c.told[a.ID] {
			continue
		}
		c.told[a.ID] = true
		if _, err := t.toAgent(tk, a, t.stepNotice(tk, c, a)); err != nil {
			return err
		}
	}
	if slices.Contains(c.notify, "requester") && !c.told["requester"] {
		return t.tellDelayed(tk, c)
	}
	return nil
}

// leads reports whether an agent hears of a ticket as somebody responsible for it,
// not as somebody who works on it.
func (t *turn) leads(tk *store.Ticket, a Agent) bool {
	if a.ID == tk.Assignee {
		return false
	}
	lead, _ := t.c.lead(tk.Group)
	return a.Role == "manager" || a.ID == lead.ID
}

// stepNotice is the mail about a step to one person.
func (t *turn) stepNotice(tk *store.Ticket, c *climbing, a Agent) notice {
	kind, purpose := mailout.Warning, token.Notification
	if !c.due.IsZero() && !c.due.After(t.now) {
		kind = mailout.Breach
	}
	if g, _ := t.c.Group(tk.Group); t.leads(tk, a) && (kind == mailout.Breach || !slices.Contains(g.Members, a.ID)) {
		purpose = token.Internal
	}
	return notice{
		kind: kind, purpose: purpose, wait: true,
		cause: fmt.Sprintf("sla:%d:%s:%d:%d:%s", tk.ID, c.highest.Name, c.timer.Cycle, tk.Reopens, a.ID),
		fill: func(d *mailout.InternalData) {
			d.Clock, d.Due, d.Idle, d.Owner = c.highest.Clock, c.due, c.highest.Idle, t.ownerName(tk)
			d.Text, d.Reason = t.firstText(tk), mailout.InternalReason(strings.Join(c.names, " · "))
			if kind == mailout.Breach {
				d.LastWord = t.lastWord(tk, d.Lang)
			}
			d.OutageFrom, d.OutageTo = c.outage.from, c.outage.to
			if c.due.After(t.now) {
				d.Left = t.calendar(tk).Elapsed(t.now, c.due)
				d.LeftOpen = d.Left < c.due.Sub(t.now)
			}
		},
	}
}

// lastWordRunes is how much of the last message a line shows.
const lastWordRunes = 100

// lastWord is when who wrote what last in a ticket, in one line; nothing when only
// its first mail is there.
func (t *turn) lastWord(tk *store.Ticket, lang string) mailout.InternalText {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return mailout.InternalText{}
	}
	for i, m := range slices.Backward(messages) {
		if i == 0 {
			break
		}
		if m.Kind == "automatic" {
			continue
		}
		said := []rune(firstLine(m.Text))
		if len(said) > lastWordRunes {
			said = append(said[:lastWordRunes-1], '…')
		}
		at := mailout.ShortTime(m.At, t.now, t.c.Company.Location, lang)
		return mailout.InternalNote(fmt.Sprintf("%s %s: %s", at, or(m.Name, m.Author), string(said)))
	}
	return mailout.InternalText{}
}

// tellDelayed tells the requester, as a step asks, that it takes longer.
func (t *turn) tellDelayed(tk *store.Ticket, c *climbing) error {
	_, err := t.automatic(tk, letter{
		kind: mailout.Delayed, purpose: token.Reminder, class: classAutomatic,
		cause: fmt.Sprintf("delayed:%d:%s:%d:%d", tk.ID, c.highest.Name, c.timer.Cycle, tk.Reopens),
		fill: func(d *mailout.PublicData) {
			if c.due.After(t.now) && c.highest.Clock != sla.TakeOver {
				d.FirstReply = c.due
			}
		},
	})
	return err
}

// tellLead is the hierarchical escalation by a person: those responsible for the
// group are told, the ticket stays where it is.
func (t *turn) tellLead(tk *store.Ticket, by, who, text, cause string) error {
	people := t.c.leadOf(tk.Group, t.now)
	if len(people) == 0 {
		return nil
	}
	if err := t.event(tk, by, report.KindManager, "", people[0].ID, text); err != nil {
		return err
	}
	for _, a := range people {
		_, err := t.toAgent(tk, a, notice{
			kind: mailout.NoticeNote, purpose: token.Internal, cause: cause + ":" + a.ID,
			fill: func(d *mailout.InternalData) {
				d.Author, d.At, d.Owner = who, t.now, t.ownerName(tk)
				d.Text = mailout.InternalNote(text)
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
