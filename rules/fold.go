package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits of the text that patterns and the FAQ see.
const (
	maxSubject = 1 << 10  // bytes of the subject
	maxBody    = 32 << 10 // bytes of the body
	maxWord    = 64       // bytes of one folded word; the rest of a longer one is cut off
)

// place says where in a mail something stands, as a bit mask.
type place uint8

const (
	inSubject place = 1 << iota
	inBody
	inAttachment
	inText = inSubject | inBody
)

// span is one word of a text.
type span struct {
	word       string // folded
	start, end int32  // bytes of the original
	joined     bool   // a single letter and the word behind its hyphen: "E-Mail", "W-LAN"
}

// Fold returns the form in which texts and patterns are compared: NFKC, lower
// case, ä→ae ö→oe ü→ue ß→ss, other accents removed, everything that is neither
// letter nor digit becomes one blank. ü is never folded to u, so that drücken
// and drucken stay apart.
func Fold(s string) string {
	var words []string
	for i, spans := 0, split(s); i < len(spans); i++ {
		words = append(words, spans[i].word)
		if spans[i].joined {
			i++ // the word after the hyphen is part of the joined one
		}
	}
	return strings.Join(words, " ")
}

// split cuts a text into folded words. Apostrophes and soft hyphens inside a
// word disappear; hyphens separate, but "E-Mail" also gives the joined "email".
func split(s string) []span {
	spans := make([]span, 0, len(s)/6+1)
	buf := make([]byte, 0, maxWord+8)
	start := -1
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case isWordRune(r):
			if start < 0 {
				start = i
			}
			if len(buf) < maxWord {
				buf = appendFolded(buf, r)
			}
		case start >= 0 && isInside(r) && nextIsWord(s[i+size:]):
			if r == '\u0308' && len(buf) > 0 && strings.IndexByte("aou", buf[len(buf)-1]) >= 0 {
				buf = append(buf, 'e') // decomposed umlaut
			}
		case start >= 0 && r == '\u0308':
			if strings.IndexByte("aou", buf[len(buf)-1]) >= 0 {
				buf = append(buf, 'e')
			}
		case start >= 0 && unicode.Is(unicode.Mn, r):
		case start >= 0:
			spans = appendSpan(spans, buf, s, start, i)
			buf, start = buf[:0], -1
		}
		i += size
	}
	if start >= 0 {
		spans = appendSpan(spans, buf, s, start, len(s))
	}
	return spans
}

// appendSpan adds a word; after a single letter and a hyphen also the two as one.
func appendSpan(spans []span, buf []byte, s string, start, end int) []span {
	if len(buf) == 0 {
		return spans
	}
	word := string(buf)
	if n := len(spans); n > 0 && start > 0 && s[start-1] == '-' && len(word) > 1 {
		last := spans[n-1]
		if len(last.word) == 1 && int(last.end) == start-1 && last.word[0] >= 'a' {
			spans[n-1] = span{last.word + word, last.start, int32(end), true}
		}
	}
	return append(spans, span{word, int32(start), int32(end), false})
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isInside reports characters that do not end a word when a letter follows.
func isInside(r rune) bool {
	switch r {
	case '\'', '’', '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u0308':
		return true
	}
	return false
}

func nextIsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWordRune(r)
}

// appendFolded adds the folded form of one letter or digit.
func appendFolded(buf []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(buf, byte(r))
	}
	switch r {
	case 'ä', 'Ä', 'æ', 'Æ':
		return append(buf, "ae"...)
	case 'ö', 'Ö', 'ø', 'Ø', 'œ', 'Œ':
		return append(buf, "oe"...)
	case 'ü', 'Ü':
		return append(buf, "ue"...)
	case 'ß', 'ẞ':
		return append(buf, "ss"...)
	case 'ł', 'Ł':
		return append(buf, 'l')
	case 'đ', 'Đ', 'ð', 'Ð':
		return append(buf, 'd')
	case 'ı', 'İ':
		return append(buf, 'i')
	}
	var one [utf8.UTFMax]byte
	n := utf8.EncodeRune(one[:], r)
	for _, d := range string(norm.NFKD.Bytes(one[:n])) {
		if !unicode.Is(unicode.Mn, d) {
			buf = utf8.AppendRune(buf, unicode.ToLower(d))
		}
	}
	return buf
}

// clipText cuts s to at most n bytes at a rune boundary.
func clipText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
