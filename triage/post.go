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
	"firstline/triage/state"
	"firstline/triage/token"
)

// The classes of outgoing mail, in the order they leave.
const (
	classHuman     = "human"
	classNotice    = "notice"
	classReport    = "report"
	classAutomatic = "automatic"
)

// post is one mail that is decided and not yet composed.
type post struct {
	ticket  *store.Ticket
	cause   string // why it exists; unique
	class   string
	purpose token.Purpose
	to      mailout.Address
	lang    string
	// parent and refs are what the mail answers in the recipient's mailbox.
	parent string
	refs   []string
	// root is the synthetic first reference of all notices of a ticket.
	root    string
	subject string
	from    mailout.Address
	replyTo mailout.Address
	body    mailout.Body
	fields  mailout.TicketFields
	// constant: nothing that the recipient wrote may stand in it (A7).
	constant bool
	// notBefore keeps a mail back, for quiet hours; zero = now.
	notBefore time.Time
	files     []mailout.Attachment
}

// signed is the Message-ID of a post. Its unique part comes from the cause, so
// that the same cause gives the same id.
func (t *turn) signedID(p post) string {
	return t.keys().Sign(t.claim(p.ticket, p.purpose, token.Unique(t.now, p.cause), p.to.Address))
}

func (t *turn) claim(tk *store.Ticket, purpose token.Purpose, unique, to string) token.Claim {
	mailbox := ""
	if tk != nil {
		mailbox = tk.Mailbox
	}
	return token.Claim{Ticket: t.name(tk), Purpose: purpose, Unique: unique, Recipient: mailin.FoldAddress(to), Domain: t.ownDomain(mailbox)}
}

// marker is the token in the last line of a mail, the k7qm2xz9pa of
// "Kennung IT-10423/k7qm2xz9pa".
func (t *turn) marker(tk *store.Ticket, purpose token.Purpose, to string) string {
	return t.keys().Marker(t.claim(tk, purpose, token.Thread, to)).Tag
}

// queue composes a post and puts it into the outbox. It reports false when the
// cause was served before or the mailbox sends nothing; that is no error.
func (t *turn) queue(p post) (bool, error) {
	if why := t.unsendable(p); why != "" {
		return false, t.event(p.ticket, "system", "not_sent", "", mailout.MaskAddress(p.to.Address), why)
	}
	mailbox := t.c.mailbox(t.mailboxOf(p.ticket))
	id := t.signedID(p)
	root := token.Thread
	if p.ticket == nil { // what belongs to no ticket is no thread with all before it
		root = token.Unique(t.now, "thread:"+p.cause)
	}
	thread := t.keys().Sign(t.claim(p.ticket, p.purpose, root, p.to.Address))
	inReplyTo, refs := mailout.Thread(p.parent, append(append([]string(nil), p.refs...), thread))
	if p.root != "" {
		inReplyTo, refs = p.root, []string{p.root, thread}
	}
	m := mailout.Mail{
		Class: mailClass(p), From: p.from, To: p.to, ReplyTo: p.replyTo, Subject: p.subject,
		MessageID: id, Date: t.now.In(t.c.Company.Location), InReplyTo: inReplyTo, References: refs,
		Instance: t.keys().SignInstance(t.desk.instance, token.Unique(t.now, p.cause)),
		Ticket:   p.fields, Body: p.body, Attachments: p.files,
	}
	if p.ticket != nil && !p.constant {
		m.ThreadTopic = mailout.ThreadTopic(p.ticket.ThreadTopic, t.tag(p.ticket))
	}
	if t.c.Outgoing.PlusAddressing {
		if a, ok := t.keys().Address(mailbox.Address, t.claim(p.ticket, p.purpose, token.Thread, p.to.Address)); ok {
			m.ReplyTo = mailout.Address{Name: p.replyTo.Name, Address: a}
		}
	}
	if t.c.Outgoing.ThreadIndex && p.ticket != nil && !p.constant {
		m.ThreadIndex = mailout.ThreadIndex(t.threadRoot(p.ticket), t.now, m.MessageID)
	}
	raw, err := mailout.Compose(m)
	if err != nil {
		return false, fmt.Errorf("compose mail %q: %w", p.cause, err)
	}
	out := store.Outgoing{
		Cause: p.cause, InboxID: t.in.ID, Class: p.class, Purpose: string(p.purpose), Recipient: mailin.FoldAddress(p.to.Address),
		ReversePath: mailbox.Address, MessageID: id, NextAttemptAt: later(t.now, p.notBefore),
	}
	if p.ticket != nil {
		out.TicketID = p.ticket.ID
	}
	if t.c.Outgoing.NullSender && p.class == classAutomatic {
		out.ReversePath = ""
	}
	queued, err := t.tx.Enqueue(t.ctx, &out, raw)
	if err != nil {
		return false, fmt.Errorf("queue mail %q: %w", p.cause, err)
	}
	return queued, nil
}

