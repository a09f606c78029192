package config

import "firstline/rules/source"

// The catalogue of this package: K03x files, K04x sections, K05x values,
// K06x secrets, K07x contradictions.
var (
	cannotRead  = source.Message{Code: "K030", Level: source.Error, DE: "Datei „%s“ ist nicht lesbar: %s.", EN: "File “%s” cannot be read: %s."}
	noDirectory = source.Message{Code: "K030", Level: source.Warning, DE: "Datei „%s“ ist nicht lesbar: %s. Es geht weiter ohne Namen, Telefon und Räume.",
		EN: "File “%s” cannot be read: %s. It goes on without names, phones and rooms."}
	noMatch    = source.Message{Code: "K031", Level: source.Warning, DE: "Auf „%s“ passt keine Datei.", EN: "No file matches “%s”."}
	badInclude = source.Message{Code: "K031", Level: source.Error, DE: "„%s“ kann nicht eingebunden werden. Möglich: .yaml, .yml, .md.", EN: "“%s” cannot be included. Possible: .yaml, .yml, .md."}
	nested     = source.Message{Code: "K031", Level: source.Error, DE: "include: gilt nur in der Hauptdatei.", EN: "include: works only in the main file."}
	tooLarge   = source.Message{Code: "K034", Level: source.Error, DE: "Datei „%s“ ist zu groß für einen Anhang (zusammen höchstens %d MB).", EN: "File “%s” is too large for an attachment (at most %d MB in total).", FixDE: "Legen Sie sie ins Intranet und verlinken Sie sie in der Antwort.", FixEN: "Put it on the intranet and link to it in the answer."}
	defaults   = source.Message{Code: "K032", Level: source.Warning, DE: "Datei „%s“ gibt es nicht; es gelten die eingebauten Vorgaben.", EN: "There is no file “%s”; the built-in defaults apply."}
	badLine    = source.Message{Code: "K033", Level: source.Warning, DE: "Diese Zeile der Personenliste ist nicht lesbar oder hat keine Mailadresse.", EN: "This line of the directory cannot be read or has no mail address."}
	badHeader  = source.Message{Code: "K033", Level: source.Error, DE: "Der Personenliste fehlt die Kopfzeile mit einer Spalte E-Mail.", EN: "The directory lacks the head line with a column E-Mail."}

	neededToRun = source.Message{Code: "K040", Level: source.Error, DE: "Für den Betrieb fehlt „%s“.", EN: "“%s” is needed to run."}
	neededLater = source.Message{Code: "K040", Level: source.Warning, DE: "Für den Betrieb fehlt noch „%s“.", EN: "“%s” is still needed to run."}
	needOne     = source.Message{Code: "K041", Level: source.Error, DE: "Hier fehlt %s.", EN: "%s is missing here."}
	exclusive   = source.Message{Code: "K042", Level: source.Error, DE: "„%s“ und „%s“ schließen sich aus.", EN: "“%s” and “%s” exclude each other."}

	badAddress  = source.Message{Code: "K050", Level: source.Error, DE: "„%s“ ist keine Mailadresse.", EN: "“%s” is no mail address."}
	badDomain   = source.Message{Code: "K050", Level: source.Error, DE: "„%s“ ist keine Domain. Beispiel: firma.example", EN: "“%s” is no domain. Example: firma.example"}
	badZone     = source.Message{Code: "K051", Level: source.Error, DE: "Zeitzone „%s“ gibt es nicht. Beispiel: Europe/Berlin", EN: "There is no time zone “%s”. Example: Europe/Berlin"}
	badCron     = source.Message{Code: "K052", Level: source.Error, DE: "„%s“ ist kein Zeitplan (fünf Felder: Minute Stunde Tag Monat Wochentag).", EN: "“%s” is no schedule (five fields: minute hour day month weekday)."}
	badSize     = source.Message{Code: "K053", Level: source.Error, DE: "„%s“ ist keine Größe. Beispiel: 25MB", EN: "“%s” is no size. Example: 25MB"}
	badNetwork  = source.Message{Code: "K054", Level: source.Error, DE: "„%s“ ist kein Netz. Beispiel: 10.1.0.0/16", EN: "“%s” is no network. Example: 10.1.0.0/16"}
	badURL      = source.Message{Code: "K055", Level: source.Error, DE: "„%s“ ist keine https-Adresse.", EN: "“%s” is no https address."}
	badPrefix   = source.Message{Code: "K056", Level: source.Error, DE: "„%s“ ist keine Kennung: 1 bis 10 Buchstaben oder Ziffern, zuerst ein Buchstabe.", EN: "“%s” is no prefix: 1 to 10 letters or digits, a letter first."}
	badName     = source.Message{Code: "K056", Level: source.Error, DE: "„%s“ ist kein Kurzname: Buchstaben, Ziffern, - und _.", EN: "“%s” is no short name: letters, digits, - and _."}
	badPriority = source.Message{Code: "K013", Level: source.Error, DE: "Priorität „%s“ gibt es nicht. Meinten Sie %s?", EN: "There is no priority “%s”. Did you mean %s?"}
	badHoliday  = source.Message{Code: "K058", Level: source.Error, DE: "Kalender „%s“: %s.", EN: "Calendar “%s”: %s."}

	plainSecret   = source.Message{Code: "K060", Level: source.Error, DE: "Kennwort steht im Klartext in der Datei. Besser %s_file: oder ${UMGEBUNGSVARIABLE}", EN: "The password stands in the file in plain text. Use %s_file: or ${ENVIRONMENT_VARIABLE}"}
	noSecret      = source.Message{Code: "K061", Level: source.Error, DE: "Geheimnis fehlt: %s.", EN: "Secret missing: %s."}
	openSecret    = source.Message{Code: "K062", Level: source.Error, DE: "Geheimnisdatei „%s“ ist für alle lesbar. chmod 600 %[1]s", EN: "Secret file “%s” is readable by everybody. chmod 600 %[1]s"}
	insecurePlain = source.Message{Code: "K063", Level: source.Warning, DE: "insecure_plain: Kennwort und Mails gehen unverschlüsselt zu %s.", EN: "insecure_plain: password and mails go to %s without encryption."}
	noPlain       = source.Message{Code: "K063", Level: source.Error, DE: "Ohne Verschlüsselung nur mit insecure_plain: true.", EN: "Without encryption only with insecure_plain: true."}
	weakCommands  = source.Message{Code: "K064", Level: source.Error, DE: "Befehle von Agenten brauchen immer beides: [authenticated, token].", EN: "Commands of agents always need both: [authenticated, token]."}
	noProof       = source.Message{Code: "K065", Level: source.Warning, DE: "Ohne %s gilt keine Mail als echt: Befehle von Agenten sind aus.", EN: "Without %s no mail counts as genuine: commands of agents are off.", FixDE: "firstline doctor zeigt den richtigen Wert.", FixEN: "firstline doctor shows the right value."}

	ownAddress   = source.Message{Code: "K070", Level: source.Error, DE: "„%s“ ist unsere eigene Supportadresse: das wäre eine Mailschleife.", EN: "“%s” is our own support address: that would be a mail loop."}
	noMember     = source.Message{Code: "K071", Level: source.Error, DE: "Gruppe „%s“ hat kein Mitglied.", EN: "Group “%s” has no member."}
	nobodyThere  = source.Message{Code: "K071", Level: source.Warning, DE: "In Gruppe „%s“ ist am %s niemand da, und es gibt keine Vertretung.", EN: "Nobody of group “%s” is there on %s, and there is no substitute."}
	circle       = source.Message{Code: "K072", Level: source.Error, DE: "Die Vertretung läuft im Kreis: %s.", EN: "The substitutes run in a circle: %s."}
	sameGroup    = source.Message{Code: "K073", Level: source.Error, DE: "Kategorie „%s“ liegt schon bei Gruppe „%s“: die Eskalation bliebe dort.", EN: "Category “%s” is already with group “%s”: the escalation would stay there."}
	slowerTarget = source.Message{Code: "K074", Level: source.Warning, DE: "%s ist bei %s länger als bei %s.", EN: "%s is longer for %s than for %s.",
		FixDE: "Je höher die Priorität, desto kürzer die Zeit: einen der beiden Werte ändern.", FixEN: "The higher the priority, the shorter the time: change one of the two."}
	lateReply = source.Message{Code: "K075", Level: source.Warning, DE: "%s ist länger als resolve.", EN: "%s is longer than resolve.",
		FixDE: "Den Wert kürzen oder resolve verlängern.", FixEN: "Shorten it, or make resolve longer."}
	closedWeek    = source.Message{Code: "K076", Level: source.Warning, DE: "Kalender „%s“ hat in der Woche ab %s keine offene Stunde.", EN: "Calendar “%s” has no open hour in the week from %s."}
	cronAtNight   = source.Message{Code: "K077", Level: source.Warning, DE: "Die Zeit zwischen 02:00 und 02:59 gibt es im März einmal nicht und im Oktober einmal doppelt: der Bericht kommt dann um 03:xx, und nur einmal.", EN: "The time between 02:00 and 02:59 does not exist once in March and comes twice once in October: the report then comes at 03:xx, and only once.", FixDE: "Nehmen Sie eine andere Stunde.", FixEN: "Choose another hour."}
	shortKeeping  = source.Message{Code: "K078", Level: source.Error, DE: "%s ist kürzer als ticket.reopen_within: Antworten fänden ihr Ticket nicht mehr.", EN: "%s is shorter than ticket.reopen_within: replies would not find their ticket."}
	noLanguage    = source.Message{Code: "K079", Level: source.Warning, DE: "Hier fehlt der Text für Sprache „%s“.", EN: "The text for language “%s” is missing here."}
	notInMatrix   = source.Message{Code: "K080", Level: source.Error, DE: "In dieser Zeile der Matrix fehlt „%s“.", EN: "“%s” is missing in this row of the matrix."}
	bothBounds    = source.Message{Code: "K081", Level: source.Error, DE: "„to“ liegt vor „from“.", EN: "“to” is before “from”."}
	badTemplate   = source.Message{Code: "K083", Level: source.Error, DE: "Vorlage fehlerhaft: %s (%s).", EN: "Bad template: %s (%s)."}
	worksCouncil  = source.Message{Code: "K084", Level: source.Warning, DE: "Auswertung nach Personen ist nach § 87 Abs. 1 Nr. 6 BetrVG mitbestimmungspflichtig.", EN: "Figures about individual people need the works council's consent (§ 87 (1) no. 6 BetrVG).", FixDE: "Mit dem Betriebsrat abstimmen, sonst people_in_reports: team.", FixEN: "Agree it with the works council, else people_in_reports: team."}
	outsideReader = source.Message{Code: "K089", Level: source.Error, DE: "„%s“ ist eine externe Gruppe: Berichte bleiben im Haus.", EN: "“%s” is an external group: reports stay in the company.", FixDE: "Personen, eigene Gruppen oder Adressen nennen.", FixEN: "Name people, groups of your own or addresses."}
	emptyStep     = source.Message{Code: "K085", Level: source.Error, DE: "Die Stufe „%s“ tut nichts.", EN: "The step “%s” does nothing.", FixDE: "notify: [lead] oder hand_over: {gruppe: [kategorie]} ergänzen.", FixEN: "Add notify: [lead] or hand_over: {group: [category]}."}
	idleZero      = source.Message{Code: "K085", Level: source.Error, DE: "Null Stunden ohne Bearbeitung sind keine Stufe.", EN: "No hours without work make no step.", FixDE: "Zum Beispiel idle: 9h für einen Arbeitstag.", FixEN: "For example idle: 9h for a working day."}
	neverHandOver = source.Message{Code: "K085", Level: source.Warning, DE: "hand_over gilt für Tickets im First-Level, only_level: 2 nimmt sie aus: es wird nie übergeben.", EN: "hand_over is for tickets at level 1, and only_level: 2 leaves them out: nothing is ever handed over.", FixDE: "only_level: 1 schreiben oder hand_over streichen.", FixEN: "Write only_level: 1, or remove hand_over."}
	neverTakeOver = source.Message{Code: "K085", Level: source.Warning, DE: "Die Uhr second_level_takes läuft nur im Second-Level: mit only_level: 1 kommt diese Stufe nie.", EN: "The clock second_level_takes runs at level 2 only: with only_level: 1 this step never comes.", FixDE: "only_level streichen.", FixEN: "Remove only_level."}
	afterDue      = source.Message{Code: "K086", Level: source.Warning, DE: "Über 100 %% kommt diese Stufe erst nach der Frist. Gewollt?", EN: "Above 100 %% this step comes after the due time only. Is that meant?", FixDE: "Zum Warnen 75 %%, zum Eskalieren 100 %% schreiben.", FixEN: "Write 75%% to warn, 100%% to escalate."}
	lateWarning   = source.Message{Code: "K086", Level: source.Warning, DE: "Ab 100 %% wird nie vor der Frist gewarnt.", EN: "From 100 %% on nobody is warned before the due time.", FixDE: "Zum Beispiel warn_at: 75%%.", FixEN: "For example warn_at: 75%%."}
	twoGroups     = source.Message{Code: "K087", Level: source.Error, DE: "Kategorie „%s“ wird an „%s“ und an „%s“ übergeben.", EN: "Category “%s” is handed to “%s” and to “%s”.", FixDE: "Jede Kategorie nur bei einer Gruppe nennen.", FixEN: "Name each category with one group only."}
	wrongLevel    = source.Message{Code: "K087", Level: source.Error, DE: "Gruppe „%s“ ist kein Second-Level: dorthin wird nicht eskaliert.", EN: "Group “%s” is no second level: nothing is escalated to it.", FixDE: "Eine Gruppe mit level: 2 nennen.", FixEN: "Name a group with level: 2."}
	nobodyLeads   = source.Message{Code: "K088", Level: source.Warning, DE: "Keine Gruppe hat eine Leitung (lead): es erfahren die Manager oder der First-Level.", EN: "No group has a lead: the managers or the first level are told.", FixDE: "lead: bei den Gruppen ergänzen.", FixEN: "Add lead: to the groups."}
	noManager     = source.Message{Code: "K088", Level: source.Warning, DE: "Niemand hat role: manager.", EN: "Nobody has role: manager.", FixDE: "role: manager bei einem Agenten ergänzen oder lead schreiben.", FixEN: "Add role: manager to an agent, or write lead."}
	noTargets     = source.Message{Code: "K082", Level: source.Warning, DE: "Für %s sind keine Ziele gesetzt.", EN: "No targets are set for %s."}
)

// Kinds of things that are referred to by name.
var (
	aGroup    = source.Word{DE: "Gruppe", EN: "group"}
	anAgent   = source.Word{DE: "Agent", EN: "agent"}
	aMember   = source.Word{DE: "Agent oder Gruppe", EN: "agent or group"}
	aCalendar = source.Word{DE: "Kalender", EN: "calendar"}
	anSLA     = source.Word{DE: "SLA", EN: "SLA"}
	aCategory = source.Word{DE: "Kategorie", EN: "category"}
	aReceiver = source.Word{DE: "Empfänger", EN: "recipient"}
	aMailbox  = source.Word{DE: "Postfach", EN: "mailbox"}
	aStep     = source.Word{DE: "Eskalation", EN: "escalation"}
	aReport   = source.Word{DE: "Bericht", EN: "report"}
)
