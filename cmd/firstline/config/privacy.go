package config

import (
	"time"

	"firstline/rules/source"
	"firstline/triage"
)

func (d *decoder) privacy() {
	m := d.keys(d.root.Get("privacy"), "privacy")
	p := triage.Privacy{
		Keep:  d.keeps(m, triage.Keep{Messages: triage.Period{Months: 24}, Attachments: triage.Period{Months: 6}, Persons: triage.Period{Months: 36}}),
		Loose: period(m, "keep_other_mail", triage.Period{Days: 90}),
	}
	for _, n := range m.List("classes") {
		p.Classes = append(p.Classes, d.retentionClass(n, p.Keep))
	}
	p.LegalHold = []string{"legal-hold", "aufbewahren"}
	if m.Has("legal_hold") {
		p.LegalHold = nil
		for _, t := range m.OneOrMany("legal_hold") {
			p.LegalHold = append(p.LegalHold, d.name(t))
		}
	}
	for _, t := range m.OneOrMany("mask_in_logs") {
		if w := d.r.Enum(t.Node, "", "subject", "body", "address"); w != "" {
			p.MaskInLogs = appendNew(p.MaskInLogs, w)
		}
	}
	if !m.Has("mask_in_logs") {
		p.MaskInLogs = []string{"subject", "body"}
	}
	d.c.Desk.Privacy = p
}

// retentionClass is a kind of tickets with periods of its own; what it leaves out is
// that of all.
func (d *decoder) retentionClass(n *source.Node, all triage.Keep) triage.RetentionClass {
	m := d.keys(n, "privacy.classes[]")
	class := triage.RetentionClass{Name: m.Need("name").Value}
	for _, t := range m.OneOrMany("categories") {
		if d.r.Known(t, aCategory, names(d.c.Desk.Categories)) {
			class.Categories = append(class.Categories, t.Value)
		}
	}
	for _, t := range m.OneOrMany("tags") {
		class.Tags = append(class.Tags, d.name(t))
	}
	if !m.Has("categories") && !m.Has("tags") {
		m.Require("categories")
	}
	class.Keep = d.keeps(m, all)
	return class
}

// keeps reads the three periods of a ticket and reports those too short for replies.
func (d *decoder) keeps(m *source.Map, def triage.Keep) triage.Keep {
	k := triage.Keep{
		Messages: period(m, "keep_messages", def.Messages), Attachments: period(m, "keep_attachments", def.Attachments),
		Persons: period(m, "anonymise_after", def.Persons),
	}
	reopen := d.c.Desk.Ticket.ReopenWithin
	for _, of := range []struct {
		key  string
		keep triage.Period
	}{{"keep_messages", k.Messages}, {"anonymise_after", k.Persons}} {
		days := of.keep.Months*28 + of.keep.Days
		if of.keep != (triage.Period{}) && m.Has(of.key) && time.Duration(days)*24*time.Hour < reopen {
			d.r.Add(m.Get(of.key), shortKeeping, of.key)
		}
	}
	return k
}

func period(m *source.Map, key string, def triage.Period) triage.Period {
	s := m.Span(key, source.Span{Months: def.Months, Time: time.Duration(def.Days) * 24 * time.Hour}, source.Days|source.Months)
	return triage.Period{Months: s.Months, Days: int(s.Time / (24 * time.Hour))}
}
