package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
	"firstline/triage/sla"
	table "firstline/triage/state"
)

// agentWords are mails of an agent that are one event each.
var agentWords = map[table.Event]string{
	table.PublicReply: "Bitte einmal neu starten.", table.Assign: "#ich", table.Wait: "#warten", table.AskVendor: "#dritte", table.Snooze: "#wiedervorlage morgen",
	table.ToSecondLevel: "#l2 netz: Druckserver", table.ToFirstLevel: "#l1\r\nSpooler neu starten hilft.", table.Resolve: "#gelöst", table.Close: "#schließen",
	table.Reopen: "#öffnen", table.Merge: "#zusammen IT-10001", table.Spam: "#spam", table.Accept: "#annehmen", table.Reject: "#ablehnen",
}

// requesterWords are mails of the requester, and of his robot.
var requesterWords = map[table.Event]string{
	table.RequesterMail: "Jetzt steht Fehler 50 im Display, was soll ich tun?", table.RequesterSolved: "gelöst", table.RequesterThanks: "Vielen Dank!",
	table.RobotMail: "Ich bin bis Freitag nicht im Haus.",
}

// timerNames are the timers that are events.
var timerNames = map[table.Event]string{
	table.AskTimer: "ask", table.DeflectTimer: "deflect", table.RemindTimer: "remind", table.ResolveTimer: "resolve", table.CloseTimer: "close",
	table.WakeTimer: "wake", table.ExpireTimer: "discard",
}

// TestEveryStateAtTheDesk puts a ticket into each state and lets each event happen to
// it by a real mail or timer: what the table has happens, what it does not have is
// refused with an error mail, or kept without effect.
func TestEveryStateAtTheDesk(t *testing.T) {
	t.Parallel()
	for _, from := range table.All() {
		if from == table.Held {
			continue // has no number to write to: see TestHeldAtTheDesk
		}
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, func(c *triage.Config) {
				c.Escalation = nil
				c.Outgoing.Limits = triage.Limits{PerSenderDay: 1000, PerSender10Min: 1000, PerDomainHour: 1000, PerHour: 1000}
			})
			o.receive(eml{from: "Ziel <z@firma.example>", subject: "Drucker", text: "Das Ziel der Zusammenführungen."}) // IT-10001
			for _, ev := range sortedEvents(agentWords) {
				for level := 1; level <= 2; level++ {
					o.agentEvent(from, ev, level)
				}
			}
			for _, ev := range sortedEvents(requesterWords) {
				o.requesterEvent(from, ev)
			}
			for _, ev := range sortedEvents(timerNames) {
				o.timerEvent(from, ev)
			}
			o.sound()
		})
	}
}

func sortedEvents(m map[table.Event]string) []table.Event {
	var list []table.Event
	for ev := range m {
		list = append(list, ev)
	}
	slices.Sort(list)
	return list
}

