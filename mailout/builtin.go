package mailout

import (
	"io/fs"
	"slices"
	"strings"
)

// TemplateNames are the files a folder of templates may replace: layout.html,
// de/receipt.txt, de/_person.txt. Names of parts begin with "_".
func TemplateNames() []string {
	var names []string
	_ = fs.WalkDir(builtin, "templates", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(p, "templates/"))
		}
		return err
	})
	return names
}

// TemplateSource is the built-in text of a file.
func TemplateSource(name string) (text string, ok bool) {
	b, err := builtin.ReadFile("templates/" + name)
	return string(b), err == nil
}

// TemplateKind is the kind of mail a file is for: "receipt" of de/receipt.txt; ""
// for parts and the layout.
func TemplateKind(name string) (kind, lang string) {
	lang, file, ok := strings.Cut(name, "/")
	kind, is := strings.CutSuffix(file, ".txt")
	if !ok || !is || strings.HasPrefix(kind, "_") {
		return "", lang
	}
	return kind, lang
}

// TemplateValues are the values and lists a file may use; for a part those of all
// mails.
func TemplateValues(name string) (values, lists []string) {
	kind, _ := TemplateKind(name)
	public := kind == "" || slices.Contains(PublicKinds(), PublicKind(kind))
	internal := kind == "" || slices.Contains(InternalKinds(), InternalKind(kind))
	values = slices.Clone(ticketNames)
	if public {
		values, lists = append(values, keys(publicValues)...), append(lists, "files")
	}
	if internal {
		values, lists = append(values, keys(internalValues)...), append(lists, keys(listItems)...)
	}
	slices.Sort(values)
	slices.Sort(lists)
	return slices.Compact(values), slices.Compact(lists)
}

// ListItems are the values of one item of a list.
func ListItems(list string) []string { return listItems[list] }

// TemplateUse says which mail a file is for.
func TemplateUse(name string) Phrase {
	if name == "layout.html" {
		return Phrase{"der HTML-Rahmen aller Mails", "the HTML frame of all mails"}
	}
	kind, _ := TemplateKind(name)
	if kind == "" {
		return Phrase{"Baustein für mehrere Mails", "part of several mails"}
	}
	return templateUses[kind]
}

var templateUses = map[string]Phrase{
	"receipt":               {"Eingangsbestätigung", "receipt"},
	"receipt_outside_hours": {"Eingangsbestätigung außerhalb der Geschäftszeiten", "receipt outside business hours"},
	"receipt_custom":        {"Rahmen um einen eigenen Text aus templates.receipt", "around a text of templates.receipt"},
	"receipt_unverified":    {"Eingangsbestätigung an nicht bestätigte Absender", "receipt for senders that are not verified"},
	"receipt_phone":         {"ein Telefonat wurde festgehalten", "a phone call was noted"},
	"faq_answer":            {"FAQ-Antwort statt der Eingangsbestätigung", "FAQ answer instead of the receipt"},
	"faq_question":          {"Nachfrage: Hat die FAQ-Antwort geholfen?", "did the FAQ answer help?"},
	"reply":                 {"Antwort eines Menschen", "reply of a person"},
	"resolved":              {"gelöst, mit Bewertung", "solved, with rating"},
	"escalated":             {"ein anderes Team kümmert sich", "another team has it"},
	"reminder":              {"Erinnerung: Wir warten auf Antwort", "reminder: we wait for an answer"},
	"auto_resolved":         {"gelöst, weil keine Antwort kam", "solved, as no answer came"},
	"please_test":           {"Bitte um einen Versuch (#test)", "please try again (#test)"},
	"merged":                {"gehört zu einem anderen Ticket", "belongs to another ticket"},
	"rejected":              {"Absender nicht zugelassen", "sender not allowed"},
	"status":                {"Antwort auf „status“", "answer to “status”"},
	"fault_cleared":         {"gemeinsame Störung ist behoben", "the common fault is fixed"},
	"notice_new":            {"an den First-Level: neues Ticket", "to first level: new ticket"},
	"notice_followup":       {"jemand hat geschrieben", "somebody wrote"},
	"notice_reopened":       {"wieder offen", "open again"},
	"notice_faq_failed":     {"FAQ hat nicht geholfen", "the FAQ did not help"},
	"notice_assigned":       {"Ihnen zugewiesen", "assigned to you"},
	"notice_solved":         {"die anfragende Person meldet: gelöst", "the requester reports: solved"},
	"notice_due":            {"Wiedervorlage ist fällig", "a snoozed ticket is due"},
	"notice_taken":          {"jemand hat übernommen", "somebody has taken it"},
	"notice_note":           {"interne Notiz", "internal note"},
	"escalation":            {"Übergabe an den Second-Level", "hand-over to second level"},
	"warning":               {"eine Frist läuft bald ab", "a time limit is close"},
	"breach":                {"eine Frist ist überschritten", "a time limit has passed"},
	"handback":              {"zurück vom Second-Level", "back from second level"},
	"error":                 {"Befehle nicht ausgeführt", "commands not executed"},
	"held_reply":            {"Antwort angehalten", "reply held"},
	"held_sender":           {"unbekannter Absender: annehmen?", "unknown sender: accept?"},
	"delayed":               {"wir verspäten uns", "we are late"},
	"delivery_failed":       {"eine Mail kam nicht an", "a mail did not arrive"},
	"low_rating":            {"schlechte Bewertung", "low rating"},
	"confirmation":          {"ausgeführt, mit Rückweg", "done, with the way back"},
	"list":                  {"Antwort auf #meine, #liste, #suche", "answer to #my, #list, #search"},
	"show":                  {"Antwort auf #zeige", "answer to #show"},
	"help":                  {"Antwort auf #hilfe", "answer to #help"},
	"absence_return":        {"Während Ihrer Abwesenheit", "while you were away"},
	"admin_alarm":           {"Störung, an die Verantwortlichen", "alarm for the people in charge"},
	"explanation":           {"Antwort auf #warum", "answer to #why"},
	"faq_draft":             {"Entwurf eines FAQ-Eintrags an die FAQ-Redaktion, nach #faqneu", "draft of an FAQ entry to the editor of the FAQ, after #faqdraft"},
}
