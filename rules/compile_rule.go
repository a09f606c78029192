package rules

import (
	"slices"
	"strings"

	"firstline/rules/source"
)

var ruleKeys = []string{"name", "when", "then", "stop", "override", "applies_to", "tests", "enabled", "note"}

func (c *compiler) rules(m *source.Map) {
	list := m.List("rules")
	if len(list) > maxRules {
		c.r.Add(m.Key("rules"), tooManyRules, maxRules)
		list = list[:maxRules]
	}
	for _, n := range list {
		c.rule(n)
	}
}

func (c *compiler) rule(n *source.Node) {
	m := c.r.Map(n, ruleKeys...)
	name := m.Need("name")
	if name.Node == nil {
		return
	}
	if first, ok := c.names[name.Value]; ok {
		c.r.Twice(name, aRule, first)
	} else {
		c.names[name.Value] = name.Node
	}
	m.Require("when", "then")
	r := rule{name: name.Value, node: name.Node, stop: m.Bool("stop", false), override: m.Bool("override", false)}
	applies := m.Enum("applies_to", "new", "new", "reply", "both")
	r.news, r.replies = applies != "reply", applies != "new"
	r.when = c.block(m.Get("when"), &r)
	if m.Has("when") && isEmpty(m.Get("when")) {
		c.r.Add(m.Key("when"), noConditions, r.name)
	}
	r.then = c.actions(m.Get("then"), &r)
	if m.Has("then") && isEmpty(m.Get("then")) && !r.stop {
		c.r.Add(m.Key("then"), noActions, r.name)
	}
	if !m.Bool("enabled", true) {
		return
	}
	c.ruleTests(m, &r)
	if len(r.when) > 0 { // a rule that could not be read must not match everything
		c.s.rules = append(c.s.rules, r)
	}
}

func isEmpty(n *source.Node) bool {
	return n.Kind == source.KindNull || n.Kind == source.KindMap && len(n.Pairs) == 0
}

var whenKeys = []string{"words", "words_also", "words_all", "subject", "body", "attachment_text", "regex", "from", "to", "cc",
	"from_domain", "sender_group", "mailbox", "header", "attachment", "language", "is", "auth", "time", "category", "priority",
	"priority_at_least", "tags", "score", "similar_recent", "sender_open_tickets", "any_of", "all_of", "none_of"}

// block compiles a when block. Lines that are cheap to check come first, so
// that a mail is dismissed early; the order does not change the result.
func (c *compiler) block(n *source.Node, r *rule) block {
	m := c.r.Map(n, whenKeys...)
	var b block
	for _, p := range m.Pairs() {
		if cond := c.condition(m, p.Key.Value, p.Value, r); cond != nil {
			b = append(b, cond)
		}
	}
	return b
}

func (c *compiler) condition(m *source.Map, key string, n *source.Node, r *rule) condition {
	switch key {
	case "words", "words_also", "words_all", "subject", "body", "attachment_text":
		at := map[string]place{"subject": inSubject, "body": inBody, "attachment_text": inAttachment}[key]
		if at == 0 {
			at = inText
		}
		c.s.attachments = c.s.attachments || at == inAttachment
		if ids := c.patterns(c.r.Texts(n)); len(ids) > 0 {
			return &wordsCond{key, ids, at, key == "words_all"}
		}
	case "regex":
		return c.regexCond(n, r)
	case "from", "from_domain", "sender_group":
		return c.senderCond(key, n)
	case "to", "cc":
		if list := c.r.OneOrMany(n); len(list) > 0 {
			for _, t := range list {
				c.address(t)
			}
			return &recipientCond{key, newSenders(source.Strings(list))}
		}
	case "header":
		return c.headerCond(n)
	case "attachment":
		return c.attachmentCond(n)
	case "is":
		if kinds := c.enums(n, isKinds); len(kinds) > 0 {
			return &isCond{kinds}
		}
	case "time":
		return c.timeCond(n)
	case "any_of", "all_of", "none_of":
		return c.blocks(key, n, r)
	default:
		return c.stateCondition(key, n)
	}
	return nil
}

// stateCondition compiles the lines about what is decided or known so far.
func (c *compiler) stateCondition(key string, n *source.Node) condition {
	switch key {
	case "language":
		return valueOrNil(key, c.enums(n, []string{"de", "en", "other"}))
	case "auth":
		return valueOrNil(key, c.enums(n, []string{"pass", "none", "fail"}))
	case "mailbox":
		return valueOrNil(key, c.known(n, aMailbox, c.refs.Mailboxes))
	case "category":
		return valueOrNil(key, c.known(n, aCategory, c.ids))
	case "tags":
		return valueOrNil(key, source.Strings(c.r.OneOrMany(n)))
	case "priority":
		var list []string
		for _, t := range c.r.OneOrMany(n) {
			if p := c.priority(t); p != "" {
				list = append(list, p)
			}
		}
		return valueOrNil(key, list)
	case "priority_at_least":
		if p := c.priority(c.r.Text(n)); p != "" {
			return &atLeastCond{p}
		}
	case "score":
		m := c.r.Map(n, "category", "at_least")
		m.Require("category", "at_least")
		id := m.Text("category")
		if i := slices.Index(c.ids, id.Value); c.r.Known(id, aCategory, c.ids) && i >= 0 {
			return &scoreCond{i, id.Value, m.Int("at_least", 1, 0, 1_000_000)}
		}
	case "similar_recent":
		m := c.r.Map(n, "same", "within", "at_least")
		m.Require("within", "at_least")
		s := m.Span("within", source.Span{}, source.Hours|source.Days)
		return &similarCond{m.Enum("same", "category", "category", "words"), s.Time, m.Int("at_least", 3, 1, 100_000)}
	case "sender_open_tickets":
		m := c.r.Map(n, "at_least")
		m.Require("at_least")
		return &openTicketsCond{m.Int("at_least", 1, 1, 100_000)}
	}
	return nil
}

