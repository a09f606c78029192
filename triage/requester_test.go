package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// solved is Anna's ticket, solved by Lena, and the mail that says so.
func solved(t *testing.T, change ...func(*triage.Config)) (o *office, notice, done mail) {
	t.Helper()
	o = bureau(t, change...)
	notice = o.only(o.receive(printer), lenaAt)
	return o, notice, o.only(o.answer(&notice, lena, "#gelöst\nDer Toner war lose."), annaAt)
}

// TestStatus: one word, one mail, nobody is bothered, nothing moves.
func TestStatus(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"status", "Status?", "STATUS.", "Status bitte"} {
		o := bureau(t)
		mails := o.receive(printer)
		receipt, notice := o.only(mails, annaAt), o.only(mails, lenaAt)
		reply := o.only(o.answer(&notice, lena, "Ich tausche morgen den Toner."), annaAt)
		_ = reply
		o.now = o.now.Add(time.Hour)
		mails = o.answer(&receipt, anna, word)
		if len(mails) != 1 {
			t.Errorf("%q: %s", word, describe(mails))
			continue
		}
		got := o.only(mails, annaAt)
		if !strings.Contains(got.m.Text, "in Arbeit") || !strings.Contains(got.m.Text, "tausche morgen") || !strings.Contains(got.m.Text, "morgen, 16:00 Uhr") {
			t.Errorf("%q: %s", word, got.m.Text)
		}
		if tk := o.ticket(10001); tk.State != "open" {
			t.Errorf("%q: state %s", word, tk.State)
		}
		o.sound()
	}
	// In a FAQ answer it is no "no"; of a watcher it is answered too, of a stranger not.
	o := bureau(t)
	faq := o.only(o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?", headers: []string{"Cc: " + bert}}), annaAt)
	o.answer(&faq, anna, "status")
	if tk := o.ticket(10001); tk.State != "faq_answered" {
		t.Errorf("state %s", tk.State)
	}
	if mails := o.receive(eml{from: bert, subject: "AW: Passwort abgelaufen [IT-10001]", text: "Status"}); len(to(mails, bertAt)) != 1 {
		t.Errorf("a watcher asks: %s", describe(mails))
	}
	if mails := o.receive(eml{from: "X <x@firma.example>", subject: "AW: Passwort abgelaufen [IT-10001]", text: "Status"}); strings.Contains(printed(mails, "x@firma.example"), "so steht es um") {
		t.Errorf("a stranger learned of the ticket: %s", printed(mails, "x@firma.example"))
	}
}

// TestRatings: forms, comments, complaints; only the requester's, the last one counts,
// a low one is told to the lead.
func TestRatings(t *testing.T) {
	t.Parallel()
	check := func(answer string, rating int, comment, state string, lead bool) {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			o, _, done := solved(t)
			mails := o.answer(&done, anna, answer)
			tk := o.ticket(10001)
			if tk.Rating != rating || tk.RatingComment != comment || tk.State != state {
				t.Errorf("rating %d %q, state %s", tk.Rating, tk.RatingComment, tk.State)
			}
			if (len(to(mails, sabineAt)) == 1) != lead || state == "resolved" && len(mails) > len(to(mails, sabineAt)) {
				t.Errorf("mails: %s", describe(mails))
			}
			o.sound()
		})
	}
	check("5", 5, "", "resolved", false)
	check("5/5", 5, "", "resolved", false)
	check("4 Sterne", 4, "", "resolved", false)
	check("sehr gut", 5, "", "resolved", false)
	check("Very good!", 5, "", "resolved", false)
	check("★★★", 3, "", "resolved", false)
	check("3\nHat etwas gedauert.", 3, "Hat etwas gedauert.", "resolved", false)
	check("2\nZweimal dasselbe gefragt.", 2, "Zweimal dasselbe gefragt.", "resolved", true)
	check("1 sehr schlecht", 1, "", "resolved", true)
	check("1\nGeht immer noch nicht!", 1, "Geht immer noch nicht!", "open", true)
	check("5 Leute haben dasselbe Problem", 0, "", "open", false)
}

