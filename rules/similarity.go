package rules

import (
	"math"
	"sync"
)

// similarity finds the FAQ entry whose questions are nearest to a mail.
//
// It compares twice. Content: bags of topic stems with TF-IDF weights, where a
// word meets a term fully when their stems are equal, and in part when they are
// synonyms or share most of their character n-grams, so that typing errors,
// compounds and dialect count for what they share. Wording: words and pairs of
// neighbouring words, little words included, so that "can I delay my order"
// stays apart from "my order is delayed".
//
// Mails that no entry answers compete as candidates of their own: the
// background.
type similarity struct {
	terms   map[string]int32
	idf     []float64
	unseen  float64 // idf of a word that stands nowhere
	groups  map[string][]int32
	grams   map[uint32][]int32
	gramN   []float64
	content lists

	shingles   map[uint64]int32
	shingleIDF []float64
	newShingle float64
	wording    lists

	stems      []string // by term
	docs       []int32  // document to candidate
	origins    []origin
	byTicket   map[string]int32 // document that a ticket taught
	entries    int              // candidates below are entries, from there on background
	candidates int
	pool       sync.Pool
}

// lists are posting lists, one behind the other.
type lists struct {
	start []int32
	at    []posting
}

type posting struct {
	doc    int32
	weight float32 // of the normalised document vector
}

func (l *lists) of(id int32) []posting { return l.at[l.start[id]:l.start[id+1]] }

// origin says where a document comes from.
type origin struct {
	text   string // of a question of the configuration
	ticket string // that began with it: it was learned
}

// match is an entry found.
type match struct {
	entry  int
	score  float64 // 0 to 1: how well mail and entry fit
	margin float64 // lead over the next entry and the background
	// evidence is the content in common, in units of a rare word.
	evidence float64
	nearest  origin // the phrasing that is nearest
	rival    int    // the candidate next to it, -1 = none
	beside   origin // the phrasing or mail of the rival that is nearest
}

// Parts of a mail that are compared, each for itself: people put the question
// into the subject, into the body, or half of it into each.
const (
	partSubject = iota
	partBody
	partAll
	parts
)

// fit says how a mail and a candidate fit.
type fit struct {
	cos      [parts]float64 // best content cosine over the questions
	wording  float64        // best wording cosine
	cover    float64        // share of the mail's content that the questions know
	asked    float64        // share of the best question that the mail says
	evidence float64        // content in common with it, in units of a rare word
	best     float64
	second   float64 // best of another question: several phrasings agree
	doc      int32   // the document that best belongs to
	total    float64
}

const (
	synonymSim = 0.8
	nearLeast  = 0.5 // n-gram similarity under which two words have nothing in common
	// Of a compound its parts count half: Netzwerkdruckertreiber says drucker.
	partSim      = 0.5
	borderGrams  = 4  // n-grams of a word with its borders, which a compound lacks
	minPartGrams = 9  // n-grams of a part: five letters
	minNearWord  = 5  // letters of a word that is compared by n-grams
	firstWords   = 60 // words of the body that are compared
	firstBytes   = 1200
)

// tally is what a document has in common with a mail; all of it together, since
// most comparisons touch thousands of documents.
type tally struct {
	dots, wordDots [parts]float32
	said, evidence float32
	last           float32 // what the current word has given
	known          bool    // it stands in workspace.docs
}

// workspace is the memory of one comparison.
type workspace struct {
	tallies   []tally   // by document
	touched   []int32   // documents the current word has given something
	docs      []int32   // documents that have anything
	active    []int     // parts that differ
	fits      []fit     // by candidate
	covered   []int32   // candidates that know the current word
	coveredBy []float64 // by candidate: how well
	count     []float64 // by term: n-grams in common
	met       []int32   // terms with any
	skip      int32     // document that does not take part, -1 = none
}

func (s *similarity) newWorkspace() *workspace {
	return &workspace{tallies: make([]tally, len(s.docs)), fits: make([]fit, s.candidates), coveredBy: make([]float64, s.candidates),
		count: make([]float64, len(s.idf))}
}

// reset forgets the last comparison and takes the parts of the next.
func (w *workspace) reset(q *question) {
	for _, d := range w.docs {
		w.tallies[d] = tally{}
	}
	clear(w.fits)
	w.docs, w.active = w.docs[:0], append(w.active[:0], partAll)
	if q.has[partSubject] && q.has[partBody] {
		w.active = append(w.active, partSubject, partBody)
	}
}

// of is the tally of a document.
func (w *workspace) of(doc int32) *tally {
	t := &w.tallies[doc]
	if !t.known {
		t.known = true
		w.docs = append(w.docs, doc)
	}
	return t
}

// find returns the best entries for a mail, best first. What the ticket of the
// mail itself taught does not count.
func (s *similarity) find(mail *question, ticket string, top int) []match {
	if s.entries == 0 {
		return nil
	}
	w, ok := s.pool.Get().(*workspace)
	if !ok {
		w = s.newWorkspace()
	}
	defer s.pool.Put(w)
	w.skip = -1
	if doc, ok := s.byTicket[ticket]; ok {
		w.skip = doc
	}
	s.compare(mail, w)
	return s.rank(w, top)
}

// compare fills the fits of all candidates. Where a mail has only one part, that
// part stands for the whole.
func (s *similarity) compare(q *question, w *workspace) {
	w.reset(q)
	s.compareContent(q, w)
	s.compareWording(q, w)
	for p := range parts {
		if p != partAll && len(w.active) == 1 && q.has[p] {
			for c := range w.fits {
				w.fits[c].cos[p] = w.fits[c].cos[partAll]
			}
		}
	}
}

