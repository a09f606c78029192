package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/rules"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// storeDir is the data directory of the configuration, or FIRSTLINE_DATA where
// only the data matters.
func (c *cli) storeDir() (string, error) {
	if dir := os.Getenv("FIRSTLINE_DATA"); dir != "" {
		return dir, nil
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return "", err
	}
	return cfg.StoreDir, nil
}

// load reads the configuration for a purpose. Findings are printed, all of them;
// an error among them ends the program with 78.
func (c *cli) load(purpose config.Purpose) (*config.Config, error) { return c.loadOver(purpose, "") }

// loadOver is load with the service levels of another file laid over.
func (c *cli) loadOver(purpose config.Purpose, overlay string) (*config.Config, error) {
	path := c.configPath()
	if purpose == config.Explain && c.config == "" {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			path = ""
		}
	}
	if path != "" {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, exit(exitConfig, fmt.Errorf("there is no configuration %s: name one with -c, or write one with: firstline init", path))
		}
	}
	cfg, found := config.Load(path, config.Options{Lang: c.lang, Purpose: purpose, Now: time.Now(), Overlay: overlay})
	if !source.HasErrors(found) {
		return cfg, nil
	}
	fmt.Fprint(c.err, source.Render(found, c.lang))
	if overlay != "" {
		path = overlay
	}
	return nil, exit(exitConfig, fmt.Errorf("%s is not usable: see the findings above", path))
}

// runCheck prints every finding of the configuration.
func runCheck(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("check", "check [-c config.yaml] [--with-history] [--json]")
	history := fs.Bool("with-history", false, "also name rules, FAQ entries and categories that no mail of 90 days needed")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 1 && c.config == "" {
		c.config = rest[0]
	}
	path := c.configPath()
	if _, err := os.Stat(path); err != nil {
		return exit(exitConfig, fmt.Errorf("read %s: %w; name the configuration with -c", path, err))
	}
	cfg, found := config.Load(path, config.Options{Lang: c.lang, Purpose: config.Check, Now: time.Now()})
	if *history && !source.HasErrors(found) {
		unused, err := c.unused(ctx, cfg, time.Now())
		if err != nil {
			return err
		}
		found = append(found, unused...)
	}
	if c.json {
		if found == nil {
			found = []source.Finding{}
		}
		if err := c.printJSON(found); err != nil {
			return err
		}
	} else {
		fmt.Fprint(c.out, source.Render(found, c.lang))
	}
	if source.HasErrors(found) {
		return exit(exitConfig, nil)
	}
	if !c.json {
		fmt.Fprintln(c.out, c.say(filepath.Base(path)+" ist in Ordnung", filepath.Base(path)+" is fine"))
	}
	return nil
}

// historyDays is how far back check --with-history looks.
const historyDays = 90

// unused are findings about what the stored mails of the last days did not need.
func (c *cli) unused(ctx context.Context, cfg *config.Config, now time.Time) ([]source.Finding, error) {
	dir := cfg.StoreDir
	if v := os.Getenv("FIRSTLINE_DATA"); v != "" {
		dir = v
	}
	st, err := c.openDir(ctx, dir, store.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var u *rules.Usage
	if err := st.View(ctx, func(tx *store.Tx) error {
		u, err = triage.Usage(ctx, tx, now.AddDate(0, 0, -historyDays), now)
		return err
	}); err != nil {
		return nil, err
	}
	r := source.NewReport(c.lang)
	cfg.Desk.Rules.ReportUnused(r, u)
	return r.Findings(), nil
}

// say picks the text of the language of the tables.
func (c *cli) say(de, en string) string {
	if strings.HasPrefix(c.lang, "en") {
		return en
	}
	return de
}

// runTest runs the tests that stand in the rules and the FAQ.
func runTest(_ context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("test", "test [-c config.yaml] [--json]"), args); err != nil {
		return err
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	results := cfg.Desk.Rules.In(c.lang).Test()
	failed := 0
	for _, r := range results {
		if !r.OK {
			failed++
		}
	}
	if c.json {
		if err := c.printJSON(results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			if !r.OK {
				c.printTest(r)
			}
		}
		fmt.Fprintf(c.out, c.say("%d Tests, %d fehlgeschlagen\n", "%d tests, %d failed\n"), len(results), failed)
	}
	if failed > 0 {
		return exit(exitFailed, nil)
	}
	return nil
}

// printTest prints a failed test: what was expected, what came out, and the trace
// that shows why.
func (c *cli) printTest(r rules.TestResult) {
	place := ""
	if r.Node != nil {
		place = fmt.Sprintf("%s:%d: ", r.Node.File.Name, r.Node.Line)
	}
	fmt.Fprintf(c.out, "%sTest „%s“\n", place, r.Name)
	for _, d := range r.Diffs {
		fmt.Fprintf(c.out, c.say("  %s erwartet %s, bekommen %s", "  %s expected %s, got %s"), d.Key, d.Want, d.Got)
		if d.Why != "" {
			fmt.Fprintf(c.out, " · %s %s", c.say("weil", "because"), d.Why)
		}
		fmt.Fprintln(c.out)
	}
	c.printTrace(c.out, r.Decision.Trace)
}