// TestRatingBelongsToTheRequester and counts for two weeks.
func TestRatingBelongsToTheRequester(t *testing.T) {
	t.Parallel()
	o, _, done := solved(t)
	o.answer(&done, anna, "2")
	o.answer(&done, anna, "4")
	if tk := o.ticket(10001); tk.Rating != 4 {
		t.Errorf("the last one counts: %d", tk.Rating)
	}
	o.receive(eml{from: bert, subject: "AW: [IT-10001]", text: "1", answers: &done})
	if tk := o.ticket(10001); tk.Rating != 4 {
		t.Errorf("a third person rated: %d", tk.Rating)
	}
	o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: "1", answers: &done, verdict: "fail"})
	if tk := o.ticket(10001); tk.Rating != 4 {
		t.Errorf("a forger rated: %d", tk.Rating)
	}
	o.sweepAt(o.now.Add(6 * 24 * time.Hour)) // closed
	o.answer(&done, anna, "5")
	if tk := o.ticket(10001); tk.Rating != 5 || tk.State != "closed" {
		t.Errorf("after closing: %d %s", tk.Rating, tk.State)
	}
	o.now = o.now.Add(10 * 24 * time.Hour)
	o.answer(&done, anna, "1")
	if tk := o.ticket(10001); tk.Rating != 5 || tk.State != "closed" {
		t.Errorf("after 16 days: %d %s", tk.Rating, tk.State)
	}
	o.sound()
}

// TestOneSurvey: a person is asked for a rating once in two weeks, however many tickets
// are solved, and in whatever way.
func TestOneSurvey(t *testing.T) {
	t.Parallel()
	o, notice, done := solved(t)
	asks := func(m mail) bool { return strings.Contains(m.m.Text, "Wie waren wir") }
	if !asks(done) {
		t.Error("the first solution asks for no rating")
	}
	o.answer(&done, anna, "Es geht schon wieder nicht, Fehler 50.")
	if again := o.only(o.answer(&notice, lena, "#gelöst"), annaAt); asks(again) {
		t.Error("the same ticket asks again")
	}
	mails := o.fresh(anna, "Beamer", "Der Beamer im Saal bleibt dunkel.")
	if got := o.only(o.answer(&to(mails, annaAt)[0], anna, "hat sich erledigt"), annaAt); asks(got) || !strings.Contains(got.m.Text, "IT-10002 als gelöst") {
		t.Errorf("solved by herself: %s", got.m.Text)
	}
	o.now = o.now.Add(15 * 24 * time.Hour)
	third := o.only(o.fresh(anna, "Maus", "Meine Maus klemmt."), lenaAt)
	if got := o.only(o.answer(&third, lena, "#gelöst\nAusgetauscht."), annaAt); !asks(got) {
		t.Error("after two weeks she is not asked")
	}
	other := o.only(o.fresh(bert, "Tastatur", "Die Tastatur klemmt."), lenaAt)
	if got := o.only(o.answer(&other, lena, "#gelöst"), bertAt); !asks(got) {
		t.Error("another person is not asked")
	}
	o.sound()
}

