package mailout

import (
	"slices"
	"time"
)

// The samples are a plausible mail of every kind, for previews of edited templates
// and for the golden files.

// sampleZone is Germany in March, on every machine.
func sampleZone() *time.Location { return time.FixedZone("CET", 3600) }

// sampleAt is a time in March 2026, whose second is a Monday.
func sampleAt(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, sampleZone())
}

func pick[T any](lang string, de, en T) T {
	if lang == "de" {
		return de
	}
	return en
}

func sampleRequester(lang string) Person {
	return pick(lang,
		Person{Name: "Anna Berger", Address: "a.berger@isarwerk.example", Title: "Frau", Phone: "331", Room: "2.14", Device: "NB-0231", Department: "Vertrieb"},
		Person{Name: "John Smith", Address: "j.smith@isarwerk.example", Title: "Mr", Phone: "332", Room: "2.15", Device: "NB-0240", Department: "Sales"})
}

// Preview renders a kind of mail with sample data, so that an edited template can
// be looked at before it leaves; ok is false when no mail has this name.
func (t *Texts) Preview(kind, lang string) (subject string, b Body, ok bool) {
	var err error
	if slices.Contains(PublicKinds(), PublicKind(kind)) {
		subject, b, err = t.RenderPublic(PublicKind(kind), lang, samplePublic(PublicKind(kind), lang))
	} else {
		subject, b, err = t.RenderInternal(InternalKind(kind), lang, sampleInternal(InternalKind(kind), lang))
	}
	return subject, b, err == nil
}

// samplePublic is a plausible mail of every public kind.
func samplePublic(kind PublicKind, lang string) PublicData {
	d := PublicData{Now: sampleAt(2, 9, 0), Location: sampleZone(), Company: "Isarwerk", Support: "support@isarwerk.example", Phone: "210",
		Marker: pick(lang, "k7Qm2x", "p3Wq8a"), Requester: sampleRequester(lang), FirstReply: sampleAt(2, 13, 0),
		Ticket: Ticket{Tag: pick(lang, "IT-10423", "IT-10424"), Subject: pick(lang, "Drucker im 2. OG druckt nicht", "Printer on 2nd floor does not print"),
			Category: pick(lang, "Drucker und Scanner", "printers and scanners"), Priority: "normal", PriorityID: "P3",
			Group: pick(lang, "First-Level", "first level"), State: StateForRequester("open", lang)}}
	switch kind {
	case ReceiptOutsideHours:
		d.Now, d.Opening, d.FirstReply, d.Hours = sampleAt(6, 17, 30), sampleAt(9, 8, 0), sampleAt(9, 12, 0), pick(lang, "Mo–Do 8–17 Uhr, Fr 8–15 Uhr", "Mon–Thu 8 am–5 pm, Fri 8 am–3 pm")
	case ReceiptCustom:
		d.Text = CompanyText(pick(lang, "Danke für die Meldung. Bitte **klicken Sie nichts mehr an**, lassen Sie den Rechner eingeschaltet und rufen Sie uns an: Durchwahl 210.",
			"Thank you for reporting. **Do not click anything else**, leave the computer on and call extension 210."))
	case ReceiptPhone:
		d.CallAt, d.Text = sampleAt(2, 9, 5), AgentReply(pick(lang, "VPN meldet Zertifikatsfehler seit dem Update gestern.", "VPN reports a certificate error since yesterday's update."))
	case FAQAnswer:
		d.Question, d.FAQ, d.Deadline = pick(lang, "Passwort abgelaufen", "Mailbox full"), pick(lang, "passwort-abgelaufen", "postfach-voll"), sampleAt(3, 9, 0)
		d.Text = FAQText(pick(lang, "1. Im Büro: **Strg + Alt + Entf** → „Kennwort ändern“. Mindestens 12 Zeichen.\n2. Vergessen: [Firmenportal](https://portal.isarwerk.example/) → „Kennwort zurücksetzen“, auf dem Diensthandy bestätigen.",
			"Outlook → File → Tools → *Clean up old items*. Find attachments over 5 MB with\n\n    hasattachment:yes size:>5MB"))
	case FAQQuestion:
		d.Question, d.Deadline = pick(lang, "Passwort abgelaufen", "Password expired"), sampleAt(3, 9, 0)
	case Reply, Resolved:
		d.Agent, d.ReopenDays, d.AskRating = "Lena Huber", 14, true
		d.Text = AgentReply(pick(lang, "Hallo Frau Berger,\nder Drucker hatte eine hängende Aufgabe, ich habe ihn neu gestartet. Bitte versuchen Sie es noch einmal.\n\nViele Grüße\nLena Huber",
			"Hello Mr Smith,\nthe printer had a stuck job, I restarted it. Please try again.\n\nKind regards\nLena Huber"))
		d.Files = []File{{Name: "treiber.zip", Size: 14_200_000, Why: pick(lang, "zu groß", "too big")}}
	case Escalated:
		d.Ticket.Group, d.FirstReply = pick(lang, "Netz und Server", "Network and servers"), sampleAt(2, 15, 0)
	case Reminder:
		d.Question, d.Deadline = pick(lang, "Welche Outlook-Version?", "Which Outlook version?"), sampleAt(11, 17, 0)
	case PleaseTest:
		d.Text, d.Agent = AgentReply(pick(lang, "VPN trennen, 10 s warten, verbinden.", "Disconnect the VPN, wait 10 s, connect.")), "Markus Brandl"
	case Merged:
		d.Into = "IT-10398"
	case FaultCleared:
		d.Into, d.Text = "IT-10398", AgentReply(pick(lang, "Das Zertifikat ist erneuert. Bitte VPN einmal trennen und neu verbinden.", "The certificate is renewed. Please disconnect and reconnect once."))
	case Status:
		d.Agent, d.Text = "Lena Huber", AgentReply(pick(lang, "Ich habe den Drucker neu gestartet.", "I restarted the printer."))
	}
	return d
}

