package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"firstline/mailin"
	"firstline/rules"
)

// ciEnv makes every skip of the tests against real servers a failure.
const ciEnv = "FIRSTLINE_CI"

// realWait is how long a mail may take through the real servers; it ends a test
// that hangs and is no measure.
const realWait = 60 * time.Second

// realWorld is a company on real servers with the real daemon.
type realWorld struct {
	t    *testing.T
	env  map[string]string
	tls  *tls.Config
	dir  string
	bin  string
	cmd  *exec.Cmd
	done chan error
	box  map[string]*postbox
	sent int
}

// postbox is a person's mail client.
type postbox struct {
	client *imapclient.Client
	last   imap.UID
	mails  []parcel
}

// parcel is a mail in a person's mailbox.
type parcel struct {
	raw []byte
	m   *mailin.Message
}

// realEnv reads what .ci/dovecot-postfix.sh start prints.
func realEnv(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{}
	for _, name := range []string{"MAIL_HOST", "MAIL_DOMAIN", "MAIL_PARTNER", "MAIL_CA", "MAIL_PASSWORD", "IMAP_PORT", "SUBMISSION_PORT", "SMTP_PORT"} {
		if env[name] = os.Getenv(name); env[name] != "" {
			continue
		}
		const how = "no mail servers: set -a; eval \"$(.ci/dovecot-postfix.sh start)\""
		if os.Getenv(ciEnv) != "" {
			t.Fatalf("%s is not set and %s is: %s", name, ciEnv, how)
		}
		t.Skipf("%s is not set, %s", name, how)
	}
	return env
}

func newRealWorld(t *testing.T) *realWorld {
	t.Helper()
	w := &realWorld{t: t, env: realEnv(t), dir: t.TempDir(), box: map[string]*postbox{}}
	pem, err := os.ReadFile(w.env["MAIL_CA"])
	w.must(err)
	w.tls = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: w.env["MAIL_HOST"]}
	if !w.tls.RootCAs.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", w.env["MAIL_CA"])
	}
	w.bin = filepath.Join(w.dir, "firstline")
	if out, err := exec.Command("go", "build", "-o", w.bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the daemon: %v\n%s", err, out)
	}
	w.configure()
	for _, user := range []string{"support", "lena", "markus", "sabine", "anna", "bernd", "aylin"} {
		w.login(user)
	}
	t.Cleanup(func() {
		w.kill()
		for _, b := range w.box {
			b.client.Close()
		}
	})
	return w
}

func (w *realWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *realWorld) address(user string) string { return user + "@" + w.env["MAIL_DOMAIN"] }

// configure writes the configuration of the company, its starter rules and secret.
func (w *realWorld) configure() {
	w.t.Helper()
	w.must(os.CopyFS(filepath.Join(w.dir, "starter"), rules.Starter("de")))
	pairs := []string{"@DATA@", filepath.Join(w.dir, "data")}
	for name, value := range w.env {
		pairs = append(pairs, "@"+name+"@", value)
	}
	w.must(os.WriteFile(filepath.Join(w.dir, "password.txt"), []byte(w.env["MAIL_PASSWORD"]+"\n"), 0o600))
	w.must(os.WriteFile(filepath.Join(w.dir, "config.yaml"), []byte(strings.NewReplacer(pairs...).Replace(realConfig)), 0o600))
}

