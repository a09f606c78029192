package mailin

import "strings"

// addressesIn finds the addresses of a line of prose.
func addressesIn(line string) []string {
	var out []string
	for off := 0; off < len(line) && len(out) < 50; {
		i := strings.IndexByte(line[off:], '@')
		if i < 0 {
			break
		}
		i += off
		a := i
		for a > 0 && addressByte(line[a-1]) {
			a--
		}
		b := i + 1
		for b < len(line) && domainByte(line[b]) {
			b++
		}
		dom := strings.Trim(line[i+1:b], ".-")
		local := strings.TrimLeft(line[a:i], "./'=`")
		if local != "" && strings.IndexByte(dom, '.') > 0 {
			out = append(out, local+"@"+dom)
		}
		off = b
		if b <= i {
			off = i + 1
		}
	}
	return out
}

func addressByte(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte("<>()[]\\,;:\"@", c) < 0
}

func domainByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c >= 0x80
}

// statusCode finds an enhanced status code (RFC 3463) in a text: class 2, 4 or 5,
// subject and detail, not part of an address or version number.
func statusCode(s string) string {
	for i := 0; i+4 < len(s)+0; i++ {
		if s[i] != '5' && s[i] != '4' && s[i] != '2' || s[i+1] != '.' || i > 0 && (s[i-1] == '.' || isDigit(s[i-1]) || s[i-1] == '-' || isLetter(s[i-1])) {
			continue
		}
		j := i + 2
		for j < len(s) && isDigit(s[j]) {
			j++
		}
		if j == i+2 || j > i+5 || j >= len(s) || s[j] != '.' {
			continue
		}
		k := j + 1
		for k < len(s) && isDigit(s[k]) {
			k++
		}
		if k == j+1 || k > j+4 || k < len(s) && (isLetter(s[k]) || s[k] == '.' && k+1 < len(s) && isDigit(s[k+1])) {
			continue
		}
		return s[i:k]
	}
	return ""
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
