package mailout

import "time"

// InternalKind is a kind of mail to an agent, a lead or an admin.
type InternalKind string

// The internal kinds.
const (
	NoticeNew       InternalKind = "notice_new"
	NoticeFollowup  InternalKind = "notice_followup"
	NoticeReopened  InternalKind = "notice_reopened"   // History
	NoticeFAQFailed InternalKind = "notice_faq_failed" // FAQ, Text
	NoticeAssigned  InternalKind = "notice_assigned"   // Author assigned it to Recipient
	NoticeTaken     InternalKind = "notice_taken"      // Author has taken it
	NoticeNote      InternalKind = "notice_note"       // internal: Author wrote the note Text
	Escalation      InternalKind = "escalation"        // Reason, Short, Done, Similar, History, Files
	Warning         InternalKind = "warning"           // Clock, Left, Due
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
)

// InternalKinds are all internal kinds.
func InternalKinds() []InternalKind {
	return []InternalKind{NoticeNew, NoticeFollowup, NoticeReopened, NoticeFAQFailed, NoticeAssigned, NoticeTaken, NoticeNote,
		Escalation, Warning, Breach, Handback, CommandError, HeldReply, HeldSender, DeliveryFailed, LowRating, Confirmation,
		List, Show, Help, AbsenceReturn, AdminAlarm, Explanation}
}

// InternalData is all that a mail to an agent can say. Only what a kind uses must
// be set; empty parts leave no trace in the mail.
type InternalData struct {
	Now      time.Time
	Location *time.Location
	Support  string // support address, for the buttons
	Marker   string // short token of the marker line: Kennung IT-10423/n/Zq81mm
	Token    string // for the subjects of the buttons' mails, "" = Marker
	Purpose  string // letter of the signed Message-ID: n, i, e, x; part of the marker line
	// Public: a reply to this mail goes to the requester. It is the promise in
	// the first line, and must agree with Purpose.
	Public bool

	Recipient string // the agent's name
	Owner     string // whose note a reply becomes, when a reply stays internal; "" = the team's
	Author    string // who wrote Text or did it
	At        time.Time

	Ticket     Ticket
	Requester  Person
	Unverified bool   // the sender is not proven: said in the first line
	Open       int    // open tickets of the requester
	Last       string // "IT-10388 (gelöst)"
	Score      string // category score, "21:0"
	Impact     string // label
	Urgency    string // label
	FromGroup  string // label of the group it comes from
	FirstDue   time.Time
	SolveDue   time.Time
	TakeDue    time.Time

	Reason      InternalText
	Text        InternalText
	Clock       string // first_response, next_response, resolution, take_over
	Due         time.Time
	Left        time.Duration // until Due
	Suggestions []Suggestion
	Similar     []Similar
	Short       InternalText
	Done        []InternalText // one line each
	History     []Entry
	Files       []File
	// MoreHistory counts entries left out of History.
	MoreHistory int

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
	Undo     string // command that takes it back, "" = none
	Fix      string
	FAQ      string
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
}

