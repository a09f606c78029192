package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files")

func germanWords(lang string) Words {
	loc, _ := time.LoadLocation("Europe/Berlin")
	labels := map[string][2]string{
		"netzwerk": {"Netzwerk und VPN", "Network and VPN"}, "konto": {"Passwort und Anmeldung", "Password and sign-in"},
		"drucker": {"Drucker und Scanner", "Printers and scanners"}, "email": {"E-Mail-Zugriff", "E-mail access"}, "erp": {"ERP", "ERP"},
		"software": {"Software", "Software"}, "arbeitsplatz": {"Arbeitsplatz und Geräte", "Workplace and devices"},
		"new": {"neu", "new"}, "open": {"offen", "open"}, "waiting_requester": {"wartet auf Antwort", "waiting for answer"},
		"first": {"First-Level", "First level"}, "netz": {"Netz und Server", "Network and servers"}, "lena": {"Lena Huber", "Lena Huber"},
	}
	return Words{Lang: lang, Location: loc, Label: func(_, id string) string {
		return labels[id][map[bool]int{true: 1}[lang == "en"]]
	}}
}

// sample is a week that has something of everything, after seven quiet ones.
func sample(t testing.TB) *Report {
	t.Helper()
	h := newHistory(t)
	week, err := ParseWeek("2026-W10", h.loc)
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{Desk: "IT-Support Isarwerk", Targets: map[string]int{"first_response": 90, "resolution": 90, "csat": 85}, Overdue: "IT-10398", People: "none"}
	for n := range 8 {
		r.Series = append(r.Series, weekOf(week.Before(7-n), n))
	}
	v := r.Now()
	v.Attainment[2].All = Ratio{30, 36}
	v.Backlog.Overdue, v.Backlog.Oldest, v.Backlog.OldestAt = 3, 398, h.at("2026-03-04 10:00")
	v.Corrections = Corrections{Changed: Ratio{5, 41}, Pairs: []Pair{{"software", "erp", 3}, {"email", "netzwerk", 1}}, Unsorted: Ratio{6, 47}}
	v.FAQ = FAQ{Answered: 11, Confirmed: Ratio{6, 47}, Silent: 2, Wrong: Ratio{1, 11}}
	v.Final = Final{"2026-W08", Ratio{2, 38}}
	r.Learned = Learned{
		Recurring: []Topic{{Title: "Dockingstation erkennt Monitor nicht", Category: "arbeitsplatz", Count: 4, Days: 30, Tickets: []string{"IT-10377", "IT-10361"}}},
		Entries:   []EntryUse{{ID: "drucker-offline", Title: "Drucker ist offline", Sent: 11, Helped: 4, Rejected: 5, Demoted: true}},
	}
	r.Voices = []Voice{{"IT-10402", 2, "Zweimal dasselbe gefragt", h.at("2026-03-05 10:00")}, {"IT-10411", 5, "Sehr schnell, danke!", h.at("2026-03-06 10:00")}}
	return r
}

