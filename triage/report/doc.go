package report

import (
	"fmt"
	"html"
	"regexp"
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

// The colours stand on white and on black; none says anything that no word says.
const (
	barColour   = "#3b78b8"
	missColour  = "#c2410c"
	lineColour  = "#9aa5b1"
	tableOpen   = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 14px 0;border-collapse:collapse">`
	cellStyle   = `padding:5px 8px 5px 0;border-bottom:1px solid ` + lineColour
	lastStyle   = `padding:5px 0;border-bottom:1px solid ` + lineColour
	smallStyle  = `font-size:12px;line-height:17px;opacity:.75`
	numberStyle = `white-space:nowrap`
	titleStyle  = `font-size:13px;line-height:18px;letter-spacing:.06em;text-transform:uppercase;font-weight:bold;color:` + barColour
)

// ageColours are the parts of the bar of ages, from young to old.
var ageColours = []string{"#3b78b8", "#5c8fc7", "#d08a2c", "#c2410c"}

// HTML is the content of the HTML part: tables with inline styles, bars of table
// cells, what Outlook's Word engine can draw with images blocked.
func (d *Document) HTML() string {
	var b strings.Builder
	for i, k := range d.blocks {
		e := unbroken(k.text)
		switch k.kind {
		case blockHeading:
			b.WriteString(`<h2 style="margin:20px 0 8px 0;` + titleStyle + `">` + e + "</h2>\n")
		case blockTitle:
			b.WriteString(`<h1 style="margin:0 0 12px 0;font-size:20px;line-height:26px">` + e + second(strings.Join(k.head, " ")) + "</h1>\n")
		case blockTiles:
			k.tilesHTML(&b)
		case blockPara:
			b.WriteString(`<p style="margin:0 0 12px 0">` + e + "</p>\n")
		case blockAside:
			b.WriteString(`<p style="margin:0 0 12px 0;` + smallStyle + `">` + e + "</p>\n")
		case blockItem:
			if i == 0 || d.blocks[i-1].kind != blockItem {
				b.WriteString(`<ul style="margin:0 0 12px 0;padding-left:20px">` + "\n")
			}
			b.WriteString(`<li style="margin:0 0 6px 0">` + e + "</li>\n")
			if i+1 == len(d.blocks) || d.blocks[i+1].kind != blockItem {
				b.WriteString("</ul>\n")
			}
		case blockFigures:
			k.figuresHTML(&b)
		case blockBars:
			k.barsHTML(&b)
		case blockTable:
			k.tableHTML(&b)
		case blockParts:
			k.partsHTML(&b)
		}
	}
	return b.String()
}

// command is a command with its ticket, or a ticket alone.
var command = regexp.MustCompile(`(#\p{L}+ )?[A-Z][A-Z0-9]*-[0-9]+`)

// unbroken escapes a text and keeps what people type from it on one line.
func unbroken(s string) string {
	return command.ReplaceAllString(html.EscapeString(s), `<span style="white-space:nowrap">$0</span>`)
}

// figuresHTML has three columns, so that it fits a telephone: what, how much with
// what it was and what it should be, and how it went.
func (k block) figuresHTML(b *strings.Builder) {
	b.WriteString(tableOpen)
	fmt.Fprintf(b, `<tr><th align="left" style="%s;%s">%s</th><th align="left" style="%s;%s">%s</th><th align="right" style="%s;%s">%s</th></tr>`+"\n",
		cellStyle, titleStyle, html.EscapeString(k.head[0]), cellStyle, smallStyle, html.EscapeString(k.head[1]), lastStyle, smallStyle, html.EscapeString(k.head[4]))
	for _, f := range k.figures {
		now := `<b>` + html.EscapeString(f.now) + `</b>`
		if f.missed {
			now = `<b style="color:` + missColour + `">` + html.EscapeString(f.now) + `</b>`
		}
		var small []string
		if f.before != "" && f.before != "–" {
			small = append(small, k.head[2]+": "+f.before)
		}
		if f.target != "" && f.target != "–" {
			small = append(small, k.head[3]+": "+f.target)
		}
		fmt.Fprintf(b, `<tr><td valign="top" style="%s">%s%s</td><td valign="top" style="%s">%s%s</td><td valign="top" align="right" style="%s;%s;font-family:Consolas,Menlo,'DejaVu Sans Mono',monospace;font-size:13px;color:%s">%s</td></tr>`+"\n",
			cellStyle, html.EscapeString(f.label), second(f.note), cellStyle, now, second(strings.Join(small, " · ")), lastStyle, numberStyle, barColour, html.EscapeString(f.spark))
	}
	b.WriteString("</table>\n")
}

// tilesHTML are the few numbers that a glance should catch. The text part has them
// in its subject and in its table.
func (k block) tilesHTML(b *strings.Builder) {
	b.WriteString(tableOpen + "<tr>")
	for _, x := range k.figures {
		colour := ""
		if x.missed {
			colour = ";color:" + missColour
		}
		fmt.Fprintf(b, `<td width="%d%%" valign="top" style="padding:8px 6px 8px 8px;border-left:3px solid %s"><span style="font-size:19px;line-height:24px;font-weight:bold%s">%s</span>%s</td>`,
			100/len(k.figures), barColour, colour, html.EscapeString(x.now), second(x.label))
	}
	b.WriteString("</tr></table>\n")
}

// second is a second, smaller line.
func second(s string) string {
	if s == "" {
		return ""
	}
	return `<br><span style="` + smallStyle + `">` + html.EscapeString(s) + `</span>`
}

// barsHTML draws each bar as a table of one coloured cell: bgcolor and widths in
// percent are what Outlook keeps.
func (k block) barsHTML(b *strings.Builder) {
	most := k.most()
	b.WriteString(`<h2 style="margin:20px 0 8px 0;` + titleStyle + `">` + html.EscapeString(k.head[0]) + "</h2>\n" + tableOpen)
	for _, x := range k.bars {
		percent := max(x.n*100/most, 2)
		if x.n == 0 {
			percent = 0
		}
		fmt.Fprintf(b, `<tr><td width="38%%" valign="middle" style="padding:3px 8px 3px 0">%s%s</td><td valign="middle" style="padding:3px 8px 3px 0">`, html.EscapeString(x.label), second(x.note))
		b.WriteString(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>`)
		if percent > 0 {
			fmt.Fprintf(b, `<td width="%d%%" height="14" bgcolor="%s" style="background-color:%s;font-size:1px;line-height:14px">&nbsp;</td>`, percent, barColour, barColour)
		}
		if percent < 100 {
			fmt.Fprintf(b, `<td width="%d%%" style="font-size:1px;line-height:14px">&nbsp;</td>`, 100-percent)
		}
		fmt.Fprintf(b, `</tr></table></td><td width="12%%" align="right" valign="middle" style="padding:3px 0;%s"><b>%s</b></td></tr>`+"\n", numberStyle, html.EscapeString(x.shown()))
	}
	b.WriteString("</table>\n")
}

// partsHTML draws parts of a whole as one bar, and says each of them below it.
func (k block) partsHTML(b *strings.Builder) {
	sum := 0
	for _, x := range k.bars {
		sum += x.n
	}
	if sum > 0 {
		b.WriteString(strings.Replace(tableOpen, "0 0 14px 0", "0 0 4px 0", 1) + "<tr>")
		for i, x := range k.bars {
			if x.n > 0 {
				colour := ageColours[min(i, len(ageColours)-1)]
				fmt.Fprintf(b, `<td width="%d%%" height="16" bgcolor="%s" align="center" style="background-color:%s;color:#ffffff;font-size:12px;line-height:16px">%d</td>`,
					max(x.n*100/sum, 4), colour, colour, x.n)
			}
		}
		b.WriteString("</tr></table>\n")
	}
	var parts []string
	for _, x := range k.bars {
		parts = append(parts, html.EscapeString(x.label)+" <b>"+fmt.Sprint(x.n)+"</b>")
	}
	fmt.Fprintf(b, `<p style="margin:0 0 12px 0;font-size:13px">%s: %s</p>`+"\n", html.EscapeString(k.text), strings.Join(parts, " · "))
}

func (k block) tableHTML(b *strings.Builder) {
	b.WriteString(tableOpen + "<tr>")
	for _, h := range k.head {
		fmt.Fprintf(b, `<th align="left" style="%s;%s">%s</th>`, cellStyle, smallStyle, html.EscapeString(h))
	}
	b.WriteString("</tr>\n")
	for _, row := range k.rows {
		b.WriteString("<tr>")
		for _, cell := range row {
			fmt.Fprintf(b, `<td valign="top" style="%s">%s</td>`, cellStyle, html.EscapeString(cell))
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
}
