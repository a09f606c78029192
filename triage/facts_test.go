package triage_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// happened is the history of a ticket as the reports read it, in one line each.
func (o *office) happened(number int64) string {
	o.t.Helper()
	var lines []string
	id := o.ticket(number).ID
	o.view(func(tx *store.Tx) error {
		events, err := tx.History(o.t.Context(), id)
		for _, e := range events {
			line := strings.TrimSpace(fmt.Sprintf("%s %s>%s", e.Kind, e.Old, e.New))
			if e.Kind == report.KindClock || e.Kind == report.KindBreach {
				var f report.ClockFacts
				if err := json.Unmarshal([]byte(e.Data), &f); err != nil {
					return err
				}
				line += fmt.Sprintf(" %d used %d gross %d wall %d %s", f.Cycle, f.Used/60000, f.Gross/60000, f.Wall/60000, f.Priority)
			}
			lines = append(lines, line)
		}
		return err
	})
	return strings.Join(lines, "\n")
}

func wants(t *testing.T, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains("\n"+got+"\n", "\n"+w+"\n") {
			t.Errorf("the history lacks %q:\n%s", w, got)
		}
	}
}

// What the reports count stands in the history: how long each clock took, with and
// without pauses, who answered, that a rating was asked for.
func TestFactsOfAJourney(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker druckt nicht."}), "l.huber@firma.example")
	o.now = o.now.Add(30 * time.Minute)
	question := o.only(o.receive(eml{from: lena, subject: "AW", text: "#warten\nWelcher Drucker ist es?", answers: &notice}), "a.berger@firma.example")
	o.now = o.now.Add(2 * time.Hour)
	again := o.only(o.receive(eml{from: anna, subject: "AW", text: "Der im zweiten Stock.", answers: &question}), "l.huber@firma.example")
	o.now = o.now.Add(45 * time.Minute)
	solved := o.only(o.receive(eml{from: lena, subject: "AW", text: "#gelöst\nEr läuft wieder.", answers: &again}), "a.berger@firma.example")
	o.receive(eml{from: anna, subject: "AW", text: "5", answers: &solved})
	wants(t, o.happened(10001), "opened >new", "clock first_response>met 1 used 30 gross 30 wall 30 P3", "reply >reply",
		"clock next_response>met 1 used 45 gross 45 wall 45 P3", "clock resolution>met 1 used 75 gross 195 wall 195 P3", "survey >", "rated >5")
	r := o.reportOf(t, report.Week(o.now, o.desk.Config().Company.Location))
	v := r.Now()
	if v.Inflow.Total != 1 || v.Closed != 1 || v.Handling.Used.Median != 75*60 || v.Handling.Gross.Median != 195*60 || v.FirstFix != (report.Ratio{Num: 0, Den: 1}) ||
		v.Rating.Good != (report.Ratio{Num: 1, Den: 1}) || v.Rating.Return.Den != 1 || v.Technique.In != 5 || v.Touches.Median != 2 {
		t.Errorf("figures = %+v", v)
	}
	o.sound()
}

// A breach is told when it happens, and once; a reopened clock goes on.
func TestFactsOfABreach(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice := o.only(o.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker druckt nicht."}), "l.huber@firma.example")
	o.now = o.now.Add(5 * time.Hour)
	if _, err := o.desk.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	solved := o.only(o.receive(eml{from: lena, subject: "AW", text: "#gelöst\nErledigt.", answers: &notice}), "a.berger@firma.example")
	o.receive(eml{from: anna, subject: "AW", text: "Nein, er druckt immer noch nicht.", answers: &solved})
	got := o.happened(10001)
	wants(t, got, "sla_breach >first_response 1 used 300 gross 300 wall 300 P3", "clock first_response>breached 1 used 300 gross 300 wall 300 P3",
		"clock resolution>met 1 used 300 gross 300 wall 300 P3", "clock resolution>running 1 used 300 gross 300 wall 300 P3")
	if n := strings.Count(got, "sla_breach"); n != 1 {
		t.Errorf("%d breaches in\n%s", n, got)
	}
	v := o.reportOf(t, report.Week(o.now, o.desk.Config().Company.Location)).Now()
	if v.Attained("first_response") != (report.Ratio{Num: 0, Den: 1}) || v.Reopened != (report.Ratio{Num: 1, Den: 1}) || v.Backlog.Total != 1 {
		t.Errorf("figures = %+v", v)
	}
	o.sound()
}

// An FAQ answer that was silently closed did not help when the requester writes
// about the same again.
func TestFactsOfAnFAQAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(eml{from: anna, subject: "Passwort abgelaufen", text: "Mein Passwort ist abgelaufen. Wie kann ich es ändern?"})
	for range 4 * 24 {
		o.now = o.now.Add(time.Hour)
		if _, err := o.desk.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, o.happened(10001), "faq >passwort", "faq passwort>silent")
	week := report.Week(o.now, o.desk.Config().Company.Location)
	if v := o.reportOf(t, week).Now(); v.FAQ.Answered != 1 || v.FAQ.Silent != 1 || v.FAQ.Confirmed.Num != 0 {
		t.Errorf("faq = %+v", v.FAQ)
	}
	o.receive(eml{from: anna, subject: "Passwort", text: "Das Passwort geht immer noch nicht, auch an einem anderen Rechner."})
	wants(t, o.happened(10001), "recontact >IT-10002")
	if v := o.reportOf(t, week).Now(); v.FAQ.Silent != 0 {
		t.Errorf("faq = %+v", v.FAQ)
	}
	o.sound()
}

// What is tried out in training is no work of the desk.
func TestTrainingIsNotCounted(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.Mailboxes[0].Mode = "training" })
	o.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker druckt nicht."})
	if v := o.reportOf(t, report.Week(o.now, o.desk.Config().Company.Location)).Now(); v.Inflow.Total != 0 || v.Backlog.Total != 0 {
		t.Errorf("figures = %+v", v)
	}
}
