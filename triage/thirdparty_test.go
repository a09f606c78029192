package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// TestVendor: a third party reads the public conversation, answers into the ticket, and
// neither reaches the requester by itself (S22).
func TestVendor(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#notiz\nDer Praktikant hat gestern Abend heimlich Kaffee in den großen Drucker gekippt.")
	o.answer(&notice, lena, "Ich frage beim Hersteller nach.")
	mails := o.answer(&notice, lena, "#dritte service@druck.example: Bitte bis Freitag ansehen.")
	o.done()
	asked := o.only(mails, "service@druck.example")
	for _, want := range []string{"bis Freitag", "Fehler 49", "beim Hersteller"} {
		if !strings.Contains(asked.m.Text, want) {
			t.Errorf("%q is missing: %s", want, asked.m.Text)
		}
	}
	for _, secret := range []string{"Praktikant", "Kaffee", "331", "2.14", annaAt, "/n/", "#"} {
		if strings.Contains(asked.m.Text, secret) {
			t.Errorf("the third party reads %q: %s", secret, asked.m.Text)
		}
	}
	quietTo(o, mails, annaAt)
	if tk := o.ticket(10001); tk.State != "waiting_vendor" {
		t.Errorf("state %s", tk.State)
	}
	// What he answers is text, whatever he writes.
	mails = o.answer(&asked, "Service <service@druck.example>", "#gelöst\n#antwort\nErsatzteil 4711 kommt am Donnerstag mit dem Techniker ins Haus.")
	quietTo(o, mails, annaAt)
	got := o.only(mails, lenaAt)
	if !strings.Contains(got.m.Text, "4711") || !strings.Contains(got.m.Text, "bleibt INTERN") {
		t.Errorf("notice: %s", got.m.Text)
	}
	if tk := o.ticket(10001); tk.State != "open" || !o.said(10001, "vendor", "4711") {
		t.Errorf("state %s", tk.State)
	}
	// A plain answer stays inside; with #antwort Lena may quote him.
	quietTo(o, o.answer(&got, lena, "Das dauert ja wieder."), annaAt)
	mails = o.answer(&got, lena, "#antwort\nHallo Frau Berger, Ersatzteil 4711 kommt am Donnerstag mit dem Techniker ins Haus.")
	mustRead(o, mails, annaAt, "Donnerstag")
	// His robot, and a stranger in his name, move nothing.
	o.answer(&notice, lena, "#dritte")
	o.receive(eml{from: "Service <service@druck.example>", subject: "Automatische Antwort", text: "Wir haben Ihre Mail.", answers: &asked, headers: []string{"Auto-Submitted: auto-replied"}})
	o.receive(eml{from: "Service <service@druck.example>", subject: "AW", text: "Rechnung im Anhang.", answers: &asked, verdict: "fail"})
	if tk := o.ticket(10001); tk.State != "waiting_vendor" {
		t.Errorf("state %s", tk.State)
	}
	o.sound()
}

// TestVendorNote: #dritte with #notiz keeps the note inside, the question goes out.
func TestVendorNote(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	mails := o.answer(&notice, lena, "#dritte service@druck.example: Bitte ansehen.\n#notiz\nVertrag läuft im Mai aus.")
	if got := o.only(mails, "service@druck.example"); !strings.Contains(got.m.Text, "Bitte ansehen.") || strings.Contains(got.m.Text, "Vertrag") {
		t.Errorf("vendor: %s", got.m.Text)
	}
	if !o.said(10001, "note", "Mai") {
		t.Error("the note is lost")
	}
	mails = o.answer(&notice, lena, "#dritte\nWir warten auf das Ersatzteil.") // without an address the text is the requester's
	mustRead(o, mails, annaAt, "Ersatzteil")
	o.sound()
}

