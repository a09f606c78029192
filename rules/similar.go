package rules

import (
	"math"
	"slices"
	"strings"
)

// Topic is what a request is about: its content words, reduced so that related
// words meet. Words that every help desk mail has are left out, so two requests
// that have only those in common are about nothing in common.
type Topic struct {
	words []topicWord
}

type topicWord struct {
	stem    string
	key     int64
	subject bool
}

// TopicVersion rises when the words of a topic are made otherwise: what was kept of
// earlier ones must be made anew.
const TopicVersion = 1

const (
	topicMost    = 32 // words of a topic
	subjectTopic = 1.3
	// nearTopic is the n-gram similarity from which two words are taken for a
	// slip of the pen or parts of one compound.
	nearTopic = 0.6
)

// TopicOf reads what a request is about from its subject and its body.
func TopicOf(subject, body string) Topic {
	q := newQuestion(subject, body)
	var t Topic
	for _, w := range q.content {
		if len(t.words) == topicMost {
			break
		}
		if (len(w.stem) > 1 || !isDigit(w.stem[0])) && !commonTopics[w.stem] {
			t.words = append(t.words, topicWord{w.stem, topicKey(w.stem), w.in[partSubject]})
		}
	}
	return t
}

// topicKey is the number a word is looked up by, the same for words that mean the
// same. Below 2^53, so that it stays itself wherever it is written down.
func topicKey(stem string) int64 {
	if group := synonyms[stem]; group != "" {
		stem = group
	}
	h := hash(kindNoun, stem)
	return int64((h ^ h>>32) & (1<<53 - 1))
}

// Empty reports whether a request says nothing it could be told by.
func (t Topic) Empty() bool { return len(t.words) == 0 }

// Keys are the numbers of the words, each once: topics that have none in common are
// not similar.
func (t Topic) Keys() []int64 {
	keys := make([]int64, 0, len(t.words))
	for i := range t.words {
		if !slices.Contains(keys, t.words[i].key) {
			keys = append(keys, t.words[i].key)
		}
	}
	return keys
}

// String is a topic as a line of text, the words of the subject with a star behind.
func (t Topic) String() string {
	var b strings.Builder
	for i, w := range t.words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.stem)
		if w.subject {
			b.WriteByte('*')
		}
	}
	return b.String()
}

// ParseTopic reads what String wrote.
func ParseTopic(s string) Topic {
	var t Topic
	for w := range strings.FieldsSeq(s) {
		stem, subject := strings.CutSuffix(w, "*")
		t.words = append(t.words, topicWord{stem, topicKey(stem), subject})
	}
	return t
}

// TopicCounts says how common words are: of how many topics, and how many of them
// have the word of a key.
type TopicCounts struct {
	Topics int
	With   map[int64]int
}

// priorTopics stand for the mails of other companies, and frequentPrior is how many
// of them have one of the frequent words: with a handful of topics of one's own no
// word is known to be common yet.
const (
	priorTopics   = 200
	frequentPrior = 15
)

func (c TopicCounts) idf(key int64) float64 {
	return math.Log(float64(c.Topics+priorTopics+1) / (float64(c.With[key]+frequentTopics[key]) + 0.5))
}

// Likeness is how much alike two topics are.
type Likeness struct {
	// Score is from 0 to 1: the cosine of the weighted words.
	Score float64
	// Evidence is what they have in common, in words nobody else uses.
	Evidence float64
	// Words is how many words they have in common.
	Words int
}

// The least that makes two requests similar. Precision comes first: an agent who
// was shown nonsense once looks at no further hint.
const (
	similarScore    = 0.37
	similarEvidence = 0.8
	similarWords    = 2
)

// Similar reports whether two requests are about the same thing.
func (l Likeness) Similar() bool {
	return l.Words >= similarWords && l.Score >= similarScore && l.Evidence >= similarEvidence
}

