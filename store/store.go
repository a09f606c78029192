// Package store keeps the rows: SQLite behind one writing door.
//
// The workers meet only here. Update is the one way to write and View the one
// way to read; the methods of Tx compose inside them. A transaction has one
// instant, Tx.Now. Every effect has a UNIQUE cause, so that each step can be
// repeated after a crash, and after a COMMIT whose outcome is unknown.
//
// A data directory holds firstline.db with its -wal and -shm, firstline.mail
// with the bytes of mails, and lock, which the daemon holds for life. A backup
// is one file.
//
// # Why the bytes of mails are not in the database
//
// Measured with mails of 8 KB median and 32 KB mean, accepted in groups of 200
// and triaged into tickets in groups of 100, two cores, ext4, processor time per
// mail: as a BLOB in its own table a mail costs 140 µs to accept and 310 µs to
// triage, and 150 and 470 µs after 100,000 mails, because each byte is written
// twice (log, checkpoint) and pushes the index pages out of the cache. In an
// append-only file it costs 45 and 225 µs, and 55 and 290 µs after 100,000: what
// grows is the number of index pages that random keys (digests, Message-IDs,
// requesters) touch per transaction, so larger groups cost less per mail.
// Pages of 8 to 32 KB make BLOBs cheaper but each random index page dearer, so
// with the mails outside 4 KB is best. An erased mail is zeroed in place; with
// BLOBs the whole file would have to be rewritten.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// FileName is the database in the data directory.
const FileName = "firstline.db"

// readers is the number of read connections: the verbs of one person and the
// workers' look-ups; more would only compete for the two cores we are made for.
const readers = 4

// Options of Open.
type Options struct {
	// ReadOnly opens a database, of a running daemon or not, for View alone.
	ReadOnly bool
	// NoLock opens a database for writing beside a running daemon, for verbs
	// that change a few rows. Neither creates nor migrates.
	NoLock bool
	// SkipCheck leaves out the check of the pages at start.
	SkipCheck bool
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	// Now is the clock, UTC in whole milliseconds. Tests replace it before use.
	Now func() time.Time

	dir      string
	path     string
	mail     *os.File
	file     os.FileInfo // of the database as it was opened, for CheckFiles
	mailInfo os.FileInfo
	lock     *os.File
	writer   chan *conn // holds the one writing connection while it is free; nil in it = to be opened
	reader   chan *conn // likewise, the read connections
	buf      []byte     // of the writer, for the records of the mail file
	hints    sync.Map   // topic -> chan struct{}
	opts     Options
}

// Open opens the database of a data directory, and creates both as needed.
//
// It returns ErrLocked when another daemon holds the directory, ErrNewerSchema
// or ErrOlderSchema when the file does not fit this program, ErrCorrupt when a
// page check fails.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{
		Now:    func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) },
		dir:    dir,
		path:   filepath.Join(dir, FileName),
		writer: make(chan *conn, 1),
		reader: make(chan *conn, readers),
		opts:   o,
	}
	s.writer <- nil
	for range readers {
		s.reader <- nil
	}
	if o.ReadOnly || o.NoLock {
		err = s.join(ctx)
	} else {
		err = s.own(ctx)
	}
	if err == nil {
		err = s.remember()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", dir, err), s.Close())
	}
	return s, nil
}

// remember keeps the identity of the files for CheckFiles.
func (s *Store) remember() (err error) {
	if s.file, err = os.Stat(s.path); err != nil {
		return typedOS(err)
	}
	if s.mailInfo, err = s.mail.Stat(); err != nil {
		return typedOS(err)
	}
	return nil
}

// Dir returns the data directory.
func (s *Store) Dir() string { return s.dir }

