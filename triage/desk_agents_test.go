package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

func (o *office) sweepAt(at time.Time) []mail {
	o.t.Helper()
	o.now = at
	if _, err := o.desk.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return o.leaving()
}

func (o *office) clocks(number int64) map[string]string {
	tk := o.ticket(number)
	m := map[string]string{}
	_ = o.store.View(o.t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Clocks(o.t.Context(), tk.ID)
		for _, r := range rows {
			m[r.Kind] = r.State
		}
		return err
	})
	return m
}

// an agent's plain answer to the question about a stranger goes to the stranger.
func TestHeldPlainReply(t *testing.T) {
	o := newOffice(t)
	asked := o.only(o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "Wer ist das denn? Sieht nach Spam aus.", answers: &asked})
	if len(to(mails, "verkauf@fremd.example")) > 0 {
		t.Error("the internal question went to the stranger")
	}
}

func TestHeldSolved(t *testing.T) {
	o := newOffice(t)
	asked := o.only(o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."}), "l.huber@firma.example")
	for _, cmd := range []string{"#gelöst", "#warten", "#l2 netz: bitte", "#schließen", "#öffnen", "#prio P1"} {
		o.now = o.now.Add(time.Hour)
		mails := o.receive(eml{from: lena, subject: "AW", text: cmd, answers: &asked})
		if len(to(mails, "verkauf@fremd.example")) > 0 {
			t.Errorf("%s wrote to the stranger", cmd)
		}
	}
	o.sound()
}

// #ablehnen on a normal ticket
func TestRejectNormal(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#ablehnen", answers: &n})
	tk := o.ticket(10001)
	if !tk.ClosedAt.IsZero() {
		t.Error("open ticket has ClosedAt")
	}
}

// undeliverable notices between agents ping-pong
func TestUndeliveredLoop(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.People.Agents = append(c.People.Agents, triage.Agent{ID: "tobias", Name: "T", Address: "t.kern@firma.example", Level: 1}, triage.Agent{ID: "ute", Name: "U", Address: "u@firma.example", Level: 1})
		c.People.Groups[0].Members = []string{"lena", "tobias", "ute"}
	})
	mails := o.receive(printer)
	for range 7 {
		var next []mail
		for _, m := range mails {
			out := m.Outgoing
			err := o.store.Update(t.Context(), func(tx *store.Tx) error {
				if err := tx.MarkFailed(t.Context(), out.ID, "550"); err != nil {
					return err
				}
				return o.desk.Undelivered(t.Context(), tx, out, "550 refused")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		next = o.leaving()
		mails = next
	}
	if len(mails) > 0 {
		t.Errorf("notices about undelivered notices never end: %d in round 7", len(mails))
	}
}

// #öffnen leaves the close timer: it stops the clocks of an open ticket
func TestOpenThenCloseTimer(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst", answers: &n})
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#öffnen", answers: &n})
	o.clocks(10001)
	o.sweepAt(o.now.Add(8 * 24 * time.Hour))
	o.sound()
}

// clocks of next response: second cycle's step mail
func TestSecondNextResponseStep(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Escalation = []sla.Step{{Name: "Folge", Clock: sla.NextResponse, Used: 1, Notify: []string{"lead"}}}
	})
	n := o.only(o.receive(printer), "l.huber@firma.example")
	for round := range 2 {
		o.now = o.now.Add(20 * time.Minute)
		o.receive(eml{from: lena, subject: "AW", text: fmt.Sprintf("Antwort %d", round), answers: &n})
		o.now = o.now.Add(20 * time.Minute)
		o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: fmt.Sprintf("Geht immer noch nicht, Fehler %d", round)})
		got := o.sweepAt(o.now.Add(30 * time.Hour))
		if len(to(got, "s.vogl@firma.example")) != 1 {
			t.Errorf("round %d: %s", round, describe(got))
		}
	}
}

// idle hand-over, back, idle again
func TestSecondIdleHandOver(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Escalation = []sla.Step{{Name: "liegt", Idle: 4 * time.Hour, OnlyLevel: 1, HandOver: map[string][]string{"netz": {"drucker"}}}}
	})
	o.receive(printer)
	got := o.sweepAt(o.now.Add(5 * time.Hour))
	hand := o.only(got, "m.brandl@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: markus, subject: "AW", text: "#l1\r\nBitte Toner tauschen, das geht vor Ort.", answers: &hand})
	got = o.sweepAt(o.now.Add(30 * time.Hour))
	if o.ticket(10001).Level == 2 && len(to(got, "m.brandl@firma.example")) == 0 {
		t.Error("handed over a second time, and nobody told the second level")
	}
	o.sound()
}