// Compare says how alike two topics are. The counts need to know the words of t
// alone: a word of o that they do not know is taken for as telling as those of t
// are on average.
func (t Topic) Compare(o Topic, counts TopicCounts) Likeness {
	var l Likeness
	dot, mine, sum := 0.0, 0.0, 0.0
	theirs := make([]float64, len(o.words)) // weight of each word, 0 = not known
	for i := range t.words {
		w := &t.words[i]
		weight := w.weight(counts)
		mine += weight * weight
		sum += counts.idf(w.key)
		best, sim := w.nearest(o.words)
		if best < 0 {
			continue
		}
		other := &o.words[best]
		common := counts.idf(w.key)
		if other.key != w.key {
			common = min(common, counts.idf(other.key))
		}
		theirs[best] = common
		if other.subject {
			theirs[best] *= subjectTopic
		}
		dot += weight * theirs[best] * sim
		l.Evidence += common * sim / counts.idf(-1)
		l.Words++
	}
	if dot == 0 {
		return l
	}
	l.Score = min(1, dot/math.Sqrt(mine*o.norm(theirs, counts, sum/float64(len(t.words)))))
	return l
}

// norm is the squared length of a topic, with the weights that are known.
func (t Topic) norm(known []float64, counts TopicCounts, mean float64) float64 {
	n := 0.0
	for i := range t.words {
		w := known[i]
		if w == 0 {
			w = mean
			if _, ok := counts.With[t.words[i].key]; ok || counts.With == nil {
				w = counts.idf(t.words[i].key)
			}
			if t.words[i].subject {
				w *= subjectTopic
			}
		}
		n += w * w
	}
	return n
}

func (w *topicWord) weight(counts TopicCounts) float64 {
	if w.subject {
		return subjectTopic * counts.idf(w.key)
	}
	return counts.idf(w.key)
}

// nearest is the word that meets w best, -1 for none.
func (w *topicWord) nearest(words []topicWord) (best int, sim float64) {
	best = -1
	for i := range words {
		if s := w.meets(&words[i]); s > sim {
			best, sim = i, s
		}
	}
	return best, sim
}

// meets says how much two words are the same: by stem, by meaning, or by the
// letters they share.
func (w *topicWord) meets(o *topicWord) float64 {
	switch {
	case w.stem == o.stem:
		return 1
	case w.key == o.key:
		return synonymSim
	case len(w.stem) < minNearWord || len(o.stem) < minNearWord || !isLetters(w.stem) || !isLetters(o.stem):
		return 0
	}
	if !sameEnd(w.stem, o.stem) {
		return 0
	}
	if inCompound(w.stem, o.stem) || inCompound(o.stem, w.stem) {
		return synonymSim
	}
	if s := gramSim(w.stem, o.stem); s >= nearTopic {
		return s
	}
	return 0
}

// inCompound reports whether a compound begins or ends with a word.
func inCompound(compound, word string) bool {
	return len(word) >= minNearWord+1 && (strings.HasPrefix(compound, word) || strings.HasSuffix(compound, word))
}

// sameEnd reports whether two words begin or end alike, which spares the n-grams
// of most pairs.
func sameEnd(a, b string) bool {
	const n = 3
	return a[:n] == b[:n] || a[len(a)-n:] == b[len(b)-n:]
}

