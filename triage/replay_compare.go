package triage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules"
)

// The kinds of differences, in the order they are listed.
const (
	KindOutcome  = "outcome"
	KindCategory = "category"
	KindFAQ      = "faq"
	KindPriority = "priority"
	KindGroup    = "group"
	KindAssign   = "assign"
	KindSLA      = "sla"
	KindEscalate = "escalate"
	KindReceipt  = "receipt"
	KindLanguage = "language"
	KindTags     = "tags"
)

// ReplayKinds are all kinds of differences in the order they are listed.
func ReplayKinds() []string {
	return []string{KindOutcome, KindCategory, KindFAQ, KindPriority, KindGroup, KindAssign, KindSLA, KindEscalate, KindReceipt, KindLanguage, KindTags}
}

// verdictOf is what a configuration decides about a mail.
type verdictOf struct {
	outcome, category, priority, group, assign, sla, escalate, receipt, language, tags string

	faq    string // entry that is sent, "" = none
	rules  []string
	entry  string // best entry, sent or not
	faqWhy string // why it is not sent
	reason string // of hold, ignore, reject
	words  string // that scored for the category
	trace  []rules.Step
	best   rules.FAQDecision
}

// judge decides about the first mail of a thread. The snapshot gets what depends
// on the configuration.
func judge(c *Config, raw []byte, m *mailin.Message, in rules.Input, at time.Time) verdictOf {
	a := admit(c, m)
	in.Message, in.Location = m, c.Company.Location
	in.Known = a.open
	c.senderFacts(&in, raw)
	in.Open = make(map[string]bool, len(c.Calendars))
	for name, cal := range c.Calendars {
		in.Open[name] = cal.IsOpen(at)
	}
	p := planTicket(c, m, in, a)
	v := verdictOf{
		outcome: explainedOutcome(m, p), category: p.ticket.Category, priority: p.ticket.Priority, group: p.ticket.Group, assign: p.rules.Assign,
		sla: p.ticket.SLA, escalate: p.rules.Escalate, language: p.ticket.Language, rules: p.rules.Rules, entry: p.rules.FAQ.ID,
		faqWhy: p.rules.FAQ.Why, reason: or(or(p.ignore, p.reject), p.hold), trace: p.rules.Trace, best: p.rules.FAQ,
	}
	v.receipt = or(p.receiptText, string(p.receipt))
	if p.answerFAQ {
		v.faq, v.receipt = p.rules.FAQ.ID, ""
	}
	tags := slices.Clone(p.rules.Tags)
	slices.Sort(tags)
	v.tags = strings.Join(tags, " ")
	for _, s := range v.trace {
		if s.Stage == "category" && s.Match {
			v.words = scoredWords(s.Reason)
		}
	}
	return v
}

// scoredWords are the words of "21 points: drucker (subject 10), papier (1) · …".
func scoredWords(reason string) string {
	_, list, ok := strings.Cut(reason, ": ")
	if !ok {
		return ""
	}
	list, _, _ = strings.Cut(list, " · ")
	var words []string
	for item := range strings.SplitSeq(list, ", ") {
		word, _, _ := strings.Cut(item, " (")
		word, _, _ = strings.Cut(word, " ←")
		words = append(words, word)
	}
	return strings.Join(words[:min(len(words), 4)], ", ")
}

// tally counts differences.
type tally struct {
	before, after *Config
	lang          string
	keep          int
	shifts        map[[3]string]*Shift
	rules         map[string]*RuleShift
}

func newTally(before, after *Config, o ReplayOptions) *tally {
	return &tally{before: before, after: after, lang: o.Lang, keep: or(o.Keep, replayKeep), shifts: map[[3]string]*Shift{}, rules: map[string]*RuleShift{}}
}

func (t *tally) say(de, en string, args ...any) string {
	if t.lang != "en" {
		en = de
	}
	return fmt.Sprintf(en, args...)
}

