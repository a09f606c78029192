package state

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// written is the state machine in the words of its description: row, states,
// events, condition, new state ("=" stays).
const written = `
29 | merged | requester_mail requester_solved requester_thanks requester_rating vendor_mail robot_mail accept reject public_reply assign wait ask_vendor snooze to_level_2 to_level_1 resolve close reopen merge spam | - | =
1  | - | new_mail | allowed | new
2  | - | new_mail | !allowed | held
3  | held | accept | - | new
4  | held | reject expire | - | discarded
5  | new | faq_answer | sure | faq_answered
6  | faq_answered | requester_solved | - | closed_deflected
7  | faq_answered | requester_mail | - | new
8  | faq_answered | ask | !asked | =
9  | faq_answered | deflect | - | closed_deflected
10 | new faq_answered open waiting_requester waiting_vendor scheduled | public_reply | proven | open
11 | new | assign | - | open
12 | new open scheduled waiting_vendor | wait | - | waiting_requester
13 | waiting_requester | requester_mail | - | open
14 | waiting_requester | remind | !asked | =
15 | waiting_requester | resolve_by_time | - | resolved
16 | ACTIVE | ask_vendor | - | waiting_vendor
17 | waiting_vendor | vendor_mail | thread | open
18 | ACTIVE | snooze | future | scheduled
19 | scheduled | wake requester_mail | - | open
20 | ACTIVE | to_level_2 | level1 | =
21 | ACTIVE | to_level_1 | level2+text | open
22 | ACTIVE | resolve requester_solved | - | resolved
23 | resolved | requester_mail | - | open
24 | resolved | requester_thanks requester_rating requester_solved | - | =
25 | resolved | close_by_time close | - | closed
25 | ACTIVE | close | - | closed
26 | closed | requester_mail | within | open
27 | closed closed_deflected | requester_mail | !within | =
28 | ANY | merge | mergeable | merged
30 | ANY | spam | - | discarded
31 | ANY | robot_mail | - | =
32 | faq_answered waiting_requester waiting_vendor scheduled resolved closed closed_deflected discarded | reopen | - | open
33 | resolved closed | public_reply | proven | =
34 | closed_deflected | requester_mail | within | new
`

type line struct {
	row         int
	from, event []string
	cond, to    string
}

func lines(t *testing.T) (out []line) {
	replace := strings.NewReplacer(
		"ACTIVE", "new open faq_answered waiting_requester waiting_vendor scheduled",
		"ANY", "held new open faq_answered waiting_requester waiting_vendor scheduled resolved closed closed_deflected discarded")
	for s := range strings.Lines(strings.TrimSpace(written)) {
		f := strings.Split(replace.Replace(strings.TrimSpace(s)), "|")
		if len(f) != 5 {
			t.Fatalf("line %q", s)
		}
		l := line{from: strings.Fields(f[1]), event: strings.Fields(f[2]), cond: strings.TrimSpace(f[3]), to: strings.TrimSpace(f[4])}
		if _, err := fmt.Sscan(f[0], &l.row); err != nil {
			t.Fatal(err)
		}
		if l.from[0] == "-" {
			l.from = []string{""}
		}
		out = append(out, l)
	}
	return out
}

func holds(cond string, g Guards) bool {
	switch cond {
	case "allowed":
		return g.Allowed
	case "!allowed":
		return !g.Allowed
	case "sure":
		return g.FAQSure
	case "!asked":
		return !g.Asked
	case "proven":
		return g.Proven
	case "thread":
		return g.InThread
	case "future":
		return g.Future
	case "level1":
		return g.Level == 1
	case "level2+text":
		return g.Level == 2 && g.Text
	case "within":
		return g.WithinReopen
	case "!within":
		return !g.WithinReopen
	case "mergeable":
		return g.Mergeable
	}
	return cond == "-"
}

// everyGuard calls f with every combination of guards.
func everyGuard(f func(Guards)) {
	for bits := range 1 << 9 {
		on := func(i int) bool { return bits>>i&1 == 1 }
		for level := range 3 {
			f(Guards{Allowed: on(0), FAQSure: on(1), Asked: on(2), Proven: on(3), InThread: on(4), Future: on(5), Text: on(6), WithinReopen: on(7), Mergeable: on(8), Level: level})
		}
	}
}

