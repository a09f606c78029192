package rules

import (
	"os"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

func decideMail(s *Set, subject, body string) Decision {
	raw := "From: anna@firma.example\r\nTo: support@firma.example\r\nSubject: =?utf-8?B?" + base64Text(subject) +
		"?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
	m := mailin.Parse([]byte(raw), mailin.Options{})
	m.Automatic = mailin.Automatic{Class: mailin.ClassHuman, Answer: true} // judged elsewhere
	return s.Decide(Input{Message: m, Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Internal: true, Known: true})
}

// Mails worded like a question of the starter set and about something else: a
// person reads them, whichever names the set has.
func TestNearMisses(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/mails/near-misses.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range []string{"de", "en"} {
		s, _ := compileStarterNamed(t, "de", names)
		for line := range strings.Lines(string(data)) {
			subject, body, ok := strings.Cut(strings.TrimSpace(line), " | ")
			if !ok {
				continue
			}
			if d := decideMail(s, subject, body); d.FAQ.Sent {
				t.Errorf("%s answers %q: %q", d.FAQ.ID, subject, body)
			}
		}
	}
}

func TestForeignWords(t *testing.T) {
	t.Parallel()
	s, _ := compileStarter(t, "de")
	for _, c := range []struct{ subject, body, why string }{
		{"Passwort abgelaufen", "Hallo, mein Passwort ist abgelaufen. Wo ändere ich das?\nGruß\nSepp", ""},
		{"kein VPN", "Komme heute aus dem Homeoffice nicht ins VPN, es kommt ein Fehler bei der Anmeldung.", ""},
		{"Passwort abgelaufen", "Mein Zoom-Passwort ist abgelaufen. Wo ändere ich das?", "der Eintrag kennt nicht: zoom"},
		{"Passwort", "Ich habe das Passwort vom Passwortmanager vergessen.", "der Eintrag kennt nicht: passwortmanager"},
		{"VPN", "VPN verbindet, aber die Telefonie geht nicht.", "der Eintrag kennt nicht: telefonie"},
		{"Passwort abgelaufen", "Das Passwort im A3 ist abgelaufen.", "der Eintrag kennt nicht: a3"},
	} {
		d := decideMail(s, c.subject, c.body)
		if d.FAQ.ID == "" || d.FAQ.Why != c.why || d.FAQ.Sent != (c.why == "") {
			t.Errorf("%q: %s, sent %v, %q instead of %q", c.body, d.FAQ.ID, d.FAQ.Sent, d.FAQ.Why, c.why)
		}
	}
}
