package triage_test

import (
	"strings"
	"testing"

	"firstline/triage"
)

// TestForgetSparesOthers: an address that is the end of another's, and a name that
// stands within another's, leave the other person alone.
func TestForgetSparesOthers(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"keep statistics": true, "delete": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.receive(eml{from: "Ina Berg <berger@firma.example>", subject: "Drucker", text: "Der Drucker von Ina Berg klemmt."})
			o.receive(eml{from: anna, subject: "Toner leer", text: "Karina Bergmann braucht Toner."})
			raw := len(grepStore(t, o, "Karina Bergmann"))
			if _, err := triage.Forget(t.Context(), o.store, o.desk.Config(), "berger@firma.example", triage.ForgetOptions{KeepStatistics: keep}); err != nil {
				t.Fatal(err)
			}
			o.sound()
			if got := grepStore(t, o, "Ina Berg "); len(got) > 0 {
				t.Errorf("after: %v", got)
			}
			tk := o.ticket(10002)
			if tk.Requester != "a.berger@firma.example" || tk.RequesterName != "Anna Berger" || !strings.Contains(firstMessage(t, o, tk.ID), "Karina Bergmann braucht") {
				t.Errorf("another's ticket: %s %s %q", tk.Requester, tk.RequesterName, firstMessage(t, o, tk.ID))
			}
			if got := len(grepStore(t, o, "Karina Bergmann")); got != raw {
				t.Errorf("the words of another stand in %d files, stood in %d", got, raw)
			}
		})
	}
}

// TestForgetMerged: the ticket that is deleted was merged into another's, or another's
// into it.
func TestForgetMerged(t *testing.T) {
	t.Parallel()
	for _, who := range []string{bertAt, annaAt} {
		for _, keep := range []bool{true, false} {
			t.Run(who, func(t *testing.T) {
				t.Parallel()
				o, _, notice, _ := two(t)
				confirmed := o.only(o.answer(&notice, lena, "#zusammen IT-10001"), lenaAt)
				if _, err := triage.Forget(t.Context(), o.store, o.desk.Config(), who, triage.ForgetOptions{KeepStatistics: keep}); err != nil {
					t.Fatal(err)
				}
				o.sound()
				if got := grepStore(t, o, who); len(got) > 0 {
					t.Errorf("after: %v", got)
				}
				// Bert's words are his: they go with him, and stay when a ticket is deleted
				// that his was merged into.
				if there := len(grepStore(t, o, "im Keller druckt")) > 0; who == bertAt && there {
					t.Error("Bert's words are still there")
				}
				if who == annaAt && !keep && !o.said(10002, "request", "im Keller druckt") {
					t.Error("Bert's words are gone with Anna's ticket")
				}
				o.answer(&confirmed, lena, "#teilen IT-10002")
				o.sound()
				o.answer(&confirmed, lena, "#schließen")
				o.sound()
			})
		}
	}
}
