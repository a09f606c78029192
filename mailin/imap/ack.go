package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

const (
	// ackBatch is how many mails are read, and moved with one command: a MOVE has
	// a fixed price, on Dovecot that of many hundred mails.
	ackBatch = 2000
	// moveTries is how often one mail is refused by its folder before it stays
	// where it is, marked.
	moveTries = 3
	// ackPause follows a refusal that concerns all mails, such as a full quota.
	ackPause = 5 * time.Minute

	keyword imap.Flag = "$Firstline"
)

// triaged is a mail whose decision is durable. Only Poller.triaged makes it,
// from rows the store has committed, and only with one the server is changed.
type triaged struct {
	uid     imap.UID
	outcome string
	stays   bool // above the size limit: the whole of it exists on the server alone
}

// triaged reads which mails the server may be told about.
func (p *Poller) triaged(ctx context.Context, limit int) ([]triaged, error) {
	var out []triaged
	err := p.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.ToAck(ctx, p.epoch.mailboxID, p.epoch.validity, limit)
		if err != nil {
			return err
		}
		out = make([]triaged, len(rows))
		for i, r := range rows {
			in, err := tx.Inbound(ctx, r.InboxID)
			if err != nil {
				return err
			}
			out[i] = triaged{imap.UID(r.UID), r.Outcome, in.Truncated}
		}
		return nil
	})
	return out, p.cfg.failure(StepStore, err)
}

// acknowledge moves or marks every mail that triage is done with.
func (p *Poller) acknowledge(ctx context.Context) error {
	for !p.store.Now().Before(p.nextAck) {
		done, err := p.triaged(ctx, ackBatch)
		if err != nil || len(done) == 0 {
			return err
		}
		progress, err := p.settle(ctx, done)
		if err != nil || !progress {
			return err
		}
	}
	return nil
}

// settle acknowledges mails by destination; progress = at least one row is
// closed, so that reading again brings others.
func (p *Poller) settle(ctx context.Context, done []triaged) (progress bool, err error) {
	if p.cfg.Mode == ModeObserve {
		return true, p.markAcked(ctx, done)
	}
	byFolder := map[string][]triaged{}
	var order []string
	for _, t := range done {
		folder := p.folderFor(t)
		if _, seen := byFolder[folder]; !seen {
			order = append(order, folder)
		}
		byFolder[folder] = append(byFolder[folder], t)
	}
	for _, folder := range order {
		for set := range sets(byFolder[folder], triagedUID, ackBatch) {
			n, err := p.settleSet(ctx, folder, set)
			progress = progress || n > 0
			if err != nil {
				return progress, err
			}
		}
	}
	return progress, nil
}

// folderFor is the folder a mail belongs to by its outcome; "" = it stays.
func (p *Poller) folderFor(t triaged) string {
	f := p.cfg.Folders
	switch {
	case t.stays:
		return ""
	case t.outcome == "ignored" || t.outcome == "loop" || t.outcome == "duplicate":
		return f.Ignored
	case t.outcome == "rejected" || t.outcome == "set_aside":
		return f.Failed
	}
	return f.Done
}

// settleSet acknowledges mails with one destination and returns how many.
func (p *Poller) settleSet(ctx context.Context, folder string, set []triaged) (n int, err error) {
	if folder != "" {
		target, err := p.target(ctx, folder)
		if err != nil {
			return 0, err
		}
		if target != "" {
			return p.moveAll(ctx, folder, target, set)
		}
	}
	return len(set), p.leave(ctx, set)
}

// moveAll moves a set at once, and in parts when the server refuses.
func (p *Poller) moveAll(ctx context.Context, folder, target string, set []triaged) (n int, err error) {
	err = p.sess.move(ctx, set, target)
	if hasCode(err, imap.ResponseCodeTryCreate, imap.ResponseCodeNonExistent) {
		delete(p.targets, folder) // somebody has removed it
		if target, err = p.target(ctx, folder); err != nil {
			return 0, err
		}
		if target == "" {
			return len(set), p.leave(ctx, set)
		}
		err = p.sess.move(ctx, set, target)
	}
	alarm := "imap-folder:" + p.cfg.Mailbox
	switch {
	case err == nil:
		p.lower(ctx, alarm)
		return len(set), p.markAcked(ctx, set)
	case !isRefusal(err):
		return 0, err
	case isTemporary(err) || hasCode(err, imap.ResponseCodeOverQuota):
		p.nextAck = p.store.Now().Add(ackPause)
		p.raise(ctx, alarm, fmt.Sprintf("mailbox %s: mails cannot be moved to %s: %v; they are ticketed and wait in the inbox", p.cfg.Mailbox, folder, err))
		return 0, nil
	}
	return p.moveHalves(ctx, folder, target, set)
}

