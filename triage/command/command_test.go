package command

import (
	"reflect"
	"strings"
	"testing"
)

// summary is what a mail does, in one comparable string.
func summary(m Mail) string {
	var b strings.Builder
	for _, c := range m.Commands {
		b.WriteString(c.Print("de", "IT") + " | ")
	}
	for _, p := range m.Problems {
		b.WriteString("!" + string(p.Code) + " | ")
	}
	b.WriteString(strings.ReplaceAll(m.Text, "\n", "/"))
	return b.String()
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(text, want string) {
		t.Helper()
		if got := summary(Parse(text, c)); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	check("", "")
	check("\n \n", "")
	check("Hallo Frau Berger,\n\ngeht es wieder?", "Hallo Frau Berger,//geht es wieder?")
	check("#gelöst", "#gelöst | ")
	check("\n\n  #gelöst  \r\n\r\nHallo\r\nGruß\r\n", "#gelöst | Hallo/Gruß")
	check("#ich\n\n#prio hoch\nHallo", "#ich | #prio P2 | Hallo")
	check("Hallo\n\n#gelöst", "#gelöst | Hallo")
	check("Hallo\n\n#gelöst\n\n\n", "#gelöst | Hallo")
	check("Hallo\n\n#l2 netz: Zertifikat?\n#gelöst", "#l2 netz: Zertifikat? | #gelöst | !contradiction | Hallo")
	check("Hallo\n\n#l2 netz: Zertifikat?\n#warten 3h", "#l2 netz: Zertifikat? | #warten 2026-03-02 12:00 | Hallo")
	check("Hallo\n\n#l2\n\n#warten", "#l2 | #warten | Hallo")
	check("#ich\nHallo\n\n#warten", "#ich | #warten | Hallo")
	check("Hallo\n#gelöst", "!misplaced | Hallo")
	check("Hallo\n\n#gelöst\n\nGruß", "!misplaced | Hallo///Gruß")
	check("Hallo\n\n#ich", "!misplaced | Hallo")
	check("Hallo\n\n#gelöst\n#ich", "!misplaced | !misplaced | Hallo")
	check("Hallo\n\n#Sommerfest", "Hallo//#Sommerfest")
	check("Hallo\n\n#gelost", "!unknown | Hallo")
	check("Hallo\n#gelost", "Hallo/#gelost")
	check("Hallo\n\n#gelost\n\nGruß", "Hallo//#gelost//Gruß")
	check("Hallo\n#1 Drucker\n# Titel\n#ff0000\n#include\n#", "Hallo/#1 Drucker/# Titel/#ff0000/#include/#")
	check("#1 Drucker\nHallo", "#1 Drucker/Hallo")
	check("# Titel\nHallo", "# Titel/Hallo")
	check("# gelöst\nHallo", "!detached | Hallo")
	check("Hallo\n# gelöst", "Hallo/# gelöst")
	check("#hallo\nText", "!unknown | Text")
	check("##hallo\nText", "#hallo/Text")
	check("###hallo\nText", "##hallo/Text")
	check("Text\n##hallo\n##gelöst\n## Titel", "Text/##hallo/#gelöst/## Titel")
	check("#notiz\n> kein Zitat\n  eingerückt", "#notiz | > kein Zitat/  eingerückt")
}

func TestSpelling(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(want string, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if got := summary(Parse(text, c)); got != want {
				t.Errorf("%q\n got %s\nwant %s", text, got, want)
			}
		}
	}
	check("#gelöst | ", "#gelöst", "#Gelöst.", "#GELÖST!", "#geloest", "#gelo\u0308st", "＃gelöst", "\ufeff#gelöst", "#ge\u200blöst", "\u00a0#gelöst\u00a0",
		"#gelöst:", "#gelöst \u202f", "#erledigt", "#solved", "#Done;", "#ｓolved", "\u200e#gelöst", "#gelöst IT-10423", "#gelöst [IT-10423]", "#gelöst 10423", "#gelöst [it‑10423]")
	check("#ich | ", "#ich", "#übernehme", "#uebernehme", "#mine", "#take")
	check("#schließen: doppelt | ", "#schließen: doppelt", "#schliessen :doppelt", "#close: doppelt", "#close IT-10423: doppelt", "#close ： doppelt")
	check("#prio P1 | ", "#prio P1", "#prio p1", "#prio kritisch", "#priority critical", "#prio: kritisch", "#prio 1", "#prio Kritisch.", `#prio "kritisch"`, "#prio „kritisch“")
	check("#zuweisen lena | ", "#zuweisen lena", "#assign Lena", "#assign Huber", "#zuweisen Lena Huber", "#assign l.huber@firma.example",
		"#assign l.huber@firma.example<mailto:l.huber@firma.example>", "#assign <l.huber@firma.example>", "#assign mailto:l.huber@firma.example")
	check("#zuweisen joerg | ", "#zuweisen Jörg", "#zuweisen joerg", "#zuweisen JÖRG", "#zuweisen Mueller", "#zuweisen Jörg Kern-Müller", "#zuweisen jörg kern müller")
	check("#gruppe netz | ", "#gruppe netz", "#queue Netz und Server", "#group network and servers", "#gruppe NETZ")
	check("#l2 netz | ", "#l2 netz", "#eskalieren netz", "#escalate netz", "#L2 netz")
	check("#kategorie drucker | ", "#kat drucker", "#kategorie Drucker und Scanner", "#cat Printers and Scanners", "#category: drucker")
	check("#tag +vpn +büro -alt | ", "#tag +vpn +Büro -alt", "#tag vpn büro -ALT", "#tag vpn, Büro, -alt")
	check("#cc +a@b.example -c@d.example | ", "#cc +a@b.example -c@d.example", "#cc a@b.example -<c@d.example>", "#cc +a@b.example<mailto:a@b.example> -c@d.example")
	check("#zeit 1h30m | ", "#zeit 1h30", "#zeit 90m", "#time 1:30", "#zeit 1,5h", "#zeit 1.5 h", "#zeit 90 Minuten", "#zeit 1 Std 30 min", "#zeit 1h30m")
	check("#für \"Anna Berger\" a.berger@firma.example | ", "#für Anna Berger", "#for anna", "#requester a.berger@firma.example", "#für Anna")
	check("#dritte hotline@drucker.example: Fehler 49 | ", "#dritte hotline@drucker.example: Fehler 49", "#vendor mailto:hotline@drucker.example:Fehler 49")
	check("#dritte: bestellt | ", "#dritte: bestellt")
	check("#betreff: VPN: Zertifikat | ", "#betreff VPN: Zertifikat", "#betreff: VPN: Zertifikat", "#subject IT-10423 VPN: Zertifikat")
	check("#test: Klappt es? | ", "#test: Klappt es?", "#test Klappt es?", "#test :Klappt es?")
	check("#liste overdue | ", "#liste überfällig", "#list overdue", "#liste Ueberfaellig")
	check("#liste first-level | ", "#liste first-level", "#liste First Level")
	check("#zeige IT-10398 | ", "#zeige IT-10398", "#show 10398", "#zeige [IT-10398]")
	check("#zusammen IT-10398 | ", "#zusammen IT-10398", "#merge 10398", "#merge IT-10423 IT-10398")
	check("#faq drucker-offline | ", "#faq drucker-offline", "#faq Drucker offline")
	check("#vorlage rückfrage | ", "#vorlage rückfrage", "#template rueckfrage")
	check("#auswirkung abteilung | #dringlichkeit bald | ", "#auswirkung Abteilung\n#dringlichkeit bald", "#impact abteilung\n#urgency bald")
	check("#hilfe | ", "#hilfe", "#help", "#Hilfe!")
}

