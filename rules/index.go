package rules

import "sync"

// table maps hashes to patterns. Most words of a mail are in no list; the bit
// field says so without touching the map.
type table struct {
	bits []uint64
	mask uint64
	refs map[uint64][]ref
}

// ref is a pattern found under a hash; of a compound part at least rest bytes
// must be left beside it.
type ref struct {
	pattern int32
	rest    uint8
}

func (t *table) put(h uint64, r ref) {
	if t.refs == nil {
		t.refs = map[uint64][]ref{}
	}
	t.refs[h] = append(t.refs[h], r)
}

// seal sizes the bit field to sixteen bits per entry.
func (t *table) seal() {
	size := uint64(1024)
	for size < uint64(len(t.refs))*16 {
		size *= 2
	}
	t.mask = size - 1
	t.bits = make([]uint64, size/64)
	for h := range t.refs {
		i := slot(h) & t.mask
		t.bits[i/64] |= 1 << (i % 64)
	}
}

func slot(h uint64) uint64 { return h ^ h>>29 }

func (t *table) get(h uint64) []ref {
	i := slot(h) & t.mask
	if t.bits[i/64]&(1<<(i%64)) == 0 {
		return nil
	}
	return t.refs[h]
}

// index finds all patterns of all rules, categories and FAQ gates in a text in
// one pass over its distinct words.
type index struct {
	patterns []pattern
	ids      map[string]int32
	exact    table // hash of the word
	stems    table // keys
	starts   table // hash of a beginning
	ends     table // hash of an ending, from the end
	endStems table // the same over the stem of the word, umlaut kept
	endBase  table // the same over the stem of the word, umlaut dropped
	phrases  table // keys of the longest word of a phrase
	grams    *grams
	pool     sync.Pool
}

// intern adds a pattern once and returns its number.
func (x *index) intern(p pattern) int32 {
	if id, ok := x.ids[p.source]; ok {
		return id
	}
	if x.ids == nil {
		x.ids = map[string]int32{}
	}
	id := int32(len(x.patterns))
	x.ids[p.source] = id
	x.patterns = append(x.patterns, p)
	return id
}

// seal builds the tables.
func (x *index) seal() {
	for i := range x.patterns {
		x.register(int32(i), &x.patterns[i])
	}
	for _, t := range []*table{&x.exact, &x.stems, &x.starts, &x.ends, &x.endStems, &x.endBase, &x.phrases} {
		t.seal()
	}
	x.grams = newGrams(x.patterns)
}

func (x *index) register(id int32, p *pattern) {
	switch p.kind {
	case exactPattern:
		x.exact.put(hash(kindNoun, p.word), ref{id, 0})
	case prefixPattern:
		x.starts.put(hash(kindNoun, p.word), ref{id, 0})
	case suffixPattern:
		x.ends.put(hashBack(p.word), ref{id, 0})
		x.endStems.put(hashBack(nounStem(p.word)), ref{id, 0})
	case phrasePattern:
		longest := 0
		for i, w := range p.phrase {
			if len(w.text) > len(p.phrase[longest].text) {
				longest = i
			}
		}
		k := &p.phrase[longest].keys
		for _, h := range k.k[:k.n] {
			x.phrases.put(h, ref{id, uint8(longest)})
		}
	case wordPattern:
		for _, h := range p.keys.k[:p.keys.n] {
			x.stems.put(h, ref{id, 0})
		}
		starts, endLiteral, endStem := p.compoundForms()
		for _, s := range starts {
			x.starts.put(hash(kindNoun, s), ref{id, minRest})
		}
		if endLiteral != "" {
			x.ends.put(hashBack(endLiteral), ref{id, minRest})
		}
		if endStem != "" {
			x.endStems.put(hashBack(endStem), ref{id, minRest})
			if !denied(endStem) {
				x.endBase.put(hashBackBase(endStem), ref{id, minRest})
			}
		}
	}
}

func hashBack(s string) uint64 {
	h := kindNoun
	for i := len(s) - 1; i >= 0; i-- {
		h = (h ^ uint64(s[i])) * prime64
	}
	return h
}

func hashBackBase(s string) uint64 {
	h := kindNoun
	for i := len(s) - 1; i >= 0; i-- {
		if !isDigraphE(s, i) {
			h = (h ^ uint64(s[i])) * prime64
		}
	}
	return h
}

// hits are the patterns found in a text.
type hits struct {
	at    []place // by pattern: where it was found
	word  []int32 // by pattern: the word that was found, at its best place
	found []int32 // the patterns that were found
}

func (h *hits) add(p int32, at place, word int32) {
	if h.at[p] == 0 {
		h.found = append(h.found, p)
	}
	if h.at[p] == 0 || at&inSubject != 0 && h.at[p]&inSubject == 0 {
		h.word[p] = word
	}
	h.at[p] |= at
}

