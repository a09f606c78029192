package rules

import (
	"strings"
	"testing"
	"time"

	"firstline/rules/source"
)

// findings compiles a text and returns "line code" of every finding.
func findings(text string) (list []string, rendered string) {
	r := source.NewReport("de")
	refs := Refs{Language: "de", Languages: []string{"de", "en"}, Groups: []GroupRef{{"first-level", 1, nil}, {"netz", 2, nil}}, Agents: []string{"lena"},
		OwnAddresses: []string{"support@firma.example"}, SenderGroups: map[string][]string{"chefs": {"a@firma.example"}, "alle": {"@firma.example"}}}
	Compile(r, r.Parse("t.yaml", []byte(text)), refs)
	for _, f := range r.Findings() {
		list = append(list, atoi(f.Line)+" "+f.Code)
	}
	return list, source.Render(r.Findings(), "de")
}

func TestSemantics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       string // findings, joined by commas
	}{
		{"shadowed by a wider word list", `
rules:
  - {name: A, when: {words: [toner, papier]}, then: {tags: [x]}, stop: true}
  - {name: B, when: {words: [toner]}, then: {tags: [y]}}`, "4 R020"},
		{"not shadowed: other place", `
rules:
  - {name: A, when: {subject: [toner]}, then: {tags: [x]}, stop: true}
  - {name: B, when: {words: [toner]}, then: {tags: [y]}}`, ""},
		{"not shadowed: one more condition before", `
rules:
  - {name: A, when: {words: [toner], is: external}, then: {tags: [x]}, stop: true}
  - {name: B, when: {words: [toner]}, then: {tags: [y]}}`, ""},
		{"shadowed by a domain", `
rules:
  - {name: A, when: {from_domain: [firma.example]}, then: {tags: [x]}, stop: true}
  - {name: B, when: {sender_group: chefs, words: [vpn]}, then: {tags: [y]}}`, "4 R020"},
		{"shadowed by one block of any_of", `
rules:
  - {name: A, when: {any_of: [{words: [toner]}, {is: external}]}, then: {tags: [x]}, stop: true}
  - {name: B, when: {is: external, words: [vpn]}, then: {tags: [y]}}`, "4 R020"},
		{"reply rules are not shadowed by new ones", `
rules:
  - {name: A, when: {words: [toner]}, then: {tags: [x]}, stop: true}
  - {name: B, when: {words: [toner]}, applies_to: reply, then: {tags: [y]}}`, ""},
		{"everything is set before", `
rules:
  - {name: A, when: {words: [toner, papier]}, then: {priority: P4, tags: [x, z]}}
  - {name: B, when: {words: [toner]}, then: {priority: P1, tags: [z]}}`, "4 R021"},
		{"override acts", `
rules:
  - {name: A, when: {words: [toner, papier]}, then: {priority: P4}}
  - {name: B, when: {words: [toner]}, override: true, then: {priority: P1}}`, ""},
		{"contradiction", `
rules:
  - {name: A, when: {words: [toner], none_of: [{words: [toner, papier]}]}, then: {priority: P4}}`, "3 R024"},
		{"escalation to the own group", `
rules:
  - {name: A, when: {words: [toner]}, then: {group: netz, escalate: {to: netz}}}`, "3 R022"},
		{"own address", `
rules:
  - {name: A, when: {words: [toner]}, then: {notify: [support@firma.example]}}`, "3 R023"},
		{"unknown names", `
categories: {drucker: {group: first-level, strong: [drucker]}}
rules:
  - name: A
    when: {category: druker, sender_group: chef}
    then: {group: nez, assign: lina, faq: nix, receipt: weg, sla: gold}`, "5 K013,5 K013,6 K013,6 K013,6 K013,6 K013,6 K013"},
		{"no condition, no action", `
rules:
  - {name: A, when: {}, then: {tags: [x]}}
  - {name: B, when: {words: [x1]}, then: {}}`, "3 R010,4 R011"},
		{"twice", `
rules:
  - {name: A, when: {words: [eins]}, then: {tags: [x]}}
  - {name: A, when: {words: [zwei]}, then: {tags: [y]}}`, "4 K014"},
		{"category without group and words", `
categories:
  a: {strong: [drucker]}
  b: {group: netz}
  c: {group: netz}`, "3 R012,5 R026"},
		{"bad patterns", `
rules:
  - {name: A, when: {words: ["!!", "a*b", "/(abc/"]}, then: {tags: [x]}}
  - {name: B, when: {regex: {pattern: '(abc'}}, then: {tags: [x]}}`, "3 R001,3 R003,3 R004,4 R004"},
		{"capture that is none", `
rules:
  - {name: A, when: {regex: {pattern: 'kunde (?P<nr>\d+)'}}, then: {tags: ["k-{{match.nr}}", "{{match.kunde}}"]}}`, "3 R025"},
		{"digit for a priority", `
rules:
  - {name: A, when: {words: [eins]}, then: {priority: 2}}
  - {name: B, when: {words: [zwei]}, then: {priority: hoch}}`, "3 K013"},
		{"faq without questions or answer, own must and never_if", `
faq:
  - {id: a, answer: x}
  - {id: b, questions: {de: [Wie geht das Faxen]}}
  - {id: c, questions: {de: [Drucker druckt nicht]}, answer: x, must: [[scanner]]}
  - {id: d, questions: {de: [Das Postfach ist voll]}, answer: x, never_if: [{words: [voll]}]}`, "3 F001,4 F002,5 F010,6 F011"},
		{"language", `
faq:
  - {id: a, questions: {de: [Drucker druckt nicht], en: [Printer broken]}, answer: {de: x}}
  - {id: b, questions: {de: [Postfach voll]}, answer: {de: x, en: y}}`, "3 F003"},
		{"two entries for one question", `
faq:
  - {id: a, questions: {de: [Wie richte ich eine Abwesenheitsnotiz ein]}, answer: x}
  - {id: b, questions: {de: [Wie richte ich die Abwesenheitsnotiz ein]}, answer: y}`, "3 F012"},
		{"test that expects nothing, bad time", `
tests:
  - {mail: {subject: x}, expect: {}}
  - {mail: {subject: x, at: gestern}, expect: {priority: P3}}
  - {mail: {subject: x}, expect: {prio: P3}}`, "3 T003,4 T004,5 K010"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, rendered := findings(c.text)
			if got := strings.Join(list, ","); got != c.want {
				t.Errorf("findings %q, want %q\n%s", got, c.want, rendered)
			}
		})
	}
}

