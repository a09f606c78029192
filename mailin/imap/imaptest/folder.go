package imaptest

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Message is a mail as it lies on the server.
type Message struct {
	UID   uint32
	Raw   []byte
	Flags []imap.Flag
	Date  time.Time // INTERNALDATE
}

// message is a stored mail. raw and date never change; the rest is guarded by
// the server's mutex.
type message struct {
	uid   imap.UID
	raw   []byte
	date  time.Time
	flags []imap.Flag
	gone  bool
	trap  Poison
}

// folder is an IMAP mailbox. Everything that happens to it is appended to log;
// a session keeps its own picture and how far it has read the log.
type folder struct {
	name       string
	validity   uint32
	uidNext    imap.UID
	msgs       []*message
	log        []update
	watchers   map[chan struct{}]struct{}
	subscribed bool
	special    imap.MailboxAttr
}

type updateKind int

const (
	updateNew updateKind = iota
	updateFlags
	updateGone
)

// update is one thing that happened to a message; by is the session that did
// it and already knows.
type update struct {
	kind updateKind
	msg  *message
	by   *session
}

func (f *folder) record(u update) {
	f.log = append(f.log, u)
	for w := range f.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (f *folder) add(raw []byte, flags []imap.Flag, date time.Time) *message {
	m := &message{uid: f.uidNext, raw: raw, date: date, flags: slices.Clone(flags)}
	f.uidNext++
	f.msgs = append(f.msgs, m)
	f.record(update{kind: updateNew, msg: m})
	return m
}

// remove takes messages out of the folder.
func (f *folder) remove(dead []*message) {
	if len(dead) == 0 {
		return
	}
	for _, m := range dead {
		m.gone = true
		f.record(update{kind: updateGone, msg: m})
	}
	f.msgs = slices.DeleteFunc(f.msgs, func(m *message) bool { return m.gone })
}

func (m *message) has(flag imap.Flag) bool {
	return slices.ContainsFunc(m.flags, func(f imap.Flag) bool { return strings.EqualFold(string(f), string(flag)) })
}

func (m *message) set(flag imap.Flag) {
	if !m.has(flag) {
		m.flags = append(m.flags, flag)
	}
}

func (m *message) clear(flag imap.Flag) {
	m.flags = slices.DeleteFunc(slices.Clone(m.flags), func(f imap.Flag) bool { return strings.EqualFold(string(f), string(flag)) })
}

// Deliver puts a mail into a folder as an MTA does and returns its UID. raw is
// kept as it is and must not be changed afterwards. A zero date is now.
func (s *Server) Deliver(user, folder string, raw []byte, flags []imap.Flag, date time.Time) (uid uint32, err error) {
	if date.IsZero() {
		date = s.o.Now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return 0, fmt.Errorf("deliver: %w", err)
	}
	return uint32(f.add(raw, flags, date).uid), nil
}

// Insert puts a mail under a UID of the caller's choice, below those that are
// there already, as broken servers do.
func (s *Server) Insert(user, folder string, uid uint32, raw []byte, date time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	m := &message{uid: imap.UID(uid), raw: raw, date: date}
	at := sort.Search(len(f.msgs), func(i int) bool { return f.msgs[i].uid >= m.uid })
	if at < len(f.msgs) && f.msgs[at].uid == m.uid {
		return fmt.Errorf("insert: UID %d is taken", uid)
	}
	f.msgs = slices.Insert(f.msgs, at, m)
	f.uidNext = max(f.uidNext, m.uid+1)
	f.record(update{kind: updateNew, msg: m})
	return nil
}

// SkipUIDs leaves a gap of n UIDs before the next mail.
func (s *Server) SkipUIDs(user, folder string, n uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return err
	}
	f.uidNext += imap.UID(n)
	return nil
}

// Remove expunges a mail behind the clients' backs.
func (s *Server) Remove(user, folder string, uid uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return err
	}
	for _, m := range f.msgs {
		if m.uid == imap.UID(uid) {
			f.remove([]*message{m})
			return nil
		}
	}
	return fmt.Errorf("remove: no UID %d in %q", uid, folder)
}

// Renumber gives the folder a new UIDVALIDITY and its mails new UIDs from
// first on, and closes all connections, as a migrated or repaired server does.
func (s *Server) Renumber(user, folder string, first uint32) (validity uint32, err error) {
	s.mu.Lock()
	f, err := s.folder(user, folder)
	if err != nil {
		s.mu.Unlock()
		return 0, err
	}
	s.lastValidity++
	f.validity, f.uidNext, f.log = s.lastValidity, imap.UID(first), nil
	for i, old := range f.msgs {
		m := *old
		m.uid, f.uidNext = f.uidNext, f.uidNext+1
		f.msgs[i] = &m
	}
	validity = f.validity
	s.mu.Unlock()
	s.DropConnections()
	return validity, nil
}

// Messages returns what lies in a folder, by UID; nil when it does not exist.
func (s *Server) Messages(user, folder string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return nil
	}
	out := make([]Message, 0, len(f.msgs))
	for _, m := range f.msgs {
		out = append(out, Message{UID: uint32(m.uid), Raw: m.raw, Flags: slices.Clone(m.flags), Date: m.date})
	}
	return out
}

// UIDValidity returns the epoch of a folder, 0 when it does not exist.
func (s *Server) UIDValidity(user, folder string) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return 0
	}
	return f.validity
}
