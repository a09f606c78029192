package rules

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// slugWords is how many words an id made of a question has at most.
	slugWords = 4
	// mustGroups and mustWords bound what is proposed as the gate of an entry.
	mustGroups = 2
	mustWords  = 8
)

// Slug is an id for an FAQ entry about a question: its first telling words, folded.
// It is empty when there are none.
func Slug(question string) string {
	var words []string
	for i, raw := range strings.FieldsFunc(clipText(question, maxSubject), notInWord) {
		first, _ := utf8.DecodeRuneInString(raw)
		noun := i > 0 && unicode.IsUpper(first)
		for _, w := range patternWords(raw) {
			if !stopWords[w] && (noun || !commonTopics[topicStem(w)]) && len(w) > 1 && len(words) < slugWords {
				words = append(words, w)
			}
		}
	}
	return strings.Join(words, "-")
}

// MustGroups proposes the must groups of an FAQ entry with these questions, as few
// and as telling as possible: each question has a word of every group, in the form
// it is written there. Without telling words there is no group.
func MustGroups(questions []string) [][]string {
	var has []map[int64]string // by question: its telling words as written, by key
	for _, q := range questions {
		words := map[int64]string{}
		for _, w := range strings.FieldsFunc(q, notInWord) {
			folded := patternWords(w)
			if len(folded) != 1 || len(folded[0]) < 2 || len(folded[0]) < 3 && isLetters(folded[0]) || stopWords[folded[0]] || commonTopics[topicStem(folded[0])] {
				continue
			}
			if k := topicKey(topicStem(folded[0])); words[k] == "" {
				words[k] = strings.ToLower(w)
			}
		}
		has = append(has, words)
	}
	var groups [][]string
	used := map[int64]bool{}
	for len(groups) < mustGroups {
		g := cover(has, used)
		if g == nil {
			break
		}
		groups = append(groups, g)
	}
	return groups
}

// cover picks words until every question has one of them; nil when that is not
// possible. The words of rare meaning come first: a gate of words that every mail
// has keeps nothing out.
func cover(has []map[int64]string, used map[int64]bool) (group []string) {
	keys := map[int64]int{} // how many questions have it
	for _, words := range has {
		for k := range words {
			if !used[k] {
				keys[k]++
			}
		}
	}
	open := make([]bool, len(has))
	for i := range open {
		open[i] = true
	}
	left := len(has)
	for left > 0 {
		best, most := int64(0), 0
		for k := range keys {
			n := 0
			for i, words := range has {
				if open[i] && words[k] != "" {
					n++
				}
			}
			if better := cmp.Or(cmp.Compare(n, most), cmp.Compare(frequentTopics[best], frequentTopics[k]), cmp.Compare(best, k)); n > 0 && better > 0 {
				best, most = k, n
			}
		}
		if most == 0 || len(group) >= mustWords {
			return nil
		}
		used[best] = true
		delete(keys, best)
		for i, words := range has {
			if w := words[best]; w != "" {
				if !slices.Contains(group, w) {
					group = append(group, w)
				}
				if open[i] {
					open[i] = false
					left--
				}
			}
		}
	}
	return group
}
