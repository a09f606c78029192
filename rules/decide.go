package rules

import (
	"math/bits"
	"strings"
)

// Decide says what a message asks for. It is pure: the same Set and Input give
// the same Decision.
func (s *Set) Decide(in Input) Decision { return s.decide(in, false) }

// Explain is Decide with a Step for every rule, also for those that plainly do
// not match.
func (s *Set) Explain(in Input) Decision { return s.decide(in, true) }

func (s *Set) decide(in Input, full bool) Decision {
	e := s.newEvaluation(in)
	e.full = full
	e.decide()
	s.index.release(e.h)
	return e.d
}

// decide goes through the stages in their order.
func (e *evaluation) decide() {
	e.language()
	if e.in.Reply {
		e.d.Category, e.d.Priority = e.in.Category, e.in.Priority
	} else {
		e.categorize()
	}
	e.runRules()
	for f, name := range e.setBy {
		e.d.SetBy[string(f)] = name
	}
	e.finish()
	e.answer()
}

func (e *evaluation) language() {
	e.d.Language = e.replyLanguage()
	reason := e.m.Language
	if reason == "" {
		reason = e.say("nicht erkannt", "not recognised")
	}
	if e.m.LanguageConfidence > 0 {
		reason += " (" + formatScore(e.m.LanguageConfidence) + ")"
	}
	e.step("language", e.d.Language, e.m.Language == e.d.Language, reason)
}

// maxNearMisses bounds the rules of a trace that did not match although
// something in the mail pointed to them.
const maxNearMisses = 20

// runRules goes through the rules top-down.
func (e *evaluation) runRules() {
	may := e.s.dispatch.candidates(e)
	missed, skipped := 0, 0
	next := 0
	for w, word := range may {
		for word != 0 && e.stopped == "" {
			i := w*64 + bits.TrailingZeros64(word)
			word &= word - 1
			skipped += e.skip(next, i)
			next = i + 1
			if !e.run(&e.s.rules[i]) {
				if missed++; e.full || missed <= maxNearMisses {
					e.step("rule", e.s.rules[i].name, false, e.s.rules[i].when.why(e))
				}
			}
		}
	}
	if e.stopped == "" {
		skipped += e.skip(next, len(e.s.rules))
	}
	if more := skipped + max(0, missed-maxNearMisses); more > 0 && !e.full {
		e.step("rule", "", false, e.say("%d weitere Regeln treffen nicht", "%d further rules do not match", more))
	}
}

// skip passes over rules [from, to) that cannot match; a full explanation names
// them.
func (e *evaluation) skip(from, to int) int {
	if e.full {
		for i := from; i < to; i++ {
			if r := &e.s.rules[i]; e.applies(r) {
				e.step("rule", r.name, false, r.when.why(e))
			}
		}
	}
	return to - from
}

func (e *evaluation) applies(r *rule) bool { return e.in.Reply && r.replies || !e.in.Reply && r.news }

// run evaluates one rule. It returns false when the rule applies to this kind
// of mail but does not match.
func (e *evaluation) run(r *rule) bool {
	if !e.applies(r) {
		return true
	}
	if !r.when.holds(e) {
		return false
	}
	e.captures = nil
	for _, x := range r.captures {
		if e.captures == nil {
			e.captures = map[string]string{}
		}
		x.captures(e.t.forCaptures(), e.captures)
	}
	why := r.when.why(e)
	done := e.apply(r)
	if e.setBy["incident"] == r.name {
		e.d.Similar = r.when.similar(e)
	}
	e.d.Rules = append(e.d.Rules, r.name)
	if by, ok := e.setBy["category"]; ok {
		e.d.Rule = by
	} else {
		e.d.Rule = r.name
	}
	if r.stop {
		e.stopped = r.name
		done += e.say(" · beendet die Kette", " · ends the chain")
	}
	e.step("rule", r.name, true, strings.Trim(why+" → "+done, " "))
	return true
}

// finish fills in what no rule has set.
func (e *evaluation) finish() {
	d, refs := &e.d, &e.s.refs
	reason := e.say("gesetzt von %s", "set by %s", e.quoted(e.setBy["priority"]))
	switch {
	case e.setBy["priority"] != "":
	case d.Impact != "" || d.Urgency != "":
		if p := refs.fromMatrix(d.Impact, d.Urgency); p != "" {
			d.Priority = p
			reason = e.say("aus Auswirkung und Dringlichkeit", "from impact and urgency")
		}
	case d.Priority == "":
		reason = e.say("Standard", "default")
	default:
		reason = e.say("wie bisher", "as before")
	}
	if p := e.priority(); p != d.Priority {
		if d.Priority != "" || p != refs.DefaultPriority {
			reason = e.say("mindestens %s, gesetzt von %s", "at least %s, set by %s", e.floor, e.quoted(e.setBy["priority_at_least"]))
		}
		d.Priority = p
	}
	e.step("priority", d.Priority, true, reason)
	if d.Kind == "" && !e.in.Reply {
		d.Kind = "incident"
	}
	if d.SLA == "" && !e.in.Reply { // a follow-up keeps what the ticket has
		d.SLA = refs.DefaultSLA
	}
	e.step("sla", d.SLA, d.SLA != "", e.by("sla"))
	e.assign()
}

// by says which rule set a field.
func (e *evaluation) by(f field) string {
	if name := e.setBy[f]; name != "" {
		return e.say("gesetzt von %s", "set by %s", e.quoted(name))
	}
	return e.say("Standard", "default")
}

func (e *evaluation) assign() {
	d := &e.d
	if e.in.Reply && d.Group == "" && d.Escalate == "" {
		return // a follow-up stays where it is
	}
	reason := e.by("group")
	if d.Group == "" && d.Escalate != "" {
		d.Group, reason = d.Escalate, e.by("escalate")
	}
	if i := e.s.categoryIndex(d.Category); d.Group == "" && i >= 0 && e.s.categories[i].Group != "" {
		d.Group, reason = e.s.categories[i].Group, e.say("Gruppe der Kategorie %s", "group of category %s", d.Category)
	}
	if d.Group == "" {
		d.Group = e.s.refs.firstLevel()
	}
	if d.Assign != "" {
		reason += " → " + d.Assign
	}
	e.step("assign", d.Group, d.Group != "", reason)
}

// fromMatrix returns the priority of impact and urgency; where one of them is
// not set the least of it counts.
func (r *Refs) fromMatrix(impact, urgency string) string {
	if impact == "" && len(r.Impacts) > 0 {
		impact = r.Impacts[len(r.Impacts)-1]
	}
	if urgency == "" && len(r.Urgencies) > 0 {
		urgency = r.Urgencies[len(r.Urgencies)-1]
	}
	return r.Matrix[impact][urgency]
}
