package triage_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// agenda is what the knowledge round of a month talks about, and what the weekly
// report says of it.
func (o *office) agenda(p report.Period) (k report.Knowledge, l report.Learned) {
	o.t.Helper()
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) (err error) {
		if k, err = triage.Agenda(ctx, tx, o.desk.Config(), p); err != nil {
			return err
		}
		r, err := triage.Report(ctx, tx, o.desk.Config(), p)
		if err == nil {
			l = r.Learned
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return k, l
}

// TestKnowledgeRound: what recurs without an FAQ entry, what came back and why, what
// was drafted, what is open and who was unhappy (product S23, S28, 6.2).
func TestKnowledgeRound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	people := []string{anna, "Bernd Kraus <b.kraus@firma.example>", "Carla Weiß <c.weiss@firma.example>", "Dirk Ott <d.ott@firma.example>"}
	dock := []eml{
		{subject: "Dockingstation erkennt Monitor nicht", text: "Der zweite Monitor an der Dockingstation bleibt schwarz."},
		{subject: "Monitor an Dockingstation schwarz", text: "Wenn ich den Laptop an die Dockingstation stecke, bleibt der Monitor schwarz."},
		{subject: "Dockingstation und zweiter Monitor", text: "Mein zweiter Monitor wird an der Dockingstation nicht mehr erkannt."},
	}
	var notices []mail
	for i, e := range dock {
		e.from = people[i]
		notices = append(notices, o.only(o.receive(e), "l.huber@firma.example"))
		o.now = o.now.Add(26 * time.Hour)
	}
	for i, e := range []eml{
		{subject: "Beamer im Besprechungsraum", text: "Der Beamer im kleinen Besprechungsraum zeigt kein Bild."},
		{subject: "Zeiterfassung Chip", text: "Das Terminal nimmt meinen Chip nicht an."},
	} {
		e.from = people[i]
		o.receive(e)
		o.now = o.now.Add(time.Hour)
	}
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\n\r\nFirmware der Dockingstation aktualisiert.", answers: &notices[1]})
	march := report.Period{From: monday.AddDate(0, 0, -1), To: monday.AddDate(0, 0, 30), Key: "2026-03"}
	want := []report.Topic{{Title: "Monitor an Dockingstation schwarz", Category: "sonstiges", Count: 3, Days: 3, Tickets: []string{"IT-10002", "IT-10003", "IT-10001"}}}
	k, l := o.agenda(march)
	if !reflect.DeepEqual(k.Recurring, want) || !reflect.DeepEqual(l.Recurring, want) {
		t.Errorf("recurring: %+v and %+v, want %+v", k.Recurring, l.Recurring, want)
	}

	hand := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: bitte ansehen", answers: &notices[0]}), "m.brandl@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: markus, subject: "AW", text: "#l1\r\n#faqneu\r\n\r\nFirmware der Dockingstation ist veraltet: mit dem Werkzeug des Herstellers aktualisieren.", answers: &hand})
	k, l = o.agenda(march)
	if len(k.Recurring)+len(l.Recurring) != 0 {
		t.Errorf("what was drafted is still asked for: %+v", k.Recurring)
	}
	if len(k.Drafts) != 1 || k.Drafts[0].Ticket != "IT-10001" || k.Drafts[0].Author != "Markus Brandl" || !strings.Contains(k.Drafts[0].Title, "Dockingstation") {
		t.Errorf("drafts: %+v", k.Drafts)
	}
	if len(k.Returned) != 1 || k.Returned[0].Ticket != "IT-10001" || k.Returned[0].Group != "Netz und Server" || !strings.Contains(k.Returned[0].Done, "Firmware der Dockingstation ist veraltet") {
		t.Errorf("returned: %+v", k.Returned)
	}

	o.receive(eml{from: lena, subject: "AW", text: "#problem IT-10003\r\n#workaround\r\n\r\nMonitor direkt am Laptop anstecken.", answers: &notices[1]})
	k, _ = o.agenda(march)
	if len(k.Problems) != 1 || k.Problems[0].Ticket != "IT-10003" || k.Problems[0].Children != 1 || k.Problems[0].Workaround != "Monitor direkt am Laptop anstecken." {
		t.Errorf("problems: %+v", k.Problems)
	}
	o.sound()
}

