package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/rules/source"
	"firstline/store"
)

// clocksYAML is added to mainYAML: hours, targets, and a ladder.
const clocksYAML = `calendars:
  buero: {hours: {mo-fr: "08:00-17:00"}}
slas:
  standard:
    calendar: buero
    targets:
      P1: {first_reply: 1h, resolve: 4h}
      P2: {first_reply: 1h, resolve: 8h}
      P3: {first_reply: 4h, resolve: 16h}
      P4: {first_reply: 8h, resolve: 40h}
escalations:
  - {name: Vorwarnung, at: {clock: first_reply, used: 75%}, notify: [group]}
  - {name: Verletzt, at: {clock: first_reply, used: 100%}, notify: [lead]}
`

// machine is a daemon with all its workers on a machine whose clocks tests move.
type machine struct {
	t    *testing.T
	conf string
	data string
	mu   sync.Mutex
	wall time.Time
	mono time.Duration
	log  bytes.Buffer

	s    *service.Service
	stop context.CancelFunc
	done chan error
}

// Write collects the log.
func (m *machine) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.log.Write(p)
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, conf: t.TempDir(), data: filepath.Join(t.TempDir(), "data"), wall: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	writeAll(t, m.conf)
	m.write(clocksYAML)
	m.start()
	t.Cleanup(m.end)
	return m
}

func (m *machine) write(clocks string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.conf, "config.yaml"), []byte(mainYAML+clocks), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// start is a new process.
func (m *machine) start() {
	m.t.Helper()
	c, found := config.Load(filepath.Join(m.conf, "config.yaml"), config.Options{Lang: "de", Purpose: config.Run})
	if source.HasErrors(found) {
		m.t.Fatal(source.Render(found, "de"))
	}
	c.StoreDir = m.data
	m.mono = 0
	var err error
	m.s, err = service.New(m.t.Context(), c, service.Options{
		Log: slog.New(slog.NewTextHandler(m, nil)), SweepEvery: time.Second,
		Now:     func() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.wall },
		Elapsed: func() time.Duration { m.mu.Lock(); defer m.mu.Unlock(); return m.mono },
	})
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	m.stop, m.done = stop, make(chan error, 1)
	go func() { m.done <- m.s.Run(ctx) }()
}

// end stops the process.
func (m *machine) end() {
	if m.stop == nil {
		return
	}
	m.stop()
	if err := <-m.done; err != nil {
		m.t.Errorf("run: %v", err)
	}
	m.stop = nil
}

// jump moves the wall clock alone; pass moves both.
func (m *machine) jump(years int, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wall = m.wall.AddDate(years, 0, 0).Add(d)
}

func (m *machine) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wall, m.mono = m.wall.Add(d), m.mono+d
}

func (m *machine) until(what string, ok func() bool) {
	m.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t.Fatalf("never happened: %s\n%s", what, m.log.String())
}

// view reads the store.
func (m *machine) view(fn func(ctx context.Context, tx *store.Tx) error) {
	m.t.Helper()
	if err := m.s.Store.View(m.t.Context(), func(tx *store.Tx) error { return fn(m.t.Context(), tx) }); err != nil {
		m.t.Fatal(err)
	}
}

