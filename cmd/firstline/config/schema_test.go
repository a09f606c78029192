package config

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"firstline/rules"
	"firstline/rules/source"
)

// checker is as much of JSON Schema as our schema uses.
type checker struct {
	root   map[string]any
	faults []string
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	b, err := JSONSchema("de")
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{}
	if err := json.Unmarshal(b, &c.root); err != nil {
		t.Fatal(err)
	}
	return c
}

// check validates the bytes of a YAML file and returns what is wrong.
func (c *checker) check(t *testing.T, name string, data []byte) []string {
	t.Helper()
	r := source.NewReport("en")
	root := r.Parse(name, data)
	if r.HasErrors() {
		return []string{"not readable"}
	}
	c.faults = nil
	c.value(c.root, root, name)
	return c.faults
}

func (c *checker) fault(at, format string, args ...any) {
	c.faults = append(c.faults, at+": "+fmt.Sprintf(format, args...))
}

var (
	intForm   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	floatForm = regexp.MustCompile(`^[-+]?[0-9]*\.?[0-9]+$`)
)

// typeOf is what YAML 1.2 makes of a value.
func typeOf(n *source.Node) string {
	switch {
	case n.Kind == source.KindMap:
		return "object"
	case n.Kind == source.KindList:
		return "array"
	case n.Kind == source.KindNull:
		return "null"
	case n.Quoted || n.Block:
		return "string"
	case n.Value == "true" || n.Value == "false":
		return "boolean"
	case intForm.MatchString(n.Value):
		return "integer"
	case floatForm.MatchString(n.Value):
		return "number"
	}
	return "string"
}

func (c *checker) value(s map[string]any, n *source.Node, at string) {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		def, ok := c.root["$defs"].(map[string]any)[name].(map[string]any)
		if !ok {
			c.fault(at, "no definition %s", name)
			return
		}
		c.value(def, n, at)
	}
	if list, ok := s["anyOf"].([]any); ok && !slices.ContainsFunc(list, func(x any) bool {
		one := checker{root: c.root}
		one.value(x.(map[string]any), n, at)
		return len(one.faults) == 0
	}) {
		c.fault(at, "none of the forms fits %s", n.Value)
	}
	kind := typeOf(n)
	if want := strings1(s["type"]); len(want) > 0 && !slices.Contains(want, kind) && !(kind == "integer" && slices.Contains(want, "number")) {
		c.fault(at, "%s where %v is expected", kind, want)
		return
	}
	if words, ok := s["enum"].([]any); ok && !slices.ContainsFunc(words, func(w any) bool { return matches(w, n, kind) }) {
		c.fault(at, "%s is not one of %v", n.Value, words)
	}
	if p, ok := s["pattern"].(string); ok && kind == "string" && !regexp.MustCompile(p).MatchString(n.Value) {
		c.fault(at, "%s does not match %s", n.Value, p)
	}
	c.bounds(s, n, kind, at)
	c.parts(s, n, at)
}

// strings1 is one string or a list of them.
func strings1(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, len(v))
		for i := range v {
			out[i], _ = v[i].(string)
		}
		return out
	}
	return nil
}

func matches(want any, n *source.Node, kind string) bool {
	switch want := want.(type) {
	case string:
		return kind == "string" && n.Value == want
	case float64:
		v, err := strconv.ParseFloat(n.Value, 64)
		return err == nil && kind == "integer" && v == want
	}
	return false
}

func (c *checker) bounds(s map[string]any, n *source.Node, kind, at string) {
	if kind != "integer" && kind != "number" {
		return
	}
	v, _ := strconv.ParseFloat(n.Value, 64)
	if low, ok := s["minimum"].(float64); ok && v < low {
		c.fault(at, "%s is too small", n.Value)
	}
	if low, ok := s["exclusiveMinimum"].(float64); ok && v <= low {
		c.fault(at, "%s is too small", n.Value)
	}
	if high, ok := s["maximum"].(float64); ok && v > high {
		c.fault(at, "%s is too large", n.Value)
	}
}

