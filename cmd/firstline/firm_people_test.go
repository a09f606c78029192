package main

import (
	"fmt"
	"strings"
	"time"

	"firstline/mailin"
)

// firmMail is a mail of the desk as its reader sees it.
type firmMail struct {
	to, class, purpose string
	m                  *mailin.Message
}

// matter is something people write about.
type matter struct {
	subject, text, en string
	share             int
	second            int // percent that first level cannot solve
	faq               bool
}

func matters() []matter {
	return []matter{
		{"VPN bricht ab", "seit heute früh bricht die VPN-Verbindung im Homeoffice alle paar Minuten ab.", "VPN drops: the VPN connection drops every few minutes.", 9, 30, false},
		{"WLAN in Halle 2 langsam", "das WLAN in Halle 2 ist heute sehr langsam, die Tablets verlieren die Verbindung.", "Wifi slow: the wifi in hall 2 is very slow.", 4, 40, false},
		{"Passwort abgelaufen", "mein Passwort ist abgelaufen. Wo kann ich es ändern?", "Password expired: my password has expired, where can I change it?", 9, 0, true},
		{"Konto gesperrt", "mein Konto ist gesperrt, ich habe das Kennwort dreimal falsch eingegeben.", "Account locked: my account is locked, please unlock it.", 5, 5, false},
		{"Drucker druckt nicht", "der Drucker im 2. OG druckt seit heute Morgen nicht mehr, Papier ist drin.", "Printer: the printer on the 2nd floor does not print any more.", 7, 5, false},
		{"Toner leer", "am Drucker im Versand ist der Toner leer, können Sie bitte neuen bestellen?", "Toner empty: the printer in shipping is out of toner.", 4, 0, false},
		{"Postfach voll", "Outlook meldet, dass mein Postfach voll ist. Was kann ich löschen?", "Mailbox full: Outlook says my mailbox is full.", 5, 0, true},
		{"Abwesenheitsnotiz einrichten", "wie richte ich in Outlook eine Abwesenheitsnotiz für den Urlaub ein?", "Out of office: how do I set an out of office note in Outlook?", 3, 0, true},
		{"Excel stürzt ab", "Excel stürzt beim Öffnen der Kalkulation ab, die Fehlermeldung sagt nichts.", "Excel crashes when I open the calculation sheet.", 5, 15, false},
		{"SolidWorks Lizenz", "SolidWorks startet nicht, angeblich ist keine Lizenz mehr frei.", "SolidWorks does not start, no licence is left.", 3, 50, false},
		{"Lieferschein lässt sich nicht buchen", "im ERP lässt sich der Lieferschein nicht buchen, die Stückliste fehlt.", "ERP: the delivery note cannot be booked.", 5, 100, false},
		{"Monitor bleibt dunkel", "der zweite Monitor an der Dockingstation bleibt dunkel, das Kabel steckt.", "Monitor: the second monitor at the docking station stays dark.", 6, 5, false},
		{"Headset ohne Ton", "mein Headset gibt seit gestern keinen Ton mehr in Besprechungen.", "Headset: no sound in meetings since yesterday.", 3, 0, false},
		{"Verdächtige Mail erhalten", "ich habe eine verdächtige Mail mit einer Rechnung bekommen, ist das Phishing?", "Suspicious mail: I got a suspicious mail with an invoice, is it phishing?", 1, 100, false},
		{"Frage", "könnten Sie mich bitte kurz anrufen? Es geht um die Besprechung nächste Woche.", "Question: could you please call me about next week's meeting?", 4, 0, false},
		{"Neue Mitarbeiterin ab Montag", "am Montag fängt eine neue Mitarbeiterin im Einkauf an, bitte Onboarding vorbereiten.", "Onboarding: a new colleague starts on Monday.", 2, 0, false},
	}
}

// live fills weeks with requests: at random within office hours, most of them in the
// morning. extra is how many more than usual come, by week.
func (f *firm) live(from, until time.Time, perDay func(day time.Time) int) {
	all := matters()
	for day := from; day.Before(until); day = day.AddDate(0, 0, 1) {
		cal := f.config.Desk.Calendars["buero"]
		if cal.Elapsed(day, day.AddDate(0, 0, 1)) == 0 {
			continue
		}
		for range perDay(day) {
			minute := 7*60 + min(f.rng.IntN(600), f.rng.IntN(600))
			at := day.Add(time.Duration(minute) * time.Minute)
			m := all[f.pick(all)]
			if f.chance(6) {
				f.later(at, func() { f.phone(m) })
			} else {
				f.later(at, func() { f.ask(m) })
			}
		}
	}
}

func (f *firm) pick(all []matter) int {
	sum := 0
	for _, m := range all {
		sum += m.share
	}
	n := f.rng.IntN(sum)
	for i, m := range all {
		if n -= m.share; n < 0 {
			return i
		}
	}
	return 0
}

// ask is a request by mail.
func (f *firm) ask(m matter) {
	p := f.staff[f.rng.IntN(len(f.staff))]
	if p.lang == "en" {
		subject, text, found := strings.Cut(m.en, ": ")
		if !found {
			subject, text = m.subject, m.en
		}
		f.write(p, draft{subject: subject, text: "Hi,\n\n" + text + "\n\nThanks\n" + strings.Split(p.from, " <")[0]})
		return
	}
	f.write(p, draft{subject: m.subject, text: f.one("Hallo,", "Guten Morgen,", "Liebe IT,") + "\n\n" + m.text + "\n\nViele Grüße\n" + strings.Split(p.from, " <")[0]})
}

