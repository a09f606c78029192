package demo

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"

	"golang.org/x/text/encoding/charmap"

	"firstline/mailin"
)

// person is somebody with a mailbox in the sample company.
type person struct {
	name, user string // user is the login and the local part
}

// domain is the sample company's.
const domain = "isarwerk.example"

// support is the address everybody writes to.
const support = "support@" + domain

func (p person) address() string { return p.user + "@" + domain }

// header is the From or To form of a person.
func (p person) header() string {
	return mime.QEncoding.Encode("utf-8", p.name) + " <" + p.address() + ">"
}

// file is an attachment of a sample mail.
type file struct {
	name, contentType string
	bytes             []byte
}

// letter is a mail as an employee's or agent's client would write it.
type letter struct {
	from    person
	to      string // support unless set
	subject string
	text    string
	cp1252  bool // an old client that writes Windows-1252
	file    *file
	headers []string // further header lines
	answers *mailin.Message
	sent    time.Time
	id      string
}

// bytes is the RFC 5322 form of the letter.
func (l letter) bytes() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	to := l.to
	if to == "" {
		to = support
	}
	charset, text := "utf-8", []byte(crlf(l.text))
	if l.cp1252 {
		charset = "windows-1252"
		text, _ = charmap.Windows1252.NewEncoder().Bytes(text)
	}
	line("From: %s", l.from.header())
	line("To: <%s>", to)
	line("Subject: %s", mime.QEncoding.Encode("utf-8", l.subject))
	line("Message-ID: <%s>", l.id)
	line("Date: %s", l.sent.Format(time.RFC1123Z))
	if l.answers != nil {
		line("In-Reply-To: <%s>", l.answers.MessageID)
		refs := append(append([]string(nil), l.answers.References...), l.answers.MessageID)
		line("References: <%s>", strings.Join(refs, ">\r\n <"))
	}
	for _, h := range l.headers {
		line("%s", h)
	}
	line("MIME-Version: 1.0")
	if l.file == nil {
		line("Content-Type: text/plain; charset=%s", charset)
		line("Content-Transfer-Encoding: base64\r\n")
		b.Write(wrap64(text))
		return b.Bytes()
	}
	const boundary = "=_isarwerk_demo"
	line("Content-Type: multipart/mixed; boundary=%q\r\n", boundary)
	line("--%s\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: 8bit\r\n", boundary, charset)
	b.Write(text)
	line("\r\n--%s\r\nContent-Type: %s\r\nContent-Disposition: attachment; filename=%q\r\nContent-Transfer-Encoding: base64\r\n",
		boundary, l.file.contentType, l.file.name)
	b.Write(wrap64(l.file.bytes))
	line("\r\n--%s--", boundary)
	return b.Bytes()
}

// reply writes above the quoted mail, as German Outlook and Thunderbird users do.
func reply(m *mailin.Message, text string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nAm %s schrieb %s:\n", text, m.Date.Format("02.01.2006 um 15:04"), m.From.Address)
	for line := range strings.Lines(strings.TrimRight(m.Text, "\n") + "\n") {
		b.WriteString("> " + line)
	}
	return b.String()
}

// replySubject is the subject a client puts on a reply.
func replySubject(subject string) string {
	if strings.HasPrefix(subject, "AW: ") || strings.HasPrefix(subject, "Re: ") {
		return subject
	}
	return "AW: " + subject
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// wrap64 is base64 in lines of 76 characters (RFC 2045 section 6.8).
func wrap64(p []byte) []byte {
	enc := base64.StdEncoding.EncodeToString(p)
	var b bytes.Buffer
	for len(enc) > 76 {
		b.WriteString(enc[:76] + "\r\n")
		enc = enc[76:]
	}
	b.WriteString(enc + "\r\n")
	return b.Bytes()
}
