package triage

import (
	"slices"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/state"
	"firstline/triage/token"
)

// plan is what happens with a mail that begins a ticket: a value, made by a pure
// function and carried out by openTicket.
type plan struct {
	ignore, hold, reject string // reason; "" = no
	// rejectText is the template of a rule's reject, "" = the standard text.
	rejectText string
	ticket     store.Ticket
	rules      rules.Decision
	policy     string
	// answerFAQ: the FAQ answer goes out and is the receipt.
	answerFAQ bool
	// mayAnswer: the requester may get a personal automatic mail.
	mayAnswer bool
	// receipt is the acknowledgement to send, "" = none; why says why none.
	receipt     mailout.PublicKind
	receiptText string
	why         string
}

// planTicket decides about a mail that continues no ticket (product 3.3).
func planTicket(c *Config, m *mailin.Message, in rules.Input, a admission) plan {
	var d rules.Decision
	if c.Rules != nil {
		d = c.Rules.Decide(in)
	}
	return planDecided(c, m, in, a, d)
}

// planDecided is planTicket for a decision of the rules that was made already.
func planDecided(c *Config, m *mailin.Message, in rules.Input, a admission, decided rules.Decision) plan {
	p := plan{rules: decided}
	d := &p.rules
	requester := mailin.FoldAddress(m.From.Address)
	if d.RequesterFrom != "" {
		requester = mailin.FoldAddress(d.RequesterFrom)
	}
	p.ticket = store.Ticket{
		State: string(state.New), Kind: or(d.Kind, "incident"), Level: 1, Priority: or(d.Priority, or(c.DefaultPriority, "P3")),
		Impact: d.Impact, Urgency: d.Urgency, Category: d.Category, CategoryAuto: d.Category,
		Group: or(d.Group, or(c.Categories[d.Category].Group, c.firstLevel())), Requester: requester,
		RequesterName: requesterName(c, m, requester), Subject: or(d.SetSubject, token.StripTags(mailin.BaseSubject(m.Subject), c.Ticket.Prefix)),
		Language: or(d.Language, languageFor(c, m, requester)), Channel: "mail", Mailbox: in.Mailbox, Auth: verdict(m), SLA: or(d.SLA, c.DefaultSLA),
		Tags: d.Tags, Incident: d.Incident, ThreadRoot: m.MessageID, ThreadTopic: or(d.SetSubject, token.StripTags(mailin.BaseSubject(m.Subject), c.Ticket.Prefix)),
		ThreadIndex: mailout.ThreadRootOf(m.ThreadIndex),
	}
	if requester != mailin.FoldAddress(m.From.Address) { // found in the text: nobody vouches for it
		a.answer, a.constant, p.ticket.Auth = false, false, mailin.VerdictNone
	}
	switch {
	case d.Ignore != "":
		p.ignore = d.Ignore
	case a.reject:
		p.reject = a.reason
	case d.Reject != "":
		p.reject, p.rejectText = "rule "+d.SetBy["reject"], d.Reject
	case !a.open:
		p.hold = a.reason
	case d.Hold != "":
		p.hold = d.Hold
	}
	p.policy, p.mayAnswer = p.ticket.SLA, a.answer
	p.answerFAQ = d.FAQ.Sent && a.answer && p.hold == "" && p.ignore == ""
	p.receipt, p.receiptText, p.why = receiptFor(c, in, d, a)
	return p
}

// receiptFor chooses the acknowledgement. An FAQ answer replaces it.
func receiptFor(c *Config, in rules.Input, d *rules.Decision, a admission) (kind mailout.PublicKind, text, why string) {
	switch {
	case d.Reply != "" && d.Receipt == "":
		return "", "", "the reply of rule " + d.SetBy["reply"] + " is the receipt"
	case d.Receipt == "none":
		return "", "", "the rules want no receipt"
	case a.answer && d.Receipt != "" && d.Receipt != "standard":
		return mailout.ReceiptCustom, d.Receipt, ""
	case a.answer && c.closedNow(in, or(d.SLA, c.DefaultSLA)):
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

// languageFor is the language to write in where there are no rules: the mail's when
// it is sure, the directory's, the company's.
func languageFor(c *Config, m *mailin.Message, requester string) string {
	for _, lang := range []string{sure(m), c.person(requester).Language} {
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

// closedNow reports whether the calendar of a policy is closed; without one the
// desk is always open.
func (c *Config) closedNow(in rules.Input, policy string) bool {
	open, configured := in.Open[c.calendarOf(policy)]
	return configured && !open
}
