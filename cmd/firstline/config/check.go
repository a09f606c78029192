package config

// crossChecks reports what only the whole configuration shows.
func (d *decoder) crossChecks() {
	if d.r.Incomplete {
		return // half a configuration shows contradictions that are none
	}
	d.checkPeople()
	d.checkHandOvers()
	d.checkWeeks()
	d.checkTexts()
}

// checkWeeks reports calendars that stay closed for a whole week of the coming
// year: nothing would ever be due in it.
func (d *decoder) checkWeeks() {
	if d.o.Now.IsZero() {
		return
	}
	for _, p := range d.root.Map("calendars").Pairs() {
		if monday, ok := d.c.Desk.Calendars[p.Key.Value].EmptyWeek(d.o.Now, 53); ok {
			d.r.Add(p.Key, closedWeek, p.Key.Value, monday.Format("2006-01-02"))
		}
	}
}
