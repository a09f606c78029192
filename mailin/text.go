package mailin

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decode returns the text of a part, decoded once.
func (p *textPart) decode(t *tree) string {
	if p.done {
		return p.text
	}
	p.done = true
	body := p.body
	if p.cte != "" {
		body = decodeTransfer(body, p.cte)
	}
	if len(body) > maxTextPart {
		body = cutRune(body, maxTextPart)
		t.cut = true
		t.defect(DefectTextSize)
	}
	charset := p.charset
	if charset == "" && p.html {
		charset = metaCharset(body)
	}
	s, bad := decodeCharset(body, charset)
	if bad {
		t.defect(DefectCharset)
	}
	switch {
	case p.enriched:
		s = HTMLToText(s)
	case p.html:
	case p.flowed:
		s = unflow(cleanText(s), p.delsp)
	default:
		s = cleanText(s)
	}
	p.text = s
	return s
}

func cutRune(b []byte, n int) []byte {
	for n > 0 && !utf8.RuneStart(b[n]) {
		n--
	}
	return b[:n]
}

// metaCharset finds the charset an HTML document declares for itself.
func metaCharset(b []byte) string {
	head := bytes.ToLower(b[:min(len(b), 2048)])
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return ""
	}
	s := bytes.TrimLeft(head[i+8:], " \"'")
	n := bytes.IndexAny(s, " \"'>;/")
	if n < 0 || n > 40 {
		return ""
	}
	return string(s[:n])
}

// cleanText brings text to LF line ends and removes what can deceive a reader or
// a terminal: control characters, directional overrides, byte order marks.
func cleanText(s string) string {
	if !dirtyText(s) {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '\r':
				// CRLF and CRCRLF are one line end, a bare CR is one too.
				for i < len(s) && s[i] == '\r' {
					i++
				}
				if i < len(s) && s[i] == '\n' {
					i++
				}
				out.WriteByte('\n')
			case c == '\n' || c == '\t' || c >= ' ' && c != 0x7f:
				out.WriteByte(c)
			case c == '\f' || c == '\v':
				out.WriteByte('\n')
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			out.WriteRune(utf8.RuneError)
		case r == 0xfeff || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0x80 && r < 0xa0 || r == 0xE0F1:
		case r == 0x2028 || r == 0x2029:
			out.WriteByte('\n')
		default:
			out.WriteString(s[i : i+n])
		}
		i += n
	}
	return out.String()
}

// dirtyText tells whether cleanText has anything to do.
func dirtyText(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == 0xe2 || c == 0xef || c == 0xee || c == 0xc2 {
			return true
		}
	}
	return !utf8.ValidString(s)
}

// unflow joins the lines of format=flowed text (RFC 3676 section 4).
func unflow(s string, delsp bool) string {
	var out strings.Builder
	out.Grow(len(s))
	open := -1 // quote depth of the paragraph that goes on, -1 for none
	for len(s) > 0 {
		line := s
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			line, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		text := strings.TrimPrefix(line[depth:], " ")
		fixed := text == "-- " || !strings.HasSuffix(text, " ")
		if open >= 0 && (open != depth || text == "-- ") {
			out.WriteByte('\n') // a flowed line before a change of depth ends there
			open = -1
		}
		if open < 0 && depth > 0 {
			out.WriteString(line[:depth])
			out.WriteByte(' ')
		}
		if !fixed && delsp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
		if fixed {
			out.WriteByte('\n')
			open = -1
		} else {
			open = depth
		}
	}
	return out.String()
}

// body joins the readable parts to one text. The quote marks of HTML stay in.
func (t *tree) body() (text string, cids []string, htmlOnly bool) {
	var parts []string
	total := 0
	plain := false
	texts := t.texts
	if len(texts) == 0 {
		texts = t.named
	}
	for i := range texts {
		p := &texts[i]
		s := p.decode(t)
		if p.html {
			var c []string
			s, c = htmlText([]byte(strings.ReplaceAll(s, quoteMark, "")))
			s = cleanHTMLText(s)
			cids = append(cids, c...)
			htmlOnly = true
		} else if strings.TrimSpace(s) != "" {
			plain = true
		}
		if total+len(s) > maxTextTotal {
			t.cut = true
			t.defect(DefectTextSize)
			s = limit(s, maxTextTotal-total)
		}
		total += len(s)
		if s = strings.Trim(s, "\n"); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n\n"), cids, htmlOnly && !plain
}

// cleanHTMLText is cleanText that keeps the quote marks.
func cleanHTMLText(s string) string {
	if !strings.Contains(s, quoteMark) {
		return cleanText(s)
	}
	pieces := strings.Split(s, quoteMark)
	for i := range pieces {
		pieces[i] = cleanText(pieces[i])
	}
	return strings.Join(pieces, quoteMark)
}
