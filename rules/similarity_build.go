package rules

import "math"

// similarityBuilder collects questions and background mails.
type similarityBuilder struct {
	docs []builderDoc
}

type builderDoc struct {
	entry int // -1 = background
	q     *question
	from  origin
}

func (b *similarityBuilder) add(entry int, p Phrase) {
	b.addQuestion(entry, newQuestion("", p.Text), p)
}

// addQuestion is add for a phrase that is prepared already. Of a requester's
// words only the ticket is kept.
func (b *similarityBuilder) addQuestion(entry int, q *question, p Phrase) {
	from := origin{ticket: p.Ticket}
	if entry >= 0 && p.Ticket == "" {
		from.text = p.Text
	}
	b.docs = append(b.docs, builderDoc{entry, q, from})
}

// build makes the index for a number of entries.
func (b *similarityBuilder) build(entries int) *similarity {
	s := &similarity{terms: map[string]int32{}, shingles: map[uint64]int32{}, groups: map[string][]int32{}, grams: map[uint32][]int32{},
		entries: entries, candidates: entries, byTicket: map[string]int32{}}
	for i, d := range b.docs {
		c := d.entry
		if c < 0 {
			c = s.candidates
			s.candidates++
		}
		s.docs, s.origins = append(s.docs, int32(c)), append(s.origins, d.from)
		if d.from.ticket != "" {
			s.byTicket[d.from.ticket] = int32(i)
		}
	}
	b.countContent(s)
	b.countWording(s)
	for t, id := range s.terms {
		g := charGrams(t)
		s.gramN[id] = float64(len(g))
		for _, x := range g {
			s.grams[x] = append(s.grams[x], id)
		}
		if group := synonyms[t]; group != "" {
			s.groups[group] = append(s.groups[group], id)
		}
	}
	return s
}

// countContent numbers the terms, counts in how many candidates each stands and
// writes the normalised posting lists.
func (b *similarityBuilder) countContent(s *similarity) {
	var df []float64
	var last []int32 // candidate in which a term was counted last
	docs := make([][]int32, len(b.docs))
	for i, d := range b.docs {
		for _, t := range d.q.content {
			id, ok := s.terms[t.stem]
			if !ok {
				id = int32(len(df))
				s.terms[t.stem], s.stems = id, append(s.stems, t.stem)
				df, last = append(df, 0), append(last, -1)
			}
			if last[id] != s.docs[i] {
				last[id] = s.docs[i]
				df[id]++
			}
			docs[i] = append(docs[i], id)
		}
	}
	n := float64(s.candidates)
	s.idf, s.unseen = inverse(df, n), idf(0, n)
	s.gramN = make([]float64, len(df))
	s.content = post(docs, s.idf)
}

func (b *similarityBuilder) countWording(s *similarity) {
	var df []float64
	docs := make([][]int32, len(b.docs))
	for i, d := range b.docs {
		for _, t := range d.q.shingles {
			id, ok := s.shingles[t.hash]
			if !ok {
				id = int32(len(df))
				s.shingles[t.hash] = id
				df = append(df, 0)
			}
			df[id]++
			docs[i] = append(docs[i], id)
		}
	}
	n := float64(len(b.docs))
	s.shingleIDF, s.newShingle = inverse(df, n), idf(0, n)
	s.wording = post(docs, s.shingleIDF)
}

func idf(df, n float64) float64 { return math.Log(1 + (n+1)/(df+0.5)) }

func inverse(df []float64, n float64) []float64 {
	out := make([]float64, len(df))
	for i := range df {
		out[i] = idf(df[i], n)
	}
	return out
}

// post writes posting lists of normalised vectors.
func post(docs [][]int32, idf []float64) lists {
	l := lists{start: make([]int32, len(idf)+1)}
	for _, terms := range docs {
		for _, t := range terms {
			l.start[t+1]++
		}
	}
	for t := range idf {
		l.start[t+1] += l.start[t]
	}
	l.at = make([]posting, l.start[len(idf)])
	next := append([]int32(nil), l.start...)
	for d, terms := range docs {
		norm := 0.0
		for _, t := range terms {
			norm += idf[t] * idf[t]
		}
		for _, t := range terms {
			l.at[next[t]] = posting{int32(d), float32(idf[t] / math.Sqrt(norm))}
			next[t]++
		}
	}
	return l
}
