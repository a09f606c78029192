package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words that mail programs put around the name and date above a quote:
// "On ... wrote:", "Am ... schrieb ...:". Lower case.
var (
	attributionVerbs = []string{
		"wrote", "writes", "said", " sent", "schrieb", "schreibt", "geschrieben", "a écrit", "a ecrit", "écrit", "escribió", "escribio", "ha scritto", "scrive", "scritto",
		"escreveu", "schreef", "heeft geschreven", "het volgende geschreven", "napisał", "napisal", "napisała", "napisał(a)", "pisze", "skrev", "kirjoitti", "napsal", "napsal(a)", "napísal", "písal",
		"írta", "írt", "ezt írta", "a scris", "yazdı", "şunları yazdı", "έγραψε", "написал", "написала", "написав", "пише", "пишет", "писал", "rašė", "rakstīja", "kirjutas", "је написао", "je napisao", "je napisal", "написа", "menulis", "đã viết", "viết",
		"写道", "寫道", "书き込み", "のメッセージ", "書きました", "さんは書きました", "님이 작성", "كتب", "כתב", "เขียน", "skribis", "scripsit",
	}
	attributionOpeners = []string{
		"on ", "am ", "le ", "el ", "il ", "em ", "op ", "w dniu ", "dnia ", "den ", "dne ", "dňa ", "på ", "pe ", "la data de ", "în ", "в ", "on: ", "at ", "von: ",
		"da: ", "mon, ", "tue, ", "wed, ", "thu, ", "fri, ", "sat, ", "sun, ", "mo, ", "di, ", "mi, ", "do, ", "fr, ", "sa, ", "so, ", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "ma ", "ti ", "ke ", "to ", "pe ", "la ", "su ",
		"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"在 ", "在", "vào ", "pada ", "il giorno ", "a ", "fecha", "quoting ", "zitat von ", "in article ", "in message ", "in reply to ", "citando ", "citando", "quando ",
	}
)

// attribution tells whether the lines from i on announce a quote, and how many
// lines the announcement takes (1 to 4). Mail programs break the sentence.
func attribution(lines []string, i int) int {
	if !mayAnnounce(lines, i) {
		return 0
	}
	first := bareLine(lines[i])
	if first == "" || len(first) > 300 || !attributionStart(first) {
		return 0
	}
	joined := first
	for n := 1; n <= 5; n++ {
		if attributionEnd(joined, nextLine(lines, i+n)) {
			for k := 1; k < n; k++ {
				if opens(bareLine(lines[i+k])) && attribution(lines, i+k) > 0 {
					return 0 // it begins further down: these lines are the author's
				}
			}
			return n
		}
		if i+n >= len(lines) || len(joined) > 600 || endsSentence(joined) {
			return 0
		}
		l := bareLine(lines[i+n])
		if len(l) > 300 || l == "" && (n > 1 || !strings.HasPrefix(nextLine(lines, i+n), "<")) {
			return 0
		}
		joined += " " + l
	}
	return 0
}

// mayAnnounce is a cheap test that most lines of prose fail: soon a line ends with
// a colon or dashes, or a marked line or an address follows.
func mayAnnounce(lines []string, i int) bool {
	for k := i; k < len(lines) && k < i+6; k++ {
		s := strings.TrimRight(lines[k], " \t*_")
		if s == "" {
			continue
		}
		if c := s[len(s)-1]; c == ':' || c == '-' || c == 0x9a || s[0] == '>' || s[0] == '|' || s[0] == 0xee || s[0] == '-' || strings.IndexByte(s, '@') >= 0 {
			return true
		}
	}
	return false
}

// opens tells whether a line begins with one of the openers or a date.
func opens(s string) bool {
	low := strings.ToLower(s[:min(len(s), 40)])
	return unicode.IsDigit(firstRune(s)) || hasPrefixOf(low, attributionOpeners)
}

// bareLine is a line without the stars and brackets that HTML converters put
// around it.
func bareLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(strings.Trim(s, "*_"))
}

func nextLine(lines []string, i int) string {
	for ; i < len(lines); i++ {
		if s := strings.TrimSpace(lines[i]); s != "" {
			return s
		}
	}
	return ""
}

