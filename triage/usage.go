package triage

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"firstline/rules"
	"firstline/store"
)

// Usage counts what the decisions since a moment used: rules, FAQ entries by the
// stored traces, categories by the tickets as people left them.
func Usage(ctx context.Context, tx *store.Tx, since, now time.Time) (*rules.Usage, error) {
	u := rules.NewUsage()
	first := now
	err := tx.EachTrace(ctx, since, func(t store.Trace, at time.Time) error {
		var steps []rules.Step
		if err := json.Unmarshal([]byte(t.JSON), &steps); err != nil {
			return fmt.Errorf("read trace of inbox %d: %w", t.InboxID, err)
		}
		u.Add(steps)
		if at.Before(first) {
			first = at
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read traces: %w", err)
	}
	for from := since; from.Before(now); from = from.Add(day) {
		rows, err := tx.ListTickets(ctx, store.TicketFilter{Since: from, Until: from.Add(day), Limit: 1 << 30})
		if err != nil {
			return nil, fmt.Errorf("read tickets: %w", err)
		}
		for i := range rows {
			u.Tickets++
			u.Categories[rows[i].Category]++
		}
	}
	u.Days = 1 + int(now.Sub(first)/day)
	return u, nil
}