// TestOutsideGroup: the Systemhaus gets the public conversation and the reason, its
// answers stay inside, and it commands nothing.
func TestOutsideGroup(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	e := printer
	notice := o.only(o.receive(e), lenaAt)
	o.answer(&notice, lena, "#notiz\nPraktikant war es.")
	mails := o.answer(&notice, lena, "#l2 systemhaus: Treiber inkompatibel?\nIch vermute den neuen Treiber.")
	o.done()
	hand := o.only(mails, systemhausAt)
	for _, want := range []string{"Fehler 49", "Treiber inkompatibel?"} {
		if !strings.Contains(hand.m.Text, want) {
			t.Errorf("%q is missing: %s", want, hand.m.Text)
		}
	}
	for _, secret := range []string{"Praktikant", "vermute", "331", "2.14", "NB-", "#l1"} {
		if strings.Contains(hand.m.Text, secret) {
			t.Errorf("outside they read %q: %s", secret, hand.m.Text)
		}
	}
	mails = o.answer(&hand, "Hotline <hotline@systemhaus.example>", "#gelöst\nBitte Treiber 4.2 einspielen.")
	quietTo(o, mails, annaAt)
	if tk := o.ticket(10001); tk.State == "resolved" || tk.Group != "systemhaus" || tk.Level != 2 {
		t.Errorf("%+v", tk)
	}
	mustRead(o, mails, lenaAt, "Treiber 4.2") // she gave it away and waits for the answer
	if !o.said(10001, "vendor", "4.2") {
		t.Error("the answer is not in the ticket")
	}
	mails = o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: "Jetzt blinkt er rot."})
	mustRead(o, mails, systemhausAt, "blinkt er rot")
	if len(mails) < 2 {
		t.Errorf("nobody inside is told: %s", describe(mails))
	}
	o.sound()
}

// TestProblem: solving the main ticket tells each requester of the others once and
// resolves what is open; a workaround does not end it (S13, S23).
func TestProblem(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	main := o.only(o.receive(printer), lenaAt)
	second := o.only(o.fresh(bert, "Drucker", "Der Drucker druckt nicht."), lenaAt)
	third := o.only(o.fresh(bert, "Scanner", "Der Scanner am Drucker geht auch nicht."), lenaAt)
	fourth := o.only(o.fresh("Carla Weiß <c.weiss@firma.example>", "Druck", "Kein Ausdruck vom Drucker."), lenaAt)
	carlas := o.only(to(o.fresh("Carla Weiß <c.weiss@firma.example>", "Maus", "Die Maus klemmt."), "c.weiss@firma.example"), "c.weiss@firma.example")
	_ = carlas
	o.answer(&second, lena, "#problem IT-10001")
	o.answer(&third, lena, "#haupt IT-10001")
	o.answer(&fourth, lena, "#problem IT-10001\n#workaround: Über Fach 2 drucken\n#gelöst\n#antwort\nBitte über Fach 2 drucken.")
	if a, d := o.ticket(10001), o.ticket(10004); a.State != "new" || d.State != "resolved" {
		t.Errorf("main %s, child %s", a.State, d.State)
	}
	// The notes of the children are in the main ticket.
	mustRead(o, o.fresh(lena, "#zeige IT-10001", ""), lenaAt, "Fach 2")
	mustRead(o, o.fresh(lena, "#zeige IT-10001", ""), lenaAt, "IT-10002")
	o.answer(&main, lena, "#workaround\nFach 2 für alle.")
	if tk := o.ticket(10001); tk.State == "resolved" {
		t.Error("a workaround ended the problem")
	}
	o.refused(o.answer(&main, lena, "#haupt IT-10002"), lenaAt, "hängt selbst unter")
	o.now = o.now.Add(time.Hour)
	mails := o.answer(&main, lena, "#lösung: Treiber 4.3\n#gelöst\n#antwort\nHallo Frau Berger,\nder Treiber ist erneuert.")
	o.done()
	o.only(mails, annaAt)
	told := o.only(mails, bertAt)
	if !strings.Contains(told.m.Text, "Treiber ist erneuert") || strings.Contains(told.m.Text, "Frau Berger") || !strings.Contains(told.m.Text, "IT-10001") {
		t.Errorf("Bert reads %s", told.m.Text)
	}
	o.only(mails, "c.weiss@firma.example")
	for _, n := range []int64{10001, 10002, 10003, 10004} {
		if tk := o.ticket(n); tk.State != "resolved" {
			t.Errorf("IT-%d is %s", n, tk.State)
		}
	}
	if tk := o.ticket(10005); tk.State != "new" {
		t.Errorf("a ticket that does not belong to it is %s", tk.State)
	}
	o.answer(&told, bert, "Bei mir kommt immer noch Fehler 49.")
	if tk := o.ticket(10002); tk.State != "open" {
		t.Errorf("answered: %s", tk.State)
	}
	if tk := o.ticket(10001); tk.State != "resolved" {
		t.Errorf("the main ticket: %s", tk.State)
	}
	o.sound()
}

