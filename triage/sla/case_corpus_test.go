package sla

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCaseFolder runs a folder of NAME.input.json with NAME.expected.json that is
// kept outside of the project; FIRSTLINE_SLA_CASES names it.
func TestCaseFolder(t *testing.T) {
	dir := os.Getenv("FIRSTLINE_SLA_CASES")
	if dir == "" {
		t.Skip("FIRSTLINE_SLA_CASES names no folder of cases")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.input.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			input, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			expected, err := os.ReadFile(strings.TrimSuffix(file, ".input.json") + ".expected.json")
			if err != nil {
				t.Fatal(err)
			}
			var want struct {
				End            string
				WorkingSeconds *int64 `json:"working_seconds"`
			}
			if err := json.Unmarshal(expected, &want); err != nil {
				t.Fatal(err)
			}
			out, err := RunCase(input)
			if err != nil {
				t.Fatal(err)
			}
			switch got := out.(type) {
			case CaseSeconds:
				if want.WorkingSeconds == nil || got.WorkingSeconds != *want.WorkingSeconds {
					t.Errorf("got %d, want %v", got.WorkingSeconds, want)
				}
			case CaseEnd:
				at, err := time.Parse(time.RFC3339, got.End)
				if err != nil || at.Format(time.DateTime) != want.End {
					t.Errorf("got %s, want %s", got.End, want.End)
				}
			}
		})
	}
}
