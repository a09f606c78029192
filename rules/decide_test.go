package rules

import (
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

// mail is an input with a subject and a body from an internal sender.
func mail(subject, body string) Input {
	return Input{Now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Internal: true, Known: true, Mailbox: "support",
		Message: &mailin.Message{Subject: subject, Reply: body, Language: "de", From: mailin.Address{Address: "Anna@Firma.example"}}}
}

func rule1(when, then string) string {
	return "categories:\n  drucker: {group: first-level, strong: [drucker]}\n  rest: {group: first-level}\nrules:\n  - {name: A, when: {" + when + "}, then: {" + then + "}}\n"
}

func testRefs() Refs {
	return Refs{Language: "de", InternalDomains: []string{"firma.example"}, Mailboxes: []string{"support", "hr"}, Agents: []string{"lena"},
		Groups:       []GroupRef{{"first-level", 1, []string{"lena"}}, {"netz", 2, nil}},
		SenderGroups: map[string][]string{"chefs": {"anna@firma.example"}},
		Calendars:    map[string]func(time.Time) bool{"buero": func(at time.Time) bool { return at.Hour() >= 8 && at.Hour() < 17 }},
		SLAs:         []string{"standard", "auftrag"}, DefaultSLA: "standard", Receipts: []string{"spaeter"}, Replies: []string{"nein"}, Notes: []string{"liste"},
		Impacts: []string{"firma", "person"}, Urgencies: []string{"sofort", "planbar"},
		Matrix: map[string]map[string]string{"firma": {"sofort": "P1", "planbar": "P2"}, "person": {"sofort": "P3", "planbar": "P4"}}}
}

func TestMatchers(t *testing.T) {
	t.Parallel()
	base := mail("Frage zum Drucker", "Der Drucker Modell X-77 steht seit heute, Kunde 4711")
	with := func(f func(*Input)) Input {
		in := base
		m := *base.Message
		in.Message = &m
		f(&in)
		return in
	}
	attached := with(func(in *Input) {
		in.Message.Attachments = []mailin.Attachment{{Filename: "Makro.XLSM", ContentType: "application/vnd.ms-excel", Size: 6 << 20}, {Filename: "logo.png", ContentType: "image/png", Inline: true}}
	})
	for _, c := range []struct {
		name, when string
		in         Input
		want       bool
	}{
		{"words", `words: [drucker]`, base, true},
		{"words, other", `words: [scanner]`, base, false},
		{"words_also", `words: [drucker], words_also: [steht]`, base, true},
		{"words_also missing", `words: [drucker], words_also: [brennt]`, base, false},
		{"words_all", `words_all: [drucker, steht]`, base, true},
		{"words_all missing", `words_all: [drucker, brennt]`, base, false},
		{"subject", `subject: [frage]`, base, true},
		{"subject only", `subject: [steht]`, base, false},
		{"body", `body: [steht]`, base, true},
		{"body only", `body: [frage]`, base, false},
		{"attachment_text", `attachment_text: [rechnung]`, with(func(in *Input) { in.AttachmentText = "Ihre Rechnung" }), true},
		{"attachment_text is no text", `words: [rechnung]`, with(func(in *Input) { in.AttachmentText = "Ihre Rechnung" }), false},
		{"regex", `regex: {pattern: 'x-\d+'}`, base, true},
		{"regex in subject", `regex: {in: subject, pattern: 'x-\d+'}`, base, false},
		{"from", `from: [anna@firma.example]`, base, true},
		{"from domain form", `from: ["@firma.example"]`, base, true},
		{"from star form", `from: ["*@firma.example"]`, base, true},
		{"from is authenticated", `from: [anna@firma.example]`, with(func(in *Input) { in.Message.Auth.Verdict = "fail" }), false},
		{"from_domain", `from_domain: [firma.example]`, base, true},
		{"from_domain is no suffix", `from_domain: [irma.example]`, base, false},
		{"sender_group", `sender_group: chefs`, base, true},
		{"to", `to: [it@firma.example]`, with(func(in *Input) { in.Message.To = []mailin.Address{{Address: "IT@firma.example"}} }), true},
		{"cc", `cc: ["@kunde.example"]`, with(func(in *Input) { in.Message.Cc = []mailin.Address{{Address: "a@kunde.example"}} }), true},
		{"mailbox", `mailbox: [hr]`, base, false},
		{"header", `header: {X-Form: kontakt}`, with(func(in *Input) { in.Message.Header = []mailin.Field{{Name: "x-form", Value: "Das Kontaktformular"}} }), true},
		{"header missing", `header: {X-Form: kontakt}`, base, false},
		{"attachment name", `attachment: {name: ["*.xlsm"]}`, attached, true},
		{"attachment type", `attachment: {type: ["image/*"]}`, attached, true},
		{"attachment larger", `attachment: {larger_than: 5MB}`, attached, true},
		{"attachment count", `attachment: {count: 3}`, attached, false},
		{"language", `language: de`, base, true},
		{"is has_attachment", `is: has_attachment`, attached, true},
		{"inline is no attachment", `is: has_attachment`, with(func(in *Input) { in.Message.Attachments = []mailin.Attachment{{Inline: true}} }), false},
		{"is one of", `is: [external, internal]`, base, true},
		{"is high_importance", `is: high_importance`, with(func(in *Input) { in.Message.Header = []mailin.Field{{Name: "Importance", Value: "High"}} }), true},
		{"is empty", `is: empty`, mail("Betreff", ""), true},
		{"is reply", `is: reply`, base, false},
		{"is forwarded", `is: forwarded`, with(func(in *Input) { in.Message.Forwarded = true }), true},
		{"is auto_reply", `is: auto_reply`, with(func(in *Input) { in.Message.Automatic.Class = mailin.ClassAutoReply }), true},
		{"is bounce", `is: bounce`, with(func(in *Input) { in.Message.DSN = &mailin.DSN{Action: "failed"} }), true},
		{"is mailing_list", `is: mailing_list`, with(func(in *Input) { in.Message.Automatic.Class = mailin.ClassList }), true},
		{"is external", `is: external`, with(func(in *Input) { in.Internal = false }), true},
		{"is encrypted", `is: encrypted`, with(func(in *Input) { in.Message.Encrypted = true }), true},
		{"is signed", `is: signed`, with(func(in *Input) { in.Message.Signed = true }), true},
		{"is first_contact", `is: first_contact`, with(func(in *Input) { in.FirstContact = true }), true},
		{"is none of it", `is: [reply, forwarded, auto_reply, bounce, mailing_list, external, encrypted, signed, high_importance, empty, first_contact, vip, has_attachment]`, base, false},
		{"is vip by tag", `is: vip`, with(func(in *Input) { in.Tags = []string{"VIP"} }), true},
		{"tags", `tags: [eilig]`, with(func(in *Input) { in.Tags = []string{"eilig"} }), true},
		{"tags missing", `tags: [eilig]`, base, false},
		{"language other", `language: other`, with(func(in *Input) { in.Message.Language = "other" }), true},
		{"language list", `language: [en, other]`, base, false},
		{"priority by label", `priority: [P1, normal]`, base, true},
		{"sender group list", `sender_group: [chefs]`, base, true},
		{"auth pass is not none", `auth: none`, with(func(in *Input) { in.Message.Auth.Verdict = "pass" }), false},
		{"auth fail", `auth: [fail, none]`, with(func(in *Input) { in.Message.Auth.Verdict = "fail" }), true},
		{"date this year", `time: {date: "2026-03-02"}`, base, true},
		{"all parts of time", `time: {during: buero, weekday: mo, between: "09:00-10:00", day_of_month: 2, date: "03-02"}`, base, true},
		{"one part of time fails", `time: {during: buero, weekday: di}`, base, false},
		{"is vip", `is: vip`, with(func(in *Input) { in.VIP = true }), true},
		{"auth none", `auth: none`, base, true},
		{"auth pass", `auth: [pass]`, with(func(in *Input) { in.Message.Auth.Verdict = "pass" }), true},
		{"auth fail is not none", `auth: none`, with(func(in *Input) { in.Message.Auth.Verdict = "fail" }), false},
		{"category", `category: drucker`, base, true},
		{"priority", `priority: P3`, base, true},
		{"priority_at_least", `priority_at_least: P2`, base, false},
		{"score", `score: {category: drucker, at_least: 10}`, base, true},
		{"score too low", `score: {category: drucker, at_least: 11}`, base, false},
		{"during", `time: {during: buero}`, base, true},
		{"outside", `time: {outside: buero}`, with(func(in *Input) { in.Now = in.Now.Add(10 * time.Hour) }), true},
		{"outside by snapshot", `time: {outside: buero}`, with(func(in *Input) { in.Open = map[string]bool{"buero": false} }), true},
		{"weekday", `time: {weekday: [mo-fr]}`, base, true},
		{"weekday english, wrapping", `time: {weekday: sat-sun}`, base, false},
		{"between", `time: {between: "08:00-09:30"}`, base, true},
		{"between past midnight", `time: {between: "22:00-06:00"}`, with(func(in *Input) { in.Now = in.Now.Add(-5 * time.Hour) }), true},
		{"day_of_month", `time: {day_of_month: [28, 1, 2]}`, base, true},
		{"date every year", `time: {date: "03-02"}`, base, true},
		{"date", `time: {date: "2025-03-02"}`, base, false},
		{"zone", `time: {between: "23:00-24:00"}`, with(func(in *Input) { in.Location = time.FixedZone("west", -10*3600) }), true},
		{"similar_recent", `similar_recent: {same: category, within: 60m, at_least: 3}`, with(func(in *Input) {
			in.Recent = []Recent{{"drucker", "x", in.Now.Add(-10 * time.Minute), 1}, {"drucker", "y", in.Now.Add(-59 * time.Minute), 2}}
		}), true},
		{"similar_recent too old", `similar_recent: {same: category, within: 60m, at_least: 3}`, with(func(in *Input) {
			in.Recent = []Recent{{"drucker", "x", in.Now.Add(-10 * time.Minute), 1}, {"drucker", "y", in.Now.Add(-61 * time.Minute), 2}}
		}), false},
		{"similar words", `similar_recent: {same: words, within: 60m, at_least: 2}`, with(func(in *Input) {
			in.Recent = []Recent{{"x", "Frage zu Druckern", in.Now, 1}}
		}), true},
		{"sender_open_tickets", `sender_open_tickets: {at_least: 5}`, with(func(in *Input) { in.SenderOpenTickets = 5 }), true},
		{"any_of", `any_of: [{words: [scanner]}, {words: [drucker]}]`, base, true},
		{"all_of", `all_of: [{words: [scanner]}, {words: [drucker]}]`, base, false},
		{"none_of", `words: [drucker], none_of: [{words: [steht]}]`, base, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := compileText(t, rule1(c.when, "tags: [hit]"), testRefs())
			d := s.Decide(c.in)
			if got := len(d.Rules) > 0; got != c.want {
				t.Errorf("{%s} matches: %v, want %v; %+v", c.when, got, c.want, d.Trace)
			}
			if full := s.Explain(c.in); len(full.Rules) != len(d.Rules) {
				t.Errorf("Explain and Decide differ")
			}
		})
	}
}

