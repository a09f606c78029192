package smtp_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/mailout/smtp"
	"firstline/mailout/smtp/smtptest"
	"firstline/store"
)

// world is a store, a model server and a sender between them, with a clock that
// the test moves.
type world struct {
	t     *testing.T
	store *store.Store
	srv   *smtptest.Server
	cfg   smtp.Config
	opt   smtp.Options
	snd   *smtp.Sender

	mu     sync.Mutex
	now    time.Time
	failed []store.Outgoing
	log    strings.Builder
}

func newWorld(t *testing.T, o smtptest.Options) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	s, err := store.Open(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Now = func() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
	w.store = s
	w.srv = smtptest.NewServer(o)
	addr, err := w.srv.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	w.cfg = smtp.Config{Host: "127.0.0.1", Port: addr.Port, Security: smtp.InsecurePlaintext, Auth: smtp.AuthNone}
	w.opt = smtp.Options{Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnFailed: func(_ context.Context, _ *store.Tx, o store.Outgoing, _ string) error {
			w.failed = append(w.failed, o)
			return nil
		}}
	t.Cleanup(func() {
		if w.snd != nil {
			w.snd.Close()
		}
		w.srv.Close()
		s.Close()
	})
	return w
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) queue(cause, class, rcpt, raw string) int64 {
	w.t.Helper()
	o := store.Outgoing{Cause: cause, Class: class, Purpose: "q", Recipient: rcpt, ReversePath: "support@isarwerk.example",
		MessageID: cause + "@isarwerk.example"}
	w.enqueue(&o, raw)
	return o.ID
}