func valueOrNil(key string, values []string) condition {
	if len(values) == 0 {
		return nil
	}
	return &valueCond{key, values}
}

func (c *compiler) enums(n *source.Node, words []string) []string {
	var list []string
	for _, t := range c.r.OneOrMany(n) {
		if v := c.r.Enum(t.Node, "", words...); v != "" {
			list = append(list, v)
		}
	}
	return list
}

func (c *compiler) known(n *source.Node, what source.Word, names []string) []string {
	var list []string
	for _, t := range c.r.OneOrMany(n) {
		c.r.Known(t, what, names)
		list = append(list, t.Value)
	}
	return list
}

// priority reads a priority by id or by one of its labels.
func (c *compiler) priority(t source.Text) string {
	if t.Node == nil {
		return ""
	}
	var ids []string
	for _, p := range c.refs.Priorities {
		ids = append(ids, p.ID)
		if strings.EqualFold(p.ID, t.Value) || containsFold(p.Aliases, t.Value) {
			return p.ID
		}
	}
	if slices.Contains(ids, "P"+t.Value) {
		c.r.Add(t.Node, digitPriority, t.Value)
		return ""
	}
	for _, p := range c.refs.Priorities {
		ids = append(ids, p.Aliases...)
	}
	c.r.Known(t, aPriority, ids)
	return ""
}

func (c *compiler) blocks(key string, n *source.Node, r *rule) condition {
	b := blocks{key: key}
	for _, item := range c.r.List(n) {
		if x := c.block(item, r); len(x) > 0 {
			b.list = append(b.list, x)
		}
	}
	if len(b.list) == 0 {
		return nil
	}
	return b
}

func (c *compiler) regexCond(n *source.Node, r *rule) condition {
	m := c.r.Map(n, "in", "pattern")
	at := map[string]place{"text": inText, "subject": inSubject, "body": inBody}[m.Enum("in", "text", "text", "subject", "body")]
	t := m.Need("pattern")
	if t.Node == nil {
		return nil
	}
	x, err := compileExpression(t.Value)
	if err != nil {
		c.badPattern(t, t.Value, err)
		return nil
	}
	if x.exact != nil {
		r.captures = append(r.captures, x)
	}
	id := c.s.index.intern(pattern{source: "/" + t.Value + "/", kind: regexPattern, regex: x})
	return &wordsCond{"regex", []int32{id}, at, false}
}

func (c *compiler) senderCond(key string, n *source.Node) condition {
	list := c.r.OneOrMany(n)
	if len(list) == 0 {
		return nil
	}
	cond := &senderCond{key: key, text: strings.Join(clipList(source.Strings(list), 3), ", ")}
	var entries []string
	for _, t := range list {
		switch key {
		case "from_domain":
			entries = append(entries, "@"+c.domain(t))
		case "sender_group":
			c.r.Known(t, aSenders, sortedKeys(c.refs.SenderGroups))
			entries = append(entries, c.refs.SenderGroups[t.Value]...)
		default:
			c.address(t)
			entries = append(entries, t.Value)
		}
	}
	cond.set = newSenders(entries)
	return cond
}

// address checks what from:, to: and cc: compare with.
func (c *compiler) address(t source.Text) {
	switch v := strings.TrimPrefix(t.Value, "*"); {
	case strings.ContainsAny(v, ", ;"):
		c.r.Add(t.Node, severalAddresses, strings.Join(strings.FieldsFunc(t.Value, func(r rune) bool { return strings.ContainsRune(", ;", r) }), ", "))
	case strings.HasPrefix(v, "@") && plainAddress("x"+v), plainAddress(t.Value):
	case !strings.Contains(v, "@") && plainAddress("x@"+v):
		c.r.Add(t.Node, bareDomain, t.Value)
	default:
		c.r.Add(t.Node, badAddress, t.Value)
	}
}

// domain checks a domain of from_domain: and returns it without its @.
func (c *compiler) domain(t source.Text) string {
	v := strings.TrimPrefix(strings.TrimPrefix(t.Value, "*"), "@")
	switch _, after, isAddress := strings.Cut(v, "@"); {
	case isAddress:
		c.r.Add(t.Node, addressForDomain, t.Value, after)
	case !plainAddress("x@" + v), strings.HasPrefix(v, "*"):
		c.r.Add(t.Node, badDomain, t.Value)
	}
	return v
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
