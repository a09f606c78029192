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

func (d InternalData) values(lang string) values {
	w := clock{now: d.Now, loc: d.Location, lang: lang}
	v := values{one: map[string]value{
		"marker":             plain(d.Marker),
		"purpose":            plain(d.Purpose),
		"public":             truth(d.Public),
		"recipient":          plain(d.Recipient),
		"owner":              plain(d.Owner),
		"author":             plain(d.Author),
		"at":                 plain(w.short(d.At)),
		"unverified":         truth(d.Unverified),
		"open.one":           truth(d.Open == 1),
		"open.many":          several(d.Open),
		"last":               plain(d.Last),
		"score":              plain(d.Score),
		"impact":             plain(d.Impact),
		"urgency":            plain(d.Urgency),
		"from_group":         plain(d.FromGroup),
		"due.first":          plain(w.short(d.FirstDue)),
		"due.solve":          plain(w.short(d.SolveDue)),
		"due.take":           plain(w.short(d.TakeDue)),
		"due.solve_left":     plain(w.left(d.SolveDue)),
		"due.clock":          plain(w.short(d.Due)),
		"left":               plain(Duration(d.Left, lang)),
		"clock.first":        truth(d.Clock == "first_response"),
		"clock.next":         truth(d.Clock == "next_response"),
		"clock.resolution":   truth(d.Clock == "resolution"),
		"clock.take":         truth(d.Clock == "take_over"),
		"reason":             richText(d.Reason.text, d.Reason.markdown),
		"text":               richText(d.Text.text, d.Text.markdown),
		"short":              richText(d.Short.text, d.Short.markdown),
		"can_ok":             truth(d.CanOK),
		"until":              plain(w.date(d.Until)),
		"until.time":         plain(w.short(d.Until)),
		"delivery.to":        plain(d.Delivery.To),
		"delivery.subject":   plain(d.Delivery.Subject),
		"delivery.at":        plain(w.short(d.Delivery.At)),
		"delivery.reason":    plain(d.Delivery.Reason),
		"delivery.said":      plain(d.Delivery.Diagnostic),
		"rating":             count(d.Rating),
		"title":              plain(d.Title),
		"undo":               plain(d.Undo),
		"fix":                plain(d.Fix),
		"faq.id":             plain(d.FAQ),
		"more.rows":          count(d.MoreRows),
		"more.history":       count(d.MoreHistory),
		"first_problem":      plain(firstProblem(d.Problems)),
		"requester.name":     plain(nameOrAddress(d.Requester)),
		"requester.address":  plain(d.Requester.Address),
		"requester.phone":    plain(d.Requester.Phone),
		"requester.room":     plain(d.Requester.Room),
		"requester.device":   plain(d.Requester.Device),
		"requester.division": plain(d.Requester.Department),
	}, many: d.lists(w)}
	d.Ticket.values(v.one)
	return v
}

func (d InternalData) lists(w clock) map[string][]map[string]value {
	m := map[string][]map[string]value{"files": fileValues(d.Files, w.lang)}
	add := func(name string, item map[string]value) { m[name] = append(m[name], item) }
	for _, s := range d.Suggestions {
		add("suggestions", map[string]value{"item.id": plain(s.ID), "item.title": plain(s.Title),
			"item.score": plain(score(s.Score)), "item.why": plain(s.Why)})
	}
	for _, s := range d.Similar {
		add("similar", map[string]value{"item.tag": plain(s.Tag), "item.subject": plain(s.Subject), "item.fix": plain(s.Fix.text)})
	}
	for _, t := range d.Done {
		add("done", map[string]value{"item.text": richText(t.text, false)})
	}
	for _, t := range d.Lines {
		add("lines", map[string]value{"item.text": richText(t.text, false)})
	}
	for _, e := range d.History {
		add("history", map[string]value{"item.at": plain(w.short(e.At)), "item.author": plain(e.Author), "item.kind": plain(e.Kind),
			"item.internal": truth(e.Internal), "item.text": richText(e.Text.text, e.Text.markdown)})
	}
	for _, p := range d.Problems {
		add("problems", map[string]value{"item.line": count(p.Line), "item.source": plain(p.Source), "item.text": plain(p.Text)})
	}
	for _, c := range d.Commands {
		add("commands", map[string]value{"item.words": plain(c.Words), "item.text": plain(c.Text)})
	}
	for _, r := range d.Rows {
		item := map[string]value{"item.due": plain(w.short(r.Due)), "item.overdue": truth(r.Overdue), "item.who": plain(r.Who)}
		for k, v := range map[string]value{"item.tag": plain(r.Ticket.Tag), "item.subject": plain(r.Ticket.Subject),
			"item.priority_id": plain(r.Ticket.PriorityID), "item.state": plain(r.Ticket.State)} {
			item[k] = v
		}
		add("rows", item)
	}
	return m
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
