package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/triage/sla"
)

// runSLA answers when something would be due; with --json and a file it computes
// one case, for tests from outside.
func runSLA(_ context.Context, c *cli, args []string) error {
	fs := c.flags("sla", "sla [--priority P2] [--policy NAME] [--at TIME] | sla --json FILE.input.json")
	priority := fs.String("priority", "", "`P1` to P4; default: all")
	policy := fs.String("policy", "", "`name` of the SLA; default: the standard one")
	at := fs.String("at", "", "the mail comes in at this `time` (2026-03-02T09:00:00+01:00); default: now")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 1 {
		return c.slaCase(rest[0])
	}
	start := time.Now()
	if *at != "" {
		if start, err = time.Parse(time.RFC3339, *at); err != nil {
			return usageError("--at %s: write a time such as 2026-03-02T09:00:00+01:00", *at)
		}
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	desk := &cfg.Desk
	name := *policy
	if name == "" {
		name = desk.DefaultSLA
	}
	p := desk.Policies[name]
	if p == nil {
		return exit(exitData, fmt.Errorf("there is no SLA %q in the configuration", name))
	}
	cal := desk.Calendars[p.Calendar]
	var priorities []string
	for id := range p.Targets {
		if *priority == "" || id == *priority {
			priorities = append(priorities, id)
		}
	}
	slices.Sort(priorities)
	return c.printDues(p, cal, priorities, start)
}

// slaDue is one promise, for --json.
type slaDue struct {
	Priority string    `json:"priority"`
	Clock    string    `json:"clock"`
	Target   string    `json:"target"`
	DueAt    time.Time `json:"due_at"`
}

// printDues prints when each clock of each priority would be due.
func (c *cli) printDues(p *sla.Policy, cal *sla.Calendar, priorities []string, start time.Time) error {
	var dues []slaDue
	var rows [][]string
	for _, id := range priorities {
		for _, kind := range []string{sla.FirstResponse, sla.NextResponse, sla.Resolution, sla.TakeOver} {
			target := p.Targets[id].Of(kind)
			if target.IsZero() {
				continue
			}
			due := cal.Due(start, target).In(cal.Location())
			dues = append(dues, slaDue{id, kind, target.String(), due})
			rows = append(rows, []string{id, kind, target.String(), due.Format("Mon 2006-01-02 15:04:05 MST")})
		}
	}
	if c.json {
		return c.printJSON(dues)
	}
	fmt.Fprintf(c.out, "%s, %s, %s %s\n\n", p.Name, cal.Name(), c.say("Eingang", "received"), start.In(cal.Location()).Format("Mon 2006-01-02 15:04:05 MST"))
	c.table([]string{"P", "CLOCK", "TARGET", "DUE"}, rows)
	return nil
}

// slaCase computes one case from a file: calendar, zone, start and seconds to add,
// or an end.
func (c *cli) slaCase(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return exit(exitIO, fmt.Errorf("read the case: %w", err))
	}
	result, err := sla.RunCase(b)
	if err != nil {
		return exit(exitData, fmt.Errorf("%s: %w", file, err))
	}
	enc := json.NewEncoder(c.out)
	if err := enc.Encode(result); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}
