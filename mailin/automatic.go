package mailin

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBodyScan is how much of the author's text is searched for phrases.
const maxBodyScan = 1024

// automatic says who wrote a mail, in the order: loops, structure, standard
// fields (RFC 3834, 2369), fields of products, sender, subject, body. It only
// ever takes the automatic answer away. The weak signs are the tables in
// automaticwords.go.
func automatic(m *Message, h *header, t *tree, o Options) Automatic {
	c := classifier{m: m, h: h, t: t, o: o}
	for _, step := range [...]func(*classifier){(*classifier).loop, (*classifier).structure, (*classifier).fields,
		(*classifier).products, (*classifier).sender, (*classifier).subject, (*classifier).body, (*classifier).rest} {
		step(&c)
	}
	a := Automatic{Class: c.class, Reasons: c.reasons}
	if a.Class == "" {
		a.Class = ClassHuman
	}
	a.Answer = a.Class == ClassHuman && !c.block
	if a.Class == ClassAutoReply {
		a.ReturnAt = returnDate(m.Reply, m.Date)
	}
	return a
}

type classifier struct {
	m       *Message
	h       *header
	t       *tree
	o       Options
	class   Class
	block   bool
	reasons []string
}

// strong sets the class unless a stronger sign did already, and notes why.
func (c *classifier) strong(k Class, why string) {
	if c.class == "" {
		c.class = k
	}
	c.note(why)
}

// weak only forbids an automatic answer.
func (c *classifier) weak(why string) {
	c.block = true
	c.note(why)
}

func (c *classifier) note(why string) {
	if len(c.reasons) < 20 {
		c.reasons = append(c.reasons, cleanLine(why[:min(len(why), 200)]))
	}
}

// loop: the mail is our own or goes round (RFC 5321 section 6.3).
func (c *classifier) loop() {
	n := 0
	for i := range c.h.fields {
		if equalFold(c.h.fields[i].name, "Received") {
			n++
		}
	}
	if n >= maxReceived {
		c.strong(ClassLoop, "100 or more Received fields")
	}
	from := FoldAddress(c.m.From.Address)
	for _, own := range c.o.Own {
		if from != "" && (from == own || dropPlus(from) == own) {
			c.strong(ClassLoop, "From is our own address")
		}
	}
}

// dropPlus removes the "+tag" of an address.
func dropPlus(addr string) string {
	local, domain, ok := strings.Cut(addr, "@")
	base, _, plus := strings.Cut(local, "+")
	if !ok || !plus {
		return addr
	}
	return base + "@" + domain
}

// structure: content types say what the mail is.
func (c *classifier) structure() {
	switch {
	case c.m.DSN != nil:
		c.strong(ClassDSN, "delivery report")
	case c.t.reportType == "disposition-notification" || c.t.types["message/disposition-notification"]:
		c.strong(ClassMDN, "read receipt (RFC 8098)")
	case c.t.reportType == "delivery-status":
		c.strong(ClassDSN, "Content-Type report-type=delivery-status")
	case c.t.reportType == "feedback-report" || c.t.types["message/feedback-report"]:
		c.strong(ClassSystem, "complaint report (RFC 5965)")
	case c.t.reportType != "":
		c.strong(ClassSystem, "Content-Type report-type="+c.t.reportType)
	}
	if c.t.types["text/calendar"] && c.t.calendar != "" {
		c.strong(ClassCalendar, "text/calendar method="+c.t.calendar)
	}
	if c.t.partial {
		c.weak("message/partial or message/external-body")
	}
}

// fields: Auto-Submitted, Precedence, List-*, X-Auto-Response-Suppress.
func (c *classifier) fields() {
	for _, v := range c.h.all("Auto-Submitted") {
		word := strings.ToLower(strings.TrimSpace(stripComments(v)))
		if i := strings.IndexAny(word, "; \t"); i >= 0 {
			word = word[:i]
		}
		switch {
		case word == "" || word == "no":
		case strings.HasPrefix(word, "auto-replied"):
			c.strong(ClassAutoReply, "Auto-Submitted: "+word)
		case c.productReply(): // Exchange marks absence notes auto-generated
			c.strong(ClassAutoReply, "Auto-Submitted: "+word)
		default:
			c.strong(ClassSystem, "Auto-Submitted: "+word)
		}
	}
	for _, name := range [...]string{"Precedence", "X-Precedence"} {
		switch v := strings.ToLower(strings.TrimSpace(c.h.get(name))); v {
		case "auto_reply", "auto-reply", "autoreply":
			c.strong(ClassAutoReply, name+": "+v)
		case "bulk", "junk", "list":
			// Out-of-office replies say bulk, too: their other signs are stronger.
			if c.class == "" && c.productReply() {
				continue
			}
			c.strong(ClassList, name+": "+v)
		}
	}
	for _, name := range listFields {
		if c.h.has(name) {
			c.strong(ClassList, name)
		}
	}
	c.suppress()
}

