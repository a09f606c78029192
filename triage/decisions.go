package triage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"firstline/rules"
	"firstline/store"
)

// Decisions is what was decided about the mails of a period: the report of a
// mailbox that only observes, and of every other one.
type Decisions struct {
	Since     time.Time `json:"since"`
	Mails     int       `json:"mails"`
	Outcomes  []Counted `json:"outcomes"`
	Category  []Counted `json:"categories"` // of the tickets, as the rules sorted them
	Priority  []Counted `json:"priorities"`
	Group     []Counted `json:"groups"`
	Rules     []Counted `json:"rules"`
	FAQ       []Counted `json:"faq_sent"`      // entries that were sent, or would have been
	Suggested []Counted `json:"faq_suggested"` // entries shown to the agents
	// NotSent counts mails that did not leave, by the stored reason.
	NotSent []Counted  `json:"not_sent"`
	List    []Decision `json:"decisions"` // newest first
}

// Counted is a name and how often it was.
type Counted struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Decision is one mail and what was decided about it.
type Decision struct {
	InboxID  int64     `json:"inbox"`
	At       time.Time `json:"at"`
	Mailbox  string    `json:"mailbox"`
	Ticket   string    `json:"ticket"`
	Subject  string    `json:"subject"`
	Outcome  string    `json:"outcome"`
	Category string    `json:"category"`
	Priority string    `json:"priority"`
	Group    string    `json:"group"`
	FAQ      string    `json:"faq"` // entry that was sent, or would have been
	Reason   string    `json:"reason"`
}

// ReadDecisions reports what was decided since a moment, from what is stored; a
// mailbox by its id, "" = all. At most list mails are named one by one.
func ReadDecisions(ctx context.Context, tx *store.Tx, c *Config, since time.Time, mailbox string, list int) (Decisions, error) {
	r := Decisions{Since: since, List: []Decision{}}
	boxes, err := tx.Mailboxes(ctx)
	if err != nil {
		return r, fmt.Errorf("read mailboxes: %w", err)
	}
	names := map[int64]string{}
	for _, b := range boxes {
		names[b.ID] = b.Name
	}
	counts := map[string]map[string]int{}
	count := func(what, name string) {
		if counts[what] == nil {
			counts[what] = map[string]int{}
		}
		if name != "" {
			counts[what][name]++
		}
	}
	kept := map[int64]bool{}
	err = tx.EachTrace(ctx, since, func(t store.Trace, _ time.Time) error {
		in, err := tx.Inbound(ctx, t.InboxID)
		if err != nil {
			return fmt.Errorf("read inbox %d: %w", t.InboxID, err)
		}
		if mailbox != "" && names[in.MailboxID] != mailbox {
			return nil
		}
		kept[in.ID] = true
		d, steps, err := c.readDecision(ctx, tx, in, t)
		if err != nil {
			return err
		}
		d.Mailbox = names[in.MailboxID]
		r.Mails++
		count("outcome", d.Outcome)
		count("category", d.Category)
		count("priority", d.Priority)
		count("group", d.Group)
		count("faq", d.FAQ)
		u := rules.NewUsage()
		u.Add(steps)
		for name := range u.Rules {
			count("rule", name)
		}
		for name := range u.FAQ {
			if name != d.FAQ {
				count("suggested", name)
			}
		}
		if len(r.List) < list {
			r.List = append(r.List, d)
		}
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("read decisions: %w", err)
	}
	events, err := tx.EventsBetween(ctx, since, time.UnixMilli(1<<53), "not_sent")
	if err != nil {
		return r, fmt.Errorf("read mails that did not leave: %w", err)
	}
	for _, e := range events {
		if mailbox == "" || kept[e.InboxID] {
			count("not_sent", e.Reason)
		}
	}
	for what, into := range map[string]*[]Counted{"outcome": &r.Outcomes, "category": &r.Category, "priority": &r.Priority, "group": &r.Group,
		"rule": &r.Rules, "faq": &r.FAQ, "suggested": &r.Suggested, "not_sent": &r.NotSent} {
		*into = mostFirst(counts[what])
	}
	return r, nil
}

// readDecision is what one trace and the ticket of its mail say.
func (c *Config) readDecision(ctx context.Context, tx *store.Tx, in store.Inbound, t store.Trace) (Decision, []rules.Step, error) {
	d := Decision{InboxID: in.ID, At: in.AcceptedAt, Outcome: in.Outcome, Reason: in.Reason}
	var steps []rules.Step
	if err := json.Unmarshal([]byte(t.JSON), &steps); err != nil {
		return d, nil, fmt.Errorf("read trace of inbox %d: %w", in.ID, err)
	}
	for _, s := range steps {
		switch s.Stage {
		case "category":
			d.Category = s.Name
		case "priority":
			d.Priority = s.Name
		case "assign":
			d.Group = s.Name
		case "faq":
			if s.Match {
				d.FAQ = s.Name
			}
		}
	}
	if in.TicketID == 0 {
		return d, steps, nil
	}
	tk, err := tx.Ticket(ctx, in.TicketID)
	if errors.Is(err, store.ErrNotFound) {
		return d, steps, nil
	}
	if err != nil {
		return d, nil, fmt.Errorf("read ticket %d: %w", in.TicketID, err)
	}
	d.Subject = tk.Subject
	d.Ticket = ticketTag(c, tk.ID, tk.Number)
	if in.Outcome == outcomeOpened || in.Outcome == outcomeAnswered || in.Outcome == outcomeHeld {
		d.Category = or(tk.CategoryAuto, d.Category)
	}
	return d, steps, nil
}

// mostFirst sorts counts, the most frequent first.
func mostFirst(m map[string]int) []Counted {
	list := []Counted{}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Counted{name, m[name]})
	}
	slices.SortStableFunc(list, func(a, b Counted) int { return cmp.Compare(b.Count, a.Count) })
	return list
}
