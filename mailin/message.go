// Package mailin reads what a mail says.
//
// It is pure and total: Parse never fails, never blocks and never panics. What
// cannot be read is left empty and named in Message.Defects; the raw bytes stay
// with the caller, so that reading can be repeated by a later version.
package mailin

import "time"

// Address is one mailbox of an address list (RFC 5322 section 3.4), decoded.
type Address struct {
	Name    string `json:"name"`
	Address string `json:"address"` // addr-spec as written, domain not folded
}

// Message is what a mail says.
type Message struct {
	Subject string
	From    Address   // the first usable From address
	FromAll []Address // every address of every From field; Authorize wants exactly one
	// FromFields counts the From fields in the header (RFC 5322 allows one).
	FromFields int
	Sender     Address
	To         []Address
	Cc         []Address
	ReplyTo    []Address
	ReturnPath string // "<>" for the null reverse-path, "" when there is none
	Date       time.Time
	// MessageID is the identifier without angle brackets; a malformed one is kept raw.
	MessageID  string
	InReplyTo  []string // identifiers without angle brackets
	References []string // oldest first, at most MaxReferences, the newest are kept
	// OriginalID is the identifier the author's program gave the mail, where his
	// server replaced it (X-Microsoft-Original-Message-ID); "" = it did not.
	OriginalID string
	// ThreadIndex is Outlook's Thread-Index as written ([MS-OXOMSG] 2.2.1.3).
	ThreadIndex string

	Language           string  // "de", "en", "other", "" when there is no text
	LanguageConfidence float64 // 0..1

	Text      string // the whole readable body
	Reply     string // only what the author newly wrote
	Quoted    string
	Signature string
	Forwarded bool // the mail forwards another one
	// Forward is the forwarded mail where the author wrote words of his own above
	// it; without such words the forwarded mail is Reply. Body has both.
	Forward string

	Attachments []Attachment
	Automatic   Automatic
	DSN         *DSN
	Auth        Auth
	Calendar    string // METHOD of a text/calendar part, upper case, "" when none
	Encrypted   bool   // multipart/encrypted or application/pkcs7-mime enveloped data
	Signed      bool
	HTMLOnly    bool

	// Header holds the fields that rules may ask for, in order of appearance,
	// decoded, control characters removed.
	Header []Field

	Truncated bool // a limit cut something off; Defects says which
	Defects   []Defect
}

// Field is one header field, decoded.
type Field struct{ Name, Value string }

// Attachment is one leaf part that is not the readable body.
type Attachment struct {
	Filename    string `json:"filename"` // safe to use as a file name, never with a path
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"` // decoded bytes
	Inline      bool   `json:"inline"`
	ContentID   string `json:"content_id"`
	SHA256      string `json:"sha256"` // hex, of the decoded bytes
}

// Class says who wrote a mail (RFC 3834, RFC 2369, RFC 3464, RFC 8098).
type Class string

// The classes of Automatic.
const (
	ClassHuman     Class = "human"
	ClassAutoReply Class = "auto_reply"
	ClassSystem    Class = "system"
	ClassList      Class = "list"
	ClassDSN       Class = "dsn"
	ClassMDN       Class = "mdn"
	ClassCalendar  Class = "calendar"
	ClassLoop      Class = "loop"
)

// Automatic says whether a machine wrote the mail and whether an automatic
// answer is allowed. Answer is false for every class but human, and for human
// mail with a sign that forbids an answer.
type Automatic struct {
	Class    Class     `json:"class"`
	Answer   bool      `json:"answer"`
	Reasons  []string  `json:"reasons"`
	ReturnAt time.Time `json:"return_at,omitzero"` // the return date of an out-of-office, when it names one
}

// DSN is what a delivery report says (RFC 3464), or what a report without that
// form says in prose.
type DSN struct {
	Action            string   `json:"action"` // failed, delayed, delivered, relayed, expanded: the worst one
	Recipients        []string `json:"recipients"`
	Status            string   `json:"status"` // RFC 3463
	Hard              bool     `json:"hard"`
	Diagnostic        string   `json:"diagnostic"`
	OriginalMessageID string   `json:"original_message_id"`

	// actions are those of single recipients, by folded address, where the report
	// has them.
	actions map[string]string
}

// Names reports whether the report is about a mail to this recipient, by the address
// it was sent to or by the one it ended at.
func (d *DSN) Names(recipient string) bool {
	recipient = FoldAddress(recipient)
	if _, ok := d.actions[recipient]; ok {
		return true
	}
	for _, r := range d.Recipients {
		if FoldAddress(r) == recipient {
			return true
		}
	}
	return false
}

// Failed reports whether the report says that the mail did not reach one of its
// recipients. A report about several may have failed for another one only.
func (d *DSN) Failed(recipient string) bool {
	if a, ok := d.actions[FoldAddress(recipient)]; ok {
		return a == "failed"
	}
	return d.Action == "failed"
}

// Auth is the sender verdict of our own mail server (RFC 8601).
type Auth struct {
	Verdict string `json:"verdict"` // pass, fail, none
	Domain  string `json:"domain"`  // the From domain the verdict is about
	Reason  string `json:"reason"`
}

// The verdicts of Auth.
const (
	VerdictPass = "pass"
	VerdictFail = "fail"
	VerdictNone = "none"
)

// Defect names something that could not be read, or not as written.
type Defect string

// Body is what the author asks: his new words, and the mail he forwards.
func (m *Message) Body() string {
	if m.Forward == "" {
		return m.Reply
	}
	return m.Reply + "\n\n" + m.Forward
}
