package triage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"firstline/store"
)

// The timers of a ticket besides those of its clocks.
const (
	timerAsk     = "ask"     // ask whether the FAQ answer helped
	timerDeflect = "deflect" // close an FAQ answer nobody objected to
	timerRemind  = "remind"  // remind the requester that we wait
	timerResolve = "resolve" // resolve what nobody answered
	timerClose   = "close"   // close what was resolved
	timerWake    = "wake"    // end of a snooze
	timerDiscard = "discard" // give up a held mail
	// timerIncident tells what was reported to an incident since the last time.
	timerIncident = "incident"
)

const (
	day = 24 * time.Hour
	// heldFor is how long an unknown sender's mail waits for a decision.
	heldFor = 14 * day
	// sweepBatch is how many due timers share one transaction.
	sweepBatch = 200
)

var noTime time.Time

// Sweep does everything that is due now, and returns how many timers fired. A
// missed or doubled tick costs nothing: dues are stored, and a timer fires once.
func (d *Desk) Sweep(ctx context.Context) (int, error) {
	if err := d.Settle(ctx); err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	fired := 0
	for {
		n, err := d.sweepSome(ctx)
		fired += n
		if err != nil {
			return fired, fmt.Errorf("sweep: %w", err)
		}
		if n < sweepBatch {
			break
		}
	}
	if fired > 0 {
		d.Store.Notify(store.TopicOutbox)
	}
	if err := d.relearn(ctx); err != nil {
		return fired, fmt.Errorf("sweep lessons: %w", err)
	}
	if err := d.sweepAbsences(ctx); err != nil {
		return fired, fmt.Errorf("sweep absences: %w", err)
	}
	if err := d.tendKeys(ctx); err != nil {
		return fired, fmt.Errorf("sweep: %w", err)
	}
	if err := d.sweepAlarms(ctx); err != nil {
		return fired, fmt.Errorf("sweep alarms: %w", err)
	}
	if err := d.sweepReports(ctx); err != nil {
		return fired, fmt.Errorf("sweep reports: %w", err)
	}
	if err := d.sweepTopics(ctx); err != nil {
		return fired, fmt.Errorf("sweep topics: %w", err)
	}
	return fired, nil
}

// sweepSome fires one batch of due timers, grouped by ticket, so that what fell
// due while the daemon was down becomes one mail per ticket.
func (d *Desk) sweepSome(ctx context.Context) (int, error) {
	c := d.Config()
	due := 0
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.DueTimers(ctx, 1)
		due = len(rows)
		return err
	})
	if err != nil || due == 0 {
		return 0, err
	}
	n := 0
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.DueTimers(ctx, sweepBatch)
		if err != nil {
			return fmt.Errorf("read due timers: %w", err)
		}
		n = len(rows)
		s := &shared{}
		if s.outage, err = lastOutage(ctx, tx); err != nil {
			return err
		}
		order, byTicket := perTicket(rows)
		for _, id := range order {
			if err := d.fireTicket(ctx, tx, c, s, id, byTicket[id]); err != nil {
				return err
			}
		}
		store.Failpoint("sweep.decided")
		return nil
	})
	store.Failpoint("sweep.committed")
	if err != nil && ctx.Err() == nil && !store.IsFault(err) {
		return d.sweepSingly(ctx, c)
	}
	return n, err
}

// perTicket groups timers by their ticket, in the order they fell due.
func perTicket(rows []store.Timer) (order []int64, byTicket map[int64][]store.Timer) {
	byTicket = map[int64][]store.Timer{}
	for _, r := range rows {
		if byTicket[r.TicketID] == nil {
			order = append(order, r.TicketID)
		}
		byTicket[r.TicketID] = append(byTicket[r.TicketID], r)
	}
	return order, byTicket
}

// fireTicket fires the due timers of one ticket; a panic becomes an error.
func (d *Desk) fireTicket(ctx context.Context, tx *store.Tx, c *Config, s *shared, id int64, timers []store.Timer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("sweep failed", "ticket", id, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("ticket %d: internal error: %v", id, p)
		}
	}()
	if c, err = withAbsences(ctx, tx, c); err != nil {
		return err
	}
	if err := d.turn(ctx, tx, c, s).fire(id, timers); err != nil {
		return fmt.Errorf("ticket %d: %w", id, err)
	}
	return nil
}

// sweepSingly fires each ticket in a transaction of its own, after one of them
// failed. The one that fails is told and passed over: it must not stop the clocks
// of the others.
func (d *Desk) sweepSingly(ctx context.Context, c *Config) (int, error) {
	var rows []store.Timer
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DueTimers(ctx, sweepBatch)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read due timers: %w", err)
	}
	order, byTicket := perTicket(rows)
	for _, id := range order {
		err := d.Store.Update(ctx, func(tx *store.Tx) error {
			o, err := lastOutage(ctx, tx)
			if err != nil {
				return err
			}
			return d.fireTicket(ctx, tx, c, &shared{outage: o}, id, byTicket[id])
		})
		if err == nil {
			continue
		}
		if ctx.Err() != nil || store.IsFault(err) {
			return 0, err
		}
		d.Log.Error("timers of a ticket not carried out", "ticket", id, "err", err)
		if err := d.Store.Update(ctx, func(tx *store.Tx) error { return d.passOver(ctx, tx, c, id, byTicket[id], err) }); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// passOver marks timers that cannot be carried out as fired, with an alarm.
func (d *Desk) passOver(ctx context.Context, tx *store.Tx, c *Config, id int64, timers []store.Timer, why error) error {
	for _, timer := range timers {
		if _, err := tx.FireTimer(ctx, timer.ID); err != nil {
			return fmt.Errorf("pass over timer %s: %w", timer.Name, err)
		}
	}
	t := d.turn(ctx, tx, c, &shared{})
	if err := t.event(&store.Ticket{ID: id}, "system", "timer_failed", "", "", why.Error()); err != nil {
		return err
	}
	return t.alarm(fmt.Sprintf("timer:%d", id), fmt.Sprintf("what fell due for ticket row %d was not carried out: %v", id, why))
}

// fire carries out the due timers of one ticket. Each is marked first: with the
// effects in the same transaction it happens once, whatever crashes.
func (t *turn) fire(ticketID int64, timers []store.Timer) error {
	tk, err := t.tx.Ticket(t.ctx, ticketID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read ticket: %w", err)
	}
	var steps []store.Timer
	for _, timer := range timers {
		fresh, err := t.tx.FireTimer(t.ctx, timer.ID)
		if err != nil {
			return fmt.Errorf("fire timer %s: %w", timer.Name, err)
		}
		if !fresh {
			continue
		}
		kind, name, _ := strings.Cut(timer.Name, ":")
		switch kind {
		case "step":
			steps = append(steps, timer)
		case "warn":
			err = t.event(&tk, "timer", "sla_warning", "", name, "")
		case "breach":
			err = t.breach(&tk, name, timer)
		default:
			err = t.ownTimer(&tk, timer)
		}
		if err != nil {
			return err
		}
	}
	return t.climb(&tk, steps)
}
