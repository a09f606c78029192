package triage

import (
	"testing"
	"time"

	"firstline/mailout"
)

func TestQuestion(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"Hallo Frau Weiß,\nbitte neu starten.\nViele Grüße\nLena", ""},
		{"Hallo Frau Weiß,\nwelche Outlook-Version haben Sie?\n\nViele Grüße\nLena", "welche Outlook-Version haben Sie?"},
		{"Erst neu starten. Geht es dann? Viele Grüße", "Geht es dann?"},
		{"Which version: 16 or 17?", "16 or 17?"},
	} {
		if got := question(c.text); got != c.want {
			t.Errorf("question(%q) = %q, want %q", c.text, got, c.want)
		}
	}
	long := question("A" + string(make([]byte, 400)) + "?")
	if n := len([]rune(long)); n > questionRunes {
		t.Errorf("a question of %d characters", n)
	}
}

func TestDecoration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, id, kind string
		inline         bool
		size           int64
		want           bool
	}{
		{"logo of a signature", "image001.png@01DA", "image/png", true, 4_000, true},
		{"pasted screenshot", "image002.png@01DA", "image/png", true, 180_000, false},
		{"photo from a phone, inline without an id", "", "image/jpeg", true, 4_000, false},
		{"text from Apple Mail, inline", "part1", "text/plain", true, 300, false},
		{"file", "image003.png@01DA", "image/png", false, 300, false},
	} {
		if got := decoration(c.inline, c.id, c.kind, c.size); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestSoonest(t *testing.T) {
	t.Parallel()
	at := func(h int) mailout.Row { return mailout.Row{Due: time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC)} }
	for _, c := range []struct {
		a, b mailout.Row
		want int
	}{{at(9), at(10), -1}, {at(10), at(9), 1}, {mailout.Row{}, at(9), 1}, {at(9), mailout.Row{}, -1}, {mailout.Row{}, mailout.Row{}, 0}} {
		if got := soonest(c.a, c.b); got != c.want {
			t.Errorf("soonest(%v, %v) = %d", c.a.Due, c.b.Due, got)
		}
	}
}

func TestHeldReason(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, why, lang, want string }{
		{holdProof, "it answers a mail to the requester", "de", "Sie antwortet auf eine Mail, die an die anfragende Person ging, nicht an Sie."},
		{holdProof, "more than one author", "en", "The mail names more than one author."},
		{holdProof, "dmarc=fail", "de", "Unser Mailserver hat nicht bestätigt, dass diese Mail von Ihnen ist (dmarc=fail)"},
		{holdLeak, "words of an internal note: der Praktikant war es", "de", "Der Text enthält etwas, das intern bleiben muss: Worte aus einer internen Notiz: „der Praktikant war es“"},
		{holdLeak, "command line #prio", "en", "The text holds something that must stay internal: command line #prio"},
	} {
		if got := heldReason(c.kind, c.why, c.lang); got != c.want {
			t.Errorf("heldReason(%s, %q, %s) = %q, want %q", c.kind, c.why, c.lang, got, c.want)
		}
	}
}
