package triage_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// TestInvariantsAutomatic are A1 to A11 of the threat model as far as one desk shows
// them; A9 is TestRobots, A10 is TestBounces.
func TestInvariantsAutomatic(t *testing.T) {
	t.Parallel()
	automatic := func(mails []mail) (n int) {
		for _, m := range mails {
			if m.Class == "automatic" {
				n++
			}
		}
		return n
	}
	t.Run("A1 only a person's mail is answered", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		for i, header := range []string{
			"Auto-Submitted: auto-generated", "Auto-Submitted: auto-replied (vacation)", "auto-submitted: AUTO-NOTIFIED; owner=x", "Auto-Submitted: no\r\nAuto-Submitted: auto-replied", "Precedence: bulk",
			"Precedence: auto_reply", "List-Id: <x.example>", "List-Unsubscribe: <mailto:x@x.example>", "X-Autoreply: yes", "X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: OOF",
			"X-Loop: x", "X-MS-Exchange-Inbox-Rules-Loop: x", "Feedback-ID: 1:2:3", "X-Spam-Flag: YES",
		} {
			e := eml{from: fmt.Sprintf("P <p%d@firma.example>", i), subject: "Drucker", text: "Er druckt nicht.", headers: []string{header}}
			if got := automatic(o.receive(e)); got != 0 {
				t.Errorf("%s: %d automatic mails", header, got)
			}
		}
		for i, from := range []string{"noreply", "no-reply", "mailer-daemon", "nicht-antworten", "newsletter-bounces", "owner-liste", "notifications", "scanner"} {
			e := eml{from: fmt.Sprintf("R <%s@firma.example>", from), subject: fmt.Sprintf("Drucker %d", i), text: "Er druckt nicht."}
			if got := automatic(o.receive(e)); got != 0 {
				t.Errorf("%s: %d automatic mails", from, got)
			}
		}
		e := eml{from: anna, subject: "Drucker", text: "Er druckt nicht.", headers: []string{"Auto-Submitted: no", "X-Auto-Response-Suppress: NDR, RN"}}
		if got := automatic(o.receive(e)); got != 1 {
			t.Errorf("a person: %d automatic mails", got)
		}
	})
	t.Run("A2 and A3 no answer to an answer, none on appends", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		for i, e := range []eml{
			{from: "Karl <k@firma.example>", subject: "Neues Anliegen", text: "Noch etwas ganz anderes.", answers: &s.receipt},
			{from: anna, subject: "AW", text: "Es geht immer noch nicht.", answers: &s.receipt},
			{from: lena, subject: "AW", text: "#gelöst\r\nIst neu.", answers: &s.notice},
			{from: anna, subject: "AW", text: "Doch nicht.", answers: &s.receipt},
		} {
			s.now = s.now.Add(time.Hour)
			if got := automatic(s.receive(e)); got != 0 {
				t.Errorf("%d: %d automatic mails", i, got)
			}
		}
		if tk := s.ticket(10001); tk.Reopens != 1 {
			t.Errorf("%d reopens", tk.Reopens)
		}
	})
	t.Run("A4 and A5 caps, and the admin is told once", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t, func(c *triage.Config) {
			c.Outgoing.Limits.PerHour = 3
			c.Security.MayOpen, c.Outgoing.Limits.PerDomainHour = []string{"anyone"}, 2
		})
		sent, notices := 0, 0
		for i := range 3 { // one organisation
			sent += automatic(o.receive(eml{from: fmt.Sprintf("P <p%d@a%d.partner.example>", i, i), subject: fmt.Sprintf("Frage %d", i), text: "Bitte anrufen."}))
		}
		if sent != 2 {
			t.Errorf("%d automatic mails to one organisation in an hour, want 2", sent)
		}
		for i := range 5 {
			mails := o.receive(eml{from: fmt.Sprintf("P <p%d@firma.example>", i), subject: fmt.Sprintf("Anliegen %d", i), text: "Bitte anrufen."})
			sent += automatic(mails)
			notices += len(to(mails, "l.huber@firma.example"))
		}
		if sent != 3 || notices != 5 {
			t.Errorf("%d automatic mails and %d notices, want 3 and 5", sent, notices)
		}
		count := func() (n int) {
			_ = o.store.View(t.Context(), func(tx *store.Tx) error {
				list, err := tx.Alarms(t.Context())
				for _, a := range list {
					if a.Name == "automatic_limit" {
						n++
					}
				}
				return err
			})
			return n
		}
		if count() != 1 {
			t.Errorf("%d alarms", count())
		}
		o.now = o.now.Add(2 * time.Hour)
		if _, err := o.desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count() != 0 {
			t.Error("the alarm is still up")
		}
	})
	t.Run("A6 every automatic mail says so, a person's does not", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		reply := s.only(s.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &s.notice}), "a.berger@firma.example")
		for name, m := range map[string]mail{"receipt": s.receipt, "notice": s.notice} {
			for _, h := range []string{"\r\nAuto-Submitted: auto-", "\r\nX-Auto-Response-Suppress: All\r\n", "\r\nReferences: ", "\r\nX-Firstline-Instance: "} {
				if !bytes.Contains(m.raw, []byte(h)) {
					t.Errorf("the %s lacks %q", name, h)
				}
			}
		}
		if bytes.Contains(reply.raw, []byte("Auto-Submitted")) || bytes.Contains(reply.raw, []byte("Precedence")) || !bytes.Contains(reply.raw, []byte("\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n")) {
			t.Errorf("the reply:\n%s", reply.raw)
		}
	})
	t.Run("A11 what went round is stored without effect", func(t *testing.T) {
		t.Parallel()
		s := newScene(t)
		hops := func(n int) []byte {
			e := eml{from: anna, subject: fmt.Sprintf("Bildschirm %d", n), text: "Er flackert."}
			return append(bytes.Repeat([]byte("Received: from a by b; Mon, 2 Mar 2026 09:00:00 +0100\r\n"), n-1), e.bytes(uint32(n))...)
		}
		if mails := s.receiveRaw(hops(100)); len(mails) != 0 || s.outcome().Outcome != "loop" {
			t.Errorf("100 hops: %s", s.outcome().Outcome)
		}
		for what, raw := range map[string][]byte{
			"our own mail": s.receipt.raw, "with another author": s.swap(s.receipt.raw, support, "x@evil.example"),
			"with our Message-ID alone": s.swap(s.command().bytes(1100), "Message-ID: <m1100@client.example>", "Message-ID: <"+s.receipt.MessageID+">"),
		} {
			if mails := s.receiveRaw(raw); len(mails) != 0 || s.outcome().Outcome != "loop" {
				t.Errorf("%s: %s, %s", what, s.outcome().Outcome, describe(mails))
			}
		}
	})
}

