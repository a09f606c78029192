package triage

import (
	"errors"
	"fmt"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/token"
)

// duplicate recognises a mail that reached us twice by different ways, for example
// through two aliases: the same Message-ID, author, date, subject and body behind
// other trace fields. The same Message-ID with other content is another mail (D5).
func (t *turn) duplicate() (result, error) {
	if t.m.MessageID == "" {
		return result{}, nil
	}
	digest := mailin.Canonical(t.raw)
	earlier, err := t.tx.ByCanonical(t.ctx, digest, t.in.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return result{}, fmt.Errorf("look for an earlier copy: %w", err)
	}
	if err := t.tx.SetCanonical(t.ctx, t.in.ID, digest); err != nil {
		return result{}, fmt.Errorf("keep digest: %w", err)
	}
	if earlier.ID == 0 || earlier.ID > t.in.ID {
		return result{}, nil
	}
	if without := earlier.Outcome == outcomeHeld || earlier.Outcome == outcomePending; without && t.m.Auth.Verdict == mailin.VerdictPass {
		return result{}, nil // a copy without proof that came first takes nothing from the genuine mail
	}
	return result{outcomeDuplicate, fmt.Sprintf("same mail as inbox %d", earlier.ID), earlier.TicketID}, nil
}

// instanceHeader is written by mailout.Compose.
const instanceHeader = "X-Firstline-Instance"

// loop recognises our own mail: our instance header, a Message-ID of ours, or one
// of our addresses as its author.
func (t *turn) loop() (result, error) {
	if t.m.Automatic.Class == mailin.ClassLoop {
		return result{outcome: outcomeLoop, reason: strings.Join(t.m.Automatic.Reasons, "; ")}, nil
	}
	for _, f := range t.m.Header {
		if strings.EqualFold(f.Name, instanceHeader) {
			if _, ok := t.keys().VerifyInstance(f.Value); ok && t.m.DSN == nil {
				return result{outcome: outcomeLoop, reason: "carries our own instance header"}, nil
			}
		}
	}
	if _, ok := token.ParseShape(t.m.MessageID); ok {
		if _, err := t.tx.OutboxByMessageID(t.ctx, t.m.MessageID); err == nil {
			return result{outcome: outcomeLoop, reason: "carries a Message-ID of ours"}, nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return result{}, fmt.Errorf("look for our own mail: %w", err)
		}
	}
	return result{}, nil
}

// report takes delivery reports and read receipts. A report changes the state of
// a mail of ours only if it names that very mail and its recipient (A10).
func (t *turn) report() (result, error) {
	if t.m.Automatic.Class == mailin.ClassMDN {
		return t.receiptReport()
	}
	if t.m.DSN == nil {
		if t.m.Automatic.Class == mailin.ClassDSN {
			return result{outcome: outcomeIgnored, reason: "delivery report that names no mail"}, nil
		}
		return result{}, nil
	}
	dsn := t.m.DSN
	out, found, err := t.reported()
	if err != nil {
		return result{}, err
	}
	if !found {
		return result{outcome: outcomeIgnored, reason: "delivery report about a mail we did not send"}, nil
	}
	r := result{outcomeReported, fmt.Sprintf("delivery report: %s %s", dsn.Action, dsn.Status), out.TicketID}
	if !dsn.Failed(out.Recipient) {
		action := dsn.Action
		if action == "failed" { // of another recipient
			action = "delivered"
		}
		return r, t.outEvent(out, "delivery_"+action, dsn.Status)
	}
	return r, t.undelivered(out, strings.TrimSpace(dsn.Status+" "+dsn.Diagnostic))
}

// sentAs finds a mail of ours by the identifier we gave it or the one that the
// submission server gave it instead.
func (t *turn) sentAs(id string) (store.Outgoing, bool, error) {
	find := t.tx.OutboxByFinalID
	if _, ours := token.ParseShape(id); ours {
		find = t.tx.OutboxByMessageID
	}
	out, err := find(t.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return out, false, nil
	}
	if err != nil {
		return out, false, fmt.Errorf("look for our mail: %w", err)
	}
	return out, true, nil
}

// reported finds the mail of ours a delivery report is about.
func (t *turn) reported() (store.Outgoing, bool, error) {
	ids := append([]string{t.m.DSN.OriginalMessageID}, answered(t.m)...)
	for _, id := range ids {
		out, found, err := t.sentAs(id)
		if err != nil {
			return out, false, err
		}
		if !found {
			continue
		}
		if _, err := t.keys().Verify(out.MessageID, out.Recipient); err == nil && t.m.DSN.Names(out.Recipient) {
			return out, true, nil
		}
	}
	return store.Outgoing{}, false, nil
}

// receiptReport notes that a mail of ours was read or deleted.
func (t *turn) receiptReport() (result, error) {
	for _, id := range answered(t.m) {
		out, found, err := t.sentAs(id)
		if err != nil {
			return result{}, err
		}
		if !found {
			continue
		}
		return result{outcomeReported, "read receipt", out.TicketID}, t.outEvent(out, "read_receipt", "")
	}
	return result{outcome: outcomeIgnored, reason: "read receipt for a mail we do not know"}, nil
}

