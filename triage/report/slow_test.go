package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// slowTicket answers questions about a whole history cut off at an instant.
type slowTicket struct{ events []Event }

func (s slowTicket) pick(ok func(Event) bool) []Event {
	var list []Event
	for _, e := range s.events {
		if ok(e) {
			list = append(list, e)
		}
	}
	return list
}

func (s slowTicket) kind(k string) []Event { return s.pick(func(e Event) bool { return e.Kind == k }) }

func (s slowTicket) state() string {
	states := s.pick(func(e Event) bool { return e.Kind == "state" || e.Kind == "opened" })
	return states[len(states)-1].New
}

// born is the event with which the ticket began to count.
func (s slowTicket) born() (Event, OpenedFacts, bool) {
	for _, e := range s.events {
		if e.Kind == KindAccepted || e.Kind == "opened" && e.New != "held" {
			var f OpenedFacts
			if err := json.Unmarshal([]byte(e.Data), &f); err != nil {
				panic(err)
			}
			return e, f, true
		}
	}
	return Event{}, OpenedFacts{}, false
}

// latest is the newest value of a kind, or the first one.
func (s slowTicket) latest(kind, first string) string {
	if list := s.kind(kind); len(list) > 0 {
		return list[len(list)-1].New
	}
	return first
}

func isDone(s string) bool { return s == "resolved" || s == "closed" }

func isActive(s string) bool {
	return slices.Contains([]string{"new", "open", "faq_answered", "waiting_requester", "waiting_vendor", "scheduled"}, s)
}

func (s slowTicket) resolved() []Event {
	return s.pick(func(e Event) bool { return e.Kind == "state" && isDone(e.New) && !isDone(e.Old) })
}

func (s slowTicket) reopened() []Event {
	return s.pick(func(e Event) bool { return e.Kind == "state" && isDone(e.Old) && isActive(e.New) })
}

type slowClock struct {
	kind   string
	cycle  int
	events []Event
}

func (s slowTicket) clocks() []slowClock {
	var list []slowClock
	for _, e := range s.events {
		kind := map[string]string{KindClock: e.Old, KindBreach: e.New}[e.Kind]
		if kind == "" {
			continue
		}
		i := slices.IndexFunc(list, func(c slowClock) bool { return c.kind == kind && c.cycle == facts(e).Cycle })
		if i < 0 {
			i, list = len(list), append(list, slowClock{kind: kind, cycle: facts(e).Cycle})
		}
		list[i].events = append(list[i].events, e)
	}
	return list
}

func facts(e Event) ClockFacts {
	var f ClockFacts
	if err := json.Unmarshal([]byte(e.Data), &f); err != nil {
		panic(err)
	}
	return f
}

// breach is the first event that says the clock is late.
func (c slowClock) breach() (Event, bool) {
	for _, e := range c.events {
		if e.Kind == KindBreach || e.New == "breached" {
			return e, true
		}
	}
	return Event{}, false
}

// end is the last change of the clock.
func (c slowClock) end() (Event, bool) {
	for _, e := range slices.Backward(c.events) {
		if e.Kind == KindClock {
			return e, true
		}
	}
	return Event{}, false
}

// slowly computes one period from scratch.
func slowly(h *history, o Options, periods []Period, n int) Values {
	p := periods[n]
	v := Values{Period: p}
	byTicket := map[int64]*slowTicket{}
	var ids []int64
	for _, e := range h.list {
		if e.At.Before(p.To) {
			if byTicket[e.Ticket] == nil {
				byTicket[e.Ticket] = &slowTicket{}
				ids = append(ids, e.Ticket)
			}
			byTicket[e.Ticket].events = append(byTicket[e.Ticket].events, e)
		}
	}
	slices.Sort(ids)
	var some []slowTicket
	var numbers []int64
	for _, id := range ids {
		s := *byTicket[id]
		_, f, ok := s.born()
		if ok && f.Mode != "training" && !slices.Contains([]string{"held", "merged", "discarded"}, s.state()) {
			some, numbers = append(some, s), append(numbers, id)
		}
	}
	slowInflow(&v, o, some)
	slowClocks(&v, some)
	slowClosed(&v, o, some)
	slowRest(&v, o, some, numbers)
	v.Reopened = slowReopened(p, some)
	for _, earlier := range slices.Backward(periods[:n+1]) {
		if !earlier.To.AddDate(0, 0, cmp.Or(o.FinalDays, 14)).After(p.To) {
			v.Final = Final{earlier.Key, slowReopened(earlier, some)}
			break
		}
	}
	// the pace of closing looks at the days, and at tickets as they stood then
	days := map[string]int64{}
	for _, id := range ids {
		s := byTicket[id]
		for _, e := range s.resolved() {
			then := slowTicket{s.pick(func(o Event) bool { return !e.before(o) })}
			if _, f, ok := then.born(); ok && f.Mode != "training" {
				days[e.At.In(o.Location).Format(time.DateOnly)]++
			}
		}
	}
	var pace []int64
	for day := p.To.AddDate(0, 0, -1); len(pace) < 20; day = day.AddDate(0, 0, -1) {
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			pace = append(pace, days[day.Format(time.DateOnly)])
		}
	}
	v.Backlog.Daily = slowSpread(pace).Median
	return v
}

