package report

import (
	"fmt"
	"math"
	"strings"
)

// rows makes the lines of the table of figures.
type rows struct {
	r    *Report
	w    Words
	list []figure
}

// add appends a line: show says it for a period, value draws it.
func (b *rows) add(label, note string, show func(*Values) string, value func(*Values) float64) *figure {
	f := figure{label: label, now: show(b.r.Now()), note: note, target: "–", before: "–"}
	if p := b.r.Before(); p != nil {
		f.before = show(p)
	}
	if len(b.r.Series) > 1 && value != nil {
		var line []float64
		for i := range b.r.Series {
			line = append(line, value(&b.r.Series[i]))
		}
		f.spark = spark(line)
	}
	b.list = append(b.list, f)
	return &b.list[len(b.list)-1]
}

func (b *rows) rate(label, note, target string, of func(*Values) Ratio) {
	f := b.add(label, note, func(v *Values) string { return b.w.rate(of(v)) }, func(v *Values) float64 { return shareOf(of(v)) })
	if p := b.r.Before(); p != nil {
		f.before = b.w.short(of(p))
	}
	if t := b.r.Targets[target]; t > 0 {
		f.target = b.w.percent(Ratio{t, 100})
		now := of(b.r.Now())
		if f.missed = !now.Few() && below(now, t); f.missed {
			f.note = strings.TrimSuffix(b.w.say("unter Ziel", "below target")+" · "+note, " · ")
		}
	}
}

// below reports whether a rate misses a target in percent.
func below(r Ratio, target int) bool { return 100*r.Num < target*r.Den }

// promised is the attainment of a clock that not every company has.
func (b *rows) promised(label, clock string) {
	if b.r.Now().Attained(clock).Den > 0 {
		b.rate(label, b.priorities(clock), clock, func(v *Values) Ratio { return v.Attained(clock) })
	}
}

func (b *rows) lengths(label, note string, of func(*Values) Spread, pick func(Words, Spread) string, value func(Spread) int64) {
	b.add(label, note, func(v *Values) string { return pick(b.w, of(v)) }, func(v *Values) float64 {
		if s := of(v); !s.Few() {
			return float64(value(s))
		}
		return math.NaN()
	})
}

func shareOf(r Ratio) float64 {
	if r.Few() {
		return math.NaN()
	}
	return r.Share()
}

func median(s Spread) int64 { return s.Median }

func p90(s Spread) int64 { return s.P90 }

func (b *rows) all() {
	w, v := b.w, b.r.Now()
	count := func(of func(*Values) int) (func(*Values) string, func(*Values) float64) {
		return func(v *Values) string { return fmt.Sprint(of(v)) }, func(v *Values) float64 { return float64(of(v)) }
	}
	show, value := count(func(v *Values) int { return v.Inflow.Total })
	b.add(w.say("Eingang", "Inflow"), b.inflowNote(), show, value)
	b.lengths(w.say("Erstreaktion Median", "First response, median"), b.phoneNote(), func(v *Values) Spread { return v.First.Used }, Words.median, median)
	b.lengths(w.say("Erstreaktion P90", "First response, P90"), "", func(v *Values) Spread { return v.First.Used }, Words.p90, p90)
	b.rate(w.say("Erstreaktion im SLA", "First response in SLA"), b.priorities("first_response"), "first_response", func(v *Values) Ratio { return v.Attained("first_response") })
	if v.Next.Used.N > 0 {
		b.lengths(w.say("Folgereaktion Median", "Next response, median"), "", func(v *Values) Spread { return v.Next.Used }, Words.median, median)
	}
	b.promised(w.say("Folgereaktion im SLA", "Next response in SLA"), "next_response")
	b.lengths(w.say("Bearbeitungszeit Median", "Handling time, median"), b.grossNote(median), func(v *Values) Spread { return v.Handling.Used }, Words.median, median)
	b.lengths(w.say("Bearbeitungszeit P90", "Handling time, P90"), b.grossNote(p90), func(v *Values) Spread { return v.Handling.Used }, Words.p90, p90)
	b.rate(w.say("Lösung im SLA", "Resolution in SLA"), b.priorities("resolution"), "resolution", func(v *Values) Ratio { return v.Attained("resolution") })
	b.escalated()
	b.promised(w.say("Übernahme im SLA", "Take-over in SLA"), "take_over")
	b.rate(w.say("Erstlösung", "First-contact resolution"), "", "", func(v *Values) Ratio { return v.FirstFix })
	b.rate(w.say("Im First-Level gelöst", "Solved in first level"), "", "", func(v *Values) Ratio { return v.FirstLevel })
	b.faq()
	b.rate(w.say("Zufriedenheit", "Satisfaction"), b.returnNote(), "csat", func(v *Values) Ratio { return v.Rating.Good })
	b.reopened()
	b.touches()
	show, value = count(func(v *Values) int { return v.Backlog.Total })
	b.add(w.say("Bestand", "Backlog"), "", show, value)
}

