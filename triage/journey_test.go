package triage_test

import (
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

var printer = eml{from: anna, subject: "Drucker druckt nicht", text: "Hallo,\r\nder Drucker im 2. OG druckt seit heute nicht, Fehler 49.\r\n\r\nViele Grüße\r\nAnna Berger"}

// TestPrinterJourney is the standard case: receipt, notice, reply, follow-up,
// solved, thanks, rating, reopen.
func TestPrinterJourney(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mails := o.receive(printer)
	receipt := o.only(mails, "a.berger@firma.example")
	notice := o.only(mails, "l.huber@firma.example")
	if got := receipt.m.Subject; got != "AW: Drucker druckt nicht [IT-10001]" {
		t.Errorf("subject of the receipt: %q", got)
	}
	if got := notice.m.Subject; got != "[IT-10001] Drucker druckt nicht" {
		t.Errorf("subject of the notice: %q", got)
	}
	if tk := o.ticket(10001); tk.State != "new" || tk.Category != "drucker" || tk.Priority != "P3" || tk.Group != "first" {
		t.Errorf("ticket: %+v", tk)
	}

	o.now = o.now.Add(30 * time.Minute)
	mails = o.receive(eml{from: lena, subject: "AW: " + notice.m.Subject, text: "Hallo Frau Berger,\r\nich habe ihn neu gestartet.", answers: &notice})
	reply := o.only(mails, "a.berger@firma.example")
	if reply.Class != "human" || !strings.Contains(reply.m.Text, "neu gestartet") {
		t.Errorf("reply: %s %q", reply.Class, reply.m.Text)
	}
	if strings.Contains(string(reply.raw), "Auto-Submitted") {
		t.Error("a human reply carries Auto-Submitted")
	}
	if tk := o.ticket(10001); tk.State != "open" || tk.Assignee != "lena" || tk.FirstResponseAt.IsZero() {
		t.Errorf("after the reply: state %s, assignee %s", tk.State, tk.Assignee)
	}

	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: anna, subject: "AW: Drucker", text: "Jetzt kommt Fehler 50.", answers: &reply})
	if len(to(mails, "a.berger@firma.example")) != 0 {
		t.Errorf("a follow-up was answered automatically: %s", describe(mails))
	}
	notice = o.only(mails, "l.huber@firma.example")

	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\nDer Toner war lose.", answers: &notice})
	solved := o.only(mails, "a.berger@firma.example")
	if !strings.Contains(solved.m.Text, "Toner war lose") || strings.Contains(solved.m.Text, "#gelöst\n") {
		t.Errorf("solved mail: %q", solved.m.Text)
	}
	if tk := o.ticket(10001); tk.State != "resolved" {
		t.Errorf("state %s after #gelöst", tk.State)
	}

	if mails = o.receive(eml{from: anna, subject: "AW", text: "Vielen Dank!", answers: &solved}); len(mails) != 0 {
		t.Errorf("thanks caused mail: %s", describe(mails))
	}
	if mails = o.receive(eml{from: anna, subject: "AW", text: "5", answers: &solved}); len(mails) != 0 {
		t.Errorf("a rating caused mail: %s", describe(mails))
	}
	if tk := o.ticket(10001); tk.State != "resolved" || tk.Rating != 5 {
		t.Errorf("after the rating: state %s, rating %d", tk.State, tk.Rating)
	}
	mails = o.receive(eml{from: anna, subject: "AW", text: "Leider geht es schon wieder nicht, gleicher Fehler.", answers: &solved})
	o.only(mails, "l.huber@firma.example")
	if tk := o.ticket(10001); tk.State != "open" || tk.Reopens != 1 {
		t.Errorf("after reopening: state %s, reopens %d", tk.State, tk.Reopens)
	}
	o.sound()
}

