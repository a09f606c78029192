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

// fortnight is an office in which a dozen tickets live all kinds of lives.
func fortnight(t *testing.T) *office {
	t.Helper()
	o := newOffice(t, func(c *triage.Config) {
		c.Escalation = append(c.Escalation, sla.Step{Name: "liegt", Idle: 9 * time.Hour, Notify: []string{"group"}})
	})
	sweep := func(until time.Time) {
		for o.now.Before(until) {
			o.sweepAt(o.now.Add(time.Minute))
		}
	}
	for i := range 12 {
		n := o.only(o.receive(eml{from: fmt.Sprintf("P%d <p%d@firma.example>", i, i), subject: "Drucker", text: fmt.Sprintf("Papierstau im Drucker, Fach %d.", i)}), "l.huber@firma.example")
		sweep(o.now.Add(time.Duration(i) * 20 * time.Minute))
		answer := func(text string) { o.receive(eml{from: lena, subject: "AW", text: text, answers: &n}) }
		switch i % 6 {
		case 0:
			answer("Bitte neu starten.\r\n\r\n#gelöst")
		case 1:
			answer("Welches Modell?\r\n\r\n#warten")
			sweep(o.now.Add(7 * time.Hour))
			o.receive(eml{from: fmt.Sprintf("P%d <p%d@firma.example>", i, i), subject: fmt.Sprintf("AW: [IT-%d]", 10001+i), text: "Ein großes."})
		case 2:
			answer("#prio P1")
		case 3:
			answer("#l2 netz: kommt nicht weiter")
		case 4:
			answer("Ich sehe nach.")
		}
	}
	sweep(o.now.Add(2 * 24 * time.Hour))
	o.sound()
	return o
}

// TestTrialOfTheSame: trying the configuration in force finds exactly what happened.
func TestTrialOfTheSame(t *testing.T) {
	t.Parallel()
	o := fortnight(t)
	c := o.desk.Config()
	r, err := triage.TrySLA(t.Context(), o.store, c, triage.TrialOptions{Since: monday.Add(-time.Hour), Until: o.now})
	if err != nil {
		t.Fatal(err)
	}
	if r.Tickets != 12 || r.Unknown != 0 || len(r.Changed) != 0 {
		t.Errorf("%d tickets, differences %+v", r.Tickets, r.Changed)
	}
	calls, breaches := 0, 0
	for _, s := range r.Calls {
		if calls += s.Calls; s.Calls != s.Would {
			t.Errorf("%+v", s)
		}
	}
	for _, k := range r.Breaches {
		if breaches += k.Breached; k.Breached != k.WouldBreach || k.More+k.Fewer != 0 {
			t.Errorf("%+v", k)
		}
	}
	if calls < 10 || breaches < 5 {
		t.Errorf("only %d calls and %d breaches: the test shows nothing", calls, breaches)
	}

	// Far targets: no breach, and other calls.
	other := *c
	p := *c.Policies["standard"]
	p.Targets = map[string]sla.Targets{}
	for id := range c.Policies["standard"].Targets {
		p.Targets[id] = sla.Targets{FirstResponse: sla.Target{Open: 80 * time.Hour}, Resolution: sla.Target{Open: 300 * time.Hour}}
	}
	other.Policies = map[string]*sla.Policy{"standard": &p}
	other.Escalation = append([]sla.Step{{Name: "früh", Clock: sla.FirstResponse, Used: .01, Notify: []string{"lead"}}}, c.Escalation[:2]...)
	r, err = triage.TrySLA(t.Context(), o.store, &other, triage.TrialOptions{Since: monday.Add(-time.Hour), Until: o.now})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range r.Breaches {
		if k.WouldBreach > 0 || k.More > 0 || k.Fewer != k.Breached {
			t.Errorf("with far targets: %+v", k)
		}
	}
	if r.Calls[0].Step != "früh" || r.Calls[0].Would == 0 || r.Calls[0].Calls != 0 || len(r.Changed) == 0 {
		t.Errorf("calls %+v, %d changed", r.Calls, len(r.Changed))
	}
	if last := r.Calls[len(r.Calls)-1]; last.Would != 0 || last.Calls == 0 {
		t.Errorf("a step that is gone: %+v", last)
	}
}

// TestTimeline reads the clocks of one ticket.
func TestTimeline(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.only(o.receive(printer), "l.huber@firma.example")
	o.now = monday.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW", text: "Welches Modell?\r\n\r\n#warten", answers: &n})
	o.now = monday.Add(2 * time.Hour)
	o.receive(eml{from: anna, subject: "AW: [IT-10001]", text: "Ein M400."})
	o.sweepAt(monday.Add(26 * time.Hour))
	tk := o.ticket(10001)
	var l triage.Timeline
	err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		l, err = triage.ClockTimeline(t.Context(), tx, o.desk.Config(), &tk)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range l.Clocks {
		got = append(got, fmt.Sprintf("%s %s %d/%d", k.Clock, k.State, k.UsedS/3600, k.TargetS/3600))
	}
	// Used: Monday 09:00 to 10:00, 11:00 to 17:00, Tuesday 08:00 to 11:00.
	want := []string{"first_response met 1/4", "next_response running 9/8", "resolution running 10/16", "take_over running 0/4"}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("clocks: %q", got)
	}
	got = nil
	for _, p := range l.Past {
		line := p.At.Format("02 15:04 ") + p.Event + p.Timer
		for _, ch := range p.Changes {
			line += fmt.Sprintf(" [%s %s>%s]", ch.Clock, ch.From, ch.To)
		}
		got = append(got, line)
	}
	want = []string{
		"02 08:00 opened [first_response >running] [resolution >running]",
		"02 09:00 reply [first_response running>met]",
		"02 09:00 wait [resolution running>paused]",
		"02 10:00 requester [resolution paused>running] [next_response >running]",
		"03 10:00 escalated [take_over >running]",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Errorf("line %d: want %q in\n%s", i, w, strings.Join(got, "\n"))
		}
	}
	if len(l.Ahead) == 0 || len(got) <= len(want) {
		t.Errorf("%d lines ahead, past:\n%s", len(l.Ahead), strings.Join(got, "\n"))
	}
}