// productReply tells whether a field of an autoresponder follows, which says more
// than Precedence: bulk.
func (c *classifier) productReply() bool {
	for _, f := range productFields {
		if f.class == ClassAutoReply && f.value == "" && c.h.has(f.name) {
			return true
		}
	}
	_, k := subjectClass(c.m.Subject)
	return k == ClassAutoReply
}

// suppress reads X-Auto-Response-Suppress (MS-OXCMAIL 2.1.3.2.20): a wish for no
// answer, not a sign of a robot.
func (c *classifier) suppress() {
	v := strings.ToLower(c.h.get("X-Auto-Response-Suppress"))
	for _, w := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		if w == "all" || w == "oof" || w == "autoreply" {
			c.weak("X-Auto-Response-Suppress: " + w)
			return
		}
	}
}

// products: the fields that programs set.
func (c *classifier) products() {
	for _, f := range productFields {
		if !c.h.has(f.name) {
			continue
		}
		v := strings.ToLower(c.h.get(f.name))
		if f.name == "Feedback-ID" && strings.HasSuffix(v, ":amazonses") {
			continue // SES stamps every mail, people's too
		}
		if f.value != "" && !strings.Contains(v, f.value) || f.value == "" && (v == "no" || v == "false" || v == "0") {
			continue
		}
		if f.class == "" {
			c.weak(f.name)
		} else {
			c.strong(f.class, f.name)
		}
	}
	for i := range c.h.fields {
		name := c.h.fields[i].name
		for _, p := range productPrefixes {
			if len(name) > len(p) && equalFold(name[:len(p)], p) {
				c.strong(ClassSystem, name)
			}
		}
	}
}

// sender: the reverse-path and the local part of From.
func (c *classifier) sender() {
	for _, a := range [...]string{c.m.From.Address, c.m.ReturnPath, c.m.Sender.Address} {
		local := strings.ToLower(a)
		if i := strings.LastIndexByte(local, '@'); i >= 0 {
			local = local[:i]
		}
		if local == "" || local == "<>" {
			continue
		}
		if k, ok := localClass(local); ok {
			c.strong(k, "sender "+a)
		} else if robotLocal(local) {
			c.weak("sender " + a)
		}
	}
	if c.m.ReturnPath == "<>" {
		if why, k := subjectClass(c.m.Subject); k == ClassMDN || k == ClassCalendar {
			c.strong(k, why)
		}
		c.strong(ClassAutoReply, "Return-Path: <>")
	}
}

// localClass knows the local parts that only machines have.
func localClass(local string) (Class, bool) {
	for _, s := range senderLocals {
		if local == s.word || s.prefix && strings.HasPrefix(local, s.word) || s.suffix && strings.HasSuffix(local, s.word) {
			return s.class, true
		}
	}
	return "", false
}

// robotLocal tells local parts that say nobody reads answers.
func robotLocal(local string) bool {
	if i := strings.IndexByte(local, '+'); i > 0 {
		local = local[:i]
	}
	folded := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' {
			return -1
		}
		return r
	}, local)
	for _, w := range robotLocals {
		if folded == w {
			return true
		}
	}
	return strings.HasPrefix(folded, "noreply") || strings.HasPrefix(folded, "donotreply") || strings.HasSuffix(folded, "noreply") || strings.HasPrefix(folded, "bounce")
}

// subject: the prefixes of robots. A prefix counts at the very start and followed
// by ":" or as the whole subject; what only mentions it is a person's question.
func (c *classifier) subject() {
	why, k := subjectClass(c.m.Subject)
	switch k {
	case "":
		return
	case ClassHuman:
		c.weak(why)
	case ClassDSN:
		if c.class == "" && asks(c.m.Reply) {
			c.weak(why) // somebody asks about a report
			return
		}
		c.strong(k, why)
	default:
		c.strong(k, why)
	}
}

