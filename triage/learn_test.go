package triage_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"firstline/mailout"
	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

const learnYAML = `
faq_settings: {never_if: []}
faq:
  - id: speiseplan
    owner: markus
    questions:
      de: [Was gibt es heute in der Kantine?, Speiseplan der Kantine]
    answer: {de: "Der Plan steht im **Intranet** unter Kantine."}
  - id: parken
    questions:
      de: [Wo darf ich mein Auto parken?, Parkplatz für Mitarbeiter]
    answer: {de: "Im **Hof**, Plätze 20 bis 60."}
`

func learnRules(t testing.TB, text string) func(c *triage.Config) {
	return func(c *triage.Config) {
		report := source.NewReport("de")
		c.Rules = rules.Compile(report, report.Parse("faq.yaml", []byte(text)), rules.Refs{Location: c.Company.Location,
			Groups: []rules.GroupRef{{ID: "first"}, {ID: "netz"}}, InternalDomains: []string{"firma.example"}})
		if report.HasErrors() {
			t.Fatal(source.Render(report.Findings(), "de"))
		}
	}
}

func (o *office) sweep() {
	o.t.Helper()
	if _, err := o.desk.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// trace is the line about the FAQ in the trace of a ticket.
func (o *office) trace(number int64) string {
	o.t.Helper()
	ctx := o.t.Context()
	var lines []string
	err := o.store.View(ctx, func(tx *store.Tx) error {
		tk, err := tx.TicketByNumber(ctx, number)
		if err != nil {
			return err
		}
		steps, err := triage.Traces(ctx, tx, tk.ID)
		for _, s := range steps {
			if s.Stage == "faq" {
				lines = append(lines, s.Name+" "+s.Reason)
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func (o *office) lessons() (list []string) {
	o.t.Helper()
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Lessons(ctx)
		for _, l := range rows {
			list = append(list, fmt.Sprintf("%s %s %d %s", l.Entry, l.Source, l.Number, l.Text))
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// An agent answers with #faq what the questions do not cover; then the FAQ answers
// the like by itself, also after a reload and a restart, until the requester says
// that it did not help.
func TestLearnsFromAgents(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, learnYAML))
	like := func(from string) []mail {
		o.now = o.now.Add(time.Hour)
		return o.receive(eml{from: from, subject: "Mittagessen", text: "Hallo, wo sehe ich, was diese Woche mittags gekocht wird?\r\n\r\nGruß"})
	}
	first := like(anna)
	notice := o.only(first, "l.huber@firma.example")
	if tk := o.ticket(10001); tk.State != "new" {
		t.Fatalf("answered before anything was learned: %s", o.trace(10001))
	}
	o.receive(eml{from: lena, subject: "AW", text: "Hallo Anna,\r\n#faq speiseplan\r\nGruß Lena", answers: &notice})
	if got := o.lessons(); len(got) != 1 || !strings.HasPrefix(got[0], "speiseplan agent 10001 Mittagessen | wo sehe ich") || strings.Contains(got[0], "Gruß") {
		t.Fatalf("learned %q", got)
	}
	o.sweep()
	bernd, clara, dora := "Bernd Kurz <b.kurz@firma.example>", "Clara Lang <c.lang@firma.example>", "Dora Breit <d.breit@firma.example>"
	answer := o.only(like(bernd), "b.kurz@firma.example")
	if tk := o.ticket(10002); tk.FAQ != "speiseplan" || !strings.Contains(o.trace(10002), "gelernt aus IT-10001") {
		t.Fatalf("not answered: %s", o.trace(10002))
	}
	o.receive(eml{from: bernd, subject: "AW", text: "danke, hat geholfen", answers: &answer})
	if got := o.lessons(); len(got) != 2 || !strings.HasPrefix(got[0], "speiseplan confirmed 10002") {
		t.Fatalf("learned %q", got)
	}

	c := testConfig(t) // a reload
	learnRules(t, learnYAML)(c)
	o.desk.SetConfig(c)
	answer = o.only(like(clara), "c.lang@firma.example")
	if tk := o.ticket(10003); tk.FAQ != "speiseplan" {
		t.Fatalf("not answered after a reload: %s", o.trace(10003))
	}
	o.receive(eml{from: clara, subject: "AW", text: "hilft nicht", answers: &answer})
	if got := o.lessons(); len(got) != 1 { // not from her, and what led to the wrong answer is taken back
		t.Fatalf("learned from a rejected answer: %q", got)
	}

	again, err := triage.New(t.Context(), o.store, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), c) // a restart
	if err != nil {
		t.Fatal(err)
	}
	o.desk = again
	like(dora)
	if tk := o.ticket(10004); tk.FAQ != "speiseplan" {
		t.Fatalf("not answered after a restart: %s", o.trace(10004))
	}
	o.sound()
}

// What an agent answered with an entry is no lesson any more when the requester
// says that it did not help, and the same requester does not get the answer twice.
func TestUnlearnsFromAgents(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, learnYAML))
	notice := o.only(o.receive(eml{from: anna, subject: "Mittagessen", text: "Wo sehe ich, was diese Woche mittags gekocht wird?"}), "l.huber@firma.example")
	sent := o.receive(eml{from: lena, subject: "AW", text: "#faq speiseplan", answers: &notice})
	answer := o.only(sent, "a.berger@firma.example")
	if len(o.lessons()) != 1 {
		t.Fatalf("learned %q", o.lessons())
	}
	o.receive(eml{from: anna, subject: "Kantine", text: "Was gibt es heute in der Kantine?"})
	if tk := o.ticket(10002); tk.FAQ != "" || !strings.Contains(o.trace(10002), "dieselbe Antwort ging schon am 02.03.2026") {
		t.Errorf("sent again: %s", o.trace(10002))
	}
	o.receive(eml{from: anna, subject: "AW", text: "nein, hilft nicht", answers: &answer})
	if len(o.lessons()) != 0 {
		t.Errorf("still learned: %q", o.lessons())
	}
	o.sound()
}

// Tickets that people took care of without the FAQ keep their like from being
// answered.
func TestBackgroundFromTickets(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, learnYAML))
	ask := func(from string) string {
		o.now = o.now.Add(time.Hour)
		mails := o.receive(eml{from: from, subject: "Parken", text: "Darf ich das Wohnmobil vom Urlaub im Hof parken und aufladen?"})
		if notice := to(mails, "l.huber@firma.example"); len(notice) == 1 {
			o.receive(eml{from: lena, subject: "AW", text: "Das geht leider nicht.", answers: &notice[0]})
		}
		return o.outcome().Outcome
	}
	ask(anna)
	o.now = o.now.Add(25 * time.Hour)
	o.sweep()
	o.receive(eml{from: "Bernd Kurz <b.kurz@firma.example>", subject: "Parken", text: "Darf ich das Wohnmobil vom Urlaub im Hof parken und aufladen?"})
	if got := o.trace(10002); !strings.Contains(got, "unter min_lead") {
		t.Errorf("the ticket does not compete: %s", got)
	}
}

// An entry that does not help is only suggested, its editor hears of it once, and
// a new wording begins anew.
func TestDemotedEntry(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, learnYAML))
	ask := func(i int) (told []mail, sent bool) {
		o.now = o.now.Add(time.Hour)
		who := fmt.Sprintf("Person %d <p%d@firma.example>", i, i)
		got := to(o.receive(eml{from: who, subject: "Kantine", text: "Was gibt es heute in der Kantine?"}), fmt.Sprintf("p%d@firma.example", i))
		if len(got) != 1 || o.ticket(int64(10000+i)).FAQ == "" {
			return nil, false
		}
		return to(o.receive(eml{from: who, subject: "AW", text: "hilft nicht", answers: &got[0]}), "m.brandl@firma.example"), true
	}
	for i := 1; i <= 4; i++ {
		if told, sent := ask(i); !sent || len(told) > 0 {
			t.Fatalf("mail %d: sent %v, %s", i, sent, describe(told))
		}
	}
	told, _ := ask(5)
	if len(told) != 1 || !strings.Contains(told[0].m.Text, "halfen 0 (unter 60 %)") || !strings.Contains(told[0].m.Text, "IT-10003 Kantine") ||
		!strings.Contains(told[0].m.Subject, "speiseplan") {
		t.Fatalf("told: %s", describe(told))
	}
	t.Logf("%s\n%s", told[0].m.Subject, told[0].m.Text)
	if _, sent := ask(6); sent || !strings.Contains(o.trace(10006), "half nur in 0 von 5") {
		t.Errorf("still sent: %s", o.trace(10006))
	}
	alarms := func() (n int) {
		o.sweep()
		_ = o.store.View(t.Context(), func(tx *store.Tx) error {
			list, err := tx.Alarms(t.Context())
			n = len(list)
			return err
		})
		return n
	}
	if n := alarms(); n != 1 {
		t.Errorf("%d alarms", n)
	}
	c := testConfig(t)
	learnRules(t, strings.Replace(learnYAML, "Der Plan steht", "Der neue Plan steht", 1))(c)
	o.desk.SetConfig(c)
	if n := alarms(); n != 0 {
		t.Errorf("%d alarms after the entry was reworded", n)
	}
	if _, sent := ask(7); !sent {
		t.Errorf("not sent with the new wording: %s", o.trace(10007))
	}
	o.sound()
}

