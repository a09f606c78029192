package command

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// entry is a Name prepared for comparing.
type entry struct {
	name Name
	keys []string // id, names, address
	part []string // first and last names
}

// list prepares the names of one kind once per mail.
func (p *parser) list(about string) []entry {
	if l, ok := p.lists[about]; ok {
		return l
	}
	var names []Name
	switch about {
	case aboutAgent:
		names = p.c.Agents
	case aboutGroup:
		names = p.c.Groups
	case aboutCategory:
		names = p.c.Categories
	case aboutFAQ:
		names = p.c.FAQ
	case aboutTemplate:
		names = p.c.Templates
	case aboutPerson:
		names = append(slices.Clone(p.c.Agents), p.c.People...)
	}
	l := entries(names, about == aboutAgent || about == aboutPerson)
	p.lists[about] = l
	return l
}

func entries(names []Name, people bool) []entry {
	l := make([]entry, 0, len(names))
	seen := map[string]bool{}
	for _, n := range names {
		if key := fold(n.Address); key != "" {
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		e := entry{name: n}
		for _, s := range append([]string{n.ID, n.Address}, n.Names...) {
			if key := nameKey(s); key != "" {
				e.keys = append(e.keys, key)
			}
		}
		if people {
			for _, full := range n.Names {
				for _, word := range strings.FieldsFunc(full, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '-' }) {
					e.part = append(e.part, nameKey(word))
				}
			}
		}
		l = append(l, e)
	}
	return l
}

