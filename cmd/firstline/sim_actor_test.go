package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"firstline/mailin"
)

// simActor is a person with a mailbox and a mail program.
type simActor struct {
	from   string // Name <address>
	client simClient
	role   string // requester, agent, vendor, stranger, external, manager
	id     string // of an agent
	lang   string
}

func (a *simActor) address() string { return bare(a.from) }

// cast are the people of a simulation.
func cast() []*simActor {
	c := simClients()
	list := []*simActor{
		{from: "Anna Berger <a.berger@isarwerk.example>", client: c[0], role: "requester", lang: "de"},
		{from: "John Smith <j.smith@isarwerk.example>", client: c[1], role: "requester", lang: "en"},
		{from: "Jürgen Größler <j.groessler@isarwerk.example>", client: c[2], role: "requester", lang: "de"},
		{from: "Mary Jones <m.jones@partner.example>", client: c[5], role: "requester", lang: "en"},
		{from: "Peter Ostermann <p.ostermann@isarwerk.example>", client: c[6], role: "requester", lang: "de"},
		{from: "Miriam Weiß <m.weiss@isarwerk.example>", client: c[8], role: "requester", lang: "de"},
		{from: "Schicht 1 <schicht1@isarwerk.example>", client: c[12], role: "requester", lang: "de"},
		{from: "Emma Brown <e.brown@partner.example>", client: c[9], role: "requester", lang: "en"},
		{from: "Klaus Notes <k.notes@partner.example>", client: c[14], role: "requester", lang: "de"},
		{from: "Spam Versand <angebote@fremd.example>", client: c[13], role: "stranger", lang: "de"},
		{from: "Bewerberin <b.werber@post.example>", client: c[7], role: "stranger", lang: "de"},
		{from: "Vera Lieferant <v.lieferant@vendor.example>", client: c[15], role: "vendor", lang: "de"},
		{from: "Hotline Systemhaus <hotline@systemhaus.example>", client: c[3], role: "external", lang: "de"},
		{from: simLena, client: c[0], role: "agent", id: "lena", lang: "de"},
		{from: "Tobias Kern <t.kern@isarwerk.example>", client: c[11], role: "agent", id: "tobias", lang: "en"},
		{from: simMarkus, client: c[4], role: "agent", id: "markus", lang: "de"},
		{from: "Aylin Demir <a.demir@isarwerk.example>", client: c[9], role: "agent", id: "aylin", lang: "en"},
		{from: "Sabine Vogl <s.vogl@isarwerk.example>", client: c[6], role: "manager", id: "sabine", lang: "de"},
	}
	return list
}

// simPlay is a run with many people who act by chance.
type simPlay struct {
	*simWorld
	rng    *rand.Rand
	people map[string]*simActor
	left   int // actions still to be begun
	did    map[string]int
}

func (p *simPlay) one(list ...string) string { return list[p.rng.IntN(len(list))] }

func (p *simPlay) chance(percent int) bool { return p.rng.IntN(100) < percent }

// word is a text nobody else writes, by which a mail is found again.
func (p *simPlay) word() string { return fmt.Sprintf("Vorgang%dX", 1000+len(p.letters)) }

// send writes a mail of an actor; verdict is what the mail server finds.
func (p *simPlay) send(a *simActor, what, verdict string, d draft, proven bool) *simLetter {
	p.t.Helper()
	p.did[what]++
	word := p.word()
	d.client, d.date, d.from = a.client, p.now, a.from
	if d.id == "" {
		d.id = fmt.Sprintf("%d.%s@%s", len(p.letters), "mail", mailin.Domain(a.address()))
	}
	d.text = strings.ReplaceAll(d.text, "@W", word)
	l := &simLetter{id: d.id, from: a.address(), human: len(d.headers) == 0, proven: proven && verdict == "pass", word: word, what: what}
	if !strings.Contains(d.text, word) {
		l.word = ""
	}
	p.deliver(l, l.from, verdict, d.bytes())
	return l
}

