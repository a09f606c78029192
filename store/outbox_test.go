package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// enqueue stores a mail of a class with its cause.
func enqueue(t testing.TB, s *Store, o Outgoing) Outgoing {
	t.Helper()
	if o.MessageID == "" {
		o.MessageID = o.Cause + "@example.com"
	}
	if o.Recipient == "" {
		o.Recipient = "r@example.com"
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		queued, err := tx.Enqueue(ctx, &o, []byte("bytes of "+o.Cause))
		if err == nil && !queued {
			t.Errorf("%s was not queued", o.Cause)
		}
		return err
	})
	return o
}

func TestEnqueue(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	var o Outgoing
	fill(&o, map[string]any{"ID": int64(50), "TicketID": tk.ID, "InboxID": int64(1), "Class": "human", "State": "held",
		"Attempts": 0, "Unknown": 0, "ClosedAt": time.Time{}, "LastError": "", "SMTPReply": ""})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if queued, err := tx.Enqueue(ctx, &o, []byte("bytes")); err != nil || !queued {
			t.Fatal(queued, err)
		}
		got, err := tx.Outgoing(ctx, 50)
		equal(t, got, o)
		byCause, cerr := tx.OutboxByCause(ctx, o.Cause)
		equal(t, byCause, o)
		byID, merr := tx.OutboxByMessageID(ctx, o.MessageID)
		equal(t, byID, o)
		several, serr := tx.OutboxByMessageIDs(ctx, []string{"x", o.MessageID, "y"})
		equal(t, several, []Outgoing{o})
		b, berr := tx.OutboxBytes(ctx, 50)
		if string(b) != "bytes" {
			t.Errorf("bytes = %q", b)
		}
		return errors.Join(err, cerr, merr, serr, berr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error { // the cause is unique (O1)
		again := Outgoing{Cause: o.Cause, Class: "automatic", Purpose: "q", Recipient: "z", MessageID: "other"}
		queued, err := tx.Enqueue(ctx, &again, []byte("other bytes"))
		if queued || err != nil || again.ID != 0 {
			t.Errorf("second mail of one cause: %v, %v, id %d", queued, err, again.ID)
		}
		b, err := tx.OutboxBytes(ctx, 50)
		if string(b) != "bytes" {
			t.Errorf("bytes = %q", b)
		}
		return err
	})
	err := s.Update(t.Context(), func(tx *Tx) error {
		_, err := tx.Enqueue(t.Context(), &Outgoing{Cause: "new", Class: "human", Purpose: "p", Recipient: "z", MessageID: o.MessageID}, nil)
		return err
	})
	if !errors.Is(err, ErrConstraint) {
		t.Errorf("second mail of one Message-ID = %v, want ErrConstraint", err)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		a, err := tx.NextOutboxID(ctx)
		b, berr := tx.NextOutboxID(ctx)
		if a != 51 || b != 52 {
			t.Errorf("next ids = %d, %d", a, b)
		}
		return errors.Join(err, berr)
	})
}

func causes(list []Claimed) (names []string) {
	for _, c := range list {
		names = append(names, c.Cause)
	}
	return names
}

func claim(t *testing.T, s *Store, limit int) (list []Claimed) {
	t.Helper()
	update(t, s, func(ctx context.Context, tx *Tx) (err error) {
		list, err = tx.ClaimOutbox(ctx, limit, time.Minute)
		return err
	})
	return list
}

func TestClaimOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := func(sec int) time.Time { return epoch.Add(time.Duration(sec) * time.Second) }
	for _, o := range []Outgoing{
		{Cause: "auto1", Class: "automatic", NextAttemptAt: at(-100)},
		{Cause: "auto2", Class: "automatic", NextAttemptAt: at(-200)},
		{Cause: "report", Class: "report", NextAttemptAt: at(-5)},
		{Cause: "notice", Class: "notice", NextAttemptAt: at(-1)},
		{Cause: "human", Class: "human"},
		{Cause: "later", Class: "human", NextAttemptAt: at(1)},
		{Cause: "held", Class: "human", State: "held"},
	} {
		o.Purpose = "q"
		enqueue(t, s, o)
	}
	if got, want := fmt.Sprint(causes(claim(t, s, 3))), "[human notice report]"; got != want {
		t.Errorf("first three = %v, want %v", got, want)
	}
	list := claim(t, s, 10)
	if got, want := fmt.Sprint(causes(list)), "[auto2 auto1]"; got != want {
		t.Errorf("rest = %v, want %v", got, want)
	}
	if got, want := string(list[0].Bytes), "bytes of auto2"; got != want {
		t.Errorf("bytes = %q, want %q", got, want)
	}
	if got := claim(t, s, 10); len(got) != 0 {
		t.Errorf("claimed twice: %v", causes(got))
	}
	s.Now = func() time.Time { return at(61) } // the leases are over
	if got, want := fmt.Sprint(causes(claim(t, s, 10))), "[later human notice report auto1 auto2]"; got != want {
		t.Errorf("after the lease = %v, want %v", got, want)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		o, err := tx.OutboxByCause(ctx, "human")
		if o.Attempts != 2 || o.Unknown != 2 || !o.NextAttemptAt.Equal(at(121)) {
			t.Errorf("after two claims = %+v", o)
		}
		next, nerr := tx.NextOutboxAt(ctx)
		if !next.Equal(at(121)) {
			t.Errorf("next = %v", next)
		}
		return errors.Join(err, nerr)
	})
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	next := epoch.Add(5 * time.Minute)
	for _, c := range []struct {
		name                 string
		mark                 func(ctx context.Context, tx *Tx, id int64) error
		state, reason, reply string
		unknown              int
		closed               bool
	}{
		{"sent", func(ctx context.Context, tx *Tx, id int64) error { return tx.MarkSent(ctx, id, "250 ok") }, "sent", "", "250 ok", 0, true},
		{"refused for now", func(ctx context.Context, tx *Tx, id int64) error {
			return tx.MarkRetry(ctx, id, next, "451 later", false)
		}, "queued", "451 later", "", 0, false},
		{"unknown", func(ctx context.Context, tx *Tx, id int64) error {
			return tx.MarkRetry(ctx, id, next, "no reply", true)
		}, "queued", "no reply", "", 1, false},
		{"failed", func(ctx context.Context, tx *Tx, id int64) error { return tx.MarkFailed(ctx, id, "550 no such user") }, "failed", "550 no such user", "", 0, true},
		{"cancelled, then sent all the same", func(ctx context.Context, tx *Tx, id int64) error {
			return errors.Join(tx.CancelOutgoing(ctx, id), tx.MarkSent(ctx, id, "250 ok"))
		}, "sent", "", "250 ok", 0, true},
		{"cancelled, then refused", func(ctx context.Context, tx *Tx, id int64) error {
			return errors.Join(tx.CancelOutgoing(ctx, id), tx.MarkRetry(ctx, id, next, "451", false))
		}, "cancelled", "451", "", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			enqueue(t, s, Outgoing{Cause: "c", Class: "human", Purpose: "p"})
			id := claim(t, s, 1)[0].ID
			update(t, s, func(ctx context.Context, tx *Tx) error { return c.mark(ctx, tx, id) })
			view(t, s, func(ctx context.Context, tx *Tx) error {
				o, err := tx.Outgoing(ctx, id)
				if o.State != c.state || o.LastError != c.reason || o.SMTPReply != c.reply || o.Unknown != c.unknown || o.ClosedAt.IsZero() == c.closed || o.Attempts != 1 {
					t.Errorf("after = %+v", o)
				}
				return err
			})
		})
	}
}

// A 250 is never followed by a resend (O3).
func TestSentStaysSent(t *testing.T) {
	t.Parallel()
	s := open(t)
	enqueue(t, s, Outgoing{Cause: "c", Class: "human", Purpose: "p"})
	id := claim(t, s, 1)[0].ID
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.MarkSent(ctx, id, "250") })
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for name, err := range map[string]error{
			"retry":  tx.RetryOutgoing(ctx, id),
			"cancel": tx.CancelOutgoing(ctx, id),
			"fail":   tx.MarkFailed(ctx, id, "550"),
			"again":  tx.MarkRetry(ctx, id, epoch, "451", true),
			"sent":   tx.MarkSent(ctx, id, "250"),
		} {
			if !errors.Is(err, ErrNotFound) {
				t.Errorf("%s of a sent mail = %v, want ErrNotFound", name, err)
			}
		}
		return nil
	})
	if got := claim(t, s, 1); len(got) != 0 {
		t.Errorf("claimed again: %v", causes(got))
	}
}

