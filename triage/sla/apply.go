package sla

import (
	"slices"
	"time"
)

// Event is what happened to a ticket, as far as clocks care. Receipts, automatic
// mail, notes, assignments, tags, thanks, out-of-office replies, bounces and
// ratings are no events.
type Event string

// The events and what they do; see Clocks.Apply.
const (
	EventOpened            Event = "opened"              // created by mail: first response and resolution start
	EventPhone             Event = "phone"               // created by #telefon: first response is met at once
	EventReply             Event = "reply"               // an agent's public reply or call: first and next response stop
	EventWait              Event = "wait"                // #warten: as a reply if ApplyInput.Public
	EventRequester         Event = "requester"           // the requester wrote: next response starts if none runs
	EventFAQ               Event = "faq"                 // FAQ answer sent: first response is suspended
	EventFAQNo             Event = "faq_no"              // it did not help, also after the ticket was closed as deflected
	EventFAQYes            Event = "faq_yes"             // it helped, or nobody said anything: not applicable
	EventEscalated         Event = "escalated"           // to the second level: take-over starts
	EventTaken             Event = "taken"               // first action of the second level: take-over stops
	EventReturned          Event = "returned"            // back to the first level: take-over stops
	EventResolved          Event = "resolved"            // by an agent or by time: all stop
	EventSolvedByRequester Event = "solved_by_requester" // all stop; first response is not applicable if there was none
	EventReopened          Event = "reopened"            // by the requester's mail
	EventReopenedByAgent   Event = "reopened_by_agent"   // #öffnen: nobody waits for a next response
	EventRetarget          Event = "retarget"            // priority or policy changed
	EventState             Event = "state"               // only the state changed: third party, snooze, awake again
	EventClosed            Event = "closed"              // all stop
	EventDiscarded         Event = "discarded"           // first response not applicable, the others stop
	EventMerged            Event = "merged"              // all not applicable
	EventRestored          Event = "restored"            // a merge undone: clocks go on
)

// ApplyInput is what Apply needs to know beside the event.
type ApplyInput struct {
	Policy   Snapshot
	Calendar *Calendar // of the policy; nil = around the clock
	At       time.Time
	// State is the ticket state after the event; it decides whether the
	// resolution clock is paused. "" = the state the event usually leads to.
	State  string
	Public bool // EventWait: text went out to the requester
	// OpenedAt is when the ticket was created; needed to retarget to business
	// days.
	OpenedAt time.Time
	// Was is the calendar the clocks ran by before EventRetarget or Recompute;
	// nil = the same.
	Was *Calendar
}

// calendarWas is the calendar that counts up to At.
func (in *ApplyInput) calendarWas() *Calendar {
	if in.Was != nil {
		return in.Was
	}
	return in.Calendar
}

// moved reports whether the calendar changes with the event.
func (in *ApplyInput) moved() bool { return in.Was != nil && in.Was != in.Calendar }

// nominal is what the policy promises for a clock in open time, without grace.
func (in *ApplyInput) nominal(c Clock) time.Duration {
	t := in.Policy.Targets.Of(c.Kind)
	switch {
	case t.BusinessDays == 0:
		return t.Open
	case in.OpenedAt.IsZero() || c.Kind == NextResponse || c.Kind == TakeOver:
		return c.Target
	}
	return in.Calendar.Elapsed(in.OpenedAt, in.Calendar.DueBusinessDays(in.OpenedAt, t.BusinessDays))
}

// state is the ticket state after the event.
func (in *ApplyInput) state(e Event) string {
	if in.State != "" {
		return in.State
	}
	switch e {
	case EventWait:
		return "waiting_requester"
	case EventFAQ:
		return faqAnswered
	case EventOpened, EventPhone, EventReply, EventRequester, EventFAQNo, EventReopened, EventReopenedByAgent, EventRestored, EventReturned:
		return "open"
	}
	return ""
}

