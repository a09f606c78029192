package triage_test

import (
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// TestPhone: a call becomes a ticket of the caller, the first answer was given with it,
// the caller reads what was noted (S2, T28).
func TestPhone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"#telefon a.berger@firma.example\n#kat konto\n#prio hoch\nFrau Berger rief an, VPN meldet Zertifikatsfehler seit dem Update gestern.",
		"#phone Anna Berger\n#category konto\n#prio high\nFrau Berger rief an, VPN meldet Zertifikatsfehler seit dem Update gestern.",
		"#prio P2\n#telefon berger\n#kat konto\nFrau Berger rief an, VPN meldet Zertifikatsfehler seit dem Update gestern.",
	} {
		o := bureau(t)
		mails := o.fresh(lena, "VPN im Homeoffice geht nicht", text)
		o.done()
		tk := o.ticket(10001)
		if tk.Requester != annaAt || tk.RequesterName != "Anna Berger" || tk.Channel != "phone" || tk.Priority != "P2" || tk.Category != "konto" || tk.FirstResponseAt.IsZero() {
			t.Errorf("ticket: %+v", tk)
		}
		if c := o.clocks(10001); c["first_response"] != "met" || c["resolution"] != "running" {
			t.Errorf("clocks: %v", c)
		}
		receipt := o.only(mails, annaAt)
		if !strings.Contains(receipt.m.Text, "Zertifikatsfehler") || !strings.Contains(receipt.m.Text, "Telefonat") || strings.Contains(receipt.m.Text, "#") {
			t.Errorf("receipt: %s", receipt.m.Text)
		}
		hers := o.only(mails, lenaAt) // a mail to go on with
		o.only(mails, tobiasAt)
		if got := o.only(o.answer(&hers, lena, "Bitte neu verbinden."), annaAt); !strings.Contains(got.m.Text, "neu verbinden") {
			t.Errorf("reply: %s", got.m.Text)
		}
		o.only(o.answer(&receipt, anna, "Klappt nicht."), lenaAt)
		o.sound()
	}
}

// TestPhoneSolved: one mail, with what was noted, and nothing else is sent.
func TestPhoneSolved(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.fresh(lena, "Toner", "#telefon anna\n#gelöst\nToner gewechselt, druckt wieder.")
	got := o.only(mails, annaAt)
	if tk := o.ticket(10001); tk.State != "resolved" || tk.Assignee != "lena" || len(mails) != 1 {
		t.Errorf("%+v %s", tk, describe(mails))
	}
	if !strings.Contains(got.m.Text, "Toner gewechselt") || !strings.Contains(got.m.Text, "als gelöst markiert") {
		t.Errorf("mail: %s", got.m.Text)
	}
	o.sound()
}

// TestPhonePrivate: what is said among agents does not reach the caller.
func TestPhonePrivate(t *testing.T) {
	t.Parallel()
	for _, block := range []string{"#notiz", "#analyse", "#intern"} {
		o := bureau(t)
		mails := o.fresh(lena, "Notebook", "#telefon anna\n"+block+"\nHat wieder Kaffee verschüttet, drittes Mal.")
		o.done()
		secretToAnna(o, mails, "Kaffee")
		o.only(mails, annaAt)
		mustRead(o, mails, tobiasAt, "Kaffee")
		for _, m := range o.messages(o.ticket(10001).ID) {
			if m.Visibility == "public" && strings.Contains(m.Text, "Kaffee") {
				t.Errorf("%s: public: %+v", block, m)
			}
		}
		o.sound()
	}
	o := bureau(t) // handed on at once: the second level reads the call, Anna the receipt
	mails := o.fresh(lena, "Server", "#telefon anna\n#l2 netz: Platte voll?\nDer Server ist langsam.")
	mustRead(o, mails, markusAt, "Platte voll?")
	mustRead(o, mails, markusAt, "langsam")
	mustRead(o, mails, annaAt, "langsam")
	secretToAnna(o, mails, "Platte")
	o.sound()
}

