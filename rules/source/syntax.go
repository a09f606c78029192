package source

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"
)

var (
	dashWord  = regexp.MustCompile(`^(\s*)-([\p{L}_"'][^:]*:(\s.*)?)$`)
	colonWord = regexp.MustCompile(`^((?:\s|- )*[\p{L}_][\p{L}0-9_-]*):([^\s:/].*)$`)
	// flowPair is a pair in brackets whose unquoted value has a colon: key, value, colon.
	flowPair = regexp.MustCompile(`[{,]\s*([\p{L}_][\p{L}0-9_-]*):\s+([^\s"'\[{,}\]#][^,\[\]{}"']*?(:)\s[^,\[\]{}]*)`)
	keyValue = regexp.MustCompile(`^((?:\s|- )*)([\p{L}_][\p{L}0-9_ -]*):\s+(.+)$`)
)

// fault is a syntax error on its way to a finding and a repair.
type fault struct {
	r            *Report
	f            *File
	message      string // of the library
	line, column int    // where it gave up
	start, first int    // line and column where the construct began; 0 = unknown
}

// syntaxError reports an error of the library in words an admin knows, and
// repairs the line so that reading can go on. It returns false when it cannot.
func (r *Report) syntaxError(f *File, err error) bool {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		r.AddPlace(f.Name, 1, 1, 1, f.Line(1), syntax, clip(err.Error()))
		return false
	}
	x := fault{r: r, f: f, message: le.Message, line: le.Mark.Line, column: le.Mark.Column,
		start: le.ContextMark.Line, first: le.ContextMark.Column}
	if x.line < 1 {
		x.line, x.column = max(1, x.start), max(1, x.first)
	}
	for x.line > len(f.work) || x.line > 1 && strings.TrimSpace(f.work[x.line-1]) == "" {
		x.line-- // the end of the file, or a line already given up
		x.column = utf8.RuneCountInString(f.work[min(x.line, len(f.work))-1])
	}
	if strings.Contains(x.message, "max depth") {
		x.report(x.line, x.column, 1, tooDeep, MaxDepth)
		return false
	}
	return x.comment() || x.blank() || x.sign() || x.quoted() || x.flow() || x.colon() || x.indent() || x.giveUp()
}

// report adds a finding unless the line already has one, and spoils the line.
func (x *fault) report(line, column, length int, m Message, args ...any) {
	if !x.f.bad[line] {
		x.r.AddPlace(x.f.Name, line, max(1, column), length, x.f.Line(line), m, args...)
	}
	x.f.bad[line] = true
}

func (x *fault) work(line int) string {
	if line < 1 || line > len(x.f.work) {
		return ""
	}
	return x.f.work[line-1]
}

// blank finds a missing blank after a dash or a colon, in the line itself, the
// one where the construct began or the one before.
func (x *fault) blank() bool {
	for _, n := range []int{x.line, x.start, x.before(x.line)} {
		line := x.work(n)
		if m := dashWord.FindStringSubmatch(line); m != nil {
			x.report(n, len(m[1])+1, 1, missingBlank, "- "+clip(m[2]))
			x.f.work[n-1] = m[1] + "- " + m[2]
			x.shift(n, utf8.RuneCountInString(m[1])+1)
			return true
		}
		if m := colonWord.FindStringSubmatch(line); m != nil && !strings.ContainsAny(m[1], `"'`) {
			x.report(n, utf8.RuneCountInString(m[1])+1, 1, missingColonBlank, clip(strings.TrimLeft(m[1], " -"))+": "+clip(m[2]))
			x.f.work[n-1] = m[1] + ": " + m[2]
			return true
		}
	}
	return false
}

// shift moves the lines below n that stand at the indentation, or deeper, one
// to the right: they were aligned with a key that the repair has moved.
func (x *fault) shift(n, indent int) {
	for i, first := n, true; i < len(x.f.work); i++ {
		line := x.f.work[i]
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		if spaces == len(line) {
			continue
		}
		if spaces < indent || first && spaces != indent {
			return
		}
		first = false
		x.f.work[i] = " " + line
	}
}

// before returns the last line with content above n, 0 for none.
func (x *fault) before(n int) int {
	for n--; n > 0; n-- {
		if s := strings.TrimSpace(x.work(n)); s != "" && s[0] != '#' {
			return n
		}
	}
	return 0
}

