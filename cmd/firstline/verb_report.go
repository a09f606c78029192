package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
	"firstline/triage/report"
)

// runReport prints the key figures of a period, or mails them.
func runReport(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("report", "report [--week 2026-W10 | --month 2026-03 | --since DATE --until DATE] [--format table|csv|json|html] [--to ADDRESS...]")
	var want reportFlags
	fs.StringVar(&want.week, "week", "", "ISO `week`, 2026-W10; default: the last whole week")
	fs.StringVar(&want.month, "month", "", "calendar `month`, 2026-03")
	fs.StringVar(&want.since, "since", "", "first `day`, 2026-03-02, or a time back (30d)")
	fs.StringVar(&want.until, "until", "", "the `day` after the last one; default: today")
	format := fs.String("format", "table", "`form`: table, csv, json or html")
	var to addressList
	fs.Var(&to, "to", "mail it to this `address` instead of printing it; may be repeated, or be a list with commas")
	if err := c.parseOnly(fs, args); err != nil {
		return err
	}
	if c.json {
		*format = "json"
	}
	if !strings.Contains(" table csv json html ", " "+*format+" ") {
		return usageError("--format %s: choose table, csv, json or html", *format)
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	p, err := want.period(time.Now(), cfg.Desk.Company.Location)
	if err != nil {
		return err
	}
	if len(to) > 0 {
		lang := "" // the recipient's
		fs.Visit(func(f *flag.Flag) {
			if f.Name == "lang" {
				lang = c.lang
			}
		})
		return c.mailReport(ctx, cfg, p, to, lang)
	}
	var r *report.Report
	err = c.look(ctx, func(tx *store.Tx) (err error) {
		r, err = triage.Report(ctx, tx, &cfg.Desk, p)
		return err
	})
	if err != nil {
		return fmt.Errorf("compute the report of %s: %w", p.Key, err)
	}
	r.Targets = weeklyTargets(&cfg.Desk, r.Targets)
	return c.printReport(cfg, r, *format)
}

// weeklyTargets are those of the first weekly report of the configuration.
func weeklyTargets(c *triage.Config, fallback map[string]int) map[string]int {
	for _, plan := range c.Reports {
		if plan.Kind == "weekly" && plan.Targets != nil {
			return plan.Targets
		}
	}
	return fallback
}

// printReport writes a report in one of its forms.
func (c *cli) printReport(cfg *config.Config, r *report.Report, format string) error {
	w := cfg.Desk.ReportWords(c.lang)
	var out []byte
	switch format {
	case "csv":
		out = r.CSV(w)
	case "json":
		b, err := r.JSON()
		if err != nil {
			return err
		}
		out = append(b, '\n')
	case "html":
		texts, err := service.Texts(cfg)
		if err != nil {
			return err
		}
		out = []byte(texts.Frame(c.lang, r.Subject(w), r.Document(w).HTML()) + "\n")
	default:
		if r.People == "named" {
			fmt.Fprintln(c.err, w.WorksCouncil())
		}
		out = []byte(r.Document(w).Text())
	}
	_, err := c.out.Write(out)
	return err
}

// mailReport queues a report: the bytes the schedule sends, the running daemon
// delivers them.
func (c *cli) mailReport(ctx context.Context, cfg *config.Config, p report.Period, to []string, lang string) error {
	st, err := c.open(ctx, store.Options{NoLock: true})
	if err != nil {
		return err
	}
	defer st.Close()
	texts, err := service.Texts(cfg)
	if err != nil {
		return err
	}
	desk, err := triage.New(ctx, st, texts, c.logger(cfg.Log), &cfg.Desk)
	if err != nil {
		return err
	}
	plan := triage.ReportPlan{Name: "report", Kind: "weekly", To: to, Language: lang, Targets: weeklyTargets(&cfg.Desk, nil)}
	mails, err := desk.ComposeReport(ctx, plan, p)
	if err != nil {
		return fmt.Errorf("compute the report of %s: %w", p.Key, err)
	}
	at := st.Now().UnixMilli()
	for i := range mails {
		mails[i].Cause = fmt.Sprintf("%s:%d", mails[i].Cause, at) // who asks twice gets it twice
	}
	if err := desk.SendReport(ctx, mails); err != nil {
		return err
	}
	for _, m := range mails {
		fmt.Fprintf(c.out, c.say("in den Postausgang gelegt: %s an %s\n", "queued: %s to %s\n"), m.Subject, m.To.Address)
	}
	return nil
}

// reportFlags are the ways to name a period.
type reportFlags struct{ week, month, since, until string }

// period is the one that is named; without any, the last whole week.
func (f reportFlags) period(now time.Time, loc *time.Location) (p report.Period, err error) {
	named := 0
	for _, s := range []string{f.week, f.month, f.since} {
		if s != "" {
			named++
		}
	}
	if named > 1 || f.until != "" && f.since == "" {
		return p, usageError("name one period: --week, --month, or --since with --until")
	}
	switch {
	case f.week != "":
		if p, err = report.ParseWeek(f.week, loc); err != nil {
			return p, usageError("--week: %v", err)
		}
	case f.month != "":
		at, err := time.ParseInLocation("2006-01", f.month, loc)
		if err != nil {
			return p, usageError("--month %s: write a month such as 2026-03", f.month)
		}
		p = report.Month(at, loc)
	case f.since != "":
		from, err := pastTime(f.since, now, loc)
		if err != nil {
			return p, usageError("--since %s: %v", f.since, err)
		}
		until := now
		if f.until != "" {
			if until, err = pastTime(f.until, now, loc); err != nil {
				return p, usageError("--until %s: %v", f.until, err)
			}
		}
		if p = report.Span(from, until, loc); !p.From.Before(p.To) {
			return p, usageError("--since %s: the period is empty", f.since)
		}
	default:
		p = report.Week(now, loc).Before(1)
	}
	if p.From.After(now) {
		return p, usageError("the period %s lies in the future", p.Key)
	}
	return p, nil
}

// addressList is a flag that may be repeated.
type addressList []string

func (l *addressList) String() string { return strings.Join(*l, ",") }

func (l *addressList) Set(s string) error {
	for a := range strings.SplitSeq(s, ",") {
		if a = strings.TrimSpace(a); !strings.Contains(a, "@") || mailin.FoldAddress(a) == "" {
			return fmt.Errorf("%q is no mail address", a)
		}
		*l = append(*l, a)
	}
	return nil
}
