package triage_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

// machine is an office on a machine with a wall clock that may jump and a monotonic
// one that does not.
type machine struct {
	*office
	mono time.Duration
	log  *bytes.Buffer
}

func newMachine(t *testing.T, change ...func(*triage.Config)) *machine {
	t.Helper()
	m := &machine{office: newOffice(t, change...)}
	m.restart()
	m.tick()
	return m
}

// restart is a new process on the same store.
func (m *machine) restart() {
	m.t.Helper()
	m.log, m.mono = &bytes.Buffer{}, 0
	d, err := triage.New(m.t.Context(), m.store, mailout.DefaultTexts(), slog.New(slog.NewTextHandler(m.log, nil)), m.desk.Config())
	if err != nil {
		m.t.Fatal(err)
	}
	m.desk = d
}

// tick is one look of the daemon; it returns what leaves.
func (m *machine) tick() []mail {
	m.t.Helper()
	if _, err := m.desk.Tick(m.t.Context(), m.mono); err != nil {
		m.t.Fatal(err)
	}
	return m.leaving()
}

// run lets both clocks go on evenly, with a look each minute.
func (m *machine) run(d time.Duration) (out []mail) {
	m.t.Helper()
	for ; d > 0; d -= time.Minute {
		m.now, m.mono = m.now.Add(time.Minute), m.mono+time.Minute
		out = append(out, m.tick()...)
	}
	return out
}

