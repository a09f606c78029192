package triage_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// manyTickets writes tickets and their history as the desk would have, spread over
// the weeks before an instant.
func (o *office) manyTickets(n int, weeks int, end time.Time) {
	o.t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	ctx := o.t.Context()
	step := time.Duration(weeks) * 7 * 24 * time.Hour / time.Duration(n)
	at := end.Add(-time.Duration(n) * step)
	facts := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			o.t.Fatal(err)
		}
		return string(b)
	}
	const batch = 2000
	for from := 0; from < n; from += batch {
		err := o.store.Update(ctx, func(tx *store.Tx) error {
			var events []store.Event
			for i := from; i < min(from+batch, n); i++ {
				at = at.Add(step)
				tk := store.Ticket{Number: int64(10001 + i), State: "closed", Priority: "P3", Category: "drucker", Group: "first", Assignee: "lena",
					Requester: fmt.Sprintf("p%d@firma.example", i%60), Subject: "Drucker", SLA: "standard", CreatedAt: at, UpdatedAt: at}
				left := end.Sub(at)
				solved := time.Duration(1+r.IntN(40)) * time.Hour
				if solved > left {
					tk.State = "open"
				}
				if err := tx.InsertTicket(ctx, &tk); err != nil {
					return err
				}
				add := func(after time.Duration, actor, kind, old, new string, data string) {
					if after < left {
						events = append(events, store.Event{TicketID: tk.ID, At: at.Add(after), Actor: actor, Kind: kind, Old: old, New: new, Data: data})
					}
				}
				clock := func(d time.Duration) string {
					ms := (d / 3).Milliseconds()
					return facts(report.ClockFacts{Cycle: 1, Used: ms, Gross: ms, Wall: d.Milliseconds(), Target: 4 * 3600_000, Priority: "P3"})
				}
				first := solved / 2
				add(0, "requester", "opened", "", "new", facts(report.OpenedFacts{Number: tk.Number, Channel: "mail", Kind: "incident", Category: "drucker",
					Priority: "P3", Group: "first", Level: 1, SLA: "standard", CreatedAt: at.UnixMilli()}))
				add(0, "system", "assigned", "", "lena", "")
				add(first, "agent:lena", "state", "new", "open", "")
				add(first, "system", report.KindClock, "first_response", "met", clock(first))
				add(first, "agent:lena", report.KindReply, "", "reply", "")
				if i%9 == 0 {
					add(first, "agent:lena", "level", "1", "2", "")
				}
				add(first, "agent:lena", "note", "", "note", "")
				add(solved, "agent:lena", "state", "open", "resolved", "")
				add(solved, "system", report.KindClock, "resolution", "met", clock(solved))
				add(solved, "system", report.KindSurvey, "", "", "")
				if i%3 == 0 {
					add(solved+time.Hour, "requester", report.KindRated, "", fmt.Sprint(1+r.IntN(5)), "")
				}
				add(solved+72*time.Hour, "timer", "state", "resolved", "closed", "")
			}
			return tx.InsertEvent(ctx, events...)
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

// BenchmarkWeeklyReport computes a weekly report with its seven weeks before, over
// 200,000 tickets: the last week and one two years ago, of four years and of one.
func BenchmarkWeeklyReport(b *testing.B) {
	end := time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)
	for _, weeks := range []int{208, 52} {
		o := newOffice(b)
		o.now = end
		o.manyTickets(200_000, weeks, end)
		for _, back := range []int{0, weeks / 2} {
			b.Run(fmt.Sprintf("over %d weeks, %d weeks ago", weeks, back), func(b *testing.B) {
				b.ReportAllocs()
				peak := uint64(0)
				for b.Loop() {
					r := o.reportOf(b, report.Week(end.AddDate(0, 0, -7*back), time.UTC).Before(1))
					if r.Now().Inflow.Total == 0 || r.Now().Closed == 0 {
						b.Fatal("an empty week")
					}
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapAlloc)
				}
				b.ReportMetric(float64(peak)/1e6, "MB-heap")
			})
		}
	}
}

func (o *office) reportOf(t testing.TB, p report.Period) (r *report.Report) {
	t.Helper()
	err := o.store.View(context.Background(), func(tx *store.Tx) (err error) {
		r, err = triage.Report(context.Background(), tx, o.desk.Config(), p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