// alarmed reports whether the wall clock is doubted.
func (m *machine) alarmed() (up bool) {
	m.view(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.AlarmOf(ctx, "clock")
		if up = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return up
}

// steps are the names of the steps that fired, in order.
func (m *machine) steps() string {
	var list []string
	m.view(func(ctx context.Context, tx *store.Tx) error {
		events, err := tx.Events(ctx, 1)
		for _, e := range events {
			if e.Kind == "escalation_step" {
				list = append(list, e.New)
			}
		}
		return err
	})
	return strings.Join(list, " ")
}

// mails counts the mails of the ladder.
func (m *machine) mails() (n int) {
	m.view(func(ctx context.Context, tx *store.Tx) error {
		rows, err := tx.ListOutbox(ctx, store.OutboxFilter{TicketID: 1})
		for _, o := range rows {
			if strings.HasPrefix(o.Cause, "sla:") {
				n++
			}
		}
		return err
	})
	return n
}

// open lets a mail come in and become a ticket.
func (m *machine) open() {
	m.t.Helper()
	raw := "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\nReceived: from a by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n" +
		"From: Anna <a@firma.example>\r\nTo: support@firma.example\r\nSubject: Drucker\r\nMessage-ID: <1@a>\r\n\r\nDer Drucker klemmt.\r\n"
	err := m.s.Store.Update(m.t.Context(), func(tx *store.Tx) error {
		box, err := tx.Mailbox(m.t.Context(), "support")
		if err != nil {
			return err
		}
		_, _, err = tx.AcceptInbound(m.t.Context(), store.In{MailboxID: box.ID, UIDValidity: 1, UID: 1, ReceivedAt: tx.Now, Raw: []byte(raw)})
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.until("the ticket is open", func() (ok bool) {
		m.view(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Ticket(ctx, 1)
			ok = err == nil
			return nil
		})
		return ok
	})
}

// seen lets the daemon look at the clocks: a tick is over when the pulse, or the
// doubt, has followed the wall clock.
func (m *machine) seen() {
	m.t.Helper()
	m.mu.Lock()
	mono := m.mono
	m.mu.Unlock()
	m.until("a look", func() bool { return m.s.Desk.LookedAt() >= mono })
}

// TestTimeFaults runs the daemon through a wall clock that goes back an hour, ahead a
// year, and a sleep of three days, with restarts between: every step once, none lost,
// one alarm and one line in the log for each.
func TestTimeFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		years int
		by    time.Duration
		back  bool // the clock is set right again
	}{
		"an hour back":                  {by: -time.Hour},
		"an hour back and right again":  {by: -time.Hour, back: true},
		"a year ahead and right again":  {years: 1, back: true},
		"asleep for three days":         {by: 72 * time.Hour},
		"eleven minutes ahead":          {by: 11 * time.Minute},
		"nine minutes ahead: no matter": {by: 9 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.open() // 09:00; warned at 12:00, breached at 13:00
			m.pass(time.Hour)
			m.seen()
			m.jump(fault.years, fault.by)
			m.pass(time.Second)
			doubted := fault.by != 9*time.Minute
			m.seen()
			if doubted {
				m.until("the alarm", m.alarmed)
				if m.steps() != "" {
					t.Fatalf("fired by a doubted clock: %s", m.steps())
				}
			}
			if fault.back {
				m.jump(-fault.years, -fault.by)
			}
			m.pass(10 * time.Second)
			m.seen()
			if doubted && !fault.back {
				if !m.alarmed() {
					t.Fatal("trusted at once")
				}
				m.pass(16 * time.Minute)
			}
			m.until("the clock is trusted", func() bool { return !m.alarmed() })
			m.end()
			m.start()
			for range 5 {
				m.pass(time.Hour)
				m.seen()
			}
			m.until("the breach", func() bool { return strings.Contains(m.steps(), "Verletzt") })
			m.end()
			m.start()
			m.pass(time.Hour)
			m.seen()
			if got := m.steps(); got != "Vorwarnung Verletzt" {
				t.Errorf("steps: %s", got)
			}
			if n := m.mails(); n != 2 {
				t.Errorf("%d mails of the ladder, want one to the group and one to the lead", n)
			}
			m.mu.Lock()
			notes := strings.Count(m.log.String(), "the wall clock jumped")
			m.mu.Unlock()
			if want := map[bool]int{true: 1, false: 0}[doubted]; notes != want {
				t.Errorf("%d lines in the log, want %d", notes, want)
			}
		})
	}
}

// TestCalendarEditedWhileDown: dues follow a calendar that was edited between two
// runs, before anything fires by the old one.
func TestCalendarEditedWhileDown(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.open()
	m.pass(time.Minute)
	m.seen()
	m.end()
	m.write(strings.Replace(clocksYAML, `hours: {mo-fr: "08:00-17:00"}`, `hours: {mo-fr: "08:00-17:00"}, closings: [{date: "2026-03-02", hours: "10:00-17:00"}]`, 1))
	m.start()
	m.pass(6 * time.Hour) // past the old due time
	m.seen()
	if got := m.steps(); got != "" {
		t.Errorf("fired by the old calendar: %s", got)
	}
	m.view(func(ctx context.Context, tx *store.Tx) error {
		clocks, err := tx.Clocks(ctx, 1)
		for _, k := range clocks {
			if k.Kind == "first_response" && !k.DueAt.Equal(time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)) {
				t.Errorf("due %v, want Tuesday 11:00 in Berlin", k.DueAt)
			}
		}
		return err
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if want := fmt.Sprintf("tickets=%d changed=%d", 1, 1); !strings.Contains(m.log.String(), want) {
		t.Errorf("the log lacks %q:\n%s", want, m.log.String())
	}
}
