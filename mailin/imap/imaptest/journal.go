package imaptest

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/emersion/go-imap/v2"
)

// Change is a command of a client that changes the server.
type Change struct {
	N       int      `json:"n"` // from 1
	User    string   `json:"user"`
	Folder  string   `json:"folder"`
	Command string   `json:"command"` // MOVE, COPY, STORE, EXPUNGE, APPEND, CREATE, DELETE, RENAME
	UIDs    []uint32 `json:"uids,omitempty"`
	Target  string   `json:"target,omitempty"` // folder or flags
}

// change journals a command before it is carried out.
func (s *Server) change(c Change, msgs []*message) {
	for _, m := range msgs {
		c.UIDs = append(c.UIDs, uint32(m.uid))
	}
	s.mu.Lock()
	c.N = len(s.changes) + 1
	s.changes = append(s.changes, c)
	s.mu.Unlock()
	if s.o.Journal != nil {
		s.o.Journal(c)
	}
}

// Changes returns every change so far, the oldest first.
func (s *Server) Changes() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes)
}

// JournalTo returns a journal that writes one JSON object per line. fail is
// called when a line cannot be written.
func JournalTo(w io.Writer, fail func(error)) func(Change) {
	var mu sync.Mutex
	return func(c Change) {
		mu.Lock()
		defer mu.Unlock()
		if err := json.NewEncoder(w).Encode(c); err != nil {
			fail(fmt.Errorf("write IMAP journal: %w", err))
		}
	}
}

func flagText(flags []imap.Flag) string { return fmt.Sprint(flags) }
