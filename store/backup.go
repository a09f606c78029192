package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// vacuumInto writes a consistent, compact copy of the database to path, which
// must not exist. Readers and the writer go on meanwhile.
func vacuumInto(ctx context.Context, c *conn, path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	if _, _, err := c.exec(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return typedOS(err)
	}
	return errors.Join(typedOS(f.Sync()), f.Close())
}

// Backup writes a consistent copy of the database to path, which must not
// exist, while the store is in use. The copy is checked as Fsck does before it
// gets its name, so that a file of that name is always a good backup.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup: %s exists; choose a new name", path)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("backup: %w", typedOS(err))
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	c, err := openConn(s.path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := errors.Join(vacuumInto(ctx, c, part), c.close()); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	if err := checkFile(ctx, part); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("backup: %w", typedOS(err))
	}
	return syncDir(filepath.Dir(path))
}

// checkFile runs Fsck on a database file that nobody uses.
func checkFile(ctx context.Context, path string) error {
	c, err := openConn(path, "query_only = 1")
	if err != nil {
		return err
	}
	list, err := fsck(ctx, &Tx{c: c, readOnly: true})
	if err := errors.Join(err, c.close()); err != nil {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%w: %s: %s", ErrCorrupt, list[0].Name, list[0].Text)
	}
	return nil
}
