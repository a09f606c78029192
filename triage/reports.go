package triage

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/token"
)

// ReportMail is a report for one recipient, ready to be queued.
type ReportMail struct {
	Cause   string
	To      mailout.Address
	Lang    string
	Subject string
	Body    mailout.Body
	Files   []mailout.Attachment
}

// reader is who gets a report.
type reader struct {
	agent   Agent // zero for an address that is no agent's
	address mailout.Address
	lang    string
	group   string // the group the reader gets it as a member of
}

// readers resolves the recipients of a report, each person once.
func (c *Config) readers(plan ReportPlan) []reader {
	var list []reader
	add := func(r reader) {
		if plan.Language != "" {
			r.lang = plan.Language
		}
		same := func(o reader) bool {
			return mailin.FoldAddress(o.address.Address) == mailin.FoldAddress(r.address.Address)
		}
		if r.address.Address != "" && !slices.ContainsFunc(list, same) {
			list = append(list, r)
		}
	}
	person := func(a Agent, group string) reader {
		return reader{agent: a, address: mailout.Address{Name: a.Name, Address: a.Address}, lang: or(a.Language, c.Company.Language), group: group}
	}
	for _, to := range plan.To {
		if a, ok := c.AgentByAddress(mailin.FoldAddress(to)); ok {
			add(person(a, ""))
		} else if strings.Contains(to, "@") {
			p := c.person(mailin.FoldAddress(to))
			add(reader{address: mailout.Address{Name: p.Name, Address: to}, lang: or(p.Language, c.Company.Language)})
		} else if a, ok := c.Agent(to); ok {
			add(person(a, ""))
		} else if g, ok := c.Group(to); ok {
			for _, id := range g.Members { // an external group has none, and gets no reports
				if a, ok := c.Agent(id); ok {
					add(person(a, g.ID))
				}
			}
		}
	}
	return list
}

// ComposeReport renders a report for all its recipients as the schedule sends it.
func (d *Desk) ComposeReport(ctx context.Context, plan ReportPlan, p report.Period) ([]ReportMail, error) {
	return d.compose(ctx, d.Config(), plan, p, false)
}

// compose renders a report; a panic becomes an error, because a report that is
// missing must be told like any other.
func (d *Desk) compose(ctx context.Context, c *Config, plan ReportPlan, p report.Period, late bool) (mails []ReportMail, err error) {
	defer func() {
		if r := recover(); r != nil {
			d.Log.Error("report failed", "report", plan.Name, "err", fmt.Sprint(r), "stack", string(debug.Stack()))
			mails, err = nil, fmt.Errorf("internal error: %v", r)
		}
	}()
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		t := d.turn(ctx, tx, c, &shared{})
		switch plan.Kind {
		case "open_list":
			mails, err = t.openLists(plan, p)
		case "knowledge":
			mails, err = t.knowledgeMails(plan, p)
		default:
			mails, err = t.figureMails(plan, p, late)
		}
		return err
	})
	return mails, err
}

// reportCause is why a report exists: once for each name, period and reader.
func reportCause(plan ReportPlan, p report.Period, to string) string {
	return fmt.Sprintf("report:%s:%s:%s", plan.Name, p.Key, mailin.FoldAddress(to))
}

// page makes a mail of a document.
func (t *turn) page(plan ReportPlan, p report.Period, r reader, subject string, doc *report.Document) ReportMail {
	return ReportMail{
		Cause: reportCause(plan, p, r.address.Address), To: r.address, Lang: r.lang, Subject: subject,
		Body: mailout.Body{Text: doc.Text(), HTML: t.texts().Frame(r.lang, subject, doc.HTML())},
	}
}

func (t *turn) figureMails(plan ReportPlan, p report.Period, late bool) ([]ReportMail, error) {
	r, err := Report(t.ctx, t.tx, t.c, p)
	if err != nil {
		return nil, err
	}
	r.CaughtUp = late
	if plan.Targets != nil {
		r.Targets = plan.Targets
	}
	var mails []ReportMail
	for _, to := range t.c.readers(plan) {
		w := t.c.ReportWords(to.lang)
		m := t.page(plan, p, to, r.Subject(w), r.Document(w))
		m.Files = []mailout.Attachment{{Filename: "firstline-" + p.Key + ".csv", ContentType: "text/csv", Bytes: r.CSV(w)}}
		mails = append(mails, m)
	}
	return mails, nil
}

