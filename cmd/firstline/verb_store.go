package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"firstline/store"
)

// open opens the store of the configuration for looking: beside a running daemon,
// without its lock.
func (c *cli) open(ctx context.Context, o store.Options) (*store.Store, error) {
	dir, err := c.storeDir()
	if err != nil {
		return nil, err
	}
	return c.openDir(ctx, dir, o)
}

// openDir opens the store in a data directory that is there.
func (c *cli) openDir(ctx context.Context, dir string, o store.Options) (*store.Store, error) {
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); errors.Is(err, os.ErrNotExist) {
		return nil, exit(exitIO, fmt.Errorf("there is no database in %s yet: start the daemon once, or name another configuration with -c", dir))
	}
	st, err := store.Open(ctx, dir, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dir, err)
	}
	return st, nil
}

// look runs fn on the rows, read-only.
func (c *cli) look(ctx context.Context, fn func(*store.Tx) error) error {
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	return st.View(ctx, fn)
}

// change runs fn on the rows, beside a running daemon.
func (c *cli) change(ctx context.Context, fn func(*store.Tx) error) error {
	st, err := c.open(ctx, store.Options{NoLock: true})
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Update(ctx, fn)
}

// runInbox lists what waits and what was set aside, and puts mails back.
func runInbox(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("inbox", "inbox [--state new|aside|done] [--limit N] | inbox retry ID")
	state := fs.String("state", "", "only mails in this `state`: new, aside, done")
	limit := fs.Int("limit", 100, "at most `N` mails")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		id, err := verbID(rest, "retry")
		if err != nil {
			return err
		}
		if err := c.change(ctx, func(tx *store.Tx) error { return tx.RetryInbound(ctx, id) }); err != nil {
			return fmt.Errorf("put mail %d back into the queue (only mails that were set aside can be): %w", id, err)
		}
		fmt.Fprintf(c.out, "mail %d waits for triage again\n", id)
		return nil
	}
	var rows []store.Inbound
	err = c.look(ctx, func(tx *store.Tx) error {
		states := []string{*state}
		if *state == "" {
			states = []string{"new", "aside"}
		}
		for _, s := range states {
			list, err := tx.ListInbound(ctx, store.InboundFilter{State: s, Limit: *limit})
			if err != nil {
				return err
			}
			rows = append(rows, list...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(views(rows, viewInbound))
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.out, "nothing waits and nothing was set aside")
		return nil
	}
	var table [][]string
	for _, r := range rows {
		table = append(table, []string{strconv.FormatInt(r.ID, 10), r.State, when(r.AcceptedAt), strconv.FormatInt(r.Size, 10),
			strconv.Itoa(r.Attempts), r.Outcome, cut(r.Reason, 80)})
	}
	c.table([]string{"ID", "STATE", "ACCEPTED", "BYTES", "TRIES", "OUTCOME", "REASON"}, table)
	return nil
}

// runOutbox lists leaving mail, retries what failed and cancels what waits.
func runOutbox(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("outbox", "outbox [--state queued|sent|failed|held|cancelled] [--limit N] | outbox retry ID | outbox cancel ID")
	state := fs.String("state", "", "only mails in this `state`")
	limit := fs.Int("limit", 100, "at most `N` mails")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		id, err := verbID(rest, "retry", "cancel")
		if err != nil {
			return err
		}
		do, done := (*store.Tx).RetryOutgoing, "leaves again"
		if rest[0] == "cancel" {
			do, done = (*store.Tx).CancelOutgoing, "is cancelled"
		}
		if err := c.change(ctx, func(tx *store.Tx) error { return do(tx, ctx, id) }); err != nil {
			return fmt.Errorf("%s mail %d: %w", rest[0], id, err)
		}
		fmt.Fprintf(c.out, "mail %d %s\n", id, done)
		return nil
	}
	states := []string{"queued", "failed", "held"}
	if *state != "" {
		states = []string{*state}
	}
	var rows []store.Outgoing
	err = c.look(ctx, func(tx *store.Tx) error {
		rows, err = tx.ListOutbox(ctx, store.OutboxFilter{States: states, Limit: *limit})
		return err
	})
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(views(rows, viewOutgoing))
	}
	if len(rows) == 0 {
		fmt.Fprintln(c.out, "nothing waits to leave and nothing failed")
		return nil
	}
	var table [][]string
	for _, r := range rows {
		table = append(table, []string{strconv.FormatInt(r.ID, 10), r.State, r.Class, r.Recipient, strconv.Itoa(r.Attempts),
			when(r.NextAttemptAt), r.Cause, cut(r.LastError, 80)})
	}
	c.table([]string{"ID", "STATE", "CLASS", "TO", "TRIES", "NEXT", "CAUSE", "LAST ERROR"}, table)
	return nil
}

// verbID reads "retry 17".
func verbID(args []string, verbs ...string) (int64, error) {
	for _, v := range verbs {
		if args[0] == v && len(args) == 2 {
			id, err := strconv.ParseInt(args[1], 10, 64)
			if err != nil {
				return 0, usageError("%s %s: the ID is the number in the first column", v, args[1])
			}
			return id, nil
		}
	}
	return 0, usageError("unknown arguments %q; possible: %v ID", args, verbs)
}

// runFsck checks the invariants of the data.
func runFsck(ctx context.Context, c *cli, args []string) error {
	if _, err := c.parse(c.flags("fsck", "fsck"), args); err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	found, err := st.Fsck(ctx)
	if err != nil {
		return exit(exitIO, fmt.Errorf("check the data: %w", err))
	}
	if c.json {
		if found == nil {
			found = []store.Violation{}
		}
		if err := c.printJSON(found); err != nil {
			return err
		}
	} else {
		for _, v := range found {
			fmt.Fprintf(c.out, "%s: %s %v\n", v.Name, v.Text, v.IDs)
		}
	}
	if len(found) > 0 {
		return exit(exitFailed, fmt.Errorf("%d checks failed", len(found)))
	}
	if !c.json {
		fmt.Fprintln(c.out, "all invariants hold")
	}
	return nil
}

// runBackup writes a consistent copy while the daemon runs.
func runBackup(ctx context.Context, c *cli, args []string) error {
	rest, err := c.parse(c.flags("backup", "backup FILE"), args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError("backup wants the file to write to")
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	if err := st.Backup(ctx, rest[0]); err != nil {
		return fmt.Errorf("back up to %s: %w", rest[0], err)
	}
	fmt.Fprintf(c.out, "backup written to %s and verified; the configuration files are not part of it\n", rest[0])
	return nil
}

// runRestore puts a backup into an empty data directory.
func runRestore(ctx context.Context, c *cli, args []string) error {
	rest, err := c.parse(c.flags("restore", "restore FILE"), args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError("restore wants the backup file")
	}
	dir, err := c.storeDir()
	if err != nil {
		return err
	}
	if _, err := store.Restore(ctx, rest[0], dir, time.Now()); err != nil {
		return fmt.Errorf("restore %s into %s: %w", rest[0], dir, err)
	}
	fmt.Fprintf(c.out, "restored into %s; mails that arrived since the backup are read again from the mailbox, without doubles\n", dir)
	return c.forgetAgain(ctx, dir)
}

// when prints an instant for people, in the zone of the machine.
func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}
