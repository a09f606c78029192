package imaptest

import (
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-sasl"
)

// session is one client's connection. Only that client's goroutine uses it,
// apart from what the server's mutex guards.
type session struct {
	srv  *Server
	conn *imapserver.Conn
	user *user

	// The selected folder and the client's picture of it: view[n-1] is the
	// message with sequence number n. The log is read up to seen.
	folder   *folder
	view     []*message
	seen     int
	readOnly bool
	saved    imap.UIDSet // RFC 5182
}

var (
	_ imapserver.SessionMove      = (*session)(nil)
	_ imapserver.SessionNamespace = (*session)(nil)
	_ imapserver.SessionSASL      = (*session)(nil)
)

func (s *Server) newSession(c *imapserver.Conn) *session {
	x := &session{srv: s, conn: c}
	if s.o.PreAuth != "" {
		s.mu.Lock()
		x.user = s.users[s.o.PreAuth]
		s.mu.Unlock()
	}
	return x
}

func no(code imap.ResponseCode, format string, args ...any) error {
	return &imap.Error{Type: imap.StatusResponseTypeNo, Code: code, Text: fmt.Sprintf(format, args...)}
}

func bad(text string) error {
	return &imap.Error{Type: imap.StatusResponseTypeBad, Text: text}
}

var errNoFolder = no(imap.ResponseCodeNonExistent, "no such mailbox")

// Close ends the session.
func (x *session) Close() error { return nil }

// Login implements LOGIN and AUTHENTICATE PLAIN.
func (x *session) Login(username, password string) error {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	u := x.srv.users[username]
	if u == nil || u.password != password {
		return imapserver.ErrAuthFailed
	}
	x.user = u
	return nil
}

// AuthenticateMechanisms lists the SASL mechanisms.
func (x *session) AuthenticateMechanisms() []string {
	if x.srv.o.Token != nil {
		return []string{"PLAIN", "XOAUTH2"}
	}
	return []string{"PLAIN"}
}

// Authenticate begins a SASL exchange.
func (x *session) Authenticate(mech string) (sasl.Server, error) {
	switch {
	case mech == "PLAIN":
		return sasl.NewPlainServer(func(identity, username, password string) error {
			if identity != "" && identity != username {
				return no(imap.ResponseCodeAuthorizationFailed, "identity not supported")
			}
			return x.Login(username, password)
		}), nil
	case mech == "XOAUTH2" && x.srv.o.Token != nil:
		return &xoauth2{session: x}, nil
	}
	return nil, no("", "SASL mechanism not supported")
}

// xoauth2 is the server's side of XOAUTH2, with the JSON challenge that Google
// and Microsoft send before they refuse.
type xoauth2 struct {
	session *session
	failed  bool
}

// Next implements sasl.Server.
func (a *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	if a.failed {
		return nil, false, imapserver.ErrAuthFailed
	}
	if response == nil {
		return nil, false, nil
	}
	var name, token string
	for _, kv := range strings.Split(string(response), "\x01") {
		if v, ok := strings.CutPrefix(kv, "user="); ok {
			name = v
		}
		if v, ok := strings.CutPrefix(kv, "auth=Bearer "); ok {
			token = v
		}
	}
	s := a.session.srv
	ok := s.o.Token(name, token)
	s.mu.Lock()
	u := s.users[name]
	s.mu.Unlock()
	if !ok || u == nil {
		a.failed = true
		return []byte(`{"status":"401","schemes":"bearer"}`), false, nil
	}
	a.session.user = u
	return nil, true, nil
}

// Namespace implements NAMESPACE.
func (x *session) Namespace() (*imap.NamespaceData, error) {
	return &imap.NamespaceData{Personal: []imap.NamespaceDescriptor{{Prefix: x.srv.o.Prefix, Delim: x.srv.o.Delim}}}, nil
}

