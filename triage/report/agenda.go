package report

import (
	"fmt"
	"slices"
	"time"
)

// Subject of the agenda.
func (k Knowledge) Subject(w Words, desk string) string {
	return w.sayf("%s: Wissensrunde %s", "%s: knowledge round %s", desk, w.title(k.Period))
}

// WithoutNotes is the agenda for readers who are no agents: without what agents
// wrote among themselves.
func (k Knowledge) WithoutNotes(w Words) Knowledge {
	k.Returned, k.Problems = slices.Clone(k.Returned), slices.Clone(k.Problems)
	for i := range k.Returned {
		k.Returned[i].Done = ""
	}
	for i := range k.Problems {
		if k.Problems[i].Workaround != "" {
			k.Problems[i].Workaround = w.say("bekannt", "known")
		}
	}
	return k
}

// Document is the agenda of the knowledge round, ready to walk through.
func (k Knowledge) Document(w Words) *Document {
	d := &Document{}
	d.para(w.sayf("Tagesordnung für die Wissensrunde, aus den Tickets vom %s bis %s.", "Agenda for the knowledge round, from the tickets of %s to %s.",
		w.date(k.Period.From), w.date(k.Period.To.Add(-time.Hour))))
	if k.Empty() {
		d.para(w.say("Diesmal steht nichts an: keine wiederkehrenden Themen, keine offenen Probleme, keine FAQ-Einträge zu prüfen.",
			"Nothing is due this time: no recurring topics, no open problems, no FAQ entries to review."))
		return d
	}
	n := 0
	section := func(de, en string, items []string) {
		if len(items) == 0 {
			return
		}
		n++
		d.heading(fmt.Sprintf("%d. %s", n, w.say(de, en)))
		for _, s := range items {
			d.item(s)
		}
	}
	section("Wiederkehrende Themen ohne FAQ", "Recurring topics without an FAQ entry", each(k.Recurring, w.topic))
	section("Zurückgegebene Eskalationen: das geht künftig im First-Level", "Returned escalations: first level can do this next time", each(k.Returned, w.returned))
	section("Offene Probleme", "Open problems", each(k.Problems, w.problem))
	section("FAQ-Entwürfe, die niemand übernommen hat", "FAQ drafts nobody has filed", each(k.Drafts, w.draft))
	section("FAQ-Einträge, deren Prüfung fällig ist", "FAQ entries due for review", each(k.Expired, w.expired))
	section("FAQ-Einträge, die nicht helfen", "FAQ entries that do not help", each(k.Unhelpful, w.unhelpful))
	section("Schlechte Bewertungen mit Kommentar", "Low ratings with a comment", each(k.LowRated, w.voice))
	return d
}

func each[T any](list []T, say func(T) string) []string {
	var out []string
	for _, v := range list {
		out = append(out, say(v))
	}
	return out
}

func (w Words) returned(r Returned) string {
	s := w.sayf("%s „%s“, zurück von %s am %s", "%s “%s”, back from %s on %s", r.Ticket, r.Subject, r.Group, w.day(r.At))
	if r.Done != "" {
		s += ": " + r.Done
	}
	return s
}

func (w Words) problem(p Problem) string {
	s := w.sayf("%s „%s“, offen seit %s", "%s “%s”, open since %s", p.Ticket, p.Subject, w.day(p.Since))
	if p.Owner != "" {
		s += ", " + p.Owner
	}
	if p.Children > 0 {
		s += w.sayf(", %d Tickets hängen daran", ", %d tickets hang on it", p.Children)
	}
	if p.Workaround == "" {
		return s + w.say("; noch kein Workaround", "; no workaround yet")
	}
	return s + "; Workaround: " + p.Workaround
}

func (w Words) draft(f Draft) string {
	return w.sayf("„%s“ (%s, %s am %s)", "“%s” (%s, %s on %s)", f.Title, f.Ticket, f.Author, w.day(f.At))
}

func (w Words) expired(e Entry) string {
	return w.sayf("%s „%s“: zu prüfen seit %s", "%s “%s”: due since %s", e.ID, e.Title, w.date(e.ReviewBy))
}

