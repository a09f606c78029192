package command

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// argument says which arguments a verb takes.
type argument int

const (
	argNone argument = iota
	argReason
	argNote
	argText
	argWhen
	argWait
	argCall
	argVendor
	argAgent
	argGroup
	argEscalate
	argCategory
	argPriority
	argImpact
	argUrgency
	argTags
	argPerson
	argAddresses
	argDuration
	argFAQ
	argTemplate
	argTicket
	argSplit
	argShow
	argList
	argStatus
	argHelp
	argAway
	argHere
)

// interpret makes a command of a line, or says why not.
func (p *parser) interpret(l *line) (Command, *Problem) {
	switch {
	case len(l.tail) > maxLine:
		return Command{}, l.problem(TooLong, "", "")
	case l.spec == nil:
		return Command{}, p.unknown(l)
	}
	if pr := p.severalOnLine(l); pr != nil {
		return Command{}, pr
	}
	c := Command{Verb: l.spec.verb, Line: l.n, Literal: l.literal, Closing: l.closing}
	if pr := p.target(l, &c); pr != nil {
		return Command{}, pr
	}
	// "#prio: hoch" is how other systems write it.
	if !l.takesRest() && l.hasRest && len(l.args) == 0 {
		l.args, l.rest, l.hasRest = fieldsOf(l.rest), "", false
	}
	pr := p.arguments(l, &c)
	if pr == nil && l.hasRest && !l.takesRest() {
		pr = l.problem(Unexpected, "", l.rest)
	}
	return c, pr
}

func fieldsOf(s string) []token {
	args, rest, hasRest := tokens(s)
	if hasRest {
		return append(args, token{":" + rest, true})
	}
	return args
}

// takesRest reports whether free text may follow a colon.
func (l *line) takesRest() bool {
	switch l.spec.args {
	case argReason, argNote, argText, argCall, argVendor, argEscalate, argSplit:
		return true
	}
	return false
}

func (p *parser) arguments(l *line, c *Command) *Problem {
	switch l.spec.args {
	case argReason, argNote:
		return p.reason(l, c)
	case argText:
		return p.freeText(l, c)
	case argWhen, argWait, argCall:
		return p.when(l, c)
	case argVendor:
		return p.vendor(l, c)
	case argAgent:
		return p.name(l, aboutAgent, &c.Agent)
	case argGroup:
		return p.name(l, aboutGroup, &c.Group)
	case argEscalate:
		c.Text = l.rest
		if len(l.args) == 0 {
			return nil
		}
		return p.name(l, aboutGroup, &c.Group)
	case argCategory:
		return p.name(l, aboutCategory, &c.Category)
	case argPriority:
		return p.value(l, p.priorities(), &c.Priority)
	case argImpact:
		return p.value(l, p.c.Impacts, &c.Impact)
	case argUrgency:
		return p.value(l, p.c.Urgencies, &c.Urgency)
	case argTags, argAddresses:
		return p.signed(l, c)
	case argPerson:
		return p.person(l, c)
	case argDuration:
		return p.duration(l, c)
	case argFAQ:
		return p.name(l, aboutFAQ, &c.Entry)
	case argTemplate:
		return p.name(l, aboutTemplate, &c.Entry)
	case argTicket:
		return p.other(l, c)
	case argSplit:
		return p.split(l, c)
	case argShow:
		return p.nothing(l)
	case argList:
		return p.filter(l, c)
	case argStatus:
		return p.status(l)
	case argHelp:
		c.Text = joined(l.args)
		return nil
	case argAway:
		return p.away(l, c)
	case argHere:
		if len(l.args) == 0 {
			return nil
		}
		return p.away(l, c)
	}
	return p.nothing(l)
}

// unknown names a word that is no verb, with what it may stand for.
func (p *parser) unknown(l *line) *Problem {
	pr := l.problem(Unknown, "", l.word)
	found := suggestVerbs(l.word)
	for _, w := range found {
		pr.Candidates = append(pr.Candidates, "#"+w.shown)
	}
	if len(found) != 1 {
		return pr
	}
	meant := p.line(strings.TrimSpace("#"+found[0].shown+" "+l.tail), l.literal, l.n)
	meant.closing = l.closing
	if c, wrong := p.interpret(meant); wrong == nil {
		pr.Suggestion, pr.Corrected = meant.source(l.tail), []Command{c}
	} else {
		pr.Suggestion, pr.Corrected = wrong.Suggestion, wrong.Corrected
	}
	return pr
}

func (l *line) source(tail string) string {
	if strings.HasPrefix(tail, ":") {
		return "#" + l.shown + tail
	}
	return strings.TrimSpace("#" + l.shown + " " + tail)
}

// severalOnLine names "#ich #prio hoch".
func (p *parser) severalOnLine(l *line) *Problem {
	if l.freeText() {
		return nil
	}
	var lines []string
	current := "#" + l.shown
	for _, t := range l.args {
		if word := commandWord(t.text); !t.quoted && word != "" && words[verbKey(word)].shown != "" {
			lines = append(lines, current)
			current = t.text
			continue
		}
		current += " " + t.source()
	}
	if lines == nil {
		return nil
	}
	if l.hasRest {
		current += ": " + l.rest
	}
	pr := l.problem(SeveralOnLine, "", "")
	lines = append(lines, current)
	for _, s := range lines {
		c, wrong := p.interpret(p.line(s, s, l.n))
		if wrong != nil {
			return pr
		}
		pr.Corrected = append(pr.Corrected, c)
	}
	pr.Suggestion = strings.Join(lines, "\n")
	return pr
}

