package token

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	k, c := testKeys(t, 1), notification()
	address, ok := k.Address("support@firma.example", c)
	if !ok || !strings.HasPrefix(address, "support+it-10423.n.") {
		t.Fatalf("Address = %q, %v", address, ok)
	}
	for _, a := range []string{address, strings.ToUpper(address)} {
		got, err := k.VerifyAddress(a, c.Recipient)
		if err != nil || got.Ticket != c.Ticket || got.Purpose != Notification || got.Unique != "" {
			t.Errorf("VerifyAddress(%q) = %+v, %v", a, got, err)
		}
	}
	if _, err := k.VerifyAddress(address, "x@firma.example"); !errors.Is(err, ErrBadTag) {
		t.Errorf("foreign recipient: %v", err)
	}
	for _, a := range []string{"", "support@firma.example", "support+x@firma.example", "support+it-10423.n@firma.example", "+@x", "a+" + strings.Repeat("b", 99)} {
		if _, err := k.VerifyAddress(a, c.Recipient); !errors.Is(err, ErrNotOurs) {
			t.Errorf("VerifyAddress(%q) = %v", a, err)
		}
	}
	if a, ok := k.Address(strings.Repeat("s", 30)+"@firma.example", c); ok {
		t.Errorf("no room, but %q", a)
	}
	// A tag of one use is no tag of another.
	tag := strings.TrimSuffix(address[strings.LastIndex(address, ".n.")+3:], "@firma.example")
	if _, err := k.Verify("IT-10423.n.ROOT."+tag+"@firma.example", c.Recipient); !errors.Is(err, ErrBadTag) {
		t.Errorf("address tag as thread id: %v", err)
	}
}

func TestMarker(t *testing.T) {
	t.Parallel()
	k, c := testKeys(t, 1), notification()
	agent := k.Marker(c)
	c.Purpose, c.Recipient = PublicReply, "a.berger@firma.example"
	requester := k.Marker(c)
	c.Purpose = Solved
	if k.Marker(c) != requester {
		t.Error("two mails to one requester differ in their marker")
	}
	text := "> Kennung " + agent.String() + "\n> Ref " + strings.ToUpper(requester.String()) + " · automatisch\nIT-1/short XY-10423/abcdefghij IT-10423/z/abcdefghij a/b/c"
	found := FindMarkers(text, "IT")
	if !reflect.DeepEqual(found, []Marker{agent, requester}) {
		t.Fatalf("found %+v", found)
	}
	if !k.VerifyMarker(found[0], "l.huber@firma.example") || k.VerifyMarker(found[0], "a.berger@firma.example") || !found[0].Internal() {
		t.Error("agent's marker")
	}
	if !k.VerifyMarker(found[1], "a.berger@firma.example") || k.VerifyMarker(found[1], "l.huber@firma.example") || found[1].Internal() {
		t.Error("requester's marker")
	}
	if (Keys{}).VerifyMarker(Marker{Ticket: c.Ticket}, "") {
		t.Error("zero Keys verified a marker")
	}
	held := k.Marker(Claim{Ticket: Ticket{Held: 9}, Purpose: Notification, Recipient: "x@y"})
	if got := FindMarkers(held.String(), "IT"); len(got) != 1 || got[0] != held {
		t.Errorf("held marker: %+v", got)
	}
}

func TestFindIDs(t *testing.T) {
	t.Parallel()
	k, c := testKeys(t, 1), notification()
	id := k.Sign(c)
	subject := "AW: [IT-10423] geloest " + Local(id) + " und <" + id + ">, www.firma.example/a.b.c.d"
	found := FindIDs(subject)
	if !reflect.DeepEqual(found, []string{Local(id), id}) {
		t.Fatalf("found %q", found)
	}
	for _, f := range found {
		if _, err := k.Verify(f, c.Recipient); err != nil {
			t.Errorf("Verify(%q): %v", f, err)
		}
	}
	if n := len(FindIDs(strings.Repeat(id+" ", 200))); n != maxFound {
		t.Errorf("%d found", n)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	check := func(subject string, want []int64, stripped string) {
		t.Helper()
		if got := FindTags(subject, "IT"); !reflect.DeepEqual(got, want) {
			t.Errorf("FindTags(%q) = %v, want %v", subject, got, want)
		}
		if got := StripTags(subject, "IT"); got != stripped {
			t.Errorf("StripTags(%q) = %q, want %q", subject, got, stripped)
		}
	}
	check("AW: Drucker  [IT-10423]", []int64{10423}, "AW: Drucker")
	check("[it-10423] Drucker [IT-7]", []int64{10423, 7}, "Drucker")
	check("[Ticket#1234] [#1001] [XIT-5] [IT-] [IT-0012] IT-10423 [IT-1a]", nil, "[Ticket#1234] [#1001] [XIT-5] [IT-] [IT-0012] IT-10423 [IT-1a]")
	check("[IT-1234567890123]", nil, "[IT-1234567890123]")
	check("", nil, "")
	if SubjectTag(Ticket{Prefix: "IT", Number: 10423}) != "[IT-10423]" {
		t.Error("SubjectTag")
	}
}

func TestInstance(t *testing.T) {
	t.Parallel()
	old, k := testKeys(t, 1), testKeys(t, 2, 1)
	value := old.SignInstance("3f0c-9a", Unique(at, "x"))
	if got, ok := k.VerifyInstance(" " + value + " "); !ok || got != "3f0c-9a" {
		t.Errorf("VerifyInstance(%q) = %q, %v", value, got, ok)
	}
	for _, bad := range []string{"", "a.b.c", value + "x", "x" + value, strings.Replace(value, "3f0c", "3f0d", 1), strings.Repeat("a", 999)} {
		if _, ok := k.VerifyInstance(bad); ok {
			t.Errorf("%q verifies", bad)
		}
	}
	if old.SignInstance("a b", Unique(at, "x")) != "" || old.SignInstance("a", "u") != "" || (Keys{}).SignInstance("a", Unique(at, "x")) != "" {
		t.Error("signed what cannot be read back")
	}
}

// The short cut finds in every text what the pattern finds in the whole of it.
func TestMarkersInLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "/", "/1/", "1/", "a/b\nIT-1/k7qm2xz9pa", "IT-1/k7qm2xz9pa\r\n> Kennung it-22/N/K7QM2XZ9PA · x", "IT-1\n/k7qm2xz9pa",
		"und/oder IT-1/k7qm2xz9pa, IT-2/k7qm2xz9pa", "1/2 3/4", "x/IT-3/x/k7qm2xz9pa/5", "IT-4/k7qm2xz9pab", "ÄIT-5/k7qm2xz9pa",
		strings.Repeat("IT-6/k7qm2xz9pa\n", 60), strings.Repeat("IT-6/k7qm2xz9pa ", 60),
	} {
		if got, want := markersIn(text), markerInText.FindAllStringSubmatch(text, maxFound); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
