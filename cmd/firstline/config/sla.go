package config

import (
	"slices"
	"strings"
	"time"

	"firstline/rules/source"
	"firstline/triage"
	"firstline/triage/sla"
)

var priorityIDs = []string{"P1", "P2", "P3", "P4"}

func (d *decoder) priorities() {
	builtin := map[string]map[string]string{
		"P1": {"de": "kritisch", "en": "critical"}, "P2": {"de": "hoch", "en": "high"},
		"P3": {"de": "normal", "en": "normal"}, "P4": {"de": "niedrig", "en": "low"},
	}
	all := d.keys(d.root.Get("priorities"), "priorities")
	for _, id := range priorityIDs {
		p := triage.Priority{ID: id, Label: builtin[id]}
		if all.Has(id) {
			if l := d.label(d.keys(all.Get(id), "priorities.*"), "label"); l != nil {
				p.Label = l
			}
		}
		d.c.Desk.Priorities = append(d.c.Desk.Priorities, p)
	}
	d.c.Desk.DefaultPriority = "P3"
	if p := d.priority(d.root.Text("priority_default")); p != "" {
		d.c.Desk.DefaultPriority = p
	}
	d.matrix()
}

// priority returns P1 to P4 for an id or a label in any language.
func (d *decoder) priority(t source.Text) string {
	if t.Node == nil {
		return ""
	}
	word := strings.ToLower(strings.TrimSpace(t.Value))
	for _, p := range d.c.Desk.Priorities {
		if word == strings.ToLower(p.ID) {
			return p.ID
		}
		for _, label := range p.Label {
			if word == strings.ToLower(label) {
				return p.ID
			}
		}
	}
	meant := source.Suggest(t.Value, priorityIDs)
	if len(word) == 1 && word >= "1" && word <= "4" {
		meant = "P" + word
	}
	if meant == "" {
		d.r.Known(t, source.Word{DE: "Priorität", EN: "priority"}, priorityIDs)
		return ""
	}
	d.r.Add(t.Node, badPriority, t.Value, meant)
	return ""
}

// matrix reads impact × urgency; every row must name the same urgencies.
func (d *decoder) matrix() {
	d.c.Desk.Matrix = map[string]map[string]string{
		"firma":     {"sofort": "P1", "bald": "P2", "planbar": "P3"},
		"abteilung": {"sofort": "P2", "bald": "P3", "planbar": "P4"},
		"person":    {"sofort": "P3", "bald": "P4", "planbar": "P4"},
	}
	rows := d.root.Map("priority_matrix").Pairs()
	if len(rows) == 0 {
		return
	}
	d.c.Desk.Matrix = map[string]map[string]string{}
	columns := map[string]bool{}
	for _, row := range rows {
		cells := map[string]string{}
		for _, p := range d.r.Map(row.Value).Pairs() {
			cells[p.Key.Value] = d.priority(d.r.Text(p.Value))
			columns[p.Key.Value] = true
		}
		d.c.Desk.Matrix[row.Key.Value] = cells
	}
	for _, row := range rows {
		for _, urgency := range names(columns) {
			if _, ok := d.c.Desk.Matrix[row.Key.Value][urgency]; !ok {
				d.r.Add(row.Key, notInMatrix, urgency)
			}
		}
	}
}

// pauseStates are the states in which a resolution clock may stand still.
var pauseStates = []string{"waiting_requester", "waiting_vendor", "faq_answered", "scheduled"}

func (d *decoder) slas() {
	all := d.root.Map("slas")
	d.c.Desk.Policies = map[string]*sla.Policy{}
	for _, p := range all.Pairs() {
		d.name(source.Text{Value: p.Key.Value, Node: p.Key})
		d.c.Desk.Policies[p.Key.Value] = d.policy(p)
	}
	if len(all.Pairs()) == 0 {
		d.c.Desk.Policies["standard"] = d.builtinPolicy()
	}
	known := names(d.c.Desk.Policies)
	d.c.Desk.DefaultSLA = known[0]
	if len(all.Pairs()) > 0 {
		d.c.Desk.DefaultSLA = all.Pairs()[0].Key.Value
	}
	if slices.Contains(known, "standard") {
		d.c.Desk.DefaultSLA = "standard"
	}
	if t := d.root.Text("sla_default"); d.r.Known(t, anSLA, known) && slices.Contains(known, t.Value) {
		d.c.Desk.DefaultSLA = t.Value
	}
}

func (d *decoder) policy(p source.Pair) *sla.Policy {
	m := d.keys(p.Value, "slas.*")
	policy := &sla.Policy{Name: p.Key.Value, WarnAt: m.Percent("warn_at", 0.75), Targets: map[string]sla.Targets{}}
	calendars := names(d.c.Desk.Calendars)
	policy.Calendar = calendars[0]
	if t := m.Need("calendar"); d.r.Known(t, aCalendar, calendars) && slices.Contains(calendars, t.Value) {
		policy.Calendar = t.Value
	}
	if policy.WarnAt >= 1 {
		d.r.Add(m.Get("warn_at"), lateWarning)
	}
	policy.PauseWhen = []string{"waiting_requester"}
	if m.Has("pause_when") {
		policy.PauseWhen = nil
		for _, t := range m.Texts("pause_when") {
			if w := d.r.Enum(t.Node, "", pauseStates...); w != "" {
				policy.PauseWhen = append(policy.PauseWhen, w)
			}
		}
	}
	m.Require("targets")
	nodes := map[string]*source.Map{}
	for _, row := range m.Map("targets").Pairs() {
		id := d.priority(source.Text{Value: row.Key.Value, Node: row.Key})
		t := d.keys(row.Value, "slas.*.targets.*")
		if id == "" {
			continue
		}
		nodes[id] = t
		policy.Targets[id] = sla.Targets{FirstResponse: target(t, "first_reply", sla.Target{}), NextResponse: target(t, "next_reply", sla.Target{}),
			Resolution: target(t, "resolve", sla.Target{}), TakeOver: target(t, "second_level_takes", sla.Target{})}
	}
	d.checkTargets(policy, nodes, m.Get("targets"))
	return policy
}

