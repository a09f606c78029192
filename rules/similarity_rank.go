package rules

import "slices"

// sum is what candidates are ranked by. The weights were fitted on public FAQ
// collections in both languages and checked on others.
func (f *fit) sum() float64 {
	return f.cos[partAll] + 0.2*f.cos[partSubject] + 0.2*f.cos[partBody] + 0.4*f.cover + 0.35*f.asked + 0.05*f.evidence + 0.3*f.wording + 0.3*f.second
}

// Two ways to be sure, each scaled so that 1 is enough. Close: the mail is worded
// like a question. Rich: mail and question have much rare content in common.
func (f *fit) close() float64 {
	return min(f.total/1.18, f.wording/0.27, f.cos[partAll]/0.33)
}

func (f *fit) rich() float64 { return min(f.asked/0.4, f.evidence/1.65, f.wording/0.165) }

// score maps both ways to one scale on which 0.60 is enough.
func (f *fit) score() float64 { return min(1, 0.6*max(f.close(), f.rich())) }

// margin maps a lead to a scale on which 0.15 is enough: with rich content in
// common a smaller lead will do.
func (f *fit) margin(lead float64) float64 {
	sure := min(1, max(0, (f.rich()-0.8)/0.2))
	return lead * (1.0/3 + sure*(0.5-1.0/3))
}

// rank sorts the entries and measures the lead of each over its best rival.
func (s *similarity) rank(w *workspace, top int) []match {
	first, second := -1, -1
	var found []int
	for c := range w.fits {
		f := &w.fits[c]
		if f.best == 0 {
			continue
		}
		f.total = f.sum()
		if c < s.entries {
			found = append(found, c)
		}
		switch {
		case first < 0 || f.total > w.fits[first].total:
			first, second = c, first
		case second < 0 || f.total > w.fits[second].total:
			second = c
		}
	}
	slices.SortStableFunc(found, func(a, b int) int {
		switch {
		case w.fits[a].total > w.fits[b].total:
			return -1
		case w.fits[a].total < w.fits[b].total:
			return 1
		}
		return 0
	})
	var out []match
	for _, c := range found[:min(len(found), top)] {
		f, m := &w.fits[c], match{entry: c, rival: first}
		if c == first {
			m.rival = second
		}
		lead := f.total
		if m.rival >= 0 {
			lead -= w.fits[m.rival].total
			m.beside = s.origins[w.fits[m.rival].doc]
		}
		m.nearest = s.origins[f.doc]
		m.score, m.margin, m.evidence = f.score(), f.margin(lead), f.evidence
		out = append(out, m)
	}
	return out
}
