package triage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/rules"
	"firstline/store"
	"firstline/triage"
)

// answered sends a mail of a requester and lets Lena answer its notice.
func (o *office) answered(e eml, reply string) (notice mail, after []mail) {
	o.t.Helper()
	notice = o.only(o.receive(e), "l.huber@firma.example")
	o.now = o.now.Add(10 * time.Minute)
	after = o.receive(eml{from: lena, subject: "AW: " + e.subject, text: reply, answers: &notice})
	o.now = o.now.Add(10 * time.Minute)
	return notice, after
}

// flat is a text without its line breaks.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestThirdOccurrenceShowsTheFirstTwo: the notice of a fault that came twice names
// both tickets and what solved each (product S13), in the hand-over too; whoever is
// not an agent reads nothing of it (P1).
func TestThirdOccurrenceShowsTheFirstTwo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) {
		c.People.Groups = append(c.People.Groups, triage.Group{ID: "haus", Level: 2, External: true, HideNotes: true, Address: "hotline@systemhaus.example"})
	})
	first, _ := o.answered(eml{from: anna, subject: "Drucker 2. OG Fehler 49", text: "Der Drucker im zweiten OG zeigt Fehler 49."},
		"#gelöst\r\n\r\nHallo Frau Berger,\r\nich habe den Druckauftrag mit der defekten PDF gelöscht. Er druckt wieder.\r\n\r\nViele Grüße\r\nLena Huber\r\n")
	if strings.Contains(first.m.Text, "Ähnlich gelöst") {
		t.Errorf("the first notice shows a solved ticket:\n%s", first.m.Text)
	}
	second, _ := o.answered(eml{from: anna, subject: "Fehler 49 am Drucker", text: "Servus, im 2. OG wieder Fehler 49 auf dem Display vom Drucker."},
		"#gelöst\r\n#notiz\r\n\r\nUSB-Schacht war verklemmt.\r\n")
	o.receive(eml{from: lena, subject: "AW", text: "#lösung: Firmware auf 2.4 aktualisiert\r\n", answers: &second})
	if !strings.Contains(flat(second.m.Text), "Ähnlich gelöst: IT-10001 „Drucker 2. OG Fehler 49“ (Lösung: ich habe den Druckauftrag mit der defekten PDF gelöscht. Er druckt wieder.)") {
		t.Errorf("the second notice:\n%s", second.m.Text)
	}
	o.answered(eml{from: anna, subject: "Passwort", text: "Bitte das Passwort für das Portal zurücksetzen."}, "#gelöst\r\n\r\nErledigt.\r\n")

	got := o.receive(eml{from: anna, subject: "Drucker im 2. OG druckt nicht", text: "Hallo, der Drucker im 2. OG druckt nicht, es kommt immer Fehler 49."})
	third := o.only(got, "l.huber@firma.example")
	for _, want := range []string{"IT-10001 „Drucker 2. OG Fehler 49“", "IT-10002 „Fehler 49 am Drucker“ (Lösung: Firmware auf 2.4 aktualisiert)"} {
		if !strings.Contains(flat(third.m.Text), want) {
			t.Errorf("the third notice lacks %q:\n%s", want, third.m.Text)
		}
	}
	if strings.Contains(third.m.Text, "IT-10003 „") {
		t.Errorf("the third notice shows what has nothing to do with it:\n%s", third.m.Text)
	}
	for _, m := range to(got, "a.berger@firma.example") {
		if strings.Contains(m.m.Text, "IT-10001") || strings.Contains(m.m.Text, "Firmware") {
			t.Errorf("the requester reads of it:\n%s", m.m.Text)
		}
	}
	o.now = o.now.Add(time.Hour)
	got = o.receive(eml{from: lena, subject: "AW", text: "#l2 netz: kommt immer wieder\r\n", answers: &third})
	if handover := o.only(got, "m.brandl@firma.example"); !strings.Contains(flat(handover.m.Text), "IT-10002 „Fehler 49 am Drucker“ (gelöst von Lena Huber, Mo, 2. März: Firmware auf 2.4 aktualisiert)") {
		t.Errorf("the hand-over:\n%s", handover.m.Text)
	}
	o.now = o.now.Add(time.Hour)
	outside := o.only(o.receive(eml{from: lena, subject: "AW", text: "#l2 haus: bitte prüfen\r\n", answers: &third}), "hotline@systemhaus.example")
	if strings.Contains(outside.m.Text, "IT-10002") || strings.Contains(outside.m.Text, "Firmware") {
		t.Errorf("an external group reads of it:\n%s", outside.m.Text)
	}
	o.sound()
}

// TestDoneIsNoSolution: an answer that says that it is done helps nobody; the one
// before it that says how does.
func TestDoneIsNoSolution(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answered(eml{from: anna, subject: "Plotter zieht schief ein", text: "Der Plotter zieht das Papier schief ein."}, "#gelöst\r\n\r\nHallo Frau Berger,\r\nist behoben.\r\n")
	second, _ := o.answered(eml{from: anna, subject: "Plotter zieht wieder schief ein", text: "Er zieht das Papier schief ein."}, "Bitte die Rollen mit Wasser reinigen.\r\n")
	if strings.Contains(second.m.Text, "Ähnlich") {
		t.Errorf("the notice advises that it is done:\n%s", second.m.Text)
	}
	o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\n\r\nErledigt, danke.\r\n", answers: &second})
	third := o.only(o.receive(eml{from: anna, subject: "Plotter schief", text: "Der Plotter zieht schief ein."}), "l.huber@firma.example")
	has(t, "the third notice", third.m.Text, "Ähnlich gelöst: IT-10002 „Plotter zieht wieder schief ein“ (Lösung: Bitte die Rollen mit Wasser reinigen.)")
}

