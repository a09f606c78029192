package sla

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"
)

// slowCalendar is the definition of a calendar, read minute by minute off the
// wall clock. It shares nothing with Calendar but its meaning.
type slowCalendar struct {
	loc      *time.Location
	hours    [7][][2]int // minutes of the day; an end at or before its start is on the next day
	holidays map[string]bool
	closings map[string][][2]int
}

func (s *slowCalendar) open(t time.Time) bool {
	l := t.In(s.loc)
	date, minute := l.Format(time.DateOnly), l.Hour()*60+l.Minute()
	if s.holidays[date] || s.holidays[date[5:]] {
		return false
	}
	for _, key := range []string{date, date[5:]} {
		for _, c := range s.closings[key] {
			if minute >= c[0] && minute < c[1] {
				return false
			}
		}
	}
	for _, h := range s.hours[l.Weekday()] {
		end := h[1]
		if end <= h[0] {
			end = 24 * 60
		}
		if minute >= h[0] && minute < end {
			return true
		}
	}
	for _, h := range s.hours[(int(l.Weekday())+6)%7] {
		if h[1] <= h[0] && minute < h[1] {
			return true
		}
	}
	return false
}

func (s *slowCalendar) elapsed(a, b time.Time) (d time.Duration) {
	for t := a; t.Before(b); t = t.Add(time.Minute) {
		if s.open(t) {
			d += time.Minute
		}
	}
	return d
}

// add gives up after limit.
func (s *slowCalendar) add(a time.Time, d time.Duration, limit time.Time) (time.Time, bool) {
	t := a
	for ; d > 0 && t.Before(limit); t = t.Add(time.Minute) {
		if s.open(t) {
			d -= time.Minute
		}
	}
	return t, d == 0
}

func (s *slowCalendar) nextOpening(t, limit time.Time) (time.Time, bool) {
	for ; t.Before(limit); t = t.Add(time.Minute) {
		if s.open(t) {
			return t, true
		}
	}
	return t, false
}

// businessDays walks on until it has seen the whole of the n-th open date.
func (s *slowCalendar) businessDays(a time.Time, n int, limit time.Time) (due time.Time, ok bool) {
	t, ok := s.nextOpening(a, limit)
	if !ok {
		return t, false
	}
	intake := t.In(s.loc).Format(time.DateOnly)
	seen := map[string]time.Time{}
	var order []string
	for ; t.Before(limit); t = t.Add(time.Minute) {
		date := t.In(s.loc).Format(time.DateOnly)
		if date <= intake || !s.open(t) {
			continue
		}
		if _, old := seen[date]; !old {
			order = append(order, date)
		}
		seen[date] = t.Add(time.Minute)
		if len(order) > n+1 {
			return seen[order[n-1]], true
		}
	}
	return t, false
}

// slowZones have clock changes at all hours: at midnight, over midnight, by half
// an hour, by two hours, a whole day left out, and none.
func slowZones() []string {
	return []string{
		"Europe/Berlin", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "UTC", "America/New_York", "America/Sao_Paulo",
		"America/St_Johns", "Asia/Tehran", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Pacific/Chatham",
		"Asia/Kathmandu", "Antarctica/Troll", "America/Nuuk", "Asia/Gaza", "America/Havana", "Europe/Dublin",
	}
}

// randomCalendar returns the same calendar twice.
func randomCalendar(r *rand.Rand) (*slowCalendar, CalendarSpec) {
	zone := slowZones()[r.IntN(len(slowZones()))]
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	s := &slowCalendar{loc: loc, holidays: map[string]bool{}, closings: map[string][][2]int{}}
	spec := CalendarSpec{Name: "random", Zone: zone}
	days := []string{"so", "mo", "tue", "mittwoch", "th", "friday", "sa"}
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
	for d := range 7 {
		if r.IntN(7) == 0 {
			continue
		}
		var hours string
		add := func(a, b int) {
			s.hours[d] = append(s.hours[d], [2]int{a, b})
			end := b
			if b == 0 {
				end = 24 * 60
			}
			if hours != "" {
				hours += ", "
			}
			hours += clock(a) + "-" + clock(end)
		}
		randomHours(r, add)
		spec.Hours = append(spec.Hours, DayHours{Days: days[d], Hours: hours})
	}
	// Hours over midnight must not meet a day that begins at midnight.
	for d := range 7 {
		for _, h := range s.hours[d] {
			if h[1] > 0 && h[1] <= h[0] {
				for _, x := range s.hours[(d+1)%7] {
					if x[0] < h[1] {
						return randomCalendar(r)
					}
				}
			}
		}
	}
	return s, spec
}

// randomHours chooses the intervals of one day, in minutes.
func randomHours(r *rand.Rand, add func(a, b int)) {
	switch r.IntN(5) {
	case 0:
		add(8*60, 12*60)
		add(13*60, 17*60)
	case 1: // around the clock
		add(0, 0)
	case 2: // any three intervals after the early morning
		at := 3 * 60
		for range 3 {
			a := at + r.IntN(200)
			b := a + 1 + r.IntN(200)
			add(a, b)
			at = b + r.IntN(2)
		}
	case 3: // around the clock changes
		add(60+r.IntN(60), 120+r.IntN(50))
	default: // over midnight; nothing above starts before 01:00 but the whole day
		add(20*60+r.IntN(4*60), 1+r.IntN(55))
	}
}

