package triage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/store"
)

// Period is a length of time in calendar months and days; zero = for ever.
type Period struct{ Months, Days int }

// Before returns the instant before which data is too old at now; ok is false when
// it is kept for ever.
func (p Period) Before(now time.Time) (t time.Time, ok bool) {
	return now.AddDate(0, -p.Months, -p.Days), p != Period{}
}

// Privacy says how long personal data is kept.
type Privacy struct {
	Keep Keep
	// Loose is how long mail without a ticket, and discarded tickets, are kept: spam,
	// robots' mail, refused senders, reports that were sent.
	Loose Period
	// Classes are kinds of tickets with periods of their own; the first that fits
	// holds.
	Classes []RetentionClass
	// LegalHold are tags: a ticket with one of them is kept whole, whatever its age.
	LegalHold  []string
	MaskInLogs []string // subject, body, address
}

// Keep are the three periods of a ticket. Each begins when the ticket is closed.
type Keep struct {
	Attachments Period // bytes of mails with attachments
	Messages    Period // all bytes and texts
	Persons     Period // names and addresses
}

// RetentionClass is a kind of tickets by category or tag.
type RetentionClass struct {
	Name             string
	Categories, Tags []string
	Keep             Keep
}

// keepOf returns the periods of a ticket and the name of its class.
func (p Privacy) keepOf(e store.Ended) (Keep, string) {
	if e.State == "discarded" {
		return Keep{p.Loose, p.Loose, p.Loose}, classDiscarded
	}
	for _, c := range p.Classes {
		if slices.Contains(c.Categories, e.Category) || slices.ContainsFunc(c.Tags, func(t string) bool { return slices.Contains(e.Tags, t) }) {
			return c.Keep, c.Name
		}
	}
	return p.Keep, ""
}

// Names of classes that are none of the configuration.
const (
	classDiscarded = "discarded"
	classLoose     = "loose"
)

// stageDue is how far the retention of a ticket must have come at now. It is pure.
func (p Privacy) stageDue(e store.Ended, now time.Time) (stage int, class string, held bool) {
	keep, class := p.keepOf(e)
	if slices.ContainsFunc(p.LegalHold, func(t string) bool { return slices.Contains(e.Tags, t) }) {
		return store.StageKept, class, true
	}
	for i, period := range []Period{keep.Attachments, keep.Messages, keep.Persons} {
		if before, ok := period.Before(now); ok && !e.EndedAt.After(before) {
			stage = i + 1
		}
	}
	return stage, class, false
}

// RetentionRow is one line of the retention table: a kind of data, how long it is
// kept, and how much is due now.
type RetentionRow struct {
	Class  string `json:"class"` // "" = all other tickets, discarded, loose, or a name of the configuration
	Stage  int    `json:"stage"` // 1 attachments, 2 messages, 3 persons
	Period Period `json:"-"`
	Keep   string `json:"keep"` // 24mo, 90d, "" = for ever
	Due    int    `json:"due"`
}

// Retention is the retention table at one instant.
type Retention struct {
	At      time.Time      `json:"at"`
	Rows    []RetentionRow `json:"rows"`
	OnHold  []string       `json:"on_hold"` // tickets under a legal hold that would be due otherwise
	Applied bool           `json:"applied"`
}

// String is the period as the configuration writes it.
func (p Period) String() string {
	switch {
	case p.Months > 0:
		return fmt.Sprintf("%dmo", p.Months)
	case p.Days > 0:
		return fmt.Sprintf("%dd", p.Days)
	}
	return ""
}

// Table is the retention table of the configuration, with nothing due yet.
func (p Privacy) Table() (list []RetentionRow) {
	add := func(class string, periods ...Period) {
		for i, period := range periods {
			list = append(list, RetentionRow{Class: class, Stage: i + 1, Period: period, Keep: period.String()})
		}
	}
	add("", p.Keep.Attachments, p.Keep.Messages, p.Keep.Persons)
	for _, c := range p.Classes {
		add(c.Name, c.Keep.Attachments, c.Keep.Messages, c.Keep.Persons)
	}
	list = append(list, RetentionRow{Class: classDiscarded, Stage: store.StageAnonymous, Period: p.Loose, Keep: p.Loose.String()},
		RetentionRow{Class: classLoose, Stage: store.StageTexts, Period: p.Loose, Keep: p.Loose.String()})
	return list
}

// retentionBatch is how many tickets share one erasing transaction.
const retentionBatch = 200

// Retain carries out the retention table, or with apply = false counts what is due.
// It can be stopped at any point and run again.
func Retain(ctx context.Context, s *store.Store, c *Config, apply bool) (Retention, error) {
	w := retaining{c: c, rows: c.Privacy.Table(), apply: apply}
	w.out.Applied = apply
	if err := w.tickets(ctx, s); err != nil {
		return w.out, fmt.Errorf("retention of tickets: %w", err)
	}
	if err := w.loose(ctx, s); err != nil {
		return w.out, fmt.Errorf("retention of mails without a ticket: %w", err)
	}
	w.out.Rows = w.rows
	if !apply || w.erased == 0 {
		return w.out, nil
	}
	if err := s.Erase(ctx, func(tx *store.Tx) error { return w.protocol(ctx, tx) }); err != nil {
		return w.out, fmt.Errorf("record the retention: %w", err)
	}
	if err := s.Compact(ctx); err != nil {
		return w.out, fmt.Errorf("rewrite the database without what was erased: %w", err)
	}
	return w.out, nil
}

