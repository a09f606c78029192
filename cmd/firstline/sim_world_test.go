package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/mailin"
	"firstline/mailin/imap/imaptest"
	"firstline/mailout/smtp/smtptest"
	"firstline/rules/source"
	"firstline/store"
)

const (
	simDomain  = "isarwerk.example"
	simSupport = "support@" + simDomain
	simMX      = "mx." + simDomain
)

// simConfig is the company of the simulations: two levels, an external group, a
// manager, two languages, an FAQ, the ladder of escalations. @LADDER@ is left out
// where the clock is moved far to reach a state.
const simConfig = `
version: 1
company: {name: Isarwerk, timezone: Europe/Berlin, language: de, languages: [de, en], internal_domains: [isarwerk.example]}
mailboxes:
  - id: support
    address: support@isarwerk.example
    aliases: [it@isarwerk.example]
    imap: {host: 127.0.0.1, port: 1143, tls: none, insecure_plain: true, user: support, password_file: secret}
    folders: {inbox: INBOX, done: Erledigt, ignored: Ignoriert, failed: Fehler}
    since: all
outgoing:
  smtp: {host: 127.0.0.1, port: 1025, tls: none, insecure_plain: true, user: support, password_file: secret}
  from_name: IT-Support
security:
  may_open_tickets: [internal, partners]
  partners: ["@partner.example", "@robot.example"]
  unknown_senders: hold
  internal_proof: authserv
  trusted_authserv: [mx.isarwerk.example]
ticket: {prefix: IT, first_number: 10001, reopen_within: 14d, close_resolved_after: 3bd, waiting: {remind_after: 2bd, resolve_after: 5bd}}
people:
  agents:
    - {id: lena, name: Lena Huber, email: l.huber@isarwerk.example, level: 1}
    - {id: tobias, name: Tobias Kern, email: t.kern@isarwerk.example, level: 1, language: en}
    - {id: markus, name: Markus Brandl, email: m.brandl@isarwerk.example, level: 2}
    - {id: aylin, name: Aylin Demir, email: a.demir@isarwerk.example, level: 2, language: en}
    - {id: sabine, name: Sabine Vogl, email: s.vogl@isarwerk.example, level: 2, role: manager}
  groups:
    first-level: {label: First-Level, level: 1, members: [lena, tobias], lead: sabine, assign: none}
    netz: {label: Netz und Server, level: 2, members: [markus, aylin], lead: sabine}
    systemhaus: {label: Systemhaus, level: 2, external: true, email: hotline@systemhaus.example, hide_internal_notes: true}
calendars:
  buero: {hours: {mo-fr: "08:00-17:00"}}
priority_default: P3
sla_default: standard
slas:
  standard:
    calendar: buero
    pause_when: [waiting_requester]
    warn_at: 75%
    targets:
      P1: {first_reply: 1h, resolve: 4h, second_level_takes: 30m}
      P2: {first_reply: 2h, resolve: 8h, second_level_takes: 2h}
      P3: {first_reply: 4h, next_reply: 8h, resolve: 16h, second_level_takes: 4h}
      P4: {first_reply: 8h, resolve: 40h, second_level_takes: 8h}
@LADDER@
categorize: {min_points: 3, min_lead: 2, else: sonstiges}
categories:
  drucker: {label: {de: Drucker, en: Printers}, group: first-level, strong: [drucker, printer, toner]}
  konto: {label: {de: Passwort, en: Password}, group: first-level, strong: [passwort, password]}
  netzwerk: {label: {de: Netzwerk, en: Network}, group: first-level, strong: [vpn, wlan, netzwerk]}
  sonstiges: {label: {de: Sonstiges, en: Other}, group: first-level}
rules:
  - name: Newsletter
    when: {is: mailing_list}
    then: {ignore: Newsletter}
    stop: true
faq_settings: {mode: answer, min_score: 0.3, min_lead: 0.05}
faq:
  - id: passwort
    category: konto
    questions:
      de: [Mein Passwort ist abgelaufen, Wie ändere ich mein Passwort?, Passwort ändern]
      en: [My password has expired, How do I change my password?]
    must: [[passwort, password], [abgelaufen, ändern, expired, change]]
    answer: {de: "Strg + Alt + Entf drücken, dann **Kennwort ändern**.", en: "Press Ctrl + Alt + Del, then **Change a password**."}
store: {dir: data}
`

