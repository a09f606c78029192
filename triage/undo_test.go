package triage_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/store"
	"firstline/triage"
)

func always(c *triage.Config) { c.Ticket.Confirm = "always" }

// face is what an undo has to bring back.
type face struct {
	State, Priority, Category, Group, Assignee, Requester, Subject string
	Level                                                          int
	Parent                                                         int64
	Tags, People                                                   []string
	Effort                                                         time.Duration
}

func (o *office) face(number int64) face {
	o.t.Helper()
	tk := o.ticket(number)
	f := face{tk.State, tk.Priority, tk.Category, tk.Group, tk.Assignee, tk.Requester, tk.Subject, tk.Level, tk.ParentID, slices.Sorted(slices.Values(tk.Tags)), nil, 0}
	for address, role := range o.people(number) {
		f.People = append(f.People, address+" "+role)
	}
	slices.Sort(f.People)
	for _, e := range o.events(number, "effort") {
		d, _ := time.ParseDuration(e.New)
		f.Effort += d
	}
	return f
}

var undoLine = regexp.MustCompile(`antworten Sie\s+mit\s+(#.+)`)

// undoOf is the command that a confirmation offers.
func undoOf(t *testing.T, confirmed mail) string {
	t.Helper()
	m := undoLine.FindStringSubmatch(confirmed.m.Text)
	if m == nil {
		t.Fatalf("no undo in %s", confirmed.m.Text)
	}
	return m[1]
}

// TestUndo applies the undo command of every confirmation and gets the old ticket back.
func TestUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, command string }{
		{"", "#für " + bertAt}, {"", "#cc +" + bertAt}, {"#cc +" + bertAt, "#cc -" + bertAt}, {"", "#kat konto"}, {"", "#prio P1"},
		{"#auswirkung firma", "#dringlichkeit sofort"}, {"", "#tag +a +b"}, {"#tag +a", "#tag -a"}, {"", "#betreff Ganz anders"}, {"", "#zeit 1h30"},
		{"#zuweisen tobias", "#ich"}, {"#ich", "#zuweisen tobias"}, {"#ich", "#frei"}, {"#ich", "#l2 netz: Server?"}, {"#ich", "#gruppe netz"},
		{"#ich", "#warten"}, {"#ich", "#dritte"}, {"#ich", "#wv morgen"}, {"#ich", "#gelöst"}, {"#ich", "#schließen"}, {"#ich", "#spam"},
		{"#ich\n#schließen", "#öffnen"}, {"#warten", "#öffnen"}, {"#ich", "#haupt IT-10002"}, {"#problem IT-10002", "#haupt -"}, {"", "#problem IT-10002"},
	} {
		t.Run(c.command, func(t *testing.T) {
			t.Parallel()
			o := bureau(t, always)
			notice := o.only(o.receive(printer), lenaAt)
			o.fresh(bert, "Beamer", "Der Beamer bleibt dunkel.")
			if c.before != "" {
				o.answer(&notice, lena, c.before)
				o.done()
			}
			was := o.face(10001)
			var confirmed mail
			for _, m := range to(o.answer(&notice, lena, c.command), lenaAt) {
				if strings.Contains(m.m.Subject, "Erledigt") {
					confirmed = m
				}
			}
			o.done()
			if confirmed.m == nil {
				t.Fatal("no confirmation")
			}
			if now := o.face(10001); reflect.DeepEqual(now, was) {
				t.Fatalf("nothing happened: %+v", now)
			}
			undo := undoOf(t, confirmed)
			o.answer(&confirmed, lena, undo)
			o.done()
			if now := o.face(10001); !reflect.DeepEqual(now, was) {
				t.Errorf("%s, then %s:\n got %+v\nwant %+v", c.command, undo, now, was)
			}
			o.sound()
		})
	}
}

// TestUndoReturn: a return by the second level is undone by handing over again.
func TestUndoReturn(t *testing.T) {
	t.Parallel()
	o := bureau(t, always)
	notice := o.only(o.receive(printer), lenaAt)
	hand := o.only(o.answer(&notice, lena, "#l2 netz"), markusAt)
	mails := o.answer(&hand, markus, "#l1: Zertifikat war abgelaufen.")
	undo := undoOf(t, o.only(mails, markusAt))
	confirmed := o.only(mails, markusAt)
	o.answer(&confirmed, markus, undo)
	if tk := o.ticket(10001); tk.Level != 2 || tk.Group != "netz" {
		t.Errorf("%s: %+v", undo, tk)
	}
	o.sound()
}

