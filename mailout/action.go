package mailout

import "strings"

// maxMailto keeps action links short enough for every mail client; Outlook cuts
// near 2,000 characters.
const maxMailto = 1000

// Mailto is a link that opens a new mail with its text typed in (RFC 6068):
// blanks are %20, line ends %0D%0A. "" when it would get longer than 1,000
// characters or the address cannot be written.
func Mailto(address, subject, body string) string {
	a, err := WireAddress(address)
	if err != nil || !isASCII(a) {
		return ""
	}
	uri := "mailto:" + escapeURI(a, "@") + "?subject=" + escapeURI(subject, "")
	if body != "" {
		uri += "&body=" + escapeURI(strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\n", "\r\n"), "")
	}
	if len(uri) >= maxMailto {
		return ""
	}
	return uri
}

// escapeURI percent-encodes all but unreserved characters (RFC 3986 section 2.3).
func escapeURI(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// target is where the buttons of a mail lead: token proves the mail they stand in.
type target struct{ address, tag, token string }

// link is the mail a button opens. A requester's answer stands in the subject
// too, because some phones send an empty body; an agent's command stands in the
// body alone, with room below it where a text may follow ("#solved+").
func (t target) link(answer string) string {
	if t.address == "" {
		return ""
	}
	var subject []string
	if t.tag != "" {
		subject = append(subject, "["+t.tag+"]")
	}
	body := answer
	if strings.HasPrefix(answer, "#") {
		if command, room := strings.CutSuffix(answer, "+"); room {
			body = command + "\n\n"
		}
	} else {
		subject = append(subject, answer)
	}
	if t.token != "" {
		subject = append(subject, t.token)
	}
	return Mailto(t.address, strings.Join(subject, " "), body)
}
