package rules

import (
	"strings"
	"testing"
)

// requests are mails of one firm, each with the matter it is about: those of one
// matter are similar, and no others, however close they stand.
const requests = `
zert    | VPN Zertifikatsfehler | Seit dem Update gestern meldet das VPN einen Zertifikatsfehler, ich komme von zuhause nicht ins Netz.
zert    | Homeoffice: VPN geht nicht | Beim Verbinden mit dem VPN kommt die Meldung „Zertifikat ungültig“. Seit gestern.
zert    | Zertifikat im VPN abgelaufen? | Hallo, mein VPN-Client sagt, das Zertifikat ist abgelaufen.
zert    | VPN certificate error | Since yesterday's update the VPN shows a certificate error, I cannot connect from home.
langsam | VPN sehr langsam | Über das VPN dauert es ewig, Dateien vom Laufwerk zu öffnen.
f49     | Drucker 2. OG Fehler 49 | Der Drucker im zweiten OG zeigt Fehler 49 und druckt nicht mehr.
f49     | Drucker im 2. OG druckt nicht | Hallo, der Drucker vor dem Besprechungsraum im 2. OG druckt seit heute früh nicht. Es kommt immer Fehler 49. Brauche das Angebot bis Mittag auf Papier.
f49     | Fehler 49 am Drucker | Servus, bei uns im 2. OG wieder Fehler 49 auf dem Display vom Drucker.
toner   | Toner leer | Im Drucker der Buchhaltung ist der schwarze Toner leer, bitte nachbestellen.
toner   | Toner Buchhaltung | Der Toner bei uns in der Buchhaltung ist leer. Können wir neuen bekommen?
stau    | Papierstau | Der Drucker in der Buchhaltung hat einen Papierstau in Fach 2.
pw      | Passwort abgelaufen | Mein Windows-Passwort ist abgelaufen, ich kann mich nicht mehr anmelden.
pw      | Kennwort abgelaufen | Hallo, beim Anmelden an Windows heißt es, mein Kennwort sei abgelaufen.
sappw   | Passwort SAP | Ich habe mein SAP-Passwort dreimal falsch eingegeben, jetzt ist der Benutzer gesperrt.
sappw   | SAP gesperrt | Mein SAP-Benutzer ist gesperrt nach dreimal falschem Passwort. Bitte entsperren.
dock    | Dockingstation erkennt Monitor nicht | Der zweite Monitor an der Dockingstation bleibt schwarz.
dock    | Monitor an Dockingstation schwarz | Wenn ich den Laptop an die Dockingstation stecke, bleibt der Monitor schwarz.
dock    | Zweiter Bildschirm | Mein zweiter Bildschirm wird an der Dockingstation nicht mehr erkannt.
flimmer | Bildschirm flimmert | Mein Bildschirm flimmert, das macht Kopfweh.
outl    | Outlook stürzt ab | Outlook stürzt ab, sobald ich einen Anhang öffnen will.
outl    | Absturz von Outlook | Jedes Mal wenn ich einen Anhang öffne, stürzt mir Outlook ab.
outsuch | Outlook Suche findet nichts | Die Suche in Outlook findet keine Mails mehr, die älter als eine Woche sind.
voll    | Postfach voll | Mein Postfach ist voll, ich kann keine Mails mehr senden.
regel   | Outlook Regel | Wie lege ich eine Regel an, die Mails vom Einkauf in einen Ordner verschiebt?
scan    | Scan to Mail | Der Kopierer im Erdgeschoss schickt keine Scans mehr per Mail.
scan    | Keine Scans per Mail | Hallo, seit Montag kommen vom Kopierer im EG keine gescannten Dokumente mehr per Mail an.
wlan    | WLAN im Lager | Im Lager ist das WLAN weg, die Handscanner verlieren die Verbindung.
wlan    | Handscanner offline | Die Handscanner im Lager haben keine Verbindung zum WLAN.
teams   | Teams Kamera | In Teams bleibt mein Bild schwarz, die Kamera wird nicht gefunden.
laufw   | Laufwerk K fehlt | Nach dem Neustart ist das Laufwerk K: nicht mehr da.
laufw   | Netzlaufwerk K weg | Mein Netzlaufwerk K ist verschwunden, ich komme nicht an die Projekte.
austritt| Austritt Frau Seidl | Frau Seidl verlässt uns zum Monatsende. Bitte alle Zugänge sperren.
eintritt| Neuer Mitarbeiter ab 1. Mai | Bitte ein Konto, ein Postfach und ein Notebook für Herrn Okafor einrichten.
eintritt| Neue Kollegin zum 1. Juni | Bitte für Frau Brandt Konto, Postfach und Notebook einrichten, sie beginnt am 1. Juni im Vertrieb.
excel   | Excel Makro | Beim Öffnen der Preisliste meldet Excel, dass Makros deaktiviert sind.
excelpw | Excel Datei gesperrt | Die Preisliste ist gesperrt, angeblich hat sie ein Kollege offen.
erp     | ERP Rechnung drucken | Aus dem ERP kann ich keine Rechnung drucken, es kommt ein leeres Blatt.
maus    | Maus kaputt | Meine Maus klickt doppelt, ich brauche eine neue.
tast    | Tastatur kaputt | Auf meiner Tastatur geht das E nicht mehr, ich brauche eine neue.
hilfe   | Hilfe | Bei mir geht gar nichts mehr, bitte schnell melden!
hilfe2  | Dringend! | Nichts geht mehr. Bitte um schnelle Hilfe, danke.
phish   | Verdächtige Mail | Ich habe eine verdächtige Mail von der Bank bekommen und auf den Link geklickt.
rueck   | Rückruf | Können Sie mich bitte kurz anrufen? Ich bin bis 15 Uhr am Platz.
rueck2  | Rückruf erbeten | Bitte rufen Sie mich an, danke.
`

