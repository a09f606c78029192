package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"firstline/rules/source"
)

// Limits of a rule set.
const (
	maxRules   = 20_000
	maxEntries = 5_000 // FAQ entries
	// Regular expressions of the whole set; words need no such bound.
	maxExpressions = 1_000
)

// Option changes how a Set is made.
type Option func(*options)

type options struct {
	learned    map[string][]Phrase
	background []Phrase
}

// Phrase is what a requester once wrote, as Phrasing prepares it. It takes part
// when mails are compared with the FAQ.
type Phrase struct {
	Text string
	// Ticket is the tag of the ticket that began with it: it stands in explanations,
	// and a mail is not compared with itself (Input.Ticket).
	Ticket string
}

// WithLearned adds phrasings learned from confirmed answers, by FAQ id, newest
// first; at most 50 per entry are used.
func WithLearned(phrasings map[string][]Phrase) Option {
	return func(o *options) { o.learned = phrasings }
}

// WithBackground adds mails that no FAQ entry answers, newest first; at most
// 5,000 are used, beside the shipped list.
func WithBackground(mails []Phrase) Option {
	return func(o *options) { o.background = mails }
}

// compiler turns positioned nodes into a Set.
type compiler struct {
	r      *source.Report
	root   *source.Node
	s      *Set
	refs   *Refs
	ids    []string // category ids
	faqIDs []string
	names  map[string]*source.Node // rules
	checks []func()                // run when all is decoded
}

// Compile makes a Set of the root map of a configuration, whose includes are
// merged. It reads the keys categorize, categories, rules, faq_settings, faq
// and tests, and reports everything that is wrong with them to r. The Set is
// usable even then, as far as it could be read; a configuration with errors
// should not be put to work.
func Compile(r *source.Report, root *source.Node, refs Refs, opts ...Option) *Set {
	refs.fill()
	var o options
	for _, f := range opts {
		f(&o)
	}
	c := &compiler{r: r, root: root, s: &Set{refs: refs, Hash: hashOf(root), index: &index{}}, refs: &refs, names: map[string]*source.Node{}}
	if root == nil || root.Kind == source.KindMap {
		m := r.Map(root)
		c.categories(m)
		c.settings(m)
		c.faqNames(m)
		c.rules(m)
		c.faq(m)
		c.tests(m)
	}
	if c.s.faq == nil {
		c.s.faq = newFAQ()
	}
	c.countExpressions(root)
	c.internVetoes()
	c.s.index.seal()
	c.learnVetoes()
	c.s.dispatch = newDispatch(c.s.rules)
	c.s.faq.build(o)
	if !r.Incomplete {
		for _, check := range c.checks {
			check()
		}
		c.semantics()
	}
	return c.s
}

// countExpressions refuses a set with too many regular expressions.
func (c *compiler) countExpressions(root *source.Node) {
	n := 0
	for _, p := range c.s.index.patterns {
		if p.kind == regexPattern {
			n++
		}
	}
	if n > maxExpressions {
		c.r.Add(root.Get("rules"), tooManyExpressions, maxExpressions)
	}
}

// hashOf is the digest of the parts that decide: keys in the order written,
// values as read, without comments, layout and quoting.
func hashOf(root *source.Node) string {
	return hashKeys(root, "categorize", "categories", "rules", "faq_settings", "faq", "tests")
}

