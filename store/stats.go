package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Stats is the state of the store at one instant.
type Stats struct {
	At time.Time `json:"at"`

	InboxNew    int       `json:"inbox_new"`              // wait for triage
	OldestNewAt time.Time `json:"oldest_new_at,omitzero"` // accepted
	InboxAside  int       `json:"inbox_aside"`            // set aside

	OutboxQueued int       `json:"outbox_queued"`
	OldestDueAt  time.Time `json:"oldest_due_at,omitzero"` // next attempt of the mail that waits longest
	OutboxFailed int       `json:"outbox_failed"`
	OutboxHeld   int       `json:"outbox_held"`

	Tickets     map[string]int `json:"tickets"` // by state, without the final states
	Open        int            `json:"open"`    // neither resolved nor final
	NextTimerAt time.Time      `json:"next_timer_at,omitzero"`
	DueTimers   int            `json:"due_timers"` // due and not fired, at most 1000 are counted

	Mailboxes []Mailbox `json:"mailboxes"`
	Alarms    []Alarm   `json:"alarms"`

	DatabaseSize int64 `json:"database_size"` // octets, with the log
	MailSize     int64 `json:"mail_size"`     // octets
	DiskFree     int64 `json:"disk_free"`     // octets
	DiskTotal    int64 `json:"disk_total"`    // octets
}

// Stats returns counts for status, from indexes alone: the cost does not grow
// with the number of closed tickets.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.View(ctx, func(tx *Tx) error { return tx.stats(ctx, &st) })
	if err != nil {
		return st, fmt.Errorf("stats: %w", err)
	}
	for _, name := range []string{s.path, s.path + "-wal"} {
		info, err := os.Stat(name)
		if err == nil {
			st.DatabaseSize += info.Size()
		} else if !errors.Is(err, os.ErrNotExist) {
			return st, fmt.Errorf("stats: %w", err)
		}
	}
	info, err := s.mail.Stat()
	if err != nil {
		return st, fmt.Errorf("stats: %w", err)
	}
	st.MailSize = info.Size()
	if st.DiskFree, st.DiskTotal, err = DiskFree(s.dir); err != nil {
		return st, fmt.Errorf("stats: %w", err)
	}
	return st, nil
}

func (tx *Tx) stats(ctx context.Context, st *Stats) (err error) {
	st.At = tx.Now
	for _, c := range []struct {
		to  *int
		sql string
		arg []any
	}{
		{&st.InboxNew, "SELECT count(*) FROM inbox WHERE state = 'new'", nil},
		{&st.InboxAside, "SELECT count(*) FROM inbox WHERE state = 'aside'", nil},
		{&st.OutboxQueued, "SELECT count(*) FROM outbox WHERE state = 'queued'", nil},
		{&st.OutboxFailed, "SELECT count(*) FROM outbox WHERE state IN ('failed', 'held') AND state = 'failed'", nil},
		{&st.OutboxHeld, "SELECT count(*) FROM outbox WHERE state IN ('failed', 'held') AND state = 'held'", nil},
		{&st.DueTimers, "SELECT count(*) FROM (SELECT 1 FROM timer WHERE fired_at IS NULL AND due_at <= ? LIMIT 1000)", []any{tx.Now}},
	} {
		n, err := tx.number(ctx, c.sql, c.arg...)
		if err != nil {
			return err
		}
		*c.to = int(n)
	}
	if st.OldestNewAt, err = tx.instant(ctx, "SELECT accepted_at FROM inbox WHERE state = 'new' ORDER BY id LIMIT 1"); err != nil {
		return err
	}
	if st.OldestDueAt, err = tx.NextOutboxAt(ctx); err != nil {
		return err
	}
	if st.NextTimerAt, err = tx.NextTimerAt(ctx); err != nil {
		return err
	}
	st.Tickets = make(map[string]int)
	err = tx.each(ctx, "SELECT state, count(*) FROM ticket WHERE "+notFinal+" GROUP BY state", func(r *row) error {
		state, n := r.text(), r.int()
		st.Tickets[state] = n
		if state != "resolved" {
			st.Open += n
		}
		return r.err
	})
	if err != nil {
		return err
	}
	if st.Mailboxes, err = tx.Mailboxes(ctx); err != nil {
		return err
	}
	st.Alarms, err = tx.Alarms(ctx)
	return err
}

// CheckFiles returns ErrCorrupt when the files of the store were replaced or
// removed while it is open (exit 74): what is written since goes nowhere.
func (s *Store) CheckFiles() error {
	for _, f := range []struct {
		path string
		was  os.FileInfo
	}{{s.path, s.file}, {s.mailPath(), s.mailInfo}} {
		now, err := os.Stat(f.path)
		if err != nil || !os.SameFile(f.was, now) {
			return errors.Join(fmt.Errorf("%w: %s was replaced or removed while in use; stop, and look at the directory", ErrCorrupt, f.path), err)
		}
	}
	return nil
}