// TestCollision: who answers what another agent has answered meanwhile is asked first.
func TestCollision(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"#trotzdem", "#anyway", "ok"} {
		o := bureau(t)
		mails := o.receive(printer)
		hers, his := o.only(mails, lenaAt), o.only(mails, tobiasAt)
		o.answer(&his, tobias, "Ich tausche den Toner.")
		asked := o.answer(&hers, lena, "Bitte neu starten.")
		o.refused(asked, lenaAt, "Tobias Kern")
		o.refused(asked, lenaAt, "Ich tausche den Toner.")
		got := o.answer(&asked[0], lena, how)
		mustRead(o, got, annaAt, "Bitte neu starten.")
		// The assignee himself is not asked, and notes never are.
		o.only(o.answer(&his, tobias, "Morgen früh."), annaAt)
		o.answer(&hers, lena, "#notiz\nIch war zu spät.")
		o.done()
		o.sound()
	}
}

// TestTooFast: an answer within seconds that quotes nothing is held, one with a quote
// or after a while is not.
func TestTooFast(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	e := eml{from: lena, subject: "AW: Drucker", text: "Ich bin bis 12.3. nicht im Haus.", headers: []string{"In-Reply-To: <" + notice.m.MessageID + ">"}}
	o.now = o.now.Add(5 * time.Second)
	mails := o.receive(e)
	quietTo(o, mails, annaAt)
	if in := o.outcome(); in.Outcome != "held" {
		t.Errorf("outcome %s", in.Outcome)
	}
	got := o.only(mails, lenaAt)
	mustRead(o, o.answer(&got, lena, "ok"), annaAt, "nicht im Haus")
	o.now = o.now.Add(time.Minute)
	e.text = "Ich schaue gleich."
	mustRead(o, o.receive(e), annaAt, "schaue gleich")
	o.sound()
}

// TestManagerReply: the answer to a hierarchical escalation is a note to the assignee.
func TestManagerReply(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#ich")
	told := o.only(o.answer(&notice, lena, "#chef: Kunde droht mit Kündigung"), sabineAt)
	if !strings.Contains(told.m.Text, "INTERN") {
		t.Errorf("promise: %s", told.m.Text)
	}
	mails := o.answer(&told, sabine, "Ich rufe Frau Berger an, bitte warten.")
	quietTo(o, mails, annaAt)
	mustRead(o, mails, lenaAt, "Ich rufe Frau Berger an")
	mustRead(o, mails, lenaAt, "INTERN")
	if !o.said(10001, "note", "Ich rufe") {
		t.Error("no note")
	}
	o = bureau(t, func(c *triage.Config) { c.People.Groups[0].Lead = "" })
	notice = o.only(o.receive(printer), lenaAt)
	o.refused(o.answer(&notice, lena, "#chef"), lenaAt, "keine Leitung")
	o.sound()
}

