package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"firstline/store"
)

// keyView is a signing key as it is printed: never the secret.
type keyView struct {
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Signs     bool      `json:"signs"`
}

// runKeys lists the keys that sign Message-IDs, adds one, or retires one.
func runKeys(ctx context.Context, c *cli, args []string) error {
	rest, err := c.parse(c.flags("keys", "keys | keys rotate | keys retire ID"), args)
	if err != nil {
		return err
	}
	switch {
	case len(rest) == 1 && rest[0] == "rotate":
		if err := c.change(ctx, func(tx *store.Tx) error { return tx.RotateKey(ctx) }); err != nil {
			return fmt.Errorf("add a signing key: %w", err)
		}
		fmt.Fprintln(c.out, "a new key signs from now on; the older ones go on verifying. A running daemon takes it over within a minute.")
		return nil
	case len(rest) > 0:
		id, err := verbID(rest, "retire")
		if err != nil {
			return err
		}
		if err := c.change(ctx, func(tx *store.Tx) error { return tx.RetireKey(ctx, id) }); err != nil {
			return fmt.Errorf("retire key %d (the newest cannot be: firstline keys rotate first): %w", id, err)
		}
		fmt.Fprintf(c.out, "key %d proves nothing any more: answers to mails it signed are joined by their subject tag, and agents are asked to confirm\n", id)
		return nil
	}
	var keys []store.SigningKey
	if err := c.look(ctx, func(tx *store.Tx) error { keys, err = tx.SigningKeys(ctx); return err }); err != nil {
		return fmt.Errorf("read the signing keys: %w", err)
	}
	var list []keyView
	var table [][]string
	for i, k := range keys {
		what := "verifies"
		if i == 0 {
			what = "signs"
		}
		list = append(list, keyView{k.ID, k.CreatedAt, i == 0})
		table = append(table, []string{strconv.FormatInt(k.ID, 10), when(k.CreatedAt), what})
	}
	if c.json {
		return c.printJSON(list)
	}
	c.table([]string{"ID", "SINCE", "DOES"}, table)
	return nil
}
