package report

import (
	"fmt"
	"time"
)

// A change is worth a sentence when it is at least a fifth and at least five
// tickets: less is noise (product 6.3).
const (
	changeShare = 20
	changeCount = 5
)

// changed reports whether two counts differ enough for a sentence.
func changed(before, now int) bool {
	diff := max(now-before, before-now)
	return diff >= changeCount && 100*diff >= changeShare*before
}

// highlights are the sentences the thresholds ask for; without any, one that says
// so.
func (r *Report) highlights(w Words) []string {
	var list []string
	add := func(s string) {
		if s != "" {
			list = append(list, s)
		}
	}
	v := r.Now()
	if v.Inflow.Total == 0 {
		add(w.sayf("Im Zeitraum %s kam keine Anfrage.", "No request came in %s.", w.title(v.Period)))
	}
	add(r.inflowSentence(w))
	add(r.overdueSentence(w))
	for _, clock := range []string{"first_response", "resolution"} {
		add(r.targetSentence(w, w.clock(clock)+w.say(" im SLA", " in SLA"), clock, func(v *Values) Ratio { return v.Attained(clock) }))
	}
	add(r.targetSentence(w, w.say("Zufriedenheit", "Satisfaction"), "csat", func(v *Values) Ratio { return v.Rating.Good }))
	add(r.countSentence(w, w.say("Eskalationen an den 2nd Level", "Escalations to the second level"), func(v *Values) int { return v.Escalation.Tickets.Num }))
	add(r.countSentence(w, w.say("Offene Anfragen", "Open requests"), func(v *Values) int { return v.Backlog.Total }))
	add(r.handlingSentence(w))
	for _, e := range r.Learned.Entries {
		if e.Demoted {
			add(w.sayf("FAQ „%s“ half nur in %d von %d Fällen und ist jetzt auf „Vorschlag“ gestellt.",
				"FAQ entry “%s” helped in %d of %d cases only and is now a suggestion to agents.", e.ID, e.Helped, e.Sent))
		}
	}
	if n := v.Technique.Errors; n > 0 {
		add(w.sayf("Störungen der Technik: %d. firstline status zeigt, was noch ansteht.", "Technical problems: %d. firstline status shows what is still wrong.", n))
	}
	if len(list) == 0 {
		list = []string{w.say("Alles im üblichen Rahmen: keine Kennzahl hat sich deutlich verändert, kein Ziel wurde verfehlt.",
			"All as usual: no figure has changed much, no target was missed.")}
	}
	return list
}

// inflowSentence tells of many more or fewer requests, with the category that
// explains it.
func (r *Report) inflowSentence(w Words) string {
	v, p := r.Now(), r.Before()
	if p == nil || !changed(p.Inflow.Total, v.Inflow.Total) || v.Inflow.Total == 0 {
		return ""
	}
	s := w.sayf("%d neue %s (%s %d", "%d new %s (%s %d", v.Inflow.Total, w.requests(v.Inflow.Total), w.previous(p.Period), p.Inflow.Total)
	if n := len(r.Series) - 1; n >= 4 {
		sum := 0
		for _, b := range r.Series[:n] {
			sum += b.Inflow.Total
		}
		s += w.sayf(", Schnitt davor %d", ", average before %d", (sum+n/2)/n)
	}
	s += ")"
	before := map[string]int{}
	for _, c := range p.Inflow.ByCategory {
		before[c.Name] = c.N
	}
	best, rise := Named{}, 0
	for _, c := range v.Inflow.ByCategory {
		if diff := c.N - before[c.Name]; diff > rise && changed(before[c.Name], c.N) {
			best, rise = c, diff
		}
	}
	if v.Inflow.Total > p.Inflow.Total && rise > 0 {
		s += w.sayf(", davon %d %s (%s %d)", ", %d of them %s (%s %d)", best.N, w.label(LabelCategory, best.Name), w.previous(p.Period), before[best.Name])
	}
	return s + "."
}

func (w Words) previous(p Period) string {
	switch {
	case isWeek(p):
		return w.say("Vorwoche", "week before")
	case isMonth(p):
		return w.say("Vormonat", "month before")
	}
	return w.say("davor", "before")
}

func (r *Report) overdueSentence(w Words) string {
	b := r.Now().Backlog
	if b.Overdue == 0 {
		return ""
	}
	s := w.sayf("%d Anfragen sind überfällig", "%d requests are overdue", b.Overdue)
	if b.Overdue == 1 {
		s = w.say("1 Anfrage ist überfällig", "1 request is overdue")
	}
	if r.Overdue == "" {
		return s + "."
	}
	return s + w.sayf(", am längsten %s (seit %s) → Antwort genügt: #warum %[1]s", ", %s the longest (since %s) → just answer: #why %[1]s",
		r.Overdue, w.day(b.OldestAt))
}

// targetSentence tells that a target was missed, or is met again.
func (r *Report) targetSentence(w Words, label, target string, of func(*Values) Ratio) string {
	t := r.Targets[target]
	now := of(r.Now())
	if t == 0 || now.Few() {
		return ""
	}
	was, known := false, false
	before := ""
	if p := r.Before(); p != nil && !of(p).Few() {
		was, known = below(of(p), t), true
		before = fmt.Sprintf(" (%s %s)", w.previous(p.Period), w.percent(of(p)))
	}
	goal := w.percent(Ratio{t, 100})
	switch missed := below(now, t); {
	case missed:
		return w.sayf("%s: %s, unter dem Ziel von %s%s.", "%s: %s, below the target of %s%s.", label, w.rate(now), goal, before)
	case known && was:
		return w.sayf("%s: %s, wieder im Ziel von %s%s.", "%s: %s, back within the target of %s%s.", label, w.rate(now), goal, before)
	}
	return ""
}

func (r *Report) countSentence(w Words, label string, of func(*Values) int) string {
	p := r.Before()
	if p == nil || !changed(of(p), of(r.Now())) {
		return ""
	}
	return fmt.Sprintf("%s: %d (%s %d).", label, of(r.Now()), w.previous(p.Period), of(p))
}

func (r *Report) handlingSentence(w Words) string {
	p := r.Before()
	if p == nil {
		return ""
	}
	was, now := p.Handling.Used, r.Now().Handling.Used
	diff := max(now.Median-was.Median, was.Median-now.Median)
	if was.Few() || now.Few() || was.Median == 0 || 100*diff < changeShare*was.Median || diff < int64(10*time.Minute/time.Second) {
		return ""
	}
	if now.Median > was.Median {
		return w.sayf("Lösungen dauern länger: Median %s (%s %s).", "Solutions take longer: median %s (%s %s).", w.length(now.Median), w.previous(p.Period), w.length(was.Median))
	}
	return w.sayf("Lösungen gehen schneller: Median %s (%s %s).", "Solutions come faster: median %s (%s %s).", w.length(now.Median), w.previous(p.Period), w.length(was.Median))
}
