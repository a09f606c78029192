package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// firm is the company of config.example.yaml at work: sixty people write mails,
// five agents answer them, for weeks of a clock that the test moves. Every mail is
// a real one and takes the way of every mail; only the network is left out. The
// same seed gives the same weeks.
type firm struct {
	t      testing.TB
	store  *store.Store
	desk   *triage.Desk
	config *config.Config
	now    time.Time
	rng    *rand.Rand
	todo   []deed
	letter int
	staff  []firmPerson
	// busy is when an agent has finished what he is at.
	busy map[string]time.Time
	// slow makes agents take longer, by name of the agent.
	slow map[string]int
}

// deed is something a person will do.
type deed struct {
	at time.Time
	n  int
	do func()
}

type firmPerson struct {
	from   string
	lang   string
	client simClient
}

func newFirm(t testing.TB, seed uint64, start time.Time, change ...func(*triage.Config)) *firm {
	t.Helper()
	cfg, found := config.Load("../../config.example.yaml", config.Options{Lang: "de", Purpose: config.Check, Now: start})
	if source.HasErrors(found) {
		t.Fatal(source.Render(found, "de"))
	}
	for _, f := range change {
		f(&cfg.Desk)
	}
	f := &firm{t: t, config: cfg, now: start, rng: rand.New(rand.NewPCG(seed, 7)), busy: map[string]time.Time{}, slow: map[string]int{}}
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	st.Now = func() time.Time { return f.now }
	f.store = st
	if f.desk, err = triage.New(t.Context(), st, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), &cfg.Desk); err != nil {
		t.Fatal(err)
	}
	f.hire()
	return f
}

// hire makes sixty people of first and last names; every eighth writes English.
func (f *firm) hire() {
	first := []string{"Anna", "Bernd", "Carla", "Dieter", "Eva", "Frank", "Gerda", "Hans", "Ines", "Jonas", "Katrin", "Lukas"}
	last := []string{"Bauer", "Eder", "Fuchs", "Gruber", "Hofer"}
	clients := simClients()
	for i := range 60 {
		name := first[i%len(first)] + " " + last[i%len(last)]
		p := firmPerson{from: fmt.Sprintf("%s <%s%d@isarwerk.example>", name, strings.ToLower(name[:1]+"."+last[i%len(last)]), i), lang: "de", client: clients[0]}
		if i%8 == 7 {
			p.lang, p.client = "en", clients[1]
		}
		f.staff = append(f.staff, p)
	}
}

func (f *firm) chance(percent int) bool { return f.rng.IntN(100) < percent }

func (f *firm) one(list ...string) string { return list[f.rng.IntN(len(list))] }

// later plans a deed.
func (f *firm) later(at time.Time, do func()) {
	f.letter++
	f.todo = append(f.todo, deed{at, f.letter, do})
}

// office is the next instant somebody is at work, some working time from an instant.
func (f *firm) office(at time.Time, work time.Duration) time.Time {
	return f.config.Desk.Calendars["buero"].Add(at, max(work, time.Minute))
}

// run lives until an instant: what people do in its order, and the desk looks
// every half hour what is due.
func (f *firm) run(until time.Time) {
	f.t.Helper()
	ctx := f.t.Context()
	for f.now.Before(until) {
		next := f.now.Truncate(30 * time.Minute).Add(30 * time.Minute)
		slices.SortFunc(f.todo, func(a, b deed) int { return cmp.Or(a.at.Compare(b.at), a.n-b.n) })
		if len(f.todo) > 0 && !f.todo[0].at.After(next) {
			d := f.todo[0]
			f.todo = f.todo[1:]
			if d.at.After(f.now) {
				f.now = d.at
			}
			d.do()
			f.look()
			continue
		}
		if h := next.In(f.config.Desk.Company.Location).Hour(); h >= 19 || h < 6 {
			next = next.Truncate(2 * time.Hour).Add(2 * time.Hour) // nothing is due by the minute at night
		}
		f.now = next
		if _, err := f.desk.Sweep(ctx); err != nil {
			f.t.Fatal(err)
		}
		f.look()
	}
}

// write is a mail somebody sends to the desk.
func (f *firm) write(p firmPerson, d draft) {
	f.t.Helper()
	f.letter++
	d.client, d.date, d.from = p.client, f.now, p.from
	d.id = fmt.Sprintf("%d.%s", f.letter, strings.TrimSuffix(p.from[strings.Index(p.from, "<")+1:], ">"))
	head := fmt.Sprintf("Authentication-Results: %[1]s; dmarc=pass header.from=%[2]s\r\nReceived: from client.%[2]s by %[1]s with ESMTPS; %[3]s\r\n",
		simMX, mailin.Domain(bare(p.from)), f.now.Format(time.RFC1123Z))
	f.deliver([]byte(head + string(d.bytes())))
}

func (f *firm) deliver(raw []byte) {
	f.t.Helper()
	ctx := f.t.Context()
	err := f.store.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err == nil { // as the poller does
			err = tx.Peak(ctx, store.TrafficPollGap, time.Duration(30+f.rng.IntN(12))*time.Second)
		}
		if err != nil {
			return err
		}
		_, _, err = tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: uint32(f.letter), ReceivedAt: f.now, Raw: raw})
		return err
	})
	for n := 1; err == nil && n > 0; {
		n, err = f.desk.Step(ctx)
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// look lets people read the mails that have left since, and delivers them.
func (f *firm) look() {
	f.t.Helper()
	ctx := f.t.Context()
	var mails []firmMail
	err := f.store.Update(ctx, func(tx *store.Tx) error {
		claimed, err := tx.ClaimOutbox(ctx, 1000, time.Minute)
		for _, c := range claimed {
			if err == nil {
				err = tx.MarkSent(ctx, c.ID, "250 ok")
			}
			mails = append(mails, firmMail{to: c.Recipient, class: c.Class, purpose: c.Purpose, m: mailin.Parse(c.Bytes, mailin.Options{})})
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	for i := range mails {
		f.react(&mails[i])
	}
}

// mails returns the reports that were sent to an address, oldest first.
func (f *firm) reports(to string) (list []*mailin.Message, raws [][]byte) {
	f.t.Helper()
	err := f.store.View(context.Background(), func(tx *store.Tx) error {
		rows, err := tx.ListOutbox(f.t.Context(), store.OutboxFilter{Class: "report", Recipient: to, Limit: 1000})
		for _, o := range slices.Backward(rows) {
			raw, e := tx.OutboxBytes(f.t.Context(), o.ID)
			if e != nil {
				return e
			}
			list, raws = append(list, mailin.Parse(raw, mailin.Options{})), append(raws, raw)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return list, raws
}
