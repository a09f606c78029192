package imaptest

import (
	"sort"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// Create implements CREATE.
func (x *session) Create(name string, o *imap.CreateOptions) error {
	name = strings.TrimSuffix(name, string(x.srv.o.Delim))
	if !strings.HasPrefix(name, x.srv.o.Prefix) {
		return no(imap.ResponseCodeCannot, "mailbox names begin with %q", x.srv.o.Prefix)
	}
	x.srv.change(Change{User: x.user.name, Folder: name, Command: "CREATE"}, nil)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	if x.user.folder(name) != nil {
		return no(imap.ResponseCodeAlreadyExists, "mailbox exists")
	}
	f := x.srv.newFolder(name)
	if len(o.SpecialUse) > 0 {
		f.special = o.SpecialUse[0]
	}
	x.user.folders[name] = f
	return nil
}

// Delete implements DELETE.
func (x *session) Delete(name string) error {
	x.srv.change(Change{User: x.user.name, Folder: name, Command: "DELETE"}, nil)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	if f == nil || f.name == "INBOX" {
		return no(imap.ResponseCodeCannot, "cannot be deleted")
	}
	delete(x.user.folders, f.name)
	return nil
}

// Rename implements RENAME.
func (x *session) Rename(name, newName string, _ *imap.RenameOptions) error {
	newName = strings.TrimSuffix(newName, string(x.srv.o.Delim))
	x.srv.change(Change{User: x.user.name, Folder: name, Command: "RENAME", Target: newName}, nil)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	switch {
	case f == nil || f.name == "INBOX":
		return no(imap.ResponseCodeCannot, "cannot be renamed")
	case x.user.folder(newName) != nil:
		return no(imap.ResponseCodeAlreadyExists, "mailbox exists")
	}
	delete(x.user.folders, f.name)
	f.name = newName
	x.user.folders[newName] = f
	return nil
}

// Subscribe implements SUBSCRIBE.
func (x *session) Subscribe(name string) error { return x.subscribe(name, true) }

// Unsubscribe implements UNSUBSCRIBE.
func (x *session) Unsubscribe(name string) error { return x.subscribe(name, false) }

func (x *session) subscribe(name string, on bool) error {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	if f == nil {
		return errNoFolder
	}
	f.subscribed = on
	return nil
}

// List implements LIST and LSUB.
func (x *session) List(w *imapserver.ListWriter, ref string, patterns []string, o *imap.ListOptions) error {
	delim := x.srv.o.Delim
	if len(patterns) == 0 || (len(patterns) == 1 && patterns[0] == "") {
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: delim})
	}
	var found []*imap.ListData
	x.srv.mu.Lock()
	for name, f := range x.user.folders {
		match := false
		for _, p := range patterns {
			match = match || imapserver.MatchList(name, delim, ref, p) || (name == "INBOX" && strings.EqualFold(ref+p, "INBOX"))
		}
		if match && (!o.SelectSubscribed || f.subscribed || name == "INBOX") && (!o.SelectSpecialUse || f.special != "") {
			found = append(found, x.listData(f, o))
		}
	}
	x.srv.mu.Unlock()
	sort.Slice(found, func(i, j int) bool { return found[i].Mailbox < found[j].Mailbox })
	for _, d := range found {
		if err := w.WriteList(d); err != nil {
			return err
		}
	}
	return nil
}

// listData is called with the server's mutex held.
func (x *session) listData(f *folder, o *imap.ListOptions) *imap.ListData {
	delim := x.srv.o.Delim
	d := &imap.ListData{Mailbox: f.name, Delim: delim}
	child := imap.MailboxAttrHasNoChildren
	for name := range x.user.folders {
		if strings.HasPrefix(name, f.name+string(delim)) {
			child = imap.MailboxAttrHasChildren
		}
	}
	d.Attrs = append(d.Attrs, child)
	if f.special != "" {
		d.Attrs = append(d.Attrs, f.special)
	}
	if o.ReturnSubscribed && (f.subscribed || f.name == "INBOX") {
		d.Attrs = append(d.Attrs, imap.MailboxAttrSubscribed)
	}
	if o.ReturnStatus != nil {
		d.Status = f.status()
	}
	return d
}

// Status implements STATUS.
func (x *session) Status(name string, _ *imap.StatusOptions) (*imap.StatusData, error) {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	if f == nil {
		return nil, errNoFolder
	}
	return f.status(), nil
}

// status fills in every item; the writer picks those that were asked for.
func (f *folder) status() *imap.StatusData {
	var unseen, deleted, recent uint32
	var size, deletedSize int64
	for _, m := range f.msgs {
		size += int64(len(m.raw))
		if !m.has(imap.FlagSeen) {
			unseen++
		}
		if m.has(imap.FlagDeleted) {
			deleted++
			deletedSize += int64(len(m.raw))
		}
	}
	n := uint32(len(f.msgs))
	return &imap.StatusData{
		Mailbox: f.name, NumMessages: &n, NumRecent: &recent, UIDNext: f.uidNext, UIDValidity: f.validity,
		NumUnseen: &unseen, NumDeleted: &deleted, Size: &size, DeletedStorage: &deletedSize,
	}
}
