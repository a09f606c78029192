package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// metaBackup marks a backup with its instant in unix milliseconds. A backup is
// one SQLite file: the database, with the bytes of the mails in two tables of
// its own. It becomes a data directory by Restore alone.
const metaBackup = "backup_at"

// copyPragmas are for a file that nobody else uses and that is thrown away when
// its making fails: no journal, and one sync at the end.
var copyPragmas = []string{"journal_mode = OFF", "synchronous = OFF"}

// vacuumInto writes a consistent, compact copy of the database to path, which
// must not exist. Readers and the writer go on meanwhile.
func vacuumInto(ctx context.Context, c *conn, path string) error {
	if err := makeFile(path); err != nil {
		return err
	}
	if _, _, err := c.exec(ctx, "VACUUM INTO ?", path); err != nil {
		return err
	}
	return syncFile(path)
}

// syncFile makes a file durable that SQLite has closed.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return typedOS(err)
	}
	return errors.Join(typedOS(f.Sync()), f.Close())
}

// remove deletes a file that may not exist.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return typedOS(err)
	}
	return nil
}

// Backup writes a consistent backup to path, which must not exist, while the
// store is in use. It is checked as Fsck does before it gets its name: a file
// of that name is always a good backup.
func (s *Store) Backup(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup: %s exists; choose a new name", path)
	}
	part := path + ".part"
	if err := remove(part); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part)
			err = fmt.Errorf("backup to %s: %w", path, err)
		}
	}()
	c, err := openConn(s.path)
	if err != nil {
		return err
	}
	if err := errors.Join(vacuumInto(ctx, c, part), c.close()); err != nil {
		return err
	}
	if err := s.carryMails(ctx, part); err != nil {
		return err
	}
	if err := checkBackup(ctx, part); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return typedOS(err)
	}
	return syncDir(filepath.Dir(path))
}

// carryMails puts the bytes of all mails into the copy.
func (s *Store) carryMails(ctx context.Context, path string) (err error) {
	c, err := openConn(path, copyPragmas...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	tx := &Tx{Now: s.Now(), c: c, mail: mailWriter{f: s.mail}}
	_, err = transact(ctx, c, "BEGIN IMMEDIATE", tx, func(tx *Tx) error {
		for _, owner := range []string{"inbox", "outbox"} {
			if err := c.run(ctx, "CREATE TABLE "+owner+"_bytes (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL) STRICT"); err != nil {
				return err
			}
			if err := s.carry(ctx, tx, owner); err != nil {
				return err
			}
		}
		return tx.SetMeta(ctx, metaBackup, fmt.Sprint(tx.Now.UnixMilli()))
	})
	return err
}

func (s *Store) carry(ctx context.Context, tx *Tx, owner string) error {
	return tx.each(ctx, "SELECT id, mail_at, mail_length FROM "+owner+" WHERE mail_at IS NOT NULL ORDER BY id", func(r *row) error {
		id, g := r.int64(), r.region()
		if err := errors.Join(r.err, ctx.Err()); err != nil {
			return err
		}
		b, err := readRecord(s.mail, g)
		if errors.Is(err, ErrCorrupt) && s.erased(ctx, owner, id) {
			return nil // erased since the snapshot: the bytes are not carried
		}
		if err != nil {
			return fmt.Errorf("%s %d: %w", owner, id, err)
		}
		_, err = tx.exec(ctx, "INSERT INTO "+owner+"_bytes (id, bytes, crc) VALUES (?, ?, ?)", id, b, checksum(b))
		return err
	})
}

// erased reports whether the row has lost its bytes or is gone by now.
func (s *Store) erased(ctx context.Context, owner string, id int64) bool {
	n := int64(1)
	err := s.View(ctx, func(tx *Tx) (err error) {
		n, err = tx.number(ctx, "SELECT count(*) FROM "+owner+" WHERE id = ? AND mail_at IS NOT NULL", id)
		return err
	})
	return err == nil && n == 0
}

// checkBackup runs the checks of Fsck on a backup that nobody uses.
func checkBackup(ctx context.Context, path string) error {
	c, err := openConn(path, "query_only = 1")
	if err != nil {
		return err
	}
	list, err := fsck(ctx, &Tx{c: c, readOnly: true}, carried)
	if err := errors.Join(err, c.close()); err != nil {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%w: check %s: %s %v", ErrCorrupt, list[0].Name, list[0].Text, list[0].IDs)
	}
	return nil
}

// carried checks the bytes in a backup, as checkMails does those in the mail file.
func carried(ctx context.Context, tx *Tx) (broken []int64, err error) {
	for _, sql := range []string{
		"SELECT b.id, b.bytes, b.crc, inbox.digest FROM inbox_bytes AS b JOIN inbox ON inbox.id = b.id",
		"SELECT id, bytes, crc, NULL FROM outbox_bytes",
	} {
		err := tx.each(ctx, sql, func(r *row) error {
			id, b, crc, digest := r.int64(), r.blob(), r.uint32(), r.blob()
			if checksum(b) != crc || digest != nil && sha256.Sum256(b) != [32]byte(digest) {
				broken = append(broken, id)
			}
			return r.err
		})
		if err != nil {
			return nil, err
		}
	}
	return broken, nil
}
