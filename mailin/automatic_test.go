package mailin

import (
	"strings"
	"testing"
	"time"
)

// human is the header of a person's mail.
const human = "From: Anna <a@kunde.example>\r\nTo: s@firma.example\r\nReturn-Path: <a@kunde.example>\r\n"

func TestAutomatic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, header, body string
		class              Class
		answer             bool
	}{
		{"human", human + "Subject: Drucker", "Der Drucker druckt nicht.", ClassHuman, true},
		{"auto-submitted no", human + "Auto-Submitted: no\r\nSubject: x", "x", ClassHuman, true},
		{"auto-submitted no with comment", human + "Auto-Submitted: no (a person)\r\nSubject: x", "x", ClassHuman, true},
		{"auto-replied", human + "Auto-Submitted: auto-replied (vacation)\r\nSubject: x", "x", ClassAutoReply, false},
		{"auto-generated", human + "auto-submitted: Auto-Generated\r\nSubject: x", "x", ClassSystem, false},
		{"unknown keyword", human + "Auto-Submitted: something\r\nSubject: x", "x", ClassSystem, false},
		{"two fields, one no", human + "Auto-Submitted: no\r\nAuto-Submitted: auto-replied\r\nSubject: x", "x", ClassAutoReply, false},
		{"exchange out of office", human + "Auto-Submitted: auto-generated\r\nX-MS-Exchange-Inbox-Rules-Loop: a@kunde.example\r\nX-Auto-Response-Suppress: All\r\nSubject: Automatische Antwort: Drucker", "Ich bin weg.", ClassAutoReply, false},
		{"precedence bulk", human + "Precedence: bulk\r\nSubject: x", "x", ClassList, false},
		{"precedence auto_reply", human + "Precedence: auto_reply\r\nSubject: x", "x", ClassAutoReply, false},
		{"list", human + "List-Id: <l.firma.example>\r\nSubject: x", "x", ClassList, false},
		{"list-unsubscribe", human + "List-Unsubscribe: <mailto:u@x.example>\r\nSubject: x", "x", ClassList, false},
		{"suppress all", human + "X-Auto-Response-Suppress: All\r\nSubject: x", "x", ClassHuman, false},
		{"suppress oof", human + "X-Auto-Response-Suppress: DR, OOF\r\nSubject: x", "x", ClassHuman, false},
		{"suppress receipts", human + "X-Auto-Response-Suppress: DR, RN, NRN\r\nSubject: x", "x", ClassHuman, true},
		{"null path", "From: a@kunde.example\r\nReturn-Path: <>\r\nSubject: x", "x", ClassAutoReply, false},
		{"noreply", "From: no-reply@shop.example\r\nSubject: Ihre Bestellung", "x", ClassHuman, false},
		{"no_reply+tag", "From: no_reply+123@shop.example\r\nSubject: x", "x", ClassHuman, false},
		{"nicht-antworten", "From: nicht-antworten@shop.example\r\nSubject: x", "x", ClassHuman, false},
		{"mailer-daemon", "From: MAILER-DAEMON@x.example\r\nSubject: x", "x", ClassDSN, false},
		{"list owner", "From: liste-request@x.example\r\nSubject: x", "x", ClassList, false},
		{"absence subject", human + "Subject: Abwesenheitsnotiz", "Ich bin im Urlaub.", ClassAutoReply, false},
		{"absence subject with colon", human + "Subject: AW: Abwesenheit: Urlaub", "x", ClassAutoReply, false},
		{"notes subject", human + "Subject: Anna Berger ist außer Haus.", "x", ClassAutoReply, false},
		{"question about absence", human + "Subject: Frage: Automatische Antwort einrichten", "Wie geht das?", ClassHuman, true},
		{"question beginning so", human + "Subject: Abwesenheitsnotiz einrichten", "Wie geht das?", ClassHuman, true},
		{"parcel", human + "Subject: Paket unzustellbar, bitte um Hilfe", "Was tun?", ClassHuman, true},
		{"human about bounces", human + "Subject: Fehlermeldung", "Ich bekomme immer \"Unzustellbar: Rechnung\" zurück. Was soll ich tun?", ClassHuman, true},
		{"undeliverable", "From: postmaster@x.example\r\nSubject: Unzustellbar: Rechnung", "Ihre Nachricht konnte nicht zugestellt werden.", ClassDSN, false},
		{"read receipt subject", human + "Subject: Gelesen: Rechnung", "x", ClassMDN, false},
		{"calendar subject", human + "Subject: Zugesagt: Termin", "x", ClassHuman, false},
		{"other desk", human + "Subject: [Ticket#12345] Ihre Anfrage", "x", ClassHuman, false},
		{"robot's words", human + "Subject: x", "Dies ist eine automatische Antwort.", ClassHuman, false},
		{"absence in words", human + "Subject: x", "Ich bin bis zum 12.05. im Urlaub und lese meine E-Mails nicht. In dringenden Fällen wenden Sie sich an Frau Huber.", ClassHuman, false},
		{"person on holiday asks", human + "Subject: x", "Ich bin ab Montag im Urlaub, kann mein Kollege Zugriff auf das Postfach bekommen?", ClassHuman, true},
		{"spam", human + "X-Spam-Flag: YES\r\nSubject: x", "x", ClassHuman, false},
		{"other desk's field", human + "X-Zammad-Loop: x\r\nSubject: x", "x", ClassSystem, false},
		{"x-loop", human + "X-Loop: x\r\nSubject: x", "x", ClassSystem, false},
		{"own address", "From: support@firma.example\r\nSubject: x", "x", ClassLoop, false},
		{"loop", strings.Repeat("Received: by x\r\n", 100) + human + "Subject: x", "x", ClassLoop, false},
		{"no from", "Subject: x", "x", ClassHuman, false},
		{"ses feedback id", human + "Feedback-ID: 1.eu:AmazonSES\r\nSubject: x", "x", ClassHuman, true},
		{"newsletter feedback id", human + "Feedback-ID: 12:campaign:x\r\nSubject: x", "x", ClassList, false},
		{"calendar request", human + "Subject: Termin\r\nContent-Type: text/calendar; method=REQUEST", "BEGIN:VCALENDAR", ClassCalendar, false},
		{"calendar method inside", human + "Subject: Termin\r\nContent-Type: text/calendar", "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\n", ClassCalendar, false},
		{"mdn", human + "Subject: Gelesen: x\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b", "--b\r\n\r\nx\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;a@b\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--b--", ClassMDN, false},
		{"arf", human + "Subject: x\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b", "--b\r\n\r\nx\r\n--b--", ClassSystem, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Parse([]byte(c.header+"\r\n\r\n"+c.body), Options{Own: []string{"support@firma.example"}})
			if m.Automatic.Class != c.class || m.Automatic.Answer != c.answer {
				t.Errorf("class %s answer %v (%q), want %s %v", m.Automatic.Class, m.Automatic.Answer, m.Automatic.Reasons, c.class, c.answer)
			}
			if !m.Automatic.Answer && len(m.Automatic.Reasons) == 0 {
				t.Error("no reason")
			}
		})
	}
}

