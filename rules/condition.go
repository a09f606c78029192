package rules

import (
	"strings"
)

// condition is one line of a when block.
type condition interface {
	// holds reports whether the mail fulfils the line.
	holds(e *evaluation) bool
	// why says in words why it holds or does not.
	why(e *evaluation) string
	// trigger returns what must be in a mail for the line to hold; ok is false
	// when it cannot be told beforehand.
	trigger() (trigger, bool)
}

// trigger is a list of which at least one must be present.
type trigger struct {
	patterns []int32
	senders  []string // folded addresses and "@domain"
}

func (t trigger) size() int { return len(t.patterns) + len(t.senders) }

// block is a when: all lines must hold.
type block []condition

func (b block) holds(e *evaluation) bool {
	for _, c := range b {
		if !c.holds(e) {
			return false
		}
	}
	return true
}

// why explains a block: what was found, or the first line that fails.
func (b block) why(e *evaluation) string {
	var parts []string
	for _, c := range b {
		if !c.holds(e) {
			return c.why(e)
		}
		if s := c.why(e); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

// foundWords are the words of a block that the mail says, nil when the block asks
// for something else too.
func (b block) foundWords(e *evaluation) []string {
	var found []string
	for _, c := range b {
		w, ok := c.(*wordsCond)
		if !ok {
			return nil
		}
		for _, id := range w.patterns {
			if e.h.at[id]&w.at != 0 {
				found = append(found, e.quoted(e.s.index.patterns[id].source))
			}
		}
	}
	return found
}

func (b block) trigger() (trigger, bool) {
	best, found := trigger{}, false
	for _, c := range b {
		if t, ok := c.trigger(); ok && (!found || t.size() < best.size()) {
			best, found = t, true
		}
	}
	return best, found
}

// similar are the tickets that similar_recent counts in a block that holds.
func (b block) similar(e *evaluation) []int64 {
	var list []int64
	for _, c := range b {
		switch c := c.(type) {
		case *similarCond:
			list = append(list, c.similar(e)...)
		case blocks:
			for _, x := range c.list {
				if c.key != "none_of" && x.holds(e) {
					list = append(list, x.similar(e)...)
				}
			}
		}
	}
	return list
}

// blocks is any_of, all_of or none_of.
type blocks struct {
	key  string
	list []block
}

func (b blocks) holds(e *evaluation) bool {
	for _, x := range b.list {
		switch ok := x.holds(e); {
		case ok && b.key == "any_of":
			return true
		case ok && b.key == "none_of", !ok && b.key == "all_of":
			return false
		}
	}
	return b.key != "any_of"
}

func (b blocks) why(e *evaluation) string {
	for _, x := range b.list {
		ok := x.holds(e)
		if ok && b.key != "all_of" || !ok && b.key == "all_of" {
			return b.key + ": " + x.why(e)
		}
	}
	switch b.key {
	case "any_of":
		return e.say("any_of: keiner der %d Blöcke trifft", "any_of: none of the %d blocks matches", len(b.list))
	case "none_of":
		return ""
	}
	return e.say("all_of: alle treffen", "all_of: all match")
}

func (b blocks) trigger() (trigger, bool) {
	switch b.key {
	case "any_of":
		var all trigger
		for _, x := range b.list {
			t, ok := x.trigger()
			if !ok {
				return trigger{}, false
			}
			all.patterns = append(all.patterns, t.patterns...)
			all.senders = append(all.senders, t.senders...)
		}
		return all, true
	case "all_of":
		best, found := trigger{}, false
		for _, x := range b.list {
			if t, ok := x.trigger(); ok && (!found || t.size() < best.size()) {
				best, found = t, true
			}
		}
		return best, found
	}
	return trigger{}, false
}

// wordsCond is words, words_also, words_all, subject, body, attachment_text
// and regex.
type wordsCond struct {
	key      string
	patterns []int32
	at       place
	all      bool
}

func (c *wordsCond) holds(e *evaluation) bool {
	for _, id := range c.patterns {
		if found := e.h.at[id]&c.at != 0; found != c.all {
			return found
		}
	}
	return c.all
}

func (c *wordsCond) why(e *evaluation) string {
	var found, missing []string
	for _, id := range c.patterns {
		if e.h.at[id]&c.at != 0 {
			found = append(found, e.found(id))
		} else {
			missing = append(missing, e.s.index.patterns[id].source)
		}
	}
	switch {
	case len(found) > 0 && (!c.all || len(missing) == 0):
		return e.say("%s fand %s", "%s found %s", c.key, strings.Join(clipList(found, 3), ", "))
	case c.all:
		return e.say("%s fand %s nicht", "%s did not find %s", c.key, strings.Join(clipList(missing, 6), ", "))
	}
	return e.say("%s fand keines von %s", "%s found none of %s", c.key, strings.Join(clipList(missing, 6), ", "))
}

func (c *wordsCond) trigger() (trigger, bool) {
	if c.all && len(c.patterns) > 0 {
		return trigger{patterns: c.patterns[:1]}, true
	}
	return trigger{patterns: c.patterns}, true
}

// clipList shortens a list for explanations.
func clipList(s []string, n int) []string {
	if len(s) <= n {
		return s
	}
	return append(append([]string(nil), s[:n]...), "…")
}
