package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// childWork does a bounded piece of work of every kind, printing the id of each
// mail after its COMMIT, and ends at the first fault: 3 when it was typed.
func childWork(dir string) int {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{})
	if err == nil {
		for round := range 4 {
			if err = workRound(ctx, s, round); err != nil {
				break
			}
		}
		err = errors.Join(err, s.Close())
	}
	switch {
	case err == nil:
		return 0
	case IsFault(err):
		return 3
	}
	return report(err)
}

func workRound(ctx context.Context, s *Store, round int) error {
	var ids []int64
	err := s.Update(ctx, func(tx *Tx) error {
		m, err := tx.Mailbox(ctx, "it")
		if err != nil {
			return err
		}
		for i := range 10 {
			m.LastUID++
			raw := []byte(fmt.Sprintf("mail %d\r\n%s", m.LastUID, strings.Repeat("text ", 400*i)))
			id, _, err := tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: 1, UID: m.LastUID, Raw: raw})
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return tx.SaveMailbox(ctx, m)
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		fmt.Println(id)
	}
	if _, err := triageGroup(ctx, s, 7); err != nil {
		return err
	}
	if round == 2 {
		return s.exclusive(ctx, func(c *conn) error { return truncateLog(ctx, c) })
	}
	return nil
}

// Whatever system call fails or is the last one, committed mails are there and
// the invariants hold (strace injects).
func TestSyscallFaults(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	must(t, err)
	if err := exec.CommandContext(t.Context(), "strace", "-f", "-o", "/dev/null", "-e", "trace=none", "true").Run(); err != nil {
		t.Skip("no strace, or ptrace is forbidden: system call faults were not injected")
	}
	most := 6
	if testing.Short() {
		most = 2
	}
	if n, err := strconv.Atoi(os.Getenv("FIRSTLINE_FAULTS")); err == nil {
		most = n // per system call, for a long run
	}
	for _, fault := range []string{
		"fdatasync:error=EIO", "fsync:error=EIO", "pwrite64:error=ENOSPC", "pwrite64:error=EIO", "pwrite64:error=EDQUOT",
		"ftruncate:error=EIO", "openat:error=EMFILE", "pread64:error=EIO",
		"fdatasync:signal=KILL", "pwrite64:signal=KILL", "ftruncate:signal=KILL",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			call, what, _ := strings.Cut(fault, ":")
			injected := 0
			for step := range most {
				when := step*step/2 + step + 1 // dense at first, then in strides
				dir := t.TempDir()
				cmd := exec.CommandContext(t.Context(), "strace", "-f", "-o", dir+".trace", "-e", "trace="+call,
					"-e", fmt.Sprintf("inject=%s:%s:when=%d", call, what, when), exe)
				cmd.Env = append(os.Environ(), "FIRSTLINE_CHILD=work", "FIRSTLINE_DIR="+dir, "GOMAXPROCS=1")
				var out, errs bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &errs
				err := cmd.Run()
				var exit *exec.ExitError
				if errors.As(err, &exit) && exit.ExitCode() == 127 {
					continue // it hit the loader of the test binary
				} else if errors.As(err, &exit) {
					injected++
					if code := exit.ExitCode(); code != 3 && code != -1 && code != 137 && call != "openat" {
						t.Errorf("%s at %d: exit %d: %s", fault, when, code, errs.String())
					}
				} else {
					must(t, err)
				}
				afterFault(t, dir, out.String(), fmt.Sprint(fault, " at ", when))
			}
			t.Logf("%d of %d runs ended by the fault", injected, most)
		})
	}
}

// afterFault opens what a faulted process left.
func afterFault(t *testing.T, dir, printed, fault string) {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatalf("%s: open: %v", fault, err)
	}
	defer s.Close()
	list, err := s.Fsck(t.Context())
	if err != nil || len(list) > 0 {
		t.Errorf("%s: fsck: %+v %v", fault, list, err)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		for _, line := range strings.Fields(printed) {
			id, err := strconv.ParseInt(line, 10, 64)
			if err != nil {
				return err
			}
			if _, err := tx.Raw(ctx, id); err != nil {
				t.Errorf("%s: mail %d: %v", fault, id, err)
			}
		}
		return nil
	})
}
