package mailin

import (
	"bytes"
	"strings"
)

// Limits of the MIME tree (RFC 2046 sets none).
const (
	maxDepth     = 50
	maxParts     = 1000
	maxTextPart  = 1 << 20 // bytes of one text part, decoded
	maxTextTotal = 4 << 20 // bytes of all text of a mail
)

// part is one entity of the MIME tree; its body is a slice of the raw mail.
type part struct {
	header header
	ctype  params
	disp   params
	cte    string
	cid    string
	body   []byte
	// related says that a multipart/related holds it beside its root.
	related bool
}

// leaf is a part that became an attachment, or a file found inside a text part.
// Its bytes are decoded on demand.
type leaf struct {
	name    string
	ctype   string
	cid     string
	inline  bool // by its own declaration
	related bool
	body    []byte
	cte     string // "" when body is decoded already
}

// textPart is one part of the readable body, not yet decoded.
type textPart struct {
	html, flowed, delsp, enriched bool
	charset                       string
	cte                           string
	body                          []byte
	// decoded text, where somebody had to look at it already
	text string
	done bool
}

// tree is what a walk over a mail finds, in order of appearance.
type tree struct {
	texts    []textPart
	other    []textPart // the alternatives that were not chosen
	named    []textPart // inline text files: the body of a mail that has no other
	leaves   []leaf
	reports  []part // message/delivery-status and its relatives
	returned []part // message/rfc822 and text/rfc822-headers, for delivery reports
	types    map[string]bool
	unnamed  map[string]int // leaves without a name, by content type
	calendar string
	parts    int
	defects  []Defect
	cut      bool

	reportType string
	encrypted  bool
	signed     bool
	partial    bool // message/partial or message/external-body
}

func (t *tree) defect(d Defect) {
	for _, have := range t.defects {
		if have == d {
			return
		}
	}
	t.defects = append(t.defects, d)
}

// newPart reads the header fields that shape an entity.
func newPart(h header, body []byte) part {
	p := part{header: h, body: body}
	for i := range h.fields {
		f := &h.fields[i]
		switch {
		case equalFold(f.name, "Content-Type"):
			if p.ctype.value == "" {
				p.ctype = parseParams(unfold(f.value))
			}
		case equalFold(f.name, "Content-Disposition"):
			if p.disp.value == "" {
				p.disp = parseParams(unfold(f.value))
			}
		case equalFold(f.name, "Content-Transfer-Encoding"):
			p.cte = transferName(unfold(f.value))
		case equalFold(f.name, "Content-ID"):
			p.cid = messageID(unfold(f.value))
		}
	}
	return p
}

// walk reads one entity. fallback is the type of an entity without Content-Type.
func (t *tree) walk(p part, depth int, fallback string) {
	t.parts++
	if t.parts > maxParts || depth > maxDepth {
		t.cut = true
		if depth > maxDepth {
			t.defect(DefectDepth)
		} else {
			t.defect(DefectParts)
		}
		return
	}
	if p.ctype.value == "" || strings.IndexByte(p.ctype.value, '/') <= 0 {
		p.ctype.value = normalType(p.ctype.value, fallback)
	}
	major, minor, _ := strings.Cut(p.ctype.value, "/")
	if t.types == nil {
		t.types = make(map[string]bool, 4)
	}
	t.types[p.ctype.value] = true
	switch {
	case major == "multipart":
		t.multipart(p, minor, depth)
	case major == "message":
		t.message(p, minor, depth)
	default:
		t.leafPart(p, major, minor)
	}
}

// normalType repairs a Content-Type without a subtype.
func normalType(v, fallback string) string {
	switch v {
	case "text", "text/":
		return "text/plain"
	case "html":
		return "text/html"
	case "multipart":
		return "multipart/mixed"
	case "":
		return fallback
	}
	if strings.HasPrefix(v, "/") || v == "plain" {
		return "text/plain"
	}
	return "application/octet-stream"
}

func (t *tree) multipart(p part, minor string, depth int) {
	switch minor {
	case "report":
		t.reportType = strings.ToLower(p.ctype.get("report-type"))
	case "encrypted":
		t.encrypted = true
	case "signed":
		t.signed = true
	}
	body := p.body
	if p.cte == "base64" || p.cte == "quoted-printable" {
		// RFC 2045 section 6.4 forbids it; some gateways do it all the same.
		if d := decodeTransfer(body, p.cte); bytes.Contains(d, []byte("\n--")) || bytes.HasPrefix(d, []byte("--")) {
			body = d
		}
	}
	s := splitMultipart(body, p.ctype.get("boundary"), maxParts-t.parts)
	if s.guessed {
		t.defect(DefectBoundary)
	}
	if s.cut {
		t.cut = true
		t.defect(DefectParts)
	}
	if len(s.parts) == 0 {
		if s.closed {
			body = bytes.Join([][]byte{s.preamble, s.epilogue}, nil)
		}
		t.brokenMultipart(p, body)
		return
	}
	if !s.closed {
		t.defect(DefectUnclosed)
	}
	fallback := "text/plain"
	if minor == "digest" {
		fallback = "message/rfc822"
	}
	starts := make([]int, 0, len(s.parts))
	for i, b := range s.parts {
		starts = append(starts, len(t.texts))
		h, rest := splitHeader(b)
		if len(h.fields) == 0 && h.overrun {
			rest = b
		}
		child := newPart(h, rest)
		child.related = minor == "related" && i > 0 || p.related
		t.walk(child, depth+1, fallback)
	}
	if minor == "alternative" {
		t.choose(starts)
	}
}