// several tickets in one answer to a list
func TestListTwoEscalations(t *testing.T) {
	o := newOffice(t)
	o.receive(printer)
	o.receive(eml{from: "Bert <b@firma.example>", subject: "Drucker kaputt", text: "Toner leer im Drucker"})
	o.now = o.now.Add(time.Hour)
	list := o.only(o.receive(eml{from: lena, subject: "#liste", text: "#liste"}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "#l2 IT-10001 netz\r\n#l2 IT-10002 netz", answers: &list})
	if got := len(to(mails, "m.brandl@firma.example")); got != 2 {
		t.Errorf("%d hand-over mails, want 2", got)
	}
	o.sound()
}

// vendor answer leaves a paused clock paused
func TestVendorClock(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Policies["standard"].PauseWhen = []string{"waiting_requester", "waiting_vendor", "scheduled"}
	})
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "#dritte service@druck.example: Bitte Techniker schicken", answers: &n})
	v := o.only(mails, "service@druck.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: "Service <service@druck.example>", subject: "AW", text: "Kommt morgen.", answers: &v})
	if o.ticket(10001).State == "open" && o.clocks(10001)["resolution"] == "paused" {
		t.Error("open ticket with a paused resolution clock")
	}
}

func TestWakeClock(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Policies["standard"].PauseWhen = []string{"scheduled"}
	})
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#wiedervorlage 2d", answers: &n})
	o.sweepAt(o.now.Add(72 * time.Hour))
	if o.ticket(10001).State == "open" && o.clocks(10001)["resolution"] == "paused" {
		t.Error("open ticket with a paused resolution clock")
	}
}

// a proof hold, confirmed, then a typo in it
func TestProofThenTypo(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	asked := o.only(o.receive(eml{from: lena, subject: "AW", text: "#gelost\r\nIst fertig.", answers: &n, verdict: "none"}), "l.huber@firma.example")
	mails := o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &asked, verdict: "none"})
	if len(to(mails, "l.huber@firma.example")) == 0 {
		t.Error("the agent is not told that his confirmed mail has a typo")
	}
	o.sound()
}

func TestCCRemoveUnknown(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	for i := range 4 {
		_ = i
		o.receive(eml{from: lena, subject: "AW", text: "#cc -nobody@firma.example\r\n#notiz\r\nDanke", answers: &n})
		break
	}
	for range 5 {
		o.desk.Step(t.Context())
	}
	in := o.outcome()
	if in.State == "aside" || in.State == "new" {
		t.Errorf("inbox state %s: %s", in.State, in.Reason)
	}
}

func TestCCRemoveRequester(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#cc -a.berger@firma.example\r\n#notiz\r\nDanke", answers: &n})
	o.sound()
}

// fsck: level and group
func TestEventsReplay(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	hand := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 netz", answers: &n}), "m.brandl@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: markus, subject: "AW", text: "#l1\r\nWissen.", answers: &hand})
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#l2 netz", answers: &n})
	o.sound()
}

func TestTimersOnFinal(t *testing.T) {
	for _, first := range []string{"#warten\r\nBitte prüfen Sie das.", "#wiedervorlage 2d", "#gelöst"} {
		for _, end := range []string{"#schließen", "#spam"} {
			o := newOffice(t)
			n := o.only(o.receive(printer), "l.huber@firma.example")
			o.now = o.now.Add(time.Hour)
			o.receive(eml{from: lena, subject: "AW", text: first, answers: &n})
			o.now = o.now.Add(time.Hour)
			o.receive(eml{from: lena, subject: "AW", text: end, answers: &n})
			o.sound()
		}
	}
}

func TestManyRobots(t *testing.T) {
	o := newOffice(t)
	r := o.only(o.receive(printer), "a.berger@firma.example")
	for i := range 25 {
		o.receive(eml{from: anna, subject: fmt.Sprintf("Automatische Antwort %d", i), text: "weg", answers: &r, headers: []string{"Auto-Submitted: auto-replied"}})
	}
	o.sound()
}

func TestChallengeNotOK(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	asked := o.only(o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &n, verdict: "none"}), "l.huber@firma.example")
	mails := o.receive(eml{from: lena, subject: "AW", text: "ja, bitte senden", answers: &asked, verdict: "none"})
	if len(mails) == 0 {
		t.Error("silence")
	}
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &asked, verdict: "none"})
	if len(mails) == 0 {
		t.Error("silence about an expired hold")
	}
	o.sound()
}

func TestPhoneNobodyTold(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.People.Agents = append(c.People.Agents, triage.Agent{ID: "tobias", Name: "T", Address: "t.kern@firma.example", Level: 1})
		c.People.Groups[0].Members = []string{"tobias"}
	})
	mails := o.receive(eml{from: lena, subject: "VPN geht nicht", text: "#telefon a.berger@firma.example\r\nFrau Berger rief an, Drucker brennt."})
	if len(to(mails, "t.kern@firma.example")) == 0 {
		t.Error("the group of the phone ticket hears nothing")
	}
	o.sound()
}

