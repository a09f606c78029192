package service

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"firstline/cmd/firstline/config"
	"firstline/rules/source"
	"firstline/triage"
)

// The alarms that stand while the configuration on disk is not the one in force.
const (
	alarmConfig = "config"       // it has errors
	alarmTests  = "config_tests" // tests of its rules fail
)

// maxFindings bounds the findings of a mail, in bytes.
const maxFindings = 16 << 10

// Loader reads the configuration from disk, with findings in a language.
type Loader func(lang string) (*config.Config, []source.Finding)

// attempt is a configuration that was read and judged.
type attempt struct {
	next  *config.Config
	alarm string           // "" = it can be put to work
	found []source.Finding // why not
}

// judge reads the configuration as a whole: files, texts, and the tests of its rules.
func judge(load Loader, lang string) attempt {
	next, found := load(lang)
	a := attempt{next: next, found: found}
	if source.HasErrors(found) || next == nil {
		a.alarm = alarmConfig
		return a
	}
	texts, err := Texts(next)
	next.Desk.Texts = texts
	if err != nil {
		a.alarm = alarmConfig
		a.found = append(a.found, source.Finding{File: next.Templates.Folder, Level: source.Error, Code: "K090", Text: err.Error()})
		return a
	}
	r := source.NewReport(lang)
	if _, failed := next.Desk.Rules.ReportTests(r); failed > 0 {
		a.alarm, a.found = alarmTests, r.Findings()
	}
	return a
}

// reload checks the whole configuration and swaps it in; accounts, the data
// directory and the logs need a restart. One with errors, or whose rule tests
// fail, never replaces a working one: people are told once, and again only when
// the reason is another. It returns the files to watch.
func (s *Service) reload(ctx context.Context, load Loader) (files []string, loaded bool) {
	lang := s.Desk.Config().Company.Language
	a := judge(load, lang)
	if a.next != nil {
		files = a.next.Files
	}
	if a.alarm != "" {
		s.refuse(ctx, load, lang, a)
		return files, false
	}
	desk := a.next.Desk
	desk.Generation = s.Desk.Config().Generation + 1
	s.Desk.SetConfig(&desk)
	s.over(ctx, alarmConfig)
	s.over(ctx, alarmTests)
	s.log.Info("configuration reloaded", "generation", desk.Generation, "rules", desk.Rules.Hash)
	if err := s.Desk.Settle(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("compute clocks by the new configuration", "err", err) // the next sweep does it again
	}
	if accounts(a.next) != accounts(s.config) {
		s.log.Warn("mailboxes, SMTP, data directory or log have changed: they are used after a restart")
	}
	return files, true
}

// refuse keeps the old configuration and says why, in the log and to the people in
// charge.
func (s *Service) refuse(ctx context.Context, load Loader, lang string, a attempt) {
	for _, f := range a.found {
		if f.Level == source.Error {
			s.log.Error("the configuration was not reloaded", "file", f.File, "line", f.Line, "column", f.Column, "code", f.Code, "finding", f.Text)
		}
	}
	// The readers' languages are prepared here: a transaction reads no files.
	texts := map[string]triage.AlarmText{lang: refusal(lang, a)}
	for _, other := range []string{"de", "en"} {
		if other == lang {
			continue
		}
		texts[other] = refusal(other, a)
		if b := judge(load, other); b.alarm == a.alarm {
			texts[other] = refusal(other, b)
		}
	}
	say := func(lang string) triage.AlarmText {
		if t, ok := texts[lang]; ok {
			return t
		}
		return texts["de"]
	}
	if a.alarm == alarmConfig {
		s.over(ctx, alarmTests)
	} else {
		s.over(ctx, alarmConfig)
	}
	told, err := s.Desk.Alarm(ctx, a.alarm, short(a), say)
	if err != nil {
		s.log.Error("tell that the configuration was not reloaded", "err", err)
		return
	}
	s.log.Error("the configuration was not reloaded; the old one stays in force", "generation", s.Desk.Config().Generation,
		"findings", len(a.found), "mailed", told)
}

// over takes an alarm down.
func (s *Service) over(ctx context.Context, name string) {
	if err := s.Desk.AlarmOver(ctx, name); err != nil {
		s.log.Error("end alarm", "err", err)
	}
}

// short is the refusal in one line, for status.
func short(a attempt) string {
	errs := slices.DeleteFunc(slices.Clone(a.found), func(f source.Finding) bool { return f.Level != source.Error })
	text := "the configuration on disk was not loaded"
	if a.alarm == alarmTests {
		text = "the configuration on disk was not loaded, because tests of its rules fail"
	}
	if len(errs) > 0 {
		text += fmt.Sprintf(": %s:%d:%d %s %s", errs[0].File, errs[0].Line, errs[0].Column, errs[0].Code, errs[0].Text)
	}
	return text
}

// refusal is the mail about it.
func refusal(lang string, a attempt) triage.AlarmText {
	var t triage.AlarmText
	switch {
	case a.alarm == alarmTests && lang == "en":
		t.Title = "the edited rules fail their tests"
		t.Fix = "Run firstline test; correct the rule or the test, and save. The old rules stay in force."
	case a.alarm == alarmTests:
		t.Title = "Tests der geänderten Regeln scheitern"
		t.Fix = "firstline test ausführen, Regel oder Test berichtigen, speichern. Bis dahin gelten die alten Regeln."
	case lang == "en":
		t.Title = "the edited configuration has errors"
		t.Fix = "Run firstline check; correct what it names, and save. The old configuration stays in force."
	default:
		t.Title = "Die geänderte Konfiguration hat Fehler"
		t.Fix = "firstline check ausführen, berichtigen, speichern. Bis dahin gilt die alte Konfiguration."
	}
	t.Text = source.Render(a.found, lang)
	if len(t.Text) > maxFindings {
		cut := maxFindings
		for !utf8.RuneStart(t.Text[cut]) {
			cut--
		}
		t.Text = t.Text[:cut] + " …"
	}
	return t
}

// accounts are the parts of a configuration that need a restart, to compare them.
func accounts(c *config.Config) string {
	var b strings.Builder
	server := func(v config.Server) { fmt.Fprintln(&b, v.Host, v.Port, v.TLS, v.User, v.CAFile, v.OAuth2 != nil) }
	for i, m := range c.Mailboxes {
		fmt.Fprintln(&b, m.ID, m.Poll, m.All, m.MaxSize, c.Desk.Mailboxes[i].Folders)
		server(m.IMAP)
	}
	server(c.SMTP)
	fmt.Fprintln(&b, c.StoreDir, c.Log, c.Templates)
	return b.String()
}

// inode is the identity of a file where the system has one.
func inode(info os.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}