// TestReopenedIsNotSolved: a ticket that was reopened is no advice.
func TestReopenedIsNotSolved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, after := o.answered(eml{from: anna, subject: "Toner Buchhaltung leer", text: "Der schwarze Toner ist leer."}, "#gelöst\r\n\r\nToner getauscht.\r\n")
	solved := o.only(after, "a.berger@firma.example")
	o.receive(eml{from: anna, subject: "AW", text: "Nein, er druckt immer noch blass.", answers: &solved})
	if notice := o.only(o.receive(eml{from: anna, subject: "Toner leer in der Buchhaltung", text: "Schwarzer Toner leer."}), "l.huber@firma.example"); strings.Contains(notice.m.Text, "Ähnlich") {
		t.Errorf("the notice advises what did not help:\n%s", notice.m.Text)
	}
	o.sound()
}

// TestOlderSolvedTicketsAreIndexed: tickets solved before there was an index are found
// after the next sweep.
func TestOlderSolvedTicketsAreIndexed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.answered(eml{from: anna, subject: "Plotter zieht schief ein", text: "Der Plotter zieht das Papier schief ein."}, "#gelöst\r\n\r\nRollen gereinigt.\r\n")
	ctx := t.Context()
	if err := o.store.Update(ctx, func(tx *store.Tx) error { return tx.DropTopic(ctx, o.ticket(10001).ID) }); err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		o.now = o.now.Add(time.Hour)
		return o.only(o.receive(eml{from: anna, subject: "Plotter schief", text: "Der Plotter zieht schief ein."}), "l.huber@firma.example").m.Text
	}
	if text := ask(); strings.Contains(text, "Ähnlich") {
		t.Errorf("found without an index:\n%s", text)
	}
	o.sweepAt(o.now)
	has(t, "the notice after the sweep", ask(), "Ähnlich gelöst: IT-10001")
	o.sound()
}

// TestSearchFindsWhatWasAsked: #suche finds solved tickets by the words of the mail,
// in whatever form they stand there, besides subjects and people (product S15).
func TestSearchFindsWhatWasAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	notice, _ := o.answered(eml{from: anna, subject: "Frage", text: "Im Lager verlieren die Handscanner ständig die Verbindung."}, "#gelöst\r\n\r\nAccess Point getauscht.\r\n")
	o.answered(eml{from: anna, subject: "Andere Frage", text: "Der Beamer zeigt kein Bild."}, "#gelöst\r\n\r\nKabel.\r\n")
	list := o.only(o.receive(eml{from: lena, subject: "AW", text: "#suche handscanner lagers", answers: &notice}), "l.huber@firma.example")
	has(t, "the list", list.m.Text, "IT-10001")
	if strings.Contains(list.m.Text, "IT-10002") {
		t.Errorf("the list holds what has nothing of it:\n%s", list.m.Text)
	}
}

// BenchmarkSimilar looks for tickets like a mail among 100,000 solved ones; one op
// is one notice's worth.
func BenchmarkSimilar(b *testing.B) {
	o := newOffice(b)
	ctx := b.Context()
	things := strings.Fields("Drucker Scanner Laptop Monitor Headset Kamera Beamer Telefon Tastatur Plotter Terminal Kopierer Server Switch Dockingstation")
	faults := strings.Fields("flimmert klemmt brummt überhitzt verschwunden langsam abgestürzt gesperrt veraltet gerissen leer verstellt")
	const solved = 100_000
	for from := 0; from < solved; from += 5000 {
		err := o.store.Update(ctx, func(tx *store.Tx) error {
			for i := from; i < from+5000; i++ {
				tk := store.Ticket{Number: int64(20_000 + i), State: "resolved", Priority: "P3", Requester: "a.berger@firma.example", Subject: fmt.Sprintf("%s %s", things[i%15], faults[i/15%12])}
				if err := tx.InsertTicket(ctx, &tk); err != nil {
					return err
				}
				text := fmt.Sprintf("In Raum %d seit dem Umzug, Inventar %x, bei Person%d; Fehler %d.", i%400, i*7919, i%900, i%97)
				if err := tx.InsertMessage(ctx, &store.Message{TicketID: tk.ID, Visibility: "public", Kind: "reply", Agent: "lena", Text: text}); err != nil {
					return err
				}
				topic := rules.TopicOf(tk.Subject, text)
				if err := tx.SaveTopic(ctx, tk.ID, topic.String(), topic.Keys()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for _, c := range []struct{ name, subject, text string }{
		{"rare", "Plotter klemmt", "Seit dem Umzug klemmt der Plotter in Raum 217, Fehler 12."},
		{"common", "Drucker langsam", "Der Drucker und der Scanner sind seit dem Umzug langsam, der Server auch, Laptop gesperrt."},
		{"none", "Urlaubsantrag", "Wo finde ich das Formular für meinen Urlaubsantrag?"},
	} {
		b.Run(c.name, func(b *testing.B) {
			err := o.store.View(ctx, func(tx *store.Tx) error {
				for b.Loop() {
					if _, err := triage.SimilarSolved(ctx, tx, c.subject, c.text); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		})
	}
	b.Run("learn", func(b *testing.B) {
		i := 0
		err := o.store.Update(ctx, func(tx *store.Tx) error {
			for b.Loop() {
				i++
				topic := rules.TopicOf("Plotter klemmt", fmt.Sprintf("Seit dem Umzug klemmt der Plotter in Raum %d, Fehler 12.", i))
				if err := tx.SaveTopic(context.WithoutCancel(ctx), int64(i%solved+1), topic.String(), topic.Keys()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	})
}
