package triage_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

const (
	mina        = "Wilhelmina Kanarienfein <w.kanarienfein@firma.example>"
	minaAddress = "w.kanarienfein@firma.example"
)

// grepStore reports which of the texts stand in a file of the store.
func grepStore(t *testing.T, o *office, texts ...string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(o.store.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(o.store.Dir(), e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(text))) {
				found = append(found, e.Name()+": "+text)
			}
		}
	}
	return found
}

// history lets Mina have tickets of her own and take part in another's.
func minaHistory(o *office) {
	mails := o.receive(eml{from: mina, subject: "Drucker im Vogelzimmer", text: "Der Drucker zwitschert geheimwort1.\r\n\r\nWilhelmina Kanarienfein\r\nDurchwahl 4711"})
	notice := o.only(mails, "l.huber@firma.example")
	o.receive(eml{from: lena, subject: "AW", text: "#notiz\r\nFrau Kanarienfein klang verärgert, geheimwort2.", answers: &notice})
	mails = o.receive(eml{from: lena, subject: "AW", text: "#gelöst\r\nHallo Frau Kanarienfein,\r\nerledigt, geheimwort3.", answers: &notice})
	solved := o.only(mails, minaAddress)
	o.receive(eml{from: mina, subject: "AW", text: "2\r\nZu langsam, geheimwort4", answers: &solved})
	o.receive(eml{from: mina, subject: "Noch ein Drucker geheimwort5", text: "Papierstau im Drucker."})

	mails = o.receive(eml{from: anna, subject: "Toner leer", text: "Bitte auch an Wilhelmina Kanarienfein denken, sie braucht Toner.", headers: []string{"Cc: " + mina}})
	notice = o.only(mails, "l.huber@firma.example")
	mails = o.receive(eml{from: lena, subject: "AW", text: "Toner kommt morgen, auch für Frau Kanarienfein.", answers: &notice})
	for _, m := range to(mails, minaAddress) {
		o.receive(eml{from: mina, subject: "AW", text: "Ich brauche keinen, geheimwort6", answers: &m})
	}
	o.receive(eml{from: "Werbung <x@werbung.example>", subject: "Angebot für w.kanarienfein@firma.example", text: "Kaufen!", verdict: "fail"})
}

var minaTraces = []string{minaAddress, "Kanarienfein", "geheimwort1", "geheimwort2", "geheimwort3", "geheimwort4", "geheimwort5", "geheimwort6", "Vogelzimmer"}

// TestForget: no file of the store holds a byte of the person afterwards, and the
// tickets stay as figures.
func TestForget(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"keep statistics": true, "delete": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			var log bytes.Buffer
			o.desk.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			minaHistory(o)
			if got := grepStore(t, o, minaTraces...); len(got) < len(minaTraces) {
				t.Fatalf("before: only %v", got)
			}
			before := tickets(t, o)
			plan := forget(t, o, triage.ForgetOptions{KeepStatistics: keep, DryRun: true})
			if plan.Tickets != 2 || plan.Others != 1 || !slices.Equal(plan.Closed, []string{"IT-10001", "IT-10002"}) {
				t.Errorf("plan %+v", plan)
			}
			if got := grepStore(t, o, minaAddress); len(got) == 0 {
				t.Error("a dry run erased something")
			}
			done := forget(t, o, triage.ForgetOptions{KeepStatistics: keep})
			if done.Mails != plan.Mails || done.Mails < 8 {
				t.Errorf("erased %d mails, planned %d", done.Mails, plan.Mails)
			}
			if got := grepStore(t, o, minaTraces...); len(got) != 0 {
				t.Errorf("after: %v", got)
			}
			for _, text := range minaTraces {
				if strings.Contains(log.String(), text) {
					t.Errorf("the log holds %q", text)
				}
			}
			o.sound()
			if !keep {
				if got := len(tickets(t, o)); got != len(before)-2 {
					t.Errorf("%d tickets are left of %d", got, len(before))
				}
				return
			}
			after := tickets(t, o)
			if len(after) != len(before) {
				t.Fatalf("%d tickets of %d", len(after), len(before))
			}
			for i, tk := range after {
				was := before[i]
				if tk.CreatedAt != was.CreatedAt || tk.Category != was.Category || tk.Rating != was.Rating || tk.Priority != was.Priority {
					t.Errorf("ticket %d changed: %+v", tk.Number, tk)
				}
			}
			if a, b := o.ticket(10001).Requester, o.ticket(10002).Requester; a != b || !store.IsAlias(a) {
				t.Errorf("requesters %q and %q, want one alias", a, b)
			}
			if tk := o.ticket(10003); tk.Requester != "a.berger@firma.example" || !strings.Contains(firstMessage(t, o, tk.ID), "Bitte auch an person-") {
				t.Errorf("another's ticket: %s %q", tk.Requester, firstMessage(t, o, tk.ID))
			}
			if mails := o.receive(eml{from: mina, subject: "Drucker", text: "Neuer Drucker bitte"}); len(to(mails, minaAddress)) != 1 {
				t.Errorf("a forgotten person who writes again gets %s", describe(mails))
			}
		})
	}
}

