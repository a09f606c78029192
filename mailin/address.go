package mailin

import (
	"strings"

	"golang.org/x/net/idna"
)

// MaxAddresses is how many addresses of one field are read.
const MaxAddresses = 200

// parseAddresses reads an address list (RFC 5322 section 3.4) tolerantly:
// unquoted commas and raw 8-bit text in names, ";" as separator, groups, missing
// brackets, comments as names. It never fails; an entry without any address is
// kept by its name only where the list would else be empty.
func parseAddresses(s string) (list []Address, cut bool) {
	s = strings.TrimSpace(s)
	for s != "" {
		var one string
		one, s = cutAddress(s)
		a, ok := parseAddress(one)
		if !ok {
			continue
		}
		if len(list) >= MaxAddresses {
			return list, true
		}
		list = append(list, a)
	}
	return list, false
}

// cutAddress returns the text before the next separator: a "," or ";" outside of
// quotes, comments and brackets. A comma inside an unquoted name ("Meier, Hans
// <h@x>") does not separate, because what stands before it has no "@".
func cutAddress(s string) (one, rest string) {
	depth, quoted, angle, at, start := 0, false, false, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0):
			i++
		case c == '"' && depth == 0:
			if quoted || strings.IndexByte(s[i+1:], '"') >= 0 {
				quoted = !quoted
			}
		case quoted:
		case c == '(':
			if depth > 0 || closesComment(s[i:]) {
				depth++
			}
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle, at = false, true
		case c == '@' && !angle:
			at = true
		case c == ':' && !angle && !at && i+1 < len(s) && isGroup(s[start:i]):
			start = i + 1 // behind the group's name
		case (c == ',' || c == ';') && !angle:
			if at || c == ';' && !strings.Contains(firstEntry(s[i+1:]), "<") || !aheadAddress(s[i+1:]) {
				return s[start:i], s[i+1:]
			}
		}
	}
	return s[start:], ""
}

// closesComment looks a bounded way ahead for the end of a comment.
func closesComment(s string) bool {
	return strings.IndexByte(s[:min(len(s), 2000)], ')') > 0
}

func isGroup(name string) bool {
	return len(name) < 200 && !strings.ContainsAny(name, "<>@\"[")
}

// firstEntry is the text up to the next separator, at most a few hundred bytes.
func firstEntry(s string) string {
	s = s[:min(len(s), 300)]
	if i := strings.IndexAny(s, ",;"); i >= 0 {
		return s[:i]
	}
	return s
}

// aheadAddress tells whether what follows a comma completes a name: an entry in
// brackets, as in "Meier, Hans <h@x>".
func aheadAddress(s string) bool {
	e := firstEntry(s)
	i := strings.IndexByte(e, '<')
	return i > 0 && !strings.Contains(e[:i], "@") && strings.TrimSpace(e[:i]) != ""
}

// parseAddress reads one entry of a list.
func parseAddress(s string) (Address, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Address{}, false
	}
	if len(s) > 20000 {
		s = s[:20000]
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && !insideQuotes(s, i) {
		addr := s[i+1:]
		tail := ""
		if j := strings.IndexByte(addr, '>'); j >= 0 {
			addr, tail = addr[:j], addr[j+1:]
		}
		name := displayName(s[:i])
		if name == "" {
			name = displayName(tail)
		}
		return finishAddress(name, addr)
	}
	bare, comment := splitComment(s)
	if strings.Contains(bare, "@") {
		name := displayName(comment)
		if at, before := lastAddressWord(bare); before != "" {
			bare = at
			if name == "" {
				name = displayName(before)
			}
		}
		return finishAddress(name, bare)
	}
	if strings.HasPrefix(strings.ToLower(bare), "undisclosed") {
		return Address{}, false
	}
	name := displayName(bare)
	if name == "" {
		name = displayName(comment)
	}
	// A word without "@" is a local mailbox name or only a display name.
	return Address{Name: name}, name != ""
}

func insideQuotes(s string, at int) bool {
	quoted := false
	for i := 0; i < at; i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		}
	}
	return quoted && strings.IndexByte(s[at:], '"') >= 0 && !strings.Contains(s[at:], ">")
}

// lastAddressWord splits "Hans Meier h@x" and `"Hans" h@x`.
func lastAddressWord(s string) (addr, before string) {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 0 || strings.HasPrefix(s, "\"") && strings.Contains(s, "\"@") {
		return s, ""
	}
	i := strings.LastIndexAny(s[:at], " \t[")
	if i < 0 || strings.TrimSpace(s[at+1:]) == "" {
		return s, ""
	}
	return strings.Trim(s[i+1:], "[]"), s[:i]
}

