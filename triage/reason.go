package triage

import (
	"fmt"
	"regexp"
	"strings"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/sla"
)

// StageLabel names a stage of a decision for people.
func StageLabel(stage, lang string) string {
	pair, ok := map[string][2]string{
		"gate": {"Tor", "Gate"}, "thread": {"Zuordnung", "Thread"}, "language": {"Sprache", "Language"}, "category": {"Kategorie", "Category"},
		"rule": {"Regeln", "Rules"}, "priority": {"Priorität", "Priority"}, "sla": {"SLA", "SLA"}, "faq": {"FAQ", "FAQ"},
		"assign": {"Zuteilung", "Assignment"}, "mail": {"Mails", "Mails"}, "duplicate": {"Dublette", "Duplicate"}, "loop": {"Schleife", "Loop"},
		"report": {"Bericht", "Report"}, "machine": {"Automat", "Machine"}, "agent": {"Agent", "Agent"}, "follow": {"Nachtrag", "Follow-up"},
		"open": {"Ergebnis", "Result"},
	}[stage]
	if !ok {
		return stage
	}
	return inLang(pair, lang)
}

// OutcomeLabel names what became of a mail for people.
func OutcomeLabel(outcome, lang string) string {
	pair, ok := map[string][2]string{
		outcomeOpened: {"neues Ticket", "new ticket"}, outcomeAnswered: {"FAQ-Antwort", "FAQ answer"}, outcomeFollowed: {"Nachtrag", "follow-up"},
		outcomeCommanded: {"Befehl ausgeführt", "command carried out"}, outcomeHeld: {"zurückgehalten", "held"}, outcomePending: {"nur gezeigt", "only shown"},
		outcomeIgnored: {"ignoriert", "ignored"}, outcomeDuplicate: {"schon da", "duplicate"}, outcomeReported: {"Zustellbericht", "delivery report"},
		outcomeLoop: {"Schleife", "loop"}, outcomeRejected: {"abgelehnt", "rejected"},
	}[outcome]
	if !ok {
		return outcome
	}
	return inLang(pair, lang)
}

// StepText is one stored step of a decision in a sentence, without its stage.
func StepText(s rules.Step, lang string) string {
	name := s.Name
	switch s.Stage {
	case "open", "follow", "agent", "machine", "report", "loop", "duplicate":
		name = OutcomeLabel(name, lang)
	case "thread":
		name = ""
	case "mail":
		name = inLang(map[string][2]string{"receipt": {"Bestätigung", "receipt"}, "reply": {"Antwort der Regel", "reply of the rule"},
			"notice": {"Benachrichtigung", "notice"}}[name], lang)
	}
	mark := "✗"
	if s.Match {
		mark = "✓"
	}
	return strings.TrimSpace(mark + " " + strings.TrimSpace(name+"  "+Reason(s.Reason, lang)))
}

