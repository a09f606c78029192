package command

import (
	"testing"
	"time"
)

func TestWhen(t *testing.T) {
	t.Parallel()
	c := context(t) // Monday, 2 March 2026, 09:00:30
	check := func(want string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			m := Parse("#wv "+text, c)
			if len(m.Commands) != 1 || m.Commands[0].When.Format("2006-01-02 15:04 -0700") != want {
				t.Errorf("%q: %s %+v, want %s", text, summary(m), m.Problems, want)
			}
		}
	}
	check("2026-03-02 12:00 +0100", "3h", "3 h", "3 Stunden", "in 3 Std.", "180 min", "12:00", "12 Uhr", "um 12:00", "heute 12 Uhr", "today 12:00", "heute um 12:00 Uhr", "12pm")
	check("2026-03-04 09:00 +0100", "2d", "2t", "2 Tage", "in 2 Tagen", "2 days")
	check("2026-03-09 09:00 +0100", "1w", "1 Woche", "in 1 week")
	check("2026-03-03 07:30 +0100", "morgen", "tomorrow", "di", "Dienstag", "nächsten dienstag", "naechsten Di.", "next tuesday", "kommenden Dienstag", "3.3.", "03.03.", "3.3.26",
		"2026-03-03", "3. März", "3 march", "March 3", "3rd march 2026", "am 3. März 2026", "Di,")
	check("2026-03-03 09:00 +0100", "morgen 9:00", "morgen um 9 Uhr", "morgen 9.00", "morgen 9h", "tomorrow at 9 am", "tomorrow 9am", "di 09:00", "2026-03-03T09:00", "2026-03-03T08:00Z", "3.3. 9:00", "3.3., 9:00")
	check("2026-03-09 07:30 +0100", "mo", "Montag", "nächsten Montag", "nächste Woche", "next week")
	check("2026-03-04 07:30 +0100", "übermorgen", "uebermorgen", "mi", "wed")
	check("2026-12-24 07:30 +0100", "24.12.", "24.12", "24.12.2026", "2026-12-24", "24. Dezember", "dec 24 2026")
	check("2026-12-24 14:00 +0100", "24.12.2026 14:00", "24.12. 14 Uhr", "24.12. um 14:00", "2026-12-24 14:00", "2026-12-24 2 pm")
	check("2027-03-01 07:30 +0100", "1.3.", "01.03.")
	check("2028-02-29 07:30 +0100", "29.2.")
	check("2026-03-07 08:00 +0100", "sa", "Samstag") // the calendar opens on another day
	// Summer time begins on 29 March 2026 and ends on 25 October.
	check("2026-03-30 09:00 +0200", "4w", "28 Tage", "30.3. 9:00")
	check("2026-03-29 03:30 +0200", "29.3. 2:30")
	check("2026-10-25 02:30 +0200", "25.10. 2:30")
	check("2026-10-25 02:30 +0100", "2026-10-25T02:30+01:00")
	bad := func(code Code, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if m := Parse("#wv "+text, c); len(m.Problems) != 1 || m.Problems[0].Code != code {
				t.Errorf("%q: %s, want %s", text, summary(m), code)
			}
		}
	}
	bad(PastDate, "heute", "heute 8:00", "9:00", "0h", "gestern", "1.3.2026", "2026-03-02", "2026-03-02 09:00")
	bad(BadDate, "31.2.", "32.1.", "1.13.", "24:00", "morgen 9:60", "12/24/2026", "mo di", "9", "2", "bald", "2x", "in", "am", "nächsten", "morgen 13pm", "2026-13-01",
		"3h morgen", "99999999h", "24.12.9999", "9:00 uhr morgen früh")
}

func TestWhenAcrossTheClockChange(t *testing.T) {
	t.Parallel()
	c := context(t)
	c.Now = time.Date(2026, 10, 25, 0, 45, 0, 0, c.Location) // the night summer time ends
	m := Parse("#wv 2h", c)
	if got := m.Commands[0].When.Sub(c.Now); got != 2*time.Hour {
		t.Errorf("2h are %s", got)
	}
	m = Parse("#wv 1d", c)
	if got := m.Commands[0].When.Format("02 15:04 -0700"); got != "26 00:45 +0100" {
		t.Errorf("a day later: %s", got)
	}
	c.Now = c.Now.Add(2 * time.Hour) // 02:45 the first time is 01:45 later; now it is the second 01:45+1h
	m = Parse("#wv 30m", c)
	again := Parse(m.Commands[0].Print("de", "IT"), c)
	if !again.OK() || !again.Commands[0].When.Equal(m.Commands[0].When) {
		t.Errorf("%s is read back as %s", m.Commands[0].When, summary(again))
	}
	c.Location, c.Opening = nil, nil
	if m := Parse("#wv morgen", c); m.Commands[0].When.Format(time.RFC3339) != "2026-10-26T08:00:00Z" {
		t.Errorf("without zone and calendar: %s", m.Commands[0].When)
	}
}

func TestCallIsPast(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(text, want string) {
		t.Helper()
		m := Parse("#anruf "+text+"\nNotiz", c)
		if len(m.Commands) != 1 || m.Commands[0].When.Format("2006-01-02 15:04") != want {
			t.Errorf("%q: %s, want %s", text, summary(m), want)
		}
	}
	check("", "0001-01-01 00:00")
	check("8:30", "2026-03-02 08:30")
	check("heute 8:30", "2026-03-02 08:30")
	check("gestern 16:00", "2026-03-01 16:00")
	check("fr", "2026-02-27 07:30")
	check("27.2. 9:00", "2026-02-27 09:00")
	check("24.12.", "2025-12-24 07:30")
	check("8:30: Router neu gestartet", "2026-03-02 08:30")
}

func TestAway(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(now, text, want string) {
		t.Helper()
		c.Now, _ = time.ParseInLocation(time.DateOnly, now, c.Location)
		if got := summary(Parse("#urlaub "+text, c)); got != want {
			t.Errorf("%s, %q: %s, want %s", now, text, got, want)
		}
	}
	const august = "#urlaub 2026-08-10 - 2026-08-28 tobias | "
	for _, text := range []string{"10.08.-28.08. Tobias", "10.08. - 28.08. Tobias", "10.8. bis 28.8. tobias", "10.-28.08. Tobias Kern", "10.08.–28.08.2026 Tobias", "10.08.2026-28.08.2026 t.kern@firma.example",
		"2026-08-10 - 2026-08-28 Tobias", "2026-08-10-2026-08-28 tobias", "from 2026-08-10 to 2026-08-28 tobias", "vom 10. August bis zum 28. August Tobias", "10.08. 28.08. Tobias"} {
		check("2026-03-02", text, august)
	}
	check("2026-08-15", "10.08.-28.08. Tobias", august)
	check("2026-03-02", "morgen", "#urlaub 2026-03-03 - 2026-03-03 | ")
	check("2026-03-02", "heute bis fr systemhaus", "#urlaub 2026-03-02 - 2026-03-06 systemhaus | ")
	check("2026-11-01", "20.12.-06.01.", "#urlaub 2026-12-20 - 2027-01-06 | ")
	check("2027-01-03", "20.12.-06.01.", "#urlaub 2026-12-20 - 2027-01-06 | ")
	check("2026-03-02", "10.08.-28.08. Kern", "!ambiguous | ")
	check("2026-03-02", "vielleicht", "!bad_date | ")
	check("2026-03-02", "10.08.-", "!bad_date | ")
	check("2026-03-02", "31.02.-03.03.", "!bad_date | ")
	check("2026-03-02", "", "!missing | ")
}