// begin is an action out of the blue: a new mail, or an attack.
func (p *simPlay) begin() {
	var who []*simActor
	for _, a := range cast() {
		if a.role == "requester" || a.role == "stranger" && p.chance(30) || a.role == "agent" && p.chance(10) {
			who = append(who, a)
		}
	}
	a := p.people[who[p.rng.IntN(len(who))].address()]
	switch a.role {
	case "agent":
		p.unasked(a)
		return
	case "stranger":
		p.send(a, "stranger writes", p.one("pass", "none", "fail"), draft{subject: p.one("Angebot", "Initiativbewerbung", "Rechnung"), text: "Guten Tag,\n\n@W unser Schreiben an Sie.\n\nMit freundlichen Grüßen"}, false)
		return
	}
	subjects := map[string][]string{
		"de": {"Drucker druckt nicht", "Passwort abgelaufen", "VPN bricht ab", "Beamer defekt", "WLAN langsam", "Toner leer"},
		"en": {"Printer does not print", "Password expired", "VPN drops", "Screen is black", "Cannot open the portal"},
	}
	texts := map[string]string{
		"de": "Hallo,\n\n@W seit heute Morgen geht hier nichts mehr, bitte um Hilfe.\n\nViele Grüße\n" + strings.Split(a.from, " <")[0],
		"en": "Hello,\n\n@W since this morning nothing works here, please help.\n\nKind regards\n" + strings.Split(a.from, " <")[0],
	}
	subject, text := p.one(subjects[a.lang]...), texts[a.lang]
	if strings.HasPrefix(subject, "Passwor") {
		text = map[string]string{"de": "@W Mein Passwort ist abgelaufen, wie ändere ich mein Passwort?", "en": "@W My password has expired. How do I change my password?"}[a.lang]
	}
	verdict := "pass"
	if p.chance(8) {
		verdict = "none"
	}
	p.send(a, "new mail", verdict, draft{subject: subject, text: text}, false)
}

// unasked is an agent who writes without a notice: a list, a search, a call.
func (p *simPlay) unasked(a *simActor) {
	text := p.one("#meine", "#liste", "#suche Drucker", "#hilfe", "#status", "#telefon a.berger@isarwerk.example\n@W Frau Berger rief an, der Monitor bleibt dunkel.",
		"#telfon a.berger@isarwerk.example\n@W Tippfehler im Befehl", "#gelöst")
	p.send(a, "agent asks", "pass", draft{subject: "Frage", text: text}, true)
}

// react is what a person does with a mail of the desk.
func (p *simPlay) react(m *simMail) {
	a := p.people[m.to]
	if a == nil || p.left <= 0 {
		return
	}
	delay := time.Duration(2+p.rng.IntN(600)) * time.Minute
	switch {
	case a.role == "requester" && p.chance(65):
		p.later(delay, func() { p.left--; p.requester(a, m) })
	case a.role == "agent" && p.chance(60), a.role == "manager" && p.chance(20):
		p.later(delay/4, func() { p.left--; p.agent(a, m) })
	case a.role == "vendor" && p.chance(70):
		p.later(delay, func() {
			p.left--
			p.send(a, "third party answers", "pass", draft{text: "@W Das Ersatzteil kommt am Dienstag.", answers: m.m}, false)
		})
	case a.role == "external" && p.chance(80):
		p.later(delay, func() {
			p.left--
			p.send(a, "external group answers", "pass", draft{text: "@W Wir haben den Port getauscht, bitte testen.", answers: m.m}, false)
		})
	case a.role == "stranger":
		p.later(delay, func() {
			p.left--
			p.send(a, "accepted stranger answers", "pass", draft{text: "@W Danke für Ihre Nachricht, wann darf ich anrufen?", answers: m.m}, false)
		})
	}
}

// requester answers a mail of the desk.
func (p *simPlay) requester(a *simActor, m *simMail) {
	d := draft{answers: m.m}
	verdict := "pass"
	switch p.rng.IntN(16) {
	case 0, 1:
		d.text = p.one("gelöst", "Danke, hat geholfen", "solved", "Erledigt!")
	case 2:
		d.text = p.one("Vielen Dank!", "Thanks a lot")
	case 3:
		d.text = p.one("5", "2\n@W hat lange gedauert", "sehr gut")
	case 4:
		d.text = "@W hilft leider nicht, bitte noch einmal ansehen"
	case 5: // another subject, the thread holds by its headers
		d.text, d.subject = "@W Ich habe noch etwas vergessen: Raum 2.14.", "Nachtrag"
	case 6: // headers lost: tag and marker hold
		d.text, d.client.noRefs = "@W Die Seriennummer ist 4711-0815.", true
		lost := *m.m
		lost.MessageID, lost.References = "replaced-"+lost.MessageID[:12]+"@outlook.example", nil
		lost.MessageID = strings.ReplaceAll(lost.MessageID, "IT-", "x")
		d.answers = &lost
	case 7: // commands of requesters are plain text
		d.text = "#gelöst\n@W Ich probiere mal Ihre Befehle."
	case 8: // out of office
		d.text, d.subject, d.headers = "Ich bin im Urlaub.", "Automatische Antwort: "+m.m.Subject, []string{"Auto-Submitted: auto-replied"}
	case 9: // a colleague answers what was forwarded to him
		other := p.people[p.one("a.berger@isarwerk.example", "p.ostermann@isarwerk.example", "m.jones@partner.example")]
		d.text = "@W Das betrifft mich auch."
		p.send(other, "colleague answers", "pass", d, false)
		return
	case 10: // somebody forges the requester
		d.text, verdict = "@W Bitte überweisen Sie auf die neue IBAN.", "fail"
	case 11:
		d.text, verdict = "@W Ist schon etwas bekannt?", "none"
	case 12:
		d.text = "status"
	case 13:
		p.send(a, "new mail", "pass", draft{subject: "Noch etwas", text: "@W Außerdem flackert mein Bildschirm."}, false)
		return
	default:
		d.text = "@W Es geht immer noch nicht. Können Sie das bitte prüfen?"
	}
	p.send(a, "requester answers", verdict, d, false)
}

