package triage_test

import (
	"strings"
	"testing"
	"time"

	"firstline/triage"
	"firstline/triage/sla"
)

// TestToldAddress: an address that is no agent's and that a rule or a step has told
// reads of the matter, and not what agents wrote for each other.
func TestToldAddress(t *testing.T) {
	t.Parallel()
	const chief = "leitung@werk.example"
	o := bureau(t, withRules(t, "  - {name: Melden, when: {words: [drucker]}, then: {notify: ["+chief+"]}}\n"),
		step(sla.Step{Name: "gerissen", Clock: sla.Resolution, Used: 1, Notify: []string{chief, "group"}}),
		func(c *triage.Config) { c.Priorities = nil })
	o.answered(printer, "#gelöst\r\n#lösung\r\nPraktikant hat Kaffee in den Schacht gekippt, Schacht getrocknet.\r\n")
	again := printer
	again.id, again.headers = "again@kunde.example", nil
	mails := o.receive(again)
	notice, told := o.only(mails, lenaAt), o.only(mails, chief)
	if !strings.Contains(notice.m.Text, "Kaffee") {
		t.Errorf("the agent is not shown what solved the like: %s", notice.m.Text)
	}
	if !strings.Contains(told.m.Text, "Fehler 49") || strings.Contains(told.m.Text, "Kaffee") {
		t.Errorf("told by the rule: %s", told.m.Text)
	}
	o.answer(&notice, lena, "#notiz\nDer Praktikant schon wieder.")
	late := o.sweepAt(monday.Add(10 * 24 * time.Hour))
	if m := to(late, chief); len(m) != 1 || strings.Contains(m[0].m.Text, "Praktikant") {
		t.Errorf("told by the step: %s %s", describe(late), printed(late, chief))
	}
	if !strings.Contains(printed(late, lenaAt)+printed(late, tobiasAt), "Praktikant") {
		t.Errorf("the agents do not read the last word: %s", describe(late))
	}
	o.sound()
}

// TestStatusPromises: when the second level has to take over is no promise to the
// requester.
func TestStatusPromises(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.receive(printer)
	receipt, notice := o.only(mails, annaAt), o.only(mails, lenaAt)
	o.answer(&notice, lena, "Ich gebe es weiter.")
	before := o.only(o.answer(&receipt, anna, "status"), annaAt)
	o.now = o.now.Add(20 * time.Minute)
	o.answer(&notice, lena, "#l2 netz: Bitte ansehen")
	o.done()
	o.now = o.now.Add(20 * time.Minute)
	after := o.only(o.answer(&receipt, anna, "Status?"), annaAt)
	line := func(m mail) string {
		_, rest, _ := strings.Cut(flat(m.m.Text), "Nächste Antwort bis")
		rest, _, _ = strings.Cut(rest, "Uhr")
		return rest
	}
	if line(before) == "" || line(before) != line(after) {
		t.Errorf("promised %q, after the hand-over %q", line(before), line(after))
	}
}

// TestRequesterStays: undoing a merge takes nobody his own ticket.
func TestRequesterStays(t *testing.T) {
	t.Parallel()
	o, _, notice, _ := two(t)
	confirmed := o.only(o.answer(&notice, lena, "#zusammen IT-10001"), lenaAt)
	o.answer(&confirmed, lena, "#für "+bertAt)
	o.done()
	o.answer(&confirmed, lena, "#teilen IT-10002")
	o.done()
	if role := o.people(10001)[bertAt]; role != "requester" {
		t.Errorf("Bert is %q in his ticket", role)
	}
	o.sound()
}

// TestOutsideFileList: why a file does not travel is said in the language of the ticket.
func TestOutsideFileList(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	raw := "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\nReceived: from client by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n" +
		"From: " + anna + "\r\nTo: <" + support + ">\r\nSubject: Printer does not print\r\nMessage-ID: <en1@client.example>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello, since this morning the printer on the second floor does not print any more. Could you please have a look at it?\r\n" +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=driver.exe\r\n\r\nMZ\r\n--b--\r\n"
	notice := o.only(o.receiveRaw([]byte(raw)), lenaAt)
	asked := o.only(o.answer(&notice, lena, "#dritte service@druck.example: Please have a look."), "service@druck.example")
	if o.ticket(10001).Language != "en" || !strings.Contains(asked.m.Text, "stays with the ticket") || strings.Contains(asked.m.Text, "bleibt am Ticket") {
		t.Errorf("language %s: %s", o.ticket(10001).Language, asked.m.Text)
	}
}
