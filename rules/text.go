package rules

import (
	"slices"
	"strings"

	"firstline/mailin"
)

// word is a distinct word of a mail.
type word struct {
	text  string // folded
	raw   string // as first written, for explanations
	keys  keys
	place place
	count int32
}

// text is a mail prepared for matching: its words once each, and their order.
type text struct {
	subject, body string // original
	words         []word
	tokens        []int32 // indexes into words, in order
	joined        []bool  // tokens[i] is "email" of "E-Mail"; the mail behind it follows
	bodyAt        int     // tokens[:bodyAt] are the subject
	attachAt      int     // tokens[attachAt:] are the attachments
	lowered       string  // for regular expressions, made on demand
	loweredAt     int     // where the body begins in lowered
	positions     [][]int32
}

// newText prepares the subject and the newly written body of a mail.
func newText(subject, body, attachment string) *text {
	t := &text{subject: clipText(subject, maxSubject), body: clipText(body, maxBody)}
	seen := make(map[string]int32, 256)
	t.add(t.subject, inSubject, seen)
	t.bodyAt = len(t.tokens)
	t.add(t.body, inBody, seen)
	t.attachAt = len(t.tokens)
	t.add(clipText(attachment, maxBody), inAttachment, seen)
	return t
}

// messageText prepares m: subject without its prefixes and newly written text.
func messageText(m *mailin.Message, attachment string) *text {
	if m == nil {
		return newText("", "", attachment)
	}
	return newText(m.Subject, m.Body(), attachment)
}

func (t *text) add(s string, p place, seen map[string]int32) {
	sp := split(s)
	t.tokens, t.joined = slices.Grow(t.tokens, len(sp.list)), slices.Grow(t.joined, len(sp.list))
	t.words = slices.Grow(t.words, len(sp.list)/3)
	for n := range sp.list {
		text := sp.word(n)
		i, ok := seen[text]
		if !ok {
			i = int32(len(t.words))
			seen[text] = i
			t.words = append(t.words, word{text: text, raw: s[sp.list[n].start:sp.list[n].end], keys: keysOf(text)})
		}
		w := &t.words[i]
		w.place |= p
		w.count++
		t.tokens = append(t.tokens, i)
		t.joined = append(t.joined, sp.list[n].joined)
	}
}

// placeOf returns where token i stands.
func (t *text) placeOf(i int) place {
	switch {
	case i < t.bodyAt:
		return inSubject
	case i < t.attachAt:
		return inBody
	}
	return inAttachment
}

// occurrences returns the tokens that are word i.
func (t *text) occurrences(i int32) []int32 {
	if t.positions == nil {
		t.positions = make([][]int32, len(t.words))
		all := make([]int32, 0, len(t.tokens))
		for j := range t.words {
			n := int(t.words[j].count)
			t.positions[j] = all[len(all) : len(all) : len(all)+n]
			all = all[:len(all)+n]
		}
		for at, j := range t.tokens {
			t.positions[j] = append(t.positions[j], int32(at))
		}
	}
	return t.positions[i]
}

// lower returns subject and body in lower case, rune by rune, for regular
// expressions.
func (t *text) lower() string {
	if t.lowered == "" {
		s := lowerText(t.subject) + "\n"
		t.lowered, t.loweredAt = s+lowerText(clipText(t.body, maxExpressionText)), len(s)
	}
	return t.lowered
}

// forCaptures is the text that named groups are taken from, as written.
func (t *text) forCaptures() string {
	return t.subject + "\n" + clipText(t.body, maxExpressionText)
}

// lowerText is strings.ToLower with the two letters that Unicode folds to ASCII
// (long s and the Kelvin sign).
func lowerText(s string) string {
	s = strings.ToLower(s)
	if strings.ContainsAny(s, "ſ\u212a") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "ſ", "s"), "\u212a", "k")
	}
	return s
}