// Entry is one message or event of a history, oldest first.
type Entry struct {
	At       time.Time
	Author   string
	Kind     string // label, "" = none
	Internal bool
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

// Row is one ticket of a list.
type Row struct {
	Due     time.Time
	Overdue bool
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

// internalNames are the values of internal templates.
var internalNames = []string{"marker", "purpose", "public", "recipient", "owner", "author", "at", "unverified", "open.one", "open.many", "last", "score", "impact", "urgency", "from_group", "due.first", "due.solve", "due.take", "due.solve_left", "due.clock", "left", "clock.first", "clock.next", "clock.resolution", "clock.take", "reason", "text", "short", "can_ok", "until", "until.time", "delivery.to", "delivery.subject", "delivery.at", "delivery.reason", "delivery.said", "rating", "title", "undo", "fix", "faq.id", "more.rows", "more.history", "first_problem", "requester.name", "requester.address", "requester.phone", "requester.room", "requester.device", "requester.division"}

func (d *InternalData) value(name string, c clock) (value, bool) {
	switch name {
	case "marker":
		return plain(d.Marker), true
	case "purpose":
		return plain(d.Purpose), true
	case "public":
		return truth(d.Public), true
	case "recipient":
		return plain(d.Recipient), true
	case "owner":
		return plain(d.Owner), true
	case "author":
		return plain(d.Author), true
	case "at":
		return plain(c.short(d.At)), true
	case "unverified":
		return truth(d.Unverified), true
	case "open.one":
		return truth(d.Open == 1), true
	case "open.many":
		return several(d.Open), true
	case "last":
		return plain(d.Last), true
	case "score":
		return plain(d.Score), true
	case "impact":
		return plain(d.Impact), true
	case "urgency":
		return plain(d.Urgency), true
	case "from_group":
		return plain(d.FromGroup), true
	case "due.first":
		return plain(c.short(d.FirstDue)), true
	case "due.solve":
		return plain(c.short(d.SolveDue)), true
	case "due.take":
		return plain(c.short(d.TakeDue)), true
	case "due.solve_left":
		return plain(c.left(d.SolveDue)), true
	case "due.clock":
		return plain(c.short(d.Due)), true
	case "left":
		return plain(Duration(d.Left, c.lang)), true
	case "clock.first":
		return truth(d.Clock == "first_response"), true
	case "clock.next":
		return truth(d.Clock == "next_response"), true
	case "clock.resolution":
		return truth(d.Clock == "resolution"), true
	case "clock.take":
		return truth(d.Clock == "take_over"), true
	case "reason":
		return richText(d.Reason.text, d.Reason.markdown), true
	case "text":
		return richText(d.Text.text, d.Text.markdown), true
	case "short":
		return richText(d.Short.text, d.Short.markdown), true
	case "can_ok":
		return truth(d.CanOK), true
	case "until":
		return plain(c.date(d.Until)), true
	case "until.time":
		return plain(c.short(d.Until)), true
	case "delivery.to":
		return plain(d.Delivery.To), true
	case "delivery.subject":
		return plain(d.Delivery.Subject), true
	case "delivery.at":
		return plain(c.short(d.Delivery.At)), true
	case "delivery.reason":
		return plain(d.Delivery.Reason), true
	case "delivery.said":
		return plain(d.Delivery.Diagnostic), true
	case "rating":
		return count(d.Rating), true
	case "title":
		return plain(d.Title), true
	case "undo":
		return plain(d.Undo), true
	case "fix":
		return plain(d.Fix), true
	case "faq.id":
		return plain(d.FAQ), true
	case "more.rows":
		return count(d.MoreRows), true
	case "more.history":
		return count(d.MoreHistory), true
	case "first_problem":
		return plain(firstProblem(d.Problems)), true
	case "requester.name":
		return plain(nameOrAddress(d.Requester)), true
	case "requester.address":
		return plain(d.Requester.Address), true
	case "requester.phone":
		return plain(d.Requester.Phone), true
	case "requester.room":
		return plain(d.Requester.Room), true
	case "requester.device":
		return plain(d.Requester.Device), true
	case "requester.division":
		return plain(d.Requester.Department), true
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
			add(map[string]value{"item.tag": plain(s.Tag), "item.subject": plain(s.Subject), "item.fix": plain(s.Fix.text)})
		}
	case "done":
		return textItems(d.Done)
	case "lines":
		return textItems(d.Lines)
	case "history":
		for _, e := range d.History {
			add(map[string]value{"item.at": plain(c.short(e.At)), "item.author": plain(e.Author), "item.kind": plain(e.Kind),
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
			add(map[string]value{"item.due": plain(c.short(r.Due)), "item.overdue": truth(r.Overdue), "item.who": plain(r.Who), "item.tag": plain(r.Ticket.Tag),
				"item.subject": plain(r.Ticket.Subject), "item.priority_id": plain(r.Ticket.PriorityID), "item.state": plain(r.Ticket.State)})
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

func nameOrAddress(p Person) string {
	if OneLine(p.Name) != "" {
		return p.Name
	}
	return p.Address
}
