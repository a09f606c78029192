package sla

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEaster checks against the published dates of years that try the ends of
// the rule: earliest, latest, and its two exceptions.
func TestEaster(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		1954: "04-18", 1961: "04-02", 1981: "04-19", 2000: "04-23", 2008: "03-23", 2011: "04-24", 2019: "04-21",
		2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2038: "04-25", 2049: "04-18", 2076: "04-19", 2160: "03-23",
	} {
		m, d := Easter(year)
		if got := fmt.Sprintf("%02d-%02d", m, d); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
}

// dates lists the holidays of a region as MM-DD.
func dates(t *testing.T, region string, year int, also ...string) string {
	t.Helper()
	list, err := Holidays(region, year, also, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range list {
		s := fmt.Sprintf("%02d-%02d", h.Month, h.Day)
		if h.Afternoon {
			s += "pm"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestGermanHolidays(t *testing.T) {
	t.Parallel()
	// 2026: Good Friday 04-03, Easter Monday 04-06, Ascension 05-14, Whit Monday
	// 05-25, Corpus Christi 06-04.
	const all = "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"
	with := func(more ...string) string {
		list := append(strings.Fields(all), more...)
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	for region, want := range map[string]string{
		"DE":    all,
		"DE-BW": with("01-06", "06-04", "11-01"),
		"DE-BY": with("01-06", "06-04", "11-01"),
		"DE-BE": with("03-08"),
		"DE-BB": with("04-05", "05-24", "10-31"),
		"DE-HB": with("10-31"),
		"DE-HH": with("10-31"),
		"DE-HE": with("06-04"),
		"DE-MV": with("03-08", "10-31"),
		"DE-NI": with("10-31"),
		"DE-NW": with("06-04", "11-01"),
		"DE-RP": with("06-04", "11-01"),
		"DE-SL": with("06-04", "08-15", "11-01"),
		"DE-SN": with("10-31", "11-18"),
		"DE-ST": with("01-06", "10-31"),
		"DE-SH": with("10-31"),
		"DE-TH": with("09-20", "10-31"),
	} {
		if got := dates(t, region, 2026); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}

// TestValidity checks the years a holiday came, went, or was kept once.
func TestValidity(t *testing.T) {
	t.Parallel()
	check := func(region, date string, years ...int) {
		t.Helper()
		for y := 1991; y <= 2032; y++ {
			if got, want := slices.Contains(strings.Fields(dates(t, region, y)), date), slices.Contains(years, y); got != want {
				t.Errorf("%s %d-%s: %v, want %v", region, y, date, got, want)
			}
		}
	}
	from := func(first int) (list []int) {
		for y := first; y <= 2032; y++ {
			list = append(list, y)
		}
		return list
	}
	check("DE-BE", "03-08", from(2019)...)
	check("DE-MV", "03-08", from(2023)...)
	check("DE-BE", "05-08", 1997, 2020, 2025) // 1997: Ascension
	check("DE-BE", "06-17", 2028)
	check("DE-TH", "09-20", from(2019)...)
	check("DE-BY", "10-31", 2017)
	check("DE-HH", "10-31", from(2017)...)
	check("DE-TH", "10-31", from(1991)...)
	check("CH-ZH", "08-01", from(1994)...)
	check("AT-9", "10-26", from(1991)...)
	if got := dates(t, "DE-BY", 1994); !strings.Contains(got, "11-16") {
		t.Errorf("Buß- und Bettag 1994: %s", got)
	}
	if got := dates(t, "DE-BY", 1995); strings.Contains(got, "11-22") {
		t.Errorf("Buß- und Bettag 1995: %s", got)
	}
	for year, want := range map[int]string{1995: "11-22", 2022: "11-16", 2025: "11-19", 2028: "11-22"} {
		if got := dates(t, "DE-SN", year); !strings.Contains(got, want) {
			t.Errorf("Buß- und Bettag %d: %s, want %s", year, got, want)
		}
	}
}

func TestAustrianHolidays(t *testing.T) {
	t.Parallel()
	const want = "01-01 01-06 04-06 05-01 05-14 05-25 06-04 08-15 10-26 11-01 12-08 12-25 12-26"
	for _, region := range Regions() {
		if strings.HasPrefix(region, "AT") {
			if got := dates(t, region, 2026); got != want {
				t.Errorf("%s: %s, want %s", region, got, want)
			}
		}
	}
	for region, day := range map[string]string{"AT-1": "11-11", "AT-2": "10-10", "AT-3": "11-15", "AT-4": "05-04", "AT-5": "09-24", "AT-6": "03-19", "AT-7": "03-19", "AT-8": "03-19", "AT-9": "11-15"} {
		if got := dates(t, region, 2026, "Landesfeiertag"); !strings.Contains(got, day) {
			t.Errorf("%s: %s, want %s", region, got, day)
		}
	}
}

func TestSwissHolidays(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"CH":    "01-01 05-14 08-01 12-25",
		"CH-ZH": "01-01 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		"CH-BE": "01-01 01-02 04-03 04-06 05-14 05-25 08-01 12-25 12-26",
		"CH-LU": "01-01 04-03 05-14 06-04 08-01 08-15 11-01 12-08 12-25 12-26",
		"CH-UR": "01-01 01-06 03-19 04-03 04-06 05-14 05-25 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-SZ": "01-01 01-06 03-19 04-03 04-06 05-14 05-25 06-04 08-01 08-15 11-01 12-08 12-25 12-26",
		"CH-OW": "01-01 04-03 05-14 06-04 08-01 08-15 09-25 11-01 12-08 12-25",
		"CH-NW": "01-01 03-19 04-03 05-14 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-GL": "01-01 04-03 04-06 04-09 05-14 05-25 08-01 11-01 12-25 12-26",
		"CH-ZG": "01-01 04-03 05-14 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-FR": "01-01 04-03 05-14 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-SO": "01-01 04-03 05-01pm 05-14 06-04 08-01 08-15 11-01 12-25",
		"CH-BS": "01-01 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		"CH-BL": "01-01 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		"CH-SH": "01-01 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		"CH-AR": "01-01 04-03 04-06 05-14 05-25 08-01 12-25",
		"CH-AI": "01-01 04-03 04-06 05-14 05-25 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-SG": "01-01 04-03 04-06 05-14 05-25 08-01 11-01 12-25 12-26",
		"CH-GR": "01-01 04-06 05-14 05-25 08-01 12-25 12-26",
		"CH-AG": "01-01 01-02 04-03 04-06 05-01 05-14 05-25 06-04 08-01 08-15 11-01 12-08 12-25 12-26",
		"CH-TG": "01-01 01-02 04-03 04-06 05-01 05-14 05-25 08-01 12-25 12-26",
		"CH-TI": "01-01 01-06 03-19 04-06 05-01 05-14 05-25 06-04 06-29 08-01 08-15 11-01 12-08 12-25 12-26",
		"CH-VD": "01-01 01-02 04-03 04-06 05-14 05-25 08-01 09-21 12-25",
		"CH-VS": "01-01 03-19 05-14 06-04 08-01 08-15 11-01 12-08 12-25",
		"CH-NE": "01-01 03-01 04-03 05-01 05-14 08-01 12-25",
		"CH-GE": "01-01 04-03 04-06 05-14 05-25 08-01 09-10 12-25 12-31",
		"CH-JU": "01-01 01-02 04-03 04-06 05-01 05-14 05-25 06-04 06-23 08-01 08-15 11-01 12-25",
	} {
		if got := dates(t, region, 2026); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
	// The day after a Sunday, and the first Thursday of April in Holy Week or not.
	for _, x := range []struct {
		region string
		year   int
		date   string
		want   bool
	}{
		{"CH-NE", 2023, "01-02", true}, {"CH-NE", 2024, "01-02", false}, {"CH-NE", 2033, "12-26", true},
		{"CH-AR", 2027, "12-26", true}, {"CH-AR", 2028, "12-26", false},
		{"CH-GL", 2025, "04-03", true}, {"CH-GL", 2021, "04-08", true}, {"CH-GL", 2021, "04-01", false},
		{"CH-GE", 2024, "09-05", true}, {"CH-VD", 2024, "09-16", true},
	} {
		if got := strings.Contains(dates(t, x.region, x.year), x.date); got != x.want {
			t.Errorf("%s %d-%s: %v", x.region, x.year, x.date, got)
		}
	}
	if got := dates(t, "CH-ZH", 2024, "sechselaeuten", "knabenschiessen"); !strings.Contains(got, "04-15pm") || !strings.Contains(got, "09-09pm") {
		t.Errorf("Zurich: %s", got)
	}
	if got := dates(t, "CH-ZG", 2026, "ostermontag", "stephanstag", "berchtoldstag"); !strings.Contains(got, "01-02 ") || !strings.Contains(got, "04-06") || !strings.Contains(got, "12-26") {
		t.Errorf("Zug with customary days: %s", got)
	}
}

func TestAlsoAndWithout(t *testing.T) {
	t.Parallel()
	list, err := Holidays("de_by", 2026, []string{"Mariä Himmelfahrt", "Friedensfest", "02-16", "2026-05-15", "2027-01-02", "02-29"}, []string{"Corpus Christi", "2026-11-01", "01-06"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range list {
		got = append(got, fmt.Sprintf("%02d-%02d %s", h.Month, h.Day, h.ID))
	}
	want := []string{"01-01 neujahr", "02-16 02-16", "04-03 karfreitag", "04-06 ostermontag", "05-01 tag_der_arbeit", "05-14 christi_himmelfahrt",
		"05-15 2026-05-15", "05-25 pfingstmontag", "08-08 augsburger_friedensfest", "08-15 mariae_himmelfahrt", "10-03 tag_der_deutschen_einheit",
		"12-25 erster_weihnachtstag", "12-26 zweiter_weihnachtstag"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if name := list[9].Name("de"); name != "Mariä Himmelfahrt" {
		t.Errorf("name %q", name)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"BY": "DE-BY", "bayern": "DE-BY", "DE-BV": "DE-BB", "Zürich": "CH-ZH", "DEBY": "DE-BY", "Mars": "", strings.Repeat("x", 1000): ""} {
		if got := suggestRegion(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
	for s, want := range map[string]string{"Maria Himmelfahrt": "mariae_himmelfahrt", "buss-und-betttag": "buss_und_bettag", "xyzzyxyzzy": ""} {
		if got := suggestHoliday(holidayID(s)); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// TestTablesAreSound asserts what must hold of every row.
func TestTablesAreSound(t *testing.T) {
	t.Parallel()
	known := Regions()
	for _, r := range allRules() {
		if r.id != holidayID(r.id) || r.de == "" || r.en == "" {
			t.Errorf("%q: identifier or names", r.id)
		}
		for f := range strings.FieldsSeq(r.regions) {
			if !slices.Contains(known, f) {
				t.Errorf("%s: unknown region %q", r.id, f)
			}
		}
		for y := firstYear; y <= lastYear; y++ {
			if d, ok := r.on(y); ok && dateOf(d).Year() != y {
				t.Errorf("%s %d: %v", r.id, y, dateOf(d))
			}
		}
	}
	for _, region := range known {
		if n := len(strings.Fields(dates(t, region, 2026))); n < 4 || n > 15 {
			t.Errorf("%s has %d holidays", region, n)
		}
	}
	if dayNumber(1969, time.December, 31) != -1 || weekdayOf(-1) != time.Wednesday || floorDay(-1) != -1 || floorDay(-secondsPerDay) != -1 {
		t.Error("day numbers before 1970")
	}
}
