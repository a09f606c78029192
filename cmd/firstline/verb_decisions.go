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

// runDecisions reports what was decided about the mails of the last days: what a
// mailbox in mode observe would have done, and what the others did.
func runDecisions(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("decisions", "decisions [--since 30d] [--mailbox ID] [--mails N]")
	since := fs.String("since", "30d", "mails accepted since: a `time` back (12h, 30d, 8w) or a date (2026-03-01)")
	mailbox := fs.String("mailbox", "", "only this mailbox, by its `id`")
	most := fs.Int("mails", 30, "list at most `N` mails one by one")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	loc := cfg.Desk.Company.Location
	from, err := pastTime(*since, time.Now(), loc)
	if err != nil {
		return usageError("--since %s: %v", *since, err)
	}
	return c.look(ctx, func(tx *store.Tx) error {
		r, err := triage.ReadDecisions(ctx, tx, &cfg.Desk, from, *mailbox, *most)
		if err != nil {
			return err
		}
		if c.json {
			return c.printJSON(r)
		}
		c.printDecisions(r, loc)
		return nil
	})
}

// printDecisions is the report for people.
func (c *cli) printDecisions(r triage.Decisions, loc *time.Location) {
	fmt.Fprintf(c.out, c.say("%d Mails seit %s\n", "%d mails since %s\n"), r.Mails, c.weekday(r.Since.In(loc)))
	line := func(name string, list []triage.Counted, label func(string, string) string) {
		if len(list) == 0 {
			return
		}
		var parts []string
		for _, x := range list {
			text := x.Name
			if label != nil {
				text = label(x.Name, c.lang)
			}
			parts = append(parts, text+" "+strconv.Itoa(x.Count))
		}
		fmt.Fprintf(c.out, "%-18s%s\n", name, printable(strings.Join(parts, " · ")))
	}
	line(c.say("Ergebnis", "Result"), r.Outcomes, triage.OutcomeLabel)
	line(c.say("Kategorie", "Category"), r.Category, nil)
	line(c.say("Priorität", "Priority"), r.Priority, nil)
	line(c.say("Gruppe", "Group"), r.Group, nil)
	line(c.say("Regeln", "Rules"), r.Rules, nil)
	line(c.say("FAQ-Antwort", "FAQ answer"), r.FAQ, nil)
	line(c.say("FAQ-Vorschlag", "FAQ suggestion"), r.Suggested, nil)
	line(c.say("Nicht gesendet", "Not sent"), r.NotSent, triage.Reason)
	if len(r.List) == 0 {
		return
	}
	fmt.Fprintln(c.out)
	var rows [][]string
	for _, d := range r.List {
		rows = append(rows, []string{c.weekday(d.At.In(loc)), d.Mailbox, d.Ticket, cut(d.Subject, 36), triage.OutcomeLabel(d.Outcome, c.lang), d.Category, d.Priority,
			d.Group, d.FAQ, cut(triage.Reason(d.Reason, c.lang), 40)})
	}
	c.table(strings.Fields(c.say("WANN POSTFACH TICKET BETREFF ERGEBNIS KATEGORIE PRIO GRUPPE FAQ GRUND", "WHEN MAILBOX TICKET SUBJECT RESULT CATEGORY PRIO GROUP FAQ REASON")), rows)
}
