package mailin

import (
	"strings"
	"unicode"
)

// Reading is what a short answer to one of our mails means.
type Reading string

// The readings. ReadingOther is every answer that a person has to read.
const (
	ReadingSolved    Reading = "solved"
	ReadingNotSolved Reading = "not_solved"
	ReadingThanks    Reading = "thanks"
	ReadingRating    Reading = "rating"
	ReadingStatus    Reading = "status"
	ReadingOther     Reading = "other"
)

// Whole first lines and their meaning, folded by foldPhrase.
var (
	solvedPhrases = phraseSet(`gelöst|geloest|erledigt|ja|hat geklappt|hat funktioniert|funktioniert wieder|funktioniert jetzt|funktioniert|geht wieder|geht jetzt|läuft wieder|passt|klappt|klappt wieder|klappt jetzt|danke hat geholfen|hat geholfen|ja danke|ja hat geholfen|ja das hat geholfen|das hat geholfen|ja gelöst|ja erledigt|ja hat geklappt|ja funktioniert|danke gelöst|danke erledigt|danke geht wieder|danke funktioniert|danke funktioniert wieder|danke es geht wieder|es geht wieder|es funktioniert|es funktioniert wieder|es klappt|problem gelöst|problem ist gelöst|ist gelöst|ist erledigt|hat sich erledigt|alles gut|alles ok|geklappt|jawohl|super danke|top danke|danke passt|gelöst danke|erledigt danke|vielen dank hat geholfen|vielen dank es geht wieder|vielen dank hat geklappt|danke hat geklappt
		solved|yes|works|it works|works now|it works now|working now|works again|it works again|fixed|done|resolved|yes thanks|yes thank you|yes solved|yes it works|yes that helped|yes it helped|that helped|that worked|it helped|it worked|worked|problem solved|issue solved|issue resolved|thanks solved|thanks it works|thanks it works now|thanks that worked|thanks that helped|thanks fixed|all good|all good now|solved thanks|fixed thanks|works thanks|done thanks|yep|yes fixed`)
	notSolvedPhrases = phraseSet(`nein|hilft nicht|geht nicht|klappt nicht|leider nicht|funktioniert nicht|hat nicht geholfen|hat nicht geklappt|hat nicht funktioniert|nein leider nicht|leider nein|geht immer noch nicht|geht leider nicht|klappt leider nicht|nicht gelöst|nein hilft nicht|nein geht nicht|nein danke|nee|nö|funktioniert leider nicht|funktioniert immer noch nicht|hilft leider nicht|hilft mir nicht|leider nicht gelöst|immer noch nicht
		no|does not help|not working|doesn't help|doesnt help|did not help|didn't help|didnt help|does not work|doesn't work|doesnt work|did not work|didn't work|not solved|no it does not|no it doesn't|still not working|nope|no sorry|it does not work|it doesn't work|unfortunately not|sadly not|not fixed|still broken`)
	statusPhrases = phraseSet(`status|status bitte|stand|status please`)
	thanksWords   = phraseSet(`danke|dank|dankeschön|dankeschoen|merci|thx|thanks|thank|dankend|besten|lieben|vielen|herzlichen|thankyou|ty|danksche|bedanke`)
	counterWords  = phraseSet(`aber|leider|nicht|noch|wieder|jedoch|auch|but|still|unfortunately|however|not|kein|keine|nie|fehler|again|error|except|außer|allerdings|trotzdem|nochmal|immer`)
	// askWords beside thanks make it more than thanks: there is something to do.
	askWords    = phraseSet(`bitte|please|brauche|brauchen|benötige|need|außerdem|zudem|zusätzlich|ebenfalls|gesperrt|kaputt|defekt|locked|broken|dringend|urgent`)
	ratingWords = map[string]int{"sehr gut": 5, "gut": 4, "mittel": 3, "schlecht": 2, "sehr schlecht": 1,
		"very good": 5, "good": 4, "ok": 3, "okay": 3, "poor": 2, "very poor": 1, "excellent": 5, "ausgezeichnet": 5, "hervorragend": 5, "befriedigend": 3}
	complaintWords = phraseSet(`geht nicht|geht immer noch nicht|immer noch|funktioniert nicht|klappt nicht|wieder kaputt|nicht gelöst|nicht geloest|nicht behoben|tritt wieder auf|schon wieder|weiterhin|besteht weiter|still not|not working|does not work|doesn't work|still broken|not solved|not fixed|came back|happens again|broken again`)
)

func phraseSet(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == '\n' || r == '\t' }) {
		m[foldPhrase(w)] = true
	}
	return m
}

