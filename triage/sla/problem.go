package sla

import (
	"fmt"
	"strings"
)

// Code names a kind of mistake in what an admin wrote.
type Code string

// The mistakes this package finds.
const (
	UnknownZone        Code = "unknown_zone"
	UnknownDay         Code = "unknown_day"
	DaysReversed       Code = "days_reversed" // hint: the range runs over the weekend
	HoursForm          Code = "hours_form"
	HoursEmpty         Code = "hours_empty"
	HoursReversed      Code = "hours_reversed" // hint: the hours run over midnight
	HoursOverlap       Code = "hours_overlap"
	TooManyHours       Code = "too_many_hours"
	NeverOpen          Code = "never_open"
	UnknownRegion      Code = "unknown_region"
	UnknownHoliday     Code = "unknown_holiday"
	HolidayElsewhere   Code = "holiday_elsewhere" // warning: without names a day the region does not have
	DateForm           Code = "date_form"
	DateMissing        Code = "date_missing"
	DateBoth           Code = "date_both"
	DateReversed       Code = "date_reversed"
	TooManyClosings    Code = "too_many_closings"
	TargetEmpty        Code = "target_empty"
	TargetForm         Code = "target_form"
	TargetNoUnit       Code = "target_no_unit"
	TargetCalendarDays Code = "target_calendar_days"
	TargetZero         Code = "target_zero"
	TargetTooLong      Code = "target_too_long"
)

// Level says how bad a problem is.
type Level int

// An error keeps the calendar from being compiled; the others do not.
const (
	Error Level = iota
	Warning
	Hint
)

// Part names the part of a specification a problem is in.
type Part string

// The parts; Index counts inside of them.
const (
	PartZone     Part = "time_zone"
	PartHours    Part = "hours"
	PartRegion   Part = "holidays.region"
	PartAlso     Part = "holidays.also"
	PartWithout  Part = "holidays.without"
	PartClosings Part = "closings"
	PartTarget   Part = "target"
)

// Problem is a mistake with its place in the specification.
type Problem struct {
	Code  Code
	Level Level
	Part  Part
	Index int    // which entry of the part, from 0; -1 = the part itself
	Value string // what was written
	Other string // what it collides with, or what was probably meant; may be empty
}

// Error is the English text.
func (p *Problem) Error() string { return p.Text("en") }

// Text says what is wrong, in German ("de") or English.
func (p *Problem) Text(lang string) string {
	t, ok := problemTexts()[p.Code]
	if !ok {
		return fmt.Sprintf("%s: %q", p.Code, p.Value)
	}
	s := t.en
	if lang == "de" {
		s = t.de
	}
	return fill(s, p)
}

// Fix says what to write instead; "" if there is nothing to add to Text.
func (p *Problem) Fix(lang string) string {
	t := problemTexts()[p.Code]
	s := t.fixEN
	if lang == "de" {
		s = t.fixDE
	}
	if strings.Contains(s, "{other}") && p.Other == "" {
		if s = t.elseEN; lang == "de" {
			s = t.elseDE
		}
	}
	return fill(s, p)
}

// fill puts the values of a problem into a text.
func fill(s string, p *Problem) string {
	return strings.NewReplacer("{value}", p.Value, "{other}", p.Other).Replace(s)
}

// Problems is all that is wrong with a specification.
type Problems []*Problem

// Error joins the English texts.
func (ps Problems) Error() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Error())
	}
	return b.String()
}

func (ps Problems) hasErrors() bool {
	for _, p := range ps {
		if p.Level == Error {
			return true
		}
	}
	return false
}
