package triage_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// TestAgentProofs: an agent's mail acts only with one author, a verdict of our own
// mail server and a token that was sent to him; everything else is held.
func TestAgentProofs(t *testing.T) {
	t.Parallel()
	check := func(name string, change func(*eml, mail, mail), outcome string, replies int) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			mails := o.receive(printer)
			notice, receipt := o.only(mails, "l.huber@firma.example"), o.only(mails, "a.berger@firma.example")
			o.now = o.now.Add(time.Hour)
			e := eml{from: lena, subject: "AW: " + notice.m.Subject, text: "#gelöst\r\nIst erledigt.", answers: &notice}
			change(&e, notice, receipt)
			mails = o.receive(e)
			if got := len(to(mails, "a.berger@firma.example")); got != replies {
				t.Errorf("%d mails to the requester, want %d: %s", got, replies, describe(mails))
			}
			if in := o.outcome(); in.Outcome != outcome {
				t.Errorf("outcome %s (%s), want %s", in.Outcome, in.Reason, outcome)
			}
			if tk := o.ticket(10001); (tk.State == "resolved") != (replies == 1) {
				t.Errorf("state %s", tk.State)
			}
			o.sound()
		})
	}
	check("proven", func(*eml, mail, mail) {}, "commanded", 1)
	check("no verdict", func(e *eml, _, _ mail) { e.verdict = "none" }, "held", 0)
	check("forged", func(e *eml, _, _ mail) { e.verdict = "fail" }, "held", 0)
	check("two authors", func(e *eml, _, _ mail) { e.from = lena + ", " + markus }, "held", 0)
	check("tag only", func(e *eml, n, _ mail) { e.answers, e.subject = nil, "AW: [IT-10001] Drucker" }, "held", 0)
	check("somebody else's token", func(e *eml, n, _ mail) { e.from = markus }, "held", 0)
	check("the requester's token", func(e *eml, _, r mail) { e.answers = &r }, "held", 0)
	check("out of office", func(e *eml, _, _ mail) {
		e.text, e.subject = "Ich bin im Urlaub.", "Automatische Antwort: "+e.subject
		e.headers = []string{"Auto-Submitted: auto-replied"}
	}, "followed", 0)
}

// TestChallenge: the answer to the question about a held mail carries it out, once.
func TestChallenge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	asked := o.only(o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &notice, verdict: "none"}), "l.huber@firma.example")
	// A stranger who guesses at the identifier has no part in it.
	if mails := o.receive(eml{from: "Mallory <m@evil.example>", subject: "AW", text: "ok", answers: &asked}); len(to(mails, "a.berger@firma.example")) != 0 {
		t.Fatalf("a stranger released the mail: %s", describe(mails))
	}
}

// TestChallengeReleases is the other half: the agent himself.
func TestChallengeReleases(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	asked := o.only(o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &notice, verdict: "none"}), "l.huber@firma.example")
	reply := o.only(o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &asked, verdict: "none"}), "a.berger@firma.example")
	if !strings.Contains(reply.m.Text, "Bitte neu starten.") {
		t.Errorf("reply: %q", reply.m.Text)
	}
	if mails := o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &asked, verdict: "none"}); len(to(mails, "a.berger@firma.example")) != 0 {
		t.Errorf("released twice: %s", describe(mails))
	}
	o.sound()
}

// TestLeakedToken: an agent's token in a requester's hands gives no rights and is
// revoked.
func TestLeakedToken(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: anna, subject: "AW", text: "#notiz\r\nDer Drucker brennt.", answers: &notice})
	if tk := o.ticket(10001); tk.State == "resolved" || tk.State == "closed" {
		t.Errorf("state %s", tk.State)
	}
	o.only(mails, "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "Antwort auf den verbrannten Schlüssel.", answers: &notice})
	if in := o.outcome(); in.Outcome == "commanded" {
		t.Error("a revoked token still commands")
	}
}

