package imap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// target returns the server's name of a folder of the configuration, and makes
// the folder when it is missing. "" = it cannot be had; mails stay, marked, and
// an alarm says so until the next connection.
func (p *Poller) target(ctx context.Context, folder string) (string, error) {
	if name, known := p.targets[folder]; known {
		return name, nil
	}
	name, err := p.sess.findFolder(ctx, folder, true)
	if err != nil && !isRefusal(err) {
		return "", err
	}
	p.targets[folder] = name
	if name == "" {
		p.raise(ctx, "imap-folder:"+p.cfg.Mailbox, fmt.Sprintf("mailbox %s: the folder %s cannot be made: %v; mails stay in the inbox, marked", p.cfg.Mailbox, folder, err))
	}
	return name, nil
}

// candidates are the names a folder may have: levels are written with "/" in
// the configuration, and the personal namespace may have a prefix (RFC 2342).
func candidates(folder, prefix string, delim rune) []string {
	name := folder
	if delim != 0 && delim != '/' && !strings.ContainsRune(folder, delim) {
		name = strings.ReplaceAll(folder, "/", string(delim))
	}
	if prefix == "" || strings.HasPrefix(name, prefix) {
		return []string{name}
	}
	return []string{prefix + name, name}
}

// findFolder looks a folder up under all names it may have, and creates it when
// make is set. "" without an error: it does not exist.
func (s *session) findFolder(ctx context.Context, folder string, create bool) (string, error) {
	prefix, delim, err := s.namespace(ctx)
	if err != nil {
		return "", err
	}
	names := candidates(folder, prefix, delim)
	for _, name := range names {
		there, err := s.hasFolder(ctx, name)
		if err != nil {
			return "", err
		}
		if there {
			return name, nil
		}
	}
	if !create {
		return "", nil
	}
	for _, name := range names {
		err = s.change(ctx, func() error { return s.c.Create(name, nil).Wait() })
		if err == nil || hasCode(err, imap.ResponseCodeAlreadyExists) {
			// A folder people do not see would hide their mail.
			if serr := s.change(ctx, func() error { return s.c.Subscribe(name).Wait() }); serr != nil && !isRefusal(serr) {
				return "", serr
			}
			return name, nil
		}
		if !isRefusal(err) {
			return "", err
		}
	}
	return "", err
}

// namespace asks for prefix and hierarchy delimiter of the user's folders.
func (s *session) namespace(ctx context.Context) (prefix string, delim rune, err error) {
	if s.caps.Has(imap.CapNamespace) {
		err = s.guard(ctx, StepSelect, s.brief(), func() error {
			data, err := s.c.Namespace().Wait()
			if err == nil && len(data.Personal) > 0 {
				prefix, delim = data.Personal[0].Prefix, data.Personal[0].Delim
			}
			return err
		})
		if err == nil && delim != 0 || err != nil && !isRefusal(err) {
			return prefix, delim, err
		}
	}
	err = s.guard(ctx, StepSelect, s.brief(), func() error {
		list, err := s.c.List("", "", nil).Collect()
		if err == nil && len(list) > 0 {
			delim = list[0].Delim
		}
		return err
	})
	return prefix, delim, err
}

func (s *session) hasFolder(ctx context.Context, name string) (there bool, err error) {
	err = s.guard(ctx, StepSelect, s.brief(), func() error {
		list, err := s.c.List("", name, nil).Collect()
		for _, d := range list {
			there = there || d.Mailbox == name && !slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(d.Attrs, imap.MailboxAttrNonExistent)
		}
		return err
	})
	return there, err
}
