package triage

import (
	"fmt"
	"strconv"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// followUp takes a mail that continues a ticket and was not an agent's command.
func (t *turn) followUp() (result, error) {
	tk := t.link.ticket
	if tk == nil {
		return result{}, nil
	}
	if err := t.leakedToken(); err != nil {
		return result{}, err
	}
	if why := t.stranger(); why != "" {
		return t.pending(why)
	}
	if t.link.role == "vendor" {
		return t.vendorReply()
	}
	if tk.State != string(state.Held) && tk.State != string(state.Discarded) && !t.tooLate(tk) {
		if r, err := t.followRules(tk); err != nil || r.outcome != "" {
			return r, err
		}
	}
	reading, rating, comment := mailin.Read(t.m.Reply, hasFiles(t.m))
	switch {
	case reading == mailin.ReadingStatus && state.State(tk.State) != state.Held && state.State(tk.State) != state.Discarded:
		return t.tellStatus()
	case reading == mailin.ReadingSolved && t.link.role != "requester":
		reading = mailin.ReadingOther // a watcher's word does not end somebody else's matter
	}
	switch state.State(tk.State) {
	case state.FAQAnswered:
		return t.afterFAQ(reading)
	case state.Resolved:
		return t.afterResolved(reading, rating, comment)
	case state.Closed, state.ClosedDeflected:
		return t.afterClosed(reading, rating, comment)
	case state.Held, state.Discarded:
		return result{outcomePending, "the ticket is " + tk.State, tk.ID}, t.firstMessage(tk, "pending", "internal")
	}
	if reading == mailin.ReadingSolved {
		return t.solvedByRequester()
	}
	return t.append(reading)
}

// leakedToken revokes an agent's token that a person other than the agent holds,
// and reports it; the mail is treated by its real sender's rights (S7).
func (t *turn) leakedToken() error {
	l := t.link
	if l.by != "token" || l.out == nil || l.mine || l.claim.Purpose.Kind() != token.KindAgent || l.out.Recipient == t.from {
		return nil
	}
	thread := l.claim
	thread.Unique, thread.Recipient = token.Thread, l.out.Recipient
	// Both stood in that mail, and the address in its Reply-To stands for the thread.
	for _, id := range []string{l.out.MessageID, t.keys().Canonical(thread)} {
		if err := t.tx.Revoke(t.ctx, token.Local(id), "used by another sender"); err != nil {
			return fmt.Errorf("revoke leaked token: %w", err)
		}
	}
	return t.event(l.ticket, "system", "token_revoked", "", mailout.MaskAddress(l.out.Recipient), "an agent's token came back from another sender")
}

// stranger says why a sender has no say in the ticket; "" = he takes part in it.
// A forged participant is a stranger too (S8, S10).
func (t *turn) stranger() string {
	switch {
	case t.m.Auth.Verdict == mailin.VerdictFail:
		return "sender not verified: " + t.m.Auth.Reason
	case t.m.FromFields != 1 || len(t.m.FromAll) != 1:
		return "more than one author"
	case t.link.role == "":
		return "sender takes no part in this ticket"
	}
	return ""
}

// pending shows a mail in a ticket without any effect and tells the agent.
func (t *turn) pending(why string) (result, error) {
	tk := t.link.ticket
	if err := t.firstMessage(tk, "pending", "internal"); err != nil {
		return result{}, err
	}
	if err := t.event(tk, "system", "pending_mail", "", "", why); err != nil {
		return result{}, err
	}
	err := t.tellOwner(tk, notice{
		kind: mailout.NoticeFollowup, purpose: token.Internal, cause: fmt.Sprintf("pending:%d", t.in.ID),
		fill: func(d *mailout.InternalData) {
			d.Unverified, d.Author, d.At, d.Text = t.m.Auth.Verdict != mailin.VerdictPass, t.from, t.now, t.newText()
			d.Reason = mailout.InternalReason(inLang([2]string{
				"Diese Mail hat nichts bewirkt: Der Absender gehört nicht zu diesem Ticket oder ist nicht bestätigt. Antworten gehen nicht an ihn.",
				"This mail had no effect: its sender takes no part in this ticket or is not verified. Replies do not go there."}, d.Lang))
		},
	}, t.from)
	return result{outcomePending, why, tk.ID}, err
}

// append adds a requester's mail to a living ticket and tells who works on it.
func (t *turn) append(reading mailin.Reading) (result, error) {
	tk := t.link.ticket
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return result{}, err
	}
	if reading == mailin.ReadingThanks {
		return result{outcomeFollowed, "thanks", tk.ID}, t.event(tk, "requester", "message", "", "", "thanks: nobody is told")
	}
	if err := t.aboutFAQ(tk, reading); err != nil {
		return result{}, err
	}
	if err := t.watchers(tk, nil); err != nil {
		return result{}, err
	}
	if err := t.requesterSpoke(tk); err != nil {
		return result{}, err
	}
	if err := t.tellOwner(tk, t.followNotice(mailout.NoticeFollowup, "follow"), t.from); err != nil {
		return result{}, err
	}
	return result{outcomeFollowed, "the requester wrote", tk.ID}, t.tellOutside(tk)
}