// sign finds characters that mean something else at the start of a value.
func (x *fault) sign() bool {
	for _, at := range [][2]int{{x.line, x.column}, {x.start, x.first}} {
		line := []rune(x.work(at[0]))
		i := at[1] - 1
		if i < 0 || i >= len(line) || !strings.ContainsRune("*&@`%!|>", line[i]) {
			continue
		}
		if line[i] != '*' && line[i] != '&' && !strings.Contains(x.message, "cannot start any token") {
			continue
		}
		token := plainToken(string(line[i:]))
		if line[i] == '*' {
			x.report(at[0], i+1, utf8.RuneCountInString(token), starAtStart, starFix(string(line[:i]), token))
		} else {
			x.report(at[0], i+1, utf8.RuneCountInString(token), charAtStart, string(line[i]), `"`+clip(token)+`"`)
		}
		line[i] = '_'
		x.f.work[at[0]-1] = string(line)
		return true
	}
	return false
}

// plainToken is an unquoted value up to the comma, bracket or comment behind it.
func plainToken(s string) string {
	if i := strings.IndexAny(s, ",]}"); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimRight(s, " \t")
}

// starFix proposes what to write for a value that starts with a star.
func starFix(before, token string) Word {
	if domain, ok := strings.CutPrefix(token, "*@"); ok && strings.HasSuffix(strings.TrimRight(before, " ["), "from:") {
		domain = clip(domain)
		return Word{`from_domain: [` + domain + `] oder from: ["*@` + domain + `"]`, `from_domain: [` + domain + `] or from: ["*@` + domain + `"]`}
	}
	return Word{`"` + clip(token) + `"`, `"` + clip(token) + `"`}
}

