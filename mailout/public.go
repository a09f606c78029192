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

func (d PublicData) values(lang string) values {
	w := clock{now: d.Now, loc: d.Location, lang: lang}
	v := values{one: map[string]value{
		"company":              plain(d.Company),
		"phone":                plain(d.Phone),
		"marker":               plain(d.Marker),
		"requester.salutation": plain(Salutation(d.Requester, lang)),
		"requester.name":       plain(d.Requester.Name),
		"due.first_reply":      plain(w.full(d.FirstReply)),
		"due.deadline":         plain(w.date(d.Deadline)),
		"due.deadline_day":     plain(w.day(d.Deadline)),
		"calendar.opening":     plain(w.full(d.Opening)),
		"calendar.hours":       plain(d.Hours),
		"call.at":              plain(w.full(d.CallAt)),
		"agent.name":           plain(d.Agent),
		"text":                 richText(d.Text.text, d.Text.markdown),
		"question":             plain(d.Question),
		"faq.id":               plain(d.FAQ),
		"into":                 plain(d.Into),
		"reopen.days":          count(d.ReopenDays),
		"rating":               truth(d.AskRating),
	}, many: map[string][]map[string]value{"files": fileValues(d.Files, lang)}}
	d.Ticket.values(v.one)
	return v
}

func (t Ticket) values(m map[string]value) {
	m["ticket.tag"] = plain(t.Tag)
	m["ticket.subject"] = plain(subjectBase(t.Subject, t.Tag))
	m["ticket.category"] = plain(t.Category)
	m["ticket.priority"] = plain(t.Priority)
	m["ticket.priority_id"] = plain(t.PriorityID)
	m["ticket.group"] = plain(t.Group)
	m["ticket.state"] = plain(t.State)
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
