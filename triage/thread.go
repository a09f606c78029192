package triage

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstline/mailin"
	"firstline/store"
	"firstline/triage/token"
)

// maxIDs bounds the identifiers of a mail that are looked up, newest first.
const maxIDs = 50

// link says which ticket a mail continues, on what evidence, and what its sender
// is in that ticket.
type link struct {
	ticket *store.Ticket
	by     string // token, marker, reference, tag; "" = no ticket
	claim  token.Claim
	// out is the mail of ours that is answered; nil when it is not known.
	out *store.Outgoing
	// mine: the token was sent to this very sender.
	mine bool
	role string // requester, watcher, vendor of the ticket; "" = none
	// via is the merged ticket that the mail answers; ticket is what it lives on in.
	via int64
	// automatic: the mail answers an automatic mail of ours, so nothing automatic
	// may answer it (A2).
	automatic bool
}

// correlate finds the ticket a mail continues, strongest evidence first. It never
// decides about the mail; the steps behind it do.
func (t *turn) correlate() (result, error) {
	for _, find := range []func() (bool, error){t.byToken, t.byMarker, t.byReference, t.byTag} {
		found, err := find()
		if err != nil {
			return result{}, err
		}
		if found {
			break
		}
	}
	if t.link.ticket == nil {
		t.explain("thread", "", false, "no known Message-ID, no token, no tag")
		return result{}, nil
	}
	if err := t.mergeTarget(); err != nil {
		return result{}, err
	}
	role, ok, err := t.tx.IsParticipant(t.ctx, t.link.ticket.ID, t.from)
	if err != nil {
		return result{}, fmt.Errorf("look for participant of ticket %d: %w", t.link.ticket.ID, err)
	}
	if ok {
		t.link.role = role
	}
	t.explain("thread", t.link.by, true, "continues "+t.tag(t.link.ticket))
	return result{}, nil
}

