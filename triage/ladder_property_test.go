package triage_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

// TestLadderProperty lets offices live through the nights in which the clocks change,
// with random mails, irregular sweeps and restarts: a step fires exactly once, never
// before it is due, and everything that fires is what the history alone, replayed
// without an office, says. FIRSTLINE_LONG names a number of offices.
func TestLadderProperty(t *testing.T) {
	t.Parallel()
	runs := 8
	if n, err := strconv.Atoi(os.Getenv("FIRSTLINE_LONG")); err == nil {
		runs = min(max(n/100, runs), 1000)
	}
	for seed := range runs {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			life(t, rand.New(rand.NewPCG(uint64(seed), 2)))
		})
	}
}

// life is one office for about four days.
func life(t *testing.T, r *rand.Rand) {
	hours := [][]sla.DayHours{{{Days: "mo-so", Hours: "00:00-24:00"}}, {{Days: "fr-so", Hours: "22:00-06:00"}}, {{Days: "so", Hours: "02:15-05:00"}, {Days: "sa", Hours: "10:00-23:00"}}}[r.IntN(3)]
	o := newOffice(t, func(c *triage.Config) {
		cal, err := sla.NewCalendar(sla.CalendarSpec{Name: "nacht", Zone: "Europe/Berlin", Hours: hours})
		if err != nil {
			t.Fatal(err)
		}
		c.Calendars["nacht"] = cal
		c.Policies["standard"].Calendar = "nacht"
		h := func(n int) sla.Target { return sla.Target{Open: time.Duration(n) * time.Hour} }
		c.Policies["standard"].Targets = map[string]sla.Targets{
			"P1": {FirstResponse: h(1), NextResponse: h(1), Resolution: h(3), TakeOver: h(1)}, "P2": {FirstResponse: h(2), NextResponse: h(2), Resolution: h(6), TakeOver: h(2)},
			"P3": {FirstResponse: h(4), NextResponse: h(3), Resolution: h(9), TakeOver: h(3)}, "P4": {FirstResponse: h(8), Resolution: h(20)},
		}
		c.Escalation = []sla.Step{
			{Name: "R75", Clock: sla.FirstResponse, Used: .75, Notify: []string{"group"}}, {Name: "R100", Clock: sla.FirstResponse, Used: 1, Notify: []string{"lead"}},
			{Name: "F100", Clock: sla.NextResponse, Used: 1, Notify: []string{"assignee"}}, {Name: "L50", Clock: sla.Resolution, Used: .5, Notify: []string{"group"}},
			{Name: "L150", Clock: sla.Resolution, Used: 1.5, Notify: []string{"lead"}}, {Name: "Ü100", Clock: sla.TakeOver, Used: 1, Notify: []string{"lead"}},
			{Name: "liegt", Idle: 5 * time.Hour, Notify: []string{"group"}},
		}
		c.Outgoing.Limits = triage.Limits{PerSenderDay: 1000, PerSender10Min: 1000, PerDomainHour: 1000, PerHour: 1000}
	})
	// Friday evening before the clocks change.
	start := []time.Time{time.Date(2026, 3, 27, 19, 0, 0, 0, time.UTC), time.Date(2026, 10, 23, 19, 0, 0, 0, time.UTC)}[r.IntN(2)]
	o.now = start
	type open struct {
		number int64
		notice mail
		from   string
	}
	var tickets []open
	words := []string{"Ich sehe nach.", "#warten", "Welches Modell?\r\n\r\n#warten", "#prio P1", "#prio P4", "#prio P2", "#l2 netz: bitte", "#gelöst", "#notiz\r\nMesse noch.", "#öffnen", "#ich"}
	for i := range 70 {
		// An odd number of seconds: no event falls on the very instant of a timer.
		o.now = o.now.Add(time.Duration(r.IntN(150))*time.Minute + 7*time.Second)
		if r.IntN(8) == 0 {
			d, err := triage.New(t.Context(), o.store, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), o.desk.Config())
			if err != nil {
				t.Fatal(err)
			}
			o.desk = d
		}
		o.sweepAt(o.now)
		if len(tickets) == 0 || r.IntN(6) == 0 {
			from := fmt.Sprintf("P%d <p%d@firma.example>", i, i)
			got := to(o.receive(eml{from: from, subject: "Drucker", text: fmt.Sprintf("Papierstau %d im Drucker.", i)}), "l.huber@firma.example")
			tickets = append(tickets, open{int64(10001 + len(tickets)), got[0], from})
			continue
		}
		x := tickets[r.IntN(len(tickets))]
		if r.IntN(4) == 0 {
			o.receive(eml{from: x.from, subject: fmt.Sprintf("AW: [IT-%d] Drucker", x.number), text: fmt.Sprintf("Und nun Fehler %d?", i)})
			continue
		}
		o.receive(eml{from: lena, subject: "AW", text: words[r.IntN(len(words))], answers: &x.notice})
	}
	o.now = o.now.Add(24*time.Hour + 7*time.Second)
	o.sweepAt(o.now)
	o.sound()
	o.firedOnce(len(tickets))
	trial, err := triage.TrySLA(t.Context(), o.store, o.desk.Config(), triage.TrialOptions{Since: start.Add(-time.Hour), Until: o.now})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, s := range trial.Calls {
		calls += s.Would
	}
	t.Logf("%d tickets, %d calls, breaches %+v", trial.Tickets, calls, trial.Breaches)
	if trial.Tickets != len(tickets) || len(trial.Changed) > 0 {
		t.Errorf("%d tickets, replayed alone they differ: %+v", trial.Tickets, trial.Changed)
	}
}

// firedOnce compares the history of every ticket with its timers.
func (o *office) firedOnce(tickets int) {
	o.t.Helper()
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		for i := range tickets {
			tk, err := tx.TicketByNumber(ctx, int64(10001+i))
			if err != nil {
				return err
			}
			timers, err := tx.Timers(ctx, tk.ID)
			if err != nil {
				return err
			}
			fired := map[string]int{}
			for _, timer := range timers {
				if timer.FiredAt.IsZero() {
					continue
				}
				fired[timer.Name]++
				if timer.FiredAt.Before(timer.DueAt) {
					o.t.Errorf("ticket %d: %s fired at %v, due at %v", tk.Number, timer.Name, timer.FiredAt, timer.DueAt)
				}
			}
			events, err := tx.Events(ctx, tk.ID)
			if err != nil {
				return err
			}
			for _, e := range events {
				if e.Kind == "escalation_step" {
					fired["step:"+e.New]--
				}
			}
			for name, n := range fired {
				if n != 0 && len(name) > 5 && name[:5] == "step:" {
					o.t.Errorf("ticket %d: %s: %d timers more than events", tk.Number, name, n)
				}
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
}
