package rules

import (
	"fmt"
	"slices"
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
	q := newQuestion(e.t.subject, e.t.body)
	found := f.find(q, e.in.Ticket, suggestTop)
	for _, x := range found {
		least := suggestScore
		if len(f.entries[x.entry].must) == 0 {
			least *= bareScore // a suggestion asks for no more certainty
		}
		if x.score >= least && f.entries[x.entry].Mode != "off" {
			e.d.FAQ.Suggest = append(e.d.FAQ.Suggest, Suggestion{f.entries[x.entry].ID, x.score, f.entries[x.entry].Title})
		}
	}
	if i, ok := f.ids[e.faqMode]; ok {
		e.ruled(i, found)
		return
	}
	if len(found) == 0 {
		e.step("faq", "", false, e.say("kein Eintrag ist ähnlich", "no entry is similar"))
		return
	}
	best := found[0]
	parts, sure := e.similar(best)
	words, gate := e.asked(best.entry), append(e.gate(best.entry), e.known(best.entry, q))
	e.d.FAQ.Ready = words.ready() && gate.ready()
	e.decided(best, parts, slices.Concat(words, sure, gate))
}

// ruled decides about the entry that a rule has chosen: how similar the mail is
// does not matter then, everything else does.
func (e *evaluation) ruled(i int, found []match) {
	m := match{entry: i, rival: -1}
	for _, x := range found {
		if x.entry == i {
			m = x
		}
	}
	parts := []string{e.say("gewählt von %s", "chosen by %s", e.quoted(e.setBy["faq"]))}
	e.decided(m, parts, slices.Concat(e.never(i), e.gate(i)))
}

// decided fills in the decision about an entry and explains it.
func (e *evaluation) decided(m match, parts []string, all verdicts) {
	entry, q := &e.s.faq.entries[m.entry], &e.d.FAQ
	q.ID, q.Score, q.Margin, q.Learned = entry.ID, m.score, m.margin, m.nearest.ticket
	q.Answer, _ = entry.AnswerIn(e.d.Language)
	q.KeepOpen, q.Close = entry.After == "keep_open", entry.After == "close"
	q.Sent, q.Why, q.Plain = all.ok(), all.why(), all.plain()
	parts = append(parts, all.parts(e.full)...)
	switch {
	case q.Sent:
		parts[len(parts)-1] += e.say(" → wird gesendet", " → will be sent")
	case len(q.Suggest) > 0 && q.Suggest[0].ID == q.ID:
		parts[len(parts)-1] += e.say(" → nur Vorschlag", " → suggestion only")
	}
	e.step("faq", entry.ID, q.Sent, strings.Join(parts, " · "))
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

// similar explains score and lead, and checks them against the thresholds.
func (e *evaluation) similar(m match) (parts []string, sure verdicts) {
	entry := &e.s.faq.entries[m.entry]
	minScore, minLead := entry.threshold(&e.s.faq.settings)
	score := formatScore(m.score)
	if m.nearest.ticket != "" {
		score += e.say(" gelernt aus %s", " learned from %s", m.nearest.ticket)
	} else if e.full && m.nearest.text != "" {
		score += " ← " + e.quoted(clipText(m.nearest.text, maxShown))
	}
	lead := e.say("Abstand %s", "lead %s", formatScore(m.margin))
	if len(entry.must) == 0 {
		lead += e.say(" (ohne must zählt er weniger)", " (counts less without must)")
	}
	if e.full && m.rival >= 0 {
		lead += e.say(" vor %s", " over %s", e.rival(m))
	}
	sure = verdicts{
		{ok: m.score >= minScore, good: fmt.Sprintf("min_score %s ✓", formatScore(minScore)), bad: e.say("unter min_score %s", "below min_score %s", formatScore(minScore)),
			plain: e.say("Punktzahl unter %s", "score below %s", formatScore(minScore))},
		{ok: m.margin >= minLead, good: fmt.Sprintf("min_lead %s ✓", formatScore(minLead)), bad: e.say("unter min_lead %s", "below min_lead %s", formatScore(minLead)),
			plain: e.say("nicht eindeutig genug", "not clear enough")},
	}
	return []string{score, lead}, sure
}

// maxShown bounds a phrasing in an explanation, in bytes.
const maxShown = 60

// rival names what stands next to a match: another entry, or a mail that none
// answers, without its words.
func (e *evaluation) rival(m match) string {
	switch {
	case m.rival < len(e.s.faq.entries):
		return e.s.faq.entries[m.rival].ID
	case m.beside.ticket != "":
		return e.say("keine FAQ (%s)", "no FAQ (%s)", m.beside.ticket)
	}
	return e.say("keine FAQ", "no FAQ")
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

// veto returns why the mail must be read by a person, "" when nothing says so, for
// the admin and for an agent.
func (e *evaluation) veto(entry *faqEntry) (why, plain string) {
	for _, list := range [][]block{e.s.faq.settings.neverIf, entry.neverIf} {
		for _, b := range list {
			if b.holds(e) {
				why = b.why(e)
				if words := b.foundWords(e); len(words) > 0 {
					return "never_if: " + why, e.say("in der Mail steht %s", "the mail says %s", strings.Join(clipList(words, 3), ", "))
				}
				return "never_if: " + why, why
			}
		}
	}
	return "", ""
}
