package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// cli is what every verb prints to and reads its common flags from.
type cli struct {
	in       io.Reader
	out, err io.Writer
	config   string
	json     bool
	lang     string
}

// flags returns a flag set with the flags every verb has.
func (c *cli) flags(name, synopsis string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(c.err)
	fs.StringVar(&c.config, "c", "", "configuration `file`")
	fs.BoolVar(&c.json, "json", false, "print JSON for machines")
	fs.StringVar(&c.lang, "lang", defaultLang(), "language of findings and tables: de or en")
	fs.Usage = func() {
		fmt.Fprintf(c.err, "Usage: firstline %s\n", synopsis)
		fs.PrintDefaults()
	}
	return fs
}

// parse reads flags that may stand before and after the arguments and returns
// the arguments.
func (c *cli) parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if err == flag.ErrHelp {
				return nil, err
			}
			return nil, exit(exitUsage, nil)
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// parseOnly is parse for verbs without arguments.
func (c *cli) parseOnly(fs *flag.FlagSet, args []string) error {
	rest, err := c.parse(fs, args)
	if err == nil && len(rest) > 0 {
		return usageError("%s takes no arguments, but got %q", fs.Name(), rest)
	}
	return err
}

// configPath is the file -c names, or config.yaml where there is one.
func (c *cli) configPath() string {
	if c.config != "" {
		return c.config
	}
	return "config.yaml"
}

// defaultLang follows the locale: German unless it names another language.
func defaultLang() string {
	for _, key := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := strings.ToLower(os.Getenv(key)); v != "" {
			if strings.HasPrefix(v, "de") || v == "c" || v == "posix" || strings.HasPrefix(v, "c.") {
				return "de"
			}
			return "en"
		}
	}
	return "de"
}

// terminal reports whether w is a terminal that shows colours.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// printJSON prints one value as indented JSON.
func (c *cli) printJSON(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

// table prints rows under a header in aligned columns; the last is not padded.
// Control characters never reach the terminal.
func (c *cli) table(header []string, rows [][]string) {
	width := make([]int, len(header))
	all := append([][]string{header}, rows...)
	for _, row := range all {
		for i := range row {
			row[i] = printable(row[i])
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	bold, plain := "", ""
	if terminal(c.out) {
		bold, plain = "\x1b[1m", "\x1b[0m"
	}
	for n, row := range all {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		line := strings.TrimRight(b.String(), " ")
		if n == 0 {
			line = bold + line + plain
		}
		fmt.Fprintln(c.out, line)
	}
}

// printable drops what could steer a terminal or hide text: control characters,
// bidirectional overrides and zero-width marks (CWE-150).
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0,
			r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, s)
}

// cut shortens a text to n runes.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:n-1]) + "…"
}
