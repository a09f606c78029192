package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/command"
)

const (
	tobias = "Tobias Kern <t.kern@firma.example>"
	bert   = "Bert Sommer <b.sommer@firma.example>"
	sabine = "Sabine Vogl <s.vogl@firma.example>"

	annaAt, bertAt     = "a.berger@firma.example", "b.sommer@firma.example"
	lenaAt, tobiasAt   = "l.huber@firma.example", "t.kern@firma.example"
	markusAt, sabineAt = "m.brandl@firma.example", "s.vogl@firma.example"
	systemhausAt       = "hotline@systemhaus.example"
)

// bureau is an office with two people at each desk, an outside group, a directory and
// texts of its own.
func bureau(t testing.TB, change ...func(*triage.Config)) *office {
	return newOffice(t, append([]func(*triage.Config){func(c *triage.Config) {
		c.People.Agents = append(c.People.Agents, triage.Agent{ID: "tobias", Name: "Tobias Kern", Address: tobiasAt, Level: 1})
		c.People.Groups[0].Members = []string{"lena", "tobias"}
		c.People.Groups = append(c.People.Groups, triage.Group{ID: "systemhaus", Label: map[string]string{"": "Systemhaus"}, Level: 2, External: true, Address: systemhausAt})
		c.People.Directory = map[string]triage.Person{
			annaAt: {Name: "Anna Berger", Address: annaAt, Phone: "331", Room: "2.14"}, bertAt: {Name: "Bert Sommer", Address: bertAt, Phone: "332"},
		}
		c.Receipts = map[string]map[string]string{"rueckfrage": {"de": "Welche **Meldung** sehen Sie, {{requester.name}}?", "en": "Which **message** do you see?"}}
		c.Remote = map[string]string{"de": "Bitte öffnen Sie https://hilfe.example und nennen Sie {{ticket.tag}}. {{agent.name}}", "en": "Please open https://hilfe.example, {{ticket.tag}}."}
		c.Matrix = map[string]map[string]string{"firma": {"sofort": "P1", "bald": "P2"}, "person": {"sofort": "P3", "bald": "P4"}}
		c.Escalation = nil
	}}, change...)...)
}

// said reports whether a ticket holds a message of a kind with these words.
func (o *office) said(number int64, kind, words string) bool {
	o.t.Helper()
	return slices.ContainsFunc(o.messages(o.ticket(number).ID), func(m store.Message) bool { return m.Kind == kind && strings.Contains(m.Text, words) })
}

func (o *office) people(number int64) map[string]string {
	o.t.Helper()
	tk, roles := o.ticket(number), map[string]string{}
	o.view(func(tx *store.Tx) error {
		rows, err := tx.Participants(o.t.Context(), tk.ID)
		for _, p := range rows {
			roles[p.Address] = p.Role
		}
		return err
	})
	return roles
}

// answer lets some time pass and answers a mail.
func (o *office) answer(to *mail, from, text string) []mail {
	o.t.Helper()
	o.now = o.now.Add(10 * time.Minute)
	return o.receive(eml{from: from, subject: "AW: " + to.m.Subject, text: strings.ReplaceAll(text, "\n", "\r\n"), answers: to})
}

// fresh lets some time pass and writes a new mail.
func (o *office) fresh(from, subject, text string) []mail {
	o.t.Helper()
	o.now = o.now.Add(10 * time.Minute)
	return o.receive(eml{from: from, subject: subject, text: strings.ReplaceAll(text, "\n", "\r\n")})
}

// done fails the test unless the newest mail was carried out.
func (o *office) done() {
	o.t.Helper()
	if in := o.outcome(); in.Outcome != "commanded" && in.Outcome != "opened" {
		o.t.Errorf("outcome %s: %s", in.Outcome, in.Reason)
	}
}

// refused fails the test unless the newest mail was held with one mail to the agent
// that names what is wrong.
func (o *office) refused(mails []mail, agent, why string) {
	o.t.Helper()
	if in := o.outcome(); in.Outcome != "held" {
		o.t.Errorf("outcome %s: %s", in.Outcome, in.Reason)
	}
	if len(mails) != 1 || mails[0].Recipient != agent || !strings.Contains(strings.Join(strings.Fields(mails[0].m.Text), " "), why) {
		o.t.Errorf("want one mail to %s with %q: %s", agent, why, describe(mails))
		for _, m := range mails {
			o.t.Log(m.m.Text)
		}
	}
}

// printed reads an eml for tests of texts.
func printed(mails []mail, address string) string {
	var b strings.Builder
	for _, m := range to(mails, address) {
		b.WriteString(m.m.Text)
	}
	return b.String()
}