func (b *rows) inflowNote() string {
	v, w := b.r.Now(), b.w
	var parts []string
	for _, c := range v.Inflow.ByChannel {
		name := c.Name
		switch name {
		case "mail":
			name = w.say("E-Mail", "mail")
		case "phone":
			name = w.say("Telefon", "phone")
		}
		parts = append(parts, fmt.Sprintf("%s %d", name, c.N))
	}
	if len(parts) < 2 {
		parts = nil
	}
	peak := 0
	for h, n := range v.Inflow.ByHour {
		if n > v.Inflow.ByHour[peak] {
			peak = h
		}
	}
	if n := v.Inflow.ByHour[peak]; n >= Few {
		parts = append(parts, w.sayf("meist %d–%d Uhr (%d)", "mostly %d:00–%d:00 (%d)", peak, peak+1, n))
	}
	return strings.Join(parts, " · ")
}

func (b *rows) phoneNote() string {
	if n := b.r.Now().FirstPhone; n > 0 {
		return b.w.sayf("ohne %d am Telefon", "without %d by phone", n)
	}
	return ""
}

// priorities lists an attainment by priority.
func (b *rows) priorities(clock string) string {
	var parts []string
	for _, a := range b.r.Now().Attainment {
		for _, p := range a.ByPriority {
			if a.Clock == clock {
				parts = append(parts, fmt.Sprintf("%s %d/%d", p.Priority, p.Num, p.Den))
			}
		}
	}
	return strings.Join(parts, " · ")
}

// grossNote says the handling time as the requester lived it.
func (b *rows) grossNote(pick func(Spread) int64) string {
	h := b.r.Now().Handling
	if h.Used.Few() {
		return ""
	}
	return b.w.sayf("mit Wartezeiten %s · Kalenderzeit %s", "with waiting %s · calendar time %s",
		b.w.length(pick(h.Gross)), b.w.calendar(pick(h.Wall)))
}

// calendar is a length of calendar time: 5 h, 3 days.
func (w Words) calendar(seconds int64) string {
	if days := (seconds + 43200) / 86400; days >= 2 {
		return w.sayf("%d Tage", "%d days", days)
	}
	return w.length(seconds)
}

func (b *rows) escalated() {
	w, e := b.w, b.r.Now().Escalation
	var parts []string
	if e.Tickets.Num > 0 {
		parts = append(parts, w.sayf("manuell %d · Regel %d · Frist %d", "manual %d · rule %d · timer %d", e.Manual, e.Rule, e.Timer))
	}
	if e.Returned.Num > 0 {
		parts = append(parts, w.sayf("Rückläufer %d/%d", "returned %d/%d", e.Returned.Num, e.Returned.Den))
	}
	if e.Hierarchical > 0 {
		parts = append(parts, w.sayf("an Leitung %d", "to leads %d", e.Hierarchical))
	}
	show := func(v *Values) string {
		if r := v.Escalation.Tickets; !r.Few() {
			return fmt.Sprintf("%d (%s)", r.Num, w.percent(r))
		}
		return fmt.Sprint(v.Escalation.Tickets.Num)
	}
	b.add(w.say("Eskaliert an 2nd Level", "Escalated to second level"), strings.Join(parts, " · "), show,
		func(v *Values) float64 { return float64(v.Escalation.Tickets.Num) })
}

func (b *rows) faq() {
	w, q := b.w, b.r.Now().FAQ
	if len(b.r.Series) == 0 || q.Answered+q.Confirmed.Num+q.Silent == 0 {
		return
	}
	note := w.sayf("beantwortet %d · dazu still geschlossen %d", "answered %d · closed silently besides %d", q.Answered, q.Silent)
	if q.Wrong.Num > 0 {
		note += w.sayf(" · half nicht %d", " · did not help %d", q.Wrong.Num)
	}
	b.rate(w.say("Per FAQ gelöst (bestätigt)", "Solved by FAQ (confirmed)"), note, "", func(v *Values) Ratio { return v.FAQ.Confirmed })
}

func (b *rows) returnNote() string {
	if r := b.r.Now().Rating.Return; r.Den > 0 {
		return b.w.sayf("Rücklauf %d/%d", "%d of %d surveys came back", r.Num, r.Den)
	}
	return ""
}

func (b *rows) reopened() {
	w := b.w
	note := w.say("vorläufig", "provisional")
	if f := b.r.Now().Final; f.Key != "" {
		key := w.title(Period{Key: f.Key, From: b.r.Now().Period.From})
		note += w.sayf(" · endgültig %s: %d/%d", " · final for %s: %d/%d", key, f.Ratio.Num, f.Ratio.Den)
	}
	b.rate(w.say("Wiedereröffnet", "Reopened"), note, "", func(v *Values) Ratio { return v.Reopened })
}

func (b *rows) touches() {
	w, v := b.w, b.r.Now()
	if v.Touches.Few() {
		return
	}
	note := w.sayf("Übergaben je Ticket %s", "handovers per ticket %s", w.decimal(v.Handovers.Share()))
	b.add(w.say("Antworten je Ticket Median", "Replies per ticket, median"), note, func(v *Values) string {
		if v.Touches.Few() {
			return w.few(v.Touches.N)
		}
		return fmt.Sprint(v.Touches.Median)
	}, nil)
}
