package report

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/triage/sla"
)

// Options say how a Fold counts.
type Options struct {
	Location *time.Location
	// Calendar is the calendar of a service level; "" is the company's own.
	Calendar func(sla string) *sla.Calendar
	// History returns all that happened to a ticket that the Fold meets for the
	// first time, oldest first.
	History func(ticket int64) ([]Event, error)
	// FinalDays is how many days a ticket can be reopened, 0 = 14: a period that
	// ended so long ago has its final rate.
	FinalDays int
	// Teams and Agents: figures of support groups and of people.
	Teams, Agents bool
}

// closedDays is how many open days the pace of closing is taken from.
const closedDays = 20

// Fold computes the figures of consecutive periods in one pass over the history.
// It holds what is at work and what was touched lately, not what was ever done.
type Fold struct {
	o        Options
	periods  []Period
	values   []Values
	tickets  map[int64]*ticket
	closedOn map[string]int // resolved by day of company time
}

// NewFold returns a Fold over periods, oldest first, each beginning where the one
// before ends. Events are to be added from Start on.
func NewFold(o Options, periods []Period) *Fold {
	if o.Calendar == nil {
		always := sla.AroundTheClock()
		o.Calendar = func(string) *sla.Calendar { return always }
	}
	if o.FinalDays == 0 {
		o.FinalDays = 14
	}
	return &Fold{o: o, periods: periods, tickets: map[int64]*ticket{}, closedOn: map[string]int{}}
}

// Start is the instant from which on events are needed: before the first period,
// because the pace of closing is taken from the days before its end.
func (f *Fold) Start() time.Time {
	first := f.periods[0]
	start := first.From
	for _, d := range f.openDays(f.o.Calendar(""), first.To, closedDays) {
		if d.day.Before(start) {
			start = d.day
		}
	}
	return start
}

// Known adds a ticket that was at work at Start.
func (f *Fold) Known(id int64) error {
	_, err := f.meet(Event{Ticket: id, At: f.Start()})
	return err
}

// Add takes the next event.
func (f *Fold) Add(e Event) error {
	if err := f.closeUntil(e.At); err != nil || len(f.values) == len(f.periods) {
		return err
	}
	t := f.tickets[e.Ticket]
	if t == nil {
		var err error
		if t, err = f.meet(e); err != nil {
			return err
		}
	}
	resolved := t.last(markResolved)
	t.apply(&e)
	if at := t.last(markResolved); at != resolved && t.counts() {
		f.closedOn[e.At.In(f.o.Location).Format(time.DateOnly)]++
	}
	return nil
}

// meet makes a ticket known, with its past before an event.
func (f *Fold) meet(e Event) (*ticket, error) {
	t := &ticket{id: e.Ticket}
	f.tickets[e.Ticket] = t
	if e.Kind == "opened" || f.o.History == nil {
		return t, nil
	}
	past, err := f.o.History(e.Ticket)
	if err != nil {
		return nil, fmt.Errorf("read the history of ticket %d: %w", e.Ticket, err)
	}
	for i := range past {
		if !past[i].before(e) {
			break
		}
		t.apply(&past[i])
	}
	return t, nil
}

// Values closes the remaining periods and returns the figures of all, oldest
// first.
func (f *Fold) Values() ([]Values, error) {
	if len(f.periods) == 0 {
		return nil, errors.New("no period to compute")
	}
	if err := f.closeUntil(f.periods[len(f.periods)-1].To); err != nil {
		return nil, err
	}
	return f.values, nil
}

// closeUntil closes the periods that end at an instant or before it.
func (f *Fold) closeUntil(at time.Time) error {
	for len(f.values) < len(f.periods) {
		p := f.periods[len(f.values)]
		if at.Before(p.To) {
			return nil
		}
		f.values = append(f.values, f.close(p))
		f.forget(p)
	}
	return nil
}

// forget drops tickets at rest that nothing happened to lately. Should something
// happen to one of them, its history is read again.
func (f *Fold) forget(p Period) {
	keep := min(p.From.UnixMilli(), p.To.AddDate(0, 0, -f.o.FinalDays).UnixMilli())
	n := len(f.values)
	if n >= 2 {
		keep = min(keep, f.periods[n-2].From.UnixMilli())
	}
	if n < len(f.periods) { // the next period tells the final rate of this one
		for _, final := range slices.Backward(f.periods[:n]) {
			if !final.To.AddDate(0, 0, f.o.FinalDays).After(f.periods[n].To) {
				keep = min(keep, final.From.UnixMilli())
				break
			}
		}
	}
	for id, t := range f.tickets {
		if t.final() && t.lastAt < keep {
			delete(f.tickets, id)
		}
	}
}

// openDay is a day with open hours, and the instant its last one ends.
type openDay struct{ day, closing time.Time }

// openDays returns the last n days with open hours before an instant, newest
// first.
func (f *Fold) openDays(cal *sla.Calendar, before time.Time, n int) []openDay {
	var list []openDay
	day := Day(before.Add(-time.Nanosecond), f.o.Location)
	for range 40 * n { // a calendar may be closed for good
		if open := cal.Elapsed(day.From, day.To); open > 0 {
			list = append(list, openDay{day.From, cal.Add(day.From, open)})
		}
		if len(list) == n {
			break
		}
		day = Day(day.From.Add(-time.Hour), f.o.Location)
	}
	return list
}

// sorted are the tickets in order of id, so that equal histories give equal bytes.
func (f *Fold) sorted() []*ticket {
	list := make([]*ticket, 0, len(f.tickets))
	for _, t := range f.tickets {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *ticket) int { return int(a.id - b.id) })
	return list
}