// endsSentence tells a line that ends like prose, so that no announcement goes
// on in the next one.
func endsSentence(s string) bool {
	if strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return true
	}
	if !strings.HasSuffix(s, ".") || len(s) < 60 {
		return false
	}
	// Dates and abbreviations end with a dot, too: "28.", "Apr.", "a.m."
	w := s[strings.LastIndexByte(s, ' ')+1:]
	return len(w) > 5 && strings.Count(w, ".") == 1
}

// attributionStart tells whether a line can begin an announcement: it begins with
// one of the openers, a date or a name in quotes, holds an address, or ends with
// a colon.
func attributionStart(s string) bool {
	if r := firstRune(s); r == '<' || r == '[' || r == '"' || r == '\'' || r == '-' {
		return true
	}
	return opens(s) || addressIn(s) || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：") || strings.HasSuffix(strings.ToLower(s), "wrote")
}

// addressIn tells whether a text holds something like an address.
func addressIn(s string) bool {
	i := strings.IndexByte(s, '@')
	return i > 0 && i+3 < len(s) && addressByte(s[i-1]) && domainByte(s[i+1]) && strings.IndexByte(s[i:], '.') > 0
}

// attributionEnd tells whether the joined lines are a whole announcement. next is
// the text below; a quote mark there makes weaker signs enough.
func attributionEnd(s, next string) bool {
	s = strings.TrimRight(s, " -*_")
	colon := strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
	low := strings.ToLower(strings.TrimRight(s, ":： -"))
	quoted := strings.HasPrefix(next, ">") || strings.HasPrefix(next, "|") || strings.HasPrefix(next, quoteMark)
	verb := verbAt(low)
	digits := strings.IndexFunc(low, unicode.IsDigit) >= 0
	at := strings.IndexByte(low, '@') >= 0
	switch {
	case verb == verbEnd && colon && strings.HasSuffix(low, " sent"):
		return digits && at
	case verb == verbEnd && colon:
		return (digits || at || quoted) && !proseAttribution(low, quoted)
	case verb == verbEnd:
		return quoted || strings.HasPrefix(s, "--") && len(s) < 200 || (digits && at)
	case verb == verbInside && colon:
		// "Am 3.5. schrieb Hans Meier:", "schrieb am 3.5. um 10:00:"
		return digits && (quoted || openerDate(low) || at)
	case verb == verbInside && quoted:
		return digits && openerDate(low)
	case colon && at && digits:
		// "2014-03-20 8:48 GMT+01:00 Name <a@b>:"
		return strings.HasSuffix(low, ">") && unicode.IsDigit(firstRune(low)) && strings.IndexByte(low, '<') > 8
	}
	if colon && quoted {
		for _, o := range []string{"quoting ", "zitat von ", "in article ", "in message ", "citando "} {
			if strings.HasPrefix(low, o) {
				return true
			}
		}
	}
	return false
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

type verbPlace int

const (
	verbNone verbPlace = iota
	verbInside
	verbEnd
)

// verbAt finds a verb of quoting at the end of the text or inside of it.
func verbAt(low string) verbPlace {
	place := verbNone
	for _, v := range attributionVerbs {
		if strings.HasSuffix(low, v) {
			return verbEnd
		}
		if place == verbNone {
			if i := strings.Index(low, v); i >= 0 && wordEdge(low, i, len(v)) {
				place = verbInside
			}
		}
	}
	return place
}

func wordEdge(s string, i, n int) bool {
	if i > 0 {
		if r, _ := utf8.DecodeLastRuneInString(s[:i]); unicode.IsLetter(r) {
			return false
		}
	}
	if i+n < len(s) {
		if r, _ := utf8.DecodeRuneInString(s[i+n:]); unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// openerDate tells whether the text begins with an opener and a date soon after.
func openerDate(low string) bool {
	for _, o := range attributionOpeners {
		if strings.HasPrefix(low, o) {
			rest := low[len(o):min(len(low), len(o)+40)]
			return strings.IndexFunc(rest, unicode.IsDigit) >= 0
		}
	}
	return unicode.IsDigit(firstRune(low)) || strings.IndexByte(low, '@') >= 0
}

// proseAttribution tells "In the mail of Friday the 3rd the customer wrote:" from
// an announcement: no date form, no address, many words.
func proseAttribution(low string, quoted bool) bool {
	if quoted || strings.ContainsAny(low, "@") {
		return false
	}
	return strings.IndexByte(low, ':') < 0 && !strings.ContainsAny(low, "/.,") && len(strings.Fields(low)) > 12
}