func slowSpread(x []int64) Spread {
	s := Spread{N: len(x)}
	below := func(v int64) (n int) {
		for _, o := range x {
			if o <= v {
				n++
			}
		}
		return n
	}
	// the least case that at least the share of cases does not exceed
	least := func(percent int) int64 {
		best := int64(-1)
		for _, v := range x {
			if 100*below(v) >= percent*len(x) && (best < 0 || v < best) {
				best = v
			}
		}
		return max(best, 0)
	}
	s.Median, s.P90 = least(50), least(90)
	return s
}

func slowNamed(x map[string]int) []Named {
	list := []Named{}
	for k, n := range x {
		list = append(list, Named{k, n})
	}
	slices.SortFunc(list, func(a, b Named) int { return cmp.Or(b.N-a.N, strings.Compare(a.Name, b.Name)) })
	return list
}

func slowInflow(v *Values, o Options, some []slowTicket) {
	channel, category := map[string]int{}, map[string]int{}
	pairs := map[Pair]int{}
	for _, s := range some {
		e, f, _ := s.born()
		if !v.Period.Contains(e.At) {
			continue
		}
		v.Inflow.Total++
		channel[f.Channel]++
		now := s.latest("category", f.Category)
		category[now]++
		v.Inflow.ByHour[time.UnixMilli(f.CreatedAt).In(o.Location).Hour()]++
		if f.Unsorted {
			v.Corrections.Unsorted.Num++
			continue
		}
		v.Corrections.Changed.Den++
		if len(s.pick(func(e Event) bool { return e.Kind == "category" && e.Actor == "agent:lena" && e.Old != e.New })) > 0 {
			v.Corrections.Changed.Num++
			if now != f.Category {
				pairs[Pair{From: f.Category, To: now}]++
			}
		}
	}
	v.Inflow.ByChannel, v.Inflow.ByCategory = slowNamed(channel), slowNamed(category)
	v.Corrections.Unsorted.Den = v.Inflow.Total
	for pair, n := range pairs {
		v.Corrections.Pairs = append(v.Corrections.Pairs, Pair{pair.From, pair.To, n})
	}
	slices.SortFunc(v.Corrections.Pairs, func(a, b Pair) int {
		return cmp.Or(b.N-a.N, strings.Compare(a.From+" "+a.To, b.From+" "+b.To))
	})
	if len(v.Corrections.Pairs) > 3 {
		v.Corrections.Pairs = v.Corrections.Pairs[:3]
	}
}

func slowClocks(v *Values, some []slowTicket) {
	type lens struct{ used, gross, wall []int64 }
	var first, next lens
	add := func(l *lens, f ClockFacts) {
		l.used, l.gross, l.wall = append(l.used, f.Used/1000), append(l.gross, f.Gross/1000), append(l.wall, f.Wall/1000)
	}
	promised := map[string]map[string]Ratio{}
	for _, s := range some {
		_, born, _ := s.born()
		for _, c := range s.clocks() {
			end, ended := c.end()
			ended = ended && (end.New == "met" || end.New == "breached") && v.Period.Contains(end.At)
			late, isLate := c.breach()
			r := Ratio{}
			switch {
			case isLate && v.Period.Contains(late.At):
				r = Ratio{0, 1}
			case ended && !isLate:
				r = Ratio{1, 1}
			}
			if promised[c.kind] == nil {
				promised[c.kind] = map[string]Ratio{}
			}
			if r.Den > 0 {
				had := promised[c.kind][born.Priority]
				promised[c.kind][born.Priority] = Ratio{had.Num + r.Num, had.Den + r.Den}
			}
			last := facts(c.events[len(c.events)-1])
			if ended && c.kind == "first_response" && born.Channel == "phone" {
				v.FirstPhone++
			} else if ended && c.kind == "first_response" {
				add(&first, last)
			} else if ended && c.kind == "next_response" {
				add(&next, last)
			}
		}
	}
	v.First = Lengths{slowSpread(first.used), slowSpread(first.gross), slowSpread(first.wall)}
	v.Next = Lengths{slowSpread(next.used), slowSpread(next.gross), slowSpread(next.wall)}
	for _, kind := range Clocks() {
		a := Attainment{Clock: kind}
		for _, p := range []string{"P1", "P2", "P3", "P4"} {
			if r, ok := promised[kind][p]; ok {
				a.ByPriority = append(a.ByPriority, Promised{p, r})
				a.All = Ratio{a.All.Num + r.Num, a.All.Den + r.Den}
			}
		}
		v.Attainment = append(v.Attainment, a)
	}
}

