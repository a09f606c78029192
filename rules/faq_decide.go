package rules

import (
	"fmt"
	"strings"
)

func formatScore(f float64) string { return fmt.Sprintf("%.2f", f) }

// answer finds the best FAQ entry and decides whether it is sent: gate, score,
// lead and history must all say yes.
func (e *evaluation) answer() {
	f := e.s.faq
	if len(f.entries) == 0 || e.in.Reply || e.faqMode == "none" || f.settings.mode == "off" {
		if len(f.entries) > 0 {
			e.step("faq", "", false, e.whyNoFAQ())
		}
		return
	}
	found := f.sim.find(e.t.subject, e.t.body, suggestTop)
	if len(found) == 0 {
		e.step("faq", "", false, e.say("kein Eintrag ist ähnlich", "no entry is similar"))
		return
	}
	for _, x := range found {
		if x.score >= suggestScore && f.entries[x.entry].Mode != "off" {
			e.d.FAQ.Suggest = append(e.d.FAQ.Suggest, Suggestion{f.entries[x.entry].ID, x.score, f.entries[x.entry].Title})
		}
	}
	best := found[0]
	entry := &f.entries[best.entry]
	q := &e.d.FAQ
	q.ID, q.Score, q.Margin = entry.ID, best.score, best.margin
	q.Answer, _ = entry.AnswerIn(e.d.Language)
	q.KeepOpen, q.Close = entry.After == "keep_open", entry.After == "close"
	reasons, why := e.judge(entry, best)
	q.Sent, q.Why = why == "", why
	if why != "" {
		reasons = append(reasons, why)
		if len(q.Suggest) > 0 && q.Suggest[0].ID == q.ID {
			reasons[len(reasons)-1] += e.say(" → nur Vorschlag", " → suggestion only")
		}
	} else {
		reasons[len(reasons)-1] += e.say(" → wird gesendet", " → will be sent")
	}
	e.step("faq", entry.ID, q.Sent, strings.Join(reasons, " · "))
}

func (e *evaluation) whyNoFAQ() string {
	switch {
	case e.in.Reply:
		return e.say("Folgemail", "follow-up")
	case e.faqMode == "none":
		return e.say("abgeschaltet von %s", "switched off by %s", e.quoted(e.setBy["faq"]))
	}
	return e.say("abgeschaltet in faq_settings", "switched off in faq_settings")
}

// judge returns the parts of the explanation and, when the answer is not sent,
// the first reason why.
func (e *evaluation) judge(entry *faqEntry, m match) (parts []string, why string) {
	minScore, minLead := entry.threshold(&e.s.faq.settings)
	note := func(reason string) {
		if why == "" {
			why = reason
		}
	}
	parts = append(parts, formatScore(m.score), e.say("Abstand %s", "lead %s", formatScore(m.margin)))
	if len(entry.must) > 0 {
		if missing := e.missingMust(entry); missing == "" {
			parts = append(parts, "must ✓")
		} else {
			parts = append(parts, "must ✗")
			note(e.say("must: keines von %s", "must: none of %s", missing))
		}
	}
	if veto := e.veto(entry); veto != "" {
		parts = append(parts, "never_if ✗")
		note(veto)
	} else {
		parts = append(parts, "never_if ✓")
	}
	if m.score < minScore {
		note(e.say("unter min_score %s", "below min_score %s", formatScore(minScore)))
	}
	if m.margin < minLead {
		note(e.say("unter min_lead %s", "below min_lead %s", formatScore(minLead)))
	}
	note(e.gate(entry))
	note(e.shippedVeto(m.entry))
	return parts, why
}

// missingMust returns the first must group of which nothing was found.
func (e *evaluation) missingMust(entry *faqEntry) string {
next:
	for _, group := range entry.must {
		for _, id := range group {
			if e.h.at[id]&inText != 0 {
				continue next
			}
		}
		var names []string
		for _, id := range group {
			names = append(names, e.s.index.patterns[id].source)
		}
		return strings.Join(clipList(names, 6), ", ")
	}
	return ""
}

// veto returns why the mail must be read by a person, "" when nothing says so.
func (e *evaluation) veto(entry *faqEntry) string {
	for _, list := range [][]block{e.s.faq.settings.neverIf, entry.neverIf} {
		for _, b := range list {
			if b.holds(e) {
				return "never_if: " + b.why(e)
			}
		}
	}
	return ""
}

// gate holds what does not depend on similarity.
func (e *evaluation) gate(entry *faqEntry) string {
	if s := e.blocked(); s != "" {
		return s
	}
	set := &e.s.faq.settings
	switch {
	case e.faqMode == "suggest":
		return e.say("nur Vorschlag laut %s", "suggestion only because of %s", e.quoted(e.setBy["faq"]))
	case entry.Mode != "answer":
		return "mode: " + entry.Mode
	case !entry.speaks(e.d.Language):
		return e.say("keine Antwort auf %s", "no answer in %s", e.d.Language)
	case entry.expired(e.in.Now):
		return e.say("valid_until ist vorbei", "valid_until has passed")
	case e.t.attachAt > set.maxWords:
		return e.say("mehr als %d Wörter", "more than %d words", set.maxWords)
	case several(e.t.body):
		return e.say("mehrere Anliegen", "more than one request")
	case e.is("vip"):
		return e.say("wichtige Person", "important person")
	case !set.neverSet && (hasAttachment(e.m) || !e.in.Internal):
		return e.say("Anhang oder Absender von außen", "attachment or external sender")
	case e.s.refs.rank(e.d.Priority) < 2:
		return e.say("Priorität %s", "priority %s", e.d.Priority)
	}
	if at, ok := e.in.AnsweredAt[entry.ID]; ok && e.in.Now.Sub(at) < set.sameAgainAfter {
		return e.say("dieselbe Antwort ging schon am %s", "the same answer went out on %s", at.In(e.local.Location()).Format("02.01.2006"))
	}
	if helped, of, yes := demoted(e.in.FAQOutcomes[entry.ID]); yes {
		return e.say("half nur in %d von %d Fällen", "helped in only %d of %d cases", helped, of)
	}
	return ""
}
