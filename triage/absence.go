package triage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/state"
	"firstline/triage/token"
)

const (
	// lookBack is how far back absences are looked at: those that ended are told of
	// when work begins again.
	lookBack = 8 * day
	// returnTold is how long after an absence its mail still makes sense.
	returnTold = 7 * day
)

// over is the first instant after an absence: both its days are whole.
func (a Absence) over() time.Time { return a.To.AddDate(0, 0, 1) }

func (a Absence) covers(at time.Time) bool { return !at.Before(a.From) && at.Before(a.over()) }

// absence records that an agent is away or back.
func (j *job) absence(c command.Command) error {
	if c.Verb == command.Away {
		return j.goAway(c)
	}
	return j.comeBack(c)
}

// goAway plans an absence. It replaces the one it overlaps with; others stay.
func (j *job) goAway(c command.Command) error {
	rows, err := j.planned()
	if err != nil {
		return err
	}
	a := Absence{Agent: j.ac.agent.ID, From: c.When, To: c.Until, Substitute: c.Substitute}
	undo := command.Command{Verb: command.Here, When: a.From, Until: a.To}
	for _, r := range rows {
		old := Absence{Agent: r.Agent, From: r.FromAt, To: r.ToAt, Substitute: r.Substitute}
		if !old.From.Before(a.over()) || !a.From.Before(old.over()) {
			continue
		}
		if err := j.tx.DeleteAbsence(j.ctx, r.ID); err != nil {
			return fmt.Errorf("replace absence: %w", err)
		}
		undo = j.awayAgain(old)
	}
	_, err = j.tx.InsertAbsence(j.ctx, store.Absence{Agent: a.Agent, FromAt: a.From, ToAt: a.To, Substitute: a.Substitute})
	if err != nil {
		return fmt.Errorf("record absence: %w", err)
	}
	return j.confirmAbsence(c, undo, j.awayLine(a), j.substituteLine(a))
}

func (j *job) awayAgain(a Absence) command.Command {
	loc := j.c.Company.Location
	return command.Command{Verb: command.Away, When: a.From.In(loc), Until: a.To.In(loc), Substitute: a.Substitute}
}

// planned are the agent's own absences that are not over, by start.
func (j *job) planned() ([]store.Absence, error) {
	rows, err := j.tx.Absences(j.ctx, j.now.Add(-2*day))
	if err != nil {
		return nil, fmt.Errorf("read absences: %w", err)
	}
	return slices.DeleteFunc(rows, func(r store.Absence) bool {
		return r.Agent != j.ac.agent.ID || !j.now.Before(Absence{To: r.ToAt}.over())
	}), nil
}

// awayLine says from when to when somebody is away.
func (j *job) awayLine(a Absence) string {
	from, to := j.date(a.From), j.date(a.To)
	if from == to {
		return inLang([2]string{"Abwesend am " + from, "Away on " + from}, j.lang())
	}
	return inLang([2]string{"Abwesend von " + from + " bis " + to, "Away from " + from + " to " + to}, j.lang())
}

// date is a day in full, without its time.
func (j *job) date(at time.Time) string {
	full := inLang(j.dated("", "", at), j.lang())
	full, _, _ = cutLast(full, ", ")
	return full
}

// substituteLine says who gets the mails meanwhile, and warns when that is nobody.
func (j *job) substituteLine(a Absence) string {
	c := *j.c
	c.People.Absences = append(slices.Clone(c.People.Absences), a)
	name, there := a.Substitute, c.standIns(a.Substitute, a.From)
	if s, ok := c.Agent(a.Substitute); ok {
		name = s.Name
	} else if a.Substitute != "" {
		name = c.groupLabel(a.Substitute, j.lang())
	}
	switch {
	case a.Substitute == "":
		return inLang([2]string{"Ohne Vertretung: Benachrichtigungen gehen an die Gruppe", "No substitute: notices go to the group"}, j.lang())
	case len(there) == 0:
		return inLang([2]string{"Vertretung: " + name + ", in dieser Zeit selbst nicht da. Benachrichtigungen gehen an die Gruppe",
			"Substitute: " + name + ", not there in this time. Notices go to the group"}, j.lang())
	case len(there) == 1 && there[0].Name != name && c.follow(a.Substitute, a.From) != a.Substitute:
		return inLang([2]string{"Vertretung: " + name + ", selbst abwesend; es vertritt " + there[0].Name, "Substitute: " + name + ", also away; " + there[0].Name + " stands in"}, j.lang())
	}
	return inLang([2]string{"Vertretung: " + name, "Substitute: " + name}, j.lang())
}

