package sla

import "time"

// germanRules are the public holidays of the German Länder, as the holiday laws
// of the Länder have them since 1990. Days that hold only in some municipalities
// (Mariä Himmelfahrt in Bavaria, Fronleichnam in parts of Saxony and Thuringia,
// the Augsburger Friedensfest) are not part of a region; they are added by name.
func germanRules() []rule {
	const (
		jan, may, jun = time.January, time.May, time.June
		oct, nov, dec = time.October, time.November, time.December
	)
	return []rule{
		{id: "neujahr", de: "Neujahr", en: "New Year's Day", regions: "DE", on: fixed(jan, 1)},
		{id: "heilige_drei_koenige", de: "Heilige Drei Könige", en: "Epiphany", regions: "DE-BW DE-BY DE-ST", on: fixed(jan, 6)},
		{id: "frauentag", de: "Internationaler Frauentag", en: "International Women's Day", regions: "DE-BE", on: fixed(time.March, 8), from: 2019},
		{id: "frauentag", de: "Internationaler Frauentag", en: "International Women's Day", regions: "DE-MV", on: fixed(time.March, 8), from: 2023},
		{id: "gruendonnerstag", de: "Gründonnerstag", en: "Maundy Thursday", on: easter(-3)},
		{id: "karfreitag", de: "Karfreitag", en: "Good Friday", regions: "DE", on: easter(-2)},
		{id: "ostersonntag", de: "Ostersonntag", en: "Easter Sunday", regions: "DE-BB", on: easter(0)},
		{id: "ostermontag", de: "Ostermontag", en: "Easter Monday", regions: "DE", on: easter(1)},
		{id: "tag_der_arbeit", de: "Tag der Arbeit", en: "Labour Day", regions: "DE", on: fixed(may, 1)},
		{id: "tag_der_befreiung", de: "75. Jahrestag der Befreiung", en: "75th anniversary of the liberation", regions: "DE-BE", on: fixed(may, 8), from: 2020, to: 2020},
		{id: "tag_der_befreiung", de: "80. Jahrestag der Befreiung", en: "80th anniversary of the liberation", regions: "DE-BE", on: fixed(may, 8), from: 2025, to: 2025},
		{id: "christi_himmelfahrt", de: "Christi Himmelfahrt", en: "Ascension Day", regions: "DE", on: easter(39)},
		{id: "pfingstsonntag", de: "Pfingstsonntag", en: "Whit Sunday", regions: "DE-BB", on: easter(49)},
		{id: "pfingstmontag", de: "Pfingstmontag", en: "Whit Monday", regions: "DE", on: easter(50)},
		{id: "fronleichnam", de: "Fronleichnam", en: "Corpus Christi", regions: "DE-BW DE-BY DE-HE DE-NW DE-RP DE-SL", on: easter(60)},
		{id: "volksaufstand_17_juni", de: "75. Jahrestag des Volksaufstands vom 17. Juni 1953", en: "75th anniversary of the uprising of 17 June 1953", regions: "DE-BE", on: fixed(jun, 17), from: 2028, to: 2028},
		{id: "augsburger_friedensfest", de: "Augsburger Friedensfest", en: "Augsburg Peace Festival", on: fixed(time.August, 8)},
		{id: "mariae_himmelfahrt", de: "Mariä Himmelfahrt", en: "Assumption Day", regions: "DE-SL", on: fixed(time.August, 15)},
		{id: "weltkindertag", de: "Weltkindertag", en: "World Children's Day", regions: "DE-TH", on: fixed(time.September, 20), from: 2019},
		{id: "tag_der_deutschen_einheit", de: "Tag der Deutschen Einheit", en: "Day of German Unity", regions: "DE", on: fixed(oct, 3), from: 1990},
		{id: "reformationstag", de: "Reformationstag", en: "Reformation Day", regions: "DE-BB DE-MV DE-SN DE-ST DE-TH", on: fixed(oct, 31)},
		// The 500th anniversary was a holiday everywhere, once.
		{id: "reformationstag", de: "Reformationstag", en: "Reformation Day", regions: "DE", on: fixed(oct, 31), from: 2017, to: 2017},
		{id: "reformationstag", de: "Reformationstag", en: "Reformation Day", regions: "DE-HB DE-HH DE-NI DE-SH", on: fixed(oct, 31), from: 2018},
		{id: "allerheiligen", de: "Allerheiligen", en: "All Saints' Day", regions: "DE-BW DE-BY DE-NW DE-RP DE-SL", on: fixed(nov, 1)},
		// Given up for long-term care insurance in 1995, but not in Saxony.
		{id: "buss_und_bettag", de: "Buß- und Bettag", en: "Day of Repentance and Prayer", regions: "DE-SN", on: weekday(time.Wednesday, nov, 16, 0)},
		{id: "buss_und_bettag", de: "Buß- und Bettag", en: "Day of Repentance and Prayer", regions: "DE", on: weekday(time.Wednesday, nov, 16, 0), to: 1994},
		{id: "heiligabend", de: "Heiligabend", en: "Christmas Eve", on: fixed(dec, 24)},
		{id: "erster_weihnachtstag", de: "1. Weihnachtstag", en: "Christmas Day", regions: "DE", on: fixed(dec, 25)},
		{id: "zweiter_weihnachtstag", de: "2. Weihnachtstag", en: "Second Day of Christmas", regions: "DE", on: fixed(dec, 26)},
		{id: "silvester", de: "Silvester", en: "New Year's Eve", on: fixed(dec, 31)},
	}
}