const simLadder = `
escalations:
  - {name: Vorwarnung, at: {clock: first_reply, used: 75%}, notify: [assignee, group]}
  - {name: Reaktion, at: {clock: first_reply, used: 100%}, notify: [group, lead]}
  - {name: Festgefahren, at: {clock: resolve, used: 50%, only_level: 1}, hand_over: {netz: [drucker, konto, netzwerk, sonstiges]}, notify: [requester]}
  - {name: Lösungszeit, at: {clock: resolve, used: 100%}, notify: [assignee, lead]}
`

// simMail is a mail that the SMTP server accepted: what the outside got to see.
type simMail struct {
	at       time.Time
	from, to string // envelope
	raw      []byte
	m        *mailin.Message
	all      string // every byte of it, decoded
}

// automatic reports whether the mail itself says that no human wrote it (RFC 3834).
func (m *simMail) automatic() bool { return bytes.Contains(m.raw, []byte("\r\nAuto-Submitted: auto-")) }

// simLetter is a mail somebody wrote to the desk, with what is known about it.
type simLetter struct {
	id, from string
	digest   [32]byte
	human    bool // a person wrote it: it must be seen in a ticket
	proven   bool // an agent with every proof wrote it: commands in it may act
	word     string
	what     string
}

// simDue is something that happens at an instant.
type simDue struct {
	at time.Time
	n  int
	do func()
}

// simWorld is the company with real IMAP and SMTP servers in this process, the
// whole daemon, and a clock that the test moves.
type simWorld struct {
	t       testing.TB
	now     time.Time
	imap    *imaptest.Server
	smtp    *smtptest.Server
	svc     *service.Service
	dir     string
	sent    []*simMail
	letters []*simLetter
	// canaries stand in everything that agents wrote for agents alone.
	canaries []string
	agents   map[string]string // address: id
	plan     []simDue
	planned  int
	onMail   func(*simMail)
	reply    func(*simMail) string // of the SMTP server, "" = 250
}

// simStart is a Monday morning in Berlin.
var simStart = time.Date(2026, 3, 2, 7, 30, 0, 0, time.UTC)

func newSimWorld(t testing.TB, edits ...string) *simWorld {
	t.Helper()
	w := &simWorld{t: t, now: simStart, dir: t.TempDir(), agents: map[string]string{}}
	text := strings.NewReplacer(append(edits, "@LADDER@", "")...).Replace(simConfig)
	for name, s := range map[string]string{"config.yaml": text, "secret": "geheim\n"} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, found := config.Load(filepath.Join(w.dir, "config.yaml"), config.Options{Lang: "en", Purpose: config.Run, Now: w.now})
	if source.HasErrors(found) {
		t.Fatal(source.Render(found, "en"))
	}
	for _, a := range c.Desk.People.Agents {
		w.agents[a.Address] = a.ID
	}
	w.imap = imaptest.New(imaptest.Options{Now: func() time.Time { return w.now }})
	w.imap.AddUser("support", "geheim", "Erledigt", "Ignoriert", "Fehler")
	w.smtp = smtptest.NewServer(smtptest.Options{Discard: true, Users: map[string]string{"support": "geheim"}, Deliver: w.accept, Script: w.script})
	var err error
	log := slog.New(slog.NewTextHandler(complaints{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	w.svc, err = service.New(t.Context(), c, service.Options{Now: func() time.Time { return w.now }, Dial: w.dial, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.svc.Close(context.Background())
		w.smtp.Close()
		w.imap.Close()
	})
	return w
}

// complaints make every error that the daemon logs a failure of the test. Alarms are
// told to people and no fault of the daemon.
type complaints struct{ t testing.TB }

func (c complaints) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte("msg=alarm")) {
		c.t.Errorf("the daemon complains: %s", line)
	}
	return len(line), nil
}

// dial connects the daemon with its servers without a socket.
func (w *simWorld) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if strings.HasSuffix(addr, ":1143") {
		return w.imap.Dial(ctx, network, addr)
	}
	client, server := net.Pipe()
	w.smtp.ServeConn(server)
	return client, nil
}

// script lets a test answer the final dot otherwise.
func (w *simWorld) script(e smtptest.Event) *smtptest.Fault {
	if e.Stage != smtptest.Dot || w.reply == nil {
		return nil
	}
	if r := w.reply(&simMail{from: e.From, to: e.To, raw: e.Raw}); r != "" {
		return &smtptest.Fault{Accept: r[0] == '2', Reply: r}
	}
	return nil
}

// accept is the world's side of the SMTP server.
func (w *simWorld) accept(from, rcpt string, raw []byte) error {
	raw = slices.Clone(raw)
	m := &simMail{at: w.now, from: from, to: mailin.FoldAddress(rcpt), raw: raw, m: mailin.Parse(raw, mailin.Options{}), all: decoded(w.t, raw)}
	w.sent = append(w.sent, m)
	return nil
}

