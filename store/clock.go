package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Clock is an SLA clock of a ticket. Target and Consumed are open time.
type Clock struct {
	TicketID   int64
	Kind       string // first_response, next_response, resolution, take_over
	Cycle      int    // from 1
	State      string // running, paused, met, breached, not_applicable
	Target     time.Duration
	Consumed   time.Duration // up to SinceAt
	SinceAt    time.Time     // running since; zero = paused or stopped
	DueAt      time.Time
	WarnAt     time.Time
	BreachedAt time.Time // sticky
	StoppedAt  time.Time
}

// SaveClocks makes list the clocks of a ticket: others of it are removed.
func (tx *Tx) SaveClocks(ctx context.Context, ticketID int64, list []Clock) error {
	keep := make(map[clockKey]bool, len(list))
	for _, c := range list {
		keep[clockKey{c.Kind, c.Cycle}] = true
		_, err := tx.exec(ctx, `INSERT INTO clock (ticket_id, kind, cycle, state, target, consumed, since_at, due_at, warn_at, breached_at, stopped_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET
				state = excluded.state,
				target = excluded.target,
				consumed = excluded.consumed,
				since_at = excluded.since_at,
				due_at = excluded.due_at,
				warn_at = excluded.warn_at,
				breached_at = excluded.breached_at,
				stopped_at = excluded.stopped_at`,
			ticketID, c.Kind, c.Cycle, c.State, c.Target, c.Consumed, c.SinceAt, c.DueAt, c.WarnAt, c.BreachedAt, c.StoppedAt)
		if err != nil {
			return fmt.Errorf("save clock %s of ticket %d: %w", c.Kind, ticketID, err)
		}
	}
	have, err := all(ctx, tx, func(r *row) clockKey { return clockKey{r.text(), r.int()} },
		"SELECT kind, cycle FROM clock WHERE ticket_id = ?", ticketID)
	if err != nil {
		return err
	}
	for _, k := range have {
		if keep[k] {
			continue
		}
		if _, err := tx.exec(ctx, "DELETE FROM clock WHERE ticket_id = ? AND kind = ? AND cycle = ?", ticketID, k.kind, k.cycle); err != nil {
			return err
		}
	}
	return nil
}

type clockKey struct {
	kind  string
	cycle int
}

// Clocks returns the clocks of a ticket by kind and cycle.
func (tx *Tx) Clocks(ctx context.Context, ticketID int64) ([]Clock, error) {
	return all(ctx, tx, scanClock, "SELECT "+clockColumns+" FROM clock WHERE ticket_id = ? ORDER BY kind, cycle", ticketID)
}

const clockColumns = "ticket_id, kind, cycle, state, target, consumed, since_at, due_at, warn_at, breached_at, stopped_at"

func scanClock(r *row) Clock {
	return Clock{
		TicketID: r.int64(), Kind: r.text(), Cycle: r.int(), State: r.text(), Target: r.duration(), Consumed: r.duration(),
		SinceAt: r.time(), DueAt: r.time(), WarnAt: r.time(), BreachedAt: r.time(), StoppedAt: r.time(),
	}
}

// Timer is something that happens by itself at an instant, once per cycle.
type Timer struct {
	ID       int64
	TicketID int64
	Name     string
	Cycle    int
	DueAt    time.Time
	FiredAt  time.Time
}

const timerColumns = "id, ticket_id, name, cycle, due_at, fired_at"

func scanTimer(r *row) Timer {
	return Timer{ID: r.int64(), TicketID: r.int64(), Name: r.text(), Cycle: r.int(), DueAt: r.time(), FiredAt: r.time()}
}

// SetTimer sets a timer, or moves it as long as it has not fired.
func (tx *Tx) SetTimer(ctx context.Context, ticketID int64, name string, cycle int, dueAt time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO timer (ticket_id, name, cycle, due_at) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET due_at = excluded.due_at WHERE fired_at IS NULL`, ticketID, name, cycle, dueAt)
	if err != nil {
		return fmt.Errorf("set timer %s of ticket %d: %w", name, ticketID, err)
	}
	tx.touch(TopicTimer)
	return nil
}

// DropTimers removes timers of a ticket that have not fired, of any cycle: those
// named, or all.
func (tx *Tx) DropTimers(ctx context.Context, ticketID int64, names ...string) error {
	if len(names) == 0 {
		_, err := tx.exec(ctx, "DELETE FROM timer WHERE ticket_id = ? AND fired_at IS NULL", ticketID)
		return err
	}
	list, args := marks(names)
	_, err := tx.exec(ctx, "DELETE FROM timer WHERE ticket_id = ? AND fired_at IS NULL AND name IN ("+list+")", append([]any{ticketID}, args...)...)
	return err
}

// SyncTimers makes list the pending timers of a ticket: others that have not
// fired are removed, one that fired stays fired.
func (tx *Tx) SyncTimers(ctx context.Context, ticketID int64, list []Timer) error {
	pending, err := all(ctx, tx, scanTimer, "SELECT "+timerColumns+" FROM timer WHERE ticket_id = ? AND fired_at IS NULL", ticketID)
	if err != nil {
		return err
	}
	want := make(map[clockKey]time.Time, len(list))
	for _, t := range list {
		want[clockKey{t.Name, t.Cycle}] = t.DueAt
	}
	for _, t := range pending {
		k := clockKey{t.Name, t.Cycle}
		due, ok := want[k]
		if !ok {
			if _, err := tx.exec(ctx, "DELETE FROM timer WHERE id = ?", t.ID); err != nil {
				return err
			}
		} else if due.Equal(t.DueAt) {
			delete(want, k) // nothing to write
		}
	}
	for _, t := range list {
		if _, ok := want[clockKey{t.Name, t.Cycle}]; ok {
			if err := tx.SetTimer(ctx, ticketID, t.Name, t.Cycle, t.DueAt); err != nil {
				return err
			}
		}
	}
	return nil
}

// Timers returns all timers of a ticket, fired or not, by due time.
func (tx *Tx) Timers(ctx context.Context, ticketID int64) ([]Timer, error) {
	return all(ctx, tx, scanTimer, "SELECT "+timerColumns+" FROM timer WHERE ticket_id = ? ORDER BY due_at, id", ticketID)
}

// DueTimers returns timers that are due at the transaction's instant and have
// not fired, longest due first.
func (tx *Tx) DueTimers(ctx context.Context, limit int) ([]Timer, error) {
	return all(ctx, tx, scanTimer, "SELECT "+timerColumns+" FROM timer WHERE fired_at IS NULL AND due_at <= ? ORDER BY due_at, id LIMIT ?", tx.Now, limit)
}

// FireTimer marks a timer as fired; false when it has fired or is gone.
func (tx *Tx) FireTimer(ctx context.Context, id int64) (bool, error) {
	n, err := tx.exec(ctx, "UPDATE timer SET fired_at = ? WHERE id = ? AND fired_at IS NULL", tx.Now, id)
	return n == 1, err
}

// NextTimerAt returns when the next timer is due, zero when none is set.
func (tx *Tx) NextTimerAt(ctx context.Context) (time.Time, error) {
	return tx.instant(ctx, "SELECT min(due_at) FROM timer WHERE fired_at IS NULL")
}

// instant reads the one instant of a query; no row or NULL is zero.
func (tx *Tx) instant(ctx context.Context, sql string, args ...any) (time.Time, error) {
	at, err := single(ctx, tx, (*row).time, sql, args...)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}
