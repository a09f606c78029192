package imap

import (
	"slices"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"firstline/mailin/imap/imaptest"
	"firstline/store"
)

func TestStoresThenMovesByOutcome(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(1, 2, 3)
	e.step()
	e.wantStored(1, 2, 3)
	if ch := e.srv.Changes(); len(ch) > 0 {
		t.Fatalf("the server was changed before triage: %v", ch)
	}
	outcomes := []string{"opened", "ignored", "set_aside"}
	e.update(func(tx *store.Tx) error {
		in, err := tx.NextInbound(e.ctx, 10)
		for i, m := range in {
			if outcomes[i] == "set_aside" {
				err = tx.SetAside(e.ctx, m.ID, "test")
			} else if err == nil {
				err = tx.FinishInbound(e.ctx, m.ID, outcomes[i], "test", 0)
			}
		}
		return err
	})
	e.step()
	for folder, n := range map[string]int{"INBOX": 0, "Support/Erledigt": 1, "Support/Ignoriert": 1, "Support/Fehler": 1} {
		e.wantCount(folder, n)
	}
	if got := e.srv.Messages(testUser, "Support/Ignoriert")[0].Raw; string(got) != string(mailText(2)) {
		t.Errorf("wrong mail moved: %s", got)
	}
	if hasFlag(e.srv.Messages(testUser, "Support/Erledigt")[0], goimap.FlagSeen) {
		t.Error("reading set \\Seen")
	}
	m := e.mailbox()
	if m.LastUID != 3 || m.LastContactAt.IsZero() || m.LastError != "" {
		t.Errorf("mailbox row %+v", m)
	}
	changes := len(e.srv.Changes())
	e.step()
	if len(e.srv.Changes()) != changes {
		t.Error("an idle turn changed the server")
	}
}

func TestSinceStartLeavesOldMailAlone(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) { c.Since = SinceStart })
	old := time.Now().AddDate(0, -1, 0)
	if _, err := e.srv.Deliver(testUser, "INBOX", mailText(1), nil, old); err != nil {
		t.Fatal(err)
	}
	if _, err := e.srv.Deliver(testUser, "INBOX", mailText(2), nil, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	e.step()
	e.wantStored()
	e.deliver(3)
	e.step()
	e.wantStored(3)

	// A new epoch must not ticket the old ones either, nor the known one again.
	if _, err := e.srv.Renumber(testUser, "INBOX", 50); err != nil {
		t.Fatal(err)
	}
	e.deliver(4)
	e.settleDown(3)
	e.wantStored(3, 4)
	if m := e.mailbox(); m.LastUID != 53 || m.UIDValidity != e.srv.UIDValidity(testUser, "INBOX") {
		t.Errorf("mailbox row %+v", m)
	}
	// An old mail that somebody moves into the inbox is meant for us.
	if _, err := e.srv.Deliver(testUser, "INBOX", mailText(5), nil, old); err != nil {
		t.Fatal(err)
	}
	e.step()
	e.wantStored(3, 4, 5)
}

func TestUIDValidityChange(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(upTo(5)...)
	e.step()
	for _, first := range []uint32{1, 900, 3} {
		if _, err := e.srv.Renumber(testUser, "INBOX", first); err != nil {
			t.Fatal(err)
		}
		e.settleDown(3)
		e.wantStored(upTo(5)...)
	}
	e.deliver(6)
	e.step()
	e.wantStored(upTo(6)...)
	e.triage("opened")
	e.step()
	e.wantCount("INBOX", 0)
	e.wantCount("Support/Erledigt", 6)
}

func TestUIDNextGoesBack(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(upTo(5)...)
	e.step()
	// The ledger says that UIDs up to 40 are known; the server restarts at 1 and
	// gives known UIDs to other mails within one epoch.
	e.update(func(tx *store.Tx) error {
		m, err := tx.Mailbox(e.ctx, "support")
		if err != nil {
			return err
		}
		m.LastUID = 40
		return tx.SaveMailbox(e.ctx, m)
	})
	for uid := uint32(1); uid <= 5; uid++ {
		if err := e.srv.Remove(testUser, "INBOX", uid); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.srv.Insert(testUser, "INBOX", 2, mailText(7), time.Now()); err != nil {
		t.Fatal(err)
	}
	e.srv.DropConnections()
	e.settleDown(3)
	e.wantStored(1, 2, 3, 4, 5, 7)
	if m := e.mailbox(); m.LastUID != 2 {
		t.Errorf("last UID %d, want 2", m.LastUID)
	}
	e.deliver(8)
	e.step()
	e.wantStored(1, 2, 3, 4, 5, 7, 8)
}

func TestLowerUIDIsFound(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	if err := e.srv.SkipUIDs(testUser, "INBOX", 10); err != nil {
		t.Fatal(err)
	}
	e.deliver(1)
	e.step()
	if err := e.srv.Insert(testUser, "INBOX", 5, mailText(2), time.Now()); err != nil {
		t.Fatal(err)
	}
	e.step()
	e.wantStored(1)
	e.shift.Store(int64(time.Hour + time.Minute))
	e.step()
	e.wantStored(1, 2)
}

func TestSameBytesUnderManyUIDs(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(1, 1, 1, 2)
	e.step()
	e.wantStored(1, 2)
	e.triage("opened")
	e.step()
	e.wantCount("INBOX", 0)
	e.wantCount("Support/Erledigt", 4)

	// Moved back by a person: no effect but that it goes back.
	e.deliver(1)
	e.step()
	e.step()
	e.wantStored(1, 2)
	e.wantCount("INBOX", 0)
}

func TestObserveNeverChangesTheServer(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) { c.Mode = ModeObserve })
	e.deliver(1, 2)
	e.step()
	e.triage("opened")
	e.step()
	e.wantStored(1, 2)
	e.wantCount("INBOX", 2)
	if ch := e.srv.Changes(); len(ch) > 0 {
		t.Errorf("changes in observe mode: %v", ch)
	}
}

