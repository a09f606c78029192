package smtp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"firstline/store"
)

// EventFailed is the kind of the event that records a mail refused for good.
// New is "failed", Reason what the server said, Data names outbox row,
// recipient, step and reply. It is written in the transaction that marks the
// row, whether or not the mail belongs to a ticket.
const EventFailed = "delivery_failed"

// result is an attempt whose outcome is not yet durable.
type result struct {
	mail store.Claimed
	out  outcome
	next time.Time // of the next attempt, when it was not made for the mail's own sake
}

// settle makes results durable in one transaction. Results already settled by an
// earlier transaction of unknown outcome are passed over.
func (s *Sender) settle(ctx context.Context, rs []result) error {
	if len(rs) == 0 {
		return nil
	}
	err := s.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		for _, r := range rs {
			if err := s.mark(ctx, tx, r); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle %d deliveries: %w", len(rs), err)
	}
	store.Failpoint("smtp.marked")
	for _, r := range rs {
		s.logResult(r)
	}
	return nil
}

func (s *Sender) mark(ctx context.Context, tx *store.Tx, r result) error {
	ctx = context.WithoutCancel(ctx)
	switch r.out.kind {
	case sent:
		if id := finalID(s.cfg.Host, r.out.text); id != "" && id != r.mail.MessageID && !isAddress(id, r.mail) {
			if err := tx.SetFinalID(ctx, r.mail.ID, id); err != nil {
				return err
			}
		}
		return tx.MarkSent(ctx, r.mail.ID, r.out.text)
	case failed:
		return s.give(ctx, tx, r.mail, r.out)
	}
	if tx.Now.Sub(r.mail.CreatedAt) >= KeepTrying {
		r.out.text = fmt.Sprintf("given up after %d attempts in 5 days; last: %s", r.mail.Attempts, r.out.text)
		return s.give(ctx, tx, r.mail, r.out)
	}
	next := r.next
	if next.IsZero() {
		next = tx.Now.Add(Backoff(r.mail.Attempts, r.mail.ID))
	}
	return tx.MarkRetry(ctx, r.mail.ID, next, r.out.text, r.out.kind == unknown)
}

// give marks a mail as failed, records it in the history and tells the desk, all
// in one transaction: no mail disappears silently.
func (s *Sender) give(ctx context.Context, tx *store.Tx, m store.Claimed, o outcome) error {
	if err := tx.MarkFailed(ctx, m.ID, o.text); err != nil {
		return err
	}
	code := 0
	if r := reply(o.err); r != nil {
		code = r.Code
	}
	data, err := json.Marshal(map[string]any{"outbox": m.ID, "recipient": m.Recipient, "step": o.step, "code": code})
	if err != nil {
		return err
	}
	err = tx.InsertEvent(ctx, store.Event{TicketID: m.TicketID, InboxID: m.InboxID, Actor: "system", Kind: EventFailed,
		New: "failed", Reason: o.text, Data: string(data)})
	if err != nil {
		return err
	}
	if s.onFailed == nil {
		return nil
	}
	out := m.Outgoing
	out.State, out.ClosedAt, out.LastError = "failed", tx.Now, o.text
	return s.onFailed(ctx, tx, out, o.text)
}

func (s *Sender) logResult(r result) {
	log := s.log.With("outbox", r.mail.ID, "ticket", r.mail.TicketID, "class", r.mail.Class, "attempt", r.mail.Attempts,
		"rcpt", maskAddress(r.mail.Recipient))
	switch r.out.kind {
	case sent:
		log.Debug("mail sent")
	case retry:
		log.Warn("mail is tried again later", "err", r.out.text)
	case unknown:
		log.Warn("outcome of a mail is unknown, the same bytes are sent again later", "err", r.out.text)
	case failed:
		log.Error("mail refused for good", "err", r.out.text)
	}
}

// alarm raises or clears an alarm; trouble with the store is logged here, because
// the caller has nothing better to do with it.
func (s *Sender) alarm(ctx context.Context, name, text string) {
	up := text != ""
	if s.alarms[name] == up && s.known[name] {
		return
	}
	err := s.store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		if up {
			_, err := tx.RaiseAlarm(ctx, name, text)
			return err
		}
		_, err := tx.ClearAlarm(ctx, name)
		return err
	})
	if err != nil {
		s.log.Error("alarm cannot be recorded", "alarm", name, "err", err)
		return
	}
	s.alarms[name], s.known[name] = up, true
}
