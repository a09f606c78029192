package imap

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// searchWindow bounds the UIDs of one SEARCH answer in a huge mailbox, so
	// that the answer stays far below maxLine.
	searchWindow = 100_000
	// planSize is how many mails are sized up at once.
	planSize = 5_000

	batchCount = 200
	batchBytes = 8 << 20
)

// sized is a mail to be fetched; size 0 = the server did not say.
type sized struct {
	uid     imap.UID
	size    int64
	garbled bool // an answer about it could not be parsed: INTERNALDATE may be to blame
}

// newUIDs lists the UIDs above last, in ascending order. Nothing but their
// number is kept in memory.
func (s *session) newUIDs(ctx context.Context, last imap.UID) ([]imap.UID, error) {
	if err := s.guard(ctx, StepSearch, s.brief(), func() error { return s.c.Noop().Wait() }); err != nil {
		return nil, err
	}
	var count uint32
	if m := s.c.Mailbox(); m != nil {
		count = m.NumMessages
	}
	if count == 0 {
		return nil, nil
	}
	var all []imap.UID
	for from := last + 1; from != 0; {
		to := imap.UID(0) // "*"
		if count > searchWindow && s.box.UIDNext > from && uint32(s.box.UIDNext-from) > searchWindow {
			to = from + searchWindow - 1
		}
		found, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{{{Start: from, Stop: to}}}})
		if err != nil {
			return nil, err
		}
		for _, uid := range found {
			if uid >= from { // n:* names the last mail even when its UID is below n
				all = append(all, uid)
			}
		}
		if to == 0 {
			break
		}
		from = to + 1
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func (s *session) search(ctx context.Context, c *imap.SearchCriteria) ([]imap.UID, error) {
	var uids []imap.UID
	err := s.guard(ctx, StepSearch, s.brief(), func() error {
		data, err := s.c.UIDSearch(c, nil).Wait()
		if err == nil {
			uids = data.AllUIDs()
		}
		return err
	})
	return uids, err
}

// recent lists UIDs whose INTERNALDATE is not before the day of since.
func (s *session) recent(ctx context.Context, since time.Time) ([]imap.UID, error) {
	uids, err := s.search(ctx, &imap.SearchCriteria{Since: since.UTC().Truncate(24 * time.Hour)})
	slices.Sort(uids)
	return uids, err
}

// exists says whether the server still has a mail.
func (s *session) exists(ctx context.Context, uid imap.UID) (bool, error) {
	uids, err := s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(uid)}})
	return slices.Contains(uids, uid), err
}

// maxSet bounds the text of a UID set in a command: servers must take lines of
// 8,000 bytes (RFC 2683 section 3.2.1.5).
const maxSet = 4000

// sets cuts a list into parts of at most max elements whose UIDs fit into one
// command, given that they ascend or nearly so.
func sets[T any](list []T, uid func(T) imap.UID, max int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		from, text := 0, 0
		for i := range list {
			if i > from && i-from < max && uid(list[i]) == uid(list[i-1])+1 {
				continue // the run grows, its text does not
			}
			if i > from && (i-from >= max || text+22 > maxSet) {
				if !yield(list[from:i]) {
					return
				}
				from, text = i, 0
			}
			text += 22 // "4294967295:4294967295,"
		}
		if from < len(list) {
			yield(list[from:])
		}
	}
}

// sizes asks for the size of each mail. A mail whose answer the library
// misses keeps size 0; it is only fetched more carefully.
func (s *session) sizes(ctx context.Context, uids []imap.UID) ([]sized, error) {
	plan := make([]sized, len(uids))
	for i, uid := range uids {
		plan[i].uid = uid
	}
	err := s.guard(ctx, StepFetch, patience{stall: s.cfg.Timing.Stall}, func() error {
		fc := s.c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true})
		defer fc.Close()
		for m := fc.Next(); m != nil; m = fc.Next() {
			var got sized
			for it := m.Next(); it != nil; it = m.Next() {
				switch it := it.(type) {
				case imapclient.FetchItemDataUID:
					got.uid = it.UID
				case imapclient.FetchItemDataRFC822Size:
					got.size = it.Size
				}
			}
			if i, ok := slices.BinarySearchFunc(plan, got.uid, func(p sized, uid imap.UID) int { return int(int64(p.uid) - int64(uid)) }); ok {
				plan[i].size = max(got.size, 0)
			}
		}
		return fc.Close()
	})
	if isRefusal(err) { // without sizes every mail is measured by its literal
		err = nil
	}
	return plan, err
}

// cut takes the next batch off a plan: at most batchCount mails and batchBytes,
// but always one mail. A mail above the limit, or of unknown size, goes alone.
func cut(plan []sized, limit int64) (batch, rest []sized) {
	var bytes int64
	for i, m := range plan {
		alone := m.size == 0 || m.size > limit
		if i > 0 && (i == batchCount || alone || bytes+m.size > batchBytes) {
			return plan[:i], plan[i:]
		}
		if alone {
			return plan[:1], plan[1:]
		}
		bytes += m.size
	}
	return plan, nil
}
