// Package imap brings the mails of an IMAP mailbox into the inbox table, and
// tells the server once triage is done with them.
//
// The order is the promise: a mail is stored with its raw bytes, then triaged
// in one transaction, and only then the server is touched. A crash between any
// two steps costs nothing, because UIDs and digests recognise what is there.
package imap

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// TLS modes.
const (
	TLSImplicit      = "implicit"       // TLS from the first byte (RFC 8314), port 993
	TLSStartTLS      = "starttls"       // upgraded and verified before anything else, port 143
	TLSInsecurePlain = "insecure_plain" // no encryption: only for a server on this machine
)

// Modes of a mailbox.
const (
	ModeLive    = "live"
	ModeObserve = "observe" // read and decide, never change the server
)

// What is ticketed at the first contact with a mailbox.
const (
	SinceStart = "start" // mails that arrive from now on
	SinceAll   = "all"   // those that are there, too
)

// DefaultMaxMessageBytes is the size above which only the header is fetched.
const DefaultMaxMessageBytes = 25 << 20

// Folders are IMAP mailbox names with "/" between levels. A mail goes to Done,
// Ignored or Failed by its outcome; "" = it stays and is marked.
type Folders struct{ Inbox, Done, Ignored, Failed string }

// OAuth2 are client credentials (RFC 6749 section 4.4), as Microsoft 365 needs.
type OAuth2 struct {
	TokenURL     string
	ClientID     string
	ClientSecret func() (string, error)
	Scopes       []string
	Client       *http.Client // nil = the default client
}

// Config describes one mailbox. The zero value of most fields is the default.
type Config struct {
	Mailbox  string // id in the configuration
	Host     string
	Port     int    // 0 = 993 or 143
	TLS      string // TLSImplicit ("" too), TLSStartTLS, TLSInsecurePlain
	User     string
	Password func() (string, error) // read at every login, so that a changed file counts
	OAuth2   *OAuth2                // used instead of Password when set

	Folders         Folders
	Mode            string        // ModeLive ("" too) or ModeObserve
	Since           string        // SinceStart ("" too) or SinceAll
	Poll            time.Duration // a look at the mailbox even while IDLE runs; 0 = 1 min
	MaxMessageBytes int64         // 0 = DefaultMaxMessageBytes

	RootCAs *x509.CertPool // nil = the system's
	Dial    func(ctx context.Context, network, addr string) (net.Conn, error)
	Log     *slog.Logger
	Timing  Timing
	// MinDiskFree stops fetching below so many bytes; 0 = 500 MiB.
	MinDiskFree int64
	// DiskFree measures the free bytes; nil = of the store's directory.
	DiskFree func() (int64, error)
}

// Timing holds the patience of the poller. Zero fields get their default.
type Timing struct {
	Dial      time.Duration // TCP and TLS, 20 s
	Greeting  time.Duration // 30 s
	Command   time.Duration // any command but FETCH of bodies, 1 min
	Stall     time.Duration // a FETCH must bring 1 KiB in this time, 30 s
	Idle      time.Duration // renewal of IDLE, 9 min (RFC 2177 allows 29)
	Reconcile time.Duration // comparison with the ledger, 1 h
	AckPoll   time.Duration // look for mails to acknowledge while some wait for triage, 2 s
	Alarm     time.Duration // unreachable for so long raises the alarm, 15 min

	BackoffMin, BackoffMax time.Duration // after a failure, 5 s to 5 min
	AuthMin, AuthMax       time.Duration // after a refused login, 15 min to 4 h
	FetchRetry             time.Duration // pause before the last try of a bad mail, 10 min
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		p   *time.Duration
		def time.Duration
	}{
		{&t.Dial, 20 * time.Second}, {&t.Greeting, 30 * time.Second}, {&t.Command, time.Minute},
		{&t.Stall, 30 * time.Second}, {&t.Idle, 9 * time.Minute}, {&t.Reconcile, time.Hour},
		{&t.AckPoll, 2 * time.Second}, {&t.Alarm, 15 * time.Minute},
		{&t.BackoffMin, 5 * time.Second}, {&t.BackoffMax, 5 * time.Minute},
		{&t.AuthMin, 15 * time.Minute}, {&t.AuthMax, 4 * time.Hour}, {&t.FetchRetry, 10 * time.Minute},
	} {
		if *d.p <= 0 {
			*d.p = d.def
		}
	}
	return t
}

// withDefaults fills in what is left out and refuses what cannot work.
func (c Config) withDefaults() (Config, error) {
	if c.TLS == "" {
		c.TLS = TLSImplicit
	}
	if c.Mode == "" {
		c.Mode = ModeLive
	}
	if c.Since == "" {
		c.Since = SinceStart
	}
	if c.Port == 0 {
		c.Port = 993
		if c.TLS != TLSImplicit {
			c.Port = 143
		}
	}
	if c.Folders.Inbox == "" {
		c.Folders.Inbox = "INBOX"
	}
	if c.Poll <= 0 {
		c.Poll = time.Minute
	}
	if c.MaxMessageBytes <= 0 {
		c.MaxMessageBytes = DefaultMaxMessageBytes
	}
	if c.MinDiskFree <= 0 {
		c.MinDiskFree = 500 << 20
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{KeepAlive: 30 * time.Second}).DialContext
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Timing = c.Timing.withDefaults()
	return c, c.validate()
}

func (c Config) validate() error {
	var errs []error
	need := func(ok bool, text string) {
		if !ok {
			errs = append(errs, errors.New(text))
		}
	}
	need(c.Mailbox != "", "mailbox id is missing")
	need(c.Host != "", "host is missing")
	need(c.Port > 0 && c.Port < 65536, fmt.Sprintf("port %d is not between 1 and 65535", c.Port))
	need(c.User != "", "user is missing")
	need(c.Password != nil || c.OAuth2 != nil, "a password or oauth2 is needed")
	need(c.OAuth2 == nil || (c.OAuth2.TokenURL != "" && c.OAuth2.ClientID != "" && c.OAuth2.ClientSecret != nil), "oauth2 needs token_url, client_id and a client secret")
	need(c.TLS == TLSImplicit || c.TLS == TLSStartTLS || c.TLS == TLSInsecurePlain, fmt.Sprintf("tls %q is none of implicit, starttls, insecure_plain", c.TLS))
	need(c.Mode == ModeLive || c.Mode == ModeObserve || c.Mode == "training", fmt.Sprintf("mode %q is none of live, observe, training", c.Mode))
	need(c.Since == SinceStart || c.Since == SinceAll, fmt.Sprintf("since %q is none of start, all", c.Since))
	if len(errs) > 0 {
		return fmt.Errorf("mailbox %s: %w", c.Mailbox, errors.Join(errs...))
	}
	return nil
}

// addr is host:port.
func (c Config) addr() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }
