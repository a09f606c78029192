package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/sla"
)

// openTicket decides about a mail that continues no ticket; it always decides.
func (t *turn) openTicket() (result, error) {
	a := admit(t.c, t.m)
	if t.link.automatic {
		a.answer, a.constant, a.reason = false, false, "answers an automatic mail of ours"
	}
	t.explain("gate", "", a.open, a.reason)
	in, err := t.input()
	if err != nil {
		return result{}, err
	}
	p := planTicket(t.c, t.m, in, a)
	t.trace = append(t.trace, p.rules.Trace...)
	switch {
	case p.ignore != "":
		return result{outcome: outcomeIgnored, reason: p.ignore}, nil
	case p.reject != "":
		return t.reject(p)
	case p.hold != "":
		return t.holdTicket(p)
	}
	return t.carryOut(p)
}

// input is the snapshot a decision is made from.
func (t *turn) input() (rules.Input, error) {
	in := rules.Input{
		Message: t.m, Now: t.startedAt(), Mailbox: t.mailboxName(),
		Known: admit(t.c, t.m).open, Open: t.openCalendars(), Location: t.c.Company.Location,
	}
	t.c.senderFacts(&in, t.raw)
	var err error
	if in.FirstContact, err = t.firstContact(); err != nil {
		return in, err
	}
	if in.SenderOpenTickets, err = t.tx.OpenTicketsOf(t.ctx, t.from); err != nil {
		return in, fmt.Errorf("count open tickets: %w", err)
	}
	if in.AnsweredAt, err = t.answeredBefore(); err != nil {
		return in, err
	}
	if in.FAQOutcomes, err = t.shared.faqOutcomes(t); err != nil {
		return in, err
	}
	in.Recent, err = t.shared.recentTickets(t)
	return in, err
}

// attachmentText is how many bytes of the text of attachments rules look at.
const attachmentText = 256 << 10

// senderFacts fills in what the configuration knows of the sender, and the text of
// the attachments where a rule asks for it.
func (c *Config) senderFacts(in *rules.Input, raw []byte) {
	from := mailin.FoldAddress(in.Message.From.Address)
	person := c.person(from)
	in.Internal, in.VIP, in.RequesterLanguage = c.isInternal(from), person.VIP, person.Language
	if c.Rules != nil && c.Rules.ReadsAttachments() {
		in.AttachmentText = mailin.AttachmentText(raw, attachmentText)
	}
}

// firstContact reports whether the sender never had a ticket.
func (t *turn) firstContact() (bool, error) {
	earlier, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Requester: t.from, Limit: 1})
	if err != nil {
		return false, fmt.Errorf("look for earlier tickets: %w", err)
	}
	return len(earlier) == 0, nil
}

// answeredBefore says when the sender last got which FAQ answer.
func (t *turn) answeredBefore() (map[string]time.Time, error) {
	rows, err := t.tx.FAQAnsweredTo(t.ctx, t.from, t.now.AddDate(0, 0, -90))
	if err != nil {
		return nil, fmt.Errorf("read earlier answers: %w", err)
	}
	last := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		last[r.Entry] = later(last[r.Entry], r.SentAt)
	}
	return last, nil
}

// openCalendars says which calendars are open when the mail came in.
func (t *turn) openCalendars() map[string]bool {
	open := make(map[string]bool, len(t.c.Calendars))
	for name, cal := range t.c.Calendars {
		open[name] = cal.IsOpen(t.startedAt())
	}
	return open
}

// lateStart bounds how far back a clock may start: mail that waited on the server
// during an outage counts from its arrival, an old mailbox does not.
const lateStart = 72 * time.Hour

// startedAt is when the clocks of a mail start: its arrival on the server.
func (t *turn) startedAt() time.Time {
	at := t.in.ReceivedAt
	if at.IsZero() || at.After(t.now) || t.now.Sub(at) > lateStart {
		return t.now
	}
	return at
}

// carryOut makes the ticket and everything that follows from it.
func (t *turn) carryOut(p plan) (result, error) {
	tk := &p.ticket
	earlier := t.link.ticket
	if err := t.insert(tk, p.rules); err != nil {
		return result{}, err
	}
	if err := t.firstMessage(tk, "request", "public"); err != nil {
		return result{}, err
	}
	if err := t.watchers(tk, p.rules.Watchers); err != nil {
		return result{}, err
	}
	if err := t.clocks(tk, sla.EventOpened); err != nil {
		return result{}, err
	}
	if earlier != nil {
		if err := t.event(tk, "system", "linked", "", t.tag(earlier), "follows a ticket that was closed too long ago"); err != nil {
			return result{}, err
		}
	}
	if err := t.noteOfRule(tk, p.rules); err != nil {
		return result{}, err
	}
	if err := t.joinIncident(tk, p.rules); err != nil {
		return result{}, err
	}
	return t.firstMails(tk, p)
}

