package triage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"firstline/rules"
	"firstline/store"
	"firstline/triage/report"
)

// eventFAQUsed is the event of an agent's answer with an entry, and eventFAQSuggested
// that of entries an agent was shown: New is the entry.
const (
	eventFAQUsed      = "faq_used"
	eventFAQSuggested = "faq_suggested"
)

// EntryUsage is how often an FAQ entry was used in a period and how it did.
type EntryUsage struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Mode  string `json:"mode"` // answer, suggest, off
	// Sent by itself, and what requesters said or did not say: Helped, Rejected and
	// Silent are judgements that fell in the period.
	Sent     int `json:"sent"`
	Helped   int `json:"helped"`
	Rejected int `json:"rejected"`
	Silent   int `json:"silent"`
	// Suggested to agents; Taken of them were then sent with #faq. ByAgents counts
	// all answers with #faq.
	Suggested int `json:"suggested"`
	Taken     int `json:"taken"`
	ByAgents  int `json:"by_agents"`
	// Demoted: only suggested, because it helped too rarely.
	Demoted bool `json:"demoted"`
	// LastUsed is the newest use of the period; zero = none.
	LastUsed   time.Time `json:"last_used,omitzero"`
	ReviewBy   time.Time `json:"review_by,omitzero"`
	ValidUntil time.Time `json:"valid_until,omitzero"` // first instant at which it is no longer sent
	// Gone: the entry was used, and the configuration has it no longer.
	Gone bool `json:"gone,omitempty"`
}

// entryUse is what the reports say of it.
func (u *EntryUsage) entryUse() report.EntryUse {
	return report.EntryUse{ID: u.ID, Title: u.Title, Sent: u.Sent, Helped: u.Helped, Silent: u.Silent, Rejected: u.Rejected, Demoted: u.Demoted}
}

// unhelpful reports whether requesters say that an entry does not help.
func (u *EntryUsage) unhelpful() bool {
	judged := u.Helped + u.Rejected
	return !u.Gone && (u.Demoted && u.Rejected > 0 || judged >= unhelpfulLeast && 2*u.Rejected >= judged)
}

// FAQUsage is the usage of all entries in [from, to), those that do not help first,
// then the most used. Entries that were not used are among them, and those that are
// gone.
func FAQUsage(ctx context.Context, tx *store.Tx, c *Config, from, to time.Time) ([]EntryUsage, error) {
	uses := map[string]*EntryUsage{}
	var list []*EntryUsage
	entry := func(id string) *EntryUsage {
		if uses[id] == nil {
			uses[id] = &EntryUsage{ID: id, Title: id, Gone: true}
			list = append(list, uses[id])
		}
		return uses[id]
	}
	t := &turn{ctx: ctx, tx: tx, c: c}
	if c.Rules != nil {
		for _, e := range c.Rules.FAQEntries() {
			*entry(e.ID) = EntryUsage{ID: e.ID, Title: e.Title, Mode: e.Mode, ReviewBy: e.ReviewBy, ValidUntil: e.ValidUntil}
			outcomes, err := t.entryOutcomes(e)
			if err != nil {
				return nil, err
			}
			entry(e.ID).Demoted = rules.Demoted(outcomes)
		}
	}
	f := &usageFold{entry: entry, suggested: map[useKey]bool{}, judged: map[useKey]string{}}
	if err := tx.EachEvent(ctx, from, to, []string{report.KindFAQ, eventFAQUsed, eventFAQSuggested}, f.add); err != nil {
		return nil, fmt.Errorf("read the use of the FAQ: %w", err)
	}
	f.judge()
	slices.SortStableFunc(list, func(a, b *EntryUsage) int {
		bad := func(u *EntryUsage) int {
			if u.unhelpful() {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(bad(a), bad(b)), cmp.Compare(b.Sent+b.ByAgents, a.Sent+a.ByAgents), cmp.Compare(b.Suggested, a.Suggested), cmp.Compare(a.ID, b.ID))
	})
	out := make([]EntryUsage, len(list))
	for i, u := range list {
		out[i] = *u
	}
	return out, nil
}

// suggested notes the entry an agent was shown first; that agents take it or leave it
// says how good the entry is.
func (t *turn) suggested(tk *store.Ticket, d rules.FAQDecision) error {
	if len(d.Suggest) == 0 {
		return nil
	}
	return t.event(tk, "system", eventFAQSuggested, "", d.Suggest[0].ID, "")
}

// useKey is an entry in a ticket.
type useKey struct {
	ticket int64
	entry  string
}

// usageFold counts events.
type usageFold struct {
	entry     func(id string) *EntryUsage
	suggested map[useKey]bool
	judged    map[useKey]string // the last judgement of a ticket counts
}

func (f *usageFold) add(e store.HistoryEvent) error {
	switch {
	case e.Kind == report.KindFAQ && e.Old == "":
		u := f.entry(e.New)
		u.Sent++
		u.LastUsed = e.At
	case e.Kind == report.KindFAQ:
		f.judged[useKey{e.TicketID, e.Old}] = e.New
	case e.Kind == eventFAQUsed:
		u := f.entry(e.New)
		u.ByAgents++
		u.LastUsed = e.At
		if f.suggested[useKey{e.TicketID, e.New}] {
			u.Taken++
		}
	case e.Kind == eventFAQSuggested:
		f.entry(e.New).Suggested++
		f.suggested[useKey{e.TicketID, e.New}] = true
	}
	return nil
}

func (f *usageFold) judge() {
	for k, outcome := range f.judged {
		u := f.entry(k.entry)
		switch outcome {
		case "helped":
			u.Helped++
		case "rejected":
			u.Rejected++
		case "silent":
			u.Silent++
		}
	}
}
