package mailin

import (
	"bytes"
	"strings"
)

// maxRecipients bounds the recipients read from one report.
const maxRecipients = 200

// readDSN reads a delivery report: the machine-readable part (RFC 3464) where
// there is one, else the prose of the servers that write none. It returns nil for
// every other mail.
func readDSN(m *Message, h *header, t *tree) *DSN {
	var d *DSN
	for i := range t.reports {
		p := &t.reports[i]
		if strings.HasSuffix(p.ctype.value, "delivery-status") {
			if d == nil {
				d = &DSN{}
			}
			d.addStatus(decodeTransfer(p.body, p.cte))
		}
	}
	switch {
	case d != nil && (len(d.Recipients) > 0 || d.Status != ""):
		if len(d.Recipients) == 0 || d.Status == "" || d.Action == "" {
			d.addProse(m, h, t)
		}
	case t.types["message/feedback-report"] || t.reportType == "feedback-report" || t.types["message/disposition-notification"] || t.reportType == "disposition-notification":
		return nil
	case d != nil || t.reportType == "delivery-status" || proseReport(m, h, t):
		d = &DSN{}
		d.addProse(m, h, t)
	default:
		return nil
	}
	d.finish(m)
	if d.OriginalMessageID == "" {
		d.OriginalMessageID = originalID(m, h, t)
	}
	return d
}

// addStatus reads message/delivery-status: blocks of fields, the first about the
// message, each further one about a recipient (RFC 3464 section 2.1).
func (d *DSN) addStatus(b []byte) {
	for len(b) > 0 && len(d.Recipients) < maxRecipients {
		h, rest := splitHeader(bytes.TrimLeft(b, "\r\n"))
		if len(h.fields) == 0 && len(rest) >= len(b) {
			_, rest = cutLine(b)
		}
		d.addBlock(&h)
		b = rest
	}
}

func (d *DSN) addBlock(h *header) {
	rcpt := typed(h.get("Final-Recipient"))
	if x := typed(h.get("X-Actual-Recipient")); rcpt == "" || !strings.Contains(rcpt, "@") && strings.Contains(x, "@") {
		rcpt = x
	}
	if o := typed(h.get("Original-Recipient")); rcpt == "" || !strings.Contains(rcpt, "@") && strings.Contains(o, "@") {
		rcpt = o
	}
	action := strings.ToLower(strings.TrimSpace(stripComments(h.get("Action"))))
	status := statusCode(h.get("Status"))
	if rcpt == "" && action == "" && status == "" {
		return
	}
	if i := strings.IndexAny(action, " ;,("); i > 0 {
		action = action[:i]
	}
	if action == "expired" || action == "fail" || action == "failure" || action == "deliverable" {
		action = "failed"
	}
	if action == "delay" {
		action = "delayed"
	}
	d.addRecipient(rcpt)
	d.addAction(action, rcpt, typed(h.get("Original-Recipient")))
	diagnostic := typed(h.get("Diagnostic-Code"))
	if status == "" || strings.HasSuffix(status, ".0.0") {
		if s := statusCode(diagnostic); s != "" {
			status = s
		}
	}
	if worse(action, d.Action) {
		d.Action = action
		d.Status, d.Diagnostic = "", ""
	}
	if action == d.Action || action == "" {
		if d.Status == "" {
			d.Status = status
		}
		if d.Diagnostic == "" {
			d.Diagnostic = limit(cleanLine(decodeWords(diagnostic)), 1000)
		}
	}
}

// addAction keeps what became of one recipient, under every address it is called by.
func (d *DSN) addAction(action string, addresses ...string) {
	if action == "" {
		return
	}
	for _, a := range addresses {
		if a = FoldAddress(a); a == "" || len(d.actions) >= 2*maxRecipients {
			continue
		}
		if d.actions == nil {
			d.actions = map[string]string{}
		}
		if worse(action, d.actions[a]) {
			d.actions[a] = action
		}
	}
}

// typed cuts the type off "rfc822; a@b" and "smtp; 550 ..." (RFC 3464 section 2.1.2).
func typed(s string) string {
	if i := strings.IndexByte(s, ';'); i >= 0 && i < 20 && strings.IndexByte(s[:i], '@') < 0 {
		s = s[i+1:]
	}
	return strings.TrimSpace(s)
}

