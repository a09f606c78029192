package sla

import (
	"sort"
	"time"
)

// clamp returns the UTC year of an instant and the instant itself, moved into
// the years a calendar knows.
func clamp(t time.Time) (y int, sec int64, nsec int) {
	switch y = t.UTC().Year(); {
	case y < firstYear:
		return firstYear, yearStart(firstYear), 0
	case y > lastYear:
		return lastYear, yearStart(lastYear + 1), 0
	}
	return y, t.Unix(), t.Nanosecond()
}

// IsOpen reports whether an instant lies in the open hours. An interval holds
// its start but not its end.
func (c *Calendar) IsOpen(t time.Time) bool {
	y, sec, _ := clamp(t)
	k := c.year(y)
	i := sort.Search(len(k.start), func(i int) bool { return k.start[i] > sec }) - 1
	return i >= 0 && sec < k.end[i]
}

// Elapsed returns the open time in [a, b); 0 if b is not after a.
func (c *Calendar) Elapsed(a, b time.Time) time.Duration {
	if !b.After(a) {
		return 0
	}
	ya, sa, na := clamp(a)
	yb, sb, nb := clamp(b)
	d := c.year(yb).before(sb, nb) - c.year(ya).before(sa, na)
	for y := ya; y < yb; y++ {
		d += time.Duration(c.year(y).total) * time.Second
	}
	return d
}

// Add returns the earliest instant t with Elapsed(a, t) = d, or a if d is not
// positive. The result is the zero Time if the calendar is not open for that
// long: a clock without a due time is one that never runs out.
func (c *Calendar) Add(a time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return a.UTC()
	}
	y, sec, nsec := clamp(a)
	for used := c.year(y).before(sec, nsec); ; used = 0 {
		k := c.year(y)
		left := time.Duration(k.total)*time.Second - used
		if d <= left {
			return k.reach(used + d)
		}
		d -= left
		if y++; y > lastYear {
			return time.Time{}
		}
	}
}

// NextOpening returns t if the calendar is open then, else the next instant it
// opens; the zero Time if it never does.
func (c *Calendar) NextOpening(t time.Time) time.Time {
	y, sec, _ := clamp(t)
	for ; y <= lastYear; y++ {
		k := c.year(y)
		i := sort.Search(len(k.end), func(i int) bool { return k.end[i] > sec })
		if i == len(k.end) {
			continue
		}
		if k.start[i] <= sec {
			return t.UTC()
		}
		return time.Unix(k.start[i], 0).UTC()
	}
	return time.Time{}
}

// DueBusinessDays returns the last closing time of the n-th open day after the
// day of intake (sections 187 (1) and 188 (1) BGB: the day of the event is not
// counted). Intake outside the hours counts as intake at the next opening. A day
// is a local date; one that is open into the next date closes at midnight. The
// result is the zero Time if there is no such day.
func (c *Calendar) DueBusinessDays(a time.Time, n int) time.Time {
	if n < 0 {
		return time.Time{}
	}
	open := c.NextOpening(a)
	if open.IsZero() {
		return open
	}
	_, off := open.In(c.loc).Zone()
	day := floorDay(open.Unix() + int64(off))
	if n == 0 {
		day, n = day-1, 1
	}
	for y := max(dateOf(day).Year(), firstYear); y <= lastYear; y++ {
		k := c.year(y)
		i := k.nextDay(day)
		if left := len(k.day) - i; n > left {
			n -= left
			continue
		}
		return time.Unix(k.closing[i+n-1], 0).UTC()
	}
	return time.Time{}
}

// Due returns when a target that starts at a is due; the zero Time if there is
// no target or the calendar is never open for that long.
func (c *Calendar) Due(a time.Time, t Target) time.Time {
	switch {
	case t.Open > 0:
		return c.Add(a, t.Open)
	case t.BusinessDays > 0:
		return c.DueBusinessDays(a, t.BusinessDays)
	}
	return time.Time{}
}
