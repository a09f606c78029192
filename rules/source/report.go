package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Level says how bad a finding is.
type Level uint8

// The levels. A file with an Error is not used.
const (
	Error Level = iota + 1
	Warning
	Hint
)

// String returns the English word, which is also the JSON form.
func (l Level) String() string {
	switch l {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Hint:
		return "hint"
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// MarshalText writes the level as "error", "warning" or "hint".
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is one thing an admin should know about a file.
type Finding struct {
	File   string `json:"file"`
	Line   int    `json:"line"`   // from 1; 0 = the file as a whole
	Column int    `json:"column"` // from 1, in characters
	Length int    `json:"length"` // characters to underline
	Level  Level  `json:"level"`
	Code   string `json:"code"` // K configuration, R rules, F FAQ, T tests
	Text   string `json:"text"`
	Fix    string `json:"fix,omitempty"`    // what to do, "" when Text says it
	Source string `json:"source,omitempty"` // the source line
}

// Message is a text of the catalogue in both languages, as for fmt.Sprintf.
// Fix may be empty. The verbs of Fix continue those of the text: both are
// formatted with all arguments, so use indexes (%[2]s) where they differ.
type Message struct {
	Code         string
	Level        Level
	DE, EN       string
	FixDE, FixEN string
}

// Word is an argument of a message that differs by language.
type Word struct{ DE, EN string }

// Report collects findings in one language while files are decoded. It is used
// by one goroutine.
type Report struct {
	Lang string // "de" or "en"
	// Incomplete is set when a file could not be read as a whole: names may be
	// missing that stand in the lost part, so unknown names are not reported.
	Incomplete bool

	findings []Finding
	seen     map[string]bool
	dropped  int
	order    map[string]int // rank of a file: the order in which they were read
}

// maxExcerpt is the longest source line, in bytes, a finding carries.
const maxExcerpt = 16 << 10

// maxKept bounds memory when a file consists of mistakes.
const maxKept = 2000

// NewReport returns an empty report; lang is "en" or else German.
func NewReport(lang string) *Report {
	if lang != "en" {
		lang = "de"
	}
	return &Report{Lang: lang, seen: map[string]bool{}, order: map[string]int{}}
}

// Add reports m at node n. Arguments of type Word are put into the language of
// the report. Nothing is said about a line whose syntax error is known.
func (r *Report) Add(n *Node, m Message, args ...any) {
	if n == nil {
		r.AddPlace("", 0, 0, 0, "", m, args...)
		return
	}
	if n.damaged() {
		return
	}
	name := ""
	if n.File != nil {
		name = n.File.Name
	}
	r.AddPlace(name, n.Line, n.Column, n.Length, n.File.Line(n.Line), m, args...)
}

// AddIn reports m inside the scalar n: at character offset of its value, length
// characters long. Where quoting makes the column uncertain the whole value is
// underlined.
func (r *Report) AddIn(n *Node, offset, length int, m Message, args ...any) {
	if n == nil || n.File == nil || n.Block || offset < 0 || len(n.File.Line(n.Line)) > maxExcerpt {
		r.Add(n, m, args...)
		return
	}
	at := *n
	line := []rune(n.File.Line(n.Line))
	start := n.Column - 1
	if n.Quoted {
		start++
	}
	value := []rune(n.Value)
	end := start + len(value)
	if start < 0 || end > len(line) || string(line[start:end]) != n.Value || offset > len(value) {
		r.Add(n, m, args...)
		return
	}
	at.Column, at.Length = start+offset+1, max(1, length)
	r.Add(&at, m, args...)
}

// AddPlace reports m at a place that has no node. line 0 is the whole file.
func (r *Report) AddPlace(file string, line, column, length int, text string, m Message, args ...any) {
	words := make([]any, len(args))
	for i, a := range args {
		words[i] = r.word(a)
	}
	f := Finding{File: file, Line: line, Column: column, Length: length, Level: m.Level, Code: m.Code,
		Text: format(m.DE, words), Fix: format(m.FixDE, words)}
	if r.Lang == "en" {
		f.Text, f.Fix = format(m.EN, words), format(m.FixEN, words)
	}
	if len(text) <= maxExcerpt {
		f.Source = text
	}
	key := fmt.Sprintf("%s\x00%d\x00%d\x00%s\x00%s", file, line, column, m.Code, f.Text)
	if r.seen[key] {
		return
	}
	if len(r.findings) >= maxKept {
		r.dropped++
		return
	}
	r.seen[key] = true
	if _, ok := r.order[file]; !ok {
		r.order[file] = len(r.order)
	}
	r.findings = append(r.findings, f)
}

func (r *Report) word(a any) any {
	w, ok := a.(Word)
	if !ok {
		return a
	}
	if r.Lang == "en" {
		return w.EN
	}
	return w.DE
}

// format is Sprintf that ignores arguments a text does not use.
func format(text string, args []any) string {
	if text == "" || !strings.Contains(text, "%") {
		return text
	}
	s := fmt.Sprintf(text, args...)
	if i := strings.Index(s, "%!(EXTRA "); i >= 0 {
		s = s[:i]
	}
	return s
}

// Append takes over findings made elsewhere, in the same language.
func (r *Report) Append(fs ...Finding) {
	for _, f := range fs {
		if len(r.findings) >= maxKept {
			r.dropped++
			continue
		}
		if _, ok := r.order[f.File]; !ok {
			r.order[f.File] = len(r.order)
		}
		r.findings = append(r.findings, f)
	}
}

// HasErrors reports whether an Error was found.
func (r *Report) HasErrors() bool { return HasErrors(r.findings) }

// HasErrors reports whether one of the findings is an Error.
func HasErrors(fs []Finding) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Level == Error })
}

// Findings returns what was found, in the order of files, lines and columns. Of
// more than MaxFindings the most serious are kept, and a last one says how many
// are missing.
func (r *Report) Findings() []Finding {
	fs := slices.Clone(r.findings)
	byPlace := func(a, b Finding) int {
		return cmp.Or(cmp.Compare(r.order[a.File], r.order[b.File]), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code))
	}
	if more := len(fs) + r.dropped - MaxFindings; more > 0 {
		slices.SortStableFunc(fs, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Level, b.Level), byPlace(a, b))
		})
		fs = fs[:MaxFindings-1]
		slices.SortStableFunc(fs, byPlace)
		last := fs[len(fs)-1]
		return append(fs, Finding{File: last.File, Level: Hint, Code: tooManyFindings.Code,
			Text: format(map[string]string{"de": tooManyFindings.DE, "en": tooManyFindings.EN}[r.Lang], []any{more + 1})})
	}
	slices.SortStableFunc(fs, byPlace)
	return fs
}
