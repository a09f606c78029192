package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstline/store"
)

// TestUsage: a wrong call is code 2 and says what is possible.
func TestUsage(t *testing.T) {
	t.Parallel()
	s := &shop{t: t}
	var out, errs strings.Builder
	if code := run(t.Context(), nil, strings.NewReader(""), &out, &errs); code != exitUsage || !strings.Contains(errs.String(), "Usage:") {
		t.Errorf("no verb: exit %d, %s", code, errs.String())
	}
	if help := s.run("help"); help.code != exitOK || help.err != "" {
		t.Errorf("help: exit %d, %s", help.code, help.err)
	}
	for _, v := range verbs() {
		if got := s.run(v.name, "-h"); got.code != exitOK || !strings.Contains(got.err, "Usage: firstline "+v.name) {
			t.Errorf("%s -h: exit %d, %s", v.name, got.code, got.err)
		}
		if !strings.Contains(usage, "\n  "+v.name) {
			t.Errorf("%s is missing in the usage text", v.name)
		}
		if got := s.run(v.name, "--no-such-flag"); got.code != exitUsage {
			t.Errorf("%s with an unknown flag: exit %d", v.name, got.code)
		}
	}
	if got := s.run("tikets"); got.code != exitUsage || !strings.Contains(got.err, `no such verb: "tikets"`) {
		t.Errorf("unknown verb: exit %d, %s", got.code, got.err)
	}
}

// TestInit: what init writes passes check and test at once, and is never
// overwritten.
func TestInit(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if out := s.good("check"); !strings.Contains(out, "config.yaml ist in Ordnung") {
		t.Errorf("check: %s", out)
	}
	if out := s.good("test"); !strings.Contains(out, " 0 fehlgeschlagen") {
		t.Errorf("test: %s", out)
	}
	if again := s.run("init", "--yes", s.dir); again.code != exitData || !strings.Contains(again.err, "never overwrites") {
		t.Errorf("init again: exit %d, %s", again.code, again.err)
	}
	for name, line := range map[string]string{"config.yaml": "config.schema.json", "rules/regeln.yaml": "../config.schema.json"} {
		if !strings.HasPrefix(s.read(name), "# yaml-language-server: $schema="+line+"\n") {
			t.Errorf("%s names no schema: %.80s", name, s.read(name))
		}
	}
	schema := s.ok("schema")
	if !json.Valid([]byte(schema)) || s.read("config.schema.json") != schema {
		t.Error("config.schema.json is not what firstline schema prints")
	}
}

// TestInitAnswers: what a person answers stands in the configuration.
func TestInitAnswers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out, errs strings.Builder
	answers := "Isarwerk \"Süd\" GmbH\nen\nEurope/Vienna\n09:00-18:00\nAT\nisarwerk.example\n\n\n\n\nJörg Öztürk\n\n"
	if code := run(t.Context(), []string{"init", "--lang", "de", dir}, strings.NewReader(answers), &out, &errs); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	s := &shop{t: t, dir: dir, conf: filepath.Join(dir, "config.yaml")}
	text := s.read("config.yaml")
	for _, want := range []string{`Isarwerk \"Süd\" GmbH`, "timezone: Europe/Vienna", "region: AT", `"09:00-18:00"`, "Every key is explained", "support@isarwerk.example", "id: joerg", "language: en"} {
		if !strings.Contains(text, want) {
			t.Errorf("the configuration does not hold %q", want)
		}
	}
	s.good("check")
	s.good("test")
	if rules := s.read("rules/rules.yaml"); !strings.Contains(rules, "name: Device lost or stolen") {
		t.Error("the rules of an English configuration have no English names")
	}
}

// TestInitRefuses: an answer that cannot be used ends init when nobody can answer
// again, and nothing is written.
func TestInitRefuses(t *testing.T) {
	t.Parallel()
	for _, answers := range []string{"X\nfr\n", "X\nde\nEurope/Wien\n", "X\nde\n\n8-17\n", "X\nde\n\n\nDE-XX\n", "X\nde\n\n\n\nfirma example\n", "X\nde\n\n\n\n\nsupport\n"} {
		dir := t.TempDir()
		var out, errs strings.Builder
		if code := run(t.Context(), []string{"init", "--lang", "de", dir}, strings.NewReader(answers), &out, &errs); code != exitUsage {
			t.Errorf("%q: exit %d, %s", answers, code, errs.String())
		}
		if files, _ := os.ReadDir(dir); len(files) > 0 {
			t.Errorf("%q: %s was written", answers, files[0].Name())
		}
	}
}

