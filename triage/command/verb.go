package command

import (
	"slices"
	"strings"
)

// Verb is the canonical name of a command.
type Verb string

// The verbs, by what they change.
const (
	Solved Verb = "solved"
	Wait   Verb = "wait"
	Vendor Verb = "vendor" // wait for a third party
	Snooze Verb = "snooze"
	Reopen Verb = "reopen"
	Close  Verb = "close"
	Spam   Verb = "spam"

	Note   Verb = "note"
	Public Verb = "public"
	Quiet  Verb = "quiet"

	Take     Verb = "take"
	Assign   Verb = "assign"
	Unassign Verb = "unassign"
	Group    Verb = "group"
	Escalate Verb = "escalate"
	Return   Verb = "return"
	Manager  Verb = "manager"

	Category  Verb = "category"
	Priority  Verb = "priority"
	Impact    Verb = "impact"
	Urgency   Verb = "urgency"
	Tag       Verb = "tag"
	Subject   Verb = "subject"
	Requester Verb = "requester"
	CC        Verb = "cc"

	Call    Verb = "call"
	Phone   Verb = "phone"
	Forward Verb = "forward"
	Time    Verb = "time"

	FAQ        Verb = "faq"
	Template   Verb = "template"
	FAQDraft   Verb = "faqdraft"
	Analysis   Verb = "analysis"
	Cause      Verb = "cause"
	Workaround Verb = "workaround"
	Fix        Verb = "fix"
	Test       Verb = "test"
	Remote     Verb = "remote"

	Merge       Verb = "merge"
	Link        Verb = "link"
	Parent      Verb = "parent"
	LinkProblem Verb = "problem"
	Split       Verb = "split"
	Anyway      Verb = "anyway"
	Accept      Verb = "accept"
	Reject      Verb = "reject"

	Mine        Verb = "mine"
	ListTickets Verb = "list"
	Show        Verb = "show"
	Search      Verb = "search"
	Status      Verb = "status"
	Why         Verb = "why"
	Help        Verb = "help"
	Away        Verb = "away"
	Here        Verb = "here"
)

// Phase is the stage of execution a verb belongs to.
type Phase int

// The phases, in order of execution.
const (
	PhaseRequester Phase = iota // requester and links
	PhaseClassification
	PhaseOwnership
	PhaseText
	PhaseState
	PhaseQuery
)

// need says which tickets a verb works on.
type need int

const (
	anyTicket need = iota // the answered or named ticket, or the one this mail opens
	exists                // a ticket that exists already
	opens                 // only in a mail that opens a ticket
	query                 // none, or the one it asks about
)

// spec is one row of the grammar.
type spec struct {
	verb    Verb
	phase   Phase
	need    need
	args    argument
	closing bool // may be the last paragraph
	// slots are what the verb decides alone: two commands in one slot contradict.
	slots  []string
	de, en []string // words, the first is the one shown
	helpDE string   // arguments and effect, for #hilfe
	helpEN string
}

