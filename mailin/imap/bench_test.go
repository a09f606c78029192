package imap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
)

// BenchmarkIntake fetches and accepts a mailbox of mails of 8 KB over loopback,
// then acknowledges them; figures in mails/s.
func BenchmarkIntake(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var fetch, ack time.Duration
			for range b.N {
				e := newEnv(b, imaptest.Options{}, nil)
				addr, err := e.srv.Listen()
				if err != nil {
					b.Fatal(err)
				}
				_ = addr
				fill := strings.Repeat("Der Drucker in Raum 12 streikt schon wieder, bitte helfen Sie.\r\n", 120)
				for i := range n {
					if _, err := e.srv.Deliver(testUser, "INBOX", append(mailText(i), fill...), nil, time.Time{}); err != nil {
						b.Fatal(err)
					}
				}
				e.p = e.poller(func(c *Config) { c.Host, c.Port, c.Dial = loopback(addr) })
				clearRSS()
				t0 := time.Now()
				e.step()
				fetch += time.Since(t0)
				e.triage("opened")
				t0 = time.Now()
				e.step()
				ack += time.Since(t0)
				e.wantCount("INBOX", 0)
			}
			b.ReportMetric(float64(n*b.N)/fetch.Seconds(), "mails/s")
			b.ReportMetric(float64(n*b.N)/ack.Seconds(), "acks/s")
			b.ReportMetric(float64(rss(b)), "peakMiB")
		})
	}
}
