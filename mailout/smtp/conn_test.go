package smtp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"firstline/mailout/smtp"
	"firstline/mailout/smtp/smtptest"
	"firstline/store"
)

func TestConnectionIsProtectedOrNotUsed(t *testing.T) {
	t.Parallel()
	ca, err := smtptest.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	good, err := ca.Server(2099, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	otherName, err := ca.Server(2099, "mail.other.example")
	if err != nil {
		t.Fatal(err)
	}
	expired, err := ca.Server(2001, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	users := map[string]string{"support": "secret-of-mine"}
	tokens := map[string]string{"support": "token-of-mine"}
	token := func(context.Context) (string, error) { return "token-of-mine", nil }
	cases := []struct {
		name string
		srv  smtptest.Options
		cfg  func(*smtp.Config)
		bad  string // part of the error; "" = works
	}{
		{"implicit TLS, PLAIN", smtptest.Options{TLS: good, ImplicitTLS: true, Users: users}, func(c *smtp.Config) { c.Security = smtp.TLS }, ""},
		{"STARTTLS, PLAIN", smtptest.Options{TLS: good, Users: users}, func(c *smtp.Config) {}, ""},
		{"STARTTLS, LOGIN chosen", smtptest.Options{TLS: good, Users: users, Mechanisms: []string{"LOGIN"}}, func(c *smtp.Config) {}, ""},
		{"STARTTLS, XOAUTH2", smtptest.Options{TLS: good, Tokens: tokens}, func(c *smtp.Config) { c.Token = token }, ""},
		{"XOAUTH2 with an old token", smtptest.Options{TLS: good, Tokens: tokens}, func(c *smtp.Config) {
			c.Token = func(context.Context) (string, error) { return "old", nil }
		}, "log in: 535 5.7.8 authentication failed; check the OAuth2 client"},
		{"no token to be had", smtptest.Options{TLS: good, Tokens: tokens}, func(c *smtp.Config) {
			c.Token = func(context.Context) (string, error) { return "", errors.New("invalid_client") }
		}, "get an access token: invalid_client"},
		{"no STARTTLS offered", smtptest.Options{Users: users}, func(c *smtp.Config) {}, "does not offer STARTTLS"},
		{"STARTTLS refused", smtptest.Options{TLS: good, Users: users, Script: smtptest.Always(smtptest.TLS, smtptest.Fault{Reply: "454 4.7.0 not now"})},
			func(c *smtp.Config) {}, "start TLS: 454"},
		{"unknown authority", smtptest.Options{TLS: good, Users: users}, func(c *smtp.Config) { c.RootCAs = nil }, "install the server's CA certificate"},
		{"certificate of another name", smtptest.Options{TLS: otherName, Users: users}, func(c *smtp.Config) {}, "write the name that is in the certificate"},
		{"expired certificate", smtptest.Options{TLS: expired, Users: users}, func(c *smtp.Config) {}, "check the clock"},
		{"TLS on a plain port", smtptest.Options{Users: users}, func(c *smtp.Config) { c.Security = smtp.TLS }, "port 465 needs security tls"},
		{"unknown mechanism only", smtptest.Options{TLS: good, Users: users, Mechanisms: []string{"GSSAPI"}}, func(c *smtp.Config) {}, "set smtp auth"},
		{"no security chosen", smtptest.Options{}, func(c *smtp.Config) { c.Security = "" }, "write tls, starttls or insecure_plaintext"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			srv := smtptest.NewServer(c.srv)
			defer srv.Close()
			addr, err := srv.Listen("")
			if err != nil {
				t.Fatal(err)
			}
			cfg := smtp.Config{Host: "127.0.0.1", Port: addr.Port, Security: smtp.StartTLS, RootCAs: ca.Pool, User: "support", Password: "secret-of-mine"}
			c.cfg(&cfg)
			err = smtp.Check(context.Background(), cfg)
			if c.bad == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.bad) {
				t.Fatalf("error %v, want %q", err, c.bad)
			}
			var e *smtp.Error
			if !errors.As(err, &e) || e.Server != cfg.Address() {
				t.Errorf("error does not name the server: %v", err)
			}
			if strings.Contains(err.Error(), "secret-of-mine") || strings.Contains(err.Error(), "token-of-mine") {
				t.Error("the error shows the secret")
			}
			if srv.Seen(smtptest.Auth) > 0 && !strings.Contains(c.bad, "log in") {
				t.Error("a login was tried over a connection that was not protected")
			}
		})
	}
}

