package triage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
)

// The outcomes of a mail, as the inbox row keeps them.
const (
	outcomeOpened    = "opened"    // a new ticket
	outcomeAnswered  = "answered"  // a new ticket that the FAQ answered
	outcomeFollowed  = "followed"  // appended to a ticket
	outcomeCommanded = "commanded" // an agent's mail that was carried out
	outcomeHeld      = "held"      // waits for a person's decision or proof
	outcomePending   = "pending"   // shown in a ticket, without effect
	outcomeIgnored   = "ignored"   // stored, nothing to do
	outcomeDuplicate = "duplicate"
	outcomeReported  = "reported" // a delivery report or receipt
	outcomeLoop      = "loop"
	outcomeRejected  = "rejected"
)

// turn is the work on one mail, or on one due timer, inside one transaction. It
// keeps the generation of the configuration it began with.
type turn struct {
	ctx  context.Context
	tx   *store.Tx
	desk *Desk
	c    *Config
	now  time.Time

	// The mail; zero when a timer is at work.
	in  store.Inbound
	m   *mailin.Message
	raw []byte
	// from is the folded From address.
	from string
	// said is when a held mail was written, when it is carried out later; confirming
	// is the mail that confirmed it.
	said       time.Time
	confirming int64
	link       link
	trace      []rules.Step

	// files are the attachments of the mail that travel with notices, once read.
	files  []mailout.Attachment
	passed []passage
	shared *shared
	// alike are the solved tickets like a ticket, once looked for: every agent who is
	// told gets the same.
	alike map[int64][]mailout.Similar
}

// turn begins the work inside a transaction.
func (d *Desk) turn(ctx context.Context, tx *store.Tx, c *Config, s *shared) *turn {
	return &turn{ctx: ctx, tx: tx, desk: d, c: c, now: tx.Now, shared: s}
}

// result is what a step decided about a mail. An empty outcome means: not my
// business, the next step decides.
type result struct {
	outcome string
	reason  string
	ticket  int64
}

// step answers one question about a mail.
type step struct {
	name string
	do   func(*turn) (result, error)
}

// steps is the way of every mail: guards first, then who it belongs to, then
// what it asks for. The last step always decides.
func steps() []step {
	return []step{
		{"duplicate", (*turn).duplicate},
		{"loop", (*turn).loop},
		{"report", (*turn).report},
		{"correlate", (*turn).correlate},
		{"machine", (*turn).machine},
		{"agent", (*turn).agentMail},
		{"follow", (*turn).followUp},
		{"open", (*turn).openTicket},
	}
}

// mail triages the mail of the turn and closes its inbox row.
func (t *turn) mail() error {
	t.from = mailin.FoldAddress(t.m.From.Address)
	for _, s := range steps() {
		r, err := s.do(t)
		if err != nil {
			return fmt.Errorf("%s of inbox %d: %w", s.name, t.in.ID, err)
		}
		if r.outcome == "" {
			continue
		}
		t.explain(s.name, r.outcome, true, r.reason)
		return t.finish(r)
	}
	return fmt.Errorf("inbox %d: no step decided", t.in.ID)
}

// finish closes the inbox row and stores why.
func (t *turn) finish(r result) error {
	if err := t.tx.FinishInbound(t.ctx, t.in.ID, r.outcome, r.reason, r.ticket); err != nil {
		return fmt.Errorf("finish inbox %d: %w", t.in.ID, err)
	}
	if err := t.tx.Count(t.ctx, store.TrafficIn+r.outcome, 1); err != nil {
		return err
	}
	if _, err := t.tx.ClearAlarm(t.ctx, fmt.Sprintf("aside:%d", t.in.ID)); err != nil {
		return fmt.Errorf("clear alarm of inbox %d: %w", t.in.ID, err)
	}
	text, err := json.Marshal(t.trace)
	if err != nil {
		return fmt.Errorf("encode trace of inbox %d: %w", t.in.ID, err)
	}
	hash := ""
	if t.c.Rules != nil {
		hash = t.c.Rules.Hash
	}
	err = t.tx.SaveTrace(t.ctx, store.Trace{InboxID: t.in.ID, TicketID: r.ticket, Rules: hash, Generation: t.c.Generation, JSON: string(text)})
	if err != nil {
		return fmt.Errorf("save trace of inbox %d: %w", t.in.ID, err)
	}
	if r.ticket == 0 {
		return t.event(nil, "system", "mail", "", r.outcome, r.reason)
	}
	return nil
}

// explain adds a line to the trace of the decision.
func (t *turn) explain(stage, name string, match bool, reason string) {
	t.trace = append(t.trace, rules.Step{Stage: stage, Name: name, Match: match, Reason: reason})
}

// event adds to the history of a ticket; without one, to that of the mail.
func (t *turn) event(tk *store.Ticket, actor, kind, old, new, reason string) error {
	e := store.Event{InboxID: t.in.ID, At: t.now, Actor: actor, Kind: kind, Old: old, New: new, Reason: reason}
	if tk != nil {
		e.TicketID = tk.ID
	}
	if err := t.tx.InsertEvent(t.ctx, e); err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	return nil
}

// alarm raises an alarm and tells the admin once per state change (R8).
func (t *turn) alarm(name, text string) error {
	fresh, err := t.tx.RaiseAlarm(t.ctx, name, text)
	if err != nil {
		return fmt.Errorf("raise alarm %s: %w", name, err)
	}
	if fresh {
		t.desk.Log.Error("alarm", "reason", text)
	}
	return nil
}

// ParseOptions is how mails are read under this configuration.
func (c *Config) ParseOptions(received time.Time) mailin.Options {
	return mailin.Options{
		Received: received,
		Auth: mailin.AuthOptions{
			Authserv: c.Security.TrustedAuthserv, BorderHosts: c.Security.BorderHosts,
			InternalProof: c.Security.InternalProof, ReceivedFrom: c.Security.ReceivedFrom,
		},
		Own:    c.ownAddresses(),
		Prefix: c.Ticket.Prefix,
	}
}
