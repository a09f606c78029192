package store

import (
	"context"
	"errors"
	"fmt"
)

// EraseTicket takes a ticket to a stage, in Erase alone. alias names the one that
// stands for an address; it is asked for StageAnonymous only.
func (tx *Tx) EraseTicket(ctx context.Context, id int64, stage int, alias func(address string) (string, error)) error {
	old, err := tx.number(ctx, "SELECT stage FROM retention WHERE ticket_id = ?", id)
	if err != nil {
		return fmt.Errorf("stage of ticket %d: %w", id, err)
	}
	for _, step := range []struct {
		stage int
		do    func() error
	}{
		{StageFiles, func() error { return tx.eraseMails(ctx, id, true) }},
		{StageTexts, func() error { return errors.Join(tx.eraseMails(ctx, id, false), tx.eraseTexts(ctx, id)) }},
		{StageAnonymous, func() error { return tx.anonymise(ctx, id, alias) }},
	} {
		if int(old) >= step.stage || stage < step.stage {
			continue
		}
		if err := step.do(); err != nil {
			return fmt.Errorf("erase ticket %d: %w", id, err)
		}
	}
	_, err = tx.exec(ctx, `INSERT INTO retention (ticket_id, stage, at) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET stage = excluded.stage, at = excluded.at WHERE stage < excluded.stage`, id, stage, tx.Now)
	return err
}

// eraseMails erases the bytes of a ticket's mails: those with attachments only, or
// all. Leaving mails carry the attachments of the mails they quote.
func (tx *Tx) eraseMails(ctx context.Context, id int64, withFiles bool) error {
	sql := "SELECT id FROM inbox WHERE ticket_id = ?1 UNION SELECT inbox_id FROM message WHERE ticket_id = ?1 AND inbox_id IS NOT NULL"
	if withFiles {
		sql = "SELECT inbox_id FROM message WHERE ticket_id = ?1 AND inbox_id IS NOT NULL AND EXISTS (SELECT 1 FROM attachment WHERE message_id = message.id)"
	}
	in, err := all(ctx, tx, (*row).int64, sql, id)
	if err != nil {
		return err
	}
	for _, inboxID := range in {
		if err := tx.EraseRaw(ctx, inboxID); err != nil {
			return err
		}
	}
	if withFiles && len(in) == 0 {
		return nil
	}
	return tx.eraseLeaving(ctx, "ticket_id = ?", id)
}

// eraseLeaving erases the bytes of leaving mails; what still waits is cancelled.
func (tx *Tx) eraseLeaving(ctx context.Context, where string, args ...any) error {
	out, err := all(ctx, tx, (*row).int64, "SELECT id FROM outbox WHERE mail_at IS NOT NULL AND "+where, args...)
	if err != nil {
		return err
	}
	for _, outboxID := range out {
		if err := tx.EraseLeaving(ctx, outboxID); err != nil {
			return err
		}
	}
	return nil
}

// EraseLeaving erases the bytes of a leaving mail, in Erase alone; one that still
// waits is cancelled.
func (tx *Tx) EraseLeaving(ctx context.Context, id int64) error {
	if err := tx.EraseOutgoing(ctx, id); err != nil {
		return err
	}
	tx.counted = counted{}
	_, err := tx.exec(ctx, "UPDATE outbox SET state = 'cancelled', closed_at = ? WHERE id = ? AND state IN ('queued', 'held')", tx.Now, id)
	return err
}

// eraseTexts erases what was said in a ticket and why it was decided so.
func (tx *Tx) eraseTexts(ctx context.Context, id int64) error {
	if err := tx.DropTopic(ctx, id); err != nil {
		return err
	}
	return tx.execAll(ctx, []any{id},
		"UPDATE message SET text = '', subject = '' WHERE ticket_id = ?",
		"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ?)",
		"DELETE FROM trace WHERE ticket_id = ?",
		"DELETE FROM faq_learned WHERE ticket_id = ?",
		"UPDATE inbox SET reason = '' WHERE ticket_id = ?",
		"UPDATE outbox SET last_error = '', smtp_reply = '' WHERE ticket_id = ?",
		"UPDATE ticket SET subject = '', thread_topic = '', rating_comment = '' WHERE id = ?",
		"UPDATE event SET old = '', new = '' WHERE ticket_id = ? AND kind IN ('subject', 'requester', 'watchers', 'not_sent', 'token_revoked', 'faq_draft')",
		"UPDATE event SET reason = '' WHERE ticket_id = ? AND kind IN ("+spokenEvents+")",
	)
}

