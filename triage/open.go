package triage

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// plan is what happens with a mail that begins a ticket: a value, made by a pure
// function and carried out by openTicket.
type plan struct {
	ignore, hold, reject string // reason; "" = no
	ticket               store.Ticket
	rules                rules.Decision
	policy               string
	// answerFAQ: the FAQ answer goes out and is the receipt.
	answerFAQ bool
	// receipt is the acknowledgement to send, "" = none; why says why none.
	receipt     mailout.PublicKind
	receiptText string
	why         string
}

// planTicket decides about a mail that continues no ticket (product 3.3).
func planTicket(c *Config, m *mailin.Message, in rules.Input, a admission) plan {
	p := plan{}
	if c.Rules != nil {
		p.rules = c.Rules.Decide(in)
	}
	d := &p.rules
	requester := mailin.FoldAddress(m.From.Address)
	if d.RequesterFrom != "" {
		requester = mailin.FoldAddress(d.RequesterFrom)
	}
	p.ticket = store.Ticket{
		State: string(state.New), Kind: or(d.Kind, "incident"), Level: 1, Priority: or(d.Priority, or(c.DefaultPriority, "P3")),
		Impact: d.Impact, Urgency: d.Urgency, Category: d.Category, CategoryAuto: d.Category,
		Group: or(d.Group, or(c.Categories[d.Category].Group, c.firstLevel())), Requester: requester,
		RequesterName: requesterName(c, m, requester), Subject: or(d.SetSubject, mailin.BaseSubject(m.Subject)),
		Language: languageFor(c, m, requester, d.Language), Channel: "mail", Mailbox: in.Mailbox, Auth: verdict(m), SLA: or(d.SLA, c.DefaultSLA),
		Tags: d.Tags, Incident: d.Incident, ThreadRoot: m.MessageID, ThreadTopic: mailin.BaseSubject(m.Subject),
	}
	switch {
	case d.Ignore != "":
		p.ignore = d.Ignore
	case a.reject:
		p.reject = a.reason
	case d.Reject != "":
		p.reject = d.Reject
	case !a.open:
		p.hold = a.reason
	case d.Hold != "":
		p.hold = d.Hold
	}
	p.policy = p.ticket.SLA
	p.answerFAQ = d.FAQ.Sent && a.answer && p.hold == "" && p.ignore == ""
	p.receipt, p.receiptText, p.why = receiptFor(c, in, d, a)
	return p
}

// receiptFor chooses the acknowledgement. An FAQ answer replaces it.
func receiptFor(c *Config, in rules.Input, d *rules.Decision, a admission) (kind mailout.PublicKind, text, why string) {
	switch {
	case d.Receipt == "none":
		return "", "", "the rules want no receipt"
	case a.answer && d.Receipt != "":
		return mailout.ReceiptCustom, d.Receipt, ""
	case a.answer && !in.Open[c.calendarOf(or(d.SLA, c.DefaultSLA))]:
		return mailout.ReceiptOutsideHours, "", ""
	case a.answer:
		return mailout.Receipt, "", ""
	case a.constant:
		return mailout.ReceiptUnverified, "", ""
	}
	return "", "", "no automatic answer: " + a.reason
}

// calendarOf is the calendar of a policy.
func (c *Config) calendarOf(policy string) string {
	if p := c.Policies[policy]; p != nil {
		return p.Calendar
	}
	return ""
}

// verdict is the word the ticket keeps.
func verdict(m *mailin.Message) string { return or(m.Auth.Verdict, mailin.VerdictNone) }

// requesterName prefers the directory to what the sender calls himself.
func requesterName(c *Config, m *mailin.Message, requester string) string {
	if p := c.person(requester); p.Name != "" {
		return p.Name
	}
	if mailin.FoldAddress(m.From.Address) == requester {
		return m.From.Name
	}
	return ""
}

// languageFor is the language to write in: a rule's, the mail's when it is sure,
// the directory's, the company's.
func languageFor(c *Config, m *mailin.Message, requester, rule string) string {
	for _, lang := range []string{rule, sure(m), c.person(requester).Language} {
		if lang != "" && (len(c.Company.Languages) == 0 || slices.Contains(c.Company.Languages, lang)) {
			return lang
		}
	}
	return or(c.Company.Language, "de")
}

