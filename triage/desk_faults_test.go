package triage_test

import (
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// a hold about no ticket: "ok" must carry it out
func TestQueryTypoThenOK(t *testing.T) {
	o := newOffice(t)
	x := o.only(o.receive(eml{from: lena, subject: "x", text: "#meinee"}), "l.huber@firma.example")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &x})
	if in := o.outcome(); in.Outcome == "opened" {
		t.Errorf("the ok opened a ticket: %s", in.Reason)
	}
}

// dropped faq in reopen after close
func TestRetryAlarm(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	_ = o.store.Update(ctx, func(tx *store.Tx) error {
		box, _ := tx.Mailbox(ctx, "support")
		_, _, err := tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: 77, ReceivedAt: o.now, Raw: printer.bytes(1)})
		return err
	})
	for range 8 {
		_ = o.store.Update(ctx, func(tx *store.Tx) error { return tx.BumpAttempts(ctx, []int64{1}) })
	}
	o.desk.Step(ctx)
	_ = o.store.Update(ctx, func(tx *store.Tx) error { return tx.RetryInbound(ctx, 1) })
	o.desk.Step(ctx)
	_ = o.store.View(ctx, func(tx *store.Tx) error {
		a, _ := tx.Alarms(ctx)
		if len(a) > 0 {
			t.Errorf("alarm still up after the retry succeeded (%s): %+v", o.outcome().Outcome, a)
		}
		return nil
	})
}

// the second mailbox is live, the first observes: queries get no answer
func TestQueryMailbox(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Mailboxes = []triage.Mailbox{{ID: "alt", Address: "alt@firma.example", Mode: "observe"}, {ID: "support", Address: support, Mode: "live"}}
	})
	mails := o.receive(eml{from: lena, subject: "x", text: "#hilfe"})
	if len(mails) == 0 {
		t.Error("no answer: the first mailbox's mode was used")
	}
}

// two second-level groups: escalate twice between them with the same step etc.
func TestTakeOverStops(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	h := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz", answers: &n}), "m.brandl@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: markus, subject: "AW", text: "#warten\r\nBitte Version nennen.", answers: &h})
	o.sound()
}

// undeliverable notice of the only agent: nobody hears
