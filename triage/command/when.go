package command

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// farthest is how far ahead a time may lie.
const farthest = 10 * 366 * 24 * time.Hour

// defaultOpening is the hour a bare date means where no calendar says otherwise.
const defaultOpening = 8

// day is a date in the company's zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day { y, m, d := t.Date(); return day{y, m, d} }

func (d day) add(days int) day {
	return dayOf(time.Date(d.year, d.month, d.day+days, 12, 0, 0, 0, time.UTC))
}

func (d day) valid() bool {
	return d == dayOf(time.Date(d.year, d.month, d.day, 12, 0, 0, 0, time.UTC))
}

func (d day) before(e day) bool {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Before(time.Date(e.year, e.month, e.day, 0, 0, 0, 0, time.UTC))
}

func (d day) weekday() time.Weekday {
	return time.Date(d.year, d.month, d.day, 12, 0, 0, 0, time.UTC).Weekday()
}

// at is the wall-clock time on this day: the first of two in autumn, and in spring a
// time the clock jumps over is as long after midnight as it says (02:30 is 03:30).
func (d day) at(hour, minute int, loc *time.Location) time.Time {
	wall := time.Date(d.year, d.month, d.day, hour, minute, 0, 0, time.UTC)
	for _, probe := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(probe).In(loc).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if t.Hour() == wall.Hour() && t.Minute() == wall.Minute() && dayOf(t) == dayOf(wall) {
			return t
		}
	}
	_, offset := wall.Add(-24 * time.Hour).In(loc).Zone()
	return wall.Add(-time.Duration(offset) * time.Second).In(loc)
}

// reader reads times from the front of folded words.
type reader struct {
	now     time.Time // in the company's zone
	words   []string
	past    bool // the latest matching day instead of the next
	opening func(time.Time) time.Time
}

func (p *parser) reader(args []token, past bool) *reader {
	loc := p.c.Location
	if loc == nil {
		loc = time.UTC
	}
	r := &reader{now: p.c.Now.In(loc), past: past, opening: p.c.Opening}
	for _, t := range args {
		r.words = append(r.words, strings.Trim(fold(t.text), ",;"))
	}
	return r
}

func (r *reader) peek() string {
	if len(r.words) == 0 {
		return ""
	}
	return r.words[0]
}

func (r *reader) skip(words ...string) {
	for len(r.words) > 1 {
		found := false
		for _, w := range words {
			found = found || r.words[0] == w
		}
		if !found {
			return
		}
		r.words = r.words[1:]
	}
}

// instant reads one time: a length from now, a day with or without a time, or a time
// of today.
func (r *reader) instant() (time.Time, bool) {
	r.skip("am", "an", "ab", "on", "den", "der", "bis", "zum", "until", "um", "at")
	if t, ok := r.stamp(); ok {
		return t, true
	}
	if t, ok := r.length(); ok {
		return t, true
	}
	if d, ok := r.day(); ok {
		if h, m, ok := r.clock(true); ok {
			return d.at(h, m, r.now.Location()), true
		}
		return r.open(d), true
	}
	if h, m, ok := r.clock(false); ok {
		return dayOf(r.now).at(h, m, r.now.Location()), true
	}
	return time.Time{}, false
}

// open is when work begins on a day.
func (r *reader) open(d day) time.Time {
	if r.opening != nil {
		if t := r.opening(d.at(0, 0, r.now.Location())).In(r.now.Location()); dayOf(t) == d {
			return t
		}
	}
	return d.at(defaultOpening, 0, r.now.Location())
}

// stamp reads RFC 3339 times, with offset or without.
func (r *reader) stamp() (time.Time, bool) {
	s := strings.ToUpper(r.peek())
	for _, layout := range []string{"2006-01-02T15:04Z07:00", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			r.words = r.words[1:]
			return t.In(r.now.Location()), true
		}
	}
	if t, err := time.Parse("2006-01-02T15:04", s); err == nil {
		r.words = r.words[1:]
		return dayOf(t).at(t.Hour(), t.Minute(), r.now.Location()), true
	}
	return time.Time{}, false
}

var lengthOf = regexp.MustCompile(`^(\d{1,4})([a-z]*)\.?$`)

// length reads 3h, 2d, 2t, 1w, and "in 2 Tagen". Days and weeks keep the time of day.
func (r *reader) length() (time.Time, bool) {
	words := r.words
	if r.peek() == "in" {
		words = words[1:]
	}
	if len(words) == 0 {
		return time.Time{}, false
	}
	m := lengthOf.FindStringSubmatch(words[0])
	if m == nil {
		return time.Time{}, false
	}
	unit, used := m[2], 1
	if unit == "" && len(words) > 1 {
		unit, used = words[1], 2
	}
	n, _ := strconv.Atoi(m[1])
	now := r.now.Truncate(time.Minute)
	switch strings.TrimSuffix(unit, ".") {
	case "m", "min", "minute", "minuten", "minutes":
		now = now.Add(time.Duration(n) * time.Minute)
	case "h", "std", "stunde", "stunden", "hour", "hours":
		now = now.Add(time.Duration(n) * time.Hour)
	case "d", "t", "tag", "tage", "tagen", "day", "days":
		now = dayOf(now).add(n).at(now.Hour(), now.Minute(), now.Location())
	case "w", "woche", "wochen", "week", "weeks":
		now = dayOf(now).add(7*n).at(now.Hour(), now.Minute(), now.Location())
	default:
		return time.Time{}, false
	}
	r.words = words[used:]
	return now, true
}

