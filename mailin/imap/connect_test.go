package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
)

func testCA(t *testing.T) *imaptest.CA {
	t.Helper()
	ca, err := imaptest.NewTestCA(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ca, stranger := testCA(t), testCA(t)
	const host = "imap.isarwerk.example"
	config := func(ca *imaptest.CA, until time.Time, hosts ...string) *tls.Config {
		c, err := ca.ServerConfigUntil(until, hosts...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	good := time.Now().AddDate(0, 1, 0)
	old := config(ca, good, host)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	for _, tc := range []struct {
		name, mode string
		server     *tls.Config
		fault      *imaptest.Fault
		preAuth    string
		wantErr    string // "" = works
		wantFix    string
	}{
		{name: "implicit", mode: TLSImplicit, server: config(ca, good, host)},
		{name: "starttls", mode: TLSStartTLS, server: config(ca, good, host)},
		{name: "implicit wrong host", mode: TLSImplicit, server: config(ca, good, "other.example"), wantErr: "other.example", wantFix: "imap.host"},
		{name: "implicit unknown CA", mode: TLSImplicit, server: config(stranger, good, host), wantErr: "unknown authority", wantFix: "ca_file"},
		{name: "implicit expired", mode: TLSImplicit, server: config(ca, time.Now().Add(-time.Hour), host), wantErr: "expired", wantFix: "clock"},
		{name: "implicit TLS 1.1", mode: TLSImplicit, server: old, wantErr: "protocol version"},
		{name: "starttls wrong host", mode: TLSStartTLS, server: config(ca, good, "other.example"), wantErr: "other.example", wantFix: "imap.host"},
		{name: "starttls missing", mode: TLSStartTLS, wantErr: "does not offer STARTTLS", wantFix: "993"},
		{name: "starttls refused", mode: TLSStartTLS, server: config(ca, good, host), fault: &imaptest.Fault{Command: "STARTTLS", Action: imaptest.Refuse, Text: "not today"}, wantErr: "not today"},
		{name: "starttls preauth", mode: TLSStartTLS, server: config(ca, good, host), preAuth: testUser, wantErr: "PREAUTH"},
		{name: "starttls smuggled", mode: TLSStartTLS, server: config(ca, good, host),
			fault: &imaptest.Fault{Command: "STARTTLS", Action: imaptest.Answer, Text: "%TAG% OK go\r\n* CAPABILITY IMAP4rev1\r\n"}, wantErr: "smuggled"},
		{name: "implicit on a plain port", mode: TLSImplicit, wantErr: "does not look like a TLS handshake", wantFix: "starttls"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, imaptest.Options{TLS: tc.server, PreAuth: tc.preAuth}, nil)
			addr, err := e.srv.ListenOn("127.0.0.1:0", tc.mode == TLSImplicit && tc.server != nil)
			if err != nil {
				t.Fatal(err)
			}
			if tc.fault != nil {
				e.srv.Inject(*tc.fault)
			}
			p := e.poller(func(c *Config) {
				c.TLS, c.RootCAs = tc.mode, ca.Pool()
				c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, addr)
				}
			})
			defer p.Close(e.ctx)
			err = p.Step(e.ctx)
			if tc.wantErr == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var ie *Error
			if !errors.As(err, &ie) || !strings.Contains(err.Error(), tc.wantErr) || !strings.Contains(ie.Fix, tc.wantFix) || !strings.Contains(err.Error(), host) {
				t.Fatalf("err = %v, fix %q", err, ie.Fix)
			}
			if e.srv.Logins() > 0 {
				t.Error("credentials were sent")
			}
		})
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) {
		c.Password = func() (string, error) { return "falsch-0815", nil }
	})
	var ie *Error
	err := e.p.Step(e.ctx)
	if !errors.As(err, &ie) || !ie.Auth || ie.Step != StepLogin || ie.Fix == "" {
		t.Fatalf("err = %#v", err)
	}
	if d := e.p.pause(err); d != quick.withDefaults().AuthMin {
		t.Errorf("pause %v", d)
	}
	for range 10 {
		e.p.pause(err)
	}
	if d := e.p.pause(err); d != quick.withDefaults().AuthMax {
		t.Errorf("pause %v", d)
	}
	if got := e.alarms(); len(got) != 1 || got[0] != "imap:support" {
		t.Errorf("alarms %v", got)
	}
	if m := e.mailbox(); !strings.Contains(m.LastError, "login") {
		t.Errorf("last error %q", m.LastError)
	}
	if s := e.log.String() + e.mailbox().LastError; strings.Contains(s, "falsch-0815") || strings.Contains(s, testUser) {
		t.Errorf("secret or address in log: %s", s)
	}
	// A recovery takes the alarm down, once.
	e.p.cfg.Password = func() (string, error) { return testPass, nil }
	e.step()
	if got := e.alarms(); len(got) > 0 {
		t.Errorf("alarms %v", got)
	}
	if m := e.mailbox(); m.LastError != "" {
		t.Errorf("last error %q", m.LastError)
	}
}

