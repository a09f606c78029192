package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/rules"
	"firstline/store"
	"firstline/triage"
)

// TestWithoutData: verbs that look say that there is nothing yet; 74.
func TestWithoutData(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, args := range [][]string{{"tickets"}, {"show", "IT-10001"}, {"inbox"}, {"outbox"}, {"status"}, {"fsck"}, {"backup", filepath.Join(s.dir, "x")}, {"explain", "IT-10001"}} {
		if got := s.with(args...); got.code != exitIO || !strings.Contains(got.err, "there is no database") {
			t.Errorf("%v: exit %d, %s", args, got.code, got.err)
		}
	}
}

// TestCheckWithHistory: what no stored mail needed is named with its place.
func TestCheckWithHistory(t *testing.T) {
	t.Parallel()
	if got := newShop(t).with("check", "--with-history"); got.code != exitIO {
		t.Errorf("without data: exit %d, %s", got.code, got.err)
	}
	s := filled(t)
	out := s.good("check", "--with-history")
	for _, want := range []string{"regeln.yaml:", "R030", "Stillstand", "R031", "F035", "gaeste-wlan"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	if strings.Contains(out, "Kategorie „drucker“") {
		t.Errorf("a category with tickets is reported:\n%s", out)
	}
	var found []struct{ Code string }
	if s.decode(&found, "check", "--with-history"); len(found) == 0 {
		t.Error("no findings as JSON")
	}
}

// TestDecisions: the report of what was decided.
func TestDecisions(t *testing.T) {
	t.Parallel()
	s := filled(t)
	out := s.good("decisions", "--since", "9000d")
	for _, want := range []string{"Mails seit", "Ergebnis", "neues Ticket", "drucker", "IT-10001", "Fehler 49 am Drucker"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
	var r triage.Decisions
	if s.decode(&r, "decisions", "--since", "9000d", "--mailbox", "support"); r.Mails == 0 || len(r.List) != r.Mails {
		t.Errorf("%d mails, %d listed", r.Mails, len(r.List))
	}
	if s.decode(&r, "decisions", "--mailbox", "none"); r.Mails != 0 {
		t.Errorf("another mailbox: %d mails", r.Mails)
	}
}

// TestReloadVerb: checked here first; without a daemon there is nobody to ask.
func TestReloadVerb(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.write("secrets/imap.txt", "geheim\n")
	s.write("secrets/smtp.txt", "geheim\n")
	if got := s.with("reload"); got.code != exitUnavailable || !strings.Contains(got.err, "no daemon runs") {
		t.Errorf("without a daemon: exit %d, %s", got.code, got.err)
	}
	s.edit("rules/regeln.yaml", "expect: {state: ignored}", "expect: {state: new}")
	if got := s.with("reload"); got.code != exitFailed || !strings.Contains(got.err, "state erwartet new, bekommen ignored") {
		t.Errorf("red test: exit %d, %s", got.code, got.err)
	}
	s.edit("config.yaml", "mode: live", "mode: lvie")
	if got := s.with("reload"); got.code != exitConfig {
		t.Errorf("broken: exit %d, %s", got.code, got.err)
	}
}

// TestLook: tickets, show, explain of a ticket, inbox and outbox.
func TestLook(t *testing.T) {
	t.Parallel()
	s := filled(t)
	if out := s.good("tickets"); !strings.Contains(out, "IT-10001") || !strings.Contains(out, "Fehler 49 am Drucker") || !strings.Contains(out, "drucker") {
		t.Errorf("tickets: %s", out)
	}
	var list []ticketRow
	s.decode(&list, "tickets", "--requester", "a.berger@firma.example")
	if len(list) != 1 || list[0].Ticket != "IT-10001" || list[0].Category != "drucker" || list[0].DueAt.IsZero() {
		t.Errorf("tickets --json: %+v", list)
	}
	s.decode(&list, "tickets", "--state", "held")
	if len(list) != 1 || list[0].Ticket != "H-2" {
		t.Errorf("held: %+v", list)
	}
	if s.decode(&list, "tickets", "--assignee", "niemand"); len(list) != 0 {
		t.Errorf("nobody's tickets: %+v", list)
	}

	out := s.good("show", "IT-10001")
	for _, want := range []string{"Fehler 49 am Drucker", "UHREN", "first_response", "Fehler 49", "VERLAUF", "opened", "MAILS", "ack:1"} {
		if !strings.Contains(out, want) {
			t.Errorf("show does not say %q:\n%s", want, out)
		}
	}
	var one shown
	s.decode(&one, "show", "10001")
	if one.Ticket != "IT-10001" || len(one.Messages) == 0 || len(one.Events) == 0 || len(one.Mails) != 2 || len(one.Clocks) == 0 {
		t.Errorf("show --json: %d messages, %d events, %d mails, %d clocks", len(one.Messages), len(one.Events), len(one.Mails), len(one.Clocks))
	}
	if raw := s.good("show", "--raw", "1"); raw != string(s.mail(1, anna, "Fehler 49 am Drucker", fault49)) {
		t.Errorf("the raw bytes changed: %q", raw)
	}
	if out := s.good("explain", "IT-10001"); !strings.Contains(out, "Kategorie     ✓ drucker") || !strings.Contains(out, "generation 0") {
		t.Errorf("explain of a ticket: %s", out)
	}
	for want, lists := range map[int][][]string{
		exitData:  {{"show", "IT-99999"}, {"explain", "IT-99999"}, {"show", "H-77"}, {"show", "--raw", "99"}},
		exitUsage: {{"show"}, {"show", "xyz"}, {"inbox", "retry"}, {"inbox", "retry", "x"}, {"outbox", "burn", "1"}, {"backup"}, {"restore"}},
	} {
		for _, args := range lists {
			if got := s.with(args...); got.code != want {
				t.Errorf("%v: exit %d, want %d: %s", args, got.code, want, got.err)
			}
		}
	}
}

// TestQueues: what waits, what was set aside, retry and cancel.
func TestQueues(t *testing.T) {
	t.Parallel()
	s := filled(t)
	if out := s.good("inbox"); !strings.Contains(out, "nothing waits") {
		t.Errorf("inbox: %s", out)
	}
	var done []store.Inbound
	if s.decode(&done, "inbox", "--state", "done"); len(done) != 3 {
		t.Errorf("%d mails are done, want 3", len(done))
	}
	if got := s.with("inbox", "retry", "1"); got.code != exitFailed {
		t.Errorf("retry of a mail that is done: exit %d", got.code)
	}
	var queued []store.Outgoing
	s.decode(&queued, "outbox")
	if len(queued) < 2 {
		t.Fatalf("%d mails wait to leave", len(queued))
	}
	if out := s.good("outbox"); !strings.Contains(out, "a.berger@firma.example") || !strings.Contains(out, "ack:1") {
		t.Errorf("outbox: %s", out)
	}
	s.good("outbox", "cancel", "1")
	var after []store.Outgoing
	if s.decode(&after, "outbox"); len(after) != len(queued)-1 {
		t.Errorf("%d mails after cancel, want %d", len(after), len(queued)-1)
	}
	s.good("outbox", "retry", "1")
	if s.decode(&after, "outbox"); len(after) != len(queued) {
		t.Errorf("%d mails after retry, want %d", len(after), len(queued))
	}
	var status struct {
		Healthy, Running bool
		Problems         []string
		Open             int
	}
	got := s.with("status", "--json")
	if err := json.Unmarshal([]byte(got.out), &status); err != nil || got.code != exitFailed || status.Healthy || status.Running || status.Open == 0 {
		t.Errorf("status: exit %d, %v, %+v", got.code, err, status)
	}
	if got := s.with("status"); got.code != exitFailed || !strings.Contains(got.out, "the daemon does not run") {
		t.Errorf("status: exit %d\n%s", got.code, got.out)
	}
	if out := s.good("fsck"); !strings.Contains(out, "all invariants hold") {
		t.Errorf("fsck: %s", out)
	}
	if out := s.good("fsck", "--json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("fsck --json: %s", out)
	}
}

// TestBackupRestore: a copy beside the running store comes back as it was.
func TestBackupRestore(t *testing.T) {
	t.Parallel()
	s := filled(t)
	file := filepath.Join(s.dir, "firstline.backup")
	s.good("backup", file)
	if got := s.with("backup", file); got.code == exitOK {
		t.Error("a backup was overwritten")
	}
	if got := s.with("restore", file); got.code == exitOK {
		t.Error("restored over data that is there")
	}
	before := s.good("tickets", "--json", "--all")
	if err := os.RemoveAll(filepath.Join(s.dir, "data")); err != nil {
		t.Fatal(err)
	}
	s.good("restore", file)
	if after := s.good("tickets", "--json", "--all"); after != before {
		t.Errorf("restored tickets differ:\n%s\n%s", before, after)
	}
	s.good("fsck")
	s.write("no.backup", "nothing of the kind")
	if err := os.RemoveAll(filepath.Join(s.dir, "data")); err != nil {
		t.Fatal(err)
	}
	if got := s.with("restore", filepath.Join(s.dir, "no.backup")); got.code == exitOK {
		t.Error("restored from a file that is no backup")
	}
}

// TestDamage: a database that is none is code 74, and fsck does not hide it.
func TestDamage(t *testing.T) {
	t.Parallel()
	s := filled(t)
	path := filepath.Join(s.dir, "data", store.FileName)
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(path + "-wal")
	for _, args := range [][]string{{"tickets"}, {"fsck"}, {"run"}} {
		if got := s.with(args...); got.code != exitIO {
			t.Errorf("%v: exit %d, want 74: %s", args, got.code, got.err)
		}
	}
}

// TestReplayVerb: the differences of an edited folder, for people and as JSON.
func TestReplayVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	if got := s.with("replay"); got.code != exitUsage || !strings.Contains(got.err, "--config") {
		t.Errorf("without an edited configuration: exit %d, %s", got.code, got.err)
	}
	if got := s.with("replay", "--config", s.dir); got.code != exitUsage {
		t.Errorf("against itself: exit %d, %s", got.code, got.err)
	}
	edited := filepath.Join(t.TempDir(), "neu")
	if err := os.CopyFS(edited, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(edited, "secrets")); err != nil { // nobody needs them here
		t.Fatal(err)
	}
	e := &shop{t: t, dir: edited, conf: filepath.Join(edited, "config.yaml")}
	e.edit("rules/regeln.yaml", "rules:\n", "rules:\n  - {name: Fehler 49, when: {words_all: [fehler, \"=49\"]}, then: {priority: P2, tags: [hardware]}}\n")
	if got := s.with("replay", "--since", "gestern", "--config", edited); got.code != exitUsage {
		t.Errorf("a wrong time: exit %d, %s", got.code, got.err)
	}
	out := s.good("replay", "--since", "30d", "--config", edited)
	for _, want := range []string{"3 Mails nachgespielt, 1 Entscheidungen anders", "Priorität", "P3 → P2", "Regel „Fehler 49“ trifft jetzt", "IT-10001", "Nach Regel", "+1", "Gegen die endgültigen Kategorien der 1: bisher 1 richtig, neu 1"} {
		if !strings.Contains(out, want) {
			t.Errorf("replay does not say %q:\n%s", want, out)
		}
	}
	english := s.ok("replay", "--lang", "en", "-c", s.conf, "--config", e.conf)
	if !strings.Contains(english, "3 mails replayed, 1 decisions differ") || !strings.Contains(english, "rule “Fehler 49” matches now") {
		t.Errorf("in English:\n%s", english)
	}
	var r triage.Replay
	s.decode(&r, "replay", "--config", edited)
	if r.Mails != 3 || r.Changed != 1 || len(r.Shifts) != 2 || r.Shifts[0].Kind != "priority" || r.Final.Tickets != 1 {
		t.Errorf("replay --json: %+v", r)
	}
	if out := s.good("replay", "--since", "2020-01-01", "--until", "2020-02-01", "--config", edited); !strings.Contains(out, "0 Mails") {
		t.Errorf("an empty period: %s", out)
	}
	e.edit("rules/regeln.yaml", "then: {priority: P2", "then: {priority: P9")
	if got := s.with("replay", "--config", edited); got.code != exitConfig || !strings.Contains(got.err, "P9") {
		t.Errorf("an edit with errors: exit %d, %s", got.code, got.err)
	}
}

// TestTuneVerb: with little known nothing is proposed, and nothing is changed.
func TestTuneVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	before := s.read("config.yaml")
	if out := s.good("tune-faq"); !strings.Contains(out, "Mails mit der FAQ verglichen") || !strings.Contains(out, "zu wenig bekannt") || !strings.Contains(out, "Kein Vorschlag") {
		t.Errorf("tune-faq:\n%s", out)
	}
	var r triage.Tuning
	s.decode(&r, "tune-faq", "--since", "30d")
	if r.Precision != 0.95 || r.General.Worth || r.Entries == nil || r.General.Now.MinScore != rules.DefaultMinScore {
		t.Errorf("tune-faq --json: %+v", r)
	}
	for _, args := range [][]string{{"--precision", "2"}, {"--since", "gestern"}, {"more"}} {
		if got := s.with(append([]string{"tune-faq"}, args...)...); got.code != exitUsage {
			t.Errorf("tune-faq %v: exit %d", args, got.code)
		}
	}
	if s.read("config.yaml") != before {
		t.Error("the configuration was changed")
	}
}

