package rules

import (
	"regexp"
	"slices"
	"strings"

	"firstline/rules/source"
)

var thenKeys = []string{"category", "priority", "priority_at_least", "impact", "urgency", "group", "assign", "tags", "watchers",
	"sla", "kind", "faq", "receipt", "reply", "notify", "escalate", "incident", "hold", "ignore", "reject", "language",
	"requester_from", "set_subject", "template_note"}

// newOnlyKeys are actions that mean something only where a ticket begins.
var newOnlyKeys = []string{"receipt", "reply", "reject", "faq", "requester_from"}

// actions compiles a then block in the order written.
func (c *compiler) actions(n *source.Node, r *rule) []action {
	m := c.r.Map(n, thenKeys...)
	var list []action
	for _, p := range m.Pairs() {
		if !slices.Contains(thenKeys, p.Key.Value) {
			continue
		}
		a := action{field: field(p.Key.Value)}
		if !r.news && slices.Contains(newOnlyKeys, p.Key.Value) {
			c.r.Add(p.Key, newOnly, p.Key.Value, r.name)
		}
		if c.action(&a, p.Value, r) {
			list = append(list, a)
		}
	}
	return list
}

// action reads the value of one action; false when there is none.
func (c *compiler) action(a *action, n *source.Node, r *rule) bool {
	switch a.field {
	case "tags":
		return c.texts(a, c.r.OneOrMany(n), r)
	case "watchers", "notify":
		return c.receivers(a, n)
	case "escalate":
		m := c.r.Map(n, "to", "reason")
		to, reason := m.Need("to"), m.Text("reason")
		if c.r.Known(to, aGroup, c.groupIDs()) {
			c.escalation(to, reason, r)
		}
		a.value, a.extra = to.Value, reason.Value
		return to.Value != ""
	case "requester_from":
		return c.requesterFrom(a, n)
	case "priority", "priority_at_least":
		a.value = c.priority(c.r.Text(n))
		return a.value != ""
	}
	t := c.r.Text(n)
	if t.Node == nil {
		return false
	}
	a.value = t.Value
	c.reference(a.field, t, r)
	return true
}

// reference checks the value of an action that names something.
func (c *compiler) reference(f field, t source.Text, r *rule) {
	switch f {
	case "category":
		c.r.Known(t, aCategory, c.ids)
	case "group":
		c.r.Known(t, aGroup, c.groupIDs())
	case "assign":
		c.r.Known(t, anAgent, append([]string{"round_robin", "least_open"}, c.refs.Agents...))
	case "sla":
		c.r.Known(t, anSLA, c.refs.SLAs)
	case "impact":
		c.r.Known(t, anImpact, c.refs.Impacts)
	case "urgency":
		c.r.Known(t, anUrgency, c.refs.Urgencies)
	case "kind":
		c.r.Enum(t.Node, "", "incident", "request")
	case "language":
		c.r.Enum(t.Node, "", "de", "en")
	case "faq":
		c.r.Known(t, aFAQ, append([]string{"none", "suggest"}, c.faqIDs...))
	case "receipt":
		c.r.Known(t, aTemplate, append([]string{"none", "standard"}, c.refs.Receipts...))
	case "reply", "reject":
		c.r.Known(t, aTemplate, c.refs.Replies)
	case "template_note":
		c.r.Known(t, aTemplate, c.refs.Notes)
	default:
		c.captureNames(t, r)
	}
}

var captureUse = regexp.MustCompile(`\{\{\s*match\.([^}\s]*)\s*\}\}`)

// captureNames checks that {{match.x}} names a group of the rule's expressions.
func (c *compiler) captureNames(t source.Text, r *rule) {
	for _, m := range captureUse.FindAllStringSubmatch(t.Value, -1) {
		known := slices.ContainsFunc(r.captures, func(x *expression) bool {
			return slices.Contains(x.exact.SubexpNames(), m[1])
		})
		if !known {
			c.r.Add(t.Node, unknownCapture, m[1])
		}
	}
}

func (c *compiler) texts(a *action, texts []source.Text, r *rule) bool {
	for _, t := range texts {
		c.captureNames(t, r)
		if words := strings.FieldsFunc(t.Value, func(r rune) bool { return strings.ContainsRune(", ;", r) }); len(words) > 1 && !strings.Contains(t.Value, "{{") {
			c.r.Add(t.Node, severalTags, t.Value, strings.Join(words, ", "), strings.Join(words, "-"))
		}
		a.list = append(a.list, t.Value)
	}
	return len(a.list) > 0
}

// receivers are roles, groups, agents or addresses.
func (c *compiler) receivers(a *action, n *source.Node) bool {
	known := append([]string{"lead", "group", "assignee"}, append(c.groupIDs(), c.refs.Agents...)...)
	for _, t := range c.r.OneOrMany(n) {
		switch {
		case slices.ContainsFunc(c.refs.OwnAddresses, func(own string) bool { return foldAddress(own) == foldAddress(t.Value) }):
			c.r.Add(t.Node, ownAddress, t.Value)
		case !plainAddress(t.Value):
			c.r.Known(t, aReceiver, known)
		}
		a.list = append(a.list, t.Value)
	}
	return len(a.list) > 0
}

// escalation checks that a rule does not escalate to the group it sets.
func (c *compiler) escalation(to, reason source.Text, r *rule) {
	if reason.Node != nil {
		c.captureNames(reason, r)
	}
	c.checks = append(c.checks, func() {
		for _, a := range r.then {
			if a.field == "group" && a.value == to.Value && to.Value != "" {
				c.r.Add(to.Node, selfEscalation, to.Value)
			}
		}
	})
}

func (c *compiler) requesterFrom(a *action, n *source.Node) bool {
	t := c.r.Text(n)
	if t.Node == nil {
		return false
	}
	x, err := compileExpression(strings.Trim(t.Value, "/"))
	if err != nil {
		c.badPattern(t, strings.Trim(t.Value, "/"), err)
		return false
	}
	if x.exact == nil {
		x.exact = regexp.MustCompile("(?i)" + x.source) // it has just been compiled
	}
	a.expr = x
	return true
}
