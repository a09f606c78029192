package triage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// edited is the configuration of an office with other rules.
func (o *office) edited(replace ...string) *triage.Config {
	o.t.Helper()
	c := *o.desk.Config()
	text := strings.NewReplacer(replace...).Replace(rulesYAML)
	if text == rulesYAML && len(replace) > 0 {
		o.t.Fatal("the edit changes nothing")
	}
	report := source.NewReport("de")
	c.Rules = rules.Compile(report, report.Parse("rules.yaml", []byte(text)), rules.Refs{
		Groups: []rules.GroupRef{{ID: "first"}, {ID: "netz"}}, Location: c.Company.Location, InternalDomains: []string{"firma.example"},
	})
	if report.HasErrors() {
		o.t.Fatal(source.Render(report.Findings(), "de"))
	}
	return &c
}

func (o *office) replay(after *triage.Config) triage.Replay {
	o.t.Helper()
	r, err := triage.ReplayMails(o.t.Context(), o.store, o.desk.Config(), after, triage.ReplayOptions{Since: monday.Add(-time.Hour), Until: o.now.Add(time.Hour), Lang: "de"})
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// shift finds a line of a replay.
func shift(r triage.Replay, kind, old, new string) triage.Shift {
	i := slices.IndexFunc(r.Shifts, func(s triage.Shift) bool { return s.Kind == kind && s.Old == old && s.New == new })
	if i < 0 {
		return triage.Shift{}
	}
	return r.Shifts[i]
}

// TestReplay: what an edit would change, by kind, by rule and by mail, and against
// the categories that people chose.
func TestReplay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(printer)
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: anna, subject: "Stückliste falsch", text: "In der Stückliste 4711 fehlt ein Teil."})
	o.now = o.now.Add(time.Minute)
	notice := o.only(o.receive(eml{from: anna, subject: "Toner leer", text: "Der Toner ist leer."}), "l.huber@firma.example")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#kat konto\r\n", answers: &notice})
	o.receive(eml{from: anna, subject: "Newsletter", text: "Angebote", headers: []string{"List-Id: <news.firma.example>"}})
	before := o.rowCounts()

	if r := o.replay(o.edited()); r.Mails != 4 || r.Changed != 0 || len(r.Shifts) != 0 || len(r.Rules) != 0 || r.Final != (triage.FinalCategory{Tickets: 3, Old: 2, New: 2}) {
		t.Errorf("the same rules: %+v", r)
	}
	r := o.replay(o.edited("strong: [passwort]", "strong: [passwort, toner, leer]", "  - name: Sicherheit", "  - name: Stückliste\n    when: {words: [stückliste]}\n    then: {priority: P2, tags: [erp]}\n  - name: Sicherheit",
		"medium: [papier]", "medium: [papier]", "strong: [drucker, toner]", "strong: [drucker]"))
	if r.Mails != 4 || r.Changed != 2 || r.Final != (triage.FinalCategory{Tickets: 3, Old: 2, New: 3}) {
		t.Errorf("replay: %d mails, %d changed, %+v", r.Mails, r.Changed, r.Final)
	}
	cat := shift(r, "category", "drucker", "konto")
	if cat.Count != 1 || !slices.Equal(cat.Tickets, []string{"IT-10003"}) || cat.Why != "Wörter von konto: toner, leer" {
		t.Errorf("category: %+v", cat)
	}
	prio := shift(r, "priority", "P3", "P2")
	if prio.Count != 1 || prio.Why != "Regel „Stückliste“ trifft jetzt" {
		t.Errorf("priority: %+v in %+v", prio, r.Shifts)
	}
	if len(r.Rules) != 1 || r.Rules[0] != (triage.RuleShift{Rule: "Stückliste", More: 1}) {
		t.Errorf("rules: %+v", r.Rules)
	}
	if d := r.Differences; len(d) != 2 || d[0].Ticket != "IT-10002" || d[0].Subject != "Stückliste falsch" || len(d[0].Changes) != 2 || d[1].Ticket != "IT-10003" {
		t.Errorf("by mail: %+v", d)
	}

	r = o.replay(o.edited("when: {is: mailing_list}", "when: {words: [stückliste]}", "then: {ignore: Newsletter}", "then: {ignore: Unsinn}"))
	if s := shift(r, "outcome", "opened", "ignored"); s.Count != 1 || s.Tickets[0] != "IT-10002" {
		t.Errorf("outcome: %+v", r.Shifts)
	}
	if s := shift(r, "outcome", "ignored", "opened"); s.Count != 1 || len(s.Tickets) != 0 {
		t.Errorf("the newsletter would be a ticket: %+v", r.Shifts)
	}
	if after := o.rowCounts(); after != before {
		t.Errorf("replay wrote: %s, before %s", after, before)
	}
}