// spokenEvents are the kinds of events whose reason can hold a person's words.
const spokenEvents = `'subject', 'requester', 'watchers', 'not_sent', 'token_revoked', 'rated', 'rating_refused', 'escalated', 'escalated_hierarchic',
	'not_escalated', 'note', 'held', 'not_executed', 'not_released', 'pending_mail', 'automatic_mail', 'mail', 'message', 'opened', 'timer_failed',
	'delivery_failed', 'closed', 'assigned', 'faq_draft'`

// anonymise takes the people out of a ticket.
func (tx *Tx) anonymise(ctx context.Context, id int64, alias func(string) (string, error)) error {
	people, err := all(ctx, tx, (*row).text, `SELECT requester FROM ticket WHERE id = ?1 UNION SELECT address FROM participant WHERE ticket_id = ?1
		UNION SELECT author FROM message WHERE ticket_id = ?1 UNION SELECT recipient FROM outbox WHERE ticket_id = ?1`, id)
	if err != nil {
		return err
	}
	for _, address := range people {
		if address == "" || IsAlias(address) {
			continue
		}
		a, err := alias(address)
		if err != nil {
			return err
		}
		for _, sql := range []string{
			"UPDATE ticket SET requester = ?, requester_name = '' WHERE id = ? AND requester = ?",
			"UPDATE OR REPLACE participant SET address = ?, name = '' WHERE ticket_id = ? AND address = ?",
			"UPDATE message SET author = ?, name = '' WHERE ticket_id = ? AND author = ?",
			"UPDATE outbox SET recipient = ? WHERE ticket_id = ? AND recipient = ?",
			"UPDATE faq_outcome SET requester = ? WHERE ticket_id = ? AND requester = ?",
			"UPDATE faq_use SET requester = ? WHERE ticket_id = ? AND requester = ?",
		} {
			if _, err := tx.exec(ctx, sql, a, id, address); err != nil {
				return err
			}
		}
	}
	return tx.execAll(ctx, []any{id}, "UPDATE message SET message_id = '', refs = '', root = '', name = '' WHERE ticket_id = ?",
		"UPDATE ticket SET thread_root = '', thread_index = '' WHERE id = ?")
}

// EraseFromTicket takes a person out of somebody else's ticket: the words, the place
// among the participants, the mails that were sent there.
func (tx *Tx) EraseFromTicket(ctx context.Context, id int64, address, alias string) error {
	in, err := all(ctx, tx, (*row).int64, "SELECT inbox_id FROM message WHERE ticket_id = ? AND author = ? AND inbox_id IS NOT NULL", id, address)
	if err != nil {
		return err
	}
	for _, inboxID := range in {
		if err := tx.EraseLoose(ctx, inboxID); err != nil {
			return err
		}
	}
	if err := tx.eraseLeaving(ctx, "ticket_id = ? AND recipient = ?", id, address); err != nil {
		return err
	}
	opened, err := tx.number(ctx, "SELECT author = ? FROM message WHERE ticket_id = ? ORDER BY id LIMIT 1", address, id)
	if err == nil && opened != 0 {
		err = tx.DropTopic(ctx, id) // made of these words
	}
	if err != nil {
		return err
	}
	for _, sql := range []string{
		"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ? AND author = ?)",
		"UPDATE message SET text = '', subject = '', message_id = '', root = '' WHERE ticket_id = ? AND author = ? AND agent = ''",
		"DELETE FROM participant WHERE ticket_id = ? AND address = ?",
	} {
		if _, err := tx.exec(ctx, sql, id, address); err != nil {
			return err
		}
	}
	_, err = tx.exec(ctx, "UPDATE message SET author = ?, name = '' WHERE ticket_id = ? AND author = ?", alias, id, address)
	return err
}

