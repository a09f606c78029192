package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// What a transaction keeps counted stays what the rows say, whatever it writes.
func TestCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	agents, states := []string{"lena", "tobias"}, []string{"new", "open", "resolved", "closed", "waiting_requester"}
	since := epoch.Add(-time.Hour)
	r := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		update(t, s, func(ctx context.Context, tx *Tx) error {
			var ids, mails []int64
			for range 100 {
				if err := oneWrite(ctx, tx, r, append(agents, ""), states, &ids, &mails); err != nil {
					return err
				}
				n, err := tx.CountAutomaticAll(ctx, since)
				if err != nil {
					return err
				}
				open, err := tx.OpenCountByAssignee(ctx, agents)
				if err != nil {
					return err
				}
				kept := tx.counted
				tx.counted = counted{}
				if want, err := tx.CountAutomaticAll(ctx, since); err != nil || n != want {
					t.Fatalf("%d automatic mails, want %d (%v)", n, want, err)
				}
				want, err := tx.OpenCountByAssignee(ctx, agents)
				if err != nil {
					return err
				}
				equal(t, open, want)
				tx.counted = kept
			}
			return nil
		})
	}
}

// oneWrite does one of the things that change the counts.
func oneWrite(ctx context.Context, tx *Tx, r *rand.Rand, agents, states []string, ids, mails *[]int64) error {
	what := r.IntN(8)
	switch {
	case what < 2 || len(*ids) == 0 || len(*mails) == 0:
		tk := Ticket{State: states[r.IntN(len(states))], Assignee: agents[r.IntN(len(agents))], Priority: "P3", Requester: "r@example.com"}
		if err := tx.InsertTicket(ctx, &tk); err != nil {
			return err
		}
		*ids = append(*ids, tk.ID)
		cause := fmt.Sprintf("ack:%d", tk.ID)
		o := Outgoing{Cause: cause, Class: []string{"automatic", "notice"}[r.IntN(2)], Purpose: "q", Recipient: "r@example.com", MessageID: cause + "@x"}
		if _, err := tx.Enqueue(ctx, &o, []byte("x")); err != nil {
			return err
		}
		*mails = append(*mails, o.ID)
		return nil
	case what < 5:
		tk, err := tx.Ticket(ctx, (*ids)[r.IntN(len(*ids))])
		if err != nil {
			return err
		}
		tk.State, tk.Assignee = states[r.IntN(len(states))], agents[r.IntN(len(agents))]
		return tx.SaveTicket(ctx, &tk)
	case what == 5:
		if err := tx.CancelOutgoing(ctx, (*mails)[r.IntN(len(*mails))]); !errors.Is(err, ErrNotFound) { // withdrawn before
			return err
		}
		return nil
	case what == 6:
		_, err := tx.CancelByCause(ctx, fmt.Sprintf("ack:%d", (*ids)[r.IntN(len(*ids))]))
		return err
	}
	return tx.RetryOutgoing(ctx, (*mails)[r.IntN(len(*mails))])
}
