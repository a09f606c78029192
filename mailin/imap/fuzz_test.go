package imap

import (
	"context"
	"io"
	"net"
	"strconv"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
)

func loopback(addr string) (host string, port int, dial func(context.Context, string, string) (net.Conn, error)) {
	h, p, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(p)
	return h, n, (&net.Dialer{}).DialContext
}

// FuzzServerBytes lets a server say anything: the poller must end in time,
// store nothing but whole bodies, and never change the mailbox.
func FuzzServerBytes(f *testing.F) {
	login := "* OK [CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS] hi\r\nT1 OK in\r\nT2 OK [CAPABILITY IMAP4rev1 MOVE] in\r\n* CAPABILITY IMAP4rev1 MOVE\r\n" +
		"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 2] n\r\nT3 OK [READ-WRITE] selected\r\n"
	f.Add([]byte(login))
	f.Add([]byte(login + "T4 OK noop\r\n* SEARCH 1\r\nT5 OK\r\n* 1 FETCH (UID 1 RFC822.SIZE 5)\r\nT6 OK\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nabcde)\r\nT7 OK\r\n"))
	f.Add([]byte("* PREAUTH x\r\n* 5 FETCH (UID 5 BODY[] {4294967296}\r\n"))
	f.Add([]byte("* BYE\r\n"))
	f.Add([]byte("* OK x\r\n* LIST (((((((((((((("))
	f.Add([]byte("* OK x\r\n* 1 FETCH (FLAGS (\\Seen) BODY[] {-1}\r\n"))
	e := newEnv(f, imaptest.Options{}, nil)
	f.Fuzz(func(t *testing.T, script []byte) {
		p := e.poller(func(c *Config) {
			c.Timing.Command, c.Timing.Greeting, c.Timing.Stall = 200*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
			c.Mailbox = "fuzz"
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, server) }()
				go func() { _, _ = server.Write(script); server.Close() }()
				return client, nil
			}
		})
		defer p.Close(e.ctx)
		ctx, cancel := context.WithTimeout(e.ctx, 10*time.Second)
		defer cancel()
		for range 2 {
			_ = p.Step(ctx)
		}
		if ctx.Err() != nil {
			t.Fatalf("it hung on %q", script)
		}
	})
}
