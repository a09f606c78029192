package triage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/report"
)

const (
	// recurringDays is how far back requests are looked at for those that recur, and
	// recurringLeast how often one must come (product 6.2).
	recurringDays  = 30
	recurringLeast = 3
	// recurringMost bounds how many of the newest requests are compared.
	recurringMost = 3000
	// recurringTags is how many tickets of a topic are named.
	recurringTags = 10
	// draftDays is how long a draft nobody filed is remembered.
	draftDays = 180
	// unhelpfulLeast is how many judgements an entry needs before it is called one
	// that does not help.
	unhelpfulLeast = 3
)

// eventFAQDraft is the event of an FAQ draft: New is the id of the proposed entry,
// Reason its question.
const eventFAQDraft = "faq_draft"

// learned is what the desk learned about its knowledge in a period.
func learned(ctx context.Context, tx *store.Tx, c *Config, p report.Period) (l report.Learned, err error) {
	if l.Recurring, err = recurring(ctx, tx, c, p.To); err != nil {
		return l, err
	}
	uses, err := FAQUsage(ctx, tx, c, p.From, p.To)
	for _, u := range uses {
		if u.Sent > 0 {
			l.Entries = append(l.Entries, u.entryUse())
		}
	}
	return l, err
}

// knowledge fills in what the agenda says about topics and entries.
func knowledge(ctx context.Context, tx *store.Tx, c *Config, p report.Period, k *report.Knowledge) (err error) {
	if k.Recurring, err = recurring(ctx, tx, c, p.To); err != nil {
		return err
	}
	if k.Drafts, err = drafts(ctx, tx, c, p.To); err != nil {
		return err
	}
	k.Expired = c.expired(p.To)
	uses, err := FAQUsage(ctx, tx, c, p.From, p.To)
	for _, u := range uses {
		if u.unhelpful() {
			k.Unhelpful = append(k.Unhelpful, u.entryUse())
		}
	}
	return err
}

// recurring are the matters that came again and again in the days before an instant,
// have no FAQ entry, and hang on no problem that is being worked on. The most
// frequent come first.
func recurring(ctx context.Context, tx *store.Tx, c *Config, until time.Time) ([]report.Topic, error) {
	rows, err := tx.ListTickets(ctx, store.TicketFilter{Since: until.AddDate(0, 0, -recurringDays), Until: until, Limit: recurringMost})
	if err != nil {
		return nil, fmt.Errorf("read tickets that may recur: %w", err)
	}
	drafted, err := draftedTickets(ctx, tx, until)
	if err != nil {
		return nil, err
	}
	var tickets []store.Ticket // newest first
	var requests []rules.Request
	for i := range rows {
		text, ok, err := c.mayRecur(ctx, tx, &rows[i])
		if err != nil {
			return nil, err
		}
		if ok {
			tickets = append(tickets, rows[i])
			requests = append(requests, rules.Request{Subject: rows[i].Subject, Text: text})
		}
	}
	var list []report.Topic
	for _, cluster := range rules.Recurring(requests, recurringLeast) {
		center := &tickets[cluster.Members[0]]
		covered := c.faqKnows(center, requests[cluster.Members[0]].Text)
		for _, i := range cluster.Members {
			covered = covered || drafted[tickets[i].ID]
		}
		if covered || mostlyAnswered(cluster, tickets) {
			continue
		}
		topic, err := topicOfCluster(ctx, tx, c, cluster, tickets)
		if err != nil {
			return nil, err
		}
		list = append(list, topic)
		if len(list) == agendaLines {
			break
		}
	}
	return list, nil
}

