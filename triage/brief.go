package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/report"
)

const (
	// shortRunes and deedRunes are how much of a text the brief of a ticket shows: the
	// whole of it follows in the history.
	shortRunes = 280
	deedRunes  = 200
	// briefTags is how many tickets of a fault are named, and briefChildren how many
	// are asked for notes.
	briefTags     = 5
	briefChildren = 50
)

// typedNotes are the internal notes that say what was found out, with the command
// that writes each.
var typedNotes = map[string]command.Verb{
	"analysis": command.Analysis, "cause": command.Cause, "workaround": command.Workaround, "fix": command.Fix,
}

// addBrief adds to a mail about a ticket what was tried and found out so far, and
// what solved others like it (product 2.3.1, 2.4).
func (t *turn) addBrief(tk *store.Ticket, kind mailout.InternalKind, lang string, d *mailout.InternalData) (err error) {
	if tk == nil {
		return nil
	}
	switch kind {
	case mailout.NoticeNew, mailout.NoticeFAQFailed, mailout.NoticeAssigned:
		d.Similar, err = t.similar(tk)
	case mailout.Escalation:
		if d.Short, err = t.gist(tk, lang); err != nil {
			return err
		}
		if d.Done, err = t.deeds(tk, lang, false); err != nil {
			return err
		}
		d.Similar, err = t.similar(tk)
	case mailout.Handback, mailout.Show:
		d.Done, err = t.deeds(tk, lang, true)
	case mailout.LowRating:
		d.Owner = t.ownerName(tk)
		d.History, d.MoreHistory, err = t.lastWords(tk)
	}
	return err
}

// lastWordsMost is how many mails a comment is shown with.
const lastWordsMost = 4

// lastWords are the last public mails of a ticket: what a comment on it refers to
// (product S29).
func (t *turn) lastWords(tk *store.Ticket) (list []mailout.Entry, more int, err error) {
	all, err := t.history(tk)
	if err != nil {
		return nil, 0, err
	}
	public := slices.DeleteFunc(slices.Clone(all), func(e mailout.Entry) bool { return e.Internal })
	list = public[max(0, len(public)-lastWordsMost):]
	return list, len(all) - len(list), nil
}

// gist is what a ticket is about, in a line or two, and whom it keeps from working.
func (t *turn) gist(tk *store.Ticket, lang string) (mailout.InternalText, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return mailout.InternalText{}, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	text := ""
	if len(messages) > 0 {
		text = oneLine(messages[0].Text, shortRunes)
	}
	affected, err := t.affected(tk, lang)
	if err != nil {
		return mailout.InternalText{}, err
	}
	return mailout.InternalNote(strings.TrimSpace(text + " " + affected)), nil
}

// affected says how many people a fault keeps from working, and in which tickets
// they say so; "" when it is one person.
func (t *turn) affected(tk *store.Ticket, lang string) (string, error) {
	head := tk.ID
	if tk.ParentID != 0 && tk.Incident != "" {
		head = tk.ParentID
	}
	list, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: head, Limit: incidentMost})
	if err != nil {
		return "", fmt.Errorf("read the tickets under ticket %d: %w", head, err)
	}
	if head == tk.ID {
		list = append(list, *tk)
	} else {
		first, err := t.tx.Ticket(t.ctx, head)
		if err != nil {
			return "", fmt.Errorf("read the ticket above ticket %d: %w", tk.ID, err)
		}
		list = append(list, first)
	}
	slices.SortFunc(list, byID)
	people := map[string]bool{}
	var tags []string
	for i := range list {
		if list[i].State == "discarded" {
			continue
		}
		people[list[i].Requester] = true
		tags = append(tags, t.tag(&list[i]))
	}
	if len(people) < 2 {
		return "", nil
	}
	return fmt.Sprintf(inLang([2]string{"%d Personen betroffen (%s).", "%d people affected (%s)."}, lang), len(people), shortTags(tags)), nil
}

