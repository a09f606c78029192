package source

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time as written. Exactly one of the three is set, or none.
type Span struct {
	Time         time.Duration // s, m, h, d, w: d is 24 h, w is 168 h
	BusinessDays int           // bd
	Months       int           // mo
}

// IsZero reports whether no time was written.
func (s Span) IsZero() bool { return s == Span{} }

// Units says which units a length of time may have.
type Units uint8

// The units. Hours covers s, m and h.
const (
	Hours        Units = 1 << iota
	Days               // d and w
	BusinessDays       // bd
	Months             // mo
)

var (
	spanForm   = regexp.MustCompile(`^(?:([0-9]{1,6})(s|m|h|d|w|bd|mo))(?:([0-9]{1,4})(m|s))?$`)
	numberForm = regexp.MustCompile(`^[0-9]{1,6}$`)
)

// maxSpan is the longest length of time accepted: ten years.
const maxSpan = 10 * 366 * 24 * time.Hour

// Span returns a length of time such as 30m, 1h30m, 14d, 3bd or 24mo. A bare
// number, an unknown unit and a unit that is not allowed here are reported.
func (r *Report) Span(n *Node, def Span, units Units) Span {
	t := r.Text(n)
	if t.Node == nil {
		return def
	}
	value := strings.ReplaceAll(strings.TrimSpace(t.Value), " ", "")
	if numberForm.MatchString(value) && value != "0" {
		first, second := "h", "m"
		number, _ := strconv.Atoi(value)
		switch {
		case units&Hours == 0:
			first, second = "d", "mo"
		case units&Days != 0 && number <= 30:
			first, second = "d", "h"
		case units&Days != 0:
			first, second = "m", "h"
		}
		r.Add(n, noUnit, value+first, value+second)
		return def
	}
	m := spanForm.FindStringSubmatch(value)
	if value == "0" {
		return Span{}
	}
	if w := wordedSpan(value, units); m == nil && w != "" {
		r.Add(n, badSpanMeant, clip(t.Value), w, units.examples())
		return def
	}
	if m == nil {
		r.Add(n, badSpan, clip(t.Value), units.examples())
		return def
	}
	count, _ := strconv.Atoi(m[1])
	s, unit := span(count, m[2])
	if m[3] != "" {
		if m[2] != "h" && m[2] != "m" || m[2] == m[4] {
			r.Add(n, badSpan, clip(t.Value), units.examples())
			return def
		}
		rest, _ := strconv.Atoi(m[3])
		more, _ := span(rest, m[4])
		s.Time += more.Time
	}
	switch {
	case unit == Days && units&Days == 0 && units&BusinessDays != 0:
		days := int(s.Time / (24 * time.Hour))
		r.Add(n, noDays, days, days*8)
	case unit&units == 0, s.Time > maxSpan, s.BusinessDays > 2600, s.Months > 120:
		r.Add(n, badSpan, clip(t.Value), units.examples())
	default:
		return s
	}
	return def
}

var wordSpan = regexp.MustCompile(`^([0-9]{1,6})([a-z]+)$`)

// wordedSpan turns a length of time with its unit in words into the form that is
// read, "" when it is none.
func wordedSpan(s string, units Units) string {
	m := wordSpan.FindStringSubmatch(strings.ToLower(s))
	if m == nil {
		return ""
	}
	for unit, words := range map[string]string{
		"s": "sek sekunde sekunden sec second seconds", "m": "min minute minuten minutes", "h": "std stunde stunden hour hours hrs",
		"d": "t tag tage tagen day days", "w": "woche wochen week weeks", "bd": "at arbeitstag arbeitstage arbeitstagen werktage",
		"mo": "monat monate month months",
	} {
		if !slices.Contains(strings.Fields(words), m[2]) {
			continue
		}
		if unit == "d" && units&Days == 0 && units&BusinessDays != 0 {
			unit = "bd"
		}
		return m[1] + unit
	}
	return ""
}