// release gives the memory of a scan back; h must not be used any more.
func (x *index) release(h *hits) {
	for _, p := range h.found {
		h.at[p] = 0
	}
	h.found = h.found[:0]
	x.pool.Put(h)
}

// scan finds all patterns in t.
func (x *index) scan(t *text) *hits {
	h, ok := x.pool.Get().(*hits)
	if !ok {
		h = &hits{at: make([]place, len(x.patterns)), word: make([]int32, len(x.patterns))}
	}
	for i := range t.words {
		x.scanWord(t, int32(i), h)
	}
	if len(x.grams.first) > 0 || len(x.grams.always) > 0 {
		x.scanRegex(t, h)
	}
	return h
}

func (x *index) scanWord(t *text, i int32, h *hits) {
	w := &t.words[i]
	for _, k := range w.keys.k[:w.keys.n] {
		for _, r := range x.stems.get(k) {
			if !x.patterns[r.pattern].plural(w.text) {
				h.add(r.pattern, w.place, i)
			}
		}
		for _, r := range x.phrases.get(k) {
			x.phraseAt(t, i, r, h)
		}
	}
	n := len(w.text)
	forward := kindNoun
	for j := range n {
		forward = (forward ^ uint64(w.text[j])) * prime64
		for _, r := range x.starts.get(forward) {
			if r.rest == 0 || letters(w.text[j+1:]) >= int(r.rest) {
				h.add(r.pattern, w.place, i)
			}
		}
	}
	for _, r := range x.exact.get(forward) {
		h.add(r.pattern, w.place, i)
	}
	x.scanEnd(&x.ends, w.text, w.place, i, h)
	if n > minCompound {
		stem := nounStem(w.text)
		x.scanEnd(&x.endStems, stem, w.place, i, h)
		if len(x.endBase.refs) > 0 && hasUmlaut(stem) {
			x.scanEndBase(stem, w.place, i, h)
		}
	}
}

func (x *index) scanEnd(t *table, s string, at place, i int32, h *hits) {
	if len(t.refs) == 0 {
		return
	}
	back := kindNoun
	for j := len(s) - 1; j >= 0; j-- {
		back = (back ^ uint64(s[j])) * prime64
		for _, r := range t.get(back) {
			if r.rest == 0 || letters(s[:j]) >= int(r.rest) {
				h.add(r.pattern, at, i)
			}
		}
	}
}

func (x *index) scanEndBase(s string, at place, i int32, h *hits) {
	back := kindNoun
	for j := len(s) - 1; j >= 0; j-- {
		if isDigraphE(s, j) {
			continue
		}
		back = (back ^ uint64(s[j])) * prime64
		for _, r := range x.endBase.get(back) {
			if letters(s[:j]) >= int(r.rest) {
				h.add(r.pattern, at, i)
			}
		}
	}
}

// maxPhraseTries bounds how many occurrences of a word are tried per phrase.
const maxPhraseTries = 32

// phraseAt looks for phrase r around the occurrences of word i.
func (x *index) phraseAt(t *text, i int32, r ref, h *hits) {
	p := &x.patterns[r.pattern]
	if h.at[r.pattern]&inSubject != 0 {
		return
	}
	for n, at := range t.occurrences(i) {
		if n == maxPhraseTries {
			return
		}
		if p.fitsFrom(t, int(at), int(r.rest), 1) && p.fitsFrom(t, int(at), int(r.rest), -1) {
			h.add(r.pattern, t.placeOf(int(at)), i)
			return
		}
	}
}

// fitsFrom reports whether the words of the phrase behind word pivot (dir 1) or
// before it (dir -1) stand next to token at. Up to one other word may stand
// between two words.
func (p *pattern) fitsFrom(t *text, at, pivot, dir int) bool {
	place := t.placeOf(at)
	for k := pivot + dir; k >= 0 && k < len(p.phrase); k += dir {
		next := -1
		for gap := 1; gap <= 2 && next < 0; gap++ {
			q := at + dir*gap
			if q < 0 || q >= len(t.tokens) || t.placeOf(q) != place {
				break
			}
			if t.words[t.tokens[q]].keys.meets(&p.phrase[k].keys) {
				next = q
			}
		}
		if next < 0 {
			return false
		}
		at = next
	}
	return true
}

func (x *index) scanRegex(t *text, h *hits) {
	lowered := t.lower()
	x.grams.candidates(lowered, func(id int32) {
		e := x.patterns[id].regex
		if e.match(lowered[:t.loweredAt-1]) {
			h.add(id, inSubject, -1)
		}
		if e.match(lowered[t.loweredAt:]) {
			h.add(id, inBody, -1)
		}
	})
}