func TestProblems(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(text string, code Code, suggestion string) {
		t.Helper()
		m := Parse(text, c)
		if len(m.Problems) != 1 || m.Problems[0].Code != code || m.Problems[0].Suggestion != suggestion {
			t.Errorf("%q: %+v, want %s, %q", text, m.Problems, code, suggestion)
			return
		}
		for _, lang := range []string{"de", "en"} {
			if s := m.Problems[0].Text(lang); strings.TrimSpace(s) == "" || strings.Contains(s, "\n") {
				t.Errorf("%q: text %q", text, s)
			}
		}
		if fixed, ok := m.Corrected(c); suggestion != "" && (!ok || !reflect.DeepEqual(strip(fixed.Commands), strip(m.Problems[0].Corrected))) {
			t.Errorf("%q: corrected %v %s, want %+v", text, ok, summary(fixed), m.Problems[0].Corrected)
		}
	}
	check("#gelost", Unknown, "#gelöst")
	check("#sloved", Unknown, "#solved")
	check("#geloset", Unknown, "#gelöst")
	check("#gellöst", Unknown, "#gelöst")
	check("#hlife", Unknown, "#hilfe")
	check("#\u0441lose", Unknown, "#close") // Cyrillic es
	check("#prioo hochh", Unknown, "#prio hoch")
	check("#l3", Unknown, "")
	check("#x", Unknown, "")
	check("#zuweisung lena", Unknown, "#zuweisen lena")
	check("#"+strings.Repeat("a", 5000), Unknown, "")
	check("#prio hochh", UnknownValue, "#prio hoch")
	check("#prio 9", UnknownValue, "")
	check("#prio", Missing, "")
	check("#auswirkung viele", UnknownValue, "")
	check("#assign brandel", NoSuchName, "#assign markus")
	check("#assign xaver", NoSuchName, "")
	check("#assign kern", Ambiguous, "")
	check("#assign", Missing, "")
	check("#kat drukker", NoSuchName, "#kat drucker")
	check("#gruppe netzz", NoSuchName, "#gruppe netz")
	check("#l2 netzz: Grund", NoSuchName, "#l2 netz: Grund")
	check("#l2 netz Zertifikat abgelaufen?", Unexpected, "#l2 netz: Zertifikat abgelaufen?")
	check("#für berger", Ambiguous, "")
	check("#für a@b", BadAddress, "")
	check("#cc a.example", BadAddress, "")
	check("#cc", Missing, "")
	check("#tag +a*b", UnknownValue, "")
	check("#status solved", Unexpected, "#gelöst")
	check("#status gelöst", Unexpected, "#gelöst")
	check("#status: pending", Unexpected, "#warten")
	check("#status irgendwas", Unexpected, "")
	check("#ich jetzt", Unexpected, "")
	check("#ich: jetzt", Unexpected, "")
	check("#close erledigt", Unexpected, "#close: erledigt")
	check("#analyse Zertifikat ist alt", Unexpected, "#analyse: Zertifikat ist alt")
	check("#ich #prio hoch", SeveralOnLine, "#ich\n#prio hoch")
	check("#ich #prio blau", SeveralOnLine, "")
	check("#zeit viel", BadDuration, "")
	check("#zeit 90", BadDuration, "#zeit 90m")
	check("#zeit 25h", BadDuration, "")
	check("#zeit 0m", BadDuration, "")
	check("#wv", Missing, "")
	check("#wv irgendwann", BadDate, "")
	check("#wv heute", PastDate, "")
	check("#wv 2026-02-30", BadDate, "")
	check("#wv 1.3.2026", PastDate, "")
	check("#wv 9999w", BadDate, "")
	check("#anruf morgen", FutureDate, "")
	check("#urlaub 28.08.-10.08.2026", BadDate, "")
	check("#urlaub 2026-01-01 - 2026-01-10", PastDate, "")
	check("#urlaub 10.08.-28.08. Tobais", NoSuchName, "#urlaub 2026-08-10 - 2026-08-28 tobias")
	check("#close 10424", OtherTicket, "")
	check("#close IT-10424", OtherTicket, "")
	check("#ich H-7", OtherTicket, "")
	check("#zusammen", Missing, "")
	check("#zusammen IT-99999", NoSuchTicket, "")
	check("#zusammen IT-10423", SameTicket, "")
	check("#zusammen damit", Unexpected, "")
	check("#telefon a.berger@firma.example", OnlyNew, "")
	check("#weiter", OnlyNew, "")
	check("#l1", TextNeeded, "")
	check("#notiz", TextNeeded, "")
	check("#antwort", TextNeeded, "")
	check("#ursache", TextNeeded, "")
	check("#meine\nHallo Frau Berger", TextWithQuery, "")
	check("#betreff", Missing, "")
	check("#test", Missing, "")
	check("#faq gibtsnicht", NoSuchName, "")
	check("#gelöst\n#warten", Contradiction, "")
	check("#analyse: a\n#ursache: b\nText", TextUnclear, "")
	check("#close: "+strings.Repeat("x", 3000), TooLong, "")
	check("# notiz\nHallo", Detached, "#notiz")
}

