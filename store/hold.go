package store

import (
	"context"
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
