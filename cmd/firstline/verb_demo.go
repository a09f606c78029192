package main

import (
	"context"
	"fmt"

	"firstline/cmd/firstline/demo"
	"firstline/cmd/firstline/service"
	"firstline/mailout"
	"firstline/store"
)

// runDemo plays the demo on built-in mail servers.
func runDemo(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("demo", "demo [--exit]")
	ends := fs.Bool("exit", false, "end after the story")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	return demo.Run(ctx, demo.Options{Out: c.out, Color: terminal(c.out), Exit: *ends, Table: c.demoTickets})
}

// demoTickets lists all tickets of the demo, in the words of its mails.
func (c *cli) demoTickets(ctx context.Context, s *service.Service) error {
	zone := s.Desk.Config().Company.Location
	var table [][]string
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		list, err := tx.ListTickets(ctx, store.TicketFilter{})
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		for i := range list {
			r, err := rowOf(ctx, tx, &list[i], "IT")
			if err != nil {
				return err
			}
			table = append(table, []string{r.Ticket, mailout.StateLabel(r.State, "de"), r.Priority, r.Category, r.Group, r.Assignee,
				mailout.ShortTime(r.DueAt, tx.Now, zone, "de"), list[i].RequesterName, r.Subject})
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.table([]string{"TICKET", "STAND", "P", "KATEGORIE", "GRUPPE", "BEI", "FÄLLIG", "WER", "BETREFF"}, table)
	return nil
}
