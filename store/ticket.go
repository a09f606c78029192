package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of a ticket that nothing leaves by itself. The texts stand in the
// partial indexes of the schema word by word: SQLite uses such an index only
// for a query that repeats its condition.
const (
	notFinal = "state NOT IN ('closed', 'closed_deflected', 'merged', 'discarded')"
	notDone  = "state NOT IN ('resolved', 'closed', 'closed_deflected', 'merged', 'discarded')"
)

// IsFinal reports whether a ticket state is final: closed, closed_deflected,
// merged or discarded.
func IsFinal(state string) bool {
	switch state {
	case "closed", "closed_deflected", "merged", "discarded":
		return true
	}
	return false
}

// Ticket is one request for help.
type Ticket struct {
	ID              int64
	Number          int64  // 0 while held
	State           string // see the schema
	Kind            string // incident, request; "" = incident
	Level           int    // 1, 2; 0 = 1
	Priority        string // P1..P4
	Impact          string
	Urgency         string
	Category        string
	CategoryAuto    string // as sorted by the rules
	Group           string
	Assignee        string // agent id
	Requester       string // folded address
	RequesterName   string
	Subject         string
	Language        string // "" = de
	Channel         string // mail, phone; "" = mail
	Mailbox         string
	Auth            string // pass, fail, none; "" = none
	SLA             string
	Policy          string // JSON snapshot of the targets
	FAQ             string // entry that was sent
	Tags            []string
	Incident        string
	Reopens         int
	PublicSeq       int // public messages so far
	ParentID        int64
	MergedInto      int64
	Rating          int // 1..5, 0 = none
	RatingComment   string
	ThreadRoot      string // Message-ID of the requester's first mail
	ThreadTopic     string
	ThreadIndex     string    // root of Outlook's conversation, base64; "" = none
	CreatedAt       time.Time // zero on insert = now
	UpdatedAt       time.Time // set by InsertTicket and SaveTicket
	FirstResponseAt time.Time
	ResolvedAt      time.Time
	ClosedAt        time.Time
}

// ticketMutable are the columns of SaveTicket, in the order of Ticket.values.
const ticketMutable = `number, state, kind, level, priority, impact, urgency, category, category_auto, group_id,
	assignee, requester, requester_name, subject, language, channel, mailbox, auth, sla, policy, faq, tags, incident,
	reopens, public_seq, parent_id, merged_into, rating, rating_comment, thread_root, thread_topic, thread_index, updated_at,
	first_response_at, resolved_at, closed_at`

const ticketColumns = "id, created_at, " + ticketMutable

// values returns the columns of ticketMutable. The order of the columns is by
// now the order of three lists; TestTicketRoundTrip fills every field.
func (t *Ticket) values() []any {
	return []any{
		ref(t.Number), t.State, t.Kind, t.Level, t.Priority, t.Impact, t.Urgency, t.Category, t.CategoryAuto, t.Group,
		t.Assignee, t.Requester, t.RequesterName, t.Subject, t.Language, t.Channel, t.Mailbox, t.Auth, t.SLA, t.Policy,
		t.FAQ, strings.Join(t.Tags, " "), t.Incident, t.Reopens, t.PublicSeq, ref(t.ParentID), ref(t.MergedInto),
		ref(t.Rating), t.RatingComment, t.ThreadRoot, t.ThreadTopic, t.ThreadIndex, t.UpdatedAt, t.FirstResponseAt, t.ResolvedAt,
		t.ClosedAt,
	}
}

func scanTicket(r *row) Ticket {
	return Ticket{
		ID: r.int64(), CreatedAt: r.time(),
		Number: r.int64(), State: r.text(), Kind: r.text(), Level: r.int(), Priority: r.text(), Impact: r.text(),
		Urgency: r.text(), Category: r.text(), CategoryAuto: r.text(), Group: r.text(), Assignee: r.text(),
		Requester: r.text(), RequesterName: r.text(), Subject: r.text(), Language: r.text(), Channel: r.text(),
		Mailbox: r.text(), Auth: r.text(), SLA: r.text(), Policy: r.text(), FAQ: r.text(), Tags: r.words(),
		Incident: r.text(), Reopens: r.int(), PublicSeq: r.int(), ParentID: r.int64(), MergedInto: r.int64(),
		Rating: r.int(), RatingComment: r.text(), ThreadRoot: r.text(), ThreadTopic: r.text(), ThreadIndex: r.text(), UpdatedAt: r.time(),
		FirstResponseAt: r.time(), ResolvedAt: r.time(), ClosedAt: r.time(),
	}
}

