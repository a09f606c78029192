package source

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkBytes fills the lines of f and reports what the YAML library would
// accept silently or report wrongly. It returns false when nothing can be read.
func (r *Report) checkBytes(f *File, data []byte) bool {
	switch {
	case len(data) > MaxBytes:
		r.AddPlace(f.Name, 0, 0, 0, "", tooLarge, len(data), MaxBytes)
		return false
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		r.AddPlace(f.Name, 1, 1, 1, "", utf16)
		return false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 {
		r.AddPlace(f.Name, 0, 0, 0, "", notText)
		return false
	}
	// The library needs seconds for half a million entries before we could
	// count them, so what can separate entries is counted first.
	if bytes.Count(data, []byte(",")) > 2*MaxNodes || bytes.Count(data, []byte("&")) > MaxNodes {
		r.AddPlace(f.Name, 0, 0, 0, "", tooMany, MaxNodes)
		return false
	}
	valid := utf8.Valid(data)
	text := string(data)
	if !valid {
		text = fromWindows1252(data)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	f.lines = strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
	f.work = slices.Clone(f.lines)
	maskSecrets(f)
	if !valid {
		line := 1 + strings.Count(strings.ReplaceAll(string(data[:firstInvalid(data)]), "\r\n", "\n"), "\n")
		column := firstNonASCII(f.Line(line))
		r.AddPlace(f.Name, line, column, 1, f.Line(line), notUTF8, line)
	}
	r.checkCharacters(f)
	r.checkIndents(f)
	return true
}

// secretForm finds the start of a secret written into the file: a key that
// should hold only a reference, and the blanks behind its colon.
var secretForm = regexp.MustCompile(`(?:^|[\s{,"'-])(?:password|passwort|kennwort|passwd|client_secret|secret|token|api_key)["']?\s*:\s+`)

// maskSecrets puts stars over secrets, to the end of the line, in the lines that
// findings quote; the parsed lines keep them. References such as ${NAME} stay
// readable.
func maskSecrets(f *File) {
	for i, line := range f.lines {
		if !strings.Contains(line, "passw") && !strings.Contains(line, "kennwort") && !strings.Contains(line, "secret") &&
			!strings.Contains(line, "token") && !strings.Contains(line, "api_key") {
			continue // the expression is slow, and nearly no line holds a secret
		}
		for _, m := range secretForm.FindAllStringIndex(line, -1) {
			rest := line[m[1]:]
			if rest == "" || strings.HasPrefix(strings.TrimLeft(rest, `"'`), "${") {
				continue
			}
			f.lines[i] = line[:m[1]] + strings.Repeat("*", utf8.RuneCountInString(rest))
			break
		}
	}
}

// fromWindows1252 reads bytes as what German editors write without asking; the
// few letters outside Latin-1 do not matter, the file is refused anyway.
func fromWindows1252(data []byte) string {
	var b strings.Builder
	b.Grow(len(data) + len(data)/8)
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			c = rune(data[0])
			if c < 0xa0 {
				c = '\''
			}
		}
		b.WriteRune(c)
		data = data[size:]
	}
	return b.String()
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		c, size := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

func firstNonASCII(line string) int {
	for i, c := range []rune(line) {
		if c >= 0x80 {
			return i + 1
		}
	}
	return 1
}

// checkCharacters reports invisible characters that change meaning unseen.
func (r *Report) checkCharacters(f *File) {
	for i, line := range f.work {
		if isPlainASCII(line) {
			continue
		}
		column, changed := 0, false
		fixed := strings.Map(func(c rune) rune {
			column++
			if !invisible(c) {
				return c
			}
			if !changed {
				m := invisibleChar
				if c < 0x20 || c == 0x7f {
					m = controlChar
				}
				r.AddPlace(f.Name, i+1, column, 1, f.lines[i], m, fmt.Sprintf("U+%04X", c))
			}
			changed = true
			return ' '
		}, line)
		f.work[i] = fixed
	}
}

func isPlainASCII(line string) bool {
	for i := range len(line) {
		if c := line[i]; c < 0x20 && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}

// invisible reports controls, line separators, zero-width characters, the soft
// hyphen and direction overrides.
func invisible(c rune) bool {
	return c < 0x20 && c != '\t' || c >= 0x7f && c < 0xa0 || c == 0xad || c == 0x2028 || c == 0x2029 ||
		c == 0x200b || c == 0x2060 || c == 0xfeff || c == 0xfffe || c == 0xffff || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}

// noBreak reports blanks that look like a space but are none in YAML.
func noBreak(c rune) bool { return c == 0xa0 || c == 0x2007 || c == 0x202f || c == 0x3000 }

// checkIndents reports tabs and no-break spaces before the first character of a
// line, once per file and kind, and puts spaces in their place. Lines of a
// block text may begin with either.
func (r *Report) checkIndents(f *File) {
	var tabs, blanks []int
	block := -1 // indentation of the line that opened a block text
	for i, line := range f.work {
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		content := strings.TrimLeft(line, " \t\u00a0\u2007\u202f\u3000")
		if content == "" {
			continue
		}
		if block >= 0 && spaces > block {
			continue
		}
		block = -1
		indent := line[:len(line)-len(content)]
		if strings.Contains(indent, "\t") {
			tabs = append(tabs, i+1)
		}
		if strings.ContainsFunc(indent, noBreak) {
			blanks = append(blanks, i+1)
		}
		if opensBlock(content) {
			block = spaces
		}
		f.work[i] = strings.ReplaceAll(strings.Map(func(c rune) rune {
			if noBreak(c) {
				return ' '
			}
			return c
		}, indent), "\t", "  ") + r.blankAfterSign(f, i+1, content)
	}
	if len(tabs) > 0 {
		line := f.lines[tabs[0]-1]
		column := strings.Index(line, "\t") + 1
		r.AddPlace(f.Name, tabs[0], column, 1, line, tabIndent, alsoLines(tabs))
		r.Incomplete = true
	}
	if len(blanks) > 0 {
		from, to := noBreakRun(f.lines[blanks[0]-1])
		r.AddPlace(f.Name, blanks[0], from, to-from+1, f.lines[blanks[0]-1], noBreakIndent, codePoint(f.lines[blanks[0]-1], from), from, to, alsoLines(blanks))
	}
}

// blankAfterSign reports a no-break space behind a dash or the colon of a key,
// which makes a text of what should be a list entry or a key.
func (r *Report) blankAfterSign(f *File, line int, content string) string {
	if !strings.ContainsFunc(content, noBreak) {
		return content
	}
	runes := []rune(content)
	for i, c := range runes {
		if i > 0 && noBreak(c) && (runes[i-1] == ':' || runes[i-1] == '-' && i == 1) {
			before := len([]rune(f.lines[line-1])) - len(runes)
			r.AddPlace(f.Name, line, before+i+1, 1, f.lines[line-1], noBreakSign, fmt.Sprintf("U+%04X", c), string(runes[i-1]))
			f.bad[line] = true
			runes[i] = ' '
		}
		if c == '"' || c == '\'' || c == '#' {
			break
		}
	}
	return string(runes)
}

// codePoint names the character in a column of a line.
func codePoint(line string, column int) string {
	return fmt.Sprintf("U+%04X", []rune(line)[column-1])
}

// noBreakRun returns the columns of the first run of no-break spaces.
func noBreakRun(line string) (from, to int) {
	for i, c := range []rune(line) {
		switch {
		case noBreak(c) && from == 0:
			from, to = i+1, i+1
		case noBreak(c):
			to = i + 1
		case from > 0:
			return from, to
		}
	}
	return from, to
}

// opensBlock reports whether a line ends in the sign of a block text: |, >, |-.
func opensBlock(content string) bool {
	if i := strings.Index(content, " #"); i >= 0 {
		content = content[:i]
	}
	content = strings.TrimRight(content, " ")
	i := strings.LastIndexAny(content, " ")
	sign := content[i+1:]
	if sign == "" || sign[0] != '|' && sign[0] != '>' || len(sign) > 3 {
		return false
	}
	return strings.Trim(sign[1:], "+-123456789") == ""
}

// alsoLines names the other lines with the same mistake.
func alsoLines(lines []int) Word {
	if len(lines) < 2 {
		return Word{}
	}
	list := make([]string, 0, 6)
	for _, n := range lines[1:min(len(lines), 6)] {
		list = append(list, fmt.Sprint(n))
	}
	names, more := strings.Join(list, ", "), len(lines)-1-len(list)
	if more == 0 {
		return Word{" (auch in Zeile " + names + ")", " (also in line " + names + ")"}
	}
	return Word{fmt.Sprintf(" (auch in Zeile %s und %d weiteren)", names, more), fmt.Sprintf(" (also in line %s and %d more)", names, more)}
}