func slowClosed(v *Values, o Options, some []slowTicket) {
	var used, gross, wall, touches []int64
	inflow := map[string]int{}
	for _, n := range v.Inflow.ByCategory {
		inflow[n.Name] = n.N
	}
	byCategory := map[string][]int64{}
	for _, s := range some {
		done := s.resolved()
		if !isDone(s.state()) || len(done) == 0 || !v.Period.Contains(done[len(done)-1].At) {
			continue
		}
		_, f, _ := s.born()
		v.Closed++
		touches = append(touches, int64(len(s.kind(KindReply))))
		v.Handovers.Num += len(s.kind("group")) + len(s.pick(func(e Event) bool { return e.Kind == "assigned" && e.Old != "" && e.New != "" }))
		first := f.Level == 1 && len(s.pick(func(e Event) bool { return e.Kind == "level" && e.New == "2" })) == 0
		if first {
			v.FirstLevel.Num++
		}
		if f.Kind == "incident" {
			v.FirstFix.Den++
			if first && len(s.kind(KindReply)) < 2 && len(s.reopened()) == 0 {
				v.FirstFix.Num++
			}
		}
		for _, c := range s.clocks() {
			if c.kind == "resolution" {
				x := facts(c.events[len(c.events)-1])
				used, gross, wall = append(used, x.Used/1000), append(gross, x.Gross/1000), append(wall, x.Wall/1000)
				name := s.latest("category", f.Category)
				byCategory[name] = append(byCategory[name], x.Used/1000)
				if _, ok := inflow[name]; !ok {
					inflow[name] = 0
				}
				break
			}
		}
	}
	v.Handovers.Den, v.FirstLevel.Den = v.Closed, v.Closed
	v.Touches = slowSpread(touches)
	v.Handling = Lengths{slowSpread(used), slowSpread(gross), slowSpread(wall)}
	for _, n := range slowNamed(inflow) {
		v.Categories = append(v.Categories, Category{n.Name, n.N, slowSpread(byCategory[n.Name])})
	}
}

func slowReopened(p Period, some []slowTicket) (r Ratio) {
	for _, s := range some {
		in := s.pick(func(e Event) bool { return e.Kind == "state" && isDone(e.New) && !isDone(e.Old) && p.Contains(e.At) })
		if len(in) == 0 {
			continue
		}
		r.Den++
		if slices.ContainsFunc(s.reopened(), func(e Event) bool { return in[0].before(e) }) {
			r.Num++
		}
	}
	return r
}

