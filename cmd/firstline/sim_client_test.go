package main

import (
	"fmt"
	"html"
	"mime"
	"strings"
	"time"

	"firstline/mailin"
)

// simClient is a mail program: how it quotes what is answered, what it says about
// itself, which headers it keeps.
type simClient struct {
	name string
	lang string
	// quote is what stands below the author's text, in plain text.
	quote func(m *mailin.Message) string
	// rich is the same in HTML, "" = the program writes plain text only.
	rich func(m *mailin.Message) string
	// sign stands below the author's text before the quote.
	sign string
	// htmlOnly writes no plain text.
	htmlOnly bool
	// noRefs answers with In-Reply-To alone.
	noRefs bool
	header string
}

// dates as mail programs of both languages write them.
var (
	deDays   = []string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	deMonths = []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
)

func deLong(t time.Time) string {
	return fmt.Sprintf("%s, %d. %s %d %s", deDays[t.Weekday()], t.Day(), deMonths[t.Month()-1], t.Year(), t.Format("15:04"))
}

func deShort(t time.Time) string {
	return fmt.Sprintf("%s., %d. %s. %d um %s", deDays[t.Weekday()][:2], t.Day(), deMonths[t.Month()-1][:3], t.Year(), t.Format("15:04"))
}

// marked puts "> " before every line.
func marked(text string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n> ")
}

func person(m *mailin.Message) string { return m.From.Name + " <" + m.From.Address + ">" }

// attributed quotes below one line, as most programs do.
func attributed(line func(m *mailin.Message) string) func(*mailin.Message) string {
	return func(m *mailin.Message) string { return "\n" + line(m) + "\n" + marked(m.Text) + "\n" }
}

// block quotes without marks below a block of header fields, as Outlook does.
func block(before, from, sent, to, subject string, date func(time.Time) string) func(*mailin.Message) string {
	return func(m *mailin.Message) string {
		return "\n" + before + from + ": " + person(m) + " \n" + sent + ": " + date(m.Date) + "\n" + to + ": Empfänger <x@isarwerk.example>\n" +
			subject + ": " + m.Subject + "\n\n" + m.Text + "\n"
	}
}

// richBlock is block in HTML, inside what the program wraps around it.
func richBlock(open, end, from, sent, to, subject string, date func(time.Time) string) func(*mailin.Message) string {
	return func(m *mailin.Message) string {
		return open + "<b>" + from + ":</b> " + html.EscapeString(person(m)) + "<br><b>" + sent + ":</b> " + date(m.Date) + "<br><b>" + to +
			":</b> Empf&auml;nger<br><b>" + subject + ":</b> " + html.EscapeString(m.Subject) + end + paragraphs(m.Text)
	}
}

func paragraphs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Fprintf(&b, "<p class=\"MsoNormal\">%s&nbsp;</p>\r\n", html.EscapeString(strings.TrimRight(line, "\r\n")))
	}
	return b.String()
}

func breaks(text string) string {
	return strings.ReplaceAll(html.EscapeString(strings.TrimSpace(text)), "\n", "<br>\r\n")
}

// cited is an HTML quote with its attribution.
func cited(open string, line func(*mailin.Message) string, quote, end string) func(*mailin.Message) string {
	return func(m *mailin.Message) string {
		return open + html.EscapeString(line(m)) + quote + breaks(m.Text) + end
	}
}

func enDate(t time.Time) string { return t.Format("Monday, January 2, 2006 3:04 PM") }

