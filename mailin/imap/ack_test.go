package imap

import (
	"slices"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"

	"firstline/mailin/imap/imaptest"
)

// Mails that others have flagged as deleted survive whatever the server can do.
func TestForeignDeletedMailSurvives(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]imaptest.Options{
		"move": {}, "copy and uid expunge": {NoMove: true}, "neither": {NoMove: true, NoUIDPlus: true},
		"neither, no keywords": {NoMove: true, NoUIDPlus: true, NoKeywords: true}, "read-only": {ReadOnly: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t, o, func(c *Config) { c.Since = SinceStart })
			if _, err := e.srv.Deliver(testUser, "INBOX", mailText(99), []goimap.Flag{goimap.FlagDeleted}, time.Time{}); err != nil {
				t.Fatal(err)
			}
			e.step()
			e.deliver(1, 2, 3)
			e.step()
			e.triage("opened")
			for range moveTries + 1 {
				e.step()
				e.shift.Add(int64(time.Minute))
			}
			e.wantStored(1, 2, 3)
			inbox := e.srv.Messages(testUser, "INBOX")
			if !slices.ContainsFunc(inbox, func(m imaptest.Message) bool { return string(m.Raw) == string(mailText(99)) }) {
				t.Fatal("somebody else's mail is gone")
			}
			for _, c := range e.srv.Changes() {
				if c.Command == "EXPUNGE" || (c.Command == "UID EXPUNGE" || c.Command == "STORE") && slices.Contains(c.UIDs, 1) {
					t.Errorf("change %+v", c)
				}
			}
			marked := func(flag goimap.Flag) {
				for _, m := range inbox[1:] {
					if !hasFlag(m, flag) {
						t.Errorf("UID %d is not marked: %v", m.UID, m.Flags)
					}
				}
			}
			switch {
			case o.ReadOnly:
				if len(inbox) != 4 {
					t.Errorf("%d mails in the inbox", len(inbox))
				}
			case o.NoKeywords:
				marked(goimap.FlagSeen)
			case o.NoUIDPlus:
				marked(keyword)
			default:
				e.wantCount("INBOX", 1)
				e.wantCount("Support/Erledigt", 3)
			}
			if e.p.ackDue(e.ctx) {
				t.Error("mails still wait to be acknowledged")
			}
		})
	}
}

func TestFolderNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, folder, prefix string
		delim                rune
		want                 []string
	}{
		{"slash", "Support/Erledigt", "", '/', []string{"Support/Erledigt"}},
		{"dot", "Support/Erledigt", "", '.', []string{"Support.Erledigt"}},
		{"prefix", "Support/Erledigt", "INBOX.", '.', []string{"INBOX.Support.Erledigt", "Support.Erledigt"}},
		{"prefix given", "INBOX.Erledigt", "INBOX.", '.', []string{"INBOX.Erledigt"}},
		{"dots given", "Support.Erledigt", "", '.', []string{"Support.Erledigt"}},
		{"flat", "Support/Erledigt", "", 0, []string{"Support/Erledigt"}},
	} {
		if got := candidates(tc.folder, tc.prefix, tc.delim); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestNamespacePrefixAndUmlauts(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{Prefix: "INBOX.", Delim: '.'}, func(c *Config) { c.Folders.Done = "Rückfragen & Co/Erledigt" })
	e.deliver(1)
	e.step()
	e.triage("opened")
	e.step()
	e.wantCount("INBOX.Rückfragen & Co.Erledigt", 1)
	if n := len(slices.DeleteFunc(e.srv.Changes(), func(c imaptest.Change) bool { return c.Command != "CREATE" })); n != 1 {
		t.Errorf("%d CREATE", n)
	}
}

func TestFolderCannotBeMade(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.srv.Inject(imaptest.Fault{Command: "CREATE", Times: -1, Action: imaptest.Refuse, Text: "[NOPERM] no"})
	e.deliver(1, 2)
	e.step()
	e.triage("opened")
	e.step()
	e.wantCount("INBOX", 2)
	if !hasFlag(e.srv.Messages(testUser, "INBOX")[0], keyword) {
		t.Error("not marked")
	}
	if a := e.alarms(); !slices.Equal(a, []string{"imap-folder:support"}) {
		t.Errorf("alarms %v", a)
	}
}

func TestFolderIsRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(1)
	e.step()
	e.triage("opened")
	e.step()
	e.srv.Inject(imaptest.Fault{Command: "UID MOVE", Action: imaptest.Refuse, Text: "[TRYCREATE] gone"})
	e.deliver(2)
	e.step()
	e.triage("opened")
	e.step()
	e.wantCount("Support/Erledigt", 2)
}