// NextNumber hands out the next ticket number, at least first. A number is
// never handed out twice, not even when its ticket is erased.
func (tx *Tx) NextNumber(ctx context.Context, first int64) (int64, error) {
	first = max(first, 1)
	return single(ctx, tx, (*row).int64, `INSERT INTO meta (key, value) VALUES (?, CAST(? AS TEXT))
		ON CONFLICT (key) DO UPDATE SET value = CAST(max(CAST(value AS INTEGER) + 1, ?) AS TEXT)
		RETURNING CAST(value AS INTEGER) - 1`, MetaNextNumber, first+1, first+1)
}

// InsertTicket writes a new ticket and sets its ID and instants.
func (tx *Tx) InsertTicket(ctx context.Context, t *Ticket) error {
	t.defaults()
	if t.CreatedAt.IsZero() {
		t.CreatedAt = tx.Now
	}
	t.UpdatedAt = tx.Now
	id, err := tx.insert(ctx, "INSERT INTO ticket (created_at, "+ticketMutable+") VALUES (?"+strings.Repeat(", ?", 36)+")",
		append([]any{t.CreatedAt}, t.values()...)...)
	if err != nil {
		return fmt.Errorf("insert ticket %d: %w", t.Number, err)
	}
	t.ID = id
	tx.counted.moved(&Ticket{}, t)
	return nil
}

