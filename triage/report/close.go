package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"firstline/triage/sla"
)

// closing computes the figures of one period from the tickets as they stand at its
// end.
type closing struct {
	f        *Fold
	p        Period
	from, to int64
	v        Values

	channel, category, states tally
	first, next, handling     lengths
	touches                   []int64
	byCategory                map[string][]int64
	promised                  map[[2]string]*Ratio // by clock and priority
	pairs                     map[Pair]int
	groups, agents            map[string]*team
	closings                  map[*sla.Calendar][]openDay
}

// team collects the figures of a group or an agent.
type team struct {
	Team
	first, handling []int64
}

func (f *Fold) close(p Period) Values {
	c := &closing{
		f: f, p: p, from: p.From.UnixMilli(), to: p.To.UnixMilli(),
		channel: tally{}, category: tally{}, states: tally{}, byCategory: map[string][]int64{}, promised: map[[2]string]*Ratio{},
		pairs: map[Pair]int{}, groups: map[string]*team{}, agents: map[string]*team{}, closings: map[*sla.Calendar][]openDay{},
	}
	c.v.Period = p
	for _, t := range f.sorted() {
		if t.counts() {
			c.ticket(t)
		}
	}
	c.finish()
	return c.v
}

// in reports whether an instant lies in the period.
func (c *closing) in(at int64) bool { return at >= c.from && at < c.to }

func (c *closing) ticket(t *ticket) {
	c.inflow(t)
	c.clocks(t)
	c.marked(t)
	c.deflection(t)
	if t.active() {
		c.backlog(t)
	}
	if at := t.last(markResolved); c.in(at) && (t.state == "resolved" || t.state == "closed") {
		c.closed(t)
	}
	if c.in(t.level2At) {
		c.escalated(t)
	}
}

func (c *closing) inflow(t *ticket) {
	if !c.in(t.openedAt) {
		return
	}
	c.v.Inflow.Total++
	c.channel[t.facts.Channel]++
	c.category[t.category]++
	c.v.Inflow.ByHour[time.UnixMilli(t.createdAt).In(c.f.o.Location).Hour()]++
	if t.facts.Unsorted {
		c.v.Corrections.Unsorted.Num++
		return
	}
	c.v.Corrections.Changed.Den++
	if t.corrected {
		c.v.Corrections.Changed.Num++
		if t.category != t.facts.Category {
			c.pairs[Pair{From: t.facts.Category, To: t.category}]++
		}
	}
}

// clocks counts clocks that ended or were breached in the period.
func (c *closing) clocks(t *ticket) {
	for i := range t.clocks {
		k := &t.clocks[i]
		ended := (k.state == "met" || k.state == "breached") && c.in(k.endAt)
		switch {
		case c.in(k.breachAt):
			c.promise(t, k, false)
		case ended && k.breachAt == 0:
			c.promise(t, k, true)
		}
		switch {
		case !ended:
		case k.kind == "first_response" && t.facts.Channel == "phone":
			c.v.FirstPhone++
		case k.kind == "first_response":
			c.first.add(k.facts)
			c.teams(t, func(m *team) { m.first = append(m.first, k.facts.Used/1000) })
		case k.kind == "next_response":
			c.next.add(k.facts)
		}
	}
}

func (c *closing) promise(t *ticket, k *clock, met bool) {
	key := [2]string{k.kind, k.facts.Priority}
	r := c.promised[key]
	if r == nil {
		r = &Ratio{}
		c.promised[key] = r
	}
	count := func(r *Ratio) {
		r.Den++
		if met {
			r.Num++
		}
	}
	count(r)
	if k.kind == "resolution" {
		c.teams(t, func(m *team) { count(&m.Solved) })
	}
}

