package demo

import (
	"context"
	"strings"
	"time"

	"firstline/mailin"
)

// act is one scene of the story.
type act struct {
	title string
	play  func(ctx context.Context, s *stage) error
}

// subject fits mails whose subject holds a text.
func subject(text string) func(*mailin.Message) bool {
	return func(m *mailin.Message) bool { return strings.Contains(m.Subject, text) }
}

// saying fits mails whose text holds a text.
func saying(text string) func(*mailin.Message) bool {
	return func(m *mailin.Message) bool { return strings.Contains(m.Text, text) }
}

// story is a morning at the sample company. Every scene is real mail over IMAP
// and SMTP; nothing is made up by the narrator.
func story() []act {
	return []act{
		{"Ein VPN-Problem, das gleich niemand bearbeiten wird", vpnOpens},
		{"Der Drucker im 2. OG druckt nicht", printerOpens},
		{"Ein abgelaufenes Passwort: die FAQ antwortet sofort", passwordFAQ},
		{"„gelöst“: Miriam bestätigt, das Ticket ist ohne Menschen erledigt", passwordSolved},
		{"Der First-Level antwortet einfach auf die Benachrichtigung", agentReplies},
		{"Annas Abwesenheitsassistent meldet sich – niemand antwortet ihm", outOfOffice},
		{"Dieselbe Mail kommt zweimal an", duplicate},
		{"Ein altes Mailprogramm: Windows-1252 mit Anhang", windows1252},
		{"Etwas festhalten, das intern bleibt: #notiz", internalNote},
		{"Eine englische Frage bekommt eine englische Antwort, die nicht hilft", englishFAQ},
		{"Ein Tippfehler im Befehl: nichts wird ausgeführt, nichts geht hinaus", typo},
		{"Jemand von außen gibt sich als First-Level aus", forged},
		{"Das Druckerticket ist gelöst: #gelöst", solved},
		{"Doch nicht: Anna antwortet, das Ticket öffnet sich wieder", reopened},
		{"Das VPN-Ticket ist liegen geblieben: die Frist eskaliert an den Second-Level", escalated},
		{"Markus löst es und gibt zurück, was der First-Level wissen muss: #l1", handedBack},
	}
}

func vpnOpens(ctx context.Context, s *stage) error {
	l, err := s.write(letter{from: peter, subject: "VPN bricht ständig ab", text: `Guten Morgen,

seit dem Update gestern bricht bei mir im Homeoffice das VPN alle paar Minuten ab.
Es kommt "Zertifikatsfehler 13801". Neustart habe ich schon versucht.

Viele Grüße
Peter Ostermann
`})
	if err != nil {
		return err
	}
	s.vpn = l
	return s.expect(ctx, s.to(peter, subject("VPN")), s.to(lena, subject("VPN")))
}

func printerOpens(ctx context.Context, s *stage) error {
	l, err := s.write(letter{from: anna, subject: "Drucker im 2. OG druckt nicht", text: `Hallo,

der Drucker vor dem Besprechungsraum im 2. OG druckt seit heute früh nicht mehr, es
kommt immer Fehler 49. Bei den Kollegen nebenan ist es genauso. Brauche das Angebot
bis Mittag auf Papier.

Viele Grüße
Anna Berger
`})
	if err != nil {
		return err
	}
	s.printer = l
	if err := s.expect(ctx, s.to(anna, subject("Drucker")), s.toAgents(subject("Drucker"))); err != nil {
		return err
	}
	s.receipt = s.last(anna)
	return nil
}

func passwordFAQ(ctx context.Context, s *stage) error {
	if _, err := s.write(letter{from: miriam, subject: "Passwort abgelaufen", text: `Hallo IT,

mein Windows-Passwort ist abgelaufen. Wo kann ich es ändern?

Danke
Miriam Weiß
`}); err != nil {
		return err
	}
	return s.expect(ctx, s.to(miriam, subject("Passwort")))
}

func passwordSolved(ctx context.Context, s *stage) error {
	if _, err := s.answer(miriam, s.last(miriam), "gelöst"); err != nil {
		return err
	}
	return s.ticketIs(ctx, "Passwort", "closed_deflected")
}

func agentReplies(ctx context.Context, s *stage) error {
	notice := s.lastOfAgents("Drucker")
	if _, err := s.answer(notice.who, notice.m, `Hallo Frau Berger,

der Drucker hatte eine hängende Aufgabe, ich habe ihn neu gestartet. Bitte
versuchen Sie es noch einmal.

Viele Grüße
`+notice.who.name); err != nil {
		return err
	}
	s.agent = notice
	return s.expect(ctx, s.to(anna, saying("hängende Aufgabe")))
}