func (j *job) confirmAbsence(c, undo command.Command, lines ...string) error {
	return j.answer(c, mailout.Confirmation, token.List, func(d *mailout.InternalData) {
		for _, l := range lines {
			d.Lines = append(d.Lines, mailout.InternalReason(l))
		}
		if undo.Verb != "" {
			d.Undo = undo.Print(j.lang(), j.c.Ticket.Prefix)
		}
	})
}

// comeBack ends one absence: the named one, else the present one, else the next.
func (j *job) comeBack(c command.Command) error {
	rows, err := j.planned()
	if err != nil {
		return err
	}
	for _, r := range rows {
		a := Absence{Agent: r.Agent, From: r.FromAt, To: r.ToAt, Substitute: r.Substitute}
		if !c.When.IsZero() && (!a.From.Before(Absence{To: c.Until}.over()) || !c.When.Before(a.over())) {
			continue
		}
		if err := j.tx.DeleteAbsence(j.ctx, r.ID); err != nil {
			return fmt.Errorf("end absence: %w", err)
		}
		return j.isBack(c, a)
	}
	for _, a := range j.c.People.Absences { // planned in the configuration
		if a.Agent != j.ac.agent.ID || !a.covers(j.now) {
			continue
		}
		if err := j.tx.SetMeta(j.ctx, hereKey(a.Agent), j.now.Format(time.RFC3339)); err != nil {
			return fmt.Errorf("end absence: %w", err)
		}
		return j.isBack(c, a)
	}
	return j.confirmAbsence(c, command.Command{}, inLang([2]string{"Es war keine Abwesenheit eingetragen", "No absence was recorded"}, j.lang()))
}

// isBack confirms the end of an absence; who was away reads what happened meanwhile.
func (j *job) isBack(c command.Command, a Absence) error {
	line := inLang([2]string{"Nicht mehr eingetragen: ", "No longer recorded: "}, j.lang()) + j.awayLine(a)
	if err := j.confirmAbsence(c, j.awayAgain(a), line); err != nil || j.now.Before(a.From) {
		return err
	}
	a.To = j.now
	return j.tellReturn(j.ac.agent, a)
}

// hereKey names the fact that an agent is back although the configuration has him away.
func hereKey(agent string) string { return "here:" + agent }

// withAbsences adds the absences that agents announced by mail to those of the
// configuration, and drops those that #anwesend ended.
func withAbsences(ctx context.Context, tx *store.Tx, c *Config) (*Config, error) {
	return c.withAbsences(ctx, tx, tx.Now.Add(-2*day))
}

func (c *Config) withAbsences(ctx context.Context, tx *store.Tx, after time.Time) (*Config, error) {
	rows, err := tx.Absences(ctx, after)
	if err != nil {
		return nil, fmt.Errorf("read absences: %w", err)
	}
	if len(rows)+len(c.People.Absences) == 0 {
		return c, nil
	}
	with := *c
	with.People.Absences = nil
	for _, a := range c.People.Absences {
		if a.covers(tx.Now) {
			back, err := tx.Meta(ctx, hereKey(a.Agent))
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return nil, fmt.Errorf("read absences: %w", err)
			}
			if at, err := time.Parse(time.RFC3339, back); err == nil && a.covers(at) {
				continue
			}
		}
		with.People.Absences = append(with.People.Absences, a)
	}
	for _, r := range rows {
		with.People.Absences = append(with.People.Absences, Absence{Agent: r.Agent, From: r.FromAt, To: r.ToAt, Substitute: r.Substitute})
	}
	return &with, nil
}

