package imap

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

// accept stores a haul, its lines of the ledger and the last UID in one
// transaction. It can be repeated: digests and UIDs recognise what is there.
func (p *Poller) accept(ctx context.Context, h haul) error {
	if len(h.mails) == 0 && len(h.failed) == 0 && h.through <= p.epoch.last {
		return nil
	}
	var last imap.UID
	var fresh int
	tries := map[imap.UID]int{}
	store.Failpoint("imap.fetched")
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		fresh = 0
		for _, m := range h.mails {
			isNew, err := p.acceptOne(ctx, tx, m)
			if err != nil {
				return err
			}
			if isNew {
				fresh++
			}
		}
		for _, f := range h.failed {
			n, err := p.countFailure(ctx, tx, f.uid)
			if err != nil {
				return err
			}
			tries[f.uid] = n
		}
		last = p.settled(h, tries)
		return p.saveContact(ctx, tx, last)
	})
	if err != nil {
		return p.cfg.failure(StepStore, err)
	}
	store.Failpoint("imap.accepted")
	p.epoch.last = max(p.epoch.last, last)
	p.learn(h, tries)
	if len(h.mails)+len(h.failed) > 0 {
		p.log.Info("mails accepted", "fresh", fresh, "known", len(h.mails)-fresh, "failed", len(h.failed), "last_uid", uint32(p.epoch.last))
	}
	return nil
}

func (p *Poller) acceptOne(ctx context.Context, tx *store.Tx, m mail) (fresh bool, err error) {
	e := p.epoch
	if m.uid < e.oldBelow && !m.date.IsZero() && !m.date.After(e.cutoff) {
		return false, tx.SkipUID(ctx, e.mailboxID, e.validity, uint32(m.uid))
	}
	_, fresh, err = tx.AcceptInbound(ctx, m.inbound(e.mailboxID, e.validity))
	return fresh, err
}

// countFailure records a failed fetch; the last one is an event and an alarm.
func (p *Poller) countFailure(ctx context.Context, tx *store.Tx, uid imap.UID) (tries int, err error) {
	tries, err = tx.FailUID(ctx, p.epoch.mailboxID, p.epoch.validity, uint32(uid))
	if err != nil || tries != store.MaxFetchAttempts {
		return tries, err
	}
	text := fmt.Sprintf("mailbox %s: the mail with UID %d cannot be fetched, %d attempts failed: read it in %s with a mail program and send it anew",
		p.cfg.Mailbox, uid, tries, p.cfg.Folders.Inbox)
	if err := tx.InsertEvent(ctx, store.Event{Actor: "system", Kind: "unfetchable", New: fmt.Sprint(uid), Reason: text}); err != nil {
		return tries, err
	}
	_, err = tx.RaiseAlarm(ctx, fmt.Sprintf("unfetchable:%s:%d", p.cfg.Mailbox, uid), text)
	return tries, err
}

// settled is the highest UID below which nothing of the plan is open.
func (p *Poller) settled(h haul, tries map[imap.UID]int) imap.UID {
	last := h.through
	arrived := map[imap.UID]bool{}
	for _, m := range h.mails {
		arrived[m.uid] = true
	}
	block := func(uid imap.UID) {
		if uid > p.epoch.last && uid <= last {
			last = uid - 1
		}
	}
	for uid := range p.suspects {
		if n, now := tries[uid]; !arrived[uid] && !(now && n >= store.MaxFetchAttempts) {
			block(uid)
		}
	}
	for uid, n := range tries {
		if n > 0 && n < store.MaxFetchAttempts {
			block(uid)
		}
	}
	return last
}

// learn keeps the suspects in step with what was committed.
func (p *Poller) learn(h haul, tries map[imap.UID]int) {
	for _, m := range h.mails {
		delete(p.suspects, m.uid)
	}
	for _, f := range h.failed {
		n := tries[f.uid]
		if n == 0 || n >= store.MaxFetchAttempts {
			delete(p.suspects, f.uid)
			continue
		}
		wait := time.Duration(0)
		if n > 1 { // once may be the network, which is back by now
			wait = p.cfg.Timing.FetchRetry
		}
		p.suspects[f.uid] = suspect{sized: f, next: p.store.Now().Add(wait)}
	}
}

// saveContact writes the mailbox row: last UID and contact.
func (p *Poller) saveContact(ctx context.Context, tx *store.Tx, last imap.UID) error {
	m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
	if err != nil {
		return err
	}
	if !p.epoch.refetch && m.UIDValidity == p.epoch.validity {
		m.LastUID = max(m.LastUID, uint32(last))
	}
	if err := p.keepGap(ctx, tx, m); err != nil {
		return err
	}
	m.LastContactAt, m.LastError = tx.Now, ""
	p.lastContact, p.lastError = tx.Now, ""
	return tx.SaveMailbox(ctx, m)
}

// keepGap keeps the longest time without contact since it was last kept; after a
// start, since the contact before it.
func (p *Poller) keepGap(ctx context.Context, tx *store.Tx, m store.Mailbox) error {
	if p.turnAt.IsZero() {
		p.turnAt = m.LastContactAt
	}
	p.looked(tx.Now)
	gap := p.gap
	p.gap = 0
	return tx.Peak(ctx, store.TrafficPollGap, gap)
}

// looked notes a turn in which the server answered.
func (p *Poller) looked(now time.Time) {
	if !p.turnAt.IsZero() {
		p.gap = max(p.gap, now.Sub(p.turnAt))
	}
	p.turnAt = now
}

// key names a fact of this mailbox in the store.
func (p *Poller) key(what string) string {
	return strings.Join([]string{"imap", p.cfg.Mailbox, what}, ".")
}
