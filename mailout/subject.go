package mailout

import (
	"strings"
	"unicode/utf8"
)

// ReplySubject is the subject of every mail to a requester: `AW: Drucker
// [IT-10423]` in German, `Re: ...` otherwise. It never changes within a thread.
func ReplySubject(lang, base, tag string) string {
	prefix := "Re: "
	if lang == "de" {
		prefix = "AW: "
	}
	return prefix + subjectOr(lang, base, tag) + " [" + tag + "]"
}

// NoticeSubject is the subject of mails to agents: `[IT-10423] Drucker`. The tag
// stands first, because agents sort by it.
func NoticeSubject(lang, base, tag string) string {
	return "[" + tag + "] " + subjectOr(lang, base, tag)
}

// ThreadTopic is what Outlook groups a conversation by.
func ThreadTopic(base, tag string) string { return subjectBase(base, tag) }

func subjectOr(lang, base, tag string) string {
	if s := subjectBase(base, tag); s != "" {
		return s
	}
	if lang == "de" {
		return "Ihre Anfrage"
	}
	return "Your request"
}

// subjectBase takes our own tag and control characters out of a base subject, so
// that answers to answers do not collect tags.
func subjectBase(base, tag string) string {
	base = OneLine(base)
	if tag != "" {
		base = strings.ReplaceAll(base, "["+tag+"]", " ")
	}
	return truncate(strings.Join(strings.Fields(base), " "), 250)
}

// RootID is the synthetic first reference of all notices of a ticket, so that
// they form one thread in agents' mailboxes, where the requester's mail never was.
func RootID(tag, domain string) string { return tag + ".root@" + domain }

// Thread returns In-Reply-To and References for an answer to the mail parent
// whose own references are refs (RFC 5322 section 3.6.4).
func Thread(parent string, refs []string) (inReplyTo string, references []string) {
	if checkID(parent) != nil {
		return "", limitReferences(refs)
	}
	return parent, limitReferences(append(append([]string{}, refs...), parent))
}

// limitReferences drops doubles and what is not an identifier, and keeps the
// first and the newest within MaxReferences and MaxReferenceBytes.
func limitReferences(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var good []string
	for i := len(ids) - 1; i >= 0; i-- {
		if checkID(ids[i]) == nil && !seen[ids[i]] {
			seen[ids[i]] = true
			good = append(good, ids[i])
		}
	}
	if len(good) == 0 {
		return nil
	}
	first := good[len(good)-1]
	kept, size := []string{}, len(first)+3
	for _, id := range good[:len(good)-1] {
		if len(kept) == MaxReferences-1 || size+len(id)+3 > MaxReferenceBytes {
			break
		}
		kept, size = append(kept, id), size+len(id)+3
	}
	out := []string{first}
	for i := len(kept) - 1; i >= 0; i-- {
		out = append(out, kept[i])
	}
	return out
}

// NoticeFrom is the display name of mails to agents: Anna Berger über IT-Support.
func NoticeFrom(lang, person, desk string) string {
	if person = OneLine(person); person == "" {
		return desk
	}
	if lang == "de" {
		return person + " über " + desk
	}
	return person + " via " + desk
}

// ReplyFrom is the display name of an agent's relayed reply: Lena Huber (IT-Support).
func ReplyFrom(agent, desk string) string {
	if agent = OneLine(agent); agent == "" {
		return desk
	}
	return agent + " (" + desk + ")"
}

// OneLine makes one line of a value and takes out what could hide or reorder
// text: what it returns can stand in a header.
func OneLine(s string) string {
	if isPlainLine(s) {
		return s
	}
	return strings.Join(strings.Fields(visible(s)), " ")
}

// isPlainLine: printable ASCII, blanks single and inside. Most values are.
func isPlainLine(s string) bool {
	blank := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c >= 0x7f || c == ' ' && blank {
			return false
		}
		blank = c == ' '
	}
	return !blank || s == ""
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// visible takes control and bidirectional override characters out of a text;
// line ends and tabs stay.
func visible(s string) string {
	if isVisible(s) {
		return s
	}
	s = lineEnds.Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || isBidi(r) || r == 0xfeff {
			return -1
		}
		return r
	}, s)
}

// isVisible reports, quickly and rather once too little, that a text holds nothing
// that visible takes out: long texts pass here several times a mail.
func isVisible(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 && c != '\n' && c != '\t', c == 0x7f:
			return false
		case c == 0xc2 && i+1 < len(s) && s[i+1] < 0xa0: // U+0080 to U+009F
			return false
		case c == 0xe2 && i+1 < len(s) && s[i+1] <= 0x81, c == 0xef: // U+2000 to U+207F; U+F000 and above
			return false
		}
	}
	return utf8.ValidString(s)
}

// isBidi: explicit formatting characters of Unicode bidirectional text.
func isBidi(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