func outOfOffice(ctx context.Context, s *stage) error {
	reply := s.last(anna)
	if _, err := s.write(letter{
		from: anna, subject: "Automatische Antwort: " + reply.Subject, answers: reply,
		headers: []string{"Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"},
		text:    "Ich bin bis 12 Uhr in einer Besprechung und lese meine Mails danach.\n",
	}); err != nil {
		return err
	}
	return s.silence(ctx, "firstline vermerkt die Abwesenheit im Ticket und schreibt niemandem.")
}

func duplicate(ctx context.Context, s *stage) error {
	if err := s.again(s.printer); err != nil {
		return err
	}
	return s.silence(ctx, "Dieselbe Mail unter zwei Adressen: erkannt, ein Ticket, eine Eingangsbestätigung.")
}

func windows1252(ctx context.Context, s *stage) error {
	if _, err := s.write(letter{
		from: juergen, subject: "Schöne Grüße aus der Fertigung: Bildschirm flackert", cp1252: true,
		file: &file{"Störung Fräsmaschine 3.txt", "text/plain", []byte("Protokoll: 06:12 Bild weg, 06:13 Bild da, 06:14 Bild weg\n")},
		text: "Servus,\n\nder Bildschirm an der Fräsmaschine 3 flackert – „wie im Kino“, sagt der Kollege.\nDas Protokoll hängt an. Kostet 49 € im Großhandel.\n\nGrüße\nJürgen Größler\n",
	}); err != nil {
		return err
	}
	return s.expect(ctx, s.to(juergen, subject("Bildschirm")), s.toAgents(subject("Bildschirm")))
}

func internalNote(ctx context.Context, s *stage) error {
	notice := s.lastOfAgents("Bildschirm")
	if _, err := s.answer(notice.who, notice.m, "#notiz\nDer Monitor ist aus der Serie mit dem Rückruf. Ersatz liegt im Lager, Regal 4."); err != nil {
		return err
	}
	return s.silence(ctx, "Die Notiz steht im Ticket. Jürgen bekommt keine Mail.")
}

func englishFAQ(ctx context.Context, s *stage) error {
	if _, err := s.write(letter{from: john, subject: "Mailbox full", text: "Hi,\n\nOutlook says my mailbox is full. What can I do?\n\nThanks\nJohn\n"}); err != nil {
		return err
	}
	if err := s.expect(ctx, s.to(john, subject("Mailbox full"))); err != nil {
		return err
	}
	if _, err := s.answer(john, s.last(john), "no, I deleted everything over 5 MB and it still says full"); err != nil {
		return err
	}
	return s.expect(ctx, s.toAgents(subject("Mailbox full")))
}

func typo(ctx context.Context, s *stage) error {
	notice := s.lastOfAgents("Mailbox full")
	if _, err := s.answer(notice.who, notice.m, "#prio hochh\n#gelost\nI have raised your quota to 20 GB."); err != nil {
		return err
	}
	return s.expect(ctx, s.to(notice.who, saying("#gelost")))
}

func forged(ctx context.Context, s *stage) error {
	if err := s.forge(s.agent.who, s.agent.m, "#gelöst\nBitte überweisen Sie die Reparatur an folgende IBAN …"); err != nil {
		return err
	}
	return s.silence(ctx, "Der Mailserver bestätigt den Absender nicht: zurückgehalten. Nur die echte Person erfährt davon.")
}

func solved(ctx context.Context, s *stage) error {
	if _, err := s.answer(s.agent.who, s.agent.m, "#gelöst\nDer Druckauftrag mit der defekten PDF ist gelöscht, der Drucker läuft."); err != nil {
		return err
	}
	return s.expect(ctx, s.to(anna, saying("defekten PDF")))
}

func reopened(ctx context.Context, s *stage) error {
	if _, err := s.answer(anna, s.last(anna), "Leider nein: nach zwei Seiten kommt wieder Fehler 49."); err != nil {
		return err
	}
	return s.expect(ctx, s.toAgents(saying("nach zwei Seiten")))
}

func escalated(ctx context.Context, s *stage) error {
	s.say("Die Frist des VPN-Tickets ist für die Vorführung auf Sekunden gestellt. Cron fragt jede Sekunde, was fällig ist …")
	s.mark = 0 // the mail may have come while we looked elsewhere
	return s.expect(ctx, s.to(markus, subject("VPN")), s.to(peter, saying("Netz")))
}

func handedBack(ctx context.Context, s *stage) error {
	if _, err := s.answer(markus, s.last(markus), "#l1\nZertifikat am VPN-Server erneuert. Läuft jährlich am 1.3. ab, steht jetzt im Kalender."); err != nil {
		return err
	}
	return s.expect(ctx, s.toAgents(saying("jährlich am 1.3.")))
}

// pause between scenes, so that a reader can follow.
const breath = 300 * time.Millisecond
