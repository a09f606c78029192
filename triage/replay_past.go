package triage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/rules"
	"firstline/store"
	"firstline/triage/token"
)

// past is what the desk knew at the moments of a replay, rebuilt from the rows.
type past struct {
	prefix  string // of ticket tags
	tickets map[int64]*pastTicket
	recent  []rules.Recent // by time
	boxes   map[int64]string
	// outcomes are the last outcomes of every FAQ entry as of today.
	outcomes map[string][]bool
	answers  map[string][]store.FAQOutcome // by requester, read when first asked for
	open     map[string]*opened            // by requester
}

// pastTicket is what a replay needs of a ticket.
type pastTicket struct {
	id, number int64
	requester  string
	subject    string
	category   string // as people left it; "" = nobody ever chose
	at         int    // index of its line in recent
}

// opened is when the tickets of a requester were opened and ended, each in order.
type opened struct{ from, to []time.Time }

// at counts the tickets that were open at a moment.
func (o *opened) at(t time.Time) int {
	if o == nil {
		return 0
	}
	from, _ := slices.BinarySearchFunc(o.from, t, time.Time.Compare)
	to, _ := slices.BinarySearchFunc(o.to, t, time.Time.Compare)
	return from - to
}

// readPast reads the tickets of a period and of the days before it. Memory grows
// by some 300 bytes per ticket of the period.
func readPast(ctx context.Context, tx *store.Tx, before, after *Config, since, until time.Time) (*past, error) {
	p := &past{prefix: before.Ticket.Prefix, tickets: map[int64]*pastTicket{}, boxes: map[int64]string{}, answers: map[string][]store.FAQOutcome{}, open: map[string]*opened{}}
	first := since.Add(-lateStart - recentFor)
	active, err := tx.ListTickets(ctx, store.TicketFilter{Active: true, Until: first, Limit: 100_000})
	if err != nil {
		return nil, fmt.Errorf("read open tickets: %w", err)
	}
	for i := range active {
		p.wasOpen(&active[i])
	}
	for from := first; from.Before(until); from = from.Add(day) {
		to := from.Add(day)
		if to.After(until) {
			to = until
		}
		rows, err := tx.ListTickets(ctx, store.TicketFilter{Since: from, Until: to, Limit: 1 << 30})
		if err != nil {
			return nil, fmt.Errorf("read tickets: %w", err)
		}
		slices.SortFunc(rows, func(a, b store.Ticket) int {
			return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
		})
		for i := range rows {
			p.ticket(&rows[i])
		}
	}
	for _, o := range p.open {
		slices.SortFunc(o.from, time.Time.Compare)
		slices.SortFunc(o.to, time.Time.Compare)
	}
	boxes, err := tx.Mailboxes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read mailboxes: %w", err)
	}
	for _, b := range boxes {
		p.boxes[b.ID] = b.Name
	}
	p.outcomes, err = outcomesOf(ctx, tx, before, after)
	return p, err
}

// ticket remembers a ticket of the period.
func (p *past) ticket(tk *store.Ticket) {
	t := &pastTicket{id: tk.ID, number: tk.Number, requester: tk.Requester, subject: tk.Subject, at: len(p.recent)}
	switch tk.State {
	case "held", "discarded", "merged":
	default:
		t.category = tk.Category
	}
	p.tickets[tk.ID] = t
	p.recent = append(p.recent, rules.Recent{Category: or(tk.CategoryAuto, tk.Category), Subject: tk.Subject, At: tk.CreatedAt})
	p.wasOpen(tk)
}

// wasOpen remembers when a ticket was open.
func (p *past) wasOpen(tk *store.Ticket) {
	o := p.open[tk.Requester]
	if o == nil {
		o = &opened{}
		p.open[tk.Requester] = o
	}
	o.from = append(o.from, tk.CreatedAt)
	if end := or(tk.ResolvedAt, tk.ClosedAt); !end.IsZero() {
		o.to = append(o.to, end)
	}
}

// outcomesOf are the last outcomes of the FAQ entries of both configurations.
func outcomesOf(ctx context.Context, tx *store.Tx, configs ...*Config) (map[string][]bool, error) {
	all := map[string][]bool{}
	for _, c := range configs {
		s := &shared{}
		t := &turn{ctx: ctx, tx: tx, c: c}
		one, err := s.faqOutcomes(t)
		if err != nil {
			return nil, err
		}
		for id, list := range one {
			all[id] = list
		}
	}
	return all, nil
}

// firstOutcomes are the outcomes of mails that continued no ticket.
var firstOutcomes = []string{outcomeOpened, outcomeAnswered, outcomeHeld, outcomeIgnored, outcomeRejected}