// The place and the words of a broken expression.
func TestRegexFinding(t *testing.T) {
	t.Parallel()
	_, text := findings("rules:\n  - name: A\n    when:\n      regex: {pattern: 'ab(c'}\n    then: {tags: [x]}\n")
	for _, want := range []string{"t.yaml:4:27", "Klammer „(“ in Spalte 27 wird nicht geschlossen", "\n      |                           ^\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

// A review that is due names who looks after the entry, and an owner nobody knows
// is found.
func TestOwner(t *testing.T) {
	t.Parallel()
	check := func(owner string) string {
		r := source.NewReport("de")
		Compile(r, r.Parse("faq.yaml", []byte("faq:\n  - {id: vpn, questions: {de: [VPN]}, answer: {de: A}, review_by: \"2026-01-31\", owner: "+owner+"}\n")),
			Refs{Agents: []string{"markus"}, Groups: []GroupRef{{ID: "netz"}}, Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)})
		return source.Render(r.Findings(), "de")
	}
	for owner, want := range map[string]string{"markus": "(Fachverantwortlich: markus)", "netz": "(Fachverantwortlich: netz)", "redaktion@firma.example": "(Fachverantwortlich: redaktion@firma.example)", "marcus": "Meinten Sie „markus“?"} {
		if got := check(owner); !strings.Contains(got, want) || want[0] == '(' && strings.Contains(got, "Person") {
			t.Errorf("%s: %s", owner, got)
		}
	}
}
