package source

import (
	"strings"
	"unicode"

	yaml "go.yaml.in/yaml/v4"
)

// trapped reports a comment sign right in front of a text where a value should
// be ("subject: #urgent") and returns whether it was one.
func (c *converter) trapped(n *Node) bool {
	line := c.line(n.Line)
	i := max(0, n.Column-1)
	for i < len(line) && (line[i] == ' ' || line[i] == ':' || line[i] == '-') {
		i++
	}
	if i+1 >= len(line) || line[i] != '#' || unicode.IsSpace(line[i+1]) || line[i+1] == '#' {
		return false
	}
	at := *n
	at.Column, at.Length = i+1, len(line)-i
	c.r.Add(&at, commentTrap, clip(string(line[i:])))
	c.spoil(n.Line)
	return true
}

// questionMark reports an entry of a bracket list that starts with "? ": YAML
// makes a map of it.
func (c *converter) questionMark(n *Node, list *yaml.Node) bool {
	line := c.line(n.Line)
	if n.Kind != KindMap || list.Style&yaml.FlowStyle == 0 || n.Column < 1 || n.Column > len(line) || line[n.Column-1] != '?' {
		return false
	}
	c.r.Add(n, questionInList)
	c.spoil(n.Line)
	return true
}

// questionOpen warns, once per bracket list, of an unquoted entry that ends in "?":
// many YAML programs take it for a key.
func (c *converter) questionOpen(n *Node, list *yaml.Node, told bool) bool {
	if told || n.Kind != KindScalar || n.Quoted || list.Style&yaml.FlowStyle == 0 || !strings.HasSuffix(n.Value, "?") {
		return told
	}
	c.r.Add(n, questionOpen)
	return true
}

// spoil marks a line as reported: whatever follows from the mistake is silent.
func (c *converter) spoil(line int) { c.f.bad[line] = true }

// keyTrap reports keys that are not what they seem: "-name" is no list entry.
func (c *converter) keyTrap(key *Node) bool {
	if key.Quoted || len(key.Value) < 2 || key.Value[0] != '-' || !startsWord(key.Value[1:]) {
		return false
	}
	c.r.Add(key, missingBlank, "- "+clip(strings.TrimSpace(c.f.Line(key.Line)))[1:])
	c.spoil(key.Line)
	c.r.Incomplete = true
	return true
}

func startsWord(s string) bool {
	for _, r := range s {
		return unicode.IsLetter(r) || r == '"' || r == '_'
	}
	return false
}

// scalarTraps reports typographic quotes and a comment that cuts a value short.
func (c *converter) scalarTraps(n *Node, plain bool) {
	line := c.line(n.Line)
	end := n.Column - 1 + n.Length
	if end > len(line) || end < 1 {
		return
	}
	if plain {
		if inner, ok := typographic(n.Value); ok {
			c.r.Add(n, typographicQuotes, clip(inner))
		}
		if string(line[n.Column-1:end]) != n.Value {
			return // continues on the next line
		}
	}
	i := end
	for i < len(line) && line[i] == ' ' {
		i++
	}
	if i > end && i+1 < len(line) && line[i] == '#' && (unicode.IsLetter(line[i+1]) || unicode.IsDigit(line[i+1])) {
		at := *n
		at.Column, at.Length = i+1, 1
		c.r.Add(&at, commentCut)
	}
}

// typographic reports text in „quotes“ that YAML does not know, and its inside.
func typographic(s string) (string, bool) {
	const signs = "„“”‚‘’«»‹›"
	runes := []rune(s)
	if len(runes) < 3 || len(runes) > 2000 || !strings.ContainsRune(signs, runes[0]) {
		return "", false
	}
	last := runes[len(runes)-1]
	if !strings.ContainsRune(signs, last) && last != '"' && last != '\'' {
		return "", false
	}
	return string(runes[1 : len(runes)-1]), true
}
