package report

import (
	"fmt"
	"time"
)

// Period is [From, To) in company time.
type Period struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Key names it: 2026-W10, 2026-03, 2026-03-02..2026-03-09.
	Key string `json:"key"`
}

// Contains reports whether an instant lies in the period.
func (p Period) Contains(at time.Time) bool { return !at.Before(p.From) && at.Before(p.To) }

// Week is the ISO week an instant lies in, Monday 00:00 to Monday 00:00 of the
// wall clock: 167 or 169 hours when the clocks change.
func Week(at time.Time, loc *time.Location) Period {
	at = at.In(loc)
	monday := at.Day() - (int(at.Weekday())+6)%7
	return week(time.Date(at.Year(), at.Month(), monday, 0, 0, 0, 0, loc))
}

func week(monday time.Time) Period {
	y, n := monday.AddDate(0, 0, 3).ISOWeek()
	return Period{From: monday, To: monday.AddDate(0, 0, 7), Key: fmt.Sprintf("%04d-W%02d", y, n)}
}

// Month is the calendar month an instant lies in.
func Month(at time.Time, loc *time.Location) Period {
	at = at.In(loc)
	first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, loc)
	return Period{From: first, To: first.AddDate(0, 1, 0), Key: first.Format("2006-01")}
}

// Day is the calendar day an instant lies in.
func Day(at time.Time, loc *time.Location) Period {
	at = at.In(loc)
	first := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, loc)
	return Period{From: first, To: first.AddDate(0, 0, 1), Key: first.Format(time.DateOnly)}
}

// Span is a period of whole days.
func Span(from, to time.Time, loc *time.Location) Period {
	from, to = Day(from, loc).From, Day(to, loc).From
	return Period{From: from, To: to, Key: from.Format(time.DateOnly) + ".." + to.Format(time.DateOnly)}
}

// ParseWeek reads an ISO week such as 2026-W10.
func ParseWeek(s string, loc *time.Location) (Period, error) {
	var y, n int
	if c, err := fmt.Sscanf(s, "%4d-W%2d", &y, &n); err != nil || c != 2 {
		return Period{}, fmt.Errorf("read week %q: want a week such as 2026-W10", s)
	}
	// The fourth of January is always in week 1 (ISO 8601).
	p := Week(time.Date(y, 1, 4+7*(n-1), 12, 0, 0, 0, loc), loc)
	if p.Key != s {
		return Period{}, fmt.Errorf("read week %q: %d has no such week", s, y)
	}
	return p, nil
}

// Before is the period of the same kind before this one.
func (p Period) Before(n int) Period {
	loc := p.From.Location()
	switch {
	case len(p.Key) == len("2026-W10") && p.Key[5] == 'W':
		return week(p.From.AddDate(0, 0, -7*n))
	case len(p.Key) == len("2026-03"):
		return Month(p.From.AddDate(0, -n, 0), loc)
	}
	days := int(p.To.Sub(p.From)+12*time.Hour) / int(24*time.Hour)
	return Span(p.From.AddDate(0, 0, -n*days), p.To.AddDate(0, 0, -n*days), loc)
}
