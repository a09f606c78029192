package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

func (o *office) raise(name, text string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		_, err := tx.RaiseAlarm(o.t.Context(), name, text)
		return err
	})
}

func (o *office) clearAlarm(name string) {
	o.t.Helper()
	o.update(func(tx *store.Tx) error {
		_, err := tx.ClearAlarm(o.t.Context(), name)
		return err
	})
}

func (o *office) update(fn func(*store.Tx) error) {
	o.t.Helper()
	if err := o.store.Update(o.t.Context(), fn); err != nil {
		o.t.Fatal(err)
	}
}

// sweepAfter lets time pass and sweeps.
func (o *office) sweepAfter(d time.Duration) []mail {
	o.t.Helper()
	o.now = o.now.Add(d)
	if _, err := o.desk.Sweep(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	return o.leaving()
}

// TestAlarmOfWorker: an alarm of a worker that stands for a minute is mailed once.
func TestAlarmOfWorker(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.raise("imap:support", "mailbox support: login refused")
	if got := o.sweepAfter(30 * time.Second); len(got) != 0 {
		t.Errorf("mailed before a minute was over: %s", describe(got))
	}
	m := o.only(o.sweepAfter(31*time.Second), "s.vogl@firma.example")
	if !strings.Contains(m.m.Subject, "Postfach support ist nicht erreichbar") || !strings.Contains(m.m.Text, "login refused") || !strings.Contains(m.m.Text, "firstline doctor") {
		t.Errorf("mail: %s\n%s", m.m.Subject, m.m.Text)
	}
	o.raise("imap:support", "mailbox support: still refused")
	if got := o.sweepAfter(time.Hour); len(got) != 0 {
		t.Errorf("mailed again while it stands: %s", describe(got))
	}
	o.clearAlarm("imap:support")
	o.raise("imap:support", "mailbox support: again")
	if got := o.sweepAfter(time.Hour); len(got) != 1 {
		t.Errorf("%d mails for the next time, want 1", len(got))
	}
	o.sound()
}

// TestAlarmStorm: what goes wrong together is one mail.
func TestAlarmStorm(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(c *triage.Config) { c.People.Agents[2].Language = "en" })
	for i := range 100 {
		o.raise(fmt.Sprintf("unfetchable:support:%d", i), fmt.Sprintf("UID %d cannot be fetched", i))
	}
	m := o.only(o.sweepAfter(2*time.Minute), "s.vogl@firma.example")
	if !strings.Contains(m.m.Subject, "100 problems") || !strings.Contains(m.m.Text, "and 80 more") || strings.Count(m.m.Text, "cannot be fetched:") != 20 {
		t.Errorf("mail: %s\n%s", m.m.Subject, m.m.Text)
	}
	if got := o.sweepAfter(time.Hour); len(got) != 0 {
		t.Errorf("mailed again: %s", describe(got))
	}
}

// TestAlarmAside: a mail that was set aside is told, and the alarm ends when the
// mail is tried again.
func TestAlarmAside(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.receive(printer)
	ctx := t.Context()
	id := o.outcome().ID + 1
	o.update(func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		if _, _, err := tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: 999, Raw: []byte("poison")}); err != nil {
			return err
		}
		if err := tx.SetAside(ctx, id, "the parser failed on this mail"); err != nil {
			return err
		}
		_, err = tx.RaiseAlarm(ctx, fmt.Sprintf("aside:%d", id), "mail was set aside")
		return err
	})
	m := o.only(o.sweepAfter(2*time.Minute), "s.vogl@firma.example")
	if !strings.Contains(m.m.Text, fmt.Sprintf("firstline inbox retry %d", id)) {
		t.Errorf("no advice: %s", m.m.Text)
	}
	o.update(func(tx *store.Tx) error { return tx.RetryInbound(ctx, id) })
	o.sweepAfter(time.Minute)
	o.update(func(tx *store.Tx) error {
		list, err := tx.Alarms(ctx)
		if len(list) != 0 {
			t.Errorf("alarms that are over: %v", list)
		}
		return err
	})
}

// TestAlarmRecipients: managers, else the lead of the first level, else its members.
func TestAlarmRecipients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*triage.Config)
		want   string
	}{
		"manager": {func(*triage.Config) {}, "s.vogl@firma.example"},
		"lead":    {func(c *triage.Config) { c.People.Agents[2].Role = ""; c.People.Groups[0].Lead = "markus" }, "m.brandl@firma.example"},
		"members": {func(c *triage.Config) { c.People.Agents[2].Role = ""; c.People.Groups[0].Lead = "" }, "l.huber@firma.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.change)
			say := func(lang string) triage.AlarmText {
				return triage.AlarmText{Title: "Titel " + lang, Text: "Text", Fix: "Rat"}
			}
			for i := range 3 {
				told, err := o.desk.Alarm(t.Context(), "config", "short", say)
				if err != nil || told != (i == 0) {
					t.Fatalf("alarm %d: told %v, %v", i, told, err)
				}
			}
			m := o.only(o.leaving(), c.want)
			if !strings.Contains(m.m.Subject, "Titel de") || m.Class != "notice" || m.Purpose != "r" {
				t.Errorf("mail %s %s: %s", m.Class, m.Purpose, m.m.Subject)
			}
			o.now = o.now.Add(time.Minute)
			if err := o.desk.AlarmOver(t.Context(), "config"); err != nil {
				t.Fatal(err)
			}
			if told, err := o.desk.Alarm(t.Context(), "config", "short", say); err != nil || !told {
				t.Errorf("the next time: told %v, %v", told, err)
			}
			if got := o.leaving(); len(got) != 1 {
				t.Errorf("%d mails the next time", len(got))
			}
		})
	}
}
