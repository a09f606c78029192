// Package sla computes service levels: calendars, due times and clocks.
//
// A Calendar answers for any instant whether it is open: open(t) is true if the
// local wall clock of t lies in the weekly hours, its local date is no holiday,
// and no closing covers it. All else follows from that one sentence, also on the
// days the clocks change: the hour that does not exist is never open, and the
// hour that comes twice is open twice.
//
// Clocks hold what was promised for a ticket (first response, next response,
// resolution, take-over by the second level) in open time. They are values:
// Apply takes an event and returns the clocks after it.
//
// The package is pure: it reads no clock, file or network. Instants are returned
// in UTC; lengths are time.Duration.
package sla

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// firstYear and lastYear bound what a calendar knows. Nothing is open
	// outside of them, so that no input can make a search run for ever, and the
	// open time between any two instants fits a time.Duration.
	firstYear = 1950
	lastYear  = 2199

	secondsPerDay = 24 * 60 * 60
	// maxClosings bounds the closings of one calendar.
	maxClosings = 5000
)

// CalendarSpec describes a calendar as an admin writes it.
type CalendarSpec struct {
	Name string
	// Zone is an IANA time zone such as "Europe/Berlin". Location wins over it;
	// without both the calendar is in UTC.
	Zone     string
	Location *time.Location

	Hours []DayHours
	// Region is an ISO 3166-2 code: DE-BY, AT, AT-9, CH-ZH; "" = no holidays.
	Region string
	// Also and Without add and remove single holidays: an identifier such as
	// "mariae_himmelfahrt", a date "2026-05-15" or a yearly date "05-15".
	Also, Without []string
	Closings      []Closing
}

// DayHours are the opening hours of some weekdays.
type DayHours struct {
	Days  string // "mo-do", "fr", "mon-thu", "sa,so"
	Hours string // "08:00-12:00, 13:00-17:00"; an end before the start is on the next day
}

// Calendar says when a support desk is open. It does not change after
// NewCalendar and is safe for concurrent use.
type Calendar struct {
	name    string
	loc     *time.Location
	shown   [7][]span // as written, for Hours; ends may lie beyond 24:00
	week    [7][]span // cut at midnight, sorted, merged
	days    dayRules
	years   [lastYear - firstYear + 1]atomic.Pointer[year]
	notices []*Problem
}

// NewCalendar compiles a calendar. The error, if any, is of type Problems and
// holds all that is wrong at once; each Problem names the part of the
// specification it is about.
func NewCalendar(spec CalendarSpec) (*Calendar, error) {
	c := &Calendar{name: spec.Name, loc: spec.Location}
	var all Problems
	if c.loc == nil {
		loc, err := loadZone(spec.Zone)
		if err != nil {
			all = append(all, &Problem{Code: UnknownZone, Part: PartZone, Index: -1, Value: spec.Zone})
			loc = time.UTC
		}
		c.loc = loc
	}
	shown, found := parseWeek(spec.Hours)
	all = append(all, found...)
	c.shown = shown
	c.week = cutAtMidnight(shown)
	found = c.days.compile(spec)
	all = append(all, found...)
	if !all.hasErrors() && c.never() {
		all = append(all, &Problem{Code: NeverOpen, Part: PartHours, Index: -1, Value: spec.Name})
	}
	if all.hasErrors() {
		return nil, all
	}
	c.notices = all
	return c, nil
}

// loadZone is time.LoadLocation without "Local", which would make a calendar
// depend on the machine it runs on.
func loadZone(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("load time zone %q: the zone of the machine is not a name", name)
	}
	return time.LoadLocation(name)
}

// never reports whether the weekly hours leave nothing open.
func (c *Calendar) never() bool {
	for _, day := range c.week {
		if len(day) > 0 {
			return false
		}
	}
	return true
}

// AroundTheClock is a calendar in UTC that is always open.
func AroundTheClock() *Calendar {
	c := &Calendar{loc: time.UTC}
	for d := range c.week {
		c.shown[d] = []span{{0, secondsPerDay}}
	}
	c.week = cutAtMidnight(c.shown)
	return c
}

// Name is the name the admin gave the calendar.
func (c *Calendar) Name() string { return c.name }

// Location is the time zone the hours are meant in.
func (c *Calendar) Location() *time.Location { return c.loc }

// Notices are the warnings and hints that did not keep the calendar from being
// compiled, such as hours that run over midnight.
func (c *Calendar) Notices() []*Problem { return c.notices }

// Holidays returns the holidays of a year with what was added and removed, in
// order of date.
func (c *Calendar) Holidays(year int) []Holiday { return c.days.holidays(year) }

// EmptyWeek returns the Monday of the first week (Monday to Sunday, local dates)
// without any open time among the n weeks from the one of t on; ok is false if
// there is none.
func (c *Calendar) EmptyWeek(t time.Time, n int) (monday time.Time, ok bool) {
	l := t.In(c.loc)
	back := (int(l.Weekday()) + 6) % 7
	for i := range n {
		a := time.Date(l.Year(), l.Month(), l.Day()-back+7*i, 0, 0, 0, 0, c.loc)
		b := time.Date(l.Year(), l.Month(), l.Day()-back+7*i+7, 0, 0, 0, 0, c.loc)
		if c.Elapsed(a, b) == 0 {
			return a, true
		}
	}
	return time.Time{}, false
}
