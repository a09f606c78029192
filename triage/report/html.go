package report

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

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
