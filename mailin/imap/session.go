package imap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// minProgress is what a FETCH must bring within Timing.Stall.
const minProgress = 1 << 10

// session is one logged-in connection with the inbox selected. One goroutine
// uses it at a time.
type session struct {
	cfg  Config
	c    *imapclient.Client
	raw  net.Conn
	wire *wire
	wake chan struct{} // the server says that the mailbox has changed

	caps imap.CapSet
	box  *imap.SelectData
}

// open connects, logs in and selects the inbox.
func open(ctx context.Context, cfg Config, tok *tokens) (*session, error) {
	s, err := login(ctx, cfg, tok)
	if err != nil {
		return nil, err
	}
	if err := s.selectInbox(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// login connects and authenticates, with OAuth2 once more with a fresh token
// when a cached one is refused.
func login(ctx context.Context, cfg Config, tok *tokens) (*session, error) {
	s, cached, err := connect(ctx, cfg, tok)
	var e *Error
	if errors.As(err, &e) && e.Auth && cached {
		tok.drop()
		s, _, err = connect(ctx, cfg, tok)
	}
	return s, err
}

func connect(ctx context.Context, cfg Config, tok *tokens) (s *session, cachedToken bool, err error) {
	var token string
	if cfg.OAuth2 != nil {
		tctx, cancel := context.WithTimeout(ctx, cfg.Timing.Command)
		defer cancel()
		fresh := false
		if token, fresh, err = tok.get(tctx); err != nil {
			return nil, false, cfg.failure(StepToken, err)
		}
		cachedToken = !fresh
	}
	conn, raw, err := cfg.dial(ctx)
	if err != nil {
		return nil, cachedToken, err
	}
	s = &session{cfg: cfg, raw: raw, wake: make(chan struct{}, 1)}
	s.wire = &wire{Conn: conn, maxLiteral: 8*cfg.MaxMessageBytes + 8<<20}
	s.c = imapclient.New(s.wire, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				s.notify()
			}
		},
		Fetch: drain,
	}})
	if err := s.authenticate(ctx, token); err != nil {
		s.close()
		return nil, cachedToken, err
	}
	return s, cachedToken, nil
}

// drain throws an unasked FETCH answer away; left alone it would block the
// connection for ever.
func drain(m *imapclient.FetchMessageData) {
	for m.Next() != nil {
	}
}

func (s *session) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *session) authenticate(ctx context.Context, token string) error {
	if err := s.guard(ctx, StepGreeting, patience{total: s.cfg.Timing.Greeting}, s.c.WaitGreeting); err != nil {
		return err
	}
	return s.guard(ctx, StepLogin, s.brief(), func() error {
		caps := s.c.Caps()
		if s.c.State() != imap.ConnStateAuthenticated { // else PREAUTH under TLS: who we are is settled
			if err := s.logIn(caps, token); err != nil {
				return err
			}
		}
		if s.caps = s.c.Caps(); s.caps == nil { // without them we would not move but mark
			return errors.New("the server does not say what it can do")
		}
		return nil
	})
}

func (s *session) logIn(caps imap.CapSet, token string) error {
	if s.cfg.OAuth2 != nil {
		return s.c.Authenticate(xoauth2{s.cfg.User, token})
	}
	password, err := s.cfg.Password()
	if err != nil {
		return fmt.Errorf("%w: %w", errSecret, err)
	}
	switch {
	case caps.Has(imap.AuthCap("PLAIN")):
		return s.c.Authenticate(sasl.NewPlainClient("", s.cfg.User, password))
	case caps.Has(imap.CapLoginDisabled):
		return errLoginDisabled
	}
	return s.c.Login(s.cfg.User, password).Wait()
}

// selectInbox opens the inbox, anew when it is open already.
func (s *session) selectInbox(ctx context.Context) error {
	box, err := s.selectFolder(ctx, s.cfg.Folders.Inbox, false)
	if err == nil {
		s.box = box
	}
	return err
}

// examine opens another folder for reading; selectInbox goes back.
func (s *session) examine(ctx context.Context, name string) (*imap.SelectData, error) {
	return s.selectFolder(ctx, name, true)
}

func (s *session) selectFolder(ctx context.Context, name string, readOnly bool) (box *imap.SelectData, err error) {
	err = s.guard(ctx, StepSelect, s.brief(), func() (err error) {
		box, err = s.c.Select(name, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		if err == nil && box.UIDValidity == 0 {
			err = errors.New("the server gives no UIDVALIDITY, so mails cannot be told apart")
		}
		return err
	})
	return box, err
}

// brief is the patience for an ordinary command.
func (s *session) brief() patience { return patience{total: s.cfg.Timing.Command} }

// guard runs f and closes the socket when patience or ctx ends: the library
// has no timeouts, and a closed socket completes every pending command.
func (s *session) guard(ctx context.Context, step string, p patience, f func() error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if p.total > 0 {
		t := time.AfterFunc(p.total, func() { cancel(fmt.Errorf("no answer within %v: %w", p.total, context.DeadlineExceeded)) })
		defer t.Stop()
	}
	if p.stall > 0 {
		defer s.watch(p.stall, cancel)()
	}
	stop := context.AfterFunc(ctx, func() { s.raw.Close() })
	err := f()
	if !stop() {
		err = errors.Join(context.Cause(ctx), err)
	}
	return s.cfg.failure(step, err)
}

// watch cancels when less than minProgress arrives in an interval.
func (s *session) watch(interval time.Duration, cancel context.CancelCauseFunc) (stop func()) {
	done := make(chan struct{})
	go func() {
		t := time.NewTicker(interval)
		defer t.Stop()
		last := s.wire.received.Load()
		for {
			select {
			case <-done:
				return
			case <-t.C:
			}
			now := s.wire.received.Load()
			if now-last < minProgress {
				cancel(fmt.Errorf("less than %d bytes in %v: %w", minProgress, interval, context.DeadlineExceeded))
				return
			}
			last = now
		}
	}()
	return func() { close(done) }
}

// alive says whether commands can still be sent.
func (s *session) alive() bool {
	select {
	case <-s.c.Closed():
		return false
	default:
		return true
	}
}

// logout says goodbye, but does not wait long for the answer.
func (s *session) logout(ctx context.Context) {
	if s.alive() {
		_ = s.guard(ctx, StepConnect, patience{total: min(2*time.Second, s.cfg.Timing.Command)}, func() error { return s.c.Logout().Wait() })
	}
	s.close()
}

// close ends the connection at once.
func (s *session) close() {
	s.raw.Close()
	_ = s.c.Close()
}
