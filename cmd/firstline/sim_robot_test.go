package main

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
	"firstline/store"
)

// robotMail is what a robot sends to the desk.
type robotMail struct {
	from, subject, text string
	returnPath          string // "" = from; "<>" = the null path
	headers             []string
	refs                []string      // answered identifiers
	raw                 []byte        // instead of all the above
	after               time.Duration // 0 = two seconds
}

// robot is a partner that answers by itself: reliability 2.4.
type robot struct {
	name string
	// at is the mailbox it lives in; "" = the partner's.
	at string
	// answer is what it sends for a mail it got; n counts them from 0. standard says
	// whether it marks itself with the headers that the standards ask for.
	answer func(m *simMail, n int, standard bool) []robotMail
}

const (
	robotAt   = "k.kunde@robot.example"
	humanName = "Karl Kunde <" + robotAt + ">"
)

// onlyIf gives headers only to robots that keep to the standards.
func onlyIf(standard bool, headers ...string) []string {
	if standard {
		return headers
	}
	return nil
}

func ids(m *simMail) []string { return append(append([]string(nil), m.m.References...), m.m.MessageID) }

// robots are the fourteen models.
func robots() []robot {
	once := func(every int, f func(m *simMail, standard bool) robotMail) func(*simMail, int, bool) []robotMail {
		return func(m *simMail, n int, standard bool) []robotMail {
			if n%every != 0 {
				return nil
			}
			return []robotMail{f(m, standard)}
		}
	}
	return []robot{
		{name: "Exchange out of office, once per sender", answer: once(1000, func(m *simMail, s bool) robotMail {
			return robotMail{from: humanName, subject: "Automatische Antwort: " + m.m.Subject, text: "Ich bin bis zum 20.03. nicht im Haus.", returnPath: "<>",
				headers: onlyIf(s, "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "X-MS-Exchange-Inbox-Rules-Loop: "+robotAt), refs: ids(m)}
		})},
		{name: "Gmail vacation, every fourth", answer: once(4, func(m *simMail, s bool) robotMail {
			return robotMail{from: humanName, subject: "Out of Office Re: " + m.m.Subject, text: "I am on vacation until March 20.",
				headers: onlyIf(s, "Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"), refs: ids(m)}
		})},
		{name: "Sieve vacation", answer: once(7, func(m *simMail, s bool) robotMail {
			return robotMail{from: humanName, subject: "Auto: " + m.m.Subject, text: "Ich bin im Urlaub.", returnPath: "<>",
				headers: onlyIf(s, "Auto-Submitted: auto-replied (vacation)"), refs: ids(m)[len(ids(m))-1:]}
		})},
		{name: "vacation that answers every mail", answer: once(1, func(m *simMail, s bool) robotMail {
			r := robotMail{from: humanName, subject: "Re: " + m.m.Subject, text: "Guten Tag,\n\nich bin bis zum 20.03. nicht erreichbar. In dringenden Fällen wenden Sie sich an Frau Meier.\n\nKarl Kunde"}
			if s {
				r.refs = ids(m)
			}
			return r
		})},
		{name: "another desk with a new number each time", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{{from: humanName, subject: fmt.Sprintf("Ihr Anliegen %s (Vorgang %d)", "wurde aufgenommen", 4711+n), text: "Wir haben Ihre Nachricht erhalten und kümmern uns darum.",
				headers: onlyIf(s, "Auto-Submitted: auto-generated", "Precedence: bulk")}}
		}},
		{name: "another desk that keeps our subject", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{{from: humanName, subject: fmt.Sprintf("[#SD-%d] %s", 4711+n, m.m.Subject), text: "Ihre Anfrage ist bei uns eingegangen und wird bearbeitet.",
				headers: onlyIf(s, "Auto-Submitted: auto-replied"), refs: onlyIf(s, ids(m)...)}}
		}},
		{name: "mailing list manager", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{
				{from: "Verteiler <verteiler-bounces@robot.example>", subject: "Ihre Nachricht an verteiler wartet auf Freigabe", text: "Die Moderation entscheidet.",
					headers: onlyIf(s, "Precedence: list", "List-Id: <verteiler.robot.example>", "X-Mailman-Version: 2.1.39")},
				{from: "Verteiler <verteiler@robot.example>", subject: "[verteiler] " + m.m.Subject, text: m.m.Text,
					headers: onlyIf(s, "List-Id: <verteiler.robot.example>", "List-Post: <mailto:verteiler@robot.example>"), refs: ids(m), after: time.Minute},
			}
		}},
		{name: "mail server that bounces everything", answer: func(m *simMail, n int, s bool) []robotMail { return []robotMail{bounceOf(m, "<>", s)} }},
		{name: "bounces to the From address", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{bounceOf(m, "mailer-daemon@robot.example", s)}
		}},
		{name: "challenge and response", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{{from: humanName, subject: fmt.Sprintf("Bitte bestätigen Sie Ihre Nachricht [%x]", 0xbeef+n), text: "Um Spam zu vermeiden, antworten Sie bitte einmal auf diese Nachricht. Ihre Mail wird dann zugestellt.",
				headers: onlyIf(s, "Auto-Submitted: auto-replied")}}
		}},
		{name: "no-reply robot that answers", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{{from: "Portal <noreply@robot.example>", subject: "Re: " + m.m.Subject, text: "Dieses Postfach wird nicht gelesen. Bitte antworten Sie nicht auf diese Nachricht.",
				headers: onlyIf(s, "Auto-Submitted: auto-replied"), refs: ids(m)}}
		}},
		{name: "forwarder that sends our mail back", answer: func(m *simMail, n int, s bool) []robotMail {
			if s {
				return []robotMail{{raw: append([]byte("X-Forwarded-To: "+simSupport+"\r\n"), m.raw...), returnPath: robotAt}}
			}
			// It rewrites author and identifiers and drops what it does not know.
			return []robotMail{{from: humanName, subject: m.m.Subject, text: m.m.Text}}
		}},
		{name: "an agent's out of office", at: "l.huber@isarwerk.example", answer: func(m *simMail, n int, s bool) []robotMail {
			return []robotMail{{from: simLena, subject: "Automatische Antwort: " + m.m.Subject, text: "Ich bin bis zum 20.03. nicht im Haus. In dringenden Fällen: Tobias Kern.", returnPath: "<>",
				headers: onlyIf(s, "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"), refs: ids(m)}}
		}},
		{name: "an agent's auto-forward of notices to the desk", at: "l.huber@isarwerk.example", answer: func(m *simMail, n int, s bool) []robotMail {
			r := robotMail{from: simLena, subject: "WG: " + m.m.Subject, text: "________________________________\nVon: " + m.m.From.Name + " <" + m.m.From.Address + ">\nGesendet: Montag, 2. März 2026 09:00\nAn: Lena Huber\nBetreff: " +
				m.m.Subject + "\n\n" + m.m.Text, headers: onlyIf(s, "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "Auto-Submitted: auto-generated")}
			if s {
				r.refs = ids(m)
			}
			return []robotMail{r}
		}},
	}
}

