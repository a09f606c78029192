package mailin

import "testing"

// robotTexts are texts as autoresponders and shops send them without any field
// that says so.
var robotTexts = []string{
	`Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich 12.04. nicht im Haus. Ihre E-Mail wird nicht weitergeleitet.`,
	`Guten Tag, ich befinde mich derzeit in Elternzeit und kehre am 1. September zurück. In meiner Abwesenheit hilft Ihnen Frau Kern gerne weiter.`,
	`Sehr geehrte Damen und Herren, ich bin zur Zeit erkrankt. Bitte wenden Sie sich in dieser Zeit an info@firma.example.`,
	`Ich bin ab dem 3. Mai wieder im Büro und melde mich dann bei Ihnen. In dringenden Fällen erreichen Sie meinen Kollegen unter 0871 123.`,
	`Danke für Ihre Anfrage, wir melden uns in Kürze bei Ihnen. Ihr Support-Team`,
	`Ihre Bestellung #4711 ist eingegangen und wird bearbeitet. Sie erhalten eine Versandbestätigung, sobald die Ware unterwegs ist.`,
	`Hiermit bestätigen wir den Erhalt Ihrer Bewerbung. Wir werden diese prüfen und uns bei Ihnen melden.`,
	`Ihr Ticket #12345 wurde erstellt. Wir kümmern uns schnellstmöglich um Ihr Anliegen.`,
	`Willkommen! Bitte bestätigen Sie Ihre E-Mail-Adresse, indem Sie auf den folgenden Link klicken.`,
	`Ihr Passwort wurde erfolgreich geändert. Wenn Sie diese Änderung nicht veranlasst haben, kontaktieren Sie bitte unseren Kundendienst.`,
	`Zur Zeit bin ich auf Dienstreise und lese meine E-Mails nur sporadisch. Ich antworte nach meiner Rückkehr.`,
	`Ich habe Urlaub vom 1.8. bis 15.8. Meine Vertretung übernimmt Herr Meier (Tel. 123).`,
	`Ihre Rückmeldung wurde erfolgreich an unser Team weitergeleitet. Sie erhalten in den nächsten 48 Stunden eine Antwort.`,
	`Unser Büro ist vom 24.12. bis 6.1. geschlossen. Ab dem 7.1. sind wir wieder für Sie da.`,
	`Vielen Dank für Ihre Kontaktaufnahme. Ihr Anliegen wird unter der Nummer 4711 bearbeitet.`,
	`Diese Mailbox wird nicht überwacht. Bitte nutzen Sie unser Kontaktformular.`,
	`Ich bin momentan nicht erreichbar. Ab Montag bin ich wieder im Büro.`,
	`Guten Tag, ich bin vom 10.07. bis 24.07. im Urlaub. Ihre Nachricht wird während dieser Zeit nicht gelesen. Bei dringenden Fragen wenden Sie sich an Frau Schulz.`,
	`Abwesenheitsnotiz: Ich bin heute nicht im Büro und kann Ihre E-Mail erst morgen beantworten.`,
	`Vielen Dank für Ihre E-Mail. Ich nehme derzeit an einer Weiterbildung teil und bin erst am 20.05. wieder erreichbar.`,
	`Ich befinde mich bis zum 31.03. im Urlaub. Meine E-Mails werden in dieser Zeit von Herrn Braun bearbeitet.`,
	`Liebe Kollegen, ich bin diese Woche krankgeschrieben und nicht erreichbar. Bitte wendet euch an Thomas.`,
	`Dies ist eine automatisch generierte Antwort. Ihre Anfrage wurde an die zuständige Abteilung weitergeleitet.`,
	`Ihre Zahlung ist bei uns eingegangen. Vielen Dank für Ihren Einkauf.`,
	`Sehr geehrte Kundin, sehr geehrter Kunde, wir haben Ihre Reklamation erhalten und werden diese innerhalb von 5 Werktagen bearbeiten.`,
	`Automatische Bestätigung: Ihr Termin am 12.06.2023 um 10:00 Uhr wurde gebucht.`,
	`Ihre Anmeldung zum Newsletter war erfolgreich. Sie erhalten ab sofort wöchentlich unsere Neuigkeiten.`,
	`Ihr Rückruf-Wunsch wurde registriert. Ein Berater wird sich innerhalb von 24 Stunden telefonisch bei Ihnen melden.`,
	`Vielen Dank, dass Sie sich an uns gewandt haben. Wir bemühen uns, Ihre Anfrage so schnell wie möglich zu beantworten.`,
	`Wegen Betriebsferien ist unser Unternehmen bis zum 14. August geschlossen.`,
	`Ich arbeite nicht mehr für die Firma Müller GmbH. Bitte wenden Sie sich an meinen Nachfolger Herrn Peters.`,
	`Derzeit befinde ich mich im Homeoffice und bin nur eingeschränkt erreichbar. Bitte haben Sie Verständnis für verzögerte Antworten.`,
	`Systembenachrichtigung: Ihr Speicherplatz ist zu 90 % belegt. Bitte löschen Sie nicht benötigte Dateien.`,
	`Danke für Ihre Registrierung! Ihr Konto wurde erfolgreich angelegt.`,
	`Guten Tag, vielen Dank für Ihre Mail. Ich bin bis Freitag auf einer Messe und kann Ihre Nachricht erst nächste Woche beantworten.`,
	`Ich bin leider krank und daher heute nicht im Büro. In dringenden Fällen hilft Ihnen meine Kollegin Frau Wolf weiter.`,
	`Aktuell bin ich im Urlaub und habe keinen Zugriff auf meine E-Mails. Ab dem 18. August bin ich zurück.`,
	`Vielen Dank für Ihre Anfrage an unser Service-Center. Die Bearbeitung dauert derzeit etwa drei Werktage.`,
	`Ihre E-Mail ist bei uns angekommen. Bitte sehen Sie von weiteren Nachfragen ab.`,
	`Ihr Antrag wurde unter dem Aktenzeichen 12-345 registriert.`,
	`Wir freuen uns über Ihr Interesse an unseren Produkten und werden Ihnen schnellstmöglich ein Angebot zusenden.`,
	`Ich bin im Mutterschutz. Ihre Ansprechpartnerin ist Frau Lang (lang@firma.example).`,
	`Urlaub! Ich bin vom 5. bis 19. Juni nicht erreichbar, meine Mails werden nicht weitergeleitet.`,
	`Ihre Kündigung haben wir erhalten. Eine schriftliche Bestätigung geht Ihnen in den nächsten Tagen zu.`,
	`Danke, dass Sie uns geschrieben haben! Unser Kundenservice antwortet in der Regel innerhalb von 48 Stunden.`,
	`Ihre Sitzung läuft in 10 Minuten ab. Diese Nachricht wurde vom System erzeugt.`,
	`Ihr Abonnement wurde verlängert. Die nächste Abbuchung erfolgt am 01.07.2023.`,
	`Sehr geehrte Damen und Herren, ich bin heute ganztägig in einem Seminar. Bitte versuchen Sie es morgen erneut.`,
	`Hallo, ich bin diese Woche nicht da. Am Montag, den 15. Mai, melde ich mich zurück. Bei Notfällen bitte Frau Krüger anrufen.`,
	`Sehr geehrte Damen und Herren, vielen Dank für Ihre Nachricht. Ich befinde mich vom 3. bis 17. Juli im Jahresurlaub.`,
	`Wegen einer Fortbildung bin ich bis Donnerstag nicht im Haus. Ihre E-Mails lese ich nach meiner Rückkehr.`,
	`Vielen Dank für Ihr Schreiben. Wir haben Ihr Anliegen unter der Vorgangsnummer 2023-55 erfasst.`,
	`Ihre Nachricht wurde an den zuständigen Sachbearbeiter übermittelt.`,
	`Die Zustellung Ihrer Sendung ist für morgen geplant. Verfolgen Sie Ihr Paket hier.`,
	`Herzlichen Glückwunsch! Ihr Benutzerkonto ist jetzt aktiv. Sie können sich mit Ihren Zugangsdaten anmelden.`,
	`Ich bin in Elternzeit bis Ende des Jahres. Bitte kontaktieren Sie Herrn Vogt.`,
	`Dies ist eine Eingangsbestätigung. Wir prüfen Ihre Unterlagen und kommen auf Sie zu.`,
	`Danke für Ihren Besuch auf unserer Webseite. Ihre Angaben wurden gespeichert.`,
	`Unsere Hotline ist derzeit überlastet. Ihre Anfrage wird schnellstmöglich beantwortet.`,
	`Mein Postfach wird bis zum 2. Januar nicht gelesen. Frohe Feiertage!`,
	`Automatische Rückmeldung: Ihr Feedback ist angekommen. Danke!`,
	`Ich bin außer Haus und antworte Ihnen, sobald ich zurück bin.`,
	`Ihr Termin am 14.06. um 9:30 Uhr ist bestätigt. Bitte bringen Sie Ihren Ausweis mit.`,
}

