package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// restored restores a backup into a new directory and opens it.
func restored(t *testing.T, backup string) (*Store, Restored) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "restored")
	done, err := Restore(t.Context(), backup, dir, epoch.Add(time.Hour))
	must(t, err)
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", e.Name(), info.Mode().Perm())
		}
		if strings.HasSuffix(e.Name(), ".part") || strings.HasSuffix(e.Name(), ".new") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
	s, err := Open(t.Context(), dir, Options{})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	s.Now = func() time.Time { return epoch.Add(time.Hour) }
	return s, done
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := ticketOf(t, s, deliver(t, s, 1, "first mail"))
	deliver(t, s, 2, "second mail, not yet triaged")
	human := enqueue(t, s, Outgoing{Cause: "reply:1", Class: "human", Purpose: "p", TicketID: a.ID})
	path := filepath.Join(t.TempDir(), "b.db")
	must(t, s.Backup(t.Context(), path))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("backup: %v, %v", info, err)
	}
	if err := s.Backup(t.Context(), path); err == nil || !strings.Contains(err.Error(), "exists") {
		t.Errorf("backup over a backup = %v", err)
	}
	after := ticketOf(t, s, deliver(t, s, 3, "after the backup"))

	r, done := restored(t, path)
	if done.Mails != 2 || done.Held != 2 || done.Cancelled != 1 || !done.BackupAt.Equal(epoch) {
		t.Errorf("restored = %+v", done)
	}
	sound(t, r)
	if got := claim(t, r, 10); len(got) != 0 {
		t.Errorf("sent after a restore without being asked: %v", causes(got))
	}
	update(t, r, func(ctx context.Context, tx *Tx) error {
		at, err := tx.RestoreEpoch(ctx)
		if !at.Equal(epoch.Add(time.Hour)) {
			t.Errorf("epoch = %v", at)
		}
		raw, rerr := tx.Raw(ctx, 2)
		if string(raw) != "second mail, not yet triaged" {
			t.Errorf("raw = %q", raw)
		}
		b, berr := tx.OutboxBytes(ctx, human.ID)
		if string(b) != "bytes of reply:1" {
			t.Errorf("bytes = %q", b)
		}
		return errors.Join(err, rerr, berr, tx.RetryOutgoing(ctx, human.ID))
	})
	if got, want := fmt.Sprint(causes(claim(t, r, 10))), "[reply:1]"; got != want {
		t.Errorf("after outbox retry %v, want %v", got, want)
	}
	again := ticketOf(t, r, deliver(t, r, 3, "after the backup"))
	if again.ID <= after.ID+100 || again.Number <= after.Number+100 {
		t.Errorf("ticket %d (row %d) could be mistaken for the lost %d (row %d)", again.Number, again.ID, after.Number, after.ID)
	}
	sound(t, r)
}

// A backup is consistent whatever is written meanwhile.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error, 1)
	go func() {
		var err error
		for uid := uint32(1); err == nil; uid++ {
			err = s.Update(ctx, func(tx *Tx) error {
				if _, err := tx.Mailbox(ctx, "it"); err != nil {
					return err
				}
				_, _, err := tx.AcceptInbound(ctx, In{MailboxID: 1, UIDValidity: 1, UID: uid, Raw: bytes.Repeat([]byte(fmt.Sprint(uid, " ")), 800)})
				return err
			})
			if err == nil {
				_, err = triageGroup(ctx, s, 5)
			}
		}
		written <- err
	}()
	dir := t.TempDir()
	for i := range 3 {
		must(t, s.Backup(t.Context(), filepath.Join(dir, fmt.Sprint(i))))
	}
	stop()
	if err := <-written; !errors.Is(err, context.Canceled) {
		t.Errorf("writer: %v", err)
	}
	sound(t, s)
	r, _ := restored(t, filepath.Join(dir, "2"))
	sound(t, r)
}

func TestBackupRefusesDamage(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 1, "a mail")
	_, err := s.mail.WriteAt([]byte("X"), recordHeader+1)
	must(t, err)
	dir := t.TempDir()
	if err := s.Backup(t.Context(), filepath.Join(dir, "b")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("backup = %v, want ErrCorrupt", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	ticketOf(t, s, deliver(t, s, 1, "a mail"))
	good := filepath.Join(t.TempDir(), "good")
	must(t, s.Backup(t.Context(), good))
	for _, c := range []struct {
		name string
		prep func(t *testing.T, dir string) (backup, to string)
		want error
		text string
	}{
		{"in use", func(t *testing.T, dir string) (string, string) { return good, s.Dir() }, ErrLocked, ""},
		{"not empty", func(t *testing.T, dir string) (string, string) {
			must(t, os.WriteFile(filepath.Join(dir, FileName), nil, 0o600))
			return good, dir
		}, nil, "restore into an empty directory"},
		{"no backup", func(t *testing.T, dir string) (string, string) {
			from := filepath.Join(dir, "x")
			must(t, os.WriteFile(from, []byte(strings.Repeat("nonsense ", 1000)), 0o600))
			return from, filepath.Join(dir, "to")
		}, ErrCorrupt, ""},
		{"a live database", func(t *testing.T, dir string) (string, string) {
			return filepath.Join(snapshot(t, s, func(wal []byte) []byte { return wal }), FileName), filepath.Join(dir, "to")
		}, nil, "not a backup"},
		{"missing", func(t *testing.T, dir string) (string, string) {
			return filepath.Join(dir, "none"), filepath.Join(dir, "to")
		}, os.ErrNotExist, ""},
		{"damaged", func(t *testing.T, dir string) (string, string) {
			from := filepath.Join(dir, "x")
			must(t, copyFile(good, from))
			c, err := openConn(from)
			must(t, err)
			must(t, errors.Join(c.run(t.Context(), "UPDATE outbox_bytes SET bytes = x'00' WHERE id = 1"), c.close()))
			return from, filepath.Join(dir, "to")
		}, ErrCorrupt, "mail_bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from, to := c.prep(t, t.TempDir())
			_, err := Restore(t.Context(), from, to, epoch)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("restore = %v, want %v with %q", err, c.want, c.text)
			}
			if to != s.Dir() {
				if _, err := os.Stat(filepath.Join(to, MailFileName)); err == nil {
					t.Error("a mail file was left behind")
				}
			}
		})
	}
}

