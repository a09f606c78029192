package rules

import "firstline/rules/source"

// Findings of this package. R: categories and rules, F: FAQ, T: tests.
var (
	badPattern = source.Message{Code: "R001", Level: source.Error,
		DE: "Suchwort ohne Buchstaben oder Ziffer.", EN: "Search word without a letter or digit."}
	longPattern = source.Message{Code: "R002", Level: source.Error,
		DE: "Suchmuster zu groß (höchstens 1024 Zeichen, 16 Wörter).", EN: "Search pattern too large (at most 1024 characters, 16 words)."}
	starPattern = source.Message{Code: "R003", Level: source.Error,
		DE: "Ein Stern steht nur am Anfang oder am Ende eines einzelnen Worts: druck* oder *drucker.",
		EN: "A star stands only at the start or the end of a single word: print* or *printer."}
	badRegex = source.Message{Code: "R004", Level: source.Error,
		DE: "Regulärer Ausdruck fehlerhaft: %s", EN: "Bad regular expression: %s"}
	commaInWord = source.Message{Code: "R005", Level: source.Warning,
		DE: "Das Komma gehört hier zum Suchwort. Sind es mehrere? Dann [%s].", EN: "The comma is part of the search word here. Are these several? Then [%s]."}
	severalAddresses = source.Message{Code: "R015", Level: source.Error,
		DE: "Hier wird eine Liste erwartet. Meinten Sie [%s]?", EN: "A list is expected here. Did you mean [%s]?"}
	bareDomain = source.Message{Code: "R016", Level: source.Error,
		DE: "„%s“ ist keine Adresse. Für alle aus dieser Domain schreiben Sie from_domain: [%[1]s] oder \"@%[1]s\".",
		EN: "“%s” is no address. For everybody of this domain write from_domain: [%[1]s] or \"@%[1]s\"."}
	badAddress = source.Message{Code: "R016", Level: source.Error,
		DE: "„%s“ ist keine Mailadresse. Beispiele: a.berger@firma.example, \"@firma.example\"", EN: "“%s” is no mail address. Examples: a.berger@firma.example, \"@firma.example\""}
	addressForDomain = source.Message{Code: "R016", Level: source.Error,
		DE: "„%s“ ist eine Adresse, hier wird eine Domain erwartet. Meinten Sie „%s“, oder from: statt from_domain:?",
		EN: "“%s” is an address, but a domain is expected here. Did you mean “%s”, or from: instead of from_domain:?"}
	badDomain = source.Message{Code: "R016", Level: source.Error,
		DE: "„%s“ ist keine Domain. Beispiel: firma.example; jede Unterdomain wird einzeln genannt.", EN: "“%s” is no domain. Example: firma.example; each subdomain is named by itself."}
	severalTags = source.Message{Code: "R017", Level: source.Error,
		DE: "Ein Schlagwort ist ein einzelnes Wort. Meinten Sie [%[2]s] oder „%[3]s“ statt „%[1]s“?", EN: "A tag is a single word. Did you mean [%[2]s], or “%[3]s”, instead of “%[1]s”?"}
	noConditions = source.Message{Code: "R010", Level: source.Error,
		DE: "Regel „%s“ hat keine Bedingung und träfe jede Mail.", EN: "Rule “%s” has no condition and would match every mail.",
		FixDE: "Tragen Sie unter when: mindestens eine Zeile ein.", FixEN: "Write at least one line under when:."}
	noActions = source.Message{Code: "R011", Level: source.Error,
		DE: "Regel „%s“ tut nichts: unter then: fehlt eine Aktion.", EN: "Rule “%s” does nothing: an action under then: is missing."}
	noGroup = source.Message{Code: "R012", Level: source.Warning,
		DE: "Kategorie „%s“ hat keine Gruppe; ihre Tickets gehen an die erste Gruppe der Stufe 1.",
		EN: "Category “%s” has no group; its tickets go to the first group of level 1."}
	tooManyRules = source.Message{Code: "R013", Level: source.Error,
		DE: "Mehr als %d Regeln.", EN: "More than %d rules."}
	tooManyExpressions = source.Message{Code: "R014", Level: source.Error,
		DE: "Mehr als %d reguläre Ausdrücke.", EN: "More than %d regular expressions.",
		FixDE: "Nehmen Sie Suchwörter: sie kosten fast nichts.", FixEN: "Use search words: they cost next to nothing."}
	shadowedRule = source.Message{Code: "R020", Level: source.Warning,
		DE: "Regel „%s“ kann nie wirken: „%s“ (%s) trifft immer vorher und beendet die Kette.",
		EN: "Rule “%s” can never act: “%s” (%s) always matches before it and ends the chain."}
	uselessRule = source.Message{Code: "R021", Level: source.Warning,
		DE:    "Regel „%s“ ändert nichts: „%s“ (%s) trifft immer vorher und hat alles schon gesetzt.",
		EN:    "Rule “%s” changes nothing: “%s” (%s) always matches before it and has set everything.",
		FixDE: "Mit override: true setzt sie sich durch.", FixEN: "With override: true it prevails."}
	selfEscalation = source.Message{Code: "R022", Level: source.Error,
		DE: "Eskalation an dieselbe Gruppe „%s“, die das Ticket schon hat.", EN: "Escalation to the same group “%s” that already has the ticket."}
	ownAddress = source.Message{Code: "R023", Level: source.Error,
		DE: "„%s“ ist die eigene Support-Adresse: das gäbe eine Mailschleife.", EN: "“%s” is the support address itself: that would be a mail loop."}
	contradiction = source.Message{Code: "R024", Level: source.Warning,
		DE: "Regel „%s“ kann nie treffen: sie verlangt und verbietet %s.", EN: "Rule “%s” can never match: it demands and forbids %s."}
	unknownCapture = source.Message{Code: "R025", Level: source.Error,
		DE: "{{match.%s}}: keine regex: dieser Regel hat eine Gruppe (?P<%[1]s>…).", EN: "{{match.%s}}: no regex: of this rule has a group (?P<%[1]s>…)."}
	newOnly = source.Message{Code: "R027", Level: source.Warning,
		DE:    "„%s“ wirkt nur auf neue Tickets; Regel „%s“ gilt nur für Antworten (applies_to: reply).",
		EN:    "“%s” acts on new tickets only; rule “%s” is for replies only (applies_to: reply).",
		FixDE: "Auf Antworten schreibt firstline nie selbst: nehmen Sie notify:, template_note: oder escalate:.",
		FixEN: "firstline never answers replies by itself: use notify:, template_note: or escalate:."}
	emptyCategory = source.Message{Code: "R026", Level: source.Hint,
		DE: "Kategorie „%s“ hat keine Wörter und wird nur von Regeln oder von Hand vergeben.",
		EN: "Category “%s” has no words; only rules or people give it."}
	digitPriority = source.Message{Code: "K013", Level: source.Error,
		DE: "Priorität „%s“ gibt es nicht. Meinten Sie „P%[1]s“?", EN: "There is no priority “%s”. Did you mean “P%[1]s”?"}

	noQuestions = source.Message{Code: "F001", Level: source.Error,
		DE: "FAQ „%s“ hat keine Fragen und würde nie gefunden.", EN: "FAQ entry “%s” has no questions and would never be found."}
	noAnswer = source.Message{Code: "F002", Level: source.Error,
		DE: "FAQ „%s“ hat keine Antwort.", EN: "FAQ entry “%s” has no answer."}
	answerMissing = source.Message{Code: "F003", Level: source.Warning,
		DE: "FAQ „%s“ hat Fragen auf „%s“, aber keine Antwort in dieser Sprache; sie wird dort nicht beantwortet.",
		EN: "FAQ entry “%s” has questions in “%s” but no answer in that language; it will not be answered there."}
	languageMissing = source.Message{Code: "F004", Level: source.Hint,
		DE: "FAQ „%s“ fehlt auf „%s“.", EN: "FAQ entry “%s” is missing in “%s”."}
	mustExcludes = source.Message{Code: "F010", Level: source.Warning,
		DE: "must schließt die eigene Frage „%s“ aus: keines von [%s] kommt darin vor.",
		EN: "must excludes the entry's own question “%s”: none of [%s] occurs in it."}
	neverExcludes = source.Message{Code: "F011", Level: source.Warning,
		DE: "never_if schließt die eigene Frage „%s“ aus: %s.", EN: "never_if excludes the entry's own question “%s”: %s."}
	retrieveEachOther = source.Message{Code: "F012", Level: source.Warning,
		DE:    "Die Frage „%s“ findet auch FAQ „%s“ (%s, Abstand %.2f unter min_lead %.2f); keine von beiden würde beantwortet.",
		EN:    "The question “%s” also finds FAQ entry “%s” (%s, lead %.2f below min_lead %.2f); neither would be answered.",
		FixDE: "Unterscheiden Sie die Fragen deutlicher oder fassen Sie die Einträge zusammen.", FixEN: "Tell the questions apart more clearly or merge the entries."}
	reviewPassed = source.Message{Code: "F031", Level: source.Hint,
		DE: "review_by %s ist vorbei%s.", EN: "review_by %s has passed%s."}
	validPassed = source.Message{Code: "F032", Level: source.Warning,
		DE: "valid_until %s ist vorbei; FAQ „%s“ wird nicht mehr gesendet.", EN: "valid_until %s has passed; FAQ entry “%s” is no longer sent."}
	tooManyFAQ = source.Message{Code: "F033", Level: source.Error, DE: "Mehr als %d FAQ-Einträge.", EN: "More than %d FAQ entries."}
	badID      = source.Message{Code: "F034", Level: source.Error,
		DE: "Kennung „%s“: erlaubt sind Buchstaben, Ziffern, Punkt, Binde- und Unterstrich, höchstens 80.",
		EN: "Identifier “%s”: letters, digits, dot, hyphen and underscore are allowed, at most 80."}

	ruleUnused = source.Message{Code: "R030", Level: source.Hint,
		DE: "Regel „%s“ traf in %d Tagen keine von %d Mails.", EN: "Rule “%s” matched none of the mails of %d days (%d)."}
	categoryUnused = source.Message{Code: "R031", Level: source.Hint,
		DE: "Kategorie „%s“ hatte in %d Tagen keines von %d Tickets.", EN: "Category “%s” had none of the tickets of %d days (%d)."}
	faqUnused = source.Message{Code: "F035", Level: source.Hint,
		DE: "FAQ „%s“ passte in %d Tagen zu keiner von %d Mails.", EN: "FAQ entry “%s” fitted none of the mails of %d days (%d)."}

	testFailed = source.Message{Code: "T001", Level: source.Error,
		DE: "Test „%s“: %s.", EN: "Test “%s”: %s."}
	testEmpty = source.Message{Code: "T003", Level: source.Error,
		DE: "Test „%s“ erwartet nichts.", EN: "Test “%s” expects nothing."}
	testTime = source.Message{Code: "T004", Level: source.Error,
		DE: "Zeitpunkt „%s“: schreiben Sie \"2026-03-06 16:10\".", EN: "Instant “%s”: write \"2026-03-06 16:10\"."}
)

// Words for Known and Twice.
var (
	aCategory = source.Word{DE: "Kategorie", EN: "category"}
	aGroup    = source.Word{DE: "Gruppe", EN: "group"}
	anAgent   = source.Word{DE: "Person", EN: "agent"}
	anSLA     = source.Word{DE: "SLA", EN: "SLA"}
	aTemplate = source.Word{DE: "Vorlage", EN: "template"}
	aCalendar = source.Word{DE: "Kalender", EN: "calendar"}
	aFAQ      = source.Word{DE: "FAQ", EN: "FAQ entry"}
	aRule     = source.Word{DE: "Regel", EN: "rule"}
	aPriority = source.Word{DE: "Priorität", EN: "priority"}
	aSenders  = source.Word{DE: "Absendergruppe", EN: "sender group"}
	aMailbox  = source.Word{DE: "Postfach", EN: "mailbox"}
	aReceiver = source.Word{DE: "Empfänger", EN: "recipient"}
	anImpact  = source.Word{DE: "Auswirkung", EN: "impact"}
	anUrgency = source.Word{DE: "Dringlichkeit", EN: "urgency"}
)