// TestCheckFindsAll: every mistake in one run, with place and fix; 78.
func TestCheckFindsAll(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.edit("config.yaml", "first_reply: 30m", "first_reply: 4")
	s.edit("config.yaml", "mode: live", "mode: lvie")
	s.edit("rules/regeln.yaml", "then:", "dann:")
	for _, verb := range []string{"check", "run", "test", "sla", "doctor"} {
		got := s.with(verb)
		all := got.out + got.err
		if got.code != exitConfig {
			t.Errorf("%s: exit %d, want 78", verb, got.code)
		}
		for _, want := range []string{"Zeit ohne Einheit", "live", "Unbekannter Schlüssel „dann“. Meinten Sie „then“?", "config.yaml:", "regeln.yaml:", "^^^^"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s does not say %q:\n%s", verb, want, all)
			}
		}
	}
	var found []struct {
		File, Level, Code, Text string
		Line, Column            int
	}
	got := s.with("check", "--json")
	if err := json.Unmarshal([]byte(got.out), &found); err != nil || len(found) < 3 || found[0].Line == 0 || found[0].Level != "error" || got.code != exitConfig {
		t.Errorf("check --json: exit %d, %v, %+v", got.code, err, found)
	}
	if got := s.run("check", filepath.Join(s.dir, "missing.yaml")); got.code != exitConfig {
		t.Errorf("a missing file: exit %d", got.code)
	}
}

