package mailout

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTemplatesOfTheAdmin(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{
		"de/receipt.txt": {Data: []byte("Subject: Eigener Betreff {{ticket.tag}}\n\nHallo {{requester.name}},\n{{#if phone}}Tel. {{phone}}{{else}}kein Telefon{{/if}}\n| Bis | {{due.first_reply}}\n")},
	}
	texts, problems := LoadTexts(folder)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	subject, b, err := texts.RenderPublic(Receipt, "de", samplePublic(Receipt, "de"))
	if err != nil || subject != "Eigener Betreff IT-10423" || b.Text != "Hallo Anna Berger,\nTel. 210\n  Bis:  heute, 13:00 Uhr\n" {
		t.Errorf("%v %q %q", err, subject, b.Text)
	}
	if subject, _, _ := texts.RenderPublic(Receipt, "fr", samplePublic(Receipt, "en")); !strings.HasPrefix(subject, "Re: ") {
		t.Errorf("another language is not written in English: %s", subject)
	}
}

func TestFaultsOfTemplatesArePlacedAndExplained(t *testing.T) {
	t.Parallel()
	cases := []struct{ file, src, place, text, fix string }{
		{"de/receipt.txt", "Hallo {{requester.nam}}", "1:7", "no value {{requester.nam}}", "did you mean {{requester.name}}"},
		{"de/receipt.txt", "Straße {{history_of_all}}", "1:8", "no value {{history_of_all}}", "firstline templates --values"},
		{"de/receipt.txt", "a\n{{#if phone}}\nb", "2:1", "{{#if}} is never closed", "line of its own"},
		{"de/receipt.txt", "a {{#if phone}} b", "1:3", "{{#if phone}} is never closed", "same line"},
		{"de/receipt.txt", "{{#each history}}\n{{/each}}", "1:1", "no list {{#each history}}", "files"},
		{"de/receipt.txt", "{{/if}}", "1:1", "nothing to belong to", "closing tag"},
		{"de/receipt.txt", "a {{phone", "1:3", "never closed", "}}"},
		{"de/receipt.txt", "| nur ein Feld", "1:1", "a row needs", "| key | text"},
		{"de/receipt.txt", "[Knopf](gelöst)", "1:1", "cannot be typed", "geloest"},
		{"de/receipt.txt", "[Knopf](a) Rest", "1:12", "cannot be read", "[Label](answer)"},
		{"de/receipt.txt", "{{> nix}}", "1:1", `no part "nix"`, "name of the file"},
		{"de/receipt.txt", "\xff", "1:1", "UTF-8", "save it"},
		{"de/receipt.txt", strings.Repeat("{{#if phone}}\n", 30), "21:1", "more than 20", "fewer"},
		{"de/recipt.txt", "x", "1:1", "no mail has a template", "receipt"},
		{"layout.html", "<html></html>", "1:1", "{{content}}", "layout.html"},
	}
	for _, c := range cases {
		_, problems := LoadTexts(fstest.MapFS{c.file: {Data: []byte(c.src)}})
		found := false
		for _, p := range problems {
			found = found || p.File == c.file && fmt.Sprintf("%d:%d", p.Line, p.Column) == c.place && strings.Contains(p.Text.EN, c.text) && strings.Contains(p.Fix.EN, c.fix)
		}
		if !found {
			t.Errorf("%s %q: want %s %q %q, got %v", c.file, c.src, c.place, c.text, c.fix, problems)
		}
	}
	// A part that contains itself ends, with a problem.
	if _, problems := LoadTexts(fstest.MapFS{"de/_auto.txt": {Data: []byte("{{> auto}}\n{{> auto}}")}}); len(problems) == 0 {
		t.Error("a part within itself is accepted")
	}
}

func TestSnippets(t *testing.T) {
	t.Parallel()
	s, problems := ParseSnippet("firstline.yaml", 40, "Wir sind **{{calendar.hours}}** da, Kunde {{match.kunde}}.\n{{#if phone}}Tel. {{phone}}{{/if}}")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d := samplePublic(Receipt, "de")
	d.Hours = "8–17 Uhr"
	text := s.Text("de", d, map[string]string{"kunde": "[Klick](http://evil.example) *x*"})
	if got := markdownText(text.String()); got != "Wir sind 8–17 Uhr da, Kunde [Klick](http://evil.example) *x*.\nTel. 210" {
		t.Errorf("%q", got)
	}
	if h := markdownHTML(text.String()); strings.Contains(h, "<a ") || !strings.Contains(h, "<strong>8–17 Uhr</strong>") {
		t.Error(h)
	}
	_, problems = ParseSnippet("firstline.yaml", 40, "a\nb {{due.first_repli}}")
	if len(problems) != 1 || problems[0].Line != 41 || problems[0].Column != 3 || !strings.Contains(problems[0].Fix.DE, "due.first_reply") {
		t.Errorf("%v", problems)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{#if phone}}\na{{else}}\n{{/if}}", "| a | {{text}}", "[a](b) [c](d)", "{{#each files}}\n* {{item.name}}\n{{/each}}", "{{> auto}}", "Subject: {{ticket.tag}}\n\n--\nx", "a {{#if x}}b{{#if phone}}c{{else}}d{{/if}}{{/if}}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		texts, problems := LoadTexts(fstest.MapFS{"de/receipt.txt": {Data: []byte(src)}})
		for _, p := range problems {
			if p.File == "" || p.Line < 1 || p.Column < 1 || p.Text.EN == "" || p.Text.DE == "" || p.Fix.EN == "" || p.Fix.DE == "" {
				t.Fatalf("problem without place or help: %+v", p)
			}
		}
		if _, b, err := texts.RenderPublic(Receipt, "de", samplePublic(Receipt, "de")); err != nil || strings.Contains(b.Text, "\x01") {
			t.Fatalf("%v %q", err, b.Text)
		}
	})
}
