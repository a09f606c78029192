package triage

import (
	"context"
	"errors"
	"fmt"
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
	if err := d.sweepAlarms(ctx); err != nil {
		return fired, fmt.Errorf("sweep alarms: %w", err)
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
		c, err := withAbsences(ctx, tx, c)
		if err != nil {
			return err
		}
		t := d.turn(ctx, tx, c, &shared{})
		byTicket := map[int64][]store.Timer{}
		var order []int64
		for _, r := range rows {
			if byTicket[r.TicketID] == nil {
				order = append(order, r.TicketID)
			}
			byTicket[r.TicketID] = append(byTicket[r.TicketID], r)
		}
		for _, id := range order {
			if err := t.fire(id, byTicket[id]); err != nil {
				return fmt.Errorf("ticket %d: %w", id, err)
			}
		}
		store.Failpoint("sweep.decided")
		return nil
	})
	store.Failpoint("sweep.committed")
	return n, err
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
	var steps []string
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
			steps = append(steps, name)
		case "warn":
			err = t.event(&tk, "timer", "sla_warning", "", name, "")
		case "breach":
			err = t.breach(&tk, name, timer)
		default:
			err = t.ownTimer(&tk, timer.Name)
		}
		if err != nil {
			return err
		}
	}
	return t.climb(&tk, steps)
}
