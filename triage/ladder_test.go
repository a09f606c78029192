package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

// events are the events of a kind in the history of a ticket.
func (o *office) events(number int64, kind string) []store.Event {
	o.t.Helper()
	var out []store.Event
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		tk, err := tx.TicketByNumber(ctx, number)
		if err != nil {
			return err
		}
		all, err := tx.Events(ctx, tk.ID)
		out = slices.DeleteFunc(all, func(e store.Event) bool { return e.Kind != kind })
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// staff adds people and a group to the office.
func staff(c *triage.Config) {
	c.People.Agents = append(c.People.Agents,
		triage.Agent{ID: "tobias", Name: "Tobias Kern", Address: "t.kern@firma.example", Level: 1},
		triage.Agent{ID: "aylin", Name: "Aylin Demir", Address: "a.demir@firma.example", Level: 2, Language: "en"})
	c.People.Groups = append(c.People.Groups, triage.Group{ID: "erp", Label: map[string]string{"": "ERP"}, Level: 2, Members: []string{"aylin"}, Lead: "sabine"})
}

// away is an absence that covers the days of the tests.
func away(agent, substitute string) triage.Absence {
	return triage.Absence{Agent: agent, From: monday.Add(-24 * time.Hour), To: monday.Add(72 * time.Hour), Substitute: substitute}
}

func step(s sla.Step) func(*triage.Config) {
	return func(c *triage.Config) { c.Escalation = []sla.Step{s} }
}

// recipients are the addressees of mails, sorted, without their domain.
func recipients(mails []mail) string {
	var list []string
	for _, m := range mails {
		name, _, _ := strings.Cut(m.Recipient, "@")
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// TestThreeWaysToSecondLevel: an agent, a rule and the ladder hand over by the same
// mail, and the requester is told once, however often.
func TestThreeWaysToSecondLevel(t *testing.T) {
	t.Parallel()
	byAgent := newOffice(t)
	n := byAgent.only(byAgent.receive(printer), "l.huber@firma.example")
	byAgent.now = byAgent.now.Add(time.Hour)
	one := byAgent.receive(eml{from: lena, subject: "AW", text: "#l2 netz: Druckserver", answers: &n})

	byRule := newOffice(t)
	two := byRule.receive(eml{from: anna, subject: "Drucker zeigt phishing", text: "Im Drucker steht phishing."})

	byTimer := newOffice(t)
	byTimer.receive(printer)
	three := byTimer.sweepAt(monday.Add(8 * time.Hour)) // half of 16 hours

	for name, mails := range map[string][]mail{"agent": one, "rule": two, "timer": three} {
		got := to(mails, "m.brandl@firma.example")
		if len(got) != 1 {
			t.Fatalf("%s: %d mails to the second level: %s", name, len(got), describe(mails))
		}
		for _, want := range []string{"ESKALIERT an Netz und Server · Grund: ", "Übernahme bis ", "KURZ", "VERLAUF", "#l1"} {
			if !strings.Contains(got[0].m.Text, want) {
				t.Errorf("%s: the hand-over mail lacks %q:\n%s", name, want, got[0].m.Text)
			}
		}
		if m := to(mails, "a.berger@firma.example"); len(m) != 1 {
			t.Errorf("%s: %d mails to the requester, want 1: %s", name, len(m), describe(mails))
		}
	}
	for o, actor := range map[*office]string{byAgent: "agent:lena", byRule: "rule:Sicherheit", byTimer: "timer"} {
		e := o.events(10001, "escalated")
		if tk := o.ticket(10001); tk.Level != 2 || tk.Group != "netz" || tk.Assignee != "" || len(e) != 1 || e[0].Actor != actor {
			t.Errorf("%s: level %d, group %s, assignee %q, events %+v", actor, tk.Level, tk.Group, tk.Assignee, e)
		}
		if got := o.clocks(10001)["take_over"]; got != "running" {
			t.Errorf("%s: take-over clock %q", actor, got)
		}
		o.sound()
	}
	// Back to the first level and up again: the requester has heard of it.
	h := byAgent.only(one, "m.brandl@firma.example")
	byAgent.now = byAgent.now.Add(10 * time.Minute)
	back := byAgent.receive(eml{from: markus, subject: "AW", text: "#l1\r\nSpooler neu starten genügt.", answers: &h})
	b := byAgent.only(back, "l.huber@firma.example")
	byAgent.now = byAgent.now.Add(10 * time.Minute)
	again := byAgent.receive(eml{from: lena, subject: "AW", text: "#l2 netz: Hat nicht geholfen", answers: &b})
	if got := recipients(again); got != "m.brandl" {
		t.Errorf("handed over again: mails to %s", got)
	}
	if got := byAgent.events(10001, "escalated"); len(got) != 2 {
		t.Errorf("%d escalations", len(got))
	}
}

func TestStepsTellPeople(t *testing.T) {
	t.Parallel()
	warn := sla.Step{Name: "Warnung", Clock: sla.FirstResponse, Used: .75}
	for name, tt := range map[string]struct {
		notify []string
		change func(*triage.Config)
		want   string
	}{
		"assignee":                     {notify: []string{"assignee"}, want: "l.huber"},
		"group":                        {notify: []string{"group"}, want: "l.huber t.kern"},
		"lead":                         {notify: []string{"lead"}, want: "s.vogl"},
		"manager":                      {notify: []string{"manager"}, want: "s.vogl"},
		"agent by name":                {notify: []string{"aylin"}, want: "a.demir"},
		"group by name":                {notify: []string{"netz"}, want: "m.brandl"},
		"each once":                    {notify: []string{"assignee", "group", "lead", "lena"}, want: "l.huber s.vogl t.kern"},
		"requester":                    {notify: []string{"requester"}, want: "a.berger"},
		"requester and group":          {notify: []string{"requester", "group"}, want: "a.berger l.huber t.kern"},
		"assignee away":                {notify: []string{"assignee"}, change: absent(away("lena", "tobias")), want: "t.kern"},
		"chain of substitutes":         {notify: []string{"assignee"}, change: absent(away("lena", "markus"), away("markus", "aylin")), want: "a.demir"},
		"a group stands in":            {notify: []string{"assignee"}, change: absent(away("lena", "erp")), want: "a.demir"},
		"nobody stands in: the group":  {notify: []string{"assignee"}, change: absent(away("lena", "")), want: "t.kern"},
		"substitutes in a circle":      {notify: []string{"assignee"}, change: absent(away("lena", "markus"), away("markus", "lena")), want: "t.kern"},
		"group away: the lead":         {notify: []string{"group", "assignee"}, change: absent(away("lena", ""), away("tobias", "")), want: "s.vogl"},
		"lead away: his substitute":    {notify: []string{"lead"}, change: absent(away("sabine", "aylin")), want: "a.demir"},
		"lead away: the first level":   {notify: []string{"lead"}, change: absent(away("sabine", "")), want: "l.huber t.kern"},
		"only the named one, and away": {notify: []string{"markus"}, change: absent(away("markus", "")), want: "l.huber"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warn := warn
			warn.Notify = tt.notify
			o := newOffice(t, staff, step(warn), func(c *triage.Config) {
				c.People.Groups[0].Members = []string{"lena", "tobias"}
			})
			n := to(o.receive(printer), "l.huber@firma.example")[0]
			o.now = o.now.Add(time.Minute)
			o.receive(eml{from: lena, subject: "AW", text: "#ich", answers: &n})
			if tt.change != nil {
				c := *o.desk.Config()
				tt.change(&c)
				o.desk.SetConfig(&c)
			}
			got := o.sweepAt(monday.Add(3 * time.Hour))
			if r := recipients(got); r != tt.want {
				t.Errorf("mails to %s, want %s", r, tt.want)
			}
			if again := o.sweepAt(monday.Add(3*time.Hour + time.Minute)); len(again) != 0 {
				t.Errorf("told twice: %s", describe(again))
			}
			o.sound()
		})
	}
}

func absent(list ...triage.Absence) func(*triage.Config) {
	return func(c *triage.Config) { c.People.Absences = list }
}

// TestDelayedRequester reads the mail to the requester.
func TestDelayedRequester(t *testing.T) {
	t.Parallel()
	o := newOffice(t, step(sla.Step{Name: "dauert", Clock: sla.Resolution, Used: .5, Notify: []string{"requester"}}))
	o.receive(printer)
	m := o.only(o.sweepAt(monday.Add(8*time.Hour)), "a.berger@firma.example")
	if !strings.Contains(m.m.Text, "IT-10001 braucht länger als geplant") || !strings.Contains(strings.Join(strings.Fields(m.m.Text), " "), "bis: morgen, 16:00 Uhr") || m.Class != "automatic" {
		t.Errorf("%s\n%s", m.Class, m.m.Text)
	}
}

// TestNoGroupIsThere: a hand-over to a group of which nobody is there reaches its
// lead.
func TestNoGroupIsThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t, absent(away("markus", "")))
	o.receive(printer)
	got := o.sweepAt(monday.Add(8 * time.Hour))
	if m := to(got, "s.vogl@firma.example"); len(m) == 0 || !strings.Contains(m[len(m)-1].m.Text, "ESKALIERT") {
		t.Errorf("the lead does not get the hand-over: %s", describe(got))
	}
}

