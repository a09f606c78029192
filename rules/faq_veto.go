package rules

import (
	"slices"
	"strings"
)

// shippedVetoes are words with which a person must read the mail, whatever the
// configuration says. A veto does not count for an entry whose own questions
// contain it: an entry about phishing may answer mails about phishing.
var shippedVetoes = []struct {
	de, en string // why
	words  []string
}{
	{"schon versucht", "already tried", []string{"immer noch nicht", "schon versucht", "bereits versucht", "schon probiert", "schon wieder", "half nicht",
		"hat nicht geholfen", "zum dritten mal", "zum zweiten mal", "already tried", "still not", "still does not", "did not help", "yet again"}},
	{"Sicherheit", "security", []string{"phishing", "trojaner", "trojan", "ransomware", "malware", "schadsoftware", "gehackt", "hacked", "erpressung",
		"gestohlen", "stolen"}},
	{"Beschwerde", "complaint", []string{"beschwerde", "beschweren", "rechtsanwalt", "unverschämt", "inakzeptabel", "complaint", "lawyer", "unacceptable"}},
	{"mehrere betroffen", "several people affected", []string{"alle kollegen", "allen kollegen", "mehrere kollegen", "ganze abteilung", "several colleagues",
		"all colleagues", "whole department"}},
	{"fremdes Konto", "another person's account", []string{"meiner kollegin", "meines kollegen", "meinem kollegen", "meines chefs", "my colleagues", "my colleague",
		"of a colleague"}},
}

// vetoes are the shipped vetoes as patterns, and which of them each entry knows
// from its own questions.
type vetoes struct {
	patterns [][]int32
	known    []map[int32]bool // by entry
}

// internVetoes adds the shipped vetoes to the index.
func (c *compiler) internVetoes() {
	v := &c.s.faq.vetoes
	for _, list := range shippedVetoes {
		var ids []int32
		for _, w := range list.words {
			p, err := parsePattern(w)
			if err != nil {
				panic(err) // the words are constants
			}
			ids = append(ids, c.s.index.intern(p))
		}
		v.patterns = append(v.patterns, ids)
	}
}

// learnVetoes notes the vetoes that stand in the questions of each entry.
func (c *compiler) learnVetoes() {
	f := c.s.faq
	for i := range f.entries {
		known := map[int32]bool{}
		for _, lang := range sortedKeys(f.entries[i].Questions) {
			for _, q := range f.entries[i].Questions[lang] {
				h := c.s.index.scan(newText("", q, ""))
				for _, p := range h.found {
					known[p] = true
				}
				c.s.index.release(h)
			}
		}
		f.vetoes.known = append(f.vetoes.known, known)
	}
}

// shippedVeto returns the shipped veto that keeps entry i from being sent.
func (e *evaluation) shippedVeto(i int) string {
	v := &e.s.faq.vetoes
	for k, ids := range v.patterns {
		for _, id := range ids {
			if e.h.at[id]&inText != 0 && !v.known[i][id] {
				return e.say("%s (%s)", "%s (%s)", e.say(shippedVetoes[k].de, shippedVetoes[k].en), e.s.index.patterns[id].source)
			}
		}
	}
	return ""
}

// several reports a mail with more than one request: an enumeration, or more
// than two questions.
func several(body string) bool {
	items := 0
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		mark, rest, ok := strings.Cut(line, " ")
		numbered := len(mark) == 2 && mark[0] >= '1' && mark[0] <= '9' && (mark[1] == '.' || mark[1] == ')')
		if ok && rest != "" && (numbered || slices.Contains([]string{"-", "*", "•", "–"}, mark)) {
			items++
		}
	}
	return items > 1 || strings.Count(body, "?")-strings.Count(body, "??") > 2
}