// personTexts are texts of people that use the same words.
var personTexts = []string{
	`Hallo, ich bin ab Montag zwei Wochen im Urlaub. Kann jemand bitte meine Abwesenheitsnotiz einrichten?`,
	`Guten Tag, meine Vertretung Frau Kern braucht Zugriff auf mein Postfach, solange ich im Urlaub bin.`,
	`Der Kollege ist im Urlaub und ich komme nicht an die Dateien. Bitte um Hilfe.`,
	`Ich habe eine Nachricht bekommen: "Diese E-Mail wurde automatisch generiert". Ist das Phishing?`,
	`Bitte richten Sie für die Betriebsferien vom 24.12. bis 6.1. eine Ansage auf der Telefonanlage ein.`,
	`Meine Bestellung ist noch nicht angekommen. Die Bestellnummer lautet: 4711.`,
	`Ich habe den Eingang meiner Bewerbung nicht bestätigt bekommen, bitte prüfen Sie das.`,
	`Die Ticketnummer lautet: 12345. Der Drucker geht immer noch nicht.`,
	`Wir haben Ihre Rechnung erhalten, die Summe stimmt aber nicht.`,
	`Vielen Dank für Ihre E-Mail. Ich habe es ausprobiert, der Fehler kommt weiterhin.`,
	`Hallo Team, ich bin heute im Homeoffice und komme nicht ins VPN. Ich bin nur per Handy erreichbar.`,
	`Bitte das Konto von Herrn Meier sperren, er ist nicht mehr im Unternehmen.`,
	`Mein Rechner zeigt eine automatische Nachricht, dass der Speicher voll ist.`,
	`Ich bin morgen auf Dienstreise und brauche vorher einen Laptop.`,
	`Frau Huber ist in Elternzeit, bitte leiten Sie ihr Postfach an mich weiter.`,
	`Vielen Dank für Ihre Nachricht. Wir haben Ihre Unterlagen geprüft und würden Sie gerne zu einem Gespräch einladen.`,
	`Danke für die schnelle Antwort. Bin ab Mittwoch wieder im Büro, dann können Sie an den Rechner.`,
	`Ich habe mich registriert, aber den Aktivierungslink nicht bekommen.`,
	`Können Sie mir sagen, wie ich eine automatische Antwort in Outlook einrichte.`,
	`Ich bin krankgeschrieben und kann mich von zu Hause nicht anmelden, um die Krankmeldung hochzuladen.`,
	`Sehr geehrte Frau Weber, vielen Dank für Ihre Nachricht. Den Termin am 12. Mai kann ich leider nicht wahrnehmen.`,
	`Liebe Kollegen, die Besprechung am Freitag fällt aus, wir treffen uns nächste Woche wieder im Büro.`,
	`Danke für Ihre E-Mail. Ich habe die Unterlagen erhalten und melde mich morgen bei Ihnen.`,
	`Guten Morgen, der Vertrag ist unterschrieben und geht heute per Post an Sie raus. Bis Montag sollte er da sein.`,
	`Hallo Peter, ich bin gerade auf dem Weg ins Büro. Können wir um 10 telefonieren`,
	`Ihre Lieferung war unvollständig. Es fehlen zwei Monitore, bitte liefern Sie nach.`,
	`Sehr geehrtes Team, hiermit bewerbe ich mich um die Stelle als Systemadministrator.`,
	`Wir haben Ihre Software installiert, seitdem stürzt der Server ab.`,
	`Bitte senden Sie mir die Rechnung für meine Bestellung vom 3. März noch einmal zu.`,
	`Sehr geehrter Herr Schmidt, bezüglich Ihres Angebots hätte ich noch Fragen zum Preis.`,
	`Ich wollte mich bedanken, der Drucker läuft wieder.`,
	`Meine neue Telefonnummer lautet: 0871 12345. Bitte im Verzeichnis ändern.`,
	`Das Update wurde erfolgreich installiert, aber Outlook startet nicht mehr.`,
	`Der neue Mitarbeiter fängt am 1. Juni an und braucht einen Zugang zu SAP.`,
	`Die Telefonanlage ist seit heute Morgen nicht erreichbar, Kunden beschweren sich.`,
	`Guten Tag Frau Huber, ich habe gestern das neue Headset bekommen, der Ton ist sehr leise.`,
	`Hallo zusammen, bitte legt für Frau Neumann ein Benutzerkonto an, sie beginnt am 1. Juli.`,
	`Moin, der Beamer im Besprechungsraum zeigt nur blaues Bild. Um 14 Uhr kommen Kunden.`,
	`Sehr geehrte Damen und Herren, anbei die unterschriebene Vereinbarung. Mit freundlichen Grüßen`,
	`Ich bin ab sofort unter der neuen Nummer 0871 5555 erreichbar, bitte im Telefonbuch eintragen.`,
	`Vielen Dank für Ihre Hilfe gestern, seitdem läuft alles wieder einwandfrei.`,
	`Wir bekommen seit heute keine Mails mehr. Die Kunden sagen, ihre Nachrichten wurden nicht zugestellt.`,
	`Ihr Techniker war gestern da und hat den Drucker repariert, heute steht er wieder.`,
	`Hallo Herr Kern, wie besprochen bin ich am Dienstag nicht im Haus. Der Rechner steht auf meinem Schreibtisch, Sie können ihn mitnehmen.`,
	`Das Formular auf der Webseite meldet nach dem Absenden, dass meine Angaben nicht gespeichert wurden.`,
	`Der Kalender von Herrn Vogt wird nicht mehr synchronisiert, seit er aus der Elternzeit zurück ist.`,
	`Bitte um Rückruf unter 0171 123456, ich bin bis 16 Uhr im Büro.`,
}

func TestRobotWords(t *testing.T) {
	t.Parallel()
	missed := 0
	for _, text := range robotTexts {
		if m := Parse([]byte(human+"Subject: Nachricht\r\n\r\n"+text), Options{}); m.Automatic.Answer {
			missed++
			t.Logf("taken for a person's: %s", text)
		}
	}
	if missed*10 > len(robotTexts) {
		t.Errorf("%d of %d robots' texts missed", missed, len(robotTexts))
	}
	wrong := 0
	for _, text := range personTexts {
		if m := Parse([]byte(human+"Subject: Nachricht\r\n\r\n"+text), Options{}); !m.Automatic.Answer {
			wrong++
			t.Logf("taken for a robot's: %s %q", text, m.Automatic.Reasons)
		}
	}
	if wrong*20 > len(personTexts) {
		t.Errorf("%d of %d people's texts blocked", wrong, len(personTexts))
	}
}
