package imaptest

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const sample = "From: =?utf-8?q?J=C3=BCrgen?= <j@isarwerk.example>\r\nTo: support@isarwerk.example\r\nSubject: =?utf-8?q?Drucker_m=C3=BCde?=\r\n" +
	"Date: Mon, 23 Nov 2026 08:00:00 +0100\r\nMessage-ID: <1@isarwerk.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHallo\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n"

type client struct {
	*imapclient.Client
	t       *testing.T
	expunge chan uint32
	exists  chan uint32
}

func dial(t *testing.T, s *Server) *client {
	t.Helper()
	conn, err := s.Dial(context.Background(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, expunge: make(chan uint32, 1000), exists: make(chan uint32, 1000)}
	c.Client = imapclient.New(conn, &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Expunge: func(n uint32) { c.expunge <- n },
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				c.exists <- *d.NumMessages
			}
		},
	}})
	t.Cleanup(func() { c.Close() })
	c.ok(c.Login("anna", "pw").Wait())
	return c
}

func (c *client) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) open(folder string) *imap.SelectData {
	c.t.Helper()
	d, err := c.Select(folder, nil).Wait()
	c.ok(err)
	return d
}

func server(t *testing.T, o Options) *Server {
	t.Helper()
	s := New(o)
	t.Cleanup(func() { s.Close() })
	s.AddUser("anna", "pw", "Archiv", "Entwürfe")
	return s
}

func deliver(t *testing.T, s *Server, n int) {
	t.Helper()
	for range n {
		if _, err := s.Deliver("anna", "INBOX", []byte(sample), nil, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
}

// What a mail client asks when it opens a folder.
func TestMailClient(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	deliver(t, s, 3)
	c := dial(t, s)
	list, err := c.List("", "*", &imap.ListOptions{ReturnStatus: &imap.StatusOptions{NumMessages: true, NumUnseen: true}}).Collect()
	c.ok(err)
	if len(list) != 3 || list[2].Mailbox != "INBOX" || *list[2].Status.NumMessages != 3 || !slices.Contains(list[0].Attrs, imap.MailboxAttrArchive) {
		t.Errorf("list %+v", list)
	}
	if d := c.open("INBOX"); d.NumMessages != 3 || d.UIDNext != 4 || d.UIDValidity == 0 {
		t.Errorf("select %+v", d)
	}
	got, err := c.Fetch(imap.SeqSetNum(2), &imap.FetchOptions{
		UID: true, Flags: true, Envelope: true, InternalDate: true, RFC822Size: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
		BodySection: []*imap.FetchItemBodySection{{Peek: true}, {Peek: true, Part: []int{1}}, {Peek: true, Specifier: imap.PartSpecifierHeader, HeaderFields: []string{"Subject"}}},
	}).Collect()
	c.ok(err)
	m := got[0]
	if m.UID != 2 || m.Envelope.Subject != "Drucker müde" || m.Envelope.From[0].Name != "Jürgen" || m.RFC822Size != int64(len(sample)) {
		t.Errorf("fetch %+v", m)
	}
	if string(m.BodySection[0].Bytes) != sample || string(m.BodySection[1].Bytes) != "Hallo" || len(m.Flags) > 0 {
		t.Errorf("bodies %+v, flags %v", m.BodySection, m.Flags)
	}
	if mp, ok := m.BodyStructure.(*imap.BodyStructureMultiPart); !ok || len(mp.Children) != 2 {
		t.Errorf("structure %+v", m.BodyStructure)
	}
	_, err = c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{}}}).Collect()
	c.ok(err)
	if !slices.Contains(s.Messages("anna", "INBOX")[0].Flags, imap.FlagSeen) {
		t.Error("BODY[] did not set \\Seen")
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	deliver(t, s, 2)
	if _, err := s.Deliver("anna", "INBOX", []byte("Subject: alt\r\n\r\nx\r\n"), []imap.Flag{imap.FlagSeen, "$Alt"}, time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s)
	c.open("INBOX")
	day := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		c    imap.SearchCriteria
		want []imap.UID
	}{
		"all":     {imap.SearchCriteria{}, []imap.UID{1, 2, 3}},
		"since":   {imap.SearchCriteria{Since: day}, []imap.UID{1, 2}},
		"before":  {imap.SearchCriteria{Before: day}, []imap.UID{3}},
		"unseen":  {imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen}}, []imap.UID{1, 2}},
		"keyword": {imap.SearchCriteria{Flag: []imap.Flag{"$alt"}}, []imap.UID{3}},
		"subject": {imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Subject", Value: "MÜDE"}}}, []imap.UID{1, 2}},
		"text":    {imap.SearchCriteria{Text: []string{"hallo"}}, []imap.UID{1, 2}},
		"uids":    {imap.SearchCriteria{UID: []imap.UIDSet{{{Start: 2, Stop: 0}}}}, []imap.UID{2, 3}},
		"n:*":     {imap.SearchCriteria{UID: []imap.UIDSet{{{Start: 9, Stop: 0}}}}, []imap.UID{3}},
		"not":     {imap.SearchCriteria{Not: []imap.SearchCriteria{{Smaller: 100}}}, []imap.UID{1, 2}},
		"or":      {imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{{Larger: 100}, {Flag: []imap.Flag{"$Alt"}}}}}, []imap.UID{1, 2, 3}},
	} {
		d, err := c.UIDSearch(&tc.c, nil).Wait()
		c.ok(err)
		if !slices.Equal(d.AllUIDs(), tc.want) {
			t.Errorf("%s: %v, want %v", name, d.AllUIDs(), tc.want)
		}
	}
}

