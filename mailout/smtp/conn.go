package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// maxReply bounds what is read from the server for one mail.
const maxReply = 256 << 10

// conn is a connection that is logged in and ready for MAIL.
type conn struct {
	cfg    Config
	client *gosmtp.Client
	raw    *guard
	mails  int // handed over on it
	fresh  bool
}

// guard bounds what the server may say, and remembers why it was cut off.
type guard struct {
	net.Conn
	left atomic.Int64
	late atomic.Bool
}

func (g *guard) Read(p []byte) (int, error) {
	if g.left.Load() <= 0 {
		return 0, errTooLong
	}
	n, err := g.Conn.Read(p)
	g.left.Add(int64(-n))
	return n, err
}

// within closes the connection when f takes longer than d: the client library
// sets no deadline while it writes a text.
func (g *guard) within(d time.Duration, f func() error) error {
	t := time.AfterFunc(d, func() {
		g.late.Store(true)
		g.Conn.Close()
	})
	defer t.Stop()
	err := f()
	if err != nil && g.late.Load() {
		return errTimeout
	}
	return err
}

// open connects and logs in. Every error is an *Error.
func open(ctx context.Context, cfg Config) (*conn, error) {
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	fail := func(step Step, err error) (*conn, error) {
		return nil, &Error{Server: cfg.Address(), Step: step, Err: err, Fix: fix(step, err, cfg)}
	}
	if err := cfg.check(); err != nil {
		return fail(StepConnect, err)
	}
	dial := cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	dctx, cancel := context.WithTimeout(ctx, cfg.Timeouts.Connect)
	defer cancel()
	raw, err := dial(dctx, "tcp", cfg.Address())
	if err != nil {
		return fail(StepConnect, err)
	}
	g := &guard{Conn: raw}
	g.left.Store(maxReply)
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	c := &conn{cfg: cfg, raw: g, fresh: true}
	if step, err := c.start(dctx); err != nil {
		raw.Close()
		if g.late.Load() {
			err = errTimeout
		}
		return fail(step, err)
	}
	if err := c.login(ctx); err != nil {
		c.close()
		return fail(StepLogin, err)
	}
	return c, nil
}

// start protects the connection and says EHLO.
func (c *conn) start(ctx context.Context) (Step, error) {
	step := StepTLS
	err := c.raw.within(c.cfg.Timeouts.Connect, func() error {
		tlsConfig := &tls.Config{ServerName: c.cfg.Host, RootCAs: c.cfg.RootCAs, MinVersion: tls.VersionTLS12}
		switch c.cfg.Security {
		case TLS:
			t := tls.Client(c.raw, tlsConfig)
			if err := t.HandshakeContext(ctx); err != nil {
				return err
			}
			c.client = gosmtp.NewClient(t)
		case StartTLS:
			client, err := startTLS(c.raw, tlsConfig)
			if err != nil {
				return err
			}
			c.client = client
		default:
			c.client = gosmtp.NewClient(c.raw)
		}
		step = StepGreet
		c.client.CommandTimeout = c.cfg.Timeouts.Command
		c.client.SubmissionTimeout = c.cfg.Timeouts.Final
		hello := c.cfg.Hello
		if hello == "" {
			hello = "localhost"
		}
		return c.client.Hello(hello)
	})
	return step, err
}

// startTLS refuses to go on without TLS; the library forgets what the server
// said before the handshake.
func startTLS(raw net.Conn, cfg *tls.Config) (*gosmtp.Client, error) {
	client, err := gosmtp.NewClientStartTLS(raw, cfg)
	if err != nil && reply(err) == nil && strings.Contains(err.Error(), "support STARTTLS") {
		return nil, errNoStartTLS
	}
	return client, err
}

func (c *conn) login(ctx context.Context) error {
	how := c.cfg.Auth
	if how == AuthNone || how == AuthAny && c.cfg.User == "" && c.cfg.Token == nil {
		return nil
	}
	if how == AuthAny {
		switch {
		case c.cfg.Token != nil:
			how = AuthXOAUTH2
		case c.client.SupportsAuth("PLAIN"):
			how = AuthPlain
		case c.client.SupportsAuth("LOGIN"):
			how = AuthLogin
		default:
			return errNoAuth
		}
	}
	var mech sasl.Client
	switch how {
	case AuthPlain:
		mech = sasl.NewPlainClient("", c.cfg.User, c.cfg.Password)
	case AuthLogin:
		mech = sasl.NewLoginClient(c.cfg.User, c.cfg.Password)
	case AuthXOAUTH2:
		token, err := c.cfg.Token(ctx)
		if err != nil {
			return fmt.Errorf("get an access token: %w", err)
		}
		mech = xoauth2{user: c.cfg.User, token: token}
	}
	return c.client.Auth(mech)
}

// xoauth2 is Google's and Microsoft's SASL mechanism XOAUTH2.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's description of an error with an empty line, after
// which it sends its refusal.
func (x xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// refusesLogin reports whether an error says that user or password are wrong, as
// against a server in trouble.
func refusesLogin(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Step != StepLogin {
		return false
	}
	if errors.Is(err, errNoAuth) {
		return true
	}
	r := reply(err)
	return r != nil && r.Code/100 == 5
}

// needsLogin: replies to MAIL that speak of the login (RFC 4954 section 6).
func needsLogin(err error) bool {
	r := reply(err)
	return r != nil && (r.Code == 530 || r.Code == 534 || r.Code == 535 || r.Code == 538)
}

// quit ends the connection politely; it waits at most a second.
func (c *conn) quit() {
	c.raw.left.Store(maxReply)
	_ = c.raw.within(time.Second, c.client.Quit)
	c.close()
}

func (c *conn) close() {
	if c.client != nil {
		c.client.Close()
	}
	c.raw.Conn.Close()
}

// Check connects, logs in and leaves again: what `doctor` asks. The error is an
// *Error and names the step.
func Check(ctx context.Context, cfg Config) error {
	c, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	c.quit()
	return nil
}
