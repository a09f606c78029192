package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
)

// maxProgram bounds the size of a compiled regular expression in instructions.
const maxProgram = 20_000

// expression is a regular expression, matched without case. RE2 takes time
// linear in the text whatever the pattern.
type expression struct {
	source string
	fast   *regexp.Regexp // over lower-case text, without the slow (?i)
	exact  *regexp.Regexp // over the text as written, for named captures; nil without names
	// need is a lower-case text without which the expression cannot match.
	need string
}

// compileExpression compiles expr without case.
func compileExpression(expr string) (*expression, error) {
	if len(expr) > maxPattern {
		return nil, errPatternLong
	}
	tree, err := syntax.Parse(expr, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("compile regular expression: %w", err)
	}
	if len(program.Inst) > maxProgram {
		return nil, errPatternLong
	}
	e := &expression{source: expr}
	for _, name := range tree.CapNames() {
		if name != "" {
			if e.exact, err = regexp.Compile("(?i)" + expr); err != nil {
				return nil, err
			}
			break
		}
	}
	lowerTree(tree)
	e.need = required(tree)
	if e.fast, err = regexp.Compile(tree.String()); err != nil {
		return nil, err
	}
	return e, nil
}

// lowerTree turns a tree parsed without case into one for lower-case text. The
// parser has already closed the classes under folding.
func lowerTree(t *syntax.Regexp) {
	if t.Op == syntax.OpLiteral && t.Flags&syntax.FoldCase != 0 {
		for i, r := range t.Rune {
			t.Rune[i] = lowerRune(r)
		}
	}
	t.Flags &^= syntax.FoldCase
	for _, s := range t.Sub {
		lowerTree(s)
	}
}

// lowerRune returns the form of r that lowerText leaves.
func lowerRune(r rune) rune {
	for f := range foldOrbit(r) {
		if f < unicode.MaxASCII && f >= 'a' {
			return f
		}
	}
	return unicode.ToLower(r)
}

// foldOrbit yields r and all runes equal to it without case.
func foldOrbit(r rune) func(func(rune) bool) {
	return func(yield func(rune) bool) {
		for f := r; ; {
			if !yield(f) {
				return
			}
			if f = unicode.SimpleFold(f); f == r {
				return
			}
		}
	}
}

// required returns the longest text every match of t must contain, "" if none.
func required(t *syntax.Regexp) string {
	switch t.Op {
	case syntax.OpLiteral:
		return string(t.Rune)
	case syntax.OpCapture, syntax.OpPlus:
		return required(t.Sub[0])
	case syntax.OpRepeat:
		if t.Min > 0 {
			return required(t.Sub[0])
		}
	case syntax.OpConcat:
		best := ""
		for _, s := range t.Sub {
			if r := required(s); len(r) > len(best) {
				best = r
			}
		}
		return best
	}
	return ""
}

// match returns whether the lower-case text matches.
func (e *expression) match(lowered string) bool {
	return strings.Contains(lowered, e.need) && e.fast.MatchString(lowered)
}

// captures adds the named groups of the first match in s to into.
func (e *expression) captures(s string, into map[string]string) {
	if e.exact == nil {
		return
	}
	m := e.exact.FindStringSubmatch(s)
	for i, name := range e.exact.SubexpNames() {
		if name != "" && m != nil {
			into[name] = m[i]
		}
	}
}

// grams finds which expressions may match a text: those whose required text
// begins with four bytes that occur in it, and those that require none.
type grams struct {
	bits   []uint64
	first  map[uint32][]int32 // first four bytes of need to patterns
	always []int32
}

const gramBits = 1 << 16

func gramSlot(g uint32) uint32 { return (g * 2654435761) >> 16 }

func newGrams(patterns []pattern) *grams {
	g := &grams{bits: make([]uint64, gramBits/64), first: map[uint32][]int32{}}
	for i, p := range patterns {
		if p.kind != regexPattern {
			continue
		}
		if len(p.regex.need) < 4 {
			g.always = append(g.always, int32(i))
			continue
		}
		key := gramAt(p.regex.need, 0)
		slot := gramSlot(key)
		g.bits[slot/64] |= 1 << (slot % 64)
		g.first[key] = append(g.first[key], int32(i))
	}
	return g
}

func gramAt(s string, i int) uint32 {
	return uint32(s[i])<<24 | uint32(s[i+1])<<16 | uint32(s[i+2])<<8 | uint32(s[i+3])
}

// candidates calls f for every expression that has to be run on lowered.
func (g *grams) candidates(lowered string, f func(pattern int32)) {
	for _, p := range g.always {
		f(p)
	}
	if len(g.first) == 0 {
		return
	}
	seen := map[uint32]bool{}
	var key uint32
	for i := range len(lowered) {
		key = key<<8 | uint32(lowered[i])
		if i < 3 {
			continue
		}
		if slot := gramSlot(key); g.bits[slot/64]&(1<<(slot%64)) == 0 {
			continue
		}
		if ps := g.first[key]; len(ps) > 0 && !seen[key] {
			seen[key] = true
			for _, p := range ps {
				f(p)
			}
		}
	}
}
