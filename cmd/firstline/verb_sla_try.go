package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
)

// slaTry tries the service levels, calendars and ladder of a file on stored tickets.
// The file is a whole configuration, or holds only what shall be other than in the
// present one.
func (c *cli) slaTry(ctx context.Context, f slaFlags) error {
	present, err := c.load(config.Check)
	if err != nil {
		return err
	}
	tried := present
	if f.policy != "" {
		if tried, err = c.loadTried(f.policy); err != nil {
			return err
		}
	}
	o := triage.TrialOptions{Until: time.Now(), Progress: c.progress()}
	if f.since == "" {
		f.since = "90d"
	}
	loc := present.Desk.Company.Location
	if o.Since, err = pastTime(f.since, o.Until, loc); err != nil {
		return usageError("--since %s: %v", f.since, err)
	}
	if f.until != "" {
		if o.Until, err = pastTime(f.until, o.Until, loc); err != nil {
			return usageError("--until %s: %v", f.until, err)
		}
	}
	dir := present.StoreDir
	if v := os.Getenv("FIRSTLINE_DATA"); v != "" {
		dir = v
	}
	st, err := c.openDir(ctx, dir, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	r, err := triage.TrySLA(ctx, st, &tried.Desk, o)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	c.printTrial(r, loc, f.most)
	return nil
}

// whole tells a configuration from a file with service levels alone.
var whole = regexp.MustCompile(`(?m)^company\s*:`)

// loadTried reads the file of --policy.
func (c *cli) loadTried(path string) (*config.Config, error) {
	name := path
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		name = filepath.Join(path, "config.yaml")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, exit(exitIO, fmt.Errorf("read the service levels to try: %w", err))
	}
	if whole.Match(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		one := *c
		one.config = path
		return one.load(config.Check)
	}
	return c.loadOver(config.Check, path)
}

// printTrial is a trial for people.
func (c *cli) printTrial(r triage.Trial, loc *time.Location, most int) {
	fmt.Fprintf(c.out, c.say("%s vom %s bis %s\n", "%s from %s to %s\n"), c.tickets(r.Tickets), c.day(r.Since.Truncate(time.Minute), loc), c.day(r.Until.Truncate(time.Minute), loc))
	if r.Unknown > 0 {
		fmt.Fprintf(c.out, c.say("%d ältere Tickets haben keinen Verlauf ihrer Uhren und zählen nicht mit\n",
			"%d older tickets have no history of their clocks and do not count\n"), r.Unknown)
	}
	if r.Tickets == 0 {
		return
	}
	fmt.Fprintln(c.out)
	var rows [][]string
	for _, k := range r.Breaches {
		rows = append(rows, []string{sla.Label(k.Clock, c.tongue()), strconv.Itoa(k.Clocks), share(k.Breached, k.Clocks), share(k.WouldBreach, k.Clocks), change(k.WouldBreach - k.Breached)})
	}
	c.table([]string{c.say("VERLETZTE FRISTEN", "BREACHES"), c.say("UHREN", "CLOCKS"), c.say("TATSÄCHLICH", "AS IT WAS"), c.say("MIT NEUEN ZIELEN", "WITH THE NEW"), "Δ"}, rows)
	fmt.Fprintln(c.out)
	rows = nil
	for _, s := range r.Calls {
		rows = append(rows, []string{s.Step, strconv.Itoa(s.Calls), strconv.Itoa(s.Would), change(s.Would - s.Calls)})
	}
	c.table([]string{c.say("MELDUNGEN DER STUFE", "CALLS OF THE STEP"), c.say("TATSÄCHLICH", "AS IT WAS"), c.say("MIT NEUEN ZIELEN", "WITH THE NEW"), "Δ"}, rows)
	if len(r.Changed) == 0 {
		fmt.Fprintln(c.out, c.say("\nFür kein Ticket wäre es anders gekommen.", "\nFor no ticket would it have been otherwise."))
		return
	}
	fmt.Fprintf(c.out, c.say("\nFür %s wäre es anders gekommen\n", "\nFor %s it would have been otherwise\n"), c.tickets(len(r.Changed)))
	for _, t := range r.Changed[:min(most, len(r.Changed))] {
		fmt.Fprintf(c.out, "  %s  %s  %s  %s\n", t.Ticket, t.Priority, c.day(t.OpenedAt, loc), printable(cut(t.Subject, 50)))
		fmt.Fprintf(c.out, "      %s\n", printable(strings.Join(append(c.timers("+ ", t.More), c.timers("− ", t.Fewer)...), "  ")))
	}
	if more := len(r.Changed) - most; more > 0 {
		fmt.Fprintf(c.out, c.say("… und %d weitere (--tickets %d, --json)\n", "… and %d more (--tickets %d, --json)\n"), more, len(r.Changed))
	}
}

// timers are names of what would be more or less.
func (c *cli) timers(sign string, names []string) (list []string) {
	for _, n := range names {
		list = append(list, sign+c.timerName(n))
	}
	return list
}

// tickets is "1 ticket", "12 tickets".
func (c *cli) tickets(n int) string {
	if n == 1 {
		return c.say("1 Ticket", "1 ticket")
	}
	return fmt.Sprintf(c.say("%d Tickets", "%d tickets"), n)
}

// share is "12 (8 %)".
func share(n, of int) string {
	if of == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d %%)", n, (100*n+of/2)/of)
}

// change is a difference with its sign; "" for none.
func change(n int) string {
	switch {
	case n == 0:
		return "="
	case n > 0:
		return fmt.Sprintf("+%d", n)
	}
	return fmt.Sprintf("−%d", -n)
}