// sweepAbsences mails everybody whose absence is over what happened meanwhile, when
// work begins again.
func (d *Desk) sweepAbsences(ctx context.Context) error {
	var back []Absence
	var c *Config
	look := func(tx *store.Tx) (err error) {
		back = nil
		if c, err = d.Config().withAbsences(ctx, tx, tx.Now.Add(-lookBack)); err != nil {
			return err
		}
		back, err = c.returned(ctx, tx)
		return err
	}
	if err := d.Store.View(ctx, look); err != nil || len(back) == 0 {
		return err
	}
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		t := d.turn(ctx, tx, c, &shared{})
		for _, a := range back {
			agent, _ := c.Agent(a.Agent)
			if err := t.tellReturn(agent, a); err != nil {
				return err
			}
		}
		return nil
	})
}

// returned are the absences that are over and not told of yet.
func (c *Config) returned(ctx context.Context, tx *store.Tx) ([]Absence, error) {
	var list []Absence
	for _, a := range c.People.Absences {
		start := c.calendarFor("").NextOpening(a.over())
		if _, known := c.Agent(a.Agent); !known || tx.Now.Before(start) || tx.Now.Sub(start) > returnTold {
			continue
		}
		if _, away := c.absence(a.Agent, tx.Now); away {
			continue
		}
		told, err := tx.Meta(ctx, returnKey(a.Agent))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read absences: %w", err)
		}
		if at, err := time.Parse(time.DateOnly, told); err == nil && !at.Before(a.day(c)) {
			continue
		}
		list = append(list, a)
	}
	return list, nil
}

func returnKey(agent string) string { return "returned:" + agent }

// day is the last day of an absence as a date.
func (a Absence) day(c *Config) time.Time {
	y, m, d := a.To.In(c.Company.Location).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// tellReturn mails an agent what happened to his tickets while he was away.
func (t *turn) tellReturn(agent Agent, a Absence) error {
	if err := t.tx.SetMeta(t.ctx, returnKey(agent.ID), a.day(t.c).Format(time.DateOnly)); err != nil {
		return fmt.Errorf("mark return: %w", err)
	}
	mine, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Assignee: agent.ID, States: unsolved(), Limit: overdueLook})
	if err != nil {
		return fmt.Errorf("list tickets of %s: %w", agent.ID, err)
	}
	total, solved, by, err := t.meanwhile(agent, a)
	if err != nil {
		return err
	}
	if total+len(mine) == 0 {
		return nil // nothing happened, nothing waits
	}
	lang := or(agent.Language, t.c.Company.Language)
	line := fmt.Sprintf(inLang([2]string{"%s, %d gelöst%s, %d bei Ihnen", "%s, %d solved%s, %d are yours"}, lang), tickets(total, lang), solved, by, len(mine))
	rows := t.rows(mine, lang)
	slices.SortStableFunc(rows, soonest)
	_, err = t.toAgent(nil, agent, notice{
		kind: mailout.AbsenceReturn, purpose: token.List, cause: fmt.Sprintf("returned:%s:%s", agent.ID, a.day(t.c).Format(time.DateOnly)),
		fill: func(d *mailout.InternalData) {
			d.Lines = []mailout.InternalText{mailout.InternalReason(line)}
			d.Rows, d.MoreRows = atMost(rows)
		},
	})
	return err
}

func tickets(n int, lang string) string {
	if n == 1 {
		return inLang([2]string{"1 Ticket", "1 ticket"}, lang)
	}
	return fmt.Sprintf(inLang([2]string{"%d Tickets", "%d tickets"}, lang), n)
}

