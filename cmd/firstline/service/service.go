// Package service wires the workers of the daemon: pollers, desk, sweep, sender.
//
// They meet only in the database. Each owns one goroutine; a hint tells it to look
// now, a timer is the truth.
package service

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"firstline/cmd/firstline/config"
	"firstline/mailin/imap"
	"firstline/mailout"
	"firstline/mailout/smtp"
	"firstline/store"
	"firstline/triage"
)

// Options are the edges that demo and tests replace.
type Options struct {
	Log *slog.Logger
	// Now is the clock of the store; nil = the machine's.
	Now func() time.Time
	// Elapsed is the monotonic clock, to judge Now by; nil = the machine's, or Now
	// itself where that is replaced.
	Elapsed func() time.Duration
	// SweepEvery is how often cron asks what is due; 0 = a minute.
	SweepEvery time.Duration
	// Dial replaces the network of IMAP and SMTP.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Service is a running desk.
type Service struct {
	Store   *store.Store
	Desk    *triage.Desk
	config  *config.Config
	pollers []*imap.Poller
	sender  *smtp.Sender
	log     *slog.Logger
	o       Options
	loaded  string // state of the configuration files when they were read
	asked   string // last request for a reload before the start
}

// New opens the store and builds the workers; nothing is contacted yet.
func New(ctx context.Context, c *config.Config, o Options) (*Service, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	loaded := stateOf(c.Files)
	st, err := store.Open(ctx, c.StoreDir, store.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the data directory %s: %w", c.StoreDir, err)
	}
	s := &Service{Store: st, config: c, log: o.Log, o: o, loaded: loaded, asked: requested(c.StoreDir)}
	if o.Now != nil {
		st.Now = o.Now
	}
	if s.o.Elapsed == nil {
		s.o.Elapsed = elapsed(o.Now)
	}
	if err := s.build(ctx); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return s, nil
}

// elapsed is a monotonic clock.
func elapsed(now func() time.Time) func() time.Duration {
	if now != nil {
		start := now()
		return func() time.Duration { return now().Sub(start) }
	}
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}

// build makes the workers of the configuration.
func (s *Service) build(ctx context.Context) error {
	texts, err := Texts(s.config)
	if err != nil {
		return err
	}
	if s.Desk, err = triage.New(ctx, s.Store, texts, s.log, &s.config.Desk); err != nil {
		return fmt.Errorf("prepare the desk: %w", err)
	}
	for i, m := range s.config.Mailboxes {
		ic, err := s.imapConfig(m, s.config.Desk.Mailboxes[i])
		if err != nil {
			return err
		}
		p, err := imap.New(s.Store, ic)
		if err != nil {
			return fmt.Errorf("mailbox %s: %w", m.ID, err)
		}
		s.pollers = append(s.pollers, p)
	}
	if s.config.SMTP.Host != "" {
		sc, err := s.smtpConfig()
		if err != nil {
			return err
		}
		s.sender = smtp.New(s.Store, sc, smtp.Options{Log: s.log, OnFailed: s.Desk.Undelivered})
	}
	return nil
}

// Texts are the templates of a configuration: built-in, unless its folder has a
// file of the same name.
func Texts(c *config.Config) (*mailout.Texts, error) {
	var override fs.FS
	if c.Templates.Folder != "" {
		if _, err := os.Stat(c.Templates.Folder); err == nil {
			override = os.DirFS(c.Templates.Folder)
		}
	}
	texts, problems := mailout.LoadTexts(override)
	if len(problems) > 0 {
		all := make([]error, len(problems))
		for i, p := range problems {
			all[i] = p
		}
		return nil, fmt.Errorf("templates in %s: %w", c.Templates.Folder, errors.Join(all...))
	}
	return texts, nil
}

// imapConfig is the account of a mailbox as the poller wants it.
func (s *Service) imapConfig(m config.Mailbox, d triage.Mailbox) (imap.Config, error) {
	roots, err := rootCAs(m.IMAP.CAFile)
	if err != nil {
		return imap.Config{}, fmt.Errorf("mailbox %s: %w", m.ID, err)
	}
	ic := imap.Config{
		Mailbox: m.ID, Host: m.IMAP.Host, Port: m.IMAP.Port, TLS: m.IMAP.TLS, User: m.IMAP.User,
		Folders: imap.Folders(d.Folders), Mode: d.Mode, Since: imap.SinceStart, Poll: m.Poll, MaxMessageBytes: m.MaxSize,
		RootCAs: roots, Dial: s.o.Dial, Log: s.log,
	}
	if m.IMAP.TLS == "none" {
		ic.TLS = imap.TLSInsecurePlain
	}
	if m.All {
		ic.Since = imap.SinceAll
	}
	if d.Mode == "training" {
		ic.Mode = imap.ModeLive
	}
	ic.Password = m.IMAP.Password.Read
	if oa := m.IMAP.OAuth2; oa != nil {
		ic.OAuth2 = &imap.OAuth2{
			TokenURL: oa.TokenURL, ClientID: oa.ClientID, Scopes: oa.Scopes,
			ClientSecret: oa.ClientSecret.Read,
		}
	}
	return ic, nil
}

// smtpConfig is the account that sends.
func (s *Service) smtpConfig() (smtp.Config, error) {
	srv := s.config.SMTP
	roots, err := rootCAs(srv.CAFile)
	if err != nil {
		return smtp.Config{}, fmt.Errorf("outgoing: %w", err)
	}
	password, err := srv.Password.Read()
	if err != nil {
		return smtp.Config{}, fmt.Errorf("outgoing: read the password: %w", err)
	}
	sc := smtp.Config{Host: srv.Host, Port: srv.Port, RootCAs: roots, User: srv.User, Password: password, Dial: s.o.Dial}
	switch srv.TLS {
	case "implicit":
		sc.Security = smtp.TLS
	case "none":
		sc.Security = smtp.InsecurePlaintext
	default:
		sc.Security = smtp.StartTLS
	}
	if srv.User == "" {
		sc.Auth = smtp.AuthNone
	}
	if len(s.config.Desk.Mailboxes) > 0 {
		sc.OwnAddress = s.config.Desk.Mailboxes[0].Address
	}
	if host, err := os.Hostname(); err == nil {
		sc.Hello = host
	}
	if oa := srv.OAuth2; oa != nil {
		secret, err := oa.ClientSecret.Read()
		if err != nil {
			return sc, fmt.Errorf("outgoing: read the client secret: %w", err)
		}
		source := (&clientcredentials.Config{
			TokenURL: oa.TokenURL, ClientID: oa.ClientID, ClientSecret: secret, Scopes: oa.Scopes,
		}).TokenSource(context.Background())
		sc.Auth = smtp.AuthXOAUTH2
		sc.Token = func(context.Context) (string, error) { return accessToken(source) }
	}
	return sc, nil
}

func accessToken(source oauth2.TokenSource) (string, error) {
	t, err := source.Token()
	if err != nil {
		return "", fmt.Errorf("fetch an access token: %w", err)
	}
	return t.AccessToken, nil
}

// rootCAs adds a PEM file to the system's root certificates; nil = the system's.
func rootCAs(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read CA file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("CA file %s holds no certificate in PEM form", filepath.Base(file))
	}
	return pool, nil
}

