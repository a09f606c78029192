package triage

import (
	"errors"
	"fmt"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/token"
)

// ruleNote is the text of the note template that a rule set.
func (t *turn) ruleNote(d rules.Decision) mailout.InternalText {
	return mailout.InternalNote(rules.ExpandMatch(t.c.Notes[d.Note], d.Match))
}

// noteOfRule puts the note that a rule asks for into a ticket.
func (t *turn) noteOfRule(tk *store.Ticket, d rules.Decision) error {
	text := rules.ExpandMatch(t.c.Notes[d.Note], d.Match)
	if text == "" {
		return nil
	}
	if err := t.message(tk, store.Message{Visibility: "internal", Kind: "note", Name: d.SetBy["template_note"], Text: text}, nil); err != nil {
		return err
	}
	return t.event(tk, "rule:"+d.SetBy["template_note"], "note", "", d.Note, "")
}

// replyOfRule sends the template that a rule answers with, once per mail and within
// the caps. It closes nothing, and no clock takes it for an answer.
func (t *turn) replyOfRule(tk *store.Ticket, d rules.Decision) error {
	if d.Reply == "" {
		return nil
	}
	why, err := t.budget(tk.Requester)
	if err != nil {
		return err
	}
	if why != "" {
		t.explain("mail", "reply", false, why)
		return t.event(tk, "system", "not_sent", "", "reply", why)
	}
	var text mailout.PublicText
	var custom error
	queued, err := t.toRequester(tk, tk.Requester, letter{
		kind: mailout.ReceiptCustom, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("rulereply:%d", t.in.ID),
		fill: func(m *mailout.PublicData) {
			text, custom = t.customText(d.Reply, tk.Language, *m, d.Match)
			m.Text = text
		},
	})
	if err := errors.Join(err, custom); err != nil || !queued {
		return err
	}
	t.explain("mail", "reply", true, d.Reply+" to the requester")
	return t.message(tk, store.Message{Visibility: "public", Kind: "automatic", Subject: tk.Subject, Text: text.String()}, nil)
}
