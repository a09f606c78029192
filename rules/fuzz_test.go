package rules

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"firstline/mailin"
	"firstline/rules/source"
)

// FuzzPattern: any pattern is refused or compiled, and matching never fails.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"drucker", "=bank", "druck*", "*drucker", `"konto gesperrt"`, "/srv-[a-z]+\\d{2}/", "/(a+)+$/", "e-mail", "ä\u0308ö", "/[^\\x00-\\x{10FFFF}]/", "ſ\u212a", "-a-b-"} {
		f.Add(p, "Der Drucker srv-file01 druckt nicht, Konto ist gesperrt. E-Mail an Bank")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		p, err := parsePattern(pattern)
		if err != nil {
			return
		}
		var x index
		id := x.intern(p)
		x.seal()
		tx := newText(clipText(text, 200), text, "")
		h := x.scan(tx)
		at, again := h.at[id], x.scan(tx).at[id]
		if at != again {
			t.Errorf("%q: %v, then %v", pattern, at, again)
		}
		if p.kind == wordPattern && utf8.ValidString(pattern) && !strings.Contains(pattern, "\"") {
			// A word is found in itself.
			own := newText("", pattern, "")
			if x.scan(own).at[id] == 0 {
				t.Errorf("%q is not found in itself, word %q, words %q", pattern, p.word, patternWords(pattern))
			}
		}
	})
}

// FuzzFold: folding is stable and gives only letters, digits and blanks.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"Müller & Söhne", "u\u0308ber", "E-Mail", "ﬁle", "\xff", "İıſ\u212a", "a\u0308\u0308"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := Fold(s)
		for w := range strings.FieldsSeq(folded) {
			keysOf(w)
			topicStem(w)
			charGrams(w)
		}
		newQuestion(clipText(s, 100), s)
	})
}

// FuzzCompile: any file is compiled or refused with findings, and what was
// compiled decides any mail.
func FuzzCompile(f *testing.F) {
	f.Add(rule1("words: [drucker]", "tags: [x]"), "Drucker", "Der Drucker druckt nicht")
	f.Add("faq:\n  - {id: a, questions: {de: [Drucker druckt nicht]}, answer: x, must: [[drucker]]}\n", "", "Drucker druckt nicht")
	f.Add("rules:\n  - name: A\n    when: {any_of: [{regex: {pattern: '(?P<a>x)'}}], time: {weekday: mo-fr}}\n    then: {set_subject: '{{match.a}}'}\n    tests: [{mail: {subject: x}, expect: {rules: [A], due.first_reply: x}}]\n", "x", "")
	f.Add("categorize: {else: x}\ncategories: {a: {strong: [1]}}\ntests: [{mail: {}, expect: {}}]", "", "")
	f.Add("rules: [[[]]]\nfaq: {}\ncategories: []", "", "")
	f.Fuzz(func(t *testing.T, config, subject, body string) {
		r := source.NewReport("de")
		s := Compile(r, r.Parse("f.yaml", []byte(config)), testRefs())
		in := mail(subject, body)
		in.Message.Header = []mailin.Field{{Name: "X", Value: subject}}
		a, b := s.Decide(in), s.Decide(in)
		if a.Category != b.Category || a.FAQ.ID != b.FAQ.ID || len(a.Rules) != len(b.Rules) {
			t.Errorf("two decisions: %+v and %+v", a, b)
		}
		if len(config) < 2000 {
			s.Test()
		}
	})
}

// Hostile rule files are refused or read quickly, never a hang.
func TestHostileConfig(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"deep when":       "rules:\n  - name: A\n    then: {tags: [x]}\n    when: " + strings.Repeat("{any_of: [", 200) + strings.Repeat("]}", 200),
		"aliases":         "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nrules: [*c,*c,*c]",
		"long word list":  "categories: {a: {strong: [" + strings.Repeat("wort,", 50_000) + "]}}",
		"many rules":      "rules:\n" + strings.Repeat("  - {name: A, when: {words: [x]}, then: {tags: [y]}}\n", 8000),
		"huge regex":      "rules:\n  - {name: A, when: {regex: {pattern: '((a{100}){100}){100}'}}, then: {tags: [y]}}",
		"many captures":   "rules:\n  - {name: A, when: {regex: {pattern: '" + strings.Repeat("(?P<a>x)", 120) + "'}}, then: {tags: [y]}}",
		"phrase of one":   "categories: {a: {strong: [\"" + strings.Repeat("wort ", 16) + "\"]}}",
		"same phrases":    "categories: {a: {strong: [" + phrases(5000) + "]}}",
		"many entries":    "faq:\n" + strings.Repeat("  - {id: a, questions: {de: [x]}, answer: y}\n", 6000),
		"binary":          "\x00\x01\x02",
		"wrong kinds":     "rules: 5\nfaq: x\ncategories: [1]\ncategorize: []\ntests: {}",
		"duplicate names": "faq:\n  - {id: a, questions: {de: [x]}, answer: y}\n  - {id: a, questions: {de: [x]}, answer: y}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := source.NewReport("de")
			s := Compile(r, r.Parse("h.yaml", []byte(text)), testRefs())
			s.Decide(Input{Now: time.Unix(0, 0), Message: &mailin.Message{Subject: "wort", Reply: strings.Repeat("wort drucker ", 2000)}})
		})
	}
}

func phrases(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"wort ` + syllables(i) + `",`)
	}
	return b.String()
}
