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

// field is one header field: the name as written and the value still folded
// and encoded, both slices of the raw mail.
type field struct {
	name  []byte
	value []byte
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

// splitHeader reads the header block at the start of b and returns it with the
// rest. Lines that are no field are skipped as long as a field follows in the
// same block; otherwise the body is taken to begin there.
func splitHeader(b []byte) (header, []byte) {
	h := header{fields: make([]field, 0, 24)}
	rest := b
	used := 0
	for len(rest) > 0 {
		line, next := cutLine(rest)
		if len(trimRightSpace(line)) == 0 {
			if len(line) > 0 && fieldAhead(next) {
				rest = next // a line of blanks only is an obsolete fold (RFC 5322 section 4.2)
				continue
			}
			return h, next
		}
		used += len(rest) - len(next)
		switch {
		case h.cut:
		case used > maxHeaderBytes || len(h.fields) >= maxHeaderFields:
			h.cut = true
		case line[0] == ' ' || line[0] == '\t':
			h.fold(line)
		default:
			if !h.add(line) {
				if line[0] == '-' && bytes.HasPrefix(line, []byte("--")) || h.badLines == 0 && !fieldAhead(next) {
					h.overrun = true
					return h, rest
				}
				h.badLines++
			}
		}
		rest = next
	}
	return h, nil
}

// fold appends a continuation line to the last field. Both are slices of the
// same mail, so the value only has to end later.
func (h *header) fold(line []byte) {
	if len(h.fields) == 0 {
		h.badLines++
		return
	}
	f := &h.fields[len(h.fields)-1]
	// The continuation may stand behind skipped lines; then it is copied.
	if end := cap(f.value) - cap(line); end >= len(f.value) && end <= len(f.value)+2 {
		f.value = f.value[:end+len(line)]
		return
	}
	joined := make([]byte, 0, len(f.value)+len(line)+1)
	f.value = append(append(append(joined, f.value...), '\n'), line...)
}

// add appends the field of one line, or reports that the line is none.
func (h *header) add(line []byte) bool {
	name, value, ok := cutField(line)
	if !ok {
		return false
	}
	h.fields = append(h.fields, field{name, value})
	return true
}

// cutField splits "Name: value". Blanks before the colon are tolerated
// (RFC 5322 section 4.5.8), other characters outside of printable ASCII are not.
func cutField(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 || i > 128 {
		return nil, nil, false
	}
	name = trimRightSpace(line[:i])
	if len(name) == 0 {
		return nil, nil, false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, false
		}
	}
	return name, line[i+1:], true
}

// fieldAhead tells whether a header field follows before the next empty line.
// It looks at few lines, so that a body without header stays cheap.
func fieldAhead(b []byte) bool {
	for n := 0; n < 20 && len(b) > 0; n++ {
		line, next := cutLine(b)
		if len(line) == 0 {
			return false
		}
		if name, _, ok := cutField(line); ok && knownField(name) {
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
	switch lower(name) {
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
func unfold(v []byte) string {
	v = bytes.TrimSpace(v)
	if bytes.IndexByte(v, '\n') < 0 && bytes.IndexByte(v, '\r') < 0 {
		return string(v)
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
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
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

func lower(b []byte) string { return strings.ToLower(string(b)) }
