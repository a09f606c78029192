package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The stages of retention of a ticket. Each includes those before it.
const (
	StageKept      = 0 // everything is there
	StageFiles     = 1 // the bytes of mails with attachments are erased
	StageTexts     = 2 // all bytes and texts are erased
	StageAnonymous = 3 // nobody can be recognised; figures stay
)

// AliasDomain is the domain of the addresses that stand for forgotten persons:
// no mail can be sent to it (RFC 6761 section 6.4).
const AliasDomain = "forgotten.invalid"

// Ended is a ticket whose retention period runs.
type Ended struct {
	ID       int64
	Number   int64 // 0 = it never got one
	State    string
	Category string
	Tags     []string
	EndedAt  time.Time
	Stage    int
}

// EndedTickets returns tickets in a final state that ended at or before an instant
// and are not anonymous yet, oldest row first, from the row after an id.
func (tx *Tx) EndedTickets(ctx context.Context, before time.Time, afterID int64, atMost int) ([]Ended, error) {
	return all(ctx, tx, func(r *row) Ended {
		return Ended{ID: r.int64(), Number: r.int64(), State: r.text(), Category: r.text(), Tags: r.words(), EndedAt: r.time(), Stage: r.int()}
	}, `SELECT ticket.id, number, state, category, tags, coalesce(closed_at, updated_at), coalesce(stage, 0) FROM ticket
		LEFT JOIN retention ON retention.ticket_id = ticket.id
		WHERE ticket.id > ? AND NOT (`+notFinal+`) AND coalesce(closed_at, updated_at) <= ? AND coalesce(stage, 0) < 3
		ORDER BY ticket.id LIMIT ?`, afterID, before, limit(atMost))
}

// LooseMails returns the ids of accepted and of leaving mails that belong to no
// ticket, are done with at or before an instant, and still have their bytes.
func (tx *Tx) LooseMails(ctx context.Context, before time.Time) (inbox, outbox []int64, err error) {
	if inbox, err = all(ctx, tx, (*row).int64, `SELECT id FROM inbox
		WHERE ticket_id IS NULL AND state <> 'new' AND done_at <= ? AND mail_at IS NOT NULL`, before); err != nil {
		return nil, nil, err
	}
	outbox, err = all(ctx, tx, (*row).int64, `SELECT id FROM outbox
		WHERE ticket_id IS NULL AND closed_at <= ? AND mail_at IS NOT NULL`, before)
	return inbox, outbox, err
}

// EraseLoose erases a mail without a ticket: its bytes and why it was decided so.
func (tx *Tx) EraseLoose(ctx context.Context, inboxID int64) error {
	if err := tx.EraseRaw(ctx, inboxID); err != nil {
		return err
	}
	return tx.execAll(ctx, []any{inboxID}, "DELETE FROM trace WHERE inbox_id = ?", "UPDATE inbox SET reason = '' WHERE id = ?",
		"UPDATE event SET reason = '', data = '' WHERE inbox_id = ? AND ticket_id IS NULL")
}

// IsAlias reports whether an address stands for a forgotten person.
func IsAlias(address string) bool { return strings.HasSuffix(address, "@"+AliasDomain) }

