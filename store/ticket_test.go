package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// fill sets every field of a struct to a value of its own, so that a column
// that is left out or swapped shows.
func fill(v any, fixed map[string]any) {
	rv := reflect.ValueOf(v).Elem()
	for i := range rv.NumField() {
		f, name := rv.Field(i), rv.Type().Field(i).Name
		if x, ok := fixed[name]; ok {
			f.Set(reflect.ValueOf(x))
			continue
		}
		switch f.Interface().(type) {
		case string:
			f.SetString("the " + name + " ß")
		case []string:
			f.Set(reflect.ValueOf([]string{"one" + name, "two"}))
		case int, int64:
			f.SetInt(int64(100 + i))
		case bool:
			f.SetBool(true)
		case time.Time:
			f.Set(reflect.ValueOf(epoch.Add(time.Duration(i+1) * time.Second)))
		case time.Duration:
			f.SetInt(int64(time.Duration(i+1) * time.Millisecond))
		}
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

var ticketWords = map[string]any{
	"ID": int64(0), "State": "open", "Kind": "request", "Level": 2, "Priority": "P2", "Channel": "phone", "Auth": "pass",
	"ParentID": int64(0), "MergedInto": int64(0), "Rating": 4,
}

func TestTicketRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t)
	var tk Ticket
	fill(&tk, ticketWords)
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.InsertTicket(ctx, &tk); err != nil {
			return err
		}
		got, err := tx.Ticket(ctx, tk.ID)
		equal(t, got, tk)
		byNumber, nerr := tx.TicketByNumber(ctx, tk.Number)
		equal(t, byNumber, tk)
		return errors.Join(err, nerr)
	})
	other := Ticket{State: "new", Priority: "P1", Requester: "x@example.com"}
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.InsertTicket(ctx, &other) })
	update(t, s, func(ctx context.Context, tx *Tx) error {
		got, err := tx.Ticket(ctx, other.ID)
		if got.Kind != "incident" || got.Level != 1 || got.Language != "de" || got.Channel != "mail" || got.Auth != "none" || got.Number != 0 || got.Tags != nil {
			t.Errorf("defaults = %+v", got)
		}
		id := other.ID
		created := other.CreatedAt
		other = tk
		other.ID, other.Number, other.Subject, other.ParentID, other.MergedInto = id, 4711, "changed", tk.ID, tk.ID
		if err := tx.SaveTicket(ctx, &other); err != nil {
			return err
		}
		other.CreatedAt = created
		saved, serr := tx.Ticket(ctx, id)
		equal(t, saved, other)
		if err := tx.SaveTicket(ctx, &Ticket{ID: 99, State: "new", Priority: "P1"}); !errors.Is(err, ErrNotFound) {
			t.Errorf("saving nothing = %v", err)
		}
		if _, err := tx.Ticket(ctx, 99); !errors.Is(err, ErrNotFound) {
			t.Errorf("ticket 99 = %v", err)
		}
		return errors.Join(err, serr)
	})
}

func TestNextNumber(t *testing.T) {
	t.Parallel()
	s := open(t)
	var got []int64
	for _, first := range []int64{10000, 10000, 20000, 10000, 0} {
		update(t, s, func(ctx context.Context, tx *Tx) error {
			n, err := tx.NextNumber(ctx, first)
			got = append(got, n)
			return err
		})
	}
	if want := "[10000 10001 20000 20001 20002]"; fmt.Sprint(got) != want {
		t.Errorf("numbers = %v, want %v", got, want)
	}
}

// An id is not given out twice, not even when its row is erased.
func TestIdsAreNotUsedAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	a := ticketOf(t, s, deliver(t, s, 1, "a"))
	b := ticketOf(t, s, deliver(t, s, 2, "b"))
	sql(t, s, fmt.Sprintf("DELETE FROM ticket WHERE id = %d", b.ID), "DELETE FROM inbox WHERE id = 2", "DELETE FROM outbox WHERE ticket_id = "+fmt.Sprint(b.ID))
	c := ticketOf(t, s, deliver(t, s, 3, "c"))
	if c.ID <= b.ID || c.Number <= b.Number || b.ID <= a.ID {
		t.Errorf("ids %d, %d, %d", a.ID, b.ID, c.ID)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.ListOutbox(ctx, OutboxFilter{TicketID: c.ID})
		if len(list) != 2 || list[0].ID != 6 {
			t.Errorf("outbox = %+v", list)
		}
		in, ierr := tx.ListInbound(ctx, InboundFilter{TicketID: c.ID})
		if len(in) != 1 || in[0].ID != 3 {
			t.Errorf("inbox = %+v", in)
		}
		return errors.Join(err, ierr)
	})
}

