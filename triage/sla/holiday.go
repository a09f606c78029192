package sla

import (
	"slices"
	"strings"
	"time"
)

// Holiday is a public holiday on its date.
type Holiday struct {
	Year            int
	Month           time.Month
	Day             int
	ID              string // "mariae_himmelfahrt", as Also and Without take it
	German, English string
	Afternoon       bool // closed from 12:00 on only
}

func (h Holiday) dayNumber() int { return dayNumber(h.Year, h.Month, h.Day) }

// Name is the name in German ("de") or English.
func (h Holiday) Name(lang string) string {
	if lang == "de" {
		return h.German
	}
	return h.English
}

// rule says when a holiday is and where.
type rule struct {
	id, de, en string
	regions    string // regions it is a holiday in, separated by blanks; "" = only if added
	on         func(year int) (day int, ok bool)
	from, to   int // years of validity; 0 = open
	afternoon  bool
}

// in returns the day number of the holiday in a year.
func (r rule) in(y int) (day int, ok bool) {
	if r.from != 0 && y < r.from || r.to != 0 && y > r.to {
		return 0, false
	}
	return r.on(y)
}

// Easter returns the date of Easter Sunday in the Gregorian calendar (Gauss's
// rule in the form of Meeus, Astronomical Algorithms, chapter 8).
func Easter(year int) (time.Month, int) {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Month(n / 31), n%31 + 1
}

// fixed is a date of every year.
func fixed(m time.Month, d int) func(int) (int, bool) { return monthDay{m, d}.in }

// easter is a number of days after Easter Sunday.
func easter(days int) func(int) (int, bool) {
	return func(y int) (int, bool) {
		m, d := Easter(y)
		return dayNumber(y, m, d) + days, true
	}
}

// weekday is the first given weekday on or after a date, and days more.
func weekday(w time.Weekday, m time.Month, d, days int) func(int) (int, bool) {
	return func(y int) (int, bool) {
		n := dayNumber(y, m, d)
		return n + (int(w)-int(weekdayOf(n))+7)%7 + days, true
	}
}

// only keeps a holiday if it falls on one of some weekdays.
func only(on func(int) (int, bool), days ...time.Weekday) func(int) (int, bool) {
	return func(y int) (int, bool) {
		n, ok := on(y)
		return n, ok && slices.Contains(days, weekdayOf(n))
	}
}

// allRules is the table of all countries.
func allRules() []rule { return slices.Concat(germanRules(), austrianRules(), swissRules()) }

// applies reports whether a rule holds in a region: it names the region, or the
// country the region is in.
func (r rule) applies(region string) bool {
	country, _, _ := strings.Cut(region, "-")
	for f := range strings.FieldsSeq(r.regions) {
		if f == region || f == country {
			return true
		}
	}
	return false
}

// regionRules returns the holidays of a region; "" has none.
func regionRules(region string) ([]rule, Problems) {
	if strings.TrimSpace(region) == "" {
		return nil, nil
	}
	code := regionCode(region)
	if !slices.Contains(Regions(), code) {
		return nil, Problems{{Code: UnknownRegion, Part: PartRegion, Index: -1, Value: region, Other: suggestRegion(region)}}
	}
	return slices.DeleteFunc(allRules(), func(r rule) bool { return !r.applies(code) }), nil
}

// regionCode is the spelling of the table.
func regionCode(s string) string {
	return strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(s)), "_", "-")
}

// findRule returns the rule with an identifier, that of the region's country
// before those of others.
func findRule(region, id string) (found rule, ok bool) {
	country, _, _ := strings.Cut(regionCode(region), "-")
	if id == "landesfeiertag" {
		id = patronOf(regionCode(region))
	}
	home := false
	for _, r := range allRules() {
		here := country != "" && strings.Contains(" "+r.regions, " "+country)
		if r.named(id) && (!ok || here && !home) {
			found, ok, home = r, true, here
		}
	}
	return found, ok
}

// named reports whether an identifier means the holiday: its own, one of its names,
// or the short one of the peace festival.
func (r rule) named(id string) bool {
	return r.id == id || holidayID(r.de) == id || holidayID(r.en) == id || id == "friedensfest" && r.id == "augsburger_friedensfest"
}

// holidayID folds a name to an identifier: "Mariä Himmelfahrt" is
// "mariae_himmelfahrt".
func holidayID(s string) string {
	s = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", " ", "_", "-", "_", ".", "", "'", "", "’", "").Replace(strings.ToLower(strings.TrimSpace(s)))
	for strings.Contains(s, "__") {
		s = strings.ReplaceAll(s, "__", "_")
	}
	return s
}

// Holidays returns the holidays of a region in a year, in order of date. The
// error is of type Problems.
func Holidays(region string, year int, also, without []string) ([]Holiday, error) {
	var r dayRules
	if all := r.compile(CalendarSpec{Region: region, Also: also, Without: without}); all.hasErrors() {
		return nil, all
	}
	return r.holidays(year), nil
}

// HolidayIDs lists what Also and Without take beside dates, sorted.
func HolidayIDs() []string {
	ids := []string{"landesfeiertag"}
	for _, r := range allRules() {
		ids = append(ids, r.id)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
