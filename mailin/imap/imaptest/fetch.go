package imaptest

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-message/textproto"
)

// Fetch implements FETCH.
func (x *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, o *imap.FetchOptions) error {
	for _, m := range x.pick(set) {
		if m.poison != PoisonNone && len(o.BodySection) > 0 {
			if done, err := x.poisoned(m, o); done || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		if !x.readOnly && reads(o) && !m.seen {
			x.journal("STORE", "\\Seen by BODY[]", []numbered{m})
			x.srv.mu.Lock()
			m.set(imap.FlagSeen)
			x.folder.record(update{kind: updateFlags, msg: m.message})
			x.srv.mu.Unlock()
		}
		if err := m.write(w.CreateMessage(m.seq), x.flags(m.message), o); err != nil {
			return err
		}
	}
	return nil
}

// reads says that a FETCH sets \Seen.
func reads(o *imap.FetchOptions) bool {
	for _, bs := range o.BodySection {
		if !bs.Peek {
			return true
		}
	}
	for _, bs := range o.BinarySection {
		if !bs.Peek {
			return true
		}
	}
	return false
}

func (m numbered) write(w *imapserver.FetchResponseWriter, flags []imap.Flag, o *imap.FetchOptions) error {
	w.WriteUID(m.uid)
	if o.Flags {
		w.WriteFlags(flags)
	}
	if o.InternalDate {
		w.WriteInternalDate(m.date)
	}
	if o.RFC822Size {
		w.WriteRFC822Size(int64(len(m.raw)))
	}
	if o.Envelope {
		header, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(m.raw)))
		if err != nil {
			header = textproto.Header{}
		}
		w.WriteEnvelope(imapserver.ExtractEnvelope(header))
	}
	if o.BodyStructure != nil {
		w.WriteBodyStructure(imapserver.ExtractBodyStructure(bytes.NewReader(m.raw)))
	}
	for _, bs := range o.BodySection {
		if err := writeLiteral(w.WriteBodySection, bs, m.section(bs)); err != nil {
			return err
		}
	}
	for _, bs := range o.BinarySection {
		if err := writeLiteral(w.WriteBinarySection, bs, imapserver.ExtractBinarySection(bytes.NewReader(m.raw), bs)); err != nil {
			return err
		}
	}
	for _, bs := range o.BinarySectionSize {
		w.WriteBinarySectionSize(bs, imapserver.ExtractBinarySectionSize(bytes.NewReader(m.raw), bs))
	}
	return w.Close()
}

// section is BODY[...]. The whole mail and its header are the stored bytes;
// parts are cut out by the library, which rewrites what it cannot read.
func (m numbered) section(bs *imap.FetchItemBodySection) []byte {
	if len(bs.Part) > 0 || len(bs.HeaderFields) > 0 || len(bs.HeaderFieldsNot) > 0 {
		return imapserver.ExtractBodySection(bytes.NewReader(m.raw), bs)
	}
	head, body := m.raw, []byte(nil)
	if i := bytes.Index(m.raw, []byte("\r\n\r\n")); i >= 0 {
		head, body = m.raw[:i+4], m.raw[i+4:]
	}
	b := m.raw
	switch bs.Specifier {
	case imap.PartSpecifierHeader:
		b = head
	case imap.PartSpecifierText:
		b = body
	}
	if p := bs.Partial; p != nil {
		from := min(p.Offset, int64(len(b)))
		b = b[from:min(from+p.Size, int64(len(b)))]
	}
	return b
}

type writeCloser interface {
	Write([]byte) (int, error)
	Close() error
}

func writeLiteral[S any, W writeCloser](open func(S, int64) W, section S, b []byte) error {
	w := open(section, int64(len(b)))
	if _, err := w.Write(b); err != nil {
		return err
	}
	return w.Close()
}

// poisoned answers for a mail that is not to be fetched; done = nothing more
// is written for it.
func (x *session) poisoned(m numbered, o *imap.FetchOptions) (done bool, err error) {
	date := m.date.Format(time.RFC1123Z)
	switch m.poison {
	case PoisonMissing:
		return true, nil
	case PoisonDrop:
		err := x.write(fmt.Sprintf("* %d FETCH (UID %d BODY[] {%d}\r\n%s", m.seq, m.uid, len(m.raw), m.raw[:len(m.raw)/2]))
		x.conn.NetConn().Close()
		if err == nil {
			err = net.ErrClosed
		}
		return true, err
	case PoisonDate:
		if !o.InternalDate {
			return false, nil
		}
		return true, x.write(fmt.Sprintf("* %d FETCH (UID %d INTERNALDATE NIL BODY[] {%d}\r\n%s)\r\n", m.seq, m.uid, len(m.raw), m.raw))
	case PoisonGarbage:
		return true, x.write(fmt.Sprintf("* %d FETCH (UID %d BODY[] {-1}\r\n%s %s)\r\n", m.seq, m.uid, date, m.raw))
	case PoisonNoBody:
		return true, x.write(fmt.Sprintf("* %d FETCH (UID %d BODY[] NIL)\r\n", m.seq, m.uid))
	case PoisonOtherID:
		return true, x.write(fmt.Sprintf("* %d FETCH (UID %d BODY[] {%d}\r\n%s)\r\n", m.seq, m.uid+1000000, len(m.raw), m.raw))
	case PoisonFlags:
		return false, x.write(fmt.Sprintf("* %d FETCH (UID %d FLAGS (\\Seen))\r\n", m.seq, m.uid))
	case PoisonLate:
		return true, x.write(fmt.Sprintf("* %d FETCH (BODY[] {%d}\r\n%s UID %d)\r\n", m.seq, len(m.raw), m.raw, m.uid))
	}
	return false, nil
}

// write sends bytes past the protocol library, between two of its responses.
func (x *session) write(s string) error {
	_, err := x.conn.NetConn().Write([]byte(s))
	return err
}