// listed are tickets to choose from, an hour apart.
func listed() []Ticket {
	return []Ticket{
		{Number: 1, State: "new", Priority: "P1", Group: "first", Assignee: "lena", Requester: "a@example.com", Subject: "100% of the printers"},
		{Number: 2, State: "open", Priority: "P2", Group: "second", Requester: "b@example.com", RequesterName: "Jörg Müller", Category: "vpn"},
		{Number: 3, State: "resolved", Priority: "P2", Group: "first", Assignee: "lena", Requester: "a@example.com", Incident: "outage"},
		{Number: 4, State: "closed", Priority: "P3", Assignee: "lena", Requester: "a@example.com", ParentID: 1},
		{State: "held", Priority: "P4", Requester: "c@example.com"},
	}
}

func TestListTickets(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i, tk := range listed() {
		tk.CreatedAt = epoch.Add(time.Duration(i) * time.Hour)
		update(t, s, func(ctx context.Context, tx *Tx) error {
			if err := tx.InsertTicket(ctx, &tk); err != nil {
				return err
			}
			return tx.AddParticipant(ctx, Participant{TicketID: tk.ID, Address: tk.Requester, Role: "requester"})
		})
	}
	for _, c := range []struct {
		f    TicketFilter
		want string
	}{
		{TicketFilter{}, "[5 4 3 2 1]"},
		{TicketFilter{Limit: 2}, "[5 4]"},
		{TicketFilter{States: []string{"new", "open", "resolved"}}, "[3 2 1]"},
		{TicketFilter{States: []string{"closed", "new"}}, "[4 1]"},
		{TicketFilter{Active: true}, "[5 3 2 1]"},
		{TicketFilter{Active: true, Assignee: "lena"}, "[3 1]"},
		{TicketFilter{Assignee: "lena"}, "[4 3 1]"},
		{TicketFilter{Group: "first"}, "[3 1]"},
		{TicketFilter{Requester: "a@example.com"}, "[4 3 1]"},
		{TicketFilter{Requester: "a@example.com", Active: true}, "[3 1]"},
		{TicketFilter{Category: "vpn", Priority: "P2"}, "[2]"},
		{TicketFilter{Since: epoch.Add(time.Hour), Until: epoch.Add(3 * time.Hour)}, "[3 2]"},
		{TicketFilter{Text: "100%"}, "[1]"},
		{TicketFilter{Text: "0_ of"}, "[]"}, {TicketFilter{Text: "PRINTERS"}, "[1]"}, {TicketFilter{Text: "Müller"}, "[2]"},
		{TicketFilter{Text: `"; DROP TABLE ticket; --`}, "[]"},
		{TicketFilter{ParentID: 1}, "[4]"},
		{TicketFilter{Incident: "outage"}, "[3]"},
	} {
		view(t, s, func(ctx context.Context, tx *Tx) error {
			list, err := tx.ListTickets(ctx, c.f)
			ids := []int64{}
			for _, tk := range list {
				ids = append(ids, tk.ID)
			}
			if got := fmt.Sprint(ids); got != c.want {
				t.Errorf("%+v = %v, want %v", c.f, got, c.want)
			}
			return err
		})
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		n, err := tx.OpenTicketsOf(ctx, "a@example.com")
		if n != 1 {
			t.Errorf("open tickets = %d, want 1", n)
		}
		counts, cerr := tx.OpenCountByAssignee(ctx, []string{"lena", "max"})
		equal(t, counts, map[string]int{"lena": 1, "max": 0})
		recent, rerr := tx.RecentTickets(ctx, epoch.Add(3*time.Hour), 10)
		if len(recent) != 2 || recent[0].ID != 5 {
			t.Errorf("recent = %+v", recent)
		}
		subjects, serr := tx.RecentSubjects(ctx, epoch.Add(3*time.Hour), 10)
		for i, r := range recent {
			equal(t, subjects[i], RecentTicket{ID: r.ID, Category: r.Category, Subject: r.Subject, CreatedAt: r.CreatedAt})
		}
		return errors.Join(err, cerr, rerr, serr)
	})
}

