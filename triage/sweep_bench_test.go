package triage

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
)

// benchStart is a working morning.
var benchStart = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// openDesk is a desk with open tickets of which none is due: each has its clocks, and
// six pending timers on different days.
func openDesk(b *testing.B, tickets int) *Desk {
	b.Helper()
	ctx := context.Background()
	st, err := store.Open(ctx, b.TempDir(), store.Options{SkipCheck: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	st.Now = func() time.Time { return benchStart }
	cal, err := sla.NewCalendar(sla.CalendarSpec{Name: "buero", Zone: "Europe/Berlin", Region: "DE-BY", Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}})
	if err != nil {
		b.Fatal(err)
	}
	h := func(n int) sla.Target { return sla.Target{Open: time.Duration(n) * time.Hour} }
	c := &Config{
		Company:   Company{Name: "Firma", Location: cal.Location(), Language: "de", InternalDomains: []string{"firma.example"}},
		Mailboxes: []Mailbox{{ID: "support", Address: "support@firma.example", Mode: "live"}},
		People: People{
			Agents: []Agent{{ID: "lena", Name: "Lena Huber", Address: "l.huber@firma.example", Level: 1}},
			Groups: []Group{{ID: "first", Level: 1, Members: []string{"lena"}, Lead: "lena"}},
		},
		Calendars: map[string]*sla.Calendar{"buero": cal},
		Policies: map[string]*sla.Policy{"standard": {Name: "standard", Calendar: "buero", WarnAt: .75,
			Targets: map[string]sla.Targets{"P3": {FirstResponse: h(4), NextResponse: h(8), Resolution: h(16)}}}},
		DefaultSLA: "standard", DefaultPriority: "P3",
		Escalation: []sla.Step{
			{Name: "Vorwarnung", Clock: sla.FirstResponse, Used: .75, Notify: []string{"group"}},
			{Name: "Überschritten", Clock: sla.Resolution, Used: 1, Notify: []string{"lead"}},
		},
	}
	d, err := New(ctx, st, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), c)
	if err != nil {
		b.Fatal(err)
	}
	policy := `{"policy":"standard","calendar":"buero","priority":"P3","warn_at":0.75,"targets":{"first_response":"4h","resolution":"16h"}}`
	for at := 0; at < tickets; at += 5000 {
		err := st.Update(ctx, func(tx *store.Tx) error {
			for i := at; i < min(at+5000, tickets); i++ {
				if err := openTicketRow(ctx, tx, i, policy, cal); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err = st.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, metaClocks, c.clocksBy()) })
	if err == nil {
		_, err = d.Sweep(ctx)
	}
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// openTicketRow stores one open ticket as the desk would.
func openTicketRow(ctx context.Context, tx *store.Tx, i int, policy string, cal *sla.Calendar) error {
	opened := benchStart.Add(-time.Duration(i%3600) * time.Second)
	tk := store.Ticket{Number: int64(10001 + i), State: "new", Level: 1, Priority: "P3", Category: "drucker", Group: "first", Requester: "a@firma.example",
		Mailbox: "support", SLA: "standard", Policy: policy, Auth: "pass", Language: "de", CreatedAt: opened, UpdatedAt: opened}
	if err := tx.InsertTicket(ctx, &tk); err != nil {
		return err
	}
	in := sla.ApplyInput{Calendar: cal, At: opened, Policy: sla.Snapshot{WarnAt: .75, Targets: sla.Targets{
		FirstResponse: sla.Target{Open: 4 * time.Hour}, Resolution: sla.Target{Open: 16 * time.Hour}}}}
	cs := sla.Clocks(nil).Apply(sla.EventOpened, in)
	rows := make([]store.Clock, len(cs))
	for j, k := range cs {
		rows[j] = store.Clock{TicketID: tk.ID, Kind: k.Kind, Cycle: k.Cycle, State: k.State, Target: k.Target, SinceAt: k.SinceAt, DueAt: k.DueAt, WarnAt: k.WarnAt}
	}
	if err := tx.SaveClocks(ctx, tk.ID, rows); err != nil {
		return err
	}
	var timers []store.Timer
	for j, name := range []string{"warn:first_response", "breach:first_response", "step:Vorwarnung", "warn:resolution", "breach:resolution", "step:Überschritten"} {
		timers = append(timers, store.Timer{Name: name, Cycle: 1, DueAt: benchStart.Add(time.Duration(24*(j+1))*time.Hour + time.Duration(i%86400)*time.Second)})
	}
	return tx.SyncTimers(ctx, tk.ID, timers)
}

// BenchmarkSweep is a sweep over open tickets of which some have a timer that is due.
// FIRSTLINE_OPEN names how many are open, such as 1000000; cost must follow what is
// due.
func BenchmarkSweep(b *testing.B) {
	open := 10_000
	if n, err := strconv.Atoi(os.Getenv("FIRSTLINE_OPEN")); err == nil {
		open = n
	}
	d := openDesk(b, open)
	ctx := context.Background()
	round := 0
	for _, due := range []int{0, 100, 10_000} {
		b.Run(fmt.Sprintf("open=%d/due=%d", open, due), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				round++
				err := d.Store.Update(ctx, func(tx *store.Tx) error {
					for i := range due {
						if err := tx.SetTimer(ctx, int64(1+i*(open/max(due, 1))), "warn:first_response", 100+round, benchStart); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if n, err := d.Sweep(ctx); err != nil || n != due {
					b.Fatalf("%d fired, want %d: %v", n, due, err)
				}
			}
			if due > 0 {
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*due), "µs/due")
			}
		})
	}
}

// BenchmarkSettle computes the clocks of all open tickets anew after a holiday was
// added, in batches.
func BenchmarkSettle(b *testing.B) {
	const open = 10_000
	d := openDesk(b, open)
	round := 0
	for b.Loop() {
		b.StopTimer()
		round++
		cal, err := sla.NewCalendar(sla.CalendarSpec{Name: "buero", Zone: "Europe/Berlin", Region: "DE-BY",
			Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}, Also: []string{[]string{"2026-03-03", "2026-03-04"}[round%2]}})
		if err != nil {
			b.Fatal(err)
		}
		c := *d.Config()
		c.Calendars = map[string]*sla.Calendar{"buero": cal}
		d.SetConfig(&c)
		b.StartTimer()
		if err := d.Settle(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*open), "µs/ticket")
}