// threadRoot is the root of the ticket in Outlook's Thread-Index: the one of the
// requester's own mail, so that our answers stand in his conversation, else one made
// from the ticket.
func (t *turn) threadRoot(tk *store.Ticket) mailout.ThreadRoot {
	if root, ok := mailout.ParseThreadRoot(tk.ThreadIndex); ok {
		return root
	}
	return mailout.NewThreadRoot(tk.CreatedAt, t.desk.instance+"/"+t.tag(tk))
}

// unsendable says why a mail must not leave: the mode of its mailbox, a recipient
// that is ourselves or no address.
func (t *turn) unsendable(p post) string {
	to := mailin.FoldAddress(p.to.Address)
	_, agent := t.c.AgentByAddress(to)
	switch mode := t.c.mailbox(t.mailboxOf(p.ticket)).Mode; {
	case mode == "observe":
		return "the mailbox only observes"
	case mode == "training" && !agent:
		return "training: requesters get no mail"
	case t.c.isOwn(to):
		return "recipient is an address of ours"
	case mailout.CheckAddress(p.to.Address) != nil:
		return "recipient is no usable address"
	}
	return ""
}

func (t *turn) mailboxOf(tk *store.Ticket) string {
	if tk != nil && tk.Mailbox != "" {
		return tk.Mailbox
	}
	if t.in.MailboxID != 0 {
		return t.mailboxName()
	}
	return ""
}

// mailClass is what the header says about the author.
func mailClass(p post) mailout.Class {
	switch {
	case p.class == classHuman:
		return mailout.Human
	case p.class == classReport:
		return mailout.Report
	case p.purpose == token.Acknowledgement || p.purpose == token.FAQAnswer:
		return mailout.AutoReplied
	}
	return mailout.AutoGenerated
}

// letter is what a mail to a participant is made from.
type letter struct {
	kind    mailout.PublicKind
	purpose token.Purpose
	class   string
	cause   string
	agent   string // name of the agent whose text it is, for human class
	fill    func(*mailout.PublicData)
	files   []mailout.Attachment
	meant   string // what was written for agents, and for this recipient too
}

// publicData is what every mail to a participant may say.
func (t *turn) publicData(tk *store.Ticket, to string) mailout.PublicData {
	facts := t.facts(tk, tk.Language)
	facts.State = mailout.StateForRequester(tk.State, tk.Language)
	return mailout.PublicData{
		Now: t.now, Location: t.c.Company.Location, Company: t.c.Company.Name, Support: t.c.mailbox(tk.Mailbox).Address,
		Phone: t.c.Company.Phone, Ticket: facts, Requester: t.personOf(tk, to),
	}
}

