package store

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Of an entry the newest lessons are kept, a ticket teaches once, and the count
// tells who has read them that they changed.
func TestLessons(t *testing.T) {
	t.Parallel()
	s := open(t)
	var tickets []Ticket
	for i := range 5 {
		tickets = append(tickets, ticketOf(t, s, deliver(t, s, uint32(i+1), fmt.Sprint("mail ", i))))
	}
	count := int64(-1)
	changed := func(ctx context.Context, tx *Tx, what string, want bool) {
		n, err := tx.LessonCount(ctx)
		if err != nil || (n != count) != want {
			t.Errorf("%s: count %d after %d, %v", what, n, count, err)
		}
		count = n
	}
	learn := func(ctx context.Context, tx *Tx, i int, entry, text string) {
		tx.Now = tx.Now.Add(time.Minute)
		err := tx.SaveFAQUse(ctx, FAQUse{TicketID: tickets[i].ID, Entry: entry, Requester: "r@example.com", Agent: "lena"})
		if err == nil {
			err = tx.Learn(ctx, Lesson{TicketID: tickets[i].ID, Entry: entry, Source: LessonAgent, Text: text}, 3)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	texts := func(ctx context.Context, tx *Tx) (list []string) {
		rows, err := tx.Lessons(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range rows {
			list = append(list, fmt.Sprintf("%s %d %s", l.Entry, l.Number-tickets[0].Number, l.Text))
		}
		return list
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		changed(ctx, tx, "nothing learned", true)
		for i, text := range []string{"a", "b", "c", "d"} {
			learn(ctx, tx, i, "vpn", text)
		}
		learn(ctx, tx, 4, "druck", "e")
		equal(t, texts(ctx, tx), []string{"druck 4 e", "vpn 3 d", "vpn 2 c", "vpn 1 b"})
		changed(ctx, tx, "learned", true)
		learn(ctx, tx, 1, "druck", "another entry was right")
		equal(t, texts(ctx, tx), []string{"druck 1 another entry was right", "druck 4 e", "vpn 3 d", "vpn 2 c"})
		changed(ctx, tx, "learned anew", true)
		if err := tx.Unlearn(ctx, tickets[3].ID); err != nil {
			return err
		}
		equal(t, texts(ctx, tx), []string{"druck 1 another entry was right", "druck 4 e", "vpn 2 c"})
		changed(ctx, tx, "unlearned", true)
		if err := tx.Unlearn(ctx, tickets[3].ID); err != nil {
			return err
		}
		changed(ctx, tx, "unlearned twice", false)
		uses, err := tx.FAQUses(ctx, tickets[1].ID)
		if len(uses) != 2 || uses[0].Entry != "vpn" || uses[1].Entry != "druck" {
			t.Errorf("uses %+v", uses)
		}
		return err
	})
	found, err := s.Fsck(t.Context())
	for _, v := range found {
		if v.Name == "learned_without_answer" {
			t.Errorf("%+v", v)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// Requests join the background when a person took care of them without the FAQ.
func TestRequestsWithoutFAQ(t *testing.T) {
	t.Parallel()
	s := open(t)
	var tickets []Ticket
	for i := range 5 {
		tickets = append(tickets, ticketOf(t, s, deliver(t, s, uint32(i+1), fmt.Sprint("mail ", i))))
	}
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for i := range tickets {
			tk := &tickets[i]
			if i > 0 { // the first one still waits for a person
				tk.FirstResponseAt = epoch
			}
			if err := tx.SaveTicket(ctx, tk); err != nil {
				return err
			}
		}
		if err := tx.SaveFAQOutcome(ctx, FAQOutcome{TicketID: tickets[1].ID, Entry: "vpn", Requester: "r@example.com"}); err != nil {
			return err
		}
		if err := tx.SaveFAQUse(ctx, FAQUse{TicketID: tickets[2].ID, Entry: "vpn", Requester: "r@example.com", Agent: "lena"}); err != nil {
			return err
		}
		list, err := tx.RequestsWithoutFAQ(ctx, 10)
		if len(list) != 2 || list[0].TicketID != tickets[4].ID || list[1].TicketID != tickets[3].ID || list[1].Text != "mail 3" {
			t.Errorf("%+v", list)
		}
		one, oneErr := tx.RequestsWithoutFAQ(ctx, 1)
		if len(one) != 1 || oneErr != nil {
			t.Errorf("%+v, %v", one, oneErr)
		}
		return err
	})
}