func (t *turn) knowledgeMails(plan ReportPlan, p report.Period) ([]ReportMail, error) {
	k, err := Agenda(t.ctx, t.tx, t.c, p)
	if err != nil {
		return nil, err
	}
	var mails []ReportMail
	for _, to := range t.c.readers(plan) {
		w, k := t.c.ReportWords(to.lang), k
		if to.agent.ID == "" { // what agents wrote among themselves stays with them
			k = k.WithoutNotes(w)
		}
		mails = append(mails, t.page(plan, p, to, k.Subject(w, t.c.Outgoing.FromName), k.Document(w)))
	}
	return mails, nil
}

// openLists are what each reader finds in the morning: his own tickets and those
// of his group nobody has taken. A reader who is no agent gets all.
func (t *turn) openLists(plan ReportPlan, p report.Period) ([]ReportMail, error) {
	var mails []ReportMail
	for _, to := range t.c.readers(plan) {
		if to.agent.ID != "" && t.c.present(to.agent.ID, t.now) != to.agent.ID {
			continue // he is away: his substitute finds the tickets in his own list
		}
		l, err := t.openList(to, p)
		if err != nil {
			return nil, err
		}
		w := t.c.ReportWords(to.lang)
		mails = append(mails, t.page(plan, p, to, l.Subject(w, t.c.Outgoing.FromName), l.Document(w)))
	}
	return mails, nil
}

// openListLines is how many tickets a morning's list shows.
const openListLines = 60

func (t *turn) openList(to reader, p report.Period) (report.OpenList, error) {
	l := report.OpenList{Day: p, Name: to.agent.Name}
	rows, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Active: true, Limit: overdueLook})
	if err != nil {
		return l, fmt.Errorf("list open tickets: %w", err)
	}
	for i := range rows {
		tk := &rows[i]
		if tk.State == "held" || tk.State == "resolved" {
			continue
		}
		mine := to.agent.ID != "" && t.c.present(tk.Assignee, t.now) == to.agent.ID
		if to.agent.ID != "" && !mine && !(tk.Assignee == "" && t.worksIn(to, tk.Group)) {
			continue
		}
		first, solve := t.dues(tk.ID)
		due := or(first, solve)
		l.Tickets = append(l.Tickets, report.OpenTicket{
			Ticket: t.tag(tk), Subject: tk.Subject, Who: or(tk.RequesterName, tk.Requester), Priority: tk.Priority, State: tk.State,
			Due: due, Overdue: !due.IsZero() && due.Before(t.now), Mine: mine || to.agent.ID == "",
		})
	}
	slices.SortStableFunc(l.Tickets, func(a, b report.OpenTicket) int {
		return cmp.Or(compareDue(a.Due, b.Due), cmp.Compare(a.Ticket, b.Ticket))
	})
	if more := len(l.Tickets) - openListLines; more > 0 {
		l.Tickets, l.More = l.Tickets[:openListLines], more
	}
	return l, nil
}

// compareDue puts what is due first before what is due later or never.
func compareDue(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

// worksIn reports whether a reader is a member of a group.
func (t *turn) worksIn(r reader, group string) bool {
	g, _ := t.c.Group(group)
	return slices.Contains(g.Members, r.agent.ID)
}

// failureMails say that a report could not be computed.
func (d *Desk) failureMails(c *Config, plan ReportPlan, p report.Period, why string) []ReportMail {
	var mails []ReportMail
	for _, to := range c.readers(plan) {
		subject, doc := report.Failure(c.ReportWords(to.lang), c.Outgoing.FromName, plan.Name, why)
		t := &turn{desk: d, c: c}
		m := t.page(plan, p, to, subject, doc)
		m.Cause = "failed-" + m.Cause
		mails = append(mails, m)
	}
	return mails
}

// SendReport queues a report now, to addresses named by a person: the same bytes
// as the schedule sends.
func (d *Desk) SendReport(ctx context.Context, mails []ReportMail) error {
	err := d.Store.Update(ctx, func(tx *store.Tx) error {
		return d.turn(ctx, tx, d.Config(), &shared{}).sendReports(mails)
	})
	if err == nil {
		d.Store.Notify(store.TopicOutbox)
	}
	return err
}

// sendReports queues reports, one mail each.
func (t *turn) sendReports(mails []ReportMail) error {
	support := t.c.mailbox("").Address
	for _, m := range mails {
		_, err := t.queue(post{
			cause: m.Cause, class: classReport, purpose: token.Report, to: m.To, lang: m.Lang, subject: m.Subject, body: m.Body, files: m.Files,
			from: mailout.Address{Name: t.c.Outgoing.FromName, Address: support}, replyTo: mailout.Address{Address: support},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
