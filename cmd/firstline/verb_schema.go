package main

import (
	"context"
	"fmt"

	"firstline/cmd/firstline/config"
)

// runSchema prints a JSON Schema of the configuration for editors.
func runSchema(_ context.Context, c *cli, args []string) error {
	rest, err := c.parse(c.flags("schema", "schema > config.schema.json"), args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("schema wants no arguments; it prints to standard output")
	}
	b, err := config.JSONSchema(c.lang)
	if err != nil {
		return err
	}
	if _, err := c.out.Write(b); err != nil {
		return exit(exitIO, fmt.Errorf("print the schema: %w", err))
	}
	return nil
}
