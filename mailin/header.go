package mailin

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Limits on a header block. What lies beyond them is not read and is named as a
// defect; the mail itself is still read.
const (
	maxHeaderBytes  = 256 << 10
	maxHeaderFields = 2000
)

// field is one header field: the name as written and the value still folded and
// encoded.
type field struct {
	name, value string
}

// header is a header block in order of appearance (RFC 5322 section 2.2).
type header struct {
	fields []field
	// badLines counts lines that are no field and no continuation.
	badLines int
	cut      bool // a limit was reached
	// charset is that of the body: it also reads raw 8-bit fields.
	charset string
	// overrun says that the header ended without an empty line, at a line that
	// can only be text.
	overrun bool
}

// span is a field as positions in the raw bytes.
type span struct {
	name, value, end int
	// joined is the value where skipped lines lie inside of it.
	joined string
}

// splitHeader reads the header block at the start of b and returns it with the
// rest. Lines that are no field are skipped as long as a field follows in the
// same block; otherwise the body is taken to begin there.
func splitHeader(b []byte) (header, []byte) {
	var h header
	var buf [32]span
	spans := buf[:0]
	rest, used := b, 0
	tries := 0
scan:
	for len(rest) > 0 {
		line, next := cutLine(rest)
		at := len(b) - len(rest)
		if len(trimRightSpace(line)) == 0 {
			if len(line) == 0 || tries >= maxTries || !fieldAhead(next) {
				rest = next
				break
			}
			tries++
			rest = next // a line of blanks only is an obsolete fold (RFC 5322 section 4.2)
			continue
		}
		used = at + len(line)
		switch {
		case h.cut:
		case used > maxHeaderBytes || len(spans) >= maxHeaderFields:
			h.cut = true
		case line[0] == ' ' || line[0] == '\t':
			if len(spans) == 0 {
				h.badLines++
			} else {
				spans[len(spans)-1].fold(b, at, line)
			}
		default:
			n, ok := fieldName(line)
			if ok {
				spans = append(spans, span{name: at, value: at + n, end: at + len(line)})
				break
			}
			if bytes.HasPrefix(line, []byte("--")) || tries >= maxTries || !fieldAhead(next) {
				h.overrun = true
				break scan
			}
			tries++
			h.badLines++
		}
		rest = next
	}
	h.fill(b[:min(used, len(b))], spans)
	return h, rest
}

// maxTries bounds how often a line that is no field is looked past.
const maxTries = 200

// fold extends a field by a continuation line that begins at position at.
func (s *span) fold(b []byte, at int, line []byte) {
	if s.joined == "" && len(bytes.Trim(b[s.end:at], "\r\n")) == 0 {
		s.end = at + len(line)
		return
	}
	if s.joined == "" {
		s.joined = string(b[s.value:s.end])
	}
	if len(s.joined) < maxHeaderBytes/16 {
		s.joined += "\n" + string(line)
	}
}

// fill turns positions into strings that share one copy of the block.
func (h *header) fill(b []byte, spans []span) {
	if len(spans) == 0 {
		return
	}
	text := string(b)
	h.fields = make([]field, len(spans))
	for i, s := range spans {
		name := text[s.name:s.value]
		value := text[s.value+1 : max(s.end, s.value+1)]
		if s.joined != "" {
			value = s.joined[1:]
		}
		h.fields[i] = field{strings.TrimRight(name, " \t"), value}
	}
}

// fieldName finds the colon of a line that is a field: printable ASCII before it,
// blanks right before the colon are tolerated (RFC 5322 section 4.5.8).
func fieldName(line []byte) (colon int, ok bool) {
	i := bytes.IndexByte(line[:min(len(line), 130)], ':')
	if i <= 0 {
		return 0, false
	}
	name := trimRightSpace(line[:i])
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return 0, false
		}
	}
	return i, len(name) > 0
}

// fieldAhead tells whether a header field follows before the next empty line.
// It looks at few lines, so that a body without header stays cheap.
func fieldAhead(b []byte) bool {
	for n := 0; n < 20 && len(b) > 0; n++ {
		line, next := cutLine(b)
		if len(line) == 0 {
			return false
		}
		if n, ok := fieldName(line); ok && knownField(trimRightSpace(line[:n])) {
			return true
		}
		b = next
	}
	return false
}

// knownField tells whether a name is one that stands in mail headers rather than
// in prose: a registered one or one with an X- or Content- prefix.
func knownField(name []byte) bool {
	if len(name) > 2 && (name[0] == 'X' || name[0] == 'x') && name[1] == '-' {
		return true
	}
	if len(name) > 8 && strings.EqualFold(string(name[:8]), "content-") {
		return true
	}
	switch strings.ToLower(string(name)) {
	case "return-path", "received", "from", "to", "cc", "bcc", "subject", "date",
		"message-id", "in-reply-to", "references", "reply-to", "sender", "mime-version",
		"delivered-to", "dkim-signature", "authentication-results", "importance",
		"precedence", "list-id", "thread-topic", "thread-index", "user-agent", "envelope-to",
		"auto-submitted", "organization", "priority", "status", "lines", "errors-to", "resent-from":
		return true
	}
	return false
}

// get returns the unfolded value of the first field of that name, raw otherwise.
func (h *header) get(name string) string {
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			return h.value(i)
		}
	}
	return ""
}

// value returns the unfolded value of a field. Raw 8-bit text that is no UTF-8 is
// read in the charset of the body.
func (h *header) value(i int) string {
	s := unfold(h.fields[i].value)
	if utf8.ValidString(s) {
		return s
	}
	s, _ = decodeCharset([]byte(s), h.charset)
	return s
}

// has tells whether a field of that name exists, empty or not.
func (h *header) has(name string) bool {
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			return true
		}
	}
	return false
}

// all returns the unfolded values of every field of that name.
func (h *header) all(name string) []string {
	var out []string
	for i := range h.fields {
		if equalFold(h.fields[i].name, name) {
			out = append(out, h.value(i))
		}
	}
	return out
}

// cutLine returns the first line without its end and what follows. A line ends
// with CRLF or LF; mails with bare CR only were normalised before.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return trimCR(b), nil
	}
	return trimCR(b[:i]), b[i+1:]
}

func trimCR(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '\r' {
		b = b[:len(b)-1]
	}
	return b
}

func trimRightSpace(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// unfold joins the lines of a value and trims it (RFC 5322 section 2.2.3).
func unfold(v string) string {
	v = strings.Trim(v, " \t\r\n")
	if strings.IndexByte(v, '\n') < 0 && strings.IndexByte(v, '\r') < 0 {
		return v
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '\r' || v[i] == '\n' {
			continue // the blank that begins the next line remains
		}
		c := v[i]
		if c == '\t' && i > 0 && v[i-1] == '\n' {
			c = ' '
		}
		out = append(out, c)
	}
	return string(out)
}

// equalFold compares ASCII without regard to case and without allocation.
func equalFold(b, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := 0; i < len(b); i++ {
		if lowerByte(b[i]) != lowerByte(s[i]) {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
