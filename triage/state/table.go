package state

import "slices"

// Rows whose mail concerns another ticket; this one stays as it is.
const (
	RowNewTicket   = 27 // the mail opens a new ticket, linked to this one
	RowMergeTarget = 29 // the mail is handled as mail to the ticket merged into
)

// Transition is one row of the table.
type Transition struct {
	Row    int
	From   []State
	Events []Event
	// Guard must hold; nil = always. Condition says it in words.
	Guard     func(Guards) bool
	Condition string
	To        State // Same = the state stays
	Mail      string
}

// Same marks a transition that does something but leaves the state.
const Same State = "same"

// Table returns the transitions, most of them one to a row. Where several fit,
// the first holds: what a merged ticket gets goes to its target, and "gelöst"
// after a FAQ answer is deflection, not resolution.
func Table() []Transition { return slices.Clone(transitions) }

// transitions is the table, written once and only read.
var transitions = slices.Concat(mergedRows(), intakeRows(), faqRows(), workRows(), endRows(), anyRows())

func mergedRows() []Transition {
	mail := slices.Concat(requesterEvents(), agentEvents(), []Event{VendorMail, RobotMail})
	return []Transition{
		{Row: RowMergeTarget, From: []State{Merged}, Events: mail, To: Same, Mail: "as mail to the target"},
	}
}

func intakeRows() []Transition {
	return []Transition{
		{Row: 1, From: []State{None}, Events: []Event{NewMail}, Guard: func(g Guards) bool { return g.Allowed }, Condition: "sender allowed", To: New, Mail: "receipt; notify group"},
		{Row: 2, From: []State{None}, Events: []Event{NewMail}, Guard: func(g Guards) bool { return !g.Allowed }, Condition: "sender unknown", To: Held, Mail: "notify first level only"},
		{Row: 3, From: []State{Held}, Events: []Event{Accept}, To: New, Mail: "receipt now"},
		{Row: 4, From: []State{Held}, Events: []Event{Reject, ExpireTimer}, To: Discarded},
	}
}

func faqRows() []Transition {
	return []Transition{
		{Row: 5, From: []State{New}, Events: []Event{FAQAnswer}, Guard: func(g Guards) bool { return g.FAQSure }, Condition: "four yeses", To: FAQAnswered, Mail: "FAQ answer"},
		{Row: 6, From: []State{FAQAnswered}, Events: []Event{RequesterSolved}, To: ClosedDeflected},
		{Row: 7, From: []State{FAQAnswered}, Events: []Event{RequesterMail}, To: New, Mail: "notify group"},
		{Row: 8, From: []State{FAQAnswered}, Events: []Event{AskTimer}, Guard: func(g Guards) bool { return !g.Asked }, Condition: "once", To: Same, Mail: "one question"},
		{Row: 9, From: []State{FAQAnswered}, Events: []Event{DeflectTimer}, To: ClosedDeflected},
	}
}

func workRows() []Transition {
	return []Transition{
		{Row: 10, From: active(), Events: []Event{PublicReply}, Guard: func(g Guards) bool { return g.Proven }, Condition: "authenticated, token, leak guard", To: Open, Mail: "reply to requester"},
		{Row: 11, From: []State{New}, Events: []Event{Assign}, To: Open, Mail: "others informed"},
		{Row: 12, From: []State{New, Open, Scheduled, WaitingVendor}, Events: []Event{Wait}, To: WaitingRequester, Mail: "reply if text"},
		{Row: 13, From: []State{WaitingRequester}, Events: []Event{RequesterMail}, To: Open, Mail: "notify assignee"},
		{Row: 14, From: []State{WaitingRequester}, Events: []Event{RemindTimer}, Guard: func(g Guards) bool { return !g.Asked }, Condition: "once", To: Same, Mail: "reminder"},
		{Row: 15, From: []State{WaitingRequester}, Events: []Event{ResolveTimer}, To: Resolved, Mail: "resolution mail"},
		{Row: 16, From: active(), Events: []Event{AskVendor}, To: WaitingVendor, Mail: "forward if address"},
		{Row: 17, From: []State{WaitingVendor}, Events: []Event{VendorMail}, Guard: func(g Guards) bool { return g.InThread }, Condition: "in thread", To: Open, Mail: "notify assignee, internal"},
		{Row: 18, From: active(), Events: []Event{Snooze}, Guard: func(g Guards) bool { return g.Future }, Condition: "date in the future", To: Scheduled},
		{Row: 19, From: []State{Scheduled}, Events: []Event{WakeTimer, RequesterMail}, To: Open, Mail: "notify assignee"},
		{Row: 20, From: active(), Events: []Event{ToSecondLevel}, Guard: func(g Guards) bool { return g.Level == 1 }, Condition: "level 1", To: Same, Mail: "hand-over mail; requester once"},
		{Row: 21, From: active(), Events: []Event{ToFirstLevel}, Guard: func(g Guards) bool { return g.Level == 2 && g.Text }, Condition: "level 2, with text", To: Open, Mail: "return mail"},
	}
}

