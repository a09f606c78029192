package command

import (
	"slices"
	"strings"
)

// check looks at the commands together.
func (p *parser) check() {
	p.contradictions()
	if len(p.m.Problems) == 0 {
		p.checkText()
	}
}

// choice is one thing a command decides, and how.
type choice struct{ slot, value string }

// contradictions compares the commands of each ticket: one slot, one decision.
func (p *parser) contradictions() {
	type key struct {
		ticket Ref
		slot   string
	}
	type decision struct {
		by    Command
		value string
	}
	made := map[key]decision{}
	for _, c := range p.m.Commands {
		for _, ch := range c.choices() {
			k := key{c.Ticket, ch.slot}
			have, taken := made[k]
			if taken && have.value != ch.value {
				p.contradiction(c, have.by)
				break
			}
			made[k] = decision{c, ch.value}
		}
	}
}

func (p *parser) contradiction(c, have Command) {
	p.problem(&Problem{Line: c.Line, Literal: cut(c.Literal, maxLiteral), Code: Contradiction, Verb: c.Verb, Other: cut(have.Literal, 60)})
}

// choices are what a command decides alone: the slots of its verb, and each entry it
// adds to or removes from a list.
func (c Command) choices() []choice {
	var list []choice
	own := string(c.Verb) + " " + c.args("IT")
	for _, slot := range grammar[c.Verb.rank()].slots {
		list = append(list, choice{slot, own})
	}
	switch c.Verb {
	case Tag, CC:
		for _, s := range c.Add {
			list = append(list, choice{string(c.Verb) + " " + strings.ToLower(s), "+"})
		}
		for _, s := range c.Remove {
			list = append(list, choice{string(c.Verb) + " " + strings.ToLower(s), "-"})
		}
	case Priority: // named, or computed from impact and urgency
		list = append(list, choice{"computed", "named"})
	case Impact, Urgency:
		list = append(list, choice{"computed", "computed"})
	}
	return list
}

// checkText looks at what the text is for.
func (p *parser) checkText() {
	var notes []Command // commands that make the text something, without text of their own
	var public, quiet, note, query, firstNote *Command
	tickets := map[Ref]bool{}
	for i := range p.m.Commands {
		c := &p.m.Commands[i]
		tickets[c.Ticket] = true
		switch c.Verb {
		case Public:
			public = c
		case Quiet:
			quiet = c
		case Note:
			note = c
		case Call, Return, Analysis, Cause, Workaround, Fix:
			if c.Text == "" {
				notes = append(notes, *c)
			}
			if firstNote == nil {
				firstNote = c
			}
		}
		if c.Verb.phase() == PhaseQuery {
			query = c
		}
	}
	p.pairs(public, quiet, note, notes)
	hasText := len(p.m.Parts) > 0
	switch {
	case len(p.m.Problems) > 0:
	case query != nil && p.m.QueryOnly():
		if hasText && p.c.Place == Reply {
			p.about(*query, TextWithQuery)
		}
	case hasText && p.c.Place == List && len(tickets) > 1 && p.m.TakesText() && (public != nil || note != nil || firstNote != nil):
		p.about(p.m.Commands[0], TextUnclear)
	case hasText && p.c.Place == List && len(p.m.Commands) > 0 && quiet == nil && !p.m.TakesText() && wordy(p.m):
		p.about(p.m.Commands[0], TextOfList)
	case hasText && public == nil && note == nil && firstNote != nil && p.typed() > 1:
		p.about(*firstNote, TextUnclear)
	case !hasText:
		p.missingText(public, note)
	}
}

// closingWords is how long a text may be that is only a greeting: nothing is lost with
// it. Longer ones have to say what they are.
const closingWords = 4

// wordy reports whether the text of a mail is more than a greeting.
func wordy(m Mail) bool {
	if slices.ContainsFunc(m.Commands, func(c Command) bool {
		return c.Verb == FAQ || c.Verb == Template || c.Verb == Escalate || c.Verb == Spam
	}) {
		return false
	}
	return len(strings.Fields(m.Text)) > closingWords
}

// pairs names what cannot both be true of one text.
func (p *parser) pairs(public, quiet, note *Command, notes []Command) {
	switch {
	case public != nil && quiet != nil:
		p.contradiction(*quiet, *public)
	case public != nil && note != nil:
		p.contradiction(*note, *public)
	case quiet != nil && note != nil:
		p.contradiction(*note, *quiet)
	case len(notes) > 0 && public != nil:
		p.contradiction(notes[0], *public)
	case len(notes) > 0 && quiet != nil:
		p.contradiction(notes[0], *quiet)
	case len(notes) > 1 && len(p.m.Parts) > 0:
		p.contradiction(notes[1], notes[0])
	}
}

// typed counts the commands that could claim the text: those without text of their own,
// or all when each has one.
func (p *parser) typed() int {
	bare, all := 0, 0
	for _, c := range p.m.Commands {
		switch c.Verb {
		case Call, Return, Analysis, Cause, Workaround, Fix:
			if all++; c.Text == "" {
				bare++
			}
		}
	}
	if bare > 0 {
		return bare
	}
	return all
}

// missingText names notes without text.
func (p *parser) missingText(public, note *Command) {
	for _, c := range p.m.Commands {
		switch c.Verb {
		case Return, Analysis, Cause, Workaround, Fix:
			if c.Text == "" {
				p.about(c, TextNeeded)
			}
		}
	}
	for _, c := range []*Command{public, note} {
		if c != nil && c.Text == "" {
			p.about(*c, TextNeeded)
		}
	}
}

func (p *parser) about(c Command, code Code) {
	p.problem(&Problem{Line: c.Line, Literal: cut(c.Literal, maxLiteral), Code: code, Verb: c.Verb})
}
