package mailout

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// schema are the names a template may use.
type schema struct {
	one  map[string]bool
	many map[string]map[string]bool
}

// schemaOf makes a schema of names and of lists with the names of their items.
func schemaOf(names []string, items map[string][]string) schema {
	s := schema{one: map[string]bool{}, many: map[string]map[string]bool{}}
	for _, k := range append(names[:len(names):len(names)], ticketNames...) {
		s.one[k] = true
	}
	for list, names := range items {
		s.many[list] = map[string]bool{}
		for _, n := range names {
			s.many[list]["item."+n] = true
		}
	}
	return s
}

// inside is the schema of the lines within {{#each list}}.
func (s schema) inside(list string) schema {
	in := schema{one: map[string]bool{}, many: s.many}
	for k := range s.one {
		in.one[k] = true
	}
	for k := range s.many[list] {
		in.one[k] = true
	}
	return in
}

// known reports a name the schema lacks.
func (p *parser) known(name string, pos position) {
	if p.vars.one[name] || strings.HasPrefix(name, "match.") && p.vars.one["match."] {
		return
	}
	if _, ok := p.vars.many[name]; ok {
		return
	}
	p.problem(pos, suggest(name, append(keys(p.vars.one), keys(p.vars.many)...)), Phrase{"den Wert {{%s}} gibt es hier nicht", "there is no value {{%s}} here"}, name)
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// maxNamed is how many names a finding lists.
const maxNamed = 10

// suggest names the closest known name.
func suggest(name string, known []string) Phrase {
	best, at := "", len(name)/2+2
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	if best != "" {
		return Phrase{"meinten Sie {{%s}}?", "did you mean {{%s}}?"}.with(best)
	}
	if len(known) > maxNamed {
		return Phrase{"firstline templates --values de/receipt.txt nennt, was es gibt", "firstline templates --values en/receipt.txt lists what there is"}
	}
	return Phrase{"bekannt sind %s", "known are %s"}.with(strings.Join(known, ", "))
}

// distance is Levenshtein's, for short names.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}

// line reads one line that is not a block tag.
func (p *parser) line(raw string, pos position) line {
	text := strings.TrimSpace(raw)
	l := line{}
	rest := text
	cut := func(prefix string) bool {
		if !strings.HasPrefix(text, prefix) {
			return false
		}
		rest = strings.TrimLeft(text[len(prefix):], " ")
		pos.column += utf8.RuneCountInString(text) - utf8.RuneCountInString(rest)
		return true
	}
	split := -1
	switch {
	case text == "":
		return line{style: styleBlank}
	case text == "--":
		return line{style: styleFooter}
	case strings.HasPrefix(text, "----"):
		l.style = styleSeparator
	case cut("! "):
		l.style = styleStrong
	case cut(".. "):
		l.style = styleMeta
	case cut("== "):
		l.style = styleHeading
	case cut("|| "):
		l.style, split = styleTable, 64
	case cut("| "):
		l.style, split = styleRow, 2
	case cut(":: "):
		l.style, split = styleLabel, 2
	case cut("* "):
		l.style = styleItem
	case cut("~ "):
		l.style = styleAside
	case cut("> "):
		l.style = styleQuote
	case strings.HasPrefix(text, "[") && strings.Contains(text, "]("):
		return p.buttons(text, pos)
	}
	if split < 0 {
		l.cells = [][]node{p.inline(rest, pos, 0)}
		return l
	}
	for _, cell := range strings.SplitN(rest, " | ", split) {
		l.cells = append(l.cells, p.inline(strings.TrimSpace(cell), pos, 0))
		pos.column += utf8.RuneCountInString(cell) + 3
	}
	if split == 2 && len(l.cells) != 2 {
		p.problem(position{pos.line, 1}, Phrase{"so schreiben: | Name | Text", "write it as: | key | text"}, Phrase{"eine Zeile mit Fakten braucht Name und Text", "a row needs a key and a text"})
		l.cells = append(l.cells, nil)
	}
	return l
}

// buttons reads a line of [Label](answer).
func (p *parser) buttons(text string, pos position) line {
	l := line{style: styleButtons}
	for text != "" {
		label, rest, ok := strings.Cut(strings.TrimPrefix(text, "["), "](")
		answer, after, closed := strings.Cut(rest, ")")
		if !ok || !closed || !strings.HasPrefix(text, "[") {
			p.problem(pos, Phrase{"Knöpfe so schreiben: [Text](antwort) [Text](antwort)", "write buttons as: [Label](answer) [Label](answer)"},
				Phrase{"diese Zeile mit Knöpfen ist nicht lesbar", "this line of buttons cannot be read"})
			return l
		}
		// A requester's or agent's mail starts with it, so it is a constant.
		if strings.Contains(answer, "{{") || !isASCII(answer) || len(answer) > 100 {
			p.problem(pos, Phrase{"eine kurze Antwort ohne Umlaute schreiben: geloest", "write a short answer in ASCII: geloest"},
				Phrase{"die Antwort %q eines Knopfs passt nicht in einen Mail-Link", "the answer %q of a button cannot be typed into a mail address link"}, answer)
		}
		label, primary := strings.CutPrefix(label, "!")
		l.goes = append(l.goes, button{label: p.inline(label, pos, 0), answer: answer, primary: primary})
		after = strings.TrimSpace(after)
		pos.column += utf8.RuneCountInString(text) - utf8.RuneCountInString(after)
		text = after
	}
	return l
}

// inline reads the pieces of a line.
func (p *parser) inline(s string, pos position, depth int) []node {
	nodes, rest, _ := p.inlineUntil(s, &pos, depth, false)
	if rest != "" {
		p.problem(pos, Phrase{"ein {{#if}} in einer Zeile braucht sein {{/if}} in derselben", "every {{#if}} on a line needs its {{/if}} on the same line"},
			Phrase{"{{%s gehört zu nichts", "{{%s has nothing to belong to"}, rest)
	}
	return nodes
}

// inlineUntil reads nodes up to {{else}} or {{/if}} when within a condition; it
// returns what follows and which of the two ended it.
func (p *parser) inlineUntil(s string, pos *position, depth int, within bool) (nodes []node, rest, end string) {
	for s != "" {
		open := strings.Index(s, "{{")
		if open < 0 {
			open = len(s)
		}
		if open > 0 {
			nodes = append(nodes, node{lit: s[:open]})
			pos.column += utf8.RuneCountInString(s[:open])
			s = s[open:]
			continue
		}
		shut := strings.Index(s, "}}")
		if shut < 0 {
			p.problem(*pos, Phrase{"mit }} schließen", "close it with }}"}, neverClosed, "{{")
			return nodes, "", ""
		}
		tag := strings.TrimSpace(s[2:shut])
		here := *pos
		pos.column += utf8.RuneCountInString(s[:shut+2])
		s = s[shut+2:]
		name, isIf := strings.CutPrefix(tag, "#if ")
		name = strings.TrimSpace(name)
		switch {
		case isIf && depth < maxNesting:
			p.known(name, here)
			n := node{kind: condition, name: name, pos: here}
			var ended string
			n.yes, s, ended = p.inlineUntil(s, pos, depth+1, true)
			if ended == "else" {
				n.no, s, ended = p.inlineUntil(s, pos, depth+1, true)
			}
			if ended != "/if" {
				p.problem(here, Phrase{"{{/if}} in dieselbe Zeile schreiben", "write {{/if}} on the same line"}, neverClosed, "{{#if "+name+"}}")
			}
			nodes = append(nodes, n)
		case within && (tag == "else" || tag == "/if"):
			return nodes, s, tag
		case strings.HasPrefix(tag, "#") || strings.HasPrefix(tag, "/") || strings.HasPrefix(tag, ">") || tag == "else":
			p.problem(here, Phrase{"{{#each}}, {{#text}}, {{#html}} und {{>}} in eigene Zeilen schreiben", "put {{#each}}, {{#text}}, {{#html}} and {{>}} on lines of their own"},
				Phrase{"{{%s}} darf hier nicht stehen", "{{%s}} cannot stand here"}, tag)
		default:
			p.known(tag, here)
			nodes = append(nodes, node{kind: variable, name: tag, pos: here})
		}
	}
	return nodes, "", ""
}
