package report

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// Report is a period with those before it, and what was learned.
type Report struct {
	Desk    string         // name of the support desk, for the subject
	Series  []Values       // oldest first; the last is the period itself
	Learned Learned        // recurring topics and FAQ entries
	Voices  []Voice        // what requesters wrote with their ratings
	Overdue string         // tag of the ticket that has been overdue longest, "" = none
	Targets map[string]int // percent by figure: first_response, resolution, csat
	People  string         // none, team, named
	// CaughtUp: it should have been sent earlier, but the desk was down.
	CaughtUp bool
}

// DefaultTargets are the targets of a report that names none.
func DefaultTargets() map[string]int { return map[string]int{"first_response": 90, "resolution": 90} }

// Now are the figures of the period itself.
func (r *Report) Now() *Values { return &r.Series[len(r.Series)-1] }

// Before are the figures of the period before; nil = not computed.
func (r *Report) Before() *Values {
	if len(r.Series) < 2 {
		return nil
	}
	return &r.Series[len(r.Series)-2]
}

// JSON is the period itself for machines.
func (r *Report) JSON() ([]byte, error) {
	return json.MarshalIndent(struct {
		Values
		Recurring []Topic    `json:"recurring"`
		Entries   []EntryUse `json:"faq_entries"`
		Before    []Values   `json:"before"`
	}{*r.Now(), orEmpty(r.Learned.Recurring), orEmpty(r.Learned.Entries), r.Series[:len(r.Series)-1]}, "", " ")
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Subject says the most important of it.
func (r *Report) Subject(w Words) string {
	v := r.Now()
	title := r.Desk + " " + w.title(v.Period) + ": "
	if v.Inflow.Total == 0 {
		return title + w.say("keine Anfragen", "no requests")
	}
	parts := []string{fmt.Sprintf("%d %s", v.Inflow.Total, w.requests(v.Inflow.Total))}
	if s := v.Attained("resolution"); !s.Few() {
		parts = append(parts, w.percent(s)+w.say(" rechtzeitig gelöst", " solved on time"))
	}
	parts = append(parts, fmt.Sprintf("%d %s", v.Escalation.Tickets.Num, w.say("eskaliert", "escalated")))
	return strings.ReplaceAll(title+strings.Join(parts, ", "), nbsp, " ")
}

func (w Words) requests(n int) string {
	if n == 1 {
		return w.say("Anfrage", "request")
	}
	return w.say("Anfragen", "requests")
}

// Document is the report for people.
func (r *Report) Document(w Words) *Document {
	d := &Document{}
	if r.CaughtUp {
		d.aside(w.say("Dieser Bericht kommt verspätet: Zum geplanten Zeitpunkt lief firstline nicht.",
			"This report is late: firstline was not running when it was due."))
	}
	r.top(d, w)
	d.heading(w.say("Das Wichtigste", "What matters"))
	for _, s := range r.highlights(w) {
		d.item(s)
	}
	r.figures(d, w)
	r.backlog(d, w)
	r.categories(d, w)
	r.learned(d, w)
	r.teams(d, w)
	r.technique(d, w)
	return d
}

// top is the title and, in HTML, the numbers that a glance should catch.
func (r *Report) top(d *Document, w Words) {
	v := r.Now()
	d.blocks = append(d.blocks, block{kind: blockTitle, text: r.Desk + ", " + w.title(v.Period),
		head: []string{w.day(v.Period.From) + w.say("–", " – ") + w.date(v.Period.To.Add(-time.Hour))}})
	tile := func(label, value string, missed bool) figure { return figure{label: label, now: value, missed: missed} }
	share := func(label, target string, of Ratio) figure {
		t := r.Targets[target]
		missed := t > 0 && !of.Few() && below(of, t)
		if missed {
			label += w.say(", unter Ziel", ", below target")
		}
		return tile(label, w.short(of), missed)
	}
	first := "–"
	if !v.First.Used.Few() {
		first = w.length(v.First.Used.Median)
	}
	d.blocks = append(d.blocks, block{kind: blockTiles, figures: []figure{
		tile(w.requests(v.Inflow.Total), fmt.Sprint(v.Inflow.Total), false),
		tile(w.say("bis zur Antwort", "to respond"), first, false),
		share(w.say("rechtzeitig gelöst", "solved on time"), "resolution", v.Attained("resolution")),
		share(w.say("zufrieden", "satisfied"), "csat", v.Rating.Good),
	}})
}

func (r *Report) figures(d *Document, w Words) {
	before := w.say("vorher", "before")
	if p := r.Before(); p != nil {
		before = w.brief(p.Period)
	}
	k := block{kind: blockFigures, head: []string{w.say("Kennzahlen", "Key figures"), w.brief(r.Now().Period), before, w.say("Ziel", "Target"), r.spanTitle(w)}}
	rows := &rows{r: r, w: w}
	rows.all()
	k.figures = rows.list
	d.blocks = append(d.blocks, k)
}

func (r *Report) spanTitle(w Words) string {
	n := len(r.Series)
	switch {
	case isWeek(r.Now().Period):
		return w.sayf("%d Wochen", "%d weeks", n)
	case isMonth(r.Now().Period):
		return w.sayf("%d Monate", "%d months", n)
	}
	return w.say("Verlauf", "Trend")
}

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

func (r *Report) backlog(d *Document, w Words) {
	v := r.Now().Backlog
	d.heading(w.sayf("Bestand: %d offen", "Backlog: %d open", v.Total))
	if v.Total == 0 {
		d.para(w.say("Nichts ist offen.", "Nothing is open."))
		return
	}
	labels := []string{w.say("bis 1 Tag", "up to 1 day"), w.say("bis 3 Tage", "up to 3 days"), w.say("bis 10 Tage", "up to 10 days"), w.say("älter", "older")}
	k := block{kind: blockParts, text: w.say("Arbeitstage", "Working days")}
	for i, n := range v.Ages {
		k.bars = append(k.bars, bar{label: labels[i], n: n})
	}
	d.blocks = append(d.blocks, k)
	var parts []string
	for _, s := range v.ByState {
		parts = append(parts, fmt.Sprintf("%s %d", w.label(LabelState, s.Name), s.N))
	}
	text := w.say("Stand: ", "State: ") + strings.Join(parts, " · ")
	if v.Daily > 0 {
		days := float64(v.Total) / float64(v.Daily)
		text += w.sayf(". Reichweite %s Arbeitstage (je Tag werden %d gelöst)", ". Lasts %s working days (%d are solved a day)", w.decimal(days), v.Daily)
	}
	d.para(text + ".")
}

// categoryLines is how many categories the chart shows; the rest is one line.
const categoryLines = 10

func (r *Report) categories(d *Document, w Words) {
	v := r.Now()
	if len(v.Categories) == 0 {
		return
	}
	k := block{kind: blockBars, head: []string{w.say("Nach Kategorie", "By category"), w.say("Eingang", "Inflow"), w.say("Lösung Median", "Resolution, median")}}
	rest := 0
	for i, c := range v.Categories {
		if i >= categoryLines {
			rest += c.Inflow
			continue
		}
		note := ""
		if c.Handling.N > 0 {
			note = w.say("gelöst in ", "solved in ") + w.median(c.Handling)
			if c.Handling.Few() {
				note = w.sayf("%d gelöst", "%d solved", c.Handling.N)
			}
		}
		k.bars = append(k.bars, bar{label: w.label(LabelCategory, c.Name), n: c.Inflow, note: note})
	}
	if rest > 0 {
		k.bars = append(k.bars, bar{label: w.say("übrige", "others"), n: rest})
	}
	d.blocks = append(d.blocks, k)
	if v.Inflow.Total >= Few {
		d.para(w.hours(v.Inflow.ByHour))
	}
	c := v.Corrections
	var parts []string
	if c.Changed.Num > 0 {
		text := w.sayf("Korrigiert wurden %d von %d automatischen Zuordnungen", "%d of %d automatic categories were corrected", c.Changed.Num, c.Changed.Den)
		for i, p := range c.Pairs {
			text += map[bool]string{true: w.say(", meist ", ", mostly "), false: ", "}[i == 0] +
				fmt.Sprintf("%s → %s (%d)", w.label(LabelCategory, p.From), w.label(LabelCategory, p.To), p.N)
		}
		parts = append(parts, text+".")
	}
	if c.Unsorted.Num > 0 {
		parts = append(parts, w.sayf("Unsortiert kamen %d von %d.", "%d of %d came unsorted.", c.Unsorted.Num, c.Unsorted.Den))
	}
	if len(parts) > 0 {
		d.para(strings.Join(parts, " "))
	}
}

// hours draws the inflow by hour, as much of the day as has any.
func (w Words) hours(by [24]int) string {
	first, last := -1, 0
	for h, n := range by {
		if n > 0 {
			last = h
			if first < 0 {
				first = h
			}
		}
	}
	var line []float64
	for _, n := range by[max(first, 0) : last+1] {
		line = append(line, float64(n))
	}
	return w.sayf("Nach Uhrzeit, %d bis %d Uhr: %s", "By hour, %d:00 to %d:00: %s", first, last+1, spark(line))
}

// topicLines is how many recurring topics the report names.
const topicLines = 5

func (r *Report) learned(d *Document, w Words) {
	if len(r.Learned.Recurring) > 0 {
		d.heading(w.say("Wiederkehrer ohne FAQ", "Recurring, without an FAQ entry"))
		for i, t := range r.Learned.Recurring {
			if i == topicLines {
				d.aside(w.sayf("… und %d weitere, zu lesen in der Wissensrunde.", "… and %d more, to be read in the knowledge round.", len(r.Learned.Recurring)-i))
				break
			}
			d.item(w.topic(t))
		}
	}
	if len(r.Voices) > 0 {
		d.heading(w.say("Stimmen", "Voices"))
		for _, v := range r.Voices {
			d.item(w.voice(v))
		}
	}
}

func (w Words) topic(t Topic) string {
	s := w.sayf("„%s“: %d× in %d Tagen", "“%s”: %d× in %d days", t.Title, t.Count, t.Days)
	if len(t.Tickets) > 0 {
		s += w.sayf(" → FAQ-Entwurf anfordern: #faqneu %s", " → ask for an FAQ draft: #faqdraft %s", t.Tickets[0])
	}
	return s
}

func (w Words) voice(v Voice) string {
	return w.sayf("„%s“ (%d/5, %s)", "“%s” (%d/5, %s)", v.Text, v.Rating, v.Ticket)
}

func (r *Report) teams(d *Document, w Words) {
	v := r.Now()
	if r.People == "" || r.People == "none" || len(v.Groups)+len(v.Agents) == 0 {
		return
	}
	head := []string{w.say("gelöst", "solved"), w.say("Bestand", "backlog"), w.say("Erstreaktion", "first resp."), w.say("Bearbeitung", "handling"), w.say("im SLA", "in SLA")}
	list := func(title, what string, teams []Team) {
		if len(teams) == 0 {
			return
		}
		d.heading(title)
		var rows [][]string
		for _, t := range teams {
			rows = append(rows, []string{w.label(what, t.Name), fmt.Sprint(t.Closed), fmt.Sprint(t.Backlog), w.median(t.First), w.median(t.Handling), w.rate(t.Solved)})
		}
		d.table(append([]string{""}, head...), rows)
	}
	list(w.say("Nach Team", "By team"), LabelGroup, v.Groups)
	if r.People != "named" {
		return
	}
	list(w.say("Nach Person", "By person"), LabelAgent, v.Agents)
	d.aside(w.WorksCouncil())
}

// WorksCouncil is the note that belongs to figures about people.
func (w Words) WorksCouncil() string {
	return w.say("Auswertung nach Personen ist nach § 87 Abs. 1 Nr. 6 BetrVG mitbestimmungspflichtig.",
		"In Germany, figures about individual people need the works council's consent (§ 87 (1) no. 6 BetrVG).")
}

func (r *Report) technique(d *Document, w Words) {
	t := r.Now().Technique
	d.heading(w.say("Technik", "Machinery"))
	d.para(w.sayf("%d Mails ein, %d aus, %d zurückgehalten, %d ohne Ticket abgelegt, %d unzustellbar, %d Störungen. Längste Abrufpause %s, längste Wartezeit im Postausgang %s.",
		"%d mails in, %d out, %d held, %d filed without a ticket, %d undeliverable, %d problems. Longest gap between polls %s, longest wait in the outbox %s.",
		t.In, t.Out, t.Held, t.Ignored, t.Bounced, t.Errors, w.pause(t.PollGap), w.pause(t.OutboxWait)))
	d.aside(w.say("Zeiten sind Geschäftsstunden des jeweiligen SLA, wo nichts anderes steht. P90: neun von zehn waren schneller. Alle Zahlen stehen in der CSV-Datei im Anhang.",
		"Times are business hours of the SLA unless it says otherwise. P90: nine of ten were faster. All figures are in the attached CSV file."))
}

// pause is a length with seconds.
func (w Words) pause(seconds int64) string {
	if seconds < 120 {
		return fmt.Sprintf("%d s", seconds)
	}
	return w.length(seconds)
}
