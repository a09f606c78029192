package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Longer targets are mistakes of writing.
const (
	maxTargetOpen = 10 * 366 * 24 * time.Hour
	maxTargetDays = 3660
)

// Target is what is promised: open time or business days. The zero Target is
// none.
type Target struct {
	Open         time.Duration
	BusinessDays int
}

// IsZero reports whether nothing is promised.
func (t Target) IsZero() bool { return t == Target{} }

// String is the form ParseTarget reads: "4h", "1h30m", "2bd"; "" for none.
func (t Target) String() string {
	if t.BusinessDays > 0 {
		return strconv.Itoa(t.BusinessDays) + "bd"
	}
	if t.Open <= 0 {
		return ""
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := t.Open / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			t.Open -= n * u.size
		}
	}
	return b.String()
}

// MarshalText writes the form ParseTarget reads.
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Target) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = Target{}
		return nil
	}
	x, err := ParseTarget(string(b))
	if err != nil {
		return err
	}
	*t = x
	return nil
}

// ParseTarget reads "4h", "30m", "1h30m", "90s" (open time) or "2bd" (business
// days). The error is a *Problem that says what was meant: a number without a
// unit, calendar days, nothing, too much.
func ParseTarget(s string) (Target, error) {
	fail := func(code Code, other string) (Target, error) {
		return Target{}, &Problem{Code: code, Part: PartTarget, Index: -1, Value: s, Other: other}
	}
	rest := strings.ToLower(strings.TrimSpace(s))
	if rest == "" {
		return fail(TargetEmpty, "")
	}
	var t Target
	smallest := maxTargetOpen
	for rest != "" {
		number, unit, tail := cutUnit(rest)
		n, err := strconv.Atoi(number)
		size, isTime := targetUnit(unit)
		switch {
		case number == "":
			return fail(TargetForm, "")
		case err != nil || n > int(maxTargetOpen/time.Second):
			return fail(TargetTooLong, "")
		case unit == "":
			return fail(TargetNoUnit, number)
		case unit == "d" || unit == "t" || unit == "w":
			return fail(TargetCalendarDays, number)
		case unit == "bd" && tail == "" && smallest == maxTargetOpen:
			t.BusinessDays = n
		case !isTime || size >= smallest:
			return fail(TargetForm, "")
		default:
			t.Open += time.Duration(n) * size
			smallest = size
		}
		rest = tail
	}
	switch {
	case t.IsZero():
		return fail(TargetZero, "")
	case t.Open > maxTargetOpen || t.BusinessDays > maxTargetDays:
		return fail(TargetTooLong, "")
	}
	return t, nil
}

// cutUnit splits off the first number and the letters that follow it.
func cutUnit(s string) (number, unit, rest string) {
	i := len(s) - len(strings.TrimLeft(s, "0123456789"))
	number, rest = s[:i], s[i:]
	if i = strings.IndexAny(rest, "0123456789"); i < 0 {
		i = len(rest)
	}
	return number, strings.TrimSpace(rest[:i]), rest[i:]
}

// targetUnit returns the length of a unit of open time.
func targetUnit(unit string) (time.Duration, bool) {
	switch unit {
	case "h":
		return time.Hour, true
	case "m", "min":
		return time.Minute, true
	case "s":
		return time.Second, true
	}
	return 0, false
}
