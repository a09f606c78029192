package store

import (
	"context"
	"fmt"
	"time"
)

// Names of Traffic. Mails in are counted by outcome: TrafficIn + "ignored".
const (
	TrafficIn         = "in:"
	TrafficOut        = "out"
	TrafficRefused    = "refused" // by the server, for good
	TrafficBounced    = "bounced" // taken by the server, reported as undelivered
	TrafficAlarm      = "alarm"
	TrafficPollGap    = "peak:poll_gap"    // longest time between two contacts of a mailbox
	TrafficOutboxWait = "peak:outbox_wait" // longest time a mail that was due had to wait
)

// quarter is the resolution of traffic.
const quarter = 15 * time.Minute

// Count adds to what the machinery did in the present quarter of an hour.
func (tx *Tx) Count(ctx context.Context, name string, n int) error {
	_, err := tx.exec(ctx, `INSERT INTO traffic (at, name, n) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET n = n + excluded.n`, tx.Now.Truncate(quarter), name, n)
	if err != nil {
		return fmt.Errorf("count %s: %w", name, err)
	}
	return nil
}

// Peak keeps the longest time of the present quarter of an hour.
func (tx *Tx) Peak(ctx context.Context, name string, d time.Duration) error {
	_, err := tx.exec(ctx, `INSERT INTO traffic (at, name, n) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET n = max(n, excluded.n)`, tx.Now.Truncate(quarter), name, d)
	if err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
}

// Traffic is what the machinery did in a period.
type Traffic struct {
	Name string
	Sum  int           // of counts
	Max  time.Duration // of peaks
}

// TrafficBetween returns what the machinery did with from <= at < to, by name.
// Instants are rounded down to a quarter of an hour.
func (tx *Tx) TrafficBetween(ctx context.Context, from, to time.Time) ([]Traffic, error) {
	scan := func(r *row) Traffic { return Traffic{Name: r.text(), Sum: r.int(), Max: r.duration()} }
	return all(ctx, tx, scan, "SELECT name, sum(n), max(n) FROM traffic WHERE at >= ? AND at < ? GROUP BY name ORDER BY name",
		from.Truncate(quarter), to.Truncate(quarter))
}
