package triage_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

// two is a desk with Anna's ticket IT-10001 and Bert's IT-10002, and Lena's notices.
func two(t *testing.T, change ...func(*triage.Config)) (o *office, anna, bert mail, bertsReceipt mail) {
	o = bureau(t, change...)
	anna = o.only(o.receive(printer), lenaAt)
	mails := o.fresh(berts, "Drucker im Keller", "Der Drucker im Keller druckt seit gestern nicht, Fehler 49.")
	return o, anna, o.only(mails, lenaAt), o.only(mails, bertAt)
}

const berts = bert

// TestMerge: B goes into A with all that belongs to it, nobody gets more than a line,
// and what comes for B comes to A (product 2.3.8).
func TestMerge(t *testing.T) {
	t.Parallel()
	o, annas, bertsNotice, receipt := two(t)
	o.answer(&bertsNotice, tobias, "x") // Tobias has no token of Lena's: held, nothing said
	o.answer(&annas, lena, "#zuweisen tobias")
	mails := o.answer(&bertsNotice, lena, "#zusammen IT-10001")
	o.done()
	o.sound()
	if got := o.only(mails, bertAt); !strings.Contains(got.m.Text, "IT-10002 gehört zu IT-10001") {
		t.Errorf("Bert reads %s", got.m.Text)
	}
	quietTo(o, mails, annaAt)
	mustRead(o, mails, tobiasAt, "gehört jetzt zu IT-10001")
	confirmed := o.only(mails, lenaAt)
	if !strings.Contains(confirmed.m.Text, "#teilen IT-10002") || len(mails) != 3 {
		t.Errorf("confirmation: %s %s", describe(mails), confirmed.m.Text)
	}
	roleIs(o, bertAt, "watcher")
	if c := o.clocks(10002); c["first_response"] != "not_applicable" || c["resolution"] != "not_applicable" {
		t.Errorf("clocks of B: %v", c)
	}
	if c := o.clocks(10001); c["resolution"] != "running" {
		t.Errorf("clocks of A: %v", c)
	}
	var order []string
	for _, m := range o.messages(o.ticket(10001).ID) {
		order = append(order, m.Author)
	}
	if want := []string{annaAt, bertAt}; !slices.Equal(order[:2], want) {
		t.Errorf("order %v", order)
	}
	shown := o.only(o.fresh(lena, "x", "#zeige IT-10001"), lenaAt)
	if !strings.Contains(shown.m.Text, "aus IT-10002") || strings.Count(shown.m.Text, "aus IT-") != 1 {
		t.Errorf("history: %s", shown.m.Text)
	}

	// A reply to B's receipt goes to A; the answer to it goes to Bert alone, as it says.
	mails = o.answer(&receipt, berts, "Jetzt auch Papierstau.")
	notice := o.only(mails, tobiasAt)
	if !strings.Contains(notice.m.Text, "Antworten geht an: Bert Sommer") || !strings.HasPrefix(notice.m.Subject, "[IT-10001]") {
		t.Errorf("notice: %s\n%s", notice.m.Subject, notice.m.Text)
	}
	mails = o.answer(&notice, tobias, "Bitte Fach 2 öffnen.")
	o.only(mails, bertAt)
	quietTo(o, mails, annaAt)
	// An answer to B's first notice, years old or not, goes to Bert too.
	mails = o.answer(&bertsNotice, lena, "#trotzdem\nIch komme vorbei.")
	o.only(mails, bertAt)
	quietTo(o, mails, annaAt)
	// The next answer about A goes to both.
	mails = o.answer(&annas, lena, "#trotzdem\nDer Techniker kommt um 14 Uhr.")
	o.only(mails, annaAt)
	o.only(mails, bertAt)
	o.sound()
}

