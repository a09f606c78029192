package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

// TestTwoDesks: two companies that both run firstline have each other's support
// address in a mail: a person of one writes to the desk of the other under the name of
// his own desk. Whatever relays do to the headers, the desks soon fall silent (A9).
func TestTwoDesks(t *testing.T) {
	t.Parallel()
	for _, strip := range []bool{false, true} {
		name := "as they are"
		if strip {
			name = "without headers and references"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := newSimWorld(t, "@LADDER@", simLadder)
			two := newSimWorld(t, "@LADDER@", simLadder, "isarwerk.example", "partner.example", `partners: ["@partner.example"`, `partners: ["@isarwerk.example"`,
				"prefix: IT", "prefix: SD", "language: de,", "language: en,")
			automatic := 0
			hand := func(from, to *simWorld, address, support string) func(*simMail) {
				return func(m *simMail) {
					if m.to != address {
						return
					}
					if m.automatic() {
						automatic++
					}
					from.later(2*time.Second, func() {
						raw := m.raw
						if strip {
							raw = stripped(m, support, automatic)
						}
						l := &simLetter{id: m.m.MessageID, from: mailin.Parse(raw, mailin.Options{}).From.Address, what: "from the other desk"}
						to.now = from.now
						to.deliver(l, l.from, "pass", raw)
						to.settle()
					})
				}
			}
			one.onMail = hand(one, two, "support@partner.example", "support@isarwerk.example")
			two.onMail = hand(two, one, "support@isarwerk.example", "support@partner.example")
			// It begins with a person who writes as the other desk.
			begin := draft{client: simClients()[4], from: "Support <support@partner.example>", subject: "Ihre Rechnung", text: "Bitte schicken Sie die Rechnung noch einmal.", id: "begin@partner.example", date: one.now}
			l := &simLetter{id: begin.id, from: "support@partner.example", human: true, what: "the first"}
			one.deliver(l, l.from, "pass", begin.bytes())
			for range 24 {
				one.run(one.now.Add(time.Hour))
				two.run(one.now)
			}
			if automatic > 2 {
				t.Errorf("%d automatic mails between two desks in a day", automatic)
			}
			if in := one.inbound(l); in.Outcome != "opened" {
				t.Errorf("the person's mail: %s, %s", in.Outcome, in.Reason)
			}
			one.sound()
			two.sound()
			t.Logf("%d automatic mails, %d and %d letters", automatic, len(one.letters), len(two.letters))
		})
	}
}

// stripped is what a relay leaves that keeps author, subject and text alone.
func stripped(m *simMail, from string, n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "From: Support <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <relayed%d@relay.example>\r\nDate: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
		from, m.to, strings.ReplaceAll(m.m.Subject, "ä", "ae"), n, m.at.Format(time.RFC1123Z))
	b.WriteString(crlfOf(m.m.Text))
	return b.Bytes()
}