// commandCase is what one command does to Anna's ticket, read off the real desk.
type commandCase struct {
	args  string // behind the verb
	text  string // below the block
	setup func(o *office, notice mail) mail
	check func(o *office, mails []mail)
}

func ticketIs(what string, ok func(store.Ticket) bool) func(*office, []mail) {
	return func(o *office, mails []mail) {
		o.t.Helper()
		if tk := o.ticket(10001); !ok(tk) {
			o.t.Errorf("not %s: %+v", what, tk)
		}
	}
}

// commandCases are the commands that answer a ticket's mail; what needs a new mail or a
// list has tests of its own.
func commandCases() map[command.Verb]commandCase {
	toAnna := func(words string) func(*office, []mail) {
		return func(o *office, mails []mail) {
			o.t.Helper()
			if got := o.only(mails, annaAt); !strings.Contains(got.m.Text, words) {
				o.t.Errorf("Anna reads %q, want %q", got.m.Text, words)
			}
		}
	}
	state := func(s string) func(*office, []mail) {
		return ticketIs(s, func(tk store.Ticket) bool { return tk.State == s })
	}
	note := func(kind, words string) func(*office, []mail) {
		return func(o *office, mails []mail) {
			o.t.Helper()
			if !o.said(10001, kind, words) || len(to(mails, annaAt)) > 0 {
				o.t.Errorf("no note of kind %s, or Anna heard of it: %s", kind, describe(mails))
			}
		}
	}
	all := func(checks ...func(*office, []mail)) func(*office, []mail) {
		return func(o *office, mails []mail) {
			o.t.Helper()
			for _, c := range checks {
				c(o, mails)
			}
		}
	}
	second := func(o *office, n mail) mail { // to the second level
		return o.only(o.answer(&n, lena, "#l2 netz: Server?"), markusAt)
	}
	other := func(o *office, n mail) mail {
		o.fresh(bert, "Drucker im Keller", "Der Drucker im Keller druckt auch nicht.")
		return n
	}
	return map[command.Verb]commandCase{
		command.Solved: {text: "Toner getauscht.", check: all(state("resolved"), toAnna("Toner getauscht."))},
		command.Wait:   {text: "Welche Meldung?", check: all(state("waiting_requester"), toAnna("Welche Meldung?"))},
		command.Vendor: {args: "service@druck.example: Bitte Techniker schicken", check: all(state("waiting_vendor"), func(o *office, mails []mail) {
			if got := o.only(mails, "service@druck.example"); !strings.Contains(got.m.Text, "Techniker") || !strings.Contains(got.m.Text, "Fehler 49") {
				o.t.Errorf("vendor reads %q", got.m.Text)
			}
		})},
		command.Snooze: {args: "morgen 9:00", check: all(state("scheduled"), func(o *office, mails []mail) {
			if got := o.only(mails, lenaAt); !strings.Contains(got.m.Text, "Dienstag, 3. März 2026, 09:00 Uhr") || !strings.Contains(got.m.Text, "#öffnen") {
				o.t.Errorf("confirmation: %s", got.m.Text)
			}
		})},
		command.Reopen: {setup: func(o *office, n mail) mail { o.answer(&n, lena, "#schließen"); return n }, check: state("open")},
		command.Close:  {args: ": doppelt", check: all(state("closed"), func(o *office, mails []mail) { quietTo(o, mails, annaAt) })},
		command.Spam:   {check: all(state("discarded"), func(o *office, mails []mail) { quietTo(o, mails, annaAt) })},
		command.Note:   {text: "Praktikant war's.", check: note("note", "Praktikant")},
		command.Public: {text: "Bitte neu starten.", setup: internalNotice, check: toAnna("Bitte neu starten.")},
		command.Quiet:  {text: "Gruß Lena", check: func(o *office, mails []mail) { quietTo(o, mails, annaAt) }},
		command.Take: {check: all(state("open"), ticketIs("Lena's", func(tk store.Ticket) bool { return tk.Assignee == "lena" }), func(o *office, mails []mail) {
			if !strings.Contains(printed(mails, tobiasAt), "Lena Huber") {
				o.t.Error("Tobias is not told")
			}
		})},
		command.Assign:   {args: "tobias", check: all(state("open"), ticketIs("his", func(tk store.Ticket) bool { return tk.Assignee == "tobias" }), func(o *office, mails []mail) { o.only(mails, tobiasAt) })},
		command.Unassign: {setup: func(o *office, n mail) mail { o.answer(&n, lena, "#ich"); return n }, check: all(ticketIs("free", func(tk store.Ticket) bool { return tk.Assignee == "" }), func(o *office, mails []mail) { o.only(mails, tobiasAt) })},
		command.Group:    {args: "netz", check: all(ticketIs("at netz", func(tk store.Ticket) bool { return tk.Group == "netz" && tk.Level == 2 }), func(o *office, mails []mail) { o.only(mails, markusAt) })},
		command.Escalate: {args: "netz: Zertifikat abgelaufen?", text: "Neustart half nicht.", check: all(ticketIs("level 2", func(tk store.Ticket) bool { return tk.Group == "netz" && tk.Level == 2 && tk.Assignee == "" }), func(o *office, mails []mail) { secretToAnna(o, mails, "Neustart") })},
		command.Return:   {setup: second, text: "Läuft jährlich am 1.3. ab.", check: all(ticketIs("back", func(tk store.Ticket) bool { return tk.Level == 1 && tk.Group == "first" }), note("knowledge", "jährlich"))},
		command.Manager:  {args: ": Kunde droht", check: func(o *office, mails []mail) { mustRead(o, mails, sabineAt, "Kunde droht") }},
		command.Category: {args: "konto", check: ticketIs("konto", func(tk store.Ticket) bool { return tk.Category == "konto" && tk.CategoryAuto == "drucker" })},
		command.Priority: {args: "hoch", check: ticketIs("P2", func(tk store.Ticket) bool { return tk.Priority == "P2" })},
		command.Impact:   {args: "firma", setup: func(o *office, n mail) mail { o.answer(&n, lena, "#dringlichkeit sofort"); return n }, check: ticketIs("P1", func(tk store.Ticket) bool { return tk.Priority == "P1" })},
		command.Urgency:  {args: "bald", setup: func(o *office, n mail) mail { o.answer(&n, lena, "#auswirkung person"); return n }, check: ticketIs("P4", func(tk store.Ticket) bool { return tk.Priority == "P4" })},
		command.Tag: {args: "+og2 +toner", check: ticketIs("tagged", func(tk store.Ticket) bool {
			return slices.Contains(tk.Tags, "og2") && slices.Contains(tk.Tags, "toner")
		})},
		command.Subject:    {args: "Toner leer im 2. OG", check: ticketIs("renamed", func(tk store.Ticket) bool { return tk.Subject == "Toner leer im 2. OG" })},
		command.Requester:  {args: bertAt, check: all(ticketIs("Bert's", func(tk store.Ticket) bool { return tk.Requester == bertAt && tk.RequesterName == "Bert Sommer" }), func(o *office, _ []mail) { roleIs(o, bertAt, "requester") })},
		command.CC:         {args: "+" + bertAt, check: func(o *office, _ []mail) { roleIs(o, bertAt, "watcher") }},
		command.Call:       {text: "Sie hat selbst neu gestartet.", check: all(note("call", "selbst neu gestartet"), ticketIs("answered", func(tk store.Ticket) bool { return !tk.FirstResponseAt.IsZero() && tk.State == "open" }))},
		command.Time:       {args: "15m", check: func(o *office, _ []mail) { hasEvent(o, "effort", "15m0s") }},
		command.FAQ:        {args: "passwort", check: toAnna("Kennwort ändern")},
		command.Template:   {args: "rueckfrage", check: toAnna("Anna Berger")},
		command.FAQDraft:   {args: ": Was tun bei Fehler 49?", setup: func(o *office, n mail) mail { o.answer(&n, lena, "Toner herausnehmen und wieder einsetzen."); return n }, check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "Fehler 49") }},
		command.Analysis:   {text: "Warteschlange hängt.", check: note("analysis", "hängt")},
		command.Cause:      {args: ": Treiber 4.2", check: note("cause", "Treiber")},
		command.Workaround: {text: "Über Fach 2 drucken.", check: note("workaround", "Fach 2")},
		command.Fix:        {text: "Treiber 4.3.", check: note("fix", "4.3")},
		command.Test:       {args: "Drucken Sie eine Testseite", check: all(state("waiting_requester"), toAnna("Testseite"), ticketIs("answered", func(tk store.Ticket) bool { return !tk.FirstResponseAt.IsZero() && tk.Assignee == "lena" }))},
		command.Remote: {check: all(toAnna("https://hilfe.example und nennen Sie IT-10001. Lena Huber"), func(o *office, mails []mail) {
			if !o.said(10001, "note", "Fernwartung") {
				o.t.Error("the contact is not noted")
			}
		})},
		command.Merge:       {args: "IT-10002", setup: other, check: ticketIs("merged", func(tk store.Ticket) bool { return tk.State == "merged" && tk.MergedInto != 0 })},
		command.Link:        {args: "IT-10002", setup: other, check: func(o *office, _ []mail) { hasEvent(o, "linked", "IT-10002") }},
		command.Parent:      {args: "IT-10002", setup: other, check: ticketIs("a child", func(tk store.Ticket) bool { return tk.ParentID != 0 })},
		command.LinkProblem: {args: "IT-10002", setup: other, check: ticketIs("a child", func(tk store.Ticket) bool { return tk.ParentID != 0 })},
		command.Split: {args: ": Toner bestellen", check: func(o *office, mails []mail) {
			tk := o.ticket(10002)
			if tk.Subject != "Toner bestellen" || tk.Requester != annaAt || !o.said(10002, "request", "Fehler 49") {
				o.t.Errorf("new ticket: %+v", tk)
			}
		}},
		command.Anyway: {text: "Auch von mir: bitte neu starten.", setup: func(o *office, n mail) mail {
			o.answer(&n, lena, "Ich sehe nach.")
			return n
		}, check: toAnna("Auch von mir")},
		command.Show:        {check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "Fehler 49") }},
		command.Why:         {check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "drucker") }},
		command.Mine:        {setup: func(o *office, n mail) mail { o.answer(&n, lena, "#ich"); return n }, check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "IT-10001") }},
		command.ListTickets: {args: "first", check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "IT-10001") }},
		command.Search:      {args: "druckt", check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "IT-10001") }},
		command.Status:      {check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "firstline") }},
		command.Help:        {check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "#gelöst") }},
		command.Away:        {args: "10.08.-28.08. Tobias", check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "Tobias Kern") }},
		command.Here:        {setup: func(o *office, n mail) mail { o.answer(&n, lena, "#urlaub 02.03.-06.03."); return n }, check: func(o *office, mails []mail) { mustRead(o, mails, lenaAt, "2. März") }},
	}
}