// Clocks are the clocks of one ticket.
type Clocks []Clock

// Find returns the latest clock of a kind.
func (cs Clocks) Find(kind string) (Clock, bool) {
	if c := cs.last(kind); c != nil {
		return *c, true
	}
	return Clock{}, false
}

// last points to the latest clock of a kind; nil if there is none.
func (cs Clocks) last(kind string) *Clock {
	var found *Clock
	for i := range cs {
		if cs[i].Kind == kind && (found == nil || cs[i].Cycle > found.Cycle) {
			found = &cs[i]
		}
	}
	return found
}

// Apply returns the clocks after an event. The receiver is not changed.
//
// A clock whose due time lies before At is breached, whether or not anything
// fired in between; an event at the due instant itself is in time.
func (cs Clocks) Apply(e Event, in ApplyInput) Clocks {
	if in.Calendar == nil {
		in.Calendar = AroundTheClock()
	}
	out := slices.Clone(cs)
	for i := range out {
		out[i].notice(in.At)
	}
	switch e {
	case EventOpened, EventPhone:
		out.begin(FirstResponse, &in)
		out.begin(Resolution, &in)
		if e == EventPhone {
			out.stop(&in, FirstResponse)
		}
	case EventReply:
		out.stop(&in, FirstResponse, NextResponse)
	case EventWait:
		if in.Public {
			out.stop(&in, FirstResponse, NextResponse)
		}
	case EventRequester:
		out.awaitReply(&in)
	case EventFAQNo, EventRestored:
		out.revive(&in)
	case EventEscalated:
		out.begin(TakeOver, &in)
	case EventTaken, EventReturned:
		out.stop(&in, TakeOver)
	case EventResolved, EventClosed:
		out.stop(&in, FirstResponse, NextResponse, Resolution, TakeOver)
	case EventReopened, EventReopenedByAgent:
		out.reopen(&in)
		if e == EventReopened {
			out.awaitReply(&in)
		}
	case EventRetarget:
		out.retarget(&in)
	case EventFAQYes, EventSolvedByRequester, EventDiscarded, EventMerged:
		out.abandon(e, &in)
	}
	out.follow(in.state(e), &in)
	return out
}

// begin starts a clock of a kind, the next cycle of it, unless one is active,
// the kind has no cycles and has been, or the policy has no target for it.
func (cs *Clocks) begin(kind string, in *ApplyInput) {
	target := in.Policy.Targets.Of(kind)
	c := cs.last(kind)
	if target.IsZero() || c != nil && (c.Active() || kind == FirstResponse || kind == Resolution) {
		return
	}
	next := Clock{Kind: kind, Cycle: 1}
	if c != nil {
		next.Cycle = c.Cycle + 1
	}
	next.start(in, target)
	*cs = append(*cs, next)
}

// stop ends the active clocks of some kinds.
func (cs Clocks) stop(in *ApplyInput, kinds ...string) {
	for i := range cs {
		if slices.Contains(kinds, cs[i].Kind) {
			cs[i].stop(in)
		}
	}
}

// awaitReply starts a next-response clock if the first response was given. The
// oldest unanswered message counts, so one that runs goes on.
func (cs *Clocks) awaitReply(in *ApplyInput) {
	if c := cs.last(FirstResponse); c == nil || !c.Active() {
		cs.begin(NextResponse, in)
	}
}

// abandon ends clocks of tickets that nobody works on any more. A breach stays:
// the ticket was late before it turned out to need no answer.
func (cs Clocks) abandon(e Event, in *ApplyInput) {
	for i := range cs {
		c := &cs[i]
		drop := e == EventFAQYes || e == EventMerged || c.Kind == FirstResponse
		if late := !c.BreachedAt.IsZero() && (e == EventFAQYes || e == EventSolvedByRequester); drop && !late {
			c.drop(in)
		} else {
			c.stop(in)
		}
	}
}

