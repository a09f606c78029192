package smtp

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"firstline/store"
)

// Names of the alarms a Sender raises and clears.
const (
	AlarmServer = "smtp"        // not reached for half an hour
	AlarmLogin  = "smtp_login"  // login refused
	AlarmSender = "smtp_sender" // we may not send as our address
)

// Options of a Sender; zero values are the defaults in brackets.
type Options struct {
	Log *slog.Logger // (none)
	// OnFailed is called in the transaction that marks a mail as failed, after
	// its EventFailed was written: to tell the agent. An error takes the
	// transaction back, and it is tried again.
	OnFailed func(ctx context.Context, tx *store.Tx, o store.Outgoing, reason string) error
	// Lease is how long a claimed mail is left alone after a crash (1 min).
	Lease time.Duration
	// Idle closes an unused connection (30 s), MailsPerConn a used one (100).
	Idle         time.Duration
	MailsPerConn int
	// Window bounds the mails that were accepted and are not yet marked (8):
	// what a crash can send twice.
	Window int
	// Poll is how often Run looks without a hint (30 s).
	Poll time.Duration
}

// Sender delivers the outbox. Its methods are for one goroutine.
type Sender struct {
	store    *store.Store
	cfg      Config
	opt      Options
	log      *slog.Logger
	onFailed func(ctx context.Context, tx *store.Tx, o store.Outgoing, reason string) error

	conn      *conn
	usedAt    time.Time // of the connection
	batch     int
	unsettled []result // outcomes that could not be written yet: nothing is claimed before they are
	ownSender bool     // the server refused the null sender

	pausedUntil time.Time
	failures    int // to reach the server, in a row
	refusals    int // of the login, in a row
	downSince   time.Time
	alarms      map[string]bool
	known       map[string]bool // alarms whose state in the store we know
}

// Limits of a batch. It shrinks when the server is slow, so that what a person
// wrote never waits behind a long batch of automatic mail.
const (
	firstBatch = 16
	maxBatch   = 256
	fastBatch  = 250 * time.Millisecond
	slowBatch  = time.Second
	// stopGrace is how long a server may take to answer after we were told to stop.
	stopGrace = 10 * time.Second
)

// New returns a Sender. Nothing is opened before there is mail.
func New(s *store.Store, cfg Config, o Options) *Sender {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Idle <= 0 {
		o.Idle = 30 * time.Second
	}
	if o.MailsPerConn <= 0 {
		o.MailsPerConn = 100
	}
	if o.Window <= 0 {
		o.Window = 8
	}
	if o.Poll <= 0 {
		o.Poll = 30 * time.Second
	}
	cfg.Timeouts = cfg.Timeouts.withDefaults()
	return &Sender{store: s, cfg: cfg, opt: o, log: o.Log, onFailed: o.OnFailed, batch: firstBatch,
		alarms: map[string]bool{}, known: map[string]bool{}}
}

// Close ends the connection.
func (s *Sender) Close() {
	if s.conn != nil {
		s.conn.quit()
		s.conn = nil
	}
}