// outEvent records something about a mail of ours in its ticket.
func (t *turn) outEvent(out store.Outgoing, kind, reason string) error {
	e := store.Event{TicketID: out.TicketID, InboxID: t.in.ID, At: t.now, Actor: "system", Kind: kind, New: mailout.MaskAddress(out.Recipient), Reason: reason}
	if err := t.tx.InsertEvent(t.ctx, e); err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	return nil
}

// undelivered marks exactly the mail that did not arrive and tells the agent; the
// ticket stays as it is.
func (t *turn) undelivered(out store.Outgoing, why string) error {
	if out.State != "failed" {
		if err := t.tx.MarkUndelivered(t.ctx, out.ID, why); err != nil {
			return fmt.Errorf("mark outbox %d failed: %w", out.ID, err)
		}
	}
	if err := t.outEvent(out, "delivery_failed", why); err != nil {
		return err
	}
	if out.Class != classHuman && out.Class != classAutomatic {
		// A notice that fails must not cause the next one: an alarm, once.
		masked := mailout.MaskAddress(out.Recipient)
		return t.alarm("undeliverable:"+masked, fmt.Sprintf("mail to %s cannot be delivered: %s", masked, why))
	}
	if out.TicketID == 0 {
		return nil
	}
	tk, err := t.tx.Ticket(t.ctx, out.TicketID)
	if err != nil {
		return fmt.Errorf("read ticket of outbox %d: %w", out.ID, err)
	}
	lost, err := t.lostText(&tk, out)
	if err != nil {
		return err
	}
	return t.tellOwner(&tk, notice{
		kind: mailout.DeliveryFailed, purpose: token.Internal, cause: fmt.Sprintf("undelivered:%d:%d", out.ID, out.Attempts),
		fill: func(d *mailout.InternalData) {
			d.Delivery = mailout.Delivery{To: out.Recipient, Subject: tk.Subject, At: out.CreatedAt, Reason: mailout.DeliveryReason(why, d.Lang), Diagnostic: why}
			d.Text = lost
		},
	}, out.Recipient)
}

// lostText is what a person wrote in a mail of ours that did not arrive.
func (t *turn) lostText(tk *store.Ticket, out store.Outgoing) (mailout.InternalText, error) {
	if out.Class != classHuman {
		return mailout.InternalText{}, nil
	}
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return mailout.InternalText{}, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	for _, m := range messages {
		if m.InboxID == out.InboxID && m.Agent != "" && m.Visibility == "public" {
			return mailout.InternalNote(clip(m.Text, entryBytes)), nil
		}
	}
	return mailout.InternalText{}, nil
}

// backOn stands before the day an absence note names, in the history.
const backOn = "; back on "

// quietLimit is how many robot mails a ticket shows; further ones are counted in
// its history only.
const quietLimit = 20

// machine takes mail that no human wrote: into the ticket it answers without any
// effect, else as its class says. Lists and systems open tickets unless a rule
// ignores them; nothing here is ever answered.
func (t *turn) machine() (result, error) {
	class := t.m.Automatic.Class
	if class == mailin.ClassHuman || class == "" {
		return result{}, nil
	}
	why := fmt.Sprintf("%s: %s", class, strings.Join(t.m.Automatic.Reasons, "; "))
	if err := t.unplanned(); err != nil {
		return result{}, err
	}
	if strings.Contains(why, "RFC 5965") { // a complaint concerns our mail, not the ticket
		return result{outcome: outcomeIgnored, reason: why}, nil
	}
	if t.link.ticket != nil {
		return t.quietly(why)
	}
	switch class {
	case mailin.ClassAutoReply:
		return result{outcome: outcomeIgnored, reason: why}, nil
	case mailin.ClassCalendar:
		if t.m.Calendar != "" && t.m.Calendar != "REQUEST" && t.m.Calendar != "PUBLISH" {
			return result{outcome: outcomeIgnored, reason: why}, nil
		}
	}
	return result{}, nil
}

// quietly appends a robot's mail to its ticket: no state, no clock, no notice. An
// agent's out-of-office stays internal like everything here (P3).
func (t *turn) quietly(why string) (result, error) {
	tk := t.link.ticket
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return result{}, fmt.Errorf("count robot mails of ticket %d: %w", tk.ID, err)
	}
	n := 0
	for _, m := range messages {
		if m.Kind == "automatic" {
			n++
		}
	}
	if n < quietLimit {
		if err := t.firstMessage(tk, "automatic", "internal"); err != nil {
			return result{}, err
		}
	}
	if at := t.m.Automatic.ReturnAt; !at.IsZero() {
		why += backOn + at.In(t.c.Company.Location).Format("2006-01-02")
	}
	outcome := outcomeFollowed
	if n >= quietLimit {
		outcome = outcomeIgnored // counted, not shown
	}
	return result{outcome, why, tk.ID}, t.event(tk, "system", "automatic_mail", "", string(t.m.Automatic.Class), why)
}
