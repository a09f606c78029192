package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Words puts names and numbers into the language of a reader.
type Words struct {
	Lang     string // de or en
	Location *time.Location
	// Label is the label of a category, group, agent or state.
	Label func(what, id string) string
}

// say picks the German or the English text.
func (w Words) say(de, en string) string {
	if w.Lang == "en" {
		return en
	}
	return de
}

// sayf is say with values.
func (w Words) sayf(de, en string, args ...any) string { return fmt.Sprintf(w.say(de, en), args...) }

// What Words.Label is asked for.
const (
	LabelCategory = "category"
	LabelGroup    = "group"
	LabelAgent    = "agent"
	LabelState    = "state"
)

func (w Words) label(what, id string) string {
	if id == "" {
		return w.say("(ohne)", "(none)")
	}
	if w.Label == nil {
		return id
	}
	if l := w.Label(what, id); l != "" {
		return l
	}
	return id
}

// few says that there are too few cases to print a figure.
func (w Words) few(n int) string { return w.sayf("zu wenige (n=%d)", "too few (n=%d)", n) }

// rate is 94 % (34/36), or too few.
func (w Words) rate(r Ratio) string {
	switch {
	case r.Den == 0:
		return "–"
	case r.Few():
		return w.few(r.Den)
	}
	return fmt.Sprintf("%s (%d/%d)", w.percent(r), r.Num, r.Den)
}

// percent is 94 % in German, 94% in English: a whole number unless that would hide
// that something happened at all, or one digit more says it exactly.
func (w Words) percent(r Ratio) string {
	share := 100 * r.Share()
	s := fmt.Sprintf("%.0f", share)
	exact := r.Den > 0 && 1000*r.Num%r.Den == 0 && 100*r.Num%r.Den != 0
	if exact || share > 0 && share < 1 || share > 99 && share < 100 {
		s = fmt.Sprintf("%.1f", share)
	}
	return w.say(strings.Replace(s, ".", ",", 1)+nbsp+"%", s+"%")
}

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// short is the rate without its fraction.
func (w Words) short(r Ratio) string {
	if r.Den == 0 || r.Few() {
		return "–"
	}
	return w.percent(r)
}

// length is 12 min, 3 h 10, 21 h.
func (w Words) length(seconds int64) string {
	minutes := (seconds + 30) / 60
	switch hours := minutes / 60; {
	case seconds > 0 && minutes == 0:
		return "<" + nbsp + "1" + nbsp + "min"
	case minutes < 60:
		return fmt.Sprintf("%d"+nbsp+"min", minutes)
	case minutes < 600 && minutes%60 != 0:
		return fmt.Sprintf("%d"+nbsp+"h"+nbsp+"%02d", hours, minutes%60)
	default:
		return fmt.Sprintf("%d"+nbsp+"h", (minutes+30)/60)
	}
}

// median and p90 are lengths of a spread, or too few.
func (w Words) median(s Spread) string { return w.spread(s, s.Median) }

func (w Words) p90(s Spread) string { return w.spread(s, s.P90) }

func (w Words) spread(s Spread, v int64) string {
	switch {
	case s.N == 0:
		return "–"
	case s.Few():
		return w.few(s.N)
	}
	return w.length(v)
}

// clock names an SLA clock.
func (w Words) clock(kind string) string {
	switch kind {
	case "first_response":
		return w.say("Erstreaktion", "First response")
	case "next_response":
		return w.say("Folgereaktion", "Next response")
	case "resolution":
		return w.say("Lösung", "Resolution")
	}
	return w.say("Übernahme im 2nd Level", "Second-level take-over")
}

// title names a period: KW 10/2026, März 2026, 02.03.–08.03.2026.
func (w Words) title(p Period) string {
	switch {
	case isWeek(p):
		return w.say("KW ", "week ") + strings.TrimPrefix(p.Key[6:], "0") + "/" + p.Key[:4]
	case isMonth(p):
		return w.month(p.From) + " " + p.Key[:4]
	}
	return w.day(p.From) + "–" + w.date(p.To.Add(-time.Hour))
}

// brief is title in the head of a column.
func (w Words) brief(p Period) string {
	switch {
	case isWeek(p):
		return w.say("KW ", "Week ") + strings.TrimPrefix(p.Key[6:], "0")
	case isMonth(p):
		return string([]rune(w.month(p.From))[:3])
	}
	return w.day(p.From)
}

func isWeek(p Period) bool { return len(p.Key) == len("2026-W10") && p.Key[5] == 'W' }

func isMonth(p Period) bool { return len(p.Key) == len("2026-03") }

func (w Words) month(at time.Time) string {
	if w.Lang == "en" {
		return at.Month().String()
	}
	return [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
		"Dezember"}[at.Month()-1]
}

// day is 02.03. or 2 March; date has the year too.
func (w Words) day(at time.Time) string {
	if w.Lang == "en" {
		return at.In(w.location()).Format("2 January")
	}
	return at.In(w.location()).Format("02.01.")
}

func (w Words) date(at time.Time) string {
	if w.Lang == "en" {
		return at.In(w.location()).Format("2 January 2006")
	}
	return at.In(w.location()).Format("02.01.2006")
}

func (w Words) location() *time.Location {
	if w.Location == nil {
		return time.UTC
	}
	return w.Location
}

// decimal is a number with one digit after the point.
func (w Words) decimal(f float64) string {
	s := fmt.Sprintf("%.1f", f)
	return w.say(strings.Replace(s, ".", ",", 1), s)
}

// spark draws values as a line of blocks; what is not known is a gap.
func spark(values []float64) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			least, most = min(least, v), max(most, v)
		}
	}
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteRune('·')
		case most == least:
			b.WriteRune(blocks[3])
		default:
			b.WriteRune(blocks[int(math.Round((v-least)/(most-least)*float64(len(blocks)-1)))])
		}
	}
	return b.String()
}
