package mailin

import (
	"strings"
	"testing"
)

// replyCase is a text and what its author newly wrote in it.
type replyCase struct {
	name, text, reply string
	subject           string
}

var germanReplies = []replyCase{
	{name: "outlook", reply: "Hallo Frau Huber,\n\ndas hat leider nicht geholfen.\n\nViele Grüße\nAnna Berger", text: `Hallo Frau Huber,

das hat leider nicht geholfen.

Viele Grüße
Anna Berger

Von: Lena Huber <support@isarwerk.example>
Gesendet: Montag, 2. März 2026 09:30
An: Berger, Anna <a.berger@isarwerk.example>
Cc: Kern, Tobias
Betreff: AW: Drucker im 2. OG [IT-10423]

Guten Tag,
bitte versuchen Sie es noch einmal.`},
	{name: "outlook with stars and rule", reply: "passt jetzt", text: `passt jetzt
________________________________
*Von:* IT-Support <support@isarwerk.example>
*Gesendet:* Montag, 2. März 2026 09:30
*An:* Anna Berger
*Betreff:* AW: Drucker

Guten Tag`},
	{name: "outlook express", reply: "geht nicht", text: `geht nicht

-----Ursprüngliche Nachricht-----
Von: support@isarwerk.example [mailto:support@isarwerk.example]
Gesendet: Montag, 2. März 2026 09:30
An: Anna Berger
Betreff: AW: Drucker

Guten Tag`},
	{name: "thunderbird", reply: "Nein, das geht nicht.", text: `Nein, das geht nicht.

Am 02.03.26 um 09:30 schrieb IT-Support:
> Guten Tag Frau Berger,
> haben Sie es neu gestartet?
>
`},
	{name: "thunderbird long form", reply: "Ja.", text: `Ja.

Am 02.03.2026 um 09:30 schrieb "IT-Support Isarwerk" <support@isarwerk.example>:
> Guten Tag`},
	{name: "apple mail", reply: "Danke, klappt!", text: `Danke, klappt!

> Am 02.03.2026 um 09:30 schrieb IT-Support <support@isarwerk.example>:
>
> Guten Tag Frau Berger,`},
	{name: "apple mail without marks", reply: "Danke, klappt!", text: `Danke, klappt!

Am 02.03.2026 um 09:30 schrieb IT-Support <support@isarwerk.example>:

Guten Tag Frau Berger,
wir haben etwas geändert.`},
	{name: "iphone", reply: "Ich schaue morgen nach.", text: `Ich schaue morgen nach.

Von meinem iPhone gesendet

> Am 02.03.2026 um 09:30 schrieb IT-Support <support@isarwerk.example>:
>
> Guten Tag`},
	{name: "gmail", reply: "Hallo, nein.", text: `Hallo, nein.

Am Mo., 2. März 2026 um 09:30 Uhr schrieb IT-Support <
support@isarwerk.example>:

> Guten Tag
>`},
	{name: "gmx", reply: "Nein, das Problem besteht weiter.", text: `Nein, das Problem besteht weiter.

Gesendet: Montag, 02. März 2026 um 09:30 Uhr
Von: "IT-Support" <support@isarwerk.example>
An: "Anna Berger" <a.berger@isarwerk.example>
Betreff: AW: Drucker

Guten Tag Frau Berger,`},
	{name: "notes", reply: "Bitte erledigen.", text: `Bitte erledigen.



Lena Huber/Isarwerk
02.03.2026 09:30

An
Anna Berger/Isarwerk@Isarwerk
Kopie

Thema
Drucker

Guten Tag`},
	{name: "notes with labels", reply: "Bitte erledigen.", text: `Bitte erledigen.

Von:	Lena Huber/Isarwerk
An:	Anna Berger/Isarwerk@Isarwerk
Datum:	02.03.2026 09:30
Betreff:	Drucker

Guten Tag`},
	{name: "groupwise", reply: "Ja, gern.", text: `Ja, gern.

>>> Lena Huber <support@isarwerk.example> 02.03.2026 09:30 >>>
Guten Tag Frau Berger,
passt der Termin?`},
	{name: "k-9", reply: "Ist erledigt.", text: `Ist erledigt.

Am 2. März 2026 09:30:12 MEZ schrieb IT-Support <support@isarwerk.example>:
>Guten Tag
>passt das?
-- 
Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.`},
	{name: "samsung", reply: "Klappt.", text: `Klappt.


Von meinem Samsung Gerät gesendet.


-------- Ursprüngliche Nachricht --------
Von: IT-Support <support@isarwerk.example>
Datum: 02.03.26 09:30 (GMT+01:00)
An: Anna Berger
Betreff: AW: Drucker

Guten Tag`},
	{name: "outlook mobile", reply: "Alles gut.", text: `Alles gut.

Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>
________________________________
Von: IT-Support <support@isarwerk.example>
Gesendet: Montag, März 2, 2026 9:30 AM
An: Anna Berger <a.berger@isarwerk.example>
Betreff: AW: Drucker

Guten Tag`},
	{name: "roundcube", reply: "Nein.", text: `Nein.

Am 2026-03-02 09:30, schrieb IT-Support:
> Guten Tag`},
	{name: "outlook web", reply: "Hallo, es geht wieder.", text: `Hallo, es geht wieder.

IT-Support <support@isarwerk.example> schrieb am Mo., 2. März 2026, 09:30:

> Guten Tag`},
	{name: "our separator", reply: "#notiz\nBitte warten.", text: `#notiz
Bitte warten.

Antworten geht an: Anna Berger.  Nur intern: erste Zeile #notiz.  Hilfe: #hilfe
------------ bitte oberhalb dieser Zeile antworten ------------
NEU · IT-10423 · drucker

geheim`},
	{name: "our separator quoted", reply: "Erledigt.", text: `Erledigt.

> Antworten geht an: Anna Berger.
> ------------ bitte oberhalb dieser Zeile antworten ------------
> NEU · IT-10423`},
	{name: "our marker", reply: "Erledigt.", text: "Erledigt.\n--\nKennung IT-10423/k7Qm2x · diese Mail wurde automatisch erzeugt"},
	{name: "inline", reply: "Hallo,\n\nheute.\n\nRaum 2.14.", text: `Hallo,

Am 02.03.26 um 09:30 schrieb IT-Support:
> Seit wann?

heute.

> In welchem Raum?

Raum 2.14.`},
	{name: "bottom", reply: "Seit heute früh.", text: `Am 02.03.26 um 09:30 schrieb IT-Support:
> Seit wann besteht das Problem?

Seit heute früh.`},
	{name: "commands in the signature are none", reply: "Bitte noch einmal versuchen.\n\nViele Grüße\nLena Huber", text: "Bitte noch einmal versuchen.\n\nViele Grüße\nLena Huber\n-- \nLena Huber\nTel. 0871 123456\n#gelöst"},
	{name: "prose with schrieb", reply: "Der Kunde schrieb gestern, dass der Drucker nicht geht.\nWas soll ich tun?", text: "Der Kunde schrieb gestern, dass der Drucker nicht geht.\nWas soll ich tun?"},
	{name: "prose with labels", reply: "Folgendes:\nVon: Raum 2\nwird alles gesendet.", text: "Folgendes:\nVon: Raum 2\nwird alles gesendet."},
	{name: "list of times", reply: "Termine:\n10:30 Besprechung\n11:00 Test:\nfertig", text: "Termine:\n10:30 Besprechung\n11:00 Test:\nfertig"},
	{name: "disclaimer", reply: "Der Drucker geht nicht.\n\nGruß\nTobias Kern", text: "Der Drucker geht nicht.\n\nGruß\nTobias Kern\n\nDiese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte den Absender."},
	{name: "contact block", reply: "Der Drucker geht nicht.\n\nMit freundlichen Grüßen\n\nTobias Kern", text: "Der Drucker geht nicht.\n\nMit freundlichen Grüßen\n\nTobias Kern\nVertrieb Innendienst\n\nIsarwerk Feinmechanik GmbH\nIndustriestr. 5\n84030 Landshut\nTel. +49 871 123456-12"},
}

