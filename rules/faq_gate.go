package rules

import (
	"cmp"
	"slices"
	"strings"

	"firstline/mailin"
)

// verdict is one yes or no of the FAQ decision.
type verdict struct {
	ok    bool
	good  string // said of a yes in a full explanation
	bad   string // why not
	plain string // why not, in the words of an agent; "" = as bad says
	also  bool   // a yes is said in every explanation
	// passing: it says something about the entry or the past, not about the mail.
	passing bool
}

type verdicts []verdict

func (v *verdicts) add(ok bool, good, bad string) {
	*v = append(*v, verdict{ok: ok, good: good, bad: bad})
}

// lastPassing marks the verdict added last.
func (v verdicts) lastPassing() { v[len(v)-1].passing = true }

func (v verdicts) ok() bool { return v.why() == "" }

// ready reports whether the mail itself passes.
func (v verdicts) ready() bool {
	return !slices.ContainsFunc(v, func(x verdict) bool { return !x.ok && !x.passing })
}

// why is the first no.
func (v verdicts) why() string {
	for _, x := range v {
		if !x.ok {
			return x.bad
		}
	}
	return ""
}

// plain is the first no in the words of an agent.
func (v verdicts) plain() string {
	for _, x := range v {
		if !x.ok {
			return cmp.Or(x.plain, x.bad)
		}
	}
	return ""
}

// parts explains the verdicts; a full explanation also names what is right.
func (v verdicts) parts(full bool) []string {
	var list []string
	for _, x := range v {
		switch {
		case !x.ok:
			list = append(list, x.bad)
		case full || x.also:
			list = append(list, x.good)
		}
	}
	return list
}

// asked checks the words of an entry: must and never_if.
func (e *evaluation) asked(i int) (v verdicts) {
	entry := &e.s.faq.entries[i]
	if len(entry.must) > 0 {
		missing := e.missingMust(entry)
		v = append(v, verdict{ok: missing == "", good: "must ✓", bad: e.say("must: keines von %s", "must: none of %s", missing),
			plain: e.say("die Wörter des Eintrags fehlen in der Mail", "the mail lacks the words of the entry"), also: true})
	}
	return append(v, e.never(i)...)
}

// never checks never_if and the shipped vetoes.
func (e *evaluation) never(i int) (v verdicts) {
	veto, plain := e.veto(&e.s.faq.entries[i])
	v = append(v, verdict{ok: veto == "", good: "never_if ✓", bad: veto, plain: plain, also: true})
	shipped := e.shippedVeto(i)
	v.add(shipped == "", e.say("kein Reizwort ✓", "no trigger word ✓"), shipped)
	return v
}

// known checks that the mail says no more than the entry is about.
func (e *evaluation) known(i int, q *question) verdict {
	words := clipList(e.foreign(i, q), 3)
	bad := e.say("der Eintrag kennt nicht: %s", "the entry does not know: %s", strings.Join(words, ", "))
	return verdict{ok: len(words) == 0, good: e.say("nur bekannte Wörter ✓", "known words only ✓"), bad: bad, plain: bad}
}

// gate checks what does not depend on words: the mail, its sender, the state of
// the entry and its history.
func (e *evaluation) gate(i int) (v verdicts) {
	entry, set := &e.s.faq.entries[i], &e.s.faq.settings
	if s := e.blocked(); s != "" {
		v.add(false, "", s)
	}
	v.add(e.faqMode != "suggest", e.say("von Regeln erlaubt ✓", "allowed by rules ✓"),
		e.say("nur Vorschlag laut %s", "suggestion only because of %s", e.quoted(e.setBy["faq"])))
	v.add(entry.Mode == "answer", "mode answer ✓", "mode: "+entry.Mode)
	v.lastPassing()
	v.add(entry.speaks(e.d.Language), e.say("Sprache %s ✓", "language %s ✓", e.d.Language), e.say("keine Antwort auf %s", "no answer in %s", e.d.Language))
	v.add(!entry.expired(e.in.Now), e.say("gültig ✓", "valid ✓"), e.say("valid_until ist vorbei", "valid_until has passed"))
	v.add(e.t.attachAt <= set.maxWords, e.say("%d Wörter ✓", "%d words ✓", e.t.attachAt), e.say("mehr als %d Wörter", "more than %d words", set.maxWords))
	v.add(!aboutPerson(e.t.body), e.say("für sich selbst ✓", "for himself ✓"), e.say("nennt eine andere Person", "names another person"))
	v.add(!several(e.t.body), e.say("ein Anliegen ✓", "one request ✓"), e.say("mehrere Anliegen", "more than one request"))
	v.add(!e.is("vip"), e.say("keine wichtige Person ✓", "no important person ✓"), e.say("wichtige Person", "important person"))
	if !set.neverSet {
		v.add(e.in.Internal, e.say("Absender intern ✓", "internal sender ✓"), e.say("Absender von außen", "external sender"))
	}
	v.add(!showsFile(e.m), e.say("kein Anhang ✓", "no attachment ✓"), e.say("mit Anhang", "with an attachment"))
	v.add(e.s.refs.rank(e.d.Priority) >= 2, e.d.Priority+" ✓", e.say("Priorität %s", "priority %s", e.d.Priority))
	at, answered := e.in.AnsweredAt[entry.ID]
	v.add(!answered || e.in.Now.Sub(at) >= set.sameAgainAfter, e.say("nicht kürzlich gesendet ✓", "not sent lately ✓"),
		e.say("dieselbe Antwort ging schon am %s", "the same answer went out on %s", at.In(e.local.Location()).Format("02.01.2006")))
	v.lastPassing()
	helped, of, bad := demoted(e.in.FAQOutcomes[entry.ID])
	v.add(!bad, e.say("half in %d von %d Fällen ✓", "helped in %d of %d cases ✓", helped, of), e.say("half nur in %d von %d Fällen", "helped in only %d of %d cases", helped, of))
	v.lastPassing()
	return v
}

// signatureImage bounds the picture of a signature, in bytes; a larger one in the
// text is a screenshot that somebody should look at.
const signatureImage = 40 << 10

// signatureTypes are parts that mail programs add to every mail.
var signatureTypes = []string{"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
	"application/pgp-keys", "text/vcard", "text/x-vcard"}

// showsFile reports whether a mail carries more than the pictures and parts of a
// signature.
func showsFile(m *mailin.Message) bool {
	return slices.ContainsFunc(m.Attachments, func(a mailin.Attachment) bool {
		picture := a.Inline && strings.HasPrefix(a.ContentType, "image/") && a.Size <= signatureImage
		return !picture && !slices.Contains(signatureTypes, a.ContentType)
	})
}
