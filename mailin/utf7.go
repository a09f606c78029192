package mailin

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// decodeUTF7 decodes RFC 2152 text; what does not decode stays as written.
func decodeUTF7(b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	for i := 0; i < len(b); {
		if b[i] != '+' {
			out.WriteByte(b[i] & 0x7f)
			i++
			continue
		}
		j := i + 1
		for j < len(b) && isBase64(b[j]) {
			j++
		}
		if j == i+1 { // "+-" is a plus
			out.WriteByte('+')
			if j < len(b) && b[j] == '-' {
				j++
			}
			i = j
			continue
		}
		if s, ok := utf7Shift(b[i+1 : j]); ok {
			out.WriteString(s)
		} else {
			out.Write(b[i:j])
		}
		if j < len(b) && b[j] == '-' {
			j++
		}
		i = j
	}
	return out.String()
}

func isBase64(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// utf7Shift decodes one modified base64 run to UTF-16BE text.
func utf7Shift(b []byte) (string, bool) {
	if len(b)%4 == 1 {
		return "", false
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))
	n, err := base64.RawStdEncoding.Decode(raw, b)
	if err != nil {
		return "", false
	}
	u := make([]uint16, 0, n/2)
	for i := 0; i+1 < n; i += 2 {
		u = append(u, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(u)), true
}
