package triage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/token"
)

// SuggestOptions say which tickets are learned from.
type SuggestOptions struct {
	Since, Until time.Time // opened in [Since, Until)
	// Least is how many corrected tickets a proposal must rest on; 0 = 2.
	Least int
	// Progress is called after every day of tickets; nil = not wanted.
	Progress func(done, total int)
}

// RuleSuggestions is what people's corrections of categories say about the rules. It
// is a proposal: nothing applies it.
type RuleSuggestions struct {
	Since     time.Time          `json:"since"`
	Until     time.Time          `json:"until"`
	Tickets   int                `json:"tickets"`   // with a category the rules gave
	Corrected int                `json:"corrected"` // by a person
	Pairs     []Correction       `json:"pairs"`     // the most frequent first
	Words     []WordSuggestion   `json:"words"`
	Senders   []SenderSuggestion `json:"senders"`
}

// Correction is one way in which people correct the rules.
type Correction struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// WordSuggestion is a word for the word list of a category.
type WordSuggestion struct {
	Category  string   `json:"category"`
	Word      string   `json:"word"`
	List      string   `json:"list"`      // strong or medium
	Corrected int      `json:"corrected"` // tickets with it that people moved into the category
	Right     int      `json:"right"`     // all tickets with it that are in the category
	Wrong     int      `json:"wrong"`     // tickets with it that are in another one
	Tickets   []string `json:"tickets"`   // a few of the corrected ones
}

// SenderSuggestion is a rule by sender.
type SenderSuggestion struct {
	Domain    string `json:"domain"`
	Category  string `json:"category"`
	Corrected int    `json:"corrected"`
	Right     int    `json:"right"`
	Wrong     int    `json:"wrong"`
}

const (
	suggestLeast    = 2
	suggestSender   = 3    // corrected tickets of one sender domain
	suggestPrecise  = 0.85 // share of the tickets with a word that are in its category
	suggestStrong   = 0.95 // from here on it is a strong word, when it is not rare
	suggestStrongN  = 4
	suggestWords    = 6 // words per category
	suggestTickets  = 5 // tickets named per word
	suggestTextSize = 8 << 10
)

// SuggestRules looks for words and senders that would have spared people their
// corrections.
func SuggestRules(ctx context.Context, st *store.Store, c *Config, o SuggestOptions) (RuleSuggestions, error) {
	l := &lesson{c: c, words: map[string]*wordUse{}, domains: map[string]*domainUse{}}
	total := int(o.Until.Sub(o.Since)/day) + 1
	for i := range total {
		from := o.Since.Add(time.Duration(i) * day)
		to := from.Add(day)
		if to.After(o.Until) {
			to = o.Until
		}
		err := st.View(ctx, func(tx *store.Tx) error { return l.read(ctx, tx, from, to) })
		if err != nil {
			return RuleSuggestions{}, fmt.Errorf("read corrections: %w", err)
		}
		if o.Progress != nil {
			o.Progress(i+1, total)
		}
	}
	s := RuleSuggestions{Since: o.Since, Until: o.Until, Tickets: len(l.tickets), Pairs: []Correction{}, Words: []WordSuggestion{}, Senders: []SenderSuggestion{}}
	l.pairs(&s)
	l.suggestSenders(&s, max(or(o.Least, suggestLeast), suggestSender))
	l.suggestWords(&s, or(o.Least, suggestLeast))
	return s, nil
}

// lesson is what is read of the tickets.
type lesson struct {
	c       *Config
	tickets []lessonTicket
	words   map[string]*wordUse // by stem
	domains map[string]*domainUse
}

type lessonTicket struct {
	tag, auto, final, requester string
}

func (t *lessonTicket) corrected() bool { return t.auto != t.final }

// wordUse is which tickets have a word, and how it is written.
type wordUse struct {
	tickets []int
	forms   map[string]int
}

type domainUse struct{ tickets []int }

