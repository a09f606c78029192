package imap

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"firstline/mailin/imap/imaptest"
	"firstline/store"
)

// logBuffer is a log that pollers write while a test reads.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// env is a server, a store and a poller between them.
type env struct {
	t     testing.TB
	ctx   context.Context
	srv   *imaptest.Server
	st    *store.Store
	p     *Poller
	log   *logBuffer
	shift atomic.Int64 // the store's clock runs ahead by so many nanoseconds
}

const (
	testUser = "support@isarwerk.example"
	testPass = "geheim-7391"
)

// quick is patience for tests: nothing here takes long unless it hangs.
var quick = Timing{Dial: 5 * time.Second, Greeting: 5 * time.Second, Command: 5 * time.Second, Stall: 5 * time.Second, AckPoll: 10 * time.Millisecond,
	BackoffMin: time.Millisecond, BackoffMax: 5 * time.Millisecond}

func newEnv(t testing.TB, o imaptest.Options, change func(*Config)) *env {
	t.Helper()
	e := &env{t: t, ctx: context.Background(), srv: imaptest.New(o), log: &logBuffer{}}
	e.srv.AddUser(testUser, testPass)
	st, err := store.Open(e.ctx, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e.use(st)
	e.p = e.poller(change)
	t.Cleanup(func() {
		e.p.Close(e.ctx)
		e.srv.Close()
		if err := e.st.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// use makes st the store, on the shifted clock.
func (e *env) use(st *store.Store) {
	st.Now = func() time.Time {
		return time.Now().Add(time.Duration(e.shift.Load())).UTC().Truncate(time.Millisecond)
	}
	e.st = st
}

// poller makes another poller on the same mailbox, as after a restart.
func (e *env) poller(change func(*Config)) *Poller {
	cfg := Config{
		Mailbox: "support", Host: "imap.isarwerk.example", TLS: TLSInsecurePlain, User: testUser,
		Password: func() (string, error) { return testPass, nil },
		Folders:  Folders{Inbox: "INBOX", Done: "Support/Erledigt", Ignored: "Support/Ignoriert", Failed: "Support/Fehler"},
		Since:    SinceAll, Dial: e.srv.Dial, Timing: quick, MinDiskFree: 1,
		Log: slog.New(slog.NewTextHandler(e.log, nil)),
	}
	if change != nil {
		change(&cfg)
	}
	p, err := New(e.st, cfg)
	if err != nil {
		e.t.Fatal(err)
	}
	return p
}

func mailText(n int) []byte {
	return fmt.Appendf(nil, "From: Karl <karl@isarwerk.example>\r\nTo: support@isarwerk.example\r\nSubject: Drucker %d\r\nMessage-ID: <%d@isarwerk.example>\r\n\r\nDer Drucker %d streikt.\r\n", n, n, n)
}

func (e *env) deliver(n ...int) (uids []uint32) {
	e.t.Helper()
	for _, i := range n {
		uid, err := e.srv.Deliver(testUser, "INBOX", mailText(i), nil, time.Time{})
		if err != nil {
			e.t.Fatal(err)
		}
		uids = append(uids, uid)
	}
	return uids
}

func (e *env) step() {
	e.t.Helper()
	if err := e.p.Step(e.ctx); err != nil {
		e.t.Fatalf("step: %v\n%s", err, e.log)
	}
}

// settleDown takes turns until one succeeds.
func (e *env) settleDown(max int) {
	e.t.Helper()
	var err error
	for range max {
		if err = e.p.Step(e.ctx); err == nil {
			return
		}
	}
	e.t.Fatalf("no good turn in %d: %v\n%s", max, err, e.log)
}

func (e *env) update(fn func(tx *store.Tx) error) {
	e.t.Helper()
	if err := e.st.Update(e.ctx, fn); err != nil {
		e.t.Fatal(err)
	}
}

// triage stands in for the desk: it closes every new mail with an outcome.
func (e *env) triage(outcome string) (n int) {
	e.t.Helper()
	e.update(func(tx *store.Tx) error {
		in, err := tx.NextInbound(e.ctx, 1_000_000)
		for _, m := range in {
			if err == nil {
				err = tx.FinishInbound(e.ctx, m.ID, outcome, "test", 0)
			}
		}
		n = len(in)
		return err
	})
	return n
}

// stored returns the raw bytes of all accepted mails, sorted.
func (e *env) stored() (raws []string) {
	e.t.Helper()
	err := e.st.View(e.ctx, func(tx *store.Tx) error {
		in, err := tx.ListInbound(e.ctx, store.InboundFilter{Limit: 1_000_000})
		for _, m := range in {
			raw, rerr := tx.Raw(e.ctx, m.ID)
			if rerr != nil {
				return rerr
			}
			raws = append(raws, string(raw))
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	slices.Sort(raws)
	return raws
}

// wantStored compares what is accepted with mailText of the numbers.
func (e *env) wantStored(n ...int) {
	e.t.Helper()
	want := make([]string, len(n))
	for i := range n {
		want[i] = string(mailText(n[i]))
	}
	slices.Sort(want)
	if got := e.stored(); !slices.Equal(got, want) {
		e.t.Fatalf("stored %d mails, want %d:\n%s\n%s", len(got), len(want), strings.Join(got, "\n"), e.log)
	}
}

func (e *env) mailbox() (m store.Mailbox) {
	e.t.Helper()
	if err := e.st.View(e.ctx, func(tx *store.Tx) (err error) { m, err = tx.Mailbox(e.ctx, "support"); return err }); err != nil {
		e.t.Fatal(err)
	}
	return m
}

func (e *env) alarms() (names []string) {
	e.t.Helper()
	err := e.st.View(e.ctx, func(tx *store.Tx) error {
		as, err := tx.Alarms(e.ctx)
		for _, a := range as {
			names = append(names, a.Name)
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return names
}

func (e *env) count(folder string) int { return len(e.srv.Messages(testUser, folder)) }

func (e *env) wantCount(folder string, n int) {
	e.t.Helper()
	if got := e.count(folder); got != n {
		e.t.Fatalf("%s holds %d mails, want %d\nfolders %v, changes %v\n%s", folder, got, n, e.srv.Folders(testUser), e.srv.Changes(), e.log)
	}
}

func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i + 1
	}
	return s
}

func hasFlag(m imaptest.Message, flag goimap.Flag) bool {
	return slices.ContainsFunc(m.Flags, func(f goimap.Flag) bool { return strings.EqualFold(string(f), string(flag)) })
}
