package store

import (
	"context"
	"errors"
	"time"
)

// counted are the counts that a transaction has made and keeps right while it writes.
// They read a row for each mail of the last hour, or each open ticket, and a batch
// of new mails asks for them once per mail.
type counted struct {
	automatic int       // CountAutomaticAll
	since     time.Time // of automatic; zero = not counted
	open      map[string]int
}

func (c *counted) automaticSince(since time.Time) (int, bool) {
	return c.automatic, !c.since.IsZero() && c.since.Equal(since)
}

// enqueued counts a new mail; a mail that is withdrawn or comes back has automatic
// counted anew.
func (c *counted) enqueued(o *Outgoing) {
	if o.Class == "automatic" && o.State != "cancelled" && !o.CreatedAt.Before(c.since) {
		c.automatic++
	}
}

// opened keeps how many open tickets an agent has.
func (c *counted) opened(agent string, n int) {
	if c.open == nil {
		c.open = map[string]int{}
	}
	c.open[agent] = n
}

// moved counts a ticket as it was and as it is now.
func (c *counted) moved(old, now *Ticket) {
	for _, x := range []struct {
		t *Ticket
		n int
	}{{old, -1}, {now, 1}} {
		if n, ok := c.open[x.t.Assignee]; ok && x.t.State != "resolved" && !IsFinal(x.t.State) {
			c.open[x.t.Assignee] = n + x.n
		}
	}
}

// recount keeps the counts of open tickets right before a ticket is saved.
func (tx *Tx) recount(ctx context.Context, t *Ticket) error {
	if len(tx.counted.open) == 0 {
		return nil
	}
	old, err := single(ctx, tx, func(r *row) Ticket { return Ticket{Assignee: r.text(), State: r.text()} },
		"SELECT assignee, state FROM ticket WHERE id = ?", t.ID)
	if errors.Is(err, ErrNotFound) {
		return nil // SaveTicket says so
	}
	if err == nil {
		tx.counted.moved(&old, t)
	}
	return err
}
