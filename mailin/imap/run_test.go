package imap

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firstline/mailin/imap/imaptest"
	"firstline/store"
)

// until polls a condition of the store while the poller runs.
func (e *env) until(what string, cond func() bool) {
	e.t.Helper()
	for range 2000 {
		if cond() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	e.t.Fatalf("%s did not come true\n%s", what, e.log)
}

func (e *env) run(p *Poller) (stop func()) {
	ctx, cancel := context.WithCancel(e.ctx)
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestRunWakesByIdle(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) { c.Poll = time.Hour })
	stop := e.run(e.p)
	defer stop()
	for i := 1; i <= 5; i++ {
		e.deliver(i)
		e.until("mail is stored", func() bool { return len(e.stored()) == i })
	}
	e.triage("opened")
	e.until("mails are moved", func() bool { return e.count("Support/Erledigt") == 5 })
}

func TestRunWithoutIdlePolls(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{NoIdle: true}, func(c *Config) { c.Poll = 10 * time.Millisecond })
	defer e.run(e.p)()
	e.deliver(1, 2)
	e.until("mails are stored", func() bool { return len(e.stored()) == 2 })
}

func TestRunReconnects(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) { c.Poll = time.Hour })
	defer e.run(e.p)()
	for i := 1; i <= 4; i++ {
		e.deliver(i)
		e.until("mail is stored", func() bool { return len(e.stored()) == i })
		e.srv.DropConnections()
	}
	e.srv.Inject(imaptest.Fault{Command: "IDLE", Action: imaptest.Refuse, Text: "not now"})
	e.srv.DropConnections()
	e.until("it is connected again", func() bool { return e.srv.Logins() >= 5 })
	e.p.Wake()
	e.deliver(5)
	e.p.Wake()
	e.until("mail is stored", func() bool { e.p.Wake(); return len(e.stored()) == 5 })
}

// Twenty-four hours in a bubble: a server that is down raises one alarm, a
// wrong password is tried a handful of times, IDLE is renewed.
func TestADayOfFailures(t *testing.T) {
	for name, tc := range map[string]struct {
		password  string
		down      bool
		maxLogins int
		minLogins int
	}{
		"server down":    {password: testPass, down: true},
		"wrong password": {password: "falsch", minLogins: 5, maxLogins: 12},
		"healthy":        {password: testPass, minLogins: 1, maxLogins: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEnv(t, imaptest.Options{}, func(c *Config) {
					c.Timing, c.Poll = Timing{AckPoll: time.Hour}, 10*time.Minute
					c.Password = func() (string, error) { return tc.password, nil }
				})
				if tc.down {
					e.srv.Close()
				}
				stop := e.run(e.p)
				time.Sleep(24 * time.Hour)
				stop()
				if n := strings.Count(e.log.String(), "msg=alarm "); (tc.minLogins == 1) != (n == 0) || n > 1 {
					t.Errorf("%d alarms", n)
				}
				if n := e.srv.Logins(); n < tc.minLogins || n > tc.maxLogins {
					t.Errorf("%d logins in a day", n)
				}
				idles := 0
				for _, c := range e.srv.Commands() {
					if c == "IDLE" {
						idles++
					}
				}
				if name == "healthy" && (idles < 24*60/10 || idles > 24*60/9+5) {
					t.Errorf("%d IDLE rounds in a day", idles)
				}
			})
		})
	}
}

// rss is the peak of this process in MiB since it was last cleared.
func rss(t testing.TB) int {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("no /proc")
	}
	for _, line := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n >> 10
		}
	}
	return 0
}

func clearRSS() {
	runtime.GC()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// Mails of 24 MiB are stored byte for byte and need a few times their size.
func TestLargeMails(t *testing.T) {
	const n = 4
	e := newEnv(t, imaptest.Options{}, nil)
	var want []string
	for i := range n {
		blob := make([]byte, 18<<20)
		_, _ = rand.Read(blob)
		raw := append(mailText(i), base64.StdEncoding.EncodeToString(blob)...)
		want = append(want, string(raw[:200]))
		if _, err := e.srv.Deliver(testUser, "INBOX", raw, nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	var peak uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() { // the heap the poller adds, beside what the server holds
		defer close(done)
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	}()
	clearRSS()
	e.step()
	close(stop)
	<-done
	err := e.st.View(e.ctx, func(tx *store.Tx) error {
		in, err := tx.NextInbound(e.ctx, 10)
		if len(in) != n {
			t.Errorf("%d stored", len(in))
		}
		for i, m := range in {
			raw, rerr := tx.Raw(e.ctx, m.ID)
			if rerr != nil || string(raw[:200]) != want[i] || m.Truncated {
				t.Errorf("mail %d: %v", i, rerr)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if extra := int(peak>>20) - n*24; extra > 5*24 {
		t.Errorf("the heap grew by %d MiB", extra)
	}
	t.Logf("heap in use %d MiB with %d MiB on the server, peak RSS %d MiB", peak>>20, n*24, rss(t))
}