func TestVendorEmpty(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\nDer Praktikant hat gestern Abend heimlich Kaffee in den großen Drucker gekippt", answers: &n})
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "#dritte service@druck.example", answers: &n})
	for _, m := range to(mails, "service@druck.example") {
		if !strings.Contains(m.m.Text, "Fehler 49") {
			t.Error("the vendor gets an empty mail")
		}
	}
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "AW", text: "#dritte service@druck.example: Der Praktikant hat gestern Abend heimlich Kaffee in den großen Drucker gekippt", answers: &n})
	for _, m := range to(mails, "service@druck.example") {
		t.Errorf("internal note to the vendor: %s", m.m.Text)
	}
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#dritte service@druck.example: siehe Kennung IT-10001/n/abcdefghij", answers: &n})
	for range 4 {
		o.desk.Step(t.Context())
	}
	if o.outcome().State != "done" {
		t.Error("a leak in a vendor mail makes the mail poison")
	}
}

// one broken ticket stops every sweep
func TestSweepPoison(t *testing.T) {
	o := newOffice(t)
	o.receive(printer)
	o.receive(eml{from: "Bert <b@firma.example>", subject: "Drucker kaputt", text: "Toner leer im Drucker"})
	tk := o.ticket(10001)
	tk.Policy = "{"
	if err := o.store.Update(t.Context(), func(tx *store.Tx) error { return tx.SaveTicket(t.Context(), &tk) }); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(5 * time.Hour)
	_, _ = o.desk.Sweep(t.Context())
	got := o.leaving()
	if len(got) == 0 {
		t.Error("no step of the healthy ticket fired")
	}
}

func TestNothingConfigured(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Calendars, c.Policies, c.DefaultSLA, c.Escalation, c.Rules, c.Categories, c.Priorities = nil, nil, "", nil, nil, nil, nil
		c.People = triage.People{}
	})
	mails := o.receive(printer)
	for _, m := range mails {
		if strings.Contains(m.m.Text, "ußerhalb") {
			t.Errorf("outside hours without any hours: %s", m.m.Text)
		}
	}
	o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."})
	o.sweepAt(o.now.Add(48 * time.Hour))
	o.sound()
}

func TestEscalateWithoutL2(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) { c.People.Groups = c.People.Groups[:1]; c.Escalation = nil })
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "#l2", answers: &n})
	if len(mails) == 0 {
		t.Error("silence")
	}
}

func TestUnknownVerbs(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	for _, c := range []string{"#teilen: Neues Thema\r\nText", "#fernwartung", "#l1\r\nText hier", "#gelöst"} {
		o.now = o.now.Add(time.Hour)
		o.receive(eml{from: lena, subject: "AW", text: c, answers: &n})
	}
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#warten", answers: &n})
	o.receive(eml{from: lena, subject: "AW", text: "#l2 netz", answers: &n})
	o.sound()
}

func TestReopenAbsent(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	s := o.only(o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\nFertig.", answers: &n}), "a.berger@firma.example")
	c := *o.desk.Config()
	c.People.Absences = []triage.Absence{{Agent: "lena", From: monday, To: monday.AddDate(0, 0, 3)}}
	o.desk.SetConfig(&c)
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: anna, subject: "AW", text: "Geht leider schon wieder nicht, Fehler 49.", answers: &s})
	if len(mails) == 0 {
		t.Error("nobody told")
	}
	o.sound()
}

// delayed notice and an absence assistant without headers
func TestTooFastDelayed(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(10 * time.Minute) // greylisted for ten minutes
	_ = o.store.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.ClaimOutbox(t.Context(), 100, time.Minute); err != nil {
			return err
		}
		return tx.MarkSent(t.Context(), n.ID, "250")
	})
	o.now = o.now.Add(3 * time.Second)
	e := eml{from: lena, subject: "AW: Drucker", text: "Ich bin bis 12.3. nicht im Haus.", headers: []string{"In-Reply-To: <" + n.m.MessageID + ">"}}
	mails := o.receive(e)
	if len(to(mails, "a.berger@firma.example")) > 0 {
		t.Error("an absence note went to the requester")
	}
}

func TestAbsentByMail(t *testing.T) {
	o := newOffice(t)
	o.receive(eml{from: lena, subject: "x", text: "#urlaub 02.03.2026 06.03.2026 markus"})
	o.now = o.now.Add(time.Hour)
	mails := o.receive(printer)
	if len(to(mails, "l.huber@firma.example")) > 0 {
		t.Error("#urlaub has no effect")
	}
}
