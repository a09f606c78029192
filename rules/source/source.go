// Package source reads the YAML that admins write: bytes in, positioned values
// and findings out.
//
// A file is read in three steps. Its bytes are checked first (encoding, tabs,
// invisible blanks, size), because the YAML library says nothing helpful about
// them or nothing at all. Then the library builds a tree; a syntax error is
// translated, the line is repaired as far as possible and reading goes on, so
// that one run shows all mistakes. Then the caller decodes the tree strictly
// through a Report: every unknown key, wrong kind and unknown name becomes a
// Finding with file, line and column, in German or English.
//
//	r := source.NewReport("de")
//	root := r.Parse("config.yaml", data)
//	m := r.Map(root, "name", "tags")
//	name := m.Need("name")
//	tags := m.Texts("tags")
//	fmt.Print(source.Render(r.Findings(), "de"))
//
// The package is pure: no file, clock or network. It never panics on any input
// and refuses aliases, deep nesting and oversized files before work is done.
package source

// Limits of one file. They are far above what a company writes by hand.
const (
	MaxBytes = 1 << 20 // bytes of one file
	MaxDepth = 64      // nesting of lists and maps
	MaxNodes = 100_000 // values, lists, maps and keys
)

// MaxFindings is how many findings one run shows.
const MaxFindings = 50

// File is one file that was read; findings quote its lines.
type File struct {
	Name  string
	lines []string     // as written, without line ends, valid UTF-8
	work  []string     // the same lines as parsed: repaired where a mistake was reported
	bad   map[int]bool // lines with a reported syntax error: nothing more is said about them
}

// Line returns line n (from 1), or "".
func (f *File) Line(n int) string {
	if f == nil || n < 1 || n > len(f.lines) {
		return ""
	}
	return f.lines[n-1]
}
