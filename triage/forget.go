package triage

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/store"
	"firstline/triage/sla"
	"firstline/triage/state"
)

// ForgetOptions say how a person is forgotten.
type ForgetOptions struct {
	// KeepStatistics keeps the tickets of the person without content, under an
	// alias, so that all figures stay. Without it they are deleted.
	KeepStatistics bool
	DryRun         bool // count only
	// Names are further names of the person besides those mails came with.
	Names []string
	// Progress, if not nil, is called with how many of the stored mails were read.
	Progress func(done, all int)
}

// Forgotten says what Forget did, or would do.
type Forgotten struct {
	Tickets  int      `json:"tickets"` // of the person, erased whole
	Closed   []string `json:"closed"`  // those that were still open, and were closed for it
	Others   int      `json:"others"`  // other people's tickets in which the person took part
	Mails    int      `json:"mails"`   // stored mails whose bytes were erased
	Waiting  int      `json:"waiting"` // mails that are not triaged yet and name the person: forget again afterwards
	Mailbox  []string `json:"mailbox"` // folders on the mail server that may hold copies
	Alias    string   `json:"alias,omitempty"`
	KeptStat bool     `json:"keep_statistics"`
}

// Forget erases a person from the store (GDPR article 17): the person's tickets, what
// the person said elsewhere, and the address and full names wherever they stand. Mails
// that mention the person lose their bytes, and nothing is left in the files of the
// store when it returns. A store with nothing about the person is left as it is.
func Forget(ctx context.Context, s *store.Store, c *Config, address string, o ForgetOptions) (Forgotten, error) {
	f := forgetting{c: c, o: o, person: person{address: mailin.FoldAddress(address)}, result: Forgotten{KeptStat: o.KeepStatistics}}
	if f.person.address == "" || !strings.Contains(f.person.address, "@") {
		return f.result, fmt.Errorf("forget %q: that is no mail address", address)
	}
	if err := s.View(ctx, func(tx *store.Tx) error { return f.survey(ctx, tx) }); err != nil {
		return f.result, fmt.Errorf("look for %s: %w", address, err)
	}
	if o.DryRun {
		return f.result, nil
	}
	if err := s.Update(ctx, func(tx *store.Tx) error { return f.closeOpen(ctx, tx) }); err != nil {
		return f.result, fmt.Errorf("close the open tickets: %w", err)
	}
	if err := s.Erase(ctx, func(tx *store.Tx) error { return f.erase(ctx, tx) }); err != nil {
		return f.result, fmt.Errorf("forget %s: %w", address, err)
	}
	if err := s.Compact(ctx); err != nil {
		return f.result, fmt.Errorf("rewrite the database without what was erased (run forget again): %w", err)
	}
	return f.result, nil
}

// person is who is looked for in mails and rows.
type person struct {
	address string
	names   []string // full names only, see fullNames
}

// forgetting is one erasure.
type forgetting struct {
	c       *Config
	o       ForgetOptions
	person  person
	own     []int64
	others  []int64
	inbox   []int64 // mails that mention the person
	outbox  []int64
	last    [2]int64 // newest mails that were read
	aliased string
	result  Forgotten
}

// survey finds out what there is, without writing.
func (f *forgetting) survey(ctx context.Context, tx *store.Tx) (err error) {
	if f.own, f.others, err = tx.TicketsAbout(ctx, f.person.address); err != nil {
		return err
	}
	names, err := tx.NamesOf(ctx, f.person.address)
	if err != nil {
		return err
	}
	f.person.names = fullNames(append(names, f.o.Names...))
	f.result.Tickets, f.result.Others = len(f.own), len(f.others)
	for _, id := range f.own {
		tk, err := tx.Ticket(ctx, id)
		if err != nil {
			return err
		}
		if !store.IsFinal(tk.State) {
			f.result.Closed = append(f.result.Closed, ticketTag(f.c, tk.ID, tk.Number))
		}
	}
	for _, m := range f.c.Mailboxes {
		for _, folder := range []string{m.Folders.Inbox, m.Folders.Done, m.Folders.Ignored, m.Folders.Failed} {
			if folder != "" {
				f.result.Mailbox = append(f.result.Mailbox, m.ID+": "+folder)
			}
		}
	}
	return f.findMails(ctx, tx)
}

