package main

import (
	"context"
	"fmt"
	"strings"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
)

// runDoctor logs in to every server of the configuration and names the step that
// fails and its fix.
func runDoctor(ctx context.Context, c *cli, args []string) error {
	if err := c.parseOnly(c.flags("doctor", "doctor [-c config.yaml]"), args); err != nil {
		return err
	}
	cfg, err := c.load(config.Run)
	if err != nil {
		return err
	}
	results := service.Diagnose(ctx, cfg)
	if c.json {
		if err := c.printJSON(results); err != nil {
			return err
		}
	}
	failed := 0
	for _, r := range results {
		mark := "✓"
		if r.Problem != "" {
			mark, failed = "✗", failed+1
		}
		if !c.json {
			fmt.Fprintf(c.out, "%s %-24s %s\n", mark, r.What, printable(strings.TrimSpace(r.Problem+" "+r.Note)))
		}
	}
	if len(cfg.Desk.Security.TrustedAuthserv) == 0 && !c.json {
		fmt.Fprintln(c.out, c.say("! security.trusted_authserv ist leer: Befehle und Antworten von Agenten werden zurückgehalten",
			"! security.trusted_authserv is empty: commands and replies of agents are held"))
	}
	if failed > 0 {
		return exit(exitUnavailable, nil)
	}
	return nil
}