// Step lets every worker take one turn, in the order a mail passes them, and
// returns how many mails and timers they finished. It does not wait: whoever keeps
// the clock decides when the next turn is. Not together with Run.
func (s *Service) Step(ctx context.Context) (int, error) {
	for _, p := range s.pollers {
		if err := p.Step(ctx); err != nil {
			return 0, fmt.Errorf("imap: %w", err)
		}
	}
	done, err := s.Desk.Step(ctx)
	if err != nil {
		return done, fmt.Errorf("triage: %w", err)
	}
	n, err := s.Desk.Sweep(ctx)
	if done += n; err != nil || s.sender == nil {
		return done, err
	}
	n, err = s.sender.Step(ctx)
	if err != nil {
		return done, fmt.Errorf("smtp: %w", err)
	}
	return done + n, nil
}

// Close ends the connections and closes the store, after Step; Run does it itself.
func (s *Service) Close(ctx context.Context) error {
	for _, p := range s.pollers {
		p.Close(ctx)
	}
	if s.sender != nil {
		s.sender.Close()
	}
	return s.Store.Close()
}

// drainFor is how long the workers may take to finish what they are at.
const drainFor = 10 * time.Second

// Run works until ctx ends, then drains and closes the store.
func (s *Service) Run(ctx context.Context) error {
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	// The first worker that fails stops the others: a store in trouble is not
	// cured by going on.
	spawn := func(name string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(work); err != nil && work.Err() == nil {
				stop(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	for _, p := range s.pollers {
		spawn("imap", func(ctx context.Context) error {
			p.Run(ctx)
			return nil
		})
	}
	spawn("triage", s.Desk.Run)
	if s.sender != nil {
		spawn("smtp", s.sender.Run)
	}
	// What fell due while nobody looked does not wait for the first minute.
	wg.Go(func() { s.tick(work) })
	ticker, err := s.sweeps(work)
	if err != nil {
		stop(err)
	} else {
		ticker.Start()
	}
	<-work.Done()
	if ticker != nil {
		<-ticker.Stop().Done()
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drainFor):
		s.log.Warn("a worker did not stop in time")
	}
	if s.sender != nil {
		s.sender.Close()
	}
	err = s.Store.Close()
	if cause := context.Cause(work); cause != nil && !errors.Is(cause, context.Canceled) {
		return errors.Join(cause, err)
	}
	return err
}

// tick does what is due.
func (s *Service) tick(ctx context.Context) {
	if _, err := s.Desk.Tick(ctx, s.o.Elapsed()); err != nil && ctx.Err() == nil {
		s.log.Error("sweep", "err", err)
	}
	if !s.Desk.Trusted() {
		return
	}
	if err := s.Desk.SweepRetention(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("retention", "err", err)
	}
}

// sweeps is the cron that asks what is due. The dues are stored: a missed or
// doubled tick costs nothing.
func (s *Service) sweeps(ctx context.Context) (*cron.Cron, error) {
	every := s.o.SweepEvery
	if every <= 0 {
		every = defaultSweep()
	}
	log := cron.PrintfLogger(slog.NewLogLogger(s.log.Handler(), slog.LevelError))
	c := cron.New(cron.WithLocation(s.config.Desk.Company.Location), cron.WithChain(cron.Recover(log), cron.SkipIfStillRunning(cron.DiscardLogger)))
	_, err := c.AddFunc("@every "+every.String(), func() { s.tick(ctx) })
	if err != nil {
		return nil, fmt.Errorf("start cron: %w", err)
	}
	return c, nil
}
