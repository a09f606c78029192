package command

// Code says what is wrong with a line.
type Code string

// What can be wrong.
const (
	Unknown       Code = "unknown"       // no such command
	Misplaced     Code = "misplaced"     // a known command in the middle of the text
	Detached      Code = "detached"      // "# gelöst"
	Missing       Code = "missing"       // an argument is missing
	Unexpected    Code = "unexpected"    // an argument too many
	UnknownValue  Code = "unknown_value" // not one of a closed list
	NoSuchName    Code = "no_such_name"  // no agent, group, category, person, entry of this name
	Ambiguous     Code = "ambiguous"     // several of this name
	BadAddress    Code = "bad_address"
	BadDate       Code = "bad_date"
	PastDate      Code = "past_date"
	FutureDate    Code = "future_date" // a call that has not happened yet
	BadDuration   Code = "bad_duration"
	NoSuchTicket  Code = "no_such_ticket"
	OtherTicket   Code = "other_ticket"  // names another ticket than the one answered
	SameTicket    Code = "same_ticket"   // refers to itself
	TicketNeeded  Code = "ticket_needed" // in replies to a list
	NoTicket      Code = "no_ticket"     // needs an answer to a ticket's mail
	OnlyNew       Code = "only_new"      // only in a new mail
	TextNeeded    Code = "text_needed"   // a note without text
	TextWithQuery Code = "text_with_query"
	TextUnclear   Code = "text_unclear" // one text, several notes or tickets it could belong to
	TextOfList    Code = "text_of_list" // text in an answer to a list that says not what it is
	Contradiction Code = "contradiction"
	SeveralOnLine Code = "several_on_line"
	TooMany       Code = "too_many" // more than MaxCommands
	TooLong       Code = "too_long"
)

// What a Problem is about, for its text.
const (
	aboutAgent    = "agent"
	aboutGroup    = "group"
	aboutCategory = "category"
	aboutPerson   = "person"
	aboutFAQ      = "faq"
	aboutTemplate = "template"
	aboutValue    = "value"
	aboutDate     = "date"
	aboutAddress  = "address"
	aboutTicket   = "ticket"
	aboutText     = "text"
	aboutTag      = "tag"
	aboutDuration = "duration"
)

// Problem is one reason why a mail is not executed.
type Problem struct {
	Line    int    // in the text, from 1; 0 = the subject
	Literal string // the line as written, at most 200 characters
	Code    Code
	Verb    Verb   // "" when not known
	About   string // what the value should have been
	Value   string // what is wrong in the line
	Other   string // the other line of a contradiction
	// Candidates are what it could be: possible values, or the people of this name.
	Candidates []string
	// Suggestion is the line, or lines, the agent probably meant; "" = none.
	Suggestion string
	// Corrected are the commands of the suggestion.
	Corrected []Command

	all bool // Candidates are all there are, not those that are near
}

// phrase is a text in both languages.
type phrase struct{ de, en string }

func (p phrase) in(lang string) string {
	if lang == "en" {
		return p.en
	}
	return p.de
}

