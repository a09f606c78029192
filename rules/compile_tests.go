package rules

import (
	"slices"
	"strings"
	"time"

	"firstline/rules/source"
)

// testCase is one entry of a tests: section.
type testCase struct {
	name   string
	owner  string // rule or FAQ entry it stands in, "" = global
	node   *source.Node
	mail   testMail
	expect []expectation
}

// testMail describes a mail; a file replaces the other parts except at.
type testMail struct {
	file                    source.Text
	from, to, subject, body string
	mailbox, auth, language string
	at                      time.Time
	attachments             []string
	headers                 [][2]string
	reply, external         bool
	internalSet             bool
}

// expectation is one key of expect:.
type expectation struct {
	key  string
	want []string // of one value, or of a list
	list bool
	node *source.Node
}

var mailKeys = []string{"from", "to", "subject", "body", "at", "attachments", "headers", "file", "mailbox", "auth", "language", "reply", "internal"}

var expectKeys = []string{"category", "priority", "group", "assign", "sla", "language", "faq", "receipt", "state", "tags", "rules",
	"not_rules", "notify", "kind", "escalate", "incident", "hold", "ignore", "reject", "reply", "template_note", "requester", "subject",
	"impact", "urgency", "watchers"}

func (c *compiler) tests(m *source.Map) {
	for _, n := range m.List("tests") {
		c.test(n, "")
	}
}

func (c *compiler) ruleTests(m *source.Map, r *rule) {
	for _, n := range m.List("tests") {
		c.test(n, r.name)
	}
}

func (c *compiler) test(n *source.Node, owner string) {
	m := c.r.Map(n, testKeys...)
	m.Require("mail", "expect")
	t := testCase{name: m.String("name", ""), owner: owner, node: n}
	if key := m.Key("name"); key != nil {
		t.node = key
	}
	t.mail = c.testMail(m.Map("mail", mailKeys...))
	if t.name == "" {
		t.name = strings.TrimSpace(owner + ": " + t.mail.subject)
	}
	expect := m.Map("expect")
	for _, p := range expect.Pairs() {
		key := p.Key.Value
		if !slices.Contains(expectKeys, key) && !strings.HasPrefix(key, "due.") {
			c.r.UnknownKey(p.Key, append(slices.Clone(expectKeys), "due.first_reply", "due.resolve"))
			continue
		}
		x := expectation{key: key, node: p.Key, list: p.Value.Kind == source.KindList}
		for _, v := range c.r.OneOrMany(p.Value) {
			x.want = append(x.want, v.Value)
		}
		t.expect = append(t.expect, x)
	}
	if m.Has("expect") && isEmpty(m.Get("expect")) {
		c.r.Add(t.node, testEmpty, t.name)
		return
	}
	c.s.tests = append(c.s.tests, t)
}

func (c *compiler) testMail(m *source.Map) testMail {
	t := testMail{file: m.Text("file"), from: m.String("from", ""), to: m.String("to", ""), subject: m.String("subject", ""),
		body: m.String("body", ""), mailbox: m.String("mailbox", ""), language: m.String("language", ""), reply: m.Bool("reply", false)}
	t.auth = m.Enum("auth", "pass", "pass", "none", "fail")
	if m.Has("internal") {
		t.internalSet, t.external = true, !m.Bool("internal", true)
	}
	t.attachments = source.Strings(m.OneOrMany("attachments"))
	for _, p := range m.Map("headers").Pairs() {
		t.headers = append(t.headers, [2]string{p.Key.Value, c.r.Text(p.Value).Value})
	}
	// Monday, 09:00, so that tests do not depend on when they run.
	t.at = time.Date(2026, 3, 2, 9, 0, 0, 0, c.refs.Location)
	if at := m.Text("at"); at.Node != nil {
		parsed, err := time.ParseInLocation("2006-01-02 15:04", strings.Replace(at.Value, "T", " ", 1), c.refs.Location)
		if err != nil {
			c.r.Add(at.Node, testTime, at.Value)
		} else {
			t.at = parsed
		}
	}
	return t
}