// findMails reads the stored mails that were not read yet.
func (f *forgetting) findMails(ctx context.Context, tx *store.Tx) error {
	total, err := tx.MailCount(ctx)
	if err != nil {
		return err
	}
	done := 0
	return tx.EachMail(ctx, f.last[0], f.last[1], func(leaving bool, id int64, raw []byte) error {
		if done++; f.o.Progress != nil {
			f.o.Progress(done, int(total))
		}
		list, last := &f.inbox, &f.last[0]
		if leaving {
			list, last = &f.outbox, &f.last[1]
		}
		*last = id
		if f.person.in(raw) {
			*list = append(*list, id)
			f.result.Mails++
		}
		return nil
	})
}

// in reports whether a mail names the person, in its header or in a text that can
// be read.
func (p person) in(raw []byte) bool {
	if bytes.Contains(bytes.ToLower(raw), []byte(p.address)) && store.Mentions(string(raw), p.address) {
		return true
	}
	m := mailin.Parse(raw, mailin.Options{})
	text := m.Text + "\n" + m.Subject
	for _, a := range slices.Concat(m.FromAll, m.To, m.Cc, m.ReplyTo) {
		if mailin.FoldAddress(a.Address) == p.address {
			return true
		}
		text += "\n" + a.Name
	}
	return slices.ContainsFunc(append([]string{p.address}, p.names...), func(who string) bool { return store.Mentions(text, who) })
}

