package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/token"
)

// tellGroup sends a notice to the assignee of a ticket or, without one, to every
// present member of its group, one mail each.
func (t *turn) tellGroup(tk *store.Ticket, n notice) error {
	for _, a := range t.owners(tk) {
		each := n
		each.cause = n.cause + ":" + a.ID
		if _, err := t.toAgent(tk, a, each); err != nil {
			return err
		}
	}
	return nil
}

// tellOwner is tellGroup without the person who caused the notice.
func (t *turn) tellOwner(tk *store.Ticket, n notice, except string) error {
	for _, a := range t.owners(tk) {
		if mailin.FoldAddress(a.Address) == except {
			continue
		}
		each := n
		each.cause = n.cause + ":" + a.ID
		if _, err := t.toAgent(tk, a, each); err != nil {
			return err
		}
	}
	return nil
}

// owners are who works on a ticket now: the assignee, who stands in for him while
// he is away, or the present members of the group. When a group has nobody, the
// lead, and then the first level, hear of it: no ticket is left to nobody.
func (t *turn) owners(tk *store.Ticket) []Agent {
	if tk.Assignee != "" {
		if there := t.c.standIns(tk.Assignee, t.now); len(there) > 0 {
			return there
		}
	}
	if there := t.c.presentMembers(tk.Group, t.now); len(there) > 0 {
		return there
	}
	return t.c.leadOf(tk.Group, t.now)
}

// notifyRoles tells further people about a new ticket, as a rule asks: lead,
// group, assignee, an agent or a group by name.
func (t *turn) notifyRoles(tk *store.Ticket, roles []string) error {
	return t.notifyAbout(tk, roles, fmt.Sprintf("notify:%d", tk.ID), mailout.NoticeNew)
}

// notifyOfFollowUp is notifyRoles for a mail that continues a ticket.
func (t *turn) notifyOfFollowUp(tk *store.Ticket, roles []string) error {
	return t.notifyAbout(tk, roles, fmt.Sprintf("notify:%d:%d", tk.ID, t.in.ID), mailout.NoticeFollowup)
}

