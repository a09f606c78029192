package token

import (
	"regexp"
	"strings"
)

// maxFound bounds what is looked for in one text.
const maxFound = 50

// maxLocal is the longest local part of an address. RFC 5321 section 4.5.3.1.1
const maxLocal = 64

// markerLen letters of base32 hold 50 bits: enough to recognise, too few to prove.
const markerLen = 10

var (
	idInText     = regexp.MustCompile(`(?i)\b[a-z][a-z0-9]{0,9}(?:-[0-9]{1,12})?\.[a-z]\.(?:root|[0-9a-hjkmnp-tv-z]{16})\.[a-z2-7]{26}(?:@[a-z0-9._-]+)?`)
	markerInText = regexp.MustCompile(`(?i)\b([a-z][a-z0-9]{0,9}-[0-9]{1,12})/(?:([a-z])/)?([a-z2-7]{10})\b`)
	tagInText    = regexp.MustCompile(`(?i)\[([a-z][a-z0-9]{0,9})-([0-9]{1,12})\]`)
)

// Local is the id without its domain: the form for the subject of a mailto link,
// which proves as much as the whole.
func Local(id string) string {
	local, _, _ := strings.Cut(id, "@")
	return local
}

// FindIDs finds what looks like ids of ours in a subject or text, at most 50, in
// order. They are proved by Verify.
func FindIDs(text string) []string { return idInText.FindAllString(text, maxFound) }

// Address puts a token into the local part of a mailbox address, for Reply-To where
// the provider delivers plus addresses. It says ticket, purpose and recipient, not
// which mail. ok is false when the address has no room for it.
func (k Keys) Address(mailbox string, c Claim) (address string, ok bool) {
	local, domain, ok := strings.Cut(mailbox, "@")
	if !ok || len(k.keys) == 0 || !c.Purpose.known() {
		return "", false
	}
	c.Unique = ""
	local += "+" + strings.ToLower(c.Ticket.String()) + "." + string(c.Purpose) + "." + k.keys[0].tag(labelAddress, c)
	return local + "@" + domain, len(local) <= maxLocal
}

// VerifyAddress checks the token in an address our mail was answered to, as Verify.
// The claim has no unique part, so At is zero.
func (k Keys) VerifyAddress(address, recipient string) (Claim, error) {
	local, _, _ := strings.Cut(address, "@")
	plus := strings.LastIndexByte(local, '+')
	if plus < 0 || len(local) > maxLocal {
		return Claim{}, ErrNotOurs
	}
	part := strings.Split(local[plus+1:], ".")
	if len(part) != 3 {
		return Claim{}, ErrNotOurs
	}
	c, tag, ok := parseLocal(part[0] + "." + part[1] + "." + Thread + "." + part[2])
	if !ok {
		return Claim{}, ErrNotOurs
	}
	c.Unique, c.Recipient = "", recipient
	for _, key := range k.keys {
		if same(key.tag(labelAddress, c), tag) {
			c.KeyID = key.ID
			return c, nil
		}
	}
	return Claim{}, ErrBadTag
}

// Marker is the last line of a mail that survives lost headers in quoted text. With
// 50 bits it is a hint, to be combined with other proof, never a proof.
type Marker struct {
	Ticket  Ticket
	Purpose Purpose // "" in mails to requesters
	Tag     string
}

// String is the marker as it is written: IT-10423/k7qm2xz9pa, IT-10423/n/k7qm2xz9pa.
func (m Marker) String() string {
	if m.Purpose == "" {
		return m.Ticket.String() + "/" + m.Tag
	}
	return m.Ticket.String() + "/" + string(m.Purpose) + "/" + m.Tag
}

// Internal reports whether the marker stands in mail to agents: an answer to a
// requester must not hold it.
func (m Marker) Internal() bool { return m.Purpose != "" }

// Marker makes the marker of a mail. All mails of a ticket to one requester carry
// the same.
func (k Keys) Marker(c Claim) Marker {
	m := Marker{Ticket: c.Ticket, Purpose: c.Purpose}
	if c.Purpose.ToRequester() {
		m.Purpose = ""
	}
	if len(k.keys) > 0 {
		m.Tag = k.keys[0].markerTag(m, c.Recipient)
	}
	return m
}

// VerifyMarker reports whether one of the keys made the marker for recipient.
func (k Keys) VerifyMarker(m Marker, recipient string) bool {
	for _, key := range k.keys {
		if same(key.markerTag(m, recipient), m.Tag) {
			return true
		}
	}
	return false
}

func (k Key) markerTag(m Marker, recipient string) string {
	return k.tag(labelMarker, Claim{Ticket: m.Ticket, Purpose: m.Purpose, Recipient: recipient})[:markerLen]
}

// FindMarkers finds markers with our prefix, or of held tickets, in a text, at most
// 50, in order and without proof.
func FindMarkers(text, prefix string) []Marker {
	var found []Marker
	for _, m := range markersIn(text) {
		t, ok := parseTicket(m[1])
		p := Purpose(strings.ToLower(m[2]))
		if !ok || (t.Prefix != prefix && t.Held == 0) || (p != "" && !p.known()) {
			continue
		}
		found = append(found, Marker{Ticket: t, Purpose: p, Tag: strings.ToLower(m[3])})
	}
	return found
}

// markersIn are the matches of markerInText in a text, at most maxFound. None holds a
// line end and all have a slash behind a digit, so that few lines need a match.
func markersIn(text string) (list [][]string) {
	for line := range strings.SplitSeq(text, "\n") {
		if len(list) < maxFound && slashBehindDigit(line) {
			list = append(list, markerInText.FindAllStringSubmatch(line, maxFound-len(list))...)
		}
	}
	return list
}

func slashBehindDigit(line string) bool {
	for i := 1; i < len(line); i++ {
		next := strings.IndexByte(line[i:], '/')
		if next < 0 {
			return false
		}
		i += next
		if line[i-1] >= '0' && line[i-1] <= '9' {
			return true
		}
	}
	return false
}

// SubjectTag is what stands in subjects: [IT-10423].
func SubjectTag(t Ticket) string { return "[" + t.String() + "]" }

// FindTags returns the ticket numbers of the subject tags with our prefix, in order,
// without proof. Other desks' tags never match.
func FindTags(subject, prefix string) []int64 {
	var found []int64
	for _, m := range tagInText.FindAllStringSubmatch(subject, maxFound) {
		if n, ok := number(m[2]); ok && strings.EqualFold(m[1], prefix) {
			found = append(found, n)
		}
	}
	return found
}

// StripTags removes the subject tags with our prefix, and the blanks around them.
func StripTags(subject, prefix string) string {
	s := tagInText.ReplaceAllStringFunc(subject, func(tag string) string {
		if len(FindTags(tag, prefix)) == 0 {
			return tag
		}
		return ""
	})
	if s == subject {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
