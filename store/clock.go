package store

import (
	"context"
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

// SaveClocks makes list the clocks of a ticket: others of it are removed, equal
// ones not written again.
func (tx *Tx) SaveClocks(ctx context.Context, ticketID int64, list []Clock) error {
	have, err := tx.Clocks(ctx, ticketID)
	if err != nil {
		return err
	}
	old := make(map[cycleKey]Clock, len(have))
	for _, c := range have {
		old[cycleKey{c.Kind, c.Cycle}] = c
	}
	var changed []Clock
	for _, c := range list {
		c.TicketID = ticketID
		k := cycleKey{c.Kind, c.Cycle}
		if o, ok := old[k]; !ok || !o.equal(c) {
			changed = append(changed, c)
		}
		delete(old, k)
	}
	for k := range old {
		if _, err := tx.exec(ctx, "DELETE FROM clock WHERE ticket_id = ? AND kind = ? AND cycle = ?", ticketID, k.name, k.cycle); err != nil {
			return err
		}
	}
	return tx.writeClocks(ctx, changed)
}

// cycleKey names a clock or timer within its ticket.
type cycleKey struct {
	name  string
	cycle int
}

// equal compares clocks as they are stored, in milliseconds.
func (c Clock) equal(o Clock) bool {
	for _, t := range [][2]time.Time{{c.SinceAt, o.SinceAt}, {c.DueAt, o.DueAt}, {c.WarnAt, o.WarnAt}, {c.BreachedAt, o.BreachedAt}, {c.StoppedAt, o.StoppedAt}} {
		if t[0].IsZero() != t[1].IsZero() || t[0].UnixMilli() != t[1].UnixMilli() {
			return false
		}
	}
	return c.State == o.State && c.Target.Milliseconds() == o.Target.Milliseconds() && c.Consumed.Milliseconds() == o.Consumed.Milliseconds()
}

func (tx *Tx) writeClocks(ctx context.Context, list []Clock) error {
	for len(list) > 0 {
		n := min(len(list), rowBatch)
		args := make([]any, 0, 11*n)
		for _, c := range list[:n] {
			args = append(args, c.TicketID, c.Kind, c.Cycle, c.State, c.Target, c.Consumed, c.SinceAt, c.DueAt, c.WarnAt, c.BreachedAt, c.StoppedAt)
		}
		_, err := tx.exec(ctx, "INSERT INTO clock ("+clockColumns+") VALUES "+tuples(11, n)+` ON CONFLICT DO UPDATE SET
				state = excluded.state,
				target = excluded.target,
				consumed = excluded.consumed,
				since_at = excluded.since_at,
				due_at = excluded.due_at,
				warn_at = excluded.warn_at,
				breached_at = excluded.breached_at,
				stopped_at = excluded.stopped_at`, args...)
		if err != nil {
			return fmt.Errorf("save clocks of ticket %d: %w", list[0].TicketID, err)
		}
		list = list[n:]
	}
	return nil
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
