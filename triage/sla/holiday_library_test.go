package sla

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// libraryHolidays is what an independent library computes.
//
//go:embed testdata/holidays.txt
var libraryHolidays string

// doubted says, by region and date, where we do not follow the library, and why. The
// law of the canton decides.
var doubted = map[string]string{
	"CH-AI 09-22": "Saint Maurice holds in the inner part alone: mauritiustag adds it",
	"CH-AI 12-08": "section 1 of the canton's law names it",
	"CH-AR 12-26": "not if Christmas is a Monday or a Friday",
	"CH-UR 12-26": "not if Christmas is a Monday or a Friday",
	"CH-GL 04-01": "Näfelser Fahrt moves out of Holy Week only, and 2027-04-01 is after Easter",
	"CH-GL 04-08": "as 04-01",
	"CH-GL 12-24": "no legal day of rest",
	"CH-GL 12-31": "no legal day of rest",
	"CH-SO 03-19": "in some communes only: josefstag adds it",
	"CH-VS 05-01": "no legal day of rest: tag_der_arbeit adds it",
	"CH-VS 12-24": "no legal day of rest",
	"CH-VS whit":  "no legal day of rest: pfingstmontag adds it",
	"CH-NE whit":  "no legal day of rest: pfingstmontag adds it",
	"CH-NE east":  "no legal day of rest: ostermontag adds it",
	"CH-NE corp":  "in Le Landeron only: fronleichnam adds it",
}

// TestAgainstLibrary compares every region and year with an independent library.
func TestAgainstLibrary(t *testing.T) {
	t.Parallel()
	regions := map[string]bool{}
	for line := range strings.Lines(libraryHolidays) {
		f := strings.Fields(line)
		if len(f) < 3 || f[0] == "#" {
			continue
		}
		year, err := strconv.Atoi(f[1])
		if err != nil {
			t.Fatalf("line %q", line)
		}
		regions[f[0]] = true
		want := f[2:]
		ours := slices.DeleteFunc(strings.Fields(dates(t, f[0], year)), func(d string) bool {
			at, err := time.Parse("2006-01-02", f[1]+"-"+strings.TrimSuffix(d, "pm"))
			return err != nil || at.Weekday() == time.Sunday
		})
		for _, d := range ours {
			if !slices.Contains(want, d) && doubted[f[0]+" "+movable(year, d)] == "" {
				t.Errorf("%s %d: %s is no holiday of the library", f[0], year, d)
			}
		}
		for _, d := range want {
			if !slices.Contains(ours, d) && doubted[f[0]+" "+movable(year, d)] == "" {
				t.Errorf("%s %d: the library has %s", f[0], year, d)
			}
		}
	}
	// "CH" holds what all cantons share, which is no region of the library.
	if len(regions) != len(Regions())-1 {
		t.Errorf("%d regions compared, want %d", len(regions), len(Regions())-1)
	}
}

// movable names the days that follow Easter; others are their date.
func movable(year int, date string) string {
	date = strings.TrimSuffix(date, "pm")
	m, d := Easter(year)
	easter := dayNumber(year, m, d)
	for days, name := range map[int]string{1: "east", 50: "whit", 60: "corp"} {
		if dateOf(easter+days).Format("01-02") == date {
			return name
		}
	}
	return date
}
