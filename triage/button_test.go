package triage_test

import (
	"strings"
	"testing"

	"firstline/triage"
)

// TestButtonOfAnotherDomain: the mail that a button writes names our mail without its
// domain, and confirms what was held for every mailbox alike.
func TestButtonOfAnotherDomain(t *testing.T) {
	t.Parallel()
	o := bureau(t, func(c *triage.Config) {
		c.Mailboxes = append([]triage.Mailbox{{ID: "tochter", Address: "hilfe@tochter.example", Mode: "live"}}, c.Mailboxes...)
	})
	notice := o.only(o.receive(printer), lenaAt)
	held := o.only(o.answer(&notice, lena, "#geloest1\nErledigt."), lenaAt)
	button, _, _ := strings.Cut(held.MessageID, "@")
	mails := o.fresh(lena, "ok ["+button+"]", "ok")
	if tk := o.ticket(10001); tk.State != "resolved" {
		t.Errorf("state %s: %s %s", tk.State, o.outcome().Reason, describe(mails))
	}
	o.sound()
}
