package command

import (
	"strconv"
	"strings"
)

// ref reads IT-10423, [IT-10423], H-7 or, when bare numbers may be tickets, 10423.
func (p *parser) ref(t token, bare bool) (Ref, bool) {
	m := p.ticket.FindStringSubmatch(t.text)
	if m == nil || t.quoted || (m[4] != "" && !bare) {
		return Ref{}, false
	}
	n, err := strconv.ParseInt(m[1]+m[3]+m[4], 10, 64)
	if err != nil || n == 0 {
		return Ref{}, false
	}
	if m[2] != "" {
		return Ref{Held: n}, true
	}
	return Ref{Number: n}, true
}

// target takes the ticket a command names out of its arguments and checks that this
// mail may name it.
func (p *parser) target(l *line, c *Command) *Problem {
	ref, value := p.takeTarget(l)
	named := ref != Ref{}
	switch {
	case l.spec.need == opens && p.c.Place != New:
		return l.problem(OnlyNew, "", "")
	case l.spec.need == opens:
		return nil
	case l.spec.need == query:
		c.Ticket = ref
		if l.spec.args == argShow && !named && p.c.Place != Reply {
			return l.problem(Missing, aboutTicket, "")
		}
	case p.c.Place == Reply:
		if named && ref != p.c.Ticket {
			return l.problem(OtherTicket, aboutTicket, value)
		}
		return nil
	case p.c.Place == New:
		if named || l.spec.need == exists {
			return l.problem(NoTicket, aboutTicket, value)
		}
		return nil
	case !named:
		return l.problem(TicketNeeded, aboutTicket, "")
	default:
		c.Ticket = ref
	}
	if named && !p.known(ref) {
		return l.problem(NoSuchTicket, aboutTicket, value)
	}
	return nil
}

func (p *parser) known(r Ref) bool { return p.c.Known == nil || p.c.Known(r) }

// takeTarget removes the first or last argument when it is a ticket that the command
// acts on, not the one it refers to.
func (p *parser) takeTarget(l *line) (Ref, string) {
	if l.freeText() {
		return p.takeTextTarget(l)
	}
	bare := l.spec.args != argDuration
	n := len(l.args)
	if n == 0 || l.spec.args == argTicket && n < 2 && p.c.Place != List || l.spec.need == query && l.spec.args != argShow && l.spec.args != argStatus {
		return Ref{}, ""
	}
	if r, ok := p.ref(l.args[0], bare); ok {
		value := l.args[0].text
		l.args = l.args[1:]
		return r, value
	}
	if r, ok := p.ref(l.args[n-1], bare && !l.takesTime()); ok && l.spec.args != argTicket {
		value := l.args[n-1].text
		l.args = l.args[:n-1]
		return r, value
	}
	return Ref{}, ""
}

// takesTime: the last number may be a year.
func (l *line) takesTime() bool {
	return l.spec.args == argWhen || l.spec.args == argWait || l.spec.args == argCall
}

// takeTextTarget: in free text only the first word can be the ticket.
func (p *parser) takeTextTarget(l *line) (Ref, string) {
	if l.spec.need == query || len(l.args) == 0 || l.spec.args == argSplit && p.c.Place != List && !l.hasRest {
		return Ref{}, ""
	}
	value := l.args[0].text
	r, ok := p.ref(l.args[0], p.c.Place == List)
	if !ok || len(l.tail) < len(value) || l.tail[:len(value)] != value {
		return Ref{}, ""
	}
	l.tail, l.args = l.tail[len(value):], l.args[1:]
	return r, value
}

// freeText reports whether the arguments are words, not names: a # among them begins no
// command, and only the first may be a ticket.
func (l *line) freeText() bool { return l.spec.args == argText || l.spec.args == argSplit }

// split takes the subject of a new ticket; alone, or with the ticket that was merged
// into this one, it undoes the merge.
func (p *parser) split(l *line, c *Command) *Problem {
	c.Text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l.tail), ":"))
	if l.hasRest || len(l.args) != 1 {
		return nil
	}
	r, ok := p.ref(l.args[0], false)
	if !ok {
		return nil
	}
	if !p.known(r) {
		return l.problem(NoSuchTicket, aboutTicket, l.args[0].text)
	}
	c.Other, c.Text = r, ""
	return nil
}

// other takes the ticket a link or merge points to.
func (p *parser) other(l *line, c *Command) *Problem {
	if len(l.args) == 0 {
		return l.problem(Missing, aboutTicket, "")
	}
	value := l.args[0].text
	if (c.Verb == Parent || c.Verb == LinkProblem) && len(l.args) == 1 && value == "-" { // under none any more
		c.Remove = []string{""}
		return nil
	}
	r, ok := p.ref(l.args[0], true)
	switch {
	case !ok || len(l.args) > 1:
		return l.problem(Unexpected, aboutTicket, joined(l.args))
	case !p.known(r):
		return l.problem(NoSuchTicket, aboutTicket, value)
	case r == c.Ticket || p.c.Place == Reply && r == p.c.Ticket:
		return l.problem(SameTicket, aboutTicket, value)
	}
	c.Other = r
	return nil
}