// sampleInternal is a plausible mail of every internal kind.
func sampleInternal(kind InternalKind, lang string) InternalData {
	who := sampleRequester(lang)
	text := pick(lang, "Hallo, der Drucker vor dem Besprechungsraum im 2. OG druckt seit heute früh nicht.\nEs kommt immer Fehler 49. Brauche das Angebot bis Mittag auf Papier.",
		"The printer in front of the meeting room shows error 49 since this morning.")
	d := InternalData{Now: sampleAt(2, 9, 0), Location: sampleZone(), Support: "support@isarwerk.example", Marker: pick(lang, "Zq81mm", "Bq77xa"), Canary: pick(lang, "k7qm2xz4pa", "b3wq7afhcd"), Purpose: "n", Public: true,
		Recipient: pick(lang, "Lena", "Aylin"), Requester: who, Open: pick(lang, 2, 1), Last: pick(lang, "IT-10388 (gelöst)", ""), Score: "21:0",
		Ticket: Ticket{Tag: pick(lang, "IT-10423", "IT-10424"), Subject: pick(lang, "Drucker im 2. OG druckt nicht", "Printer on 2nd floor does not print"),
			Category: pick(lang, "drucker", "printers and scanners"), PriorityID: "P3", Priority: "normal", Group: pick(lang, "First-Level", "first level"), State: StateLabel("open", lang)},
		FirstDue: sampleAt(2, 13, 0), SolveDue: sampleAt(3, 16, 0), Text: InternalCopy(RequesterText(text)),
		Suggestions: []Suggestion{{ID: "drucker-offline", Score: 0.54, Why: pick(lang, "Punktzahl unter 0.60", "below 0.60")}},
		Similar:     []Similar{{Tag: "IT-10311", Subject: "Drucker 2. OG Fehler 49", Fix: InternalNote(pick(lang, "Druckauftrag mit defekter PDF gelöscht", "deleted print job with broken PDF"))}}}
	history := []Entry{
		{At: sampleAt(2, 9, 0), Author: who.Name, Text: InternalCopy(RequesterText(text))},
		{At: sampleAt(2, 9, 20), Author: "Lena Huber", Internal: true, Kind: "note", Text: InternalNote(pick(lang, "Neustart, Neuanmeldung – ohne Erfolg", "Restart, new login – no success"))},
	}
	switch kind {
	case NoticeFollowup, NoticeReopened:
		d.Author = who.Name
		d.Text = InternalCopy(RequesterText(pick(lang, "Hier noch ein Foto der Anzeige.", "Here is a photo of the display.")))
		d.Files = []File{{Name: "IMG_2231.jpg", Size: 2_340_000, Attached: true}, {Name: "rechnung.docm", Size: 48_000, Why: pick(lang, "Makros, bleibt am Ticket", "macros, kept with the ticket")}}
		if kind == NoticeReopened {
			d.History = history
		}
	case NoticeFAQFailed:
		d.FAQ = "drucker-offline"
	case NoticeAssigned:
		d.Author = "Tobias Kern"
	case NoticeTaken, NoticeNote:
		d.Author, d.Public, d.Owner, d.Purpose = "Lena Huber", false, "Lena Huber", "i"
		d.Text = InternalNote(pick(lang, "Gehäuse ist warm, Lüfter prüfen.", "Case is warm, check the fan."))
	case Escalation:
		sampleEscalation(&d, lang, history)
	case Warning:
		d.Clock, d.Due, d.Left = "first_response", sampleAt(2, 10, 0), 15*time.Minute
	case Breach:
		d.Public, d.Purpose, d.Owner, d.Clock, d.Due = false, "i", "Markus Brandl", "resolution", sampleAt(2, 15, 0)
		d.Now, d.SolveDue, d.LastWord, d.History = sampleAt(2, 15, 1), sampleAt(2, 15, 0), InternalNote(pick(lang, "heute 11:40 Lena Huber: warte auf das Zertifikat", "today 11:40 am Lena Huber: waiting for the certificate")), history
		d.Ticket.Group = pick(lang, "Netz und Server", "Network and servers")
	case Handback:
		d.Author, d.FromGroup = "Markus Brandl", pick(lang, "Netz und Server", "Network and servers")
		d.Text = InternalNote(pick(lang, "Zertifikat erneuert. Läuft jährlich am 1.3. ab.", "Certificate renewed. Expires every year on 1 March."))
		d.Done = []InternalText{InternalNote(pick(lang, "10:10 #analyse: Zertifikat vpn01 läuft laut Browser am 01.03. ab", "10:10 am #analysis: certificate vpn01 expired on 1 March"))}
	case CommandError:
		d.Purpose, d.CanOK, d.Until = "x", true, sampleAt(9, 9, 0)
		d.Problems = pick(lang, []Problem{{1, "#gelost", "unbekannt. Meinten Sie #gelöst?"}, {2, "#prio hochh", "unbekannter Wert. Möglich: P1 P2 P3 P4, kritisch, hoch, normal, niedrig"}},
			[]Problem{{1, "#sloved", "unknown. Did you mean #solved?"}, {2, "#assign brandel", "no such person. Did you mean markus (Markus Brandl)?"}})
		d.Text = InternalNote(pick(lang, "#gelost\n#prio hochh\n\nHallo Frau Berger,\nbitte noch einmal drucken.", "#sloved\n#assign brandel\n\nHello Mr Smith,\nplease print again."))
	case HeldReply:
		d.Purpose, d.Until, d.Held = "x", sampleAt(2, 9, 30), "proof"
		d.Reason = InternalReason(pick(lang, "Der Mailserver hat nicht bestätigt, dass die Mail von Ihnen kommt.", "The mail server did not confirm that the mail is yours."))
		d.Text = InternalNote(pick(lang, "Hallo Frau Berger,\nbitte noch einmal drucken.", "Hello Mr Smith,\nplease print again."))
	case HeldSender:
		d.Public, d.Purpose, d.Requester = false, "i", Person{Name: "Verkauf", Address: "verkauf@fremd.example"}
		d.Ticket = Ticket{Tag: "IT-H12", Subject: pick(lang, "Rechnung", "Invoice")}
		d.Text = InternalCopy(RequesterText(pick(lang, "anbei unsere Rechnung. Bitte klicken: http://fremd.example/r", "please find our invoice. Click: http://fremd.example/r")))
	case DeliveryFailed:
		d.Public, d.Purpose = false, "i"
		d.Delivery = Delivery{To: "a.berger@isarwerk.example", Subject: "AW: Drucker im 2. OG druckt nicht [IT-10423]", At: sampleAt(2, 9, 40),
			Reason: pick(lang, "Adresse unbekannt", "no such address"), Diagnostic: "550 5.1.1 User unknown"}
	case LowRating:
		d.Public, d.Purpose, d.Rating, d.Text = false, "i", 2, InternalCopy(RequesterText(pick(lang, "Zweimal dasselbe gefragt", "asked the same thing twice")))
	case Confirmation:
		d.Purpose, d.Undo = "x", "#frei"
		d.Lines = []InternalText{InternalReason(pick(lang, "IT-10423 an Tobias Kern (Lena ist bis Fr, 6. März abwesend)", "IT-10424 to Tobias Kern (Lena is away until Fri, 6 March)"))}
	case Help:
		d.Examples = HelpExamples{"drucker", "tobias", "IT-10398", "drucker-offline"}
		d.Commands = []CommandHelp{{pick(lang, "#warten [wann]", "#waiting [when]"), pick(lang, "wartet auf die Anfragenden", "waits for the requester")}}
	case List, AbsenceReturn:
		sampleList(&d, kind, lang)
	case Show, Explanation:
		d.Public, d.Purpose, d.History, d.MoreHistory = false, "i", history, 3
		d.Owner = "Lena Huber"
		d.Lines = []InternalText{
			InternalReason(pick(lang, "Tor: angenommen, interner Absender, DMARC pass (mx.isarwerk.example)", "Gate: accepted, internal sender, DMARC pass (mx.isarwerk.example)")),
			InternalReason(pick(lang, "Kategorie: drucker 21 Punkte (drucker im Betreff 10, drucken 10, papier 1)", "Category: printers 21 points (printer in subject 10, print 10, paper 1)"))}
	case FAQDraft:
		d.Public, d.Purpose, d.Author, d.History = false, "i", "Markus Brandl", history
		d.Title, d.FAQ, d.Rewrite = pick(lang, "Drucker zeigt Fehler 49", "printer shows error 49"), "drucker-fehler-49", true
		d.Text = InternalNote(pick(lang, "Den Druckauftrag mit der defekten PDF in der Warteschlange löschen, dann den Drucker neu starten.",
			"Delete the job with the broken PDF from the queue, then restart the printer."))
		d.Paste = InternalNote("faq:\n  - id: \"drucker-fehler-49\"\n    questions:\n      de:\n        - \"Drucker zeigt Fehler 49\"\n    answer:\n      de: |\n        Den Druckauftrag löschen.")
	case AdminAlarm:
		d.Ticket, d.Marker, d.At = Ticket{}, "", sampleAt(2, 8, 31)
		d.Title = pick(lang, "Postausgang steht seit 30 Minuten", "Outgoing mail has been stuck for 30 minutes")
		d.Text = InternalReason("smtp mail.isarwerk.example:587: log in: 535 5.7.8 authentication failed")
		d.Lines = []InternalText{InternalReason(pick(lang, "12 Mails warten, 3 davon von Menschen geschrieben", "12 mails are waiting, 3 of them written by people"))}
		d.Fix = pick(lang, "smtp.user und smtp.password_file prüfen, dann firstline doctor", "check smtp.user and smtp.password_file, then run firstline doctor")
	}
	return d
}