// weekOf are the figures of the n-th week of a sample.
func weekOf(p Period, n int) Values {
	inflow := []int{38, 44, 41, 45, 37, 42, 39, 47}[n]
	least := func(min int64, step ...int64) Spread {
		return Spread{N: 30 + n, Median: min + step[n]*60, P90: 7 * (min + step[n]*60)}
	}
	used := least(1500, 12, 14, 9, 8, 6, 5, 6, 3)
	handling := Spread{N: 34 + n%3, Median: int64(11400 + []int{1800, 2400, 1200, 1800, 600, 1200, 1800, 0}[n]), P90: int64(75600 + 3000*(7-n))}
	v := Values{
		Period:   p,
		Inflow:   Inflow{Total: inflow, ByChannel: []Named{{"mail", inflow - 4}, {"phone", 4}}},
		First:    Lengths{Used: used, Gross: used, Wall: used},
		Next:     Lengths{Used: Spread{N: 9, Median: 2400 + int64(n)*60, P90: 9000}},
		Handling: Lengths{Used: handling, Gross: Spread{handling.N, handling.Median + 3600, handling.P90 + 20000}, Wall: Spread{handling.N, handling.Median * 3, 4 * 86400}},
		Closed:   36,
		Backlog: Backlog{Total: []int{12, 10, 13, 11, 12, 9, 8, 14}[n], Ages: [4]int{6, 5, 2, 1},
			ByState: []Named{{"open", 8}, {"new", 4}, {"waiting_requester", 2}}, Daily: 7},
		Attainment: []Attainment{
			{Clock: "first_response", All: Ratio{37, 39}, ByPriority: []Promised{{"P2", Ratio{5, 6}}, {"P3", Ratio{32, 33}}}},
			{Clock: "next_response", All: Ratio{9, 9}, ByPriority: []Promised{{"P3", Ratio{9, 9}}}},
			{Clock: "resolution", All: Ratio{34 - n%2, 36}, ByPriority: []Promised{{"P2", Ratio{4, 6}}, {"P3", Ratio{26, 30}}}},
			{Clock: "take_over", All: Ratio{2, 4}, ByPriority: []Promised{{"P2", Ratio{2, 4}}}},
		},
		Reopened:   Ratio{1, 36},
		Escalation: Escalation{Tickets: Ratio{4 + n%3, inflow}, Manual: 2 + n%3, Rule: 1, Timer: 1, Returned: Ratio{1, 4 + n%3}, Hierarchical: 1},
		FirstFix:   Ratio{22 - n%4, 36}, FirstLevel: Ratio{30 - n%3, 36},
		FAQ:     FAQ{Answered: 9, Confirmed: Ratio{5, inflow}, Silent: 1},
		Rating:  Rating{Good: Ratio{11, 12}, Return: Ratio{12, 36}},
		Touches: Spread{N: 36, Median: 2, P90: 4}, Handovers: Ratio{12, 36},
		Categories: []Category{
			{"netzwerk", 14, Spread{9, 19200, 70000}}, {"konto", 10, Spread{9, 720, 3600}}, {"drucker", 8, Spread{6, 7500, 30000}},
			{"email", 6, Spread{5, 6000, 20000}}, {"software", 4, Spread{3, 6000, 20000}}, {"erp", 3, Spread{}}, {"", 2, Spread{1, 60, 60}},
		},
		Technique: Technique{In: 312, Out: 188, Held: 1, Ignored: 14, PollGap: 41, OutboxWait: 3},
	}
	for _, c := range v.Categories {
		v.Inflow.ByCategory = append(v.Inflow.ByCategory, Named{c.Name, c.Inflow})
	}
	if n < 7 {
		v.Inflow.ByCategory[0].N = 5
	}
	v.Inflow.ByHour = [24]int{7: 3, 8: 7, 9: 11, 10: 6, 11: 4, 13: 5, 14: 4, 15: 2, 16: 1}
	return v
}

// golden compares a text with a file.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s differs; look at it, then run with -update:\n%s", path, text)
	}
}

func pageOf(subject string, d *Document) string { return "Subject: " + subject + "\n\n" + d.Text() }

// The mails as they are read, in both languages.
func TestGoldenReports(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		w := germanWords(lang)
		r := sample(t)
		golden(t, "weekly."+lang+".txt", pageOf(r.Subject(w), r.Document(w)))
		golden(t, "weekly."+lang+".html", r.Document(w).HTML())
		golden(t, "weekly."+lang+".csv", string(r.CSV(w)))

		empty := &Report{Desk: r.Desk, Series: []Values{weekOf(r.Series[6].Period, 6), {Period: r.Now().Period}}, Targets: DefaultTargets(), CaughtUp: true}
		golden(t, "empty."+lang+".txt", pageOf(empty.Subject(w), empty.Document(w)))

		k := agenda(t)
		golden(t, "knowledge."+lang+".txt", pageOf(k.Subject(w, r.Desk), k.Document(w)))
		l := morning(t)
		golden(t, "open_list."+lang+".txt", pageOf(l.Subject(w, r.Desk), l.Document(w)))
		subject, d := Failure(w, r.Desk, "Wochenbericht", "read the history: disk I/O error")
		golden(t, "failure."+lang+".txt", pageOf(subject, d))
	}
}