// TestPhoneWrong: unknown and ambiguous callers, commands that contradict: an error
// mail and no ticket.
func TestPhoneWrong(t *testing.T) {
	t.Parallel()
	for text, why := range map[string]string{
		"#telefon Niemand\nHallo":          "steht nicht im Verzeichnis",
		"#telefon Sommr\nHallo":            "Bert Sommer",
		"#telefon\nHallo":                  "fehlt",
		"#telefon anna\n#weiter\nHallo":    "widerspricht",
		"#telefon " + support + "\nHallo":  "keine gültige Adresse",
		"#telefon anna\n#gruppe gibtsnich": "diese Gruppe gibt es nicht",
	} {
		o := bureau(t)
		o.refused(o.fresh(lena, "VPN", text), lenaAt, why)
		o.sound()
	}
	o := bureau(t, func(c *triage.Config) {
		c.People.Directory["c.berger@firma.example"] = triage.Person{Name: "Carl Berger", Address: "c.berger@firma.example"}
	})
	mails := o.fresh(lena, "VPN", "#telefon Berger\nHallo")
	o.refused(mails, lenaAt, "Anna Berger")
	o.refused(mails, lenaAt, "Carl Berger")
	// In an answer it is refused, and so is one without proof.
	notice := o.only(o.receive(printer), lenaAt)
	o.refused(o.answer(&notice, lena, "#telefon anna\nRief an."), lenaAt, "nur in einer neuen Mail")
	o.now = o.now.Add(time.Hour)
	mails = o.receive(eml{from: lena, subject: "VPN", text: "#telefon anna\r\nRief an.", verdict: "none"})
	if in := o.outcome(); in.Outcome != "held" || len(to(mails, annaAt)) > 0 {
		t.Errorf("without proof: %s", in.Outcome)
	}
}

// forwards are mails as programs forward them.
var forwards = map[string]string{
	"Outlook DE":      "Von: Anna Berger <a.berger@firma.example>\nGesendet: Montag, 2. März 2026 08:15\nAn: Huber, Lena <l.huber@firma.example>\nCc: Sommer, Bert\nBetreff: Beamer dunkel\n\nHallo Lena,\nder Beamer im Saal bleibt dunkel.\n\nGruß Anna",
	"Outlook EN":      "From: Berger, Anna <a.berger@firma.example>\nSent: Monday, March 2, 2026 8:15 AM\nTo: Huber, Lena <l.huber@firma.example>\nSubject: Beamer dunkel\n\nHi Lena,\nder Beamer im Saal bleibt dunkel.",
	"Outlook line":    "________________________________\nVon: Anna Berger <a.berger@firma.example<mailto:a.berger@firma.example>>\nGesendet: Montag, 2. März 2026 08:15:00\nAn: Lena Huber\nBetreff: Beamer dunkel\n\nder Beamer im Saal bleibt dunkel.",
	"Outlook bold":    "*Von:* Anna Berger <a.berger@firma.example>\n*Gesendet:* Montag, 2. März 2026 08:15\n*An:* Lena Huber <l.huber@firma.example>\n*Betreff:* Beamer dunkel\n\nder Beamer im Saal bleibt dunkel.",
	"Outlook wrapped": "-----Ursprüngliche Nachricht-----\nVon: Anna Berger\n<a.berger@firma.example>\nGesendet: Montag, 2. März 2026 08:15\nAn: Lena Huber <l.huber@firma.example>;\nBert Sommer <b.sommer@firma.example>\nBetreff: Beamer dunkel\n\nder Beamer im Saal bleibt dunkel.",
	"Apple DE":        "Anfang der weitergeleiteten Nachricht:\n\nVon: Anna Berger <a.berger@firma.example>\nBetreff: Beamer dunkel\nDatum: 2. März 2026 um 08:15:00 MEZ\nAn: Lena Huber <l.huber@firma.example>\n\nder Beamer im Saal bleibt dunkel.",
	"Apple EN":        "Begin forwarded message:\n\nFrom: Anna Berger <a.berger@firma.example>\nSubject: Beamer dunkel\nDate: 2 March 2026 at 08:15:00 CET\nTo: Lena Huber <l.huber@firma.example>\n\nder Beamer im Saal bleibt dunkel.",
	"Apple quoted":    "> Anfang der weitergeleiteten Nachricht:\n> \n> Von: Anna Berger <a.berger@firma.example>\n> Betreff: Beamer dunkel\n> Datum: 2. März 2026 um 08:15:00 MEZ\n> An: Lena Huber <l.huber@firma.example>\n> \n> der Beamer im Saal bleibt dunkel.",
	"Gmail DE":        "---------- Forwarded message ---------\nVon: Anna Berger <a.berger@firma.example>\nDate: Mo., 2. März 2026 um 08:15 Uhr\nSubject: Beamer dunkel\nTo: Lena Huber <l.huber@firma.example>\n\n\nder Beamer im Saal bleibt dunkel.",
	"Gmail EN":        "---------- Forwarded message ---------\nFrom: *Anna Berger* <a.berger@firma.example>\nDate: Mon, Mar 2, 2026 at 8:15 AM\nSubject: Beamer dunkel\nTo: Lena Huber <l.huber@firma.example>\n\n\nder Beamer im Saal bleibt dunkel.",
	"Thunderbird DE":  "-------- Weitergeleitete Nachricht --------\nBetreff: \tBeamer dunkel\nDatum: \tMon, 2 Mar 2026 08:15:00 +0100\nVon: \tAnna Berger <a.berger@firma.example>\nAn: \tLena Huber <l.huber@firma.example>\n\n\n\nder Beamer im Saal bleibt dunkel.",
	"Thunderbird EN":  "-------- Forwarded Message --------\nSubject: \tBeamer dunkel\nDate: \tMon, 2 Mar 2026 08:15:00 +0100\nFrom: \tAnna Berger <a.berger@firma.example>\nTo: \tLena Huber <l.huber@firma.example>\n\n\n\nder Beamer im Saal bleibt dunkel.",
	"K-9":             "-------- Original Message --------\nFrom: Anna Berger <a.berger@firma.example>\nSent: March 2, 2026 8:15:00 AM GMT+01:00\nTo: l.huber@firma.example\nSubject: Beamer dunkel\n\nder Beamer im Saal bleibt dunkel.",
	"nested":          "Von: Anna Berger <a.berger@firma.example>\nGesendet: Montag, 2. März 2026 08:15\nAn: Lena Huber\nBetreff: WG: Beamer dunkel\n\nder Beamer im Saal bleibt dunkel.\n\nVon: Bert Sommer <b.sommer@firma.example>\nGesendet: Montag, 2. März 2026 07:00\nAn: Anna Berger\nBetreff: Beamer dunkel\n\nBitte melden.",
}

