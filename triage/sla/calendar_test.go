package sla

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

// office is a calendar with a short Friday, a half day and a region.
func office(t testing.TB) *Calendar {
	t.Helper()
	return mustCalendar(t, CalendarSpec{
		Name: "office", Zone: "Europe/Berlin",
		Hours:    []DayHours{{"mo-do", "09:00-18:00"}, {"fr", "09:00-16:00"}},
		Region:   "DE-NW",
		Closings: []Closing{{Every: "12-24", Hours: "13:00-24:00"}, {Every: "12-27", To: "12-31", Name: "between the years"}, {Date: "2026-05-15"}},
	})
}

func mustCalendar(t testing.TB, spec CalendarSpec) *Calendar {
	t.Helper()
	c, err := NewCalendar(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads a wall clock in Berlin; "2026-10-25 02:30 CET" is the second of the
// double hour.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s, late := strings.CutSuffix(s, " CET")
	layout := "2006-01-02 15:04"
	if strings.Count(s, ":") == 2 {
		layout += ":05"
	}
	w, err := time.Parse(layout, s)
	if err != nil {
		t.Fatal(err)
	}
	if late {
		return w.Add(-time.Hour)
	}
	return wallClock(w, loc)
}

func TestAdd(t *testing.T) {
	t.Parallel()
	c := office(t)
	check := func(from string, d time.Duration, want string) {
		t.Helper()
		if got := c.Add(at(t, from), d); !got.Equal(at(t, want)) {
			t.Errorf("%s + %v: %v, want %s", from, d, got.In(c.Location()), want)
		}
	}
	check("2026-06-09 10:00", 3*time.Hour, "2026-06-09 13:00")
	check("2026-06-09 10:00", 8*time.Hour, "2026-06-09 18:00") // used up when it closes
	check("2026-06-09 10:00", 8*time.Hour+1*time.Second, "2026-06-10 09:00:01")
	check("2026-06-09 18:00", time.Hour, "2026-06-10 10:00") // closing time is closed
	check("2026-06-09 03:00", time.Hour, "2026-06-09 10:00")
	check("2026-06-12 15:00", 2*time.Hour, "2026-06-15 10:00") // weekend
	check("2026-06-03 17:00", 2*time.Hour, "2026-06-05 10:00") // Fronleichnam
	check("2026-05-13 17:00", 2*time.Hour, "2026-05-18 10:00") // Himmelfahrt, bridge day, weekend
	check("2026-12-23 17:00", 6*time.Hour, "2027-01-04 10:00") // half day, Christmas, between the years
	check("2026-06-09 10:00", 0, "2026-06-09 10:00")
	check("2026-06-13 10:00", -time.Hour, "2026-06-13 10:00")
}

func TestClockChanges(t *testing.T) {
	t.Parallel()
	day := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"mo-so", "00:00-24:00"}}})
	night := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"sa", "22:00-06:00"}}})
	gap := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"so", "02:10-02:50"}}})
	check := func(c *Calendar, from, to string, want time.Duration) {
		t.Helper()
		if got := c.Elapsed(at(t, from), at(t, to)); got != want {
			t.Errorf("%s to %s: %v, want %v", from, to, got, want)
		}
	}
	check(day, "2027-03-28 00:00", "2027-03-29 00:00", 23*time.Hour)
	check(day, "2026-10-25 00:00", "2026-10-26 00:00", 25*time.Hour)
	check(night, "2027-03-27 12:00", "2027-03-28 12:00", 7*time.Hour)
	check(night, "2026-10-24 12:00", "2026-10-25 12:00", 9*time.Hour)
	check(gap, "2027-03-28 00:00", "2027-03-29 00:00", 0) // the hour does not exist
	check(gap, "2026-10-25 00:00", "2026-10-26 00:00", 80*time.Minute)
	check(gap, "2026-10-25 02:30", "2026-10-25 02:30 CET", 40*time.Minute)

	for s, want := range map[string]bool{
		"2026-10-25 02:20": true, "2026-10-25 02:20 CET": true, "2026-10-25 02:55": false,
		"2026-10-25 03:05 CET": false, "2027-03-28 03:20": false, "2026-11-01 02:20": true,
	} {
		if got := gap.IsOpen(at(t, s)); got != want {
			t.Errorf("%s: open %v, want %v", s, got, want)
		}
	}
	if got := gap.DueBusinessDays(at(t, "2027-03-21 02:30"), 1); !got.Equal(at(t, "2027-04-04 02:50")) {
		t.Errorf("a day whose hours do not exist is a business day: %v", got)
	}
}