// TestWatchers: colleagues in Cc read the public mails, strangers are shown and not
// added; a watcher's word ends nothing.
func TestWatchers(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	e := printer
	e.headers = []string{"Cc: " + bert + ", Extern <x@extern.example>"}
	notice := o.only(o.receive(e), lenaAt)
	roleIs(o, bertAt, "watcher")
	if _, there := o.people(10001)["x@extern.example"]; there {
		t.Error("a stranger was added")
	}
	if !strings.Contains(notice.m.Text, "x@extern.example") {
		t.Errorf("the agent does not see the stranger: %s", notice.m.Text)
	}
	mails := o.answer(&notice, lena, "Ich sehe nach.")
	o.only(mails, annaAt)
	hers := o.only(mails, bertAt)
	quietTo(o, mails, "x@extern.example")
	mails = o.answer(&notice, lena, "#notiz\nNur intern.")
	quietTo(o, mails, bertAt)
	o.answer(&hers, bert, "erledigt")
	if tk := o.ticket(10001); tk.State != "open" {
		t.Errorf("a watcher solved it: %s", tk.State)
	}
	// A follow-up brings more colleagues in.
	o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: "Carla ist auch betroffen.", headers: []string{"Cc: Carla Weiß <c.weiss@firma.example>"}})
	roleIs(o, "c.weiss@firma.example", "watcher")
	o.answer(&notice, lena, "#cc -c.weiss@firma.example")
	if _, there := o.people(10001)["c.weiss@firma.example"]; there {
		t.Error("#cc - has no effect")
	}
	o.sound()
}

// TestWaiting: one reminder after two business days, resolved after five, an answer
// opens it again.
func TestWaiting(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#warten\nWelche Meldung steht im Display?")
	at := func(days int) []mail { return o.sweepAt(monday.Add(time.Duration(days)*24*time.Hour + 9*time.Hour)) }
	if got := at(1); len(got) > 0 {
		t.Errorf("after a day: %s", describe(got))
	}
	if got := o.only(at(2), annaAt); !strings.Contains(strings.Join(strings.Fields(got.m.Text), " "), "Welche Meldung steht im Display?") || !strings.Contains(got.m.Text, "9. März") {
		t.Errorf("reminder: %s", got.m.Text)
	}
	if got := at(4); len(got) > 0 {
		t.Errorf("reminded twice: %s", describe(got))
	}
	done := o.only(at(7), annaAt)
	if tk := o.ticket(10001); tk.State != "resolved" {
		t.Fatalf("state %s", tk.State)
	}
	mails := o.answer(&done, anna, "Fehler 49, immer noch.")
	o.only(mails, lenaAt)
	quietTo(o, mails, annaAt)
	if tk := o.ticket(10001); tk.State != "open" || tk.Assignee != "lena" || tk.Reopens != 1 {
		t.Errorf("reopened: %+v", tk)
	}
	o.sound()
}

// TestPleaseTest: klappt resolves with a confirmation, klappt nicht opens (S20).
func TestPleaseTest(t *testing.T) {
	t.Parallel()
	check := func(answer, state string, annas, lenas int) {
		t.Helper()
		o := bureau(t)
		notice := o.only(o.receive(printer), lenaAt)
		asked := o.only(o.answer(&notice, lena, "#test: VPN trennen, 10 s warten, verbinden\n\nHallo Frau Berger, ich habe etwas geändert."), annaAt)
		if !strings.Contains(asked.m.Text, "10 s warten") || !strings.Contains(asked.m.Text, "etwas geändert") {
			t.Errorf("asked: %s", asked.m.Text)
		}
		mails := o.answer(&asked, anna, answer)
		if tk := o.ticket(10001); tk.State != state || len(to(mails, annaAt)) != annas || len(to(mails, lenaAt)) != lenas {
			t.Errorf("%q: state %s, %s", answer, tk.State, describe(mails))
		}
		o.sound()
	}
	check("klappt", "resolved", 1, 1)
	check("Klappt!", "resolved", 1, 1)
	check("works", "resolved", 1, 1)
	check("klappt nicht", "open", 0, 1)
	check("does not work", "open", 0, 1)
	check("Klappt, aber nur einmal.", "open", 0, 1)
}

