package sla

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRunCase(t *testing.T) {
	t.Parallel()
	const shop = `"calendar": {"time_zone": "Europe/Berlin", "days": ["mon", "tue", "wed", "thu", "fri"], "hours": [["09:00", "12:30"], ["13:30", "18:00"]], "holidays": ["01-06", "2026-02-16"]}`
	check := func(input, want string) {
		t.Helper()
		out, err := RunCase([]byte("{" + shop + ", " + input + "}"))
		b, _ := json.Marshal(out)
		if err != nil || string(b) != want {
			t.Errorf("%s: %s %v, want %s", input, b, err, want)
		}
	}
	check(`"start": "2026-02-13 17:00:00", "add_seconds": 7200`, `{"end":"2026-02-17T10:00:00+01:00"}`)
	check(`"start": "2026-02-13 16:00:00", "time_zone": "UTC", "add_seconds": 7200`, `{"end":"2026-02-17T09:00:00Z"}`)
	check(`"start": "2026-02-13T17:00:00+01:00", "end": "2026-02-17T10:00:00+01:00"`, `{"working_seconds":7200}`)
	check(`"start": "2026-02-17 10:00:00", "end": "2026-02-13 17:00:00"`, `{"working_seconds":0}`)
	check(`"start": "2026-02-13 17:00", "business_days": 2`, `{"end":"2026-02-18T18:00:00+01:00"}`)
	check(`"start": "2026-02-13 17:00", "add_seconds": 0`, `{"end":"2026-02-13T17:00:00+01:00"}`)
	check(`"start": "2027-03-26 17:00", "add_seconds": 7200`, `{"end":"2027-03-29T10:00:00+02:00"}`)
}

func TestRunCaseErrors(t *testing.T) {
	t.Parallel()
	const cal = `"calendar": {"days": ["mon"], "hours": [["08:00", "12:00"]]}`
	check := func(input, want string) {
		t.Helper()
		out, err := RunCase([]byte(input))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v %v, want an error with %q", input, out, err, want)
		}
	}
	check(``, "read case")
	check(`[]`, "read case")
	check(`{`+cal+`}`, "read start")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00"}`, "exactly one")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00", "end": "2026-01-02 00:00:00", "add_seconds": 1}`, "exactly one")
	check(`{`+cal+`, "start": "2026-13-01 00:00:00", "add_seconds": 1}`, "read start")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00", "end": "soon"}`, "read end")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00", "add_seconds": -1}`, "negative")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00", "add_seconds": 9223372036}`, "not open for that long")
	check(`{`+cal+`, "start": "2026-01-01 00:00:00", "business_days": 0}`, "business_days")
	check(`{`+cal+`, "time_zone": "Mars/Olympus", "start": "2026-01-01 00:00:00", "add_seconds": 1}`, "time_zone")
	check(`{"calendar": {"days": [], "hours": []}, "start": "2026-01-01 00:00:00", "add_seconds": 1}`, "read calendar")
	check(`{"calendar": {"days": ["mon"], "hours": [["08:00", "12:00"], ["11:00", "13:00"]]}, "start": "2026-01-01 00:00:00", "add_seconds": 1}`, "overlap")
	check(`{"calendar": {"days": ["mon"], "hours": [["08:00", "12:00"]], "holidays": ["32-01"]}, "start": "2026-01-01 00:00:00", "add_seconds": 1}`, "no holiday")
	check(strings.Repeat(" ", maxCase+1), "bytes")
}

func TestWallClock(t *testing.T) {
	t.Parallel()
	c := office(t)
	if a, b := c.WallClock(2026, 10, 25, 2, 30), at(t, "2026-10-25 02:30 CET"); b.Sub(a).Hours() != 1 {
		t.Errorf("double hour: %v, want the first of %v", a, b)
	}
	if a := c.WallClock(2027, 3, 28, 2, 30).In(c.Location()); a.Hour() != 3 || a.Minute() != 30 {
		t.Errorf("gap: %v, want 03:30", a)
	}
}

func FuzzRunCase(f *testing.F) {
	f.Add([]byte(`{"calendar": {"time_zone": "Europe/Berlin", "days": ["mo-fr"], "hours": [["09:00", "12:30"]], "holidays": ["01-06"], "region": "AT-9", "closings": [{"every": "12-24", "to": "01-01"}]}, "start": "2026-02-13 17:00:00", "add_seconds": 7200}`))
	f.Add([]byte(`{"calendar": {"days": ["fr-mo"], "hours": [["22:00", "06:00"]]}, "start": "2026-02-13T17:00:00Z", "end": "2199-12-31T00:00:00Z"}`))
	f.Add([]byte(`{"calendar": {"days": ["su"], "hours": [["00:00", "24:00"]]}, "start": "0001-01-01 00:00", "business_days": 3660}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := RunCase(b)
		if (out == nil) == (err == nil) {
			t.Errorf("%q: %v %v", b, out, err)
		}
	})
}

func FuzzParseWeek(f *testing.F) {
	f.Add("mo-do", "08:00-12:00, 13:00-17:00", "fr", "22:00-06:00")
	f.Add("sa,so", "00:00-24:00", "mon–fri", "8:00–17:00")
	f.Fuzz(func(t *testing.T, days, hours, days2, hours2 string) {
		c, err := NewCalendar(CalendarSpec{Hours: []DayHours{{days, hours}, {days2, hours2}}})
		if err != nil {
			return
		}
		for _, day := range c.week {
			end := -1
			for _, s := range day {
				if s.from <= end || s.to <= s.from || s.to > secondsPerDay {
					t.Errorf("%q %q %q %q: %v", days, hours, days2, hours2, c.week)
				}
				end = s.to
			}
		}
		c.Hours("de")
		c.Hours("en")
	})
}

func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"4h", "1h30m", "2bd", "90s", "4", "2d", "0h", "1h1h", "99999999999999999999h", " 3 h "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, err := ParseTarget(s)
		if err != nil {
			if _, ok := err.(*Problem); !ok {
				t.Errorf("%q: %T", s, err)
			}
			return
		}
		if y, err := ParseTarget(x.String()); err != nil || y != x {
			t.Errorf("%q: %v became %q, then %v %v", s, x, x.String(), y, err)
		}
	})
}
