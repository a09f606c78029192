package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// tellGroup sends a notice to the assignee of a ticket or, without one, to every
// present member of its group, one mail each.
func (t *turn) tellGroup(tk *store.Ticket, n notice) error {
	for _, a := range t.owners(tk) {
		each := n
		each.cause = n.cause + ":" + a.ID
		if _, err := t.toAgent(tk, a, each); err != nil {
			return err
		}
	}
	return nil
}

// tellOwner is tellGroup without the person who caused the notice.
func (t *turn) tellOwner(tk *store.Ticket, n notice, except string) error {
	for _, a := range t.owners(tk) {
		if mailin.FoldAddress(a.Address) == except {
			continue
		}
		each := n
		each.cause = n.cause + ":" + a.ID
		if _, err := t.toAgent(tk, a, each); err != nil {
			return err
		}
	}
	return nil
}

// owners are who works on a ticket now: the assignee, who stands in for him while
// he is away, or the present members of the group. A group outside has no agents:
// who gave it the ticket hears of it. When a group has nobody, the lead, and then
// the first level, hear of it: no ticket is left to nobody.
func (t *turn) owners(tk *store.Ticket) []Agent {
	if tk.Assignee != "" {
		if there := t.c.standIns(tk.Assignee, t.now); len(there) > 0 {
			return there
		}
	}
	if there := t.c.presentMembers(tk.Group, t.now); len(there) > 0 {
		return there
	}
	if g, ok := t.c.Group(tk.Group); ok && g.External {
		if there := t.handedOutBy(tk); len(there) > 0 {
			return there
		}
	}
	return t.c.leadOf(tk.Group, t.now)
}

// handedOutBy is who gave a ticket to a group outside the company and so waits for
// its answer, while that agent is there; else the first level.
func (t *turn) handedOutBy(tk *store.Ticket) []Agent {
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		t.desk.Log.Warn("history not read", "ticket", tk.ID, "err", err)
	}
	for _, e := range slices.Backward(events) {
		id, ok := strings.CutPrefix(e.Actor, "agent:")
		if !ok || e.Kind != "escalated" || t.c.present(id, t.now) != id {
			continue
		}
		if a, ok := t.c.Agent(id); ok {
			return []Agent{a}
		}
	}
	return t.c.presentMembers(t.c.firstLevel(), t.now)
}

// notifyRoles tells further people about a new ticket, as a rule asks: lead,
// group, assignee, an agent or a group by name.
func (t *turn) notifyRoles(tk *store.Ticket, roles []string) error {
	return t.notifyAbout(tk, roles, fmt.Sprintf("notify:%d", tk.ID), mailout.NoticeNew)
}

// notifyOfFollowUp is notifyRoles for a mail that continues a ticket.
func (t *turn) notifyOfFollowUp(tk *store.Ticket, roles []string) error {
	return t.notifyAbout(tk, roles, fmt.Sprintf("notify:%d:%d", tk.ID, t.in.ID), mailout.NoticeFollowup)
}

func (t *turn) notifyAbout(tk *store.Ticket, roles []string, cause string, kind mailout.InternalKind) error {
	told := t.owners(tk)
	for _, a := range t.agentsOf(tk, roles) {
		if slices.ContainsFunc(told, func(b Agent) bool { return a.ID == b.ID }) {
			continue
		}
		purpose := token.Notification
		if _, agent := t.c.Agent(a.ID); !agent { // a reply of his is a note
			purpose = token.Internal
		}
		_, err := t.toAgent(tk, a, notice{
			kind: kind, purpose: purpose, cause: cause + ":" + a.ID,
			fill: func(d *mailout.InternalData) { d.Text, d.Author, d.At = t.newText(), tk.RequesterName, t.now },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// agentsOf resolves roles to agents, each once.
func (t *turn) agentsOf(tk *store.Ticket, roles []string) []Agent {
	var list []Agent
	add := func(as ...Agent) {
		for _, a := range as {
			if a.ID != "" && !slices.ContainsFunc(list, func(b Agent) bool { return a.ID == b.ID }) {
				list = append(list, a)
			}
		}
	}
	for _, role := range roles {
		switch role {
		case "assignee":
			if tk.Assignee != "" {
				add(t.owners(tk)...)
			}
		case "group":
			add(t.c.presentMembers(tk.Group, t.now)...)
		case "lead":
			add(t.c.leadOf(tk.Group, t.now)...)
		case "manager":
			add(t.c.managers(t.now)...)
		case "requester": // no agent: told in his own words
		default:
			if strings.Contains(role, "@") { // somebody who is told and works on nothing
				if a, ok := t.c.AgentByAddress(mailin.FoldAddress(role)); ok {
					add(a)
				} else {
					add(Agent{ID: mailin.FoldAddress(role), Address: role})
				}
				continue
			}
			if _, ok := t.c.Agent(role); ok {
				add(t.c.standIns(role, t.now)...)
			} else {
				add(t.c.presentMembers(role, t.now)...)
			}
		}
	}
	return list
}

// wasTold reports whether an agent got the first notice of a ticket.
func (t *turn) wasTold(tk *store.Ticket, a Agent) (bool, error) {
	rows, err := t.tx.ListOutbox(t.ctx, store.OutboxFilter{TicketID: tk.ID, Recipient: mailin.FoldAddress(a.Address), Limit: 1})
	if err != nil {
		return false, fmt.Errorf("read notices of ticket %d: %w", tk.ID, err)
	}
	return len(rows) > 0, nil
}

// newNotice fills the first notice of a ticket.
func (t *turn) newNotice(p plan) func(*mailout.InternalData) {
	return func(d *mailout.InternalData) {
		d.Author, d.At, d.Text, d.Files = or(t.m.From.Name, t.from), t.now, t.newText(), t.fileList(d.Lang)
		d.Note = t.ruleNote(p.rules)
		d.Outsiders = t.outsiders()
		if p.rules.Points > 0 {
			d.Score = fmt.Sprintf("%d:%d", p.rules.Points, p.rules.SecondPoints)
		}
		for _, s := range p.rules.FAQ.Suggest {
			why := ""
			if s.ID == p.rules.FAQ.ID && d.Lang == t.c.Company.Language { // it is in that language alone
				why = p.rules.FAQ.Plain
			}
			d.Suggestions = append(d.Suggestions, mailout.Suggestion{ID: s.ID, Title: s.Title, Score: s.Score, Why: why})
		}
	}
}

// dues are the promised answer, the first or the next one, and the solution of a
// ticket.
func (t *turn) dues(ticketID int64) (answer, solve time.Time) {
	rows, err := t.tx.Clocks(t.ctx, ticketID)
	if err != nil {
		return answer, solve
	}
	for _, c := range rows {
		switch {
		case (c.Kind == sla.FirstResponse || c.Kind == sla.NextResponse) && c.State == "running":
			answer = c.DueAt
		case c.Kind == sla.Resolution && c.State == "running":
			solve = c.DueAt
		}
	}
	return answer, solve
}

// firstText is what the ticket is about, for notices that are not about a mail.
func (t *turn) firstText(tk *store.Ticket) mailout.InternalText {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil || len(messages) == 0 {
		return mailout.InternalText{}
	}
	return mailout.InternalNote(clip(messages[0].Text, entryBytes))
}

// ownerName is whose ticket it is.
func (t *turn) ownerName(tk *store.Ticket) string {
	a, _ := t.c.Agent(tk.Assignee)
	return a.Name
}
