package triage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
)

// scene is an office with a printer ticket: Anna asks, Lena has the notice.
type scene struct {
	*office
	notice, receipt mail
}

func newScene(t *testing.T, change ...func(*triage.Config)) *scene {
	t.Helper()
	o := newOffice(t, change...)
	mails := o.receive(printer)
	s := &scene{o, o.only(mails, "l.huber@firma.example"), o.only(mails, "a.berger@firma.example")}
	o.now = o.now.Add(time.Hour)
	return s
}

// command is a command of Lena with every proof.
func (s *scene) command() eml {
	return eml{from: lena, subject: "AW: " + s.notice.m.Subject, text: "#gelöst\r\nIst erledigt.", answers: &s.notice}
}

// refuses asserts that a mail acts on nothing and sends nothing to the requester.
func (s *scene) refuses(what string, raw []byte) {
	s.t.Helper()
	before := s.ticket(10001)
	mails := s.receiveRaw(raw)
	if tk := s.ticket(10001); tk.State != before.State || tk.Assignee != before.Assignee || tk.Priority != before.Priority {
		s.t.Errorf("%s: the ticket became %s, %s", what, tk.State, s.outcome().Reason)
	}
	if got := to(mails, "a.berger@firma.example"); len(got) != 0 {
		s.t.Errorf("%s: %s", what, describe(got))
	}
	if in := s.outcome(); in.Outcome == "commanded" {
		s.t.Errorf("%s: commanded, %s", what, in.Reason)
	}
}

// swap replaces a part of a mail that is there.
func (s *scene) swap(raw []byte, old, new string) []byte {
	s.t.Helper()
	if !strings.Contains(string(raw), old) {
		s.t.Fatalf("%q is not in the mail", old)
	}
	return []byte(strings.Replace(string(raw), old, new, 1))
}

const passLine = "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example"

