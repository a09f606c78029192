package store

import (
	"context"
	"errors"
	"fmt"
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

// sql runs statements as nobody may in the program: without foreign keys, and
// with the append-only triggers lifted.
func sql(t testing.TB, s *Store, statements ...string) {
	t.Helper()
	err := s.exclusive(t.Context(), func(c *conn) error {
		for _, text := range append(append([]string{
			"PRAGMA foreign_keys = 0",
			"INSERT INTO meta (key, value) VALUES ('erasing', '1')",
		}, statements...), "DELETE FROM meta WHERE key = 'erasing'", "PRAGMA foreign_keys = 1") {
			if err := c.run(t.Context(), text); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// deliver accepts a mail with the given bytes under the next UID.
func deliver(t testing.TB, s *Store, uid uint32, raw string) (id int64) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx *Tx) error {
		m, err := tx.Mailbox(ctx, "it")
		if err != nil {
			return err
		}
		id, _, err = tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: 1, UID: uid, Raw: []byte(raw)})
		return err
	})
	return id
}

// ticketOf triages a mail into a ticket with everything a ticket has.
func ticketOf(t testing.TB, s *Store, inboxID int64) (tk Ticket) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx *Tx) error {
		in, err := tx.Inbound(ctx, inboxID)
		if err != nil {
			return err
		}
		raw, err := tx.Raw(ctx, inboxID)
		if err != nil {
			return err
		}
		if err := triageOne(ctx, tx, in, raw); err != nil {
			return err
		}
		in, err = tx.Inbound(ctx, inboxID)
		if err != nil {
			return err
		}
		tk, err = tx.Ticket(ctx, in.TicketID)
		return err
	})
	return tk
}

// sound fails the test when Fsck finds anything.
func sound(t testing.TB, s *Store) {
	t.Helper()
	list, err := s.Fsck(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		t.Errorf("fsck: %s: %s %v", v.Name, v.Text, v.IDs)
	}
}

func TestMailBecomesTicket(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := deliver(t, s, 7, "Subject: printer\r\n\r\nIt does not print.\r\n")
	tk := ticketOf(t, s, id)
	if got, want := tk.Number, int64(10000); got != want {
		t.Errorf("number = %d, want %d", got, want)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		in, err := tx.Inbound(ctx, id)
		if err != nil {
			return err
		}
		if in.State != "done" || in.Outcome != "opened" || in.TicketID != tk.ID || !in.DoneAt.Equal(epoch) {
			t.Errorf("inbox = %+v", in)
		}
		list, err := tx.ToAck(ctx, in.MailboxID, 1, 10)
		if err != nil {
			return err
		}
		if len(list) != 1 || list[0] != (AckRow{UID: 7, InboxID: id, Outcome: "opened"}) {
			t.Errorf("to acknowledge = %+v", list)
		}
		return nil
	})
	sound(t, s)
}

func TestUpdateRollsBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	wrong := errors.New("wrong")
	write := func(tx *Tx) error { return tx.SetMeta(t.Context(), "k", "v") }
	cases := []struct {
		name string
		run  func() error
		want error
	}{
		{"error", func() error {
			return s.Update(t.Context(), func(tx *Tx) error { return errors.Join(write(tx), wrong) })
		}, wrong},
		{"panic", func() (err error) {
			defer func() { err = recover().(error) }()
			return s.Update(t.Context(), func(tx *Tx) error { panic(errors.Join(write(tx), wrong)) })
		}, wrong},
		{"cancelled", func() error {
			ctx, cancel := context.WithCancel(t.Context())
			return s.Update(ctx, func(tx *Tx) error {
				if err := write(tx); err != nil {
					return err
				}
				cancel()
				return tx.SetMeta(ctx, "k2", "v")
			})
		}, context.Canceled},
		{"constraint", func() error {
			return s.Update(t.Context(), func(tx *Tx) error {
				return errors.Join(write(tx), tx.InsertTicket(t.Context(), &Ticket{State: "nonsense", Priority: "P1"}))
			})
		}, ErrConstraint},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(); !errors.Is(err, c.want) || IsFault(err) {
				t.Errorf("error = %v, want %v and no fault", err, c.want)
			}
			view(t, s, func(ctx context.Context, tx *Tx) error {
				if _, err := tx.Meta(ctx, "k"); !errors.Is(err, ErrNotFound) {
					t.Errorf("the write stayed: %v", err)
				}
				return nil
			})
		})
	}
	update(t, s, func(ctx context.Context, tx *Tx) error { return write(tx) })
}

