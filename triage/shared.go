package triage

import (
	"fmt"
	"time"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
)

const (
	// recentFor and recentMost bound what similar_recent looks at.
	recentFor  = 24 * time.Hour
	recentMost = 300
	// outcomeMost is how many outcomes of an FAQ entry count (product 5.3).
	outcomeMost = 20
)

// shared is what the mails of one transaction have in common, read once.
type shared struct {
	recent   []rules.Recent
	read     bool
	outcomes map[string][]bool
	boxes    map[int64]string
	outage   outage // before what falls due now
	guard    mailout.Secrets
}

// secrets are what the leak guard knows before it looks into a ticket.
func (s *shared) secrets(prefix string) mailout.Secrets {
	if s.guard.Prefix != prefix {
		s.guard = mailout.SecretsOf(prefix)
	}
	return s.guard
}

// recentTickets are the tickets of the last hours, for similar_recent.
func (s *shared) recentTickets(t *turn) ([]rules.Recent, error) {
	if s.read {
		return s.recent, nil
	}
	rows, err := t.tx.RecentSubjects(t.ctx, t.now.Add(-recentFor), recentMost)
	if err != nil {
		return nil, fmt.Errorf("read recent tickets: %w", err)
	}
	s.read = true
	for _, r := range rows {
		s.recent = append(s.recent, rules.Recent{Category: r.Category, Subject: r.Subject, At: r.CreatedAt, Ticket: r.ID})
	}
	return s.recent, nil
}

// opened adds a ticket of this transaction to the recent ones; those before the first
// reading are found by it.
func (s *shared) opened(tk *store.Ticket) {
	if !s.read {
		return
	}
	s.recent = append(s.recent, rules.Recent{Category: tk.Category, Subject: tk.Subject, At: tk.CreatedAt, Ticket: tk.ID})
}

// faqOutcomes are the last outcomes of every FAQ entry, newest last.
func (s *shared) faqOutcomes(t *turn) (map[string][]bool, error) {
	if s.outcomes != nil || t.c.Rules == nil {
		return s.outcomes, nil
	}
	s.outcomes = map[string][]bool{}
	for _, e := range t.c.Rules.FAQEntries() {
		list, err := t.entryOutcomes(e)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			s.outcomes[e.ID] = list
		}
	}
	return s.outcomes, nil
}

// mailbox is the configured id of a mailbox row.
func (s *shared) mailbox(t *turn, id int64) (string, error) {
	if s.boxes == nil {
		rows, err := t.tx.Mailboxes(t.ctx)
		if err != nil {
			return "", fmt.Errorf("read mailboxes: %w", err)
		}
		s.boxes = make(map[int64]string, len(rows))
		for _, r := range rows {
			s.boxes[r.ID] = r.Name
		}
	}
	return s.boxes[id], nil
}
