package triage

import (
	"fmt"
	"slices"
	"strings"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// internalNote is a text that stays inside, with its kind as the store names it.
type internalNote struct{ kind, text string }

// noteKinds are the kinds of the typed notes.
func noteKinds() map[command.Verb]string {
	return map[command.Verb]string{
		command.Note: "note", command.Call: "call", command.Return: "knowledge", command.Analysis: "analysis", command.Cause: "cause",
		command.Workaround: "workaround", command.Fix: "fix",
	}
}

func hasInsertions(m command.Mail) bool { return m.Has(command.FAQ) || m.Has(command.Template) }

// wording is the text of the mail: what stands behind the command that says what the
// text is, then the lines below with the FAQ entries and templates in their place.
func (j *job) wording() string {
	parts := []string{j.inline()}
	if !j.parsed.Has(command.Quiet) {
		for _, p := range j.parsed.Parts {
			switch {
			case p.Entry != "":
				parts = append(parts, j.c.faqAnswer(p.Entry, j.tk.Language))
			case p.Template != "":
				parts = append(parts, j.c.receiptText(p.Template, j.tk.Language))
			default:
				parts = append(parts, p.Text)
			}
		}
	}
	text := paragraphs(parts...)
	if text != "" {
		return text
	}
	for _, c := range j.parsed.Commands { // #l2: the reason is the analysis
		if c.Verb == command.Escalate && j.verb == command.Analysis {
			text = c.Text
		}
	}
	return strings.TrimSpace(text)
}

// inline is the text behind the command that says what the text is: #analyse: text.
func (j *job) inline() string {
	var parts []string
	for _, c := range j.parsed.Commands {
		if c.Verb == j.verb && (c.Verb == command.Public || noteKinds()[c.Verb] != "") {
			parts = append(parts, c.Text)
		}
	}
	return paragraphs(parts...)
}

// paragraphs puts texts under one another, a blank line between them.
func paragraphs(parts ...string) string {
	var list []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, "\n\n")
}

// publicText is the text as it leaves: FAQ entries and templates with their look, the
// invitation to a remote session below.
func (j *job) publicText() (mailout.PublicText, error) {
	texts := []mailout.PublicText{mailout.AgentReply(j.inline())}
	for _, p := range j.parsed.Parts {
		switch {
		case p.Entry != "":
			texts = append(texts, mailout.FAQText(j.c.faqAnswer(p.Entry, j.tk.Language)))
		case p.Template != "":
			text, err := j.customText(p.Template, j.tk.Language, j.templateData(), nil)
			if err != nil {
				return text, err
			}
			texts = append(texts, text)
		default:
			texts = append(texts, mailout.AgentReply(p.Text))
		}
	}
	if mailout.Join(texts...).Empty() {
		texts = []mailout.PublicText{mailout.AgentReply(j.text)}
	}
	if j.parsed.Has(command.Remote) {
		invitation, err := j.invitation()
		if err != nil {
			return invitation, err
		}
		texts = append(texts, invitation)
	}
	return mailout.Join(texts...), nil
}

// templateData is what the placeholders of a text of the configuration stand for.
func (j *job) templateData() mailout.PublicData {
	d := j.publicData(j.tk, j.tk.Requester)
	d.Agent = j.ac.agent.Name
	d.FirstReply, _ = j.dues(j.tk.ID)
	return d
}

// invitation is the configured text that invites to a remote session.
func (j *job) invitation() (mailout.PublicText, error) {
	return filled("remote", label(j.c.Remote, j.tk.Language, ""), j.tk.Language, j.templateData(), nil)
}

