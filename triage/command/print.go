package command

import (
	"strconv"
	"strings"
	"time"
)

// Print writes a command so that it is read back as the same one.
func (c Command) Print(lang, prefix string) string {
	head := "#" + c.Verb.Word(lang)
	if t := c.Ticket.with(prefix); t != "" {
		head += " " + t
	}
	args := c.args(prefix)
	if args == "" || strings.HasPrefix(args, ":") {
		return head + args
	}
	return head + " " + args
}

// args are the arguments without the ticket.
func (c Command) args(prefix string) string {
	var list []string
	for _, s := range []string{c.Agent, c.Group, c.Category, c.Priority, c.Impact, c.Urgency, c.Entry, c.Filter, c.Name, c.Address} {
		if s != "" {
			list = append(list, quoteArg(s))
		}
	}
	if other := c.Other.with(prefix); other != "" {
		list = append(list, other)
	}
	for _, s := range c.Add {
		list = append(list, "+"+s)
	}
	for _, s := range c.Remove {
		list = append(list, "-"+s)
	}
	switch {
	case (c.Verb == Away || c.Verb == Here) && !c.When.IsZero():
		list = append(list, c.When.Format(time.DateOnly), "-", c.Until.Format(time.DateOnly))
	case !c.When.IsZero():
		list = append(list, stampOf(c.When))
	}
	if c.Substitute != "" {
		list = append(list, quoteArg(c.Substitute))
	}
	if c.Duration > 0 {
		list = append(list, effortOf(c.Duration))
	} else if c.Duration < 0 {
		list = append(list, "-"+effortOf(-c.Duration))
	}
	s := strings.Join(list, " ")
	switch {
	case c.Text == "":
		return s
	case c.Verb == Help:
		return c.Text
	}
	return s + ": " + c.Text
}

// effortOf writes a duration as #zeit reads it: 45m, 2h, 1h30m.
func effortOf(d time.Duration) string {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return strconv.Itoa(m) + "m"
	case m == 0:
		return strconv.Itoa(h) + "h"
	}
	return strconv.Itoa(h) + "h" + strconv.Itoa(m) + "m"
}

func quoteArg(s string) string {
	if strings.ContainsAny(s, " :") {
		return `"` + strings.ReplaceAll(s, `"`, "") + `"`
	}
	return s
}

// Print writes a sound mail so that it is read back as the same one: commands in
// their order of execution, then the text with its insertions.
func (m Mail) Print(lang, prefix string) string {
	var b strings.Builder
	for _, c := range Order(m.Commands) {
		if c.Verb != FAQ && c.Verb != Template {
			b.WriteString(c.Print(lang, prefix) + "\n")
		}
	}
	b.WriteByte('\n')
	top := true
	for _, part := range m.Parts {
		switch {
		case part.Entry != "":
			b.WriteString(Command{Verb: FAQ, Entry: part.Entry, Ticket: part.Ticket}.Print(lang, prefix) + "\n")
		case part.Template != "":
			b.WriteString(Command{Verb: Template, Entry: part.Template, Ticket: part.Ticket}.Print(lang, prefix) + "\n")
		default:
			for _, raw := range strings.Split(part.Text, "\n") {
				b.WriteString(escape(raw, top) + "\n")
				top = top && strings.TrimSpace(clean(raw)) == ""
			}
		}
		top = top && part.Text == ""
	}
	return b.String()
}

// escape writes a line of text that would be read as a command, or as an escaped one,
// with one more #.
func escape(raw string, top bool) string {
	s := mark(raw)
	if s == "" {
		return raw
	}
	word := commandWord("#" + strings.TrimLeft(s, "#"))
	if word == "" || !top && words[verbKey(word)].shown == "" {
		return raw
	}
	h := firstHash(raw)
	return strings.Replace(raw, h, h+h, 1)
}