// TestEveryPair walks every state with every event and every combination of the
// guards that occur for it, and compares with the written table.
func TestEveryPair(t *testing.T) {
	t.Parallel()
	table := lines(t)
	reached := map[int]bool{}
	for _, from := range append(All(), None) {
		for _, e := range Events() {
			var mine []line
			for _, l := range table {
				if slices.Contains(l.from, string(from)) && slices.Contains(l.event, string(e)) {
					mine = append(mine, l)
				}
			}
			check := func(g Guards) {
				to, row, ok := Next(from, e, g)
				i := slices.IndexFunc(mine, func(l line) bool { return holds(l.cond, g) })
				if i < 0 {
					if ok || row != 0 || to != from {
						t.Errorf("%q + %s %+v: row %d to %q, want no transition", from, e, g, row, to)
					}
					if Otherwise(from, e) == "" {
						t.Errorf("%q + %s: no disposition", from, e)
					}
					return
				}
				want := State(mine[i].to)
				if want == "=" {
					want = from
				}
				if !ok || row != mine[i].row || to != want {
					t.Errorf("%q + %s %+v: row %d to %q, want row %d to %q", from, e, g, row, to, mine[i].row, want)
				}
				reached[row] = true
			}
			if len(mine) == 0 {
				check(Guards{})
				check(Guards{Allowed: true, FAQSure: true, Asked: true, Proven: true, InThread: true, Future: true, Level: 1, Text: true, WithinReopen: true, Mergeable: true})
				continue
			}
			everyGuard(check)
		}
	}
	for row := 1; row <= 34; row++ {
		if !reached[row] {
			t.Errorf("row %d is never reached", row)
		}
	}
}

// TestTableIsSound asserts what must hold of the table itself.
func TestTableIsSound(t *testing.T) {
	t.Parallel()
	known := append(All(), None, Same)
	for _, r := range Table() {
		if len(r.From) == 0 || len(r.Events) == 0 {
			t.Errorf("row %d has no state or no event", r.Row)
		}
		if (r.Guard == nil) != (r.Condition == "") {
			t.Errorf("row %d: guard and condition must go together", r.Row)
		}
		for _, s := range append(slices.Clone(r.From), r.To) {
			if !slices.Contains(known, s) {
				t.Errorf("row %d: unknown state %q", r.Row, s)
			}
		}
		for _, e := range r.Events {
			if !slices.Contains(Events(), e) {
				t.Errorf("row %d: unknown event %q", r.Row, e)
			}
		}
	}
	if n := len(All()); n != 12 {
		t.Errorf("%d states, want 12", n)
	}
}

func TestOtherwise(t *testing.T) {
	t.Parallel()
	check := func(from State, e Event, want Disposition) {
		t.Helper()
		if _, row, ok := Next(from, e, Guards{}); ok {
			t.Errorf("%s + %s is in the table, row %d", from, e, row)
		}
		if got := Otherwise(from, e); got != want {
			t.Errorf("%s + %s: %s, want %s", from, e, got, want)
		}
	}
	check(Open, RequesterMail, Stored) // appended, the state stays
	check(WaitingRequester, RequesterThanks, Stored)
	check(Discarded, RequesterMail, Stored)
	check(Open, Assign, Unaffected) // another agent takes over
	check(Resolved, Assign, Unaffected)
	check(Closed, Assign, Refused)
	check(Closed, Wait, Refused)
	check(Open, Merge, Refused)       // into itself
	check(Open, PublicReply, Refused) // without a proof
	check(Open, RemindTimer, Ignored) // answered in the meantime
	check(Closed, CloseTimer, Ignored)
	check(Merged, WakeTimer, Ignored)
	check(Open, FAQAnswer, Ignored)
	check(None, RobotMail, Stored)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range All() {
		de, en := s.Label("de"), s.Label("en")
		if de == "" || en == "" || de == string(s) || seen[de] || seen[en] {
			t.Errorf("%s: labels %q, %q", s, de, en)
		}
		seen[de], seen[en] = true, true
	}
}

// FuzzNext asserts that no event leads out of the known states.
func FuzzNext(f *testing.F) {
	f.Add("new", "public_reply", true, 1)
	f.Add("", "new_mail", false, 0)
	f.Fuzz(func(t *testing.T, from, event string, yes bool, level int) {
		to, row, ok := Next(State(from), Event(event), Guards{Allowed: yes, Proven: yes, Future: yes, Text: yes, WithinReopen: yes, Mergeable: yes, Level: level})
		if ok != (row > 0) || !ok && to != State(from) || ok && !slices.Contains(All(), to) {
			t.Errorf("%q + %q: %q, row %d, %v", from, event, to, row, ok)
		}
	})
}

func BenchmarkNext(b *testing.B) {
	for b.Loop() {
		Next(ClosedDeflected, RequesterMail, Guards{WithinReopen: true})
	}
}
