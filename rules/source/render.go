package source

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Render writes findings for people: place, level, code and text, then the
// source line with a caret, then a line that counts them.
func Render(fs []Finding, lang string) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.Format(lang))
	}
	if s := Summary(fs, lang); s != "" {
		b.WriteString(s + "\n")
	}
	return b.String()
}

// Format writes one finding with its source excerpt, several lines.
func (f Finding) Format(lang string) string {
	var b strings.Builder
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if place != "" {
		place += "  "
	}
	text := f.Text
	if f.Fix != "" {
		text += " " + f.Fix
	}
	fmt.Fprintf(&b, "%s%-8s %-5s %s\n", place, levelWord(f.Level, lang), f.Code, text)
	if f.Line > 0 && f.Source != "" {
		line, column, length := excerpt(f.Source, f.Column, f.Length)
		number := fmt.Sprintf("%5d", f.Line)
		fmt.Fprintf(&b, "%s | %s\n%s | %s%s\n", number, line, strings.Repeat(" ", len(number)),
			pad(line, column), strings.Repeat("^", length))
	}
	return b.String()
}

// excerptWidth is how much of a long source line is shown, in characters.
const excerptWidth = 120

// excerpt cuts a long line around the column.
func excerpt(source string, column, length int) (string, int, int) {
	column = max(1, column)
	runes := []rune(strings.Map(printable, source))
	if len(runes) > excerptWidth {
		from := max(0, min(column-1-excerptWidth/3, len(runes)-excerptWidth))
		runes = runes[from:min(len(runes), from+excerptWidth)]
		column -= from
	}
	column = min(column, len(runes)+1)
	return string(runes), column, max(1, min(length, len(runes)-column+1))
}

// printable keeps control characters away from the terminal.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r == '\u00a0':
		return '·'
	case r < 0x20, r >= 0x7f && r < 0xa0, r == utf8.RuneError, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return '\ufffd'
	}
	return r
}

// pad returns the blanks before the caret, keeping tabs so that it lines up.
func pad(line string, column int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		if i >= column-1 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func levelWord(l Level, lang string) string {
	words := map[Level]Word{Error: {"Fehler", "error"}, Warning: {"Warnung", "warning"}, Hint: {"Hinweis", "hint"}}
	if lang == "en" {
		return words[l].EN
	}
	return words[l].DE
}

// Summary counts findings: "1 Fehler, 2 Warnungen"; "" for none.
func Summary(fs []Finding, lang string) string {
	count := map[Level]int{}
	for _, f := range fs {
		count[f.Level]++
	}
	one := map[Level]Word{Error: {"Fehler", "error"}, Warning: {"Warnung", "warning"}, Hint: {"Hinweis", "hint"}}
	many := map[Level]Word{Error: {"Fehler", "errors"}, Warning: {"Warnungen", "warnings"}, Hint: {"Hinweise", "hints"}}
	var parts []string
	for _, l := range []Level{Error, Warning, Hint} {
		w := many[l]
		if count[l] == 1 {
			w = one[l]
		}
		text := w.DE
		if lang == "en" {
			text = w.EN
		}
		if count[l] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[l], text))
		}
	}
	return strings.Join(parts, ", ")
}
