package triage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"firstline/store"
	"firstline/triage/sla"
)

const (
	// metaClocks keeps by which calendars and which ladder the stored dues were
	// computed.
	metaClocks = "clocks_by"
	// recomputeBatch is how many tickets share one transaction.
	recomputeBatch = 100
	// manyTickets take some seconds: their beginning is logged too.
	manyTickets = 5000
)

// clocksBy identifies what dues are computed from besides the ticket: the open hours
// as they come out, and the instants of the ladder. Who is told is no part of it.
func (c *Config) clocksBy() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(c.Calendars)) {
		fmt.Fprintf(h, "%s %s\n", name, c.Calendars[name].Fingerprint())
	}
	for _, s := range c.Escalation {
		fmt.Fprintf(h, "%q %s %g %d %d\n", s.Name, s.Clock, s.Used, s.Idle, s.OnlyLevel)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Settle brings the dues and timers of all running tickets up to date when calendars
// or the ladder are others than those they were computed by: after an edit, or at
// start when the edit was made while the daemon was down. It is repeated from the
// start if it does not come to its end, which changes nothing twice. Sweep calls it
// first: nothing fires by an old calendar.
func (d *Desk) Settle(ctx context.Context) error {
	d.settling.Lock()
	defer d.settling.Unlock()
	c := d.Config()
	if d.settledBy.Load() == c && !d.unsettled.Load() {
		return nil
	}
	by, before := c.clocksBy(), ""
	force := d.unsettled.Swap(false)
	var ids []int64
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		if before, err = tx.Meta(ctx, metaClocks); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if before != by || force {
			ids, err = tx.RunningTicketIDs(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("look for tickets to compute anew: %w", err)
	}
	changed, total := 0, len(ids)
	if total >= manyTickets {
		d.Log.Info("calendars or escalations have changed: computing the clocks of open tickets anew", "tickets", total)
	}
	for batch := range slices.Chunk(ids, recomputeBatch) {
		n, err := d.recomputeSome(ctx, c, batch)
		if err != nil {
			return fmt.Errorf("compute clocks anew: %w", err)
		}
		changed += n
	}
	if before != by {
		if err := d.Store.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, metaClocks, by) }); err != nil {
			return fmt.Errorf("keep what clocks are computed by: %w", err)
		}
	}
	if before != "" && before != by || changed > 0 {
		d.Log.Info("calendars or escalations have changed: clocks of open tickets computed anew", "tickets", total, "changed", changed)
	}
	d.settledBy.Store(c)
	return nil
}

// recomputeSome computes the clocks of a few tickets anew and returns how many have
// changed. One that cannot be computed is told and passed over: it must not stop the
// clocks of the others.
func (d *Desk) recomputeSome(ctx context.Context, c *Config, ids []int64) (changed int, err error) {
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		changed = 0
		t := d.turn(ctx, tx, c, &shared{})
		for _, id := range ids {
			did, err := t.recompute(id)
			if err != nil {
				return fmt.Errorf("ticket row %d: %w", id, err)
			}
			if did {
				changed++
			}
		}
		return nil
	})
	if err == nil || ctx.Err() != nil || store.IsFault(err) {
		return changed, err
	}
	if len(ids) > 1 {
		n := 0
		for _, id := range ids {
			one, err := d.recomputeSome(ctx, c, []int64{id})
			if err != nil {
				return n, err
			}
			n += one
		}
		return n, nil
	}
	d.Log.Error("clocks of a ticket not computed anew", "ticket", ids[0], "err", err)
	why := fmt.Sprintf("the clocks of ticket row %d were not computed anew: %v", ids[0], err)
	return 0, d.Store.Update(ctx, func(tx *store.Tx) error {
		return d.turn(ctx, tx, c, &shared{}).alarm(fmt.Sprintf("timer:%d", ids[0]), why)
	})
}

// recompute brings the dues and timers of one ticket up to date, with one event if
// anything has changed. What fired stays fired.
func (t *turn) recompute(id int64) (changed bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
		}
	}()
	tk, err := t.tx.Ticket(t.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, ok, err := t.policy(&tk)
	if err != nil || !ok {
		return false, err
	}
	before, err := t.readClocks(&tk)
	if err != nil {
		return false, err
	}
	pending, err := t.pendingTimers(id)
	if err != nil {
		return false, err
	}
	after := before.Recompute(sla.ApplyInput{Policy: p, Calendar: t.calendar(&tk), At: t.now, State: tk.State, OpenedAt: tk.CreatedAt})
	if err := t.saveClocks(&tk, after); err != nil {
		return false, err
	}
	if err := t.planTimers(&tk, after, true); err != nil {
		return false, err
	}
	now, err := t.pendingTimers(id)
	if err != nil {
		return false, err
	}
	old, fresh := duesOf(before), duesOf(after)
	if maps.Equal(old, fresh) && maps.Equal(pending, now) {
		return false, nil
	}
	return true, t.recomputed(&tk, old, fresh)
}

// pendingTimers are the timers of a ticket that have not fired, by name and cycle.
func (t *turn) pendingTimers(id int64) (map[string]int64, error) {
	rows, err := t.tx.Timers(t.ctx, id)
	if err != nil {
		return nil, err
	}
	m := map[string]int64{}
	for _, r := range rows {
		if r.FiredAt.IsZero() {
			m[fmt.Sprintf("%s %d", r.Name, r.Cycle)] = r.DueAt.UnixMilli()
		}
	}
	return m, nil
}

// duesOf are the due instants of running clocks by kind.
func duesOf(cs sla.Clocks) map[string]string {
	m := map[string]string{}
	for _, c := range cs {
		if c.State == sla.Running && !c.DueAt.IsZero() {
			m[c.Kind] = c.DueAt.UTC().Format(time.RFC3339)
		}
	}
	return m
}

// recomputed records the dues before and after.
func (t *turn) recomputed(tk *store.Ticket, old, fresh map[string]string) error {
	a, err := json.Marshal(old)
	if err != nil {
		return err
	}
	b, err := json.Marshal(fresh)
	if err != nil {
		return err
	}
	return t.event(tk, "system", "clocks_recomputed", string(a), string(b), "calendars or escalations have changed")
}
