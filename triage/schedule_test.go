package triage_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// planned is an office with one report.
func planned(t *testing.T, plan triage.ReportPlan, at string) *office {
	t.Helper()
	o := newOffice(t, func(c *triage.Config) { c.Reports = []triage.ReportPlan{plan} })
	o.wall(at)
	o.sweepReports()
	return o
}

func (o *office) wall(at string) {
	o.t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		o.t.Fatal(err)
	}
	if o.now, err = time.ParseInLocation("2006-01-02 15:04", at, loc); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) sweepReports() []mail {
	o.t.Helper()
	if _, err := o.desk.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	var reports []mail
	for _, m := range o.leaving() {
		if m.Class == "report" {
			reports = append(reports, m)
		}
	}
	return reports
}

// A report comes once for its period: at its time, not before, not again.
func TestReportOncePerPeriod(t *testing.T) {
	t.Parallel()
	plan := triage.ReportPlan{Name: "Woche", Cron: "0 7 * * MON", To: []string{"sabine", "s.vogl@firma.example", "chef@firma.example"}, Kind: "weekly"}
	o := planned(t, plan, "2026-03-06 12:00")
	for _, c := range []struct {
		at   string
		want int
	}{
		{"2026-03-09 06:59", 0}, {"2026-03-09 07:00", 2}, {"2026-03-09 07:01", 0}, {"2026-03-09 23:00", 0}, {"2026-03-16 07:00", 2},
	} {
		o.wall(c.at)
		got := o.sweepReports()
		if len(got) != c.want {
			t.Fatalf("%s: %d reports, want %d", c.at, len(got), c.want)
		}
		for _, m := range got {
			if !strings.Contains(m.m.Subject, "KW 1") || !strings.Contains(m.m.Text, "Im Zeitraum") || strings.Contains(m.m.Text, "verspätet") {
				t.Errorf("%s: %s\n%s", c.at, m.m.Subject, m.m.Text)
			}
			if len(m.m.Attachments) != 1 || !strings.HasSuffix(m.m.Attachments[0].Filename, ".csv") {
				t.Errorf("attachments = %+v", m.m.Attachments)
			}
		}
	}
	// another desk on the same store: a restart sends nothing again
	again, err := triage.New(t.Context(), o.store, o.desk.Texts, o.desk.Log, o.desk.Config())
	if err != nil {
		t.Fatal(err)
	}
	o.desk = again
	if got := o.sweepReports(); len(got) != 0 {
		t.Errorf("%d reports after a restart", len(got))
	}
}

// After an outage the last missed period comes, marked as late; a list of
// yesterday does not.
func TestReportCatchesUp(t *testing.T) {
	t.Parallel()
	o := planned(t, triage.ReportPlan{Name: "Woche", Cron: "0 7 * * MON", To: []string{"chef@firma.example"}, Kind: "weekly"}, "2026-03-06 12:00")
	o.wall("2026-03-31 10:00")
	got := o.sweepReports()
	if len(got) != 1 || !strings.Contains(got[0].m.Subject, "KW 13/2026") || !strings.Contains(got[0].m.Text, "verspätet") {
		t.Fatalf("%d reports: %s", len(got), describe(got))
	}
	o = planned(t, triage.ReportPlan{Name: "Liste", Cron: "45 7 * * MON-FRI", To: []string{"first"}, Kind: "open_list"}, "2026-03-06 12:00")
	o.wall("2026-03-10 06:00")
	if got := o.sweepReports(); len(got) != 0 {
		t.Errorf("yesterday's list: %s", describe(got))
	}
	o.wall("2026-03-10 07:45")
	if got := o.sweepReports(); len(got) != 1 || got[0].Recipient != "l.huber@firma.example" {
		t.Errorf("today's list: %s", describe(got))
	}
}

// The hour that comes twice brings a report once, and the hour that does not exist
// does not swallow it.
func TestReportAndTheClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		start string
		steps int // of ten minutes
		want  int
	}{
		{"2026-10-25 00:00", 6 * 30, 2}, // on the 25th and on the 26th
		{"2026-03-29 00:00", 6 * 30, 2},
	} {
		o := planned(t, triage.ReportPlan{Name: "Nacht", Cron: "30 2 * * *", To: []string{"chef@firma.example"}, Kind: "open_list"}, c.start)
		n := 0
		for range c.steps {
			o.now = o.now.Add(10 * time.Minute)
			n += len(o.sweepReports())
		}
		if n != c.want {
			t.Errorf("from %s: %d reports, want %d", c.start, n, c.want)
		}
	}
}

// A report that cannot be computed says so, once; it comes when it can.
func TestReportFailureIsTold(t *testing.T) {
	t.Parallel()
	plan := triage.ReportPlan{Name: "Woche", Cron: "0 7 * * MON", To: []string{"chef@firma.example"}, Kind: "weekly"}
	o := planned(t, plan, "2026-03-02 09:00")
	o.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker druckt nicht."})
	// Behind the back of the store: an index the report needs is gone.
	db, err := sql.Open("sqlite", filepath.Join(o.store.Dir(), store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(text string) {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	exec("DROP INDEX event_at")
	o.wall("2026-03-09 07:00")
	got := o.sweepReports()
	if len(got) != 1 || !strings.Contains(got[0].m.Subject, "konnte nicht berechnet werden") {
		t.Fatalf("got %s", describe(got))
	}
	o.wall("2026-03-09 07:30")
	if got := o.sweepReports(); len(got) != 0 {
		t.Fatalf("again: %s", describe(got))
	}
	exec("CREATE INDEX event_at ON event (at, kind)")
	o.wall("2026-03-09 08:00")
	if got := o.sweepReports(); len(got) != 1 || !strings.Contains(got[0].m.Subject, "KW 10/2026: 1 Anfrage") {
		t.Fatalf("when it can be computed: %s", describe(got))
	}
}
