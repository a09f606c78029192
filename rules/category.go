package rules

import (
	"sort"
	"strings"

	"firstline/rules/source"
)

// Points of a word by the list it stands in; doubled in the subject.
const (
	strongPoints = 5
	mediumPoints = 3
	weakPoints   = 1
)

// Category is a first-level category.
type Category struct {
	ID    string
	Label map[string]string // by language; "" = any
	Group string            // support group, "" = the first-level group
}

// category is a Category with its word lists.
type category struct {
	Category
	words []scoredWord
	node  *source.Node // its key, for findings
}

type scoredWord struct {
	pattern int32
	points  int
}

// categorize holds the settings of the word score.
type categorize struct {
	minPoints, minLead int
	fallback           string // else
}

// counted is one word that scored.
type counted struct {
	pattern int32
	points  int
	subject bool
}

// score returns the points of category c and the words that gave them. Each
// listed word counts once at its best place, and each word of the mail for one
// listed word only: Passwort does not count twice because Passwörter is listed.
func (e *evaluation) score(c *category) (int, []counted) {
	var words []counted
	for _, w := range c.words {
		at := e.h.at[w.pattern]
		if at&inText == 0 {
			continue
		}
		n := counted{w.pattern, w.points, at&inSubject != 0}
		if n.subject {
			n.points *= 2
		}
		words = e.keepBest(words, n)
	}
	sum := 0
	for _, w := range words {
		sum += w.points
	}
	return sum, words
}

func (e *evaluation) keepBest(words []counted, n counted) []counted {
	own := e.h.word[n.pattern]
	for i, o := range words {
		if own >= 0 && e.h.word[o.pattern] == own {
			if n.points > o.points {
				words[i] = n
			}
			return words
		}
	}
	return append(words, n)
}

// categorize finds the category by score and explains it.
func (e *evaluation) categorize() {
	s := e.s
	if len(s.categories) == 0 {
		return
	}
	e.scores = make([]int, len(s.categories))
	best, second := -1, -1
	for i := range s.categories {
		e.scores[i], _ = e.score(&s.categories[i])
		switch {
		case e.scores[i] == 0:
		case best < 0 || e.scores[i] > e.scores[best]:
			best, second = i, best
		case second < 0 || e.scores[i] > e.scores[second]:
			second = i
		}
	}
	lead := 0
	if best >= 0 {
		lead = e.scores[best]
		if second >= 0 {
			lead -= e.scores[second]
		}
	}
	won := best >= 0 && e.scores[best] >= s.categorize.minPoints && lead >= s.categorize.minLead
	e.d.Category = s.categorize.fallback
	if won {
		e.d.Category, e.d.Points, e.d.SecondPoints = s.categories[best].ID, e.scores[best], e.scores[best]-lead
	}
	e.explainCategory(best, second, lead, won)
}

func (e *evaluation) explainCategory(best, second, lead int, won bool) {
	s := e.s
	if best < 0 {
		e.step("category", e.d.Category, false, e.say("kein Wort einer Kategorie gefunden", "no word of any category found"))
		return
	}
	points, words := e.score(&s.categories[best])
	sort.SliceStable(words, func(i, j int) bool { return words[i].points > words[j].points })
	var parts []string
	for _, w := range words {
		p := atoi(w.points)
		if w.subject {
			p = e.say("Betreff ", "subject ") + p
		}
		parts = append(parts, e.found(w.pattern)+" ("+p+")")
	}
	next := e.say("keine", "none")
	if second >= 0 {
		next = s.categories[second].ID + " " + atoi(e.scores[second])
	}
	sign := "≥"
	if lead < s.categorize.minLead {
		sign = "<"
	}
	text := e.say("%d Punkte: %s · zweite: %s · Abstand %d %s %d", "%d points: %s · second: %s · lead %d %s %d",
		points, strings.Join(clipList(parts, 12), ", "), next, lead, sign, s.categorize.minLead)
	if points < s.categorize.minPoints {
		text += e.say(" · unter min_points %d", " · below min_points %d", s.categorize.minPoints)
	}
	if !won {
		text = s.categories[best].ID + " " + text
	}
	e.step("category", e.d.Category, won, text)
}

// categoryIndex returns the number of a category, -1 when unknown.
func (s *Set) categoryIndex(id string) int {
	for i := range s.categories {
		if s.categories[i].ID == id {
			return i
		}
	}
	return -1
}