// TestHouseStandsIn: a house outside stands in for a group that is away; the lead has
// the ticket inside.
func TestHouseStandsIn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*triage.Config){
		"for the group": func(c *triage.Config) {
			c.People.Groups[1].Substitute = "haus"
			c.People.Absences = []triage.Absence{away("markus", "")}
		},
		"for its member": absent(away("markus", "haus")),
	} {
		o := newOffice(t, func(c *triage.Config) {
			c.People.Groups = append(c.People.Groups, triage.Group{ID: "haus", Label: map[string]string{"": "Systemhaus"}, Level: 2, External: true, Address: "hotline@haus.example"})
		}, change)
		o.receive(printer)
		got := o.sweepAt(monday.Add(8 * time.Hour))
		house, lead := o.only(got, "hotline@haus.example"), to(got, "s.vogl@firma.example")
		if !strings.Contains(house.m.Text, "Übergabe an Systemhaus") {
			t.Errorf("%s: %s", name, house.m.Text)
		}
		if tk := o.ticket(10001); tk.Group != "netz" || len(lead) == 0 || !strings.Contains(lead[0].m.Text, "ESKALIERT") {
			t.Errorf("%s: group %s, mails to the lead: %s", name, tk.Group, describe(lead))
		}
		if n := len(to(got, "a.berger@firma.example")); n != 1 {
			t.Errorf("%s: %d mails to the requester", name, n)
		}
		o.sound()
	}
}

