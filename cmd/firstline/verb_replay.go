package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"firstline/cmd/firstline/config"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// runReplay decides about the stored mails of a period with an edited configuration
// and prints what would differ. It writes nothing and sends nothing.
func runReplay(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("replay", "replay [--since 30d] [--until DATE] --config new/ [-c config.yaml] [--json]")
	since := fs.String("since", "30d", "decide about mails accepted since: a `time` back (12h, 30d, 8w) or a date (2026-03-01)")
	until := fs.String("until", "", "and before this `time`; default: now")
	edited := fs.String("config", "", "the edited configuration, a `file` or its folder; without it -c names it and config.yaml is the present one")
	most := fs.Int("mails", 30, "list at most `N` changed mails one by one")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 1 && *edited == "" {
		*edited = rest[0]
	} else if len(rest) > 0 {
		return usageError("replay wants no arguments besides the edited configuration: %q", rest)
	}
	now := time.Now()
	o := triage.ReplayOptions{Lang: c.lang, Until: now, Progress: c.progress()}
	before, after, err := c.replaySets(*edited)
	if err != nil {
		return err
	}
	loc := before.Desk.Company.Location
	if o.Since, o.Until, err = pastSpan(*since, *until, now, loc); err != nil {
		return err
	}
	dir := before.StoreDir
	if v := os.Getenv("FIRSTLINE_DATA"); v != "" {
		dir = v
	}
	st, err := c.openDir(ctx, dir, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	r, err := triage.ReplayMails(ctx, st, &before.Desk, &after.Desk, o)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(r)
	}
	c.printReplay(r, *most)
	return nil
}

// replaySets loads the configuration in force and the edited one. Findings of
// either end the program with 78.
func (c *cli) replaySets(edited string) (before, after *config.Config, err error) {
	present := c.configPath()
	if edited == "" {
		edited, present = c.config, "config.yaml"
		if _, err := os.Stat(present); err != nil {
			edited = "" // then -c names the present one, and nothing the edited one
		}
	}
	if edited == "" || samePath(edited, present) {
		return nil, nil, usageError("replay compares two configurations: copy the folder, edit the copy, and name it with --config")
	}
	load := func(path string) (*config.Config, error) {
		one := *c
		one.config = path
		return one.load(config.Check)
	}
	if before, err = load(present); err != nil {
		return nil, nil, err
	}
	if after, err = load(edited); err != nil {
		return nil, nil, err
	}
	before.Desk.Rules, after.Desk.Rules = before.Desk.Rules.In(c.lang), after.Desk.Rules.In(c.lang)
	r := source.NewReport(c.lang)
	if _, failed := after.Desk.Rules.ReportTests(r); failed > 0 {
		fmt.Fprintf(c.err, c.say("Achtung: %d Tests in %s scheitern (firstline test -c %[2]s); run würde diese Regeln nicht laden\n",
			"note: %d tests in %s fail (firstline test -c %[2]s); run would not load these rules\n"), failed, edited)
	}
	return before, after, nil
}

// samePath reports whether two names are the same configuration.
func samePath(a, b string) bool {
	main := func(p string) os.FileInfo {
		info, err := os.Stat(p)
		if err == nil && info.IsDir() {
			info, err = os.Stat(filepath.Join(p, "config.yaml"))
		}
		if err != nil {
			return nil
		}
		return info
	}
	x, y := main(a), main(b)
	return x != nil && y != nil && os.SameFile(x, y)
}

// pastSpan reads the flags --since and --until; without until the span ends now.
func pastSpan(since, until string, now time.Time, loc *time.Location) (from, to time.Time, err error) {
	if from, err = pastTime(since, now, loc); err != nil {
		return from, now, usageError("--since %s: %v", since, err)
	}
	if until == "" {
		return from, now, nil
	}
	if to, err = pastTime(until, now, loc); err != nil {
		return from, to, usageError("--until %s: %v", until, err)
	}
	return from, to, nil
}

// pastTime reads 12h, 30d, 8w or a date.
func pastTime(s string, now time.Time, loc *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, loc); err == nil {
		return t, nil
	}
	if s == "" {
		return now, fmt.Errorf("write 12h, 30d, 8w or a date such as 2026-03-01")
	}
	units := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	n, err := strconv.Atoi(s[:len(s)-1])
	unit, ok := units[s[len(s)-1]]
	if err != nil || !ok || n <= 0 || n > 10_000 {
		return now, fmt.Errorf("write 12h, 30d, 8w or a date such as 2026-03-01")
	}
	return now.Add(-time.Duration(n) * unit), nil
}

// progress draws a bar on a terminal, and nothing elsewhere.
func (c *cli) progress() func(done, total int) {
	if !terminal(c.err) {
		return nil
	}
	return func(done, total int) { drawBar(c.err, done, total) }
}

// drawBar draws a progress bar over itself; a full one is wiped.
func drawBar(w io.Writer, done, total int) {
	const width = 40
	if done >= total {
		fmt.Fprintf(w, "\r%s\r", strings.Repeat(" ", width+24))
		return
	}
	full := width * done / total
	fmt.Fprintf(w, "\r[%s%s] %d/%d", strings.Repeat("█", full), strings.Repeat("·", width-full), done, total)
}

