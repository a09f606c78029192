package mailin

import (
	"strings"
	"testing"
	"time"
)

func TestDecodeWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
		{"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"},
		{"=?iso-8859-1?q?Gr=FC=DFe_an_alle?=", "Grüße an alle"},
		{"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
		{"=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b"},
		{"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"},          // a character in two words
		{"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"},               // padding lost
		{"=?utf-8?Q?a b?=", "a b"},                        // blanks inside
		{"Re:=?utf-8?Q?=C3=BC?=x", "Re:üx"},               // no blanks around
		{"=?gb2312?B?1tDOxA==?=", "中文"},                   // superset gb18030
		{"=?x-unknown?Q?=FC?=", "ü"},                      // unknown charset
		{"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},            // unknown encoding
		{"=?utf-8?Q?abc", "=?utf-8?Q?abc"},                // no end
		{"Gr\xfc\xdfe", "Grüße"},                          // raw Latin-1
		{"=?utf-8*de?Q?=C3=BC?=", "ü"},                    // RFC 2231 language
		{"=?us-ascii?Q?=3D=3F?=", "=?"},                   //
		{"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"},      // charset with state
		{"=?utf-8?Q??= =?utf-8?Q?x?=", "x"},               // empty word
		{"\"=?utf-8?Q?M=C3=BCller?=\" x", "\"Müller\" x"}, // inside quotes
	} {
		if got := decodeWords(c.in); got != c.want {
			t.Errorf("decodeWords(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestSubjectIsOneLine(t *testing.T) {
	t.Parallel()
	m := Parse([]byte("From: a@b.example\r\nSubject: =?utf-8?Q?x=0D=0ABcc:_y=00=1B[31m?=\r\n folded\r\n\r\n"), Options{})
	if m.Subject != "x Bcc: y [31m folded" {
		t.Errorf("subject = %q", m.Subject)
	}
}

func TestParseAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want []Address
	}{
		{"a@b.example", []Address{{"", "a@b.example"}}},
		{"Anna Berger <a@b.example>", []Address{{"Anna Berger", "a@b.example"}}},
		{`"Berger, Anna" <a@b.example>, c@d.example`, []Address{{"Berger, Anna", "a@b.example"}, {"", "c@d.example"}}},
		{"Berger, Anna <a@b.example>; Kern, Tobias <t@b.example>", []Address{{"Berger, Anna", "a@b.example"}, {"Kern, Tobias", "t@b.example"}}},
		{"a@b.example (Anna)", []Address{{"Anna", "a@b.example"}}},
		{"Liste: a@b.example, c@d.example;", []Address{{"", "a@b.example"}, {"", "c@d.example"}}},
		{"undisclosed-recipients:;", nil},
		{"=?utf-8?Q?M=C3=BCller?= <m@b.example>", []Address{{"Müller", "m@b.example"}}},
		{`"=?utf-8?Q?M=C3=BCller?=" <m@b.example>`, []Address{{"Müller", "m@b.example"}}},
		{"M\xfcller <m@b.example>", []Address{{"Müller", "m@b.example"}}},
		{"<a@b.example>", []Address{{"", "a@b.example"}}},
		{"'Anna' <a@b.example>", []Address{{"Anna", "a@b.example"}}},
		{"Anna [mailto:a@b.example]", []Address{{"Anna", "a@b.example"}}},
		{"Anna a@b.example", []Address{{"Anna", "a@b.example"}}},
		{"(c) a@b.example", []Address{{"c", "a@b.example"}}},
		{"<@relay.example:a@b.example>", []Address{{"", "a@b.example"}}},
		{`"a\"b" <a@b.example>`, []Address{{`a"b`, "a@b.example"}}},
		{"Anna <a@b.example", []Address{{"Anna", "a@b.example"}}},
		{"x <a@b.example>RCPT TO:<c@d.example>", []Address{{"x <a@b.example>RCPT TO:", "c@d.example"}}},
		{"<a b@c.example\r\n>", []Address{{"", "ab@c.example"}}},
		{"agent@firm.example <mallory@evil.example>", []Address{{"agent@firm.example", "mallory@evil.example"}}},
		{",,,", nil},
		{"", nil},
	} {
		got, _ := parseAddresses(c.in)
		if len(got) != len(c.want) {
			t.Errorf("parseAddresses(%q) = %v, want %v", c.in, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("parseAddresses(%q)[%d] = %q, want %q", c.in, i, got[i], c.want[i])
			}
		}
	}
	if _, cut := parseAddresses(strings.Repeat("a@b.example,", 300)); !cut {
		t.Error("300 addresses were not cut")
	}
}

func TestFoldAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Anna@Firma.Example. ": "anna@firma.example", "a@Müller.example": "a@xn--mller-kva.example",
		"а@firma.example": "а@firma.example", "no-at": "no-at", "a@b_c.example": "a@b_c.example",
	} {
		if got := FoldAddress(in); got != want {
			t.Errorf("FoldAddress(%q) = %q, want %q", in, got, want)
		}
	}
	if Domain("a@B.example") != "b.example" || Domain("x") != "" {
		t.Error("Domain")
	}
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Mon, 2 Mar 2026 09:00:12 +0100":       "2026-03-02T09:00:12+01:00",
		"2 Mar 2026 09:00 +0100":               "2026-03-02T09:00:00+01:00",
		"Mo, 2 Mär 2026 09:00:12 +0100":        "2026-03-02T09:00:12+01:00",
		"Mon, 2 Mar 26 09:00:12 GMT":           "2026-03-02T09:00:12Z",
		"Mon, 2 Mar 2026 09:00:12 GMT+01:00":   "2026-03-02T09:00:12+01:00",
		"2026-03-02 09:00:12 +01:00":           "",
		"2026-03-02T09:00:12+01:00":            "2026-03-02T09:00:12+01:00",
		"02.03.2026 09:00":                     "2026-03-02T09:00:00Z",
		"Mon Mar  2 09:00:12 2026":             "2026-03-02T09:00:12Z",
		"Mon, 2 Mar 2026 09:00:12 +0100 (CET)": "2026-03-02T09:00:12+01:00",
		"Mon, 2 Mar 2026 9:00:12 PM -0500":     "2026-03-02T21:00:12-05:00",
		"2-Mar-2026 09:00:12 CET":              "2026-03-02T09:00:12+01:00",
		"yesterday":                            "",
		"Mon, 32 Mar 2026 09:00:12 +0100":      "",
		"":                                     "",
	} {
		got, ok := parseDate(in)
		if in == "2026-03-02 09:00:12 +01:00" {
			if !ok || got.Hour() != 9 {
				t.Errorf("parseDate(%q) = %v %v", in, got, ok)
			}
			continue
		}
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("parseDate(%q) = %v %v, want %q", in, got.Format(time.RFC3339), ok, want)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want string
	}{
		{"<a@b>", "a@b"}, {"a@b", "a@b"}, {"<a b\r\n @c>", "ab@c"}, {"no id here", "no id here"}, {"<<a@b>>", "a@b"}, {"", ""},
		{"x <a@b> (comment) <c@d>", "a@b"},
	} {
		if got := messageID(c.in); got != c.want {
			t.Errorf("messageID(%q) = %q, want %q", c.in, got, c.want)
		}
	}
	ids, cut := references([]string{"<1@x> <2@x>\t<1@x>, <3@x>"})
	if strings.Join(ids, " ") != "1@x 2@x 3@x" || cut {
		t.Errorf("references = %v", ids)
	}
	ids, cut = references([]string{strings.Repeat("<a@x>", 10) + func() string {
		var s strings.Builder
		for i := range 80 {
			s.WriteString("<" + strings.Repeat("i", i+1) + "@x>")
		}
		return s.String()
	}()})
	if len(ids) != MaxReferences || !cut || len(ids[len(ids)-1]) != 82 {
		t.Errorf("%d references, cut %v", len(ids), cut)
	}
}

func TestHeaderShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, subject, text string }{
		{"crlf", "From: a@b.example\r\nSubject: x\r\n\r\nText\r\n", "x", "Text"},
		{"lf", "From: a@b.example\nSubject: x\n\nText\n", "x", "Text"},
		{"cr", "From: a@b.example\rSubject: x\r\rText\r", "x", "Text"},
		{"mbox line", "From a@b Mon Mar  2 09:00:12 2026\nSubject: x\n\nText", "x", "Text"},
		{"leading blank lines", "\r\n\r\nSubject: x\r\n\r\nText", "x", "Text"},
		{"byte order mark", "\xef\xbb\xbfSubject: x\r\n\r\nText", "x", "Text"},
		{"folded", "Subject: x\r\n y\r\n\tz\r\n\r\nText", "x y z", "Text"},
		{"blank before colon", "Subject : x\r\n\r\nText", "x", "Text"},
		{"line without colon", "Subject: x\r\nno field\r\nFrom: a@b.example\r\n\r\nText", "x", "Text"},
		{"no empty line", "Subject: x\r\nThis is text already.\r\n\r\nMore", "x", "This is text already.\n\nMore"},
		{"header only", "Subject: x", "x", ""},
		{"first line folded", " y\r\nSubject: x\r\n\r\nText", "x", "Text"},
		{"empty", "", "", ""},
		{"text only", "just text\nand more", "", "just text\nand more"},
		{"utf-16", "\xff\xfeS\x00u\x00b\x00j\x00e\x00c\x00t\x00:\x00 \x00x\x00\n\x00\n\x00T\x00", "x", "T"},
		{"two subjects", "Subject: x\r\nSubject: y\r\n\r\n", "x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Parse([]byte(c.raw), Options{})
			if m.Subject != c.subject || m.Text != c.text {
				t.Errorf("subject %q text %q, want %q %q", m.Subject, m.Text, c.subject, c.text)
			}
		})
	}
}

