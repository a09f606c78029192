package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

// withRules replaces the rules of the test configuration; categories and texts
// stay.
func withRules(t testing.TB, text string) func(*triage.Config) {
	return func(c *triage.Config) {
		c.Receipts = map[string]map[string]string{
			"eigene": {"de": "Eigener Text für Kunde {{match.nr}}.", "en": "Own text for customer {{match.nr}}."},
			"nein":   {"de": "Dafür ist die Haustechnik zuständig."},
		}
		c.Notes = map[string]string{"liste": "- [ ] Konto\n- [ ] Kunde {{match.nr}}"}
		auftrag := *c.Policies["standard"]
		auftrag.Name = "auftrag"
		auftrag.Targets = map[string]sla.Targets{"P3": {FirstResponse: sla.Target{Open: 8 * time.Hour}, Resolution: sla.Target{Open: 40 * time.Hour}}}
		c.Policies["auftrag"] = &auftrag
		c.Matrix = map[string]map[string]string{"firma": {"sofort": "P1"}, "person": {"sofort": "P3"}}
		report := source.NewReport("de")
		head, rest, _ := strings.Cut(rulesYAML, "rules:")
		_, faq, _ := strings.Cut(rest, "faq_settings:")
		c.Rules = rules.Compile(report, report.Parse("rules.yaml", []byte(head+"rules:\n"+text+"\nfaq_settings:"+faq)), rules.Refs{
			Languages: []string{"de", "en"}, Groups: []rules.GroupRef{{ID: "first", Level: 1, Members: []string{"lena"}}, {ID: "netz", Level: 2, Members: []string{"markus"}}},
			Agents: []string{"lena", "markus", "sabine"}, SLAs: []string{"standard", "auftrag"}, DefaultSLA: "standard", Location: c.Company.Location,
			InternalDomains: []string{"firma.example"}, Receipts: []string{"eigene", "nein"}, Replies: []string{"eigene", "nein"}, Notes: []string{"liste"},
			Impacts: []string{"firma", "person"}, Urgencies: []string{"sofort"}, Matrix: c.Matrix, OwnAddresses: []string{support},
			SenderGroups: map[string][]string{"chefs": {"chef@firma.example"}},
		})
		if report.HasErrors() {
			t.Fatal(source.Render(report.Findings(), "de"))
		}
	}
}

// order is the mail that the rules of these tests match.
var order = eml{from: anna, subject: "Bestellung", text: "Bitte bestellen: Kunde 4711, Raum 12."}

