package report

import "time"

// Learned is what the desk learns about its knowledge in a period: input of the
// weekly report, which does not compute it.
type Learned struct {
	Recurring []Topic    // clusters of similar tickets without FAQ entry and without open problem
	Entries   []EntryUse // usage and success of FAQ entries; those that do not help come first
}

// Knowledge is the agenda of the monthly knowledge round. Texts are internal.
type Knowledge struct {
	Period    Period
	Recurring []Topic    // recurring topics without FAQ entry
	Returned  []Returned // escalations that came back, with what the second level did
	Problems  []Problem  // problems that are open
	Drafts    []Draft    // FAQ drafts nobody has filed
	Expired   []Entry    // entries past review_by
	Unhelpful []EntryUse // entries that do not help
	LowRated  []Voice    // comments of low ratings
}

// Empty reports whether there is nothing to talk about.
func (k Knowledge) Empty() bool {
	return len(k.Recurring)+len(k.Returned)+len(k.Problems)+len(k.Drafts)+len(k.Expired)+len(k.Unhelpful)+len(k.LowRated) == 0
}

// Topic is a cluster of similar tickets.
type Topic struct {
	Title    string   `json:"title"` // subject of its most typical ticket
	Category string   `json:"category,omitempty"`
	Count    int      `json:"count"`
	Days     int      `json:"days"`              // within which they came
	Tickets  []string `json:"tickets,omitempty"` // tags, newest first; the first is the one to draft from
}

// Returned is a ticket the second level gave back.
type Returned struct {
	Ticket  string    `json:"ticket"`
	Subject string    `json:"subject"`
	Group   string    `json:"group"` // label of the second-level group
	At      time.Time `json:"at"`
	Done    string    `json:"done"` // what the second level did: its knowledge note
}

// Problem is a parent ticket that is still open.
type Problem struct {
	Ticket     string    `json:"ticket"`
	Subject    string    `json:"subject"`
	Since      time.Time `json:"since"`
	Children   int       `json:"children"`   // tickets that hang on it
	Workaround string    `json:"workaround"` // "" = none known
	Owner      string    `json:"owner"`
}

// Draft is an FAQ entry somebody drafted from a ticket.
type Draft struct {
	Ticket string    `json:"ticket"`
	Title  string    `json:"title"`
	Author string    `json:"author"`
	At     time.Time `json:"at"`
}

// Entry is an FAQ entry that is due for review.
type Entry struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	ReviewBy time.Time `json:"review_by"`
}

// EntryUse is how an FAQ entry did.
type EntryUse struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Sent     int    `json:"sent"`
	Helped   int    `json:"helped"`
	Silent   int    `json:"silent"`
	Rejected int    `json:"rejected"`
	Demoted  bool   `json:"demoted"` // only suggested to agents, because it did not help
}

// Voice is what a requester wrote with a rating.
type Voice struct {
	Ticket string    `json:"ticket"`
	Rating int       `json:"rating"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}