// TestTestFails: a failed test is code 1 and shows expected, got and why.
func TestTestFails(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.edit("rules/regeln.yaml", "rules:\n", "rules:\n  - name: Testregel\n    when: {words: [quasselstrippe]}\n    then: {priority: P4}\n    tests:\n"+
		"      - {name: Geht schief, mail: {subject: Nur ein Drucker}, expect: {priority: P4}}\n")
	got := s.with("test")
	if got.code != exitFailed {
		t.Errorf("exit %d, want 1", got.code)
	}
	for _, want := range []string{"Geht schief", "priority erwartet P4, bekommen P3", "Testregel", "1 fehlgeschlagen", "regeln.yaml:"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("test does not say %q:\n%s", want, got.out)
		}
	}
	if got := s.with("check"); got.code != exitOK {
		t.Errorf("check of a sound file with a red test: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

// keysOf are the keys of a JSON object, sorted.
func keysOf(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return slices.Sorted(maps.Keys(m))
}

// TestExplain: the contract of explain --json, and the text for people.
func TestExplain(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	file := filepath.Join(s.dir, "drucker.eml")
	s.write("drucker.eml", string(s.mail(1, anna, "Drucker druckt nicht", "Hallo,\nder Drucker im 2. OG druckt nicht.\n\nAnna")))

	text := s.good("explain", file)
	for _, want := range []string{"Anna Berger <a.berger@firma.example>: Drucker druckt nicht", "Kategorie     ✓ drucker", "Ergebnis", "Fristen", "first-level"} {
		if !strings.Contains(text, want) {
			t.Errorf("explain does not say %q:\n%s", want, text)
		}
	}

	var got struct {
		File     string
		Message  json.RawMessage
		Decision json.RawMessage
	}
	s.decode(&got, "explain", file)
	if got.File != file {
		t.Errorf("file %q", got.File)
	}
	message := []string{"attachments", "auth", "automatic", "cc", "date", "defects", "dsn", "from", "in_reply_to", "language", "message_id", "quoted",
		"references", "reply", "reply_to", "signature", "subject", "text", "to"}
	if keys := slices.DeleteFunc(keysOf(t, got.Message), func(k string) bool { return k == "forwarded" }); !slices.Equal(keys, message) {
		t.Errorf("keys of message: %v", keys)
	}
	for _, key := range []string{"outcome", "category", "priority", "group", "tags", "rule", "faq", "trace"} {
		if !slices.Contains(keysOf(t, got.Decision), key) {
			t.Errorf("decision has no %s", key)
		}
	}
	var parts struct {
		Message struct {
			From      json.RawMessage
			Automatic struct {
				Class   string
				Answer  bool
				Reasons []string
			}
			Auth struct{ Verdict, Domain, Reason string }
			DSN  *struct{} `json:"dsn"`
		}
		Decision struct {
			Outcome, Category, Priority, Group string
			Tags                               []string
			FAQ                                json.RawMessage
			Trace                              []struct{ Stage, Name, Reason string }
		}
	}
	s.decode(&parts, "explain", file)
	if m := parts.Message; m.Automatic.Class != "human" || !m.Automatic.Answer || m.Automatic.Reasons == nil || m.Auth.Verdict != "pass" || m.DSN != nil || !slices.Equal(keysOf(t, m.From), []string{"address", "name"}) {
		t.Errorf("message: %+v", m)
	}
	if d := parts.Decision; d.Category != "drucker" || d.Priority != "P3" || d.Group != "first-level" || d.Tags == nil || len(d.Trace) == 0 || d.Outcome != "opened" && d.Outcome != "answered" {
		t.Errorf("decision: %+v", d)
	}
	for _, key := range []string{"id", "score", "margin", "sent"} {
		if !slices.Contains(keysOf(t, parts.Decision.FAQ), key) {
			t.Errorf("faq has no %s", key)
		}
	}
}

// TestExplainBroken: every readable file is explained, however broken the mail.
func TestExplainBroken(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	broken := map[string]string{
		"empty": "", "binary": "\x00\x01\xff\xfe\x7fELF", "headless": "\r\n\r\nHallo", "no colon": "Subject x\r\nFrom\r\n\r\ny",
		"endless boundary": "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
		"wrong charset":    "From: a@firma.example\r\nSubject: =?klingon?Q?x?=\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xe4\xf6\xfc",
		"escape":           "From: a@firma.example\r\nSubject: \x1b[2J\x1b]0;x\x07 Drucker\r\n\r\nx",
	}
	args := []string{"explain"}
	for _, name := range slices.Sorted(maps.Keys(broken)) {
		s.write(name+".eml", broken[name])
		args = append(args, filepath.Join(s.dir, name+".eml"))
	}
	if text := s.good(args...); strings.ContainsAny(text, "\x1b\x07\x00") {
		t.Error("control characters reach the terminal")
	}
	lines := strings.Split(strings.TrimSpace(s.good(append(args[:1:1], append([]string{"--json"}, args[1:]...)...)...)), "\n")
	if len(lines) != len(broken) {
		t.Errorf("%d objects for %d files", len(lines), len(broken))
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Errorf("no JSON: %.100s", l)
		}
	}
	for want, args := range map[int][]string{
		exitUsage: {"explain"}, exitIO: {"explain", filepath.Join(s.dir, "missing.eml")},
	} {
		if got := s.with(args...); got.code != want {
			t.Errorf("%v: exit %d, want %d", args, got.code, want)
		}
	}
	if got := s.with("explain", "--at", "gestern", args[1]); got.code != exitUsage {
		t.Errorf("a wrong time: exit %d", got.code)
	}
}

// TestSLA: when would it be due.
func TestSLA(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	var dues []struct{ Priority, Clock, Target, DueAt string }
	if out := s.good("sla", "--at", "2026-03-02T09:00:00+01:00", "--priority", "P1"); !strings.Contains(out, "Mo 02.03.2026 13:00") {
		t.Errorf("sla: %s", out)
	}
	s.decode(&dues, "sla", "--at", "2026-03-02T09:00:00+01:00")
	if len(dues) != 16 {
		t.Errorf("%d dues, want 16", len(dues))
	}
	for want, args := range map[int][]string{
		exitUsage: {"sla", "--at", "gleich"}, exitData: {"sla", "--policy", "gold"}, exitIO: {"sla", filepath.Join(s.dir, "missing.input.json")},
	} {
		if got := s.with(args...); got.code != want {
			t.Errorf("%v: exit %d, want %d", args, got.code, want)
		}
	}
	s.write("bad.input.json", "{")
	if got := s.with("sla", "--json", filepath.Join(s.dir, "bad.input.json")); got.code != exitData {
		t.Errorf("a broken case: exit %d, want 65", got.code)
	}
}

// TestVersion names what a bug report needs.
func TestVersion(t *testing.T) {
	t.Parallel()
	s := &shop{t: t}
	if out := s.ok("version"); !strings.Contains(out, "firstline ") || !strings.Contains(out, "SQLite 3.") {
		t.Errorf("version: %s", out)
	}
	var v map[string]string
	if err := json.Unmarshal([]byte(s.ok("version", "--json")), &v); err != nil || v["sqlite"] == "" || v["commit"] == "" || v["version"] == "" {
		t.Errorf("version --json: %v %v", v, err)
	}
}

// TestRunExitCodes: a second daemon, a missing secret, a server that is not there.
func TestRunExitCodes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	st, err := store.Open(t.Context(), filepath.Join(s.dir, "data"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.with("run"); got.code != exitTemporary || !strings.Contains(got.err, "locked") {
		t.Errorf("second daemon: exit %d, %s", got.code, got.err)
	}
	st.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop() // SIGTERM at once
	var out, errs strings.Builder
	if code := run(ctx, []string{"run", "-c", s.conf}, strings.NewReader(""), &out, &errs); code != exitOK && code != exitFailed {
		t.Errorf("stopped at once: exit %d, %s", code, errs.String())
	}
	s.edit("config.yaml", "host: imap.firma.example, port: 993, tls: implicit", "host: 127.0.0.1, port: 9, tls: none, insecure_plain: true")
	s.edit("config.yaml", "host: smtp.firma.example, port: 587, tls: starttls", "host: 127.0.0.1, port: 9, tls: none, insecure_plain: true")
	if got := s.with("doctor"); got.code != exitUnavailable || !strings.Contains(got.out, "✗ imap support") || !strings.Contains(got.out, "✗ smtp") {
		t.Errorf("doctor: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if err := os.Remove(filepath.Join(s.dir, "secrets/imap.txt")); err != nil {
		t.Fatal(err)
	}
	if got := s.with("run"); got.code != exitConfig || !strings.Contains(got.err, "imap.txt") {
		t.Errorf("no password: exit %d, %s", got.code, got.err)
	}
}
