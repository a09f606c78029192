package config

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"firstline/mailout"
	"firstline/rules/source"
	"firstline/triage"
)

func (d *decoder) templates() {
	m := d.keys(d.root.Get("templates"), "templates")
	if folder := m.Text("folder"); folder.Node != nil {
		d.c.Templates.Folder = d.path(folder.Value)
		if info, err := d.o.Stat(d.c.Templates.Folder); err == nil && !info.IsDir() {
			d.r.Add(folder.Node, cannotRead, folder.Value, source.Word{DE: "kein Ordner", EN: "not a folder"})
		}
	}
	desk := &d.c.Desk
	desk.Receipts, desk.Notes = map[string]map[string]string{}, map[string]string{}
	receipts := m.Map("receipt")
	for _, p := range receipts.Pairs() {
		d.name(source.Text{Value: p.Key.Value, Node: p.Key})
		desk.Receipts[p.Key.Value] = d.label(receipts, p.Key.Value)
	}
	desk.Remote = d.label(m, "remote")
	for _, p := range m.Map("notes").Pairs() {
		d.name(source.Text{Value: p.Key.Value, Node: p.Key})
		desk.Notes[p.Key.Value] = d.r.Text(p.Value).Value
	}
}

// checkTexts reports mistakes in the texts for requesters: an unknown value, a
// bracket left open. Explaining a mail needs no texts.
func (d *decoder) checkTexts() {
	if d.o.Purpose == Explain {
		return
	}
	for _, receipt := range d.root.Map("templates").Map("receipt").Pairs() {
		for _, t := range d.r.ByLanguage(receipt.Value) {
			_, problems := mailout.ParseSnippet("", 1, t.Value)
			for _, p := range problems {
				d.textProblem(t.Node, p)
			}
		}
	}
	for _, t := range d.r.ByLanguage(d.root.Map("templates").Get("remote")) {
		_, problems := mailout.ParseSnippet("", 1, t.Value)
		for _, p := range problems {
			d.textProblem(t.Node, p)
		}
	}
	folder := d.c.Templates.Folder
	if info, err := d.o.Stat(folder); folder == "" || err != nil || !info.IsDir() {
		return
	}
	_, problems := mailout.LoadTexts(os.DirFS(folder))
	for _, p := range problems {
		d.r.AddPlace(filepath.Join(filepath.Base(folder), p.File), p.Line, p.Column, 1, "", badTemplate, source.Word(p.Text), source.Word(p.Fix))
	}
}

// textProblem places a problem inside a text of the configuration.
func (d *decoder) textProblem(n *source.Node, p mailout.TemplateProblem) {
	if !n.Block {
		d.r.AddIn(n, p.Column-1, 1, badTemplate, source.Word(p.Text), source.Word(p.Fix))
		return
	}
	at := *n
	at.Line += p.Line
	line := n.File.Line(at.Line)
	at.Column = len(line) - len(strings.TrimLeft(line, " ")) + p.Column
	d.r.Add(&at, badTemplate, source.Word(p.Text), source.Word(p.Fix))
}

func (d *decoder) reports() {
	first := map[string]*source.Node{}
	for _, n := range d.root.List("reports") {
		m := d.keys(n, "reports[]")
		name := m.Need("name")
		if before := first[name.Value]; before != nil && name.Node != nil {
			d.r.Twice(name, aReport, before)
		}
		first[name.Value] = name.Node
		rep := triage.ReportPlan{Name: name.Value, Cron: d.cron(m.Need("cron")),
			Kind: m.Enum("kind", "weekly", "weekly", "monthly", "open_list", "knowledge"), Language: m.Enum("language", "", "de", "en")}
		m.Require("to")
		for _, t := range m.OneOrMany("to") {
			to := d.receiver(t)
			if g, ok := d.c.Desk.Group(to); ok && g.External {
				d.r.Add(t.Node, outsideReader, to)
			}
			if to != "" {
				rep.To = append(rep.To, to)
			}
		}
		rep.Targets = d.targets(m)
		d.c.Desk.Reports = append(d.c.Desk.Reports, rep)
	}
	people := d.root.Enum("people_in_reports", "none", "none", "team", "named")
	if people == "named" {
		d.r.Add(d.root.Get("people_in_reports"), worksCouncil)
	}
	d.c.Desk.PeopleInReports = people
}

// targets are what a report measures itself by, in percent; nil = the defaults.
func (d *decoder) targets(m *source.Map) map[string]int {
	if !m.Has("targets") {
		return nil
	}
	list := map[string]int{}
	t := d.keys(m.Get("targets"), "reports[].targets")
	for _, name := range schema()["reports[].targets"] {
		if n := t.Int(name, 0, 0, 100); n > 0 {
			list[name] = n
		}
	}
	return list
}

// receiver is a group, an agent, a mail address or one of the roles.
func (d *decoder) receiver(t source.Text, roles ...string) string {
	if strings.Contains(t.Value, "@") {
		return d.foreign(t)
	}
	known := append(append(roles, names(d.groups)...), names(d.agents)...)
	if !d.r.Known(t, aReceiver, known) {
		return ""
	}
	return t.Value
}

// cron checks a schedule of five fields in company time.
func (d *decoder) cron(t source.Text) string {
	if t.Node == nil {
		return ""
	}
	schedule, err := cron.ParseStandard(t.Value)
	if err != nil {
		d.r.Add(t.Node, badCron, t.Value)
		return ""
	}
	// A set star bit means every hour, where one more or less does no harm.
	const star = 1 << 63
	if s, ok := schedule.(*cron.SpecSchedule); ok && s.Hour&star == 0 && s.Hour&(1<<2) != 0 && changesClock(d.c.Desk.Company.Location) {
		d.r.Add(t.Node, cronAtNight)
	}
	return t.Value
}

// changesClock reports whether a zone has summer time.
func changesClock(loc *time.Location) bool {
	_, winter := time.Date(2026, 1, 1, 12, 0, 0, 0, loc).Zone()
	_, summer := time.Date(2026, 7, 1, 12, 0, 0, 0, loc).Zone()
	return winter != summer
}

func (d *decoder) storage() {
	m := d.keys(d.root.Get("store"), "store")
	dir := m.String("dir", "")
	switch state, ok := d.o.Env("STATE_DIRECTORY"); {
	case dir != "":
		d.c.StoreDir = d.path(dir)
	case ok && state != "":
		d.c.StoreDir, _, _ = strings.Cut(state, ":") // systemd may list several
	default:
		d.c.StoreDir = d.path("data")
	}
	l := d.keys(d.root.Get("log"), "log")
	d.c.Log = Log{Level: l.Enum("level", "info", "debug", "info", "warn", "error"), Format: l.Enum("format", "text", "text", "json")}
}
