package rules

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Müller & Söhne":   "mueller soehne",
		"MUELLER":          "mueller",
		"Straße":           "strasse",
		"café Señor":       "cafe senor",
		"u\u0308ber":       "ueber",
		"ﬁle 5":            "file 5",
		"geht's  don’t":    "gehts dont",
		"Ab\u00adteilung":  "abteilung",
		"E-Mail-Zugriff":   "email zugriff",
		"":                 "",
		"\xff\xfe kaputt ": "kaputt",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	meet := [][2]string{
		{"Passwort", "Passwörter"}, {"Passwort", "Passwörtern"}, {"Drucker", "Druckers"}, {"Drucker", "Druckern"},
		{"drucken", "druckt"}, {"drucken", "gedruckt"}, {"anmelden", "angemeldet"}, {"anmelden", "anzumelden"},
		{"neu", "neuer"}, {"neue", "neuen"}, {"gesperrt", "gesperrter"}, {"Anhang", "Anhänge"}, {"Haus", "Häuser"},
		{"Lizenz", "Lizenzen"}, {"printer", "printers"}, {"install", "installing"}, {"install", "installed"},
		{"expired", "expire"}, {"change", "changing"}, {"Bild", "Bilder"}, {"Zugang", "Zugänge"}, {"melden", "meldet"},
		{"gehen", "geht"}, {"Netzwerk", "Netzwerke"}, {"password", "passwords"}, {"mailbox", "mailboxes"},
		{"laufen", "läuft"}, {"sperren", "gesperrt"}, {"funktionieren", "funktionierte"},
	}
	apart := [][2]string{
		{"drucken", "drücken"}, {"gedruckt", "gedrückt"}, {"konnte", "könnte"}, {"musste", "müsste"}, {"wurde", "würde"},
		{"fordern", "fördern"}, {"zahlen", "zählen"}, {"schon", "schön"}, {"drucker", "drucken"}, {"Teams", "Team"},
		{"Windows", "window"}, {"Internet", "interner"}, {"Toner", "Ton"}, {"Server", "Serv"}, {"neue", "Neo"},
		{"Nacht", "nach"}, {"wert", "wer"}, {"Drucker", "Druckerei"},
	}
	check := func(pairs [][2]string, want bool) {
		for _, p := range pairs {
			a, b := keysOf(Fold(p[0])), keysOf(Fold(p[1]))
			if a.meets(&b) != want {
				t.Errorf("%s and %s: meet = %v, want %v", p[0], p[1], !want, want)
			}
		}
	}
	check(meet, true)
	check(apart, false)
}
