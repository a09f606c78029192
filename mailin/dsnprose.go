package mailin

import (
	"strings"
)

// maxProse is how much of a report's text is searched.
const maxProse = 32 << 10

// proseReport tells a delivery report that has no machine-readable part: by the
// fields of mail servers, by sender and subject together, or by the set phrases
// of servers. A person's mail about an undeliverable parcel has none of them.
func proseReport(m *Message, h *header, t *tree) bool {
	if sesBounce(m) != nil {
		return true
	}
	if h.has("X-Failed-Recipients") || h.has("X-MS-Exchange-Message-Is-Ndr") {
		return true
	}
	_, k := subjectClass(m.Subject)
	daemon := daemonSender(m)
	robot := len(t.returned) > 0 && robotSender(m)
	if h.has("X-MLServer") && strings.Contains(strings.ToLower(m.Text), "original mail as follows") {
		return true
	}
	if !daemon && k != ClassDSN && m.ReturnPath != "<>" && !robot {
		return false // a person's mail: no need to look for the phrases
	}
	phrase := reportPhrase(m.Text)
	switch {
	case daemon && (k == ClassDSN || phrase), phrase && robot, k == ClassDSN && phrase && !asks(m.Reply):
		return true
	case m.ReturnPath == "<>" && (k == ClassDSN || phrase) && !strings.HasPrefix(h.get("Auto-Submitted"), "auto-replied"):
		return true
	}
	return daemon && h.get("X-Autoreply") == "" && k != ClassAutoReply && !h.has("X-Auto-Response-Suppress")
}

// asks tells a text with a question: servers ask nothing.
func asks(text string) bool {
	return strings.Contains(text[:min(len(text), maxBodyScan)], "?")
}

func daemonSender(m *Message) bool {
	for _, a := range [...]string{m.From.Address, m.ReturnPath, m.Sender.Address} {
		local := strings.ToLower(a)
		if i := strings.LastIndexByte(local, '@'); i >= 0 {
			local = local[:i]
		}
		if k, ok := localClass(local); ok && k == ClassDSN {
			return true
		}
	}
	name := strings.ToLower(m.From.Name)
	for _, w := range [...]string{"mail delivery", "mailer-daemon", "mail administrator", "delivery subsystem", "mail system", "postmaster", "microsoft outlook"} {
		if strings.Contains(name, w) {
			return w != "microsoft outlook" || m.ReturnPath == "<>"
		}
	}
	return false
}

// reportPhrase tells whether the text begins with what mail servers say.
func reportPhrase(text string) bool {
	return reportIndex.any(strings.ToLower(text[:min(len(text), 4096)]))
}

// robotSender tells a From address that nobody reads.
func robotSender(m *Message) bool {
	local, _, ok := strings.Cut(strings.ToLower(m.From.Address), "@")
	return ok && robotLocal(local)
}

// addProse fills what the text of a report says.
func (d *DSN) addProse(m *Message, h *header, t *tree) {
	if b := sesBounce(m); b != nil {
		d.addSES(b)
		return
	}
	for _, a := range h.all("X-Failed-Recipients") {
		list, _ := parseAddresses(a)
		for _, one := range list {
			d.addRecipient(one.Address)
		}
	}
	text := m.Text[:min(len(m.Text), maxProse)]
	own, copied := cutReturned(text)
	if len(d.Recipients) == 0 {
		d.looseStatus(text, t)
	}
	if len(d.Recipients) == 0 {
		d.proseRecipients(m, own)
	}
	if len(d.Recipients) == 0 {
		d.returnedRecipients(copied, t)
	}
	if d.Status == "" {
		d.Status = proseStatus(own)
	}
	if d.Diagnostic == "" {
		d.Diagnostic = proseDiagnostic(own)
	}
	if d.Action == "" {
		d.Action = proseAction(m.Subject, own)
	}
}

// looseStatus reads the fields of a delivery report that stands in the text, or
// in the returned mail, instead of in a part of its own.
func (d *DSN) looseStatus(text string, t *tree) {
	if i := indexFold(text, "final-recipient:"); i >= 0 {
		d.addStatus([]byte(text[paragraphStart(text, i):]))
	}
	for i := 0; i < len(t.returned) && len(d.Recipients) == 0; i++ {
		b := string(t.returned[i].body[:min(len(t.returned[i].body), maxProse)])
		if k := indexFold(b, "\nfinal-recipient:"); k >= 0 {
			d.addStatus([]byte(b[k+1:]))
		}
	}
}

func indexFold(s, lower string) int {
	low := strings.ToLower(s)
	if len(low) != len(s) {
		return strings.Index(s, lower)
	}
	return strings.Index(low, lower)
}

// paragraphStart is the start of the paragraph that position i lies in.
func paragraphStart(s string, i int) int {
	if k := strings.LastIndex(s[:i], "\n\n"); k >= 0 {
		return k + 2
	}
	return 0
}

// returnedRecipients takes the recipients of the returned mail: some servers send
// it back and name nobody.
func (d *DSN) returnedRecipients(copied string, t *tree) {
	add := func(v string) {
		list, _ := parseAddresses(v)
		for _, one := range list {
			d.addRecipient(one.Address)
		}
	}
	for i := range t.returned {
		h, _ := splitHeader(decodeTransfer(t.returned[i].body, t.returned[i].cte))
		if add(h.get("To")); len(d.Recipients) > 0 {
			return
		}
	}
	for _, line := range strings.Split(copied, "\n") {
		if k, v := headerLabel(line); k == 't' {
			add(v)
			return
		}
	}
}

// cutReturned splits a report's text from the returned mail below it.
func cutReturned(text string) (own, returned string) {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		low = text
	}
	cut := len(text)
	for _, w := range returnedMarks {
		if i := strings.Index(low, w); i >= 0 && i < cut && i > 20 {
			cut = i
		}
	}
	return text[:cut], text[cut:]
}

