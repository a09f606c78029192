package mailin

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// The defects.
const (
	DefectHeader    Defect = "header has lines that are no fields"
	DefectHeaderCut Defect = "header is too long: the rest is not read"
	DefectNoHeader  Defect = "header ends without an empty line"
	DefectDepth     Defect = "parts are nested too deep: the inner ones are not read"
	DefectParts     Defect = "too many parts: the last ones are not read"
	DefectBoundary  Defect = "boundary is missing or wrong"
	DefectUnclosed  Defect = "last boundary is missing: the mail may be cut off"
	DefectTextSize  Defect = "text is too long: the rest is not read"
	DefectCharset   Defect = "charset is unknown or wrong"
	DefectDate      Defect = "date cannot be read"
	DefectFrom      Defect = "no usable From address"
	DefectManyFrom  Defect = "several From fields or addresses"
	DefectMessageID Defect = "Message-ID is malformed"
	DefectAddresses Defect = "too many addresses: the last ones are not read"
	DefectRefs      Defect = "too many references: the oldest ones are dropped"
	DefectTNEF      Defect = "winmail.dat is damaged"
	DefectUTF16     Defect = "the mail is UTF-16 as a whole"
	DefectStopped   Defect = "reading stopped at an internal error: what was read so far is kept"
)

// Limits on what Message keeps.
const (
	maxSubject     = 1000 // bytes
	maxKeptFields  = 200
	maxFieldValue  = 2000 // bytes
	defaultMaxText = maxTextTotal
	maxReceived    = 100 // RFC 5321 section 6.3
)

// Options shape how a mail is read. The zero value reads without trust.
type Options struct {
	Received time.Time   // used where the mail has no usable date
	Auth     AuthOptions // whose verdict counts
	Own      []string    // our own addresses, folded: a mail from one of them is a loop
	Prefix   string      // our ticket prefix, for the lines of our mails ("IT")
	MaxText  int         // bytes of Text, 0 for 4 MiB
}

// Parse reads a mail. It never fails: what cannot be read is left empty and named
// in Defects.
func Parse(raw []byte, o Options) (m *Message) {
	m = &Message{Date: o.Received}
	defer func() {
		// Bad input must not stop the queue; the fuzz targets call parse itself.
		if recover() != nil {
			m.Truncated = true
			m.defect(DefectStopped)
			m.Automatic.Answer = false
			if m.Automatic.Class == "" {
				m.Automatic = Automatic{Class: ClassHuman, Reasons: []string{string(DefectStopped)}}
			}
		}
	}()
	parse(m, raw, o)
	return m
}

func parse(m *Message, raw []byte, o Options) {
	if len(raw) > 3 && (raw[0] == 0xFF && raw[1] == 0xFE || raw[0] == 0xFE && raw[1] == 0xFF) {
		m.defect(DefectUTF16)
	}
	b := normalise(raw)
	h, body := splitHeader(b)
	t := walkRoot(h, body)
	h.charset = t.charset()
	m.readHeader(&h, o)
	text, cids, htmlOnly := t.body()
	limit := o.MaxText
	if limit <= 0 {
		limit = defaultMaxText
	}
	if len(text) > limit {
		text = string(cutRune([]byte(text), limit))
		t.cut = true
		t.defect(DefectTextSize)
	}
	m.HTMLOnly = htmlOnly
	m.Calendar, m.Encrypted, m.Signed = t.calendar, t.encrypted, t.signed
	m.readAttachments(t, cids)
	m.split(t, text, o)
	m.Auth = verdict(m, &h, o.Auth)
	m.DSN = readDSN(m, &h, t)
	m.readReceipt(t)
	m.Automatic = automatic(m, &h, t, o)
	m.mistrustUTF16()
	m.Truncated = m.Truncated || t.cut || h.cut
	for _, d := range t.defects {
		m.defect(d)
	}
}

// mistrustUTF16 takes verdict and answer from a mail that is UTF-16 as a whole: no
// mail server wrote its trace block, so it proves nothing.
func (m *Message) mistrustUTF16() {
	if !slices.Contains(m.Defects, DefectUTF16) {
		return
	}
	m.Auth = Auth{Verdict: VerdictNone, Domain: m.Auth.Domain, Reason: string(DefectUTF16)}
	m.Automatic.Answer = false
	m.Automatic.Reasons = append(m.Automatic.Reasons, string(DefectUTF16))
}

func (m *Message) defect(d Defect) {
	for _, have := range m.Defects {
		if have == d {
			return
		}
	}
	m.Defects = append(m.Defects, d)
}