// TestPrintTuning: the proposal can be pasted as it is printed.
func TestPrintTuning(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := &cli{out: &out, lang: "de"}
	c.printTuning(triage.Tuning{Mails: 90, Confirmed: 30, ByAgent: 20, Rejected: 2, General: triage.EntryTuning{
		Now: rules.Proposal{MinScore: .6, MinLead: .15, Sent: 20, Right: 20, Outcomes: 52}, Worth: true,
		Proposal: rules.Proposal{MinScore: .52, MinLead: .1, Sent: 45, Right: 44, Outcomes: 52, OK: true},
	}, Entries: []triage.EntryTuning{{Entry: "vpn", Now: rules.Proposal{MinScore: .6, MinLead: .15, Outcomes: 9}}}})
	for _, want := range []string{"30 bestätigt, 20 von Agenten", "0.52", "0.98", "zu wenig bekannt", "faq_settings:\n  min_score: 0.52   # bisher 0.60\n  min_lead: 0.10    # bisher 0.15\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, out.String())
		}
	}
	t.Logf("\n%s", out.String())
}

// TestExplainKnowsLessons: beside the data of a desk, explain decides with what its
// FAQ has learned, and says so.
func TestExplainKnowsLessons(t *testing.T) {
	t.Parallel()
	s := filled(t)
	st, err := store.Open(t.Context(), filepath.Join(s.dir, "data"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = st.Update(t.Context(), func(tx *store.Tx) error {
		tk, err := tx.TicketByNumber(t.Context(), 10001)
		if err != nil {
			return err
		}
		if err := tx.SaveFAQUse(t.Context(), store.FAQUse{TicketID: tk.ID, Entry: "vpn-verbindet-nicht", Requester: tk.Requester, Agent: "lena"}); err != nil {
			return err
		}
		return tx.Learn(t.Context(), store.Lesson{TicketID: tk.ID, Entry: "vpn-verbindet-nicht", Source: store.LessonAgent,
			Text: "Sperrfeuer | Der Tunnel nach München steht heute schief"}, 50)
	})
	if err = errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	s.write("tunnel.eml", "From: a.berger@firma.example\r\nSubject: Sperrfeuer\r\n\r\nDer Tunnel nach Muenchen steht heute schief\r\n")
	if out := s.good("explain", filepath.Join(s.dir, "tunnel.eml")); !strings.Contains(out, "gelernt aus IT-10001") {
		t.Errorf("explain:\n%s", out)
	}
	s.good("fsck")
}

// TestKeys: listed without their secrets, added, retired; the newest stays.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := filled(t)
	s.good("keys", "rotate")
	var keys []struct {
		ID    int64
		Signs bool
	}
	if s.decode(&keys, "keys"); len(keys) != 2 || !keys[0].Signs || keys[1].Signs {
		t.Fatalf("keys: %+v", keys)
	}
	if got := s.with("keys", "retire", fmt.Sprint(keys[0].ID)); got.code == exitOK {
		t.Error("the newest key was retired")
	}
	s.good("keys", "retire", fmt.Sprint(keys[1].ID))
	if out := s.good("keys"); strings.Contains(out, "verifies") || !strings.Contains(out, "signs") {
		t.Errorf("keys: %s", out)
	}
	if got := s.with("keys", "burn"); got.code != exitUsage {
		t.Errorf("exit %d", got.code)
	}
}