// targetKeys pairs the keys of a row with its values.
func targetKeys(t sla.Targets) []struct {
	key   string
	value sla.Target
} {
	return []struct {
		key   string
		value sla.Target
	}{{"first_reply", t.FirstResponse}, {"next_reply", t.NextResponse}, {"resolve", t.Resolution}, {"second_level_takes", t.TakeOver}}
}

func (d *decoder) builtinPolicy() *sla.Policy {
	row := func(first, next, resolve, takes time.Duration) sla.Targets {
		return sla.Targets{FirstResponse: sla.Target{Open: first}, NextResponse: sla.Target{Open: next},
			Resolution: sla.Target{Open: resolve}, TakeOver: sla.Target{Open: takes}}
	}
	const h = time.Hour
	return &sla.Policy{Name: "standard", Calendar: names(d.c.Desk.Calendars)[0], PauseWhen: []string{"waiting_requester"}, WarnAt: 0.75,
		Targets: map[string]sla.Targets{"P1": row(h/2, h, 4*h, h/2), "P2": row(h, 2*h, 8*h, 2*h), "P3": row(4*h, 8*h, 16*h, 4*h), "P4": row(8*h, 16*h, 40*h, 8*h)}}
}

// handOver is an escalation to a group, kept to check it against the categories.
type handOver struct {
	group     source.Text
	category  source.Text
	onlyLevel int
}

func (d *decoder) escalations() {
	first := map[string]*source.Node{}
	for _, n := range d.root.List("escalations") {
		m := d.keys(n, "escalations[]")
		name := m.Need("name")
		if before := first[name.Value]; before != nil && name.Node != nil {
			d.r.Twice(name, aStep, before)
		}
		first[name.Value] = name.Node
		m.Require("at")
		at := d.keys(m.Get("at"), "escalations[].at")
		step := sla.Step{Name: name.Value, Clock: clock(at), Used: at.Percent("used", 0),
			Idle: at.Span("idle", source.Span{}, source.Hours).Time, OnlyLevel: at.Int("only_level", 0, 1, 2), HandOver: map[string][]string{}}
		switch {
		case at.Has("clock") && at.Has("idle"):
			d.r.Add(at.Key("idle"), exclusive, "clock", "idle")
		case at.Has("clock"):
			at.Require("used")
		case at.Missed("clock") && at.Missed("idle"):
			d.r.Add(at.Node, needOne, "clock + used / idle")
		}
		d.handOvers(&step, m)
		for _, t := range m.OneOrMany("notify") {
			if to := d.receiver(t, "assignee", "group", "lead", "requester", "manager"); to != "" {
				step.Notify = append(step.Notify, to)
				d.checkResponsible(t)
			}
		}
		d.checkStep(&step, m, at)
		d.c.Desk.Escalation = append(d.c.Desk.Escalation, step)
	}
}

// clock is the kind of clock a step looks at, in the words of package sla.
func clock(at *source.Map) string {
	kind, _ := sla.ParseKind(at.Enum("clock", "", "first_reply", "next_reply", "resolve", "second_level_takes"))
	return kind
}

func (d *decoder) handOvers(step *sla.Step, m *source.Map) {
	first := map[string]source.Text{}
	for _, p := range m.Map("hand_over").Pairs() {
		group := source.Text{Value: p.Key.Value, Node: p.Key}
		if !d.r.Known(group, aGroup, names(d.groups)) {
			continue
		}
		if g, ok := d.c.Desk.Group(group.Value); ok && g.Level != 2 {
			d.r.Add(p.Key, wrongLevel, group.Value)
		}
		for _, c := range d.r.OneOrMany(p.Value) {
			if !d.r.Known(c, aCategory, names(d.c.Desk.Categories)) {
				continue
			}
			if before, twice := first[c.Value]; twice {
				d.r.Add(c.Node, twoGroups, c.Value, before.Value, group.Value)
			}
			first[c.Value] = group
			step.HandOver[group.Value] = append(step.HandOver[group.Value], c.Value)
			d.hands = append(d.hands, handOver{group: group, category: c, onlyLevel: step.OnlyLevel})
		}
	}
}

// checkHandOvers reports an escalation to the group a ticket already is with. A
// step for level 1 never meets tickets whose category starts at level 2.
func (d *decoder) checkHandOvers() {
	for _, h := range d.hands {
		if d.c.Desk.Categories[h.category.Value].Group != h.group.Value {
			continue
		}
		g, _ := d.c.Desk.Group(h.group.Value)
		if h.onlyLevel == 0 || h.onlyLevel == g.Level {
			d.r.Add(h.category.Node, sameGroup, h.category.Value, h.group.Value)
		}
	}
}
