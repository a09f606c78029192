package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/mailin/imap/imaptest"
	"firstline/mailout/smtp/smtptest"
	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
)

// benchSizes are mailboxes to empty, in mails.
var benchSizes = []int{1_000, 10_000}

// benchMail is an employee's mail of about 8 KB, as benchMails of different people
// write them.
func benchMail(i int) []byte {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	words := strings.Fields(benchWords)
	var b bytes.Buffer
	fmt.Fprintf(&b, "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\n"+
		"Received: from client (client [10.0.0.7]) by mx.firma.example with ESMTPSA id %x; Mon, 2 Mar 2026 09:00:00 +0100\r\n"+
		"From: Person %d <p%d@firma.example>\r\nTo: support@firma.example\r\nSubject: %s %s %d\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n"+
		"Message-ID: <bench-%d@firma.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
		i, i, i%2000, words[r.IntN(len(words))], words[r.IntN(len(words))], i, i)
	for size := int(8192 * math.Exp(0.5*r.NormFloat64())); b.Len() < size; {
		for range 11 {
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

const benchWords = `Drucker Papierstau Fehler Besprechungsraum Notebook startet nicht mehr Passwort abgelaufen VPN bricht ab Outlook Postfach voll
	Bildschirm flackert Netzlaufwerk Zugriff Rechnung Buchung Makro seit heute früh bitte dringend Hilfe Danke Kollegen Büro Update gestern Neustart probiert`

// benchWorld is model servers, and a configuration with the starter rules.
type benchWorld struct {
	b    *testing.B
	dir  string
	imap *imaptest.Server
	smtp *smtptest.Server // nil = nobody listens
	conf string
}

func newBenchWorld(b *testing.B, sink bool) *benchWorld {
	b.Helper()
	w := &benchWorld{b: b, dir: b.TempDir(), imap: imaptest.New(imaptest.Options{})}
	w.imap.AddUser("support", "pw", "Done", "Ignored", "Failed")
	addr, err := w.imap.Listen()
	w.must(err)
	b.Cleanup(func() { w.imap.Close() })
	smtpPort := "9" // discard: refused at once
	if sink {
		w.smtp = smtptest.NewServer(smtptest.Options{Discard: true, Users: map[string]string{"support": "pw"}})
		b.Cleanup(func() { w.smtp.Close() })
		at, err := w.smtp.Listen("")
		w.must(err)
		smtpPort = strconv.Itoa(at.Port)
	}
	w.must(os.CopyFS(filepath.Join(w.dir, "starter"), rules.Starter("de")))
	text := strings.NewReplacer("IMAPPORT", addr[strings.LastIndex(addr, ":")+1:], "SMTPPORT", smtpPort, "DATADIR", filepath.Join(w.dir, "data"),
		"first_reply: 5s, resolve: 10s", "first_reply: 8h, resolve: 40h").Replace(killConfig)
	// The starter rules take the place of the two categories.
	text = text[:strings.Index(text, "categorize:")] + "store: " + strings.SplitN(text, "\nstore: ", 2)[1] + "include: [\"starter/*.yaml\", \"starter/faq/*.md\"]\n"
	text = strings.ReplaceAll(text, "[drucker, sonstiges]", "[netzwerk, email, konto, drucker, arbeitsplatz, software, erp, personal_it, sicherheit, sonstiges]")
	w.conf = filepath.Join(w.dir, "config.yaml")
	w.must(os.WriteFile(w.conf, []byte(text), 0o600))
	return w
}

func (w *benchWorld) must(err error) {
	w.b.Helper()
	if err != nil {
		w.b.Fatal(err)
	}
}

// fill puts n mails into the mailbox.
func (w *benchWorld) fill(n int) {
	w.b.Helper()
	for i := range n {
		_, err := w.imap.Deliver("support", "INBOX", benchMail(i), nil, time.Now())
		w.must(err)
	}
}

// service builds the daemon's workers in this process.
func (w *benchWorld) service() *service.Service {
	w.b.Helper()
	c, found := config.Load(w.conf, config.Options{Lang: "de", Purpose: config.Run, Now: time.Now(), Env: func(string) (string, bool) { return "pw", true }})
	if source.HasErrors(found) {
		w.b.Fatal(source.Render(found, "en"))
	}
	s, err := service.New(w.b.Context(), c, service.Options{})
	w.must(err)
	return s
}

// done reports whether the mailbox is empty and, with a sink, everything has left.
func (w *benchWorld) done(st *store.Store) bool {
	if len(w.imap.Messages("support", "INBOX")) > 0 {
		return false
	}
	if w.smtp == nil {
		return true
	}
	var out []store.Outgoing
	err := st.View(w.b.Context(), func(tx *store.Tx) (err error) {
		out, err = tx.ListOutbox(w.b.Context(), store.OutboxFilter{States: []string{"queued"}, Limit: 1})
		return err
	})
	w.must(err)
	return len(out) == 0
}

// BenchmarkIntake empties a mailbox: fetched, stored, triaged by the starter rules
// with receipt and notice composed, moved on the server. One op is the mailbox.
func BenchmarkIntake(b *testing.B) { benchmarkIntake(b, false) }

// BenchmarkIntakeAndSend also delivers everything to a server that throws it away.
func BenchmarkIntakeAndSend(b *testing.B) { benchmarkIntake(b, true) }

func benchmarkIntake(b *testing.B, sink bool) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("mails=%d", n), func(b *testing.B) {
			sent := 0
			for range b.N {
				b.StopTimer()
				w := newBenchWorld(b, sink)
				w.fill(n)
				s := w.service()
				ctx, stop := context.WithCancel(b.Context())
				ended := make(chan error, 1)
				b.StartTimer()
				go func() { ended <- s.Run(ctx) }()
				for !w.done(s.Store) {
					time.Sleep(5 * time.Millisecond)
				}
				b.StopTimer()
				stop()
				w.must(<-ended)
				if sink {
					sent += w.smtp.Count()
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "mails/s")
			if sink {
				b.ReportMetric(float64(sent)/b.Elapsed().Seconds(), "sent/s")
			}
		})
	}
}

// BenchmarkDaemon empties a mailbox with the real process and reports its peak
// memory; the model server is another process.
func BenchmarkDaemon(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "firstline")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("mails=%d", n), func(b *testing.B) {
			peak := int64(0)
			for range b.N {
				b.StopTimer()
				w := newBenchWorld(b, false)
				w.fill(n)
				cmd := exec.Command(bin, "run", "-c", w.conf)
				cmd.Env = append(os.Environ(), "KILL_PASSWORD=pw")
				b.StartTimer()
				w.must(cmd.Start())
				for !w.done(nil) {
					time.Sleep(5 * time.Millisecond)
				}
				b.StopTimer()
				w.must(cmd.Process.Signal(os.Interrupt))
				w.must(cmd.Wait())
				peak = max(peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "mails/s")
			b.ReportMetric(float64(peak)/1024, "peak-MiB")
		})
	}
}