// quoted finds mistakes inside quotes: a backslash, a quote never closed.
func (x *fault) quoted() bool {
	if x.start < 1 {
		return false
	}
	line := []rune(x.work(x.start))
	i := x.first - 1
	if i < 0 || i >= len(line) || line[i] != '"' && line[i] != '\'' {
		return false
	}
	if strings.Contains(x.message, "escape") || strings.Contains(x.message, "hexdecimal") {
		inner := string(line[i+1:])
		if end := strings.IndexByte(inner, '"'); end >= 0 {
			inner = inner[:end]
		}
		column := i + 1
		if x.line == x.start {
			column = x.column
		}
		x.report(x.line, column, 1, backslash, "'"+clip(inner)+"'")
		x.f.work[x.line-1] = strings.ReplaceAll(x.work(x.line), `\`, "/")
		return true
	}
	if !strings.Contains(x.message, "unexpected") {
		return false
	}
	x.report(x.start, i+1, len(line)-i, openQuote, string(line[i]))
	x.f.work[x.start-1] = strings.TrimRight(string(line[:i]), " ") + " _"
	return true
}

// flow finds mistakes inside [ ] and { }.
func (x *fault) flow() bool {
	line := []rune(x.work(x.start))
	i := x.first - 1
	if x.start < 1 || i < 0 || i >= len(line) || line[i] != '[' && line[i] != '{' {
		return false
	}
	for n := x.start; n <= x.line; n++ {
		text := x.work(n)
		from := 0
		if n == x.start {
			from = len(string(line[:i+1]))
		}
		if x.commentAt(n, text, from) {
			return true
		}
	}
	if x.flowColon() {
		return true
	}
	if here := []rune(x.work(x.line)); x.line == x.start && strings.Contains(string(here[i:]), "? ") {
		x.report(x.line, i+1, 1, questionInList)
	}
	x.report(x.start, i+1, 1, openBracket, string(line[i]))
	closing := map[rune]string{'[': "]", '{': "}"}[line[i]]
	x.f.work[x.start-1] = strings.TrimRight(string(line[:i]), " ") + " " + string(line[i]) + closing
	for n := x.start + 1; n < x.line; n++ {
		x.f.bad[n] = true
		x.f.work[n-1] = ""
	}
	return true
}

// flowColon finds "{name: AW: text, ...}".
func (x *fault) flowColon() bool {
	line := x.work(x.line)
	for _, m := range flowPair.FindAllStringSubmatchIndex(line, -1) {
		key, value := line[m[2]:m[3]], strings.TrimSpace(line[m[4]:m[5]])
		x.report(x.line, utf8.RuneCountInString(line[:m[4]])+1, utf8.RuneCountInString(value), colonInText, key+`: "`+clip(value)+`"`)
		x.f.work[x.line-1] = line[:m[6]] + "_" + line[m[6]+1:]
		return true
	}
	return false
}

// comment finds "[#urgent": a comment sign where an entry should begin.
func (x *fault) comment() bool {
	return strings.Contains(x.message, "comment") && x.commentAt(x.line, x.work(x.line), 0)
}

func (x *fault) commentAt(n int, text string, from int) bool {
	j := commentIn(text, from)
	if j < 0 {
		return false
	}
	token := plainToken(text[j:])
	x.report(n, utf8.RuneCountInString(text[:j])+1, utf8.RuneCountInString(token), commentTrap, clip(token))
	x.f.work[n-1] = text[:j] + "_" + text[j+1:]
	return true
}

// commentIn finds a # right in front of text that starts a comment.
func commentIn(text string, from int) int {
	for j := from; j+1 < len(text); j++ {
		if text[j] == '#' && (j == from || strings.IndexByte(" [{", text[j-1]) >= 0) && text[j+1] != ' ' {
			return j
		}
	}
	return -1
}

// colon finds "name: AW: text", and a key without a colon.
func (x *fault) colon() bool {
	if strings.Contains(x.message, "mapping values") {
		m := keyValue.FindStringSubmatch(x.work(x.line))
		line := []rune(x.work(x.line))
		if m == nil || x.column > len(line) || x.column < 1 || line[x.column-1] != ':' {
			return false
		}
		value := utf8.RuneCountInString(x.work(x.line)) - utf8.RuneCountInString(m[3]) + 1
		if x.column <= value {
			return false
		}
		x.report(x.line, value, utf8.RuneCountInString(m[3]), colonInText,
			m[2]+`: "`+clip(strings.ReplaceAll(m[3], `"`, `'`))+`"`)
		line[x.column-1] = '_'
		x.f.work[x.line-1] = string(line)
		return true
	}
	if strings.Contains(x.message, "could not find expected ':'") {
		n := x.line
		if x.start > 0 {
			n = x.start
		}
		column := len(x.work(n)) - len(strings.TrimLeft(x.work(n), " ")) + 1
		x.report(n, column, utf8.RuneCountInString(strings.TrimSpace(x.work(n))), noColon)
		return x.drop(n)
	}
	return false
}

// indent finds a line whose indentation fits nothing.
func (x *fault) indent() bool {
	line := x.work(x.line)
	spaces := len(line) - len(strings.TrimLeft(line, " "))
	fits := strings.Contains(x.message, "mapping values") || strings.Contains(x.message, "did not find expected")
	if !fits || x.f.bad[x.line] {
		return false
	}
	if strings.Contains(x.message, "did not find expected") && x.column != spaces+1 {
		return false
	}
	x.report(x.line, spaces+1, 1, wrongIndent)
	above := x.work(x.before(x.line))
	want := len(above) - len(strings.TrimLeft(above, " "))
	if want == spaces {
		return x.drop(x.line)
	}
	x.f.work[x.line-1] = strings.Repeat(" ", want) + strings.TrimLeft(line, " ")
	return true
}

// giveUp reports whatever the library said and leaves the line out.
func (x *fault) giveUp() bool {
	x.report(x.line, x.column, 1, syntax, x.translated())
	return x.drop(x.line)
}

// drop leaves a line out; false when it was already empty.
func (x *fault) drop(n int) bool {
	if strings.TrimSpace(x.work(n)) == "" {
		return false
	}
	x.f.work[n-1] = ""
	return true
}

// translated puts the library's most frequent messages into words.
func (x *fault) translated() Word {
	for _, m := range []struct {
		part string
		word Word
	}{
		{"document start", Word{"nach dem Ende des Dokuments steht noch etwas", "there is something after the end of the document"}},
		{"cannot start any token", Word{"dieses Zeichen kann keinen Wert beginnen", "this character cannot start a value"}},
		{"block mapping", Word{"ein Schlüssel mit Doppelpunkt fehlt", "a key with a colon is missing"}},
		{"'-' indicator", Word{"ein Listeneintrag mit \"- \" fehlt", "a list entry with \"- \" is missing"}},
		{"node content", Word{"hier müsste ein Wert stehen oder eine Klammer geschlossen werden", "a value or a closing bracket should stand here"}},
		{"sequence entries", Word{"eine Liste mit \"- \" beginnt auf einer neuen Zeile", "a list with \"- \" starts on a new line"}},
		{"expected key", Word{"hier müsste ein Schlüssel stehen", "a key should stand here"}},
		{"comment", Word{"vor # fehlt ein Leerzeichen", "a space is missing before #"}},
		{"block scalar", Word{"der Kopf des Textblocks ist falsch", "the head of the text block is wrong"}},
		{"indentation", Word{"die Einrückung ist falsch", "the indentation is wrong"}},
	} {
		if strings.Contains(x.message, m.part) {
			return m.word
		}
	}
	return Word{clip(x.message), clip(x.message)}
}
