package imap

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

var (
	errNoStartTLS  = errors.New("the server does not offer STARTTLS")
	errPreAuth     = errors.New("the server greeted with PREAUTH before TLS, which an attacker can forge")
	errBehindTLS   = errors.New("bytes were smuggled in behind the answer to STARTTLS")
	errNotIMAP     = errors.New("the greeting is not that of an IMAP server")
	errGreetingBye = errors.New("the server refused the connection")
)

// dial opens the connection up to the point where the server waits for a
// login. raw is the socket, to be closed when patience ends.
func (c Config) dial(ctx context.Context) (conn, raw net.Conn, err error) {
	dctx, cancel := context.WithTimeoutCause(ctx, c.Timing.Dial, fmt.Errorf("no connection within %v: %w", c.Timing.Dial, context.DeadlineExceeded))
	defer cancel()
	raw, err = c.Dial(dctx, "tcp", c.addr())
	if err != nil {
		return nil, nil, c.failure(StepConnect, errors.Join(err, contextCause(ctx, dctx)))
	}
	stop := context.AfterFunc(dctx, func() { raw.Close() })
	defer stop()
	conn = raw
	switch c.TLS {
	case TLSImplicit:
		conn, err = c.handshake(dctx, raw)
		err = c.failure(StepTLS, err)
	case TLSStartTLS:
		conn, err = c.startTLS(dctx, raw)
		err = c.failure(StepStartTLS, err)
	}
	if err != nil {
		raw.Close()
		return nil, nil, err
	}
	if !stop() {
		return nil, nil, c.failure(StepTLS, context.Cause(dctx))
	}
	return conn, raw, nil
}

// contextCause says that our own patience ended, when it did.
func contextCause(parent, ctx context.Context) error {
	if parent.Err() == nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (c Config) handshake(ctx context.Context, raw net.Conn) (net.Conn, error) {
	t := tls.Client(raw, &tls.Config{ServerName: c.Host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"imap"}})
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return t, nil
}

// startTLS does RFC 9051 section 6.2.1 by hand, because each of its traps must
// be refused by name: PREAUTH, a missing capability, and bytes that follow the
// server's OK in the clear.
func (c Config) startTLS(ctx context.Context, raw net.Conn) (net.Conn, error) {
	r := bufio.NewReaderSize(io.LimitReader(raw, 64<<10), 8<<10)
	line, err := readLine(r)
	if err != nil {
		return nil, fmt.Errorf("read greeting: %w", err)
	}
	switch upper := strings.ToUpper(line); {
	case strings.HasPrefix(upper, "* PREAUTH"):
		return nil, errPreAuth
	case strings.HasPrefix(upper, "* BYE"):
		return nil, fmt.Errorf("%w: %.200s", errGreetingBye, line)
	case !strings.HasPrefix(upper, "* OK"):
		return nil, errNotIMAP
	}
	offered := false
	if _, err := command(raw, r, "S1", "CAPABILITY", func(untagged string) {
		if f := strings.Fields(strings.ToUpper(untagged)); len(f) > 1 && f[1] == "CAPABILITY" {
			for _, cap := range f[2:] {
				offered = offered || cap == "STARTTLS"
			}
		}
	}); err != nil {
		return nil, err
	}
	if !offered {
		return nil, errNoStartTLS
	}
	answer, err := command(raw, r, "S2", "STARTTLS", func(string) {})
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(strings.ToUpper(answer), "S2 OK") {
		return nil, fmt.Errorf("%w: %.200s", errNoStartTLS, answer)
	}
	if r.Buffered() > 0 {
		return nil, errBehindTLS
	}
	t, err := c.handshake(ctx, raw)
	if err != nil {
		return nil, err
	}
	// The library waits for a greeting that comes but once.
	return &greeted{Conn: t, greeting: strings.NewReader("* OK TLS begun\r\n")}, nil
}

// command sends one command in the clear and reads to its tagged answer.
func command(w io.Writer, r *bufio.Reader, tag, name string, untagged func(string)) (answer string, err error) {
	if _, err := io.WriteString(w, tag+" "+name+"\r\n"); err != nil {
		return "", err
	}
	for range 100 {
		line, err := readLine(r)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if strings.HasPrefix(line, tag+" ") {
			return line, nil
		}
		untagged(line)
	}
	return "", fmt.Errorf("%s: no answer in 100 lines", name)
}

func readLine(r *bufio.Reader) (string, error) {
	b, err := r.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	return string(bytes.TrimRight(b, "\r\n")), nil
}

// greeted is a connection whose greeting was read before TLS.
type greeted struct {
	net.Conn
	greeting *strings.Reader
}

// Read gives the greeting, then what the server sends.
func (g *greeted) Read(p []byte) (int, error) {
	if g.greeting.Len() > 0 {
		return g.greeting.Read(p)
	}
	return g.Conn.Read(p)
}

// patience is what a step may take at most.
type patience struct {
	total time.Duration // 0 = no bound but stall
	stall time.Duration // 0 = no progress needed
}