// TestInternalStaysInternal: notes never reach the requester, also when an agent
// quotes them above the line.
func TestInternalStaysInternal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Minute)
	const secret = "Der Drucker im zweiten Obergeschoss wurde vom Praktikanten mit Kaffee übergossen"
	if mails := o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\n" + secret, answers: &notice}); len(to(mails, "a.berger@firma.example")) != 0 {
		t.Fatalf("a note left: %s", describe(mails))
	}
	o.now = o.now.Add(time.Minute)
	mails := o.receive(eml{from: lena, subject: "AW", text: "Zur Info: " + secret + ", wir tauschen ihn.", answers: &notice})
	if len(to(mails, "a.berger@firma.example")) != 0 {
		t.Fatalf("an internal note left: %s", describe(mails))
	}
	if in := o.outcome(); in.Outcome != "held" || !strings.HasPrefix(in.Reason, "leak") {
		t.Errorf("outcome %s: %s", in.Outcome, in.Reason)
	}
}

// TestAutomaticMailIsBounded: robots are never answered, and people only so often.
func TestAutomaticMailIsBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	robots := []eml{
		{from: anna, subject: "Abwesenheitsnotiz", text: "Bin weg.", headers: []string{"Auto-Submitted: auto-replied"}},
		{from: anna, subject: "Newsletter Mai", text: "Neues!", headers: []string{"List-Id: <news.firma.example>"}},
		{from: anna, subject: "Backup ok", text: "fertig", headers: []string{"Auto-Submitted: auto-generated"}},
		{from: support, subject: "Drucker", text: "Schleife"},
	}
	for _, e := range robots {
		if mails := to(o.receive(e), "a.berger@firma.example"); len(mails) != 0 {
			t.Errorf("%s was answered: %s", e.subject, describe(mails))
		}
	}
	sent := 0
	for i := range 30 {
		o.now = o.now.Add(20 * time.Minute)
		sent += len(to(o.receive(eml{from: anna, subject: fmt.Sprintf("Frage %d", i), text: "Können Sie mich anrufen?"}), "a.berger@firma.example"))
	}
	if sent != 5 {
		t.Errorf("%d automatic mails to one address in ten hours, want 5", sent)
	}
	o.sound()
}

// TestUnprovenSender: no verdict means constant text, a failed one nothing at all.
func TestUnprovenSender(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := eml{from: anna, subject: "Kaufen Sie jetzt PILLEN", text: "Passwort abgelaufen, wie ändern?", verdict: "none"}
	got := o.only(o.receive(e), "a.berger@firma.example")
	if bytes := string(got.raw); strings.Contains(bytes, "PILLEN") || strings.Contains(got.m.Text, "Berger") || strings.Contains(got.m.Text, "Strg") {
		t.Errorf("the answer to an unproven sender repeats him:\n%s", got.raw)
	}
	e.verdict = "fail"
	e.text = "anders"
	if mails := to(o.receive(e), "a.berger@firma.example"); len(mails) != 0 {
		t.Errorf("a forged sender was answered: %s", describe(mails))
	}
	if in := o.outcome(); in.Outcome != "held" {
		t.Errorf("outcome %s", in.Outcome)
	}
}

// TestUnknownSenderIsHeld: nothing goes back; the first level accepts or refuses.
func TestUnknownSenderIsHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stranger := eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."}
	mails := o.receive(stranger)
	asked := o.only(mails, "l.huber@firma.example")
	if len(mails) != 1 {
		t.Errorf("mails: %s", describe(mails))
	}
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "AW", text: "#annehmen", answers: &asked})
	o.only(mails, "verkauf@fremd.example")
	if tk := o.ticket(10001); tk.State != "new" {
		t.Errorf("state %s", tk.State)
	}
	o.sound()
}

