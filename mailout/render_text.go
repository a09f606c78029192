package mailout

import (
	"strings"
	"unicode/utf8"
)

// text writes the text part. Lines are not broken: every client breaks them to
// the width of its window, phones included.
func (d document) text() string {
	w := textWriter{}
	blocks := d.blocks
	for i := 0; i < len(blocks); {
		b := blocks[i]
		n := 1
		if b.only == htmlOnly {
			i++
			continue
		}
		switch b.style {
		case styleRow, styleLabel, styleTable:
			for i+n < len(blocks) && blocks[i+n].style == b.style && blocks[i+n].only != htmlOnly {
				n++
			}
			w.columns(b.style, blocks[i:i+n])
		case styleBlank:
			w.blank = w.b.Len() > 0
		case styleItem:
			w.put(" • ", "   ", b.cells[0].text)
		case styleQuote, styleAside:
			w.put("  ", "  ", b.cells[0].text)
		case styleHeading:
			w.put("", "", capitals(b.cells[0].text))
		case styleFooter:
			w.blank = false
			w.put("", "", "--")
		case styleButtons:
			w.put("", "", buttonText(b.buttons))
		default:
			w.put("", "", b.cells[0].text)
		}
		i += n
	}
	return w.b.String()
}

// textWriter collapses blank lines.
type textWriter struct {
	b     strings.Builder
	blank bool
}

// put writes lines, the first behind one indent, the others behind another.
func (w *textWriter) put(first, other, s string) {
	if w.blank {
		w.b.WriteByte('\n')
		w.blank = false
	}
	for i, l := range strings.Split(s, "\n") {
		indent := other
		if i == 0 {
			indent = first
		}
		w.b.WriteString(strings.TrimRight(indent+l, " \t"))
		w.b.WriteByte('\n')
	}
}

// columns writes rows with their texts below each other.
func (w *textWriter) columns(style lineStyle, rows []docBlock) {
	widths := []int{}
	for _, r := range rows {
		for i, c := range r.cells {
			if len(widths) <= i {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	last := ""
	for _, r := range rows {
		var first strings.Builder
		indent := ""
		switch style {
		case styleRow:
			first.WriteString("  " + pad(rowKey(r.cells[0].text), widths[0]+3))
			indent = strings.Repeat(" ", widths[0]+5)
		case styleLabel:
			label := r.cells[0].text
			if label == last {
				label = ""
			}
			last = r.cells[0].text
			first.WriteString(pad(label, max(widths[0], 6)+2))
			indent = strings.Repeat(" ", max(widths[0], 6)+2)
		case styleTable:
			first.WriteByte(' ')
			for i, c := range r.cells[:len(r.cells)-1] {
				first.WriteString(pad(c.text, widths[i]+2))
			}
		}
		w.put(first.String(), indent, r.cells[len(r.cells)-1].text)
	}
}

// rowKey ends a key with a colon, unless it ends with a mark of its own.
func rowKey(s string) string {
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, ":") || strings.HasPrefix(s, "#") || s == "" {
		return s
	}
	return s + ":"
}

// capitals sets a heading apart; what stands in brackets stays.
func capitals(s string) string {
	title, rest, _ := strings.Cut(s, " (")
	if rest != "" {
		rest = " (" + rest
	}
	return strings.ToUpper(title) + rest
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0))
}

// buttonText spells buttons out: [Übernehmen: #ich].
func buttonText(bs []docButton) string {
	var out []string
	for _, b := range bs {
		out = append(out, "["+b.label+": "+strings.TrimRight(b.answer, "+ ")+"]")
	}
	return strings.Join(out, " ")
}
