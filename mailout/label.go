package mailout

import "strings"

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

// shortState is a state in a list, where every column counts; "" for those whose
// label is short already.
func shortState(state, lang string) string { return shortStates[state][clock{lang: lang}.language()] }

var shortStates = map[string]map[string]string{
	"faq_answered":      {"de": "FAQ", "en": "FAQ"},
	"waiting_requester": {"de": "wartet", "en": "waiting"},
	"waiting_vendor":    {"de": "Dritte", "en": "vendor"},
	"scheduled":         {"de": "später", "en": "later"},
	"closed":            {"de": "zu", "en": "closed"},
	"closed_deflected":  {"de": "FAQ half", "en": "by FAQ"},
	"merged":            {"de": "vereint", "en": "merged"},
	"held":              {"de": "gehalten", "en": "held"},
}

// StateForRequester is a ticket state in the words of the person who asked.
func StateForRequester(state, lang string) string {
	if l, ok := requesterStates[state]; ok {
		return l[clock{lang: lang}.language()]
	}
	return StateLabel(state, lang)
}

var requesterStates = map[string]map[string]string{
	"new":               {"de": "eingegangen, noch nicht in Arbeit", "en": "received, not in work yet"},
	"open":              {"de": "in Arbeit", "en": "in work"},
	"faq_answered":      {"de": "fertige Antwort gesendet, wartet auf Ihr „gelöst“ oder „hilft nicht“", "en": "ready answer sent, waiting for your \"solved\" or \"no\""},
	"waiting_requester": {"de": "wartet auf Ihre Antwort", "en": "waiting for your answer"},
	"waiting_vendor":    {"de": "wartet auf einen Hersteller oder Dienstleister", "en": "waiting for a vendor"},
	"scheduled":         {"de": "eingeplant für später", "en": "planned for later"},
	"closed":            {"de": "abgeschlossen", "en": "closed"},
	"closed_deflected":  {"de": "abgeschlossen", "en": "closed"},
	"merged":            {"de": "gehört zu einer anderen Meldung", "en": "belongs to another report"},
}

// MessageLabel names what a message of a ticket is, where that is not plain from
// its author; "" for requests and replies.
func MessageLabel(kind, lang string) string {
	return messageLabels[kind][clock{lang: lang}.language()]
}

var messageLabels = map[string]map[string]string{
	"note":       {"de": "Notiz", "en": "note"},
	"call":       {"de": "Telefonat", "en": "call"},
	"analysis":   {"de": "Analyse", "en": "analysis"},
	"cause":      {"de": "Ursache", "en": "cause"},
	"workaround": {"de": "Workaround", "en": "workaround"},
	"fix":        {"de": "Lösung", "en": "fix"},
	"knowledge":  {"de": "Wissen", "en": "knowledge"},
	"answer":     {"de": "FAQ-Antwort", "en": "FAQ answer"},
	"automatic":  {"de": "automatische Antwort", "en": "automatic reply"},
	"vendor":     {"de": "Dritte", "en": "third party"},
	"pending":    {"de": "nicht bestätigt", "en": "not verified"},
}

// DeliveryReason says in words why a mail could not be delivered, from its
// enhanced status code (RFC 3463 section 3); "" for codes that say little.
func DeliveryReason(said, lang string) string {
	for _, word := range strings.Fields(said) {
		class, detail, ok := strings.Cut(word, ".")
		if !ok || class != "4" && class != "5" {
			continue
		}
		if text, known := deliveryReasons[strings.TrimRight(detail, ".:,;")]; known {
			return text[clock{lang: lang}.language()]
		}
	}
	return ""
}

var deliveryReasons = map[string]map[string]string{
	"1.1":  {"de": "diese Adresse gibt es nicht", "en": "there is no such address"},
	"1.2":  {"de": "diese Domain nimmt keine Mail an", "en": "that domain takes no mail"},
	"1.3":  {"de": "die Adresse ist falsch geschrieben", "en": "the address is malformed"},
	"1.10": {"de": "diese Domain nimmt keine Mail an", "en": "that domain takes no mail"},
	"2.1":  {"de": "das Postfach ist abgeschaltet", "en": "the mailbox is disabled"},
	"2.2":  {"de": "das Postfach ist voll", "en": "the mailbox is full"},
	"2.3":  {"de": "die Mail ist zu groß", "en": "the mail is too big"},
	"3.4":  {"de": "die Mail ist zu groß", "en": "the mail is too big"},
	"4.1":  {"de": "der Mailserver der Gegenseite antwortet nicht", "en": "their mail server does not answer"},
	"4.4":  {"de": "diese Domain ist nicht zu erreichen", "en": "that domain cannot be reached"},
	"4.7":  {"de": "zu lange vergeblich versucht", "en": "tried for too long"},
	"7.1":  {"de": "die Gegenseite lehnt die Mail ab", "en": "they refuse the mail"},
}
