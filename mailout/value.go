package mailout

import (
	"html"
	"strconv"
	"strings"
)

// value is one value of a template: text, or Markdown that is rendered when used.
// A line of a template takes it as one line, a paragraph of its own as it is.
type value struct {
	text     string
	markdown bool
	multi    bool // line ends are kept
	flag     bool // true without text: for {{#if}} alone
}

// values are what a template may use: single values and lists, made when asked for.
type values struct {
	one  func(name string) (value, bool)
	many func(list string) []map[string]value
}

// plain is a value of one line.
func plain(s string) value { return value{text: s} }

// richText is a text of many lines.
func richText(s string, markdown bool) value { return value{text: s, markdown: markdown, multi: true} }

// truth is a value for {{#if}}.
func truth(b bool) value { return value{flag: b} }

// count is a number; zero and less count as empty.
func count(n int) value {
	if n <= 0 {
		return value{}
	}
	return value{text: strconv.Itoa(n)}
}

// several is a number above one.
func several(n int) value {
	if n < 2 {
		return value{}
	}
	return count(n)
}

func (v value) empty() bool { return !v.flag && strings.TrimSpace(v.text) == "" }

// inText is the value in the text part.
func (v value) inText() string {
	switch {
	case v.markdown:
		return markdownText(v.text)
	case v.multi:
		return strings.Trim(visible(v.text), "\n")
	}
	s := OneLine(v.text)
	if rightToLeft(s) {
		return isolate + s + endIsolate
	}
	return s
}

// Marks around a value that runs from the right, so that what stands beside it
// keeps its order (Unicode annex 9, explicit isolates).
const (
	isolate    = "\u2068"
	endIsolate = "\u2069"
)

// rightToLeft reports whether a text has letters of a script that runs from the
// right: Hebrew, Arabic and their relatives.
func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r >= 0x590 && r <= 0x8ff || r >= 0xfb1d && r <= 0xfdff || r >= 0xfe70 && r <= 0xfeff
	})
}

// inHTML is the value in the HTML part, escaped.
func (v value) inHTML() string {
	switch {
	case v.markdown:
		return markdownHTML(v.text)
	case v.multi:
		return textHTML(strings.Trim(visible(v.text), "\n"))
	}
	s := OneLine(v.text)
	if rightToLeft(s) {
		return "<bdi>" + html.EscapeString(s) + "</bdi>"
	}
	return html.EscapeString(s)
}

// textHTML escapes text of many lines; leading blanks stay visible.
func textHTML(s string) string {
	lines := strings.Split(strings.ReplaceAll(visible(s), "\t", "    "), "\n")
	for i, l := range lines {
		body := strings.TrimLeft(l, " ")
		pad := min(len(l)-len(body), 40)
		lines[i] = strings.Repeat("&nbsp;", pad) + html.EscapeString(body)
	}
	return strings.Join(lines, "<br>\n")
}