// gramSim is the Dice coefficient of the character n-grams of two words.
func gramSim(a, b string) float64 {
	x, y := charGrams(a), charGrams(b)
	common := 0
	for _, g := range x {
		if slices.Contains(y, g) {
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// commonTopics are words that say nothing about the matter, stemmed: what every
// request to a help desk is full of, besides the stop words.
var commonTopics = topicSet(`
	nicht nichts niemand kein keine nie mehr wieder noch schon erneut weiter weiterhin trotzdem ploetzlich neuerdings manchmal staendig dauernd
	fehler fehlermeldung meldung error message stoerung ausfall defekt kaputt broken failed failure fehlerhaft
	funktioniert funktion klappt geht laeuft tut tun macht machen gemacht kommt bekomme bekommt erhalte erhaelt erscheint steht zeigt angezeigt sagt
	versuche versucht probiert getestet neustart gestartet neugestartet starten startet restart
	works work working stopped stop doesnt dont cannot cant wont isnt since tried try shows appears says does not no longer again still
	rechner computer pc notebook laptop system programm software anwendung app geraet device
	kollege kollegin kollegen kolleginnen mitarbeiter mitarbeiterin buero arbeitsplatz abteilung firma chef
	bitten bitte benoetige benoetigen brauche brauchen gebraucht schnell schnellstmoeglich rueckmeldung anruf melden kurz mal eben
	uhr minuten stunden stunde tag tage tagen woche wochen montag dienstag mittwoch donnerstag freitag vormittag nachmittag mittag abend frueh
	january february monday tuesday wednesday thursday friday today yesterday yesterdays morning afternoon minutes hours days week
	moeglich unmoeglich irgendwie irgendwas eigentlich vermutlich vielleicht wahrscheinlich normal normalerweise gleich selbe aktuell momentan derzeit
	koennt koenntet wuerdet schauen schau anschauen pruefen check look please someone anyone everyone user benutzer
	info betreff re aw fwd wg behoben erledigt geloest loesung fertig solved fixed done resolved
	neu neue neuen neuer neues new alt alte lang lange kurzem letzte letzten letzter
	einen jemand alle alles everything anything something nothing
	ab zwei drei vier ersten erste zweite zweiter zweites herrn bleibt bleiben steckt stecke
	januar februar maerz april mai juni juli august september oktober november dezember
`)

// frequentTopics are words that name a wide field or a symptom, by their keys: two
// mails about Outlook have little in common yet.
var frequentTopics = func() map[int64]int {
	m := map[int64]int{}
	for stem := range topicSet(`
		outlook excel word powerpoint office teams windows sap erp crm datev vpn wlan wifi internet netz netzwerk network browser chrome edge firefox
		drucker printer drucken print druckt scanner scan kopierer papier bildschirm monitor tastatur maus handy telefon headset kamera
		mail mails email e-mail postfach kalender ordner datei dateien laufwerk netzlaufwerk server zugriff zugang access passwort password konto account
		anmelden anmeldung login verbindung verbinden connection connect offnen oeffnen open speichern save senden send installieren install update
		leer schwarz empty black gesperrt locked langsam slow weg verschwunden missing falsch wrong voll full fehlt abgelaufen expired absturz abstuerzt
		rechnung invoice einrichten setup aendern change homeoffice buchhaltung einkauf vertrieb lager produktion`) {
		m[topicKey(stem)] = frequentPrior
	}
	return m
}()

func topicSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[topicStem(w)] = true
	}
	return m
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// Rarity is how telling a word is, by its key: the logarithm of how few topics have
// it.
func (c TopicCounts) Rarity(key int64) float64 { return c.idf(key) }

// WithoutCourtesy cuts greeting and closing off a text.
func WithoutCourtesy(s string) string { return trimCourtesy(s) }

// TellingWords are the words of a request that could tell what it is about, by their
// stems, in lower case as they are written. Numbers are none.
func TellingWords(subject, text string) map[string]string {
	words := map[string]string{}
	for _, raw := range strings.FieldsFunc(clipText(subject, maxSubject)+" "+trimCourtesy(clipText(text, maxBody)), notInWord) {
		folded := patternWords(raw)
		if len(folded) != 1 || len(folded[0]) < 3 || !isLetters(folded[0]) || stopWords[folded[0]] {
			continue
		}
		if stem := nounStem(folded[0]); words[stem] == "" && !commonTopics[topicStem(folded[0])] {
			words[stem] = strings.ToLower(raw)
		}
	}
	return words
}
