package mailout

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clock renders instants as people write them, seen from now.
type clock struct {
	now  time.Time
	loc  *time.Location
	lang string
}

var (
	weekdays = map[string][7]string{
		"de": {"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	}
	months = map[string][12]string{
		"de": {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}
	relative = map[string][3]string{ // yesterday, today, tomorrow
		"de": {"gestern", "heute", "morgen"},
		"en": {"yesterday", "today", "tomorrow"},
	}
)

// FullTime renders an instant for requesters: "heute, 13:00 Uhr", "Dienstag, 3.
// März, 10:00 Uhr"; "today, 1:00 pm". "" for the zero time. Languages other than
// German are written in English.
func FullTime(t, now time.Time, loc *time.Location, lang string) string {
	return clock{now: now, loc: loc, lang: lang}.full(t)
}

// ShortTime renders an instant for agents: "heute 13:00", "Di 16:00" within a
// week, "Di 10.03. 16:00" beyond; "today 1:00 pm", "Tue 4:00 pm".
func ShortTime(t, now time.Time, loc *time.Location, lang string) string {
	return clock{now: now, loc: loc, lang: lang}.short(t)
}

// Date renders a day: "Mi, 11. März"; "Wed, 11 March". "" for the zero time.
func Date(t, now time.Time, loc *time.Location, lang string) string {
	return clock{now: now, loc: loc, lang: lang}.date(t)
}

func (c clock) language() string {
	if c.lang == "de" {
		return "de"
	}
	return "en"
}

func (c clock) local(t time.Time) time.Time {
	if c.loc == nil {
		return t.UTC()
	}
	return t.In(c.loc)
}

// days counts calendar days from now to t.
func (c clock) days(t time.Time) int {
	noon := func(t time.Time) time.Time {
		y, m, d := c.local(t).Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(t).Sub(noon(c.now)) / (24 * time.Hour))
}

// full: heute, 13:00 Uhr.
func (c clock) full(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if c.language() == "de" {
		return c.day(t) + ", " + c.local(t).Format("15:04") + " Uhr"
	}
	return c.day(t) + ", " + c.local(t).Format("3:04 pm")
}

// day: heute, morgen, Dienstag, 3. März.
func (c clock) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if d := c.days(t); d >= -1 && d <= 1 {
		return relative[c.language()][d+1]
	}
	return c.dateOf(t, 0)
}

// on: morgen, am Dienstag, 3. März; tomorrow, on Tuesday, 3 March.
func (c clock) on(t time.Time) string {
	d := c.days(t)
	if t.IsZero() || d >= -1 && d <= 1 {
		return c.day(t)
	}
	if c.language() == "de" {
		return "am " + c.day(t)
	}
	return "on " + c.day(t)
}

// of: von heute 09:05 Uhr, vom Dienstag, 3. März, 09:05 Uhr; of today 9:05 am.
func (c clock) of(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	of, near := "of ", false
	if d := c.days(t); d >= -1 && d <= 1 {
		near = true
	}
	if c.language() == "de" {
		of = map[bool]string{true: "von ", false: "vom "}[near]
	}
	if near {
		return of + strings.Replace(c.full(t), ",", "", 1)
	}
	return of + c.full(t)
}

// date: Mi, 11. März.
func (c clock) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return c.dateOf(t, 2)
}

// dateOf writes a date with the weekday cut to n letters (one more in English);
// 0 writes it out.
func (c clock) dateOf(t time.Time, n int) string {
	l := c.local(t)
	lang := c.language()
	weekday := weekdays[lang][l.Weekday()]
	if n > 0 && lang == "en" {
		n++
	}
	if n > 0 {
		weekday = weekday[:n]
	}
	month, year := months[lang][l.Month()-1], ""
	if l.Year() != c.local(c.now).Year() {
		year = " " + strconv.Itoa(l.Year())
	}
	if lang == "de" {
		return fmt.Sprintf("%s, %d. %s%s", weekday, l.Day(), month, year)
	}
	return fmt.Sprintf("%s, %d %s%s", weekday, l.Day(), month, year)
}

// short: heute 13:00, Di 16:00, Di 10.03. 16:00.
func (c clock) short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	l, lang, d := c.local(t), c.language(), c.days(t)
	at := l.Format("3:04 pm")
	if lang == "de" {
		at = l.Format("15:04")
	}
	if d >= -1 && d <= 1 {
		return relative[lang][d+1] + " " + at
	}
	weekday := weekdays[lang][l.Weekday()]
	if lang == "de" {
		weekday = weekday[:2]
	} else {
		weekday = weekday[:3]
	}
	if d > 0 && d < 7 {
		return weekday + " " + at
	}
	layout := "2 Jan"
	if lang == "de" {
		layout = "02.01."
	}
	if l.Year() != c.local(c.now).Year() {
		layout = strings.TrimSuffix(layout, ".") + map[string]string{"de": ".2006", "en": " 2006"}[lang]
	}
	return weekday + " " + l.Format(layout) + " " + at
}

// between: 02:10–06:40, with the days where they differ.
func (c clock) between(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	if c.days(from) != c.days(to) {
		return c.short(from) + " – " + c.short(to)
	}
	layout := "3:04 pm"
	if c.language() == "de" {
		layout = "15:04"
	}
	return c.local(from).Format(layout) + "–" + c.local(to).Format(layout)
}

// left: 4 h 48 min, "" when it is not ahead or more than two days away.
func (c clock) left(t time.Time) string {
	if d := t.Sub(c.now); !t.IsZero() && d > 0 && d < 48*time.Hour {
		return Duration(d, c.lang)
	}
	return ""
}

// Duration renders a length: "15 min", "4 h 48 min", "3 Tage 4 h". "" for none.
func Duration(d time.Duration, lang string) string {
	minutes := int(d / time.Minute)
	if minutes <= 0 {
		if d <= 0 {
			return ""
		}
		return "1 min"
	}
	hours, minutes := minutes/60, minutes%60
	switch {
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	case hours < 48 && minutes == 0:
		return fmt.Sprintf("%d h", hours)
	case hours < 48:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	}
	days := "days"
	if lang == "de" {
		days = "Tage"
	}
	if hours%24 == 0 {
		return fmt.Sprintf("%d %s", hours/24, days)
	}
	return fmt.Sprintf("%d %s %d h", hours/24, days, hours%24)
}

// Size renders a number of bytes: "230 kB", "1,2 MB" in German, "1.2 MB" otherwise.
func Size(n int64, lang string) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", max(n, 0))
	case n < 999_500:
		return fmt.Sprintf("%d kB", (n+500)/1000)
	}
	s := fmt.Sprintf("%.1f MB", float64(n)/1e6)
	if lang == "de" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

func score(f float64) string {
	if f == 0 {
		return ""
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}