// alarmed reports whether the clock's alarm stands.
func (m *machine) alarmed() bool {
	m.t.Helper()
	found := false
	err := m.store.View(m.t.Context(), func(tx *store.Tx) error {
		_, err := tx.AlarmOf(m.t.Context(), "clock")
		found = err == nil
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return found
}

// claimable are the classes and causes of what the sender would take now.
func (m *machine) claimable() (causes []string) {
	m.t.Helper()
	stop := errors.New("only looking")
	err := m.store.Update(m.t.Context(), func(tx *store.Tx) error {
		mails, err := tx.ClaimOutbox(m.t.Context(), 1000, time.Minute)
		for _, c := range mails {
			causes = append(causes, c.Class+" "+c.Cause)
		}
		return errors.Join(err, stop)
	})
	if !errors.Is(err, stop) {
		m.t.Fatal(err)
	}
	return causes
}

func steps(mails []mail) (n int) {
	for _, m := range mails {
		if strings.HasPrefix(m.Cause, "sla:") {
			n++
		}
	}
	return n
}

// TestClockJumpsAYear: nothing fires by a clock that is a year ahead, one alarm and
// one line in the log tell; set right again, all goes on as if nothing had been.
func TestClockJumpsAYear(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.receive(printer)
	m.run(30 * time.Minute)
	m.now = m.now.AddDate(1, 0, 0)
	got := m.run(3 * time.Hour)
	if recipients(got) != "s.vogl" || !strings.Contains(got[0].m.Subject, "Uhr des Rechners ist gesprungen") {
		t.Fatalf("want one alarm: %s", describe(got))
	}
	for _, want := range []string{"Auf 02.03.2026 09:30 folgte 02.03.2027 09:31", "NTP", "24 Stunden"} {
		if !strings.Contains(got[0].m.Text, want) {
			t.Errorf("the alarm lacks %q:\n%s", want, got[0].m.Text)
		}
	}
	if n := strings.Count(m.log.String(), "the wall clock jumped"); n != 1 || !m.alarmed() {
		t.Errorf("%d lines in the log, alarm %v:\n%s", n, m.alarmed(), m.log)
	}
	m.now = m.now.AddDate(-1, 0, 0) // 12:30
	m.run(time.Minute)
	if m.alarmed() {
		t.Error("the alarm stands although the clock is right")
	}
	m.leaving()
	m.run(24 * time.Hour)
	if got := m.events(10001, "escalation_step"); len(got) != 3 {
		t.Errorf("%d steps, want 3 of the ladder once each: %+v", len(got), got)
	}
	if got := m.events(10001, "sla_breach"); len(got) != 2 {
		t.Errorf("%d breaches, want first response and take-over: %+v", len(got), got)
	}
	if tk := m.ticket(10001); tk.Level != 2 {
		t.Error("not handed over in the end")
	}
	m.sound()
}

// TestOpenedInTheWrongYear: a ticket that was opened while the clock was ahead has
// dues of this year after it is right.
func TestOpenedInTheWrongYear(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run(10 * time.Minute)
	m.now = m.now.AddDate(1, 0, 0)
	m.run(5 * time.Minute)
	m.receiveAt(m.now.AddDate(-1, 0, 0), printer) // the server's clock is right
	if !m.alarmed() {
		t.Fatal("a mail of last year confirmed the clock")
	}
	m.now = m.now.AddDate(-1, 0, 0)
	m.run(2 * time.Minute)
	if due := m.due(10001, sla.FirstResponse); due.Sub(m.now) > 4*time.Hour {
		t.Errorf("due at %v, seen from %v", due, m.now)
	}
}

// receiveAt is receive for a mail with an arrival on the server.
func (m *machine) receiveAt(at time.Time, e eml) {
	m.t.Helper()
	ctx := m.t.Context()
	err := m.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		m.uid++
		_, _, err = tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: m.uid, ReceivedAt: at, Raw: e.bytes(m.uid)})
		return err
	})
	if err == nil {
		_, err = m.desk.Step(ctx)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// TestSleepsThreeDays: after a sleep the wall clock is three days on and the
// monotonic one is not. A quarter of an hour of even running, or a mail whose server
// agrees, and all that is overdue fires, one mail for each ticket and person.
func TestSleepsThreeDays(t *testing.T) {
	t.Parallel()
	for name, agree := range map[string]bool{"settles": false, "a mail agrees": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.receive(printer, eml{from: "Bert <b@firma.example>", subject: "Drucker", text: "Papierstau im Drucker."})
			m.run(10 * time.Minute) // until 09:10
			m.now = m.now.Add(72 * time.Hour)
			if got := m.run(5 * time.Minute); steps(got) != 0 || !m.alarmed() {
				t.Fatalf("alarm %v, mails %s", m.alarmed(), describe(got))
			}
			var got []mail
			if agree {
				m.receiveAt(m.now, eml{from: "Carl <c@firma.example>", subject: "Maus", text: "Maus klemmt."})
				m.leaving()
				got = m.run(time.Minute)
			} else {
				if early := m.run(9 * time.Minute); steps(early) != 0 {
					t.Fatalf("early: %s", describe(early))
				}
				got = m.run(3 * time.Minute)
			}
			if m.alarmed() {
				t.Error("the alarm still stands")
			}
			// Hand-over to markus; breach to the lead; the warning of the first level is
			// no longer its business. The requester hears of the hand-over.
			for who, want := range map[string]int{"m.brandl@firma.example": 2, "s.vogl@firma.example": 2, "a.berger@firma.example": 1, "b@firma.example": 1, "l.huber@firma.example": 0} {
				if n := len(to(got, who)); n != want {
					t.Errorf("%d mails to %s, want %d: %s", n, who, want, describe(got))
				}
			}
			for _, x := range append(to(got, "m.brandl@firma.example"), to(got, "s.vogl@firma.example")...) {
				if !strings.Contains(x.m.Text, "während der Auszeit von") || !strings.Contains(x.m.Text, "überschritten") {
					t.Errorf("no word of the outage:\n%s", x.m.Text)
				}
			}
			if again := m.run(time.Hour); steps(again) != 0 {
				t.Errorf("fired again: %s", describe(again))
			}
			m.sound()
		})
	}
}

