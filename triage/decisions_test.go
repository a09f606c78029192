package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// TestObserveReport: a mailbox that observes decides everything and sends nothing, and
// the report says what it would have done (product S33).
func TestObserveReport(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Mailboxes[0].Mode = "observe" })
	for n := range 3 {
		o.receive(eml{from: fmt.Sprintf("p%d@firma.example", n), subject: "Drucker druckt nicht", text: "Seit heute."})
	}
	o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?"})
	o.receive(eml{from: anna, subject: "Phishing?", text: "Ist das Phishing?"})
	o.receive(eml{from: "news@firma.example", subject: "Neues", text: "Lesen Sie", headers: []string{"List-Id: <news.firma.example>", "Precedence: list"}})
	o.receive(eml{from: "x@fremd.example", subject: "Angebot", text: "Kaufen Sie"})
	if _, err := o.desk.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mails := o.leaving(); len(mails) != 0 {
		t.Errorf("a mailbox that observes sent %s", describe(mails))
	}
	var r triage.Decisions
	o.view(func(tx *store.Tx) (err error) {
		r, err = triage.ReadDecisions(t.Context(), tx, o.desk.Config(), monday.Add(-time.Hour), "support", 100)
		return err
	})
	got := fmt.Sprint(r.Mails, r.Outcomes, r.Category, r.FAQ, r.Rules)
	for _, want := range []string{"7 ", "{opened 5}", "{held 1}", "{ignored 1}", "{drucker 3}", "{konto 1}", "[{passwort 1}]", "{Sicherheit 1}", "{Newsletter 1}"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if len(r.NotSent) == 0 || r.NotSent[0].Name != "the mailbox only observes" || r.NotSent[0].Count < 10 {
		t.Errorf("mails that would have left: %v", r.NotSent)
	}
	if len(r.List) != 7 || r.List[6].Subject != "Drucker druckt nicht" || r.List[6].Ticket != "IT-10001" || r.List[6].Group != "first" {
		t.Errorf("list: %+v", r.List)
	}
	o.sound()
}

// TestTraining: nobody but the agents gets mail, whatever happens (product S29).
func TestTraining(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Mailboxes[0].Mode = "training" },
		withRules(t, "  - {name: Kopie, when: {words: [drucker]}, then: {watchers: [einkauf@firma.example], notify: [einkauf@firma.example], reply: nein}}\n"))
	mails := o.receive(printer)
	notice := o.only(mails, "l.huber@firma.example")
	all := append(mails, o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\nErledigt.", answers: &notice})...)
	all = append(all, o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?"})...)
	all = append(all, o.receive(eml{from: "x@fremd.example", subject: "Angebot", text: "Kaufen Sie"})...)
	o.now = o.now.Add(10 * 24 * time.Hour)
	if _, err := o.desk.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, m := range append(all, o.leaving()...) {
		if _, agent := o.desk.Config().AgentByAddress(m.Recipient); !agent {
			t.Errorf("training mail to %s: %s", m.Recipient, m.m.Subject)
		}
	}
	if tk := o.ticket(10001); tk.State != "resolved" && tk.State != "closed" {
		t.Errorf("state %s", tk.State)
	}
	o.sound()
}
