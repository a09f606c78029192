package sla

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxHours bounds the intervals of one day.
const maxHours = 48

// dayNames lists the names of the weekdays from Sunday on, German and English,
// long and short. "do" is Thursday (Donnerstag), "so" Sunday (Sonntag).
func dayNames() [7][]string {
	return [7][]string{
		{"so", "sonntag", "sonntags", "sun", "su", "sunday", "sundays"},
		{"mo", "montag", "montags", "mon", "monday", "mondays"},
		{"di", "dienstag", "dienstags", "tue", "tu", "tues", "tuesday", "tuesdays"},
		{"mi", "mittwoch", "mittwochs", "wed", "we", "wednesday", "wednesdays"},
		{"do", "donnerstag", "donnerstags", "thu", "th", "thur", "thurs", "thursday", "thursdays"},
		{"fr", "freitag", "freitags", "fri", "friday", "fridays"},
		{"sa", "samstag", "samstags", "sonnabend", "sat", "saturday", "saturdays"},
	}
}

// ParseDay reads the name of one weekday, German or English, long or short.
func ParseDay(s string) (time.Weekday, bool) {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	for d, names := range dayNames() {
		if slices.Contains(names, s) {
			return time.Weekday(d), true
		}
	}
	return 0, false
}

// ParseDays reads "fr", "mo-do", "mon-thu" or a list such as "mo,mi,fr" and
// returns the days in order from Monday. A range may run over the weekend
// ("fr-mo"); reversed then is true. The error is a *Problem.
func ParseDays(s string) (days []time.Weekday, reversed bool, err error) {
	var seen [7]bool
	bad := &Problem{Code: UnknownDay, Part: PartHours, Index: -1, Value: s}
	for item := range strings.SplitSeq(dashes(s), ",") {
		from, to, isRange := strings.Cut(item, "-")
		a, ok := ParseDay(from)
		if !ok {
			bad.Value = strings.TrimSpace(from)
			return nil, false, bad
		}
		b := a
		if isRange {
			if b, ok = ParseDay(to); !ok {
				bad.Value = strings.TrimSpace(to)
				return nil, false, bad
			}
		}
		first, last := fromMonday(a), fromMonday(b)
		reversed = reversed || last < first
		for i := first; ; i = (i + 1) % 7 {
			seen[i] = true
			if i == last {
				break
			}
		}
	}
	for i, ok := range seen {
		if ok {
			days = append(days, time.Weekday((i+1)%7))
		}
	}
	return days, reversed, nil
}

// fromMonday counts the weekdays from Monday = 0.
func fromMonday(d time.Weekday) int { return (int(d) + 6) % 7 }

// dashes turns the dashes people and word processors write into "-".
func dashes(s string) string {
	return strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-").Replace(s)
}

// parseHours reads "08:00-12:00, 13:00-17:00". An end that is not after its
// start lies on the next day. Problems carry no index.
func parseHours(s string) (list []span, found []*Problem) {
	problem := func(code Code, level Level, value string) {
		found = append(found, &Problem{Code: code, Level: level, Part: PartHours, Index: -1, Value: strings.TrimSpace(value)})
	}
	if strings.Count(s, ",") >= maxHours {
		problem(TooManyHours, Error, s[:40]+"…")
		return nil, found
	}
	for item := range strings.SplitSeq(dashes(s), ",") {
		from, to, ok := strings.Cut(item, "-")
		a, okA := parseClock(from)
		b, okB := parseClock(to)
		switch {
		case !ok || !okA || !okB || a == secondsPerDay:
			problem(HoursForm, Error, item)
			continue
		case a == b:
			problem(HoursEmpty, Error, item)
			continue
		case b < a:
			problem(HoursReversed, reversedLevel(a, b), item)
			b += secondsPerDay
		}
		list = append(list, span{a, b})
	}
	return list, found
}

// reversedLevel tells a night shift from a mistake: "22:00-06:00" is worth a
// hint, "17:00-08:00" a warning.
func reversedLevel(from, to int) Level {
	if to+secondsPerDay-from > secondsPerDay/2 {
		return Warning
	}
	return Hint
}

// parseClock reads "8:00", "08:00" or "08:00:30" up to "24:00" in seconds.
func parseClock(s string) (int, bool) {
	part := strings.Split(strings.TrimSpace(s), ":")
	if len(part) < 2 || len(part) > 3 {
		return 0, false
	}
	sec := 0
	for i, p := range part {
		n, err := strconv.Atoi(p)
		if err != nil || len(p) > 2 || i > 0 && len(p) != 2 || p[0] == '+' || p[0] == '-' || i > 0 && n > 59 {
			return 0, false
		}
		sec = sec*60 + n
	}
	if len(part) == 2 {
		sec *= 60
	}
	return sec, sec <= secondsPerDay
}

// parseWeek reads the hours of a week. A day may be named more than once, but
// its hours must not overlap, also not those that run over from the day before.
func parseWeek(entries []DayHours) (week [7][]span, all Problems) {
	type placed struct {
		span
		entry int
		text  string
	}
	var line []placed // seconds from Monday 00:00
	for i, e := range entries {
		days, reversed, err := ParseDays(e.Days)
		if err != nil {
			p := err.(*Problem)
			p.Index = i
			all = append(all, p)
		}
		if reversed {
			all = append(all, &Problem{Code: DaysReversed, Level: Hint, Part: PartHours, Index: i, Value: e.Days})
		}
		hours, found := parseHours(e.Hours)
		for _, p := range found {
			p.Index = i
			all = append(all, p)
		}
		for _, d := range days {
			week[d] = append(week[d], hours...)
			for _, s := range hours {
				at := fromMonday(d) * secondsPerDay
				line = append(line, placed{span{at + s.from, at + s.to}, i, e.Days + " " + s.String()})
			}
		}
	}
	slices.SortStableFunc(line, func(a, b placed) int { return a.from - b.from })
	for i := range line {
		next := placed{}
		if i+1 < len(line) {
			next = line[i+1]
		} else { // the last interval of Sunday may run into Monday
			next = line[0]
			next.from += 7 * secondsPerDay
		}
		if line[i].to > next.from {
			later := line[i]
			if next.entry > later.entry {
				later, next = next, later
			}
			all = append(all, &Problem{Code: HoursOverlap, Part: PartHours, Index: later.entry, Value: later.text, Other: next.text})
			break
		}
	}
	for d := range week {
		slices.SortFunc(week[d], func(a, b span) int { return a.from - b.from })
	}
	return week, all
}

// ParseWeek checks the hours of a week without the rest of a calendar and
// returns all that is wrong or doubtful with them.
func ParseWeek(entries []DayHours) []*Problem {
	_, all := parseWeek(entries)
	return all
}