// moveHalves moves what was refused as a whole in ever smaller parts. A mail
// that is refused time and again stays where it is, marked.
func (p *Poller) moveHalves(ctx context.Context, folder, target string, set []triaged) (n int, err error) {
	if len(set) == 1 {
		return p.refused(ctx, folder, set[0])
	}
	for _, half := range [][]triaged{set[:len(set)/2], set[len(set)/2:]} {
		m, err := len(half), p.sess.move(ctx, half, target)
		switch {
		case err == nil:
			err = p.markAcked(ctx, half)
		case isTemporary(err):
			return n, err
		case isRefusal(err):
			m, err = p.moveHalves(ctx, folder, target, half)
		}
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}

// refused counts the refusal of one mail.
func (p *Poller) refused(ctx context.Context, folder string, t triaged) (n int, err error) {
	if p.moveFailures[t.uid]++; p.moveFailures[t.uid] < moveTries {
		p.nextAck = p.store.Now().Add(p.cfg.Timing.AckPoll)
		return 0, nil
	}
	delete(p.moveFailures, t.uid)
	p.raise(ctx, "imap-folder:"+p.cfg.Mailbox, fmt.Sprintf("mailbox %s: UID %d cannot be moved to %s; it stays in the inbox, marked", p.cfg.Mailbox, t.uid, folder))
	return 1, p.leave(ctx, []triaged{t})
}

// leave marks mails where they are. A server that takes no flags is left
// alone: the ledger knows.
func (p *Poller) leave(ctx context.Context, set []triaged) error {
	if err := p.sess.mark(ctx, set); err != nil {
		if !isRefusal(err) {
			return err
		}
		p.log.Warn("mails cannot be marked on the server", "err", err)
	}
	return p.markAcked(ctx, set)
}

func (p *Poller) markAcked(ctx context.Context, set []triaged) error {
	store.Failpoint("imap.moved")
	uids := make([]uint32, len(set))
	for i, t := range set {
		uids[i] = uint32(t.uid)
	}
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		return tx.MarkAcked(ctx, p.epoch.mailboxID, p.epoch.validity, uids)
	})
	return p.cfg.failure(StepStore, err)
}

func triagedUID(t triaged) imap.UID { return t.uid }

func uidSet(set []triaged) imap.UIDSet {
	var s imap.UIDSet
	for _, t := range set {
		s.AddNum(t.uid)
	}
	return s
}

// move takes triaged mails to another folder. A UID that has vanished counts as
// moved. Without MOVE (RFC 6851) it copies and expunges by UID (RFC 4315), mail
// by mail, so that a crash leaves at most one extra copy; without UIDPLUS it
// marks, because a plain EXPUNGE would remove what others have flagged.
func (s *session) move(ctx context.Context, set []triaged, target string) error {
	store.Failpoint("imap.acking")
	switch {
	case s.caps.Has(imap.CapMove):
		return s.change(ctx, func() error {
			_, err := s.c.Move(uidSet(set), target).Wait()
			return err
		})
	case s.caps.Has(imap.CapUIDPlus):
		for _, t := range set {
			if err := s.copyAndExpunge(ctx, t, target); err != nil {
				return err
			}
		}
		return nil
	}
	return s.mark(ctx, set)
}

func (s *session) copyAndExpunge(ctx context.Context, t triaged, target string) error {
	one := uidSet([]triaged{t})
	return s.change(ctx, func() error {
		if _, err := s.c.Copy(one, target).Wait(); err != nil {
			return err
		}
		if err := s.c.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
			return err
		}
		return s.c.UIDExpunge(one).Close()
	})
}

// mark sets the keyword $Firstline, or \Seen where the server keeps no keywords.
func (s *session) mark(ctx context.Context, set []triaged) error {
	flag := keyword
	if perm := s.box.PermanentFlags; !slices.Contains(perm, imap.FlagWildcard) && !slices.Contains(perm, keyword) {
		flag = imap.FlagSeen
	}
	return s.change(ctx, func() error {
		return s.c.Store(uidSet(set), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
	})
}

// change opens the gate of the wire for one command on triaged mails.
func (s *session) change(ctx context.Context, f func() error) error {
	if s.cfg.Mode == ModeObserve {
		return errors.New("observe mode never changes the server")
	}
	s.wire.permit.Store(true)
	defer s.wire.permit.Store(false)
	return s.guard(ctx, StepMove, patience{total: 5 * s.cfg.Timing.Command}, f)
}
