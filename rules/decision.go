// Package rules says what a message asks for: its category by word score, what
// the rules of the admin set, and whether the FAQ can answer it.
//
// It is pure: no clock, file, network or log. A Set is compiled once from YAML
// and is safe for concurrent use; Decide gets everything else as a value.
package rules

import (
	"time"

	"firstline/mailin"
)

// Input is the snapshot one decision is made from.
type Input struct {
	Message *mailin.Message
	Now     time.Time // time of receipt
	Mailbox string    // id of the mailbox it came through
	Reply   bool      // it continues a ticket: rules with applies_to reply or both

	// Ticket is the tag of the ticket the mail began, when it is decided about once
	// more: what that ticket taught the FAQ is left out. "" = a mail that is new.
	Ticket string

	// What the ticket already holds, for follow-ups.
	Category, Priority string
	Tags               []string

	// AttachmentText is the text of the attachments, for attachment_text; may be
	// empty. See Set.ReadsAttachments.
	AttachmentText string

	Internal     bool // sender of an internal domain
	VIP          bool // sender is marked as important in the directory
	Known        bool // sender may open tickets
	FirstContact bool
	// RequesterLanguage is the language the directory knows of the sender; it
	// counts where that of the mail is not sure.
	RequesterLanguage string
	// SenderOpenTickets counts the open tickets of this sender.
	SenderOpenTickets int
	// Recent are the tickets of the last hours, for similar_recent.
	Recent []Recent
	// AnsweredAt says when this requester last got which FAQ answer.
	AnsweredAt map[string]time.Time
	// FAQOutcomes are the last outcomes per entry, newest last: true = helped.
	FAQOutcomes map[string][]bool
	// Open reports whether a calendar is open at Now, by name.
	Open map[string]bool
	// Location is the company's time zone, for time conditions.
	Location *time.Location
}

// Recent is a ticket that similar_recent may count.
type Recent struct {
	Category string
	Subject  string
	At       time.Time
	Ticket   int64 // row of the ticket, for Decision.Similar
}

// Decision is what a message asks for, with the reason for each part.
type Decision struct {
	Language string // language to write to the requester in
	Category string
	Priority string // P1..P4
	Impact   string
	Urgency  string
	Group    string
	Assign   string // agent id, "round_robin", "least_open" or ""
	SLA      string
	Kind     string // incident or request
	Tags     []string
	Watchers []string
	Notify   []string // roles, groups, agents or addresses

	Ignore  string // reason, "" = no
	Hold    string // reason, "" = no
	Reject  string // template, "" = no
	Receipt string // template name, "" = standard, "none" = no receipt
	Reply   string // template to send besides, "" = none
	Note    string // template of an internal note

	Escalate    string // second-level group, "" = no
	EscalateWhy string
	Incident    string // name of the grouped incident
	// Similar are the tickets that similar_recent counted in the rule that set
	// Incident, for the desk to group.
	Similar       []int64
	SetSubject    string
	RequesterFrom string // requester address found by a rule in a web form mail

	Rule  string   // the rule that set the category or, without one, the last that acted
	Rules []string // every rule that matched, in order
	// SetBy names the rule behind each field that a rule set, by the key of then.
	SetBy map[string]string
	// Match holds the named groups of the rules that set a template (receipt, reply,
	// reject, template_note), cut and without control characters.
	Match map[string]string
	// Points of the category and of the one behind it, 0 when no words were counted.
	Points, SecondPoints int
	FAQ                  FAQDecision
	Trace                []Step
}

// FAQDecision is the best FAQ entry for a message and whether it is sent.
type FAQDecision struct {
	ID     string
	Score  float64
	Margin float64 // lead over the second entry and the background
	Sent   bool    // the four yeses hold: answer automatically
	Answer string  // Markdown in Decision.Language, for Sent and for suggestions
	Why    string  // why not, when not sent
	// Plain is Why in the words of an agent, without names of keys.
	Plain string
	// Ready: the mail is one that may be answered; besides score and lead only the
	// mode of the entry and its history could keep the answer back.
	Ready bool
	// Learned is the tag of the ticket whose words were nearest, "" = a question of
	// the configuration was.
	Learned string
	// KeepOpen: after_answer keep_open; Close: after_answer close.
	KeepOpen, Close bool
	// Suggest are up to three entries an agent may send with #faq, best first.
	Suggest []Suggestion
}

// Suggestion is an FAQ entry worth showing to an agent.
type Suggestion struct {
	ID    string
	Score float64
	Title string
}

// Step is one line of the explanation of a decision.
type Step struct {
	Stage  string `json:"stage"` // gate, thread, language, category, rule, priority, faq, sla, assign, mail
	Name   string `json:"name,omitempty"`
	Match  bool   `json:"match"`
	Reason string `json:"reason"`
}
