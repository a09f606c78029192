package imaptest

import (
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// numbered is a message with the sequence number this client knows it by.
type numbered struct {
	seq    uint32
	seen   bool
	poison Poison
	*message
}

// pick returns the messages of a set that the client knows and that exist.
func (x *session) pick(set imap.NumSet) []numbered {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	contains := x.contains(set)
	var out []numbered
	for i, m := range x.view {
		if !m.gone && contains(uint32(i+1), m.uid) {
			out = append(out, numbered{uint32(i + 1), m.has(imap.FlagSeen), m.trap, m})
		}
	}
	return out
}

// contains resolves "*" and "$" in a set. The caller holds the mutex.
func (x *session) contains(set imap.NumSet) func(seq uint32, uid imap.UID) bool {
	if imap.IsSearchRes(set) {
		set = x.saved
	}
	switch set := set.(type) {
	case imap.SeqSet:
		last := uint32(len(x.view))
		set = slices.Clone(set)
		for i := range set {
			resolve(&set[i].Start, &set[i].Stop, last)
		}
		return func(seq uint32, _ imap.UID) bool { return set.Contains(seq) }
	case imap.UIDSet:
		var last uint32
		for _, m := range x.view {
			last = max(last, uint32(m.uid))
		}
		set = slices.Clone(set)
		for i := range set {
			resolve((*uint32)(&set[i].Start), (*uint32)(&set[i].Stop), last)
		}
		return func(_ uint32, uid imap.UID) bool { return set.Contains(uid) }
	}
	return func(uint32, imap.UID) bool { return false }
}

// resolve replaces 0, which stands for "*"; n:* names the last one even when n
// is above it (RFC 9051 section 9).
func resolve(start, stop *uint32, last uint32) {
	if *start == 0 {
		*start = last
	}
	if *stop == 0 {
		*stop = last
	}
	if *start > *stop {
		*start, *stop = *stop, *start
	}
}

func plain(ms []numbered) []*message {
	out := make([]*message, len(ms))
	for i, m := range ms {
		out[i] = m.message
	}
	return out
}

func (x *session) journal(command, target string, ms []numbered) {
	x.srv.change(Change{User: x.user.name, Folder: x.folder.name, Command: command, Target: target}, plain(ms))
}

var errReadOnly = no("", "mailbox is read-only")

// Store implements STORE.
func (x *session) Store(w *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, _ *imap.StoreOptions) error {
	if x.readOnly {
		return errReadOnly
	}
	ms := x.pick(set)
	x.journal("STORE", flagText(flags.Flags), ms)
	x.srv.mu.Lock()
	for _, m := range ms {
		if flags.Op == imap.StoreFlagsSet {
			m.flags = nil
		}
		for _, f := range flags.Flags {
			switch {
			case flags.Op == imap.StoreFlagsDel:
				m.clear(f)
			case !x.srv.o.NoKeywords || f[0] == '\\':
				m.set(f)
			}
		}
		by := x
		if !flags.Silent {
			by = nil // Poll tells this client too
		}
		x.folder.record(update{kind: updateFlags, msg: m.message, by: by})
	}
	x.srv.mu.Unlock()
	return nil
}

// Copy implements COPY.
func (x *session) Copy(set imap.NumSet, dest string) (*imap.CopyData, error) {
	ms := x.pick(set)
	data, err := x.copyTo(ms, dest, "COPY")
	if err != nil || x.srv.o.NoUIDPlus || len(ms) == 0 {
		return nil, err
	}
	return data, nil
}

func (x *session) copyTo(ms []numbered, dest, command string) (*imap.CopyData, error) {
	x.journal(command, dest, ms)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	target := x.user.folder(dest)
	if target == nil {
		return nil, no(imap.ResponseCodeTryCreate, "no such mailbox")
	}
	data := &imap.CopyData{UIDValidity: target.validity}
	for _, m := range ms {
		c := target.add(m.raw, m.flags, m.date)
		data.SourceUIDs.AddNum(m.uid)
		data.DestUIDs.AddNum(c.uid)
	}
	return data, nil
}

// Move implements MOVE. The EXPUNGE responses come from Poll.
func (x *session) Move(w *imapserver.MoveWriter, set imap.NumSet, dest string) error {
	switch {
	case x.srv.o.NoMove:
		return bad("MOVE is not offered")
	case x.readOnly:
		return errReadOnly
	}
	ms := x.pick(set)
	data, err := x.copyTo(ms, dest, "MOVE")
	if err != nil {
		return err
	}
	if len(ms) > 0 && !x.srv.o.NoUIDPlus {
		if err := w.WriteCopyData(data); err != nil {
			return err
		}
	}
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	x.folder.remove(plain(ms))
	return nil
}

// Expunge implements EXPUNGE, CLOSE and UID EXPUNGE.
func (x *session) Expunge(_ *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if uids != nil && x.srv.o.NoUIDPlus {
		return bad("UIDPLUS is not offered")
	}
	if x.readOnly {
		return nil
	}
	set := imap.NumSet(imap.UIDSet{{Start: 1, Stop: 0}})
	if uids != nil {
		set = *uids
	}
	ms := slices.DeleteFunc(x.pick(set), func(m numbered) bool { return !slices.Contains(x.flags(m.message), imap.FlagDeleted) })
	command := "EXPUNGE"
	if uids != nil {
		command = "UID EXPUNGE"
	}
	x.journal(command, "", ms)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	x.folder.remove(plain(ms))
	return nil
}
