package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
)

// hostileEnv names a folder of hostile mails with an expected.json. It is
// compulsory in CI, where the folder is there.
const hostileEnv = "FIRSTLINE_HOSTILE"

type hostileCase struct {
	ID       string   `json:"id"`
	Files    []string `json:"files"`
	Expect   map[string]any
	defaults map[string]any
}

func (c hostileCase) want(key string) any {
	if v, ok := c.Expect[key]; ok {
		return v
	}
	return c.defaults[key]
}

func (c hostileCase) words(key string) []string {
	list, _ := c.want(key).([]any)
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// TestHostile sends every mail of a hostile corpus through the desk, in a world
// with two tickets, and compares what happened.
func TestHostile(t *testing.T) {
	dir := os.Getenv(hostileEnv)
	if dir == "" {
		t.Skipf("%s is not set: it names the folder of hostile mails", hostileEnv)
	}
	b, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var corpus struct {
		Defaults map[string]any `json:"defaults"`
		Cases    []hostileCase  `json:"cases"`
	}
	if err := json.Unmarshal(b, &corpus); err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus.Cases {
		c.defaults = corpus.Defaults
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			runHostile(t, dir, c)
		})
	}
}

// world seeds the two tickets of the corpus and returns the identifiers of the
// mails its placeholders stand for.
func world(t *testing.T) (*office, map[string]string) {
	t.Helper()
	o := newOffice(t, func(c *triage.Config) {
		c.Mailboxes[0].Aliases = []string{"info@firma.example"}
		c.Security.MayOpen = []string{"anyone"}
		c.Security.BorderHosts = []string{"mx.firma.example"}
		c.Ticket.FirstNumber = 1001
		c.People.Agents = []triage.Agent{
			{ID: "anna", Name: "Anna Agent", Address: "anna.agent@firma.example", Level: 1},
			{ID: "bernd", Name: "Bernd Beispiel", Address: "bernd.beispiel@firma.example", Level: 1},
		}
		c.People.Groups[0].Members = []string{"anna", "bernd"}
		c.People.Groups[0].Lead = ""
		c.People.Groups[1].Members = []string{"bernd"}
	})
	o.now = time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	const annaFrom, bernd = "Anna Agent <anna.agent@firma.example>", "Bernd Beispiel <bernd.beispiel@firma.example>"
	seed := func(from, subject, agent, note, last string) (ack, notice, reply mail) {
		mails := o.receive(eml{from: from, subject: subject, text: subject})
		address := mailin.FoldAddress(from)
		ack = o.only(mails, address)
		notice = o.only(mails, mailin.FoldAddress(agent[strings.Index(agent, "<")+1:len(agent)-1]))
		o.now = o.now.Add(time.Minute)
		o.receive(eml{from: agent, subject: "AW", text: "#notiz\r\n" + note, answers: &notice})
		mails = o.receive(eml{from: agent, subject: "AW", text: last + "Wir schauen uns das an.", answers: &notice})
		reply = o.only(mails, address)
		return ack, notice, reply
	}
	ack, notice, reply := seed("kunde@kunde.example", "Drucker druckt nicht", annaFrom, "CANARY-NOTE-1001-7f3a", "")
	_, _, reply2 := seed("einkauf@kunde2.example", "Rechnung fehlt", bernd, "CANARY-NOTE-1002-91cc", "#schließen\r\n")
	o.now = time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)
	return o, map[string]string{
		"@@MID-1001-REQ@@": reply.MessageID, "@@MID-1001-ANNA@@": notice.MessageID, "@@MID-1001-ACK@@": ack.MessageID,
		"@@MID-1002-REQ@@": reply2.MessageID, "[#": "[IT-",
	}
}

func runHostile(t *testing.T, dir string, c hostileCase) {
	o, ids := world(t)
	before := o.snapshot()
	var raws [][]byte
	for _, f := range c.Files {
		raw, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		for key, id := range ids {
			raw = bytes.ReplaceAll(raw, []byte(key), []byte(id))
		}
		raws = append(raws, raw)
	}
	start := time.Now()
	mails := o.receiveRaw(raws...)
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("took %v", d)
	}
	after := o.snapshot()
	fresh := after.inbox[len(before.inbox):]
	if n, ok := c.want("stored_messages").(float64); ok && len(fresh) != int(n) {
		t.Errorf("%d mails stored, want %v", len(fresh), n)
	}
	for _, in := range fresh {
		if in.State == "new" {
			t.Error("a mail still waits")
		}
	}
	o.checkOutgoing(c, mails, fresh)
	o.checkDisposition(c, fresh, before, after)
	o.checkReading(c, fresh)
	o.sound()
}

