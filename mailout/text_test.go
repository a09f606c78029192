package mailout

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

var (
	berlin = func() *time.Location {
		l, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			panic(err)
		}
		return l
	}()
	monday = time.Date(2026, 3, 2, 9, 0, 12, 0, berlin)
)

func at(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, berlin) }

func TestSalutation(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, title, de, en string }{
		{"Anna Berger", "Frau", "Guten Tag Frau Berger,", "Hello Ms Berger,"},
		{"Anna Berger", "", "Guten Tag Anna Berger,", "Hello Anna Berger,"},
		{"Berger, Anna (Vertrieb)", "Frau", "Guten Tag Frau Berger,", "Hello Ms Berger,"},
		{"Dr. Karl von der Heide", "Herr Dr.", "Guten Tag Herr Dr. von der Heide,", "Hello Mr Dr. von der Heide,"},
		{"Jürgen Groß-Müller", "Mr", "Guten Tag Herr Groß-Müller,", "Hello Mr Groß-Müller,"},
		{"schicht1", "Frau", "Guten Tag,", "Hello,"},
		{"a.berger@isarwerk.example", "", "Guten Tag,", "Hello,"},
		{"Konto gesperrt! Klicken: http://x.example", "", "Guten Tag,", "Hello,"},
		{"Anna\r\nBcc: Berger", "", "Guten Tag,", "Hello,"},
		{"Anna \u202eBerger", "", "Guten Tag Anna Berger,", "Hello Anna Berger,"},
		{"", "Frau", "Guten Tag,", "Hello,"},
		{strings.Repeat("Anna ", 40), "", "Guten Tag,", "Hello,"},
	}
	for _, c := range cases {
		p := Person{Name: c.name, Title: c.title}
		if de, en := Salutation(p, "de"), Salutation(p, "en"); de != c.de || en != c.en {
			t.Errorf("%q: %q %q, want %q %q", c.name, de, en, c.de, c.en)
		}
	}
}

func TestTimesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	cases := []struct {
		at                     time.Time
		de, en, shortDE, short string
	}{
		{at(2, 13, 0), "heute, 13:00 Uhr", "today, 1:00 pm", "heute 13:00", "today 1:00 pm"},
		{at(3, 9, 30), "morgen, 09:30 Uhr", "tomorrow, 9:30 am", "morgen 09:30", "tomorrow 9:30 am"},
		{at(1, 23, 59), "gestern, 23:59 Uhr", "yesterday, 11:59 pm", "gestern 23:59", "yesterday 11:59 pm"},
		{at(10, 10, 0), "Dienstag, 10. März, 10:00 Uhr", "Tuesday, 10 March, 10:00 am", "Di 10.03. 10:00", "Tue 10 Mar 10:00 am"},
		{at(4, 16, 0), "Mittwoch, 4. März, 16:00 Uhr", "Wednesday, 4 March, 4:00 pm", "Mi 16:00", "Wed 4:00 pm"},
		{time.Date(2027, 1, 4, 8, 0, 0, 0, berlin), "Montag, 4. Januar 2027, 08:00 Uhr", "Monday, 4 January 2027, 8:00 am", "Mo 04.01.2027 08:00", "Mon 4 Jan 2027 8:00 am"},
		{time.Date(2026, 2, 20, 8, 0, 0, 0, berlin), "Freitag, 20. Februar, 08:00 Uhr", "Friday, 20 February, 8:00 am", "Fr 20.02. 08:00", "Fri 20 Feb 8:00 am"},
		{time.Time{}, "", "", "", ""},
	}
	for _, c := range cases {
		// The instant counts, not the zone it is written in.
		in := c.at
		if !in.IsZero() {
			in = in.UTC()
		}
		got := []string{FullTime(in, monday.UTC(), berlin, "de"), FullTime(in, monday, berlin, "en"), ShortTime(in, monday, berlin, "de"), ShortTime(in, monday, berlin, "en")}
		if want := []string{c.de, c.en, c.shortDE, c.short}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.at, got, want)
		}
	}
	// The night of the change of clocks has 23 hours: tomorrow stays tomorrow.
	night := time.Date(2026, 3, 28, 23, 30, 0, 0, berlin)
	if got := ShortTime(time.Date(2026, 3, 29, 23, 30, 0, 0, berlin), night, berlin, "de"); got != "morgen 23:30" {
		t.Errorf("over the change of clocks: %s", got)
	}
	for d, want := range map[time.Duration]string{0: "", 30 * time.Second: "1 min", 15 * time.Minute: "15 min", 288 * time.Minute: "4 h 48 min",
		47 * time.Hour: "47 h", 76 * time.Hour: "3 Tage 4 h", 72 * time.Hour: "3 Tage", -time.Hour: ""} {
		if got := Duration(d, "de"); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 230_000: "230 kB", 1_200_000: "1,2 MB", 999_700: "1,0 MB", -1: "0 B"} {
		if got := Size(n, "de"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	if s := ReplySubject("de", "Drucker [IT-10423]  kaputt\r\n", "IT-10423"); s != "AW: Drucker kaputt [IT-10423]" {
		t.Error(s)
	}
	if s := ReplySubject("en", "", "IT-1"); s != "Re: Your request [IT-1]" {
		t.Error(s)
	}
	if s := NoticeSubject("de", "Re [Ticket#1234] x", "IT-10423"); s != "[IT-10423] Re [Ticket#1234] x" {
		t.Error(s)
	}
	if s := NoticeFrom("de", "Anna\r\nBerger", "IT-Support"); s != "Anna Berger über IT-Support" {
		t.Error(s)
	}
}

func TestReferencesKeepTheFirstAndTheNewest(t *testing.T) {
	t.Parallel()
	var refs []string
	for i := range 100_000 {
		refs = append(refs, fmt.Sprintf("%d@x.example", i))
	}
	parent, got := Thread("parent@x.example", refs)
	if parent != "parent@x.example" || len(got) != MaxReferences || got[0] != "0@x.example" || got[1] != "99982@x.example" || got[19] != parent {
		t.Errorf("%d references: %v", len(got), got)
	}
	long := strings.Repeat("x", 240)
	_, got = Thread(long+"@p", []string{long + "@a", long + "@b", long + "@c", "broken id", long + "@a"})
	if len(got) != 4 {
		t.Errorf("%d references", len(got))
	}
	var big []string
	for i := range 50 {
		big = append(big, fmt.Sprintf("%03d%s", i, long))
	}
	n := 0
	_, got = Thread("p@x", big)
	for _, id := range got {
		n += len(id) + 3
	}
	if n > MaxReferenceBytes || got[len(got)-1] != "p@x" || got[0] != big[0] {
		t.Errorf("%d bytes, %v", n, got)
	}
	if p, _ := Thread("broken id", nil); p != "" {
		t.Errorf("parent %q", p)
	}
}

func TestLeakCheck(t *testing.T) {
	t.Parallel()
	note := "Frau Berger hat schon wieder den Drucker selbst aufgemacht, das macht sie jede Woche.\nBitte nicht weitersagen: Müllers Gerät ist schuld. Sie schreibt: das Gerät im zweiten Stock druckt seit heute Morgen nur leere Seiten."
	const said = "Guten Tag, das Gerät im zweiten Stock druckt seit heute Morgen nur leere Seiten."
	cases := []struct {
		name, text string
		ok         bool
	}{
		{"harmless", "Hallo Frau Berger,\nbitte schalten Sie den Drucker aus.\n#1 ist erledigt\n# Titel\n#ff0000 ist rot\n", true},
		{"command", "Guten Tag\n#gelöst\n", false},
		{"command of a phone", "  ＃Geloest.\n", false},
		{"quoted command", "> #notiz bitte prüfen", false},
		{"English command", "#close", false},
		{"command within a line", "Schreiben Sie #gelöst, dann schließen wir.", true},
		{"unknown word", "#gelöschtes", true},
		{"separator", "x\n------------ bitte oberhalb dieser Zeile antworten ------------\n", false},
		{"quoted separator", "> ----- please reply above this line -----", false},
		{"promise", "> Antworten geht an: Anna Berger. Nur intern: erste Zeile #notiz.", false},
		{"internal marker", "Kennung IT-10423/i/k7qm2xz9pa", false},
		{"notification marker", "Ref it-10423/n/k7qm2xz9pa", false},
		{"public marker", "Kennung IT-10423/k7qm2xz9pa · diese Mail", true},
		{"internal message id", "<IT-10423.n.01JNB3R9A7ABCDEF.Zq81mmLd3s@isarwerk.example>", false},
		{"root id", "References: <IT-10423.root@isarwerk.example>", false},
		{"public message id", "IT-10423.p.01JNB3R9A7ABCDEF.Zq81mmLd3s@isarwerk.example", true},
		{"other prefix", "AB-1/n/k7qm2xz9pa", true},
		{"eight words of a note", "Ich habe gehört: „hat schon wieder den DRUCKER selbst aufgemacht, das…“", false},
		{"over line ends, other spelling", "bitte nicht\nweitersagen Muellers Geraet ist schuld das macht\nBitte nicht weitersagen – Muellers GERAET ist schuld", true},
		{"eight words over a line end", "das macht sie jede\n> Woche. Bitte nicht weitersagen", false},
		{"seven words", "hat schon wieder den Drucker selbst aufgemacht und", true},
		{"the requester's own words, though they stand in a note", "Sie schrieben: das Gerät im zweiten Stock druckt seit heute Morgen nur leere Seiten.", true},
		{"her words and those before", "ist schuld. Sie schreibt: das Gerät im zweiten Stock druckt", false},
		{"canary", "02.03. 09:12 Lena Huber · intern·k7qm2xz9pa: egal", false},
		{"English canary", "> internal·K7QM2XZ9PA", false},
		{"no canary", "Das ist intern·zu regeln, international·üblich", true},
		{"marker of a list", "Kennung l/k7qm2xz9pa", false},
		{"marker of a held mail", "Ref H-7/x/k7qm2xz9pa", false},
		{"separator without dashes", "bitte oberhalb dieser Zeile antworten", false},
		{"separator of a word processor", "———— Please reply above this line ————", false},
		{"talk about it", "Können Sie bitte oberhalb dieser Zeile antworten oder anrufen?", true},
		{"a short note with a password", "Zur Info: Kennwort: Sommer2026, bitte ändern", false},
		{"a part of it", "Der Sommer2026 wird heiß", true},
		{"a short note that anybody would say", "Bitte neu starten.", true},
		{"a number the requester named", "Ihr Gerät HP4711x ist da", true},
		{"empty", "", true},
	}
	for _, c := range cases {
		reason, ok := LeakCheck(c.text, Secrets{Prefix: "IT", Internal: []string{"", note, "Kennwort Sommer2026", "bitte neu starten", "Gerät HP4711x"}, Public: []string{said, "mein Gerät HP4711x"}})
		if ok != c.ok || ok != (reason == "") {
			t.Errorf("%s: ok %v, reason %q", c.name, ok, reason)
		}
		compiled := SecretsOf("IT") // nothing of the ticket is known
		if m := markerPattern("IT").FindString(c.text); m != "" {
			if _, ok := LeakScan("Guten Tag,\n"+c.text+"\nViele Grüße", compiled); ok {
				t.Errorf("%s: %q passes", c.name, m)
			}
		}
	}
	long := strings.Repeat("immer dasselbe wort hier und da und dort ", 50_000)
	if _, ok := LeakCheck(strings.Repeat("a b c d ", 100_000), Secrets{Prefix: "IT", Internal: []string{long}, Public: []string{long}}); !ok {
		t.Error("false alarm on long texts")
	}
}

// No internal text can be read back or turned into public text, by whatever way.
func TestInternalTextStaysInside(t *testing.T) {
	t.Parallel()
	secret := InternalNote("Canary-4711")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "note", secret)
	for _, s := range []string{fmt.Sprint(secret), fmt.Sprintf("%v %s %+v %#v %q", secret, secret, secret, secret, secret), log.String(),
		fmt.Sprintf("%v %+v", InternalData{Text: secret}, []InternalText{secret})} {
		if strings.Contains(s, "Canary") {
			t.Errorf("printed: %s", s)
		}
	}
	internal, public := reflect.TypeFor[InternalText](), reflect.TypeFor[PublicText]()
	for i := range internal.NumMethod() {
		m := internal.Method(i)
		for o := range m.Type.NumOut() {
			if m.Type.Out(o) == public {
				t.Errorf("%s turns internal text into public text", m.Name)
			}
		}
	}
	data := reflect.TypeFor[PublicData]()
	for i := range data.NumField() {
		if f := data.Field(i); f.Type == internal || f.Type.Kind() == reflect.Slice && f.Type.Elem() == internal {
			t.Errorf("PublicData.%s holds internal text", f.Name)
		}
	}
}

