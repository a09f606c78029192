package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An admin looks at the texts, copies one, edits it, breaks it, mends it and sees
// the mails as they will leave.
func TestTemplates(t *testing.T) {
	s := newShop(t)
	list := s.good("templates")
	for _, want := range []string{"de/receipt.txt", "Eingangsbestätigung", "en/escalation.txt", "layout.html"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q:\n%s", want, list)
		}
	}
	if text := s.good("templates", "de/receipt.txt"); !strings.Contains(text, "{{requester.salutation}}") {
		t.Error(text)
	}
	if values := s.good("templates", "--values", "de/receipt.txt"); !strings.Contains(values, "{{due.first_reply}}\n") || strings.Contains(values, "{{short}}") {
		t.Error(values)
	}
	if syntax := s.good("templates", "--syntax"); !strings.Contains(syntax, "{{#if wert}}") {
		t.Error(syntax)
	}
	if path := strings.TrimSpace(s.good("templates", "--copy", "de/receipt.txt")); path != filepath.Join(s.dir, "templates", "de", "receipt.txt") {
		t.Error(path)
	}
	if r := s.with("templates", "--copy", "de/receipt.txt"); r.code != exitData || !strings.Contains(r.err, "already") {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	s.edit("templates/de/receipt.txt", "{{requester.salutation}}", "Servus {{requester.nam}},")
	if r := s.with("check"); r.code != exitConfig || !strings.Contains(r.out, "receipt.txt:1:8") || !strings.Contains(r.out, "meinten Sie {{requester.name}}?") {
		t.Errorf("exit %d: %s", r.code, r.out)
	}
	if r := s.with("templates", "--preview", filepath.Join(s.dir, "v")); r.code != exitConfig {
		t.Errorf("exit %d: %s", r.code, r.err)
	}
	s.edit("templates/de/receipt.txt", "requester.nam}}", "requester.name}}")
	s.good("templates", "--preview", filepath.Join(s.dir, "v"))
	if text := s.read("v/de/receipt.txt"); !strings.Contains(text, "Servus Anna Berger,") {
		t.Error(text)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "v", "index.html")); err != nil {
		t.Error(err)
	}
	var rows []templateRow
	s.decode(&rows, "templates")
	own := 0
	for _, r := range rows {
		if r.Own {
			own++
		}
		if r.Use == "" {
			t.Errorf("%s: nothing says what it is for", r.File)
		}
	}
	if own != 1 {
		t.Errorf("%d own files", own)
	}
	for _, args := range [][]string{{"templates", "de/recipt.txt"}, {"templates", "--values"}, {"templates", "--copy"}} {
		if r := s.with(args...); r.code != exitUsage {
			t.Errorf("%v: exit %d", args, r.code)
		}
	}
}