var englishReplies = []replyCase{
	{name: "outlook", reply: "Still broken.\n\nThanks\nJohn", text: `Still broken.

Thanks
John

From: IT-Support <support@isarwerk.example>
Sent: Monday, March 2, 2026 9:30 AM
To: John Smith <j.smith@isarwerk.example>
Subject: Re: Printer [IT-10424]

Dear John,`},
	{name: "gmail", reply: "yes", text: `yes

On Mon, Mar 2, 2026 at 9:30 AM IT-Support <support@isarwerk.example> wrote:

> Did that help?
>`},
	{name: "gmail broken line", reply: "yes", text: `yes

On Mon, Mar 2, 2026 at 9:30 AM IT-Support Isarwerk Feinmechanik <
support@isarwerk.example> wrote:
> Did that help?`},
	{name: "iphone", reply: "No it does not.", text: `No it does not.

Sent from my iPhone

> On 2 Mar 2026, at 09:30, IT-Support <support@isarwerk.example> wrote:
>
> Did that help?`},
	{name: "yahoo", reply: "ok", text: `ok

    On Monday, March 2, 2026 at 09:30:00 AM GMT+1, IT-Support <support@isarwerk.example> wrote:

 Did that help?`},
	{name: "our separator", reply: "#note\nwaiting", text: "#note\nwaiting\n\nA reply goes to: John Smith.  Internal only: first line #note.  Help: #help\n------------ please reply above this line ------------\nNEW · IT-10424"},
	{name: "signature", reply: "See below.", text: "See below.\n-- \nJohn Smith\nSales"},
	{name: "prose with wrote", reply: "Yesterday the customer wrote:\nthe printer is on fire", text: "Yesterday the customer wrote:\nthe printer is on fire"},
	{name: "on in prose", reply: "On the second floor the printer is broken.\nIt says: paper jam", text: "On the second floor the printer is broken.\nIt says: paper jam"},
}