// TestMidnightHolidays asserts that a holiday closes its own local date and no
// more: a night shift into it ends at midnight, one out of it begins then.
func TestMidnightHolidays(t *testing.T) {
	t.Parallel()
	c := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Region: "DE-BY", Hours: []DayHours{{"mo-so", "20:00-04:00"}},
		Closings: []Closing{{Date: "2026-02-10", Hours: "22:00-02:00"}}})
	check := func(from, to string, want time.Duration) {
		t.Helper()
		if got := c.Elapsed(at(t, from), at(t, to)); got != want {
			t.Errorf("%s to %s: %v, want %v", from, to, got, want)
		}
	}
	check("2026-01-05 12:00", "2026-01-06 12:00", 4*time.Hour)
	check("2026-01-06 12:00", "2026-01-07 12:00", 4*time.Hour)
	check("2026-01-06 00:00", "2026-01-07 00:00", 0)
	check("2026-02-10 12:00", "2026-02-11 12:00", 4*time.Hour) // closing over midnight
}

func TestNextOpening(t *testing.T) {
	t.Parallel()
	c := office(t)
	check := func(from, want string) {
		t.Helper()
		if got := c.NextOpening(at(t, from)); !got.Equal(at(t, want)) {
			t.Errorf("%s: %v, want %s", from, got.In(c.Location()), want)
		}
	}
	check("2026-06-09 10:00", "2026-06-09 10:00")
	check("2026-06-09 18:00", "2026-06-10 09:00")
	check("2026-06-12 16:00", "2026-06-15 09:00")
	check("2026-12-24 14:00", "2027-01-04 09:00")
}

func TestDueBusinessDays(t *testing.T) {
	t.Parallel()
	c := office(t)
	check := func(from string, n int, want string) {
		t.Helper()
		if got := c.DueBusinessDays(at(t, from), n); !got.Equal(at(t, want)) {
			t.Errorf("%s + %dbd: %v, want %s", from, n, got.In(c.Location()), want)
		}
	}
	check("2026-06-09 10:00", 1, "2026-06-10 18:00")
	check("2026-06-09 10:00", 3, "2026-06-12 16:00")
	check("2026-06-12 16:00", 1, "2026-06-16 18:00") // Friday after closing is Monday
	check("2026-12-23 10:00", 1, "2026-12-24 13:00")
	check("2026-12-23 10:00", 2, "2027-01-04 18:00")
	check("2026-06-13 10:00", 0, "2026-06-15 18:00")
	round := AroundTheClock()
	if got, want := round.DueBusinessDays(time.Date(2026, 6, 9, 10, 0, 0, 0, time.UTC), 1), time.Date(2026, 6, 11, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("around the clock: %v, want the end of the next day %v", got, want)
	}
}

// TestEndsOfTime asserts that no instant and no length makes a calendar loop,
// overflow or panic.
func TestEndsOfTime(t *testing.T) {
	t.Parallel()
	c := office(t)
	far := []time.Time{{}, time.Unix(math.MinInt64/2, 0), time.Unix(math.MaxInt64/2, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(lastYear, 12, 31, 23, 59, 59, 999, time.UTC), time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)}
	for _, a := range far {
		for _, b := range far {
			if d := c.Elapsed(a, b); d < 0 {
				t.Errorf("%v to %v: %v", a, b, d)
			}
		}
		c.IsOpen(a)
		c.NextOpening(a)
		c.DueBusinessDays(a, math.MaxInt)
		if got := c.Add(a, math.MaxInt64); !got.IsZero() {
			t.Errorf("%v + all time: %v", a, got)
		}
	}
	if d := AroundTheClock().Elapsed(far[5], far[3]); d <= 0 {
		t.Errorf("the known years overflow: %v", d)
	}
}