// germanReasons are the reasons of the desk, which stores them in English.
var germanReasons = map[string]string{
	"internal sender": "interner Absender", "partner": "Partner", "anyone may write": "jeder darf schreiben",
	"unknown sender": "unbekannter Absender", "unknown sender, accepted": "unbekannter Absender, zugelassen",
	"no usable From address": "keine brauchbare Absenderadresse", "more than one author": "mehr als ein Absender",
	"no known Message-ID, no token, no tag": "neues Ticket (keine bekannte Message-ID, kein Token, keine Kennung)",
	"the token was revoked":                 "das Token ist gesperrt", "new mail": "neue Mail",
	"the whole group": "die ganze Gruppe", "the rules want no receipt": "die Regeln wollen keine Bestätigung",
	"filed by an agent": "von einem Agenten eingetragen", "thanks": "Dank", "thanks: nobody is told": "Dank: niemand wird benachrichtigt",
	"the requester wrote": "die anfragende Person schrieb", "the requester wrote again": "die anfragende Person schrieb wieder",
	"the FAQ answer helped": "die FAQ-Antwort half", "the FAQ answer did not help": "die FAQ-Antwort half nicht",
	"reopened": "wieder geöffnet", "solved by the requester": "von der anfragenden Person gelöst", "a third party answered": "Dritte haben geantwortet",
	"sender takes no part in this ticket": "der Absender ist an diesem Ticket nicht beteiligt", "public reply": "öffentliche Antwort",
	"answered first": "antwortete zuerst", "taken": "übernommen", "escalated": "eskaliert", "reminded": "erinnert",
	"the mailbox only observes":                      "das Postfach beobachtet nur (mode: observe)",
	"training: requesters get no mail":               "Übung: Anfragende bekommen keine Mail (mode: training)",
	"recipient is an address of ours":                "der Empfänger ist eine eigene Adresse",
	"recipient is no usable address":                 "der Empfänger ist keine brauchbare Adresse",
	"answers an automatic mail of ours":              "antwortet auf eine automatische Mail von uns",
	"waits for the requester":                        "wartet auf die anfragende Person",
	"waits for a third party":                        "wartet auf Dritte",
	"resolved and not reopened":                      "gelöst und nicht wieder geöffnet",
	"no answer of the requester":                     "keine Antwort der anfragenden Person",
	"no answer to the FAQ answer":                    "kein Widerspruch zur FAQ-Antwort",
	"asked whether the answer helped":                "gefragt, ob die Antwort half",
	"nobody accepted it":                             "niemand hat sie angenommen",
	"the time set has come":                          "der gesetzte Zeitpunkt ist da",
	"absent when the ticket was reopened":            "abwesend, als das Ticket wieder aufging",
	"moved to another group":                         "in andere Gruppe verschoben",
	"read receipt":                                   "Lesebestätigung",
	"an agent's token came back from another sender": "das Token eines Agenten kam von einem anderen Absender zurück",
	"delivery report that names no mail":             "Zustellbericht, der keine Mail nennt",
	"delivery report about a mail we did not send":   "Zustellbericht über eine fremde Mail",
	"the requester says it is solved":                "die anfragende Person sagt, es ist gelöst",
	"follows a ticket that was closed too long ago":  "folgt einem Ticket, das zu lange geschlossen ist",
	"sender not verified":                            "Absender nicht bestätigt",
	"separator line of a notification":               "die Trennzeile einer Benachrichtigung",
	"first line of a notification":                   "die erste Zeile einer Benachrichtigung",
	"no verdict":                                     "kein Urteil des Mailservers",
	"no dmarc or aligned dkim pass":                  "weder DMARC noch ein passendes DKIM bestanden",
	"no verdict of a trusted server":                 "kein Urteil eines vertrauten Mailservers",
	"not exactly one From address":                   "nicht genau ein Absender",
	"From has no usable domain":                      "Absender ohne brauchbare Domain",
	"no trusted authserv-id is configured":           "kein Mailserver eingetragen, dessen Urteil gilt (security.trusted_authserv)",
	"no Received line of a border host":              "keine Received-Zeile des eigenen Mailservers",
	"asked for the status":                           "fragte nach dem Stand",
}

// germanForms are reasons with something in them.
var germanForms = []struct {
	form *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`^continues (.*)$`), "setzt $1 fort"},
	{regexp.MustCompile(`^internal origin: (.*)$`), "innerhalb der Firma entstanden: $1"},
	{regexp.MustCompile(`^sender not genuine: (.*)$`), "Absender nicht echt: $1"},
	{regexp.MustCompile(`^sender not verified: (.*)$`), "Absender nicht bestätigt: $1"},
	{regexp.MustCompile(`^no automatic answer: (.*)$`), "keine automatische Antwort: $1"},
	{regexp.MustCompile(`^(.*) to the requester$`), "$1 an die anfragende Person"},
	{regexp.MustCompile(`^(.*) \(transition \d+\)$`), "$1"},
	{regexp.MustCompile(`^the reply of rule (.*) is the receipt$`), "die Antwort der Regel „$1“ ist die Bestätigung"},
	{regexp.MustCompile(`^already (\d+) automatic mails to this address in ten minutes$`), "schon $1 automatische Mails an diese Adresse in zehn Minuten"},
	{regexp.MustCompile(`^already (\d+) automatic mails to this address in a day$`), "schon $1 automatische Mails an diese Adresse an einem Tag"},
	{regexp.MustCompile(`^already (\d+) automatic mails to this domain in an hour$`), "schon $1 automatische Mails an diese Domain in einer Stunde"},
	{regexp.MustCompile(`^already (\d+) automatic mails in an hour$`), "schon $1 automatische Mails in einer Stunde"},
	{regexp.MustCompile(`^report of (\S+): told together with others$`), "Meldung zu $1: wird mit anderen zusammen gemeldet"},
	{regexp.MustCompile(`^told together with the other reports of (\S+)$`), "wird mit den anderen Meldungen zu $1 gemeldet"},
	{regexp.MustCompile(`^same mail as inbox (\d+)$`), "dieselbe Mail wie Nr. $1"},
	{regexp.MustCompile(`^category (.*), priority (.*), group (.*)$`), "Kategorie $1, Priorität $2, Gruppe $3"},
	{regexp.MustCompile(`^command line #(.*)$`), "die Befehlszeile #$1"},
	{regexp.MustCompile(`^marker of a notification: (.*)$`), "die Kennung einer Benachrichtigung: $1"},
	{regexp.MustCompile(`^words of an internal note: (.*)$`), "Worte aus einer internen Notiz: „$1“"},
	{regexp.MustCompile(`^until (\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$`), "bis $1 $2"},
	{regexp.MustCompile(`^(.*); it answers automatic mail within a minute, as a machine does$`), "$1; sie antwortet auf automatische Mails binnen einer Minute wie ein Automat"},
	{regexp.MustCompile(`^merged into (.*)$`), "zusammengeführt mit $1"},
	{regexp.MustCompile(`^rating (\d)$`), "Bewertung $1"},
	{regexp.MustCompile(`^rule (.*)$`), "Regel „$1“"},
	{regexp.MustCompile(`^(.*), but Reply-To names an agent$`), "$1, aber Reply-To nennt einen Agenten"},
}

