package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestClocks(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	var c Clock
	fill(&c, map[string]any{"TicketID": tk.ID, "Kind": "next_response", "Cycle": 2, "State": "breached"})
	paused := Clock{TicketID: tk.ID, Kind: "resolution", Cycle: 1, State: "paused", Target: 90 * time.Minute, Consumed: 1234 * time.Millisecond}
	check := func(list ...Clock) {
		t.Helper()
		update(t, s, func(ctx context.Context, tx *Tx) error {
			if err := tx.SaveClocks(ctx, tk.ID, list); err != nil {
				return err
			}
			got, err := tx.Clocks(ctx, tk.ID)
			equal(t, got, list)
			return err
		})
	}
	check(c, paused) // in place of those of the fixture
	c.State, c.StoppedAt = "met", epoch.Add(time.Hour)
	check(c, paused)
	var many []Clock
	for i := range 20 {
		many = append(many, Clock{TicketID: tk.ID, Kind: "next_response", Cycle: i + 1, State: "running", Target: time.Hour, SinceAt: epoch})
	}
	check(many...)
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.SaveClocks(ctx, tk.ID, nil) })
	view(t, s, func(ctx context.Context, tx *Tx) error {
		got, err := tx.Clocks(ctx, tk.ID)
		if len(got) != 0 {
			t.Errorf("clocks = %+v", got)
		}
		return err
	})
}

func TestTimers(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	at := func(min int) time.Time { return epoch.Add(time.Duration(min) * time.Minute) }
	due := func(limit int) (names []string) {
		view(t, s, func(ctx context.Context, tx *Tx) error {
			list, err := tx.DueTimers(ctx, limit)
			for _, tm := range list {
				names = append(names, fmt.Sprint(tm.Name, tm.Cycle))
			}
			return err
		})
		return names
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		return errors.Join(
			tx.DropTimers(ctx, tk.ID),
			tx.SetTimer(ctx, tk.ID, "warn", 1, at(10)),
			tx.SetTimer(ctx, tk.ID, "breach", 1, at(20)),
			tx.SetTimer(ctx, tk.ID, "remind", 1, at(5)),
			tx.SetTimer(ctx, tk.ID, "warn", 1, at(0)), // moved
		)
	})
	if got, want := fmt.Sprint(due(9)), "[warn1]"; got != want { // due at this very instant
		t.Errorf("due = %v, want %v", got, want)
	}
	s.Now = func() time.Time { return at(30) }
	if got, want := fmt.Sprint(due(2)), "[warn1 remind1]"; got != want {
		t.Errorf("due = %v, want %v", got, want)
	}
	var fired Timer
	update(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.DueTimers(ctx, 1)
		if err != nil {
			return err
		}
		fired = list[0]
		first, err := tx.FireTimer(ctx, fired.ID)
		second, serr := tx.FireTimer(ctx, fired.ID)
		if !first || second {
			t.Errorf("fired %v, again %v", first, second)
		}
		// A step fires once per cycle, whatever is set again.
		return errors.Join(err, serr, tx.SetTimer(ctx, tk.ID, "warn", 1, at(1)), tx.SetTimer(ctx, tk.ID, "warn", 2, at(2)))
	})
	if got, want := fmt.Sprint(due(9)), "[warn2 remind1 breach1]"; got != want {
		t.Errorf("due = %v, want %v", got, want)
	}
	syncTimers(t, s, tk.ID, at)
	if got := due(9); got != nil {
		t.Errorf("due = %v, want none", got)
	}
}

// syncTimers goes on where warn has fired.
func syncTimers(t *testing.T, s *Store, ticketID int64, at func(min int) time.Time) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx *Tx) error {
		return tx.SyncTimers(ctx, ticketID, []Timer{{Name: "breach", Cycle: 1, DueAt: at(20)}, {Name: "warn", Cycle: 1, DueAt: at(3)}, {Name: "close", Cycle: 1, DueAt: at(40)}})
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.Timers(ctx, ticketID)
		got := ""
		for _, tm := range list {
			got += fmt.Sprint(tm.Name, tm.Cycle, !tm.FiredAt.IsZero(), " ")
		}
		if want := "warn1 true breach1 false close1 false "; got != want {
			t.Errorf("timers = %v, want %v", got, want)
		}
		next, nerr := tx.NextTimerAt(ctx)
		if !next.Equal(at(20)) {
			t.Errorf("next = %v", next)
		}
		return errors.Join(err, nerr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.DropTimers(ctx, ticketID, "breach", "x", "y") })
}

func TestHolds(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := deliver(t, s, 1, "a")
	tk := ticketOf(t, s, id)
	want := Hold{InboxID: id, TicketID: tk.ID, Agent: "lena", Kind: "proof", Challenge: "c@example.com", CreatedAt: epoch, ExpiresAt: epoch.Add(time.Hour)}
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.InsertHold(ctx, want) })
	update(t, s, func(ctx context.Context, tx *Tx) error {
		h, err := tx.HoldByChallenge(ctx, "c@example.com")
		equal(t, h, want)
		open, oerr := tx.OpenHolds(ctx, "lena")
		others, terr := tx.OpenHolds(ctx, "max")
		everyone, eerr := tx.OpenHolds(ctx, "")
		if len(open) != 1 || len(others) != 0 || len(everyone) != 1 {
			t.Errorf("open holds: %d, %d, %d", len(open), len(others), len(everyone))
		}
		n, nerr := tx.CountHolds(ctx, "lena", "proof", epoch)
		if n != 1 {
			t.Errorf("%d holds", n)
		}
		first, ferr := tx.ReleaseHold(ctx, id)
		second, serr := tx.ReleaseHold(ctx, id)
		if !first || second {
			t.Errorf("released %v, again %v", first, second)
		}
		return errors.Join(err, oerr, terr, eerr, nerr, ferr, serr)
	})
	late := deliver(t, s, 2, "b")
	update(t, s, func(ctx context.Context, tx *Tx) error {
		return tx.InsertHold(ctx, Hold{InboxID: late, Agent: "lena", Kind: "syntax", Challenge: "d@example.com", ExpiresAt: epoch.Add(time.Minute)})
	})
	s.Now = func() time.Time { return epoch.Add(time.Minute) }
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if ok, err := tx.ReleaseHold(ctx, late); ok || err != nil {
			t.Errorf("released an expired hold: %v, %v", ok, err)
		}
		_, err := tx.HoldOf(ctx, late)
		return err
	})
}
