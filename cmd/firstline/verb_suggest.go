package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// suggestion is what suggest-rules prints as JSON.
type suggestion struct {
	triage.RuleSuggestions
	// Effect is what the proposal would change about the stored mails; null = there
	// is none.
	Effect *triage.Replay `json:"effect"`
	// Dropped are categories whose proposal made no decision better.
	Dropped []string `json:"dropped"`
	YAML    string   `json:"yaml"`
}

// runSuggestRules proposes words and rules from people's corrections of categories,
// with what they would change about the mails that are stored. It changes nothing.
func runSuggestRules(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("suggest-rules", "suggest-rules [--since 180d] [--until DATE] [--least 2]")
	since := fs.String("since", "180d", "learn from tickets opened since: a `time` back (30d, 26w) or a date (2026-03-01)")
	until := fs.String("until", "", "and before this `time`; default: now")
	least := fs.Int("least", 2, "propose what at least `N` corrected tickets speak for")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	if *least < 1 {
		return usageError("--least %d: write 1 or more", *least)
	}
	before, err := c.load(config.Check)
	if err != nil {
		return err
	}
	now := time.Now()
	o := triage.SuggestOptions{Until: now, Least: *least, Progress: c.progress()}
	if o.Since, o.Until, err = pastSpan(*since, *until, now, before.Desk.Company.Location); err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	s := suggestion{Dropped: []string{}}
	if s.RuleSuggestions, err = triage.SuggestRules(ctx, st, &before.Desk, o); err != nil {
		return err
	}
	if err := c.tryProposals(ctx, st, before, &s); err != nil {
		return err
	}
	if c.json {
		return c.printJSON(s)
	}
	c.printSuggestion(s)
	return nil
}

// tryProposals replays the stored mails with what is proposed for each category, and
// keeps what makes more decisions right; then once with all that is left.
func (c *cli) tryProposals(ctx context.Context, st *store.Store, before *config.Config, s *suggestion) error {
	replay := func(yaml string) (triage.Replay, error) {
		after, found := config.Load(c.configPath(), config.Options{Lang: c.lang, Purpose: config.Check, Now: time.Now(), Extra: []byte(yaml)})
		if source.HasErrors(found) {
			fmt.Fprint(c.err, source.Render(found, c.lang))
			return triage.Replay{}, exit(exitFailed, fmt.Errorf("the proposal does not pass check; please report this:\n%s", yaml))
		}
		return triage.ReplayMails(ctx, st, &before.Desk, &after.Desk, triage.ReplayOptions{Since: s.Since, Until: s.Until, Lang: c.lang, Progress: c.progress()})
	}
	for _, category := range s.Categories() {
		r, err := replay(s.RuleSuggestions.YAML(category))
		if err != nil {
			return err
		}
		if r.Final.New <= r.Final.Old {
			s.Dropped = append(s.Dropped, category)
		}
	}
	s.Without(s.Dropped)
	s.YAML = s.RuleSuggestions.YAML("")
	if s.YAML == "" {
		return nil
	}
	r, err := replay(s.YAML)
	s.Effect = &r
	return err
}

// printSuggestion is a proposal for people, with the YAML to paste.
func (c *cli) printSuggestion(s suggestion) {
	fmt.Fprintf(c.out, c.say("%d Tickets, bei %d hat ein Mensch die Kategorie geändert", "%d tickets; of %d a person changed the category"), s.Tickets, s.Corrected)
	var pairs []string
	for _, p := range s.Pairs[:min(len(s.Pairs), 5)] {
		pairs = append(pairs, fmt.Sprintf("%s → %s (%d)", p.From, p.To, p.Count))
	}
	if len(pairs) > 0 {
		fmt.Fprintf(c.out, ": %s", strings.Join(pairs, ", "))
	}
	fmt.Fprintln(c.out)
	if len(s.Dropped) > 0 {
		fmt.Fprintf(c.out, c.say("Nichts gewonnen wäre mit den Wörtern für: %s\n", "Nothing would be gained by the words for: %s\n"), strings.Join(s.Dropped, ", "))
	}
	if s.Effect == nil {
		fmt.Fprintln(c.out, c.say("\nKein Vorschlag: aus den Korrekturen ergibt sich kein Wort und kein Absender, der sie erspart hätte.",
			"\nNo proposal: no word and no sender follows from the corrections that would have spared them."))
		return
	}
	var rows [][]string
	for _, w := range s.Words {
		rows = append(rows, []string{w.Category, w.List, w.Word, strconv.Itoa(w.Corrected), strconv.Itoa(w.Right), strconv.Itoa(w.Wrong), strings.Join(w.Tickets, ", ")})
	}
	for _, r := range s.Senders {
		rows = append(rows, []string{r.Category, c.say("Regel", "rule"), "from_domain " + r.Domain, strconv.Itoa(r.Corrected), strconv.Itoa(r.Right), strconv.Itoa(r.Wrong), ""})
	}
	fmt.Fprintln(c.out)
	c.table([]string{c.say("Kategorie", "Category"), c.say("Liste", "List"), c.say("Wort", "Word"), c.say("korrigiert", "corrected"),
		c.say("richtig", "right"), c.say("falsch", "wrong"), "Tickets"}, rows)
	fmt.Fprintln(c.out, c.say("\nWirkung auf die gespeicherten Mails:", "\nEffect on the stored mails:"))
	c.printReplay(*s.Effect, 10)
	fmt.Fprint(c.out, c.say("\nNichts wurde geändert. Zum Übernehmen die Wörter an die Listen der Kategorien anfügen, Regeln ans Ende,\nund mit firstline check prüfen:\n\n",
		"\nNothing was changed. To apply, add the words to the lists of the categories, rules at the end,\nand run firstline check:\n\n"), s.YAML)
}