func TestHangingServerIsLeft(t *testing.T) {
	t.Parallel()
	for _, st := range []smtptest.Stage{smtptest.Greeting, smtptest.Hello, smtptest.MailFrom, smtptest.RcptTo, smtptest.Data, smtptest.Dot} {
		t.Run(string(st), func(t *testing.T) {
			t.Parallel()
			never := make(chan struct{})
			w := newWorld(t, smtptest.Options{Script: smtptest.Times(st, 1, smtptest.Fault{Wait: never})})
			t.Cleanup(func() { close(never) })
			short := 2 * time.Second // a busy machine must not look like a hanging server
			w.cfg.Timeouts = smtp.Timeouts{Connect: short, Command: short, Data: short, Final: short}
			slow := w.queue("a", "human", "anna@isarwerk.example", text)
			rest := w.queue("b", "human", "ben@isarwerk.example", text)
			w.step()
			if o := w.row(slow); o.State != "queued" || (o.Unknown == 1) != (st == smtptest.Dot) {
				t.Errorf("%s, unknown %d: %s", o.State, o.Unknown, o.LastError)
			}
			if o := w.row(rest); o.Unknown != 0 || o.State != "queued" {
				t.Errorf("the next mail was tried on a server that hangs: %+v", o)
			}
			w.advance(2 * time.Minute)
			w.step()
			for _, id := range []int64{slow, rest} {
				if o := w.row(id); o.State != "sent" {
					t.Errorf("later: %s %s", o.State, o.LastError)
				}
			}
		})
	}
}

func TestServerThatStopsReadingTheText(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	w := newWorld(t, smtptest.Options{Script: smtptest.Times(smtptest.Text, 1, smtptest.Fault{Wait: never, Drop: true})})
	t.Cleanup(func() { close(never) })
	w.cfg.Timeouts = smtp.Timeouts{Data: 200 * time.Millisecond}
	id := w.queue("a", "human", "anna@isarwerk.example", strings.Repeat("0123456789abcdef0123456789abcdef0123456789abcdef\r\n", 400_000))
	w.step()
	if o := w.row(id); o.State != "queued" || o.Unknown != 0 || !strings.Contains(o.LastError, "no progress") {
		t.Errorf("%s, unknown %d: %s", o.State, o.Unknown, o.LastError)
	}
}

func TestWhatTheServerCannotTakeFailsHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{MaxSize: 1000, NoUTF8: true})
	big := w.queue("a", "human", "anna@isarwerk.example", text+strings.Repeat("x\r\n", 1000))
	utf8 := w.queue("b", "human", "jürgen@isarwerk.example", text)
	evil := w.queue("c", "human", "a@b.example>\r\nRCPT TO:<c@d.example", text)
	none := w.queue("d", "human", "nobody", text)
	good := w.queue("e", "human", "anna@isarwerk.example", text)
	w.step()
	for id, want := range map[int64]string{big: "takes at most 1000", utf8: "SMTPUTF8", evil: "cannot be used", none: "cannot be used"} {
		if o := w.row(id); o.State != "failed" || !strings.Contains(o.LastError, want) {
			t.Errorf("%s: %s %q, want %q", o.Recipient, o.State, o.LastError, want)
		}
	}
	if o := w.row(good); o.State != "sent" || w.srv.Count() != 1 {
		t.Errorf("the good one: %s, server took %d", o.State, w.srv.Count())
	}
	if len(w.failed) != 4 {
		t.Errorf("told of %d failures", len(w.failed))
	}
	w.store.View(context.Background(), func(tx *store.Tx) error {
		es, err := tx.EventsBetween(context.Background(), w.now.Add(-time.Hour), w.now.Add(time.Hour), smtp.EventFailed)
		if err != nil || len(es) != 4 || !strings.Contains(es[0].Data, `"recipient"`) {
			t.Errorf("events %v %v", es, err)
		}
		return nil
	})
}

func TestUTF8AddressWhereOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	id := w.queue("b", "human", "jürgen@isarwerk.example", text)
	w.step()
	if o := w.row(id); o.State != "sent" || w.srv.Mails()[0].To[0] != "jürgen@isarwerk.example" {
		t.Errorf("%s %s", o.State, o.LastError)
	}
}

func TestRefusedNullSenderIsReplacedAndRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{RefuseNullSender: true})
	w.cfg.OwnAddress = "support@isarwerk.example"
	for i := range 3 {
		w.enqueue(&store.Outgoing{Cause: fmt.Sprint(i), Class: "automatic", Purpose: "q", Recipient: "anna@isarwerk.example",
			MessageID: fmt.Sprintf("%d@isarwerk.example", i)}, text)
	}
	w.step()
	mails := w.srv.Mails()
	if len(mails) != 3 || mails[0].From != "support@isarwerk.example" || mails[2].From != "support@isarwerk.example" {
		t.Fatalf("mails %v", mails)
	}
	if len(w.alarms()) != 0 {
		t.Errorf("alarms %v", w.alarms())
	}
}

func TestIdleConnectionClosedByTheServerIsNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	w.queue("a", "human", "anna@isarwerk.example", text)
	w.step()
	w.srv.DropAll()
	id := w.queue("b", "human", "anna@isarwerk.example", text)
	w.step()
	if o := w.row(id); o.State != "sent" || o.Attempts != 1 {
		t.Errorf("%s after %d attempts: %s", o.State, o.Attempts, o.LastError)
	}
}

func TestConnectionIsRenewedAfterSoManyMails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	w.opt.MailsPerConn = 4
	for i := range 10 {
		w.queue(fmt.Sprint(i), "human", "anna@isarwerk.example", text)
	}
	w.step()
	if w.srv.Count() != 10 || w.srv.Opened() != 3 {
		t.Errorf("%d mails over %d connections", w.srv.Count(), w.srv.Opened())
	}
}

