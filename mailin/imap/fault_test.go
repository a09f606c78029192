package imap

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/mailin/imap/imaptest"
	"firstline/store"
)

// The connection breaks off after every number of bytes: nothing is lost,
// nothing is doubled, and the mails behind come through.
func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	n := 0
	for cut := int64(0); cut < 4000; cut += 37 {
		n++
		e.deliver(n)
		e.p.drop()
		e.srv.CutAfter(cut)
		e.settleDown(4)
	}
	e.wantStored(upTo(n)...)
	e.triage("opened")
	for cut := int64(0); cut < 1500; cut += 53 {
		e.p.drop()
		e.srv.CutAfter(cut)
		e.settleDown(4)
	}
	e.wantCount("INBOX", 0)
	e.wantCount("Support/Erledigt", n)
	e.wantStored(upTo(n)...)
	if a := e.alarms(); len(a) > 0 {
		t.Errorf("alarms %v", a)
	}
}

// The k-th command fails in every way, for every k.
func TestEveryCommandFails(t *testing.T) {
	t.Parallel()
	for _, f := range []imaptest.Fault{
		{Action: imaptest.Refuse, Text: "no"}, {Action: imaptest.Bad, Text: "bad"}, {Action: imaptest.Drop}, {Action: imaptest.DropAfter},
		{Action: imaptest.Bye, Text: "overquota"}, {Action: imaptest.Answer, Text: "* 5 RUBBISH (\r\n"}, {Action: imaptest.Answer, Text: "X999 OK who?\r\n"},
		{Action: imaptest.Refuse, Text: "[UNAVAILABLE] later"}, {Action: imaptest.Refuse, Text: "[LIMIT] slow down"},
	} {
		t.Run(fmt.Sprintf("%d %s", f.Action, f.Text), func(t *testing.T) {
			t.Parallel()
			for _, o := range []imaptest.Options{{}, {NoMove: true}} {
				e := newEnv(t, o, nil)
				mails := 0
				for k := 0; k < 22; k++ {
					mails += 2
					e.deliver(mails-1, mails)
					e.p.drop()
					f.Skip = k
					e.srv.Inject(f)
					_ = e.p.Step(e.ctx)
					e.triage("opened")
					for range 6 {
						_ = e.p.Step(e.ctx)
						e.triage("opened")
						e.shift.Add(int64(6 * time.Minute))
					}
					e.srv.ClearFaults()
				}
				e.settleDown(4)
				e.triage("opened")
				e.settleDown(4)
				e.wantStored(upTo(mails)...)
				left := e.count("INBOX")
				done := e.count("Support/Erledigt")
				extra := 0
				if o.NoMove {
					extra = 22 // a crash between COPY and STORE leaves one copy
				}
				if left+done < mails || left+done > mails+extra || left > 2*4 {
					t.Errorf("NoMove %v: %d in the inbox, %d done, of %d", o.NoMove, left, done, mails)
				}
			}
		})
	}
}

// A server that swallows a command is left after our patience, not never.
func TestSwallowedCommand(t *testing.T) {
	t.Parallel()
	for _, cmd := range []string{"AUTHENTICATE", "SELECT", "NOOP", "UID SEARCH", "UID FETCH", "UID MOVE", "NAMESPACE"} {
		t.Run(cmd, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, imaptest.Options{}, func(c *Config) {
				c.Timing.Command, c.Timing.Stall = 100*time.Millisecond, 100*time.Millisecond
			})
			e.deliver(1, 2)
			e.srv.Inject(imaptest.Fault{Command: cmd, Action: imaptest.Swallow})
			for range 3 {
				_ = e.p.Step(e.ctx)
				e.triage("opened")
			}
			e.settleDown(3)
			e.wantStored(1, 2)
			e.wantCount("Support/Erledigt", 2)
			if !strings.Contains(e.log.String(), "no answer within") && !strings.Contains(e.log.String(), "bytes in") {
				t.Errorf("the deadline is not named: %s", e.log)
			}
		})
	}
}

