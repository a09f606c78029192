package rules

import "slices"

// Outcome is one FAQ answer that was sent or could have been, and whether it was
// the right one: confirmed or sent by an agent with #faq, or rejected.
type Outcome struct {
	Score, Margin float64
	Right         bool
}

// Proposal are thresholds for faq_settings, found from outcomes.
type Proposal struct {
	MinScore, MinLead float64
	Sent, Right       int // what the thresholds would have sent, and how much of it rightly
	Outcomes          int // how many were known
	// OK is false when no thresholds reach the precision with at least five
	// answers: then it is too early to propose anything.
	OK bool
}

// leastTuned is how many answers a proposal must rest on.
const leastTuned = 5

// Tune looks for the thresholds that send most right answers at a precision,
// 0.95 for one wrong answer in twenty. It never applies them.
func Tune(outcomes []Outcome, precision float64) Proposal {
	best := Proposal{MinScore: DefaultMinScore, MinLead: DefaultMinLead, Outcomes: len(outcomes)}
	for _, score := range steps(outcomes, func(o Outcome) float64 { return o.Score }) {
		for _, lead := range steps(outcomes, func(o Outcome) float64 { return o.Margin }) {
			p := Proposal{MinScore: score, MinLead: lead, Outcomes: len(outcomes)}
			for _, o := range outcomes {
				if o.Score >= score && o.Margin >= lead {
					p.Sent++
					if o.Right {
						p.Right++
					}
				}
			}
			p.OK = p.Sent >= leastTuned && float64(p.Right) >= precision*float64(p.Sent)
			// Of equal proposals the stricter one comes later.
			if p.OK && p.Right >= best.Right {
				best = p
			}
		}
	}
	return best
}

// maxSteps bounds how many thresholds of one kind are tried.
const maxSteps = 60

// steps returns thresholds to try, rising, from the values that occur.
func steps(outcomes []Outcome, value func(Outcome) float64) []float64 {
	var all []float64
	for _, o := range outcomes {
		all = append(all, float64(int(value(o)*100))/100)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) <= maxSteps {
		return all
	}
	var some []float64
	for i := range maxSteps {
		some = append(some, all[i*len(all)/maxSteps])
	}
	return some
}