// insert numbers and stores a new ticket.
func (t *turn) insert(tk *store.Ticket, d rules.Decision) error {
	number, err := t.tx.NextNumber(t.ctx, or(t.c.Ticket.FirstNumber, 10001))
	if err != nil {
		return fmt.Errorf("number ticket: %w", err)
	}
	tk.Number, tk.CreatedAt, tk.UpdatedAt = number, t.startedAt(), t.now
	if tk.Policy, err = t.policySnapshot(tk); err != nil {
		return err
	}
	if tk.Assignee, err = t.assign(tk.Group, d.Assign); err != nil {
		return err
	}
	if err := t.tx.InsertTicket(t.ctx, tk); err != nil {
		return fmt.Errorf("open ticket for inbox %d: %w", t.in.ID, err)
	}
	err = t.tx.AddParticipant(t.ctx, store.Participant{TicketID: tk.ID, Address: tk.Requester, Name: tk.RequesterName, Role: "requester"})
	if err != nil {
		return fmt.Errorf("add requester to ticket %d: %w", tk.ID, err)
	}
	t.shared.opened(tk)
	t.explain("assign", tk.Group, true, or(tk.Assignee, "the whole group"))
	reason := fmt.Sprintf("category %s, priority %s, group %s", tk.Category, tk.Priority, tk.Group)
	if err := t.fact(tk, "requester", store.EventOpened, "", tk.State, reason, t.openedFacts(tk, unsorted(d))); err != nil {
		return err
	}
	return t.recontact(tk)
}

// firstMessage stores the mail in its ticket, with its attachments.
func (t *turn) firstMessage(tk *store.Ticket, kind, visibility string) error {
	return t.message(tk, store.Message{
		InboxID: t.in.ID, Visibility: visibility, Kind: kind, Author: t.from, Name: t.m.From.Name, Subject: t.m.Subject,
		MessageID: t.m.MessageID, Refs: t.m.References, Text: or(t.m.Body(), t.m.Text),
	}, t.m.Attachments)
}

// message stores what was said in a ticket.
func (t *turn) message(tk *store.Ticket, m store.Message, files []mailin.Attachment) error {
	m.TicketID, m.At = tk.ID, t.now
	if t.link.via != 0 && t.link.ticket != nil && t.link.ticket.ID == tk.ID {
		m.OriginID = t.link.via // belongs to the ticket that was merged, and goes with it
	}
	if err := t.tx.InsertMessage(t.ctx, &m); err != nil {
		return fmt.Errorf("store message of ticket %d: %w", tk.ID, err)
	}
	if t.m != nil && m.ID != 0 && m.MessageID == t.m.MessageID {
		if root := rootOf(t.m); root != "" {
			if err := t.tx.SetMessageRoot(t.ctx, m.ID, root); err != nil {
				return fmt.Errorf("store thread of message %d: %w", m.ID, err)
			}
		}
	}
	if len(files) == 0 {
		return nil
	}
	rows := make([]store.Attachment, len(files))
	for i, f := range files {
		rows[i] = store.Attachment{N: i, SHA256: f.SHA256, Filename: f.Filename, ContentType: f.ContentType, Size: f.Size, Inline: f.Inline, ContentID: f.ContentID}
	}
	if err := t.tx.InsertAttachments(t.ctx, m.ID, rows); err != nil {
		return fmt.Errorf("store attachments of ticket %d: %w", tk.ID, err)
	}
	return nil
}

// watchers adds the colleagues a proven requester wrote a copy to, and those that
// rules name. Strangers in Cc are shown to the agent and not added (S9).
func (t *turn) watchers(tk *store.Ticket, more []string) error {
	var add []mailin.Address
	if t.m.Auth.Verdict == mailin.VerdictPass {
		for _, a := range t.m.Cc {
			if t.c.isInternal(mailin.FoldAddress(a.Address)) && len(add) < 10 {
				add = append(add, a)
			}
		}
	}
	if err := t.addWatchers(tk, add, false); err != nil {
		return err
	}
	return t.watchersOfRule(tk, more)
}

// watchersOfRule adds the people a rule names: addresses, agents, groups, roles.
func (t *turn) watchersOfRule(tk *store.Ticket, names []string) error {
	var add []mailin.Address
	for _, w := range names {
		if strings.Contains(w, "@") {
			add = append(add, mailin.Address{Address: w})
			continue
		}
		for _, a := range t.agentsOf(tk, []string{w}) {
			add = append(add, mailin.Address{Name: a.Name, Address: a.Address})
		}
	}
	return t.addWatchers(tk, add, true)
}

// addWatchers lets people read the public mail of a ticket. An agent hears of a
// ticket anyway; he watches it only when a rule names him.
func (t *turn) addWatchers(tk *store.Ticket, add []mailin.Address, agents bool) error {
	for _, a := range add {
		address := mailin.FoldAddress(a.Address)
		_, agent := t.c.AgentByAddress(address)
		if agent && !agents || address == tk.Requester || t.c.isOwn(address) || !plausibleAddress(address) {
			continue
		}
		if err := t.tx.AddParticipant(t.ctx, store.Participant{TicketID: tk.ID, Address: address, Name: a.Name, Role: "watcher"}); err != nil {
			return fmt.Errorf("add watcher to ticket %d: %w", tk.ID, err)
		}
	}
	return nil
}

// outsiders are the people outside the company who got a copy of the mail: the agent
// sees them, and nobody adds them.
func (t *turn) outsiders() []string {
	var list []string
	for _, a := range slices.Concat(t.m.To, t.m.Cc) {
		address := mailin.FoldAddress(a.Address)
		_, agent := t.c.AgentByAddress(address)
		if address == "" || agent || t.c.isOwn(address) || t.c.isInternal(address) || slices.Contains(list, address) || len(list) >= 10 {
			continue
		}
		list = append(list, address)
	}
	return list
}

// mailboxName is the id of the mailbox the mail came through.
func (t *turn) mailboxName() string {
	name, err := t.shared.mailbox(t, t.in.MailboxID)
	if err != nil {
		return ""
	}
	return name
}
