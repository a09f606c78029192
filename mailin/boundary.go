package mailin

import "bytes"

// split is a multipart cut at its boundaries.
type split struct {
	parts    [][]byte
	preamble []byte
	epilogue []byte
	closed   bool // the closing boundary was there
	guessed  bool // the declared boundary did not occur; another line served
	cut      bool // more parts than allowed
}

// splitMultipart cuts a multipart body (RFC 2046 section 5.1) in one pass. Where
// the declared boundary is empty or never occurs, the first line that looks like
// a boundary with a part header below is used.
func splitMultipart(body []byte, boundary string, limit int) split {
	if boundary != "" {
		if s := cutParts(body, "--"+boundary, limit, false); len(s.parts) > 0 || s.closed {
			return s
		}
		if s := cutParts(body, "--"+boundary, limit, true); len(s.parts) > 0 {
			// the boundary has something behind it
			s.guessed = true
			return s
		}
	} else if s := cutParts(body, "--", limit, false); len(s.parts) > 0 {
		s.guessed = true
		return s
	}
	if g := guessBoundary(body); g != "" {
		s := cutParts(body, g, limit, false)
		s.guessed = true
		return s
	}
	return split{}
}

// cutParts cuts at every line that is the delimiter; loose also takes lines that
// only begin with it.
func cutParts(body []byte, delim string, limit int, loose bool) split {
	var s split
	d := []byte(delim)
	start := -1
	for at := 0; at < len(body); {
		i := bytes.Index(body[at:], d)
		if i < 0 {
			break
		}
		pos := at + i
		end, closing, ok := boundaryLine(body, pos, len(d), loose)
		if !ok {
			at = pos + len(d)
			continue
		}
		if start >= 0 {
			if len(s.parts) >= limit {
				s.cut = true
				return s
			}
			s.parts = append(s.parts, beforeBoundary(body[start:pos]))
		} else if len(s.parts) == 0 && !s.closed {
			s.preamble = body[:pos]
		}
		start = end
		if closing {
			// A part after the closing line counts: some writers misplace it.
			s.closed = true
			start = -1
			s.epilogue = body[end:]
		}
		at = end
	}
	if start >= 0 && len(bytes.TrimSpace(body[start:])) > 0 {
		if len(s.parts) >= limit {
			s.cut = true
			return s
		}
		s.parts = append(s.parts, body[start:])
		s.closed = false
	}
	return s
}

// boundaryLine judges a hit at pos: it stands at the start of a line and only
// "--" and blanks follow. end is the start of the next line.
func boundaryLine(body []byte, pos, n int, loose bool) (end int, closing, ok bool) {
	if pos > 0 && body[pos-1] != '\n' {
		return 0, false, false
	}
	rest := body[pos+n:]
	end = len(body)
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		end = pos + n + i + 1
		rest = rest[:i]
	}
	rest = trimRightSpace(rest)
	if len(rest) >= 2 && rest[0] == '-' && rest[1] == '-' {
		closing = true
		rest = bytes.TrimLeft(rest[2:], " \t")
	}
	if len(rest) > 0 && !loose {
		return 0, false, false
	}
	return end, closing, true
}

// beforeBoundary drops the line end that belongs to the boundary.
func beforeBoundary(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if n > 1 && b[n-2] == '\r' {
			b = b[:n-2]
		}
	}
	return b
}

// guessBoundary finds a line beginning with "--" that a Content- field follows.
func guessBoundary(body []byte) string {
	b := body[:min(len(body), 64<<10)]
	for len(b) > 0 {
		line, rest := cutLine(b)
		if len(line) > 2 && line[0] == '-' && line[1] == '-' && bytes.IndexByte(line, ' ') < 0 {
			next, _ := cutLine(rest)
			if n, ok := fieldName(next); ok && n > 8 && equalFold(string(next[:8]), "content-") {
				return string(trimRightSpace(line))
			}
		}
		b = rest
	}
	return ""
}