// TestInvariantsPrivacy are P3, P7 and P8; P1 and P2 are TestSimulation and
// TestLeakGuard.
func TestInvariantsPrivacy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.now = s.notice.CreatedAt.Add(5 * time.Second)
	for i, e := range []eml{ // P3: with headers, by its subject, by its haste
		{subject: "Automatische Antwort: " + s.notice.m.Subject, headers: []string{"Auto-Submitted: auto-generated"}},
		{subject: "Abwesenheitsnotiz: " + s.notice.m.Subject}, {subject: "AW: " + s.notice.m.Subject},
	} {
		e.from, e.text, e.headers = lena, "Ich bin bis zum 20.03. nicht im Haus.", append(e.headers, "In-Reply-To: <"+s.notice.MessageID+">")
		if got := to(s.receiveRaw(e.bytes(uint32(3000+i))), "a.berger@firma.example"); len(got) != 0 {
			t.Errorf("P3: an out-of-office reached the requester: %s", describe(got))
		}
	}
	s.now = s.now.Add(time.Hour)
	file := func(name, content string) string {
		return "--m\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n"
	}
	raw := string(eml{from: "Fremd <x@firma.example>", subject: "Rechnung", text: "@@", verdict: "none"}.bytes(3100))
	head, _, _ := strings.Cut(raw, "MIME-Version")
	raw = head + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">Siehe Anlage<script>alert(1)</script><img src=\"https://evil.example/x.png\"></p>\r\n" +
		file("rechnung.pdf.exe", "harmlos") + file("rechnung.pdf", "MZ\x90\x00\x03\x00") + file("seite.txt", "\r\n <!DOCTYPE html><script>x</script>") + file("makro.docm", "PK") + file("bericht.pdf", "%PDF-1.7") + "--m--\r\n"
	notice := s.only(s.receiveRaw([]byte(raw)), "l.huber@firma.example")
	if !strings.HasPrefix(strings.TrimSpace(notice.m.Text), "ACHTUNG: Der Absender ist nicht bestätigt") {
		t.Errorf("P7: the notice begins\n%.200s", notice.m.Text)
	}
	var attached []string
	for _, a := range notice.m.Attachments {
		attached = append(attached, a.Filename)
	}
	if fmt.Sprint(attached) != "[bericht.pdf]" || strings.Count(notice.m.Text, "gefährlicher Dateityp") != 4 {
		t.Errorf("P7: attached %v\n%s", attached, notice.m.Text)
	}
	for _, word := range []string{"<script", "onclick", "evil.example"} {
		if bytes.Contains(notice.raw, []byte(word)) {
			t.Errorf("P8: %q reached the agent", word)
		}
	}
}

