package mailout

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// publicVariants are mails to requesters that look different from the plain
// sample of their kind, where it matters.
func publicVariants() []struct {
	name string
	kind PublicKind
	set  func(d *PublicData, lang string)
} {
	return []struct {
		name string
		kind PublicKind
		set  func(d *PublicData, lang string)
	}{
		{"without-directory", Receipt, func(d *PublicData, _ string) { d.Requester.Title, d.Phone = "", "" }},
		{"no-name", Receipt, func(d *PublicData, _ string) {
			d.Requester = Person{Address: "halle3@isarwerk.example", Name: "HALLE 3"}
		}},
		{"p1", Receipt, func(d *PublicData, lang string) {
			d.Ticket.PriorityID, d.Ticket.Priority, d.FirstReply = "P1", pick(lang, "kritisch", "critical"), at(2, 9, 30)
		}},
		{"no-promise", Receipt, func(d *PublicData, _ string) { d.FirstReply = time.Time{} }},
		{"next-week", ReceiptOutsideHours, func(d *PublicData, _ string) { d.FirstReply, d.Opening = at(10, 12, 0), at(10, 8, 0) }},
		{"friday", FAQAnswer, func(d *PublicData, _ string) { d.Deadline = at(6, 9, 0) }},
		{"short", Resolved, func(d *PublicData, _ string) {
			d.Text, d.Files, d.AskRating, d.ReopenDays = PublicText{}, nil, false, 0
		}},
		{"all-attached", Reply, func(d *PublicData, _ string) {
			d.Files = []File{{Name: "anleitung.pdf", Size: 200_000, Attached: true}}
		}},
		{"no-question", Reminder, func(d *PublicData, _ string) { d.Question = "" }},
		{"external-group", Reply, func(d *PublicData, lang string) {
			d.Requester = Person{Address: "service@systemhaus.example"}
			d.Text = RequesterText(pick(lang, "02.03.2026 09:00, Anna Berger:\nDer Drucker druckt nicht.\n", "02.03.2026 09:00, John Smith:\nThe printer does not print.\n"))
			d.Files = nil
		}},
		{"emoji", Receipt, func(d *PublicData, _ string) { d.Ticket.Subject = "🖨️🔥 geht nicht 🧑‍💻" }},
		{"no-subject", Receipt, func(d *PublicData, _ string) { d.Ticket.Subject = "" }},
	}
}

func internalVariants() []struct {
	name string
	kind InternalKind
	set  func(d *InternalData, lang string)
} {
	return []struct {
		name string
		kind InternalKind
		set  func(d *InternalData, lang string)
	}{
		{"unverified", NoticeNew, func(d *InternalData, _ string) { d.Unverified = true }},
		{"without-directory", NoticeNew, func(d *InternalData, _ string) {
			d.Requester = Person{Name: d.Requester.Name, Address: d.Requester.Address}
			d.Open, d.Last, d.Score, d.Suggestions, d.Similar = 0, "", "", nil, nil
		}},
		{"p1", NoticeNew, func(d *InternalData, _ string) {
			d.Ticket.PriorityID, d.FirstDue, d.SolveDue = "P1", at(2, 9, 30), at(2, 13, 0)
		}},
		{"mine", NoticeFollowup, func(d *InternalData, _ string) { d.Mine = true }},
		{"no-effect", NoticeFollowup, func(d *InternalData, lang string) {
			d.Public, d.Purpose, d.Files = false, "i", nil
			d.Reason = InternalReason(pick(lang, "Diese Mail hat nichts bewirkt.", "This mail had no effect."))
		}},
		{"rtl", NoticeNew, func(d *InternalData, _ string) {
			d.Requester = Person{Name: "محمد علي", Address: "m.ali@isarwerk.example"}
			d.Ticket.Subject, d.Text = "الطابعة لا تعمل", InternalCopy(RequesterText("مرحبا،\nالطابعة لا تعمل منذ الصباح.\nشكرا"))
		}},
		{"collision", HeldReply, func(d *InternalData, lang string) {
			d.Held, d.Until = "collision", at(9, 9, 0)
			d.Reason = InternalReason(pick(lang, "Inzwischen hat jemand anders geantwortet: Tobias Kern, 09:12: Das Papier war leer.", "Somebody else has answered meanwhile: Tobias Kern, 9:12: The paper was empty."))
		}},
		{"suspicious", HeldReply, func(d *InternalData, lang string) {
			d.Held, d.Until = "suspicious", at(9, 9, 0)
			d.Reason = InternalReason(pick(lang, "Sie kam wenige Sekunden nach der Benachrichtigung und zitiert nichts.", "It came seconds after the notice and quotes nothing."))
		}},
		{"leak", HeldReply, func(d *InternalData, lang string) {
			d.Held = "leak"
			d.Reason = InternalReason(pick(lang, "Der Text enthält etwas, das intern bleiben muss.", "The text holds something that must stay internal."))
		}},
		{"not-fixable", CommandError, func(d *InternalData, _ string) { d.CanOK = false }},
		{"no-ticket", CommandError, func(d *InternalData, _ string) { d.CanOK, d.Ticket, d.Marker = false, Ticket{}, "" }},
		{"taken", Warning, func(d *InternalData, _ string) { d.Owner, d.Mine = "Lena Huber", true }},
		{"empty", List, func(d *InternalData, _ string) { d.Rows, d.MoreRows = nil, 0 }},
	}
}