func TestLargeMailKeepsHeaderAndStays(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, func(c *Config) { c.MaxMessageBytes = 2000 })
	head := "Subject: gross\r\nMessage-ID: <gross@isarwerk.example>\r\n\r\n"
	big := head + strings.Repeat("x", 5000)
	e.deliver(1)
	if _, err := e.srv.Deliver(testUser, "INBOX", []byte(big), nil, time.Time{}); err != nil {
		t.Fatal(err)
	}
	e.deliver(2)
	e.step()
	if got := e.stored(); !slices.Contains(got, head) || len(got) != 3 {
		t.Fatalf("stored %q", got)
	}
	err := e.st.View(e.ctx, func(tx *store.Tx) error {
		in, err := tx.ListInbound(e.ctx, store.InboundFilter{})
		for _, m := range in {
			if m.Truncated != (m.Size == int64(len(big))) {
				t.Errorf("inbound %+v", m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	e.triage("opened")
	e.step()
	e.wantCount("Support/Erledigt", 2)
	e.wantCount("INBOX", 1)
	if !hasFlag(e.srv.Messages(testUser, "INBOX")[0], keyword) {
		t.Error("the large mail is not marked")
	}
}

func TestDiskSpace(t *testing.T) {
	t.Parallel()
	free := int64(100)
	e := newEnv(t, imaptest.Options{}, func(c *Config) {
		c.MinDiskFree = 1000
		c.DiskFree = func() (int64, error) { return free, nil }
	})
	free = 5000
	e.deliver(1)
	e.step()
	e.triage("opened")
	free = 999
	e.deliver(2)
	err := e.p.Step(e.ctx)
	if err == nil || !strings.Contains(err.Error(), StepDisk) {
		t.Fatalf("err = %v", err)
	}
	e.wantStored(1)
	e.wantCount("Support/Erledigt", 1) // telling the server needs no room
	if got := e.alarms(); !slices.Equal(got, []string{"disk"}) {
		t.Fatalf("alarms %v", got)
	}
	free = 1000
	e.step()
	e.wantStored(1, 2)
	if got := e.alarms(); len(got) > 0 {
		t.Fatalf("alarms %v", got)
	}
}

// A store that fails must cost nothing but time.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.step()
	e.deliver(upTo(3)...)
	if err := e.st.Close(); err != nil {
		t.Fatal(err)
	}
	broken, err := store.Open(e.ctx, e.st.Dir(), store.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	e.p.store = broken
	if err := e.p.Step(e.ctx); err == nil || !strings.Contains(err.Error(), StepStore) {
		t.Fatalf("err = %v", err)
	}
	if err := broken.Close(); err != nil {
		t.Fatal(err)
	}
	if e.st, err = store.Open(e.ctx, e.st.Dir(), store.Options{}); err != nil {
		t.Fatal(err)
	}
	e.p.store = e.st
	if len(e.srv.Changes()) > 0 {
		t.Fatal("the server was changed")
	}
	e.settleDown(2)
	e.wantStored(1, 2, 3)
}

func TestTwoMailboxes(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.srv.AddUser("hr@isarwerk.example", testPass)
	other := e.poller(func(c *Config) { c.Mailbox, c.User = "hr", "hr@isarwerk.example" })
	defer other.Close(e.ctx)
	e.deliver(1, 2)
	for _, n := range []int{2, 3} { // mail 2 reaches both
		if _, err := e.srv.Deliver("hr@isarwerk.example", "INBOX", mailText(n), nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() { done <- other.Step(e.ctx) }()
	e.step()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	e.wantStored(1, 2, 3)
	e.triage("opened")
	e.step()
	if err := other.Step(e.ctx); err != nil {
		t.Fatal(err)
	}
	e.wantCount("INBOX", 0)
	if n := len(e.srv.Messages("hr@isarwerk.example", "Support/Erledigt")); n != 2 {
		t.Errorf("%d mails moved in the other mailbox", n)
	}
}
