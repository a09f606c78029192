package rules

import (
	"strings"

	"firstline/rules/source"
)

// Usage counts what the decisions about stored mails used, by name.
type Usage struct {
	Days                   int // how far back the mails go
	Mails, Tickets         int
	Rules, FAQ, Categories map[string]int
}

// NewUsage returns an empty count.
func NewUsage() *Usage {
	return &Usage{Rules: map[string]int{}, FAQ: map[string]int{}, Categories: map[string]int{}}
}

// Add counts the stored steps of one decision.
func (u *Usage) Add(steps []Step) {
	decided := false
	for _, s := range steps {
		switch {
		case s.Stage == "category":
			decided = true
		case s.Stage == "rule" && s.Match:
			u.Rules[s.Name]++
		case s.Stage == "faq" && s.Name != "" && (s.Match || strings.HasSuffix(s.Reason, suggestedDE) || strings.HasSuffix(s.Reason, suggestedEN)):
			u.FAQ[s.Name]++
		}
	}
	if decided {
		u.Mails++
	}
}

// How the reason of an entry that is only suggested ends.
const (
	suggestedDE = " → nur Vorschlag"
	suggestedEN = " → suggestion only"
)

// ReportUnused reports rules, FAQ entries and categories that no mail of a period
// needed. Without mails there is nothing to say.
func (s *Set) ReportUnused(r *source.Report, u *Usage) {
	if u.Mails > 0 {
		for i := range s.rules {
			if x := &s.rules[i]; u.Rules[x.name] == 0 {
				r.Add(x.node, ruleUnused, x.name, u.Days, u.Mails)
			}
		}
		for i := range s.faq.entries {
			if e := &s.faq.entries[i]; u.FAQ[e.ID] == 0 {
				r.Add(e.node, faqUnused, e.ID, u.Days, u.Mails)
			}
		}
	}
	for i := range s.categories {
		if c := &s.categories[i]; u.Tickets > 0 && u.Categories[c.ID] == 0 && c.node != nil && c.ID != s.categorize.fallback {
			r.Add(c.node, categoryUnused, c.ID, u.Days, u.Tickets)
		}
	}
}
