package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/rules"
	"firstline/store"
	"firstline/triage"
)

// runTuneFAQ proposes FAQ thresholds from what became of the mails of a period. It
// changes nothing: it prints what to paste.
func runTuneFAQ(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("tune-faq", "tune-faq [--since 180d] [--until DATE] [--precision 0.95]")
	since := fs.String("since", "180d", "look at mails accepted since: a `time` back (30d, 26w) or a date (2026-03-01)")
	until := fs.String("until", "", "and before this `time`; default: now")
	precision := fs.Float64("precision", 0.95, "the `share` of answers that must be right")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	if *precision < 0.5 || *precision > 1 {
		return usageError("--precision %v: write a share between 0.5 and 1, such as 0.95", *precision)
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	now := time.Now()
	o := triage.TuneOptions{Until: now, Precision: *precision, Progress: c.progress()}
	if o.Since, o.Until, err = pastSpan(*since, *until, now, cfg.Desk.Company.Location); err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	r, err := triage.TuneFAQ(ctx, st, &cfg.Desk, o)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	c.printTuning(r)
	return nil
}

// printTuning is a proposal for people, with the YAML to paste.
func (c *cli) printTuning(r triage.Tuning) {
	known := r.General.Now.Outcomes
	fmt.Fprintf(c.out, c.say("%d Mails mit der FAQ verglichen, von %d ist bekannt, ob der nächste Eintrag richtig war:\n",
		"%d mails compared with the FAQ; of %d it is known whether the nearest entry was right:\n"), r.Mails, known)
	fmt.Fprintf(c.out, c.say("  richtig: %d bestätigt, %d von Agenten mit #faq beantwortet\n", "  right: %d confirmed, %d answered by agents with #faq\n"), r.Confirmed, r.ByAgent)
	fmt.Fprintf(c.out, c.say("  falsch: %d abgelehnt, %d gehörten zu einem anderen Eintrag, %d ohne FAQ beantwortet\n\n",
		"  wrong: %d rejected, %d belonged to another entry, %d answered without the FAQ\n\n"), r.Rejected, r.Other, r.WithoutFAQ)
	var rows [][]string
	add := func(name, which string, p rules.Proposal) {
		share, bound := "–", "–"
		if p.Sent > 0 {
			share, bound = decimal(float64(p.Right)/float64(p.Sent)), decimal(p.LowerBound())
		}
		rows = append(rows, []string{name, which, decimal(p.MinScore), decimal(p.MinLead), strconv.Itoa(p.Sent), strconv.Itoa(p.Right), share, bound})
	}
	for _, t := range append([]triage.EntryTuning{r.General}, r.Entries...) {
		name := t.Entry
		if name == "" {
			name = c.say("alle", "all")
		}
		add(name, c.say("jetzt", "now"), t.Now)
		switch {
		case t.Worth:
			add("", c.say("Vorschlag", "proposal"), t.Proposal)
		case !t.Proposal.OK:
			rows = append(rows, []string{"", c.say("zu wenig bekannt", "too little known")})
		default:
			rows = append(rows, []string{"", c.say("nichts zu gewinnen", "nothing to gain")})
		}
	}
	c.table([]string{c.say("Eintrag", "Entry"), "", "min_score", "min_lead", c.say("gesendet", "sent"), c.say("richtig", "right"),
		c.say("Genauigkeit", "precision"), c.say("sicher ab", "at least")}, rows)
	c.printThresholds(r)
}

// printThresholds is the YAML of a proposal.
func (c *cli) printThresholds(r triage.Tuning) {
	var b strings.Builder
	lines := func(indent string, t triage.EntryTuning) {
		was := c.say("bisher", "so far")
		fmt.Fprintf(&b, "%smin_score: %s   # %s %s\n%smin_lead: %s    # %s %s\n", indent, decimal(t.Proposal.MinScore), was, decimal(t.Now.MinScore),
			indent, decimal(t.Proposal.MinLead), was, decimal(t.Now.MinLead))
	}
	if r.General.Worth {
		b.WriteString("faq_settings:\n")
		lines("  ", r.General)
	}
	for _, t := range r.Entries {
		if t.Worth {
			fmt.Fprintf(&b, c.say("# im Eintrag %s:\n", "# in the entry %s:\n"), t.Entry)
			lines("    ", t)
		}
	}
	if b.Len() == 0 {
		fmt.Fprintln(c.out, c.say("\nKein Vorschlag: es bleibt, wie es ist.", "\nNo proposal: leave it as it is."))
		return
	}
	fmt.Fprint(c.out, c.say("\nNichts wurde geändert. Zum Übernehmen einfügen und mit firstline replay prüfen:\n\n",
		"\nNothing was changed. To apply, paste this and check it with firstline replay:\n\n"), b.String())
}

// decimal prints a threshold or a share.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