// Close waits for the transactions in progress and closes the database.
func (s *Store) Close() error {
	var errs []error
	for range readers {
		if c := <-s.reader; c != nil {
			errs = append(errs, c.close())
		}
	}
	// The writer goes last: it checkpoints the log into the file.
	if c := <-s.writer; c != nil {
		errs = append(errs, c.close())
	}
	if s.mail != nil {
		errs = append(errs, s.mail.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Tx is a transaction. It must not be used after its function has returned.
type Tx struct {
	// Now is the one instant of this transaction.
	Now time.Time

	c        *conn
	mail     mailWriter
	readOnly bool
	touched  []string
	nextID   int64 // last id handed out by NextOutboxID
	counted  counted
}

// Update runs fn in the one writing transaction and commits when fn returns
// nil. fn must not use the network, nor call Update or View. An error of COMMIT
// itself is ErrUnknownOutcome; with any other error nothing was written.
//
// ctx ends the wait for the writer and fails the next statement of fn; it never
// interrupts a statement or the COMMIT.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) error {
	return s.writing(ctx, func(c *conn) (keep bool, err error) { return s.update(ctx, c, fn) })
}

// writing runs fn with the writing connection; one that is not to be kept is
// closed, and the next call starts from what is on disk.
func (s *Store) writing(ctx context.Context, fn func(c *conn) (keep bool, err error)) error {
	if s.opts.ReadOnly {
		return fmt.Errorf("%w: the store was opened read-only", ErrReadOnly)
	}
	return borrow(ctx, s.writer, s.openWriter, fn)
}

// borrow takes a connection from a pool, opens it if need be, and gives it back.
func borrow(ctx context.Context, pool chan *conn, open func() (*conn, error), fn func(c *conn) (keep bool, err error)) (err error) {
	var c *conn
	select {
	case c = <-pool:
	case <-ctx.Done():
		return ctx.Err()
	}
	keep := false
	defer func() {
		if !keep && c != nil {
			_ = c.close() // what went wrong is returned already
			c = nil
		}
		pool <- c
	}()
	if c == nil {
		if c, err = open(); err != nil {
			return fmt.Errorf("open connection: %w", err)
		}
	}
	keep, err = fn(c)
	return err
}

// update is one writing transaction on the connection.
func (s *Store) update(ctx context.Context, c *conn, fn func(tx *Tx) error) (keep bool, err error) {
	tx := &Tx{Now: s.Now(), c: c, mail: mailWriter{f: s.mail, buf: s.buf[:0]}}
	keep, err = transact(ctx, c, "BEGIN IMMEDIATE", tx, func(tx *Tx) error {
		settled := false
		defer func() {
			if s.buf = tx.mail.buf; !settled {
				tx.mail.cancel()
			}
		}()
		if err := fn(tx); err != nil {
			return err
		}
		err := tx.mail.settle()
		settled = err == nil
		return err
	})
	if err != nil {
		return keep, err
	}
	for _, topic := range tx.touched {
		s.Notify(topic)
	}
	return keep, nil
}

// View runs fn in a read-only transaction that sees one snapshot. fn must not
// call Update or View. ctx interrupts a long query.
func (s *Store) View(ctx context.Context, fn func(tx *Tx) error) error {
	return borrow(ctx, s.reader, s.openReader, func(c *conn) (keep bool, err error) {
		tx := &Tx{Now: s.Now(), c: c, mail: mailWriter{f: s.mail}, readOnly: true}
		return transact(ctx, c, "BEGIN", tx, fn)
	})
}

// transact runs fn between begin and COMMIT or ROLLBACK; keep says whether the
// connection can be used again.
func transact(ctx context.Context, c *conn, begin string, tx *Tx, fn func(tx *Tx) error) (keep bool, err error) {
	if err := ctx.Err(); err != nil {
		return true, err
	}
	bg := context.WithoutCancel(ctx)
	if _, _, err := c.exec(bg, begin); err != nil {
		return errors.Is(err, ErrBusy), fmt.Errorf("begin: %w", err)
	}
	open := true
	defer func() {
		if open { // fn failed or panicked
			_, _, e := c.exec(bg, "ROLLBACK")
			keep = e == nil && !IsFault(err)
		}
	}()
	if err := fn(tx); err != nil {
		return false, err
	}
	_, _, err = c.exec(bg, "COMMIT")
	switch {
	case err == nil:
		open = false
		return true, nil
	case errors.Is(err, ErrBusy):
		return false, fmt.Errorf("commit: %w", err) // refused before anything was written
	}
	return false, fmt.Errorf("commit: %w: %w", ErrUnknownOutcome, err)
}