// TestFAQ: the answer replaces the receipt, yes closes, no gives it to a human.
func TestFAQ(t *testing.T) {
	t.Parallel()
	question := eml{from: anna, subject: "Passwort abgelaufen", text: "Hallo, mein Passwort ist abgelaufen. Wie kann ich es ändern?"}
	check := func(answer, state string, notices int) {
		t.Helper()
		o := newOffice(t)
		mails := o.receive(question)
		faq := o.only(mails, "a.berger@firma.example")
		if len(mails) != 1 || !strings.Contains(faq.m.Text, "Strg + Alt + Entf") {
			t.Fatalf("answer: %s\n%s", describe(mails), faq.m.Text)
		}
		if tk := o.ticket(10001); tk.State != "faq_answered" || tk.FAQ != "passwort" {
			t.Fatalf("ticket: %s %s", tk.State, tk.FAQ)
		}
		o.now = o.now.Add(time.Hour)
		mails = o.receive(eml{from: anna, subject: "AW", text: answer, answers: &faq})
		if got := len(to(mails, "l.huber@firma.example")); got != notices {
			t.Errorf("%q: %d notices, want %d", answer, got, notices)
		}
		if tk := o.ticket(10001); tk.State != state {
			t.Errorf("%q: state %s, want %s", answer, tk.State, state)
		}
		o.sound()
	}
	check("gelöst", "closed_deflected", 0)
	check("hilft nicht", "new", 1)
	check("ja aber der Toner ist auch leer", "new", 1)
}

// TestEscalation: a stale ticket climbs the ladder, each step once, also when the
// sweep comes late or twice.
func TestEscalation(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(printer)
	sweep := func(at time.Time) []mail {
		t.Helper()
		o.now = at
		if _, err := o.desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		return o.leaving()
	}
	if got := sweep(monday.Add(2 * time.Hour)); len(got) != 0 {
		t.Errorf("too early: %s", describe(got))
	}
	if got := sweep(monday.Add(3*time.Hour + time.Minute)); len(to(got, "l.huber@firma.example")) != 1 {
		t.Errorf("warning: %s", describe(got))
	}
	if got := sweep(monday.Add(3*time.Hour + 2*time.Minute)); len(got) != 0 {
		t.Errorf("the warning came twice: %s", describe(got))
	}
	if got := sweep(monday.Add(4*time.Hour + time.Minute)); len(to(got, "s.vogl@firma.example")) != 1 {
		t.Errorf("breach: %s", describe(got))
	}
	got := sweep(monday.Add(8*time.Hour + 30*time.Minute))
	if len(to(got, "m.brandl@firma.example")) != 1 || len(to(got, "a.berger@firma.example")) != 1 {
		t.Errorf("hand-over: %s", describe(got))
	}
	if tk := o.ticket(10001); tk.Level != 2 || tk.Group != "netz" {
		t.Errorf("level %d, group %s", tk.Level, tk.Group)
	}
	if got := sweep(monday.Add(9 * time.Hour)); len(to(got, "m.brandl@firma.example")) != 0 {
		t.Errorf("handed over twice: %s", describe(got))
	}
	o.sound()
}

// TestHandOver: #l2 by an agent, the reply of the second level, #l1 with a note.
func TestHandOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: Druckserver antwortet nicht\r\nWarteschlange ist leer, Neustart half nicht.", answers: &notice})
	hand := o.only(mails, "m.brandl@firma.example")
	if !strings.Contains(hand.m.Text, "Warteschlange") || !strings.Contains(hand.m.Text, "Druckserver antwortet nicht") {
		t.Errorf("hand-over mail: %s", hand.m.Text)
	}
	if told := o.only(mails, "a.berger@firma.example"); strings.Contains(told.m.Text, "Warteschlange") {
		t.Error("the requester reads the internal analysis")
	}
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: markus, subject: "AW", text: "Bitte jetzt noch einmal drucken.", answers: &hand})
	o.only(mails, "a.berger@firma.example")
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: markus, subject: "AW", text: "#l1\r\nSpooler auf srv-print neu starten genügt.", answers: &hand})
	o.only(mails, "l.huber@firma.example")
	if tk := o.ticket(10001); tk.Level != 1 || tk.Group != "first" {
		t.Errorf("level %d, group %s", tk.Level, tk.Group)
	}
	o.sound()
}

