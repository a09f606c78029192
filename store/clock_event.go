package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ClockEvent is what happened to a ticket as far as its clocks care.
type ClockEvent struct {
	TicketID int64
	N        int // place in the history of the ticket, from 1; given on insert
	At       time.Time
	Event    string // as package sla names it
	State    string // of the ticket afterwards
	Public   bool   // text went out to the requester
	Work     bool   // somebody worked on the ticket: idling begins anew
	Timer    bool   // the escalation ladder did it
	Level    int
	Priority string
	SLA      string
}

const clockEventColumns = "ticket_id, n, at, event, state, public, work, timer, level, priority, sla"

func scanClockEvent(r *row) ClockEvent {
	return ClockEvent{
		TicketID: r.int64(), N: r.int(), At: r.time(), Event: r.text(), State: r.text(), Public: r.bool(), Work: r.bool(), Timer: r.bool(),
		Level: r.int(), Priority: r.text(), SLA: r.text(),
	}
}

// InsertClockEvent appends to the clock history of a ticket.
func (tx *Tx) InsertClockEvent(ctx context.Context, e ClockEvent) error {
	_, err := tx.exec(ctx, "INSERT INTO clock_event ("+clockEventColumns+`)
		VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM clock_event WHERE ticket_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.TicketID, e.TicketID, e.At, e.Event, e.State, e.Public, e.Work, e.Timer, e.Level, e.Priority, e.SLA)
	if err != nil {
		return fmt.Errorf("insert clock event of ticket %d: %w", e.TicketID, err)
	}
	return nil
}

// LastClockEvent returns the newest of a ticket, or ErrNotFound.
func (tx *Tx) LastClockEvent(ctx context.Context, ticketID int64) (ClockEvent, error) {
	return single(ctx, tx, scanClockEvent, "SELECT "+clockEventColumns+" FROM clock_event WHERE ticket_id = ? ORDER BY n DESC LIMIT 1", ticketID)
}

// LastWorkAt returns when somebody last worked on a ticket; zero when it is not
// known.
func (tx *Tx) LastWorkAt(ctx context.Context, ticketID int64) (time.Time, error) {
	return tx.instant(ctx, "SELECT at FROM clock_event WHERE ticket_id = ? AND work = 1 ORDER BY n DESC LIMIT 1", ticketID)
}

// ClockEvents returns the clock history of a ticket, oldest first.
func (tx *Tx) ClockEvents(ctx context.Context, ticketID int64) ([]ClockEvent, error) {
	return all(ctx, tx, scanClockEvent, "SELECT "+clockEventColumns+" FROM clock_event WHERE ticket_id = ? ORDER BY n", ticketID)
}

// RunningTicketIDs returns the tickets in which something can still fall due by a
// clock, in order of id. Large: eight bytes for each.
func (tx *Tx) RunningTicketIDs(ctx context.Context) ([]int64, error) {
	ids, err := all(ctx, tx, (*row).int64, `SELECT id FROM ticket INDEXED BY ticket_active
		WHERE state NOT IN ('closed', 'closed_deflected', 'merged', 'discarded') AND state NOT IN ('held', 'resolved')`)
	slices.Sort(ids)
	return ids, err
}

// TicketIDsCreated returns the tickets created in [from, to), oldest first.
func (tx *Tx) TicketIDsCreated(ctx context.Context, from, to time.Time) ([]int64, error) {
	return all(ctx, tx, (*row).int64, "SELECT id FROM ticket WHERE created_at >= ? AND created_at < ? ORDER BY created_at, id", from, to)
}
