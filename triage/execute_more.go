package triage

import (
	"fmt"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/triage/command"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// accept makes a ticket of a held mail: number, clocks, receipt and notices now.
func (j *job) accept(command.Command) error {
	if j.tk.State != string(state.Held) {
		return j.event(j.tk, j.actor(), "no_transition", j.tk.State, "accept", "the ticket is not held")
	}
	if err := j.numbered(); err != nil {
		return err
	}
	var err error
	if j.tk.Policy, err = j.policySnapshot(j.tk); err != nil {
		return err
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
	if err := j.joinIncident(j.tk, rules.Decision{}); err != nil {
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

// open puts a solved, closed or discarded ticket back to work.
func (j *job) open(command.Command) error {
	waited, unseen := state.State(j.tk.State).Active(), j.tk.Number == 0
	if err := j.numbered(); err != nil {
		return err
	}
	j.tk.ResolvedAt, j.tk.ClosedAt = noTime, noTime
	if !waited {
		j.tk.Reopens++
	}
	if err := j.tx.DropTimers(j.ctx, j.tk.ID, timerClose, timerRemind, timerResolve, timerWake, timerAsk, timerDeflect); err != nil {
		return fmt.Errorf("drop timers: %w", err)
	}
	if err := j.move(j.tk, state.Reopen, j.actor(), "reopened"); err != nil {
		return err
	}
	if unseen { // refused as a held mail: only now it begins
		var err error
		if j.tk.Policy, err = j.policySnapshot(j.tk); err != nil {
			return err
		}
		return j.clocks(j.tk, sla.EventOpened)
	}
	if waited {
		return j.clocks(j.tk, sla.EventState)
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

// spam discards the ticket, and proposes a rule for its sender to whoever keeps the
// configuration.
func (j *job) spam(command.Command) error {
	j.tk.ClosedAt = j.now
	if err := j.move(j.tk, state.Spam, j.actor(), "spam"); err != nil {
		return err
	}
	if err := j.proposeRule(); err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventDiscarded)
}

// proposeRule mails a rule that ignores a sender, once for each sender. It is a person
// who puts it into the configuration: a colleague's address is no spam for long.
func (j *job) proposeRule() error {
	from := j.tk.Requester
	if j.c.isInternal(from) {
		return nil
	}
	rule := fmt.Sprintf("- {name: %q, when: {from: [%q]}, then: {ignore: Spam}, stop: true}", "Spam: "+from, from)
	for _, a := range j.c.inCharge(j.now) {
		lang := or(a.Language, j.c.Company.Language)
		_, err := j.toAgent(j.tk, a, notice{
			kind: mailout.List, purpose: token.Report, cause: fmt.Sprintf("spamrule:%s:%s", short(from), a.ID),
			fill: func(d *mailout.InternalData) {
				d.Title = inLang([2]string{"Regelvorschlag: Spam von " + from, "Proposed rule: spam from " + from}, lang)
				for _, line := range []string{
					fmt.Sprintf(inLang([2]string{"%s hat %s als Spam verworfen.", "%s discarded %s as spam."}, lang), j.ac.agent.Name, j.tag(j.tk)),
					inLang([2]string{"Soll Post dieses Absenders immer ignoriert werden, gehört diese Zeile in die Datei der Regeln, unter rules:",
						"To ignore every mail of this sender, put this line into the file of the rules, under rules:"}, lang),
					rule,
				} {
					d.Lines = append(d.Lines, mailout.InternalReason(line))
				}
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