// requesterSpoke moves state and clocks after a requester's mail.
func (t *turn) requesterSpoke(tk *store.Ticket) error {
	if err := t.move(tk, state.RequesterMail, "requester", "the requester wrote"); err != nil {
		return err
	}
	if err := t.tx.DropTimers(t.ctx, tk.ID, timerRemind, timerResolve, timerWake); err != nil {
		return fmt.Errorf("drop timers of ticket %d: %w", tk.ID, err)
	}
	return t.clocks(tk, sla.EventRequester)
}

// followNotice is the notice about a requester's mail.
func (t *turn) followNotice(kind mailout.InternalKind, cause string) notice {
	return notice{
		kind: kind, purpose: token.Notification, cause: fmt.Sprintf("%s:%d", cause, t.in.ID), files: t.filesOf(),
		fill: func(d *mailout.InternalData) {
			d.Author, d.At, d.Text, d.Files = or(t.m.From.Name, t.from), t.now, t.newText(), t.fileList(d.Lang)
			d.Outsiders = t.outsiders()
			if tk := t.link.ticket; t.link.via != 0 && t.link.role == "watcher" { // the reply goes to whom the mail is from
				d.Requester = t.personOf(tk, t.from)
				d.Requester.Name = or(d.Requester.Name, t.m.From.Name)
			}
		},
	}
}

// newText is what the author of the mail newly wrote, for agents.
func (t *turn) newText() mailout.InternalText {
	return mailout.InternalCopy(mailout.RequesterText(clip(or(t.m.Body(), t.m.Text), 4*entryBytes)))
}

// afterFAQ reads the answer to an FAQ answer: a clear yes closes, everything else
// is a no, the safe reading (product 2.2.3).
func (t *turn) afterFAQ(reading mailin.Reading) (result, error) {
	tk := t.link.ticket
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return result{}, err
	}
	if reading == mailin.ReadingThanks { // politeness does not say that it helped: we ask in time
		return result{outcomeFollowed, "thanks for the FAQ answer", tk.ID}, nil
	}
	if err := t.tx.DropTimers(t.ctx, tk.ID, timerAsk, timerDeflect); err != nil {
		return result{}, fmt.Errorf("drop timers of ticket %d: %w", tk.ID, err)
	}
	if reading == mailin.ReadingSolved {
		if err := t.faqOutcome(tk, "helped"); err != nil {
			return result{}, err
		}
		tk.ClosedAt = t.now
		if err := t.move(tk, state.RequesterSolved, "requester", "the FAQ answer helped"); err != nil {
			return result{}, err
		}
		return result{outcomeFollowed, "the FAQ answer helped", tk.ID}, t.clocks(tk, sla.EventFAQYes)
	}
	return t.faqFailed("the FAQ answer did not help")
}

// faqFailed gives a ticket that the FAQ could not answer to a human.
func (t *turn) faqFailed(why string) (result, error) {
	tk := t.link.ticket
	if err := t.faqOutcome(tk, "rejected"); err != nil {
		return result{}, err
	}
	if err := t.move(tk, state.RequesterMail, "requester", why); err != nil {
		return result{}, err
	}
	if err := t.clocks(tk, sla.EventFAQNo); err != nil {
		return result{}, err
	}
	n := t.followNotice(mailout.NoticeFAQFailed, "faqno")
	say := n.fill
	n.fill = func(d *mailout.InternalData) {
		say(d)
		d.FAQ = tk.FAQ
	}
	return result{outcomeFollowed, why, tk.ID}, t.tellOwner(tk, n, t.from)
}

