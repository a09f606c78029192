package triage

import (
	"context"
	"fmt"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/sla"
)

// ReportPlan is a mail that goes out on a schedule.
type ReportPlan struct {
	Name     string
	Cron     string   // five fields, in company time
	To       []string // groups, agents or addresses
	Kind     string   // weekly, monthly, open_list, knowledge
	Language string   // "" = the recipient's
	// Targets are percent by figure (first_response, resolution, csat); nil = the
	// defaults.
	Targets map[string]int
}

// seriesLength is how many periods a report shows, with its own.
const seriesLength = 8

// Figures computes the key figures of a period and of those before it. It reads
// the history since then once; what is older is not touched.
func Figures(ctx context.Context, tx *store.Tx, c *Config, p report.Period, before int) (*report.Report, error) {
	periods := []report.Period{p}
	for n := range before {
		periods = append([]report.Period{p.Before(n + 1)}, periods...)
	}
	o := report.Options{
		Location: c.Company.Location, Calendar: calendars(c),
		FinalDays: int(or(c.Ticket.ReopenWithin, 14*day) / day),
		Teams:     c.PeopleInReports == "team" || c.PeopleInReports == "named", Agents: c.PeopleInReports == "named",
		History: func(ticket int64) ([]report.Event, error) {
			rows, err := tx.History(ctx, ticket)
			list := make([]report.Event, len(rows))
			for i, r := range rows {
				list[i] = reportEvent(r)
			}
			return list, err
		},
	}
	fold := report.NewFold(o, periods)
	ids, err := tx.AtWork(ctx, fold.Start())
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := fold.Known(id); err != nil {
			return nil, err
		}
	}
	err = tx.EachEvent(ctx, fold.Start(), p.To, report.Kinds(), func(e store.HistoryEvent) error { return fold.Add(reportEvent(e)) })
	if err != nil {
		return nil, err
	}
	series, err := fold.Values()
	if err != nil {
		return nil, err
	}
	for i := range series {
		if series[i].Technique, err = technique(ctx, tx, series[i].Period); err != nil {
			return nil, err
		}
	}
	return &report.Report{Desk: c.Outgoing.FromName, Series: series, Targets: report.DefaultTargets(), People: c.PeopleInReports}, nil
}

func reportEvent(e store.HistoryEvent) report.Event {
	return report.Event{ID: e.ID, Ticket: e.TicketID, At: e.At, Actor: e.Actor, Kind: e.Kind, Old: e.Old, New: e.New, Data: e.Data}
}

// calendars finds the calendar of a service level, the same one each time.
func calendars(c *Config) func(string) *sla.Calendar {
	known := map[string]*sla.Calendar{}
	return func(policy string) *sla.Calendar {
		cal := known[policy]
		if cal == nil {
			cal = c.calendarFor(policy)
			known[policy] = cal
		}
		return cal
	}
}

// technique is what the machinery did in a period.
func technique(ctx context.Context, tx *store.Tx, p report.Period) (t report.Technique, err error) {
	rows, err := tx.TrafficBetween(ctx, p.From, p.To)
	for _, r := range rows {
		switch r.Name {
		case store.TrafficOut:
			t.Out = r.Sum
		case store.TrafficRefused, store.TrafficBounced:
			t.Bounced += r.Sum
		case store.TrafficAlarm:
			t.Errors = r.Sum
		case store.TrafficPollGap:
			t.PollGap = int64(r.Max / time.Second)
		case store.TrafficOutboxWait:
			t.OutboxWait = int64(r.Max / time.Second)
		default:
			t.In += r.Sum
			switch r.Name {
			case store.TrafficIn + outcomeHeld:
				t.Held = r.Sum
			case store.TrafficIn + outcomeIgnored, store.TrafficIn + outcomeDuplicate, store.TrafficIn + outcomeLoop:
				t.Ignored += r.Sum
			}
		}
	}
	return t, err
}

// Report is Figures with what people wrote and what was learned in the period.
func Report(ctx context.Context, tx *store.Tx, c *Config, p report.Period) (*report.Report, error) {
	r, err := Figures(ctx, tx, c, p, seriesLength-1)
	if err != nil {
		return nil, err
	}
	if id := r.Now().Backlog.Oldest; id != 0 {
		if r.Overdue, err = tagOf(ctx, tx, c, id); err != nil {
			return nil, err
		}
	}
	rated, err := tx.RatedBetween(ctx, p.From, p.To)
	if err != nil {
		return nil, fmt.Errorf("read ratings: %w", err)
	}
	if r.Voices, err = voices(ctx, tx, c, rated); err != nil {
		return nil, err
	}
	r.Learned, err = learned(ctx, tx, c, p)
	return r, err
}

// voiceCount is how many comments a report quotes.
const voiceCount = 5

// voices are comments of requesters: the lowest ratings first, because they are
// what somebody can act on.
func voices(ctx context.Context, tx *store.Tx, c *Config, rated []store.Rated) ([]report.Voice, error) {
	var list []report.Voice
	for _, low := range []bool{true, false} {
		for _, r := range rated {
			if (r.Rating <= 2) != low || len(list) == voiceCount {
				continue
			}
			tag, err := tagOf(ctx, tx, c, r.TicketID)
			if err != nil {
				return nil, err
			}
			list = append(list, report.Voice{Ticket: tag, Rating: r.Rating, Text: clipRunes(mailout.OneLine(r.Comment), 140), At: r.At})
		}
	}
	return list, nil
}

func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func tagOf(ctx context.Context, tx *store.Tx, c *Config, id int64) (string, error) {
	tk, err := tx.Ticket(ctx, id)
	if err != nil {
		return "", fmt.Errorf("read ticket %d: %w", id, err)
	}
	return (&turn{c: c}).tag(&tk), nil
}

// ReportWords are the names of this company in a language.
func (c *Config) ReportWords(lang string) report.Words {
	return report.Words{Lang: lang, Location: c.Company.Location, Label: func(what, id string) string {
		switch what {
		case report.LabelCategory:
			return c.categoryLabel(id, lang)
		case report.LabelGroup:
			return c.groupLabel(id, lang)
		case report.LabelAgent:
			a, _ := c.Agent(id)
			return a.Name
		}
		return mailout.StateLabel(id, lang)
	}}
}
