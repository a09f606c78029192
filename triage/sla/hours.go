package sla

import (
	"slices"
	"strings"
	"time"
)

// Hours describes the weekly hours for a reader, in German ("de") or English:
// "Mo–Do 8–17 Uhr, Fr 8–15 Uhr", "Mon–Thu 8:00–17:00, Fri 8:00–15:00".
func (c *Calendar) Hours(lang string) string {
	if c.alwaysOpen() {
		if lang == "de" {
			return "rund um die Uhr"
		}
		return "around the clock"
	}
	var parts []string
	for i := 0; i < 7; {
		day := c.shown[(i+1)%7]
		last := i
		for last < 6 && slices.Equal(c.shown[(last+2)%7], day) {
			last++
		}
		if len(day) > 0 {
			parts = append(parts, daysText(i, last, lang)+" "+spansText(day, lang))
		}
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

// alwaysOpen reports whether the week has no closed time.
func (c *Calendar) alwaysOpen() bool {
	for _, day := range c.week {
		if len(day) != 1 || day[0] != (span{0, secondsPerDay}) {
			return false
		}
	}
	return true
}

// daysText is "Mo–Do" for weekdays counted from Monday.
func daysText(first, last int, lang string) string {
	names := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	if lang == "de" {
		names = []string{"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"}
	}
	switch last - first {
	case 0:
		return names[first]
	case 1:
		return names[first] + ", " + names[last]
	}
	return names[first] + "–" + names[last]
}

// spansText is "8–12 und 13–17 Uhr" or "8:00–12:00 and 13:00–17:00".
func spansText(day []span, lang string) string {
	short := lang == "de"
	for _, s := range day {
		short = short && s.from%3600 == 0 && s.to%3600 == 0
	}
	text := func(sec int) string {
		if sec > secondsPerDay {
			sec -= secondsPerDay
		}
		t := strings.TrimPrefix(clockText(sec), "0")
		if short {
			t, _, _ = strings.Cut(t, ":")
		}
		return t
	}
	var list []string
	for _, s := range day {
		list = append(list, text(s.from)+"–"+text(s.to))
	}
	and, clock := " and ", ""
	if lang == "de" {
		and, clock = " und ", " Uhr"
	}
	if n := len(list); n > 2 {
		list = []string{strings.Join(list[:n-1], ", "), list[n-1]}
	}
	return strings.Join(list, and) + clock
}

// WallClock returns the instant at which the calendar's clocks show a date and
// time. Of a time that comes twice it is the first; a time in the gap is read
// with the offset before it.
func (c *Calendar) WallClock(y int, m time.Month, d, hour, min int) time.Time {
	return wallClock(time.Date(y, m, d, hour, min, 0, 0, time.UTC), c.loc)
}
