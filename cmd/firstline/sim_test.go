package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
)

// simStepsEnv is how many actions a simulation begins; without it a few, so that the
// test is quick.
const simStepsEnv = "FIRSTLINE_SIM_STEPS"

func simSteps(t *testing.T) int {
	t.Helper()
	s := os.Getenv(simStepsEnv)
	if s == "" {
		return 120
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no number of actions", simStepsEnv, s)
	}
	return n
}

// TestSimulation lets eighteen people with the mail programs of ten makers work with
// the desk for days. What must hold is asserted on what the outside got and on the
// store afterwards.
func TestSimulation(t *testing.T) {
	t.Parallel()
	steps := simSteps(t)
	for seed := uint64(1); seed <= uint64(max(3, steps/400)); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			simulate(t, seed, steps)
		})
	}
}

func simulate(t *testing.T, seed uint64, steps int) {
	p := &simPlay{simWorld: newSimWorld(t, "@LADDER@", simLadder), rng: rand.New(rand.NewPCG(seed, 42)), people: map[string]*simActor{}, left: steps, did: map[string]int{}}
	for _, a := range cast() {
		p.people[a.address()] = a
	}
	p.onMail = p.react
	var next func()
	next = func() {
		if p.left--; p.left < 0 {
			return
		}
		p.begin()
		p.later(time.Duration(1+p.rng.IntN(90))*time.Minute, next)
	}
	p.later(0, next)
	for p.left > 0 {
		p.run(p.now.Add(24 * time.Hour))
	}
	p.run(p.now.Add(20 * 24 * time.Hour)) // reminders, closing
	days := int(p.now.Sub(simStart).Hours() / 24)
	p.nothingInternalOutside()
	p.onceEach()
	p.bounded()
	p.everythingStored()
	p.onlyWithProof()
	p.robotAppends()
	p.sound()
	t.Logf("seed %d: %d days, %d people, %d mails in, %d mails out; %v", seed, days, len(p.people), len(p.letters), len(p.sent), p.did)
}

// nothingInternalOutside: no word that agents wrote for agents is in any byte that
// left to somebody else (P1, P2), nor are commands, separators and agents' markers.
func (w *simWorld) nothingInternalOutside() {
	w.t.Helper()
	for _, m := range w.sent {
		if w.agents[m.to] != "" {
			continue
		}
		for _, c := range w.canaries {
			if strings.Contains(m.all, c) || bytes.Contains(m.raw, []byte(c)) {
				w.t.Errorf("%s is in a mail to %s: %s", c, m.to, m.m.Subject)
			}
		}
		for _, s := range []string{"oberhalb dieser Zeile antworten", "reply above this line", "#notiz", "/n/", "/i/", "X-Ticket"} {
			if strings.Contains(m.all, s) && !w.wroteHimself(m.to, s) {
				w.t.Errorf("%q is in a mail to %s: %s\n%s", s, m.to, m.m.Subject, m.m.Text)
			}
		}
	}
}

// wroteHimself reports whether a person wrote something to the desk before.
func (w *simWorld) wroteHimself(address, text string) bool {
	found := false
	w.view(func(ctx context.Context, tx *store.Tx) error {
		for _, l := range w.letters {
			if l.from != address || found {
				continue
			}
			in, err := tx.InboundByDigest(ctx, l.digest)
			if err != nil {
				return err
			}
			raw, err := tx.Raw(ctx, in.ID)
			if err != nil {
				return err
			}
			found = strings.Contains(mailin.Parse(raw, mailin.Options{}).Text, text)
		}
		return nil
	})
	return found
}

// onceEach: no mail leaves twice, and what left is what was stored for its one cause
// (O1, O3).
func (w *simWorld) onceEach() {
	w.t.Helper()
	seen := map[string]bool{}
	causes := map[string]bool{}
	for _, m := range w.sent {
		if seen[m.m.MessageID] {
			w.t.Errorf("%s left twice: %s", m.m.MessageID, m.m.Subject)
		}
		seen[m.m.MessageID] = true
		w.view(func(ctx context.Context, tx *store.Tx) error {
			out, err := tx.OutboxByMessageID(ctx, m.m.MessageID)
			if err != nil {
				return fmt.Errorf("mail %s: %w", m.m.MessageID, err)
			}
			stored, err := tx.OutboxBytes(ctx, out.ID)
			if err == nil && !bytes.Equal(bytes.TrimSpace(stored), bytes.TrimSpace(m.raw)) {
				w.t.Errorf("%s left with other bytes than were stored", m.m.MessageID)
			}
			if causes[out.Cause] || out.Recipient != m.to {
				w.t.Errorf("cause %s: twice, or to %s instead of %s", out.Cause, m.to, out.Recipient)
			}
			causes[out.Cause] = true
			return err
		})
	}
}

