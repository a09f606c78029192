package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// makeDir creates the data directory for its owner alone, whatever the umask.
// An existing one that holds nothing but our files is closed to others.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return typedOS(err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return typedOS(err)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return typedOS(err)
	}
	for _, e := range entries {
		if e.Name() != "lock" && !strings.HasPrefix(e.Name(), "firstline.") {
			return nil // a shared folder: not ours to close; the files are 0600
		}
	}
	return typedOS(os.Chmod(dir, 0o700))
}

// makeFile creates the database file for its owner alone; SQLite gives -wal and
// -shm the same mode.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return typedOS(err)
	}
	return f.Close()
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return typedOS(err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, typedOS(err))
	}
	return nil
}

// mailPath is the path of the mail file.
func (s *Store) mailPath() string { return filepath.Join(s.dir, MailFileName) }
