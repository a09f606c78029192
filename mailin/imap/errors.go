package imap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/emersion/go-imap/v2"
)

// Steps of a connection, as they stand in errors and in Check.
const (
	StepConnect  = "connect"
	StepTLS      = "TLS handshake"
	StepStartTLS = "STARTTLS"
	StepGreeting = "greeting"
	StepToken    = "OAuth2 token"
	StepLogin    = "login"
	StepSelect   = "open folder"
	StepSearch   = "search"
	StepFetch    = "fetch"
	StepMove     = "move"
	StepIdle     = "idle"
	StepStore    = "store"
	StepDisk     = "disk space"
)

// Error is a failed step, with the host it failed at and what to do about it.
type Error struct {
	Host string
	Step string
	Err  error
	Fix  string // "" = nothing but waiting
	// Auth: the server refused the credentials; trying again soon may lock the account.
	Auth bool
	// Lasting: waiting does not help, somebody has to act.
	Lasting bool
}

// Error names host, step, cause and fix.
func (e *Error) Error() string {
	s := fmt.Sprintf("IMAP %s: %s: %v", e.Host, e.Step, e.Err)
	if e.Fix != "" {
		s += " (" + e.Fix + ")"
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failure wraps err as a failed step and looks for its fix.
func (c Config) failure(step string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	e := &Error{Host: c.addr(), Step: step, Err: err}
	switch step {
	case StepConnect, StepGreeting:
		e.connectFix(c)
	case StepTLS, StepStartTLS:
		e.tlsFix(c)
	case StepLogin, StepToken:
		e.loginFix(c)
	case StepSelect:
		e.Fix = fmt.Sprintf("does the folder %q exist for this user? set folders.inbox", c.Folders.Inbox)
		e.Lasting = isRefusal(err)
	}
	return e
}

func (e *Error) connectFix(c Config) {
	var dns *net.DNSError
	switch {
	case errors.As(e.Err, &dns):
		e.Fix = fmt.Sprintf("the name %s is not known: check imap.host and DNS", c.Host)
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		e.Fix = fmt.Sprintf("nothing listens on port %d: check imap.port (993 for implicit TLS, 143 for starttls)", c.Port)
	case errors.Is(e.Err, context.DeadlineExceeded), isTimeout(e.Err):
		e.Fix = fmt.Sprintf("no answer: does a firewall block port %d? is imap.tls right for this port?", c.Port)
	}
}

func (e *Error) tlsFix(c Config) {
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &host):
		e.Fix, e.Lasting = fmt.Sprintf("the certificate is not for %s: set imap.host to a name it holds", c.Host), true
	case errors.As(e.Err, &authority):
		e.Fix, e.Lasting = "the certificate is signed by nobody we trust: add the company's CA with imap.ca_file", true
	case errors.As(e.Err, &invalid) && invalid.Reason == x509.Expired:
		e.Fix, e.Lasting = "the certificate has expired or the clock is wrong: renew it or set the clock", true
	case errors.As(e.Err, &record):
		e.Fix, e.Lasting = fmt.Sprintf("the server does not speak TLS on port %d: use tls: starttls with port 143, or port 993", c.Port), true
	case e.Step == StepStartTLS && errors.Is(e.Err, errNoStartTLS):
		e.Fix, e.Lasting = "use tls: implicit with port 993", true
	}
}

func (e *Error) loginFix(c Config) {
	var ie *imap.Error
	refused := errors.As(e.Err, &ie) && ie.Type == imap.StatusResponseTypeNo
	switch {
	case e.Step == StepToken:
		e.Fix, e.Auth = "check oauth2.client_id, its secret, token_url and scopes", isTokenRefusal(e.Err)
	case refused && (ie.Code == imap.ResponseCodeUnavailable || ie.Code == imap.ResponseCodeInUse || ie.Code == imap.ResponseCodeLimit):
		return
	case refused && ie.Code == imap.ResponseCodeExpired:
		e.Fix, e.Auth = "the password has expired: set a new one", true
	case refused && ie.Code == imap.ResponseCodePrivacyRequired, errors.Is(e.Err, errLoginDisabled):
		e.Fix, e.Lasting = "the server wants encryption first: use tls: implicit or starttls", true
		return
	case errors.Is(e.Err, errTokenRefused):
		e.Fix, e.Auth = "the token was refused: does the application have IMAP.AccessAsApp and access to this mailbox?", true
	case refused && c.OAuth2 == nil:
		e.Fix, e.Auth = "user or password is wrong, or the provider wants an app password or oauth2", true
	case refused:
		e.Fix, e.Auth = "does the application have IMAP.AccessAsApp and access to this mailbox?", true
	case errors.Is(e.Err, errSecret):
		e.Fix, e.Lasting = "is the secret's file there and readable?", true
		return
	}
	e.Lasting = e.Auth
}

// isRefusal says that the server answered NO or BAD, and the connection lives.
func isRefusal(err error) bool {
	var ie *imap.Error
	return errors.As(err, &ie) && (ie.Type == imap.StatusResponseTypeNo || ie.Type == imap.StatusResponseTypeBad)
}

// isTemporary says that the server refuses everything for now (RFC 5530).
func isTemporary(err error) bool {
	var ie *imap.Error
	if !errors.As(err, &ie) {
		return false
	}
	switch ie.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, imap.ResponseCodeContactAdmin:
		return true
	}
	return false
}

func hasCode(err error, codes ...imap.ResponseCode) bool {
	var ie *imap.Error
	if !errors.As(err, &ie) {
		return false
	}
	for _, code := range codes {
		if strings.EqualFold(string(ie.Code), string(code)) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// isGarbled says that the library could not parse an answer. It reports that as
// text only.
func isGarbled(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "imapwire: expected") || strings.Contains(err.Error(), "parsing time"))
}
