package triage

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/token"
)

// agentContext is the proof that a mail may act on a ticket. Only authorize and
// the release of a held mail make one; command code asks for it by type (S1).
type agentContext struct {
	agent  Agent
	ticket *store.Ticket // nil: a mail about no single ticket
	claim  token.Claim
	place  command.Place
	// confirmed: a person said ok or #trotzdem to what was held.
	confirmed bool
	corrected bool
}

// The kinds of holds.
const (
	holdProof      = "proof"
	holdSyntax     = "syntax"
	holdCollision  = "collision"
	holdSuspicious = "suspicious"
	holdLeak       = "leak"
)

const (
	// proofFor is how long an agent may take to confirm a mail without a verdict.
	proofFor = 30 * time.Minute
	// textFor is how long a mail that was not carried out is kept for an ok.
	textFor = 7 * day
	// challengesPerHour bounds the questions to one agent: a forger must not be able
	// to fill his mailbox, nor to silence him with a single mail (S5).
	challengesPerHour = 3
	// tooFast: an answer that comes quicker and quotes nothing was written by a
	// machine without saying so (freescout#2488).
	tooFast = 20 * time.Second
)

// agentMail takes mail of agents: answers to tickets, commands, confirmations. An
// agent who writes as an employee is a requester like others.
func (t *turn) agentMail() (result, error) {
	agent, ok := t.c.AgentByAddress(t.from)
	if !ok {
		return result{}, nil
	}
	if t.link.out != nil {
		h, err := t.tx.HoldByChallenge(t.ctx, t.link.out.MessageID)
		if err == nil {
			if r, err := t.release(agent, h); err != nil || r.outcome != "" {
				return r, err
			}
		} else if !errors.Is(err, store.ErrNotFound) {
			return result{}, fmt.Errorf("look for held mail: %w", err)
		}
	}
	if t.link.ticket == nil {
		return t.newAgentMail(agent)
	}
	if t.link.role != "" && (t.link.by != "token" || t.link.claim.Purpose.ToRequester()) {
		return result{}, nil // the agent is the requester here
	}
	ac, why := authorize(t.m, t.link, agent)
	if why != "" {
		return t.holdMail(agent, holdProof, why, nil, false)
	}
	return t.execute(ac)
}

// authorize checks the three proofs of a command to a ticket: exactly one author
// who is an agent, the verdict of our own mail server for his domain, and a token
// of this ticket that was sent to him (S1). It is pure.
func authorize(m *mailin.Message, l link, agent Agent) (ac agentContext, why string) {
	switch {
	case m.FromFields != 1 || len(m.FromAll) != 1:
		return ac, "more than one author"
	case m.Auth.Verdict != mailin.VerdictPass:
		return ac, or(m.Auth.Reason, "no verdict")
	case l.by != "token" || !l.mine:
		return ac, "it does not answer a mail that was sent to you for this ticket"
	case l.claim.Purpose.Kind() != token.KindAgent && l.claim.Purpose != token.Report:
		return ac, "it answers a mail to the requester"
	}
	place := command.Reply
	if l.claim.Purpose == token.List || l.claim.Purpose == token.Report {
		place = command.List
	}
	return agentContext{agent: agent, ticket: l.ticket, claim: l.claim, place: place}, ""
}

// newAgentMail takes an agent's mail about no ticket: with commands in front it is
// a query or a phone ticket, else an employee's request like any other.
func (t *turn) newAgentMail(agent Agent) (result, error) {
	text := strings.TrimSpace(t.m.Reply)
	place := command.New
	if t.link.claim.Purpose == token.List || t.link.claim.Purpose == token.Report {
		place = command.List
	}
	ac := agentContext{agent: agent, claim: t.link.claim, place: place}
	parsed := command.Parse(text, t.commands(ac))
	if place == command.New && len(parsed.Commands) == 0 && len(parsed.Problems) == 0 {
		return result{}, nil
	}
	switch {
	case t.m.FromFields != 1 || len(t.m.FromAll) != 1 || t.m.Auth.Verdict != mailin.VerdictPass:
		return t.holdMail(agent, holdProof, or(t.m.Auth.Reason, "no verdict"), nil, false)
	case place == command.List && !t.link.mine:
		return t.holdMail(agent, holdProof, "it answers a list that was sent to somebody else", nil, false)
	}
	return t.execute(ac)
}

