package sla

import "time"

// austrianRules are the holidays of section 7 of the Arbeitsruhegesetz, which
// are the same in all Länder. The days of the patron saints of the Länder close
// schools and offices only; "landesfeiertag", or the name of the day, adds them.
func austrianRules() []rule {
	const jan, mar, may, oct, nov, dec = time.January, time.March, time.May, time.October, time.November, time.December
	return []rule{
		{id: "neujahr", de: "Neujahr", en: "New Year's Day", regions: "AT", on: fixed(jan, 1)},
		{id: "heilige_drei_koenige", de: "Heilige Drei Könige", en: "Epiphany", regions: "AT", on: fixed(jan, 6)},
		{id: "josefitag", de: "Josefitag", en: "Saint Joseph's Day", on: fixed(mar, 19)},
		{id: "ostermontag", de: "Ostermontag", en: "Easter Monday", regions: "AT", on: easter(1)},
		{id: "staatsfeiertag", de: "Staatsfeiertag", en: "National Day of Labour", regions: "AT", on: fixed(may, 1)},
		{id: "florianitag", de: "Florianitag", en: "Saint Florian's Day", on: fixed(may, 4)},
		{id: "christi_himmelfahrt", de: "Christi Himmelfahrt", en: "Ascension Day", regions: "AT", on: easter(39)},
		{id: "pfingstmontag", de: "Pfingstmontag", en: "Whit Monday", regions: "AT", on: easter(50)},
		{id: "fronleichnam", de: "Fronleichnam", en: "Corpus Christi", regions: "AT", on: easter(60)},
		{id: "mariae_himmelfahrt", de: "Mariä Himmelfahrt", en: "Assumption Day", regions: "AT", on: fixed(time.August, 15)},
		{id: "rupertitag", de: "Rupertitag", en: "Saint Rupert's Day", on: fixed(time.September, 24)},
		{id: "tag_der_volksabstimmung", de: "Tag der Volksabstimmung", en: "Plebiscite Day", on: fixed(oct, 10)},
		{id: "nationalfeiertag", de: "Nationalfeiertag", en: "National Day", regions: "AT", on: fixed(oct, 26), from: 1967},
		{id: "allerheiligen", de: "Allerheiligen", en: "All Saints' Day", regions: "AT", on: fixed(nov, 1)},
		{id: "martini", de: "Martini", en: "Saint Martin's Day", on: fixed(nov, 11)},
		{id: "leopolditag", de: "Leopolditag", en: "Saint Leopold's Day", on: fixed(nov, 15)},
		{id: "mariae_empfaengnis", de: "Mariä Empfängnis", en: "Immaculate Conception", regions: "AT", on: fixed(dec, 8), from: 1955},
		{id: "christtag", de: "Christtag", en: "Christmas Day", regions: "AT", on: fixed(dec, 25)},
		{id: "stefanitag", de: "Stefanitag", en: "Saint Stephen's Day", regions: "AT", on: fixed(dec, 26)},
	}
}

// patronOf names the day of the patron saint of an Austrian Land; "" elsewhere.
func patronOf(region string) string {
	switch region {
	case "AT-1":
		return "martini"
	case "AT-2":
		return "tag_der_volksabstimmung"
	case "AT-3", "AT-9":
		return "leopolditag"
	case "AT-4":
		return "florianitag"
	case "AT-5":
		return "rupertitag"
	case "AT-6", "AT-7", "AT-8":
		return "josefitag"
	}
	return ""
}
