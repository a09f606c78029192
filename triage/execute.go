package triage

import (
	"fmt"
	"slices"
	"strings"

	"firstline/mailout"
	"firstline/store"
	"firstline/triage/command"
	"firstline/triage/sla"
	"firstline/triage/state"
	"firstline/triage/token"
)

// job is an agent's mail that is being carried out on one ticket, all or nothing.
type job struct {
	*turn
	ac     agentContext
	tk     *store.Ticket
	before store.Ticket // as it was before this mail
	parsed command.Mail
	text   string
	public bool
	// verb is what the text is: "" for a plain answer, Note, Call, Fix ...
	verb command.Verb
	// worded: the text left with the mail of a state command.
	worded bool
	// vendorText goes to a third party instead of the requester.
	vendorText string
	// spoken is what was said to a caller: it goes with the mail that it is solved.
	spoken string
	// joined and left are the watchers that came and went.
	joined, left []string
	notes        []internalNote // what stays inside and is not stored yet
	asked        bool           // the solved mail asks for a rating
	doings       []doing        // what is confirmed by mail
}

// job reads what a mail asks for on one ticket; nothing is changed.
func (t *turn) job(ac agentContext, tk *store.Ticket, parsed command.Mail) *job {
	j := &job{turn: t, ac: ac, tk: tk, before: *tk, parsed: parsed, verb: parsed.TextVerb()}
	j.before.Tags = slices.Clone(tk.Tags)
	if ac.place == command.List && j.verb == "" && !hasInsertions(parsed) {
		j.verb = command.Quiet // in answers to lists a text has to say what it is
	}
	j.text = j.wording()
	j.public = j.text != "" && (j.verb == command.Public || j.verb == "" && ac.claim.Purpose != token.Internal)
	j.toVendor()
	j.collectNotes()
	return j
}

// execute carries out an agent's mail. Nothing is executed and nothing is sent
// when any part of it is wrong.
func (t *turn) execute(ac agentContext) (result, error) {
	parsed := command.Parse(t.m.Reply, t.commands(ac))
	if !parsed.OK() && ac.corrected {
		parsed, _ = parsed.Corrected(t.commands(ac))
	}
	if !parsed.OK() {
		_, fixable := parsed.Corrected(t.commands(ac))
		return t.holdMail(ac.agent, holdSyntax, problemsText(parsed), t.problemsOf(ac.agent, parsed), fixable)
	}
	if parsed.QueryOnly() || ac.ticket == nil {
		return t.withoutTicket(ac, parsed)
	}
	j := t.job(ac, ac.ticket, parsed)
	if len(parsed.Commands) == 0 && j.text == "" && j.vendorText == "" && !ac.confirmed {
		return t.holdMail(ac.agent, holdSyntax, "neither text nor command", []mailout.Problem{{Line: 1, Source: firstLine(t.m.Subject), Text: inLang([2]string{
			"über dem Zitat steht weder Text noch Befehl, darum ist nichts geschehen. Dateien gehen mit einem Text hinaus.",
			"there is neither text nor a command above the quote, so nothing was done. Files leave with a text."}, j.lang())}}, false)
	}
	if ac.place == command.List && len(parsed.Commands) == 0 && j.text != "" && !ac.confirmed { // nobody would ever read it
		return t.holdMail(ac.agent, holdSyntax, "a text without command answers a notice", []mailout.Problem{{Line: 1, Source: firstLine(j.text), Text: inLang([2]string{
			"dieser Text steht ohne Befehl, darum ist nichts geschehen. Schreiben Sie #notiz davor, wenn er zum Vorgang gehört, oder #antwort für den Anfragenden.",
			"this text has no command, so nothing was done. Put #note before it when it belongs to the ticket, or #reply for the requester."}, j.lang())}}, false)
	}
	return t.perform(ac, j)
}

