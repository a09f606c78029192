package rules

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shippedVetoes are words with which a person must read the mail, whatever the
// configuration says. A veto does not count for an entry whose own questions
// contain it: an entry about phishing may answer mails about phishing.
var shippedVetoes = []struct {
	de, en string // why
	words  []string
}{
	{"schon versucht", "already tried", []string{"immer noch", "noch immer", "schon versucht", "bereits versucht", "schon probiert", "schon wieder",
		"wieder nicht", "weiterhin nicht", "nach wie vor", "erneut", "half nicht", "hat nicht geholfen", "zum dritten mal", "zum zweiten mal",
		"already tried", "still not", "still can", "did not help", "yet again", "once again", "again not", "not working again", "same problem again"}},
	{"Sicherheit", "security", []string{"phishing", "trojaner", "trojan", "ransomware", "malware", "virus", "schadsoftware", "gehackt", "hacked", "erpressung",
		"gestohlen", "geklaut", "stolen", "betrug", "betrüger", "fraud", "scam", "verdächtig", "suspicious", "kompromittiert", "compromised",
		"datenleck", "breach"}},
	{"Beschwerde", "complaint", []string{"beschwerde", "beschweren", "anwalt", "unverschämt", "unverschämtheit", "frechheit", "zumutung", "inakzeptabel",
		"schadenersatz", "strafanzeige", "complaint", "lawyer", "attorney", "legal action", "unacceptable", "outrageous", "disgrace"}},
	{"mehrere betroffen", "several people affected", []string{"alle kollegen", "allen kollegen", "mehrere kollegen", "mehrere mitarbeiter", "alle mitarbeiter",
		"wir alle", "uns allen", "ganze abteilung", "gesamte abteilung", "ganze team", "niemand von uns", "niemand kommt", "keiner von uns", "keiner kommt", "several colleagues",
		"all colleagues", "whole department", "whole team", "all of us", "none of us", "nobody here", "nobody in", "everyone in"}},
	{"fremdes Konto", "another person's account", []string{"meine kollegin", "meiner kollegin", "mein kollege", "meines kollegen", "meinem kollegen", "meinen kollegen",
		"mein chef", "meines chefs", "meinem chef", "meinen chef", "meine chefin", "meiner chefin", "unser praktikant", "my colleagues", "my colleague",
		"of a colleague", "for a colleague", "my boss"}},
}

// vetoes are the shipped vetoes as patterns, and which of them each entry knows
// from its own questions.
type vetoes struct {
	patterns [][]int32
	known    []map[int32]bool // by entry
}

// internVetoes adds the shipped vetoes to the index.
func (c *compiler) internVetoes() {
	v := &c.s.faq.vetoes
	for _, list := range shippedVetoes {
		var ids []int32
		for _, w := range list.words {
			p, err := parsePattern(w)
			if err != nil {
				panic(err) // the words are constants
			}
			ids = append(ids, c.s.index.intern(p))
		}
		v.patterns = append(v.patterns, ids)
	}
}

// learnVetoes notes the vetoes that stand in the questions of each entry.
func (c *compiler) learnVetoes() {
	f := c.s.faq
	for i := range f.entries {
		known := map[int32]bool{}
		for _, lang := range sortedKeys(f.entries[i].Questions) {
			for _, q := range f.entries[i].Questions[lang] {
				h := c.s.index.scan(newText("", q, ""))
				for _, p := range h.found {
					known[p] = true
				}
				c.s.index.release(h)
			}
		}
		f.vetoes.known = append(f.vetoes.known, known)
	}
}

// shippedVeto returns the shipped veto that keeps entry i from being sent.
func (e *evaluation) shippedVeto(i int) string {
	v := &e.s.faq.vetoes
	for k, ids := range v.patterns {
		for _, id := range ids {
			if e.h.at[id]&inText != 0 && !v.known[i][id] {
				return e.say("%s (%s)", "%s (%s)", e.say(shippedVetoes[k].de, shippedVetoes[k].en), e.s.index.patterns[id].source)
			}
		}
	}
	return ""
}

// aboutPerson reports a mail that names another person with a title: greeting and
// closing aside, "Frau Huber" is somebody else than the author.
func aboutPerson(body string) bool {
	titled := false
	for _, w := range strings.FieldsFunc(trimCourtesy(clipText(body, firstBytes)), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		first, _ := utf8.DecodeRuneInString(w)
		if titled && unicode.IsUpper(first) {
			return true
		}
		titled = slices.Contains([]string{"Frau", "Herr", "Herrn", "Hr", "Mr", "Mrs", "Ms"}, w)
	}
	return false
}

// furtherRequest are words that begin another request, folded.
var furtherRequest = []string{"ausserdem", "zusaetzlich", "ferner", "zweitens", "uebrigens", "additionally", "besides", "furthermore", "secondly"}

// furtherRequests are pairs of such words.
var furtherRequests = []string{"und wie", "und wo", "und wann", "und wer", "und koennten", "und koennen", "noch eine", "noch etwas", "noch was", "eine weitere",
	"and how", "and where", "and when", "and could", "and can", "one more", "another thing", "another question"}

// several reports a mail with more than one request: an enumeration, more than
// one question with content of its own, or a sentence that begins another request.
func several(body string) bool {
	items := 0
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		mark, rest, ok := strings.Cut(line, " ")
		numbered := len(mark) == 2 && mark[0] >= '1' && mark[0] <= '9' && (mark[1] == '.' || mark[1] == ')')
		if ok && rest != "" && (numbered || slices.Contains([]string{"-", "*", "•", "–"}, mark)) {
			items++
		}
	}
	if items > 1 {
		return true
	}
	questions, text := 0, trimCourtesy(clipText(body, firstBytes))
	for n := 0; text != ""; n++ {
		end := strings.IndexAny(text, ".!?\n")
		if end < 0 {
			end = len(text) - 1
		}
		sentence, asks := text[:end+1], text[end] == '?'
		text = text[end+1:]
		words := patternWords(sentence)
		if asks && contentWords(words) >= contentOfQuestion {
			questions++
		}
		if n > 0 && beginsAnother(words) && contentWords(words) >= contentOfQuestion {
			return true
		}
	}
	return questions > 1
}

// contentOfQuestion is how many words with a meaning make a question of its own:
// "Was kann ich tun?" has none.
const contentOfQuestion = 2

func contentWords(words []string) (n int) {
	for _, w := range words {
		if !stopWords[w] {
			n++
		}
	}
	return n
}

func beginsAnother(words []string) bool {
	return len(words) > 0 && slices.Contains(furtherRequest, words[0]) || len(words) > 1 && slices.Contains(furtherRequests, words[0]+" "+words[1])
}
