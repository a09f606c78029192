package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// mails makes raw mails of distinct content with the sizes of a company
// mailbox: median 8 KB, mean 32 KB.
type mails struct {
	r   *rand.Rand
	buf []byte
	n   uint32
}

func newMails(seed uint64) *mails {
	m := &mails{r: rand.New(rand.NewPCG(seed, 1)), buf: make([]byte, 26<<20)}
	for i := range m.buf {
		m.buf[i] = byte(m.r.Uint32()>>3)%64 + 32
	}
	return m
}

func (m *mails) next() In {
	m.n++
	size := int(8192 * math.Exp(1.665*m.r.NormFloat64()))
	size = min(max(size, 500), 25<<20)
	raw := make([]byte, size)
	copy(raw, m.buf[m.r.IntN(len(m.buf)-size):])
	copy(raw, fmt.Sprintf("Message-ID: <%d.%d@example.com>\r\n", m.r.Uint64(), m.n))
	return In{MailboxID: 1, UIDValidity: 1, UID: m.n, Raw: raw, Digest: sha256.Sum256(raw), ReceivedAt: epoch}
}

// group makes n mails outside the timed part.
func (m *mails) group(n int) (list []In, bytes int64) {
	for range n {
		in := m.next()
		bytes += int64(len(in.Raw))
		list = append(list, in)
	}
	return list, bytes
}

func accept(ctx context.Context, s *Store, list []In) error {
	return s.Update(ctx, func(tx *Tx) error {
		for _, in := range list {
			if _, _, err := tx.AcceptInbound(ctx, in); err != nil {
				return err
			}
		}
		return nil
	})
}

func benchStore(b *testing.B) *Store {
	s := open(b)
	update(b, s, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Mailbox(ctx, "it")
		return err
	})
	return s
}

// BenchmarkAccept stores groups of 200 mails; one op is one mail.
func BenchmarkAccept(b *testing.B) {
	s := benchStore(b)
	m := newMails(1)
	b.ResetTimer()
	b.StopTimer()
	var bytes int64
	for done := 0; done < b.N; {
		n := min(200, b.N-done)
		list, size := m.group(n)
		bytes += size
		b.StartTimer()
		if err := accept(b.Context(), s, list); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		done += n
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64(bytes)/1e6/b.Elapsed().Seconds(), "MB/s")
}

