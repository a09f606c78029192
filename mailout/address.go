package mailout

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// CheckAddress reports whether addr is an addr-spec we are willing to write into
// a header or an SMTP command: a dot-atom, or letters beyond ASCII (RFC 6531),
// at a domain name. Quoted local parts, comments and address literals are legal
// mail, and refused: no requester has one, attackers do.
func CheckAddress(addr string) error {
	_, err := asciiDomain(addr)
	return err
}

// NeedsUTF8 reports whether addr can only be sent with SMTPUTF8 (RFC 6531).
func NeedsUTF8(addr string) bool {
	a, err := asciiDomain(addr)
	return err == nil && !isASCII(a)
}

// WireAddress returns addr as it is written into headers and SMTP commands: the
// domain in its ASCII form (RFC 5891).
func WireAddress(addr string) (string, error) { return asciiDomain(addr) }

func asciiDomain(addr string) (string, error) {
	if addr == "" {
		return "", fmt.Errorf("address is empty")
	}
	if len(addr) > 254 { // RFC 5321 section 4.5.3.1.3
		return "", fmt.Errorf("address has %d bytes, at most 254 are allowed", len(addr))
	}
	if !utf8.ValidString(addr) {
		return "", fmt.Errorf("address is not valid UTF-8")
	}
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || at == len(addr)-1 {
		return "", fmt.Errorf("address %q has no local part or no domain", addr)
	}
	local, domain := addr[:at], addr[at+1:]
	if len(local) > 64 { // RFC 5321 section 4.5.3.1.1
		return "", fmt.Errorf("local part has %d bytes, at most 64 are allowed", len(local))
	}
	for _, atom := range strings.Split(local, ".") {
		if atom == "" {
			return "", fmt.Errorf("local part %q has an empty atom", local)
		}
		for _, r := range atom {
			if !isAtext(r) {
				return "", fmt.Errorf("local part %q holds %q, which is not allowed", local, r)
			}
		}
	}
	if !isASCII(domain) {
		a, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", fmt.Errorf("domain %q: %w", domain, err)
		}
		domain = a
	}
	for _, label := range strings.Split(domain, ".") {
		if !isLabel(label) {
			return "", fmt.Errorf("domain %q has a label that is not a host name", domain)
		}
	}
	return local + "@" + domain, nil
}

// isAtext: RFC 5322 section 3.2.3, and letters, marks and digits beyond ASCII
// (RFC 6532); nothing invisible and no spaces.
func isAtext(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return false
	case r < 0x80:
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
			strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// MaskAddress hides who an address belongs to, for logs: k***@kunde.example.
func MaskAddress(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 {
		return "***"
	}
	_, n := utf8.DecodeRuneInString(addr)
	domain := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, addr[at+1:])
	return addr[:min(n, at)] + "***@" + domain
}
