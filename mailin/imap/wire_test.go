package imap

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// A wire bounds the server however its bytes are cut.
func TestWireBounds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     error
	}{
		{"plain", "* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot (Debian) ready.\r\nT1 OK Capability completed (0.001 secs).\r\n", nil},
		{"capability list", "* OK [CAPABILITY(VS]t", errCapabilities},
		{"untagged capability", "* CAPABILITY IMAP4rev1 (X)\r\n", errCapabilities},
		{"numbered capability", "* 7 CAPABILITY (", errCapabilities},
		{"enabled", "* ENABLED (X\r\n", errCapabilities},
		{"tagged capability", "T12 OK [CAPABILITY IDLE (", errCapabilities},
		{"body", "* 1 FETCH (UID 1 BODY[] {100000}\r\n" + strings.Repeat("x", 100000) + ")\r\nT1 OK\r\n", nil},
		{"body without lines", "* 1 FETCH (UID 1 BODY[HEADER]<0> {3000000}\r\n" + strings.Repeat("x", 3000000) + ")\r\n", nil},
		{"body too large", "* 1 FETCH (UID 1 BODY[] {99000000}\r\n", errLiteralTooLong},
		{"body of 2^64", "* 1 FETCH (UID 1 BODY[] {18446744073709551616}\r\n", nil}, // twenty digits: the library refuses
		{"buffered literal", "* 1 FETCH (ENVELOPE ({1000000}\r\n", errLiteralTooLong},
		{"text like a literal", "* OK look {10}\r\n" + strings.Repeat("x", maxLine+10), errLineTooLong},
		{"long line", "* SEARCH " + strings.Repeat("1 ", maxLine), errLineTooLong},
		{"line after a body", "* 1 FETCH (BODY[] {3}\r\nabc " + strings.Repeat("x", maxLine+10), errLineTooLong},
	} {
		for _, chunk := range []int{1, 7, 4096} {
			if chunk == 1 && len(tc.in) > 200_000 {
				continue
			}
			client, server := net.Pipe()
			w := &wire{Conn: client, maxLiteral: 50 << 20}
			go func() {
				defer server.Close()
				_, _ = server.Write([]byte(tc.in))
			}()
			got, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{w}, make([]byte, chunk))
			if !errors.Is(err, tc.want) {
				t.Errorf("%s in pieces of %d: %v after %d bytes, want %v", tc.name, chunk, err, got, tc.want)
			}
			if tc.want == nil && got != int64(len(tc.in)) {
				t.Errorf("%s in pieces of %d: %d bytes of %d", tc.name, chunk, got, len(tc.in))
			}
			client.Close()
		}
	}
}
