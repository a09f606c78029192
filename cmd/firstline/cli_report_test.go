package main

import (
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage/report"
)

// report prints the period that is asked for in every form, and mails what the
// schedule would send.
func TestReportVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	today := time.Now().Format(time.DateOnly)
	tomorrow := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	span := []string{"report", "--since", today, "--until", tomorrow}
	table := s.good(append(span, "--lang", "de")...)
	for _, want := range []string{"KENNZAHLEN", "Eingang", "NACH KATEGORIE", "TECHNIK"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if english := s.good(append(span, "--lang", "en")...); !strings.Contains(english, "KEY FIGURES") {
		t.Errorf("no English:\n%s", english)
	}
	var v struct {
		report.Values
		Before []report.Values `json:"before"`
	}
	s.decode(&v, span...)
	if v.Inflow.Total != 1 || v.Technique.In != 3 || len(v.Before) == 0 {
		t.Errorf("figures = %+v", v.Values)
	}
	text := s.good(append(span, "--format", "csv")...)
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	rows.Comma = ';'
	if all, err := rows.ReadAll(); err != nil || !strings.HasPrefix(text, "\ufeff") || len(all) < 100 {
		t.Errorf("csv: %d rows, %v", len(all), err)
	}
	if page := s.good(append(span, "--format", "html")...); !strings.HasPrefix(page, "<!DOCTYPE html>") || !strings.Contains(page, "bgcolor") {
		t.Errorf("html:\n%.300s", page)
	}
	daemon, err := store.Open(t.Context(), filepath.Join(s.dir, "data"), store.Options{}) // has the lock
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	if out := s.good(append(span, "--to", "chefin@firma.example", "--lang", "de")...); !strings.Contains(out, "chefin@firma.example") {
		t.Errorf("mailed: %s", out)
	}
	var mails []struct{ Recipient, Class string }
	s.decode(&mails, "outbox")
	found := false
	for _, m := range mails {
		found = found || m.Recipient == "chefin@firma.example" && m.Class == "report"
	}
	if !found {
		t.Errorf("outbox: %+v", mails)
	}
}

func TestReportPeriods(t *testing.T) {
	t.Parallel()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 9, 7, 0, 0, 0, loc)
	for _, c := range []struct {
		flags reportFlags
		want  string // "" = refused
	}{
		{reportFlags{}, "2026-W10"},
		{reportFlags{week: "2026-W09"}, "2026-W09"},
		{reportFlags{week: "2026-9"}, ""},
		{reportFlags{week: "2026-W20"}, ""}, // in the future
		{reportFlags{month: "2026-02"}, "2026-02"},
		{reportFlags{month: "Februar"}, ""},
		{reportFlags{since: "2026-03-02"}, "2026-03-02..2026-03-09"},
		{reportFlags{since: "2026-03-02", until: "2026-03-04"}, "2026-03-02..2026-03-04"},
		{reportFlags{since: "2026-03-04", until: "2026-03-02"}, ""},
		{reportFlags{until: "2026-03-02"}, ""},
		{reportFlags{week: "2026-W09", month: "2026-02"}, ""},
	} {
		p, err := c.flags.period(now, loc)
		if p.Key != c.want && c.want != "" || (err == nil) != (c.want != "") {
			t.Errorf("%+v = %s, %v, want %q", c.flags, p.Key, err, c.want)
		}
	}
}

func TestReportUsage(t *testing.T) {
	t.Parallel()
	s := filled(t)
	for _, args := range [][]string{{"report", "--format", "pdf"}, {"report", "--to", "chefin"}, {"report", "--week", "10"}, {"report", "extra"}} {
		if got := s.with(args...); got.code != exitUsage || got.err == "" {
			t.Errorf("firstline %v: exit %d, %s", args, got.code, got.err)
		}
	}
}
