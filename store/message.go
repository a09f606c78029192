package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Message is what was said in a ticket, by mail or otherwise.
type Message struct {
	ID         int64
	TicketID   int64
	InboxID    int64  // 0 for what we wrote
	Visibility string // public, internal
	Kind       string // see the schema
	Author     string // folded address, "" = firstline
	Name       string
	Agent      string // agent id when an agent wrote it
	Subject    string
	MessageID  string   // RFC 5322, without angle brackets
	Refs       []string // its References
	Text       string
	At         time.Time // zero on insert = now
	// OriginID is the ticket it was said in, where a merge made it part of TicketID;
	// 0 = TicketID itself.
	OriginID int64
}

const messageColumns = "id, ticket_id, inbox_id, visibility, kind, author, name, agent, subject, message_id, refs, text, at, origin_id"

func scanMessage(r *row) Message {
	return Message{
		ID: r.int64(), TicketID: r.int64(), InboxID: r.int64(), Visibility: r.text(), Kind: r.text(), Author: r.text(),
		Name: r.text(), Agent: r.text(), Subject: r.text(), MessageID: r.text(), Refs: r.words(), Text: r.text(), At: r.time(),
		OriginID: r.int64(),
	}
}

// InsertMessage writes a message and sets its ID. ErrConstraint when this mail
// already is a message of this kind in this ticket.
func (tx *Tx) InsertMessage(ctx context.Context, m *Message) error {
	if m.At.IsZero() {
		m.At = tx.Now
	}
	id, err := tx.insert(ctx, `INSERT INTO message (ticket_id, inbox_id, visibility, kind, author, name, agent, subject, message_id, refs, text, at, origin_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.TicketID, ref(m.InboxID), m.Visibility, m.Kind, m.Author, m.Name, m.Agent, m.Subject, m.MessageID,
		strings.Join(m.Refs, " "), m.Text, m.At, ref(m.OriginID))
	if err != nil {
		return fmt.Errorf("insert message of ticket %d: %w", m.TicketID, err)
	}
	m.ID = id
	return nil
}

// Messages returns what was said in a ticket, oldest first.
func (tx *Tx) Messages(ctx context.Context, ticketID int64) ([]Message, error) {
	return all(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE ticket_id = ? ORDER BY at, id", ticketID)
}

// MessageByID returns a message by its row id, or ErrNotFound.
func (tx *Tx) MessageByID(ctx context.Context, id int64) (Message, error) {
	return single(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE id = ?", id)
}

// MessageByRFCID returns the newest message with this Message-ID, or ErrNotFound.
func (tx *Tx) MessageByRFCID(ctx context.Context, id string) (Message, error) {
	return single(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE message_id = ? AND message_id <> '' ORDER BY id DESC LIMIT 1", id)
}

// MessagesByRFCIDs returns the messages with any of these Message-IDs, newest
// first, at most 200.
func (tx *Tx) MessagesByRFCIDs(ctx context.Context, ids []string) ([]Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, args := marks(ids)
	return all(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE message_id IN ("+list+") AND message_id <> '' ORDER BY id DESC LIMIT 200", args...)
}

// SetMessageRoot records the oldest mail that a message belongs to.
func (tx *Tx) SetMessageRoot(ctx context.Context, id int64, root string) error {
	return tx.one(ctx, "UPDATE message SET root = ? WHERE id = ?", root, id)
}

// MessagesByRoots returns the messages that belong to any of these mails, newest
// first, at most 200.
func (tx *Tx) MessagesByRoots(ctx context.Context, ids []string) ([]Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, args := marks(ids)
	return all(ctx, tx, scanMessage, "SELECT "+messageColumns+" FROM message WHERE root IN ("+list+") AND root <> '' ORDER BY id DESC LIMIT 200", args...)
}

// QuickAnswers counts the mails of a folded address since an instant that arrived
// within a time after an automatic mail of ours to it.
func (tx *Tx) QuickAnswers(ctx context.Context, address string, since time.Time, within time.Duration) (int, error) {
	n, err := tx.number(ctx, `SELECT count(DISTINCT message.id) FROM message
		JOIN inbox ON inbox.id = message.inbox_id
		JOIN outbox ON outbox.recipient = message.author AND outbox.class = 'automatic' AND outbox.state = 'sent'
			AND outbox.created_at >= ? AND outbox.closed_at BETWEEN inbox.received_at - ? AND inbox.received_at
		WHERE message.author = ? AND message.author <> '' AND message.at >= ?`, since, within.Milliseconds(), address, since)
	return int(n), err
}

// MoveMessages makes all messages of one ticket messages of another (merge). Where
// they come from stays known.
func (tx *Tx) MoveMessages(ctx context.Context, from, to int64) error {
	_, err := tx.exec(ctx, "UPDATE message SET origin_id = coalesce(origin_id, ticket_id), ticket_id = ? WHERE ticket_id = ?", to, from)
	return err
}

// ReturnMessages undoes MoveMessages: what came from a ticket, or from one that was
// merged into it before, is its own again.
func (tx *Tx) ReturnMessages(ctx context.Context, from, to int64) error {
	_, err := tx.exec(ctx, `WITH RECURSIVE part (id) AS (
			SELECT ? UNION SELECT ticket.id FROM ticket JOIN part ON ticket.merged_into = part.id WHERE ticket.merged_into IS NOT NULL
		) UPDATE message SET ticket_id = ?, origin_id = nullif(origin_id, ?)
		WHERE ticket_id = ? AND origin_id IN (SELECT id FROM part)`, to, to, to, from)
	return err
}

// Attachment is a part of a message; its bytes are read from the raw mail.
type Attachment struct {
	MessageID   int64
	N           int    // index in the parsed mail
	SHA256      string // hex, of the decoded bytes
	Filename    string
	ContentType string
	Size        int64 // decoded bytes
	Inline      bool
	ContentID   string
}

const attachmentColumns = "a.message_id, a.n, a.sha256, a.filename, a.content_type, a.size, a.inline, a.content_id"

func scanAttachment(r *row) Attachment {
	return Attachment{
		MessageID: r.int64(), N: r.int(), SHA256: hex.EncodeToString(r.blob()), Filename: r.text(),
		ContentType: r.text(), Size: r.int64(), Inline: r.bool(), ContentID: r.text(),
	}
}

// InsertAttachments writes the attachments of a message.
func (tx *Tx) InsertAttachments(ctx context.Context, messageID int64, list []Attachment) error {
	for _, a := range list {
		sum, err := hex.DecodeString(a.SHA256)
		if err != nil {
			return fmt.Errorf("insert attachment %d of message %d: SHA-256 %q: %w", a.N, messageID, a.SHA256, err)
		}
		_, err = tx.exec(ctx, `INSERT INTO attachment (message_id, n, sha256, filename, content_type, size, inline, content_id)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, messageID, a.N, sum, a.Filename, a.ContentType, a.Size, a.Inline, a.ContentID)
		if err != nil {
			return fmt.Errorf("insert attachment %d of message %d: %w", a.N, messageID, err)
		}
	}
	return nil
}

// Attachments returns the attachments of a message in their order.
func (tx *Tx) Attachments(ctx context.Context, messageID int64) ([]Attachment, error) {
	return all(ctx, tx, scanAttachment, "SELECT "+attachmentColumns+" FROM attachment AS a WHERE a.message_id = ? ORDER BY a.n", messageID)
}

// AttachmentsOfTicket returns the attachments of all messages of a ticket,
// oldest message first.
func (tx *Tx) AttachmentsOfTicket(ctx context.Context, ticketID int64) ([]Attachment, error) {
	return all(ctx, tx, scanAttachment, "SELECT "+attachmentColumns+` FROM message JOIN attachment AS a ON a.message_id = message.id
		WHERE message.ticket_id = ? ORDER BY a.message_id, a.n`, ticketID)
}