// perform runs the jobs of one mail, when none of them is refused.
func (t *turn) perform(ac agentContext, jobs ...*job) (result, error) {
	for _, j := range jobs {
		if problems := append(j.refusedCommands(), j.refusedTogether(jobs)...); len(problems) > 0 {
			return t.holdMail(ac.agent, holdSyntax, problems[0].Text, problems, false)
		}
		if kind, why, err := j.refusal(); err != nil || why != "" {
			if err != nil {
				return result{}, err
			}
			return t.holdMail(ac.agent, kind, why, nil, false)
		}
	}
	r := result{outcome: outcomeCommanded}
	var done []string
	for i, j := range jobs {
		if i > 0 { // the jobs before may have touched this ticket: what hung on theirs is solved
			if err := j.reread(); err != nil {
				return result{}, err
			}
		}
		if err := j.run(); err != nil {
			return result{}, err
		}
		done = append(done, j.summary())
		r.ticket = j.tk.ID
	}
	r.reason = strings.Join(done, "; ")
	return r, nil
}

// reread takes the ticket as it is now.
func (j *job) reread() (err error) {
	if *j.tk, err = j.tx.Ticket(j.ctx, j.tk.ID); err != nil {
		return fmt.Errorf("read ticket %d again: %w", j.tk.ID, err)
	}
	j.before = *j.tk
	j.before.Tags = slices.Clone(j.tk.Tags)
	return nil
}

func problemsText(m command.Mail) string {
	var all []string
	for _, p := range m.Problems {
		all = append(all, fmt.Sprintf("line %d: %s", p.Line, p.Text("en")))
	}
	return strings.Join(all, "; ")
}

// refusal says why a text must not leave although every command is right. The
// leak guard cannot be overruled.
func (j *job) refusal() (kind, why string, err error) {
	if text := j.leaving(); text != "" {
		secrets, err := j.secrets(j.tk)
		if err != nil {
			return "", "", err
		}
		if j.parsed.Escaped {
			text = withoutCommands(text) // ##gelöst: the agent wants the word itself
		}
		if why, ok := mailout.LeakCheck(text, secrets); !ok {
			return holdLeak, why, nil
		}
		if why, ok := leakInFiles(j.filesOf(), secrets); !ok {
			return holdLeak, why, nil
		}
	}
	if j.ac.confirmed || j.parsed.Has(command.Anyway) {
		return "", "", nil
	}
	if out := j.link.out; out != nil && len(j.parsed.Commands) == 0 && strings.TrimSpace(j.m.Quoted) == "" {
		if j.startedAt().Sub(later(out.CreatedAt, out.ClosedAt)) < tooFast {
			return holdSuspicious, "answered within seconds without a quote", nil
		}
	}
	if !j.public || j.tk.Assignee == j.ac.agent.ID {
		return "", "", nil
	}
	messages, err := j.tx.Messages(j.ctx, j.tk.ID)
	if err != nil {
		return "", "", fmt.Errorf("read messages of ticket %d: %w", j.tk.ID, err)
	}
	for _, m := range messages {
		if m.Visibility == "public" && m.Agent != "" && m.Agent != j.ac.agent.ID && m.At.After(j.ac.claim.At()) && !j.ac.claim.At().IsZero() {
			return holdCollision, fmt.Sprintf("%s, %s: %s", m.Name, m.At.In(j.c.Company.Location).Format("15:04"), firstLine(m.Text)), nil
		}
	}
	return "", "", nil
}

