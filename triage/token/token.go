// Package token signs the Message-IDs of our mails and finds them again in answers.
//
// A mail of ours is named
//
//	IT-10423.n.01JNB3R9A7QX4M7T.k7qm2xz9pa5w3f6y2b4c6d7efg@firma.example
//
// ticket, purpose letter, a part that is unique and sorts by time, and the tag: 130
// bits of HMAC-SHA-256 over key, ticket, purpose, unique part and recipient. The tag
// proves that this very mail went to this very recipient for this ticket; it does not
// prove who answers it. Tickets that are still held have no number and are named H-7
// by their row; mail about no single ticket (lists, reports) carries the prefix alone.
//
// The same words travel in three more places, because some submission servers replace
// the Message-ID: as a thread id without a unique part in our own References, in the
// local part of Reply-To where the provider supports plus addresses, and in the
// subjects of mailto links. None of them depends on the case of its letters: mailbox
// names are folded by many servers.
//
// The package is pure: keys, instants and causes are given.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// MinSecret is the shortest secret of a key, in bytes: the output of SHA-256.
const MinSecret = 32

// tagLen letters of base32 hold 130 bits of the HMAC.
const tagLen = 26

// Key is one signing key.
type Key struct {
	ID     int64
	Secret []byte // at least MinSecret bytes
}

// Keys are the signing keys, newest first: the newest signs, all verify. The zero
// Keys signs nothing and verifies nothing.
type Keys struct{ keys []Key }

// IDs are the keys' identifiers, newest first.
func (k Keys) IDs() []int64 {
	ids := make([]int64, len(k.keys))
	for i, key := range k.keys {
		ids[i] = key.ID
	}
	return ids
}

// NewKeys checks the keys, newest first.
func NewKeys(newestFirst ...Key) (Keys, error) {
	if len(newestFirst) == 0 {
		return Keys{}, errors.New("sign tokens: no signing key")
	}
	keys := make([]Key, len(newestFirst))
	for i, k := range newestFirst {
		if len(k.Secret) < MinSecret {
			return Keys{}, fmt.Errorf("sign tokens: key %d has %d bytes, needs %d", k.ID, len(k.Secret), MinSecret)
		}
		keys[i] = Key{ID: k.ID, Secret: append([]byte(nil), k.Secret...)}
	}
	return Keys{keys}, nil
}

// Ticket names what a mail is about: a ticket by its number, a held one by its row,
// or with neither no single ticket.
type Ticket struct {
	Prefix string // of the configuration, upper case
	Number int64
	Held   int64 // row of a held ticket, when Number is 0
}

// String is the name as people read it: IT-10423, H-7, or the prefix alone.
func (t Ticket) String() string {
	switch {
	case t.Number > 0:
		return fmt.Sprintf("%s-%d", t.Prefix, t.Number)
	case t.Held > 0:
		return fmt.Sprintf("H-%d", t.Held)
	}
	return t.Prefix
}

// named is the ticket without what its name does not say.
func (t Ticket) named() Ticket {
	switch {
	case t.Number > 0:
		t.Held = 0
	case t.Held > 0:
		t.Prefix = ""
	}
	return t
}

// Claim is what a token says.
type Claim struct {
	Ticket    Ticket
	Purpose   Purpose
	Unique    string // from Unique, or Thread
	Recipient string // folded address; not written, but part of the tag
	Domain    string // right of the @
	KeyID     int64  // set by Verify: the key that signed
}

// Thread as the unique part makes the id of all mails of one ticket, purpose and
// recipient: it stands in their References and survives a replaced Message-ID.
const Thread = "ROOT"

// At is the instant in the unique part, to the millisecond, UTC; zero for a thread id.
// A mail answers what was true then: public messages after it are a collision.
func (c Claim) At() time.Time { return uniqueTime(c.Unique) }

// Errors of Verify.
var (
	// ErrNotOurs: the id does not have the shape of ours.
	ErrNotOurs = errors.New("not a message id of ours")
	// ErrBadTag: it has, but no key confirms it for this recipient.
	ErrBadTag = errors.New("no signing key confirms the message id for this recipient")
)

// Sign returns the Message-ID of the claim, without angle brackets. It returns ""
// when there is no key or the claim has no place in an id (ParseShape would not find
// it again).
func (k Keys) Sign(c Claim) string {
	if len(k.keys) == 0 {
		return ""
	}
	id := k.keys[0].local(c) + "@" + c.Domain
	back, ok := ParseShape(id)
	if !ok || back.Domain != c.Domain || back.Ticket != c.Ticket.named() || back.Purpose != c.Purpose || back.Unique != c.Unique {
		return ""
	}
	return id
}

// Verify checks that id was signed by one of the keys for recipient, a folded
// address. Case, angle brackets and a replaced or missing domain do not matter. It
// fails with ErrNotOurs or ErrBadTag.
func (k Keys) Verify(id, recipient string) (Claim, error) {
	c, tag, ok := parse(id)
	if !ok {
		return Claim{}, ErrNotOurs
	}
	c.Recipient = recipient
	for _, key := range k.keys {
		if same(key.tag(labelID, c), tag) {
			c.KeyID = key.ID
			return c, nil
		}
	}
	return Claim{}, ErrBadTag
}

// Canonical is the claim as it was signed by its key: the spelling under which the
// store knows the mail, whatever a server did to its case. It needs a claim that
// Verify returned, with the domain set when it came from a subject.
func (k Keys) Canonical(c Claim) string {
	for _, key := range k.keys {
		if key.ID == c.KeyID {
			return key.local(c) + "@" + c.Domain
		}
	}
	return ""
}

// ParseShape reads an id without proof: for finding our own mail in foreign hands,
// never for granting anything. Recipient stays empty.
func ParseShape(id string) (Claim, bool) {
	c, _, ok := parse(id)
	return c, ok
}

// Labels keep tags of one use from proving another.
const (
	labelID       = "id"
	labelAddress  = "address"
	labelMarker   = "marker"
	labelInstance = "instance"
)

func (k Key) local(c Claim) string {
	return c.Ticket.String() + "." + string(c.Purpose) + "." + c.Unique + "." + k.tag(labelID, c)
}

// tag is the first tagLen letters of the HMAC over the fields, each with its length
// before it, so that no two claims share their bytes.
func (k Key) tag(label string, c Claim) string {
	return k.mac(label, c.Ticket.String(), string(c.Purpose), c.Unique, strings.ToLower(strings.TrimSpace(c.Recipient)))
}

func (k Key) mac(fields ...string) string {
	h := hmac.New(sha256.New, k.Secret)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(k.ID))
	h.Write(n[:])
	for _, f := range fields {
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)))[:tagLen]
}

// same compares in constant time; the length of a tag is no secret.
func same(want, got string) bool {
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(got))) == 1
}