// TestReturn: #l1 needs text, marks it as knowledge, and gives the ticket to whoever
// had it at the first level, or to the group while he is away.
func TestReturn(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.receive(printer)
	his := o.only(mails, tobiasAt)
	o.answer(&his, tobias, "#ich")
	hand := o.only(o.answer(&his, tobias, "#l2 netz: Server?"), markusAt)
	o.refused(o.answer(&hand, markus, "#l1"), markusAt, "Text fehlt")
	back := o.answer(&hand, markus, "#ursache: Treiber 4.2\n#l1\nSpooler neu starten genügt.")
	o.done()
	got := o.only(back, tobiasAt)
	for _, want := range []string{"ZURÜCK von Netz und Server", "WISSEN", "Spooler neu starten", "Treiber 4.2", "#faqneu"} {
		if !strings.Contains(strings.ToUpper(got.m.Text), strings.ToUpper(want)) && want != "#faqneu" {
			t.Errorf("%q is missing: %s", want, got.m.Text)
		}
	}
	quietTo(o, back, annaAt)
	if tk := o.ticket(10001); tk.Level != 1 || tk.Assignee != "tobias" || tk.Group != "first" {
		t.Errorf("%+v", tk)
	}
	shown := o.only(o.fresh(lena, "#zeige IT-10001", ""), lenaAt)
	if !strings.Contains(shown.m.Text, "Wissen") {
		t.Errorf("not marked: %s", shown.m.Text)
	}
	o.refused(o.answer(&his, tobias, "#l1\nNochmal."), tobiasAt, "nicht möglich")
	o.sound()

	o = bureau(t)
	his = o.only(o.receive(printer), tobiasAt)
	o.answer(&his, tobias, "#ich")
	hand = o.only(o.answer(&his, tobias, "#l2 netz"), markusAt)
	o.fresh(tobias, "#urlaub 02.03.-06.03.", "")
	back = o.answer(&hand, markus, "#l1: Spooler neu starten.")
	if tk := o.ticket(10001); tk.Assignee != "" || len(to(back, lenaAt)) != 1 {
		t.Errorf("away: %+v %s", tk, describe(back))
	}
	o.sound()
}

// TestRemote: the invitation travels with a text, or alone, also from an internal
// notice; the contact is noted (S32).
func TestRemote(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	got := o.only(o.answer(&notice, lena, "#fernwartung\nHallo Frau Berger, haben Sie um 14 Uhr Zeit?"), annaAt)
	if !strings.Contains(got.m.Text, "um 14 Uhr") || !strings.Contains(got.m.Text, "https://hilfe.example und nennen Sie IT-10001. Lena Huber") {
		t.Errorf("mail: %s", got.m.Text)
	}
	internal := internalNotice(o, notice)
	mails := o.answer(&internal, lena, "#remote\nBleibt unter uns.")
	got = o.only(mails, annaAt)
	if strings.Contains(got.m.Text, "unter uns") || !strings.Contains(got.m.Text, "https://hilfe.example") || !o.said(10001, "note", "unter uns") {
		t.Errorf("internal: %s", got.m.Text)
	}
	o.sound()
	o = bureau(t, func(c *triage.Config) { c.Remote = nil })
	notice = o.only(o.receive(printer), lenaAt)
	o.refused(o.answer(&notice, lena, "#fernwartung"), lenaAt, "templates.remote")
}

// TestInsertions: FAQ entries and templates stand where their line stood, with their
// look, beside what the agent wrote.
func TestInsertions(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	got := o.only(o.answer(&notice, lena, "Hallo Frau Berger,\n1. *hier* steht_es:\n#faq passwort\nWenn das nicht hilft:\n#vorlage rueckfrage\nGruß Lena"), annaAt)
	text := strings.Join(strings.Fields(got.m.Text), " ")
	want := "Hallo Frau Berger, 1. *hier* steht_es: Strg + Alt + Entf drücken, dann Kennwort ändern. Wenn das nicht hilft: Welche Meldung sehen Sie, Anna Berger? Gruß Lena"
	if !strings.HasPrefix(text, want) {
		t.Errorf("text: %s", got.m.Text)
	}
	if html := string(got.raw); !strings.Contains(html, "Kennwort") {
		t.Error("no HTML part")
	}
	o.sound()
}

