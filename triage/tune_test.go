package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// TestTuneFAQ proposes thresholds from what agents did while the FAQ only
// suggested, and from what requesters said.
func TestTuneFAQ(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, strings.Replace(learnYAML, "never_if: []", "never_if: [], mode: suggest, min_score: 0.95, min_lead: 0.4", 1)))
	meals := []string{"Was gibt es heute in der Kantine zu essen?", "Steht der Speiseplan schon fest?", "Wo ist der Speiseplan der Kantine?", "Gibt es heute in der Kantine Suppe?",
		"Was kocht die Kantine heute?", "Speiseplan Kantine", "Was gibt es in der Kantine?", "Bitte den Speiseplan der Kantine", "Kantine heute", "Wo finde ich den Speiseplan?"}
	other := []string{"Die Kasse in der Kantine geht nicht", "Der Beamer im Saal ist kaputt", "Bitte Toner bestellen", "Das Telefon in der Kantine klingelt nicht"}
	n := 0
	ask := func(text, answer string) {
		n++
		o.now = o.now.Add(time.Hour)
		from := fmt.Sprintf("Person %d <p%d@firma.example>", n, n)
		notice := o.only(o.receive(eml{from: from, subject: "Frage", text: text}), "l.huber@firma.example")
		o.receive(eml{from: lena, subject: "AW", text: answer, answers: &notice})
	}
	for range 3 {
		for _, m := range meals {
			ask(m, "#faq speiseplan")
		}
	}
	for _, m := range other {
		ask(m, "Ich kümmere mich darum.")
	}
	tune := func() triage.Tuning {
		r, err := triage.TuneFAQ(t.Context(), o.store, o.desk.Config(), triage.TuneOptions{Since: monday.Add(-time.Hour), Until: o.now.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := tune()
	t.Logf("%+v", r)
	g := r.General
	if r.Mails < 30 || r.ByAgent < 25 || r.ByAgent > 30 || r.Confirmed+r.Rejected != 0 || g.Now.MinScore != 0.95 || g.Now.Sent > g.Proposal.Sent {
		t.Errorf("%+v", r)
	}
	if !g.Worth || !g.Proposal.OK || g.Proposal.Right < 20 || g.Proposal.MinScore >= 0.95 || g.Proposal.LowerBound() < 0.9 {
		t.Errorf("general: %+v", g)
	}
	if len(r.Entries) == 0 || r.Entries[0].Entry != "speiseplan" || r.Entries[0].Proposal.Outcomes < 25 {
		t.Errorf("entries: %+v", r.Entries)
	}
	if again := tune(); again.General != r.General {
		t.Errorf("not the same twice: %+v", again.General)
	}
}
