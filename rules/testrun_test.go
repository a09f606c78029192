package rules

import (
	"errors"
	"strings"
	"testing"

	"firstline/rules/source"
)

const failing = `
categories: {drucker: {group: first-level, strong: [drucker]}, rest: {group: first-level}}
rules:
  - name: Verbrauchsmaterial
    when:
      words: [toner]
      words_also: [leer, bestellen]
    then: {priority: P4, tags: [verbrauch]}
    tests:
      - {mail: {subject: Toner, body: "Der Toner ist fast alle."}, expect: {priority: P4}}
      - {mail: {subject: Toner leer}, expect: {priority: P4, tags: [verbrauch], rules: [Verbrauchsmaterial], faq: none, receipt: standard, state: new}}
tests:
  - {name: Kette, mail: {file: fehlt.eml}, expect: {priority: P3}}
  - {name: Datei, mail: {file: da.eml}, expect: {category: drucker, language: en}}
  - {name: nicht, mail: {subject: Toner leer}, expect: {not_rules: [Verbrauchsmaterial]}}
`

func TestReportTests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lang, want string }{
		{"de", "Test „Verbrauchsmaterial: Toner“: priority erwartet P4, bekommen P3 · weil Regel „Verbrauchsmaterial“ nicht traf: words_also fand keines von leer, bestellen."},
		{"en", "Test “Verbrauchsmaterial: Toner”: priority expected P4, got P3 · because rule “Verbrauchsmaterial” did not match: words_also found none of leer, bestellen."},
	} {
		refs := testRefs()
		refs.Language = c.lang
		refs.ReadFile = func(name string) ([]byte, error) {
			if name != "da.eml" {
				return nil, errors.New("gibt es nicht")
			}
			return []byte("From: a@firma.example\r\nSubject: Drucker\r\n\r\nPlease help, the printer does not print any more and I need it.\r\n"), nil
		}
		r := source.NewReport(c.lang)
		s := Compile(r, r.Parse("regeln.yaml", []byte(failing)), refs)
		ran, failed := s.ReportTests(r)
		if ran != 5 || failed != 3 {
			t.Errorf("%d ran, %d failed", ran, failed)
		}
		text := source.Render(r.Findings(), c.lang)
		for _, want := range []string{c.want, "regeln.yaml:10:", "fehlt.eml", "not_rules"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
	}
}

// The hash follows what decides, not how it is written.
func TestHash(t *testing.T) {
	t.Parallel()
	hash := func(text string) string { return compileText(t, text, testRefs()).Hash }
	a := hash("rules:\n  - {name: A, when: {words: [toner]}, then: {tags: [x]}}\n")
	if b := hash("# Kommentar\nrules:\n  - name: 'A'\n    when:\n      words: [\"toner\"]\n    then: {tags: [x]}\n"); a != b {
		t.Error("layout changes the hash")
	}
	if b := hash("rules:\n  - {name: A, when: {words: [tonen]}, then: {tags: [x]}}\n"); a == b {
		t.Error("another word does not change the hash")
	}
	if len(a) != 64 {
		t.Errorf("hash %q", a)
	}
}