// TestExternalGroup: a house outside gets the public conversation and the reason, no
// internal word, and may not command.
func TestExternalGroup(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) {
		c.People.Groups = append(c.People.Groups, triage.Group{ID: "haus", Label: map[string]string{"": "Systemhaus"}, Level: 2, External: true, Address: "hotline@haus.example", HideNotes: true})
		c.Escalation = []sla.Step{{Name: "An das Systemhaus", Clock: sla.Resolution, Used: .5, OnlyLevel: 1, HandOver: map[string][]string{"haus": {"drucker"}}}}
	})
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\nDas Kennwort des Druckers steht auf Zettel 17.", answers: &n})
	got := o.sweepAt(monday.Add(8 * time.Hour))
	m := o.only(got, "hotline@haus.example")
	if strings.Contains(m.m.Text, "Zettel") || !strings.Contains(m.m.Text, "Übergabe an Systemhaus · Grund: An das Systemhaus") || !strings.Contains(m.m.Text, "Fehler 49") {
		t.Errorf("the mail to the house outside:\n%s", m.m.Text)
	}
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: "Hotline <hotline@haus.example>", subject: "AW", text: "#gelöst\r\nDruckkopf getauscht.", answers: &m})
	if tk := o.ticket(10001); tk.State == "resolved" || tk.Level != 2 || tk.Group != "haus" {
		t.Errorf("state %s, level %d, group %s after a command from outside", tk.State, tk.Level, tk.Group)
	}
	o.sound()
}

