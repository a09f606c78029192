package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// decodeWords decodes a header value: encoded words in every form seen (RFC 2047
// and its abuses: blanks inside, missing padding, characters split over two
// words, inside quotes), and raw 8-bit text.
func decodeWords(s string) string {
	i := strings.Index(s, "=?")
	if i < 0 {
		return decodeRaw(s)
	}
	var out strings.Builder
	out.Grow(len(s))
	var run []byte // bytes of adjacent words in one charset
	var runCharset string
	after := false // a word came right before: blanks up to the next one vanish
	flush := func() {
		if len(run) > 0 {
			t, _ := decodeCharset(run, runCharset)
			out.WriteString(t)
			run = run[:0]
		}
	}
	for len(s) > 0 {
		i = strings.Index(s, "=?")
		if i < 0 {
			break
		}
		w, ok := cutWord(s[i:])
		if !ok {
			flush()
			out.WriteString(decodeRaw(s[:i+2]))
			s = s[i+2:]
			after = false
			continue
		}
		if gap := s[:i]; !after || strings.Trim(gap, " \t\r\n") != "" {
			flush()
			out.WriteString(decodeRaw(gap))
		}
		after = true
		if w.charset != runCharset {
			flush()
			runCharset = w.charset
		}
		run = w.appendTo(run)
		s = s[i+w.length:]
		if escapedCharset(w.charset) {
			flush() // a charset with state begins anew in each word
		}
	}
	flush()
	out.WriteString(decodeRaw(s))
	return out.String()
}

// maxWord is how long an encoded word may be. RFC 2047 allows 75 bytes, old
// mailers write a whole subject.
const maxWord = 8 << 10

type word struct {
	charset string
	base64  bool
	text    string
	length  int
}

// cutWord reads one encoded word at the start of s.
func cutWord(s string) (word, bool) {
	rest := s[2:]
	i := strings.IndexByte(rest, '?')
	if i <= 0 || i > 60 || i+3 > len(rest) {
		return word{}, false
	}
	charset, enc := rest[:i], rest[i+1]
	if rest[i+2] != '?' || strings.ContainsAny(charset, " \t\r\n\"<>()") {
		return word{}, false
	}
	body := rest[i+3 : min(len(rest), i+3+maxWord)]
	b64 := enc == 'B' || enc == 'b'
	if !b64 && enc != 'Q' && enc != 'q' {
		return word{}, false
	}
	// "?=" ends the word, also when a Q text begins with "=": "?Q?=41?=".
	end := strings.Index(body, "?=")
	if end < 0 {
		return word{}, false
	}
	for !b64 && end+4 <= len(body) && isHex(body[end+2]) && isHex(body[end+3]) && !wordBoundary(body[end+2:]) {
		next := strings.Index(body[end+2:], "?=")
		if next < 0 || strings.ContainsAny(body[end+2:end+2+next], " \t") {
			break
		}
		end += 2 + next // a bare "?" before "=XX" inside the text
	}
	return word{charsetLabel(charset), b64, body[:end], 2 + i + 3 + end + 2}, true
}

// wordBoundary tells whether what follows "?=" can only stand after a word.
func wordBoundary(s string) bool {
	return s == "" || strings.HasPrefix(s, "=?") || strings.ContainsRune(" \t\r\n\"<>,;)", rune(s[0]))
}

func isHex(c byte) bool { return hexDigit(c) >= 0 }

func (w word) appendTo(out []byte) []byte {
	if w.base64 {
		decodeBase64([]byte(w.text), func(p []byte) { out = append(out, p...) })
		return out
	}
	t := w.text
	for i := 0; i < len(t); i++ {
		switch c := t[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(t) && isHex(t[i+1]) && isHex(t[i+2]):
			out = append(out, byte(hexDigit(t[i+1])<<4|hexDigit(t[i+2])))
			i += 2
		case c == '\r' || c == '\n':
		default:
			out = append(out, c)
		}
	}
	return out
}

// decodeRaw reads header bytes that are not encoded.
func decodeRaw(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	t, _ := sniff([]byte(s))
	return t
}

// cleanLine makes decoded text safe for one line: line ends and control
// characters become blanks, directional overrides and zero-width characters go,
// runs of blanks become one.
func cleanLine(s string) string {
	if !needsClean(s) {
		return strings.TrimSpace(s)
	}
	var out strings.Builder
	out.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case invisible(r):
			continue
		case r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || unicode.IsSpace(r):
			blank = true
			continue
		}
		if blank && out.Len() > 0 {
			out.WriteByte(' ')
		}
		blank = false
		out.WriteRune(r)
	}
	return out.String()
}

func needsClean(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && i+1 < len(s) && s[i+1] == ' ' {
			return true
		}
	}
	return false
}

// invisible tells characters that change how text is shown without being seen:
// zero-width characters, directional overrides, soft hyphen, byte order mark.
func invisible(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 ||
		r == 0xfeff || r == 0xad || r == 0x180e
}