// TestMergeUndone: #teilen gives B back its life: messages, people, state, clocks,
// timers; what came for B meanwhile goes with it.
func TestMergeUndone(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "#ich", "#warten\nWelche Meldung?", "#wv 4.3. 14:00", "#gelöst"} {
		t.Run(strings.ReplaceAll(before, "\n", " "), func(t *testing.T) {
			t.Parallel()
			o, _, notice, receipt := two(t)
			if before != "" {
				o.answer(&notice, lena, before)
			}
			was, clocks, timers := o.ticket(10002), o.clocks(10002), o.pending(10002)
			confirmed := o.only(o.answer(&notice, lena, "#zusammen IT-10001"), lenaAt)
			o.answer(&receipt, berts, "Noch etwas: er blinkt rot.")
			mails := o.answer(&confirmed, lena, "#teilen IT-10002")
			o.done()
			o.sound()
			now := o.ticket(10002)
			if now.State != was.State || now.MergedInto != 0 || !now.ResolvedAt.Equal(was.ResolvedAt) || !now.ClosedAt.Equal(was.ClosedAt) {
				t.Errorf("state %s, was %s: %+v", now.State, was.State, now)
			}
			if _, there := o.people(10001)[bertAt]; there {
				t.Error("Bert still watches A")
			}
			if got := o.clocks(10002); !sameMap(got, clocks) {
				t.Errorf("clocks %v, were %v", got, clocks)
			}
			if got := o.pending(10002); !slices.Equal(got, timers) {
				t.Errorf("timers %v, were %v", got, timers)
			}
			if !o.said(10002, "request", "im Keller") || !o.said(10002, "reply", "blinkt rot") || o.said(10001, "request", "im Keller") {
				t.Error("the messages are not where they belong")
			}
			mustRead(o, mails, lenaAt, "#zusammen IT-10001")
			// And once more, by the command of that confirmation.
			again := o.only(to(mails, lenaAt)[:1], lenaAt)
			for _, m := range to(mails, lenaAt) {
				if strings.Contains(m.m.Text, "#zusammen IT-10001") {
					again = m
				}
			}
			o.answer(&again, lena, "#zusammen IT-10001")
			if tk := o.ticket(10002); tk.State != "merged" {
				t.Errorf("merged again: %s", tk.State)
			}
			o.sound()
		})
	}
}

// pending are the names of the own timers of a ticket that wait.
func (o *office) pending(number int64) (names []string) {
	o.t.Helper()
	tk := o.ticket(number)
	o.view(func(tx *store.Tx) error {
		rows, err := tx.Timers(o.t.Context(), tk.ID)
		for _, r := range rows {
			if r.FiredAt.IsZero() && !strings.Contains(r.Name, ":") {
				names = append(names, r.Name)
			}
		}
		return err
	})
	slices.Sort(names)
	return names
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return true
}

// TestMergeRefused: what cannot be merged or undone is said, and nothing happens.
func TestMergeRefused(t *testing.T) {
	t.Parallel()
	o, annas, bertsNotice, _ := two(t)
	o.refused(o.answer(&annas, lena, "#teilen"), lenaAt, "nichts zusammengelegt")
	o.refused(o.answer(&annas, lena, "#teilen IT-10002"), lenaAt, "nichts zusammengelegt")
	o.answer(&bertsNotice, lena, "#zusammen IT-10001")
	third := o.only(o.fresh(bert, "Beamer", "Der Beamer im Saal geht nicht an."), lenaAt)
	o.refused(o.answer(&third, lena, "#zusammen IT-10002"), lenaAt, "#zusammen IT-10001")
	o.refused(o.answer(&annas, lena, "#zusammen IT-10002"), lenaAt, "gehört selbst zu IT-10001")
	o.now = o.now.Add(8 * 24 * time.Hour)
	o.refused(o.answer(&annas, lena, "#teilen"), lenaAt, "nichts zusammengelegt")
	o.sound()
}

// TestMergeChain: C into B into A; undoing the second takes C along.
func TestMergeChain(t *testing.T) {
	t.Parallel()
	o, annas, bertsNotice, _ := two(t)
	third := o.only(o.fresh("Carla Weiß <c.weiss@firma.example>", "Drucker rot", "Der Drucker im Flur blinkt rot."), lenaAt)
	o.answer(&third, lena, "#zusammen IT-10002")
	o.answer(&bertsNotice, lena, "#zusammen IT-10001")
	if !o.said(10001, "request", "blinkt rot") {
		t.Fatal("C's mail is not in A")
	}
	mails := o.receive(eml{from: "Carla Weiß <c.weiss@firma.example>", subject: "AW: Drucker rot [IT-10003]", text: "Jetzt geht er gar nicht mehr an."})
	mustRead(o, mails, lenaAt, "gar nicht mehr an")
	o.answer(&annas, lena, "#teilen")
	o.done()
	if !o.said(10002, "request", "blinkt rot") || !o.said(10002, "reply", "gar nicht mehr an") || o.said(10001, "request", "blinkt rot") {
		t.Error("C's mails are not in B")
	}
	if tk := o.ticket(10003); tk.State != "merged" {
		t.Errorf("C is %s", tk.State)
	}
	o.sound()
}

