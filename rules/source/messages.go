package source

// The catalogue. K0xx are findings about the form of a file; the packages that
// decode add their own.
var (
	tooLarge = Message{"K001", Error, "Die Datei ist mit %d Bytes größer als %d.", "The file has %d bytes, more than %d.",
		"Verteilen Sie sie mit include: auf mehrere Dateien.", "Split it into several files with include:."}
	notUTF8 = Message{"K002", Error, "Datei ist nicht UTF-8 (vermutlich Windows-1252, Zeile %d).", "The file is not UTF-8 (probably Windows-1252, line %d).",
		"Im Editor als UTF-8 speichern.", "Save it as UTF-8 in your editor."}
	notText = Message{"K002", Error, "Das ist keine Textdatei: sie enthält Nullbytes.", "This is no text file: it contains zero bytes.",
		"Vielleicht ist sie nur halb geschrieben oder die falsche Datei. Im Editor als UTF-8 speichern.", "It may be half written, or the wrong file. Save it as UTF-8 in your editor."}
	utf16 = Message{"K002", Error, "Datei ist UTF-16, nicht UTF-8.", "The file is UTF-16, not UTF-8.",
		"Im Editor als UTF-8 speichern.", "Save it as UTF-8 in your editor."}
	controlChar = Message{"K003", Error, "Unsichtbares Steuerzeichen %s.", "Invisible control character %s.",
		"Löschen Sie das Zeichen.", "Delete this character."}
	invisibleChar = Message{"K003", Warning, "Unsichtbares Zeichen %s; es zählt als Leerzeichen.", "Invisible character %s; it counts as a space.",
		"Löschen Sie das Zeichen.", "Delete this character."}
	tabIndent = Message{"K004", Error, "Tabulator am Zeilenanfang%s. YAML braucht Leerzeichen: ersetzen Sie den Tab durch zwei Leerzeichen.",
		"Tab at the start of the line%s. YAML needs spaces: replace the tab by two spaces.", "", ""}
	noBreakIndent = Message{"K005", Error, "Unsichtbares geschütztes Leerzeichen (%s) in der Einrückung, Spalte %d–%d%s.",
		"Invisible no-break space (%s) in the indentation, columns %d–%d%s.",
		"Ersetzen Sie es durch gewöhnliche Leerzeichen.", "Replace it by ordinary spaces."}
	noBreakSign = Message{"K005", Error, "Unsichtbares geschütztes Leerzeichen (%s) nach „%s“.", "Invisible no-break space (%s) after “%s”.",
		"Ersetzen Sie es durch ein gewöhnliches Leerzeichen.", "Replace it by an ordinary space."}
	syntax = Message{"K006", Error, "YAML ist hier nicht lesbar: %s.", "YAML cannot be read here: %s.",
		"Prüfen Sie Einrückung, Klammern und Anführungszeichen dieser und der vorigen Zeile.", "Check indentation, brackets and quotes of this line and the one before."}
	wrongIndent = Message{"K006", Error, "Die Einrückung passt zu keiner Zeile darüber.", "The indentation fits no line above.",
		"Rücken Sie die Zeile genau so weit ein wie die Geschwister darüber.", "Indent the line exactly as its siblings above."}
	openBracket = Message{"K006", Error, "Die Klammer „%s“ wird nicht geschlossen.", "The bracket “%s” is never closed.",
		"Setzen Sie die schließende Klammer und Kommas zwischen die Einträge.", "Add the closing bracket, and commas between the entries."}
	noColon        = Message{"K006", Error, "Hier fehlt der Doppelpunkt nach dem Schlüssel, oder der Text gehört zu nichts.", "The colon after the key is missing, or this text belongs to nothing.", "", ""}
	openQuote      = Message{"K006", Error, "Das Anführungszeichen %s wird nicht geschlossen.", "The quote %s is never closed.", "", ""}
	secondDocument = Message{"K007", Error, "Hier beginnt mit --- ein zweites Dokument; es würde nie gelesen.", "A second document starts here with ---; it would never be read.",
		"Löschen Sie die Zeile oder machen Sie eine eigene Datei daraus.", "Delete the line or move the rest to a file of its own."}
	noAliases = Message{"K008", Error, "Anker (&), Verweise (*) und Verschmelzung (<<) sind nicht erlaubt.", "Anchors (&), aliases (*) and merge keys (<<) are not allowed.",
		"Schreiben Sie den Wert aus; Text mit diesem Zeichen gehört in Anführungszeichen.", "Write the value out; put text with this character in quotes."}
	noTags = Message{"K008", Error, "Typangaben wie „%s“ sind nicht erlaubt.", "Type tags such as “%s” are not allowed.",
		"Text mit ! am Anfang gehört in Anführungszeichen.", "Put text that starts with ! in quotes."}
	tooDeep = Message{"K009", Error, "Mehr als %d Ebenen tief verschachtelt.", "Nested more than %d levels deep.", "", ""}
	tooMany = Message{"K009", Error, "Mehr als %d Werte in einer Datei.", "More than %d values in one file.", "", ""}

	unknownKey      = Message{"K010", Error, "Unbekannter Schlüssel „%s“. Erlaubt sind: %[3]s.", "Unknown key “%s”. Allowed are: %[3]s.", "", ""}
	unknownKeyMeant = Message{"K010", Error, "Unbekannter Schlüssel „%s“. Meinten Sie „%s“? Erlaubt sind: %s.",
		"Unknown key “%s”. Did you mean “%s”? Allowed are: %s.", "", ""}
	missingKey       = Message{"K011", Error, "Hier fehlt „%s“.", "“%s” is missing here.", "", ""}
	wantList         = Message{"K012", Error, "Hier wird eine Liste erwartet. Meinten Sie [%s]?", "A list is expected here. Did you mean [%s]?", "", ""}
	wantKind         = Message{"K012", Error, "Hier wird %s erwartet, es steht aber %s da.", "Expected %s here, found %s.", "", ""}
	unknownName      = Message{"K013", Error, "%s „%s“ gibt es nicht. Bekannt: %[4]s.", "There is no %s “%s”. Known: %[4]s.", "", ""}
	unknownNameMeant = Message{"K013", Error, "%s „%s“ gibt es nicht. Meinten Sie „%s“? Bekannt: %s.",
		"There is no %s “%s”. Did you mean “%s”? Known: %s.", "", ""}
	unknownValue      = Message{"K013", Error, "„%s“ ist hier nicht möglich. Möglich: %[3]s.", "“%s” is not possible here. Possible: %[3]s.", "", ""}
	unknownValueMeant = Message{"K013", Error, "„%s“ ist hier nicht möglich. Meinten Sie „%s“? Möglich: %s.",
		"“%s” is not possible here. Did you mean “%s”? Possible: %s.", "", ""}
	duplicateKey = Message{"K014", Error, "„%s“ gibt es schon in %s.", "“%s” is already defined in %s.",
		"Fassen Sie beide zusammen oder löschen Sie eines.", "Merge the two or delete one."}
	duplicateName = Message{"K014", Error, "%s „%s“ gibt es schon in %s.", "%s “%s” is already defined in %s.", "", ""}
	emptyValue    = Message{"K015", Error, "Hier fehlt ein Wert.", "A value is missing here.", "", ""}
	emptyItem     = Message{"K015", Error, "Leerer Listeneintrag.", "Empty list entry.", "Löschen Sie den Strich oder tragen Sie etwas ein.", "Delete the dash or write something behind it."}
	commentTrap   = Message{"K016", Error, "Nach # beginnt in YAML ein Kommentar, der Wert ist leer. Meinten Sie \"%s\"?",
		"In YAML # starts a comment, so the value is empty. Did you mean \"%s\"?", "", ""}
	commentCut = Message{"K016", Warning, "Ab # ist der Rest der Zeile ein Kommentar, der Wert endet davor.", "From # on the rest of the line is a comment, the value ends before it.",
		"Gehört er zum Wert, setzen Sie alles in Anführungszeichen; sonst lassen Sie nach # ein Leerzeichen.", "If it belongs to the value put all of it in quotes; otherwise leave a space after #."}
	missingBlank      = Message{"K017", Error, "Leerzeichen nach dem Bindestrich fehlt: \"%s\"", "The space after the dash is missing: \"%s\"", "", ""}
	missingColonBlank = Message{"K017", Error, "Leerzeichen nach dem Doppelpunkt fehlt: \"%s\"", "The space after the colon is missing: \"%s\"", "", ""}
	colonInText       = Message{"K019", Error, "Doppelpunkt im Text. Setzen Sie den Text in Anführungszeichen: %s", "A colon inside text. Put the text in quotes: %s", "", ""}
	starAtStart       = Message{"K019", Error, "* ist in YAML ein Sonderzeichen. Schreiben Sie %s", "* is a special character in YAML. Write %s", "", ""}
	charAtStart       = Message{"K019", Error, "%s am Anfang braucht Anführungszeichen: %s", "%s at the start needs quotes: %s", "", ""}
	backslash         = Message{"K019", Error, "Rückstrich in doppelten Anführungszeichen. Nehmen Sie einfache: %s", "Backslash in double quotes. Use single ones: %s", "", ""}
	questionInList    = Message{"K019", Error, "? in einer Klammerliste braucht Anführungszeichen, oder schreiben Sie die Fragen untereinander mit \"- \".",
		"? in a bracket list needs quotes, or write the questions one below the other with \"- \".", "", ""}
	questionOpen = Message{"K019", Hint, "? in einer Klammerliste braucht Anführungszeichen, oder schreiben Sie die Fragen untereinander mit \"- \". Andere YAML-Programme lesen diese Zeile nicht.",
		"? in a bracket list needs quotes, or write the questions one below the other with \"- \". Other YAML programs cannot read this line.", "", ""}
	typographicQuotes = Message{"K020", Error, "Typografische Anführungszeichen gehören jetzt zum Text. Nehmen Sie \"%s\".",
		"Typographic quotes are now part of the text. Use \"%s\".", "", ""}

	noUnit = Message{"K021", Error, "Zeit ohne Einheit. %s oder %s?", "Time without a unit. %s or %s?", "", ""}
	noDays = Message{"K021", Error, "d sind Kalendertage. Für Arbeitstage %dbd, für Geschäftsstunden %dh schreiben.",
		"d are calendar days. Write %dbd for business days or %dh for business hours.", "", ""}
	badSpan      = Message{"K021", Error, "„%s“ ist keine Zeitspanne. Möglich: %s.", "“%s” is no length of time. Possible: %s.", "", ""}
	badSpanMeant = Message{"K021", Error, "„%s“ ist keine Zeitspanne. Meinten Sie %s? Möglich: %s.", "“%s” is no length of time. Did you mean %s? Possible: %s.", "", ""}
	badDate      = Message{"K022", Error, "Datum als \"2026-12-24\"%s schreiben.", "Write the date as \"2026-12-24\"%s.", "", ""}
	noSuchDate   = Message{"K022", Error, "Den %s gibt es nicht.", "There is no such day as %s.", "", ""}
	badTimes     = Message{"K023", Error, "Uhrzeiten als \"08:00-15:00\" schreiben.", "Write times of day as \"08:00-15:00\".", "", ""}
	emptyTimes   = Message{"K023", Error, "Anfang und Ende sind gleich. Für den ganzen Tag \"00:00-24:00\".", "Start and end are the same. For the whole day \"00:00-24:00\".", "", ""}
	overMidnight = Message{"K023", Hint, "Das Intervall läuft über Mitternacht. Gewollt?", "The interval runs past midnight. Intended?", "", ""}
	badNumber    = Message{"K024", Error, "„%s“ ist keine ganze Zahl von %d bis %d.", "“%s” is no whole number from %d to %d.", "", ""}
	badFloat     = Message{"K024", Error, "„%s“ ist keine Zahl von %v bis %v.", "“%s” is no number from %v to %v.", "", ""}
	badBool      = Message{"K024", Error, "„%s“ ist weder true noch false.", "“%s” is neither true nor false.", "", ""}
	badPercent   = Message{"K024", Error, "„%s“ ist kein Anteil. Beispiel: 75%%", "“%s” is no share. Example: 75%%", "", ""}
	badLanguage  = Message{"K013", Error, "Sprache „%s“ wird nicht unterstützt. Möglich: de, en.", "Language “%s” is not supported. Possible: de, en.", "", ""}

	tooManyFindings = Message{"K099", Hint, "%d weitere Funde. Zuerst diese beheben.", "%d more findings. Fix these first.", "", ""}
)

// Words for the kinds of a value.
func kindWord(n *Node) Word {
	switch {
	case n == nil || n.Kind == KindNull:
		return Word{"nichts", "nothing"}
	case n.Kind == KindScalar:
		return Word{"ein einzelner Wert", "a single value"}
	case n.Kind == KindList:
		return Word{"eine Liste", "a list"}
	}
	return Word{"ein Block mit Schlüsseln", "a block with keys"}
}

var (
	aMap  = Word{"ein Block mit Schlüsseln", "a block with keys"}
	aText = Word{"ein einzelner Wert", "a single value"}
	aList = Word{"eine Liste", "a list"}
)
