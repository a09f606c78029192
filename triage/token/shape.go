package token

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"
)

// maxID is the longest id that is looked at, in bytes.
const maxID = 320

// crockford is the alphabet of ULIDs: its order is the order of the values.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// uniqueLen is 10 letters of time and 6 of the cause.
const uniqueLen = 16

// Unique makes the unique part from the instant of the decision and the cause of
// the outgoing mail: the same cause gives the same id again, and ids sort by time.
func Unique(at time.Time, cause string) string {
	var b [uniqueLen]byte
	ms := uint64(max(at.UnixMilli(), 0))
	for i := 9; i >= 0; i-- {
		b[i] = crockford[ms&31]
		ms >>= 5
	}
	sum := sha256.Sum256([]byte(cause))
	for i := range uniqueLen - 10 {
		b[10+i] = crockford[sum[i]&31]
	}
	return string(b[:])
}

func uniqueTime(u string) time.Time {
	if len(u) != uniqueLen {
		return time.Time{}
	}
	var ms int64
	for i := range 10 {
		n := strings.IndexByte(crockford, u[i])
		if n < 0 {
			return time.Time{}
		}
		ms = ms<<5 | int64(n)
	}
	return time.UnixMilli(ms).UTC()
}

// Root is the synthetic id that every notification of a ticket names first in its
// References, so that they form one thread in the agent's mail client. It proves
// nothing.
func Root(t Ticket, domain string) string { return t.String() + ".root@" + domain }

// ParseRoot reads an id made by Root.
func ParseRoot(id string) (Ticket, bool) {
	local, _, ok := cut(id)
	if !ok {
		return Ticket{}, false
	}
	name, found := strings.CutSuffix(strings.ToLower(local), ".root")
	if !found {
		return Ticket{}, false
	}
	return parseTicket(name)
}

// cut splits an id, with or without angle brackets, at its @; the domain may be
// missing, as in a subject.
func cut(id string) (local, domain string, ok bool) {
	id = strings.Trim(id, " \t\r\n")
	id = strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")
	if len(id) > maxID {
		return "", "", false
	}
	local, domain, ok = strings.Cut(id, "@")
	for i := range len(local) {
		if local[i] <= ' ' || local[i] >= 0x7f { // before upper-casing: some letters fold into ASCII
			return "", "", false
		}
	}
	return local, domain, !ok || validDomain(domain)
}

func validDomain(d string) bool {
	if d == "" || d[0] == '.' || d[len(d)-1] == '.' {
		return false
	}
	for i := range len(d) {
		c := d[i]
		if !alnum(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return true
}

func parse(id string) (Claim, string, bool) {
	local, domain, ok := cut(id)
	if !ok {
		return Claim{}, "", false
	}
	c, tag, ok := parseLocal(local)
	c.Domain = domain
	return c, tag, ok
}

func parseLocal(local string) (Claim, string, bool) {
	part := strings.Split(local, ".")
	if len(part) != 4 {
		return Claim{}, "", false
	}
	t, ok := parseTicket(part[0])
	p := Purpose(strings.ToLower(part[1]))
	u := strings.ToUpper(part[2])
	if !ok || !p.known() || !validUnique(u) || !validTag(part[3]) {
		return Claim{}, "", false
	}
	return Claim{Ticket: t, Purpose: p, Unique: u}, part[3], true
}

func validUnique(u string) bool {
	if u == Thread {
		return true
	}
	if len(u) != uniqueLen || u[0] > '7' { // 48 bits of time fill the first letter to 7
		return false
	}
	for i := range len(u) {
		if strings.IndexByte(crockford, u[i]) < 0 {
			return false
		}
	}
	return true
}

func validTag(tag string) bool {
	if len(tag) != tagLen {
		return false
	}
	for i := range len(tag) {
		if c := tag[i] | 0x20; (c < 'a' || c > 'z') && (tag[i] < '2' || tag[i] > '7') {
			return false
		}
	}
	return true
}

// parseTicket reads IT-10423, H-7 or IT.
func parseTicket(s string) (Ticket, bool) {
	s = strings.ToUpper(s)
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return Ticket{Prefix: s}, ValidPrefix(s) && s != "H"
	}
	n, ok := number(s[i+1:])
	if !ok || n == 0 {
		return Ticket{}, false
	}
	if s[:i] == "H" {
		return Ticket{Held: n}, true
	}
	return Ticket{Prefix: s[:i], Number: n}, ValidPrefix(s[:i])
}

// ValidPrefix reports whether p can be the prefix of ticket numbers: one to ten
// upper-case letters or digits, a letter first, and not H, which names held tickets.
func ValidPrefix(p string) bool {
	if p == "" || len(p) > 10 || p == "H" || p[0] < 'A' || p[0] > 'Z' {
		return false
	}
	for i := range len(p) {
		if c := p[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// number reads 1 to 12 decimal digits without leading zero.
func number(s string) (int64, bool) {
	if s == "" || len(s) > 12 || s[0] == '0' {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