// TestForward: a mail that went to the agent becomes a ticket of who wrote it.
func TestForward(t *testing.T) {
	t.Parallel()
	for name, forward := range forwards {
		for _, head := range []string{"#weiter\n\n", "#fwd\n#prio hoch\nBitte heute noch.\n\n"} {
			o := bureau(t)
			mails := o.fresh(lena, "WG: Beamer dunkel", head+forward)
			if in := o.outcome(); in.Outcome != "opened" {
				t.Errorf("%s: %s %s\n%s", name, in.Outcome, in.Reason, printed(mails, lenaAt))
				continue
			}
			tk := o.ticket(10001)
			if tk.Requester != annaAt || tk.Subject != "Beamer dunkel" || tk.Channel != "mail" || tk.Auth != "none" {
				t.Errorf("%s: %+v", name, tk)
			}
			first := o.messages(tk.ID)[0]
			if !strings.Contains(first.Text, "bleibt dunkel") || strings.Contains(first.Text, "heute noch") || strings.Contains(first.Text, "Gesendet:") && name != "nested" {
				t.Errorf("%s: text %q", name, first.Text)
			}
			if strings.Contains(head, "heute noch") && (!o.said(10001, "note", "heute noch") || tk.Priority != "P2") {
				t.Errorf("%s: the agent's own words are lost", name)
			}
			secretToAnna(o, mails, "heute noch")
			if got := o.only(mails, annaAt); strings.Contains(got.m.Text, "dunkel") {
				t.Errorf("%s: an unproven sender is quoted: %s", name, got.m.Text)
			}
			o.sound()
		}
	}
}

