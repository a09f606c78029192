package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"firstline/cmd/firstline/config"
	"firstline/rules/source"
	"firstline/store"
)

// correct moves tickets into a category, as an agent does with #kategorie.
func (s *shop) correct(category string, numbers ...int64) {
	s.t.Helper()
	ctx := s.t.Context()
	st, err := store.Open(ctx, filepath.Join(s.dir, "data"), store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	err = st.Update(ctx, func(tx *store.Tx) error {
		for _, n := range numbers {
			tk, err := tx.TicketByNumber(ctx, n)
			if err != nil {
				return err
			}
			old := tk.Category
			tk.Category = category
			if err := tx.SaveTicket(ctx, &tk); err != nil {
				return err
			}
			if err := tx.InsertEvent(ctx, store.Event{TicketID: tk.ID, Actor: "agent:lena", Kind: store.EventCategory, Old: old, New: category}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// corrected is a shop whose people moved the same kind of mail again and again.
func corrected(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	var raws [][]byte
	for i, text := range []string{"In der Fräsliste 4711 fehlt ein Teil.", "Die Fräslisten vom Montag sind doppelt.", "Wer pflegt die Fräsliste für Halle 2?", "Meine Fräsliste ist leer.",
		"Der Beamer im kleinen Raum zeigt kein Bild.", "Wo finde ich die Kantinenkarte?", "Der Drucker im 2. OG druckt nicht."} {
		from := fmt.Sprintf("Person %d <p%d@firma.example>", i, i)
		raws = append(raws, s.mail(i, from, "Frage", "Hallo,\n"+text+"\n\nGruß\nPerson"))
	}
	s.fill(raws...)
	s.correct("software", 10001, 10002, 10003, 10004)
	return s
}

// TestSuggestRules: the word that would have spared the corrections is proposed with
// its effect on the stored mails and YAML that check accepts; nothing is changed
// (product S37).
func TestSuggestRules(t *testing.T) {
	t.Parallel()
	s := corrected(t)
	before := s.read("config.yaml")
	out := s.good("suggest-rules")
	for _, want := range []string{"7 Tickets, bei 4 hat ein Mensch die Kategorie geändert", "fräsliste", "bisher 3 richtig, neu 7", "strong: [\"fräsliste\"]", "Nichts wurde geändert"} {
		if !strings.Contains(out, want) {
			t.Errorf("suggest-rules lacks %q:\n%s", want, out)
		}
	}
	var r suggestion
	s.decode(&r, "suggest-rules", "--since", "30d")
	if len(r.Words) != 1 || r.Words[0].Category != "software" || r.Words[0].Corrected != 4 || r.Words[0].Wrong != 0 || r.Effect == nil || r.Effect.Final.New != 7 {
		t.Errorf("suggest-rules --json: %+v", r)
	}
	c, found := config.Load(s.conf, config.Options{Lang: "de", Extra: []byte(r.YAML)})
	if source.HasErrors(found) || c.Desk.Rules == nil {
		t.Errorf("the proposal does not pass check:\n%s", source.Render(found, "de"))
	}
	if out := s.good("suggest-rules", "--least", "9"); !strings.Contains(out, "Kein Vorschlag") {
		t.Errorf("with too few corrections:\n%s", out)
	}
	for _, args := range [][]string{{"--least", "0"}, {"--since", "gestern"}, {"more"}} {
		if got := s.with(append([]string{"suggest-rules"}, args...)...); got.code != exitUsage {
			t.Errorf("suggest-rules %v: exit %d", args, got.code)
		}
	}
	if s.read("config.yaml") != before {
		t.Error("the configuration was changed")
	}
}

// TestFAQVerb: every entry is listed, used or not.
func TestFAQVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	err := useFAQ(t.Context(), filepath.Join(s.dir, "data"))
	if err != nil {
		t.Fatal(err)
	}
	out := s.good("faq")
	for _, want := range []string{"passwort-abgelaufen", "Eintrag", "nicht gebraucht", "alter-eintrag", "gibt es nicht mehr", "1-mal gesendet: 1-mal geholfen"} {
		if !strings.Contains(out, want) {
			t.Errorf("faq lacks %q:\n%s", want, out)
		}
	}
	var r faqReport
	s.decode(&r, "faq", "--since", "30d")
	if len(r.Entries) < 4 || r.Until.IsZero() {
		t.Errorf("faq --json: %+v", r)
	}
	if got := s.with("faq", "--since", "neulich"); got.code != exitUsage {
		t.Errorf("faq --since neulich: exit %d", got.code)
	}
}

// useFAQ writes the history of an entry that is gone.
func useFAQ(ctx context.Context, dir string) error {
	st, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListTickets(ctx, store.TicketFilter{Limit: 1})
		if err != nil {
			return err
		}
		return tx.InsertEvent(ctx, store.Event{TicketID: rows[0].ID, Actor: "system", Kind: "faq", New: "alter-eintrag"},
			store.Event{TicketID: rows[0].ID, Actor: "system", Kind: "faq", Old: "alter-eintrag", New: "helped"})
	})
}