// remote sends the invitation where no text took it along. That it was offered is a
// note in the ticket.
func (j *job) remote(command.Command) error {
	if j.worded || j.public && j.text != "" {
		return nil
	}
	text, err := j.invitation()
	if err != nil {
		return err
	}
	_, err = j.toRequester(j.tk, j.tk.Requester, letter{
		kind: mailout.Reply, purpose: token.PublicReply, class: classHuman, agent: j.ac.agent.Name, cause: fmt.Sprintf("remote:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.PublicData) { d.Text = text },
	})
	if err != nil {
		return err
	}
	err = j.message(j.tk, store.Message{
		InboxID: j.in.ID, Visibility: "public", Kind: "reply", Author: j.from, Name: j.ac.agent.Name, Agent: j.ac.agent.ID, Text: text.Plain(),
	}, nil)
	if err != nil {
		return err
	}
	if err := j.replyFact("reply"); err != nil {
		return err
	}
	return j.replied(state.PublicReply, sla.EventReply)
}

// leaving is every word of the mail that goes to somebody who is no agent: what the
// leak guard looks at.
func (j *job) leaving() string {
	parts := []string{j.vendorText, j.spoken}
	if j.public {
		parts = append(parts, j.text)
	}
	for _, c := range j.parsed.Commands {
		if c.Verb == command.Test || c.Verb == command.Subject || c.Verb == command.Split {
			parts = append(parts, c.Text)
		}
		if c.Verb == command.Escalate || c.Verb == command.Group { // the reason goes to a group outside
			if g, _ := j.c.Group(or(c.Group, j.c.secondLevelFor(j.tk.Category))); g.External {
				parts = append(parts, firstLine(c.Text))
			}
		}
	}
	return paragraphs(parts...)
}

// collectNotes gathers what stays inside: the text unless it is public, the typed notes
// that have a text of their own, calls and remote sessions.
func (j *job) collectNotes() {
	kinds := noteKinds()
	if j.text != "" && !j.public && j.verb != command.Quiet {
		j.addNote(or(kinds[j.verb], "note"), j.text)
	}
	for _, c := range j.parsed.Commands {
		kind := kinds[c.Verb]
		switch {
		case c.Verb == command.Remote:
			j.addNote("note", inLang([2]string{"Fernwartung angeboten.", "Remote session offered."}, j.c.Company.Language))
		case c.Verb == command.Call:
			j.addCall(c)
		case kind != "" && c.Verb != j.verb && c.Text != "":
			j.addNote(kind, c.Text)
		}
	}
}

// addCall notes a call: when it was, and that it was, if nothing more is said.
func (j *job) addCall(c command.Command) {
	if c.Verb != j.verb {
		j.addNote("call", c.Text)
	}
	at := ""
	if !c.When.IsZero() {
		at = " " + mailout.ShortTime(c.When, j.now, j.c.Company.Location, j.c.Company.Language)
	}
	called := inLang([2]string{"Telefonat" + at + ".", "Phone call" + at + "."}, j.c.Company.Language)
	i := slices.IndexFunc(j.notes, func(n internalNote) bool { return n.kind == "call" })
	switch {
	case i < 0:
		j.addNote("call", called)
	case at != "":
		j.notes[i].text = called + "\n\n" + j.notes[i].text
	}
}

// addNote adds a note; notes of one kind are one.
func (j *job) addNote(kind, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for i := range j.notes {
		if j.notes[i].kind == kind {
			j.notes[i].text += "\n\n" + text
			return
		}
	}
	j.notes = append(j.notes, internalNote{kind, text})
}

// flushNotes stores the notes and tells whose ticket it is. A call counts as a word to
// the requester.
func (j *job) flushNotes() error {
	files, called := j.m.Attachments, false
	var texts []string
	for _, n := range j.notes {
		err := j.message(j.tk, store.Message{
			InboxID: j.in.ID, Visibility: "internal", Kind: n.kind, Author: j.from, Name: j.ac.agent.Name, Agent: j.ac.agent.ID,
			Subject: j.m.Subject, MessageID: j.m.MessageID, Refs: j.m.References, Text: n.text,
		}, files)
		if err != nil {
			return err
		}
		if err := j.event(j.tk, j.actor(), "note", "", n.kind, ""); err != nil {
			return err
		}
		files, called, texts = nil, called || n.kind == "call", append(texts, n.text)
	}
	j.notes = nil
	if len(texts) == 0 {
		return nil
	}
	if called {
		if err := j.replyFact("call"); err != nil {
			return err
		}
		if err := j.replied(state.PublicReply, sla.EventReply); err != nil {
			return err
		}
	}
	return j.tellNote(paragraphs(texts...))
}

// tellNote tells whose ticket it is about a note of somebody else.
func (j *job) tellNote(text string) error {
	owner, ok := j.c.Agent(j.c.present(j.tk.Assignee, j.now))
	if !ok || owner.ID == j.ac.agent.ID || j.parsed.Has(command.Return) || j.parsed.Has(command.Escalate) {
		return nil
	}
	_, err := j.toAgent(j.tk, owner, notice{
		kind: mailout.NoticeNote, purpose: token.Internal, cause: fmt.Sprintf("note:%d:%d:%s", j.in.ID, j.tk.ID, owner.ID),
		fill: func(d *mailout.InternalData) {
			d.Author, d.At, d.Text = j.ac.agent.Name, j.now, mailout.InternalNote(text)
		},
	})
	return err
}
