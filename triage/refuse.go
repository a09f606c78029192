package triage

import (
	"slices"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/triage/command"
	"firstline/triage/state"
	"firstline/triage/token"
)

// stateEvents are the commands that the table of states decides about.
func stateEvents() map[command.Verb]state.Event {
	return map[command.Verb]state.Event{
		command.Solved: state.Resolve, command.Wait: state.Wait, command.Test: state.Wait, command.Vendor: state.AskVendor,
		command.Snooze: state.Snooze, command.Reopen: state.Reopen, command.Close: state.Close, command.Spam: state.Spam,
		command.Merge: state.Merge, command.Accept: state.Accept, command.Reject: state.Reject, command.Return: state.ToFirstLevel,
		command.Escalate: state.ToSecondLevel,
	}
}

// refusedCommands are the commands that cannot be carried out on this ticket now,
// found before anything is changed: all or nothing.
func (j *job) refusedCommands() []mailout.Problem {
	var list []mailout.Problem
	lang := or(j.ac.agent.Language, j.c.Company.Language)
	add := func(line int, source string, text [2]string) {
		list = append(list, mailout.Problem{Line: line, Source: source, Text: strings.ReplaceAll(inLang(text, lang), "%s", mailout.StateLabel(j.tk.State, lang))})
	}
	for _, c := range j.parsed.Commands {
		if text, bad := j.refuses(c); bad {
			add(c.Line, c.Literal, text)
		}
	}
	if len(list) > 0 {
		return list
	}
	if j.public && state.Otherwise(state.State(j.tk.State), state.PublicReply) == state.Refused && !j.reachable(state.PublicReply) {
		add(1, firstLine(j.text), [2]string{
			"keine Antwort möglich, die Anfrage ist „%s“. Erst #annehmen oder #ablehnen.", "no reply possible, the request is “%s”. First #accept or #reject."})
	}
	if j.ac.claim.Purpose == token.Problem && len(j.parsed.Commands) == 0 && j.text != "" && !j.ac.confirmed && state.State(j.tk.State) != state.Held {
		add(1, firstLine(j.text), [2]string{
			"antwortet auf eine Fehlermeldung. Nur ok führt aus; an die Anfragenden geht der Text mit #antwort in der ersten Zeile.",
			"answers an error mail. Only ok runs it; with #reply in the first line the text goes to the requester."})
	}
	return list
}

// refusedTogether says which merges of a mail go into a ticket that another command of
// it merges away: nothing must end in a ticket that is none any more, or in itself.
func (j *job) refusedTogether(jobs []*job) []mailout.Problem {
	var list []mailout.Problem
	for _, c := range j.parsed.Commands {
		target, err := j.ticketOf(c.Other)
		if c.Verb != command.Merge || err != nil || !slices.ContainsFunc(jobs, func(o *job) bool {
			return o != j && o.tk.ID == target.ID && o.parsed.Has(command.Merge)
		}) {
			continue
		}
		list = append(list, mailout.Problem{Line: c.Line, Source: c.Literal, Text: inLang([2]string{
			"dieselbe Mail legt auch " + j.tag(&target) + " mit einem Ticket zusammen. Bitte nacheinander.",
			"the same mail merges " + j.tag(&target) + " into another ticket as well. Please one after the other."}, j.lang())})
	}
	return list
}

// refusesSplit says why there is nothing to split off, or no merge to undo.
func (j *job) refusesSplit(c command.Command) (text [2]string, bad bool) {
	if c.Text != "" {
		if _, ok, err := j.aboutMessage(); err != nil || !ok || state.State(j.tk.State) == state.Held {
			return [2]string{"hier gibt es keine Mail, aus der ein Ticket werden könnte.", "there is no mail here to make a ticket from."}, true
		}
		return text, false
	}
	if _, ok, err := j.mergedIn(c); err != nil || !ok {
		return [2]string{
			"in den letzten 7 Tagen wurde hier nichts zusammengelegt. Für ein neues Ticket: #teilen: Betreff",
			"nothing was merged here in the last 7 days. For a new ticket: #split: subject"}, true
	}
	return text, false
}

// reachable reports whether the table has a row for an event in the present state.
func (j *job) reachable(ev state.Event) bool {
	_, _, ok := state.Next(state.State(j.tk.State), ev, checked(j.tk))
	return ok
}

// refuses says why one command cannot be carried out.
func (j *job) refuses(c command.Command) (text [2]string, bad bool) {
	notNow := [2]string{"nicht möglich, die Anfrage ist „%s“.", "not possible, the request is “%s”."}
	held := state.State(j.tk.State) == state.Held
	switch c.Verb {
	case command.Split:
		return j.refusesSplit(c)
	case command.Remote:
		if held || len(j.c.Remote) == 0 {
			return [2]string{"dafür fehlt der Einladungstext: templates.remote in der Konfiguration.", "the invitation is missing: templates.remote in the configuration."}, true
		}
	case command.Merge:
		if text, bad := j.refusesMerge(c); bad {
			return text, bad
		}
	case command.Parent, command.LinkProblem:
		if other, err := j.ticketOf(c.Other); err == nil {
			return j.refusesParent(other)
		}
	case command.Vendor:
		if text, bad := j.refusesVendor(c); bad {
			return text, bad
		}
	case command.Manager:
		if _, ok := j.c.lead(j.tk.Group); !ok || held {
			return [2]string{"für diese Gruppe ist keine Leitung eingetragen.", "no lead is named for this group."}, true
		}
	case command.Group:
		if g, _ := j.c.Group(c.Group); held {
			return notNow, true
		} else if g.Level < j.tk.Level {
			return [2]string{"zurück an den First-Level geht mit #l1 und dem, was zu wissen ist.", "back to first level goes with #l1 and what there is to know."}, true
		}
	case command.Escalate:
		g, ok := j.c.Group(or(c.Group, j.c.secondLevelFor(j.tk.Category)))
		if !ok || g.Level != 2 {
			return [2]string{"es gibt keine solche Gruppe im Second-Level.", "there is no such group in the second level."}, true
		}
		if j.tk.Level == 2 && state.State(j.tk.State).Active() {
			return text, false // to another group of the second level
		}
	case command.CC:
		if slices.ContainsFunc(c.Remove, func(a string) bool { return mailin.FoldAddress(a) == j.tk.Requester }) {
			return [2]string{"das ist die anfragende Person; #für ändert sie.", "that is the requester; #for changes it."}, true
		}
	case command.Requester, command.Category, command.Priority, command.Impact, command.Urgency, command.Subject,
		command.Unassign, command.Call:
		if held {
			return notNow, true
		}
	case command.Take, command.Assign: // nobody works on what is closed
		if !j.reachable(state.Assign) && state.Otherwise(state.State(j.tk.State), state.Assign) == state.Refused {
			return notNow, true
		}
	}
	if ev, ok := stateEvents()[c.Verb]; ok && !j.reachable(ev) {
		return notNow, true
	}
	return text, false
}
