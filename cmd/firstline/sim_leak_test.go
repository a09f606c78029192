package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

// quoteStyles are thirty ways of answering a notice: sixteen programs, with and
// without their HTML part, and the habits of people.
func quoteStyles() []simClient {
	styles := simClients()
	for _, c := range simClients() {
		if c.rich != nil {
			only := c
			only.name, only.htmlOnly = c.name+", HTML alone", !c.htmlOnly
			styles = append(styles, only)
		}
	}
	gmail, bird := simClients()[4], simClients()[10]
	habit := func(name string, quote func(m *mailin.Message) string) {
		c := bird
		c.name, c.quote, c.sign = name, quote, ""
		styles = append(styles, c)
	}
	habit("rule of dashes above a bare quote", func(m *mailin.Message) string {
		return "\n-----Ursprüngliche Nachricht-----\nVon: " + m.From.Name + "\nBetreff: " + m.Subject + "\n\n" + m.Text
	})
	habit("forwarded message", func(m *mailin.Message) string {
		return "\n---------- Forwarded message ---------\nVon: " + person(m) + "\nDate: Mo., 2. März 2026 um 09:00 Uhr\nSubject: " + m.Subject + "\nTo: <x@isarwerk.example>\n\n" + m.Text
	})
	habit("Begin forwarded message", func(m *mailin.Message) string {
		return "\nAnfang der weitergeleiteten Nachricht:\n\n> Von: " + person(m) + "\n> Betreff: " + m.Subject + "\n> \n" + marked(m.Text)
	})
	habit("signature below the quote", func(m *mailin.Message) string { return gmail.quote(m) + "\n-- \nLena Huber\nIT\n" })
	habit("quote without attribution", func(m *mailin.Message) string { return "\n" + marked(m.Text) + "\n" })
	habit("double quote marks", func(m *mailin.Message) string { return "\n" + marked(marked(m.Text)) + "\n" })
	habit("bar as quote mark", func(m *mailin.Message) string {
		return "\n" + m.From.Name + " schrieb:\n| " + strings.ReplaceAll(m.Text, "\n", "\n| ")
	})
	habit("the whole notice as it was, unmarked", func(m *mailin.Message) string { return "\n\n" + m.Text })
	return styles
}

// TestLeakGuard: an agent answers a hand-over mail full of internal text in thirty
// ways. What the requester gets never holds a word of it: either the quote is cut, or
// the mail is held and the agent is told. What he wrote himself always arrives.
func TestLeakGuard(t *testing.T) {
	t.Parallel()
	styles := quoteStyles()
	if len(styles) < 30 {
		t.Fatalf("%d styles", len(styles))
	}
	d := newStateDesk(t)
	for i, c := range styles {
		secret := []string{d.canary(), d.canary()}
		s := d.open(simDomain, fmt.Sprintf("Drucker %d", i), "Der Drucker im zweiten Stock druckt seit heute Morgen nur noch leere Seiten.")
		d.command(s, simLena, "#notiz\n"+secret[0]+" der Praktikant hat Kaffee in das Gerät geschüttet und will es nicht zugeben")
		d.command(s, simLena, "#l2 netz\n"+secret[1]+" das liegt sicher wieder an der alten Verkabelung im Keller")
		var notice *simMail
		for _, m := range slices.Backward(d.to(bare(simMarkus))) {
			if strings.HasPrefix(m.m.MessageID, d.tag(s.id)+".e.") {
				notice = m
				break
			}
		}
		if notice == nil || !strings.Contains(notice.m.Text, secret[0]) || !strings.Contains(notice.m.Text, secret[1]) {
			t.Fatalf("%s: the hand-over mail lacks the notes", c.name)
		}
		d.client = c
		d.now = d.now.Add(time.Hour)
		l := d.post("pass", draft{from: simMarkus, text: "Guten Tag,\n\nwir tauschen das Gerät morgen aus.", answers: notice.m})
		d.client = simClients()[10]
		in, got := d.inbound(l), d.last(s.requester)
		if in.Outcome == "commanded" && !strings.Contains(got.m.Text, "wir tauschen das Gerät morgen aus") || in.Outcome != "commanded" && in.Outcome != "held" {
			t.Errorf("%s: %s, %s; the requester has\n%s", c.name, in.Outcome, in.Reason, got.m.Text)
		}
		if i < 16 && in.Outcome != "commanded" {
			t.Errorf("%s: a real program's answer was held: %s", c.name, in.Reason)
		}
		// Of the whole notice pasted above the line everything from its own first line on
		// is cut; some lines of it are held.
		d.post("pass", draft{from: simMarkus, text: "Zur Information:\n" + notice.m.Text, answers: notice.m})
		for _, line := range []string{middleOf(notice.m.Text, secret[0]), middleOf(notice.m.Text, secret[1])} {
			l = d.post("pass", draft{from: simMarkus, text: "Zur Information:\n" + line, answers: notice.m})
			if in := d.inbound(l); in.Outcome != "held" {
				t.Errorf("%s: pasted %.40q was not held: %s, %s", c.name, line, in.Outcome, in.Reason)
			}
		}
	}
	d.nothingInternalOutside()
	d.sound()
}

