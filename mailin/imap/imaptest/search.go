package imaptest

import (
	"bufio"
	"bytes"
	"mime"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-message/textproto"
)

// Search implements SEARCH.
func (x *session) Search(kind imapserver.NumKind, c *imap.SearchCriteria, o *imap.SearchOptions) (*imap.SearchData, error) {
	x.srv.mu.Lock()
	defer x.srv.mu.Unlock()
	data := &imap.SearchData{}
	var seqs imap.SeqSet
	var uids imap.UIDSet
	match := x.matcher(c)
	for i, m := range x.view {
		seq := uint32(i + 1)
		if m.gone || !match(seq, m) {
			continue
		}
		uids.AddNum(m.uid)
		num := uint32(m.uid)
		if kind == imapserver.NumKindSeq {
			seqs.AddNum(seq)
			num = seq
		}
		if data.Min == 0 || num < data.Min {
			data.Min = num
		}
		data.Max = max(data.Max, num)
		data.Count++
	}
	data.All = uids
	if kind == imapserver.NumKindSeq {
		data.All = seqs
	}
	if o.ReturnSave {
		x.saved = uids
	}
	return data, nil
}

// matcher resolves the sets of a criterion once, not per message.
func (x *session) matcher(c *imap.SearchCriteria) func(seq uint32, m *message) bool {
	var sets []func(uint32, imap.UID) bool
	for _, s := range c.SeqNum {
		sets = append(sets, x.contains(s))
	}
	for _, s := range c.UID {
		sets = append(sets, x.contains(s))
	}
	var not []func(uint32, *message) bool
	for i := range c.Not {
		not = append(not, x.matcher(&c.Not[i]))
	}
	var or [][2]func(uint32, *message) bool
	for i := range c.Or {
		or = append(or, [2]func(uint32, *message) bool{x.matcher(&c.Or[i][0]), x.matcher(&c.Or[i][1])})
	}
	return func(seq uint32, m *message) bool {
		for _, contains := range sets {
			if !contains(seq, m.uid) {
				return false
			}
		}
		for _, f := range not {
			if f(seq, m) {
				return false
			}
		}
		for _, f := range or {
			if !f[0](seq, m) && !f[1](seq, m) {
				return false
			}
		}
		return m.matchFacts(c) && m.matchText(c)
	}
}

// matchFacts compares flags, date and size.
func (m *message) matchFacts(c *imap.SearchCriteria) bool {
	for _, f := range c.Flag {
		if !m.has(f) {
			return false
		}
	}
	for _, f := range c.NotFlag {
		if m.has(f) {
			return false
		}
	}
	size := int64(len(m.raw))
	return within(m.date, c.Since, c.Before) && (c.Larger == 0 || size > c.Larger) && (c.Smaller == 0 || size < c.Smaller)
}

// within compares dates without time and zone (RFC 9051 section 6.4.4).
func within(t, since, before time.Time) bool {
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return (since.IsZero() || !day.Before(since)) && (before.IsZero() || day.Before(before))
}

// matchText compares header fields and text, which is looked up in the mail as
// it is stored, not decoded.
func (m *message) matchText(c *imap.SearchCriteria) bool {
	if len(c.Header) == 0 && len(c.Text) == 0 && len(c.Body) == 0 && c.SentSince.IsZero() && c.SentBefore.IsZero() {
		return true
	}
	header, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(m.raw)))
	if err != nil {
		header = textproto.Header{}
	}
	var h mail.Header
	h.Header.Header = header
	for _, want := range c.Header {
		if !matchField(header, want.Key, want.Value) {
			return false
		}
	}
	if !c.SentSince.IsZero() || !c.SentBefore.IsZero() {
		t, err := h.Date()
		if err != nil || !within(t, c.SentSince, c.SentBefore) {
			return false
		}
	}
	all := strings.ToLower(string(m.raw))
	_, body, _ := strings.Cut(all, "\r\n\r\n")
	for _, t := range c.Text {
		if !strings.Contains(all, strings.ToLower(t)) {
			return false
		}
	}
	for _, t := range c.Body {
		if !strings.Contains(body, strings.ToLower(t)) {
			return false
		}
	}
	return true
}

func matchField(h textproto.Header, key, value string) bool {
	dec := &mime.WordDecoder{}
	for _, v := range h.Values(key) {
		if s, err := dec.DecodeHeader(v); err == nil {
			v = s
		}
		if strings.Contains(strings.ToLower(v), strings.ToLower(value)) {
			return true
		}
	}
	return false
}
