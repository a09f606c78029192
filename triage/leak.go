package triage

import (
	"fmt"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/token"
)

// scanBytes bounds what is looked at in one attached text.
const scanBytes = 1 << 20

// secrets are what agents wrote for agents in a ticket, and why they handed it on: no
// requester may read it. What a third party answered is theirs to pass on, and what
// a requester wrote is no secret.
func (t *turn) secrets(tk *store.Ticket) (mailout.Secrets, error) {
	s := t.shared.secrets(t.c.Ticket.Prefix)
	if tk.ID == 0 {
		return s, nil
	}
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return s, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	for _, m := range messages {
		switch {
		case m.Visibility == "public":
			s.Public = append(s.Public, m.Text)
		case m.Agent != "" || m.Kind == "note":
			s.Internal = append(s.Internal, m.Text)
		}
	}
	events, err := t.tx.Events(t.ctx, tk.ID)
	if err != nil {
		return s, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	for _, e := range events {
		if e.Kind == "escalated" || e.Kind == "escalated_hierarchic" {
			s.Internal = append(s.Internal, e.Reason)
		}
	}
	return s, nil
}

// leakInFiles looks into the attached texts and mails that leave with a reply: a
// notice is quickly dragged along.
func leakInFiles(files []mailout.Attachment, s mailout.Secrets) (why string, ok bool) {
	for _, f := range files {
		name := strings.ToLower(f.Filename)
		isMail := strings.HasPrefix(f.ContentType, "message/") || strings.HasSuffix(name, ".eml")
		if !isMail && !strings.HasPrefix(f.ContentType, "text/") && !strings.HasSuffix(name, ".txt") {
			continue
		}
		text := string(f.Bytes[:min(len(f.Bytes), scanBytes)])
		if isMail {
			m := mailin.Parse(f.Bytes, mailin.Options{})
			text = strings.Join(append(m.References, m.MessageID, m.Subject, m.Text), "\n")
		}
		if why, ok := mailout.LeakScan(text, s); !ok {
			return mailout.OneLine(f.Filename) + ": " + why, false
		}
	}
	return "", true
}

// leaks is the last look at a mail to somebody who is no agent, as it would leave.
// What it finds keeps the mail back and is told to whoever works on the ticket: it
// is a mistake of the desk or of a template, because what an agent writes was
// looked at before.
func (t *turn) leaks(tk *store.Ticket, l letter, body mailout.Body) (bool, error) {
	s, err := t.secrets(tk)
	if err != nil {
		return false, err
	}
	s.Public = append(s.Public, l.meant)
	why, ok := mailout.LeakScan(body.Text, s)
	if ok {
		why, ok = leakInFiles(l.files, s)
	}
	if ok {
		return false, nil
	}
	if err := t.event(tk, "system", "not_sent", "", string(l.kind), "leak: "+why); err != nil || tk.ID == 0 {
		return true, err
	}
	return true, t.tellOwner(tk, notice{
		kind: mailout.HeldReply, purpose: token.Internal, cause: "leak:" + l.cause,
		fill: func(d *mailout.InternalData) {
			d.Reason = mailout.InternalReason(heldReason(holdLeak, why, d.Lang))
			d.Text = mailout.InternalNote(clip(body.Text, entryBytes))
		},
	}, "")
}
