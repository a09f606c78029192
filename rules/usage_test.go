package rules

import (
	"strings"
	"testing"

	"firstline/rules/source"
)

// TestUnused: what no mail needed is named, with its place; the words by which a
// stored reason tells a suggestion are those that decisions write.
func TestUnused(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		s, _ := compileStarterNamed(t, lang, "de")
		s = s.In(lang)
		u := NewUsage()
		u.Days, u.Tickets, u.Categories = 30, 2, map[string]int{"drucker": 2}
		u.Add(s.Decide(mail("Toner fast leer", "Der Toner im 2. OG ist fast leer.")).Trace)
		u.Add(s.Decide(mail("Programm installieren", "Kann man mir bitte eine Software installieren?")).Trace)
		u.Add([]Step{{Stage: "thread", Reason: "no decision of the rules"}})
		if u.Mails != 2 || u.Rules["Verbrauchsmaterial"] != 1 || u.FAQ["software-installieren"] != 1 {
			t.Fatalf("%s: %+v", lang, u)
		}
		r := source.NewReport(lang)
		s.ReportUnused(r, u)
		text := source.Render(r.Findings(), lang)
		for _, want := range []string{"regeln.yaml:", "R030", "Stillstand", "R031", "netzwerk", "F035", "postfach-voll"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing:\n%s", lang, want, text)
			}
		}
		for _, used := range []string{"Verbrauchsmaterial”", "Verbrauchsmaterial“", "“drucker”", "„drucker“", "software-installieren", "sonstiges"} {
			if strings.Contains(text, used) {
				t.Errorf("%s: %q is reported:\n%s", lang, used, text)
			}
		}
		r = source.NewReport(lang)
		if s.ReportUnused(r, NewUsage()); len(r.Findings()) > 0 {
			t.Error("findings without mails")
		}
	}
}