func (l *lesson) read(ctx context.Context, tx *store.Tx, from, to time.Time) error {
	rows, err := tx.ListTickets(ctx, store.TicketFilter{Since: from, Until: to, Limit: 1 << 30})
	if err != nil {
		return err
	}
	slices.Reverse(rows)
	for i := range rows {
		tk := &rows[i]
		if tk.Number == 0 || tk.State == "discarded" || tk.State == "merged" || tk.CategoryAuto == "" || tk.Category == "" {
			continue
		}
		messages, err := tx.Messages(ctx, tk.ID)
		if err != nil {
			return err
		}
		text := ""
		if len(messages) > 0 {
			text = messages[0].Text
		}
		l.add(tk, text)
	}
	return nil
}

func (l *lesson) add(tk *store.Ticket, text string) {
	n := len(l.tickets)
	tag := token.Ticket{Prefix: or(l.c.Ticket.Prefix, "IT"), Number: tk.Number}.String()
	l.tickets = append(l.tickets, lessonTicket{tag, tk.CategoryAuto, tk.Category, tk.Requester})
	for stem, form := range rules.TellingWords(tk.Subject, clip(text, suggestTextSize)) {
		use := l.words[stem]
		if use == nil {
			use = &wordUse{forms: map[string]int{}}
			l.words[stem] = use
		}
		use.tickets = append(use.tickets, n)
		use.forms[form]++
	}
	if _, domain, ok := strings.Cut(tk.Requester, "@"); ok && !l.c.isInternal(tk.Requester) {
		if l.domains[domain] == nil {
			l.domains[domain] = &domainUse{}
		}
		l.domains[domain].tickets = append(l.domains[domain].tickets, n)
	}
}

// pairs counts what was corrected into what.
func (l *lesson) pairs(s *RuleSuggestions) {
	count := map[Correction]int{}
	for i := range l.tickets {
		if t := &l.tickets[i]; t.corrected() {
			s.Corrected++
			count[Correction{From: t.auto, To: t.final}]++
		}
	}
	for p, n := range count {
		p.Count = n
		s.Pairs = append(s.Pairs, p)
	}
	slices.SortFunc(s.Pairs, func(a, b Correction) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

// judged is what a word or a sender says about a category.
type judged struct {
	category                string
	corrected, right, wrong int
	people                  map[string]bool
	of                      []int // corrected tickets
}

// judge finds the category most of the corrections among some tickets go to.
func (l *lesson) judge(tickets []int) (best judged) {
	by := map[string]*judged{}
	for _, n := range tickets {
		t := &l.tickets[n]
		j := by[t.final]
		if j == nil {
			j = &judged{category: t.final, people: map[string]bool{}}
			by[t.final] = j
		}
		j.right++
		if t.corrected() {
			j.corrected++
			j.people[t.requester] = true
			j.of = append(j.of, n)
		}
	}
	for _, j := range by {
		if better := cmp.Or(cmp.Compare(j.corrected, best.corrected), cmp.Compare(best.category, j.category)); best.people == nil || better > 0 {
			best = *j
		}
	}
	best.wrong = len(tickets) - best.right
	return best
}

func (j *judged) precise(least float64) bool {
	return float64(j.right) >= least*float64(j.right+j.wrong)
}

// suggestSenders proposes rules for outside senders whose mails always go to one
// category; their tickets need no words.
func (l *lesson) suggestSenders(s *RuleSuggestions, least int) {
	for domain, use := range l.domains {
		j := l.judge(use.tickets)
		if j.corrected < least || !j.precise(suggestStrong) || l.isFallback(j.category) {
			continue
		}
		s.Senders = append(s.Senders, SenderSuggestion{Domain: domain, Category: j.category, Corrected: j.corrected, Right: j.right, Wrong: j.wrong})
		for _, n := range j.of {
			l.tickets[n].auto = l.tickets[n].final // spared by the rule
		}
	}
	slices.SortFunc(s.Senders, func(a, b SenderSuggestion) int {
		return cmp.Or(cmp.Compare(b.Corrected, a.Corrected), cmp.Compare(a.Domain, b.Domain))
	})
}

// suggestWords proposes words, those first that spare most corrections; a word that
// spares none the others leave is left out.
func (l *lesson) suggestWords(s *RuleSuggestions, least int) {
	type candidate struct {
		stem string
		judged
	}
	var list []candidate
	for stem, use := range l.words {
		j := l.judge(use.tickets)
		if j.corrected >= least && len(j.people) > 1 && j.precise(suggestPrecise) && !l.isFallback(j.category) && !l.knows(j.category, mostFrequent(use.forms)) {
			list = append(list, candidate{stem, j})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.corrected, a.corrected), cmp.Compare(a.wrong, b.wrong), cmp.Compare(b.right, a.right), cmp.Compare(a.stem, b.stem))
	})
	covered := map[int]bool{}
	perCategory := map[string]int{}
	for _, w := range list {
		if fresh := slices.ContainsFunc(w.of, func(n int) bool { return !covered[n] }); !fresh || perCategory[w.category] == suggestWords {
			continue
		}
		perCategory[w.category]++
		out := WordSuggestion{Category: w.category, Word: mostFrequent(l.words[w.stem].forms), List: "medium", Corrected: w.corrected, Right: w.right, Wrong: w.wrong}
		if w.precise(suggestStrong) && w.right >= suggestStrongN {
			out.List = "strong"
		}
		for _, n := range w.of {
			covered[n] = true
			if len(out.Tickets) < suggestTickets {
				out.Tickets = append(out.Tickets, l.tickets[n].tag)
			}
		}
		s.Words = append(s.Words, out)
	}
	slices.SortStableFunc(s.Words, func(a, b WordSuggestion) int { return cmp.Compare(a.Category, b.Category) })
}

