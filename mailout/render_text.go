package mailout

import (
	"strings"
	"unicode/utf8"
)

// textWidth is how long a line of ours may be: it still fits a terminal when it
// is quoted. What people wrote is never broken: a command or a path in it would
// no longer be one.
const textWidth = 78

// text writes the text part.
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
			w.put(" • ", "   ", b.cells[0].text, fold)
		case styleQuote, styleAside:
			w.put("  ", "  ", b.cells[0].text, keepRaw(b, fold))
		case styleHeading:
			w.put("", "", capitals(b.cells[0].text), fold)
		case styleFooter:
			w.blank, w.footer = false, true
			w.put("", "", "--", keep)
		case styleButtons:
			w.put("", "", buttonText(b.buttons), fold)
		case styleStrong:
			w.put("", "", b.cells[0].text, foldAt(". ", 1))
		case styleMeta:
			w.put("", "", b.cells[0].text, foldAt(" · ", 0))
		case styleSeparator:
			w.put("", "", b.cells[0].text, keep)
		default:
			w.put("", "", b.cells[0].text, keepRaw(b, fold))
		}
		i += n
	}
	return w.b.String()
}

// folding breaks one line into lines of at most n characters.
type folding func(line string, n int) []string

func keepRaw(b docBlock, f folding) folding {
	if b.cells[0].raw {
		return keep
	}
	return f
}

func keep(line string, _ int) []string { return []string{line} }

// fold breaks at blanks. What follows a bullet stands below its text; code, which
// is what is indented without one, stays whole, and so does a long address.
func fold(line string, n int) []string {
	hang := hanging(line)
	if hang == "" && strings.HasPrefix(line, "  ") {
		return []string{line}
	}
	var out []string
	indent, from := "", 0
	if hang != "" { // not right behind the bullet
		lead := len(line) - len(strings.TrimLeft(line, " "))
		from = lead + strings.IndexByte(line[lead:], ' ')
	}
	for utf8.RuneCountInString(line)+len(indent) > n {
		at := breakAt(line, from, n-len(indent))
		if at < 0 {
			break
		}
		out = append(out, indent+strings.TrimRight(line[:at], " "))
		line, indent, from = strings.TrimLeft(line[at:], " "), hang, 0
	}
	return append(out, indent+line)
}

// breakAt is the last blank at or after byte from within n characters, else the
// first one behind them, else -1.
func breakAt(line string, from, n int) int {
	at, i := -1, 0
	for pos, r := range line {
		if i > n && at >= 0 {
			break
		}
		if r == ' ' && pos > from {
			at = pos
		}
		i++
	}
	return at
}

// hanging is the indent below the text of a list item, "" for other lines.
func hanging(line string) string {
	body := strings.TrimLeft(line, " ")
	mark := ""
	if strings.HasPrefix(body, "• ") {
		mark = "  "
	} else if n, _, ok := strings.Cut(body, ". "); ok && len(n) < 4 && strings.Trim(n, "0123456789") == "" && n != "" {
		mark = strings.Repeat(" ", len(n)+2)
	} else {
		return ""
	}
	return strings.Repeat(" ", len(line)-len(body)) + mark
}

// foldAt breaks between parts that belong together, and keeps the first n bytes
// of the sign between them.
func foldAt(sign string, n int) folding {
	return func(line string, width int) []string {
		var out []string
		for utf8.RuneCountInString(line) > width {
			reach := min(width+utf8.RuneCountInString(sign)-n, utf8.RuneCountInString(line))
			at := strings.LastIndex(string([]rune(line)[:reach]), sign)
			if at < width/3 {
				break
			}
			out = append(out, line[:at+n])
			line = line[at+len(sign):]
		}
		return append(out, fold(line, width)...)
	}
}

// textWriter collapses blank lines.
type textWriter struct {
	b      strings.Builder
	blank  bool
	footer bool
}

// put writes lines, the first behind one indent, the others behind another.
func (w *textWriter) put(first, other, s string, f folding) {
	if w.blank {
		w.b.WriteByte('\n')
		w.blank = false
	}
	if w.footer { // the marker is read again, as one line
		f = keep
	}
	indent := first
	for _, long := range strings.Split(s, "\n") {
		for _, l := range f(long, textWidth-utf8.RuneCountInString(indent)) {
			w.b.WriteString(strings.TrimRight(strings.ReplaceAll(indent+l, keptBlank, " "), " \t"))
			w.b.WriteByte('\n')
			indent = other
		}
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
		text, f := r.cells[len(r.cells)-1].text, foldAt(" · ", 0)
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
			text, f = shorten(text, max(textWidth-utf8.RuneCountInString(first.String()), minColumn)), keep
		}
		w.put(first.String(), indent, text, f)
	}
}

// minColumn is how many characters the last column of a table shows at least.
const minColumn = 24

// shorten cuts a text to n characters and says so.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimRight(string(r[:n-1]), " ") + "…"
	}
	return s
}

// rowKey ends a key with a colon, unless it ends with a mark of its own.
func rowKey(s string) string {
	if s == strings.ToUpper(s) || strings.HasSuffix(s, "?") || strings.HasSuffix(s, ":") || strings.HasPrefix(s, "#") || s == "" {
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
	return strings.ReplaceAll(strings.ToUpper(title), "ß", "SS") + rest
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0))
}

// buttonText spells buttons out: [Übernehmen: #ich]. No line is broken in one.
func buttonText(bs []docButton) string {
	var out []string
	for _, b := range bs {
		out = append(out, strings.ReplaceAll("["+b.label+": "+strings.TrimRight(b.answer, "+ ")+"]", " ", keptBlank))
	}
	return strings.Join(out, " ")
}
