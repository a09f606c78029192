package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Violation is a broken invariant, with the ids of the first rows that break it.
type Violation struct {
	Name string  `json:"name"` // of the check
	Text string  `json:"text"` // what is wrong
	IDs  []int64 `json:"ids"`  // at most 20
}

// fsckIDs is how many ids a violation names.
const fsckIDs = 20

// invariants are queries that must return nothing; each returns ids.
var invariants = []struct{ name, text, sql string }{
	{"ticket_without_message", "tickets in which nothing was said", `SELECT id FROM ticket
		WHERE state <> 'merged' AND NOT EXISTS (SELECT 1 FROM message WHERE ticket_id = ticket.id)`},
	{"ticket_without_event", "tickets without a history", `SELECT id FROM ticket
		WHERE NOT EXISTS (SELECT 1 FROM event WHERE ticket_id = ticket.id)`},
	{"state_not_replayed", "tickets whose state is not that of their newest event", replay("state", "'opened', 'state'") + " AND event.new <> ''"},
	{"priority_not_replayed", "tickets whose priority is not that of their newest event", replay("priority", "'priority'")},
	{"category_not_replayed", "tickets whose category is not that of their newest event", replay("category", "'category'")},
	{"group_not_replayed", "tickets whose group is not that of their newest event", replay("group_id", "'group'")},
	{"assignee_not_replayed", "tickets whose assignee is not that of their newest event", replay("assignee", "'assigned'")},
	{"level_not_replayed", "tickets whose level is not that of their newest event", replay("level", "'level'")},
	{"ticket_without_number", "tickets without a number that are not held", `SELECT id FROM ticket
		WHERE number IS NULL AND state NOT IN ('held', 'discarded', 'merged')`},
	{"number_not_reserved", "tickets whose number would be given out again", `SELECT id FROM ticket
		WHERE number >= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'next_number')`},
	{"requester_not_participant", "tickets whose requester is not among the participants", `SELECT id FROM ticket
		WHERE number IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM participant WHERE ticket_id = ticket.id AND address = ticket.requester)`},
	{"merged_without_target", "merged tickets without the ticket they became part of", `SELECT id FROM ticket
		WHERE (state = 'merged') <> (merged_into IS NOT NULL)`},
	{"done_without_effect", "mails that are done, without the message their outcome says", `SELECT id FROM inbox
		WHERE state = 'done' AND outcome IN ('opened', 'followed', 'answered', 'pending')
			AND (ticket_id IS NULL OR NOT EXISTS (SELECT 1 FROM message WHERE inbox_id = inbox.id))`},
	{"held_without_hold", "held mails that nothing waits for", `SELECT id FROM inbox
		WHERE state = 'done' AND outcome = 'held' AND ticket_id IS NULL AND NOT EXISTS (SELECT 1 FROM hold WHERE inbox_id = inbox.id)`},
	{"effect_without_done", "messages of mails that still wait for triage", `SELECT message.id FROM inbox
		JOIN message ON message.inbox_id = inbox.id WHERE inbox.state = 'new'`},
	{"done_without_instant", "mails that are done at no instant", `SELECT id FROM inbox WHERE (state = 'new') <> (done_at IS NULL)`},
	{"uid_without_mail", "UIDs that are stored without a mail", `SELECT uid FROM uid
		WHERE state IN ('stored', 'acked') AND inbox_id IS NULL`},
	{"outbox_without_cause", "leaving mails without a cause", `SELECT id FROM outbox WHERE cause = ''`},
	{"outbox_without_event", "leaving mails of a ticket without an event before them", `SELECT id FROM outbox
		WHERE ticket_id IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM event WHERE ticket_id = outbox.ticket_id AND at <= outbox.created_at)`},
	{"outbox_closed_at", "leaving mails that are closed at no instant, or waiting at one", `SELECT id FROM outbox
		WHERE (state IN ('sent', 'failed', 'cancelled')) <> (closed_at IS NOT NULL)`},
	{"sent_without_attempt", "mails that were sent without an attempt", `SELECT id FROM outbox WHERE state = 'sent' AND attempts = 0`},
	{"waiting_without_bytes", "mails that are to leave without bytes", `SELECT id FROM outbox WHERE state IN ('queued', 'held') AND mail_at IS NULL`},
	{"clock_on_final_ticket", "tickets that are closed while a clock runs", `SELECT DISTINCT ticket_id FROM clock
		JOIN ticket ON ticket.id = ticket_id
		WHERE clock.state = 'running' AND ticket.state IN ('closed', 'closed_deflected', 'merged', 'discarded')`},
	{"timer_on_final_ticket", "tickets that are closed while a timer is set", `SELECT DISTINCT ticket_id FROM timer
		JOIN ticket ON ticket.id = ticket_id
		WHERE fired_at IS NULL AND ticket.state IN ('closed', 'closed_deflected', 'merged', 'discarded')`},
	{"learned_without_answer", "phrasings of the FAQ from tickets that it did not answer", `SELECT ticket_id FROM faq_learned l
		WHERE NOT EXISTS (SELECT 1 FROM faq_use u WHERE u.ticket_id = l.ticket_id AND u.entry = l.entry)
			AND NOT EXISTS (SELECT 1 FROM faq_outcome o WHERE o.ticket_id = l.ticket_id AND o.entry = l.entry AND o.outcome = 'helped')`},
	{"topics_counted", "what solved tickets are about was counted wrongly", `SELECT count(*) FROM topic
		HAVING count(*) <> coalesce((SELECT tickets FROM topic_word WHERE word = 0), 0)`},
	{"erasing", "an erasure was not finished", `SELECT 1 FROM meta WHERE key = 'erasing'`},
}

