package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// listFilter turns the words of #liste into a filter.
func (j *job) listFilter(c command.Command) store.TicketFilter {
	f := store.TicketFilter{States: unsolved(), Group: c.Group, Assignee: c.Agent}
	states := map[string][]string{
		"waiting": {"waiting_requester", "waiting_vendor"}, "new": {"new"}, "open": {"open"}, "held": {"held"},
		"scheduled": {"scheduled"}, "solved": {"resolved"}, "all": {},
	}
	if chosen, ok := states[c.Filter]; ok {
		f.States = chosen
	}
	f.Unassigned = c.Filter == "unassigned"
	return f
}

// unsolved are the states of tickets that somebody still has to do something about.
func unsolved() []string {
	return []string{"new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "scheduled"}
}

// listMost is how many tickets a list mail shows.
const listMost = 50

// overdueLook is how many tickets are looked through for what is due first.
const overdueLook = 2000

// list mails a list of tickets, what is due first at the top.
func (j *job) list(c command.Command, f store.TicketFilter) error {
	f.Limit = overdueLook
	if len(f.States) == 0 {
		f.Limit = 4 * listMost // a search, or everything: the newest
	}
	found, err := j.tx.ListTickets(j.ctx, f)
	if err != nil {
		return fmt.Errorf("list tickets: %w", err)
	}
	list := j.rows(found, j.lang())
	slices.SortStableFunc(list, soonest)
	if c.Filter == "overdue" {
		list = slices.DeleteFunc(list, func(r mailout.Row) bool { return !r.Overdue })
	}
	return j.mailList(c, list)
}

// mailList mails tickets under the title of their query.
func (j *job) mailList(c command.Command, list []mailout.Row) error {
	return j.answer(c, mailout.List, token.List, func(d *mailout.InternalData) {
		d.Title = listTitle(c, j.lang(), len(list))
		d.Rows, d.MoreRows = atMost(list)
	})
}

// searchWords is how many words a search looks for.
const searchWords = 6

// search mails the tickets that hold every word, by number, subject, people or text,
// the newest first, and the solved ones that hold them in another form.
func (j *job) search(c command.Command) error {
	words := strings.FieldsFunc(c.Text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"„“”,;`, r) })
	found, err := j.tx.Search(j.ctx, words[:min(len(words), searchWords)], 4*listMost)
	if err != nil {
		return fmt.Errorf("search tickets: %w", err)
	}
	for _, n := range token.FindTags("["+strings.Join(words, "] [")+"]", j.c.Ticket.Prefix) {
		tk, err := j.tx.TicketByNumber(j.ctx, n)
		if err == nil && !slices.ContainsFunc(found, func(f store.Ticket) bool { return f.ID == tk.ID }) {
			found = append([]store.Ticket{tk}, found...)
		}
	}
	solved, err := j.solvedWith(rules.TopicOf(c.Text, ""))
	if err != nil {
		return err
	}
	for _, tk := range solved {
		if !slices.ContainsFunc(found, func(f store.Ticket) bool { return f.ID == tk.ID }) {
			found = append(found, tk)
		}
	}
	return j.mailList(c, j.rows(found, j.lang()))
}

// rows are tickets as lines of a list.
func (t *turn) rows(found []store.Ticket, lang string) []mailout.Row {
	var list []mailout.Row
	for i := range found {
		tk := &found[i]
		due := t.nextDue(tk.ID)
		list = append(list, mailout.Row{
			State: tk.State,
			Due:   due, Overdue: !due.IsZero() && due.Before(t.now), Ticket: t.facts(tk, lang), Who: or(tk.RequesterName, tk.Requester),
		})
	}
	return list
}

// atMost cuts a list to what a mail shows.
func atMost(list []mailout.Row) (rows []mailout.Row, more int) {
	n := min(len(list), listMost)
	return list[:n], len(list) - n
}

// nextDue is the next instant something is due in a ticket.
func (t *turn) nextDue(ticketID int64) time.Time {
	return t.nextOf(ticketID, func(store.Clock) bool { return true })
}

// nextPromised is the next instant that was promised to the requester: when the second
// level takes over is none of it.
func (t *turn) nextPromised(ticketID int64) time.Time {
	return t.nextOf(ticketID, func(c store.Clock) bool { return c.Kind != sla.TakeOver })
}

func (t *turn) nextOf(ticketID int64, counts func(store.Clock) bool) time.Time {
	rows, err := t.tx.Clocks(t.ctx, ticketID)
	if err != nil {
		return noTime
	}
	var due time.Time
	for _, c := range rows {
		if counts(c) && c.State == sla.Running && !c.DueAt.IsZero() && (due.IsZero() || c.DueAt.Before(due)) {
			due = c.DueAt
		}
	}
	return due
}

// soonest orders tickets by when they are due, those without a due time last.
func soonest(a, b mailout.Row) int {
	switch {
	case a.Due.Equal(b.Due):
		return 0
	case a.Due.IsZero():
		return 1
	case b.Due.IsZero():
		return -1
	}
	return a.Due.Compare(b.Due)
}

func listTitle(c command.Command, lang string, n int) string {
	words := map[command.Verb][2]string{
		command.Mine: {"Ihre offenen Tickets", "Your open tickets"}, command.Search: {"Suche: " + c.Text, "Search: " + c.Text},
	}
	pair, ok := words[c.Verb]
	if !ok {
		pair = [2]string{"Liste", "List"}
		if _, what, found := strings.Cut(c.Literal, " "); found {
			pair = [2]string{"Liste: " + what, "List: " + what}
		}
	}
	if lang == "en" {
		return fmt.Sprintf("%s (%d)", pair[1], n)
	}
	return fmt.Sprintf("%s (%d)", pair[0], n)
}
