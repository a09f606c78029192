package rules

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// foreign returns the words of a mail that an entry does not know when they are too
// many for an automatic answer: one name of a thing, or two words of any kind. "Mein
// Zoom-Passwort ist abgelaufen" is worded like a question about the password of
// Windows and about something else. An entry knows the words of its questions, learned
// ones too, and of must. What every request is full of does not count.
//
// Entries without must are not asked: they have to be surer in score and lead.
func (e *evaluation) foreign(i int, q *question) []string {
	if len(e.s.faq.entries[i].must) == 0 {
		return nil
	}
	var list, shared []string
	things := false
	for part, text := range []string{clipText(e.t.subject, maxSubject), trimCourtesy(clipText(clipText(e.t.body, maxBody), firstBytes))} {
		begins := true // a sentence: its first word says nothing by its capital
		for raw := range strings.FieldsSeq(text) {
			for n, piece := range strings.FieldsFunc(raw, notInName) {
				first, _ := utf8.DecodeRuneInString(piece)
				named := unicode.IsUpper(first) && (!begins || n > 0) && (part == partBody || e.d.Language == "de") || mixed(piece)
				for _, w := range patternWords(piece) {
					switch {
					case sayNothing(w):
					case e.s.faq.knows(i, w, q):
						shared = addOnce(shared, topicStem(w))
					default:
						list, things = addOnce(list, w), things || named
					}
				}
			}
			begins = strings.ContainsRune(".!?:", rune(raw[len(raw)-1])) && len(raw) > 2
		}
	}
	if things || len(list)*sharedPerForeign > len(shared) {
		return list
	}
	return nil
}

// sharedPerForeign is how many words in common make up for one that the entry does
// not know and that names no thing.
const sharedPerForeign = 3

func addOnce(list []string, w string) []string {
	if slices.Contains(list, w) {
		return list
	}
	return append(list, w)
}

func notInName(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// mixed reports a word of letters and digits: A3, 3D.
func mixed(w string) bool {
	return strings.ContainsFunc(w, unicode.IsLetter) && strings.ContainsFunc(w, unicode.IsDigit)
}

// sayNothing reports a folded word that says nothing about the matter.
func sayNothing(word string) bool {
	stem := topicStem(word)
	number := isDigit(word[0]) && !mixed(word)
	return len(word) < 2 || number && len(word) < 3 || stopWords[word] || commonTopics[stem] || courtesyTopics[stem]
}

// knows reports whether an entry knows a folded word of a mail.
func (f *faq) knows(i int, word string, q *question) bool {
	stem := topicStem(word)
	if f.entries[i].mustStems[stem] {
		return true
	}
	at := slices.IndexFunc(q.content, func(w questionWord) bool { return w.stem == stem })
	if at < 0 {
		return true // beyond what is compared
	}
	near, other := false, false
	for _, m := range q.content[at].meets {
		if !f.sim.has(m.term, i) {
			continue
		}
		known := f.sim.stems[m.term]
		if m.sim >= misspelt || strings.HasSuffix(stem, known) {
			return true
		}
		near, other = true, other || otherHead(stem, known)
	}
	return near && !other
}

// misspelt is the n-gram similarity from which a word is the known one.
const misspelt = 0.75

// otherHead reports a compound that begins with a known word and ends in another
// one: a password manager is no password.
func otherHead(stem, known string) bool {
	head, ok := strings.CutPrefix(stem, known)
	return ok && len(head) >= minNearWord && !sayNothing(head)
}

// has reports whether a term stands in a phrasing of a candidate.
func (s *similarity) has(term int32, candidate int) bool {
	return slices.ContainsFunc(s.content.of(term), func(p posting) bool { return int(s.docs[p.doc]) == candidate })
}

// learnMust notes the words of must.
func (e *faqEntry) learnMust() {
	e.mustStems = map[string]bool{}
	for _, group := range e.mustTexts {
		for _, t := range group {
			for _, w := range patternWords(t.Value) {
				e.mustStems[topicStem(w)] = true
			}
		}
	}
}

// courtesyTopics are further words that say nothing about the matter: how people
// speak, where they sit and when it happened.
var courtesyTopics = topicSet(`
	obwohl sondern sobald bevor nachdem waehrend falls sowie ausser trotz deshalb daher darum also sonst ansonsten allerdings jedoch naemlich etwa fast ganz ziemlich
	bisher bislang sofort ploetzlich anscheinend offenbar scheinbar angeblich tatsaechlich wirklich nochmal nochmals halt denn seitdem inzwischen mittlerweile
	vorhin eben seltsamerweise komischerweise zurzeit neuestem naechste naechster naechsten uebermorgen uebernaechste fuers ans ums
	dir dein deine deinen du euch eurer welche welcher welches welchen wer wessen beide beiden dessen deren irgendwo irgendwann nirgends dort dorthin
	sei seid gewesen ging gehen gehe geh komm komme kommen haett haette haettet wuerde koennt koennte duerfte darf duerfen lassen laesst liess bleibt blieb
	weiss wissen sagen sagte meint meinte fragt fragen behauptet meckert jammert heisst lautet finde findet finden sehen gesehen suche sucht gesucht
	sitze sitzen sitz arbeite arbeiten stehe stehen schreibe schreiben erkennt erkannt herstellen aufbauen baut schicke schicken teilt mitteilen
	hilft helft weiterhelfen tipp rat rueckruf kurze kurzer schnelle lieben sorry vorab mahlzeit servus pfiat tschuess ciao
	net ned nimmer nimma nix nich nu mei mia hob hab dahoam wia morgn kimm daheim zuhause unterwegs homeoffice
	rein raus hin her rum nei stock stockwerk etage flur og eg ug raum zimmer gang halle sekretariat buchhaltung verwaltung floor room office
	urlaub ferien feiertag wochenende mittagspause samstag sonntag holiday holidays vacation weekend lunch break saturday sunday
	null eins fuenf sechs sieben acht neun zehn erster dritte dritten vierte one two three four five second third fourth
	although however therefore otherwise because before after during until unless whether whose both either neither each every other
	keep keeps kept tell tells told ask asks asked say said think guess suddenly apparently nobody someone somewhere she he they her his their
	come comes coming go goes going went gone find found detect see seen know knew known still yet ever just only very really quite
	may might must shall since over under gets getting gave give makes made seems seem hey folks guys sorry asap
	march april june july october december january february november september august
`)
