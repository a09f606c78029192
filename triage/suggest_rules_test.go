package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// TestSuggestRules: what separates the corrected tickets from all others is proposed:
// a word several people write, a sender whose mails always go one way. What also
// stands elsewhere, what one person alone writes, and what the rules know is not.
func TestSuggestRules(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) {
		c.Security.MayOpen, c.Security.Partners = []string{"internal", "partners"}, []string{"@partner.example"}
	})
	send := func(from, text, category string) {
		o.now = o.now.Add(time.Minute)
		notice := o.only(o.receive(eml{from: from, subject: "Anfrage", text: text}), "l.huber@firma.example")
		if category != "" {
			o.receive(eml{from: lena, subject: "AW", text: "#kat " + category, answers: &notice})
		}
	}
	for i, text := range []string{"Das Etikett vom Versand ist unleserlich, bitte Rechnung prüfen.", "Zwei Etiketten kleben schief, Rechnung egal.", "Etiketten sind aus."} {
		send(fmt.Sprintf("Person %d <p%d@firma.example>", i, i), text, "drucker")
	}
	for i, text := range []string{"Der Beleg passt nicht.", "Es geht um den Vertrag.", "Wer hilft bei der Frist?"} {
		send(fmt.Sprintf("P%d <p%d@partner.example>", i, i), text, "konto")
	}
	for i := range 3 {
		send("Carla <c@firma.example>", fmt.Sprintf("Die Schranke klemmt zum %d. Mal.", i), "drucker")
		send(fmt.Sprintf("Q%d <q%d@firma.example>", i, i), "Frage zur Rechnung vom Lieferanten.", "")
	}
	send(anna, "Der Toner im Drucker ist leer.", "")
	s, err := triage.SuggestRules(t.Context(), o.store, o.desk.Config(), triage.SuggestOptions{Since: monday.Add(-time.Hour), Until: o.now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Tickets != 13 || s.Corrected != 9 || len(s.Pairs) != 2 || s.Pairs[0] != (triage.Correction{From: "sonstiges", To: "drucker", Count: 6}) {
		t.Errorf("%d tickets, %d corrected, %+v", s.Tickets, s.Corrected, s.Pairs)
	}
	if len(s.Words) != 1 || s.Words[0].Category != "drucker" || s.Words[0].List != "medium" || s.Words[0].Corrected != 3 || !strings.HasPrefix(s.Words[0].Word, "etikett") {
		t.Errorf("words: %+v", s.Words)
	}
	if len(s.Senders) != 1 || s.Senders[0] != (triage.SenderSuggestion{Domain: "partner.example", Category: "konto", Corrected: 3, Right: 3}) {
		t.Errorf("senders: %+v", s.Senders)
	}
	yaml := s.YAML("")
	for _, want := range []string{`medium: ["etikett`, `when: {from_domain: ["partner.example"]}`, `then: {category: "konto"}`} {
		if !strings.Contains(yaml, want) {
			t.Errorf("the YAML lacks %q:\n%s", want, yaml)
		}
	}
	if only := s.YAML("konto"); strings.Contains(only, "etikett") || !strings.Contains(only, "partner.example") {
		t.Errorf("the YAML of one category:\n%s", only)
	}
	s.Without([]string{"konto"})
	if got := s.Categories(); len(got) != 1 || got[0] != "drucker" {
		t.Errorf("categories left: %v", got)
	}
}