// TestQuietHours: mail to people waits for their hours, but not that of P1; what was
// solved by then is not sent.
func TestQuietHours(t *testing.T) {
	t.Parallel()
	night := func(c *triage.Config) {
		c.Calendars["rund24"] = sla.AroundTheClock()
		office, err := sla.NewCalendar(sla.CalendarSpec{Name: "spaet", Zone: "Europe/Berlin", Hours: []sla.DayHours{{Days: "mo-fr", Hours: "10:00-19:00"}}})
		if err != nil {
			t.Fatal(err)
		}
		c.Calendars["spaet"] = office
		c.Policies["standard"].Calendar = "rund24"
		c.People.Agents[0].Calendar = "spaet"
		c.Escalation = []sla.Step{{Name: "Warnung", Clock: sla.FirstResponse, Used: .75, Notify: []string{"group", "lead"}}}
	}
	o := newOffice(t, night)
	o.now = monday.Add(14 * time.Hour) // 23:00 in Berlin
	n := o.only(o.receive(printer), "l.huber@firma.example")
	urgent := eml{from: "Bert <b@firma.example>", subject: "phishing", text: "phishing überall"}
	o.receive(urgent)
	got := o.sweepAt(o.now.Add(3 * time.Hour)) // 02:00
	opens := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	for _, m := range to(got, "l.huber@firma.example") {
		if !m.NextAttemptAt.Equal(opens) {
			t.Errorf("the mail leaves at %v, want %v", m.NextAttemptAt, opens)
		}
	}
	lead := to(got, "s.vogl@firma.example") // without hours of her own: those of the ticket
	if len(lead) != 2 || !lead[0].NextAttemptAt.Equal(o.now) {
		t.Errorf("mails to the lead: %s", describe(lead))
	}
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst", answers: &n})
	err := o.store.View(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.ListOutbox(t.Context(), store.OutboxFilter{States: []string{"cancelled"}})
		if len(rows) != 2 || !strings.HasPrefix(rows[0].Cause, "sla:") {
			t.Errorf("%d mails cancelled, want the two warnings: %+v", len(rows), rows)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	p1 := newOffice(t, night)
	p1.now = monday.Add(14 * time.Hour)
	n = p1.only(p1.receive(printer), "l.huber@firma.example")
	p1.receive(eml{from: lena, subject: "AW", text: "#prio P1", answers: &n})
	if tk := p1.ticket(10001); tk.Priority == "P1" {
		for _, m := range p1.sweepAt(p1.now.Add(3 * time.Hour)) {
			if !m.NextAttemptAt.Equal(p1.now) {
				t.Errorf("P1 waits until %v", m.NextAttemptAt)
			}
		}
	} else {
		t.Errorf("priority %s", tk.Priority)
	}
}

// TestIdleStep: idling counts open hours without work; a requester who asks again
// does not hide it, an agent's note ends it.
func TestIdleStep(t *testing.T) {
	t.Parallel()
	o := newOffice(t, step(sla.Step{Name: "Keine Bearbeitung", Idle: 9 * time.Hour, Notify: []string{"group"}}))
	n := o.only(o.receive(printer), "l.huber@firma.example") // 09:00
	o.now = monday.Add(5 * time.Hour)
	o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: "Gibt es etwas Neues?"})
	if got := o.sweepAt(monday.Add(24*time.Hour - time.Minute)); len(got) != 0 {
		t.Errorf("before nine open hours: %s", describe(got))
	}
	m := o.only(o.sweepAt(monday.Add(24*time.Hour)), "l.huber@firma.example")
	if !strings.Contains(m.m.Subject, "seit 9 h Geschäftszeit ohne Bearbeitung") || !strings.Contains(m.m.Text, "niemand hat übernommen") {
		t.Errorf("%s\n%s", m.m.Subject, m.m.Text)
	}
	o.now = monday.Add(25 * time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\nTeil bestellt.", answers: &n})
	if got := o.sweepAt(monday.Add(48 * time.Hour)); len(got) != 0 {
		t.Errorf("a note was work: %s", describe(got))
	}
	if got := o.sweepAt(monday.Add(49 * time.Hour)); recipients(got) != "l.huber" {
		t.Errorf("idle once more: %s", describe(got))
	}
	o.sound()
}

// TestLateMailIsABreach: the answer comes after the due instant and before the sweep:
// the breach is in the history all the same, once.
func TestLateMailIsABreach(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Escalation = nil })
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = monday.Add(5 * time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &n})
	o.sweepAt(o.now.Add(time.Minute))
	if e := o.events(10001, "clock"); len(e) == 0 || e[len(e)-1].Old != "first_response" || e[len(e)-1].New != "breached" {
		t.Errorf("the end of the clock: %+v", e)
	}
	if got := o.clocks(10001)["first_response"]; got != "breached" {
		t.Errorf("clock %s", got)
	}
}

