package triage

import (
	"errors"
	"fmt"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

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
	if p.mayAnswer {
		if err := t.replyOfRule(tk, p.rules); err != nil {
			return result{}, err
		}
	}
	if p.rules.Escalate != "" {
		if err := t.handOver(tk, handover{group: p.rules.Escalate, by: "rule:" + p.rules.Rule, reason: p.rules.EscalateWhy, quiet: true}); err != nil {
			return result{}, err
		}
	} else if err := t.tellNew(tk, p); err != nil {
		return result{}, err
	}
	if err := t.suggested(tk, p.rules.FAQ); err != nil {
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
	_, sent := t.toRequester(tk, tk.Requester, letter{
		kind: p.receipt, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("ack:%d", tk.ID),
		fill: func(d *mailout.PublicData) {
			d.FirstReply = due
			cal := t.calendar(tk)
			d.Opening, d.Hours = cal.NextOpening(t.startedAt()), cal.Hours(tk.Language)
			if p.receiptText != "" {
				d.Text, err = t.customText(p.receiptText, tk.Language, *d, p.rules.Match)
			}
		},
	})
	t.explain("mail", "receipt", true, string(p.receipt)+" to the requester")
	return errors.Join(err, sent)
}

// receiptText is a receipt template of the configuration.
func (c *Config) receiptText(name, lang string) string { return label(c.Receipts[name], lang, "") }

// customText is a receipt template with its placeholders filled in; match are the
// groups that {{match.name}} stands for.
func (t *turn) customText(name, lang string, d mailout.PublicData, match map[string]string) (mailout.PublicText, error) {
	return filled(name, t.c.receiptText(name, lang), lang, d, match)
}

// filled is a text of the configuration with its placeholders filled in.
func filled(name, text, lang string, d mailout.PublicData, match map[string]string) (mailout.PublicText, error) {
	snippet, problems := mailout.ParseSnippet(name, 1, text)
	if len(problems) > 0 {
		return mailout.PublicText{}, fmt.Errorf("template %s: %w", name, problems[0])
	}
	return snippet.Text(lang, d, match), nil
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
		kind: mailout.FAQAnswer, purpose: token.FAQAnswer, class: classAutomatic, cause: fmt.Sprintf("ack:%d", tk.ID), files: t.c.FAQ.Files[faq.ID],
		fill: func(d *mailout.PublicData) {
			d.Text, d.FAQ, d.Question, d.Deadline = mailout.FAQText(faq.Answer), faq.ID, tk.Subject, ask
			d.KeptOpen, d.Closed = faq.KeepOpen, faq.Close
		},
	})
	if err != nil || !queued {
		return false, err
	}
	tk.FAQ = faq.ID
	if err := t.message(tk, store.Message{Visibility: "public", Kind: "answer", Subject: tk.Subject, Text: faq.Answer}, nil); err != nil {
		return false, err
	}
	if err := t.tx.SaveFAQOutcome(t.ctx, store.FAQOutcome{TicketID: tk.ID, Entry: faq.ID, Requester: tk.Requester, SentAt: t.now, Version: t.entryVersion(faq.ID), TaughtBy: t.taughtBy(faq)}); err != nil {
		return false, fmt.Errorf("record answer of ticket %d: %w", tk.ID, err)
	}
	if err := t.event(tk, "system", report.KindFAQ, "", faq.ID, ""); err != nil {
		return false, err
	}
	if faq.KeepOpen {
		if err := t.save(tk); err != nil {
			return false, err
		}
		return true, t.tellNew(tk, p)
	}
	if err := t.move(tk, state.FAQAnswer, "system", "FAQ "+faq.ID); err != nil {
		return false, err
	}
	if err := t.clocks(tk, sla.EventFAQ); err != nil {
		return false, err
	}
	if faq.Close {
		return true, t.deflect(tk)
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
	if err := t.noteOfRule(tk, p.rules); err != nil {
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
	many, err := t.tx.ListTickets(t.ctx, store.TicketFilter{States: []string{string(state.Held)}, Since: t.now.Add(-time.Hour), Limit: heldNotices + 1})
	if err != nil {
		return result{}, fmt.Errorf("count held mails: %w", err)
	}
	if len(many) > heldNotices {
		return r, t.alarm("held", "many mails of unknown senders are held: firstline tickets --state held lists them")
	}
	return r, t.tellGroup(tk, notice{
		kind: mailout.HeldSender, purpose: token.Problem, cause: fmt.Sprintf("held:%d", tk.ID),
		fill: func(d *mailout.InternalData) {
			d.Reason, d.Text = mailout.InternalReason(p.hold), mailout.InternalCopy(mailout.RequesterText(t.m.Reply))
		},
	})
}

// heldNotices is how many questions about unknown senders an hour brings; a flood
// of spam must not become a flood of notices.
const heldNotices = 20

// reject answers a proven stranger with a constant text, where configured.
func (t *turn) reject(p plan) (result, error) {
	r := result{outcome: outcomeRejected, reason: p.reject}
	if why, err := t.budget(t.from); err != nil || why != "" || t.m.Auth.Verdict != mailin.VerdictPass || !t.m.Automatic.Answer || t.link.automatic {
		return r, err
	}
	tk := p.ticket
	var custom error
	_, err := t.toRequester(&tk, t.from, letter{
		kind: mailout.Rejected, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("reject:%d", t.in.ID),
		fill: func(d *mailout.PublicData) {
			if p.rejectText != "" {
				d.Text, custom = t.customText(p.rejectText, tk.Language, *d, p.rules.Match)
			}
		},
	})
	return r, errors.Join(err, custom)
}
