package token

import (
	"strings"
	"testing"
)

// FuzzToken: nothing but what was signed verifies, whatever it looks like; what has
// our shape keeps it when written again.
func FuzzToken(f *testing.F) {
	k := testKeys(f, 2, 1)
	c := notification()
	id := k.Sign(c)
	address, _ := k.Address("support@firma.example", c)
	for _, s := range []string{id, Local(id), strings.ToLower(id), address, k.Marker(c).String(), "[IT-10423]", Root(c.Ticket, c.Domain),
		k.SignInstance("gw", c.Unique), "IT.l.ROOT.aaaaaaaaaaaaaaaaaaaaaaaaaa@x", "<a@b>", ""} {
		f.Add(s, c.Recipient)
	}
	f.Fuzz(func(t *testing.T, s, recipient string) {
		mine := strings.ToLower(strings.TrimSpace(recipient)) == c.Recipient
		if got, err := k.Verify(s, recipient); err == nil && (!mine || got.Unique != c.Unique || got.Ticket != c.Ticket) {
			t.Fatalf("%q verifies for %q as %+v", s, recipient, got)
		}
		if got, err := k.VerifyAddress(s, recipient); err == nil && (!mine || got.Ticket != c.Ticket) {
			t.Fatalf("address %q verifies for %q as %+v", s, recipient, got)
		}
		if shape, ok := ParseShape(s); ok {
			again, ok := ParseShape(k.Sign(shape))
			if shape.Domain != "" && (!ok || again != shape) {
				t.Fatalf("shape of %q: %+v, then %+v", s, shape, again)
			}
		}
		for _, found := range FindIDs(s) {
			_, _ = k.Verify(found, recipient)
		}
		for _, m := range FindMarkers(s, "IT") {
			if again := FindMarkers(m.String(), "IT"); len(again) != 1 || again[0] != m {
				t.Fatalf("marker %+v in %q, then %+v", m, s, again)
			}
		}
		if left := StripTags(s, "IT"); len(FindTags(s, "IT")) > 0 && len(left) >= len(s) {
			t.Fatalf("StripTags(%q) = %q", s, left)
		}
		_, _ = k.VerifyInstance(s)
		_, _ = ParseRoot(s)
	})
}