// span returns count of a unit; what is too long comes back as longer than
// maxSpan, never as an overflow.
func span(count int, unit string) (Span, Units) {
	sizes := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	switch size := sizes[unit]; {
	case unit == "bd":
		return Span{BusinessDays: count}, BusinessDays
	case unit == "mo":
		return Span{Months: count}, Months
	case unit == "d" || unit == "w":
		return Span{Time: min(time.Duration(count), maxSpan/size+1) * size}, Days
	default:
		return Span{Time: min(time.Duration(count), maxSpan/size+1) * size}, Hours
	}
}

// examples lists what may be written, the same in both languages.
func (u Units) examples() string {
	var e []string
	for _, x := range []struct {
		u Units
		s string
	}{{Hours, "30m, 4h"}, {Days, "14d, 2w"}, {BusinessDays, "3bd"}, {Months, "24mo"}} {
		if u&x.u != 0 {
			e = append(e, x.s)
		}
	}
	return strings.Join(e, ", ")
}

// Day is a date; Year 0 means every year.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

var (
	dateForm   = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})$`)
	yearlyForm = regexp.MustCompile(`^([0-9]{2})-([0-9]{2})$`)
)

// Date returns a date "2026-12-24", with yearly also "12-24"; ok is false when
// it is absent or wrong.
func (r *Report) Date(n *Node, yearly bool) (d Day, ok bool) {
	t := r.Text(n)
	if t.Node == nil {
		return Day{}, false
	}
	m := dateForm.FindStringSubmatch(t.Value)
	if m == nil && yearly {
		if y := yearlyForm.FindStringSubmatch(t.Value); y != nil {
			m = []string{"", "0", y[1], y[2]}
		}
	}
	if m == nil {
		alternative := Word{}
		if yearly {
			alternative = Word{` oder für jedes Jahr "12-24"`, ` or, for every year, "12-24"`}
		}
		r.Add(n, badDate, alternative)
		return Day{}, false
	}
	year, _ := strconv.Atoi(m[1])
	month, _ := strconv.Atoi(m[2])
	day, _ := strconv.Atoi(m[3])
	check := year
	if year == 0 {
		check = 2024 // a leap year: 02-29 exists in some years
	}
	if at := time.Date(check, time.Month(month), day, 0, 0, 0, 0, time.UTC); at.Day() != day || int(at.Month()) != month {
		r.Add(n, noSuchDate, clip(t.Value))
		return Day{}, false
	}
	return Day{year, time.Month(month), day}, true
}

// Interval is a time of day from and to, in minutes from midnight, 0 to 1440.
// From > To runs past midnight.
type Interval struct{ From, To int }

var timesForm = regexp.MustCompile(`^([01]?[0-9]|2[0-4]):([0-5][0-9])\s*[-–]\s*([01]?[0-9]|2[0-4]):([0-5][0-9])$`)

// Times returns intervals such as "08:00-12:00, 13:00-17:00", one text or a
// list of them. One that runs past midnight gets a hint.
func (r *Report) Times(n *Node) []Interval {
	var all []Interval
	for _, t := range r.timesTexts(n) {
		for _, part := range strings.Split(t.Value, ",") {
			m := timesForm.FindStringSubmatch(strings.TrimSpace(part))
			if m == nil {
				r.Add(t.Node, badTimes)
				continue
			}
			i := Interval{minutes(m[1], m[2]), minutes(m[3], m[4])}
			switch {
			case i.From >= 1440 || i.To > 1440:
				r.Add(t.Node, badTimes)
				continue
			case i.From == i.To:
				r.Add(t.Node, emptyTimes)
				continue
			case i.From > i.To && i.To > 0:
				r.Add(t.Node, overMidnight)
			}
			all = append(all, i)
		}
	}
	return all
}

func (r *Report) timesTexts(n *Node) []Text {
	if n != nil && n.Kind == KindScalar {
		return []Text{{n.Value, n}}
	}
	return r.Texts(n)
}

func minutes(hours, mins string) int {
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(mins)
	return h*60 + m
}
