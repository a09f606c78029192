package triage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/token"
)

// withoutTicket carries out an agent's mail about no single ticket: queries,
// commands that name their tickets, phone tickets.
func (t *turn) withoutTicket(ac agentContext, parsed command.Mail) (result, error) {
	r := result{outcome: outcomeCommanded}
	if ac.ticket != nil {
		r.ticket = ac.ticket.ID
	}
	if len(parsed.Commands) == 0 {
		lang := or(ac.agent.Language, t.c.Company.Language)
		return t.holdMail(ac.agent, holdSyntax, "no command", []mailout.Problem{{Line: 1, Source: firstLine(t.m.Reply), Text: inLang([2]string{
			"hier hilft nur ein Befehl mit Ticketnummer, zum Beispiel #ich IT-10423.", "only a command with a ticket number helps here, such as #mine IT-10423."}, lang)}}, false)
	}
	if lost := aboutNothing(parsed); len(lost.Problems) > 0 {
		return t.holdMail(ac.agent, holdSyntax, problemsText(lost), t.problemsOf(ac.agent, lost), false)
	}
	var names []string
	byTicket := map[command.Ref][]command.Command{}
	var refs []command.Ref
	for _, c := range command.Order(parsed.Commands) {
		names = append(names, "#"+string(c.Verb))
		switch {
		case c.Verb == command.Phone || c.Verb == command.Forward:
			return t.phoneTicket(ac, parsed)
		case c.Verb.Phase() == command.PhaseQuery:
			j := &job{turn: t, ac: ac, tk: ac.ticket, parsed: parsed}
			if err := j.query(c); err != nil {
				return r, err
			}
		default:
			if _, ok := byTicket[c.Ticket]; !ok {
				refs = append(refs, c.Ticket)
			}
			byTicket[c.Ticket] = append(byTicket[c.Ticket], c)
		}
	}
	for _, ref := range refs {
		tk, err := t.ticketOf(ref)
		if err != nil {
			return r, fmt.Errorf("read ticket %s: %w", ref, err)
		}
		one := parsed
		one.Commands, one.Text, one.Parts = byTicket[ref], "", nil
		j := &job{turn: t, ac: ac, tk: &tk, parsed: one, verb: command.Quiet}
		if err := j.run(); err != nil {
			return r, err
		}
		r.ticket = tk.ID
	}
	r.reason = strings.Join(names, " ")
	return r, nil
}

// aboutNothing are the commands of a mail that would act on a ticket, where the mail
// neither names one nor opens one.
func aboutNothing(parsed command.Mail) command.Mail {
	if parsed.Has(command.Phone) || parsed.Has(command.Forward) {
		return command.Mail{}
	}
	var lost command.Mail
	for _, c := range parsed.Commands {
		if c.Verb.Phase() != command.PhaseQuery && c.Ticket == (command.Ref{}) {
			lost.Problems = append(lost.Problems, command.Problem{Line: c.Line, Literal: c.Literal, Verb: c.Verb, Code: command.NoTicket})
		}
	}
	return lost
}

