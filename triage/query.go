package triage

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/state"
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
	if parsed.Has(command.Phone) || parsed.Has(command.Forward) {
		return t.phoneTicket(ac, parsed)
	}
	for _, c := range parsed.Commands {
		if c.Verb.Phase() != command.PhaseQuery && c.Ticket == (command.Ref{}) {
			return t.ownTicket(ac, parsed)
		}
	}
	jobs, err := t.perTicket(ac, parsed)
	if err != nil {
		return r, err
	}
	if r, err = t.perform(ac, jobs...); err != nil || r.outcome == outcomeHeld {
		return r, err
	}
	asking := &job{turn: t, ac: ac, tk: ac.ticket, parsed: parsed}
	if err := asking.queries(); err != nil {
		return r, err
	}
	if ac.ticket != nil && r.ticket == 0 {
		r.ticket = ac.ticket.ID
	}
	var names []string
	for _, c := range command.Order(parsed.Commands) {
		names = append(names, "#"+string(c.Verb))
	}
	r.reason = strings.Join(names, " ")
	return r, nil
}

// perTicket makes one job of each ticket that the commands of a mail name. The text
// belongs to the ticket whose command says what it is.
func (t *turn) perTicket(ac agentContext, parsed command.Mail) ([]*job, error) {
	var tickets []*store.Ticket
	named := map[command.Ref]int64{} // two may mean one: the other was merged into it
	byTicket := map[int64][]command.Command{}
	for _, c := range command.Order(parsed.Commands) {
		if c.Verb.Phase() == command.PhaseQuery {
			continue
		}
		if named[c.Ticket] == 0 {
			tk, err := t.livingTicket(c.Ticket)
			if err != nil {
				return nil, err
			}
			if byTicket[tk.ID] == nil {
				tickets = append(tickets, &tk)
			}
			named[c.Ticket] = tk.ID
		}
		byTicket[named[c.Ticket]] = append(byTicket[named[c.Ticket]], c)
	}
	var jobs []*job
	for _, tk := range tickets {
		one := parsed
		one.Commands, one.Text, one.Parts = byTicket[tk.ID], "", nil
		for _, p := range parsed.Parts {
			if named[p.Ticket] == tk.ID || p.Ticket == (command.Ref{}) && (one.TakesText() || hasInsertions(one)) {
				one.Parts = append(one.Parts, p)
			}
		}
		jobs = append(jobs, t.job(ac, tk, one))
	}
	return jobs, nil
}

// livingTicket is the ticket a command names, or what it was merged into.
func (t *turn) livingTicket(ref command.Ref) (store.Ticket, error) {
	tk, err := t.ticketOf(ref)
	for hops := 0; err == nil && tk.State == string(state.Merged) && hops < 20; hops++ {
		tk, err = t.tx.Ticket(t.ctx, tk.MergedInto)
	}
	if err != nil {
		return tk, fmt.Errorf("read ticket %s: %w", ref, err)
	}
	return tk, nil
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
		return j.list(c, store.TicketFilter{States: unsolved(), Assignee: j.ac.agent.ID})
	case command.ListTickets:
		return j.list(c, j.listFilter(c))
	case command.Search:
		return j.search(c)
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
	history, err := j.historyOf(tk, c.Verb == command.Show)
	if err != nil {
		return err
	}
	one := *j
	one.tk = tk
	if c.Verb == command.Show {
		return one.showAll(c, history)
	}
	lines, err := j.reasons(tk, or(j.ac.agent.Language, j.c.Company.Language))
	if err != nil {
		return err
	}
	return one.answer(c, mailout.Explanation, token.Internal, func(d *mailout.InternalData) { d.Lines, d.History = lines, history })
}

// showAll mails a ticket as a whole: facts, effort, what hangs together with it, files
// and history.
func (j *job) showAll(c command.Command, history []mailout.Entry) error {
	_, files, err := j.ticketFiles(j.tk)
	if err != nil {
		return err
	}
	for i := range files {
		files[i].Attached = false
	}
	lines, err := j.about()
	if err != nil {
		return err
	}
	first, solve := j.dues(j.tk.ID)
	return j.answer(c, mailout.Show, token.Internal, func(d *mailout.InternalData) {
		d.History, d.Files, d.Lines, d.Owner, d.FirstDue, d.SolveDue = history, files, lines, j.ownerName(j.tk), first, solve
	})
}

// about is what is known of a ticket besides its history, one line each.
func (j *job) about() ([]mailout.InternalText, error) {
	var lines []mailout.InternalText
	add := func(de, en, text string) {
		if text != "" {
			lines = append(lines, mailout.InternalReason(inLang([2]string{de, en}, j.lang())+text))
		}
	}
	events, err := j.tx.Events(j.ctx, j.tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of ticket %d: %w", j.tk.ID, err)
	}
	var effort time.Duration
	var linked []string
	away := ""
	for _, e := range events {
		switch e.Kind {
		case "effort":
			d, _ := time.ParseDuration(e.New)
			effort += d
		case "linked":
			linked = append(linked, e.New)
		case "automatic_mail":
			if _, at, found := strings.Cut(e.Reason, backOn); found {
				away = at
			}
		}
	}
	if effort > 0 {
		add("Aufwand: ", "Effort: ", mailout.Duration(effort, j.lang()))
	}
	add("Laut Abwesenheitsnotiz zurück am ", "Back by an absence note on ", away)
	add("Siehe auch: ", "See also: ", strings.Join(linked, ", "))
	if up, err := j.tx.Ticket(j.ctx, j.tk.ParentID); err == nil {
		add("Hauptticket: ", "Main ticket: ", j.tag(&up)+" "+up.Subject)
	}
	children, err := j.children(j.tk)
	if err != nil {
		return nil, err
	}
	for i := range children {
		add("Gehört dazu: ", "Under it: ", fmt.Sprintf("%s %s (%s)", j.tag(&children[i]), children[i].Subject, mailout.StateLabel(children[i].State, j.lang())))
	}
	add("Schlagwörter: ", "Tags: ", strings.Join(j.tk.Tags, " "))
	people, err := j.tx.Participants(j.ctx, j.tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read participants of ticket %d: %w", j.tk.ID, err)
	}
	for _, p := range people {
		switch p.Role {
		case "watcher":
			add("Liest mit: ", "Watcher: ", p.Address)
		case "vendor":
			add("Dritte: ", "Third party: ", p.Address)
		}
	}
	return lines, nil
}

// reasons are the stored traces of a ticket and its events, as lines.
func (t *turn) reasons(tk *store.Ticket, lang string) ([]mailout.InternalText, error) {
	var lines []mailout.InternalText
	steps, err := Traces(t.ctx, t.tx, tk.ID)
	if err != nil {
		return nil, err
	}
	missed := 0
	for _, s := range steps {
		switch {
		case s.Stage == "rule" && !s.Match: // the command line lists them
			missed++
			continue
		case s.Stage == "thread" && s.Match: // every further mail continues it: the history shows them
			continue
		}
		lines = append(lines, mailout.InternalReason(StageLabel(s.Stage, lang)+" "+StepText(s, lang)))
	}
	if missed > 0 {
		lines = append(lines, mailout.InternalReason(fmt.Sprintf(inLang([2]string{"Regeln, die nicht trafen: %d Zeilen (firstline explain %s)", "Rules that did not match: %d lines (firstline explain %s)"}, lang), missed, t.tag(tk))))
	}
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	for _, e := range events {
		if line := t.c.eventLine(e, lang); line != "" {
			lines = append(lines, mailout.InternalReason(line))
		}
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