// middleOf are the lines of a text around a word.
func middleOf(text, word string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.Contains(line, word) {
			return strings.Join(lines[max(0, i-1):min(len(lines), i+2)], "\n")
		}
	}
	return text
}

// TestNoFalseAlarm: the requester's own words, though agents noted them, and what was
// said in public do not hold an answer; the same words of a note alone do.
func TestNoFalseAlarm(t *testing.T) {
	t.Parallel()
	d := newStateDesk(t)
	const said = "der Drucker im zweiten Stock druckt seit heute Morgen nur noch leere Seiten"
	s := d.open(simDomain, "Drucker", "Guten Tag, "+said+", bitte um Hilfe.")
	d.command(s, simLena, "#notiz\nSie schreibt: "+said+". Ich glaube aber eher an den Treiber als an das Gerät selbst.")
	l := d.command(s, simLena, "Guten Tag,\n\nSie schreiben, "+said+". Bitte starten Sie ihn neu.")
	d.wants(l, "commanded", s.id, "the requester's own words")
	l = d.command(s, simLena, "Ich glaube aber eher an den Treiber als an das Gerät selbst.")
	if in := d.inbound(l); in.Outcome != "held" || !strings.HasPrefix(in.Reason, "leak") {
		t.Errorf("words of a note: %s, %s", in.Outcome, in.Reason)
	}
	if m := d.last(bare(simLena)); !strings.Contains(m.m.Text, "intern bleiben") {
		t.Errorf("the agent was told\n%s", m.m.Text)
	}
	// A note dragged along as an attached mail.
	notice := d.notice(s, simLena)
	eml := "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSiehe Anlage, bitte lesen.\r\n--m\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=notiz.eml\r\n\r\n" + string(notice.raw) + "\r\n--m--\r\n"
	raw := fmt.Sprintf("From: %s\r\nTo: <%s>\r\nSubject: AW\r\nMessage-ID: <att@x.example>\r\nDate: %s\r\nIn-Reply-To: <%s>\r\nMIME-Version: 1.0\r\n%s", simLena, simSupport, d.now.Format(time.RFC1123Z), notice.m.MessageID, eml)
	d.now = d.now.Add(time.Hour)
	att := &simLetter{id: "att@x.example", from: bare(simLena), what: "attached notice"}
	d.deliver(att, att.from, "pass", []byte(raw))
	d.settle()
	if in := d.inbound(att); in.Outcome != "held" || !strings.HasPrefix(in.Reason, "leak") {
		t.Errorf("an attached notice: %s, %s", in.Outcome, in.Reason)
	}
	d.sound()
}
