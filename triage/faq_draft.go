package triage

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/token"
)

const (
	// draftPhrasings is how many questions a draft proposes, and phrasingRunes how
	// long each may be.
	draftPhrasings = 6
	phrasingRunes  = 120
	// draftRecent is how many recent tickets are looked through for phrasings.
	draftRecent = 300
)

// draft is a proposed FAQ entry.
type draft struct {
	id, category, lang string
	questions          []string
	must               [][]string
	answer             string
	internal           bool // the answer was written for colleagues
	reviewBy           time.Time
	tag                string // of the ticket it was made from
}

// faqDraft mails a draft of an FAQ entry made from the ticket to the editor: what
// was asked, in the words of everybody who asked it, and what solved it, without
// names, as YAML to paste. Nobody but the editor puts it into the FAQ.
func (j *job) faqDraft(c command.Command) error {
	d, err := j.draftOf(j.tk, strings.TrimSpace(c.Text))
	if err != nil {
		return err
	}
	question := d.questions[0]
	if err := j.event(j.tk, j.actor(), eventFAQDraft, "", d.id, question); err != nil {
		return err
	}
	history, err := j.history(j.tk)
	if err != nil {
		return err
	}
	yaml := d.yaml(j.c.Company.Language)
	var names []string
	editors := j.editors(rules.FAQEntry{})
	for _, a := range editors {
		names = append(names, a.Name)
		_, err := j.toAgent(j.tk, a, notice{
			kind: mailout.FAQDraft, purpose: token.Internal, cause: fmt.Sprintf("faqdraft:%d:%d:%s", j.in.ID, j.tk.ID, a.ID),
			files: []mailout.Attachment{{Filename: "faq-" + d.id + ".yaml", ContentType: "text/yaml", Bytes: []byte(yaml)}},
			fill: func(m *mailout.InternalData) {
				m.Author, m.At, m.Owner, m.Title, m.FAQ = j.ac.agent.Name, j.now, j.ownerName(j.tk), question, d.id
				m.Text, m.Paste, m.History = mailout.InternalNote(d.answer), mailout.InternalNote(yaml), history
				m.Rewrite = d.internal
			},
		})
		if err != nil {
			return err
		}
	}
	if slices.ContainsFunc(editors, func(a Agent) bool { return a.ID == j.ac.agent.ID }) {
		return nil // the draft itself is the confirmation
	}
	with := strings.Join(names, ", ")
	j.done(doing{about: j.tk, command: c, undo: " ", line: [2]string{
		fmt.Sprintf("FAQ-Entwurf „%s“ aus %s ist bei %s.", question, d.tag, with),
		fmt.Sprintf("The FAQ draft “%s” from %s is with %s.", question, d.tag, with)}})
	return nil
}