const realConfig = `
version: 1
company: {name: Firma GmbH, timezone: Europe/Berlin, language: de, languages: [de, en], internal_domains: [@MAIL_DOMAIN@]}
mailboxes:
  - id: support
    address: support@@MAIL_DOMAIN@
    imap: {host: @MAIL_HOST@, port: @IMAP_PORT@, tls: starttls, ca_file: @MAIL_CA@, user: support@@MAIL_DOMAIN@, password_file: password.txt}
    folders: {inbox: INBOX, done: Support/Erledigt, ignored: Support/Ignoriert, failed: Support/Fehler}
    since: all
outgoing:
  smtp: {host: @MAIL_HOST@, port: @SUBMISSION_PORT@, tls: starttls, ca_file: @MAIL_CA@, user: support@@MAIL_DOMAIN@, password_file: password.txt}
  from_name: IT-Support Firma
  limits: {auto_mails_per_sender_per_10min: 20, auto_mails_per_sender_per_day: 50}
security:
  may_open_tickets: [internal, partners]
  partners: ["@@MAIL_PARTNER@"]
  unknown_senders: hold
  internal_proof: authserv
  trusted_authserv: [mx.@MAIL_DOMAIN@]
ticket: {prefix: IT, first_number: 10001, reopen_within: 14d, close_resolved_after: 3bd}
people:
  agents:
    - {id: lena, name: Lena Huber, email: lena@@MAIL_DOMAIN@, level: 1}
    - {id: markus, name: Markus Brandl, email: markus@@MAIL_DOMAIN@, level: 2}
    - {id: sabine, name: Sabine Vogl, email: sabine@@MAIL_DOMAIN@, level: 2, role: manager}
  groups:
    first-level: {label: First-Level, level: 1, members: [lena], lead: sabine}
    second-level: {label: Netz und Server, level: 2, members: [markus], lead: sabine}
calendars:
  rund24: {hours: {mo-so: "00:00-24:00"}}
priority_default: P3
sla_default: standard
slas:
  standard:
    calendar: rund24
    pause_when: [waiting_requester]
    warn_at: 75%
    targets:
      P1: {first_reply: 30m, resolve: 4h, second_level_takes: 30m}
      P2: {first_reply: 1h, resolve: 8h, second_level_takes: 2h}
      P3: {first_reply: 4h, resolve: 16h, second_level_takes: 4h}
      P4: {first_reply: 8h, resolve: 40h, second_level_takes: 8h}
escalations:
  - name: Festgefahren
    at: {clock: resolve, used: 50%, only_level: 1}
    hand_over: {second-level: [netzwerk, email, konto, drucker, arbeitsplatz, software, erp, personal_it, sicherheit, sonstiges]}
    notify: [requester]
store: {dir: "@DATA@"}
log: {level: info}
include: ["starter/*.yaml", "starter/faq/*.md"]
`

