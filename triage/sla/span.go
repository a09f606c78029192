package sla

import (
	"fmt"
	"slices"
)

// span is a stretch of a day in seconds of the wall clock, [from, to). A span as
// written may end after 24:00, on the next day.
type span struct{ from, to int }

// String is the form an admin writes; an end on the next day is shown as its
// time there.
func (s span) String() string {
	to := s.to
	if to > secondsPerDay {
		to -= secondsPerDay
	}
	return clockText(s.from) + "-" + clockText(to)
}

// clockText is "08:00", with seconds only if there are any.
func clockText(sec int) string {
	if sec%60 != 0 {
		return fmt.Sprintf("%02d:%02d:%02d", sec/3600, sec/60%60, sec%60)
	}
	return fmt.Sprintf("%02d:%02d", sec/3600, sec/60%60)
}

// subtract returns the parts of hours that no span of closed covers.
func subtract(hours, closed []span) []span {
	out := hours
	for _, x := range closed {
		var rest []span
		for _, h := range out {
			if x.to <= h.from || h.to <= x.from {
				rest = append(rest, h)
				continue
			}
			if h.from < x.from {
				rest = append(rest, span{h.from, x.from})
			}
			if x.to < h.to {
				rest = append(rest, span{x.to, h.to})
			}
		}
		out = rest
	}
	return out
}

// join sorts spans and merges those that overlap or touch.
func join(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return a.from - b.from })
	var out []span
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// cutAtMidnight gives what runs over midnight to the next day.
func cutAtMidnight(shown [7][]span) [7][]span {
	var week [7][]span
	for d, list := range shown {
		for _, s := range list {
			next := (d + 1) % 7
			if s.to > secondsPerDay {
				week[next] = append(week[next], span{0, s.to - secondsPerDay})
			}
			week[d] = append(week[d], span{s.from, min(s.to, secondsPerDay)})
		}
	}
	for d := range week {
		week[d] = join(week[d])
	}
	return week
}