// Reason puts a stored reason of the desk into a language. What it does not know
// (names, reasons of rules, answers of servers) stays as it is.
func Reason(text, lang string) string {
	if lang == "en" {
		return transition.ReplaceAllString(text, "")
	}
	if de, ok := germanReasons[text]; ok {
		return de
	}
	for _, f := range germanForms {
		if m := f.form.FindStringSubmatch(text); m != nil {
			inner := m[1]
			if de := Reason(inner, lang); de != inner {
				text = strings.Replace(text, inner, de, 1)
			}
			return f.form.ReplaceAllString(text, f.text)
		}
	}
	return text
}

var transition = regexp.MustCompile(` \(transition \d+\)$`)

// eventLine is one line of the history of a ticket for people, "" for what says
// nothing to them.
func (c *Config) eventLine(e store.Event, lang string) string {
	labels := map[string][2]string{
		"opened": {"eröffnet", "opened"}, "state": {"Status", "state"}, "category": {"Kategorie", "category"}, "priority": {"Priorität", "priority"},
		"group": {"Gruppe", "group"}, "assigned": {"zugeteilt", "assigned"}, "level": {"Stufe", "level"}, "escalated": {"eskaliert", "escalated"},
		"subject": {"Betreff", "subject"}, "tags": {"Schlagworte", "tags"}, "note": {"Notiz", "note"}, "parent": {"gehört zu", "belongs to"},
		"child": {"dazu gehört", "includes"}, "linked": {"verknüpft", "linked"}, "not_sent": {"nicht gesendet", "not sent"}, "sla_warning": {"Frist naht", "soon due"},
		"sla_breach": {"Frist überschritten", "overdue"}, "rated": {"bewertet", "rated"}, "effort": {"Aufwand", "effort"}, "held": {"zurückgehalten", "held"},
		"requester": {"anfragende Person", "requester"}, "watchers": {"Mitlesende", "watchers"}, "message": {"schrieb", "wrote"}, "language": {"Sprache", "language"},
		"pending_mail": {"nicht zugeordnete Mail", "pending mail"}, "merged_in": {"dazu kam", "merged in"}, "token_revoked": {"Token gesperrt", "token revoked"},
		"reply": {"Antwort", "reply"}, "clock": {"Uhr", "clock"}, "clocks_recomputed": {"Fristen neu berechnet", "dues computed anew"},
		"no_transition": {"", ""}, "mail": {"", ""},
	}
	kind := e.Kind
	if pair, ok := labels[kind]; ok {
		if kind = inLang(pair, lang); kind == "" {
			return ""
		}
	}
	change := e.New
	if change == e.Kind {
		change = ""
	}
	from := e.Old
	if e.Kind == "state" || e.Kind == "opened" {
		change, from = mailout.StateLabel(e.New, lang), mailout.StateLabel(e.Old, lang)
	}
	if e.Kind == "clock" {
		kind, change, from = kind+" "+sla.Label(e.Old, lang), sla.StateLabel(e.New, lang), ""
	}
	if from != "" {
		change = from + " → " + change
	}
	line := fmt.Sprintf("%s  %s: %s", e.At.In(c.Company.Location).Format("02.01. 15:04"), c.actorLabel(e.Actor, lang), strings.TrimSpace(kind+" "+change))
	if why := Reason(e.Reason, lang); why != "" {
		line += " (" + why + ")"
	}
	return line
}

// actorLabel is who did it, in a language: an agent by name, a rule, the clock, the desk.
func (c *Config) actorLabel(actor, lang string) string {
	kind, name, _ := strings.Cut(actor, ":")
	switch kind {
	case "agent":
		return c.actorName(actor)
	case "rule":
		return inLang([2]string{"Regel „" + name + "“", "rule “" + name + "”"}, lang)
	}
	pair, ok := map[string][2]string{"requester": {"anfragende Person", "requester"}, "timer": {"Zeitplan", "timer"}, "system": {"firstline", "firstline"},
		"vendor": {"Dritte", "third party"}, "admin": {"Admin", "admin"}}[kind]
	if !ok {
		return actor
	}
	return inLang(pair, lang)
}
