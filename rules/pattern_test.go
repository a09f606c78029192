package rules

import (
	"strings"
	"testing"
)

// matches reports whether a pattern is found in a text.
func matches(t testing.TB, pattern, text string) bool {
	t.Helper()
	p, err := parsePattern(pattern)
	if err != nil {
		t.Fatalf("pattern %q: %v", pattern, err)
	}
	var x index
	id := x.intern(p)
	x.seal()
	return x.scan(newText("", text, "")).at[id] != 0
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		yes, no string // texts, separated by |
	}{
		{"drucker", "Drucker|des Druckers|den Druckern|Netzwerkdrucker|Druckertreiber|DRUCKER!|Netzwerk-Drucker|Netzwerkdruckern|Drucker-Treiber", "Druckerei|drucken|Druck"},
		{"drucken", "druckt|drucke|gedruckt|Drucken|druckte", "drücken|gedrückt|Drucker|Druckerei|Ausdruck"},
		{"drücken", "drückt|gedrückt", "drucken|druckt"},
		{"passwort", "Passwörter|Windows-Passwort|Windowspasswort|Passwortänderung|Windowspasswörter|PASSWÖRTERN|ERP-Passwort", "Passw"},
		{"passwörter", "Passwort|Passwörtern", "Pass"},
		{"=bank", "Bank|bank!|(Bank)", "Datenbank|Banken|Bankdaten"},
		{"bank", "Banken", "Datenbank"}, // four letters are too few for compounds
		{"druck*", "Drucker|druckt|Druckerei", "Ausdruck|gedruckt"},
		{"*drucker", "Netzwerkdrucker|Drucker|Netzwerkdruckern", "Druckertreiber"},
		{"konto gesperrt", "mein Konto gesperrt|Konto ist gesperrt|Kontos gesperrte", "gesperrtes Konto|Konto wurde heute gesperrt|gesperrt Konto"},
		{"neuer mitarbeiter", "ein neuer Mitarbeiter kommt|für den neuen Mitarbeiter|neue Mitarbeiter", "neue Mitarbeiterin|Mitarbeiter neu"},
		{"/srv-[a-z]+\\d{2}/", "Server SRV-FILE01 weg|srv-db12", "srv-1|srvfile01"},
		{"e-mail", "E-Mail|Email|e-mails|E-Mail-Zugriff", "Post"},
		{"müller", "Mueller|MÜLLER|Müllers", "Muller"},
		{"konnte", "konnte", "könnte"},
		{"teams", "Teams", "Liebes Team|Support-Team"},
		{"dateien", "Dateien", "Datei|Dateiname"},
		{"wlan", "WLAN|W-LAN", "LAN"},
		{"office365", "Office365", "Office"},
		{"laufwerk", "Z-Laufwerk|Netzlaufwerk|Laufwerke", "laufen"},
		{"gerät", "Geräte|Messgerät|Gerätes", "gerate"},
		{"sign in", "cannot sign in|sign me in", "in sign"},
		{"/(?:grün|GRÜN)er haken/", "Grüner Haken|GRÜNER HAKEN", "roter Haken"},
		{"/k\\d/", "\u212a5", "x5"},
	} {
		for text := range strings.SplitSeq(c.yes, "|") {
			if !matches(t, c.pattern, text) {
				t.Errorf("%q does not match %q", c.pattern, text)
			}
		}
		for text := range strings.SplitSeq(c.no, "|") {
			if matches(t, c.pattern, text) {
				t.Errorf("%q matches %q", c.pattern, text)
			}
		}
	}
}

func TestPatternErrors(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", "  ", "!!", "=", "*", "a*b", "*a*", "=zwei wörter", "/(abc/", "/a{2000}/", "/" + strings.Repeat("a", 2000) + "/", strings.Repeat("wort ", 20),
		"/((a{100}){100}){100}/"} {
		if _, err := parsePattern(p); err == nil {
			t.Errorf("%.40q is accepted", p)
		}
	}
}

// A regular expression that makes others backtrack stays linear here.
func TestRegexIsLinear(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", maxExpressionText-1) + "!"
	for _, p := range []string{"/(a+)+$/", "/(a|aa)+$/", "/(.*a){12}x/"} {
		if matches(t, p, text) {
			t.Errorf("%s matches", p)
		}
	}
}