// queries answers the queries among the commands of a ticket mail.
func (j *job) queries() error {
	for _, c := range j.parsed.Commands {
		if c.Verb.Phase() == command.PhaseQuery {
			if err := j.query(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// query answers one question by mail.
func (j *job) query(c command.Command) error {
	switch c.Verb {
	case command.Mine:
		return j.list(c, store.TicketFilter{Active: true, States: unsolved(), Assignee: j.ac.agent.ID})
	case command.ListTickets:
		return j.list(c, j.listFilter(c))
	case command.Search:
		return j.list(c, store.TicketFilter{Text: c.Text})
	case command.Show, command.Why:
		return j.show(c)
	case command.Status:
		return j.deskStatus(c)
	case command.Help:
		return j.help(c)
	case command.Away, command.Here:
		return j.absence(c)
	}
	return nil
}

// listFilter turns the words of #liste into a filter.
func (j *job) listFilter(c command.Command) store.TicketFilter {
	f := store.TicketFilter{Active: true, Group: c.Group, Assignee: c.Agent}
	states := map[string][]string{
		"waiting": {"waiting_requester", "waiting_vendor"}, "new": {"new"}, "open": {"open"}, "held": {"held"},
		"scheduled": {"scheduled"}, "solved": {"resolved"},
	}
	if f.States = states[c.Filter]; f.States == nil {
		f.States = unsolved()
	}
	if c.Filter == "all" {
		f.Active, f.States = false, nil
	}
	return f
}

// unsolved are the states of tickets that somebody still has to do something about.
func unsolved() []string {
	return []string{"new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "scheduled"}
}

// listMost is how many tickets a list mail shows.
const listMost = 50

// listLook is how many tickets a list sorts: the most urgent are shown, the others
// counted.
const listLook = 200

// overdueLook is how many tickets are looked through for overdue ones.
const overdueLook = 2000

// list mails a list of tickets.
func (j *job) list(c command.Command, f store.TicketFilter) error {
	f.Limit = listLook
	if c.Filter == "overdue" {
		f.Limit = overdueLook // what is overdue is only known of each ticket
	}
	rows, err := j.tx.ListTickets(j.ctx, f)
	if err != nil {
		return fmt.Errorf("list tickets: %w", err)
	}
	lang := or(j.ac.agent.Language, j.c.Company.Language)
	var list []mailout.Row
	for i := range rows {
		tk := &rows[i]
		first, solve := j.dues(tk.ID)
		due := or(first, solve)
		overdue := !due.IsZero() && due.Before(j.now)
		if c.Filter == "overdue" && !overdue {
			continue
		}
		list = append(list, mailout.Row{Due: due, Overdue: overdue, Ticket: j.facts(tk, lang), Who: or(tk.RequesterName, tk.Requester)})
	}
	slices.SortStableFunc(list, soonest)
	n, more := len(list), 0
	if n > listMost {
		list, more = list[:listMost], n-listMost
	}
	return j.answer(c, mailout.List, token.List, func(d *mailout.InternalData) {
		d.Title, d.Rows, d.MoreRows = listTitle(c, lang, n), list, more
	})
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

// answer mails the answer to a query, once per query of a mail.
func (j *job) answer(c command.Command, kind mailout.InternalKind, purpose token.Purpose, fill func(*mailout.InternalData)) error {
	var tk *store.Ticket
	if kind == mailout.Show || kind == mailout.Explanation {
		tk = j.tk
	}
	_, err := j.toAgent(tk, j.ac.agent, notice{kind: kind, purpose: purpose, cause: fmt.Sprintf("query:%d:%s:%d", j.in.ID, c.Verb, c.Line), fill: fill})
	return err
}

// show mails the whole history of a ticket, or why it was decided so.
func (j *job) show(c command.Command) error {
	tk := j.tk
	if c.Ticket != (command.Ref{}) {
		found, err := j.ticketOf(c.Ticket)
		if err != nil {
			return fmt.Errorf("read ticket %s: %w", c.Ticket, err)
		}
		tk = &found
	}
	if tk == nil {
		return nil
	}
	history, err := j.history(tk)
	if err != nil {
		return err
	}
	one := *j
	one.tk = tk
	if c.Verb == command.Show {
		return one.answer(c, mailout.Show, token.Internal, func(d *mailout.InternalData) { d.History = history })
	}
	lines, err := j.reasons(tk)
	if err != nil {
		return err
	}
	return one.answer(c, mailout.Explanation, token.Internal, func(d *mailout.InternalData) { d.Lines, d.History = lines, history })
}

// reasons are the stored traces of a ticket and its events, as lines.
func (t *turn) reasons(tk *store.Ticket) ([]mailout.InternalText, error) {
	var lines []mailout.InternalText
	steps, err := Traces(t.ctx, t.tx, tk.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		mark := "✗"
		if s.Match {
			mark = "✓"
		}
		lines = append(lines, mailout.InternalReason(strings.TrimSpace(fmt.Sprintf("%s %s %s: %s", mark, s.Stage, s.Name, s.Reason))))
	}
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	for _, e := range events {
		at := e.At.In(t.c.Company.Location).Format("02.01. 15:04")
		lines = append(lines, mailout.InternalReason(strings.TrimSpace(fmt.Sprintf("%s %s %s %s → %s %s", at, e.Actor, e.Kind, e.Old, e.New, e.Reason))))
	}
	return lines, nil
}

// deskStatus mails how the desk is doing.
func (j *job) deskStatus(c command.Command) error {
	waiting, err := j.tx.NextInbound(j.ctx, 1000)
	if err != nil {
		return fmt.Errorf("count waiting mails: %w", err)
	}
	leaving, err := j.tx.ListOutbox(j.ctx, store.OutboxFilter{States: []string{"queued"}, Limit: 1000})
	if err != nil {
		return fmt.Errorf("count leaving mails: %w", err)
	}
	failed, err := j.tx.ListOutbox(j.ctx, store.OutboxFilter{States: []string{"failed"}, Since: j.now.Add(-7 * day), Limit: 1000})
	if err != nil {
		return fmt.Errorf("count failed mails: %w", err)
	}
	alarms, err := j.tx.Alarms(j.ctx)
	if err != nil {
		return fmt.Errorf("read alarms: %w", err)
	}
	lang := or(j.ac.agent.Language, j.c.Company.Language)
	lines := []mailout.InternalText{
		mailout.InternalReason(inLang(statusLine(alarms), lang)),
		mailout.InternalReason(fmt.Sprintf(inLang([2]string{"Wartend: %d im Eingang, %d im Ausgang", "Waiting: %d to be read, %d to leave"}, lang), len(waiting), len(leaving))),
		mailout.InternalReason(fmt.Sprintf(inLang([2]string{"In den letzten 7 Tagen nicht zugestellt: %d", "Not delivered in the last 7 days: %d"}, lang), len(failed))),
	}
	for _, a := range alarms {
		lines = append(lines, mailout.InternalReason(a.Text))
	}
	return j.answer(c, mailout.List, token.List, func(d *mailout.InternalData) {
		d.Title, d.Lines = inLang([2]string{"So geht es firstline", "How firstline is doing"}, lang), lines
	})
}

// statusLine is the answer in short.
func statusLine(alarms []store.Alarm) [2]string {
	if len(alarms) == 0 {
		return [2]string{"Alles läuft, keine Störung.", "All is well, no alarms."}
	}
	return [2]string{fmt.Sprintf("Störungen: %d", len(alarms)), fmt.Sprintf("Alarms: %d", len(alarms))}
}

// helpKey is how wide a command with its arguments may be to stand in the first
// column of the help.
const helpKey = 22

// help mails the commands.
func (j *job) help(c command.Command) error {
	lang := or(j.ac.agent.Language, j.c.Company.Language)
	return j.answer(c, mailout.Help, token.List, func(d *mailout.InternalData) {
		for _, u := range command.Usages(lang) {
			h := mailout.CommandHelp{Words: strings.TrimSpace(u.Words[0] + " " + u.Arguments), Text: u.Description}
			if utf8.RuneCountInString(h.Words) > helpKey {
				h.Words, h.Text = u.Words[0], u.Arguments+" – "+u.Description
			}
			d.Commands = append(d.Commands, h)
		}
		d.Examples = j.examples()
	})
}

// absence records that an agent is away or back.
func (j *job) absence(c command.Command) error {
	if _, err := j.tx.DeleteAbsences(j.ctx, j.ac.agent.ID); err != nil {
		return fmt.Errorf("end absence: %w", err)
	}
	if c.Verb == command.Away {
		_, err := j.tx.InsertAbsence(j.ctx, store.Absence{Agent: j.ac.agent.ID, FromAt: c.When, ToAt: c.Until, Substitute: c.Substitute})
		if err != nil {
			return fmt.Errorf("record absence: %w", err)
		}
	}
	undo := "#" + command.Here.ASCII(or(j.ac.agent.Language, j.c.Company.Language))
	return j.answer(c, mailout.Confirmation, token.List, func(d *mailout.InternalData) {
		line := inLang([2]string{"Sie sind wieder da und bekommen neue Tickets.", "You are back and get new tickets."}, d.Lang)
		if c.Verb == command.Away {
			line = j.absent(c, d.Lang)
			d.Undo = undo
		}
		d.Lines = []mailout.InternalText{mailout.InternalReason(line)}
	})
}

// absent says from when to when an agent is away, and who stands in.
func (j *job) absent(c command.Command, lang string) string {
	from := mailout.Date(c.When, j.now, j.c.Company.Location, lang)
	until := mailout.Date(c.Until, j.now, j.c.Company.Location, lang)
	if a, ok := j.c.Agent(c.Substitute); ok {
		return fmt.Sprintf(inLang([2]string{"abwesend von %s bis %s, Vertretung: %s", "away from %s to %s, substitute: %s"}, lang), from, until, a.Name)
	}
	return fmt.Sprintf(inLang([2]string{"abwesend von %s bis %s, ohne Vertretung: Neues geht an die Gruppe", "away from %s to %s, no substitute: new mail goes to the group"}, lang), from, until)
}

// examples are names of this desk, so that what the help shows works when it is
// copied.
func (j *job) examples() mailout.HelpExamples {
	x := mailout.HelpExamples{Ticket: fmt.Sprintf("%s-%d", j.c.Ticket.Prefix, or(j.c.Ticket.FirstNumber, 10001))}
	if ids := slices.Sorted(maps.Keys(j.c.Categories)); len(ids) > 0 {
		x.Category = ids[0]
	}
	for _, a := range j.c.People.Agents {
		if a.ID != j.ac.agent.ID {
			x.Colleague = a.ID
			break
		}
	}
	if j.tk != nil {
		x.Ticket = j.tag(j.tk)
	}
	if j.c.Rules != nil {
		if all := j.c.Rules.FAQEntries(); len(all) > 0 {
			x.FAQ = all[0].ID
		}
	}
	return x
}
