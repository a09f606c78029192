package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Claimed is a leaving mail that is being delivered, with its bytes.
type Claimed struct {
	Outgoing
	Bytes []byte
}

// classOrder is the order of delivery: people first, automatic mail last.
var classOrder = [...]string{"human", "notice", "report", "automatic"}

// ClaimOutbox takes mails that are due for delivery: what people wrote first,
// then notices, reports, automatic mail; within a class the longest due first.
//
// A claim counts an attempt of unknown outcome and moves the next attempt by
// lease: a sender that dies leaves the mail to be claimed again after that.
// MarkSent, MarkRetry or MarkFailed settle the outcome. A mail whose bytes
// cannot be read is marked as failed and does not hold up the others. While the
// wall clock is doubted (MetaClockDoubt) only what people wrote, and notices about
// it, are claimed.
func (tx *Tx) ClaimOutbox(ctx context.Context, limit int, lease time.Duration) ([]Claimed, error) {
	var claimed []Claimed
	var ids []int64
	doubted, err := tx.number(ctx, "SELECT 1 FROM meta WHERE key = ?", MetaClockDoubt)
	if err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	broken := make(map[int64]error)
	wait := time.Duration(0)
	for _, class := range classOrder {
		if len(claimed) >= limit {
			break
		}
		if doubted == 1 && (class == "automatic" || class == "report") {
			continue
		}
		err := tx.each(ctx, "SELECT "+outgoingColumns+`, mail_at, mail_length FROM outbox
			WHERE state = 'queued' AND class = ? AND next_attempt_at <= ? AND NOT (? = 1 AND cause >= 'sla:' AND cause < 'sla;')
			ORDER BY next_attempt_at, id LIMIT ?`, func(r *row) error {
			c, g := Claimed{Outgoing: scanOutgoing(r)}, r.region()
			if r.err != nil {
				return r.err
			}
			var err error
			if c.Bytes, err = tx.readMail(g); err != nil {
				broken[c.ID] = err
				return nil
			}
			wait = max(wait, c.waited(tx.Now))
			c.Attempts++
			c.Unknown++
			c.NextAttemptAt = tx.Now.Add(lease)
			claimed = append(claimed, c)
			ids = append(ids, c.ID)
			return nil
		}, class, tx.Now, doubted, limit-len(claimed))
		if err != nil {
			return nil, fmt.Errorf("claim outbox: %w", err)
		}
	}
	for id, err := range broken {
		if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNotFound) {
			return nil, fmt.Errorf("claim outbox %d: %w", id, err)
		}
		if err := tx.MarkFailed(ctx, id, err.Error()); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	_, err = tx.exec(ctx, `UPDATE outbox SET
			attempts = attempts + 1,
			unknown = unknown + 1,
			next_attempt_at = ?
		WHERE id IN (SELECT value FROM json_each(?))`, tx.Now.Add(lease), jsonIDs(ids))
	if err == nil {
		err = tx.Peak(ctx, TrafficOutboxWait, wait)
	}
	if err != nil {
		return nil, fmt.Errorf("claim outbox: %w", err)
	}
	return claimed, nil
}

// waited is how long a mail has been due; one that was tried before, since it was
// written. The hours in which it was not to leave do not count.
func (o *Outgoing) waited(now time.Time) time.Duration {
	if o.Attempts > 0 {
		return now.Sub(o.CreatedAt)
	}
	return now.Sub(o.NextAttemptAt)
}

// MarkSent records that a claimed mail was accepted, with the server's reply.
// A mail that was cancelled during its delivery is sent all the same.
func (tx *Tx) MarkSent(ctx context.Context, id int64, reply string) error {
	err := tx.one(ctx, `UPDATE outbox SET
			state = 'sent',
			unknown = max(unknown - 1, 0),
			closed_at = ?,
			smtp_reply = ?
		WHERE id = ? AND state <> 'sent'`, tx.Now, reply, id)
	if err != nil {
		return fmt.Errorf("mark outbox %d sent: %w", id, err)
	}
	return tx.Count(ctx, TrafficOut, 1)
}

// MarkRetry schedules the next attempt of a claimed mail. unknown says that the
// server may have accepted it (RFC 1047): the attempt stays counted as such.
func (tx *Tx) MarkRetry(ctx context.Context, id int64, next time.Time, reason string, unknown bool) error {
	settled := 1
	if unknown {
		settled = 0
	}
	err := tx.one(ctx, `UPDATE outbox SET
			unknown = max(unknown - ?, 0),
			next_attempt_at = ?,
			last_error = ?
		WHERE id = ? AND state NOT IN ('sent', 'failed')`, settled, next, reason, id)
	if err != nil {
		return fmt.Errorf("mark outbox %d for retry: %w", id, err)
	}
	return nil
}

// MarkFailed records that a claimed mail is refused for good.
func (tx *Tx) MarkFailed(ctx context.Context, id int64, reason string) error {
	err := tx.one(ctx, `UPDATE outbox SET
			state = 'failed',
			unknown = max(unknown - 1, 0),
			closed_at = ?,
			last_error = ?
		WHERE id = ? AND state <> 'sent'`, tx.Now, reason, id)
	if err != nil {
		return fmt.Errorf("mark outbox %d failed: %w", id, err)
	}
	return tx.Count(ctx, TrafficRefused, 1)
}

// CancelOutgoing withdraws a mail that has not left. ErrNotFound when it is not
// queued, held or failed. One in delivery may still arrive.
func (tx *Tx) CancelOutgoing(ctx context.Context, id int64) error {
	tx.counted = counted{}
	err := tx.one(ctx, "UPDATE outbox SET state = 'cancelled', closed_at = ? WHERE id = ? AND state IN ('queued', 'held', 'failed')", tx.Now, id)
	if err != nil {
		return fmt.Errorf("cancel outbox %d: %w", id, err)
	}
	return nil
}

// CancelByCause withdraws queued and held mails whose cause begins with prefix,
// and returns how many.
func (tx *Tx) CancelByCause(ctx context.Context, prefix string) (int, error) {
	tx.counted = counted{}
	n, err := tx.exec(ctx, `UPDATE outbox SET state = 'cancelled', closed_at = ?
		WHERE cause >= ? AND cause < ? AND state IN ('queued', 'held')`, tx.Now, prefix, prefix+"\U0010FFFF")
	return int(n), err
}

// RetryOutgoing queues a failed, held or cancelled mail again, now; for a queued
// one it moves the next attempt to now. ErrNotFound when it was sent.
func (tx *Tx) RetryOutgoing(ctx context.Context, id int64) error {
	tx.counted = counted{}
	err := tx.one(ctx, `UPDATE outbox SET
			state = 'queued',
			next_attempt_at = ?,
			closed_at = NULL
		WHERE id = ? AND state <> 'sent'`, tx.Now, id)
	if err != nil {
		return fmt.Errorf("retry outbox %d: %w", id, err)
	}
	tx.touch(TopicOutbox)
	return nil
}

// NextOutboxAt returns when the next queued mail is due, zero when there is none.
func (tx *Tx) NextOutboxAt(ctx context.Context) (time.Time, error) {
	var next time.Time
	for _, class := range classOrder {
		at, err := tx.instant(ctx, "SELECT min(next_attempt_at) FROM outbox WHERE state = 'queued' AND class = ?", class)
		if err != nil {
			return time.Time{}, err
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}
