package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

const head = "From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"

// lines joins lines with CRLF.
func lines(s ...string) string { return strings.Join(s, "\r\n") + "\r\n" }

func TestMIMEStructure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, text string
		files            []string
		defect           Defect
	}{
		{name: "plain", body: lines("Content-Type: text/plain; charset=utf-8", "", "Grüße"), text: "Grüße"},
		{name: "no content type", body: lines("", "Text"), text: "Text"},
		{name: "alternative", body: lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "plain", "--b", "Content-Type: text/html", "", "<p>html</p>", "--b--"), text: "plain"},
		{name: "html first", body: lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/html", "", "<p>html</p>", "--b", "Content-Type: text/plain", "", "plain", "--b--"), text: "plain"},
		{name: "empty plain", body: lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", " ", "--b", "Content-Type: text/html", "", "<p>html</p>", "--b--"), text: "html"},
		{name: "stub plain", body: lines("Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "Please use an HTML capable program.", "--b", "Content-Type: text/html", "", "<p>html</p>", "--b--"), text: "html"},
		{name: "mixed", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "eins", "--b", "Content-Type: text/plain", "", "zwei", "--b--"), text: "eins\n\nzwei"},
		{name: "attachment", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "eins", "--b", "Content-Type: application/pdf; name=a.pdf", "Content-Transfer-Encoding: base64", "", "UERG", "--b--"), text: "eins", files: []string{"a.pdf"}},
		{name: "named text beside text", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "eins", "--b", "Content-Type: text/plain; name=log.txt", "", "zwei", "--b--"), text: "eins", files: []string{"log.txt"}},
		{name: "only a named text", body: lines("Content-Type: text/plain; name=log.txt", "", "zwei"), text: "zwei", files: []string{"log.txt"}},
		{name: "unclosed", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "eins"), text: "eins", defect: DefectUnclosed},
		{name: "wrong boundary", body: lines("Content-Type: multipart/mixed; boundary=xyz", "", "--b", "Content-Type: text/plain", "", "eins", "--b--"), text: "eins", defect: DefectBoundary},
		{name: "missing boundary", body: lines("Content-Type: multipart/mixed", "", "--b", "Content-Type: text/plain", "", "eins", "--b--"), text: "eins", defect: DefectBoundary},
		{name: "no parts at all", body: lines("Content-Type: multipart/mixed; boundary=b", "", "eins"), text: "eins", defect: DefectBoundary},
		{name: "inner begins with outer", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: multipart/mixed; boundary=b1", "", "--b1", "", "innen", "--b1--", "--b", "", "außen", "--b--"), text: "innen\n\naußen"},
		{name: "inner unclosed", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: multipart/mixed; boundary=c", "", "--c", "", "innen", "--b", "", "außen", "--b--"), text: "innen\n\naußen"},
		{name: "message", body: lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "siehe unten", "--b", "Content-Type: message/rfc822", "", "Subject: Original", "", "inner", "--b--"), text: "siehe unten", files: []string{"Original.eml"}},
		{name: "digest", body: lines("Content-Type: multipart/digest; boundary=b", "", "--b", "", "Subject: eins", "", "x", "--b--"), files: []string{"eins.eml"}},
		{name: "related", body: lines("Content-Type: multipart/related; boundary=b", "", "--b", "Content-Type: text/html", "", `<img src="cid:l@x">Text`, "--b", "Content-Type: image/png", "Content-ID: <l@x>", "Content-Transfer-Encoding: base64", "", "AAAA", "--b--"), text: "Text", files: []string{"image.png"}},
		{name: "uuencode", body: lines("", "vorher", "begin 644 a.bin", "#0V%T", "`", "end", "nachher"), text: "vorher\nnachher", files: []string{"a.bin"}},
		{name: "not uuencode", body: lines("", "begin 644 a.bin", "is how a file starts"), text: "begin 644 a.bin\nis how a file starts"},
		{name: "quoted-printable", body: lines("Content-Transfer-Encoding: quoted-printable", "", "Gr=FC=DFe =", "weiter =zz ="), text: "Grüße weiter =zz"},
		{name: "base64 with rubbish", body: lines("Content-Transfer-Encoding: base64", "", "SGFs*bG8=", "IFdlbHQ"), text: "Hallo Welt"},
		{name: "flowed", body: lines("Content-Type: text/plain; format=flowed", "", "eins ", "zwei", "> drei ", "> vier", "-- ", "Name"), text: "eins zwei\n> drei vier\n-- \nName"},
		{name: "delsp", body: lines("Content-Type: text/plain; format=flowed; delsp=yes", "", "ei ", "ns"), text: "eins"},
		{name: "html body", body: lines("Content-Type: text/html", "", "<b>fett</b>"), text: "fett"},
		{name: "semicolon missing", body: lines("Content-Type: text/plain charset=utf-8", "", "ü"), text: "ü"},
		{name: "type without subtype", body: lines("Content-Type: text", "", "x"), text: "x"},
		{name: "control characters", body: "\r\na\x00b\x1b[31mc\x7f\u202ed\r\n", text: "ab[31mcd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			raw := []byte(head + c.body)
			m := Parse(raw, Options{})
			if m.Text != c.text {
				t.Errorf("text = %q, want %q", m.Text, c.text)
			}
			var names []string
			for _, a := range m.Attachments {
				names = append(names, a.Filename)
			}
			if strings.Join(names, "|") != strings.Join(c.files, "|") {
				t.Errorf("files = %q, want %q", names, c.files)
			}
			if c.defect != "" && !hasDefect(m, c.defect) {
				t.Errorf("defects = %q, want %q", m.Defects, c.defect)
			}
			checkContent(t, raw, m)
		})
	}
}