func (t *turn) notifyAbout(tk *store.Ticket, roles []string, cause string, kind mailout.InternalKind) error {
	told := t.owners(tk)
	for _, a := range t.agentsOf(tk, roles) {
		if slices.ContainsFunc(told, func(b Agent) bool { return a.ID == b.ID }) {
			continue
		}
		purpose := token.Notification
		if _, agent := t.c.Agent(a.ID); !agent { // a reply of his is a note
			purpose = token.Internal
		}
		_, err := t.toAgent(tk, a, notice{
			kind: kind, purpose: purpose, cause: cause + ":" + a.ID,
			fill: func(d *mailout.InternalData) { d.Text, d.Author, d.At = t.newText(), tk.RequesterName, t.now },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// agentsOf resolves roles to agents, each once.
func (t *turn) agentsOf(tk *store.Ticket, roles []string) []Agent {
	var list []Agent
	add := func(as ...Agent) {
		for _, a := range as {
			if a.ID != "" && !slices.ContainsFunc(list, func(b Agent) bool { return a.ID == b.ID }) {
				list = append(list, a)
			}
		}
	}
	for _, role := range roles {
		switch role {
		case "assignee":
			if tk.Assignee != "" {
				add(t.owners(tk)...)
			}
		case "group":
			add(t.c.presentMembers(tk.Group, t.now)...)
		case "lead":
			add(t.c.leadOf(tk.Group, t.now)...)
		case "manager":
			add(t.c.managers(t.now)...)
		case "requester": // no agent: told in his own words
		default:
			if strings.Contains(role, "@") { // somebody who is told and works on nothing
				if a, ok := t.c.AgentByAddress(mailin.FoldAddress(role)); ok {
					add(a)
				} else {
					add(Agent{ID: mailin.FoldAddress(role), Address: role})
				}
				continue
			}
			if _, ok := t.c.Agent(role); ok {
				add(t.c.standIns(role, t.now)...)
			} else {
				add(t.c.presentMembers(role, t.now)...)
			}
		}
	}
	return list
}

// wasTold reports whether an agent got the first notice of a ticket.
func (t *turn) wasTold(tk *store.Ticket, a Agent) (bool, error) {
	rows, err := t.tx.ListOutbox(t.ctx, store.OutboxFilter{TicketID: tk.ID, Recipient: mailin.FoldAddress(a.Address), Limit: 1})
	if err != nil {
		return false, fmt.Errorf("read notices of ticket %d: %w", tk.ID, err)
	}
	return len(rows) > 0, nil
}

// newNotice fills the first notice of a ticket.
func (t *turn) newNotice(p plan) func(*mailout.InternalData) {
	return func(d *mailout.InternalData) {
		d.Author, d.At, d.Text, d.Files = or(t.m.From.Name, t.from), t.now, t.newText(), t.fileList(d.Lang)
		d.Note = t.ruleNote(p.rules)
		d.Outsiders = t.outsiders()
		if p.rules.Points > 0 {
			d.Score = fmt.Sprintf("%d:%d", p.rules.Points, p.rules.SecondPoints)
		}
		for _, s := range p.rules.FAQ.Suggest {
			why := ""
			if s.ID == p.rules.FAQ.ID && d.Lang == t.c.Company.Language { // it is in that language alone
				why = p.rules.FAQ.Plain
			}
			d.Suggestions = append(d.Suggestions, mailout.Suggestion{ID: s.ID, Title: s.Title, Score: s.Score, Why: why})
		}
	}
}

// dues are the promised answer, the first or the next one, and the solution of a
// ticket.
func (t *turn) dues(ticketID int64) (answer, solve time.Time) {
	rows, err := t.tx.Clocks(t.ctx, ticketID)
	if err != nil {
		return answer, solve
	}
	for _, c := range rows {
		switch {
		case (c.Kind == sla.FirstResponse || c.Kind == sla.NextResponse) && c.State == "running":
			answer = c.DueAt
		case c.Kind == sla.Resolution && c.State == "running":
			solve = c.DueAt
		}
	}
	return answer, solve
}

// firstText is what the ticket is about, for notices that are not about a mail.
func (t *turn) firstText(tk *store.Ticket) mailout.InternalText {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil || len(messages) == 0 {
		return mailout.InternalText{}
	}
	return mailout.InternalNote(clip(messages[0].Text, entryBytes))
}

// ownerName is whose ticket it is.
func (t *turn) ownerName(tk *store.Ticket) string {
	a, _ := t.c.Agent(tk.Assignee)
	return a.Name
}

// attachLimit is how many bytes of attachments travel with a notice; the rest is
// listed.
const attachLimit = 10 << 20

// dangerous are file types that are stored and listed but not passed on by mail
// (P7); the name is the sanitised one.
var dangerous = []string{".exe", ".com", ".scr", ".bat", ".cmd", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".msi", ".iso", ".img",
	".lnk", ".hta", ".jar", ".docm", ".xlsm", ".pptm", ".html", ".htm", ".svg", ".chm", ".cpl", ".pif", ".reg"}

// decorationSize is below what a screenshot has; logos of signatures are smaller.
const decorationSize = 40 << 10

// decoration reports whether a file is a picture of a signature. A picture that
// was pasted into the text is what the mail is about, and so is a photo from a
// phone, whose mail program calls every attachment inline.
func decoration(inline bool, contentID, contentType string, size int64) bool {
	return inline && contentID != "" && strings.HasPrefix(contentType, "image/") && size <= decorationSize
}

// listed is one attachment in a list, with the reason why it does not travel along.
func listed(name string, size int64, attached bool, lang string) mailout.File {
	f := mailout.File{Name: name, Size: size, Attached: attached}
	switch {
	case attached:
	case isDangerous(name):
		f.Why = inLang([2]string{"gefährlicher Dateityp, bleibt am Ticket", "dangerous type of file, stays with the ticket"}, lang)
	default:
		f.Why = inLang([2]string{"zu groß, bleibt am Ticket", "too big, stays with the ticket"}, lang)
	}
	return f
}

func isDangerous(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(dangerous, func(ext string) bool { return strings.HasSuffix(name, ext) })
}

// passedOn says which attachments of the mail travel with our mails.
func (t *turn) passedOn() []bool {
	size := int64(0)
	on := make([]bool, len(t.m.Attachments))
	for i, a := range t.m.Attachments {
		if decoration(a.Inline, a.ContentID, a.ContentType, a.Size) || isDangerous(a.Filename) || size+a.Size > attachLimit {
			continue
		}
		size += a.Size
		on[i] = true
	}
	return on
}

// filesOf are the attachments of the mail, read again from its raw bytes. They are
// read once per mail, however many people get them.
func (t *turn) filesOf() []mailout.Attachment {
	if t.files != nil || t.m == nil {
		return t.files
	}
	for i, on := range t.passedOn() {
		if !on {
			continue
		}
		b, err := mailin.Content(t.raw, i)
		if err != nil {
			t.desk.Log.Warn("attachment not read", "inbox", t.in.ID, "err", err)
			continue
		}
		a := t.m.Attachments[i]
		t.files = append(t.files, mailout.Attachment{Filename: a.Filename, ContentType: a.ContentType, Bytes: b})
	}
	return t.files
}

// fileList names the attachments for people.
func (t *turn) fileList(lang string) []mailout.File {
	var list []mailout.File
	on := t.passedOn()
	for i, a := range t.m.Attachments {
		if decoration(a.Inline, a.ContentID, a.ContentType, a.Size) {
			continue
		}
		list = append(list, listed(a.Filename, a.Size, on[i], lang))
	}
	return list
}
