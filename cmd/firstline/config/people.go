package config

import (
	"maps"
	"slices"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
	"firstline/triage"
)

func (d *decoder) people() {
	m := d.keys(d.root.Get("people"), "people")
	for _, n := range m.List("agents") {
		d.agent(n)
	}
	groups := m.Map("groups")
	for _, p := range groups.Pairs() {
		d.groups[p.Key.Value] = p.Key
	}
	for _, p := range groups.Pairs() {
		d.group(p)
	}
	d.c.Desk.People.SenderGroups = map[string][]string{}
	for _, p := range m.Map("sender_groups").Pairs() {
		d.name(source.Text{Value: p.Key.Value, Node: p.Key})
		d.c.Desk.People.SenderGroups[p.Key.Value] = d.senders(d.r.OneOrMany(p.Value))
	}
	for _, n := range m.List("absences") {
		d.absence(n)
	}
	d.c.Desk.People.Directory = d.directory(m.Text("directory"))
	d.need("people.agents", len(d.c.Desk.People.Agents) == 0)
	d.need("people.groups", len(d.c.Desk.People.Groups) == 0)
}

func (d *decoder) agent(n *source.Node) {
	m := d.keys(n, "people.agents[]")
	id := m.Need("id")
	a := triage.Agent{ID: d.name(id), Name: m.Need("name").Value, Address: d.foreign(m.Need("email")),
		Level: m.Int("level", 1, 1, 2), Language: m.Enum("language", "", "de", "en"), Role: m.Enum("role", "", "agent", "manager")}
	d.hours[a.ID] = m.Text("calendar")
	if a.Role == "agent" {
		a.Role = ""
	}
	if before := d.agents[a.ID]; before != nil && id.Node != nil {
		d.r.Twice(id, anAgent, before)
	}
	for _, other := range d.c.Desk.People.Agents {
		if a.Address != "" && mailin.FoldAddress(other.Address) == mailin.FoldAddress(a.Address) {
			d.r.Twice(m.Text("email"), source.Word{DE: "Adresse", EN: "address"}, d.agents[other.ID])
		}
	}
	d.agents[a.ID] = id.Node
	d.c.Desk.People.Agents = append(d.c.Desk.People.Agents, a)
}

func (d *decoder) group(p source.Pair) {
	m := d.keys(p.Value, "people.groups.*")
	id := d.name(source.Text{Value: p.Key.Value, Node: p.Key})
	if d.agents[id] != nil && id != "" {
		d.r.Twice(source.Text{Value: id, Node: p.Key}, aMember, d.agents[id])
	}
	g := triage.Group{ID: id, Label: d.label(m, "label"), Level: m.Int("level", 1, 1, 2),
		Assign: m.Enum("assign", "least_open", "least_open", "round_robin", "none"), External: m.Bool("external", false),
		Address: d.foreign(m.Text("email")), HideNotes: m.Bool("hide_internal_notes", false)}
	if g.Assign == "none" {
		g.Assign = ""
	}
	g.HideNotes = g.HideNotes || g.External && !m.Has("hide_internal_notes")
	for _, t := range m.Texts("members") {
		if d.r.Known(t, anAgent, names(d.agents)) {
			g.Members = append(g.Members, t.Value)
		}
	}
	if t := m.Text("lead"); d.r.Known(t, anAgent, names(d.agents)) {
		g.Lead = t.Value
	}
	if t := m.Text("substitute"); d.r.Known(t, aMember, append(names(d.groups), names(d.agents)...)) {
		g.Substitute = t.Value
	}
	switch {
	case g.External && !d.r.Incomplete:
		m.Require("email")
	case len(g.Members) == 0 && !d.r.Incomplete && len(d.r.List(m.Get("members"))) == 0:
		d.r.Add(p.Key, noMember, id)
	}
	d.c.Desk.People.Groups = append(d.c.Desk.People.Groups, g)
}

func (d *decoder) absence(n *source.Node) {
	m := d.keys(n, "people.absences[]")
	agent := m.Need("agent")
	m.Require("from", "to")
	d.r.Known(agent, anAgent, names(d.agents))
	substitute := m.Text("substitute")
	d.r.Known(substitute, aMember, append(names(d.groups), names(d.agents)...))
	from, okFrom := d.date(m.Get("from"))
	to, okTo := d.date(m.Get("to"))
	if !okFrom || !okTo {
		return
	}
	if to.Before(from) {
		d.r.Add(m.Get("to"), bothBounds)
		return
	}
	d.c.Desk.People.Absences = append(d.c.Desk.People.Absences,
		triage.Absence{Agent: agent.Value, From: from, To: to, Substitute: substitute.Value})
}

// date is the start of a day in company time.
func (d *decoder) date(n *source.Node) (time.Time, bool) {
	day, ok := d.r.Date(n, false)
	return time.Date(day.Year, day.Month, day.Day, 0, 0, 0, 0, d.c.Desk.Company.Location), ok
}

// checkPeople reports substitutes in a circle and groups with nobody there.
func (d *decoder) checkPeople() {
	next := map[string]string{}
	for _, g := range d.c.Desk.People.Groups {
		if g.Substitute != "" {
			next[g.ID] = g.Substitute
		}
	}
	reported := map[string]bool{}
	for _, start := range slices.Sorted(maps.Keys(next)) {
		path, at := []string{start}, start
		for next[at] != "" && len(path) <= len(next)+1 {
			at = next[at]
			path = append(path, at)
			if at == start {
				break
			}
		}
		if at == start && len(path) > 1 && !reported[start] {
			for _, id := range path {
				reported[id] = true
			}
			d.r.Add(d.groups[start], circle, joinArrow(path))
		}
	}
	d.checkAbsences()
}

func joinArrow(path []string) string {
	s := path[0]
	for _, p := range path[1:] {
		s += " → " + p
	}
	return s
}

// checkAbsences looks at each first day of an absence: is somebody of the
// group there, and do the substitutes of that day end somewhere.
func (d *decoder) checkAbsences() {
	people := d.c.Desk.People
	for _, a := range people.Absences {
		if !d.o.Now.IsZero() && a.To.AddDate(0, 0, 1).Before(d.o.Now) {
			continue
		}
		path, at := []string{a.Agent}, a.Substitute
		for at != "" && len(path) <= len(people.Absences)+1 {
			path = append(path, at)
			if at == a.Agent {
				d.r.Add(d.agents[a.Agent], circle, joinArrow(path))
				break
			}
			away, ok := absentOn(people.Absences, at, a.From)
			if !ok {
				break
			}
			at = away.Substitute
		}
		for _, g := range people.Groups {
			if g.External || len(g.Members) == 0 || g.Substitute != "" || !slices.Contains(g.Members, a.Agent) {
				continue
			}
			if !slices.ContainsFunc(g.Members, func(id string) bool {
				away, ok := absentOn(people.Absences, id, a.From)
				return !ok || away.Substitute != ""
			}) {
				d.r.Add(d.groups[g.ID], nobodyThere, g.ID, a.From.Format("2006-01-02"))
			}
		}
	}
}

func absentOn(all []triage.Absence, agent string, day time.Time) (triage.Absence, bool) {
	for _, a := range all {
		if a.Agent == agent && !day.Before(a.From) && !day.After(a.To) {
			return a, true
		}
	}
	return triage.Absence{}, false
}
