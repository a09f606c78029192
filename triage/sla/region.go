package sla

import (
	"slices"
	"strings"
)

// Regions lists the region codes of holidays, ISO 3166-2, sorted.
func Regions() []string {
	var list []string
	for _, r := range regionNames() {
		list = append(list, r.code)
	}
	slices.Sort(list)
	return list
}

type regionName struct{ code, names string }

// regionNames lists the regions with the names people may write instead.
func regionNames() []regionName {
	return []regionName{
		{"DE", "deutschland germany"},
		{"DE-BW", "baden-württemberg baden-wuerttemberg"}, {"DE-BY", "bayern bavaria"}, {"DE-BE", "berlin"}, {"DE-BB", "brandenburg"},
		{"DE-HB", "bremen"}, {"DE-HH", "hamburg"}, {"DE-HE", "hessen hesse"}, {"DE-MV", "mecklenburg-vorpommern"},
		{"DE-NI", "niedersachsen"}, {"DE-NW", "nordrhein-westfalen nrw"}, {"DE-RP", "rheinland-pfalz rlp"}, {"DE-SL", "saarland"},
		{"DE-SN", "sachsen saxony"}, {"DE-ST", "sachsen-anhalt"}, {"DE-SH", "schleswig-holstein"}, {"DE-TH", "thüringen thueringen thuringia"},
		{"AT", "österreich oesterreich austria"},
		{"AT-1", "burgenland"}, {"AT-2", "kärnten kaernten"}, {"AT-3", "niederösterreich niederoesterreich"}, {"AT-4", "oberösterreich oberoesterreich"},
		{"AT-5", "salzburg"}, {"AT-6", "steiermark"}, {"AT-7", "tirol"}, {"AT-8", "vorarlberg"}, {"AT-9", "wien vienna"},
		{"CH", "schweiz switzerland suisse svizzera"},
		{"CH-AG", "aargau"}, {"CH-AI", "innerrhoden"}, {"CH-AR", "ausserrhoden"}, {"CH-BE", "bern berne"}, {"CH-BL", "baselland basel-landschaft"},
		{"CH-BS", "basel basel-stadt"}, {"CH-FR", "freiburg fribourg"}, {"CH-GE", "genf genève geneve geneva"}, {"CH-GL", "glarus"},
		{"CH-GR", "graubünden graubuenden"}, {"CH-JU", "jura"}, {"CH-LU", "luzern lucerne"}, {"CH-NE", "neuenburg neuchâtel neuchatel"},
		{"CH-NW", "nidwalden"}, {"CH-OW", "obwalden"}, {"CH-SG", "st.gallen st.-gallen"}, {"CH-SH", "schaffhausen"}, {"CH-SO", "solothurn"},
		{"CH-SZ", "schwyz"}, {"CH-TG", "thurgau"}, {"CH-TI", "tessin ticino"}, {"CH-UR", "uri"}, {"CH-VD", "waadt vaud"},
		{"CH-VS", "wallis valais"}, {"CH-ZG", "zug"}, {"CH-ZH", "zürich zuerich zurich"},
	}
}

// suggestRegion guesses what was meant: a name, a code without its country, or a
// code with a slip; "" if nothing is near.
func suggestRegion(s string) string {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, r := range regionNames() {
		if slices.Contains(strings.Fields(r.names), low) {
			return r.code
		}
	}
	code := regionCode(s)
	if slices.Contains(Regions(), "DE-"+code) {
		return "DE-" + code
	}
	return nearest(code, Regions(), 1)
}

// suggestHoliday guesses which holiday was meant; "" if none is near.
func suggestHoliday(id string) string { return nearest(id, HolidayIDs(), 3) }

// nearest returns the candidate with the fewest edits to s, at most limit.
func nearest(s string, candidates []string, limit int) string {
	if len(s) > 60 {
		return ""
	}
	best, found := limit+1, ""
	for _, c := range candidates {
		if d := distance(s, c); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance is the Levenshtein distance of two short strings.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