func TestSplitReply(t *testing.T) {
	t.Parallel()
	for lang, cases := range map[string][]replyCase{"de": germanReplies, "en": englishReplies} {
		for _, c := range cases {
			t.Run(lang+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				got := splitReply(cleanText(c.text), replyContext{subject: "Re: x" + c.subject, prefix: "IT", isReply: true})
				if got.reply != c.reply {
					t.Errorf("reply = %q, want %q", got.reply, c.reply)
				}
			})
		}
	}
}

func TestSplitReplyForward(t *testing.T) {
	t.Parallel()
	const inner = "Von: Kunde <k@kunde.example>\nGesendet: Montag, 2. März 2026 09:30\nAn: Anna Berger\nBetreff: Frage\n\nWas kostet das?"
	for _, c := range []struct{ name, subject, text, reply, forward string }{
		{"with words", "WG: Frage", "Bitte kümmern.\n\n" + inner, "Bitte kümmern.", inner},
		{"without words", "WG: Frage", inner, inner, ""},
		{"marked", "Fwd: Frage", "FYI\n\nAnfang der weitergeleiteten Nachricht:\n\n> Von: Kunde\n> Was kostet das?\n\nGruß", "FYI\n\nGruß", "Anfang der weitergeleiteten Nachricht:\n\n> Von: Kunde\n> Was kostet das?"},
		{"gmail", "Fwd: x", "Siehe unten\n\n---------- Forwarded message ---------\nVon: Kunde <k@kunde.example>\nDate: Mo.\nSubject: x\nTo: y\n\nText", "Siehe unten", "---------- Forwarded message ---------\nVon: Kunde <k@kunde.example>\nDate: Mo.\nSubject: x\nTo: y\n\nText"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := splitReply(c.text, replyContext{subject: c.subject})
			if got.reply != c.reply || got.forward != c.forward || !got.forwarded {
				t.Errorf("got %+v, want reply %q forward %q", got, c.reply, c.forward)
			}
		})
	}
}

// Every line of the author must be somewhere: nothing may vanish.
func TestSplitReplyLosesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range append(append([]replyCase(nil), germanReplies...), englishReplies...) {
		text := cleanText(c.text)
		s := splitReply(text, replyContext{isReply: true, prefix: "IT"})
		all := s.reply + "\n" + s.signature + "\n" + s.quoted + "\n" + s.forward
		for _, line := range strings.Split(text, "\n") {
			if !strings.Contains(all, strings.TrimSpace(line)) {
				t.Errorf("%s: line lost: %q", c.name, line)
			}
		}
	}
}