// RenameAgent replaces the id of an agent who left in all rows that name it.
func (tx *Tx) RenameAgent(ctx context.Context, id, to string) error {
	tx.counted = counted{}
	for _, sql := range []string{
		"UPDATE ticket SET assignee = ?1 WHERE assignee = ?2",
		"UPDATE message SET agent = ?1 WHERE agent = ?2",
		"UPDATE hold SET agent = ?1 WHERE agent = ?2",
		"UPDATE faq_use SET agent = ?1 WHERE agent = ?2",
		"UPDATE absence SET agent = ?1 WHERE agent = ?2",
		"UPDATE absence SET substitute = ?1 WHERE substitute = ?2",
		"UPDATE event SET actor = 'agent:' || ?1 WHERE actor = 'agent:' || ?2",
		`UPDATE event SET data = replace(data, '"assignee":"' || ?2 || '"', '"assignee":"' || ?1 || '"') WHERE data LIKE '%"assignee"%'`,
		"UPDATE event SET old = ?1 WHERE kind IN ('assigned', 'escalated_hierarchic') AND old = ?2",
		"UPDATE event SET new = ?1 WHERE kind IN ('assigned', 'escalated_hierarchic') AND new = ?2",
	} {
		if _, err := tx.exec(ctx, sql, to, id); err != nil {
			return fmt.Errorf("rename agent: %w", err)
		}
	}
	return nil
}

// DeleteTicket removes a ticket with all that belongs to it, in Erase alone. Its mails
// stay as rows without bytes: by their digests they are known when they come again.
func (tx *Tx) DeleteTicket(ctx context.Context, id int64) error {
	tx.counted = counted{}
	err := errors.Join(tx.releaseMerged(ctx, id), tx.eraseMails(ctx, id, false), tx.EraseMoved(ctx, id), tx.DropTopic(ctx, id))
	if err != nil {
		return fmt.Errorf("delete ticket %d: %w", id, err)
	}
	tables, err := all(ctx, tx, (*row).text, `SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name = 'ticket_id' AND m.name NOT IN ('inbox', 'message', 'hold')`)
	if err != nil {
		return err
	}
	statements := []string{
		"DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ?)",
		"DELETE FROM trace WHERE inbox_id IN (SELECT inbox_id FROM message WHERE ticket_id = ? AND inbox_id IS NOT NULL)",
		"UPDATE inbox SET outcome = 'removed', reason = '', ticket_id = NULL WHERE ticket_id = ?",
		"UPDATE hold SET ticket_id = NULL WHERE ticket_id = ?",
		"UPDATE ticket SET parent_id = NULL WHERE parent_id = ?",
		"DELETE FROM message WHERE ticket_id = ?",
		"UPDATE OR IGNORE message SET origin_id = NULL WHERE origin_id = ?",
		"DELETE FROM message WHERE origin_id = ?", // the same mail said it in the other ticket too
	}
	for _, table := range tables {
		statements = append(statements, `DELETE FROM "`+table+`" WHERE ticket_id = ?`)
	}
	if err := tx.execAll(ctx, []any{id}, append(statements, "DELETE FROM ticket WHERE id = ?")...); err != nil {
		return fmt.Errorf("delete ticket %d: %w", id, err)
	}
	return nil
}

// releaseMerged lets the tickets that were merged into one go before it is deleted: they
// get back what was said in them, or follow it to the ticket it was merged into itself.
func (tx *Tx) releaseMerged(ctx context.Context, id int64) error {
	into, err := tx.number(ctx, "SELECT coalesce(merged_into, 0) FROM ticket WHERE id = ?", id)
	if err != nil {
		return err
	}
	if into != 0 {
		_, err := tx.exec(ctx, "UPDATE ticket SET merged_into = ? WHERE merged_into = ?", into, id)
		return err
	}
	children, err := all(ctx, tx, (*row).int64, "SELECT id FROM ticket WHERE merged_into = ?", id)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := tx.ReturnMessages(ctx, id, child); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE ticket SET state = 'discarded', merged_into = NULL WHERE id = ?", child); err != nil {
			return err
		}
		if err := tx.InsertEvent(ctx, Event{TicketID: child, Actor: "admin", Kind: "state", Old: "merged", New: "discarded", Reason: "the ticket it was merged into was deleted"}); err != nil {
			return err
		}
	}
	return nil
}

// EraseMoved erases what was said in a ticket and stands in another since a merge, in
// Erase alone.
func (tx *Tx) EraseMoved(ctx context.Context, id int64) error {
	in, err := all(ctx, tx, (*row).int64, "SELECT inbox_id FROM message WHERE origin_id = ? AND inbox_id IS NOT NULL", id)
	if err != nil {
		return err
	}
	for _, inboxID := range in {
		if err := tx.EraseLoose(ctx, inboxID); err != nil {
			return err
		}
	}
	return tx.execAll(ctx, []any{id}, "DELETE FROM attachment WHERE message_id IN (SELECT id FROM message WHERE origin_id = ?)",
		"UPDATE message SET text = '', subject = '', message_id = '', refs = '', root = '' WHERE origin_id = ?")
}
