package rules

import (
	"slices"
	"time"
)

// timeCond is about the time of receipt in the company's zone. All parts that
// are set must hold.
type timeCond struct {
	during, outside string // calendars
	weekdays        []time.Weekday
	between         []minutes
	daysOfMonth     []int
	dates           []yearDay
}

// minutes is a time of day from and to, in minutes since midnight; from > to
// runs past midnight.
type minutes struct{ from, to int }

// yearDay is a date; year 0 means every year.
type yearDay struct {
	year  int
	month time.Month
	day   int
}

func (c *timeCond) holds(e *evaluation) bool { return c.failing(e) == "" }

// failing names the part that does not hold.
func (c *timeCond) failing(e *evaluation) string {
	year, month, day := e.local.Date()
	now := e.local.Hour()*60 + e.local.Minute()
	switch {
	case c.during != "" && !e.open(c.during):
		return e.say("%s hat geschlossen", "%s is closed", c.during)
	case c.outside != "" && e.open(c.outside):
		return e.say("%s hat geöffnet", "%s is open", c.outside)
	case len(c.weekdays) > 0 && !slices.Contains(c.weekdays, e.local.Weekday()):
		return e.say("anderer Wochentag", "another weekday")
	case len(c.daysOfMonth) > 0 && !slices.Contains(c.daysOfMonth, day):
		return e.say("%d. des Monats", "day %d of the month", day)
	case len(c.between) > 0 && !slices.ContainsFunc(c.between, func(m minutes) bool { return m.has(now) }):
		return e.say("andere Uhrzeit", "another time of day")
	case len(c.dates) > 0 && !slices.ContainsFunc(c.dates, func(d yearDay) bool {
		return (d.year == 0 || d.year == year) && d.month == month && d.day == day
	}):
		return e.say("anderes Datum", "another date")
	}
	return ""
}

func (m minutes) has(now int) bool {
	if m.from <= m.to {
		return now >= m.from && now < m.to
	}
	return now >= m.from || now < m.to
}

// open asks the snapshot first; a calendar that is not in it is computed.
func (e *evaluation) open(calendar string) bool {
	if open, ok := e.in.Open[calendar]; ok {
		return open
	}
	if f := e.s.refs.Calendars[calendar]; f != nil {
		return f(e.in.Now)
	}
	return false
}

func (c *timeCond) why(e *evaluation) string {
	if s := c.failing(e); s != "" {
		return e.say("Zeit: ", "time: ") + s
	}
	return e.say("Zeit stimmt", "time matches")
}
func (c *timeCond) trigger() (trigger, bool) { return trigger{}, false }