// rowCounts tells whether anything was written.
func (o *office) rowCounts() string {
	o.t.Helper()
	s, err := o.store.Stats(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	s.At, s.DatabaseSize, s.DiskFree = time.Time{}, 0, 0
	b, err := json.Marshal(s)
	if err != nil {
		o.t.Fatal(err)
	}
	return fmt.Sprintf("%s %d mails", b, len(o.leaving()))
}

// TestReplayFAQ: answers that would go out or no longer go out, and what people did.
func TestReplayFAQ(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	expired := eml{from: anna, subject: "Passwort abgelaufen", text: "Mein Passwort ist abgelaufen. Wie ändere ich mein Passwort?"}
	answer := o.only(o.receive(expired), "a.berger@firma.example")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: anna, subject: "AW: Passwort", text: "Das hat leider nicht geholfen.", answers: &answer})
	o.now = o.now.Add(time.Minute)
	ben := "Ben Maier <b.maier@firma.example>"
	notice := o.only(o.receive(eml{from: ben, subject: "Drucker offline", text: "Der Drucker ist offline."}), "l.huber@firma.example")
	o.now = o.now.Add(time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "Drucker aus- und einschalten.", answers: &notice})

	r := o.replay(o.edited("    must: [[passwort], [abgelaufen, ändern]]", "    must: [[passwort], [abgelaufen, ändern]]\n    never_if: [{words: [abgelaufen]}]",
		"faq:\n", "faq:\n  - {id: offline, category: drucker, questions: [Der Drucker ist offline, Mein Drucker ist offline, Drucker offline], answer: Drucker aus- und einschalten.}\n"))
	gone := shift(r, "faq", "passwort", "")
	if gone.Count != 1 || gone.Rejected != 1 || !strings.Contains(gone.Why, "never_if") {
		t.Errorf("no longer sent: %+v in %+v", gone, r.Shifts)
	}
	fresh := shift(r, "faq", "", "offline")
	if fresh.Count != 1 || fresh.Same != 1 || fresh.Why != "neuer Eintrag" {
		t.Errorf("now sent: %+v in %+v", fresh, r.Shifts)
	}
	if s := shift(r, "outcome", "answered", "opened"); s.Count != 0 {
		t.Error("the outcome that follows from the FAQ is listed besides")
	}
}

// TestReplaySnapshot: conditions about the past see what was known then.
func TestReplaySnapshot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 5 {
		o.receive(eml{from: anna, subject: fmt.Sprintf("Drucker %d", i), text: "Der Drucker druckt nicht."})
		o.now = o.now.Add(10 * time.Minute)
	}
	r := o.replay(o.edited("rules:\n", "rules:\n  - {name: Störung, when: {category: drucker, similar_recent: {same: category, within: 60m, at_least: 3}}, then: {priority_at_least: P1}}\n"+
		"  - {name: Vielschreiber, when: {sender_open_tickets: {at_least: 4}}, then: {tags: [viel]}}\n"))
	if s := shift(r, "priority", "P3", "P1"); s.Count != 2 && s.Count != 3 || s.Tickets[len(s.Tickets)-1] != "IT-10005" {
		t.Errorf("similar_recent: %+v", s)
	}
	if s := shift(r, "tags", "", "viel"); s.Count != 1 || s.Tickets[0] != "IT-10005" {
		t.Errorf("sender_open_tickets: %+v", s)
	}
}

// TestReplayLeavesOut: what the rules did not decide, what is gone, what is older.
func TestReplayLeavesOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(eml{from: lena, subject: "Anruf", text: "#telefon a.berger@firma.example\r\nDer Toner ist leer."})
	o.receive(printer)
	o.receive(eml{from: "Fremd <x@fremd.example>", subject: "Rechnung", text: "Anbei der Toner."}) // held
	last := o.outcome().ID
	ctx := t.Context()
	if err := o.store.Erase(ctx, func(tx *store.Tx) error { return tx.EraseRaw(ctx, last-1) }); err != nil {
		t.Fatal(err)
	}
	r := o.replay(o.edited("strong: [drucker, toner]", "strong: [drucker]"))
	if r.Mails != 1 || r.Unread != 1 || r.Changed != 1 || r.Differences[0].Ticket != "H-3" {
		t.Errorf("replay: %+v", r)
	}
	o.now = o.now.Add(48 * time.Hour)
	r, err := triage.ReplayMails(ctx, o.store, o.desk.Config(), o.desk.Config(), triage.ReplayOptions{Since: o.now.Add(-time.Hour), Until: o.now})
	if err != nil || r.Mails != 0 {
		t.Errorf("nothing in the last hour: %+v, %v", r, err)
	}
}