// bounceOf is a delivery report about a mail of ours, in the form of RFC 3464 or as
// the prose of a server that knows none.
func bounceOf(m *simMail, returnPath string, standard bool) robotMail {
	r := robotMail{from: "Mail Delivery System <mailer-daemon@robot.example>", subject: "Undelivered Mail Returned to Sender", returnPath: returnPath, after: 5 * time.Second}
	head, _, _ := bytes.Cut(m.raw, []byte("\r\n\r\n"))
	if !standard {
		r.text = "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<" + m.to + ">: host mx.robot.example said: 550 5.1.1 no such user\n\n" + string(head)
		return r
	}
	r.raw = []byte("From: " + r.from + "\r\nTo: <" + simSupport + ">\r\nSubject: " + r.subject + "\r\nMessage-ID: <bounce." + m.m.MessageID + ">\r\nAuto-Submitted: auto-replied\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.robot.example\r\n\r\nFinal-Recipient: rfc822; " + m.to + "\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n" +
		"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n" + string(head) + "\r\n\r\n--b--\r\n")
	return r
}

// robotSend delivers what a robot sends; its mails pass every check of the sender.
func (w *simWorld) robotSend(r robotMail) {
	w.t.Helper()
	l := &simLetter{id: fmt.Sprintf("robot%d@robot.example", len(w.letters)), from: bare(r.from), what: r.subject}
	raw := r.raw
	if raw == nil {
		var b bytes.Buffer
		fmt.Fprintf(&b, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n", r.from, simSupport, mime.QEncoding.Encode("utf-8", r.subject), w.now.Format(time.RFC1123Z), l.id)
		for _, h := range r.headers {
			fmt.Fprintf(&b, "%s\r\n", h)
		}
		if len(r.refs) > 0 {
			fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", r.refs[len(r.refs)-1], strings.Join(r.refs, ">\r\n <"))
		}
		fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s", crlfOf(r.text))
		raw = b.Bytes()
	} else {
		m := mailin.Parse(raw, mailin.Options{})
		l.from = m.From.Address
	}
	path := r.returnPath
	switch path {
	case "":
		path = l.from
	case "<>":
		path = ""
	}
	w.deliver(l, path, "pass", raw)
}

// TestRobots lets each robot talk with the desk for a day, with a person who writes
// twice from the same mailbox and an agent who answers.
func TestRobots(t *testing.T) {
	t.Parallel()
	for _, r := range robots() {
		for _, standard := range []bool{true, false} {
			name := r.name
			if !standard {
				name += ", without headers"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				robotDay(t, r, standard)
			})
		}
	}
}