// compareContent fills the content parts of the fits.
func (s *similarity) compareContent(q *question, w *workspace) {
	var norms [parts]float64
	for i := range q.content {
		t := &q.content[i]
		s.meet(t, w)
		for p := range parts {
			if t.in[p] {
				norms[p] += t.idf * t.idf
			}
		}
		s.spread(t, w)
	}
	var share [parts]float64
	for _, p := range w.active {
		if norms[p] > 0 {
			share[p] = 1 / math.Sqrt(norms[p])
		}
	}
	for _, d := range w.docs {
		f, t, best := &w.fits[s.docs[d]], &w.tallies[d], 0.0
		for _, p := range w.active {
			cos := float64(t.dots[p]) * share[p]
			f.cos[p] = max(f.cos[p], cos)
			best = max(best, cos)
		}
		f.second = max(f.second, min(best, f.best))
		if best > f.best {
			f.best, f.asked, f.evidence, f.doc = best, float64(t.said), float64(t.evidence), d
		}
	}
	if norms[partAll] > 0 {
		for c := range w.fits {
			w.fits[c].cover /= norms[partAll]
		}
	}
}

// spread adds what one word of the mail gives to every document.
func (s *similarity) spread(t *questionWord, w *workspace) {
	for _, m := range t.meets {
		sim, common := float32(m.sim), float32(m.sim*min(t.idf, s.idf[m.term])/s.unseen)
		gain := float32(t.idf * m.sim)
		for _, p := range s.content.of(m.term) {
			if p.doc == w.skip {
				continue
			}
			if c := s.docs[p.doc]; m.sim > w.coveredBy[c] {
				if w.coveredBy[c] == 0 {
					w.covered = append(w.covered, c)
				}
				w.coveredBy[c] = m.sim
			}
			x, v := w.of(p.doc), gain*p.weight
			if v <= x.last {
				continue
			}
			if x.last == 0 {
				w.touched = append(w.touched, p.doc)
				x.said += p.weight * p.weight * sim
				x.evidence += common
			}
			for k := range parts {
				if t.in[k] {
					x.dots[k] += v - x.last
				}
			}
			x.last = v
		}
	}
	for _, d := range w.touched {
		w.tallies[d].last = 0
	}
	for _, c := range w.covered {
		w.fits[c].cover += t.idf * t.idf * w.coveredBy[c]
		w.coveredBy[c] = 0
	}
	w.touched, w.covered = w.touched[:0], w.covered[:0]
}

// meet finds the terms a word of the mail stands for or resembles.
func (s *similarity) meet(t *questionWord, w *workspace) {
	t.idf, t.meets = s.unseen, t.meets[:0]
	id, known := s.terms[t.stem]
	if known {
		t.idf = s.idf[id]
		t.meets = append(t.meets, met{id, 1})
	}
	rarest := 0.0
	for _, id := range s.groups[synonyms[t.stem]] {
		if !t.has(id) {
			t.meets = append(t.meets, met{id, synonymSim})
			rarest = max(rarest, s.idf[id])
		}
	}
	if !known && rarest > 0 {
		t.idf = rarest
	}
	if len(t.stem) >= minNearWord {
		s.near(t, w)
	}
}

// near adds the terms whose character n-grams resemble the word's (Dice).
func (s *similarity) near(t *questionWord, w *workspace) {
	grams := charGrams(t.stem)
	for _, g := range grams {
		for _, id := range s.grams[g] {
			if w.count[id] == 0 {
				w.met = append(w.met, id)
			}
			w.count[id]++
		}
	}
	for _, id := range w.met {
		sim := 2 * w.count[id] / (float64(len(grams)) + s.gramN[id])
		if sim < partSim && s.gramN[id] >= minPartGrams && w.count[id] >= s.gramN[id]-borderGrams {
			sim = partSim
		}
		w.count[id] = 0
		if sim >= nearLeast && !t.has(id) {
			t.meets = append(t.meets, met{id, sim})
		}
	}
	w.met = w.met[:0]
}

// compareWording fills the wording part of the fits. Candidates without common
// content are out already.
func (s *similarity) compareWording(q *question, w *workspace) {
	var norms [parts]float64
	for i := range q.shingles {
		t := &q.shingles[i]
		id, known := s.shingles[t.hash]
		idf := s.newShingle
		if known {
			idf = s.shingleIDF[id]
		}
		for p := range parts {
			if t.in[p] {
				norms[p] += idf * idf
			}
		}
		if known {
			s.spreadWording(t, float32(idf), s.wording.of(id), w)
		}
	}
	var share [parts]float64
	for _, p := range w.active {
		if norms[p] > 0 {
			share[p] = 1 / math.Sqrt(norms[p])
		}
	}
	for _, d := range w.docs {
		f, t := &w.fits[s.docs[d]], &w.tallies[d]
		for _, p := range w.active {
			f.wording = max(f.wording, float64(t.wordDots[p])*share[p])
		}
	}
}

// spreadWording adds what one shingle of the mail gives to every document.
func (s *similarity) spreadWording(t *shingle, idf float32, list []posting, w *workspace) {
	for _, p := range list {
		if p.doc == w.skip || w.fits[s.docs[p.doc]].best == 0 {
			continue
		}
		x, v := w.of(p.doc), idf*p.weight
		for k := range parts {
			if t.in[k] {
				x.wordDots[k] += v
			}
		}
	}
}