// TestEveryAction: each action of a rule has its effect on the desk, not only in
// the decision (product 3.3).
func TestEveryAction(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, then string
		check      func(t *testing.T, o *office, tk store.Ticket, mails []mail)
	}{
		{"category brings its group", "{category: drucker}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) {
			equal(t, tk.Category, "drucker")
			equal(t, tk.Group, "first")
		}},
		{"priority", "{priority: P1}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Priority, "P1") }},
		{"priority_at_least", "{priority_at_least: P2}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Priority, "P2") }},
		{"impact and urgency", "{impact: firma, urgency: sofort}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) {
			equal(t, tk.Priority+tk.Impact+tk.Urgency, "P1firmasofort")
		}},
		{"group", "{group: netz}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			equal(t, tk.Group, "netz")
			o.only(mails, "m.brandl@firma.example")
		}},
		{"assign", "{assign: lena}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Assignee, "lena") }},
		{"assign least_open", "{assign: least_open}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Assignee, "lena") }},
		{"assign round_robin", "{assign: round_robin}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Assignee, "lena") }},
		{"tags", `{tags: [einkauf, "kunde-{{match.nr}}"]}`, func(t *testing.T, _ *office, tk store.Ticket, _ []mail) {
			equal(t, strings.Join(tk.Tags, " "), "einkauf kunde-4711")
		}},
		{"watchers", "{watchers: [einkauf@firma.example, markus]}", func(t *testing.T, o *office, tk store.Ticket, _ []mail) {
			equal(t, strings.Join(o.watchers(tk.ID), " "), "einkauf@firma.example m.brandl@firma.example")
		}},
		{"sla", "{sla: auftrag}", func(t *testing.T, o *office, tk store.Ticket, _ []mail) {
			equal(t, tk.SLA, "auftrag")
			if got := o.clock(tk.ID, sla.FirstResponse).Target; got != 8*time.Hour {
				t.Errorf("first response in %v", got)
			}
		}},
		{"kind", "{kind: request}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Kind, "request") }},
		{"faq none", "{faq: none}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.FAQ, "") }},
		{"receipt template", "{receipt: eigene}", func(t *testing.T, o *office, _ store.Ticket, mails []mail) {
			contains(t, o.only(mails, "a.berger@firma.example").m.Text, "Eigener Text für Kunde 4711")
		}},
		{"receipt none", "{receipt: none}", func(t *testing.T, _ *office, _ store.Ticket, mails []mail) {
			equal(t, len(to(mails, "a.berger@firma.example")), 0)
		}},
		{"receipt standard", "{receipt: standard}", func(t *testing.T, o *office, _ store.Ticket, mails []mail) {
			contains(t, o.only(mails, "a.berger@firma.example").m.Text, "wir haben Ihre Anfrage erhalten")
		}},
		{"reply is the receipt and closes nothing", "{reply: eigene}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			answer := o.only(mails, "a.berger@firma.example")
			contains(t, answer.m.Text, "Eigener Text für Kunde 4711")
			contains(t, string(answer.raw), "Auto-Submitted: auto-replied")
			equal(t, tk.State, "new")
			if !tk.FirstResponseAt.IsZero() {
				t.Error("an automatic reply counts as the first response")
			}
			o.only(mails, "l.huber@firma.example")
		}},
		{"reply beside a receipt", "{reply: eigene, receipt: nein}", func(t *testing.T, _ *office, _ store.Ticket, mails []mail) {
			equal(t, len(to(mails, "a.berger@firma.example")), 2)
		}},
		{"notify", "{notify: [lead, netz, einkauf@firma.example]}", func(t *testing.T, o *office, _ store.Ticket, mails []mail) {
			o.only(mails, "s.vogl@firma.example")
			o.only(mails, "m.brandl@firma.example")
			contains(t, o.only(mails, "einkauf@firma.example").m.Text, "bleibt INTERN")
		}},
		{"escalate", "{escalate: {to: netz, reason: 'Kunde {{match.nr}}'}}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			equal(t, fmt.Sprint(tk.Level, tk.Group), "2netz")
			contains(t, o.only(mails, "m.brandl@firma.example").m.Text, "Kunde 4711")
		}},
		{"incident", "{incident: Bestellflut}", func(t *testing.T, _ *office, tk store.Ticket, _ []mail) { equal(t, tk.Incident, "Bestellflut") }},
		{"language", "{language: en}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			equal(t, tk.Language, "en")
			contains(t, o.only(mails, "a.berger@firma.example").m.Text, "Hello")
		}},
		{"set_subject", "{set_subject: 'Kunde {{match.nr}}'}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			equal(t, tk.Subject, "Kunde 4711")
			contains(t, o.only(mails, "l.huber@firma.example").m.Subject, "Kunde 4711")
		}},
		{"template_note", "{template_note: liste}", func(t *testing.T, o *office, tk store.Ticket, mails []mail) {
			contains(t, o.only(mails, "l.huber@firma.example").m.Text, "[ ] Kunde 4711")
			if strings.Contains(o.only(mails, "a.berger@firma.example").m.Text, "[ ]") {
				t.Error("the requester reads the note")
			}
			notes := slices.DeleteFunc(o.messages(tk.ID), func(m store.Message) bool { return m.Kind != "note" })
			if len(notes) != 1 || notes[0].Visibility != "internal" || !strings.Contains(notes[0].Text, "Kunde 4711") {
				t.Errorf("notes: %+v", notes)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, withRules(t, `  - {name: Bestellung, when: {regex: {pattern: 'kunde (?P<nr>\d+)'}}, then: `+c.then+"}\n"))
			mails := o.receive(order)
			c.check(t, o, o.ticket(10001), mails)
			o.sound()
		})
	}
}

