package store

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary play a second process: see child.
func TestMain(m *testing.M) {
	if role := os.Getenv("FIRSTLINE_CHILD"); role != "" {
		os.Exit(children[role](os.Getenv("FIRSTLINE_DIR")))
	}
	os.Exit(m.Run())
}

// children are the roles of a second process; each returns its exit code.
var children = map[string]func(dir string) int{
	"open":   childOpen,
	"accept": childAccept,
	"fill":   childFill,
	"limit":  childLimit,
	"work":   childWork,
}

// child is the command that plays a role on a data directory.
func child(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "FIRSTLINE_CHILD="+role, "FIRSTLINE_DIR="+dir)
	return cmd
}

func childOpen(dir string) int {
	s, err := Open(context.Background(), dir, Options{})
	switch {
	case errors.Is(err, ErrLocked):
		return 75
	case err != nil:
		return 1
	}
	_ = s.Close()
	return 0
}

func TestOpenModes(t *testing.T) {
	old := syscall.Umask(0) // the worst one; not parallel
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "new", "data")
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, want := range map[string]os.FileMode{"": 0o700, FileName: 0o600, FileName + "-wal": 0o600, FileName + "-shm": 0o600, MailFileName: 0o600, "lock": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %q = %o, want %o", name, got, want)
		}
	}
}

func TestOpenClosesOwnDirectoryOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		foreign bool
		want    os.FileMode
	}{{"ours", false, 0o700}, {"shared", true, 0o755}} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if c.foreign {
			if err := os.WriteFile(filepath.Join(dir, "other"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != c.want {
			t.Errorf("%s: mode = %o, want %o", c.name, got, c.want)
		}
		_ = s.Close()
	}
}

// A path that means something in a URI is still that path.
func TestOpenStrangePath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a#b", "a?mode=memory", "a%20b", "a b", "ä:b", "a&b;c"} {
		dir := filepath.Join(t.TempDir(), name)
		s, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(filepath.Join(dir, FileName)); err != nil || info.Size() == 0 {
			t.Errorf("%q: database is not there: %v", name, err)
		}
	}
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	s := open(t)
	if _, err := Open(t.Context(), s.Dir(), Options{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process") {
		t.Errorf("second open = %v, want ErrLocked that names the process", err)
	}
	var exit *exec.ExitError
	if err := child(t, "open", s.Dir()).Run(); !errors.As(err, &exit) || exit.ExitCode() != 75 {
		t.Errorf("open in another process = %v, want exit 75", err)
	}
	id := deliver(t, s, 1, "x")
	for name, o := range map[string]Options{"read only": {ReadOnly: true}, "no lock": {NoLock: true}} {
		beside, err := Open(t.Context(), s.Dir(), o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		view(t, beside, func(ctx context.Context, tx *Tx) error {
			_, err := tx.Raw(ctx, id)
			return err
		})
		err = beside.Update(t.Context(), func(tx *Tx) error { return tx.SetAside(t.Context(), id, "by hand") })
		if o.ReadOnly != errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: update = %v", name, err)
		}
		if err := beside.Close(); err != nil {
			t.Error(err)
		}
	}
	dir := s.Dir()
	if _, err := Open(t.Context(), filepath.Join(dir, "none"), Options{ReadOnly: true}); !errors.Is(err, ErrNotFound) {
		t.Errorf("read-only open of nothing = %v, want ErrNotFound", err)
	}
}

// reopen closes a store, lets change work on its directory, and opens it.
func reopen(t *testing.T, s *Store, o Options, change func(dir string)) (*Store, error) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	change(s.dir)
	again, err := Open(t.Context(), s.dir, o)
	// The cleanup of open closes s: let it close the new one or nothing.
	*s = Store{writer: make(chan *conn, 1), reader: make(chan *conn, readers)}
	s.writer <- nil
	for range readers {
		s.reader <- nil
	}
	if err == nil {
		t.Cleanup(func() { _ = again.Close() })
	}
	return again, err
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		o      Options
		change func(t *testing.T, dir string)
		want   error
		text   string
	}{
		{"newer", Options{}, func(t *testing.T, dir string) { setVersion(t, dir, 99) }, ErrNewerSchema, "its schema is 99, this program knows "},
		{"newer read only", Options{ReadOnly: true}, func(t *testing.T, dir string) { setVersion(t, dir, 99) }, ErrNewerSchema, "99"},
		{"older read only", Options{ReadOnly: true}, func(t *testing.T, dir string) { setVersion(t, dir, 0) }, ErrOlderSchema, "start the daemon once"},
		{"no mails", Options{}, func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, MailFileName))) }, ErrCorrupt, "firstline.mail has 0 octets"},
		{"no database", Options{}, func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, FileName), []byte(strings.Repeat("garbage ", 2000)), 0o600))
		}, ErrCorrupt, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			deliver(t, s, 1, "x")
			_, err := reopen(t, s, c.o, func(dir string) { c.change(t, dir) })
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("open = %v, want %v with %q", err, c.want, c.text)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func setVersion(t *testing.T, dir string, v int) {
	t.Helper()
	c, err := openConn(filepath.Join(dir, FileName))
	must(t, err)
	must(t, c.run(t.Context(), "PRAGMA user_version = "+string(rune('0'+v/10))+string(rune('0'+v%10))))
	must(t, c.close())
}

