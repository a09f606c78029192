// Package command reads the commands in agents' mails.
//
// A command is a line "#verb arguments" in the first lines of what the agent newly
// wrote; #gelöst, #warten and #l2 may also stand as the last paragraph:
//
//	mail    = *blank [ block ] text [ closing ]
//	block   = command *( command / blank )
//	closing = 1*( blank command )
//	command = *WSP "#" verb *( 1*WSP arg ) [ *WSP ":" *WSP rest ] *WSP
//
// It is all or nothing: one command that is wrong, unknown, in the wrong place or in
// contradiction with another makes the whole mail a problem, and then nothing is done
// and nothing is sent. A problem names its line and, where there is one, the line the
// agent probably meant; Corrected is the mail with those, to be executed after "ok".
//
// The package is pure. Everything it has to know (who is there, which tickets, what
// time it is) stands in Context. Verbs and names are compared after NFKC, in lower
// case and with ä as ae; the text for the requester keeps every character.
package command

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxCommands is the most commands one mail may hold.
const MaxCommands = 20

// Ref names a ticket: by its number, or a held one by its row. The zero Ref is the
// ticket that the mail answers.
type Ref struct{ Number, Held int64 }

// Name is one name a command can resolve to: an agent, group, category, FAQ entry.
type Name struct {
	ID      string
	Names   []string // full name, or labels in all languages
	Address string   // of a person
}

// String is the name as it is shown to people: markus (Markus Brandl).
func (n Name) String() string {
	label := ""
	if len(n.Names) > 0 {
		label = n.Names[0]
	}
	id := n.ID
	if id == "" {
		id, label = label, n.Address
	}
	if label == "" || fold(label) == fold(id) {
		return id
	}
	return id + " (" + label + ")"
}

// Place is what the mail answers: it decides which tickets commands may name.
type Place int

// The places of commands.
const (
	New   Place = iota // nothing: a new mail to the support address
	Reply              // a mail about Context.Ticket: commands act on that ticket only
	List               // a list or report: every command names its ticket
)

// Context is what a mail is read against.
type Context struct {
	Now      time.Time // when the mail was received
	Location *time.Location
	Language string // the agent's, "de" or "en": which words suggestions use
	Place    Place
	Ticket   Ref    // the answered ticket
	Subject  string // read as a command when the text is empty
	Prefix   string // of ticket numbers

	Agents, Groups, Categories []Name
	FAQ, Templates             []Name
	Impacts, Urgencies         []Name
	Priorities                 []Name // what the company calls them, besides P1..P4 and the usual names
	People                     []Name // the directory; agents need not be in it

	// Known reports whether a named ticket exists; nil = all do.
	Known func(Ref) bool
	// Opening is the instant at which work begins on or after local midnight of a
	// day; nil, or another day than asked for, means 08:00.
	Opening func(midnight time.Time) time.Time
}

// Command is one command with its arguments; only those of its verb are set.
type Command struct {
	Verb    Verb
	Line    int    // in the text, from 1; 0 = the subject
	Literal string // the line as written, without surrounding blanks
	Closing bool   // stands after the text
	Ticket  Ref

	Agent, Group, Category string // ids
	Priority               string // P1..P4
	Impact, Urgency        string
	Entry                  string // id of a FAQ entry or template
	Name, Address          string // a person: requester, caller, third party
	Substitute             string // id of an agent or group, for Away
	Add, Remove            []string
	When                   time.Time     // Wait, Snooze, Call; first day of Away, at midnight
	Until                  time.Time     // last day of Away, at midnight
	Duration               time.Duration // Time
	Other                  Ref           // Merge, Link, Parent, Problem
	Filter                 string        // List: overdue, waiting, new, open, unassigned, held, scheduled, solved, all
	Text                   string        // reason, question, subject or words; note of the typed notes
}

// Part is a piece of the text: words of the agent, or a FAQ entry or template that
// stands in its place.
type Part struct {
	Text            string
	Entry, Template string
	Ticket          Ref // named by #faq in replies to lists
}

