package command

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestContradictions(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(ok bool, texts ...string) {
		t.Helper()
		for _, text := range texts {
			lines := strings.Split(text, "\n")
			for range 2 {
				m := Parse(strings.Join(lines, "\n")+"\n\nText", c)
				if m.OK() != ok || !ok && m.Problems[0].Code != Contradiction {
					t.Errorf("%q: %s", lines, summary(m))
				}
				lines[0], lines[len(lines)-1] = lines[len(lines)-1], lines[0]
			}
		}
	}
	check(false, "#gelöst\n#warten", "#gelöst\n#l2", "#gelöst\n#l1", "#gelöst\n#öffnen", "#close\n#wv mo", "#spam\n#gelöst", "#zusammen IT-10398\n#gelöst", "#dritte\n#warten",
		"#test: x\n#gelöst", "#ich\n#zuweisen lena", "#ich\n#frei", "#ich\n#l2", "#l1\n#l2", "#l1\n#zuweisen lena", "#gruppe netz\n#l2 systemhaus", "#prio hoch\n#prio normal",
		"#prio hoch\n#auswirkung firma", "#kat drucker\n#kat netzwerk", "#warten 2d\n#warten 3d", "#tag +a\n#tag -a", "#tag +a -a", "#cc +a@b.example\n#cc -A@b.example",
		"#für anna\n#für clara", "#notiz\n#antwort", "#still\n#notiz", "#still\n#antwort", "#analyse\n#antwort", "#analyse\n#ursache", "#still\n#l1", "#anruf\n#antwort",
		"#betreff a\n#betreff b", "#urlaub mo\n#anwesend")
	check(true, "#gelöst\n#notiz", "#gelöst\n#ich", "#gelöst\n#gelöst", "#gelöst\n#erledigt", "#l2 netz\n#warten", "#l2\n#antwort", "#l1\n#notiz", "#analyse\n#notiz", "#gruppe netz\n#zuweisen markus",
		"#l2 netz\n#zuweisen markus", "#auswirkung firma\n#dringlichkeit bald", "#tag +a\n#tag +b -c", "#tag +a\n#tag +a -b", "#zeit 15m\n#zeit 30m", "#analyse: x\n#antwort",
		"#analyse: x\n#ursache: y\n#antwort", "#siehe IT-10398\n#siehe IT-10399", "#prio hoch\n#prio P2", "#faq drucker-offline\n#faq vpn-einrichten", "#faqneu: Wie?\n#gelöst")
}

func TestTextVerb(t *testing.T) {
	t.Parallel()
	c := context(t)
	check := func(text string, want Verb) {
		t.Helper()
		m := Parse(text+"\n\nText", c)
		if !m.OK() || m.TextVerb() != want || m.Text != "Text" {
			t.Errorf("%q: %q %s, want %q", text, m.TextVerb(), summary(m), want)
		}
	}
	check("", "")
	check("#gelöst", "")
	check("#close", "")
	check("#notiz", Note)
	check("#antwort", Public)
	check("#still", Quiet)
	check("#spam", Quiet)
	check("#l2 netz: Grund", Analysis)
	check("#l2 netz\n#antwort", Public)
	check("#l1", Return)
	check("#l1\n#notiz", Return)
	check("#anruf", Call)
	check("#lösung\n#gelöst", Fix)
	check("#analyse: x", Analysis)
	check("#analyse: x\n#antwort", Public)
	check("#notiz\n#ursache", Cause)
}

