package triage

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// unmergeFor is how long #teilen may undo a merge.
const unmergeFor = 7 * day

// undoMerge is what the undoing of a merge has to know; it is kept with the event.
type undoMerge struct {
	State    string      `json:"state"`
	Resolved time.Time   `json:"resolved,omitzero"`
	Closed   time.Time   `json:"closed,omitzero"`
	Timers   []laidTimer `json:"timers,omitempty"`
	// People are who came to the target with it, each by the digest that names no
	// address: the history outlives what is known of a person.
	People []string `json:"people,omitempty"`
}

type laidTimer struct {
	Name string    `json:"name"`
	Due  time.Time `json:"due"`
}

// merge moves this ticket into another: its messages appear there, mails to it go
// there, and its requester becomes a watcher (product 2.3.8).
func (j *job) merge(c command.Command) error {
	target, err := j.ticketOf(c.Other)
	if err != nil {
		return fmt.Errorf("read ticket %s: %w", c.Other, err)
	}
	if err := j.numbered(); err != nil {
		return err
	}
	undo := undoMerge{State: j.tk.State, Resolved: j.tk.ResolvedAt, Closed: j.tk.ClosedAt}
	if undo.Timers, err = j.ownTimers(j.tk); err != nil {
		return err
	}
	if j.before.State != string(state.Held) { // a stranger joins by an agent's #cc alone
		if undo.People, err = j.mergePeople(&target); err != nil {
			return err
		}
	}
	if err := j.keepUndo(undo, j.tag(&target)); err != nil {
		return err
	}
	j.tk.MergedInto, j.tk.ClosedAt = target.ID, j.now
	if err := j.move(j.tk, state.Merge, j.actor(), "merged into "+j.tag(&target)); err != nil {
		return err
	}
	if err := j.clocks(j.tk, sla.EventMerged); err != nil {
		return err
	}
	if err := j.event(&target, j.actor(), "merged_in", "", j.tag(j.tk), ""); err != nil {
		return err
	}
	if err := j.tx.MoveMessages(j.ctx, j.tk.ID, target.ID); err != nil {
		return fmt.Errorf("move messages: %w", err)
	}
	if err := j.tellMerged(&target); err != nil || j.tk.Requester == target.Requester || j.before.State == string(state.Held) { // a held sender was never told of a ticket
		return err
	}
	into := j.tag(&target)
	_, err = j.automatic(j.tk, letter{
		kind: mailout.Merged, purpose: token.Reminder, class: classAutomatic, cause: fmt.Sprintf("merged:%d:%d", j.tk.ID, target.ID),
		fill: func(d *mailout.PublicData) { d.Into = into },
	})
	return err
}

// numbered gives a held mail that is filed under a ticket the number it needs to be
// named by.
func (j *job) numbered() (err error) {
	if j.tk.Number != 0 {
		return nil
	}
	if j.tk.Number, err = j.tx.NextNumber(j.ctx, or(j.c.Ticket.FirstNumber, 10001)); err != nil {
		return fmt.Errorf("number ticket: %w", err)
	}
	err = j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: j.tk.Requester, Name: j.tk.RequesterName, Role: "requester"})
	if err != nil {
		return fmt.Errorf("add requester: %w", err)
	}
	return nil
}

// ownTimers are the timers of a ticket that belong to no clock and still wait.
func (t *turn) ownTimers(tk *store.Ticket) ([]laidTimer, error) {
	rows, err := t.tx.Timers(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read timers of ticket %d: %w", tk.ID, err)
	}
	var list []laidTimer
	for _, r := range rows {
		if r.FiredAt.IsZero() && isOwnTimer(r.Name) {
			list = append(list, laidTimer{r.Name, r.DueAt})
		}
	}
	return list, nil
}

// keepUndo writes into the history what undoing this merge needs.
func (j *job) keepUndo(undo undoMerge, into string) error {
	data, err := json.Marshal(undo)
	if err != nil {
		return fmt.Errorf("keep what undoes the merge: %w", err)
	}
	err = j.tx.InsertEvent(j.ctx, store.Event{
		TicketID: j.tk.ID, InboxID: j.in.ID, At: j.now, Actor: j.actor(), Kind: "merged", New: into, Data: string(data),
	})
	if err != nil {
		return fmt.Errorf("record merge: %w", err)
	}
	return nil
}

