package rules

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Limits of patterns.
const (
	maxPattern     = 1 << 10 // bytes of one pattern
	maxPhraseWords = 16
	minCompound    = 5 // letters of a word that is looked for inside compounds
	minRest        = 4 // letters of a compound beside it
)

type patternKind uint8

const (
	wordPattern   patternKind = iota // drucker: inflection and compounds
	exactPattern                     // =bank
	prefixPattern                    // druck*
	suffixPattern                    // *drucker
	phrasePattern                    // "konto gesperrt"
	regexPattern                     // /srv-[a-z]+/
)

// pattern is one entry of a word list.
type pattern struct {
	source string // as written
	kind   patternKind
	word   string // folded, without its sign
	keys   keys
	phrase []phraseWord
	regex  *expression
}

// phraseWord is one word of a phrase.
type phraseWord struct {
	text string
	keys keys
}

// Errors of parsePattern.
var (
	errPatternEmpty = errors.New("pattern without a letter or digit")
	errPatternLong  = errors.New("pattern too long")
	errPatternStar  = errors.New("a star stands only at the start or the end of one word")
)

// parsePattern reads one entry of a word list.
func parsePattern(s string) (pattern, error) {
	p := pattern{source: s}
	s = strings.TrimSpace(s)
	if len(s) > maxPattern {
		return p, errPatternLong
	}
	if len(s) >= 2 && s[0] == '/' && s[len(s)-1] == '/' {
		p.kind = regexPattern
		var err error
		p.regex, err = compileExpression(s[1 : len(s)-1])
		return p, err
	}
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	rest, exact := strings.CutPrefix(s, "=")
	rest, suffix := strings.CutPrefix(rest, "*")
	rest, prefix := strings.CutSuffix(rest, "*")
	words := patternWords(rest)
	switch {
	case len(words) == 0:
		return p, errPatternEmpty
	case strings.Contains(rest, "*"), prefix && suffix, (prefix || suffix || exact) && len(words) > 1:
		return p, errPatternStar
	case len(words) > maxPhraseWords:
		return p, errPatternLong
	}
	p.word = words[0]
	p.keys = keysOf(p.word)
	switch {
	case exact:
		p.kind = exactPattern
	case prefix:
		p.kind = prefixPattern
	case suffix:
		p.kind = suffixPattern
	case len(words) > 1:
		p.kind = phrasePattern
		for _, w := range words {
			p.phrase = append(p.phrase, phraseWord{w, keysOf(w)})
		}
	}
	return p, nil
}

// patternWords splits a pattern; of "e-mail" only the joined word stays.
func patternWords(s string) []string {
	var words []string
	sp := split(s)
	for i := 0; i < len(sp.list); i++ {
		words = append(words, sp.word(i))
		if sp.list[i].joined {
			i++
		}
	}
	return words
}

// plural reports whether the pattern is the word with an ending: an admin who
// wrote dateien does not mean Datei, and teams not Team. Endings that only
// tell persons of a verb apart (drucken, drucke) do not count.
func (p *pattern) plural(word string) bool {
	ending, ok := strings.CutPrefix(p.word, word)
	return ok && ending != "" && (ending != "n" || !strings.HasSuffix(word, "e"))
}

// compoundForms returns what a word pattern looks for at the start of a
// compound (literal) and at its end: the literal, or the stem that is compared
// with the stem of the compound.
func (p *pattern) compoundForms() (starts []string, endLiteral, endStem string) {
	if p.kind != wordPattern || letters(p.word) < minCompound || !isLetters(p.word) || lexicon.invariant[p.word] {
		return nil, "", ""
	}
	starts = []string{p.word}
	stem := nounStem(p.word)
	if strings.HasSuffix(p.word, "e") && letters(stem) >= minCompound {
		starts = append(starts, stem)
	}
	if strings.HasSuffix(p.word, "en") || letters(stem) < minCompound {
		return starts, p.word, ""
	}
	return starts, "", stem
}

// letters counts the letters of a folded word, an umlaut as one.
func letters(s string) int {
	n := utf8.RuneCountInString(s)
	for i := 1; i < len(s); i++ {
		if isDigraphE(s, i) {
			n--
		}
	}
	return n
}
