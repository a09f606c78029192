package triage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailin"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// attached is the one attachment of a mail with a suffix.
func (o *office) attached(m mail, suffix string) string {
	o.t.Helper()
	for i, a := range m.m.Attachments {
		if strings.HasSuffix(a.Filename, suffix) {
			b, err := mailin.Content(m.raw, i)
			if err != nil {
				o.t.Fatal(err)
			}
			return string(b)
		}
	}
	o.t.Fatalf("no attachment %s:\n%s", suffix, m.m.Text)
	return ""
}

// loadWith loads the example configuration with one more file.
func loadWith(t *testing.T, extra string) *config.Config {
	t.Helper()
	b, err := os.ReadFile("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	main := strings.Replace(string(b), "include: []", "include: [entwurf.yaml]", 1)
	for name, text := range map[string]string{"config.yaml": main, "entwurf.yaml": extra} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, found := config.Load(filepath.Join(dir, "config.yaml"), config.Options{Lang: "de", Now: monday})
	if source.HasErrors(found) {
		t.Fatalf("check refuses the draft:\n%s\n%s", source.Render(found, "de"), extra)
	}
	for _, f := range found {
		if strings.Contains(source.Render([]source.Finding{f}, "de"), "must") {
			t.Errorf("the proposed gate is faulty:\n%s", source.Render([]source.Finding{f}, "de"))
		}
	}
	return c
}

// TestFAQDraft: #faqneu makes an entry of a ticket, with the words of everybody who
// asked the same and without names; check accepts it (product S27). It goes along
// with #l1 in one mail.
func TestFAQDraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	bernd := "Bernd Kraus <b.kraus@firma.example>"
	o.answered(eml{from: bernd, subject: "Fehler 49 am Drucker", text: "Servus, im 2. OG wieder Fehler 49 auf dem Display vom Drucker."}, "#gelöst\r\n\r\nHallo Bernd,\r\nist behoben.\r\n")
	notice := o.only(o.receive(eml{from: anna, subject: "Drucker zeigt Fehler 49: \"Service\"", text: "Hallo Lena,\r\nder Drucker im 2. OG zeigt Fehler 49 und druckt nicht mehr.\r\n\r\nViele Grüße\r\nAnna Berger"}), "l.huber@firma.example")
	hand := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: bitte ansehen", answers: &notice}), "m.brandl@firma.example")
	o.now = o.now.Add(time.Hour)
	got := o.receive(eml{from: markus, subject: "AW", text: "#l1\r\n#faqneu: Was tun bei Fehler 49 am Drucker?\r\n\r\nHallo Lena,\r\n1. In der Warteschlange den Auftrag von Frau Berger mit der defekten PDF löschen (IT-10002).\r\n2. Drucker neu starten.\r\nFragen an Markus oder m.brandl@firma.example.\r\n\r\nGruß\r\nMarkus\r\n", answers: &hand})
	if tk := o.ticket(10002); tk.Level != 1 {
		t.Errorf("the ticket is at level %d", tk.Level)
	}
	has(t, "the way back", o.only(got, "l.huber@firma.example").m.Text, "WISSEN")
	has(t, "the confirmation", o.only(got, "m.brandl@firma.example").m.Text, "FAQ-Entwurf „Was tun bei Fehler 49 am Drucker?“ aus IT-10002 ist bei Sabine Vogl.")
	draft := o.only(got, "s.vogl@firma.example")
	has(t, "the draft", draft.m.Text, "FRAGE Was tun bei Fehler 49 am Drucker?", "ANTWORT 1. In der Warteschlange", "internen Notiz", "faq: - id:")
	yaml := o.attached(draft, ".yaml")
	for _, name := range []string{"Lena", "Berger", "Markus", "m.brandl", "Bernd", "Gruß", "10002)"} {
		if strings.Contains(yaml, name) {
			t.Errorf("the draft names %q:\n%s", name, yaml)
		}
	}
	c := loadWith(t, yaml)
	e, ok := c.Desk.Rules.FAQEntry("fehler-49-drucker")
	if !ok {
		t.Fatalf("no such entry:\n%s", yaml)
	}
	want := "1. In der Warteschlange den Auftrag von [Name] mit der defekten PDF löschen.\n2. Drucker neu starten.\nFragen an [Name] oder [Adresse]."
	if e.Answer["de"] != want+"\n" && e.Answer["de"] != want {
		t.Errorf("answer %q, want %q", e.Answer["de"], want)
	}
	if q := e.Questions["de"]; len(q) < 3 || q[0] != "Was tun bei Fehler 49 am Drucker?" || q[1] != `Drucker zeigt Fehler 49: "Service"` || !strings.Contains(strings.Join(q, "|"), "Fehler 49 am Drucker") {
		t.Errorf("questions %q", q)
	}
	if e.Mode != "suggest" || e.Category != "drucker" || e.ReviewBy.IsZero() {
		t.Errorf("entry %+v", e)
	}
	o.sound()
}

