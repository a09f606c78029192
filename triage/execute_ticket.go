package triage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// setRequester changes whom the ticket is for.
func (j *job) setRequester(c command.Command) error {
	address := mailin.FoldAddress(c.Address)
	old := j.tk.Requester
	if err := j.tx.RemoveParticipant(j.ctx, j.tk.ID, old); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("change requester: %w", err)
	}
	if err := j.tx.RemoveParticipant(j.ctx, j.tk.ID, address); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("change requester: %w", err)
	}
	err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: address, Name: c.Name, Role: "requester"})
	if err != nil {
		return fmt.Errorf("change requester: %w", err)
	}
	j.tk.Requester, j.tk.RequesterName = address, or(j.c.person(address).Name, c.Name)
	return j.event(j.tk, j.actor(), "requester", mailout.MaskAddress(old), mailout.MaskAddress(address), "")
}

// setWatchers adds and removes people who read public mail.
func (j *job) setWatchers(c command.Command) error {
	for _, a := range c.Add {
		address := mailin.FoldAddress(a)
		_, there, err := j.tx.IsParticipant(j.ctx, j.tk.ID, address)
		if err == nil && !there {
			j.joined = append(j.joined, address)
			err = j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: address, Name: j.c.person(address).Name, Role: "watcher"})
		}
		if err != nil {
			return fmt.Errorf("add watcher: %w", err)
		}
	}
	for _, a := range c.Remove {
		address := mailin.FoldAddress(a)
		err := j.tx.RemoveParticipant(j.ctx, j.tk.ID, address)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("remove watcher: %w", err)
		}
		j.left = append(j.left, address)
	}
	return j.event(j.tk, j.actor(), "watchers", "", fmt.Sprintf("+%d -%d", len(j.joined), len(j.left)), "")
}

// link2 notes that two tickets have to do with each other.
func (j *job) link2(c command.Command) error {
	other, err := j.ticketOf(c.Other)
	if err != nil {
		return err
	}
	return j.event(j.tk, j.actor(), "linked", "", j.tag(&other), "")
}

// setParent puts the ticket under a main ticket or problem, or takes it out again.
func (j *job) setParent(c command.Command) error {
	if c.Other == (command.Ref{}) {
		j.tk.ParentID = 0
		return j.event(j.tk, j.actor(), "parent", "", "", "no main ticket any more")
	}
	other, err := j.ticketOf(c.Other)
	if err != nil {
		return err
	}
	j.tk.ParentID = other.ID
	return j.event(j.tk, j.actor(), "parent", "", j.tag(&other), "")
}

// setCategory files the ticket anew; it counts as a correction of the rules.
func (j *job) setCategory(c command.Command) error {
	old := j.tk.Category
	j.tk.Category = c.Category
	return j.event(j.tk, j.actor(), "category", old, c.Category, "")
}

// setPriority sets the priority; the clocks get new targets.
func (j *job) setPriority(c command.Command) error { return j.reprioritise(c.Priority) }

func (j *job) reprioritise(p string) error {
	old := j.tk.Priority
	if old == p || p == "" {
		return nil
	}
	j.tk.Priority = p
	if err := j.event(j.tk, j.actor(), "priority", old, p, ""); err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventRetarget)
}

// setImpact keeps impact or urgency and computes the priority from the matrix.
func (j *job) setImpact(c command.Command) error {
	j.tk.Impact, j.tk.Urgency = or(c.Impact, j.tk.Impact), or(c.Urgency, j.tk.Urgency)
	return j.reprioritise(j.c.Matrix[j.tk.Impact][j.tk.Urgency])
}

// setTags adds and removes tags.
func (j *job) setTags(c command.Command) error {
	for _, tag := range c.Add {
		if !slices.Contains(j.tk.Tags, tag) {
			j.tk.Tags = append(j.tk.Tags, tag)
		}
	}
	j.tk.Tags = slices.DeleteFunc(j.tk.Tags, func(tag string) bool { return slices.Contains(c.Remove, tag) })
	return j.event(j.tk, j.actor(), "tags", "", strings.Join(j.tk.Tags, " "), "")
}

// setSubject renames the ticket; the threads keep their old subject.
func (j *job) setSubject(c command.Command) error {
	old := j.tk.Subject
	j.tk.Subject = c.Text
	return j.event(j.tk, j.actor(), "subject", old, c.Text, "")
}

// addTime notes effort.
func (j *job) addTime(c command.Command) error {
	return j.event(j.tk, j.actor(), "effort", "", c.Duration.String(), "")
}

// take assigns the ticket to the writer.
func (j *job) take(command.Command) error {
	if err := j.setAssignee(j.tk, j.ac.agent.ID, j.actor(), "taken"); err != nil {
		return err
	}
	if err := j.move(j.tk, state.Assign, j.actor(), "taken"); err != nil {
		return err
	}
	return j.tellTaken(j.ac.agent)
}

