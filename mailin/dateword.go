package mailin

import (
	"strings"
	"time"
)

// returnLead says how a word announces the end of an absence.
type returnLead int

const (
	leadUntil returnLead = iota + 1
	leadBack
)

var returnLeads = map[string]returnLead{
	"bis": leadUntil, "einschließlich": leadUntil, "until": leadUntil, "till": leadUntil, "through": leadUntil, "to": leadUntil,
	"ab": leadBack, "am": leadBack, "on": leadBack, "from": leadBack, "zurück": leadBack, "back": leadBack, "returning": leadBack,
}

// dateAt reads a day at the start of words: 24.12.2026, 24.12., 24. Dezember
// 2026, 2026-12-24, 24 December, December 24th, 12/24/2026.
func dateAt(words []string, sent time.Time) (time.Time, bool) {
	if len(words) == 0 {
		return time.Time{}, false
	}
	w := strings.TrimRight(words[0], ".;:!")
	if strings.Count(w, "-") == 2 && len(w) == 10 {
		t, err := time.ParseInLocation("2006-01-02", w, sent.Location())
		return t, err == nil
	}
	if p := strings.Split(w, "."); len(p) >= 2 && len(p) <= 3 && isNumber(p[0]) && isNumber(p[1]) {
		year := 0
		if len(p) == 3 && isNumber(p[2]) {
			year = atoi(p[2])
		}
		return day(year, atoi(p[1]), atoi(p[0]), sent)
	}
	if p := strings.Split(w, "/"); len(p) == 3 && isNumber(p[0]) && isNumber(p[1]) && isNumber(p[2]) {
		return day(atoi(p[2]), atoi(p[0]), atoi(p[1]), sent)
	}
	if len(words) < 2 {
		return time.Time{}, false
	}
	next := strings.TrimRight(words[1], ".;:!")
	year := 0
	if len(words) > 2 {
		if y := strings.TrimRight(words[2], ".;:!"); isNumber(y) && len(y) == 4 {
			year = atoi(y)
		}
	}
	if n := ordinal(w); n > 0 && monthOf(next) > 0 {
		return day(year, monthOf(next), n, sent)
	}
	if n := ordinal(next); n > 0 && monthOf(w) > 0 {
		return day(year, monthOf(w), n, sent)
	}
	return time.Time{}, false
}

// ordinal reads "24", "24th", "1st".
func ordinal(s string) int {
	for _, suffix := range [...]string{"st", "nd", "rd", "th"} {
		s = strings.TrimSuffix(s, suffix)
	}
	if !isNumber(s) || len(s) > 2 {
		return 0
	}
	return atoi(s)
}

func day(year, month, d int, sent time.Time) (time.Time, bool) {
	if month < 1 || month > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	if year > 0 && year < 100 {
		year += 2000
	}
	guess := year == 0
	if guess {
		year = sent.Year()
	}
	t := time.Date(year, time.Month(month), d, 0, 0, 0, 0, sent.Location())
	if guess && t.Before(sent.AddDate(0, 0, -7)) {
		t = t.AddDate(1, 0, 0)
	}
	return t, t.Day() == d
}
