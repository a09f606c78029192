package command

import (
	"regexp"
	"strings"
)

// subject is the subject when it counts as the block: the text is empty, or it is a
// new mail that asks for a list.
func (p *parser) subject(text string) string {
	s := stripSubject(p.c.Subject, p.c.Prefix)
	word := commandWord(s)
	if word == "" {
		return ""
	}
	w, known := words[verbKey(word)]
	if strings.TrimSpace(clean(text)) == "" || p.c.Place == New && known && grammar[w.row].need == query {
		return s
	}
	return ""
}

// isOK recognises the answer that accepts suggestions: nothing but "ok".
func isOK(text string) bool {
	if len(text) > maxLine {
		return false
	}
	switch strings.Trim(fold(clean(text)), " .,;!\"") {
	case "ok", "okay", "o.k", "oke", "okey":
		return true
	}
	return false
}

var answerPrefix = regexp.MustCompile(`(?i)^\s*(?:re|aw|antwort|wg|fwd?|sv)\s*(?:\[\d+\])?:\s*`)

// stripSubject removes answer prefixes and our tag from the head of a subject.
func stripSubject(subject, prefix string) string {
	s := clean(subject)
	tag := regexp.MustCompile(`(?i)^\s*\[(?:` + regexp.QuoteMeta(prefix) + `|H)-\d{1,12}\]\s*`)
	for range 20 {
		next := tag.ReplaceAllString(answerPrefix.ReplaceAllString(s, ""), "")
		if next == s {
			break
		}
		s = next
	}
	return s
}
