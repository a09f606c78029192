package mailout

import "time"

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
	Reminder            PublicKind = "reminder"              // Question, Deadline
	AutoResolved        PublicKind = "auto_resolved"
	PleaseTest          PublicKind = "please_test" // Text
	Merged              PublicKind = "merged"      // Into
	Rejected            PublicKind = "rejected"
	Status              PublicKind = "status"        // Ticket.State, FirstReply, Text = last public message
	Callback            PublicKind = "fault_cleared" // the parent ticket is solved: Into, Text
)

// PublicKinds are all public kinds.
func PublicKinds() []PublicKind {
	return []PublicKind{Receipt, ReceiptOutsideHours, ReceiptCustom, ReceiptUnverified, ReceiptPhone, FAQAnswer, FAQQuestion,
		Reply, Resolved, Escalated, Reminder, AutoResolved, PleaseTest, Merged, Rejected, Status, Callback}
}

// Ticket holds the facts of a ticket that may stand in any mail. Labels are in
// the language of the mail.
type Ticket struct {
	Tag        string // IT-10423
	Subject    string // base subject, without Re: and without our tag
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

	Agent      string // who wrote Text
	Text       PublicText
	Question   string // the question as we understood it, or the one we asked
	FAQ        string // id of the entry
	Into       string // tag of the ticket this one belongs to
	ReopenDays int
	AskRating  bool
	// Files are attachments that are not part of the mail because of their size.
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
			if name == "files" {
				return fileValues(d.Files, c.lang)
			}
			return nil
		},
	}
}

// publicNames are the values of public templates.
var publicNames = []string{"company", "phone", "marker", "requester.salutation", "requester.name", "due.first_reply", "due.deadline", "due.deadline_day", "calendar.opening", "calendar.hours", "call.at", "agent.name", "text", "question", "faq.id", "into", "reopen.days", "rating"}

func (d *PublicData) value(name string, c clock) (value, bool) {
	switch name {
	case "company":
		return plain(d.Company), true
	case "phone":
		return plain(d.Phone), true
	case "marker":
		return plain(d.Marker), true
	case "requester.salutation":
		return plain(Salutation(d.Requester, c.lang)), true
	case "requester.name":
		return plain(d.Requester.Name), true
	case "due.first_reply":
		return plain(c.full(d.FirstReply)), true
	case "due.deadline":
		return plain(c.date(d.Deadline)), true
	case "due.deadline_day":
		return plain(c.day(d.Deadline)), true
	case "calendar.opening":
		return plain(c.full(d.Opening)), true
	case "calendar.hours":
		return plain(d.Hours), true
	case "call.at":
		return plain(c.full(d.CallAt)), true
	case "agent.name":
		return plain(d.Agent), true
	case "text":
		return richText(d.Text.text, d.Text.markdown), true
	case "question":
		return plain(d.Question), true
	case "faq.id":
		return plain(d.FAQ), true
	case "into":
		return plain(d.Into), true
	case "reopen.days":
		return count(d.ReopenDays), true
	case "rating":
		return truth(d.AskRating), true
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

func fileValues(files []File, lang string) []map[string]value {
	var out []map[string]value
	for _, f := range files {
		out = append(out, map[string]value{
			"item.name":     plain(f.Name),
			"item.size":     plain(Size(f.Size, lang)),
			"item.attached": truth(f.Attached),
			"item.why":      plain(f.Why),
		})
	}
	return out
}
