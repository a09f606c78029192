package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code  int
		want  error
		fault bool
	}{
		{sqlite3.SQLITE_FULL, ErrDiskFull, true},
		{sqlite3.SQLITE_IOERR_WRITE, ErrDiskFull, true},
		{sqlite3.SQLITE_IOERR_WRITE, ErrIO, true},
		{sqlite3.SQLITE_IOERR_FSYNC, ErrIO, true},
		{sqlite3.SQLITE_IOERR_SHORT_READ, ErrIO, true},
		{sqlite3.SQLITE_CANTOPEN, ErrIO, true},
		{sqlite3.SQLITE_READONLY_DBMOVED, ErrReadOnly, true},
		{sqlite3.SQLITE_CORRUPT_INDEX, ErrCorrupt, true},
		{sqlite3.SQLITE_NOTADB, ErrCorrupt, true},
		{sqlite3.SQLITE_BUSY_SNAPSHOT, ErrBusy, false},
		{sqlite3.SQLITE_CONSTRAINT_UNIQUE, ErrConstraint, false},
		{sqlite3.SQLITE_MISUSE, nil, false},
	} {
		kind := kindOf(c.code)
		if c.want == nil && kind != nil || c.want != nil && !errors.Is(kind, c.want) {
			t.Errorf("code %d is %v, want %v", c.code, kind, c.want)
		}
		if kind != nil && IsFault(fmt.Errorf("x: %w", kind)) != c.fault {
			t.Errorf("code %d: fault = %v, want %v", c.code, !c.fault, c.fault)
		}
	}
	for _, c := range []struct{ err, want error }{
		{syscall.ENOSPC, ErrDiskFull}, {syscall.EDQUOT, ErrDiskFull}, {syscall.EFBIG, ErrDiskFull},
		{syscall.EROFS, ErrReadOnly}, {syscall.EACCES, ErrReadOnly}, {syscall.EIO, ErrIO},
	} {
		if got := typedOS(&os.PathError{Err: c.err}); !errors.Is(got, c.want) {
			t.Errorf("%v is %v, want %v", c.err, got, c.want)
		}
	}
}

// fillUp accepts mails until the disk refuses one, and checks that all that was
// committed is there, now and after a restart.
func fillUp(dir string, want error, limited bool) error {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	filler := filepath.Join(dir, "firstline.filler")
	if err := os.WriteFile(filler, make([]byte, 300<<10), 0o600); err != nil {
		return err
	}
	committed, fault := acceptUntilFault(ctx, s)
	if !errors.Is(fault, want) || !IsFault(fault) {
		return fmt.Errorf("fault = %v, want %v", fault, want)
	}
	// With space again, the same store goes on; a file size limit stays.
	if err := os.Remove(filler); err != nil {
		return err
	}
	again := s.Update(ctx, func(tx *Tx) error {
		_, fresh, err := tx.AcceptInbound(ctx, In{MailboxID: 1, UIDValidity: 1, UID: 5000, Raw: []byte("after")})
		return errors.Join(err, errIf(!fresh, "the mail was there"))
	})
	if again == nil {
		committed++
	} else if !limited {
		return fmt.Errorf("after space was made: %w", again)
	}
	return countTwice(ctx, s, dir, committed)
}

// acceptUntilFault accepts and triages mails one by one.
func acceptUntilFault(ctx context.Context, s *Store) (committed int, fault error) {
	raw := make([]byte, 20000)
	for uid := uint32(1); uid < 2000 && fault == nil; uid++ {
		copy(raw, fmt.Sprintf("mail %d ", uid))
		fault = s.Update(ctx, func(tx *Tx) error {
			m, err := tx.Mailbox(ctx, "it")
			if err != nil {
				return err
			}
			id, _, err := tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: 1, UID: uid, Raw: raw})
			if err != nil {
				return err
			}
			in, err := tx.Inbound(ctx, id)
			if err != nil {
				return err
			}
			return triageOne(ctx, tx, in, raw)
		})
		if fault == nil {
			committed++
		}
	}
	return committed, fault
}

// countTwice checks what is there, in the faulted store and after opening again.
func countTwice(ctx context.Context, s *Store, dir string, committed int) error {
	for range 2 {
		n := 0
		err := s.View(ctx, func(tx *Tx) error {
			list, err := tx.ListInbound(ctx, InboundFilter{Limit: 5000})
			n = len(list)
			return err
		})
		if err != nil || n < committed || n > committed+1 {
			return fmt.Errorf("%d mails there, %d were committed: %w", n, committed, err)
		}
		if list, err := s.Fsck(ctx); err != nil || len(list) > 0 {
			return fmt.Errorf("fsck: %v %w", list, err)
		}
		if err := s.Close(); err != nil {
			return err
		}
		if s, err = Open(ctx, dir, Options{ReadOnly: true}); err != nil {
			return fmt.Errorf("open full: %w", err)
		}
	}
	return s.Close()
}

func errIf(bad bool, text string) error {
	if bad {
		return errors.New(text)
	}
	return nil
}

func childFill(dir string) int { return report(fillUp(dir, ErrDiskFull, false)) }

// childLimit runs with a file size limit, as ulimit -f sets it.
func childLimit(dir string) int {
	limit := syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return report(err)
	}
	return report(fillUp(dir, ErrDiskFull, true))
}

func report(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A full disk is a typed fault, loses nothing, and after space is back the same
// store goes on.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exe, err := os.Executable()
	must(t, err)
	mount := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=3m none "+dir+" && exec "+exe)
	if err := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", "mount -t tmpfs none "+dir).Run(); err != nil {
		t.Skip("no user namespace with a tmpfs: a full disk was not tried")
	}
	mount.Env = append(os.Environ(), "FIRSTLINE_CHILD=fill", "FIRSTLINE_DIR="+filepath.Join(dir, "data"))
	if out, err := mount.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	if out, err := child(t, "limit", t.TempDir()).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestDiskFree(t *testing.T) {
	t.Parallel()
	free, total, err := DiskFree(t.TempDir())
	if err != nil || free <= 0 || total < free {
		t.Errorf("free = %d of %d, %v", free, total, err)
	}
	if _, _, err := DiskFree("/nonexistent/dir"); err == nil {
		t.Error("free space of nothing")
	}
}

// Damaged bytes in the mail file are never handed out.
func TestDamagedMail(t *testing.T) {
	t.Parallel()
	s := open(t)
	id := deliver(t, s, 1, "a mail of some length")
	ticketOf(t, s, id)
	_, err := s.mail.WriteAt([]byte("X"), 10)
	must(t, err)
	err = s.View(t.Context(), func(tx *Tx) error { _, err := tx.Raw(t.Context(), id); return err })
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("raw = %v, want ErrCorrupt", err)
	}
	list, err := s.Fsck(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Name != "mail_bytes" || list[0].IDs[0] != id {
		t.Errorf("fsck = %+v", list)
	}
}
