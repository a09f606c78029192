package rules

import "strings"

// A word has a few keys; two words meet when they share one. The keys are
// hashes of stems in five kinds, so that only like forms can meet:
//
//	noun   nominal endings off: Drucker, Druckers, Druckern; neu, neue, neuen
//	base   the same with the vowel before the umlaut: Passwort, Passwörter
//	verb   finite forms, infinitive and participle: druckt, drucken, gedruckt
//	base   of the verb stem: läuft, laufen
//	en     English endings off: locked, locks, locking
//
// A deny list keeps apart pairs that only the umlaut tells apart.
type keys struct {
	k [6]uint64
	n int
}

const (
	kindNoun uint64 = 14695981039346656037
	kindVerb uint64 = kindNoun ^ 0x9e3779b97f4a7c15
	kindEN   uint64 = kindNoun ^ 0xc2b2ae3d27d4eb4f
	prime64  uint64 = 1099511628211
)

func (k *keys) add(h uint64) {
	for i := range k.n {
		if k.k[i] == h {
			return
		}
	}
	if k.n < len(k.k) {
		k.k[k.n] = h
		k.n++
	}
}

// meets reports whether two words share a key.
func (k *keys) meets(o *keys) bool {
	for i := range k.n {
		for j := range o.n {
			if k.k[i] == o.k[j] {
				return true
			}
		}
	}
	return false
}

// keysOf returns the keys of a folded word. The first is always the noun key.
func keysOf(w string) (k keys) {
	n := nounStem(w)
	k.add(hash(kindNoun, n))
	umlaut := hasUmlaut(w) && !denied(n)
	if umlaut {
		k.add(hashBase(kindNoun, n))
	}
	if lexicon.invariant[w] || len(w) < 4 || !isLetters(w) {
		return k
	}
	if v, prefix := verbStem(w); v != "" {
		h := hash(hash(kindVerb, prefix), v)
		k.add(h)
		if hasUmlaut(v) && !denied(v) && !denied(n) {
			k.add(hashBase(hash(kindVerb, prefix), v))
		}
	}
	if e := englishStem(w); e != n {
		k.add(hash(kindEN, e))
	} else {
		k.add(hash(kindEN, n))
	}
	return k
}

// nounStem takes one nominal or adjectival ending off a folded word.
func nounStem(w string) string {
	if len(w) < 4 || lexicon.invariant[w] || !isLetters(w) {
		return w
	}
	cut := func(ending string) (string, bool) {
		s, ok := strings.CutSuffix(w, ending)
		return s, ok && len(s) >= 3
	}
	if s, ok := cut("ern"); ok && (hasUmlaut(s) || lexicon.erPlural[s]) {
		return s
	}
	if s, ok := cut("er"); ok && (hasUmlaut(s) && !agentUmlaut(w) || lexicon.erPlural[s] || adjective(s)) {
		return s
	}
	if s, ok := cut("n"); ok && (strings.HasSuffix(s, "er") || strings.HasSuffix(s, "el")) {
		return s
	}
	for _, ending := range []string{"en", "em", "es", "e"} {
		if s, ok := cut(ending); ok {
			return s
		}
	}
	if s, ok := cut("s"); ok && !strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "u") && !strings.HasSuffix(s, "i") {
		return s
	}
	return w
}

// agentUmlaut reports words on -er that are no plural although they carry an
// umlaut: Verkäufer, Empfänger, Schlüsseldienstanbieter is covered by the stem.
func agentUmlaut(w string) bool {
	for _, s := range [...]string{"aeufer", "aenger", "uehrer", "aender", "oerer", "uefer", "oepfer", "aehler", "oeffner", "uemmer", "aerker", "aeger", "aeder"} {
		if strings.HasSuffix(w, s) {
			return !strings.HasSuffix(w, "laender") && !strings.HasSuffix(w, "baender") && !strings.HasSuffix(w, "raender")
		}
	}
	return false
}

// adjective reports whether s+"er" is an inflected adjective or participle.
func adjective(s string) bool {
	if lexicon.adjective[s] {
		return true
	}
	for _, e := range [...]string{"ig", "lich", "isch", "bar", "los", "sam", "haft", "iert", "end", "elt", "nen", "fen", "ten"} {
		if len(s) > len(e)+2 && strings.HasSuffix(s, e) {
			return true
		}
	}
	if strings.HasSuffix(s, "t") && len(s) >= 6 {
		for _, p := range [...]string{"ge", "be", "ver", "zer", "ent", "er"} {
			if strings.HasPrefix(s, p) {
				return true
			}
		}
		for _, p := range separable {
			if strings.HasPrefix(s, p) && strings.HasPrefix(s[len(p):], "ge") {
				return true
			}
		}
	}
	return false
}

// separable are the verb prefixes that stand before -ge- and -zu-; longer ones
// before their beginnings.
var separable = [...]string{"zurueck", "herunter", "weiter", "ueber", "unter", "durch", "wieder", "runter", "nach", "fest", "frei", "hoch", "vor", "auf", "aus", "ein", "her", "hin", "los", "mit", "weg", "zusammen", "ab", "an", "um", "zu"}

