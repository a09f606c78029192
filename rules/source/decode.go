package source

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Text is a piece of text with its place; Node is nil when it was not written.
type Text struct {
	Value string
	Node  *Node
}

// String returns the value.
func (t Text) String() string { return t.Value }

// Strings returns the values of texts, nil for none.
func Strings(ts []Text) []string {
	var s []string
	for _, t := range ts {
		s = append(s, t.Value)
	}
	return s
}

// Map decodes the entries of one map. It is made by Report.Map; a Map of an
// absent or wrong node is empty, and all methods work on it.
type Map struct {
	Node  *Node // the map itself, nil when absent
	r     *Report
	index map[string]int
	meant map[string]bool // keys that were probably meant by unknown ones
}

// Map checks that n is a map whose keys are all among keys, and reports each
// other key with a proposal. No keys given = any key is allowed (use Pairs).
func (r *Report) Map(n *Node, keys ...string) *Map {
	m := &Map{r: r}
	if n == nil || n.Kind == KindNull || n.damaged() && n.Kind != KindMap {
		m.Node = n
		return m
	}
	if n.Kind != KindMap {
		r.wrongKind(n, aMap)
		return m
	}
	m.Node = n
	m.index = make(map[string]int, len(n.Pairs))
	for i, p := range n.Pairs {
		m.index[p.Key.Value] = i
		if len(keys) > 0 && !slices.Contains(keys, p.Key.Value) {
			if s := r.UnknownKey(p.Key, keys); s != "" {
				if m.meant == nil {
					m.meant = map[string]bool{}
				}
				m.meant[s] = true
			}
		}
	}
	return m
}

// UnknownKey reports a key that is not among keys, and returns the one that was
// probably meant, "" for none.
func (r *Report) UnknownKey(key *Node, keys []string) string {
	s := Suggest(key.Value, keys)
	if s != "" {
		r.Add(key, unknownKeyMeant, clip(key.Value), s, listing(keys))
	} else {
		r.Add(key, unknownKey, clip(key.Value), "", listing(keys))
	}
	return s
}

// Missed reports whether key is absent and no misspelt key stands for it, so
// that it is worth saying that it is missing.
func (m *Map) Missed(key string) bool {
	return m.Node != nil && m.Node.Kind != KindNull && !m.Has(key) && !m.meant[key] && !m.r.Incomplete
}

// Get returns the value of key, nil when absent.
func (m *Map) Get(key string) *Node {
	if i, ok := m.index[key]; ok {
		return m.Node.Pairs[i].Value
	}
	return nil
}

// Key returns the key itself as a node, to report something about it; nil when
// absent.
func (m *Map) Key(key string) *Node {
	if i, ok := m.index[key]; ok {
		return m.Node.Pairs[i].Key
	}
	return nil
}

// Has reports whether key was written, even with an empty value.
func (m *Map) Has(key string) bool { return m.Get(key) != nil }

// Pairs returns all entries in the order written.
func (m *Map) Pairs() []Pair {
	if m.Node == nil {
		return nil
	}
	return m.Node.Pairs
}

// Map decodes the map under key; empty when absent.
func (m *Map) Map(key string, keys ...string) *Map { return m.r.Map(m.Get(key), keys...) }

// List returns the entries of the list under key.
func (m *Map) List(key string) []*Node { return m.r.List(m.Get(key)) }

// Text returns the text under key; an empty value is reported.
func (m *Map) Text(key string) Text { return m.r.Text(m.Get(key)) }

// String is Text without the place, def when absent.
func (m *Map) String(key, def string) string {
	if t := m.Text(key); t.Node != nil {
		return t.Value
	}
	return def
}

// Need is Text for a key that must be there and not empty.
func (m *Map) Need(key string) Text {
	m.Require(key)
	return m.Text(key)
}

// Require reports keys that are missing.
func (m *Map) Require(keys ...string) {
	for _, key := range keys {
		if m.Missed(key) {
			m.r.Add(m.Node, missingKey, key)
		}
	}
}

