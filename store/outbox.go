package store

import (
	"context"
	"fmt"
	"time"
)

// Outgoing is a leaving mail to one recipient.
type Outgoing struct {
	ID            int64 // 0 on Enqueue = chosen by the store; see NextOutboxID
	Cause         string
	TicketID      int64
	InboxID       int64
	Class         string // human, notice, automatic, report
	Purpose       string // letter of the signed Message-ID
	Recipient     string // folded address
	ReversePath   string // "" = null sender
	MessageID     string // without angle brackets
	State         string // queued, sent, failed, cancelled, held; "" on Enqueue = queued
	Attempts      int
	Unknown       int       // attempts whose outcome is unknown
	NextAttemptAt time.Time // zero on Enqueue = now
	CreatedAt     time.Time // set by Enqueue
	ClosedAt      time.Time
	LastError     string
	SMTPReply     string
}

const outgoingColumns = `id, cause, ticket_id, inbox_id, class, purpose, recipient, reverse_path, message_id,
	state, attempts, unknown, next_attempt_at, created_at, closed_at, last_error, smtp_reply`

func scanOutgoing(r *row) Outgoing {
	return Outgoing{
		ID: r.int64(), Cause: r.text(), TicketID: r.int64(), InboxID: r.int64(), Class: r.text(), Purpose: r.text(),
		Recipient: r.text(), ReversePath: r.text(), MessageID: r.text(), State: r.text(), Attempts: r.int(),
		Unknown: r.int(), NextAttemptAt: r.time(), CreatedAt: r.time(), ClosedAt: r.time(), LastError: r.text(),
		SMTPReply: r.text(),
	}
}