// agent answers a notice.
func (p *simPlay) agent(a *simActor, m *simMail) {
	d := draft{answers: m.m}
	note := p.canary() + " "
	// A mail that was sent to him, a verdict: proven. The revoked ones are found out
	// by the desk; then nothing happens, which is no command.
	text := ""
	switch p.rng.IntN(30) {
	case 0, 1, 2, 3, 4:
		text = "@W Guten Tag,\n\nbitte starten Sie das Gerät neu und melden Sie sich wieder."
	case 5, 6:
		text = "#notiz\n" + note + "der Kunde ist schwierig und hat das Gerät vermutlich selbst heruntergeworfen"
	case 7:
		text = "#ich"
	case 8, 9:
		text = "#gelöst\n@W Der Treiber ist neu installiert."
	case 10:
		text = "#gelöst"
	case 11:
		text = "#warten\n@W Welche Seriennummer hat das Gerät?"
	case 12, 13:
		text = "#l2 netz\n" + note + "vermutlich der Switch in Halle zwei, Port sieben ist wohl kaputt"
	case 14:
		text = "#l1\n" + note + "gelernt: Port sieben war vom Praktikanten abgeschaltet worden"
	case 15:
		text = "#dritte v.lieferant@vendor.example\n@W Bitte liefern Sie ein Ersatzteil."
	case 16:
		text = "#wiedervorlage in 2 Tagen"
	case 17:
		text = p.one("#schließen", "#öffnen", "#spam")
	case 18:
		text = "#zusammen " + p.anotherTicket(m)
	case 19:
		text = p.one("#prio hoch", "#kat netzwerk", "#tag +test", "#zuweisen tobias", "#frei", "#zeit 15m")
	case 20: // a typo: nothing leaves
		text = "#gelösst\n@W dieser Text darf nur nach ok hinaus"
	case 21:
		text = p.one("ok", "#trotzdem")
	case 22: // no verdict, or forged: held
		d.text = "#gelöst\n@W Erledigt."
		p.send(a, "agent without proof", p.one("none", "fail"), d, true)
		return
	case 23: // another agent's notice
		other := p.people[p.one("l.huber@isarwerk.example", "m.brandl@isarwerk.example")]
		d.text = "#gelöst\n@W Ich übernehme das für die Kollegin."
		p.send(other, "agent with another's token", "pass", d, other == a)
		return
	case 24: // the notice is forwarded to the requester, who answers it
		r := p.people[p.one("a.berger@isarwerk.example", "m.jones@partner.example")]
		d.text = "#schließen\n@W Danke für die Weiterleitung."
		p.send(r, "requester with an agent's token", "pass", d, false)
		return
	case 25: // quotes a note above the line
		text = "@W Zur Info, das steht im Ticket:\n\n" + clipTo(m.m.Text, 1500)
		d.noQuote = true
	case 26: // out of office of an agent
		d.text, d.subject, d.headers = "Ich bin im Urlaub. "+note, "Automatische Antwort: "+m.m.Subject, []string{"Auto-Submitted: auto-replied"}
		p.send(a, "agent's out of office", "pass", d, false)
		return
	case 27:
		text = p.one("#annehmen", "#ablehnen")
	case 28:
		text = "#test\n@W Bitte melden Sie sich einmal ab und wieder an."
	default:
		text = "#anruf\n" + note + "am Telefon geklärt, er hatte schlicht den Stecker gezogen"
	}
	d.text = text
	p.send(a, "agent answers", "pass", d, true)
}

// anotherTicket is the tag of some ticket.
func (p *simPlay) anotherTicket(m *simMail) string {
	return fmt.Sprintf("IT-%d", 10001+p.rng.IntN(max(1, len(p.letters)/6)))
}

func clipTo(s string, n int) string {
	for len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
