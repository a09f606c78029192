package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
)

// runForget erases a person from the store (GDPR article 17).
func runForget(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("forget", "forget ADDRESS [--keep-statistics] [--name \"Anna Berger\"] [--dry-run] [--yes]")
	o := triage.ForgetOptions{Progress: c.progress()}
	fs.BoolVar(&o.KeepStatistics, "keep-statistics", false, "keep the tickets without content and under an alias: all figures stay. Without it they are deleted, and the figures of past weeks change")
	fs.BoolVar(&o.DryRun, "dry-run", false, "only say what would be erased")
	yes := fs.Bool("yes", false, "do not ask")
	fs.Func("name", "a further full `name` of the person, as mails write it; may be given several times", func(s string) error {
		o.Names = append(o.Names, s)
		return nil
	})
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || !strings.Contains(rest[0], "@") {
		return usageError("forget wants the mail address of one person")
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	address := mailin.FoldAddress(rest[0])
	if a, ok := agentWith(&cfg.Desk, address); ok {
		return exit(exitData, fmt.Errorf("%s is the agent %s in %s: take the person out of people there first, then forget", address, a, cfg.Path))
	}
	if p, ok := cfg.Desk.People.Directory[address]; ok && p.Name != "" {
		o.Names = append(o.Names, p.Name)
	}
	st, err := c.open(ctx, store.Options{NoLock: true})
	if err != nil {
		return err
	}
	defer st.Close()
	if !o.DryRun && !*yes {
		if err := c.confirmForget(ctx, st, &cfg.Desk, address, o); err != nil {
			return err
		}
	}
	done, err := triage.Forget(ctx, st, &cfg.Desk, address, o)
	if err != nil {
		return err
	}
	if !o.DryRun {
		if err := rememberForgotten(ctx, st); err != nil {
			return err
		}
	}
	if c.json {
		return c.printJSON(done)
	}
	c.printForgotten(done, o.DryRun)
	c.printConfigMentions(cfg, address, o.Names)
	return nil
}

func agentWith(c *triage.Config, address string) (name string, ok bool) {
	for _, a := range c.People.Agents {
		if mailin.FoldAddress(a.Address) == address {
			return a.Name, true
		}
	}
	return "", false
}

// confirmForget shows what would be erased and asks, where somebody can answer.
func (c *cli) confirmForget(ctx context.Context, st *store.Store, desk *triage.Config, address string, o triage.ForgetOptions) error {
	in, ok := c.in.(*os.File)
	if !ok || !terminal(in) {
		return nil
	}
	o.DryRun = true
	plan, err := triage.Forget(ctx, st, desk, address, o)
	if err != nil {
		return err
	}
	c.printForgotten(plan, true)
	fmt.Fprint(c.out, c.say("\nDas lässt sich nicht zurücknehmen. Zum Bestätigen die Adresse eingeben: ", "\nThis cannot be undone. Type the address to go on: "))
	line, _ := bufio.NewReader(c.in).ReadString('\n')
	if mailin.FoldAddress(strings.TrimSpace(line)) != address {
		return exit(exitFailed, errors.New(c.say("nichts gelöscht", "nothing was erased")))
	}
	return nil
}

// printForgotten says what was erased, and what somebody has to see to elsewhere.
func (c *cli) printForgotten(f triage.Forgotten, dry bool) {
	say := func(de, en string, args ...any) { fmt.Fprintf(c.out, c.say(de, en)+"\n", args...) }
	verb := c.say("gelöscht", "erased")
	if dry {
		verb = c.say("würden gelöscht", "would be erased")
	}
	say("%s: Inhalt von %d Tickets, %d Originalmails; Beteiligung an %d Tickets anderer", "%s: content of %d tickets, %d original mails; part in %d tickets of others", verb, f.Tickets, f.Mails, f.Others)
	if f.Tickets+f.Mails+f.Others+f.Waiting == 0 {
		say("Kein Ticket und keine Mail nennt diese Adresse. Ist sie richtig geschrieben?", "No ticket and no mail names this address. Is it spelled right?")
	}
	if len(f.Closed) > 0 {
		say("dafür geschlossen: %s", "closed for it: %s", strings.Join(f.Closed, ", "))
	}
	if f.Waiting > 0 {
		say("%d Mails sind noch nicht einsortiert; danach bitte noch einmal forget", "%d mails are not triaged yet; please forget again afterwards", f.Waiting)
	}
	if f.Alias != "" && f.KeptStat {
		say("in den Kennzahlen steht dafür %s", "the figures count %s instead", f.Alias)
	}
	if len(f.Mailbox) > 0 {
		say("\nAußerhalb von firstline bleibt von Hand zu löschen:", "\nOutside of firstline, to be erased by hand:")
		say("  Kopien im Postfach: %s", "  copies in the mailbox: %s", strings.Join(f.Mailbox, ", "))
		say("  Sicherungen, die vor heute gemacht wurden", "  backups made before today")
	}
}

// printConfigMentions names the lines of the configuration that name the person.
func (c *cli) printConfigMentions(cfg *config.Config, address string, names []string) {
	for _, path := range cfg.Files {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		n := 0
		for line := range strings.Lines(string(b)) {
			n++
			low := strings.ToLower(line)
			found := strings.Contains(low, address)
			for _, name := range names {
				found = found || strings.Contains(low, strings.ToLower(name))
			}
			if found {
				fmt.Fprintf(c.out, "  %s:%d\n", path, n)
			}
		}
	}
}

// forgottenFile is the list of those to forget, beside the database: it outlives a
// restore from an older backup into the same directory.
const forgottenFile = "firstline.forgotten"

// rememberForgotten writes the list anew: a hash and when it was last asked for, in
// unix milliseconds, a line each.
func rememberForgotten(ctx context.Context, st *store.Store) error {
	path := filepath.Join(st.Dir(), forgottenFile)
	list, err := readForgotten(path)
	if err != nil {
		return err
	}
	err = st.View(ctx, func(tx *store.Tx) error {
		own, err := tx.Forgotten(ctx)
		for h, at := range own {
			if at.After(list[h]) {
				list[h] = at
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the list of the forgotten: %w", err)
	}
	var lines []string
	for h, at := range list {
		lines = append(lines, fmt.Sprintf("%x %d\n", h, at.UnixMilli()))
	}
	slices.Sort(lines)
	if err := os.WriteFile(path+".part", []byte(strings.Join(lines, "")), 0o600); err != nil {
		return fmt.Errorf("write the list of the forgotten: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("write the list of the forgotten: %w", err)
	}
	return nil
}

// readForgotten reads the list; without a file it is empty.
func readForgotten(path string) (map[[32]byte]time.Time, error) {
	list := map[[32]byte]time.Time{}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of the forgotten: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		hash, at, _ := strings.Cut(line, " ")
		ms, err := strconv.ParseInt(at, 10, 64)
		raw, bad := hex.DecodeString(hash)
		if err != nil || bad != nil || len(raw) != 32 {
			return nil, exit(exitData, fmt.Errorf("%s is damaged: %q is no line of it", path, line))
		}
		list[[32]byte(raw)] = time.UnixMilli(ms)
	}
	return list, nil
}

// forgetAgain erases those who came back with an older backup.
func (c *cli) forgetAgain(ctx context.Context, dir string) error {
	list, err := readForgotten(filepath.Join(dir, forgottenFile))
	if err != nil {
		return err
	}
	st, err := c.openDir(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	again, err := triage.ForgottenAgain(ctx, st, list)
	if err != nil || len(again) == 0 {
		return err
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	for _, address := range again {
		if _, err := triage.Forget(ctx, st, &cfg.Desk, address, triage.ForgetOptions{KeepStatistics: true, Progress: c.progress()}); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, c.say("%d Personen, die vergessen werden sollten, waren in der Sicherung und sind wieder gelöscht\n",
		"%d people who were to be forgotten were in the backup and are erased again\n"), len(again))
	return nil
}

// runRetention shows the retention table with what is due, or carries it out.
func runRetention(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("retention", "retention [--apply] [--json]")
	apply := fs.Bool("apply", false, "erase now what is due; the daemon does it every night")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{NoLock: *apply, ReadOnly: !*apply})
	if err != nil {
		return err
	}
	defer st.Close()
	r, err := triage.Retain(ctx, st, &cfg.Desk, *apply)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	c.printRetention(r)
	return nil
}

// printRetention is the table of what is kept how long, in words.
func (c *cli) printRetention(r triage.Retention) {
	classes := map[string][2]string{
		"": {"Tickets", "tickets"}, "discarded": {"verworfene Mails", "discarded mails"}, "loose": {"Mails ohne Ticket", "mails without a ticket"},
	}
	stages := map[int][2]string{
		1: {"Mails mit Anhang", "mails with attachments"}, 2: {"Texte und Originale", "texts and originals"}, 3: {"Namen und Adressen", "names and addresses"},
	}
	after := map[int][2]string{1: {"gelöscht", "erased"}, 2: {"gelöscht", "erased"}, 3: {"anonymisiert", "anonymised"}}
	var rows [][]string
	due := 0
	for _, row := range r.Rows {
		class := row.Class
		if w, ok := classes[class]; ok {
			class = c.say(w[0], w[1])
		}
		from := c.say("Ticket geschlossen", "ticket closed")
		if row.Class == "loose" {
			from = c.say("bearbeitet", "dealt with")
		}
		keep := row.Keep
		if keep == "" {
			keep = c.say("unbegrenzt", "for ever")
		}
		rows = append(rows, []string{class, c.say(stages[row.Stage][0], stages[row.Stage][1]), from, keep,
			c.say(after[row.Stage][0], after[row.Stage][1]), fmt.Sprint(row.Due)})
		due += row.Due
	}
	last := c.say("JETZT FÄLLIG", "DUE NOW")
	if r.Applied {
		last = c.say("ERLEDIGT", "DONE")
	}
	c.table([]string{c.say("ART", "KIND"), c.say("DATEN", "DATA"), c.say("AB", "FROM"), c.say("FRIST", "KEPT"), c.say("DANACH", "THEN"), last}, rows)
	if len(r.OnHold) > 0 {
		fmt.Fprintf(c.out, c.say("\n%d Tickets wären fällig, sind aber zur Aufbewahrung markiert: %s\n", "\n%d tickets would be due, but are under a legal hold: %s\n"),
			len(r.OnHold), strings.Join(r.OnHold, ", "))
	}
	if !r.Applied && due > 0 {
		fmt.Fprintln(c.out, c.say("\nDer Dienst löscht jede Nacht ab 03:30 Uhr; sofort: firstline retention --apply", "\nThe daemon erases every night after 03:30; at once: firstline retention --apply"))
	}
}
