package mailin

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// transferName folds a Content-Transfer-Encoding (RFC 2045 section 6).
func transferName(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if i := strings.IndexAny(s, " \t;("); i > 0 {
		s = s[:i]
	}
	s = strings.Trim(s, "\"'")
	switch s {
	case "base64", "quoted-printable", "7bit", "8bit", "binary", "":
		return s
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return "uuencode"
	case "qp", "quotedprintable", "quoted-printeable":
		return "quoted-printable"
	case "b64", "base-64":
		return "base64"
	}
	return ""
}

// decodeTransfer decodes a whole part into memory.
func decodeTransfer(b []byte, name string) []byte {
	switch name {
	case "base64":
		out := make([]byte, 0, base64.StdEncoding.DecodedLen(len(b))+4)
		decodeBase64(b, func(p []byte) { out = append(out, p...) })
		return out
	case "quoted-printable":
		return decodeQP(b)
	case "uuencode":
		_, out, _, ok := cutUU(b)
		if ok {
			return out
		}
	}
	return b
}

// decodeBase64 decodes tolerantly: foreign bytes are skipped, padding in the
// middle begins a new run, a stray tail is dropped (RFC 2045 section 6.8). emit
// gets chunks that are valid only during the call.
func decodeBase64(b []byte, emit func([]byte)) {
	var in [4096]byte
	var out [3072]byte
	n := 0
	flush := func(last bool) {
		k := n &^ 3
		if k > 0 {
			m, _ := base64.StdEncoding.Decode(out[:], in[:k])
			emit(out[:m])
		}
		rest := n - k
		if last && rest > 1 {
			tail := [4]byte{'=', '=', '=', '='}
			copy(tail[:], in[k:n])
			m, _ := base64.StdEncoding.Decode(out[:], tail[:])
			emit(out[:m])
			rest = 0
		} else if last {
			rest = 0
		}
		copy(in[:], in[k:k+rest])
		n = rest
	}
	for len(b) > 0 {
		line := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		line = trimCR(line)
		for len(line) > 0 {
			if n == len(in) {
				flush(false)
			}
			// Whole runs of the alphabet are copied, anything else is judged.
			k := min(len(line), len(in)-n)
			run := base64Run(line[:k])
			n += copy(in[n:], line[:run])
			if run == k {
				line = line[k:]
				continue
			}
			switch line[run] {
			case '=':
				flush(true)
			case '-':
				n += copy(in[n:], "+")
			case '_':
				n += copy(in[n:], "/")
			}
			line = line[run+1:]
		}
	}
	flush(true)
}

// base64Run counts the leading bytes that belong to the base64 alphabet.
func base64Run(b []byte) int {
	for i, c := range b {
		if base64Set[c] == 0 {
			return i
		}
	}
	return len(b)
}

var base64Set = func() (t [256]byte) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = 1
	}
	return t
}()

// decodeQP decodes quoted-printable tolerantly (RFC 2045 section 6.7): a "="
// without two hex digits stays, blanks before a line end go.
func decodeQP(b []byte) []byte {
	if bytes.IndexByte(b, '=') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		line, rest := b, []byte(nil)
		end := false
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			line, rest, end = b[:i], b[i+1:], true
		}
		crlf := len(line) > 0 && line[len(line)-1] == '\r'
		line = trimRightSpace(line)
		soft := false
		for len(line) > 0 {
			i := bytes.IndexByte(line, '=')
			if i < 0 {
				out = append(out, line...)
				break
			}
			out = append(out, line[:i]...)
			line = line[i+1:]
			if len(line) == 0 {
				soft = true
				break
			}
			if c, ok := hexPair(line); ok {
				out = append(out, c)
				line = line[2:]
			} else {
				out = append(out, '=')
			}
		}
		if end && !soft {
			if crlf {
				out = append(out, '\r')
			}
			out = append(out, '\n')
		}
		b = rest
	}
	return out
}

func hexPair(b []byte) (byte, bool) {
	if len(b) < 2 {
		return 0, false
	}
	h, l := hexDigit(b[0]), hexDigit(b[1])
	return byte(h<<4 | l), h >= 0 && l >= 0
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// uuHeader reads "begin 644 name" and returns the name.
func uuHeader(line []byte) (string, bool) {
	rest, ok := bytes.CutPrefix(line, []byte("begin "))
	if !ok || len(rest) < 5 {
		return "", false
	}
	mode, name, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(mode) < 3 || len(mode) > 4 {
		return "", false
	}
	for _, c := range mode {
		if c < '0' || c > '7' {
			return "", false
		}
	}
	return string(bytes.TrimSpace(name)), len(bytes.TrimSpace(name)) > 0
}

// cutUU decodes the first uuencoded block of b and returns its name, its bytes
// and the positions of the block.
func cutUU(b []byte) (name string, out []byte, span [2]int, ok bool) {
	for at := 0; at < len(b); {
		i := bytes.Index(b[at:], []byte("begin "))
		if i < 0 {
			return "", nil, span, false
		}
		at += i
		if at > 0 && b[at-1] != '\n' {
			at += 6
			continue
		}
		line, rest := cutLine(b[at:])
		n, is := uuHeader(line)
		if !is {
			at += 6
			continue
		}
		data, end, good := uuLines(rest)
		if !good {
			at += 6
			continue
		}
		return n, data, [2]int{at, len(b) - len(end)}, true
	}
	return "", nil, span, false
}

// uuLines decodes lines up to "end". Good says that at least one line decoded.
func uuLines(b []byte) (out, rest []byte, good bool) {
	for len(b) > 0 {
		line, next := cutLine(b)
		if bytes.Equal(bytes.TrimSpace(line), []byte("end")) {
			return out, next, good || len(out) == 0
		}
		if len(line) == 0 || line[0] == '`' {
			b = next
			continue
		}
		n := int(line[0]-' ') & 63
		need := (n + 2) / 3 * 4
		if line[0] < ' ' || line[0] > '`' || len(line)-1 > need+3 || n == 0 && len(line) > 2 {
			return out, b, good
		}
		out = uuLine(out, line[1:], n)
		good = true
		b = next
	}
	return out, nil, good
}

func uuLine(out, line []byte, n int) []byte {
	at := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 63
		}
		return 0
	}
	for i := 0; n > 0; i += 4 {
		q := [3]byte{at(i)<<2 | at(i+1)>>4, at(i+1)<<4 | at(i+2)>>2, at(i+2)<<6 | at(i+3)}
		k := min(n, 3)
		out = append(out, q[:k]...)
		n -= k
	}
	return out
}
