package mailin

import "strings"

// Limits on identifiers.
const (
	// MaxReferences is how many references are kept; the newest win.
	MaxReferences = 50
	maxIDBytes    = 998
)

// originalIDField keeps the identifier that Microsoft's submission servers replaced.
const originalIDField = "X-Microsoft-Original-Message-ID"

// messageID returns the identifier of a Message-ID field without brackets
// (RFC 5322 section 3.6.4). What is malformed is kept as it stands, on one line.
func messageID(s string) string {
	s = strings.TrimSpace(s)
	if ids := messageIDs(s); len(ids) > 0 {
		return ids[0]
	}
	s = cleanLine(decodeRaw(strings.Trim(s, "<> \t")))
	return limit(s, maxIDBytes)
}

// messageIDs returns every identifier in brackets, in order. Words with "@"
// count where a field has no brackets at all.
func messageIDs(s string) []string {
	var out []string
	rest := s
	for {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		j := strings.IndexAny(rest, "<>")
		if j < 0 {
			break
		}
		if rest[j] == '<' {
			continue
		}
		// Folding inside an identifier is removed.
		id := oneWord(rest[:j])
		rest = rest[j+1:]
		if id != "" && len(id) <= maxIDBytes {
			out = append(out, id)
		}
	}
	if out == nil {
		for _, w := range strings.Fields(s) {
			if w = strings.Trim(w, "<>,;"); strings.Contains(w, "@") && len(w) <= maxIDBytes {
				out = append(out, oneWord(w))
			}
		}
	}
	return out
}

// oneWord removes blanks, control and invisible characters.
func oneWord(s string) string {
	return cleanLine(strings.Map(dropBlank, decodeRaw(s)))
}

func dropBlank(r rune) rune {
	if r <= ' ' || r == 0x7f {
		return -1
	}
	return r
}

// references returns the identifiers of all fields of that name, each once, the
// newest MaxReferences of them.
func references(values []string) (ids []string, cut bool) {
	seen := make(map[string]bool)
	for _, v := range values {
		for _, id := range messageIDs(v) {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > MaxReferences {
		return ids[len(ids)-MaxReferences:], true
	}
	return ids, false
}