// login opens a person's mailbox and empties it of what earlier tests left.
func (w *realWorld) login(user string) {
	w.t.Helper()
	c, err := imapclient.DialStartTLS(w.env["MAIL_HOST"]+":"+w.env["IMAP_PORT"], &imapclient.Options{TLSConfig: w.tls})
	w.must(err)
	w.box[user] = &postbox{client: c}
	w.must(c.Login(w.address(user), w.env["MAIL_PASSWORD"]).Wait())
	if user == "support" {
		folders, err := c.List("", "Support/*", nil).Collect()
		w.must(err)
		for _, f := range folders {
			w.must(c.Delete(f.Mailbox).Wait())
		}
	}
	selected, err := c.Select("INBOX", nil).Wait()
	w.must(err)
	if selected.NumMessages > 0 {
		all := imap.UIDSet{{Start: 1, Stop: 0}}
		w.must(c.Store(all, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
		w.must(c.Expunge().Close())
	}
	w.box[user].last = selected.UIDNext - 1
}

// read fetches what is new in a person's INBOX.
func (w *realWorld) read(user string) []parcel {
	w.t.Helper()
	b := w.box[user]
	body := &imap.FetchItemBodySection{Peek: true}
	w.must(b.client.Noop().Wait())
	list, err := b.client.Fetch(imap.UIDSet{{Start: b.last + 1, Stop: 0}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{body}}).Collect()
	w.must(err)
	for _, f := range list {
		if f.UID <= b.last {
			continue // "*" is the last mail even where it is an old one
		}
		b.last = f.UID
		raw := f.FindBodySection(body)
		b.mails = append(b.mails, parcel{raw, mailin.Parse(raw, mailin.Options{})})
	}
	return b.mails
}

// folder counts the mails in a folder of the support mailbox; the daemon makes
// folders when it needs them.
func (w *realWorld) folder(name string) int {
	w.t.Helper()
	data, err := w.box["support"].client.Status(name, &imap.StatusOptions{NumMessages: true}).Wait()
	var refused *imap.Error
	if errors.As(err, &refused) {
		return 0
	}
	w.must(err)
	return int(*data.NumMessages)
}

// await waits for a person's mail that fits.
func (w *realWorld) await(user, what string, fits func(*mailin.Message) bool) parcel {
	w.t.Helper()
	for deadline := time.Now().Add(realWait); ; {
		for _, p := range w.read(user) {
			if fits(p.m) {
				return p
			}
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s did not reach %s\n%s", what, user, w.logs())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// saying fits mails with a text in subject or body.
func saying(words ...string) func(*mailin.Message) bool {
	return func(m *mailin.Message) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(m.Subject+"\n"+m.Text, word) })
	}
}

// letter is a mail as a person's client writes it.
type letter struct {
	from, subject, text string
	headers             []string
	answers             *mailin.Message
}

// letterBytes is the RFC 5322 form; a reply quotes what it answers.
func (w *realWorld) bytes(l letter) []byte {
	w.sent++
	var b bytes.Buffer
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	subject, text := l.subject, l.text
	if l.answers != nil {
		subject = "AW: " + l.answers.Subject
		text += fmt.Sprintf("\n\nAm %s schrieb %s:\n", l.answers.Date.Format("02.01.2006 um 15:04"), l.answers.From.Address)
		for quoted := range strings.Lines(strings.TrimRight(l.answers.Text, "\n") + "\n") {
			text += "> " + quoted
		}
	}
	from := l.from
	if !strings.Contains(from, "@") {
		from = w.address(from)
	}
	line("From: <%s>", from)
	line("To: <%s>", w.address("support"))
	line("Subject: %s", mime.QEncoding.Encode("utf-8", subject))
	line("Date: %s", time.Now().Format(time.RFC1123Z))
	line("Message-ID: <e2e-%d-%d@client.test>", time.Now().UnixNano(), w.sent)
	if l.answers != nil {
		line("In-Reply-To: <%s>", l.answers.MessageID)
		line("References: <%s>", strings.Join(append(slices.Clone(l.answers.References), l.answers.MessageID), ">\r\n <"))
	}
	for _, h := range l.headers {
		line("%s", h)
	}
	line("MIME-Version: 1.0")
	line("Content-Type: text/plain; charset=utf-8")
	line("Content-Transfer-Encoding: 8bit\r\n")
	b.WriteString(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n")
	return b.Bytes()
}

// submit sends a letter with its author's login, as his client does.
func (w *realWorld) submit(l letter) {
	w.t.Helper()
	c, err := smtp.Dial(w.env["MAIL_HOST"] + ":" + w.env["SUBMISSION_PORT"])
	w.must(err)
	defer c.Close()
	w.must(c.StartTLS(w.tls))
	w.must(c.Auth(smtp.PlainAuth("", w.address(l.from), w.env["MAIL_PASSWORD"], w.env["MAIL_HOST"])))
	w.hand(c, w.address(l.from), l)
}

// fromOutside sends a letter to the port for the world, without a login.
func (w *realWorld) fromOutside(envelope string, l letter) {
	w.t.Helper()
	c, err := smtp.Dial(w.env["MAIL_HOST"] + ":" + w.env["SMTP_PORT"])
	w.must(err)
	defer c.Close()
	w.hand(c, envelope, l)
}

func (w *realWorld) hand(c *smtp.Client, envelope string, l letter) {
	w.t.Helper()
	w.must(c.Mail(envelope))
	w.must(c.Rcpt(w.address("support")))
	data, err := c.Data()
	w.must(err)
	_, err = data.Write(w.bytes(l))
	w.must(errors.Join(err, data.Close()))
	_ = c.Quit()
}

// start runs the daemon.
func (w *realWorld) start() {
	w.t.Helper()
	logs, err := os.OpenFile(filepath.Join(w.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	w.must(err)
	defer logs.Close()
	w.cmd = exec.Command(w.bin, "run", "-c", filepath.Join(w.dir, "config.yaml"))
	w.cmd.Stderr = logs
	w.must(w.cmd.Start())
	w.done = make(chan error, 1)
	go func(cmd *exec.Cmd, done chan<- error) { done <- cmd.Wait() }(w.cmd, w.done)
}

// kill ends the daemon without a chance to clean up.
func (w *realWorld) kill() {
	if w.cmd != nil {
		_ = w.cmd.Process.Kill()
		<-w.done
		w.cmd = nil
	}
}

// stop ends the daemon as systemd does; it must end well.
func (w *realWorld) stop() {
	w.t.Helper()
	w.must(w.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-w.done:
		w.must(err)
		w.cmd = nil
	case <-time.After(realWait):
		w.t.Fatalf("the daemon does not end after SIGTERM\n%s", w.logs())
	}
}

// logs is what the daemon has written.
func (w *realWorld) logs() string {
	b, err := os.ReadFile(filepath.Join(w.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// firstline runs a verb and returns what it printed.
func (w *realWorld) firstline(args ...string) []byte {
	w.t.Helper()
	return w.firstlineAt("", args...)
}

// firstlineAt runs a verb on another data directory.
func (w *realWorld) firstlineAt(data string, args ...string) []byte {
	w.t.Helper()
	cmd := exec.Command(w.bin, append(args, "-c", filepath.Join(w.dir, "config.yaml"))...)
	if data != "" {
		cmd.Env = append(os.Environ(), "FIRSTLINE_DATA="+data)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("firstline %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
	}
	return out
}

// decode runs a verb with --json and reads its answer.
func (w *realWorld) decode(v any, args ...string) {
	w.t.Helper()
	out := w.firstline(append(args, "--json")...)
	if err := json.Unmarshal(out, v); err != nil {
		w.t.Fatalf("firstline %s --json: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// realMail is a leaving mail as show --json prints it.
type realMail struct {
	Cause, Recipient, State, Class string
	LastError                      string `json:"last_error"`
}
