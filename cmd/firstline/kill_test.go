package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
	"firstline/mailout/smtp/smtptest"
	"firstline/store"
)

// killsEnv says how often the daemon is killed; CI asks for hundreds.
const killsEnv = "FIRSTLINE_KILLS"

// killMails is how many mails flow while the daemon is killed.
const killMails = 1000

// failPoints are the named instants at which the daemon kills itself when it is
// built with the tag failpoint; see store.Failpoint.
var failPoints = []string{
	"imap.fetched", "imap.accepted", "imap.acking", "imap.moved", "triage.loaded", "triage.decided", "triage.committed",
	"smtp.claimed", "smtp.dot", "smtp.accepted", "smtp.marked", "sweep.decided", "sweep.committed",
}

// TestKill kills a real daemon at random instants and at named ones while a
// thousand mails flow through model servers that live outside of it. Afterwards
// every mail is there once, and every mail that left had a reason.
func TestKill(t *testing.T) {
	kills := 6
	if s := os.Getenv(killsEnv); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s=%s: want a number", killsEnv, s)
		}
	} else if testing.Short() {
		t.Skip("short")
	}
	k := newKillRig(t)
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		k.deliverAll(kills)
	}()
	for i := range kills {
		point := ""
		if i%2 == 1 {
			point = failPoints[(i/2)%len(failPoints)] + ":" + strconv.Itoa(1+rand.IntN(12))
		}
		k.life(point)
	}
	<-delivered
	k.finish()
	k.verify()
}

// killRig is a daemon with its world.
type killRig struct {
	t       *testing.T
	dir     string
	bin     string
	imap    *imaptest.Server
	smtp    *smtptest.Server
	journal string
	sent    map[[32]byte]bool // raw bytes that were delivered to the mailbox
	byPoint map[string]int
	kills   int
}

func newKillRig(t *testing.T) *killRig {
	t.Helper()
	k := &killRig{t: t, dir: t.TempDir(), sent: map[[32]byte]bool{}, byPoint: map[string]int{}}
	k.bin = filepath.Join(k.dir, "firstline")
	build := exec.Command("go", "build", "-tags", "failpoint", "-o", k.bin, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("the daemon cannot be built here: %v\n%s", err, out)
	}
	k.imap = imaptest.New(imaptest.Options{})
	k.imap.AddUser("support", "pw", "Done", "Ignored", "Failed")
	t.Cleanup(func() { k.imap.Close() })
	imapAddr, err := k.imap.Listen()
	if err != nil {
		t.Fatal(err)
	}
	k.journal = filepath.Join(k.dir, "smtp.journal")
	j, err := smtptest.OpenJournal(k.journal)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	k.smtp = smtptest.NewServer(smtptest.Options{Journal: j, Discard: true, Users: map[string]string{"support": "pw"}})
	t.Cleanup(func() { k.smtp.Close() })
	smtpAddr, err := k.smtp.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	k.configure(imapAddr[strings.LastIndex(imapAddr, ":")+1:], strconv.Itoa(smtpAddr.Port))
	return k
}

