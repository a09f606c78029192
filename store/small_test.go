package store

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestRevoked(t *testing.T) {
	t.Parallel()
	s := open(t)
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
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	s := open(t)
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
}

func TestAbsences(t *testing.T) {
	t.Parallel()
	s := open(t)
	update(t, s, func(ctx context.Context, tx *Tx) error {
		id, err := tx.InsertAbsence(ctx, Absence{Agent: "lena", FromAt: epoch, ToAt: epoch.Add(time.Hour), Substitute: "max"})
		list, lerr := tx.Absences(ctx, epoch)
		equal(t, list, []Absence{{id, "lena", epoch, epoch.Add(time.Hour), "max"}})
		derr := tx.DeleteAbsence(ctx, id)
		gone, gerr := tx.Absences(ctx, epoch)
		if len(gone) > 0 {
			t.Errorf("deleted, and there: %+v", gone)
		}
		return errors.Join(err, lerr, derr, gerr)
	})
}

func TestFAQOutcomes(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.SaveFAQOutcome(ctx, FAQOutcome{TicketID: tk.ID, Entry: "vpn", Requester: "r@example.com"}); err != nil {
			return err
		}
		unknown, err := tx.FAQOutcomes(ctx, "vpn", "v1", 5)
		if len(unknown) != 0 {
			t.Errorf("known outcomes = %+v", unknown)
		}
		tx.Now = tx.Now.Add(time.Hour)
		if err := tx.SaveFAQOutcome(ctx, FAQOutcome{TicketID: tk.ID, Entry: "vpn", Requester: "r@example.com", Outcome: "helped", Version: "v1"}); err != nil {
			return err
		}
		want := FAQOutcome{tk.ID, "vpn", "r@example.com", epoch, "helped", "v1", 0}
		known, kerr := tx.FAQOutcomes(ctx, "vpn", "v1", 5)
		equal(t, known, []FAQOutcome{want})
		if old, err := tx.FAQOutcomes(ctx, "vpn", "v2", 5); err != nil || len(old) != 0 {
			t.Errorf("outcomes of another version = %+v, %v", old, err)
		}
		to, terr := tx.FAQAnsweredTo(ctx, "r@example.com", epoch)
		equal(t, to, []FAQOutcome{want})
		return errors.Join(err, kerr, terr)
	})
}

func TestKeysAndMailboxes(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 1, "a")
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