// answered lists the identifiers a mail answers, newest first, each once.
func answered(m *mailin.Message) []string {
	var ids []string
	add := func(id string) {
		if id != "" && len(ids) < maxIDs && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range m.InReplyTo {
		add(id)
	}
	for _, id := range slices.Backward(m.References) {
		add(id)
	}
	return ids
}

// byToken looks for a Message-ID that we signed, in what the mail answers, in the
// plus addresses it was sent to and in the subject a mailto link wrote.
func (t *turn) byToken() (bool, error) {
	ids := answered(t.m)
	if t.m.DSN != nil {
		ids = append([]string{t.m.DSN.OriginalMessageID}, ids...)
	}
	for _, id := range ids {
		if found, err := t.signed(id); found || err != nil {
			return found, err
		}
	}
	for _, a := range slices.Concat(t.m.To, t.m.Cc) {
		claim, err := t.keys().VerifyAddress(a.Address, t.from)
		if err != nil {
			continue
		}
		claim.Unique = token.Thread // the address stands for all such mails of the ticket
		revoked, err := t.revoked(claim)
		if err != nil {
			return false, err
		}
		if !revoked {
			t.link.mine = true
			return t.claimed(claim, nil)
		}
	}
	for _, id := range token.FindIDs(t.m.Subject) {
		if found, err := t.signed(id); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// signed follows one identifier when a key of ours confirms it for its recipient
// and it was not revoked. The sender's own token counts before somebody else's.
func (t *turn) signed(id string) (bool, error) {
	if _, ok := token.ParseShape(id); !ok {
		return t.renamed(id)
	}
	claim, err := t.keys().Verify(id, t.from)
	mine := err == nil
	out, found, err := t.outgoing(id, claim, mine)
	if err != nil {
		return false, err
	}
	claim.Domain = or(claim.Domain, t.ownDomain(""))
	if !mine {
		if !found {
			return false, nil
		}
		if claim, err = t.keys().Verify(id, out.Recipient); err != nil {
			return false, nil
		}
	}
	if revoked, err := t.revoked(claim); err != nil || revoked {
		return false, err
	}
	t.link.mine = mine
	if !found {
		return t.claimed(claim, nil)
	}
	return t.claimed(claim, &out)
}

// revoked reports whether a proven token was revoked. What its id says behind the @
// is no part of the proof and does not matter here either.
func (t *turn) revoked(claim token.Claim) (bool, error) {
	revoked, err := t.tx.IsRevoked(t.ctx, token.Local(t.keys().Canonical(claim)))
	if err != nil {
		return false, fmt.Errorf("look for revoked token: %w", err)
	}
	if revoked {
		t.explain("thread", "token", false, "the token was revoked")
	}
	return revoked, nil
}

// renamed follows the identifier that the submission server gave a mail of ours in
// place of the signed one, as it told us then: as good as ours, because nobody else
// was told but the recipient.
func (t *turn) renamed(id string) (bool, error) {
	out, found, err := t.sentAs(id)
	if err != nil || !found {
		return false, err
	}
	claim, err := t.keys().Verify(out.MessageID, out.Recipient)
	if err != nil {
		return false, nil // its key was retired
	}
	if revoked, err := t.revoked(claim); err != nil || revoked {
		return false, err
	}
	t.link.mine = out.Recipient == t.from
	return t.claimed(claim, &out)
}

// outgoing finds the row of a mail of ours by its identifier as we wrote it.
func (t *turn) outgoing(id string, claim token.Claim, proved bool) (store.Outgoing, bool, error) {
	ids := []string{id}
	if proved && claim.Domain != "" {
		ids = append(ids, t.keys().Canonical(claim))
	} else if proved { // a button's subject holds no domain: it is that of some mailbox
		for _, m := range t.c.Mailboxes {
			claim.Domain = mailin.Domain(mailin.FoldAddress(m.Address))
			ids = append(ids, t.keys().Canonical(claim))
		}
	}
	for _, id := range ids {
		out, err := t.tx.OutboxByMessageID(t.ctx, id)
		switch {
		case err == nil:
			return out, true, nil
		case !errors.Is(err, store.ErrNotFound):
			return store.Outgoing{}, false, fmt.Errorf("look for our mail: %w", err)
		}
	}
	return store.Outgoing{}, false, nil
}

// claimed loads the ticket of a proven claim.
func (t *turn) claimed(claim token.Claim, out *store.Outgoing) (bool, error) {
	if claim.Purpose.Automatic() {
		t.link.automatic = true
	}
	var tk store.Ticket
	var err error
	switch {
	case out != nil && out.TicketID != 0:
		tk, err = t.tx.Ticket(t.ctx, out.TicketID)
	case claim.Ticket.Number > 0:
		tk, err = t.tx.TicketByNumber(t.ctx, claim.Ticket.Number)
	case claim.Ticket.Held > 0:
		tk, err = t.tx.Ticket(t.ctx, claim.Ticket.Held)
	default:
		// About no single ticket: a list, a report, a question about a held mail.
		t.link.claim, t.link.out = claim, out
		return true, nil
	}
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read ticket of %s: %w", claim.Ticket, err)
	}
	t.link.ticket, t.link.by, t.link.claim, t.link.out = &tk, "token", claim, out
	return true, nil
}

// byMarker uses the last line of our mails, which survives lost headers in quoted
// text. It is a hint: only a participant's or agent's own marker counts.
func (t *turn) byMarker() (bool, error) {
	for _, marker := range token.FindMarkers(t.m.Text, t.c.Ticket.Prefix) {
		if marker.Ticket.Number == 0 || !t.keys().VerifyMarker(marker, t.from) {
			continue
		}
		tk, err := t.tx.TicketByNumber(t.ctx, marker.Ticket.Number)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read ticket of marker %s: %w", marker, err)
		}
		t.link.ticket, t.link.by, t.link.automatic = &tk, "marker", true
		return true, nil
	}
	return false, nil
}

// byReference follows mails of other people that we stored, or whose answers we
// stored: a colleague answers the requester's mail, the requester answers himself,
// or both answer a mail that never reached us (zammad#5716). It joins authenticated
// participants of the ticket only; foreign references alone join nobody (S8).
func (t *turn) byReference() (bool, error) {
	ids := answered(t.m)
	if len(ids) == 0 || t.m.Auth.Verdict != mailin.VerdictPass {
		return false, nil
	}
	rows, err := t.tx.MessagesByRFCIDs(t.ctx, ids)
	if err != nil {
		return false, fmt.Errorf("look for referenced mails: %w", err)
	}
	kin, err := t.tx.MessagesByRoots(t.ctx, ids)
	if err != nil {
		return false, fmt.Errorf("look for mails with a common ancestor: %w", err)
	}
	for _, row := range slices.Concat(rows, kin) {
		if found, err := t.participantOf(row.TicketID, "reference"); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// rootOf is the oldest foreign mail that a mail belongs to, as far as it says: its
// first reference, or what the author's server renamed.
func rootOf(m *mailin.Message) string {
	for _, id := range slices.Concat(m.References, m.InReplyTo, []string{m.OriginalID}) {
		_, ours := token.ParseShape(id)
		_, root := token.ParseRoot(id)
		if id != "" && !ours && !root {
			return id
		}
	}
	return ""
}

// byTag uses the subject tag, for authenticated participants only: a number is no
// secret (zammad#5064).
func (t *turn) byTag() (bool, error) {
	if t.m.Auth.Verdict != mailin.VerdictPass {
		return false, nil
	}
	for _, n := range token.FindTags(t.m.Subject, t.c.Ticket.Prefix) {
		tk, err := t.tx.TicketByNumber(t.ctx, n)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("read ticket %d: %w", n, err)
		}
		if found, err := t.participantOf(tk.ID, "tag"); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// participantOf links the mail to a ticket when the sender takes part in it or is
// an agent.
func (t *turn) participantOf(ticketID int64, by string) (bool, error) {
	_, ok, err := t.tx.IsParticipant(t.ctx, ticketID, t.from)
	if err != nil {
		return false, fmt.Errorf("look for participant of ticket %d: %w", ticketID, err)
	}
	if _, agent := t.c.AgentByAddress(t.from); !ok && !agent {
		return false, nil
	}
	tk, err := t.tx.Ticket(t.ctx, ticketID)
	if err != nil {
		return false, fmt.Errorf("read ticket %d: %w", ticketID, err)
	}
	t.link.ticket, t.link.by = &tk, by
	return true, nil
}

// mergeTarget follows merged tickets to the one that lives.
func (t *turn) mergeTarget() error {
	for hops := 0; t.link.ticket.State == "merged" && hops < 20; hops++ {
		tk, err := t.tx.Ticket(t.ctx, t.link.ticket.MergedInto)
		if err != nil {
			return fmt.Errorf("read ticket that %d was merged into: %w", t.link.ticket.ID, err)
		}
		t.link.via = or(t.link.via, t.link.ticket.ID)
		t.link.ticket = &tk
	}
	return nil
}

// name is the ticket as tokens name it.
func (t *turn) name(tk *store.Ticket) token.Ticket {
	if tk == nil {
		return token.Ticket{Prefix: t.c.Ticket.Prefix}
	}
	return token.Ticket{Prefix: t.c.Ticket.Prefix, Number: tk.Number, Held: tk.ID}
}

// tag is the ticket as people read it: IT-10423, or H-7 while it is held.
func (t *turn) tag(tk *store.Ticket) string { return t.name(tk).String() }

// keys are the signing keys in force.
func (t *turn) keys() token.Keys { return *t.desk.keys.Load() }

// ownDomain is the right side of our Message-IDs: the domain of the support address.
func (t *turn) ownDomain(mailbox string) string {
	_, domain, _ := strings.Cut(mailin.FoldAddress(t.c.mailbox(mailbox).Address), "@")
	return domain
}