func hasDefect(m *Message, d Defect) bool {
	for _, x := range m.Defects {
		if x == d {
			return true
		}
	}
	return false
}

// checkContent reads every attachment again and compares size and digest.
func checkContent(t *testing.T, raw []byte, m *Message) {
	t.Helper()
	for i, a := range m.Attachments {
		b, err := Content(raw, i)
		if err != nil {
			t.Fatalf("Content(%d): %v", i, err)
		}
		sum := sha256.Sum256(b)
		if int64(len(b)) != a.Size || hex.EncodeToString(sum[:]) != a.SHA256 {
			t.Errorf("attachment %d: %d bytes, want %d", i, len(b), a.Size)
		}
	}
	if _, err := Content(raw, len(m.Attachments)); !errors.Is(err, ErrNoAttachment) {
		t.Errorf("Content past the end: %v", err)
	}
}

func TestInline(t *testing.T) {
	t.Parallel()
	raw := head + lines("Content-Type: multipart/mixed; boundary=m", "", "--m", "Content-Type: multipart/related; boundary=r", "", "--r", "Content-Type: multipart/alternative; boundary=a", "", "--a", "Content-Type: text/plain", "", "Text", "--a", "Content-Type: text/html", "", `Text <img src="cid:logo@x">`, "--a--",
		"--r", "Content-Type: image/png; name=logo.png", "Content-ID: <logo@x>", "Content-Disposition: attachment; filename=logo.png", "", "x", "--r--",
		"--m", "Content-Type: image/jpeg; name=foto.jpg", "Content-Disposition: attachment; filename=foto.jpg", "", "x", "--m--")
	m := Parse([]byte(raw), Options{})
	if len(m.Attachments) != 2 || !m.Attachments[0].Inline || m.Attachments[1].Inline || m.Attachments[0].ContentID != "logo@x" {
		t.Errorf("attachments = %+v", m.Attachments)
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ label, raw, want string }{
		{"utf-8", "Grüße", "Grüße"},
		{"iso-8859-1", "Gr\xfc\xdfe \x80", "Grüße €"}, // really windows-1252
		{"ISO-8859-15", "\xa4", "€"},
		{"windows-1250", "\x9a", "š"},
		{"cp1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		{"gb2312", "\xd6\xd0\xce\xc4", "中文"},
		{"big5", "\xa4\xa4\xa4\xe5", "中文"},
		{"ks_c_5601-1987", "\xb0\xa1", "가"},
		{"shift_jis", "\x93\xfa\x96\x7b", "日本"},
		{"iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日本"},
		{"utf-7", "Gr+APwA3w-e", "Grüße"},
		{"x-mac-roman", "Gr\x9f\xa7e", "Grüße"},
		{"cp850", "Gr\x81\xe1e", "Grüße"},
		{"us-ascii", "Gr\xc3\xbc\xc3\x9fe", "Grüße"},
		{"us-ascii", "Gr\xfc\xdfe", "Grüße"},
		{"", "Gr\xfc\xdfe", "Grüße"},
		{"utf-8", "Gr\xfc\xdfe", "Grüße"},              // declared wrong
		{"iso-8859-1", "Gr\xc3\xbc\xc3\x9fe", "Grüße"}, // declared wrong
		{"no-such-charset", "Gr\xc3\xbc\xc3\x9fe", "Grüße"},
		{"utf-16", "\xff\xfeG\x00r\x00\xfc\x00", "Grü"},
		{`"utf-8"`, "ü", "ü"},
	} {
		if got, _ := decodeCharset([]byte(c.raw), c.label); got != c.want {
			t.Errorf("decodeCharset(%q, %q) = %q, want %q", c.raw, c.label, got, c.want)
		}
	}
}

func TestSafeFilename(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"bericht.pdf": "bericht.pdf", "../../etc/passwd": "passwd", `C:\x\y.txt`: "y.txt", "..": "", ".htaccess": "htaccess", "-rf": "rf", "a\r\nBcc: x": "a Bcc_ x",
		"rechnung\u202efdp.exe": "rechnungfdp.exe", "con.txt": "_con.txt", "LPT1": "_LPT1", "a\x00b": "ab", "x.pdf . ": "x.pdf", "Übersicht 100 €.pdf": "Übersicht 100 €.pdf",
		"..%2f..%2fetc%2fpasswd": "passwd", "a/": "a", "a\u200b.txt": "a.txt", "x<y>.txt": "x_y_.txt", "a..b.txt": "a.b.txt",
	} {
		got := SafeFilename(in, "text/plain", 0)
		if want == "" {
			want = "text.txt"
		}
		if got != want {
			t.Errorf("SafeFilename(%q) = %q, want %q", in, got, want)
		}
	}
	long := SafeFilename(strings.Repeat("ä", 300)+".pdf", "", 0)
	if len(long) > maxFilename || !strings.HasSuffix(long, ".pdf") {
		t.Errorf("long name: %d bytes, %q", len(long), long)
	}
}

func TestFilenameParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fields, want string }{
		{`Content-Disposition: attachment; filename=a b.pdf`, "a b.pdf"},
		{`Content-Disposition: attachment; filename="a;b.pdf"`, "a;b.pdf"},
		{`Content-Disposition: attachment; filename="=?utf-8?Q?R=C3=BCckfrage.pdf?="`, "Rückfrage.pdf"},
		{`Content-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.pdf`, "Übersicht.pdf"},
		{`Content-Disposition: attachment; filename*0="ber"; filename*1="icht.pdf"`, "bericht.pdf"},
		{`Content-Disposition: attachment; filename*1*=%C3%BC.pdf; filename*0*=utf-8''a`, "aü.pdf"},
		{`Content-Disposition: attachment; filename=x.pdf; filename*=utf-8''y.pdf`, "y.pdf"},
		{`Content-Type: application/pdf; name="n.pdf"`, "n.pdf"},
		{"Content-Disposition: attachment; filename=\"Gr\xfc\xdfe.pdf\"", "Grüße.pdf"},
		{`Content-Disposition: attachment; filename="unclosed.pdf`, "unclosed.pdf"},
		{`Content-Disposition: attachment; filename=`, "file.pdf"},
	} {
		fields := c.fields
		if !strings.Contains(fields, "Content-Type") {
			fields = "Content-Type: application/pdf\r\n" + fields
		}
		m := Parse([]byte("From: a@b.example\r\n"+fields+"\r\n\r\nx"), Options{})
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != c.want {
			t.Errorf("%s: %+v, want %q", c.fields, m.Attachments, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	m := Parse(nestedMail(10000), Options{})
	if !m.Truncated || !hasDefect(m, DefectDepth) {
		t.Errorf("deep nesting: %v", m.Defects)
	}
	var b bytes.Buffer
	b.WriteString(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n")
	for range 3000 {
		b.WriteString("--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n")
	}
	m = Parse(b.Bytes(), Options{})
	if len(m.Attachments) > maxAttachments || !hasDefect(m, DefectParts) || !m.Truncated {
		t.Errorf("%d attachments, %v", len(m.Attachments), m.Defects)
	}
	m = Parse([]byte(head+"\r\n"+strings.Repeat("Text ", 1<<20)), Options{})
	if len(m.Text) > maxTextPart || !hasDefect(m, DefectTextSize) {
		t.Errorf("%d bytes of text, %v", len(m.Text), m.Defects)
	}
	m = Parse([]byte(head+"\r\nGrüße"), Options{MaxText: 4})
	if m.Text != "Gr" && m.Text != "Grü" {
		t.Errorf("MaxText: %q", m.Text)
	}
}

func TestCryptography(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body        string
		encrypted, signed bool
	}{
		{"pgp encrypted", lines(`Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b`, "", "--b", "Content-Type: application/pgp-encrypted", "", "Version: 1", "--b", "Content-Type: application/octet-stream", "", "x", "--b--"), true, false},
		{"signed", lines("Content-Type: multipart/signed; boundary=b", "", "--b", "", "Text", "--b", "Content-Type: application/pgp-signature; name=signature.asc", "", "x", "--b--"), false, true},
		{"s/mime enveloped", lines("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "", "x"), true, false},
		{"s/mime opaque", lines("Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "", "x"), false, true},
	} {
		m := Parse([]byte(head+c.body), Options{})
		if m.Encrypted != c.encrypted || m.Signed != c.signed {
			t.Errorf("%s: encrypted %v signed %v", c.name, m.Encrypted, m.Signed)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	a := "Message-ID: <1@x>\r\nFrom: a@b.example\r\nSubject: x\r\n\r\nText\r\n"
	same := []string{"Received: from x\r\n" + a, "Received: by y\r\n\tz\r\n" + strings.ReplaceAll(a, "\r\n", "\n"), "Delivered-To: q\r\n" + a + "\r\n"}
	for _, s := range same {
		if Canonical([]byte(a)) != Canonical([]byte(s)) {
			t.Errorf("%q differs", s)
		}
	}
	for _, s := range []string{strings.Replace(a, "Text", "text", 1), strings.Replace(a, "1@x", "2@x", 1), strings.Replace(a, "a@b", "c@b", 1)} {
		if Canonical([]byte(a)) == Canonical([]byte(s)) {
			t.Errorf("%q is the same", s)
		}
	}
}

func TestAttachmentText(t *testing.T) {
	t.Parallel()
	raw := []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nbody\r\n" +
		"--b\r\nContent-Type: application/octet-stream; name=a.log\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\na2VybmVsIHBhbmlj\r\n" +
		"--b\r\nContent-Type: text/html; name=a.html\r\nContent-Disposition: attachment\r\n\r\n<p>ein <b>St\xf6rfall</b></p>\r\n" +
		"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Disposition: attachment\r\n\r\nnever\r\n--b--\r\n")
	got := AttachmentText(raw, 1000)
	if !strings.Contains(got, "kernel panic") || !strings.Contains(got, "ein Störfall") || strings.Contains(got, "body") || strings.Contains(got, "never") || strings.Contains(got, "<") {
		t.Errorf("text %q", got)
	}
	for n := range 40 {
		if got := AttachmentText(raw, n); len(got) > n || !utf8.ValidString(got) {
			t.Errorf("limit %d: %q", n, got)
		}
	}
}