// retaining is one run over the store.
type retaining struct {
	c      *Config
	apply  bool
	rows   []RetentionRow
	erased int
	out    Retention
}

func (w *retaining) count(class string, stage int) {
	for i := range w.rows {
		if r := &w.rows[i]; r.Class == class && r.Stage == stage {
			r.Due++
		}
	}
}

// tickets walks the tickets that ended, a batch at a time.
func (w *retaining) tickets(ctx context.Context, s *store.Store) error {
	for after := int64(0); ; {
		var batch []store.Ended
		err := s.View(ctx, func(tx *store.Tx) (err error) {
			w.out.At = tx.Now
			batch, err = tx.EndedTickets(ctx, tx.Now, after, retentionBatch)
			return err
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		after = batch[len(batch)-1].ID
		due := map[int64]int{}
		for _, e := range batch {
			if stage := w.decide(e); stage > e.Stage {
				due[e.ID] = stage
			}
		}
		if !w.apply || len(due) == 0 {
			continue
		}
		if err := s.Erase(ctx, func(tx *store.Tx) error { return w.erase(ctx, tx, due) }); err != nil {
			return err
		}
	}
}

// decide counts what is due of a ticket and returns the stage it must come to.
func (w *retaining) decide(e store.Ended) int {
	stage, class, held := w.c.Privacy.stageDue(e, w.out.At)
	if held {
		free := w.c.Privacy
		free.LegalHold = nil
		if would, _, _ := free.stageDue(e, w.out.At); would > e.Stage {
			w.out.OnHold = append(w.out.OnHold, ticketTag(w.c, e.ID, e.Number))
		}
		return e.Stage
	}
	for next := e.Stage + 1; next <= stage; next++ {
		w.count(class, next)
	}
	return stage
}

func (w *retaining) erase(ctx context.Context, tx *store.Tx, due map[int64]int) error {
	alias := func(address string) (string, error) { return tx.AliasOf(ctx, address) }
	ids := make([]int64, 0, len(due))
	for id := range due {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := tx.EraseTicket(ctx, id, due[id], alias); err != nil {
			return err
		}
		w.erased++
	}
	return tx.DropAliases(ctx)
}

// loose erases old mails that belong to no ticket.
func (w *retaining) loose(ctx context.Context, s *store.Store) error {
	before, ok := w.c.Privacy.Loose.Before(w.out.At)
	if !ok {
		return nil
	}
	var in, out []int64
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		in, out, err = tx.LooseMails(ctx, before)
		return err
	})
	if err != nil {
		return err
	}
	for range len(in) + len(out) {
		w.count(classLoose, store.StageTexts)
	}
	if !w.apply {
		return nil
	}
	for mails := range slices.Chunk(in, retentionBatch) {
		err = errors.Join(err, w.eraseMails(ctx, s, mails, (*store.Tx).EraseLoose))
	}
	for mails := range slices.Chunk(out, retentionBatch) {
		err = errors.Join(err, w.eraseMails(ctx, s, mails, (*store.Tx).EraseLeaving))
	}
	return err
}

func (w *retaining) eraseMails(ctx context.Context, s *store.Store, ids []int64, erase func(*store.Tx, context.Context, int64) error) error {
	return s.Erase(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := erase(tx, ctx, id); err != nil {
				return err
			}
			w.erased++
		}
		return nil
	})
}

// protocol records what was erased, without the data.
func (w *retaining) protocol(ctx context.Context, tx *store.Tx) error {
	for _, r := range w.rows {
		if r.Due == 0 {
			continue
		}
		e := store.Event{Actor: "timer", Kind: "retention", Old: r.Class, New: fmt.Sprint(r.Stage), Reason: fmt.Sprintf("%d after %s", r.Due, r.Keep)}
		if err := tx.InsertEvent(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// Retention runs at night, once a day in company time.
const (
	retentionHour   = 3
	retentionMinute = 30 // after the hours that clock changes repeat or leave out
	metaRetention   = "retention_day"
)

// SweepRetention carries out the retention table when it is due: once a day, after
// half past three in company time; a day that was missed is made up for.
func (d *Desk) SweepRetention(ctx context.Context) error {
	c := d.Config()
	var day string
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		now := tx.Now.In(c.Company.Location)
		if now.Hour() < retentionHour || now.Hour() == retentionHour && now.Minute() < retentionMinute {
			return nil
		}
		last, err := tx.Meta(ctx, metaRetention)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if today := now.Format(time.DateOnly); today != last { // later; or earlier, if the clock was wrong
			day = today
		}
		return nil
	})
	if err != nil || day == "" {
		return err
	}
	r, err := Retain(ctx, d.Store, c, true)
	if err != nil {
		return err
	}
	for _, row := range r.Rows {
		if row.Due > 0 {
			d.Log.Info("retention", "class", row.Class, "stage", row.Stage, "after", row.Keep, "erased", row.Due)
		}
	}
	return d.Store.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta(ctx, metaRetention, day) })
}