// shortTags is IT-10398, -10401, -10402 …
func shortTags(tags []string) string {
	prefix, _, _ := strings.Cut(tags[0], "-")
	for i := range tags[1:] {
		tags[i+1] = strings.TrimPrefix(tags[i+1], prefix)
	}
	if len(tags) > briefTags {
		tags = append(tags[:briefTags:briefTags], "…")
	}
	return strings.Join(tags, ", ")
}

// deed is one thing that was done about a ticket.
type deed struct {
	at   time.Time
	text string
}

// deeds are what was tried and found out, one line each, oldest first: the words of
// agents, the FAQ answer that did not help, and the notes of the tickets below. With
// notes only the typed notes are among them.
func (t *turn) deeds(tk *store.Ticket, lang string, notes bool) ([]mailout.InternalText, error) {
	list, err := t.ownDeeds(tk, lang, notes)
	if err != nil {
		return nil, err
	}
	below, err := t.notesBelow(tk, lang)
	if err != nil {
		return nil, err
	}
	list = append(list, below...)
	slices.SortStableFunc(list, func(a, b deed) int { return a.at.Compare(b.at) })
	var lines []mailout.InternalText
	for _, d := range list {
		lines = append(lines, mailout.InternalNote(t.clockTime(d.at, lang)+" "+d.text))
	}
	return lines, nil
}

func (t *turn) ownDeeds(tk *store.Ticket, lang string, notes bool) (list []deed, err error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	reasons := map[string]bool{} // of escalations, which are kept as notes too
	for _, e := range events {
		switch {
		case e.Kind == "escalated":
			reasons[e.Reason] = true
		case e.Kind == report.KindFAQ && e.New == "rejected" && !notes:
			list = append(list, deed{e.At, fmt.Sprintf(inLang([2]string{"FAQ %s hat nicht geholfen", "FAQ %s did not help"}, lang), e.Old)})
		}
	}
	for _, m := range messages {
		switch verb, typed := typedNotes[m.Kind]; {
		case m.Agent == "" || m.Kind == "request" || reasons[m.Text]:
		case typed:
			list = append(list, deed{m.At, noteLine(verb, m.Text, lang)})
		case !notes:
			list = append(list, deed{m.At, mailout.FirstName(m.Name) + ": " + oneLine(m.Text, deedRunes)})
		}
	}
	return list, nil
}

// notesBelow are the typed notes of the tickets under a ticket: what was found out
// about one report of a problem is known of the problem.
func (t *turn) notesBelow(tk *store.Ticket, lang string) (list []deed, err error) {
	children, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: tk.ID, Limit: briefChildren})
	if err != nil {
		return nil, fmt.Errorf("read the tickets under ticket %d: %w", tk.ID, err)
	}
	for i := range children {
		messages, err := t.tx.Messages(t.ctx, children[i].ID)
		if err != nil {
			return nil, fmt.Errorf("read messages of ticket %d: %w", children[i].ID, err)
		}
		for _, m := range messages {
			if verb, typed := typedNotes[m.Kind]; typed && m.Agent != "" {
				list = append(list, deed{m.At, t.tag(&children[i]) + " " + noteLine(verb, m.Text, lang)})
			}
		}
	}
	return list, nil
}

// noteLine is "#analyse: Zertifikat läuft ab".
func noteLine(verb command.Verb, text, lang string) string {
	return "#" + verb.Word(lang) + ": " + oneLine(text, deedRunes)
}

// clockTime is when something was done: the time of today, else with its day.
func (t *turn) clockTime(at time.Time, lang string) string {
	at, now := at.In(t.c.Company.Location), t.now.In(t.c.Company.Location)
	today := at.YearDay() == now.YearDay() && at.Year() == now.Year()
	switch {
	case lang == "en" && today:
		return at.Format("3:04 pm")
	case lang == "en":
		return at.Format("2 Jan 3:04 pm")
	case today:
		return at.Format("15:04")
	}
	return at.Format("02.01. 15:04")
}
