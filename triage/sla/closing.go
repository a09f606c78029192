package sla

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Closing is time off beside the holidays: a date or a yearly date, the whole
// day or a part of it.
type Closing struct {
	Every string // "12-24": each year
	Date  string // "2026-05-15": once
	To    string // last day of several, in the form of Every or Date; "" = one day
	Hours string // "12:00-24:00"; "" = the whole day
	Name  string
}

// dayRules are what makes local dates differ from the week.
type dayRules struct {
	rules   []rule     // holidays of the region and those added
	without []monthDay // yearly dates that are no holidays
	not     map[int]bool
	yearly  []yearlyClosing
	dated   map[int][]span // by day number
}

// monthDay is a date of every year.
type monthDay struct {
	month time.Month
	day   int
}

// in returns the day number in a year; ok is false for 29 February in others
// than leap years.
func (m monthDay) in(y int) (day int, ok bool) {
	day = dayNumber(y, m.month, m.day)
	return day, dateOf(day).Month() == m.month
}

// yearlyClosing is a closing of every year, from its first day on.
type yearlyClosing struct {
	first monthDay
	last  monthDay
	spans []span
}

// parseDate reads "2026-12-24" or "12-24"; year is 0 for the latter. Calendar
// dates that do not exist are not read.
func parseDate(s string) (year int, md monthDay, ok bool) {
	part := strings.Split(strings.TrimSpace(s), "-")
	if len(part) == 3 {
		y, err := strconv.Atoi(part[0])
		if err != nil || len(part[0]) != 4 || y < firstYear || y > lastYear {
			return 0, md, false
		}
		year, part = y, part[1:]
	}
	if len(part) != 2 || len(part[0]) != 2 || len(part[1]) != 2 {
		return 0, md, false
	}
	m, errM := strconv.Atoi(part[0])
	d, errD := strconv.Atoi(part[1])
	check := year
	if check == 0 {
		check = 2000 // a leap year: "02-29" is a yearly date
	}
	date := time.Date(check, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if errM != nil || errD != nil || m < 1 || m > 12 || date.Day() != d || d < 1 {
		return 0, md, false
	}
	return year, monthDay{time.Month(m), d}, true
}

// compile reads holidays and closings.
func (r *dayRules) compile(spec CalendarSpec) (all Problems) {
	r.not, r.dated = map[int]bool{}, map[int][]span{}
	r.rules, all = regionRules(spec.Region)
	for i, s := range spec.Also {
		all = append(all, r.also(spec.Region, s, i)...)
	}
	for i, s := range spec.Without {
		all = append(all, r.drop(s, i)...)
	}
	if len(spec.Closings) > maxClosings {
		return append(all, &Problem{Code: TooManyClosings, Part: PartClosings, Index: maxClosings, Value: strconv.Itoa(len(spec.Closings))})
	}
	for i, c := range spec.Closings {
		for _, p := range r.close(c) {
			p.Part, p.Index = PartClosings, i
			all = append(all, p)
		}
	}
	return all
}

// close adds one closing.
func (r *dayRules) close(c Closing) (found []*Problem) {
	spans := []span{{0, secondsPerDay}}
	if c.Hours != "" {
		spans, found = parseHours(c.Hours)
	}
	text := c.Date
	switch {
	case c.Date == "" && c.Every == "":
		return append(found, &Problem{Code: DateMissing, Value: c.Name})
	case c.Date != "" && c.Every != "":
		return append(found, &Problem{Code: DateBoth, Value: c.Date, Other: c.Every})
	case c.Every != "":
		text = c.Every
	}
	year, first, ok := parseDate(text)
	if !ok || (year == 0) != (c.Date == "") {
		return append(found, &Problem{Code: DateForm, Value: text})
	}
	endYear, last := year, first
	if c.To != "" {
		if endYear, last, ok = parseDate(c.To); !ok || (endYear == 0) != (year == 0) {
			return append(found, &Problem{Code: DateForm, Value: c.To})
		}
	}
	if year == 0 {
		r.yearly = append(r.yearly, yearlyClosing{first, last, spans})
		return found
	}
	a, _ := first.in(year)
	b, _ := last.in(endYear)
	if b < a || b-a > 366 {
		return append(found, &Problem{Code: DateReversed, Value: text, Other: c.To})
	}
	for d := a; d <= b; d++ {
		r.dated[d] = append(r.dated[d], spans...)
	}
	return found
}

// drop removes a holiday by identifier or date.
func (r *dayRules) drop(s string, i int) []*Problem {
	if year, md, ok := parseDate(s); ok {
		if year == 0 {
			r.without = append(r.without, md)
		} else if d, ok := md.in(year); ok {
			r.not[d] = true
		}
		return nil
	}
	id := holidayID(s)
	n := len(r.rules)
	r.rules = slices.DeleteFunc(slices.Clone(r.rules), func(x rule) bool { return x.named(id) })
	if len(r.rules) < n {
		return nil
	}
	p := &Problem{Code: UnknownHoliday, Part: PartWithout, Index: i, Value: s, Other: suggestHoliday(id)}
	if _, ok := findRule("", id); ok {
		p.Code, p.Level = HolidayElsewhere, Warning
	}
	return []*Problem{p}
}

// also adds a holiday by identifier or date.
func (r *dayRules) also(region, s string, i int) []*Problem {
	if year, md, ok := parseDate(s); ok {
		if year == 0 {
			r.rules = append(r.rules, rule{id: s, de: s, en: s, on: md.in})
		} else if d, ok := md.in(year); ok {
			r.rules = append(r.rules, rule{id: s, de: s, en: s, on: func(y int) (int, bool) { return d, y == year }})
		}
		return nil
	}
	x, ok := findRule(region, holidayID(s))
	if !ok {
		return []*Problem{{Code: UnknownHoliday, Part: PartAlso, Index: i, Value: s, Other: suggestHoliday(holidayID(s))}}
	}
	x.from, x.to = 0, 0
	r.rules = append(r.rules, x)
	return nil
}

// holidays lists the holidays of a year by date, each date once.
func (r *dayRules) holidays(y int) []Holiday {
	var out []Holiday
	seen := map[int]bool{}
	for _, x := range r.rules {
		d, ok := x.in(y)
		if !ok || seen[d] || r.not[d] || slices.ContainsFunc(r.without, func(m monthDay) bool { w, ok := m.in(y); return ok && w == d }) {
			continue
		}
		seen[d] = true
		date := dateOf(d)
		out = append(out, Holiday{Year: date.Year(), Month: date.Month(), Day: date.Day(), ID: x.id, German: x.de, English: x.en, Afternoon: x.afternoon})
	}
	slices.SortFunc(out, func(a, b Holiday) int { return a.dayNumber() - b.dayNumber() })
	return out
}

// shut returns what is closed on single days of the years from first to last and
// the day after.
func (r *dayRules) shut(first, last int) map[int][]span {
	closed := map[int][]span{}
	add := func(day int, spans []span) {
		for _, s := range spans {
			closed[day] = append(closed[day], span{s.from, min(s.to, secondsPerDay)})
			if s.to > secondsPerDay {
				closed[day+1] = append(closed[day+1], span{0, s.to - secondsPerDay})
			}
		}
	}
	for y := first; y <= last; y++ {
		for _, h := range r.holidays(y) {
			from := 0
			if h.Afternoon {
				from = secondsPerDay / 2
			}
			add(h.dayNumber(), []span{{from, secondsPerDay}})
		}
		for _, c := range r.yearly {
			for _, d := range c.in(y) {
				add(d, c.spans)
			}
		}
	}
	a, b := dayNumber(first, time.January, 1), dayNumber(last+1, time.January, 1)
	for d, spans := range r.dated {
		if d >= a && d < b {
			add(d, spans)
		}
	}
	return closed
}

// in returns the days of a closing that starts in a year. One whose last day
// comes before its first ends in the next year.
func (c yearlyClosing) in(y int) (days []int) {
	if c.first == c.last {
		if d, ok := c.first.in(y); ok {
			return []int{d}
		}
		return nil
	}
	a, _ := c.first.in(y)
	b, ok := c.last.in(y)
	if b < a {
		b, ok = c.last.in(y + 1)
	}
	if !ok { // to 29 February: the day before 1 March
		b--
	}
	for d := a; d <= b; d++ {
		days = append(days, d)
	}
	return days
}