// TestNeverAgain is a calendar whose closings leave nothing open from a date on.
func TestNeverAgain(t *testing.T) {
	t.Parallel()
	c := mustCalendar(t, CalendarSpec{Zone: "Europe/Berlin", Hours: []DayHours{{"mo-fr", "08:00-17:00"}}, Closings: []Closing{{Every: "01-01", To: "12-31"}}})
	a := at(t, "2026-03-02 09:00")
	if got := c.Add(a, time.Minute); !got.IsZero() {
		t.Errorf("add: %v", got)
	}
	if got := c.NextOpening(a); !got.IsZero() {
		t.Errorf("next opening: %v", got)
	}
	if got := c.DueBusinessDays(a, 1); !got.IsZero() {
		t.Errorf("business days: %v", got)
	}
	if monday, ok := c.EmptyWeek(a, 1); !ok || !monday.Equal(at(t, "2026-03-02 00:00")) {
		t.Errorf("empty week: %v %v", monday, ok)
	}
	if _, ok := office(t).EmptyWeek(at(t, "2026-01-12 09:00"), 45); ok {
		t.Error("an office week is empty")
	}
	if monday, ok := office(t).EmptyWeek(at(t, "2026-12-01 09:00"), 6); !ok || !monday.Equal(at(t, "2026-12-28 00:00")) {
		t.Errorf("the week between the years: %v %v", monday, ok)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := office(t)
	a := at(t, "2026-03-02 09:00")
	want := office(t).Add(a, 20000*time.Hour)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := c.Add(a, 20000*time.Hour); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
	wg.Wait()
}

func TestProblems(t *testing.T) {
	t.Parallel()
	week := []DayHours{{"mo-fr", "08:00-17:00"}}
	check := func(spec CalendarSpec, part Part, index int, code Code, level Level) {
		t.Helper()
		c, err := NewCalendar(spec)
		var all Problems
		if err == nil {
			all = c.Notices()
		} else if !errors.As(err, &all) {
			t.Fatalf("%+v: %T %v", spec, err, err)
		}
		if (err != nil) != (level == Error) {
			t.Errorf("%s: error %v", code, err)
		}
		for _, p := range all {
			if p.Part == part && p.Index == index && p.Code == code && p.Level == level {
				return
			}
		}
		t.Errorf("want %s at %s[%d], got %v", code, part, index, all)
	}
	hours := func(list ...DayHours) CalendarSpec { return CalendarSpec{Hours: list} }
	check(hours(), PartHours, -1, NeverOpen, Error)
	check(hours(DayHours{"mo", ""}), PartHours, 0, HoursForm, Error)
	check(hours(DayHours{"mo", "8-15"}), PartHours, 0, HoursForm, Error)
	check(hours(DayHours{"mo", "08:00-24:30"}), PartHours, 0, HoursForm, Error)
	check(hours(DayHours{"mo", "24:00-08:00"}), PartHours, 0, HoursForm, Error)
	check(hours(DayHours{"mo", "08:00-08:00"}), PartHours, 0, HoursEmpty, Error)
	check(hours(DayHours{"mo", "08:00-15:60"}), PartHours, 0, HoursForm, Error)
	check(hours(week[0], DayHours{"foo", "08:00-12:00"}), PartHours, 1, UnknownDay, Error)
	check(hours(week[0], DayHours{"mo-", "08:00-12:00"}), PartHours, 1, UnknownDay, Error)
	check(hours(week[0], DayHours{"fr", "16:00-18:00"}), PartHours, 1, HoursOverlap, Error)
	check(hours(DayHours{"mo", "08:00-12:00,11:00-15:00"}), PartHours, 0, HoursOverlap, Error)
	check(hours(DayHours{"so", "22:00-06:00"}, DayHours{"mo", "05:00-12:00"}), PartHours, 1, HoursOverlap, Error)
	check(hours(DayHours{"mo", "05:00-12:00"}, DayHours{"so", "22:00-06:00"}), PartHours, 1, HoursOverlap, Error)
	check(hours(DayHours{"mo", "17:00-08:00"}), PartHours, 0, HoursReversed, Warning)
	check(hours(DayHours{"mo", "22:00-06:00"}), PartHours, 0, HoursReversed, Hint)
	check(hours(DayHours{"fr-mo", "08:00-12:00"}), PartHours, 0, DaysReversed, Hint)
	check(hours(DayHours{"mo", strings.Repeat("08:00-08:01,", 100)}), PartHours, 0, TooManyHours, Error)
	check(CalendarSpec{Hours: week, Zone: "Europe/Berlim"}, PartZone, -1, UnknownZone, Error)
	check(CalendarSpec{Hours: week, Zone: "Local"}, PartZone, -1, UnknownZone, Error)
	check(CalendarSpec{Hours: week, Region: "DE-XX"}, PartRegion, -1, UnknownRegion, Error)
	check(CalendarSpec{Hours: week, Also: []string{"2026-01-02", "tag_des_baumes"}}, PartAlso, 1, UnknownHoliday, Error)
	check(CalendarSpec{Hours: week, Region: "DE-HH", Without: []string{"fronleichnam"}}, PartWithout, 0, HolidayElsewhere, Warning)
	check(CalendarSpec{Hours: week, Without: []string{"xyzzy"}}, PartWithout, 0, UnknownHoliday, Error)
	closing := func(c Closing) CalendarSpec {
		return CalendarSpec{Hours: week, Closings: []Closing{{Every: "12-31"}, c}}
	}
	check(closing(Closing{}), PartClosings, 1, DateMissing, Error)
	check(closing(Closing{Date: "2026-02-30"}), PartClosings, 1, DateForm, Error)
	check(closing(Closing{Date: "12-24"}), PartClosings, 1, DateForm, Error)
	check(closing(Closing{Every: "2026-12-24"}), PartClosings, 1, DateForm, Error)
	check(closing(Closing{Every: "24.12."}), PartClosings, 1, DateForm, Error)
	check(closing(Closing{Every: "12-24", Date: "2026-12-24"}), PartClosings, 1, DateBoth, Error)
	check(closing(Closing{Date: "2026-12-24", To: "2026-12-20"}), PartClosings, 1, DateReversed, Error)
	check(closing(Closing{Date: "2026-12-24", Hours: "12-24"}), PartClosings, 1, HoursForm, Error)
	check(CalendarSpec{Hours: week, Closings: make([]Closing, maxClosings+1)}, PartClosings, maxClosings, TooManyClosings, Error)
}

// TestProblemTexts asserts that every code has a text and that nothing is left
// unfilled.
func TestProblemTexts(t *testing.T) {
	t.Parallel()
	for code, text := range problemTexts() {
		p := &Problem{Code: code, Value: "eins", Other: "zwei"}
		for _, lang := range []string{"de", "en"} {
			for _, s := range []string{p.Text(lang), p.Fix(lang)} {
				if strings.ContainsAny(s, "{}") || strings.Contains(s, "%!") {
					t.Errorf("%s: %q", code, s)
				}
			}
			if p.Text(lang) == "" {
				t.Errorf("%s has no %s text", code, lang)
			}
		}
		if text.de == text.en {
			t.Errorf("%s is not translated", code)
		}
	}
	if got := (&Problem{Code: UnknownRegion, Value: "BY", Other: "DE-BY"}).Fix("de"); got != "Meinten Sie DE-BY?" {
		t.Errorf("fix: %q", got)
	}
	if got := (&Problem{Code: UnknownRegion, Value: "??"}).Fix("de"); !strings.Contains(got, "DE-BY") || strings.Contains(got, "Meinten") {
		t.Errorf("fix without a suggestion: %q", got)
	}
}

func TestHoursText(t *testing.T) {
	t.Parallel()
	check := func(de, en string, hours ...DayHours) {
		t.Helper()
		c := mustCalendar(t, CalendarSpec{Hours: hours})
		if got := c.Hours("de"); got != de {
			t.Errorf("got %q, want %q", got, de)
		}
		if got := c.Hours("en"); got != en {
			t.Errorf("got %q, want %q", got, en)
		}
	}
	check("Mo–Do 8–17 Uhr, Fr 8–15 Uhr", "Mon–Thu 8:00–17:00, Fri 8:00–15:00", DayHours{"mo-do", "08:00-17:00"}, DayHours{"fr", "8:00-15:00"})
	check("Mo–Fr 8–12 und 13–17 Uhr", "Mon–Fri 8:00–12:00 and 13:00–17:00", DayHours{"mon-fri", "13:00-17:00, 08:00–12:00"})
	check("Mo, Di 8:30–17:00 Uhr", "Mon, Tue 8:30–17:00", DayHours{"mo,di", "08:30-17:00"})
	check("Fr–So 22–6 Uhr", "Fri–Sun 22:00–6:00", DayHours{"fr-so", "22:00-06:00"})
	check("rund um die Uhr", "around the clock", DayHours{"mo-so", "00:00-24:00"})
	check("Sa 0–24 Uhr", "Sat 0:00–24:00", DayHours{"sa", "00:00-24:00"})
}

func TestParseDays(t *testing.T) {
	t.Parallel()
	check := func(s, want string, reversed bool) {
		t.Helper()
		days, rev, err := ParseDays(s)
		var got []string
		for _, d := range days {
			got = append(got, d.String()[:2])
		}
		if err != nil || strings.Join(got, " ") != want || rev != reversed {
			t.Errorf("%q: %v %v %v, want %s", s, got, rev, err, want)
		}
	}
	check("mo-do", "Mo Tu We Th", false)
	check("fr", "Fr", false)
	check("mo-so", "Mo Tu We Th Fr Sa Su", false)
	check("Mon–Thu", "Mo Tu We Th", false)
	check("mo-th", "Mo Tu We Th", false)
	check("Dienstag, Do, sonntag", "Tu Th Su", false)
	check("sa-mo", "Mo Sa Su", true)
	check("mon - fri", "Mo Tu We Th Fr", false)
}
