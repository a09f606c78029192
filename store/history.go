package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// HistoryEvent is an Event without what only people read.
type HistoryEvent struct {
	ID       int64
	TicketID int64
	At       time.Time
	Actor    string
	Kind     string
	Old      string
	New      string
	Data     string
}

// historyColumns are one text for the five short ones: reading a column costs more
// than its content. JSON has no control characters, and comes last.
const historyColumns = "id, ticket_id, at, actor || char(31) || kind || char(31) || old || char(31) || new || char(31) || data"

func scanHistory(r *row) HistoryEvent {
	e := HistoryEvent{ID: r.int64(), TicketID: r.int64(), At: r.time()}
	rest := r.text()
	for _, s := range []*string{&e.Actor, &e.Kind, &e.Old, &e.New} {
		*s, rest, _ = strings.Cut(rest, "\x1f")
	}
	e.Data = rest
	return e
}

// EachEvent calls fn for the events of tickets with from <= At < to, in the order
// they happened, of the given kinds. It keeps none of them. fn must not call
// EachEvent.
func (tx *Tx) EachEvent(ctx context.Context, from, to time.Time, kinds []string, fn func(HistoryEvent) error) error {
	list, args := marks(kinds)
	err := tx.each(ctx, "SELECT "+historyColumns+" FROM event INDEXED BY event_at WHERE at >= ? AND at < ? AND kind IN ("+list+`)
		AND ticket_id IS NOT NULL ORDER BY at, id`, func(r *row) error {
		e := scanHistory(r)
		if r.err != nil {
			return r.err
		}
		return fn(e)
	}, append([]any{from, to}, args...)...)
	if err != nil {
		return fmt.Errorf("read the history: %w", err)
	}
	return nil
}

// History returns what happened to a ticket as EachEvent does.
func (tx *Tx) History(ctx context.Context, ticketID int64) ([]HistoryEvent, error) {
	return all(ctx, tx, scanHistory, "SELECT "+historyColumns+" FROM event WHERE ticket_id = ? ORDER BY at, id", ticketID)
}

// AtWork returns the tickets opened before an instant that may have been at work
// then: those that are at work now, and those whose state changed since.
func (tx *Tx) AtWork(ctx context.Context, at time.Time) ([]int64, error) {
	// Ids grow with time: the ticket opened last before the instant bounds them.
	last, err := tx.number(ctx, "SELECT ticket_id FROM event WHERE at < ? AND kind = 'opened' ORDER BY at DESC, id DESC LIMIT 1", at)
	if err != nil || last == 0 {
		return nil, err
	}
	ids, err := all(ctx, tx, (*row).int64, `SELECT id FROM ticket INDEXED BY ticket_active
			WHERE state NOT IN ('closed', 'closed_deflected', 'merged', 'discarded') AND id <= ?
		UNION
		SELECT ticket_id FROM event INDEXED BY event_state WHERE kind = 'state' AND at >= ? AND ticket_id <= ?`, last, at, last)
	if err != nil {
		return nil, fmt.Errorf("find tickets at work: %w", err)
	}
	return ids, nil
}

// Rated is a rating with what the requester wrote.
type Rated struct {
	TicketID int64
	At       time.Time
	Rating   int
	Comment  string
}

// RatedBetween returns the ratings that came with a comment, oldest first.
func (tx *Tx) RatedBetween(ctx context.Context, from, to time.Time) ([]Rated, error) {
	scan := func(r *row) Rated {
		return Rated{TicketID: r.int64(), At: r.time(), Rating: r.int(), Comment: r.text()}
	}
	return all(ctx, tx, scan, `SELECT ticket_id, at, CAST(new AS INTEGER), reason FROM event INDEXED BY event_at
		WHERE at >= ? AND at < ? AND kind = 'rated' AND reason <> '' AND ticket_id IS NOT NULL ORDER BY at, id`, from, to)
}

// OpenParents returns tickets at work that others hang on, oldest first.
func (tx *Tx) OpenParents(ctx context.Context, atMost int) ([]int64, error) {
	return all(ctx, tx, (*row).int64, `SELECT DISTINCT parent_id FROM ticket INDEXED BY ticket_parent
		WHERE parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM ticket AS parent WHERE parent.id = ticket.parent_id
			AND parent.state NOT IN ('held', 'resolved', 'closed', 'closed_deflected', 'merged', 'discarded'))
		ORDER BY parent_id LIMIT ?`, limit(atMost))
}
