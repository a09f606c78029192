package service_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/mailin"
	"firstline/rules/source"
	"firstline/store"
)

const mainYAML = `version: 1
company: {name: Firma, timezone: Europe/Berlin, language: de, languages: [de, en], internal_domains: [firma.example]}
mailboxes:
  - id: support
    address: support@firma.example
    imap: {host: 127.0.0.1, port: 9, tls: none, insecure_plain: true, user: support, password_file: secret}
outgoing:
  smtp: {host: 127.0.0.1, port: 9, tls: none, insecure_plain: true, user: support, password_file: secret}
security: {may_open_tickets: [internal], unknown_senders: hold, trusted_authserv: [mx.firma.example]}
people:
  agents:
    - {id: lena, name: Lena Huber, email: l.huber@firma.example, level: 1}
    - {id: sabine, name: Sabine Vogl, email: s.vogl@firma.example, level: 2, role: manager}
    - {id: jane, name: Jane Doe, email: j.doe@firma.example, level: 2, role: manager, language: en}
  groups:
    first: {label: First-Level, level: 1, members: [lena], lead: sabine}
store: {dir: data}
include: [rules.yaml]
`

const goodRules = `categorize: {min_points: 3, min_lead: 2, else: sonstiges}
categories:
  drucker: {label: {de: Drucker, en: Printers}, group: first, strong: [drucker]}
  sonstiges: {label: {de: Sonstiges, en: Other}, group: first}
rules:
  - name: Toner
    when: {words: [toner]}
    then: {category: drucker, priority: P4}
    tests:
      - {mail: {subject: Toner leer}, expect: {category: drucker, priority: P4}}
`

// rig is a daemon without its workers that watches a real folder.
type rig struct {
	t      *testing.T
	dir    string
	data   string // data directory
	path   string
	s      *service.Service
	hup    chan os.Signal
	alarms int // mails seen so far
}

func newRig(t *testing.T, link bool) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), hup: make(chan os.Signal, 1)}
	conf := r.dir
	if link { // the way container systems mount a configuration
		conf = filepath.Join(r.dir, "v1")
		if err := os.Mkdir(conf, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("v1", filepath.Join(r.dir, "current")); err != nil {
			t.Fatal(err)
		}
	}
	writeAll(t, conf)
	r.path = filepath.Join(r.dir, "config.yaml")
	if link {
		r.path = filepath.Join(r.dir, "current", "config.yaml")
	}
	load := func(lang string) (*config.Config, []source.Finding) {
		return config.Load(r.path, config.Options{Lang: lang, Purpose: config.Run, Now: time.Now()})
	}
	c, found := load("de")
	if source.HasErrors(found) {
		t.Fatal(source.Render(found, "de"))
	}
	c.StoreDir = filepath.Join(t.TempDir(), "data")
	r.data = c.StoreDir
	var err error
	if r.s, err = service.New(t.Context(), c, service.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.s.Watch(ctx, r.hup, load) }()
	t.Cleanup(func() { stop(); <-done; r.s.Store.Close() })
	return r
}

func writeAll(t *testing.T, dir string) {
	t.Helper()
	for name, text := range map[string]string{"secret": "geheim\n", "rules.yaml": goodRules, "config.yaml": mainYAML} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (r *rig) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// until waits for a condition; how long it takes is not asserted.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	r.t.Fatalf("never happened: %s (generation %d, alarms %v)", what, r.generation(), r.standing())
}

func (r *rig) generation() int { return r.s.Desk.Config().Generation }

// reloaded waits for a generation.
func (r *rig) reloaded(generation int) {
	r.t.Helper()
	r.until(fmt.Sprintf("generation %d", generation), func() bool { return r.generation() == generation && len(r.standing()) == 0 })
}

// standing are the names of the alarms that are up.
func (r *rig) standing() []string {
	var names []string
	_ = r.s.Store.View(r.t.Context(), func(tx *store.Tx) error {
		list, err := tx.Alarms(r.t.Context())
		for _, a := range list {
			names = append(names, a.Name)
		}
		return err
	})
	return names
}