// simClients are the reply styles of ten programs in both languages.
func simClients() []simClient {
	const classic = `<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>`
	const modern = `<hr tabindex="-1" style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif">`
	gmailDE := func(m *mailin.Message) string { return "Am " + deShort(m.Date) + " Uhr schrieb " + person(m) + ":" }
	gmailEN := func(m *mailin.Message) string {
		return "On " + m.Date.Format("Mon, Jan 2, 2006 at 3:04 PM") + " " + person(m) + " wrote:"
	}
	appleDE := func(m *mailin.Message) string {
		return "Am " + m.Date.Format("02.01.2006 um 15:04") + " schrieb " + person(m) + ":"
	}
	appleEN := func(m *mailin.Message) string {
		return "On " + m.Date.Format("2. Jan 2006, at 15:04") + ", " + person(m) + " wrote:"
	}
	birdDE := func(m *mailin.Message) string {
		return "Am " + m.Date.Format("02.01.06 um 15:04") + " schrieb " + m.From.Name + ":"
	}
	birdEN := func(m *mailin.Message) string {
		return "On " + m.Date.Format("1/2/06 3:04 PM") + ", " + m.From.Name + " wrote:"
	}
	k9DE := func(m *mailin.Message) string {
		return fmt.Sprintf("Am %d. %s %s MEZ schrieb %s:", m.Date.Day(), deMonths[m.Date.Month()-1], m.Date.Format("2006 15:04:05"), person(m))
	}
	k9EN := func(m *mailin.Message) string {
		return "On " + m.Date.Format("January 2, 2006 3:04:05 PM") + " GMT+01:00, " + person(m) + " wrote:"
	}
	apple := func(line func(*mailin.Message) string) func(*mailin.Message) string {
		return func(m *mailin.Message) string { return "\n> " + line(m) + "\n> \n" + marked(m.Text) + "\n" }
	}
	return []simClient{
		{name: "Outlook classic", lang: "de", quote: block("", "Von", "Gesendet", "An", "Betreff", deLong),
			rich:   richBlock(classic, "</p></div></div>", "Von", "Gesendet", "An", "Betreff", deLong),
			header: "X-Mailer: Microsoft Outlook 16.0\r\nThread-Index: AdrF8l2mB6Uo1zVWR9yFz0bq8W1oXw=="},
		{name: "Outlook classic", lang: "en", quote: block("-----Original Message-----\n", "From", "Sent", "To", "Subject", enDate),
			rich: richBlock(classic, "</p></div></div>", "From", "Sent", "To", "Subject", enDate), header: "X-Mailer: Microsoft Outlook 16.0"},
		{name: "Outlook new", lang: "de", quote: block("________________________________\n", "Von", "Gesendet", "An", "Betreff", deLong),
			rich: richBlock(modern, "</font></div>", "Von", "Gesendet", "An", "Betreff", deLong)},
		{name: "Outlook new", lang: "en", htmlOnly: true, quote: block("________________________________\n", "From", "Sent", "To", "Subject", enDate),
			rich: richBlock(modern, "</font></div>", "From", "Sent", "To", "Subject", enDate)},
		{name: "Gmail", lang: "de", quote: attributed(gmailDE),
			rich: cited(`<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">`, gmailDE, `<br></div><blockquote class="gmail_quote">`, "</blockquote></div>")},
		{name: "Gmail", lang: "en", quote: attributed(gmailEN),
			rich: cited(`<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">`, gmailEN, `<br></div><blockquote class="gmail_quote">`, "</blockquote></div>")},
		{name: "Apple Mail", lang: "de", quote: apple(appleDE),
			rich: cited(`<div><br><blockquote type="cite"><div>`, appleDE, "</div><br><div>", "</div></blockquote></div>")},
		{name: "Apple Mail", lang: "en", quote: apple(appleEN)},
		{name: "iOS Mail", lang: "de", quote: apple(appleDE), sign: "\nVon meinem iPhone gesendet\n", noRefs: true},
		{name: "iOS Mail", lang: "en", quote: apple(appleEN), sign: "\nSent from my iPhone\n", noRefs: true},
		{name: "Thunderbird", lang: "de", quote: attributed(birdDE), sign: "\n-- \nIsarwerk Feinmechanik GmbH\n"},
		{name: "Thunderbird", lang: "en", quote: attributed(birdEN)},
		{name: "K-9", lang: "de", quote: attributed(k9DE), sign: "\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.\n"},
		{name: "K-9", lang: "en", quote: attributed(k9EN)},
		{name: "Notes", lang: "de", header: "X-Mailer: HCL Notes", quote: func(m *mailin.Message) string {
			return "\n\n\nVon:\t" + person(m) + "\nAn:\tEmpfänger\nDatum:\t" + m.Date.Format("02.01.2006 15:04") + "\nBetreff:\t" + m.Subject + "\n\n\n\n" + m.Text + "\n"
		}},
		{name: "Notes", lang: "en", header: "X-Mailer: HCL Notes", quote: func(m *mailin.Message) string {
			return "\n\n-----" + m.From.Name + " wrote: -----\nTo: x@isarwerk.example\nFrom: " + m.From.Address + "\nDate: " + m.Date.Format("01/02/2006 03:04PM") +
				"\nSubject: " + m.Subject + "\n\n" + m.Text + "\n"
		}},
	}
}

// draft is a mail in the hands of its author.
type draft struct {
	client  simClient
	from    string // Name <address>
	subject string
	text    string
	answers *mailin.Message
	headers []string
	to      string
	id      string
	date    time.Time
	// noQuote is what a person does who clears the window first.
	noQuote bool
}

// subjectOf is the subject a program gives an answer.
func (d draft) subjectOf() string {
	switch {
	case d.subject != "" || d.answers == nil:
		return d.subject
	case d.client.lang == "en":
		return "Re: " + d.answers.Subject
	}
	return "AW: " + d.answers.Subject
}

// bytes is the mail as the program sends it.
func (d draft) bytes() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	to := d.to
	if to == "" {
		to = simSupport
	}
	name, address, _ := strings.Cut(d.from, " <")
	line("From: %s <%s", mime.QEncoding.Encode("utf-8", name), address)
	line("To: <%s>\r\nSubject: %s", to, mime.QEncoding.Encode("utf-8", d.subjectOf()))
	line("Date: %s\r\nMessage-ID: <%s>", d.date.Format(time.RFC1123Z), d.id)
	if d.client.header != "" {
		line("%s", d.client.header)
	}
	if d.answers != nil {
		line("In-Reply-To: <%s>", d.answers.MessageID)
		if !d.client.noRefs {
			line("References: <%s>", strings.Join(append(append([]string(nil), d.answers.References...), d.answers.MessageID), ">\r\n <"))
		}
	}
	for _, h := range d.headers {
		line("%s", h)
	}
	text, rich := d.text+"\n"+d.client.sign, ""
	if d.client.rich != nil {
		rich = "<html><body><div>" + breaks(d.text) + "</div>" + breaks(d.client.sign)
	}
	if d.answers != nil && !d.noQuote {
		text += d.client.quote(d.answers)
		if rich != "" {
			rich += d.client.rich(d.answers)
		}
	}
	line("MIME-Version: 1.0")
	plainPart := "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + crlfOf(text)
	richPart := "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + crlfOf(rich+"</body></html>")
	switch {
	case rich == "":
		b.WriteString(plainPart)
	case d.client.htmlOnly:
		b.WriteString(richPart)
	default:
		line("Content-Type: multipart/alternative; boundary=\"sim\"\r\n\r\n--sim\r\n%s\r\n--sim\r\n%s\r\n--sim--", plainPart, richPart)
	}
	return []byte(b.String())
}

func crlfOf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n") + "\r\n"
}