// Texts returns the list of texts under key. A single value in place of a list
// is reported with the list that was probably meant.
func (m *Map) Texts(key string) []Text { return m.r.Texts(m.Get(key)) }

// OneOrMany returns the texts under key, where a single value may stand for a
// list of one. A single value with commas is reported as in Texts.
func (m *Map) OneOrMany(key string) []Text { return m.r.OneOrMany(m.Get(key)) }

// ByLanguage returns the texts under key by language ("de", "en"); a single
// text stands under "".
func (m *Map) ByLanguage(key string) map[string]Text { return m.r.ByLanguage(m.Get(key)) }

// Bool, Int, Float and Enum return the value under key, def when absent or
// wrong. See the methods of Report with the same names.
func (m *Map) Bool(key string, def bool) bool { return m.r.Bool(m.Get(key), def) }

// Int returns a whole number of low to high.
func (m *Map) Int(key string, def, low, high int) int { return m.r.Int(m.Get(key), def, low, high) }

// Float returns a number of low to high.
func (m *Map) Float(key string, def, low, high float64) float64 {
	return m.r.Float(m.Get(key), def, low, high)
}

// Percent returns a share of 1: 75% is 0.75.
func (m *Map) Percent(key string, def float64) float64 { return m.r.Percent(m.Get(key), def) }

// Enum returns one of the allowed words.
func (m *Map) Enum(key, def string, words ...string) string {
	return m.r.Enum(m.Get(key), def, words...)
}

// Span returns a length of time in one of the units.
func (m *Map) Span(key string, def Span, units Units) Span { return m.r.Span(m.Get(key), def, units) }

// Text returns the text of a scalar; a list, map or empty value is reported.
func (r *Report) Text(n *Node) Text {
	switch {
	case n == nil:
		return Text{}
	case n.Kind == KindScalar:
		return Text{n.Value, n}
	case n.Kind == KindNull:
		r.Add(n, emptyValue)
	default:
		r.wrongKind(n, aText)
	}
	return Text{}
}

// List returns the entries of a list; a missing or empty value has none.
func (r *Report) List(n *Node) []*Node {
	if n == nil || n.Kind == KindNull {
		return nil
	}
	if n.Kind != KindList {
		r.wrongKind(n, aList)
		return nil
	}
	return n.Items
}

// Texts returns the entries of a list of texts. Empty entries are reported.
func (r *Report) Texts(n *Node) []Text {
	if n == nil || n.Kind == KindNull {
		return nil
	}
	if n.Kind == KindScalar {
		if v := n.Value; !n.Quoted && len(v) > 1 && v[0] == '-' && startsWord(v[1:]) {
			first, _, _ := strings.Cut(v, " -")
			r.Add(n, missingBlank, "- "+clip(first[1:])) // "-toner" below "words:"
			return nil
		}
		r.Add(n, wantList, clip(n.Value))
		return nil
	}
	var ts []Text
	for _, item := range r.List(n) {
		if r.colonEntry(item) {
			continue
		}
		if t := r.Text(item); t.Node != nil {
			ts = append(ts, t)
		}
	}
	return ts
}

// colonEntry reports a list entry such as "error: 49", which YAML makes a map of.
func (r *Report) colonEntry(n *Node) bool {
	if n.Kind != KindMap || len(n.Pairs) != 1 || n.Pairs[0].Key.Quoted {
		return false
	}
	p := n.Pairs[0]
	if p.Value.Kind != KindScalar && p.Value.Kind != KindNull {
		return false
	}
	at := *p.Key
	text := p.Key.Value + ":"
	if p.Value.Kind == KindScalar {
		text += " " + p.Value.Value
	}
	at.Length = len([]rune(text))
	r.Add(&at, colonInText, `"`+clip(text)+`"`)
	return true
}