// mergePeople takes requester and watchers along as watchers, third parties as what
// they are, and returns who is new there.
func (j *job) mergePeople(target *store.Ticket) (came []string, err error) {
	people, err := j.tx.Participants(j.ctx, j.tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read participants: %w", err)
	}
	for _, p := range people {
		_, there, err := j.tx.IsParticipant(j.ctx, target.ID, p.Address)
		if err != nil {
			return nil, fmt.Errorf("look for participant: %w", err)
		}
		if there {
			continue
		}
		role := "watcher"
		if p.Role == "vendor" {
			role = p.Role
		}
		if err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: target.ID, Address: p.Address, Name: p.Name, Role: role}); err != nil {
			return nil, fmt.Errorf("add watcher: %w", err)
		}
		came = append(came, short(p.Address))
	}
	return came, nil
}

// tellMerged tells who works on either ticket, once each, and confirms it to the
// writer with the command that undoes it.
func (j *job) tellMerged(target *store.Ticket) error {
	line := [2]string{
		j.tag(j.tk) + " „" + j.tk.Subject + "“ gehört jetzt zu " + j.tag(target), j.tag(j.tk) + " “" + j.tk.Subject + "” is now part of " + j.tag(target),
	}
	told := []string{j.ac.agent.ID}
	people := j.owners(target)
	if a, ok := j.c.Agent(j.tk.Assignee); ok {
		people = append(people, a)
	}
	for _, a := range people {
		if slices.Contains(told, a.ID) {
			continue
		}
		told = append(told, a.ID)
		_, err := j.toAgent(target, a, notice{
			kind: mailout.NoticeNote, purpose: token.Internal, cause: fmt.Sprintf("merge:%d:%d:%s", j.in.ID, j.tk.ID, a.ID),
			fill: func(d *mailout.InternalData) {
				d.Author, d.At, d.Text = j.ac.agent.Name, j.now, mailout.InternalReason(inLang(line, d.Lang))
			},
		})
		if err != nil {
			return err
		}
	}
	j.done(doing{about: target, line: line, undo: "#" + command.Split.Word(j.lang()) + " " + j.tag(j.tk)})
	return nil
}

// mergedIn finds the ticket whose merge into this one #teilen undoes: the named one,
// else the last. ok is false when there is none, or it is too long ago.
func (j *job) mergedIn(c command.Command) (tk store.Ticket, ok bool, err error) {
	rows, err := j.tx.ListTickets(j.ctx, store.TicketFilter{Into: j.tk.ID})
	if err != nil {
		return tk, false, fmt.Errorf("list merged tickets: %w", err)
	}
	for _, r := range rows {
		named := c.Other == (command.Ref{}) || c.Other.Number == r.Number
		if named && r.State == string(state.Merged) && j.now.Sub(r.ClosedAt) <= unmergeFor && r.ClosedAt.After(tk.ClosedAt) {
			tk, ok = r, true
		}
	}
	return tk, ok, nil
}

// unmerge gives a merged ticket its life back: messages, people, state, clocks and
// timers are its own again.
func (j *job) unmerge(c command.Command) error {
	tk, ok, err := j.mergedIn(c)
	if err != nil || !ok {
		return err
	}
	undo, err := j.undoOf(&tk)
	if err != nil {
		return err
	}
	tk.State, tk.MergedInto, tk.ResolvedAt, tk.ClosedAt = undo.State, 0, undo.Resolved, undo.Closed
	if err := j.save(&tk); err != nil {
		return err
	}
	if err := j.event(&tk, j.actor(), "state", string(state.Merged), tk.State, "the merge into "+j.tag(j.tk)+" was undone"); err != nil {
		return err
	}
	if err := j.event(j.tk, j.actor(), "unmerged", j.tag(&tk), "", ""); err != nil {
		return err
	}
	if err := j.tx.ReturnMessages(j.ctx, j.tk.ID, tk.ID); err != nil {
		return fmt.Errorf("return messages: %w", err)
	}
	if err := j.takeBack(&tk, undo.People); err != nil {
		return err
	}
	if err := j.revive(&tk, undo); err != nil {
		return err
	}
	return j.tellUnmerged(&tk)
}