// holdMail keeps an agent's mail without any effect and asks the agent, at the
// configured address, once: the answer to that question is the missing proof.
func (t *turn) holdMail(agent Agent, kind, why string, problems []mailout.Problem, fixable bool) (result, error) {
	tk := t.link.ticket
	r := result{outcome: outcomeHeld, reason: kind + ": " + why}
	if tk != nil {
		r.ticket = tk.ID
	}
	h := store.Hold{InboxID: t.in.ID, TicketID: r.ticket, Agent: agent.ID, Kind: kind, CreatedAt: t.now, ExpiresAt: t.now.Add(textFor)}
	asked := true
	if kind == holdProof {
		h.ExpiresAt = t.now.Add(proofFor)
		n, err := t.tx.CountHolds(t.ctx, agent.ID, holdProof, t.now.Add(-time.Hour))
		if err != nil {
			return r, fmt.Errorf("count held mails: %w", err)
		}
		asked = n < challengesPerHour
	}
	n := t.heldNotice(agent, kind, why, problems, fixable && t.confirming == 0)
	if t.confirming != 0 { // it was held and confirmed before: told, not held again
		if err := t.event(tk, "agent:"+agent.ID, "not_executed", "", kind, why); err != nil {
			return r, err
		}
		_, err := t.toAgent(tk, agent, n)
		return r, err
	}
	h.Challenge = t.signedID(post{ticket: tk, purpose: n.purpose, cause: n.cause, to: mailout.Address{Address: agent.Address}})
	if err := t.tx.InsertHold(t.ctx, h); err != nil {
		return r, fmt.Errorf("hold inbox %d: %w", t.in.ID, err)
	}
	if err := t.event(tk, "agent:"+agent.ID, "held", "", kind, why); err != nil || !asked {
		return r, err
	}
	_, err := t.toAgent(tk, agent, n)
	return r, err
}

// heldNotice tells an agent what was not carried out and how to go on.
func (t *turn) heldNotice(agent Agent, kind, why string, problems []mailout.Problem, fixable bool) notice {
	n := notice{kind: mailout.HeldReply, purpose: token.Problem, cause: fmt.Sprintf("err:%d:%d", t.in.ID, t.confirming)}
	until := t.now.Add(textFor)
	if kind == holdProof {
		until = t.now.Add(proofFor)
	}
	lang := or(agent.Language, t.c.Company.Language)
	text := mailout.InternalNote(clip(t.m.Reply, entryBytes))
	n.fill = func(d *mailout.InternalData) {
		d.Reason, d.Text, d.Until = mailout.InternalReason(heldReason(kind, why, lang)), text, until
		d.CanOK, d.Held = kind != holdLeak, kind
	}
	if kind == holdSyntax {
		n.kind = mailout.CommandError
		n.fill = func(d *mailout.InternalData) { d.Text, d.Until, d.CanOK, d.Problems = text, until, fixable, problems }
	}
	return n
}

// problemsOf are the problems of a mail in the agent's language.
func (t *turn) problemsOf(agent Agent, parsed command.Mail) []mailout.Problem {
	var list []mailout.Problem
	for _, p := range parsed.Problems {
		list = append(list, mailout.Problem{Line: p.Line, Source: p.Literal, Text: p.Text(or(agent.Language, t.c.Company.Language))})
	}
	return list
}

// placeOf says what kind of mail is answered.
func placeOf(l link) command.Place {
	switch {
	case l.claim.Purpose == token.List || l.claim.Purpose == token.Report:
		return command.List
	case l.ticket != nil:
		return command.Reply
	}
	return command.New
}

// heldReason is the reason in the agent's language.
func heldReason(kind, why, lang string) string {
	texts := map[string][2]string{
		holdProof:      {"Unser Mailserver hat nicht bestätigt, dass diese Mail von Ihnen ist (%s)", "Our mail server did not confirm that this mail is yours (%s)"},
		holdCollision:  {"Inzwischen hat jemand anders geantwortet: %s", "Somebody else has answered meanwhile: %s"},
		holdSuspicious: {"Sie kam wenige Sekunden nach der Benachrichtigung und zitiert nichts; so antworten Abwesenheitsassistenten.", "It came seconds after the notice and quotes nothing; that is how out-of-office assistants answer."},
		holdLeak:       {"Der Text enthält etwas, das intern bleiben muss: %s", "The text holds something that must stay internal: %s"},
	}
	if pair, ok := unproven()[why]; ok && kind == holdProof {
		return inLang(pair, lang)
	}
	pair, ok := texts[kind]
	if !ok {
		return why
	}
	why = Reason(why, lang)
	text := pair[0]
	if lang == "en" {
		text = pair[1]
	}
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, why)
	}
	return text
}

// unproven are the reasons why a mail lacks a proof that has nothing to do with the
// mail server.
func unproven() map[string][2]string {
	return map[string][2]string{
		"more than one author": {"Die Mail nennt mehr als einen Absender.", "The mail names more than one author."},
		"it does not answer a mail that was sent to you for this ticket": {"Sie antwortet auf keine Mail, die wir Ihnen zu diesem Ticket geschickt haben.",
			"It does not answer a mail that we sent to you about this ticket."},
		"it answers a mail to the requester": {"Sie antwortet auf eine Mail, die an die anfragende Person ging, nicht an Sie.",
			"It answers a mail that went to the requester, not to you."},
		"it answers a list that was sent to somebody else": {"Sie antwortet auf eine Liste, die jemand anders bekommen hat.",
			"It answers a list that was sent to somebody else."},
	}
}

// release carries out a held mail after the agent confirmed it. Only who reads the
// agent's own mailbox knows the identifier that is answered here (S5). An answer
// that is no confirmation is a mail like any other: no outcome.
func (t *turn) release(agent Agent, h store.Hold) (result, error) {
	answer := command.Parse(t.m.Reply, t.commands(agentContext{agent: agent, ticket: t.link.ticket, place: command.Reply}))
	confirmed := answer.Confirmed || answer.OK() && answer.Has(command.Anyway)
	if !confirmed || h.Agent != agent.ID || h.Kind == holdLeak {
		return result{}, nil
	}
	r := result{outcomeIgnored, "the answer to a held mail is not proven", h.TicketID}
	switch {
	case t.m.Auth.Verdict == mailin.VerdictFail || t.m.FromFields != 1 || len(t.m.FromAll) != 1:
	case h.Kind != holdProof && t.m.Auth.Verdict != mailin.VerdictPass:
		return result{}, nil // what was proven once is confirmed with proof only
	case !h.ReleasedAt.IsZero() || t.now.After(h.ExpiresAt):
		r.reason = "the held mail was carried out before or is too old"
	default:
		released, err := t.tx.ReleaseHold(t.ctx, h.InboxID)
		if err != nil {
			return r, fmt.Errorf("release held mail %d: %w", h.InboxID, err)
		}
		if released {
			return t.rerun(agent, h)
		}
	}
	if err := t.event(t.link.ticket, "agent:"+agent.ID, "not_released", h.Kind, "", r.reason); err != nil {
		return r, err
	}
	late := [2]string{"Die angehaltene Mail wurde schon ausgeführt, oder die Frist ist vorbei. Bitte schicken Sie sie neu.",
		"The held mail was carried out before, or its time is over. Please send it again."}
	lang := or(agent.Language, t.c.Company.Language)
	_, err := t.toAgent(t.link.ticket, agent, notice{
		kind: mailout.CommandError, purpose: token.Problem, cause: fmt.Sprintf("late:%d", t.in.ID),
		fill: func(d *mailout.InternalData) {
			d.Problems = []mailout.Problem{{Line: 1, Source: firstLine(t.m.Reply), Text: inLang(late, lang)}}
		},
	})
	return r, err
}