// Select implements SELECT and EXAMINE.
func (x *session) Select(name string, o *imap.SelectOptions) (*imap.SelectData, error) {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	if f == nil {
		return nil, errNoFolder
	}
	x.folder, x.view, x.seen = f, slices.Clone(f.msgs), len(f.log)
	x.readOnly = o.ReadOnly || x.srv.o.ReadOnly
	x.saved = nil
	flags := []imap.Flag{imap.FlagAnswered, imap.FlagFlagged, imap.FlagDeleted, imap.FlagSeen, imap.FlagDraft}
	d := &imap.SelectData{Flags: flags, NumMessages: uint32(len(f.msgs)), UIDNext: f.uidNext, UIDValidity: f.validity}
	if !x.readOnly {
		d.PermanentFlags = slices.Clone(flags)
		if !x.srv.o.NoKeywords {
			d.PermanentFlags = append(d.PermanentFlags, imap.FlagWildcard)
		}
	}
	if i := slices.IndexFunc(f.msgs, func(m *message) bool { return !m.has(imap.FlagSeen) }); i >= 0 {
		d.FirstUnseenSeqNum = uint32(i + 1)
	}
	return d, nil
}

// Unselect implements UNSELECT and the end of CLOSE.
func (x *session) Unselect() error {
	x.folder, x.view = nil, nil
	return nil
}

// Poll tells the client what happened since it was last told.
func (x *session) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	if x.folder == nil {
		return nil
	}
	x.srv.mu.Lock()
	updates := x.folder.log[min(x.seen, len(x.folder.log)):]
	x.srv.mu.Unlock()
	grown := false
	for _, u := range updates {
		if u.kind == updateGone && !allowExpunge {
			break
		}
		x.seen++
		switch {
		case u.kind == updateNew:
			x.view, grown = append(x.view, u.msg), true
		case u.kind == updateGone:
			if i := x.index(u.msg); i >= 0 {
				if grown {
					if err := w.WriteNumMessages(uint32(len(x.view))); err != nil {
						return err
					}
					grown = false
				}
				x.view = slices.Delete(x.view, i, i+1)
				if err := w.WriteExpunge(uint32(i + 1)); err != nil {
					return err
				}
			}
		case u.by != x:
			if i := x.index(u.msg); i >= 0 {
				if err := w.WriteMessageFlags(uint32(i+1), u.msg.uid, x.flags(u.msg)); err != nil {
					return err
				}
			}
		}
	}
	if grown {
		return w.WriteNumMessages(uint32(len(x.view)))
	}
	return nil
}

func (x *session) flags(m *message) []imap.Flag {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	return slices.Clone(m.flags)
}

// index finds a message in the view, -1 when the client does not know it.
func (x *session) index(m *message) int {
	i := sort.Search(len(x.view), func(i int) bool { return x.view[i].uid >= m.uid })
	if i < len(x.view) && x.view[i] == m {
		return i
	}
	return slices.Index(x.view, m) // a mail with a lower UID came late
}

// Idle implements IDLE.
func (x *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	if x.folder == nil {
		<-stop
		return nil
	}
	wake := make(chan struct{}, 1)
	f := x.folder
	x.srv.mu.Lock()
	f.watchers[wake] = struct{}{}
	x.srv.mu.Unlock()
	defer func() {
		x.srv.mu.Lock()
		delete(f.watchers, wake)
		x.srv.mu.Unlock()
	}()
	for {
		if err := x.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-wake:
		case <-stop:
			return nil
		}
	}
}

// Append implements APPEND.
func (x *session) Append(name string, r imap.LiteralReader, o *imap.AppendOptions) (*imap.AppendData, error) {
	raw := make([]byte, r.Size())
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, err
	}
	x.srv.change(Change{User: x.user.name, Folder: name, Command: "APPEND"}, nil)
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	f := x.user.folder(name)
	if f == nil {
		return nil, no(imap.ResponseCodeTryCreate, "no such mailbox")
	}
	date := o.Time
	if date.IsZero() {
		date = x.srv.o.Now()
	}
	m := f.add(raw, o.Flags, date)
	if x.srv.o.NoUIDPlus {
		return nil, nil
	}
	return &imap.AppendData{UID: m.uid, UIDValidity: f.validity}, nil
}
