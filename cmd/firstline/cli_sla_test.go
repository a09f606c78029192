package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailout"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// worked is a shop whose ticket was opened a fortnight ago and that nobody answered
// while the daemon went on.
func worked(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	ctx := t.Context()
	c, found := config.Load(s.conf, config.Options{Lang: "de", Purpose: config.Run, Now: time.Now()})
	if source.HasErrors(found) {
		t.Fatal(source.Render(found, "de"))
	}
	st, err := store.Open(ctx, c.StoreDir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	end := time.Now().UTC().Truncate(time.Minute)
	now := end.AddDate(0, 0, -14)
	st.Now = func() time.Time { return now }
	desk, err := triage.New(ctx, st, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), &c.Desk)
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		_, _, err = tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: 1, ReceivedAt: now, Raw: s.mail(1, anna, "Fehler 49 am Drucker", fault49)})
		return err
	})
	if err == nil {
		_, err = desk.Step(ctx)
	}
	for ; err == nil && now.Before(end.Add(-time.Hour)); now = now.Add(10 * time.Minute) {
		_, err = desk.Sweep(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSLAOfATicket: the clocks of a ticket as a timeline, in both languages.
func TestSLAOfATicket(t *testing.T) {
	t.Parallel()
	s := worked(t)
	out := s.good("sla", "IT-10001")
	for _, want := range []string{"IT-10001  Fehler 49 am Drucker\nNeu · P3 · Level 2 · SLA standard · buero", "Erste Reaktion", "verletzt", "█▶", "überschritten um",
		"VERLAUF", "eröffnet", "Erste Reaktion beginnt · Lösung beginnt", "Vorwarnung: Erste Reaktion", "Frist überschritten: Lösung", "Stufe „Festgefahren", "an Second-Level"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if en := s.good("sla", "--lang", "en", "10001"); !strings.Contains(en, "First response") || !strings.Contains(en, "HISTORY") || !strings.Contains(en, "overdue: Resolution") {
		t.Errorf("in English:\n%s", en)
	}
	var l triage.Timeline
	s.decode(&l, "sla", "IT-10001")
	if len(l.Clocks) < 2 || len(l.Past) < 5 || l.Ticket != "IT-10001" {
		t.Errorf("%+v", l)
	}
	for want, args := range map[int][]string{exitData: {"sla", "IT-9"}, exitUsage: {"sla", "Drucker"}} {
		if got := s.with(args...); got.code != want {
			t.Errorf("%v: exit %d, want %d: %s", args, got.code, want, got.err)
		}
	}
}

// TestSLATrial: other service levels on stored tickets, as a whole configuration, as
// a file with the changed sections alone, and the ones in force.
func TestSLATrial(t *testing.T) {
	t.Parallel()
	s := worked(t)
	s.write("new.yaml", `slas:
  standard:
    calendar: buero
    targets:
      P1: {first_reply: 4h, resolve: 100h}
      P2: {first_reply: 4h, resolve: 100h}
      P3: {first_reply: 8h, resolve: 400h}
      P4: {first_reply: 8h, resolve: 400h}
escalations:
  - {name: früh, at: {clock: first_reply, used: 10%}, notify: [lead]}
`)
	out := s.good("sla", "--policy", filepath.Join(s.dir, "new.yaml"), "--since", "90d")
	for _, want := range []string{"1 Ticket vom", "VERLETZTE FRISTEN", "Lösung", "1 (100 %)", "0 (0 %)", "−1", "früh", "Festgefahren", "IT-10001", "− Frist überschritten: Lösung"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	var r triage.Trial
	s.decode(&r, "sla", "--policy", filepath.Join(s.dir, "new.yaml"))
	if r.Tickets != 1 || len(r.Changed) != 1 || len(r.Breaches) < 2 {
		t.Errorf("%+v", r)
	}
	whole := s.read("config.yaml")
	s.write("other.yaml", whole)
	if out := s.good("sla", "--policy", filepath.Join(s.dir, "other.yaml"), "--lang", "en"); !strings.Contains(out, "For no ticket would it have been otherwise") {
		t.Errorf("the same configuration:\n%s", out)
	}
	if out := s.good("sla", "--since", "3w"); !strings.Contains(out, "Für kein Ticket") {
		t.Errorf("the configuration in force:\n%s", out)
	}
	s.write("bad.yaml", "slas:\n  standard: {calendar: nirgends, targets: {P3: {resolve: 4}}}\nrules: []\n")
	bad := s.with("sla", "--policy", filepath.Join(s.dir, "bad.yaml"))
	for _, want := range []string{"bad.yaml:2:", "nirgends", "Zeit ohne Einheit", "rules"} {
		if bad.code != exitConfig || !strings.Contains(bad.err, want) {
			t.Errorf("exit %d lacks %q:\n%s", bad.code, want, bad.err)
		}
	}
	for want, args := range map[int][]string{
		exitUsage: {"sla", "--since", "bald"}, exitIO: {"sla", "--policy", filepath.Join(s.dir, "missing.yaml")},
	} {
		if got := s.with(args...); got.code != want {
			t.Errorf("%v: exit %d, want %d: %s", args, got.code, want, got.err)
		}
	}
}

// TestSLADues reads the table, also around an hour that comes twice.
func TestSLADues(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	out := s.good("sla", "--priority", "p2", "--at", "2026-03-06 14:00")
	for _, want := range []string{"standard · buero (offen) · Eingang Fr 06.03.2026 14:00", "P2", "Erste Reaktion", "1h", "WARNUNG", "Übernahme 2nd-Level"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	if out := s.good("sla", "--lang", "en", "--at", "2026-03-07 10:00"); !strings.Contains(out, "closed, opens Mon 2026-03-09 08:00") {
		t.Errorf("on a Saturday:\n%s", out)
	}
	for want, args := range map[int][]string{
		exitUsage: {"sla", "--at", "25:00"}, exitData: {"sla", "--priority", "P9"},
	} {
		if got := s.with(args...); got.code != want {
			t.Errorf("%v: exit %d, want %d: %s", args, got.code, want, got.err)
		}
	}
}

// TestSLACaseInput: what a case may look like, and what is wrong input.
func TestSLACaseInput(t *testing.T) {
	t.Parallel()
	const good = `{"calendar": {"time_zone": "Europe/Berlin", "days": ["mon"], "hours": [["08:00", "12:00"]]}, "start": "2026-03-02 09:00:00", "add_seconds": 3600}`
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"sla", "--json", "-"}, strings.NewReader(good), &out, &errs); code != exitOK || out.String() != `{"end":"2026-03-02T10:00:00+01:00"}`+"\n" {
		t.Errorf("exit %d, %s%s", code, &out, &errs)
	}
	for i, bad := range []string{"", "{", "null", "[]", `"x"`, "\xff\xfe", strings.Replace(good, "3600", "1e99", 1), strings.Replace(good, "Europe/Berlin", "Local", 1),
		strings.Replace(good, "08:00", "8 Uhr", 1), strings.Replace(good, "mon", "montach", 1), strings.Replace(good, `"add_seconds": 3600`, `"end": 7`, 1)} {
		errs.Reset()
		if code := run(t.Context(), []string{"sla", "--json", "-"}, strings.NewReader(bad), &out, &errs); code != exitData || errs.Len() == 0 {
			t.Errorf("case %d: exit %d, %s", i, code, &errs)
		}
	}
}
