package store

import (
	"context"
	"strings"
	"testing"
	"time"
)

// big are the tables that grow with the mail.
var big = []string{"inbox", "uid", "ticket", "participant", "message", "attachment", "event", "trace", "outbox", "clock", "clock_event", "timer",
	"faq_outcome", "faq_use", "hold", "traffic", "topic", "topic_word"}

// No statement of the daily work reads a growing table from end to end: each
// text that the exercise prepares is explained.
func TestPlans(t *testing.T) {
	t.Parallel()
	s := open(t)
	tk := ticketOf(t, s, deliver(t, s, 1, "a"))
	update(t, s, func(ctx context.Context, tx *Tx) error {
		exercise(ctx, tx, tk)
		var texts []string
		for text := range tx.c.stmts {
			texts = append(texts, text)
		}
		checked := 0
		for _, text := range texts {
			if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, "UPDATE") && !strings.HasPrefix(text, "DELETE") {
				continue
			}
			checked++
			args := make([]any, strings.Count(text, "?"))
			err := tx.each(ctx, "EXPLAIN QUERY PLAN "+text, func(r *row) error {
				_, _, _, step := r.int64(), r.int64(), r.int64(), r.text()
				for _, table := range big {
					if strings.HasPrefix(step, "SCAN "+table) && !strings.Contains(step, "USING") && !byID(text) {
						t.Errorf("%s\n%s", step, text)
					}
				}
				return r.err
			}, args...)
			if err != nil {
				return err
			}
		}
		if checked < 60 {
			t.Errorf("only %d statements were explained", checked)
		}
		return nil
	})
}

// byID reports whether a text walks a table by id from the newest row until its
// LIMIT is reached, which is no scan to the end.
func byID(text string) bool {
	return strings.Contains(text, "ORDER BY id DESC LIMIT") && (!strings.Contains(text, "FROM ticket") || !strings.Contains(text, "WHERE"))
}

// exercise calls what the workers call; what the calls return is not looked at.
func exercise(ctx context.Context, tx *Tx, tk Ticket) {
	now := tx.Now
	_ = tx.SetMessageRoot(ctx, 1, "r")
	_, _ = tx.MessagesByRoots(ctx, []string{"r"})
	_, _ = tx.QuickAnswers(ctx, "a@b", now, time.Minute)
	_, _ = tx.CountLostAutomatic(ctx, "a@b", now)
	_ = tx.SetFinalID(ctx, 1, "f")
	_, _ = tx.OutboxByFinalID(ctx, "f")
	_ = tx.InsertClockEvent(ctx, ClockEvent{TicketID: tk.ID, Event: "opened"})
	_, _ = tx.NewestEventAt(ctx)
	_, _ = tx.LastClockEvent(ctx, tk.ID)
	_, _ = tx.LastWorkAt(ctx, tk.ID)
	_, _ = tx.ClockEvents(ctx, tk.ID)
	_, _ = tx.RunningTicketIDs(ctx)
	_, _ = tx.TicketIDsCreated(ctx, now, now)
	_, _, _ = tx.AcceptInbound(ctx, In{MailboxID: 1, UIDValidity: 1, UID: 2, Raw: []byte("b")})
	_, _ = tx.KnownUIDs(ctx, 1, 1, 1)
	_, _ = tx.HasUID(ctx, 1, 1, 1)
	_, _ = tx.UIDsOf(ctx, 1)
	_, _ = tx.FailUID(ctx, 1, 1, 9)
	_, _ = tx.ToAck(ctx, 1, 1, 100)
	_ = tx.MarkAcked(ctx, 1, 1, []uint32{1})
	_, _ = tx.NextInbound(ctx, 10)
	_ = tx.BumpAttempts(ctx, []int64{2})
	_ = tx.SetCanonical(ctx, 2, [32]byte{1})
	_, _ = tx.ByCanonical(ctx, [32]byte{1}, 1)
	_, _ = tx.InboundByDigest(ctx, [32]byte{1})
	_, _ = tx.ListInbound(ctx, InboundFilter{State: "aside"})
	_, _ = tx.ListInbound(ctx, InboundFilter{TicketID: 1})
	_, _ = tx.ListInbound(ctx, InboundFilter{})
	_, _ = tx.TicketByNumber(ctx, tk.Number)
	_ = tx.SaveTicket(ctx, &tk)
	_, _ = tx.ListTickets(ctx, TicketFilter{})
	_, _ = tx.ListTickets(ctx, TicketFilter{Active: true})
	_, _ = tx.ListTickets(ctx, TicketFilter{States: []string{"new", "open"}, Group: "first"})
	_, _ = tx.ListTickets(ctx, TicketFilter{Active: true, Assignee: "lena"})
	_, _ = tx.ListTickets(ctx, TicketFilter{Requester: "r@example.com"})
	_, _ = tx.ListTickets(ctx, TicketFilter{Since: now, Until: now})
	_, _ = tx.ListTickets(ctx, TicketFilter{ParentID: 1})
	_, _ = tx.OpenTicketsOf(ctx, "r@example.com")
	_, _ = tx.OpenCountByAssignee(ctx, []string{"lena"})
	_, _ = tx.RecentTickets(ctx, now, 10)
	_, _ = tx.RecentSubjects(ctx, now, 10)
	_, _, _ = tx.TopicWords(ctx, []int64{1})
	_, _ = tx.SolvedTicketIDs(ctx, 1, 10)
	_, _ = tx.Topics(ctx, []int64{1})
	_ = tx.SaveTopic(ctx, tk.ID, "a", []int64{1})
	_, _ = tx.Participants(ctx, 1)
	_, _, _ = tx.IsParticipant(ctx, 1, "r@example.com")
	_, _ = tx.Messages(ctx, 1)
	_, _ = tx.MessageByRFCID(ctx, "a")
	_, _ = tx.MessagesByRFCIDs(ctx, []string{"a", "b", "c"})
	_ = tx.MoveMessages(ctx, 1, 1)
	_ = tx.ReturnMessages(ctx, 1, 1)
	_, _ = tx.Search(ctx, []string{"a", "b"}, 10)
	_, _ = tx.ListTickets(ctx, TicketFilter{Into: 1})
	_, _ = tx.Attachments(ctx, 1)
	_, _ = tx.AttachmentsOfTicket(ctx, 1)
	_, _ = tx.Events(ctx, 1)
	_, _ = tx.EventsBetween(ctx, now, now, "a", "b")
	_ = tx.Count(ctx, TrafficOut, 1)
	_, _ = tx.TrafficBetween(ctx, now, now)
	_ = tx.EachEvent(ctx, now, now, []string{"opened", "state"}, func(HistoryEvent) error { return nil })
	_, _ = tx.History(ctx, 1)
	_, _ = tx.AtWork(ctx, now.Add(time.Hour))
	_, _ = tx.RatedBetween(ctx, now, now)
	_, _ = tx.OpenParents(ctx, 10)
	exerciseOutbox(ctx, tx)
}