// Adding a sign never makes a mail answerable again.
func TestAutomaticIsMonotonic(t *testing.T) {
	t.Parallel()
	base := Parse([]byte(human+"Subject: Drucker\r\n\r\nx"), Options{})
	if !base.Automatic.Answer {
		t.Fatal("base is not human")
	}
	for _, f := range productFields {
		if f.name == "Feedback-ID" {
			continue
		}
		v := f.value
		if v == "" {
			v = "x"
		}
		m := Parse([]byte(f.name+": "+v+"\r\n"+human+"Subject: Drucker\r\n\r\nx"), Options{})
		if m.Automatic.Answer {
			t.Errorf("%s: still answered", f.name)
		}
	}
	for _, f := range listFields {
		if m := Parse([]byte(f+": x\r\n"+human+"Subject: Drucker\r\n\r\nx"), Options{}); m.Automatic.Answer {
			t.Errorf("%s: still answered", f)
		}
	}
}

func TestSubjectWordsMatch(t *testing.T) {
	t.Parallel()
	for _, w := range subjectWords {
		s := w.word + ": x"
		if w.suffix {
			s = "x " + w.word
		}
		if _, k := subjectClass(strings.ToUpper(s)); k == "" {
			t.Errorf("%q does not match itself", w.word)
		}
	}
}

func TestBodyPatterns(t *testing.T) {
	t.Parallel()
	for _, r := range bodyMatch.rules {
		if len(r.steps) == 0 || r.weight == 0 || r.source != strings.ToLower(r.source) {
			t.Errorf("pattern %q", r.source)
		}
	}
}

