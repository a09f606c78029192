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
		if err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: mailin.FoldAddress(a), Role: "watcher"}); err != nil {
			return fmt.Errorf("add watcher: %w", err)
		}
	}
	for _, a := range c.Remove {
		if err := j.tx.RemoveParticipant(j.ctx, j.tk.ID, mailin.FoldAddress(a)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("remove watcher: %w", err)
		}
	}
	return j.event(j.tk, j.actor(), "watchers", "", fmt.Sprintf("+%d -%d", len(c.Add), len(c.Remove)), "")
}

// link2 notes that two tickets have to do with each other.
func (j *job) link2(c command.Command) error {
	other, err := j.ticketOf(c.Other)
	if err != nil {
		return err
	}
	return j.event(j.tk, j.actor(), "linked", "", j.tag(&other), "")
}

// setParent puts the ticket under a main ticket or problem.
func (j *job) setParent(c command.Command) error {
	other, err := j.ticketOf(c.Other)
	if err != nil {
		return err
	}
	if other.ID == j.tk.ID {
		return nil
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
	return j.tellTaken()
}

// tellTaken tells those who were asked before that somebody has taken it.
func (j *job) tellTaken() error {
	for _, a := range j.c.presentMembers(j.tk.Group, j.now) {
		if a.ID == j.ac.agent.ID {
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
			fill: func(d *mailout.InternalData) { d.Author, d.At = j.ac.agent.Name, j.now },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// assignTo gives the ticket to a colleague, or to his substitute.
func (j *job) assignTo(c command.Command) error {
	to := j.c.present(c.Agent, j.now)
	if to == "" {
		to = c.Agent
	}
	if err := j.setAssignee(j.tk, to, j.actor(), ""); err != nil {
		return err
	}
	if err := j.move(j.tk, state.Assign, j.actor(), "assigned"); err != nil {
		return err
	}
	a, ok := j.c.Agent(to)
	if !ok || to == j.ac.agent.ID {
		return nil
	}
	_, err := j.toAgent(j.tk, a, notice{
		kind: mailout.NoticeAssigned, purpose: token.Notification, cause: fmt.Sprintf("assign:%d:%d:%s", j.in.ID, j.tk.ID, a.ID),
		fill: func(d *mailout.InternalData) { d.Author, d.At, d.Text = j.ac.agent.Name, j.now, j.firstText(j.tk) },
	})
	return err
}

// unassign gives the ticket back to its group.
func (j *job) unassign(command.Command) error {
	return j.setAssignee(j.tk, "", j.actor(), "given back to the group")
}

// moveGroup gives the ticket to another group of the same level.
func (j *job) moveGroup(c command.Command) error {
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
	if j.text != "" && !j.public && !j.worded {
		if err := j.note(); err != nil {
			return err
		}
		j.text = ""
	}
	return j.handOver(j.tk, handover{
		group: or(c.Group, j.c.secondLevelFor(j.tk.Category)), by: j.actor(), who: j.ac.agent.Name, reason: c.Text,
		cause: fmt.Sprintf("l2:%d:%d", j.in.ID, j.tk.ID),
	})
}

// giveBack returns the ticket to the first level with what was learned.
func (j *job) giveBack(c command.Command) error {
	from := j.tk.Group
	text := or(j.text, c.Text)
	if err := j.note(); err != nil {
		return err
	}
	j.text = ""
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
			d.Author, d.At, d.FromGroup = j.ac.agent.Name, j.now, j.c.groupLabel(from, j.c.Company.Language)
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
	if withText {
		if err := j.sendReply(mailout.Resolved, token.Solved, j.resolution); err != nil {
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
	if err := j.resolve(j.tk, state.Resolve, sla.EventResolved, j.actor(), "solved"); err != nil || withText {
		return err
	}
	queued, err := j.toRequester(j.tk, j.tk.Requester, letter{
		kind: mailout.Resolved, purpose: token.Solved, class: classAutomatic, cause: fmt.Sprintf("solved:%d:%d", j.tk.ID, j.tk.Reopens), fill: j.resolution,
	})
	if err != nil {
		return err
	}
	return j.surveyed(j.tk, queued)
}

// resolution fills what stands below the text of a solved mail.
func (j *job) resolution(d *mailout.PublicData) {
	d.ReopenDays = int(or(j.c.Ticket.ReopenWithin, 14*day) / day)
	d.AskRating = true
}

// wait pauses for the requester's answer; #test asks for a try.
func (j *job) wait(c command.Command) error {
	said := j.worded
	if c.Verb == command.Test {
		question := or(c.Text, j.text)
		if _, err := j.toRequester(j.tk, j.tk.Requester, letter{
			kind: mailout.PleaseTest, purpose: token.PublicReply, class: classHuman, agent: j.ac.agent.Name,
			cause: fmt.Sprintf("test:%d:%d", j.in.ID, j.tk.ID), fill: func(d *mailout.PublicData) { d.Text = mailout.AgentReply(question) },
		}); err != nil {
			return err
		}
		said, j.text = true, question
		if err := j.replyFact("reply"); err != nil {
			return err
		}
		if err := j.message(j.tk, store.Message{InboxID: j.in.ID, Visibility: "public", Kind: "reply", Author: j.from,
			Name: j.ac.agent.Name, Agent: j.ac.agent.ID, Text: question}, nil); err != nil {
			return err
		}
	}
	if err := j.move(j.tk, state.Wait, j.actor(), "waits for the requester"); err != nil {
		return err
	}
	if err := j.clocksAfter(j.tk, sla.EventWait, said); err != nil {
		return err
	}
	return j.setWaitTimers(j.tk, c.When)
}

// vendor waits for a third party; with an address the public conversation is
// forwarded to it, without internal text.
func (j *job) vendor(c command.Command) error {
	if err := j.move(j.tk, state.AskVendor, j.actor(), "waits for a third party"); err != nil {
		return err
	}
	if c.Address == "" {
		return j.clocks(j.tk, sla.EventState)
	}
	address := mailin.FoldAddress(c.Address)
	if err := j.tx.AddParticipant(j.ctx, store.Participant{TicketID: j.tk.ID, Address: address, Role: "vendor"}); err != nil {
		return fmt.Errorf("add third party: %w", err)
	}
	text := mailout.AgentReply(j.vendorText)
	if j.vendorText == "" {
		conversation, err := j.conversation(j.tk)
		if err != nil {
			return err
		}
		text = conversation
	}
	if _, err := j.toRequester(j.tk, address, letter{
		kind: mailout.Reply, purpose: token.Vendor, class: classHuman, agent: j.ac.agent.Name, cause: fmt.Sprintf("vendor:%d:%d", j.in.ID, j.tk.ID),
		fill: func(d *mailout.PublicData) { d.Text = text },
	}); err != nil {
		return err
	}
	err := j.message(j.tk, store.Message{InboxID: j.in.ID, Visibility: "internal", Kind: "vendor", Author: j.from, Name: j.ac.agent.Name,
		Agent: j.ac.agent.ID, Text: text.String()}, nil)
	if err != nil {
		return err
	}
	return j.clocks(j.tk, sla.EventState)
}

// snooze puts the ticket away until an instant.
func (j *job) snooze(c command.Command) error {
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
