package rules

import (
	"math"
	"sort"
)

// similarity finds the FAQ question nearest to a mail.
//
// Every question is a bag of terms: topic stems with TF-IDF weights. A word of
// the mail that is no term is compared with the terms by its character n-grams,
// so that typing errors, compounds and dialect count for what they share.
type similarity struct {
	terms    map[string]int32
	idf      []float64
	postings [][]posting // by term
	docs     []doc
	grams    map[uint32][]int32 // character n-gram to terms
	gramN    []float64          // number of n-grams of a term
	unseen   float64            // idf of a word that stands nowhere
	entries  int
}

type posting struct {
	doc    int32
	weight float32 // normalised
}

// doc is a question of an entry, or a background mail (entry -1).
type doc struct {
	entry int32
	norm  float64
}

// match is an entry found, with its lead over the next and the background.
type match struct {
	entry  int
	score  float64
	margin float64
}

type similarityBuilder struct {
	docs []builderDoc
}

type builderDoc struct {
	entry  int
	terms  map[string]float64
	answer bool
}

func newSimilarityBuilder() *similarityBuilder { return &similarityBuilder{} }

func (b *similarityBuilder) addQuestion(entry int, text string) {
	b.docs = append(b.docs, builderDoc{entry: entry, terms: topicTerms(text)})
}

func (b *similarityBuilder) addAnswer(entry int, text string) {
	_ = entry
	_ = text
}

func (b *similarityBuilder) addBackground(text string) {
	b.docs = append(b.docs, builderDoc{entry: -1, terms: topicTerms(text)})
}

// topicTerms counts the content words of a text.
func topicTerms(text string) map[string]float64 {
	terms := map[string]float64{}
	for _, w := range patternWords(text) {
		if !stopWords[w] {
			terms[topicStem(w)]++
		}
	}
	return terms
}

func (b *similarityBuilder) build(entries int) *similarity {
	s := &similarity{terms: map[string]int32{}, grams: map[uint32][]int32{}, entries: entries}
	df := []float64{}
	seen := map[[2]int32]bool{} // a term counts once per entry
	n := 0.0
	lastEntry := -2
	for i, d := range b.docs {
		if d.entry < 0 || d.entry != lastEntry {
			n++
		}
		lastEntry = d.entry
		for t := range d.terms {
			id, ok := s.terms[t]
			if !ok {
				id = int32(len(df))
				s.terms[t] = id
				df = append(df, 0)
			}
			key := [2]int32{id, int32(d.entry)}
			if d.entry < 0 {
				key[1] = int32(-i - 1)
			}
			if !seen[key] {
				seen[key] = true
				df[id]++
			}
		}
	}
	s.idf = make([]float64, len(df))
	for i := range df {
		s.idf[i] = math.Log(1 + (n+1)/(df[i]+0.5))
	}
	s.unseen = math.Log(1 + (n+1)/0.5)
	s.postings = make([][]posting, len(df))
	for i, d := range b.docs {
		norm := 0.0
		for t, tf := range d.terms {
			w := weight(tf) * s.idf[s.terms[t]]
			norm += w * w
		}
		norm = math.Sqrt(norm)
		s.docs = append(s.docs, doc{int32(d.entry), norm})
		for t, tf := range d.terms {
			id := s.terms[t]
			s.postings[id] = append(s.postings[id], posting{int32(i), float32(weight(tf) * s.idf[id] / norm)})
		}
	}
	s.gramN = make([]float64, len(df))
	for t, id := range s.terms {
		g := charGrams(t)
		s.gramN[id] = float64(len(g))
		for _, x := range g {
			s.grams[x] = append(s.grams[x], id)
		}
	}
	return s
}

func weight(tf float64) float64 { return 1 + math.Log(tf) }

// charGrams returns the distinct 3- and 4-grams of a word with its borders.
func charGrams(w string) []uint32 {
	s := "<" + w + ">"
	seen := make(map[uint32]bool, 2*len(s))
	var out []uint32
	for n := 3; n <= 4; n++ {
		for i := 0; i+n <= len(s); i++ {
			g := uint32(n)
			for _, c := range []byte(s[i : i+n]) {
				g = g*31 + uint32(c)*2654435761>>7
			}
			if !seen[g] {
				seen[g] = true
				out = append(out, g)
			}
		}
	}
	return out
}

const (
	firstWords = 60  // words of the body that are compared
	nearLeast  = 0.5 // similarity of two words under which they have nothing in common
)

// find returns the best entries for a mail.
func (s *similarity) find(t *text, top int) []match {
	if s.entries == 0 {
		return nil
	}
	best := make([]float64, s.entries)
	background := 0.0
	body := trimBody(t.body)
	for _, variant := range []string{t.subject, body, t.subject + " " + body} {
		words := patternWords(variant)
		words = words[:min(len(words), firstWords)]
		background = max(background, s.compare(words, best))
	}
	return s.rank(best, background, top)
}

func trimBody(s string) string { return s }

// compare raises best for every entry and returns the best background score.
func (s *similarity) compare(words []string, best []float64) float64 {
	counts := map[string]float64{}
	for _, w := range words {
		if !stopWords[w] {
			counts[topicStem(w)]++
		}
	}
	norm := 0.0
	acc := map[int32]float64{}
	for t, tf := range counts {
		id, known := s.terms[t]
		idf := s.unseen
		if known {
			idf = s.idf[id]
		}
		w := weight(tf) * idf
		norm += w * w
		if known {
			for _, p := range s.postings[id] {
				acc[p.doc] += w * float64(p.weight)
			}
			continue
		}
		for id, sim := range s.near(t) {
			for _, p := range s.postings[id] {
				acc[p.doc] += w * sim * float64(p.weight)
			}
		}
	}
	background := 0.0
	for d, v := range acc {
		v /= math.Sqrt(norm)
		if e := s.docs[d].entry; e < 0 {
			background = max(background, v)
		} else {
			best[e] = max(best[e], v)
		}
	}
	return background
}

// near returns the terms that resemble an unknown word.
func (s *similarity) near(w string) map[int32]float64 {
	count := map[int32]float64{}
	g := charGrams(w)
	for _, x := range g {
		for _, id := range s.grams[x] {
			count[id]++
		}
	}
	for id, n := range count {
		if sim := 2 * n / (float64(len(g)) + s.gramN[id]); sim >= nearLeast {
			count[id] = sim
		} else {
			delete(count, id)
		}
	}
	return count
}

func (s *similarity) rank(best []float64, background float64, top int) []match {
	var found []match
	for e, v := range best {
		if v > 0 {
			found = append(found, match{entry: e, score: v})
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score })
	for i := range found {
		rival := background
		if i == 0 && len(found) > 1 {
			rival = max(rival, found[1].score)
		} else if i > 0 {
			rival = max(rival, found[0].score)
		}
		found[i].margin = found[i].score - rival
	}
	return found[:min(len(found), top)]
}
