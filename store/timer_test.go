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
	update(t, s, func(ctx context.Context, tx *Tx) error {
		return tx.SyncTimers(ctx, tk.ID, []Timer{{Name: "breach", Cycle: 1, DueAt: at(20)}, {Name: "warn", Cycle: 1, DueAt: at(3)}, {Name: "close", Cycle: 1, DueAt: at(40)}})
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.Timers(ctx, tk.ID)
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
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.DropTimers(ctx, tk.ID, "breach", "x", "y") })
	if got := due(9); got != nil {
		t.Errorf("due = %v, want none", got)
	}
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

func TestSmallTables(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.Revoke(ctx, "m@example.com", "leaked"); err != nil {
			return err
		}
		yes, err := tx.IsRevoked(ctx, "m@example.com")
		no, nerr := tx.IsRevoked(ctx, "n@example.com")
		if !yes || no {
			t.Errorf("revoked: %v, %v", yes, no)
		}
		return errors.Join(err, nerr, tx.Revoke(ctx, "m@example.com", "again"))
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		fresh, err := tx.RaiseAlarm(ctx, "imap:it", "refused")
		again, aerr := tx.RaiseAlarm(ctx, "imap:it", "timeout")
		if !fresh || again {
			t.Errorf("fresh %v, again %v", fresh, again)
		}
		if err := tx.MarkAlarmMailed(ctx, "imap:it"); err != nil {
			return err
		}
		list, lerr := tx.Alarms(ctx)
		equal(t, list, []Alarm{{Name: "imap:it", SinceAt: epoch, Text: "timeout", Mailed: true}})
		one, oerr := tx.AlarmOf(ctx, "imap:it")
		equal(t, one, list[0])
		was, werr := tx.ClearAlarm(ctx, "imap:it")
		gone, gerr := tx.ClearAlarm(ctx, "imap:it")
		if !was || gone {
			t.Errorf("cleared %v, again %v", was, gone)
		}
		return errors.Join(err, aerr, lerr, oerr, werr, gerr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		id, err := tx.InsertAbsence(ctx, Absence{Agent: "lena", FromAt: epoch, ToAt: epoch.Add(time.Hour), Substitute: "max"})
		list, lerr := tx.Absences(ctx, epoch)
		equal(t, list, []Absence{{id, "lena", epoch, epoch.Add(time.Hour), "max"}})
		n, nerr := tx.DeleteAbsences(ctx, "lena")
		if n != 1 {
			t.Errorf("deleted %d", n)
		}
		return errors.Join(err, lerr, nerr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.SaveFAQOutcome(ctx, FAQOutcome{TicketID: tk.ID, Entry: "vpn", Requester: "r@example.com"}); err != nil {
			return err
		}
		unknown, err := tx.FAQOutcomes(ctx, "vpn", 5)
		if len(unknown) != 0 {
			t.Errorf("known outcomes = %+v", unknown)
		}
		tx.Now = tx.Now.Add(time.Hour)
		if err := tx.SaveFAQOutcome(ctx, FAQOutcome{TicketID: tk.ID, Entry: "vpn", Requester: "r@example.com", Outcome: "helped"}); err != nil {
			return err
		}
		want := FAQOutcome{tk.ID, "vpn", "r@example.com", epoch, "helped"}
		known, kerr := tx.FAQOutcomes(ctx, "vpn", 5)
		equal(t, known, []FAQOutcome{want})
		to, terr := tx.FAQAnsweredTo(ctx, "r@example.com", epoch)
		equal(t, to, []FAQOutcome{want})
		return errors.Join(err, kerr, terr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.RotateKey(ctx); err != nil {
			return err
		}
		keys, err := tx.SigningKeys(ctx)
		if len(keys) != 2 || keys[0].ID < keys[1].ID || len(keys[0].Secret) != 32 || string(keys[0].Secret) == string(keys[1].Secret) {
			t.Errorf("keys = %d", len(keys))
		}
		if err := tx.SetMeta(ctx, metaErasing, "1"); err == nil {
			t.Error("anybody may lift the triggers")
		}
		m, merr := tx.Mailbox(ctx, "it")
		m.UIDValidity, m.LastUID, m.LastContactAt, m.LastError = 4294967295, 4294967295, epoch, "none"
		if err := tx.SaveMailbox(ctx, m); err != nil {
			return err
		}
		boxes, berr := tx.Mailboxes(ctx)
		equal(t, boxes, []Mailbox{m})
		return errors.Join(err, merr, berr)
	})
	err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Mailbox(t.Context(), "none"); return err })
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("mailbox in a view = %v", err)
	}
}
