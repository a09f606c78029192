package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/rules/source"
	"firstline/store"
)

// runReload checks the configuration as the daemon will, and asks the running one
// to take it over now. The daemon sees a changed file by itself; this is for who
// wants to be sure, and to read the findings here rather than in a mail.
func runReload(_ context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("reload", "reload [-c config.yaml]"), args); err != nil {
		return err
	}
	cfg, err := c.load(config.Run)
	if err != nil {
		return err
	}
	r := source.NewReport(c.lang)
	if _, failed := cfg.Desk.Rules.ReportTests(r); failed > 0 {
		fmt.Fprint(c.err, source.Render(r.Findings(), c.lang))
		return exit(exitFailed, fmt.Errorf("%d tests of the rules fail: the daemon would refuse them (firstline test shows why)", failed))
	}
	if !store.InUse(cfg.StoreDir) {
		return exit(exitUnavailable, fmt.Errorf("no daemon runs on %s; the configuration is fine and is read when one starts", cfg.StoreDir))
	}
	path := filepath.Join(cfg.StoreDir, service.ReloadFile)
	if err := os.WriteFile(path, []byte(time.Now().Format(time.RFC3339Nano)+"\n"), 0o600); err != nil {
		return exit(exitIO, fmt.Errorf("ask the daemon to reload: %w; kill -HUP does the same", err))
	}
	fmt.Fprintln(c.out, c.say("Die Konfiguration ist in Ordnung; der Daemon übernimmt sie in wenigen Sekunden.", "The configuration is fine; the daemon takes it over within seconds."))
	return nil
}