func TestVariantsOfMails(t *testing.T) {
	t.Parallel()
	texts := DefaultTexts()
	for _, lang := range Languages() {
		for _, v := range publicVariants() {
			t.Run(lang+"/"+string(v.kind)+"@"+v.name, func(t *testing.T) {
				d := samplePublic(v.kind, lang)
				v.set(&d, lang)
				subject, b, err := texts.RenderPublic(v.kind, lang, d)
				golden(t, lang, string(v.kind)+"@"+v.name, subject, b, err)
			})
		}
		for _, v := range internalVariants() {
			t.Run(lang+"/"+string(v.kind)+"@"+v.name, func(t *testing.T) {
				d := sampleInternal(v.kind, lang)
				v.set(&d, lang)
				subject, b, err := texts.RenderInternal(v.kind, lang, d)
				golden(t, lang, string(v.kind)+"@"+v.name, subject, b, err)
			})
		}
	}
}

// The first line says where a reply goes. It agrees with what a reply does, or an
// agent's remark about a person is sent to that person.
func TestTheFirstLineTellsWhereAReplyGoes(t *testing.T) {
	t.Parallel()
	texts := DefaultTexts()
	promises := map[string][2][]string{ // by language: what a public and what an internal mail says
		"de": {{"Antworten geht an:"}, {"Antworten bleibt INTERN", "Antwort auf diese Mail = interne Notiz"}},
		"en": {{"A reply goes to:"}, {"A reply stays INTERNAL", "A reply to this mail is an internal note"}},
	}
	silent := []InternalKind{CommandError, HeldReply, Confirmation, List, Help, AbsenceReturn, AdminAlarm} // about no reply
	always := []InternalKind{HeldSender, DeliveryFailed, LowRating, Explanation, FAQDraft}                 // sent as internal only
	for _, lang := range Languages() {
		for _, k := range InternalKinds() {
			for i, public := range []bool{true, false} {
				d := sampleInternal(k, lang)
				d.Public = public
				_, b, err := texts.RenderInternal(k, lang, d)
				if err != nil {
					t.Fatal(err)
				}
				says := func(phrases []string) bool {
					return slices.ContainsFunc(phrases, func(p string) bool { return strings.Contains(b.Text, p) })
				}
				right, wrong := promises[lang][i], promises[lang][1-i]
				if slices.Contains(silent, k) || public && slices.Contains(always, k) {
					continue
				}
				if !says(right) || says(wrong) {
					t.Errorf("%s %s, public %v:\n%s", lang, k, public, b.Text)
				}
			}
		}
	}
}

// Every mail that tells an agent about a ticket carries its canary: whatever part of it
// a mail program quotes, the guard knows it again. Those left out hold the agent's own
// words, queries without a ticket, or one person's deed.
func TestEveryNoticeHasItsCanary(t *testing.T) {
	t.Parallel()
	texts := DefaultTexts()
	without := []InternalKind{CommandError, HeldReply, HeldSender, Confirmation, Help, AbsenceReturn, AdminAlarm, NoticeTaken, DeliveryFailed, LowRating}
	for _, lang := range Languages() {
		for _, k := range InternalKinds() {
			_, b, err := texts.RenderInternal(k, lang, sampleInternal(k, lang))
			if err != nil {
				t.Fatal(err)
			}
			canary := map[string]string{"de": "intern·", "en": "internal·"}[lang]
			has := strings.Contains(b.Text, canary) && strings.Contains(b.HTML, canary)
			if has == slices.Contains(without, k) {
				t.Errorf("%s %s: canary %v", lang, k, has)
			}
			for line := range strings.Lines(b.Text) {
				if _, ok := LeakScan(line, Secrets{Prefix: "IT"}); ok && strings.Contains(line, canary) {
					t.Errorf("%s %s: the guard passes %q", lang, k, line)
				}
			}
		}
	}
}
