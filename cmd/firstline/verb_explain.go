package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailin"
	"firstline/rules"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/token"
)

// maxExplain bounds the file that is read, in bytes.
const maxExplain = 64 << 20

// explained is one object of `explain --json`: the contract other programs read.
type explained struct {
	File     string             `json:"file"`
	Message  any                `json:"message"`
	Decision triage.Explanation `json:"decision"`
}

// runExplain says what firstline reads in mails and would do with them, or why the
// mails of a ticket were decided as they were. It writes nothing.
func runExplain(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("explain", "explain FILE... | explain IT-10423")
	at := fs.String("at", "", "decide as if the mail came in at this `time` (2026-03-02T09:00:00+01:00)")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usageError("explain wants files with mails (.eml), or a ticket number; - reads standard input")
	}
	now := time.Now()
	if *at != "" {
		if now, err = time.Parse(time.RFC3339, *at); err != nil {
			return usageError("--at %s: write a time such as 2026-03-02T09:00:00+01:00", *at)
		}
	}
	cfg, err := c.load(config.Explain)
	if err != nil {
		return err
	}
	if tag, ok := c.ticketArg(rest, cfg.Desk.Ticket.Prefix); ok {
		return c.explainTicket(ctx, tag)
	}
	cfg.Desk.Rules = cfg.Desk.Rules.In(c.lang)
	desk := c.taught(ctx, &cfg.Desk, cfg.StoreDir)
	w := bufio.NewWriter(c.out)
	defer w.Flush()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	var unread error
	for i, file := range rest {
		raw, err := c.readMail(file)
		if err != nil { // the other files are still explained
			unread = errors.Join(unread, err)
			continue
		}
		m := mailin.Parse(raw, cfg.Desk.ParseOptions(now))
		e := triage.Explain(desk, raw, m, now)
		if c.json {
			if err := enc.Encode(explained{file, m.JSON(), e}); err != nil {
				return fmt.Errorf("print %s: %w", file, err)
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(w)
		}
		c.printExplanation(w, file, m, e, cfg)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if unread != nil {
		return exit(exitIO, fmt.Errorf("read mail: %w", unread))
	}
	return nil
}

// taught is the desk with what the FAQ of a running one has learned, where there is
// one: then explain decides as the daemon would.
func (c *cli) taught(ctx context.Context, desk *triage.Config, dir string) *triage.Config {
	if v := os.Getenv("FIRSTLINE_DATA"); v != "" {
		dir = v
	}
	if _, err := os.Stat(filepath.Join(dir, store.FileName)); dir == "" || err != nil {
		return desk
	}
	st, err := c.openDir(ctx, dir, store.Options{ReadOnly: true})
	if err == nil {
		defer st.Close()
		var knowing *triage.Config
		if knowing, err = triage.Taught(ctx, st, desk); err == nil {
			return knowing
		}
	}
	fmt.Fprintf(c.err, c.say("Achtung: ohne das, was die FAQ gelernt hat: %v\n", "note: without what the FAQ has learned: %v\n"), err)
	return desk
}

// readMail reads one file, or standard input for "-".
func (c *cli) readMail(file string) ([]byte, error) {
	in := c.in
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, maxExplain))
}

// ticketArg recognises a ticket number among the arguments.
func (c *cli) ticketArg(args []string, prefix string) (int64, bool) {
	if len(args) != 1 {
		return 0, false
	}
	if _, err := os.Stat(args[0]); err == nil {
		return 0, false
	}
	return ticketNumber(args[0], prefix)
}

// ticketNumber reads IT-10423, [IT-10423] or 10423.
func ticketNumber(s, prefix string) (int64, bool) {
	s = strings.ToUpper(strings.Trim(s, "[] "))
	if !strings.Contains(s, "-") {
		s = prefix + "-" + s
	}
	if n := token.FindTags("["+s+"]", prefix); len(n) == 1 {
		return n[0], true
	}
	return 0, false
}