var problemTexts = map[Code]phrase{
	Unknown:       {"unbekannt.", "unknown."},
	Misplaced:     {"steht mitten im Text. Befehle gehören an den Anfang oder in einen eigenen letzten Absatz.", "stands in the middle of the text. Commands belong at the top or in a last paragraph of their own."},
	Detached:      {"Leerzeichen nach #.", "blank after #."},
	Unexpected:    {"hier zu viel: ", "too much here: "},
	UnknownValue:  {"unbekannter Wert.", "unknown value."},
	BadAddress:    {"keine gültige Adresse: ", "not a valid address: "},
	BadDate:       {"kein Zeitpunkt: ", "not a time: "},
	PastDate:      {"liegt in der Vergangenheit: ", "is in the past: "},
	FutureDate:    {"liegt in der Zukunft: ", "is in the future: "},
	BadDuration:   {"keine Dauer, z. B. 15m oder 1h30: ", "not a duration such as 15m or 1h30: "},
	NoSuchTicket:  {"dieses Ticket gibt es nicht: ", "no such ticket: "},
	OtherTicket:   {"Diese Mail gehört zu einem anderen Ticket; Befehle wirken nur auf das beantwortete.", "This mail belongs to another ticket; commands act on the answered one only."},
	SameTicket:    {"das ist dieses Ticket selbst.", "that is this very ticket."},
	TicketNeeded:  {"Ticketnummer fehlt.", "ticket number is missing."},
	NoTicket:      {"geht nur als Antwort auf eine Mail zum Ticket.", "works only as an answer to a mail about the ticket."},
	OnlyNew:       {"geht nur in einer neuen Mail, nicht als Antwort.", "works only in a new mail, not in an answer."},
	TextNeeded:    {"Text fehlt.", "text is missing."},
	TextWithQuery: {"Eine Abfrage verschickt keinen Text. Abfrage und Antwort bitte trennen.", "A query sends no text. Please send query and answer apart."},
	TextUnclear:   {"Zu welchem Befehl der Text gehört, ist nicht klar. Schreiben Sie ihn hinter den Befehl: #analyse: …", "It is not clear which command the text belongs to. Write it behind the command: #analysis: …"},
	TextOfList: {"Hier steht noch Text, aber nicht, wofür er ist. Mit #antwort IT-… geht er an die anfragende Person, mit #notiz IT-… bleibt er intern, mit #still entfällt er.",
		"There is text, but not what it is for. With #reply IT-… it goes to the requester, with #note IT-… it stays internal, with #quiet it is dropped."},
	Contradiction: {"widerspricht ", "contradicts "},
	SeveralOnLine: {"Bitte nur ein Befehl je Zeile.", "Please one command on each line."},
	TooMany:       {"zu viele Befehle in einer Mail (höchstens 20).", "too many commands in one mail (20 at most)."},
	TooLong:       {"Zeile zu lang.", "line too long."},
}

var noSuch = map[string]phrase{
	aboutAgent:    {"diese Person gibt es im Team nicht.", "no such person in the team."},
	aboutGroup:    {"diese Gruppe gibt es nicht.", "no such group."},
	aboutCategory: {"diese Kategorie gibt es nicht.", "no such category."},
	aboutPerson:   {"diese Person steht nicht im Verzeichnis.", "no such person in the directory."},
	aboutFAQ:      {"diesen FAQ-Eintrag gibt es nicht.", "no such FAQ entry."},
	aboutTemplate: {"diese Vorlage gibt es nicht.", "no such template."},
}

var missing = map[string]phrase{
	aboutAgent:    {"Name fehlt.", "name is missing."},
	aboutGroup:    {"Gruppe fehlt.", "group is missing."},
	aboutCategory: {"Kategorie fehlt.", "category is missing."},
	aboutPerson:   {"Adresse oder Name fehlt.", "address or name is missing."},
	aboutFAQ:      {"Kennung des FAQ-Eintrags fehlt.", "id of the FAQ entry is missing."},
	aboutTemplate: {"Kennung der Vorlage fehlt.", "id of the template is missing."},
	aboutValue:    {"Wert fehlt.", "value is missing."},
	aboutDate:     {"Zeitpunkt fehlt.", "time is missing."},
	aboutAddress:  {"Adresse fehlt.", "address is missing."},
	aboutTicket:   {"Ticketnummer fehlt.", "ticket number is missing."},
	aboutText:     {"Text fehlt.", "text is missing."},
	aboutTag:      {"Schlagwort fehlt.", "tag is missing."},
	aboutDuration: {"Dauer fehlt, z. B. 15m.", "duration is missing, such as 15m."},
}

var (
	didYouMean  = phrase{"Meinten Sie ", "Did you mean "}
	possible    = phrase{"Möglich: ", "Possible: "}
	several     = phrase{"Das passt auf mehrere: ", "That fits several: "}
	asText      = phrase{"Als Text schreiben Sie #", "To have it as text write #"}
	helpIs      = phrase{"Alle Befehle: #hilfe.", "All commands: #help."}
	or          = phrase{" oder ", " or "}
	placeAtHead = phrase{"Mit ok wird es ausgeführt.", "With ok it is executed."}
)
