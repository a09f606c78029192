// Package smtptest is a model SMTP server: a sink for tests, the kill test and
// the demo, with faults at every step of the conversation.
//
// It is written apart from the client library, so that a misunderstanding of the
// protocol is not shared by both sides.
package smtptest

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
)

// Options of a Server. The zero value takes every mail from anybody in the clear.
type Options struct {
	Domain string // in the greeting, "" = mx.test
	// Users are passwords by user name; nil = no login is offered. With users,
	// MAIL needs a login.
	Users map[string]string
	// Tokens are OAuth2 access tokens by user name, for XOAUTH2.
	Tokens map[string]string
	// Mechanisms offered, nil = PLAIN LOGIN, with Tokens XOAUTH2 too.
	Mechanisms []string
	// TLS enables STARTTLS; with ImplicitTLS the connection starts with it.
	TLS         *tls.Config
	ImplicitTLS bool
	MaxSize     int64 // advertised SIZE, 0 = none
	NoUTF8      bool  // SMTPUTF8 is not offered
	// RefuseNullSender answers MAIL FROM:<> with 550.
	RefuseNullSender bool
	// Discard keeps no mail, for benchmarks.
	Discard bool
	// Script is asked at every step; nil or a nil answer goes on as usual.
	Script func(Event) *Fault
	// Deliver is called once per recipient of an accepted mail, before the 250.
	// Its error refuses the mail with 451.
	Deliver func(from, rcpt string, raw []byte) error
	// Journal records accepted mails before the 250.
	Journal *Journal
}

// Mail is one accepted mail.
type Mail struct {
	From string
	To   []string
	Raw  []byte
	User string // who was logged in
	Conn int    // number of the connection, from 1
}

// Server accepts mail until Close.
type Server struct {
	opt Options

	mu        sync.Mutex
	mails     []Mail
	count     int
	conns     map[net.Conn]struct{}
	opened    int
	listeners []net.Listener
	closed    bool
	stages    map[Stage]int
	wg        sync.WaitGroup
}

// NewServer returns a server; Serve or Listen starts it.
func NewServer(o Options) *Server {
	if o.Domain == "" {
		o.Domain = "mx.test"
	}
	if o.Mechanisms == nil && o.Users != nil {
		o.Mechanisms = append(o.Mechanisms, "PLAIN", "LOGIN")
	}
	if o.Tokens != nil {
		o.Mechanisms = append(o.Mechanisms, "XOAUTH2")
	}
	return &Server{opt: o, conns: map[net.Conn]struct{}{}, stages: map[Stage]int{}}
}

// Listen starts the server on a free port of the loopback interface, or on the
// given address, and returns host and port.
func (s *Server) Listen(address string) (*net.TCPAddr, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s.wg.Go(func() { _ = s.Serve(ln) })
	return ln.Addr().(*net.TCPAddr), nil
}

// Serve accepts connections until Close.
func (s *Server) Serve(ln net.Listener) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		ln.Close()
		return net.ErrClosed
	}
	s.listeners = append(s.listeners, ln)
	s.mu.Unlock()
	for {
		c, err := ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		s.ServeConn(c)
	}
}

// ServeConn serves one connection in its own goroutine.
func (s *Server) ServeConn(c net.Conn) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		c.Close()
		return
	}
	s.opened++
	n := s.opened
	s.conns[c] = struct{}{}
	s.wg.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.wg.Done()
		sess := newSession(s, c, n)
		sess.run()
		c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
}

// Close ends all connections and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for _, l := range s.listeners {
		l.Close()
	}
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// DropAll closes the open connections; new ones are accepted.
func (s *Server) DropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.Close()
	}
}

// Mails returns the accepted mails in order.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Count is the number of accepted mails.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// Opened is the number of connections so far.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// Seen is how often a step was reached.
func (s *Server) Seen(st Stage) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stages[st]
}

// ask counts a step and returns its fault.
func (s *Server) ask(e Event) *Fault {
	s.mu.Lock()
	s.stages[e.Stage]++
	e.N = s.stages[e.Stage]
	s.mu.Unlock()
	if s.opt.Script == nil {
		return nil
	}
	return s.opt.Script(e)
}

// accept makes a mail ours: journal, delivery, list.
func (s *Server) accept(m Mail) error {
	if s.opt.Journal != nil {
		if err := s.opt.Journal.Append(m); err != nil {
			return err
		}
	}
	if s.opt.Deliver != nil {
		for _, to := range m.To {
			if err := s.opt.Deliver(m.From, to, m.Raw); err != nil {
				return err
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	if !s.opt.Discard {
		s.mails = append(s.mails, m)
	}
	return nil
}
