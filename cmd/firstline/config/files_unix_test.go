//go:build unix

package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"firstline/rules/source"
)

// TestFilesThatAreNone: what is no text file of a sensible size is named and never
// waited for. A named pipe without a writer would hold up the open for ever.
func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	const main = "version: 1\ncompany: {name: x, internal_domains: [x.example]}\ninclude: [rules.yaml]\n"
	for name, c := range map[string]struct {
		make func(path string) error
		want string
	}{
		"pipe":   {func(p string) error { return syscall.Mkfifo(p, 0o600) }, "keine gewöhnliche Datei"},
		"folder": {func(p string) error { return os.Mkdir(p, 0o700) }, "keine gewöhnliche Datei"},
		"circle": {func(p string) error {
			return os.Symlink(filepath.Base(p), p)
		}, "Kreis"},
		"huge":   {func(p string) error { return os.WriteFile(p, make([]byte, maxFile+1), 0o600) }, "größer als 8 MB"},
		"binary": {func(p string) error { return os.WriteFile(p, []byte("rules: \x00\x01\x02"), 0o600) }, "keine Textdatei"},
		"none":   {func(string) error { return nil }, "es gibt sie nicht"},
	} {
		for _, file := range []string{"config.yaml", "rules.yaml"} {
			dir := t.TempDir()
			if file != "config.yaml" {
				if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(main), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.make(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
			_, found := Load(filepath.Join(dir, "config.yaml"), Options{Lang: "de"})
			if text := source.Render(found, "de"); !source.HasErrors(found) || !strings.Contains(text, c.want) {
				if name == "folder" && file == "config.yaml" {
					continue // a folder stands for the config.yaml in it
				}
				t.Errorf("%s as %s:\n%s", name, file, text)
			}
		}
	}
}

// TestMainFileAmongIncludes: *.yaml finds the main file too; it is read once.
func TestMainFileAmongIncludes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{
		"config.yaml": "version: 1\ncompany: {name: x, internal_domains: [x.example]}\ninclude: [\"*.yaml\"]\n",
		"a.yaml":      "categories: {a: {strong: [x]}}\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, found := Load(filepath.Join(dir, "config.yaml"), Options{Lang: "de"})
	if source.HasErrors(found) || len(c.Desk.Categories) != 1 {
		t.Errorf("%d categories\n%s", len(c.Desk.Categories), source.Render(found, "de"))
	}
}
