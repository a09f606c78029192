package mailout

import "strings"

// Join puts texts under one another as one, a blank line between them. Plain text
// beside Markdown keeps its look: nothing in it is read as Markdown.
func Join(texts ...PublicText) PublicText {
	var joined PublicText
	var parts []string
	for _, t := range texts {
		joined.markdown = joined.markdown || t.markdown && !t.Empty()
	}
	for _, t := range texts {
		switch s := strings.Trim(t.text, "\n"); {
		case t.Empty():
		case joined.markdown && !t.markdown:
			parts = append(parts, plainLines(s))
		default:
			parts = append(parts, s)
		}
	}
	joined.text = strings.Join(parts, "\n\n")
	return joined
}

// plainLines writes plain text as Markdown: line by line, indents kept.
func plainLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, " \t")
		indent := strings.ReplaceAll(line[:len(line)-len(text)], "\t", "    ")
		text = strings.ReplaceAll(escapeMarkdown(strings.TrimRight(text, " \t\r")), "=", "\\=")
		lines[i] = strings.Repeat("\u00a0", len(indent)) + text
		if text != "" && i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" {
			lines[i] += "\\"
		}
	}
	return strings.Join(lines, "\n")
}
