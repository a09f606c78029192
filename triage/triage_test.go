package triage_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

const (
	support = "support@firma.example"
	anna    = "Anna Berger <a.berger@firma.example>"
	lena    = "Lena Huber <l.huber@firma.example>"
	markus  = "Markus Brandl <m.brandl@firma.example>"
)

// rulesYAML is the smallest rule set the tests of the desk need.
const rulesYAML = `
categorize: {min_points: 3, min_lead: 2, else: sonstiges}
categories:
  drucker: {label: {de: Drucker, en: Printers}, group: first, strong: [drucker, toner], medium: [papier]}
  konto: {label: {de: Passwort, en: Password}, group: first, strong: [passwort]}
  sonstiges: {label: {de: Sonstiges, en: Other}, group: first}
rules:
  - name: Newsletter
    when: {is: mailing_list}
    then: {ignore: Newsletter}
    stop: true
  - name: Sicherheit
    when: {words: [phishing]}
    then: {priority: P1, escalate: {to: netz, reason: Sicherheitsverdacht}}
faq_settings: {mode: answer, min_score: 0.3, min_lead: 0.05}
faq:
  - id: passwort
    category: konto
    questions:
      de: [Mein Passwort ist abgelaufen, Wie ändere ich mein Passwort?, Passwort ändern]
    must: [[passwort], [abgelaufen, ändern]]
    answer: {de: "Strg + Alt + Entf drücken, dann **Kennwort ändern**."}
`

// office is a desk on a real store with a clock that tests move.
type office struct {
	t     testing.TB
	store *store.Store
	desk  *triage.Desk
	now   time.Time
	uid   uint32
	seen  map[int64]bool
}

// monday is a working morning in Berlin.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func newOffice(t testing.TB, change ...func(*triage.Config)) *office {
	t.Helper()
	o := &office{t: t, now: monday, seen: map[int64]bool{}}
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	st.Now = func() time.Time { return o.now }
	o.store = st
	c := testConfig(t)
	for _, f := range change {
		f(c)
	}
	o.desk, err = triage.New(t.Context(), st, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), c)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func testConfig(t testing.TB) *triage.Config {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := sla.NewCalendar(sla.CalendarSpec{Name: "buero", Zone: "Europe/Berlin", Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}})
	if err != nil {
		t.Fatal(err)
	}
	h := func(n int) sla.Target { return sla.Target{Open: time.Duration(n) * time.Hour} }
	targets := sla.Targets{FirstResponse: h(4), NextResponse: h(8), Resolution: h(16), TakeOver: h(4)}
	c := &triage.Config{
		Company:   triage.Company{Name: "Firma", Location: loc, Language: "de", Languages: []string{"de", "en"}, InternalDomains: []string{"firma.example"}},
		Mailboxes: []triage.Mailbox{{ID: "support", Address: support, Aliases: []string{"it@firma.example"}, Mode: "live"}},
		Outgoing:  triage.Outgoing{FromName: "IT-Support Firma"},
		Security:  triage.Security{MayOpen: []string{"internal"}, UnknownSenders: "hold", InternalProof: "authserv", TrustedAuthserv: []string{"mx.firma.example"}},
		Ticket:    triage.TicketConfig{Prefix: "IT", FirstNumber: 10001},
		People: triage.People{
			Agents: []triage.Agent{
				{ID: "lena", Name: "Lena Huber", Address: "l.huber@firma.example", Level: 1},
				{ID: "markus", Name: "Markus Brandl", Address: "m.brandl@firma.example", Level: 2},
				{ID: "sabine", Name: "Sabine Vogl", Address: "s.vogl@firma.example", Level: 2, Role: "manager"},
			},
			Groups: []triage.Group{
				{ID: "first", Label: map[string]string{"": "First-Level"}, Level: 1, Members: []string{"lena"}, Lead: "sabine"},
				{ID: "netz", Label: map[string]string{"": "Netz und Server"}, Level: 2, Members: []string{"markus"}, Lead: "sabine"},
			},
		},
		Calendars:  map[string]*sla.Calendar{"buero": cal},
		Policies:   map[string]*sla.Policy{"standard": {Name: "standard", Calendar: "buero", PauseWhen: []string{"waiting_requester"}, WarnAt: .75, Targets: map[string]sla.Targets{"P1": targets, "P2": targets, "P3": targets, "P4": targets}}},
		DefaultSLA: "standard", DefaultPriority: "P3",
		Escalation: []sla.Step{
			{Name: "Vorwarnung", Clock: sla.FirstResponse, Used: .75, Notify: []string{"assignee", "group"}},
			{Name: "Reaktion überschritten", Clock: sla.FirstResponse, Used: 1, Notify: []string{"lead"}},
			{Name: "Festgefahren", Clock: sla.Resolution, Used: .5, OnlyLevel: 1, HandOver: map[string][]string{"netz": {"drucker", "konto", "sonstiges"}}, Notify: []string{"requester"}},
		},
		Priorities: []triage.Priority{{ID: "P1"}, {ID: "P2"}, {ID: "P3", Label: map[string]string{"de": "normal", "en": "normal"}}, {ID: "P4"}},
		Categories: map[string]triage.Category{
			"drucker": {ID: "drucker", Label: map[string]string{"de": "Drucker"}, Group: "first"}, "konto": {ID: "konto", Group: "first"}, "sonstiges": {ID: "sonstiges", Group: "first"},
		},
	}
	report := source.NewReport("de")
	root := report.Parse("rules.yaml", []byte(rulesYAML))
	c.Rules = rules.Compile(report, root, rules.Refs{Groups: []rules.GroupRef{{ID: "first"}, {ID: "netz"}}, Location: loc, InternalDomains: []string{"firma.example"}})
	if report.HasErrors() {
		t.Fatal(source.Render(report.Findings(), "de"))
	}
	return c
}

