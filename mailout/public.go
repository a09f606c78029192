package mailout

import (
	"slices"
	"time"
)

// PublicKind is a kind of mail to a requester.
type PublicKind string

// The public kinds. There is none for reopening: the requester gets no mail then.
const (
	Receipt             PublicKind = "receipt"
	ReceiptOutsideHours PublicKind = "receipt_outside_hours" // Opening is used
	ReceiptCustom       PublicKind = "receipt_custom"        // Text of the configuration instead of the standard one
	ReceiptUnverified   PublicKind = "receipt_unverified"    // constant text: nothing of the sender is repeated
	ReceiptPhone        PublicKind = "receipt_phone"         // CallAt, Text
	FAQAnswer           PublicKind = "faq_answer"            // FAQ, Question, Text, Deadline = when we ask again
	FAQQuestion         PublicKind = "faq_question"          // Question, Deadline = when it is closed
	Reply               PublicKind = "reply"                 // Agent, Text; class Human
	Resolved            PublicKind = "resolved"              // Text optional, ReopenDays, AskRating; class Human with Text
	Escalated           PublicKind = "escalated"             // Ticket.Group = the new team
	Delayed             PublicKind = "delayed"               // FirstReply = when the next word is due; zero = not said
	Reminder            PublicKind = "reminder"              // Question, Deadline
	AutoResolved        PublicKind = "auto_resolved"
	PleaseTest          PublicKind = "please_test"   // Text
	Merged              PublicKind = "merged"        // Into
	Rejected            PublicKind = "rejected"      // Text of the configuration, or the standard one
	Status              PublicKind = "status"        // Ticket.State, FirstReply, Text = last public message
	FaultCleared        PublicKind = "fault_cleared" // the parent ticket is solved: Into, Text
)

// PublicKinds are all public kinds.
func PublicKinds() []PublicKind {
	return []PublicKind{Receipt, ReceiptOutsideHours, ReceiptCustom, ReceiptUnverified, ReceiptPhone, FAQAnswer, FAQQuestion,
		Reply, Resolved, Escalated, Delayed, Reminder, AutoResolved, PleaseTest, Merged, Rejected, Status, FaultCleared}
}

// Ticket holds the facts of a ticket that may stand in any mail. Labels are in
// the language of the mail.
type Ticket struct {
	Tag        string // IT-10423
	Subject    string // base subject, without Re: and without our tag
	Thread     string // subject that its mails keep after it was renamed, "" = Subject
	Category   string // label
	Priority   string // label, "normal"
	PriorityID string // P3
	Group      string // label
	State      string // label
}

// Person is somebody as the directory knows them; only Name is ever certain.
type Person struct {
	Name, Address, Title, Phone, Room, Device, Department string
}

// PublicData is all that a mail to a requester can say. It has no room for
// internal text.
type PublicData struct {
	Now      time.Time
	Location *time.Location // company zone; nil = UTC
	Company  string         // Isarwerk
	Support  string         // support address, for the buttons
	Phone    string         // for urgent matters, "Durchwahl 210"'s number; "" = no such line
	Marker   string         // short token of the marker line: Kennung IT-10423/k7Qm2x
	Token    string         // for the subjects of the buttons' mails, "" = Marker

	Ticket    Ticket
	Requester Person

	FirstReply time.Time // promised first (or next) answer; zero = no promise
	Opening    time.Time // when work resumes
	Hours      string    // calendar hours in words
	Deadline   time.Time // when we ask again, remind or close
	CallAt     time.Time

	Agent    string // who wrote Text
	Text     PublicText
	Question string // the question as we understood it, or the one we asked
	FAQ      string // id of the entry
	// KeptOpen: a person looks at the ticket in any case; Closed: it is closed unless
	// the requester objects. Neither: we ask again.
	KeptOpen, Closed bool
	Into             string // tag of the ticket this one belongs to
	ReopenDays       int
	AskRating        bool
	// Files are the attachments of the mail; those that could not travel with it are
	// named in it.
	Files []File
}

// File is an attachment in a list.
type File struct {
	Name     string
	Size     int64
	Attached bool
	// Why says why it is not attached, "" = no reason to give.
	Why string
}

