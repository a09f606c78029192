package triage_test

import (
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// has checks that a text holds lines, whatever their breaks.
func has(t *testing.T, name, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(flat(text), w) {
			t.Errorf("%s lacks %q:\n%s", name, w, text)
		}
	}
}

// TestHandoverIsBrief: the hand-over says in a few lines what it is about, what was
// tried and found out and what did not help; the way back carries the notes too
// (product 2.4, S19).
func TestHandoverIsBrief(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	answer := o.only(o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Guten Tag,\r\nmein Passwort ist abgelaufen, wie kann ich es ändern?\r\n\r\nViele Grüße\r\nAnna Berger"}), "a.berger@firma.example")
	o.now = o.now.Add(40 * time.Minute)
	notice := o.only(o.receive(eml{from: anna, subject: "AW", text: "Das hilft leider nicht, die Anmeldung am VPN geht weiterhin nicht.", answers: &answer}), "l.huber@firma.example")
	o.now = o.now.Add(10 * time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\nNeustart und Neuanmeldung ohne Erfolg.", answers: &notice})
	o.now = o.now.Add(20 * time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#analyse\r\nZertifikat vpn01 läuft laut Browser am 01.03. ab", answers: &notice})
	o.now = o.now.Add(2 * time.Minute)
	hand := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: Zertifikat abgelaufen?", answers: &notice}), "m.brandl@firma.example")
	has(t, "the hand-over", hand.m.Text,
		"KURZ mein Passwort ist abgelaufen, wie kann ich es ändern?",
		"GETAN 09:40 FAQ passwort hat nicht geholfen 09:50 Lena: Neustart und Neuanmeldung ohne Erfolg. 10:10 #analyse: Zertifikat vpn01 läuft laut Browser am 01.03. ab")
	o.now = o.now.Add(24 * time.Hour)
	o.receive(eml{from: markus, subject: "AW", text: "#ursache\r\nRoot-CA ist am Wochenende umgestellt worden", answers: &hand})
	back := o.only(o.receive(eml{from: markus, subject: "AW", text: "#l1\r\nZertifikat erneuert. Läuft jährlich am 1.3. ab.", answers: &hand}), "l.huber@firma.example")
	has(t, "the way back", back.m.Text, "WISSEN Zertifikat erneuert. Läuft jährlich am 1.3. ab.",
		"GETAN 02.03. 10:10 #analyse: Zertifikat vpn01 läuft laut Browser am 01.03. ab 10:12 #ursache: Root-CA ist am Wochenende umgestellt worden")
	if strings.Contains(back.m.Text, "Neustart") {
		t.Errorf("the way back repeats what the first level knows:\n%s", back.m.Text)
	}
	o.sound()
}

// TestProblemKnowsTheNotesBelow: a problem shows what was found out about its
// tickets, and how many people they are (product S19, S23).
func TestProblemKnowsTheNotesBelow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bernd := "Bernd Kraus <b.kraus@firma.example>"
	problem := o.only(o.receive(eml{from: anna, subject: "VPN im Homeoffice", text: "Seit Update gestern Zertifikatsfehler im VPN."}), "l.huber@firma.example")
	report := o.only(o.receive(eml{from: bernd, subject: "VPN", text: "Bei mir Zertifikatsfehler im VPN."}), "l.huber@firma.example")
	o.now = o.now.Add(15 * time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#problem IT-10001\r\n#workaround\r\nÜber den alten Zugang vpn2 verbinden", answers: &report})
	shown := o.only(o.receive(eml{from: lena, subject: "AW", text: "#zeige", answers: &problem}), "l.huber@firma.example")
	has(t, "#zeige of the problem", shown.m.Text, "GETAN 09:15 IT-10002 #workaround: Über den alten Zugang vpn2 verbinden")
	hand := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: Zertifikat", answers: &problem}), "m.brandl@firma.example")
	has(t, "the hand-over of the problem", hand.m.Text, "Zertifikatsfehler im VPN. 2 Personen betroffen (IT-10001, -10002).", "IT-10002 #workaround: Über den alten Zugang")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\n\r\nBitte vorerst den alten Zugang vpn2 nutzen.", answers: &report})
	if tk := o.ticket(10001); tk.State == "resolved" {
		t.Error("the problem was solved by a workaround of one of its tickets")
	}
	o.sound()
}

// TestLowRatingShowsTheMailItRefersTo: the lead reads the comment, whom to call, and
// what the requester was told (product 2.7, S29).
func TestLowRatingShowsTheMailItRefersTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) {
		c.People.Directory = map[string]triage.Person{"a.berger@firma.example": {Name: "Anna Berger", Phone: "331"}}
	})
	_, after := o.answered(eml{from: anna, subject: "Beamer", text: "Der Beamer zeigt kein Bild."}, "#gelöst\r\n\r\nWelche Nummer hat der Beamer? Bitte nennen Sie die Nummer.\r\n")
	solved := o.only(after, "a.berger@firma.example")
	hint := o.only(o.receive(eml{from: anna, subject: "AW", text: "2\r\nZweimal dasselbe gefragt", answers: &solved}), "s.vogl@firma.example")
	has(t, "the hint", hint.m.Text, "Bewertung 2/5 von Anna Berger zu IT-10001 („Zweimal dasselbe gefragt“). Bitte kurz anrufen: Tel. 331.", "Welche Nummer hat der Beamer?")
}
