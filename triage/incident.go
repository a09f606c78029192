package triage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/token"
)

const (
	// incidentFor is how long after its last report an incident still takes others.
	incidentFor = day
	// incidentSingly is how many reports of an incident are told one by one; the
	// others are told together (product S5).
	incidentSingly = 5
	// incidentEvery is how often the further reports are told.
	incidentEvery = 10 * time.Minute
	// incidentMost bounds the reports of an incident that are looked at.
	incidentMost = 1000
)

// joinIncident puts a new ticket under the open incident that a rule names. Where
// there is none the ticket becomes the incident, and the like tickets that the rule
// counted join it.
func (t *turn) joinIncident(tk *store.Ticket, d rules.Decision) error {
	if tk.Incident == "" || tk.ParentID != 0 {
		return nil
	}
	open, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Active: true, Incident: tk.Incident, Since: t.now.Add(-incidentFor), Limit: incidentMost})
	if err != nil {
		return fmt.Errorf("look for incident %q: %w", tk.Incident, err)
	}
	by := d.SetBy["incident"]
	slices.SortFunc(open, byID)
	for _, head := range open { // the oldest
		if head.ID != tk.ID && head.ParentID == 0 && head.State != "resolved" {
			return t.adopt(&head, tk, by)
		}
	}
	for _, id := range d.Similar {
		earlier, err := t.tx.Ticket(t.ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read like ticket %d: %w", id, err)
		}
		if id == tk.ID || earlier.ParentID != 0 || earlier.Incident != "" || earlier.State == "resolved" || store.IsFinal(earlier.State) {
			continue
		}
		earlier.Incident = tk.Incident
		if err := t.adopt(tk, &earlier, by); err != nil {
			return err
		}
	}
	return nil
}

// adopt makes child a report of the incident head.
func (t *turn) adopt(head, child *store.Ticket, rule string) error {
	child.ParentID = head.ID
	if err := t.save(child); err != nil {
		return err
	}
	if err := t.event(child, "rule:"+rule, "parent", "", t.tag(head), head.Incident); err != nil {
		return err
	}
	return t.event(head, "rule:"+rule, "child", "", t.tag(child), head.Incident)
}

// tellNew tells the agents about a new ticket. The first reports of an incident are
// told like any other ticket; a flood of them is told every few minutes, together.
func (t *turn) tellNew(tk *store.Ticket, p plan) error {
	n := notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), files: t.filesOf(), fill: t.newNotice(p)}
	if tk.Incident == "" || tk.ParentID == 0 {
		return t.tellGroup(tk, n)
	}
	head, err := t.tx.Ticket(t.ctx, tk.ParentID)
	if err != nil {
		return fmt.Errorf("read incident of ticket %d: %w", tk.ID, err)
	}
	reports, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: head.ID, Limit: incidentSingly + 1})
	if err != nil {
		return fmt.Errorf("count reports of ticket %d: %w", head.ID, err)
	}
	if len(reports) <= incidentSingly || tk.Priority == "P1" && head.Priority != "P1" {
		return t.tellGroup(tk, n)
	}
	cycle, err := t.nextCycle(&head, timerIncident)
	if err != nil {
		return err
	}
	timers, err := t.tx.Timers(t.ctx, head.ID)
	if err != nil {
		return fmt.Errorf("read timers of ticket %d: %w", head.ID, err)
	}
	if !slices.ContainsFunc(timers, func(x store.Timer) bool { return x.Name == timerIncident && x.FiredAt.IsZero() }) {
		if err := t.tx.SetTimer(t.ctx, head.ID, timerIncident, cycle, t.now.Add(incidentEvery)); err != nil {
			return fmt.Errorf("set timer of ticket %d: %w", head.ID, err)
		}
	}
	t.explain("mail", "notice", false, fmt.Sprintf("report of %s: told together with others", t.tag(&head)))
	return t.event(tk, "system", "not_sent", "", "notice_new", "told together with the other reports of "+t.tag(&head))
}

// incidentReports tells the reports of an incident that nobody was told singly.
func (t *turn) incidentReports(head *store.Ticket, cycle int) error {
	fresh, err := t.untoldReports(head)
	if err != nil || len(fresh) == 0 {
		return err
	}
	if err := t.event(head, "timer", "reports", "", strconv.FormatInt(fresh[len(fresh)-1].ID, 10), fmt.Sprintf("%d further reports told", len(fresh))); err != nil {
		return err
	}
	for _, a := range t.owners(head) {
		lang := or(a.Language, t.c.Company.Language)
		title := inLang([2]string{"%s %s: %d weitere Meldungen", "%s %s: %d further reports"}, lang)
		_, err := t.toAgent(nil, a, notice{
			kind: mailout.List, purpose: token.List, cause: fmt.Sprintf("incident:%d:%d:%s", head.ID, cycle, a.ID),
			fill: func(d *mailout.InternalData) {
				d.Title = fmt.Sprintf(title, t.tag(head), head.Incident, len(fresh))
				for _, c := range fresh[:min(len(fresh), listMost)] {
					_, due := t.dues(c.ID)
					d.Rows = append(d.Rows, mailout.Row{Due: due, State: c.State, Ticket: t.facts(&c, lang), Who: or(c.RequesterName, c.Requester)})
				}
				d.MoreRows = max(0, len(fresh)-listMost)
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// untoldReports are the reports of an incident since those that were told, oldest
// first.
func (t *turn) untoldReports(head *store.Ticket) ([]store.Ticket, error) {
	all, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: head.ID, Limit: incidentMost})
	if err != nil {
		return nil, fmt.Errorf("read reports of ticket %d: %w", head.ID, err)
	}
	events, err := t.tx.Events(t.ctx, head.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of ticket %d: %w", head.ID, err)
	}
	slices.SortFunc(all, byID)
	for _, e := range slices.Backward(events) {
		if last, err := strconv.ParseInt(e.New, 10, 64); e.Kind == "reports" && err == nil {
			return slices.DeleteFunc(all, func(c store.Ticket) bool { return c.ID <= last }), nil
		}
	}
	return all[min(incidentSingly, len(all)):], nil
}

func byID(a, b store.Ticket) int { return cmp.Compare(a.ID, b.ID) }
