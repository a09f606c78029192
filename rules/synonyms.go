package rules

import "strings"

// synonymGroups are words that mean the same to a help desk, German and English
// together, so that an English mail also finds a German question. Each line is
// one group; a group may also hold inflected forms that the stemmer parts.
const synonymGroups = `
mail mails email emails nachricht nachrichten message messages
passwort kennwort password pw pwd passcode kennworte
rechner computer pc notebook laptop arbeitsplatzrechner
handy smartphone mobiltelefon telefon phone mobile cellphone iphone
drucker printer
drucken print ausdrucken printing
bildschirm monitor display screen
postfach mailbox
ordner folder verzeichnis directory
datei file dateien files
laufwerk drive netzlaufwerk
loeschen delete remove entfernen erase deleting removing
zurueck restore wiederherstellen recover
aendern change modify wechseln changing geaendert
erstellen create anlegen make neuanlage
hinzufuegen add ergaenzen insert
installieren install installation aufspielen setup einrichten configure configuration konfigurieren konfiguration einrichtung
deaktivieren disable abschalten ausschalten
aktivieren enable einschalten
anmelden anmeldung login einloggen logon signin einwahl
abmelden logout ausloggen signout
konto account benutzerkonto benutzer user nutzer
gesperrt locked blocked sperre blockiert
abgelaufen expired ablauf
vergessen forgot forgotten
langsam slow traege lahm
kaputt defekt broken
fehler error fehlermeldung stoerung ausfall
verbindung connection connect verbinden konnektivitaet connectivity verbunden
synchronisation synchronisierung sync synchronisieren synchronization
wlan wifi wireless
internet web
besprechung meeting konferenz call videokonferenz termin
ton audio sound
kamera webcam camera
rechnung invoice
bestellung order bestellen bestellt ordered
lieferung delivery shipping shipment versand ship delivered liefern
erstattung refund rueckerstattung gutschrift
stornieren cancel storno kuendigen cancellation cancelled
preis price cost kosten costs
rabatt discount
kaufen buy purchase kauf
umtausch exchange
groesse size
lizenz license licence
genehmigung freigabe permission berechtigung access zugriff zugang
teilen share freigeben sharing
suchen search find suche finden
herunterladen download
hochladen upload
export exportieren
import importieren
sicherung backup
bild photo picture image foto
dokument document doc docs documents
tabelle spreadsheet spreadsheets sheet
anhang attachment attach anhaenge
kontakt contact
kalender calendar
adresse address
name bezeichnung
fb facebook
verstecken hide ausblenden
anzeigen show view see ansehen sehen
erhalten receive received bekommen empfangen
senden send verschicken schicken versenden sending sent
stoppen stop
zertifikat zertifikate certificate certificates cert
urlaub vacation abwesenheit
besucher gast visitor guest gaeste
kopieren copy
verschieben move transfer uebertragen
sofort immediately
automatisch automatic automatically
beitrag post
video videos
dsgvo gdpr
compliance konformitaet
dashboard uebersicht
aktualisierung update aktualisieren aktualisiert
verzoegerung delay late verspaetet verspaetung
tool programm software anwendung application app program
benachrichtigung notification notifications
einstellung setting settings einstellungen
headset kopfhoerer
`

// synonyms maps a topic stem to the first stem of its group.
var synonyms = readSynonyms(synonymGroups)

func readSynonyms(groups string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(groups) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		first := topicStem(words[0])
		for _, w := range words {
			if s := topicStem(w); m[s] == "" {
				m[s] = first
			}
		}
	}
	return m
}
