// Package imaptest is an IMAP server in this process, with its mail in memory.
// The poller's tests, the kill test and `firstline demo` run against it; it is
// complete enough for a real mail client (Thunderbird, mutt) to join the demo.
//
// Faults can be put in its way: commands that are swallowed, refused or cut
// off, bytes that stop in the middle, UIDs that appear late, mails that cannot
// be fetched, servers without MOVE, UIDPLUS or IDLE.
package imaptest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
)

// Options say what kind of server it is. The zero value is a modern one: MOVE,
// UIDPLUS, IDLE, NAMESPACE, SPECIAL-USE, LIST-STATUS, without TLS.
type Options struct {
	NoMove     bool // RFC 6851 is not offered
	NoUIDPlus  bool // RFC 4315 is not offered
	NoIdle     bool // RFC 2177 is not offered
	NoKeywords bool // PERMANENTFLAGS without \*
	ReadOnly   bool // SELECT answers [READ-ONLY]

	// TLS makes ListenTLS possible, and plain listeners offer STARTTLS and
	// refuse to authenticate before it.
	TLS *tls.Config
	// PlainAuth allows to authenticate without TLS although TLS is set.
	PlainAuth bool
	// PreAuth greets every client as this user (RFC 9051 section 7.1.4).
	PreAuth string
	// Token checks an access token and makes the server offer XOAUTH2.
	Token func(user, token string) bool

	// Prefix and Delim are the personal namespace, "" and '/' by default.
	Prefix string
	Delim  rune

	// Journal is called for every command that changes the server, before the
	// change is made. It may block.
	Journal func(Change)
	// Logf gets what the protocol library complains about; nil = nowhere.
	Logf func(format string, args ...any)
	// Now is the clock of INTERNALDATE; nil = time.Now.
	Now func() time.Time
}

// Server is the IMAP server. Its methods may be called from any goroutine.
type Server struct {
	o     Options
	imap  *imapserver.Server
	pipes *pipeListener

	mu           sync.Mutex
	users        map[string]*user
	lastValidity uint32
	changes      []Change
	faults       []*Fault
	cut          []int64
	commands     []string
	conns        map[*conn]struct{}
	logins       int
}

// user is an account with its folders.
type user struct {
	name, password string
	folders        map[string]*folder
}

// New returns a server without users that listens nowhere yet.
func New(o Options) *Server {
	if o.Delim == 0 {
		o.Delim = '/'
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logf == nil {
		o.Logf = func(string, ...any) {}
	}
	s := &Server{o: o, users: map[string]*user{}, conns: map[*conn]struct{}{}, lastValidity: 1000}
	s.pipes = newPipeListener()
	s.imap = imapserver.New(&imapserver.Options{
		Caps: s.caps(), Logger: logger(o.Logf), InsecureAuth: true,
		NewSession: func(c *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return s.newSession(c), &imapserver.GreetingData{PreAuth: o.PreAuth != ""}, nil
		},
	})
	s.start(&listener{Listener: s.pipes, srv: s})
	return s
}

func (s *Server) caps() imap.CapSet {
	caps := imap.CapSet{
		imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapESearch: {}, imap.CapListExtended: {},
		imap.CapListStatus: {}, imap.CapStatusSize: {}, imap.CapSpecialUse: {}, imap.CapCreateSpecialUse: {},
		imap.CapChildren: {}, imap.CapLiteralPlus: {},
	}
	if !s.o.NoMove {
		caps[imap.CapMove] = struct{}{}
	}
	if !s.o.NoUIDPlus {
		caps[imap.CapUIDPlus] = struct{}{}
	}
	return caps
}

type logger func(format string, args ...any)

// Printf implements the logger of the protocol library.
func (l logger) Printf(format string, args ...any) { l(format, args...) }

// AddUser makes an account with an INBOX and these folders, or changes the
// password of one that exists.
func (s *Server) AddUser(name, password string, folders ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[name]
	if u == nil {
		u = &user{name: name, folders: map[string]*folder{}}
		s.users[name] = u
	}
	u.password = password
	for _, f := range append([]string{"INBOX"}, folders...) {
		if u.folders[f] == nil {
			u.folders[f] = s.newFolder(f)
		}
	}
}

// newFolder is called with mu held.
func (s *Server) newFolder(name string) *folder {
	s.lastValidity++
	return &folder{name: name, validity: s.lastValidity, uidNext: 1, special: specialUse(name), watchers: map[chan struct{}]struct{}{}}
}

// Listen accepts connections on a free port of the loopback address and
// returns it; plain, with STARTTLS when Options.TLS is set.
func (s *Server) Listen() (addr string, err error) { return s.ListenOn("127.0.0.1:0", false) }

// ListenTLS is Listen with implicit TLS.
func (s *Server) ListenTLS() (addr string, err error) { return s.ListenOn("127.0.0.1:0", true) }

// ListenOn listens on addr and returns the address with its port.
func (s *Server) ListenOn(addr string, implicitTLS bool) (string, error) {
	if implicitTLS && s.o.TLS == nil {
		return "", errors.New("listen with TLS: Options.TLS is not set")
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen for IMAP on %s: %w", addr, err)
	}
	s.start(&listener{Listener: ln, srv: s, tls: implicitTLS})
	return ln.Addr().String(), nil
}

// start serves a listener until Close. It returns when the listener accepts:
// the library does not bear a Close before that.
func (s *Server) start(ln *listener) {
	ln.ready = make(chan struct{})
	go func() {
		if err := s.imap.Serve(ln); err != nil {
			s.o.Logf("imap listener: %v", err)
		}
	}()
	<-ln.ready
}

// Dial connects within the process, without a socket; it fits Config.Dial of
// the poller and works inside testing/synctest.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) { return s.pipes.dial(ctx) }

// Close stops listening and closes every connection.
func (s *Server) Close() error {
	err := s.imap.Close()
	s.DropConnections()
	return err
}

// DropConnections closes all connections as a crash of the server would.
func (s *Server) DropConnections() {
	s.mu.Lock()
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.Close()
	}
}

// Logins counts the attempts to authenticate.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// folder finds a folder; mu must be held.
func (s *Server) folder(userName, name string) (*folder, error) {
	u := s.users[userName]
	if u == nil {
		return nil, fmt.Errorf("no IMAP user %q", userName)
	}
	if f := u.folder(name); f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("IMAP user %q has no folder %q", userName, name)
}

func (u *user) folder(name string) *folder {
	if strings.EqualFold(name, "INBOX") {
		name = "INBOX"
	}
	return u.folders[name]
}

// Folders lists a user's folders by name.
func (s *Server) Folders(userName string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	if u := s.users[userName]; u != nil {
		for n := range u.folders {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	return names
}

// specialUse guesses the RFC 6154 attribute of a folder from its name.
func specialUse(name string) imap.MailboxAttr {
	switch strings.ToLower(name[strings.LastIndexAny(name, "./")+1:]) {
	case "sent", "gesendet":
		return imap.MailboxAttrSent
	case "drafts", "entwürfe":
		return imap.MailboxAttrDrafts
	case "trash", "papierkorb":
		return imap.MailboxAttrTrash
	case "junk", "spam":
		return imap.MailboxAttrJunk
	case "archive", "archiv":
		return imap.MailboxAttrArchive
	}
	return ""
}
