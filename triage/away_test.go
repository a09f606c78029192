package triage_test

import (
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// TestAway: #urlaub keeps new tickets away, sends what comes to the substitute, leaves
// the tickets his; it ends by itself, and he reads what happened.
func TestAway(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	reply := o.only(o.answer(&notice, lena, "Ich sehe nach."), annaAt)
	mails := o.fresh(lena, "#urlaub 03.03.-05.03. Tobias", "")
	got := o.only(mails, lenaAt)
	if !strings.Contains(got.m.Text, "Dienstag, 3. März 2026") || !strings.Contains(got.m.Text, "Donnerstag, 5. März 2026") || !strings.Contains(got.m.Text, "Tobias Kern") {
		t.Errorf("confirmation: %s", got.m.Text)
	}
	o.now = monday.Add(25 * time.Hour) // Tuesday
	mails = o.receive(eml{from: anna, subject: "AW", text: "Es geht noch nicht.", answers: &reply})
	his := o.only(mails, tobiasAt)
	quietTo(o, mails, lenaAt)
	if tk := o.ticket(10001); tk.Assignee != "lena" {
		t.Errorf("the ticket is %s's", tk.Assignee)
	}
	mails = o.fresh(bert, "Beamer", "Der Beamer bleibt dunkel.")
	quietTo(o, mails, lenaAt)
	o.only(mails, tobiasAt)
	o.answer(&his, tobias, "#gelöst\nTreiber erneuert.")
	if got := o.sweepAt(monday.Add(2 * 24 * time.Hour)); len(to(got, lenaAt)) > 0 {
		t.Errorf("told while away: %s", describe(got))
	}
	if got := o.sweepAt(monday.Add(3*24*time.Hour + 20*time.Hour)); len(to(got, lenaAt)) > 0 {
		t.Errorf("told at night: %s", describe(got))
	}
	back := o.only(to(o.sweepAt(monday.Add(4*24*time.Hour)), lenaAt), lenaAt) // Friday, 9:00
	if !strings.Contains(back.m.Subject, "Während Ihrer Abwesenheit") || !strings.Contains(back.m.Text, "1 Ticket, 1 gelöst (Tobias Kern 1), 0 bei Ihnen") {
		t.Errorf("back: %s\n%s", back.m.Subject, back.m.Text)
	}
	if got := o.sweepAt(monday.Add(4*24*time.Hour + time.Hour)); len(to(got, lenaAt)) > 0 {
		t.Errorf("told twice: %s", describe(got))
	}
	o.only(to(o.fresh(bert, "Maus", "Die Maus klemmt."), lenaAt), lenaAt)
	o.sound()
}

// TestAwayUndone: the undo of each brings back what was planned before.
func TestAwayUndone(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	first := o.only(o.fresh(lena, "#urlaub 10.08.-28.08. Tobias", ""), lenaAt)
	second := o.only(o.fresh(lena, "#urlaub 24.12.-31.12.", ""), lenaAt)
	if got := undoOf(t, second); !strings.Contains(got, "2026-12-24 - 2026-12-31") {
		t.Errorf("undo %s", got)
	}
	third := o.only(o.fresh(lena, "#urlaub 20.08.-21.08. Markus", ""), lenaAt) // instead of the first
	if got := undoOf(t, third); !strings.Contains(got, "#urlaub 2026-08-10 - 2026-08-28 tobias") {
		t.Errorf("undo %s", got)
	}
	away := func(day string, want bool) {
		t.Helper()
		at, _ := time.Parse(time.DateOnly, day)
		was := o.now
		o.now = at.Add(9 * time.Hour)
		mails := o.receive(eml{from: anna, subject: "Drucker " + day, text: "Der Drucker druckt nicht."})
		if got := len(to(mails, lenaAt)) == 0; got != want {
			t.Errorf("%s: away %v, want %v", day, got, want)
		}
		o.now = was
	}
	o.answer(&third, lena, undoOf(t, third))
	away("2026-08-11", true)
	o.answer(&first, lena, undoOf(t, first))
	away("2026-08-11", false)
	away("2026-12-29", true)
	o.answer(&second, lena, undoOf(t, second))
	away("2026-12-29", false)
	if got := o.only(o.fresh(lena, "#anwesend", ""), lenaAt); !strings.Contains(got.m.Text, "keine Abwesenheit") {
		t.Errorf("nothing to end: %s", got.m.Text)
	}
}

// TestBackEarly: #anwesend on the last day, and for an absence of the configuration.
func TestBackEarly(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#ich")
	o.fresh(lena, "#urlaub 02.03.-03.03.", "")
	o.now = monday.Add(26 * time.Hour) // the last day
	mails := o.fresh(lena, "#anwesend", "")
	mustRead(o, mails, lenaAt, "während Ihrer Abwesenheit")
	mustRead(o, mails, lenaAt, "1 bei Ihnen")
	o.only(to(o.fresh(anna, "Drucker", "Der Drucker druckt nicht."), lenaAt), lenaAt)

	o = bureau(t, func(c *triage.Config) {
		c.People.Absences = []triage.Absence{{Agent: "lena", From: monday.Add(-24 * time.Hour), To: monday.Add(72 * time.Hour)}}
	})
	quietTo(o, o.fresh(anna, "Drucker", "Der Drucker druckt nicht."), lenaAt)
	confirmed := o.only(to(o.fresh(lena, "#anwesend", ""), lenaAt)[:1], lenaAt)
	o.only(to(o.fresh(anna, "Beamer", "Der Beamer bleibt dunkel."), lenaAt), lenaAt)
	o.answer(&confirmed, lena, undoOf(t, confirmed))
	quietTo(o, o.fresh(anna, "Maus", "Die Maus klemmt."), lenaAt)
	o.sound()
}

// TestSubstitutes: a chain is followed, a circle ends at the group, and the agent is
// told whom his mails go to.
func TestSubstitutes(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	reply := o.only(o.answer(&notice, lena, "Ich sehe nach."), annaAt)
	o.fresh(tobias, "#urlaub 02.03.-06.03. Markus", "")
	mails := o.fresh(lena, "#urlaub 02.03.-06.03. Tobias", "")
	mustRead(o, mails, lenaAt, "Markus Brandl")
	mails = o.answer(&reply, anna, "Noch etwas.")
	o.only(mails, markusAt)
	mails = o.fresh(markus, "#urlaub 02.03.-06.03. Lena", "")
	mustRead(o, mails, markusAt, "nicht da")
	mails = o.answer(&reply, anna, "Und noch etwas.")
	if len(mails) == 0 {
		t.Error("nobody is told")
	}
	o.refused(o.fresh(lena, "#urlaub 10.08.-28.08. Tobais", ""), lenaAt, "Tobias")
	o.refused(o.fresh(lena, "#urlaub 28.08.-10.08.2026", ""), lenaAt, "kein Zeitpunkt")
	o.sound()
}

// TestAbsenceNote: an agent's mailbox that answers by itself, with nothing planned: one
// hint a day to the lead, urgent tickets back to the group, nothing to the requester.
func TestAbsenceNote(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#ich\n#prio P2")
	note := eml{from: lena, subject: "Automatische Antwort: Drucker", text: "Ich bin bis 13.03.2026 nicht im Haus.", answers: &notice, headers: []string{"Auto-Submitted: auto-replied"}}
	o.now = o.now.Add(time.Hour)
	mails := o.receive(note)
	quietTo(o, mails, annaAt)
	hint := o.only(mails, sabineAt)
	if !strings.Contains(hint.m.Text, "Lena Huber") {
		t.Errorf("hint: %s", hint.m.Text)
	}
	for _, command := range []string{"#warum IT-10001", "#liste first", "#prio P3 IT-10001"} { // as to every report
		mustRead(o, o.answer(&hint, sabine, command+"\n#zeige IT-10001"), sabineAt, "IT-10001")
		o.done()
	}
	o.answer(&hint, sabine, "#prio P2 IT-10001")
	o.only(mails, tobiasAt)
	if tk := o.ticket(10001); tk.Assignee != "" || tk.State != "open" {
		t.Errorf("ticket: %+v", tk)
	}
	o.now = o.now.Add(time.Hour)
	note.text += " Danke."
	quietTo(o, o.receive(note), sabineAt)
	o.now = o.now.Add(24 * time.Hour)
	note.text += " Bitte."
	o.only(o.receive(note), sabineAt)
	o.sound()

	o = bureau(t) // planned: no hint; P3 stays
	notice = o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#ich")
	o.fresh(lena, "#urlaub 02.03.-13.03. Tobias", "")
	note = eml{from: lena, subject: "Automatische Antwort: Drucker", text: "Nicht im Haus.", answers: &notice, headers: []string{"Auto-Submitted: auto-replied"}}
	quietTo(o, o.receive(note), sabineAt)
	if tk := o.ticket(10001); tk.Assignee != "lena" {
		t.Errorf("assignee %q", tk.Assignee)
	}
	note.verdict, note.text = "fail", "Gefälscht."
	quietTo(o, o.receive(note), sabineAt)
}

// TestSnooze: a ticket comes back at the local time that was said, also over the change
// of the clocks (S21).
func TestSnooze(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	o.now = time.Date(2026, 3, 27, 9, 0, 0, 0, time.UTC) // Friday before 29 March, 10:00 local
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#ich\n#wv 30.3. 9:00")
	if got := o.sweepAt(time.Date(2026, 3, 30, 6, 59, 0, 0, time.UTC)); len(got) > 0 {
		t.Errorf("too early: %s", describe(got))
	}
	got := o.sweepAt(time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC)) // 9:00 in summer time
	o.only(got, lenaAt)
	if tk := o.ticket(10001); tk.State != "open" || tk.Assignee != "lena" {
		t.Errorf("woken: %+v", tk)
	}
	// In autumn, relative: two days keep the time of day.
	o.now = time.Date(2026, 10, 23, 8, 0, 0, 0, time.UTC) // Friday 10:00 local
	o.receive(eml{from: lena, subject: "AW", text: "#wv 3d", answers: &notice})
	if got := to(o.sweepAt(time.Date(2026, 10, 26, 8, 59, 0, 0, time.UTC)), lenaAt); len(got) > 0 {
		t.Errorf("too early in autumn: %s", describe(got))
	}
	o.only(to(o.sweepAt(time.Date(2026, 10, 26, 9, 0, 0, 0, time.UTC)), lenaAt), lenaAt)
	// An answer of the requester ends it at once.
	receipt := o.only(o.fresh(anna, "Beamer", "Der Beamer bleibt dunkel."), annaAt)
	hers := o.only(o.answer(&receipt, anna, "Und er brummt."), lenaAt)
	o.answer(&hers, lena, "#wv 1w")
	o.only(o.answer(&receipt, anna, "Jetzt riecht er."), lenaAt)
	if tk := o.ticket(10002); tk.State != "open" || len(o.pending(10002)) > 0 {
		t.Errorf("state %s, timers %v", tk.State, o.pending(10002))
	}
	o.sound()
}
