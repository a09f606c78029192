package triage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

func longPolicy(c *triage.Config) {
	h := func(n int) sla.Target { return sla.Target{Open: time.Duration(n) * time.Hour} }
	tg := sla.Targets{FirstResponse: h(4), NextResponse: h(8), Resolution: h(300)}
	c.Policies["standard"].Targets = map[string]sla.Targets{"P3": tg, "P1": tg, "P2": tg, "P4": tg}
	c.Escalation = nil
}

func TestOpenThenCloseTimer2(t *testing.T) {
	o := newOffice(t, longPolicy)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst", answers: &n})
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#öffnen", answers: &n})
	o.clocks(10001)
	o.sweepAt(o.now.Add(5 * 24 * time.Hour))
	if o.clocks(10001)["resolution"] != "running" {
		t.Error("the clock of an open ticket was stopped by an old close timer")
	}
}

func TestSecondRemind2(t *testing.T) {
	o := newOffice(t, longPolicy)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	for i := range 2 {
		o.now = o.now.Add(time.Hour)
		o.receive(eml{from: lena, subject: "AW", text: "#warten", answers: &n})
		got := o.sweepAt(o.now.Add(5 * 24 * time.Hour))
		if len(to(got, "a.berger@firma.example")) != 1 {
			t.Errorf("round %d: reminder missing: %s", i, describe(got))
		}
		o.now = o.now.Add(time.Hour)
		o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: fmt.Sprintf("Version %d, aber immer noch kaputt", i)})
	}
	o.sound()
}

func TestForgedReference(t *testing.T) {
	o := newOffice(t)
	e := printer
	e.id = "first@client.example"
	o.receive(e)
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: anna, subject: "AW", text: "gelöst", verdict: "none", headers: []string{"In-Reply-To: <first@client.example>"}})
	if o.ticket(10001).State == "resolved" {
		t.Error("an unproven sender who knows only the requester's Message-ID resolves the ticket")
	}
}

func TestAnswerToErrorMail(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	x := o.only(o.receive(eml{from: lena, subject: "AW", text: "#gelost\r\nFertig.", answers: &n}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "Ach Mist, vergiss es, ich rufe die nervige Frau lieber an.", answers: &x})
	if len(to(mails, "a.berger@firma.example")) > 0 {
		t.Error("an answer to an error mail went to the requester")
	}
}

func TestHistorySize(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	big := strings.Repeat("Zeile mit etwas Text, die lang genug ist, um zu zählen. ÄÖÜ\r\n", 15000)
	for i := range 12 {
		o.now = o.now.Add(time.Minute)
		o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: fmt.Sprint(i) + big})
	}
	o.now = o.now.Add(time.Hour)
	_ = time.Now()
	mails := o.receive(eml{from: lena, subject: "AW", text: "#l2 netz", answers: &n})
	h := o.only(mails, "m.brandl@firma.example")
	if len(h.raw) > 25<<20 {
		t.Errorf("a hand-over mail of %d MB", len(h.raw)>>20)
	}
}

func TestForRequesterHeld(t *testing.T) {
	o := newOffice(t)
	asked := o.only(o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#für a.berger@firma.example\r\n#annehmen", answers: &asked})
	for range 4 {
		o.desk.Step(t.Context())
	}
	if o.outcome().State != "done" {
		t.Error("poison")
	}
}

func TestOverdueList(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) { c.Escalation = nil })
	o.receive(printer)
	o.now = o.now.Add(6 * time.Hour) // IT-10001 is overdue
	var batch []eml
	for i := range 60 {
		batch = append(batch, eml{from: fmt.Sprintf("P%d <p%d@firma.example>", i, i), subject: fmt.Sprintf("Drucker %d", i), text: "Papierstau im Drucker."})
	}
	o.receive(batch...)
	mails := o.receive(eml{from: lena, subject: "x", text: "#liste überfällig"})
	l := o.only(mails, "l.huber@firma.example")
	if !strings.Contains(l.m.Text, "IT-10001") {
		t.Errorf("the overdue ticket is missing: %.300s", l.m.Text)
	}
}

func TestIdleNotReset(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.Escalation = []sla.Step{{Name: "liegt", Idle: 4 * time.Hour, OnlyLevel: 1, HandOver: map[string][]string{"netz": {"drucker"}}}}
	})
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(3 * time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#ich\r\n#notiz\r\nIch bin dran, messe gerade.", answers: &n})
	o.sweepAt(o.now.Add(70 * time.Minute))
	if o.ticket(10001).Level == 2 {
		t.Error("handed over as idle 70 minutes after an agent took it and wrote a note")
	}
}

func TestDuplicateOfForged(t *testing.T) {
	o := newOffice(t)
	e := printer
	e.id = "dup@client.example"
	e.verdict = "fail"
	o.receive(e)
	e.verdict = "pass"
	o.receive(e)
	if o.outcome().Outcome == "duplicate" {
		t.Error("the genuine mail is dropped as a copy of the unproven one that is held")
	}
}

