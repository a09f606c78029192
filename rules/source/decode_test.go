package source

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// parse reads one document that must have no findings of form.
func parse(t *testing.T, text string) (*Report, *Node) {
	t.Helper()
	r := NewReport("de")
	n := r.Parse("x.yaml", []byte(text))
	if fs := r.Findings(); len(fs) > 0 {
		t.Fatalf("%q: %s", text, Render(fs, "de"))
	}
	return r, n
}

// codes returns the findings as "line:column code".
func codes(r *Report) []string {
	var out []string
	for _, f := range r.Findings() {
		out = append(out, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.Code))
	}
	return out
}

func TestScalars(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		read func(m *Map) any
		want any
		bad  []string
	}{
		{"a: no", func(m *Map) any { return m.String("a", "") }, "no", nil},
		{"a: 24.12", func(m *Map) any { return m.String("a", "") }, "24.12", nil},
		{"a: 0x1F", func(m *Map) any { return m.String("a", "") }, "0x1F", nil},
		{"b: 1", func(m *Map) any { return m.String("a", "def") }, "def", nil},
		{"a:", func(m *Map) any { return m.String("a", "def") }, "def", []string{"1:3 K015"}},
		{"a: ~", func(m *Map) any { return m.String("a", "def") }, "def", []string{"1:4 K015"}},
		{"a: [x]", func(m *Map) any { return m.String("a", "def") }, "def", []string{"1:4 K012"}},
		{"a: ja", func(m *Map) any { return m.Bool("a", false) }, true, nil},
		{"a: off", func(m *Map) any { return m.Bool("a", true) }, false, nil},
		{"a: vielleicht", func(m *Map) any { return m.Bool("a", true) }, true, []string{"1:4 K024"}},
		{"a: 7", func(m *Map) any { return m.Int("a", 1, 0, 9) }, 7, nil},
		{"a: 70", func(m *Map) any { return m.Int("a", 1, 0, 9) }, 1, []string{"1:4 K024"}},
		{"a: 7.5", func(m *Map) any { return m.Int("a", 1, 0, 9) }, 1, []string{"1:4 K024"}},
		{"a: 0.60", func(m *Map) any { return m.Float("a", 1, 0, 1) }, 0.6, nil},
		{"a: 0,60", func(m *Map) any { return m.Float("a", 1, 0, 1) }, 1.0, []string{"1:4 K024"}},
		{"a: NaN", func(m *Map) any { return m.Float("a", 1, 0, 1) }, 1.0, []string{"1:4 K024"}},
		{"a: 75%", func(m *Map) any { return m.Percent("a", 0) }, 0.75, nil},
		{"a: 0.5", func(m *Map) any { return m.Percent("a", 0) }, 0.5, nil},
		{"a: 75", func(m *Map) any { return m.Percent("a", 0.1) }, 0.1, []string{"1:4 K024"}},
		{"a: Live", func(m *Map) any { return m.Enum("a", "", "live", "observe") }, "live", nil},
		{"a: obseve", func(m *Map) any { return m.Enum("a", "live", "live", "observe") }, "live", []string{"1:4 K013"}},
	} {
		r, n := parse(t, test.text+"\n")
		if got := test.read(r.Map(n)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.text, got, test.want)
		}
		if got := codes(r); !reflect.DeepEqual(got, test.bad) {
			t.Errorf("%s: findings %v, want %v", test.text, got, test.bad)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	all := Hours | Days | BusinessDays | Months
	for _, test := range []struct {
		text  string
		units Units
		want  Span
		bad   bool
	}{
		{"30m", all, Span{Time: 30 * time.Minute}, false},
		{"1h30m", all, Span{Time: 90 * time.Minute}, false},
		{"90s", all, Span{Time: 90 * time.Second}, false},
		{"14d", all, Span{Time: 14 * 24 * time.Hour}, false},
		{"2w", Days, Span{Time: 14 * 24 * time.Hour}, false},
		{"3bd", all, Span{BusinessDays: 3}, false},
		{"24mo", all, Span{Months: 24}, false},
		{"0", all, Span{}, false},
		{"4 h", all, Span{Time: 4 * time.Hour}, false},
		{"4", all, Span{BusinessDays: 9}, true},
		{"2d", Hours | BusinessDays, Span{BusinessDays: 9}, true},
		{"4 Stunden", all, Span{BusinessDays: 9}, true},
		{"1d4h", all, Span{BusinessDays: 9}, true},
		{"-4h", all, Span{BusinessDays: 9}, true},
		{"999999w", all, Span{BusinessDays: 9}, true},
		{"3bd", Hours, Span{BusinessDays: 9}, true},
	} {
		r, n := parse(t, "a: "+test.text+"\n")
		got := r.Map(n).Span("a", Span{BusinessDays: 9}, test.units)
		if got != test.want || r.HasErrors() != test.bad {
			t.Errorf("%s: got %+v, findings %v", test.text, got, codes(r))
		}
	}
}

func TestDatesAndTimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text   string
		yearly bool
		want   Day
		ok     bool
	}{
		{`"2026-12-24"`, false, Day{2026, 12, 24}, true},
		{`2026-12-24`, false, Day{2026, 12, 24}, true},
		{`"12-24"`, true, Day{0, 12, 24}, true},
		{`"02-29"`, true, Day{0, 2, 29}, true},
		{`"12-24"`, false, Day{}, false},
		{`24.12`, true, Day{}, false},
		{`24.12.2026`, true, Day{}, false},
		{`"2026-02-29"`, true, Day{}, false},
		{`"13-01"`, true, Day{}, false},
	} {
		r, n := parse(t, "a: "+test.text+"\n")
		if got, ok := r.Date(n.Get("a"), test.yearly); got != test.want || ok != test.ok {
			t.Errorf("%s: got %v, %v", test.text, got, ok)
		}
	}
	r, n := parse(t, "a: \"08:00-12:00, 13:00-17:00\"\nb: [\"22:00-06:00\"]\nc: 8-15\nd: \"00:00-24:00\"\n")
	if got := r.Times(n.Get("a")); !reflect.DeepEqual(got, []Interval{{480, 720}, {780, 1020}}) {
		t.Error(got)
	}
	if got := r.Times(n.Get("b")); !reflect.DeepEqual(got, []Interval{{1320, 360}}) {
		t.Error(got)
	}
	if got := r.Times(n.Get("c")); got != nil {
		t.Error(got)
	}
	if got := r.Times(n.Get("d")); !reflect.DeepEqual(got, []Interval{{0, 1440}}) {
		t.Error(got)
	}
	if got := codes(r); !reflect.DeepEqual(got, []string{"2:5 K023", "3:4 K023"}) {
		t.Error(got)
	}
}

func TestListsAndReferences(t *testing.T) {
	t.Parallel()
	r, n := parse(t, "words: drucker, toner\nmany: [a, b]\none: a\nname: Druker\n")
	m := r.Map(n)
	if got := m.Texts("words"); got != nil {
		t.Error(got)
	}
	if got := m.OneOrMany("words"); got != nil {
		t.Error(got)
	}
	if got := Strings(m.Texts("many")); !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Error(got)
	}
	if got := Strings(m.OneOrMany("one")); !reflect.DeepEqual(got, []string{"a"}) {
		t.Error(got)
	}
	if r.Known(m.Text("name"), Word{"Kategorie", "category"}, []string{"konto", "drucker"}) {
		t.Error("Druker is not known")
	}
	want := "Kategorie „Druker“ gibt es nicht. Meinten Sie „drucker“? Bekannt: konto, drucker."
	if fs := r.Findings(); len(fs) != 2 || fs[1].Text != want {
		t.Errorf("%+v", fs)
	}
}

func TestAbsentNodesAreHarmless(t *testing.T) {
	t.Parallel()
	r := NewReport("de")
	m := r.Map(nil, "a")
	m.Require("a")
	if m.Has("a") || m.Get("a") != nil || m.Key("a") != nil || m.Pairs() != nil || m.List("a") != nil || m.Text("a").Node != nil ||
		m.Map("a").Map("b").String("c", "d") != "d" || len(m.ByLanguage("a")) != 0 || m.Need("a").Value != "" {
		t.Error("an absent map is not empty")
	}
	var n *Node
	if n.Get("x") != nil || n.At() != "" {
		t.Error("an absent node is not empty")
	}
	if fs := r.Findings(); len(fs) != 0 {
		t.Errorf("%+v", fs)
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"name", "when", "then", "stop", "override", "category", "password_file", "language"}
	for word, want := range map[string]string{
		"wenn": "when", "dann": "then", "Name": "name", "nmae": "name", "overide": "override", "kategorie": "category",
		"passwort": "password_file", "Sprache": "language", "xyz": "", "": "", "whne": "when", "catgeory": "category", "st": "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestAddIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text   string
		column int
	}{
		{"a: (abc\n", 6}, {"a: '(abc'\n", 7}, {"a: \"(\\x61bc\"\n", 4}, {"a: |\n  (abc\n", 4},
	} {
		r, n := parse(t, test.text)
		r.AddIn(n.Get("a"), 2, 1, emptyValue)
		if f := r.Findings()[0]; f.Column != test.column {
			t.Errorf("%q: column %d, want %d", test.text, f.Column, test.column)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	r := NewReport("de")
	a := r.Parse("a.yaml", []byte("rules: [x]\ngroups: {one: {m: [1]}}\nfaq:\npeople: {agents: [l], groups: {g: {m: [1]}}}\n"))
	b := r.Parse("b.yaml", []byte("rules: [y]\ngroups: {two: 2, one: {m: [2]}}\nfaq: [z]\npeople: {agents: [m], groups: {h: {}, g: {m: [2]}}}\n"))
	root := r.Merge([]string{"people"}, a, nil, b)
	if got := root.Get("rules").Items; len(got) != 2 || got[0].Value != "x" || got[1].Value != "y" || got[1].File.Name != "b.yaml" {
		t.Errorf("lists are not appended: %v", got)
	}
	if got := len(root.Get("groups").Pairs); got != 2 {
		t.Errorf("%d groups, want 2", got)
	}
	if got := root.Get("faq").Kind; got != KindList {
		t.Error("an empty value hides the list of the other file")
	}
	if p := root.Get("people"); len(p.Get("agents").Items) != 2 || len(p.Get("groups").Pairs) != 2 || len(p.Get("groups").Get("g").Get("m").Items) != 1 {
		t.Error("people are not joined one level deeper")
	}
	if got, want := codes(r), []string{"2:18 K014", "4:39 K014"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if f := r.Findings()[0]; f.File != "b.yaml" || f.Text != "„one“ gibt es schon in a.yaml:2." {
		t.Errorf("%+v", f)
	}
	if len(a.Get("rules").Items) != 1 {
		t.Error("merging changed its input")
	}
}