// TestRecurringWithEntryOrProblem: what the FAQ answers, and what hangs on a problem
// that is in work, is no news.
func TestRecurringWithEntryOrProblem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, from := range []string{anna, "Bernd Kraus <b.kraus@firma.example>", "Carla Weiß <c.weiss@firma.example>"} {
		o.receive(eml{from: from, subject: "Passwort abgelaufen", text: "Mein Passwort ist abgelaufen, wie kann ich es ändern?"})
		o.now = o.now.Add(time.Hour)
	}
	var notices []mail
	for _, from := range []string{anna, "Bernd Kraus <b.kraus@firma.example>", "Carla Weiß <c.weiss@firma.example>", "Dirk Ott <d.ott@firma.example>"} {
		notices = append(notices, o.only(o.receive(eml{from: from, subject: "VPN Zertifikatsfehler", text: "Das VPN meldet einen Zertifikatsfehler."}), "l.huber@firma.example"))
		o.now = o.now.Add(time.Hour)
	}
	march := report.Period{From: monday.AddDate(0, 0, -1), To: monday.AddDate(0, 0, 30), Key: "2026-03"}
	if k, _ := o.agenda(march); len(k.Recurring) != 1 || k.Recurring[0].Count != 4 || k.Recurring[0].Title != "VPN Zertifikatsfehler" {
		t.Errorf("recurring: %+v", k.Recurring)
	}
	for i := range notices[1:] {
		o.receive(eml{from: lena, subject: "AW", text: "#problem IT-10004", answers: &notices[i+1]})
	}
	if k, _ := o.agenda(march); len(k.Recurring) != 0 || len(k.Problems) != 1 || k.Problems[0].Children != 3 {
		t.Errorf("recurring: %+v, problems: %+v", k.Recurring, k.Problems)
	}
}

// TestFAQUsage: how often each entry was sent, helped, was suggested and taken by
// agents; entries nobody used are listed too.
func TestFAQUsage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ask := func(from string) mail {
		o.now = o.now.Add(time.Hour)
		address := strings.TrimSuffix(from[strings.IndexByte(from, '<')+1:], ">")
		return o.only(o.receive(eml{from: from, subject: "Passwort abgelaufen", text: "Mein Passwort ist abgelaufen, wie kann ich es ändern?"}), address)
	}
	yes, no := ask(anna), ask("Bernd Kraus <b.kraus@firma.example>")
	ask("Carla Weiß <c.weiss@firma.example>")
	o.receive(eml{from: anna, subject: "AW", text: "gelöst", answers: &yes})
	o.receive(eml{from: "Bernd Kraus <b.kraus@firma.example>", subject: "AW", text: "Hilft leider nicht.", answers: &no})
	o.desk.SetConfig(o.edited("mode: answer", "mode: suggest")) // from now on suggestions alone
	o.now = o.now.Add(time.Hour)
	notice := o.only(o.receive(eml{from: "Dirk Ott <d.ott@firma.example>", subject: "Passwort abgelaufen", text: "Passwort ändern?"}), "l.huber@firma.example")
	has(t, "the notice", notice.m.Text, "FAQ-Vorschlag: passwort")
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\n#faq passwort", answers: &notice})
	var got []triage.EntryUsage
	err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		got, err = triage.FAQUsage(t.Context(), tx, o.desk.Config(), monday, o.now.Add(time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	last := o.now
	want := []triage.EntryUsage{{ID: "passwort", Title: "Mein Passwort ist abgelaufen", Mode: "suggest", Sent: 3, Helped: 1, Rejected: 1, Suggested: 1, Taken: 1, ByAgents: 1, LastUsed: last}}
	for i := range got {
		got[i].LastUsed = got[i].LastUsed.UTC()
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("usage %+v, want %+v", got, want)
	}
}

// TestExpiredEntries: entries whose review or validity has passed come to the agenda.
func TestExpiredEntries(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.edited("    answer: {de: ", "    review_by: 2026-02-28\n    valid_until: 2026-03-20\n    answer: {de: ")
	o.desk.SetConfig(c)
	if _, ok := c.Rules.FAQEntry("passwort"); !ok {
		t.Fatal("no entry")
	}
	k, _ := o.agenda(report.Month(monday, c.Company.Location))
	if len(k.Expired) != 1 || k.Expired[0].ID != "passwort" || k.Expired[0].ReviewBy.Format(time.DateOnly) != "2026-02-28" {
		t.Errorf("expired: %+v", k.Expired)
	}
	if k, _ := o.agenda(report.Month(monday.AddDate(0, -2, 0), c.Company.Location)); len(k.Expired) != 0 {
		t.Errorf("in January: %+v", k.Expired)
	}
}