// TestOutageOfANight reads the sentence about a downtime of some hours, in both
// languages.
func TestOutageOfANight(t *testing.T) {
	t.Parallel()
	m := newMachine(t, func(c *triage.Config) {
		c.People.Agents[2].Language = "en"
		c.Calendars["buero"] = sla.AroundTheClock()
		c.Escalation = []sla.Step{
			{Name: "Vorwarnung", Clock: sla.FirstResponse, Used: .75, Notify: []string{"group"}},
			{Name: "Überschritten", Clock: sla.FirstResponse, Used: 1, Notify: []string{"group", "lead"}},
		}
	})
	m.now = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	m.restart()
	m.tick()
	m.receive(printer)                                   // due at 05:00 in Berlin
	m.run(70 * time.Minute)                              // until 02:10
	m.now = time.Date(2026, 3, 3, 5, 40, 0, 0, time.UTC) // 06:40
	m.restart()
	got := m.tick()
	l := m.only(got, "l.huber@firma.example") // one mail, about the highest step
	if !strings.Contains(l.m.Text, "FRIST ÜBERSCHRITTEN") || !strings.Contains(l.m.Text, "während der Auszeit von 02:10–06:40 überschritten") {
		t.Errorf("%s", l.m.Text)
	}
	s := m.only(got, "s.vogl@firma.example")
	if !strings.Contains(s.m.Text, "passed during the outage of 2:10 am–6:40 am") {
		t.Errorf("%s", s.m.Text)
	}
	if !strings.Contains(l.m.Text, "Vorwarnung · Überschritten") {
		t.Errorf("not all steps are named:\n%s", l.m.Text)
	}
	if len(m.events(10001, "escalation_step")) != 2 {
		t.Error("not both steps are in the history")
	}
}

// TestClockSetBack: an hour back: nothing fires twice, nothing is lost.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.receive(printer)
	m.run(3*time.Hour + 5*time.Minute) // warned at 12:00
	m.now = m.now.Add(-time.Hour)
	got := m.run(14 * time.Minute)
	if recipients(got) != "s.vogl" || !m.alarmed() {
		t.Fatalf("alarm %v: %s", m.alarmed(), describe(got))
	}
	if got = m.run(3 * time.Hour); m.alarmed() || recipients(got) != "s.vogl" {
		t.Errorf("alarm %v, want the breach alone: %s", m.alarmed(), describe(got))
	}
	if e := m.events(10001, "escalation_step"); len(e) != 2 {
		t.Errorf("steps: %+v", e)
	}
}

// TestRestartWhileInDoubt: the doubt outlives the process; automatic mail and mail
// about service levels is not claimed, the words of people are.
func TestRestartWhileInDoubt(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	n := m.only(m.receive(printer), "l.huber@firma.example")
	m.run(10 * time.Minute)
	m.now = m.now.AddDate(1, 0, 0)
	m.run(time.Minute)
	m.restart()
	if got := m.run(2 * time.Hour); len(got) != 0 || !m.alarmed() {
		t.Fatalf("alarm %v: %s", m.alarmed(), describe(got))
	}
	m.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &n})
	var human, automatic bool
	for _, c := range m.claimable() {
		human = human || strings.HasPrefix(c, "human ")
		automatic = automatic || strings.HasPrefix(c, "automatic ") || strings.Contains(c, " sla:")
	}
	if !human || automatic {
		t.Errorf("claimed: %q", m.claimable())
	}
	m.now = m.now.AddDate(-1, 0, 0)
	m.restart()
	m.tick()
	if m.alarmed() {
		t.Error("not trusted although the clock is right")
	}
}

// TestLiveCalendar: an edited calendar moves the dues and timers of open tickets,
// with one event for each, also when it was edited while the daemon was down; what
// fired stays fired, and a new step is not made up for.
func TestLiveCalendar(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	for i := range 250 {
		m.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker druckt nicht, zum " + strings.Repeat("x", i+1) + ". Mal."})
	}
	m.run(3*time.Hour + time.Minute) // all warned at 12:00
	edited := func(closed ...string) *triage.Config {
		c := *m.desk.Config()
		spec := sla.CalendarSpec{Name: "buero", Zone: "Europe/Berlin", Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}, Also: closed}
		cal, err := sla.NewCalendar(spec)
		if err != nil {
			t.Fatal(err)
		}
		c.Calendars = map[string]*sla.Calendar{"buero": cal}
		return &c
	}
	c := edited("2026-03-03")
	c.Escalation = append([]sla.Step{{Name: "neu", Clock: sla.FirstResponse, Used: .5, Notify: []string{"lead"}},
		{Name: "später", Clock: sla.Resolution, Used: .9, Notify: []string{"lead"}}}, c.Escalation...)
	m.desk.SetConfig(c)
	if err := m.desk.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := m.tick(); len(got) != 0 {
		t.Errorf("the edit alone mailed: %s", describe(got))
	}
	want := time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC) // 16 hours: Monday 8, Wednesday 8
	if due := m.due(10001, sla.Resolution); !due.Equal(want) {
		t.Errorf("due %v, want %v", due, want)
	}
	for _, n := range []int64{10001, 10250} {
		if e := m.events(n, "clocks_recomputed"); len(e) != 1 || !strings.Contains(e[0].New, "2026-03-04T15:00:00Z") || !strings.Contains(e[0].Old, "2026-03-03T15:00:00Z") {
			t.Errorf("%d: %+v", n, e)
		}
	}
	if !strings.Contains(m.log.String(), "tickets=250 changed=250") {
		t.Errorf("log: %s", m.log)
	}
	if err := m.desk.Settle(t.Context()); err != nil || len(m.events(10001, "clocks_recomputed")) != 1 {
		t.Errorf("settled twice: %v", err)
	}
	timers := m.timers(10001)
	if _, ok := timers["step:neu"]; ok {
		t.Error("a step that is new and past was planned")
	}
	if at := timers["step:später"]; !at.Equal(want.Add(-96 * time.Minute)) {
		t.Errorf("the new step is planned for %v", at)
	}

	// Edited while the daemon is down.
	back := edited()
	back.Escalation = c.Escalation
	m.desk.SetConfig(back)
	m.restart()
	m.tick()
	if due := m.due(10250, sla.Resolution); !due.Equal(want.AddDate(0, 0, -1)) {
		t.Errorf("due %v after a restart", due)
	}
	if e := m.events(10001, "escalation_step"); len(e) != 1 {
		t.Errorf("steps: %+v", e)
	}
	m.sound()
}

