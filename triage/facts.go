package triage

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"firstline/rules"
	"firstline/store"
	"firstline/triage/report"
	"firstline/triage/sla"
	"firstline/triage/state"
)

// What the reports count is written into the history where it happens, as it is
// then: a ticket changes, its past does not.

// fact is event with data for machines.
func (t *turn) fact(tk *store.Ticket, actor, kind, old, new, reason string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode facts of %s: %w", kind, err)
	}
	e := store.Event{TicketID: tk.ID, InboxID: t.in.ID, At: t.now, Actor: actor, Kind: kind, Old: old, New: new, Reason: reason, Data: string(b)}
	if err := t.tx.InsertEvent(t.ctx, e); err != nil {
		return fmt.Errorf("record %s: %w", kind, err)
	}
	return nil
}

// openedFacts are what a ticket is when it begins to count.
func (t *turn) openedFacts(tk *store.Ticket, unsorted bool) report.OpenedFacts {
	f := report.OpenedFacts{
		Number: tk.Number, Channel: tk.Channel, Kind: tk.Kind, Category: tk.Category, Unsorted: unsorted, Priority: tk.Priority,
		Group: tk.Group, Assignee: tk.Assignee, Level: tk.Level, SLA: tk.SLA, CreatedAt: tk.CreatedAt.UnixMilli(),
	}
	if mode := t.c.mailbox(tk.Mailbox).Mode; mode != "live" {
		f.Mode = mode
	}
	return f
}

// unsorted reports whether nothing but the fallback of the rules chose the category.
func unsorted(d rules.Decision) bool {
	return d.Category == "" || slices.ContainsFunc(d.Trace, func(s rules.Step) bool {
		return s.Stage == "category" && !s.Match && s.Name == d.Category
	})
}

// clockFacts tells the history which clocks ended, went on, or passed their due
// instant between two states of a ticket's clocks.
func (t *turn) clockFacts(tk *store.Ticket, before, after sla.Clocks) error {
	for _, c := range after {
		was := sla.Clock{State: sla.Running}
		if i := slices.IndexFunc(before, func(b sla.Clock) bool { return b.Kind == c.Kind && b.Cycle == c.Cycle }); i >= 0 {
			was = before[i]
		}
		facts := t.factsOf(tk, was, c)
		if c.Active() && was.BreachedAt.IsZero() && !c.BreachedAt.IsZero() {
			reason := "due " + c.BreachedAt.In(t.c.Company.Location).Format(time.RFC3339)
			if err := t.fact(tk, "timer", report.KindBreach, "", c.Kind, reason, facts); err != nil {
				return err
			}
		}
		if c.Active() == was.Active() && (c.Active() || c.State == was.State) {
			continue
		}
		now := c.State
		if c.Active() {
			now = sla.Running
		}
		if err := t.fact(tk, "system", report.KindClock, c.Kind, now, "", facts); err != nil {
			return err
		}
	}
	return nil
}

// factsOf are the figures of a clock now. A clock that is never paused counts from
// where it began to run; the others from the opening of the ticket.
func (t *turn) factsOf(tk *store.Ticket, was, c sla.Clock) report.ClockFacts {
	end, cal := c.StoppedAt, t.calendar(tk)
	if end.IsZero() {
		end = t.now
	}
	used := c.Used(cal, end)
	f := report.ClockFacts{Cycle: c.Cycle, Used: used.Milliseconds(), Gross: used.Milliseconds(), Target: c.Target.Milliseconds(), Priority: tk.Priority}
	since := tk.CreatedAt
	if c.Kind == sla.NextResponse || c.Kind == sla.TakeOver {
		since = was.SinceAt
	}
	if !since.IsZero() && end.After(since) {
		f.Wall = end.Sub(since).Milliseconds()
		f.Gross = max(f.Used, cal.Elapsed(since, end).Milliseconds())
	}
	return f
}

// stepKind says whether a step of the ladder tells somebody above the owner.
func (t *turn) stepKind(tk *store.Ticket, step sla.Step) string {
	lead, _ := t.c.lead(tk.Group)
	above := func(a Agent) bool { return a.ID != tk.Assignee && (a.Role == "manager" || a.ID == lead.ID) }
	if slices.ContainsFunc(t.agentsOf(tk, step.Notify), above) {
		return report.StepHierarchical
	}
	return ""
}

// recontact notes at the requester's silently closed FAQ answers about the same
// category that he writes again.
func (t *turn) recontact(tk *store.Ticket) error {
	rows, err := t.tx.FAQAnsweredTo(t.ctx, tk.Requester, t.now.AddDate(0, 0, -60))
	if err != nil {
		return fmt.Errorf("read earlier answers: %w", err)
	}
	for _, r := range rows {
		if r.Outcome != "silent" || r.TicketID == tk.ID {
			continue
		}
		earlier, err := t.tx.Ticket(t.ctx, r.TicketID)
		if err != nil {
			return fmt.Errorf("read ticket %d: %w", r.TicketID, err)
		}
		if earlier.State != string(state.ClosedDeflected) || earlier.Category != tk.Category ||
			t.now.Sub(earlier.ClosedAt) > report.RecontactDays*day {
			continue
		}
		if err := t.event(&earlier, "requester", report.KindRecontact, "", t.tag(tk), ""); err != nil {
			return err
		}
	}
	return nil
}

// replyFact notes a public word of an agent.
func (j *job) replyFact(what string) error {
	return j.event(j.tk, j.actor(), report.KindReply, "", what, "")
}

// surveyed notes that the requester was asked for a rating.
func (t *turn) surveyed(tk *store.Ticket, queued bool) error {
	if !queued {
		return nil
	}
	return t.event(tk, "system", report.KindSurvey, "", "", "")
}