// subjectClass finds what a subject says: a class, ClassHuman for words that only
// forbid an answer, "" for none.
func subjectClass(subject string) (string, Class) {
	s := subject
	for n := 0; n < 5; n++ {
		rest, forward, ok := subjectPrefix(s)
		if !ok || forward {
			break
		}
		s = rest
	}
	low := strings.ToLower(strings.TrimSpace(s))
	for _, w := range subjectWords {
		if w.matches(low) {
			return "Subject: " + w.word, w.class
		}
	}
	return "", ""
}

func (w subjectWord) matches(low string) bool {
	if w.suffix {
		return strings.HasSuffix(strings.TrimRight(low, ".! "), w.word)
	}
	rest, ok := strings.CutPrefix(low, w.word)
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	if rest == "" || rest == "." || rest == "!" {
		return true
	}
	if w.open { // the words are clear enough without a colon
		return true
	}
	return rest[0] == ':' || strings.HasPrefix(rest, "- ") && w.dash || strings.HasPrefix(rest, "–") && w.dash
}

// deskLine is the last line of an automatic mail of a desk like this one, which says
// what it is even where a relay has taken all headers away.
var deskLine = regexp.MustCompile(`(?i)^(?:Kennung|Ref) [A-Z][A-Z0-9]{0,9}-[0-9]{1,12}/[0-9a-z]{6,26} . .*automat`)

// hasDeskLine reports whether one of the lines is a deskLine. Only few are matched: a
// long text would take longer than everything else that is read in it.
func hasDeskLine(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && (strings.IndexByte("KkRr", line[0]) >= 0 || line[0] >= utf8.RuneSelf) && deskLine.MatchString(line) {
			return true
		}
	}
	return false
}

// body: phrases of robots in the first KiB of the author's own text.
func (c *classifier) body() {
	text := c.m.Reply
	if c.class != "" {
		return // the class is known: the words cannot change it
	}
	if hasDeskLine(c.m.Signature) || hasDeskLine(text) {
		c.weak("ends as another desk's automatic mail")
	}
	if text == "" {
		return
	}
	low := strings.ToLower(strings.TrimSpace(text[:min(len(text), maxBodyScan)]))
	score, at := bodyMatch.score(low)
	// Robots ask nothing.
	score -= 2 * min(strings.Count(low, "?"), 2)
	if score >= bodyThreshold {
		c.weak("text reads like a robot's: " + limit(low[at:], 60))
	}
}

// rest: what forbids an answer whatever the class.
func (c *classifier) rest() {
	if v := strings.ToLower(c.h.get("X-Spam-Flag")); strings.HasPrefix(v, "yes") {
		c.weak("X-Spam-Flag: YES")
	}
	if v := strings.ToLower(c.h.get("X-Spam-Status")); strings.HasPrefix(v, "yes") {
		c.weak("X-Spam-Status: Yes")
	}
	// Exchange strips this field from outside mail.
	if v := strings.TrimSpace(c.h.get("X-MS-Exchange-Organization-SCL")); len(v) == 1 && v[0] >= '5' && v[0] <= '9' {
		c.weak("X-MS-Exchange-Organization-SCL: " + v)
	}
	if c.m.Auth.Verdict == VerdictFail {
		c.weak("sender verdict: fail")
	}
	for _, d := range c.m.Defects {
		if d == DefectFrom {
			c.weak("no usable From address")
		}
	}
}

// returnDate finds the day on which the author of an out-of-office note is back:
// the last date of the phrases "bis (zum) ...", "ab (dem) ...", "am ... wieder",
// "until ...", "back on ...". A date without year is the next one after sent.
func returnDate(text string, sent time.Time) time.Time {
	low := strings.ToLower(text[:min(len(text), 4096)])
	words := strings.FieldsFunc(low, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == ',' || r == '(' || r == ')' || r == '\u00a0'
	})
	var best time.Time
	for i, w := range words {
		lead, ok := returnLeads[strings.TrimRight(w, ":")]
		if !ok {
			continue
		}
		for j := i + 1; j < len(words) && j <= i+4; j++ {
			d, ok := dateAt(words[j:min(len(words), j+4)], sent)
			if !ok {
				continue
			}
			if lead == leadUntil || best.IsZero() || lead == leadBack {
				best = d
			}
			break
		}
	}
	return best
}