// handlers are the commands by verb. The order of execution is the grammar's.
func handlers() map[command.Verb]func(*job, command.Command) error {
	return map[command.Verb]func(*job, command.Command) error{
		command.Requester: (*job).setRequester, command.CC: (*job).setWatchers, command.Link: (*job).link2, command.Parent: (*job).setParent,
		command.LinkProblem: (*job).setParent, command.Category: (*job).setCategory, command.Priority: (*job).setPriority,
		command.Impact: (*job).setImpact, command.Urgency: (*job).setImpact, command.Tag: (*job).setTags, command.Subject: (*job).setSubject,
		command.Time: (*job).addTime, command.Take: (*job).take, command.Assign: (*job).assignTo, command.Unassign: (*job).unassign,
		command.Group: (*job).moveGroup, command.Escalate: (*job).escalate, command.Return: (*job).giveBack, command.Manager: (*job).tellManager,
		command.Solved: (*job).solved, command.Wait: (*job).wait, command.Test: (*job).wait, command.Vendor: (*job).vendor, command.Snooze: (*job).snooze,
		command.Reopen: (*job).open, command.Close: (*job).close, command.Spam: (*job).spam, command.Merge: (*job).merge,
		command.Accept: (*job).accept, command.Reject: (*job).discard, command.FAQDraft: (*job).faqDraft,
		command.Split: (*job).split, command.Remote: (*job).remote,
	}
}

// run executes classification and ownership, then the text, then the state.
func (j *job) run() error {
	ordered := command.Order(j.parsed.Commands)
	table := handlers()
	early := func(c command.Command) bool { return c.Verb.Phase() < command.PhaseText }
	for _, c := range ordered {
		if do := table[c.Verb]; early(c) && do != nil {
			if err := do(j, c); err != nil {
				return fmt.Errorf("%s: %w", c.Literal, err)
			}
		}
	}
	state := slices.ContainsFunc(ordered, func(c command.Command) bool {
		return slices.Contains([]command.Verb{command.Solved, command.Test}, c.Verb)
	})
	if err := j.flushNotes(); err != nil {
		return err
	}
	if j.public && j.text != "" && !state {
		if err := j.say(); err != nil {
			return err
		}
	}
	for _, c := range ordered {
		if do := table[c.Verb]; !early(c) && do != nil {
			if err := do(j, c); err != nil {
				return fmt.Errorf("%s: %w", c.Literal, err)
			}
		}
	}
	if err := j.usedFAQ(); err != nil {
		return err
	}
	if j.tk.Level == 2 && !j.parsed.Has(command.Escalate) {
		if err := j.taken(); err != nil {
			return err
		}
	}
	if err := j.save(j.tk); err != nil {
		return err
	}
	if err := j.clocks(j.tk, sla.EventState); err != nil { // work on it ends idling
		return err
	}
	if err := j.queries(); err != nil {
		return err
	}
	return j.confirm()
}

// taken stops the take-over clock with the first action of the second level.
func (j *job) taken() error {
	if j.ac.agent.Level < 2 {
		return nil
	}
	return j.clocks(j.tk, sla.EventTaken)
}

// actor is who the history names.
func (j *job) actor() string { return "agent:" + j.ac.agent.ID }

// summary lists what was carried out, for the trace.
func (j *job) summary() string {
	var done []string
	for _, c := range j.parsed.Commands {
		done = append(done, "#"+string(c.Verb))
	}
	if j.text != "" {
		if j.public {
			done = append(done, "reply")
		} else {
			done = append(done, "note")
		}
	}
	return strings.Join(done, " ")
}

// say sends the text to the requester and stores it.
func (j *job) say() error {
	if err := j.sendReply(mailout.Reply, token.PublicReply, nil); err != nil {
		return err
	}
	return j.replied(state.PublicReply, sla.EventReply)
}

// sendReply relays the text to requester and watchers, one mail each.
func (j *job) sendReply(kind mailout.PublicKind, purpose token.Purpose, fill func(*mailout.PublicData)) error {
	to, err := j.addressees()
	if err != nil {
		return err
	}
	text, err := j.publicText()
	if err != nil {
		return err
	}
	files := append(slices.Clone(j.filesOf()), j.entryFiles()...)
	for _, address := range to {
		queued, err := j.toRequester(j.tk, address, letter{
			kind: kind, purpose: purpose, class: classHuman, agent: j.ac.agent.Name, files: files,
			cause: fmt.Sprintf("reply:%d:%s", j.in.ID, short(address)),
			fill: func(d *mailout.PublicData) {
				d.Text, d.Files = text, j.fileList(j.tk.Language)
				if fill != nil {
					fill(d)
				}
				d.AskRating = d.AskRating && address == j.tk.Requester // nobody else rates
			},
		})
		if err == nil && kind == mailout.Resolved && address == j.tk.Requester {
			err = j.surveyed(j.tk, queued && j.asked)
		}
		if err != nil {
			return err
		}
	}
	if err := j.replyFact("reply"); err != nil {
		return err
	}
	j.worded = true
	return j.message(j.tk, store.Message{
		InboxID: j.in.ID, Visibility: "public", Kind: "reply", Author: j.from, Name: j.ac.agent.Name, Agent: j.ac.agent.ID,
		Subject: j.m.Subject, MessageID: j.m.MessageID, Refs: j.m.References, Text: text.Plain(),
	}, j.m.Attachments)
}

