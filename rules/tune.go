package rules

import (
	"math"
	"slices"
)

// Outcome is one FAQ answer that was sent or could have been, and whether it was
// the right one: confirmed or sent by an agent with #faq, or rejected.
type Outcome struct {
	Score, Margin float64
	Right         bool
}

// Proposal are thresholds for faq_settings or an entry, with what they would have
// sent.
type Proposal struct {
	MinScore float64 `json:"min_score"`
	MinLead  float64 `json:"min_lead"`
	Sent     int     `json:"sent"`
	Right    int     `json:"right"` // how much of it rightly
	Outcomes int     `json:"outcomes"`
	// OK is false when no thresholds reach the precision with enough answers to be
	// sure: then it is too early to propose anything.
	OK bool `json:"ok"`
}

// LowerBound is the precision that is exceeded with 90 % certainty (Wilson score
// interval, one-sided).
func (p Proposal) LowerBound() float64 { return lowerBound(p.Right, p.Sent) }

func lowerBound(right, of int) float64 {
	if of == 0 {
		return 0
	}
	const z = 1.2816 // 90 % quantile of the normal distribution
	n, share := float64(of), float64(right)/float64(of)
	middle := share + z*z/(2*n)
	spread := z * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	return (middle - spread) / (1 + z*z/n)
}

// boundSlack is how far the lower bound may lie under the precision asked for.
const boundSlack = 0.05

// At says what thresholds would have sent.
func At(outcomes []Outcome, minScore, minLead float64) Proposal {
	p := Proposal{MinScore: minScore, MinLead: minLead, Outcomes: len(outcomes)}
	for _, o := range outcomes {
		if o.Score >= minScore && o.Margin >= minLead {
			p.Sent++
			if o.Right {
				p.Right++
			}
		}
	}
	return p
}

// Tune looks for the thresholds that send most right answers at a precision, 0.95
// for one wrong answer in twenty, of which the lower bound falls short by 0.05 at
// most. It never applies them.
func Tune(outcomes []Outcome, precision float64) Proposal {
	best := Proposal{MinScore: DefaultMinScore, MinLead: DefaultMinLead, Outcomes: len(outcomes)}
	for _, score := range steps(outcomes, func(o Outcome) float64 { return o.Score }) {
		for _, lead := range steps(outcomes, func(o Outcome) float64 { return o.Margin }) {
			p := At(outcomes, score, lead)
			p.OK = p.Sent > 0 && float64(p.Right) >= precision*float64(p.Sent) && p.LowerBound() >= precision-boundSlack
			// Of equal proposals the stricter one comes later.
			if p.OK && p.Right >= best.Right {
				best = p
			}
		}
	}
	if best.OK {
		best.MinScore = loosen(best.MinScore, func(score float64) bool { return same(outcomes, best, score, best.MinLead) })
		best.MinLead = loosen(best.MinLead, func(lead float64) bool { return same(outcomes, best, best.MinScore, lead) })
	}
	return best
}

// same reports whether thresholds send what a proposal does.
func same(outcomes []Outcome, p Proposal, minScore, minLead float64) bool {
	x := At(outcomes, minScore, minLead)
	return x.Sent == p.Sent && x.Right == p.Right
}

// loosen returns the middle between a threshold and the loosest that sends the
// same: what comes next will not score exactly like what came so far.
func loosen(strict float64, ok func(float64) bool) float64 {
	loose := int(math.Round(strict * 100))
	high := loose
	for loose > 0 && ok(float64(loose-1)/100) {
		loose--
	}
	return float64((loose+high+1)/2) / 100
}

// maxSteps bounds how many thresholds of one kind are tried.
const maxSteps = 60

// steps returns thresholds to try, rising, from the values that occur. They are
// rounded down to what stands in a file.
func steps(outcomes []Outcome, value func(Outcome) float64) []float64 {
	var all []float64
	for _, o := range outcomes {
		all = append(all, max(0, math.Floor(value(o)*100)/100))
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
