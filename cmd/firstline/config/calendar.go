package config

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"firstline/rules/source"
	"firstline/triage/sla"
)

// builtinCalendar is the name of the calendar that applies when none is given.
const builtinCalendar = "buero"

func (d *decoder) calendars() {
	d.c.Desk.Calendars = map[string]*sla.Calendar{}
	pairs := d.root.Map("calendars").Pairs()
	for _, p := range pairs {
		d.name(source.Text{Value: p.Key.Value, Node: p.Key})
		d.calendar(p)
	}
	if len(pairs) == 0 {
		// Office hours without holidays: the region of a company is not known.
		cal, err := sla.NewCalendar(sla.CalendarSpec{Name: builtinCalendar, Location: d.c.Desk.Company.Location,
			Hours: []sla.DayHours{{Days: "mo-fr", Hours: "08:00-17:00"}}})
		if err == nil {
			d.c.Desk.Calendars[builtinCalendar] = cal
		}
	}
}

// agentHours checks the calendars of agents, which stand above the calendars.
func (d *decoder) agentHours() {
	known := names(d.c.Desk.Calendars)
	for i := range d.c.Desk.People.Agents {
		a := &d.c.Desk.People.Agents[i]
		if t := d.hours[a.ID]; d.r.Known(t, aCalendar, known) && slices.Contains(known, t.Value) {
			a.Calendar = t.Value
		}
	}
}

// spots are the nodes behind the parts of a sla.CalendarSpec, to place what
// package sla finds.
type spots map[sla.Part][]*source.Node

func (d *decoder) calendar(p source.Pair) {
	m := d.keys(p.Value, "calendars.*")
	m.Require("hours")
	spec := sla.CalendarSpec{Name: p.Key.Value, Location: d.c.Desk.Company.Location}
	at := spots{}
	if zone := m.Text("timezone"); zone.Node != nil {
		spec.Location = d.zone(zone, "")
	}
	for _, h := range m.Map("hours").Pairs() {
		var parts []string
		for _, t := range d.oneText(h.Value) {
			parts = append(parts, t.Value)
		}
		spec.Hours = append(spec.Hours, sla.DayHours{Days: h.Key.Value, Hours: strings.Join(parts, ", ")})
		at[sla.PartHours] = append(at[sla.PartHours], h.Value)
		at[partDays] = append(at[partDays], h.Key)
	}
	holidays := d.keys(m.Get("holidays"), "calendars.*.holidays")
	region := holidays.Text("region")
	spec.Region, at[sla.PartRegion] = region.Value, []*source.Node{region.Node}
	spec.Also, at[sla.PartAlso] = plain(holidays.OneOrMany("also"))
	spec.Without, at[sla.PartWithout] = plain(holidays.OneOrMany("without"))
	for _, n := range m.List("closings") {
		c := d.keys(n, "calendars.*.closings[]")
		var hours []string
		for _, t := range d.oneText(c.Get("hours")) {
			hours = append(hours, t.Value)
		}
		spec.Closings = append(spec.Closings, sla.Closing{Every: c.Text("every").Value, Date: c.Text("date").Value, To: c.Text("to").Value,
			Hours: strings.Join(hours, ", "), Name: c.Text("name").Value})
		at[sla.PartClosings] = append(at[sla.PartClosings], closingSpot(c))
	}
	d.compileCalendar(p.Key, spec, at)
}

// partDays is the left side of a line of hours: the days.
const partDays sla.Part = "days"

func plain(ts []source.Text) (values []string, nodes []*source.Node) {
	for _, t := range ts {
		values, nodes = append(values, t.Value), append(nodes, t.Node)
	}
	return values, nodes
}

// oneText returns one text or a list of them, commas included.
func (d *decoder) oneText(n *source.Node) []source.Text {
	if n != nil && n.Kind == source.KindScalar {
		return []source.Text{{Value: n.Value, Node: n}}
	}
	return d.r.Texts(n)
}

// closingSpot is where a mistake of a closing is shown: its date.
func closingSpot(c *source.Map) *source.Node {
	for _, key := range []string{"every", "date"} {
		if n := c.Get(key); n != nil {
			return n
		}
	}
	return c.Node
}

func (d *decoder) compileCalendar(key *source.Node, spec sla.CalendarSpec, at spots) {
	cal, err := sla.NewCalendar(spec)
	var problems sla.Problems
	switch {
	case err == nil:
		problems = cal.Notices()
	case !errors.As(err, &problems):
		d.r.Add(key, badHoliday, spec.Name, err.Error())
	}
	for _, p := range problems {
		if cal == nil && d.r.Incomplete && p.Code == sla.NeverOpen {
			continue
		}
		node := key
		part := p.Part
		if p.Code == sla.UnknownDay || p.Code == sla.DaysReversed {
			part = partDays
		}
		if nodes := at[part]; p.Index >= 0 && p.Index < len(nodes) && nodes[p.Index] != nil {
			node = nodes[p.Index]
		} else if len(nodes) == 1 && nodes[0] != nil {
			node = nodes[0]
		}
		d.r.Add(node, calendarMessage(p))
	}
	if cal == nil {
		// Something has to stand in so that what refers to it can be checked.
		cal = sla.AroundTheClock()
	}
	d.c.Desk.Calendars[spec.Name] = cal
}

// calendarMessage puts a problem of package sla into our catalogue.
func calendarMessage(p *sla.Problem) source.Message {
	m := source.Message{Code: "K058", Level: source.Error, DE: p.Text("de"), EN: p.Text("en"), FixDE: p.Fix("de"), FixEN: p.Fix("en")}
	switch p.Code {
	case sla.HoursForm, sla.HoursEmpty, sla.HoursReversed, sla.HoursOverlap, sla.TooManyHours:
		m.Code = "K023"
	case sla.DateForm, sla.DateMissing, sla.DateBoth, sla.DateReversed:
		m.Code = "K022"
	case sla.UnknownDay, sla.DaysReversed:
		m.Code = "K057"
	case sla.NeverOpen:
		m.Code = "K076"
	}
	switch p.Level {
	case sla.Warning:
		m.Level = source.Warning
	case sla.Hint:
		m.Level = source.Hint
	}
	for _, text := range []*string{&m.DE, &m.EN, &m.FixDE, &m.FixEN} {
		*text = strings.ReplaceAll(sentence(*text), "%", "%%")
	}
	return m
}

// sentence turns the text of an error into one of a finding.
func sentence(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	if strings.ContainsRune(".?!…", r[len(r)-1]) {
		return string(r)
	}
	return string(r) + "."
}
