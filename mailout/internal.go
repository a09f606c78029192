package mailout

import (
	"strings"
	"time"
)

// InternalKind is a kind of mail to an agent, a lead or an admin.
type InternalKind string

// The internal kinds.
const (
	NoticeNew       InternalKind = "notice_new"
	NoticeFollowup  InternalKind = "notice_followup"
	NoticeReopened  InternalKind = "notice_reopened"   // History
	NoticeFAQFailed InternalKind = "notice_faq_failed" // FAQ, Text
	NoticeAssigned  InternalKind = "notice_assigned"   // Author assigned it to Recipient
	NoticeSolved    InternalKind = "notice_solved"     // the requester says it is solved
	NoticeDue       InternalKind = "notice_due"        // the time of a snooze has come
	NoticeTaken     InternalKind = "notice_taken"      // Author has taken it
	NoticeNote      InternalKind = "notice_note"       // internal: Author wrote the note Text
	Escalation      InternalKind = "escalation"        // Reason, Short, Done, Similar, History, Files
	Warning         InternalKind = "warning"           // Clock, Left, Due; or Idle
	Breach          InternalKind = "breach"            // Clock, Due, Text = where it stands; Owner
	Handback        InternalKind = "handback"          // Author, FromGroup, Text = knowledge note
	CommandError    InternalKind = "error"             // Problems, CanOK, Text = the agent's own text
	HeldReply       InternalKind = "held_reply"        // Reason, Text; answer releases it
	HeldSender      InternalKind = "held_sender"       // Requester, Text
	DeliveryFailed  InternalKind = "delivery_failed"   // Delivery, Text = the mail that did not arrive
	LowRating       InternalKind = "low_rating"        // Rating, Text = the comment
	Confirmation    InternalKind = "confirmation"      // Lines, Undo
	List            InternalKind = "list"              // Title, Rows
	Show            InternalKind = "show"              // History, Files
	Help            InternalKind = "help"              // Commands = the full list, optional
	AbsenceReturn   InternalKind = "absence_return"    // Lines, Rows
	AdminAlarm      InternalKind = "admin_alarm"       // Title, Text, Fix
	Explanation     InternalKind = "explanation"       // Lines, History
	FAQDraft        InternalKind = "faq_draft"         // Author, Title = question, FAQ = id, Text = answer, Paste = YAML, Rewrite, History
)

// InternalKinds are all internal kinds.
func InternalKinds() []InternalKind {
	return []InternalKind{NoticeNew, NoticeFollowup, NoticeReopened, NoticeFAQFailed, NoticeAssigned, NoticeSolved, NoticeDue, NoticeTaken, NoticeNote,
		Escalation, Warning, Breach, Handback, CommandError, HeldReply, HeldSender, DeliveryFailed, LowRating, Confirmation,
		List, Show, Help, AbsenceReturn, AdminAlarm, Explanation, FAQDraft}
}

// InternalData is all that a mail to an agent can say. Only what a kind uses must
// be set; empty parts leave no trace in the mail.
type InternalData struct {
	Now      time.Time
	Location *time.Location
	Support  string // support address, for the buttons
	Marker   string // short token of the marker line: Kennung IT-10423/n/Zq81mm
	// Canary stands beside internal text, "" = nowhere: a mail to a requester in which
	// it turns up is held.
	Canary  string
	Token   string // for the subjects of the buttons' mails, "" = Marker
	Purpose string // letter of the signed Message-ID: n, i, e, x; part of the marker line
	// Public: a reply to this mail goes to the requester. It is the promise in
	// the first line, and must agree with Purpose.
	Public bool

	Lang      string // language of the mail, for texts that are chosen late
	Recipient string // the agent's name
	Owner     string // whose note a reply becomes, when a reply stays internal; "" = the team's
	Author    string // who wrote Text or did it
	At        time.Time

	Ticket     Ticket
	Requester  Person
	Outsiders  []string // addresses outside the company that got a copy
	Unverified bool     // the sender is not proven: said in the first line
	Mine       bool     // the recipient has taken it
	Open       int      // open tickets of the requester
	Last       string   // "IT-10388 (gelöst)"
	Score      string   // category score, "21:0"
	Impact     string   // label
	Urgency    string   // label
	FromGroup  string   // label of the group it comes from
	FirstDue   time.Time
	SolveDue   time.Time
	TakeDue    time.Time

	Reason   InternalText
	Text     InternalText
	Note     InternalText // template_note of a rule
	LastWord InternalText // when who said what last, in a line
	Clock    string       // first_response, next_response, resolution, take_over
	Due      time.Time
	Left     time.Duration // until Due
	LeftOpen bool          // Left is open time, and less than goes by until Due
	Idle     time.Duration // open time without work on the ticket
	// OutageFrom and OutageTo are when we were not running, if the due time fell
	// into it; zero = it did not.
	OutageFrom, OutageTo time.Time
	Suggestions          []Suggestion
	Similar              []Similar
	Short                InternalText
	Done                 []InternalText // one line each
	History              []Entry
	Files                []File
	// MoreHistory counts entries left out of History.
	MoreHistory int

	// Held says why a mail of the agent was not carried out: proof, collision,
	// suspicious or leak; each asks for another answer.
	Held     string
	Problems []Problem
	CanOK    bool // answering ok runs it with the suggestions
	Until    time.Time

	Delivery Delivery
	Rating   int
	Title    string
	Lines    []InternalText
	Rows     []Row
	MoreRows int
	Commands []CommandHelp
	Examples HelpExamples
	Undo     string // command that takes it back, "" = none
	Fix      string
	FAQ      string
	Paste    InternalText // text to copy into a file
	Rewrite  bool         // Text was written for colleagues
}