// parts checks what stands inside lists and maps.
func (c *checker) parts(s map[string]any, n *source.Node, at string) {
	if items, ok := s["items"].(map[string]any); ok {
		for i, x := range n.Items {
			c.value(items, x, fmt.Sprintf("%s/%d", at, i))
		}
	}
	for _, key := range strings1(s["required"]) {
		if n.Kind == source.KindMap && n.Get(key) == nil {
			c.fault(at, "%s is missing", key)
		}
	}
	props, _ := s["properties"].(map[string]any)
	patterns, _ := s["patternProperties"].(map[string]any)
	for _, p := range n.Pairs {
		key := p.Key.Value
		sub, known := props[key].(map[string]any)
		for pattern, x := range patterns {
			if regexp.MustCompile(pattern).MatchString(key) {
				sub, known = x.(map[string]any), true
			}
		}
		if more, ok := s["additionalProperties"].(map[string]any); ok && !known {
			sub, known = more, true
		}
		switch {
		case known:
			c.value(sub, p.Value, at+"/"+key)
		case s["additionalProperties"] == false:
			c.fault(at, "unknown key %s", key)
		}
	}
}

// TestSchemaAccepts: what the decoder takes without an error, the schema takes too.
func TestSchemaAccepts(t *testing.T) {
	t.Parallel()
	c := newChecker(t)
	files := []string{example}
	bad, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range bad {
		if _, found := Load(f, Options{Lang: "en", Purpose: Check, Now: now, Env: noEnv}); !source.HasErrors(found) {
			files = append(files, f)
		}
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range c.check(t, filepath.Base(f), data) {
			t.Error(fault)
		}
	}
	for _, lang := range []string{"de", "en"} {
		starter := rules.Starter(lang)
		names, err := fs.Glob(starter, "*.yaml")
		if err != nil || len(names) != 3 {
			t.Fatalf("starter files %v, %v", names, err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(starter, name)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range c.check(t, lang+"/"+name, data) {
				t.Error(fault)
			}
		}
	}
}

// TestSchemaRefuses: an editor underlines the mistakes that need no knowledge of
// names: keys, words, units, kinds of values.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	c := newChecker(t)
	for _, prefix := range []string{"12-", "14-", "15-", "16-", "18-", "22-", "24-", "25-", "26-", "28-", "30-", "32-", "38-", "40-", "41-", "42-", "45-", "46-", "48-", "51-", "52-"} {
		files, err := filepath.Glob("testdata/bad/" + prefix + "*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no file (%v)", prefix, err)
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if len(c.check(t, filepath.Base(files[0]), data)) == 0 {
			t.Errorf("%s passes the schema", files[0])
		}
	}
}

// TestSchemaKinds: every key has a value or a section, and nothing is listed that
// the tables do not have.
func TestSchemaKinds(t *testing.T) {
	t.Parallel()
	sections, all := SchemaSections(), kinds()
	g := &generator{sections: sections, kinds: all}
	for section, keys := range sections {
		for _, key := range keys {
			path := strings.TrimPrefix(section+"."+key, ".")
			if all[section+"/"+key] == "" && g.nested(path) == nil && section != "test" && section != "test.expect" {
				t.Errorf("%s: nothing says what %s holds", section, key)
			}
		}
	}
	for name, kind := range all {
		section, key, _ := strings.Cut(name, "/")
		if !slices.Contains(sections[section], key) {
			t.Errorf("%s is no key of section %q", key, section)
		}
		if len(valueSchema(kind)) == 0 {
			t.Errorf("%s: unknown kind %q", name, kind)
		}
	}
	for name := range keyTexts() {
		section, key, _ := strings.Cut(name, "/")
		inAny := section == "" && slices.ContainsFunc(slices.Collect(mapValues(sections)), func(keys []string) bool { return slices.Contains(keys, key) })
		if !slices.Contains(sections[section], key) && !inAny {
			t.Errorf("description of %s, which is no key", name)
		}
	}
}

