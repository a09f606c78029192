package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
)

const simAnna = "Anna Berger <a.berger@isarwerk.example>"

// newStateDesk is a desk whose people write with one program.
func newStateDesk(t *testing.T, edits ...string) *stateDesk {
	return &stateDesk{simWorld: newSimWorld(t, edits...), client: simClients()[10]}
}

// wants asserts what became of a letter.
func (d *stateDesk) wants(l *simLetter, outcome string, ticket int64, what string) {
	d.t.Helper()
	if in := d.inbound(l); in.Outcome != outcome || in.TicketID != ticket {
		d.t.Errorf("%s: %s in ticket %d (%s), want %s in %d", what, in.Outcome, in.TicketID, in.Reason, outcome, ticket)
	}
}

// TestReplacedIDs: submission servers that give every mail another Message-ID. People
// answer to the other one, some with nothing else.
func TestReplacedIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, reply, id string }{
		{"Outlook", "250 2.0.0 OK <AM0PR%d@AM0PR03MB1.eurprd03.prod.outlook.com> [Hostname=AM0PR03MB1.eurprd03.prod.outlook.com]", "AM0PR%d@AM0PR03MB1.eurprd03.prod.outlook.com"},
		{"Exchange keeps ours", "250 2.6.0 %s Queued mail for delivery", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newStateDesk(t)
			n := 0
			given := map[string]string{}
			d.reply = func(m *simMail) string {
				ours := mailin.Parse(m.raw, mailin.Options{}).MessageID
				if c.id == "" {
					given[ours] = ours
					return fmt.Sprintf(c.reply, "<"+ours+">")
				}
				n++
				given[ours] = fmt.Sprintf(c.id, n)
				return fmt.Sprintf(c.reply, n)
			}
			s := d.open(simDomain, "Drucker streikt", "Der Drucker druckt nicht.")
			// What the recipients' programs know: the other id, and no reference of ours.
			known := func(m *simMail) *mailin.Message {
				other := *m.m
				other.MessageID, other.References = given[m.m.MessageID], nil
				return &other
			}
			d.client.noRefs = true
			l := d.post("pass", draft{from: "Rita <" + s.requester + ">", subject: "Nachtrag", text: "Raum 2.14", answers: known(d.last(s.requester)), noQuote: true})
			d.wants(l, "followed", s.id, "the requester")
			notice := known(d.last(bare(simLena)))
			l = d.post("pass", draft{from: simLena, subject: "ohne Kennung", text: "#gelöst", answers: notice, noQuote: true})
			d.wants(l, "commanded", s.id, "the agent")
			// It proves nothing for others.
			l = d.post("pass", draft{from: simMarkus, subject: "ohne Kennung", text: "#schließen", answers: notice, noQuote: true})
			if in := d.inbound(l); in.Outcome == "commanded" {
				t.Errorf("another agent used the identifier: %s", in.Reason)
			}
			d.sound()
		})
	}
}

// TestPlusAddress: every header of the thread is lost, the address holds.
func TestPlusAddress(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t, "from_name: IT-Support", "from_name: IT-Support\n  plus_addressing: true")
	s := d.open(simDomain, "Drucker streikt", "Der Drucker druckt nicht.")
	receipt, notice := d.last(s.requester), d.last(bare(simLena))
	for _, m := range []*simMail{receipt, notice} {
		if len(m.m.ReplyTo) != 1 || !strings.HasPrefix(m.m.ReplyTo[0].Address, "support+it-10001.") {
			t.Fatalf("Reply-To of %s: %v", m.to, m.m.ReplyTo)
		}
	}
	l := d.post("pass", draft{from: "Rita <" + s.requester + ">", to: receipt.m.ReplyTo[0].Address, subject: "Nachtrag", text: "Raum 2.14"})
	d.wants(l, "followed", s.id, "the requester")
	l = d.post("pass", draft{from: simLena, to: strings.ToUpper(notice.m.ReplyTo[0].Address), subject: "Nachtrag", text: "#ich"})
	d.wants(l, "commanded", s.id, "the agent")
	l = d.post("pass", draft{from: simMarkus, to: notice.m.ReplyTo[0].Address, subject: "Nachtrag", text: "#gelöst"})
	if in := d.inbound(l); in.Outcome == "commanded" {
		t.Error("another agent used the address")
	}
	d.sound()
}

