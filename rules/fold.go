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
	// Regular expressions see this much of the body: with maxExpressions it bounds
	// the time of a mail that makes every one of them run.
	maxExpressionText = 8 << 10
	maxWord           = 64 // bytes of one folded word; the rest of a longer one is cut off
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
	start, end int32 // bytes of the original
	from, to   int32 // bytes of the folded text
	joined     bool  // a single letter and the word behind its hyphen: "E-Mail", "W-LAN"
}

// spans are the words of a text.
type spans struct {
	folded string // all words, without blanks
	list   []span
}

// word returns word i, folded.
func (s *spans) word(i int) string { return s.folded[s.list[i].from:s.list[i].to] }

// Fold returns the form in which texts and patterns are compared: NFKC, lower
// case, ä→ae ö→oe ü→ue ß→ss, other accents removed, everything that is neither
// letter nor digit becomes one blank. ü is never folded to u, so that drücken
// and drucken stay apart.
func Fold(s string) string {
	return strings.Join(patternWords(s), " ")
}

// split cuts a text into folded words. Apostrophes and soft hyphens inside a
// word disappear; hyphens separate, but "E-Mail" also gives the joined "email".
func split(s string) spans {
	list := make([]span, 0, len(s)/6+1)
	buf := make([]byte, 0, len(s)+len(s)/8+8)
	from, start := 0, -1 // of the current word: in buf, in s
	end := func(at int) {
		if start >= 0 && len(buf) > from {
			list = append(list, span{start: int32(start), end: int32(at), from: int32(from), to: int32(len(buf))})
		}
		start = -1
	}
	for i := 0; i < len(s); {
		if c := asciiFold[s[i]]; c != 0 {
			if start < 0 {
				start, from = i, len(buf)
			}
			if len(buf)-from < maxWord {
				buf = append(buf, c)
			}
			i++
			continue
		}
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case r >= utf8.RuneSelf && isWordRune(r):
			if start < 0 {
				start, from = i, len(buf)
			}
			if len(buf)-from < maxWord {
				buf = appendFolded(buf, r)
			}
		case start < 0:
		case r == '\u0308': // decomposed umlaut
			if len(buf) > from && strings.IndexByte("aou", buf[len(buf)-1]) >= 0 {
				buf = append(buf, 'e')
			}
		case isInside(r) && nextIsWord(s[i+size:]), r >= utf8.RuneSelf && unicode.Is(unicode.Mn, r):
		default:
			end(i)
		}
		i += size
	}
	end(len(s))
	out := spans{string(buf), list}
	for i := 0; i+1 < len(list); i++ {
		out.join(i, s)
	}
	return out
}

// asciiFold maps ASCII letters and digits to their folded form, all else to 0.
var asciiFold = func() (t [256]byte) {
	for c := range 128 {
		if isWordRune(rune(c)) {
			t[c] = byte(c)
			if c >= 'A' && c <= 'Z' {
				t[c] += 'a' - 'A'
			}
		}
	}
	return t
}()

// join makes "email" of "e" when a hyphen and "mail" follow.
func (s *spans) join(i int, text string) {
	sp, next := &s.list[i], &s.list[i+1]
	if sp.to-sp.from == 1 && s.folded[sp.from] >= 'a' && next.to-next.from > 1 && next.start == sp.end+1 && text[sp.end] == '-' {
		sp.to, sp.end, sp.joined = next.to, next.end, true
	}
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
	case '\'', '’', '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff':
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