// mails lists the mails of a period that began a ticket, or that rules kept from
// beginning one, oldest first.
func (p *past) mails(ctx context.Context, tx *store.Tx, since, until time.Time) ([]replayed, error) {
	newest, err := tx.ListInbound(ctx, store.InboundFilter{Limit: 1})
	if err != nil || len(newest) == 0 {
		return nil, err
	}
	var list []replayed
	for id := newest[0].ID; id > 0; id-- { // ids rise with the time of acceptance
		in, err := tx.Inbound(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read inbox %d: %w", id, err)
		}
		if in.AcceptedAt.Before(since) {
			break
		}
		if !in.AcceptedAt.Before(until) || !slices.Contains(firstOutcomes, in.Outcome) {
			continue
		}
		tk := p.tickets[in.TicketID]
		if began := in.Outcome != outcomeIgnored && in.Outcome != outcomeRejected; began != (tk != nil) {
			continue // an ignored follow-up, or a ticket that was erased
		}
		list = append(list, replayed{id: in.ID, mailbox: in.MailboxID, at: startOf(in), ticket: tk})
	}
	slices.Reverse(list)
	return list, nil
}

// startOf is when the clocks of a stored mail started; see turn.startedAt.
func startOf(in store.Inbound) time.Time {
	at := in.ReceivedAt
	if at.IsZero() || at.After(in.AcceptedAt) || in.AcceptedAt.Sub(at) > lateStart {
		return in.AcceptedAt
	}
	return at
}

// input is the snapshot of the moment a mail came in, for both configurations.
func (p *past) input(ctx context.Context, tx *store.Tx, r *replayed) error {
	r.in = rules.Input{Now: r.at, Mailbox: p.boxes[r.mailbox], FAQOutcomes: p.outcomes}
	r.in.Recent = p.recentAt(r)
	if r.ticket == nil {
		return nil
	}
	if r.ticket.number > 0 {
		r.in.Ticket = token.Ticket{Prefix: p.prefix, Number: r.ticket.number}.String()
	}
	r.in.SenderOpenTickets = p.open[r.ticket.requester].at(r.at)
	earlier, err := tx.ListTickets(ctx, store.TicketFilter{Requester: r.ticket.requester, Until: p.recent[r.ticket.at].At, Limit: 1})
	if err != nil {
		return fmt.Errorf("look for earlier tickets: %w", err)
	}
	r.in.FirstContact = len(earlier) == 0
	answers, ok := p.answers[r.ticket.requester]
	if !ok {
		var err error
		if answers, err = tx.FAQAnsweredTo(ctx, r.ticket.requester, noTime); err != nil {
			return fmt.Errorf("read earlier answers: %w", err)
		}
		p.answers[r.ticket.requester] = answers
	}
	for _, a := range answers {
		if a.TicketID != r.ticket.id && a.SentAt.Before(r.at) && r.at.Sub(a.SentAt) < 90*day {
			if r.in.AnsweredAt == nil {
				r.in.AnsweredAt = map[string]time.Time{}
			}
			r.in.AnsweredAt[a.Entry] = later(r.in.AnsweredAt[a.Entry], a.SentAt)
		}
	}
	return nil
}

// recentAt are the tickets of the hours before a mail; the window shares the array.
func (p *past) recentAt(r *replayed) []rules.Recent {
	end := 0
	if r.ticket != nil {
		end = r.ticket.at
	} else {
		end, _ = slices.BinarySearchFunc(p.recent, r.at, func(x rules.Recent, at time.Time) int { return x.At.Compare(at) })
	}
	from, _ := slices.BinarySearchFunc(p.recent, r.at.Add(-recentFor), func(x rules.Recent, at time.Time) int { return x.At.Compare(at) })
	from = max(from, end-recentMost)
	if from >= end {
		return nil
	}
	return p.recent[from:end:end]
}

// answeredAlike reports whether an agent sent the requester of a ticket the answer
// of an FAQ entry.
func answeredAlike(ctx context.Context, tx *store.Tx, c *Config, ticketID int64, entry string) (bool, error) {
	e, ok := c.Rules.FAQEntry(entry)
	if !ok {
		return false, nil
	}
	messages, err := tx.Messages(ctx, ticketID)
	if err != nil {
		return false, fmt.Errorf("read messages of ticket %d: %w", ticketID, err)
	}
	for _, m := range messages {
		if m.Agent == "" || m.Visibility != "public" {
			continue
		}
		said := rules.Fold(m.Text)
		for _, answer := range e.Answer {
			if a := rules.Fold(answer); a != "" && strings.Contains(said, a) {
				return true, nil
			}
		}
	}
	return false, nil
}