// A COMMIT that fails is an unknown outcome, and the store goes on with a new
// connection.
func TestCommitErrorIsUnknown(t *testing.T) {
	t.Parallel()
	s := open(t)
	err := s.Update(t.Context(), func(tx *Tx) error {
		if err := tx.c.run(t.Context(), "PRAGMA defer_foreign_keys = 1"); err != nil {
			return err
		}
		return tx.InsertEvent(t.Context(), Event{TicketID: 99, Actor: "system", Kind: "note"})
	})
	if !errors.Is(err, ErrUnknownOutcome) || !errors.Is(err, ErrConstraint) || !IsFault(err) {
		t.Errorf("error = %v, want ErrUnknownOutcome with its cause", err)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.SetMeta(ctx, "k", "v") })
	sound(t, s)
}

func TestOneInstant(t *testing.T) {
	t.Parallel()
	s := open(t)
	n := 0
	s.Now = func() time.Time { n++; return epoch.Add(time.Duration(n) * time.Second) }
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for range 3 {
			if err := tx.InsertEvent(ctx, Event{Actor: "system", Kind: "note"}); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.EventsBetween(ctx, epoch, epoch.Add(time.Hour))
		for _, e := range list {
			if !e.At.Equal(epoch.Add(time.Second)) {
				t.Errorf("event at %v", e.At)
			}
		}
		if len(list) != 3 {
			t.Errorf("%d events, want 3", len(list))
		}
		return err
	})
}

// A reader keeps its snapshot while the writer goes on, and neither waits.
func TestReaderDuringWriter(t *testing.T) {
	t.Parallel()
	s := open(t)
	view(t, s, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.Meta(ctx, "k"); !errors.Is(err, ErrNotFound) {
			t.Errorf("before: %v", err)
		}
		update(t, s, func(ctx context.Context, tx *Tx) error { return tx.SetMeta(ctx, "k", "v") })
		if _, err := tx.Meta(ctx, "k"); !errors.Is(err, ErrNotFound) {
			t.Errorf("the snapshot moved: %v", err)
		}
		return nil
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		v, err := tx.Meta(ctx, "k")
		if v != "v" {
			t.Errorf("after: %q, %v", v, err)
		}
		return err
	})
}

func TestViewCannotWrite(t *testing.T) {
	t.Parallel()
	s := open(t)
	err := s.View(t.Context(), func(tx *Tx) error { return tx.SetMeta(t.Context(), "k", "v") })
	if !errors.Is(err, ErrReadOnly) {
		t.Errorf("error = %v, want ErrReadOnly", err)
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	s := open(t)
	woken := func(topic string) bool {
		select {
		case <-s.Wait(topic):
			return true
		default:
			return false
		}
	}
	id := deliver(t, s, 1, "a")
	if !woken(TopicInbox) || woken(TopicInbox) {
		t.Error("an accepted mail leaves one hint for triage")
	}
	ticketOf(t, s, id)
	for _, topic := range []string{TopicOutbox, TopicTimer, TopicAck} {
		if !woken(topic) {
			t.Errorf("triage leaves no hint for %s", topic)
		}
	}
	_ = s.Update(t.Context(), func(tx *Tx) error {
		_, _, err := tx.AcceptInbound(t.Context(), In{MailboxID: 1, UIDValidity: 1, UID: 9, Raw: []byte("b")})
		return errors.Join(err, errors.New("no"))
	})
	if woken(TopicInbox) {
		t.Error("a rolled back transaction leaves a hint")
	}
	s.Notify(TopicInbox)
	s.Notify(TopicInbox)
	if !woken(TopicInbox) || woken(TopicInbox) {
		t.Error("hints do not add up")
	}
}
