package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// monthOfWork is the company of the example for some weeks up to 8 March 2026, with a
// bad last one: an update breaks the VPN on Wednesday, and an agent is slow.
func monthOfWork(t testing.TB, weeks int) *firm {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	last := time.Date(2026, 3, 2, 0, 0, 0, 0, loc)
	day := last.AddDate(0, 0, -7*(weeks-1))
	f := newFirm(t, 1, day.Add(6*time.Hour), func(c *triage.Config) {
		c.Reports = []triage.ReportPlan{
			{Name: "Wochenbericht", Cron: "0 7 * * MON", To: []string{"sabine", "b.chair@isarwerk.example"}, Kind: "weekly"},
			{Name: "Tagesliste", Cron: "45 7 * * MON-FRI", To: []string{"first-level"}, Kind: "open_list"},
			{Name: "Monat", Cron: "0 7 1 * *", To: []string{"sabine"}, Kind: "monthly"},
			{Name: "Wissensrunde", Cron: "0 9 1 * *", To: []string{"first-level", "netz"}, Kind: "knowledge"},
		}
		c.People.Directory = map[string]triage.Person{"b.chair@isarwerk.example": {Name: "Bernhard Chair", Address: "b.chair@isarwerk.example", Language: "en"}}
	})
	f.live(day, last.AddDate(0, 0, 7), func(day time.Time) int {
		n := 6 + f.rng.IntN(5)
		if !day.Before(last) {
			n++
		}
		return n
	})
	f.later(last.Add(2*24*time.Hour), func() { f.slow["tobias"] = 150 })
	vpn := matters()[0]
	for range 9 {
		at := last.Add(2*24*time.Hour + 8*time.Hour + time.Duration(f.rng.IntN(600))*time.Minute)
		f.later(at, func() { f.ask(vpn) })
	}
	f.run(last.AddDate(0, 0, 7).Add(9 * time.Hour))
	return f
}

// Weeks of a company at work bring a weekly mail each, in the reader's language, a
// list every morning, and the round of the month; every figure is the same when it
// is computed again weeks later. FIRSTLINE_REPORTS=DIR makes it nine weeks and
// writes the mails to look at.
func TestReportsOfACompany(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("weeks of a company take some seconds")
	}
	weeks := 5
	if os.Getenv("FIRSTLINE_REPORTS") != "" {
		weeks = 9
	}
	f := monthOfWork(t, weeks)
	for _, c := range []struct{ to, lang, week, heading string }{
		{"s.vogl@isarwerk.example", "de", "KW ", "KENNZAHLEN"}, {"b.chair@isarwerk.example", "en", "week ", "KEY FIGURES"},
	} {
		mails, raws := f.reports(c.to)
		f.keep(c.lang, mails, raws)
		weekly := slices.DeleteFunc(slices.Clone(mails), func(m *mailin.Message) bool { return !strings.Contains(m.Subject, c.week) })
		if len(weekly) != weeks+1 { // the first is about the week before the first
			t.Fatalf("%d weekly mails to %s, want %d", len(weekly), c.to, weeks+1)
		}
		for i, m := range weekly {
			if !strings.Contains(m.Text, c.heading) || i > 0 && strings.Contains(m.Subject, ": 0 ") || strings.Contains(m.Text, "%!") {
				t.Errorf("%s\n%s", m.Subject, m.Text)
			}
		}
		f.sameAgain(c.lang, weekly, raws)
	}
	for _, c := range []struct {
		to   string
		want []string
	}{
		{"s.vogl@isarwerk.example", []string{"Februar 2026"}},
		{"m.brandl@isarwerk.example", []string{"Wissensrunde Februar 2026"}},
		{"l.huber@isarwerk.example", []string{", 09.03."}},
	} {
		mails, raws := f.reports(c.to)
		f.keep(c.to[:6], mails, raws)
		for _, want := range c.want {
			if !slices.ContainsFunc(mails, func(m *mailin.Message) bool { return strings.Contains(m.Subject, want) }) {
				t.Errorf("no mail %q to %s", want, c.to)
			}
		}
	}
}

// keep writes mails to the directory of FIRSTLINE_REPORTS.
func (f *firm) keep(name string, mails []*mailin.Message, raws [][]byte) {
	f.t.Helper()
	dir := os.Getenv("FIRSTLINE_REPORTS")
	if dir == "" {
		return
	}
	for i, m := range mails {
		path := filepath.Join(dir, fmt.Sprintf("%s-%02d", name, i))
		if err := os.WriteFile(path+".txt", []byte("Subject: "+m.Subject+"\n\n"+m.Text), 0o644); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(path+".html", []byte(htmlOf(f.t, raws[i])), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
}

// sameAgain computes every week once more, weeks later: the figures in the attached
// files are the same to the byte.
func (f *firm) sameAgain(lang string, weekly []*mailin.Message, raws [][]byte) {
	f.t.Helper()
	for i, m := range weekly {
		name := m.Attachments[0].Filename
		p, err := report.ParseWeek(strings.TrimSuffix(strings.TrimPrefix(name, "firstline-"), ".csv"), f.config.Desk.Company.Location)
		if err != nil {
			f.t.Fatal(err)
		}
		var again []byte
		err = f.store.View(f.t.Context(), func(tx *store.Tx) error {
			r, err := triage.Report(f.t.Context(), tx, &f.config.Desk, p)
			if err == nil {
				again = r.CSV(f.config.Desk.ReportWords(lang))
			}
			return err
		})
		if err != nil {
			f.t.Fatal(err)
		}
		raw := raws[slices.IndexFunc(raws, func(b []byte) bool { return bytes.Contains(b, []byte(m.MessageID)) })]
		sent, err := mailin.Content(raw, 0)
		if err != nil {
			f.t.Fatal(err)
		}
		if !bytes.Equal(sent, again) {
			f.t.Errorf("week %d (%s) is not what it was:\n%s", i, p.Key, difference(string(sent), string(again)))
		}
	}
}

// difference are the lines two texts do not share.
func difference(a, b string) string {
	var out []string
	x, y := strings.Split(a, "\r\n"), strings.Split(b, "\r\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			out = append(out, "- "+x[i], "+ "+y[i])
		}
	}
	return strings.Join(out, "\n")
}

// htmlOf is the HTML part of a mail.
func htmlOf(t testing.TB, raw []byte) string {
	t.Helper()
	all := decoded(t, raw)
	if i, j := strings.Index(all, "<!DOCTYPE html>"), strings.Index(all, "</html>"); i >= 0 && j > i {
		return all[i : j+len("</html>")]
	}
	t.Fatal("the mail has no HTML part")
	return ""
}
