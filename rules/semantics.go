package rules

import (
	"slices"
	"strings"

	"firstline/rules/source"
)

// Bounds of the checks that compare everything with everything.
const (
	maxPairs     = 1_000_000 // pairs of rules
	maxQuestions = 2_000     // FAQ questions
)

// semantics runs the checks over the whole set.
func (c *compiler) semantics() {
	c.checkRules()
	c.checkCategories()
	for i := range c.s.faq.entries {
		c.checkGate(&c.s.faq.entries[i])
	}
	c.checkLanguages()
	c.checkNeighbours()
}

// checkRules finds rules that can never act.
func (c *compiler) checkRules() {
	pairs := 0
	for j := range c.s.rules {
		b := &c.s.rules[j]
		c.checkContradiction(b)
		for i := 0; i < j && pairs < maxPairs; i++ {
			a := &c.s.rules[i]
			if b.news && !a.news || b.replies && !a.replies {
				continue
			}
			pairs++
			if !implies(b.when, a.when) {
				continue
			}
			if a.stop {
				c.r.Add(b.node, shadowedRule, b.name, a.name, c.where(a.node, b.node))
				break
			}
			if !b.override && !b.stop && setsAll(a, b) {
				c.r.Add(b.node, uselessRule, b.name, a.name, c.where(a.node, b.node))
				break
			}
		}
	}
}

// where says where n stands, seen from another place.
func (c *compiler) where(n, from *source.Node) source.Word {
	if n.File == from.File {
		return source.Word{DE: "Zeile " + atoi(n.Line), EN: "line " + atoi(n.Line)}
	}
	place := n.File.Name + ":" + atoi(n.Line)
	return source.Word{DE: place, EN: place}
}

// setsAll reports whether every action of b has been done when a has acted.
func setsAll(a, b *rule) bool {
	for _, x := range b.then {
		done := slices.ContainsFunc(a.then, func(y action) bool {
			switch {
			case y.field != x.field:
				return false
			case x.field == "priority_at_least":
				return x.value == y.value
			case x.field.accumulates():
				return subset(x.list, y.list)
			}
			return true
		})
		if !done {
			return false
		}
	}
	return len(b.then) > 0
}

// checkContradiction finds rules whose none_of excludes what they demand.
func (c *compiler) checkContradiction(r *rule) {
	for _, cond := range r.when {
		b, ok := cond.(blocks)
		if !ok || b.key != "none_of" {
			continue
		}
		for _, x := range b.list {
			if implies(r.when, x) {
				c.r.Add(r.node, contradiction, r.name, c.words(x))
			}
		}
	}
}

// words names the words of a block.
func (c *compiler) words(b block) string {
	var list []string
	for _, cond := range b {
		if w, ok := cond.(*wordsCond); ok {
			for _, id := range w.patterns {
				list = append(list, c.s.index.patterns[id].source)
			}
		}
	}
	if len(list) == 0 {
		return "none_of"
	}
	return strings.Join(clipList(list, 4), ", ")
}

// checkCategories hints at categories that no word and no rule gives.
func (c *compiler) checkCategories() {
	given := map[string]bool{c.s.categorize.fallback: true}
	for i := range c.s.rules {
		for _, a := range c.s.rules[i].then {
			if a.field == "category" {
				given[a.value] = true
			}
		}
	}
	for i := range c.s.categories {
		cat := &c.s.categories[i]
		if len(cat.words) == 0 && !given[cat.ID] {
			c.r.Add(c.categoryNode(cat.ID), emptyCategory, cat.ID)
		}
	}
}

func (c *compiler) categoryNode(id string) *source.Node {
	for _, p := range c.r.Map(c.root.Get("categories")).Pairs() {
		if p.Key.Value == id {
			return p.Key
		}
	}
	return nil
}

// checkGate finds questions that the entry's own must or never_if keeps out.
func (c *compiler) checkGate(e *faqEntry) {
	if len(e.must) == 0 && len(e.neverIf) == 0 {
		return
	}
	for _, lang := range sortedKeys(e.questionNodes) {
		for _, q := range e.questionNodes[lang] {
			x := c.s.newEvaluation(Input{Now: c.refs.Now, Internal: true, Known: true})
			c.s.index.release(x.h)
			x.lang = c.r.Lang
			x.t = newText("", q.Value, "")
			x.h = c.s.index.scan(x.t)
			if missing := x.missingMust(e); missing != "" {
				c.r.Add(q.Node, mustExcludes, q.Value, missing)
			}
			for _, b := range e.neverIf {
				if b.holds(x) {
					c.r.Add(q.Node, neverExcludes, q.Value, b.why(x))
				}
			}
			c.s.index.release(x.h)
		}
	}
}

// checkLanguages finds entries without a language that others have, and
// questions in a language without an answer.
func (c *compiler) checkLanguages() {
	used := map[string]bool{}
	for i := range c.s.faq.entries {
		for lang := range c.s.faq.entries[i].Answer {
			used[lang] = true
		}
	}
	for i := range c.s.faq.entries {
		e := &c.s.faq.entries[i]
		for _, lang := range []string{"de", "en"} {
			switch {
			case e.speaks(lang):
			case len(e.Questions[lang]) > 0 && len(e.Answer) > 0:
				c.r.Add(e.node, answerMissing, e.ID, lang)
			case used[lang] && slices.Contains(c.refs.Languages, lang) && len(e.Answer) > 0:
				c.r.Add(e.node, languageMissing, e.ID, lang)
			}
		}
	}
}

// checkNeighbours finds questions that another entry answers as well.
func (c *compiler) checkNeighbours() {
	f, tried := c.s.faq, 0
	told := map[[2]int]bool{}
	for i := range f.entries {
		e := &f.entries[i]
		for _, lang := range sortedKeys(e.questionNodes) {
			for _, q := range e.questionNodes[lang] {
				if tried++; tried > maxQuestions {
					return
				}
				c.checkNeighbour(i, q, told)
			}
		}
	}
}

func (c *compiler) checkNeighbour(i int, q source.Text, told map[[2]int]bool) {
	f := c.s.faq
	found := f.sim.find(newQuestion("", q.Value), "", 2)
	if len(found) == 0 || found[0].score < suggestScore {
		return
	}
	other := found[0].entry
	if other == i {
		other = found[0].rival
	}
	_, lead := f.entries[i].threshold(&f.settings)
	pair := [2]int{min(i, other), max(i, other)}
	if other < 0 || other >= len(f.entries) || other == i || found[0].entry == i && found[0].margin >= lead || told[pair] {
		return
	}
	told[pair] = true
	c.r.Add(q.Node, retrieveEachOther, q.Value, f.entries[other].ID, f.entries[other].Title, max(0, found[0].margin), lead)
}
