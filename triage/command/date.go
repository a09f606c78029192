package command

import (
	"regexp"
	"strings"
	"time"
)

// when takes the time of #wiedervorlage (needed), #warten (may be) and #anruf (may be,
// and past).
func (p *parser) when(l *line, c *Command) *Problem {
	c.Text = l.rest
	if len(l.args) == 0 {
		if l.spec.args == argWhen {
			return l.problem(Missing, aboutDate, "")
		}
		return nil
	}
	past := l.spec.args == argCall
	r := p.reader(l.args, past)
	t, ok := r.instant()
	value := joined(l.args)
	switch {
	case !ok || len(r.words) > 0:
		return l.problem(BadDate, aboutDate, value)
	case past && t.After(r.now):
		return l.problem(FutureDate, aboutDate, value)
	case !past && !t.After(r.now):
		return l.problem(PastDate, aboutDate, value)
	case t.Sub(r.now).Abs() > farthest:
		return l.problem(BadDate, aboutDate, value)
	}
	c.When = t
	return nil
}

var (
	isoRange    = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[-–—](\d{4}-\d{2}-\d{2})$`)
	germanRange = regexp.MustCompile(`^(\d{1,2}\.(?:\d{1,2}\.?(?:\d{2,4})?)?)[-–—](\d{1,2}\.\d{1,2}\.?(?:\d{2,4})?)$`)
)

// away takes from, to and a substitute: 10.08.-28.08. Tobias; one day alone is a day
// off. Both ends are whole days.
func (p *parser) away(l *line, c *Command) *Problem {
	if len(l.args) == 0 {
		return l.problem(Missing, aboutDate, "")
	}
	args := splitRange(l.args)
	first, last, rest, ok := p.span(args)
	if !ok {
		return l.problem(BadDate, aboutDate, joined(l.args))
	}
	today := dayOf(p.reader(nil, false).now)
	switch {
	case last.before(today):
		return l.problem(PastDate, aboutDate, joined(l.args))
	case last.before(first) || today.add(3660).before(last) || first.before(today.add(-3660)):
		return l.problem(BadDate, aboutDate, joined(l.args))
	}
	loc := p.reader(nil, false).now.Location()
	c.When, c.Until = first.at(0, 0, loc), last.at(0, 0, loc)
	switch {
	case len(rest) == 0:
		return nil
	case l.spec.args == argHere:
		return l.problem(Unexpected, "", joined(rest))
	}
	return p.substitute(l, rest, c)
}

func (p *parser) substitute(l *line, args []token, c *Command) *Problem {
	word := strings.Trim(joined(args), ".,;!")
	agents, near := resolve(p.list(aboutAgent), word)
	groups, _ := resolve(p.list(aboutGroup), word)
	switch found := append(agents, groups...); {
	case len(found) == 1:
		c.Substitute = found[0].ID
		return nil
	case len(found) > 1:
		pr := l.problem(Ambiguous, aboutAgent, word)
		pr.Candidates = shown(found)
		return pr
	}
	pr := l.problem(NoSuchName, aboutAgent, word)
	pr.Candidates = shown(near)
	if len(near) == 1 {
		d := *c
		d.Substitute = near[0].ID
		pr.Suggestion, pr.Corrected = "#"+l.shown+" "+d.args(p.c.Prefix), []Command{d}
	}
	return pr
}

// splitRange makes 10.08.-28.08. three words.
func splitRange(args []token) []token {
	var out []token
	for _, t := range args {
		m := isoRange.FindStringSubmatch(t.text)
		if m == nil {
			m = germanRange.FindStringSubmatch(t.text)
		}
		if m == nil {
			out = append(out, t)
			continue
		}
		out = append(out, token{text: m[1]}, token{text: "-"}, token{text: m[2]})
	}
	return out
}

// span reads the days. The end comes first: 10.08. written on 15.08. is the one before
// the end, not next year's.
func (p *parser) span(args []token) (first, last day, rest []token, ok bool) {
	middle := -1
	for i, t := range args {
		switch fold(t.text) {
		case "-", "–", "—", "bis", "to", "until":
			if i > 0 && middle < 0 {
				middle = i
			}
		}
	}
	from := p.reader(args, false)
	from.skip("vom", "von", "from", "ab", "am", "on")
	if middle < 0 {
		head, ok := from.day()
		if !ok {
			return day{}, day{}, nil, false
		}
		used := len(args) - len(from.words)
		to := p.reader(args[used:], false)
		if tail, ok := to.day(); ok {
			return p.start(args[:used], tail, head), tail, args[len(args)-len(to.words):], true
		}
		return head, head, args[used:], true
	}
	to := p.reader(args[middle+1:], false)
	to.skip("zum", "den", "the")
	last, ok = to.day()
	if !ok {
		return day{}, day{}, nil, false
	}
	head := args[:middle]
	if len(head) == 1 && regexp.MustCompile(`^\d{1,2}\.$`).MatchString(head[0].text) { // 10.-28.08.
		first = day{last.year, last.month, num(strings.TrimSuffix(head[0].text, "."))}
		return first, last, args[len(args)-len(to.words):], first.valid()
	}
	single := p.reader(head, false)
	single.skip("vom", "von", "from", "ab", "am", "on")
	first, ok = single.day()
	if !ok || len(single.words) > 0 {
		return day{}, day{}, nil, false
	}
	return p.start(head, last, first), last, args[len(args)-len(to.words):], true
}

// longAgo is how many days an absence may have begun before it is told without a year.
const longAgo = 90

// start reads the first day again as the latest one not after the last.
func (p *parser) start(args []token, last, first day) day {
	if !last.before(first) {
		return first
	}
	r := p.reader(args, true)
	today := dayOf(r.now)
	r.now = last.at(12, 0, r.now.Location())
	r.skip("vom", "von", "from", "ab", "am", "on")
	if d, ok := r.day(); ok && !d.before(today.add(-longAgo)) {
		return d
	}
	return first
}

// stampOf writes an instant so that it is read back as the same one.
func stampOf(t time.Time) string {
	if dayOf(t).at(t.Hour(), t.Minute(), t.Location()).Equal(t) {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("2006-01-02T15:04Z07:00")
}