// slowRest are backlog, escalation, FAQ, ratings and teams.
func slowRest(v *Values, o Options, some []slowTicket, ids []int64) {
	states := map[string]int{}
	for i, s := range some {
		e, f, _ := s.born()
		in := func(list []Event) (n int) {
			for _, e := range list {
				if v.Period.Contains(e.At) {
					n++
				}
			}
			return n
		}
		level2 := s.pick(func(o Event) bool { return o.Kind == "level" && o.New == "2" })
		if f.Level == 2 {
			level2 = []Event{{At: e.At, Actor: "rule:opened"}}
		}
		if len(level2) > 0 && v.Period.Contains(level2[0].At) {
			v.Escalation.Tickets.Num++
			switch level2[0].Actor {
			case "agent:lena":
				v.Escalation.Manual++
			case "timer":
				v.Escalation.Timer++
			default:
				v.Escalation.Rule++
			}
		}
		v.Escalation.Returned.Num += in(s.pick(func(e Event) bool { return e.Kind == "level" && e.Old == "2" }))
		v.Escalation.Hierarchical += in(s.kind(KindManager)) + in(s.pick(func(e Event) bool { return e.Kind == KindStep && e.Old == StepHierarchical }))
		v.FAQ.Answered += in(s.pick(func(e Event) bool { return e.Kind == KindFAQ && e.Old == "" }))
		v.FAQ.Wrong.Num += in(s.pick(func(e Event) bool { return e.Kind == KindFAQ && e.Old != "" && e.New == "rejected" }))
		v.Rating.Return.Den += in(s.kind(KindSurvey))
		rated := s.pick(func(e Event) bool { return e.Kind == KindRated && v.Period.Contains(e.At) })
		if len(rated) > 0 {
			v.Rating.Good.Den++
			v.Rating.Return.Num++
			if n := rated[len(rated)-1].New; n == "4" || n == "5" {
				v.Rating.Good.Num++
			}
		}
		if s.state() == "closed_deflected" {
			moves := s.kind("state")
			last := moves[len(moves)-1]
			again := s.pick(func(e Event) bool { return e.Kind == KindRecontact && last.before(e) })
			switch {
			case !v.Period.Contains(last.At):
			case last.Actor == "requester":
				v.FAQ.Confirmed.Num++
			case len(again) == 0:
				v.FAQ.Silent++
			}
		}
		if !isActive(s.state()) {
			continue
		}
		v.Backlog.Total++
		states[s.state()]++
		age := 0
		for day := Day(p0(f), o.Location).From; day.Before(v.Period.To); day = day.AddDate(0, 0, 1) {
			closing := time.Date(day.Year(), day.Month(), day.Day(), 17, 0, 0, 0, o.Location)
			if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday && p0(f).Before(closing) {
				age++
			}
		}
		switch {
		case age <= 1:
			v.Backlog.Ages[0]++
		case age <= 3:
			v.Backlog.Ages[1]++
		case age <= 10:
			v.Backlog.Ages[2]++
		default:
			v.Backlog.Ages[3]++
		}
		late := time.Time{}
		for _, c := range s.clocks() {
			b, isLate := c.breach()
			end, ended := c.end()
			if isLate && (!ended || end.New == "running") && (late.IsZero() || b.At.Before(late)) {
				late = b.At
			}
		}
		if !late.IsZero() {
			v.Backlog.Overdue++
			if v.Backlog.Oldest == 0 || late.Before(v.Backlog.OldestAt) {
				v.Backlog.Oldest, v.Backlog.OldestAt = ids[i], late.In(o.Location)
			}
		}
	}
	v.Backlog.ByState = slowNamed(states)
	v.Escalation.Tickets.Den, v.Escalation.Returned.Den = v.Inflow.Total, v.Escalation.Tickets.Num
	v.FAQ.Confirmed.Den, v.FAQ.Wrong.Den = v.Inflow.Total, v.FAQ.Answered
	slowTeams(v, o, some)
}

func p0(f OpenedFacts) time.Time { return time.UnixMilli(f.CreatedAt) }

func slowTeams(v *Values, o Options, some []slowTicket) {
	for _, w := range []struct {
		on   bool
		to   *[]Team
		name func(slowTicket, OpenedFacts) string
	}{
		{o.Teams || o.Agents, &v.Groups, func(s slowTicket, f OpenedFacts) string { return s.latest("group", f.Group) }},
		{o.Agents, &v.Agents, func(s slowTicket, f OpenedFacts) string { return s.latest("assigned", f.Assignee) }},
	} {
		if !w.on {
			continue
		}
		byName := map[string][]slowTicket{}
		for _, s := range some {
			_, f, _ := s.born()
			if name := w.name(s, f); name != "" {
				byName[name] = append(byName[name], s)
			}
		}
		for name, mine := range byName {
			m := Team{Name: name}
			part := Values{Period: v.Period}
			slowClocks(&part, mine)
			slowClosed(&part, o, mine)
			m.Closed, m.First, m.Handling, m.Solved = part.Closed, part.First.Used, part.Handling.Used, part.Attained("resolution")
			for _, s := range mine {
				if isActive(s.state()) {
					m.Backlog++
				}
				for _, e := range s.kind(KindReply) {
					if v.Period.Contains(e.At) {
						m.Replies++
					}
				}
			}
			if m != (Team{Name: name}) {
				*w.to = append(*w.to, m)
			}
		}
		slices.SortFunc(*w.to, func(a, b Team) int { return strings.Compare(a.Name, b.Name) })
	}
}