// TestInvariantsOutgoing are O6, O8, O9 and O10; O1 and O3 are asserted over every
// simulation, O2, O4, O5 and O7 where mail is delivered and composed.
func TestInvariantsOutgoing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	evil := eml{from: "=?utf-8?q?A=0D=0ABcc:_x@evil.example?= <p1@firma.example>", subject: "Drucker\r\n =0D=0ABcc: x@evil.example", text: "Er druckt nicht.\r\n.\r\nRCPT TO:<x@evil.example>",
		headers: []string{"Reply-To: <opfer@opfer.example>, <" + support + ">", "References: <a@b>\r\n <\"x\r\n Bcc: y@evil.example\"@c> <d e@f>"}, id: "a b\tc<d@e"}
	mails := o.receive(evil)
	if len(mails) != 2 {
		t.Fatalf("want receipt and notice: %s", describe(mails))
	}
	for _, m := range mails {
		head, _, _ := strings.Cut(string(m.raw), "\r\n\r\n")
		for line := range strings.Lines(strings.ReplaceAll(head, "\r\n ", " ")) {
			name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
			if !ok || strings.ContainsAny(name, " \t") || strings.EqualFold(name, "Bcc") || strings.ContainsAny(value, "\r\n\x00") {
				t.Errorf("O6: header line %q", line)
			}
		}
		if m.Recipient != "p1@firma.example" && m.Recipient != "l.huber@firma.example" {
			t.Errorf("O8: a mail to %s", m.Recipient)
		}
		for line := range strings.Lines(string(m.raw)) {
			if !strings.HasSuffix(line, "\r\n") || len(line) > 1000 {
				t.Errorf("O7: line %.80q", line)
			}
		}
	}
	for i, from := range []string{support, "SUPPORT@firma.example", "support+x@firma.example", "it@firma.example"} { // O9
		if mails := o.receive(eml{from: from, subject: fmt.Sprintf("Drucker %d", i), text: "Er druckt nicht."}); len(to(mails, strings.ToLower(from))) != 0 {
			t.Errorf("O9: a mail to ourselves: %s", describe(mails))
		}
	}
	// O10: a flood of new tickets, and the answer of an agent leaves first.
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	var flood []eml
	for i := range 300 {
		flood = append(flood, eml{from: fmt.Sprintf("F <f%d@firma.example>", i), subject: fmt.Sprintf("Flut %d", i), text: "Nichts geht."})
	}
	o.receive(flood...)
	o.now = o.now.Add(time.Minute)
	reply := o.only(o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &notice}), "a.berger@firma.example")
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		claimed, err := tx.ClaimOutbox(t.Context(), 1, time.Minute)
		if err == nil && (len(claimed) != 1 || claimed[0].ID != reply.ID) {
			t.Errorf("O10: the first to leave is %+v", claimed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.sound()
}
