package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"
)

// Inbound is an accepted mail. Its raw bytes are read with Raw.
type Inbound struct {
	ID         int64
	MailboxID  int64
	Digest     [32]byte // SHA-256 of the raw bytes
	Canonical  [32]byte // digest without trace fields; zero until triage has set it
	Size       int64    // bytes
	ReceivedAt time.Time
	AcceptedAt time.Time
	State      string // new, done, aside
	Attempts   int
	Outcome    string // "" while new
	Reason     string
	TicketID   int64
	DoneAt     time.Time
	Truncated  bool // above the size limit: only the header was fetched
}

const inboundColumns = `id, mailbox_id, digest, canonical, size, received_at, accepted_at,
	state, attempts, outcome, reason, ticket_id, done_at, truncated`

func scanInbound(r *row) Inbound {
	return Inbound{
		ID: r.int64(), MailboxID: r.int64(), Digest: r.digest(), Canonical: r.digest(), Size: r.int64(),
		ReceivedAt: r.time(), AcceptedAt: r.time(), State: r.text(), Attempts: r.int(), Outcome: r.text(),
		Reason: r.text(), TicketID: r.int64(), DoneAt: r.time(), Truncated: r.bool(),
	}
}

// In is a mail as the server sent it.
type In struct {
	MailboxID   int64
	UIDValidity uint32
	UID         uint32
	ReceivedAt  time.Time // INTERNALDATE; zero = now
	Raw         []byte
	Digest      [32]byte // SHA-256 of Raw; zero = computed here, inside the transaction
	Size        int64    // bytes on the server when Truncated; 0 = len(Raw)
	Truncated   bool
}

// AcceptInbound stores a mail and its UID in one. fresh is false when the same
// bytes were accepted before, under whatever UID: then id is that earlier mail.
// A UID the ledger knows with other bytes is pointed to the new mail.
func (tx *Tx) AcceptInbound(ctx context.Context, in In) (id int64, fresh bool, err error) {
	if in.Digest == [32]byte{} {
		in.Digest = sha256.Sum256(in.Raw)
	}
	if in.ReceivedAt.IsZero() {
		in.ReceivedAt = tx.Now
	}
	if in.Size == 0 {
		in.Size = int64(len(in.Raw))
	}
	id, err = tx.number(ctx, "SELECT id FROM inbox WHERE digest = ?", in.Digest[:])
	if err != nil {
		return 0, false, fmt.Errorf("accept UID %d: %w", in.UID, err)
	}
	if fresh = id == 0; fresh {
		if id, err = tx.insertInbound(ctx, in); err != nil {
			return 0, false, fmt.Errorf("accept UID %d: %w", in.UID, err)
		}
	}
	_, err = tx.exec(ctx, `INSERT INTO uid (mailbox_id, uid_validity, uid, inbox_id, state, at)
		VALUES (?, ?, ?, ?, 'stored', ?)
		ON CONFLICT DO UPDATE SET inbox_id = excluded.inbox_id, state = 'stored', at = excluded.at
			WHERE inbox_id IS NOT excluded.inbox_id`, in.MailboxID, in.UIDValidity, in.UID, id, tx.Now)
	if err != nil {
		return 0, false, fmt.Errorf("accept UID %d: %w", in.UID, err)
	}
	if !fresh {
		tx.touch(TopicAck)
	}
	return id, fresh, nil
}