// isFallback reports whether a category is the one for everything else: no word can
// stand for it.
func (l *lesson) isFallback(category string) bool {
	return l.c.Rules != nil && l.decided("") == category
}

// knows reports whether a word alone leads to a category already.
func (l *lesson) knows(category, word string) bool { return l.decided(word) == category }

func (l *lesson) decided(word string) string {
	if l.c.Rules == nil {
		return ""
	}
	return l.c.Rules.Decide(rules.Input{Message: &mailin.Message{Text: word, Reply: word}, Location: l.c.Company.Location, Internal: true, Known: true}).Category
}

func mostFrequent(forms map[string]int) string {
	best := ""
	for f, n := range forms {
		if best == "" || n > forms[best] || n == forms[best] && f < best {
			best = f
		}
	}
	return best
}

// YAML is the proposal for one category, "" = for all, as a file that check accepts:
// its words are added to the lists there are.
func (s *RuleSuggestions) YAML(category string) string {
	var b strings.Builder
	last := ""
	lists := func(cat string) {
		for _, list := range []string{"strong", "medium"} {
			var words []string
			for _, w := range s.Words {
				if w.Category == cat && w.List == list {
					words = append(words, quoted(w.Word))
				}
			}
			if len(words) > 0 {
				fmt.Fprintf(&b, "    %s: [%s]\n", list, strings.Join(words, ", "))
			}
		}
	}
	for _, w := range s.Words {
		if w.Category == last || category != "" && w.Category != category {
			continue
		}
		if last == "" {
			b.WriteString("categories:\n")
		}
		last = w.Category
		fmt.Fprintf(&b, "  %s:\n", quoted(last))
		lists(last)
	}
	first := true
	for _, r := range s.Senders {
		if category != "" && r.Category != category {
			continue
		}
		if first {
			b.WriteString("rules:\n")
			first = false
		}
		fmt.Fprintf(&b, "  - name: %s\n    when: {from_domain: [%s]}\n    then: {category: %s}\n", quoted(r.Domain+" → "+r.Category), quoted(r.Domain), quoted(r.Category))
	}
	return b.String()
}

// Categories are the categories with a proposal.
func (s *RuleSuggestions) Categories() []string {
	var list []string
	for _, w := range s.Words {
		list = append(list, w.Category)
	}
	for _, r := range s.Senders {
		list = append(list, r.Category)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Without leaves out what is proposed for some categories.
func (s *RuleSuggestions) Without(categories []string) {
	s.Words = slices.DeleteFunc(s.Words, func(w WordSuggestion) bool { return slices.Contains(categories, w.Category) })
	s.Senders = slices.DeleteFunc(s.Senders, func(r SenderSuggestion) bool { return slices.Contains(categories, r.Category) })
}
