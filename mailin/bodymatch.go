package mailin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A bodyPattern is words in order within one sentence, as data: alternatives are
// separated by "|", a "*" at the end of a word stands for any ending, ".3" allows
// up to three words between, "^" binds to the start of the text, "0" stands for a
// number or date, ":" for itself. See bodyPatterns.
type bodyPattern struct {
	words  string
	weight int
}

// bodyStep is one compiled element of a pattern.
type bodyStep struct {
	element int
	gap     int // words that may stand before it
}

type bodyRule struct {
	source string
	weight int
	start  bool
	need   elementSet
	steps  []bodyStep
}

// maxElements bounds the different elements of all patterns.
const maxElements = 512

type elementSet [maxElements / 64]uint64

func (s *elementSet) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s *elementSet) has(i int) bool { return s[i/64]&(1<<(i%64)) != 0 }

// covers tells whether s holds every element of need.
func (s *elementSet) covers(need *elementSet) bool {
	for i := range s {
		if need[i]&^s[i] != 0 {
			return false
		}
	}
	return true
}

// bodyMatcher scores a text by patterns. It is immutable once built.
type bodyMatcher struct {
	rules  []bodyRule
	exact  map[string]*elementSet
	prefix map[string][]prefixElement // by the first three bytes
}

type prefixElement struct {
	prefix  string
	element int
}

// compileBody compiles the table. A pattern that does not compile is a fault of
// the table, found by its test.
func compileBody(patterns []bodyPattern) *bodyMatcher {
	m := &bodyMatcher{exact: map[string]*elementSet{}, prefix: map[string][]prefixElement{}}
	elements := map[string]int{}
	for _, p := range patterns {
		r := bodyRule{source: p.words, weight: p.weight}
		gap := 0
		for _, w := range strings.Fields(p.words) {
			if w == "^" {
				r.start = true
				continue
			}
			if len(w) > 1 && w[0] == '.' {
				gap, _ = strconv.Atoi(w[1:])
				continue
			}
			id, ok := elements[w]
			if !ok {
				id = len(elements)
				elements[w] = id
				m.addElement(w, id)
			}
			r.need.add(id)
			r.steps = append(r.steps, bodyStep{id, gap})
			gap = 0
		}
		m.rules = append(m.rules, r)
	}
	return m
}

func (m *bodyMatcher) addElement(w string, id int) {
	for _, alt := range strings.Split(w, "|") {
		if p, ok := strings.CutSuffix(alt, "*"); ok && len(p) >= 3 {
			m.prefix[p[:3]] = append(m.prefix[p[:3]], prefixElement{p, id})
			continue
		}
		if m.exact[alt] == nil {
			m.exact[alt] = &elementSet{}
		}
		m.exact[alt].add(id)
	}
}

// score adds up the weights of the patterns that occur in a lower case text, each
// once, and returns where the strongest one begins.
func (m *bodyMatcher) score(low string) (total, at int) {
	best, length := 0, len(low)
	used := make([]bool, len(m.rules))
	first := true
	sentence := make([]elementSet, 0, 64)
	starts := make([]int, 0, 64)
	flush := func() {
		if len(sentence) == 0 {
			return
		}
		var all elementSet
		for i := range sentence {
			for k := range all {
				all[k] |= sentence[i][k]
			}
		}
		for i := range m.rules {
			r := &m.rules[i]
			if used[i] || r.start && !first || !all.covers(&r.need) {
				continue
			}
			word := r.occurs(sentence)
			if word < 0 {
				continue
			}
			used[i] = true
			total += r.weight
			if r.weight > best {
				best, at = r.weight, starts[word]
			}
		}
		first = false
		sentence, starts = sentence[:0], starts[:0]
	}
	for len(low) > 0 {
		word, rest, end := cutWordOf(low)
		if word != "" {
			sentence = append(sentence, m.elementsOf(word))
			starts = append(starts, length-len(low))
		}
		if end || len(sentence) >= 60 {
			flush()
		}
		low = rest
	}
	flush()
	return total, at
}

func (m *bodyMatcher) elementsOf(word string) elementSet {
	var s elementSet
	if e := m.exact[word]; e != nil {
		s = *e
	}
	if len(word) >= 3 {
		for _, p := range m.prefix[word[:3]] {
			if strings.HasPrefix(word, p.prefix) {
				s.add(p.element)
			}
		}
	}
	return s
}

// occurs finds the steps in order and returns the word where they begin, -1 for
// none. A later start is tried only where the first step matches, so the work is
// bounded by the sentence.
func (r *bodyRule) occurs(sentence []elementSet) int {
	for i := range sentence {
		if sentence[i].has(r.steps[0].element) && r.from(sentence, i+1, 1) {
			return i
		}
		if r.start {
			break
		}
	}
	return -1
}

// from matches the remaining steps greedily after position at.
func (r *bodyRule) from(sentence []elementSet, at, step int) bool {
	for ; step < len(r.steps); step++ {
		found := false
		for k := at; k < len(sentence) && k <= at+r.steps[step].gap; k++ {
			if sentence[k].has(r.steps[step].element) {
				at, found = k+1, true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// cutWordOf takes one word off a lower case text. Numbers and dates become "0".
// end says that a sentence ended behind it.
func cutWordOf(s string) (word, rest string, end bool) {
	i := 0
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !(i > 0 && (r == '-' || r == '\'' || r == '’')) {
			break
		}
		i += n
	}
	if i == 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch r {
		case ':':
			return ":", s[n:], false
		case '.', '!', '?', '\n':
			return "", s[n:], r != '\n' || strings.HasPrefix(s[n:], "\n")
		}
		return "", s[n:], false
	}
	word = s[:i]
	if isDigit(word[0]) {
		// A dot behind a number belongs to the date.
		for i < len(s) && (s[i] == '.' || s[i] == ':' || isDigit(s[i])) {
			i++
		}
		word = "0"
	}
	return strings.Trim(word, "-'"), s[i:], false
}