// revive lets clocks that became not applicable go on with the time they had.
func (cs Clocks) revive(in *ApplyInput) {
	for i := range cs {
		c := &cs[i]
		if c.State == NotApplicable && c == cs.last(c.Kind) {
			c.run(in, max(c.Target-c.Consumed, 0))
		}
	}
}

// reopen continues the resolution clock where it stopped, with the grace period
// at least, and a first response that was never given.
func (cs Clocks) reopen(in *ApplyInput) {
	for _, kind := range []string{FirstResponse, Resolution} {
		c := cs.last(kind)
		switch {
		case c == nil || c.Active():
		case c.State == NotApplicable:
			c.run(in, max(c.Target-c.Consumed, 0))
		case kind == Resolution:
			nominal := in.nominal(*c)
			if nominal == 0 {
				nominal = c.Target
			}
			c.run(in, max(min(max(nominal-c.Consumed, in.Policy.ReopenGrace), nominal), 0))
		}
	}
}

// retarget gives every clock that has not ended the target of the new policy. A
// clock without one is not applicable; a resolution clock the old policy did not
// have starts.
func (cs *Clocks) retarget(in *ApplyInput) {
	for i := range *cs {
		c := &(*cs)[i]
		if !c.Active() {
			continue
		}
		target := in.Policy.Targets.Of(c.Kind)
		if target.IsZero() {
			c.drop(in)
			continue
		}
		nominal := in.nominal(*c)
		if target.BusinessDays > 0 && (c.Kind == NextResponse || c.Kind == TakeOver) && c.State == Running {
			nominal = in.Calendar.Elapsed(c.SinceAt, in.Calendar.DueBusinessDays(c.SinceAt, target.BusinessDays))
		}
		c.retarget(in, nominal)
	}
	if c := cs.last(Resolution); c == nil {
		cs.begin(Resolution, in)
	}
}

// follow pauses and resumes by the ticket state: the resolution clock as the
// policy says, the first response only while a FAQ answer is out.
func (cs Clocks) follow(state string, in *ApplyInput) {
	if state == "" {
		return
	}
	for i := range cs {
		c := &cs[i]
		pause := state == faqAnswered && c.Kind == FirstResponse || c.Kind == Resolution && in.Policy.pauses(state)
		switch {
		case pause:
			c.pause(in)
		case c.State == Paused:
			c.run(in, max(c.Target-c.Consumed, 0))
		}
	}
}

// Breach marks a running clock as breached if its due time has come; ok is false
// if it has not, if the clock does not run, or is marked already.
func (cs Clocks) Breach(kind string, cycle int, at time.Time) (out Clocks, ok bool) {
	out = slices.Clone(cs)
	for i := range out {
		c := &out[i]
		if c.Kind == kind && c.Cycle == cycle && c.State == Running && c.BreachedAt.IsZero() && !c.DueAt.IsZero() && !at.Before(c.DueAt) {
			c.BreachedAt, ok = c.DueAt, true
		}
	}
	return out, ok
}

// Recompute returns the clocks with the due times of running clocks computed
// anew, for a calendar that was edited: calendars are live, targets are not. If
// Was is given, the time up to At stays counted in the old hours. What was breached
// stays so; a due time of the old hours that has passed without anybody noticing does
// not count.
func (cs Clocks) Recompute(in ApplyInput) Clocks {
	if in.Calendar == nil {
		in.Calendar = AroundTheClock()
	}
	out := slices.Clone(cs)
	for i := range out {
		c := &out[i]
		if c.State != Running || !c.BreachedAt.IsZero() {
			continue
		}
		switch {
		case in.At.Before(c.SinceAt): // started by a wall clock that was ahead
			c.SinceAt = in.At
		case in.moved():
			c.fold(&in)
			c.SinceAt = in.At
		}
		c.DueAt = in.Calendar.Add(c.SinceAt, c.Target-c.Consumed)
		c.warn(&in)
	}
	return out
}
