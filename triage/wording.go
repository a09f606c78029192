package triage

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

const (
	// entryBytes bounds one text in a mail of ours; the whole is in the ticket, and
	// #zeige mails it.
	entryBytes = 16 << 10
	// historyBytes bounds all texts of a history together, so that a hand-over stays
	// below what mail servers take.
	historyBytes = 256 << 10
)

// clip shortens a text to n bytes at a rune, and says so.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n]) + "\n[…]"
}

// inLang picks the German or the English text.
func inLang(pair [2]string, lang string) string {
	if lang == "en" {
		return pair[1]
	}
	return pair[0]
}

// short names an address in a cause without showing it: causes stand in errors.
func short(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:6])
}