func TestLoginTemporarilyRefused(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	for _, cmd := range []string{"AUTHENTICATE", "LOGIN"} {
		e.srv.Inject(imaptest.Fault{Command: cmd, Times: -1, Action: imaptest.Refuse, Text: "[UNAVAILABLE] try later"})
	}
	var ie *Error
	if err := e.p.Step(e.ctx); !errors.As(err, &ie) || ie.Auth {
		t.Fatalf("err = %v", err)
	}
	if got := e.alarms(); len(got) > 0 {
		t.Errorf("alarms too early: %v", got)
	}
	e.shift.Store(int64(16 * time.Minute))
	for range 3 {
		_ = e.p.Step(e.ctx)
	}
	if got := e.alarms(); len(got) != 1 {
		t.Errorf("alarms %v", got)
	}
	if n := strings.Count(e.log.String(), "msg=alarm "); n != 1 {
		t.Errorf("%d alarms logged", n)
	}
}

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for _, tc := range []struct{ name, addr, step string }{
		{"refused", closed.Addr().String(), StepConnect},
		{"no greeting", silent.Addr().String(), StepGreeting},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newEnv(t, imaptest.Options{}, func(c *Config) {
				c.Timing.Greeting = 50 * time.Millisecond
				c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, network, tc.addr)
				}
			})
			var ie *Error
			if err := e.p.Step(e.ctx); !errors.As(err, &ie) || ie.Step != tc.step || ie.Fix == "" {
				t.Fatalf("err = %v", err)
			}
		})
	}
}

func TestXOAUTH2(t *testing.T) {
	t.Parallel()
	var issued, valid atomic.Int64
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		if id == "" {
			id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		if id != "app" || secret != "s3cret" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "https://outlook.example/.default" {
			http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer","expires_in":3600}`, issued.Add(1))
	}))
	defer endpoint.Close()
	secret := "s3cret"
	valid.Store(1)
	e := newEnv(t, imaptest.Options{Token: func(user, token string) bool {
		return user == testUser && token == fmt.Sprintf("token-%d", valid.Load())
	}}, func(c *Config) {
		c.Password = nil
		c.OAuth2 = &OAuth2{TokenURL: endpoint.URL, ClientID: "app", ClientSecret: func() (string, error) { return secret, nil }, Scopes: []string{"https://outlook.example/.default"}}
	})
	e.deliver(1)
	e.step()
	e.wantStored(1)

	e.srv.DropConnections()
	e.settleDown(3)
	if n := issued.Load(); n != 1 {
		t.Errorf("%d tokens were issued, the cached one was good", n)
	}
	// The cached token is revoked: once more with a fresh one, in the same turn.
	valid.Store(2)
	e.p.drop()
	e.step()
	if n := issued.Load(); n != 2 {
		t.Errorf("%d tokens issued, want 2", n)
	}
	// Fresh tokens are refused, too: that is an authentication failure.
	valid.Store(99)
	e.p.drop()
	var ie *Error
	if err := e.p.Step(e.ctx); !errors.As(err, &ie) || !ie.Auth || !strings.Contains(ie.Fix, "IMAP.AccessAsApp") {
		t.Fatalf("err = %v", err)
	}
	// The endpoint refuses the secret.
	secret = "wrong"
	e.p.tok.drop()
	if err := e.p.Step(e.ctx); !errors.As(err, &ie) || !ie.Auth || ie.Step != StepToken {
		t.Fatalf("err = %v", err)
	}
	if strings.Contains(e.log.String(), "token-") {
		t.Error("a token stands in the log")
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	_, err := New(e.st, Config{TLS: "ssl", Since: "ever", Port: 70000})
	for _, want := range []string{"mailbox id", "host", "user", "a password or oauth2", `tls "ssl"`, `since "ever"`, "70000"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{NoIdle: true, NoMove: true}, nil)
	e.srv.AddUser(testUser, testPass, "Support/Fehler")
	steps := Check(e.ctx, e.p.cfg)
	text := fmt.Sprint(steps)
	for _, want := range []string{"IDLE", "not offered", "folder Support/Erledigt", "does not exist yet", "on the server: Support/Fehler"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	for _, s := range steps {
		if s.Err != nil {
			t.Errorf("%s: %v", s.Name, s.Err)
		}
	}
	if len(e.srv.Changes()) > 0 {
		t.Error("Check changed the server")
	}
	cfg := e.p.cfg
	cfg.Password = func() (string, error) { return "x", nil }
	if steps := Check(e.ctx, cfg); len(steps) != 1 || steps[0].Name != StepLogin || steps[0].Err == nil {
		t.Errorf("steps %+v", steps)
	}
	cfg = e.p.cfg
	cfg.Folders.Inbox = "Nirgends"
	steps = Check(e.ctx, cfg)
	if last := steps[len(steps)-1]; last.Name != StepSelect || last.Err == nil || !strings.Contains(last.Err.Error(), "folders.inbox") {
		t.Errorf("steps %+v", steps)
	}
}
