package rules

import (
	"os"
	"testing"
	"time"

	"firstline/rules/source"
)

// isarwerk returns the names of the firm in testdata/isarwerk.yaml.
func isarwerk(t testing.TB) Refs {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	office := func(at time.Time) bool {
		at = at.In(zone)
		end := 17
		if at.Weekday() == time.Friday {
			end = 15
		}
		return at.Weekday() >= time.Monday && at.Weekday() <= time.Friday && at.Hour() >= 8 && at.Hour() < end
	}
	return Refs{
		Language: "de", Languages: []string{"de", "en"}, Location: zone, InternalDomains: []string{"isarwerk.example"},
		Groups: []GroupRef{{"first-level", 1, []string{"lena", "tobias"}}, {"netz", 2, []string{"markus"}}, {"erp", 2, []string{"aylin"}}},
		Agents: []string{"lena", "tobias", "markus", "aylin", "sabine"},
		SenderGroups: map[string][]string{
			"geschaeftsleitung": {"p.lang@isarwerk.example", "k.lang@isarwerk.example"},
			"personal":          {"personal@isarwerk.example"},
			"fertigung":         {"schicht1@isarwerk.example", "cnc-leitstand@isarwerk.example"},
		},
		Mailboxes: []string{"support"}, OwnAddresses: []string{"support@isarwerk.example"},
		SLAs: []string{"standard", "produktion", "auftrag"}, DefaultSLA: "standard",
		Receipts: []string{"ausserhalb", "sicherheit_sofort"}, Notes: []string{"checkliste_eintritt"},
		Calendars: map[string]func(time.Time) bool{"buero": office},
		Due: func(sla, priority string, at time.Time) map[string]time.Time {
			if sla == "auftrag" && priority == "P4" { // 16 h of office time from Friday 16:10
				return map[string]time.Time{"first_reply": time.Date(2026, 3, 10, 15, 0, 0, 0, zone)}
			}
			return map[string]time.Time{"first_reply": at.Add(4 * time.Hour)}
		},
	}
}

// compileFile compiles a file of testdata; findings fail the test.
func compileFile(t testing.TB, name string, refs Refs, opts ...Option) *Set {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return compileText(t, string(data), refs, opts...)
}

func compileText(t testing.TB, text string, refs Refs, opts ...Option) *Set {
	t.Helper()
	r := source.NewReport("de")
	s := Compile(r, r.Parse("test.yaml", []byte(text)), refs, opts...)
	if r.HasErrors() {
		t.Fatalf("findings:\n%s", source.Render(r.Findings(), "de"))
	}
	return s
}

func TestExample(t *testing.T) {
	t.Parallel()
	s := compileFile(t, "testdata/isarwerk.yaml", isarwerk(t))
	if len(s.rules) != 15 || len(s.faq.entries) != 10 || len(s.categories) != 10 {
		t.Fatalf("%d rules, %d FAQ entries, %d categories", len(s.rules), len(s.faq.entries), len(s.categories))
	}
	results := s.Test()
	if len(results) != 9 {
		t.Fatalf("%d tests, want 9", len(results))
	}
	for _, r := range results {
		if r.OK {
			continue
		}
		for _, d := range r.Diffs {
			t.Errorf("%s: %s", r.Name, d.text("de"))
		}
		for _, step := range r.Decision.Trace {
			t.Logf("  %-9s %-40s %v %s", step.Stage, step.Name, step.Match, step.Reason)
		}
	}
}
