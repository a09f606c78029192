package mailin

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzOptions trust a server, so that every path runs.
func fuzzOptions() Options {
	return Options{Received: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Prefix: "IT", Own: []string{"support@firma.example"},
		Auth: AuthOptions{Authserv: []string{"mx.firma.example", "-"}, BorderHosts: []string{"mx.firma.example"}, InternalProof: "authserv"}}
}

func FuzzParse(f *testing.F) {
	f.Add(typicalMail())
	f.Add(htmlMail())
	f.Add(nestedMail(60))
	f.Add([]byte(report("Final-Recipient: rfc822; a@kunde.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n")))
	f.Add([]byte(head + "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n----"))
	f.Add([]byte(head + "\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\n"))
	f.Add([]byte(head + "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+Ig=="))
	f.Add(append([]byte(head+"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"), tnefMail()...))
	f.Add([]byte("\xff\xfeS\x00u\x00"))
	f.Add([]byte(head + "Content-Type: text/plain; charset=utf-7\r\n\r\nGr+APwA3w-e"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		keep := bytes.Clone(raw)
		m := &Message{}
		parse(m, raw, fuzzOptions())
		if !bytes.Equal(raw, keep) {
			t.Fatal("the raw mail was changed")
		}
		for _, s := range []string{m.Subject, m.Text, m.Reply, m.Quoted, m.Signature, m.Forward, m.From.Name, m.From.Address, m.MessageID} {
			if !utf8.ValidString(s) {
				t.Fatalf("no UTF-8: %q", s)
			}
		}
		if strings.ContainsAny(m.Subject+m.From.Name+m.From.Address+m.MessageID, "\r\n\x00") {
			t.Fatal("a line end in a header value")
		}
		if m.Automatic.Answer && m.Automatic.Class != ClassHuman {
			t.Fatal("a robot would be answered")
		}
		if _, err := json.Marshal(m.JSON()); err != nil {
			t.Fatal(err)
		}
		for i := range min(len(m.Attachments), 3) {
			b, err := Content(raw, i)
			if err != nil || int64(len(b)) != m.Attachments[i].Size {
				t.Fatalf("attachment %d: %d bytes, %v", i, len(b), err)
			}
		}
	})
}

func FuzzAddressList(f *testing.F) {
	for _, s := range []string{"a@b.example", `"Berger, Anna" <a@b.example>, c@d.example`, "x: a@b, c@d;", "((((", "<a@b>c@d>", "=?utf-8?Q?=3Ca=40b=3E?= <c@d>", `"a" "b" <x@y>`, "a@[192.0.2.1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, _ := parseAddresses(s)
		for _, a := range list {
			if strings.ContainsAny(a.Address, "\r\n\x00<>") || strings.ContainsAny(a.Name, "\r\n\x00") {
				t.Fatalf("unsafe %q", a)
			}
			if a.Address == "" {
				continue
			}
			again, _ := parseAddresses("<" + a.Address + ">")
			if len(again) != 1 || again[0].Address != a.Address {
				t.Fatalf("%q parses to %q", a.Address, again)
			}
			if FoldAddress(FoldAddress(a.Address)) != FoldAddress(a.Address) {
				t.Fatalf("folding %q is not stable", a.Address)
			}
		}
	})
}

func FuzzQuoteCut(f *testing.F) {
	for _, c := range germanReplies {
		f.Add(c.text)
	}
	for _, c := range englishReplies {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(cleanText(text), quoteMark, "")
		for _, c := range []replyContext{{isReply: true, prefix: "IT"}, {subject: "WG: x"}, {}} {
			s := splitReply(text, c)
			have := map[string]int{}
			for _, l := range strings.Split(text, "\n") {
				have[l]++
			}
			for _, l := range strings.Split(s.reply, "\n") {
				if strings.TrimSpace(l) != "" && have[l] == 0 {
					t.Fatalf("line %q is not in the text", l)
				}
			}
			all := s.reply + "\n" + s.quoted + "\n" + s.signature + "\n" + s.forward
			for l := range have {
				if !strings.Contains(all, l) && strings.TrimSpace(l) != "" {
					t.Fatalf("line %q was lost", l)
				}
			}
		}
		Read(text, false)
	})
}