func TestHeaderLimits(t *testing.T) {
	t.Parallel()
	m := Parse([]byte(strings.Repeat("X-A: b\r\n", 5000)+"Subject: late\r\n\r\nText"), Options{})
	if m.Subject != "" || m.Text != "Text" || !m.Truncated {
		t.Errorf("subject %q text %q truncated %v", m.Subject, m.Text, m.Truncated)
	}
	if len(m.Header) > maxKeptFields {
		t.Errorf("%d fields kept", len(m.Header))
	}
}

func TestFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, header, from string
		all, fields        int
	}{
		{"one", "From: a@b.example", "a@b.example", 1, 1},
		{"two fields", "From: a@b.example\r\nFrom: c@d.example", "a@b.example", 2, 2},
		{"two addresses", "From: a@b.example, c@d.example", "a@b.example", 2, 1},
		{"reply-to instead", "From: Anna <>\r\nReply-To: a@b.example", "a@b.example", 1, 1},
		{"none", "To: a@b.example", "", 0, 0},
	} {
		m := Parse([]byte(c.header+"\r\n\r\nx"), Options{})
		if m.From.Address != c.from || len(m.FromAll) != c.all || m.FromFields != c.fields {
			t.Errorf("%s: from %v all %v fields %d", c.name, m.From, m.FromAll, m.FromFields)
		}
	}
}

func TestBaseSubject(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"AW: WG: Drucker": "Drucker", "Re[2]: x": "x", "Antwort: x": "x", "FWD:x": "x", "Re: Re: Re: x": "x", "Drucker: defekt": "Drucker: defekt",
		"SV: x": "x", "回复：x": "x", "": "", "AW : x": "x", "Re: [IT-1] x": "[IT-1] x",
	} {
		if got := BaseSubject(in); got != want {
			t.Errorf("BaseSubject(%q) = %q, want %q", in, got, want)
		}
	}
}