// verbStem returns the stem of a word that may be a verb form and the separable
// prefix it was parted from; "" when it looks like none.
func verbStem(w string) (stem, prefix string) {
	for _, p := range separable {
		rest, ok := strings.CutPrefix(w, p)
		if !ok {
			continue
		}
		if r, ok := strings.CutPrefix(rest, "ge"); ok && len(r) >= 4 {
			if s, ok := cutParticiple(r); ok {
				return s, p
			}
		}
		if r, ok := strings.CutPrefix(rest, "zu"); ok && len(r) >= 5 && strings.HasSuffix(r, "en") {
			return r[:len(r)-2], p
		}
	}
	if r, ok := strings.CutPrefix(w, "ge"); ok && len(r) >= 5 {
		if s, ok := cutParticiple(r); ok {
			return s, ""
		}
	}
	return finiteStem(w), ""
}

func cutParticiple(r string) (string, bool) {
	if s, ok := strings.CutSuffix(r, "et"); ok && takesE(s) {
		return s, true
	}
	if s, ok := strings.CutSuffix(r, "t"); ok && len(s) >= 3 {
		return s, true
	}
	if s, ok := strings.CutSuffix(r, "en"); ok && len(s) >= 3 {
		return s, true
	}
	return "", false
}

// finiteStem takes a verbal ending off: -ierte(n), -et, -te, -t, -en, -ern, -eln, -e.
func finiteStem(w string) string {
	for _, e := range [...]string{"ierten", "ierte"} {
		if s, ok := strings.CutSuffix(w, e); ok && len(s) >= 2 {
			return s + "ier"
		}
	}
	cut := func(ending string, least int) string {
		if s, ok := strings.CutSuffix(w, ending); ok && len(s) >= least {
			return s
		}
		return ""
	}
	if s := cut("et", 3); s != "" && takesE(s) {
		return s
	}
	for _, e := range [...]string{"te", "t", "en"} {
		if s := cut(e, 3); s != "" {
			return s
		}
	}
	if s := cut("n", 4); s != "" && (strings.HasSuffix(s, "er") || strings.HasSuffix(s, "el")) {
		return s
	}
	return cut("e", 3)
}

// takesE reports verb stems whose finite forms need an e: meldet, rechnet.
func takesE(s string) bool {
	for _, e := range [...]string{"t", "d", "ffn", "chn", "gn", "tm"} {
		if strings.HasSuffix(s, e) {
			return len(s) >= 3
		}
	}
	return false
}

// englishStem takes an English ending off.
func englishStem(w string) string {
	s := w
	switch {
	case strings.HasSuffix(w, "ies") && len(w) >= 6:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "xes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is") && len(w) >= 4:
		s = w[:len(w)-1]
	case strings.HasSuffix(w, "ing") && len(w) >= 6 && strings.ContainsAny(w[:len(w)-3], "aeiouy"):
		s = undouble(w[:len(w)-3])
	case strings.HasSuffix(w, "ed") && len(w) >= 5 && strings.ContainsAny(w[:len(w)-2], "aeiouy"):
		s = undouble(w[:len(w)-2])
	}
	if len(s) >= 5 {
		s = strings.TrimSuffix(s, "e")
	}
	return s
}

func undouble(s string) string {
	n := len(s)
	if n >= 4 && s[n-1] == s[n-2] && strings.IndexByte("bdgmnprt", s[n-1]) >= 0 {
		return s[:n-1]
	}
	return s
}

func hash(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime64
	}
	return h
}

// hashBase hashes s with each umlaut digraph reduced to its vowel.
func hashBase(h uint64, s string) uint64 {
	for i := range len(s) {
		if !isDigraphE(s, i) {
			h = (h ^ uint64(s[i])) * prime64
		}
	}
	return h
}

// isDigraphE reports whether s[i] is the e of a folded umlaut: after a, o or u
// that itself follows neither vowel nor q (neue, Quelle, Steuer).
func isDigraphE(s string, i int) bool {
	if s[i] != 'e' || i == 0 {
		return false
	}
	if s[i-1] != 'a' && s[i-1] != 'o' && s[i-1] != 'u' {
		return false
	}
	if i == 1 {
		return true
	}
	switch s[i-2] {
	case 'a', 'e', 'i', 'o', 'u', 'q':
		return false
	}
	return true
}

func hasUmlaut(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i] == 'e' && isDigraphE(s, i) {
			return true
		}
	}
	return false
}

func isLetters(s string) bool {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			return false
		}
	}
	return true
}

// denied reports stems whose umlaut must not be dropped, because the word
// without it is another one.
func denied(stem string) bool {
	for _, p := range lexicon.deny {
		if strings.HasPrefix(stem, p) {
			return true
		}
		if i := strings.Index(stem, p); i > 0 && i <= 6 {
			return true // gedrückt, ausdrücken, abzählen
		}
	}
	return false
}
