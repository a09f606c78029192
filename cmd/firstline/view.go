package main

import (
	"encoding/hex"
	"time"

	"firstline/store"
)

// The forms in which rows are printed for machines: names of the field, instants
// in RFC 3339, no null lists.

type inboundView struct {
	ID         int64     `json:"id"`
	State      string    `json:"state"`
	Outcome    string    `json:"outcome"`
	Reason     string    `json:"reason"`
	SHA256     string    `json:"sha256"`
	Size       int64     `json:"size"`
	Attempts   int       `json:"attempts"`
	ReceivedAt time.Time `json:"received_at"`
	AcceptedAt time.Time `json:"accepted_at"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	Truncated  bool      `json:"truncated"`
}

func viewInbound(r store.Inbound) inboundView {
	return inboundView{r.ID, r.State, r.Outcome, r.Reason, hex.EncodeToString(r.Digest[:]), r.Size, r.Attempts, r.ReceivedAt, r.AcceptedAt, r.DoneAt, r.Truncated}
}

type outgoingView struct {
	ID            int64     `json:"id"`
	State         string    `json:"state"`
	Class         string    `json:"class"`
	Purpose       string    `json:"purpose"`
	Cause         string    `json:"cause"`
	Recipient     string    `json:"recipient"`
	MessageID     string    `json:"message_id"`
	Attempts      int       `json:"attempts"`
	Unknown       int       `json:"unknown"`
	CreatedAt     time.Time `json:"created_at"`
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	ClosedAt      time.Time `json:"closed_at,omitzero"`
	LastError     string    `json:"last_error"`
	SMTPReply     string    `json:"smtp_reply"`
}

func viewOutgoing(r store.Outgoing) outgoingView {
	return outgoingView{r.ID, r.State, r.Class, r.Purpose, r.Cause, r.Recipient, r.MessageID, r.Attempts, r.Unknown, r.CreatedAt, r.NextAttemptAt,
		r.ClosedAt, r.LastError, r.SMTPReply}
}

type messageView struct {
	ID         int64     `json:"id"`
	InboxID    int64     `json:"inbox_id,omitempty"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"`
	Visibility string    `json:"visibility"`
	Author     string    `json:"author"`
	Name       string    `json:"name"`
	Agent      string    `json:"agent,omitempty"`
	Subject    string    `json:"subject"`
	MessageID  string    `json:"message_id,omitempty"`
	Text       string    `json:"text"`
}

func viewMessage(r store.Message) messageView {
	return messageView{r.ID, r.InboxID, r.At, r.Kind, r.Visibility, r.Author, r.Name, r.Agent, r.Subject, r.MessageID, r.Text}
}

type eventView struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Kind   string    `json:"kind"`
	Old    string    `json:"old"`
	New    string    `json:"new"`
	Reason string    `json:"reason"`
	Inbox  int64     `json:"inbox_id,omitempty"`
}

func viewEvent(r store.Event) eventView {
	return eventView{r.At, r.Actor, r.Kind, r.Old, r.New, r.Reason, r.InboxID}
}

type clockView struct {
	Kind       string    `json:"kind"`
	Cycle      int       `json:"cycle"`
	State      string    `json:"state"`
	TargetS    int64     `json:"target_seconds"`
	ConsumedS  int64     `json:"consumed_seconds"`
	DueAt      time.Time `json:"due_at,omitzero"`
	BreachedAt time.Time `json:"breached_at,omitzero"`
	StoppedAt  time.Time `json:"stopped_at,omitzero"`
}

func viewClock(r store.Clock) clockView {
	return clockView{r.Kind, r.Cycle, r.State, int64(r.Target / time.Second), int64(r.Consumed / time.Second), r.DueAt, r.BreachedAt, r.StoppedAt}
}

// views turns rows into their printed form; the list is never null.
func views[R, V any](rows []R, view func(R) V) []V {
	list := make([]V, len(rows))
	for i, r := range rows {
		list[i] = view(r)
	}
	return list
}
