package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/store"
)

// ticketRow is a ticket as `tickets --json` and `show --json` print it.
type ticketRow struct {
	Ticket    string    `json:"ticket"`
	State     string    `json:"state"`
	Priority  string    `json:"priority"`
	Level     int       `json:"level"`
	Category  string    `json:"category"`
	Group     string    `json:"group"`
	Assignee  string    `json:"assignee"`
	Requester string    `json:"requester"`
	Subject   string    `json:"subject"`
	DueAt     time.Time `json:"due_at,omitzero"`
	Breached  bool      `json:"breached"`
	Reopens   int       `json:"reopens"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// rowOf reads the row of a ticket with its next due instant.
func rowOf(ctx context.Context, tx *store.Tx, tk *store.Ticket, prefix string) (ticketRow, error) {
	r := ticketRow{
		Ticket: ticketName(tk, prefix), State: tk.State, Priority: tk.Priority, Level: tk.Level, Category: tk.Category, Group: tk.Group,
		Assignee: tk.Assignee, Requester: tk.Requester, Subject: tk.Subject, Reopens: tk.Reopens, CreatedAt: tk.CreatedAt, UpdatedAt: tk.UpdatedAt,
	}
	clocks, err := tx.Clocks(ctx, tk.ID)
	if err != nil {
		return r, fmt.Errorf("read clocks of ticket %d: %w", tk.ID, err)
	}
	for _, k := range clocks {
		if k.State == "running" && (r.DueAt.IsZero() || k.DueAt.Before(r.DueAt)) {
			r.DueAt = k.DueAt
		}
		r.Breached = r.Breached || !k.BreachedAt.IsZero()
	}
	return r, nil
}

// ticketName is IT-10423, or H-7 while a mail is held.
func ticketName(tk *store.Ticket, prefix string) string {
	if tk.Number == 0 {
		return fmt.Sprintf("H-%d", tk.ID)
	}
	return fmt.Sprintf("%s-%d", prefix, tk.Number)
}

// prefix is the subject tag of the configuration, IT without one.
func (c *cli) prefix() string {
	cfg, found := config.Load(c.configPath(), config.Options{Lang: c.lang, Purpose: config.Explain, Now: time.Now()})
	if cfg == nil || cfg.Desk.Ticket.Prefix == "" || len(found) > 0 && cfg.Path == "" {
		return "IT"
	}
	return cfg.Desk.Ticket.Prefix
}

// runTickets lists tickets.
func runTickets(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("tickets", "tickets [--state S] [--group G] [--assignee A] [--requester ADDRESS] [--all] [--limit N]")
	var f store.TicketFilter
	state := fs.String("state", "", "comma separated `states`: new, open, waiting_requester, resolved, held ...")
	fs.StringVar(&f.Group, "group", "", "only tickets of this support `group`")
	fs.StringVar(&f.Assignee, "assignee", "", "only tickets of this `agent`")
	fs.StringVar(&f.Requester, "requester", "", "only tickets of this `address`")
	fs.StringVar(&f.Text, "text", "", "only tickets with this `text` in the subject")
	all := fs.Bool("all", false, "closed tickets too")
	fs.IntVar(&f.Limit, "limit", 100, "at most `N` tickets")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	if *state != "" {
		f.States = strings.Split(*state, ",")
	}
	f.Active = !*all && *state == ""
	prefix := c.prefix()
	var rows []ticketRow
	err := c.look(ctx, func(tx *store.Tx) error {
		list, err := tx.ListTickets(ctx, f)
		if err != nil {
			return fmt.Errorf("list tickets: %w", err)
		}
		for i := range list {
			r, err := rowOf(ctx, tx, &list[i], prefix)
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.printTickets(rows)
}

// printTickets prints tickets as a table or as JSON.
func (c *cli) printTickets(rows []ticketRow) error {
	if c.json {
		if rows == nil {
			rows = []ticketRow{}
		}
		return c.printJSON(rows)
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.out, c.say("keine Tickets", "no tickets"))
		return nil
	}
	var table [][]string
	for _, r := range rows {
		due := when(r.DueAt)
		if r.Breached {
			due = "! " + due
		}
		table = append(table, []string{r.Ticket, r.State, r.Priority, r.Category, r.Group, r.Assignee, due, r.Requester, cut(r.Subject, 60)})
	}
	c.table([]string{"TICKET", "STATE", "P", "CATEGORY", "GROUP", "AGENT", "DUE", "REQUESTER", "SUBJECT"}, table)
	return nil
}

// shown is one ticket with everything that happened.
type shown struct {
	ticketRow
	Messages []store.Message
	Events   []store.Event
	Mails    []store.Outgoing
	Clocks   []store.Clock
}

// json is the form of `show --json`.
func (s shown) json() any {
	return struct {
		ticketRow
		Messages []messageView  `json:"messages"`
		Events   []eventView    `json:"events"`
		Mails    []outgoingView `json:"mails"`
		Clocks   []clockView    `json:"clocks"`
	}{s.ticketRow, views(s.Messages, viewMessage), views(s.Events, viewEvent), views(s.Mails, viewOutgoing), views(s.Clocks, viewClock)}
}

// runShow prints one ticket with its timeline, mails and reasons.
func runShow(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("show", "show IT-10423 [--raw INBOX]")
	raw := fs.Int64("raw", 0, "print the raw bytes of the mail with this inbox `ID`")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if *raw != 0 {
		return c.showRaw(ctx, *raw)
	}
	if len(rest) != 1 {
		return usageError("show wants one ticket, such as IT-10423")
	}
	prefix := c.prefix()
	var s shown
	err = c.look(ctx, func(tx *store.Tx) error {
		tk, err := findTicket(ctx, tx, rest[0], prefix)
		if err != nil {
			return err
		}
		s, err = readShown(ctx, tx, tk.ID, prefix)
		return err
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(s.json())
	}
	c.printTicket(s)
	return nil
}

// readShown reads one ticket with all that belongs to it.
func readShown(ctx context.Context, tx *store.Tx, id int64, prefix string) (s shown, err error) {
	tk, err := tx.Ticket(ctx, id)
	if err != nil {
		return s, err
	}
	if s.ticketRow, err = rowOf(ctx, tx, &tk, prefix); err != nil {
		return s, err
	}
	if s.Messages, err = tx.Messages(ctx, id); err != nil {
		return s, err
	}
	if s.Events, err = tx.Events(ctx, id); err != nil {
		return s, err
	}
	if s.Clocks, err = tx.Clocks(ctx, id); err != nil {
		return s, err
	}
	s.Mails, err = tx.ListOutbox(ctx, store.OutboxFilter{TicketID: id, Limit: 1000})
	return s, err
}

// findTicket finds a ticket by its number, or a held one by H-7.
func findTicket(ctx context.Context, tx *store.Tx, name, prefix string) (store.Ticket, error) {
	var id int64
	if _, err := fmt.Sscanf(strings.ToUpper(name), "H-%d", &id); err == nil {
		tk, err := tx.Ticket(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return tk, exit(exitData, fmt.Errorf("there is no held mail %s", name))
		}
		return tk, err
	}
	n, ok := ticketNumber(name, prefix)
	if !ok {
		return store.Ticket{}, usageError("%q is no ticket number; they look like %s-10423", name, prefix)
	}
	tk, err := tx.TicketByNumber(ctx, n)
	if errors.Is(err, store.ErrNotFound) {
		return tk, exit(exitData, fmt.Errorf("there is no ticket %s-%d", prefix, n))
	}
	return tk, err
}

// printTicket is a ticket for people: what it is, its clocks, what was said, what
// happened and why, what was mailed.
func (c *cli) printTicket(s shown) {
	_ = c.printTickets([]ticketRow{s.ticketRow})
	head := func(de, en string) { fmt.Fprintf(c.out, "\n%s\n", strings.ToUpper(c.say(de, en))) }
	head("Uhren", "Clocks")
	for _, k := range s.Clocks {
		breach := ""
		if !k.BreachedAt.IsZero() {
			breach = c.say("  verletzt seit ", "  breached since ") + when(k.BreachedAt)
		}
		fmt.Fprintf(c.out, "  %-15s %-14s %s  %s%s\n", k.Kind, k.State, k.Target, when(k.DueAt), breach)
	}
	head("Nachrichten", "Messages")
	for _, m := range s.Messages {
		who := m.Name
		if who == "" {
			who = m.Author
		}
		if who == "" {
			who = "firstline"
		}
		inbox := ""
		if m.InboxID != 0 {
			inbox = fmt.Sprintf("  (raw: --raw %d)", m.InboxID)
		}
		fmt.Fprintf(c.out, "  %s  %s  %s, %s%s\n", when(m.At), printable(who), m.Kind, m.Visibility, inbox)
		for line := range strings.Lines(m.Text) {
			fmt.Fprintf(c.out, "      %s\n", printable(strings.TrimRight(line, "\r\n")))
		}
	}
	head("Verlauf", "History")
	for _, e := range s.Events {
		change := strings.TrimSpace(e.Old + " → " + e.New)
		fmt.Fprintf(c.out, "  %s  %-14s %-20s %s  %s\n", when(e.At), printable(e.Actor), e.Kind, printable(strings.Trim(change, " →")), printable(e.Reason))
	}
	head("Mails", "Mails")
	for _, o := range s.Mails {
		fmt.Fprintf(c.out, "  %s  %-9s %-10s %s  %s\n", when(o.CreatedAt), o.State, o.Class, o.Recipient, o.Cause)
	}
}

// showRaw prints the bytes of a mail as the server sent them.
func (c *cli) showRaw(ctx context.Context, id int64) error {
	return c.look(ctx, func(tx *store.Tx) error {
		b, err := tx.Raw(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return exit(exitData, fmt.Errorf("there is no mail %d", id))
		}
		if err != nil {
			return err
		}
		_, err = c.out.Write(b)
		return err
	})
}