// TestActionsWithoutTicket: what keeps a mail from becoming work.
func TestActionsWithoutTicket(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ then, outcome, reason, mailTo, text string }{
		{"{ignore: Werbung}", "ignored", "Werbung", "", ""},
		{"{hold: Erst prüfen}", "held", "Erst prüfen", "l.huber@firma.example", "Erst prüfen"},
		{"{reject: nein}", "rejected", "rule Bestellung", "a.berger@firma.example", "Dafür ist die Haustechnik zuständig."},
	} {
		o := newOffice(t, withRules(t, "  - {name: Bestellung, when: {words: [bestellen]}, then: "+c.then+"}\n"))
		mails := o.receive(order)
		in := o.outcome()
		if in.Outcome != c.outcome || in.Reason != c.reason {
			t.Errorf("%s: %s %q", c.then, in.Outcome, in.Reason)
		}
		switch {
		case c.mailTo == "" && len(mails) > 0, c.mailTo != "" && len(mails) != 1:
			t.Errorf("%s: mails %s", c.then, describe(mails))
		case c.mailTo != "":
			contains(t, o.only(mails, c.mailTo).m.Text, c.text)
		}
		o.sound()
	}
}

// TestHeldThenAccepted: what rules set on a mail that was held first counts when it
// is taken on.
func TestHeldThenAccepted(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withRules(t, "  - {name: A, when: {words: [bestellen]}, then: {template_note: liste, incident: Flut, priority: P2, tags: [x]}}\n"))
	mails := o.receive(eml{from: "x@fremd.example", subject: "Bestellung", text: "Bitte bestellen"})
	question := o.only(mails, "l.huber@firma.example")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#annehmen", answers: &question})
	tk := o.ticket(10001)
	if tk.Priority != "P2" || tk.Incident != "Flut" || strings.Join(tk.Tags, " ") != "x" || tk.State != "new" {
		t.Errorf("ticket %+v", tk)
	}
	if !slices.ContainsFunc(o.messages(tk.ID), func(m store.Message) bool { return m.Kind == "note" && m.Visibility == "internal" }) {
		t.Error("the note is missing")
	}
	o.sound()
}

// TestFAQByRule: a rule names the entry, or lets it only be suggested.
func TestFAQByRule(t *testing.T) {
	t.Parallel()
	question := eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?"}
	for then, want := range map[string]string{"{faq: none}": "", "{faq: suggest}": "", "{tags: [x]}": "passwort"} {
		o := newOffice(t, withRules(t, "  - {name: A, when: {words: [passwort]}, then: "+then+"}\n"))
		mails := o.receive(question)
		if tk := o.ticket(10001); tk.FAQ != want {
			t.Errorf("%s: FAQ %q", then, tk.FAQ)
		}
		if then == "{faq: suggest}" {
			contains(t, o.only(mails, "l.huber@firma.example").m.Text, "#faq passwort")
		}
	}
}

// TestWebForm: the person behind a form is the requester, and a robot has not
// written to him, because nobody vouches for the address.
func TestWebForm(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withRules(t, `  - {name: Formular, when: {from: [form@firma.example]}, then: {requester_from: 'Absender:\s*(\S+)', set_subject: Formular}}`+"\n"))
	mails := o.receive(eml{from: "form@firma.example", subject: "Neue Nachricht", text: "Absender: J.Kunde@kunde.example\r\nText: Drucker steht"})
	if tk := o.ticket(10001); tk.Requester != "j.kunde@kunde.example" || tk.Subject != "Formular" {
		t.Errorf("requester %s, subject %s", tk.Requester, tk.Subject)
	}
	notice := o.only(mails, "l.huber@firma.example")
	if len(mails) != 1 {
		t.Errorf("mails %s", describe(mails))
	}
	mails = o.receive(eml{from: lena, subject: "AW", text: "Wir kommen.", answers: &notice})
	contains(t, o.only(mails, "j.kunde@kunde.example").m.Text, "Wir kommen.")
	o.sound()
}