func forget(t *testing.T, o *office, opts triage.ForgetOptions) triage.Forgotten {
	t.Helper()
	f, err := triage.Forget(t.Context(), o.store, o.desk.Config(), "W.Kanarienfein@firma.example", opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func tickets(t *testing.T, o *office) (list []store.Ticket) {
	t.Helper()
	err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.ListTickets(t.Context(), store.TicketFilter{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func firstMessage(t *testing.T, o *office, id int64) (text string) {
	t.Helper()
	err := o.store.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Messages(t.Context(), id)
		if err == nil {
			text = list[0].Text
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A mail in the queue is not lost by an erasure: it is told, and erased by the next.
func TestForgetLeavesWaitingMail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(eml{from: mina, subject: "Drucker", text: "kaputt"})
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		box, err := tx.Mailbox(t.Context(), "support")
		if err == nil {
			_, _, err = tx.AcceptInbound(t.Context(), store.In{MailboxID: box.ID, UIDValidity: 1, UID: 999, ReceivedAt: o.now,
				Raw: eml{from: mina, subject: "Toner", text: "leer"}.bytes(999)})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if done := forget(t, o, triage.ForgetOptions{KeepStatistics: true}); done.Waiting != 1 {
		t.Errorf("%d mails wait", done.Waiting)
	}
	o.receive()
	if tk := o.ticket(10002); tk.Subject != "Toner" {
		t.Errorf("the mail that waited became %+v", tk)
	}
	if done := forget(t, o, triage.ForgetOptions{KeepStatistics: true}); done.Waiting != 0 {
		t.Errorf("%d mails wait", done.Waiting)
	}
	if got := grepStore(t, o, minaAddress, "Kanarienfein"); len(got) != 0 {
		t.Errorf("after: %v", got)
	}
	o.sound()
}

// Whom an older backup brings back is found by the list.
func TestForgottenAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	minaHistory(o)
	backup := filepath.Join(t.TempDir(), "backup")
	if err := o.store.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	forget(t, o, triage.ForgetOptions{KeepStatistics: true})
	var list map[[32]byte]time.Time
	err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = tx.Forgotten(t.Context())
		return err
	})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d forgotten, %v", len(list), err)
	}
	dir := t.TempDir()
	if _, err := store.Restore(t.Context(), backup, dir, o.now); err != nil {
		t.Fatal(err)
	}
	old, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if got, err := triage.ForgottenAgain(t.Context(), old, list); err != nil || !slices.Equal(got, []string{minaAddress}) {
		t.Errorf("back again: %v, %v", got, err)
	}
	o.receive(eml{from: mina, subject: "Drucker", text: "wieder da"})
	if got, err := triage.ForgottenAgain(t.Context(), o.store, list); err != nil || len(got) != 0 {
		t.Errorf("who wrote anew is not forgotten again: %v, %v", got, err)
	}
	o.now = o.now.Add(time.Hour)
	forget(t, o, triage.ForgetOptions{KeepStatistics: true})
	_ = o.store.View(t.Context(), func(tx *store.Tx) error {
		again, err := tx.Forgotten(t.Context())
		for h, at := range again {
			if !at.After(list[h]) {
				t.Errorf("asked again at %s, noted as %s", o.now, at)
			}
		}
		return err
	})
}

// retained sets periods and runs the retention at an instant.
func retained(t *testing.T, o *office, apply bool) map[string]int {
	t.Helper()
	r, err := triage.Retain(t.Context(), o.store, o.desk.Config(), apply)
	if err != nil {
		t.Fatal(err)
	}
	due := map[string]int{}
	for _, row := range r.Rows {
		if row.Due > 0 {
			due[row.Class+"/"+string(rune('0'+row.Stage))] = row.Due
		}
	}
	if len(r.OnHold) > 0 {
		due["held"] = len(r.OnHold)
	}
	return due
}

func withPrivacy(c *triage.Config) {
	mo := func(n int) triage.Period { return triage.Period{Months: n} }
	c.Privacy = triage.Privacy{
		Keep: triage.Keep{Attachments: mo(6), Messages: mo(24), Persons: mo(36)}, Loose: triage.Period{Days: 90},
		Classes:   []triage.RetentionClass{{Name: "Passwörter", Categories: []string{"konto"}, Keep: triage.Keep{Messages: mo(1), Persons: mo(2)}}},
		LegalHold: []string{"aufbewahren"},
	}
}

// TestRetention walks eleven years: each period ends on time and not before, a class
// has its own, and a legal hold beats them all.
func TestRetention(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withPrivacy)
	file := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nanhangtext\r\n--b\r\nContent-Type: image/png; name=f.png\r\nContent-Disposition: attachment; filename=f.png\r\n\r\nbildgeheim\r\n--b--\r\n"
	raw := bytes.Replace(eml{from: mina, subject: "Drucker mit Bild"}.bytes(77), []byte("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\r\n"), []byte("MIME-Version: 1.0\r\n"+file), 1)
	closeTicket(t, o, o.only(o.receiveRaw(raw), "l.huber@firma.example"), "")
	closeTicket(t, o, o.only(o.receive(eml{from: anna, subject: "Toner", text: "Toner leer tonertext"}), "l.huber@firma.example"), "")
	closeTicket(t, o, o.only(o.receive(eml{from: anna, subject: "Drucker Streit", text: "Drucker streittext"}), "l.huber@firma.example"), "#tag +aufbewahren\r\n")
	o.receive(eml{from: "Liste <news@werbung.example>", subject: "Newsletter", text: "listentext", headers: []string{"List-Id: <news.werbung.example>"}})
	closed := o.now
	expect := func(months, days int, want map[string]int, gone, left []string) {
		t.Helper()
		o.now = closed.AddDate(0, months, days)
		if got := retained(t, o, false); !equalCounts(got, want) {
			t.Errorf("due after %d months %d days: %v, want %v", months, days, got, want)
		}
		retained(t, o, true)
		if got := retained(t, o, false); got["held"] != want["held"] || len(got) > 1 || len(got) == 1 && got["held"] == 0 {
			t.Errorf("due again: %v", got)
		}
		if got := grepStore(t, o, gone...); len(got) > 0 {
			t.Errorf("after %d months: still %v", months, got)
		}
		for _, text := range left {
			if len(grepStore(t, o, text)) == 0 {
				t.Errorf("after %d months: %q is gone", months, text)
			}
		}
		o.sound()
	}
	all := []string{"bildgeheim", "anhangtext", "tonertext", "streittext", "listentext", minaAddress}
	expect(2, 0, nil, nil, all)
	expect(3, 2, map[string]int{"loose/2": 1}, all[4:5], all[:4])
	expect(6, 1, map[string]int{"/1": 2, "held": 1}, all[:1], all[1:4])
	expect(24, 1, map[string]int{"/2": 2, "held": 1}, all[1:3], all[3:4])
	expect(35, 27, map[string]int{"held": 1}, nil, all[5:])
	expect(36, 1, map[string]int{"/3": 2, "held": 1}, []string{minaAddress, "Wilhelmina"}, all[3:4])
	expect(132, 0, map[string]int{"held": 1}, nil, []string{"streittext", "a.berger@firma.example"})
	if tk := o.ticket(10002); tk.Category != "drucker" || tk.State != "closed" || tk.Subject != "" {
		t.Errorf("figures of an anonymous ticket: %+v", tk)
	}
}

func equalCounts(a, b map[string]int) bool {
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

// closeTicket has an agent close the ticket of a notice.
func closeTicket(t *testing.T, o *office, notice mail, commands string) {
	t.Helper()
	o.receive(eml{from: lena, subject: "AW", text: commands + "#schließen", answers: &notice})
	if in := o.outcome(); in.Outcome != "commanded" {
		t.Fatalf("close: %s %s", in.Outcome, in.Reason)
	}
}

// The alias of a person stays the same while a row names the person, and means
// nobody afterwards.
func TestAnonymousTicketsOfOnePerson(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withPrivacy)
	for _, months := range []int{0, 1, 2} {
		o.now = monday.AddDate(0, months, 0)
		closeTicket(t, o, o.only(o.receive(eml{from: mina, subject: "Drucker", text: "kaputt"}), "l.huber@firma.example"), "")
	}
	o.now = monday.AddDate(0, 37, 1)
	retained(t, o, true)
	first, second := o.ticket(10001).Requester, o.ticket(10002).Requester
	if first != second || !store.IsAlias(first) {
		t.Errorf("aliases %q, %q", first, second)
	}
	if got := o.ticket(10003).Requester; got != minaAddress {
		t.Errorf("the third ticket is too young: %q", got)
	}
	o.now = monday.AddDate(0, 39, 1)
	retained(t, o, true)
	if third := o.ticket(10003).Requester; third != first {
		t.Errorf("alias %q, want %q", third, first)
	}
	if got := grepStore(t, o, minaAddress); len(got) > 0 {
		t.Errorf("still named: %v", got)
	}
}

// The night run happens once a day, late enough, and makes up for a missed night.
func TestSweepRetention(t *testing.T) {
	t.Parallel()
	o := newOffice(t, withPrivacy)
	o.receive(eml{from: "Liste <news@werbung.example>", subject: "Newsletter", text: "listentext", headers: []string{"List-Id: <news.werbung.example>"}})
	run := func(at time.Time, want int) {
		t.Helper()
		o.now = at
		if err := o.desk.SweepRetention(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(grepStore(t, o, "listentext")); (got == 0) != (want == 0) {
			t.Errorf("at %s: in %d files", at, got)
		}
	}
	day := time.Date(2026, 6, 8, 0, 0, 0, 0, o.desk.Config().Company.Location)
	run(day.Add(3*time.Hour+29*time.Minute), 1)
	run(day.Add(3*time.Hour+30*time.Minute), 0)
	var runs int
	err := o.store.View(t.Context(), func(tx *store.Tx) error {
		list, err := tx.EventsBetween(context.Background(), day, day.AddDate(0, 0, 9), "retention")
		runs = len(list)
		return err
	})
	if err != nil || runs != 1 {
		t.Errorf("%d records of the run, %v", runs, err)
	}
	// After a year in which the clock was wrong the nights count again.
	run(day.AddDate(1, 0, 0).Add(4*time.Hour), 0)
	o.now = day.Add(28 * time.Hour)
	o.receive(eml{from: "Liste <news@werbung.example>", subject: "Newsletter", text: "listentext", headers: []string{"List-Id: <news.werbung.example>"}})
	run(day.AddDate(0, 6, 0).Add(4*time.Hour), 0)
}
