package rules

import (
	"slices"
	"strings"
)

// question is a mail or an FAQ question prepared for comparison: distinct
// content words, and distinct words and pairs of words.
type question struct {
	content  []questionWord
	shingles []shingle
	has      [parts]bool // parts that have any word
}

type questionWord struct {
	stem  string
	in    [parts]bool
	idf   float64
	meets []met
}

// met is a term of the index that a word meets, and how well.
type met struct {
	term int32
	sim  float64
}

func (t *questionWord) has(id int32) bool {
	return slices.ContainsFunc(t.meets, func(m met) bool { return m.term == id })
}

type shingle struct {
	hash uint64
	in   [parts]bool
}

// Phrasing prepares the words of a requester as a Phrase: subject and the first
// words of the body without greeting and closing.
func Phrasing(subject, body string) string {
	text := clipText(trimCourtesy(clipText(body, maxBody)), phraseBytes)
	return strings.Join(strings.Fields(clipText(subject, maxSubject)+" | "+text), " ")
}

// phraseBytes bounds the body in a Phrase.
const phraseBytes = 600

// newQuestion prepares a text. Greeting and closing are left out, and of the
// body the first words are taken.
func newQuestion(subject, body string) *question {
	q := &question{}
	content, pairs := map[string]int{}, map[uint64]int{}
	q.add(patternWords(clipText(subject, maxSubject)), partSubject, content, pairs)
	words := patternWords(clipText(trimCourtesy(clipText(body, maxBody)), firstBytes))
	q.add(words[:min(len(words), firstWords)], partBody, content, pairs)
	return q
}

func (q *question) add(words []string, part int, content map[string]int, pairs map[uint64]int) {
	before := uint64(0)
	q.has[part] = len(words) > 0
	for _, w := range words {
		stem := topicStem(w)
		if !stopWords[w] {
			i, ok := content[stem]
			if !ok {
				i = len(q.content)
				content[stem] = i
				q.content = append(q.content, questionWord{stem: stem})
			}
			q.content[i].in[part], q.content[i].in[partAll] = true, true
		}
		h := hash(kindNoun, stem)
		for _, x := range [...]uint64{h, (before ^ h) * prime64} {
			i, ok := pairs[x]
			if !ok {
				i = len(q.shingles)
				pairs[x] = i
				q.shingles = append(q.shingles, shingle{hash: x})
			}
			q.shingles[i].in[part], q.shingles[i].in[partAll] = true, true
		}
		before = h * 31
	}
}

// charGrams returns the distinct 3- and 4-grams of a word with its borders.
func charGrams(w string) []uint32 {
	s := "<" + w + ">"
	out := make([]uint32, 0, 2*len(s))
	for n := 3; n <= 4; n++ {
		for i := 0; i+n <= len(s); i++ {
			g := uint32(n)
			for _, c := range []byte(s[i : i+n]) {
				g = (g ^ uint32(c)) * 16777619
			}
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

// Beginnings of a line that greets or says goodbye, folded.
var (
	greetings = []string{"hi", "hello", "hey", "hallo", "guten tag", "guten morgen", "guten abend", "moin", "servus", "gruess gott", "griass",
		"liebe", "lieber", "liebes", "dear", "sehr geehrte", "sehr geehrter", "sehr geehrtes", "good morning", "good afternoon", "good day", "gruezi"}
	farewells = []string{"mit freundlichen", "mit besten", "mit vielen", "freundliche gruesse", "viele gruesse", "beste gruesse", "liebe gruesse",
		"schoene gruesse", "herzliche gruesse", "gruss", "gruesse", "vielen dank", "herzlichen dank", "besten dank", "danke", "dankeschoen", "mfg", "vg", "lg",
		"thanks", "thank you", "many thanks", "regards", "kind regards", "best regards", "warm regards", "cheers", "ciao", "bis dann", "sent from",
		"gesendet von", "von meinem"}
)

const (
	maxGreeting = 60  // bytes of a greeting
	maxFarewell = 200 // bytes from a farewell to the end of the text
)

// trimCourtesy cuts greeting and closing off a text.
func trimCourtesy(s string) string {
	s = strings.TrimSpace(s)
	if startsWithOne(s, greetings) {
		if i := strings.IndexAny(s[:min(len(s), maxGreeting)], ",!:\n"); i >= 0 && i+1 < len(s) {
			s = strings.TrimSpace(s[i+1:])
		}
	}
	from := max(0, len(s)-maxFarewell)
	for i := from; i < len(s); i++ {
		if i > 0 && !strings.ContainsRune("\n.!?", rune(s[i-1])) && !(s[i-1] == ' ' && i > 1 && strings.ContainsRune(".!?,", rune(s[i-2]))) {
			continue
		}
		if startsWithOne(s[i:], farewells) {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

// startsWithOne reports whether the first words of s are one of the phrases.
func startsWithOne(s string, phrases []string) bool {
	words := patternWords(clipText(s, 40))
	if len(words) == 0 {
		return false
	}
	one, two := words[0], words[0]
	if len(words) > 1 {
		two += " " + words[1]
	}
	return slices.Contains(phrases, one) || slices.Contains(phrases, two)
}