// refused waits for an alarm and returns the mails that were queued since the last
// look, by recipient.
func (r *rig) refused(alarm string) map[string]*mailin.Message {
	r.t.Helper()
	r.until("alarm "+alarm, func() bool { n := r.standing(); return len(n) == 1 && n[0] == alarm })
	mails := map[string]*mailin.Message{}
	ctx := r.t.Context()
	err := r.s.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListOutbox(ctx, store.OutboxFilter{Limit: 1000})
		if err != nil {
			return err
		}
		for _, o := range rows[:len(rows)-r.alarms] {
			raw, err := tx.OutboxBytes(ctx, o.ID)
			if err != nil {
				return err
			}
			if mails[o.Recipient] != nil {
				r.t.Errorf("two mails to %s", o.Recipient)
			}
			mails[o.Recipient] = mailin.Parse(raw, mailin.Options{})
		}
		r.alarms = len(rows)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return mails
}

// TestReload drives the watch with everything that happens to files.
func TestReload(t *testing.T) {
	t.Parallel()
	r := newRig(t, false)
	hash := r.s.Desk.Config().Rules.Hash

	r.write("rules.yaml", strings.Replace(goodRules, "[toner]", "[toner, patrone]", 1))
	r.reloaded(1)
	if now := r.s.Desk.Config().Rules.Hash; now == hash {
		t.Error("the hash of the rules is the old one")
	}
	hash = r.s.Desk.Config().Rules.Hash

	r.write("rules.yaml", strings.Replace(goodRules, "category: drucker, priority", "category: druker, priority", 1))
	mails := r.refused("config")
	if len(mails) != 2 {
		t.Fatalf("%d mails, want one to each manager", len(mails))
	}
	german, english := mails["s.vogl@firma.example"], mails["j.doe@firma.example"]
	if german == nil || !strings.Contains(german.Subject, "Konfiguration hat Fehler") || !strings.Contains(german.Text, "rules.yaml:8:") || !strings.Contains(german.Text, "Meinten Sie „drucker“") {
		t.Errorf("German mail: %+v", german)
	}
	if english == nil || !strings.Contains(english.Subject, "has errors") || !strings.Contains(english.Text, "Did you mean “drucker”") {
		t.Errorf("English mail: %+v", english)
	}

	// Worse and worse: nobody is told again while it is the same trouble.
	for name, text := range map[string]string{
		"half written": goodRules[:len(goodRules)/2], "not UTF-8": strings.Replace(goodRules, "Drucker", "Dr\xfccker", 1),
		"binary": "\x00\x01\x02\x7fELF", "a list": "- a\n- b\n", "huge": goodRules + strings.Repeat("# huge\n", 2<<20),
	} {
		r.write("rules.yaml", text)
		r.hupAndWait(name)
		if got := r.refused("config"); len(got) != 0 {
			t.Errorf("%s: %d more mails", name, len(got))
		}
	}
	if now := r.s.Desk.Config(); now.Rules.Hash != hash || now.Generation != 1 {
		t.Errorf("generation %d, hash %.8s: the old rules are gone", now.Generation, now.Rules.Hash)
	}

	red := strings.Replace(goodRules, "expect: {category: drucker, priority: P4}", "expect: {category: drucker, priority: P1}", 1)
	r.write("rules.yaml", red)
	mails = r.refused("config_tests")
	if m := mails["s.vogl@firma.example"]; len(mails) != 2 || m == nil || !strings.Contains(m.Text, "priority erwartet P1, bekommen P4") {
		t.Errorf("mails about red tests: %v", mails)
	}
	if r.generation() != 1 {
		t.Error("rules with red tests were loaded")
	}

	r.write("rules.yaml", "\ufeff"+goodRules) // a BOM is no mistake
	r.reloaded(2)
	r.empty()
}

// hupAndWait makes the watch read now and waits until it has.
func (r *rig) hupAndWait(what string) {
	r.t.Helper()
	before := r.text()
	r.hup <- syscall.SIGHUP
	r.until(what+" was read", func() bool { return len(r.hup) == 0 && r.text() != "" && (r.text() != before || before == "") })
}

// text is the short text of the alarm that is up.
func (r *rig) text() string {
	text := ""
	_ = r.s.Store.View(r.t.Context(), func(tx *store.Tx) error {
		list, err := tx.Alarms(r.t.Context())
		for _, a := range list {
			text += a.Text
		}
		return err
	})
	return text
}