// TestSnapshotOfSender: what rules may ask about the sender and his attachments is
// filled in by the desk.
func TestSnapshotOfSender(t *testing.T) {
	t.Parallel()
	attached := eml{from: anna, subject: "Protokoll", headers: []string{"X-Test: 1"}, text: "siehe Anhang"}
	raw := strings.Replace(string(attached.bytes(1)), "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nsiehe Anhang\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsiehe Anhang\r\n--b\r\nContent-Type: application/octet-stream; name=protokoll.log\r\n"+
			"Content-Disposition: attachment; filename=protokoll.log\r\n\r\nkernel panic at 0x1\r\n--b--\r\n", 1)
	o := newOffice(t, withRules(t, `
  - {name: Protokoll, when: {attachment_text: ["kernel panic"]}, then: {tags: [absturz]}}
  - {name: Neuling, when: {is: first_contact}, then: {tags: [neu]}}
  - {name: Wichtig, when: {is: vip}, then: {tags: [chef]}}
  - {name: Viele, when: {sender_open_tickets: {at_least: 1}}, then: {tags: [viele]}}
`), func(c *triage.Config) {
		c.People.Directory = map[string]triage.Person{"chef@firma.example": {Address: "chef@firma.example", VIP: true, Language: "en"}}
	})
	o.receiveRaw([]byte(raw))
	equal(t, strings.Join(o.ticket(10001).Tags, " "), "absturz neu")
	o.receive(eml{from: anna, subject: "Noch etwas", text: "Bildschirm flackert"})
	equal(t, strings.Join(o.ticket(10002).Tags, " "), "viele")
	mails := o.receive(eml{from: "chef@firma.example", subject: "VPN", text: "VPN 42"})
	tk := o.ticket(10003)
	equal(t, strings.Join(tk.Tags, " "), "neu chef")
	equal(t, tk.Language, "en") // two words tell no language: the directory does
	contains(t, o.only(mails, "chef@firma.example").m.Text, "Hello")
}

// TestIncident: the third like ticket becomes the incident, the others join it, and
// a flood of further ones is told together.
func TestIncident(t *testing.T) {
	t.Parallel()
	for _, same := range []string{"category", "words"} {
		o := newOffice(t, withRules(t, "  - {name: Störung, when: {category: drucker, similar_recent: {same: "+same+
			", within: 60m, at_least: 3}}, then: {incident: Druckerstörung, priority_at_least: P2, notify: [group]}}\n"))
		report := func(n int) []mail {
			o.now = o.now.Add(time.Minute)
			return o.receive(eml{from: fmt.Sprintf("p%d@firma.example", n), subject: "Drucker druckt nicht", text: fmt.Sprintf("Der Drucker %d druckt nicht.", n)})
		}
		report(1)
		report(2)
		if tk := o.ticket(10002); tk.Incident != "" || tk.ParentID != 0 {
			t.Fatalf("%s: two are an incident already", same)
		}
		report(3)
		head := o.ticket(10003)
		if head.Incident != "Druckerstörung" || head.ParentID != 0 || head.Priority != "P2" {
			t.Errorf("%s: head %+v", same, head)
		}
		for n := int64(10001); n <= 10002; n++ {
			if tk := o.ticket(n); tk.ParentID != head.ID || tk.Incident != "Druckerstörung" {
				t.Errorf("%s: IT-%d has parent %d", same, n, tk.ParentID)
			}
		}
		for n := 4; n <= 6; n++ {
			if got := len(to(report(n), "l.huber@firma.example")); got != 1 {
				t.Errorf("%s: report %d told %d times", same, n, got)
			}
		}
		for n := 7; n <= 20; n++ {
			if got := len(to(report(n), "l.huber@firma.example")); got != 0 {
				t.Errorf("%s: report %d of a flood told singly", same, n)
			}
		}
		o.now = o.now.Add(10 * time.Minute)
		if _, err := o.desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		list := o.only(o.leaving(), "l.huber@firma.example")
		for _, part := range []string{"IT-10003 Druckerstörung: 14 weitere Meldungen", "IT-10007", "IT-10020"} {
			contains(t, list.m.Subject+list.m.Text, part)
		}
		report(21)
		o.now = o.now.Add(10 * time.Minute)
		if _, err := o.desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		list = o.only(o.leaving(), "l.huber@firma.example")
		contains(t, list.m.Subject+list.m.Text, ": 1 weitere Meldung")
		if strings.Contains(list.m.Text, "IT-10020") {
			t.Errorf("%s: told twice:\n%s", same, list.m.Text)
		}
		o.sound()
	}
}

