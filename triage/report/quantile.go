package report

import (
	"cmp"
	"slices"
)

// spread is the median and the 90th percentile of cases, nearest rank.
func spread(cases []int64) Spread {
	s := Spread{N: len(cases)}
	if s.N == 0 {
		return s
	}
	slices.Sort(cases)
	s.Median, s.P90 = rank(cases, 50), rank(cases, 90)
	return s
}

// rank is the value at place ⌈percent·n/100⌉ of sorted cases.
func rank(sorted []int64, percent int) int64 {
	return sorted[(percent*len(sorted)+99)/100-1]
}

// lengths collects the lengths of clocks, in milliseconds.
type lengths struct{ used, gross, wall []int64 }

func (l *lengths) add(f ClockFacts) {
	l.used = append(l.used, f.Used/1000)
	l.gross = append(l.gross, f.Gross/1000)
	l.wall = append(l.wall, f.Wall/1000)
}

func (l *lengths) spread() Lengths { return Lengths{spread(l.used), spread(l.gross), spread(l.wall)} }

// tally counts by name.
type tally map[string]int

// list returns the counts, greatest first, equal ones by name.
func (t tally) list() []Named {
	list := make([]Named, 0, len(t))
	for name, n := range t {
		list = append(list, Named{name, n})
	}
	slices.SortFunc(list, func(a, b Named) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name))
	})
	return list
}
