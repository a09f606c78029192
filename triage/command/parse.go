package command

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits before work.
const (
	maxLine    = 2000 // bytes of a command line
	maxLiteral = 200  // characters of a line in a problem
)

// line is a command line being read.
type line struct {
	n       int
	literal string
	word    string // the verb as written, folded, "" = not a command
	shown   string // the verb as suggestions write it
	spec    *spec
	tail    string // everything after the verb, cleaned
	args    []token
	rest    string // after the colon
	hasRest bool
	closing bool
}

type parser struct {
	c      Context
	m      Mail
	lists  map[string][]entry
	moved  []string       // suggestions for misplaced commands, to the top
	fixed  map[int]string // line number to its replacement
	fixes  bool           // every problem so far has a suggestion
	ticket *regexp.Regexp
}

// Parse reads what an agent newly wrote, without quotes and signature. It never
// fails: what is wrong stands in Problems.
func Parse(text string, c Context) Mail {
	p := &parser{c: c, lists: map[string][]entry{}, fixed: map[int]string{}, fixes: true}
	p.ticket = regexp.MustCompile(`(?i)^\[?(?:(?:` + regexp.QuoteMeta(c.Prefix) + `)-(\d{1,12})|(H)-(\d{1,12})|(\d{4,9}))\]?$`)
	p.m.Confirmed = isOK(text)
	lines, first := splitLines(text), 1
	if subject := p.subject(text); subject != "" {
		lines, first, p.m.FromSubject = []string{subject}, 0, true
	}
	p.read(lines, first)
	p.check()
	if len(p.m.Problems) > 0 && p.fixes {
		p.m.corrected = p.correct(lines, first)
	}
	return p.m
}