// split fills text, reply, quote, signature and language.
func (m *Message) split(t *tree, text string, o Options) {
	m.Text = strings.TrimRight(dropMarks(text), " \n\t")
	s := splitReply(text, replyContext{subject: m.Subject, prefix: o.Prefix,
		isReply: len(m.InReplyTo) > 0 || len(m.References) > 0 || answerSubject(m.Subject)})
	m.Reply, m.Quoted, m.Signature, m.Forwarded, m.Forward = s.reply, s.quoted, s.signature, s.forwarded, s.forward
	m.Language, m.LanguageConfidence = language(m.Reply)
	if m.LanguageConfidence < 0.3 {
		if l, c := language(m.Subject + "\n" + m.Text); c > m.LanguageConfidence {
			m.Language, m.LanguageConfidence = l, c
		}
	}
}

// walkRoot reads the tree of a mail whose header is split off already.
func walkRoot(h header, body []byte) *tree {
	t := &tree{}
	p := newPart(h, body)
	if p.ctype.value == "" && h.get("MIME-Version") == "" && strings.HasPrefix(string(bytes.TrimSpace(body[:min(len(body), 40)])), "<html") {
		p.ctype.value = "text/html"
	}
	t.walk(p, 0, "text/plain")
	return t
}

// readReceipt fills In-Reply-To from the mail that a read receipt or complaint is
// about (RFC 8098 section 3.2.5, RFC 5965), where the header has none.
func (m *Message) readReceipt(t *tree) {
	if len(m.InReplyTo) > 0 || m.DSN != nil {
		return
	}
	for i := range t.reports {
		h, _ := splitHeader(bytes.TrimLeft(decodeTransfer(t.reports[i].body, t.reports[i].cte), "\r\n"))
		if id := messageID(h.get("Original-Message-ID")); id != "" {
			m.InReplyTo = []string{id}
			return
		}
	}
	for i := range t.returned {
		if len(t.reports) == 0 {
			return
		}
		h, _ := splitHeader(bytes.TrimLeft(decodeTransfer(t.returned[i].body, t.returned[i].cte), "\r\n"))
		if id := messageID(h.get("Message-ID")); id != "" {
			m.InReplyTo = []string{id}
			return
		}
	}
}

// charset is that of the first text part.
func (t *tree) charset() string {
	for _, list := range [...][]textPart{t.texts, t.other} {
		for i := range list {
			if list[i].charset != "" {
				return list[i].charset
			}
		}
	}
	return ""
}

func readTree(b []byte) *tree {
	h, body := splitHeader(b)
	return walkRoot(h, body)
}

// readAttachments lists the leaves. A picture that the text shows, or that only
// has a Content-ID, is inline: a logo rather than an attachment.
func (m *Message) readAttachments(t *tree, cids []string) {
	if len(t.leaves) == 0 {
		return
	}
	withID := false
	for i := range t.leaves {
		withID = withID || t.leaves[i].cid != ""
	}
	for i := range t.other {
		if t.other[i].html && withID {
			cids = append(cids, cidRefs([]byte(t.other[i].decode(t)))...)
		}
	}
	m.Attachments = make([]Attachment, 0, len(t.leaves))
	for i := range t.leaves {
		l := &t.leaves[i]
		a := l.attachment(t.fileNumber(i))
		if strings.HasPrefix(l.ctype, "image/") || l.related {
			a.Inline = a.Inline || l.cid != "" && l.related
			for _, c := range cids {
				if l.cid != "" && strings.EqualFold(c, l.cid) {
					a.Inline = true
				}
			}
		}
		m.Attachments = append(m.Attachments, a)
	}
}

// cidRefs finds the Content-IDs that an HTML text refers to.
func cidRefs(b []byte) []string {
	var out []string
	for n := 0; n < maxParts; n++ {
		i := bytes.Index(b, []byte("cid:"))
		if i < 0 {
			break
		}
		b = b[i+4:]
		j := bytes.IndexAny(b[:min(len(b), 300)], "\"'> )&")
		if j > 0 {
			out = append(out, string(b[:j]))
		}
	}
	return out
}

// normalise undoes what storing and transport did to a mail as a whole: a byte
// order mark, UTF-16, an mbox line, leading empty lines, CR as the only line end.
func normalise(raw []byte) []byte {
	b := raw
	if len(b) > 3 && (b[0] == 0xFF && b[1] == 0xFE || b[0] == 0xFE && b[1] == 0xFF) {
		if s, ok := utf16Text(b); ok {
			b = []byte(s)
		}
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(b, '\n') < 0 && bytes.IndexByte(b, '\r') >= 0 {
		b = bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
	}
	for len(b) > 0 {
		line, rest := cutLine(b)
		if len(trimRightSpace(line)) > 0 {
			if bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) {
				b = rest
				continue
			}
			break
		}
		b = rest
	}
	return b
}