// takeBack removes from this ticket the people who came with the merged one.
func (j *job) takeBack(tk *store.Ticket, came []string) error {
	people, err := j.tx.Participants(j.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read participants: %w", err)
	}
	for _, p := range people {
		if !slices.Contains(came, short(p.Address)) || p.Address == j.tk.Requester { // #für gave it to him
			continue
		}
		if err := j.tx.RemoveParticipant(j.ctx, j.tk.ID, p.Address); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("remove watcher: %w", err)
		}
	}
	return nil
}

// undoOf reads what the newest merge of a ticket kept.
func (j *job) undoOf(tk *store.Ticket) (undo undoMerge, err error) {
	events, err := j.tx.Events(j.ctx, tk.ID)
	if err != nil {
		return undo, fmt.Errorf("read history of ticket %d: %w", tk.ID, err)
	}
	undo.State = string(state.Open)
	for _, e := range slices.Backward(events) {
		if e.Kind != "merged" {
			continue
		}
		if err := json.Unmarshal([]byte(e.Data), &undo); err != nil {
			return undo, fmt.Errorf("read how ticket %d was merged: %w", tk.ID, err)
		}
		break
	}
	return undo, nil
}

// revive lets clocks and timers of a ticket go on. The time it was merged counts for
// nothing; what fell due meanwhile is due now.
func (j *job) revive(tk *store.Ticket, undo undoMerge) error {
	if state.State(tk.State).Active() {
		if err := j.clocks(tk, sla.EventRestored); err != nil {
			return err
		}
	}
	for _, l := range undo.Timers {
		cycle, err := j.nextCycle(tk, l.Name)
		if err != nil {
			return err
		}
		if err := j.tx.SetTimer(j.ctx, tk.ID, l.Name, cycle, later(l.Due, j.now)); err != nil {
			return fmt.Errorf("set timer %s: %w", l.Name, err)
		}
	}
	return nil
}

// tellUnmerged tells who works on the ticket that lives again.
func (j *job) tellUnmerged(tk *store.Ticket) error {
	j.done(doing{about: tk, line: [2]string{
		j.tag(tk) + " „" + tk.Subject + "“ ist wieder ein eigenes Ticket", j.tag(tk) + " “" + tk.Subject + "” is a ticket of its own again",
	}, undo: "#" + command.Merge.Word(j.lang()) + " " + j.tag(j.tk)})
	if !state.State(tk.State).Active() {
		return nil
	}
	return j.tellOwner(tk, notice{
		kind: mailout.NoticeReopened, purpose: token.Notification, cause: fmt.Sprintf("unmerge:%d:%d", j.in.ID, tk.ID),
		fill: func(d *mailout.InternalData) { d.At, d.Text = j.now, j.firstText(tk) },
	}, mailin.FoldAddress(j.ac.agent.Address))
}

// refusesMerge says why a ticket cannot become part of another.
func (j *job) refusesMerge(c command.Command) (text [2]string, bad bool) {
	target, err := j.ticketOf(c.Other)
	switch {
	case err != nil || target.ID == j.tk.ID:
		return [2]string{"das ist dieses Ticket selbst.", "that is this very ticket."}, true
	case target.State == string(state.Merged):
		into, err := j.tx.Ticket(j.ctx, target.MergedInto)
		if err != nil {
			return [2]string{"dieses Ticket ist selbst zusammengelegt.", "that ticket is merged itself."}, true
		}
		return [2]string{
			"dieses Ticket gehört selbst zu " + j.tag(&into) + ". Meinten Sie #zusammen " + j.tag(&into) + "?",
			"that ticket is part of " + j.tag(&into) + " itself. Did you mean #merge " + j.tag(&into) + "?"}, true
	case target.State == string(state.Held), target.State == string(state.Discarded):
		return [2]string{"das genannte Ticket ist zurückgehalten oder verworfen.", "the ticket named is held or discarded."}, true
	}
	return text, false
}
