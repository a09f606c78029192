package store

import (
	"context"
	"errors"
	"fmt"
)

// Erase is Update for the erasure of personal data: inside it rows of the
// history may be changed and deleted, and bytes of mails erased. Deleted
// content is overwritten in the database, and the log is emptied afterwards.
//
// Foreign keys are checked once, at the end: ErrConstraint and nothing erased
// when a row is left that refers to a deleted one. Afterwards call Compact:
// older copies of the same content may stand in pages that SQLite has split.
func (s *Store) Erase(ctx context.Context, fn func(tx *Tx) error) error {
	err := s.exclusive(ctx, func(c *conn) error {
		bg := context.WithoutCancel(ctx)
		if err := set(bg, c, "secure_delete = 1", "foreign_keys = 0"); err != nil {
			return err
		}
		if _, err := s.update(ctx, c, func(tx *Tx) error { return tx.erase(ctx, fn) }); err != nil {
			return err
		}
		return errors.Join(set(bg, c, "secure_delete = 0", "foreign_keys = 1"), truncateLog(bg, c))
	})
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

func (tx *Tx) erase(ctx context.Context, fn func(tx *Tx) error) error {
	if err := tx.setErasing(ctx, true); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.setErasing(ctx, false); err != nil {
		return err
	}
	if err := tx.relearn(ctx); err != nil {
		return err
	}
	broken, err := foreignKeys(ctx, tx)
	if err == nil && broken != nil {
		err = fmt.Errorf("%w: %s", ErrConstraint, broken.Text)
	}
	return err
}

// Compact rewrites the database without what was ever deleted from it. It takes
// the time and the space of a copy, and writers wait for it.
func (s *Store) Compact(ctx context.Context) error {
	err := s.exclusive(ctx, func(c *conn) error {
		// The copy in between goes to a file: it may be larger than the memory.
		err := set(ctx, c, "temp_store = FILE")
		if err == nil {
			err = c.run(ctx, "VACUUM")
		}
		return errors.Join(err, set(ctx, c, "temp_store = MEMORY"), truncateLog(ctx, c))
	})
	if err != nil {
		return fmt.Errorf("compact: %w", err)
	}
	return nil
}

// EraseRaw makes the bytes of an accepted mail unreadable, in Erase alone.
func (tx *Tx) EraseRaw(ctx context.Context, inboxID int64) error {
	return tx.eraseBytes(ctx, "inbox", inboxID)
}

// EraseOutgoing makes the bytes of a leaving mail unreadable, in Erase alone.
func (tx *Tx) EraseOutgoing(ctx context.Context, id int64) error {
	return tx.eraseBytes(ctx, "outbox", id)
}

// eraseBytes zeroes a record just before COMMIT: a crash in between leaves a row
// whose bytes are damaged, and the erasure is to be repeated.
func (tx *Tx) eraseBytes(ctx context.Context, owner string, id int64) error {
	g, err := single(ctx, tx, (*row).region, "SELECT mail_at, mail_length FROM "+owner+" WHERE id = ?", id)
	if err != nil {
		return fmt.Errorf("erase bytes of %s %d: %w", owner, id, err)
	}
	if g.at < 0 {
		return nil
	}
	if err := tx.one(ctx, "UPDATE "+owner+" SET mail_at = NULL WHERE id = ?", id); err != nil {
		return fmt.Errorf("erase bytes of %s %d: %w", owner, id, err)
	}
	tx.mail.erase = append(tx.mail.erase, g)
	return nil
}

func (tx *Tx) setErasing(ctx context.Context, on bool) error {
	sql := "DELETE FROM meta WHERE key = ?"
	if on {
		sql = "INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT DO NOTHING"
	}
	_, err := tx.exec(ctx, sql, metaErasing)
	return err
}

// exclusive runs fn on the writing connection, outside of a transaction. After an
// error its settings are unknown, and it is not used again.
func (s *Store) exclusive(ctx context.Context, fn func(c *conn) error) error {
	return s.writing(ctx, func(c *conn) (bool, error) {
		err := fn(c)
		return err == nil, err
	})
}

// truncateLog copies the log into the file and empties it; ErrBusy when a
// reader of another process still needs the log.
func truncateLog(ctx context.Context, c *conn) error {
	tx := &Tx{c: c}
	busy, err := single(ctx, tx, (*row).int64, "PRAGMA wal_checkpoint(TRUNCATE)")
	if err == nil && busy != 0 {
		err = fmt.Errorf("empty the log: %w; stop the other reader and try again", ErrBusy)
	}
	return err
}

func set(ctx context.Context, c *conn, pragmas ...string) error {
	for _, p := range pragmas {
		if err := c.run(ctx, "PRAGMA "+p); err != nil {
			return fmt.Errorf("set %s: %w", p, err)
		}
	}
	return nil
}
