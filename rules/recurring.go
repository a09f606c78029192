package rules

import (
	"cmp"
	"slices"
	"strings"
)

// Request is one request among many, for finding those that recur.
type Request struct {
	Subject, Text string
}

// Cluster is a matter that several requests are about.
type Cluster struct {
	// Members are the numbers of the requests, the most typical first, then in the
	// order they were given.
	Members []int
	// Title is the subject of the most typical request, or its most telling words
	// when the subject says nothing.
	Title string
	// Words are the words most of the requests share, the most telling first, as they
	// are written.
	Words []string
}

const (
	// clusterWidest is how many requests may share a word for the word to bring them
	// together: what everybody writes about makes no matter of its own.
	clusterWidest = 400
	// clusterEvidence is what two requests must have in common word by word before
	// words that only resemble each other are looked for.
	clusterEvidence = similarEvidence / 2
	clusterWords    = 4
	titleWords      = 3
)

// Recurring groups requests by what they are about. Each request is in one cluster
// at most, and similar to the most typical one of it; clusters of fewer than least
// are left out. The largest come first.
func Recurring(requests []Request, least int) []Cluster {
	topics := make([]Topic, len(requests))
	counts := TopicCounts{Topics: len(requests), With: map[int64]int{}}
	postings := map[int64][]int{}
	for i, r := range requests {
		topics[i] = TopicOf(r.Subject, r.Text)
		for _, k := range topics[i].Keys() {
			counts.With[k]++
			postings[k] = append(postings[k], i)
		}
	}
	near := neighbours(topics, counts, postings)
	var list []Cluster
	taken := make([]bool, len(requests))
	for {
		center, free := -1, []int(nil)
		for i := range near {
			if taken[i] || len(near[i])+1 < least || len(near[i]) < len(free) {
				continue
			}
			left := slices.DeleteFunc(slices.Clone(near[i]), func(j int) bool { return taken[j] })
			if len(left)+1 >= least && (center < 0 || len(left) > len(free)) {
				center, free = i, left
			}
		}
		if center < 0 {
			return list
		}
		c := Cluster{Members: append(free, center)}
		slices.Sort(c.Members)
		for _, i := range c.Members {
			taken[i] = true
		}
		center = mostTypical(topics, c.Members, counts)
		c.Members = slices.DeleteFunc(c.Members, func(i int) bool { return i == center })
		c.Members = slices.Insert(c.Members, 0, center)
		c.Words = tellingWords(requests, topics, c.Members, counts)
		c.Title = strings.TrimSpace(requests[center].Subject)
		if !slices.ContainsFunc(topics[center].words, func(w topicWord) bool { return w.subject }) {
			c.Title = strings.Join(c.Words[:min(len(c.Words), titleWords)], " ")
		}
		list = append(list, c)
	}
}

// neighbours are, for each topic, the others that are similar, in order. Only pairs
// that share telling words are compared.
func neighbours(topics []Topic, counts TopicCounts, postings map[int64][]int) [][]int {
	near := make([][]int, len(topics))
	shared := make([]float64, len(topics)) // evidence in the words that are the same
	var met []int
	for i := range topics {
		met = met[:0]
		for _, k := range topics[i].Keys() {
			if len(postings[k]) > clusterWidest {
				continue
			}
			evidence := counts.idf(k) / counts.idf(-1)
			for _, j := range postings[k] {
				if j >= i {
					break
				}
				if shared[j] == 0 {
					met = append(met, j)
				}
				shared[j] += evidence
			}
		}
		for _, j := range met {
			if shared[j] >= clusterEvidence && topics[i].Compare(topics[j], counts).Similar() {
				near[i], near[j] = append(near[i], j), append(near[j], i)
			}
			shared[j] = 0
		}
	}
	for i := range near {
		slices.Sort(near[i])
	}
	return near
}

// mostTypical is the member most like all others; of equal ones the last.
func mostTypical(topics []Topic, members []int, counts TopicCounts) int {
	best, most := members[0], -1.0
	for _, i := range members {
		sum := 0.0
		for _, j := range members {
			if j != i {
				sum += topics[i].Compare(topics[j], counts).Score
			}
		}
		if sum >= most {
			best, most = i, sum
		}
	}
	return best
}

// tellingWords are the words that at least half of the members have, in the form
// the most typical one writes them.
func tellingWords(requests []Request, topics []Topic, members []int, counts TopicCounts) []string {
	have := map[int64]int{}
	for _, i := range members {
		for _, k := range topics[i].Keys() {
			have[k]++
		}
	}
	type word struct {
		text   string
		weight float64
	}
	var words []word
	seen := map[int64]bool{}
	for _, i := range members {
		for _, raw := range strings.FieldsFunc(requests[i].Subject+" "+requests[i].Text, notInWord) {
			for _, folded := range patternWords(raw) {
				k := topicKey(topicStem(folded))
				if n := have[k]; !seen[k] && 2*n >= len(members) {
					seen[k] = true
					words = append(words, word{raw, counts.idf(k) * float64(n)})
				}
			}
		}
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(b.weight, a.weight) })
	var out []string
	for _, w := range words[:min(len(words), clusterWords)] {
		out = append(out, w.text)
	}
	return out
}

func notInWord(r rune) bool { return !isWordRune(r) && r != '-' && r != '&' }
