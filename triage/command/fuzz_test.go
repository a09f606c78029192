package command

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzCommand: a sound mail printed and read again is the same mail; what goes out was
// written by the agent and holds no command he did not escape; the order is total.
func FuzzCommand(f *testing.F) {
	for _, s := range []string{
		"#gelöst\n\nHallo", "Hallo\n\n#warten 2d", "#l2 netz: Zertifikat?\n#analyse: x\n#antwort\nText", "#gelost\n#prio hochh", "##ich\n##\n# a\n#1",
		"#urlaub 10.08.-28.08. Tobias", "#wv nächsten dienstag 9 uhr", "#faq drucker-offline\nText\n#vorlage rückfrage", "#cc +a@b.example -c@d.example",
		"#für Anna Berger", "#zusammen IT-10398", "#ich IT-10423\n#zeit 1h30 IT-10424", "#telefon a@b.example", "ok", "#betreff „x“: y", "＃geloest\u00a0", "#hilfe prio",
		"#tag +a -b\n#zeit 15m\n#zeit 15m", "Text\n#ich\n#gelöst", "#status solved", "#ich #prio hoch", "#anruf gestern 9:00: Test\nNotiz", "#dritte a@b.example: c", "#teilen: Neu\n#haupt -", "#teilen IT-10398", "#zeit -15m\n#anwesend 10.08.-28.08.", "#teilen IT-10398 IT-10399",
	} {
		f.Add(s, "", uint8(1))
		f.Add("", s, uint8(0))
		f.Add(s, "", uint8(2))
	}
	base := context(f)
	f.Fuzz(func(t *testing.T, text, subject string, place uint8) {
		c := base
		c.Subject = subject
		if c.Place = Place(place % 3); c.Place != Reply {
			c.Ticket = Ref{}
		}
		m := Parse(text, c)
		checkOutput(t, text+"\n"+subject, m)
		for _, p := range m.Problems {
			if p.Text("de") == "" || p.Text("en") == "" || len([]rune(p.Literal)) > maxLiteral+1 {
				t.Fatalf("problem %+v", p)
			}
		}
		if fixed, ok := m.Corrected(c); ok && !fixed.OK() {
			t.Fatal("a correction has problems")
		}
		if !m.OK() {
			return
		}
		c.Subject = ""
		for _, lang := range []string{"de", "en"} {
			again := Parse(m.Print(lang, c.Prefix), c)
			if !reflect.DeepEqual(strip(Order(m.Commands)), strip(Order(again.Commands))) || !again.OK() {
				t.Fatalf("%q is printed as %q\n%+v\n%+v %+v", text, m.Print(lang, c.Prefix), m.Commands, again.Commands, again.Problems)
			}
			if !reflect.DeepEqual(m.Parts, again.Parts) || m.TextVerb() != again.TextVerb() {
				t.Fatalf("%q: parts %q, then %q", text, m.Parts, again.Parts)
			}
		}
	})
}

func checkOutput(t *testing.T, source string, m Mail) {
	if len(m.Commands) > MaxCommands {
		t.Fatalf("%d commands", len(m.Commands))
	}
	plain := strings.NewReplacer("\r\n", "\n", "\r", "\n", "#", "", "＃", "", "﹟", "")
	written := plain.Replace(source)
	for _, l := range strings.Split(m.Text, "\n") {
		if !strings.Contains(written, plain.Replace(l)) {
			t.Fatalf("%q was not written", l)
		}
		if IsCommand(l) && !m.Escaped {
			t.Fatalf("command %q in the text of %q", l, source)
		}
	}
	for _, c := range m.Commands {
		for _, a := range append(append([]string{c.Address}, ifCC(c, c.Add)...), ifCC(c, c.Remove)...) {
			if a != "" && (!validAddress(a) || strings.ContainsAny(a, "\r\n\x00")) {
				t.Fatalf("address %q", a)
			}
		}
		if strings.ContainsAny(c.Text+c.Name, "\r\n\x00") {
			t.Fatalf("control characters in %+v", c)
		}
	}
}

func ifCC(c Command, list []string) []string {
	if c.Verb == CC {
		return list
	}
	return nil
}
