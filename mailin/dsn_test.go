package mailin

import (
	"strings"
	"testing"
)

// report is a delivery report as Postfix writes it.
func report(status string) string {
	return lines("From: MAILER-DAEMON@mx.firma.example", "Return-Path: <>", "Subject: Undelivered Mail Returned to Sender", "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
		"--b", "", "This is the mail system at host mx.firma.example.", "", "--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.firma.example", "") + status +
		lines("--b", "Content-Type: message/rfc822", "", "Message-ID: <IT-1.q.x@firma.example>", "To: a@kunde.example", "", "x", "--b--")
}

func TestDSN(t *testing.T) {
	t.Parallel()
	const id = "IT-1.q.x@firma.example"
	for _, c := range []struct {
		name, raw              string
		action, status, origin string
		recipients             []string
		hard                   bool
	}{
		{"failed", report(lines("Final-Recipient: rfc822; a@kunde.example", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 unknown", "")), "failed", "5.1.1", id, []string{"a@kunde.example"}, true},
		{"delayed", report(lines("Final-Recipient: rfc822;a@kunde.example", "Action: delayed", "Status: 4.4.1", "")), "delayed", "4.4.1", id, []string{"a@kunde.example"}, false},
		{"full", report(lines("Final-Recipient: rfc822;a@kunde.example", "Action: failed", "Status: 5.2.2", "Diagnostic-Code: smtp; 552 mailbox full", "")), "failed", "5.2.2", id, []string{"a@kunde.example"}, false},
		{"two, the worst counts", report(lines("Final-Recipient: rfc822;a@kunde.example", "Action: delivered", "Status: 2.0.0", "", "Final-Recipient: rfc822;b@kunde.example", "Action: failed", "Status: 5.1.1", "")), "failed", "5.1.1", id, []string{"a@kunde.example", "b@kunde.example"}, true},
		{"status in the diagnostic", report(lines("Final-Recipient: rfc822;a@kunde.example", "Action: failed", "Status: 5.0.0", "Diagnostic-Code: smtp; 550 5.1.1 unknown", "")), "failed", "5.1.1", id, []string{"a@kunde.example"}, true},
		{"original recipient", report(lines("Original-Recipient: rfc822;a@kunde.example", "Final-Recipient: x400; c=de", "Action: failed", "Status: 5.1.1", "")), "failed", "5.1.1", id, []string{"a@kunde.example"}, true},
		{"qmail", lines("From: MAILER-DAEMON@mx.example", "Return-Path: <>", "To: s@firma.example", "Subject: failure notice", "", "Hi. This is the qmail-send program at mx.example.", "I'm afraid I wasn't able to deliver your message to the following addresses.", "", "<a@kunde.example>:", "Sorry, no mailbox here by that name. (#5.1.1)", "", "--- Below this line is a copy of the message.", "", "Return-Path: <s@firma.example>", "Message-ID: <IT-1.q.x@firma.example>", "To: a@kunde.example"), "failed", "5.1.1", id, []string{"a@kunde.example"}, true},
		{"exim", lines("From: Mail Delivery System <Mailer-Daemon@mx.example>", "Return-Path: <>", "To: s@firma.example", "X-Failed-Recipients: a@kunde.example", "Subject: Mail delivery failed: returning message to sender", "", "This message was created automatically by mail delivery software.", "", "A message that you sent could not be delivered to one or more of its", "recipients.", "", "  a@kunde.example", "    Unrouteable address"), "failed", "5.1.2", "", []string{"a@kunde.example"}, true},
		{"exchange german", lines("From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example>", "Return-Path: <>", "To: s@firma.example", "In-Reply-To: <IT-1.q.x@firma.example>", "Subject: Unzustellbar: Drucker", "", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:", "", "a@kunde.example", "Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.", "", "Diagnoseinformationen für Administratoren:", "Generierender Server: mx.firma.example", "a@kunde.example", "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'"), "failed", "5.1.10", id, []string{"a@kunde.example"}, true},
		{"german provider", lines("From: postmaster@provider.example", "To: s@firma.example", "Subject: Zustellung fehlgeschlagen", "", "Ihre Nachricht konnte nicht zugestellt werden.", "", "Empfänger: a@kunde.example", "Grund: Das Postfach des Empfängers ist voll."), "failed", "5.2.2", "", []string{"a@kunde.example"}, false},
		{"warning", lines("From: MAILER-DAEMON@mx.example", "To: s@firma.example", "Subject: Warning: could not send message for past 4 hours", "", "The original message was received at Mon, 2 Mar 2026", "", "   ----- The following addresses had transient non-fatal errors -----", "<a@kunde.example>", "", "451 4.4.1 kunde.example: connection timed out", "Will keep trying until message is 5 days old"), "delayed", "4.4.1", "", []string{"a@kunde.example"}, false},
		{"delivered", lines("From: postmaster@kunde.example", "Return-Path: <>", "Subject: Zugestellt: Drucker", "Content-Type: multipart/report; report-type=delivery-status; boundary=b", "", "--b", "", "ok", "--b", "Content-Type: message/delivery-status", "", "Final-Recipient: rfc822;a@kunde.example", "Action: delivered", "Status: 2.1.5", "--b--"), "delivered", "2.1.5", "", []string{"a@kunde.example"}, false},
		{"fields loose in the text", lines("From: MAILER-DAEMON@mx.example", "Subject: Returned mail", "", "The following addresses had permanent fatal errors", "", "Final-Recipient: RFC822; a@kunde.example", "Action: failed", "Status: 4.4.7"), "failed", "4.4.7", "", []string{"a@kunde.example"}, false},
		{"json of a provider", lines("From: no-reply@sns.example", "Subject: Notification", "", `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@kunde.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown"}]},"mail":{"commonHeaders":{"messageId":"<IT-1.q.x@firma.example>"}}}`), "failed", "5.1.1", id, []string{"a@kunde.example"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Parse([]byte(c.raw), Options{})
			if m.DSN == nil || m.Automatic.Class != ClassDSN {
				t.Fatalf("no report: class %s %q", m.Automatic.Class, m.Automatic.Reasons)
			}
			d := m.DSN
			if d.Action != c.action || d.Status != c.status || d.Hard != c.hard || d.OriginalMessageID != c.origin || strings.Join(d.Recipients, " ") != strings.Join(c.recipients, " ") {
				t.Errorf("got %+v", *d)
			}
		})
	}
}

func TestNoDSN(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		human + "Subject: Unzustellbar\r\n\r\nIch bekomme immer diese Meldung: 550 5.1.1 <b@x.example> user unknown. Was tun?",
		human + "Subject: WG: Undelivered Mail Returned to Sender\r\n\r\nBitte prüfen.\r\n\r\nThis is the mail system at host mx.\r\n<b@x.example>: 550 unknown",
		human + "Subject: Paket nicht zugestellt\r\n\r\nMein Paket konnte nicht zugestellt werden.",
		human + "Subject: Fwd: failure\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSiehe Anhang, user unknown\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nx\r\n--b--",
	} {
		if m := Parse([]byte(raw), Options{}); m.DSN != nil || m.Automatic.Class == ClassDSN {
			t.Errorf("a person's mail is a report: %+v %q\n%s", m.DSN, m.Automatic.Reasons, raw)
		}
	}
}

func TestStatusCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"550 5.1.1 unknown": "5.1.1", "(#5.1.1)": "5.1.1", "version 4.2.1-x": "4.2.1", "192.5.1.1": "", "5.1.10;": "5.1.10", "5.1": "", "x5.1.1": "", "5.1.1.1": "", "2.0.0": "2.0.0", "": "",
	} {
		if got := statusCode(in); got != want {
			t.Errorf("statusCode(%q) = %q, want %q", in, got, want)
		}
	}
}