func endRows() []Transition {
	return []Transition{
		{Row: 22, From: active(), Events: []Event{Resolve, RequesterSolved}, To: Resolved, Mail: "resolution and rating"},
		{Row: 23, From: []State{Resolved}, Events: []Event{RequesterMail}, To: Open, Mail: "notify"},
		// "gelöst" to a resolved ticket says no more than thanks.
		{Row: 24, From: []State{Resolved}, Events: []Event{RequesterThanks, RequesterRating, RequesterSolved}, To: Same},
		// #schließen closes at once and without a mail what time would close.
		{Row: 25, From: []State{Resolved}, Events: []Event{CloseTimer}, To: Closed},
		{Row: 25, From: append(active(), Resolved), Events: []Event{Close}, To: Closed},
		{Row: 26, From: []State{Closed}, Events: []Event{RequesterMail}, Guard: func(g Guards) bool { return g.WithinReopen }, Condition: "within reopen_within", To: Open, Mail: "notify"},
		// A deflected ticket of long ago is no better a home for a new matter than
		// a closed one.
		{Row: RowNewTicket, From: []State{Closed, ClosedDeflected}, Events: []Event{RequesterMail}, Guard: func(g Guards) bool { return !g.WithinReopen }, Condition: "later", To: Same, Mail: "receipt of the new ticket"},
	}
}

func anyRows() []Transition {
	any := slices.DeleteFunc(All(), func(s State) bool { return s == Merged })
	return []Transition{
		{Row: 28, From: any, Events: []Event{Merge}, Guard: func(g Guards) bool { return g.Mergeable }, Condition: "target not merged, not itself", To: Merged, Mail: "one line"},
		{Row: 30, From: any, Events: []Event{Spam}, To: Discarded},
		{Row: 31, From: any, Events: []Event{RobotMail}, To: Same, Mail: "note (bounce: notify assignee)"},
		// #öffnen also ends waiting: what waits for somebody is open again.
		{Row: 32, From: []State{FAQAnswered, WaitingRequester, WaitingVendor, Scheduled, Resolved, Closed, ClosedDeflected, Discarded}, Events: []Event{Reopen}, To: Open},
		{Row: 33, From: []State{Resolved, Closed}, Events: []Event{PublicReply}, Guard: func(g Guards) bool { return g.Proven }, Condition: "as row 10", To: Same, Mail: "reply to requester"},
		{Row: 34, From: []State{ClosedDeflected}, Events: []Event{RequesterMail}, Guard: func(g Guards) bool { return g.WithinReopen }, Condition: "within reopen_within", To: New, Mail: "notify group"},
	}
}

// Next looks up what an event does to a ticket. If ok is false the event is not
// in the table for this state and these guards: to is from, row is 0, and
// Otherwise says what becomes of it.
func Next(from State, e Event, g Guards) (to State, row int, ok bool) {
	for i := range transitions {
		t := &transitions[i]
		if !slices.Contains(t.From, from) || !slices.Contains(t.Events, e) || t.Guard != nil && !t.Guard(g) {
			continue
		}
		if t.To == Same {
			return from, t.Row, true
		}
		return t.To, t.Row, true
	}
	return from, 0, false
}

// Disposition is what becomes of an event that is not in the table.
type Disposition string

// The dispositions.
const (
	Refused    Disposition = "refused"    // the agent gets an error mail, nothing is changed
	Stored     Disposition = "stored"     // the mail is kept with the ticket, the state stays
	Ignored    Disposition = "ignored"    // a timer that came too late
	Unaffected Disposition = "unaffected" // carried out; it does not concern the state
)

// Otherwise says what becomes of an event for which Next was not ok.
func Otherwise(from State, e Event) Disposition {
	switch {
	case slices.Contains(requesterEvents(), e), e == VendorMail, e == RobotMail, e == NewMail:
		return Stored
	case e == Assign && (from.Active() || from == Resolved):
		return Unaffected
	case slices.Contains(agentEvents(), e):
		return Refused
	}
	return Ignored
}
