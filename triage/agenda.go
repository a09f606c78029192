package triage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
)

// agendaLines is how much of each kind the agenda lists.
const agendaLines = 15

// Agenda is what the knowledge round of a period talks about.
func Agenda(ctx context.Context, tx *store.Tx, c *Config, p report.Period) (k report.Knowledge, err error) {
	k.Period = p
	if err = knowledge(ctx, tx, c, p, &k); err != nil {
		return k, err
	}
	if k.Returned, err = returned(ctx, tx, c, p); err != nil {
		return k, err
	}
	if k.Problems, err = problems(ctx, tx, c); err != nil {
		return k, err
	}
	rated, err := tx.RatedBetween(ctx, p.From, p.To)
	if err != nil {
		return k, fmt.Errorf("read ratings: %w", err)
	}
	rated = slices.DeleteFunc(rated, func(r store.Rated) bool { return r.Rating > 2 })
	k.LowRated, err = voices(ctx, tx, c, rated)
	return k, err
}

// returned are the tickets the second level gave back, with its knowledge note.
func returned(ctx context.Context, tx *store.Tx, c *Config, p report.Period) ([]report.Returned, error) {
	var events []store.HistoryEvent
	err := tx.EachEvent(ctx, p.From, p.To, []string{store.EventLevel, store.EventGroup}, func(e store.HistoryEvent) error {
		if e.Kind == store.EventGroup || e.New == "1" {
			events = append(events, e)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	from := map[int64]string{} // group a ticket was with before it came back
	var list []report.Returned
	for _, e := range events {
		if e.Kind == store.EventGroup {
			from[e.TicketID] = e.Old
			continue
		}
		if len(list) == agendaLines {
			break
		}
		tk, err := tx.Ticket(ctx, e.TicketID)
		if err != nil {
			return nil, fmt.Errorf("read ticket %d: %w", e.TicketID, err)
		}
		messages, err := tx.Messages(ctx, e.TicketID)
		if err != nil {
			return nil, fmt.Errorf("read messages of ticket %d: %w", e.TicketID, err)
		}
		r := report.Returned{Ticket: (&turn{c: c}).tag(&tk), Subject: tk.Subject, Group: c.groupLabel(from[e.TicketID], c.Company.Language), At: e.At}
		r.Done = whatWasDone(c, messages, e.At)
		list = append(list, r)
	}
	return list, nil
}

// whatWasDone is the newest knowledge note up to an instant, and the causes, fixes and
// workarounds that were noted.
func whatWasDone(c *Config, messages []store.Message, until time.Time) string {
	knowledge := ""
	var notes []string
	for _, m := range messages {
		switch {
		case m.At.After(until) || m.Agent == "":
		case m.Kind == "knowledge":
			knowledge = clipRunes(mailout.OneLine(m.Text), 300)
		case m.Kind == "cause" || m.Kind == "fix" || m.Kind == "workaround":
			notes = append(notes, noteLine(typedNotes[m.Kind], m.Text, c.Company.Language))
		}
	}
	if knowledge != "" {
		notes = slices.Insert(notes, 0, knowledge)
	}
	return strings.Join(notes, " · ")
}

// problems are the open tickets that others hang on.
func problems(ctx context.Context, tx *store.Tx, c *Config) ([]report.Problem, error) {
	ids, err := tx.OpenParents(ctx, agendaLines)
	if err != nil {
		return nil, fmt.Errorf("read open problems: %w", err)
	}
	var list []report.Problem
	for _, id := range ids {
		tk, err := tx.Ticket(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read ticket %d: %w", id, err)
		}
		children, err := tx.ListTickets(ctx, store.TicketFilter{ParentID: id, Limit: 1000})
		if err != nil {
			return nil, fmt.Errorf("read tickets of problem %d: %w", id, err)
		}
		owner, _ := c.Agent(tk.Assignee)
		p := report.Problem{Ticket: (&turn{c: c}).tag(&tk), Subject: tk.Subject, Since: tk.CreatedAt, Children: len(children),
			Owner: or(owner.Name, c.groupLabel(tk.Group, c.Company.Language))}
		if p.Workaround, err = workaround(ctx, tx, append([]store.Ticket{tk}, children...)); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// workaround is the newest one noted in any of some tickets: one of a report of a
// problem helps with the problem.
func workaround(ctx context.Context, tx *store.Tx, tickets []store.Ticket) (string, error) {
	var newest store.Message
	for i := range tickets[:min(len(tickets), briefChildren)] {
		messages, err := tx.Messages(ctx, tickets[i].ID)
		if err != nil {
			return "", fmt.Errorf("read messages of ticket %d: %w", tickets[i].ID, err)
		}
		for _, m := range messages {
			if m.Kind == "workaround" && !m.At.Before(newest.At) {
				newest = m
			}
		}
	}
	return clipRunes(mailout.OneLine(newest.Text), 300), nil
}