func agenda(t testing.TB) Knowledge {
	h := newHistory(t)
	r := sample(t)
	return Knowledge{
		Period: Month(h.at("2026-02-15 12:00"), h.loc), Recurring: r.Learned.Recurring,
		Returned: []Returned{{"IT-10320", "VPN bricht ab", "Netz und Server", h.at("2026-02-12 10:00"), "Lag am Treiber 22.4; Version 22.7 ist im Softwarecenter."}},
		Problems: []Problem{
			{"IT-10301", "Switch in Halle 2", h.at("2026-02-03 10:00"), 6, "Port 9 statt 7", "Markus Brandl"},
			{"IT-10350", "Scanner verliert Ziele", h.at("2026-02-20 10:00"), 0, "", ""},
		},
		Drafts:    []Draft{{"IT-10377", "Dockingstation neu verbinden", "Lena Huber", h.at("2026-02-24 10:00")}},
		Expired:   []Entry{{"vpn-verbindet-nicht", "VPN verbindet nicht", h.at("2026-01-31 00:00")}},
		Unhelpful: r.Learned.Entries, LowRated: r.Voices[:1],
	}
}

func morning(t testing.TB) OpenList {
	h := newHistory(t)
	return OpenList{Day: Day(h.at("2026-03-09 07:45"), h.loc), Name: "Lena Huber", More: 2, Tickets: []OpenTicket{
		{Ticket: "IT-10398", Subject: "Plotter zieht Papier schief ein und faltet es", Who: "Dieter Hofer", Priority: "P3", Due: h.at("2026-03-06 11:00"), Overdue: true, Mine: true},
		{Ticket: "IT-10410", Subject: "VPN bricht ab", Who: "Carla Fuchs", Priority: "P2", Due: h.at("2026-03-09 10:30"), Mine: true},
		{Ticket: "IT-10412", Subject: "Toner leer", Who: "Jonas Bauer", Priority: "P4", Due: h.at("2026-03-10 09:00")},
		{Ticket: "IT-10413", Subject: "Frage", Who: "Eva Hofer", Priority: "P4"},
	}}
}

// Readers who are no agents get no notes of agents.
func TestAgendaWithoutNotes(t *testing.T) {
	t.Parallel()
	w := germanWords("de")
	k := agenda(t)
	all, part := k.Document(w).Text(), k.WithoutNotes(w).Document(w).Text()
	for _, note := range []string{"Treiber 22.4", "Port 9 statt 7"} {
		if !strings.Contains(all, note) || strings.Contains(part, note) {
			t.Errorf("note %q:\n%s\n%s", note, all, part)
		}
	}
	if !strings.Contains(part, "Workaround: bekannt") || !strings.Contains(k.Document(w).Text(), "Treiber 22.4") {
		t.Errorf("%s", part)
	}
}

// A sentence stands for a change that counts, and for nothing less.
func TestHighlights(t *testing.T) {
	t.Parallel()
	w := germanWords("de")
	base := func() *Report {
		r := sample(t)
		r.Series = []Values{weekOf(r.Series[6].Period, 6), weekOf(r.Series[7].Period, 6)}
		r.Learned, r.Overdue = Learned{}, ""
		return r
	}
	for _, c := range []struct {
		name   string
		change func(*Report)
		want   string // "" = nothing to say
	}{
		{"as usual", func(*Report) {}, ""},
		{"four more", func(r *Report) { r.Series[0].Inflow.Total, r.Series[1].Inflow.Total = 10, 14 }, ""},
		{"a tenth more", func(r *Report) { r.Series[0].Inflow.Total, r.Series[1].Inflow.Total = 100, 110 }, ""},
		{"a fifth more", func(r *Report) { r.Series[0].Inflow.Total, r.Series[1].Inflow.Total = 50, 60 }, "60 neue Anfragen (Vorwoche 50)"},
		{"a fifth less", func(r *Report) { r.Series[0].Inflow.Total, r.Series[1].Inflow.Total = 50, 40 }, "40 neue Anfragen (Vorwoche 50)"},
		{"target missed", func(r *Report) { r.Series[1].Attainment[2].All = Ratio{8, 10} }, "unter dem Ziel von 90\u00a0%"},
		{"target met exactly", func(r *Report) { r.Series[1].Attainment[2].All = Ratio{9, 10} }, ""},
		{"too few to miss", func(r *Report) { r.Series[1].Attainment[2].All = Ratio{1, 4} }, ""},
		{"target met again", func(r *Report) { r.Series[0].Attainment[2].All = Ratio{8, 10} }, "wieder im Ziel"},
		{"no target", func(r *Report) { r.Series[1].Attainment[2].All, r.Targets = Ratio{1, 10}, nil }, ""},
		{"overdue", func(r *Report) { r.Series[1].Backlog.Overdue = 1 }, "1 Anfrage ist überfällig."},
		{"slower", func(r *Report) { r.Series[1].Handling.Used.Median *= 2 }, "Lösungen dauern länger"},
		{"problems", func(r *Report) { r.Series[1].Technique.Errors = 2 }, "Störungen der Technik: 2"},
		{"nothing came", func(r *Report) { r.Series[1] = Values{Period: r.Series[1].Period} }, "kam keine Anfrage"},
	} {
		r := base()
		c.change(r)
		got := strings.Join(r.highlights(w), "\n")
		switch {
		case c.want == "" && !strings.HasPrefix(got, "Alles im üblichen Rahmen"):
			t.Errorf("%s: %s", c.name, got)
		case !strings.Contains(got, c.want):
			t.Errorf("%s: %s, want %q", c.name, got, c.want)
		}
	}
}

