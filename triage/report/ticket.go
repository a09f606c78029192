package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is a line of the history.
type Event struct {
	ID     int64
	Ticket int64
	At     time.Time
	Actor  string
	Kind   string
	Old    string
	New    string
	Data   string
}

// before orders events as they happened.
func (e Event) before(o Event) bool {
	if !e.At.Equal(o.At) {
		return e.At.Before(o.At)
	}
	return e.ID < o.ID
}

// Kinds are the kinds of events a Fold reads; others it passes over.
func Kinds() []string {
	return []string{"opened", "state", "category", "group", "assigned", "level", KindAccepted, KindClock, KindBreach, KindReply,
		KindSurvey, KindRated, KindFAQ, KindRecontact, KindStep, KindManager}
}

// markKind is something that happened to a ticket at an instant.
type markKind uint8

const (
	markResolved markKind = iota
	markReopened
	markReply
	markRated // n = the rating
	markSurvey
	markReturned
	markStep
	markFAQ
	markRejected
)

type mark struct {
	at   int64 // unix milliseconds
	kind markKind
	n    uint8
}

// clock is the last that is known of an SLA clock.
type clock struct {
	kind     string
	cycle    int
	state    string // running, met, breached, not_applicable
	endAt    int64
	breachAt int64 // first breach; it never heals
	facts    ClockFacts
}

// ticket is what the history says about one ticket so far.
type ticket struct {
	id        int64
	openedAt  int64 // it counts since; 0 = held
	createdAt int64
	lastAt    int64
	facts     OpenedFacts
	state     string
	category  string
	corrected bool // by a person
	group     string
	assignee  string
	level     int
	level2At  int64
	level2By  string // actor
	handovers int
	replies   int
	deflected int64 // closed as answered by the FAQ, since
	confirmed bool  // by the requester's word
	recontact bool
	clocks    []clock
	marks     []mark
}

// counts reports whether the ticket is one the figures are about, as it stands.
func (t *ticket) counts() bool {
	return t.openedAt != 0 && t.facts.Mode != "training" && t.state != "merged" && t.state != "discarded" && t.state != "held"
}

// active reports whether somebody has work with it.
func (t *ticket) active() bool {
	switch t.state {
	case "new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "scheduled":
		return t.counts()
	}
	return false
}

// final reports whether the ticket is at rest.
func (t *ticket) final() bool { return t.openedAt == 0 || !t.active() && t.state != "resolved" }

// apply brings the ticket up to date with an event.
func (t *ticket) apply(e *Event) {
	at := e.At.UnixMilli()
	t.lastAt = at
	switch e.Kind {
	case "opened":
		t.open(e, at, e.New != "held")
	case KindAccepted:
		t.open(e, at, true)
	case "state":
		t.moved(e, at)
	case "category":
		t.category = e.New
		t.corrected = t.corrected || strings.HasPrefix(e.Actor, "agent:") && e.Old != e.New
	case "group":
		t.group = e.New
		t.handovers++
	case "assigned":
		t.assignee = e.New
		if e.Old != "" && e.New != "" {
			t.handovers++
		}
	case "level":
		t.leveled(e, at)
	case KindClock, KindBreach:
		t.clocked(e, at)
	case KindReply:
		t.replies++
		t.mark(at, markReply, 0)
	case KindSurvey:
		t.mark(at, markSurvey, 0)
	case KindRated:
		if n, err := strconv.ParseUint(e.New, 10, 8); err == nil && n >= 1 && n <= 5 {
			t.mark(at, markRated, uint8(n))
		}
	case KindFAQ:
		switch {
		case e.Old == "":
			t.mark(at, markFAQ, 0)
		case e.New == "rejected":
			t.mark(at, markRejected, 0)
		}
	case KindRecontact:
		t.recontact = true
	case KindStep:
		if e.Old == StepHierarchical {
			t.mark(at, markStep, 0)
		}
	case KindManager:
		t.mark(at, markStep, 0)
	}
}

func (t *ticket) mark(at int64, kind markKind, n uint8) { t.marks = append(t.marks, mark{at, kind, n}) }

func (t *ticket) open(e *Event, at int64, counts bool) {
	if e.Kind == "opened" {
		t.state = e.New
	}
	if !counts {
		return
	}
	f := OpenedFacts{Channel: "mail", Kind: "incident", Level: 1}
	_ = json.Unmarshal([]byte(e.Data), &f) // an event without facts is of an ordinary mail
	t.openedAt, t.createdAt = at, at
	if f.CreatedAt != 0 && f.CreatedAt < at {
		t.createdAt = f.CreatedAt
	}
	t.facts, t.category, t.group, t.assignee, t.level = f, f.Category, f.Group, f.Assignee, f.Level
	if f.Level == 2 {
		t.level2At, t.level2By = at, "rule:"
	}
}

// moved follows the state. Resolved is also what is closed from work; a solved
// ticket that comes back to work was reopened.
func (t *ticket) moved(e *Event, at int64) {
	was := t.state
	t.state = e.New
	done := func(s string) bool { return s == "resolved" || s == "closed" }
	switch {
	case done(e.New) && !done(was):
		t.mark(at, markResolved, 0)
	case done(was) && t.active():
		t.mark(at, markReopened, 0)
	}
	if e.New == "closed_deflected" {
		t.deflected, t.confirmed, t.recontact = at, e.Actor == "requester", false
	} else if was == "closed_deflected" {
		t.deflected = 0
	}
}

func (t *ticket) leveled(e *Event, at int64) {
	was := t.level
	t.level = 1
	if e.New == "2" {
		t.level = 2
	}
	switch {
	case t.level == 2 && t.level2At == 0:
		t.level2At, t.level2By = at, e.Actor
	case t.level == 1 && was == 2:
		t.mark(at, markReturned, 0)
	}
}

func (t *ticket) clocked(e *Event, at int64) {
	kind := e.Old
	if e.Kind == KindBreach {
		kind = e.New
	}
	var f ClockFacts
	if json.Unmarshal([]byte(e.Data), &f) != nil {
		return
	}
	i := slices.IndexFunc(t.clocks, func(c clock) bool { return c.kind == kind && c.cycle == f.Cycle })
	if i < 0 {
		i = len(t.clocks)
		t.clocks = append(t.clocks, clock{kind: kind, cycle: f.Cycle, state: "running"})
	}
	c := &t.clocks[i]
	c.facts = f
	if e.Kind == KindClock {
		c.state, c.endAt = e.New, at
	}
	if (e.Kind == KindBreach || e.New == "breached") && c.breachAt == 0 {
		c.breachAt = at
	}
}

// last returns the latest mark of a kind before an instant, 0 = none.
func (t *ticket) last(kind markKind) int64 {
	for _, m := range slices.Backward(t.marks) {
		if m.kind == kind {
			return m.at
		}
	}
	return 0
}

// resolution is the resolution clock of the ticket.
func (t *ticket) resolution() *clock {
	for i := range t.clocks {
		if t.clocks[i].kind == "resolution" {
			return &t.clocks[i]
		}
	}
	return nil
}