const afterYAML = `
faq_settings: {never_if: []}
faq:
  - id: speiseplan
    questions: {de: [Was gibt es heute in der Kantine?]}
    answer: {de: "Siehe Anhang."}
    attachments: [plan.pdf]
    after_answer: keep_open
  - id: parken
    questions: {de: [Wo darf ich mein Auto parken?]}
    answer: {de: "Im Hof."}
    after_answer: close
`

// after_answer decides what becomes of the ticket and what the mail promises; the
// files of an entry travel with it, also when an agent sends it.
func TestAfterAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t, learnRules(t, afterYAML), func(c *triage.Config) {
		c.FAQ.Files = map[string][]mailout.Attachment{"speiseplan": {{Filename: "plan.pdf", ContentType: "application/pdf", Bytes: []byte("%PDF-1.4")}}}
	})
	outcome := func(number int64) string {
		var row store.FAQOutcome
		err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
			row, err = tx.FAQOutcomeOf(t.Context(), o.ticket(number).ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return row.Outcome
	}
	kept := o.receive(eml{from: anna, subject: "Kantine", text: "Was gibt es heute in der Kantine?"})
	answer, notice := o.only(kept, "a.berger@firma.example"), o.only(kept, "l.huber@firma.example")
	if len(answer.m.Attachments) != 1 || answer.m.Attachments[0].Filename != "plan.pdf" || !strings.Contains(answer.m.Text, "Ein Mensch sieht sie sich auf jeden Fall an") ||
		strings.Contains(answer.m.Text, "noch einmal nach") {
		t.Errorf("kept open: %v\n%s", answer.m.Attachments, answer.m.Text)
	}
	if tk := o.ticket(10001); tk.State != "new" || tk.FAQ != "speiseplan" {
		t.Errorf("kept open: %s %s", tk.State, tk.FAQ)
	}
	o.receive(eml{from: anna, subject: "AW", text: "nein, hilft nicht", answers: &answer})
	if got := outcome(10001); got != "rejected" {
		t.Errorf("outcome %q", got)
	}
	sent := o.only(o.receive(eml{from: lena, subject: "AW", text: "Noch einmal:\r\n#faq speiseplan", answers: &notice}), "a.berger@firma.example")
	if len(sent.m.Attachments) != 1 || sent.m.Attachments[0].Filename != "plan.pdf" {
		t.Errorf("#faq sends %v", sent.m.Attachments)
	}

	closed := o.only(o.receive(eml{from: anna, subject: "Parken", text: "Wo darf ich mein Auto parken?"}), "a.berger@firma.example")
	if tk := o.ticket(10002); tk.State != "closed_deflected" || !strings.Contains(closed.m.Text, "gilt die Anfrage als erledigt") || outcome(10002) != "silent" {
		t.Errorf("closed: %s, %s\n%s", tk.State, outcome(10002), closed.m.Text)
	}
	o.receive(eml{from: anna, subject: "AW", text: "gelöst", answers: &closed})
	if tk := o.ticket(10002); tk.State != "closed_deflected" || outcome(10002) != "helped" {
		t.Errorf("confirmed: %s, %s", tk.State, outcome(10002))
	}
	if got := o.lessons(); len(got) != 2 || !strings.HasPrefix(got[0], "parken confirmed 10002") {
		t.Errorf("learned %q", got)
	}
	o.sound()
}