// Mail is what an agent's mail asks for.
type Mail struct {
	Commands []Command // as written, equal ones once; execute them in the order of Order
	// Text is for the requester or the note: commands removed, ##x unescaped. In
	// replies to lists it belongs to a ticket only when TextVerb says what it is.
	Text     string
	Parts    []Part    // the same text with the insertions of #faq and #vorlage in place
	Problems []Problem // not empty: nothing may be executed or sent
	// Confirmed: the mail says nothing but "ok".
	Confirmed bool
	// Escaped: lines of the text begin with # because the agent wrote ##.
	Escaped bool
	// FromSubject: the commands stand in the subject.
	FromSubject bool

	corrected string // source text with the suggestions, "" when a problem has none
}

// OK reports whether the mail may be executed.
func (m Mail) OK() bool { return len(m.Problems) == 0 }

// IsCommand reports whether a line would be read as a command: nothing of the kind may
// stand in mail to requesters, unless it was Escaped.
func IsCommand(line string) bool {
	return words[verbKey(commandWord(mark(line)))].shown != ""
}

// Has reports whether one of the commands has the verb.
func (m Mail) Has(v Verb) bool {
	return slices.ContainsFunc(m.Commands, func(c Command) bool { return c.Verb == v })
}

// QueryOnly reports whether the mail only asks: it has commands, and none of them
// touches a ticket. Its text goes nowhere.
func (m Mail) QueryOnly() bool {
	return len(m.Commands) > 0 && !slices.ContainsFunc(m.Commands, func(c Command) bool { return c.Verb.phase() != PhaseQuery })
}

// TextVerb says what the text is: Note, Call, Return, Analysis, Cause, Workaround or
// Fix make it internal, Public public, Quiet (also for Spam) nothing. #l2 makes it
// an Analysis. "" leaves it to what the answered mail promised.
func (m Mail) TextVerb() Verb {
	if m.Has(Public) {
		return Public
	}
	claims := []Verb{Return, Call, Analysis, Cause, Workaround, Fix, Note, Quiet}
	for _, v := range claims { // the one that has no text of its own is meant
		if slices.ContainsFunc(m.Commands, func(c Command) bool { return c.Verb == v && c.Text == "" }) {
			return v
		}
	}
	for _, v := range claims {
		if m.Has(v) {
			return v
		}
	}
	switch {
	case m.Has(Escalate):
		return Analysis
	case m.Has(Spam):
		return Quiet
	}
	return ""
}

// TakesText reports whether a command says what the text below is, and has none of its
// own behind a colon.
func (m Mail) TakesText() bool {
	verb := m.TextVerb()
	return verb != "" && !slices.ContainsFunc(m.Commands, func(c Command) bool { return c.Verb == verb && c.Text != "" })
}

// Corrected is the mail with the suggestions of all its problems carried out; ok is
// false when a problem has none or they do not make a sound mail. c must be the
// Context the mail was parsed with: "tomorrow" was said then.
func (m Mail) Corrected(c Context) (fixed Mail, ok bool) {
	if m.OK() || m.corrected == "" {
		return m, m.OK()
	}
	c.Subject = ""
	fixed = Parse(m.corrected, c)
	return fixed, fixed.OK()
}

// Order sorts commands into the order they are executed in: requester and links,
// classification, ownership, text, state, queries. The same set of commands gives the
// same order however it was written.
func Order(commands []Command) []Command {
	ordered := slices.Clone(commands)
	slices.SortStableFunc(ordered, func(a, b Command) int {
		if d := int(a.Ticket.Number - b.Ticket.Number); d != 0 {
			return d
		}
		if d := a.Verb.rank() - b.Verb.rank(); d != 0 {
			return d
		}
		return strings.Compare(a.args("IT"), b.args("IT"))
	})
	return ordered
}

// String is the ref as it is written in commands.
func (r Ref) String() string { return r.with("IT") }

func (r Ref) with(prefix string) string {
	switch {
	case r.Number > 0:
		return prefix + "-" + strconv.FormatInt(r.Number, 10)
	case r.Held > 0:
		return "H-" + strconv.FormatInt(r.Held, 10)
	}
	return ""
}
