package rules

import (
	"bytes"
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
)

// TestResult is the outcome of one entry of a tests: section.
type TestResult struct {
	Name  string // as written, or the rule and the subject
	Owner string // rule or FAQ entry it stands in, "" = global
	OK    bool
	Diffs []TestDiff // what differs, in the order written
	// Decision is what was decided, with the trace that shows why.
	Decision Decision
	Node     *source.Node // where the test stands
}

// TestDiff is one expected value that did not come out.
type TestDiff struct {
	Key, Want, Got string
	Why            string // why not, as far as it can be told
	Node           *source.Node
}

// Test runs all tests of the rules, the FAQ entries and the global section, in
// the order written.
func (s *Set) Test() []TestResult {
	results := make([]TestResult, 0, len(s.tests))
	for i := range s.tests {
		results = append(results, s.runTest(&s.tests[i]))
	}
	return results
}

// ReportTests runs all tests and reports each failed one. It returns how many
// ran and how many failed.
func (s *Set) ReportTests(r *source.Report) (ran, failed int) {
	for _, t := range s.In(r.Lang).Test() {
		ran++
		if t.OK {
			continue
		}
		failed++
		for _, d := range t.Diffs {
			r.Add(d.Node, testFailed, t.Name, d.text(r.Lang))
		}
	}
	return ran, failed
}

func (d TestDiff) text(lang string) string {
	form, because := "%s erwartet %s, bekommen %s", " · weil "
	if lang == "en" {
		form, because = "%s expected %s, got %s", " · because "
	}
	text := fmt.Sprintf(form, d.Key, d.Want, d.Got)
	if d.Why != "" {
		text += because + d.Why
	}
	return text
}

func (s *Set) runTest(t *testCase) TestResult {
	res := TestResult{Name: t.name, Owner: t.owner, Node: t.node}
	in, err := s.testInput(&t.mail)
	if err != nil {
		res.Diffs = []TestDiff{{Key: "file", Want: t.mail.file.Value, Got: err.Error(), Node: t.mail.file.Node}}
		return res
	}
	e := s.newEvaluation(in)
	e.full = true
	e.decide()
	res.Decision = e.d
	for _, x := range t.expect {
		if got, ok := s.compare(&x, &e.d, in); !ok {
			res.Diffs = append(res.Diffs, TestDiff{x.key, x.text(), got, e.whyNot(&x), x.node})
		}
	}
	res.OK = len(res.Diffs) == 0
	return res
}

func (x *expectation) text() string {
	if x.list {
		return "[" + strings.Join(x.want, ", ") + "]"
	}
	return strings.Join(x.want, ", ")
}

// compare returns what came out for one key and whether it is as expected. Of a
// list every expected entry must be there; others may be too.
func (s *Set) compare(x *expectation, d *Decision, in Input) (string, bool) {
	if list, ok := map[string][]string{"tags": d.Tags, "rules": d.Rules, "not_rules": d.Rules, "notify": d.Notify, "watchers": d.Watchers}[x.key]; ok {
		got := "[" + strings.Join(list, ", ") + "]"
		for _, w := range x.want {
			if slices.Contains(list, w) == (x.key == "not_rules") {
				return got, false
			}
		}
		return got, true
	}
	want := strings.Join(x.want, ", ")
	if x.key == "faq" {
		got := d.FAQ.outcome()
		return got, want == got || want == "none" && !d.FAQ.Sent
	}
	got := s.value(x.key, d, in)
	if x.key == "priority" {
		for _, p := range s.refs.Priorities {
			if containsFold(p.Aliases, want) {
				want = p.ID
			}
		}
	}
	return got, got == want
}

// outcome is "none", the id of an entry that is sent, or "suggest:ID".
func (f *FAQDecision) outcome() string {
	switch {
	case f.Sent:
		return f.ID
	case len(f.Suggest) > 0:
		return "suggest:" + f.Suggest[0].ID
	}
	return "none"
}

func (s *Set) value(key string, d *Decision, in Input) string {
	if clock, ok := strings.CutPrefix(key, "due."); ok {
		if s.refs.Due == nil {
			return "?"
		}
		at, ok := s.refs.Due(d.SLA, d.Priority, in.Now)[clock]
		if !ok || at.IsZero() {
			return "none"
		}
		return at.In(s.refs.Location).Format("2006-01-02 15:04")
	}
	v := map[string]string{"category": d.Category, "priority": d.Priority, "group": d.Group, "assign": d.Assign, "sla": d.SLA,
		"language": d.Language, "kind": d.Kind, "escalate": d.Escalate, "incident": d.Incident, "hold": d.Hold, "ignore": d.Ignore,
		"reject": d.Reject, "reply": d.Reply, "template_note": d.Note, "requester": d.RequesterFrom, "subject": d.SetSubject,
		"impact": d.Impact, "urgency": d.Urgency, "receipt": d.Receipt, "state": d.state()}[key]
	switch {
	case v == "" && key == "receipt":
		return "standard"
	case v == "":
		return "none"
	}
	return v
}

