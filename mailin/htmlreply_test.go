package mailin

import (
	"strings"
	"testing"
)

// htmlOnly wraps a body as a mail without plain text.
func htmlOnly(body string) []byte {
	return []byte("From: Anna <a@b.example>\r\nTo: s@b.example\r\nSubject: AW: x\r\nIn-Reply-To: <1@b.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body)
}

func TestHTMLReply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, html, reply string }{
		{"outlook desktop", `<div class=WordSection1><p class=MsoNormal>Geht wieder.<o:p></o:p></p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Von:</b> IT <s@b.example> <br><b>Gesendet:</b> Montag, 2. März 2026<br><b>An:</b> Anna<br><b>Betreff:</b> x</p></div></div><p>Guten Tag</p></div>`, "Geht wieder."},
		{"outlook web", `<div>Geht wieder.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>Von:</b> IT<br><b>Gesendet:</b> heute<br></div><div>Guten Tag</div>`, "Geht wieder."},
		{"outlook unknown language", `<div>ok</div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>Xyz:</b> IT<br></div><div>Guten Tag</div>`, "ok"},
		{"gmail", `<div dir="ltr">Nein.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Mo., 2. März 2026 um 09:30&nbsp;Uhr schrieb IT &lt;<a href="mailto:s@b.example">s@b.example</a>&gt;:<br></div><blockquote class="gmail_quote" style="margin:0">Guten Tag</blockquote></div>`, "Nein."},
		{"apple mail", `<html><body>Danke!<br><div><br><blockquote type="cite"><div>Am 02.03.2026 um 09:30 schrieb IT &lt;s@b.example&gt;:</div><br><div>Guten Tag</div></blockquote></div></body></html>`, "Danke!"},
		{"thunderbird", `<p>Ja.</p><div class="moz-cite-prefix">Am 02.03.26 um 09:30 schrieb IT:<br></div><blockquote type="cite" cite="mid:1@b"><p>Guten Tag</p></blockquote>`, "Ja."},
		{"gmx", `<div>Nein.<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5;"><div><b>Gesendet:</b> heute</div>Guten Tag</div></div>`, "Nein."},
		{"yahoo", `<div>ok</div><div id="ydp1yahoo_quoted_1" class="x"><div>Am Montag schrieb IT:</div>Guten Tag</div>`, "ok"},
		{"comment", `<div>ok</div><!-- originalMessage --><div>Guten Tag</div>`, "ok"},
		{"zimbra", `<div>ok</div><hr id="zwchr" data-marker="__DIVIDER__"><div>Guten Tag</div>`, "ok"},
		{"proton", "<div>ok</div><div>‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐<br>On Monday, IT wrote:<br>Guten Tag</div>", "ok"},
		{"inline", `<p>Hallo</p><p>Am 02.03.26 um 09:30 schrieb IT:</p><blockquote type="cite">Seit wann?</blockquote><p>heute</p>`, "Hallo\n\nheute"},
		{"indented text is no quote", `<p>Es erscheint</p><blockquote>Fehler 49</blockquote><p>am Gerät.</p>`, "Es erscheint\n\nFehler 49\n\nam Gerät."},
		{"hidden command", `<p>Ich sehe nach.</p><div style="display:none">#close</div><span style="color:#ffffff">#assign b</span>`, "Ich sehe nach."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Parse(htmlOnly(c.html), Options{})
			if m.Reply != c.reply {
				t.Errorf("reply = %q, want %q\ntext %q", m.Reply, c.reply, m.Text)
			}
			if strings.Contains(m.Text+m.Reply+m.Quoted, quoteMark) {
				t.Error("a quote mark left the package")
			}
		})
	}
}

func TestHTMLToText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, html, text string }{
		{"paragraphs", "<p>a</p><p>b<br>c</p>", "a\n\nb\nc"},
		{"divs", "<div>a</div><div><br></div><div>b</div>", "a\n\nb"},
		{"list", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"},
		{"ordered list", "<ol><li>a<li>b</ol>", "1. a\n2. b"},
		{"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a\tb\nc\td"},
		{"link", `<a href="https://www.isarwerk.example/x">hier</a>`, "hier <https://www.isarwerk.example/x>"},
		{"link shows itself", `<a href="https://isarwerk.example/">isarwerk.example</a>`, "isarwerk.example"},
		{"mailto", `<a href="mailto:a@b.example">a@b.example</a>`, "a@b.example"},
		{"entities", "&Auml;&nbsp;&euro;&#8211;&amp;lt;", "Ä €–&lt;"},
		{"script and style", "<style>p{}</style><script>x()</script>a<!-- b -->", "a"},
		{"pre", "<pre>a\n  b</pre>", "a\n  b"},
		{"quote", `<blockquote type="cite">a<br>b</blockquote>c`, "> a\n> b\nc"},
		{"white on colour is visible", `<td bgcolor="#c00"><span style="color:#fff">Weiter</span></td>`, "Weiter"},
		{"hidden without end", `<div style="display:none">a<p>b`, "a\n\nb"},
		{"unclosed tags", "<p>a<p>b<div>c", "a\n\nb\nc"},
		{"no tags", "a  b\nc", "a b c"},
		{"broken tag", "a <img src=\"x", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := HTMLToText(c.html); got != c.text {
				t.Errorf("got %q, want %q", got, c.text)
			}
		})
	}
}
