package triage

import (
	"fmt"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// vendor waits for a third party; with an address the public conversation is
// forwarded to it, without internal text.
func (j *job) vendor(c command.Command) error {
	if err := j.move(j.tk, state.AskVendor, j.actor(), "waits for a third party"); err != nil {
		return err
	}
	if c.Address != "" {
		if err := j.forwardTo(mailin.FoldAddress(c.Address)); err != nil {
			return err
		}
	}
	return j.clocks(j.tk, sla.EventState)
}

// forwardTo sends the question and the public conversation to a third party, and keeps
// inside what was asked.
func (j *job) forwardTo(address string) error {
	if err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: address, Role: "vendor"}); err != nil {
		return fmt.Errorf("add third party: %w", err)
	}
	conversation, err := j.conversation(j.tk)
	if err != nil {
		return err
	}
	files, list, err := j.publicFiles(j.tk)
	if err != nil {
		return err
	}
	_, err = j.toRequester(j.tk, address, letter{
		kind: mailout.Reply, purpose: token.Vendor, class: classHuman, agent: j.ac.agent.Name, cause: fmt.Sprintf("vendor:%d:%d", j.in.ID, j.tk.ID),
		files: append(j.filesOf(), files...),
		fill: func(d *mailout.PublicData) {
			d.Text, d.Files = mailout.Join(mailout.AgentReply(j.vendorText), conversation), append(j.fileList(j.tk.Language), list...)
		},
	})
	if err != nil {
		return err
	}
	asked := inLang([2]string{"An " + address + " weitergeleitet.", "Forwarded to " + address + "."}, j.c.Company.Language)
	return j.message(j.tk, store.Message{InboxID: j.in.ID, Visibility: "internal", Kind: "vendor", Author: j.from, Name: j.ac.agent.Name,
		Agent: j.ac.agent.ID, Text: paragraphs(asked, j.vendorText)}, nil)
}

// conversation is the public conversation of a ticket as one text: names, no
// addresses, nothing from the directory.
func (t *turn) conversation(tk *store.Ticket) (mailout.PublicText, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return mailout.PublicText{}, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	somebody := inLang([2]string{"Anfragende Person", "Requester"}, tk.Language)
	var b strings.Builder
	for _, m := range messages {
		if m.Visibility != "public" || m.Text == "" {
			continue
		}
		name := m.Name
		if name == "" || strings.Contains(name, "@") {
			name = somebody
		}
		fmt.Fprintf(&b, "%s, %s:\n%s\n\n", m.At.In(t.c.Company.Location).Format("02.01.2006 15:04"), name, clip(m.Text, entryBytes))
	}
	return mailout.RequesterText(clip(b.String(), historyBytes)), nil
}

// tellOutside passes a requester's mail on to the group outside the company that works
// on the ticket; it sees what is public, and nothing else.
func (t *turn) tellOutside(tk *store.Ticket) error {
	g, ok := t.c.Group(tk.Group)
	if !ok || !g.External || tk.Auth != mailin.VerdictPass {
		return nil
	}
	address := mailin.FoldAddress(g.Address)
	if role, there, err := t.tx.IsParticipant(t.ctx, tk.ID, address); err != nil || !there || role != "vendor" {
		return err
	}
	_, err := t.toRequester(tk, address, letter{
		kind: mailout.Reply, purpose: token.Vendor, class: classNotice, agent: t.c.Outgoing.FromName, cause: fmt.Sprintf("outside:%d:%d", t.in.ID, tk.ID),
		files: t.filesOf(),
		fill: func(d *mailout.PublicData) {
			name := or(t.m.From.Name, inLang([2]string{"Anfragende Person", "Requester"}, tk.Language))
			d.Text, d.Files = mailout.RequesterText(name+":\n\n"+clip(or(t.m.Body(), t.m.Text), entryBytes)), t.fileList(tk.Language)
		},
	})
	return err
}

// toVendor takes the text of a mail that forwards to a third party away from the
// requester: it is meant for that address.
func (j *job) toVendor() {
	for _, c := range j.parsed.Commands {
		if c.Verb != command.Vendor || c.Address == "" {
			continue
		}
		j.vendorText = c.Text
		if j.verb == "" {
			j.vendorText, j.text, j.public = paragraphs(c.Text, j.text), "", false
		}
	}
}

// refusesVendor says why an address cannot be a third party of this ticket.
func (j *job) refusesVendor(c command.Command) (text [2]string, bad bool) {
	address := mailin.FoldAddress(c.Address)
	if address == "" {
		return text, false
	}
	if _, agent := j.c.AgentByAddress(address); agent || j.c.isOwn(address) {
		return [2]string{"das ist eine Adresse des Teams; dafür gibt es #zuweisen und #gruppe.", "that is an address of the team; #assign and #group are for that."}, true
	}
	role, there, err := j.tx.IsParticipant(j.ctx, j.tk.ID, address)
	if err == nil && there && role != "vendor" {
		return [2]string{"diese Adresse liest im Ticket schon mit; eine Antwort geht auch ohne #dritte an sie.", "this address already takes part in the ticket; a reply reaches it without #vendor."}, true
	}
	return text, false
}
