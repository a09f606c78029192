package store

import (
	"context"
	"fmt"
	"time"
)

// ReleaseClaims makes mails due at once that a sender claimed and did not give
// back: it died. Only the holder of the lock may say so, at its start. lease is
// how far ahead a claim moves a mail.
func (tx *Tx) ReleaseClaims(ctx context.Context, lease time.Duration) (int, error) {
	n, err := tx.exec(ctx, `UPDATE outbox SET next_attempt_at = ?
		WHERE state = 'queued' AND attempts > 0 AND next_attempt_at > ? AND next_attempt_at <= ?`, tx.Now, tx.Now, tx.Now.Add(lease))
	if err != nil {
		return 0, fmt.Errorf("release claimed mails: %w", err)
	}
	return int(n), nil
}

// ForgiveAttempts takes back one attempt of mails whose triage failed for a reason
// that was not theirs.
func (tx *Tx) ForgiveAttempts(ctx context.Context, ids []int64) error {
	_, err := tx.exec(ctx, `UPDATE inbox SET attempts = attempts - 1
		WHERE attempts > 0 AND state = 'new' AND id IN (SELECT value FROM json_each(?))`, jsonIDs(ids))
	return err
}

// MarkUndelivered closes a mail as failed although a server took it: a delivery
// report says that it did not arrive (RFC 3464). ErrNotFound when the mail is
// neither queued nor sent.
func (tx *Tx) MarkUndelivered(ctx context.Context, id int64, reason string) error {
	err := tx.one(ctx, `UPDATE outbox SET
			state = 'failed',
			last_error = ?,
			closed_at = ?
		WHERE id = ? AND state IN ('queued', 'sent')`, reason, tx.Now, id)
	if err != nil {
		return fmt.Errorf("mark outbox %d undelivered: %w", id, err)
	}
	return tx.Count(ctx, TrafficBounced, 1)
}