func TestCancelAndRetry(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, cause := range []string{"step:1:a", "step:1:b", "step:10:a", "ack:1"} {
		enqueue(t, s, Outgoing{Cause: cause, Class: "notice", Purpose: "n"})
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		n, err := tx.CancelByCause(ctx, "step:1:")
		if n != 2 {
			t.Errorf("cancelled %d, want 2", n)
		}
		return err
	})
	if got, want := fmt.Sprint(causes(claim(t, s, 9))), "[step:10:a ack:1]"; got != want {
		t.Errorf("claimed %v, want %v", got, want)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		o, err := tx.OutboxByCause(ctx, "step:1:a")
		if err != nil {
			return err
		}
		return tx.RetryOutgoing(ctx, o.ID)
	})
	if got, want := fmt.Sprint(causes(claim(t, s, 9))), "[step:1:a]"; got != want {
		t.Errorf("after retry %v, want %v", got, want)
	}
}

// A mail whose bytes are damaged fails by itself and does not hold up the rest.
func TestClaimPassesOverDamage(t *testing.T) {
	t.Parallel()
	s := open(t)
	enqueue(t, s, Outgoing{Cause: "bad", Class: "human", Purpose: "p"})
	enqueue(t, s, Outgoing{Cause: "good", Class: "human", Purpose: "p"})
	_, err := s.mail.WriteAt([]byte("X"), recordHeader)
	must(t, err)
	if got, want := fmt.Sprint(causes(claim(t, s, 9))), "[good]"; got != want {
		t.Errorf("claimed %v, want %v", got, want)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.ListOutbox(ctx, OutboxFilter{States: []string{"failed"}})
		if len(list) != 1 || list[0].Cause != "bad" || list[0].LastError == "" {
			t.Errorf("failed = %+v", list)
		}
		return err
	})
}

func TestCountAutomatic(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i, o := range []Outgoing{
		{Class: "automatic", Recipient: "a@example.com"},
		{Class: "automatic", Recipient: "a@example.com"},
		{Class: "automatic", Recipient: "b@mail.example.com"},
		{Class: "automatic", Recipient: "c@notexample.com"},
		{Class: "automatic", Recipient: "a@example.com", State: "cancelled"},
		{Class: "human", Recipient: "a@example.com"},
	} {
		o.Cause, o.Purpose = fmt.Sprint("c", i), "q"
		s.Now = func() time.Time { return epoch.Add(time.Duration(i) * time.Minute) }
		enqueue(t, s, o)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		for _, c := range []struct {
			name  string
			count func(since time.Time) (int, error)
			since time.Duration
			want  int
		}{
			{"address", func(at time.Time) (int, error) { return tx.CountAutomatic(ctx, "a@example.com", at) }, 0, 2},
			{"address, later", func(at time.Time) (int, error) { return tx.CountAutomatic(ctx, "a@example.com", at) }, time.Minute, 1},
			{"domain", func(at time.Time) (int, error) { return tx.CountAutomaticDomain(ctx, "example.com", at) }, 0, 3},
			{"like", func(at time.Time) (int, error) { return tx.CountAutomaticDomain(ctx, "%", at) }, 0, 0},
			{"all", func(at time.Time) (int, error) { return tx.CountAutomaticAll(ctx, at) }, 0, 4},
		} {
			if n, err := c.count(epoch.Add(c.since)); n != c.want || err != nil {
				t.Errorf("%s = %d, %v; want %d", c.name, n, err, c.want)
			}
		}
		last, err := tx.LastAutomaticTo(ctx, "a@example.com")
		if last.Cause != "c1" {
			t.Errorf("last = %+v", last)
		}
		if _, err := tx.LastAutomaticTo(ctx, "z@example.com"); !errors.Is(err, ErrNotFound) {
			t.Errorf("last to nobody = %v", err)
		}
		for _, l := range []struct {
			f    OutboxFilter
			want int
		}{
			{OutboxFilter{}, 6}, {OutboxFilter{Class: "human"}, 1}, {OutboxFilter{States: []string{"cancelled"}}, 1},
			{OutboxFilter{Recipient: "a@example.com"}, 4}, {OutboxFilter{Since: epoch.Add(4 * time.Minute)}, 2},
			{OutboxFilter{States: []string{"failed", "held"}}, 0}, {OutboxFilter{TicketID: 1}, 0},
		} {
			if list, err := tx.ListOutbox(ctx, l.f); len(list) != l.want || err != nil {
				t.Errorf("%+v = %d mails, %v; want %d", l.f, len(list), err, l.want)
			}
		}
		return err
	})
}
