package source

import "strconv"

// Kind is the form of a Node.
type Kind uint8

// The kinds of a Node.
const (
	KindNull   Kind = iota // nothing behind the colon, or ~
	KindScalar             // text, number, truth value: always kept as written
	KindList
	KindMap
)

// Node is a value with its place in a file. A nil *Node is an absent value; all
// methods and all decoders of Report and Map accept it.
type Node struct {
	Kind   Kind
	Value  string // of a scalar: quotes and escapes resolved, never converted
	Quoted bool   // the scalar stands in quotes
	Block  bool   // the scalar is a block text (| or >)
	Items  []*Node
	Pairs  []Pair

	File   *File
	Line   int // from 1; 0 = not from a file
	Column int // from 1, in characters
	Length int // characters on that line, at least 1
}

// Pair is an entry of a map.
type Pair struct{ Key, Value *Node }

// At says where a node stands, as "file:line".
func (n *Node) At() string {
	if n == nil || n.File == nil {
		return ""
	}
	return n.File.Name + ":" + strconv.Itoa(n.Line)
}

// Get returns the value of a key of a map, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, p := range n.Pairs {
		if p.Key.Value == key {
			return p.Value
		}
	}
	return nil
}

// damaged reports whether a syntax error was reported for the node's line, so
// that its value cannot be trusted and nothing more should be said about it.
func (n *Node) damaged() bool {
	return n != nil && n.File != nil && n.File.bad[n.Line]
}