// Suggestion is an FAQ entry the agent may send.
type Suggestion struct {
	ID, Title string
	Score     float64
	Why       string // why it was not sent by itself
}

// Similar is a solved ticket that looks like this one.
type Similar struct {
	Tag, Subject string
	Fix          InternalText
	By           string    // who solved it
	On           time.Time // when
}

// Entry is one message or event of a history, oldest first.
type Entry struct {
	At       time.Time
	Author   string
	Kind     string // what the message is, as stored; shown as MessageLabel
	Internal bool
	From     string // tag of the ticket it came from by a merge
	Text     InternalText
}

// Problem is one command that could not be run.
type Problem struct {
	Line   int
	Source string // the line as written
	Text   string // unbekannt. Meinten Sie #gelöst?
}

// Delivery is a mail of ours that did not arrive.
type Delivery struct {
	To, Subject string
	At          time.Time
	Reason      string // in words
	Diagnostic  string // what the server said
}

// CommandHelp is one line of the help.
type CommandHelp struct{ Words, Text string }

// HelpExamples are names of the desk that the help can use; "" = none.
type HelpExamples struct{ Category, Colleague, Ticket, FAQ string }

// Row is one ticket of a list.
type Row struct {
	Due     time.Time
	Overdue bool
	State   string // as stored, shown short; "" = Ticket.State
	Ticket  Ticket
	Who     string
}

// values are what an internal template may use.
func (d *InternalData) values(lang string) values {
	c := clock{now: d.Now, loc: d.Location, lang: lang}
	return values{
		one:  func(name string) (value, bool) { return d.value(name, c) },
		many: func(name string) []map[string]value { return d.list(name, c) },
	}
}