// TestDuplicates: the same bytes, and the same mail by another way, are one mail;
// the same Message-ID with other content is not.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := printer
	e.id = "same@client.example"
	first := e.bytes(1)
	o.receiveRaw(first)
	o.receiveRaw(first)
	other := append([]byte("Received: from elsewhere by it.firma.example; Mon, 2 Mar 2026 09:00:01 +0100\r\n"), first...)
	if mails := o.receiveRaw(other); len(mails) != 0 {
		t.Errorf("a duplicate caused mail: %s", describe(mails))
	}
	if in := o.outcome(); in.Outcome != "duplicate" {
		t.Errorf("outcome %s", in.Outcome)
	}
	e.subject, e.text = "Etwas ganz anderes", "Mein Bildschirm ist schwarz."
	o.receive(e)
	if tk := o.ticket(10002); tk.Subject != "Etwas ganz anderes" {
		t.Errorf("ticket 10002: %q", tk.Subject)
	}
	o.sound()
}

// TestBounce marks exactly the mail that did not arrive and tells the agent.
func TestBounce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mails := o.receive(printer)
	notice := o.only(mails, "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	reply := o.only(o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &notice}), "a.berger@firma.example")
	err := o.store.Update(t.Context(), func(tx *store.Tx) error { // the server took it first
		_, err := tx.ClaimOutbox(t.Context(), 100, time.Minute)
		return errors.Join(err, tx.MarkSent(t.Context(), reply.ID, "250 ok"))
	})
	if err != nil {
		t.Fatal(err)
	}
	dsn := func(recipient string) []byte {
		return []byte("Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.firma.example\r\nTo: " + support + "\r\nSubject: Undelivered Mail Returned to Sender\r\n" +
			"Message-ID: <" + recipient + "@mx>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n" +
			"Final-Recipient: rfc822; " + recipient + "\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n" +
			"--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <" + reply.MessageID + ">\r\nSubject: x\r\n\r\n--b--\r\n")
	}
	if got := o.receiveRaw(dsn("other@firma.example")); len(got) != 0 {
		t.Errorf("a report about another recipient had an effect: %s", describe(got))
	}
	told := o.only(o.receiveRaw(dsn("a.berger@firma.example")), "l.huber@firma.example")
	if !strings.Contains(told.m.Text, "a.berger@firma.example") {
		t.Errorf("notice: %s", told.m.Text)
	}
	ctx := t.Context()
	_ = o.store.View(ctx, func(tx *store.Tx) error {
		out, err := tx.Outgoing(ctx, reply.ID)
		if err != nil || out.State != "failed" {
			t.Errorf("state %s, %v", out.State, err)
		}
		return nil
	})
	o.sound()
}

// TestObserve decides everything and sends nothing.
func TestObserve(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Mailboxes[0].Mode = "observe" })
	if mails := o.receive(printer); len(mails) != 0 {
		t.Errorf("mails left: %s", describe(mails))
	}
	if tk := o.ticket(10001); tk.Category != "drucker" {
		t.Errorf("category %s", tk.Category)
	}
}

// TestBatchOfManyMails: several fresh mails share one transaction.
func TestBatchOfManyMails(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var batch []eml
	for i := range 120 {
		batch = append(batch, eml{from: fmt.Sprintf("P%d <p%d@firma.example>", i, i), subject: fmt.Sprintf("Drucker %d", i), text: "Papierstau im Drucker."})
	}
	mails := o.receive(batch...)
	if got := len(to(mails, "p17@firma.example")); got != 1 {
		t.Errorf("%d receipts", got)
	}
	if tk := o.ticket(10120); tk.Requester != "p119@firma.example" {
		t.Errorf("last ticket: %s", tk.Requester)
	}
	o.sound()
}

// TestButton: a button's mail proves itself by the token in its subject; mail
// clients give it no reference.
func TestButton(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	local, _, _ := strings.Cut(notice.MessageID, "@")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "[IT-10001] " + local, text: "#ich"})
	if tk := o.ticket(10001); tk.Assignee != "lena" {
		in := o.outcome()
		t.Errorf("assignee %q, outcome %s: %s", tk.Assignee, in.Outcome, in.Reason)
	}
	o.receive(eml{from: markus, subject: "[IT-10001] " + local, text: "#gelöst"})
	if tk := o.ticket(10001); tk.State == "resolved" {
		t.Error("another agent used the button")
	}
	o.sound()
}