// TestTimeLeft: a warning before the weekend says how much of the office hours is
// left, not how long the weekend is.
func TestTimeLeft(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"de": "noch 1 h Geschäftszeit bis Reaktionsfrist Mo 09:00", "en": "1 h of office hours left until first response is due Mon 9:00 am"} {
		o := newOffice(t, step(sla.Step{Name: "Warnung", Clock: sla.FirstResponse, Used: .75, Notify: []string{"group"}}), func(c *triage.Config) { c.People.Agents[0].Language = lang })
		o.now = time.Date(2026, 3, 6, 13, 0, 0, 0, time.UTC) // Friday 14:00
		o.receive(printer)
		m := o.only(o.sweepAt(o.now.Add(3*time.Hour)), "l.huber@firma.example")
		if !strings.Contains(m.m.Subject, want) {
			t.Errorf("%s: %q, want %q", lang, m.m.Subject, want)
		}
	}
}

// TestStepsOncePerCycle: a step fires once for a clock, also when the ticket is
// reopened or changes its priority.
func TestStepsOncePerCycle(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	if got := o.sweepAt(monday.Add(3 * time.Hour)); recipients(got) != "l.huber" {
		t.Fatalf("warning: %s", describe(got))
	}
	o.now = monday.Add(3*time.Hour + time.Minute)
	o.receive(eml{from: lena, subject: "AW", text: "#prio P2", answers: &n})
	for i := range 60 {
		if got := o.sweepAt(monday.Add(3*time.Hour + time.Duration(2+i)*time.Minute)); len(to(got, "l.huber@firma.example")) != 0 {
			t.Fatalf("warned again: %s", describe(got))
		}
	}
	if got := o.events(10001, "escalation_step"); len(got) != 2 { // the warning and the breach
		t.Errorf("%d steps: %+v", len(got), got)
	}
	o.sound()
}

// TestSnapshot: a ticket keeps the targets and the calendar's name it was promised;
// a change of priority takes the policy of today.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	c := *o.desk.Config()
	night := sla.AroundTheClock()
	c.Calendars = map[string]*sla.Calendar{"buero": c.Calendars["buero"], "rund24": night}
	p := *c.Policies["standard"]
	p.Calendar = "rund24"
	p.Targets = map[string]sla.Targets{}
	for id := range c.Policies["standard"].Targets {
		p.Targets[id] = sla.Targets{FirstResponse: sla.Target{Open: time.Hour}, Resolution: sla.Target{Open: 32 * time.Hour}}
	}
	c.Policies = map[string]*sla.Policy{"standard": &p}
	o.desk.SetConfig(&c)
	o.sweepAt(monday.Add(time.Minute))
	if due := o.due(10001, sla.Resolution); !due.Equal(time.Date(2026, 3, 3, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("an edited policy moved the due time to %v", due)
	}
	o.now = monday.Add(2 * time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#prio P2", answers: &n})
	// Two open hours of the old calendar are used; 30 more in the new one.
	if due := o.due(10001, sla.Resolution); !due.Equal(o.now.Add(30 * time.Hour)) {
		t.Errorf("after the change of priority due at %v, want %v", due, o.now.Add(30*time.Hour))
	}
}

// due is the due instant of the latest clock of a kind.
func (o *office) due(number int64, kind string) time.Time {
	o.t.Helper()
	tk := o.ticket(number)
	var due time.Time
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Clocks(ctx, tk.ID)
		for _, c := range rows {
			if c.Kind == kind {
				due = c.DueAt
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return due
}

var _ = fmt.Sprint
