package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

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
	return tx.writeTimers(ctx, ticketID, []Timer{{Name: name, Cycle: cycle, DueAt: dueAt}})
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
	old := make(map[cycleKey]Timer, len(pending))
	for _, t := range pending {
		old[cycleKey{t.Name, t.Cycle}] = t
	}
	var changed []Timer
	for _, t := range list {
		k := cycleKey{t.Name, t.Cycle}
		if o, ok := old[k]; !ok || o.DueAt.UnixMilli() != t.DueAt.UnixMilli() {
			changed = append(changed, t)
		}
		delete(old, k)
	}
	for _, t := range old {
		if _, err := tx.exec(ctx, "DELETE FROM timer WHERE id = ?", t.ID); err != nil {
			return err
		}
	}
	return tx.writeTimers(ctx, ticketID, changed)
}

func (tx *Tx) writeTimers(ctx context.Context, ticketID int64, list []Timer) error {
	for len(list) > 0 {
		n := min(len(list), rowBatch)
		args := make([]any, 0, 4*n)
		for _, t := range list[:n] {
			args = append(args, ticketID, t.Name, t.Cycle, t.DueAt)
		}
		_, err := tx.exec(ctx, "INSERT INTO timer (ticket_id, name, cycle, due_at) VALUES "+tuples(4, n)+
			" ON CONFLICT DO UPDATE SET due_at = excluded.due_at WHERE fired_at IS NULL", args...)
		if err != nil {
			return fmt.Errorf("set timers of ticket %d: %w", ticketID, err)
		}
		tx.touch(TopicTimer)
		list = list[n:]
	}
	return nil
}

// Timers returns all timers of a ticket, fired or not, by due time.
func (tx *Tx) Timers(ctx context.Context, ticketID int64) ([]Timer, error) {
	return all(ctx, tx, scanTimer, "SELECT "+timerColumns+" FROM timer WHERE ticket_id = ? ORDER BY due_at, id", ticketID)
}

// PendingTimers returns the timers of the given names that have not fired and are due
// at or after an instant.
func (tx *Tx) PendingTimers(ctx context.Context, from time.Time, names ...string) ([]Timer, error) {
	list, args := marks(names)
	return all(ctx, tx, scanTimer, "SELECT "+timerColumns+" FROM timer WHERE fired_at IS NULL AND due_at >= ? AND name IN ("+list+") ORDER BY due_at, id",
		append([]any{from}, args...)...)
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