// eml is a mail that reached the support mailbox, with the mail server's verdict.
type eml struct {
	from, subject, text string
	verdict             string // "" = pass
	headers             []string
	answers             *mail
	id                  string
}

func (e eml) bytes(n uint32) []byte {
	var b bytes.Buffer
	verdict := e.verdict
	if verdict == "" {
		verdict = "pass"
	}
	_, domain, _ := strings.Cut(strings.TrimSuffix(e.from, ">"), "@")
	fmt.Fprintf(&b, "Authentication-Results: mx.firma.example; dmarc=%s header.from=%s\r\n", verdict, domain)
	fmt.Fprintf(&b, "Received: from client by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n")
	id := e.id
	if id == "" {
		id = fmt.Sprintf("m%d@client.example", n)
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s>\r\n", e.from, support, mime.QEncoding.Encode("utf-8", e.subject), id)
	for _, h := range e.headers {
		fmt.Fprintf(&b, "%s\r\n", h)
	}
	text := e.text
	if e.answers != nil {
		refs := append(append([]string(nil), e.answers.m.References...), e.answers.m.MessageID)
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", e.answers.m.MessageID, strings.Join(refs, "> <"))
		text += "\r\n\r\nAm 02.03.2026 um 09:00 schrieb IT-Support:\r\n> " + strings.ReplaceAll(strings.TrimSpace(e.answers.m.Text), "\n", "\r\n> ")
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", text)
	return b.Bytes()
}

// mail is a mail of ours as its recipient reads it.
type mail struct {
	store.Outgoing
	m   *mailin.Message
	raw []byte
}

// receive puts mails into the inbox and triages them; the result is what leaves.
func (o *office) receive(mails ...eml) []mail {
	o.t.Helper()
	var raws [][]byte
	for _, e := range mails {
		o.uid++
		raws = append(raws, e.bytes(o.uid))
	}
	return o.receiveRaw(raws...)
}

func (o *office) receiveRaw(raws ...[]byte) []mail {
	o.t.Helper()
	ctx := o.t.Context()
	err := o.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		for _, raw := range raws {
			o.uid++
			if _, _, err := tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: o.uid, ReceivedAt: o.now, Raw: raw}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	for {
		n, err := o.desk.Step(ctx)
		if err != nil {
			o.t.Fatal(err)
		}
		if n == 0 {
			return o.leaving()
		}
	}
}

// leaving are the mails that were queued since the last look.
func (o *office) leaving() []mail {
	o.t.Helper()
	var out []mail
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListOutbox(ctx, store.OutboxFilter{Limit: 10000})
		if err != nil {
			return err
		}
		for i := len(rows) - 1; i >= 0; i-- {
			if o.seen[rows[i].ID] {
				continue
			}
			o.seen[rows[i].ID] = true
			raw, err := tx.OutboxBytes(ctx, rows[i].ID)
			if err != nil {
				return err
			}
			out = append(out, mail{rows[i], mailin.Parse(raw, mailin.Options{}), raw})
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// to picks the mails to an address.
func to(mails []mail, address string) []mail {
	var out []mail
	for _, m := range mails {
		if m.Recipient == address {
			out = append(out, m)
		}
	}
	return out
}

// only is the one mail to an address.
func (o *office) only(mails []mail, address string) mail {
	o.t.Helper()
	got := to(mails, address)
	if len(got) != 1 {
		o.t.Fatalf("%d mails to %s, want 1: %s", len(got), address, describe(mails))
	}
	return got[0]
}

func describe(mails []mail) string {
	var b strings.Builder
	for _, m := range mails {
		fmt.Fprintf(&b, "\n%s to %s: %s (%s)", m.Class, m.Recipient, m.m.Subject, m.Cause)
	}
	return b.String()
}

func (o *office) ticket(number int64) store.Ticket {
	o.t.Helper()
	var tk store.Ticket
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		var err error
		tk, err = tx.TicketByNumber(ctx, number)
		return err
	})
	if err != nil {
		o.t.Fatalf("ticket %d: %v", number, err)
	}
	return tk
}

// outcome is what became of the newest mail.
func (o *office) outcome() store.Inbound {
	o.t.Helper()
	var in store.Inbound
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListInbound(ctx, store.InboundFilter{Limit: 1})
		if err == nil && len(rows) == 1 {
			in = rows[0]
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return in
}

// sound asserts that the invariants of the data hold.
func (o *office) sound() {
	o.t.Helper()
	found, err := o.store.Fsck(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	for _, v := range found {
		o.t.Errorf("fsck: %s: %s %v", v.Name, v.Text, v.IDs)
	}
}