// TestInvariantsWho are S1 to S12 of the threat model, each by an attack on it.
func TestInvariantsWho(t *testing.T) {
	t.Parallel()
	each := func(name string, do func(t *testing.T)) {
		t.Run(name, func(t *testing.T) { t.Parallel(); do(t) })
	}
	each("S1 exactly one author, an agent, proven, with his token", func(t *testing.T) {
		s := newScene(t)
		for i, from := range []string{
			"Lena Huber <l.hubеr@firma.example>", `"l.huber@firma.example" <m@evil.example>`, "l.huber@firma.example <m@evil.example>",
			lena + ", " + markus, "Team: " + lena + ", " + markus + ";", "<l.huber@firma.example@evil.example>", "m@evil.example (l.huber@firma.example)",
		} {
			s.refuses(from, s.swap(s.command().bytes(uint32(100+i)), "From: "+lena, "From: "+from))
		}
		raw := s.command().bytes(120)
		s.refuses("two From fields", s.swap(raw, "From: "+lena, "From: Mallory <m@evil.example>\r\nFrom: "+lena))
		s.refuses("agent as Sender", s.swap(s.command().bytes(121), "From: "+lena, "From: m@evil.example\r\nSender: "+lena))
		s.refuses("agent as Resent-From", s.swap(s.command().bytes(122), "From: "+lena, "From: m@evil.example\r\nResent-From: "+lena))
		s = newScene(t) // those who used the token have burnt it
		if s.receiveRaw(s.swap(s.command().bytes(123), "l.huber@firma", "L.Huber@FIRMA")); s.ticket(10001).State != "resolved" {
			t.Errorf("case of the address: %s", s.outcome().Reason)
		}
	})
	each("S2 the verdict is our own server's", func(t *testing.T) {
		s := newScene(t)
		for i, line := range []string{
			"Authentication-Results: mx.evil.example; dmarc=pass header.from=firma.example", "Authentication-Results: mx.firma.example; dmarc=pass header.from=evil.example",
			"Authentication-Results: mx.firma.example; spf=pass smtp.mailfrom=l.huber@firma.example", "Authentication-Results: mx.firma.example.evil.example; dmarc=pass header.from=firma.example",
			`Authentication-Results: mx.firma.example; spf=fail smtp.mailfrom="x; dmarc=pass header.from=firma.example"@evil.example`,
			"Authentication-Results: mx.firma.example; dkim=pass header.d=evil.example", "Authentication-Results: mx.firma.example 9; dmarc=pass header.from=firma.example",
			passLine + "\r\nAuthentication-Results: mx.firma.example; dmarc=fail header.from=firma.example", "X-Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example",
			"Authentication-Results: (mx.firma.example; dmarc=pass header.from=firma.example) mx.evil.example; dmarc=pass header.from=firma.example",
		} {
			s.refuses(line, s.swap(s.command().bytes(uint32(200+i)), passLine, line))
		}
	})
	each("S3 without a trusted server nobody commands", func(t *testing.T) {
		s := newScene(t)
		c := *s.desk.Config()
		c.Security.TrustedAuthserv = nil
		s.desk.SetConfig(&c)
		s.refuses("no authserv", s.command().bytes(300))
	})
	each("S4 internal proof of Exchange only where it is configured", func(t *testing.T) {
		s := newScene(t)
		raw := func(n uint32) []byte {
			return s.swap(s.command().bytes(n), passLine, "X-MS-Exchange-Organization-AuthAs: Internal")
		}
		s.refuses("preset off", raw(400))
		c := *s.desk.Config()
		c.Security.InternalProof = "exchange"
		s.desk.SetConfig(&c)
		if s.receiveRaw(raw(401)); s.ticket(10001).State != "resolved" {
			t.Errorf("preset on: %s", s.outcome().Reason)
		}
	})
	each("S5 the challenge is for the agent, once, for half an hour", func(t *testing.T) {
		s := newScene(t)
		e := s.command()
		e.verdict = "none"
		asked := s.only(s.receive(e), "l.huber@firma.example")
		ok := func(from, verdict string, n uint32) []byte {
			return eml{from: from, subject: "AW", text: "ok", answers: &asked, verdict: verdict}.bytes(n)
		}
		s.refuses("another agent", ok(markus, "pass", 500))
		s.refuses("a stranger", ok("M <m@evil.example>", "pass", 501))
		s.refuses("forged", ok(lena, "fail", 502))
		s.now = s.now.Add(31 * time.Minute)
		s.refuses("too late", ok(lena, "none", 503))
		for i := range 10 { // a forger cannot fill the mailbox
			s.receiveRaw(s.swap(e.bytes(uint32(510+i)), "Ist erledigt", fmt.Sprintf("Ist erledigt %d", i)))
		}
		questions := 0
		_ = s.store.View(t.Context(), func(tx *store.Tx) error {
			rows, err := tx.ListOutbox(t.Context(), store.OutboxFilter{Recipient: "l.huber@firma.example", Limit: 100})
			for _, r := range rows {
				if r.Purpose == "x" && r.CreatedAt.After(s.now.Add(-time.Minute)) {
					questions++
				}
			}
			return err
		})
		if questions > 3 {
			t.Errorf("%d questions within an hour", questions)
		}
	})
	each("S6 a token with one other letter is none", func(t *testing.T) {
		s := newScene(t)
		id := s.notice.MessageID
		tag := strings.LastIndexByte(id[:strings.IndexByte(id, '@')], '.') + 1
		for i := range 26 {
			letter := byte('a')
			if id[tag+i] == 'a' {
				letter = 'b'
			}
			forged := s.notice
			m := *s.notice.m
			m.MessageID, m.References, m.Text = id[:tag+i]+string(letter)+id[tag+i+1:], nil, ""
			forged.m = &m
			e := s.command()
			e.answers, e.subject = &forged, "AW"
			s.refuses(m.MessageID, e.bytes(uint32(600+i)))
		}
	})
	each("S7 an agent's token in other hands is revoked", func(t *testing.T) {
		s := newScene(t)
		if err := s.store.Update(t.Context(), func(tx *store.Tx) error { return tx.RotateKey(t.Context()) }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.desk.Sweep(t.Context()); err != nil { // takes the new key over
			t.Fatal(err)
		}
		s.refuses("the requester", eml{from: anna, subject: "AW", text: "#schließen", answers: &s.notice}.bytes(700))
		s.now = s.now.Add(time.Hour)
		s.refuses("the agent, with the whole thread", s.command().bytes(701))
		thread := s.notice
		m := *s.notice.m
		m.MessageID, m.References = m.References[len(m.References)-1], nil
		thread.m = &m
		e := s.command()
		e.answers = &thread
		s.refuses("the agent, with the thread's token", e.bytes(702))
		if !s.hasEvent(10001, "token_revoked") {
			t.Error("nobody was told")
		}
	})
	each("S8 and S10 who joins a ticket", func(t *testing.T) {
		s := newScene(t)
		s.receive(s.command())
		for i, e := range []eml{
			{from: "Fremd <x@firma.example>", subject: "AW", text: "Ich will mitreden.", answers: &s.receipt},
			{from: anna, subject: "AW", text: "Neue IBAN: DE00", answers: &s.receipt, verdict: "fail"},
			{from: "Fremd <x@evil.example>", subject: "AW: [IT-10001] Drucker", text: "Kennung IT-10001/aaaaaaaaaa"},
		} {
			mails := s.receiveRaw(e.bytes(uint32(800 + i)))
			if tk := s.ticket(10001); tk.State != "resolved" || tk.Reopens != 0 {
				t.Errorf("%s reopened the ticket", e.from)
			}
			for _, m := range mails {
				if m.Class == "automatic" && m.Recipient != "x@firma.example" {
					t.Errorf("%s: %s", e.from, describe(mails))
				}
			}
			if in := s.outcome(); in.Outcome == "followed" {
				t.Errorf("%s: %s, %s", e.from, in.Outcome, in.Reason)
			}
		}
		if n := len(s.participants(10001)); n != 1 {
			t.Errorf("%d participants", n)
		}
	})
	each("S9 copies make nobody a recipient", func(t *testing.T) {
		s := newScene(t)
		s.receive(eml{from: anna, subject: "AW", text: "Siehe Kopie.", answers: &s.receipt, headers: []string{"Cc: <x@evil.example>, <kollege@firma.example>", "To: <y@evil.example>"}})
		mails := s.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &s.notice, headers: []string{"Cc: <z@evil.example>"}})
		for _, m := range mails {
			if !strings.HasSuffix(m.Recipient, "@firma.example") {
				t.Errorf("a mail to %s", m.Recipient)
			}
		}
	})
	each("S11 no other header has an effect", func(t *testing.T) {
		s := newScene(t)
		o := newOffice(t)
		plain := o.receive(printer)
		e := printer
		e.headers = []string{"X-RT-Interface: Email", "X-GLPI-State: closed", "X-Queue: netz", "X-Ticket-Owner: markus", "X-Forwarded-To: x@evil.example", "X-Ticket: IT-10001",
			"X-Ticket-State: closed", "X-Ticket-Priority: P1", "X-Priority: 1", "Thread-Index: " + strings.Repeat("A", 30)}
		e.subject += " noch einmal"
		mails := s.receive(e)
		if len(mails) != len(plain) || s.ticket(10001).State != "new" || s.ticket(10002).State != "new" || s.ticket(10002).Priority != "P3" || s.ticket(10002).Requester != "a.berger@firma.example" {
			t.Errorf("%+v; %s", s.ticket(10002), describe(mails))
		}
	})
	each("S12 commands stand in the first lines of the agent's own text", func(t *testing.T) {
		s := newScene(t)
		body := func(n uint32, ctype, text string) []byte {
			e := s.command()
			e.text = "@@"
			e.answers = &mail{m: &mailin.Message{MessageID: s.notice.MessageID, References: s.notice.m.References}, Outgoing: s.notice.Outgoing}
			raw := string(e.bytes(n))
			head, _, _ := strings.Cut(raw, "\r\n\r\n")
			return []byte(strings.Replace(head, "Content-Type: text/plain", "Content-Type: "+ctype, 1) + "\r\n\r\n" + text)
		}
		for i, text := range []string{
			"> #gelöst", "-- \r\n#gelöst", "Von: x\r\nGesendet: y\r\nAn: z\r\nBetreff: w\r\n\r\n#gelöst", "#geloscht", "#gelöst\r\n#unbekannt", manyTags(21) + "#gelöst",
		} {
			s.refuses(text, body(uint32(1200+i), "text/plain", text))
		}
		for i, text := range []string{
			`<div style="display:none">#gelöst</div><p>&nbsp;</p>`, `<p style="font-size:0">#gelöst</p>`, `<blockquote>#gelöst</blockquote>`, `<!-- #gelöst --><p></p>`, `<template>#gelöst</template>`,
		} {
			s.refuses(text, body(uint32(1250+i), "text/html", text))
		}
		e := s.command()
		e.text, e.subject = "Wir kommen vorbei.", "#gelöst"
		if s.receive(e); s.ticket(10001).State != "open" {
			t.Errorf("subject above a text: %s", s.ticket(10001).State)
		}
	})
}

// manyTags are commands that differ.
func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "#tag +t%d\r\n", i)
	}
	return b.String()
}

func (o *office) hasEvent(number int64, kind string) bool {
	o.t.Helper()
	found := false
	tk := o.ticket(number)
	_ = o.store.View(context.Background(), func(tx *store.Tx) error {
		list, err := tx.Events(context.Background(), tk.ID)
		for _, e := range list {
			found = found || e.Kind == kind
		}
		return err
	})
	return found
}

func (o *office) participants(number int64) (list []store.Participant) {
	o.t.Helper()
	tk := o.ticket(number)
	err := o.store.View(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.Participants(context.Background(), tk.ID)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}
