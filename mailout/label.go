package mailout

// StateLabel is a ticket state in words, as people read it. An unknown state is
// returned as it is.
func StateLabel(state, lang string) string {
	lang = clock{lang: lang}.language()
	if l, ok := stateLabels[state]; ok {
		return l[lang]
	}
	return state
}

var stateLabels = map[string]map[string]string{
	"held":              {"de": "zurückgehalten", "en": "held"},
	"new":               {"de": "neu", "en": "new"},
	"open":              {"de": "offen", "en": "open"},
	"faq_answered":      {"de": "FAQ gesendet", "en": "FAQ sent"},
	"waiting_requester": {"de": "wartet auf Antwort", "en": "waiting for answer"},
	"waiting_vendor":    {"de": "wartet auf Dritte", "en": "waiting for vendor"},
	"scheduled":         {"de": "Wiedervorlage", "en": "scheduled"},
	"resolved":          {"de": "gelöst", "en": "solved"},
	"closed":            {"de": "geschlossen", "en": "closed"},
	"closed_deflected":  {"de": "per FAQ gelöst", "en": "solved by FAQ"},
	"merged":            {"de": "zusammengelegt", "en": "merged"},
	"discarded":         {"de": "verworfen", "en": "discarded"},
}
