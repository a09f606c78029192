package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"testing/quick"
	"time"
)

func TestAcceptInbound(t *testing.T) {
	t.Parallel()
	s := open(t)
	type step struct {
		box   string
		valid uint32
		uid   uint32
		raw   string
		id    int64
		fresh bool
	}
	for i, c := range []step{
		{"it", 1, 1, "a", 1, true},
		{"it", 1, 1, "a", 1, false},     // the same UID again
		{"it", 1, 2, "a", 1, false},     // the same bytes under another UID
		{"it", 2, 1, "a", 1, false},     // in another epoch
		{"hr", 1, 1, "a", 1, false},     // in another mailbox
		{"it", 1, 3, "b", 2, true},      // other bytes
		{"it", 1, 3, "c", 3, true},      // a UID used again with other bytes
		{"it", 1, 4, "", 4, true},       // an empty mail is a mail
		{"it", 1, 5, "a\x00b", 5, true}, // so is one with NUL
	} {
		update(t, s, func(ctx context.Context, tx *Tx) error {
			m, err := tx.Mailbox(ctx, c.box)
			if err != nil {
				return err
			}
			id, fresh, err := tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: c.valid, UID: c.uid, Raw: []byte(c.raw), ReceivedAt: epoch})
			if id != c.id || fresh != c.fresh {
				t.Errorf("step %d: accept = %d, %v; want %d, %v", i, id, fresh, c.id, c.fresh)
			}
			u, uerr := tx.UID(ctx, m.ID, c.valid, c.uid)
			if u.InboxID != c.id || u.State != "stored" {
				t.Errorf("step %d: ledger = %+v, %v", i, u, uerr)
			}
			raw, rerr := tx.Raw(ctx, id) // readable before COMMIT
			if string(raw) != c.raw {
				t.Errorf("step %d: raw = %q", i, raw)
			}
			return errors.Join(err, uerr, rerr)
		})
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		in, err := tx.InboundByDigest(ctx, sha256.Sum256([]byte("a")))
		if in.ID != 1 || in.Size != 1 || !in.ReceivedAt.Equal(epoch) || in.State != "new" {
			t.Errorf("by digest = %+v", in)
		}
		uids, uerr := tx.UIDsOf(ctx, 1)
		if len(uids) != 4 {
			t.Errorf("%d UIDs of the mail, want 4", len(uids))
		}
		_, none := tx.Raw(ctx, 99)
		if !errors.Is(none, ErrNotFound) {
			t.Errorf("raw of nothing = %v", none)
		}
		return errors.Join(err, uerr)
	})
	sound(t, s)
}

// What goes in comes out, whatever it is (D4).
func TestRawRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t)
	uid := uint32(0)
	same := func(raw []byte) bool {
		uid++
		id := deliver(t, s, uid, string(raw))
		var got []byte
		view(t, s, func(ctx context.Context, tx *Tx) (err error) { got, err = tx.Raw(ctx, id); return err })
		return string(got) == string(raw)
	}
	if err := quick.Check(same, &quick.Config{MaxCount: 50}); err != nil {
		t.Error(err)
	}
	for _, size := range []int{flushAt - 5, flushAt - 4, flushAt - 1, flushAt, flushAt + 1, 3 << 20} {
		if !same(make([]byte, size)) {
			t.Errorf("a mail of %d octets changed", size)
		}
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 5, "a")
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.SkipUID(ctx, 1, 1, 3); err != nil {
			return err
		}
		if err := tx.SkipUID(ctx, 1, 1, 5); err != nil { // stays stored
			return err
		}
		for want := 1; want <= MaxFetchAttempts; want++ {
			known, err := tx.HasUID(ctx, 1, 1, 7)
			if known || err != nil {
				t.Errorf("UID 7 is known after %d failures, %v", want-1, err)
			}
			if n, err := tx.FailUID(ctx, 1, 1, 7); n != want || err != nil {
				t.Errorf("failure %d counted as %d, %v", want, n, err)
			}
		}
		if n, err := tx.FailUID(ctx, 1, 1, 5); n != 0 || err != nil {
			t.Errorf("failure of a stored UID = %d, %v", n, err)
		}
		list, err := tx.KnownUIDs(ctx, 1, 1, 4)
		if fmt.Sprint(list) != "[5 7]" {
			t.Errorf("known from 4 = %v", list)
		}
		if list, _ := tx.KnownUIDs(ctx, 1, 2, 0); len(list) != 0 {
			t.Errorf("known in another epoch = %v", list)
		}
		return err
	})
	deliver(t, s, 7, "late") // fetched after all
	view(t, s, func(ctx context.Context, tx *Tx) error {
		u, err := tx.UID(ctx, 1, 1, 7)
		if u.State != "stored" || u.InboxID != 2 {
			t.Errorf("ledger = %+v", u)
		}
		return err
	})
}

