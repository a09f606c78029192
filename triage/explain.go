package triage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
)

// Explanation is what firstline would do with a mail that nobody has sent yet: the
// decision part of `explain --json`.
type Explanation struct {
	Outcome  string       `json:"outcome"`
	Category string       `json:"category"`
	Priority string       `json:"priority"`
	Group    string       `json:"group"`
	Assign   string       `json:"assign,omitempty"`
	SLA      string       `json:"sla,omitempty"`
	Language string       `json:"language,omitempty"`
	Tags     []string     `json:"tags"`
	Rule     string       `json:"rule"`
	FAQ      ExplainedFAQ `json:"faq"`
	Receipt  string       `json:"receipt,omitempty"`
	DueFirst time.Time    `json:"due_first_response,omitzero"`
	DueSolve time.Time    `json:"due_resolution,omitzero"`
	Reason   string       `json:"reason,omitempty"`
	Trace    []rules.Step `json:"trace"`
}

// ExplainedFAQ is the FAQ part of an explanation.
type ExplainedFAQ struct {
	ID     string  `json:"id"`
	Score  float64 `json:"score"`
	Margin float64 `json:"margin"`
	Sent   bool    `json:"sent"`
	Why    string  `json:"why,omitempty"`
}

// Explain decides about a mail, read from raw, as triage would, without a store: no history, no
// tickets, nothing written. It is pure.
func Explain(c *Config, raw []byte, m *mailin.Message, now time.Time) Explanation {
	a := admit(c, m)
	in := rules.Input{Message: m, Now: now, Known: a.open, Open: make(map[string]bool, len(c.Calendars)), Location: c.Company.Location}
	c.senderFacts(&in, raw)
	for name, cal := range c.Calendars {
		in.Open[name] = cal.IsOpen(now)
	}
	var d rules.Decision
	if c.Rules != nil {
		d = c.Rules.Explain(in) // every rule, also those that do not match
	}
	p := planDecided(c, m, in, a, d)
	e := Explanation{
		Category: p.ticket.Category, Priority: p.ticket.Priority, Group: p.ticket.Group, Assign: p.rules.Assign, SLA: p.ticket.SLA,
		Language: p.ticket.Language, Tags: p.ticket.Tags, Rule: p.rules.Rule, Receipt: string(p.receipt), Reason: a.reason,
		FAQ: ExplainedFAQ{
			ID: p.rules.FAQ.ID, Score: p.rules.FAQ.Score, Margin: p.rules.FAQ.Margin, Sent: p.rules.FAQ.Sent, Why: p.rules.FAQ.Why,
		},
		Trace: append([]rules.Step{{Stage: "gate", Match: a.open, Reason: a.reason}}, p.rules.Trace...),
	}
	if e.Tags == nil {
		e.Tags = []string{}
	}
	e.Outcome = explainedOutcome(m, p)
	if e.Outcome == outcomeOpened || e.Outcome == outcomeAnswered {
		e.DueFirst, e.DueSolve = c.promise(p.ticket.SLA, p.ticket.Priority, now)
	}
	return e
}

// explainedOutcome is the outcome a mail would have as the first of its thread.
func explainedOutcome(m *mailin.Message, p plan) string {
	switch class := m.Automatic.Class; {
	case class == mailin.ClassLoop:
		return outcomeLoop
	case class == mailin.ClassDSN, class == mailin.ClassMDN:
		return outcomeReported
	case class == mailin.ClassAutoReply, class == mailin.ClassCalendar && m.Calendar != "" && m.Calendar != "REQUEST" && m.Calendar != "PUBLISH":
		return outcomeIgnored
	case p.ignore != "":
		return outcomeIgnored
	case p.reject != "":
		return outcomeRejected
	case p.hold != "":
		return outcomeHeld
	case p.answerFAQ:
		return outcomeAnswered
	}
	return outcomeOpened
}

// promise is when first response and resolution of a new ticket fall due.
func (c *Config) promise(policy, priority string, at time.Time) (first, solve time.Time) {
	p := c.Policies[or(policy, c.DefaultSLA)]
	if p == nil {
		return first, solve
	}
	cal := c.calendarFor(policy)
	targets := p.Targets[priority]
	if !targets.FirstResponse.IsZero() {
		first = cal.Due(at, targets.FirstResponse)
	}
	if !targets.Resolution.IsZero() {
		solve = cal.Due(at, targets.Resolution)
	}
	return first, solve
}

// Traces are the stored explanations of a ticket's mails, oldest first.
func Traces(ctx context.Context, tx *store.Tx, ticketID int64) ([]rules.Step, error) {
	rows, err := tx.TracesOfTicket(ctx, ticketID)
	if err != nil {
		return nil, fmt.Errorf("read traces of ticket %d: %w", ticketID, err)
	}
	var all []rules.Step
	for _, r := range rows {
		var steps []rules.Step
		if err := json.Unmarshal([]byte(r.JSON), &steps); err != nil {
			return nil, fmt.Errorf("read trace of inbox %d: %w", r.InboxID, err)
		}
		all = append(all, steps...)
	}
	return all, nil
}
