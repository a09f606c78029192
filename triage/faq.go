package triage

import (
	"errors"
	"fmt"
	"slices"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/token"
)

// faqOutcome records what became of the FAQ answer of a ticket, and what follows:
// a confirmed answer teaches, one that did not help must not, and an entry that
// helps too rarely is told to whoever looks after it.
func (t *turn) faqOutcome(tk *store.Ticket, outcome string) error {
	row, err := t.tx.FAQOutcomeOf(t.ctx, tk.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		row.Outcome = outcome
		err = t.tx.SaveFAQOutcome(t.ctx, row)
	}
	if err == nil {
		err = t.event(tk, "system", report.KindFAQ, row.Entry, outcome, "")
	}
	if err != nil {
		return fmt.Errorf("record outcome of ticket %d: %w", tk.ID, err)
	}
	switch outcome {
	case "helped":
		return t.learn(tk, row.Entry, store.LessonConfirmed)
	case "rejected":
		if err := t.unlearn(tk); err != nil {
			return err
		}
		if err := t.untaught(tk, row); err != nil {
			return err
		}
		return t.tellDemoted(row.Entry)
	}
	return nil
}

// taughtBy is the number of the ticket whose words decided about an answer, 0 = a
// question of the configuration did.
func (t *turn) taughtBy(d rules.FAQDecision) int64 {
	if n := token.FindTags("["+d.Learned+"]", t.c.Ticket.Prefix); d.Learned != "" && len(n) == 1 {
		return n[0]
	}
	return 0
}

// untaught takes back the lesson that led to an answer which did not help.
func (t *turn) untaught(tk *store.Ticket, row store.FAQOutcome) error {
	if row.TaughtBy == 0 {
		return nil
	}
	teacher, err := t.tx.TicketByNumber(t.ctx, row.TaughtBy)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read ticket %d: %w", row.TaughtBy, err)
	}
	if err := t.unlearn(&teacher); err != nil {
		return err
	}
	return t.event(tk, "system", "faq_unlearned", row.Entry, t.tag(&teacher), "its words led to an answer that did not help")
}

// aboutFAQ reads what a requester says about an answer of the FAQ, or of an agent
// with an entry, while the ticket does not wait for just that: it was kept open,
// or closed at once.
func (t *turn) aboutFAQ(tk *store.Ticket, reading mailin.Reading) error {
	if reading == mailin.ReadingNotSolved {
		if err := t.unlearn(tk); err != nil {
			return err
		}
	}
	outcome := map[mailin.Reading]string{mailin.ReadingSolved: "helped", mailin.ReadingNotSolved: "rejected"}[reading]
	if tk.FAQ == "" || outcome == "" || !tk.FirstResponseAt.IsZero() {
		return nil // a person has answered since: nobody knows whose word helped
	}
	row, err := t.tx.FAQOutcomeOf(t.ctx, tk.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read FAQ answer of ticket %d: %w", tk.ID, err)
	}
	if row.Outcome != "" && row.Outcome != "silent" {
		return nil
	}
	return t.faqOutcome(tk, outcome)
}

// entryVersion is the wording of an entry now.
func (t *turn) entryVersion(id string) string {
	e, _ := t.c.Rules.FAQEntry(id)
	return e.Version
}

// entryOutcomes are the last outcomes of an entry as it is worded now, newest last.
func (t *turn) entryOutcomes(e rules.FAQEntry) ([]bool, error) {
	rows, err := t.tx.FAQOutcomes(t.ctx, e.ID, e.Version, outcomeMost)
	if err != nil {
		return nil, fmt.Errorf("read outcomes of FAQ %s: %w", e.ID, err)
	}
	slices.Reverse(rows)
	var list []bool
	for _, r := range rows {
		list = append(list, r.Outcome == "helped")
	}
	return list, nil
}

// demoted reports whether an entry is only suggested because it helps too rarely.
func (t *turn) demoted(id string) (bool, error) {
	if t.c.Rules == nil {
		return false, nil
	}
	e, ok := t.c.Rules.FAQEntry(id)
	if !ok {
		return false, nil
	}
	list, err := t.entryOutcomes(e)
	return rules.Demoted(list), err
}

