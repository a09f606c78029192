package triage

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
)

const (
	// replayBatch is how many mails are read from the store at once; replayBytes
	// bounds their raw bytes in memory.
	replayBatch = 256
	replayBytes = 16 << 20
	// replayKeep is how many differences are listed one by one; all are counted.
	replayKeep = 1000
)

// ReplayOptions say which mails are decided again.
type ReplayOptions struct {
	Since, Until time.Time // accepted in [Since, Until)
	Lang         string    // of the reasons: "de" or "en"
	// Keep bounds Replay.Differences; 0 = 1000.
	Keep int
	// Progress is called between batches, in one goroutine; nil = not wanted.
	Progress func(done, total int)
}

// Replay is what another configuration would have decided about stored mails.
type Replay struct {
	Since   time.Time     `json:"since"`
	Until   time.Time     `json:"until"`
	Mails   int           `json:"mails"`   // decided twice
	Unread  int           `json:"unread"`  // their bytes were erased or cannot be read
	Changed int           `json:"changed"` // mails with a difference
	Shifts  []Shift       `json:"shifts"`  // by kind, the most frequent first
	Rules   []RuleShift   `json:"rules"`   // that match other mails than before
	Final   FinalCategory `json:"final"`
	// Differences are the changed mails, oldest first, at most ReplayOptions.Keep.
	Differences []Difference `json:"differences"`
}

// Shift is one way in which decisions differ.
type Shift struct {
	Kind  string `json:"kind"` // see Kinds of replay_compare.go
	Old   string `json:"old"`
	New   string `json:"new"`
	Count int    `json:"count"`
	// Why is the most frequent reason; Whys is how many different ones there are.
	Why  string `json:"why,omitempty"`
	Whys int    `json:"whys"`
	// Same counts the tickets that an agent answered with the very FAQ entry that
	// would now be sent.
	Same int `json:"same_by_agent,omitempty"`
	// Helped and Rejected count what requesters said about the answer that would
	// no longer be sent.
	Helped   int `json:"helped,omitempty"`
	Rejected int `json:"rejected,omitempty"`
	// Tickets are the first few.
	Tickets []string `json:"tickets"`

	whys map[string]int
}

// RuleShift is a rule that matches other mails than before.
type RuleShift struct {
	Rule string `json:"rule"`
	More int    `json:"more"` // mails it matches now and did not
	Less int    `json:"less"` // mails it matched and does no more
}

// FinalCategory compares the decisions with the categories that people left the
// tickets in.
type FinalCategory struct {
	Tickets int `json:"tickets"`
	Old     int `json:"old"` // right so far
	New     int `json:"new"` // right with the other configuration
}

// Difference is one mail that would be decided otherwise.
type Difference struct {
	Ticket  string   `json:"ticket"` // "" when the mail opened none
	InboxID int64    `json:"inbox"`
	Subject string   `json:"subject"`
	Changes []Change `json:"changes"`
}

// Change is one part of a decision that differs.
type Change struct {
	Kind string `json:"kind"`
	Old  string `json:"old"`
	New  string `json:"new"`
	Why  string `json:"why,omitempty"`
}

// replayed is one stored mail with the snapshot it is decided from.
type replayed struct {
	id, mailbox int64
	at          time.Time // when its clocks started
	ticket      *pastTicket
	raw         []byte
	in          rules.Input

	old, new verdictOf
	agree    string // FAQ entry an agent answered with
	outcome  string // what became of the FAQ answer that was sent
	skip     bool   // not decided by the rules
	unread   bool
}

// ReplayMails decides about the stored mails that began a ticket with two
// configurations, from the same snapshot of each moment, and compares. It writes
// and sends nothing. Raw mail is held for one batch at a time.
//
// The snapshot is rebuilt from the tickets: recent tickets and earlier answers as
// of the mail, outcomes of FAQ entries as of today. Both FAQs know what the desk
// has learned until today, but for each mail not what its own ticket taught.
func ReplayMails(ctx context.Context, st *store.Store, before, after *Config, o ReplayOptions) (Replay, error) {
	p := &player{st: st, before: before, after: after, o: o, result: Replay{Since: o.Since, Until: o.Until}, tally: newTally(before, after, o)}
	p.twice = !reflect.DeepEqual(before.ParseOptions(o.Since), after.ParseOptions(o.Since))
	err := st.View(ctx, func(tx *store.Tx) (err error) {
		l, err := readLessons(ctx, tx, before.Ticket.Prefix)
		if err != nil {
			return err
		}
		p.before, p.after = l.taught(before), l.taught(after)
		if p.past, err = readPast(ctx, tx, before, after, o.Since, o.Until); err != nil {
			return err
		}
		p.waiting, err = p.past.mails(ctx, tx, o.Since, o.Until)
		return err
	})
	if err != nil {
		return p.result, fmt.Errorf("replay: read what is stored: %w", err)
	}
	total := len(p.waiting)
	for len(p.waiting) > 0 {
		if err := p.batch(ctx); err != nil {
			return p.result, fmt.Errorf("replay: %w", err)
		}
		if o.Progress != nil {
			o.Progress(total-len(p.waiting), total)
		}
	}
	p.tally.finish(&p.result)
	return p.result, nil
}