// mayRecur reports whether a ticket counts among those that recur, with its text.
func (c *Config) mayRecur(ctx context.Context, tx *store.Tx, tk *store.Ticket) (text string, ok bool, err error) {
	switch tk.State {
	case "held", "discarded", "merged":
		return "", false, nil
	}
	if tk.Number == 0 || c.mailbox(tk.Mailbox).Mode == "training" {
		return "", false, nil
	}
	if tk.ParentID != 0 {
		parent, err := tx.Ticket(ctx, tk.ParentID)
		if err != nil {
			return "", false, fmt.Errorf("read the ticket above ticket %d: %w", tk.ID, err)
		}
		if !isSolved(parent.State) && !store.IsFinal(parent.State) {
			return "", false, nil // the problem is known and in work
		}
	}
	messages, err := tx.Messages(ctx, tk.ID)
	if err != nil {
		return "", false, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	if len(messages) == 0 || tk.Subject == "" && messages[0].Text == "" { // erased
		return "", false, nil
	}
	return messages[0].Text, true, nil
}

// mostlyAnswered reports whether the FAQ has answered most tickets of a cluster.
func mostlyAnswered(c rules.Cluster, tickets []store.Ticket) bool {
	n := 0
	for _, i := range c.Members {
		if tickets[i].FAQ != "" {
			n++
		}
	}
	return 2*n >= len(c.Members)
}

// faqKnows reports whether an entry of today's FAQ answers a request.
func (c *Config) faqKnows(tk *store.Ticket, text string) bool {
	if c.Rules == nil {
		return false
	}
	d := c.Rules.Decide(rules.Input{
		Message: &mailin.Message{From: mailin.Address{Address: tk.Requester}, Subject: tk.Subject, Text: text, Reply: text, Language: tk.Language, LanguageConfidence: 1},
		Now:     tk.CreatedAt, Mailbox: tk.Mailbox, Internal: true, Known: true, Location: c.Company.Location,
	})
	return d.FAQ.ID != "" && d.FAQ.Score >= rules.DefaultMinScore
}

// topicOfCluster is a cluster for people. The first of its tickets is one with a
// solution, so that a draft can be made of it.
func topicOfCluster(ctx context.Context, tx *store.Tx, c *Config, cluster rules.Cluster, tickets []store.Ticket) (report.Topic, error) {
	members := slices.Sorted(slices.Values(cluster.Members)) // newest first
	newest, oldest := &tickets[members[0]], &tickets[members[len(members)-1]]
	days := int(newest.CreatedAt.Sub(oldest.CreatedAt)/day) + 1
	topic := report.Topic{Title: cluster.Title, Category: tickets[cluster.Members[0]].Category, Count: len(members), Days: days}
	best := -1
	t := &turn{ctx: ctx, tx: tx, c: c}
	for _, i := range members {
		fix, err := t.solution(tickets[i].ID)
		if err != nil {
			return topic, err
		}
		if best < 0 && fix.Text != "" {
			best = i
		}
		if len(topic.Tickets) < recurringTags && i != best {
			topic.Tickets = append(topic.Tickets, t.tag(&tickets[i]))
		}
	}
	if best >= 0 {
		topic.Tickets = slices.Insert(topic.Tickets, 0, t.tag(&tickets[best]))
	}
	return topic, nil
}

// draftedTickets are the tickets an FAQ entry was drafted from.
func draftedTickets(ctx context.Context, tx *store.Tx, until time.Time) (map[int64]bool, error) {
	found := map[int64]bool{}
	err := tx.EachEvent(ctx, until.AddDate(0, 0, -draftDays), until, []string{eventFAQDraft}, func(e store.HistoryEvent) error {
		found[e.TicketID] = true
		return nil
	})
	return found, err
}

// drafts are the FAQ drafts nobody has filed: no entry has the proposed id, and none
// answers the request. Of several drafts of a ticket the newest counts.
func drafts(ctx context.Context, tx *store.Tx, c *Config, until time.Time) ([]report.Draft, error) {
	events, err := tx.EventsBetween(ctx, until.AddDate(0, 0, -draftDays), until, eventFAQDraft)
	if err != nil {
		return nil, fmt.Errorf("read FAQ drafts: %w", err)
	}
	t := &turn{ctx: ctx, tx: tx, c: c}
	seen := map[int64]bool{}
	var list []report.Draft
	for _, e := range slices.Backward(events) {
		if e.TicketID == 0 || seen[e.TicketID] {
			continue
		}
		seen[e.TicketID] = true
		tk, err := tx.Ticket(ctx, e.TicketID)
		if err != nil {
			return nil, fmt.Errorf("read ticket %d: %w", e.TicketID, err)
		}
		messages, err := tx.Messages(ctx, tk.ID)
		if err != nil {
			return nil, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
		}
		text := ""
		if len(messages) > 0 {
			text = messages[0].Text
		}
		if e.New == "" || knowsFAQ(c, e.New) || c.faqKnows(&tk, text) { // erased, or filed
			continue
		}
		list = append(list, report.Draft{Ticket: t.tag(&tk), Title: or(e.Reason, tk.Subject), Author: c.actorName(e.Actor), At: e.At})
		if len(list) == agendaLines {
			break
		}
	}
	slices.Reverse(list)
	return list, nil
}

// expired are the entries whose review or validity ended before an instant.
func (c *Config) expired(until time.Time) []report.Entry {
	if c.Rules == nil {
		return nil
	}
	var list []report.Entry
	for _, e := range c.Rules.FAQEntries() {
		due := e.ReviewBy
		if !e.ValidUntil.IsZero() {
			if last := e.ValidUntil.AddDate(0, 0, -1); due.IsZero() || last.Before(due) {
				due = last
			}
		}
		if !due.IsZero() && due.Before(until) {
			list = append(list, report.Entry{ID: e.ID, Title: e.Title, ReviewBy: due})
		}
	}
	slices.SortFunc(list, func(a, b report.Entry) int { return cmp.Or(a.ReviewBy.Compare(b.ReviewBy), cmp.Compare(a.ID, b.ID)) })
	return list
}

// actorName is who an event names, for people.
func (c *Config) actorName(actor string) string {
	if len(actor) > len("agent:") && actor[:len("agent:")] == "agent:" {
		if a, ok := c.Agent(actor[len("agent:"):]); ok {
			return a.Name
		}
		return actor[len("agent:"):]
	}
	return actor
}