// TestConfirmedOnlyWhereNeeded: without confirm: always an agent gets a mail only about
// what he cannot see otherwise.
func TestConfirmedOnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]int{
		"#ich": 0, "#prio P1": 0, "#kat konto": 0, "#tag +a": 0, "#gelöst": 0, "#warten\nWelche?": 0, "#notiz\nIntern.": 0, "#zuweisen tobias": 0,
		"#warten 2d\nWelche?": 1, "#wv morgen": 1, "#zuweisen markus": 1,
	} {
		o := bureau(t, func(c *triage.Config) {
			c.People.Absences = []triage.Absence{{Agent: "markus", From: monday.Add(-24 * time.Hour), To: monday.Add(72 * time.Hour), Substitute: "tobias"}}
		})
		notice := o.only(o.receive(printer), lenaAt)
		if mails := o.answer(&notice, lena, command); len(to(mails, lenaAt)) != want {
			t.Errorf("%s: %s", command, describe(mails))
		} else if command == "#zuweisen markus" {
			mustRead(o, mails, lenaAt, "Tobias Kern")
			mustRead(o, mails, tobiasAt, "Lena Huber")
		}
	}
	// Names that were corrected are confirmed.
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	asked := o.answer(&notice, lena, "#zuweisen brandel")
	o.refused(asked, lenaAt, "Markus Brandl")
	mails := o.answer(&asked[0], lena, "ok")
	mustRead(o, mails, lenaAt, "#zuweisen markus (Markus Brandl)")
	mustRead(o, mails, lenaAt, "#frei")
	if tk := o.ticket(10001); tk.Assignee != "markus" {
		t.Errorf("assignee %s", tk.Assignee)
	}
	o.sound()
}

// TestAnyOrder: the same commands in any order give the same ticket and the same mails.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	lines := []string{
		"#für " + bertAt, "#kat konto", "#prio hoch", "#tag +a", "#tag +b", "#betreff Neu", "#zeit 15m", "#zuweisen tobias", "#analyse: x y", "#ursache: z",
		"#antwort", "#siehe IT-10002", "#cc +c.weiss@firma.example", "#warten 2d",
	}
	random := rand.New(rand.NewPCG(5, 6))
	var first map[string]int
	var want face
	for range 8 {
		o := bureau(t)
		notice := o.only(o.receive(printer), lenaAt)
		o.fresh("Carla Weiß <c.weiss@firma.example>", "Beamer", "Der Beamer bleibt dunkel.")
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		mails := o.answer(&notice, lena, strings.Join(lines, "\n")+"\n\nHallo, welche Meldung sehen Sie?")
		o.done()
		o.sound()
		sent := map[string]int{}
		for _, m := range mails {
			sent[fmt.Sprintf("%s %s", m.Recipient, strings.Join(strings.Fields(m.m.Reply), " "))]++
		}
		for _, m := range o.messages(o.ticket(10001).ID) {
			sent[m.Kind+" "+m.Text]++
		}
		got := o.face(10001)
		if first == nil {
			first, want = sent, got
			if got.State != "waiting_requester" || got.Requester != bertAt || got.Assignee != "tobias" {
				t.Fatalf("%+v", got)
			}
		}
		if !maps.Equal(sent, first) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n got %+v\nwant %+v\n got %v\nwant %v", lines, got, want, sent, first)
		}
	}
}

// TestAllOrNothing: one wrong line, and neither commands nor text have any effect; ok
// carries out the corrected mail once.
func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, why string
		fixed     func(store.Ticket) bool
	}{
		{"#gelost\n#prio hochh\n\nFertig.", "Meinten Sie #gelöst", func(tk store.Ticket) bool { return tk.State == "resolved" && tk.Priority == "P2" }},
		{"#ich\n#Wraten.\nWelche Meldung?", "#warten", func(tk store.Ticket) bool { return tk.State == "waiting_requester" && tk.Assignee == "lena" }},
		{"Hallo,\n#ich\nGruß", "mitten im Text", func(tk store.Ticket) bool { return tk.Assignee == "lena" }},
		{"#status solved\nFertig.", "#gelöst", func(tk store.Ticket) bool { return tk.State == "resolved" }},
		{"#ich #prio hoch", "ein Befehl je Zeile", func(tk store.Ticket) bool { return tk.Assignee == "lena" && tk.Priority == "P2" }},
		{"#gelöst\n#warten\nHallo", "widerspricht", nil},
		{"#ich\n#quatsch\nHallo", "unbekannt", nil},
		{"#prio blau", "Möglich: P1", nil},
		{"#für Niemand", "steht nicht im Verzeichnis", nil},
		{"#wv gestern", "in der Vergangenheit", nil},
		{"#l1", "Text fehlt", nil},
		{"#zusammen IT-99999", "gibt es nicht", nil},
		{"#vorlage gibtsnicht", "diese Vorlage gibt es nicht", nil},
		{"#dritte " + annaAt + ": Bitte", "liest im Ticket schon mit", nil},
		{"#dritte " + tobiasAt + ": Bitte", "Adresse des Teams", nil},
		{"#gruppe first", "", nil},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			o := bureau(t)
			notice := o.only(o.receive(printer), lenaAt)
			if c.why == "" {
				return
			}
			before := o.face(10001)
			asked := o.answer(&notice, lena, c.text)
			o.refused(asked, lenaAt, c.why)
			if now := o.face(10001); !reflect.DeepEqual(now, before) {
				t.Errorf("something happened: %+v", now)
			}
			mails := o.answer(&asked[0], lena, "ok")
			if c.fixed == nil {
				quietTo(o, mails, annaAt)
				if now := o.face(10001); !reflect.DeepEqual(now, before) {
					t.Errorf("ok did something: %+v", now)
				}
				return
			}
			if !c.fixed(o.ticket(10001)) {
				t.Errorf("ok did not: %+v %s", o.ticket(10001), describe(mails))
			}
			if again := o.answer(&asked[0], lena, "ok"); len(to(again, annaAt)) > 0 {
				t.Errorf("ok twice: %s", describe(again))
			}
			o.sound()
		})
	}
}

