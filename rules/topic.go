package rules

import (
	"strings"
)

// topicStem reduces a folded word to what FAQ similarity compares: related
// verbs, nouns and participles meet (Verbindung, verbinden, verbindet;
// installiert, Installation). It goes further than the keys of patterns, since
// one wrong pair among many words does little harm here.
func topicStem(w string) string {
	if len(w) < 4 || lexicon.invariant[w] || !isLetters(w) {
		return w
	}
	s := w
	if v, prefix := verbStem(w); prefix != "" {
		s = prefix + v
	} else if r, ok := strings.CutPrefix(w, "ge"); ok && len(r) >= 6 && strings.HasSuffix(r, "t") && v != finiteStem(w) {
		s = v
	}
	if s == w {
		s = topicCut(w)
	}
	return baseForm(s)
}

var topicEndings = [...]string{"ierungen", "ierung", "ieren", "ierten", "ierte", "iert", "ationen", "ations", "ation", "ungen", "ung", "ments", "ment",
	"ings", "ing", "ies", "ern", "eln", "en", "em", "er", "es", "ed", "et", "te", "ly", "e", "s", "n", "t", "y"}

func topicCut(w string) string {
	for _, e := range topicEndings {
		s, ok := strings.CutSuffix(w, e)
		if !ok || len(s) < 3 || len(s) < 4 && len(e) == 1 && e != "e" && e != "s" && e != "n" {
			continue
		}
		switch e {
		case "er", "ern":
			if len(s) < 4 {
				continue
			}
		case "s":
			if strings.HasSuffix(s, "s") || strings.HasSuffix(s, "u") {
				continue
			}
		}
		if n := len(s); n >= 4 && s[n-1] == s[n-2] && strings.IndexByte("bdgmnprtl", s[n-1]) >= 0 {
			s = s[:n-1]
		}
		return s
	}
	return w
}

// baseForm drops the e of umlaut digraphs.
func baseForm(s string) string {
	if !hasUmlaut(s) || denied(s) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if !isDigraphE(s, i) {
			b = append(b, s[i])
		}
	}
	return string(b)
}