// afterResolved reads a mail to a solved ticket: thanks and ratings reopen
// nothing, everything else does (product 2.2.4).
func (t *turn) afterResolved(reading mailin.Reading, rating int, comment string) (result, error) {
	tk := t.link.ticket
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return result{}, err
	}
	switch reading {
	case mailin.ReadingThanks, mailin.ReadingSolved:
		return result{outcomeFollowed, "thanks", tk.ID}, t.event(tk, "requester", "message", "", "", "thanks: nobody is told")
	case mailin.ReadingRating:
		return t.rated(rating, comment)
	}
	if rating > 0 { // "2, geht immer noch nicht": it counts, and the ticket opens
		if _, err := t.rated(rating, or(comment, firstLine(t.m.Reply))); err != nil {
			return result{}, err
		}
	}
	return t.reopen()
}

// rated keeps a rating of the requester; a low one is told to the lead.
func (t *turn) rated(rating int, comment string) (result, error) {
	tk := t.link.ticket
	r := result{outcomeFollowed, "rating " + strconv.Itoa(rating), tk.ID}
	switch {
	case t.from != tk.Requester:
		return r, t.event(tk, "system", "rating_refused", "", strconv.Itoa(rating), "only the requester rates")
	case !rateable(tk, t.now):
		return r, t.event(tk, "system", "rating_refused", "", strconv.Itoa(rating), "too late to count")
	}
	tk.Rating, tk.RatingComment = rating, comment
	if err := t.save(tk); err != nil {
		return r, err
	}
	if err := t.event(tk, "requester", "rated", "", strconv.Itoa(rating), comment); err != nil {
		return r, err
	}
	lead, ok := t.c.lead(tk.Group)
	if rating > 2 || !ok {
		return r, nil
	}
	_, err := t.toAgent(tk, lead, notice{
		kind: mailout.LowRating, purpose: token.Internal, cause: fmt.Sprintf("rating:%d:%d", tk.ID, t.in.ID),
		fill: func(d *mailout.InternalData) {
			d.Rating, d.Text = rating, mailout.InternalCopy(mailout.RequesterText(comment))
		},
	})
	return r, err
}

// reopen puts a solved or closed ticket back to work: level kept, assignee kept
// when he is there.
func (t *turn) reopen() (result, error) {
	tk := t.link.ticket
	tk.Reopens++
	tk.ResolvedAt, tk.ClosedAt = noTime, noTime
	if err := t.unlearn(tk); err != nil {
		return result{}, err
	}
	if err := t.watchers(tk, nil); err != nil {
		return result{}, err
	}
	if tk.Assignee != "" && t.c.present(tk.Assignee, t.now) != tk.Assignee {
		if err := t.setAssignee(tk, "", "system", "absent when the ticket was reopened"); err != nil {
			return result{}, err
		}
	}
	if err := t.move(tk, state.RequesterMail, "requester", "the requester wrote again"); err != nil {
		return result{}, err
	}
	if err := t.tx.DropTimers(t.ctx, tk.ID, timerClose); err != nil {
		return result{}, fmt.Errorf("drop timers of ticket %d: %w", tk.ID, err)
	}
	if err := t.clocks(tk, sla.EventReopened); err != nil {
		return result{}, err
	}
	n := t.followNotice(mailout.NoticeReopened, "reopen")
	history, err := t.history(tk)
	if err != nil {
		return result{}, err
	}
	if n := len(history); n > 0 { // the new mail stands above
		history = history[:n-1]
	}
	say := n.fill
	n.fill = func(d *mailout.InternalData) {
		say(d)
		d.History = history
	}
	if err := t.tellOwner(tk, n, t.from); err != nil {
		return result{}, err
	}
	return result{outcomeFollowed, "reopened", tk.ID}, t.tellOutside(tk)
}