// TestWrittenBadly: what mail programs make of a command.
func TestWrittenBadly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"#Gelöst.\nFertig.", "＃gelöst\nFertig.", "#geloest\nFertig.", "\u00a0#gelöst\u200b\nFertig.", "#GELÖST!\nFertig.", "#gelo\u0308st\nFertig.",
		"Fertig.\n\n#gelöst", "#solved\nFertig.", "\ufeff#erledigt\n\nFertig.", "  #done  \n\n\nFertig.",
	} {
		o := bureau(t)
		notice := o.only(o.receive(printer), lenaAt)
		mails := o.answer(&notice, lena, text)
		if got := o.only(mails, annaAt); o.ticket(10001).State != "resolved" || strings.Contains(got.m.Text, "#") || !strings.Contains(got.m.Text, "Fertig.") {
			t.Errorf("%q: %s %s", text, o.ticket(10001).State, got.m.Text)
		}
	}
	// HTML only, with smart quotes and a mailto link behind the address.
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	raw := eml{from: lena, subject: "AW", text: "<html><body><div>#für <a href=\"mailto:b.sommer@firma.example\">b.sommer@firma.example</a></div><div>#betreff &bdquo;Toner leer&ldquo;</div>" +
		"<div><br></div><div>Hallo,</div><div>erledigt.</div></body></html>", headers: []string{"In-Reply-To: <" + notice.m.MessageID + ">"}}.bytes(900)
	o.now = o.now.Add(time.Hour)
	mails := o.receiveRaw([]byte(strings.Replace(string(raw), "text/plain", "text/html", 1)))
	if tk := o.ticket(10001); tk.Requester != bertAt || !strings.Contains(tk.Subject, "Toner leer") || len(to(mails, bertAt)) != 1 {
		t.Errorf("HTML: %+v %s %s", tk, describe(mails), o.outcome().Reason)
	}
}

// TestOnlyTheBlockCommands: quotes, signatures, attachments, subjects and the middle of
// scripts command nothing.
func TestOnlyTheBlockCommands(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	mails := o.answer(&notice, lena, "Hallo Frau Berger,\nbitte so:\n# Titel\n#1 und #ff0000\n#!/bin/sh\n##gelöst ist ein Wort\nGruß\n-- \nLena, Abteilung #1\nTel. 12")
	if got := o.only(mails, annaAt); !strings.Contains(got.m.Text, "#ff0000") || !strings.Contains(got.m.Text, "#!/bin/sh") || !strings.Contains(got.m.Text, "#gelöst ist ein Wort") {
		t.Errorf("text: %s", got.m.Text)
	}
	if tk := o.ticket(10001); tk.State != "open" {
		t.Errorf("state %s", tk.State)
	}
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "#spam", text: "Ich sehe nach.\r\n\r\nAm 2.3. schrieb Anna:\r\n> #schließen\r\n> #spam", answers: &notice})
	o.only(mails, annaAt)
	if tk := o.ticket(10001); tk.State != "open" {
		t.Errorf("state %s", tk.State)
	}
	// A subject alone is a block, for phones.
	o.now = o.now.Add(time.Hour)
	o.receive(eml{from: lena, subject: "AW: [IT-10001] #prio hoch", text: "", answers: &notice})
	if tk := o.ticket(10001); tk.Priority != "P2" {
		t.Errorf("subject block: %s %s", tk.Priority, o.outcome().Reason)
	}
	o.sound()
}

// TestTwentyThousandCommands are refused as one mail, in a mail of bearable size.
func TestTwentyThousandCommands(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	asked := o.answer(&notice, lena, strings.Repeat("#tag +a\n#zeit 1m\n", 10_000)+"Hallo")
	o.refused(asked, lenaAt, "zu viele Befehle")
	if n := len(asked[0].raw); n > 200<<10 {
		t.Errorf("the answer has %d bytes", n)
	}
	o.sound()
}

// TestRenamed: a renamed ticket keeps the subject of its threads; lists show the new one.
func TestRenamed(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.receive(printer)
	notice, receipt := o.only(mails, lenaAt), o.only(mails, annaAt)
	o.answer(&notice, lena, "#betreff Toner leer im 2. OG\n#ich")
	if got := o.only(o.answer(&receipt, anna, "Noch etwas."), lenaAt); got.m.Subject != notice.m.Subject {
		t.Errorf("the agents' thread is now %q", got.m.Subject)
	}
	if got := o.only(o.answer(&notice, lena, "Ich komme."), annaAt); got.m.Subject != receipt.m.Subject {
		t.Errorf("the requester's thread is now %q", got.m.Subject)
	}
	mustRead(o, o.fresh(lena, "#meine", ""), lenaAt, "Toner leer im 2. OG")
	o.sound()
}
