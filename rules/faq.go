package rules

import (
	"math"
	"time"

	"firstline/rules/source"
)

// FAQEntry is one answer with the questions it answers.
type FAQEntry struct {
	ID        string
	Category  string
	Title     string              // the first question in the company's language
	Questions map[string][]string // by language
	Answer    map[string]string   // Markdown by language
	Mode      string              // answer, suggest or off
	// After says what becomes of the ticket: wait, keep_open or close.
	After       string
	Attachments []string
	ValidUntil  time.Time // first instant at which it is no longer sent; zero = for ever
	ReviewBy    time.Time // zero = none
	Owner       string    // agent, group or address that looks after it; may be empty
	// Version names the wording: what became of an older one says nothing about it.
	Version string
}

// AnswerIn returns the answer in a language, or in the other one when there is
// none; the language is the one of the text.
func (f FAQEntry) AnswerIn(language string) (text, in string) {
	for _, l := range []string{language, "", "de", "en"} {
		if a := f.Answer[l]; a != "" {
			if l == "" {
				l = language
			}
			return a, l
		}
	}
	return "", language
}

// faqEntry is an entry as compiled.
type faqEntry struct {
	FAQEntry
	must              [][]int32 // every group needs one of its patterns
	neverIf           []block
	minScore, minLead float64 // NaN = the general setting
	node              *source.Node
	questionNodes     map[string][]source.Text
	mustTexts         [][]source.Text
	mustStems         map[string]bool // the words of must, as similarity compares them
}

// faqSettings are the general settings.
type faqSettings struct {
	mode              string
	minScore, minLead float64
	maxWords          int
	neverIf           []block
	neverSet          bool // never_if was written; otherwise the shipped vetoes hold
	sameAgainAfter    time.Duration
}

// Defaults of faq_settings. They are chosen for precision: a wrong automatic
// answer costs more than a missed one.
const (
	DefaultMinScore = 0.60
	DefaultMinLead  = 0.15
	DefaultMaxWords = 120
	suggestScore    = 0.35
	suggestTop      = 3
	MaxLearned      = 50    // phrasings an entry learns, newest first
	MaxBackground   = 5_000 // tickets without FAQ use that compete with the entries
	outcomesJudged  = 20    // last outcomes an entry is judged by
	outcomesLeast   = 5     // fewer say nothing
	helpfulLeast    = 0.6   // share of helpful answers under which an entry demotes itself
)

// faq is the compiled FAQ.
type faq struct {
	settings faqSettings
	entries  []faqEntry
	ids      map[string]int
	sim      *similarity
	vetoes   vetoes
}

func newFAQ() *faq {
	return &faq{ids: map[string]int{}, settings: faqSettings{mode: "answer", minScore: DefaultMinScore, minLead: DefaultMinLead,
		maxWords: DefaultMaxWords, sameAgainAfter: 30 * 24 * time.Hour}}
}

// build makes the similarity index.
func (f *faq) build(o options) {
	if len(f.entries) == 0 {
		f.sim = new(similarity)
		return
	}
	var b similarityBuilder
	for i := range f.entries {
		e := &f.entries[i]
		e.learnMust()
		for _, lang := range sortedKeys(e.Questions) {
			for _, q := range e.Questions[lang] {
				b.add(i, Phrase{Text: q})
			}
		}
		learned := o.learned[e.ID]
		for _, p := range learned[:min(len(learned), MaxLearned)] {
			b.add(i, p)
		}
	}
	f.sim = b.build(len(f.entries))
	for _, mails := range [][]Phrase{o.background[:min(len(o.background), MaxBackground)], shippedBackground()} {
		for _, m := range mails {
			q := newQuestion("", m.Text)
			if !f.claims(q) {
				b.addQuestion(-1, q, m)
			}
		}
	}
	f.sim = b.build(len(f.entries))
}

// An entry without must has nothing but similarity to go by, and similarity alone
// errs where questions are close or mails are of a word or two. It has to be surer:
// score and lead count less, and one common word of content is not enough for
// min_score at its default.
const (
	bareScore    = 0.85
	bareLead     = 0.6
	bareEvidence = 0.7
)

// find returns the entries nearest to a mail, best first.
func (f *faq) find(mail *question, ticket string, top int) []match {
	found := f.sim.find(mail, ticket, top)
	for i := range found {
		if m := &found[i]; len(f.entries[m.entry].must) == 0 {
			m.score, m.margin = min(m.score*bareScore, DefaultMinScore*m.evidence/bareEvidence), m.margin*bareLead
		}
	}
	return found
}

// claims reports whether an entry would answer a mail that is meant as
// background. Such a mail must not keep the entry from answering its like: FAQ
// entries are written because of tickets that people had answered until then.
func (f *faq) claims(mail *question) bool {
	found := f.find(mail, "", 1)
	if len(found) == 0 {
		return false
	}
	score, lead := f.entries[found[0].entry].threshold(&f.settings)
	return found[0].score >= score && found[0].margin >= lead
}

// FAQEntry returns an entry by its id.
func (s *Set) FAQEntry(id string) (FAQEntry, bool) {
	i, ok := s.faq.ids[id]
	if !ok {
		return FAQEntry{}, false
	}
	return s.faq.entries[i].FAQEntry, true
}

// FAQEntries returns all entries in the order written.
func (s *Set) FAQEntries() []FAQEntry {
	out := make([]FAQEntry, len(s.faq.entries))
	for i := range s.faq.entries {
		out[i] = s.faq.entries[i].FAQEntry
	}
	return out
}

func (e *faqEntry) threshold(s *faqSettings) (score, lead float64) {
	score, lead = s.minScore, s.minLead
	if !math.IsNaN(e.minScore) {
		score = e.minScore
	}
	if !math.IsNaN(e.minLead) {
		lead = e.minLead
	}
	return score, lead
}

// Thresholds returns the min_score and min_lead that hold for an entry; "" stands
// for the general settings.
func (s *Set) Thresholds(id string) (minScore, minLead float64) {
	if i, ok := s.faq.ids[id]; ok {
		return s.faq.entries[i].threshold(&s.faq.settings)
	}
	return s.faq.settings.minScore, s.faq.settings.minLead
}

// speaks reports whether the entry has an answer in the language.
func (e *faqEntry) speaks(language string) bool {
	return e.Answer[language] != "" || e.Answer[""] != ""
}

// demoted reports whether the last outcomes show that the entry does not help.
func demoted(outcomes []bool) (helped, of int, yes bool) {
	last := outcomes[max(0, len(outcomes)-outcomesJudged):]
	for _, ok := range last {
		if ok {
			helped++
		}
	}
	return helped, len(last), len(last) >= outcomesLeast && float64(helped) < helpfulLeast*float64(len(last))
}

// Demoted reports whether the last outcomes of an entry show that it does not
// help, so that it is only suggested: under 60 % of the last 20 helped.
func Demoted(outcomes []bool) bool {
	_, _, yes := demoted(outcomes)
	return yes
}

func (e *faqEntry) expired(now time.Time) bool {
	return !e.ValidUntil.IsZero() && !now.Before(e.ValidUntil)
}

var faqModes = []string{"answer", "suggest", "off"}