func strip(commands []Command) []Command {
	out := make([]Command, len(commands))
	for i, c := range commands {
		c.Line, c.Literal, c.Closing = 0, "", false
		out[i] = c
	}
	return out
}

func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	c := context(t)
	m := Parse("#gelost\n#prio hochh\n\nHallo Frau Berger,\n#ich\nGruß", c)
	if m.OK() || len(m.Problems) != 3 {
		t.Fatalf("%s", summary(m))
	}
	if m.Problems[0].Line != 1 || m.Problems[1].Line != 2 || m.Problems[2].Line != 5 || m.Problems[1].Literal != "#prio hochh" {
		t.Errorf("lines: %+v", m.Problems)
	}
	if got := m.Problems[0].Text("de"); got != "unbekannt. Meinten Sie #gelöst?" {
		t.Errorf("text: %s", got)
	}
	if got := m.Problems[1].Text("en"); !strings.HasPrefix(got, "unknown value. Did you mean #prio hoch? Possible: P1, P2, P3, P4, kritisch, hoch, normal, niedrig") {
		t.Errorf("text: %s", got)
	}
	fixed, ok := m.Corrected(c)
	if got := summary(fixed); !ok || got != "#ich | #gelöst | #prio P2 | Hallo Frau Berger,/Gruß" {
		t.Errorf("corrected: %v %s", ok, got)
	}
	if fixed, ok := Parse("Hallo\n\n#gelost", c).Corrected(c); !ok || summary(fixed) != "#gelöst | Hallo" || !fixed.Commands[0].Closing {
		t.Errorf("corrected closing: %s", summary(fixed))
	}
	m = Parse("#gelost\n#quatsch\nHallo", c)
	if _, ok := m.Corrected(c); ok || m.Text != "Hallo" {
		t.Errorf("corrected without a suggestion: %s", summary(m))
	}
	m = Parse("#gelost\n#wraten\n", c)
	if _, ok := m.Corrected(c); ok {
		t.Error("suggestions that contradict were accepted")
	}
	if m, ok := Parse("#ich", c).Corrected(c); !ok || len(m.Commands) != 1 {
		t.Error("a sound mail is its own correction")
	}
}

