package source

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestFindingsAreSortedAndCapped(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("ok: 1\n")
	for i := range 80 {
		fmt.Fprintf(&b, "bad%d: 1\n", i)
	}
	r := NewReport("en")
	root := r.Parse("many.yaml", []byte(b.String()))
	r.Map(root, "ok")
	r.Add(root.Get("ok"), Message{"X1", Hint, "Hinweis", "hint", "", ""})
	fs := r.Findings()
	if len(fs) != MaxFindings {
		t.Fatalf("%d findings, want %d", len(fs), MaxFindings)
	}
	for i, f := range fs[:MaxFindings-1] {
		if f.Level != Error || f.Line != i+2 {
			t.Fatalf("finding %d is a %v in line %d: errors come first, then in order", i, f.Level, f.Line)
		}
	}
	last := fs[MaxFindings-1]
	if last.Code != "K099" || !strings.HasPrefix(last.Text, "32 more findings") {
		t.Fatalf("last finding %+v, want the number of those left out", last)
	}
}

func TestSameFindingOnce(t *testing.T) {
	t.Parallel()
	r := NewReport("de")
	n := r.Parse("x.yaml", []byte("a: 1\n")).Get("a")
	r.Add(n, emptyValue)
	r.Add(n, emptyValue)
	if got := len(r.Findings()); got != 1 {
		t.Fatalf("%d findings, want 1", got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	r := NewReport("en")
	r.Map(r.Parse("x.yaml", []byte("nmae: 1\n")), "name")
	b, err := json.Marshal(r.Findings())
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"file":"x.yaml","line":1,"column":1,"length":4,"level":"error","code":"K010","text":"Unknown key “nmae”. Did you mean “name”? Allowed are: name.","source":"nmae: 1"}]`
	if string(b) != want {
		t.Fatalf("got  %s\nwant %s", b, want)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	for _, test := range []struct {
		name, lang string
		f          Finding
		want       string
	}{
		{"place, excerpt, caret", "de", Finding{File: "a.yaml", Line: 3, Column: 4, Length: 2, Level: Error, Code: "K010", Text: "Text.", Fix: "Tun.", Source: "ab cd"},
			"a.yaml:3:4  Fehler   K010  Text. Tun.\n    3 | ab cd\n      |    ^^\n"},
		{"tab keeps the caret in place", "en", Finding{File: "a.yaml", Line: 1, Column: 2, Length: 1, Level: Warning, Code: "K1", Text: "t", Source: "\tx"},
			"a.yaml:1:2  warning  K1    t\n    1 | \tx\n      | \t^\n"},
		{"whole file", "de", Finding{File: "a.yaml", Level: Hint, Code: "K1", Text: "t"}, "a.yaml  Hinweis  K1    t\n"},
		{"no file", "de", Finding{Level: Hint, Code: "K1", Text: "t"}, "Hinweis  K1    t\n"},
		{"column beyond the line", "de", Finding{File: "a", Line: 1, Column: 99, Length: 50, Level: Error, Code: "K1", Text: "t", Source: "abc"},
			"a:1:99  Fehler   K1    t\n    1 | abc\n      |    ^\n"},
		{"terminal controls are shown, not sent", "de", Finding{File: "a", Line: 1, Column: 1, Length: 1, Level: Error, Code: "K1", Text: "t", Source: "\x1b[2Jx"},
			"a:1:1  Fehler   K1    t\n    1 | \ufffd[2Jx\n      | ^\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.f.Format(test.lang); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
	f := Finding{File: "a", Line: 1, Column: 250, Length: 3, Level: Error, Code: "K1", Text: "t", Source: long}
	for _, line := range strings.Split(f.Format("de"), "\n") {
		if len(line) > 140 {
			t.Errorf("line of %d characters: a long source line is cut around the column", len(line))
		}
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	fs := []Finding{{Level: Error}, {Level: Warning}, {Level: Warning}, {Level: Hint}}
	if got := Summary(fs, "de"); got != "1 Fehler, 2 Warnungen, 1 Hinweis" {
		t.Error(got)
	}
	if got := Summary(fs, "en"); got != "1 error, 2 warnings, 1 hint" {
		t.Error(got)
	}
	if got := Summary(nil, "en"); got != "" {
		t.Error(got)
	}
}

func TestEveryMessageHasBothLanguages(t *testing.T) {
	t.Parallel()
	for _, m := range []Message{tooLarge, notUTF8, utf16, controlChar, invisibleChar, tabIndent, noBreakIndent, noBreakSign, syntax,
		wrongIndent, openBracket, noColon, openQuote, secondDocument, noAliases, noTags, tooDeep, tooMany, unknownKey,
		unknownKeyMeant, missingKey, wantList, wantKind, unknownName, unknownNameMeant, unknownValue, unknownValueMeant, duplicateKey,
		duplicateName, emptyValue, emptyItem, commentTrap, commentCut, missingBlank, missingColonBlank, colonInText, starAtStart, charAtStart,
		backslash, questionInList, typographicQuotes, noUnit, noDays, badSpan, badDate, noSuchDate, badTimes, emptyTimes, overMidnight,
		badNumber, badFloat, badBool, badPercent, badLanguage, tooManyFindings, noFrontMatter} {
		if m.DE == "" || m.EN == "" || m.Code == "" || m.Level == 0 || (m.FixDE == "") != (m.FixEN == "") {
			t.Errorf("incomplete message %+v", m)
		}
		if strings.Count(m.DE, "%") != strings.Count(m.EN, "%") {
			t.Errorf("%s: the languages use different values: %q, %q", m.Code, m.DE, m.EN)
		}
	}
}