// inState opens a ticket of its own requester and puts it into a state; n is the
// agent's notice about it.
func (o *office) inState(s table.State, level int) (tk store.Ticket, n mail, requester string) {
	o.t.Helper()
	o.now = o.now.Add(time.Minute)
	o.uid++
	who := fmt.Sprintf("p%d@firma.example", o.uid)
	requester = fmt.Sprintf("P <%s>", who)
	n = o.only(o.receive(eml{from: requester, subject: "Drucker", text: fmt.Sprintf("Papierstau im Drucker %d.", o.uid)}), "l.huber@firma.example")
	ctx := o.t.Context()
	err := o.store.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListTickets(ctx, store.TicketFilter{Requester: who})
		if err != nil {
			return err
		}
		tk = rows[0]
		put := func(kind, old, new string) {
			if err == nil && old != new {
				err = tx.InsertEvent(ctx, store.Event{TicketID: tk.ID, Actor: "system", Kind: kind, Old: old, New: new})
			}
		}
		put("state", tk.State, string(s))
		put("level", "1", fmt.Sprint(level))
		if level == 2 {
			put("group", tk.Group, "netz")
			tk.Group = "netz"
		}
		tk.State, tk.Level = string(s), level
		final := store.IsFinal(tk.State)
		if s == table.Resolved || final {
			tk.ResolvedAt = o.now
		}
		if final {
			tk.ClosedAt = o.now
		}
		if s == table.Merged {
			tk.MergedInto = 1
		}
		if s == table.Resolved || final {
			clocks, e := tx.Clocks(ctx, tk.ID)
			for i := range clocks {
				clocks[i].State, clocks[i].SinceAt, clocks[i].StoppedAt = sla.Met, time.Time{}, o.now
			}
			err = firstError(err, e, tx.SaveClocks(ctx, tk.ID, clocks), tx.DropTimers(ctx, tk.ID))
		}
		return firstError(err, tx.SaveTicket(ctx, &tk))
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.now = o.now.Add(time.Minute)
	return tk, n, requester
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// allSure are the guards as the desk finds them for the mails of these tests.
func allSure(level int) table.Guards {
	return table.Guards{Allowed: true, FAQSure: true, Proven: true, InThread: true, Future: true, Level: level, Text: true, WithinReopen: true, Mergeable: true}
}

// agentEvent compares what a command of an agent does with the table.
func (o *office) agentEvent(from table.State, ev table.Event, level int) {
	o.t.Helper()
	tk, n, _ := o.inState(from, level)
	got := o.receive(eml{from: lena, subject: "AW", text: agentWords[ev], answers: &n})
	after := o.ticket(tk.Number)
	want, row, ok := table.Next(from, ev, allSure(level))
	refused := false
	for _, m := range to(got, "l.huber@firma.example") {
		refused = refused || strings.HasPrefix(m.Cause, "err:")
	}
	name := fmt.Sprintf("%s + %s at level %d", from, ev, level)
	if row == table.RowMergeTarget { // the target's business
		if after.State != tk.State {
			o.t.Errorf("%s: a merged ticket became %s", name, after.State)
		}
		return
	}
	switch {
	case ok:
		if after.State != string(want) || refused {
			o.t.Errorf("%s: state %s, want %s by row %d; refused %v: %s", name, after.State, want, row, refused, describe(got))
		}
	case table.Otherwise(from, ev) == table.Unaffected:
		if after.State != tk.State || refused {
			o.t.Errorf("%s: state %s, refused %v, want neither", name, after.State, refused)
		}
	case ev == table.ToSecondLevel && level == 2 && from.Active(): // to another group, or told that it is there
		if after.State != tk.State {
			o.t.Errorf("%s: state %s", name, after.State)
		}
	default:
		if !refused || after.State != tk.State || after.Level != tk.Level || after.Group != tk.Group || after.Assignee != tk.Assignee {
			o.t.Errorf("%s: refused %v, %s level %d group %s assignee %q, want an error mail and no change: %s",
				name, refused, after.State, after.Level, after.Group, after.Assignee, describe(got))
		}
		if m := to(got, tk.Requester); len(m) > 0 {
			o.t.Errorf("%s: refused, but the requester got %s", name, describe(m))
		}
	}
}

// requesterEvent compares what a mail of the requester does with the table.
func (o *office) requesterEvent(from table.State, ev table.Event) {
	o.t.Helper()
	tk, _, requester := o.inState(from, 1)
	e := eml{from: requester, subject: fmt.Sprintf("AW: [IT-%d] Drucker", tk.Number), text: requesterWords[ev]}
	if ev == table.RobotMail {
		e.headers = []string{"Auto-Submitted: auto-replied"}
	}
	got := o.receive(e)
	after := o.ticket(tk.Number)
	want, row, ok := table.Next(from, ev, allSure(1))
	name := fmt.Sprintf("%s + %s", from, ev)
	if !ok || row == table.RowMergeTarget {
		want = from
	}
	if after.State != string(want) {
		o.t.Errorf("%s: state %s, want %s by row %d: %s", name, after.State, want, row, o.outcome().Reason)
	}
	if in := o.outcome(); in.State != "done" {
		o.t.Errorf("%s: the mail is %s", name, in.State)
	}
	if ev == table.RobotMail && len(to(got, tk.Requester)) > 0 {
		o.t.Errorf("%s: a robot was answered: %s", name, describe(got))
	}
}

// timerEvent compares what a timer does with the table; one that came too late does
// nothing.
func (o *office) timerEvent(from table.State, ev table.Event) {
	o.t.Helper()
	tk, _, _ := o.inState(from, 1)
	ctx := o.t.Context()
	if err := o.store.Update(ctx, func(tx *store.Tx) error { return tx.SetTimer(ctx, tk.ID, timerNames[ev], 77, o.now) }); err != nil {
		o.t.Fatal(err)
	}
	got := o.sweepAt(o.now.Add(time.Second))
	after := o.ticket(tk.Number)
	want, row, ok := table.Next(from, ev, allSure(1))
	if !ok {
		want = from
	}
	if after.State != string(want) {
		o.t.Errorf("%s + timer %s: state %s, want %s by row %d", from, ev, after.State, want, row)
	}
	for _, m := range to(got, tk.Requester) {
		if !ok {
			o.t.Errorf("%s + timer %s: too late, but the requester got %s", from, ev, describe([]mail{m}))
		}
	}
}

// TestHeldAtTheDesk is the same for a mail that is held.
func TestHeldAtTheDesk(t *testing.T) {
	t.Parallel()
	for _, ev := range sortedEvents(agentWords) {
		t.Run(string(ev), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			asked := o.only(o.receive(eml{from: "Verkauf <verkauf@fremd.example>", subject: "Angebot", text: "Unser neues Angebot für Sie."}), "l.huber@firma.example")
			o.receive(eml{from: anna, subject: "Drucker", text: "Der Drucker klemmt."})
			o.now = o.now.Add(time.Minute)
			got := o.receive(eml{from: lena, subject: "AW", text: agentWords[ev], answers: &asked})
			want, _, ok := table.Next(table.Held, ev, allSure(1))
			var tk store.Ticket
			err := o.store.View(t.Context(), func(tx *store.Tx) (err error) {
				tk, err = tx.Ticket(t.Context(), 1)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if ok && tk.State != string(want) || !ok && tk.State != string(table.Held) {
				t.Errorf("state %s, want %s (%v): %s", tk.State, want, ok, describe(got))
			}
			if !ok && len(to(got, "verkauf@fremd.example")) > 0 {
				t.Errorf("the stranger got mail: %s", describe(got))
			}
			o.sound()
		})
	}
}