// bounded: automatic mail keeps to its caps at any moment, also when counted from the
// outside (A4), none leaves to ourselves (O9), and each says what it is (A6).
func (w *simWorld) bounded() {
	w.t.Helper()
	at := map[string][]time.Time{}
	for _, m := range w.sent {
		if strings.HasPrefix(m.to, "support") || strings.HasPrefix(m.to, "it@") {
			w.t.Errorf("a mail to ourselves: %s", m.m.Subject)
		}
		if w.agents[m.to] != "" || !m.automatic() {
			continue
		}
		if !bytes.Contains(m.raw, []byte("X-Auto-Response-Suppress: All")) {
			w.t.Errorf("an automatic mail does not ask robots to be quiet: %s", m.m.Subject)
		}
		if strings.Contains(m.m.MessageID, ".s.") {
			continue // an agent's #gelöst, or the end of waiting, once per ticket
		}
		at[m.to] = append(at[m.to], m.at)
	}
	for address, times := range at {
		slices.SortFunc(times, time.Time.Compare)
		for i := range times {
			for _, c := range []struct {
				most int
				in   time.Duration
			}{{2, 10 * time.Minute}, {5, 24 * time.Hour}} {
				if i >= c.most && times[i].Sub(times[i-c.most]) < c.in {
					w.t.Errorf("%d automatic mails to %s within %v", c.most+1, address, c.in)
				}
			}
		}
	}
}

// everythingStored: every mail a person wrote is there, decided, and can be read in a
// ticket or waits for a decision that somebody was asked for.
func (w *simWorld) everythingStored() {
	w.t.Helper()
	for _, l := range w.letters {
		in := w.inbound(l)
		if in.State != "done" {
			w.t.Errorf("%s of %s: %s (%s)", l.what, l.from, in.State, in.Reason)
			continue
		}
		if !l.human || l.word == "" {
			continue
		}
		if w.agents[l.from] != "" {
			w.agentsLetter(l, in)
			continue
		}
		if !slices.Contains([]string{"opened", "answered", "followed", "pending", "held"}, in.Outcome) || !w.shown(in, l.word) {
			w.t.Errorf("%s of %s is not to be seen: %s (%s)", l.what, l.from, in.Outcome, in.Reason)
		}
	}
}

// agentsLetter: what an agent wrote was carried out, or he was asked.
func (w *simWorld) agentsLetter(l *simLetter, in store.Inbound) {
	w.t.Helper()
	switch in.Outcome {
	case "held":
		w.view(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.HoldOf(ctx, in.ID)
			return err
		})
	case "commanded", "opened", "followed", "pending", "answered":
		if in.TicketID != 0 && !w.shown(in, l.word) {
			w.t.Errorf("%s of %s is not to be seen: %s (%s)\n%s", l.what, l.from, in.Outcome, in.Reason, w.rawOf(in))
		}
	default:
		w.t.Errorf("%s of %s: %s (%s)", l.what, l.from, in.Outcome, in.Reason)
	}
}

// rawOf is a mail as it came in.
func (w *simWorld) rawOf(in store.Inbound) (raw []byte) {
	w.view(func(ctx context.Context, tx *store.Tx) (err error) {
		raw, err = tx.Raw(ctx, in.ID)
		return err
	})
	return raw
}

// shown reports whether a word stands in a message that a mail made.
func (w *simWorld) shown(in store.Inbound, word string) (found bool) {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		tk, err := tx.Ticket(ctx, in.TicketID)
		if err != nil {
			return err
		}
		for hops := 0; tk.State == "merged" && hops < 20; hops++ { // its messages went along
			if tk, err = tx.Ticket(ctx, tk.MergedInto); err != nil {
				return err
			}
		}
		list, err := tx.Messages(ctx, tk.ID)
		for _, m := range list {
			found = found || m.InboxID == in.ID && strings.Contains(m.Text, word)
		}
		return err
	})
	return found
}

// onlyWithProof: everything the history attributes to an agent comes from a mail that
// was his, with verdict and token, or from one that such a mail confirmed (S1, S5).
func (w *simWorld) onlyWithProof() {
	w.t.Helper()
	proven := map[int64]*simLetter{}
	for _, l := range w.letters {
		if l.proven {
			proven[w.inbound(l).ID] = l
		}
	}
	w.view(func(ctx context.Context, tx *store.Tx) error {
		events, err := tx.EventsBetween(ctx, simStart.Add(-time.Hour), w.now.Add(time.Hour))
		if err != nil {
			return err
		}
		for _, e := range events {
			id, is := strings.CutPrefix(e.Actor, "agent:")
			if !is || slices.Contains([]string{"held", "not_executed", "not_released"}, e.Kind) {
				continue
			}
			l := proven[e.InboxID]
			if h, err := tx.HoldOf(ctx, e.InboxID); l == nil && err == nil && !h.ReleasedAt.IsZero() && h.Agent == id {
				continue // confirmed by the agent himself
			}
			if l == nil || w.agents[l.from] != id {
				w.t.Errorf("event %s of %s in ticket %d without a proof (inbox %d)", e.Kind, e.Actor, e.TicketID, e.InboxID)
			}
		}
		return nil
	})
}