// brokenMultipart reads a multipart in which no boundary was found: as text.
func (t *tree) brokenMultipart(p part, body []byte) {
	if len(bytes.TrimSpace(body)) == 0 {
		return
	}
	t.defect(DefectBoundary)
	text := textPart{body: body, cte: p.cte, charset: p.ctype.get("charset")}
	head := body[:min(len(body), 512)]
	text.html = bytes.Contains(bytes.ToLower(head), []byte("<html")) || bytes.Contains(bytes.ToLower(head), []byte("<body"))
	t.texts = append(t.texts, text)
}

// choose keeps one alternative: the plain text where it says something, else the
// richest other one. starts are the positions of the alternatives in texts.
func (t *tree) choose(starts []int) {
	if len(starts) == 0 {
		return
	}
	first := starts[0]
	all := t.texts[first:]
	if len(all) < 2 {
		return
	}
	var groups [][]textPart
	for i, a := range starts {
		b := len(t.texts)
		if i+1 < len(starts) {
			b = starts[i+1]
		}
		if b > a {
			groups = append(groups, t.texts[a:b:b])
		}
	}
	if len(groups) < 2 {
		return
	}
	best := -1
	for i, g := range groups {
		if isPlainGroup(g) && !t.stub(g) {
			best = i
			break
		}
	}
	if best < 0 {
		for i, g := range groups {
			if !isPlainGroup(g) {
				best = i
			}
		}
	}
	if best < 0 {
		best = 0
	}
	keep := append([]textPart(nil), groups[best]...)
	for i, g := range groups {
		if i != best {
			t.other = append(t.other, g...)
		}
	}
	t.texts = append(t.texts[:first], keep...)
}

func isPlainGroup(g []textPart) bool {
	for i := range g {
		if g[i].html {
			return false
		}
	}
	return true
}

// stub tells a plain alternative that only says "use another program".
func (t *tree) stub(g []textPart) bool {
	total := 0
	for i := range g {
		s := strings.TrimSpace(g[i].decode(t))
		total += len(s)
		if len(s) < 400 && stubText(s) {
			return true
		}
	}
	return total == 0
}

// stubText tells a text that only asks for another program.
func stubText(s string) bool {
	low := strings.ToLower(s)
	if !strings.Contains(low, "html") {
		return false
	}
	for _, w := range [...]string{"please use an html", "please use a html", "requires html", "requires an html", "html capable", "html-capable", "html enabled", "html-enabled", "view this message in html", "view this email in html", "enable html", "switch to html", "to view this message", "to view this email",
		"unterstützt kein html", "kann kein html", "kein html", "html-fähig", "html-ansicht", "im html-format", "html view", "html compatible", "html-compatible", "cannot display html", "can't display html", "not display html"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

func (t *tree) message(p part, minor string, depth int) {
	switch minor {
	case "delivery-status", "global-delivery-status", "disposition-notification", "global-disposition-notification", "feedback-report":
		t.reports = append(t.reports, p)
		return
	case "partial", "external-body":
		t.partial = true
	case "rfc822", "global", "rfc822-headers", "global-headers":
		t.returned = append(t.returned, p)
	}
	t.addLeaf(p, messageName(p))
}

// messageName is the file name of an enclosed message: the declared one or its
// subject.
func messageName(p part) string {
	if n := p.filename(); n != "" {
		return n
	}
	body := p.body
	if p.cte == "base64" || p.cte == "quoted-printable" {
		body = decodeTransfer(body[:min(len(body), 16<<10)], p.cte)
	}
	h, _ := splitHeader(body[:min(len(body), 16<<10)])
	s := cleanLine(decodeWords(h.get("Subject")))
	if s == "" {
		return "message.eml"
	}
	return s + ".eml"
}

// filename is the declared name of a part: Content-Disposition first.
func (p *part) filename() string {
	for _, n := range [...]string{p.disp.get("filename"), p.ctype.get("name"), p.disp.get("name"), p.ctype.get("filename"), p.ctype.get("file")} {
		if n != "" {
			return decodeWords(n)
		}
	}
	return ""
}