var (
	isoDate    = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})$`)
	germanDate = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2})?)?$`)
	dayOnly    = regexp.MustCompile(`^(\d{1,2})(?:\.|st|nd|rd|th)?$`)
	yearOnly   = regexp.MustCompile(`^(\d{4})$`)
	clockTime  = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))?(uhr|h|am|pm)?$`)
)

var relative = map[string]int{"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "uebermorgen": 2, "gestern": -1, "yesterday": -1}

var weekdays = func() map[string]time.Weekday {
	m := map[string]time.Weekday{}
	for i, names := range []string{"so sonntag sun sunday", "mo montag mon monday", "di dienstag tue tues tuesday", "mi mittwoch wed wednesday",
		"do donnerstag thu thur thurs thursday", "fr freitag fri friday", "sa samstag sonnabend sat saturday"} {
		for _, n := range strings.Fields(names) {
			m[n] = time.Weekday(i)
		}
	}
	return m
}()

var months = func() map[string]time.Month {
	m := map[string]time.Month{}
	for i, names := range []string{"januar jaenner jan january", "februar feb february", "maerz mrz mar march", "april apr", "mai may", "juni jun june",
		"juli jul july", "august aug", "september sep sept", "oktober okt october oct", "november nov", "dezember dez december dec"} {
		for _, n := range strings.Fields(names) {
			m[n] = time.Month(i + 1)
		}
	}
	return m
}()

// day reads a day; without a year it is the next one, today included, or in the past
// the latest.
func (r *reader) day() (day, bool) {
	w := strings.TrimSuffix(r.peek(), ",")
	today := dayOf(r.now)
	if n, ok := relative[w]; ok {
		r.words = r.words[1:]
		return today.add(n), true
	}
	if d, ok := r.week(today); ok {
		return d, true
	}
	if m := isoDate.FindStringSubmatch(w); m != nil {
		r.words = r.words[1:]
		d := day{num(m[1]), time.Month(num(m[2])), num(m[3])}
		return d, d.valid()
	}
	if m := germanDate.FindStringSubmatch(w); m != nil {
		r.words = r.words[1:]
		return r.year(num(m[1]), time.Month(num(m[2])), m[3])
	}
	if len(r.words) < 2 {
		return day{}, false
	}
	first, second := w, strings.TrimSuffix(r.words[1], ".")
	if m := dayOnly.FindStringSubmatch(second); m != nil && months[strings.TrimSuffix(first, ".")] > 0 {
		first, second = second, strings.TrimSuffix(first, ".")
	}
	m, month := dayOnly.FindStringSubmatch(first), months[second]
	if m == nil || month == 0 {
		return day{}, false
	}
	r.words = r.words[2:]
	year := yearOnly.FindString(r.peek())
	if year != "" {
		r.words = r.words[1:]
	}
	return r.year(num(m[1]), month, year)
}

// week reads mo, nächsten dienstag, next tuesday, next week: always the first such day
// after today.
func (r *reader) week(today day) (day, bool) {
	words := r.words
	switch strings.TrimRight(r.peek(), "nrsme") {
	case "naechst", "kommend", "next"[:4]:
		words = words[1:]
	}
	if len(words) == 0 {
		return day{}, false
	}
	name := strings.TrimSuffix(words[0], ".")
	wd, ok := weekdays[name]
	if next := len(words) < len(r.words); next && (name == "woche" || name == "week") {
		wd, ok = time.Monday, true
	}
	if !ok {
		return day{}, false
	}
	r.words = words[1:]
	step := 1
	if r.past {
		step = -1
	}
	d := today
	for range 7 {
		if r.past && d.weekday() == wd {
			return d, true
		}
		if d = d.add(step); d.weekday() == wd {
			return d, true
		}
	}
	return d, true
}

// year completes a date; two digits are of this century.
func (r *reader) year(d int, m time.Month, written string) (day, bool) {
	if written != "" {
		y := num(written)
		if len(written) == 2 {
			y += 2000
		}
		out := day{y, m, d}
		return out, out.valid()
	}
	today := dayOf(r.now)
	step := 1
	if r.past {
		step = -1
	}
	for i := range 9 { // until the next 29 February
		out := day{today.year + step*i, m, d}
		if out.valid() && (out == today || out.before(today) == r.past) {
			return out, true
		}
	}
	return day{}, false
}

// clock reads 9:00, "9 Uhr", 2pm; behind a day also 9.30.
func (r *reader) clock(afterDay bool) (hour, minute int, ok bool) {
	if afterDay {
		r.skip("um", "at", "ab", "gegen")
	}
	m := clockTime.FindStringSubmatch(r.peek())
	if m == nil {
		return 0, 0, false
	}
	unit, used := m[3], 1
	if unit == "" && len(r.words) > 1 {
		switch r.words[1] {
		case "uhr", "am", "pm":
			unit, used = r.words[1], 2
		}
	}
	hour, minute = num(m[1]), num(m[2])
	switch {
	case unit == "" && (m[2] == "" || !afterDay && !strings.Contains(r.peek(), ":")):
		return 0, 0, false
	case (unit == "am" || unit == "pm") && (hour < 1 || hour > 12), hour > 23, minute > 59:
		return 0, 0, false
	case unit == "pm" && hour < 12:
		hour += 12
	case unit == "am" && hour == 12:
		hour = 0
	}
	r.words = r.words[used:]
	return hour, minute, true
}

func num(s string) int { n, _ := strconv.Atoi(s); return n }
