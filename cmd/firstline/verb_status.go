package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"firstline/store"
)

// silentFor is how long a mailbox may be silent before status calls it ill.
const silentFor = 15 * time.Minute

// runStatus says whether the desk is healthy; its exit code is for monitors.
func runStatus(ctx context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("status", "status [--json]"), args); err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	stats, err := st.Stats(ctx)
	if err != nil {
		return fmt.Errorf("read figures: %w", err)
	}
	running := store.InUse(st.Dir())
	ill := illnesses(stats, st.Now(), running)
	if c.json {
		err = c.printJSON(struct {
			Healthy  bool     `json:"healthy"`
			Running  bool     `json:"running"`
			Problems []string `json:"problems"`
			store.Stats
		}{len(ill) == 0, running, append([]string{}, ill...), stats})
		if err != nil {
			return err
		}
	} else {
		c.printStatus(stats, running, ill)
	}
	if len(ill) > 0 {
		return exit(exitFailed, nil)
	}
	return nil
}

// illnesses are the reasons to call a person.
func illnesses(s store.Stats, now time.Time, running bool) []string {
	var ill []string
	if !running {
		ill = append(ill, "the daemon does not run")
	}
	for _, m := range s.Mailboxes {
		if running && now.Sub(m.LastContactAt) > silentFor {
			ill = append(ill, fmt.Sprintf("mailbox %s: no contact since %s: %s", m.Name, when(m.LastContactAt), m.LastError))
		}
	}
	if !s.OldestNewAt.IsZero() && now.Sub(s.OldestNewAt) > silentFor {
		ill = append(ill, "a mail waits for triage since "+when(s.OldestNewAt))
	}
	for _, a := range s.Alarms {
		ill = append(ill, a.Text)
	}
	return ill
}

// printStatus is the status for people.
func (c *cli) printStatus(s store.Stats, running bool, ill []string) {
	yes := map[bool]string{true: c.say("läuft", "running"), false: c.say("läuft nicht", "not running")}
	fmt.Fprintf(c.out, "%-12s %s\n", "firstline", yes[running])
	for _, m := range s.Mailboxes {
		fmt.Fprintf(c.out, "%-12s %s %s\n", m.Name, c.say("letzter Kontakt", "last contact"), when(m.LastContactAt))
	}
	fmt.Fprintf(c.out, "%-12s %d %s, %d %s\n", "inbox", s.InboxNew, c.say("warten", "waiting"), s.InboxAside, c.say("zur Seite gelegt", "set aside"))
	fmt.Fprintf(c.out, "%-12s %d %s, %d %s\n", "outbox", s.OutboxQueued, c.say("warten", "waiting"), s.OutboxFailed, c.say("gescheitert", "failed"))
	fmt.Fprintf(c.out, "%-12s %d %s\n", "tickets", s.Open, c.say("offen", "open"))
	if !s.NextTimerAt.IsZero() {
		fmt.Fprintf(c.out, "%-12s %s %s\n", "sla", c.say("nächste Frist", "next due"), when(s.NextTimerAt))
	}
	for _, p := range ill {
		fmt.Fprintf(c.out, "! %s\n", printable(p))
	}
}

// version is the version of the build, or of its commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = cut(s.Value, 12)
		}
	}
	if v == "" {
		v = "(devel)"
	}
	return v
}

// runVersion prints the versions that matter for a bug report.
func runVersion(_ context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("version", "version [--json]"), args); err != nil {
		return err
	}
	sqlite := sqlite3.SQLITE_VERSION
	v := map[string]string{"version": version(), "commit": commit(), "sqlite": sqlite, "go": runtime.Version()}
	if c.json {
		return c.printJSON(v)
	}
	fmt.Fprintf(c.out, "firstline %s\ncommit %s\nSQLite %s\n%s %s/%s\n", v["version"], v["commit"], sqlite, v["go"], runtime.GOOS, runtime.GOARCH)
	return nil
}

// commit is the commit of the build.
func commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}
