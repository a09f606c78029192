package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// searchTickets and searchMessages are how many of the newest tickets and messages
// Search reads, so that it stays a matter of a moment: of older matters only subject
// and people are found.
const (
	searchTickets  = 200_000
	searchMessages = 50_000
)

// Search returns tickets that hold every word, newest first: in subject and people of
// the ticket, or in one of the newest messages. ASCII case is ignored.
func (tx *Tx) Search(ctx context.Context, words []string, atMost int) ([]Ticket, error) {
	if len(words) == 0 {
		return nil, nil
	}
	var facts, text where
	for _, word := range words {
		p := "%" + escapeLike(word) + "%"
		facts.add(`(subject LIKE ? ESCAPE '\' OR requester LIKE ? ESCAPE '\' OR requester_name LIKE ? ESCAPE '\' OR tags LIKE ? ESCAPE '\')`, p, p, p, p)
		text.add(`text LIKE ? ESCAPE '\'`, p)
	}
	list, err := all(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM ticket WHERE id > (SELECT max(id) FROM ticket) - ? AND "+
		strings.TrimPrefix(facts.sql(), " WHERE ")+" ORDER BY id DESC LIMIT ?", append(append([]any{searchTickets}, facts.args...), limit(atMost))...)
	if err != nil {
		return nil, err
	}
	ids, err := all(ctx, tx, (*row).int64, "SELECT DISTINCT ticket_id FROM message WHERE id > (SELECT max(id) FROM message) - ? AND "+
		strings.TrimPrefix(text.sql(), " WHERE ")+" ORDER BY id DESC LIMIT ?", append(append([]any{searchMessages}, text.args...), limit(atMost))...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if slices.ContainsFunc(list, func(t Ticket) bool { return t.ID == id }) {
			continue
		}
		t, err := tx.Ticket(ctx, id)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b Ticket) int { return cmp.Compare(b.ID, a.ID) })
	return list[:min(len(list), limit(atMost))], nil
}
