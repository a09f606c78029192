package imap

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"sync/atomic"
)

// maxLine bounds a line of the server: the protocol library buffers lines
// whole. A SEARCH answer with 150,000 UIDs fits.
const maxLine = 2 << 20

var (
	errLineTooLong    = fmt.Errorf("the server sent a line of more than %d bytes", maxLine)
	errLiteralTooLong = errors.New("the server sent a literal beyond all limits")
	errCapabilities   = errors.New("the server sent a list of capabilities that is none")
	errPlainExpunge   = errors.New("refused to send EXPUNGE without UIDs: it would remove mails that others flagged")
	errNoPermit       = errors.New("refused to change the server: no triaged mail is at hand")
)

// wire is the connection below the protocol library. It bounds what the server
// may send, counts progress, and is the last gate for what we send: a command
// that changes the mailbox passes only while a permit is out, a plain EXPUNGE
// never.
type wire struct {
	net.Conn
	maxLiteral int64
	received   atomic.Int64
	permit     atomic.Bool

	line    int    // bytes of the present line
	fetch   bool   // the present line began like a FETCH answer
	head    []byte // beginning of the present line
	tail    []byte // end of the present line
	literal int64  // bytes of a literal still to come
}

// Read passes on the server's bytes as long as they are within bounds.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.received.Add(int64(n))
	if scanErr := w.scan(p[:n]); scanErr != nil {
		w.Conn.Close()
		return 0, scanErr
	}
	return n, err
}

// scan follows lines and literals.
func (w *wire) scan(p []byte) error {
	for len(p) > 0 {
		if w.literal > 0 {
			n := min(w.literal, int64(len(p)))
			w.literal -= n
			p = p[n:]
			continue
		}
		end := bytes.IndexByte(p, '\n') + 1
		part := p
		if end > 0 {
			part = p[:end]
		}
		p = p[len(part):]
		if err := w.note(part); err != nil {
			return err
		}
		if w.line > maxLine {
			return errLineTooLong
		}
		if end > 0 {
			if err := w.endLine(); err != nil {
				return err
			}
		}
	}
	return nil
}

// note keeps the beginning and the end of the present line.
func (w *wire) note(part []byte) error {
	w.line += len(part)
	if room := headSize - len(w.head); room > 0 {
		w.head = append(w.head, part[:min(room, len(part))]...)
		w.fetch = w.fetch || startsNumbered(w.head)
		if err := checkCapabilities(w.head); err != nil {
			return err
		}
	}
	const keep = 32
	w.tail = append(w.tail, part[max(0, len(part)-keep):]...)
	if over := len(w.tail) - keep; over > 0 {
		w.tail = append(w.tail[:0], w.tail[over:]...)
	}
	return nil
}

// headSize is how much of a line is looked at; no list of capabilities is longer.
const headSize = 8 << 10

var capabilities = regexp.MustCompile(`(?i)^\S{1,20} (?:\d+ )?(?:[A-Z]+ ?\[ ?CAPABILITY|CAPABILITY|ENABLED)`)

// checkCapabilities refuses "(" in a list of capabilities: the library would
// read it for ever, beyond the end of the connection.
func checkCapabilities(head []byte) error {
	m := capabilities.FindIndex(head[:min(len(head), 80)])
	if m == nil {
		return nil
	}
	list := head[m[1]:]
	if end := bytes.IndexAny(list, "]\n"); end >= 0 {
		list = list[:end]
	}
	if len(head) == headSize || bytes.IndexByte(list, '(') >= 0 {
		return errCapabilities
	}
	return nil
}

// startsNumbered recognises "* 5 FETCH": other answers may end in what looks
// like a literal but is text.
func startsNumbered(b []byte) bool {
	return len(b) > 2 && b[0] == '*' && b[1] == ' ' && b[2] >= '0' && b[2] <= '9'
}

// maxBuffered bounds literals other than bodies: the library reads them into
// memory, bodies it streams.
const maxBuffered = 64 << 10

var (
	literalEnd  = regexp.MustCompile(`\{(\d{1,19})\}\r?\n$`)
	bodyLiteral = regexp.MustCompile(`\](?:<\d+>)? ?~?\{\d+\}\r?\n$`)
)

func (w *wire) endLine() error {
	m := literalEnd.FindSubmatch(w.tail)
	body := bodyLiteral.Match(w.tail)
	w.line, w.head, w.tail = 0, w.head[:0], w.tail[:0]
	if m == nil {
		w.fetch = false
		return nil
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	switch {
	case err != nil, n > w.maxLiteral, n > maxBuffered && !(w.fetch && body):
		return errLiteralTooLong
	case w.fetch:
		w.literal = n
	}
	return nil
}

var (
	plainExpunge = regexp.MustCompile(`(?i)^\S+ (?:EXPUNGE|CLOSE)\r?\n`)
	mutation     = regexp.MustCompile(`(?i)^\S+ (?:(?:UID )?(?:MOVE|COPY|STORE|EXPUNGE)|APPEND|CREATE|DELETE|RENAME|SUBSCRIBE)[ \r]`)
)

// Write sends a command. The library flushes each command by itself, so a
// command begins where p begins.
func (w *wire) Write(p []byte) (int, error) {
	switch {
	case plainExpunge.Match(p):
		w.Conn.Close()
		return 0, errPlainExpunge
	case mutation.Match(p) && !w.permit.Load():
		w.Conn.Close()
		return 0, errNoPermit
	}
	return w.Conn.Write(p)
}