// marked counts what happened in the period.
func (c *closing) marked(t *ticket) {
	rating := uint8(0)
	for _, m := range t.marks {
		if !c.in(m.at) {
			continue
		}
		switch m.kind {
		case markReply:
			c.teams(t, func(m *team) { m.Replies++ })
		case markRated:
			rating = m.n
		case markSurvey:
			c.v.Rating.Return.Den++
		case markReturned:
			c.v.Escalation.Returned.Num++
		case markStep:
			c.v.Escalation.Hierarchical++
		case markFAQ:
			c.v.FAQ.Answered++
		case markRejected:
			c.v.FAQ.Wrong.Num++
		}
	}
	if rating > 0 {
		c.v.Rating.Good.Den++
		c.v.Rating.Return.Num++
		if rating >= 4 {
			c.v.Rating.Good.Num++
		}
	}
	t.reopened(c.from, c.to, &c.v.Reopened)
}

// reopened adds a ticket to the rate of those that were resolved in a period and
// came back, then or later.
func (t *ticket) reopened(from, to int64, r *Ratio) {
	resolved := false
	for _, m := range t.marks {
		switch {
		case m.kind == markResolved && m.at >= from && m.at < to && !resolved:
			resolved = true
			r.Den++
		case m.kind == markReopened && resolved:
			r.Num++
			return
		}
	}
}

func (c *closing) deflection(t *ticket) {
	if t.state != "closed_deflected" || !c.in(t.deflected) {
		return
	}
	switch {
	case t.confirmed:
		c.v.FAQ.Confirmed.Num++
	case !t.recontact:
		c.v.FAQ.Silent++
	}
}

func (c *closing) backlog(t *ticket) {
	b := &c.v.Backlog
	b.Total++
	c.states[t.state]++
	b.Ages[c.age(t)]++
	c.teams(t, func(m *team) { m.Backlog++ })
	late := int64(0)
	for _, k := range t.clocks {
		if k.breachAt != 0 && k.state == "running" && (late == 0 || k.breachAt < late) {
			late = k.breachAt
		}
	}
	if late == 0 {
		return
	}
	b.Overdue++
	if b.Oldest == 0 || late < b.OldestAt.UnixMilli() {
		b.Oldest, b.OldestAt = t.id, time.UnixMilli(late).In(c.f.o.Location)
	}
}

// ageLimits are the open days of the classes of age.
var ageLimits = [3]int{1, 3, 10}

// age is the class of age of a ticket. A day counts when the ticket has waited in
// its open hours.
func (c *closing) age(t *ticket) int {
	cal := c.f.o.Calendar(t.facts.SLA)
	days, ok := c.closings[cal]
	if !ok {
		days = c.f.openDays(cal, c.p.To, ageLimits[2]+1)
		c.closings[cal] = days
	}
	for class, limit := range ageLimits {
		if len(days) <= limit || t.createdAt >= days[limit].closing.UnixMilli() {
			return class
		}
	}
	return len(ageLimits)
}

// closed counts a ticket that was resolved in the period and stayed so.
func (c *closing) closed(t *ticket) {
	c.v.Closed++
	c.touches = append(c.touches, int64(t.replies))
	c.v.Handovers.Num += t.handovers
	firstLevel := t.level2At == 0
	if firstLevel {
		c.v.FirstLevel.Num++
	}
	if t.facts.Kind != "request" {
		c.v.FirstFix.Den++
		if t.replies <= 1 && firstLevel && t.last(markReopened) == 0 {
			c.v.FirstFix.Num++
		}
	}
	k := t.resolution()
	c.teams(t, func(m *team) {
		m.Closed++
		if k != nil {
			m.handling = append(m.handling, k.facts.Used/1000)
		}
	})
	if k != nil {
		c.handling.add(k.facts)
		c.byCategory[t.category] = append(c.byCategory[t.category], k.facts.Used/1000)
	}
}

func (c *closing) escalated(t *ticket) {
	e := &c.v.Escalation
	e.Tickets.Num++
	switch who, _, _ := strings.Cut(t.level2By, ":"); who {
	case "agent":
		e.Manual++
	case "timer":
		e.Timer++
	default:
		e.Rule++
	}
}

