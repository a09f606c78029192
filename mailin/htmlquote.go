package mailin

import (
	"bytes"
	"strings"

	"golang.org/x/net/html/atom"
)

// hiddenStyle tells inline styles that make an element invisible.
func hiddenStyle(style string) bool {
	if style == "" {
		return false
	}
	s := strings.ToLower(strings.Map(dropBlank, style[:min(len(style), 2000)]))
	for _, w := range [...]string{"display:none", "visibility:hidden", "mso-hide:all", "font-size:0px", "font-size:0pt", "font-size:0em", "font-size:0;", "max-height:0px", "max-height:0;", "opacity:0;"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return strings.HasSuffix(s, "font-size:0") || strings.HasSuffix(s, "max-height:0") || strings.HasSuffix(s, "opacity:0")
}

// whiteText tells a style that paints text white: invisible on a page that never
// set a background.
func whiteText(style string) bool {
	i := strings.Index(style, "color")
	if i < 0 || i > 0 && style[i-1] == '-' {
		return false
	}
	v, _, _ := strings.Cut(style[i+5:], ";")
	return whiteColor(strings.TrimLeft(v, " :"))
}

func whiteColor(c string) bool {
	switch strings.ToLower(strings.Map(dropBlank, c)) {
	case "#fff", "#ffffff", "white", "rgb(255,255,255)", "#fefefe":
		return true
	}
	return false
}

// quoteStart recognises how mail programs begin the quoted mail in HTML.
func (w *htmlWriter) quoteStart(tag atom.Atom, a attrs) {
	if tag != atom.Div && tag != atom.Hr && tag != atom.Span && tag != atom.Td && tag != atom.Table {
		return
	}
	switch {
	case a.id == "divRplyFwdMsg", a.id == "appendonsend", a.id == "OLK_SRC_BODY_SECTION", a.id == "x_divRplyFwdMsg",
		a.id == "mail-editor-reference-message-container", a.id == "ms-outlook-mobile-body-separator-line", a.id == "zwchr",
		a.class == "OutlookMessageHeader", strings.Contains(a.marker, "__QUOTED_TEXT__"), outlookHeader(a.style):
		w.mark()
	case tag == atom.Div && (a.name == "quote" && strings.Contains(a.style, "border-left") || strings.Contains(a.class, "yahoo_quoted") || strings.Contains(a.id, "yahoo_quoted")):
		w.block(1)
		w.quoteDivs = append(w.quoteDivs, w.divs+1)
		w.quote++
	}
}

// isQuote tells a quoted mail from indentation: mail programs mark it, or an
// announcement stands above.
func (w *htmlWriter) isQuote(a attrs) bool {
	if w.quote > 0 || a.typ != "" || strings.Contains(a.class, "quote") || strings.Contains(a.class, "cite") || strings.Contains(a.style, "border-left") || strings.Contains(a.style, "BORDER-LEFT") {
		return true
	}
	above := bytes.TrimRight(w.out, " \t\n")
	return len(above) == 0 || above[len(above)-1] == ':'
}

// outlookHeader recognises the line above "Von:" in mails of desktop Outlook.
func outlookHeader(style string) bool {
	if len(style) > 300 || !strings.Contains(style, "border-top") && !strings.Contains(style, "BORDER-TOP") {
		return false
	}
	s := strings.ToLower(strings.Map(dropBlank, style))
	return strings.HasPrefix(s, "border:none;border-top:solid#") && strings.Contains(s, "padding:3.0pt0")
}