// replied is what follows from a public word of an agent: the first one assigns
// an unassigned ticket, and the response clocks stop.
func (j *job) replied(ev state.Event, clock sla.Event) error {
	j.tk.PublicSeq++
	if j.tk.FirstResponseAt.IsZero() {
		j.tk.FirstResponseAt = j.now
	}
	if j.tk.Assignee == "" && !j.parsed.Has(command.Unassign) && !j.parsed.Has(command.Group) && !j.parsed.Has(command.Escalate) {
		if err := j.setAssignee(j.tk, j.ac.agent.ID, j.actor(), "answered first"); err != nil {
			return err
		}
		if err := j.tellTaken(j.ac.agent); err != nil {
			return err
		}
	}
	if err := j.move(j.tk, ev, j.actor(), "public reply"); err != nil {
		return err
	}
	return j.clocks(j.tk, clock)
}

// audience are the participants who read public mail.
func (t *turn) audience(tk *store.Ticket) ([]string, error) {
	people, err := t.tx.Participants(t.ctx, tk.ID)
	if err != nil {
		return nil, fmt.Errorf("read participants of ticket %d: %w", tk.ID, err)
	}
	to := []string{tk.Requester}
	for _, p := range people {
		if p.Role == "watcher" && !slices.Contains(to, p.Address) {
			to = append(to, p.Address)
		}
	}
	return to, nil
}

// addressees are who reads the answer: requester and watchers. An answer to a mail that
// came by a merge goes to whoever wrote that mail, as its notice said.
func (j *job) addressees() ([]string, error) {
	about, ok, err := j.mergedAuthor()
	if err != nil || ok {
		return []string{about}, err
	}
	return j.audience(j.tk)
}

// mergedAuthor is the person the answered mail was about, when it came by a merge.
func (j *job) mergedAuthor() (address string, ok bool, err error) {
	out := j.link.out
	if out == nil {
		return "", false, nil
	}
	messages, err := j.tx.Messages(j.ctx, j.tk.ID)
	if err != nil {
		return "", false, fmt.Errorf("read messages of ticket %d: %w", j.tk.ID, err)
	}
	for _, m := range messages {
		if m.OriginID != 0 && m.Agent == "" && m.Visibility == "public" && m.Author != "" && m.InboxID == out.InboxID {
			_, ok, err := j.tx.IsParticipant(j.ctx, j.tk.ID, m.Author)
			return m.Author, ok, err
		}
	}
	if j.link.via == 0 {
		return "", false, nil
	}
	tk, err := j.tx.Ticket(j.ctx, j.link.via)
	if err != nil {
		return "", false, fmt.Errorf("read merged ticket %d: %w", j.link.via, err)
	}
	return tk.Requester, tk.Requester != j.tk.Requester, nil
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// faqAnswer is the answer of an FAQ entry in a language.
func (c *Config) faqAnswer(id, lang string) string {
	if c.Rules == nil {
		return ""
	}
	e, _ := c.Rules.FAQEntry(id)
	return label(e.Answer, lang, "")
}

// withoutCommands drops the lines that are commands by their look.
func withoutCommands(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !command.IsCommand(line) {
			b.WriteString(line)
		}
	}
	return b.String()
}