func splitLines(text string) []string {
	return strings.Split(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n")
}

// read takes the block, the closing and the text between them apart.
func (p *parser) read(lines []string, first int) {
	at := 0
	for ; at < len(lines); at++ {
		s := mark(lines[at])
		if s == "" {
			if strings.TrimSpace(clean(lines[at])) != "" {
				break
			}
			continue
		}
		if p.detached(s, lines[at], at+first) {
			continue
		}
		if commandWord(s) == "" {
			break
		}
		p.command(p.line(s, lines[at], at+first))
	}
	end := len(lines)
	var closing []*line
	for end > at && !p.m.FromSubject {
		start, found := p.lastParagraph(lines[at:end], at, first)
		if found == nil {
			break
		}
		closing = append(found, closing...)
		end = at + start
	}
	p.text(lines[at:end], at+first)
	for _, l := range closing {
		p.command(l)
	}
}

// lastParagraph returns the commands of the last paragraph when it holds nothing else
// and all of them may close a mail; start is where it and the blank before it begin.
func (p *parser) lastParagraph(lines []string, offset, first int) (start int, found []*line) {
	end := len(lines)
	for end > 0 && strings.TrimSpace(clean(lines[end-1])) == "" {
		end--
	}
	i := end
	for ; i > 0 && end-i < MaxCommands; i-- {
		s := mark(lines[i-1])
		if s == "" || commandWord(s) == "" {
			break
		}
		l := p.line(s, lines[i-1], offset+first+i-1)
		if !l.mayClose() {
			return 0, nil
		}
		l.closing = true
		found = append([]*line{l}, found...)
	}
	if i == 0 || strings.TrimSpace(clean(lines[i-1])) != "" {
		return 0, nil
	}
	return i, found
}

// mayClose reports whether the line is a closing command, or a slip for one: as the last
// paragraph "#gelost" is no text for the requester.
func (l *line) mayClose() bool {
	if l.spec != nil {
		return l.spec.closing
	}
	meant := suggestVerbs(l.word)
	return len(meant) == 1 && grammar[meant[0].row].closing
}

// text keeps what is written to people: it unescapes ##x, takes the insertions out and
// names commands that stand where none may.
func (p *parser) text(lines []string, first int) {
	var b strings.Builder
	flush := func() {
		if s := trimBlankLines(b.String()); s != "" {
			p.m.Parts = append(p.m.Parts, Part{Text: s})
		}
		b.Reset()
	}
	top := true
	for i, raw := range lines {
		s := mark(raw)
		if s != "" {
			l := p.line(s, raw, first+i)
			switch {
			case l.spec != nil && (l.spec.verb == FAQ || l.spec.verb == Template):
				flush()
				p.command(l)
				top = false
				continue
			case l.spec != nil:
				p.misplaced(l)
				continue
			case escaped(s, top):
				raw = strings.Replace(raw, firstHash(raw), "", 1)
				p.m.Escaped = true
			}
		}
		if strings.TrimSpace(clean(raw)) != "" {
			top = false
		}
		b.WriteString(raw)
		b.WriteByte('\n')
	}
	flush()
	var texts []string
	for _, part := range p.m.Parts {
		if part.Text != "" {
			texts = append(texts, part.Text)
		}
	}
	p.m.Text = strings.Join(texts, "\n\n")
}

// mark is the line cleaned when it begins with #, else "".
func mark(raw string) string {
	if !strings.ContainsAny(raw[:min(len(raw), 400)], "#＃﹟") {
		return ""
	}
	if s := clean(raw); strings.HasPrefix(s, "#") {
		return s
	}
	return ""
}

// commandWord is the word behind a single # when it begins with a letter.
func commandWord(s string) string {
	if !strings.HasPrefix(s, "#") {
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(s[1:]); !unicode.IsLetter(r) {
		return ""
	}
	end := strings.IndexAny(s[1:], " :")
	if end < 0 {
		return s[1:]
	}
	return s[1 : 1+end]
}

// escaped reports whether the line writes a literal #x as ##x: at the top every word,
// further down those that would be commands.
func escaped(s string, top bool) bool {
	plain := strings.TrimLeft(s, "#")
	if len(s)-len(plain) < 2 {
		return false
	}
	word := commandWord("#" + plain)
	return word != "" && (top || words[verbKey(word)].shown != "")
}

func firstHash(raw string) string {
	for _, r := range raw {
		if clean(string(r)) == "#" {
			return string(r)
		}
	}
	return ""
}

func verbKey(word string) string { return fold(strings.TrimRight(word, ".,;!?")) }

// line takes a cleaned command line apart; spec is nil for unknown words.
func (p *parser) line(s, raw string, n int) *line {
	l := &line{n: n, literal: cut(strings.TrimSpace(clean(raw)), maxLiteral)}
	word := commandWord(s)
	if word == "" {
		return l
	}
	l.word = verbKey(word)
	l.tail = strings.TrimSpace(s[1+len(word):])
	if w, ok := words[l.word]; ok {
		l.spec, l.shown = &grammar[w.row], w.shown
		if len(s) <= maxLine {
			l.args, l.rest, l.hasRest = tokens(l.tail)
		}
	}
	return l
}

// command reads one command line into the mail, or its problem.
func (p *parser) command(l *line) {
	if p.full(l) {
		return
	}
	c, problem := p.interpret(l)
	if problem != nil {
		p.problem(problem)
		return
	}
	p.add(c)
}

// misplaced names a known command in the middle of the text. If it is sound it is
// offered to be carried out, because that is what was meant.
func (p *parser) misplaced(l *line) {
	if p.full(l) {
		return
	}
	problem := l.problem(Misplaced, "", "")
	if c, wrong := p.interpret(l); wrong == nil {
		problem.Suggestion, problem.Corrected = l.source(l.tail), []Command{c}
	} else if wrong.Suggestion != "" {
		problem.Suggestion, problem.Corrected = wrong.Suggestion, wrong.Corrected
	}
	p.problem(problem)
}

// detached names "# gelöst" at the top: a heading there is rare, a slip is not.
func (p *parser) detached(s, raw string, n int) bool {
	if !strings.HasPrefix(s, "# ") {
		return false
	}
	l := p.line("#"+strings.TrimSpace(s[1:]), raw, n)
	if l.spec == nil || l.spec.args == argText || p.full(l) {
		return false
	}
	c, wrong := p.interpret(l)
	if wrong != nil {
		return false
	}
	problem := l.problem(Detached, "", "")
	problem.Suggestion, problem.Corrected = strings.TrimSpace("#"+l.shown+" "+l.tail), []Command{c}
	p.problem(problem)
	return true
}

// full reports whether the mail already holds as many commands as may be, and says so
// once.
func (p *parser) full(l *line) bool {
	n := len(p.m.Problems)
	if len(p.m.Commands)+n < MaxCommands {
		return false
	}
	if p.fixes = false; n == 0 || p.m.Problems[n-1].Code != TooMany {
		p.m.Problems = append(p.m.Problems, *l.problem(TooMany, "", ""))
	}
	return true
}

// add appends a command and, for an insertion, its place in the text.
func (p *parser) add(c Command) {
	switch c.Verb {
	case FAQ:
		p.m.Parts = append(p.m.Parts, Part{Entry: c.Entry, Ticket: c.Ticket})
	case Template:
		p.m.Parts = append(p.m.Parts, Part{Template: c.Entry, Ticket: c.Ticket})
	}
	for _, have := range p.m.Commands {
		if have.Verb == c.Verb && have.Ticket == c.Ticket && have.args("IT") == c.args("IT") && c.Verb != Time {
			return
		}
	}
	p.m.Commands = append(p.m.Commands, c)
}

func (p *parser) problem(pr *Problem) {
	switch {
	case pr.Suggestion == "":
		p.fixes = false
	case pr.Code == Misplaced:
		p.fixed[pr.Line] = ""
		p.moved = append(p.moved, pr.Suggestion)
	default:
		p.fixed[pr.Line] = pr.Suggestion
	}
	p.m.Problems = append(p.m.Problems, *pr)
}

// correct is the source with the suggestions in place, misplaced commands at the top.
func (p *parser) correct(lines []string, first int) string {
	out := append([]string(nil), p.moved...)
	for i, raw := range lines {
		fix, ok := p.fixed[i+first]
		switch {
		case !ok:
			out = append(out, raw)
		case fix != "":
			out = append(out, fix)
		}
	}
	return strings.Join(out, "\n")
}

func (l *line) problem(code Code, about, value string) *Problem {
	pr := &Problem{Line: l.n, Literal: l.literal, Code: code, About: about, Value: value}
	if l.spec != nil {
		pr.Verb = l.spec.verb
	}
	return pr
}

func trimBlankLines(s string) string {
	lines := strings.Split(s, "\n")
	blank := func(s string) bool { return strings.TrimSpace(clean(s)) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}
