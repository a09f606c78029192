package mailout

import "strings"

// Snippet is a text of the configuration for requesters, Markdown with values:
// a receipt of its own, an answer template, the invitation to a remote session.
type Snippet struct{ lines [][]node }

// ParseSnippet compiles a text that starts at line of file. It may use the values
// of public templates, {{match.name}} for named groups of a rule's regular
// expression, and {{#if}} on one line.
func ParseSnippet(file string, line int, src string) (*Snippet, []TemplateProblem) {
	names := schemaOf(keys(publicValues), nil)
	names.one["match."] = true
	delete(names.one, "text")
	p := &parser{file: file, vars: names}
	s := &Snippet{}
	if len(src) > maxTemplate {
		p.problem(position{line, 1}, fixShorten, Phrase{"der Text hat %d Bytes, erlaubt sind %d", "the text has %d bytes, at most %d are allowed"}, len(src), maxTemplate)
		return s, p.problems
	}
	for i, l := range strings.Split(strings.ReplaceAll(src, "\r\n", "\n"), "\n") {
		s.lines = append(s.lines, p.inline(l, position{line + i, 1}, 0))
	}
	return s, p.problems
}

// Text fills in the values. Their punctuation is escaped, so that nothing a
// requester wrote becomes a link or a heading.
func (s *Snippet) Text(lang string, d PublicData, match map[string]string) PublicText {
	lang = clock{lang: lang}.language()
	c := clock{now: d.Now, loc: d.Location, lang: lang}
	v := values{one: func(name string) (value, bool) {
		one, ok := d.value(name, c)
		if group, is := strings.CutPrefix(name, "match."); is {
			one, ok = plain(match[group]), true
		}
		if !one.flag {
			one = plain(escapeMarkdown(OneLine(one.text)))
		}
		return one, ok
	}, many: func(string) []map[string]value { return nil }}
	var out []string
	for _, nodes := range s.lines {
		e := expander{v: v}
		var t, h strings.Builder
		e.inline(nodes, &t, &h)
		out = append(out, strings.ReplaceAll(t.String(), backtick, "`"))
	}
	return CompanyText(strings.Join(out, "\n"))
}

// escapeMarkdown puts a backslash before ASCII punctuation that Markdown reads.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>()#+-!|~&.:/@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
