package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"

	gosmtp "github.com/emersion/go-smtp"

	"firstline/store"
)

// outcome is what became of one attempt.
type outcome struct {
	kind   outcomeKind
	step   Step
	text   string // the server's reply, or why not
	err    error  // nil when sent
	broken bool   // the connection can no longer be used
	// ours says that the server objects to us, not to this mail: the envelope
	// sender or the login.
	ours bool
}

type outcomeKind uint8

const (
	sent outcomeKind = iota
	retry
	failed
	unknown
)

func (k outcomeKind) String() string { return [...]string{"sent", "retry", "failed", "unknown"}[k] }

// late reports whether the server took longer than it may.
func (o outcome) late() bool {
	var timeout net.Error
	return errors.Is(o.err, errTimeout) || errors.As(o.err, &timeout) && timeout.Timeout()
}

// closing: the server says that it closes the connection (RFC 5321 section 3.8).
func closing(err error) bool {
	r := reply(err)
	return r != nil && r.Code == 421
}

// deliver hands one mail over.
func (c *conn) deliver(m store.Claimed, from string) outcome {
	c.raw.left = maxReply
	opts := &gosmtp.MailOptions{Size: int64(len(m.Bytes)), UTF8: !isASCII(m.Recipient) || !isASCII(from)}
	if o, bad := c.refusable(m, opts.UTF8); bad {
		return o
	}
	if err := c.asked(c.client.Mail(from, opts)); err != nil {
		return c.refused(StepMail, err)
	}
	if err := c.asked(c.client.Rcpt(m.Recipient, nil)); err != nil {
		return c.refused(StepRcpt, err)
	}
	w, err := c.client.Data()
	if err := c.asked(err); err != nil {
		return c.refused(StepData, err)
	}
	err = c.raw.within(c.cfg.Timeouts.Data, func() error {
		_, err := bytes.NewReader(m.Bytes).WriteTo(w)
		return err
	})
	if err != nil {
		// No dot was sent and none may be: closing w would deliver half a mail.
		return outcome{kind: retry, step: StepText, err: err, text: c.say(StepText, err), broken: true}
	}
	store.Failpoint("smtp.dot")
	c.raw.expected++
	resp, err := w.CloseWithResponse()
	store.Failpoint("smtp.accepted")
	o := outcome{kind: sent, step: StepFinal}
	if err != nil {
		o = c.refused(StepFinal, err)
	} else {
		o.text = oneLine("250 " + resp.StatusText)
	}
	o.broken = o.broken || c.raw.outOfStep() // the first reply is the one we asked for
	return o
}

// asked checks that a command had one reply: a server that says more is out of
// step, whatever it said.
func (c *conn) asked(err error) error {
	c.raw.expected++
	if c.raw.outOfStep() {
		return errOutOfStep
	}
	return err
}

// refusable finds what the server cannot take before anything is sent.
func (c *conn) refusable(m store.Claimed, utf8 bool) (outcome, bool) {
	no := func(format string, a ...any) (outcome, bool) {
		err := fmt.Errorf(format, a...)
		return outcome{kind: failed, err: err, text: err.Error()}, true
	}
	if err := checkRecipient(m.Recipient); err != nil {
		return no("the recipient's address cannot be used: %w", err)
	}
	if limit, ok := c.client.MaxMessageSize(); ok && limit > 0 && len(m.Bytes) > limit {
		return no("the mail has %d bytes and %s takes at most %d; send it without attachments", len(m.Bytes), c.cfg.Host, limit)
	}
	if ok, _ := c.client.Extension("SMTPUTF8"); utf8 && !ok {
		return no("the address has letters beyond ASCII, and %s does not offer SMTPUTF8; use the person's ASCII address", c.cfg.Host)
	}
	return outcome{}, false
}

// refused turns an error of a step into an outcome.
func (c *conn) refused(step Step, err error) outcome {
	o := outcome{kind: retry, step: step, err: err, text: c.say(step, err)}
	r := reply(err)
	switch {
	case r == nil && step == StepFinal:
		// The dot may have arrived and the mail been accepted (RFC 1047).
		o.kind, o.broken = unknown, true
	case r == nil:
		o.broken = true
	case step == StepFinal && r.Code/100 == 2:
		o.kind, o.err, o.text = sent, nil, oneLine(fmt.Sprint(r.Code, " ", r.Message))
	case r.Code/100 < 4 && step == StepFinal:
		o.kind, o.broken = unknown, true
	case r.Code/100 < 4, r.Code == 421, r.Code == 503:
		o.broken = true // out of step, or the server is closing
	case step == StepMail && needsLogin(err):
		o.ours, o.broken = true, true
	case step == StepMail && r.Code/100 == 5 && !aboutThisMail(r):
		o.ours = true
	case r.Code/100 == 5:
		o.kind = failed
	}
	return o
}

// aboutThisMail: a refusal at MAIL that names the size or the form of this mail,
// not our right to send.
func aboutThisMail(r *gosmtp.SMTPError) bool {
	return r.Code == 552 || r.Code == 555 || r.EnhancedCode == gosmtp.EnhancedCode{5, 3, 4} || r.EnhancedCode == gosmtp.EnhancedCode{5, 6, 7}
}

func (c *conn) say(step Step, err error) string {
	return (&Error{Server: c.cfg.Address(), Step: step, Err: err, Fix: fix(step, err, c.cfg)}).Error()
}

// checkRecipient refuses addresses that could end the command they stand in.
func checkRecipient(addr string) error {
	at := strings.LastIndexByte(addr, '@')
	switch {
	case at <= 0 || at == len(addr)-1:
		return errors.New("it has no local part or no domain")
	case len(addr) > 254:
		return errors.New("it is longer than 254 bytes")
	}
	for _, r := range addr {
		if r <= 0x20 || r >= 0x7f && r <= 0xa0 || r == '<' || r == '>' || r == 0xfffd {
			return fmt.Errorf("it holds %q", r)
		}
	}
	return nil
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
