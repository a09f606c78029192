package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowedImports are the edges between our packages: mailin reads bytes, rules says
// what a message asks for, triage turns rows into rows, mailout turns rows into
// bytes, store keeps the rows. An edge that is missing here is a design decision.
var allowedImports = map[string][]string{
	"mailin":                       nil,
	"store":                        nil,
	"rules/source":                 nil,
	"triage/sla":                   nil,
	"triage/state":                 nil,
	"triage/command":               nil,
	"triage/report":                {"triage/sla"},
	"triage/token":                 nil,
	"mailout":                      nil,
	"rules":                        {"mailin", "rules/source"},
	"rules/starter":                nil,
	"mailin/imap":                  {"store"},
	"mailin/imap/imaptest":         nil,
	"mailout/smtp":                 {"mailout", "store"},
	"mailout/smtp/smtptest":        nil,
	"triage":                       {"mailin", "mailout", "rules", "store", "triage/command", "triage/report", "triage/sla", "triage/state", "triage/token"},
	"cmd/firstline/config":         {"mailin", "mailout", "rules", "rules/source", "rules/starter", "triage", "triage/report", "triage/sla", "triage/state", "triage/token"},
	"cmd/firstline/service":        {"*"},
	"cmd/firstline/demo":           {"*"},
	"cmd/firstline":                {"*"},
	"cmd/firstline/internal/bench": {"*"},
}

// pure packages hold decisions: no clock of their own, no files, no network.
var pure = []string{"mailin", "rules", "rules/source", "triage/sla", "triage/state", "triage/command", "triage/report", "triage/token", "mailout"}

// forbidden are standard packages that would make a pure package impure.
var forbidden = []string{"os", "net", "net/http", "database/sql", "log", "log/slog", "os/exec"}

// TestImports keeps the packages in one direction.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "firstline/...").Output()
	if err != nil {
		t.Skipf("the go tool is not here: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], "firstline/")
		allowed, known := allowedImports[name]
		if !known {
			t.Errorf("package %s has no place in the import graph", name)
			continue
		}
		for _, imp := range fields[1:] {
			if ours, ok := strings.CutPrefix(imp, "firstline/"); ok && !slices.Contains(allowed, "*") && !slices.Contains(allowed, ours) {
				t.Errorf("%s must not import %s", name, ours)
			}
			if slices.Contains(pure, name) && slices.Contains(forbidden, imp) && !(name == "mailout" && imp == "log/slog") {
				t.Errorf("%s is pure and must not import %s", name, imp)
			}
		}
	}
}