// A mail that cannot be fetched never stops those behind it.
func TestPoisonousMail(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		poison    imaptest.Poison
		fetchable bool
	}{
		"drop": {imaptest.PoisonDrop, false}, "missing": {imaptest.PoisonMissing, false}, "garbage": {imaptest.PoisonGarbage, false},
		"no body": {imaptest.PoisonNoBody, false}, "other uid": {imaptest.PoisonOtherID, false}, "late uid": {imaptest.PoisonLate, false},
		"date": {imaptest.PoisonDate, true}, "flags first": {imaptest.PoisonFlags, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, imaptest.Options{}, nil)
			uids := e.deliver(upTo(7)...)
			if err := e.srv.SetPoison(testUser, "INBOX", uids[3], tc.poison); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				_ = e.p.Step(e.ctx)
			}
			others := []int{1, 2, 3, 5, 6, 7}
			if !tc.fetchable || len(e.stored()) < 7 {
				e.wantStored(others...) // they are there before the bad one is settled
				e.shift.Store(int64(20 * time.Minute))
				for range 3 {
					_ = e.p.Step(e.ctx)
				}
			}
			if tc.fetchable {
				e.wantStored(upTo(7)...)
				return
			}
			e.wantStored(others...)
			if m := e.mailbox(); m.LastUID != 7 {
				t.Errorf("last UID %d", m.LastUID)
			}
			if a := e.alarms(); !slices.Equal(a, []string{"unfetchable:support:4"}) {
				t.Errorf("alarms %v", a)
			}
			err := e.st.View(e.ctx, func(tx *store.Tx) error {
				u, err := tx.UID(e.ctx, 1, e.srv.UIDValidity(testUser, "INBOX"), 4)
				if u.State != "unfetchable" || u.Attempts != store.MaxFetchAttempts {
					t.Errorf("ledger %+v", u)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			fetches := len(e.srv.Commands())
			e.deliver(8)
			e.step()
			e.wantStored(append(others, 8)...)
			if got := len(e.srv.Commands()) - fetches; got > 6 {
				t.Errorf("%d commands for one mail: the bad one is still tried", got)
			}
		})
	}
}

// After a restart in the middle of the tries the count goes on.
func TestPoisonousMailAcrossRestarts(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	uids := e.deliver(upTo(5)...)
	if err := e.srv.SetPoison(testUser, "INBOX", uids[0], imaptest.PoisonDrop); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		e.p.drop()
		e.p = e.poller(nil)
		_ = e.p.Step(e.ctx)
	}
	e.settleDown(3)
	e.wantStored(2, 3, 4, 5)
	if m := e.mailbox(); m.LastUID != 5 {
		t.Errorf("last UID %d", m.LastUID)
	}
}

// A bad mail that gets well is stored.
func TestPoisonousMailRecovers(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	uids := e.deliver(1, 2, 3)
	if err := e.srv.SetPoison(testUser, "INBOX", uids[1], imaptest.PoisonDrop); err != nil {
		t.Fatal(err)
	}
	_ = e.p.Step(e.ctx)
	_ = e.p.Step(e.ctx)
	if err := e.srv.SetPoison(testUser, "INBOX", uids[1], imaptest.PoisonNone); err != nil {
		t.Fatal(err)
	}
	e.shift.Store(int64(11 * time.Minute))
	e.settleDown(3)
	e.wantStored(1, 2, 3)
	if m := e.mailbox(); m.LastUID != 3 {
		t.Errorf("last UID %d", m.LastUID)
	}
}

func TestExpungedBetween(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	uids := e.deliver(upTo(4)...)
	e.step()
	e.triage("opened")
	for _, uid := range uids[1:3] {
		if err := e.srv.Remove(testUser, "INBOX", uid); err != nil {
			t.Fatal(err)
		}
	}
	e.step()
	e.wantCount("INBOX", 0)
	e.wantCount("Support/Erledigt", 2)
	if due := e.p.ackDue(e.ctx); due {
		t.Error("vanished mails still wait")
	}
}
