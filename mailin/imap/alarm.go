package imap

import (
	"context"
	"errors"
	"time"

	"firstline/store"
)

// contactInterval bounds how often a turn without news writes last_contact_at.
const contactInterval = time.Minute

// report brings the mailbox row and the alarm in step with the result of a
// turn. An alarm is raised once per change of state, not once per turn.
func (p *Poller) report(ctx context.Context, err error) {
	name := "imap:" + p.cfg.Mailbox
	now := p.store.Now()
	if err == nil {
		p.failingSince = time.Time{}
		p.lower(ctx, name)
		if p.lastError != "" || now.Sub(p.lastContact) >= contactInterval {
			p.save(ctx, "")
		}
		p.looked(now)
		return
	}
	if p.failingSince.IsZero() {
		p.failingSince = now
	}
	text := err.Error()
	p.log.Warn("imap turn failed", "err", text)
	if errors.Is(err, errDisk) { // has its own alarm
		return
	}
	var e *Error
	if errors.As(err, &e) && e.Lasting || now.Sub(p.failingSince) >= p.cfg.Timing.Alarm {
		p.raise(ctx, name, "mailbox "+p.cfg.Mailbox+": "+text)
	}
	if text != p.lastError {
		p.save(ctx, text)
	}
}

// save writes last_error, and last_contact_at when there is none.
func (p *Poller) save(ctx context.Context, text string) {
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		if err != nil {
			return err
		}
		if m.LastError = text; text == "" {
			if err := p.keepGap(ctx, tx, m); err != nil {
				return err
			}
			m.LastContactAt = tx.Now
		}
		return tx.SaveMailbox(ctx, m)
	})
	if err != nil {
		p.log.Error("save mailbox state", "err", err)
		return
	}
	p.lastError = text
	if text == "" {
		p.lastContact = p.store.Now()
	}
}

// raise puts an alarm up unless we know that it is.
func (p *Poller) raise(ctx context.Context, name, text string) {
	if p.alarmsKnown[name] {
		return
	}
	fresh := false
	err := p.store.Update(ctx, func(tx *store.Tx) (err error) {
		fresh, err = tx.RaiseAlarm(ctx, name, text)
		return err
	})
	if err != nil {
		p.log.Error("raise alarm", "alarm", name, "err", err)
		return
	}
	p.alarmsKnown[name] = true
	if fresh {
		p.log.Error("alarm", "alarm", name, "text", text)
	}
}

// lower takes an alarm down unless we know that it is.
func (p *Poller) lower(ctx context.Context, name string) {
	if up, known := p.alarmsKnown[name]; known && !up {
		return
	}
	was := false
	err := p.store.Update(ctx, func(tx *store.Tx) (err error) {
		was, err = tx.ClearAlarm(ctx, name)
		return err
	})
	if err != nil {
		p.log.Error("clear alarm", "alarm", name, "err", err)
		return
	}
	p.alarmsKnown[name] = false
	if was {
		p.log.Info("alarm is over", "alarm", name)
	}
}