// internalValues are the values of internal templates, besides those of the ticket.
var internalValues = map[string]func(*InternalData, clock) value{
	"marker":             func(d *InternalData, _ clock) value { return plain(d.Marker) },
	"canary":             func(d *InternalData, _ clock) value { return plain(d.Canary) },
	"purpose":            func(d *InternalData, _ clock) value { return plain(d.Purpose) },
	"public":             func(d *InternalData, _ clock) value { return truth(d.Public) },
	"recipient":          func(d *InternalData, _ clock) value { return plain(FirstName(d.Recipient)) },
	"mine":               func(d *InternalData, _ clock) value { return truth(d.Mine) },
	"held.proof":         func(d *InternalData, _ clock) value { return truth(d.Held == "proof") },
	"held.collision":     func(d *InternalData, _ clock) value { return truth(d.Held == "collision") },
	"held.suspicious":    func(d *InternalData, _ clock) value { return truth(d.Held == "suspicious") },
	"held.leak":          func(d *InternalData, _ clock) value { return truth(d.Held == "leak") },
	"owner":              func(d *InternalData, _ clock) value { return plain(d.Owner) },
	"author":             func(d *InternalData, _ clock) value { return plain(d.Author) },
	"at":                 func(d *InternalData, c clock) value { return plain(c.short(d.At)) },
	"outsiders":          func(d *InternalData, _ clock) value { return plain(strings.Join(d.Outsiders, ", ")) },
	"unverified":         func(d *InternalData, _ clock) value { return truth(d.Unverified) },
	"open.one":           func(d *InternalData, _ clock) value { return truth(d.Open == 1) },
	"open.many":          func(d *InternalData, _ clock) value { return several(d.Open) },
	"last":               func(d *InternalData, _ clock) value { return plain(d.Last) },
	"score":              func(d *InternalData, _ clock) value { return plain(d.Score) },
	"impact":             func(d *InternalData, _ clock) value { return plain(d.Impact) },
	"urgency":            func(d *InternalData, _ clock) value { return plain(d.Urgency) },
	"from_group":         func(d *InternalData, _ clock) value { return plain(d.FromGroup) },
	"due.first":          func(d *InternalData, c clock) value { return plain(c.short(d.FirstDue)) },
	"due.solve":          func(d *InternalData, c clock) value { return plain(c.short(d.SolveDue)) },
	"due.take":           func(d *InternalData, c clock) value { return plain(c.short(d.TakeDue)) },
	"due.solve_left":     func(d *InternalData, c clock) value { return plain(c.left(d.SolveDue)) },
	"due.clock":          func(d *InternalData, c clock) value { return plain(c.short(d.Due)) },
	"left":               func(d *InternalData, c clock) value { return plain(Duration(d.Left, c.lang)) },
	"idle":               func(d *InternalData, c clock) value { return plain(Duration(d.Idle, c.lang)) },
	"outage":             func(d *InternalData, c clock) value { return plain(c.between(d.OutageFrom, d.OutageTo)) },
	"left.open":          func(d *InternalData, _ clock) value { return truth(d.LeftOpen) },
	"clock.first":        func(d *InternalData, _ clock) value { return truth(d.Clock == "first_response") },
	"clock.next":         func(d *InternalData, _ clock) value { return truth(d.Clock == "next_response") },
	"clock.resolution":   func(d *InternalData, _ clock) value { return truth(d.Clock == "resolution") },
	"clock.take":         func(d *InternalData, _ clock) value { return truth(d.Clock == "take_over") },
	"reason":             func(d *InternalData, _ clock) value { return richText(d.Reason.text, d.Reason.markdown) },
	"text":               func(d *InternalData, _ clock) value { return richText(d.Text.text, d.Text.markdown) },
	"note":               func(d *InternalData, _ clock) value { return richText(d.Note.text, d.Note.markdown) },
	"short":              func(d *InternalData, _ clock) value { return richText(d.Short.text, d.Short.markdown) },
	"last_word":          func(d *InternalData, _ clock) value { return plain(d.LastWord.text) },
	"can_ok":             func(d *InternalData, _ clock) value { return truth(d.CanOK) },
	"until":              func(d *InternalData, c clock) value { return plain(c.date(d.Until)) },
	"until.time":         func(d *InternalData, c clock) value { return plain(c.short(d.Until)) },
	"delivery.to":        func(d *InternalData, _ clock) value { return plain(d.Delivery.To) },
	"delivery.subject":   func(d *InternalData, _ clock) value { return plain(d.Delivery.Subject) },
	"delivery.at":        func(d *InternalData, c clock) value { return plain(c.short(d.Delivery.At)) },
	"delivery.reason":    func(d *InternalData, _ clock) value { return plain(d.Delivery.Reason) },
	"delivery.said":      func(d *InternalData, _ clock) value { return plain(d.Delivery.Diagnostic) },
	"rating":             func(d *InternalData, _ clock) value { return count(d.Rating) },
	"title":              func(d *InternalData, _ clock) value { return plain(d.Title) },
	"undo":               func(d *InternalData, _ clock) value { return plain(d.Undo) },
	"fix":                func(d *InternalData, _ clock) value { return plain(d.Fix) },
	"paste":              func(d *InternalData, _ clock) value { return richText(d.Paste.text, false) },
	"rewrite":            func(d *InternalData, _ clock) value { return truth(d.Rewrite) },
	"faq.id":             func(d *InternalData, _ clock) value { return plain(d.FAQ) },
	"none":               func(d *InternalData, _ clock) value { return truth(len(d.Rows) == 0 && len(d.Lines) == 0) },
	"more.files":         func(d *InternalData, _ clock) value { return count(len(d.Files) - maxFiles) },
	"more.rows":          func(d *InternalData, _ clock) value { return count(d.MoreRows) },
	"more.history":       func(d *InternalData, _ clock) value { return count(d.MoreHistory) },
	"first.tag":          func(d *InternalData, _ clock) value { return plain(firstTag(d.Rows)) },
	"example.category":   func(d *InternalData, _ clock) value { return plain(d.Examples.Category) },
	"example.colleague":  func(d *InternalData, _ clock) value { return plain(d.Examples.Colleague) },
	"example.ticket":     func(d *InternalData, _ clock) value { return plain(d.Examples.Ticket) },
	"example.faq":        func(d *InternalData, _ clock) value { return plain(d.Examples.FAQ) },
	"first_problem":      func(d *InternalData, _ clock) value { return plain(firstProblem(d.Problems)) },
	"requester.name":     func(d *InternalData, _ clock) value { return plain(nameOrAddress(d.Requester)) },
	"requester.address":  func(d *InternalData, _ clock) value { return plain(d.Requester.Address) },
	"requester.phone":    func(d *InternalData, _ clock) value { return plain(d.Requester.Phone) },
	"requester.room":     func(d *InternalData, _ clock) value { return plain(d.Requester.Room) },
	"requester.device":   func(d *InternalData, _ clock) value { return plain(d.Requester.Device) },
	"requester.division": func(d *InternalData, _ clock) value { return plain(d.Requester.Department) },
}

