package sla

import "maps"

// problemText is a problem in both languages; {value} is what was written,
// {other} what it collides with or what was probably meant.
// The else fixes stand in for fixes with {other} where nothing is near.
type problemText struct{ de, en, fixDE, fixEN, elseDE, elseEN string }

// problemTexts holds a text for each Code.
func problemTexts() map[Code]problemText {
	all := hoursTexts()
	maps.Copy(all, dateTexts())
	maps.Copy(all, targetTexts())
	return all
}

// hoursTexts are the texts about the week.
func hoursTexts() map[Code]problemText {
	return map[Code]problemText{
		UnknownZone: {
			de: "Zeitzone „{value}“ gibt es nicht.", en: `there is no time zone "{value}"`,
			fixDE: "Einen Namen wie Europe/Berlin schreiben.", fixEN: "write a name such as Europe/Berlin"},
		UnknownDay: {
			de: "„{value}“ ist kein Wochentag.", en: `"{value}" is not a weekday`,
			fixDE: "mo, di, mi, do, fr, sa, so oder einen Bereich wie mo-fr schreiben.",
			fixEN: "write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri"},
		DaysReversed: {
			de: "Der Bereich „{value}“ läuft über das Wochenende. Gewollt?", en: `the range "{value}" runs over the weekend; is that meant?`,
			fixDE: "Sonst die Tage umdrehen.", fixEN: "otherwise swap the days"},
		HoursForm: {
			de: "Öffnungszeit „{value}“ ist nicht lesbar.", en: `cannot read the hours "{value}"`,
			fixDE: `Uhrzeiten als "08:00-15:00" schreiben, mehrere mit Komma; 24:00 nur am Ende.`,
			fixEN: `write times as "08:00-15:00", several with a comma; 24:00 only at the end`},
		HoursEmpty: {
			de: "Das Intervall „{value}“ ist leer.", en: `the interval "{value}" is empty`,
			fixDE: `Für den ganzen Tag "00:00-24:00" schreiben.`, fixEN: `write "00:00-24:00" for the whole day`},
		HoursReversed: {
			de: "Das Intervall „{value}“ läuft über Mitternacht. Gewollt?", en: `the interval "{value}" runs over midnight; is that meant?`,
			fixDE: "Sonst Anfang und Ende tauschen.", fixEN: "otherwise swap start and end"},
		HoursOverlap: {
			de: "Die Zeiten „{value}“ überschneiden sich mit „{other}“.", en: `the hours "{value}" overlap "{other}"`,
			fixDE: "Eine der beiden Zeiten kürzen oder streichen.", fixEN: "shorten or remove one of the two"},
		TooManyHours: {
			de: "Zu viele Intervalle: „{value}“.", en: `too many intervals: "{value}"`,
			fixDE: "Höchstens 48 Intervalle am Tag.", fixEN: "at most 48 intervals a day"},
		NeverOpen: {
			de: "Der Kalender „{value}“ hat keine Öffnungszeit.", en: `the calendar "{value}" has no open hours`,
			fixDE: `Zum Beispiel mo-fr: "08:00-17:00" ergänzen.`, fixEN: `add for example mon-fri: "08:00-17:00"`},
	}
}