// configure writes a configuration whose SLA fires within the test.
func (k *killRig) configure(imapPort, smtpPort string) {
	k.t.Helper()
	text := strings.NewReplacer("IMAPPORT", imapPort, "SMTPPORT", smtpPort, "DATADIR", filepath.Join(k.dir, "data")).Replace(killConfig)
	if err := os.WriteFile(filepath.Join(k.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

const killConfig = `
version: 1
company: {name: Firma, timezone: Europe/Berlin, language: de, languages: [de, en], internal_domains: [firma.example]}
mailboxes:
  - id: support
    address: support@firma.example
    imap: {host: 127.0.0.1, port: IMAPPORT, tls: none, insecure_plain: true, user: support, password: "${KILL_PASSWORD}"}
    folders: {inbox: INBOX, done: Done, ignored: Ignored, failed: Failed}
    since: all
    poll: 1s
outgoing:
  smtp: {host: 127.0.0.1, port: SMTPPORT, tls: none, insecure_plain: true, user: support, password: "${KILL_PASSWORD}"}
  from_name: IT-Support
  limits: {auto_mails_per_sender_per_day: 1000, auto_mails_per_sender_per_10min: 1000, mails_per_hour: 100000}
security: {may_open_tickets: [internal], unknown_senders: hold, trusted_authserv: [mx.firma.example]}
ticket: {prefix: IT, first_number: 10001}
people:
  agents:
    - {id: lena, name: Lena Huber, email: l.huber@firma.example, level: 1}
    - {id: markus, name: Markus Brandl, email: m.brandl@firma.example, level: 2}
  groups:
    first-level: {label: First-Level, level: 1, members: [lena], lead: markus}
    second-level: {label: Netz, level: 2, members: [markus], lead: lena}
calendars:
  rund24: {hours: {mo-so: "00:00-24:00"}}
priority_default: P3
sla_default: kurz
slas:
  kurz:
    calendar: rund24
    warn_at: 50%
    targets:
      P1: {first_reply: 5s, resolve: 10s, second_level_takes: 1h}
      P2: {first_reply: 5s, resolve: 10s, second_level_takes: 1h}
      P3: {first_reply: 5s, resolve: 10s, second_level_takes: 1h}
      P4: {first_reply: 5s, resolve: 10s, second_level_takes: 1h}
escalations:
  - {name: Weiter, at: {clock: resolve, used: 50%, only_level: 1}, hand_over: {second-level: [drucker, sonstiges]}, notify: [requester]}
categorize: {min_points: 3, min_lead: 2, else: sonstiges}
categories:
  drucker: {label: Drucker, group: first-level, strong: [drucker]}
  sonstiges: {label: Sonstiges, group: first-level}
store: {dir: DATADIR}
log: {level: error}
`

// deliverAll fills the mailbox over about the time the lives take. Some mails come
// twice, some are robots.
func (k *killRig) deliverAll(kills int) {
	pause := time.Duration(kills) * 250 * time.Millisecond / killMails
	for i := range killMails {
		raw := killMail(i)
		k.sent[sha256.Sum256(raw)] = true
		for range 1 + i%50/49 { // every fiftieth twice
			if _, err := k.imap.Deliver("support", "INBOX", raw, nil, time.Now()); err != nil {
				k.t.Error(err)
				return
			}
		}
		time.Sleep(pause)
	}
}

func killMail(i int) []byte {
	var b bytes.Buffer
	robot := ""
	if i%25 == 7 {
		robot = "Auto-Submitted: auto-replied\r\n"
	}
	fmt.Fprintf(&b, "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\n"+
		"Received: from c by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n"+
		"From: Person %d <p%d@firma.example>\r\nTo: support@firma.example\r\nSubject: Drucker %d\r\nMessage-ID: <kill-%d@firma.example>\r\n%s"+
		"Content-Type: text/plain; charset=utf-8\r\n\r\nDer Drucker %d druckt nicht.\r\n%s\r\n", i, i, i, i, robot, i, strings.Repeat("Bitte helfen. ", i%400))
	return b.Bytes()
}

// life starts the daemon and ends it: at a fail point, or at a random instant.
func (k *killRig) life(point string) {
	k.t.Helper()
	cmd := exec.Command(k.bin, "run", "-c", filepath.Join(k.dir, "config.yaml"))
	cmd.Env = append(os.Environ(), "KILL_PASSWORD=pw", "FIRSTLINE_FAIL="+point, "FIRSTLINE_SWEEP=300ms")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	limit := time.Duration(20+rand.IntN(480)) * time.Millisecond
	if point != "" {
		limit = 1500 * time.Millisecond
	}
	select {
	case <-done:
		if cmd.ProcessState.ExitCode() != -1 {
			k.t.Fatalf("the daemon ended by itself: %v\n%s", cmd.ProcessState, stderr.String())
		}
		name, _, _ := strings.Cut(point, ":")
		k.byPoint[name]++
	case <-time.After(limit):
		_ = cmd.Process.Kill()
		<-done
		k.byPoint["random"]++
	}
	k.kills++
	if s := stderr.String(); strings.Contains(s, "panic") {
		k.t.Fatalf("the daemon panicked:\n%s", s)
	}
}

// finish lets the daemon work in peace until nothing waits.
func (k *killRig) finish() {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.bin, "run", "-c", filepath.Join(k.dir, "config.yaml"))
	cmd.Env = append(os.Environ(), "KILL_PASSWORD=pw", "FIRSTLINE_SWEEP=300ms")
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}()
	for quiet := 0; quiet < 4; {
		select {
		case <-ctx.Done():
			k.t.Error("the daemon did not come to rest")
			return
		case <-time.After(500 * time.Millisecond):
		}
		if k.atRest(ctx) {
			quiet++
		} else {
			quiet = 0
		}
	}
}

// atRest reports whether nothing waits in the mailbox, the inbox, the outbox and
// the timers.
func (k *killRig) atRest(ctx context.Context) bool {
	if len(k.imap.Messages("support", "INBOX")) > 0 {
		return false
	}
	st, err := store.Open(ctx, filepath.Join(k.dir, "data"), store.Options{ReadOnly: true})
	if err != nil {
		return false
	}
	defer st.Close()
	rest := true
	err = st.View(ctx, func(tx *store.Tx) error {
		in, err := tx.NextInbound(ctx, 1)
		if err != nil {
			return err
		}
		out, err := tx.ListOutbox(ctx, store.OutboxFilter{States: []string{"queued"}, Limit: 1})
		if err != nil {
			return err
		}
		next, err := tx.NextTimerAt(ctx)
		rest = len(in) == 0 && len(out) == 0 && (next.IsZero() || next.After(time.Now().Add(time.Minute)))
		return err
	})
	return err == nil && rest
}

// verify compares what the servers saw with what the store holds.
func (k *killRig) verify() {
	k.t.Helper()
	ctx := k.t.Context()
	st, err := store.Open(ctx, filepath.Join(k.dir, "data"), store.Options{ReadOnly: true})
	if err != nil {
		k.t.Fatal(err)
	}
	defer st.Close()
	found, err := st.Fsck(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, v := range found {
		k.t.Errorf("fsck: %s: %s %v", v.Name, v.Text, v.IDs)
	}
	var inbound []store.Inbound
	var out []store.Outgoing
	err = st.View(ctx, func(tx *store.Tx) error {
		if inbound, err = tx.ListInbound(ctx, store.InboundFilter{Limit: 10 * killMails}); err != nil {
			return err
		}
		out, err = tx.ListOutbox(ctx, store.OutboxFilter{Limit: 20 * killMails})
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	lost, aside := 0, 0
	have := map[[32]byte]int{}
	for _, in := range inbound {
		have[in.Digest]++
		if in.State == "aside" {
			aside++
		}
	}
	for digest := range k.sent {
		if have[digest] == 0 {
			lost++
		}
		if have[digest] > 1 {
			k.t.Errorf("a mail is stored %d times", have[digest])
		}
	}
	if lost > 0 || aside > 0 || len(inbound) != len(k.sent) {
		k.t.Errorf("%d mails lost, %d set aside, %d stored of %d", lost, aside, len(inbound), len(k.sent))
	}
	copies := k.verifyOutgoing(out)
	k.t.Logf("%d kills %v, %d mails in, %d lost, %d mails out, %d copies after unknown outcomes", k.kills, k.byPoint, len(inbound), lost, len(out), copies)
}

// verifyOutgoing checks the journal of the SMTP server against the outbox.
func (k *killRig) verifyOutgoing(out []store.Outgoing) (copies int) {
	k.t.Helper()
	entries, err := smtptest.ReadJournal(k.journal)
	if err != nil {
		k.t.Fatal(err)
	}
	type seen struct {
		n   int
		sum string
	}
	accepted := map[string]*seen{}
	for _, e := range entries {
		s := accepted[e.MessageID]
		if s == nil {
			s = &seen{sum: e.SHA256}
			accepted[e.MessageID] = s
		}
		s.n++
		if s.sum != e.SHA256 {
			k.t.Errorf("copies of %s differ", e.MessageID)
		}
	}
	causes := map[string]bool{}
	for _, o := range out {
		if causes[o.Cause] {
			k.t.Errorf("cause %s twice", o.Cause)
		}
		causes[o.Cause] = true
		s := accepted[o.MessageID]
		if s == nil {
			if o.State == "sent" {
				k.t.Errorf("%s is marked sent and never arrived", o.Cause)
			}
			continue
		}
		if o.State != "sent" {
			k.t.Errorf("%s arrived and is %s", o.Cause, o.State)
		}
		if s.n-1 > o.Unknown {
			k.t.Errorf("%s arrived %d times with %d unknown outcomes", o.Cause, s.n, o.Unknown)
		}
		copies += s.n - 1
		delete(accepted, o.MessageID)
	}
	for id := range accepted {
		k.t.Errorf("a mail without cause left: %s", id)
	}
	return copies
}
