package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

// haul is what one batch brought.
type haul struct {
	mails  []mail
	failed []sized // their fetch failed and counts
	// through: the batch settles every UID of the plan up to here, but for the
	// failed; 0 = it says nothing about the order.
	through imap.UID
}

var errDisk = errors.New("too little disk space")

// diskSpace refuses to fetch when the disk is nearly full: the mail is safe on
// the server.
func (p *Poller) diskSpace(ctx context.Context) error {
	free, err := p.cfg.DiskFree()
	if err != nil {
		return p.cfg.failure(StepDisk, err)
	}
	const alarm = "disk"
	if free >= p.cfg.MinDiskFree {
		p.lower(ctx, alarm)
		return nil
	}
	err = &Error{Host: p.cfg.addr(), Step: StepDisk, Err: fmt.Errorf("%w: %d MiB are free, %d MiB are needed", errDisk, free>>20, p.cfg.MinDiskFree>>20),
		Fix: "make room in " + p.store.Dir() + "; until then mail stays on the server"}
	p.raise(ctx, alarm, err.Error())
	return err
}

// fetchNew stores every mail above the last UID.
func (p *Poller) fetchNew(ctx context.Context) error {
	uids, err := p.sess.newUIDs(ctx, p.epoch.last)
	if err != nil || len(uids) == 0 {
		return err
	}
	top := uids[len(uids)-1]
	if !p.epoch.refetch {
		if uids, err = p.unknown(ctx, uids); err != nil {
			return err
		}
	}
	plan := slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool { _, bad := p.suspects[uid]; return bad })
	if err := p.take(ctx, plan, true); err != nil {
		return err
	}
	if err := p.retrySuspects(ctx, uids); err != nil {
		return err
	}
	return p.accept(ctx, haul{through: top})
}

// unknown drops the UIDs that the ledger knows.
func (p *Poller) unknown(ctx context.Context, uids []imap.UID) ([]imap.UID, error) {
	var known []uint32
	err := p.store.View(ctx, func(tx *store.Tx) (err error) {
		known, err = tx.KnownUIDs(ctx, p.epoch.mailboxID, p.epoch.validity, uint32(uids[0]))
		return err
	})
	if err != nil {
		return nil, p.cfg.failure(StepStore, err)
	}
	return slices.DeleteFunc(slices.Clone(uids), func(uid imap.UID) bool {
		_, found := slices.BinarySearch(known, uint32(uid))
		return found
	}), nil
}

// take sizes mails up, fetches them batch by batch and stores each batch while
// the next is on its way. inOrder: uids continue from the last one.
func (p *Poller) take(ctx context.Context, uids []imap.UID, inOrder bool) error {
	for chunk := range sets(uids, func(uid imap.UID) imap.UID { return uid }, planSize) {
		plan, err := p.sess.sizes(ctx, chunk)
		if err != nil {
			return err
		}
		if err := p.pump(ctx, plan, inOrder); err != nil {
			return err
		}
	}
	return nil
}

// pump runs fetching and storing side by side; at most one batch waits.
func (p *Poller) pump(ctx context.Context, plan []sized, inOrder bool) error {
	fctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	hauls, done := make(chan haul), make(chan error, 1)
	go func() {
		defer close(hauls)
		done <- p.haulAll(fctx, plan, hauls)
	}()
	var failed error
	for h := range hauls {
		if !inOrder {
			h.through = 0
		}
		if failed == nil {
			if failed = p.accept(ctx, h); failed != nil {
				cancel(failed)
			}
		}
	}
	if err := <-done; failed == nil {
		failed = err
	}
	return failed
}

// haulAll fetches a plan. A large mail is fetched while nothing else is in
// memory, so that memory does not grow with the mailbox.
func (p *Poller) haulAll(ctx context.Context, plan []sized, hauls chan<- haul) error {
	send := func(h haul) bool {
		select {
		case hauls <- h:
			return true
		case <-ctx.Done():
			return false
		}
	}
	large := false
	for len(plan) > 0 {
		batch, rest := cut(plan, p.cfg.MaxMessageBytes)
		wasLarge := large
		large = batch[0].size > batchBytes
		if (large || wasLarge) && !send(haul{}) { // taken only when the one before is stored
			return context.Cause(ctx)
		}
		h, err := p.haul(ctx, batch)
		if !send(h) {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		plan = rest
	}
	return nil
}

// haul fetches one batch, and singly what the batch did not bring.
func (p *Poller) haul(ctx context.Context, batch []sized) (h haul, err error) {
	got := map[imap.UID]mail{}
	if batch[0].size <= p.cfg.MaxMessageBytes {
		uids := make([]imap.UID, len(batch))
		for i, m := range batch {
			uids[i] = m.uid
		}
		err = p.sess.bodies(ctx, uids, request{}, func(m mail) { got[m.uid] = m })
	}
	refused := isRefusal(err)
	lost := err != nil && !refused
	for i, m := range batch {
		one, here := got[m.uid]
		switch {
		case here && one.raw != nil:
			h.mails = append(h.mails, one)
			h.through = m.uid
			continue
		case here:
			m.size = one.size
		case lost:
			return p.interrupted(h, batch[i:], got, err)
		case isTemporary(err):
			return h, err
		}
		single, gone, serr := p.sess.single(ctx, m)
		switch {
		case serr == nil && !gone:
			h.mails = append(h.mails, *single)
		case serr == nil:
		case isTemporary(serr):
			return h, serr
		default:
			m.garbled = isGarbled(serr)
			h.failed = append(h.failed, m)
			if !isRefusal(serr) && !errors.Is(serr, errNoBody) || refused && i == 0 && len(batch) > 1 {
				return h, serr
			}
		}
		h.through = m.uid
	}
	return h, nil
}

// interrupted ends a batch that broke off: the first mail that is missing is
// the suspect, those that came are kept.
func (p *Poller) interrupted(h haul, rest []sized, got map[imap.UID]mail, err error) (haul, error) {
	bad := rest[0]
	bad.garbled = isGarbled(err)
	h.failed = append(h.failed, bad)
	for _, m := range rest[1:] {
		if one, here := got[m.uid]; here && one.raw != nil {
			h.mails = append(h.mails, one)
		}
	}
	return h, err
}

// retrySuspects fetches bad mails one by one, each when its time has come.
func (p *Poller) retrySuspects(ctx context.Context, uids []imap.UID) error {
	for uid := range p.suspects {
		if _, there := slices.BinarySearch(uids, uid); !there && uid > p.epoch.last {
			delete(p.suspects, uid) // expunged, or the ledger has it
		}
	}
	for _, uid := range uids {
		s, bad := p.suspects[uid]
		if !bad || p.store.Now().Before(s.next) {
			continue
		}
		h := haul{}
		one, gone, err := p.sess.single(ctx, s.sized)
		switch {
		case gone:
			delete(p.suspects, uid)
			continue
		case one != nil:
			h.mails = []mail{*one}
		case isTemporary(err):
			return err
		default:
			s.garbled = s.garbled || isGarbled(err)
			h.failed = []sized{s.sized}
		}
		if aerr := p.accept(ctx, h); aerr != nil {
			return aerr
		}
		if err != nil && !isRefusal(err) && !errors.Is(err, errNoBody) {
			return err
		}
	}
	return nil
}