// empty goes on with files that are empty or gone, and that come back.
func (r *rig) empty() {
	r.write("config.yaml", "")
	if got := r.refused("config"); len(got) != 2 {
		r.t.Errorf("empty file: %d mails, want 2", len(got))
	}
	r.write("config.yaml", mainYAML)
	r.reloaded(3)

	if err := os.Remove(r.path); err != nil {
		r.t.Fatal(err)
	}
	if got := r.refused("config"); len(got) != 2 {
		r.t.Errorf("file removed: %d mails, want 2", len(got))
	}
	r.write("config.yaml", mainYAML)
	r.reloaded(4)

	if err := os.Remove(filepath.Join(r.dir, "rules.yaml")); err != nil {
		r.t.Fatal(err)
	}
	r.refused("config")
	r.write("new.yaml", goodRules)
	if err := os.Rename(filepath.Join(r.dir, "new.yaml"), filepath.Join(r.dir, "rules.yaml")); err != nil { // atomic save
		r.t.Fatal(err)
	}
	r.reloaded(5)

	if err := os.Remove(r.path); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Symlink("config.yaml", r.path); err != nil { // a loop
		r.t.Fatal(err)
	}
	r.refused("config")
	if err := os.Remove(r.path); err != nil {
		r.t.Fatal(err)
	}
	r.write("config.yaml", mainYAML)
	r.reloaded(6)
}

// TestReloadSymlinkSwap: container systems swap a link, and no file changes.
func TestReloadSymlinkSwap(t *testing.T) {
	t.Parallel()
	r := newRig(t, true)
	next := filepath.Join(r.dir, "v2")
	if err := os.Mkdir(next, 0o700); err != nil {
		t.Fatal(err)
	}
	writeAll(t, next)
	r.write("v2/rules.yaml", strings.Replace(goodRules, "[toner]", "[toner, patrone]", 1))
	old := r.s.Desk.Config().Rules.Hash
	if err := os.Symlink("v2", filepath.Join(r.dir, "current.new")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(r.dir, "current.new"), filepath.Join(r.dir, "current")); err != nil {
		t.Fatal(err)
	}
	r.reloaded(1)
	if r.s.Desk.Config().Rules.Hash == old {
		t.Error("the rules are the old ones")
	}
}

// TestReloadSignal: SIGHUP reads even what did not change, and every trace names
// the generation and the hash it was made with.
func TestReloadSignal(t *testing.T) {
	t.Parallel()
	r := newRig(t, false)
	first := r.decide("Toner leer", 1)
	r.hup <- syscall.SIGHUP
	r.reloaded(1)
	second := r.decide("Toner ist alle", 2)
	hash := r.s.Desk.Config().Rules.Hash
	if first.Generation != 0 || second.Generation != 1 || first.Rules != hash || second.Rules != hash || hash == "" {
		t.Errorf("traces: generation %d and %d, hash %.8s and %.8s, want %.8s", first.Generation, second.Generation, first.Rules, second.Rules, hash)
	}
}

// decide triages one mail and returns its trace.
func (r *rig) decide(subject string, uid uint32) store.Trace {
	r.t.Helper()
	ctx := r.t.Context()
	raw := fmt.Sprintf("Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\nReceived: from a by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n"+
		"From: Anna <a@firma.example>\r\nTo: support@firma.example\r\nSubject: %s\r\nMessage-ID: <%d@a>\r\n\r\nHallo\r\n", subject, uid)
	var id int64
	err := r.s.Store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		id, _, err = tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: uid, Raw: []byte(raw)})
		return err
	})
	if err == nil {
		_, err = r.s.Desk.Step(ctx)
	}
	var trace store.Trace
	if err == nil {
		err = r.s.Store.View(ctx, func(tx *store.Tx) error {
			trace, err = tx.TraceOfInbound(ctx, id)
			return err
		})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return trace
}

// TestReloadRequest: another process asks for a reload through the data directory.
func TestReloadRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t, false)
	for n := 1; n <= 2; n++ {
		if err := os.WriteFile(filepath.Join(r.data, service.ReloadFile), []byte(fmt.Sprint(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		r.reloaded(n)
	}
}