var grammar = []spec{
	{Requester, PhaseRequester, anyTicket, argPerson, false, []string{"requester"}, w("für"), w("for", "requester"),
		"Adresse oder Name|ändert, für wen das Ticket ist", "address or name|changes whom the ticket is for"},
	{Phone, PhaseRequester, opens, argPerson, false, []string{"requester"}, w("telefon"), w("phone"),
		"Anrufer|neues Ticket für den Anrufer (nur in neuer Mail)", "caller|new ticket for the caller (new mail only)"},
	{Forward, PhaseRequester, opens, argNone, false, []string{"requester"}, w("weiter"), w("fwd", "forward"),
		"|weitergeleitete Mail: Ticket für den ursprünglichen Absender", "|forwarded mail: ticket for the original sender"},
	{CC, PhaseRequester, anyTicket, argAddresses, false, nil, w("cc"), w("cc"),
		"+Adresse -Adresse|Mitleser", "+address -address|watchers"},
	{Link, PhaseRequester, anyTicket, argTicket, false, nil, w("siehe"), w("link"),
		"Ticket|verweist auf ein Ticket", "ticket|refers to a ticket"},
	{Parent, PhaseRequester, anyTicket, argTicket, false, []string{"parent"}, w("haupt"), w("parent"),
		"Ticket|gehört zum Hauptticket", "ticket|belongs to a main ticket"},
	{LinkProblem, PhaseRequester, anyTicket, argTicket, false, []string{"parent"}, w("problem"), w("problem"),
		"Ticket|gehört zum Problem", "ticket|belongs to a problem"},

	{Category, PhaseClassification, anyTicket, argCategory, false, []string{"category"}, w("kategorie", "kat"), w("category", "cat"),
		"Kategorie|ordnet neu ein", "category|files it anew"},
	{Priority, PhaseClassification, anyTicket, argPriority, false, []string{"priority"}, w("prio", "priorität"), w("priority", "prio"),
		"P1–P4, kritisch, hoch, normal, niedrig|setzt die Priorität", "P1–P4, critical, high, normal, low|sets the priority"},
	{Impact, PhaseClassification, anyTicket, argImpact, false, []string{"impact"}, w("auswirkung"), w("impact"),
		"Wert|setzt die Auswirkung, Priorität wird neu berechnet", "value|sets the impact and computes the priority"},
	{Urgency, PhaseClassification, anyTicket, argUrgency, false, []string{"urgency"}, w("dringlichkeit"), w("urgency"),
		"Wert|setzt die Dringlichkeit, Priorität wird neu berechnet", "value|sets the urgency and computes the priority"},
	{Tag, PhaseClassification, anyTicket, argTags, false, nil, w("tag"), w("tag"),
		"+x -y|Schlagwörter", "+x -y|tags"},
	{Subject, PhaseClassification, anyTicket, argText, false, []string{"subject"}, w("betreff"), w("subject"),
		"Text|benennt das Ticket um", "text|renames the ticket"},
	{Time, PhaseClassification, anyTicket, argDuration, false, nil, w("zeit"), w("time"),
		"15m|Aufwand, wird summiert", "15m|effort, summed up"},

	{Take, PhaseOwnership, anyTicket, argNone, false, []string{"owner", "hand-over"}, w("ich", "übernehme"), w("mine", "take"),
		"|weist mir das Ticket zu", "|assigns the ticket to me"},
	{Assign, PhaseOwnership, anyTicket, argAgent, false, []string{"owner"}, w("zuweisen"), w("assign"),
		"Name|weist zu", "name|assigns"},
	{Unassign, PhaseOwnership, anyTicket, argNone, false, []string{"owner"}, w("frei"), w("unassign"),
		"|zurück an die Gruppe", "|back to the group"},
	{Group, PhaseOwnership, anyTicket, argGroup, false, []string{"group"}, w("gruppe"), w("group", "queue"),
		"Gruppe|gibt an eine Gruppe", "group|moves to a group"},
	{Escalate, PhaseOwnership, anyTicket, argEscalate, true, []string{"group", "level", "hand-over"}, w("l2", "eskalieren"), w("l2", "escalate"),
		"[Gruppe][: Grund]|an den Second-Level, Text wird interne Analyse", "[group][: reason]|to second level, text becomes internal analysis"},
	{Return, PhaseOwnership, exists, argNote, false, []string{"group", "owner", "level", "hand-over"}, w("l1", "zurück"), w("l1", "return"),
		"[: Text]|zurück an den First-Level, Text wird Wissensnotiz", "[: text]|back to first level, text becomes a knowledge note"},
	{Manager, PhaseOwnership, anyTicket, argReason, false, []string{"manager"}, w("chef"), w("manager"),
		"[: Grund]|informiert die Leitung", "[: reason]|tells the manager"},

	{Note, PhaseText, anyTicket, argNote, false, nil, w("notiz", "intern"), w("note", "internal"),
		"|der ganze Text bleibt intern", "|the whole text stays internal"},
	{Public, PhaseText, anyTicket, argNote, false, nil, w("antwort"), w("reply", "public"),
		"|der Text geht an die Anfragenden", "|the text goes to the requester"},
	{Quiet, PhaseText, anyTicket, argNone, false, nil, w("still"), w("quiet"),
		"|nur Befehle, kein Text", "|commands only, no text"},
	{Call, PhaseText, anyTicket, argCall, false, nil, w("anruf"), w("call"),
		"[wann][: Text]|Notiz zu einem Telefonat, zählt als Antwort", "[when][: text]|note of a phone call, counts as an answer"},
	{Analysis, PhaseText, anyTicket, argNote, false, nil, w("analyse"), w("analysis"),
		"[: Text]|interne Notiz: Analyse", "[: text]|internal note: analysis"},
	{Cause, PhaseText, anyTicket, argNote, false, nil, w("ursache"), w("cause"),
		"[: Text]|interne Notiz: Ursache", "[: text]|internal note: cause"},
	{Workaround, PhaseText, anyTicket, argNote, false, nil, w("workaround"), w("workaround"),
		"[: Text]|interne Notiz: Umgehung", "[: text]|internal note: workaround"},
	{Fix, PhaseText, anyTicket, argNote, false, nil, w("lösung"), w("fix"),
		"[: Text]|interne Notiz: Lösung", "[: text]|internal note: fix"},
	{FAQ, PhaseText, anyTicket, argFAQ, false, nil, w("faq"), w("faq"),
		"Kennung|fügt den FAQ-Eintrag an dieser Stelle ein", "id|inserts the FAQ entry at this place"},
	{Template, PhaseText, anyTicket, argTemplate, false, nil, w("vorlage"), w("template"),
		"Kennung|fügt die Vorlage an dieser Stelle ein", "id|inserts the template at this place"},
	{FAQDraft, PhaseText, anyTicket, argReason, false, []string{"faqdraft"}, w("faqneu"), w("faqdraft"),
		"[: Frage]|FAQ-Entwurf an die Redaktion", "[: question]|FAQ draft to the editor"},
	{Remote, PhaseText, anyTicket, argNone, false, nil, w("fernwartung"), w("remote"),
		"|Einladung zur Fernwartung", "|invitation to a remote session"},
	{Split, PhaseText, exists, argSplit, false, []string{"split"}, w("teilen"), w("split"),
		": Betreff|macht aus dieser Mail ein neues Ticket; ohne Betreff nimmt es ein #zusammen zurück (7 Tage)",
		": subject|makes a new ticket from this mail; without a subject it undoes a #merge (7 days)"},
	{Anyway, PhaseText, exists, argNone, false, nil, w("trotzdem"), w("anyway"),
		"|sendet eine zurückgehaltene Antwort", "|sends a held reply"},

	{Accept, PhaseState, exists, argNone, false, []string{"held"}, w("annehmen"), w("accept"),
		"|nimmt eine zurückgehaltene Mail an", "|accepts a held mail"},
	{Reject, PhaseState, exists, argNone, false, []string{"held"}, w("ablehnen"), w("reject"),
		"|verwirft eine zurückgehaltene Mail", "|discards a held mail"},
	{Solved, PhaseState, anyTicket, argNone, true, []string{"state", "level"}, w("gelöst", "erledigt"), w("solved", "done"),
		"|gelöst, Text geht mit", "|solved, text goes along"},
	{Wait, PhaseState, anyTicket, argWait, true, []string{"state"}, w("warten"), w("waiting", "pending", "wait"),
		"[wann]|wartet auf die Anfragenden", "[when]|waits for the requester"},
	{Test, PhaseState, anyTicket, argText, false, []string{"state"}, w("test"), w("test"),
		": Frage|bittet um einen Versuch und wartet", ": question|asks to try again and waits"},
	{Vendor, PhaseState, anyTicket, argVendor, false, []string{"state"}, w("dritte"), w("vendor"),
		"[Adresse][: Text]|wartet auf Dritte, mit Adresse wird weitergeleitet", "[address][: text]|waits for a third party, forwards with an address"},
	{Snooze, PhaseState, anyTicket, argWhen, false, []string{"state"}, w("wiedervorlage", "wv"), w("snooze"),
		"wann|legt bis dahin weg", "when|puts away until then"},
	{Reopen, PhaseState, exists, argNone, false, []string{"state"}, w("öffnen"), w("reopen"),
		"|öffnet wieder", "|opens again"},
	{Close, PhaseState, exists, argReason, false, []string{"state", "level"}, w("schließen"), w("close"),
		"[: Grund]|schließt ohne Mail über die Lösung", "[: reason]|closes without a solved mail"},
	{Spam, PhaseState, exists, argNone, false, []string{"state", "level"}, w("spam"), w("spam"),
		"|verwirft", "|discards"},
	{Merge, PhaseState, exists, argTicket, false, []string{"state", "level"}, w("zusammen"), w("merge"),
		"Ticket|führt dieses Ticket in das genannte", "ticket|moves this ticket into the named one"},

	{Mine, PhaseQuery, query, argNone, false, nil, w("meine"), w("my"),
		"|meine offenen Tickets", "|my open tickets"},
	{ListTickets, PhaseQuery, query, argList, false, nil, w("liste"), w("list"),
		"Gruppe, Name, überfällig, warten …|Liste", "group, name, overdue, waiting …|list"},
	{Show, PhaseQuery, query, argShow, false, nil, w("zeige"), w("show"),
		"Ticket|der ganze Verlauf", "ticket|the whole history"},
	{Why, PhaseQuery, query, argShow, false, nil, w("warum"), w("why"),
		"Ticket|warum es so eingeordnet ist", "ticket|why it was filed like that"},
	{Search, PhaseQuery, query, argText, false, nil, w("suche"), w("search"),
		"Wörter|sucht in den Tickets", "words|searches the tickets"},
	{Status, PhaseQuery, query, argStatus, false, nil, w("status"), w("status"),
		"|geht es firstline gut?", "|is firstline well?"},
	{Help, PhaseQuery, query, argHelp, false, nil, w("hilfe"), w("help"),
		"|diese Liste", "|this list"},
	{Away, PhaseQuery, query, argAway, false, []string{"absence"}, w("urlaub"), w("away"),
		"von bis [Vertretung]|abwesend", "from to [substitute]|absent"},
	{Here, PhaseQuery, query, argHere, false, []string{"absence"}, w("anwesend"), w("here"),
		"[von bis]|wieder da; eine geplante Abwesenheit entfällt", "[from to]|back again; a planned absence is dropped"},
}

