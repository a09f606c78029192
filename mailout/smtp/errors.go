package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	gosmtp "github.com/emersion/go-smtp"
)

// Step is where in the conversation something went wrong.
type Step string

// The steps of a delivery, in order.
const (
	StepConnect Step = "connect"
	StepGreet   Step = "greeting"
	StepTLS     Step = "start TLS"
	StepLogin   Step = "log in"
	StepMail    Step = "MAIL FROM"
	StepRcpt    Step = "RCPT TO"
	StepData    Step = "DATA"
	StepText    Step = "send the text"
	StepFinal   Step = "final dot"
)

// Error names the server, the step and what to do about it.
type Error struct {
	Server string // host:port
	Step   Step
	Err    error
	Fix    string // "" = wait
}

func (e *Error) Error() string {
	s := fmt.Sprintf("smtp %s: %s: %s", e.Server, e.Step, reason(e.Err))
	if e.Fix != "" {
		s += "; " + e.Fix
	}
	return s
}

// Unwrap returns the error of the step.
func (e *Error) Unwrap() error { return e.Err }

var (
	errNoStartTLS = errors.New("the server does not offer STARTTLS")
	errNoAuth     = errors.New("the server offers no way to log in that we know")
	errTooLong    = errors.New("the server's reply is too long")
	errOutOfStep  = errors.New("the server said more than it was asked")
	errTimeout    = errors.New("no progress before the time limit")
)

// reply returns what the server said, nil when it said nothing we can read.
func reply(err error) *gosmtp.SMTPError {
	var se *gosmtp.SMTPError
	if errors.As(err, &se) && se.Code >= 200 && se.Code <= 599 {
		return se
	}
	return nil
}

// reason is an error in one line: the server's reply as it came, without control
// characters, or the cause.
func reason(err error) string {
	var se *gosmtp.SMTPError
	if errors.As(err, &se) {
		text := fmt.Sprintf("%d %s", se.Code, se.Message)
		if e := se.EnhancedCode; e != gosmtp.NoEnhancedCode && e != gosmtp.EnhancedCodeNotSet && e[0] > 0 {
			text = fmt.Sprintf("%d %d.%d.%d %s", se.Code, e[0], e[1], e[2], se.Message)
		}
		return oneLine(text)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the server closed the connection"
	}
	return oneLine(err.Error())
}

// oneLine keeps at most 500 bytes of a text on one line.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r <= 0x9f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// fix says what a person can do about an error of a step.
func fix(step Step, err error, cfg Config) string {
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	switch {
	case errors.As(err, &unknown):
		return "the certificate is not signed by an authority this machine knows: install the server's CA certificate"
	case errors.As(err, &hostname):
		return "the certificate is for another name: write the name that is in the certificate as smtp host"
	case errors.As(err, &invalid):
		return "the certificate is not valid (expired?): tell the mail provider, and check the clock of this machine"
	case errors.As(err, &record):
		return "the server does not speak TLS here: port 465 needs security tls, port 587 needs starttls"
	case errors.As(err, &dns):
		return "check the smtp host for typing errors and the name resolution of this machine"
	case errors.Is(err, errNoStartTLS):
		return "use port 465 with security tls, or ask the provider; the connection is never sent unprotected"
	case errors.Is(err, errNoAuth):
		return "set smtp auth to what the server offers, or to none"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errTimeout):
		return "check host, port and firewall"
	}
	switch step {
	case StepConnect:
		return "check host and port (" + cfg.Address() + ") and whether a firewall blocks it"
	case StepGreet, StepTLS:
		return "check port and security: 465 needs tls, 587 needs starttls"
	case StepLogin:
		if cfg.Token != nil {
			return "check the OAuth2 client, its permission SMTP.SendAsApp and the mailbox in smtp user"
		}
		return "check smtp user and password; many providers want an app password, Microsoft 365 wants auth xoauth2"
	case StepMail:
		return "the account may not send as this address: allow it at the provider or correct the address"
	}
	return ""
}

// maskAddress hides who an address belongs to: k***@kunde.example.
func maskAddress(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 {
		return "***"
	}
	first := []rune(addr[:at])[:1]
	return oneLine(string(first) + "***" + addr[at:])
}
