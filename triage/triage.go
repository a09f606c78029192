// Package triage is the desk: it turns inbox rows into tickets, messages, events
// and outbox rows, and what is due into escalations.
//
// Every mail is handled in one transaction by an ordered list of named steps.
// Decisions are values made by pure functions (admit, correlate, rules.Decide,
// state.Next, sla.Clocks.Apply); the turn carries them out and stores the reason.
package triage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/token"
)

const (
	// batchSize is how many fresh mails share one transaction: commits cost more
	// than decisions do.
	batchSize = 50
	// batchBytes bounds the raw mail held in memory at once.
	batchBytes = 16 << 20
	// maxAttempts is how often a mail may fail before it is set aside with its
	// reason. A process that dies counts too, but says less about the mail that
	// was read then: somebody may pull the plug several times in a row.
	maxAttempts = 3
	maxDeaths   = 8
	// idle is how long the desk sleeps without a hint; the hint is only a hint.
	idle = 5 * time.Second
)

// Desk does the triage of one store.
type Desk struct {
	Store *store.Store
	Texts *mailout.Texts
	Log   *slog.Logger

	// config decides: untaught as it was loaded, with what the FAQ has learned.
	config   atomic.Pointer[Config]
	learning sync.Mutex // guards lessons and untaught
	lessons  lessons
	untaught *Config
	keys     atomic.Pointer[token.Keys]
	// settledBy is the configuration the stored dues agree with.
	settledBy atomic.Pointer[Config]
	settling  sync.Mutex
	unsettled atomic.Bool // whatever settledBy says: compute all clocks anew
	pulse     pulse
	// retryReport is when a report that could not be computed is tried again; the
	// sweep alone uses it.
	retryReport map[string]time.Time
	// topics: all solved tickets are indexed; the sweep alone uses it.
	topics atomic.Bool
	// instance names this installation in the header by which we know our own mail.
	instance string
}

// New returns a desk that works with a first configuration.
func New(ctx context.Context, s *store.Store, texts *mailout.Texts, log *slog.Logger, c *Config) (*Desk, error) {
	d := &Desk{Store: s, Texts: texts, Log: log}
	d.SetConfig(c)
	if err := d.LoadKeys(ctx); err != nil {
		return nil, err
	}
	if err := d.relearn(ctx); err != nil {
		return nil, err
	}
	return d, d.name(ctx)
}

// name gives this installation the name by which it knows its own mail.
func (d *Desk) name(ctx context.Context) error {
	const key = "instance"
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		name, err := tx.Meta(ctx, key)
		if err == nil && name == "" {
			name = strings.ToLower(rand.Text())
			err = tx.SetMeta(ctx, key, name)
		}
		if err != nil {
			return fmt.Errorf("name this installation: %w", err)
		}
		d.instance = name
		return nil
	})
}

// Undelivered is called by the sender, in its transaction, for a mail that was
// refused for good: the ticket and the agent hear of it.
func (d *Desk) Undelivered(ctx context.Context, tx *store.Tx, out store.Outgoing, reason string) error {
	out.State = "failed"
	return d.turn(ctx, tx, d.Config(), &shared{}).undelivered(out, reason)
}

// SetConfig swaps the whole configuration; a decision that is being made keeps
// the generation it began with. The FAQ of the new one knows at once what was
// learned.
func (d *Desk) SetConfig(c *Config) {
	d.learning.Lock()
	defer d.learning.Unlock()
	d.untaught = c
	d.config.Store(d.lessons.taught(c))
}

// Config is the generation in force.
func (d *Desk) Config() *Config { return d.config.Load() }

// work is one mail that is waiting, read but not decided.
type work struct {
	in  store.Inbound
	raw []byte
	m   *mailin.Message
}

// Step triages the mails that wait, at most one batch, and returns how many it
// finished. It does not wait.
func (d *Desk) Step(ctx context.Context) (int, error) {
	c := d.Config()
	batch, err := d.load(ctx)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	store.Failpoint("triage.loaded")
	d.read(c, batch)
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		c, err := withAbsences(ctx, tx, c)
		if err != nil {
			return err
		}
		s := &shared{}
		for i := range batch {
			if err := d.one(ctx, tx, c, s, &batch[i]); err != nil {
				return err
			}
		}
		store.Failpoint("triage.decided")
		return nil
	})
	if err == nil {
		store.Failpoint("triage.committed")
		d.Store.Notify(store.TopicOutbox)
		return len(batch), nil
	}
	if ctx.Err() != nil || store.IsFault(err) {
		d.forgive(ctx, batch)
		return 0, fmt.Errorf("triage %d mails: %w", len(batch), err)
	}
	return d.singly(ctx, c, batch)
}

// forgive takes back the attempt of mails that were not to blame: the disk was, or
// the daemon was told to stop.
func (d *Desk) forgive(ctx context.Context, batch []work) {
	ids := make([]int64, len(batch))
	for i := range batch {
		ids[i] = batch[i].in.ID
	}
	err := d.Store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.ForgiveAttempts(ctx, ids) })
	if err != nil {
		d.Log.Warn("attempts not taken back", "err", err)
	}
}

// singly triages the mails of a failed batch one by one, so that the one that
// fails does not hold up the others.
func (d *Desk) singly(ctx context.Context, c *Config, batch []work) (int, error) {
	done := 0
	for i := range batch {
		w := &batch[i]
		err := d.Store.Update(ctx, func(tx *store.Tx) error {
			c, err := withAbsences(ctx, tx, c)
			if err != nil {
				return err
			}
			return d.one(ctx, tx, c, &shared{}, w)
		})
		switch {
		case err == nil:
			done++
			continue
		case ctx.Err() != nil || store.IsFault(err):
			d.forgive(ctx, batch[i:])
			return done, fmt.Errorf("triage inbox %d: %w", w.in.ID, err)
		}
		d.Log.Error("mail not triaged", "inbox", w.in.ID, "attempt", w.in.Attempts, "err", err)
		if w.in.Attempts < maxAttempts {
			continue
		}
		why := err.Error()
		if err := d.Store.Update(ctx, func(tx *store.Tx) error { return d.giveUp(ctx, tx, c, w, why) }); err != nil {
			return done, fmt.Errorf("set aside inbox %d: %w", w.in.ID, err)
		}
		done++
	}
	d.Store.Notify(store.TopicOutbox)
	return done, nil
}

// load reads the next waiting mails and counts the attempt before anything is
// parsed, so that a mail that kills the process is set aside in the end. A mail
// that failed before comes alone.
func (d *Desk) load(ctx context.Context) ([]work, error) {
	var batch []work
	err := d.Store.Update(ctx, func(tx *store.Tx) error {
		batch = batch[:0]
		rows, err := tx.NextInbound(ctx, batchSize)
		if err != nil {
			return fmt.Errorf("read waiting mails: %w", err)
		}
		size := int64(0)
		var ids []int64
		for _, in := range rows {
			if in.Attempts >= maxDeaths {
				if err := d.setAside(ctx, tx, d.Config(), in, "the process ended while this mail was read"); err != nil {
					return err
				}
				continue
			}
			if len(batch) > 0 && (in.Attempts > 0 || size+in.Size > batchBytes) {
				break
			}
			in.Attempts++
			ids = append(ids, in.ID)
			batch = append(batch, work{in: in})
			size += in.Size
			if in.Attempts > 1 {
				break
			}
		}
		for i := range batch {
			if batch[i].raw, err = tx.Raw(ctx, batch[i].in.ID); err != nil {
				return fmt.Errorf("read raw mail of inbox %d: %w", batch[i].in.ID, err)
			}
		}
		return tx.BumpAttempts(ctx, ids)
	})
	return batch, err
}

