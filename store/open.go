package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// minSQLite is the first version without the WAL-reset corruption, which all
// of 3.7.0 to 3.51.2 have with two connections in WAL mode.
var minSQLite = [3]int{3, 51, 3}

// checkBudget bounds the page check at start, so that a file of a million
// tickets opens in under a second. See checkPages.
const checkBudget = 300 * time.Millisecond

// own opens the database as its daemon: lock, create, check, migrate.
func (s *Store) own(ctx context.Context) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	if err := makeDir(s.dir); err != nil {
		return err
	}
	if s.lock, err = lockDir(s.dir); err != nil {
		return err
	}
	if err := makeFile(s.path); err != nil {
		return err
	}
	if err := s.openMail(); err != nil {
		return err
	}
	c, err := s.openWriter()
	if err != nil {
		return err
	}
	<-s.writer
	s.writer <- c
	if err := checkVersion(ctx, c); err != nil {
		return err
	}
	if !s.opts.SkipCheck {
		if err := checkPages(ctx, c); err != nil {
			return err
		}
	}
	// What a crash left in the log goes into the file now: frames whose fsync
	// failed in an earlier life are written anew, never trusted to be on disk.
	if err := truncateLog(ctx, c); err != nil && !errors.Is(err, ErrBusy) {
		return err
	}
	if err := refuseBackup(ctx, c); err != nil {
		return err
	}
	if err := migrate(ctx, c, s.path, steps); err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	return s.Update(ctx, func(tx *Tx) error {
		if err := tx.checkEnd(ctx); err != nil {
			return err
		}
		return tx.initialize(ctx)
	})
}

// join opens the database of another process.
func (s *Store) join(ctx context.Context) error {
	if _, err := os.Stat(s.path); err != nil {
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	if err := s.openMail(); err != nil {
		return err
	}
	steps, err := migrations()
	if err != nil {
		return err
	}
	return s.View(ctx, func(tx *Tx) error {
		if err := checkVersion(ctx, tx.c); err != nil {
			return err
		}
		v, err := userVersion(ctx, tx.c)
		if err != nil {
			return err
		}
		if v < len(steps) {
			return fmt.Errorf("%w (schema %d, this program needs %d)", ErrOlderSchema, v, len(steps))
		}
		return refuseNewer(v, len(steps))
	})
}

// openWriter opens the writing connection. Its cache holds the index pages that
// new mails touch at random; see TestScale.
func (s *Store) openWriter() (*conn, error) {
	return openConn(s.path, fmt.Sprintf("wal_autocheckpoint = %d", walPages), "cache_size = -32768")
}

// openReader opens a reading connection.
func (s *Store) openReader() (*conn, error) { return openConn(s.path, "query_only = 1") }

func checkVersion(ctx context.Context, c *conn) error {
	v, err := single(ctx, &Tx{c: c}, (*row).text, "SELECT sqlite_version()")
	if err != nil {
		return err
	}
	parts := strings.Split(v, ".")
	for i, min := range minSQLite {
		n := 0
		if i < len(parts) {
			n, _ = strconv.Atoi(parts[i]) // not a number is older than anything
		}
		if n != min {
			if n < min {
				return fmt.Errorf("SQLite %s can damage files in WAL mode; %d.%d.%d or newer is needed", v, minSQLite[0], minSQLite[1], minSQLite[2])
			}
			break
		}
	}
	return nil
}

// checkPages looks for damage, table by table from small and vital to large,
// until the budget is used up. The cost of a check grows with the file, so a
// small file is checked whole and a large one in part; damage elsewhere is
// found when the page is read (cell_size_check) and by Fsck.
func checkPages(ctx context.Context, c *conn) error {
	tables, err := all(ctx, &Tx{c: c}, (*row).text, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name IN ('trace', 'event', 'message'), rowid")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkBudget)
	defer cancel()
	for _, name := range tables {
		var found []string
		err := c.query(ctx, "PRAGMA quick_check('"+strings.ReplaceAll(name, "'", "''")+"')", nil, func(r *row) error {
			found = append(found, r.text())
			return r.err
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("check table %s: %w", name, err)
		}
		if len(found) != 1 || found[0] != "ok" {
			return fmt.Errorf("%w: table %s: %s; keep the files, move them away and restore a backup, the mailbox still holds the mails", ErrCorrupt, name, strings.Join(found, "; "))
		}
	}
	return nil
}

// refuseBackup refuses a backup that was put in place of the database: used as
// it is, it would send again what it sent before.
func refuseBackup(ctx context.Context, c *conn) error {
	n, err := (&Tx{c: c}).number(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'inbox_bytes'")
	if err == nil && n > 0 {
		err = fmt.Errorf("%w: this is a backup; move it away and give it to firstline restore", ErrCorrupt)
	}
	return err
}

// checkEnd refuses a mail file that ends before the last mail.
func (tx *Tx) checkEnd(ctx context.Context) error {
	for _, owner := range []string{"inbox", "outbox"} {
		g, err := single(ctx, tx, (*row).region, "SELECT mail_at, mail_length FROM "+owner+" WHERE mail_at IS NOT NULL ORDER BY id DESC LIMIT 1")
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		info, err := tx.mail.f.Stat()
		if err != nil {
			return typedOS(err)
		}
		if end := g.at + recordHeader + g.length; info.Size() < end {
			return fmt.Errorf("%w: %s has %d octets, the database knows of %d; keep both files and restore a backup", ErrCorrupt, MailFileName, info.Size(), end)
		}
	}
	return nil
}

// initialize gives a new database its instance id and its first signing key.
func (tx *Tx) initialize(ctx context.Context) error {
	if _, err := tx.exec(ctx, "INSERT INTO meta (key, value) VALUES ('instance', ?) ON CONFLICT DO NOTHING", rand.Text()); err != nil {
		return err
	}
	keys, err := tx.SigningKeys(ctx)
	if err != nil || len(keys) > 0 {
		return err
	}
	return tx.RotateKey(ctx)
}
