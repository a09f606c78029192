package sla

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// maxCase bounds the bytes of one case.
const maxCase = 1 << 20

// caseInput is one computation as JSON.
type caseInput struct {
	Calendar caseCalendar `json:"calendar"`
	// TimeZone is the zone of start and end where they have no offset, and of
	// the answer; the calendar's by default.
	TimeZone     string `json:"time_zone"`
	Start        string `json:"start"`
	End          string `json:"end"`
	AddSeconds   *int64 `json:"add_seconds"`
	BusinessDays *int   `json:"business_days"`
}

// caseCalendar is a calendar as JSON: one list of hours for all of days.
type caseCalendar struct {
	TimeZone string      `json:"time_zone"`
	Days     []string    `json:"days"`
	Hours    [][2]string `json:"hours"`
	// Holidays are dates, "2026-12-24" or "12-24".
	Holidays []string `json:"holidays"`
	// Region, Also, Without and Closings are as in CalendarSpec.
	Region   string        `json:"region"`
	Also     []string      `json:"also"`
	Without  []string      `json:"without"`
	Closings []caseClosing `json:"closings"`
}

type caseClosing struct {
	Every string `json:"every"`
	Date  string `json:"date"`
	To    string `json:"to"`
	Hours string `json:"hours"`
}

// CaseEnd is the answer to a case with seconds or business days to add.
type CaseEnd struct {
	End string `json:"end"` // RFC 3339 in the zone of the case
}

// CaseSeconds is the answer to a case with an end.
type CaseSeconds struct {
	WorkingSeconds int64 `json:"working_seconds"`
}

// RunCase computes one case: a calendar, a start, and either seconds of open
// time or business days to add (the output is a CaseEnd) or an end (a
// CaseSeconds). All that is wrong with the input is an error.
func RunCase(input []byte) (output any, err error) {
	if len(input) > maxCase {
		return nil, fmt.Errorf("read case: %d bytes are more than %d", len(input), maxCase)
	}
	var in caseInput
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	cal, err := in.Calendar.compile()
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	zone := cal.Location()
	if in.TimeZone != "" {
		if zone, err = loadZone(in.TimeZone); err != nil {
			return nil, fmt.Errorf("read time_zone: %w", err)
		}
	}
	start, err := ParseInstant(in.Start, zone)
	if err != nil {
		return nil, fmt.Errorf("read start: %w", err)
	}
	asked := 0
	for _, given := range []bool{in.End != "", in.AddSeconds != nil, in.BusinessDays != nil} {
		if given {
			asked++
		}
	}
	if asked != 1 {
		return nil, fmt.Errorf("read case: give exactly one of add_seconds, business_days and end")
	}
	if in.End != "" {
		end, err := ParseInstant(in.End, zone)
		if err != nil {
			return nil, fmt.Errorf("read end: %w", err)
		}
		return CaseSeconds{int64(cal.Elapsed(start, end) / time.Second)}, nil
	}
	end, err := in.add(cal, start)
	if err != nil {
		return nil, err
	}
	return CaseEnd{end.In(zone).Format(time.RFC3339)}, nil
}

// add computes the end of a case.
func (in *caseInput) add(cal *Calendar, start time.Time) (end time.Time, err error) {
	switch {
	case in.BusinessDays != nil && (*in.BusinessDays < 1 || *in.BusinessDays > maxTargetDays):
		return end, fmt.Errorf("read business_days: %d is not between 1 and %d", *in.BusinessDays, maxTargetDays)
	case in.BusinessDays != nil:
		end = cal.DueBusinessDays(start, *in.BusinessDays)
	case *in.AddSeconds < 0 || *in.AddSeconds > int64((1<<63-1)/time.Second):
		return end, fmt.Errorf("read add_seconds: %d is negative or too much", *in.AddSeconds)
	default:
		end = cal.Add(start, time.Duration(*in.AddSeconds)*time.Second)
	}
	if end.IsZero() {
		return end, fmt.Errorf("the calendar is not open for that long before the year %d", lastYear+1)
	}
	return end, nil
}

// compile makes a Calendar of its JSON form.
func (c *caseCalendar) compile() (*Calendar, error) {
	var hours []string
	for _, h := range c.Hours {
		hours = append(hours, h[0]+"-"+h[1])
	}
	spec := CalendarSpec{
		Zone:    c.TimeZone,
		Region:  c.Region,
		Also:    append(append([]string(nil), c.Also...), c.Holidays...),
		Without: c.Without,
		Hours:   []DayHours{{Days: strings.Join(c.Days, ","), Hours: strings.Join(hours, ",")}},
	}
	for _, x := range c.Closings {
		spec.Closings = append(spec.Closings, Closing{Every: x.Every, Date: x.Date, To: x.To, Hours: x.Hours})
	}
	return NewCalendar(spec)
}

// ParseInstant reads RFC 3339, or date and time without an offset in a zone.
func ParseInstant(s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04"} {
		if w, err := time.Parse(layout, s); err == nil {
			return wallClock(w, zone), nil
		}
	}
	return time.Time{}, fmt.Errorf(`%q is no time; write "2026-03-02 09:00:00" or "2026-03-02T09:00:00+01:00"`, s)
}

// wallClock returns the instant at which the clocks of a zone show w, which is
// in UTC. Of a time that comes twice it is the first; one that does not exist is
// read with the offset before the gap.
func wallClock(w time.Time, zone *time.Location) time.Time {
	_, before := w.AddDate(0, 0, -1).In(zone).Zone()
	_, after := w.AddDate(0, 0, 1).In(zone).Zone()
	first := w.Add(-time.Duration(before) * time.Second)
	second := w.Add(-time.Duration(after) * time.Second)
	if _, o := first.In(zone).Zone(); o == before {
		return first.In(zone)
	}
	if _, o := second.In(zone).Zone(); o == after {
		return second.In(zone)
	}
	return first.In(zone)
}
