package mailout

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem of a template file: where, what, and how to mend it.
type TemplateProblem struct {
	File         string
	Line, Column int // 1-based, columns in characters
	Text, Fix    Phrase
}

// Phrase is a short text in both languages.
type Phrase struct{ DE, EN string }

// with is the phrase with args filled in.
func (p Phrase) with(args ...any) Phrase {
	if len(args) == 0 {
		return p
	}
	return Phrase{fmt.Sprintf(p.DE, args...), fmt.Sprintf(p.EN, args...)}
}

func (p TemplateProblem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s; %s", p.File, p.Line, p.Column, p.Text.EN, p.Fix.EN)
}

// A template is lines of text. What stands at the start of a line says how it
// is shown; the same document gives the text part and the HTML part:
//
//	Subject: ...        the subject, first line only
//	! text              the line that matters most
//	.. text             what orients and matters less: facts, hints
//	== text             a heading
//	| key | text        a row of facts
//	|| a | b | c        a row of a table; the first one is its head
//	* text              a list item
//	> text              what somebody wrote
//	~ text              the same, for agents alone
//	:: LABEL | text     a block with a label
//	---- text           the separator line
//	[Label](answer)     buttons: a mail with this answer typed in; [!Label](answer)
//	                    for the one most people want
//	--                  everything below is the footer
//	{{#text}} {{#html}} lines for one part alone, until {{/text}} {{/html}}
//	{{> name}}          the lines of another file
//
// {{name}} stands for a value, {{#if name}} ... {{else}} ... {{/if}} for what is
// shown when it is not empty, {{#each list}} ... {{/each}} repeats with {{item.x}}.
// There is no code, no loop without an end and no way to unescaped output.

// node is a piece of a line: literal text, a value, a condition, a repetition.
type node struct {
	lit   string
	name  string // of value, condition or list
	kind  nodeKind
	yes   []node
	no    []node
	pos   position
	lines []line // of a condition or repetition over whole lines
	other []line
}

type nodeKind uint8

const (
	literal nodeKind = iota
	variable
	condition
	repetition
	textOnly
	htmlOnly
)

type position struct{ line, column int }

// line is one line of a template: cells of nodes, or a block of lines.
type line struct {
	style lineStyle
	cells [][]node
	block *node // condition, repetition, textOnly, htmlOnly over lines
	goes  []button
}

type button struct {
	label   []node
	answer  string
	primary bool
}

type lineStyle uint8

const (
	styleText lineStyle = iota
	styleBlank
	styleStrong
	styleMeta
	styleHeading
	styleRow
	styleTable
	styleItem
	styleQuote
	styleAside
	styleLabel
	styleSeparator
	styleButtons
	styleFooter
)

// template is a parsed file.
type template struct {
	subject []node // nil = the kind's own subject
	lines   []line
}

// parser reads one file; it collects every problem instead of stopping at one.
type parser struct {
	file     string
	src      []string
	at       int
	vars     schema
	include  func(name string) (string, bool)
	part     bool // it is a part itself
	problems []TemplateProblem
}

var (
	fixShorten  = Phrase{"kürzen", "shorten it"}
	neverClosed = Phrase{"%s wird nie geschlossen", "%s is never closed"}
)

// maxTemplate bounds a template file in bytes, maxNesting its conditions.
const (
	maxTemplate = 64 << 10
	maxNesting  = 20
)

func (p *parser) problem(pos position, fix, text Phrase, a ...any) {
	p.problems = append(p.problems, TemplateProblem{File: p.file, Line: pos.line, Column: pos.column, Text: text.with(a...), Fix: fix})
}

// parseTemplate parses a file against the names it may use.
func parseTemplate(file, src string, vars schema, include func(string) (string, bool)) (template, []TemplateProblem) {
	p := &parser{file: file, vars: vars, include: include}
	if len(src) > maxTemplate {
		p.problem(position{1, 1}, fixShorten, Phrase{"die Datei hat %d Bytes, erlaubt sind %d", "the file has %d bytes, at most %d are allowed"}, len(src), maxTemplate)
		return template{}, p.problems
	}
	if !utf8.ValidString(src) {
		p.problem(position{1, 1}, Phrase{"als UTF-8 speichern", "save it as UTF-8"}, Phrase{"die Datei ist kein gültiges UTF-8", "the file is not valid UTF-8"})
		return template{}, p.problems
	}
	src = strings.TrimPrefix(src, "\ufeff")
	p.src = strings.Split(strings.TrimRight(strings.ReplaceAll(src, "\r\n", "\n"), "\n"), "\n")
	var t template
	if strings.HasPrefix(p.src[0], "Subject:") {
		t.subject = p.inline(strings.TrimSpace(strings.TrimPrefix(p.src[0], "Subject:")), position{1, 10}, 0)
		p.at = 1
		for p.at < len(p.src) && strings.TrimSpace(p.src[p.at]) == "" {
			p.at++
		}
	}
	t.lines = p.block("", 0)
	return t, p.problems
}