// randomDays adds holidays and closings around an instant.
func randomDays(r *rand.Rand, s *slowCalendar, spec *CalendarSpec, around time.Time) {
	date := func() string {
		d := around.In(s.loc).AddDate(0, 0, r.IntN(9)-1).Format(time.DateOnly)
		if r.IntN(2) == 0 {
			return d[5:]
		}
		return d
	}
	for range r.IntN(3) {
		d := date()
		s.holidays[d] = true
		spec.Also = append(spec.Also, d)
	}
	for range r.IntN(3) {
		d, a := date(), r.IntN(23*60)
		b := a + 1 + r.IntN(24*60-a)
		s.closings[d] = append(s.closings[d], [2]int{a, b})
		c := Closing{Hours: fmt.Sprintf("%02d:%02d-%02d:%02d", a/60, a%60, b/60, b%60)}
		if len(d) == 5 {
			c.Every = d
		} else {
			c.Date = d
		}
		spec.Closings = append(spec.Closings, c)
	}
}

// randomInstant prefers the neighbourhood of clock changes.
func randomInstant(r *rand.Rand, loc *time.Location) time.Time {
	t := time.Date(1976+r.IntN(65), time.Month(1+r.IntN(12)), 1+r.IntN(31), r.IntN(24), r.IntN(60), 0, 0, time.UTC)
	if _, end := t.In(loc).ZoneBounds(); r.IntN(3) > 0 && !end.IsZero() && end.Year() < 2100 {
		return end.Truncate(time.Minute).Add(time.Duration(r.IntN(60*60)-60*50) * time.Minute).UTC()
	}
	return t
}

// TestAgainstSlow compares with the slow calendar. FIRSTLINE_LONG names the number
// of cases, such as 100000, and FIRSTLINE_SEED the first of them.
func TestAgainstSlow(t *testing.T) {
	t.Parallel()
	cases := 1500
	if n, err := strconv.Atoi(os.Getenv("FIRSTLINE_LONG")); err == nil {
		cases = max(n, cases)
	}
	if testing.Short() {
		cases = 200
	}
	seed := uint64(20260302)
	if n, err := strconv.ParseUint(os.Getenv("FIRSTLINE_SEED"), 10, 64); err == nil {
		seed = n
	}
	const workers = 4
	for w := range workers {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			for i := w; i < cases; i += workers {
				slowCase(t, seed, uint64(i))
				if t.Failed() {
					t.Fatalf("seed %d case %d", seed, i)
				}
			}
		})
	}
}

func slowCase(t *testing.T, seed, i uint64) {
	r := rand.New(rand.NewPCG(seed, i))
	s, spec := randomCalendar(r)
	a := randomInstant(r, s.loc)
	randomDays(r, s, &spec, a)
	if len(spec.Hours) == 0 {
		return
	}
	c, err := NewCalendar(spec)
	if err != nil {
		t.Errorf("%+v: %v", spec, err)
		return
	}
	fail := func(what string, got, want any) {
		t.Helper()
		t.Errorf("%s from %v in %s: got %v, want %v\n%+v", what, a.In(s.loc), s.loc, got, want, spec)
	}
	b := a.Add(time.Duration(r.IntN(4*24*60)) * time.Minute)
	if got, want := c.Elapsed(a, b), s.elapsed(a, b); got != want {
		fail("elapsed", got, want)
	}
	if got, want := c.IsOpen(b), s.open(b); got != want {
		fail("open", got, want)
	}
	limit := a.Add(20 * 24 * time.Hour)
	d := time.Duration(1+r.IntN(30*60)) * time.Minute
	if want, ok := s.add(a, d, limit); ok {
		if got := c.Add(a, d); !got.Equal(want) {
			fail(fmt.Sprint("add ", d), got.In(s.loc), want.In(s.loc))
		}
	}
	if want, ok := s.nextOpening(a, limit); ok {
		if got := c.NextOpening(a); !got.Equal(want) {
			fail("next opening", got, want)
		}
	}
	if i%4 == 0 {
		n := 1 + r.IntN(3)
		if want, ok := s.businessDays(a, n, limit); ok {
			if got := c.DueBusinessDays(a, n); !got.Equal(want) {
				fail(fmt.Sprint("business days ", n), got.In(s.loc), want.In(s.loc))
			}
		}
	}
	// Fractions of seconds, and long stretches, by what must hold of any calendar.
	x := a.Add(time.Duration(r.Int64N(int64(time.Hour))))
	long := time.Duration(r.Int64N(int64(3000*time.Hour))) + 1
	due := c.Add(x, long)
	if got := c.Elapsed(x, due); got != long || c.Elapsed(x, due.Add(-1)) != long-1 {
		fail(fmt.Sprint("elapsed to due ", long), got, long)
	}
	if half := c.Add(c.Add(x, long/2), long-long/2); !half.Equal(due) {
		fail("add in two parts", half, due)
	}
}