// timers are the pending timers of a ticket by name.
func (o *office) timers(number int64) map[string]time.Time {
	o.t.Helper()
	m := map[string]time.Time{}
	tk := o.ticket(number)
	err := o.store.View(o.t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Timers(o.t.Context(), tk.ID)
		for _, r := range rows {
			if r.FiredAt.IsZero() {
				m[r.Name] = r.DueAt
			}
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return m
}

// TestBeforeItsOwnHistory: the very first look of a daemon at a store whose history
// lies ahead of the clock does not fire.
func TestBeforeItsOwnHistory(t *testing.T) {
	t.Parallel()
	m := &machine{office: newOffice(t)}
	m.receive(printer)
	m.now = m.now.AddDate(-1, 0, 0)
	m.restart()
	if got := m.tick(); !m.alarmed() || recipients(got) != "s.vogl" {
		t.Errorf("alarm %v, mails %s", m.alarmed(), describe(got))
	}
}

// TestClockJumpsTwice: a small jump does not shorten the doubt of a great one that
// follows it.
func TestClockJumpsTwice(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.receive(printer)
	m.run(10 * time.Minute)
	m.now = m.now.Add(time.Hour)
	m.run(5 * time.Minute)
	m.now = m.now.AddDate(1, 0, 0)
	m.run(time.Hour)
	if m.desk.Trusted() || !m.alarmed() {
		t.Error("a clock that is a year ahead is trusted after an hour")
	}
	m.now = m.now.AddDate(-1, 0, 0).Add(-time.Hour)
	m.run(time.Minute)
	if !m.desk.Trusted() || m.alarmed() {
		t.Error("the clock is right and not trusted")
	}
}

// TestTimersSetByAWrongClock: what was set while the clock was a year ahead comes when
// it should.
func TestTimersSetByAWrongClock(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	notice := m.only(m.receive(printer), lenaAt)
	solved := m.only(m.receive(eml{from: anna, subject: "Toner", text: "Der Toner im Drucker ist leer."}), lenaAt)
	m.run(10 * time.Minute)
	m.now = m.now.AddDate(1, 0, 0)
	m.run(5 * time.Minute)
	m.receive(eml{from: lena, subject: "AW", text: "#warten\nWelche Meldung?", answers: &notice})
	m.receive(eml{from: lena, subject: "AW", text: "#gelöst\nIst gewechselt.", answers: &solved})
	m.now = m.now.AddDate(-1, 0, 0)
	m.run(5 * time.Minute)
	for number, names := range map[int64][]string{10001: {"remind", "resolve"}, 10002: {"close"}} {
		timers := m.timers(number)
		for _, name := range names {
			if in := timers[name].Sub(m.now); in < 24*time.Hour || in > 14*24*time.Hour {
				t.Errorf("%d: %s in %v", number, name, in)
			}
		}
	}
	m.sound()
}
