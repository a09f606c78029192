package triage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/rules"
	"firstline/store"
)

// TuneOptions say which mails thresholds are proposed from.
type TuneOptions struct {
	Since, Until time.Time // accepted in [Since, Until)
	Precision    float64   // to be reached; 0 = 0.95
	// Progress is called between batches, in one goroutine; nil = not wanted.
	Progress func(done, total int)
}

// Tuning proposes FAQ thresholds from what became of mails.
type Tuning struct {
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
	Precision float64   `json:"precision"`
	Mails     int       `json:"mails"` // that were compared with the FAQ
	// Confirmed, ByAgent, Rejected and WithoutFAQ count the mails of which it is
	// known whether the nearest entry was right.
	Confirmed  int           `json:"confirmed"`   // the requester said that it helped
	ByAgent    int           `json:"by_agent"`    // an agent answered with it
	Rejected   int           `json:"rejected"`    // the requester said that it did not help
	Other      int           `json:"other_entry"` // another entry was right
	WithoutFAQ int           `json:"without_faq"` // an agent answered in his own words
	General    EntryTuning   `json:"general"`
	Entries    []EntryTuning `json:"entries"`
}

// EntryTuning compares the thresholds in force with those proposed. An entry
// without a name stands for the general settings.
type EntryTuning struct {
	Entry    string         `json:"entry,omitempty"`
	Now      rules.Proposal `json:"now"`
	Proposal rules.Proposal `json:"proposal"`
	// Worth says that the proposal sends more right answers, or fewer wrong ones,
	// than what is in force or, for an entry, than the general proposal does.
	Worth bool `json:"worth"`
}

// TuneFAQ compares the stored mails that began a ticket with the FAQ as it is now
// and looks for the thresholds that would have been right. It changes nothing.
//
// What counts as right: the requester confirmed the entry, or an agent answered
// with it. Wrong: it was rejected, another entry was right, or a person answered
// without the FAQ. Silence says nothing.
func TuneFAQ(ctx context.Context, st *store.Store, c *Config, o TuneOptions) (Tuning, error) {
	r := Tuning{Since: o.Since, Until: o.Until, Precision: or(o.Precision, 0.95), Entries: []EntryTuning{}}
	p := &player{st: st}
	err := st.View(ctx, func(tx *store.Tx) error {
		l, err := readLessons(ctx, tx, c.Ticket.Prefix)
		if err != nil {
			return err
		}
		p.before = l.taught(c)
		if p.past, err = readPast(ctx, tx, p.before, p.before, o.Since, o.Until); err != nil {
			return err
		}
		p.past.outcomes = nil // whether an entry was demoted is not the question
		p.waiting, err = p.past.mails(ctx, tx, o.Since, o.Until)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("tune: read what is stored: %w", err)
	}
	known := map[string][]rules.Outcome{}
	total := len(p.waiting)
	for len(p.waiting) > 0 {
		mails, err := p.next(ctx)
		if err == nil {
			err = st.View(ctx, func(tx *store.Tx) error { return r.take(ctx, tx, mails, known) })
		}
		if err = errors.Join(err, ctx.Err()); err != nil {
			return r, fmt.Errorf("tune: %w", err)
		}
		if o.Progress != nil {
			o.Progress(total-len(p.waiting), total)
		}
	}
	r.propose(c.Rules, known)
	return r, nil
}

// take adds the mails of a batch whose right entry is known.
func (r *Tuning) take(ctx context.Context, tx *store.Tx, mails []replayed, known map[string][]rules.Outcome) error {
	for i := range mails {
		m := &mails[i]
		best := m.old.best
		if m.unread || m.skip || m.ticket == nil || best.ID == "" {
			continue
		}
		r.Mails++
		if !best.Ready {
			continue
		}
		count, right, err := r.label(ctx, tx, m.ticket.id, best.ID)
		if err != nil {
			return err
		}
		if count == nil {
			continue
		}
		*count++
		known[best.ID] = append(known[best.ID], rules.Outcome{Score: best.Score, Margin: best.Margin, Right: right})
	}
	return nil
}

// label says what became of a ticket as far as an entry is concerned, as the
// counter it belongs to; nil = it says nothing.
func (r *Tuning) label(ctx context.Context, tx *store.Tx, ticket int64, entry string) (count *int, right bool, err error) {
	sent, err := tx.FAQOutcomeOf(ctx, ticket)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, false, fmt.Errorf("read FAQ answer of ticket %d: %w", ticket, err)
	}
	uses, err := tx.FAQUses(ctx, ticket)
	if err != nil {
		return nil, false, fmt.Errorf("read #faq of ticket %d: %w", ticket, err)
	}
	tk, err := tx.Ticket(ctx, ticket)
	if err != nil {
		return nil, false, fmt.Errorf("read ticket %d: %w", ticket, err)
	}
	switch {
	case sent.Outcome == "helped" && sent.Entry == entry:
		return &r.Confirmed, true, nil
	case slices.ContainsFunc(uses, func(u store.FAQUse) bool { return u.Entry == entry }):
		return &r.ByAgent, true, nil
	case sent.Outcome == "rejected" && sent.Entry == entry:
		return &r.Rejected, false, nil
	case sent.Outcome == "helped" || len(uses) > 0:
		return &r.Other, false, nil
	case !tk.FirstResponseAt.IsZero() && sent.Entry == "":
		return &r.WithoutFAQ, false, nil
	}
	return nil, false, nil
}

// propose looks for thresholds, in general and for each entry.
func (r *Tuning) propose(s *rules.Set, known map[string][]rules.Outcome) {
	var all []rules.Outcome
	now := &r.General.Now
	for _, e := range s.FAQEntries() {
		score, lead := s.Thresholds(e.ID)
		at := rules.At(known[e.ID], score, lead)
		now.Sent, now.Right = now.Sent+at.Sent, now.Right+at.Right
		all = append(all, known[e.ID]...)
	}
	now.MinScore, now.MinLead = s.Thresholds("")
	now.Outcomes = len(all)
	r.General.Proposal = rules.Tune(all, r.Precision)
	r.General.Worth = r.better(r.General.Proposal, *now)
	general := *now
	if r.General.Worth {
		general = r.General.Proposal
	}
	for _, e := range s.FAQEntries() {
		if list := known[e.ID]; len(list) > 0 {
			score, lead := s.Thresholds(e.ID)
			t := EntryTuning{Entry: e.ID, Now: rules.At(list, score, lead), Proposal: rules.Tune(list, r.Precision)}
			t.Worth = r.better(t.Proposal, t.Now) && r.better(t.Proposal, rules.At(list, general.MinScore, general.MinLead))
			r.Entries = append(r.Entries, t)
		}
	}
}

// better reports whether a proposal sends more right answers than what is in
// force, or as many with fewer wrong ones; or what is in force is not precise
// enough.
func (r *Tuning) better(p, now rules.Proposal) bool {
	precise := float64(now.Right) >= r.Precision*float64(now.Sent)
	return p.OK && (!precise || p.Right > now.Right || p.Right == now.Right && p.Sent < now.Sent)
}
