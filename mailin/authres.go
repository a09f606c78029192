package mailin

import "strings"

// maxAuthResults bounds the results read from one field.
const maxAuthResults = 50

// authField is one Authentication-Results field (RFC 8601 section 2.2).
type authField struct {
	id      string // authserv-id, "" when there is none (Microsoft 365)
	results []authResult
}

type authResult struct {
	method, result string
	props          []authProp
}

type authProp struct{ name, value string } // name is "ptype.property"

func (r authResult) prop(name string) string {
	for _, p := range r.props {
		if p.name == name {
			return p.value
		}
	}
	return ""
}

// token kinds of the field's grammar.
type authToken struct {
	kind byte // 'w' word, 'q' quoted string, or the character itself: ; = /
	text string
}

// authTokens cuts a field into words, quoted strings and the separators ";", "="
// and "/". Comments, nested ones too, are dropped; ok is false for a string or
// comment that never ends, because then nothing behind it can be trusted.
func authTokens(s string) (tokens []authToken, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c <= ' ':
			i++
		case c == '(':
			n := commentEnd(s[i:])
			if n < 0 {
				return nil, false
			}
			i += n
		case c == '"':
			text, n := quotedString(s[i:])
			if n < 0 {
				return nil, false
			}
			tokens = append(tokens, authToken{'q', text})
			i += n
		case c == ';' || c == '=' || c == '/':
			tokens = append(tokens, authToken{c, string(c)})
			i++
		default:
			j := i
			for j < len(s) && s[j] > ' ' && !strings.ContainsRune(`();="/`, rune(s[j])) {
				j++
			}
			if j == i { // a stray ")"
				return nil, false
			}
			tokens = append(tokens, authToken{'w', s[i:j]})
			i = j
		}
		if len(tokens) > 64*maxAuthResults {
			return nil, false
		}
	}
	return tokens, true
}

// commentEnd is the length of the comment at the start of s, -1 for an open one.
func commentEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func quotedString(s string) (string, int) {
	var out strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i < len(s) {
				out.WriteByte(s[i])
			}
		case '"':
			return out.String(), i + 1
		default:
			out.WriteByte(s[i])
		}
	}
	return "", -1
}

// parseAuthResults reads one field. ok is false where the grammar is broken or
// the version is not 1; nothing of such a field counts.
func parseAuthResults(s string) (authField, bool) {
	tokens, ok := authTokens(s)
	if !ok || len(tokens) == 0 {
		return authField{}, false
	}
	var f authField
	groups := splitTokens(tokens)
	head := groups[0]
	if len(head) > 1 && head[1].kind == '=' {
		// Microsoft 365 writes no authserv-id: the first group is a result.
		head = nil
	} else {
		if len(head) == 0 || head[0].kind != 'w' && head[0].kind != 'q' || len(head) > 2 {
			return authField{}, false
		}
		if len(head) == 2 && (head[1].kind != 'w' || head[1].text != "1") {
			return authField{}, false
		}
		f.id = strings.ToLower(head[0].text)
		groups = groups[1:]
	}
	for _, g := range groups {
		if len(g) == 0 || len(g) == 1 && strings.EqualFold(g[0].text, "none") {
			continue
		}
		r, ok := authResultOf(g)
		if !ok {
			return authField{}, false
		}
		if f.results = append(f.results, r); len(f.results) > maxAuthResults {
			return authField{}, false
		}
	}
	return f, true
}

func splitTokens(tokens []authToken) [][]authToken {
	var out [][]authToken
	start := 0
	for i, t := range tokens {
		if t.kind == ';' {
			out = append(out, tokens[start:i])
			start = i + 1
		}
	}
	return append(out, tokens[start:])
}

// authResultOf reads "method[/version] = result *(ptype.property = value)". The
// value of a property runs to the next "name =", so that unquoted addresses and
// slashes in DKIM selectors survive; only a whole word before "=" is a name.
func authResultOf(g []authToken) (authResult, bool) {
	if len(g) < 3 || g[0].kind != 'w' {
		return authResult{}, false
	}
	r := authResult{method: strings.ToLower(g[0].text)}
	i := 1
	if g[i].kind == '/' {
		if len(g) < 5 || g[2].kind != 'w' || g[2].text != "1" {
			return authResult{}, false
		}
		i = 3
	}
	if g[i].kind != '=' || i+1 >= len(g) || g[i+1].kind != 'w' {
		return authResult{}, false
	}
	r.result = strings.ToLower(g[i+1].text)
	i += 2
	for i < len(g) {
		if g[i].kind != 'w' {
			return authResult{}, false
		}
		if i+1 >= len(g) || g[i+1].kind != '=' {
			i++ // a bare word: "action none", or Microsoft's remarks
			continue
		}
		name := strings.ToLower(g[i].text)
		i += 2
		value := ""
		for first := true; i < len(g) && (first || g[i].kind == '/' || g[i].kind == '=' || g[i-1].kind == '/'); first = false {
			if !first && g[i].kind == 'w' && i+1 < len(g) && g[i+1].kind == '=' && g[i-1].kind != '/' {
				break
			}
			value += g[i].text
			i++
		}
		r.props = append(r.props, authProp{name, value})
	}
	return r, true
}
