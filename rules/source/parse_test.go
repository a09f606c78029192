package source

import (
	"reflect"
	"strings"
	"testing"
)

func TestFormMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"good", "a: 1\nb: [x, \"y\"]\nc:\n  - d\n", nil},
		{"byte order mark is skipped", "\ufeffversion: 1\n", nil},
		{"windows line ends", "a: 1\r\nb: 2\r\n", nil},
		{"leading document sign", "---\na: 1\n", nil},
		{"question marks in a bracket list", "a: [Wie geht das?, Und das?]\n", []string{"1:5 K019"}},
		{"tab", "a:\n\tb: c\n", []string{"2:1 K004"}},
		{"tabs are one finding", "a:\n\tb: c\n\td: e\n", []string{"2:1 K004"}},
		{"tab in a block text", "a: |\n  x\n  \ty\nb: 1\n", nil},
		{"tab on an empty line", "a: 1\n\t\nb: 2\n", nil},
		{"no-break space", "a:\n\u00a0\u00a0b: c\n", []string{"2:1 K005"}},
		{"no-break space after the dash", "a:\n  -\u00a0b\n", []string{"2:4 K005"}},
		{"no-break space after the colon", "a:\u00a0b\n", []string{"1:3 K005"}},
		{"no-break space in a text", "a: b\u00a0c\n", nil},
		{"not UTF-8", "a: x\nb: M\xfcller\n", []string{"2:5 K002"}},
		{"UTF-16", "\xff\xfea\x00:\x00", []string{"1:1 K002"}},
		{"control character", "a: b\x01c\n", []string{"1:5 K003"}},
		{"zero-width space", "a: b\u200bc\n", []string{"1:5 K003"}},
		{"colon in text", "name: AW: Drucker\nx: 1\n", []string{"1:7 K019"}},
		{"star", "from: *@kunde.de\n", []string{"1:7 K019"}},
		{"star in a list", "a: [*.docm, b]\n", []string{"1:5 K019"}},
		{"at sign", "from: @kunde.de\n", []string{"1:7 K019"}},
		{"backtick", "a: `x`\n", []string{"1:4 K019"}},
		{"percent", "a: %x\n", []string{"1:4 K019"}},
		{"backslash", "regex: \"\\d+\"\n", []string{"1:9 K019"}},
		{"comment for a value", "subject: #dringend\n", []string{"1:10 K016"}},
		{"comment in a list", "words: [#dringend, x]\n", []string{"1:9 K016"}},
		{"comment for an entry", "- #dringend\n- x\n", []string{"1:3 K016"}},
		{"comment cuts a value", "a: Drucker #3\n", []string{"1:12 K016"}},
		{"ordinary comment", "a: Drucker # drei\n", nil},
		{"comment over a list", "a: # Liste\n  - b\n", nil},
		{"dash without a blank", "-name: x\n", []string{"1:1 K017"}},
		{"dash without a blank, more keys", "rules:\n  -name: x\n   when: y\n   then: z\n  -name: a\n   when: b\n", []string{"2:3 K017", "5:3 K017"}},
		{"colon without a blank", "name:x\nwhen: y\n", []string{"1:5 K017"}},
		{"typographic quotes", "a: [„Drucker\", “x”]\n", []string{"1:5 K020", "1:16 K020"}},
		{"typographic quotes inside a text", "a: Meldung „voll“ erscheint\nb: \"„x“\"\n", nil},
		{"wrong indentation", "a:\n  b: 1\n   c: 2\n", []string{"3:4 K006"}},
		{"open quote", "a: 'abc\nb: 1\n", []string{"1:4 K006"}},
		{"open bracket", "a: [x\nb: 1\n", []string{"1:4 K006"}},
		{"open brace", "a: {b: c\nd: e\n", []string{"1:4 K006"}},
		{"closing bracket alone", "a: ]x\n", []string{"1:4 K006"}},
		{"text after quotes", "a: \"x\" y\n", []string{"1:8 K006"}},
		{"list in a value", "a: - b\n", []string{"1:4 K006"}},
		{"key without a colon", "a: 1\nname\nb: 2\n", []string{"2:1 K006"}},
		{"second document", "a: 1\n---\nb: 2\n", []string{"2:1 K007"}},
		{"alias", "a: &x [1]\nb: *x\n", []string{"1:4 K008", "2:4 K008"}},
		{"merge key", "<<: {a: 1}\n", []string{"1:1 K008"}},
		{"tag", "a: !!binary x\n", []string{"1:4 K008"}},
		{"duplicate key", "a: 1\nb: 2\na: 3\n", []string{"3:1 K014"}},
		{"empty entry", "a:\n  - x\n  -\n", []string{"3:4 K015"}},
		{"list as a key", "? [a]\n: b\n", []string{"1:3 K012"}},
		{"several at once", "a: AW: x\nb: *y\nc: @z\nd: \"\\d\"\ne: 1\ne: 2\n", []string{"1:4 K019", "2:4 K019", "3:4 K019", "4:5 K019", "6:1 K014"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := NewReport("de")
			root := r.Parse("x.yaml", []byte(test.text))
			if got := codes(r); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v\n%s", got, test.want, Render(r.Findings(), "de"))
			}
			if root == nil && test.name != "UTF-16" {
				t.Error("nothing was read: the rest of the file would go unchecked")
			}
		})
	}
}

