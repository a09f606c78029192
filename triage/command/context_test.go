package command

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// context is a desk on Monday, 2 March 2026, 09:00, and an answer to IT-10423.
func context(t testing.TB) Context {
	loc := berlin(t)
	return Context{
		Now: time.Date(2026, 3, 2, 9, 0, 30, 0, loc), Location: loc, Language: "de", Prefix: "IT",
		Place: Reply, Ticket: Ref{Number: 10423},
		Agents: []Name{
			{ID: "lena", Names: []string{"Lena Huber"}, Address: "l.huber@firma.example"},
			{ID: "tobias", Names: []string{"Tobias Kern"}, Address: "t.kern@firma.example"},
			{ID: "markus", Names: []string{"Markus Brandl"}, Address: "m.brandl@firma.example"},
			{ID: "joerg", Names: []string{"Jörg Kern-Müller"}, Address: "j.km@firma.example"},
		},
		Groups: []Name{
			{ID: "first-level", Names: []string{"First-Level", "First level"}},
			{ID: "netz", Names: []string{"Netz und Server", "Network and servers"}},
			{ID: "systemhaus", Names: []string{"Systemhaus (extern)"}},
		},
		Categories: []Name{{ID: "netzwerk", Names: []string{"Netzwerk", "Network"}}, {ID: "drucker", Names: []string{"Drucker und Scanner", "Printers and scanners"}}},
		FAQ:        []Name{{ID: "drucker-offline", Names: []string{"Drucker offline"}}, {ID: "vpn-einrichten", Names: []string{"VPN einrichten"}}},
		Templates:  []Name{{ID: "fernwartung"}, {ID: "rückfrage"}},
		Impacts:    []Name{{ID: "firma"}, {ID: "abteilung"}, {ID: "person"}},
		Urgencies:  []Name{{ID: "sofort"}, {ID: "bald"}, {ID: "planbar"}},
		People: []Name{
			{Names: []string{"Anna Berger"}, Address: "a.berger@firma.example"},
			{Names: []string{"Bernd Berger"}, Address: "b.berger@firma.example"},
			{Names: []string{"Clara Weiß"}, Address: "c.weiss@firma.example"},
		},
		Known: func(r Ref) bool { return r.Held == 7 || r.Number >= 10000 && r.Number < 11000 },
		Opening: func(day time.Time) time.Time {
			if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
				day = day.AddDate(0, 0, (8-int(day.Weekday()))%7)
			}
			return time.Date(day.Year(), day.Month(), day.Day(), 7, 30, 0, 0, loc)
		},
	}
}

func asNew(c Context) Context  { c.Place, c.Ticket = New, Ref{}; return c }
func asList(c Context) Context { c.Place, c.Ticket = List, Ref{}; return c }
