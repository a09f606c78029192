package sla

import "time"

// swissRules are the legal holidays of the cantons (list of the Federal Office
// of Justice). Days that are customary but not legal in a canton, or hold only
// in some of its communes, are added by name: berchtoldstag, ostermontag,
// pfingstmontag, stephanstag, fronleichnam, mauritiustag.
func swissRules() []rule {
	const (
		jan, mar, may = time.January, time.March, time.May
		jun, aug, sep = time.June, time.August, time.September
		nov, dec      = time.November, time.December

		// catholic cantons keep the feasts of Mary, Corpus Christi and All Saints.
		catholic = "CH-AG CH-AI CH-FR CH-JU CH-LU CH-NW CH-OW CH-SO CH-SZ CH-TI CH-UR CH-VS CH-ZG"
		labour   = "CH-AG CH-BL CH-BS CH-JU CH-NE CH-SH CH-TG CH-TI CH-ZH"
		monday   = "CH-AG CH-AI CH-AR CH-BE CH-BL CH-BS CH-GE CH-GL CH-GR CH-JU CH-SG CH-SH CH-SZ CH-TG CH-TI CH-UR CH-VD CH-ZH"
		friday   = "CH-AG CH-AI CH-AR CH-BE CH-BL CH-BS CH-FR CH-GE CH-GL CH-JU CH-LU CH-NE CH-NW CH-OW CH-SG CH-SH CH-SO CH-SZ CH-TG CH-UR CH-VD CH-ZG CH-ZH"
	)
	return []rule{
		{id: "neujahr", de: "Neujahr", en: "New Year's Day", regions: "CH", on: fixed(jan, 1)},
		{id: "berchtoldstag", de: "Berchtoldstag", en: "Saint Berchtold's Day", regions: "CH-AG CH-BE CH-JU CH-TG CH-VD", on: fixed(jan, 2)},
		// Neuchâtel keeps 2 January and 26 December if the day before was a Sunday.
		{id: "berchtoldstag", de: "2. Januar", en: "2 January", regions: "CH-NE", on: only(fixed(jan, 2), time.Monday)},
		{id: "heilige_drei_koenige", de: "Heilige Drei Könige", en: "Epiphany", regions: "CH-SZ CH-TI CH-UR", on: fixed(jan, 6)},
		{id: "ausrufung_der_republik", de: "Jahrestag der Ausrufung der Republik", en: "Republic Day", regions: "CH-NE", on: fixed(mar, 1)},
		{id: "josefstag", de: "Josefstag", en: "Saint Joseph's Day", regions: "CH-NW CH-SZ CH-TI CH-UR CH-VS", on: fixed(mar, 19)},
		{id: "naefelser_fahrt", de: "Näfelser Fahrt", en: "Battle of Näfels Day", regions: "CH-GL", on: naefelserFahrt},
		{id: "sechselaeuten", de: "Sechseläuten", en: "Sechseläuten", on: sechselaeuten, afternoon: true},
		{id: "karfreitag", de: "Karfreitag", en: "Good Friday", regions: friday, on: easter(-2)},
		{id: "ostermontag", de: "Ostermontag", en: "Easter Monday", regions: monday, on: easter(1)},
		{id: "tag_der_arbeit", de: "Tag der Arbeit", en: "Labour Day", regions: labour, on: fixed(may, 1)},
		{id: "tag_der_arbeit", de: "Tag der Arbeit", en: "Labour Day", regions: "CH-SO", on: fixed(may, 1), afternoon: true},
		{id: "auffahrt", de: "Auffahrt", en: "Ascension Day", regions: "CH", on: easter(39)},
		{id: "pfingstmontag", de: "Pfingstmontag", en: "Whit Monday", regions: monday, on: easter(50)},
		{id: "fronleichnam", de: "Fronleichnam", en: "Corpus Christi", regions: catholic, on: easter(60)},
		{id: "unabhaengigkeit_jura", de: "Fest der Unabhängigkeit", en: "Independence Day of Jura", regions: "CH-JU", on: fixed(jun, 23)},
		{id: "peter_und_paul", de: "Peter und Paul", en: "Saints Peter and Paul", regions: "CH-TI", on: fixed(jun, 29)},
		{id: "bundesfeiertag", de: "Bundesfeiertag", en: "National Day", regions: "CH", on: fixed(aug, 1), from: 1994},
		{id: "mariae_himmelfahrt", de: "Mariä Himmelfahrt", en: "Assumption Day", regions: catholic, on: fixed(aug, 15)},
		{id: "genfer_bettag", de: "Genfer Bettag", en: "Fast of Geneva", regions: "CH-GE", on: weekday(time.Sunday, sep, 1, 4)},
		{id: "knabenschiessen", de: "Knabenschiessen", en: "Knabenschiessen", on: weekday(time.Sunday, sep, 8, 1), afternoon: true},
		{id: "bettagsmontag", de: "Bettagsmontag", en: "Monday of the Federal Fast", regions: "CH-VD", on: weekday(time.Sunday, sep, 15, 1)},
		{id: "mauritiustag", de: "Mauritiustag", en: "Saint Maurice's Day", on: fixed(sep, 22)},
		{id: "bruder_klaus", de: "Bruder Klaus", en: "Saint Nicholas of Flüe", regions: "CH-OW", on: fixed(sep, 25)},
		{id: "allerheiligen", de: "Allerheiligen", en: "All Saints' Day", regions: catholic + " CH-GL CH-SG", on: fixed(nov, 1)},
		{id: "mariae_empfaengnis", de: "Mariä Empfängnis", en: "Immaculate Conception", regions: "CH-AG CH-AI CH-FR CH-LU CH-NW CH-OW CH-SZ CH-TI CH-UR CH-VS CH-ZG", on: fixed(dec, 8)},
		{id: "weihnachten", de: "Weihnachten", en: "Christmas Day", regions: "CH", on: fixed(dec, 25)},
		{id: "stephanstag", de: "Stephanstag", en: "Saint Stephen's Day", regions: "CH-AG CH-BE CH-BL CH-BS CH-GL CH-GR CH-LU CH-SG CH-SH CH-SZ CH-TG CH-TI CH-ZH", on: fixed(dec, 26)},
		// Not where it would make three or four days off in a row.
		{id: "stephanstag", de: "Stephanstag", en: "Saint Stephen's Day", regions: "CH-AI CH-AR CH-UR",
			on: only(fixed(dec, 26), time.Sunday, time.Monday, time.Wednesday, time.Thursday, time.Friday)},
		{id: "stephanstag", de: "Stephanstag", en: "Saint Stephen's Day", regions: "CH-NE", on: only(fixed(dec, 26), time.Monday)},
		{id: "wiederherstellung_der_republik", de: "Wiederherstellung der Republik", en: "Restoration of the Republic", regions: "CH-GE", on: fixed(dec, 31)},
	}
}

// naefelserFahrt is the first Thursday of April, a week later if that is Maundy
// Thursday.
func naefelserFahrt(y int) (int, bool) {
	d, _ := weekday(time.Thursday, time.April, 1, 0)(y)
	if e, _ := easter(-3)(y); d == e {
		d += 7
	}
	return d, true
}

// sechselaeuten is the third Monday of April, a week later if that is Easter
// Monday.
func sechselaeuten(y int) (int, bool) {
	d, _ := weekday(time.Monday, time.April, 15, 0)(y)
	if e, _ := easter(1)(y); d == e {
		d += 7
	}
	return d, true
}