func TestReceiptForUnprovenSenderRepeatsNothing(t *testing.T) {
	t.Parallel()
	d := samplePublic(ReceiptUnverified, "de")
	d.Requester = Person{Name: "Canary Person", Title: "Frau"}
	d.Ticket.Subject, d.Question, d.Text = "Canary subject", "Canary question", RequesterText("Canary text")
	for _, lang := range Languages() {
		subject, b, err := DefaultTexts().RenderPublic(ReceiptUnverified, lang, d)
		if all := subject + b.Text + b.HTML; err != nil || strings.Contains(all, "Canary") || !strings.Contains(all, "IT-10423") {
			t.Errorf("%v\n%s\n%s", err, subject, b.Text)
		}
	}
}

func TestHostileValuesStayText(t *testing.T) {
	t.Parallel()
	evil := "<script>alert(1)</script>\"'><img src=x onerror=y>{{ticket.tag}} `code` [a](b)\x00\x1b[31m\u202e\r\n--\r\n---- x ----\r\n| a | b\r\n! laut\x01"
	texts := DefaultTexts()
	for _, k := range PublicKinds() {
		d := samplePublic(k, "de")
		d.Requester.Name, d.Ticket.Subject, d.Ticket.Category, d.Ticket.Group, d.Question, d.Agent = evil, evil, evil, evil, evil, evil
		d.Text, d.Files = RequesterText(evil), []File{{Name: evil}}
		if k == FAQAnswer {
			d.Text = FAQText(evil + "\n\n[x](javascript:alert(1)) ![i](http://evil.example/i.png)\n\n<div>raw</div>\n\n<b>x</b>")
		}
		subject, b, err := texts.RenderPublic(k, "de", d)
		harmless(t, string(k), subject, b, err)
	}
	for _, k := range InternalKinds() {
		d := sampleInternal(k, "en")
		d.Requester = Person{evil, evil, evil, evil, evil, evil, evil}
		d.Ticket = Ticket{evil, evil, evil, evil, evil, evil, evil, evil}
		d.Text, d.Reason, d.Title, d.Author, d.Owner, d.Undo = InternalNote(evil), InternalReason(evil), evil, evil, evil, evil
		d.Suggestions, d.Similar = []Suggestion{{ID: evil, Why: evil}}, []Similar{{Tag: evil, Subject: evil, Fix: InternalNote(evil)}}
		d.History, d.Files = []Entry{{Author: evil, Text: InternalNote(evil)}}, []File{{Name: evil, Why: evil}}
		d.Problems, d.Rows, d.Lines = []Problem{{1, evil, evil}}, []Row{{Who: evil, Ticket: d.Ticket}}, []InternalText{InternalNote(evil)}
		d.Delivery = Delivery{evil, evil, monday, evil, evil}
		subject, b, err := texts.RenderInternal(k, "en", d)
		harmless(t, string(k), subject, b, err)
	}
}

