package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
	"firstline/triage/state"
)

// slaTicket shows the clocks of a ticket: how they stand, what happened to them, and
// what will by itself.
func (c *cli) slaTicket(ctx context.Context, name string) error {
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	var l triage.Timeline
	err = c.look(ctx, func(tx *store.Tx) error {
		tk, err := findTicket(ctx, tx, name, cfg.Desk.Ticket.Prefix)
		if err != nil {
			return err
		}
		l, err = triage.ClockTimeline(ctx, tx, &cfg.Desk, &tk)
		return err
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(l)
	}
	c.printTimeline(l)
	return nil
}

// printTimeline is a timeline for people.
func (c *cli) printTimeline(l triage.Timeline) {
	open := c.say("geschlossen", "closed")
	if l.Open {
		open = c.say("offen", "open")
	}
	fmt.Fprintf(c.out, "%s  %s\n%s · %s · %s %d", l.Ticket, printable(l.Subject), state.State(l.State).Label(c.tongue()), l.Priority, c.say("Level", "level"), l.Level)
	if l.Policy != "" {
		fmt.Fprintf(c.out, " · SLA %s · %s (%s %s)", l.Policy, l.Calendar, c.say("jetzt", "now"), open)
	}
	fmt.Fprint(c.out, "\n\n")
	if len(l.Clocks) == 0 {
		fmt.Fprintln(c.out, c.say("Dieses Ticket hat keine Uhren.", "This ticket has no clocks."))
		return
	}
	var rows [][]string
	for _, k := range l.Clocks {
		stands := sla.StateLabel(k.State, c.tongue())
		if !k.BreachedAt.IsZero() && k.State != sla.Breached {
			stands = sla.StateLabel(sla.Breached, c.tongue()) + ", " + stands
		}
		rows = append(rows, []string{c.clockName(k.Clock, k.Cycle), stands, bar(k.UsedS, k.TargetS),
			c.lasting(k.UsedS) + c.say(" von ", " of ") + c.lasting(k.TargetS), c.dueText(k, l)})
	}
	c.table([]string{c.say("UHR", "CLOCK"), c.say("STAND", "STATE"), "", c.say("VERBRAUCHT", "USED"), c.say("FÄLLIG", "DUE")}, rows)

	fmt.Fprintf(c.out, "\n%s\n", c.say("VERLAUF", "HISTORY"))
	for _, p := range l.Past {
		c.printLine(p, l.Location)
	}
	if len(l.Ahead) > 0 {
		fmt.Fprintf(c.out, "\n%s\n", c.say("WENN NICHTS GESCHIEHT", "IF NOTHING HAPPENS"))
	}
	for _, p := range l.Ahead {
		c.printLine(p, l.Location)
	}
}

// dueText is when a clock is due and how much is left of it, or by when it ended.
func (c *cli) dueText(k triage.ClockNow, l triage.Timeline) string {
	due := c.day(k.DueAt, l.Location)
	left := k.TargetS - k.UsedS
	switch {
	case !k.BreachedAt.IsZero() && k.StoppedAt.IsZero():
		return due + c.say(", überschritten um ", ", over by ") + c.lasting(-left)
	case !k.StoppedAt.IsZero():
		return due + c.say(" (beendet ", " (ended ") + c.day(k.StoppedAt, l.Location) + ")"
	case k.State == sla.Running:
		return due + c.say(", noch ", ", left: ") + c.lasting(left)
	case k.State == sla.Paused:
		return c.say("pausiert, noch ", "paused, left: ") + c.lasting(left)
	}
	return due
}

// clockName is the name of a clock, numbered from the second cycle on.
func (c *cli) clockName(kind string, cycle int) string {
	name := sla.Label(kind, c.tongue())
	if cycle > 1 {
		name += fmt.Sprintf(" %d", cycle)
	}
	return name
}

// lasting is a length of open time.
func (c *cli) lasting(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	if d < time.Minute {
		return "0 min"
	}
	if d >= 48*time.Hour { // open time has no days
		return fmt.Sprintf("%d h", int(d.Round(time.Hour)/time.Hour))
	}
	return mailout.Duration(d, c.tongue())
}

// bar shows the used share of a target.
func bar(used, target int64) string {
	const width = 12
	if target <= 0 {
		return ""
	}
	full := int(min(used*width/target, width))
	if used > target {
		return strings.Repeat("█", width-1) + "▶"
	}
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// printLine is one instant: when, what, and what it did to which clock.
func (c *cli) printLine(p triage.ClockLine, loc *time.Location) {
	what := sla.Event(p.Event).Label(c.tongue())
	if p.Timer != "" {
		what = c.timerName(p.Timer)
	}
	if p.Priority != "" {
		what += " (" + p.Priority + ")"
	}
	var notes []string
	for _, ch := range p.Changes {
		notes = append(notes, c.changeText(ch))
	}
	if p.Late > 0 {
		notes = append(notes, c.say("verspätet um ", "late by ")+mailout.Duration(p.Late, c.tongue()))
	}
	fmt.Fprintf(c.out, "  %-20s  %s\n", c.day(p.At, loc), strings.TrimRight(fmt.Sprintf("%-38s  %s", printable(what), strings.Join(notes, " · ")), " "))
}

// changeText is what happened to a clock.
func (c *cli) changeText(ch triage.ClockChange) string {
	name := c.clockName(ch.Clock, ch.Cycle)
	switch {
	case ch.From == "" && ch.To == sla.Running:
		return name + c.say(" beginnt", " begins")
	case ch.From == sla.Running && ch.To == sla.Paused:
		return name + c.say(" pausiert nach ", " pauses after ") + c.lasting(ch.UsedS)
	case ch.To == sla.Running:
		return name + c.say(" läuft weiter", " goes on")
	}
	return name + " " + sla.StateLabel(ch.To, c.tongue()) + c.say(" nach ", " after ") + c.lasting(ch.UsedS)
}

// timerName is a timer in words.
func (c *cli) timerName(timer string) string {
	kind, name, _ := strings.Cut(timer, ":")
	switch kind {
	case "warn":
		return c.say("Vorwarnung: ", "warning: ") + sla.Label(name, c.tongue())
	case "breach":
		return c.say("Frist überschritten: ", "overdue: ") + sla.Label(name, c.tongue())
	}
	return c.say("Stufe „", "step “") + name + c.say("“", "”")
}
