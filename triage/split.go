package triage

import (
	"fmt"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// split makes a new ticket from the mail that the answered notice is about, or undoes
// a merge when no subject is given.
func (j *job) split(c command.Command) error {
	if c.Text == "" {
		return j.unmerge(c)
	}
	from, ok, err := j.aboutMessage()
	if err != nil || !ok {
		return err
	}
	as, p, err := j.splitPlan(from, c.Text)
	if err != nil {
		return err
	}
	tk := &p.ticket
	if err := as.insert(tk, p.rules); err != nil {
		return err
	}
	if err := as.copyMessage(tk, from); err != nil {
		return err
	}
	if err := as.clocks(tk, sla.EventOpened); err != nil {
		return err
	}
	if err := as.event(tk, j.actor(), "linked", "", j.tag(j.tk), "split from it"); err != nil {
		return err
	}
	if err := j.event(j.tk, j.actor(), "linked", "", j.tag(tk), "split off"); err != nil {
		return err
	}
	if err := as.splitReceipt(tk); err != nil {
		return err
	}
	j.done(doing{about: tk, line: [2]string{
		j.tag(tk) + " „" + tk.Subject + "“ ist ein eigenes Ticket", j.tag(tk) + " “" + tk.Subject + "” is a ticket of its own",
	}, undo: "#" + command.Merge.Word(j.lang()) + " " + j.tag(j.tk)})
	return as.tellGroup(tk, notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), fill: as.newNotice(p)})
}

// aboutMessage is the participant's mail that the answered notice is about; when it is
// about none, the newest one of the ticket.
func (j *job) aboutMessage() (found store.Message, ok bool, err error) {
	messages, err := j.tx.Messages(j.ctx, j.tk.ID)
	if err != nil {
		return found, false, fmt.Errorf("read messages of ticket %d: %w", j.tk.ID, err)
	}
	for _, m := range messages {
		if m.Visibility != "public" || m.Kind != "request" && (m.Kind != "reply" || m.Agent != "") {
			continue
		}
		if found, ok = m, true; j.link.out != nil && m.InboxID != 0 && m.InboxID == j.link.out.InboxID {
			break
		}
	}
	return found, ok, nil
}

// splitPlan is the turn of the new ticket, as if its author had written it under the
// new subject, and what the rules make of it.
func (j *job) splitPlan(from store.Message, subject string) (*turn, plan, error) {
	as := *j.turn
	m := mailin.Message{From: mailin.Address{Name: from.Name, Address: from.Author}, MessageID: from.MessageID, References: from.Refs}
	if from.InboxID != 0 && from.Agent == "" {
		raw, err := j.tx.Raw(j.ctx, from.InboxID)
		if err != nil {
			return nil, plan{}, fmt.Errorf("read raw mail of inbox %d: %w", from.InboxID, err)
		}
		if as.in, err = j.tx.Inbound(j.ctx, from.InboxID); err != nil {
			return nil, plan{}, fmt.Errorf("read inbox %d: %w", from.InboxID, err)
		}
		as.raw, m = raw, *mailin.Parse(raw, j.c.ParseOptions(as.in.ReceivedAt))
	}
	m.Subject, m.Reply, m.Text, m.Forward = subject, from.Text, from.Text, ""
	as.m, as.from, as.link, as.files, as.trace = &m, from.Author, link{}, nil, nil
	in, err := as.input()
	if err != nil {
		return nil, plan{}, err
	}
	p := planTicket(j.c, &m, in, admission{open: true, reason: "split by an agent"})
	j.trace = append(j.trace, p.rules.Trace...)
	tk := &p.ticket
	tk.Requester, tk.RequesterName, tk.Subject, tk.ThreadTopic = from.Author, or(j.c.person(from.Author).Name, from.Name), subject, subject
	tk.Language, tk.Mailbox, tk.Auth, tk.Channel = j.tk.Language, j.tk.Mailbox, j.tk.Auth, j.tk.Channel
	if tk.Requester != j.tk.Requester && as.raw != nil {
		tk.Auth = verdict(&m)
	}
	return &as, p, nil
}

// copyMessage puts a message of another ticket at the head of this one; both keep it.
func (t *turn) copyMessage(tk *store.Ticket, from store.Message) error {
	files, err := t.tx.Attachments(t.ctx, from.ID)
	if err != nil {
		return fmt.Errorf("read attachments of message %d: %w", from.ID, err)
	}
	from.ID, from.TicketID, from.OriginID, from.Kind = 0, tk.ID, 0, "request"
	if err := t.tx.InsertMessage(t.ctx, &from); err != nil {
		return fmt.Errorf("copy message into ticket %d: %w", tk.ID, err)
	}
	if err := t.tx.InsertAttachments(t.ctx, from.ID, files); err != nil {
		return fmt.Errorf("copy attachments into ticket %d: %w", tk.ID, err)
	}
	return nil
}

// splitReceipt acknowledges the new ticket as it would be if it came by mail.
func (t *turn) splitReceipt(tk *store.Ticket) error {
	kind := mailout.Receipt
	if tk.Auth != mailin.VerdictPass {
		kind = mailout.ReceiptUnverified
	}
	due, err := t.dueOf(tk, sla.FirstResponse)
	if err != nil {
		return err
	}
	_, err = t.automatic(tk, letter{
		kind: kind, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) { d.FirstReply = due },
	})
	return err
}