func harmless(t *testing.T, kind, subject string, b Body, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if subject != OneLine(subject) || len(subject) > 1200 {
		t.Errorf("%s: subject %q", kind, subject)
	}
	for _, c := range []string{"\x00", "\x01", "\x1b", "\u202e", "\r"} {
		if strings.Contains(b.Text+b.HTML+subject, c) {
			t.Errorf("%s: holds %q", kind, c)
		}
	}
	z := html.NewTokenizer(strings.NewReader(b.HTML))
	for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
		tok := z.Token()
		if tt == html.StartTagToken {
			switch tok.Data {
			case "script", "img", "div", "b":
				if tok.Data != "div" || len(tok.Attr) == 0 {
					t.Errorf("%s: <%s> from a value", kind, tok.Data)
				}
			}
			for _, a := range tok.Attr {
				if a.Key == "onerror" || a.Key == "href" && a.Val != "" && !strings.HasPrefix(a.Val, "mailto:support@") {
					t.Errorf("%s: %s=%s", kind, a.Key, a.Val)
				}
			}
		}
	}
	m := sampleMail()
	m.Subject, m.Body = subject, b
	raw, err := Compose(m)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	onTheWire(t, raw)
}

func TestMarkdownInBothForms(t *testing.T) {
	t.Parallel()
	cases := []struct{ md, text, html string }{
		{"Ein *Wort* und `Code` & <x>", "Ein Wort und Code & ", "<em>Wort</em>"},
		{"1. eins\n2. zwei\n   - a\n   - b", "1. eins\n2. zwei\n   • a\n   • b", "<ol "},
		{"- a\n\n  weiter\n- b", "• a\n  weiter\n• b", "<ul "},
		{"[Portal](https://p.example/x)", "Portal (https://p.example/x)", `<a href="https://p.example/x">Portal</a>`},
		{"<https://p.example>", "https://p.example", "p.example"},
		{"[böse](javascript:alert(1))", "böse", `<a href="">böse</a>`},
		{"![Bild](http://x.example/i.png)", "Bild", "Bild"},
		{"# Titel\n\nText\\*", "Titel\n\nText*", "<h1>Titel</h1>"},
		{"    code <b>\n    zwei", "  code <b>\n  zwei", "code &lt;b&gt;"},
		{"> Zitat", "  Zitat", "<blockquote "},
		{"<div>weg</div>", "", ""},
		{"a  \nb", "a\nb", "<br>"},
	}
	for _, c := range cases {
		if got := markdownText(c.md); got != c.text && strings.TrimSpace(got) != strings.TrimSpace(c.text) {
			t.Errorf("%q as text:\n%q, want\n%q", c.md, got, c.text)
		}
		if got := markdownHTML(c.md); !strings.Contains(got, c.html) || strings.Contains(got, "<img") || strings.Contains(got, "javascript") {
			t.Errorf("%q as HTML: %q, want %q", c.md, got, c.html)
		}
	}
}

