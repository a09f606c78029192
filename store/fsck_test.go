package store

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// Each planted violation is found under its name, and nothing else.
func TestFsckFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, sql string }{
		{"ticket_without_message", "DELETE FROM message WHERE ticket_id = 1; UPDATE inbox SET outcome = 'ignored' WHERE id = 1"},
		{"ticket_without_event", "DELETE FROM event WHERE ticket_id = 1; DELETE FROM outbox WHERE ticket_id = 1"},
		{"state_not_replayed", "UPDATE ticket SET state = 'open' WHERE id = 1"},
		{"priority_not_replayed", "INSERT INTO event (ticket_id, at, actor, kind, new) VALUES (1, 0, 'x', 'priority', 'P1')"},
		{"category_not_replayed", "UPDATE ticket SET category = 'vpn' WHERE id = 1"},
		{"group_not_replayed", "UPDATE ticket SET group_id = '' WHERE id = 1"},
		{"assignee_not_replayed", "UPDATE ticket SET assignee = 'max' WHERE id = 1"},
		{"level_not_replayed", "INSERT INTO event (ticket_id, at, actor, kind, new) VALUES (1, 0, 'x', 'level', '2')"},
		{"ticket_without_number", "UPDATE ticket SET number = NULL WHERE id = 1"},
		{"number_not_reserved", "UPDATE ticket SET number = 90000 WHERE id = 1"},
		{"requester_not_participant", "DELETE FROM participant WHERE ticket_id = 1"},
		{"merged_without_target", "UPDATE ticket SET merged_into = 2 WHERE id = 1"},
		{"done_without_effect", "UPDATE message SET inbox_id = NULL WHERE inbox_id = 1"},
		{"held_without_hold", "UPDATE inbox SET outcome = 'held', ticket_id = NULL WHERE id = 1"},
		{"effect_without_done", "UPDATE inbox SET state = 'new', outcome = '', done_at = NULL WHERE id = 1"},
		{"done_without_instant", "UPDATE inbox SET done_at = NULL WHERE id = 1"},
		{"uid_without_mail", "UPDATE uid SET inbox_id = NULL WHERE inbox_id = 1"},
		{"outbox_without_cause", "UPDATE outbox SET cause = '' WHERE id = 1"},
		{"outbox_without_event", "UPDATE outbox SET created_at = 1 WHERE id = 1"},
		{"outbox_closed_at", "UPDATE outbox SET closed_at = 1 WHERE id = 1"},
		{"sent_without_attempt", "UPDATE outbox SET state = 'sent', closed_at = 1 WHERE id = 1"},
		{"waiting_without_bytes", "UPDATE outbox SET mail_at = NULL WHERE id = 1"},
		{"clock_on_final_ticket", "UPDATE ticket SET state = 'closed' WHERE id = 1; UPDATE event SET new = 'closed' WHERE ticket_id = 1 AND kind = 'opened'; DELETE FROM timer WHERE ticket_id = 1"},
		{"timer_on_final_ticket", "UPDATE ticket SET state = 'closed' WHERE id = 1; UPDATE event SET new = 'closed' WHERE ticket_id = 1 AND kind = 'opened'; DELETE FROM clock WHERE ticket_id = 1"},
		{"topics_counted", "INSERT INTO topic (ticket_id, words, keys) VALUES (1, 'x', x'')"},
		{"foreign_keys", "INSERT INTO event (ticket_id, at, actor, kind) VALUES (99, 0, 'x', 'note')"},
		{"mail_bytes", "UPDATE inbox SET mail_at = mail_at + 1 WHERE id = 1"},
		{"mail_bytes", "UPDATE inbox SET digest = zeroblob(32) WHERE id = 1"},
		{"mail_bytes", "UPDATE outbox SET mail_at = 1000000 WHERE id = 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			ticketOf(t, s, deliver(t, s, 1, "a"))
			ticketOf(t, s, deliver(t, s, 2, "b"))
			sound(t, s)
			sql(t, s, c.sql)
			list, err := s.Fsck(t.Context())
			must(t, err)
			if len(list) != 1 || list[0].Name != c.name || len(list[0].IDs) != 1 || list[0].Text == "" {
				t.Errorf("found %+v, want %s", list, c.name)
			}
		})
	}
}

func TestFsckFindsUnfinishedErasure(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.exclusive(t.Context(), func(c *conn) error {
		return c.run(t.Context(), "INSERT INTO meta (key, value) VALUES ('erasing', '1')")
	}))
	list, err := s.Fsck(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Name != "erasing" {
		t.Errorf("found %+v", list)
	}
}

// An index that lost an entry is found by the integrity check.
func TestFsckFindsBrokenIndex(t *testing.T) {
	t.Parallel()
	s := open(t)
	for uid := range uint32(20) {
		ticketOf(t, s, deliver(t, s, uid+1, strings.Repeat("x", int(uid))))
	}
	var page int64
	view(t, s, func(ctx context.Context, tx *Tx) (err error) {
		page, err = tx.number(ctx, "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket_created'")
		return err
	})
	dir := snapshot(t, s, func(wal []byte) []byte { return wal })
	again, err := Open(t.Context(), dir, Options{})
	must(t, err)
	must(t, again.Close()) // the log is in the file now
	f, err := os.OpenFile(dir+"/"+FileName, os.O_RDWR, 0)
	must(t, err)
	count := make([]byte, 2)
	_, err = f.ReadAt(count, (page-1)*4096+3)
	must(t, err)
	count[1]--
	_, err = f.WriteAt(count, (page-1)*4096+3)
	must(t, err)
	must(t, f.Close())
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("a broken index was not found at start")
	}
	again, err = Open(t.Context(), dir, Options{SkipCheck: true})
	must(t, err)
	defer again.Close()
	list, err := again.Fsck(t.Context())
	if err == nil && (len(list) == 0 || list[0].Name != "integrity") {
		t.Errorf("found %+v", list)
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	s := open(t)
	ticketOf(t, s, deliver(t, s, 1, "a"))
	deliver(t, s, 2, "b")
	deliver(t, s, 3, "c")
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.RaiseAlarm(ctx, "x", "y"); err != nil {
			return err
		}
		return tx.SetAside(ctx, 3, "poison")
	})
	id := claim(t, s, 1)[0].ID
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.MarkFailed(ctx, id, "550") })
	s.Now = func() time.Time { return epoch.Add(150 * time.Minute) }
	st, err := s.Stats(t.Context())
	must(t, err)
	if st.DatabaseSize == 0 || st.MailSize == 0 || st.DiskFree == 0 || st.DiskTotal == 0 {
		t.Errorf("sizes: %+v", st)
	}
	st.DatabaseSize, st.MailSize, st.DiskFree, st.DiskTotal = 0, 0, 0, 0
	equal(t, st, Stats{
		At: epoch.Add(150 * time.Minute), InboxNew: 1, OldestNewAt: epoch, InboxAside: 1,
		OutboxQueued: 1, OldestDueAt: epoch, OutboxFailed: 1,
		Tickets: map[string]int{"new": 1}, Open: 1, NextTimerAt: epoch.Add(time.Hour), DueTimers: 2,
		Mailboxes: []Mailbox{{ID: 1, Name: "it"}}, Alarms: []Alarm{{Name: "x", SinceAt: epoch, Text: "y"}},
	})
}