// TestKeyRotation: the daemon changes its key twice a year; what the old one signed
// goes on, until it is retired.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t)
	ctx := t.Context()
	keys := func() (list []store.SigningKey) {
		d.view(func(ctx context.Context, tx *store.Tx) (err error) { list, err = tx.SigningKeys(ctx); return err })
		return list
	}
	if err := d.svc.Store.Update(ctx, func(tx *store.Tx) error { return tx.RotateKey(ctx) }); err != nil { // as `keys rotate` does, at this clock
		t.Fatal(err)
	}
	d.settle()
	s := d.open(simDomain, "Drucker streikt", "Der Drucker druckt nicht.")
	old := d.last(bare(simLena))
	before := keys()
	d.now = d.now.Add(181 * 24 * time.Hour)
	d.settle()
	if got := keys(); len(got) != len(before)+1 || got[1].ID != before[0].ID {
		t.Fatalf("%d keys after half a year, want %d", len(got), len(before)+1)
	}
	l := d.post("pass", draft{from: simLena, text: "#ich", answers: old.m})
	d.wants(l, "commanded", s.id, "a notice signed by the old key")
	fresh := d.open(simDomain, "Toner leer", "Der Toner ist leer.")
	notice := d.last(bare(simLena))
	if err := d.svc.Store.Update(ctx, func(tx *store.Tx) error { return tx.RetireKey(ctx, before[0].ID) }); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if l = d.post("pass", draft{from: simLena, text: "#gelöst", answers: old.m}); d.inbound(l).Outcome != "held" {
		t.Errorf("a retired key still commands: %+v", d.inbound(l))
	}
	l = d.post("pass", draft{from: simLena, text: "#ich", answers: notice.m})
	d.wants(l, "commanded", fresh.id, "a notice signed by the new key")
	err := d.svc.Store.Update(ctx, func(tx *store.Tx) error { return tx.RetireKey(ctx, keys()[0].ID) })
	if err == nil {
		t.Error("the newest key was retired")
	}
}

// TestCommonAncestor: colleagues discuss a mail that never reached the desk; both send
// it a copy. Who takes part in the ticket joins it, a stranger to it does not (S8).
func TestCommonAncestor(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t)
	origin := &mailin.Message{MessageID: "origin@isarwerk.example", Subject: "Beamer", Text: "Der Beamer ist defekt.", Date: d.now, From: mailin.Address{Name: "Chef", Address: "chef@isarwerk.example"}}
	first := d.post("pass", draft{from: simAnna, text: "Liebe IT, bitte ansehen.", answers: origin, headers: []string{"Cc: <p.ostermann@isarwerk.example>"}})
	id := d.inbound(first).TicketID
	d.wants(first, "opened", id, "the first")
	l := d.post("pass", draft{from: "Peter <p.ostermann@isarwerk.example>", text: "Er flimmert auch.", answers: origin})
	d.wants(l, "followed", id, "a colleague in copy, same ancestor")
	l = d.post("none", draft{from: "Peter <p.ostermann@isarwerk.example>", text: "Ohne Verdikt.", answers: origin})
	if d.inbound(l).TicketID == id {
		t.Error("a reference alone joined an unproven sender")
	}
	l = d.post("pass", draft{from: "Fremd <x@partner.example>", text: "Ich kenne die Mail auch.", answers: origin})
	if d.inbound(l).TicketID == id {
		t.Error("a reference alone joined somebody who takes no part")
	}
	// Outlook's server renamed the requester's own mail; he answers it himself.
	own := d.post("pass", draft{from: "Mia <mia@isarwerk.example>", subject: "WLAN weg", text: "Kein WLAN.", headers: []string{"X-Microsoft-Original-Message-ID: <mine@client.example>"}})
	l = d.post("pass", draft{from: "Mia <mia@isarwerk.example>", text: "Geht auch am Handy nicht.", answers: &mailin.Message{MessageID: "mine@client.example", Subject: "WLAN weg", Date: d.now}})
	d.wants(l, "followed", d.inbound(own).TicketID, "the author's own identifier")
	d.sound()
}

