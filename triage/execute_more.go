package triage

import (
	"fmt"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// merge moves this ticket into another: its messages appear there, mails to it go
// there, and its requester becomes a watcher (product 2.3.8).
func (j *job) merge(c command.Command) error {
	target, err := j.ticketOf(c.Other)
	if err != nil {
		return fmt.Errorf("read ticket %s: %w", c.Other, err)
	}
	if target.ID == j.tk.ID || target.State == string(state.Merged) {
		return j.event(j.tk, j.actor(), "not_merged", "", j.tag(&target), "the target is merged itself, or the same ticket")
	}
	j.tk.MergedInto, j.tk.ClosedAt = target.ID, j.now
	if err := j.move(j.tk, state.Merge, j.actor(), "merged into "+j.tag(&target)); err != nil {
		return err
	}
	if err := j.clocks(j.tk, sla.EventMerged); err != nil {
		return err
	}
	if err := j.event(&target, j.actor(), "merged_in", "", j.tag(j.tk), ""); err != nil {
		return err
	}
	if err := j.tx.MoveMessages(j.ctx, j.tk.ID, target.ID); err != nil {
		return fmt.Errorf("move messages: %w", err)
	}
	if err := j.mergePeople(&target); err != nil {
		return err
	}
	if j.tk.Requester == target.Requester || j.tk.Number == 0 { // a held sender was never told of a ticket
		return nil
	}
	into := j.tag(&target)
	_, err = j.automatic(j.tk, letter{
		kind: mailout.Merged, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("merged:%d", j.tk.ID),
		fill: func(d *mailout.PublicData) { d.Into = into },
	})
	return err
}

// mergePeople takes requester and watchers along, and tells who works on the target.
func (j *job) mergePeople(target *store.Ticket) error {
	people, err := j.tx.Participants(j.ctx, j.tk.ID)
	if err != nil {
		return fmt.Errorf("read participants: %w", err)
	}
	for _, p := range people {
		if _, there, err := j.tx.IsParticipant(j.ctx, target.ID, p.Address); err != nil || there || p.Role == "vendor" {
			if err != nil {
				return fmt.Errorf("look for participant: %w", err)
			}
			continue
		}
		if err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: target.ID, Address: p.Address, Name: p.Name, Role: "watcher"}); err != nil {
			return fmt.Errorf("add watcher: %w", err)
		}
	}
	from := j.tag(j.tk)
	return j.tellOwner(target, notice{
		kind: mailout.NoticeNote, purpose: token.Internal, cause: fmt.Sprintf("merge:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.InternalData) {
			d.Author, d.At, d.Text = j.ac.agent.Name, j.now, mailout.InternalNote(from+" → "+j.tag(target)+": "+j.tk.Subject)
		},
	}, j.from)
}

// accept makes a ticket of a held mail: number, clocks, receipt and notices now.
func (j *job) accept(command.Command) error {
	if j.tk.State != string(state.Held) {
		return j.event(j.tk, j.actor(), "no_transition", j.tk.State, "accept", "the ticket is not held")
	}
	number, err := j.tx.NextNumber(j.ctx, or(j.c.Ticket.FirstNumber, 10001))
	if err != nil {
		return fmt.Errorf("number ticket: %w", err)
	}
	j.tk.Number = number
	if j.tk.Policy, err = j.policySnapshot(j.tk); err != nil {
		return err
	}
	err = j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: j.tk.Requester, Name: j.tk.RequesterName, Role: "requester"})
	if err != nil {
		return fmt.Errorf("add requester: %w", err)
	}
	if err := j.tx.DropTimers(j.ctx, j.tk.ID, timerDiscard); err != nil {
		return fmt.Errorf("drop timer: %w", err)
	}
	if err := j.fact(j.tk, j.actor(), report.KindAccepted, "", "", "", j.openedFacts(j.tk, false)); err != nil {
		return err
	}
	if err := j.move(j.tk, state.Accept, j.actor(), "accepted"); err != nil {
		return err
	}
	if err := j.clocks(j.tk, sla.EventOpened); err != nil {
		return err
	}
	if err := j.receiptAfterAccept(); err != nil {
		return err
	}
	return j.tellGroup(j.tk, notice{
		kind: mailout.NoticeNew, purpose: token.Notification, cause: fmt.Sprintf("new:%d", j.tk.ID),
		fill: func(d *mailout.InternalData) {
			d.Author, d.At, d.Text = or(j.tk.RequesterName, j.tk.Requester), j.now, j.firstText(j.tk)
			d.FirstDue, d.SolveDue = j.dues(j.tk.ID)
		},
	})
}

// receiptAfterAccept acknowledges an accepted mail; a forged sender gets nothing.
func (j *job) receiptAfterAccept() error {
	if j.tk.Auth == mailin.VerdictFail {
		return nil
	}
	kind := mailout.Receipt
	if j.tk.Auth != mailin.VerdictPass {
		kind = mailout.ReceiptUnverified
	}
	due, err := j.dueOf(j.tk, sla.FirstResponse)
	if err != nil {
		return err
	}
	_, err = j.automatic(j.tk, letter{
		kind: kind, purpose: token.Acknowledgement, class: classAutomatic, cause: fmt.Sprintf("ack:%d", j.tk.ID),
		fill: func(d *mailout.PublicData) { d.FirstReply = due },
	})
	return err
}

// discard refuses a held mail; its sender hears nothing.
func (j *job) discard(command.Command) error {
	j.tk.ClosedAt = j.now
	if err := j.tx.DropTimers(j.ctx, j.tk.ID, timerDiscard); err != nil {
		return fmt.Errorf("drop timer: %w", err)
	}
	return j.move(j.tk, state.Reject, j.actor(), "refused")
}

// faqDraft mails the agent a draft of an FAQ entry made from the ticket: YAML to
// paste, with what the requester asked and what was answered.
func (j *job) faqDraft(c command.Command) error {
	messages, err := j.tx.Messages(j.ctx, j.tk.ID)
	if err != nil {
		return fmt.Errorf("read messages of ticket %d: %w", j.tk.ID, err)
	}
	answer := j.text
	for _, m := range messages {
		if answer == "" && m.Agent != "" && m.Visibility == "public" {
			answer = m.Text
		}
	}
	yaml := faqYAML(j.tk, or(c.Text, j.tk.Subject), answer)
	return j.answer(c, mailout.Confirmation, token.Internal, func(d *mailout.InternalData) {
		d.Title = "FAQ"
		d.Lines = []mailout.InternalText{mailout.InternalNote(yaml)}
	})
}

// open puts a solved, closed or discarded ticket back to work.
func (j *job) open(command.Command) error {
	j.tk.ResolvedAt, j.tk.ClosedAt = noTime, noTime
	j.tk.Reopens++
	if err := j.tx.DropTimers(j.ctx, j.tk.ID, timerClose); err != nil {
		return fmt.Errorf("drop timers: %w", err)
	}
	if err := j.move(j.tk, state.Reopen, j.actor(), "reopened"); err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventReopenedByAgent)
}

// close ends the ticket without a mail about a solution.
func (j *job) close(c command.Command) error {
	j.tk.ClosedAt = j.now
	if j.tk.ResolvedAt.IsZero() {
		j.tk.ResolvedAt = j.now
	}
	if err := j.move(j.tk, state.Close, j.actor(), or(c.Text, "closed")); err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventClosed)
}

// spam discards the ticket.
func (j *job) spam(command.Command) error {
	j.tk.ClosedAt = j.now
	if err := j.move(j.tk, state.Spam, j.actor(), "spam"); err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventDiscarded)
}