func (tx *Tx) insertInbound(ctx context.Context, in In) (int64, error) {
	g, err := tx.mail.append(in.Raw)
	if err != nil {
		return 0, err
	}
	id, err := tx.insert(ctx, `INSERT INTO inbox (mailbox_id, digest, size, mail_at, mail_length, received_at, accepted_at, truncated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		in.MailboxID, in.Digest[:], in.Size, g.at, g.length, in.ReceivedAt, tx.Now, in.Truncated)
	if err != nil {
		return 0, err
	}
	tx.touch(TopicInbox)
	return id, nil
}

// NextInbound returns the mails that wait for triage, oldest first.
func (tx *Tx) NextInbound(ctx context.Context, limit int) ([]Inbound, error) {
	return all(ctx, tx, scanInbound, "SELECT "+inboundColumns+" FROM inbox WHERE state = 'new' ORDER BY id LIMIT ?", limit)
}

// Inbound returns one mail, or ErrNotFound.
func (tx *Tx) Inbound(ctx context.Context, id int64) (Inbound, error) {
	return single(ctx, tx, scanInbound, "SELECT "+inboundColumns+" FROM inbox WHERE id = ?", id)
}

// Raw returns the bytes of a mail as the server sent them. ErrNotFound when
// there is no such mail or it was erased, ErrCorrupt when the bytes changed.
func (tx *Tx) Raw(ctx context.Context, inboxID int64) ([]byte, error) {
	return tx.recordOf(ctx, "SELECT mail_at, mail_length FROM inbox WHERE id = ?", inboxID)
}

// BumpAttempts counts an attempt to triage each of the mails. It is committed
// before the attempt, so that a mail that kills the process is counted too.
func (tx *Tx) BumpAttempts(ctx context.Context, ids []int64) error {
	_, err := tx.exec(ctx, "UPDATE inbox SET attempts = attempts + 1 WHERE id IN (SELECT value FROM json_each(?))", jsonIDs(ids))
	return err
}

// FinishInbound closes a mail with its outcome and reason; ticketID 0 = none.
// Outcome is one of the words of the schema. ErrNotFound when the mail is not new.
func (tx *Tx) FinishInbound(ctx context.Context, id int64, outcome, reason string, ticketID int64) error {
	err := tx.one(ctx, `UPDATE inbox SET
			state = 'done',
			outcome = ?,
			reason = ?,
			ticket_id = ?,
			done_at = ?
		WHERE id = ? AND state = 'new'`, outcome, reason, ref(ticketID), tx.Now, id)
	if err != nil {
		return fmt.Errorf("finish inbox %d: %w", id, err)
	}
	tx.touch(TopicAck)
	return nil
}

// SetAside takes a mail that cannot be processed out of the queue, with its
// reason; the raw bytes stay. ErrNotFound when the mail is not new.
func (tx *Tx) SetAside(ctx context.Context, id int64, reason string) error {
	err := tx.one(ctx, `UPDATE inbox SET
			state = 'aside',
			outcome = 'set_aside',
			reason = ?,
			done_at = ?
		WHERE id = ? AND state = 'new'`, reason, tx.Now, id)
	if err != nil {
		return fmt.Errorf("set inbox %d aside: %w", id, err)
	}
	tx.touch(TopicAck)
	return nil
}

// RetryInbound puts a mail that was set aside back into the queue, with no
// attempts counted. ErrNotFound when the mail is not set aside.
func (tx *Tx) RetryInbound(ctx context.Context, id int64) error {
	err := tx.one(ctx, `UPDATE inbox SET
			state = 'new',
			outcome = '',
			reason = '',
			attempts = 0,
			done_at = NULL
		WHERE id = ? AND state = 'aside'`, id)
	if err != nil {
		return fmt.Errorf("retry inbox %d: %w", id, err)
	}
	tx.touch(TopicInbox)
	return nil
}

// SetCanonical stores the digest of a mail without its trace fields.
func (tx *Tx) SetCanonical(ctx context.Context, id int64, digest [32]byte) error {
	return tx.one(ctx, "UPDATE inbox SET canonical = ? WHERE id = ?", digest[:], id)
}

// ByCanonical returns the oldest other mail with the same canonical digest, or
// ErrNotFound.
func (tx *Tx) ByCanonical(ctx context.Context, digest [32]byte, notID int64) (Inbound, error) {
	return single(ctx, tx, scanInbound, "SELECT "+inboundColumns+" FROM inbox WHERE canonical = ? AND id <> ? ORDER BY id LIMIT 1", digest[:], notID)
}

// InboundFilter selects mails; empty fields select all.
type InboundFilter struct {
	State    string // new, done, aside
	Outcome  string
	TicketID int64
	Since    time.Time // accepted at or after
	Limit    int       // 0 = 100
}

// ListInbound returns mails, newest first.
func (tx *Tx) ListInbound(ctx context.Context, f InboundFilter) ([]Inbound, error) {
	var w where
	switch f.State { // literals, so that the partial indexes apply
	case "":
	case "new", "aside", "done":
		w.add("state = '" + f.State + "'")
	default:
		return nil, fmt.Errorf("list inbox: no such state %q", f.State)
	}
	if f.Outcome != "" {
		w.add("outcome = ?", f.Outcome)
	}
	if f.TicketID != 0 {
		w.add("ticket_id = ?", f.TicketID)
	}
	if !f.Since.IsZero() {
		w.add("accepted_at >= ?", f.Since)
	}
	return all(ctx, tx, scanInbound, "SELECT "+inboundColumns+" FROM inbox"+w.sql()+" ORDER BY id DESC LIMIT ?", w.with(limit(f.Limit))...)
}

// InboundByDigest returns the mail with these raw bytes, or ErrNotFound.
func (tx *Tx) InboundByDigest(ctx context.Context, digest [32]byte) (Inbound, error) {
	return single(ctx, tx, scanInbound, "SELECT "+inboundColumns+" FROM inbox WHERE digest = ?", digest[:])
}

// ServerTimeAgrees reports whether a mail accepted at or after an instant came from
// its server within a tolerance of our own time: INTERNALDATE is the clock of the
// mail server.
func (tx *Tx) ServerTimeAgrees(ctx context.Context, since time.Time, within time.Duration) (bool, error) {
	n, err := tx.number(ctx, `SELECT 1 FROM (SELECT accepted_at, received_at FROM inbox ORDER BY id DESC LIMIT 50)
		WHERE accepted_at >= ? AND abs(accepted_at - received_at) <= ? LIMIT 1`, since, within)
	return n == 1, err
}
