package triage

import (
	"regexp"
	"strings"

	"firstline/mailin"
)

var (
	forwardFrom    = regexp.MustCompile(`(?im)^[>\s*]*(?:von|from|de|absender)\s*:[\s*]*(.+)$`)
	forwardAddress = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+[A-Za-z0-9]`)
)

// forwardedFrom is the author of a forwarded mail: the first From or Von line of
// its header block, as mail clients write it into the text. There is no guessing:
// without an address in that line it is not found (freescout#2813).
func forwardedFrom(text string) (mailin.Address, bool) {
	m := forwardFrom.FindStringSubmatch(text)
	if m == nil {
		return mailin.Address{}, false
	}
	at := forwardAddress.FindStringIndex(m[1])
	if at == nil {
		return mailin.Address{}, false
	}
	name := strings.Trim(m[1][:at[0]], " \t<\"'[(*")
	name = strings.TrimSpace(strings.TrimSuffix(name, "mailto:"))
	return mailin.Address{Name: strings.Trim(name, " <\"'["), Address: m[1][at[0]:at[1]]}, true
}
