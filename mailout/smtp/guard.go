package smtp

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync/atomic"
	"time"

	gosmtp "github.com/emersion/go-smtp"
)

// maxReply bounds what is read from the server for one mail.
const maxReply = 256 << 10

// guard is the connection as the client library sees it, above TLS. It bounds
// what the server may say, counts its replies, and ends what takes too long.
//
// The count finds servers that are out of step: a reply more than there were
// commands would be taken for the answer to the next one, and at the final dot
// for the acceptance of a mail that was not accepted.
type guard struct {
	net.Conn
	greeting string // said to the library in place of the server's, which was read before TLS
	left     int    // bytes the server may still say
	late     atomic.Bool

	replies  int // complete ones so far
	expected int
	column   int // in the present line
	more     bool
}

func (g *guard) Read(p []byte) (int, error) {
	if g.greeting != "" {
		n := copy(p, g.greeting)
		g.greeting = g.greeting[n:]
		return n, nil
	}
	if g.left <= 0 {
		return 0, errTooLong
	}
	n, err := g.Conn.Read(p)
	g.left -= n
	for _, c := range p[:n] {
		switch {
		case c == '\n':
			if !g.more {
				g.replies++
			}
			g.column, g.more = 0, false
		default:
			g.more = g.more || g.column == 3 && c == '-' // 250-text goes on (RFC 5321 section 4.2.1)
			g.column++
		}
	}
	return n, err
}

// inStep forgets what was said so far: from here on each command has one reply.
func (g *guard) inStep() { g.expected = g.replies }

// outOfStep reports whether the server said more than it was asked.
func (g *guard) outOfStep() bool { return g.replies > g.expected }

// within closes the connection when f takes longer than d: the client library
// sets no deadline while it writes a text.
func (g *guard) within(d time.Duration, f func() error) error {
	t := time.AfterFunc(d, func() {
		g.late.Store(true)
		g.Conn.Close()
	})
	defer t.Stop()
	err := f()
	if err != nil && g.late.Load() {
		return errTimeout
	}
	return err
}

// startTLS asks for TLS and refuses to go on without it. What the server said
// before the handshake is forgotten, so that nothing can be slipped in.
func startTLS(raw net.Conn, hello string, cfg *tls.Config) (net.Conn, error) {
	bounded := struct {
		io.Reader
		io.Writer
	}{io.LimitReader(raw, maxReply), raw}
	r := textproto.NewReader(bufio.NewReader(bounded))
	if _, _, err := r.ReadResponse(220); err != nil {
		return nil, asReply(err)
	}
	say := func(code int, format string, a ...any) (string, error) {
		if _, err := fmt.Fprintf(raw, format+"\r\n", a...); err != nil {
			return "", err
		}
		_, text, err := r.ReadResponse(code)
		return text, asReply(err)
	}
	offer, err := say(250, "EHLO %s", hello)
	if err != nil {
		return nil, err
	}
	found := false
	for _, l := range strings.Split(offer, "\n") {
		found = found || strings.EqualFold(strings.TrimSpace(l), "STARTTLS")
	}
	if !found {
		return nil, errNoStartTLS
	}
	if _, err := say(220, "STARTTLS"); err != nil {
		return nil, err
	}
	t := tls.Client(raw, cfg)
	return t, t.Handshake()
}

// asReply makes an answer of the server the library's type for it.
func asReply(err error) error {
	if pe, ok := err.(*textproto.Error); ok {
		return &gosmtp.SMTPError{Code: pe.Code, EnhancedCode: gosmtp.EnhancedCodeNotSet, Message: pe.Msg}
	}
	return err
}
