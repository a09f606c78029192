package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// conn is a connection that is logged in and ready for MAIL.
type conn struct {
	cfg    Config
	client *gosmtp.Client
	raw    *guard
	mails  int // handed over on it
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
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	c := &conn{cfg: cfg, raw: &guard{Conn: raw, left: maxReply}}
	if step, err := c.start(raw); err != nil {
		raw.Close()
		return fail(step, err)
	}
	if err := c.login(ctx); err != nil {
		c.close()
		return fail(StepLogin, err)
	}
	c.raw.inStep()
	return c, nil
}

// start protects the connection and says EHLO.
func (c *conn) start(raw net.Conn) (Step, error) {
	step := StepGreet
	hello := c.cfg.hello()
	tlsConfig := &tls.Config{ServerName: c.cfg.Host, RootCAs: c.cfg.RootCAs, MinVersion: tls.VersionTLS12}
	outer := &guard{Conn: raw}
	err := outer.within(c.cfg.Timeouts.Connect, func() error {
		switch c.cfg.Security {
		case TLS:
			step = StepTLS
			t := tls.Client(raw, tlsConfig)
			if err := t.Handshake(); err != nil {
				return err
			}
			c.raw.Conn = t
		case StartTLS:
			step = StepTLS
			t, err := startTLS(raw, hello, tlsConfig)
			if err != nil {
				return err
			}
			c.raw.Conn, c.raw.greeting = t, "220 over TLS now\r\n"
		}
		step = StepGreet
		c.client = gosmtp.NewClient(c.raw)
		c.client.CommandTimeout = c.cfg.Timeouts.Command
		c.client.SubmissionTimeout = c.cfg.Timeouts.Final
		return c.client.Hello(hello)
	})
	return step, err
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

// reset takes a refused mail back. The library says EHLO again before the next one.
func (c *conn) reset() error {
	c.raw.expected++
	if err := c.client.Reset(); err != nil {
		return err
	}
	hello := c.cfg.hello()
	c.raw.expected++
	if err := c.client.Hello(hello); err != nil {
		return err
	}
	if c.raw.outOfStep() {
		return errOutOfStep
	}
	return nil
}

// quit ends the connection politely; it waits at most a second.
func (c *conn) quit() {
	c.raw.left = maxReply
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