// BenchmarkStoreSize is the cost of one more mail, stored and triaged without a
// server, with so many tickets in the store. One op is one mail.
func BenchmarkStoreSize(b *testing.B) {
	for _, tickets := range []int{1_000, 10_000, 100_000} {
		var d *benchDesk // b.Run calls its function several times
		b.Run(fmt.Sprintf("tickets=%d", tickets), func(inner *testing.B) {
			if d == nil {
				d = newBenchDesk(b)
				d.add(tickets)
			}
			inner.ResetTimer()
			from := userTime()
			d.add(inner.N)
			inner.StopTimer()
			inner.ReportMetric(float64((userTime()-from).Microseconds())/float64(inner.N), "user-µs/mail")
			inner.ReportMetric(float64(inner.N)/inner.Elapsed().Seconds(), "mails/s")
		})
	}
}

// userTime is the processor time of this process outside the kernel: the figure to
// compare on a machine that others use too.
func userTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano())
}

// benchDesk stores and triages mails without a server.
type benchDesk struct {
	*benchWorld
	s       *service.Service
	mailbox store.Mailbox
	next    int
}

func newBenchDesk(b *testing.B) *benchDesk {
	b.Helper()
	d := &benchDesk{benchWorld: newBenchWorld(b, false)}
	d.s = d.service()
	b.Cleanup(func() { d.s.Store.Close() })
	d.must(d.s.Store.Update(b.Context(), func(tx *store.Tx) (err error) {
		d.mailbox, err = tx.Mailbox(b.Context(), "support")
		return err
	}))
	return d
}

// add makes n more tickets, in groups as the poller does.
func (d *benchDesk) add(n int) {
	d.b.Helper()
	ctx := d.b.Context()
	const group = 200
	for to := d.next + n; d.next < to; {
		var list []store.In
		for ; d.next < to && len(list) < group; d.next++ {
			list = append(list, store.In{MailboxID: d.mailbox.ID, UIDValidity: 1, UID: uint32(d.next + 1), ReceivedAt: time.Now(), Raw: benchMail(d.next)})
		}
		d.must(d.s.Store.Update(ctx, func(tx *store.Tx) error {
			for _, in := range list {
				if _, _, err := tx.AcceptInbound(ctx, in); err != nil {
					return err
				}
			}
			return nil
		}))
		for more := 1; more > 0; {
			var err error
			more, err = d.s.Desk.Step(ctx)
			d.must(err)
		}
	}
}