// teams does something for the group and the agent a ticket is with.
func (c *closing) teams(t *ticket, do func(*team)) {
	for _, m := range []struct {
		on   bool
		of   map[string]*team
		name string
	}{{c.f.o.Teams || c.f.o.Agents, c.groups, t.group}, {c.f.o.Agents, c.agents, t.assignee}} {
		if !m.on || m.name == "" {
			continue
		}
		if m.of[m.name] == nil {
			m.of[m.name] = &team{Team: Team{Name: m.name}}
		}
		do(m.of[m.name])
	}
}

// finish makes tables of what was collected.
func (c *closing) finish() {
	v := &c.v
	v.Inflow.ByChannel, v.Inflow.ByCategory, v.Backlog.ByState = c.channel.list(), c.category.list(), c.states.list()
	v.First, v.Next, v.Handling, v.Touches = c.first.spread(), c.next.spread(), c.handling.spread(), spread(c.touches)
	v.Handovers.Den, v.FirstLevel.Den = v.Closed, v.Closed
	v.Corrections.Unsorted.Den = v.Inflow.Total
	v.Escalation.Tickets.Den, v.Escalation.Returned.Den = v.Inflow.Total, v.Escalation.Tickets.Num
	v.FAQ.Confirmed.Den, v.FAQ.Wrong.Den = v.Inflow.Total, v.FAQ.Answered
	c.attainment()
	c.categories()
	for pair, n := range c.pairs {
		pair.N = n
		v.Corrections.Pairs = append(v.Corrections.Pairs, pair)
	}
	slices.SortFunc(v.Corrections.Pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	v.Corrections.Pairs = v.Corrections.Pairs[:min(3, len(v.Corrections.Pairs))]
	v.Groups, v.Agents = teamList(c.groups), teamList(c.agents)
	v.Backlog.Daily = c.daily()
	c.final()
}

func (c *closing) attainment() {
	for _, name := range Clocks() {
		a := Attainment{Clock: name}
		for key, r := range c.promised {
			if key[0] == name {
				a.ByPriority = append(a.ByPriority, Promised{key[1], *r})
				a.All.Num += r.Num
				a.All.Den += r.Den
			}
		}
		slices.SortFunc(a.ByPriority, func(x, y Promised) int { return cmp.Compare(x.Priority, y.Priority) })
		c.v.Attainment = append(c.v.Attainment, a)
	}
}

func (c *closing) categories() {
	for name := range c.byCategory {
		c.category[name] += 0 // closed ones without inflow stand in the table too
	}
	for _, n := range c.category.list() {
		c.v.Categories = append(c.v.Categories, Category{n.Name, n.N, spread(c.byCategory[n.Name])})
	}
}

// daily is the median of tickets closed on each of the last open days.
func (c *closing) daily() int64 {
	var cases []int64
	for _, d := range c.f.openDays(c.f.o.Calendar(""), c.p.To, closedDays) {
		cases = append(cases, int64(c.f.closedOn[d.day.Format(time.DateOnly)]))
	}
	return spread(cases).Median
}

// final is the reopen rate of the newest period that nothing can change any more.
func (c *closing) final() {
	for _, p := range slices.Backward(c.f.periods) {
		if p.To.AddDate(0, 0, c.f.o.FinalDays).After(c.p.To) {
			continue
		}
		c.v.Final.Key = p.Key
		for _, t := range c.f.tickets {
			if t.counts() {
				t.reopened(p.From.UnixMilli(), p.To.UnixMilli(), &c.v.Final.Ratio)
			}
		}
		return
	}
}

func teamList(of map[string]*team) []Team {
	var list []Team
	for _, m := range of {
		m.First, m.Handling = spread(m.first), spread(m.handling)
		list = append(list, m.Team)
	}
	slices.SortFunc(list, func(a, b Team) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
