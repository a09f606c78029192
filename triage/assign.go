package triage

import (
	"errors"
	"fmt"
	"sort"
	"strconv"

	"firstline/store"
	"firstline/triage/state"
)

// assign chooses the agent of a new ticket: the one a rule names, or by the
// group's way of sharing work. "" leaves it to the whole group.
func (t *turn) assign(group, rule string) (string, error) {
	how := rule
	switch rule {
	case "":
		g, _ := t.c.Group(group)
		how = g.Assign
	case "round_robin", "least_open":
	default:
		return t.c.present(rule, t.now), nil
	}
	there := t.c.presentMembers(group, t.now)
	if how == "" || len(there) == 0 {
		return "", nil
	}
	ids := make([]string, len(there))
	for i, a := range there {
		ids[i] = a.ID
	}
	if how == "round_robin" {
		return t.roundRobin(group, ids)
	}
	open, err := t.tx.OpenCountByAssignee(t.ctx, ids)
	if err != nil {
		return "", fmt.Errorf("count open tickets of agents: %w", err)
	}
	sort.SliceStable(ids, func(i, j int) bool { return open[ids[i]] < open[ids[j]] })
	return ids[0], nil
}

// roundRobin gives each present member the next ticket in turn.
func (t *turn) roundRobin(group string, ids []string) (string, error) {
	key := "round_robin:" + group
	last, err := t.tx.Meta(t.ctx, key) // not found: nobody had a turn
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("read turn of group %s: %w", group, err)
	}
	next := ids[0]
	for i, id := range ids {
		if id == last {
			next = ids[(i+1)%len(ids)]
		}
	}
	if err := t.tx.SetMeta(t.ctx, key, next); err != nil {
		return "", fmt.Errorf("keep turn of group %s: %w", group, err)
	}
	return next, nil
}

// setAssignee changes whose ticket it is.
func (t *turn) setAssignee(tk *store.Ticket, agent, actor, why string) error {
	if tk.Assignee == agent {
		return nil
	}
	old := tk.Assignee
	tk.Assignee = agent
	if err := t.save(tk); err != nil {
		return err
	}
	return t.event(tk, actor, "assigned", old, agent, why)
}

// setGroup changes the support group and the level of a ticket.
func (t *turn) setGroup(tk *store.Ticket, level int, group, actor, why string) error {
	oldLevel, oldGroup := tk.Level, tk.Group
	tk.Level, tk.Group = level, group
	if err := t.save(tk); err != nil {
		return err
	}
	if oldGroup != group {
		if err := t.event(tk, actor, "group", oldGroup, group, why); err != nil {
			return err
		}
	}
	if oldLevel == level {
		return nil
	}
	return t.event(tk, actor, "level", strconv.Itoa(oldLevel), strconv.Itoa(level), why)
}

// move changes the state of a ticket as the state machine allows. An event that
// has no row there leaves the state alone; it is noted, never an error.
func (t *turn) move(tk *store.Ticket, ev state.Event, actor, why string) error {
	to, row, ok := state.Next(state.State(tk.State), ev, checked(tk))
	if !ok {
		return t.event(tk, actor, "no_transition", tk.State, string(ev), why)
	}
	old := tk.State
	tk.State = string(to)
	if err := t.save(tk); err != nil {
		return err
	}
	if old == tk.State {
		return nil
	}
	if store.IsFinal(tk.State) {
		if err := t.tx.DropTimers(t.ctx, tk.ID, timerAsk, timerDeflect, timerRemind, timerResolve, timerClose, timerWake, timerDiscard, timerIncident); err != nil {
			return fmt.Errorf("drop timers of ticket %d: %w", tk.ID, err)
		}
	}
	if isSolved(tk.State) && !isSolved(old) {
		if err := t.learnTopic(tk); err != nil {
			return err
		}
	}
	return t.event(tk, actor, "state", old, tk.State, fmt.Sprintf("%s (transition %d)", why, row))
}

// save writes the changed columns of a ticket.
func (t *turn) save(tk *store.Ticket) error {
	if err := t.tx.SaveTicket(t.ctx, tk); err != nil {
		return fmt.Errorf("save ticket %d: %w", tk.ID, err)
	}
	return nil
}

// checked are the guards of the table, as the code in front of move has found
// them: whoever is moved to here has proven himself, is in the thread, and so on.
func checked(tk *store.Ticket) state.Guards {
	return state.Guards{
		Allowed: true, FAQSure: true, Proven: true, InThread: true, Future: true, Level: tk.Level, Text: true, WithinReopen: true, Mergeable: true,
	}
}