// TestTypedNotes: every note that was written is kept, whatever stands beside it.
func TestTypedNotes(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	mails := o.answer(&notice, lena, "#analyse: Warteschlange voll\n#analyse: auch auf srv2\n#ursache: Treiber\n#anruf 9:05: Frau Berger ist informiert\n#antwort\nHallo Frau Berger, der Druckserver wird neu gestartet.")
	o.done()
	for kind, text := range map[string]string{"analysis": "auch auf srv2", "cause": "Treiber", "call": "informiert", "reply": "neu gestartet"} {
		if !o.said(10001, kind, text) {
			t.Errorf("%s %q is lost: %+v", kind, text, o.messages(o.ticket(10001).ID))
		}
	}
	if !o.said(10001, "call", "09:05") {
		t.Error("the time of the call is lost")
	}
	secretToAnna(o, mails, "Warteschlange")
	o.answer(&notice, lena, "#anruf")
	if !o.said(10001, "call", "Telefonat") {
		t.Error("a call without words is lost")
	}
	o.answer(&notice, lena, "#l2 netz: Treiber?\n#ursache: defekt\n#notiz: bitte bald\n\n- [ ] Treiber 4.3\n- [x] Neustart")
	o.done()
	if !o.said(10001, "cause", "- [ ] Treiber 4.3\n- [x] Neustart") || !o.said(10001, "note", "bitte bald") {
		t.Errorf("checklist: %+v", o.messages(o.ticket(10001).ID))
	}
	o.sound()
}

// withFile is a mail with one attachment.
func withFile(e eml, n uint32, name, content string) []byte {
	raw := string(e.bytes(n))
	head, body, _ := strings.Cut(raw, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	return []byte(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body +
		"\r\n--b\r\nContent-Type: text/plain; name=\"" + name + "\"\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--b--\r\n")
}

// TestFilesForThirdParties: what is public travels along, what was attached to a note
// stays inside.
func TestFilesForThirdParties(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.receiveRaw(withFile(printer, 501, "fehler49.txt", "Protokoll des Druckers"))
	notice := o.only(mails, lenaAt)
	o.now = o.now.Add(time.Hour)
	o.receiveRaw(withFile(eml{from: lena, subject: "AW", text: "#notiz\r\nVertrag liegt bei.", headers: []string{"In-Reply-To: <" + notice.m.MessageID + ">"}}, 502, "vertrag.txt", "geheim"))
	o.done()
	for _, command := range []string{"#dritte service@druck.example: Bitte ansehen", "#l2 systemhaus: Treiber?"} {
		for _, m := range o.answer(&notice, lena, command) {
			if m.Recipient != "service@druck.example" && m.Recipient != systemhausAt {
				continue
			}
			var names []string
			for _, a := range m.m.Attachments {
				names = append(names, a.Filename)
			}
			if len(names) != 1 || names[0] != "fehler49.txt" || strings.Contains(string(m.raw), "vertrag") {
				t.Errorf("%s: %v", command, names)
			}
		}
		o.done()
	}
	o.sound()
}

// Everybody who waits on a fault hears that it is over, whatever the caps of automatic
// mail say: an agent solved it.
func TestProblemBeyondTheCaps(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Outgoing.Limits = triage.Limits{PerHour: 4} })
	main := o.only(o.receive(printer), lenaAt)
	for i := range 6 {
		from := fmt.Sprintf("Person %d <p%d@firma.example>", i, i)
		child := o.only(o.receive(eml{from: from, subject: "Drucker", text: "Der Drucker druckt nicht."}), lenaAt)
		o.answer(&child, lena, "#problem IT-10001")
	}
	mails := o.answer(&main, lena, "#gelöst\n\nDer Drucker läuft wieder.")
	for i := range 6 {
		got := o.only(mails, fmt.Sprintf("p%d@firma.example", i))
		has(t, "the mail to a reporter", got.m.Text, "IT-10001", "läuft wieder")
	}
	o.sound()
}