func TestActions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, then string
		check      func(d Decision) bool
	}{
		{"plain fields", `category: rest, group: netz, assign: lena, sla: auftrag, kind: request, receipt: spaeter, reply: nein, template_note: liste, language: en`, func(d Decision) bool {
			return d.Category == "rest" && d.Group == "netz" && d.Assign == "lena" && d.SLA == "auftrag" && d.Kind == "request" &&
				d.Receipt == "spaeter" && d.Reply == "nein" && d.Note == "liste" && d.Language == "en" && d.Rule == "A"
		}},
		{"priority by label", `priority: hoch`, func(d Decision) bool { return d.Priority == "P2" }},
		{"priority_at_least raises", `priority_at_least: P2`, func(d Decision) bool { return d.Priority == "P2" }},
		{"priority_at_least does not lower", `priority: P1, priority_at_least: P2`, func(d Decision) bool { return d.Priority == "P1" }},
		{"matrix", `impact: firma, urgency: sofort`, func(d Decision) bool { return d.Priority == "P1" }},
		{"matrix with one side", `urgency: sofort`, func(d Decision) bool { return d.Priority == "P3" }},
		{"lists", `tags: [a, b, a], watchers: [lena], notify: [lead]`, func(d Decision) bool {
			return strings.Join(d.Tags, ",") == "a,b" && d.Watchers[0] == "lena" && d.Notify[0] == "lead"
		}},
		{"escalate", `escalate: {to: netz, reason: darum}`, func(d Decision) bool { return d.Group == "netz" && d.Escalate == "netz" && d.EscalateWhy == "darum" }},
		{"hold", `hold: erst prüfen`, func(d Decision) bool { return d.Hold == "erst prüfen" }},
		{"ignore, reject, incident", `ignore: Werbung, reject: nein, incident: Störung`, func(d Decision) bool {
			return d.Ignore == "Werbung" && d.Reject == "nein" && d.Incident == "Störung"
		}},
		{"captures", `set_subject: "Kunde {{match.nr}}: {{ match.wort }}", tags: ["k-{{match.nr}}"]`, func(d Decision) bool {
			return d.SetSubject == "Kunde 4711: Drucker" && d.Tags[0] == "k-4711"
		}},
		{"requester_from", `requester_from: 'absender: (\S+)'`, func(d Decision) bool { return d.RequesterFrom == "Max@kunde.example" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := compileText(t, rule1(`words: [drucker], regex: {pattern: '(?P<wort>drucker).*kunde (?P<nr>\d+)'}`, c.then), testRefs())
			d := s.Decide(mail("Formular", "Drucker von Kunde 4711 Absender: Max@kunde.example"))
			if !c.check(d) {
				t.Errorf("%+v", d)
			}
		})
	}
}