func TestParticipants(t *testing.T) {
	t.Parallel()
	s := open(t)
	update(t, s, func(ctx context.Context, tx *Tx) error {
		tk := Ticket{State: "new", Priority: "P1", Requester: "r@example.com"}
		if err := tx.InsertTicket(ctx, &tk); err != nil {
			return err
		}
		for _, p := range []Participant{
			{tk.ID, "w@example.com", "", "watcher"},
			{tk.ID, "r@example.com", "R", "requester"},
			{tk.ID, "w@example.com", "W", "vendor"}, // keeps the role, gets the name
		} {
			if err := tx.AddParticipant(ctx, p); err != nil {
				return err
			}
		}
		list, err := tx.Participants(ctx, tk.ID)
		equal(t, list, []Participant{{tk.ID, "r@example.com", "R", "requester"}, {tk.ID, "w@example.com", "W", "watcher"}})
		role, ok, ierr := tx.IsParticipant(ctx, tk.ID, "w@example.com")
		if role != "watcher" || !ok {
			t.Errorf("w is %q, %v", role, ok)
		}
		if err := tx.RemoveParticipant(ctx, tk.ID, "w@example.com"); err != nil {
			return err
		}
		if role, ok, _ := tx.IsParticipant(ctx, tk.ID, "w@example.com"); ok || role != "" {
			t.Errorf("removed w is %q, %v", role, ok)
		}
		return errors.Join(err, ierr)
	})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	var m Message
	fill(&m, map[string]any{"ID": int64(0), "TicketID": tk.ID, "InboxID": int64(1), "Visibility": "internal", "Kind": "note", "MessageID": "n1@example.com", "OriginID": tk.ID})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.InsertMessage(ctx, &m); err != nil {
			return err
		}
		got, err := tx.MessageByID(ctx, m.ID)
		equal(t, got, m)
		again := m
		if err := tx.InsertMessage(ctx, &again); !errors.Is(err, ErrConstraint) {
			t.Errorf("the same mail twice = %v, want ErrConstraint", err)
		}
		list, lerr := tx.Messages(ctx, tk.ID)
		if len(list) != 2 || list[1].ID != m.ID {
			t.Errorf("messages = %+v", list)
		}
		byID, berr := tx.MessageByRFCID(ctx, "n1@example.com")
		equal(t, byID, m)
		ids := []string{"x@example.com", "n1@example.com", tk.ThreadRoot}
		several, serr := tx.MessagesByRFCIDs(ctx, ids)
		if len(several) != 2 || several[0].ID != m.ID {
			t.Errorf("by ids = %+v", several)
		}
		if none, _ := tx.MessagesByRFCIDs(ctx, []string{""}); len(none) != 0 {
			t.Errorf("by no id = %+v", none)
		}
		var a Attachment
		fill(&a, map[string]any{"MessageID": m.ID, "SHA256": strings.Repeat("ab", 32)})
		if err := tx.InsertAttachments(ctx, m.ID, []Attachment{a}); err != nil {
			return err
		}
		at, aerr := tx.AttachmentsOfTicket(ctx, tk.ID)
		equal(t, at, []Attachment{a})
		if err := tx.InsertAttachments(ctx, m.ID, []Attachment{{N: 2, SHA256: "not hex"}}); err == nil {
			t.Error("a digest that is none was accepted")
		}
		return errors.Join(err, lerr, berr, serr, aerr)
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	var want []Event
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for i := range 19 { // more than two statements write
			var e Event
			fill(&e, map[string]any{"ID": int64(5 + i), "TicketID": tk.ID, "InboxID": int64(1), "Kind": fmt.Sprint("kind", i)})
			want = append(want, e)
		}
		return tx.InsertEvent(ctx, want...)
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.Events(ctx, tk.ID)
		if len(list) != 4+19 {
			t.Fatalf("%d events", len(list))
		}
		equal(t, list[4:], want)
		some, serr := tx.EventsBetween(ctx, epoch, epoch.Add(time.Hour), "kind3", "kind18")
		equal(t, some, []Event{want[3], want[18]})
		return errors.Join(err, serr)
	})
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for _, tr := range []Trace{{1, tk.ID, "hash", 1, "{}"}, {1, tk.ID, "hash2", 2, `{"a":1}`}} {
			if err := tx.SaveTrace(ctx, tr); err != nil {
				return err
			}
			got, err := tx.TraceOfInbound(ctx, 1)
			if err != nil {
				return err
			}
			equal(t, got, tr)
		}
		list, err := tx.TracesOfTicket(ctx, tk.ID)
		if len(list) != 1 {
			t.Errorf("traces = %+v", list)
		}
		return err
	})
}
