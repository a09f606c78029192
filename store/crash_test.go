package store

import (
	"bufio"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// childAccept accepts and triages mails until it is killed, and prints the id
// of each mail after its COMMIT.
func childAccept(dir string) int {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for {
		var ids []int64
		err := s.Update(ctx, func(tx *Tx) error {
			m, err := tx.Mailbox(ctx, "it")
			if err != nil {
				return err
			}
			for range 5 {
				m.LastUID++
				raw := fmt.Sprintf("mail %d\r\n%s", m.LastUID, strings.Repeat("text ", int(m.LastUID)%3000))
				id, _, err := tx.AcceptInbound(ctx, In{MailboxID: m.ID, UIDValidity: 1, UID: m.LastUID, Raw: []byte(raw)})
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return tx.SaveMailbox(ctx, m)
		})
		if err == nil {
			_, err = triageGroup(ctx, s, 4)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		for _, id := range ids {
			fmt.Println(id)
		}
	}
}

// Killed at any moment, the store keeps every mail whose COMMIT returned.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kills := 8
	if testing.Short() {
		kills = 2
	}
	last := int64(0)
	for n := range kills {
		cmd := child(t, "accept", dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for read := 0; read < 20+37*n && lines.Scan(); read++ {
			if last, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		s, err := Open(t.Context(), dir, Options{})
		must(t, err)
		sound(t, s)
		view(t, s, func(ctx context.Context, tx *Tx) error {
			for id := int64(1); id <= last; id++ {
				in, err := tx.Inbound(ctx, id)
				if err != nil {
					return fmt.Errorf("mail %d after kill %d: %w", id, n, err)
				}
				raw, err := tx.Raw(ctx, id)
				if err != nil || sha256.Sum256(raw) != in.Digest {
					t.Errorf("bytes of mail %d after kill %d: %v", id, n, err)
				}
			}
			return nil
		})
		must(t, s.Close())
	}
}

// snapshot copies the files of an open store as a crash would leave them, with
// the log cut to a length.
func snapshot(t *testing.T, s *Store, cut func(wal []byte) []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{FileName, FileName + "-wal", MailFileName} {
		b, err := os.ReadFile(filepath.Join(s.Dir(), name))
		must(t, err)
		if strings.HasSuffix(name, "-wal") {
			b = cut(b)
		}
		must(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	return dir
}

// A log that breaks off anywhere gives a consistent earlier state.
func TestCutLog(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(12) {
		ticketOf(t, s, deliver(t, s, uid+1, fmt.Sprint("mail ", uid)))
	}
	size := 0
	snapshot(t, s, func(wal []byte) []byte { size = len(wal); return wal })
	prev := int64(-1)
	for cut := 0; cut <= size; cut += size/40 + 1 {
		dir := snapshot(t, s, func(wal []byte) []byte { return wal[:min(cut, len(wal))] })
		again, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatalf("log cut at %d of %d: %v", cut, size, err)
		}
		sound(t, again)
		var n int64
		view(t, again, func(ctx context.Context, tx *Tx) error {
			n, err = tx.number(ctx, "SELECT count(*) FROM inbox")
			return err
		})
		if n < prev {
			t.Errorf("log cut at %d: %d mails, with less of it there were %d", cut, n, prev)
		}
		prev = n
		must(t, again.Close())
	}
}

// A file with a damaged page is refused, or found by Fsck, or says the same as
// before: never silently something else.
func TestFlippedPages(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(40) {
		ticketOf(t, s, deliver(t, s, uid+1, fmt.Sprint("mail ", uid, strings.Repeat(" text", 500))))
	}
	must(t, s.exclusive(t.Context(), func(c *conn) error { return truncateLog(t.Context(), c) }))
	dir := snapshot(t, s, func(wal []byte) []byte { return nil })
	path := filepath.Join(dir, FileName)
	good, err := os.ReadFile(path)
	must(t, err)
	want := dump(t, dir)
	refused, found, same := 0, 0, 0
	for at := 0; at < len(good); at += 4096 {
		bad := append([]byte(nil), good...)
		for i := range 24 { // the head of the page: what kind it is, where its cells are
			bad[at+i] ^= 0x5a
		}
		must(t, os.WriteFile(path, bad, 0o600))
		_ = os.Remove(path + "-wal")
		_ = os.Remove(path + "-shm")
		damaged, err := Open(t.Context(), dir, Options{})
		if err != nil {
			refused++
			continue
		}
		list, err := damaged.Fsck(t.Context())
		must(t, damaged.Close())
		switch {
		case err != nil || len(list) > 0:
			found++
		case dump(t, dir) == want:
			same++ // a free page
		default:
			t.Errorf("page at %d: damage was not found", at)
		}
	}
	t.Logf("%d pages: %d refused at start, %d found by fsck, %d without content", len(good)/4096, refused, found, same)
}

// dump is what a store says about its tickets.
func dump(t *testing.T, dir string) string {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{})
	must(t, err)
	defer s.Close()
	var b strings.Builder
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.ListTickets(ctx, TicketFilter{Limit: 1000})
		for _, tk := range list {
			events, _ := tx.Events(ctx, tk.ID)
			messages, _ := tx.Messages(ctx, tk.ID)
			fmt.Fprintln(&b, tk, events, messages)
		}
		return err
	})
	return b.String()
}

func TestRollbackCutsMailFile(t *testing.T) {
	t.Parallel()
	// Bytes that a rolled back transaction wrote are cut off, and the place is
	// used again.
	s := open(t)
	deliver(t, s, 1, "first")
	before, err := os.Stat(s.mailPath())
	must(t, err)
	_ = s.Update(t.Context(), func(tx *Tx) error {
		_, _, err := tx.AcceptInbound(t.Context(), In{MailboxID: 1, UIDValidity: 1, UID: 2, Raw: make([]byte, 1<<20)})
		must(t, err)
		return context.Canceled
	})
	after, err := os.Stat(s.mailPath())
	must(t, err)
	if before.Size() != after.Size() {
		t.Errorf("mail file has %d octets after a rollback, had %d", after.Size(), before.Size())
	}
	id := deliver(t, s, 2, "second")
	view(t, s, func(ctx context.Context, tx *Tx) error {
		raw, err := tx.Raw(ctx, id)
		if string(raw) != "second" {
			t.Errorf("raw = %q", raw)
		}
		return err
	})
}