// Every client keeps the right count, whoever moves what.
func TestMoveKeepsCounts(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	deliver(t, s, 5)
	a, b := dial(t, s), dial(t, s)
	a.open("INBOX")
	b.open("INBOX")
	data, err := a.Move(imap.UIDSetNum(2, 4, 77), "Archiv").Wait()
	a.ok(err)
	if data.SourceUIDs.String() != "2,4" {
		t.Errorf("move %+v", data)
	}
	for _, c := range []*client{a, b} {
		c.ok(c.Noop().Wait())
		if n := c.Mailbox().NumMessages; n != 3 || len(c.expunge) != 2 {
			t.Errorf("%d mails, %d expunged", n, len(c.expunge))
		}
	}
	_, err = a.Move(imap.UIDSetNum(2), "Archiv").Wait() // vanished: no error, no COPYUID
	a.ok(err)
	if n := len(s.Messages("anna", "Archiv")); n != 2 {
		t.Errorf("%d mails in Archiv", n)
	}
	if _, err := a.Move(imap.UIDSetNum(1), "Nirgends").Wait(); err == nil || !strings.Contains(err.Error(), "no such mailbox") {
		t.Errorf("err = %v", err)
	}
	got, err := b.Fetch(imap.SeqSetNum(1, 2, 3), &imap.FetchOptions{UID: true}).Collect()
	b.ok(err)
	if len(got) != 3 || got[1].UID != 3 || got[2].UID != 5 {
		t.Errorf("sequence numbers are wrong: %+v", got)
	}
}

func TestIdleAppendStoreExpunge(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	a, b := dial(t, s), dial(t, s)
	a.open("INBOX")
	idle, err := a.Idle()
	a.ok(err)
	b.open("INBOX")
	ac := b.Append("INBOX", int64(len(sample)), &imap.AppendOptions{Flags: []imap.Flag{"$MixedCase"}})
	_, _ = ac.Write([]byte(sample))
	b.ok(ac.Close())
	ad, err := ac.Wait()
	b.ok(err)
	if n := <-a.exists; n != 1 || ad.UID != 1 {
		t.Errorf("EXISTS %d, UID %d", n, ad.UID)
	}
	b.ok(b.Store(imap.UIDSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
	b.ok(b.UIDExpunge(imap.UIDSetNum(7)).Close())
	if m := s.Messages("anna", "INBOX"); len(m) != 1 || !slices.Equal(m[0].Flags, []imap.Flag{"$MixedCase", imap.FlagDeleted}) {
		t.Errorf("messages %+v", m)
	}
	b.ok(b.Expunge().Close())
	if n := <-a.expunge; n != 1 {
		t.Errorf("EXPUNGE %d", n)
	}
	a.ok(idle.Close())
	a.ok(idle.Wait())
}

func TestJournal(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var seen []int
	s := New(Options{})
	write := JournalTo(&log, func(err error) { t.Error(err) })
	s.o.Journal = func(c Change) {
		seen = append(seen, len(s.Messages("anna", "INBOX"))) // the change is not made yet
		write(c)
	}
	defer s.Close()
	s.AddUser("anna", "pw", "Archiv")
	deliver(t, s, 2)
	c := dial(t, s)
	c.open("INBOX")
	_, err := c.Move(imap.UIDSetNum(1, 2), "Archiv").Wait()
	c.ok(err)
	var ch Change
	if err := json.Unmarshal(log.Bytes(), &ch); err != nil || ch.Command != "MOVE" || ch.Target != "Archiv" || !slices.Equal(ch.UIDs, []uint32{1, 2}) {
		t.Errorf("journal %s: %v", &log, err)
	}
	if !slices.Equal(seen, []int{2}) {
		t.Errorf("mails at the time of the journal: %v", seen)
	}
}

// Ten thousand mails are delivered while a client idles, then fetched.
func TestTenThousand(t *testing.T) {
	t.Parallel()
	s := server(t, Options{})
	c := dial(t, s)
	c.open("INBOX")
	idle, err := c.Idle()
	c.ok(err)
	deliver(t, s, 10_000)
	c.ok(idle.Close())
	c.ok(idle.Wait())
	c.ok(c.Noop().Wait())
	fc := c.Fetch(imap.UIDSet{{Start: 1, Stop: 0}}, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	n := 0
	for m := fc.Next(); m != nil; m = fc.Next() {
		n++
	}
	c.ok(fc.Close())
	if n != 10_000 {
		t.Errorf("%d fetched", n)
	}
}