func TestSolvedUnproven(t *testing.T) {
	o := newOffice(t)
	mails := o.receive(eml{from: anna, subject: "Kaufen Sie PILLEN", text: "Drucker", verdict: "none"})
	n := o.only(mails, "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "AW", text: "#gelöst", answers: &n})
	for _, m := range to(mails, "a.berger@firma.example") {
		if strings.Contains(m.m.Subject, "PILLEN") {
			t.Errorf("automatic mail repeats an unproven sender: %s (%s)", m.m.Subject, m.Class)
		}
	}
}

func TestListPlainText(t *testing.T) {
	o := newOffice(t)
	o.receive(printer)
	l := o.only(o.receive(eml{from: lena, subject: "x", text: "#liste"}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	mails := o.receive(eml{from: lena, subject: "AW", text: "Danke, und der Drucker bei mir geht auch nicht mehr.", answers: &l})
	if len(mails) == 0 {
		t.Error("swallowed")
	}
	o.receive(eml{from: markus, subject: "AW", text: "#prio P1 IT-10001", answers: &l})
	if tk := o.ticket(10001); tk.Priority == "P1" {
		t.Error("markus used a list that was sent to lena")
	}
}

func TestTakenTwice(t *testing.T) {
	o := newOffice(t, func(c *triage.Config) {
		c.People.Agents = append(c.People.Agents, triage.Agent{ID: "tobias", Name: "T", Address: "t.kern@firma.example", Level: 1})
		c.People.Groups[0].Members = []string{"lena", "tobias"}
	})
	mails := o.receive(printer)
	hers, his := o.only(mails, "l.huber@firma.example"), o.only(mails, "t.kern@firma.example")
	for i, take := range []eml{{from: lena, text: "#ich", answers: &hers}, {from: "T <t.kern@firma.example>", text: "#ich", answers: &his}, {from: lena, text: "#ich", answers: &hers}} {
		o.now = o.now.Add(time.Hour)
		take.subject = "AW"
		if got := o.receive(take); len(got) != 1 {
			t.Errorf("taken for the %d. time: the colleague is not told once: %s", i+1, describe(got))
		}
	}
}

func TestMergeWatcher(t *testing.T) {
	o := newOffice(t)
	o.receive(printer)
	mails := o.receive(eml{from: "Bert <b@firma.example>", subject: "Drucker kaputt", text: "Toner leer im Drucker", headers: []string{"Cc: <c@firma.example>"}})
	n := o.only(mails, "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#zusammen IT-10001", answers: &n})
	o.receive(eml{from: "C <c@firma.example>", subject: "AW: [IT-10002]", text: "bei mir auch kaputt"})
	if in := o.outcome(); in.Outcome != "followed" {
		t.Errorf("a watcher of the merged ticket: %s, %s", in.Outcome, in.Reason)
	}
	o.sound()
}

func TestPhoneTrace(t *testing.T) {
	o := newOffice(t)
	o.receive(eml{from: lena, subject: "VPN geht nicht", text: "#telefon a.berger@firma.example\r\nFrau Berger rief an, Drucker brennt."})
	tk := o.ticket(10001)
	_ = o.store.View(context.Background(), func(tx *store.Tx) error {
		s, _ := triage.Traces(context.Background(), tx, tk.ID)
		has := false
		for _, x := range s {
			has = has || x.Stage == "category"
		}
		if !has {
			t.Error("a phone ticket has no trace of its category")
		}
		return nil
	})
	o.sound()
}

func TestPhoneTypoThenOK(t *testing.T) {
	o := newOffice(t)
	x := o.only(o.receive(eml{from: lena, subject: "Druck", text: "#telefn a.berger@firma.example\r\nFrau Berger rief an, Drucker brennt."}), "l.huber@firma.example")
	o.only(o.receive(eml{from: lena, subject: "AW", text: "ok", answers: &x}), "a.berger@firma.example")
	o.sound()
}

// TestDeaths: a mail during which the process ended again and again is set aside.
func TestDeaths(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	err := o.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		id, _, err := tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: 77, ReceivedAt: o.now, Raw: printer.bytes(1)})
		for range 8 {
			err = errors.Join(err, tx.BumpAttempts(ctx, []int64{id}))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.desk.Step(ctx); err != nil {
		t.Fatal(err)
	}
	if in := o.outcome(); in.State != "aside" {
		t.Errorf("state %s after eight deaths", in.State)
	}
}

func TestFirstLevelAsL2(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "#l2 first", answers: &n})
	if tk := o.ticket(10001); tk.Level == 2 && tk.Group == "first" {
		t.Error("level 2 in a first-level group")
	}
}

func TestTwoHoldsInAnHour(t *testing.T) {
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	n2 := o.only(o.receive(eml{from: "Bert <b@firma.example>", subject: "Drucker kaputt", text: "Toner leer im Drucker"}), "l.huber@firma.example")
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "Bitte neu starten.", answers: &n, verdict: "none"})
	o.now = o.now.Add(10 * time.Minute)
	mails := o.receive(eml{from: lena, subject: "AW", text: "Toner kommt gleich.", answers: &n2, verdict: "none"})
	if len(mails) == 0 {
		t.Error("the second reply within the hour vanishes: held, never asked, expires in 30 minutes")
	}
}

var _ = mailout.Receipt