// tooLate reports whether a ticket is closed for so long that a mail begins a new one.
func (t *turn) tooLate(tk *store.Ticket) bool {
	if tk.State != string(state.Closed) && tk.State != string(state.ClosedDeflected) {
		return false
	}
	return t.now.Sub(or(tk.ResolvedAt, tk.ClosedAt)) > or(t.c.Ticket.ReopenWithin, 14*day)
}

// afterClosed reopens within the configured time; later a new ticket begins that
// names the old one.
func (t *turn) afterClosed(reading mailin.Reading, rating int, comment string) (result, error) {
	tk := t.link.ticket
	switch {
	case reading == mailin.ReadingThanks || reading == mailin.ReadingRating || reading == mailin.ReadingSolved:
		if err := t.aboutFAQ(tk, reading); err != nil {
			return result{}, err
		}
		return t.afterResolved(reading, rating, comment)
	case t.tooLate(tk):
		return result{}, nil // openTicket links the new one
	}
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return result{}, err
	}
	if tk.State == string(state.ClosedDeflected) {
		tk.ClosedAt = noTime
		return t.faqFailed("the requester wrote again after the FAQ answer")
	}
	return t.reopen()
}

// solvedByRequester resolves a living ticket because the requester says so.
func (t *turn) solvedByRequester() (result, error) {
	tk := t.link.ticket
	if err := t.aboutFAQ(tk, mailin.ReadingSolved); err != nil {
		return result{}, err
	}
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return result{}, err
	}
	if err := t.resolve(tk, state.RequesterSolved, sla.EventSolvedByRequester, "requester", "the requester says it is solved"); err != nil {
		return result{}, err
	}
	n := t.followNotice(mailout.NoticeSolved, "solved")
	n.purpose = token.Internal
	if err := t.tellOwner(tk, n, t.from); err != nil {
		return result{}, err
	}
	resolution, asked, err := t.resolution(tk)
	if err != nil {
		return result{}, err
	}
	queued, err := t.automatic(tk, letter{
		kind: mailout.Resolved, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("solved:%d:%d", tk.ID, t.in.ID), fill: resolution,
	})
	if err == nil {
		err = t.surveyed(tk, queued && asked)
	}
	return result{outcomeFollowed, "solved by the requester", tk.ID}, err
}

// tellStatus answers "status": where the ticket stands, what was promised, what was
// said last. Nobody is bothered with the question.
func (t *turn) tellStatus() (result, error) {
	tk := t.link.ticket
	r := result{outcomeFollowed, "asked for the status", tk.ID}
	if err := t.firstMessage(tk, "reply", "public"); err != nil {
		return r, err
	}
	if err := t.event(tk, "requester", "message", "", "", "asked for the status"); err != nil {
		return r, err
	}
	why, err := t.budget(t.from)
	if err != nil {
		return r, err
	}
	if why != "" || t.m.Auth.Verdict != mailin.VerdictPass {
		return r, t.event(tk, "system", "not_sent", "", string(mailout.Status), or(why, "sender not verified"))
	}
	last, by, err := t.lastPublic(tk)
	if err != nil {
		return r, err
	}
	_, err = t.toRequester(tk, t.from, letter{
		kind: mailout.Status, purpose: token.Reminder, class: classAutomatic, agent: by, cause: fmt.Sprintf("status:%d", t.in.ID),
		fill: func(d *mailout.PublicData) { d.FirstReply, d.Text = t.nextPromised(tk.ID), mailout.AgentReply(last) },
	})
	return r, err
}

// vendorReply keeps a third party's answer internal.
func (t *turn) vendorReply() (result, error) {
	tk := t.link.ticket
	if err := t.firstMessage(tk, "vendor", "internal"); err != nil {
		return result{}, err
	}
	if err := t.move(tk, state.VendorMail, "vendor", "a third party answered"); err != nil {
		return result{}, err
	}
	if err := t.clocks(tk, sla.EventState); err != nil {
		return result{}, err
	}
	n := t.followNotice(mailout.NoticeFollowup, "vendor")
	n.purpose = token.Internal
	return result{outcomeFollowed, "a third party answered", tk.ID}, t.tellOwner(tk, n, t.from)
}

// hasFiles reports whether a mail carries more than a signature picture.
func hasFiles(m *mailin.Message) bool {
	for _, a := range m.Attachments {
		if !a.Inline {
			return true
		}
	}
	return false
}
