package store

import (
	"context"
	"fmt"
	"time"
)

// Kinds of events that Fsck replays: Old and New of each are values of the
// ticket column, and the newest one of a kind must agree with the ticket.
// EventOpened carries the first state in New. Other kinds are free.
const (
	EventOpened   = "opened"
	EventState    = "state"
	EventPriority = "priority"
	EventCategory = "category"
	EventGroup    = "group"
	EventAssigned = "assigned"
	EventLevel    = "level"
)

// Event is a line of the history: who did what, why. Append-only.
type Event struct {
	ID       int64
	TicketID int64     // 0 = none
	InboxID  int64     // mail that caused it, 0 = none
	At       time.Time // zero on insert = now
	Actor    string    // requester, agent:<id>, rule:<name>, timer, system, admin
	Kind     string
	Old      string
	New      string
	Reason   string
	Data     string // JSON, may be empty
}

const eventColumns = "id, ticket_id, inbox_id, at, actor, kind, old, new, reason, data"

func scanEvent(r *row) Event {
	return Event{
		ID: r.int64(), TicketID: r.int64(), InboxID: r.int64(), At: r.time(), Actor: r.text(), Kind: r.text(),
		Old: r.text(), New: r.text(), Reason: r.text(), Data: r.text(),
	}
}

// InsertEvent appends to the history; several events cost less in one call.
func (tx *Tx) InsertEvent(ctx context.Context, events ...Event) error {
	for len(events) > 0 {
		n := min(len(events), rowBatch)
		args := make([]any, 0, 9*n)
		for _, e := range events[:n] {
			if e.At.IsZero() {
				e.At = tx.Now
			}
			args = append(args, ref(e.TicketID), ref(e.InboxID), e.At, e.Actor, e.Kind, e.Old, e.New, e.Reason, e.Data)
		}
		if _, err := tx.exec(ctx, "INSERT INTO event (ticket_id, inbox_id, at, actor, kind, old, new, reason, data) VALUES "+tuples(9, n), args...); err != nil {
			return fmt.Errorf("insert %d events of ticket %d: %w", n, events[0].TicketID, err)
		}
		events = events[n:]
	}
	return nil
}

// Events returns the history of a ticket, oldest first.
func (tx *Tx) Events(ctx context.Context, ticketID int64) ([]Event, error) {
	return all(ctx, tx, scanEvent, "SELECT "+eventColumns+" FROM event WHERE ticket_id = ? ORDER BY id", ticketID)
}

// EventsBetween returns events with from <= At < to, oldest first, of the given
// kinds or of all.
func (tx *Tx) EventsBetween(ctx context.Context, from, to time.Time, kinds ...string) ([]Event, error) {
	var w where
	w.add("at >= ? AND at < ?", from, to)
	if len(kinds) > 0 {
		list, args := marks(kinds)
		w.add("kind IN ("+list+")", args...)
	}
	return all(ctx, tx, scanEvent, "SELECT "+eventColumns+" FROM event"+w.sql()+" ORDER BY at, id", w.args...)
}

// NewestEventAt returns when the newest event happened; zero when there is none.
func (tx *Tx) NewestEventAt(ctx context.Context) (time.Time, error) {
	return tx.instant(ctx, "SELECT max(at) FROM event")
}

// Trace is why a mail was decided as it was, at decision time.
type Trace struct {
	InboxID    int64
	TicketID   int64
	Rules      string // hash of the rule set
	Generation int
	JSON       string
}

const traceColumns = "inbox_id, ticket_id, rules, generation, json"

func scanTrace(r *row) Trace {
	return Trace{InboxID: r.int64(), TicketID: r.int64(), Rules: r.text(), Generation: r.int(), JSON: r.text()}
}

// SaveTrace writes the trace of a mail, in place of an earlier one.
func (tx *Tx) SaveTrace(ctx context.Context, t Trace) error {
	_, err := tx.exec(ctx, `INSERT INTO trace (inbox_id, ticket_id, rules, generation, json) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET
			ticket_id = excluded.ticket_id,
			rules = excluded.rules,
			generation = excluded.generation,
			json = excluded.json`, t.InboxID, ref(t.TicketID), t.Rules, t.Generation, t.JSON)
	return err
}

// TraceOfInbound returns the trace of a mail, or ErrNotFound.
func (tx *Tx) TraceOfInbound(ctx context.Context, inboxID int64) (Trace, error) {
	return single(ctx, tx, scanTrace, "SELECT "+traceColumns+" FROM trace WHERE inbox_id = ?", inboxID)
}

// EachTrace calls f with the traces of the mails accepted at or after since, newest
// first, and the time of acceptance. It reads as many rows as it hands over.
func (tx *Tx) EachTrace(ctx context.Context, since time.Time, f func(t Trace, acceptedAt time.Time) error) error {
	const page = 1000
	last := int64(1) << 62
	for {
		type dated struct {
			Trace
			at time.Time
		}
		rows, err := all(ctx, tx, func(r *row) dated { return dated{scanTrace(r), r.time()} },
			"SELECT inbox_id, trace.ticket_id, rules, generation, json, accepted_at FROM trace JOIN inbox ON inbox.id = inbox_id WHERE inbox_id < ? ORDER BY inbox_id DESC LIMIT ?", last, page)
		if err != nil {
			return err
		}
		for _, t := range rows {
			if t.at.Before(since) {
				return nil
			}
			if err := f(t.Trace, t.at); err != nil {
				return err
			}
			last = t.InboxID
		}
		if len(rows) < page {
			return nil
		}
	}
}

// TracesOfTicket returns the traces of the mails of a ticket, oldest first.
func (tx *Tx) TracesOfTicket(ctx context.Context, ticketID int64) ([]Trace, error) {
	return all(ctx, tx, scanTrace, "SELECT "+traceColumns+" FROM trace WHERE ticket_id = ? ORDER BY inbox_id", ticketID)
}
