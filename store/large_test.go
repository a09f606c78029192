package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"
)

// large returns a store with n tickets, one in open of them open, each with a
// message, an event and a timer an hour ahead.
func large(b *testing.B, n, open int) *Store {
	b.Helper()
	s := benchStore(b)
	const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
	from := fmt.Sprintf(count, n)
	at := epoch.UnixMilli()
	sql(b, s, "BEGIN",
		from+fmt.Sprintf(`INSERT INTO ticket (number, state, priority, requester, assignee, subject, created_at, updated_at)
			SELECT i, iif(i %% %d = 0, 'open', 'closed'), 'P3', 'user' || (i %% 1000) || '@example.com', 'agent' || (i %% 10),
				'The printer of room ' || i || ' does not print', %d - (%d - i) * 60000, %d FROM n`, open, at, n, at),
		from+`INSERT INTO participant (ticket_id, address, role) SELECT i, 'user' || (i % 1000) || '@example.com', 'requester' FROM n`,
		from+fmt.Sprintf(`INSERT INTO message (ticket_id, visibility, kind, message_id, text, at)
			SELECT i, 'public', 'request', lower(hex(randomblob(12))) || '@example.com', 'It does not print any more.', %d FROM n`, at),
		from+fmt.Sprintf("INSERT INTO event (ticket_id, at, actor, kind, new) SELECT i, %d, 'requester', 'opened', 'open' FROM n", at),
		from+fmt.Sprintf("INSERT INTO timer (ticket_id, name, due_at) SELECT i, 'breach:resolution', %d + i FROM n WHERE i %% %d = 0", at+3600_000, open),
		"COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)")
	return s
}

// BenchmarkLookup reads with 100,000 tickets.
func BenchmarkLookup(b *testing.B) {
	const n = 100_000
	s := large(b, n, 50)
	var ids []string
	view(b, s, func(ctx context.Context, tx *Tx) (err error) {
		ids, err = all(ctx, tx, (*row).text, "SELECT message_id FROM message ORDER BY random() LIMIT 1000")
		return err
	})
	for _, c := range []struct {
		name string
		read func(ctx context.Context, tx *Tx, i int) error
	}{
		{"ticket", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.Ticket(ctx, int64(i*7919%n+1))
			return err
		}},
		{"number", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.TicketByNumber(ctx, int64(i*7919%n+1))
			return err
		}},
		{"message-id", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.MessageByRFCID(ctx, ids[i%1000])
			return err
		}},
		{"references", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.MessagesByRFCIDs(ctx, ids[i%990:i%990+8])
			return err
		}},
		{"open-of", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.OpenTicketsOf(ctx, fmt.Sprintf("user%d@example.com", i%1000))
			return err
		}},
		{"list", func(ctx context.Context, tx *Tx, i int) error {
			_, err := tx.ListTickets(ctx, TicketFilter{Active: true, Limit: 50})
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			view(b, s, func(ctx context.Context, tx *Tx) error {
				for i := range b.N {
					if err := c.read(ctx, tx, i); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
}

// BenchmarkSweep asks for what is due with 1,000,000 open tickets, and starts
// on such a file.
func BenchmarkSweep(b *testing.B) {
	if os.Getenv("FIRSTLINE_LARGE") == "" {
		b.Skip("set FIRSTLINE_LARGE: the file takes a minute to make")
	}
	s := large(b, 1_000_000, 1)
	for _, due := range []int{0, 100} {
		s.Now = func() time.Time { return epoch.Add(time.Hour + time.Duration(due)*time.Millisecond) }
		b.Run(fmt.Sprint("due", due), func(b *testing.B) {
			for range b.N {
				view(b, s, func(ctx context.Context, tx *Tx) error {
					list, err := tx.DueTimers(ctx, 1000)
					if len(list) != due {
						b.Fatalf("%d due, want %d", len(list), due)
					}
					return err
				})
			}
		})
	}
	b.Run("list", func(b *testing.B) {
		for range b.N {
			view(b, s, func(ctx context.Context, tx *Tx) error {
				_, err := tx.ListTickets(ctx, TicketFilter{Active: true})
				return err
			})
		}
	})
	b.Run("stats", func(b *testing.B) {
		for range b.N {
			if _, err := s.Stats(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("start", func(b *testing.B) {
		for range b.N {
			again, err := Open(b.Context(), copyOf(b, s), Options{})
			if err := errors.Join(err, again.Close()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// copyOf copies the files of a store into a new directory, untimed.
func copyOf(b *testing.B, s *Store) string {
	b.StopTimer()
	defer b.StartTimer()
	dir := b.TempDir()
	must(b, copyFile(s.path, dir+"/"+FileName))
	must(b, copyFile(s.mailPath(), dir+"/"+MailFileName))
	return dir
}

// BenchmarkDeliver claims mails in groups of 50 and marks them sent; one op is
// one mail.
func BenchmarkDeliver(b *testing.B) {
	s := open(b)
	for done := 0; done < b.N; done += 1000 {
		update(b, s, func(ctx context.Context, tx *Tx) error {
			for i := range 1000 {
				id := fmt.Sprint(done + i)
				o := Outgoing{Cause: id, MessageID: id, Class: "notice", Purpose: "n", Recipient: "r@example.com"}
				if _, err := tx.Enqueue(ctx, &o, make([]byte, 4000)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ResetTimer()
	for done := 0; done < b.N; {
		var list []Claimed
		update(b, s, func(ctx context.Context, tx *Tx) (err error) {
			list, err = tx.ClaimOutbox(ctx, 50, time.Minute)
			return err
		})
		update(b, s, func(ctx context.Context, tx *Tx) error {
			for _, c := range list {
				if err := tx.MarkSent(ctx, c.ID, "250 2.0.0 Ok: queued"); err != nil {
					return err
				}
			}
			return nil
		})
		done += len(list)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