// proseRecipients collects the addresses of the report's own text in the places
// where servers put failed recipients; the mail's own sender and the addressee of
// the report are none.
func (d *DSN) proseRecipients(m *Message, text string) {
	not := map[string]bool{FoldAddress(m.From.Address): true, FoldAddress(m.ReturnPath): true}
	for _, a := range m.To {
		not[FoldAddress(a.Address)] = true
	}
	if rest := afterIntro(text); rest != "" {
		if d.scanRecipients(strings.Split(rest, "\n"), not); len(d.Recipients) > 0 {
			return
		}
	}
	lines := strings.Split(text, "\n")
	if d.scanRecipients(lines, not); len(d.Recipients) > 0 {
		return
	}
	// A mail to oneself: the addressee of the report is the one that failed.
	d.scanRecipients(lines, map[string]bool{FoldAddress(m.From.Address): true})
}

// afterIntro is the text below the words that announce the failed recipients.
func afterIntro(text string) string {
	low := strings.ToLower(text)
	if len(low) != len(text) {
		return ""
	}
	at := -1
	for _, w := range introWords {
		if i := strings.Index(low, w); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return ""
	}
	return text[at:]
}

// scanRecipients adds the addresses of a text: those in the place of a recipient,
// or all where there is none in such a place.
func (d *DSN) scanRecipients(lines []string, not map[string]bool) {
	for _, strict := range [...]bool{true, false} {
		for i, line := range lines {
			for _, a := range addressesIn(line) {
				if not[FoldAddress(a)] || systemAddress(a) || senderContext(line, a) {
					continue
				}
				if strict && !recipientPlace(lines, i, a) {
					continue
				}
				d.addRecipient(a)
			}
		}
		if len(d.Recipients) > 0 {
			return
		}
	}
}

// recipientPlace tells whether an address stands where servers put a failed
// recipient: at the start of a line, or behind one of their words.
func recipientPlace(lines []string, i int, a string) bool {
	line := lines[i]
	trimmed := strings.TrimLeft(line, " \t<>*-\"'")
	if strings.HasPrefix(trimmed, a) {
		return true
	}
	at := strings.Index(line, a)
	before := strings.ToLower(line[:max(at, 0)])
	for _, w := range recipientWords {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// senderContext tells addresses that the text names as sender or contact.
func senderContext(line, a string) bool {
	before := strings.ToLower(line[:max(strings.Index(line, a), 0)])
	for _, w := range [...]string{"mail from", "from:", "sender", "contact", "e-mail to", "email to", "mailto:", "message-id", "envelope-from", "forward to", "please send"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

func systemAddress(a string) bool {
	local := strings.ToLower(a[:strings.LastIndexByte(a, '@')])
	_, system := localClass(local)
	return system || local == "abuse" || local == "hostmaster"
}

// proseStatus finds the status of a report in prose: a code, an SMTP reply, or
// what the words mean.
func proseStatus(text string) string {
	if s := statusCode(text); s != "" {
		return s
	}
	low := strings.ToLower(text)
	for _, w := range statusWords {
		if strings.Contains(low, w.word) {
			return w.status
		}
	}
	switch reply := smtpReply(text); {
	case strings.HasPrefix(reply, "4"):
		return "4.0.0"
	case strings.HasPrefix(reply, "5"):
		return "5.0.0"
	}
	return ""
}

// smtpReply finds a line with a reply code of SMTP (RFC 5321 section 4.2).
func smtpReply(text string) string {
	for i := 0; i+4 < len(text); i++ {
		if (text[i] == '4' || text[i] == '5') && text[i+1] >= '0' && text[i+1] <= '5' && isDigit(text[i+2]) && (text[i+3] == ' ' || text[i+3] == '-') &&
			(i == 0 || !isDigit(text[i-1]) && !isLetter(text[i-1]) && text[i-1] != '.' && text[i-1] != '-') {
			line, _, _ := strings.Cut(text[i:], "\n")
			return line
		}
	}
	return ""
}

// proseDiagnostic is the line that says why: an SMTP reply or the first line with
// a word of failure.
func proseDiagnostic(text string) string {
	if r := smtpReply(text); r != "" {
		return limit(cleanLine(r), 1000)
	}
	for _, line := range strings.Split(text, "\n") {
		low := strings.ToLower(line)
		for _, w := range [...]string{"unknown", "quota", "rejected", "full", "not found", "timed out", "denied", "unbekannt", "error", "fehler", "refused", "invalid", "ist voll", "nicht gefunden", "abgelehnt", "grund:"} {
			if strings.Contains(low, w) {
				return limit(cleanLine(line), 1000)
			}
		}
	}
	return ""
}

// proseAction tells a delay from a failure.
func proseAction(subject, text string) string {
	low := strings.ToLower(subject + "\n" + text)
	for _, w := range [...]string{"delivery delayed", "delayed mail", "has been delayed", "still trying", "will continue to", "will keep trying", "not yet been delivered", "warning: could not send", "warning: message still undelivered", "nachricht verzögert", "verzögerte zustellung", "(delay)", "you do not need to resend", "do not have to resend"} {
		if strings.Contains(low, w) {
			return "delayed"
		}
	}
	for _, w := range [...]string{"zugestellt:", "zustellungsbestätigung", "delivered:", "übermittelt:", "relayed:", "successfully delivered", "übermittlungsbestätigung", "weitergeleitet:"} {
		if strings.HasPrefix(low, w) || w == "successfully delivered" && strings.Contains(low, w) {
			if w == "relayed:" || w == "weitergeleitet:" {
				return "relayed"
			}
			return "delivered"
		}
	}
	return "failed"
}