// tellTaken tells those who were asked before that somebody has the ticket now.
func (j *job) tellTaken(by Agent) error {
	for _, a := range j.c.presentMembers(j.tk.Group, j.now) {
		if a.ID == j.ac.agent.ID || a.ID == by.ID {
			continue
		}
		if told, err := j.wasTold(j.tk, a); err != nil || !told {
			if err != nil {
				return err
			}
			continue
		}
		_, err := j.toAgent(j.tk, a, notice{
			kind: mailout.NoticeTaken, purpose: token.Internal, cause: fmt.Sprintf("taken:%d:%d:%s", j.tk.ID, j.in.ID, a.ID),
			fill: func(d *mailout.InternalData) { d.Author, d.At = by.Name, j.now },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// assignTo gives the ticket to a colleague, or to his substitute while he is away.
func (j *job) assignTo(c command.Command) error {
	to := or(j.c.present(c.Agent, j.now), c.Agent)
	if err := j.setAssignee(j.tk, to, j.actor(), ""); err != nil {
		return err
	}
	if err := j.move(j.tk, state.Assign, j.actor(), "assigned"); err != nil {
		return err
	}
	a, ok := j.c.Agent(to)
	if !ok {
		return nil
	}
	if absence, away := j.c.absence(c.Agent, j.now); away {
		j.confirmSubstitute(c, a, absence)
	}
	if err := j.tellTaken(a); err != nil || to == j.ac.agent.ID {
		return err
	}
	_, err := j.toAgent(j.tk, a, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("assign:%d:%d:%s", j.in.ID, j.tk.ID, a.ID),
		fill: func(d *mailout.InternalData) { d.Author, d.At, d.Text = j.ac.agent.Name, j.now, j.firstText(j.tk) },
	})
	return err
}

// confirmSubstitute says who got a ticket in place of somebody who is away.
func (j *job) confirmSubstitute(c command.Command, got Agent, away Absence) {
	absent, _ := j.c.Agent(c.Agent)
	until := mailout.FullTime(away.To, j.now, j.c.Company.Location, j.lang())
	until, _, _ = strings.Cut(until, ", 00:00")
	until, _, _ = strings.Cut(until, ", 12:00 am")
	line := [2]string{
		fmt.Sprintf("%s ist bis %s abwesend, das Ticket hat %s", absent.Name, until, got.Name),
		fmt.Sprintf("%s is away until %s, %s has the ticket", absent.Name, until, got.Name)}
	if got.ID == absent.ID {
		line = [2]string{
			fmt.Sprintf("%s ist bis %s abwesend und hat keine Vertretung; zugewiesen ist das Ticket trotzdem", absent.Name, until),
			fmt.Sprintf("%s is away until %s without a substitute; the ticket is assigned all the same", absent.Name, until)}
	}
	j.done(doing{about: j.tk, command: c, line: line})
}

// unassign gives the ticket back to its group, which hears of it.
func (j *job) unassign(command.Command) error {
	if err := j.setAssignee(j.tk, "", j.actor(), "given back to the group"); err != nil || j.parsed.Has(command.Group) {
		return err
	}
	return j.tellOwner(j.tk, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("free:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.InternalData) { d.At, d.Text = j.now, j.firstText(j.tk) },
	}, mailin.FoldAddress(j.ac.agent.Address))
}

// moveGroup gives the ticket to another group; to one of the second level it is a
// hand-over.
func (j *job) moveGroup(c command.Command) error {
	if g, _ := j.c.Group(c.Group); g.Level > j.tk.Level {
		return j.escalate(c)
	}
	if err := j.setGroup(j.tk, j.tk.Level, c.Group, j.actor(), ""); err != nil {
		return err
	}
	assignee, err := j.assign(c.Group, "")
	if err != nil {
		return err
	}
	if err := j.setAssignee(j.tk, assignee, j.actor(), "group changed"); err != nil {
		return err
	}
	return j.tellGroup(j.tk, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("group:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.InternalData) { d.Author, d.At, d.Text = j.ac.agent.Name, j.now, j.firstText(j.tk) },
	})
}

// escalate hands the ticket to the second level; the text is the analysis.
func (j *job) escalate(c command.Command) error {
	if err := j.flushNotes(); err != nil { // they travel with the history
		return err
	}
	return j.handOver(j.tk, handover{
		group: or(c.Group, j.c.secondLevelFor(j.tk.Category)), by: j.actor(), who: j.ac.agent.Name, reason: c.Text,
		cause: fmt.Sprintf("l2:%d:%d", j.in.ID, j.tk.ID),
	})
}

// giveBack returns the ticket to the first level with what was learned.
func (j *job) giveBack(c command.Command) error {
	from, text := j.tk.Group, c.Text
	if j.verb == command.Return {
		text = j.text
	}
	if err := j.flushNotes(); err != nil {
		return err
	}
	former, err := j.formerFirstLevel(j.tk)
	if err != nil {
		return err
	}
	if err := j.move(j.tk, state.ToFirstLevel, j.actor(), "returned"); err != nil {
		return err
	}
	if err := j.setGroup(j.tk, 1, j.c.firstLevelOf(j.tk.Category), j.actor(), "returned with a knowledge note"); err != nil {
		return err
	}
	if err := j.setAssignee(j.tk, former, j.actor(), "returned"); err != nil {
		return err
	}
	if err := j.clocks(j.tk, sla.EventReturned); err != nil {
		return err
	}
	return j.tellGroup(j.tk, notice{
		kind: mailout.Handback, purpose: token.Notification, cause: fmt.Sprintf("l1:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.InternalData) {
			d.Author, d.At, d.FromGroup = j.ac.agent.Name, j.now, j.c.groupLabel(from, d.Lang)
			d.Text = mailout.InternalNote(text)
		},
	})
}

// tellManager informs the lead; the ticket stays where it is.
func (j *job) tellManager(c command.Command) error {
	return j.tellLead(j.tk, j.actor(), j.ac.agent.Name, or(c.Text, j.text), fmt.Sprintf("chef:%d:%d", j.in.ID, j.tk.ID))
}

// solved resolves the ticket; the text, if any, leaves with the same mail.
func (j *job) solved(command.Command) error {
	withText := j.public && j.text != "" && !j.worded
	resolution, asked, err := j.resolution(j.tk)
	if err != nil {
		return err
	}
	j.asked = asked
	if withText {
		if err := j.sendReply(mailout.Resolved, token.Solved, resolution); err != nil {
			return err
		}
		j.tk.PublicSeq++
	}
	if j.tk.FirstResponseAt.IsZero() {
		j.tk.FirstResponseAt = j.now
	}
	if j.tk.Assignee == "" {
		if err := j.setAssignee(j.tk, j.ac.agent.ID, j.actor(), "solved it"); err != nil {
			return err
		}
	}
	if err := j.resolve(j.tk, state.Resolve, sla.EventResolved, j.actor(), "solved"); err != nil {
		return err
	}
	if !withText {
		l := letter{kind: mailout.Resolved, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("solved:%d:%d", j.tk.ID, j.in.ID), fill: resolution}
		if j.spoken != "" {
			l.class, l.agent, l.fill = classHuman, j.ac.agent.Name, func(d *mailout.PublicData) {
				resolution(d)
				d.Text = mailout.AgentReply(j.spoken)
			}
		}
		queued, err := j.toRequester(j.tk, j.tk.Requester, l)
		if err == nil {
			err = j.surveyed(j.tk, queued && asked)
		}
		if err != nil {
			return err
		}
	}
	return j.clearChildren()
}

// wait pauses for the requester's answer; #test asks for a try.
func (j *job) wait(c command.Command) error {
	said := j.worded
	if c.Verb == command.Test {
		if err := j.askToTry(c); err != nil {
			return err
		}
		said = true
	}
	if err := j.move(j.tk, state.Wait, j.actor(), "waits for the requester"); err != nil {
		return err
	}
	if err := j.clocksAfter(j.tk, sla.EventWait, said); err != nil {
		return err
	}
	if !c.When.IsZero() {
		j.done(doing{about: j.tk, command: c, line: j.dated("Erinnerung an die anfragende Person: ", "The requester is reminded: ", c.When)})
	}
	return j.setWaitTimers(j.tk, c.When)
}

// askToTry mails the question of #test, below the text if there is one.
func (j *job) askToTry(c command.Command) error {
	question := c.Text
	if j.public && !j.worded {
		question = paragraphs(j.text, c.Text)
	}
	_, err := j.toRequester(j.tk, j.tk.Requester, letter{
		kind: mailout.PleaseTest, purpose: token.PublicReply, class: classHuman, agent: j.ac.agent.Name,
		cause: fmt.Sprintf("test:%d:%d", j.in.ID, j.tk.ID), fill: func(d *mailout.PublicData) { d.Text = mailout.AgentReply(question) },
	})
	if err != nil {
		return err
	}
	j.worded = true
	if err := j.replyFact("reply"); err != nil {
		return err
	}
	err = j.message(j.tk, store.Message{InboxID: j.in.ID, Visibility: "public", Kind: "reply", Author: j.from,
		Name: j.ac.agent.Name, Agent: j.ac.agent.ID, Text: question}, nil)
	if err != nil {
		return err
	}
	return j.replied(state.PublicReply, sla.EventReply)
}

// snooze puts the ticket away until an instant.
func (j *job) snooze(c command.Command) error {
	j.done(doing{about: j.tk, command: c, line: j.dated("Wiedervorlage: ", "Comes back: ", c.When)})
	if err := j.move(j.tk, state.Snooze, j.actor(), "until "+c.When.In(j.c.Company.Location).Format(time.RFC3339)); err != nil {
		return err
	}
	if err := j.tx.DropTimers(j.ctx, j.tk.ID, timerWake); err != nil {
		return fmt.Errorf("set wake timer: %w", err)
	}
	cycle, err := j.nextCycle(j.tk, timerWake)
	if err != nil {
		return err
	}
	if err := j.tx.SetTimer(j.ctx, j.tk.ID, timerWake, cycle, c.When); err != nil {
		return fmt.Errorf("set wake timer: %w", err)
	}
	return j.clocks(j.tk, sla.EventState)
}