// checkOutgoing compares what leaves: automatic mail to strangers, agents' text,
// what must not be in it.
func (o *office) checkOutgoing(c hostileCase, mails []mail, fresh []store.Inbound) {
	automatic, human := 0, 0
	for _, m := range mails {
		_, agent := o.desk.Config().AgentByAddress(m.Recipient)
		if m.Class == "automatic" {
			automatic++
		}
		if m.Class == "human" && !agent {
			human++
		}
		if agent {
			continue
		}
		for _, canary := range c.words("outgoing_must_not_contain") {
			if bytes.Contains(m.raw, []byte(canary)) || strings.Contains(m.m.Text, canary) {
				o.t.Errorf("a mail to %s contains %q", m.Recipient, canary)
			}
		}
	}
	switch want := fmt.Sprint(c.want("auto_mail")); {
	case want == "forbidden" && automatic > 0:
		o.t.Errorf("automatic mail although forbidden: %s", describe(mails))
	case want == "required" && automatic == 0:
		o.t.Errorf("no automatic mail although required: %v", fresh)
	case strings.HasPrefix(want, "max:"):
		if limit, _ := strconv.Atoi(want[4:]); automatic > limit {
			o.t.Errorf("%d automatic mails, at most %d", automatic, limit)
		}
	}
	switch want := fmt.Sprint(c.want("agent_text_out")); {
	case want == "forbidden" && human > 0:
		o.t.Errorf("agent's text left: %s", describe(mails))
	case want == "required" && human == 0:
		o.t.Errorf("agent's text did not leave: %s %v", describe(mails), fresh)
	}
}

// checkDisposition compares where the mail went.
func (o *office) checkDisposition(c hostileCase, fresh []store.Inbound, before, after state) {
	allowed := c.words("disposition")
	for _, in := range fresh {
		got := map[string]string{
			"opened": "new_ticket", "answered": "new_ticket", "followed": "append", "commanded": "append", "held": "quarantine",
			"pending": "pending", "ignored": "record", "reported": "record", "loop": "record", "rejected": "record",
			"set_aside": "quarantine", "duplicate": "duplicate",
		}[in.Outcome]
		if got == "duplicate" {
			continue
		}
		if got == "record" && !slices.Contains(allowed, "record") {
			got = "quarantine" // stored, visible by `inbox`, without effect
		}
		if !slices.Contains(allowed, got) {
			o.t.Errorf("disposition %s (%s: %s), want one of %v", got, in.Outcome, in.Reason, allowed)
		}
		threaded := int64(0)
		if tk, ok := before.tickets[in.TicketID]; ok {
			threaded = tk.Number
		}
		switch want := c.want("threaded_to").(type) {
		case nil:
			if threaded != 0 {
				o.t.Errorf("threaded to %d, want none (%s: %s)", threaded, in.Outcome, in.Reason)
			}
		case float64:
			if threaded != int64(want) {
				o.t.Errorf("threaded to %d, want %v (%s: %s)", threaded, want, in.Outcome, in.Reason)
			}
		}
	}
	commands := len(c.words("commands"))
	changed := 0
	for id, tk := range before.tickets {
		now := after.tickets[id]
		if (now.State == "closed" || now.State == "resolved") && now.State != tk.State {
			changed++
		}
	}
	if commands == 0 && changed > 0 {
		o.t.Error("a command was carried out")
	}
	if commands > 0 && changed == 0 {
		o.t.Errorf("the command was not carried out: %v", fresh)
	}
}

// checkReading compares verdict, class and names of attachments.
func (o *office) checkReading(c hostileCase, fresh []store.Inbound) {
	if len(fresh) == 0 {
		return
	}
	ctx := o.t.Context()
	var raw []byte
	err := o.store.View(ctx, func(tx *store.Tx) error {
		var err error
		raw, err = tx.Raw(ctx, fresh[0].ID)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	m := mailin.Parse(raw, o.desk.Config().ParseOptions(o.now))
	if want := fmt.Sprint(c.want("auth")); want != "any" && want != m.Auth.Verdict {
		o.t.Errorf("verdict %s (%s), want %s", m.Auth.Verdict, m.Auth.Reason, want)
	}
	if want := fmt.Sprint(c.want("class")); want != "any" && want != string(m.Automatic.Class) {
		o.t.Errorf("class %s %v, want %s", m.Automatic.Class, m.Automatic.Reasons, want)
	}
	for _, text := range c.words("body_contains") {
		if !strings.Contains(m.Text, text) {
			o.t.Errorf("text lacks %q", text)
		}
	}
}

// state is what the store holds at an instant.
type state struct {
	inbox   []store.Inbound
	tickets map[int64]store.Ticket
}

func (o *office) snapshot() state {
	o.t.Helper()
	s := state{tickets: map[int64]store.Ticket{}}
	ctx := o.t.Context()
	err := o.store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.ListInbound(ctx, store.InboundFilter{Limit: 10000})
		if err != nil {
			return err
		}
		slices.Reverse(rows)
		s.inbox = rows
		tickets, err := tx.ListTickets(ctx, store.TicketFilter{Limit: 10000})
		for _, tk := range tickets {
			s.tickets[tk.ID] = tk
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}
