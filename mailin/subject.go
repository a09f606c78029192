package mailin

import "strings"

// replyPrefixes and forwardPrefixes are what mail programs put before a subject,
// lower case, without the colon.
var (
	replyPrefixes   = []string{"re", "aw", "antw", "antwort", "sv", "vs", "odp", "res", "rif", "r", "ynt", "atb", "vá", "bls", "rép", "回复", "答复", "回覆", "réf", "betr", "ref", "in response to", "ответ", "отв"}
	forwardPrefixes = []string{"fwd", "fw", "wg", "tr", "i", "rv", "enc", "pd", "vb", "vl", "doorst", "wtr", "weitergeleitet", "weiterl", "転送", "转发", "轉寄", "ilt", "továbbítás", "fs", "fyi fwd", "vl"}
)

// subjectPrefix cuts one prefix ("AW:", "Re[2]:", "FWD : ") off. forward tells
// which kind it was.
func subjectPrefix(s string) (rest string, forward, ok bool) {
	s = strings.TrimLeft(s, " \t")
	i := strings.IndexByte(s, ':')
	n := 1
	if j := strings.Index(s, "："); j >= 0 && (i < 0 || j < i) {
		i, n = j, len("：")
	}
	if i <= 0 || i > 24 {
		return s, false, false
	}
	p := strings.ToLower(strings.TrimSpace(s[:i]))
	if k := strings.IndexAny(p, "[(^"); k > 0 { // Re[2]:, Re(3):, Re^2:
		p = strings.TrimSpace(p[:k])
	}
	p = strings.TrimRight(p, "0123456789. ")
	for _, w := range replyPrefixes {
		if p == w {
			return strings.TrimSpace(s[i+n:]), false, true
		}
	}
	for _, w := range forwardPrefixes {
		if p == w {
			return strings.TrimSpace(s[i+n:]), true, true
		}
	}
	return s, false, false
}

// BaseSubject returns a subject without the prefixes of answers and forwards in
// the usual languages: Re:, AW:, WG:, Fwd:, Antwort:, SV: and so on.
func BaseSubject(s string) string {
	for n := 0; n < 20; n++ {
		rest, _, ok := subjectPrefix(s)
		if !ok {
			break
		}
		s = rest
	}
	return strings.TrimSpace(s)
}

// forwardSubject tells whether the first prefix is that of a forwarded mail.
func forwardSubject(s string) bool {
	_, forward, ok := subjectPrefix(s)
	return ok && forward
}

// answerSubject tells whether the first prefix is that of an answer.
func answerSubject(s string) bool {
	_, forward, ok := subjectPrefix(s)
	return ok && !forward
}