// TestSimilarRequests: what belongs together is found, and nothing is shown that has
// only the wrapping in common.
func TestSimilarRequests(t *testing.T) {
	t.Parallel()
	type request struct {
		matter, subject string
		topic           Topic
	}
	var all []request
	counts := TopicCounts{With: map[int64]int{}}
	for line := range strings.Lines(strings.TrimSpace(requests)) {
		f := strings.SplitN(line, "|", 3)
		r := request{strings.TrimSpace(f[0]), strings.TrimSpace(f[1]), TopicOf(f[1], f[2])}
		if got := ParseTopic(r.topic.String()); got.String() != r.topic.String() || len(got.Keys()) != len(r.topic.Keys()) {
			t.Errorf("%s: %q comes back as %q", r.subject, r.topic, got)
		}
		counts.Topics++
		for _, k := range r.topic.Keys() {
			counts.With[k]++
		}
		all = append(all, r)
	}
	found, missed := 0, 0
	for i, a := range all {
		for _, b := range all[:i] {
			l := a.topic.Compare(b.topic, counts)
			alone := a.topic.Compare(b.topic, TopicCounts{})
			switch same := a.matter == b.matter; {
			case (l.Similar() || alone.Similar()) && !same:
				t.Errorf("%q and %q are taken for similar: %+v, in a new firm %+v\n  %v\n  %v", a.subject, b.subject, l, alone, a.topic, b.topic)
			case same && l.Similar():
				found++
			case same:
				missed++
				t.Logf("%q and %q are missed: %+v\n  %v\n  %v", a.subject, b.subject, l, a.topic, b.topic)
			}
		}
	}
	if found < 18 || missed > 2 {
		t.Errorf("%d pairs found, %d missed", found, missed)
	}
}

// BenchmarkCompare compares one mail with one solved ticket.
func BenchmarkCompare(b *testing.B) {
	x := TopicOf("VPN Zertifikatsfehler", "Seit dem Update gestern meldet das VPN einen Zertifikatsfehler, ich komme von zuhause nicht ins Netz.")
	y := TopicOf("Homeoffice: VPN geht nicht", "Beim Verbinden mit dem VPN kommt die Meldung „Zertifikat ungültig“. Seit gestern.")
	for b.Loop() {
		if l := x.Compare(y, TopicCounts{}); l.Words < 2 {
			b.Fatal(l)
		}
	}
}
