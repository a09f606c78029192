package rules

import (
	"reflect"
	"testing"
)

func TestSlug(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]string{
		"VPN Zertifikat abgelaufen – was tun?":                  "vpn-zertifikat-abgelaufen",
		"Wie lösche ich hängende Druckaufträge im Druckserver?": "loesche-haengende-druckauftraege-druckserver",
		"Hilfe, bitte!":                      "",
		"Was tun bei Fehler 49 am Drucker?":  "fehler-49-drucker",
		"Where can I find the holiday form?": "find-holiday-form",
	} {
		if got := Slug(q); got != want || got != "" && !validID(got) {
			t.Errorf("Slug(%q) = %q, want %q", q, got, want)
		}
	}
}

// TestMustGroups: every question passes the gate that is proposed, and what is about
// something else does not.
func TestMustGroups(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		questions []string
		want      [][]string
	}{
		{[]string{"VPN Zertifikat abgelaufen", "Zertifikatsfehler im VPN", "Das VPN meldet: Zertifikat ungültig"},
			[][]string{{"vpn"}, {"zertifikat", "zertifikatsfehler"}}},
		{[]string{"Dockingstation erkennt Monitor nicht"}, [][]string{{"dockingstation"}, {"erkennt"}}},
		{[]string{"Hilfe", "VPN"}, nil},
		{nil, nil},
	} {
		got := MustGroups(c.questions)
		if len(c.questions) > 1 && !reflect.DeepEqual(got, c.want) || len(got) != len(c.want) {
			t.Errorf("MustGroups(%q) = %q, want %q", c.questions, got, c.want)
		}
	}
}
