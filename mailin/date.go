package mailin

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a Date field (RFC 5322 section 3.3 and the forms that mailers
// write instead): missing or German weekdays and months, two-digit years, zones
// by name, "GMT+01:00", missing seconds, ISO 8601, asctime.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(stripComments(s))
	if s == "" || len(s) > 200 {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "T", 1)); err == nil {
		return t, true
	}
	var d dateParts
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		d.word(w)
	}
	return d.time()
}

type dateParts struct {
	day, month, year, hour, minute, second int
	hasTime, hasZone, pm, am               bool
	offset                                 int // seconds east
}

// word takes one blank-separated word of a date.
func (d *dateParts) word(w string) {
	low := strings.ToLower(strings.TrimSuffix(w, "."))
	switch {
	case strings.Count(w, ":") >= 1 && w[0] >= '0' && w[0] <= '9':
		d.clock(w)
	case isNumber(low):
		d.number(low)
	case strings.Count(w, "-") == 2 || strings.Count(w, "/") == 2 || strings.Count(w, ".") == 2:
		d.compound(w)
	case (w[0] == '+' || w[0] == '-') && d.hasTime:
		d.zone(w)
	case low == "pm":
		d.pm = true
	case low == "am":
		d.am = true
	case monthOf(low) > 0:
		d.month = monthOf(low)
	case d.hasTime:
		d.zoneName(low)
	}
}

func isNumber(s string) bool {
	if s == "" || len(s) > 4 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// number is a day or a year, by its place.
func (d *dateParts) number(s string) {
	n, _ := strconv.Atoi(s)
	switch {
	case d.day == 0 && n >= 1 && n <= 31 && len(s) <= 2:
		d.day = n
	case d.year == 0 && (d.month > 0 || len(s) == 4):
		d.year = n
		if len(s) <= 3 { // RFC 5322 section 4.3
			if n < 50 {
				d.year += 2000
			} else {
				d.year += 1900
			}
		}
	}
}

func (d *dateParts) clock(w string) {
	if i := strings.IndexAny(w, "+-Z"); i > 0 {
		if d.hasTime = true; w[i] != 'Z' {
			d.zone(w[i:])
		} else {
			d.hasZone = true
		}
		w = w[:i]
	}
	p := strings.SplitN(w, ":", 3)
	if len(p) < 2 {
		return
	}
	d.hour, _ = strconv.Atoi(p[0])
	d.minute, _ = strconv.Atoi(p[1])
	if len(p) == 3 {
		sec, _, _ := strings.Cut(p[2], ".")
		d.second, _ = strconv.Atoi(sec)
	}
	d.hasTime = true
}

// compound reads 2026-03-02, 02.03.2026, 2-Mar-2026 and 03/02/2026 (month first).
func (d *dateParts) compound(w string) {
	p := strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(p) != 3 {
		return
	}
	switch {
	case len(p[0]) == 4:
		d.year, d.month, d.day = atoi(p[0]), atoi(p[1]), atoi(p[2])
	case monthOf(strings.ToLower(p[1])) > 0:
		d.day, d.month = atoi(p[0]), monthOf(strings.ToLower(p[1]))
		d.number(p[2])
	case strings.Contains(w, "/"):
		d.month, d.day = atoi(p[0]), atoi(p[1])
		d.number(p[2])
	default:
		d.day, d.month = atoi(p[0]), atoi(p[1])
		d.number(p[2])
	}
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// zone reads "+0100", "+01:00", "-5".
func (d *dateParts) zone(w string) {
	sign := 1
	if w[0] == '-' {
		sign = -1
	}
	digits := strings.ReplaceAll(w[1:], ":", "")
	if !isNumber(digits) {
		return
	}
	n := atoi(digits)
	if len(digits) <= 2 {
		n *= 100
	}
	if n/100 <= 15 && n%100 < 60 {
		d.offset, d.hasZone = sign*(n/100*3600+n%100*60), true
	}
}

// zoneName reads the zones that RFC 5322 section 4.3 names, the European ones,
// and "GMT+01:00".
func (d *dateParts) zoneName(w string) {
	if i := strings.IndexAny(w, "+-"); i > 0 {
		d.zone(w[i:])
		return
	}
	if d.hasZone {
		return
	}
	hours := map[string]int{"gmt": 0, "ut": 0, "utc": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
		"mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "met": 1, "mez": 1, "cest": 2, "mest": 2, "mesz": 2,
		"bst": 1, "west": 1, "wet": 0, "eet": 2, "eest": 3, "msk": 3, "jst": 9}
	if h, ok := hours[w]; ok {
		d.offset, d.hasZone = h*3600, true
	}
}

func (d *dateParts) time() (time.Time, bool) {
	if d.pm && d.hour < 12 {
		d.hour += 12
	} else if d.am && d.hour == 12 {
		d.hour = 0
	}
	ok := d.day >= 1 && d.day <= 31 && d.month >= 1 && d.month <= 12 && d.year >= 1 && d.year <= 9999 &&
		d.hour >= 0 && d.hour < 25 && d.minute >= 0 && d.minute < 60 && d.second >= 0 && d.second <= 60
	if !ok {
		return time.Time{}, false
	}
	loc := time.UTC
	if d.offset != 0 {
		loc = time.FixedZone("", d.offset)
	}
	return time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, 0, loc), true
}

// monthOf knows English and German month names, whole or cut to three letters
// and more.
func monthOf(w string) int {
	if len(w) < 3 {
		return 0
	}
	for i, names := range [...][2]string{{"january", "januar"}, {"february", "februar"}, {"march", "märz"}, {"april", "april"},
		{"may", "mai"}, {"june", "juni"}, {"july", "juli"}, {"august", "august"}, {"september", "september"},
		{"october", "oktober"}, {"november", "november"}, {"december", "dezember"}} {
		if strings.HasPrefix(names[0], w) || strings.HasPrefix(names[1], w) {
			return i + 1
		}
	}
	switch w {
	case "maerz", "mrz", "mär":
		return 3
	case "sept":
		return 9
	case "jänner", "jän":
		return 1
	}
	return 0
}
