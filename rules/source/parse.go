package source

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// maxRepairs bounds how many syntax errors of one file are found in one run.
const maxRepairs = 12

// Parse reads one file and reports what is wrong with its form. It returns the
// root, or nil when the file cannot be read at all (then Incomplete is set).
// An empty file is a KindNull node.
func (r *Report) Parse(name string, data []byte) *Node {
	if _, ok := r.order[name]; !ok {
		r.order[name] = len(r.order)
	}
	f := &File{Name: name, bad: map[int]bool{}}
	if !r.checkBytes(f, data) {
		r.Incomplete = true
		return nil
	}
	doc, ok := r.load(f)
	if !ok {
		r.Incomplete = true
		return nil
	}
	c := converter{r: r, f: f}
	if doc == nil || len(doc.Content) == 0 {
		return &Node{Kind: KindNull, File: f, Line: 1, Column: 1, Length: 1}
	}
	return c.node(doc.Content[0], 0)
}

// load parses the lines; a line with a syntax error is reported, repaired and
// parsed again.
func (r *Report) load(f *File) (*yaml.Node, bool) {
	for range maxRepairs {
		doc, next, err := decode(strings.Join(f.work, "\n") + "\n")
		if err == nil {
			if next != nil {
				n := secondStart(f.work, max(1, next.Line))
				r.AddPlace(f.Name, n, 1, 3, f.Line(n), secondDocument)
			}
			return doc, true
		}
		if !r.syntaxError(f, err) {
			return nil, false
		}
		r.Incomplete = true
	}
	return nil, false
}

// secondStart finds the line "---" that opens the document at line n.
func secondStart(lines []string, n int) int {
	for i := min(n, len(lines)); i > 0; i-- {
		if strings.HasPrefix(lines[i-1], "---") {
			return i
		}
	}
	return n
}

// decode calls the library and returns the first document and the second, if
// there is one; a panic in the library becomes an error.
func decode(text string) (doc, next *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in the YAML library: %v", p)
		}
	}()
	loader, err := yaml.NewLoader(strings.NewReader(text),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(MaxDepth))))
	if err != nil {
		return nil, nil, err
	}
	doc = new(yaml.Node)
	if err = loader.Load(doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	next = new(yaml.Node)
	if err = loader.Load(next); err != nil {
		if errors.Is(err, io.EOF) {
			return doc, nil, nil
		}
		return nil, nil, err
	}
	return doc, next, nil
}

// converter turns the library's tree into ours.
type converter struct {
	r     *Report
	f     *File
	nodes int

	cached int // number of the line in runes
	runes  []rune
}

// line returns the characters of a line; nodes come in the order of the file,
// so a long line is converted once.
func (c *converter) line(n int) []rune {
	if c.cached != n {
		c.cached, c.runes = n, []rune(c.f.Line(n))
	}
	return c.runes
}

func (c *converter) node(y *yaml.Node, depth int) *Node {
	n := &Node{File: c.f, Line: y.Line, Column: y.Column, Length: 1}
	if c.nodes++; c.nodes > MaxNodes {
		if c.nodes == MaxNodes+1 {
			c.r.Add(n, tooMany, MaxNodes)
			c.r.Incomplete = true
		}
		return n
	}
	if depth > MaxDepth {
		c.r.Add(n, tooDeep, MaxDepth)
		return n
	}
	if y.Anchor != "" || y.Kind == yaml.AliasNode || y.Tag == "!!merge" {
		c.r.Add(n, noAliases)
		if y.Kind == yaml.AliasNode {
			return n
		}
	}
	if y.Style&yaml.TaggedStyle != 0 {
		c.r.Add(n, noTags, clip(y.Tag))
	}
	switch y.Kind {
	case yaml.ScalarNode:
		c.scalar(n, y)
	case yaml.SequenceNode:
		n.Kind = KindList
		asked := false
		for _, item := range y.Content {
			child := c.node(item, depth+1)
			if c.questionMark(child, y) {
				continue
			}
			asked = c.questionOpen(child, y, asked)
			if child.Kind == KindNull && item.Kind == yaml.ScalarNode {
				if !c.trapped(child) {
					c.r.Add(child, emptyItem)
				}
				continue
			}
			n.Items = append(n.Items, child)
		}
	case yaml.MappingNode:
		n.Kind = KindMap
		c.pairs(n, y, depth)
	}
	return n
}

func (c *converter) pairs(n *Node, y *yaml.Node, depth int) {
	first := make(map[string]*Node, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := c.node(y.Content[i], depth+1), c.node(y.Content[i+1], depth+1)
		if key.Kind != KindScalar {
			if y.Content[i].Kind != yaml.AliasNode {
				c.r.wrongKind(key, aText)
			}
			continue
		}
		if before, ok := first[key.Value]; ok {
			c.r.Add(key, duplicateKey, clip(key.Value), before.At())
			continue
		}
		first[key.Value] = key
		if c.keyTrap(key) {
			continue
		}
		if value.Kind == KindNull && y.Content[i+1].Kind == yaml.ScalarNode {
			c.trapped(value)
		}
		n.Pairs = append(n.Pairs, Pair{key, value})
	}
}

// scalar fills a scalar: its length on the line, and the traps around it.
func (c *converter) scalar(n *Node, y *yaml.Node) {
	n.Kind, n.Value = KindScalar, y.Value
	plain := y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
	n.Block = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	n.Quoted = !plain && !n.Block
	if plain && y.Tag == "!!null" {
		n.Kind = KindNull
		n.Length = max(1, utf8.RuneCountInString(y.Value))
		return
	}
	if n.Block {
		return
	}
	n.Length = c.length(n, plain)
	c.scalarTraps(n, plain)
}

// length counts the characters of a scalar on its first line, with its quotes.
func (c *converter) length(n *Node, plain bool) int {
	line := c.line(n.Line)
	start := n.Column - 1
	if start < 0 || start >= len(line) {
		return 1
	}
	if plain {
		return max(1, min(utf8.RuneCountInString(n.Value), len(line)-start))
	}
	quote := line[start]
	if quote == '*' { // a secret, masked
		return min(utf8.RuneCountInString(n.Value)+2, len(line)-start)
	}
	for i := start + 1; i < len(line); i++ {
		switch {
		case quote == '"' && line[i] == '\\':
			i++
		case quote == '\'' && line[i] == '\'' && i+1 < len(line) && line[i+1] == '\'':
			i++
		case line[i] == quote:
			return i - start + 1
		}
	}
	return len(line) - start
}
