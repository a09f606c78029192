package triage

import (
	"fmt"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// phoneTicket files a call, or a mail that went to the agent, under the person it
// came from (product 2.3.6).
func (t *turn) phoneTicket(ac agentContext, parsed command.Mail) (result, error) {
	how, rest := filing(parsed)
	caller, ok := t.caller(how)
	if !ok {
		parsed.Problems = append(parsed.Problems, command.Problem{Line: how.Line, Literal: how.Literal, Verb: how.Verb, Code: command.BadAddress})
		return t.holdMail(ac.agent, holdSyntax, "no author found in the forwarded mail", t.problemsOf(ac.agent, parsed), false)
	}
	text := parsed.Text
	if how.Verb == command.Forward {
		text = or(t.m.Forward, parsed.Text)
	}
	tk, decided, err := t.fileFor(caller, how.Verb == command.Phone, text)
	if err != nil {
		return result{}, err
	}
	err = t.message(tk, store.Message{InboxID: t.in.ID, Visibility: "public", Kind: "request", Author: tk.Requester, Name: tk.RequesterName,
		Agent: ac.agent.ID, Subject: t.m.Subject, MessageID: t.m.MessageID, Text: text}, t.m.Attachments)
	if err != nil {
		return result{}, err
	}
	opened := sla.EventOpened
	if tk.Channel == "phone" { // the call was the first response
		opened, tk.FirstResponseAt = sla.EventPhone, t.now
	}
	if err := t.clocks(tk, opened); err != nil {
		return result{}, err
	}
	ac.ticket = tk
	j := &job{turn: t, ac: ac, tk: tk, parsed: rest, verb: command.Quiet}
	if err := j.run(); err != nil {
		return result{}, err
	}
	r := result{outcomeOpened, "filed by " + ac.agent.ID, tk.ID}
	if rest.Has(command.Solved) {
		return r, nil
	}
	if err := t.phoneReceipt(tk, ac.agent, text); err != nil {
		return r, err
	}
	n := notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), files: t.filesOf()}
	say := t.newNotice(plan{ticket: *tk, rules: decided})
	n.fill = func(d *mailout.InternalData) {
		say(d)
		d.Text = mailout.InternalCopy(mailout.RequesterText(clip(text, entryBytes)))
		d.Reason = mailout.InternalReason(fmt.Sprintf(inLang(filedBy(tk), d.Lang), ac.agent.Name))
	}
	if !rest.Has(command.Escalate) {
		if err := t.tellOwner(tk, n, t.from); err != nil {
			return r, err
		}
	}
	n.cause = fmt.Sprintf("filed:%d", tk.ID) // a mail to reply to, for the agent who filed it
	_, err = t.toAgent(tk, ac.agent, n)
	return r, err
}

// filedBy says who filed a ticket, and how.
func filedBy(tk *store.Ticket) [2]string {
	if tk.Channel == "phone" {
		return [2]string{"Telefonat, aufgenommen von %s", "Phone call, noted by %s"}
	}
	return [2]string{"Weitergeleitet von %s", "Forwarded by %s"}
}

// filing separates the command that says whose ticket it is from the others.
func filing(parsed command.Mail) (how command.Command, rest command.Mail) {
	rest = parsed
	rest.Text, rest.Parts, rest.Commands = "", nil, nil
	for _, c := range parsed.Commands {
		if c.Verb == command.Phone || c.Verb == command.Forward {
			how = c
		} else {
			rest.Commands = append(rest.Commands, c)
		}
	}
	return how, rest
}

// caller is the person a ticket is filed for.
func (t *turn) caller(how command.Command) (mailin.Address, bool) {
	if how.Verb == command.Phone {
		return mailin.Address{Name: how.Name, Address: mailin.FoldAddress(how.Address)}, plausibleAddress(mailin.FoldAddress(how.Address))
	}
	from, ok := forwardedFrom(or(t.m.Forward, t.m.Reply))
	from.Address = mailin.FoldAddress(from.Address)
	return from, ok && plausibleAddress(from.Address) && !t.c.isOwn(from.Address) && t.c.mayOpen(from.Address)
}

// fileFor opens a ticket in the caller's name, as if the caller had written.
func (t *turn) fileFor(caller mailin.Address, phone bool, text string) (*store.Ticket, rules.Decision, error) {
	as := *t
	m := *t.m
	m.From = mailin.Address{Name: or(t.c.person(caller.Address).Name, caller.Name), Address: caller.Address}
	m.Reply, m.Text, m.Forward = text, text, ""
	as.m, as.from = &m, caller.Address
	in, err := as.input()
	if err != nil {
		return nil, rules.Decision{}, err
	}
	p := planTicket(t.c, &m, in, admission{open: true, reason: "filed by an agent"})
	// What stands in a forwarded text proves nothing; a caller was on the phone.
	p.ticket.Channel, p.ticket.Auth, p.ticket.ThreadRoot = "mail", mailin.VerdictNone, ""
	if phone {
		p.ticket.Channel, p.ticket.Auth = "phone", mailin.VerdictPass
	}
	t.trace = append(t.trace, p.rules.Trace...)
	return &p.ticket, p.rules, as.insert(&p.ticket, p.rules)
}

// phoneReceipt tells the caller what was noted.
func (t *turn) phoneReceipt(tk *store.Ticket, agent Agent, text string) error {
	kind := mailout.ReceiptPhone
	if tk.Channel != "phone" {
		kind = mailout.ReceiptUnverified
	}
	due, err := t.dueOf(tk, sla.FirstResponse)
	if err != nil {
		return err
	}
	_, err = t.automatic(tk, letter{
		kind: kind, purpose: token.Acknowledgement, class: classAutomatic, agent: agent.Name, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) {
			d.CallAt, d.Text, d.FirstReply = t.now, mailout.AgentReply(text), due
		},
	})
	return err
}