func mapValues(m map[string][]string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// TestSchemaAgreesWithRules: the keys of the rule language are those its decoder
// names when it meets a wrong one, and its words are those it names for a wrong word.
func TestSchemaAgreesWithRules(t *testing.T) {
	t.Parallel()
	for section, yaml := range map[string]string{
		"categorize": "categorize: {zzzzzz: 1}", "categories.*": "categories: {a: {zzzzzz: 1}}", "rules[]": "rules: [{name: a, zzzzzz: 1}]",
		"when": "rules: [{name: a, when: {zzzzzz: 1}}]", "when.regex": "rules: [{name: a, when: {regex: {zzzzzz: 1}}}]",
		"when.attachment": "rules: [{name: a, when: {attachment: {zzzzzz: 1}}}]", "when.time": "rules: [{name: a, when: {time: {zzzzzz: 1}}}]",
		"when.score": "rules: [{name: a, when: {score: {zzzzzz: 1}}}]", "when.similar_recent": "rules: [{name: a, when: {similar_recent: {zzzzzz: 1}}}]",
		"when.sender_open_tickets": "rules: [{name: a, when: {sender_open_tickets: {zzzzzz: 1}}}]", "then": "rules: [{name: a, then: {zzzzzz: 1}}]",
		"then.escalate": "rules: [{name: a, then: {escalate: {zzzzzz: 1}}}]", "faq_settings": "faq_settings: {zzzzzz: 1}", "faq[]": "faq: [{id: a, zzzzzz: 1}]",
		"test": "tests: [{zzzzzz: 1}]", "test.mail": "tests: [{mail: {zzzzzz: 1}, expect: {}}]", "test.expect": "tests: [{mail: {}, expect: {zzzzzz: 1}}]",
	} {
		got := allowed(t, yaml, "zzzzzz")
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "due.") })
		slices.Sort(got)
		if want := SchemaSections()[section]; !slices.Equal(got, want) {
			t.Errorf("%s: the decoder takes %v, the schema %v", section, got, want)
		}
	}
	for name, yaml := range map[string]string{
		"rules[]/applies_to": "rules: [{name: a, applies_to: zzzzzz}]", "when/is": "rules: [{name: a, when: {is: zzzzzz}}]", "when/auth": "rules: [{name: a, when: {auth: zzzzzz}}]",
		"when/language": "rules: [{name: a, when: {language: zzzzzz}}]", "when.regex/in": "rules: [{name: a, when: {regex: {in: zzzzzz}}}]",
		"when.similar_recent/same": "rules: [{name: a, when: {similar_recent: {same: zzzzzz}}}]", "then/kind": "rules: [{name: a, then: {kind: zzzzzz}}]",
		"then/language": "rules: [{name: a, then: {language: zzzzzz}}]", "faq_settings/mode": "faq_settings: {mode: zzzzzz}", "faq[]/mode": "faq: [{id: a, mode: zzzzzz}]",
		"faq[]/after_answer": "faq: [{id: a, after_answer: zzzzzz}]", "test.mail/auth": "tests: [{mail: {auth: zzzzzz}, expect: {}}]",
	} {
		_, words, _ := strings.Cut(kinds()[name], ":")
		if got, want := allowed(t, yaml, "zzzzzz"), strings.Split(words, "|"); !slices.Equal(got, want) {
			t.Errorf("%s: the decoder takes %v, the schema %v", name, got, want)
		}
	}
}

// allowed are the words that the finding about a wrong one names.
func allowed(t *testing.T, yaml, wrong string) []string {
	t.Helper()
	r := source.NewReport("en")
	rules.Compile(r, r.Parse("x.yaml", []byte(yaml)), rules.Refs{})
	for _, f := range r.Findings() {
		if !strings.Contains(f.Text, wrong) {
			continue
		}
		for _, mark := range []string{"Allowed are: ", "allowed are: ", "Possible: ", "Known: "} {
			if _, list, ok := strings.Cut(f.Text+" "+f.Fix, mark); ok {
				return strings.Split(strings.TrimRight(strings.TrimSpace(list), "."), ", ")
			}
		}
		t.Errorf("no list of words in %q %q", f.Text, f.Fix)
	}
	t.Errorf("%s: no finding about %s: %v", yaml, wrong, r.Findings())
	return nil
}