func TestMigrateCopiesBefore(t *testing.T) {
	t.Parallel()
	s := open(t)
	deliver(t, s, 1, "x")
	steps, err := migrations()
	must(t, err)
	path := s.path
	must(t, s.exclusive(t.Context(), func(c *conn) error {
		wrong := append(steps, migration{"0002_wrong.sql", "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE inbox (id)"})
		if err := migrate(t.Context(), c, path, wrong); err == nil || !strings.Contains(err.Error(), "0002_wrong.sql") {
			t.Errorf("broken step = %v, want an error with its name", err)
		}
		if v, _ := userVersion(t.Context(), c); v != len(steps) {
			t.Errorf("version after a broken step = %d, want %d", v, len(steps))
		}
		right := append(steps, migration{"0002_extra.sql", "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT"})
		if err := migrate(t.Context(), c, path, right); err != nil {
			return err
		}
		if v, _ := userVersion(t.Context(), c); v != len(right) {
			t.Errorf("version = %d, want %d", v, len(right))
		}
		return migrate(t.Context(), c, path, right) // nothing left to do
	}))
	before, err := openConn(path + ".v" + strconv.Itoa(len(steps)))
	must(t, err)
	defer before.close()
	tx := &Tx{c: before}
	if v, err := userVersion(t.Context(), before); v != len(steps) || err != nil {
		t.Errorf("copy has version %d, %v", v, err)
	}
	if n, err := tx.number(t.Context(), "SELECT count(*) FROM inbox"); n != 1 || err != nil {
		t.Errorf("copy has %d mails, %v", n, err)
	}
}

func TestSQLiteVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	view(t, s, func(ctx context.Context, tx *Tx) error { return checkVersion(ctx, tx.c) })
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	s := open(t)
	check := func(c *conn, more map[string]string) {
		want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "mmap_size": "0", "trusted_schema": "0"}
		for k, v := range more {
			want[k] = v
		}
		for name, v := range want {
			got, err := single(t.Context(), &Tx{c: c}, func(r *row) string {
				b, _ := json.Marshal(r.next())
				return strings.Trim(string(b), `"`)
			}, "PRAGMA "+name)
			if err != nil || got != v {
				t.Errorf("%s = %q, %v; want %q", name, got, err, v)
			}
		}
	}
	update(t, s, func(ctx context.Context, tx *Tx) error { check(tx.c, map[string]string{"query_only": "0"}); return nil })
	view(t, s, func(ctx context.Context, tx *Tx) error { check(tx.c, map[string]string{"query_only": "1"}); return nil })
}

// The transpiled SQLite works with exactly the libc it was generated for.
func TestLibcPin(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go tool: the libc pin was not checked")
	}
	list := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "go", args...).Output()
		must(t, err)
		return strings.TrimSpace(string(out))
	}
	ours := list("list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	mod, err := os.ReadFile(list("list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite"))
	must(t, err)
	for _, line := range strings.Split(string(mod), "\n") {
		if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) >= 2 && f[0] == "modernc.org/libc" {
			if f[1] != ours {
				t.Errorf("modernc.org/libc is %s, modernc.org/sqlite needs %s", ours, f[1])
			}
			return
		}
	}
	t.Error("modernc.org/sqlite requires no libc")
}

func TestCheckFiles(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.CheckFiles())
	must(t, os.Rename(s.mailPath(), s.mailPath()+".gone"))
	if err := s.CheckFiles(); !errors.Is(err, ErrCorrupt) {
		t.Errorf("moved file = %v, want ErrCorrupt", err)
	}
	must(t, os.WriteFile(s.mailPath(), nil, 0o600))
	if err := s.CheckFiles(); !errors.Is(err, ErrCorrupt) {
		t.Errorf("replaced file = %v, want ErrCorrupt", err)
	}
}
