package mailout

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

func TestThreadIndex(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	root := NewThreadRoot(at, "gw/IT-1")
	if root[0] != 1 || root != NewThreadRoot(at, "gw/IT-1") || root == NewThreadRoot(at, "gw/IT-2") {
		t.Errorf("root %x", root)
	}
	last := ""
	for _, after := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 300 * 24 * time.Hour, 1000 * 24 * time.Hour} {
		s := ThreadIndex(root, at.Add(after), "id")
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil || len(b) != 27 {
			t.Fatalf("%q: %d bytes, %v", s, len(b), err)
		}
		if got, ok := ParseThreadRoot(s); !ok || got != root {
			t.Errorf("%q reads back as %x", s, got)
		}
		if long := after > 600*24*time.Hour; long != (b[22]&0x80 != 0) {
			t.Errorf("after %v the mark is %x", after, b[22])
		}
		if string(b[22:]) <= last {
			t.Errorf("after %v: %x is not later", after, b[22:])
		}
		last = string(b[22:])
	}
	// What is not one is not taken over.
	good := base64.StdEncoding.EncodeToString(root[:])
	for _, bad := range []string{"", "AQ==", good[:20], good + "AAAA", "!" + good[1:], strings.Repeat("A", 40), strings.Repeat(good, 400)} {
		if s := ThreadRootOf(bad); s != "" {
			t.Errorf("ThreadRootOf(%.30q) = %q", bad, s)
		}
	}
	if ThreadRootOf(good) != good {
		t.Error("a root is not its own")
	}
}
