package smtp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/mailout/smtp/smtptest"
)

// TestNoLossAndNoUncountedDouble plays a server that does anything at any step:
// in the end every mail is sent or failed, arrived when it counts as sent, and
// never more often than once plus its attempts of unknown outcome.
func TestNoLossAndNoUncountedDouble(t *testing.T) {
	t.Parallel()
	faults := []smtptest.Fault{
		{Drop: true}, {Reply: "421 4.3.2 bye", Drop: true}, {Reply: "450 4.2.0 later"}, {Reply: "451 4.7.1 try again"}, {Reply: "banana"}, {Reply: "999 x"},
		{Accept: true, Drop: true}, {Accept: true, Reply: "ban", Drop: true}, {Bytewise: true}, {Reply: "452 4.5.3 too many\r\n250 ok"},
	}
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 7))
			var mu sync.Mutex
			calm := false
			w := newWorld(t, smtptest.Options{Script: func(e smtptest.Event) *smtptest.Fault {
				mu.Lock()
				defer mu.Unlock()
				if calm || rng.IntN(12) > 0 {
					return nil
				}
				f := faults[rng.IntN(len(faults))]
				if e.Stage != smtptest.Dot {
					f.Accept = false
				}
				return &f
			}})
			w.cfg.Timeouts.Command, w.cfg.Timeouts.Final, w.cfg.Timeouts.Connect = 2*time.Second, 2*time.Second, 2*time.Second
			var ids []int64
			classes := []string{"human", "notice", "automatic"}
			for i := range 60 {
				ids = append(ids, w.queue(fmt.Sprintf("m%d", i), classes[i%3], fmt.Sprintf("p%d@isarwerk.example", i), text))
			}
			for i := range 300 {
				if i == 200 {
					mu.Lock()
					calm = true
					mu.Unlock()
				}
				w.step()
				w.advance(7 * time.Minute)
			}
			arrived := map[string]int{}
			for _, m := range w.srv.Mails() {
				arrived[m.To[0]]++
				if string(m.Raw) != text {
					t.Fatalf("other bytes: %q", m.Raw)
				}
			}
			for _, id := range ids {
				o := w.row(id)
				n := arrived[o.Recipient]
				if o.State != "sent" || n < 1 || n > 1+o.Unknown {
					t.Errorf("%s: %s, arrived %d times with %d unknown outcomes (%s)", o.Recipient, o.State, n, o.Unknown, strings.TrimSpace(o.LastError))
				}
			}
		})
	}
}
