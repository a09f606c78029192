package triage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"firstline/store"
	"firstline/triage/report"
)

// wallFormat is a wall clock without a zone. Schedules run by it: the hour that
// comes twice comes once, the hour that does not exist comes an hour later.
const wallFormat = "2006-01-02 15:04"

// lateAfter is how long after its time a report says that it is late.
const lateAfter = time.Hour

// retryAfter is how long a report that could not be computed waits.
const retryAfter = time.Hour

// slot is one time a report is due.
type slot struct {
	wall string    // the wall clock it is due at
	at   time.Time // the instant
}

// nextSlot is the newest time a schedule was due after the wall clock last, and at
// or before now; ok is false when there is none. Times in between are left out:
// after an outage one report comes, not ten.
func nextSlot(spec, last string, now time.Time, loc *time.Location) (s slot, ok bool, err error) {
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return s, false, fmt.Errorf("read schedule %q: %w", spec, err)
	}
	wall, err := time.Parse(wallFormat, last)
	if err != nil {
		return s, false, fmt.Errorf("read the last time %q: %w", last, err)
	}
	local := now.In(loc)
	end := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
	// A schedule by the minute needs no walk through years.
	if far := end.AddDate(0, 0, -400); wall.Before(far) {
		wall = far
	}
	for range 1_000_000 {
		next := schedule.Next(wall)
		if next.IsZero() || next.After(end) {
			break
		}
		at := time.Date(next.Year(), next.Month(), next.Day(), next.Hour(), next.Minute(), 0, 0, loc)
		if at.After(now) {
			break
		}
		wall, s, ok = next, slot{next.Format(wallFormat), at}, true
	}
	return s, ok, nil
}

// periodOf is what a report of a kind is about when it is due at an instant.
func periodOf(kind string, at time.Time, loc *time.Location) report.Period {
	switch kind {
	case "monthly", "knowledge":
		return report.Month(at, loc).Before(1)
	case "open_list":
		return report.Day(at, loc)
	}
	return report.Week(at, loc).Before(1)
}

// sweepReports sends what is due by the schedules. What was sent is remembered by
// wall clock, and each mail has its cause: neither a restart nor the hour that
// comes twice sends one again.
func (d *Desk) sweepReports(ctx context.Context) error {
	c := d.Config()
	for _, plan := range c.Reports {
		if err := d.sweepReport(ctx, c, plan); err != nil {
			return fmt.Errorf("report %s: %w", plan.Name, err)
		}
	}
	return nil
}

func (d *Desk) sweepReport(ctx context.Context, c *Config, plan ReportPlan) error {
	key := "report:" + plan.Name
	var due slot
	var ok bool
	var now time.Time
	last := ""
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		now = tx.Now
		if last, err = lastSlot(ctx, tx, key); err != nil || last == "" {
			return err
		}
		due, ok, err = nextSlot(plan.Cron, last, now, c.Company.Location)
		return err
	})
	if err != nil {
		return err
	}
	// A new report begins now: what was due before is not sent. So does one whose
	// last time lies in the future, because the clock was wrong then.
	if last == "" || last > now.In(c.Company.Location).AddDate(0, 0, 1).Format(wallFormat) {
		return d.Store.Update(ctx, func(tx *store.Tx) error {
			return tx.SetMeta(ctx, key, tx.Now.In(c.Company.Location).Format(wallFormat))
		})
	}
	if !ok {
		return nil
	}
	if now.Before(d.retryReport[plan.Name]) {
		return nil
	}
	p := periodOf(plan.Kind, due.at, c.Company.Location)
	if plan.Kind == "open_list" && !p.Contains(now) { // yesterday's list helps nobody
		return d.Store.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, key, due.wall) })
	}
	mails, err := d.compose(ctx, c, plan, p, now.Sub(due.at) > lateAfter)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		if d.retryReport == nil {
			d.retryReport = map[string]time.Time{}
		}
		d.retryReport[plan.Name] = now.Add(retryAfter)
		d.Log.Error("report not computed", "report", plan.Name, "period", p.Key, "err", err)
		why := err.Error()
		return d.Store.Update(ctx, func(tx *store.Tx) error {
			return d.turn(ctx, tx, c, &shared{}).sendReports(d.failureMails(c, plan, p, why))
		})
	}
	err = d.Store.Update(ctx, func(tx *store.Tx) error {
		if err := d.turn(ctx, tx, c, &shared{}).sendReports(mails); err != nil {
			return err
		}
		return tx.SetMeta(ctx, key, due.wall)
	})
	if err != nil {
		return err
	}
	d.Store.Notify(store.TopicOutbox)
	return nil
}

// lastSlot is the wall clock a report was last due at, "" when it is new.
func lastSlot(ctx context.Context, tx *store.Tx, key string) (string, error) {
	last, err := tx.Meta(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return last, err
}