// OneOrMany is Texts that also takes a single value without a comma.
func (r *Report) OneOrMany(n *Node) []Text {
	if n != nil && n.Kind == KindScalar && (n.Quoted || !strings.Contains(n.Value, ",")) {
		return []Text{{n.Value, n}}
	}
	return r.Texts(n)
}

// ByLanguage returns texts by language; a single text stands under "".
func (r *Report) ByLanguage(n *Node) map[string]Text {
	if n == nil || n.Kind == KindNull {
		return nil
	}
	if n.Kind == KindScalar {
		return map[string]Text{"": {n.Value, n}}
	}
	texts := map[string]Text{}
	for _, p := range r.Map(n).Pairs() {
		if p.Key.Value != "de" && p.Key.Value != "en" {
			r.Add(p.Key, badLanguage, clip(p.Key.Value))
			continue
		}
		if t := r.Text(p.Value); t.Node != nil {
			texts[p.Key.Value] = t
		}
	}
	return texts
}

// Bool returns true or false; yes, no, ja, nein, on and off are accepted too.
func (r *Report) Bool(n *Node, def bool) bool {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	switch strings.ToLower(t.Value) {
	case "true", "yes", "on", "ja":
		return true
	case "false", "no", "off", "nein":
		return false
	}
	r.Add(n, badBool, clip(t.Value))
	return def
}

// Int returns a whole number of low to high.
func (r *Report) Int(n *Node, def, low, high int) int {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	v, err := strconv.Atoi(t.Value)
	if err != nil || v < low || v > high {
		r.Add(n, badNumber, clip(t.Value), low, high)
		return def
	}
	return v
}

// Float returns a number of low to high; a decimal comma is not accepted.
func (r *Report) Float(n *Node, def, low, high float64) float64 {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	v, err := strconv.ParseFloat(t.Value, 64)
	if err != nil || math.IsNaN(v) || v < low || v > high {
		r.Add(n, badFloat, clip(t.Value), low, high)
		return def
	}
	return v
}

// Percent returns a share of 1, written as 75% or 0.75, above 0 and up to 10.
func (r *Report) Percent(n *Node, def float64) float64 {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	number, percent := strings.CutSuffix(t.Value, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	if err != nil || math.IsNaN(v) || v <= 0 || v > 10 || !percent && v > 1 {
		r.Add(n, badPercent, clip(t.Value))
		return def
	}
	return v
}

// Enum returns one of the allowed words, compared without case.
func (r *Report) Enum(n *Node, def string, words ...string) string {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	for _, w := range words {
		if strings.EqualFold(w, t.Value) {
			return w
		}
	}
	if s := Suggest(t.Value, words); s != "" {
		r.Add(n, unknownValueMeant, clip(t.Value), s, listing(words))
	} else {
		r.Add(n, unknownValue, clip(t.Value), "", listing(words))
	}
	return def
}

// Known reports a name that is not among the known ones, with a proposal, and
// returns whether it is. what is the kind of thing, as a sentence begins:
// Word{"Kategorie", "category"}.
func (r *Report) Known(t Text, what Word, known []string) bool {
	if t.Node == nil || slices.Contains(known, t.Value) {
		return true
	}
	if r.Incomplete {
		return true
	}
	if s := Suggest(t.Value, known); s != "" {
		r.Add(t.Node, unknownNameMeant, what, clip(t.Value), s, listing(known))
	} else {
		r.Add(t.Node, unknownName, what, clip(t.Value), "", listing(known))
	}
	return false
}

// Twice reports a second thing of the same name; first is the earlier one.
func (r *Report) Twice(t Text, what Word, first *Node) {
	r.Add(t.Node, duplicateName, what, clip(t.Value), first.At())
}

func (r *Report) wrongKind(n *Node, want Word) { r.Add(n, wantKind, want, kindWord(n)) }

// listing joins names for "allowed are", at most 30.
func listing(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	if len(names) > 30 {
		return strings.Join(names[:30], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}

// clip keeps a quoted value short and on one line.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.Map(printable, s)), " ")
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return s
}