func TestMailto(t *testing.T) {
	t.Parallel()
	got := target{"support@isarwerk.example", "IT-10423", "Zq81mm"}.link("#solved+")
	if want := "mailto:support@isarwerk.example?subject=%5BIT-10423%5D%20Zq81mm&body=%23solved%0D%0A%0D%0A"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	got = target{"support@isarwerk.example", "IT-10423", "k7Qm2x"}.link("geloest")
	if want := "mailto:support@isarwerk.example?subject=%5BIT-10423%5D%20geloest%20k7Qm2x&body=geloest"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, bad := range []string{"no address", "ü@x.example", "a@b.example?cc=c@d.example", ""} {
		if u := Mailto(bad, "s", "b"); u != "" {
			t.Errorf("%q gives %s", bad, u)
		}
	}
	if u := Mailto("a@b.example", "s", strings.Repeat("x", 1000)); u != "" {
		t.Errorf("a link of %d characters", len(u))
	}
}

func TestMaskAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"kunde@kunde.example": "k***@kunde.example", "ö@x.example": "ö***@x.example", "x": "***", "@x": "***", "a@x\r\ny": "a***@xy"} {
		if got := MaskAddress(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestDeliveryReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ said, lang, want string }{
		{"5.1.1 550 5.1.1 User unknown", "de", "diese Adresse gibt es nicht"},
		{"550 5.2.2: over quota", "en", "the mailbox is full"},
		{"4.4.7 delivery time expired", "de", "zu lange vergeblich versucht"},
		{"smtp mx1.1.1: refused", "de", ""},
		{"", "en", ""},
	} {
		if got := DeliveryReason(c.said, c.lang); got != c.want {
			t.Errorf("DeliveryReason(%q, %s) = %q, want %q", c.said, c.lang, got, c.want)
		}
	}
}

func TestDaysInASentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at           time.Time
		lang, on, of string
	}{
		{at(3, 9, 0), "de", "morgen", "von morgen 09:00 Uhr"},
		{at(10, 9, 0), "de", "am Dienstag, 10. März", "vom Dienstag, 10. März, 09:00 Uhr"},
		{at(2, 9, 5), "en", "today", "of today 9:05 am"},
		{at(10, 15, 0), "en", "on Tuesday, 10 March", "of Tuesday, 10 March, 3:00 pm"},
		{time.Time{}, "de", "", ""},
	} {
		k := clock{now: monday, loc: berlin, lang: c.lang}
		if on, of := k.on(c.at), k.of(c.at); on != c.on || of != c.of {
			t.Errorf("%v %s: %q %q, want %q %q", c.at, c.lang, on, of, c.on, c.of)
		}
	}
}

func TestFirstName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want string }{
		{"Lena Huber", "Lena"}, {"Huber, Lena", "Lena"}, {"Systemhaus Becker GmbH & Co.", "Systemhaus Becker GmbH & Co."}, {"Lena", "Lena"}, {"", ""},
	} {
		if got := FirstName(c.name); got != c.want {
			t.Errorf("FirstName(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

// What passes as visible holds nothing that would be taken out, with any neighbour.
func TestIsVisible(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x10FFFF; r++ {
		s := "ä" + string(r) + "é"
		if isVisible(s) && strings.Map(func(c rune) rune {
			if c < 0x20 && c != '\n' && c != '\t' || c >= 0x7f && c <= 0x9f || isBidi(c) || c == 0xfeff {
				return -1
			}
			return c
		}, s) != s {
			t.Errorf("%U passes", r)
		}
	}
	for _, s := range []string{"\xc2", "a\xff", "\xe2\x80", "a\r\nb", "\x1b[0m"} {
		if isVisible(s) {
			t.Errorf("%q passes", s)
		}
	}
	if s := "Grüße\tüber 3 m², „Straße“ 10 €\n"; visible(s) != s {
		t.Errorf("%q", visible(s))
	}
	if !isVisible("Größe: 5 m²\n") {
		t.Error("an ordinary text takes the long way")
	}
}
