package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
)

// bounce is a delivery report (RFC 3464) with blocks for recipients.
type bounce struct {
	action, id string
	replaced   string   // the Message-ID the mail left its server with
	blocks     []string // "Final-Recipient: ..." without Action
}

func (d *stateDesk) bounce(r bounce) *simLetter {
	d.t.Helper()
	d.now = d.now.Add(time.Minute)
	l := &simLetter{id: fmt.Sprintf("dsn%d@mx.isarwerk.example", len(d.letters)), from: "mailer-daemon@isarwerk.example", what: "report " + r.action}
	var b strings.Builder
	fmt.Fprintf(&b, "From: Mail Delivery System <%s>\r\nTo: <%s>\r\nSubject: Undelivered Mail\r\nMessage-ID: <%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n", l.from, simSupport, l.id)
	b.WriteString("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n")
	for _, block := range r.blocks {
		action, status := r.action, "5.1.1"
		if before, own, ok := strings.Cut(block, "|"); ok {
			block, action = before, own
		}
		if action == "delayed" {
			status = "4.4.7"
		}
		fmt.Fprintf(&b, "\r\n%s\r\nAction: %s\r\nStatus: %s\r\nDiagnostic-Code: smtp; 550 no such user\r\n", block, action, status)
	}
	id := "Message-ID: <" + r.id + ">"
	if r.replaced != "" {
		id = "Message-ID: <" + r.replaced + ">\r\nX-Microsoft-Original-Message-ID: <" + r.id + ">"
	}
	fmt.Fprintf(&b, "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\nSubject: x\r\n\r\n--b--\r\n", id)
	d.deliver(l, "", "none", []byte(b.String()))
	d.settle()
	return l
}

// outgoing is the row of a mail that left.
func (d *stateDesk) outgoing(m *simMail) (o store.Outgoing) {
	d.t.Helper()
	d.view(func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = tx.OutboxByMessageID(ctx, m.m.MessageID)
		return err
	})
	return o
}

// TestBounces: a report about a mail of ours marks exactly that mail and recipient,
// the agent hears of it, the ticket stays as it is; every other report changes
// nothing (A10).
func TestBounces(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t)
	s := d.open(simDomain, "Drucker streikt", "Der Drucker druckt nicht.")
	other := d.open(simDomain, "Toner leer", "Der Toner ist leer.")
	d.command(s, simLena, "#warten\nWelche Seriennummer hat er?")
	reply, receipt := d.last(s.requester), d.to(s.requester)[0]
	mine := "Final-Recipient: rfc822; " + s.requester
	for name, r := range map[string]bounce{
		"delayed":                          {action: "delayed", id: reply.m.MessageID, blocks: []string{mine}},
		"about another recipient":          {action: "failed", id: reply.m.MessageID, blocks: []string{"Final-Recipient: rfc822; x@isarwerk.example"}},
		"about nobody":                     {action: "failed", id: reply.m.MessageID, blocks: []string{"X-Nothing: here"}},
		"failed for another, taken for us": {action: "failed", id: reply.m.MessageID, blocks: []string{mine + "|delivered", "Final-Recipient: rfc822; x@y.example"}},
		"about a mail we did not send":     {action: "failed", id: "abc@isarwerk.example", blocks: []string{mine}},
		"with a forged identifier":         {action: "failed", id: "IT-10001.p.01KJQMNJC0X6T7WV.aaaaaaaaaaaaaaaaaaaaaaaaaa@isarwerk.example", blocks: []string{mine}},
		"about another's mail":             {action: "failed", id: d.last(other.requester).m.MessageID, blocks: []string{mine}},
	} {
		seen := len(d.sent)
		d.bounce(r)
		if got := d.outgoing(reply); got.State != "sent" {
			t.Errorf("%s: the reply is %s", name, got.State)
		}
		if len(d.sent) != seen {
			t.Errorf("%s: somebody was told: %s", name, d.sent[len(d.sent)-1].m.Subject)
		}
	}
	seen := len(d.sent)
	l := d.bounce(bounce{action: "failed", id: reply.m.MessageID, replaced: "AM0P@AM0P.eurprd03.prod.outlook.com", blocks: []string{"Final-Recipient: rfc822; moved@elsewhere.example\r\nOriginal-Recipient: rfc822; " + s.requester}})
	d.wants(l, "reported", s.id, "the report")
	if o := d.outgoing(reply); o.State != "failed" || !strings.Contains(o.LastError, "no such user") {
		t.Errorf("the reply: %s, %s", o.State, o.LastError)
	}
	if o := d.outgoing(receipt); o.State != "sent" {
		t.Errorf("the receipt: %s", o.State)
	}
	told := d.sent[seen:]
	if len(told) != 1 || told[0].to != bare(simLena) || !strings.Contains(told[0].m.Text, s.requester) {
		t.Fatalf("%d mails about it", len(told))
	}
	if tk := d.ticketRow(s.id); tk.State != "waiting_requester" {
		t.Errorf("the ticket is %s", tk.State)
	}
	// Twice is once.
	seen = len(d.sent)
	d.bounce(bounce{action: "failed", id: reply.m.MessageID, blocks: []string{mine}})
	if len(d.sent) != seen {
		t.Error("the agent was told twice")
	}
	d.suppressed(receipt)
	d.sound()
}

// suppressed: after a receipt came back its address gets no automatic mail for a
// while; people's answers still go there.
func (d *stateDesk) suppressed(receipt *simMail) {
	d.t.Helper()
	d.bounce(bounce{action: "failed", id: receipt.m.MessageID, blocks: []string{"Final-Recipient: rfc822; " + receipt.to}})
	seen := len(d.to(receipt.to))
	l := d.post("pass", draft{from: "Rita <" + receipt.to + ">", subject: "Bildschirm", text: "Er flackert."})
	fresh := stand{id: d.inbound(l).TicketID, requester: receipt.to}
	if got := len(d.to(receipt.to)); got != seen {
		d.t.Errorf("%d automatic mails to an address that bounces", got-seen)
	}
	d.command(fresh, simLena, "Wir kommen vorbei.")
	if got := len(d.to(receipt.to)); got != seen+1 {
		d.t.Errorf("a person's answer did not leave")
	}
	d.advance(d.now.Add(8 * 24 * time.Hour))
	d.post("pass", draft{from: "Rita <" + receipt.to + ">", subject: "Maus", text: "Sie klemmt."})
	if m := d.last(receipt.to); !m.automatic() || !strings.Contains(m.m.Subject, "Maus") {
		d.t.Errorf("after a week: %s", m.m.Subject)
	}
}