// Step delivers one batch of what is due and returns how many mails it handled.
// It does not wait: 0 means that nothing is due or that the sender pauses. Its
// error is one of the store; trouble with the server is in the rows and alarms.
func (s *Sender) Step(ctx context.Context) (int, error) {
	if err := s.settle(ctx, s.unsettled); err != nil {
		return 0, err
	}
	s.unsettled = nil
	if s.store.Now().Before(s.pausedUntil) {
		return 0, nil
	}
	var mails []store.Claimed
	started := s.store.Now()
	next, err := s.nextAt(ctx) // a read is cheaper than an empty transaction
	if err != nil || next.IsZero() || next.After(started) {
		return 0, err
	}
	err = s.store.Update(ctx, func(tx *store.Tx) (err error) {
		mails, err = tx.ClaimOutbox(ctx, s.batch, s.opt.Lease)
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.deliver(ctx, mails)
	switch took := s.store.Now().Sub(started); {
	case took < fastBatch && len(mails) == s.batch:
		s.batch = min(s.batch*2, maxBatch)
	case took > slowBatch:
		s.batch = max(s.batch/2, 1)
	}
	return len(mails), err
}

// deliver hands mails over while a second goroutine makes the outcomes durable:
// the server never waits for the disk, and at most Window accepted mails are
// unmarked at any moment.
func (s *Sender) deliver(ctx context.Context, mails []store.Claimed) error {
	store.Failpoint("smtp.claimed")
	ctx, stop := context.WithCancel(ctx) // by settleAll: what cannot be marked must not be sent
	defer stop()
	results := make(chan result, s.opt.Window/2)
	done := make(chan []result)
	go func() { done <- s.settleAll(ctx, stop, results) }()
	for i := range mails {
		results <- s.attempt(ctx, mails[i])
	}
	close(results)
	s.unsettled = <-done
	if len(s.unsettled) > 0 {
		err := s.settle(ctx, s.unsettled)
		if err == nil {
			s.unsettled = nil
		}
		return err
	}
	return nil
}

// settleAll writes results in the groups they arrive in; it returns those it
// could not write.
func (s *Sender) settleAll(ctx context.Context, stop func(), results <-chan result) (left []result) {
	for r := range results {
		group := []result{r}
	fill:
		for len(group) < (s.opt.Window+1)/2 {
			select {
			case more, ok := <-results:
				if !ok {
					break fill
				}
				group = append(group, more)
			default:
				break fill
			}
		}
		if len(left) > 0 || s.settle(ctx, group) != nil {
			left = append(left, group...)
			stop()
		}
	}
	return left
}

// attempt delivers one mail, on the open connection or a new one.
func (s *Sender) attempt(ctx context.Context, m store.Claimed) result {
	now := s.store.Now()
	if now.Before(s.pausedUntil) {
		return result{mail: m, out: outcome{kind: retry, text: "the server is left alone for a while"}, next: s.pausedUntil}
	}
	if ctx.Err() != nil { // stopping: the rest of the batch is due again at once
		return result{mail: m, out: outcome{kind: retry, text: "stopped before this mail"}, next: now}
	}
	for {
		reused := s.conn != nil
		if err := s.connect(ctx); err != nil {
			if ctx.Err() != nil {
				return result{mail: m, out: outcome{kind: retry, text: "stopped before this mail"}, next: now}
			}
			s.unreachable(ctx, err)
			return result{mail: m, out: outcome{kind: retry, err: err, text: oneLine(err.Error())}, next: s.pausedUntil}
		}
		out := s.handOver(ctx, m)
		if out.step == StepMail && out.ours && m.ReversePath == "" && !s.ownSender && s.cfg.OwnAddress != "" && !needsLogin(out.err) {
			s.ownSender = true // the server refuses MAIL FROM:<>
			s.reset()
			continue
		}
		if out.broken {
			s.drop()
		} else if out.kind != sent && out.step != "" {
			s.reset()
		}
		if reused && out.broken && out.step == StepMail && !out.ours {
			continue // the server had closed an idle connection: nothing was said yet
		}
		return s.judge(ctx, m, out)
	}
}

// handOver delivers one mail on the open connection. When the program is told to
// stop, the server gets a little time to answer.
func (s *Sender) handOver(ctx context.Context, m store.Claimed) outcome {
	raw := s.conn.raw
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, func() { raw.Conn.Close() }) })
	defer stop()
	s.conn.mails++
	out := s.conn.deliver(m, s.reversePath(m))
	s.usedAt = s.store.Now()
	return out
}

// judge draws the conclusions of an outcome for the sender as a whole.
func (s *Sender) judge(ctx context.Context, m store.Claimed, out outcome) result {
	r := result{mail: m, out: out}
	if !out.broken {
		s.failures, s.downSince = 0, time.Time{}
		s.alarm(ctx, AlarmServer, "")
	}
	switch {
	case out.broken && (out.late() || closing(out.err)):
		// A server that is busy or stuck is not asked again for every mail.
		s.unreachable(ctx, &Error{Server: s.cfg.Address(), Step: out.step, Err: out.err})
	case out.ours && needsLogin(out.err):
		s.unreachable(ctx, &Error{Server: s.cfg.Address(), Step: StepLogin, Err: out.err, Fix: fix(StepLogin, out.err, s.cfg)})
		r.next = s.pausedUntil
	case out.ours:
		s.alarm(ctx, AlarmSender, out.text)
	case out.kind == sent:
		s.alarm(ctx, AlarmSender, "")
	}
	return r
}

