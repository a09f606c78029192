package report

// The kinds of events beside those of package store that the figures are made
// of. They are written by the desk in the transaction of what they tell.
const (
	// KindAccepted makes a ticket of a held mail: Data is an OpenedFacts.
	KindAccepted = "accepted"
	// KindClock ends an SLA clock, or lets an ended one go on: Old is the clock,
	// New its state (met, breached, not_applicable, running), Data a ClockFacts.
	KindClock = "clock"
	// KindBreach marks a running clock that passed its due instant: New is the
	// clock, Data a ClockFacts.
	KindBreach = "sla_breach"
	// KindReply is a public word of an agent: New is reply or call.
	KindReply = "reply"
	// KindSurvey asks the requester for a rating.
	KindSurvey = "survey"
	// KindRated is a rating: New is 1..5.
	KindRated = "rated"
	// KindFAQ is an FAQ answer that was sent (Old "", New the entry) or what became
	// of it (Old the entry, New helped, rejected or silent).
	KindFAQ = "faq"
	// KindRecontact says that the requester of a silently closed FAQ answer wrote
	// again about the same category within RecontactDays: New is the new ticket.
	KindRecontact = "recontact"
	// KindStep is a step of the escalation ladder: New is its name, Old is
	// StepHierarchical when it told a lead or manager.
	KindStep = "escalation_step"
	// KindManager is #chef: the lead was told by an agent.
	KindManager = "escalated_hierarchic"
)

// StepHierarchical in Old of a KindStep: somebody above the owner was told.
const StepHierarchical = "hierarchical"

// RecontactDays is how long after a silent FAQ answer a new mail of the same
// requester about the same category says that the answer did not help.
const RecontactDays = 7

// OpenedFacts is Data of the event that opens a ticket: what it was on that day,
// whatever it became later. A held mail has no such facts until it is accepted.
type OpenedFacts struct {
	Number    int64  `json:"number,omitempty"`
	Channel   string `json:"channel"`
	Kind      string `json:"kind"`
	Category  string `json:"category"`
	Unsorted  bool   `json:"unsorted,omitempty"` // no rule and no score found the category
	Priority  string `json:"priority"`
	Group     string `json:"group"`
	Assignee  string `json:"assignee,omitempty"`
	Level     int    `json:"level"`
	SLA       string `json:"sla,omitempty"`
	Mode      string `json:"mode,omitempty"`       // of the mailbox: "" = live; training is never counted
	CreatedAt int64  `json:"created_at,omitempty"` // unix milliseconds: arrival on the mail server
}

// ClockFacts is Data of KindClock and KindBreach. Lengths are milliseconds.
type ClockFacts struct {
	Cycle    int    `json:"cycle"`
	Used     int64  `json:"used"`   // open time without pauses
	Gross    int64  `json:"gross"`  // open time with pauses
	Wall     int64  `json:"wall"`   // calendar time
	Target   int64  `json:"target"` // open time allowed
	Priority string `json:"priority"`
}