// add counts one mail.
func (t *tally) add(out *Replay, r *replayed) {
	switch {
	case r.skip:
		return
	case r.unread:
		out.Unread++
		return
	}
	out.Mails++
	if tk := r.ticket; tk != nil && tk.category != "" {
		out.Final.Tickets++
		if r.old.category == tk.category {
			out.Final.Old++
		}
		if r.new.category == tk.category {
			out.Final.New++
		}
	}
	more, less := t.ruleShifts(r)
	changes := t.changes(r, more, less)
	if len(changes) == 0 {
		return
	}
	out.Changed++
	d := Difference{InboxID: r.id, Changes: changes}
	if r.ticket != nil {
		d.Subject = r.ticket.subject
		d.Ticket = ticketTag(t.before, r.ticket.id, r.ticket.number)
	}
	for _, c := range changes {
		t.count(c, r, d.Ticket)
	}
	if len(out.Differences) < t.keep {
		out.Differences = append(out.Differences, d)
	}
}

// ticketTag is IT-10423, or H-7 while a mail is held.
func ticketTag(c *Config, id, number int64) string {
	if number == 0 {
		return fmt.Sprintf("H-%d", id)
	}
	return fmt.Sprintf("%s-%d", or(c.Ticket.Prefix, "IT"), number)
}

// ruleShifts counts the rules that match one mail with one configuration alone.
func (t *tally) ruleShifts(r *replayed) (more, less []string) {
	entry := func(name string) *RuleShift {
		s := t.rules[name]
		if s == nil {
			s = &RuleShift{Rule: name}
			t.rules[name] = s
		}
		return s
	}
	for _, name := range r.new.rules {
		if !slices.Contains(r.old.rules, name) {
			more = append(more, name)
			entry(name).More++
		}
	}
	for _, name := range r.old.rules {
		if !slices.Contains(r.new.rules, name) {
			less = append(less, name)
			entry(name).Less++
		}
	}
	return more, less
}

// opens reports whether an outcome makes a ticket that somebody works on.
func opens(outcome string) bool {
	return outcome == outcomeOpened || outcome == outcomeAnswered || outcome == outcomeHeld
}

// changes are the parts of a decision that differ. What only follows from another
// difference is left out: an FAQ answer replaces the receipt, a category brings
// its group along.
func (t *tally) changes(r *replayed, more, less []string) []Change {
	a, b := &r.old, &r.new
	var list []Change
	add := func(kind, old, new, why string) {
		if old != new {
			list = append(list, Change{kind, old, new, why})
		}
	}
	byRule := t.byRule(more, less)
	if a.outcome != b.outcome && !(a.faq != b.faq && opens(a.outcome) && opens(b.outcome)) {
		add(KindOutcome, a.outcome, b.outcome, or(byRule, or(b.reason, a.reason)))
	}
	if !opens(a.outcome) && !opens(b.outcome) {
		return list // nobody sees the rest
	}
	add(KindCategory, a.category, b.category, or(byRule, t.categoryWhy(a, b)))
	add(KindFAQ, a.faq, b.faq, t.faqWhy(a, b))
	add(KindPriority, a.priority, b.priority, or(byRule, stepReason(b.trace, "priority")))
	if a.category == b.category || a.group != t.groupOf(t.before, a.category) || b.group != t.groupOf(t.after, b.category) {
		add(KindGroup, a.group, b.group, or(byRule, stepReason(b.trace, "assign")))
	}
	add(KindAssign, a.assign, b.assign, byRule)
	add(KindSLA, a.sla, b.sla, or(byRule, stepReason(b.trace, "sla")))
	add(KindEscalate, a.escalate, b.escalate, byRule)
	if a.faq == b.faq && a.outcome == b.outcome && a.outcome == outcomeOpened {
		add(KindReceipt, a.receipt, b.receipt, byRule)
	}
	add(KindLanguage, a.language, b.language, byRule)
	add(KindTags, a.tags, b.tags, byRule)
	return list
}

// groupOf is the group a category brings along.
func (t *tally) groupOf(c *Config, category string) string {
	return or(c.Categories[category].Group, c.firstLevel())
}