func TestReturnDate(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"Ich bin bis 20.03.2026 nicht im Büro.":                   "2026-03-20",
		"Ich bin vom 02.03. bis einschließlich 20.03. im Urlaub.": "2026-03-20",
		"Ab dem 23. März bin ich wieder erreichbar.":              "2026-03-23",
		"Ich bin bis zum 5. Januar nicht da.":                     "2027-01-05",
		"I am out of the office until March 20th.":                "2026-03-20",
		"I will be back on 23 March 2026.":                        "2026-03-23",
		"Out until 2026-03-20":                                    "2026-03-20",
		"Ich bin nicht da.":                                       "",
		"bis 99.99.":                                              "",
	} {
		got := returnDate(text, sent)
		if want == "" && !got.IsZero() || want != "" && got.Format("2006-01-02") != want {
			t.Errorf("returnDate(%q) = %v, want %s", text, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Der Drucker druckt nicht.":            "de",
		"Passwort abgelaufen":                  "de",
		"The printer does not print.":          "en",
		"Password reset":                       "en",
		"Bonjour, je ne peux pas me connecter": "other",
		"Hola, no puedo entrar en mi cuenta":   "other",
		"Nie mogę się zalogować":               "other",
		"Не работает принтер":                  "other",
		"プリンターが動きません":                          "other",
		"12345":                                "",
		"":                                     "",
		"Hallo, ich kann mich nicht im VPN anmelden, error 809": "de",
		"Hi, I can't log in to SAP since this morning":          "en",
		"danke":  "de",
		"thanks": "en",
	} {
		if got, c := language(text); got != want || c < 0 || c > 1 {
			t.Errorf("language(%q) = %q %.2f, want %q", text, got, c, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		attach bool
		want   Reading
		rating int
		note   string
	}{
		{text: "gelöst", want: ReadingSolved}, {text: "Gelöst!", want: ReadingSolved}, {text: "Ja, danke.", want: ReadingSolved}, {text: "JA", want: ReadingSolved},
		{text: "solved", want: ReadingSolved}, {text: "Yes", want: ReadingSolved}, {text: "funktioniert wieder\n\nViele Grüße\nAnna", want: ReadingSolved},
		{text: "Hallo Frau Huber,\n\nerledigt\n\nGruß Anna", want: ReadingSolved},
		{text: "hilft nicht", want: ReadingNotSolved}, {text: "Nein", want: ReadingNotSolved}, {text: "no", want: ReadingNotSolved}, {text: "does not help.", want: ReadingNotSolved}, {text: "leider nicht :(", want: ReadingNotSolved},
		{text: "ja aber der Toner ist auch leer", want: ReadingOther}, {text: "ja?", want: ReadingOther}, {text: "ja", attach: true, want: ReadingOther}, {text: "gelöst, aber jetzt geht der Scanner nicht", want: ReadingOther},
		{text: "erledigt\nder Scanner geht aber noch nicht", want: ReadingOther},
		{text: "Danke!", want: ReadingThanks}, {text: "Vielen Dank für die schnelle Hilfe!", want: ReadingThanks}, {text: "Thanks a lot", want: ReadingThanks}, {text: "Danke, aber es geht nicht", want: ReadingOther}, {text: "Danke, wann kommt jemand?", want: ReadingOther},
		{text: "Danke\n\nViele Grüße\nAnna Berger", want: ReadingThanks},
		{text: "5", want: ReadingRating, rating: 5}, {text: "5/5", want: ReadingRating, rating: 5}, {text: "4 Sterne", want: ReadingRating, rating: 4}, {text: "sehr gut", want: ReadingRating, rating: 5}, {text: "2\nhat lange gedauert", want: ReadingRating, rating: 2, note: "hat lange gedauert"},
		{text: "1\ngeht immer noch nicht", want: ReadingOther, rating: 1, note: "geht immer noch nicht"}, {text: "2 schlecht", want: ReadingRating, rating: 2}, {text: "2 Drucker sind defekt", want: ReadingOther}, {text: "7", want: ReadingOther},
		{text: "status", want: ReadingStatus}, {text: "Status?", want: ReadingStatus}, {text: "Status der Bestellung", want: ReadingOther},
		{text: "", want: ReadingOther}, {text: "Der Drucker druckt wieder nicht.", want: ReadingOther},
	} {
		got, rating, note := Read(c.text, c.attach)
		if got != c.want || rating != c.rating || note != c.note {
			t.Errorf("Read(%q, %v) = %s %d %q, want %s %d %q", c.text, c.attach, got, rating, note, c.want, c.rating, c.note)
		}
	}
}

func TestDeskLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Kennung IT-1/k7qm2x · diese Mail wurde automatisch erzeugt":              true,
		"Guten Tag\n\nref HELP-22/k7qm2x · sent automatically\nx":                 true,
		"\n\u212aennung IT-1/k7qm2x · Automatik":                                  true, // the Kelvin sign folds to k
		"Die Kennung IT-1/k7qm2x · diese Mail wurde automatisch erzeugt":          false,
		"> Kennung IT-1/k7qm2x · diese Mail wurde automatisch erzeugt":            false,
		"Kennung IT-1/k7qm2x ·\ndiese Mail wurde automatisch erzeugt":             false,
		"Kennwort vergessen\nRechnung IT-1/k7qm2x · Automat\nÄtzend\nkein Zugang": false,
		"": false,
	} {
		if got := hasDeskLine(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
