package rules

import (
	"path"
	"strings"

	"firstline/mailin"
)

// senders is a set of addresses and domains.
type senders struct {
	addresses map[string]bool
	domains   map[string]bool
}

// newSenders reads "a@b", "@domain" and "*@domain".
func newSenders(list []string) senders {
	s := senders{map[string]bool{}, map[string]bool{}}
	for _, a := range list {
		a = foldAddress(a)
		if d, ok := strings.CutPrefix(strings.TrimPrefix(a, "*"), "@"); ok {
			s.domains[d] = true
		} else {
			s.addresses[a] = true
		}
	}
	return s
}

func (s senders) has(address string) bool {
	a := foldAddress(address)
	return a != "" && (s.addresses[a] || s.domains[domainOf(a)])
}

func (s senders) trigger() trigger {
	var t trigger
	for a := range s.addresses {
		t.senders = append(t.senders, a)
	}
	for d := range s.domains {
		t.senders = append(t.senders, "@"+d)
	}
	return t
}

// senderCond is from, from_domain and sender_group: about the authenticated
// sender. A mail whose verdict is fail has none.
type senderCond struct {
	key  string
	text string // as written, for explanations
	set  senders
}

func (c *senderCond) holds(e *evaluation) bool { return c.set.has(e.from) }
func (c *senderCond) why(e *evaluation) string {
	switch {
	case c.holds(e):
		return c.key + ": " + e.from
	case e.from == "" && e.m.From.Address != "":
		return e.say("%s: Absender nicht echt (Prüfung fail)", "%s: sender not authentic (verdict fail)", c.key)
	}
	return e.say("%s: %s gehört nicht zu %s", "%s: %s is not in %s", c.key, e.from, c.text)
}
func (c *senderCond) trigger() (trigger, bool) { return c.set.trigger(), true }

// recipientCond is to and cc.
type recipientCond struct {
	key string
	set senders
}

func (c *recipientCond) holds(e *evaluation) bool {
	list := e.m.To
	if c.key == "cc" {
		list = e.m.Cc
	}
	for _, a := range list {
		if c.set.has(a.Address) {
			return true
		}
	}
	return false
}
func (c *recipientCond) why(e *evaluation) string {
	if c.holds(e) {
		return e.say("%s stimmt", "%s matches", c.key)
	}
	return e.say("%s nennt keine der Adressen", "%s names none of the addresses", c.key)
}
func (c *recipientCond) trigger() (trigger, bool) { return trigger{}, false }

// headerCond: the named header fields contain the texts, compared without case;
// an empty text asks only that the field is there.
type headerCond struct{ fields []mailin.Field }

func (c *headerCond) holds(e *evaluation) bool { return c.missing(e) == "" }

func (c *headerCond) missing(e *evaluation) string {
next:
	for _, want := range c.fields {
		for _, f := range e.m.Header {
			if strings.EqualFold(f.Name, want.Name) && strings.Contains(strings.ToLower(f.Value), want.Value) {
				continue next
			}
		}
		return want.Name
	}
	return ""
}
func (c *headerCond) why(e *evaluation) string {
	if name := c.missing(e); name != "" {
		return e.say("Kopfzeile %s fehlt oder enthält den Text nicht", "header field %s is missing or does not contain the text", name)
	}
	return e.say("Kopfzeile %s stimmt", "header field %s matches", c.fields[0].Name)
}
func (c *headerCond) trigger() (trigger, bool) { return trigger{}, false }

// attachmentCond: at least count attachments fit name, type and size.
type attachmentCond struct {
	names, types []string // globs, lower case
	larger       int64    // bytes; only larger ones count
	count        int      // at least 1
}

func (c *attachmentCond) fitting(e *evaluation) int {
	n := 0
	for i := range e.m.Attachments {
		a := &e.m.Attachments[i]
		if a.Size > c.larger && globs(c.names, a.Filename) && globs(c.types, a.ContentType) {
			n++
		}
	}
	return n
}
func (c *attachmentCond) holds(e *evaluation) bool { return c.fitting(e) >= c.count }
func (c *attachmentCond) why(e *evaluation) string {
	return e.say("%d passende Anhänge", "%d fitting attachments", c.fitting(e))
}
func (c *attachmentCond) trigger() (trigger, bool) { return trigger{}, false }

// globs reports whether s fits one of the globs; none = always.
func globs(list []string, s string) bool {
	s = strings.ToLower(s)
	for _, g := range list {
		if ok, err := path.Match(g, strings.ReplaceAll(s, "/", "∕")); ok && err == nil {
			return true
		}
		if ok, err := path.Match(g, s); ok && err == nil {
			return true
		}
	}
	return len(list) == 0
}

// isKinds are the words of is:.
var isKinds = []string{"reply", "forwarded", "auto_reply", "bounce", "mailing_list", "external", "internal", "has_attachment",
	"encrypted", "signed", "high_importance", "empty", "first_contact", "vip"}

// isCond: one of the kinds is true of the mail.
type isCond struct{ kinds []string }

func (c *isCond) holds(e *evaluation) bool {
	for _, k := range c.kinds {
		if e.is(k) {
			return true
		}
	}
	return false
}
func (c *isCond) why(e *evaluation) string {
	for _, k := range c.kinds {
		if e.is(k) {
			return "is: " + k
		}
	}
	return e.say("nicht %s", "not %s", strings.Join(c.kinds, ", "))
}
func (c *isCond) trigger() (trigger, bool) { return trigger{}, false }

func (e *evaluation) is(kind string) bool {
	m := e.m
	switch kind {
	case "reply":
		return e.in.Reply
	case "forwarded":
		return m.Forwarded
	case "auto_reply":
		return m.Automatic.Class == mailin.ClassAutoReply
	case "bounce":
		return m.DSN != nil || m.Automatic.Class == mailin.ClassDSN
	case "mailing_list":
		return m.Automatic.Class == mailin.ClassList
	case "external":
		return !e.in.Internal
	case "internal":
		return e.in.Internal
	case "has_attachment":
		return hasAttachment(m)
	case "encrypted":
		return m.Encrypted
	case "signed":
		return m.Signed
	case "high_importance":
		return highImportance(m.Header)
	case "empty":
		return len(e.t.tokens) == e.t.bodyAt && !hasAttachment(m)
	case "first_contact":
		return e.in.FirstContact
	case "vip":
		return e.in.VIP || containsFold(e.d.Tags, "vip") || containsFold(e.in.Tags, "vip")
	}
	return false
}

// hasAttachment ignores pictures shown inside the text, such as logos.
func hasAttachment(m *mailin.Message) bool {
	for i := range m.Attachments {
		if !m.Attachments[i].Inline {
			return true
		}
	}
	return false
}

func highImportance(header []mailin.Field) bool {
	for _, f := range header {
		v := strings.ToLower(strings.TrimSpace(f.Value))
		switch strings.ToLower(f.Name) {
		case "importance", "x-msmail-priority":
			if v == "high" {
				return true
			}
		case "x-priority":
			if strings.HasPrefix(v, "1") || strings.HasPrefix(v, "2") {
				return true
			}
		case "priority":
			if v == "urgent" {
				return true
			}
		}
	}
	return false
}

func containsFold(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}
