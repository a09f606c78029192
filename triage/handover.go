package triage

import (
	"fmt"
	"slices"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// handover is a functional escalation: by an agent, a rule or a timer, all the
// same way.
type handover struct {
	group  string
	by     string // actor of the history
	who    string // name of the agent, "" = the desk
	reason string
	cause  string
	// quiet: the requester is not told, because the ticket begins there.
	quiet bool
	// outage is what made it late; the zero outage = it is in time.
	outage outage
}

// handOver gives a ticket to the second level with its whole history. A ticket
// that is there already only gets the notice when the group changes.
func (t *turn) handOver(tk *store.Ticket, h handover) error {
	g, ok := t.c.Group(h.group)
	if !ok || tk.Group == h.group && tk.Level == 2 {
		return t.event(tk, h.by, "not_escalated", "", h.group, "no such group, or it is there already")
	}
	from := tk.Group
	first := tk.Level == 1
	if first {
		if err := t.move(tk, state.ToSecondLevel, h.by, h.reason); err != nil {
			return err
		}
	}
	if err := t.event(tk, h.by, "escalated", from, h.group, h.reason); err != nil {
		return err
	}
	if err := t.setGroup(tk, 2, h.group, h.by, h.reason); err != nil {
		return err
	}
	if err := t.setAssignee(tk, "", h.by, "escalated"); err != nil {
		return err
	}
	if err := t.save(tk); err != nil {
		return err
	}
	if err := t.clocks(tk, sla.EventEscalated); err != nil {
		return err
	}
	cause := or(h.cause, fmt.Sprintf("escalate:%d:%s", tk.ID, h.group))
	if err := t.tellSecondLevel(tk, g, h, cause, from); err != nil {
		return err
	}
	if h.quiet || !first || tk.State == string(state.Held) {
		return nil
	}
	return t.tellEscalated(tk)
}

// tellSecondLevel sends the hand-over mail. An external group gets the public
// conversation and the reason only.
func (t *turn) tellSecondLevel(tk *store.Ticket, g Group, h handover, cause, from string) error {
	if g.External {
		return t.tellExternal(tk, g, h, cause)
	}
	if house, ok := t.c.houseFor(g, t.now); ok { // who has the ticket inside hears of it as well
		if err := t.tellExternal(tk, house, h, cause+":"+house.ID); err != nil {
			return err
		}
	}
	history, err := t.history(tk)
	if err != nil {
		return err
	}
	files, list, err := t.ticketFiles(tk)
	if err != nil {
		return err
	}
	_, solve := t.dues(tk.ID)
	take, err := t.dueOf(tk, sla.TakeOver)
	if err != nil {
		return err
	}
	return t.tellGroup(tk, notice{
		kind: mailout.Escalation, purpose: token.Escalation, cause: cause, files: files, wait: h.by == "timer",
		fill: func(d *mailout.InternalData) {
			d.OutageFrom, d.OutageTo = h.outage.from, h.outage.to
			d.Author, d.At, d.FromGroup = h.who, t.now, t.c.groupLabel(from, d.Lang)
			d.Reason, d.History, d.Files, d.SolveDue, d.TakeDue = mailout.InternalReason(h.reason), history, list, solve, take
		},
	})
}

// tellExternal writes to a group outside the company: public text only.
func (t *turn) tellExternal(tk *store.Ticket, g Group, h handover, cause string) error {
	address := mailin.FoldAddress(g.Address)
	if err := t.tx.AddParticipant(t.ctx, store.Participant{TicketID: tk.ID, Address: address, Name: label(g.Label, tk.Language, g.ID), Role: "vendor"}); err != nil {
		return fmt.Errorf("add external group: %w", err)
	}
	text, err := t.conversation(tk)
	if err != nil {
		return err
	}
	files, list, err := t.publicFiles(tk)
	if err != nil {
		return err
	}
	reason := handOverLine(t.c.groupLabel(g.ID, tk.Language), h.reason, tk.Language)
	_, err = t.toRequester(tk, address, letter{
		kind: mailout.Reply, purpose: token.Vendor, class: classNotice, agent: or(h.who, t.c.Outgoing.FromName), cause: cause, files: files,
		meant: firstLine(h.reason),
		fill: func(d *mailout.PublicData) {
			d.Text, d.Files = mailout.Join(mailout.AgentReply(reason), text), list
		},
	})
	return err
}

// handOverLine says to whom and why a ticket is handed over.
func handOverLine(group, reason, lang string) string {
	line := fmt.Sprintf(inLang([2]string{"Übergabe an %s", "Handed over to %s"}, lang), group)
	if reason != "" {
		line += inLang([2]string{" · Grund: ", " · reason: "}, lang) + firstLine(reason)
	}
	return line
}

// tellEscalated tells the requester once that another team has the ticket.
func (t *turn) tellEscalated(tk *store.Ticket) error {
	why, err := t.budget(tk.Requester)
	if err != nil {
		return err
	}
	if why != "" || tk.Auth != mailin.VerdictPass {
		return t.event(tk, "system", "not_sent", "", "escalated", or(why, "the requester is not proven"))
	}
	_, err = t.toRequester(tk, tk.Requester, letter{
		kind: mailout.Escalated, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("told-l2:%d", tk.ID),
	})
	return err
}

// secondLevelFor is the group that gets tickets of a category: the ladder's own
// choice, else the first internal group of the second level.
func (c *Config) secondLevelFor(category string) string {
	for _, step := range c.Escalation {
		if group := step.Group(category); group != "" {
			return group
		}
	}
	for _, g := range c.People.Groups {
		if g.Level == 2 && !g.External {
			return g.ID
		}
	}
	return ""
}

// firstLevelOf is the group of a category, when it is first level.
func (c *Config) firstLevelOf(category string) string {
	if g, ok := c.Group(c.Categories[category].Group); ok && g.Level == 1 {
		return g.ID
	}
	return c.firstLevel()
}

// formerFirstLevel is the last first-level agent who had the ticket and is there.
func (t *turn) formerFirstLevel(tk *store.Ticket) (string, error) {
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return "", fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	for _, e := range slices.Backward(events) {
		if e.Kind != "assigned" {
			continue
		}
		for _, id := range []string{e.Old, e.New} {
			if a, ok := t.c.Agent(id); ok && a.Level == 1 && t.c.present(id, t.now) == id {
				return id, nil
			}
		}
	}
	return "", nil
}

// history is the conversation of a ticket, oldest first, for agents.
func (t *turn) history(tk *store.Ticket) ([]mailout.Entry, error) { return t.historyOf(tk, false) }

// historyOf is history; with robots also what mailboxes answered by themselves.
func (t *turn) historyOf(tk *store.Ticket, robots bool) ([]mailout.Entry, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	var list []mailout.Entry
	left := historyBytes
	for _, m := range messages {
		if m.Kind == "automatic" && !robots {
			continue
		}
		shown := clip(m.Text, min(entryBytes, max(left, 0)))
		left -= len(shown)
		text := mailout.InternalNote(shown)
		if m.Kind == "answer" {
			text = mailout.InternalCopy(mailout.FAQText(shown))
		}
		list = append(list, mailout.Entry{
			At: m.At, Author: or(m.Name, or(m.Author, t.c.Outgoing.FromName)), Kind: m.Kind, From: t.origin(m.OriginID),
			Internal: m.Visibility == "internal", Text: text,
		})
	}
	return list, nil
}

// origin is the ticket a message came from by a merge, "" for none.
func (t *turn) origin(ticketID int64) string {
	if ticketID == 0 {
		return ""
	}
	tk, err := t.tx.Ticket(t.ctx, ticketID)
	if err != nil {
		return ""
	}
	return t.tag(&tk)
}

// ticketFiles are the attachments of all mails of a ticket, as far as they fit.
func (t *turn) ticketFiles(tk *store.Ticket) ([]mailout.Attachment, []mailout.File, error) {
	return t.filesWhere(tk, t.c.Company.Language, func(store.Message) bool { return true })
}

// publicFiles are the attachments of the public conversation.
func (t *turn) publicFiles(tk *store.Ticket) ([]mailout.Attachment, []mailout.File, error) {
	return t.filesWhere(tk, tk.Language, func(m store.Message) bool { return m.Visibility == "public" })
}

// filesWhere are the attachments of some messages: those that fit, and a list of all
// that says in a language why some do not.
func (t *turn) filesWhere(tk *store.Ticket, lang string, want func(store.Message) bool) ([]mailout.Attachment, []mailout.File, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	var files []mailout.Attachment
	var list []mailout.File
	size := int64(0)
	for _, m := range messages {
		if !want(m) {
			continue
		}
		rows, err := t.tx.Attachments(t.ctx, m.ID)
		if err != nil {
			return nil, nil, fmt.Errorf("read attachments of ticket %d: %w", tk.ID, err)
		}
		var raw []byte
		for _, a := range rows {
			if decoration(a.Inline, a.ContentID, a.ContentType, a.Size) {
				continue
			}
			attached := stays
			if !isDangerous(a.Filename) && size+a.Size <= attachLimit && m.InboxID != 0 {
				if raw == nil {
					if raw, err = t.tx.Raw(t.ctx, m.InboxID); err != nil {
						return nil, nil, fmt.Errorf("read raw mail of inbox %d: %w", m.InboxID, err)
					}
				}
				b, err := mailin.Content(raw, a.N)
				switch {
				case err != nil:
				case isProgram(b):
					attached = disguised
				default:
					size += a.Size
					attached = passes
					files = append(files, mailout.Attachment{Filename: a.Filename, ContentType: a.ContentType, Bytes: b})
				}
			}
			list = append(list, listed(a.Filename, a.Size, attached, lang))
		}
	}
	return files, list, nil
}
