package mailout

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

func TestEveryKindOfMailInBothLanguages(t *testing.T) {
	t.Parallel()
	texts := DefaultTexts()
	for _, lang := range Languages() {
		for _, k := range PublicKinds() {
			t.Run(lang+"/"+string(k), func(t *testing.T) {
				subject, b, err := texts.RenderPublic(k, lang, samplePublic(k, lang))
				golden(t, lang, string(k), subject, b, err)
			})
		}
		for _, k := range InternalKinds() {
			t.Run(lang+"/"+string(k), func(t *testing.T) {
				subject, b, err := texts.RenderInternal(k, lang, sampleInternal(k, lang))
				golden(t, lang, string(k), subject, b, err)
			})
		}
	}
}

func golden(t *testing.T, lang, kind, subject string, b Body, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "golden", lang, kind+".txt"), "Subject: "+subject+"\n\n"+b.Text)
	compare(t, filepath.Join("testdata", "golden", lang, kind+".html"), b.HTML)
	soundText(t, b.Text)
	soundHTML(t, b.HTML)
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s differs; run with -update and read the difference\ngot:\n%s", file, got)
	}
}

// soundText: what no text part may look like.
func soundText(t *testing.T, s string) {
	t.Helper()
	for _, bad := range []string{"{{", "}}", "\n\n\n", " ,", "()", "„“", "%!", "<no value>", "<", "\x01", ": ."} {
		if strings.Contains(s, bad) {
			t.Errorf("the text holds %q:\n%s", bad, s)
		}
	}
	if strings.HasPrefix(s, "\n") || !strings.HasSuffix(s, "\n") {
		t.Errorf("the text does not start and end as text does: %q", s)
	}
}

// soundHTML: well nested, one frame, no image, script or foreign address, links
// short and to our own address alone.
func soundHTML(t *testing.T, s string) {
	t.Helper()
	void := map[string]bool{"meta": true, "br": true, "hr": true}
	var open []string
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("never closed: %v", open)
			}
			return
		case html.StartTagToken:
			tok := z.Token()
			if !void[tok.Data] {
				open = append(open, tok.Data)
			}
			checkTag(t, tok)
		case html.EndTagToken:
			tok := z.Token()
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("</%s> closes %v in\n%s", tok.Data, open, s)
			}
			open = open[:len(open)-1]
		}
	}
}

func checkTag(t *testing.T, tok html.Token) {
	t.Helper()
	switch tok.Data {
	case "img", "script", "link", "iframe", "object", "form", "svg":
		t.Errorf("<%s> in a mail", tok.Data)
	}
	for _, a := range tok.Attr {
		if strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s in <%s>", a.Key, tok.Data)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "mailto:support@isarwerk.example?") && !strings.HasPrefix(a.Val, "https://portal.isarwerk.example/") {
			t.Errorf("link to %s", a.Val)
		}
		if a.Key == "href" && len(a.Val) >= 1000 {
			t.Errorf("link of %d characters", len(a.Val))
		}
	}
}