func (t token) source() string {
	if t.quoted {
		return `"` + strings.ReplaceAll(t.text, `"`, "") + `"`
	}
	return t.text
}

func joined(args []token) string {
	var b strings.Builder
	for i, t := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// nothing refuses arguments.
func (p *parser) nothing(l *line) *Problem {
	if len(l.args) == 0 {
		return nil
	}
	return l.problem(Unexpected, "", joined(l.args))
}

// reason takes text behind a colon only: "#close erledigt" may be a slip.
func (p *parser) reason(l *line, c *Command) *Problem {
	c.Text = l.rest
	pr := p.nothing(l)
	if pr == nil {
		return nil
	}
	text := joined(l.args)
	if l.hasRest {
		text += ": " + l.rest
	}
	c.Text = text
	pr.Suggestion, pr.Corrected = p.suggestion(l, *c, ": "+text), []Command{*c}
	return pr
}

// suggestion writes a line with other arguments.
func (p *parser) suggestion(l *line, c Command, arguments string) string {
	head := "#" + l.shown
	if ref := c.Ticket.with(p.c.Prefix); ref != "" {
		head += " " + ref
	}
	if strings.HasPrefix(arguments, ":") {
		return head + arguments
	}
	return strings.TrimSpace(head + " " + arguments)
}

// freeText takes the rest of the line, with or without a colon.
func (p *parser) freeText(l *line, c *Command) *Problem {
	c.Text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l.tail), ":"))
	if c.Text == "" {
		return l.problem(Missing, aboutText, "")
	}
	return nil
}

// vendor takes an address, or nothing.
func (p *parser) vendor(l *line, c *Command) *Problem {
	c.Text = l.rest
	if len(l.args) == 0 {
		return nil
	}
	c.Address = l.args[0].text
	if !validAddress(c.Address) {
		return l.problem(BadAddress, aboutAddress, c.Address)
	}
	if len(l.args) > 1 {
		pr := l.problem(Unexpected, "", joined(l.args[1:]))
		if !l.hasRest {
			c.Text = joined(l.args[1:])
			pr.Suggestion, pr.Corrected = p.suggestion(l, *c, c.Address+": "+c.Text), []Command{*c}
		}
		return pr
	}
	return nil
}

// maxTag is the longest tag, in characters.
const maxTag = 40

// signed takes +x -y; without a sign it is +.
func (p *parser) signed(l *line, c *Command) *Problem {
	about := aboutTag
	if l.spec.args == argAddresses {
		about = aboutAddress
	}
	if len(l.args) == 0 {
		return l.problem(Missing, about, "")
	}
	for _, t := range l.args {
		s, remove := strings.Trim(t.text, ",;"), false
		switch {
		case strings.HasPrefix(s, "-"):
			s, remove = s[1:], true
		case strings.HasPrefix(s, "+"):
			s = s[1:]
		}
		if about == aboutAddress && !validAddress(s) {
			return l.problem(BadAddress, about, t.text)
		}
		if about == aboutTag {
			if s = strings.ToLower(s); !validTag(s) {
				return l.problem(UnknownValue, about, t.text)
			}
		}
		if remove {
			c.Remove = appendNew(c.Remove, s)
		} else {
			c.Add = appendNew(c.Add, s)
		}
	}
	return nil
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if strings.EqualFold(have, s) {
			return list
		}
	}
	return append(list, s)
}

func validTag(s string) bool {
	n := 0
	for _, r := range s {
		if n++; !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '.' {
			return false
		}
	}
	return n > 0 && n <= maxTag && s[0] != '-'
}

// maxEffort is the most time one #zeit may record.
const maxEffort = 24 * time.Hour

var effort = regexp.MustCompile(`^(-?)(?:(\d{1,2}):(\d{2})|(?:(\d{1,2})(?:[.,](\d{1,2}))?h(?:(\d{1,2})m?)?)|(\d{1,4})m)$`)

// duration takes 15m, 1h, 1h30, 1:30, 1,5h, and "90 min"; -15m takes it back.
func (p *parser) duration(l *line, c *Command) *Problem {
	if len(l.args) == 0 {
		return l.problem(Missing, aboutDuration, "")
	}
	s := fold(strings.ReplaceAll(joined(l.args), " ", ""))
	for _, unit := range [][2]string{{"minuten", "m"}, {"minutes", "m"}, {"min", "m"}, {"stunden", "h"}, {"stunde", "h"}, {"hours", "h"}, {"hour", "h"}, {"std", "h"}} {
		s = strings.ReplaceAll(s, unit[0], unit[1])
	}
	m := effort.FindStringSubmatch(strings.TrimSuffix(s, "."))
	if m == nil {
		pr := l.problem(BadDuration, aboutDuration, joined(l.args))
		if minutes, err := strconv.Atoi(s); err == nil && minutes > 0 && minutes <= 480 {
			c.Duration = time.Duration(minutes) * time.Minute
			pr.Suggestion, pr.Corrected = p.suggestion(l, *c, s+"m"), []Command{*c}
		}
		return pr
	}
	n := func(i int) time.Duration { v, _ := strconv.Atoi("0" + m[i]); return time.Duration(v) }
	d := (n(2)+n(4))*time.Hour + (n(3)+n(6)+n(7))*time.Minute
	if m[5] != "" {
		d += n(5) * time.Hour / map[int]time.Duration{1: 10, 2: 100}[len(m[5])]
	}
	if d = d.Round(time.Minute); d <= 0 || d > maxEffort || n(3) > 59 {
		return l.problem(BadDuration, aboutDuration, joined(l.args))
	}
	if c.Duration = d; m[1] != "" { // takes back what was noted
		c.Duration = -d
	}
	return nil
}
