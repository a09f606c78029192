package mailout

import (
	"html"
	"strings"
	"unicode/utf8"
)

// Text keeps the colour of the mail client, so that dark mode turns it by itself;
// what matters less is paler, which Outlook leaves out. Only buttons have a ground
// of their own, and lines a colour that stands on white and on black.
const (
	pale   = "opacity:.7"
	rule   = "#9aa5b1"
	accent = "#2563a8"
)

// html writes the content of the HTML part: tables and paragraphs with inline
// styles, what Outlook's Word engine can draw.
func (d document) html(to target) string {
	w := htmlWriter{to: to}
	blocks := d.blocks
	for i := 0; i < len(blocks); {
		b := blocks[i]
		n := 1
		if b.only == textOnly {
			i++
			continue
		}
		for joins(b.style) && i+n < len(blocks) && blocks[i+n].style == b.style && blocks[i+n].only != textOnly {
			n++
		}
		w.group(b.style, blocks[i:i+n])
		i += n
	}
	w.endFooter()
	return w.b.String()
}

// joins says which blocks stand in one element with their neighbours.
func joins(s lineStyle) bool {
	switch s {
	case styleText, styleMeta, styleRow, styleLabel, styleTable, styleItem, styleQuote, styleAside:
		return true
	}
	return false
}

type htmlWriter struct {
	b      strings.Builder
	to     target
	footer bool
}

func (w *htmlWriter) paragraph(style, content string) {
	if w.footer {
		style += ";font-size:12px;" + pale
	}
	w.b.WriteString(`<p style="margin:0 0 12px 0` + style + `">` + content + "</p>\n")
}

func (w *htmlWriter) group(style lineStyle, rows []docBlock) {
	switch style {
	case styleText:
		w.texts("", rows)
	case styleMeta:
		w.texts(";font-size:13px;line-height:19px", rows)
	case styleStrong:
		w.b.WriteString(tableOpen + `<tr><td style="padding:2px 0 2px 10px;border-left:4px solid ` + accent + `;font-weight:bold">` +
			rows[0].cells[0].html + "</td></tr></table>\n")
	case styleHeading:
		w.b.WriteString(`<p style="margin:18px 0 10px 0;font-weight:bold">` + rows[0].cells[0].html + "</p>\n")
	case styleSeparator:
		w.paragraph(";font-size:11px;white-space:nowrap;overflow:hidden;"+pale, rows[0].cells[0].html)
	case styleRow, styleLabel:
		w.rows(style, rows)
	case styleTable:
		w.table(rows)
	case styleItem:
		w.b.WriteString(`<ul style="margin:0 0 12px 22px;padding:0">`)
		for _, r := range rows {
			w.b.WriteString(`<li style="margin:0 0 4px 0">` + r.cells[0].html + "</li>")
		}
		w.b.WriteString("</ul>\n")
	case styleQuote, styleAside:
		colour := ""
		if style == styleAside {
			colour = ";" + pale
		}
		w.b.WriteString(tableOpen + `<tr><td dir="auto" style="padding:0 0 0 10px;border-left:3px solid ` + rule + colour + `">`)
		for i, r := range rows {
			if i > 0 {
				w.b.WriteString("<br>")
			}
			w.b.WriteString(r.cells[0].html)
		}
		w.b.WriteString("</td></tr></table>\n")
	case styleButtons:
		w.buttons(rows[0].buttons)
	case styleFooter:
		w.endFooter()
		w.footer = true
		w.b.WriteString(tableOpen + `<tr><td style="border-top:1px solid ` + rule + `;padding-top:8px">` + "\n")
	}
}

func (w *htmlWriter) endFooter() {
	if w.footer {
		w.b.WriteString("</td></tr></table>\n")
		w.footer = false
	}
}

const tableOpen = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 12px 0">`