func (d *InternalData) value(name string, c clock) (value, bool) {
	if get, ok := internalValues[name]; ok {
		return get(d, c), true
	}
	return d.Ticket.value(name)
}

// list returns the items of a list.
func (d *InternalData) list(name string, c clock) (items []map[string]value) {
	add := func(item map[string]value) { items = append(items, item) }
	switch name {
	case "files":
		return fileValues(d.Files, c.lang)
	case "suggestions":
		for _, s := range d.Suggestions {
			add(map[string]value{"item.id": plain(s.ID), "item.title": plain(s.Title), "item.score": plain(score(s.Score)), "item.why": plain(s.Why)})
		}
	case "similar":
		for _, s := range d.Similar {
			add(map[string]value{"item.tag": plain(s.Tag), "item.subject": plain(s.Subject), "item.fix": plain(s.Fix.text), "item.by": plain(s.By), "item.on": plain(c.date(s.On))})
		}
	case "done":
		return textItems(d.Done)
	case "lines":
		return textItems(d.Lines)
	case "history":
		for _, e := range d.History {
			add(map[string]value{"item.at": plain(c.short(e.At)), "item.author": plain(e.Author), "item.kind": plain(e.label(c.lang)),
				"item.internal": truth(e.Internal), "item.text": richText(e.Text.text, e.Text.markdown)})
		}
	case "problems":
		for _, p := range d.Problems {
			add(map[string]value{"item.line": count(p.Line), "item.source": plain(p.Source), "item.text": plain(p.Text)})
		}
	case "commands":
		for _, h := range d.Commands {
			add(map[string]value{"item.words": plain(h.Words), "item.text": plain(h.Text)})
		}
	case "rows":
		for _, r := range d.Rows {
			add(map[string]value{"item.due": plain(c.listed(r)), "item.overdue": truth(r.Overdue), "item.who": plain(r.Who), "item.tag": plain(r.Ticket.Tag),
				"item.subject": plain(r.Ticket.Subject), "item.priority_id": plain(r.Ticket.PriorityID), "item.state": plain(or(shortState(r.State, c.lang), r.Ticket.State))})
		}
	}
	return items
}

func textItems(ts []InternalText) (items []map[string]value) {
	for _, t := range ts {
		items = append(items, map[string]value{"item.text": richText(t.text, t.markdown)})
	}
	return items
}

func firstProblem(ps []Problem) string {
	if len(ps) == 0 {
		return ""
	}
	return truncate(OneLine(ps[0].Source), 60)
}

// label says what an entry is, and from which ticket it came.
func (e Entry) label(lang string) string {
	label := MessageLabel(e.Kind, lang)
	switch {
	case e.From == "":
		return label
	case label != "":
		label += " · "
	}
	if (clock{lang: lang}).language() == "de" {
		return label + "aus " + e.From
	}
	return label + "from " + e.From
}

func firstTag(rows []Row) string {
	if len(rows) == 0 {
		return ""
	}
	return rows[0].Ticket.Tag
}

// listed is when a ticket of a list is due; what is over since today names the
// time alone.
func (c clock) listed(r Row) string {
	s := c.short(r.Due)
	if r.Overdue && c.days(r.Due) == 0 {
		_, s, _ = strings.Cut(s, " ")
	}
	return s
}

func nameOrAddress(p Person) string {
	if OneLine(p.Name) != "" {
		return p.Name
	}
	return p.Address
}