// block reads lines until the closing tag of the block it is in.
func (p *parser) block(inside string, depth int) []line {
	lines, _ := p.blockElse(inside, depth)
	return lines
}

func (p *parser) blockElse(inside string, depth int) (lines, other []line) {
	start := position{p.at, 1}
	into := &lines
	for p.at < len(p.src) {
		raw := p.src[p.at]
		pos := position{p.at + 1, 1 + len(raw) - len(strings.TrimLeft(raw, " "))}
		p.at++
		tag, ok := soleTag(raw)
		if !ok {
			*into = append(*into, p.line(raw, pos))
			continue
		}
		word, name, _ := strings.Cut(tag, " ")
		name = strings.TrimSpace(name)
		switch {
		case word == "/"+inside && inside != "":
			return lines, other
		case word == "else" && inside == "if" && into == &lines:
			into = &other
		case word == "#if" || word == "#each" || word == "#text" || word == "#html":
			*into = append(*into, p.opened(word, name, pos, depth))
		case word == ">" || strings.HasPrefix(tag, ">"):
			*into = append(*into, p.included(strings.TrimSpace(strings.TrimPrefix(tag, ">")), pos)...)
		case strings.HasPrefix(word, "/") || word == "else" || strings.HasPrefix(word, "#"):
			p.problem(pos, Phrase{"zu jedem {{#if}}, {{#each}}, {{#text}} und {{#html}} gehört genau ein schließendes", "every {{#if}}, {{#each}}, {{#text}} and {{#html}} needs its own closing tag"},
				Phrase{"{{%s}} gehört zu nichts", "{{%s}} has nothing to belong to"}, tag)
		default:
			*into = append(*into, p.line(raw, pos))
		}
	}
	if inside != "" {
		p.problem(start, Phrase{"{{/%s}} in eine eigene Zeile schreiben", "write {{/%s}} on a line of its own"}.with(inside), neverClosed, "{{#"+inside+"}}")
	}
	return lines, other
}

func (p *parser) opened(word, name string, pos position, depth int) line {
	if depth >= maxNesting {
		p.problem(pos, Phrase{"weniger Ebenen verwenden", "use fewer levels"}, Phrase{"mehr als %d Blöcke ineinander", "more than %d blocks inside each other"}, maxNesting)
		p.at = len(p.src)
		return line{}
	}
	n := &node{name: name, pos: pos}
	switch word {
	case "#if":
		n.kind = condition
		p.known(name, pos)
		n.lines, n.other = p.blockElse("if", depth+1)
	case "#each":
		n.kind = repetition
		outer := p.vars
		p.vars = p.vars.inside(name)
		if _, ok := outer.many[name]; !ok {
			p.problem(pos, suggest(name, keys(outer.many)), Phrase{"es gibt keine Liste {{#each %s}}", "there is no list {{#each %s}}"}, name)
		}
		n.lines = p.block("each", depth+1)
		p.vars = outer
	case "#text":
		n.kind, n.lines = textOnly, p.block("text", depth+1)
	case "#html":
		n.kind, n.lines = htmlOnly, p.block("html", depth+1)
	}
	return line{block: n}
}

func (p *parser) included(name string, pos position) []line {
	src, ok := "", false
	if p.include != nil {
		src, ok = p.include(name)
	}
	if p.part { // or a part could contain itself, doubled each time
		p.problem(pos, Phrase{"seine Zeilen hierher kopieren", "copy its lines"}, Phrase{"ein Baustein kann den Baustein %q nicht enthalten", "a part cannot contain the part %q"}, name)
		return nil
	}
	if !ok {
		p.problem(pos, Phrase{"den Namen der Datei prüfen", "check the name of the file"}, Phrase{"es gibt keinen Baustein %q", "there is no part %q"}, name)
		return nil
	}
	if len(src) > maxTemplate {
		p.problem(pos, fixShorten, Phrase{"der Baustein %q hat %d Bytes, erlaubt sind %d", "the part %q has %d bytes, at most %d are allowed"}, name, len(src), maxTemplate)
		return nil
	}
	inner := &parser{file: p.file, vars: p.vars, part: true,
		src: strings.Split(strings.TrimRight(strings.ReplaceAll(src, "\r\n", "\n"), "\n"), "\n")}
	lines := inner.block("", 0)
	for _, pr := range inner.problems {
		pr.File = "_" + name + ".txt"
		p.problems = append(p.problems, pr)
	}
	return lines
}

// soleTag returns the inside of a tag that is alone on its line.
func soleTag(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{{") || !strings.HasSuffix(s, "}}") || strings.Count(s, "{{") != 1 {
		return "", false
	}
	tag := strings.TrimSpace(s[2 : len(s)-2])
	if strings.HasPrefix(tag, "#") || strings.HasPrefix(tag, "/") || strings.HasPrefix(tag, ">") || tag == "else" {
		return tag, true
	}
	return "", false
}