// toRequester queues a mail to a participant. It holds public text only, by type.
func (t *turn) toRequester(tk *store.Ticket, to string, l letter) (bool, error) {
	lang, d := tk.Language, t.publicData(tk, to)
	// An unproven sender gets no word of his own back from a machine (A7).
	constant := l.kind == mailout.ReceiptUnverified || l.class == classAutomatic && tk.Auth != mailin.VerdictPass
	if constant {
		d.Requester = mailout.Person{Address: to}
	}
	person := d.Requester
	d.Marker, d.Agent = t.marker(tk, l.purpose, to), l.agent
	d.Token = token.Local(t.signedID(post{ticket: tk, cause: l.cause, purpose: l.purpose, to: mailout.Address{Address: to}}))
	if l.fill != nil {
		l.fill(&d)
	}
	if constant {
		d.Ticket.Subject, d.Question = "", ""
	}
	_, body, err := t.texts().RenderPublic(l.kind, lang, d)
	if err != nil {
		return false, fmt.Errorf("render %s: %w", l.kind, err)
	}
	if leak, err := t.leaks(tk, l, body); err != nil || leak {
		return false, err
	}
	parent, refs, err := t.lastFrom(tk, to)
	if err != nil {
		return false, err
	}
	name := t.c.Outgoing.FromName
	if l.class == classHuman {
		name = mailout.ReplyFrom(l.agent, t.c.Outgoing.FromName)
	}
	base := or(tk.ThreadTopic, tk.Subject) // a renamed ticket stays one thread
	if constant {
		base = ""
	}
	return t.queue(post{
		ticket: tk, cause: l.cause, class: l.class, purpose: l.purpose, lang: lang,
		to:     mailout.Address{Name: person.Name, Address: to},
		parent: parent, refs: refs, subject: mailout.ReplySubject(lang, base, t.tag(tk)),
		from: mailout.Address{Name: name, Address: t.c.mailbox(tk.Mailbox).Address}, body: body, files: l.files, constant: constant,
	})
}

// notice is what a mail to an agent is made from.
type notice struct {
	kind    mailout.InternalKind
	purpose token.Purpose
	cause   string
	fill    func(*mailout.InternalData)
	files   []mailout.Attachment
	// wait keeps the mail until the recipient's hours begin, except for P1.
	wait bool
}

// canaryLen letters of the Message-ID's tag stand beside internal text.
const canaryLen = 10

// toAgent queues a mail to an agent. A reply to it does what its purpose says.
func (t *turn) toAgent(tk *store.Ticket, a Agent, n notice) (bool, error) {
	lang := or(a.Language, t.c.Company.Language)
	support := t.c.mailbox(t.mailboxOf(tk)).Address
	d := mailout.InternalData{
		Now: t.now, Location: t.c.Company.Location, Support: support, Purpose: string(n.purpose),
		Public: n.purpose == token.Notification || n.purpose == token.Escalation, Recipient: a.Name, Lang: lang,
	}
	d.Token = token.Local(t.signedID(post{ticket: tk, cause: n.cause, purpose: n.purpose, to: mailout.Address{Address: a.Address}}))
	d.Canary = strings.ToLower(d.Token[strings.LastIndexByte(d.Token, '.')+1:])[:canaryLen]
	p := post{
		ticket: tk, cause: n.cause, class: classNotice, purpose: n.purpose, lang: lang,
		to: mailout.Address{Name: a.Name, Address: a.Address}, replyTo: mailout.Address{Address: support}, files: n.files,
	}
	if tk != nil {
		d.Ticket = t.facts(tk, lang)
		d.Requester = t.personOf(tk, tk.Requester)
		d.Unverified = tk.Auth != mailin.VerdictPass
		d.Mine = tk.Assignee == a.ID && tk.State != string(state.New)
		d.FirstDue, d.SolveDue = t.dues(tk.ID)
		var err error
		if d.Open, d.Last, err = t.otherTickets(tk, lang); err != nil {
			return false, err
		}
		d.Marker = t.marker(tk, n.purpose, a.Address)
		root := token.Root(t.name(tk), t.ownDomain(tk.Mailbox))
		p.root = root
		p.fields = mailout.TicketFields{Tag: t.tag(tk), State: tk.State, Priority: tk.Priority, Group: tk.Group, Level: fmt.Sprint(tk.Level)}
	}
	if tk == nil && t.m != nil && mailin.FoldAddress(a.Address) == t.from { // it answers this mail
		p.parent, p.refs = t.m.MessageID, t.m.References
	}
	if n.fill != nil {
		n.fill(&d)
	}
	if _, agent := t.c.AgentByAddress(mailin.FoldAddress(a.Address)); !agent {
		// An address that the configuration has told works on no ticket: it reads what the
		// matter is, and nothing that agents wrote among themselves.
		d.LastWord, d.History = mailout.InternalText{}, slices.DeleteFunc(slices.Clone(d.History), func(e mailout.Entry) bool { return e.Internal })
	} else if err := t.addBrief(tk, n.kind, lang, &d); err != nil {
		return false, err
	}
	person := ""
	if tk != nil {
		person = or(d.Requester.Name, d.Requester.Address)
	}
	subject, body, err := t.texts().RenderInternal(n.kind, lang, d)
	if err != nil {
		return false, fmt.Errorf("render %s: %w", n.kind, err)
	}
	p.subject, p.body = subject, body
	if n.wait && tk.Priority != "P1" {
		p.notBefore = t.hoursOf(tk, a).NextOpening(t.now)
	}
	p.from = mailout.Address{Name: mailout.NoticeFrom(lang, person, t.c.Outgoing.FromName), Address: support}
	return t.queue(p)
}