// TestThreadIndex: the option groups a ticket in Outlook, in the requester's own
// conversation where his mail began one.
func TestThreadIndex(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t, "from_name: IT-Support", "from_name: IT-Support\n  thread_index: true")
	index := func(m *simMail) []byte {
		for line := range bytes.Lines(m.raw) {
			if v, ok := bytes.CutPrefix(line, []byte("Thread-Index: ")); ok {
				b, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(v)))
				if err != nil || len(b) != 27 || b[0] != 1 {
					t.Errorf("Thread-Index %q: %d bytes, %v", v, len(b), err)
				}
				return b
			}
		}
		t.Errorf("no Thread-Index in %s", m.m.Subject)
		return make([]byte, 27)
	}
	const outlook = "AdrF8l2mB6Uo1zVWR9yFz0bq8W1oXw==" // 22 bytes
	own, err := base64.StdEncoding.DecodeString(outlook)
	if err != nil || len(own) != 22 {
		t.Fatal(len(own), err)
	}
	d.post("pass", draft{from: simAnna, subject: "Drucker", text: "Druckt nicht.", headers: []string{"Thread-Index: " + outlook}})
	receipt, notice := index(d.last(bare(simAnna))), index(d.last(bare(simLena)))
	if !bytes.Equal(receipt[:22], own) || !bytes.Equal(notice[:22], own) {
		t.Errorf("receipt %x, notice %x, root %x", receipt, notice, own)
	}
	s := d.open(simDomain, "Toner leer", "Der Toner ist leer.")
	first := index(d.last(s.requester))
	d.now = d.now.Add(time.Hour)
	d.command(s, simLena, "Kommt morgen.")
	second := index(d.last(s.requester))
	if !bytes.Equal(first[:22], second[:22]) || bytes.Compare(first[22:], second[22:]) >= 0 {
		t.Errorf("first %x, second %x: want one conversation in order", first, second)
	}
	// A broken one, and one of somebody unproven, are not taken over.
	d.post("pass", draft{from: "Eva <eva@isarwerk.example>", subject: "X", text: "Y", headers: []string{"Thread-Index: AQ=="}})
	index(d.last("eva@isarwerk.example"))
}

// TestThreads: a changed subject, a merged ticket and a closed one keep or lose their
// mails as they should.
func TestThreads(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t)
	s := d.open(simDomain, "Drucker streikt", "Der Drucker druckt nicht.")
	other := d.open(simDomain, "Drucker streikt auch", "Der Drucker druckt nicht.")
	receipt := d.last(s.requester).m
	l := d.post("pass", draft{from: "Rita <" + s.requester + ">", subject: "Etwas anderes [Ticket#4711] [XIT-10002]", text: "Raum 2.14", answers: receipt})
	d.wants(l, "followed", s.id, "changed subject")
	d.command(s, simLena, "#zusammen "+d.tag(other.id))
	l = d.post("pass", draft{from: "Rita <" + s.requester + ">", text: "Noch etwas", answers: receipt})
	d.wants(l, "followed", other.id, "merged")
	l = d.post("pass", draft{from: "Rita <" + s.requester + ">", subject: "[IT-10001] ohne Verlauf", text: "Nur das Kennzeichen."})
	d.wants(l, "followed", other.id, "merged, by its tag")
	// The tag alone opens nothing to strangers and to unproven participants.
	for verdict, from := range map[string]string{"pass": "Fremd <fremd@isarwerk.example>", "none": "Rita <" + other.requester + ">"} {
		if l = d.post(verdict, draft{from: from, subject: "[IT-10002] Drucker", text: "Nur das Kennzeichen, " + verdict}); d.inbound(l).TicketID == other.id {
			t.Errorf("a tag joined %s (%s)", from, verdict)
		}
	}
	// Outlook's topic stays the requester's, and the subject of the thread the same.
	for _, m := range d.to(other.requester) {
		if !strings.HasPrefix(m.m.MessageID, "IT-10002.") {
			continue
		}
		if m.m.Subject != "AW: Drucker streikt auch [IT-10002]" || !bytes.Contains(m.raw, []byte("Thread-Topic: Drucker streikt auch\r\n")) {
			t.Errorf("subject %q", m.m.Subject)
		}
	}
	for _, m := range d.to(bare(simLena)) {
		if root := strings.SplitN(m.m.MessageID, ".", 2)[0] + ".root@" + simDomain; len(m.m.References) == 0 || m.m.References[0] != root {
			t.Errorf("notice %q begins its thread with %v, want %s", m.m.Subject, m.m.References, root)
		}
	}
	d.sound()
}
