package mailin

import (
	"strings"
	"unicode"
)

// maxLanguageText is how much of a text is looked at for its language.
const maxLanguageText = 4 << 10

// language tells the language of a text by its function words and letters: "de",
// "en", "other", or "" where there is nothing to go by. Confidence is 0 to 1.
func language(text string) (string, float64) {
	var de, en, other, letters, foreign, latin int
	word := make([]byte, 0, 32)
	flush := func() {
		if len(word) > 0 && len(word) < 32 {
			switch languageWords[string(word)] {
			case 'd':
				de += 2
			case 'e':
				en += 2
			case 'o':
				other += 2
			case 'D':
				de++
			case 'E':
				en++
			case 'b':
				de++
				en++
			}
		}
		word = word[:0]
	}
	for i, r := range text {
		if i > maxLanguageText {
			break
		}
		if !unicode.IsLetter(r) && r != '\'' {
			flush()
			continue
		}
		letters++
		r = unicode.ToLower(r)
		switch {
		case r < 0x80:
			latin++
		case r == 'ß':
			de += 2
			latin++
		case r == 'ä' || r == 'ö' || r == 'ü':
			de++
			latin++
		case r > 0x24f:
			foreign++
		default:
			other++
			latin++
		}
		word = appendRune(word, r)
	}
	flush()
	lang, c := languageVerdict(de, en, other, letters, foreign)
	if lang == "" && letters > 0 {
		return lettersLanguage(text)
	}
	return lang, c
}

// lettersLanguage guesses between German and English by groups of letters, for
// texts without a single function word: "Drucker defekt", "Printer offline". The
// guess never counts as sure.
func lettersLanguage(text string) (string, float64) {
	low := strings.ToLower(text[:min(len(text), 400)])
	de, en := 0, 0
	for _, g := range germanGroups {
		de += strings.Count(low, g)
	}
	for _, g := range englishGroups {
		en += strings.Count(low, g)
	}
	if de > en {
		return "de", 0.2
	}
	return "en", 0.2 // the letters of most product names
}

var (
	germanGroups  = [...]string{"sch", "ung", "cht", "eit", "tz", "ei", "zu", "kt ", "ß", "ä", "ö", "ü", "zei", "rk", "ehl", "ern", "ahn", "ier", "ker", "fl", "ke", "wort", "werk", "gang", "druck", "pf", "ftw", "mel", "richt"}
	englishGroups = [...]string{"th", "ing", "tion", "ght", "wh", "ee", "oo", "ea", "sh", "ty", "ly", "ment", "ble", "ow", "ou", "ew", "ay", "y ", "ry", "cy", "ve ", "ce ", "ge", "ai", "age", "ck", "ct", "ive", "qu", "ces", "ed ", "s "}
)

func appendRune(b []byte, r rune) []byte {
	if len(b) > 32 {
		return b
	}
	return append(b, string(r)...)
}

func languageVerdict(de, en, other, letters, foreign int) (string, float64) {
	if letters == 0 {
		return "", 0
	}
	if foreign*2 > letters {
		return "other", 0.9
	}
	if de+en+other == 0 {
		return "", 0
	}
	best, lang := de, "de"
	second := max(en, other)
	if en > best {
		best, lang, second = en, "en", max(de, other)
	}
	if other > best {
		best, lang, second = other, "other", max(de, en)
	}
	c := float64(best-second) / float64(best+second)
	// Few words prove little.
	if best < 6 {
		c *= float64(best) / 6
	}
	return lang, c
}

// languageWords are function words and the words of support mail: d and e count
// double for German and English, D and E single, o for another language.
var languageWords = buildLanguageWords()

func buildLanguageWords() map[string]byte {
	m := make(map[string]byte, 700)
	for _, g := range [...]struct {
		kind  byte
		words string
	}{
		{'o', `le la les des une est dans pour avec pas vous nous je sur bonjour merci votre mon mes cette sont être ne au aux du et mais ou où qui que
			el los las una por para con como está esta gracias hola pero muy más su mi tengo puede usted señor
			il lo gli della delle di che non è sono per una questo grazie buongiorno ho mio ciao anche
			het een van niet dat ik je wij zijn voor met deze dank maar naar bij wordt kan graag geen
			nie jest się na z dziękuję proszę dla czy mam jak witam
			och att det som inte jag är på för tack hej kan du vi min
			o os um uma não em você obrigado olá meu minha do da dos das ao
			og ikke jeg det er til tak hilsen
			ve bir bu için değil merhaba teşekkürler`},
		{'D', `mal hat war bin man will los hin her als an so um es am im ja dem per pro bis sei was da die den der`},
		{'E', `so i a an in at on to do is us he we be by up my me no or if as it of`},
		{'b', `hand`},
		{'d', `der die das den dem des ein eine einen einem einer eines und oder aber nicht ich du er sie wir ihr mich mir uns euch ihnen ihre ihren ihrem ihrer mein meine meinen meinem meiner
			dein deine sein seine unser unsere unseren ist sind war waren wird werden wurde wurden worden kann können könnte könnten konnte muss müssen soll sollen sollte darf dürfen möchte möchten
			habe haben hatte hatten hätte hätten mit von vom zu zum zur bei beim aus nach für auf über unter vor zwischen ohne gegen durch wegen seit auch noch schon nur sehr mehr wieder
			wenn weil dass daß ob wie wo wann warum wer welche welcher welches diese dieser dieses diesen diesem jede jeder jetzt heute gestern morgen hier dort dann kein keine keinen keiner
			hallo guten tag liebe lieber geehrte geehrter damen herren danke vielen dank bitte gruß grüße grüßen freundlichen freundliche viele
			geht funktioniert klappt läuft drucker passwort kennwort rechner bildschirm anmelden anmeldung konto zugang zugriff fehler fehlermeldung hilfe problem leider gelöst erledigt nein ja
			brauche bekomme benötige öffnen startet steht gibt kommt lässt frage anfrage rückmeldung rechnung lieferung bestellung vertrag kündigung konnte seite neue neuen neuer alles etwas nichts immer
			beim ins deren einfach bereits schnell gerne gern sowie sobald damit daher deshalb außer haus urlaub abwesend erreichbar büro mfg lg vg fuer ueber koennen moechte gruesse druckt siehe anlage anbei anhang unten oben betreff termin nachtrag rückfrage`},
		{'e', `the and or but not you he she it we they me him her us them your my our their this that these those is are was were be been being am have has had do does did don't doesn't didn't
			will would can could should shall may might must to of in on at by for with from about into over after before between without within because if when where why how what who which
			there here then than just only very more most some any all no yes please thanks thank hello hi dear regards best kind sincerely cheers
			cannot can't won't isn't i'm i've it's working work works need want get got see know help issue problem error password printer computer screen login account access mail email
			new old again still also since while until out up down off one two an as so would like could tried try using use used after now today yesterday tomorrow
			its itself our been such each other each there's following provide regarding request support service team solved fixed done doesn`},
	} {
		for _, w := range strings.Fields(g.words) {
			if old, ok := m[w]; ok && old != g.kind && (old == 'd' && g.kind == 'e') {
				m[w] = 'b' // the same word in both languages says nothing
				continue
			}
			m[w] = g.kind
		}
	}
	return m
}