// meanwhile counts the agent's tickets on which something happened while he was away,
// and those that others solved.
func (t *turn) meanwhile(agent Agent, a Absence) (total, solved int, by string, err error) {
	events, err := t.tx.EventsBetween(t.ctx, a.From, later(a.From, t.now), "assigned", "state", "message", "opened", "note")
	if err != nil {
		return 0, 0, "", fmt.Errorf("read what happened meanwhile: %w", err)
	}
	his, done, names := map[int64]bool{}, map[int64]bool{}, map[string]int{}
	for _, e := range events {
		mine, seen := his[e.TicketID]
		if !seen {
			tk, err := t.tx.Ticket(t.ctx, e.TicketID)
			mine = err == nil && tk.Assignee == agent.ID
		}
		his[e.TicketID] = mine || e.Kind == "assigned" && (e.Old == agent.ID || e.New == agent.ID)
	}
	for _, e := range events {
		if !his[e.TicketID] || e.Kind != "state" || done[e.TicketID] || e.New != string(state.Resolved) && e.New != string(state.Closed) {
			continue
		}
		done[e.TicketID] = true
		if who, ok := t.c.Agent(strings.TrimPrefix(e.Actor, "agent:")); ok && who.ID != agent.ID {
			names[who.Name]++
		}
	}
	for _, mine := range his {
		if mine {
			total++
		}
	}
	var list []string
	for name, n := range names {
		list = append(list, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(list)
	if len(list) > 0 {
		by = " (" + strings.Join(list, ", ") + ")"
	}
	return total, len(done), by, nil
}

// unplanned acts on an agent's automatic absence note when no absence is planned: the
// lead hears of it once a day, and an urgent ticket goes back to its group.
func (t *turn) unplanned() error {
	agent, ok := t.c.AgentByAddress(t.from)
	if !ok || t.m.Automatic.Class != mailin.ClassAutoReply || t.m.Auth.Verdict != mailin.VerdictPass || t.link.out == nil {
		return nil
	}
	if _, away := t.c.absence(agent.ID, t.now); away {
		return nil
	}
	if err := t.hintLead(agent); err != nil {
		return err
	}
	tk := t.link.ticket
	if tk == nil || tk.Assignee != agent.ID || tk.Priority > "P2" || !state.State(tk.State).Active() {
		return nil
	}
	if err := t.setAssignee(tk, "", "system", "an automatic absence note came back"); err != nil {
		return err
	}
	return t.tellOwner(tk, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("away:%d:%d", t.in.ID, tk.ID),
		fill: func(d *mailout.InternalData) {
			d.At, d.Text = t.now, t.firstText(tk)
			d.Reason = mailout.InternalReason(inLang([2]string{agent.Name + " ist laut Abwesenheitsnotiz nicht da", agent.Name + " is away by an absence note"}, d.Lang))
		},
	}, t.from)
}

// hintLead tells the lead of an agent's group that he seems to be away.
func (t *turn) hintLead(agent Agent) error {
	var lead Agent
	for _, g := range t.c.People.Groups {
		if l, ok := t.c.lead(g.ID); ok && lead.ID == "" && l.ID != agent.ID && slices.Contains(g.Members, agent.ID) {
			lead = l
		}
	}
	if lead.ID == "" {
		return nil
	}
	lang, back := or(lead.Language, t.c.Company.Language), ""
	if at := t.m.Automatic.ReturnAt; !at.IsZero() {
		back = inLang([2]string{", zurück am " + at.In(t.c.Company.Location).Format("02.01.2006"), ", back on " + at.In(t.c.Company.Location).Format("2 January 2006")}, lang)
	}
	_, err := t.toAgent(nil, lead, notice{
		kind: mailout.List, purpose: token.Report, cause: fmt.Sprintf("ooo:%s:%s", agent.ID, t.now.In(t.c.Company.Location).Format(time.DateOnly)),
		fill: func(d *mailout.InternalData) {
			d.Title = inLang([2]string{"Abwesenheitsnotiz von " + agent.Name, "Absence note of " + agent.Name}, lang)
			d.Lines = []mailout.InternalText{
				mailout.InternalReason(inLang([2]string{
					"Das Postfach von " + agent.Name + " antwortet automatisch" + back + ". Eine Abwesenheit ist nicht eingetragen; Tickets gehen weiter an " + agent.Name + ".",
					"The mailbox of " + agent.Name + " answers automatically" + back + ". No absence is recorded; tickets still go to " + agent.Name + "."}, lang)),
				mailout.InternalReason(inLang([2]string{
					"Eintragen: people.absences in der Konfiguration, oder " + agent.Name + " schreibt #urlaub von bis Vertretung.",
					"To record it: people.absences in the configuration, or " + agent.Name + " writes #away from to substitute."}, lang)),
			}
		},
	})
	return err
}
