package store

import (
	"context"
	"errors"
	"time"
)

// UID is a line of the ledger: which UID of which epoch is which mail, and
// whether the server has been told that it is done.
type UID struct {
	MailboxID   int64
	UIDValidity uint32
	UID         uint32
	InboxID     int64
	State       string // stored, acked, skipped, unfetchable
	Attempts    int
	At          time.Time
}

const uidColumns = "mailbox_id, uid_validity, uid, inbox_id, state, attempts, at"

func scanUID(r *row) UID {
	return UID{
		MailboxID: r.int64(), UIDValidity: r.uint32(), UID: r.uint32(), InboxID: r.int64(),
		State: r.text(), Attempts: r.int(), At: r.time(),
	}
}

// KnownUIDs returns the UIDs of an epoch from first on that need no fetching,
// in ascending order: all in the ledger but those whose fetch may be repeated.
func (tx *Tx) KnownUIDs(ctx context.Context, mailboxID int64, validity, first uint32) ([]uint32, error) {
	return all(ctx, tx, (*row).uint32, `SELECT uid FROM uid
		WHERE mailbox_id = ? AND uid_validity = ? AND uid >= ? AND (state <> 'unfetchable' OR attempts >= ?)
		ORDER BY uid`, mailboxID, validity, first, MaxFetchAttempts)
}

// MaxFetchAttempts is how often the fetch of one UID may fail before it is left
// alone.
const MaxFetchAttempts = 3

// HasUID reports whether a UID needs no fetching; see KnownUIDs.
func (tx *Tx) HasUID(ctx context.Context, mailboxID int64, validity, uid uint32) (bool, error) {
	n, err := tx.number(ctx, `SELECT 1 FROM uid
		WHERE mailbox_id = ? AND uid_validity = ? AND uid = ? AND (state <> 'unfetchable' OR attempts >= ?)`,
		mailboxID, validity, uid, MaxFetchAttempts)
	return n != 0, err
}

// UID returns a line of the ledger, or ErrNotFound.
func (tx *Tx) UID(ctx context.Context, mailboxID int64, validity, uid uint32) (UID, error) {
	return single(ctx, tx, scanUID, "SELECT "+uidColumns+" FROM uid WHERE mailbox_id = ? AND uid_validity = ? AND uid = ?", mailboxID, validity, uid)
}

// UIDsOf returns the lines of the ledger that point to a mail.
func (tx *Tx) UIDsOf(ctx context.Context, inboxID int64) ([]UID, error) {
	return all(ctx, tx, scanUID, "SELECT "+uidColumns+" FROM uid WHERE inbox_id = ? ORDER BY mailbox_id, uid_validity, uid", inboxID)
}

// SkipUID records a UID that is left on the server on purpose, such as one
// older than the start. A UID the ledger knows stays as it is.
func (tx *Tx) SkipUID(ctx context.Context, mailboxID int64, validity, uid uint32) error {
	_, err := tx.exec(ctx, `INSERT INTO uid (mailbox_id, uid_validity, uid, state, at)
		VALUES (?, ?, ?, 'skipped', ?) ON CONFLICT DO NOTHING`, mailboxID, validity, uid, tx.Now)
	return err
}

// FailUID counts a failed fetch of a UID and returns the attempts so far. A UID
// that was stored stays stored.
func (tx *Tx) FailUID(ctx context.Context, mailboxID int64, validity, uid uint32) (attempts int, err error) {
	n, err := single(ctx, tx, (*row).int64, `INSERT INTO uid (mailbox_id, uid_validity, uid, state, attempts, at)
		VALUES (?, ?, ?, 'unfetchable', 1, ?)
		ON CONFLICT DO UPDATE SET attempts = attempts + 1, at = excluded.at WHERE state = 'unfetchable'
		RETURNING attempts`, mailboxID, validity, uid, tx.Now)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return int(n), err
}

// AckRow is a mail the server may now be told about.
type AckRow struct {
	UID     uint32
	InboxID int64
	Outcome string
}

// ToAck returns UIDs of an epoch whose mail is triaged, oldest mail first.
//
// Triage goes by id, so the mails it is done with come first: looking at four
// times the limit keeps the cost independent of the backlog and still passes
// over those that wait for another attempt.
func (tx *Tx) ToAck(ctx context.Context, mailboxID int64, validity uint32, limit int) ([]AckRow, error) {
	return all(ctx, tx, func(r *row) AckRow {
		return AckRow{UID: r.uint32(), InboxID: r.int64(), Outcome: r.text()}
	}, `SELECT
			u.uid,
			u.inbox_id,
			inbox.outcome
		FROM (
			SELECT uid, inbox_id FROM uid
			WHERE mailbox_id = ? AND uid_validity = ? AND state = 'stored'
			ORDER BY inbox_id LIMIT ?
		) AS u JOIN inbox ON inbox.id = u.inbox_id
		WHERE inbox.state <> 'new'
		ORDER BY u.inbox_id, u.uid LIMIT ?`, mailboxID, validity, 4*limit, limit)
}

// MarkAcked records that the server has been told about these UIDs.
func (tx *Tx) MarkAcked(ctx context.Context, mailboxID int64, validity uint32, uids []uint32) error {
	ids := make([]int64, len(uids))
	for i, uid := range uids {
		ids[i] = int64(uid)
	}
	_, err := tx.exec(ctx, `UPDATE uid SET state = 'acked', at = ?
		WHERE mailbox_id = ? AND uid_validity = ? AND uid IN (SELECT value FROM json_each(?)) AND state = 'stored'`,
		tx.Now, mailboxID, validity, jsonIDs(ids))
	return err
}
