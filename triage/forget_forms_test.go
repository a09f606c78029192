package triage_test

import (
	"encoding/base64"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

const jorgAddress = "j.oezturk@firma.example"

// jorg writes as mail programs write: his name in several forms, his body encoded.
func jorg(from, subject, coding, text string, headers ...string) []byte {
	body := base64.StdEncoding.EncodeToString([]byte(text))
	if coding == "quoted-printable" {
		var b strings.Builder
		w := quotedprintable.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		body = b.String()
	}
	h := strings.Join(append(headers, ""), "\r\n")
	return fmt.Appendf(nil, "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\nFrom: %s <%s>\r\nTo: <%s>\r\nSubject: %s\r\n"+
		"Message-ID: <%d@client.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n%sMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n",
		mime.QEncoding.Encode("utf-8", from), strings.ToUpper(jorgAddress[:1])+jorgAddress[1:], support, mime.BEncoding.Encode("utf-8", subject), len(text)*7+len(subject), h, coding, body)
}

// TestForgetEveryForm: whatever form a name or a word has in mails and rows, no file of
// the store holds it afterwards.
func TestForgetEveryForm(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"keep statistics": true, "delete": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := bureau(t)
			mails := o.receiveRaw(jorg("Öztürk-Groß, Jörg", "Drucker streikt zebrawort1", "base64", "Der Drucker im Labor streikt, zebrawort2 quittiert mit Fehler 49.\r\n\r\nJörg Öztürk-Groß"))
			notice := o.only(mails, lenaAt)
			o.receiveRaw(jorg("Jörg Öztürk-Groß", "Toner fehlt zebrawort3", "quoted-printable", "Der Toner fehlt, zebrawort4 — bitte prüfen."))
			o.answer(&notice, lena, "#notiz\nHerr Öztürk-Groß drängt, ÖZTÜRK-GROß, Jörg eben.\nJörg\nÖztürk-Groß ruft an.")
			mails = o.answer(&notice, lena, "#gelöst\nHallo Herr Öztürk-Groß,\nder Toner ist gewechselt.")
			solved := o.only(to(mails, jorgAddress), jorgAddress)
			o.receive(eml{from: "Jörg Öztürk-Groß <" + jorgAddress + ">", subject: "AW", text: "1\r\nzebrawort5 war zu langsam, J. Öztürk-Groß", answers: &solved})
			other := o.only(o.receive(eml{from: anna, subject: "Drucker Etage 2", text: "Wie bei Jörg Öztürk-Groß (J.OEZTURK@Firma.Example): Fehler 49."}), lenaAt)
			o.answer(&other, lena, "#l2 wie bei Jörg Öztürk-Groß")
			o.answer(&other, lena, "#cc "+jorgAddress)
			o.answer(&other, lena, "#tag +öztürk")
			o.raise("imap:x", "mail from Jörg Öztürk-Groß <"+jorgAddress+"> could not be filed")
			o.sweepReports()
			o.now = o.now.AddDate(0, 0, 8)
			o.sweepReports()
			o.sweepAt(o.now.Add(time.Hour))
			words := []string{"Öztürk-Groß", "ÖZTÜRK-GROß", jorgAddress, "zebrawort1", "zebrawort2", "zebrawort3", "zebrawort4", "zebrawort5",
				"=C3=96zt=C3=BCrk", base64.StdEncoding.EncodeToString([]byte("Der Drucker im Labor"))[:24]}
			if got := grepStore(t, o, words...); len(got) < 9 {
				t.Fatalf("before: only %v", got)
			}
			if _, err := triage.Forget(t.Context(), o.store, o.desk.Config(), jorgAddress, triage.ForgetOptions{KeepStatistics: keep}); err != nil {
				t.Fatal(err)
			}
			o.sound()
			if got := grepStore(t, o, words...); len(got) != 0 {
				t.Errorf("after: %v", got)
			}
		})
	}
}