func TestMoveRefused(t *testing.T) {
	t.Parallel()
	t.Run("quota", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t, imaptest.Options{}, nil)
		e.srv.Inject(imaptest.Fault{Command: "UID MOVE", Action: imaptest.Refuse, Text: "[OVERQUOTA] full"})
		e.deliver(1, 2)
		e.step()
		e.triage("opened")
		e.step()
		e.step()
		e.wantCount("INBOX", 2)
		if a := e.alarms(); len(a) != 1 {
			t.Errorf("alarms %v", a)
		}
		e.shift.Store(int64(ackPause + time.Second))
		e.step()
		e.wantCount("Support/Erledigt", 2)
		if a := e.alarms(); len(a) > 0 {
			t.Errorf("alarms %v", a)
		}
	})
	t.Run("one mail", func(t *testing.T) {
		t.Parallel()
		// The next try comes a turn later, not when a slow machine has taken its time.
		e := newEnv(t, imaptest.Options{}, func(c *Config) { c.Timing.AckPoll = 30 * time.Second })
		e.deliver(1, 2, 3)
		e.step()
		e.triage("opened")
		// In each turn the whole set is refused, and then the half that is the first mail.
		for i := range moveTries {
			e.srv.Inject(imaptest.Fault{Command: "UID MOVE", Times: max(1, 2-i), Action: imaptest.Refuse, Text: "odd"})
			e.step()
			e.shift.Add(int64(time.Minute))
		}
		e.step()
		e.wantCount("Support/Erledigt", 2)
		if in := e.srv.Messages(testUser, "INBOX"); len(in) != 1 || in[0].UID != 1 || !hasFlag(in[0], keyword) {
			t.Errorf("inbox %+v", in)
		}
		if e.p.ackDue(e.ctx) {
			t.Error("mails still wait")
		}
	})
}

func TestManyMovesUseSets(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(upTo(450)...)
	e.step()
	e.triage("opened")
	e.step()
	e.wantCount("Support/Erledigt", 450)
	moves := 0
	for _, c := range e.srv.Commands() {
		if c == "UID MOVE" {
			moves++
		}
	}
	if moves != 1 {
		t.Errorf("%d MOVE commands for 450 mails", moves)
	}
}

// A set never makes a command that is too long, and loses nobody.
func TestSets(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]int{"run": 1, "gaps": 2, "wide gaps": 400_000} {
		list := make([]goimap.UID, 10_000)
		for i := range list {
			list[i] = goimap.UID(1 + i*step)
		}
		var got []goimap.UID
		parts := 0
		for part := range sets(list, func(u goimap.UID) goimap.UID { return u }, 5000) {
			if text := goimap.UIDSetNum(part...).String(); len(text) > maxSet || len(part) > 5000 {
				t.Errorf("%s: a set of %d UIDs and %d bytes", name, len(part), len(text))
			}
			got = append(got, part...)
			parts++
		}
		if !slices.Equal(got, list) || step == 1 && parts != 2 {
			t.Errorf("%s: %d UIDs in %d parts", name, len(got), parts)
		}
	}
}

// The wire itself refuses what must never be sent.
func TestWireRefuses(t *testing.T) {
	t.Parallel()
	e := newEnv(t, imaptest.Options{}, nil)
	e.deliver(1)
	for name, do := range map[string]func(s *session) error{
		"plain expunge with permit": func(s *session) error { s.wire.permit.Store(true); return s.c.Expunge().Close() },
		"close with permit":         func(s *session) error { s.wire.permit.Store(true); return s.c.UnselectAndExpunge().Wait() },
		"move without permit": func(s *session) error {
			_, err := s.c.Move(goimap.UIDSetNum(1), "Support/Erledigt").Wait()
			return err
		},
		"store without permit": func(s *session) error {
			return s.c.Store(goimap.UIDSetNum(1), &goimap.StoreFlags{Op: goimap.StoreFlagsAdd, Flags: []goimap.Flag{goimap.FlagDeleted}}, nil).Close()
		},
	} {
		s, err := open(e.ctx, e.p.cfg, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := do(s); err == nil || !strings.Contains(err.Error(), "refused to") {
			t.Errorf("%s: %v", name, err)
		}
		s.close()
	}
	if ch := e.srv.Changes(); len(ch) > 0 {
		t.Errorf("changes %v", ch)
	}
}
