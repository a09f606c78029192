package rules

import (
	"path"
	"strconv"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
)

var badGlob = source.Message{Code: "R006", Level: source.Error,
	DE: "„%s“ ist kein Muster für Dateinamen; erlaubt sind * und ?.", EN: "“%s” is no file name pattern; * and ? are allowed."}
var badSize = source.Message{Code: "R007", Level: source.Error,
	DE: "„%s“ ist keine Größe. Beispiel: 5MB", EN: "“%s” is no size. Example: 5MB"}
var badWeekday = source.Message{Code: "R008", Level: source.Error,
	DE: "„%s“ ist kein Wochentag. Beispiele: mo, mo-fr, sat", EN: "“%s” is no weekday. Examples: mon, mon-fri, sat"}

func (c *compiler) headerCond(n *source.Node) condition {
	cond := &headerCond{}
	for _, p := range c.r.Map(n).Pairs() {
		if t := c.r.Text(p.Value); t.Node != nil {
			cond.fields = append(cond.fields, mailin.Field{Name: p.Key.Value, Value: strings.ToLower(t.Value)})
		}
	}
	if len(cond.fields) == 0 {
		return nil
	}
	return cond
}

func (c *compiler) attachmentCond(n *source.Node) condition {
	m := c.r.Map(n, "name", "type", "larger_than", "count")
	if m.Node == nil {
		return nil
	}
	cond := &attachmentCond{names: c.globs(m, "name"), types: c.globs(m, "type"), larger: -1, count: m.Int("count", 1, 1, 1000)}
	if t := m.Text("larger_than"); t.Node != nil {
		size, ok := parseSize(t.Value)
		if !ok {
			c.r.Add(t.Node, badSize, t.Value)
		}
		cond.larger = size
	}
	return cond
}

func (c *compiler) globs(m *source.Map, key string) []string {
	var list []string
	for _, t := range m.OneOrMany(key) {
		g := strings.ToLower(t.Value)
		if _, err := path.Match(g, "x"); err != nil || len(g) > 200 {
			c.r.Add(t.Node, badGlob, t.Value)
			continue
		}
		list = append(list, g)
	}
	return list
}

// parseSize reads 500, 200KB, 5MB or 1GB; the units are powers of 1,024.
func parseSize(s string) (int64, bool) {
	s = strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	unit := int64(1)
	for i, u := range []string{"KB", "MB", "GB"} {
		if rest, ok := strings.CutSuffix(s, u); ok {
			s, unit = rest, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(s, "B"), 10, 32)
	return n * unit, err == nil && n >= 0
}

func (c *compiler) timeCond(n *source.Node) condition {
	m := c.r.Map(n, timeKeys...)
	if m.Node == nil || len(m.Pairs()) == 0 {
		return nil
	}
	calendars := sortedKeys(c.refs.Calendars)
	cond := &timeCond{during: m.String("during", ""), outside: m.String("outside", "")}
	for _, key := range []string{"during", "outside"} {
		c.r.Known(m.Text(key), aCalendar, calendars)
	}
	for _, t := range m.OneOrMany("weekday") {
		days, ok := parseWeekdays(t.Value)
		if !ok {
			c.r.Add(t.Node, badWeekday, t.Value)
		}
		cond.weekdays = append(cond.weekdays, days...)
	}
	if m.Has("between") {
		for _, i := range c.r.Times(m.Get("between")) {
			cond.between = append(cond.between, minutes{i.From, i.To})
		}
	}
	for _, t := range m.OneOrMany("day_of_month") {
		if d := c.r.Int(t.Node, 0, 1, 31); d > 0 {
			cond.daysOfMonth = append(cond.daysOfMonth, d)
		}
	}
	for _, t := range m.OneOrMany("date") {
		if d, ok := c.r.Date(t.Node, true); ok {
			cond.dates = append(cond.dates, yearDay{d.Year, d.Month, d.Day})
		}
	}
	return cond
}

// parseWeekdays reads one day or a range of them, German or English.
func parseWeekdays(s string) ([]time.Weekday, bool) {
	from, to, isRange := strings.Cut(strings.ReplaceAll(strings.ToLower(s), "–", "-"), "-")
	first, ok1 := weekday(from)
	last, ok2 := weekday(to)
	switch {
	case !ok1 || isRange && !ok2:
		return nil, false
	case !isRange:
		return []time.Weekday{first}, true
	}
	days := []time.Weekday{first}
	for d := first; d != last; {
		d = (d + 1) % 7
		days = append(days, d)
	}
	return days, true
}

func weekday(s string) (time.Weekday, bool) {
	s = strings.TrimSpace(s)
	for d, names := range [...][]string{
		{"so", "sonntag", "sun", "sunday"}, {"mo", "montag", "mon", "monday"}, {"di", "dienstag", "tue", "tuesday"},
		{"mi", "mittwoch", "wed", "wednesday"}, {"do", "donnerstag", "thu", "thursday"},
		{"fr", "freitag", "fri", "friday"}, {"sa", "samstag", "sonnabend", "sat", "saturday"},
	} {
		for _, n := range names {
			if n == s {
				return time.Weekday(d), true
			}
		}
	}
	return 0, false
}