// hashKeys is the digest of some keys of a map.
func hashKeys(root *source.Node, keys ...string) string {
	h := sha256.New()
	var walk func(n *source.Node)
	walk = func(n *source.Node) {
		if n == nil {
			return
		}
		h.Write([]byte{byte(n.Kind)})
		if n.Kind == source.KindScalar {
			h.Write([]byte(n.Value))
		}
		for _, i := range n.Items {
			walk(i)
		}
		for _, p := range n.Pairs {
			h.Write([]byte(p.Key.Value + "\x00"))
			walk(p.Value)
		}
		h.Write([]byte{0xff})
	}
	for _, key := range keys {
		h.Write([]byte(key + "\x00"))
		walk(root.Get(key))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c *compiler) categories(m *source.Map) {
	k := m.Map("categorize", "min_points", "min_lead", "else")
	c.s.categorize = categorize{k.Int("min_points", 3, 0, 1000), k.Int("min_lead", 2, 0, 1000), k.String("else", "")}
	list := m.Map("categories")
	for _, p := range list.Pairs() {
		c.ids = append(c.ids, p.Key.Value)
	}
	for _, p := range list.Pairs() {
		c.category(p)
	}
	if fallback := k.Text("else"); fallback.Node != nil {
		c.r.Known(fallback, aCategory, c.ids)
	} else if len(c.ids) > 0 {
		c.s.categorize.fallback = c.fallback()
	}
}

// fallback is the category for mails that none wins: the one without words.
func (c *compiler) fallback() string {
	for i := range c.s.categories {
		if len(c.s.categories[i].words) == 0 {
			return c.s.categories[i].ID
		}
	}
	return ""
}

func (c *compiler) category(p source.Pair) {
	m := c.r.Map(p.Value, categoryKeys...)
	id := p.Key.Value
	if !validID(id) {
		c.r.Add(p.Key, badID, id)
	}
	cat := category{Category: Category{ID: id, Label: plain(m.ByLanguage("label")), Group: m.String("group", "")}}
	if g := m.Text("group"); g.Node != nil {
		c.r.Known(g, aGroup, c.groupIDs())
	} else if len(c.refs.Groups) > 0 {
		c.r.Add(p.Key, noGroup, id)
	}
	for _, l := range []struct {
		key    string
		points int
	}{{"strong", strongPoints}, {"medium", mediumPoints}, {"weak", weakPoints}} {
		for _, id := range c.patterns(m.Texts(l.key)) {
			cat.words = append(cat.words, scoredWord{id, l.points})
		}
	}
	cat.node = p.Key
	c.s.categories = append(c.s.categories, cat)
}

func plain(texts map[string]source.Text) map[string]string {
	out := make(map[string]string, len(texts))
	for k, v := range texts {
		out[k] = v.Value
	}
	return out
}

// patterns interns a word list; bad words are reported and left out.
func (c *compiler) patterns(texts []source.Text) []int32 {
	var ids []int32
	for _, t := range texts {
		if id, ok := c.pattern(t); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *compiler) pattern(t source.Text) (int32, bool) {
	p, err := parsePattern(t.Value)
	if err != nil {
		c.badPattern(t, strings.Trim(t.Value, "/"), err)
		return 0, false
	}
	if strings.Contains(t.Value, ",") && p.kind == phrasePattern {
		c.r.Add(t.Node, commaInWord, t.Value)
	}
	return c.s.index.intern(p), true
}

func (c *compiler) badPattern(t source.Text, expr string, err error) {
	switch {
	case errors.Is(err, errPatternEmpty):
		c.r.Add(t.Node, badPattern)
	case errors.Is(err, errPatternLong):
		c.r.Add(t.Node, longPattern)
	case errors.Is(err, errPatternStar):
		c.r.Add(t.Node, starPattern)
	default:
		c.regexError(t, expr, err)
	}
}

// regexError says what is wrong with an expression and where.
func (c *compiler) regexError(t source.Text, expr string, err error) {
	bad, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		c.r.Add(t.Node, badRegex, err.Error())
		return
	}
	at, part := regexPlace(expr, bad)
	lead := utf8.RuneCountInString(t.Value[:strings.Index(t.Value, expr)])
	texts := map[syntax.ErrorCode]source.Word{
		syntax.ErrMissingParen:          {DE: "Klammer „(“ in Spalte %d wird nicht geschlossen.", EN: "the bracket “(” in column %d is never closed."},
		syntax.ErrUnexpectedParen:       {DE: "Klammer „)“ in Spalte %d ohne Anfang.", EN: "the bracket “)” in column %d was never opened."},
		syntax.ErrMissingBracket:        {DE: "Klammer „[“ in Spalte %d wird nicht geschlossen.", EN: "the bracket “[” in column %d is never closed."},
		syntax.ErrMissingRepeatArgument: {DE: "vor dem Wiederholungszeichen in Spalte %d fehlt etwas.", EN: "nothing to repeat before column %d."},
		syntax.ErrInvalidEscape:         {DE: "unbekannte Folge mit Rückstrich in Spalte %d.", EN: "unknown escape in column %d."},
		syntax.ErrInvalidPerlOp:         {DE: "„(?…“ in Spalte %d wird nicht unterstützt.", EN: "“(?…” in column %d is not supported."},
		syntax.ErrInvalidRepeatOp:       {DE: "zwei Wiederholungszeichen hintereinander in Spalte %d.", EN: "two repetition signs in a row in column %d."},
		syntax.ErrInvalidRepeatSize:     {DE: "Wiederholung in Spalte %d ist zu groß.", EN: "the repetition in column %d is too large."},
	}
	w, ok := texts[bad.Code]
	if !ok {
		w = source.Word{DE: string(bad.Code) + ", Spalte %d", EN: string(bad.Code) + ", column %d"}
	}
	column := t.Node.Column + lead + at
	if t.Node.Quoted {
		column++
	}
	n := source.Word{DE: strings.Replace(w.DE, "%d", atoi(column), 1), EN: strings.Replace(w.EN, "%d", atoi(column), 1)}
	c.r.AddIn(t.Node, lead+at, utf8.RuneCountInString(part), badRegex, n)
}

// regexPlace finds the character at which an expression goes wrong.
func regexPlace(expr string, bad *syntax.Error) (at int, part string) {
	if bad.Code == syntax.ErrMissingParen {
		var open []int
		for i := 0; i < len(expr); i++ {
			switch expr[i] {
			case '\\':
				i++
			case '(':
				open = append(open, i)
			case ')':
				if len(open) > 0 {
					open = open[:len(open)-1]
				}
			}
		}
		if len(open) > 0 {
			return utf8.RuneCountInString(expr[:open[len(open)-1]]), "("
		}
	}
	if bad.Code == syntax.ErrUnexpectedParen {
		if i := strings.LastIndexByte(expr, ')'); i >= 0 {
			return utf8.RuneCountInString(expr[:i]), ")"
		}
	}
	if i := strings.Index(expr, bad.Expr); i >= 0 && bad.Expr != "" {
		return utf8.RuneCountInString(expr[:i]), bad.Expr
	}
	return 0, expr
}

func (c *compiler) groupIDs() []string {
	var ids []string
	for _, g := range c.refs.Groups {
		ids = append(ids, g.ID)
	}
	return ids
}

// validID accepts names that may stand in mails, commands and file names.
func validID(s string) bool {
	if s == "" || len(s) > 80 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !isWordRune(r) && r != '-' && r != '_' && r != '.'
	})
}