// addRecipient adds an address once, without brackets and comments.
func (d *DSN) addRecipient(s string) {
	s = strings.Trim(strings.TrimSpace(s), "<>\"'`,;:.()[]")
	if s == "" || !strings.Contains(s, "@") || strings.ContainsAny(s, " \t") {
		if a, ok := parseAddress(s); ok && strings.Contains(a.Address, "@") {
			s = a.Address
		} else {
			return
		}
	}
	s = strings.Trim(s, "<>")
	if at := strings.LastIndexByte(s, '@'); at <= 0 || at == len(s)-1 || s[0] == '|' || s[0] == '#' {
		return
	}
	for _, have := range d.Recipients {
		if strings.EqualFold(have, s) {
			return
		}
	}
	if len(d.Recipients) < maxRecipients && len(s) <= 320 {
		d.Recipients = append(d.Recipients, s)
	}
}

var actionRank = map[string]int{"failed": 5, "delayed": 4, "expanded": 3, "relayed": 2, "delivered": 1}

func worse(a, b string) bool { return actionRank[a] > actionRank[b] }

// finish settles what follows from the rest: the action of a report without one,
// and whether the address itself is dead, so that no later attempt can succeed.
func (d *DSN) finish(m *Message) {
	if d.Action == "" {
		switch {
		case strings.HasPrefix(d.Status, "2."):
			d.Action = "delivered"
		case strings.HasPrefix(d.Status, "4.") && delaySubject(m.Subject):
			d.Action = "delayed"
		default:
			d.Action = "failed"
		}
	}
	d.Hard = d.Action == "failed" && deadAddress(d.Status, d.Diagnostic)
}

// deadAddress tells failures of the address (RFC 3463 section 3.2: no such
// mailbox, system or address, moved) from those of the moment, the text or the
// sender: full, blocked, too big, refused by policy.
func deadAddress(status, diagnostic string) bool {
	if strings.HasPrefix(status, "4.") {
		return false
	}
	low := strings.ToLower(diagnostic)
	for _, w := range aliveWords {
		if strings.Contains(low, w) {
			return false
		}
	}
	switch status {
	case "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.9", "5.1.10", "5.4.4", "5.3.2":
		return true
	}
	for _, w := range statusWords {
		if strings.HasPrefix(w.status, "5.1.") && strings.Contains(low, w.word) {
			return true
		}
	}
	return false
}

func delaySubject(s string) bool {
	low := strings.ToLower(s)
	return strings.Contains(low, "delay") || strings.Contains(low, "verzöger") || strings.Contains(low, "warning") || strings.Contains(low, "deferred")
}

// originalID finds the Message-ID of the mail that failed: in the returned mail
// or its header, in X-Original-Message-ID, in In-Reply-To, in the text.
func originalID(m *Message, h *header, t *tree) string {
	for i := range t.returned {
		p := &t.returned[i]
		body := decodeTransfer(p.body, p.cte)
		rh, _ := splitHeader(bytes.TrimLeft(body, "\r\n"))
		if id := messageID(rh.get(originalIDField)); id != "" { // a server replaced the other one
			return id
		}
		if id := messageID(rh.get("Message-ID")); id != "" {
			return id
		}
	}
	for _, name := range [...]string{"X-Original-Message-ID", "Original-Message-ID", "X-MS-Exchange-Parent-Message-Id"} {
		if id := messageID(h.get(name)); id != "" {
			return id
		}
	}
	for _, text := range [...]string{m.Text} {
		low := strings.ToLower(text)
		for _, word := range [...]string{"\nmessage-id:", "\n> message-id:", "message id:", "\toriginal-message-id:"} {
			i := strings.Index(low, word)
			if i < 0 || len(low) != len(text) {
				continue
			}
			line, _, _ := strings.Cut(text[i+len(word):], "\n")
			if id := messageID(line); strings.Contains(id, "@") && !strings.Contains(id, " ") {
				return id
			}
		}
	}
	if len(m.InReplyTo) > 0 {
		return m.InReplyTo[0]
	}
	if n := len(m.References); n > 0 {
		return m.References[n-1]
	}
	return ""
}

func limit(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return string(cutRune([]byte(s), n))
}
