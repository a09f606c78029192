package mailin

import (
	"crypto/sha256"
	"strings"
)

// Canonical is a digest of what makes a mail that mail: Message-ID, From, Date,
// Subject and the body, without the trace fields that differ from one delivery
// to the next. Two copies of one mail have the same digest.
func Canonical(raw []byte) [32]byte {
	h, body := splitHeader(normalise(raw))
	d := sha256.New()
	for _, name := range [...]string{"Message-ID", "From", "Date", "Subject"} {
		for _, v := range h.all(name) {
			d.Write([]byte(strings.Join(strings.Fields(v), " ")))
			d.Write([]byte{0})
		}
		d.Write([]byte{1})
	}
	// Line ends and blanks at the end of the mail change on the way.
	for len(body) > 0 && (body[len(body)-1] == '\n' || body[len(body)-1] == '\r' || body[len(body)-1] == ' ') {
		body = body[:len(body)-1]
	}
	for len(body) > 0 {
		line, rest := cutLine(body)
		d.Write(line)
		d.Write([]byte{'\n'})
		body = rest
	}
	var sum [32]byte
	d.Sum(sum[:0])
	return sum
}
