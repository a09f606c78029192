package triage

import (
	"net/netip"
	"time"

	"firstline/mailout"
	"firstline/rules"
	"firstline/triage/sla"
)

// Config is what the desk needs to know about the company; cmd/firstline/config
// decodes it from YAML.
type Config struct {
	Company   Company
	Mailboxes []Mailbox
	Outgoing  Outgoing
	Security  Security
	Ticket    TicketConfig
	People    People
	Privacy   Privacy

	Calendars  map[string]*sla.Calendar
	Policies   map[string]*sla.Policy
	DefaultSLA string
	Escalation []sla.Step
	Priorities []Priority
	// Matrix maps impact and urgency to a priority.
	Matrix          map[string]map[string]string
	DefaultPriority string
	Categories      map[string]Category
	FAQ             FAQConfig
	// Receipts are texts of the configuration by name and language, Markdown;
	// Notes are templates of internal notes by name.
	Receipts map[string]map[string]string
	Notes    map[string]string
	// Remote invites a requester to a remote session, by language, Markdown.
	Remote map[string]string

	// Reports go out on their schedules. PeopleInReports is none, team or named:
	// figures about people need the works council's consent, section 87 (1) no. 6
	// BetrVG.
	Reports         []ReportPlan
	PeopleInReports string

	// Texts are the templates of this generation; nil = those the desk began with.
	Texts *mailout.Texts

	Rules *rules.Set
	// Generation counts reloads; with Rules.Hash it stands in every trace.
	Generation int
}

// Company names the firm and its conventions.
type Company struct {
	Name            string
	Location        *time.Location
	Language        string   // when the requester's is not known: "de" or "en"
	Languages       []string // languages mails are written in
	InternalDomains []string
	Phone           string // extension for urgent matters, printed in receipts; "" = none
}

// Mailbox is one support mailbox.
type Mailbox struct {
	ID      string
	Address string
	Aliases []string
	Mode    string // live, observe, training
	Folders Folders
}

// Folders are the IMAP mailboxes a mail is moved to; "" = leave it and mark it.
type Folders struct{ Inbox, Done, Ignored, Failed string }

// Outgoing says how mails to people look and how many may leave.
type Outgoing struct {
	FromName       string
	PlusAddressing bool // Reply-To carries the token
	ThreadIndex    bool // mails carry Outlook's Thread-Index
	NullSender     bool // MAIL FROM:<> for automatic mail
	Limits         Limits
}

// Limits cap automatic mail; 0 = the default.
type Limits struct {
	PerSenderDay   int // automatic mails per address and day, default 5
	PerSender10Min int // per address and ten minutes, default 2
	PerDomainHour  int // per organisational domain and hour, default 50
	PerHour        int // all automatic mails per hour, default 200
}

// Security says who may do what.
type Security struct {
	MayOpen         []string // internal, partners, anyone
	Partners        []string // "@domain" or addresses
	UnknownSenders  string   // hold, reject, accept
	InternalProof   string   // authserv, exchange, received_from
	TrustedAuthserv []string
	BorderHosts     []string       // hosts whose Received line ends our trace block
	ReceivedFrom    []netip.Prefix // networks, for internal_proof received_from
}

// TicketConfig holds the conventions of tickets.
type TicketConfig struct {
	Prefix            string // subject tag [PREFIX-10423]
	FirstNumber       int64
	ReopenWithin      time.Duration
	CloseAfter        sla.Target // after resolved
	RemindAfter       sla.Target // waiting_requester
	ResolveAfter      sla.Target // waiting_requester
	ReopenGrace       time.Duration
	ReprioritiseGrace time.Duration
	// Confirm is "always" when every command is confirmed by mail; "" = those only
	// whose effect is not seen otherwise.
	Confirm string
}

// People are the agents and support groups.
type People struct {
	Agents       []Agent
	Groups       []Group
	SenderGroups map[string][]string
	Absences     []Absence
	Directory    map[string]Person // by folded address
}

// Agent works on tickets by mail.
type Agent struct {
	ID, Name, Address string
	Level             int
	Language          string // "" = company's
	Role              string // "" or manager
	// Calendar holds the agent's hours, for mail that waits for them; "" = those of
	// the ticket.
	Calendar string
}

// Group is a support group.
type Group struct {
	ID         string
	Label      map[string]string // by language; "" = any
	Level      int
	Members    []string // agent ids
	Lead       string
	Substitute string // group or agent id
	Assign     string // least_open, round_robin, ""
	External   bool
	Address    string // of an external group
	HideNotes  bool   // its mails contain no internal notes
}

// Absence is a planned absence, inclusive dates in company time.
type Absence struct {
	Agent      string
	From, To   time.Time
	Substitute string
}

// Person is a line of the directory.
type Person struct {
	Name, Address, Title, Phone, Room, Device, Department, Language string
	VIP                                                             bool // is: vip
}

// Priority is one of P1..P4 with its labels by language.
type Priority struct {
	ID    string
	Label map[string]string
}

// Category is a first-level category.
type Category struct {
	ID    string
	Label map[string]string
	Group string
}

// FAQConfig says when an unanswered FAQ answer is asked about and closed, and which
// files travel with the answer of an entry.
type FAQConfig struct {
	AskAfter, CloseAfter sla.Target
	// Editor looks after the FAQ: an agent, a group or an internal address; "" = the
	// lead of the first level.
	Editor string
	Files  map[string][]mailout.Attachment // by entry
}
