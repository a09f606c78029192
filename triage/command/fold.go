package command

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWord is the longest word that is looked at, in bytes; longer ones are nothing
// we know.
const maxWord = 256

// clean makes a line comparable without changing its words: invisible characters go,
// every kind of blank becomes a space, full-width # : and hyphens their plain form.
func clean(line string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '#' || r == '＃' || r == '﹟':
			return '#'
		case r == '：' || r == '﹕':
			return ':'
		case r == '‐' || r == '‑':
			return '-'
		case r == ' ' || unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r):
			return -1
		}
		return r
	}, line))
}

// foldedLetters are letters that do not decompose, and the German ones that have
// their own spelling.
var foldedLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// fold is the form in which words are compared: NFKC, lower case, ä as ae, no other
// accents.
func fold(s string) string {
	if len(s) > maxWord {
		s = strings.ToValidUTF8(s[:maxWord], "")
	}
	if ascii(s) {
		return strings.ToLower(s)
	}
	s = foldedLetters.Replace(norm.NFKC.String(strings.ToLower(norm.NFKC.String(s))))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nameKey compares names without case, blanks and punctuation.
func nameKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

// token is one argument.
type token struct {
	text   string
	quoted bool
}

const quotes = `"„“”»«`

// tokens splits arguments at blanks; quoted ones may hold blanks. It also returns
// what stands behind the first colon that is neither quoted nor part of a time.
func tokens(s string) (args []token, rest string, hasRest bool) {
	head, rest, hasRest := splitColon(s)
	for head != "" {
		head = strings.TrimLeft(head, " ")
		if head == "" {
			break
		}
		r := []rune(head[:min(len(head), 4)])[0]
		if strings.ContainsRune(quotes, r) {
			body := head[len(string(r)):]
			end := strings.IndexAny(body, quotes)
			if end < 0 {
				end = len(body)
			}
			args = append(args, token{body[:end], true})
			head = strings.TrimLeft(body[end:], quotes)
			continue
		}
		word, more, _ := strings.Cut(head, " ")
		head = more
		if word = cleanAddress(word); word != "" {
			args = append(args, token{norm.NFKC.String(word), false})
		}
	}
	return args, strings.TrimSpace(rest), hasRest
}

// splitColon finds the colon that begins free text: not in quotes, not in 9:00, not
// in mailto: or a link.
func splitColon(s string) (head, rest string, found bool) {
	quoted := false
	for i, r := range s {
		switch {
		case strings.ContainsRune(quotes, r):
			quoted = !quoted
		case r != ':' || quoted || betweenDigits(s, i):
		case strings.HasSuffix(strings.ToLower(s[:i]), "mailto") || strings.HasPrefix(s[i:], "://"):
		default:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func betweenDigits(s string, i int) bool {
	digit := func(j int) bool { return j >= 0 && j < len(s) && s[j] >= '0' && s[j] <= '9' }
	return digit(i-1) && digit(i+1)
}

// cleanAddress removes what mail clients put around and behind addresses:
// <a@b>, mailto:a@b, a@b<mailto:a@b>.
func cleanAddress(word string) string {
	sign := ""
	if len(word) > 1 && (word[0] == '+' || word[0] == '-') && strings.ContainsAny(word, "@<") {
		sign, word = word[:1], word[1:]
	}
	if i := strings.Index(strings.ToLower(word), "<mailto:"); i > 0 {
		word = word[:i]
	}
	word = strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">")
	if len(word) > 7 && strings.EqualFold(word[:7], "mailto:") {
		word = word[7:]
	}
	if word == "" {
		return ""
	}
	return sign + word
}

// validAddress accepts what can safely be written to: one @, no blanks, quotes,
// brackets or control characters, within the lengths of RFC 5321 section 4.5.3.1.
func validAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > 64 || len(s) > 254 || !strings.Contains(strings.Trim(domain, "."), ".") {
		return false
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>()[]\\,;:\"", r) {
			return false
		}
	}
	return !strings.Contains(domain, "@") && !strings.Contains(s, "..") && domain[0] != '.' && domain[len(domain)-1] != '.' &&
		local[0] != '.' && local[len(local)-1] != '.'
}
