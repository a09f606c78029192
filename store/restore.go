package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// restoreGap is how many ticket numbers and row ids Restore leaves out: those
// given away after the backup stand in people's mails and must not come to mean
// another ticket. A desk of our size opens fewer tickets between two backups.
const restoreGap = 1000

// Restored says what Restore did.
type Restored struct {
	BackupAt  time.Time
	Mails     int // accepted mails
	Cancelled int // automatic mails and reports that waited; they may have left since
	Held      int // mails of people and notices that waited; outbox retry sends them
}

// Restore makes a data directory from a backup. The directory must hold no
// database. now becomes the restore epoch: automatic mail for older causes is
// to be suppressed, because it may have left before the restore.
func Restore(ctx context.Context, backup, dir string, now time.Time) (done Restored, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore %s: %w", backup, err)
		}
	}()
	path, mailPath := filepath.Join(dir, FileName), filepath.Join(dir, MailFileName)
	if err := makeDir(dir); err != nil {
		return done, err
	}
	lock, err := lockDir(dir)
	if err != nil {
		return done, err
	}
	defer lock.Close()
	for _, p := range []string{path, mailPath} {
		if _, err := os.Lstat(p); err == nil {
			return done, fmt.Errorf("%s exists; restore into an empty directory", p)
		}
	}
	part, mailPart := path+".part", mailPath+".part"
	defer func() {
		err = errors.Join(err, remove(part), remove(mailPart))
	}()
	if err := copyFile(backup, part); err != nil {
		return done, err
	}
	if err := isBackup(ctx, part); err != nil {
		return done, err
	}
	if err := checkBackup(ctx, part); err != nil {
		return done, err
	}
	if done, err = unpack(ctx, part, mailPart, now); err != nil {
		return done, err
	}
	// The database gets its name last: it is there only with its mails.
	if err := os.Rename(mailPart, mailPath); err != nil {
		return done, typedOS(err)
	}
	if err := syncDir(dir); err != nil {
		return done, err
	}
	if err := compactInto(ctx, part, path+".new"); err != nil {
		return done, err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return done, typedOS(err)
	}
	return done, syncDir(dir)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return typedOS(err)
	}
	defer in.Close()
	if err := remove(to); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return typedOS(err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(typedOS(err), out.Close())
}

// isBackup refuses files that Backup did not write, or a newer program did.
func isBackup(ctx context.Context, path string) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	c, err := openConn(path, "query_only = 1")
	if err != nil {
		return err
	}
	tx := &Tx{c: c, readOnly: true}
	v, err := userVersion(ctx, c)
	if err == nil {
		err = refuseNewer(v, len(steps))
	}
	if err == nil {
		var n int64
		if n, err = tx.number(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('inbox_bytes', 'outbox_bytes', 'meta')"); err == nil && n != 3 {
			err = errors.New("this is not a backup written by firstline backup")
		}
	}
	return errors.Join(err, c.close())
}

// unpack turns the backup into a live database and its mail file.
func unpack(ctx context.Context, path, mailPath string, now time.Time) (done Restored, err error) {
	if err := remove(mailPath); err != nil {
		return done, err
	}
	f, err := os.OpenFile(mailPath, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return done, typedOS(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	c, err := openConn(path, copyPragmas...)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	tx := &Tx{Now: now, c: c, mail: mailWriter{f: f}}
	_, err = transact(ctx, c, "BEGIN IMMEDIATE", tx, func(tx *Tx) error {
		if err := tx.setErasing(ctx, true); err != nil {
			return err
		}
		for _, owner := range []string{"inbox", "outbox"} {
			n, err := tx.unpackMails(ctx, owner)
			if err != nil {
				return err
			}
			if owner == "inbox" {
				done.Mails = n
			}
		}
		if err := tx.afterRestore(ctx, &done); err != nil {
			return err
		}
		return tx.setErasing(ctx, false)
	})
	return done, err
}

func (tx *Tx) unpackMails(ctx context.Context, owner string) (n int, err error) {
	if _, err := tx.exec(ctx, "UPDATE "+owner+" SET mail_at = NULL"); err != nil {
		return 0, err
	}
	err = tx.each(ctx, "SELECT id, bytes FROM "+owner+"_bytes ORDER BY id", func(r *row) error {
		id, b := r.int64(), r.blob()
		if err := errors.Join(r.err, ctx.Err()); err != nil {
			return err
		}
		g, err := tx.mail.append(b)
		if err != nil {
			return err
		}
		n++
		return tx.one(ctx, "UPDATE "+owner+" SET mail_at = ?, mail_length = ? WHERE id = ?", g.at, g.length, id)
	})
	if err != nil {
		return 0, err
	}
	return n, tx.mail.settle()
}

// afterRestore writes what makes a restored database differ from its backup.
func (tx *Tx) afterRestore(ctx context.Context, done *Restored) error {
	at, err := tx.number(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?", metaBackup)
	if err != nil {
		return err
	}
	done.BackupAt = time.UnixMilli(at).UTC()
	const why = "waited when the backup was made; it may have left since"
	cancelled, err := tx.exec(ctx, "UPDATE outbox SET state = 'cancelled', closed_at = ?, last_error = ? WHERE state = 'queued' AND class IN ('automatic', 'report')", tx.Now, why)
	if err != nil {
		return err
	}
	held, err := tx.exec(ctx, "UPDATE outbox SET state = 'held', last_error = ? WHERE state = 'queued'", why)
	if err != nil {
		return err
	}
	done.Cancelled, done.Held = int(cancelled), int(held)
	if _, err := tx.exec(ctx, "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + ? AS TEXT) WHERE key = ?", restoreGap, MetaNextNumber); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, "UPDATE sqlite_sequence SET seq = seq + ?", restoreGap); err != nil {
		return err
	}
	for _, sql := range []string{
		"DELETE FROM meta WHERE key = 'backup_at'",
		"DROP TABLE inbox_bytes",
		"DROP TABLE outbox_bytes",
	} {
		if err := tx.c.run(ctx, sql); err != nil {
			return err
		}
	}
	return tx.SetMeta(ctx, MetaRestoreEpoch, fmt.Sprint(tx.Now.UnixMilli()))
}

// compactInto copies a database without its free pages.
func compactInto(ctx context.Context, from, to string) error {
	if err := remove(to); err != nil {
		return err
	}
	c, err := openConn(from)
	if err != nil {
		return err
	}
	return errors.Join(vacuumInto(ctx, c, to), c.close())
}