// sure is the language of a mail when the reader is confident about it.
func sure(m *mailin.Message) string {
	if m.LanguageConfidence >= 0.6 && m.Language != "other" {
		return m.Language
	}
	return ""
}

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
		Message: t.m, Now: t.startedAt(), Mailbox: t.mailboxName(), Internal: t.c.isInternal(t.from),
		Known: admit(t.c, t.m).open, Open: t.openCalendars(), Location: t.c.Company.Location,
	}
	var err error
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
	if earlier != nil {
		tk.ParentID = earlier.ID
	}
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
	return t.event(tk, "requester", "opened", "", tk.State, fmt.Sprintf("category %s, priority %s, group %s", tk.Category, tk.Priority, tk.Group))
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
	if err := t.tx.InsertMessage(t.ctx, &m); err != nil {
		return fmt.Errorf("store message of ticket %d: %w", tk.ID, err)
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
	for _, w := range more {
		add = append(add, mailin.Address{Address: w})
	}
	for _, a := range add {
		address := mailin.FoldAddress(a.Address)
		_, agent := t.c.AgentByAddress(address)
		if agent || address == tk.Requester || t.c.isOwn(address) || !plausibleAddress(address) {
			continue
		}
		if err := t.tx.AddParticipant(t.ctx, store.Participant{TicketID: tk.ID, Address: address, Name: a.Name, Role: "watcher"}); err != nil {
			return fmt.Errorf("add watcher to ticket %d: %w", tk.ID, err)
		}
	}
	return nil
}

// firstMails sends what a new ticket causes: an FAQ answer or a receipt to the
// requester, notices to the agents, the hand-over a rule asks for.
func (t *turn) firstMails(tk *store.Ticket, p plan) (result, error) {
	if p.answerFAQ {
		sent, err := t.answerFAQ(tk, p)
		if err != nil || sent {
			return result{outcomeAnswered, "FAQ " + p.rules.FAQ.ID, tk.ID}, err
		}
	}
	if err := t.receipt(tk, p); err != nil {
		return result{}, err
	}
	if p.rules.Escalate != "" {
		if err := t.handOver(tk, handover{group: p.rules.Escalate, by: "rule:" + p.rules.Rule, reason: p.rules.EscalateWhy, quiet: true}); err != nil {
			return result{}, err
		}
	} else if err := t.tellGroup(tk, notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), fill: t.newNotice(p)}); err != nil {
		return result{}, err
	}
	if err := t.notifyRoles(tk, p.rules.Notify); err != nil {
		return result{}, err
	}
	return result{outcomeOpened, or(p.rules.Rule, "new mail"), tk.ID}, nil
}

// receipt acknowledges a new ticket, once, within the caps.
func (t *turn) receipt(tk *store.Ticket, p plan) error {
	if p.receipt == "" {
		t.explain("mail", "receipt", false, p.why)
		return nil
	}
	why, err := t.budget(tk.Requester)
	if err != nil {
		return err
	}
	if why != "" {
		t.explain("mail", "receipt", false, why)
		return t.event(tk, "system", "not_sent", "", "receipt", why)
	}
	due, err := t.dueOf(tk, "first_response")
	if err != nil {
		return err
	}
	var custom error
	_, err = t.toRequester(tk, tk.Requester, letter{
		kind: p.receipt, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) {
			d.FirstReply = due
			cal := t.calendar(tk)
			d.Opening, d.Hours = cal.NextOpening(t.startedAt()), cal.Hours(tk.Language)
			if p.receiptText != "" {
				d.Text, custom = t.customText(p.receiptText, tk.Language, *d)
			}
		},
	})
	t.explain("mail", "receipt", true, string(p.receipt)+" to the requester")
	return errors.Join(err, custom)
}

// receiptText is a receipt template of the configuration.
func (c *Config) receiptText(name, lang string) string { return label(c.Receipts[name], lang, "") }

// customText is a receipt template with its placeholders filled in.
func (t *turn) customText(name, lang string, d mailout.PublicData) (mailout.PublicText, error) {
	snippet, problems := mailout.ParseSnippet(name, 1, t.c.receiptText(name, lang))
	if len(problems) > 0 {
		return mailout.PublicText{}, fmt.Errorf("receipt %s: %w", name, problems[0])
	}
	return snippet.Text(lang, d, nil), nil
}

