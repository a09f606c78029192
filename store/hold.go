package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Hold is an agent's mail that lacks a proof, or whose commands need an ok.
type Hold struct {
	InboxID    int64
	TicketID   int64
	Agent      string
	Kind       string    // proof, syntax, collision, suspicious, leak
	Challenge  string    // Message-ID of the mail that asks
	CreatedAt  time.Time // zero on insert = now
	ExpiresAt  time.Time
	ReleasedAt time.Time
}

const holdColumns = "inbox_id, ticket_id, agent, kind, challenge, created_at, expires_at, released_at"

func scanHold(r *row) Hold {
	return Hold{
		InboxID: r.int64(), TicketID: r.int64(), Agent: r.text(), Kind: r.text(), Challenge: r.text(),
		CreatedAt: r.time(), ExpiresAt: r.time(), ReleasedAt: r.time(),
	}
}

// InsertHold records that a mail is held.
func (tx *Tx) InsertHold(ctx context.Context, h Hold) error {
	if h.CreatedAt.IsZero() {
		h.CreatedAt = tx.Now
	}
	_, err := tx.exec(ctx, `INSERT INTO hold (inbox_id, ticket_id, agent, kind, challenge, created_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, h.InboxID, ref(h.TicketID), h.Agent, h.Kind, h.Challenge, h.CreatedAt, h.ExpiresAt)
	if err != nil {
		return fmt.Errorf("hold inbox %d: %w", h.InboxID, err)
	}
	return nil
}

// HoldOf returns the hold of a mail, or ErrNotFound.
func (tx *Tx) HoldOf(ctx context.Context, inboxID int64) (Hold, error) {
	return single(ctx, tx, scanHold, "SELECT "+holdColumns+" FROM hold WHERE inbox_id = ?", inboxID)
}

// HoldByChallenge returns the hold that a mail of ours asked about, or
// ErrNotFound.
func (tx *Tx) HoldByChallenge(ctx context.Context, messageID string) (Hold, error) {
	return single(ctx, tx, scanHold, "SELECT "+holdColumns+" FROM hold WHERE challenge = ?", messageID)
}

// ReleaseHold records that a held mail was released; false when it had been, or
// when it has expired.
func (tx *Tx) ReleaseHold(ctx context.Context, inboxID int64) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE hold SET released_at = ? WHERE inbox_id = ? AND released_at IS NULL AND expires_at > ?", tx.Now, inboxID, tx.Now)
	return n == 1, err
}

// OpenHolds returns the holds that are neither released nor expired, oldest
// first; of one agent, or of all.
func (tx *Tx) OpenHolds(ctx context.Context, agent string) ([]Hold, error) {
	var w where
	w.add("released_at IS NULL AND expires_at > ?", tx.Now)
	if agent != "" {
		w.add("agent = ?", agent)
	}
	return all(ctx, tx, scanHold, "SELECT "+holdColumns+" FROM hold"+w.sql()+" ORDER BY inbox_id", w.args...)
}

// CountHolds counts the holds of a kind that were made for an agent at or after
// since, whatever became of them.
func (tx *Tx) CountHolds(ctx context.Context, agent, kind string, since time.Time) (int, error) {
	n, err := tx.number(ctx, "SELECT count(*) FROM hold WHERE agent = ? AND kind = ? AND created_at >= ?", agent, kind, since)
	return int(n), err
}

// Revoke makes the token in a Message-ID of ours worthless. The first reason stays.
func (tx *Tx) Revoke(ctx context.Context, messageID, reason string) error {
	_, err := tx.exec(ctx, "INSERT INTO revoked (message_id, at, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", messageID, tx.Now, reason)
	return err
}

// IsRevoked reports whether Revoke was called for a Message-ID.
func (tx *Tx) IsRevoked(ctx context.Context, messageID string) (bool, error) {
	n, err := tx.number(ctx, "SELECT 1 FROM revoked WHERE message_id = ?", messageID)
	return n != 0, err
}

// Absence is a planned absence made by mail.
type Absence struct {
	ID         int64
	Agent      string
	FromAt     time.Time
	ToAt       time.Time
	Substitute string
}

const absenceColumns = "id, agent, from_at, to_at, substitute"

func scanAbsence(r *row) Absence {
	return Absence{ID: r.int64(), Agent: r.text(), FromAt: r.time(), ToAt: r.time(), Substitute: r.text()}
}

// InsertAbsence records an absence and returns its id.
func (tx *Tx) InsertAbsence(ctx context.Context, a Absence) (int64, error) {
	return tx.insert(ctx, "INSERT INTO absence (agent, from_at, to_at, substitute) VALUES (?, ?, ?, ?)", a.Agent, a.FromAt, a.ToAt, a.Substitute)
}

// DeleteAbsences removes the absences of an agent that end after the
// transaction's instant, and returns how many.
func (tx *Tx) DeleteAbsences(ctx context.Context, agent string) (int, error) {
	n, err := tx.exec(ctx, "DELETE FROM absence WHERE agent = ? AND to_at > ?", agent, tx.Now)
	return int(n), err
}

// Absences returns the absences that end after an instant, by start.
func (tx *Tx) Absences(ctx context.Context, after time.Time) ([]Absence, error) {
	return all(ctx, tx, scanAbsence, "SELECT "+absenceColumns+" FROM absence WHERE to_at > ? ORDER BY from_at, id", after)
}

// Alarm is something wrong that was told once and is still so.
type Alarm struct {
	Name    string
	SinceAt time.Time
	Text    string
	Mailed  bool
}

// RaiseAlarm records an alarm; fresh is true when it was not up. The text of
// one that is up is brought up to date.
func (tx *Tx) RaiseAlarm(ctx context.Context, name, text string) (fresh bool, err error) {
	n, err := tx.exec(ctx, "INSERT INTO alarm (name, since_at, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", name, tx.Now, text)
	if err != nil || n == 1 {
		return n == 1, err
	}
	_, err = tx.exec(ctx, "UPDATE alarm SET text = ? WHERE name = ? AND text <> ?", text, name, text)
	return false, err
}

// MarkAlarmMailed records that people were told about an alarm.
func (tx *Tx) MarkAlarmMailed(ctx context.Context, name string) error {
	return tx.one(ctx, "UPDATE alarm SET mailed = 1 WHERE name = ?", name)
}

// ClearAlarm takes an alarm down; was is true when it was up.
func (tx *Tx) ClearAlarm(ctx context.Context, name string) (was bool, err error) {
	n, err := tx.exec(ctx, "DELETE FROM alarm WHERE name = ?", name)
	return n == 1, err
}

// AlarmOf returns an alarm that is up, or ErrNotFound.
func (tx *Tx) AlarmOf(ctx context.Context, name string) (Alarm, error) {
	return single(ctx, tx, scanAlarm, "SELECT name, since_at, text, mailed FROM alarm WHERE name = ?", name)
}

// Alarms returns the alarms that are up, oldest first.
func (tx *Tx) Alarms(ctx context.Context) ([]Alarm, error) {
	return all(ctx, tx, scanAlarm, "SELECT name, since_at, text, mailed FROM alarm ORDER BY since_at, name")
}

func scanAlarm(r *row) Alarm {
	return Alarm{Name: r.text(), SinceAt: r.time(), Text: r.text(), Mailed: r.bool()}
}

// FAQOutcome is what became of an FAQ answer.
type FAQOutcome struct {
	TicketID  int64
	Entry     string
	Requester string // folded address
	SentAt    time.Time
	Outcome   string // "", helped, rejected, silent
}

const faqColumns = "ticket_id, entry, requester, sent_at, outcome"

func scanFAQOutcome(r *row) FAQOutcome {
	return FAQOutcome{TicketID: r.int64(), Entry: r.text(), Requester: r.text(), SentAt: r.time(), Outcome: r.text()}
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
	_, err := tx.exec(ctx, `INSERT INTO faq_outcome (ticket_id, entry, requester, sent_at, outcome) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET
			entry = excluded.entry,
			requester = excluded.requester,
			sent_at = excluded.sent_at,
			outcome = excluded.outcome`, f.TicketID, f.Entry, f.Requester, sent, f.Outcome)
	return err
}

// FAQOutcomeOf returns the FAQ answer of a ticket, or ErrNotFound.
func (tx *Tx) FAQOutcomeOf(ctx context.Context, ticketID int64) (FAQOutcome, error) {
	return single(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+" FROM faq_outcome WHERE ticket_id = ?", ticketID)
}

// FAQOutcomes returns the last answers with an entry whose outcome is known,
// newest first.
func (tx *Tx) FAQOutcomes(ctx context.Context, entry string, atMost int) ([]FAQOutcome, error) {
	return all(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+` FROM faq_outcome
		WHERE entry = ? AND outcome <> '' ORDER BY sent_at DESC, ticket_id DESC LIMIT ?`, entry, limit(atMost))
}

// FAQAnsweredTo returns the answers a requester got at or after since, newest
// first.
func (tx *Tx) FAQAnsweredTo(ctx context.Context, requester string, since time.Time) ([]FAQOutcome, error) {
	return all(ctx, tx, scanFAQOutcome, "SELECT "+faqColumns+` FROM faq_outcome
		WHERE requester = ? AND sent_at >= ? ORDER BY sent_at DESC, ticket_id DESC LIMIT 200`, requester, since)
}
