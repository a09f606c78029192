package rules

import (
	"encoding/base64"
	"io/fs"
	"strings"
	"testing"

	"firstline/mailin"
	"firstline/rules/source"
)

// starterRefs are the names the starter set needs.
func starterRefs() Refs {
	return Refs{Language: "de", InternalDomains: []string{"firma.example"}, Mailboxes: []string{"support"},
		Groups: []GroupRef{{"first-level", 1, nil}, {"second-level", 2, nil}}}
}

// compileStarter merges and compiles the starter files as includes would.
func compileStarter(t testing.TB, lang string) (*Set, *source.Report) {
	t.Helper()
	return compileStarterNamed(t, lang, "de")
}

// compileStarterNamed is compileStarter for the set with names in a language.
func compileStarterNamed(t testing.TB, lang, names string) (*Set, *source.Report) {
	t.Helper()
	r := source.NewReport(lang)
	var roots []*source.Node
	err := fs.WalkDir(Starter(names), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(Starter(names), name)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(name, ".md") {
			roots = append(roots, r.Parse(name, data))
			return nil
		}
		entry := r.ParseMarkdown(name, data)
		list := &source.Node{Kind: source.KindList, Items: []*source.Node{entry}, File: entry.File, Line: 1, Column: 1}
		key := &source.Node{Kind: source.KindScalar, Value: "faq", File: entry.File, Line: 1, Column: 1}
		roots = append(roots, &source.Node{Kind: source.KindMap, Pairs: []source.Pair{{Key: key, Value: list}}, File: entry.File, Line: 1, Column: 1})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return Compile(r, r.Merge(nil, roots...), starterRefs()), r
}

func TestStarter(t *testing.T) {
	t.Parallel()
	for _, names := range []string{"de", "en"} {
		t.Run(names, func(t *testing.T) {
			t.Parallel()
			checkStarter(t, names)
		})
	}
	if n := len(shippedBackground()); n < 300 {
		t.Errorf("%d background mails", n)
	}
}

// checkStarter: ten categories, fifteen rules with tests, ten FAQ entries with at
// least eight phrasings in each language, no finding, no failing test.
func checkStarter(t *testing.T, names string) {
	s, r := compileStarterNamed(t, names, names)
	tested := map[string]bool{}
	for _, x := range s.tests {
		tested[x.owner] = true
	}
	for _, name := range s.RuleNames() {
		if !tested[name] {
			t.Errorf("rule %s has no test", name)
		}
	}
	if fs := r.Findings(); len(fs) > 0 {
		t.Errorf("findings:\n%s", source.Render(fs, "de"))
	}
	if len(s.categories) != 10 || len(s.rules) != 15 || len(s.faq.entries) != 10 {
		t.Errorf("%d categories, %d rules, %d FAQ entries", len(s.categories), len(s.rules), len(s.faq.entries))
	}
	for _, e := range s.FAQEntries() {
		if len(e.Questions["de"]) < 8 || len(e.Questions["en"]) < 8 {
			t.Errorf("%s: %d German and %d English phrasings", e.ID, len(e.Questions["de"]), len(e.Questions["en"]))
		}
	}
	for _, res := range s.Test() {
		for _, d := range res.Diffs {
			t.Errorf("%s: %s", res.Name, d.text("de"))
		}
		if !res.OK {
			for _, step := range res.Decision.Trace {
				if step.Match || step.Stage == "faq" || step.Stage == "category" {
					t.Logf("    %-9s %-30s %s", step.Stage, step.Name, step.Reason)
				}
			}
		}
	}
}

func base64Text(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// The background of the first day is large, in both languages, and says nothing
// twice.
func TestShippedBackground(t *testing.T) {
	t.Parallel()
	seen, english := map[string]bool{}, 0
	for _, m := range shippedBackground() {
		subject, body, ok := strings.Cut(m.Text, " | ")
		if !ok || subject == "" || len(strings.Fields(body)) < 3 || seen[body] {
			t.Errorf("%q", m.Text)
		}
		seen[body] = true
		if mailin.Parse([]byte("From: a@firma.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"+body+"\r\n"), mailin.Options{}).Language == "en" {
			english++
		}
	}
	if len(seen) < 300 || english < 80 || len(seen)-english < 200 {
		t.Errorf("%d mails, %d of them English", len(seen), english)
	}
}
