package store

import (
	"context"
	"slices"
	"testing"
	"time"
)

// What happened at one instant comes in the order it was written, and a ticket was
// at work at an instant when its next change says so.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return at }
	first := ticketOf(t, s, deliver(t, s, 1, "a"))
	second := ticketOf(t, s, deliver(t, s, 2, "b"))
	at = at.Add(time.Hour)
	update(t, s, func(ctx context.Context, tx *Tx) error {
		for _, e := range []Event{{Kind: "level", Old: "1", New: "2"}, {Kind: "state", Old: "new", New: "closed"}, {Kind: "note"}, {Kind: "assigned"}} {
			e.TicketID, e.Actor = first.ID, "x"
			must(t, tx.InsertEvent(ctx, e))
		}
		first.State = "closed"
		must(t, tx.SaveClocks(ctx, first.ID, nil))
		return tx.SaveTicket(ctx, &first)
	})
	view(t, s, func(ctx context.Context, tx *Tx) error {
		var kinds []string
		must(t, tx.EachEvent(ctx, at, at.Add(time.Hour), []string{"state", "assigned", "level"}, func(e HistoryEvent) error {
			kinds = append(kinds, e.Kind)
			return nil
		}))
		if want := []string{"level", "state", "assigned"}; !slices.Equal(kinds, want) {
			t.Errorf("events = %v, want %v", kinds, want)
		}
		for _, c := range []struct {
			at   time.Time
			want []int64
		}{
			{at.Add(-2 * time.Hour), nil},
			{at, []int64{first.ID, second.ID}},
			{at.Add(time.Minute), []int64{second.ID}},
		} {
			got, err := tx.AtWork(ctx, c.at)
			must(t, err)
			if !slices.Equal(got, c.want) {
				t.Errorf("at work at %s = %v, want %v", c.at, got, c.want)
			}
		}
		return nil
	})
}
