package token

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"
	"time"
)

func testKeys(t testing.TB, ids ...int64) Keys {
	t.Helper()
	var keys []Key
	for _, id := range ids {
		keys = append(keys, Key{ID: id, Secret: bytes.Repeat([]byte{byte(id)}, 32)})
	}
	k, err := NewKeys(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var at = time.Date(2026, 3, 2, 8, 0, 12, 345e6, time.UTC)

func notification() Claim {
	return Claim{Ticket: Ticket{Prefix: "IT", Number: 10423}, Purpose: Notification, Unique: Unique(at, "note:1:lena"),
		Recipient: "l.huber@firma.example", Domain: "firma.example"}
}

func TestNewKeys(t *testing.T) {
	t.Parallel()
	if _, err := NewKeys(); err == nil {
		t.Error("no key was accepted")
	}
	if _, err := NewKeys(Key{ID: 1, Secret: make([]byte, 31)}); err == nil {
		t.Error("a short secret was accepted")
	}
	if id := (Keys{}).Sign(notification()); id != "" {
		t.Errorf("zero Keys signed %q", id)
	}
	secret := bytes.Repeat([]byte{1}, 32)
	k, _ := NewKeys(Key{ID: 1, Secret: secret})
	id := k.Sign(notification())
	secret[0] = 9
	if k.Sign(notification()) != id {
		t.Error("the secret was not copied")
	}
}

func TestSignVerify(t *testing.T) {
	t.Parallel()
	k := testKeys(t, 1)
	c := notification()
	id := k.Sign(c)
	if !strings.HasPrefix(id, "IT-10423.n."+c.Unique+".") || !strings.HasSuffix(id, "@firma.example") {
		t.Fatalf("id = %q", id)
	}
	check := func(id, recipient string, want error) {
		t.Helper()
		got, err := k.Verify(id, recipient)
		if !errors.Is(err, want) {
			t.Errorf("Verify(%q, %q) = %v, want %v", id, recipient, err, want)
		}
		if err == nil && (got.Ticket != c.Ticket || got.Purpose != c.Purpose || got.Unique != c.Unique || got.KeyID != 1 || !got.At().Equal(at)) {
			t.Errorf("Verify(%q) = %+v", id, got)
		}
	}
	check(id, c.Recipient, nil)
	check("<"+id+">", c.Recipient, nil)
	check(" <"+id+"> ", " L.Huber@Firma.Example", nil)
	check(strings.ToLower(id), c.Recipient, nil)
	check(strings.ToUpper(id), c.Recipient, nil)
	check(Local(id), c.Recipient, nil)
	check(Local(id)+"@eur.outlook.example", c.Recipient, nil)
	check(id, "t.kern@firma.example", ErrBadTag)
	check(id, "", ErrBadTag)
	check(strings.Replace(id, "10423", "10424", 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, "IT-", "XY-", 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, "IT-", "H-", 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, ".n.", ".i.", 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, ".n.", ".z.", 1), c.Recipient, ErrNotOurs)
	check(strings.Replace(id, c.Unique, Unique(at, "other"), 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, c.Unique, Thread, 1), c.Recipient, ErrBadTag)
	check(strings.Replace(id, "IT-", "ıT-", 1), c.Recipient, ErrNotOurs)
	check(strings.Replace(id, "IT-", "IT-0", 1), c.Recipient, ErrNotOurs)
	check(id+"@x", c.Recipient, ErrNotOurs)
	check(id+strings.Repeat("x", 400), c.Recipient, ErrNotOurs)
	check("CA+9f@isarwerk.example", c.Recipient, ErrNotOurs)
	check("", c.Recipient, ErrNotOurs)
	check("IT-10423.root@firma.example", c.Recipient, ErrNotOurs)
}

func TestRotation(t *testing.T) {
	t.Parallel()
	before, both, after := testKeys(t, 1), testKeys(t, 2, 1), testKeys(t, 2)
	c := notification()
	id := before.Sign(c)
	got, err := both.Verify(id, c.Recipient)
	if err != nil || got.KeyID != 1 {
		t.Fatalf("old id = %+v, %v", got, err)
	}
	got.Domain = c.Domain
	if both.Canonical(got) != id {
		t.Errorf("Canonical = %q, want %q", both.Canonical(got), id)
	}
	if _, err := after.Verify(id, c.Recipient); !errors.Is(err, ErrBadTag) {
		t.Errorf("after the overlap: %v", err)
	}
	if got, err := both.Verify(both.Sign(c), c.Recipient); err != nil || got.KeyID != 2 {
		t.Errorf("the newest does not sign: %+v, %v", got, err)
	}
	if after.Canonical(Claim{KeyID: 1}) != "" {
		t.Error("Canonical with an unknown key")
	}
	// The id of a key is under the tag: the same secret under another id is another key.
	a, _ := NewKeys(Key{ID: 1, Secret: bytes.Repeat([]byte{7}, 32)})
	b, _ := NewKeys(Key{ID: 2, Secret: bytes.Repeat([]byte{7}, 32)})
	if a.Sign(c) == b.Sign(c) {
		t.Error("the key id is not signed")
	}
}

func TestTickets(t *testing.T) {
	t.Parallel()
	k := testKeys(t, 1)
	check := func(ticket Ticket, name string, ok bool) {
		t.Helper()
		c := notification()
		c.Ticket = ticket
		if ticket.String() != name {
			t.Errorf("%+v = %q, want %q", ticket, ticket.String(), name)
		}
		id := k.Sign(c)
		if (id != "") != ok {
			t.Fatalf("Sign(%+v) = %q", ticket, id)
		}
		if !ok {
			return
		}
		if got, err := k.Verify(id, c.Recipient); err != nil || got.Ticket.String() != name {
			t.Errorf("Verify(%q) = %+v, %v", id, got, err)
		}
		if got, isRoot := ParseRoot("<" + Root(ticket, "firma.example") + ">"); !isRoot || got.String() != name {
			t.Errorf("ParseRoot(Root(%s)) = %+v, %v", name, got, isRoot)
		}
	}
	check(Ticket{Prefix: "IT", Number: 1}, "IT-1", true)
	check(Ticket{Prefix: "IT", Held: 7}, "H-7", true)
	check(Ticket{Prefix: "IT"}, "IT", true)
	check(Ticket{Prefix: "HELPDESK24", Number: 999999999999}, "HELPDESK24-999999999999", true)
	check(Ticket{Prefix: "it", Number: 1}, "it-1", false)
	check(Ticket{Prefix: "H", Number: 1}, "H-1", false)
	check(Ticket{Prefix: "I T", Number: 1}, "I T-1", false)
	check(Ticket{Prefix: "A.B", Number: 1}, "A.B-1", false)
}

func TestUnique(t *testing.T) {
	t.Parallel()
	first, again := Unique(at, "a"), Unique(at, "a")
	if first != again || first == Unique(at, "b") {
		t.Error("unique part does not follow its cause")
	}
	random := rand.New(rand.NewPCG(1, 2))
	var ids []string
	var times []time.Time
	for range 1000 {
		times = append(times, time.UnixMilli(random.Int64N(1<<48)).UTC())
	}
	sort.Slice(times, func(i, j int) bool { return times[i].Before(times[j]) })
	for _, when := range times {
		u := Unique(when, "x")
		if got := uniqueTime(u); !got.Equal(when) {
			t.Fatalf("time of %s = %s, want %s", u, got, when)
		}
		ids = append(ids, u)
	}
	if !sort.StringsAreSorted(ids) {
		t.Error("unique parts do not sort by time")
	}
	if u := Unique(time.Time{}, "x"); !validUnique(u) {
		t.Errorf("Unique of the zero time = %q", u)
	}
	if !(Claim{Unique: Thread}).At().IsZero() {
		t.Error("a thread id has a time")
	}
}

// Flipping any letter of a signed id never leaves it verifiable, except for letter
// case and the domain.
func TestEveryLetterCounts(t *testing.T) {
	t.Parallel()
	k, c := testKeys(t, 1), notification()
	id := k.Sign(c)
	for i := range len(Local(id)) {
		for b := byte(0x21); b < 0x7f; b++ {
			if id[i]|0x20 == b|0x20 && alnum(b) {
				continue
			}
			if forged := id[:i] + string(b) + id[i+1:]; forged != id {
				if _, err := k.Verify(forged, c.Recipient); err == nil {
					t.Fatalf("%q verifies instead of %q", forged, id)
				}
			}
		}
	}
}

func TestThread(t *testing.T) {
	t.Parallel()
	k, c := testKeys(t, 1), notification()
	c.Unique = Thread
	id := k.Sign(c)
	if got, err := k.Verify(id, c.Recipient); err != nil || got.Unique != Thread {
		t.Errorf("Verify(%q) = %+v, %v", id, got, err)
	}
	c.Unique = "01JNB3R9A7"
	if id := k.Sign(c); id != "" {
		t.Errorf("a foreign unique part was signed: %q", id)
	}
}

func TestPurposes(t *testing.T) {
	t.Parallel()
	check := func(p Purpose, kind Kind, toRequester, automatic bool) {
		t.Helper()
		if p.Kind() != kind || p.ToRequester() != toRequester || p.Automatic() != automatic {
			t.Errorf("%s: %s, %v, %v", p, p.Kind(), p.ToRequester(), p.Automatic())
		}
	}
	check(Acknowledgement, KindAutomatic, true, true)
	check(FAQAnswer, KindAutomatic, true, true)
	check(Solved, KindAutomatic, true, true)
	check(Reminder, KindAutomatic, true, true)
	check(PublicReply, KindRequester, true, false)
	check(Notification, KindAgent, false, true)
	check(Internal, KindAgent, false, true)
	check(Escalation, KindAgent, false, true)
	check(Problem, KindAgent, false, true)
	check(List, KindAgent, false, true)
	check(Vendor, KindVendor, false, false)
	check(Report, KindAgent, false, true)
	check("z", KindNone, false, true)
}