// texts writes lines as paragraphs; rendered Markdown brings its own.
func (w *htmlWriter) texts(style string, rows []docBlock) {
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			w.paragraph(style, strings.Join(lines, "<br>\n"))
			lines = nil
		}
	}
	for _, r := range rows {
		h := r.cells[0].html
		if isBlockHTML(h) {
			flush()
			w.b.WriteString(h + "\n")
			continue
		}
		if r.cells[0].raw { // of a person: Arabic and Hebrew run from the right
			flush()
			w.b.WriteString(`<p dir="auto" style="margin:0 0 12px 0` + style + `">` + h + "</p>\n")
			continue
		}
		lines = append(lines, h)
	}
	flush()
}

// isBlockHTML reports whether a cell is nothing but rendered Markdown.
func isBlockHTML(h string) bool {
	for _, p := range []string{"<p ", "<ul ", "<ol ", "<pre ", "<blockquote ", "<h1>", "<h2>", "<h3>", "<h4>", "<h5>", "<h6>", "<hr>"} {
		if strings.HasPrefix(h, p) {
			return true
		}
	}
	return false
}

// widestKey is how many characters of a key stay on one line on a phone.
const widestKey = 20

// rows writes facts: key and text side by side.
func (w *htmlWriter) rows(style lineStyle, rows []docBlock) {
	// Without a width the keys take what they need, on a phone what there is.
	w.b.WriteString(strings.Replace(tableOpen, ` width="100%"`, "", 1))
	last := ""
	for _, r := range rows {
		key, keyStyle := r.cells[0].html, ";word-break:normal"
		if utf8.RuneCountInString(r.cells[0].text) <= widestKey {
			keyStyle = ";white-space:nowrap"
		}
		if style == styleLabel {
			if key == last {
				key = ""
			}
			last = r.cells[0].html
			keyStyle += ";font-size:12px;font-weight:bold;line-height:22px"
		}
		w.b.WriteString(`<tr><td valign="top" style="padding:0 14px 5px 0;` + pale + keyStyle + `">` + key +
			`</td><td valign="top" style="padding:0 0 5px 0">` + r.cells[1].html + "</td></tr>\n")
	}
	w.b.WriteString("</table>\n")
}

// table writes a list with a head.
func (w *htmlWriter) table(rows []docBlock) {
	w.b.WriteString(tableOpen)
	for i, r := range rows {
		tag, style := "td", ""
		if i == 0 {
			tag, style = "th", ";font-weight:normal;"+pale
		}
		w.b.WriteString("<tr>")
		for _, c := range r.cells {
			w.b.WriteString("<" + tag + ` align="left" valign="top" style="padding:3px 8px 3px 0;border-bottom:1px solid ` + rule +
				";font-size:13px" + style + `">` + c.html + "</" + tag + ">")
		}
		w.b.WriteString("</tr>\n")
	}
	w.b.WriteString("</table>\n")
}

// The looks of a button: the one most people want has a ground, the others a
// frame. The padding is the link's, so that a thumb hits it anywhere; Outlook does
// not know that and takes the cell's own, mso-padding-alt.
const (
	buttonCell    = `style="border-radius:4px;mso-padding-alt:7px 13px;border:1px solid `
	buttonLink    = `style="display:inline-block;padding:7px 13px;text-decoration:none;font-size:14px;white-space:nowrap;color:`
	primaryCell   = `<td bgcolor="` + accent + `" ` + buttonCell + accent + `;background:` + accent + `">`
	secondaryCell = `<td ` + buttonCell + rule + `">`
)

// buttons writes links that stand side by side and wrap on narrow screens: one
// floating table each, the form Outlook draws.
func (w *htmlWriter) buttons(bs []docButton) {
	n := 0
	for _, b := range bs {
		uri := w.to.link(b.answer)
		if uri == "" {
			continue
		}
		n++
		open, colour := secondaryCell, "inherit"
		if b.primary {
			open, colour = primaryCell, "#ffffff"
		}
		w.b.WriteString(`<table role="presentation" align="left" cellpadding="0" cellspacing="0" border="0" style="margin:0 8px 8px 0"><tr>` +
			open + `<a href="` + html.EscapeString(uri) + `" ` + buttonLink + colour + `">` + html.EscapeString(b.label) + "</a></td></tr></table>\n")
	}
	if n > 0 {
		w.b.WriteString(`<br clear="all" style="clear:both;font-size:1px;line-height:6px">` + "\n")
	}
}
