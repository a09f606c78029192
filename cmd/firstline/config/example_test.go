package config

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"firstline/rules/source"
	"firstline/triage"
	"firstline/triage/sla"
)

const example = "../../../config.example.yaml"

func TestExampleHasNoFindings(t *testing.T) {
	t.Parallel()
	for _, purpose := range []Purpose{Check, Explain} {
		for _, lang := range []string{"de", "en"} {
			c, fs := Load(example, Options{Lang: lang, Purpose: purpose, Now: now, Env: noEnv})
			if len(fs) > 0 {
				t.Errorf("purpose %d:\n%s", purpose, source.Render(fs, lang))
			}
			if len(c.Desk.People.Agents) != 5 || len(c.Desk.People.Groups) != 4 || len(c.Desk.Categories) != 10 {
				t.Errorf("%d agents, %d groups, %d categories", len(c.Desk.People.Agents), len(c.Desk.People.Groups), len(c.Desk.Categories))
			}
		}
	}
}

// TestExampleValues holds the whole chain from the bytes to the desk against
// what the example says.
func TestExampleValues(t *testing.T) {
	t.Parallel()
	c, fs := Load(example, Options{Purpose: Check, Now: now, Env: noEnv})
	if source.HasErrors(fs) {
		t.Fatal(source.Render(fs, "de"))
	}
	const h = time.Hour
	d := c.Desk
	for name, pair := range map[string][2]any{
		"location": {d.Company.Location.String(), "Europe/Berlin"},
		"domains":  {d.Company.InternalDomains, []string{"isarwerk.example"}},
		"mailbox": {d.Mailboxes[0], triage.Mailbox{ID: "support", Address: "support@isarwerk.example",
			Aliases: []string{"it@isarwerk.example", "helpdesk@isarwerk.example"}, Mode: "live",
			Folders: triage.Folders{Inbox: "INBOX", Done: "Support/Erledigt", Ignored: "Support/Ignoriert", Failed: "Support/Fehler"}}},
		"poll":     {c.Mailboxes[0].Poll, 30 * time.Second},
		"size":     {c.Mailboxes[0].MaxSize, int64(25_000_000)},
		"imap":     {c.Mailboxes[0].IMAP.Host + c.Mailboxes[0].IMAP.TLS, "imap.isarwerk.exampleimplicit"},
		"smtp":     {c.SMTP.Port, 587},
		"limits":   {d.Outgoing.Limits, triage.Limits{PerSenderDay: 6, PerSender10Min: 2, PerDomainHour: 50, PerHour: 300}},
		"partners": {d.Security.Partners, []string{"@systemhaus.example", "@erp-haus.example"}},
		"ticket": {d.Ticket, triage.TicketConfig{Prefix: "IT", FirstNumber: 10001, ReopenWithin: 14 * 24 * h, CloseAfter: sla.Target{BusinessDays: 3},
			RemindAfter: sla.Target{BusinessDays: 2}, ResolveAfter: sla.Target{BusinessDays: 5}, ReopenGrace: 2 * h, ReprioritiseGrace: h / 2}},
		"external":   {d.People.Groups[3], triage.Group{ID: "systemhaus", Label: map[string]string{"": "Systemhaus (extern)"}, Level: 2, Assign: "least_open", External: true, Address: "hotline@systemhaus.example", HideNotes: true}},
		"absence":    {d.People.Absences[0].To.Format(time.RFC3339), "2026-08-28T00:00:00+02:00"},
		"default":    {d.DefaultPriority + d.DefaultSLA, "P3standard"},
		"matrix":     {d.Matrix["abteilung"]["planbar"], "P4"},
		"target":     {d.Policies["auftrag"].Targets["P4"], sla.Targets{FirstResponse: sla.Target{Open: 16 * h}, Resolution: sla.Target{BusinessDays: 10}}},
		"pause":      {d.Policies["auftrag"].PauseWhen, []string{"waiting_requester", "waiting_vendor"}},
		"warn":       {d.Policies["produktion"].WarnAt, 0.5},
		"steps":      {len(d.Escalation), 6},
		"step":       {d.Escalation[2].HandOver["erp"], []string{"erp", "software"}},
		"step clock": {d.Escalation[4].Clock, sla.TakeOver},
		"step idle":  {d.Escalation[3].Idle, 9 * h},
		"faq":        {d.FAQ, triage.FAQConfig{Editor: "sabine", AskAfter: sla.Target{BusinessDays: 1}, CloseAfter: sla.Target{BusinessDays: 2}}},
		"category":   {d.Categories["erp"].Group, "erp"},
		"receipt":    {strings.HasPrefix(d.Receipts["ausserhalb"]["en"], "We have"), true},
		"remote":     {strings.HasPrefix(d.Remote["en"], "For the remote session"), true},
		"note":       {strings.HasPrefix(d.Notes["checkliste_eintritt"], "- [ ] Konto"), true},
		"report":     {d.Reports[2], triage.ReportPlan{Name: "Wissensrunde", Cron: "0 9 1 * *", To: []string{"first-level", "netz", "erp"}, Kind: "knowledge"}},
		"privacy": {c.Desk.Privacy, triage.Privacy{
			Keep:  triage.Keep{Attachments: triage.Period{Months: 6}, Messages: triage.Period{Months: 24}, Persons: triage.Period{Months: 36}},
			Loose: triage.Period{Days: 90},
			Classes: []triage.RetentionClass{{
				Name: "Ein- und Austritte", Categories: []string{"personal_it"}, Tags: []string{"eintritt"},
				Keep: triage.Keep{Attachments: triage.Period{Months: 3}, Messages: triage.Period{Months: 12}, Persons: triage.Period{Months: 24}},
			}},
			LegalHold:  []string{"legal-hold", "aufbewahren"},
			MaskInLogs: []string{"subject", "body"},
		}},
		"folder":      {c.Templates.Folder, "../../../templates"},
		"store":       {c.StoreDir, "../../../data"},
		"log":         {c.Log, Log{Level: "info", Format: "text"}},
		"calendar":    {d.Calendars["buero"].IsOpen(time.Date(2026, 3, 2, 9, 0, 0, 0, d.Company.Location)), true},
		"closing":     {d.Calendars["buero"].IsOpen(time.Date(2026, 12, 24, 13, 0, 0, 0, d.Company.Location)), false},
		"own holiday": {d.Calendars["buero"].IsOpen(time.Date(2028, 8, 15, 9, 0, 0, 0, d.Company.Location)), false},
		"rules":       {d.Rules.Hash != "", true},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %+v, want %+v", name, pair[0], pair[1])
		}
	}
}

