package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

// realTicket is what `show --json` says about a ticket.
type realTicket struct {
	Ticket, State, Requester, Category string
	Messages                           []struct{ Visibility, Kind, Agent, Text string }
	Events                             []struct{ Kind, Actor, New, Reason string }
	Mails                              []realMail
}

func (w *realWorld) show(ticket string) realTicket {
	w.t.Helper()
	var tk realTicket
	w.decode(&tk, "show", ticket)
	return tk
}

// awaitTicket waits until a ticket is as wanted.
func (w *realWorld) awaitTicket(ticket, what string, fits func(realTicket) bool) realTicket {
	w.t.Helper()
	for deadline := time.Now().Add(realWait); ; time.Sleep(50 * time.Millisecond) {
		tk := w.show(ticket)
		if fits(tk) {
			return tk
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: never %s: %+v\n%s", ticket, what, tk, w.logs())
		}
	}
}

// hasEvent fits tickets whose history has an event of a kind.
func hasEvent(kind string) func(realTicket) bool {
	return func(tk realTicket) bool {
		return slices.ContainsFunc(tk.Events, func(e struct{ Kind, Actor, New, Reason string }) bool { return e.Kind == kind })
	}
}

// mailsTo counts the mails about a ticket to a person.
func (tk realTicket) mailsTo(address string) int {
	n := 0
	for _, m := range tk.Mails {
		if m.Recipient == address {
			n++
		}
	}
	return n
}

// settle waits until nothing waits in the mailbox, the inbox and the outbox.
func (w *realWorld) settle() {
	w.t.Helper()
	for deadline := time.Now().Add(realWait); ; time.Sleep(50 * time.Millisecond) {
		var s struct {
			InboxNew     int `json:"inbox_new"`
			OutboxQueued int `json:"outbox_queued"`
		}
		w.decode(&s, "status")
		waiting := w.folder("INBOX")
		if s.InboxNew == 0 && s.OutboxQueued == 0 && waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("does not come to rest: %+v, %d mails in INBOX\n%s", s, waiting, w.logs())
		}
	}
}

// TestRealServers plays the loop through Dovecot and Postfix: STARTTLS, AUTH, IDLE,
// MOVE, verdicts and delivery reports as real servers make them.
func TestRealServers(t *testing.T) {
	w := newRealWorld(t)
	w.start()
	printer := w.printerTicket()
	w.passwordFAQ()
	reply := w.agentReplies(printer)
	w.killedMeanwhile(printer, reply)
	w.forgedAgent(printer)
	w.undeliverable()
	w.solvedAndReopened(printer)
	w.latency()
	w.mailboxes()
	w.verbs()
	w.stop()
	w.keepsSilent()
}

// talk is a ticket's two threads: what the requester got and what the agent got.
type talk struct {
	ticket          string
	receipt, notice *mailin.Message
}

