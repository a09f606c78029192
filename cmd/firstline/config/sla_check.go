package config

import (
	"slices"
	"time"

	"firstline/rules/source"
	"firstline/triage"
	"firstline/triage/sla"
)

// longer compares targets as they come out from the start of an open day on, so that
// hours and business days compare.
func longer(cal *sla.Calendar, a, b sla.Target) bool {
	if a.IsZero() || b.IsZero() {
		return false
	}
	if a.BusinessDays == 0 && b.BusinessDays == 0 {
		return a.Open > b.Open
	}
	if cal == nil {
		return false
	}
	start := cal.NextOpening(time.Date(2026, time.March, 2, 0, 0, 0, 0, cal.Location()))
	return cal.Due(start, a).After(cal.Due(start, b))
}

// checkTargets reports targets that are longer at a higher priority, replies and a
// take-over later than the resolution, and priorities without targets.
func (d *decoder) checkTargets(p *sla.Policy, nodes map[string]*source.Map, at *source.Node) {
	cal := d.c.Desk.Calendars[p.Calendar]
	above := ""
	for _, id := range priorityIDs {
		m, ok := nodes[id]
		if !ok {
			if at != nil && !d.r.Incomplete {
				d.r.Add(at, noTargets, id)
			}
			continue
		}
		for i, t := range targetKeys(p.Targets[id]) {
			if above != "" && longer(cal, targetKeys(p.Targets[above])[i].value, t.value) {
				d.r.Add(nodes[above].Get(t.key), slowerTarget, t.key, above, id)
			}
			if t.key != "resolve" && longer(cal, t.value, p.Targets[id].Resolution) {
				d.r.Add(m.Get(t.key), lateReply, t.key)
			}
		}
		above = id
	}
}

// checkStep reports steps of the ladder that do nothing, never come, or come late.
func (d *decoder) checkStep(step *sla.Step, m, at *source.Map) {
	if d.r.Incomplete {
		return
	}
	switch {
	case at.Has("idle") && step.Idle == 0 && len(at.Get("idle").Value) > 0 && d.zeroSpan(at.Get("idle")):
		d.r.Add(at.Get("idle"), idleZero)
	case step.Used > 1:
		d.r.Add(at.Get("used"), afterDue)
	}
	if step.Clock == sla.TakeOver && step.OnlyLevel == 1 {
		d.r.Add(at.Get("only_level"), neverTakeOver)
	}
	switch {
	case step.OnlyLevel == 2 && m.Has("hand_over"):
		d.r.Add(m.Key("hand_over"), neverHandOver)
	case !m.Has("hand_over") && !m.Has("notify"):
		d.r.Add(m.Node, emptyStep, step.Name)
	}
}

// zeroSpan reports whether a length of time was written that is none: what is wrong
// otherwise has been said.
func (d *decoder) zeroSpan(n *source.Node) bool {
	quiet := source.NewReport(d.o.Lang)
	quiet.Span(n, source.Span{}, source.Hours)
	return !quiet.HasErrors()
}

// checkResponsible reports roles that nobody has.
func (d *decoder) checkResponsible(t source.Text) {
	people := d.c.Desk.People
	has := func(ok func(triage.Group) bool) bool {
		for _, g := range people.Groups {
			if ok(g) {
				return true
			}
		}
		return false
	}
	for _, earlier := range d.c.Desk.Escalation { // said at the first step
		if slices.Contains(earlier.Notify, t.Value) {
			return
		}
	}
	switch t.Value {
	case "lead":
		if len(people.Groups) > 0 && !has(func(g triage.Group) bool { return g.Lead != "" }) {
			d.r.Add(t.Node, nobodyLeads)
		}
	case "manager":
		for _, a := range people.Agents {
			if a.Role == "manager" {
				return
			}
		}
		if len(people.Agents) > 0 {
			d.r.Add(t.Node, noManager)
		}
	}
}
