package mailin

import (
	"strings"
	"time"
)

// readHeader fills the fields that come from the header.
func (m *Message) readHeader(h *header, o Options) {
	if h.badLines > 0 {
		m.defect(DefectHeader)
	}
	if h.cut {
		m.defect(DefectHeaderCut)
	}
	if h.overrun && len(h.fields) > 0 {
		m.defect(DefectNoHeader)
	}
	if h.has("Return-Path") {
		if rp := strings.TrimSpace(h.get("Return-Path")); rp == "<>" || rp == "" {
			m.ReturnPath = "<>"
		} else {
			a, _ := parseAddress(rp)
			m.ReturnPath = a.Address
		}
	}
	m.Subject = decodeSubject(h.get("Subject"))
	m.readFrom(h)
	m.To = m.addresses(h, "To")
	m.Cc = m.addresses(h, "Cc")
	m.ReplyTo = m.addresses(h, "Reply-To")
	if d, ok := parseDate(h.get("Date")); ok && plausible(d, o.Received) {
		m.Date = d
	} else {
		m.defect(DefectDate)
	}
	m.readIDs(h)
	m.keepFields(h)
}

// plausible refuses dates that cannot be: before mail existed, or more than two
// days after it was received.
func plausible(d, received time.Time) bool {
	if d.Year() < 1970 {
		return false
	}
	return received.IsZero() || d.Before(received.AddDate(0, 0, 2))
}

func decodeSubject(s string) string {
	s = cleanLine(decodeWords(s))
	if len(s) > maxSubject {
		s = string(cutRune([]byte(s), maxSubject))
	}
	return s
}

func (m *Message) readFrom(h *header) {
	for i := range h.fields {
		if !equalFold(h.fields[i].name, "From") {
			continue
		}
		m.FromFields++
		if m.FromFields > 10 {
			continue
		}
		list, _ := parseAddresses(h.value(i))
		m.FromAll = append(m.FromAll, list...)
	}
	if s, _ := parseAddresses(h.get("Sender")); len(s) > 0 {
		m.Sender = s[0]
	}
	for _, a := range m.FromAll {
		if m.From.Address == "" && (a.Address != "" || m.From.Name == "") {
			m.From = a
		}
	}
	if m.From.Address == "" {
		m.defect(DefectFrom)
		// Somebody has to be answered; FromAll stays empty and proves nothing.
		if r, _ := parseAddresses(h.get("Reply-To")); len(r) > 0 && r[0].Address != "" {
			m.From.Address = r[0].Address
		} else {
			m.From.Address = m.Sender.Address
		}
	}
	if m.FromFields > 1 || len(m.FromAll) > 1 {
		m.defect(DefectManyFrom)
	}
}

func (m *Message) addresses(h *header, name string) []Address {
	var out []Address
	for i := range h.fields {
		if !equalFold(h.fields[i].name, name) {
			continue
		}
		list, cut := parseAddresses(h.value(i))
		out = append(out, list...)
		if cut || len(out) > MaxAddresses {
			out = out[:min(len(out), MaxAddresses)]
			m.defect(DefectAddresses)
			break
		}
	}
	return out
}

func (m *Message) readIDs(h *header) {
	id := h.get("Message-ID")
	m.MessageID = messageID(id)
	m.OriginalID = messageID(h.get(originalIDField))
	m.ThreadIndex = limit(oneWord(h.get("Thread-Index")), 1000)
	if id != "" && (len(messageIDs(id)) != 1 || !strings.Contains(m.MessageID, "@")) {
		m.defect(DefectMessageID)
	}
	m.InReplyTo, _ = references(h.all("In-Reply-To"))
	var cut bool
	if m.References, cut = references(h.all("References")); cut {
		m.defect(DefectRefs)
	}
}

// keepFields fills Header with the fields that rules may ask for: all but the
// trace of the transport, which is long and says nothing about the request.
func (m *Message) keepFields(h *header) {
	m.Header = make([]Field, 0, min(len(h.fields), maxKeptFields))
	for i := range h.fields {
		f := &h.fields[i]
		if traceField(f.name) {
			continue
		}
		if len(m.Header) >= maxKeptFields {
			return
		}
		v := f.value
		if len(v) > 2*maxFieldValue {
			v = v[:2*maxFieldValue]
		}
		s := cleanLine(decodeWords(decodeRaw(unfold(v))))
		if len(s) > maxFieldValue {
			s = string(cutRune([]byte(s), maxFieldValue))
		}
		m.Header = append(m.Header, Field{Name: f.name, Value: s})
	}
}

// traceField tells the fields of transport: RFC 5321 trace, signatures, verdicts.
func traceField(name string) bool {
	for _, w := range [...]string{"Received", "DKIM-Signature", "Authentication-Results", "X-Google-DKIM-Signature", "Received-SPF", "X-Received", "X-Gm-Message-State", "DomainKey-Signature"} {
		if equalFold(name, w) {
			return true
		}
	}
	for _, p := range [...]string{"ARC-", "X-MS-Exchange-", "X-Microsoft-Antispam", "X-Forefront-"} {
		if len(name) > len(p) && equalFold(name[:len(p)], p) {
			return true
		}
	}
	return false
}