// Lines fit, and both languages say the same numbers.
func TestTextFits(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		w := germanWords(lang)
		k, l := agenda(t), morning(t)
		for _, d := range []*Document{sample(t).Document(w), k.Document(w), l.Document(w)} {
			for line := range strings.Lines(d.Text()) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
					t.Errorf("%d characters: %s", n, line)
				}
			}
		}
	}
	digits := func(lang string) string {
		d := sample(t).Document(germanWords(lang))
		return strings.Join(strings.FieldsFunc(strings.Split(d.Text(), "\n\n")[2], func(r rune) bool { return r < '0' || r > '9' }), " ")
	}
	if de, en := digits("de"), digits("en"); de[:20] != en[:20] {
		t.Errorf("numbers differ:\n%s\n%s", de, en)
	}
}

// People are named only where it is allowed, with the note that belongs to it.
func TestPeopleInReports(t *testing.T) {
	t.Parallel()
	w := germanWords("de")
	for _, c := range []struct {
		people                string
		groups, agents, notes bool
	}{{"none", false, false, false}, {"team", true, false, false}, {"named", true, true, true}} {
		r := sample(t)
		r.People = c.people
		v := r.Now()
		v.Groups = []Team{{Name: "netz", Closed: 7, Backlog: 2, Handling: Spread{7, 7200, 9000}, Solved: Ratio{6, 7}}}
		v.Agents = []Team{{Name: "lena", Closed: 29, Backlog: 9, Handling: Spread{29, 3600, 9000}, Solved: Ratio{28, 29}}}
		text := r.Document(w).Text()
		got := fmt.Sprint(strings.Contains(text, "Netz und Server"), strings.Contains(text, "Lena Huber"), strings.Contains(text, "§ 87"))
		if want := fmt.Sprint(c.groups, c.agents, c.notes); got != want {
			t.Errorf("%s: %s, want %s\n%s", c.people, got, want, text)
		}
	}
}

func TestLengths(t *testing.T) {
	t.Parallel()
	de, en := germanWords("de"), germanWords("en")
	for seconds, want := range map[int64]string{0: "0 min", 20: "< 1 min", 90: "2 min", 3599: "1 h", 3600: "1 h", 11400: "3 h 10", 35999: "10 h", 77000: "21 h"} {
		if got := strings.ReplaceAll(de.length(seconds), nbsp, " "); got != want {
			t.Errorf("length(%d) = %q, want %q", seconds, got, want)
		}
	}
	for _, c := range []struct {
		r        Ratio
		wde, wen string
	}{
		{Ratio{34, 36}, "94 % (34/36)", "94% (34/36)"}, {Ratio{3, 4}, "zu wenige (n=4)", "too few (n=4)"}, {Ratio{}, "–", "–"},
		{Ratio{1, 1000}, "0,1 % (1/1000)", "0.1% (1/1000)"}, {Ratio{999, 1000}, "99,9 % (999/1000)", "99.9% (999/1000)"}, {Ratio{5, 5}, "100 % (5/5)", "100% (5/5)"},
	} {
		if a, b := strings.ReplaceAll(de.rate(c.r), nbsp, " "), en.rate(c.r); a != c.wde || b != c.wen {
			t.Errorf("rate(%v) = %q, %q", c.r, a, b)
		}
	}
}
