package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// MailFileName is the file of mail bytes beside the database.
//
// It is append-only: a record is the CRC-32C of the bytes (4 octets, big
// endian) and the bytes; the row that owns it holds its offset and length. The
// records of a transaction are synced before its COMMIT, so a committed row
// never points at bytes that are not on disk; what a crash leaves behind the
// last row is dead space. Why not a BLOB: see the package comment.
const MailFileName = "firstline.mail"

// recordHeader is the length of the checksum in octets.
const recordHeader = 4

// flushAt is how many octets of records are gathered for one write.
const flushAt = 256 << 10

// region is the place of a record in the mail file; at < 0 means that its bytes
// were erased.
type region struct{ at, length int64 }

func (r *row) region() region {
	g := region{at: -1}
	if r.i < len(r.v) && r.v[r.i] != nil {
		g.at = r.int64()
	} else {
		r.next()
	}
	g.length = r.int64()
	return g
}

// mailWriter gathers the records of one transaction.
type mailWriter struct {
	f       *os.File
	start   int64 // size of the file before the transaction
	flushed int64 // end of what is written
	buf     []byte
	opened  bool
	erase   []region // zeroed before COMMIT
}

// append adds a record and returns where it is.
func (w *mailWriter) append(b []byte) (region, error) {
	if !w.opened {
		// The write lock of the database is held: nobody else appends.
		info, err := w.f.Stat()
		if err != nil {
			return region{}, typedOS(err)
		}
		w.start, w.flushed, w.opened = info.Size(), info.Size(), true
	}
	g := region{at: w.flushed + int64(len(w.buf)), length: int64(len(b))}
	w.buf = binary.BigEndian.AppendUint32(w.buf, checksum(b))
	if len(b) < flushAt {
		w.buf = append(w.buf, b...)
		if len(w.buf) < flushAt {
			return g, nil
		}
		return g, w.flush()
	}
	if err := w.flush(); err != nil {
		return region{}, err
	}
	return g, w.write(b) // a large mail is not copied
}

func (w *mailWriter) flush() error {
	b := w.buf
	w.buf = w.buf[:0]
	return w.write(b)
}

func (w *mailWriter) write(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := w.f.WriteAt(b, w.flushed); err != nil {
		return fmt.Errorf("write mail file: %w", typedOS(err))
	}
	w.flushed += int64(len(b))
	return nil
}

// settle makes the records durable and the erased ones unreadable, before COMMIT.
func (w *mailWriter) settle() error {
	if err := w.flush(); err != nil {
		return err
	}
	for _, g := range w.erase {
		if err := zero(w.f, g); err != nil {
			return fmt.Errorf("erase from mail file: %w", typedOS(err))
		}
	}
	if !w.opened && len(w.erase) == 0 {
		return nil
	}
	if err := dataSync(w.f); err != nil {
		// Never synced again: what failed is cut off and written anew.
		return fmt.Errorf("sync mail file: %w: %w", ErrIO, err)
	}
	return nil
}

// cancel cuts off what a failed transaction wrote, under its write lock.
func (w *mailWriter) cancel() {
	if w.opened && w.flushed > w.start {
		_ = w.f.Truncate(w.start) // on error it stays as dead space
	}
	w.buf, w.opened = nil, false
}

// zero overwrites a record with zeros and gives its blocks back where the file
// system can.
func zero(f *os.File, g region) error {
	const step = 1 << 20
	zeros := make([]byte, min(g.length+recordHeader, step))
	for at, end := g.at, g.at+recordHeader+g.length; at < end; at += step {
		if _, err := f.WriteAt(zeros[:min(end-at, step)], at); err != nil {
			return err
		}
	}
	punch(f, g.at, recordHeader+g.length)
	return nil
}

// readMail returns the bytes of a record, ErrNotFound when they were erased and
// ErrCorrupt when they are not what was written.
func (tx *Tx) readMail(g region) ([]byte, error) {
	if g.at < 0 {
		return nil, fmt.Errorf("bytes of the mail: %w: they were erased", ErrNotFound)
	}
	if tx.mail.opened && g.at+recordHeader+g.length > tx.mail.flushed {
		if err := tx.mail.flush(); err != nil {
			return nil, err
		}
	}
	return readRecord(tx.mail.f, g)
}

func readRecord(f *os.File, g region) ([]byte, error) {
	b := make([]byte, recordHeader+g.length)
	if _, err := f.ReadAt(b, g.at); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the mail file ends before octet %d", ErrCorrupt, g.at+g.length)
		}
		return nil, fmt.Errorf("read mail file: %w: %w", ErrIO, err)
	}
	if checksum(b[recordHeader:]) != binary.BigEndian.Uint32(b) {
		return nil, fmt.Errorf("%w: the mail file has other bytes at octet %d than were written", ErrCorrupt, g.at)
	}
	return b[recordHeader:], nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// openMail opens the mail file.
func (s *Store) openMail() (err error) {
	flag := os.O_RDWR
	switch {
	case s.opts.ReadOnly:
		flag = os.O_RDONLY
	case !s.opts.NoLock:
		flag |= os.O_CREATE
	}
	if s.mail, err = os.OpenFile(s.mailPath(), flag, 0o600); err != nil {
		return fmt.Errorf("open mail file: %w", typedOS(err))
	}
	return nil
}

// recordOf reads the place and then the bytes of the one row of a query.
func (tx *Tx) recordOf(ctx context.Context, sql string, id int64) ([]byte, error) {
	g, err := single(ctx, tx, (*row).region, sql, id)
	if err != nil {
		return nil, err
	}
	return tx.readMail(g)
}