// rerun puts the held mail in the place of the one that confirmed it.
func (t *turn) rerun(agent Agent, h store.Hold) (result, error) {
	raw, err := t.tx.Raw(t.ctx, h.InboxID)
	if err != nil {
		return result{}, fmt.Errorf("read held mail %d: %w", h.InboxID, err)
	}
	in, err := t.tx.Inbound(t.ctx, h.InboxID)
	if err != nil {
		return result{}, fmt.Errorf("read held inbox %d: %w", h.InboxID, err)
	}
	held := *t
	held.said = in.AcceptedAt // "tomorrow" was said then
	held.in, held.raw, held.m = in, raw, mailin.Parse(raw, t.c.ParseOptions(in.ReceivedAt))
	held.link = link{}
	held.from, held.confirming, held.files, held.passed = t.from, t.in.ID, nil, nil
	if _, err := held.correlate(); err != nil {
		return result{}, err
	}
	if held.link.ticket == nil {
		held.link.ticket = t.link.ticket
	}
	purpose := held.link.claim
	if purpose.Purpose.Kind() != token.KindAgent {
		purpose.Purpose = token.Notification // found by tag: a plain answer goes to the requester
	}
	r, err := held.execute(agentContext{
		agent: agent, ticket: held.link.ticket, claim: purpose, place: placeOf(held.link), confirmed: true, corrected: h.Kind == holdSyntax,
	})
	r.reason = "confirmed: " + r.reason
	t.trace = append(t.trace, held.trace...)
	if r.outcome = outcomeCommanded; r.reason == "" {
		r.reason = "confirmed"
	}
	return r, err
}

// commands is what an agent's commands are read against.
func (t *turn) commands(ac agentContext) command.Context {
	c := t.c
	ctx := command.Context{
		Now: or(t.said, t.now), Location: c.Company.Location, Language: or(ac.agent.Language, c.Company.Language), Place: ac.place,
		Subject: t.m.Subject, Prefix: c.Ticket.Prefix,
	}
	if ac.ticket != nil {
		ctx.Ticket = command.Ref{Number: ac.ticket.Number, Held: ac.ticket.ID}
		if ac.ticket.Number > 0 {
			ctx.Ticket.Held = 0
		}
	}
	for _, a := range c.People.Agents {
		ctx.Agents = append(ctx.Agents, command.Name{ID: a.ID, Names: []string{a.Name}, Address: a.Address})
	}
	for _, g := range c.People.Groups {
		ctx.Groups = append(ctx.Groups, command.Name{ID: g.ID, Names: values(g.Label, ctx.Language)})
	}
	for _, cat := range c.Categories {
		ctx.Categories = append(ctx.Categories, command.Name{ID: cat.ID, Names: values(cat.Label, ctx.Language)})
	}
	for _, p := range c.Priorities {
		ctx.Priorities = append(ctx.Priorities, command.Name{ID: p.ID, Names: values(p.Label, ctx.Language)})
	}
	for _, p := range c.People.Directory {
		ctx.People = append(ctx.People, command.Name{Names: []string{p.Name}, Address: p.Address})
	}
	if c.Rules != nil {
		for _, e := range c.Rules.FAQEntries() {
			ctx.FAQ = append(ctx.FAQ, command.Name{ID: e.ID})
		}
	}
	for name := range c.Receipts {
		ctx.Templates = append(ctx.Templates, command.Name{ID: name})
	}
	for impact, row := range c.Matrix {
		ctx.Impacts = append(ctx.Impacts, command.Name{ID: impact})
		for urgency := range row {
			ctx.Urgencies = appendOnce(ctx.Urgencies, command.Name{ID: urgency})
		}
	}
	ctx.Known = func(r command.Ref) bool {
		_, err := t.ticketOf(r)
		return err == nil
	}
	if cal := c.Calendars[c.calendarOf(c.DefaultSLA)]; cal != nil {
		ctx.Opening = cal.NextOpening
	}
	return ctx
}

// values are the labels of a thing, the one in the agent's language first.
func values(labels map[string]string, lang string) []string {
	var list []string
	if own, ok := labels[lang]; ok {
		list = append(list, own)
	}
	for _, other := range slices.Sorted(maps.Keys(labels)) {
		if other != lang {
			list = append(list, labels[other])
		}
	}
	return list
}

func appendOnce(list []command.Name, n command.Name) []command.Name {
	for _, have := range list {
		if have.ID == n.ID {
			return list
		}
	}
	return append(list, n)
}

// ticketOf finds the ticket a command names.
func (t *turn) ticketOf(r command.Ref) (store.Ticket, error) {
	if r.Number > 0 {
		return t.tx.TicketByNumber(t.ctx, r.Number)
	}
	return t.tx.Ticket(t.ctx, r.Held)
}
