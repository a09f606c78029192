package triage

import (
	"regexp"
	"strings"

	"firstline/mailin"
	"firstline/triage/command"
)

// forwardedMail is a mail inside another, as mail programs write it into the text.
type forwardedMail struct {
	from    mailin.Address
	subject string
	text    string
	before  string // what stands above it
}

var (
	headerLine = regexp.MustCompile(`(?i)^\**\s*(von|from|absender|gesendet|sent|datum|date|an|to|cc|kopie|betreff|subject|antwort an|reply-to|wichtigkeit|importance|priorität|priority)\s*\**\s*:\s*\**\s*(.*?)\s*$`)
	// forwardRule is a line that announces a forwarded mail and is no word of anybody.
	forwardRule    = regexp.MustCompile(`(?i)^[\s>*]*(?:[-_=]{3,}.*|(?:anfang|beginn) der weitergeleiteten.*:|begin forwarded message:)\s*$`)
	forwardAddress = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+[A-Za-z0-9]`)
)

// headerMost is how many lines a header block may have, wrapped ones included.
const headerMost = 16

// original finds the mail an agent forwarded: the first header block in the text, else
// a mail that is attached. There is no guessing: a From line without an address is none
// (freescout#2813).
func (t *turn) original(parsed command.Mail) (from mailin.Address, text, subject string) {
	for _, source := range []string{t.m.Text, paragraphs(t.m.Reply, t.m.Forward)} {
		if f, ok := findForwarded(source); ok {
			return f.from, f.text, f.subject
		}
	}
	for i, a := range t.m.Attachments {
		if !strings.EqualFold(a.ContentType, "message/rfc822") {
			continue
		}
		raw, err := mailin.Content(t.raw, i)
		if err != nil {
			continue
		}
		inner := mailin.Parse(raw, t.c.ParseOptions(t.in.ReceivedAt))
		return inner.From, or(inner.Body(), inner.Text), mailin.BaseSubject(inner.Subject)
	}
	return from, parsed.Text, ""
}

// ownWords are what the agent wrote above the mail he forwarded.
func ownWords(said, forwarded string) string {
	if f, ok := findForwarded(said); ok {
		said = f.before
	}
	var lines []string
	for line := range strings.Lines(said) {
		if !forwardRule.MatchString(line) {
			lines = append(lines, line)
		}
	}
	if own := strings.TrimSpace(strings.Join(lines, "")); own != strings.TrimSpace(forwarded) {
		return own
	}
	return ""
}

// findForwarded takes the first forwarded mail out of a text: a block of header lines
// with From and one of date, recipient or subject, in any order and either language,
// as Outlook, Apple Mail, Gmail and Thunderbird write it.
func findForwarded(text string) (forwardedMail, bool) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		if m := headerLine.FindStringSubmatch(unquoted(lines[i])); m == nil {
			continue
		}
		f, end, ok := headerBlock(lines, i)
		if !ok {
			continue
		}
		f.before = strings.Join(lines[:i], "\n")
		body := lines[end:]
		if strings.HasPrefix(strings.TrimSpace(lines[i]), ">") {
			for k, line := range body {
				body[k] = unquoted(line)
			}
		}
		f.text = strings.TrimSpace(strings.Join(body, "\n"))
		return f, true
	}
	return forwardedMail{}, false
}

// headerBlock reads the header lines from line i on; end is the line below them.
func headerBlock(lines []string, i int) (f forwardedMail, end int, ok bool) {
	seen, last := map[string]string{}, ""
	for end = i; end < len(lines) && end-i < headerMost; end++ {
		line := unquoted(lines[end])
		if m := headerLine.FindStringSubmatch(line); m != nil {
			last = headerName(m[1])
			if _, again := seen[last]; again {
				break
			}
			seen[last] = m[2]
			continue
		}
		switch more := strings.TrimSpace(line); {
		case more == "" && nextIsHeader(lines, end+1):
		case more != "" && last != "" && (nextIsHeader(lines, end+1) || forwardAddress.MatchString(more) && last == "from" && !forwardAddress.MatchString(seen[last])):
			seen[last] += " " + more // a wrapped line
		default:
			goto done
		}
	}
done:
	_, dated := seen["date"]
	_, to := seen["to"]
	_, about := seen["subject"]
	at := forwardAddress.FindStringIndex(seen["from"])
	if at == nil || !dated && !to && !about {
		return f, end, false
	}
	name := strings.TrimSpace(strings.TrimSuffix(strings.Trim(seen["from"][:at[0]], " \t<\"'[(*"), "mailto:"))
	f.from = mailin.Address{Name: strings.Trim(name, " <\"'["), Address: seen["from"][at[0]:at[1]]}
	f.subject = mailin.BaseSubject(seen["subject"])
	return f, end, true
}

// headerName is the header a word of either language stands for.
func headerName(word string) string {
	switch strings.ToLower(word) {
	case "von", "from", "absender":
		return "from"
	case "gesendet", "sent", "datum", "date":
		return "date"
	case "an", "to":
		return "to"
	case "betreff", "subject":
		return "subject"
	}
	return strings.ToLower(word)
}

func nextIsHeader(lines []string, i int) bool {
	return i < len(lines) && headerLine.MatchString(unquoted(lines[i]))
}

// unquoted is a line without quote marks and the blanks around it.
func unquoted(line string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.ReplaceAll(line, "\u00a0", " "), "> \t"))
}