// answerFAQ sends the FAQ answer that replaces the receipt. It reports false when
// the caps forbid it: then a human answers.
func (t *turn) answerFAQ(tk *store.Ticket, p plan) (bool, error) {
	faq := p.rules.FAQ
	why, err := t.budget(tk.Requester)
	if err != nil {
		return false, err
	}
	if why != "" {
		t.explain("faq", faq.ID, false, why)
		return false, nil
	}
	ask := t.c.due(t.calendar(tk), t.now, or(t.c.FAQ.AskAfter, sla.Target{BusinessDays: 1}))
	queued, err := t.toRequester(tk, tk.Requester, letter{
		kind: mailout.FAQAnswer, purpose: token.FAQAnswer, class: classAutomatic, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) {
			d.Text, d.FAQ, d.Question, d.Deadline = mailout.FAQText(faq.Answer), faq.ID, tk.Subject, ask
		},
	})
	if err != nil || !queued {
		return false, err
	}
	tk.FAQ = faq.ID
	if err := t.message(tk, store.Message{Visibility: "public", Kind: "answer", Subject: tk.Subject, Text: faq.Answer}, nil); err != nil {
		return false, err
	}
	if err := t.tx.SaveFAQOutcome(t.ctx, store.FAQOutcome{TicketID: tk.ID, Entry: faq.ID, Requester: tk.Requester, SentAt: t.now}); err != nil {
		return false, fmt.Errorf("record answer of ticket %d: %w", tk.ID, err)
	}
	if faq.KeepOpen {
		return false, t.tellGroup(tk, notice{kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", tk.ID), fill: t.newNotice(p)})
	}
	if err := t.move(tk, state.FAQAnswer, "system", "FAQ "+faq.ID); err != nil {
		return false, err
	}
	if err := t.clocks(tk, sla.EventFAQ); err != nil {
		return false, err
	}
	if err := t.tx.SetTimer(t.ctx, tk.ID, timerAsk, 1, ask); err != nil {
		return false, fmt.Errorf("set timer of ticket %d: %w", tk.ID, err)
	}
	return true, nil
}

// holdTicket keeps a mail for the first level's decision: no number, no clock, no
// mail to the sender.
func (t *turn) holdTicket(p plan) (result, error) {
	tk := &p.ticket
	tk.State, tk.CreatedAt, tk.UpdatedAt = string(state.Held), t.now, t.now
	if err := t.tx.InsertTicket(t.ctx, tk); err != nil {
		return result{}, fmt.Errorf("hold inbox %d: %w", t.in.ID, err)
	}
	if err := t.firstMessage(tk, "request", "public"); err != nil {
		return result{}, err
	}
	if err := t.event(tk, "system", "opened", "", tk.State, p.hold); err != nil {
		return result{}, err
	}
	if err := t.tx.SetTimer(t.ctx, tk.ID, timerDiscard, 1, t.now.Add(heldFor)); err != nil {
		return result{}, fmt.Errorf("set timer of held ticket %d: %w", tk.ID, err)
	}
	r := result{outcomeHeld, p.hold, tk.ID}
	if t.m.Automatic.Class != mailin.ClassHuman {
		return r, nil // robots of strangers wait quietly; `tickets --state held` shows them
	}
	return r, t.tellGroup(tk, notice{
		kind: mailout.HeldSender, purpose: token.Problem, cause: fmt.Sprintf("held:%d", tk.ID),
		fill: func(d *mailout.InternalData) {
			d.Reason, d.Text = mailout.InternalReason(p.hold), mailout.InternalCopy(mailout.RequesterText(t.m.Reply))
		},
	})
}

// reject answers a proven stranger with a constant text, where configured.
func (t *turn) reject(p plan) (result, error) {
	r := result{outcome: outcomeRejected, reason: p.reject}
	if why, err := t.budget(t.from); err != nil || why != "" || t.m.Auth.Verdict != mailin.VerdictPass || !t.m.Automatic.Answer || t.link.automatic {
		return r, err
	}
	tk := p.ticket
	_, err := t.toRequester(&tk, t.from, letter{
		kind: mailout.Rejected, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("reject:%d", t.in.ID),
	})
	return r, err
}

// mailboxName is the id of the mailbox the mail came through.
func (t *turn) mailboxName() string {
	name, err := t.shared.mailbox(t, t.in.MailboxID)
	if err != nil {
		return ""
	}
	return name
}
