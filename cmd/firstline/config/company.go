package config

import (
	"regexp"
	"time"

	"firstline/rules/source"
	"firstline/triage"
	"firstline/triage/sla"
)

func (d *decoder) company() {
	m := d.keys(d.root.Get("company"), "company")
	m.Require("name")
	c := triage.Company{Name: m.String("name", "firstline"), Language: m.Enum("language", "de", "de", "en"),
		InternalDomains: d.domains(m.OneOrMany("internal_domains")), Phone: m.String("phone", "")}
	c.Location = d.zone(m.Text("timezone"), "Europe/Berlin")
	for _, t := range m.OneOrMany("languages") {
		if lang := d.r.Enum(t.Node, "", "de", "en"); lang != "" {
			c.Languages = appendNew(c.Languages, lang)
		}
	}
	if len(c.Languages) == 0 {
		c.Languages = []string{"de", "en"}
	}
	c.Languages = appendNew(c.Languages, c.Language)
	d.c.Desk.Company = c
}

// zone loads a time zone of the IANA database.
func (d *decoder) zone(t source.Text, def string) *time.Location {
	name := t.Value
	if t.Node == nil {
		name = def
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		if t.Node != nil {
			d.r.Add(t.Node, badZone, name)
		}
		return time.UTC
	}
	return loc
}

func (d *decoder) outgoing() {
	m := d.keys(d.root.Get("outgoing"), "outgoing")
	if m.Has("smtp") {
		d.c.SMTP = d.server(m.Get("smtp"), "outgoing.smtp", map[string]int{"implicit": 465, "starttls": 587, "none": 25}, "starttls")
	}
	d.need("outgoing.smtp", !m.Has("smtp"))
	l := d.keys(m.Get("limits"), "outgoing.limits")
	d.c.Desk.Outgoing = triage.Outgoing{
		FromName:       m.String("from_name", "IT-Support "+d.c.Desk.Company.Name),
		PlusAddressing: m.Bool("plus_addressing", false),
		ThreadIndex:    m.Bool("thread_index", false),
		NullSender:     m.Bool("null_sender", false),
		Limits: triage.Limits{
			PerSenderDay:   l.Int("auto_mails_per_sender_per_day", 5, 1, 1000),
			PerSender10Min: l.Int("auto_mails_per_sender_per_10min", 2, 1, 1000),
			PerDomainHour:  l.Int("auto_mails_per_domain_per_hour", 50, 1, 100_000),
			PerHour:        l.Int("mails_per_hour", 200, 1, 100_000),
		},
	}
}

func (d *decoder) security() {
	m := d.keys(d.root.Get("security"), "security")
	s := triage.Security{
		UnknownSenders:  m.Enum("unknown_senders", "hold", "hold", "reject", "accept"),
		InternalProof:   m.Enum("internal_proof", "authserv", "authserv", "exchange", "received_from"),
		Partners:        d.senders(m.OneOrMany("partners")),
		TrustedAuthserv: source.Strings(m.OneOrMany("trusted_authserv")),
		BorderHosts:     source.Strings(m.OneOrMany("border_hosts")),
		ReceivedFrom:    d.prefixes(m.OneOrMany("received_from")),
	}
	for _, t := range m.OneOrMany("may_open_tickets") {
		if w := d.r.Enum(t.Node, "", "internal", "partners", "anyone"); w != "" {
			s.MayOpen = appendNew(s.MayOpen, w)
		}
	}
	if len(s.MayOpen) == 0 {
		s.MayOpen = []string{"internal", "partners"}
	}
	if m.Has("agent_commands_need") {
		words := map[string]bool{}
		for _, t := range m.Texts("agent_commands_need") {
			words[d.r.Enum(t.Node, "", "authenticated", "token")] = true
		}
		if !words["authenticated"] || !words["token"] {
			d.r.Add(m.Get("agent_commands_need"), weakCommands)
		}
	}
	d.c.Desk.Security = s
	if d.root.Node == nil || d.o.Purpose == Explain || d.r.Incomplete {
		return
	}
	switch {
	case s.InternalProof == "authserv" && len(s.TrustedAuthserv) == 0:
		d.r.Add(placeOf(m, d.root), noProof, "security.trusted_authserv")
	case s.InternalProof == "received_from" && len(s.ReceivedFrom) == 0:
		d.r.Add(placeOf(m, d.root), noProof, "security.received_from")
	}
}

// placeOf is the node of a section, or the root when it was left out.
func placeOf(m, root *source.Map) *source.Node {
	if m.Node != nil {
		return m.Node
	}
	return root.Node
}

var prefixForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,9}$`)

func (d *decoder) ticket() {
	m := d.keys(d.root.Get("ticket"), "ticket")
	w := d.keys(m.Get("waiting"), "ticket.waiting")
	t := triage.TicketConfig{
		Prefix:            "IT",
		FirstNumber:       int64(m.Int("first_number", 10001, 1, 1_000_000_000)),
		ReopenWithin:      duration(m, "reopen_within", 14*24*time.Hour),
		CloseAfter:        target(m, "close_resolved_after", sla.Target{BusinessDays: 3}),
		RemindAfter:       target(w, "remind_after", sla.Target{BusinessDays: 2}),
		ResolveAfter:      target(w, "resolve_after", sla.Target{BusinessDays: 5}),
		ReopenGrace:       duration(m, "reopen_grace", 2*time.Hour),
		ReprioritiseGrace: duration(m, "reprioritise_grace", 30*time.Minute),
	}
	if p := m.Text("prefix"); p.Node != nil {
		if !prefixForm.MatchString(p.Value) {
			d.r.Add(p.Node, badPrefix, p.Value)
		} else {
			t.Prefix = p.Value
		}
	}
	if m.Enum("confirm", "needed", "needed", "always") == "always" {
		t.Confirm = "always"
	}
	d.c.Desk.Ticket = t
}
