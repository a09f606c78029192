package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

const (
	// reconcileWindow is how far back by INTERNALDATE the mailbox is compared
	// with the ledger.
	reconcileWindow = 48 * time.Hour
	// cutoffMargin: a mail that is so much older than the first contact counts
	// as old when the epoch changes; less may be the server's clock.
	cutoffMargin = 10 * time.Minute
)

// enterEpoch compares UIDVALIDITY and UIDNEXT of the selected folder with what
// we know, and decides from which UID on to read.
func (p *Poller) enterEpoch(ctx context.Context) error {
	box := p.sess.box
	next, old, err := p.firstLook(ctx, box)
	if err != nil {
		return err
	}
	e := epoch{validity: box.UIDValidity}
	err = p.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		if err != nil {
			return err
		}
		e.mailboxID, e.last, e.refetch = m.ID, imap.UID(m.LastUID), false
		switch {
		case m.UIDValidity == 0:
			if err := p.firstContact(ctx, tx, &m, box.UIDValidity, next, old); err != nil {
				return err
			}
			e.last = imap.UID(m.LastUID)
		case m.UIDValidity != box.UIDValidity:
			if err := p.newEpoch(ctx, tx, &m, box.UIDValidity, next); err != nil {
				return err
			}
			e.last = 0
		case box.UIDNext != 0 && imap.UID(m.LastUID) >= box.UIDNext:
			e.last, e.refetch = 0, true
			text := fmt.Sprintf("mailbox %s: UIDNEXT went back to %d below the known UID %d; all mails are compared", p.cfg.Mailbox, box.UIDNext, m.LastUID)
			if err := tx.InsertEvent(ctx, store.Event{Actor: "system", Kind: "uid_reuse", Reason: text}); err != nil {
				return err
			}
		}
		return p.readOld(ctx, tx, &e)
	})
	if err != nil {
		return p.cfg.failure(StepStore, err)
	}
	if e.validity != p.epoch.validity {
		clear(p.suspects)
		clear(p.moveFailures)
	}
	p.epoch = e
	return nil
}

// firstLook asks the server for what a first contact needs: the next UID, and
// the young mails that are there already.
func (p *Poller) firstLook(ctx context.Context, box *imap.SelectData) (next imap.UID, old []imap.UID, err error) {
	known := false
	err = p.store.View(ctx, func(tx *store.Tx) error {
		m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		known = err == nil && m.UIDValidity != 0
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, nil, p.cfg.failure(StepStore, err)
	}
	if next = box.UIDNext; next == 0 {
		all, err := p.sess.newUIDs(ctx, 0)
		if err != nil {
			return 0, nil, err
		}
		next = 1
		if len(all) > 0 {
			next = all[len(all)-1] + 1
		}
	}
	if !known && p.cfg.Since == SinceStart {
		old, err = p.sess.recent(ctx, p.store.Now().Add(-reconcileWindow))
	}
	return next, old, err
}

// firstContact begins the ledger of a mailbox.
func (p *Poller) firstContact(ctx context.Context, tx *store.Tx, m *store.Mailbox, validity uint32, next imap.UID, old []imap.UID) error {
	m.UIDValidity, m.LastUID = validity, 0
	if p.cfg.Since == SinceStart {
		m.LastUID = uint32(next - 1)
		if err := tx.SetMeta(ctx, p.key("cutoff"), strconv.FormatInt(tx.Now.Add(-cutoffMargin).UnixMilli(), 10)); err != nil {
			return err
		}
		for _, uid := range old {
			if uid >= next {
				continue
			}
			if err := tx.SkipUID(ctx, m.ID, validity, uint32(uid)); err != nil {
				return err
			}
		}
	}
	if err := p.setOld(ctx, tx, validity, next); err != nil {
		return err
	}
	return tx.SaveMailbox(ctx, *m)
}

// newEpoch begins anew after a change of UIDVALIDITY: everything is read again
// and recognised by its digest.
func (p *Poller) newEpoch(ctx context.Context, tx *store.Tx, m *store.Mailbox, validity uint32, next imap.UID) error {
	text := fmt.Sprintf("mailbox %s: UIDVALIDITY changed from %d to %d; all mails are compared", p.cfg.Mailbox, m.UIDValidity, validity)
	if err := tx.InsertEvent(ctx, store.Event{Actor: "system", Kind: "uidvalidity", Old: fmt.Sprint(m.UIDValidity), New: fmt.Sprint(validity), Reason: text}); err != nil {
		return err
	}
	m.UIDValidity, m.LastUID = validity, 0
	if err := p.setOld(ctx, tx, validity, next); err != nil {
		return err
	}
	return tx.SaveMailbox(ctx, *m)
}

// setOld remembers which UIDs were there when the epoch began.
func (p *Poller) setOld(ctx context.Context, tx *store.Tx, validity uint32, next imap.UID) error {
	return tx.SetMeta(ctx, p.key("old"), fmt.Sprintf("%d:%d", validity, next))
}

// readOld fills in which mails of the epoch are too old to be ticketed.
func (p *Poller) readOld(ctx context.Context, tx *store.Tx, e *epoch) error {
	cutoff, err := tx.Meta(ctx, p.key("cutoff"))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := tx.Meta(ctx, p.key("old"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	var validity, below uint32
	if _, err := fmt.Sscanf(old, "%d:%d", &validity, &below); err != nil || validity != e.validity {
		return nil
	}
	ms, err := strconv.ParseInt(cutoff, 10, 64)
	if err != nil {
		return fmt.Errorf("meta %s: %w", p.key("cutoff"), err)
	}
	e.oldBelow, e.cutoff = imap.UID(below), time.UnixMilli(ms)
	return nil
}

// reconcile compares the young mails of the mailbox with the ledger and stores
// what was missed: mails that appeared under a lower UID.
func (p *Poller) reconcile(ctx context.Context) error {
	now := p.store.Now()
	// Opened anew, the folder shows whether its epoch has changed meanwhile.
	if err := p.sess.selectInbox(ctx); err != nil {
		return err
	}
	if p.sess.box.UIDValidity != p.epoch.validity {
		p.sess.notify() // the next turn reads it, at once
		return p.enterEpoch(ctx)
	}
	uids, err := p.sess.recent(ctx, now.Add(-reconcileWindow))
	if err != nil {
		return err
	}
	uids = slices.DeleteFunc(uids, func(uid imap.UID) bool {
		if uid <= p.epoch.last {
			return false
		}
		// It came since the look for new mail, and SELECT has told of it: IDLE will not.
		p.sess.notify()
		return true
	})
	if len(uids) > 0 {
		if uids, err = p.unknown(ctx, uids); err != nil {
			return err
		}
	}
	if len(uids) > 0 {
		p.log.Warn("mails found below the last UID", "count", len(uids))
		if err := p.take(ctx, uids, false); err != nil {
			return err
		}
	}
	if p.epoch.refetch {
		if err := p.endRefetch(ctx); err != nil {
			return err
		}
	}
	p.nextReconcile = now.Add(p.cfg.Timing.Reconcile)
	return nil
}

// endRefetch closes the comparison of all mails after UIDs went back.
func (p *Poller) endRefetch(ctx context.Context) error {
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		if err != nil {
			return err
		}
		m.LastUID = uint32(p.epoch.last)
		return tx.SaveMailbox(ctx, m)
	})
	if err == nil {
		p.epoch.refetch = false
	}
	return p.cfg.failure(StepStore, err)
}