// What a stranger's mail brings into a ticket is cut and has no control
// characters.
func TestCaptureIsTame(t *testing.T) {
	t.Parallel()
	s := compileText(t, rule1(`regex: {pattern: '(?s)x(?P<a>.*)'}`, `set_subject: "{{match.a}}", requester_from: 'an: (.*)'`), testRefs())
	d := s.Decide(mail("", "x\r\nBcc: all@firma.example\x00"+strings.Repeat("ä", 500)+" an: a@b.example, c@d.example"))
	if len(d.SetSubject) > maxCapture || strings.ContainsAny(d.SetSubject, "\r\n\x00") || d.RequesterFrom != "" {
		t.Errorf("subject %q, requester %q", d.SetSubject, d.RequesterFrom)
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	s := compileText(t, `
categories: {drucker: {group: first-level, strong: [drucker]}, rest: {group: first-level}}
rules:
  - {name: first, when: {words: [drucker]}, then: {priority: P4, tags: [a]}}
  - {name: second, when: {words: [drucker]}, then: {priority: P1, tags: [b]}}
  - {name: moves, when: {words: [drucker]}, then: {category: rest}}
  - {name: sees, when: {category: rest}, then: {tags: [seen]}}
  - {name: off, enabled: false, when: {words: [drucker]}, then: {tags: [off]}}
  - {name: replies, applies_to: reply, when: {words: [drucker]}, then: {tags: [reply]}}
  - {name: both, applies_to: both, when: {words: [drucker]}, then: {tags: [both]}}
  - {name: third, when: {words: [drucker]}, override: true, then: {priority: P2}, stop: true}
  - {name: never, when: {words: [toner]}, then: {tags: [never]}}
`, testRefs())
	d := s.Decide(mail("Drucker und Toner", ""))
	if got := strings.Join(d.Rules, " "); got != "first second moves sees both third" {
		t.Errorf("rules %s", got)
	}
	if d.Priority != "P2" || strings.Join(d.Tags, " ") != "a b seen both" || d.Category != "rest" || d.Rule != "moves" {
		t.Errorf("%+v", d)
	}
	in := mail("Drucker", "")
	in.Reply, in.Category, in.Priority, in.Tags = true, "rest", "P1", []string{"alt"}
	d = s.Decide(in)
	if got := strings.Join(d.Rules, " "); got != "replies both" || d.Category != "rest" || d.Priority != "P1" || d.FAQ.ID != "" {
		t.Errorf("follow-up: %+v", d)
	}
}

func TestCategoryScore(t *testing.T) {
	t.Parallel()
	s := compileText(t, `
categorize: {min_points: 3, min_lead: 2, else: rest}
categories:
  drucker: {group: first-level, strong: [drucker, drucken], weak: [papier]}
  konto: {group: first-level, strong: [passwort, passwörter], medium: [anmelden]}
  rest: {group: first-level}
`, testRefs())
	for _, c := range []struct{ subject, body, want, reason string }{
		{"Drucker im 2. OG druckt nicht", "Angebot auf Papier", "drucker", "21 Punkte: drucker (Betreff 10), drucken ← „druckt“ (Betreff 10), papier (1) · zweite: keine · Abstand 21 ≥ 2"},
		{"Passwort", "", "konto", "10 Punkte: passwort (Betreff 10) · zweite: keine · Abstand 10 ≥ 2"},
		{"", "Drucker will Passwort", "rest", "drucker 5 Punkte: drucker (5) · zweite: konto 5 · Abstand 0 < 2"},
		{"", "Papier", "rest", "drucker 1 Punkte: papier (1) · zweite: keine · Abstand 1 < 2 · unter min_points 3"},
		{"Hallo", "", "rest", "kein Wort einer Kategorie gefunden"},
	} {
		d := s.Decide(mail(c.subject, c.body))
		var step Step
		for _, x := range d.Trace {
			if x.Stage == "category" {
				step = x
			}
		}
		if d.Category != c.want || step.Reason != c.reason {
			t.Errorf("%s|%s: %s %q, want %s %q", c.subject, c.body, d.Category, step.Reason, c.want, c.reason)
		}
	}
}

func TestConcurrent(t *testing.T) {
	t.Parallel()
	s, _ := compileStarter(t, "de")
	want := s.Decide(mail("Drucker offline", "Mein Drucker wird als offline angezeigt."))
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 50 {
				s.Decide(mail("VPN", "VPN verbindet nicht"))
				if d := s.Decide(mail("Drucker offline", "Mein Drucker wird als offline angezeigt.")); d.FAQ.Score != want.FAQ.Score || d.Category != want.Category {
					t.Errorf("%+v, want %+v", d, want)
				}
			}
		})
	}
}