func TestPlacesOfTickets(t *testing.T) {
	t.Parallel()
	check := func(c Context, text, want string) {
		t.Helper()
		if got := summary(Parse(text, c)); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	list, fresh, reply := asList(context(t)), asNew(context(t)), context(t)
	check(list, "#ich IT-10423\n#prio hoch IT-10424\n#close 10425: doppelt", "#ich IT-10423 | #prio IT-10424 P2 | #schließen IT-10425: doppelt | ")
	check(list, "#ich", "!ticket_needed | ")
	check(list, "#prio hoch", "!ticket_needed | ")
	check(list, "#ich IT-99999", "!no_such_ticket | ")
	check(list, "#zusammen IT-10424 IT-10423", "#zusammen IT-10424 IT-10423 | ")
	check(list, "#zusammen IT-10424", "!missing | ")
	check(list, "#zusammen IT-10424 IT-10424", "!same_ticket | ")
	check(list, "#annehmen H-7", "#annehmen H-7 | ")
	check(list, "#annehmen H-8", "!no_such_ticket | ")
	check(list, "#gelöst IT-10423\n#warten IT-10424 2d", "#gelöst IT-10423 | #warten IT-10424 2026-03-04 09:00 | ")
	check(list, "#gelöst IT-10423\n#warten IT-10423", "#gelöst IT-10423 | #warten IT-10423 | !contradiction | ")
	check(list, "#betreff 10423 Neuer Titel", "#betreff IT-10423: Neuer Titel | ")
	check(list, "#zeit 15m 10423", "!ticket_needed | ")
	check(list, "#zeit IT-10423 15m", "#zeit IT-10423 15m | ")
	check(list, "#notiz IT-10423\nText", "#notiz IT-10423 | Text")
	check(list, "#notiz IT-10423\n#ich IT-10424\nText", "#notiz IT-10423 | #ich IT-10424 | !text_unclear | Text")
	check(list, "#ich IT-10423\n#ich IT-10424\n\nGruß", "#ich IT-10423 | #ich IT-10424 | Gruß")
	check(list, "#zeige IT-10423\n#meine", "#zeige IT-10423 | #meine | ")
	check(list, "#zeige", "!missing | ")
	check(list, "#faqneu IT-10423: Wie?", "#faqneu IT-10423: Wie? | ")
	check(list, "#assign IT-10423 brandel", "!no_such_name | ")
	check(list, "#telefon anna", "!only_new | ")

	check(reply, "#zeige", "#zeige | ")
	check(reply, "#warum IT-10398", "#warum IT-10398 | ")
	check(reply, "#warum IT-99999", "!no_such_ticket | ")
	held := reply
	held.Ticket = Ref{Held: 7}
	check(held, "#annehmen", "#annehmen | ")
	check(held, "#annehmen H-7", "#annehmen | ")
	check(held, "#annehmen IT-10423", "!other_ticket | ")

	check(fresh, "#telefon a.berger@firma.example\n#kat netzwerk\n#prio hoch\nFrau Berger rief an", `#telefon "Anna Berger" a.berger@firma.example | #kategorie netzwerk | #prio P2 | Frau Berger rief an`)
	check(fresh, "#telefon Berger", "!ambiguous | ")
	check(fresh, "#phone Max Muster m.muster@firma.example", `#telefon "Max Muster" m.muster@firma.example | `)
	check(fresh, "#weiter\nVon: x", "#weiter | Von: x")
	check(fresh, "#telefon anna\n#weiter", `#telefon "Anna Berger" a.berger@firma.example | #weiter | !contradiction | `)
	check(fresh, "#ich IT-10423", "!no_ticket | ")
	check(fresh, "#close", "!no_ticket | ")
	check(fresh, "#meine\nGruß", "#meine | Gruß")
	check(fresh, "#zeige IT-10398", "#zeige IT-10398 | ")

	m := Parse("#assign IT-10423 brandel", list)
	if fixed, ok := m.Corrected(list); !ok || summary(fixed) != "#zuweisen IT-10423 markus | " {
		t.Errorf("corrected: %s", summary(fixed))
	}
	if !Parse("#meine\n#hilfe", reply).QueryOnly() || Parse("#meine\n#ich", reply).QueryOnly() || Parse("Text", reply).QueryOnly() {
		t.Error("QueryOnly")
	}
}

func TestInsertions(t *testing.T) {
	t.Parallel()
	c := context(t)
	m := Parse("#ich\n#faq vpn-einrichten\nHallo\n#faq drucker-offline\n\nGruß\n#vorlage fernwartung\n##ich", c)
	want := []Part{{Entry: "vpn-einrichten"}, {Text: "Hallo"}, {Entry: "drucker-offline"}, {Text: "Gruß"}, {Template: "fernwartung"}, {Text: "#ich"}}
	if !m.OK() || !reflect.DeepEqual(m.Parts, want) || m.Text != "Hallo\n\nGruß\n\n#ich" || !m.Escaped {
		t.Errorf("%+v\n%q", m.Parts, m.Text)
	}
	if m := Parse("Hallo\n#faq drucker-ofline\nGruß", c); m.OK() || m.Text != "Hallo\n\nGruß" {
		t.Errorf("%s", summary(m))
	}
}

// The same commands in any order are executed in the same order.
func TestOrder(t *testing.T) {
	t.Parallel()
	c := context(t)
	lines := []string{"#gelöst", "#ich", "#kat drucker", "#prio hoch", "#für anna", "#siehe IT-10398", "#siehe IT-10397", "#tag +b", "#tag +a", "#analyse: x", "#antwort", "#zeit 15m", "#zeit 30m", "#meine"}
	random := rand.New(rand.NewPCG(3, 4))
	var want []Command
	for range 200 {
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		m := Parse(strings.Join(lines, "\n")+"\n\nText", c)
		got := strip(Order(m.Commands))
		if !m.OK() || want != nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %s", lines, summary(m))
		}
		want = got
	}
	phase := PhaseRequester
	for _, cmd := range want {
		if cmd.Verb.Phase() < phase {
			t.Errorf("%s after phase %d", cmd.Verb, phase)
		}
		phase = cmd.Verb.Phase()
	}
}

