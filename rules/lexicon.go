package rules

import "strings"

// wordLists are the shipped word lists of the stemmer. They are folded and
// never change.
type wordLists struct {
	invariant map[string]bool // names that look inflected: Teams is no team
	erPlural  map[string]bool // stems with a plural on -er without umlaut: Bilder
	adjective map[string]bool // short adjectives and pronouns: neu-er
	deny      []string        // stems that keep their umlaut
}

var lexicon = wordLists{
	invariant: wordSet(`teams windows news sms ios macos sales express access series always needs
		chats pixel alles aus das was bis des als uns ins ans es wens this his its is us bus plus status virus
		campus bonus fokus basis praxis chassis analysis`),
	erPlural: wordSet(`bild kind feld mitglied licht schild gesicht brett geist bild leib weib ei ding nest
		standbild hintergrundbild datenfeld eingabefeld textfeld passwortfeld pflichtfeld suchfeld lichtbild teammitglied gehaelt`),
	adjective: wordSet(`neu alt gross klein lang kurz gut schlecht schnell best naechst letzt erst zweit dritt viert
		nah all ander welch jed jen dies manch solch mein dein sein ihr unser eur kein ein voll leer kaputt ganz
		halb rot gruen blau schwarz weiss grau gelb extern intern mobil digital analog fest frei hoch hoh tief heiss
		warm kalt laut leis defekt falsch richtig bereit aktuell speziell generell manuell virtuell schwer leicht
		dringend wichtig gleich selb direkt korrekt privat dienst geschaeftlich aktiv passiv komplett konkret
		beid weit eng breit dick duenn jung frueh spaet sicher rund stark schwach wert`),
	deny: strings.Fields(`drueck koenn muess wuerd foerder zaehl schoen haett waer waehl geraet stueck rueck
		kuech hoell muell fuell taeusch laeut hoer naeh saeh bruech luecke roest schaem traeg toen bloed
		boes moeg muehl spuel loes schloss fuehl schuel praeg draeng stoer`),
}

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