func w(words ...string) []string { return words }

// word is one spelling of a verb.
type word struct {
	row   int
	shown string
}

// words maps each folded word of both languages to its row of the grammar; sorted
// lists their keys.
var words, sorted = func() (map[string]word, []string) {
	m := map[string]word{}
	var keys []string
	for i, s := range grammar {
		for _, shown := range append(s.de[:len(s.de):len(s.de)], s.en...) {
			if key := fold(shown); m[key].shown == "" {
				m[key] = word{i, shown}
				keys = append(keys, key)
			}
		}
	}
	slices.Sort(keys)
	return m, keys
}()

// ranks maps verbs to their row: the order of execution.
var ranks = func() map[Verb]int {
	m := map[Verb]int{}
	for i, s := range grammar {
		m[s.verb] = i
	}
	return m
}()

func (v Verb) rank() int    { return ranks[v] }
func (v Verb) phase() Phase { return grammar[ranks[v]].phase }

// Phase returns when the verb is executed.
func (v Verb) Phase() Phase { return v.phase() }

// Word is the verb as people write it in a language, without #; ASCII in links.
func (v Verb) Word(lang string) string {
	i, ok := ranks[v]
	if !ok {
		return string(v)
	}
	if lang == "en" {
		return grammar[i].en[0]
	}
	return grammar[i].de[0]
}

// ASCII is Word in letters every mailto link survives: #geloest.
func (v Verb) ASCII(lang string) string { return fold(v.Word(lang)) }

// Usage is one line of the help: the command, its arguments and what it does.
type Usage struct {
	Verb                   Verb
	Words                  []string // with #, those of the language first
	Arguments, Description string
}

// Usages lists the whole grammar for the help mail.
func Usages(lang string) []Usage {
	list := make([]Usage, 0, len(grammar))
	for _, s := range grammar {
		first, second, help := s.de, s.en, s.helpDE
		if lang == "en" {
			first, second, help = s.en, s.de, s.helpEN
		}
		u := Usage{Verb: s.verb}
		seen := map[string]bool{}
		for _, word := range append(first[:len(first):len(first)], second...) {
			if !seen[word] {
				seen[word] = true
				u.Words = append(u.Words, "#"+word)
			}
		}
		u.Arguments, u.Description, _ = strings.Cut(help, "|")
		list = append(list, u)
	}
	return list
}
