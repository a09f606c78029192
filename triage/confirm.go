package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/state"
	"firstline/triage/token"
)

// confirmAlways is the setting that has every command confirmed by mail; without it
// only those are whose effect nobody would see (product 2.3.4).
const confirmAlways = "always"

// doing is one line of a confirmation.
type doing struct {
	// about is the ticket whose confirmation takes the undo command.
	about   *store.Ticket
	command command.Command
	line    [2]string // German, English
	undo    string    // takes it back; "" = what undoes the command, " " = nothing
}

// done remembers something to confirm.
func (j *job) done(d doing) { j.doings = append(j.doings, d) }

// lang is the language of the agent.
func (j *job) lang() string { return or(j.ac.agent.Language, j.c.Company.Language) }

// dated is a line that ends with an instant in full.
func (j *job) dated(de, en string, at time.Time) [2]string {
	full := func(lang string) string {
		local := at.In(j.c.Company.Location)
		if lang == "en" {
			return fmt.Sprintf("%s, %d %s %d, %s", local.Weekday(), local.Day(), local.Month(), local.Year(), local.Format("3:04 pm"))
		}
		return mailout.FullTime(at, time.Time{}, j.c.Company.Location, "de") // seen from long ago: with its year
	}
	return [2]string{de + full("de"), en + full("en")}
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// confirm mails what was done, one mail for each ticket concerned, with the command
// that takes it back.
func (j *job) confirm() error {
	if j.c.Ticket.Confirm == confirmAlways || j.ac.corrected {
		j.confirmAll()
	}
	var order []*store.Ticket
	lines := map[int64][]doing{}
	for _, d := range j.doings {
		if lines[d.about.ID] == nil {
			order = append(order, d.about)
		}
		lines[d.about.ID] = append(lines[d.about.ID], d)
	}
	for _, tk := range order {
		_, err := j.toAgent(tk, j.ac.agent, notice{
			kind: mailout.Confirmation, purpose: token.Internal, cause: fmt.Sprintf("done:%d:%d", j.in.ID, tk.ID),
			fill: func(m *mailout.InternalData) { m.Lines, m.Undo = j.confirmation(lines[tk.ID]) },
		})
		if err != nil {
			return err
		}
	}
	j.doings = nil
	return nil
}

// confirmation writes lines and the command that undoes them; with several, each line
// has its own.
func (j *job) confirmation(list []doing) (lines []mailout.InternalText, undo string) {
	lang := j.lang()
	for _, d := range list {
		back := strings.TrimSpace(d.undo)
		if d.undo == "" {
			back = j.undoing(d.command)
		}
		line := inLang(d.line, lang)
		if len(list) > 1 && back != "" {
			line += inLang([2]string{" – rückgängig: ", " – to undo: "}, lang) + back
		}
		lines, undo = append(lines, mailout.InternalReason(line)), back
	}
	if len(list) > 1 {
		undo = ""
	}
	return lines, undo
}

// confirmAll adds every command that is not confirmed yet.
func (j *job) confirmAll() {
	for _, c := range command.Order(j.parsed.Commands) {
		if c.Verb.Phase() == command.PhaseQuery || j.confirmed(c) || slices.Contains(seenElsewhere(), c.Verb) {
			continue
		}
		text := c.Print(j.lang(), j.c.Ticket.Prefix)
		if a, ok := j.c.Agent(c.Agent); ok {
			text += " (" + a.Name + ")"
		}
		j.done(doing{about: j.tk, command: c, line: [2]string{text, text}})
	}
	if j.text != "" && j.public {
		j.done(doing{about: j.tk, line: [2]string{"Antwort gesendet", "Reply sent"}, undo: " "})
	}
}

// seenElsewhere are commands that have a line of their own, or whose effect is the text.
func seenElsewhere() []command.Verb {
	return []command.Verb{command.Merge, command.Split, command.Public, command.Quiet, command.FAQ, command.Template, command.Anyway}
}

func (j *job) confirmed(c command.Command) bool {
	for _, d := range j.doings {
		if d.command.Verb == c.Verb && d.command.Line == c.Line && d.command.Literal == c.Literal {
			return true
		}
	}
	return false
}

// undoing is the command that takes a command back; "" where nothing can: a mail that
// left has left.
func (j *job) undoing(c command.Command) string {
	was, lang := &j.before, j.lang()
	say := func(back command.Command) string { return back.Print(lang, j.c.Ticket.Prefix) }
	switch c.Verb {
	case command.Requester:
		return say(command.Command{Verb: c.Verb, Address: was.Requester})
	case command.CC:
		if back := (command.Command{Verb: c.Verb, Add: j.left, Remove: j.joined}); len(j.left)+len(j.joined) > 0 {
			return say(back)
		}
	case command.Tag:
		back := command.Command{Verb: c.Verb}
		for _, tag := range c.Remove {
			if slices.Contains(was.Tags, tag) {
				back.Add = append(back.Add, tag)
			}
		}
		for _, tag := range c.Add {
			if !slices.Contains(was.Tags, tag) {
				back.Remove = append(back.Remove, tag)
			}
		}
		if len(back.Add)+len(back.Remove) > 0 {
			return say(back)
		}
	case command.Parent, command.LinkProblem:
		back := command.Command{Verb: command.Parent, Remove: []string{""}}
		if up, err := j.tx.Ticket(j.ctx, was.ParentID); err == nil {
			back = command.Command{Verb: command.Parent, Other: command.Ref{Number: up.Number}}
		}
		return say(back)
	case command.Category:
		if was.Category != "" {
			return say(command.Command{Verb: c.Verb, Category: was.Category})
		}
	case command.Priority, command.Impact, command.Urgency:
		return say(command.Command{Verb: command.Priority, Priority: was.Priority})
	case command.Subject:
		return say(command.Command{Verb: c.Verb, Text: was.Subject})
	case command.Time:
		return say(command.Command{Verb: c.Verb, Duration: -c.Duration})
	case command.Take, command.Assign, command.Unassign:
		return j.undoingOwner(say)
	case command.Group:
		if j.tk.Level == was.Level {
			return say(command.Command{Verb: c.Verb, Group: was.Group})
		}
		return j.undoingLevel(say)
	case command.Escalate, command.Return:
		return j.undoingLevel(say)
	case command.Accept:
		return say(command.Command{Verb: command.Spam})
	}
	return j.undoingState(c.Verb, say)
}

func (j *job) undoingOwner(say func(command.Command) string) string {
	if j.before.Assignee == "" {
		return say(command.Command{Verb: command.Unassign})
	}
	return say(command.Command{Verb: command.Assign, Agent: j.before.Assignee})
}

func (j *job) undoingLevel(say func(command.Command) string) string {
	if j.before.Level == 1 {
		return say(command.Command{Verb: command.Return, Text: inLang([2]string{"zurückgenommen", "taken back"}, j.lang())})
	}
	return say(command.Command{Verb: command.Escalate, Group: j.before.Group})
}

// undoingState: #öffnen brings back what was put away, #schließen what was opened.
func (j *job) undoingState(v command.Verb, say func(command.Command) string) string {
	switch v {
	case command.Solved, command.Close, command.Spam, command.Wait, command.Test, command.Vendor, command.Snooze, command.Reject:
		return say(command.Command{Verb: command.Reopen})
	case command.Reopen:
		switch state.State(j.before.State) {
		case state.Discarded:
			return say(command.Command{Verb: command.Spam})
		case state.WaitingRequester, state.FAQAnswered:
			return say(command.Command{Verb: command.Wait})
		case state.WaitingVendor:
			return say(command.Command{Verb: command.Vendor})
		case state.Scheduled:
			return ""
		}
		return say(command.Command{Verb: command.Close})
	}
	return ""
}