func quietTo(o *office, mails []mail, address string) {
	o.t.Helper()
	if got := to(mails, address); len(got) > 0 {
		o.t.Errorf("mail to %s: %s", address, describe(got))
	}
}

func mustRead(o *office, mails []mail, address, words string) {
	o.t.Helper()
	if got := printed(mails, address); !strings.Contains(got, words) {
		o.t.Errorf("%s reads nothing of %q: %s\n%s", address, words, describe(mails), got)
	}
}

func secretToAnna(o *office, mails []mail, words string) {
	o.t.Helper()
	if strings.Contains(printed(mails, annaAt), words) {
		o.t.Errorf("Anna reads %q", words)
	}
}

func roleIs(o *office, address, role string) {
	o.t.Helper()
	if got := o.people(10001)[address]; got != role {
		o.t.Errorf("%s is %q, want %s", address, got, role)
	}
}

func hasEvent(o *office, kind, want string) {
	o.t.Helper()
	for _, e := range o.events(10001, kind) {
		if e.New == want {
			return
		}
	}
	o.t.Errorf("no %s %s in the history", kind, want)
}

// internalNotice gives the mail whose plain answer stays inside.
func internalNotice(o *office, n mail) mail {
	o.answer(&n, lena, "#ich")
	his := o.only(o.fresh(tobias, "x", "#zeige IT-10001"), tobiasAt)
	return o.only(o.answer(&his, tobias, "#notiz\nNur intern."), lenaAt)
}

// TestEveryCommand carries out each command of the grammar through the desk. A command
// without a case here fails.
func TestEveryCommand(t *testing.T) {
	t.Parallel()
	cases := commandCases()
	elsewhere := []command.Verb{command.Phone, command.Forward, command.Accept, command.Reject} // TestPhone, TestForward, TestHeldSenders
	for _, u := range command.Usages("de") {
		c, ok := cases[u.Verb]
		if !ok {
			if !slices.Contains(elsewhere, u.Verb) {
				t.Errorf("%s is not tested", u.Verb)
			}
			continue
		}
		t.Run(string(u.Verb), func(t *testing.T) {
			t.Parallel()
			o := bureau(t)
			notice := o.only(o.receive(printer), lenaAt)
			if c.setup != nil {
				notice = c.setup(o, notice)
			}
			from := lena
			if notice.Recipient == markusAt {
				from = markus
			}
			mails := o.answer(&notice, from, strings.TrimSpace(fmt.Sprintf("%s %s\n%s", u.Words[0], c.args, c.text)))
			o.done()
			c.check(o, mails)
			o.sound()
		})
	}
}
