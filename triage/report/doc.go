package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Document is a report in the order it is read; text and HTML are two ways to
// write it.
type Document struct{ blocks []block }

type blockKind int

const (
	blockHeading blockKind = iota
	blockPara
	blockItem
	blockAside
	blockFigures
	blockBars
	blockTable
	blockParts
	blockTitle
	blockTiles
)

type block struct {
	kind    blockKind
	text    string
	head    []string // of figures and tables
	figures []figure
	bars    []bar
	rows    [][]string
}

// figure is a line of the table of key figures.
type figure struct {
	label, now, before, target, spark, note string
	missed                                  bool // below the target: said in words, too
}

// bar is a line of a chart.
type bar struct {
	label string
	n     int
	value string // "" = the number itself
	note  string
}

func (d *Document) heading(s string) { d.blocks = append(d.blocks, block{kind: blockHeading, text: s}) }
func (d *Document) para(s string)    { d.blocks = append(d.blocks, block{kind: blockPara, text: s}) }
func (d *Document) item(s string)    { d.blocks = append(d.blocks, block{kind: blockItem, text: s}) }
func (d *Document) aside(s string)   { d.blocks = append(d.blocks, block{kind: blockAside, text: s}) }

func (d *Document) table(head []string, rows [][]string) {
	d.blocks = append(d.blocks, block{kind: blockTable, head: head, rows: rows})
}

// width is how long a line of the text part may be.
const width = 78

// Text is the text part.
func (d *Document) Text() string {
	var b strings.Builder
	last := blockHeading
	for i, k := range d.blocks {
		if k.kind == blockTiles {
			continue
		}
		if i > 0 && (k.kind != last || k.kind != blockItem) && !(last == blockHeading && k.kind != blockHeading) {
			b.WriteString("\n")
		}
		last = k.kind
		switch k.kind {
		case blockHeading:
			b.WriteString(strings.ToUpper(k.text) + "\n")
		case blockTitle:
			fold(&b, "", "", k.text+" ("+strings.Join(k.head, " ")+")")
		case blockPara, blockAside:
			fold(&b, "", "", k.text)
		case blockItem:
			fold(&b, " • ", "   ", k.text)
		case blockFigures:
			k.figuresText(&b)
		case blockBars:
			k.barsText(&b)
		case blockTable:
			columns(&b, append([][]string{k.head}, k.rows...))
		case blockParts:
			var parts []string
			for _, p := range k.bars {
				parts = append(parts, p.label+" "+fmt.Sprint(p.n))
			}
			fold(&b, "", "  ", k.text+": "+strings.Join(parts, " · "))
		}
	}
	return b.String()
}

// fold writes a text in lines that fit.
func fold(b *strings.Builder, first, rest, text string) {
	line := first
	empty := true
	for _, word := range strings.Split(text, " ") {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	b.WriteString(line + "\n")
}

// columns writes rows in aligned columns.
func columns(b *strings.Builder, rows [][]string) {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			if len(wide) <= i {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

func (k block) figuresText(b *strings.Builder) {
	rows := [][]string{append([]string{strings.ToUpper(k.head[0])}, k.head[1:]...)}
	for _, f := range k.figures {
		rows = append(rows, []string{f.label, f.now, f.before, f.target, f.spark})
	}
	var table strings.Builder
	columns(&table, rows)
	for i, line := range strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n") {
		b.WriteString(line + "\n")
		if i > 0 && k.figures[i-1].note != "" {
			fold(b, "  ", "  ", k.figures[i-1].note)
		}
	}
}

// barCells is how many characters the longest bar has.
const barCells = 20

func (k block) barsText(b *strings.Builder) {
	most := k.most()
	rows := [][]string{}
	for _, x := range k.bars {
		n := x.n * barCells / most
		if x.n > 0 {
			n = max(n, 1)
		}
		rows = append(rows, []string{x.label, strings.Repeat("█", n) + " " + x.shown(), x.note})
	}
	columns(b, append([][]string{append([]string{strings.ToUpper(k.head[0])}, k.head[1:]...)}, rows...))
}

func (k block) most() int {
	most := 1
	for _, x := range k.bars {
		most = max(most, x.n)
	}
	return most
}

func (x bar) shown() string {
	if x.value != "" {
		return x.value
	}
	return fmt.Sprint(x.n)
}