func exerciseOutbox(ctx context.Context, tx *Tx) {
	now := tx.Now
	_, _ = tx.TraceOfInbound(ctx, 1)
	_, _ = tx.TracesOfTicket(ctx, 1)
	_ = tx.EachTrace(ctx, time.Time{}, func(Trace, time.Time) error { return nil })
	_, _ = tx.OutboxByCause(ctx, "a")
	_, _ = tx.OutboxByMessageID(ctx, "a")
	_, _ = tx.OutboxByMessageIDs(ctx, []string{"a"})
	_, _ = tx.ClaimOutbox(ctx, 10, time.Minute)
	_ = tx.MarkRetry(ctx, 1, now, "", false)
	_ = tx.CancelOutgoing(ctx, 1)
	_, _ = tx.CancelByCause(ctx, "step:1:")
	_ = tx.RetryOutgoing(ctx, 1)
	_ = tx.MarkSent(ctx, 1, "")
	_, _ = tx.NextOutboxAt(ctx)
	_, _ = tx.ListOutbox(ctx, OutboxFilter{})
	_, _ = tx.ListOutbox(ctx, OutboxFilter{States: []string{"failed"}})
	_, _ = tx.ListOutbox(ctx, OutboxFilter{TicketID: 1})
	_, _ = tx.CountAutomatic(ctx, "a", now)
	_, _ = tx.CountAutomaticDomain(ctx, "a", now)
	_, _ = tx.CountAutomaticAll(ctx, now)
	_, _ = tx.LastAutomaticTo(ctx, "a")
	_ = tx.SaveClocks(ctx, 1, nil)
	_ = tx.SyncTimers(ctx, 1, nil)
	_, _ = tx.DueTimers(ctx, 10)
	_, _ = tx.PendingTimers(ctx, now, "a")
	_, _ = tx.FireTimer(ctx, 1)
	_ = tx.DropTimers(ctx, 1, "a")
	_, _ = tx.Timers(ctx, 1)
	_, _ = tx.NextTimerAt(ctx)
	_, _ = tx.HoldByChallenge(ctx, "a")
	_, _ = tx.ReleaseHold(ctx, 1)
	_, _ = tx.FAQOutcomes(ctx, "a", "v1", 10)
	_, _ = tx.FAQAnsweredTo(ctx, "a", now)
	_ = tx.SaveFAQUse(ctx, FAQUse{TicketID: 1, Entry: "vpn", Requester: "a", Agent: "lena"})
	_, _ = tx.FAQUses(ctx, 1)
	_ = tx.Learn(ctx, Lesson{TicketID: 1, Entry: "vpn", Source: LessonAgent, Text: "VPN"}, 50)
	_ = tx.Unlearn(ctx, 1)
	_, _ = tx.LessonCount(ctx)
	_, _ = tx.RequestsWithoutFAQ(ctx, 10)
	var st Stats
	_ = tx.stats(ctx, &st)
}
