package source

import (
	"strings"
	"unicode/utf8"
)

// Suggest returns the known word that was probably meant, or "": by case, by
// its German translation, or by the smallest Damerau-Levenshtein distance.
func Suggest(word string, known []string) string {
	w := fold(word)
	if w == "" || len(word) > 64 {
		return ""
	}
	for _, k := range known {
		if fold(k) == w {
			return k
		}
	}
	for _, t := range strings.Fields(germanKeys()[w]) {
		for _, k := range known {
			if k == t {
				return k
			}
		}
	}
	best, at := "", allowed(w)+1
	for _, k := range known {
		if len(k) > 64 {
			continue
		}
		if d := distance(w, fold(k)); d < at {
			best, at = k, d
		}
	}
	return best
}

// allowed is the distance up to which a word counts as a slip of the pen.
func allowed(w string) int {
	switch n := utf8.RuneCountInString(w); {
	case n <= 2:
		return 0
	case n <= 4:
		return 1
	case n <= 8:
		return 2
	}
	return 3
}

func fold(s string) string {
	return strings.NewReplacer("-", "_", " ", "_", "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(strings.ToLower(s))
}

// distance is the optimal string alignment distance: insert, delete, replace
// and swap of neighbours cost 1.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}

// germanKeys maps folded German words admins write to the keys they stand for.
func germanKeys() map[string]string {
	return map[string]string{
		"wenn": "when", "falls": "when", "bedingung": "when", "dann": "then", "aktion": "then", "sonst": "else",
		"regeln": "rules", "regel": "rules", "kategorien": "categories", "kategorie": "category categories",
		"prioritaet": "priority", "prioritaeten": "priorities", "gruppe": "group", "gruppen": "groups",
		"absender": "from", "von": "from", "an": "to", "bis": "to", "betreff": "subject", "text": "body",
		"woerter": "words", "worte": "words", "sprache": "language", "sprachen": "languages", "antwort": "answer",
		"fragen": "questions", "frage": "questions", "kalender": "calendar calendars", "stunden": "hours",
		"feiertage": "holidays", "zeiten": "hours", "anhang": "attachment", "anhaenge": "attachments",
		"firma": "company", "postfach": "mailbox mailboxes", "postfaecher": "mailboxes", "personen": "people",
		"benutzer": "user", "kennwort": "password_file", "passwort": "password_file", "adresse": "address",
		"mitglieder": "members", "leitung": "lead", "vertretung": "substitute", "stufe": "level", "ebene": "level",
		"eskalation": "escalations", "vorlagen": "templates", "berichte": "reports", "datenschutz": "privacy",
		"erwartet": "expect", "name": "name id", "bezeichnung": "label", "zeit": "time", "zuweisen": "assign",
		"prio": "priority", "kat": "category", "bearbeiter": "assign", "assignee": "assign", "agent": "assign", "schlagworte": "tags", "titel": "set_subject",
		"ziele": "targets", "loesung": "resolve", "reaktion": "first_reply", "ignorieren": "ignore", "melden": "notify",
	}
}
