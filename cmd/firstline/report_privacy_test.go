package main

import (
	"bytes"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// TestFiguresOutliveErasure: the figures of past weeks are the same to the byte after
// a person was forgotten and after every ticket became anonymous.
func TestFiguresOutliveErasure(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("weeks of a company take some seconds")
	}
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 1, 5, 6, 0, 0, 0, loc)
	f := newFirm(t, 7, start)
	f.live(start, start.AddDate(0, 0, 14), func(time.Time) int { return 8 })
	f.run(start.AddDate(0, 0, 28))
	weeks := func() (all []byte) {
		t.Helper()
		err := f.store.View(t.Context(), func(tx *store.Tx) error {
			for i := range 4 {
				r, err := triage.Report(t.Context(), tx, &f.config.Desk, report.Week(start.AddDate(0, 0, 7*i), loc))
				if err != nil {
					return err
				}
				all = append(all, r.CSV(f.config.Desk.ReportWords("de"))...)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := weeks()
	busiest, own := busiestRequester(t, f)
	if own < 2 {
		t.Fatalf("%s has %d tickets", busiest, own)
	}
	done, err := triage.Forget(t.Context(), f.store, &f.config.Desk, busiest, triage.ForgetOptions{KeepStatistics: true})
	if err != nil || done.Tickets != own {
		t.Fatalf("forgot %d tickets, %v", done.Tickets, err)
	}
	if after := weeks(); !bytes.Equal(before, after) {
		t.Errorf("forgetting changed the figures:\n%s", firstDifference(before, after))
	}
	f.config.Desk.Privacy = triage.Privacy{Keep: triage.Keep{Attachments: triage.Period{Days: 1}, Messages: triage.Period{Days: 2}, Persons: triage.Period{Days: 3}}, Loose: triage.Period{Days: 1}}
	f.run(start.AddDate(0, 2, 0))
	before = weeks()
	if _, err := triage.Retain(t.Context(), f.store, &f.config.Desk, true); err != nil {
		t.Fatal(err)
	}
	if after := weeks(); !bytes.Equal(before, after) {
		t.Errorf("retention changed the figures:\n%s", firstDifference(before, after))
	}
	if busiest, n := busiestRequester(t, f); n > 2 && !store.IsAlias(busiest) {
		t.Errorf("%s has %d tickets that are not anonymous", busiest, n)
	}
}

func busiestRequester(t *testing.T, f *firm) (address string, n int) {
	t.Helper()
	err := f.store.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.ListTickets(t.Context(), store.TicketFilter{Limit: 10000})
		count := map[string]int{}
		for _, tk := range list {
			if count[tk.Requester]++; count[tk.Requester] > n {
				address, n = tk.Requester, count[tk.Requester]
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return address, n
}

// firstDifference are the lines in which two texts differ first.
func firstDifference(a, b []byte) string {
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(as), len(bs)) {
		if !bytes.Equal(as[i], bs[i]) {
			return "before: " + string(as[i]) + "\nafter:  " + string(bs[i])
		}
	}
	return "one is longer"
}
