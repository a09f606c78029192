package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestRecurring: what comes again and again is found among other requests, named by
// its most typical subject, and nothing else is.
func TestRecurring(t *testing.T) {
	t.Parallel()
	var all []Request
	var matter []string
	for line := range strings.Lines(strings.TrimSpace(requests)) {
		f := strings.SplitN(line, "|", 3)
		matter = append(matter, strings.TrimSpace(f[0]))
		all = append(all, Request{strings.TrimSpace(f[1]), strings.TrimSpace(f[2])})
	}
	found := map[string]Cluster{}
	for _, c := range Recurring(all, 3) {
		m := matter[c.Members[0]]
		for _, i := range c.Members {
			if matter[i] != m {
				t.Errorf("%q is among %q", all[i].Subject, c.Title)
			}
		}
		found[m] = c
	}
	if len(found) != 3 {
		t.Errorf("clusters: %v", found)
	}
	if c := found["dock"]; len(c.Members) != 3 || !strings.Contains(c.Title, "Dockingstation") || !slices.Contains(c.Words, "Dockingstation") {
		t.Errorf("docking station: %+v", c)
	}
	if c := found["f49"]; len(c.Members) != 3 || !slices.Contains(c.Words, "49") {
		t.Errorf("error 49: %+v", c)
	}
	if got := Recurring(all, 5); len(got) != 0 {
		t.Errorf("five of a kind: %+v", got)
	}
}

// TestRecurringWithoutSubject: a subject that says nothing is no title.
func TestRecurringWithoutSubject(t *testing.T) {
	t.Parallel()
	text := "Die Zeiterfassung am Terminal nimmt meinen Chip nicht an."
	got := Recurring([]Request{{"Hilfe", text}, {"Dringend!", "Das Terminal der Zeiterfassung liest den Chip nicht."}, {"Frage", text}}, 3)
	if len(got) != 1 || got[0].Title != "Zeiterfassung Terminal Chip" {
		t.Errorf("%+v", got)
	}
}

// BenchmarkRecurring groups the requests of a busy month; one op is all of them.
func BenchmarkRecurring(b *testing.B) {
	things := strings.Fields("Drucker Scanner Laptop Monitor Headset Kamera Beamer Telefon Tastatur Plotter Terminal Kopierer Server Switch Dockingstation")
	faults := strings.Fields("flimmert klemmt brummt überhitzt verschwunden langsam abgestürzt gesperrt veraltet gerissen leer verstellt zerkratzt laut heiß")
	rooms := strings.Fields("Einkauf Vertrieb Lager Versand Labor Werkstatt Empfang Kantine Personal Buchhaltung Konstruktion")
	var all []Request
	for i := range 2000 {
		all = append(all, Request{things[i%15] + " " + faults[i/15%15], "Seit dem Umzug im " + rooms[i%11] + ", Raum " + strings.Repeat("1", i%4+1) + ", Inventar " + things[(i*7)%15]})
	}
	for b.Loop() {
		if got := Recurring(all, 3); len(got) == 0 {
			b.Fatal("nothing recurs")
		}
	}
}
