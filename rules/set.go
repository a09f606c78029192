package rules

import "slices"

// Set is a compiled rule set: categories, rules and FAQ. It is immutable and
// safe for concurrent use.
type Set struct {
	// Hash is the SHA-256, in hex, of the normalised source: comments and
	// layout do not count.
	Hash string

	refs       Refs
	lang       string // of the reasons, "" = the company's
	index      *index
	categories []category
	categorize categorize
	rules      []rule
	dispatch   *dispatch
	faq        *faq
	tests      []testCase
	// attachments: a rule looks into the text of attachments.
	attachments bool
}

// ReadsAttachments reports whether a rule looks into the text of attachments, so
// that Input.AttachmentText is worth its cost.
func (s *Set) ReadsAttachments() bool { return s.attachments }

// ReadsReplies reports whether a rule applies to mails that continue a ticket.
func (s *Set) ReadsReplies() bool {
	return slices.ContainsFunc(s.rules, func(r rule) bool { return r.replies })
}

// With returns the same rules with other phrasings learned and another
// background. Options that are not given are dropped. Only the index of the FAQ
// is made anew; everything else is shared.
func (s *Set) With(opts ...Option) *Set {
	var o options
	for _, f := range opts {
		f(&o)
	}
	n := *s
	f := *s.faq
	n.faq = &f
	n.faq.build(o)
	return &n
}

// In returns the same rules with their reasons in a language, "de" or "en".
func (s *Set) In(lang string) *Set {
	n := *s
	n.lang = lang
	return &n
}

// Categories returns the categories in the order written.
func (s *Set) Categories() []Category {
	out := make([]Category, len(s.categories))
	for i := range s.categories {
		out[i] = s.categories[i].Category
	}
	return out
}

// RuleNames returns the names of the enabled rules in their order.
func (s *Set) RuleNames() []string {
	out := make([]string, len(s.rules))
	for i := range s.rules {
		out[i] = s.rules[i].name
	}
	return out
}

// SenderGroups returns the groups an address belongs to, in no fixed order.
func (s *Set) SenderGroups(address string) []string {
	var out []string
	for name, list := range s.refs.SenderGroups {
		if newSenders(list).has(address) {
			out = append(out, name)
		}
	}
	return out
}
