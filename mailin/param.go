package mailin

import (
	"sort"
	"strconv"
	"strings"
)

// maxParams is how much of a structured field is read, in bytes.
const maxParams = 64 << 10

// maxSegments limits the numbered pieces of one parameter (RFC 2231 section 3).
const maxSegments = 500

// params is a structured value: "value; name=..." with decoded parameters.
type params struct {
	value string // lower case, without comments
	list  []param
}

type param struct{ name, value string }

func (p params) get(name string) string {
	for _, q := range p.list {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// parseParams reads a Content-Type or Content-Disposition leniently: unquoted
// values with blanks, missing semicolons at the end, comments, RFC 2231 pieces
// and charsets, encoded words inside quotes.
func parseParams(s string) params {
	var p params
	s = s[:min(len(s), maxParams)]
	head, rest := cutParam(s)
	head = strings.TrimSpace(stripComments(head))
	if i := strings.IndexAny(head, " \t"); i > 0 {
		// "text/plain charset=x": the semicolon is missing.
		if strings.IndexByte(head, '=') > i {
			rest = head[i:] + ";" + rest
		}
		head = head[:i]
	}
	p.value = strings.ToLower(head)
	var pieces []piece
	for n := 0; rest != "" && n < 2*maxSegments; n++ {
		var one string
		one, rest = cutParam(rest)
		name, value, ok := strings.Cut(one, "=")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(stripComments(name)))
		value = unquote(strings.TrimSpace(value))
		if name == "" {
			continue
		}
		if strings.IndexByte(name, '*') < 0 {
			p.add(name, value)
		} else if len(pieces) < maxSegments {
			pieces = append(pieces, newPiece(name, value))
		}
	}
	p.join(pieces)
	return p
}

// add keeps the first of several parameters of one name, except that an empty
// one gives way.
func (p *params) add(name, value string) {
	for i := range p.list {
		if p.list[i].name == name {
			if p.list[i].value == "" {
				p.list[i].value = value
			}
			return
		}
	}
	p.list = append(p.list, param{name, value})
}

func (p *params) set(name, value string) {
	for i := range p.list {
		if p.list[i].name == name {
			p.list[i].value = value
			return
		}
	}
	p.list = append(p.list, param{name, value})
}

// piece is one "name*n*=" part of a parameter.
type piece struct {
	name    string
	index   int
	encoded bool
	value   string
}

func newPiece(name, value string) piece {
	base, tail, _ := strings.Cut(name, "*")
	pc := piece{name: base, value: value}
	if tail == "" {
		pc.encoded = true
		return pc
	}
	if strings.HasSuffix(tail, "*") {
		pc.encoded, tail = true, tail[:len(tail)-1]
	}
	if n, err := strconv.Atoi(tail); err == nil && n >= 0 {
		pc.index = n
	}
	return pc
}

// join puts the pieces of each parameter together. The extended form wins over
// the plain one (RFC 6266 section 4.3).
func (p *params) join(pieces []piece) {
	sort.SliceStable(pieces, func(i, j int) bool {
		if pieces[i].name != pieces[j].name {
			return pieces[i].name < pieces[j].name
		}
		return pieces[i].index < pieces[j].index
	})
	for len(pieces) > 0 {
		n := 1
		for n < len(pieces) && pieces[n].name == pieces[0].name {
			n++
		}
		p.set(pieces[0].name, joinPieces(pieces[:n]))
		pieces = pieces[n:]
	}
}

func joinPieces(list []piece) string {
	charset := ""
	var raw []byte
	encoded := false
	for i, pc := range list {
		v := pc.value
		if pc.encoded {
			encoded = true
			if i == 0 {
				if a, rest, ok := strings.Cut(v, "'"); ok {
					if _, text, ok := strings.Cut(rest, "'"); ok {
						charset, v = a, text
					}
				}
			}
			raw = appendPercent(raw, v)
			continue
		}
		raw = append(raw, v...)
	}
	if !encoded {
		return string(raw)
	}
	s, _ := decodeCharset(raw, charset)
	return s
}

func appendPercent(out []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

// cutParam returns what stands before the next ";" outside of quotes. A quote
// that never closes does not hide the rest.
func cutParam(s string) (string, string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	if quoted {
		if i := strings.IndexByte(s, ';'); i >= 0 {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquote removes the quotes of a value; a backslash stands for the next
// character only before a quote or backslash, since old mailers write paths.
func unquote(s string) string {
	if len(s) == 0 || s[0] != '"' {
		if i := strings.Index(s, " ("); i > 0 && strings.HasSuffix(s, ")") {
			s = s[:i]
		}
		return strings.TrimSpace(strings.Trim(s, "'"))
	}
	s = s[1:]
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		} else if s[i] == '"' {
			break
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// stripComments removes RFC 5322 comments, nested ones too, outside of quotes.
func stripComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				out.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && !quoted && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			out.WriteByte(c)
		}
	}
	return out.String()
}