// dateTexts are the texts about holidays and closings.
func dateTexts() map[Code]problemText {
	return map[Code]problemText{
		UnknownRegion: {
			de: "Region „{value}“ gibt es nicht.", en: `there is no region "{value}"`,
			fixDE: "Meinten Sie {other}?", fixEN: "did you mean {other}?",
			elseDE: "Deutschland: DE-BW DE-BY DE-BE DE-BB DE-HB DE-HH DE-HE DE-MV DE-NI DE-NW DE-RP DE-SL DE-SN DE-ST DE-SH DE-TH; Österreich: AT, AT-1 bis AT-9; Schweiz: CH-ZH, CH-BE …",
			elseEN: "Germany: DE-BW DE-BY DE-BE DE-BB DE-HB DE-HH DE-HE DE-MV DE-NI DE-NW DE-RP DE-SL DE-SN DE-ST DE-SH DE-TH; Austria: AT, AT-1 to AT-9; Switzerland: CH-ZH, CH-BE …"},
		UnknownHoliday: {
			de: "Feiertag „{value}“ gibt es nicht.", en: `there is no holiday "{value}"`,
			fixDE: "Meinten Sie {other}?", fixEN: "did you mean {other}?",
			elseDE: `Einen Namen wie mariae_himmelfahrt oder ein Datum wie "2026-05-15" oder "05-15" schreiben.`,
			elseEN: `write a name such as mariae_himmelfahrt, or a date such as "2026-05-15" or "05-15"`},
		HolidayElsewhere: {
			de: "„{value}“ ist in dieser Region ohnehin kein Feiertag.", en: `"{value}" is no holiday of this region anyway`},
		DateForm: {
			de: "Datum „{value}“ ist nicht lesbar.", en: `cannot read the date "{value}"`,
			fixDE: `Datum als "2026-12-24" oder für jedes Jahr "12-24" schreiben.`, fixEN: `write "2026-12-24", or "12-24" for every year`},
		DateMissing: {
			de: "Der Schließung fehlt das Datum.", en: "the closing has no date",
			fixDE: `date: "2026-12-24" oder every: "12-24" ergänzen.`, fixEN: `add date: "2026-12-24" or every: "12-24"`},
		DateBoth: {
			de: "Die Schließung hat date „{value}“ und every „{other}“.", en: `the closing has both date "{value}" and every "{other}"`,
			fixDE: "Nur eines von beiden angeben.", fixEN: "give only one of the two"},
		DateReversed: {
			de: "Die Schließung endet am {other}, vor ihrem Anfang am {value}, oder dauert über ein Jahr.", en: "the closing ends on {other}, before it starts on {value}, or lasts longer than a year",
			fixDE: "Anfang und Ende tauschen.", fixEN: "swap start and end"},
		TooManyClosings: {
			de: "Zu viele Schließungen: {value}.", en: "too many closings: {value}",
			fixDE: "Höchstens 5000 Einträge.", fixEN: "at most 5000 entries"},
	}
}

// targetTexts are the texts about targets.
func targetTexts() map[Code]problemText {
	return map[Code]problemText{
		TargetEmpty: {
			de: "Die Zielzeit ist leer.", en: "the target is empty",
			fixDE: `Zum Beispiel 4h, 30m oder 2bd schreiben.`, fixEN: `write for example 4h, 30m or 2bd`},
		TargetForm: {
			de: "Zielzeit „{value}“ ist nicht lesbar.", en: `cannot read the target "{value}"`,
			fixDE: "Zum Beispiel 4h, 30m, 1h30m oder 2bd schreiben.", fixEN: "write for example 4h, 30m, 1h30m or 2bd"},
		TargetNoUnit: {
			de: "Zeit ohne Einheit: „{value}“.", en: `time without a unit: "{value}"`,
			fixDE: "{other}h oder {other}m?", fixEN: "{other}h or {other}m?"},
		TargetCalendarDays: {
			de: "„{value}“: d sind Kalendertage.", en: `"{value}": d are calendar days`,
			fixDE: "Für Arbeitstage {other}bd, für Geschäftsstunden zum Beispiel 16h schreiben.",
			fixEN: "write {other}bd for business days, or open hours such as 16h"},
		TargetZero: {
			de: "Zielzeit „{value}“ ist null.", en: `the target "{value}" is zero`,
			fixDE: "Ohne Ziel die Zeile weglassen.", fixEN: "leave the line out for no target"},
		TargetTooLong: {
			de: "Zielzeit „{value}“ ist länger als zehn Jahre.", en: `the target "{value}" is longer than ten years`,
			fixDE: "Die Einheit prüfen.", fixEN: "check the unit"},
	}
}