// state is the state in which triage leaves a new ticket.
func (d *Decision) state() string {
	switch {
	case d.Ignore != "":
		return "ignored"
	case d.Hold != "":
		return "held"
	case d.Reject != "":
		return "rejected"
	case d.FAQ.Sent:
		return "faq_answered"
	}
	return "new"
}

// whyNot explains a missing value: the rule that would have set it and the line
// of it that does not hold, or what the trace says about the stage.
func (e *evaluation) whyNot(x *expectation) string {
	if x.key == "rules" {
		for _, r := range e.s.rules {
			if slices.Contains(x.want, r.name) && !slices.Contains(e.d.Rules, r.name) {
				return e.notMatched(&r)
			}
		}
	}
	for i := range e.s.rules {
		r := &e.s.rules[i]
		for _, a := range r.then {
			if string(a.field) == x.key && (slices.Contains(x.want, a.value) || sharesOne(a.list, x.want)) && !slices.Contains(e.d.Rules, r.name) {
				return e.notMatched(r)
			}
		}
	}
	if strings.HasPrefix(x.key, "due.") {
		return e.say("SLA %s und Priorität %s gelten", "SLA %s and priority %s apply", e.d.SLA, e.d.Priority)
	}
	for _, step := range e.d.Trace {
		if step.Stage == x.key {
			return step.Reason
		}
	}
	return ""
}

func (e *evaluation) notMatched(r *rule) string {
	if e.stopped != "" && r.when.holds(e) {
		return e.say("Regel %s die Kette vor %s beendet hat", "rule %s ended the chain before %s", e.quoted(e.stopped), e.quoted(r.name))
	}
	return e.say("Regel %s nicht traf: %s", "rule %s did not match: %s", e.quoted(r.name), r.when.why(e))
}

func sharesOne(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// testInput builds the mail of a test and reads it as a real one.
func (s *Set) testInput(t *testMail) (Input, error) {
	in := Input{Now: t.at, Location: s.refs.Location, Mailbox: t.mailbox, Reply: t.reply, Known: true}
	if in.Mailbox == "" && len(s.refs.Mailboxes) > 0 {
		in.Mailbox = s.refs.Mailboxes[0]
	}
	var raw []byte
	if t.file.Node != nil {
		if s.refs.ReadFile == nil {
			return in, fmt.Errorf("mail files cannot be read here")
		}
		var err error
		if raw, err = s.refs.ReadFile(t.file.Value); err != nil {
			return in, err
		}
	} else {
		raw = s.compose(t)
	}
	m := mailin.Parse(raw, mailin.Options{Received: t.at})
	m.Auth = mailin.Auth{Verdict: t.auth, Domain: domainOf(m.From.Address)}
	for _, name := range t.attachments {
		m.Attachments = append(m.Attachments, mailin.Attachment{Filename: name, ContentType: mime.TypeByExtension(path.Ext(name)), Size: 10_000})
	}
	if t.language != "" {
		m.Language, m.LanguageConfidence = t.language, 1
	}
	in.Message = m
	in.Internal = slices.ContainsFunc(s.refs.InternalDomains, func(d string) bool { return strings.EqualFold(d, domainOf(m.From.Address)) })
	if t.internalSet {
		in.Internal = !t.external
	}
	return in, nil
}

// compose writes the mail of a test as RFC 5322 bytes.
func (s *Set) compose(t *testMail) []byte {
	from, domain := t.from, "example.com"
	if len(s.refs.InternalDomains) > 0 {
		domain = s.refs.InternalDomains[0]
	}
	if from == "" {
		from = "test@" + domain
	}
	to := t.to
	if to == "" {
		to = "support@" + domain
	}
	var b bytes.Buffer
	field := func(name, value string) {
		value = strings.Map(noControl, value)
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	field("From", from)
	field("To", to)
	field("Subject", mime.QEncoding.Encode("utf-8", strings.Map(noControl, t.subject)))
	field("Date", t.at.Format(time.RFC1123Z))
	field("Message-ID", "<test@"+domain+">")
	for _, h := range t.headers {
		if validHeaderName(h[0]) {
			field(h[0], mime.QEncoding.Encode("utf-8", strings.Map(noControl, h[1])))
		}
	}
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n")
	b.WriteString(strings.ReplaceAll(t.body, "\n", "\r\n") + "\r\n")
	return b.Bytes()
}

func validHeaderName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}