func (s *Sender) reversePath(m store.Claimed) string {
	if m.ReversePath == "" && s.ownSender {
		return s.cfg.OwnAddress
	}
	return m.ReversePath
}

// connect makes sure there is a connection that may take one more mail.
func (s *Sender) connect(ctx context.Context) error {
	if s.conn != nil && s.conn.mails >= s.opt.MailsPerConn {
		s.Close()
	}
	if s.conn != nil {
		return nil
	}
	c, err := open(ctx, s.cfg)
	if err != nil {
		return err
	}
	s.conn, s.usedAt = c, s.store.Now()
	s.refusals = 0
	s.alarm(ctx, AlarmLogin, "")
	return nil
}

// unreachable pauses the whole sender: mails stay queued, none is given up for it.
func (s *Sender) unreachable(ctx context.Context, err error) {
	now := s.store.Now()
	if refusesLogin(err) {
		s.refusals++
		s.pausedUntil = now.Add(loginPause(s.refusals))
		s.alarm(ctx, AlarmLogin, err.Error())
	} else {
		s.failures++
		s.pausedUntil = now.Add(connectPause(s.failures))
		if s.downSince.IsZero() {
			s.downSince = now
		}
		if now.Sub(s.downSince) >= alarmAfter {
			s.alarm(ctx, AlarmServer, err.Error())
		}
	}
	s.log.Error("mail server cannot be used", "err", err, "until", s.pausedUntil)
}

// reset takes a refused mail back, so that the connection can take the next.
func (s *Sender) reset() {
	if s.conn != nil && s.conn.reset() != nil {
		s.drop()
	}
}

func (s *Sender) drop() {
	if s.conn != nil {
		s.conn.close()
		s.conn = nil
	}
}

// nextAt is when the next mail is due.
func (s *Sender) nextAt(ctx context.Context) (next time.Time, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) (err error) {
		next, err = tx.NextOutboxAt(ctx)
		return err
	})
	return next, err
}

// Run delivers until ctx ends, then finishes the mail in hand and makes its
// outcome durable. It returns an error only when the store is in trouble.
func (s *Sender) Run(ctx context.Context) error {
	defer s.Close()
	err := s.store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.ReleaseClaims(ctx, s.opt.Lease)
		return err
	})
	if err != nil && ctx.Err() == nil {
		return err
	}
	for ctx.Err() == nil {
		n, err := s.Step(ctx)
		if err != nil && ctx.Err() == nil {
			if !errors.Is(err, store.ErrBusy) && !errors.Is(err, store.ErrDiskFull) {
				return err
			}
			s.log.Error("the outbox cannot be used; trying again", "err", err)
			rest(ctx, storeRest)
			continue
		}
		if n == 0 {
			s.wait(ctx)
		}
	}
	return s.settle(ctx, s.unsettled)
}

// storeRest is how long a store that is full or busy is left alone.
const storeRest = 5 * time.Second

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// wait for a hint, for the next due mail, or to close the idle connection.
func (s *Sender) wait(ctx context.Context) {
	d := s.opt.Poll
	now := s.store.Now()
	if s.conn != nil {
		unused := now.Sub(s.usedAt)
		if unused >= s.opt.Idle {
			s.Close()
		} else {
			d = min(d, s.opt.Idle-unused)
		}
	}
	if s.pausedUntil.After(now) {
		d = min(d, s.pausedUntil.Sub(now))
	} else if next, err := s.nextAt(ctx); err == nil && !next.IsZero() {
		d = min(d, max(next.Sub(now), time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-s.store.Wait(store.TopicOutbox):
	case <-t.C:
	}
}
