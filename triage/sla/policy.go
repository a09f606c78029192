package sla

import (
	"slices"
	"time"
)

// Kinds of clocks, as stored.
const (
	FirstResponse = "first_response"
	NextResponse  = "next_response"
	Resolution    = "resolution"
	TakeOver      = "take_over"
)

// ParseKind reads the kind of a clock as stored ("resolution") or as written in
// the configuration ("resolve").
func ParseKind(s string) (string, bool) {
	switch s {
	case FirstResponse, "first_reply":
		return FirstResponse, true
	case NextResponse, "next_reply":
		return NextResponse, true
	case Resolution, "resolve":
		return Resolution, true
	case TakeOver, "second_level_takes":
		return TakeOver, true
	}
	return "", false
}

// Grace periods that hold where the configuration has none.
const (
	DefaultReopenGrace       = 2 * time.Hour
	DefaultReprioritiseGrace = 30 * time.Minute
	DefaultWarnAt            = 0.75
)

// Targets are the promises for one priority.
type Targets struct {
	FirstResponse Target `json:"first_response,omitzero"`
	NextResponse  Target `json:"next_response,omitzero"`
	Resolution    Target `json:"resolution,omitzero"`
	TakeOver      Target `json:"take_over,omitzero"`
}

// Of returns the target of a kind of clock.
func (t Targets) Of(kind string) Target {
	switch kind {
	case FirstResponse:
		return t.FirstResponse
	case NextResponse:
		return t.NextResponse
	case Resolution:
		return t.Resolution
	case TakeOver:
		return t.TakeOver
	}
	return Target{}
}

// Policy is a service level agreement: targets by priority in the hours of a
// calendar.
type Policy struct {
	Name, Calendar string
	// PauseWhen lists the ticket states that pause the resolution clock, beside
	// faq_answered, which always does.
	PauseWhen []string
	// WarnAt is the share of a target after which is warned; 0 = never.
	WarnAt  float64
	Targets map[string]Targets // by priority
}

// Snapshot fixes what a policy promises a ticket of a priority. It is taken when
// the ticket is created and when its priority or policy changes, and is stored
// with the ticket as JSON: later edits of the policy do not touch the ticket.
func (p *Policy) Snapshot(priority string, reopenGrace, reprioritiseGrace time.Duration) Snapshot {
	return Snapshot{
		Policy:            p.Name,
		Calendar:          p.Calendar,
		Priority:          priority,
		PauseWhen:         slices.Clone(p.PauseWhen),
		WarnAt:            p.WarnAt,
		Targets:           p.Targets[priority],
		ReopenGrace:       reopenGrace,
		ReprioritiseGrace: reprioritiseGrace,
	}
}

// Snapshot is a Policy as it was promised to one ticket.
type Snapshot struct {
	Policy    string   `json:"policy"`
	Calendar  string   `json:"calendar"`
	Priority  string   `json:"priority"`
	PauseWhen []string `json:"pause_when,omitempty"`
	WarnAt    float64  `json:"warn_at,omitempty"`
	Targets   Targets  `json:"targets"`
	// ReopenGrace is the open time a reopened ticket has at least;
	// ReprioritiseGrace what is left at least when a target gets shorter. Both
	// are nanoseconds in JSON.
	ReopenGrace       time.Duration `json:"reopen_grace,omitempty"`
	ReprioritiseGrace time.Duration `json:"reprioritise_grace,omitempty"`
}

// faqAnswered is the ticket state in which the requester has a FAQ answer and
// nobody has said yet whether it helped.
const faqAnswered = "faq_answered"

// pauses reports whether a ticket state pauses the resolution clock.
func (s Snapshot) pauses(state string) bool {
	return state == faqAnswered || slices.Contains(s.PauseWhen, state)
}