// triageOne is the write set of one mail that opens a ticket.
func triageOne(ctx context.Context, tx *Tx, in Inbound, bytes []byte) error {
	n, err := tx.NextNumber(ctx, 10000)
	if err != nil {
		return err
	}
	from := fmt.Sprintf("user%d@example.com", in.ID%1000)
	t := Ticket{
		Number: n, State: "new", Priority: "P3", Requester: from, RequesterName: "Some Body", Category: "printer",
		CategoryAuto: "printer", Group: "first", Assignee: "lena", Subject: "Printer on the third floor does not print",
		Mailbox: "it", SLA: "standard", Policy: `{"first_response":14400,"resolution":86400}`, Tags: []string{"printer"},
		ThreadRoot: fmt.Sprintf("%x@example.com", in.Digest[:12]), Auth: "pass",
	}
	if err := tx.InsertTicket(ctx, &t); err != nil {
		return err
	}
	if err := tx.AddParticipant(ctx, Participant{TicketID: t.ID, Address: from, Role: "requester"}); err != nil {
		return err
	}
	m := Message{TicketID: t.ID, InboxID: in.ID, Visibility: "public", Kind: "request", Author: from, Subject: t.Subject,
		MessageID: t.ThreadRoot, Text: string(bytes[:min(len(bytes), 1200)])}
	if err := tx.InsertMessage(ctx, &m); err != nil {
		return err
	}
	ev := Event{TicketID: t.ID, InboxID: in.ID, Actor: "rule:Printer", Reason: "subject has printer"}
	var events []Event
	for _, k := range []struct{ kind, new string }{{EventOpened, "new"}, {EventCategory, "printer"}, {EventGroup, "first"}, {EventAssigned, "lena"}} {
		ev.Kind, ev.New = k.kind, k.new
		events = append(events, ev)
	}
	if err := tx.InsertEvent(ctx, events...); err != nil {
		return err
	}
	if err := enqueueTwo(ctx, tx, in, t.ID, from, bytes); err != nil {
		return err
	}
	if err := tx.SaveClocks(ctx, t.ID, []Clock{
		{Kind: "first_response", Cycle: 1, State: "running", Target: 4 * time.Hour, SinceAt: tx.Now, DueAt: tx.Now.Add(4 * time.Hour), WarnAt: tx.Now.Add(3 * time.Hour)},
		{Kind: "resolution", Cycle: 1, State: "running", Target: 24 * time.Hour, SinceAt: tx.Now, DueAt: tx.Now.Add(24 * time.Hour), WarnAt: tx.Now.Add(18 * time.Hour)},
	}); err != nil {
		return err
	}
	var timers []Timer
	for i, name := range []string{"warn:first_response", "breach:first_response", "warn:resolution", "breach:resolution"} {
		timers = append(timers, Timer{Name: name, Cycle: 1, DueAt: tx.Now.Add(time.Duration(i+1) * time.Hour)})
	}
	if err := tx.SyncTimers(ctx, t.ID, timers); err != nil {
		return err
	}
	if err := tx.SaveTrace(ctx, Trace{InboxID: in.ID, TicketID: t.ID, Rules: "abcdef", JSON: string(bytes[:min(len(bytes), 600)])}); err != nil {
		return err
	}
	if err := tx.SetCanonical(ctx, in.ID, sha256.Sum256(in.Digest[:])); err != nil {
		return err
	}
	return tx.FinishInbound(ctx, in.ID, "opened", "new mail", t.ID)
}

// enqueueTwo stores the receipt and the notice of a ticket.
func enqueueTwo(ctx context.Context, tx *Tx, in Inbound, ticketID int64, to string, bytes []byte) error {
	for i, class := range []string{"automatic", "notice"} {
		id, err := tx.NextOutboxID(ctx)
		if err != nil {
			return err
		}
		o := Outgoing{ID: id, Cause: fmt.Sprintf("%s:%d", class, ticketID), TicketID: ticketID, InboxID: in.ID, Class: class, Purpose: "q",
			Recipient: to, MessageID: fmt.Sprintf("q.%d.%x@example.com", id, in.Digest[:10])}
		if _, err := tx.Enqueue(ctx, &o, bytes[:min(len(bytes), 2000*(i+1))]); err != nil {
			return err
		}
	}
	return nil
}

// triageGroup works off up to size mails and returns their number. The raw
// mails are read outside the writing transaction, as the desk does.
func triageGroup(ctx context.Context, s *Store, size int) (n int, err error) {
	var list []Inbound
	var raws [][]byte
	err = s.View(ctx, func(tx *Tx) error {
		if list, err = tx.NextInbound(ctx, size); err != nil {
			return err
		}
		for _, in := range list {
			raw, err := tx.Raw(ctx, in.ID)
			if err != nil {
				return err
			}
			raws = append(raws, raw)
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	err = s.Update(ctx, func(tx *Tx) error {
		for i, in := range list {
			if err := triageOne(ctx, tx, in, raws[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return len(list), err
}

// BenchmarkTriage writes what one mail that opens a ticket causes, in groups of
// 50; one op is one mail.
func BenchmarkTriage(b *testing.B) {
	s := benchStore(b)
	m := newMails(1)
	for done := 0; done < b.N; done += 200 {
		list, _ := m.group(200)
		if err := accept(b.Context(), s, list); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for done := 0; done < b.N; {
		n, err := triageGroup(b.Context(), s, min(50, b.N-done))
		if err != nil || n == 0 {
			b.Fatal(n, err)
		}
		done += n
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
