package report

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// randomHistory is what a desk could have written about some tickets, over ten
// weeks, with every kind of event, in no order but that of time.
func randomHistory(t testing.TB, seed uint64) *history {
	h := newHistory(t)
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	start := h.at("2026-02-20 08:00")
	type planned struct {
		Event
		facts any
	}
	var all []planned
	for id := int64(1); id <= int64(5+r.IntN(40)); id++ {
		at := start.Add(time.Duration(r.IntN(65*24*60)) * time.Minute)
		add := func(actor, kind, old, new string, facts any) {
			all = append(all, planned{Event{Ticket: id, At: at, Actor: actor, Kind: kind, Old: old, New: new}, facts})
		}
		f := OpenedFacts{Channel: pick("mail", "mail", "phone"), Kind: pick("incident", "incident", "request"), Category: pick("vpn", "erp", "mail"),
			Unsorted: r.IntN(5) == 0, Priority: pick("P1", "P2", "P3"), Group: pick("first", "net"), Level: 1, CreatedAt: at.Add(-time.Duration(r.IntN(90)) * time.Minute).UnixMilli()}
		if r.IntN(12) == 0 {
			f.Mode = "training"
		}
		if r.IntN(15) == 0 {
			f.Level = 2
		}
		state, level, category, assignee := "new", fmt.Sprint(f.Level), f.Category, ""
		if r.IntN(10) == 0 {
			add("system", "opened", "", "held", nil)
			at = at.Add(time.Duration(r.IntN(3000)) * time.Minute)
			add("agent:lena", KindAccepted, "", "", f)
			add("agent:lena", "state", "held", "new", nil)
		} else {
			add("requester", "opened", "", "new", f)
		}
		cycle := 1
		for range r.IntN(25) {
			if r.IntN(3) > 0 { // several things happen at one instant
				at = at.Add(time.Duration(r.IntN(36*60)) * time.Minute)
			}
			facts := ClockFacts{Cycle: cycle, Used: int64(r.IntN(1e8)), Gross: int64(r.IntN(1e8)), Wall: int64(r.IntN(1e8)), Priority: f.Priority}
			switch r.IntN(16) {
			case 0, 1, 2, 3:
				old := state
				state = pick("open", "open", "waiting_requester", "waiting_vendor", "scheduled", "resolved", "resolved", "closed", "faq_answered",
					"closed_deflected", "merged", "discarded", "new")
				if old != state {
					add(pick("requester", "timer", "agent:lena"), "state", old, state, nil)
				}
			case 4:
				old := category
				category = pick("vpn", "erp", "mail")
				add(pick("agent:lena", "rule:x"), "category", old, category, nil)
			case 5:
				old := assignee
				assignee = pick("", "lena", "tobias")
				add("agent:lena", "assigned", old, assignee, nil)
			case 6:
				add("agent:lena", "group", "first", pick("first", "net"), nil)
			case 7:
				old := level
				if level = pick("1", "2"); level != old {
					add(pick("agent:lena", "rule:x", "timer"), "level", old, level, nil)
				}
			case 8, 9:
				add("system", KindClock, pick(Clocks()...), pick("met", "met", "breached", "not_applicable", "running"), facts)
				cycle = 1 + r.IntN(2)
			case 10:
				add("timer", KindBreach, "", pick(Clocks()...), facts)
			case 11:
				add("agent:lena", KindReply, "", "reply", nil)
			case 12:
				add("system", KindSurvey, "", "", nil)
				add("requester", KindRated, "", pick("1", "2", "3", "4", "5"), nil)
			case 13:
				add("system", KindFAQ, pick("", "vpn"), pick("vpn", "rejected", "helped"), nil)
			case 14:
				add("requester", KindRecontact, "", "IT-1", nil)
			case 15:
				add("timer", pick(KindStep, KindManager), pick("", StepHierarchical), "late", nil)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b planned) int { return a.At.Compare(b.At) })
	for _, e := range all {
		h.add(e.Ticket, e.At, e.Actor, e.Kind, e.Old, e.New, e.facts)
	}
	return h
}