// AliasOf returns the alias of a person, the same one as long as a row names the
// person.
func (tx *Tx) AliasOf(ctx context.Context, address string) (string, error) {
	a, err := single(ctx, tx, (*row).text, "SELECT alias FROM alias WHERE address = ?", address)
	if !errors.Is(err, ErrNotFound) {
		return a, err
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	a = "person-" + hex.EncodeToString(b[:]) + "@" + AliasDomain
	_, err = tx.exec(ctx, "INSERT INTO alias (address, alias) VALUES (?, ?)", address, a)
	return a, err
}

// DropAliases removes the aliases of people whom no row names any more.
func (tx *Tx) DropAliases(ctx context.Context) error {
	_, err := tx.exec(ctx, `DELETE FROM alias
		WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE requester = alias.address)
			AND address NOT IN (SELECT address FROM participant)
			AND address NOT IN (SELECT author FROM message)`)
	return err
}

// TicketsAbout returns the tickets of a person: as the requester, and as somebody
// who takes part, wrote, or was written to.
func (tx *Tx) TicketsAbout(ctx context.Context, address string) (own, others []int64, err error) {
	if own, err = all(ctx, tx, (*row).int64, "SELECT id FROM ticket WHERE requester = ? ORDER BY id", address); err != nil {
		return nil, nil, err
	}
	others, err = all(ctx, tx, (*row).int64, `SELECT id FROM ticket WHERE requester <> ?1 AND id IN (
		SELECT ticket_id FROM participant WHERE address = ?1 UNION SELECT ticket_id FROM message WHERE author = ?1
		UNION SELECT ticket_id FROM outbox WHERE recipient = ?1) ORDER BY id`, address)
	return own, others, err
}

// NamesOf returns the display names a person was seen with.
func (tx *Tx) NamesOf(ctx context.Context, address string) ([]string, error) {
	return all(ctx, tx, (*row).text, `SELECT requester_name FROM ticket WHERE requester = ?1 AND requester_name <> ''
		UNION SELECT name FROM participant WHERE address = ?1 AND name <> '' UNION SELECT name FROM message WHERE author = ?1 AND name <> ''`, address)
}

// AgentIDsOf returns the agent ids under which an address worked.
func (tx *Tx) AgentIDsOf(ctx context.Context, address string) ([]string, error) {
	return all(ctx, tx, (*row).text, "SELECT DISTINCT agent FROM message WHERE author = ? AND agent <> ''", address)
}

// People returns every address a row names as a requester, participant, author or
// recipient, without aliases.
func (tx *Tx) People(ctx context.Context) ([]string, error) {
	list, err := all(ctx, tx, (*row).text, `SELECT requester FROM ticket UNION SELECT address FROM participant
		UNION SELECT author FROM message UNION SELECT recipient FROM outbox`)
	return slices.DeleteFunc(list, func(a string) bool { return a == "" || IsAlias(a) }), err
}

// EachMail calls fn with the bytes of every mail behind a pair of ids, the accepted
// and then the leaving ones, in order.
func (tx *Tx) EachMail(ctx context.Context, afterInbox, afterOutbox int64, fn func(leaving bool, id int64, bytes []byte) error) error {
	for _, t := range []struct {
		name  string
		after int64
	}{{"inbox", afterInbox}, {"outbox", afterOutbox}} {
		err := tx.each(ctx, "SELECT id, mail_at, mail_length FROM "+t.name+" WHERE id > ? AND mail_at IS NOT NULL ORDER BY id", func(r *row) error {
			id, g := r.int64(), r.region()
			if err := errors.Join(r.err, ctx.Err()); err != nil {
				return err
			}
			b, err := tx.readMail(g)
			if err != nil {
				return fmt.Errorf("%s %d: %w", t.name, id, err)
			}
			return fn(t.name == "outbox", id, b)
		}, t.after)
		if err != nil {
			return err
		}
	}
	return nil
}

// MailCount returns how many mails have their bytes.
func (tx *Tx) MailCount(ctx context.Context) (int64, error) {
	return tx.number(ctx, "SELECT (SELECT count(*) FROM inbox WHERE mail_at IS NOT NULL) + (SELECT count(*) FROM outbox WHERE mail_at IS NOT NULL)")
}

// SaveForgotten notes whom we were asked to forget, and when last.
func (tx *Tx) SaveForgotten(ctx context.Context, hash [32]byte) error {
	_, err := tx.exec(ctx, "INSERT INTO forgotten (hash, at) VALUES (?, ?) ON CONFLICT DO UPDATE SET at = excluded.at", hash[:], tx.Now)
	return err
}

// Forgotten returns whom we were asked to forget, by hash, and when last.
func (tx *Tx) Forgotten(ctx context.Context) (map[[32]byte]time.Time, error) {
	list := map[[32]byte]time.Time{}
	err := tx.each(ctx, "SELECT hash, at FROM forgotten", func(r *row) error {
		h := r.digest()
		list[h] = r.time()
		return r.err
	})
	return list, err
}

// execAll runs statements with the same arguments.
func (tx *Tx) execAll(ctx context.Context, args []any, statements ...string) error {
	for _, sql := range statements {
		if _, err := tx.exec(ctx, sql, args...); err != nil {
			return err
		}
	}
	return nil
}

// DropAlias forgets which alias stands for a person.
func (tx *Tx) DropAlias(ctx context.Context, address string) error {
	_, err := tx.exec(ctx, "DELETE FROM alias WHERE address = ?", address)
	return err
}