// What stands behind a mistake is still decoded, and only the line of the
// mistake is passed over.
func TestReadingGoesOn(t *testing.T) {
	t.Parallel()
	r := NewReport("de")
	root := r.Parse("x.yaml", []byte("one:\n  name: AW: x\n  wrong: 1\ntwo: {nmae: *y}\nthree: 3\n"))
	m := r.Map(root, "one", "two", "three")
	r.Map(m.Get("one"), "name")
	r.Map(m.Get("two"), "name").Require("name")
	if got := m.Int("three", 0, 0, 9); got != 3 {
		t.Errorf("three is %d", got)
	}
	if got, want := codes(r), []string{"2:9 K019", "3:3 K010", "4:13 K019"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !r.Incomplete {
		t.Error("a repaired file is not complete")
	}
}

func TestSecretsAreNotQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"imap: {host: x, password: \"ge,heim\", prot: 1}\n", "password: geheim\nprot: 1\n", "password: geheim: x\nprot: 1\n",
		"imap:\n\tpassword: geheim\n", "a: {client_secret: geheim\nb: 1\n", "passwort: geheim\n",
	} {
		r := NewReport("de")
		root := r.Parse("x.yaml", []byte(text))
		r.Map(root, "imap", "a", "b")
		r.Map(root.Get("imap"), "host", "password")
		fs := r.Findings()
		if len(fs) == 0 {
			t.Errorf("%q: no finding", text)
		}
		for _, f := range fs {
			if strings.Contains(f.Source, "heim") {
				t.Errorf("%q: the excerpt shows the secret: %s", text, f.Source)
			}
		}
	}
	r := NewReport("de")
	n := r.Parse("x.yaml", []byte("password: ${IMAP_PASSWORD}\n"))
	r.Map(n, "x")
	if f := r.Findings()[0]; !strings.Contains(f.Source, "${IMAP_PASSWORD}") {
		t.Errorf("a reference is no secret: %s", f.Source)
	}
}