// TestForwardAttached: forwarded as an attachment.
func TestForwardAttached(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	inner := "From: Anna Berger <a.berger@firma.example>\r\nTo: l.huber@firma.example\r\nSubject: Beamer dunkel\r\nMessage-ID: <in@firma.example>\r\nDate: Mon, 2 Mar 2026 08:15:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDer Beamer im Saal bleibt dunkel.\r\n"
	raw := "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\nReceived: from client by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\nFrom: " + lena +
		"\r\nTo: <" + support + ">\r\nSubject: WG: Beamer dunkel\r\nMessage-ID: <fw@client.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n#weiter\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"Beamer dunkel.eml\"\r\n\r\n" + inner + "--b--\r\n"
	mails := o.receiveRaw([]byte(raw))
	if in := o.outcome(); in.Outcome != "opened" {
		t.Fatalf("%s %s %s", in.Outcome, in.Reason, printed(mails, lenaAt))
	}
	if tk := o.ticket(10001); tk.Requester != annaAt || tk.Subject != "Beamer dunkel" || !o.said(10001, "request", "bleibt dunkel") {
		t.Errorf("%+v", tk)
	}
}

// TestForwardWrong: no address, a sender who may not open tickets, our own: no guessing.
func TestForwardWrong(t *testing.T) {
	t.Parallel()
	for forward, why := range map[string]string{
		"Von: Anna Berger\nGesendet: Montag, 2. März 2026 08:15\nAn: Lena Huber\nBetreff: Beamer\n\nDunkel.":                   "mit einer Adresse",
		"Von: Verkauf <verkauf@fremd.example>\nGesendet: Montag, 2. März 2026 08:15\nAn: Lena Huber\nBetreff: Angebot\n\nNeu.": "verkauf@fremd.example darf hier keine Tickets öffnen",
		"Von: IT <" + support + ">\nGesendet: Montag, 2. März 2026 08:15\nAn: Lena Huber\nBetreff: [IT-10001] Drucker\n\nNeu.": "keine Adresse, für die es ein Ticket",
		"Der Beamer bleibt dunkel, sagt a.berger@firma.example.":                                                               "mit einer Adresse",
		"Anna Berger schrieb von zu Hause.\nVon: dort kann sie nicht drucken, schreibt a.berger@firma.example.":                "mit einer Adresse",
	} {
		o := bureau(t)
		mails := o.fresh(lena, "WG: Beamer", "#weiter\n\n"+forward)
		o.refused(mails, lenaAt, why)
		o.sound()
	}
}

// TestOwnTicket: an agent's new mail with commands is his own ticket, filed so; what
// would end or take one meant another ticket.
func TestOwnTicket(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	mails := o.fresh(lena, "Mein Beamer", "#prio hoch\n#kat konto\nDer Beamer im Saal bleibt dunkel.")
	if tk := o.ticket(10001); tk.Requester != lenaAt || tk.Priority != "P2" || tk.Category != "konto" || tk.Auth != "pass" {
		t.Errorf("%+v %s", tk, describe(mails))
	}
	o.only(mails, tobiasAt)
	for _, text := range []string{"#gelöst\nWar nur der Stecker.", "#ich\nIch komme.", "#notiz\nNur intern.", "#prio hoch"} {
		o.refused(o.fresh(lena, "Beamer", text), lenaAt, "Antwort auf eine Mail zum Ticket")
	}
	o.sound()
}

