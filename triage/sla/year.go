package sla

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"sort"
	"time"
)

// year is the open time of one year, built once and then only read.
type year struct {
	// start and end are open intervals in Unix seconds inside the UTC year,
	// sorted, apart from one another; cum is the open time before each.
	start, end, cum []int64
	total           int64
	// day holds the local dates of the year, as days since 1970, that are open
	// at all; closing is the last instant of each, in Unix seconds.
	day     []int
	closing []int64
}

// year returns the table of y, which must lie in [firstYear, lastYear]. Two
// callers may build the same table at once; either is kept.
func (c *Calendar) year(y int) *year {
	slot := &c.years[y-firstYear]
	if t := slot.Load(); t != nil {
		return t
	}
	t := c.build(y)
	slot.Store(t)
	return t
}

// build walks the stretches of constant offset that touch the year. Inside a
// stretch local time is UTC plus a constant, so the hours of each local date can
// be moved to UTC and cut at the ends of the stretch. That is the whole of what
// clock changes need: hours in a gap have no stretch, a double hour has two.
func (c *Calendar) build(y int) *year {
	t := &year{}
	lo, hi := yearStart(y), yearStart(y+1)
	first, next := dayNumber(y, time.January, 1), dayNumber(y+1, time.January, 1)
	closing := make([]int64, next-first)
	shut := c.days.shut(y-1, y+1)

	// Offsets are below a day, so two days around the year hold all local dates.
	from, to := lo-2*secondsPerDay, hi+2*secondsPerDay
	for at := from; at < to; {
		off, until := c.stretch(at, to)
		for d := floorDay(at + off); int64(d)*secondsPerDay < until+off; d++ {
			midnight := int64(d)*secondsPerDay - off
			for _, s := range c.hoursOf(d, shut) {
				a, b := max(midnight+int64(s.from), at), min(midnight+int64(s.to), until)
				if a >= b {
					continue
				}
				if d >= first && d < next {
					closing[d-first] = max(closing[d-first], b)
				}
				t.append(max(a, lo), min(b, hi))
			}
		}
		at = until
	}
	for i, b := range closing {
		if b != 0 {
			t.day = append(t.day, first+i)
			t.closing = append(t.closing, b)
		}
	}
	return t
}

// stretch returns the offset of local time in force at an instant and an instant
// up to which it surely is, at most limit.
func (c *Calendar) stretch(at, limit int64) (off, until int64) {
	l := time.Unix(at, 0).In(c.loc)
	_, o := l.Zone()
	_, end := l.ZoneBounds()
	switch {
	case end.IsZero():
		return int64(o), limit
	case end.Unix() > at:
		return int64(o), min(limit, end.Unix())
	}
	// On the last day of leap years package time names an end that has passed
	// (it takes 365 days for every year). Go on in small steps then.
	until = min(limit, at+60*60)
	same := func(sec int64) bool { _, x := time.Unix(sec, 0).In(c.loc).Zone(); return x == o }
	if n := sort.Search(int(until-at), func(i int) bool { return !same(at + int64(i)) }); n > 0 {
		until = at + int64(n)
	}
	return int64(o), until
}

// hoursOf returns the open hours of a local date.
func (c *Calendar) hoursOf(day int, shut map[int][]span) []span {
	hours := c.week[weekdayOf(day)]
	if closed, ok := shut[day]; ok {
		return subtract(hours, closed)
	}
	return hours
}

// append adds an interval at the end, joined with the last if they touch.
func (t *year) append(a, b int64) {
	if a >= b {
		return
	}
	if n := len(t.end); n > 0 && t.end[n-1] == a {
		t.end[n-1] = b
	} else {
		t.start, t.end, t.cum = append(t.start, a), append(t.end, b), append(t.cum, t.total)
	}
	t.total += b - a
}

// before returns the open time of the year before an instant.
func (t *year) before(sec int64, nsec int) time.Duration {
	i := sort.Search(len(t.start), func(i int) bool { return t.start[i] > sec }) - 1
	if i < 0 {
		return 0
	}
	if sec >= t.end[i] {
		return time.Duration(t.cum[i]+t.end[i]-t.start[i]) * time.Second
	}
	return time.Duration(t.cum[i]+sec-t.start[i])*time.Second + time.Duration(nsec)
}

// reach returns the earliest instant of the year with the open time d before it;
// 0 < d <= total.
func (t *year) reach(d time.Duration) time.Time {
	i := sort.Search(len(t.cum), func(i int) bool { return time.Duration(t.cum[i])*time.Second >= d }) - 1
	return time.Unix(t.start[i], int64(d-time.Duration(t.cum[i])*time.Second)).UTC()
}

// nextDay returns the index of the first open day after a local date.
func (t *year) nextDay(day int) int {
	i, found := slices.BinarySearch(t.day, day)
	if found {
		i++
	}
	return i
}

// yearStart is 1 January 00:00 UTC in Unix seconds.
func yearStart(y int) int64 { return time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC).Unix() }

// dayNumber counts the days from 1970-01-01 to a date.
func dayNumber(y int, m time.Month, d int) int {
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// dateOf is the inverse of dayNumber, at midnight UTC.
func dateOf(day int) time.Time { return time.Unix(int64(day)*secondsPerDay, 0).UTC() }

// floorDay is the day number of a count of local seconds.
func floorDay(sec int64) int {
	d := sec / secondsPerDay
	if sec%secondsPerDay < 0 {
		d--
	}
	return int(d)
}

// weekdayOf returns the weekday of a day number; 1970-01-01 was a Thursday.
func weekdayOf(day int) time.Weekday { return time.Weekday(((day+4)%7 + 7) % 7) }

// fingerprintYears are the years whose open hours make up a Fingerprint.
const fingerprintFirst, fingerprintLast = 2020, 2060

// Fingerprint identifies the open hours as they come out of hours, holidays,
// closings, zone and the tables of this program: two calendars with the same one
// answer alike in all the years that matter.
func (c *Calendar) Fingerprint() string {
	h := sha256.New()
	var buf [16]byte
	for y := fingerprintFirst; y <= fingerprintLast; y++ {
		k := c.build(y)
		for i, a := range k.start {
			binary.BigEndian.PutUint64(buf[:8], uint64(a))
			binary.BigEndian.PutUint64(buf[8:], uint64(k.end[i]))
			h.Write(buf[:])
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