func sampleEscalation(d *InternalData, lang string, history []Entry) {
	d.Now, d.Purpose, d.Author, d.At = sampleAt(2, 10, 12), "e", "Lena Huber", sampleAt(2, 10, 12)
	d.Ticket.Tag, d.Ticket.Subject, d.Ticket.PriorityID = "IT-10398", pick(lang, "VPN im Homeoffice", "VPN at home"), "P2"
	d.Ticket.Group = pick(lang, "Netz und Server", "Network and servers")
	d.Reason = InternalReason(pick(lang, "Zertifikat abgelaufen?", "certificate expired?"))
	d.TakeDue, d.FirstDue, d.SolveDue = sampleAt(2, 12, 12), time.Time{}, sampleAt(2, 15, 0)
	d.Impact, d.Urgency = pick(lang, "Abteilung", "department"), pick(lang, "sofort", "immediate")
	d.Short = InternalReason(pick(lang, "Seit Update gestern Zertifikatsfehler im VPN, 4 Personen betroffen (IT-10398, -10401, -10402, -10405).",
		"Certificate error in the VPN since yesterday's update, 4 people affected (IT-10398, -10401, -10402, -10405)."))
	d.Done = []InternalText{
		InternalNote(pick(lang, "09:20 Lena: Neustart, Neuanmeldung – ohne Erfolg", "9:20 am Lena: restart, new login – no success")),
		InternalReason(pick(lang, "09:40 FAQ vpn-verbindet-nicht hat nicht geholfen", "9:40 am FAQ vpn-verbindet-nicht did not help")),
		InternalNote(pick(lang, "10:10 #analyse: Zertifikat vpn01 läuft laut Browser am 01.03. ab", "10:10 am #analysis: certificate vpn01 expired on 1 March")),
	}
	d.Similar = []Similar{{Tag: "IT-09121", By: "Markus Brandl", On: time.Date(2025, 3, 2, 11, 0, 0, 0, d.Location), Subject: pick(lang, "VPN Zertifikat", "VPN certificate"),
		Fix: InternalNote(pick(lang, "Zertifikat erneuert, Dienst neu gestartet", "renewed the certificate, restarted the service"))}}
	d.History = history
	d.Files = []File{{Name: "screenshot.png", Size: 230_000, Attached: true}, {Name: "vpn.log", Size: 1_200_000, Attached: true}}
}

