package triage

import (
	"fmt"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// filing is a ticket that an agent opens by a new mail with commands: for a caller, for
// the author of a mail that went to him, or for himself.
type filing struct {
	how     command.Verb // Phone, Forward; "" = for himself
	caller  mailin.Address
	subject string
	text    string // what the ticket is about; the caller may read it
	private string // what stays among agents
	files   []mailin.Attachment
	rest    command.Mail // the other commands
}

// phoneTicket files a call, or a mail that went to the agent, under the person it
// came from (product 2.3.6).
func (t *turn) phoneTicket(ac agentContext, parsed command.Mail) (result, error) {
	f, how := t.filing(parsed)
	switch f.how {
	case command.Phone:
		f.caller = mailin.Address{Name: how.Name, Address: mailin.FoldAddress(how.Address)}
		if !plausibleAddress(f.caller.Address) || t.c.isOwn(f.caller.Address) {
			parsed.Problems = append(parsed.Problems, command.Problem{Line: how.Line, Literal: how.Literal, Verb: how.Verb, Code: command.BadAddress, Value: how.Address})
			return t.holdMail(ac.agent, holdSyntax, "no address to file it for", t.problemsOf(ac.agent, parsed), false)
		}
	case command.Forward:
		if why := t.forwarded(&f, parsed); why != ([2]string{}) {
			problem := mailout.Problem{Line: how.Line, Source: how.Literal, Text: inLang(why, or(ac.agent.Language, t.c.Company.Language))}
			return t.holdMail(ac.agent, holdSyntax, why[1], []mailout.Problem{problem}, false)
		}
	}
	return t.file(ac, f)
}

// ownTicket opens a ticket for the agent himself, filed as the commands of his mail
// say. One that takes, answers or ends something meant another ticket, whose thread
// was lost: that is refused.
func (t *turn) ownTicket(ac agentContext, parsed command.Mail) (result, error) {
	var lost command.Mail
	for _, c := range parsed.Commands {
		if c.Verb.Phase() != command.PhaseQuery && (c.Verb.Phase() > command.PhaseClassification || parsed.FromSubject || parsed.Text == "") {
			lost.Problems = append(lost.Problems, command.Problem{Line: c.Line, Literal: c.Literal, Verb: c.Verb, Code: command.NoTicket})
		}
	}
	if len(lost.Problems) > 0 {
		return t.holdMail(ac.agent, holdSyntax, problemsText(lost), t.problemsOf(ac.agent, lost), false)
	}
	f, _ := t.filing(parsed)
	f.caller, f.text, f.private = t.m.From, parsed.Text, ""
	return t.file(ac, f)
}

// filing separates the command that says whose ticket it is from the others, and what
// the caller may read from what stays inside.
func (t *turn) filing(parsed command.Mail) (f filing, how command.Command) {
	f.rest, f.files, f.subject = parsed, t.m.Attachments, mailin.BaseSubject(t.m.Subject)
	f.rest.Text, f.rest.Parts, f.rest.Commands = "", nil, nil
	for _, c := range parsed.Commands {
		if c.Verb == command.Phone || c.Verb == command.Forward {
			how = c
		} else {
			f.rest.Commands = append(f.rest.Commands, c)
		}
	}
	f.how, f.text = how.Verb, parsed.Text
	for _, c := range f.rest.Commands {
		if noteKinds()[c.Verb] != "" && c.Text == "" {
			f.text, f.private = "", parsed.Text
		}
	}
	if f.rest.Has(command.Quiet) {
		f.text = ""
	}
	if parsed.FromSubject { // the subject is the command
		f.subject = inLang([2]string{"Anruf von ", "Call of "}, t.c.Company.Language) + or(how.Name, how.Address)
	}
	return f, how
}

// file opens the ticket, carries out the other commands and tells who has to know.
func (t *turn) file(ac agentContext, f filing) (result, error) {
	as, p, err := t.planFor(f)
	if err != nil {
		return result{}, err
	}
	tk := &p.ticket
	ac.ticket = tk
	if j := t.filed(ac, tk, f); len(j.refusedCommands()) > 0 {
		problems := j.refusedCommands()
		return t.holdMail(ac.agent, holdSyntax, problems[0].Text, problems, false)
	} else if kind, why, err := j.refusal(); err != nil || why != "" {
		if err != nil {
			return result{}, err
		}
		return t.holdMail(ac.agent, kind, why, nil, false)
	}
	if err := as.insert(tk, p.rules); err != nil {
		return result{}, err
	}
	if err := t.fileMessage(ac, tk, f); err != nil {
		return result{}, err
	}
	opened := sla.EventOpened
	if f.how == command.Phone { // the call was the first response
		opened, tk.FirstResponseAt = sla.EventPhone, t.now
	}
	if err := t.clocks(tk, opened); err != nil {
		return result{}, err
	}
	j := t.filed(ac, tk, f)
	if err := j.run(); err != nil {
		return result{}, err
	}
	r := result{outcomeOpened, "filed by " + ac.agent.ID, tk.ID}
	if f.rest.Has(command.Solved) {
		return r, nil
	}
	if err := t.phoneReceipt(tk, ac.agent, f); err != nil {
		return r, err
	}
	n := notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), files: t.filesOf()}
	say := as.newNotice(plan{ticket: *tk, rules: p.rules})
	n.fill = func(d *mailout.InternalData) {
		say(d)
		d.Author, d.Text = or(tk.RequesterName, tk.Requester), mailout.InternalNote(clip(paragraphs(f.text, f.private), entryBytes))
		if f.how != "" {
			d.Reason = mailout.InternalReason(fmt.Sprintf(inLang(filedBy(tk), d.Lang), ac.agent.Name))
		}
	}
	if !f.rest.Has(command.Escalate) && tk.Level == 1 {
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

// filed is the job of the other commands; what was said to the caller is no answer to
// be mailed again.
func (t *turn) filed(ac agentContext, tk *store.Ticket, f filing) *job {
	rest := f.rest
	if f.private != "" {
		rest.Text, rest.Parts = f.private, []command.Part{{Text: f.private}}
	}
	j := t.job(ac, tk, rest)
	if f.private != "" && j.verb == "" {
		j.addNote("note", f.private)
		j.text, j.public = "", false
	}
	j.spoken = f.text
	return j
}

// fileMessage stores what the ticket is about.
func (t *turn) fileMessage(ac agentContext, tk *store.Ticket, f filing) error {
	m := store.Message{InboxID: t.in.ID, Visibility: "public", Kind: "request", Author: tk.Requester, Name: tk.RequesterName,
		Agent: ac.agent.ID, Subject: f.subject, MessageID: t.m.MessageID, Text: f.text}
	if f.how == "" {
		m.Agent = ""
	}
	return t.message(tk, m, t.m.Attachments)
}

// planFor decides about the ticket as if the caller had written.
func (t *turn) planFor(f filing) (*turn, plan, error) {
	as := *t
	m := *t.m
	m.From = mailin.Address{Name: or(t.c.person(f.caller.Address).Name, f.caller.Name), Address: f.caller.Address}
	m.Subject, m.Text, m.Forward = f.subject, paragraphs(f.text, f.private), ""
	m.Reply = m.Text
	as.m, as.from = &m, mailin.FoldAddress(f.caller.Address)
	in, err := as.input()
	if err != nil {
		return nil, plan{}, err
	}
	p := planTicket(t.c, &m, in, admission{open: true, reason: "filed by an agent"})
	switch f.how {
	case command.Phone: // a caller was on the phone
		p.ticket.Channel, p.ticket.Auth, p.ticket.ThreadRoot = "phone", mailin.VerdictPass, ""
	case command.Forward: // what stands in a forwarded text proves nothing
		p.ticket.Auth, p.ticket.ThreadRoot = mailin.VerdictNone, ""
	}
	t.trace = append(t.trace, p.rules.Trace...)
	return &as, p, nil
}

// forwarded fills in whose mail was forwarded and what it says; why says what is
// missing. There is no guessing.
func (t *turn) forwarded(f *filing, parsed command.Mail) (why [2]string) {
	from, text, subject := t.original(parsed)
	from.Address = mailin.FoldAddress(from.Address)
	switch {
	case from.Address == "":
		return [2]string{
			"in der weitergeleiteten Mail steht keine Zeile „Von:“ mit einer Adresse. Mit #telefon und der Adresse geht es von Hand.",
			"the forwarded mail has no “From:” line with an address. #phone and the address do it by hand."}
	case !plausibleAddress(from.Address) || t.c.isOwn(from.Address):
		return [2]string{"das ist keine Adresse, für die es ein Ticket geben kann: " + from.Address, "no ticket can be for this address: " + from.Address}
	case !t.c.mayOpen(from.Address):
		return [2]string{
			from.Address + " darf hier keine Tickets öffnen (security.may_open_tickets). Mit #telefon und der Adresse geht es trotzdem.",
			from.Address + " may not open tickets here (security.may_open_tickets). #phone and the address do it all the same."}
	}
	f.caller, f.text = from, text
	if t.m.Forward != "" || text != parsed.Text {
		f.private = strings.TrimSpace(ownWords(parsed.Text, text))
	}
	f.subject = or(f.subject, subject)
	return why
}

// phoneReceipt tells the caller what was noted.
func (t *turn) phoneReceipt(tk *store.Ticket, agent Agent, f filing) error {
	kind := mailout.ReceiptPhone
	switch {
	case tk.Auth != mailin.VerdictPass:
		kind = mailout.ReceiptUnverified
	case f.how == "":
		kind = mailout.Receipt
	}
	due, err := t.dueOf(tk, sla.FirstResponse)
	if err != nil {
		return err
	}
	_, err = t.automatic(tk, letter{
		kind: kind, purpose: token.Acknowledgement, class: classAutomatic, agent: agent.Name, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) {
			d.CallAt, d.Text, d.FirstReply = t.now, mailout.AgentReply(or(f.text, tk.Subject)), due
		},
	})
	return err
}