func (w Words) unhelpful(e EntryUse) string {
	s := w.sayf("%s „%s“: %d× gesendet, %d× geholfen, %d× nicht", "%s “%s”: sent %d×, helped %d×, did not %d×", e.ID, e.Title, e.Sent, e.Helped, e.Rejected)
	if e.Demoted {
		s += w.say("; wird nur noch vorgeschlagen", "; only suggested to agents now")
	}
	return s
}

// OpenTicket is a line of the list of open tickets.
type OpenTicket struct {
	Ticket   string    `json:"ticket"`
	Subject  string    `json:"subject"`
	Who      string    `json:"who"` // requester
	Priority string    `json:"priority"`
	State    string    `json:"state"`
	Due      time.Time `json:"due,omitzero"`
	Overdue  bool      `json:"overdue"`
	Mine     bool      `json:"mine"` // assigned to the reader; else it waits in his group
}

// OpenList is what an agent finds in the morning.
type OpenList struct {
	Day     Period
	Name    string // of the agent
	Tickets []OpenTicket
	More    int // left out
}

// Subject of the list.
func (l OpenList) Subject(w Words, desk string) string {
	late := 0
	for _, t := range l.Tickets {
		if t.Overdue {
			late++
		}
	}
	s := w.sayf("%s: %d offen", "%s: %d open", desk, len(l.Tickets)+l.More)
	if len(l.Tickets)+l.More == 0 {
		return w.sayf("%s: nichts offen", "%s: nothing open", desk)
	}
	if late > 0 {
		s += w.sayf(", %d überfällig", ", %d overdue", late)
	}
	return s + ", " + w.day(l.Day.From)
}

// Document is the list: overdue ones first, then one's own, then those of the
// group nobody has taken.
func (l OpenList) Document(w Words) *Document {
	d := &Document{}
	if len(l.Tickets) == 0 {
		d.para(w.say("Guten Morgen! Für Sie ist nichts offen.", "Good morning! Nothing is open for you."))
		return d
	}
	part := func(de, en string, want func(OpenTicket) bool) {
		var rows [][]string
		for _, t := range l.Tickets {
			if want(t) {
				due := "–"
				if !t.Due.IsZero() {
					due = w.dueAt(t.Due, l.Day)
				}
				rows = append(rows, []string{t.Ticket, t.Priority, due, clip(t.Subject, 34), clip(t.Who, 20)})
			}
		}
		if len(rows) > 0 {
			d.heading(fmt.Sprintf("%s (%d)", w.say(de, en), len(rows)))
			d.table([]string{"Ticket", "Prio", w.say("fällig", "due"), w.say("Betreff", "subject"), w.say("von", "from")}, rows)
		}
	}
	part("Überfällig", "Overdue", func(t OpenTicket) bool { return t.Overdue })
	part("Ihre offenen", "Yours", func(t OpenTicket) bool { return !t.Overdue && t.Mine })
	part("Noch niemand hat sie", "Nobody has these yet", func(t OpenTicket) bool { return !t.Overdue && !t.Mine })
	if l.More > 0 {
		d.aside(w.sayf("… und %d weitere: #liste", "… and %d more: #list", l.More))
	}
	d.aside(w.say("Übernehmen: mit #ich IT-… auf diese Mail antworten, den Stand sehen: #zeige IT-…", "Take one: answer this mail with #mine IT-…; look at one: #show IT-…"))
	return d
}

func (w Words) dueAt(at time.Time, day Period) string {
	at = at.In(w.location())
	if day.Contains(at) {
		return at.Format("15:04")
	}
	if w.Lang == "en" {
		return at.Format("2 Jan 15:04")
	}
	return at.Format("02.01. 15:04")
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// Failure is the mail about a report that could not be computed: silence would
// look like a quiet week.
func Failure(w Words, desk, name, why string) (subject string, d *Document) {
	d = &Document{}
	d.para(w.sayf("Der Bericht „%s“ konnte nicht berechnet werden: %s", "The report “%s” could not be computed: %s", name, why))
	d.para(w.say("Die Anfragen selbst sind davon nicht betroffen. firstline report zeigt den Bericht, sobald die Ursache behoben ist; firstline fsck prüft die Daten.",
		"The requests themselves are not affected. firstline report shows the report once the cause is gone; firstline fsck checks the data."))
	return w.sayf("%s: Bericht „%s“ konnte nicht berechnet werden", "%s: report “%s” could not be computed", desk, name), d
}
