package rules

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
)

// syllables makes a pronounceable word from a number, so that vocabularies of
// any size look like language.
func syllables(n int) string {
	const onset, vowel = "bdfgklmnprstwz", "aeiou"
	var b strings.Builder
	for i := 0; i < 3 || n > 0; i++ {
		b.WriteByte(onset[n%len(onset)])
		n /= len(onset)
		b.WriteByte(vowel[n%len(vowel)])
		n /= len(vowel)
	}
	return b.String()
}

// bigRules writes rules from to to with three words and a phrase each, every
// tenth also with a regular expression.
func bigRules(from, to int) string {
	var b strings.Builder
	b.WriteString("rules:\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "  - name: Regel %d\n    when:\n      words: [%s, %s, \"%s %s\"]\n", i, syllables(3*i+7000), syllables(3*i+7001), syllables(3*i+7002), syllables(i+90))
		if i%10 == 0 {
			fmt.Fprintf(&b, "      regex: {pattern: '%s-[a-z]+\\d{2}'}\n", syllables(i+50_000))
		}
		b.WriteString("    then: {tags: [t]}\n")
	}
	return b.String()
}

// bigFAQ writes entries with ten phrasings each.
func bigFAQ(from, to int) string {
	var b strings.Builder
	b.WriteString("faq:\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "  - id: e%d\n    answer: {de: A}\n    questions:\n      de:\n", i)
		for j := range 10 {
			fmt.Fprintf(&b, "        - Wie kann ich %s und %s mit %s %s\n", syllables(5*i+j%5), syllables(5*i+1), syllables(5*i+2), syllables(j))
		}
	}
	return b.String()
}

func compileBig(t testing.TB, rules, entries int) *Set {
	t.Helper()
	r := source.NewReport("de")
	roots := []*source.Node{r.Parse("base.yaml", []byte("categories:\n  drucker: {group: first-level, strong: [drucker, drucken, toner], medium: [papier]}\n  rest: {group: first-level}\n"))}
	for at := 0; at < rules; at += 2000 {
		roots = append(roots, r.Parse(fmt.Sprintf("rules%d.yaml", at), []byte(bigRules(at, min(at+2000, rules)))))
	}
	for at := 0; at < entries; at += 1000 {
		roots = append(roots, r.Parse(fmt.Sprintf("faq%d.yaml", at), []byte(bigFAQ(at, min(at+1000, entries)))))
	}
	s := Compile(r, r.Merge(nil, roots...), Refs{Language: "de", Groups: []GroupRef{{"first-level", 1, nil}}})
	if r.HasErrors() {
		t.Fatal(source.Render(r.Findings(), "de"))
	}
	return s
}

// bigMail is a German mail of about 8 KB.
func bigMail() Input {
	var b strings.Builder
	story := "Guten Tag, der Drucker im zweiten Stock druckt seit gestern nicht mehr, obwohl wir ihn schon neu gestartet haben. "
	for i := 0; b.Len() < 8<<10; i++ {
		b.WriteString(story)
		fmt.Fprintf(&b, "Danach haben wir %s und %s probiert, aber %s blieb wie zuvor; siehe Auftrag %d. ", syllables(i*37), syllables(i*53+11), syllables(i*71+3), 10_000+i)
	}
	return Input{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Internal: true, Known: true,
		Message: &mailin.Message{Subject: "Drucker im 2. OG druckt nicht", Reply: b.String(), Language: "de", From: mailin.Address{Address: "a.berger@firma.example"}}}
}

func BenchmarkDecide(b *testing.B) {
	in := bigMail()
	for _, n := range [][2]int{{10, 0}, {100, 0}, {1000, 0}, {10_000, 0}, {1000, 10}, {1000, 100}, {1000, 200}, {1000, 1000}} {
		s := compileBig(b, n[0], n[1])
		b.Run(fmt.Sprintf("rules=%d/faq=%d", n[0], n[1]), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Decide(in)
			}
		})
	}
}

// BenchmarkRulePass measures the pass over a prepared mail: finding all
// patterns and evaluating the rules.
func BenchmarkRulePass(b *testing.B) {
	in := bigMail()
	for _, n := range []int{10, 100, 1000, 10_000} {
		s := compileBig(b, n, 0)
		e := s.newEvaluation(in)
		e.t.lower()
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.h = s.index.scan(e.t)
				e.d, e.setBy, e.floor, e.stopped = Decision{}, map[field]string{}, "", ""
				e.runRules()
				s.index.release(e.h)
			}
		})
	}
}

// BenchmarkPrepare measures folding, words and keys of an 8 KB mail.
func BenchmarkPrepare(b *testing.B) {
	in := bigMail()
	b.SetBytes(int64(len(in.Message.Reply)))
	b.ReportAllocs()
	for b.Loop() {
		messageText(in.Message, "")
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		compileBig(b, 1000, 200)
	}
}

// experience is what a desk of some years has taught its FAQ: 50 phrasings per
// entry, and 5,000 tickets without FAQ, worded like the shipped ones.
func experience(entries int) []Option {
	mails := shippedBackground()
	learned := map[string][]Phrase{}
	for i := range entries {
		id := fmt.Sprintf("e%d", i)
		for j := range MaxLearned {
			learned[id] = append(learned[id], Phrase{fmt.Sprintf("Frage zu %s | Seit gestern brauche ich %s und %s, wie geht das mit %s und dem Drucker im Büro?",
				syllables(5*i+j%5), syllables(5*i+1), syllables(j*31+i), syllables(j)), fmt.Sprintf("IT-%d", 10_000+i*100+j)})
		}
	}
	var background []Phrase
	for i := range MaxBackground {
		a, b := mails[i%len(mails)].Text, mails[(i*7+3)%len(mails)].Text
		background = append(background, Phrase{a + " " + b + " " + syllables(i*17), fmt.Sprintf("IT-%d", 200_000+i)})
	}
	return []Option{WithLearned(learned), WithBackground(background)}
}

// BenchmarkExperienced is BenchmarkDecide with what the FAQ has learned.
func BenchmarkExperienced(b *testing.B) {
	in := bigMail()
	for _, entries := range []int{10, 200} {
		s := compileBig(b, 1000, entries).With(experience(entries)...)
		b.Run(fmt.Sprintf("rules=1000/faq=%d", entries), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Decide(in)
			}
		})
	}
}

// BenchmarkWith measures learning: making the index of the FAQ anew, and what it
// holds in memory.
func BenchmarkWith(b *testing.B) {
	for _, entries := range []int{10, 200} {
		s, more := compileBig(b, 10, entries), experience(entries)
		b.Run(fmt.Sprintf("faq=%d", entries), func(b *testing.B) {
			var taught *Set
			before := heap()
			for b.Loop() {
				taught = s.With(more...)
			}
			b.ReportMetric(float64(heap()-before)/(1<<20), "MB-kept")
			runtime.KeepAlive(taught)
		})
	}
}

// heap is the memory in use after a collection, in bytes.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
