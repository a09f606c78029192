package smtp

import (
	"testing"

	"firstline/store"
)

func TestFinalID(t *testing.T) {
	t.Parallel()
	const ses = "010001890a1b2c3d-0cf83b4e-1a2b-4c5d-8e9f-0a1b2c3d4e5f-000000"
	for _, c := range []struct{ host, reply, want string }{
		{"smtp.office365.com", "250 2.0.0 OK <AM0P@AM0P.eurprd03.prod.outlook.com> [Hostname=AM0P.eurprd03.prod.outlook.com]", "AM0P@AM0P.eurprd03.prod.outlook.com"},
		{"email-smtp.eu-west-1.amazonaws.com", "250 Ok " + ses, ses + "@eu-west-1.amazonses.com"},
		{"email-smtp.us-east-1.amazonaws.com", "250 2.0.0 Ok " + ses, ses + "@email.amazonses.com"},
		{"email-smtp-fips.us-west-2.amazonaws.com", "250 ok " + ses, ses + "@us-west-2.amazonses.com"},
		{"smtp.firma.example", "250 Ok " + ses, ""}, // somebody else's number
		{"smtp.firma.example", "250 2.0.0 Ok: queued as 4XyZ12", ""},
		{"smtp.firma.example", "250 OK id=1abc-2DEF-00", ""},
		{"smtp.firma.example", "250 <>", ""},
		{"smtp.firma.example", "250 <a b@c>", ""},
	} {
		if got := finalID(c.host, c.reply); got != c.want {
			t.Errorf("finalID(%q, %q) = %q, want %q", c.host, c.reply, got, c.want)
		}
	}
}

// TestAddressIsNoFinalID: "queued for <somebody>" names nobody's identifier.
func TestAddressIsNoFinalID(t *testing.T) {
	t.Parallel()
	var m store.Claimed
	m.Recipient, m.ReversePath = "lena@firma.example", "hilfe@firma.example"
	for reply, want := range map[string]bool{
		"250 2.0.0 queued for <Lena@firma.example>": true, "250 ok, from <hilfe@firma.example>": true,
		"250 2.0.0 OK <AM0P@prod.outlook.com>": false,
	} {
		if got := isAddress(finalID("smtp.firma.example", reply), m); got != want {
			t.Errorf("%s: %t", reply, got)
		}
	}
}