// TestListReplies: several tickets in one mail, each named; texts say whose they are.
func TestListReplies(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	o.receive(printer)
	o.fresh(bert, "Beamer", "Der Beamer bleibt dunkel.")
	list := o.only(o.fresh(lena, "#liste first", ""), lenaAt)
	mails := o.answer(&list, lena, "#ich IT-10001\n#prio hoch IT-10001\n#gelöst IT-10002\n#analyse IT-10002: Lampe defekt\n#meine\n\nGruß Lena")
	o.done()
	if a, b := o.ticket(10001), o.ticket(10002); a.Assignee != "lena" || a.Priority != "P2" || b.State != "resolved" || !o.said(10002, "analysis", "Lampe") {
		t.Errorf("%+v\n%+v", a, b)
	}
	o.only(mails, bertAt)
	quietTo(o, mails, annaAt)
	mustRead(o, mails, lenaAt, "IT-10001")
	o.sound()

	mails = o.answer(&list, lena, "#antwort IT-10001\n\nHallo Frau Berger, ich komme gleich vorbei.")
	mustRead(o, mails, annaAt, "komme gleich vorbei")
	mails = o.answer(&list, lena, "#notiz IT-10001\n\nNur intern.")
	if quietTo(o, mails, annaAt); !o.said(10001, "note", "Nur intern.") {
		t.Error("the note is lost")
	}
	mails = o.answer(&list, lena, "#faq IT-10001 passwort")
	mustRead(o, mails, annaAt, "Kennwort")
	for text, why := range map[string]string{
		"#ich":                               "Ticketnummer fehlt",
		"#ich IT-99999":                      "gibt es nicht",
		"Bitte alles schließen":              "Ticketnummer",
		"#gelöst IT-10001\n#warten IT-10001": "widerspricht",
		"#ich IT-10001\n\nHallo Frau Berger, ich komme gleich.": "nicht, wofür er ist",
		"#ich IT-10001\n#annehmen IT-10002":                     "nicht möglich",
		"#notiz IT-10001\n#ich IT-10002\nText":                  "nicht klar",
	} {
		before := o.face(10001)
		o.refused(o.answer(&list, lena, text), lenaAt, why)
		if now := o.face(10001); now.State != before.State || now.Assignee != before.Assignee {
			t.Errorf("%q did something", text)
		}
	}
	// Somebody else's list proves nothing.
	o.answer(&list, tobias, "#prio P1 IT-10001")
	if tk := o.ticket(10001); tk.Priority == "P1" {
		t.Error("Tobias used Lena's list")
	}
	o.sound()
}

// TestLists: what each list holds, in both languages.
func TestLists(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	n := o.only(o.receive(printer), lenaAt)                                   // 10001: Lena's, due first
	o.fresh(bert, "Beamer", "Der Beamer bleibt dunkel.")                      // 10002: waiting
	o.fresh("Carla Weiß <c.weiss@firma.example>", "Maus", "Die Maus klemmt.") // 10003: solved
	o.answer(&n, lena, "#ich")
	list := o.only(o.fresh(lena, "#liste", ""), lenaAt)
	o.answer(&list, lena, "#warten IT-10002\n#gelöst IT-10003")
	o.now = monday.Add(3*time.Hour + 55*time.Minute)
	for command, want := range map[string]string{
		"#meine": "10001", "#my": "10001", "#liste": "10001 10002", "#list first-level": "10001 10002", "#liste überfällig": "10001", "#list overdue": "10001",
		"#liste warten": "10002", "#list waiting": "10002", "#liste gelöst": "10003", "#liste alle": "10001 10002 10003", "#liste frei": "10002", "#liste neu": "", "#liste offen": "10001",
		"#liste lena": "10001", "#liste netz": "", "#suche beamer": "10002", "#search Maus": "10003", "#suche gibtsnicht": "", "#suche klemmt": "10003", "#suche fehler 49": "10001", "#suche Sommer dunkel": "", "#suche IT-10002": "10002", "#search bleibt dunkel": "10002",
	} {
		o.now = monday.Add(4*time.Hour - 5*time.Minute)
		got := o.only(o.fresh(lena, command, ""), lenaAt)
		for _, number := range []string{"10001", "10002", "10003"} {
			if has := strings.Contains(got.m.Text, "IT-"+number+" "); has != strings.Contains(want, number) {
				t.Errorf("%s: IT-%s %v\n%s", command, number, has, got.m.Text)
			}
		}
	}
	o.refused(o.fresh(lena, "#liste quatsch", ""), lenaAt, "überfällig")
	// A manager asks why, and what is overdue.
	for _, command := range []string{"#warum IT-10001", "#liste überfällig"} {
		mustRead(o, o.fresh(sabine, command, ""), sabineAt, "IT-10001")
	}
	// English agents get English.
	c := *o.desk.Config()
	c.People.Agents = append([]triage.Agent(nil), c.People.Agents...)
	for i := range c.People.Agents {
		c.People.Agents[i].Language = "en"
	}
	o.desk.SetConfig(&c)
	for command, want := range map[string]string{"#my": "Your open tickets", "#help": "#solved", "#status": "All is well", "#show IT-10001": "Fehler 49"} {
		mustRead(o, o.fresh(lena, command, ""), lenaAt, want)
	}
}
