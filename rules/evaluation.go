package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/mailin"
)

// evaluation is the state of one decision.
type evaluation struct {
	s    *Set
	in   Input
	m    *mailin.Message
	t    *text
	h    *hits
	lang string
	full bool // explain every rule, also those that do not match

	from, domain string // folded sender, "" when the verdict is fail
	local        time.Time
	d            Decision
	setBy        map[field]string // rule that set a field
	floor        string           // priority_at_least so far
	scores       []int            // by category
	captures     map[string]string
	faqMode      string // "", none, suggest or an entry id, set by a rule
	stopped      string // rule that ended the chain
}

func (s *Set) newEvaluation(in Input) *evaluation {
	m := in.Message
	if m == nil {
		m = &mailin.Message{}
	}
	e := &evaluation{s: s, in: in, m: m, lang: s.lang, setBy: map[field]string{}}
	if e.lang == "" {
		e.lang = s.refs.Language
	}
	e.d.SetBy = map[string]string{}
	e.t = messageText(m, in.AttachmentText)
	e.h = s.index.scan(e.t)
	if m.Auth.Verdict != mailin.VerdictFail {
		e.from = foldAddress(m.From.Address)
		e.domain = domainOf(e.from)
	}
	loc := in.Location
	if loc == nil {
		loc = s.refs.Location
	}
	e.local = in.Now.In(loc)
	return e
}

// say chooses the wording of a reason.
func (e *evaluation) say(de, en string, args ...any) string {
	text := de
	if e.lang == "en" {
		text = en
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// quoted puts a name into quotation marks of the language.
func (e *evaluation) quoted(s string) string {
	if e.lang == "en" {
		return "“" + s + "”"
	}
	return "„" + s + "“"
}

func (e *evaluation) step(stage, name string, match bool, reason string) {
	e.d.Trace = append(e.d.Trace, Step{Stage: stage, Name: name, Match: match, Reason: reason})
}

// priority is the priority as decided so far.
func (e *evaluation) priority() string {
	p := e.d.Priority
	if p == "" {
		p = e.s.refs.DefaultPriority
	}
	if e.floor != "" && e.s.refs.rank(e.floor) < e.s.refs.rank(p) {
		p = e.floor
	}
	return p
}

// found names the word of the mail that pattern id met and where.
func (e *evaluation) found(id int32) string {
	p := &e.s.index.patterns[id]
	s := p.source
	if w := e.h.word[id]; w >= 0 && p.kind != phrasePattern {
		if word := e.t.words[w]; word.text != p.word {
			s += " ← " + e.quoted(word.raw)
		}
	}
	return s
}

func foldAddress(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func domainOf(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[i+1:]
	}
	return ""
}

func atoi(n int) string { return strconv.Itoa(n) }
