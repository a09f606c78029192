package imap

import (
	"path/filepath"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
	"firstline/store"
)

// After a restore the same mails are there as before it: those still in the
// inbox and those moved since the backup. None comes twice.
func TestAfterRestore(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	handle := func(outcome string, n ...int) {
		t.Helper()
		e.deliver(n...)
		e.step()
		e.triage(outcome)
		e.step()
	}
	handle("reported", 1, 2)
	e.deliver(3) // accepted before the backup, triaged and moved after it
	e.step()
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := e.st.Backup(e.ctx, backup); err != nil {
		t.Fatal(err)
	}
	e.triage("reported")
	handle("reported", 4, 5)
	handle("ignored", 6)
	e.deliver(7)
	e.step()
	e.p.Close(e.ctx)
	if err := e.st.Close(); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	e.shift.Store(int64(time.Hour))
	if _, err := store.Restore(e.ctx, backup, dir, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(e.ctx, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e.use(st)
	e.p = e.poller(nil)
	e.srv.Inject(imaptest.Fault{Command: "EXAMINE", Action: imaptest.Drop}) // it is repeated until it is done
	e.settleDown(3)
	e.wantStored(upTo(7)...)
	if n := e.triage("reported"); n != 5 {
		t.Errorf("%d mails wait for triage, want 3 to 7", n)
	}
	e.step()
	e.wantCount("INBOX", 0)
	e.wantCount("Support/Erledigt", 6)
	e.wantCount("Support/Ignoriert", 1)

	commands := len(e.srv.Commands())
	e.p.drop()
	e.step()
	for _, c := range e.srv.Commands()[commands:] {
		if c == "EXAMINE" {
			t.Error("the folders are read again after every connection")
		}
	}
	if v, err := st.Fsck(e.ctx); err != nil || len(v) > 0 {
		t.Errorf("fsck: %+v, %v", v, err)
	}
}

// UIDVALIDITY that changes while a connection is open is seen by the hourly look.
func TestEpochChangesUnderUs(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(1, 2)
	e.step()
	e.p.sess.box.UIDValidity++ // as if it had been another one when we connected
	e.p.epoch.validity++
	e.shift.Store(int64(2 * time.Hour))
	e.step()
	e.deliver(3)
	e.step()
	e.wantStored(1, 2, 3)
	if m := e.mailbox(); m.UIDValidity != e.srv.UIDValidity(testUser, "INBOX") || m.LastUID != 3 {
		t.Errorf("mailbox %+v", m)
	}
}
