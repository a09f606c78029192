package config

import (
	"path/filepath"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/rules/source"
	"firstline/triage"
	"firstline/triage/sla"
)

// categories takes what the desk needs of the categories and the FAQ settings;
// package rules decodes them in full and reports their mistakes.
func (d *decoder) categories() {
	quiet := source.NewReport(d.o.Lang)
	d.c.Desk.Categories = map[string]triage.Category{}
	for _, p := range quiet.Map(d.root.Get("categories")).Pairs() {
		m := quiet.Map(p.Value)
		d.c.Desk.Categories[p.Key.Value] = triage.Category{ID: p.Key.Value, Label: d.label(m, "label"), Group: m.String("group", "")}
	}
	m := d.r.Map(d.root.Get("faq_settings"))
	d.c.Desk.FAQ = triage.FAQConfig{
		AskAfter:   target(m, "ask_after", sla.Target{BusinessDays: 1}),
		CloseAfter: target(m, "close_after", sla.Target{BusinessDays: 2}),
	}
	if editor := m.Text("editor"); editor.Node != nil {
		d.c.Desk.FAQ.Editor = d.receiver(editor)
	}
}

// rules compiles the rule language with the names it may refer to.
func (d *decoder) rules(root *source.Node) {
	desk := &d.c.Desk
	refs := rules.Refs{
		Language: desk.Company.Language, Languages: desk.Company.Languages, Location: desk.Company.Location,
		InternalDomains: desk.Company.InternalDomains, Addresses: map[string]string{},
		SenderGroups: desk.People.SenderGroups, SLAs: names(desk.Policies), DefaultSLA: desk.DefaultSLA,
		Receipts: names(desk.Receipts), Replies: names(desk.Receipts), Notes: names(desk.Notes),
		Calendars: map[string]func(time.Time) bool{}, DefaultPriority: desk.DefaultPriority, Matrix: desk.Matrix,
		Impacts: d.rows(), Urgencies: d.columns(), Due: d.due, ReadFile: d.readMail, Now: d.o.Now,
	}
	for _, g := range desk.People.Groups {
		refs.Groups = append(refs.Groups, rules.GroupRef{ID: g.ID, Level: g.Level, Members: g.Members})
	}
	for _, a := range desk.People.Agents {
		refs.Agents = append(refs.Agents, a.ID)
		refs.Addresses[a.ID] = a.Address
	}
	for _, m := range desk.Mailboxes {
		refs.Mailboxes = append(refs.Mailboxes, m.ID)
		refs.OwnAddresses = append(append(refs.OwnAddresses, mailin.FoldAddress(m.Address)), m.Aliases...)
	}
	for name, cal := range desk.Calendars {
		refs.Calendars[name] = cal.IsOpen
	}
	for _, p := range desk.Priorities {
		ref := rules.PriorityRef{ID: p.ID}
		for _, lang := range names(p.Label) {
			ref.Aliases = append(ref.Aliases, p.Label[lang])
		}
		refs.Priorities = append(refs.Priorities, ref)
	}
	desk.Rules = rules.Compile(d.r, root, refs)
}

// rows and columns are the words of the matrix in the order written.
func (d *decoder) rows() []string {
	pairs := d.root.Map("priority_matrix").Pairs()
	if len(pairs) == 0 {
		return []string{"firma", "abteilung", "person"}
	}
	var out []string
	for _, p := range pairs {
		out = append(out, p.Key.Value)
	}
	return out
}

func (d *decoder) columns() []string {
	var out []string
	for _, row := range d.root.Map("priority_matrix").Pairs() {
		for _, p := range row.Value.Pairs {
			out = appendNew(out, p.Key.Value)
		}
	}
	if len(out) == 0 {
		return []string{"sofort", "bald", "planbar"}
	}
	return out
}

// due computes what the tests of the configuration expect of due times.
func (d *decoder) due(policy, priority string, at time.Time) map[string]time.Time {
	p := d.c.Desk.Policies[policy]
	if p == nil {
		return nil
	}
	cal := d.c.Desk.Calendars[p.Calendar]
	out := map[string]time.Time{}
	for _, t := range targetKeys(p.Targets[priority]) {
		if cal != nil && t.value != (sla.Target{}) {
			out[t.key] = cal.Due(at, t.value)
		}
	}
	return out
}

// readMail reads a mail that a test names, inside the folder of the
// configuration.
func (d *decoder) readMail(name string) ([]byte, error) {
	if !filepath.IsLocal(name) {
		return nil, errNotLocal
	}
	return d.o.ReadFile(d.path(name))
}
