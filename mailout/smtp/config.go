// Package smtp delivers the rows of the outbox.
//
// A Sender claims rows, hands their stored bytes to one SMTP server over one
// connection, and writes the outcome back. The outcome of a mail is one of four:
// sent (the server said 250), to be tried again (nothing was accepted), failed
// (refused for good), or unknown (the connection ended between the final dot and
// the reply, RFC 1047). An unknown mail is sent again with the same bytes and the
// same Message-ID, and is counted as such.
package smtp

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"time"
)

// Security says how the connection is protected. It is never lowered.
type Security string

// The values of Security.
const (
	TLS      Security = "tls"      // from the first byte, port 465
	StartTLS Security = "starttls" // before anything is said, port 587
	// InsecurePlaintext sends everything, the password included, in the clear:
	// for a server on the same machine alone.
	InsecurePlaintext Security = "insecure_plaintext"
)

// The values of Config.Auth.
const (
	AuthAny     = ""        // PLAIN or LOGIN, what the server offers; XOAUTH2 when there is a Token
	AuthPlain   = "plain"   // RFC 4616
	AuthLogin   = "login"   // obsolete, still the only one of some servers
	AuthXOAUTH2 = "xoauth2" // Microsoft 365 and Google
	AuthNone    = "none"
)

// Config says how the server is reached.
type Config struct {
	Host     string
	Port     int // 0 = 465 or 587 by Security
	Security Security
	RootCAs  *x509.CertPool // nil = the system's

	Auth     string
	User     string
	Password string
	// Token returns an OAuth2 access token; it keeps it as long as it is valid.
	Token func(ctx context.Context) (string, error)

	Hello string // name in EHLO, "" = localhost
	// OwnAddress is the envelope sender in place of the null sender, once the
	// server has refused that; "" = no replacement.
	OwnAddress string

	// Dial opens the connection; nil = TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Timeouts Timeouts
}

// Timeouts of one delivery; zero values are the defaults in brackets.
type Timeouts struct {
	Connect time.Duration // connection and TLS (30 s)
	Command time.Duration // reply to a command (5 min, RFC 5321 section 4.5.3.2)
	Data    time.Duration // the whole text (5 min)
	Final   time.Duration // reply to the final dot (10 min)
}

func (t Timeouts) withDefaults() Timeouts {
	set := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	set(&t.Connect, 30*time.Second)
	set(&t.Command, 5*time.Minute)
	set(&t.Data, 5*time.Minute)
	set(&t.Final, 10*time.Minute)
	return t
}

// Address is host:port.
func (c Config) Address() string {
	port := c.Port
	if port == 0 {
		port = 587
		if c.Security == TLS {
			port = 465
		}
	}
	return net.JoinHostPort(c.Host, fmt.Sprint(port))
}

func (c Config) hello() string {
	if c.Hello == "" {
		return "localhost"
	}
	return c.Hello
}

// check refuses what would only fail later, or send a password in the clear.
func (c Config) check() error {
	switch c.Security {
	case TLS, StartTLS, InsecurePlaintext:
	default:
		return fmt.Errorf("smtp security %q is not known: write tls, starttls or insecure_plaintext", c.Security)
	}
	switch c.Auth {
	case AuthAny, AuthPlain, AuthLogin, AuthNone:
	case AuthXOAUTH2:
		if c.Token == nil {
			return fmt.Errorf("smtp auth xoauth2 needs an oauth2 section")
		}
	default:
		return fmt.Errorf("smtp auth %q is not known: write plain, login, xoauth2 or none", c.Auth)
	}
	if c.Host == "" {
		return fmt.Errorf("smtp host is missing")
	}
	return nil
}