// player is one replay at work.
type player struct {
	st            *store.Store
	before, after *Config // after is nil when one decision is enough
	o             ReplayOptions
	twice         bool // the configurations read mails differently
	past          *past
	waiting       []replayed
	tally         *tally
	result        Replay
}

// batch reads, decides and compares the next mails.
func (p *player) batch(ctx context.Context) error {
	now, err := p.next(ctx)
	if err != nil {
		return err
	}
	err = p.st.View(ctx, func(tx *store.Tx) error {
		for i := range now {
			if err := p.look(ctx, tx, &now[i]); err != nil {
				return fmt.Errorf("inbox %d: %w", now[i].id, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range now {
		p.tally.add(&p.result, &now[i])
		now[i] = replayed{}
	}
	return ctx.Err()
}

// next reads and decides the next mails.
func (p *player) next(ctx context.Context) ([]replayed, error) {
	n := 0
	err := p.st.View(ctx, func(tx *store.Tx) error {
		for size := 0; n < len(p.waiting) && n < replayBatch && size < replayBytes; n++ {
			if err := p.fetch(ctx, tx, &p.waiting[n]); err != nil {
				return fmt.Errorf("inbox %d: %w", p.waiting[n].id, err)
			}
			size += len(p.waiting[n].raw)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	now := p.waiting[:n]
	p.waiting = p.waiting[n:]
	p.decide(now)
	return now, nil
}

// fetch reads the raw bytes of a mail and what was known when it came in.
func (p *player) fetch(ctx context.Context, tx *store.Tx, r *replayed) error {
	raw, err := tx.Raw(ctx, r.id)
	switch {
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrCorrupt):
		r.unread = true
		return nil
	case err != nil:
		return err
	}
	r.raw = raw
	return p.past.input(ctx, tx, r)
}

// decide parses and decides a batch on all processors.
func (p *player) decide(batch []replayed) {
	next := atomic.Int64{}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(batch)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(batch) {
					return
				}
				if !batch[i].unread {
					p.one(&batch[i])
				}
			}
		})
	}
	wg.Wait()
}

// one decides about a mail with both configurations. A mail that the parser
// cannot bear is counted, and the replay goes on.
func (p *player) one(r *replayed) {
	defer func() {
		if recover() != nil {
			r.unread = true
		}
		r.raw = nil
		r.in = rules.Input{}
	}()
	m := mailin.Parse(r.raw, p.before.ParseOptions(r.at))
	if filed(p.before, m, r.ticket) {
		r.skip = true
		return
	}
	r.old = judge(p.before, r.raw, m, r.in, r.at)
	if p.after == nil {
		return
	}
	if p.twice {
		m = mailin.Parse(r.raw, p.after.ParseOptions(r.at))
	}
	r.new = judge(p.after, r.raw, m, r.in, r.at)
}

// filed reports whether an agent filed the mail for somebody else: then his words
// opened the ticket, not the rules alone.
func filed(c *Config, m *mailin.Message, tk *pastTicket) bool {
	from := mailin.FoldAddress(m.From.Address)
	_, agent := c.AgentByAddress(from)
	return agent && tk != nil && tk.requester != from
}

// look asks, where the FAQ is decided otherwise, what people did about it.
func (p *player) look(ctx context.Context, tx *store.Tx, r *replayed) error {
	if r.unread || r.skip || r.ticket == nil || r.old.faq == r.new.faq {
		return nil
	}
	if r.new.faq != "" {
		same, err := answeredAlike(ctx, tx, p.after, r.ticket.id, r.new.faq)
		if err != nil {
			return err
		}
		if same {
			r.agree = r.new.faq
		}
	}
	if r.old.faq == "" {
		return nil
	}
	out, err := tx.FAQOutcomeOf(ctx, r.ticket.id)
	if err == nil && out.Entry == r.old.faq {
		r.outcome = out.Outcome
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