// demotedAlarm begins the names of alarms about entries that help too rarely.
const demotedAlarm = "faq:"

// tellDemoted tells the editor of an entry once that it is only suggested now.
func (t *turn) tellDemoted(id string) error {
	bad, err := t.demoted(id)
	if err != nil || !bad {
		return err
	}
	e, _ := t.c.Rules.FAQEntry(id)
	list, err := t.entryOutcomes(e)
	if err != nil {
		return err
	}
	helped := 0
	for _, ok := range list {
		if ok {
			helped++
		}
	}
	name := demotedAlarm + id
	if err := t.alarm(name, fmt.Sprintf("FAQ entry %s helped in only %d of %d cases; it is only suggested now", id, helped, len(list))); err != nil {
		return err
	}
	a, err := t.tx.AlarmOf(t.ctx, name)
	if err != nil || a.Mailed {
		return err
	}
	tickets, err := t.rejections(e)
	if err != nil {
		return err
	}
	return t.mailAlarmsTo(t.editors(e), []store.Alarm{a}, func(lang string) AlarmText {
		pick := picker(lang)
		return AlarmText{
			Title: fmt.Sprintf(pick("Die FAQ-Antwort „%s“ hilft zu selten", "the FAQ answer “%s” helps too rarely"), id),
			Text: fmt.Sprintf(pick("Von den letzten %[2]d Antworten mit „%[1]s“ halfen %[3]d (unter 60 %%). Der Eintrag wird ab jetzt nur noch vorgeschlagen und nicht mehr von selbst gesendet.",
				"Of the last %[2]d answers with “%[1]s” %[3]d helped (below 60 %%). From now on the entry is only suggested and no longer sent by itself."), e.Title, len(list), helped),
			Lines: tickets,
			Fix: pick("Die Tickets lesen, in denen er nicht half, und den Eintrag überarbeiten (Fragen, must, never_if oder Antwort). Mit dem neuen Wortlaut zählt firstline von vorn und sendet ihn wieder.",
				"Read the tickets in which it did not help, and rework the entry (questions, must, never_if or answer). With the new wording firstline counts afresh and sends it again."),
		}
	})
}

// rejections names the tickets in which an entry lately did not help.
func (t *turn) rejections(e rules.FAQEntry) ([]string, error) {
	rows, err := t.tx.FAQOutcomes(t.ctx, e.ID, e.Version, outcomeMost)
	if err != nil {
		return nil, fmt.Errorf("read outcomes of FAQ %s: %w", e.ID, err)
	}
	var list []string
	for _, r := range rows {
		if r.Outcome != "rejected" || len(list) == alarmLines {
			continue
		}
		tk, err := t.tx.Ticket(t.ctx, r.TicketID)
		if err != nil {
			return nil, fmt.Errorf("read ticket %d: %w", r.TicketID, err)
		}
		list = append(list, t.tag(&tk)+" "+tk.Subject)
	}
	return list, nil
}

// editors are who looks after an entry: its owner, else the editor of the whole
// FAQ (each an agent, a group or an internal address), else the lead of the first
// level or the people in charge.
func (t *turn) editors(e rules.FAQEntry) []Agent {
	for _, who := range []string{e.Owner, t.c.FAQ.Editor} {
		if list := t.agentsBy(who); len(list) > 0 {
			return list
		}
	}
	if lead, ok := t.c.lead(t.c.firstLevel()); ok {
		return []Agent{lead}
	}
	return t.c.inCharge(t.now)
}

// agentsBy are the agents a name of the configuration stands for.
func (t *turn) agentsBy(who string) []Agent {
	if a, ok := t.c.Agent(who); ok {
		return []Agent{a}
	}
	address := mailin.FoldAddress(who)
	if a, ok := t.c.AgentByAddress(address); ok {
		return []Agent{a}
	}
	if there := t.c.presentMembers(who, t.now); len(there) > 0 {
		return there
	}
	if mailout.CheckAddress(address) == nil && t.c.isInternal(address) && !t.c.isOwn(address) {
		return []Agent{{ID: address, Name: t.c.person(address).Name, Address: address}}
	}
	return nil
}