func TestUsages(t *testing.T) {
	t.Parallel()
	seen := map[string]Verb{}
	for _, lang := range []string{"de", "en"} {
		list := Usages(lang)
		if len(list) != len(grammar) {
			t.Fatalf("%d usages", len(list))
		}
		for _, u := range list {
			if u.Description == "" || len(u.Words) == 0 || u.Words[0] != "#"+u.Verb.Word(lang) {
				t.Errorf("%s: %+v", lang, u)
			}
			for _, word := range u.Words {
				if v, ok := seen[word]; ok && v != u.Verb {
					t.Errorf("%s means %s and %s", word, v, u.Verb)
				}
				seen[word] = u.Verb
				if !IsCommand(word) || !IsCommand(" "+strings.ToUpper(word)+". text") {
					t.Errorf("%s is no command", word)
				}
			}
			if strings.Trim(u.Verb.ASCII(lang), "abcdefghijklmnopqrstuvwxyz12") != "" {
				t.Errorf("ASCII word %q", u.Verb.ASCII(lang))
			}
		}
	}
	for _, s := range []string{"", "text #gelöst", "##gelöst", "# gelöst", "#1", "#quatsch"} {
		if IsCommand(s) {
			t.Errorf("%q is a command", s)
		}
	}
	if Verb("x").Word("de") != "x" {
		t.Error("unknown verb")
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", maxCompared)
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"geloest", "gelost", 1}, {"sloved", "solved", 1}, {"ca", "abc", 3}, {"warten", "wraten", 1},
		{"hilfe", "hlief", 2}, {"kitten", "sitting", 3}, {"öl", "ol", 1}, {long, long + "bb", 2}} {
		if got := distance([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance([]rune(c.b), []rune(c.a)); len([]rune(c.a)) <= maxCompared && got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
	if near := nearest(strings.Repeat("a", maxCompared+1), []string{long}); near != nil {
		t.Errorf("a word too long is near %v", near)
	}
}

// Every word of a verb, in both languages, means the same command.
func TestAliases(t *testing.T) {
	t.Parallel()
	arguments := map[Verb]string{
		Requester: "a.berger@firma.example", Phone: "a.berger@firma.example", CC: "+a@b.example", Link: "IT-10398", Parent: "IT-10398", LinkProblem: "IT-10398",
		Category: "drucker", Priority: "P2", Impact: "firma", Urgency: "bald", Tag: "+a", Subject: "Neu", Time: "15m", Assign: "tobias", Group: "netz",
		FAQ: "drucker-offline", Template: "fernwartung", Split: ": Neu", Test: ": Geht es?", Snooze: "morgen", Merge: "IT-10398", Search: "vpn", Away: "10.08.-28.08.",
		Return: ": Wissen", Analysis: ": x", Cause: ": x", Workaround: ": x", Fix: ": x", Note: ": x", Public: ": x",
	}
	for _, u := range Usages("de") {
		c := context(t)
		if u.Verb == Phone || u.Verb == Forward {
			c = asNew(c)
		}
		for _, word := range u.Words {
			m := Parse(strings.TrimSpace(word+" "+arguments[u.Verb]), c)
			if !m.OK() || len(m.Commands) != 1 || m.Commands[0].Verb != u.Verb {
				t.Errorf("%s: %s", word, summary(m))
			}
		}
	}
}

func TestSplitArguments(t *testing.T) {
	t.Parallel()
	check := func(c Context, text, want string) {
		t.Helper()
		if got := summary(Parse(text, c)); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	reply, list := context(t), asList(context(t))
	check(reply, "#teilen: Toner leer", "#teilen: Toner leer | ")
	check(reply, "#teilen Toner leer", "#teilen: Toner leer | ")
	check(reply, "#split", "#teilen | ")
	check(reply, "#teilen IT-10398", "#teilen IT-10398 | ")
	check(reply, "#teilen IT-10423: Toner", "#teilen: Toner | ")
	check(reply, "#teilen IT-99999", "!no_such_ticket | ")
	check(list, "#teilen IT-10398", "#teilen IT-10398 | ")
	check(list, "#teilen IT-10398 IT-10399", "#teilen IT-10398 IT-10399 | ")
	check(list, "#teilen IT-10398: Toner", "#teilen IT-10398: Toner | ")
	check(list, "#teilen", "!ticket_needed | ")
	check(reply, "#haupt -", "#haupt - | ")
	check(reply, "#siehe -", "!unexpected | ")
	check(reply, "#zeit -1h30", "#zeit -1h30m | ")
	check(reply, "#anwesend", "#anwesend | ")
	check(reply, "#here 10.08.-28.08.", "#anwesend 2026-08-10 - 2026-08-28 | ")
	check(reply, "#anwesend 10.08.-28.08. tobias", "!unexpected | ")
}
