package imaptest

import (
	"slices"
	"strings"
	"time"
)

// Action is what a fault does to a command.
type Action int

// The actions of a fault.
const (
	Refuse    Action = iota // NO with Text, not carried out
	Bad                     // BAD with Text, not carried out
	Swallow                 // no answer, not carried out
	Drop                    // the connection closes, not carried out
	DropAfter               // carried out, but the connection closes before the answer
	Bye                     // * BYE and close
	Answer                  // Text is sent instead, %TAG% replaced; not carried out
	Delay                   // carried out after Wait
)

// Fault disturbs commands of clients.
type Fault struct {
	Command string // "LOGIN", "UID FETCH", ...; "" = any command
	Skip    int    // that many matching commands pass first
	Times   int    // then it strikes so often; 0 = once, -1 = for ever
	Action  Action
	Text    string // of the answer, may begin with a [CODE]
	Wait    time.Duration
}

// Inject adds a fault. Of several that match the oldest strikes.
func (s *Server) Inject(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults forgets all faults and cuts that have not struck.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.cut = nil, nil
}

// CutAfter makes the next connection break off after n bytes to the client;
// called several times, it speaks of the connections that follow.
func (s *Server) CutAfter(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = append(s.cut, n)
}

// Commands returns the names of all commands clients have sent, in order.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// strike counts a command and returns the fault that hits it, if any.
func (s *Server) strike(name string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands = append(s.commands, name)
	for _, f := range s.faults {
		if f.Times == 0 || (f.Command != "" && !strings.EqualFold(f.Command, name)) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f
	}
	return nil
}

// Poison makes a mail unfit to be fetched.
type Poison int

// The ways a mail can be poisonous.
const (
	PoisonNone    Poison = iota
	PoisonDrop           // the connection breaks in the middle of its body
	PoisonMissing        // FETCH leaves it out
	PoisonDate           // INTERNALDATE NIL, which no parser takes; without it the mail comes
	PoisonGarbage        // an answer that is no IMAP
	PoisonNoBody         // BODY[] NIL
	PoisonOtherID        // the answer names another UID
	PoisonFlags          // a FLAGS update comes first and takes its place
	PoisonLate           // UID stands behind the body
)

// SetPoison makes a mail poisonous, or well again.
func (s *Server) SetPoison(user, folder string, uid uint32, p Poison) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.folder(user, folder)
	if err != nil {
		return err
	}
	for _, m := range f.msgs {
		if uint32(m.uid) == uid {
			m.trap = p
		}
	}
	return nil
}
