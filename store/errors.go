package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers tell apart with errors.Is.
var (
	// ErrNotFound: the single row asked for does not exist.
	ErrNotFound = errors.New("not found")
	// ErrLocked: another daemon works on this data directory (exit 75).
	ErrLocked = errors.New("the data directory is in use")
	// ErrNewerSchema: the file was written by a later version (exit 78).
	ErrNewerSchema = errors.New("the database was written by a newer version of firstline")
	// ErrOlderSchema: the file must be migrated first, which only the holder of the lock does.
	ErrOlderSchema = errors.New("the database must be upgraded first: start the daemon once")
	// ErrUnknownOutcome: COMMIT failed; the transaction may be durable or not.
	// Read the rows again by their unique key before repeating anything.
	ErrUnknownOutcome = errors.New("outcome of the transaction is unknown")
	// ErrDiskFull: no space, quota reached or file size limit reached.
	ErrDiskFull = errors.New("no space left for the database")
	// ErrReadOnly: the file or its file system cannot be written.
	ErrReadOnly = errors.New("the database cannot be written")
	// ErrIO: reading, writing or syncing failed, or a file could not be opened.
	ErrIO = errors.New("input/output error on the database")
	// ErrCorrupt: the file is damaged or not a database (exit 74).
	ErrCorrupt = errors.New("the database is damaged")
	// ErrBusy: another process held the write lock for longer than the busy timeout.
	ErrBusy = errors.New("the database is locked by another process")
	// ErrConstraint: a CHECK, UNIQUE, NOT NULL, foreign key or trigger refused the row.
	ErrConstraint = errors.New("the row is refused by the schema")
)

// IsFault reports whether err says that the disk or the file is in trouble, as
// against a wrong call: the worker must stop acknowledging mail and raise an
// alarm. A fault is not cured by repeating the statement at once.
func IsFault(err error) bool {
	for _, kind := range []error{ErrUnknownOutcome, ErrDiskFull, ErrReadOnly, ErrIO, ErrCorrupt} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// typed adds the sentinel that belongs to SQLite's result code.
func typed(err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return err
	}
	if kind := kindOf(se.Code()); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

// kindOf maps an extended result code, https://sqlite.org/rescode.html.
func kindOf(code int) error {
	if code == sqlite3.SQLITE_IOERR_WRITE {
		// ENOSPC is SQLITE_FULL; what remains of failed writes is a quota
		// (EDQUOT), a file size limit (EFBIG) or a device error (EIO). All but
		// the last are cured by space, and none loses a committed row.
		return errWrite
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return ErrDiskFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return ErrReadOnly
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL:
		return ErrIO
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return ErrBusy
	case sqlite3.SQLITE_CONSTRAINT:
		return ErrConstraint
	}
	return nil
}

// errWrite is both: see kindOf.
var errWrite = fmt.Errorf("%w, or %w", ErrDiskFull, ErrIO)