func robotDay(t *testing.T, r robot, standard bool) {
	w := newSimWorld(t, "@LADDER@", simLadder)
	at := r.at
	if at == "" {
		at = robotAt
	}
	n := 0
	w.onMail = func(m *simMail) {
		if m.to != at {
			return
		}
		for _, answer := range r.answer(m, n, standard) {
			w.later(max(answer.after, 2*time.Second), func() { w.robotSend(answer) })
		}
		n++
	}
	client := simClients()[4]
	human := func(from, subject, text string, answers *mailin.Message) *simLetter {
		l := &simLetter{id: fmt.Sprintf("human%d@robot.example", len(w.letters)), from: bare(from), human: true, what: subject + text}
		d := draft{client: client, from: from, subject: subject, text: text, answers: answers, id: l.id, date: w.now}
		w.deliver(l, l.from, "pass", d.bytes())
		return l
	}
	var letters []*simLetter
	w.later(0, func() {
		letters = append(letters, human(humanName, "Drucker geht nicht", "Der Drucker in Halle 2 druckt nicht.", nil))
	})
	answer := func(text string) func() {
		return func() {
			for _, m := range w.to("t.kern@isarwerk.example") { // the colleague who is no robot
				if strings.HasPrefix(m.m.MessageID, "IT-10001.n.") {
					letters = append(letters, human("Tobias Kern <t.kern@isarwerk.example>", "", text, m.m))
					return
				}
			}
			t.Error("no notice to answer")
		}
	}
	w.later(time.Hour, answer("Guten Tag, bitte schalten Sie das Gerät einmal aus."))
	w.later(3*time.Hour, answer("#gelöst\nDer Druckauftrag ist gelöscht."))
	w.later(12*time.Hour, func() {
		letters = append(letters, human(humanName, "Bildschirm flackert", "Mein Bildschirm flackert seit heute.", nil))
	})
	w.run(simStart.Add(24 * time.Hour))

	automatic, byHuman, notices := 0, 0, 0
	for _, m := range w.sent {
		switch {
		case w.agents[m.to] != "":
			notices++
		case m.automatic():
			automatic++
		default:
			byHuman++
		}
	}
	if automatic > 2 {
		t.Errorf("%d automatic mails in a day", automatic)
	}
	if len(w.sent)-notices > 2+2 { // two by the agent
		t.Errorf("%d mails to the partner for 2 automatic ones and 2 of a person", len(w.sent)-notices)
	}
	// Two agents are told of the new tickets; the ladder warns about what waits.
	bounced := strings.Contains(r.name, "bounce")
	if byHuman != 2 {
		t.Errorf("%d of 2 answers of the agent left", byHuman)
	}
	for _, l := range letters {
		if in := w.inbound(l); in.TicketID == 0 || in.Outcome != "opened" && in.Outcome != "commanded" && in.Outcome != "answered" {
			t.Errorf("a person's mail %q: %s, %s", l.what, in.Outcome, in.Reason)
		}
	}
	if got := w.last("t.kern@isarwerk.example"); got == nil || !strings.Contains(w.allTo("t.kern@isarwerk.example"), "Bildschirm flackert") {
		t.Error("no agent heard of the second mail")
	}
	w.robotAppends()
	w.sound()
	t.Logf("%d mails of the robot, %d automatic, %d by a person, %d notices; bounces: %v", len(w.letters)-len(letters), automatic, byHuman, notices, bounced)
}

// allTo is everything an address got.
func (w *simWorld) allTo(address string) string {
	var b strings.Builder
	for _, m := range w.to(address) {
		b.WriteString(m.all)
	}
	return b.String()
}

// robotAppends asserts that no ticket shows more than twenty mails of robots.
func (w *simWorld) robotAppends() {
	w.t.Helper()
	w.view(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.ListTickets(ctx, store.TicketFilter{Limit: 10000})
		for _, tk := range list {
			messages, err := tx.Messages(ctx, tk.ID)
			if err != nil {
				return err
			}
			n := 0
			for _, m := range messages {
				if m.Kind == "automatic" {
					n++
				}
			}
			if n > 20 {
				w.t.Errorf("ticket %d shows %d mails of robots", tk.Number, n)
			}
		}
		return err
	})
}