// values are the names a public template may use.
func (d *PublicData) values(lang string) values {
	c := clock{now: d.Now, loc: d.Location, lang: lang}
	return values{
		one: func(name string) (value, bool) { return d.value(name, c) },
		many: func(name string) []map[string]value {
			if name != "files" {
				return nil
			}
			return fileValues(d.left(), c.lang)
		},
	}
}

// left are the attachments that could not travel with the mail.
func (d *PublicData) left() []File {
	return slices.DeleteFunc(slices.Clone(d.Files), func(f File) bool { return f.Attached })
}

// publicValues are the values of public templates, besides those of the ticket.
var publicValues = map[string]func(*PublicData, clock) value{
	"company":              func(d *PublicData, _ clock) value { return plain(d.Company) },
	"phone":                func(d *PublicData, _ clock) value { return plain(d.Phone) },
	"marker":               func(d *PublicData, _ clock) value { return plain(d.Marker) },
	"requester.salutation": func(d *PublicData, c clock) value { return plain(Salutation(d.Requester, c.lang)) },
	"requester.name":       func(d *PublicData, _ clock) value { return plain(d.Requester.Name) },
	"due.first_reply":      func(d *PublicData, c clock) value { return plain(c.full(d.FirstReply)) },
	"due.deadline":         func(d *PublicData, c clock) value { return plain(c.date(d.Deadline)) },
	"due.deadline_day":     func(d *PublicData, c clock) value { return plain(c.day(d.Deadline)) },
	"due.deadline_on":      func(d *PublicData, c clock) value { return plain(c.on(d.Deadline)) },
	"calendar.opening":     func(d *PublicData, c clock) value { return plain(c.full(d.Opening)) },
	"calendar.hours":       func(d *PublicData, _ clock) value { return plain(d.Hours) },
	"call.at":              func(d *PublicData, c clock) value { return plain(c.full(d.CallAt)) },
	"call.of":              func(d *PublicData, c clock) value { return plain(c.of(d.CallAt)) },
	"agent.name":           func(d *PublicData, _ clock) value { return plain(d.Agent) },
	"text":                 func(d *PublicData, _ clock) value { return richText(d.Text.text, d.Text.markdown) },
	"question":             func(d *PublicData, _ clock) value { return plain(d.Question) },
	"faq.id":               func(d *PublicData, _ clock) value { return plain(d.FAQ) },
	"faq.kept_open":        func(d *PublicData, _ clock) value { return truth(d.KeptOpen) },
	"faq.closed":           func(d *PublicData, _ clock) value { return truth(d.Closed) },
	"into":                 func(d *PublicData, _ clock) value { return plain(d.Into) },
	"reopen.days":          func(d *PublicData, _ clock) value { return count(d.ReopenDays) },
	"more.files":           func(d *PublicData, _ clock) value { return count(len(d.left()) - maxFiles) },
	"rating":               func(d *PublicData, _ clock) value { return truth(d.AskRating) },
}

func (d *PublicData) value(name string, c clock) (value, bool) {
	if get, ok := publicValues[name]; ok {
		return get(d, c), true
	}
	return d.Ticket.value(name)
}

// ticketNames are the values every template may use.
var ticketNames = []string{"ticket.tag", "ticket.subject", "ticket.category", "ticket.priority", "ticket.priority_id", "ticket.group", "ticket.state"}

func (t *Ticket) value(name string) (value, bool) {
	switch name {
	case "ticket.tag":
		return plain(t.Tag), true
	case "ticket.subject":
		return plain(subjectBase(t.Subject, t.Tag)), true
	case "ticket.category":
		return plain(t.Category), true
	case "ticket.priority":
		return plain(t.Priority), true
	case "ticket.priority_id":
		return plain(t.PriorityID), true
	case "ticket.group":
		return plain(t.Group), true
	case "ticket.state":
		return plain(t.State), true
	}
	return value{}, false
}

// maxFiles is how many attachments a mail lists.
const maxFiles = 15

func fileValues(files []File, lang string) []map[string]value {
	var out []map[string]value
	for _, f := range files[:min(len(files), maxFiles)] {
		out = append(out, map[string]value{
			"item.name":     plain(f.Name),
			"item.size":     plain(Size(f.Size, lang)),
			"item.attached": truth(f.Attached),
			"item.why":      plain(f.Why),
		})
	}
	return out
}
