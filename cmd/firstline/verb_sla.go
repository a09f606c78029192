package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/triage/sla"
)

// slaFlags are what the verb was asked.
type slaFlags struct {
	priority, policy, at, since, until string
	most                               int
}

// runSLA answers when something would be due, shows the clocks of a ticket, and
// tries other service levels on stored tickets; with --json and a file it computes
// one case, for tests from outside.
func runSLA(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("sla", "sla [--priority P2] [--policy NAME] [--at TIME] | sla IT-10423 | sla --policy new.yaml [--since 90d] | sla --json FILE.input.json")
	var f slaFlags
	fs.StringVar(&f.priority, "priority", "", "`P1` to P4; default: all")
	fs.StringVar(&f.policy, "policy", "", "`name` of the SLA, default: the standard one; or a file with other service levels to try on stored tickets")
	fs.StringVar(&f.at, "at", "", "the mail comes in at this `time` (2026-03-02 09:00, or with an offset); default: now")
	fs.StringVar(&f.since, "since", "", "try on tickets opened since: a `time` back (90d, 12w) or a date; default: 90d")
	fs.StringVar(&f.until, "until", "", "and before this `time`; default: now")
	fs.IntVar(&f.most, "tickets", 20, "list at most `N` tickets that differ")
	rest, err := c.parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 1:
		return usageError("sla wants one ticket or one file: %q", rest)
	case len(rest) == 1 && (rest[0] == "-" || strings.HasSuffix(rest[0], ".json") || isFile(rest[0])):
		return c.slaCase(rest[0])
	case len(rest) == 1:
		return c.slaTicket(ctx, rest[0])
	case f.since != "" || f.until != "" || isConfig(f.policy):
		return c.slaTry(ctx, f)
	}
	return c.slaDues(f)
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// isConfig reports whether --policy names a file, not a service level.
func isConfig(name string) bool {
	return name != "" && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") || strings.ContainsRune(name, os.PathSeparator) || isFile(name))
}

// slaDues answers when a mail that comes in at an instant would be due.
func (c *cli) slaDues(f slaFlags) error {
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	desk := &cfg.Desk
	name := f.policy
	if name == "" {
		name = desk.DefaultSLA
	}
	p := desk.Policies[name]
	if p == nil {
		var known []string
		for id := range desk.Policies {
			known = append(known, id)
		}
		slices.Sort(known)
		return exit(exitData, fmt.Errorf("there is no SLA %q in the configuration; known: %s", name, strings.Join(known, ", ")))
	}
	cal := desk.Calendars[p.Calendar]
	start := time.Now()
	if f.at != "" {
		if start, err = sla.ParseInstant(f.at, cal.Location()); err != nil {
			return usageError("--at: %v", err)
		}
	}
	var priorities []string
	for id := range p.Targets {
		if f.priority == "" || strings.EqualFold(id, f.priority) {
			priorities = append(priorities, id)
		}
	}
	if len(priorities) == 0 {
		return exit(exitData, fmt.Errorf("the SLA %q has no targets for priority %q", name, f.priority))
	}
	slices.Sort(priorities)
	return c.printDues(p, cal, priorities, start)
}

// slaDue is one promise, for --json.
type slaDue struct {
	Priority string    `json:"priority"`
	Clock    string    `json:"clock"`
	Target   string    `json:"target"`
	WarnAt   time.Time `json:"warn_at,omitzero"`
	DueAt    time.Time `json:"due_at"`
}

// printDues prints when each clock of each priority would be due.
func (c *cli) printDues(p *sla.Policy, cal *sla.Calendar, priorities []string, start time.Time) error {
	var dues []slaDue
	var rows [][]string
	for _, id := range priorities {
		shown := id
		for _, kind := range []string{sla.FirstResponse, sla.NextResponse, sla.Resolution, sla.TakeOver} {
			target := p.Targets[id].Of(kind)
			if target.IsZero() {
				continue
			}
			due := cal.Due(start, target)
			d := slaDue{Priority: id, Clock: kind, Target: target.String(), DueAt: due.In(cal.Location())}
			if open := cal.Elapsed(start, due); p.WarnAt > 0 && p.WarnAt < 1 {
				d.WarnAt = cal.Add(start, time.Duration(math.Round(p.WarnAt*float64(open)/1e9))*time.Second).In(cal.Location())
			}
			dues = append(dues, d)
			rows = append(rows, []string{shown, sla.Label(kind, c.tongue()), target.String(), c.day(d.WarnAt, cal.Location()), c.day(d.DueAt, cal.Location())})
			shown = ""
		}
	}
	if c.json {
		return c.printJSON(dues)
	}
	open := c.say("geschlossen, öffnet ", "closed, opens ") + c.day(cal.NextOpening(start), cal.Location())
	if cal.IsOpen(start) {
		open = c.say("offen", "open")
	}
	fmt.Fprintf(c.out, "%s · %s (%s) · %s %s\n\n", p.Name, cal.Name(), open, c.say("Eingang", "received"), c.day(start, cal.Location()))
	c.table([]string{"P", c.say("UHR", "CLOCK"), c.say("ZIEL", "TARGET"), c.say("WARNUNG", "WARNING"), c.say("FÄLLIG", "DUE")}, rows)
	return nil
}

// tongue is the language of the tables.
func (c *cli) tongue() string { return c.say("de", "en") }

// day is an instant as a table shows it: "Mo 02.03.2026 13:00", "Mon 2026-03-02
// 13:00"; with the zone where an hour comes twice or the zone is not the machine's.
func (c *cli) day(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	l := t.In(loc)
	text := l.Format("Mon 2006-01-02 15:04")
	if c.tongue() == "de" {
		text = []string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}[l.Weekday()] + l.Format(" 02.01.2006 15:04")
	}
	if l.Second() != 0 {
		text += l.Format(":05")
	}
	if before, after := l.Add(-time.Hour), l.Add(time.Hour); before.Hour() == l.Hour() || after.Hour() == l.Hour() {
		text += l.Format(" MST")
	}
	return text
}

// slaCase computes one case from a file: calendar, zone, start and seconds to add,
// or an end.
func (c *cli) slaCase(file string) error {
	var b []byte
	var err error
	if file == "-" {
		b, err = io.ReadAll(io.LimitReader(c.in, 2<<20))
	} else {
		b, err = os.ReadFile(file)
	}
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