// Read says what the new text of an answer means. Only the first non-empty line
// is a word of the requester's choice: at most six words, case and punctuation
// ignored. What has a counter-sign ("ja, aber ...", a question mark, an
// attachment, further text) is left to a person: ReadingOther. A rating is 1 to 5
// with the text below as comment; a rating with a complaint is ReadingOther.
func Read(reply string, hasAttachment bool) (r Reading, rating int, comment string) {
	first, rest := firstLine(reply)
	folded := foldPhrase(first)
	words := strings.Fields(folded)
	rest = dropClosing(rest)
	if n := ratingOf(first, folded); n > 0 {
		if complains(first + " " + rest) {
			return ReadingOther, n, rest
		}
		return ReadingRating, n, rest
	}
	if rest == "" && statusPhrases[folded] && !hasAttachment {
		return ReadingStatus, 0, ""
	}
	question := strings.Contains(reply, "?")
	if len(words) == 0 || hasAttachment || question {
		return ReadingOther, 0, ""
	}
	if len(words) <= 6 {
		switch {
		case notSolvedPhrases[folded]:
			return ReadingNotSolved, 0, rest
		case solvedPhrases[folded] && harmless(rest):
			return ReadingSolved, 0, ""
		}
	}
	all := strings.Fields(foldPhrase(first + " " + rest))
	if len(all) <= 12 && anyIn(all, thanksWords) && !anyIn(all, counterWords) && !anyIn(all, askWords) {
		return ReadingThanks, 0, ""
	}
	return ReadingOther, 0, ""
}

// firstLine is the first line with a letter or digit that is no salutation, and
// the text below.
func firstLine(s string) (first, rest string) {
	for s != "" {
		line, tail, _ := strings.Cut(s, "\n")
		if f := foldPhrase(line); (f != "" || strings.ContainsAny(line, "★⭐")) && !(f != "" && salutation(f) && strings.TrimSpace(tail) != "") {
			return line, strings.TrimSpace(tail)
		}
		s = tail
	}
	return "", ""
}

// salutation tells "Hallo Frau Huber," at the top of a mail.
func salutation(folded string) bool {
	w := strings.Fields(folded)
	if len(w) > 5 {
		return false
	}
	switch w[0] {
	case "hallo", "hi", "hello", "dear", "liebe", "lieber", "guten", "sehr", "servus", "moin", "hey", "grüezi", "good":
		return !ratingPhrase(folded)
	}
	return false
}

func ratingPhrase(folded string) bool { _, ok := ratingWords[folded]; return ok }

// dropClosing takes closing and name off a short text, so that they are no
// comment.
func dropClosing(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if isClosing(l) && countText(lines[i+1:]) <= 4 && !anyIn(strings.Fields(foldPhrase(l)), thanksWords) {
			return strings.TrimSpace(strings.Join(lines[:i], "\n"))
		}
	}
	return s
}

// harmless tells whether the text below the first line takes nothing back: none,
// or thanks and a name.
func harmless(rest string) bool {
	words := strings.Fields(foldPhrase(rest))
	return len(words) == 0 || len(words) <= 6 && !anyIn(words, counterWords)
}

func anyIn(words []string, set map[string]bool) bool {
	for _, w := range words {
		if set[w] {
			return true
		}
	}
	return false
}

func complains(s string) bool {
	f := " " + foldPhrase(s) + " "
	for w := range complaintWords {
		if strings.Contains(f, " "+w+" ") {
			return true
		}
	}
	return strings.Contains(s, "?")
}

// ratingOf reads "4", "5/5", "4 Sterne", "Note: 2 - schlecht", "sehr gut"; 0 for
// anything else.
func ratingOf(line, folded string) int {
	if n, ok := ratingWords[folded]; ok {
		return n
	}
	w := strings.Fields(strings.NewReplacer("/", " / ", "(", " ", ")", " ").Replace(strings.ToLower(line)))
	if len(w) == 0 || len(w) > 6 {
		return 0
	}
	digit := strings.Trim(w[0], ".,!:;*=-")
	if len(digit) != 1 || digit[0] < '1' || digit[0] > '5' {
		if stars := strings.Count(line, "★") + strings.Count(line, "⭐"); stars >= 1 && stars <= 5 && folded == "" {
			return stars
		}
		return 0
	}
	n := int(digit[0] - '0')
	tail := foldPhrase(strings.Join(w[1:], " "))
	switch tail {
	case "", "5", "von 5", "out of 5", "sterne", "stern", "stars", "star", "punkte", "points", "danke", "thanks", "of 5":
		return n
	}
	if word, ok := ratingWords[tail]; ok && word == n {
		return n
	}
	return 0
}

// foldPhrase lowers a text and keeps letters, digits and single blanks.
func foldPhrase(s string) string {
	var out strings.Builder
	blank := false
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' && out.Len() > 0 {
			if blank && out.Len() > 0 {
				out.WriteByte(' ')
			}
			blank = false
			out.WriteRune(r)
		} else if r != '’' {
			blank = true
		}
	}
	return out.String()
}
