package triage

import (
	"fmt"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/report"
)

const (
	// surveyEvery is how often one person is asked for a rating at most.
	surveyEvery = 14 * day
	// ratedWithin is how long after the solution a rating counts; the last one does.
	ratedWithin = 14 * day
)

// resolution fills what stands below the text of a solved mail. It asks for a rating
// when this person was not asked in the last days; asked says so.
func (t *turn) resolution(tk *store.Ticket) (fill func(*mailout.PublicData), asked bool, err error) {
	if asked, err = t.maySurvey(tk.Requester); err != nil {
		return nil, false, err
	}
	days := int(or(t.c.Ticket.ReopenWithin, 14*day) / day)
	return func(d *mailout.PublicData) { d.ReopenDays, d.AskRating = days, asked }, asked, nil
}

// maySurvey reports whether a person may be asked for a rating again.
func (t *turn) maySurvey(requester string) (bool, error) {
	rows, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Requester: requester, Limit: 50})
	if err != nil {
		return false, fmt.Errorf("list tickets of the requester: %w", err)
	}
	since := t.now.Add(-surveyEvery)
	for _, tk := range rows {
		if tk.UpdatedAt.Before(since) {
			continue
		}
		events, err := t.tx.Events(t.ctx, tk.ID)
		if err != nil {
			return false, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
		}
		for _, e := range events {
			if e.Kind == report.KindSurvey && e.At.After(since) {
				return false, nil
			}
		}
	}
	return true, nil
}

// rateable reports whether a rating of a ticket still counts.
func rateable(tk *store.Ticket, now time.Time) bool {
	return !tk.ResolvedAt.IsZero() && now.Sub(tk.ResolvedAt) <= ratedWithin
}