// replay finds tickets whose column differs from the newest event of its kinds.
func replay(column, kinds string) string {
	return `SELECT ticket.id FROM ticket JOIN event ON event.id = (
			SELECT max(id) FROM event WHERE ticket_id = ticket.id AND kind IN (` + kinds + `)
		) WHERE CAST(ticket.` + column + ` AS TEXT) <> event.new`
}

// Fsck checks the invariants of the database and of the mail file, on one
// snapshot, and returns the broken ones. It reads everything.
func (s *Store) Fsck(ctx context.Context) ([]Violation, error) {
	var list []Violation
	err := s.View(ctx, func(tx *Tx) (err error) {
		list, err = fsck(ctx, tx, s.checkMails)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fsck: %w", err)
	}
	return list, nil
}

// fsck runs all checks; mails returns the ids of mails whose bytes are broken.
func fsck(ctx context.Context, tx *Tx, mails func(context.Context, *Tx) ([]int64, error)) ([]Violation, error) {
	var list []Violation
	found, err := all(ctx, tx, (*row).text, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, fmt.Errorf("integrity check: %w", err)
	}
	for _, text := range found {
		if text != "ok" {
			list = append(list, Violation{Name: "integrity", Text: text})
		}
	}
	broken, err := foreignKeys(ctx, tx)
	if err != nil {
		return nil, err
	}
	if broken != nil {
		list = append(list, *broken)
	}
	for _, inv := range invariants {
		ids, err := all(ctx, tx, (*row).int64, inv.sql+" LIMIT 20")
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", inv.name, err)
		}
		if len(ids) > 0 {
			list = append(list, Violation{inv.name, inv.text, ids})
		}
	}
	ids, err := mails(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("check mail bytes: %w", err)
	}
	if len(ids) > 0 {
		list = append(list, Violation{"mail_bytes", "mails whose bytes are not those that were stored", ids[:min(len(ids), fsckIDs)]})
	}
	return list, nil
}

func foreignKeys(ctx context.Context, tx *Tx) (*Violation, error) {
	v := Violation{Name: "foreign_keys"}
	err := tx.each(ctx, "PRAGMA foreign_key_check", func(r *row) error {
		table, id, parent := r.text(), r.int64(), r.text()
		if v.Text == "" {
			v.Text = "rows of " + table + " that refer to no " + parent
		}
		if len(v.IDs) < fsckIDs {
			v.IDs = append(v.IDs, id)
		}
		return r.err
	})
	if err != nil || v.Text == "" {
		return nil, err
	}
	return &v, nil
}

// checkMails compares the bytes of accepted mails with their digests, and reads
// those of leaving mails, whose records carry a checksum.
func (s *Store) checkMails(ctx context.Context, tx *Tx) (broken []int64, err error) {
	check := func(r *row) error {
		id, g, digest := r.int64(), r.region(), r.blob()
		if err := errors.Join(r.err, ctx.Err()); err != nil {
			return err
		}
		b, err := readRecord(s.mail, g)
		if errors.Is(err, ErrCorrupt) || err == nil && digest != nil && sha256.Sum256(b) != [32]byte(digest) {
			broken = append(broken, id)
			return nil
		}
		return err
	}
	for _, sql := range []string{
		"SELECT id, mail_at, mail_length, digest FROM inbox WHERE mail_at IS NOT NULL ORDER BY id",
		"SELECT id, mail_at, mail_length, NULL FROM outbox WHERE mail_at IS NOT NULL ORDER BY id",
	} {
		if err := tx.each(ctx, sql, check); err != nil {
			return nil, err
		}
	}
	return broken, nil
}