// A backup in place of the database is refused: it would send again.
func TestOpenRefusesBackup(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 1, "a mail")
	dir := t.TempDir()
	must(t, s.Backup(t.Context(), filepath.Join(dir, FileName)))
	_, err := Open(t.Context(), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "firstline restore") {
		t.Errorf("open = %v, want the way to go", err)
	}
}

// grep reports the files of a directory that hold a text.
func grep(t *testing.T, dir, text string) (files []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		if bytes.Contains(b, []byte(text)) {
			files = append(files, e.Name())
		}
	}
	return files
}

// After an erasure no file holds a byte of it.
func TestErase(t *testing.T) {
	t.Parallel()
	s := open(t)
	const canary = "kanarienvogel"
	for uid := range uint32(30) {
		raw := fmt.Sprint("mail ", uid)
		if uid%3 == 0 {
			raw += strings.Repeat(" "+canary, int(uid)*20+1)
		}
		ticketOf(t, s, deliver(t, s, uid+1, raw))
	}
	if got := grep(t, s.Dir(), canary); len(got) < 2 {
		t.Fatalf("before: %v", got)
	}
	err := s.Erase(t.Context(), func(tx *Tx) error { return eraseThird(t.Context(), tx) })
	must(t, err)
	must(t, s.Compact(t.Context()))
	if got := grep(t, s.Dir(), canary); len(got) != 0 {
		t.Errorf("after: %v", got)
	}
	sound(t, s)
	if err := s.View(t.Context(), func(tx *Tx) error { _, err := tx.Raw(t.Context(), 1); return err }); !errors.Is(err, ErrNotFound) {
		t.Errorf("raw of an erased mail = %v, want ErrNotFound", err)
	}
	path := filepath.Join(t.TempDir(), "b")
	must(t, s.Backup(t.Context(), path))
	r, done := restored(t, path)
	if done.Mails != 20 {
		t.Errorf("restored %d mails, want 20", done.Mails)
	}
	sound(t, r)
}

// eraseThird erases every third mail and its tickets' texts.
func eraseThird(ctx context.Context, tx *Tx) error {
	for id := int64(1); id <= 30; id += 3 {
		if err := tx.EraseRaw(ctx, id); err != nil {
			return err
		}
		in, err := tx.Inbound(ctx, id)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE message SET text = '' WHERE ticket_id = ?", in.TicketID); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE trace SET json = '' WHERE inbox_id = ?", id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "UPDATE event SET actor = 'anonymous' WHERE ticket_id = ?", in.TicketID); err != nil {
			return err
		}
		mails, err := tx.ListOutbox(ctx, OutboxFilter{TicketID: in.TicketID})
		if err != nil {
			return err
		}
		for _, o := range mails {
			if err := tx.EraseOutgoing(ctx, o.ID); err != nil {
				return err
			}
			if err := tx.CancelOutgoing(ctx, o.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestEraseRollsBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := deliver(t, s, 1, "stays")
	ticketOf(t, s, id)
	err := s.Erase(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "DELETE FROM ticket")
		return errors.Join(err, tx.EraseRaw(t.Context(), id))
	})
	if !errors.Is(err, ErrConstraint) {
		t.Errorf("erasing a parent = %v, want ErrConstraint", err)
	}
	sound(t, s)
	view(t, s, func(ctx context.Context, tx *Tx) error {
		raw, err := tx.Raw(ctx, id)
		if string(raw) != "stays" {
			t.Errorf("raw = %q", raw)
		}
		return err
	})
	err = s.Update(t.Context(), func(tx *Tx) error { return tx.EraseRaw(t.Context(), id) })
	if !errors.Is(err, ErrConstraint) {
		t.Errorf("erasing outside of Erase = %v, want ErrConstraint", err)
	}
	err = s.Update(t.Context(), func(tx *Tx) error {
		return tx.InsertEvent(t.Context(), Event{TicketID: 99, Actor: "x", Kind: "note"})
	})
	if !errors.Is(err, ErrConstraint) {
		t.Errorf("foreign keys stayed off: %v", err)
	}
}