// decoded is every header and body of a mail as a reader of any kind can see it,
// read by other code than the desk's own.
func decoded(t testing.TB, raw []byte) string {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Errorf("a mail of ours is no mail: %v\n%s", err, raw)
		return string(raw)
	}
	var b strings.Builder
	words := mime.WordDecoder{}
	for name, values := range m.Header {
		for _, v := range values {
			if d, err := words.DecodeHeader(v); err == nil {
				v = d
			}
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	decodePart(t, &b, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	return b.String()
}

func decodePart(t testing.TB, b *strings.Builder, ctype, encoding string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(ctype)
	if err != nil {
		t.Errorf("content type %q: %v", ctype, err)
		return
	}
	if strings.HasPrefix(media, "multipart/") {
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextRawPart()
			if err != nil {
				return
			}
			decodePart(t, b, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Errorf("a part of a mail of ours cannot be decoded: %v", err)
	}
	b.Write(text)
	b.WriteByte('\n')
}

// later plans something.
func (w *simWorld) later(after time.Duration, do func()) {
	w.planned++
	w.plan = append(w.plan, simDue{w.now.Add(max(after, 0)), w.planned, do})
}

// run lets everything happen that is planned until an instant.
func (w *simWorld) run(until time.Time) {
	w.t.Helper()
	for {
		slices.SortFunc(w.plan, func(a, b simDue) int { return cmp.Or(a.at.Compare(b.at), a.n-b.n) })
		if len(w.plan) == 0 || w.plan[0].at.After(until) {
			break
		}
		next := w.plan[0]
		w.plan = w.plan[1:]
		w.advance(next.at)
		next.do()
		w.settle()
	}
	w.advance(until)
	w.settle()
}

// advance moves the clock, with a sweep every few hours as cron would make it.
func (w *simWorld) advance(to time.Time) {
	w.t.Helper()
	for w.now.Add(2 * time.Hour).Before(to) {
		w.now = w.now.Add(2 * time.Hour)
		w.settle()
	}
	if to.After(w.now) {
		w.now = to
	}
}

// settle lets the daemon work until nothing is left to do.
func (w *simWorld) settle() {
	w.t.Helper()
	for turn := 0; ; turn++ {
		before := len(w.sent)
		n, err := w.svc.Step(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range w.sent[before:] {
			if w.onMail != nil {
				w.onMail(m)
			}
		}
		if n == 0 {
			return
		}
		if turn > 200 {
			w.t.Fatal("the daemon does not come to rest")
		}
	}
}

// deliver is the company's mail server: trace fields, the verdict, the mailbox.
func (w *simWorld) deliver(l *simLetter, returnPath, verdict string, raw []byte) {
	w.t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", returnPath)
	if verdict != "none" {
		fmt.Fprintf(&b, "Authentication-Results: %s; dmarc=%s header.from=%s\r\n", simMX, verdict, mailin.Domain(l.from))
	}
	fmt.Fprintf(&b, "Received: from client by %s with ESMTPS; %s\r\n", simMX, w.now.Format(time.RFC1123Z))
	b.Write(raw)
	l.digest = sha256.Sum256(b.Bytes())
	w.letters = append(w.letters, l)
	if _, err := w.imap.Deliver("support", "INBOX", b.Bytes(), nil, w.now); err != nil {
		w.t.Fatal(err)
	}
}

// canary is a word that must not be seen outside.
func (w *simWorld) canary() string {
	c := fmt.Sprintf("Kanarie%dvogel", 7000+len(w.canaries))
	w.canaries = append(w.canaries, c)
	return c
}

// to are the mails to an address.
func (w *simWorld) to(address string) (list []*simMail) {
	for _, m := range w.sent {
		if m.to == address {
			list = append(list, m)
		}
	}
	return list
}

// last is the newest mail to an address; nil without one.
func (w *simWorld) last(address string) *simMail {
	list := w.to(address)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// view reads the store.
func (w *simWorld) view(read func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	if err := w.svc.Store.View(ctx, func(tx *store.Tx) error { return read(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// inbound is what became of a letter.
func (w *simWorld) inbound(l *simLetter) (in store.Inbound) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		if in, err = tx.InboundByDigest(ctx, l.digest); err != nil {
			err = fmt.Errorf("%s of %s: %w", l.what, l.from, err)
		}
		return err
	})
	return in
}
