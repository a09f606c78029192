package sla

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	check := func(s string, want Target, back string) {
		t.Helper()
		got, err := ParseTarget(s)
		if err != nil || got != want || got.String() != back {
			t.Errorf("%q: %+v %q %v, want %+v", s, got, got, err, want)
		}
	}
	check("4h", Target{Open: 4 * time.Hour}, "4h")
	check("30m", Target{Open: 30 * time.Minute}, "30m")
	check("90min", Target{Open: 90 * time.Minute}, "1h30m")
	check("1h30m", Target{Open: 90 * time.Minute}, "1h30m")
	check("1h 30m", Target{Open: 90 * time.Minute}, "1h30m")
	check("45s", Target{Open: 45 * time.Second}, "45s")
	check("2bd", Target{BusinessDays: 2}, "2bd")
	check(" 2 BD ", Target{BusinessDays: 2}, "2bd")
	bad := func(s string, code Code, fix string) {
		t.Helper()
		_, err := ParseTarget(s)
		var p *Problem
		if !errors.As(err, &p) || p.Code != code || !strings.Contains(p.Fix("de"), fix) || p.Part != PartTarget {
			t.Errorf("%q: %v, want %s with %q", s, err, code, fix)
		}
	}
	bad("", TargetEmpty, "4h")
	bad("4", TargetNoUnit, "4h oder 4m")
	bad("2d", TargetCalendarDays, "2bd")
	bad("2t", TargetCalendarDays, "2bd")
	bad("1w", TargetCalendarDays, "")
	bad("0h", TargetZero, "")
	bad("0bd", TargetZero, "")
	bad("h", TargetForm, "")
	bad("-4h", TargetForm, "")
	bad("4.5h", TargetForm, "")
	bad("1h1h", TargetForm, "")
	bad("30m1h", TargetForm, "")
	bad("1h2bd", TargetForm, "")
	bad("2bd1h", TargetForm, "")
	bad("4 Stunden", TargetForm, "")
	bad("90000h", TargetTooLong, "")
	bad("5000bd", TargetTooLong, "")
	bad("99999999999999999999h", TargetTooLong, "")
}
