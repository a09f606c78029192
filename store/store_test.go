package store

import (
	"context"
	"testing"
	"time"
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// open returns a store in a fresh directory whose clock stands still.
func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Now = func() time.Time { return epoch }
	return s
}

func update(t testing.TB, s *Store, fn func(ctx context.Context, tx *Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx *Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s *Store, fn func(ctx context.Context, tx *Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), func(tx *Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestAcceptThenTriage(t *testing.T) {
	t.Parallel()
	s := open(t)
	update(t, s, func(ctx context.Context, tx *Tx) error {
		m, err := tx.Mailbox(ctx, "it")
		if err != nil {
			return err
		}
		id, fresh, err := tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: 1, UID: 7, Raw: []byte("Subject: x\r\n\r\n")})
		if err != nil || !fresh || id != 1 {
			t.Errorf("accept = %d, %v, %v", id, fresh, err)
		}
		return nil
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		n, err := tx.NextNumber(ctx, 10423)
		if err != nil {
			return err
		}
		tk := Ticket{Number: n, State: "new", Priority: "P3", Requester: "a@example.com"}
		if err := tx.InsertTicket(ctx, &tk); err != nil {
			return err
		}
		m := Message{TicketID: tk.ID, InboxID: 1, Visibility: "public", Kind: "request"}
		if err := tx.InsertMessage(ctx, &m); err != nil {
			return err
		}
		if err := tx.InsertEvent(ctx, Event{TicketID: tk.ID, InboxID: 1, Actor: "requester", Kind: EventOpened, New: "new"}); err != nil {
			return err
		}
		id, err := tx.NextOutboxID(ctx)
		if err != nil {
			return err
		}
		o := Outgoing{ID: id, Cause: "ack:1", TicketID: tk.ID, Class: "automatic", Purpose: "q", Recipient: "a@example.com", MessageID: "q1@example.com"}
		if _, err := tx.Enqueue(ctx, &o, []byte("bytes")); err != nil {
			return err
		}
		if err := tx.SaveClocks(ctx, tk.ID, []Clock{{Kind: "resolution", Cycle: 1, State: "running", Target: time.Hour, SinceAt: tx.Now, DueAt: tx.Now.Add(time.Hour)}}); err != nil {
			return err
		}
		if err := tx.SyncTimers(ctx, tk.ID, []Timer{{Name: "breach:resolution", Cycle: 1, DueAt: tx.Now.Add(time.Hour)}}); err != nil {
			return err
		}
		return tx.FinishInbound(ctx, 1, "opened", "new mail", tk.ID)
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		tk, err := tx.TicketByNumber(ctx, 10423)
		if err != nil {
			return err
		}
		if got, want := tk.State, "new"; got != want {
			t.Errorf("state = %q, want %q", got, want)
		}
		return nil
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		c, err := tx.ClaimOutbox(ctx, 10, time.Minute)
		if err != nil || len(c) != 1 || string(c[0].Bytes) != "bytes" {
			t.Errorf("claim = %+v, %v", c, err)
		}
		return err
	})
}
