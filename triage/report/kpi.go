package report

import (
	"encoding/json"
	"fmt"
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