// fullNames are the names of at least two words, in the forms they are written in:
// Anna Berger; Berger, Anna; Frau Berger. A bare surname would hit namesakes, and
// words: Drucker is one of them.
func fullNames(names []string) (list []string) {
	add := func(s string) {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, n := range names {
		words := strings.Fields(strings.ReplaceAll(n, ",", " "))
		if len(words) < 2 || len(strings.Join(words, "")) < 5 {
			continue
		}
		last := len(words) - 1
		turned := append([]string{words[last]}, words[:last]...)
		forms := []string{n, strings.Join(words, " "), strings.Join(turned, " "), turned[0] + ", " + strings.Join(turned[1:], " ")}
		for _, title := range []string{"Frau", "Herr", "Herrn", "Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms."} {
			forms = append(forms, title+" "+words[last])
		}
		for _, form := range forms {
			add(form)
			add(strings.ToUpper(form)) // LIKE folds ASCII alone
			add(strings.ToLower(form))
		}
	}
	return list
}

// closeOpen closes what is still open: nothing more is done for the person.
func (f *forgetting) closeOpen(ctx context.Context, tx *store.Tx) error {
	d := &Desk{Log: slog.New(slog.DiscardHandler)}
	for _, id := range f.own {
		tk, err := tx.Ticket(ctx, id)
		if err != nil || store.IsFinal(tk.State) {
			if err != nil {
				return err
			}
			continue
		}
		t := d.turn(ctx, tx, f.c, &shared{})
		ev, clock := state.Close, sla.EventClosed
		if _, _, ok := state.Next(state.State(tk.State), ev, checked(&tk)); !ok {
			ev, clock = state.Spam, sla.EventDiscarded
		}
		tk.ClosedAt = t.now
		if tk.ResolvedAt.IsZero() {
			tk.ResolvedAt = t.now
		}
		if err := t.move(&tk, ev, "admin", "forgotten"); err != nil {
			return err
		}
		if err := t.clocks(&tk, clock); err != nil {
			return err
		}
	}
	return nil
}

// erase does the whole of it in one transaction.
func (f *forgetting) erase(ctx context.Context, tx *store.Tx) (err error) {
	f.own, f.others, err = tx.TicketsAbout(ctx, f.person.address)
	if err != nil {
		return err
	}
	if err := f.findMails(ctx, tx); err != nil { // those since the survey
		return err
	}
	if f.aliased, err = tx.AliasOf(ctx, f.person.address); err != nil {
		return err
	}
	if err := f.eraseMentions(ctx, tx); err != nil {
		return err
	}
	if err := f.eraseTickets(ctx, tx); err != nil {
		return err
	}
	key, err := tx.Meta(ctx, store.MetaInstance)
	if err != nil {
		return err
	}
	if err := tx.SaveForgotten(ctx, forgottenHash(key, f.person.address)); err != nil {
		return err
	}
	if err := tx.DropAlias(ctx, f.person.address); err != nil {
		return err
	}
	if err := tx.Redact(ctx, append([]string{f.person.address}, f.person.names...), f.aliased); err != nil {
		return err
	}
	f.result.Alias = f.aliased
	return tx.InsertEvent(ctx, store.Event{Actor: "admin", Kind: "forgotten", New: f.aliased,
		Reason: fmt.Sprintf("%d tickets, %d mails erased on request", len(f.own), f.result.Mails)})
}

// eraseTickets empties or deletes the person's tickets, and takes the person out of
// those of others.
func (f *forgetting) eraseTickets(ctx context.Context, tx *store.Tx) error {
	alias := func(address string) (string, error) {
		if address == f.person.address {
			return f.aliased, nil
		}
		return address, nil // others in the ticket are not forgotten
	}
	for _, id := range f.own {
		var err error
		if f.o.KeepStatistics {
			err = errors.Join(tx.EraseMoved(ctx, id), tx.EraseTicket(ctx, id, store.StageAnonymous, alias))
		} else {
			err = tx.DeleteTicket(ctx, id)
		}
		if err != nil {
			return err
		}
	}
	ids, err := tx.AgentIDsOf(ctx, f.person.address)
	if err != nil {
		return err
	}
	// What was merged into a deleted ticket has its messages again, the person's too.
	if _, f.others, err = tx.TicketsAbout(ctx, f.person.address); err != nil {
		return err
	}
	for _, id := range f.others {
		if err := tx.EraseFromTicket(ctx, id, f.person.address, f.aliased); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if _, still := f.c.Agent(id); still {
			continue // works here: the configuration names the id
		}
		if err := tx.RenameAgent(ctx, id, strings.TrimSuffix(f.aliased, "@"+store.AliasDomain)); err != nil {
			return err
		}
	}
	return nil
}

// eraseMentions erases the bytes of mails that name the person.
func (f *forgetting) eraseMentions(ctx context.Context, tx *store.Tx) error {
	for _, id := range f.inbox {
		in, err := tx.Inbound(ctx, id)
		if err != nil {
			return err
		}
		if in.State == "new" {
			f.result.Waiting++
			f.result.Mails--
			continue
		}
		if err := tx.EraseLoose(ctx, id); err != nil {
			return err
		}
	}
	for _, id := range f.outbox {
		if err := tx.EraseLeaving(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// forgottenHash is how an address stands in the list of those to forget: keyed with
// the name of this installation, so that the list names nobody.
func forgottenHash(key, address string) (h [32]byte) {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(address))
	copy(h[:], mac.Sum(nil))
	return h
}

// ForgottenAgain returns the people of a store whom list says to have been forgotten
// later than the store knows: after a restore from an older backup they are back. Who
// wrote anew after being forgotten is none of them.
func ForgottenAgain(ctx context.Context, s *store.Store, list map[[32]byte]time.Time) (addresses []string, err error) {
	err = s.View(ctx, func(tx *store.Tx) error {
		key, err := tx.Meta(ctx, store.MetaInstance)
		if err != nil {
			return err
		}
		own, err := tx.Forgotten(ctx)
		if err != nil {
			return err
		}
		people, err := tx.People(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			h := forgottenHash(key, p)
			if at, ok := list[h]; ok && at.After(own[h]) {
				addresses = append(addresses, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for people who were to be forgotten: %w", err)
	}
	return addresses, nil
}