func FuzzAuthRes(f *testing.F) {
	for _, s := range []string{"mx.firma.example; dmarc=pass header.from=kunde.example", `mx.firma.example; spf=fail smtp.mailfrom="x; dmarc=pass header.from=kunde.example"@evil.example`, "a (b (c)) 1; none", "spf=pass smtp.mailfrom=x;dmarc=pass action=none header.from=y", `x; dkim=pass reason="a\"b" header.b=a/b==`, "x; (", "x; \""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := parseAuthResults(s)
		if !ok {
			return
		}
		// Whatever stands in quotes or comments can be anything without changing
		// methods and results.
		plain, ok := parseAuthResults(blankQuotes(s))
		if !ok || len(plain.results) != len(r.results) {
			t.Fatalf("%q: quoted text shapes the results: %v, %v", s, r, plain)
		}
		for i := range r.results {
			if r.results[i].method != plain.results[i].method || r.results[i].result != plain.results[i].result {
				t.Fatalf("%q: quoted text became a result", s)
			}
		}
	})
}

// blankQuotes is a slow second reader: it replaces what stands inside of quotes
// by "q" and drops comments.
func blankQuotes(s string) string {
	var out strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
			if !quoted {
				out.WriteByte('q')
			}
		case quoted:
			continue
		case c == '(':
			if depth == 0 {
				out.WriteByte(' ')
			}
			depth++
			continue
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			out.WriteByte(c)
		}
	}
	return out.String()
}

func FuzzDSN(f *testing.F) {
	f.Add(report("Final-Recipient: rfc822; a@kunde.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"))
	f.Add("From: MAILER-DAEMON@x\nSubject: failure notice\n\n<a@b.example>:\n550 5.1.1 x\n--- Below this line is a copy\n")
	f.Add("From: postmaster@x\nSubject: Unzustellbar: x\n\nan folgende Empfänger:\na@b.example\n")
	f.Fuzz(func(t *testing.T, raw string) {
		m := &Message{}
		parse(m, []byte(raw), Options{})
		if m.DSN == nil {
			return
		}
		if m.Automatic.Answer || len(m.DSN.Recipients) > maxRecipients || m.DSN.Action == "" {
			t.Fatalf("%+v", m.DSN)
		}
		for _, r := range m.DSN.Recipients {
			if !strings.Contains(r, "@") || strings.ContainsAny(r, "\r\n\x00") {
				t.Fatalf("recipient %q", r)
			}
		}
	})
}

func FuzzFilename(f *testing.F) {
	for _, s := range []string{"a.pdf", "../../x", "con", "..%2fx", "\u202e.exe", "a\r\nb", ". . .", "C:\\x", "ä.txt", strings.Repeat("x", 300) + ".pdf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := SafeFilename(s, "application/pdf", 0)
		if n == "" || len(n) > maxFilename+1 || n[0] == '.' || n[0] == '-' || strings.ContainsAny(n, "/\\\r\n\x00") || strings.Contains(n, "..") || !utf8.ValidString(n) {
			t.Fatalf("SafeFilename(%q) = %q", s, n)
		}
		if again := SafeFilename(n, "application/pdf", 0); again != n {
			t.Fatalf("not idempotent: %q, %q", n, again)
		}
	})
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<p>a<b>b</p><blockquote type=cite>c")
	f.Add(strings.Repeat("<div>", 300) + "x")
	f.Add("<table><tr><td>a<td>b</table><ul><li>x")
	f.Fuzz(func(t *testing.T, s string) {
		got := HTMLToText(s)
		if !utf8.ValidString(got) || strings.Contains(got, quoteMark) && !strings.Contains(s, "&") {
			t.Fatalf("%q", got)
		}
	})
}