// printerTicket: an employee's mail becomes a ticket, a receipt and a notice.
func (w *realWorld) printerTicket() talk {
	w.t.Helper()
	start := time.Now()
	w.submit(letter{from: "anna", subject: "Drucker im 2. OG druckt nicht", text: "Hallo,\n\nder Drucker vor dem Besprechungsraum druckt nicht, es kommt Fehler 49.\n\nViele Grüße\nAnna Berger"})
	accepted := time.Since(start)
	receipt := w.await("anna", "the receipt", saying("Drucker im 2. OG", "IT-10001"))
	w.t.Logf("Postfix took the mail after %v, its receipt was read by IMAP after %v", accepted.Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	notice := w.await("lena", "the notice", saying("Drucker im 2. OG", "IT-10001"))
	if receipt.m.From.Address != w.address("support") || receipt.m.Automatic.Class == mailin.ClassHuman {
		w.t.Errorf("receipt from %s, class %s", receipt.m.From.Address, receipt.m.Automatic.Class)
	}
	if !strings.Contains(notice.m.Text, "Fehler 49") {
		w.t.Errorf("the notice lacks the text of the mail:\n%s", notice.m.Text)
	}
	if tk := w.show("IT-10001"); tk.Requester != w.address("anna") || tk.Category != "drucker" {
		w.t.Errorf("ticket of %s in %s", tk.Requester, tk.Category)
	}
	return talk{"IT-10001", receipt.m, notice.m}
}

// passwordFAQ: the FAQ answers, the requester says that it helped, no agent is
// disturbed.
func (w *realWorld) passwordFAQ() {
	w.t.Helper()
	w.submit(letter{from: "bernd", subject: "Passwort abgelaufen", text: "Hallo IT,\n\nmein Windows-Passwort ist abgelaufen. Wo kann ich es ändern?\n\nDanke\nBernd"})
	answer := w.await("bernd", "the FAQ answer", saying("Passwort abgelaufen", "Strg"))
	w.submit(letter{from: "bernd", text: "gelöst", answers: answer.m})
	tk := w.awaitTicket("IT-10002", "closed by the FAQ", func(tk realTicket) bool { return tk.State == "closed_deflected" })
	if n := tk.mailsTo(w.address("lena")); n != 0 {
		w.t.Errorf("the agent got %d mails about a ticket the FAQ solved", n)
	}
}

// agentReplies: a plain reply of the agent, proven by Postfix' own verdict, reaches
// the requester under the address of the desk.
func (w *realWorld) agentReplies(tk talk) *mailin.Message {
	w.t.Helper()
	w.submit(letter{from: "lena", text: "Hallo Frau Berger,\n\nder Drucker hatte eine hängende Aufgabe, bitte noch einmal versuchen.\n\nLena Huber", answers: tk.notice})
	got := w.await("anna", "the agent's reply", saying("hängende Aufgabe"))
	if got.m.From.Address != w.address("support") || strings.Contains(string(got.raw), "\r\nAuto-Submitted:") {
		w.t.Errorf("a person's reply comes from %s, or calls itself automatic", got.m.From.Address)
	}
	if strings.Contains(string(got.raw), w.address("lena")) {
		w.t.Error("the requester sees the agent's own address")
	}
	known := append(slices.Clone(tk.receipt.References), tk.receipt.MessageID)
	if !slices.ContainsFunc(got.m.References, func(id string) bool { return slices.Contains(known, id) }) {
		w.t.Errorf("the reply would not be shown in the requester's thread: %v, receipt %v", got.m.References, known)
	}
	return got.m
}

// killedMeanwhile: the daemon is killed in the middle of mails that come and go, and
// started again: nothing is lost, nothing happens twice. Among the mails are a note,
// which stays inside, and an out-of-office, which nobody answers.
func (w *realWorld) killedMeanwhile(tk talk, reply *mailin.Message) {
	w.t.Helper()
	const mails = 12
	for i := range mails {
		w.submit(letter{from: "aylin", subject: fmt.Sprintf("Notebook %d startet nicht", i), text: fmt.Sprintf("Das Notebook Nummer %d bleibt beim Start schwarz.", i)})
		if i%4 == 3 {
			w.kill()
			w.start()
		}
	}
	w.kill()
	w.submit(letter{from: "lena", text: "#notiz\nErsatzteil liegt im Lager, Regal 4.", answers: tk.notice})
	robot := []string{"Auto-Submitted: auto-replied"}
	w.submit(letter{from: "anna", answers: reply, text: "Ich bin bis Montag nicht im Haus.", headers: robot})
	w.submit(letter{from: "aylin", subject: "Automatische Antwort: Rundschreiben", text: "Ich bin im Urlaub.", headers: robot})
	w.start()
	w.awaitTicket(tk.ticket, "with the note and the out-of-office", func(tk realTicket) bool {
		return hasEvent("automatic_mail")(tk) && slices.ContainsFunc(tk.Messages, func(m struct{ Visibility, Kind, Agent, Text string }) bool {
			return m.Visibility == "internal" && strings.Contains(m.Text, "Regal 4")
		})
	})
	w.settle()
	var list []struct{ Ticket, Subject string }
	w.decode(&list, "tickets", "--all", "--requester", w.address("aylin"))
	seen := map[string]int{}
	for _, t := range list {
		seen[t.Subject]++
	}
	if len(list) != mails || len(seen) != mails {
		w.t.Errorf("%d tickets of %d subjects for %d mails", len(list), len(seen), mails)
	}
	for _, t := range list {
		if n := w.show(t.Ticket).mailsTo(w.address("aylin")); n != 1 {
			w.t.Errorf("%s: %d mails to the requester, want the receipt", t.Ticket, n)
		}
	}
}

// forgedAgent: a mail in the agent's name from outside, answering a real notice, has
// the verdict fail: it is held, only the agent hears of it.
func (w *realWorld) forgedAgent(tk talk) {
	w.t.Helper()
	before := w.show(tk.ticket)
	w.fromOutside(w.address("lena"), letter{from: "lena", text: "#gelöst\nBitte überweisen Sie auf folgende IBAN.", answers: tk.notice})
	w.await("lena", "the question about the forged mail", saying("IBAN"))
	after := w.awaitTicket(tk.ticket, "with the mail held", hasEvent("held"))
	if after.State != before.State || after.mailsTo(w.address("anna")) != before.mailsTo(w.address("anna")) {
		w.t.Errorf("a forged mail had an effect: %s, was %s", after.State, before.State)
	}
}

// undeliverable: a requester whose mailbox does not exist. Postfix' delivery report
// marks the mails that did not arrive and the agent hears of it.
func (w *realWorld) undeliverable() {
	w.t.Helper()
	requester := "niemand@" + w.env["MAIL_PARTNER"]
	w.fromOutside(requester, letter{from: requester, subject: "Portal meldet Fehler 502", text: "Guten Tag,\n\nIhr Lieferantenportal meldet Fehler 502.\n\nNiemand"})
	notice := w.await("lena", "the notice", saying("Fehler 502", "Lieferantenportal"))
	i := strings.Index(notice.m.Subject, "IT-")
	if i < 0 {
		w.t.Fatalf("no ticket in %q", notice.m.Subject)
	}
	ticket := notice.m.Subject[i : i+len("IT-10001")]
	w.submit(letter{from: "lena", text: "Guten Tag,\n\nbitte melden Sie sich neu an.\n\nLena Huber", answers: notice.m})
	tk := w.awaitTicket(ticket, "with a failed reply", func(tk realTicket) bool {
		return slices.ContainsFunc(tk.Mails, func(m realMail) bool {
			return m.Recipient == requester && m.Class == "human" && m.State == "failed" && m.LastError != ""
		})
	})
	w.await("lena", "the news that the reply did not arrive", saying(requester, "user unknown"))
	if tk.mailsTo(requester) > 2 {
		w.t.Errorf("%d mails to a mailbox that does not exist", tk.mailsTo(requester))
	}
}

// solvedAndReopened: the agent solves the ticket with a command, the requester's
// answer opens it again.
func (w *realWorld) solvedAndReopened(tk talk) {
	w.t.Helper()
	w.submit(letter{from: "lena", text: "#gelöst\nDer Druckauftrag mit der defekten PDF ist gelöscht.", answers: tk.notice})
	solved := w.await("anna", "the solution", saying("defekten PDF"))
	if got := w.show(tk.ticket).State; got != "resolved" {
		w.t.Errorf("state %s after #gelöst", got)
	}
	w.submit(letter{from: "anna", text: "Leider nein: nach zwei Seiten kommt wieder Fehler 49.", answers: solved.m})
	w.await("lena", "the reopened ticket", saying("nach zwei Seiten"))
	if got := w.show(tk.ticket).State; got == "resolved" {
		w.t.Error("the ticket is still resolved after the requester's no")
	}
}

// latency logs how long mails take that arrive while the daemon listens.
func (w *realWorld) latency() {
	w.t.Helper()
	var took []time.Duration
	for i := range 5 {
		w.settle()
		subject := fmt.Sprintf("Beamer in Raum %d", i)
		w.submit(letter{from: "aylin", subject: subject, text: "Der Beamer zeigt kein Bild."})
		start := time.Now()
		w.await("lena", "the notice", saying(subject)) // who writes that fast after each receipt gets none soon
		took = append(took, time.Since(start).Round(time.Millisecond))
	}
	w.settle()
	w.t.Logf("from Postfix' 250 to the notice in the agent's mailbox: %v", took)
}

// mailboxes: what people have in the end is all they should have, and the support
// mailbox is empty because everything was moved.
func (w *realWorld) mailboxes() {
	w.t.Helper()
	anna := w.read("anna")
	if len(anna) != 3 {
		w.t.Errorf("anna has %d mails, want receipt, reply, solution: %s", len(anna), subjects(anna))
	}
	if bernd := w.read("bernd"); len(bernd) == 0 || len(bernd) > 2 {
		w.t.Errorf("bernd has %d mails, want the answer and at most a last word: %s", len(bernd), subjects(bernd))
	}
	for _, user := range []string{"anna", "bernd", "aylin"} {
		for _, p := range w.read(user) {
			for _, secret := range []string{"Regal 4", "IBAN", "#notiz"} {
				if strings.Contains(p.m.Subject+p.m.Text+string(p.raw), secret) {
					w.t.Errorf("%s got %q: %s", user, secret, p.m.Subject)
				}
			}
		}
	}
	done, ignored, failed := w.folder("Support/Erledigt"), w.folder("Support/Ignoriert"), w.folder("Support/Fehler")
	w.t.Logf("moved by the daemon: %d done, %d ignored, %d failed", done, ignored, failed)
	if inbox := w.folder("INBOX"); inbox != 0 || done < 25 || ignored != 1 || failed > 0 {
		w.t.Errorf("INBOX %d, done %d, ignored %d, failed %d", inbox, done, ignored, failed)
	}
}

func subjects(mails []parcel) (list []string) {
	for _, p := range mails {
		list = append(list, p.m.Subject)
	}
	return list
}

// verbs: what an admin looks at while the daemon runs.
func (w *realWorld) verbs() {
	w.t.Helper()
	if out := w.firstline("fsck"); !strings.Contains(string(out), "all invariants hold") {
		w.t.Errorf("fsck: %s", out)
	}
	var status struct {
		Healthy, Running bool
		Problems         []string
	}
	w.decode(&status, "status")
	if !status.Healthy || !status.Running {
		w.t.Errorf("status: %+v", status)
	}
	var before, after []realTicket
	w.decode(&before, "tickets", "--all")
	if len(before) != 20 { // printer, password, twelve notebooks, portal, five beamers
		w.t.Errorf("%d tickets", len(before))
	}
	backup, data := filepath.Join(w.dir, "backup"), filepath.Join(w.dir, "restored")
	w.firstline("backup", backup)
	w.firstlineAt(data, "restore", backup)
	w.firstlineAt(data, "fsck")
	w.must(json.Unmarshal(w.firstlineAt(data, "tickets", "--all", "--json"), &after))
	if len(after) != len(before) {
		w.t.Errorf("%d tickets in the restored copy, %d in the original", len(after), len(before))
	}
	w.verdicts()
}

// verdicts: what the desk read in the headers Postfix wrote. Our people have a pass,
// the forged mail a fail, delivery reports none.
func (w *realWorld) verdicts() {
	w.t.Helper()
	var inbox []struct {
		ID      int64
		Outcome string
	}
	w.decode(&inbox, "inbox", "--state", "done", "--limit", "1000")
	args := []string{"explain", "--json"}
	for _, in := range inbox {
		file := filepath.Join(w.dir, fmt.Sprintf("%d.%s.eml", in.ID, in.Outcome))
		w.must(os.WriteFile(file, w.firstline("show", "--raw", fmt.Sprint(in.ID)), 0o600))
		args = append(args, file)
	}
	count := map[string]int{}
	for dec := json.NewDecoder(bytes.NewReader(w.firstline(args...))); dec.More(); {
		var e struct {
			File    string
			Message struct {
				Auth      struct{ Verdict, Reason string }
				Automatic struct{ Class string }
			}
		}
		w.must(dec.Decode(&e))
		verdict, class := e.Message.Auth.Verdict, e.Message.Automatic.Class
		count[verdict]++
		forged := strings.Contains(e.File, ".held.")
		if want := map[bool]string{true: "fail", false: "pass"}[forged]; class != "dsn" && verdict != want {
			w.t.Errorf("%s: verdict %s (%s), want %s", e.File, verdict, e.Message.Auth.Reason, want)
		}
	}
	w.t.Logf("verdicts: %v", count)
	if count["fail"] != 1 || count["pass"] < 15 {
		w.t.Errorf("verdicts %v", count)
	}
}

// keepsSilent: the log names no person, no subject, no secret.
func (w *realWorld) keepsSilent() {
	w.t.Helper()
	logs := w.logs()
	for _, secret := range []string{w.env["MAIL_PASSWORD"], "anna@", "lena@", "niemand@", "Drucker", "Passwort abgelaufen", "Portal meldet"} {
		if strings.Contains(logs, secret) {
			w.t.Errorf("the log holds %q:\n%s", secret, logs)
		}
	}
	for line := range strings.Lines(logs) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic") {
			w.t.Errorf("log: %s", line)
		}
	}
}