// TestMergeVendor: a third party of B answers into A, and stays inside.
func TestMergeVendor(t *testing.T) {
	t.Parallel()
	o, _, bertsNotice, _ := two(t)
	asked := o.only(o.answer(&bertsNotice, lena, "#dritte service@druck.example: Bitte ansehen"), "service@druck.example")
	o.answer(&bertsNotice, lena, "#zusammen IT-10001")
	mails := o.answer(&asked, "Service <service@druck.example>", "Ersatzteil ist bestellt.")
	if in := o.outcome(); in.Outcome != "followed" || !o.said(10001, "vendor", "Ersatzteil") {
		t.Errorf("outcome %s: %s", in.Outcome, in.Reason)
	}
	quietTo(o, mails, annaAt)
	quietTo(o, mails, bertAt)
	o.sound()
}

// TestSplit: a second matter in a mail becomes a ticket of its own, with its receipt,
// its clocks from when it was written, and a link.
func TestSplit(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.receive(printer)
	receipt, notice := o.only(mails, annaAt), o.only(mails, lenaAt)
	o.answer(&notice, lena, "Ich sehe nach.")
	second := o.only(o.answer(&receipt, anna, "Danke. Und mein Passwort für das ERP ist gesperrt, bitte freischalten."), lenaAt)
	wrote := o.now
	o.now = o.now.Add(time.Hour)
	mails = o.answer(&second, lena, "#teilen: ERP-Passwort gesperrt\nHallo Frau Berger,\ndazu gibt es ein eigenes Ticket.")
	o.done()
	o.sound()
	tk := o.ticket(10002)
	if tk.Subject != "ERP-Passwort gesperrt" || tk.Requester != annaAt || tk.Category != "konto" || tk.State != "new" || tk.Auth != "pass" {
		t.Errorf("new ticket: %+v", tk)
	}
	if !tk.CreatedAt.Equal(wrote) {
		t.Errorf("its clocks start at %s, the mail is of %s", tk.CreatedAt, wrote)
	}
	if !o.said(10002, "request", "ERP ist gesperrt") || !o.said(10001, "reply", "ERP ist gesperrt") {
		t.Error("the mail is not in both tickets")
	}
	got := to(mails, annaAt)
	if len(got) != 2 || !strings.Contains(got[0].m.Text+got[1].m.Text, "eigenes Ticket") || !strings.Contains(got[0].m.Subject+got[1].m.Subject, "[IT-10002]") {
		t.Errorf("Anna gets %s", describe(got))
	}
	if c := o.clocks(10002); c["first_response"] != "running" || c["resolution"] != "running" {
		t.Errorf("clocks: %v", c)
	}
	hasEvent(o, "linked", "IT-10002")
	// Undone by the command of the confirmation: one ticket again, nothing twice.
	var confirmed mail
	for _, m := range to(mails, lenaAt) {
		if strings.Contains(m.m.Text, "#zusammen IT-10001") {
			confirmed = m
		}
	}
	o.answer(&confirmed, lena, "#zusammen IT-10001")
	o.done()
	if tk := o.ticket(10002); tk.State != "merged" {
		t.Errorf("after the undo: %s", tk.State)
	}
	o.sound()
}

// A stranger whose held mail is filed under a ticket takes no part in it: only #cc
// lets somebody in.
func TestMergeOfHeldMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	annas := o.only(o.receive(printer), lenaAt)
	held := o.only(o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Ihr Drucker", text: "Wir hätten einen neuen."}), lenaAt)
	o.answer(&held, lena, "#zusammen IT-10001")
	if in := o.outcome(); in.Outcome != "commanded" {
		t.Fatalf("merge: %s %s", in.Outcome, in.Reason)
	}
	mails := o.answer(&annas, lena, "Der Techniker kommt morgen.")
	o.only(mails, annaAt)
	if got := to(mails, "verkauf@fremd.example"); len(got) != 0 {
		t.Errorf("the stranger reads along: %s", describe(got))
	}
	o.sound()
}
