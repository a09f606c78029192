// Package state is the life of a ticket as a table: twelve states, the events
// that change them, and nothing else.
//
// Next looks an event up. What is not in the table has no effect on the state;
// Otherwise says what becomes of it: an agent is told, a mail is stored, a timer
// is forgotten. Nothing is dropped. The package is pure.
package state

// State is the state of a ticket, as stored.
type State string

// The states. None is where a mail without a ticket starts.
const (
	None             State = ""
	Held             State = "held"              // no ticket number yet: first level decides
	New              State = "new"               // waits for the group
	Open             State = "open"              // waits for the assignee
	FAQAnswered      State = "faq_answered"      // waits for the requester
	WaitingRequester State = "waiting_requester" // waits for the requester
	WaitingVendor    State = "waiting_vendor"    // waits for a third party
	Scheduled        State = "scheduled"         // waits for a date
	Resolved         State = "resolved"          // the requester may reopen
	Closed           State = "closed"
	ClosedDeflected  State = "closed_deflected" // solved by a FAQ answer
	Merged           State = "merged"           // lives on in another ticket
	Discarded        State = "discarded"
)

// All lists the states of tickets in the order of their life.
func All() []State {
	return []State{Held, New, Open, FAQAnswered, WaitingRequester, WaitingVendor, Scheduled, Resolved, Closed, ClosedDeflected, Merged, Discarded}
}

// active lists the states in which somebody still has to do something.
func active() []State {
	return []State{New, Open, FAQAnswered, WaitingRequester, WaitingVendor, Scheduled}
}

// Active reports whether a ticket is being worked on or waits for somebody.
func (s State) Active() bool {
	for _, a := range active() {
		if s == a {
			return true
		}
	}
	return false
}

// Label is the name of a state for readers, in German ("de") or English.
func (s State) Label(lang string) string {
	de, en := s.labels()
	if lang == "de" {
		return de
	}
	return en
}

func (s State) labels() (de, en string) {
	switch s {
	case Held:
		return "Zurückgehalten", "Held"
	case New:
		return "Neu", "New"
	case Open:
		return "In Bearbeitung", "In progress"
	case FAQAnswered:
		return "FAQ beantwortet", "Answered by FAQ"
	case WaitingRequester:
		return "Wartet auf Anfragende", "Waiting for requester"
	case WaitingVendor:
		return "Wartet auf Dritte", "Waiting for third party"
	case Scheduled:
		return "Wiedervorlage", "Scheduled"
	case Resolved:
		return "Gelöst", "Resolved"
	case Closed:
		return "Geschlossen", "Closed"
	case ClosedDeflected:
		return "Durch FAQ gelöst", "Solved by FAQ"
	case Merged:
		return "Zusammengeführt", "Merged"
	case Discarded:
		return "Verworfen", "Discarded"
	}
	return string(s), string(s)
}

// Event is something that may change the state of a ticket.
type Event string

// Events by mail of a requester, by what the mail says. One mail is one event.
const (
	NewMail         Event = "new_mail"         // continues no ticket
	RequesterMail   Event = "requester_mail"   // anything not below
	RequesterSolved Event = "requester_solved" // "gelöst"
	RequesterThanks Event = "requester_thanks"
	RequesterRating Event = "requester_rating"
	VendorMail      Event = "vendor_mail"
	RobotMail       Event = "robot_mail" // out of office, bounce
)

// Events by agents, or by a rule or the escalation ladder in their place. A mail
// with a reply and commands is several events: the reply first.
const (
	Accept        Event = "accept"       // #annehmen
	Reject        Event = "reject"       // #ablehnen
	PublicReply   Event = "public_reply" // text or call note for the requester
	Assign        Event = "assign"       // #ich, #zuweisen
	Wait          Event = "wait"         // #warten
	AskVendor     Event = "ask_vendor"   // #dritte
	Snooze        Event = "snooze"       // #wiedervorlage
	ToSecondLevel Event = "to_level_2"   // #l2
	ToFirstLevel  Event = "to_level_1"   // #l1
	Resolve       Event = "resolve"      // #gelöst
	Close         Event = "close"        // #schließen
	Reopen        Event = "reopen"       // #öffnen
	Merge         Event = "merge"        // #zusammen
	Spam          Event = "spam"         // #spam
)

// Events of firstline itself: the FAQ decision and timers.
const (
	FAQAnswer    Event = "faq_answer"
	AskTimer     Event = "ask"     // FAQ answer unanswered: ask once
	DeflectTimer Event = "deflect" // still unanswered: close
	RemindTimer  Event = "remind"  // waiting for the requester: remind once
	ResolveTimer Event = "resolve_by_time"
	CloseTimer   Event = "close_by_time"
	WakeTimer    Event = "wake"   // the date of a snoozed ticket has come
	ExpireTimer  Event = "expire" // held for 14 days
)

// Events lists all events.
func Events() []Event {
	return append(append(requesterEvents(), NewMail, VendorMail, RobotMail),
		append(agentEvents(), FAQAnswer, AskTimer, DeflectTimer, RemindTimer, ResolveTimer, CloseTimer, WakeTimer, ExpireTimer)...)
}

func requesterEvents() []Event {
	return []Event{RequesterMail, RequesterSolved, RequesterThanks, RequesterRating}
}

func agentEvents() []Event {
	return []Event{Accept, Reject, PublicReply, Assign, Wait, AskVendor, Snooze, ToSecondLevel, ToFirstLevel, Resolve, Close, Reopen, Merge, Spam}
}

// Guards are the facts some transitions depend on. What is not set is not so.
type Guards struct {
	Allowed      bool // rows 1, 2: the sender may open tickets
	FAQSure      bool // row 5: relevance, lead, guard words and setting all say yes
	Asked        bool // rows 8, 14: the requester was asked or reminded before
	Proven       bool // rows 10, 33: authenticated, token valid, nothing internal in the text
	InThread     bool // row 17: the mail continues the conversation with the third party
	Future       bool // row 18: the date lies ahead
	Level        int  // rows 20, 21: support level of the ticket
	Text         bool // row 21: there is a note on what was learnt
	WithinReopen bool // rows 26, 27, 34: not longer ago than reopen_within
	Mergeable    bool // row 28: the target is another ticket and not merged itself
}