// TestReopenWindow: within the days an answer opens the ticket, later it begins a new
// one that names the old.
func TestReopenWindow(t *testing.T) {
	t.Parallel()
	o, _, done := solved(t)
	o.sweepAt(o.now.Add(6 * 24 * time.Hour))
	if tk := o.ticket(10001); tk.State != "closed" {
		t.Fatalf("state %s", tk.State)
	}
	o.answer(&done, anna, "Jetzt kommt Fehler 50.")
	if tk := o.ticket(10001); tk.State != "open" || tk.Reopens != 1 {
		t.Errorf("within: %s", tk.State)
	}
	o, _, done = solved(t)
	o.sweepAt(o.now.Add(20 * 24 * time.Hour))
	mails := o.answer(&done, anna, "Der Drucker zieht kein Papier mehr ein.")
	tk := o.ticket(10002)
	if old := o.ticket(10001); old.State != "closed" || tk.State != "new" || tk.ParentID != 0 {
		t.Errorf("later: old %s, new %+v", old.State, tk)
	}
	if !strings.Contains(fmt.Sprint(o.events(10002, "linked")), "IT-10001") {
		t.Error("the new ticket does not name the old one")
	}
	mustRead(o, mails, lenaAt, "kein Papier")
	o.sound()
}

// TestDeflectedAgain: who writes again after the FAQ answer that closed the ticket gets
// a human, and the answer did not help (row 34).
func TestDeflectedAgain(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	faq := o.only(o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?"}), annaAt)
	o.answer(&faq, anna, "gelöst")
	if tk := o.ticket(10001); tk.State != "closed_deflected" {
		t.Fatalf("state %s", tk.State)
	}
	if mails := o.answer(&faq, anna, "Danke!"); len(mails) > 0 || o.ticket(10001).State != "closed_deflected" {
		t.Errorf("thanks: %s", describe(mails))
	}
	mails := o.answer(&faq, anna, "Jetzt meldet er: Kennwort entspricht nicht den Richtlinien.")
	if tk := o.ticket(10001); tk.State != "new" {
		t.Errorf("state %s", tk.State)
	}
	mustRead(o, mails, lenaAt, "Richtlinien")
	if c := o.clocks(10001); c["first_response"] != "running" {
		t.Errorf("clocks %v", c)
	}
	o.sound()
}

// TestHeldSenders: #annehmen makes a ticket with its receipt, #ablehnen nothing at all;
// by reply and by list.
func TestHeldSenders(t *testing.T) {
	t.Parallel()
	stranger, address := "Verkauf <verkauf@fremd.example>", "verkauf@fremd.example"
	held := func() (*office, mail) {
		o := bureau(t)
		mails := o.receive(eml{from: stranger, subject: "Angebot Drucker", text: "Ihr Drucker ist abholbereit, wohin sollen wir liefern?"})
		quietTo(o, mails, address)
		return o, o.only(mails, lenaAt)
	}
	for _, word := range []string{"#annehmen", "#accept"} {
		o, asked := held()
		mails := o.answer(&asked, lena, word)
		o.done()
		o.only(mails, address)
		notice := o.only(mails, lenaAt)
		if tk := o.ticket(10001); tk.State != "new" || tk.Requester != address {
			t.Errorf("%s: %+v", word, tk)
		}
		if got := o.only(o.answer(&notice, lena, "Bitte an den Empfang."), address); !strings.Contains(got.m.Text, "Empfang") {
			t.Errorf("reply: %s", got.m.Text)
		}
		o.sound()
	}
	for _, word := range []string{"#ablehnen", "#reject"} {
		o, asked := held()
		mails := o.answer(&asked, lena, word)
		o.done()
		quietTo(o, mails, address)
		o.refused(o.answer(&asked, lena, "#annehmen"), lenaAt, "nicht möglich")
		o.sound()
	}
	o, _ := held()
	list := o.only(o.fresh(lena, "#liste gehalten", ""), lenaAt)
	if !strings.Contains(list.m.Text, "H-1") {
		t.Fatalf("list: %s", list.m.Text)
	}
	o.only(o.answer(&list, lena, "#annehmen H-1"), address)
	if tk := o.ticket(10001); tk.State != "new" {
		t.Errorf("by list: %s", tk.State)
	}
	o.sound()
	o, _ = held()
	if got := o.sweepAt(o.now.Add(15 * 24 * time.Hour)); len(to(got, address)) > 0 {
		t.Error("an expired mail is answered")
	}
	o.sound()
}

// TestAbsenceOfTheRequester: her absence note moves nothing; the agent finds when she
// is back.
func TestAbsenceOfTheRequester(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	asked := o.only(o.answer(&notice, lena, "#warten\nWelche Meldung?"), annaAt)
	o.now = o.now.Add(time.Minute)
	mails := o.receive(eml{from: anna, subject: "Automatische Antwort: Drucker", text: "Ich bin bis zum 13.03.2026 nicht im Haus.", answers: &asked, headers: []string{"Auto-Submitted: auto-replied"}})
	if tk := o.ticket(10001); tk.State != "waiting_requester" || len(mails) > 0 {
		t.Errorf("%s %s", tk.State, describe(mails))
	}
	mustRead(o, o.fresh(lena, "#zeige IT-10001", ""), lenaAt, "nicht im Haus")
	mustRead(o, o.fresh(lena, "#zeige IT-10001", ""), lenaAt, "zurück am 2026-03-1")
	o.sound()
}

// TestHeldMerged: a held mail can be filed under a ticket, and its sender hears nothing.
func TestHeldMerged(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	o.receive(printer)
	asked := o.only(o.fresh("Service <service@fremd.example>", "Ihr Drucker", "Das Ersatzteil ist da."), lenaAt)
	mails := o.answer(&asked, lena, "#zusammen IT-10001")
	o.done()
	quietTo(o, mails, "service@fremd.example")
	if !o.said(10001, "request", "Ersatzteil") {
		t.Error("the mail is not in the ticket")
	}
	o.sound()
}

// TestRequesterCommands: what an employee writes with # is text, and reaches the agent
// as he wrote it.
func TestRequesterCommands(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.fresh(anna, "#telefon b.sommer@firma.example", "#telefon b.sommer@firma.example\n#prio P1\n#gelöst\nMein Drucker brennt.")
	tk := o.ticket(10001)
	if tk.Requester != annaAt || tk.Channel != "mail" || tk.Priority != "P3" || tk.State != "new" {
		t.Errorf("ticket: %+v", tk)
	}
	mustRead(o, mails, lenaAt, "#prio P1")
	receipt := o.only(mails, annaAt)
	mails = o.answer(&receipt, anna, "#schließen\n#spam\nDoch nicht.")
	if tk := o.ticket(10001); tk.State != "new" {
		t.Errorf("state %s", tk.State)
	}
	mustRead(o, mails, lenaAt, "#schließen")
	o.answer(&receipt, anna, "#gelöst")
	if tk := o.ticket(10001); tk.State != "resolved" {
		t.Errorf("the single word is a reading: %s", tk.State)
	}
	o.sound()
}

// TestSpamRule: whoever keeps the configuration gets the line that ignores a sender from
// outside, once.
func TestSpamRule(t *testing.T) {
	t.Parallel()
	o := bureau(t, func(c *triage.Config) {
		c.Security.MayOpen, c.Security.Partners = []string{"internal", "partners"}, []string{"@partner.example"}
	})
	for i, want := range []int{1, 0} {
		o.now = o.now.Add(time.Hour)
		mails := o.receive(eml{from: "Werbung <werbung@partner.example>", subject: fmt.Sprintf("Angebot %d", i), text: "Jetzt zugreifen, nur heute."})
		notice := o.only(mails, lenaAt)
		mails = o.answer(&notice, lena, "#spam")
		o.done()
		quietTo(o, mails, "werbung@partner.example")
		if got := to(mails, sabineAt); len(got) != want || want == 1 && !strings.Contains(strings.Join(strings.Fields(got[0].m.Text), " "), `when: {from: ["werbung@partner.example"]}, then: {ignore: Spam}`) {
			t.Errorf("proposal %d: %s %s", i, describe(mails), printed(mails, sabineAt))
		}
	}
	o.sound()
}