func (t *Ticket) defaults() {
	for _, d := range []struct {
		field *string
		value string
	}{{&t.Kind, "incident"}, {&t.Language, "de"}, {&t.Channel, "mail"}, {&t.Auth, "none"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	t.Level = max(t.Level, 1)
}

// SaveTicket writes all columns of a ticket but ID and CreatedAt, and sets
// UpdatedAt. ErrNotFound when there is no such ticket.
func (tx *Tx) SaveTicket(ctx context.Context, t *Ticket) error {
	t.defaults()
	t.UpdatedAt = tx.Now
	if err := tx.recount(ctx, t); err != nil {
		return fmt.Errorf("save ticket %d: %w", t.ID, err)
	}
	err := tx.one(ctx, "UPDATE ticket SET ("+ticketMutable+") = (?"+strings.Repeat(", ?", 35)+") WHERE id = ?",
		append(t.values(), t.ID)...)
	if err != nil {
		return fmt.Errorf("save ticket %d: %w", t.ID, err)
	}
	return nil
}

// Ticket returns a ticket by its row id, or ErrNotFound.
func (tx *Tx) Ticket(ctx context.Context, id int64) (Ticket, error) {
	return single(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM ticket WHERE id = ?", id)
}

// TicketByNumber returns a ticket by its number, or ErrNotFound.
func (tx *Tx) TicketByNumber(ctx context.Context, number int64) (Ticket, error) {
	return single(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM ticket WHERE number = ?", number)
}

// TicketFilter selects tickets; empty fields select all.
type TicketFilter struct {
	States    []string
	Active    bool // not final
	Group     string
	Assignee  string
	Requester string
	Category  string
	Priority  string
	Since     time.Time // created at or after
	Until     time.Time // created before
	Text      string    // part of the subject, requester or its name, ASCII case ignored
	ParentID  int64
	Into      int64 // merged into this ticket
	Incident  string
	// Unassigned selects tickets that are nobody's.
	Unassigned bool
	Limit      int // 0 = 100
}

// ListTickets returns tickets, newest first.
func (tx *Tx) ListTickets(ctx context.Context, f TicketFilter) ([]Ticket, error) {
	if f.active() && f.Requester == "" {
		return tx.listActive(ctx, f)
	}
	w := f.where()
	// The limit is part of the text: SQLite looks at the value of LIMIT when it plans an
	// ORDER BY, and prepares a statement anew whenever such a parameter is bound.
	most := strconv.Itoa(limit(f.Limit))
	from, order := "ticket", "id DESC"
	switch {
	case f.Requester != "":
		from = "ticket INDEXED BY ticket_requester"
	case !f.Since.IsZero() || !f.Until.IsZero():
		from, order = "ticket INDEXED BY ticket_created", "created_at DESC, id DESC"
	}
	return all(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM "+from+w.sql()+" ORDER BY "+order+" LIMIT "+most, w.args...)
}

// activeStates are the states that are not final.
var activeStates = []string{"held", "new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "scheduled", "resolved"}

// listActive asks for each state by itself, newest first: that walk of the index
// ends at LIMIT, whether ten or a million tickets are open. Left alone, the
// planner walks all tickets.
func (tx *Tx) listActive(ctx context.Context, f TicketFilter) ([]Ticket, error) {
	states := slices.Compact(slices.Sorted(slices.Values(f.States)))
	if len(states) == 0 {
		states = activeStates
	}
	f.Active = true
	var list []Ticket
	for _, s := range states {
		f.States = []string{s}
		w := f.where()
		some, err := all(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM ticket INDEXED BY ticket_active"+w.sql()+" ORDER BY id DESC LIMIT ?", w.with(limit(f.Limit))...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b Ticket) int { return cmp.Compare(b.ID, a.ID) })
	return list[:min(len(list), limit(f.Limit))], nil
}

// active reports whether only tickets that are not final are wanted.
func (f TicketFilter) active() bool {
	for _, s := range f.States {
		if IsFinal(s) {
			return false
		}
	}
	return f.Active || len(f.States) > 0
}

func (f TicketFilter) where() *where {
	var w where
	if len(f.States) > 0 {
		list, args := marks(f.States)
		w.add("state IN ("+list+")", args...)
	}
	if f.active() {
		w.add(notFinal)
	}
	for _, c := range []struct{ column, value string }{
		{"group_id", f.Group}, {"requester", f.Requester}, {"category", f.Category}, {"priority", f.Priority},
		{"incident", f.Incident}, {"assignee", f.Assignee},
	} {
		if c.value != "" {
			w.add(c.column+" = ?", c.value)
		}
	}
	if f.ParentID != 0 {
		w.add("parent_id = ?", f.ParentID)
	}
	if f.Into != 0 {
		w.add("merged_into = ?", f.Into)
	}
	if f.Unassigned {
		w.add("assignee = ''")
	}
	if !f.Since.IsZero() {
		w.add("created_at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		w.add("created_at < ?", f.Until)
	}
	if f.Text != "" {
		p := "%" + escapeLike(f.Text) + "%"
		w.add(`(subject LIKE ? ESCAPE '\' OR requester LIKE ? ESCAPE '\' OR requester_name LIKE ? ESCAPE '\')`, p, p, p)
	}
	return &w
}

// OpenTicketsOf counts the tickets of a requester that are neither resolved nor
// final, among the newest thousand: a robot that opens ever more of them must
// not make each further one dearer.
func (tx *Tx) OpenTicketsOf(ctx context.Context, requester string) (int, error) {
	n, err := tx.number(ctx, "SELECT count(*) FROM (SELECT state FROM ticket WHERE requester = ? ORDER BY id DESC LIMIT 1000) WHERE "+notDone, requester)
	return int(n), err
}

// OpenCountByAssignee counts, for each agent id, the assigned tickets that are
// neither resolved nor final. Agents without one are 0.
func (tx *Tx) OpenCountByAssignee(ctx context.Context, ids []string) (map[string]int, error) {
	counts := make(map[string]int, len(ids))
	for _, id := range ids {
		if n, ok := tx.counted.open[id]; ok {
			counts[id] = n
			continue
		}
		n, err := tx.number(ctx, "SELECT count(*) FROM ticket WHERE assignee = ? AND assignee <> '' AND "+notDone, id)
		if err != nil {
			return nil, err
		}
		counts[id] = int(n)
		tx.counted.opened(id, int(n))
	}
	return counts, nil
}

// RecentTickets returns tickets created at or after since, newest first.
func (tx *Tx) RecentTickets(ctx context.Context, since time.Time, atMost int) ([]Ticket, error) {
	return all(ctx, tx, scanTicket, "SELECT "+ticketColumns+" FROM ticket WHERE created_at >= ? ORDER BY created_at DESC, id DESC LIMIT ?", since, limit(atMost))
}

// RecentTicket is what a ticket was about when it came in.
type RecentTicket struct {
	ID                int64
	Category, Subject string
	CreatedAt         time.Time
}

// RecentSubjects is RecentTickets with the few columns that every new mail is
// compared with: whole tickets take five times as long to read.
func (tx *Tx) RecentSubjects(ctx context.Context, since time.Time, atMost int) ([]RecentTicket, error) {
	return all(ctx, tx, func(r *row) RecentTicket {
		return RecentTicket{ID: r.int64(), Category: r.text(), Subject: r.text(), CreatedAt: r.time()}
	}, "SELECT id, category, subject, created_at FROM ticket WHERE created_at >= ? ORDER BY created_at DESC, id DESC LIMIT "+
		strconv.Itoa(limit(atMost)), since)
}