func (w *world) enqueue(o *store.Outgoing, raw string) {
	w.t.Helper()
	err := w.store.Update(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Enqueue(context.Background(), o, []byte(raw))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) step() int {
	w.t.Helper()
	if w.snd == nil {
		w.snd = smtp.New(w.store, w.cfg, w.opt)
	}
	n, err := w.snd.Step(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) row(id int64) store.Outgoing {
	w.t.Helper()
	var o store.Outgoing
	err := w.store.View(context.Background(), func(tx *store.Tx) (err error) {
		o, err = tx.Outgoing(context.Background(), id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) alarms() map[string]string {
	w.t.Helper()
	m := map[string]string{}
	err := w.store.View(context.Background(), func(tx *store.Tx) error {
		as, err := tx.Alarms(context.Background())
		for _, a := range as {
			m[a.Name] = a.Text
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

const text = "From: a@isarwerk.example\r\nSubject: x\r\n\r\nHallo\r\n.Punkt am Anfang\r\n..\r\nEnde\r\n"

func TestMailsLeaveByteForByteHumanFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	var ids []int64
	for i, class := range []string{"automatic", "report", "notice", "human"} {
		ids = append(ids, w.queue(fmt.Sprintf("c%d", i), class, class+"@isarwerk.example", text))
	}
	if n := w.step(); n != 4 {
		t.Fatalf("handled %d mails, want 4", n)
	}
	var got []string
	for _, m := range w.srv.Mails() {
		got = append(got, strings.TrimSuffix(m.To[0], "@isarwerk.example"))
		if string(m.Raw) != text {
			t.Errorf("text changed on the way: %q", m.Raw)
		}
		if m.From != "support@isarwerk.example" {
			t.Errorf("envelope sender %q", m.From)
		}
	}
	if want := "human notice report automatic"; strings.Join(got, " ") != want {
		t.Errorf("order %v, want %s", got, want)
	}
	for _, id := range ids {
		if o := w.row(id); o.State != "sent" || o.Unknown != 0 || !strings.HasPrefix(o.SMTPReply, "250 ") || o.ClosedAt.IsZero() {
			t.Errorf("row %d: %+v", id, o)
		}
	}
	if w.srv.Opened() != 1 {
		t.Errorf("%d connections, want one", w.srv.Opened())
	}
	if n := w.step(); n != 0 {
		t.Errorf("second step handled %d mails", n)
	}
}

func TestOutcomesByStepAndReply(t *testing.T) {
	t.Parallel()
	type want struct {
		state   string
		unknown int
		text    string // part of LastError
		alarm   string
		taken   int // mails the server accepted
	}
	cases := []struct {
		name  string
		stage smtptest.Stage
		fault smtptest.Fault
		want  want
	}{
		{"421 at greeting", smtptest.Greeting, smtptest.Fault{Reply: "421 too busy", Drop: true}, want{state: "queued", text: "421 too busy"}},
		{"drop at greeting", smtptest.Greeting, smtptest.Fault{Drop: true}, want{state: "queued", text: "closed the connection"}},
		{"garbage at greeting", smtptest.Greeting, smtptest.Fault{Reply: "hello there"}, want{state: "queued", text: "greeting"}},
		{"4xx at EHLO", smtptest.Hello, smtptest.Fault{Reply: "451 later"}, want{state: "queued", text: "451 later"}},
		{"greylisted", smtptest.RcptTo, smtptest.Fault{Reply: "450 4.2.0 greylisted"}, want{state: "queued", text: "RCPT TO: 450 4.2.0 greylisted"}},
		{"4xx at MAIL", smtptest.MailFrom, smtptest.Fault{Reply: "452 4.3.1 full"}, want{state: "queued", text: "452"}},
		{"4xx at DATA", smtptest.Data, smtptest.Fault{Reply: "451 4.3.0 no"}, want{state: "queued", text: "DATA: 451"}},
		{"4xx after dot", smtptest.Dot, smtptest.Fault{Reply: "451 4.7.1 try later"}, want{state: "queued", text: "final dot: 451"}},
		{"421 at RCPT", smtptest.RcptTo, smtptest.Fault{Reply: "421 4.3.2 shutting down", Drop: true}, want{state: "queued", text: "421"}},
		{"421 after dot", smtptest.Dot, smtptest.Fault{Reply: "421 4.3.2 shutting down", Drop: true}, want{state: "queued", text: "421"}},
		{"no such user", smtptest.RcptTo, smtptest.Fault{Reply: "550 5.1.1 no such user"}, want{state: "failed", text: "550 5.1.1 no such user"}},
		{"5xx at DATA", smtptest.Data, smtptest.Fault{Reply: "554 5.5.1 no"}, want{state: "failed", text: "554"}},
		{"policy after dot", smtptest.Dot, smtptest.Fault{Reply: "554 5.7.1 spam"}, want{state: "failed", text: "554 5.7.1 spam"}},
		{"multi-line refusal", smtptest.Dot, smtptest.Fault{Reply: "550-5.7.1 first\r\n550 5.7.1 second"}, want{state: "failed", text: "second"}},
		{"too big at MAIL", smtptest.MailFrom, smtptest.Fault{Reply: "552 5.3.4 too big"}, want{state: "failed", text: "552"}},
		{"not our sender", smtptest.MailFrom, smtptest.Fault{Reply: "550 5.7.60 may not send as this sender"},
			want{state: "queued", text: "may not send as", alarm: smtp.AlarmSender}},
		{"login wanted", smtptest.MailFrom, smtptest.Fault{Reply: "530 5.7.0 authentication required"},
			want{state: "queued", text: "530", alarm: smtp.AlarmLogin}},
		{"drop in the text", smtptest.Text, smtptest.Fault{Drop: true}, want{state: "queued", unknown: -1}},
		{"drop after dot, not taken", smtptest.Dot, smtptest.Fault{Drop: true}, want{state: "queued", unknown: 1}},
		{"drop after dot, taken", smtptest.Dot, smtptest.Fault{Accept: true, Drop: true}, want{state: "queued", unknown: 1, taken: 1}},
		{"reply 999", smtptest.Dot, smtptest.Fault{Reply: "999 what"}, want{state: "queued", unknown: 1}},
		{"garbage after dot", smtptest.Dot, smtptest.Fault{Reply: "banana"}, want{state: "queued", unknown: 1}},
		{"a megabyte after dot", smtptest.Dot, smtptest.Fault{Reply: strings.Repeat("250-x\r\n", 150_000) + "250 x"}, want{state: "queued", unknown: 1}},
		{"a line without end", smtptest.Dot, smtptest.Fault{Reply: "250 " + strings.Repeat("x", 300_000)}, want{state: "queued", unknown: 1}},
		{"250 byte by byte", smtptest.Dot, smtptest.Fault{Accept: true, Bytewise: true}, want{state: "sent", taken: 1}},
		{"251 after dot", smtptest.Dot, smtptest.Fault{Accept: true, Reply: "251 fine too"}, want{state: "sent", taken: 1}},
		{"an acceptance before the text", smtptest.Data, smtptest.Fault{Reply: "354 go\r\n250 queued"}, want{state: "queued", text: "more than it was asked"}},
		{"two replies at once", smtptest.Dot, smtptest.Fault{Accept: true, Reply: "250 one\r\n250 two"}, want{state: "sent", taken: 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, smtptest.Options{Script: smtptest.Times(c.stage, 1, c.fault)})
			id := w.queue("c", "human", "anna@isarwerk.example", text)
			w.step()
			o := w.row(id)
			if o.State != c.want.state || o.Attempts != 1 {
				t.Fatalf("state %s after %d attempts, want %s: %s", o.State, o.Attempts, c.want.state, o.LastError)
			}
			if c.want.unknown >= 0 && o.Unknown != c.want.unknown {
				t.Errorf("unknown %d, want %d", o.Unknown, c.want.unknown)
			}
			if !strings.Contains(o.LastError, c.want.text) {
				t.Errorf("reason %q lacks %q", o.LastError, c.want.text)
			}
			if w.srv.Count() != c.want.taken {
				t.Errorf("server took %d, want %d", w.srv.Count(), c.want.taken)
			}
			if _, up := w.alarms()[c.want.alarm]; c.want.alarm != "" && !up {
				t.Errorf("alarm %s is not up", c.want.alarm)
			}
			if wantFailed := c.want.state == "failed"; wantFailed != (len(w.failed) == 1) {
				t.Errorf("OnFailed was called %d times", len(w.failed))
			}
			if c.want.state != "queued" {
				return
			}
			// Whatever it was: once the server is well, the same bytes arrive.
			w.advance(30 * time.Minute)
			w.step()
			if o := w.row(id); o.State != "sent" {
				t.Fatalf("second attempt: %s %s", o.State, o.LastError)
			}
			mails := w.srv.Mails()
			if len(mails) > 1+c.want.unknown && c.want.unknown >= 0 {
				t.Errorf("accepted %d times with %d unknown", len(mails), c.want.unknown)
			}
			for _, m := range mails {
				if string(m.Raw) != text {
					t.Errorf("another text: %q", m.Raw)
				}
			}
			if len(w.alarms()) > 0 {
				t.Errorf("alarms stay up: %v", w.alarms())
			}
		})
	}
}

func TestRefusedRecipientDoesNotTouchTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{Script: smtptest.Script(
		smtptest.For("weg@isarwerk.example", smtptest.RcptTo, smtptest.Fault{Reply: "550 5.1.1 unknown"}),
		smtptest.For("voll@isarwerk.example", smtptest.RcptTo, smtptest.Fault{Reply: "452 4.2.2 full"}),
	)})
	good := w.queue("a", "human", "anna@isarwerk.example", text)
	gone := w.queue("b", "human", "weg@isarwerk.example", text)
	full := w.queue("c", "human", "voll@isarwerk.example", text)
	last := w.queue("d", "human", "ben@isarwerk.example", text)
	w.step()
	for id, want := range map[int64]string{good: "sent", gone: "failed", full: "queued", last: "sent"} {
		if o := w.row(id); o.State != want {
			t.Errorf("%s: %s, want %s (%s)", o.Recipient, o.State, want, o.LastError)
		}
	}
	if w.srv.Count() != 2 || w.srv.Opened() != 1 {
		t.Errorf("%d mails over %d connections", w.srv.Count(), w.srv.Opened())
	}
}

func TestBackoffUntilGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{Script: smtptest.Always(smtptest.RcptTo, smtptest.Fault{Reply: "450 4.2.0 greylisted"})})
	id := w.queue("a", "human", "anna@isarwerk.example", text)
	var pauses []time.Duration
	for range 400 {
		w.step()
		o := w.row(id)
		if o.State == "failed" {
			if age := w.store.Now().Sub(o.CreatedAt); age < smtp.KeepTrying || age > smtp.KeepTrying+2*time.Hour {
				t.Errorf("given up after %s", age)
			}
			if !strings.Contains(o.LastError, "given up after") || len(w.failed) != 1 {
				t.Errorf("reason %q, told %d times", o.LastError, len(w.failed))
			}
			break
		}
		d := o.NextAttemptAt.Sub(w.store.Now())
		pauses = append(pauses, d)
		w.advance(d)
	}
	if len(w.failed) != 1 {
		t.Fatal("never given up")
	}
	for i, want := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		if got := pauses[i]; got < want || got > want+want/10 {
			t.Errorf("pause %d is %s, want %s", i+1, got, want)
		}
	}
}

func TestRefusedLoginStopsEverythingAndKeepsTheMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{Users: map[string]string{"support": "right"}})
	w.cfg.Auth, w.cfg.User, w.cfg.Password = smtp.AuthAny, "support", "wrong"
	var ids []int64
	for i := range 5 {
		ids = append(ids, w.queue(fmt.Sprint(i), "human", "anna@isarwerk.example", text))
	}
	w.step()
	if n := w.srv.Seen(smtptest.Auth); n != 1 {
		t.Errorf("%d logins for one batch, want 1", n)
	}
	alarm := w.alarms()[smtp.AlarmLogin]
	for _, part := range []string{"127.0.0.1", "log in", "535", "check smtp user and password"} {
		if !strings.Contains(alarm, part) {
			t.Errorf("alarm %q lacks %q", alarm, part)
		}
	}
	if strings.Contains(alarm+w.log.String(), "wrong") {
		t.Error("the password is in the log")
	}
	var waits []time.Duration
	for range 5 {
		waited := time.Duration(0)
		for before := w.srv.Seen(smtptest.Auth); w.srv.Seen(smtptest.Auth) == before; waited += 5 * time.Minute {
			w.advance(5 * time.Minute)
			w.step()
		}
		waits = append(waits, waited)
	}
	if fmt.Sprint(waits) != "[15m0s 30m0s 1h0m0s 2h0m0s 4h0m0s]" {
		t.Errorf("pauses %v", waits)
	}
	for _, id := range ids {
		if o := w.row(id); o.State != "queued" || o.Unknown != 0 {
			t.Errorf("row %d: %s, unknown %d", id, o.State, o.Unknown)
		}
	}
}

func TestServerOutOfReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	w.srv.Close()
	id := w.queue("a", "human", "anna@isarwerk.example", text)
	for range 12 {
		w.step()
		w.advance(5 * time.Minute)
	}
	if o := w.row(id); o.State != "queued" || !strings.Contains(o.LastError, "connect") {
		t.Errorf("row: %s %q", o.State, o.LastError)
	}
	if a := w.alarms()[smtp.AlarmServer]; !strings.Contains(a, "check host and port") {
		t.Errorf("alarm after an hour: %q", a)
	}
}
