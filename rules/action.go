package rules

import (
	"slices"
	"strings"

	"firstline/mailin"
)

// field is something a rule can set; a value once set stays unless a later rule
// says override.
type field string

// action is one line of a then block.
type action struct {
	field field
	value string
	extra string      // reason of escalate
	list  []string    // tags, watchers, notify
	expr  *expression // requester_from
}

// accumulates reports fields that grow instead of being set.
func (f field) accumulates() bool {
	return f == "tags" || f == "watchers" || f == "notify" || f == "priority_at_least"
}

// apply carries out the actions of rule r and says what they did.
func (e *evaluation) apply(r *rule) string {
	var done []string
	for i := range r.then {
		a := &r.then[i]
		if by, set := e.setBy[a.field]; set && !r.override && !a.field.accumulates() {
			done = append(done, e.say("%s bleibt (gesetzt von %s)", "%s stays (set by %s)", string(a.field), e.quoted(by)))
			continue
		}
		if text := e.act(a); text != "" {
			e.setBy[a.field] = r.name
			done = append(done, text)
		}
	}
	return strings.Join(done, ", ")
}

// act carries out one action; it returns "" when it had no effect.
func (e *evaluation) act(a *action) string {
	d, value := &e.d, e.expand(a.value)
	shown := string(a.field) + " " + value
	switch a.field {
	case "tags", "watchers", "notify":
		return e.collect(a)
	case "priority_at_least":
		if e.floor == "" || e.s.refs.rank(a.value) < e.s.refs.rank(e.floor) {
			e.floor = a.value
		}
	case "requester_from":
		address := e.requester(a.expr)
		if address == "" {
			return ""
		}
		d.RequesterFrom, shown = address, "requester_from "+address
	case "escalate":
		d.Escalate, d.EscalateWhy = a.value, e.expand(a.extra)
	case "faq":
		e.faqMode = a.value
	default:
		*e.target(a.field) = value
		e.keepCaptures(a.field)
	}
	return shown
}

// keepCaptures keeps what the rule captured when a template may use it.
func (e *evaluation) keepCaptures(f field) {
	if f != "receipt" && f != "reply" && f != "reject" && f != "template_note" {
		return
	}
	for name, s := range e.captures {
		if e.d.Match == nil {
			e.d.Match = map[string]string{}
		}
		e.d.Match[name] = tame(s)
	}
}

// target returns the place of a plain text field of the decision.
func (e *evaluation) target(f field) *string {
	d := &e.d
	return map[field]*string{
		"category": &d.Category, "priority": &d.Priority, "impact": &d.Impact, "urgency": &d.Urgency, "group": &d.Group,
		"assign": &d.Assign, "sla": &d.SLA, "kind": &d.Kind, "receipt": &d.Receipt, "reply": &d.Reply, "incident": &d.Incident,
		"hold": &d.Hold, "ignore": &d.Ignore, "reject": &d.Reject, "language": &d.Language, "set_subject": &d.SetSubject,
		"template_note": &d.Note,
	}[f]
}

func (e *evaluation) collect(a *action) string {
	into := map[field]*[]string{"tags": &e.d.Tags, "watchers": &e.d.Watchers, "notify": &e.d.Notify}[a.field]
	for _, v := range a.list {
		v = e.expand(v)
		if a.field == "tags" {
			v = strings.Join(strings.Fields(v), "-") // a tag is one word
		}
		if v != "" && !slices.Contains(*into, v) {
			*into = append(*into, v)
		}
	}
	return string(a.field) + " " + strings.Join(a.list, ", ")
}

// maxCapture bounds what a capture may bring into a ticket, in bytes.
const maxCapture = 120

// expand replaces {{match.NAME}} by what the regular expressions of the rule
// captured. The text is cut, and control characters are dropped: it comes from
// a stranger.
func (e *evaluation) expand(s string) string { return ExpandMatch(s, e.captures) }

// ExpandMatch replaces {{match.NAME}} in s by groups[NAME], cut and without control
// characters; other placeholders stay.
func ExpandMatch(s string, groups map[string]string) string {
	if !strings.Contains(s, "{{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		b.WriteString(before)
		if !ok || !closed {
			b.WriteString(rest)
			return b.String()
		}
		if key, ok := strings.CutPrefix(strings.TrimSpace(name), "match."); ok {
			b.WriteString(tame(groups[key]))
		} else {
			b.WriteString("{{" + name + "}}")
		}
		s = after
	}
}

// tame makes text of a stranger fit for a ticket.
func tame(s string) string { return clipText(strings.Map(noControl, s), maxCapture) }

func noControl(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
		return ' '
	}
	return r
}

// requester finds the address of the person behind a web form: the first group
// of the expression, or the whole match.
func (e *evaluation) requester(x *expression) string {
	if x == nil || !x.match(e.t.lower()) {
		return ""
	}
	m := x.exact.FindStringSubmatch(e.t.forCaptures())
	if m == nil {
		return ""
	}
	address := strings.TrimSpace(m[min(1, len(m)-1)])
	if !plainAddress(address) {
		return ""
	}
	return address
}

// plainAddress accepts what can be nothing but one addr-spec.
func plainAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || len(s) > 254 || strings.Contains(domain, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),:;<>[\]`, r)
	}) && !strings.Contains(domain, "@") && !strings.HasSuffix(domain, ".") && !strings.HasPrefix(domain, ".")
}

// messageLanguage is what the mail is written in: de, en, other or "".
func (e *evaluation) messageLanguage() string { return e.m.Language }

// sureLanguage is how sure the language of a mail must be, of 1, to be answered in.
const sureLanguage = 0.6

// replyLanguage is the language to write to the requester in: that of the mail
// when it is sure, else that of the directory, else the company's. Confidence 0
// means that nobody measured it.
func (e *evaluation) replyLanguage() string {
	if c := e.m.LanguageConfidence; slices.Contains(e.s.refs.Languages, e.m.Language) && (c == 0 || c >= sureLanguage) {
		return e.m.Language
	}
	if slices.Contains(e.s.refs.Languages, e.in.RequesterLanguage) {
		return e.in.RequesterLanguage
	}
	return e.s.refs.Language
}

// blocked names what keeps any automatic answer away from this mail, "" = nothing.
func (e *evaluation) blocked() string {
	switch {
	case e.d.Ignore != "":
		return e.say("ignoriert", "ignored")
	case e.d.Hold != "":
		return e.say("zurückgehalten", "held")
	case e.d.Reject != "":
		return e.say("abgelehnt", "rejected")
	case e.m.Automatic.Class != "" && !e.m.Automatic.Answer:
		return e.say("keine automatische Antwort auf %s", "no automatic answer to %s", string(e.class()))
	}
	return ""
}

func (e *evaluation) class() mailin.Class {
	if e.m.Automatic.Class == "" {
		return mailin.ClassHuman
	}
	return e.m.Automatic.Class
}