// NextOutboxID hands out an id for a mail that names it in its Message-ID: set
// Outgoing.ID to it. Ids are never used again, not even after Restore.
func (tx *Tx) NextOutboxID(ctx context.Context) (int64, error) {
	if tx.nextID == 0 {
		n, err := tx.number(ctx, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
		if err != nil {
			return 0, err
		}
		tx.nextID = n
	}
	tx.nextID++
	return tx.nextID, nil
}

// Enqueue stores a leaving mail with its bytes and sets its ID. queued is false
// when a mail with the same cause exists; then nothing is written.
func (tx *Tx) Enqueue(ctx context.Context, o *Outgoing, bytes []byte) (queued bool, err error) {
	if o.State == "" {
		o.State = "queued"
	}
	if o.NextAttemptAt.IsZero() {
		o.NextAttemptAt = tx.Now
	}
	o.CreatedAt = tx.Now
	if exists, err := tx.number(ctx, "SELECT 1 FROM outbox WHERE cause = ?", o.Cause); err != nil || exists != 0 {
		return false, err
	}
	g, err := tx.mail.append(bytes)
	if err != nil {
		return false, fmt.Errorf("enqueue %s: %w", o.Cause, err)
	}
	id, err := tx.insert(ctx, `INSERT INTO outbox (id, cause, ticket_id, inbox_id, class, purpose, recipient, reverse_path, message_id,
			state, next_attempt_at, created_at, mail_at, mail_length)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, ref(o.ID), o.Cause, ref(o.TicketID), ref(o.InboxID), o.Class, o.Purpose, o.Recipient,
		o.ReversePath, o.MessageID, o.State, o.NextAttemptAt, o.CreatedAt, g.at, g.length)
	if err != nil {
		return false, fmt.Errorf("enqueue %s: %w", o.Cause, err)
	}
	o.ID = id
	tx.counted.enqueued(o)
	tx.nextID = max(tx.nextID, id)
	tx.touch(TopicOutbox)
	return true, nil
}

// Outgoing returns a leaving mail by its id, or ErrNotFound.
func (tx *Tx) Outgoing(ctx context.Context, id int64) (Outgoing, error) {
	return single(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox WHERE id = ?", id)
}

// OutboxByCause returns the mail of a cause, or ErrNotFound.
func (tx *Tx) OutboxByCause(ctx context.Context, cause string) (Outgoing, error) {
	return single(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox WHERE cause = ?", cause)
}

// OutboxByMessageID returns the mail with this Message-ID, or ErrNotFound.
func (tx *Tx) OutboxByMessageID(ctx context.Context, messageID string) (Outgoing, error) {
	return single(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox WHERE message_id = ?", messageID)
}

// OutboxByMessageIDs returns the mails of ours with any of these Message-IDs,
// newest first.
func (tx *Tx) OutboxByMessageIDs(ctx context.Context, ids []string) ([]Outgoing, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, args := marks(ids)
	return all(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox WHERE message_id IN ("+list+") ORDER BY id DESC", args...)
}

// SetFinalID records the Message-ID that a submission server gave a mail in place
// of ours.
func (tx *Tx) SetFinalID(ctx context.Context, id int64, finalID string) error {
	return tx.one(ctx, "UPDATE outbox SET final_id = ? WHERE id = ?", finalID, id)
}

// OutboxByFinalID finds a mail by the Message-ID it left the submission server with,
// or ErrNotFound.
func (tx *Tx) OutboxByFinalID(ctx context.Context, finalID string) (Outgoing, error) {
	return single(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox WHERE final_id = ? AND final_id <> '' ORDER BY id LIMIT 1", finalID)
}

// OutboxBytes returns the bytes of a leaving mail, or ErrNotFound.
func (tx *Tx) OutboxBytes(ctx context.Context, id int64) ([]byte, error) {
	return tx.recordOf(ctx, "SELECT mail_at, mail_length FROM outbox WHERE id = ?", id)
}

// OutboxFilter selects leaving mails; empty fields select all.
type OutboxFilter struct {
	States    []string
	Class     string
	TicketID  int64
	Recipient string
	Since     time.Time // created at or after
	Limit     int       // 0 = 100
}

// ListOutbox returns leaving mails, newest first.
func (tx *Tx) ListOutbox(ctx context.Context, f OutboxFilter) ([]Outgoing, error) {
	var w where
	if len(f.States) > 0 {
		failed := true
		for _, s := range f.States {
			failed = failed && (s == "failed" || s == "held")
		}
		if failed {
			w.add("state IN ('failed', 'held')") // word by word as in the partial index
		}
		list, args := marks(f.States)
		w.add("state IN ("+list+")", args...)
	}
	if f.Class != "" {
		w.add("class = ?", f.Class)
	}
	if f.TicketID != 0 {
		w.add("ticket_id = ?", f.TicketID)
	}
	if f.Recipient != "" {
		w.add("recipient = ?", f.Recipient)
	}
	if !f.Since.IsZero() {
		w.add("created_at >= ?", f.Since)
	}
	return all(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+" FROM outbox"+w.sql()+" ORDER BY id DESC LIMIT ?", w.with(limit(f.Limit))...)
}

// CountAutomatic counts the automatic mails to a folded address created at or
// after since, whatever became of them, except cancelled ones.
func (tx *Tx) CountAutomatic(ctx context.Context, recipient string, since time.Time) (int, error) {
	n, err := tx.number(ctx, `SELECT count(*) FROM outbox
		WHERE recipient = ? AND class = 'automatic' AND created_at >= ? AND state <> 'cancelled'`, recipient, since)
	return int(n), err
}

// CountLostAutomatic counts the automatic mails to a folded address since an instant
// that were refused for good or came back.
func (tx *Tx) CountLostAutomatic(ctx context.Context, recipient string, since time.Time) (int, error) {
	n, err := tx.number(ctx, `SELECT count(*) FROM outbox
		WHERE recipient = ? AND class = 'automatic' AND created_at >= ? AND state = 'failed'`, recipient, since)
	return int(n), err
}

// CountAutomaticDomain counts automatic mails as CountAutomatic does, to any
// address of a domain and of its sub-domains.
func (tx *Tx) CountAutomaticDomain(ctx context.Context, domain string, since time.Time) (int, error) {
	like := escapeLike(domain)
	n, err := tx.number(ctx, `SELECT count(*) FROM outbox
		WHERE class = 'automatic' AND created_at >= ? AND state <> 'cancelled'
			AND (recipient LIKE '%@' || ? ESCAPE '\' OR recipient LIKE '%.' || ? ESCAPE '\')`, since, like, like)
	return int(n), err
}

// CountAutomaticAll counts all automatic mails as CountAutomatic does.
func (tx *Tx) CountAutomaticAll(ctx context.Context, since time.Time) (int, error) {
	if n, ok := tx.counted.automaticSince(since); ok {
		return n, nil
	}
	n, err := tx.number(ctx, `SELECT count(*) FROM outbox
		WHERE class = 'automatic' AND created_at >= ? AND state <> 'cancelled'`, since)
	if err == nil {
		tx.counted.automatic, tx.counted.since = int(n), since
	}
	return int(n), err
}

// LastAutomaticTo returns the newest automatic mail to a folded address, or
// ErrNotFound.
func (tx *Tx) LastAutomaticTo(ctx context.Context, recipient string) (Outgoing, error) {
	return single(ctx, tx, scanOutgoing, "SELECT "+outgoingColumns+` FROM outbox
		WHERE recipient = ? AND class = 'automatic' AND state <> 'cancelled'
		ORDER BY created_at DESC LIMIT 1`, recipient)
}
