package imaptest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// listener wraps accepted connections.
type listener struct {
	net.Listener
	srv   *Server
	tls   bool
	ready chan struct{} // closed by the first Accept
	once  sync.Once
}

// Accept waits for the next client.
func (l *listener) Accept() (net.Conn, error) {
	l.once.Do(func() { close(l.ready) })
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.srv.wrap(raw, l.tls), nil
}

// pipeListener hands out the server's ends of net.Pipe.
type pipeListener struct {
	ch   chan net.Conn
	done chan struct{}
	once sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{ch: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.ch <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ch:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// conn stands between the socket and the protocol library: it sees each
// command line before the library does, so that faults can strike, does
// STARTTLS, and hides capabilities the library always announces.
type conn struct {
	srv    *Server
	raw    net.Conn
	rw     net.Conn // raw, or the TLS layer on it
	secure bool
	br     *bufio.Reader

	pending []byte // read, for the library
	literal int64  // bytes of a literal that follow
	discard bool   // the rest of this command is thrown away
	midway  bool   // the next line continues a command
	closing bool   // close at the next read

	mu   sync.Mutex
	mute bool
	left int64 // bytes to the client until the cut, -1 = no cut
}

func (s *Server) wrap(raw net.Conn, implicitTLS bool) *conn {
	c := &conn{srv: s, raw: raw, rw: raw, left: -1}
	if implicitTLS {
		c.rw, c.secure = tls.Server(raw, s.o.TLS), true
	}
	c.br = bufio.NewReaderSize(c.rw, 64<<10)
	s.mu.Lock()
	if len(s.cut) > 0 {
		c.left, s.cut = s.cut[0], s.cut[1:]
	}
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	return c
}

// Read gives the library the client's bytes, command by command.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		if c.closing {
			c.Close()
			return 0, io.EOF
		}
		if c.literal > 0 {
			n, err := c.br.Read(p[:min(int64(len(p)), c.literal)])
			c.literal -= int64(n)
			if err != nil || !c.discard {
				return n, err
			}
			continue
		}
		line, err := c.br.ReadSlice('\n')
		if len(line) == 0 && err != nil {
			return 0, err
		}
		if err := c.line(line); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

var literalEnd = regexp.MustCompile(`\{(\d+)\+?\}\r?\n$`)

// line looks at one line of the client and passes it on, or not.
func (c *conn) line(line []byte) error {
	begins := !c.midway
	c.midway = false
	if begins {
		c.discard = false
	}
	if m := literalEnd.FindSubmatch(line); m != nil {
		n, err := strconv.ParseInt(string(m[1]), 10, 64)
		if err == nil {
			c.literal, c.midway = n, true
		}
	}
	if begins {
		tag, name := commandName(string(line))
		if name != "" {
			pass, err := c.command(tag, name)
			if err != nil {
				return err
			}
			if !pass {
				c.discard = true
				if !bytes.Contains(line, []byte("+}")) { // a refused literal is not sent
					c.literal, c.midway = 0, false
				}
			}
		}
	}
	if !c.discard {
		c.pending = append(c.pending[:0], line...)
	}
	return nil
}

// commandName splits a command line; name is "" for DONE and SASL answers.
func commandName(line string) (tag, name string) {
	f := strings.Fields(line)
	if len(f) < 2 {
		return "", ""
	}
	name = strings.ToUpper(f[1])
	if name == "UID" && len(f) > 2 {
		name += " " + strings.ToUpper(f[2])
	}
	return f[0], name
}

// command decides about a command; pass = the library gets it.
func (c *conn) command(tag, name string) (pass bool, err error) {
	if name == "LOGIN" || name == "AUTHENTICATE" {
		c.srv.mu.Lock()
		c.srv.logins++
		c.srv.mu.Unlock()
	}
	if f := c.srv.strike(name); f != nil {
		switch f.Action {
		case Refuse:
			return false, c.send(tag + " NO " + f.Text + "\r\n")
		case Bad:
			return false, c.send(tag + " BAD " + f.Text + "\r\n")
		case Swallow:
			return false, nil
		case Drop:
			c.Close()
			return false, io.EOF
		case DropAfter:
			c.mu.Lock()
			c.mute = true
			c.mu.Unlock()
			c.closing = true
			return true, nil
		case Bye:
			err := c.send("* BYE " + f.Text + "\r\n")
			c.Close()
			return false, err
		case Answer:
			return false, c.send(strings.ReplaceAll(f.Text, "%TAG%", tag))
		case Delay:
			time.Sleep(f.Wait)
		}
	}
	switch {
	case name == "STARTTLS" && c.srv.o.TLS != nil && !c.secure:
		return false, c.startTLS(tag)
	case name == "IDLE" && c.srv.o.NoIdle:
		return false, c.send(tag + " BAD Unknown command\r\n")
	case (name == "LOGIN" || name == "AUTHENTICATE") && c.locked():
		return false, c.send(tag + " NO [PRIVACYREQUIRED] TLS first\r\n")
	}
	return true, nil
}

// locked says that nobody may log in before STARTTLS.
func (c *conn) locked() bool { return c.srv.o.TLS != nil && !c.secure && !c.srv.o.PlainAuth }

func (c *conn) startTLS(tag string) error {
	if err := c.send(tag + " OK begin TLS\r\n"); err != nil {
		return err
	}
	t := tls.Server(c.raw, c.srv.o.TLS)
	if err := t.Handshake(); err != nil {
		return err
	}
	c.mu.Lock()
	c.rw, c.secure = t, true
	c.mu.Unlock()
	c.br.Reset(t)
	return nil
}

func (c *conn) send(s string) error {
	_, err := c.Write([]byte(s))
	return err
}

// Write sends the library's answers to the client.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mute {
		return len(p), nil
	}
	out := c.capabilities(p)
	if c.left >= 0 && int64(len(out)) > c.left {
		_, err := c.rw.Write(out[:c.left])
		c.left, c.mute = 0, true
		c.raw.Close()
		return len(p), err
	}
	if c.left >= 0 {
		c.left -= int64(len(out))
	}
	if _, err := c.rw.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

var capabilityLine = regexp.MustCompile(`^(?:\* CAPABILITY |\S+ (?:OK|PREAUTH) \[CAPABILITY )[^\r\n]*\r\n$`)

// capabilities rewrites a line that announces capabilities to what Options say.
func (c *conn) capabilities(p []byte) []byte {
	if len(p) > 2000 || !capabilityLine.Match(p) {
		return p
	}
	s := string(p)
	if c.srv.o.NoIdle {
		s = strings.Replace(s, " IDLE", "", 1)
	}
	if c.srv.o.TLS != nil && !c.secure {
		extra := " STARTTLS"
		if c.locked() {
			s = regexp.MustCompile(` AUTH=[A-Z0-9]+`).ReplaceAllString(s, "")
			extra += " LOGINDISABLED"
		}
		s = strings.Replace(s, " IMAP4rev1", " IMAP4rev1"+extra, 1)
	}
	return []byte(s)
}

// Close closes the socket.
func (c *conn) Close() error {
	c.srv.mu.Lock()
	delete(c.srv.conns, c)
	c.srv.mu.Unlock()
	return c.raw.Close()
}

// LocalAddr is the address of the server.
func (c *conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr is the address of the client.
func (c *conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error { return c.raw.SetDeadline(t) }

// SetReadDeadline sets the deadline of Read.
func (c *conn) SetReadDeadline(t time.Time) error { return c.raw.SetReadDeadline(t) }

// SetWriteDeadline sets the deadline of Write.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.raw.SetWriteDeadline(t) }
