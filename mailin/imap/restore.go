package imap

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"

	"firstline/store"
)

const (
	// restoreMargin is how far before the backup's last contact the folders are
	// read again after a restore.
	restoreMargin = 24 * time.Hour
	// archiveValidity is the UIDVALIDITY under which mails read from a target
	// folder stand in the ledger. No folder has it, so they never meet the UIDs
	// of the inbox.
	archiveValidity = 0
)

// afterRestore reads the target folders again when the store comes from a
// backup: what was moved since then is missing here, and only there.
func (p *Poller) afterRestore(ctx context.Context) error {
	var restored, since time.Time
	err := p.store.View(ctx, func(tx *store.Tx) (err error) {
		if restored, err = tx.RestoreEpoch(ctx); err != nil || restored.IsZero() {
			return err
		}
		seen, err := tx.Meta(ctx, p.key("restored"))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if seen == stamp(restored) {
			restored = time.Time{}
			return nil
		}
		m, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		since = m.LastContactAt
		return err
	})
	if err != nil || restored.IsZero() {
		return p.cfg.failure(StepStore, err)
	}
	if since.IsZero() || since.After(restored) {
		since = restored
	}
	p.log.Info("the store was restored: reading the target folders again", "since", since.Add(-restoreMargin))
	for _, folder := range p.cfg.targetFolders() {
		if err := p.readArchive(ctx, folder, since.Add(-restoreMargin)); err != nil {
			return err
		}
	}
	err = p.store.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, p.key("restored"), stamp(restored)) })
	if err == nil {
		err = p.sess.selectInbox(ctx)
	}
	return p.cfg.failure(StepStore, err)
}

func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// targetFolders lists the folders mails are moved to, each once.
func (c Config) targetFolders() (folders []string) {
	seen := map[string]bool{"": true}
	for _, f := range []string{c.Folders.Done, c.Folders.Ignored, c.Folders.Failed} {
		if !seen[f] {
			folders = append(folders, f)
		}
		seen[f] = true
	}
	return folders
}

// readArchive accepts what a target folder holds since an instant. Digests
// recognise what is known.
func (p *Poller) readArchive(ctx context.Context, folder string, since time.Time) error {
	name, err := p.sess.findFolder(ctx, folder, false)
	if err != nil || name == "" {
		return err
	}
	if _, err := p.sess.examine(ctx, name); err != nil {
		return err
	}
	uids, err := p.sess.recent(ctx, since)
	if err != nil {
		return err
	}
	for chunk := range sets(uids, func(uid imap.UID) imap.UID { return uid }, planSize) {
		plan, err := p.sess.sizes(ctx, chunk)
		if err != nil {
			return err
		}
		for len(plan) > 0 {
			var batch []sized
			batch, plan = cut(plan, p.cfg.MaxMessageBytes)
			h, err := p.haul(ctx, batch)
			if err == nil {
				err = p.acceptArchived(ctx, h.mails)
			}
			if err != nil {
				return err
			}
			if len(h.failed) > 0 {
				p.log.Warn("archived mails cannot be fetched", "folder", folder, "count", len(h.failed))
			}
		}
	}
	return nil
}

// acceptArchived stores mails that were acknowledged before the restore.
func (p *Poller) acceptArchived(ctx context.Context, mails []mail) error {
	fresh := 0
	err := p.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, p.cfg.Mailbox)
		if err != nil {
			return err
		}
		fresh = 0
		for _, m := range mails {
			if _, err := tx.InboundByDigest(ctx, m.digest); err == nil {
				continue
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			in := m.inbound(box.ID, archiveValidity)
			if _, _, err := tx.AcceptInbound(ctx, in); err != nil {
				return err
			}
			if err := tx.MarkAcked(ctx, box.ID, archiveValidity, []uint32{in.UID}); err != nil {
				return err
			}
			fresh++
		}
		return nil
	})
	if fresh > 0 && err == nil {
		p.log.Info("archived mails accepted", "fresh", fresh)
	}
	return p.cfg.failure(StepStore, err)
}

// inbound is a mail as the store takes it.
func (m mail) inbound(mailboxID int64, validity uint32) store.In {
	return store.In{
		MailboxID: mailboxID, UIDValidity: validity, UID: uint32(m.uid), ReceivedAt: m.date,
		Raw: m.raw, Digest: m.digest, Size: m.size, Truncated: m.truncated,
	}
}