// splitComment separates the text outside of comments from the first comment.
func splitComment(s string) (bare, comment string) {
	if strings.IndexByte(s, '(') < 0 {
		return s, ""
	}
	open := -1
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if depth == 0 {
				quoted = !quoted
			}
		case '(':
			if !quoted {
				if depth == 0 && open < 0 {
					open = i
				}
				depth++
			}
		case ')':
			if !quoted && depth > 0 {
				depth--
				if depth == 0 && comment == "" && open >= 0 {
					comment = s[open+1 : i]
				}
			}
		}
	}
	return stripComments(s), comment
}

func finishAddress(name, addr string) (Address, bool) {
	addr = strings.TrimSpace(stripComments(addr))
	if len(addr) > 7 && strings.EqualFold(addr[:7], "mailto:") {
		addr = addr[7:]
	}
	// A source route (RFC 5322 section 4.4) names relays before the address.
	if strings.HasPrefix(addr, "@") {
		if i := strings.LastIndexByte(addr, ':'); i >= 0 {
			addr = addr[i+1:]
		}
	}
	addr = strings.Trim(addr, "<>, \t;")
	if strings.Contains(addr, "=?") {
		addr = decodeWords(addr)
	}
	addr = cleanLine(decodeRaw(addr))
	if !strings.HasPrefix(addr, "\"") {
		addr = strings.ReplaceAll(addr, " ", "")
	}
	for len(addr) > 2 && addr[0] == '\'' && addr[len(addr)-1] == '\'' {
		addr = addr[1 : len(addr)-1]
	}
	if addr == "" || !safeAddress(addr) || strings.Contains(addr, "=?") {
		return Address{Name: name}, name != ""
	}
	if name == addr {
		name = ""
	}
	return Address{Name: name, Address: addr}, true
}

// safeAddress refuses what no address holds outside of a quoted local part and
// what would change its meaning in SMTP or a header: brackets, separators, quotes.
func safeAddress(s string) bool {
	if at := strings.LastIndexByte(s, '@'); at > 1 && s[0] == '"' && s[at-1] == '"' {
		if strings.ContainsAny(s[1:at-1], "\"<>") {
			return false
		}
		s = s[at:]
	}
	if i := strings.Index(s, "@["); i >= 0 && strings.HasSuffix(s, "]") {
		return strings.Trim(s[i+2:len(s)-1], "0123456789abcdefABCDEF:.IPv") == "" && !strings.ContainsAny(s[:i], unsafeInAddress)
	}
	return !strings.ContainsAny(s, unsafeInAddress)
}

// unsafeInAddress stands in addresses only inside of quotes.
const unsafeInAddress = "<>()[]\",;: \\"

// displayName decodes a display name: quotes off, encoded words decoded, one line.
func displayName(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if len(s) > 1 && s[0] == '"' && strings.IndexByte(s[1:], '"') == len(s)-2 {
		s = unquoteName(s[1 : len(s)-1])
	} else if strings.IndexByte(s, '"') >= 0 {
		s = unquoteName(s)
	} else if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		s = s[1 : len(s)-1]
	}
	s = cleanLine(decodeWords(s))
	if len(s) > 1 && s[0] == '\'' && s[len(s)-1] == '\'' {
		s = strings.TrimSpace(s[1 : len(s)-1])
	}
	return strings.TrimSpace(strings.Trim(s, "\""))
}

// unquoteName removes quotes and the backslashes before quoted characters.
func unquoteName(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			out.WriteByte(s[i])
		case s[i] == '"':
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// FoldAddress returns the form in which addresses are compared: trimmed, lower
// case, the domain as ASCII where that is possible and without a trailing dot.
// Look-alike characters are not mapped to each other.
func FoldAddress(s string) string {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return strings.ToLower(s)
	}
	return strings.ToLower(s[:at]) + "@" + foldDomain(s[at+1:])
}

func foldDomain(d string) string {
	d = strings.ToLower(strings.TrimRight(strings.TrimSpace(d), "."))
	if isASCII([]byte(d)) {
		return d
	}
	if a, err := idna.Lookup.ToASCII(d); err == nil {
		return a
	}
	return d
}

// Domain returns the folded domain of an address, "" when it has none.
func Domain(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return ""
	}
	return foldDomain(addr[at+1:])
}