// TestFollowUpRules: rules with applies_to reply or both act on what continues a
// ticket, and what an agent has set stays.
func TestFollowUpRules(t *testing.T) {
	t.Parallel()
	const followRules = `
  - {name: Neu, when: {words: [brennt]}, then: {tags: [nie]}}
  - {name: Brennt, applies_to: reply, when: {is: reply, words: [brennt]}, then: {priority: P1, category: konto, tags: [brand], notify: [lead], template_note: liste, watchers: [brand@firma.example], set_subject: Brand}}
  - {name: Werbung, applies_to: both, when: {words: [werbung]}, then: {ignore: Werbung}, stop: true}
  - {name: Gesperrt, applies_to: reply, when: {words: [gesperrt]}, then: {hold: erst prüfen}}
  - {name: Netz, applies_to: reply, when: {words: [switch]}, then: {escalate: {to: netz, reason: Switch}, sla: auftrag}}
`
	o := newOffice(t, withRules(t, followRules))
	mails := o.receive(printer)
	receipt, notice := o.only(mails, "a.berger@firma.example"), o.only(mails, "l.huber@firma.example")
	say := func(text string) []mail {
		t.Helper()
		o.now = o.now.Add(11 * time.Minute)
		return o.receive(eml{from: anna, subject: "AW", text: text, answers: &receipt})
	}
	mails = say("Er brennt jetzt!")
	tk := o.ticket(10001)
	if tk.Priority != "P1" || tk.Category != "konto" || strings.Join(tk.Tags, " ") != "brand" || tk.Subject != "Brand" {
		t.Errorf("ticket %+v", tk)
	}
	equal(t, len(to(mails, "a.berger@firma.example")), 0)
	o.only(mails, "s.vogl@firma.example")
	equal(t, strings.Join(o.watchers(tk.ID), " "), "brand@firma.example")

	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#prio P4\r\n#kat drucker", answers: &notice})
	say("Er brennt schon wieder!")
	if tk = o.ticket(10001); tk.Priority != "P4" || tk.Category != "drucker" {
		t.Errorf("a rule overruled an agent: %s %s", tk.Priority, tk.Category)
	}
	if mails = say("Werbung für Drucker"); len(mails) > 0 || o.outcome().Outcome != "ignored" {
		t.Errorf("ignored follow-up: %s %s", o.outcome().Outcome, describe(mails))
	}
	say("Konto gesperrt")
	equal(t, o.outcome().Outcome, "pending")
	mails = say("Der Switch ist tot")
	if tk = o.ticket(10001); tk.Level != 2 || tk.Group != "netz" || tk.SLA != "auftrag" {
		t.Errorf("escalated by a rule: %+v", tk)
	}
	if len(to(mails, "m.brandl@firma.example")) == 0 {
		t.Errorf("the second level hears nothing: %s", describe(mails))
	}
	o.sound()
}

func equal[T comparable](t *testing.T, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func contains(t *testing.T, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%q is missing in:\n%s", part, text)
	}
}

func (o *office) messages(ticketID int64) (list []store.Message) {
	o.t.Helper()
	o.view(func(tx *store.Tx) (err error) {
		list, err = tx.Messages(o.t.Context(), ticketID)
		return err
	})
	return list
}

func (o *office) watchers(ticketID int64) (list []string) {
	o.t.Helper()
	o.view(func(tx *store.Tx) error {
		people, err := tx.Participants(o.t.Context(), ticketID)
		for _, p := range people {
			if p.Role == "watcher" {
				list = append(list, p.Address)
			}
		}
		return err
	})
	return list
}

func (o *office) clock(ticketID int64, kind string) (c store.Clock) {
	o.t.Helper()
	o.view(func(tx *store.Tx) error {
		rows, err := tx.Clocks(o.t.Context(), ticketID)
		for _, r := range rows {
			if r.Kind == kind {
				c = r
			}
		}
		return err
	})
	return c
}

func (o *office) view(f func(*store.Tx) error) {
	o.t.Helper()
	if err := o.store.View(o.t.Context(), f); err != nil {
		o.t.Fatal(err)
	}
}