func sampleList(d *InternalData, kind InternalKind, lang string) {
	d.Purpose, d.Title = "x", pick(lang, "Ihre offenen Tickets (3)", "Your open tickets (3)")
	d.Ticket = Ticket{}
	row := func(due time.Time, over bool, tag, p, state, who, subject string) Row {
		return Row{Due: due, Overdue: over, State: state, Who: who, Ticket: Ticket{Tag: tag, PriorityID: p, State: StateLabel(state, lang), Subject: subject}}
	}
	d.Rows = []Row{
		row(sampleAt(2, 8, 30), true, "IT-10398", "P2", "open", "A. Berger", "VPN im Homeoffice"),
		row(sampleAt(2, 13, 0), false, "IT-10423", "P3", "new", "A. Berger", "Drucker im 2. OG druckt nicht"),
		row(sampleAt(3, 10, 0), false, "IT-10410", "P3", "waiting_requester", "M. Weiß", "Outlook sehr langsam"),
	}
	d.MoreRows = 4
	if kind == AbsenceReturn {
		d.Title, d.MoreRows = "", 0
		d.Lines = []InternalText{InternalReason(pick(lang, "12 Tickets, 9 gelöst vom Systemhaus", "12 tickets, 9 solved by the Systemhaus")), InternalReason(pick(lang, "3 sind bei Ihnen", "3 are yours"))}
	}
}
