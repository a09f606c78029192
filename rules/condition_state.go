package rules

import (
	"slices"
	"strings"
	"time"
)

// valueCond compares something decided so far, or a property of the mail, with
// a list: category, priority, tags, language, mailbox, auth.
type valueCond struct {
	key    string
	values []string
}

func (c *valueCond) current(e *evaluation) []string {
	switch c.key {
	case "category":
		return []string{e.d.Category}
	case "priority":
		return []string{e.priority()}
	case "tags":
		return append(slices.Clone(e.in.Tags), e.d.Tags...)
	case "language":
		return []string{e.messageLanguage()}
	case "mailbox":
		return []string{e.in.Mailbox}
	case "auth":
		if e.m.Auth.Verdict == "" {
			return []string{"none"}
		}
		return []string{e.m.Auth.Verdict}
	}
	return nil
}

func (c *valueCond) holds(e *evaluation) bool {
	for _, v := range c.current(e) {
		if slices.Contains(c.values, v) {
			return true
		}
	}
	return false
}
func (c *valueCond) why(e *evaluation) string {
	cur := strings.Join(c.current(e), ", ")
	if cur == "" {
		cur = e.say("nichts", "nothing")
	}
	if c.holds(e) {
		return c.key + ": " + cur
	}
	return e.say("%s ist %s, nicht %s", "%s is %s, not %s", c.key, cur, strings.Join(clipList(c.values, 4), ", "))
}
func (c *valueCond) trigger() (trigger, bool) { return trigger{}, false }

// atLeastCond is priority_at_least.
type atLeastCond struct{ priority string }

func (c *atLeastCond) holds(e *evaluation) bool {
	return e.s.refs.rank(e.priority()) <= e.s.refs.rank(c.priority)
}
func (c *atLeastCond) why(e *evaluation) string {
	return e.say("Priorität %s", "priority %s", e.priority())
}
func (c *atLeastCond) trigger() (trigger, bool) { return trigger{}, false }

// scoreCond: the word score of a category is at least so high.
type scoreCond struct {
	category int
	name     string
	least    int
}

func (c *scoreCond) holds(e *evaluation) bool {
	return c.category < len(e.scores) && e.scores[c.category] >= c.least
}
func (c *scoreCond) why(e *evaluation) string {
	n := 0
	if c.category < len(e.scores) {
		n = e.scores[c.category]
	}
	return e.say("%s hat %d von %d Punkten", "%s has %d of %d points", c.name, n, c.least)
}
func (c *scoreCond) trigger() (trigger, bool) { return trigger{}, false }

// similarCond counts tickets of the same category, or with like subjects, in
// the last hours. The mail itself counts.
type similarCond struct {
	same   string // category or words
	within time.Duration
	least  int
}

func (c *similarCond) count(e *evaluation) int { return 1 + len(c.similar(e)) }

// similar are the rows of the tickets that count beside the mail itself.
func (c *similarCond) similar(e *evaluation) []int64 {
	var list []int64
	own := subjectKeys(e.m.Subject)
	for _, r := range e.in.Recent {
		age := e.in.Now.Sub(r.At)
		if age < 0 || age > c.within {
			continue
		}
		if c.same == "category" && e.d.Category != "" && r.Category == e.d.Category ||
			c.same == "words" && alike(own, subjectKeys(r.Subject)) {
			list = append(list, r.Ticket)
		}
	}
	return list
}
func (c *similarCond) holds(e *evaluation) bool { return c.count(e) >= c.least }
func (c *similarCond) why(e *evaluation) string {
	return e.say("similar_recent: %d von %d", "similar_recent: %d of %d", c.count(e), c.least)
}
func (c *similarCond) trigger() (trigger, bool) { return trigger{}, false }

// subjectKeys are the keys of the content words of a subject.
func subjectKeys(subject string) []keys {
	var ks []keys
	for _, w := range patternWords(clipText(subject, maxSubject)) {
		if !stopWords[w] && len(ks) < 32 {
			ks = append(ks, keysOf(w))
		}
	}
	return ks
}

// alike reports whether two subjects share at least half of their words.
func alike(a, b []keys) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	both := 0
	for i := range a {
		for j := range b {
			if a[i].meets(&b[j]) {
				both++
				break
			}
		}
	}
	return 2*both >= max(len(a), len(b))
}

// openTicketsCond is sender_open_tickets.
type openTicketsCond struct{ least int }

func (c *openTicketsCond) holds(e *evaluation) bool { return e.in.SenderOpenTickets >= c.least }
func (c *openTicketsCond) why(e *evaluation) string {
	return e.say("%d offene Tickets des Absenders, ab %d", "%d open tickets of the sender, from %d", e.in.SenderOpenTickets, c.least)
}
func (c *openTicketsCond) trigger() (trigger, bool) { return trigger{}, false }
