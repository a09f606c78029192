package demo

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"firstline/mailin"
	"firstline/mailin/imap/imaptest"
	"firstline/mailout/smtp/smtptest"
)

// password is everybody's in the sample company.
const password = "demo"

// authserv is the name under which the sample mail server gives its verdicts.
const authserv = "mx." + domain

// The people of the sample company.
var (
	desk    = person{"IT-Support Isarwerk", "support"}
	anna    = person{"Anna Berger", "a.berger"}
	miriam  = person{"Miriam Weiß", "m.weiss"}
	john    = person{"John Smith", "j.smith"}
	juergen = person{"Jürgen Größler", "j.groessler"}
	peter   = person{"Peter Ostermann", "p.ostermann"}
	lena    = person{"Lena Huber", "l.huber"}
	tobias  = person{"Tobias Kern", "t.kern"}
	markus  = person{"Markus Brandl", "m.brandl"}
	sabine  = person{"Sabine Vogl", "s.vogl"}
)

func everybody() []person {
	return []person{anna, miriam, john, juergen, peter, lena, tobias, markus, sabine}
}

// parcel is a mail that reached a mailbox.
type parcel struct {
	to  string // local part
	m   *mailin.Message
	raw []byte
}

// world is the sample company's mail system: one IMAP and one SMTP server on
// loopback, with a mailbox for everybody.
type world struct {
	imap     *imaptest.Server
	smtp     *smtptest.Server
	imapAddr *net.TCPAddr
	smtpAddr *net.TCPAddr

	mu      sync.Mutex
	arrived []parcel
	news    chan struct{}
	letters int
}

// newWorld starts the mail system.
func newWorld() (*world, error) {
	w := &world{news: make(chan struct{}, 1)}
	w.imap = imaptest.New(imaptest.Options{})
	w.imap.AddUser(desk.user, password, "Erledigt", "Ignoriert", "Fehler")
	users := map[string]string{desk.user: password}
	for _, p := range everybody() {
		w.imap.AddUser(p.user, password, "Sent")
		users[p.user] = password
	}
	addr, err := w.imap.Listen()
	if err != nil {
		return nil, fmt.Errorf("start the IMAP server: %w", err)
	}
	if w.imapAddr, err = net.ResolveTCPAddr("tcp", addr); err != nil {
		return nil, fmt.Errorf("start the IMAP server: %w", err)
	}
	w.smtp = smtptest.NewServer(smtptest.Options{Domain: authserv, Users: users, Deliver: w.deliver, Discard: true, MaxSize: 30 << 20})
	if w.smtpAddr, err = w.smtp.Listen(""); err != nil {
		return nil, fmt.Errorf("start the SMTP server: %w", err)
	}
	return w, nil
}

func (w *world) close() {
	w.smtp.Close()
	w.imap.Close()
}

// deliver is the company's mail server: it writes its trace fields and its verdict
// about the sender on top, and puts the mail into the mailbox.
func (w *world) deliver(from, rcpt string, raw []byte) error {
	local, host, _ := strings.Cut(strings.ToLower(rcpt), "@")
	if host != domain {
		return nil // the world outside
	}
	if local == "it" || local == "helpdesk" {
		local = desk.user
	}
	now := time.Now()
	m := mailin.Parse(raw, mailin.Options{Received: now})
	verdict := "fail"
	if mailin.FoldAddress(from) == mailin.FoldAddress(m.From.Address) {
		verdict = "pass"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nAuthentication-Results: %s; dmarc=%s header.from=%s\r\n", from, authserv, verdict, mailin.Domain(m.From.Address))
	fmt.Fprintf(&b, "Received: from client by %s with ESMTPSA; %s\r\n", authserv, now.Format(time.RFC1123Z))
	b.Write(raw)
	if _, err := w.imap.Deliver(local, "INBOX", b.Bytes(), nil, now); err != nil {
		return err
	}
	w.mu.Lock()
	w.arrived = append(w.arrived, parcel{local, m, b.Bytes()})
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
	return nil
}

// send submits a letter as its author's mail client does. forged uses another
// envelope sender, as somebody outside would.
func (w *world) send(l letter, forged bool) (letter, error) {
	w.mu.Lock()
	w.letters++
	if l.id == "" {
		l.id = fmt.Sprintf("demo-%d-%d@%s", time.Now().Unix(), w.letters, domain)
	}
	w.mu.Unlock()
	if l.sent.IsZero() {
		l.sent = time.Now()
	}
	from := l.from.address()
	if forged {
		from = "angreifer@fremd.example"
	}
	to := l.to
	if to == "" {
		to = support
	}
	return l, w.submit(l.from.user, from, to, l.bytes())
}

// submit hands a mail to the SMTP server.
func (w *world) submit(user, from, to string, raw []byte) error {
	c, err := gosmtp.Dial(w.smtpAddr.String())
	if err != nil {
		return fmt.Errorf("submit a sample mail: %w", err)
	}
	defer c.Close()
	if err := c.Auth(plain{user}); err != nil {
		return fmt.Errorf("log in to submit a sample mail: %w", err)
	}
	if err := c.SendMail(from, []string{to}, bytes.NewReader(raw)); err != nil {
		return fmt.Errorf("submit a sample mail: %w", err)
	}
	return c.Quit()
}

// plain is the PLAIN mechanism (RFC 4616).
type plain struct{ user string }

func (p plain) Start() (string, []byte, error) {
	return "PLAIN", []byte("\x00" + p.user + "\x00" + password), nil
}

func (plain) Next([]byte) ([]byte, error) { return nil, fmt.Errorf("unexpected challenge") }

// after counts the mails that arrived so far.
func (w *world) after() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.arrived)
}

// since are the mails that arrived after a count.
func (w *world) since(n int) []parcel {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]parcel(nil), w.arrived[min(n, len(w.arrived)):]...)
}
