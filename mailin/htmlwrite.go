package mailin

import (
	"bytes"
	"unicode/utf8"
)

// block asks for n line ends before the next text.
func (w *htmlWriter) block(n int) {
	w.newlines = max(w.newlines, n)
	w.space = false
}

// text writes character data: blanks collapse outside of pre.
func (w *htmlWriter) text(b []byte) {
	for len(b) > 0 {
		c := b[0]
		switch {
		case c == '\n' && w.pre > 0:
			w.newlines = min(w.newlines+1, 50)
			b = b[1:]
		case c == ' ' && w.pre > 0:
			w.flush()
			w.out = append(w.out, ' ')
			b = b[1:]
		case c <= ' ' || c == 0x7f:
			w.space = true
			b = b[1:]
		case c == 0xc2 && len(b) > 1 && b[1] == 0xa0:
			w.space = true
			b = b[2:]
		default:
			w.flush()
			n := textRun(b)
			w.out = append(w.out, b[:n]...)
			b = b[n:]
		}
	}
}

// textRun counts the bytes up to the next blank.
func textRun(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] <= ' ' || b[i] == 0x7f || b[i] == 0xc2 {
			return i
		}
	}
	return len(b)
}

// flush writes what is due before text: line ends, quote marks, list mark, blank.
func (w *htmlWriter) flush() {
	if len(w.out) == 0 {
		w.newlines, w.space = 0, false
		w.prefix()
		return
	}
	if w.newlines > 0 {
		for i := 0; i < w.newlines; i++ {
			w.out = append(w.out, '\n')
			if i+1 < w.newlines && w.quote > 0 {
				w.prefix()
			}
		}
		w.newlines, w.space = 0, false
		w.prefix()
		return
	}
	if w.space {
		w.out = append(w.out, ' ')
		w.space = false
	}
	if w.item != "" {
		w.out = append(w.out, w.item...)
		w.item = ""
	}
}

func (w *htmlWriter) prefix() {
	for i := 0; i < min(w.quote, maxQuoteDepth); i++ {
		w.out = append(w.out, "> "...)
	}
	w.out = append(w.out, w.item...)
	w.item = ""
}

// trimLines removes blanks at line ends, and empty lines at both ends.
func trimLines(b []byte) []byte {
	out := b[:0]
	for i := 0; i < len(b); {
		j := bytes.IndexByte(b[i:], '\n')
		line := b[i:]
		if j >= 0 {
			line = b[i : i+j]
		}
		n := len(line)
		line = bytes.TrimRight(line, " \t\r")
		out = append(out, line...)
		if j < 0 {
			break
		}
		out = append(out, '\n')
		i += n + 1
	}
	out = bytes.TrimSpace(out)
	if !utf8.Valid(out) {
		out = bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	return out
}