// TestExampleShowsEveryKey fails when the decoder knows a key that the example
// neither uses nor names in a comment.
func TestExampleShowsEveryKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]map[string]bool{}
	collect(source.NewReport("de").Parse("x", data), "", used)
	comments := regexp.MustCompile(`(?m)#.*$`).FindAllString(string(data), -1)
	for section, keys := range schema() {
		for _, key := range keys {
			if used[section][key] {
				continue
			}
			named := regexp.MustCompile(`[ {]` + key + `:`)
			found := false
			for _, c := range comments {
				found = found || named.MatchString(c)
			}
			if !found {
				t.Errorf("the example does not show %q of section %q", key, section)
			}
		}
	}
}

// collect notes which keys each section of the schema uses.
func collect(n *source.Node, section string, used map[string]map[string]bool) {
	known := schema()
	for _, p := range n.Pairs {
		next := strings.TrimPrefix(section+"."+p.Key.Value, ".")
		if star := strings.TrimPrefix(section+".*", "."); known[section] == nil && hasPrefix(known, star) {
			next = star
		}
		if used[section] == nil {
			used[section] = map[string]bool{}
		}
		used[section][p.Key.Value] = true
		collect(p.Value, next, used)
	}
	for _, item := range n.Items {
		collect(item, section+"[]", used)
	}
}

func hasPrefix(known map[string][]string, prefix string) bool {
	for k := range known {
		if strings.HasPrefix(k, prefix) {
			return true
		}
	}
	return false
}

// TestExampleRuleTests runs the tests inside the example.
func TestExampleRuleTests(t *testing.T) {
	t.Parallel()
	c, fs := Load(example, Options{Purpose: Check, Now: now, Env: noEnv})
	if source.HasErrors(fs) {
		t.Fatal(source.Render(fs, "de"))
	}
	for _, r := range c.Desk.Rules.Test() {
		if !r.OK {
			t.Errorf("%+v", r)
		}
	}
}
