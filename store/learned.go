package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// FAQUse is an agent's answer with an FAQ entry.
type FAQUse struct {
	TicketID  int64
	Entry     string
	Requester string // folded address
	Agent     string // agent id
	At        time.Time
}

// SaveFAQUse records that an agent answered with an entry; the first use of an
// entry in a ticket stays.
func (tx *Tx) SaveFAQUse(ctx context.Context, u FAQUse) error {
	_, err := tx.exec(ctx, "INSERT INTO faq_use (ticket_id, entry, requester, agent, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		u.TicketID, u.Entry, u.Requester, u.Agent, tx.Now)
	return err
}

// FAQUses returns the entries that agents answered a ticket with, oldest first.
func (tx *Tx) FAQUses(ctx context.Context, ticketID int64) ([]FAQUse, error) {
	return all(ctx, tx, func(r *row) FAQUse {
		return FAQUse{TicketID: r.int64(), Entry: r.text(), Requester: r.text(), Agent: r.text(), At: r.time()}
	}, "SELECT ticket_id, entry, requester, agent, at FROM faq_use WHERE ticket_id = ? ORDER BY at, entry", ticketID)
}

// The sources of a lesson.
const (
	LessonConfirmed = "confirmed" // the requester said that the answer helped
	LessonAgent     = "agent"     // an agent answered with the entry
)

// Lesson is the wording of a request that an FAQ entry answered.
type Lesson struct {
	TicketID int64
	Number   int64 // of the ticket
	Entry    string
	Source   string
	Text     string
	At       time.Time
}

// Learn keeps a lesson, in place of an older one of its ticket. Of an entry the
// newest atMost are kept.
func (tx *Tx) Learn(ctx context.Context, l Lesson, atMost int) error {
	_, err := tx.exec(ctx, `INSERT INTO faq_learned (ticket_id, entry, source, text, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET
			entry = excluded.entry,
			source = excluded.source,
			text = excluded.text,
			at = excluded.at`, l.TicketID, l.Entry, l.Source, l.Text, tx.Now)
	if err != nil {
		return fmt.Errorf("learn from ticket %d: %w", l.TicketID, err)
	}
	_, err = tx.exec(ctx, `DELETE FROM faq_learned WHERE ticket_id IN (
		SELECT ticket_id FROM faq_learned WHERE entry = ? ORDER BY at DESC, ticket_id DESC LIMIT -1 OFFSET ?)`, l.Entry, atMost)
	if err != nil {
		return fmt.Errorf("forget old lessons of FAQ %s: %w", l.Entry, err)
	}
	return nil
}

// Unlearn drops what a ticket taught; there may be nothing.
func (tx *Tx) Unlearn(ctx context.Context, ticketID int64) error {
	_, err := tx.exec(ctx, "DELETE FROM faq_learned WHERE ticket_id = ?", ticketID)
	return err
}

// Lessons returns what was learned, by entry, newest first.
func (tx *Tx) Lessons(ctx context.Context) ([]Lesson, error) {
	return all(ctx, tx, func(r *row) Lesson {
		return Lesson{TicketID: r.int64(), Number: r.int64(), Entry: r.text(), Source: r.text(), Text: r.text(), At: r.time()}
	}, `SELECT l.ticket_id, t.number, l.entry, l.source, l.text, l.at FROM faq_learned l JOIN ticket t ON t.id = l.ticket_id
		ORDER BY l.entry, l.at DESC, l.ticket_id DESC`)
}

// relearn makes who has read the lessons, and the requests without FAQ, read them
// again: something was erased.
func (tx *Tx) relearn(ctx context.Context) error {
	_, err := tx.exec(ctx, `INSERT INTO meta (key, value) VALUES ('faq_lessons', '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`)
	return err
}

// LessonCount rises with every change of what was learned, and with an erasure.
func (tx *Tx) LessonCount(ctx context.Context) (int64, error) {
	s, err := tx.Meta(ctx, "faq_lessons")
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, _ := strconv.ParseInt(s, 10, 64)
	return n, nil
}

// Request is how a ticket began.
type Request struct {
	TicketID      int64
	Number        int64
	Subject, Text string
}

const (
	// requestBytes is how much of the text of a Request is read.
	requestBytes = 1200
	// requestsBack is how many tickets are looked at to find requests.
	requestsBack = 20_000
)

// RequestsWithoutFAQ returns the requests that people took care of without an FAQ
// entry, newest first, among the last 20,000 tickets.
func (tx *Tx) RequestsWithoutFAQ(ctx context.Context, atMost int) ([]Request, error) {
	return all(ctx, tx, func(r *row) Request {
		return Request{TicketID: r.int64(), Number: r.int64(), Subject: r.text(), Text: r.text()}
	}, `SELECT t.id, t.number, t.subject, coalesce((
			SELECT substr(text, 1, ?) FROM message WHERE ticket_id = t.id AND kind = 'request' ORDER BY id LIMIT 1), '')
		FROM ticket t
		WHERE t.id > (SELECT coalesce(max(id), 0) FROM ticket) - ?
			AND t.number IS NOT NULL AND t.faq = '' AND t.state NOT IN ('held', 'discarded', 'merged')
			AND (t.first_response_at IS NOT NULL OR t.closed_at IS NOT NULL)
			AND NOT EXISTS (SELECT 1 FROM faq_outcome WHERE ticket_id = t.id)
			AND NOT EXISTS (SELECT 1 FROM faq_use WHERE ticket_id = t.id)
		ORDER BY t.id DESC LIMIT ?`, requestBytes, requestsBack, limit(atMost))
}