// Acknowledged are mails that are triaged, and no backlog hides them.
func TestToAck(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(30) {
		deliver(t, s, uid+1, fmt.Sprint(uid))
	}
	toAck := func(limit int) (uids []uint32) {
		view(t, s, func(ctx context.Context, tx *Tx) error {
			list, err := tx.ToAck(ctx, 1, 1, limit)
			for _, a := range list {
				uids = append(uids, a.UID)
			}
			return err
		})
		return uids
	}
	if got := toAck(10); got != nil {
		t.Errorf("before triage = %v", got)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for _, id := range []int64{1, 2, 4, 5} { // 3 waits for another attempt
			if err := tx.FinishInbound(ctx, id, "ignored", "robot", 0); err != nil {
				return err
			}
		}
		return tx.SetAside(ctx, 6, "poison")
	})
	if got, want := fmt.Sprint(toAck(10)), "[1 2 4 5 6]"; got != want {
		t.Errorf("to acknowledge = %v, want %v", got, want)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.MarkAcked(ctx, 1, 1, toAck(3)) })
	if got, want := fmt.Sprint(toAck(10)), "[5 6]"; got != want {
		t.Errorf("after acknowledging three = %v, want %v", got, want)
	}
	deliver(t, s, 99, "0") // a copy of a mail that is done
	if got, want := fmt.Sprint(toAck(10)), "[99 5 6]"; got != want {
		t.Errorf("with a copy = %v, want %v", got, want)
	}
}

func TestTriageQueue(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(4) {
		deliver(t, s, uid+1, fmt.Sprint(uid))
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.NextInbound(ctx, 3)
		if err != nil || len(list) != 3 || list[0].ID != 1 || list[2].ID != 3 {
			t.Errorf("next = %+v, %v", list, err)
		}
		if err := tx.BumpAttempts(ctx, []int64{1, 2}); err != nil {
			return err
		}
		if err := tx.SetAside(ctx, 2, "it crashes the parser"); err != nil {
			return err
		}
		if err := tx.FinishInbound(ctx, 2, "opened", "", 0); !errors.Is(err, ErrNotFound) {
			t.Errorf("finishing a mail that is set aside = %v", err)
		}
		if err := tx.RetryInbound(ctx, 3); !errors.Is(err, ErrNotFound) {
			t.Errorf("retry of a new mail = %v", err)
		}
		in, err := tx.Inbound(ctx, 2)
		if in.State != "aside" || in.Outcome != "set_aside" || in.Attempts != 1 || in.DoneAt.IsZero() {
			t.Errorf("set aside = %+v", in)
		}
		aside, lerr := tx.ListInbound(ctx, InboundFilter{State: "aside"})
		if len(aside) != 1 || aside[0].ID != 2 {
			t.Errorf("list = %+v", aside)
		}
		if err := tx.RetryInbound(ctx, 2); err != nil {
			return err
		}
		if in, _ := tx.Inbound(ctx, 2); in.State != "new" || in.Attempts != 0 || in.Outcome != "" || !in.DoneAt.IsZero() {
			t.Errorf("after retry = %+v", in)
		}
		return errors.Join(err, lerr)
	})
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := deliver(t, s, 1, "a"), deliver(t, s, 2, "b")
	d := sha256.Sum256([]byte("same"))
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.SetCanonical(ctx, a, d); err != nil {
			return err
		}
		if _, err := tx.ByCanonical(ctx, d, a); !errors.Is(err, ErrNotFound) {
			t.Errorf("another mail = %v", err)
		}
		in, err := tx.ByCanonical(ctx, d, b)
		if in.ID != a || in.Canonical != d {
			t.Errorf("by canonical digest = %+v", in)
		}
		return err
	})
}

func TestListInbound(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(3) {
		deliver(t, s, uid+1, fmt.Sprint(uid))
	}
	tk := ticketOf(t, s, 2)
	for _, c := range []struct {
		f    InboundFilter
		want string
	}{
		{InboundFilter{}, "[3 2 1]"},
		{InboundFilter{Limit: 2}, "[3 2]"},
		{InboundFilter{State: "new"}, "[3 1]"},
		{InboundFilter{State: "done", Outcome: "opened"}, "[2]"},
		{InboundFilter{TicketID: tk.ID}, "[2]"},
		{InboundFilter{Since: epoch.Add(time.Second)}, "[]"},
		{InboundFilter{Since: epoch}, "[3 2 1]"},
	} {
		view(t, s, func(ctx context.Context, tx *Tx) error {
			list, err := tx.ListInbound(ctx, c.f)
			ids := []int64{}
			for _, in := range list {
				ids = append(ids, in.ID)
			}
			if got := fmt.Sprint(ids); got != c.want {
				t.Errorf("%+v = %v, want %v", c.f, got, c.want)
			}
			return err
		})
	}
	err := s.View(t.Context(), func(tx *Tx) error {
		_, err := tx.ListInbound(t.Context(), InboundFilter{State: "x' OR 1"})
		return err
	})
	if err == nil {
		t.Error("a state that is none was accepted")
	}
}

// Raw mail cannot be changed or deleted by a mistake in the code.
func TestRawIsNeverRewritten(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 1, "a")
	for _, text := range []string{
		"UPDATE inbox SET mail_at = 0",
		"UPDATE inbox SET digest = zeroblob(32)",
		"DELETE FROM inbox",
		"UPDATE event SET reason = 'other'",
		"DELETE FROM event",
		"INSERT OR REPLACE INTO event (id, at, actor, kind) VALUES (1, 0, 'x', 'y')",
	} {
		err := s.Update(t.Context(), func(tx *Tx) error {
			if err := tx.InsertEvent(t.Context(), Event{Actor: "system", Kind: "note"}); err != nil {
				return err
			}
			_, err := tx.exec(t.Context(), text)
			return err
		})
		if !errors.Is(err, ErrConstraint) {
			t.Errorf("%s = %v, want ErrConstraint", text, err)
		}
	}
}
