package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/store"
	"firstline/triage"
)

// faqReport is what faq prints as JSON.
type faqReport struct {
	Since   time.Time           `json:"since"`
	Until   time.Time           `json:"until"`
	Entries []triage.EntryUsage `json:"entries"`
}

// runFAQ prints how often each FAQ entry was used and whether it helped.
func runFAQ(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("faq", "faq [--since 90d] [--until DATE]")
	since := fs.String("since", "90d", "count uses since: a `time` back (30d, 26w) or a date (2026-03-01)")
	until := fs.String("until", "", "and before this `time`; default: now")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	now := time.Now()
	r := faqReport{Until: now}
	if r.Since, r.Until, err = pastSpan(*since, *until, now, cfg.Desk.Company.Location); err != nil {
		return err
	}
	err = c.look(ctx, func(tx *store.Tx) (err error) {
		r.Entries, err = triage.FAQUsage(ctx, tx, &cfg.Desk, r.Since, r.Until)
		return err
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	c.printFAQ(r, now)
	return nil
}

// printFAQ is the use of the FAQ for people.
func (c *cli) printFAQ(r faqReport, now time.Time) {
	if len(r.Entries) == 0 {
		fmt.Fprintln(c.out, c.say("Die Konfiguration hat keine FAQ-Einträge.", "The configuration has no FAQ entries."))
		return
	}
	var rows [][]string
	var sent, helped, rejected, agents int
	for _, e := range r.Entries {
		sent, helped, rejected, agents = sent+e.Sent, helped+e.Helped, rejected+e.Rejected, agents+e.ByAgents
		rows = append(rows, []string{e.ID, number(e.Sent), number(e.Helped), number(e.Rejected), number(e.Silent), percent(e.Helped, e.Helped+e.Rejected),
			number(e.Suggested), number(e.Taken), number(e.ByAgents), c.entryNote(e, now)})
	}
	c.table([]string{c.say("Eintrag", "Entry"), c.say("gesendet", "sent"), c.say("half", "helped"), c.say("half nicht", "did not"), c.say("still", "silent"),
		c.say("Erfolg", "success"), c.say("vorgeschlagen", "suggested"), c.say("genommen", "taken"), "#faq", c.say("Hinweis", "Note")}, rows)
	fmt.Fprintf(c.out, c.say("\n%d-mal gesendet: %d-mal geholfen, %d-mal nicht; %d-mal mit #faq von Agenten\n",
		"\nSent %d times: helped %d times, did not %d times; %d times by agents with #faq\n"), sent, helped, rejected, agents)
}

// entryNote says what is wrong with an entry.
func (c *cli) entryNote(e triage.EntryUsage, now time.Time) string {
	var notes []string
	add := func(yes bool, de, en string) {
		if yes {
			notes = append(notes, c.say(de, en))
		}
	}
	expired := !e.ValidUntil.IsZero() && !now.Before(e.ValidUntil)
	add(e.Gone, "gibt es nicht mehr", "is gone")
	add(e.Demoted, "hilft zu selten, wird nur vorgeschlagen", "helps too rarely, suggested only")
	add(!e.Demoted && e.Mode == "suggest", "wird nur vorgeschlagen", "suggested only")
	add(e.Mode == "off", "abgeschaltet", "switched off")
	add(expired, "abgelaufen (valid_until)", "expired (valid_until)")
	add(!e.ReviewBy.IsZero() && now.After(e.ReviewBy), "Prüfung fällig (review_by)", "review is due (review_by)")
	add(!e.Gone && e.Sent+e.ByAgents+e.Suggested == 0, "nicht gebraucht", "not used")
	return strings.Join(notes, ", ")
}

// number is a count in a table; none is a dash.
func number(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// percent is a part of a whole in percent; of too few it says nothing.
func percent(n, of int) string {
	if of < 5 {
		return "–"
	}
	return strconv.Itoa((100*n+of/2)/of) + " %"
}
