package smtp_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"firstline/mailout/smtp"
	"firstline/mailout/smtp/smtptest"
	"firstline/store"
)

// BenchmarkSender hands 4 kB mails to a local sink: claimed, delivered and
// marked, every commit synced.
func BenchmarkSender(b *testing.B) {
	for _, window := range []int{8, 24, 64} {
		b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
			s, err := store.Open(context.Background(), b.TempDir(), store.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			srv := smtptest.NewServer(smtptest.Options{Discard: true})
			defer srv.Close()
			addr, err := srv.Listen("")
			if err != nil {
				b.Fatal(err)
			}
			raw := []byte("From: a@isarwerk.example\r\nSubject: x\r\n\r\n" + strings.Repeat("Zeile mit etwas Text darin, wie man ihn schreibt.\r\n", 80))
			for start := 0; start < b.N; start += 1000 {
				err := s.Update(context.Background(), func(tx *store.Tx) error {
					for i := start; i < min(start+1000, b.N); i++ {
						o := store.Outgoing{Cause: fmt.Sprint(i), Class: "automatic", Purpose: "q", Recipient: "anna@isarwerk.example",
							ReversePath: "support@isarwerk.example", MessageID: fmt.Sprintf("%d@isarwerk.example", i)}
						if _, err := tx.Enqueue(context.Background(), &o, raw); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			snd := smtp.New(s, smtp.Config{Host: "127.0.0.1", Port: addr.Port, Security: smtp.InsecurePlaintext}, smtp.Options{Window: window})
			defer snd.Close()
			b.ResetTimer()
			for n := 1; n > 0; {
				if n, err = snd.Step(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			if srv.Count() != b.N {
				b.Fatalf("%d of %d mails arrived", srv.Count(), b.N)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
		})
	}
}