func TestBombs(t *testing.T) {
	t.Parallel()
	var aliases strings.Builder
	aliases.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 30; i++ {
		n := string(rune('a' + i%26))
		aliases.WriteString(n + "x" + strings.Repeat("i", i) + ": &a" + strings.Repeat("i", i) + " [" + strings.Repeat("*a0,", 10) + "]\n")
	}
	for name, test := range map[string]struct {
		text string
		code string
	}{
		"aliases":         {aliases.String(), "K008"},
		"brackets":        {strings.Repeat("[", 500_000), "K009"},
		"closed brackets": {strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "K009"},
		"braces":          {strings.Repeat("{a: ", 5000) + strings.Repeat("}", 5000), "K009"},
		"dashes":          {strings.Repeat("- ", 300_000), "K009"},
		"question marks":  {strings.Repeat("? ", 300_000), "K009"},
		"size":            {strings.Repeat("a: b\n", 300_000), "K001"},
		"values":          {strings.Repeat("- a\n", 200_000), "K009"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := NewReport("de")
			r.Parse("bomb.yaml", []byte(test.text))
			fs := r.Findings()
			if len(fs) == 0 || fs[0].Code != test.code || !r.HasErrors() {
				t.Fatalf("want %s, got %s", test.code, Render(fs[:min(len(fs), 3)], "de"))
			}
		})
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	const head = "---\nid: vpn\ncategory: netz\nquestions:\n  de: [VPN geht nicht]\n---\n"
	r := NewReport("de")
	n := r.ParseMarkdown("faq/vpn.md", []byte(head+"# de\nEins\n\nzwei\n# en\none\n"))
	if got := n.Get("answer").Get("de").Value; got != "Eins\n\nzwei" {
		t.Errorf("de: %q", got)
	}
	if got := n.Get("answer").Get("en"); got.Value != "one" || got.Line != 11 {
		t.Errorf("en: %+v", got)
	}
	if got := n.Get("category"); got.Value != "netz" || got.Line != 3 {
		t.Errorf("category: %+v", got)
	}
	n = r.ParseMarkdown("faq/b.md", []byte(head+"\nNur *ein* Text\n"))
	if got := n.Get("answer").Value; got != "Nur *ein* Text" {
		t.Errorf("one language: %q", got)
	}
	if fs := r.Findings(); len(fs) != 0 {
		t.Errorf("%+v", fs)
	}
	for text, want := range map[string]string{
		"kein Kopf\n":                        "1:1 K025",
		"---\nid: x\n":                       "1:1 K025",
		"":                                   "1:1 K025",
		"---\nid: AW: x\n---\ntext\n":        "2:5 K019",
		head + "verloren\n# de\nEins\n":      "7:1 K025",
		"---\nid: x\nanswer: y\n---\ntext\n": "3:9 K014",
		head + "Gr\xfc\xdfe\n":               "7:3 K002",
	} {
		r := NewReport("de")
		r.ParseMarkdown("x.md", []byte(text))
		if got := codes(r); len(got) != 1 || got[0] != want {
			t.Errorf("%q: got %v, want %s", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: [b, {c: d}]\n", "a: |\n  x\n\ty\n", "-a: #b\n", "a: AW: b\n*c\n", "---\nid: x\n---\n# de\ny\n", "„a“: \"\\d\n", "a: 'b\nc: [d\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, lang := range []string{"de", "en"} {
			r := NewReport(lang)
			root := r.Parse("x.yaml", data)
			m := r.Map(root, "a", "b")
			for _, k := range []string{"a", "b", "c"} {
				m.Text(k)
				m.Texts(k)
				m.OneOrMany(k)
				m.ByLanguage(k)
				m.Span(k, Span{}, Hours|BusinessDays)
				m.Percent(k, 1)
				r.Times(m.Get(k))
				r.Date(m.Get(k), true)
				r.AddIn(m.Get(k), 3, 2, badTimes)
			}
			r.ParseMarkdown("x.md", data)
			fs := r.Findings()
			if len(fs) > MaxFindings {
				t.Fatalf("%d findings", len(fs))
			}
			if root == nil && !HasErrors(fs) {
				t.Fatal("nothing was read and nothing was said")
			}
			for _, f := range fs {
				if f.Text == "" || f.Code == "" || strings.Contains(f.Text, "%!") && !strings.Contains(string(data), "%!") {
					t.Fatalf("bad finding %+v", f)
				}
			}
			Render(fs, lang)
		}
	})
}
