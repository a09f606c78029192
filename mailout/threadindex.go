package mailout

import (
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// ThreadRoot is the header block of Outlook's Thread-Index: the upper six bytes of a
// FILETIME, the first of them 1 for some centuries, and a GUID ([MS-OXOMSG] 2.2.1.3).
type ThreadRoot [22]byte

const (
	threadChild = 5 // bytes of each answer
	maxThread   = 4 << 10
)

// fileTime counts intervals of 100 ns since 1601.
func fileTime(t time.Time) uint64 {
	const epoch = 116444736000000000 // of Unix
	return uint64(t.UnixNano()/100 + epoch)
}

// NewThreadRoot makes the root of a conversation that begins with us; the same name
// gives the same one again.
func NewThreadRoot(at time.Time, name string) (r ThreadRoot) {
	ft := fileTime(at)
	for i := range 6 {
		r[i] = byte(ft >> (56 - 8*i))
	}
	sum := sha256.Sum256([]byte(name))
	copy(r[6:], sum[:16])
	return r
}

// ParseThreadRoot reads the root of a Thread-Index.
func ParseThreadRoot(s string) (r ThreadRoot, ok bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(s) > maxThread || len(b) < len(r) || (len(b)-len(r))%threadChild != 0 || b[0] != 1 {
		return r, false
	}
	return ThreadRoot(b[:len(r)]), true
}

// ThreadRootOf is the root of a Thread-Index, written again; "" when it has none.
func ThreadRootOf(s string) string {
	r, ok := ParseThreadRoot(s)
	if !ok {
		return ""
	}
	return base64.StdEncoding.EncodeToString(r[:])
}

// ThreadIndex is the value of a mail in a conversation: the root and one child with
// the time since then. unique makes the child of every mail another one.
func ThreadIndex(r ThreadRoot, at time.Time, unique string) string {
	begin := uint64(0)
	for _, c := range r[:6] {
		begin = begin<<8 | uint64(c)
	}
	diff := uint64(0)
	if now := fileTime(at); now > begin<<16 {
		diff = now - begin<<16
	}
	// Below 1.7 years the bits 18 to 48 of the difference, else 23 to 53 and a mark.
	child := uint32(diff>>18) & 0x7fffffff
	if diff>>49 != 0 {
		child = uint32(diff>>23)&0x7fffffff | 1<<31
	}
	sum := sha256.Sum256([]byte(unique))
	b := append(r[:len(r):len(r)], byte(child>>24), byte(child>>16), byte(child>>8), byte(child), sum[0]&0xf0)
	return base64.StdEncoding.EncodeToString(b)
}