// TestPhoneTicket files a call under the caller's name.
func TestPhoneTicket(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mails := o.receive(eml{from: lena, subject: "Toner im 2. OG", text: "#telefon a.berger@firma.example\r\n#prio P2\r\nFrau Berger rief an, der Toner ist leer."})
	if got := o.only(mails, "a.berger@firma.example"); !strings.Contains(got.m.Text, "Toner ist leer") {
		t.Errorf("receipt: %s", got.m.Text)
	}
	if tk := o.ticket(10001); tk.Requester != "a.berger@firma.example" || tk.Channel != "phone" || tk.Priority != "P2" || tk.FirstResponseAt.IsZero() {
		t.Errorf("ticket: %+v", tk)
	}
	o.sound()
}

// TestQueries are answered by mail and touch no ticket.
func TestQueries(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(printer)
	for subject, want := range map[string]string{"#liste": "IT-10001", "#zeige IT-10001": "Fehler 49", "#hilfe": "#gelöst", "#warum IT-10001": "drucker", "#suche Drucker": "IT-10001"} {
		o.now = o.now.Add(time.Minute)
		got := o.only(o.receive(eml{from: lena, subject: "Frage", text: subject}), "l.huber@firma.example")
		if !strings.Contains(got.m.Text, want) {
			t.Errorf("%s: %s", subject, got.m.Text)
		}
	}
	if mails := to(o.receive(eml{from: anna, subject: "x", text: "#liste"}), "a.berger@firma.example"); len(mails) == 1 && strings.Contains(mails[0].m.Text, "IT-10001 ") {
		t.Errorf("an employee got the list: %s", mails[0].m.Text)
	}
	o.sound()
}

// TestReasons: a stored reason reads well in both languages, and what is not ours
// stays as it is.
func TestReasons(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"internal sender": {"interner Absender", "internal sender"},
		"internal sender, but Reply-To names an agent": {"interner Absender, aber Reply-To nennt einen Agenten", "internal sender, but Reply-To names an agent"},
		"public reply (transition 3)":                  {"öffentliche Antwort", "public reply"},
		"no automatic answer: unknown sender":          {"keine automatische Antwort: unbekannter Absender", "no automatic answer: unknown sender"},
		"Regel Toner":                                  {"Regel Toner", "Regel Toner"},
	} {
		if de, en := triage.Reason(text, "de"), triage.Reason(text, "en"); de != want[0] || en != want[1] {
			t.Errorf("%q: %q, %q", text, de, en)
		}
	}
}

// TestWhy: the answer to #warum is in the agent's language, names the agent and
// leaves out what did not match.
func TestWhy(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(printer), "l.huber@firma.example")
	o.receive(eml{from: lena, subject: "AW", text: "Ich schaue.", answers: &notice})
	o.now = o.now.Add(time.Minute)
	why := o.only(o.receive(eml{from: lena, subject: "#warum IT-10001", text: "#warum IT-10001"}), "l.huber@firma.example")
	for _, want := range []string{"Tor ✓ interner Absender", "Kategorie ✓ drucker", "Zuordnung ✗ neues Ticket", "Lena Huber: Status neu → offen (öffentliche Antwort)"} {
		if !strings.Contains(why.m.Text, want) {
			t.Errorf("%q is missing:\n%s", want, why.m.Text)
		}
	}
	for _, raw := range []string{"transition", "Newsletter", "the requester", "agent:lena"} {
		if strings.Contains(why.m.Text, raw) {
			t.Errorf("%q stands in:\n%s", raw, why.m.Text)
		}
	}
}
