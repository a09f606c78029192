package imap

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

// Poller brings the mails of one mailbox into the inbox table. Step and Run
// belong to one goroutine; Wake may be called from any.
type Poller struct {
	cfg   Config
	store *store.Store
	log   *slog.Logger
	tok   *tokens
	wake  chan struct{}

	sess          *session
	epoch         epoch
	suspects      map[imap.UID]suspect
	targets       map[string]string // folder of the configuration -> its name on the server
	moveFailures  map[imap.UID]int
	nextAck       time.Time // no acknowledgement before
	nextReconcile time.Time

	failingSince time.Time
	lastError    string
	lastContact  time.Time
	turnAt       time.Time     // of the last turn in which the server answered
	gap          time.Duration // the longest between two of them, not yet kept
	backoff      time.Duration
	authBackoff  time.Duration
	alarmsKnown  map[string]bool // alarms of ours as they stand in the store
}

// epoch is the mailbox between two changes of UIDVALIDITY.
type epoch struct {
	mailboxID int64
	validity  uint32
	last      imap.UID // every UID up to here is in the ledger, was skipped or is gone
	oldBelow  imap.UID // UIDs below were there when the epoch began,
	cutoff    time.Time
	// and are not ticketed when their INTERNALDATE is not after cutoff.

	// refetch: UIDs went back within the epoch, so the ledger proves nothing.
	refetch bool
}

// suspect is a UID whose fetch has failed.
type suspect struct {
	sized
	next time.Time // not before
}

// New checks the configuration; it does not connect.
func New(st *store.Store, cfg Config) (*Poller, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if cfg.DiskFree == nil {
		cfg.DiskFree = func() (int64, error) {
			free, _, err := store.DiskFree(st.Dir())
			return free, err
		}
	}
	p := &Poller{
		cfg: cfg, store: st, log: cfg.Log.With("mailbox", cfg.Mailbox, "host", cfg.addr()), wake: make(chan struct{}, 1),
		suspects: map[imap.UID]suspect{}, targets: map[string]string{}, moveFailures: map[imap.UID]int{}, alarmsKnown: map[string]bool{},
	}
	if cfg.OAuth2 != nil {
		p.tok = &tokens{o: cfg.OAuth2, now: st.Now}
	}
	return p, nil
}

// Wake is a hint to take a turn now: triage is done with mails.
func (p *Poller) Wake() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Step takes one turn without waiting: connects if needed, stores what is new,
// and tells the server about what is triaged. An *Error names the step.
func (p *Poller) Step(ctx context.Context) error {
	err := p.turn(ctx)
	if err != nil && !errors.Is(err, errDisk) {
		p.drop() // whatever state it is in, a new connection has a known one
	}
	if ctx.Err() == nil {
		p.report(ctx, err)
	}
	return err
}

func (p *Poller) turn(ctx context.Context) error {
	if err := p.connected(ctx); err != nil {
		return err
	}
	fetchErr := p.diskSpace(ctx)
	if fetchErr == nil {
		fetchErr = p.fetchNew(ctx)
	}
	if fetchErr == nil && !p.store.Now().Before(p.nextReconcile) {
		fetchErr = p.reconcile(ctx)
	}
	if fetchErr != nil && !errors.Is(fetchErr, errDisk) {
		return fetchErr
	}
	if err := p.acknowledge(ctx); err != nil {
		return err
	}
	return fetchErr
}

// connected makes sure that a session with the inbox selected is there.
func (p *Poller) connected(ctx context.Context) error {
	if p.sess != nil && p.sess.alive() {
		return nil
	}
	p.drop()
	sess, err := open(ctx, p.cfg, p.tok)
	if err != nil {
		return err
	}
	p.sess = sess
	clear(p.targets)
	p.log.Info("imap connected", "uidvalidity", sess.box.UIDValidity, "mails", sess.box.NumMessages,
		"idle", sess.caps.Has(imap.CapIdle), "move", sess.caps.Has(imap.CapMove), "uidplus", sess.caps.Has(imap.CapUIDPlus))
	p.nextReconcile = p.store.Now()
	if err := p.afterRestore(ctx); err != nil {
		return err
	}
	return p.enterEpoch(ctx)
}

// drop ends the connection; the next turn makes a new one.
func (p *Poller) drop() {
	if p.sess != nil {
		p.sess.close()
		p.sess = nil
	}
}

// Close logs out. The poller can be used again.
func (p *Poller) Close(ctx context.Context) {
	if p.sess != nil {
		p.sess.logout(ctx)
		p.sess = nil
	}
}

// Run takes turns until ctx ends: at once when the server or triage gives a
// sign, and in any case every Config.Poll. After a failure it waits longer and
// longer; after a refused login very long, so that no account is locked.
func (p *Poller) Run(ctx context.Context) {
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		p.Close(bye)
	}()
	for ctx.Err() == nil {
		if err := p.Step(ctx); err != nil {
			sleep(ctx, p.pause(err))
			continue
		}
		p.backoff, p.authBackoff = 0, 0
		if err := p.wait(ctx); err != nil && ctx.Err() == nil {
			p.drop()
			p.report(ctx, err)
			sleep(ctx, p.pause(err))
		}
	}
}

// pause is the wait after a failure, growing from turn to turn, with a fifth
// of jitter so that many mailboxes do not come back at once.
func (p *Poller) pause(err error) time.Duration {
	t := p.cfg.Timing
	var e *Error
	if errors.As(err, &e) && e.Auth {
		p.authBackoff = min(max(2*p.authBackoff, t.AuthMin), t.AuthMax)
		return p.authBackoff
	}
	p.backoff = min(max(2*p.backoff, t.BackoffMin), t.BackoffMax)
	return p.backoff*9/10 + time.Duration(rand.Int64N(int64(p.backoff)/5+1))
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