// byRule names the rules that match with one configuration alone.
func (t *tally) byRule(more, less []string) string {
	var parts []string
	if len(more) > 0 {
		parts = append(parts, t.say("Regel %s trifft jetzt", "rule %s matches now", t.quoted(more)))
	}
	if len(less) > 0 {
		parts = append(parts, t.say("Regel %s trifft nicht mehr", "rule %s no longer matches", t.quoted(less)))
	}
	return strings.Join(parts, " · ")
}

func (t *tally) quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = t.say("„%s“", "“%s”", n)
	}
	return strings.Join(q, ", ")
}

// categoryWhy names the words that decide now.
func (t *tally) categoryWhy(a, b *verdictOf) string {
	switch {
	case b.words != "":
		return t.say("Wörter von %s: %s", "words of %s: %s", b.category, b.words)
	case a.words != "":
		return t.say("nicht mehr durch Wörter von %s: %s", "no longer by words of %s: %s", a.category, a.words)
	}
	return ""
}

// faqWhy says what kept the answer back on the side on which it is not sent.
func (t *tally) faqWhy(a, b *verdictOf) string {
	switch {
	case b.faq == "" && !knowsFAQ(t.after, a.faq):
		return t.say("Eintrag gibt es nicht mehr", "the entry is gone")
	case b.faq == "" && b.entry == a.faq:
		return b.faqWhy
	case b.faq == "" && b.entry != "":
		return t.say("ähnlicher ist %s: %s", "%s is more similar: %s", b.entry, b.faqWhy)
	case b.faq == "":
		return b.faqWhy
	case !knowsFAQ(t.before, b.faq):
		return t.say("neuer Eintrag", "new entry")
	case a.faq == "" && a.entry == b.faq:
		return t.say("bisher: %s", "so far: %s", a.faqWhy)
	}
	return ""
}

func knowsFAQ(c *Config, id string) bool {
	if c.Rules == nil {
		return false
	}
	_, ok := c.Rules.FAQEntry(id)
	return ok
}

// stepReason is the reason of a stage of the trace.
func stepReason(trace []rules.Step, stage string) string {
	for _, s := range trace {
		if s.Stage == stage {
			return s.Reason
		}
	}
	return ""
}

// shiftTickets is how many tickets a Shift names.
const shiftTickets = 10

// count adds one change to its shift.
func (t *tally) count(c Change, r *replayed, ticket string) {
	key := [3]string{c.Kind, c.Old, c.New}
	s := t.shifts[key]
	if s == nil {
		s = &Shift{Kind: c.Kind, Old: c.Old, New: c.New, Tickets: []string{}, whys: map[string]int{}}
		t.shifts[key] = s
	}
	s.Count++
	if c.Why != "" {
		s.whys[c.Why]++
	}
	if ticket != "" && len(s.Tickets) < shiftTickets {
		s.Tickets = append(s.Tickets, ticket)
	}
	if c.Kind != KindFAQ {
		return
	}
	if r.agree != "" {
		s.Same++
	}
	switch r.outcome {
	case "helped":
		s.Helped++
	case "rejected":
		s.Rejected++
	}
}

// finish puts the counts in order.
func (t *tally) finish(out *Replay) {
	kinds := ReplayKinds()
	out.Shifts, out.Rules = []Shift{}, []RuleShift{}
	if out.Differences == nil {
		out.Differences = []Difference{}
	}
	for _, s := range t.shifts {
		for why, n := range s.whys {
			if n > s.whys[s.Why] || n == s.whys[s.Why] && (s.Why == "" || why < s.Why) {
				s.Why = why
			}
		}
		s.Whys = len(s.whys)
		out.Shifts = append(out.Shifts, *s)
	}
	slices.SortFunc(out.Shifts, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New))
	})
	for _, r := range t.rules {
		out.Rules = append(out.Rules, *r)
	}
	slices.SortFunc(out.Rules, func(a, b RuleShift) int {
		return cmp.Or(cmp.Compare(b.More+b.Less, a.More+a.Less), cmp.Compare(a.Rule, b.Rule))
	})
}
