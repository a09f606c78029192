package imap

import (
	"context"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
)

// CheckStep is one thing `firstline doctor` looked at.
type CheckStep struct {
	Name string
	// Err is why it failed; an *Error holds the fix. nil = good.
	Err error
	// Warning is what works less well than it could; "" = none.
	Warning string
	// Detail is what was found.
	Detail string
}

// Check connects and logs in as the poller does, and looks at the folders and
// abilities of the server. It changes nothing. The last step is the one that
// failed, if any did.
func Check(ctx context.Context, cfg Config) []CheckStep {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return []CheckStep{{Name: "configuration", Err: err}}
	}
	var tok *tokens
	if cfg.OAuth2 != nil {
		tok = &tokens{o: cfg.OAuth2}
	}
	s, err := login(ctx, cfg, tok)
	if err != nil {
		name := StepLogin
		if e, ok := err.(*Error); ok {
			name = e.Step
		}
		return []CheckStep{{Name: name, Err: err}}
	}
	defer s.logout(ctx)
	how := "password"
	if cfg.OAuth2 != nil {
		how = "OAuth2"
	}
	steps := []CheckStep{{Name: StepLogin, Detail: fmt.Sprintf("%s, TLS %s, %s", cfg.addr(), cfg.TLS, how)}}
	if err := s.selectInbox(ctx); err != nil {
		return append(steps, CheckStep{Name: StepSelect, Err: err})
	}
	steps = append(steps, s.checkInbox(), s.checkIdle(), s.checkMove())
	return append(steps, s.checkFolders(ctx)...)
}

func (s *session) checkInbox() CheckStep {
	c := CheckStep{Name: StepSelect, Detail: fmt.Sprintf("%s: %d mails, UIDVALIDITY %d", s.cfg.Folders.Inbox, s.box.NumMessages, s.box.UIDValidity)}
	switch perm := s.box.PermanentFlags; {
	case len(perm) == 0:
		c.Warning = "the folder is read-only: mails are ticketed but neither moved nor marked"
	case !slices.Contains(perm, imap.FlagWildcard) && !slices.Contains(perm, keyword):
		c.Warning = "the server keeps no keywords: mails that stay are marked as read instead"
	}
	return c
}

func (s *session) checkIdle() CheckStep {
	if s.caps.Has(imap.CapIdle) {
		return CheckStep{Name: "IDLE", Detail: "new mail is announced at once"}
	}
	return CheckStep{Name: "IDLE", Warning: fmt.Sprintf("not offered: new mail is seen within %v", s.cfg.Poll)}
}

func (s *session) checkMove() CheckStep {
	switch {
	case s.caps.Has(imap.CapMove):
		return CheckStep{Name: "MOVE", Detail: "offered"}
	case s.caps.Has(imap.CapUIDPlus):
		return CheckStep{Name: "MOVE", Warning: "not offered: mails are copied and expunged by UID, which is slower"}
	}
	return CheckStep{Name: "MOVE", Warning: "neither MOVE nor UIDPLUS is offered: mails stay in the inbox, marked"}
}

// checkFolders looks the target folders up without making them.
func (s *session) checkFolders(ctx context.Context) (steps []CheckStep) {
	for _, folder := range s.cfg.targetFolders() {
		c := CheckStep{Name: "folder " + folder}
		name, err := s.findFolder(ctx, folder, false)
		switch {
		case err != nil:
			c.Err = err
		case name == "":
			c.Detail = "does not exist yet: it is made when the first mail belongs there"
		default:
			c.Detail = "on the server: " + name
		}
		steps = append(steps, c)
		if err != nil {
			return steps
		}
	}
	return steps
}