// resolve finds the names that a word stands for: by id, address or full name, else by
// first or last name; near are those it may have meant when there is none.
func resolve(list []entry, word string) (found, near []Name) {
	key := nameKey(word)
	if key == "" {
		return nil, nil
	}
	for _, e := range list {
		if slices.Contains(e.keys, key) {
			found = append(found, e.name)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	for _, e := range list {
		if slices.Contains(e.part, key) {
			found = append(found, e.name)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	var keys []string
	var owner []int
	for i, e := range list {
		for _, k := range append(e.keys[:len(e.keys):len(e.keys)], e.part...) {
			keys, owner = append(keys, k), append(owner, i)
		}
	}
	last := -1
	for _, i := range nearest(key, keys) {
		if owner[i] != last {
			last = owner[i]
			near = append(near, list[last].name)
		}
	}
	return nil, near
}

func shown(names []Name) []string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = n.String()
	}
	return s
}

// name takes one name of a kind; all arguments together, so that blanks may stand in
// it.
func (p *parser) name(l *line, about string, id *string) *Problem {
	word := strings.Trim(joined(l.args), ".,;!")
	if word == "" {
		return p.offerAll(l.problem(Missing, about, ""))
	}
	found, near := resolve(p.list(about), word)
	if len(found) == 1 {
		*id = found[0].ID
		return nil
	}
	if len(found) > 1 {
		pr := l.problem(Ambiguous, about, word)
		pr.Candidates = shown(found)
		return pr
	}
	pr := l.problem(NoSuchName, about, word)
	if pr.Candidates = shown(near); len(near) == 0 {
		p.offerAll(pr)
	}
	if len(near) == 1 {
		p.suggest(pr, l, near[0].ID, l.rest)
	} else if first, _ := resolve(p.list(about), l.args[0].text); l.spec.args == argEscalate && !l.hasRest && len(l.args) > 1 && len(first) == 1 {
		// "#l2 netz Zertifikat abgelaufen": the colon is missing.
		p.suggest(pr, l, first[0].ID, joined(l.args[1:]))
		pr.Code, pr.Value, pr.Candidates = Unexpected, joined(l.args[1:]), nil
	}
	return pr
}

// offerAll names everything the argument could be.
func (p *parser) offerAll(pr *Problem) *Problem {
	pr.all = true
	for _, e := range p.list(pr.About) {
		pr.Candidates = append(pr.Candidates, e.name.ID)
	}
	return pr
}

// suggest writes the line with another first argument.
func (p *parser) suggest(pr *Problem, l *line, arg, rest string) {
	if strings.ContainsAny(arg, " :") {
		arg = `"` + arg + `"`
	}
	if rest != "" {
		arg += ": " + rest
	}
	var target Command
	if p.c.Place == List {
		target.Ticket = p.named(l)
	}
	text := p.suggestion(l, target, arg)
	if c, wrong := p.interpret(p.lineAs(l, text)); wrong == nil {
		pr.Suggestion, pr.Corrected = text, []Command{c}
	}
}

// named is the ticket a line named before it was taken out of its arguments.
func (p *parser) named(l *line) Ref {
	r, _ := p.takeTarget(p.line(l.literal, l.literal, l.n))
	return r
}

func (p *parser) lineAs(l *line, text string) *line {
	n := p.line(text, text, l.n)
	n.closing, n.literal = l.closing, l.literal
	return n
}

// value takes one of a short closed list, shown in full when it is not one of them.
func (p *parser) value(l *line, list []Name, id *string) *Problem {
	word := strings.Trim(joined(l.args), ".,;!")
	found, near := resolve(entries(list, false), word)
	if len(found) == 1 {
		*id = found[0].ID
		return nil
	}
	pr := l.problem(UnknownValue, aboutValue, word)
	if word == "" {
		pr.Code = Missing
	}
	for _, n := range list {
		pr.Candidates = append(pr.Candidates, n.ID)
	}
	for _, n := range list {
		if len(n.Names) > 0 && !slices.Contains(pr.Candidates, n.Names[0]) {
			pr.Candidates = append(pr.Candidates, n.Names[0])
		}
	}
	if len(near) == 1 {
		p.suggest(pr, l, nearestName(near[0], word), "")
	}
	return pr
}

// nearestName is the spelling of a name that is closest to what was written.
func nearestName(n Name, word string) string {
	all := append([]string{n.ID}, n.Names...)
	keys := make([]string, len(all))
	for i, s := range all {
		keys[i] = nameKey(s)
	}
	if i := nearest(nameKey(word), keys); len(i) > 0 {
		return all[i[0]]
	}
	return n.ID
}

func (p *parser) priorities() []Name {
	taken := map[string]bool{}
	var own [4][]string
	for _, n := range p.c.Priorities {
		for _, s := range n.Names {
			taken[nameKey(s)] = true
		}
		if i := strings.Index("P1P2P3P4", n.ID); i >= 0 {
			own[i/2] = n.Names
		}
	}
	list := make([]Name, 0, 4)
	for i, label := range []phrase{{"kritisch", "critical"}, {"hoch", "high"}, {"normal", "normal"}, {"niedrig", "low"}} {
		n := strconv.Itoa(i + 1)
		name := Name{ID: "P" + n, Names: slices.Clone(own[i])}
		for _, s := range []string{label.in(p.c.Language), label.de, label.en, n} {
			if !taken[nameKey(s)] { // the company may call P3 high
				name.Names = append(name.Names, s)
			}
		}
		list = append(list, name)
	}
	return list
}

// person takes an address, or a name that is unique in the directory.
func (p *parser) person(l *line, c *Command) *Problem {
	if len(l.args) == 0 {
		return l.problem(Missing, aboutPerson, "")
	}
	for i, t := range l.args {
		if !strings.Contains(t.text, "@") {
			continue
		}
		if c.Address = strings.Trim(t.text, ".,;"); !validAddress(c.Address) || i != len(l.args)-1 {
			return l.problem(BadAddress, aboutPerson, joined(l.args))
		}
		c.Name = joined(l.args[:i])
		if found, _ := resolve(p.list(aboutPerson), c.Address); len(found) == 1 && c.Name == "" && len(found[0].Names) > 0 {
			c.Name = found[0].Names[0]
		}
		return nil
	}
	word := strings.Trim(joined(l.args), ".,;!")
	found, near := resolve(p.list(aboutPerson), word)
	if len(found) == 1 && validAddress(found[0].Address) {
		c.Address = found[0].Address
		if len(found[0].Names) > 0 {
			c.Name = found[0].Names[0]
		}
		return nil
	}
	pr := l.problem(NoSuchName, aboutPerson, word)
	switch {
	case len(found) > 1:
		pr.Code = Ambiguous
		for _, n := range found {
			pr.Candidates = append(pr.Candidates, Name{Names: n.Names, Address: n.Address}.String())
		}
	case len(near) > 0:
		for _, n := range near {
			pr.Candidates = append(pr.Candidates, Name{Names: n.Names, Address: n.Address}.String())
		}
		if len(near) == 1 {
			p.suggest(pr, l, near[0].Address, "")
		}
	}
	return pr
}

// filters are the words of #liste besides groups and agents.
var filters = map[string]string{
	"ueberfaellig": "overdue", "overdue": "overdue", "warten": "waiting", "wartend": "waiting", "waiting": "waiting", "pending": "waiting",
	"neu": "new", "new": "new", "offen": "open", "open": "open", "frei": "unassigned", "unassigned": "unassigned",
	"gehalten": "held", "zurueckgehalten": "held", "held": "held", "wiedervorlage": "scheduled", "snoozed": "scheduled", "scheduled": "scheduled",
	"geloest": "solved", "solved": "solved", "resolved": "solved", "alle": "all", "all": "all",
}

func (p *parser) filter(l *line, c *Command) *Problem {
	if len(l.args) == 0 {
		return nil
	}
	word := strings.Trim(joined(l.args), ".,;!")
	if f, ok := filters[fold(word)]; ok {
		c.Filter = f
		return nil
	}
	if groups, _ := resolve(p.list(aboutGroup), word); len(groups) == 1 {
		c.Group = groups[0].ID
		return nil
	}
	if agents, _ := resolve(p.list(aboutAgent), word); len(agents) == 1 {
		c.Agent = agents[0].ID
		return nil
	}
	pr := l.problem(UnknownValue, aboutValue, word)
	pr.Candidates = []string{phrase{"überfällig", "overdue"}.in(p.c.Language), phrase{"warten", "waiting"}.in(p.c.Language),
		phrase{"neu", "new"}.in(p.c.Language), phrase{"offen", "open"}.in(p.c.Language)}
	for _, e := range p.list(aboutGroup) {
		pr.Candidates = append(pr.Candidates, e.name.ID)
	}
	return pr
}

// states maps how other systems write a state ("#status solved") to a verb.
var states = map[string]Verb{
	"solved": Solved, "resolved": Solved, "done": Solved, "geloest": Solved, "erledigt": Solved, "fertig": Solved,
	"pending": Wait, "waiting": Wait, "stalled": Wait, "warten": Wait, "wartet": Wait, "wartend": Wait,
	"closed": Close, "close": Close, "geschlossen": Close, "schliessen": Close, "zu": Close,
	"open": Reopen, "reopen": Reopen, "reopened": Reopen, "offen": Reopen, "oeffnen": Reopen,
	"spam": Spam,
}

// status takes nothing, but a habit from elsewhere gets a helpful answer.
func (p *parser) status(l *line) *Problem {
	pr := p.nothing(l)
	if pr == nil {
		return nil
	}
	if v, ok := states[fold(strings.Trim(pr.Value, ".,;!"))]; ok {
		s := "#" + v.Word(p.c.Language)
		if c, wrong := p.interpret(p.lineAs(l, s)); wrong == nil {
			pr.Suggestion, pr.Corrected = s, []Command{c}
		}
	}
	return pr
}