func TestAcceptedMailIsNotSentAgainWhenMarkingFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{Script: smtptest.For("weg@isarwerk.example", smtptest.RcptTo, smtptest.Fault{Reply: "550 no"})})
	broken := true
	w.opt.OnFailed = func(context.Context, *store.Tx, store.Outgoing, string) error {
		if broken {
			return errors.New("disk trouble")
		}
		return nil
	}
	w.queue("bad", "human", "weg@isarwerk.example", text)
	for i := range 200 {
		w.queue(fmt.Sprint(i), "notice", "anna@isarwerk.example", text)
	}
	w.snd = smtp.New(w.store, w.cfg, w.opt)
	if _, err := w.snd.Step(context.Background()); err == nil {
		t.Fatal("no error although nothing could be marked")
	}
	before := w.srv.Count()
	if before > 25 {
		t.Errorf("%d mails were sent on although none could be marked", before)
	}
	w.advance(time.Hour) // every lease is over
	if _, err := w.snd.Step(context.Background()); err == nil || w.srv.Count() != before {
		t.Errorf("claimed again before the outcomes were written: %v, %d mails", err, w.srv.Count())
	}
	broken = false
	for w.step() > 0 {
	}
	if w.srv.Count() != 200 {
		t.Errorf("%d mails arrived, want each of 200 once", w.srv.Count())
	}
}

func TestStoppingReleasesTheRestOfTheBatch(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	w := newWorld(t, smtptest.Options{Script: func(e smtptest.Event) *smtptest.Fault {
		if e.Stage == smtptest.Dot && e.N == 3 {
			stop()
		}
		return nil
	}})
	var ids []int64
	for i := range 10 {
		ids = append(ids, w.queue(fmt.Sprint(i), "human", "anna@isarwerk.example", text))
	}
	snd := smtp.New(w.store, w.cfg, w.opt)
	if err := snd.Run(ctx); err != nil {
		t.Fatal(err)
	}
	sent, due := 0, 0
	for _, id := range ids {
		switch o := w.row(id); {
		case o.State == "sent":
			sent++
		case o.State == "queued" && o.Unknown == 0 && !o.NextAttemptAt.After(w.now):
			due++
		}
	}
	if sent != 3 || due != 7 || w.srv.Count() != 3 {
		t.Errorf("%d sent, %d due at once, server took %d", sent, due, w.srv.Count())
	}
}

func TestRunDeliversOnAHintAndClosesTheIdleConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{})
	w.store.Now = time.Now
	w.opt.Idle = 20 * time.Millisecond
	closed := make(chan struct{}, 8)
	w.cfg.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		return &watched{Conn: c, closed: closed}, err
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- smtp.New(w.store, w.cfg, w.opt).Run(ctx) }()
	w.queue("a", "human", "anna@isarwerk.example", text)
	<-closed
	w.queue("b", "human", "anna@isarwerk.example", text)
	<-closed
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if w.srv.Count() != 2 || w.srv.Opened() != 2 {
		t.Errorf("%d mails over %d connections", w.srv.Count(), w.srv.Opened())
	}
}

type watched struct {
	net.Conn
	closed chan struct{}
}

func (w *watched) Close() error {
	err := w.Conn.Close()
	if err == nil {
		w.closed <- struct{}{}
	}
	return err
}

func TestLogsNameNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, smtptest.Options{Script: smtptest.For("geheim@isarwerk.example", smtptest.RcptTo, smtptest.Fault{Reply: "450 4.2.0 wait\x1b[31m"})})
	w.queue("a", "human", "geheim@isarwerk.example", "Subject: Canary-Betreff\r\n\r\nCanary-Text\r\n")
	w.queue("b", "human", "anna@isarwerk.example", text)
	w.step()
	log := w.log.String()
	for _, canary := range []string{"geheim@", "anna@", "Canary", "\x1b"} {
		if strings.Contains(log, canary) {
			t.Errorf("the log holds %q:\n%s", canary, log)
		}
	}
	if !strings.Contains(log, "g***@isarwerk.example") {
		t.Errorf("no masked address in:\n%s", log)
	}
}

func FuzzServerReply(f *testing.F) {
	for _, s := range []string{"250 ok", "250-", "999", "", "550 5.1.1 no", "250-a\r\n250 b", "\x00\xff", "2", "25O ok"} {
		f.Add(s, uint8(0))
		f.Add(s, uint8(4))
	}
	stages := []smtptest.Stage{smtptest.Dot, smtptest.RcptTo, smtptest.MailFrom, smtptest.Hello, smtptest.Greeting, smtptest.Data}
	f.Fuzz(func(t *testing.T, reply string, at uint8) {
		w := newWorld(t, smtptest.Options{Script: smtptest.Times(stages[int(at)%len(stages)], 1, smtptest.Fault{Reply: reply + " ", Drop: true})})
		id := w.queue("a", "human", "anna@isarwerk.example", text)
		w.step()
		if o := w.row(id); o.State != "sent" && o.State != "failed" && o.LastError == "" {
			t.Errorf("%q: %+v", reply, o)
		}
	})
}