// printReplay is a replay for people.
func (c *cli) printReplay(r triage.Replay, most int) {
	fmt.Fprintf(c.out, c.say("%d Mails nachgespielt, %d Entscheidungen anders\n", "%d mails replayed, %d decisions differ\n"), r.Mails, r.Changed)
	if r.Unread > 0 {
		fmt.Fprintf(c.out, c.say("%d Mails sind gelöscht oder nicht lesbar\n", "%d mails are erased or cannot be read\n"), r.Unread)
	}
	var rows [][]string
	for _, s := range r.Shifts {
		rows = append(rows, []string{c.kindName(s.Kind), dash(s.Old) + " → " + dash(s.New), strconv.Itoa(s.Count), c.shiftNote(s)})
	}
	c.columns(rows)
	if len(r.Rules) > 0 {
		fmt.Fprintln(c.out, c.say("\nNach Regel", "\nBy rule"))
		rows = rows[:0]
		for _, s := range r.Rules {
			rows = append(rows, []string{s.Rule, count(s.More, "+"), count(s.Less, "−"), ""})
		}
		c.columns(rows)
	}
	if len(r.Differences) > 0 {
		fmt.Fprintln(c.out, c.say("\nNach Mail", "\nBy mail"))
		c.printDifferences(r, most)
	}
	if r.Final.Tickets > 0 {
		fmt.Fprintf(c.out, c.say("\nGegen die endgültigen Kategorien der %d: bisher %d richtig, neu %d\n",
			"\nAgainst the final categories of the %d: so far %d right, new %d\n"), r.Final.Tickets, r.Final.Old, r.Final.New)
	}
}

// printDifferences lists the changed mails one by one.
func (c *cli) printDifferences(r triage.Replay, most int) {
	var rows [][]string
	for _, d := range r.Differences[:min(most, len(r.Differences))] {
		name := d.Ticket
		if name == "" {
			name = "Mail " + strconv.FormatInt(d.InboxID, 10)
		}
		for _, ch := range d.Changes {
			rows = append(rows, []string{name, c.kindName(ch.Kind) + " " + dash(ch.Old) + " → " + dash(ch.New), "", cut(d.Subject, 40)})
			name, d.Subject = "", ""
		}
	}
	c.columns(rows)
	if more := r.Changed - most; more > 0 {
		fmt.Fprintf(c.out, c.say("  … und %d weitere (--mails %d, --json)\n", "  … and %d more (--mails %d, --json)\n"), more, r.Changed)
	}
}

// columns prints rows of four cells, indented; the third is right-aligned.
func (c *cli) columns(rows [][]string) {
	var width [4]int
	for _, row := range rows {
		for i := range row {
			row[i] = printable(row[i])
			width[i] = max(width[i], utf8.RuneCountInString(row[i]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			switch {
			case width[i] == 0:
				continue
			case i == 2:
				b.WriteString("  " + pad + cell)
			default:
				b.WriteString("  " + cell + pad)
			}
		}
		fmt.Fprintln(c.out, strings.TrimRight(b.String(), " "))
	}
}

// shiftNote is the reason of a shift and what people did about it.
func (c *cli) shiftNote(s triage.Shift) string {
	var notes []string
	if s.Why != "" {
		why := cut(s.Why, 90)
		if s.Whys > 1 {
			why += c.say(" u. a.", " and others")
		}
		notes = append(notes, why)
	}
	if s.Same > 0 {
		notes = append(notes, fmt.Sprintf(c.say("davon %d vom Menschen mit derselben Lösung beantwortet", "%d of them answered by a person with the same solution"), s.Same))
	}
	if s.Helped+s.Rejected > 0 {
		notes = append(notes, fmt.Sprintf(c.say("Antwort half %d-mal, %d-mal nicht", "the answer helped %d times, %d times not"), s.Helped, s.Rejected))
	}
	if s.Count <= 3 && len(s.Tickets) > 0 {
		notes = append(notes, strings.Join(s.Tickets, ", "))
	}
	return strings.Join(notes, " · ")
}

// kindName is the word for a kind of difference.
func (c *cli) kindName(kind string) string {
	names := map[string][2]string{
		triage.KindOutcome: {"Ergebnis", "Outcome"}, triage.KindCategory: {"Kategorie", "Category"}, triage.KindFAQ: {"FAQ", "FAQ"},
		triage.KindPriority: {"Priorität", "Priority"}, triage.KindGroup: {"Gruppe", "Group"}, triage.KindAssign: {"Zuteilung", "Assignment"},
		triage.KindSLA: {"SLA", "SLA"}, triage.KindEscalate: {"Eskalation", "Escalation"}, triage.KindReceipt: {"Bestätigung", "Receipt"},
		triage.KindLanguage: {"Sprache", "Language"}, triage.KindTags: {"Tags", "Tags"},
	}
	return c.say(names[kind][0], names[kind][1])
}

// dash stands for nothing.
func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// count is a number with its sign, "" for none.
func count(n int, sign string) string {
	if n == 0 {
		return ""
	}
	return sign + strconv.Itoa(n)
}