// draftOf makes the draft.
func (j *job) draftOf(tk *store.Ticket, question string) (draft, error) {
	messages, err := j.tx.Messages(j.ctx, tk.ID)
	if err != nil {
		return draft{}, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	d := draft{category: tk.Category, lang: or(tk.Language, j.c.Company.Language), tag: j.tag(tk),
		reviewBy: j.now.In(j.c.Company.Location).AddDate(1, 0, 0)}
	seen := map[string]bool{}
	add := func(phrasing string) {
		fold := rules.Fold(phrasing)
		if fold != "" && !seen[fold] && len(d.questions) < draftPhrasings {
			seen[fold] = true
			d.questions = append(d.questions, phrasing)
		}
	}
	add(question)
	for _, p := range j.phrasings(tk, messages) {
		add(p)
	}
	alike, err := j.requestsLike(tk)
	if err != nil {
		return d, err
	}
	for i := range alike {
		if or(alike[i].Language, d.lang) != d.lang {
			continue // its words want an answer in their own language
		}
		said, err := j.tx.Messages(j.ctx, alike[i].ID)
		if err != nil {
			return d, fmt.Errorf("read messages of ticket %d: %w", alike[i].ID, err)
		}
		if p := j.phrasings(&alike[i], said); len(p) > 0 {
			add(p[0])
		}
	}
	if len(d.questions) == 0 {
		add(or(j.withoutNames(tk)(tk.Subject), d.tag))
	}
	d.answer, d.internal = j.draftAnswer(tk, messages)
	d.must = rules.MustGroups(d.questions)
	d.id = j.draftID(or(question, d.questions[0]), tk)
	return d, nil
}

// draftID names the entry after its question; a name that is taken gets the number
// of the ticket.
func (j *job) draftID(question string, tk *store.Ticket) string {
	id := rules.Slug(question)
	if id == "" || len(id) > 60 || knowsFAQ(j.c, id) {
		return strings.Trim(fmt.Sprintf("%.60s-%d", id, tk.Number), "-")
	}
	return id
}

// phrasings are the words of a requester as questions: the subject, and the first
// sentence. What says nothing is left out.
func (j *job) phrasings(tk *store.Ticket, messages []store.Message) []string {
	if len(messages) == 0 {
		return nil
	}
	clean := j.withoutNames(tk)
	var list []string
	for _, p := range []string{mailin.BaseSubject(tk.Subject), oneLine(messages[0].Text, phrasingRunes)} {
		if p = clean(mailout.OneLine(p)); len(rules.TopicOf(p, "").Keys()) > 1 {
			list = append(list, p)
		}
	}
	return list
}

// requestsLike are the tickets similar to one: the solved ones, and those of the
// last days.
func (j *job) requestsLike(tk *store.Ticket) ([]store.Ticket, error) {
	topic, err := j.topicOf(tk)
	if err != nil {
		return nil, err
	}
	ids, err := j.nearTopics(topic, tk.ID)
	if err != nil {
		return nil, err
	}
	recent, err := j.tx.RecentTickets(j.ctx, j.now.AddDate(0, 0, -recurringDays), draftRecent)
	if err != nil {
		return nil, fmt.Errorf("read recent tickets: %w", err)
	}
	var list []store.Ticket
	for _, id := range ids {
		one, err := j.tx.Ticket(j.ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read similar ticket: %w", err)
		}
		list = append(list, one)
	}
	for i := range recent {
		r := &recent[i]
		if r.ID == tk.ID || slices.Contains(ids, r.ID) || r.State == "held" || r.State == "discarded" {
			continue
		}
		other, err := j.topicOf(r)
		if err != nil {
			return nil, err
		}
		if topic.Compare(other, rules.TopicCounts{}).Similar() {
			list = append(list, *r)
		}
	}
	return list, nil
}

// draftAnswer is what solved the ticket, as far as it is known, without greeting,
// closing and names. Of a solved ticket it is what the requester was told; of one
// that is not yet, what the second level noted. The latter was written for
// colleagues.
func (j *job) draftAnswer(tk *store.Ticket, messages []store.Message) (text string, internal bool) {
	var reply, note store.Message
	for _, m := range messages {
		switch {
		case m.Agent == "" || strings.TrimSpace(m.Text) == "":
		case m.Kind == "reply" && m.Visibility == "public":
			reply = m
		case m.Kind == "fix" || m.Kind == "knowledge" || m.Kind == "workaround":
			note = m
		}
	}
	best := reply
	if reply.Text == "" || note.Text != "" && !isSolved(tk.State) {
		best = note
	}
	if best.Text == "" {
		return inLang([2]string{"(Hier fehlt die Antwort: im Ticket steht noch keine.)", "(The answer is missing: the ticket has none yet.)"}, tk.Language), true
	}
	return j.withoutNames(tk)(strings.TrimSpace(rules.WithoutCourtesy(best.Text))), best.Visibility == "internal"
}

var (
	titledName = regexp.MustCompile(`\b(Frau|Herrn?|Mr\.?|Mrs\.?|Ms\.?)( Dr\.)? \p{Lu}[\p{L}-]+`)
	emptied    = regexp.MustCompile(` ?\(\s*\)`)
	anyAddress = regexp.MustCompile(`[^\s<>()"]+@[^\s<>()",;]+[\p{L}\d]`)
)

// withoutNames returns what takes the people of a ticket out of a text: an FAQ
// answer is read by everybody.
func (j *job) withoutNames(tk *store.Ticket) func(string) string {
	var names []string
	person := j.c.person(tk.Requester)
	agents := []string{tk.RequesterName, person.Name}
	for _, a := range j.c.People.Agents {
		agents = append(agents, a.Name)
	}
	for _, full := range agents {
		full = strings.TrimSpace(full)
		if full == "" {
			continue
		}
		names = append(names, full)
		for part := range strings.FieldsSeq(full) {
			if len(part) > 3 && !slices.Contains(names, part) {
				names = append(names, part)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return len(b) - len(a) })
	someone, address := "[Name]", inLang([2]string{"[Adresse]", "[address]"}, tk.Language)
	var pairs []string
	for _, n := range names {
		pairs = append(pairs, n, someone)
	}
	if person.Device != "" {
		pairs = append(pairs, person.Device, inLang([2]string{"[Gerät]", "[device]"}, tk.Language))
	}
	known := strings.NewReplacer(pairs...)
	tag := regexp.MustCompile(`\[?` + regexp.QuoteMeta(or(j.c.Ticket.Prefix, "IT")) + `-\d+\]?`)
	return func(s string) string {
		s = anyAddress.ReplaceAllString(s, address)
		s = titledName.ReplaceAllString(s, someone)
		s = known.Replace(s)
		s = emptied.ReplaceAllString(tag.ReplaceAllString(s, ""), "")
		return strings.TrimSpace(strings.ReplaceAll(s, someone+" "+someone, someone))
	}
}

// yaml is the draft as an entry to paste; check accepts it.
func (d *draft) yaml(lang string) string {
	var b strings.Builder
	say := func(de, en string) string { return inLang([2]string{de, en}, lang) }
	fmt.Fprintf(&b, "# %s\n", say("FAQ-Entwurf aus "+d.tag+". Vor der Freigabe lesen: Antwort, Formulierungen, must.", "FAQ draft from "+d.tag+". Read before use: answer, phrasings, must."))
	fmt.Fprintf(&b, "faq:\n  - id: %s\n", quoted(d.id))
	if d.category != "" {
		fmt.Fprintf(&b, "    category: %s\n", quoted(d.category))
	}
	fmt.Fprintf(&b, "    mode: suggest   # %s\n", say("erst vorschlagen; answer, wenn es sich bewährt hat", "suggest first; answer once it has proven itself"))
	fmt.Fprintf(&b, "    questions:\n      %s:\n", d.lang)
	for _, q := range d.questions {
		fmt.Fprintf(&b, "        - %s\n", quoted(q))
	}
	if len(d.must) > 0 {
		b.WriteString("    must:\n")
	}
	for _, group := range d.must {
		var words []string
		for _, w := range group {
			words = append(words, quoted(w))
		}
		fmt.Fprintf(&b, "      - [%s]\n", strings.Join(words, ", "))
	}
	if d.internal {
		fmt.Fprintf(&b, "    # %s\n", say("Die Antwort war eine interne Notiz: für Anwender umschreiben.", "The answer was an internal note: rewrite it for users."))
	}
	fmt.Fprintf(&b, "    answer:\n      %s: %s\n", d.lang, block(d.answer, "        "))
	fmt.Fprintf(&b, "    review_by: %s\n    note: %s\n", d.reviewBy.Format(time.DateOnly), quoted(say("aus ", "from ")+d.tag))
	return b.String()
}

// quoted is a double-quoted YAML scalar; JSON strings are such.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSpace(b.String())
}

// block is a YAML literal block, or a quoted scalar where a block cannot hold the
// text as it is.
func block(s, indent string) string {
	clean := strings.IndexFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff
	}) < 0
	if !clean || s == "" || s[0] == ' ' || s[0] == '\n' {
		return quoted(s)
	}
	var b strings.Builder
	b.WriteString("|\n")
	for line := range strings.Lines(strings.TrimRight(s, "\n ")) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			b.WriteString(indent)
			b.WriteString(line)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}
