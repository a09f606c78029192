package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/rules/source"
)

var update = flag.Bool("update", false, "write the expected findings")

// now is a Monday; dates in testdata are meant relative to it.
var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func noEnv(string) (string, bool) { return "", false }

// TestBadConfigurations compares the findings of each broken file, in both
// languages, with what an admin should see.
func TestBadConfigurations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d broken configurations, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			purpose := Explain
			if strings.Contains(file, "-run-") {
				purpose = Run
			} else if strings.Contains(file, "-check-") {
				purpose = Check
			}
			var got strings.Builder
			for _, lang := range []string{"de", "en"} {
				_, fs := Load(file, Options{Lang: lang, Purpose: purpose, Now: now, Env: noEnv})
				if len(fs) == 0 {
					t.Error("nothing was found")
				}
				got.WriteString("# " + lang + "\n" + source.Render(fs, lang))
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".expected", got.String())
			if strings.Contains(got.String(), "Sommer") || strings.Contains(got.String(), "geheim") {
				t.Error("the findings show a secret")
			}
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
