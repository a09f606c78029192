package imap

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// maxHeader is what is fetched of a mail above the size limit.
const maxHeader = 256 << 10

// mail is a fetched mail.
type mail struct {
	uid       imap.UID
	date      time.Time // INTERNALDATE, zero when the server gave none that can be read
	raw       []byte
	digest    [32]byte
	size      int64 // on the server
	truncated bool
}

// errNoBody: the server answered, but not with the body that was asked for.
var errNoBody = errors.New("the server lists the mail but does not give its body")

// request says how mails are asked for.
type request struct {
	noDate bool // without INTERNALDATE, which some servers garble
	header bool // only the beginning of the header
}

func (r request) section() *imap.FetchItemBodySection {
	if r.header {
		return &imap.FetchItemBodySection{Peek: true, Specifier: imap.PartSpecifierHeader, Partial: &imap.SectionPartial{Size: maxHeader}}
	}
	return &imap.FetchItemBodySection{Peek: true}
}

// bodies fetches mails in one command and gives each complete one to got, in
// the order in which they come; one that turns out to be above the limit comes
// without its bytes and with its size. What is missing afterwards was not got, whatever
// the error is: the answer of the server alone proves nothing.
func (s *session) bodies(ctx context.Context, uids []imap.UID, r request, got func(mail)) error {
	section := r.section()
	budget := int64(2*batchBytes) + s.cfg.MaxMessageBytes
	return s.guard(ctx, StepFetch, patience{stall: s.cfg.Timing.Stall}, func() error {
		fc := s.c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, InternalDate: !r.noDate, BodySection: []*imap.FetchItemBodySection{section}})
		defer fc.Close()
		for m := fc.Next(); m != nil; m = fc.Next() {
			one, whole := s.read(m, r, budget)
			switch {
			case one.uid == 0:
				continue
			case whole:
				budget -= int64(len(one.raw))
				one.digest = sha256.Sum256(one.raw)
			case one.size <= s.cfg.MaxMessageBytes:
				continue
			}
			got(one)
		}
		return fc.Close()
	})
}

// read takes one FETCH answer in. A body beyond the limit is not read, only
// measured.
func (s *session) read(m *imapclient.FetchMessageData, r request, budget int64) (one mail, whole bool) {
	for it := m.Next(); it != nil; it = m.Next() {
		switch it := it.(type) {
		case imapclient.FetchItemDataUID:
			one.uid = it.UID
		case imapclient.FetchItemDataInternalDate:
			one.date = it.Time
		case imapclient.FetchItemDataBodySection:
			if it.Literal == nil || whole {
				continue
			}
			if !it.MatchCommand(r.section()) {
				continue
			}
			n := it.Literal.Size()
			if n < 0 || n > budget || n > s.cfg.MaxMessageBytes && !r.header {
				one.size = n
				continue
			}
			raw := make([]byte, n)
			if _, err := io.ReadFull(it.Literal, raw); err != nil {
				// The literal broke off. Next will read it again while the
				// library's reader goes on with the same buffer: end that first.
				s.raw.Close()
				<-s.c.Closed()
				continue
			}
			one.raw, one.size, whole = raw, n, true
		}
	}
	return one, whole
}

// single fetches one mail that a batch did not bring: as usual, then without
// INTERNALDATE, or at once without it. gone = the server has it no more.
func (s *session) single(ctx context.Context, m sized) (one *mail, gone bool, err error) {
	if m.size > s.cfg.MaxMessageBytes {
		return s.header(ctx, m)
	}
	requests := []request{{}, {noDate: true}}
	if m.garbled {
		requests = requests[1:]
	}
	for _, r := range requests {
		err = s.bodies(ctx, []imap.UID{m.uid}, r, func(got mail) { one = &got })
		if one != nil && one.raw == nil {
			return s.header(ctx, sized{uid: m.uid, size: one.size})
		}
		if one != nil {
			return one, false, nil
		}
		if err != nil && !isRefusal(err) || isTemporary(err) {
			return nil, false, err
		}
	}
	there, serr := s.exists(ctx, m.uid)
	if serr != nil {
		return nil, false, serr
	}
	if !there {
		return nil, true, nil
	}
	if err == nil {
		err = s.cfg.failure(StepFetch, errNoBody)
	}
	return nil, false, err
}

// header fetches the header of a mail above the size limit.
func (s *session) header(ctx context.Context, m sized) (one *mail, gone bool, err error) {
	requests := []request{{header: true}, {header: true, noDate: true}}
	if m.garbled {
		requests = requests[1:]
	}
	for _, r := range requests {
		err = s.bodies(ctx, []imap.UID{m.uid}, r, func(got mail) {
			got.size, got.truncated = m.size, true
			one = &got
		})
		if one != nil || err != nil && !isRefusal(err) {
			break
		}
	}
	if one == nil && err == nil {
		there, serr := s.exists(ctx, m.uid)
		if serr != nil || !there {
			return nil, serr == nil, serr
		}
		err = s.cfg.failure(StepFetch, errNoBody)
	}
	return one, false, err
}