// phone is a call that Lena writes down; every other one she solves at once.
func (f *firm) phone(m matter) {
	p := f.staff[f.rng.IntN(len(f.staff))]
	text := "#telefon " + bare(p.from) + "\n" + map[bool]string{true: "#gelöst\n", false: ""}[f.chance(50)] + "Anruf: " + m.text
	f.write(firmPerson{from: "Lena Huber <l.huber@isarwerk.example>", client: simClients()[0]}, draft{subject: m.subject, text: text})
}

// react is what the reader of a mail does.
func (f *firm) react(m *firmMail) {
	for i := range f.config.Desk.People.Agents {
		a := &f.config.Desk.People.Agents[i]
		if a.Address != m.to {
			continue
		}
		if m.class == "notice" && (m.purpose == "n" || m.purpose == "e") && !strings.HasPrefix(m.m.Subject, "AW") {
			f.works(firmPerson{from: a.Name + " <" + a.Address + ">", client: simClients()[0]}, a.ID, a.Level, m)
		}
		return
	}
	for _, p := range f.staff {
		if bare(p.from) == m.to {
			f.reads(p, m)
			return
		}
	}
}

// works is an agent at a notice: one after the other, as long as each takes.
func (f *firm) works(p firmPerson, id string, level int, m *firmMail) {
	if strings.Contains(m.m.Text, "wurde gewarnt") {
		return
	}
	took := time.Duration(5+f.rng.IntN(25)) * time.Minute
	if f.chance(20) {
		took += time.Duration(f.rng.IntN(150)) * time.Minute
	}
	took = took * time.Duration(100+f.slow[id]) / 100
	start := f.busy[id]
	if start.Before(f.now) {
		start = f.now
	}
	done := f.office(start, took)
	f.busy[id] = done
	f.later(done, func() { f.write(p, draft{answers: m.m, text: f.answer(level, m)}) })
}

// answer is what an agent writes.
func (f *firm) answer(level int, m *firmMail) string {
	second := 0
	for _, x := range matters() {
		if strings.Contains(m.m.Subject, x.subject) || strings.Contains(m.m.Text, x.text[:20]) {
			second = x.second
		}
	}
	switch {
	case level == 1 && m.purpose == "n" && f.chance(second):
		group := "netz"
		if strings.Contains(m.m.Subject, "Lieferschein") || strings.Contains(m.m.Text, "ERP") {
			group = "erp"
		}
		return "#l2 " + group + "\nNeustart, Abmelden und ein anderer Anschluss haben nichts geändert."
	case level == 2 && m.purpose == "e" && f.chance(20):
		return "#l1\nDas war der Dienst am Server; er lässt sich künftig mit dem Skript im Wiki neu starten. Bitte der Anwenderin Bescheid geben."
	case f.chance(12):
		return "#warten\nKönnen Sie mir bitte die genaue Fehlermeldung schicken, am besten als Bild?"
	case f.chance(14):
		return "Guten Tag,\n\nich habe das geprüft und melde mich, sobald das Ersatzteil da ist."
	case f.chance(8):
		return "#kat " + f.one("software", "arbeitsplatz", "netzwerk") + "\n#gelöst\nDas ist erledigt. Bitte melden Sie sich, wenn es noch einmal auftritt."
	}
	return "#gelöst\n" + f.one("Das ist behoben, bitte starten Sie das Gerät einmal neu.", "Erledigt, Sie können wieder arbeiten.",
		"Der Zugang ist wieder frei. Bitte melden Sie sich einmal ab und wieder an.")
}

// reads is an employee with a mail of the desk.
func (f *firm) reads(p firmPerson, m *firmMail) {
	after := func(percent int, text string) {
		if f.chance(percent) {
			at := f.office(f.now, time.Duration(10+f.rng.IntN(200))*time.Minute)
			f.later(at, func() { f.write(p, draft{answers: m.m, text: text}) })
		}
	}
	switch m.purpose {
	case "f":
		if f.chance(25) {
			after(100, "hilft leider nicht, es geht weiterhin nicht")
		} else {
			after(60, "gelöst")
		}
	case "s":
		switch n := f.rng.IntN(100); {
		case n < 4:
			after(100, "Das Problem ist leider wieder da, bitte noch einmal ansehen.")
		case n < 8:
			after(100, f.one("2\nZweimal dasselbe gefragt.", "2\nHat zu lange gedauert.", "1\nZwei Tage ohne Drucker ist zu viel.", "3"))
		case n < 40:
			after(100, f.one("5", "5", "4", "4", "5\nSehr schnell, danke!", "5\nSuper erklärt.", "4\nHat geklappt, die Anleitung war gut.", "5\nFreundlich wie immer."))
		}
	case "p":
		if strings.Contains(m.m.Text, "Fehlermeldung") {
			after(90, fmt.Sprintf("Die Meldung lautet: Fehler 0x%04x beim Zugriff auf den Dienst.", f.rng.IntN(65536)))
		} else if strings.Contains(m.m.Text, "Ersatzteil") {
			at := f.office(f.now, time.Duration(4+f.rng.IntN(10))*time.Hour)
			f.later(at, func() { f.write(p, draft{answers: m.m, text: "Gibt es schon etwas Neues?"}) })
		}
	}
}