// otherTickets says how many tickets of the requester are open, this one among
// them, and which was the last one before: "IT-10388 (gelöst)".
func (t *turn) otherTickets(tk *store.Ticket, lang string) (open int, last string, err error) {
	if tk.Requester == "" {
		return 0, "", nil
	}
	if open, err = t.tx.OpenTicketsOf(t.ctx, tk.Requester); err != nil {
		return 0, "", fmt.Errorf("count open tickets of a requester: %w", err)
	}
	recent, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Requester: tk.Requester, Limit: recentTickets})
	if err != nil {
		return 0, "", fmt.Errorf("read tickets of a requester: %w", err)
	}
	for i := range recent {
		if o := &recent[i]; o.ID < tk.ID && o.Number > 0 {
			return open, t.tag(o) + " (" + mailout.StateLabel(o.State, lang) + ")", nil
		}
	}
	return open, "", nil
}

// recentTickets is how many tickets are looked through for the one before.
const recentTickets = 5

// hoursOf is when an agent reads mail about a ticket: his own hours, else those of
// the ticket.
func (t *turn) hoursOf(tk *store.Ticket, a Agent) *sla.Calendar {
	if cal := t.c.Calendars[a.Calendar]; cal != nil {
		return cal
	}
	return t.calendar(tk)
}

// facts are the facts of a ticket that may stand in any mail.
func (t *turn) facts(tk *store.Ticket, lang string) mailout.Ticket {
	return mailout.Ticket{
		Tag: t.tag(tk), Subject: tk.Subject, Thread: tk.ThreadTopic, Category: t.c.categoryLabel(tk.Category, lang), Priority: t.c.priorityLabel(tk.Priority, lang),
		PriorityID: tk.Priority, Group: t.c.groupLabel(tk.Group, lang), State: mailout.StateLabel(tk.State, lang),
	}
}

// personOf is what is known of a participant.
func (t *turn) personOf(tk *store.Ticket, address string) mailout.Person {
	p := t.c.person(mailin.FoldAddress(address))
	name := p.Name
	if name == "" && mailin.FoldAddress(address) == tk.Requester {
		name = tk.RequesterName
	}
	return mailout.Person{Name: name, Address: address, Title: p.Title, Phone: p.Phone, Room: p.Room, Device: p.Device, Department: p.Department}
}

// lastFrom is the newest mail of a participant in a ticket, so that our answer
// stands in his thread; without one, the first mail of the ticket.
func (t *turn) lastFrom(tk *store.Ticket, address string) (id string, refs []string, err error) {
	if t.m != nil && mailin.FoldAddress(address) == t.from {
		return t.m.MessageID, t.m.References, nil
	}
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return "", nil, fmt.Errorf("read mails of ticket %d: %w", tk.ID, err)
	}
	last := store.Message{MessageID: tk.ThreadRoot}
	for _, m := range messages {
		if m.Author == mailin.FoldAddress(address) && m.MessageID != "" && m.Agent == "" {
			last = m
		}
	}
	return last.MessageID, last.Refs, nil
}

// texts are the templates of the generation in force.
func (t *turn) texts() *mailout.Texts {
	if t.c.Texts != nil {
		return t.c.Texts
	}
	return t.desk.Texts
}
