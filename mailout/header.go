package mailout

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// header is the one writer of header fields. Field names come from this package
// alone; values are refused when they hold CR, LF, NUL or another control
// character, so that no input can start a field of its own.
type header struct {
	b   strings.Builder
	err error
}

// maxLine is where fields are folded (RFC 5322 section 2.1.1 recommends 78).
const maxLine = 76

func (h *header) fail(name string, format string, a ...any) {
	if h.err == nil {
		h.err = fmt.Errorf("compose header field %s: %s", name, fmt.Sprintf(format, a...))
	}
}

func (h *header) check(name, value string) bool {
	if !utf8.ValidString(value) {
		h.fail(name, "value is not valid UTF-8")
		return false
	}
	for _, r := range value {
		if r < 0x20 || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 {
			h.fail(name, "value holds the control character %U", r)
			return false
		}
	}
	return true
}

// words writes a field of words that may be folded between any two of them.
func (h *header) words(name string, words ...string) {
	for _, w := range words {
		if !h.check(name, w) {
			return
		}
	}
	h.b.WriteString(name)
	h.b.WriteByte(':')
	col := len(name) + 1
	for i, w := range words {
		if i > 0 && col+1+len(w) > maxLine {
			h.b.WriteString("\r\n")
			col = 0
		}
		h.b.WriteByte(' ')
		h.b.WriteString(w)
		col += 1 + len(w)
	}
	h.b.WriteString("\r\n")
}

// token writes a field whose value is ours: ASCII, never folded.
func (h *header) token(name, value string) {
	if value == "" {
		return
	}
	if !isASCII(value) || len(value) > 900 {
		h.fail(name, "value must be short ASCII")
		return
	}
	h.words(name, value)
}

// text writes an unstructured field (RFC 5322 section 2.2.1), as encoded words
// where it is not plain ASCII (RFC 2047).
func (h *header) text(name, value string) {
	if !h.check(name, value) {
		return
	}
	if value = strings.Join(strings.Fields(value), " "); value == "" {
		return
	}
	if plainWords(value) {
		h.words(name, strings.Split(value, " ")...)
		return
	}
	h.words(name, encodedWords(value, len(name)+2)...)
}

// plainWords reports whether a text can stand as it is: ASCII, no word long
// enough to break the line limit, nothing that looks like an encoded word.
func plainWords(s string) bool {
	if !isASCII(s) || strings.Contains(s, "=?") {
		return false
	}
	for _, w := range strings.Split(s, " ") {
		if len(w) > maxLine {
			return false
		}
	}
	return true
}

// encodedWords cuts a text into RFC 2047 encoded words of at most 75 characters,
// never inside a character. The first one leaves room for the field name.
func encodedWords(s string, col int) []string {
	const frame = len("=?utf-8?b??=")
	var out []string
	for s != "" {
		room := (min(75, max(maxLine-col, 40)) - frame) / 4 * 3
		n := 0
		for n < len(s) {
			_, size := utf8.DecodeRuneInString(s[n:])
			if n+size > room {
				break
			}
			n += size
		}
		out = append(out, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s, col = s[n:], 1
	}
	return out
}

// address writes a field of one mailbox.
func (h *header) address(name string, a Address) {
	if a == (Address{}) {
		return
	}
	spec, err := WireAddress(a.Address)
	if err != nil {
		h.fail(name, "%v", err)
		return
	}
	if !h.check(name, a.Name) {
		return
	}
	display := strings.Join(strings.Fields(a.Name), " ")
	switch {
	case display == "":
		h.words(name, spec)
	case isASCII(display) && len(display) <= 200 && !strings.Contains(display, "=?"):
		h.words(name, append(strings.Split(quotePhrase(display), " "), "<"+spec+">")...)
	default:
		h.words(name, append(encodedWords(truncate(display, 400), len(name)+2), "<"+spec+">")...)
	}
}

var quotedPairs = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quotePhrase returns a display name as a phrase: atoms, or a quoted string
// (RFC 5322 section 3.2.5).
func quotePhrase(s string) string {
	for _, r := range s {
		if r != ' ' && !isAtext(r) {
			return `"` + quotedPairs.Replace(s) + `"`
		}
	}
	return s
}

// ids writes a field of message identifiers.
func (h *header) ids(name string, ids ...string) {
	var words []string
	for _, id := range ids {
		if id == "" {
			continue
		}
		if err := checkID(id); err != nil {
			h.fail(name, "%v", err)
			return
		}
		words = append(words, "<"+id+">")
	}
	if len(words) > 0 {
		h.words(name, words...)
	}
}

// checkID accepts printable ASCII without spaces and angle brackets, at most 250
// bytes: wider than RFC 5322 section 3.6.4, because strangers' identifiers are
// what they are and must be repeated as they are.
func checkID(id string) error {
	if id == "" || len(id) > maxMessageID {
		return fmt.Errorf("identifier has %d bytes, 1 to %d are allowed", len(id), maxMessageID)
	}
	for i := 0; i < len(id); i++ {
		if c := id[i]; c <= 0x20 || c >= 0x7f || c == '<' || c == '>' {
			return fmt.Errorf("identifier holds %q, which is not allowed", c)
		}
	}
	return nil
}

// param is one parameter of a Content-Type or Content-Disposition field.
type param struct{ name, value string }

// params writes a field with parameters, values beyond short ASCII as RFC 2231
// continuations.
func (h *header) params(name, value string, ps ...param) {
	words := []string{value}
	for _, p := range ps {
		if p.value == "" {
			continue
		}
		if !h.check(name, p.value) {
			return
		}
		words[len(words)-1] += ";"
		words = append(words, paramWords(p)...)
	}
	h.words(name, words...)
}

func paramWords(p param) []string {
	if isASCII(p.value) && len(p.name)+len(p.value) < 60 {
		return []string{p.name + `="` + quotedPairs.Replace(p.value) + `"`}
	}
	enc := escapeURI(p.value, "")
	if len(p.name)+len(enc) < 60 {
		return []string{p.name + "*=utf-8''" + enc}
	}
	var out []string
	for n := 0; enc != ""; n++ {
		cut := min(50, len(enc))
		if cut < len(enc) { // never inside %XX
			if i := strings.LastIndexByte(enc[:cut], '%'); i > cut-3 {
				cut = i
			}
		}
		charset := ""
		if n == 0 {
			charset = "utf-8''"
		}
		out = append(out, fmt.Sprintf("%s*%d*=%s%s", p.name, n, charset, enc[:cut]))
		enc = enc[cut:]
	}
	for i := range out[:len(out)-1] {
		out[i] += ";"
	}
	return out
}

// truncate cuts s to at most n bytes, never inside a character.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
