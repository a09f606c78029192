package store

import (
	"context"
	"errors"
	"time"
)

// FAQOutcome is what became of an FAQ answer.
type FAQOutcome struct {
	TicketID  int64
	Entry     string
	Requester string // folded address
	SentAt    time.Time
	Outcome   string // "", helped, rejected, silent
	Version   string // of the entry when it was sent
	TaughtBy  int64  // number of the ticket whose words were nearest, 0 = none
}

const faqColumns = "ticket_id, entry, requester, sent_at, outcome, version, taught_by"

func scanFAQOutcome(r *row) FAQOutcome {
	return FAQOutcome{TicketID: r.int64(), Entry: r.text(), Requester: r.text(), SentAt: r.time(), Outcome: r.text(), Version: r.text(), TaughtBy: r.int64()}
}

// SaveFAQOutcome records an FAQ answer, or what became of it. A zero SentAt is
// now for a new one and leaves a known one as it is.
func (tx *Tx) SaveFAQOutcome(ctx context.Context, f FAQOutcome) error {
	sent := f.SentAt
	if sent.IsZero() {
		old, err := tx.FAQOutcomeOf(ctx, f.TicketID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if sent = old.SentAt; sent.IsZero() {
			sent = tx.Now
		}
	}
	_, err := tx.exec(ctx, `INSERT INTO faq_outcome (ticket_id, entry, requester, sent_at, outcome, version, taught_by) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET
			entry = excluded.entry,
			requester = excluded.requester,
			sent_at = excluded.sent_at,
			outcome = excluded.outcome,
			version = excluded.version,
			taught_by = excluded.taught_by`, f.TicketID, f.Entry, f.Requester, sent, f.Outcome, f.Version, f.TaughtBy)
	return err
}

// FAQOutcomeOf returns the FAQ answer of a ticket, or ErrNotFound.
func (tx *Tx) FAQOutcomeOf(ctx context.Context, ticketID int64) (FAQOutcome, error) {
	return single(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+" FROM faq_outcome WHERE ticket_id = ?", ticketID)
}

// FAQOutcomes returns the last answers with a version of an entry that a requester
// judged, newest first; silence is no judgement. Rows without a version belong to
// every one.
func (tx *Tx) FAQOutcomes(ctx context.Context, entry, version string, atMost int) ([]FAQOutcome, error) {
	return all(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+` FROM faq_outcome
		WHERE entry = ? AND outcome IN ('helped', 'rejected') AND version IN ('', ?)
		ORDER BY sent_at DESC, ticket_id DESC LIMIT ?`, entry, version, limit(atMost))
}

// FAQAnsweredTo returns the answers a requester got at or after since, newest
// first, from the FAQ itself and from agents with an entry.
func (tx *Tx) FAQAnsweredTo(ctx context.Context, requester string, since time.Time) ([]FAQOutcome, error) {
	return all(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+` FROM faq_outcome WHERE requester = ? AND sent_at >= ?
		UNION ALL
		SELECT ticket_id, entry, requester, at, '', '', 0 FROM faq_use WHERE requester = ? AND at >= ?
		ORDER BY 4 DESC, 1 DESC LIMIT 200`, requester, since, requester, since)
}