// TestFAQDraftOfEmptyTicket: a ticket that says nothing still gives a draft that
// check accepts, and one without an answer says so.
func TestFAQDraftOfEmptyTicket(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.FAQ.Editor = "markus" })
	for i, e := range []eml{
		{from: anna, subject: "", text: "?"},
		{from: anna, subject: "{{x}} & *y* # 'z': |", text: "\u202e\tEinrücken\r\n - : [a, b"},
		{from: anna, subject: "Frage", text: strings.Repeat("Wie geht das? ", 300)},
	} {
		o.now = o.now.Add(time.Hour)
		notice := o.only(o.receive(e), "l.huber@firma.example")
		draft := o.only(o.receive(eml{from: lena, subject: "AW", text: "#faqneu", answers: &notice}), "m.brandl@firma.example")
		c := loadWith(t, o.attached(draft, ".yaml"))
		if len(c.Desk.Rules.FAQEntries()) != len(loadWith(t, "").Desk.Rules.FAQEntries())+1 {
			t.Errorf("draft %d is no entry", i)
		}
	}
	var events []store.Event
	err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.EventsBetween(t.Context(), monday, o.now.Add(time.Hour), "faq_draft")
		return err
	})
	if err != nil || len(events) != 3 || events[0].New == "" || events[0].Reason == "" {
		t.Errorf("%d drafts in the history, %v: %+v", len(events), err, events)
	}
}

// TestFAQDraftByNumber: a list or a report that asks for a draft is answered with the
// number of the ticket.
func TestFAQDraftByNumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice, _ := o.answered(eml{from: anna, subject: "Dockingstation erkennt Monitor nicht", text: "Der Monitor bleibt schwarz."}, "#gelöst\r\n\r\nHallo Frau Berger,\r\ndie Firmware der Dockingstation ist aktualisiert.\r\n\r\nViele Grüße\r\nLena Huber")
	list := o.only(o.receive(eml{from: lena, subject: "AW", text: "#meine", answers: &notice}), "l.huber@firma.example")
	got := o.receive(eml{from: lena, subject: "AW", text: "#faqneu IT-10001", answers: &list})
	yaml := o.attached(o.only(got, "s.vogl@firma.example"), ".yaml")
	if !strings.Contains(yaml, "die Firmware der Dockingstation ist aktualisiert.") || strings.Contains(yaml, "interne Notiz") {
		t.Errorf("the draft:\n%s", yaml)
	}
	if e, ok := loadWith(t, yaml).Desk.Rules.FAQEntry("dockingstation-erkennt-monitor"); !ok || e.Answer["de"] == "" {
		t.Errorf("entry %+v of\n%s", e, yaml)
	}
	has(t, "the confirmation", o.only(got, "l.huber@firma.example").m.Text, "ist bei Sabine Vogl")
}
