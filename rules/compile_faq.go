package rules

import (
	"math"
	"strings"
	"time"

	"firstline/rules/source"
)

var faqSettingKeys = []string{"mode", "min_score", "min_lead", "max_words", "never_if", "same_answer_again_after", "ask_after", "close_after", "editor"}

// versionLength is how much of a digest names the version of an entry.
const versionLength = 16

var faqKeys = []string{"id", "category", "questions", "must", "never_if", "min_score", "min_lead", "mode", "answer", "after_answer",
	"attachments", "valid_until", "review_by", "owner", "note", "tests"}

func (c *compiler) settings(m *source.Map) {
	f := newFAQ()
	c.s.faq = f
	k := m.Map("faq_settings", faqSettingKeys...)
	s := &f.settings
	s.mode = k.Enum("mode", s.mode, faqModes...)
	s.minScore = k.Float("min_score", s.minScore, 0, 1)
	s.minLead = k.Float("min_lead", s.minLead, 0, 1)
	s.maxWords = k.Int("max_words", s.maxWords, 1, 10_000)
	if again := k.Span("same_answer_again_after", source.Span{Time: s.sameAgainAfter}, source.Hours|source.Days); again.Time > 0 {
		s.sameAgainAfter = again.Time
	}
	s.neverSet = k.Has("never_if")
	s.neverIf = c.neverIf(k)
}

// neverIf compiles a list of blocks; each of them alone is a veto.
func (c *compiler) neverIf(m *source.Map) []block {
	var list []block
	var r rule // captures have no use here
	for _, n := range m.List("never_if") {
		if b := c.block(n, &r); len(b) > 0 {
			list = append(list, b)
		}
	}
	return list
}

// faqNames collects the ids first, because rules refer to them.
func (c *compiler) faqNames(m *source.Map) {
	if n := m.Get("faq"); n != nil && n.Kind == source.KindList {
		for _, item := range n.Items {
			if id := item.Get("id"); id != nil {
				c.faqIDs = append(c.faqIDs, id.Value)
			}
		}
	}
}

func (c *compiler) faq(m *source.Map) {
	list := m.List("faq")
	if len(list) > maxEntries {
		c.r.Add(m.Key("faq"), tooManyFAQ, maxEntries)
		list = list[:maxEntries]
	}
	for _, n := range list {
		c.faqEntry(n)
	}
}

func (c *compiler) faqEntry(n *source.Node) {
	m := c.r.Map(n, faqKeys...)
	id := m.Need("id")
	if id.Node == nil {
		return
	}
	f := c.s.faq
	e := faqEntry{node: id.Node, minScore: math.NaN(), minLead: math.NaN()}
	e.ID = id.Value
	c.owner(&e, m)
	e.Version = hashKeys(n, "questions", "must", "never_if", "min_score", "min_lead", "answer", "attachments")[:versionLength]
	if i, ok := f.ids[e.ID]; ok {
		c.r.Twice(id, aFAQ, f.entries[i].node)
		return
	}
	if !validID(e.ID) {
		c.r.Add(id.Node, badID, e.ID)
	}
	if cat := m.Text("category"); cat.Node != nil {
		c.r.Known(cat, aCategory, c.ids)
		e.Category = cat.Value
	}
	c.questions(&e, m)
	c.gate(&e, m)
	c.answers(&e, m)
	f.ids[e.ID] = len(f.entries)
	f.entries = append(f.entries, e)
	for _, t := range m.List("tests") {
		c.test(t, e.ID)
	}
}

// owner reads who looks after an entry: an agent, a group or an address.
func (c *compiler) owner(e *faqEntry, m *source.Map) {
	owner := m.Text("owner")
	e.Owner = owner.Value
	if known := append(c.groupIDs(), c.refs.Agents...); len(c.refs.Agents) > 0 && !strings.Contains(owner.Value, "@") {
		c.r.Known(owner, anAgent, known)
	}
}

func (c *compiler) questions(e *faqEntry, m *source.Map) {
	e.Questions, e.questionNodes = map[string][]string{}, map[string][]source.Text{}
	n := m.Get("questions")
	add := func(lang string, n *source.Node) {
		for _, t := range c.r.OneOrMany(n) {
			if len(t.Value) <= maxBody && t.Value != "" {
				e.Questions[lang] = append(e.Questions[lang], t.Value)
				e.questionNodes[lang] = append(e.questionNodes[lang], t)
			}
		}
	}
	if n != nil && n.Kind == source.KindMap {
		for _, p := range c.r.Map(n, "de", "en").Pairs() {
			add(p.Key.Value, p.Value)
		}
	} else if n != nil {
		add("", n)
	}
	if len(e.Questions) == 0 && !c.r.Incomplete {
		c.r.Add(e.node, noQuestions, e.ID)
	}
	for _, lang := range []string{c.refs.Language, "", "de", "en"} {
		if q := e.Questions[lang]; len(q) > 0 && e.Title == "" {
			e.Title = q[0]
		}
	}
}

func (c *compiler) gate(e *faqEntry, m *source.Map) {
	for _, group := range m.List("must") {
		texts := c.r.OneOrMany(group)
		if ids := c.patterns(texts); len(ids) > 0 {
			e.must = append(e.must, ids)
			e.mustTexts = append(e.mustTexts, texts)
		}
	}
	e.neverIf = c.neverIf(m)
	if m.Has("min_score") {
		e.minScore = m.Float("min_score", c.s.faq.settings.minScore, 0, 1)
	}
	if m.Has("min_lead") {
		e.minLead = m.Float("min_lead", c.s.faq.settings.minLead, 0, 1)
	}
	e.Mode = m.Enum("mode", c.s.faq.settings.mode, faqModes...)
}

func (c *compiler) answers(e *faqEntry, m *source.Map) {
	e.Answer = plain(m.ByLanguage("answer"))
	if len(e.Answer) == 0 && !c.r.Incomplete {
		c.r.Add(e.node, noAnswer, e.ID)
	}
	e.After = m.Enum("after_answer", "wait", "wait", "keep_open", "close")
	e.Attachments = source.Strings(m.OneOrMany("attachments"))
	e.ReviewBy = c.day(m, "review_by")
	if e.ValidUntil = c.day(m, "valid_until"); !e.ValidUntil.IsZero() {
		e.ValidUntil = e.ValidUntil.AddDate(0, 0, 1)
	}
	now := c.refs.Now
	if key := m.Key("review_by"); !now.IsZero() && !e.ReviewBy.IsZero() && now.After(e.ReviewBy.AddDate(0, 0, 1)) {
		who := source.Word{}
		if e.Owner != "" {
			who = source.Word{DE: " (Fachverantwortlich: " + e.Owner + ")", EN: " (owner: " + e.Owner + ")"}
		}
		c.r.Add(key, reviewPassed, e.ReviewBy.Format(time.DateOnly), who)
	}
	if key := m.Key("valid_until"); !now.IsZero() && e.expired(now) {
		c.r.Add(key, validPassed, e.ValidUntil.AddDate(0, 0, -1).Format(time.DateOnly), e.ID)
	}
}

func (c *compiler) day(m *source.Map, key string) time.Time {
	if !m.Has(key) {
		return time.Time{}
	}
	d, ok := c.r.Date(m.Get(key), false)
	if !ok {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, c.refs.Location)
}