// printExplanation is an explanation for people.
func (c *cli) printExplanation(w io.Writer, file string, m *mailin.Message, e triage.Explanation, cfg *config.Config) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-14s%s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	line(c.say("Datei", "File"), "%s", file)
	line("Mail", "%s", strings.TrimSpace(fmt.Sprintf("%s <%s>: %s", m.From.Name, m.From.Address, m.Subject)))
	line(c.say("Gelesen", "Read"), "%s, %d %s, %d %s", m.Automatic.Class, len([]rune(m.Reply)), c.say("Zeichen neu", "characters new"),
		len(m.Attachments), c.say("Anhänge", "attachments"))
	for _, r := range m.Automatic.Reasons {
		line("", "· %s", r)
	}
	line(c.say("Absender", "Sender"), "%s", strings.TrimSpace(m.Auth.Verdict+" "+brackets(triage.Reason(m.Auth.Reason, c.lang))))
	c.printTrace(w, e.Trace)
	parts := []string{triage.OutcomeLabel(e.Outcome, c.lang)}
	if e.Outcome == "opened" || e.Outcome == "answered" || e.Outcome == "held" {
		parts = append(parts, e.Priority, e.SLA, e.Category, strings.TrimSuffix(e.Group+" → "+e.Assign, " → "))
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	line(c.say("Ergebnis", "Result"), "%s", strings.Join(parts, " · "))
	if len(e.Tags) > 0 {
		line(c.say("Schlagworte", "Tags"), "%s", strings.Join(e.Tags, ", "))
	}
	loc := cfg.Desk.Company.Location
	if !e.DueFirst.IsZero() {
		line(c.say("Fristen", "Due"), "%s %s · %s %s", c.say("Reaktion", "first response"), c.weekday(e.DueFirst.In(loc)),
			c.say("Lösung", "resolution"), c.weekday(e.DueSolve.In(loc)))
	}
	if mails := c.mailsOf(m, e, &cfg.Desk); len(mails) > 0 {
		line("Mails", "%s", strings.Join(mails, " · "))
	}
	for _, d := range m.Defects {
		line(c.say("Mangel", "Defect"), "%s", d)
	}
}

// brackets puts a text into brackets, "" stays.
func brackets(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}

// weekday prints an instant as "Mo 02.03. 13:00".
func (c *cli) weekday(t time.Time) string {
	days := [...]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}
	if c.lang == "en" {
		return t.Format("Mon 2 Jan 15:04")
	}
	return days[t.Weekday()] + t.Format(" 02.01. 15:04")
}

// mailsOf says which mails would leave, and to whom.
func (c *cli) mailsOf(m *mailin.Message, e triage.Explanation, desk *triage.Config) []string {
	var list []string
	to := m.From.Address
	switch {
	case e.Outcome == "answered":
		list = append(list, fmt.Sprintf(c.say("FAQ-Antwort %s (%s) an %s", "FAQ answer %s (%s) to %s"), e.FAQ.ID, e.Language, to))
	case e.Outcome == "opened" && e.Receipt != "":
		list = append(list, fmt.Sprintf(c.say("Bestätigung (%s) an %s", "receipt (%s) to %s"), e.Language, to))
	}
	if e.Outcome != "opened" && e.Outcome != "held" {
		return list
	}
	var names []string
	if a, ok := desk.Agent(e.Assign); ok {
		names = append(names, a.Address)
	} else if g, ok := desk.Group(e.Group); ok {
		for _, id := range g.Members {
			if a, ok := desk.Agent(id); ok {
				names = append(names, a.Address)
			}
		}
	}
	if len(names) == 0 {
		return list
	}
	return append(list, c.say("Benachrichtigung an ", "notice to ")+strings.Join(names, c.say(" oder ", " or ")))
}

// printTrace prints the steps of a decision, one line each; a stage is named once.
func (c *cli) printTrace(w io.Writer, steps []rules.Step) {
	last := ""
	for _, s := range steps {
		label := triage.StageLabel(s.Stage, c.lang)
		if label == last {
			label = ""
		} else {
			last = label
		}
		fmt.Fprintf(w, "%-14s%s\n", label, printable(triage.StepText(s, c.lang)))
	}
}

// explainTicket prints the traces that were stored when the mails of a ticket were
// decided.
func (c *cli) explainTicket(ctx context.Context, number int64) error {
	return c.look(ctx, func(tx *store.Tx) error {
		tk, err := tx.TicketByNumber(ctx, number)
		if errors.Is(err, store.ErrNotFound) {
			return exit(exitData, fmt.Errorf("there is no ticket %d", number))
		}
		if err != nil {
			return fmt.Errorf("read ticket %d: %w", number, err)
		}
		rows, err := tx.TracesOfTicket(ctx, tk.ID)
		if err != nil {
			return fmt.Errorf("read traces of ticket %d: %w", number, err)
		}
		if c.json {
			return c.printJSON(views(rows, func(r store.Trace) traceView {
				return traceView{r.InboxID, r.Rules, r.Generation, json.RawMessage(r.JSON)}
			}))
		}
		for _, r := range rows {
			var steps []rules.Step
			if err := json.Unmarshal([]byte(r.JSON), &steps); err != nil {
				return fmt.Errorf("read trace of mail %d: %w", r.InboxID, err)
			}
			fmt.Fprintf(c.out, "Mail %d · %s %s · generation %d\n", r.InboxID, c.say("Regeln", "rules"), cut(r.Rules, 12), r.Generation)
			c.printTrace(c.out, steps)
			fmt.Fprintln(c.out)
		}
		return nil
	})
}

// traceView is the stored trace of one mail, for --json.
type traceView struct {
	InboxID    int64           `json:"inbox_id"`
	Rules      string          `json:"rules"`
	Generation int             `json:"generation"`
	Trace      json.RawMessage `json:"trace"`
}