// read parses a batch on all processors. Parse is total; the recover is for the
// bug in it that nobody has found yet.
func (d *Desk) read(c *Config, batch []work) {
	next := atomic.Int64{}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(batch)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(batch) {
					return
				}
				batch[i].m = d.parse(c, batch[i].raw, batch[i].in)
			}
		})
	}
	wg.Wait()
}

// parse reads one mail; after a panic the result is nil.
func (d *Desk) parse(c *Config, raw []byte, in store.Inbound) (m *mailin.Message) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("mail not read", "inbox", in.ID, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
			m = nil
		}
	}()
	return mailin.Parse(raw, c.ParseOptions(in.ReceivedAt))
}

// errUnreadable is the reason of a mail whose parser panicked.
var errUnreadable = errors.New("the parser failed on this mail")

// one triages one mail inside a transaction. A panic becomes an error, so that
// the transaction is rolled back and the queue goes on.
func (d *Desk) one(ctx context.Context, tx *store.Tx, c *Config, s *shared, w *work) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("triage failed", "inbox", w.in.ID, "err", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("triage inbox %d: internal error: %v", w.in.ID, p)
		}
	}()
	if w.m == nil {
		return fmt.Errorf("triage inbox %d: %w", w.in.ID, errUnreadable)
	}
	t := d.turn(ctx, tx, c, s)
	t.in, t.m, t.raw = w.in, w.m, w.raw
	return t.mail()
}

// giveUp sets a mail aside; a proven agent hears that his mail was not carried out.
func (d *Desk) giveUp(ctx context.Context, tx *store.Tx, c *Config, w *work, why string) error {
	if err := d.setAside(ctx, tx, c, w.in, why); err != nil || w.m == nil {
		return err
	}
	t := d.turn(ctx, tx, c, &shared{})
	t.in, t.m, t.raw, t.from = w.in, w.m, w.raw, mailin.FoldAddress(w.m.From.Address)
	agent, ok := c.AgentByAddress(t.from)
	if !ok || w.m.Auth.Verdict != mailin.VerdictPass {
		return nil
	}
	_, err := t.toAgent(nil, agent, notice{
		kind: mailout.CommandError, purpose: token.Report, cause: fmt.Sprintf("aside:%d", w.in.ID),
		fill: func(m *mailout.InternalData) {
			m.Text = mailout.InternalNote(clip(w.m.Reply, entryBytes))
			m.Problems = []mailout.Problem{{Line: 1, Source: firstLine(w.m.Reply), Text: inLang([2]string{
				"interner Fehler, die Mail wurde zur Seite gelegt.", "internal error, the mail was set aside."}, or(agent.Language, c.Company.Language))}}
		},
	})
	return err
}

// setAside takes a mail out of the queue with its reason; its raw bytes stay.
func (d *Desk) setAside(ctx context.Context, tx *store.Tx, c *Config, in store.Inbound, reason string) error {
	d.Log.Warn("mail set aside", "inbox", in.ID, "reason", reason)
	if err := tx.SetAside(ctx, in.ID, reason); err != nil {
		return fmt.Errorf("set aside inbox %d: %w", in.ID, err)
	}
	if err := tx.Count(ctx, store.TrafficIn+"set_aside", 1); err != nil {
		return err
	}
	t := d.turn(ctx, tx, c, &shared{})
	t.in = in
	return t.alarm(fmt.Sprintf("aside:%d", in.ID), fmt.Sprintf("mail %d was set aside: %s", in.ID, reason))
}

// Run triages whenever there is something to do, until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	hint := d.Store.Wait(store.TopicInbox)
	back := time.Second
	for {
		n, err := d.Step(ctx)
		wait := idle
		switch {
		case ctx.Err() != nil:
			return nil
		case store.IsFault(err) && !errors.Is(err, store.ErrDiskFull):
			return err // the file is in trouble: start again from what is on disk
		case err != nil:
			d.Log.Error("triage", "err", err)
			wait, back = back, min(2*back, time.Minute)
		case n > 0:
			back = time.Second
			continue
		default:
			back = time.Second
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hint:
		case <-time.After(wait):
		}
	}
}
