package mailout

import (
	"html"
	"strings"
)

// document is a mail's content, from which both parts are written.
type document struct{ blocks []docBlock }

// docBlock is one expanded line: its cells in both forms.
type docBlock struct {
	style   lineStyle
	cells   []cell
	buttons []docButton
	only    nodeKind // textOnly or htmlOnly; literal = both
}

// cell is a piece of a line in both forms. raw: it is what a person wrote and
// nothing else, so its lines stay as they are.
type cell struct {
	text, html string
	raw        bool
}

type docButton struct {
	label, answer string
	primary       bool
}

// expander turns template lines into blocks.
type expander struct {
	v    values
	item map[string]value
	out  []docBlock
	only nodeKind
}

func (e *expander) value(name string) value {
	if v, ok := e.item[name]; ok {
		return v
	}
	v, _ := e.v.one(name)
	return v
}

// truth: a value that is not empty, a list that has items.
func (e *expander) truth(name string) bool {
	if v, ok := e.item[name]; ok {
		return !v.empty()
	}
	if v, ok := e.v.one(name); ok {
		return !v.empty()
	}
	return len(e.v.many(name)) > 0
}

func (e *expander) lines(lines []line) {
	for _, l := range lines {
		if l.block != nil {
			e.block(l.block)
			continue
		}
		b := docBlock{style: l.style, only: e.only}
		dynamic, empty := false, true
		for _, nodes := range l.cells {
			c := e.cell(nodes)
			dynamic = dynamic || hasTag(nodes)
			b.cells = append(b.cells, c)
		}
		if n := len(b.cells); n > 0 { // of a row or block with a label, the text decides
			empty = strings.TrimSpace(b.cells[n-1].text) == ""
		}
		if l.style == styleTable {
			empty = false
		}
		if dynamic && empty {
			continue
		}
		for _, g := range l.goes {
			b.buttons = append(b.buttons, docButton{label: strings.TrimSpace(e.cell(g.label).text), answer: g.answer, primary: g.primary})
		}
		e.out = append(e.out, b)
	}
}

func (e *expander) block(n *node) {
	switch n.kind {
	case condition:
		if e.truth(n.name) {
			e.lines(n.lines)
		} else {
			e.lines(n.other)
		}
	case repetition:
		outer := e.item
		for _, item := range e.v.many(n.name) {
			e.item = item
			e.lines(n.lines)
		}
		e.item = outer
	case textOnly, htmlOnly:
		outer := e.only
		e.only = n.kind
		e.lines(n.lines)
		e.only = outer
	}
}

func (e *expander) cell(nodes []node) cell {
	var t, h strings.Builder
	e.inline(nodes, &t, &h)
	c := cell{text: strings.ReplaceAll(codeText(t.String()), backtick, "`"), html: codeSpans(h.String())}
	if len(nodes) == 1 && nodes[0].kind == variable {
		v := e.value(nodes[0].name)
		c.raw = v.multi && !v.markdown
	}
	return c
}

// codeText takes out the backticks of a template; the blanks between two of them
// never end a line.
func codeText(s string) string {
	parts := strings.Split(s, "`")
	for i := 1; i < len(parts)-1; i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], " ", keptBlank)
	}
	return strings.Join(parts, "")
}

func (e *expander) inline(nodes []node, t, h *strings.Builder) {
	for _, n := range nodes {
		switch n.kind {
		case literal:
			t.WriteString(n.lit)
			h.WriteString(html.EscapeString(n.lit))
		case variable:
			v := e.value(n.name)
			t.WriteString(strings.ReplaceAll(v.inText(), "`", backtick))
			h.WriteString(strings.ReplaceAll(v.inHTML(), "`", "&#96;"))
		case condition:
			if e.truth(n.name) {
				e.inline(n.yes, t, h)
			} else {
				e.inline(n.no, t, h)
			}
		}
	}
}

// keptBlank stands for a blank at which no line is broken, until lines are broken.
const keptBlank = "\x02"

// backtick stands for a backtick of a value while those of the template are
// taken out; a control character, so no value can hold it.
const backtick = "\x01"

func hasTag(nodes []node) bool {
	for _, n := range nodes {
		if n.kind != literal {
			return true
		}
	}
	return false
}

const codeStyle = "font-family:Consolas,Menlo,monospace"

// codeSpans sets what stands between two backticks of a template in a fixed
// width. Values cannot open one: theirs are entities by now.
func codeSpans(s string) string {
	parts := strings.Split(s, "`")
	if len(parts) < 3 {
		return strings.Join(parts, "")
	}
	var b strings.Builder
	for i, p := range parts {
		if i%2 == 1 && i < len(parts)-1 {
			b.WriteString(`<code style="` + codeStyle + `">` + p + "</code>")
			continue
		}
		b.WriteString(p)
	}
	return b.String()
}
