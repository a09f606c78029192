package triage

import (
	"fmt"
	"slices"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// childrenMost is how many tickets under one main ticket are looked at.
const childrenMost = 1000

// children are the tickets under a main ticket or problem, also those that came with
// what was merged into it, the oldest first.
func (t *turn) children(tk *store.Ticket) ([]store.Ticket, error) {
	list, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: tk.ID, Limit: childrenMost})
	if err != nil {
		return nil, fmt.Errorf("list tickets under ticket %d: %w", tk.ID, err)
	}
	merged, err := t.tx.ListTickets(t.ctx, store.TicketFilter{Into: tk.ID, Limit: childrenMost})
	if err != nil {
		return nil, fmt.Errorf("list tickets merged into ticket %d: %w", tk.ID, err)
	}
	for _, m := range merged {
		more, err := t.tx.ListTickets(t.ctx, store.TicketFilter{ParentID: m.ID, Limit: childrenMost})
		if err != nil {
			return nil, fmt.Errorf("list tickets under ticket %d: %w", m.ID, err)
		}
		list = append(list, more...)
	}
	slices.SortFunc(list, func(a, b store.Ticket) int { return int(a.ID - b.ID) })
	return list, nil
}

// clearChildren tells everybody whose ticket hangs on the one that is solved, each
// person once, and resolves what is still open: an answer opens it again.
func (j *job) clearChildren() error {
	children, err := j.children(j.tk)
	if err != nil || len(children) == 0 {
		return err
	}
	text := ""
	if j.public {
		text = withoutSalutation(j.text)
	}
	told := []string{j.tk.Requester} // reads of it in the answer itself
	for i := range children {
		child := &children[i]
		if s := state.State(child.State); s == state.Merged || s == state.Discarded || s == state.Held || child.ID == j.tk.ID {
			continue
		}
		if state.State(child.State).Active() {
			why := "the main ticket " + j.tag(j.tk) + " is solved"
			if err := j.resolve(child, state.Resolve, sla.EventResolved, j.actor(), why); err != nil {
				return err
			}
		}
		if slices.Contains(told, child.Requester) {
			continue
		}
		told = append(told, child.Requester)
		if err := j.tellCleared(child, text); err != nil {
			return err
		}
	}
	return nil
}

// tellCleared is the solved mail of a ticket that hung on another. An agent solved it,
// so it is outside of the caps of automatic mail, as every solved mail is.
func (j *job) tellCleared(child *store.Ticket, text string) error {
	if child.Auth == mailin.VerdictFail {
		return j.event(child, "system", "not_sent", "", string(mailout.FaultCleared), "sender not verified")
	}
	_, err := j.toRequester(child, child.Requester, letter{
		kind: mailout.FaultCleared, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("cleared:%d:%d:%d", child.ID, j.tk.ID, j.tk.Reopens),
		fill: func(d *mailout.PublicData) { d.Into, d.Text = j.tag(j.tk), mailout.AgentReply(text) },
	})
	return err
}

// withoutSalutation takes "Hallo Frau Berger," off a text that more people will read.
func withoutSalutation(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(first)), " ")
	switch strings.Trim(word, ",!") {
	case "hallo", "hi", "guten", "sehr", "liebe", "lieber", "servus", "moin", "hello", "dear", "good":
		if rest != "" && len(first) <= 80 {
			return strings.TrimSpace(rest)
		}
	}
	return text
}

// refusesParent says why a ticket cannot hang under another: nothing is its own
// ancestor.
func (j *job) refusesParent(other store.Ticket) (text [2]string, bad bool) {
	for hops := 0; hops < 50; hops++ {
		if other.ID == j.tk.ID {
			return [2]string{"dieses Ticket hängt selbst unter dem beantworteten.", "that ticket hangs under the answered one itself."}, true
		}
		if other.ParentID == 0 {
			return text, false
		}
		up, err := j.tx.Ticket(j.ctx, other.ParentID)
		if err != nil {
			return text, false
		}
		other = up
	}
	return text, false
}
