package store

import (
	"context"
	"errors"
	"time"
)

// Mailbox is an IMAP mailbox we read, in its present UIDVALIDITY epoch.
type Mailbox struct {
	ID            int64
	Name          string // id in the configuration
	UIDValidity   uint32
	LastUID       uint32
	LastContactAt time.Time
	LastError     string
}

const mailboxColumns = "id, name, uid_validity, last_uid, last_contact_at, last_error"

func scanMailbox(r *row) Mailbox {
	return Mailbox{
		ID: r.int64(), Name: r.text(), UIDValidity: r.uint32(), LastUID: r.uint32(),
		LastContactAt: r.time(), LastError: r.text(),
	}
}

// Mailbox returns a mailbox by its name. In Update it is created on demand; in
// View a missing one is ErrNotFound.
func (tx *Tx) Mailbox(ctx context.Context, name string) (Mailbox, error) {
	const query = "SELECT " + mailboxColumns + " FROM mailbox WHERE name = ?"
	m, err := single(ctx, tx, scanMailbox, query, name)
	if !errors.Is(err, ErrNotFound) || tx.readOnly {
		return m, err
	}
	if _, err := tx.insert(ctx, "INSERT INTO mailbox (name) VALUES (?)", name); err != nil {
		return m, err
	}
	return single(ctx, tx, scanMailbox, query, name)
}

// Mailboxes returns all mailboxes by name.
func (tx *Tx) Mailboxes(ctx context.Context) ([]Mailbox, error) {
	return all(ctx, tx, scanMailbox, "SELECT "+mailboxColumns+" FROM mailbox ORDER BY name")
}

// SaveMailbox writes the mutable columns of a mailbox.
func (tx *Tx) SaveMailbox(ctx context.Context, m Mailbox) error {
	return tx.one(ctx, `UPDATE mailbox SET
			uid_validity = ?,
			last_uid = ?,
			last_contact_at = ?,
			last_error = ?
		WHERE id = ?`, m.UIDValidity, m.LastUID, m.LastContactAt, m.LastError, m.ID)
}
