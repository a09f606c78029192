package store

import (
	"context"
	"testing"
	"time"
)

// Counts add up and peaks keep the greatest, by the quarter they belong to.
func TestTraffic(t *testing.T) {
	t.Parallel()
	s := open(t)
	at := time.Date(2026, 3, 2, 9, 14, 0, 0, time.UTC)
	for i, minutes := range []int{0, 0, 2, 31} { // 09:14, 09:14, 09:16, 09:45
		s.Now = func() time.Time { return at.Add(time.Duration(minutes) * time.Minute) }
		update(t, s, func(ctx context.Context, tx *Tx) error {
			must(t, tx.Count(ctx, TrafficIn+"opened", 1))
			return tx.Peak(ctx, TrafficPollGap, time.Duration(40-i)*time.Second)
		})
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		list, err := tx.TrafficBetween(ctx, at, at.Add(31*time.Minute))
		must(t, err)
		want := []Traffic{{Name: "in:opened", Sum: 3}, {Name: "peak:poll_gap"}}
		if len(list) != 2 || list[0].Name != want[0].Name || list[0].Sum != 3 || list[1].Max != 40*time.Second {
			t.Errorf("traffic = %+v", list)
		}
		return nil
	})
}
