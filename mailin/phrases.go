package mailin

import "strings"

// phraseIndex finds which of many phrases occur in a text, in one pass. A phrase
// counts where a word begins. It is immutable once built.
type phraseIndex struct {
	phrases []string
	byKey   map[uint32][]int32 // by the first four bytes
	first   [256]bool
}

// indexPhrases builds an index. Phrases are lower case, four bytes and longer.
func indexPhrases(phrases []string) *phraseIndex {
	x := &phraseIndex{phrases: phrases, byKey: make(map[uint32][]int32, len(phrases))}
	for i, p := range phrases {
		k := phraseKey(p)
		x.byKey[k] = append(x.byKey[k], int32(i))
		x.first[p[0]] = true
	}
	return x
}

func phraseKey(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

// each calls found with the number of every phrase at every place in a lower case
// text, until found returns false.
func (x *phraseIndex) each(low string, found func(phrase, at int) bool) {
	letter := false
	for i := 0; i+4 <= len(low); i++ {
		c := low[i]
		was := letter
		letter = isLetter(c) || isDigit(c) || c >= 0x80
		if was && letter || !x.first[c] {
			continue
		}
		for _, n := range x.byKey[phraseKey(low[i:])] {
			if strings.HasPrefix(low[i:], x.phrases[n]) && !found(int(n), i) {
				return
			}
		}
	}
}

// any tells whether one of the phrases occurs.
func (x *phraseIndex) any(low string) bool {
	hit := false
	x.each(low, func(int, int) bool { hit = true; return false })
	return hit
}