func TestTooMany(t *testing.T) {
	t.Parallel()
	c := context(t)
	if m := Parse(strings.Repeat("#tag +a\n", MaxCommands-1)+"#ich", c); !m.OK() || len(m.Commands) != 2 {
		t.Errorf("%d lines: %s", MaxCommands, summary(m))
	}
	var b strings.Builder
	for i := range 50 {
		b.WriteString("#zeit " + string(rune('1'+i%9)) + "m\n")
	}
	if m := Parse(b.String(), c); len(m.Problems) != 1 || m.Problems[0].Code != TooMany || len(m.Commands) != MaxCommands {
		t.Errorf("%s", summary(m))
	}
	if m := Parse("Hallo\n"+strings.Repeat("#ich\n", 100_000), c); len(m.Problems) != MaxCommands+1 {
		t.Errorf("%d problems", len(m.Problems))
	}
}

func TestConfirmed(t *testing.T) {
	t.Parallel()
	c := context(t)
	for _, s := range []string{"ok", "OK.", " Ok!\n\n", "o.k.", "okay", "\u200bok"} {
		if !Parse(s, c).Confirmed {
			t.Errorf("%q is not ok", s)
		}
	}
	for _, s := range []string{"", "ok danke", "ok\n\nmach ich", "nicht ok", "#ok", "k"} {
		if Parse(s, c).Confirmed {
			t.Errorf("%q is ok", s)
		}
	}
}

func TestSubject(t *testing.T) {
	t.Parallel()
	check := func(c Context, subject, text, want string) {
		t.Helper()
		c.Subject = subject
		m := Parse(text, c)
		if got := summary(m); got != want {
			t.Errorf("%q, %q\n got %s\nwant %s", subject, text, got, want)
		}
		if m.FromSubject != (len(m.Commands)+len(m.Problems) > 0) {
			t.Errorf("%q: FromSubject = %v", subject, m.FromSubject)
		}
	}
	c := context(t)
	check(c, "[IT-10423] #ich", "", "#ich | ")
	check(c, "AW: [IT-10423] Re: #prio hoch", " \n", "#prio P2 | ")
	check(c, "Re: [IT-10423] #close", "Ich sehe nach.", "Ich sehe nach.")
	check(c, "[IT-10423] Drucker #ich", "", "")
	check(c, "[IT-10423] #quatsch", "", "!unknown | ")
	check(asNew(c), "#meine", "Lena Huber\nIT", "#meine | ")
	check(asNew(c), "#prio hoch", "Der Drucker", "Der Drucker")
	c.Subject = "[IT-10423] #gelost"
	if m, ok := Parse("", c).Corrected(c); !ok || summary(m) != "#gelöst | " {
		t.Errorf("corrected subject: %v %s", ok, summary(m))
	}
}
